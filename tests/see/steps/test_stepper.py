"""Stepping: it is backprop to the bit, every step says what it does, one can go back, and nothing is written."""

import json
import math
import operator
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd
from autograd import Stepper, Value, no_grad
from autograd.engine.forms import Takes
from autograd.engine.op import OPS, Op
from autograd.engine.sweep import graph_nodes
from tests.see.pictures import boxes, leaf, neuron

SLOW = pytest.param(10_000, marks=pytest.mark.slow)
UNARY: list[Callable[[Value], Value]] = [
    operator.neg, operator.abs, *(
        OPS[name] for name in (
            "exp", "tanh", "sigmoid", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "sin",
            "cos", "square", "sqrt", "log", "reciprocal", "clip", "erf", "sign",
        )
    ),
]  # fmt: skip
BINARY: list[Callable[[Any, Any], Value]] = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, OPS["maximum"], OPS["minimum"],
    OPS["atan2"], OPS["hypot"], lambda a, b: autograd.where(a > b, a, b),
]  # fmt: skip
SEVERAL: list[Callable[[list[Any]], Value]] = [
    autograd.sum, autograd.mean, autograd.logsumexp, lambda xs: autograd.dot(xs, xs[::-1]),
]  # fmt: skip


def computation(seed: int) -> Value:
    """Build a random graph with nodes that are used several times, even twice in one op, and with inf and nan."""
    random = Random(seed)
    values = [Value(random.choice([random.gauss(0, 1), random.gauss(0, 1), 0.0, 2.0]), f"x{k}") for k in range(4)]
    values.append(Value(1.5, "c").detach())
    result = values[0] * 1
    for _ in range(random.randint(1, 25)):
        kind = random.random()
        pick = [result, *(random.choice(values) for _ in range(random.randint(1, 3)))]
        if kind < 0.35:
            result = random.choice(UNARY)(pick[random.random() < 0.3])
        elif kind < 0.8:
            other: Any = random.choice([pick[1], pick[0], random.choice([2.0, -1.0, 0.5])])
            result = random.choice(BINARY)(*random.sample([pick[0], other], 2))
        else:
            result = random.choice(SEVERAL)(random.sample(pick, len(pick)))
        values.append(result)
    return result + values[0] * 0.5


def bits(number: float | None) -> str | None:
    """Return the bits of a number as text; every nan has the same text."""
    return None if number is None else "nan" if math.isnan(number) else float(number).hex()


def gradients(root: Value) -> dict[Any, str | None]:
    return {node: bits(node.grad) for node in graph_nodes(root)}


SEEDS = range(300)


def test_the_random_graphs_do_reach_inf_and_nan_and_numbers() -> None:
    roots = [computation(seed).data for seed in SEEDS]
    assert sum(map(math.isfinite, roots)) > 150
    assert any(map(math.isnan, roots))
    assert sum(map(len, map(Stepper, map(computation, SEEDS)))) > 3_000


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_stepping_to_the_end_is_backward_to_the_bit(start: int) -> None:
    for seed in range(start, start + 50):
        root = computation(seed)
        root.backward()
        root.backward()  # leaves accumulate
        expected = list(gradients(root).values())
        again = computation(seed)
        again.backward()
        stepper = Stepper(again)
        between = gradients(again)
        while stepper.position < len(stepper):
            stepper.next()
        assert gradients(again) == between, "to look changes nothing"
        found = stepper.gradients()
        assert [bits(found.get(node)) for node in graph_nodes(again)] == expected
        stepper.commit()
        assert list(gradients(again).values()) == expected


@pytest.mark.parametrize("count", [300, SLOW])
def test_back_and_forward_again_is_where_one_was(count: int) -> None:
    for seed in range(count):
        root = computation(seed)
        before = gradients(root)
        stepper = Stepper(root, by=("node", "edge")[seed % 2])
        last = stepper.finish()
        end = {node: bits(g) for node, g in stepper.gradients().items()}
        random = Random(seed)
        n = random.randint(1, len(stepper))
        for _ in range(n):
            stepper.back()
        for _ in range(n):
            last = stepper.next()
        assert last.number == stepper.position == len(stepper)
        assert {node: bits(g) for node, g in stepper.gradients().items()} == end
        assert gradients(root) == before, "nothing of the graph has changed"
        root.backward()
        assert end == {node: bits(node.grad) for node in end}
        assert all(node in end or node.grad is None for node in graph_nodes(root))


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_every_flow_is_upstream_times_local_and_adds_to_the_sum(start: int) -> None:
    for seed in range(start, start + 50):
        root = computation(seed)
        stepper = Stepper(root)
        sums: dict[Any, float] = {}
        for step in stepper:
            op = step.node.op
            assert step.op == (op.name if op is not None else "")
            assert bits(step.gradient) == bits(sums.get(step.node, 1.0)), "finished when the node's step comes"
            data = [i.data if isinstance(i, Value) else i for i in step.node.inputs]
            for flow in step.flows:
                assert op is not None
                assert step.node.inputs[flow.position] is flow.input
                rule = op.vjp(flow.position, step.gradient, step.data, data, step.node.params)
                assert bits(flow.contribution) == bits(rule)
                assert bits(flow.local) == bits(op.vjp(flow.position, 1.0, step.data, data, step.node.params))
                if abs(step.gradient) < 1e100 and 1e-100 < abs(flow.local) < 1e100:
                    assert flow.contribution == pytest.approx(step.gradient * flow.local, rel=1e-13, abs=1e-300)
                assert bits(flow.before) == bits(sums.get(flow.input))
                after = flow.contribution if flow.before is None else flow.before + flow.contribution
                assert bits(flow.after) == bits(after)
                sums[flow.input] = flow.after
        root.backward()
        assert {n: bits(g) for n, g in sums.items()} == {n: g for n, g in gradients(root).items() if n in sums}


def on_lists(op: Op) -> Callable[..., Any]:
    return lambda *groups: op(*(x for group in groups for x in group))


def namespace(stepper: Stepper) -> dict[str, Any]:
    """Return the ops and the data of every node, by name."""
    variadic = {name: on_lists(op) for name, op in OPS.items() if op.takes is not Takes.FIXED}
    data = {name: np.float64(node._data) for node, name in stepper.names.items()}  # 1 / 0.0 is inf, as in a Value
    return {**OPS, **variadic, **data, "inf": math.inf, "nan": math.nan}


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_a_formula_evaluates_to_the_number_beside_it(start: int) -> None:
    for seed in range(start, start + 50):
        stepper = Stepper(computation(seed))
        known = namespace(stepper)
        with np.errstate(all="ignore"):
            for step in stepper:
                if step.op:
                    assert bits(eval(step.made, known)) == bits(step.data), step.made
                for flow in step.flows:
                    assert eval(flow.formula, known) == pytest.approx(flow.local, rel=1e-15, nan_ok=True), flow.formula


TABLE = """\
step  node  computed as    data  gradient  input  local derivative       contribution     sum so far
   1  o     tanh(n)      0.7071         1  n      square(sech(n)) = 0.5  1 × 0.5 = 0.5    – → 0.5
   2  n     v3 + b       0.8814       0.5  v3     1                      0.5 × 1 = 0.5    – → 0.5
                                           b      1                      0.5 × 1 = 0.5    – → 0.5
   3  v3    v1 + v2          -6       0.5  v1     1                      0.5 × 1 = 0.5    – → 0.5
                                           v2     1                      0.5 × 1 = 0.5    – → 0.5
   4  v2    x2 * w2           0       0.5  x2     w2 = 1                 0.5 × 1 = 0.5    – → 0.5
                                           w2     x2 = 0                 0.5 × 0 = 0      – → 0
   5  v1    x1 * w1          -6       0.5  x1     w1 = -3                0.5 × -3 = -1.5  – → -1.5
                                           w1     x1 = 2                 0.5 × 2 = 1      – → 1
   6  b     leaf          6.881       0.5
   7  w2    leaf              1         0
   8  w1    leaf             -3         1
   9  x2    leaf              0       0.5
  10  x1    leaf              2      -1.5"""


def test_the_whole_table_of_a_neuron() -> None:
    assert str(Stepper(neuron())) == TABLE


def test_a_step_is_told_in_words() -> None:
    stepper = Stepper(neuron())
    assert str(stepper[4]) == (
        "step 5: v1 = x1 * w1, data -6, gradient 0.5\n"
        "  to x1: dv1/dx1 = w1 = -3; contribution 0.5 × -3 = -1.5; sum – → -1.5\n"
        "  to w1: dv1/dw1 = x1 = 2; contribution 0.5 × 2 = 1; sum – → 1"
    )
    assert str(stepper[9]) == "step 10: x1, data 2, gradient -1.5\n  a leaf: it has no inputs to contribute to"


def test_a_node_that_is_used_twice_in_one_op_gets_two_flows() -> None:
    x = Value(3, "x")
    (step, leaf) = Stepper(x * x)
    assert str(step).splitlines()[1:] == [
        "  to x, as input 1: dv1/dx = x = 3; contribution 1 × 3 = 3; sum – → 3",
        "  to x, as input 2: dv1/dx = x = 3; contribution 1 × 3 = 3; sum 3 → 6",
    ]
    assert leaf.gradient == 6


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda x: 2 - x, "2 - x"), (lambda x: -x, "-x"), (lambda x: x**2, "x ** 2"), (lambda x: 2**x, "2 ** x"),
        (lambda x: x.leaky_relu(0.2), "leaky_relu(x, negative_slope=0.2)"), (lambda x: x.leaky_relu(), "leaky_relu(x)"),
        (lambda x: x.clip(max=1), "clip(x, max=1)"), (lambda x: autograd.sum([x, 3, x]), "sum([x, 3, x])"),
        (lambda x: autograd.dot([x, 1], [2, x]), "dot([x, 1], [2, x])"),
    ],
)  # fmt: skip
def test_an_op_is_written_as_a_learner_would(made: Callable[[Value], Value], text: str) -> None:
    assert str(Stepper(made(Value(0.5, "x")))[0]).startswith(f"step 1: v1 = {text}, data")


def test_wide_letters_keep_the_columns_aligned() -> None:
    x, y = Value(2, "学習率"), Value(3, "e\u0301")
    header, *rows = str(Stepper(x * y)).splitlines()
    end = header.index("data") + len("data")
    for row, data in ((rows[0], "6"), (rows[2], "3"), (rows[3], "2")):
        shift = sum(c in "学習率" for c in row.split(data)[0]) - row.split(data)[0].count("\u0301")
        assert row[end - shift - 2 : end - shift] == f" {data}", row


def test_constants_take_no_step_and_no_flow() -> None:
    x, c = Value(2, "x"), Value(4, "c").detach()
    stepper = Stepper(3 * x + c)
    assert [step.name for step in stepper] == ["v2", "v1", "x"]
    assert [[flow.name for flow in step.flows] for step in stepper] == [["v1"], ["x"], []]


# Moving


def test_next_back_goto_and_finish_move() -> None:
    stepper = Stepper(neuron())
    assert stepper.position == 0
    assert stepper.step is None
    first = stepper.next()
    assert (first.number, first.name, stepper.position) == (1, "o", 1)
    second = stepper.next()
    assert second.name == "n"
    assert stepper.step is second
    assert stepper.back() == first
    assert stepper.back() is None
    assert stepper.next() is first
    assert stepper.goto(7) is stepper[6]
    assert stepper.goto(0) is None
    assert stepper.finish() is stepper[-1] is stepper.step


def test_until_goes_to_the_step_of_a_node() -> None:
    o = neuron()
    stepper = Stepper(o)
    n = o.inputs[0]
    assert stepper.until(n).node is n
    assert stepper.position == 2
    assert stepper.until(o).number == 1, "back, too"
    with pytest.raises(ValueError, match=r"Value\(5.0.* not among the nodes"):
        stepper.until(Value(5))
    assert stepper.position == 1


def test_it_is_a_sequence_that_does_not_move() -> None:
    stepper = Stepper(neuron())
    assert len(stepper) == 10
    assert [step.number for step in stepper] == list(range(1, 11))
    assert list(stepper) == list(stepper)
    assert stepper[-10] is stepper[0]
    assert stepper.position == 0
    assert all(node.grad is None for node in stepper.names), "to look at a step is not to take it"


def test_beyond_the_ends_there_is_an_index_error() -> None:
    stepper = Stepper(neuron())
    with pytest.raises(IndexError, match="this is the start"):
        stepper.back()
    stepper.finish()
    with pytest.raises(IndexError, match=r"all 10 steps are taken; back\(\) or goto\(0\)"):
        stepper.next()
    for k in (-1, 11):
        with pytest.raises(IndexError, match=f"there are 10 steps: expected 0 to 10, got {k}"):
            stepper.goto(k)
    for k in (10, -11):
        with pytest.raises(IndexError, match=f"expected 0 to 9, got {k}"):
            stepper[k]
    for wrong in (1.0, "1", None):
        with pytest.raises(TypeError, match=type(wrong).__name__):
            stepper.goto(wrong)  # type: ignore[arg-type]
    assert stepper.position == 10


def test_the_gradients_so_far_follow_the_position() -> None:
    x = Value(3, "x")
    y = x * x
    z = y + x
    stepper = Stepper(z)
    seen = [{stepper.names[n]: g for n, g in stepper.gradients().items()}]
    for _ in range(len(stepper)):
        stepper.next()
        seen.append({stepper.names[n]: g for n, g in stepper.gradients().items()})
    assert seen == [{}, {"v2": 1, "v1": 1, "x": 1}, {"v2": 1, "v1": 1, "x": 7}, {"v2": 1, "v1": 1, "x": 7}]
    stepper.goto(1)
    assert stepper.gradients()[x] == 1


def test_the_picture_shows_the_gradients_so_far() -> None:
    stepper = Stepper(neuron())
    shown = [{name for name, box in boxes(stepper.drawing("layered").svg).items() if box["grad"] != "–"}]
    sizes = set()
    while stepper.position < len(stepper):
        stepper.next()
        picture = stepper.drawing("layered").svg
        shown.append({name for name, box in boxes(picture).items() if box["grad"] != "–"})
        shapes = [e for e in ElementTree.fromstring(picture).iter() if e.get("class") == "shape"]
        sizes.add(tuple(shape.get("width") for shape in shapes))
    assert [len(names) for names in shown] == [0, 2, 4, 6, 8, 10, 10, 10, 10, 10, 10]
    assert len(sizes) == 1, "boxes keep their size from step to step"


def test_the_picture_tells_what_a_step_touches_from_what_is_finished() -> None:
    x = Value(3, "x")
    stepper = Stepper((x * 2) ** 2)
    stepper.goto(2)
    picture = ElementTree.fromstring(stepper.drawing("layered").svg)
    assert {"this step", "its gradient is finished"} <= set(picture.itertext())
    looks = {name: group.get("class") for group in picture.iter() if (name := group.get("data-from"))}
    assert looks["v1 0"] == "arrow now"
    assert looks["v2 0"] == "arrow done"
    assert looks["v1 1"] == looks["v2 1"] == "arrow", "nothing flows to a constant"


def test_two_steppers_on_one_graph_are_independent() -> None:
    o = neuron()
    x1 = graph_nodes(o)[0]
    one, other = Stepper(o), Stepper(o)
    one.goto(4)
    assert other.position == 0
    assert [str(step) for step in other] == [str(step) for step in one]
    other.commit()
    assert (x1.grad, one.position) == (pytest.approx(-1.5), 4)
    o.backward()
    one.commit()
    assert x1.grad == pytest.approx(-4.5), "each of the three adds to a leaf, as backward() does"
    assert o.grad == 1


def test_a_stepper_shows_the_graph_as_it_was_when_it_was_made() -> None:
    def run(change: bool) -> tuple[str, str, dict[str, float]]:
        x, w = Value(2, "x"), Value(-3, "w")
        y = (x * w).tanh() * x
        stepper = Stepper(y)
        stepper.next()
        if change:
            for node in graph_nodes(y):
                node.data = 0.25  # type: ignore[attr-defined]
        stepper.goto(3)
        picture = stepper.drawing("layered").svg
        stepper.finish()
        return str(stepper), picture, {stepper.names[node]: g for node, g in stepper.gradients().items()}

    assert run(change=True) == run(change=False)


# Gradients of earlier sweeps, and commit()


def test_finish_after_backward_does_not_double_the_gradients() -> None:
    o = neuron()
    o.backward()
    before = gradients(o)
    stepper = Stepper(o)
    stepper.finish()
    assert gradients(o) == before


def test_the_sum_of_a_leaf_begins_at_what_earlier_sweeps_left() -> None:
    x = Value(3, "x")
    y = x * x
    y.backward()
    stepper = Stepper(y)
    assert [flow.sum() for flow in stepper[0].flows] == ["6 → 9", "9 → 12"]
    assert stepper[1].gradient == 12.0
    assert stepper.gradients() == {x: 6.0}
    assert boxes(stepper.drawing("layered").svg)["x"]["grad"] == "6"
    assert boxes(stepper.drawing("layered").svg)["v1"]["grad"] == "–", "the sweep begins afresh at inner nodes"
    stepper.finish()
    assert stepper.gradients() == {y: 1.0, x: 12.0}
    assert boxes(stepper.drawing("layered").svg)["x"]["grad"] == "12"
    assert x.grad == 6.0
    stepper.commit()
    assert x.grad == 12.0


def test_a_leaf_that_gets_nothing_in_this_sweep_keeps_its_gradient_in_the_picture() -> None:
    x = Value(3, "x")
    x.grad = 0.0
    assert boxes(Stepper(x * 2).drawing("layered").svg)["x"]["grad"] == "0", "0 was set, so it is not –"


@pytest.mark.parametrize("position", [0, 4, 10])
def test_commit_writes_the_whole_sweep_and_goes_to_the_end(position: int) -> None:
    one, other = neuron(), neuron()
    one.backward()
    stepper = Stepper(other)
    stepper.goto(position)
    stepper.commit()
    assert stepper.position == 10
    assert list(gradients(other).values()) == list(gradients(one).values())


def test_a_second_commit_is_refused_and_writes_nothing() -> None:
    o = neuron()
    stepper = Stepper(o)
    stepper.commit()
    before = gradients(o)
    with pytest.raises(RuntimeError, match=r"committed its gradients already.* make a new Stepper, or call backward"):
        stepper.commit()
    assert gradients(o) == before


def test_commit_is_refused_where_data_was_changed_since() -> None:
    x = Value(3, "x")
    y = x * x
    stepper = Stepper(y)
    x.data = 4.0
    with pytest.raises(RuntimeError, match=r"the data of an input of mul \(x\) was changed after it was used"):
        stepper.commit()
    assert (x.grad, y.grad, stepper.position) == (None, None, 0)


# By edge, and in parts


@pytest.mark.parametrize("seed", range(0, 300, 10))
def test_by_edge_the_flows_are_those_of_the_nodes_one_at_a_time(seed: int) -> None:
    root = computation(seed)
    flows = [(step.name, flow) for step in Stepper(root) for flow in step.flows]
    stepper = Stepper(root, by="edge")
    assert [(step.name, step.flows[0].position, bits(step.flows[0].after)) for step in stepper] == [
        (name, flow.position, bits(flow.after)) for name, flow in flows
    ]
    assert [step.number for step in stepper] == list(range(1, len(flows) + 1))
    stepper.next()
    for k in range(2, len(stepper) + 1):
        before = stepper.gradients()
        changed = stepper.next().flows[0]
        after = stepper.gradients()
        assert stepper.position == k
        assert {n for n in after if bits(after[n]) != bits(before.get(n))} <= {changed.input}
    stepper.commit()
    other = computation(seed)
    other.backward()
    assert list(gradients(root).values()) == list(gradients(other).values())


def test_to_show_a_large_graph_records_nothing() -> None:
    x = y = Value(0.5, "x")
    for _ in range(300):
        y = (y * 1.01 + x).tanh()
    count = Value(0.0)._index
    stepper = Stepper(y)
    assert len(stepper._page()) < 200_000
    assert Value(0.0)._index == count + 1


def test_by_edge_a_leaf_has_no_step_and_until_goes_to_its_last_contribution() -> None:
    x = Value(3, "x")
    y = x * x
    stepper = Stepper(y, by="edge")
    assert [str(step) for step in stepper] == [
        "step 1: v1 = x * x, data 9, gradient 1\n  to x, as input 1: dv1/dx = x = 3; contribution 1 × 3 = 3; sum – → 3",
        "step 2: v1 = x * x, data 9, gradient 1\n  to x, as input 2: dv1/dx = x = 3; contribution 1 × 3 = 3; sum 3 → 6",
    ]
    assert stepper.until(x).number == 2
    assert stepper.until(y).number == 1
    assert len(Stepper(x, by="edge")) == 1
    assert "1 × 3 = 3" in stepper.drawing().svg
    with pytest.raises(ValueError, match="by is one of node, edge, got 'arrow'"):
        Stepper(y, by="arrow")  # type: ignore[arg-type]


def test_a_part_of_a_graph_has_the_steps_of_its_nodes_with_the_numbers_of_the_whole_sweep() -> None:
    r, x = Value(3.7, "r"), Value(0.3, "x")
    xs = [x]
    for _ in range(400):
        xs.append(r * xs[-1] * (1 - xs[-1]))
    whole = {step.node: step for step in Stepper(xs[-1])}
    stepper = Stepper(xs[-1], path=(xs[199], xs[200]))
    assert len(stepper) == 3
    assert stepper[0].node is xs[200]
    for step in stepper:
        assert [bits(flow.after) for flow in step.flows] == [bits(flow.after) for flow in whole[step.node].flows]
    stepper.finish()
    assert bits(stepper.gradients()[xs[199]]) == bits(whole[xs[199]].gradient)
    around = Stepper(xs[-1], focus=xs[1], depth=1)
    assert xs[1] in {step.node for step in around}
    assert 2 <= len(around) <= 6
    with pytest.raises(ValueError, match="b does not depend on a"):
        Stepper(xs[-1], path=(xs[5], xs[2]))
    with pytest.raises(ValueError, match="no steps in this part"):
        Stepper(xs[-1], focus=x, depth=0)
    stepper.commit()
    assert r.grad == whole[r].gradient, "all gradients are written, not only those of the part"


# Data that was changed after it was used


@pytest.mark.parametrize("kind", [Value, leaf])
@pytest.mark.parametrize("which", ["input", "result"])
def test_a_graph_whose_data_was_changed_is_refused(kind: Any, which: str) -> None:
    x = kind(2.0, label="x")
    y = x * x
    z = y + 1
    Stepper(z)
    changed = x if which == "input" else y
    changed.data = 3.0
    with pytest.raises(RuntimeError, match=r"was changed after it was used.*make the Stepper before optimizer.step"):
        Stepper(z)
    z = x * x + 1
    assert Stepper(z)[1].data == x.data * x.data, "computed again, it can be stepped through"


def test_a_constant_that_was_changed_is_noticed_too() -> None:
    x, c = Value(2, "x"), Value(4, "c").detach()
    y = x * c
    c.data = 5.0
    with pytest.raises(RuntimeError, match=r"an input of mul \(c\)"):
        Stepper(y)


@pytest.mark.parametrize(
    ("grad", "error", "words"),
    [(Value(1.0), TypeError, "the .grad of x was set to a node"), ([1.0, 2.0], ValueError, r"\(2,\), expected \(\)")],
)
def test_a_gradient_that_cannot_be_added_to_is_refused(grad: Any, error: type[Exception], words: str) -> None:
    x = Value(2, "x")
    y = x * x
    x.grad = grad
    with pytest.raises(error, match=f"{words}.*set it to None"):
        Stepper(y)


# Strange graphs


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308])
def test_strange_numbers_are_stepped_through_like_any(number: float, tmp_path: Path) -> None:
    def make() -> Value:
        x = Value(number, "x")
        return x * x + x / 0.0 + x**-1 + (-x).sqrt() + x.exp()

    y, z = make(), make()
    y.backward()
    stepper = Stepper(z)
    stepper.commit()
    assert list(gradients(z).values()) == list(gradients(y).values())
    assert str(stepper)
    for suffix in ("txt", "json", "svg", "html"):
        stepper.save(tmp_path / f"x.{suffix}")
    json.loads((tmp_path / "x.json").read_text(encoding="utf-8"), parse_constant=refuse)


def refuse(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


def test_a_lone_leaf_is_one_step() -> None:
    x = Value(3, "x")
    stepper = Stepper(x)
    assert [str(step) for step in stepper] == [
        "step 1: x, data 3, gradient 1\n  a leaf: it has no inputs to contribute to"
    ]
    stepper.commit()
    assert x.grad == 1


def test_a_root_without_a_graph_is_refused() -> None:
    with pytest.raises(TypeError, match=r"a Stepper takes a Value or a Tensor, .* got float"):
        Stepper(3.0)  # type: ignore[arg-type]
    with no_grad():
        y = Value(2) * 3
    with pytest.raises(RuntimeError, match="requires no gradient"):
        Stepper(y)


def test_no_graph_is_refused_for_its_size() -> None:
    x = Value(0.5)
    for _ in range(20):
        x = x.tanh()
    assert len(Stepper(x)) == len(Stepper(x, max_nodes=5)) == 21
    assert len(Stepper(x, max_nodes=5).drawing().scene.items) < len(Stepper(x).drawing().scene.items)


def test_a_deep_graph_is_stepped_through() -> None:
    x = y = Value(0.5)
    for _ in range(20_000):
        y = y * 1.0001
    stepper = Stepper(y)
    stepper.next()
    stepper.commit()
    again = Value(0.5)
    z = again
    for _ in range(20_000):
        z = z * 1.0001
    z.backward()
    assert x.grad == again.grad


def test_labels_name_nodes() -> None:
    a, b = Value(2), Value(3)
    assert [step.name for step in Stepper(a * b, labels={"a": a, "b": b})] == ["v1", "b", "a"]
    assert [step.name for step in Stepper(a * b, {**globals(), "y": b})] == ["v2", "y", "v1"]


# Saving


def test_the_suffix_says_what_is_saved(tmp_path: Path) -> None:
    stepper = Stepper(neuron())
    stepper.goto(5)
    assert stepper.save(tmp_path / "n.txt").read_text(encoding="utf-8") == TABLE + "\n"
    assert "@keyframes" in stepper.save(str(tmp_path / "n.SVG")).read_text(encoding="utf-8")
    assert "0.5 × -3 = -1.5" in stepper.drawing().svg, "what the step hands on stands on the arrow"
    assert stepper.save(tmp_path / "n.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert stepper.position == 5
    for name in ("n.png", "n", ".svg", "n.pkl"):
        with pytest.raises(ValueError, match=r"saves \.txt, \.json, \.svg or \.html, got"):
            stepper.save(tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["n.SVG", "n.html", "n.txt"]


def test_the_json_has_every_number_to_the_bit(tmp_path: Path) -> None:
    root = computation(1)
    stepper = Stepper(root)
    stepper.goto(2)
    read = json.loads(stepper.save(tmp_path / "n.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert (read["format"], read["root"], read["position"]) == ("glassgrad-steps-1", stepper.names[root], 2)
    assert len(read["steps"]) == len(stepper)
    for told, step in zip(read["steps"], stepper, strict=True):
        assert (told["number"], told["node"], told["op"], told["made"]) == (step.number, step.name, step.op, step.made)
        assert bits(float(told["data"])) == bits(step.data)
        assert bits(float(told["gradient"])) == bits(step.gradient)
        for text, flow in zip(told["flows"], step.flows, strict=True):
            assert (text["input"], text["position"], text["formula"]) == (flow.name, flow.position, flow.formula)
            for field in ("local", "contribution", "after"):
                assert bits(float(text[field])) == bits(getattr(flow, field))
            assert (text["before"] is None) == (flow.before is None)


def test_inf_and_nan_are_text_in_json(tmp_path: Path) -> None:
    x = Value(math.inf, "x")
    path = Stepper(x * 0.0).save(tmp_path / "n.json")
    read = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert [step["data"] for step in read["steps"]] == ["nan", "inf"]


def test_a_file_is_left_as_it_was_when_the_steps_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "n.txt"
    path.write_text("before")
    monkeypatch.setattr(Stepper, "__str__", lambda self: operator.truediv(1, 0))
    with pytest.raises(ZeroDivisionError):
        Stepper(neuron()).save(path)
    assert path.read_text() == "before"


WRONG: dict[str, tuple[Callable[[Stepper], Any], type[Exception], str]] = {
    "a number for a node": (
        lambda s: s.until(3), TypeError, r"until takes a node of the graph, got 3; goto\(k\) takes the number of steps"  # type: ignore[arg-type]
    ),
    "a slice": (lambda s: s[0:1], TypeError, r"stepper\[k\] takes the number of a step, 0 to 1, got slice; until"),  # type: ignore[index]
    "a float": (lambda s: s[1.5], TypeError, r"stepper\[k\] takes the number of a step, 0 to 1, got float; until"),  # type: ignore[index]
    "an array for by": (lambda s: Stepper(s.root, by=np.array([1, 2])), ValueError, "by is one of node, edge, got "),  # type: ignore[arg-type]
    "an array for level": (
        lambda s: Stepper(s.root, level=np.array([1, 2])), ValueError, "level is one of auto, op, .* got "  # type: ignore[arg-type]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_step_and_no_choice_is_refused_with_the_way(name: str) -> None:
    ask, error, says = WRONG[name]
    with pytest.raises(error, match=says):
        ask(Stepper(Value(3.0, label="x") * 2))


def test_misread_names_are_answered_with_the_way() -> None:
    stepper = Stepper(Value(3.0, label="x") * 2)
    to_a_name: Any = "x"
    with pytest.raises(TypeError, match=r"takes the number of steps, 0 to 2, got str; until\(node\) goes to a node"):
        stepper.goto(to_a_name)
    stepper.next()
    called: Any = stepper.step
    with pytest.raises(TypeError, match=r"the step taken last; next\(\) takes one"):
        called()
