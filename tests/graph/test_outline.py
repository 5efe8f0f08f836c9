"""Outlines by their structure: modules nest, equal pieces fold, nothing is lost, and no fold makes a cycle."""

import cProfile
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

import autograd as ag
from autograd import Tensor, Value
from autograd.engine.node import Node
from autograd.engine.sweep import graph_nodes
from autograd.graph.outline import Part, PartKind, outline
from nn import MLP, LayerNorm, Linear, Module, MSELoss, Sequential


class Block(Module):
    def __init__(self) -> None:
        self.norm, self.wide, self.back = LayerNorm(4), Linear(4, 8), Linear(8, 4)

    def forward(self, x: Any) -> Any:
        return x + self.back(ag.relu(self.wide(self.norm(x))))


class Recurrent(Module):
    def __init__(self) -> None:
        self.cell = Cell()

    def forward(self, xs: Any) -> Any:
        h: Any = ag.zeros(5, 4)
        for k in range(12):
            h = self.cell(xs[k], h)
        return h


class Cell(Module):
    def __init__(self) -> None:
        self.of_input, self.of_state = Linear(3, 4), Linear(4, 4)

    def forward(self, x: Any, h: Any) -> Any:
        return ag.tanh(self.of_input(x) + self.of_state(h))


def one_sample() -> tuple[Any, list[Any]]:
    net = MLP(2, [16, 16, 1])
    return net, [net([1.0, 2.0])]


def batch(between: Callable[[Any], Any] = list) -> tuple[Any, list[Any]]:
    """Return the loss over 100 samples: sample by sample, or with `between` all predictions first."""
    net = MLP(2, [16, 16, 1])
    predictions = between(net([0.1 * k, 1.0]) for k in range(100))
    total: Any = 0
    for prediction in predictions:
        total = total + (prediction - 1.0) ** 2
    return net, [total]


def equal_blocks() -> tuple[Any, list[Any]]:
    net = Sequential(Linear(2, 4), *[Block() for _ in range(6)], Linear(4, 1))
    return net, [((net(ag.randn(5, 2)) - 1.0) ** 2).mean()]


def same_module_in_turn() -> tuple[Any, list[Any]]:
    a, b = Block(), Block()
    net = Sequential(a, b, a, b, a, b)
    return net, [net(ag.randn(5, 4, requires_grad=True))]


def recurrent() -> tuple[Any, list[Any]]:
    net = Recurrent()
    return net, [net(ag.randn(12, 5, 3)).sum()]


def chain() -> tuple[Any, list[Any]]:
    x = Value(0.5)
    for _ in range(10_000):
        x = x.tanh()
    return None, [x]


def logistic_map() -> tuple[Any, list[Any]]:
    r, x = Value(3.7), Value(0.2)
    for _ in range(400):
        x = r * x * (1 - x)
    return None, [x]


def epidemic() -> tuple[Any, list[Any]]:
    """Return the state after 30 Runge-Kutta steps of an SIR model."""
    beta, gamma, dt = Value(0.3), Value(0.1), 0.5

    def slopes(s: Any, i: Any, r: Any) -> Sequence[Any]:
        return (-beta * s * i, beta * s * i - gamma * i, gamma * i)

    def moved(y: Sequence[Any], k: Sequence[Any], h: float) -> list[Any]:
        return [a + h * b for a, b in zip(y, k, strict=True)]

    y: Sequence[Any] = [Value(0.99), Value(0.01), Value(0.0)]
    for _ in range(30):
        k1 = slopes(*y)
        k2 = slopes(*moved(y, k1, dt / 2))
        k3 = slopes(*moved(y, k2, dt / 2))
        k4 = slopes(*moved(y, k3, dt))
        y = [v + dt / 6 * (a + 2 * b + 2 * c + d) for v, a, b, c, d in zip(y, k1, k2, k3, k4, strict=True)]
    return None, list(y)


def recurrent_by_hand() -> tuple[Any, list[Any]]:
    w, u, b = (ag.randn(*shape, requires_grad=True) for shape in ((3, 4), (4, 4), (4,)))
    xs, h = ag.randn(12, 5, 3), ag.zeros(5, 4)
    for k in range(12):
        h = ag.tanh(xs[k] @ w + h @ u + b)
    return None, [h.sum()]


def momentum() -> tuple[Any, list[Any]]:
    w, rate = Value(1.0), Value(0.1)
    speed: Any = Value(0.0)
    for _ in range(20):
        speed = 0.9 * speed + 2 * (w - 3)
        w = w - rate * speed
    return None, [w]


def product_and_squares() -> tuple[Any, list[Any]]:
    y = ag.sin(Value(0.5)) + Value(0.5) * Value(0.25)
    for k in range(12):
        x = Value(0.1 * k)
        y = y + x * x
    return None, [y]


def scaled_product() -> tuple[Any, list[Any]]:
    x = Value(0.5)
    y = ag.sin(x) * ag.cos(x)
    for _ in range(12):
        y = y * Value(0.9)
    return None, [y]


def irregular() -> tuple[Any, list[Any]]:
    draw = random.Random(0)
    x = Value(0.5)
    for _ in range(10_000):
        x = draw.choice([ag.sin, ag.cos, ag.tanh, ag.exp, ag.sigmoid])(x)
    return None, [x]


CASES: dict[str, tuple[Callable[[], tuple[Any, list[Any]]], str]] = {
    "one sample": (one_sample, "MLP(layers.0 layers.1 layers.2)"),
    "samples in turn": (lambda: batch(iter), "sample×100(MLP(...) sub pow add)"),
    "predictions first": (batch, "sample×100(MLP(...)) term×100"),
    "equal blocks": (equal_blocks, "Sequential(0 1×6(...) 7) sub pow sum_over div"),
    "two blocks in turn": (same_module_in_turn, "Sequential(step×3(0×2(...)))"),
    "recurrent": (recurrent, "Recurrent(step×12(cell(...))) sum_over"),
    "chain": (chain, "tanh×10000"),
    "logistic map": (logistic_map, "step×400"),
    "epidemic": (epidemic, "step×30(neg mul mul mul mul mul sub mul step×3 piece×3)"),
    "recurrent by hand": (recurrent_by_hand, "step×12 sum_over"),
    "product and squares": (product_and_squares, "sin mul add term×12"),
    "scaled product": (scaled_product, "sin cos mul mul×12"),
}


def written(entries: Sequence[Part | Node], depth: int = 0) -> str:
    """Write an outline down to depth 2 as `title×repeats(children)`, an inner module by its name."""
    return " ".join(text(entry, depth) for entry in entries)


def text(entry: Part | Node, depth: int) -> str:
    if isinstance(entry, Node):
        return entry.op.name if entry.op else "leaf"
    times = f"×{entry.repeats}" if entry.repeats > 1 else ""
    inside = [child for child in entry.children if isinstance(child, Part)]
    deeper = depth < 1 or (depth < 2 and entry.kind is not PartKind.MODULE)
    children = f"({written(entry.children, depth + 1)})" if deeper else "(...)"
    if entry.name.startswith("layers."):
        children = ""
    return (entry.name or entry.title) + times + (children if inside else "")


@pytest.mark.parametrize("case", CASES)
def test_the_outline_of_what_people_compute(case: str) -> None:
    make, expected = CASES[case]
    net, roots = make()  # the module is kept: one that is garbage has no names
    entries = outline(roots)
    shown = written(entries)
    assert (shown.replace("layers.0 layers.1 layers.2", "...") if case != "one sample" else shown) == expected
    check(entries, roots)
    del net


def test_neurons_fold_only_where_asked() -> None:
    net, roots = one_sample()
    (mlp,) = outline(roots)
    (folded,) = outline(roots, units=True)
    assert isinstance(mlp, Part)
    assert isinstance(folded, Part)
    assert [len(layer.children) for layer in mlp.children if isinstance(layer, Part)] == [16, 16, 1]
    first = folded.children[0]
    assert isinstance(first, Part)
    (neuron,) = first.children
    assert isinstance(neuron, Part)
    assert (neuron.name, neuron.title, neuron.repeats) == ("layers.0.neurons.0", "Neuron(2, relu)", 16)
    assert net.layers


def test_an_unrolled_optimizer_folds_its_steps() -> None:
    _, roots = momentum()
    entries = outline(roots)
    (steps,) = [entry for entry in entries if isinstance(entry, Part)]
    assert (steps.kind, steps.title) == (PartKind.ROUND, "step")
    assert steps.repeats >= 19
    check(entries, roots)


def test_the_middle_of_what_does_not_repeat_is_elided_with_its_count() -> None:
    _, roots = irregular()
    entries = outline(roots)
    (stretch,) = [entry for entry in entries if isinstance(entry, Part) and entry.kind is PartKind.STRETCH]
    assert len(entries) == 17
    assert stretch.title == "9,984 ops"
    check(entries, roots)


def test_hidden_nodes_are_the_counterparts_of_the_exemplars() -> None:
    _, roots = logistic_map()
    (steps,) = outline(roots)
    assert isinstance(steps, Part)
    assert (steps.which, steps.kind) == (1, PartKind.ROUND)
    assert all(node.op is steps.nodes[k % 3].op for k, node in enumerate(steps.hidden))


@pytest.mark.parametrize(
    ("step", "folds"),
    [
        pytest.param(lambda x, k: (x * x, x * Value(2.0))[k % 7 == 0], False, id="another input"),
        pytest.param(lambda x, k: Tensor([1.0] * 3) * x.sum() if k == 10 else x * 2.0, False, id="another op"),
        pytest.param(lambda x, k: x * (2.0 + k), True, id="another number"),
    ],
)
def test_only_equal_pieces_fold(step: Callable[[Any, int], Any], folds: bool) -> None:
    x: Any = Tensor([1.0] * 3, requires_grad=True)
    for k in range(20):
        x = step(x, k) if not isinstance(step(x, k), Value) else x
    entries = outline([x])
    assert (len(entries) == 1) is folds
    check(entries, [x])


def test_the_work_is_in_proportion_to_the_number_of_folds() -> None:
    def calls(count: int) -> int:
        """Count the calls of Python functions that the outline of a chain of so many folds makes."""
        draw = random.Random(0)
        x = Value(0.5)
        for _ in range(count):
            op = draw.choice([ag.sin, ag.cos, ag.tanh, ag.exp, ag.sigmoid])
            for _ in range(draw.randint(6, 9)):
                x = op(x)
        profile = cProfile.Profile()
        profile.runcall(outline, [x])
        return sum(entry.callcount for entry in profile.getstats())

    assert calls(1_600) < 6 * calls(400)


def test_what_is_not_among_the_nodes_counts_as_a_leaf() -> None:
    x = Value(0.5)
    chain = [x := x.tanh() for _ in range(20)]
    (part,) = outline([x], chain[5:15])
    assert isinstance(part, Part)
    assert part.nodes + part.hidden == tuple(chain[5:15])


def test_a_leaf_has_no_outline() -> None:
    assert outline([Value(1.0)]) == ()


def random_graph(seed: int) -> list[Any]:
    """Return roots of a random graph with stretches that repeat, calls of modules and sharing."""
    draw = random.Random(seed)
    net = MLP(2, [3, 1])
    nodes: list[Any] = [Value(draw.random()) for _ in range(4)]
    for _ in range(draw.randrange(1, 12)):
        recipe = [
            (draw.choice("+*tm"), draw.randrange(1, 4), draw.randrange(1, 4)) for _ in range(draw.randrange(1, 5))
        ]
        for _ in range(draw.choice([1, 1, 2, 5, 20])):
            for op, i, j in recipe:
                a, b = nodes[-i], nodes[-j]
                nodes.append(net([a, b]) if op == "m" else a + b if op == "+" else a * b if op == "*" else a.tanh())
    return draw.sample(nodes, min(3, len(nodes)))


@pytest.mark.parametrize("block", range(5))
def test_random_graphs_lose_no_node_and_get_no_cycle(block: int) -> None:
    for seed in range(20 * block, 20 * block + 20):
        roots = random_graph(seed)
        for units in (False, True):
            check(outline(roots, units=units, longest=20), roots)


def random_loops(seed: int) -> list[Any]:
    """Return the result of loops one after the other, many of which start from numbers or end in the middle."""
    draw = random.Random(seed)
    x, w = Value(0.3), Value(0.2)
    result = x
    for _ in range(draw.randint(1, 8)):
        recipe = [(draw.choice("+*-sc"), draw.random(), draw.random() < 0.3) for _ in range(draw.randint(3, 9))]
        h: Any = draw.choice([0.0, 0.0, result, w, x * w])
        rounds = draw.randint(3, 9)
        for k in range(rounds):
            done: list[Any] = [h]
            last = k == rounds - 1 and draw.random() < 0.7
            for op, place, shares in recipe[: draw.randint(1, len(recipe)) if last else None]:
                a, b = done[-1], w if shares else done[int(place * len(done))]
                if op in "sc":
                    done.append(a + 0.1 if isinstance(a, float) else ag.sin(a) if op == "s" else ag.cos(a))
                else:
                    done.append(a + b if op == "+" else a * b if op == "*" else a - b)
            h = done[-1]
        result = h + result if isinstance(h, Value) else x * h
    return [result]


@pytest.mark.parametrize("block", range(5))
def test_random_loops_lose_no_node_and_get_no_cycle(block: int) -> None:
    for seed in range(40 * block, 40 * block + 40):
        roots = random_loops(seed)
        check(outline(roots, longest=100), roots)


def check(entries: Sequence[Part | Node], roots: Sequence[Node]) -> None:
    """Assert what `outline` guarantees, at every level."""
    ops = [node for node in graph_nodes(*roots) if node.op is not None]
    place = {node: k for k, node in enumerate(ops)}
    waiting: list[tuple[Sequence[Part | Node], list[Node]]] = [(entries, ops)]
    while waiting:
        children, expected = waiting.pop()
        flat: list[Node] = []
        for child in children:
            if isinstance(child, Node):
                flat.append(child)
                continue
            own = [*child.nodes, *child.hidden]
            assert [place[node] for node in own] == list(range(place[own[0]], place[own[0]] + len(own)))
            assert len(own) == child.repeats * len(child.nodes)
            assert all(node.op is child.nodes[k % len(child.nodes)].op for k, node in enumerate(child.hidden))
            assert all(inputs_inside(child, k) == inputs_inside(child, 0) for k in range(child.repeats))
            flat += own
            if child.children:
                waiting.append((child.children, list(child.nodes)))
        assert flat == expected  # each op once, in creation order: every run is contiguous, so no cycle


def inputs_inside(part: Part, k: int) -> list[list[int]]:
    """Return for each op of a repeat which of its inputs are in the same repeat: their places in it, or -1."""
    length = len(part.nodes)
    nodes = [*part.nodes, *part.hidden][k * length : (k + 1) * length]
    place = {node: position for position, node in enumerate(nodes)}
    return [[place.get(i, -1) for i in node.inputs] for node in nodes]


def test_a_module_that_is_no_more_is_titled_by_its_class() -> None:
    scores, targets = Tensor([1.0, 2.0], requires_grad=True), Tensor([0.0, 0.0])
    (part,) = outline([MSELoss()(scores, targets)])
    assert isinstance(part, Part)
    assert (part.kind, part.title) == (PartKind.MODULE, "MSELoss")
