"""Boxes and lines to lay out: hand-made computation graphs and random ones."""

from collections.abc import Callable
from functools import partial
from random import Random

from autograd.see.layout.geometry import Box, Line

Graph = tuple[list[Box], list[Line]]

VALUE, OP, LABEL = Box(110, 64), Box(34, 34), Box(90, 28)


def neuron() -> Graph:
    """Build tanh(x1*w1 + x2*w2 + b) with labels on the inputs; the boxes are x1 w1 x2 w2 b, then op, value, ..."""
    boxes = [VALUE] * 5 + [OP, VALUE] * 5
    ins = {5: (0, 1), 7: (2, 3), 9: (6, 8), 11: (10, 4), 13: (12,)}
    lines = []
    for op, tails in ins.items():
        lines += [Line(tail, op, LABEL) for tail in tails] + [Line(op, op + 1)]
    return boxes, lines


def chain(ops: int, label: Box | None = LABEL) -> Graph:
    lines = []
    for i in range(ops):
        lines += [Line(2 * i, 2 * i + 1, label), Line(2 * i + 1, 2 * i + 2)]
    return [VALUE] + [OP, VALUE] * ops, lines


def computation(seed: int, boxes_wanted: int = 32) -> Graph:
    """Build a random computation graph: leaves, then ops with one to three inputs, which may be equal."""
    random = Random(seed)
    boxes = [VALUE] * random.randint(1, 8)
    values, lines = list(range(len(boxes))), []
    while len(boxes) + 2 <= boxes_wanted:
        op = len(boxes)
        boxes += [OP, Box(random.uniform(20, 150), random.uniform(20, 100))]
        for _ in range(random.randint(1, 3)):
            label = Box(random.uniform(10, 120), random.uniform(10, 40)) if random.random() < 0.7 else None
            lines.append(Line(values[-1 - min(len(values) - 1, int(random.expovariate(0.2)))], op, label))
        lines.append(Line(op, op + 1))
        values.append(op + 1)
    return boxes, lines


def far_reaching(seed: int, ops: int = 40, more: int = 25) -> Graph:
    """Build a chain, and lines from its first third to its last third: so many that they become bypasses."""
    random = Random(seed)
    boxes, lines = chain(ops, random.choice([None, LABEL]))
    for _ in range(more):
        tail, head = random.randrange(ops // 3), random.randrange(2 * ops // 3, ops)
        lines.append(Line(2 * tail, 2 * head + 1, random.choice([None, LABEL])))
    return boxes, lines


def add_op(boxes: list[Box], lines: list[Line], *inputs: int) -> int:
    """Add an op of these boxes and its result, and return the place of the result."""
    at = len(boxes)
    boxes.extend([OP, VALUE])
    lines.extend([*(Line(tail, at, LABEL) for tail in inputs), Line(at, at + 1)])
    return at + 1


def sum_of_random_ops(ops: int, seed: int = 1) -> Graph:
    """Build ops whose two inputs are any earlier values, and the sum of all of them, one after the other."""
    random = Random(seed)
    boxes, values = [VALUE] * 8, list(range(8))
    lines: list[Line] = []

    for _ in range(ops):
        values.append(add_op(boxes, lines, random.choice(values), random.choice(values)))
    total = values[8]
    for value in values[9:]:
        total = add_op(boxes, lines, total, value)
    return boxes, lines


def used_everywhere(seed: int, boxes_wanted: int) -> Graph:
    """Build a random computation graph in which one leaf goes into every third op or so."""
    random = Random(seed)
    boxes, lines = computation(seed, boxes_wanted)
    ops = [op for op, size in enumerate(boxes) if size == OP]
    lines += [Line(len(boxes), op, LABEL) for op in ops if random.random() < 0.3]
    return [*boxes, VALUE], lines


def one_leaf_in_every_op(ops: int) -> Graph:
    """Return a chain of ops of which each uses the same leaf: one long trunk, which many lines share."""
    lines = [Line(op, op + 1) for op in range(ops - 1)] + [Line(ops, op) for op in range(ops)]
    return [*[OP] * ops, VALUE], lines


def any_graph(seed: int) -> Graph:
    """Build a random acyclic graph: shuffled, disconnected, with parallel lines and boxes without size."""
    random = Random(seed)
    count = random.randint(1, 25)
    boxes = [Box(random.choice([0, 20, 60, 130]), random.choice([0, 15, 40, 90])) for _ in range(count)]
    names = random.sample(range(count), count)
    lines = []
    for _ in range(random.randint(0, 2 * count) if count > 1 else 0):
        tail, head = sorted(random.sample(range(count), 2))
        lines.append(Line(names[tail], names[head], random.choice([None, LABEL])))
    return boxes, lines


GRAPHS: list[Callable[[], Graph]] = [
    neuron,
    partial(chain, 12),
    *(partial(computation, seed) for seed in range(15)),
    *(partial(any_graph, seed) for seed in range(40)),
    *(partial(far_reaching, seed) for seed in range(4)),
    partial(sum_of_random_ops, 30),
]
