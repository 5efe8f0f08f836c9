"""explain_order: the numbers of the sweep and of the naive ways, the visits, and the sentences."""

from __future__ import annotations

import math
import operator
import random
from typing import Any

import pytest

from autograd import Tensor, Value, explain_order

OPERATIONS = (operator.add, operator.mul, operator.sub)


def doubled(times: int) -> Value:
    y = Value(1.0, label="x")
    for _ in range(times):
        y = y + y
    return y


def naive(root: Value) -> tuple[dict[Value, float], int]:
    """Run the recursion that is explained, as a learner writes it."""
    gathered = {root: 1.0}
    visits = 0

    def visit(node: Any) -> None:
        nonlocal visits
        visits += 1
        for k, i in enumerate(node.inputs):
            if i.requires_grad:
                part = node.op.vjp(k, gathered[node], node.data, [each.data for each in node.inputs], node.params)
                gathered[i] = gathered[i] + part if i in gathered else part  # -0.0 stays so
                visit(i)

    visit(root)
    return gathered, visits


def test_the_example_of_the_docs() -> None:
    a = Value(1.0, label="a")
    b = a + a
    c = b + b
    explained = explain_order(c, {"b": b, "c": c})
    rows = [(row.name, row.visits, row.gradient, row.recursion, row.assigned) for row in explained.rows]
    assert rows == [("c", 1, 1.0, 1.0, 1.0), ("b", 2, 2.0, 2.0, 1.0), ("a", 4, 4.0, 6.0, 1.0)]
    assert [row.recursion_wrong for row in explained.rows] == [False, False, True]
    assert [row.assigned_wrong for row in explained.rows] == [False, True, True]
    assert "at visit 2: b passes on 1, but its whole gradient is 2. In the end a has 6 in place of 4." in str(explained)


@pytest.mark.parametrize("seed", range(20))
def test_the_recursion_is_the_one_that_a_learner_writes(seed: int) -> None:
    rng = random.Random(seed)
    numbers = [rng.uniform(-1, 1) for _ in range(3)] if seed % 2 else [rng.choice([0.0, -0.0, 1.5]) for _ in range(3)]
    nodes = [Value(number, label=f"x{k}") for k, number in enumerate(numbers)]
    for _ in range(8):
        nodes.append(rng.choice(OPERATIONS)(*rng.choices(nodes, k=2)))
    root = nodes[-1]
    explained = explain_order(root)
    gathered, visits = naive(root)
    assert explained.visits == visits
    assert {row.node: str(row.recursion) for row in explained.rows} == {node: str(g) for node, g in gathered.items()}
    root.backward()
    assert all(row.gradient == row.node.grad for row in explained.rows)


def test_zeros_keep_their_signs() -> None:
    a = Value(1.0, label="a")
    b = a * 1.0
    explained = explain_order(b * -0.0 + b * 0.0)
    assert [str(row.recursion) for row in explained.rows if row.node in (a, b)] == ["0.0", "0.0"]


def test_visits_are_counted_without_being_made() -> None:
    assert explain_order(doubled(100)).visits == 2**101 - 1
    explained = explain_order(doubled(5_000))
    assert "more than 10^300 visits" in str(explained)
    assert explained.rows[0].recursion is None
    assert len(explained.rows) + explained.left_out == 5_001


def test_a_graph_of_100_000_nodes_needs_no_recursion() -> None:
    y = Value(1.0, label="x")
    for _ in range(100_000):
        y = -y
    text = str(explain_order(y))
    assert "100,001 calls deep" in text
    assert text.count("\n") < 30
    assert "gives the right numbers here" in text


def test_sums_that_differ_by_rounding_are_not_wrong() -> None:
    x = Value(1.0, label="x")
    t = 0.1 * x + 0.2 * x - 0.3 * x
    assert [row.recursion_wrong for row in explain_order(t).rows if row.node is x] == [False]


def test_tensors_and_their_gradient() -> None:
    t = Tensor([1.0, 2.0], requires_grad=True, label="t")
    explained = explain_order(t * t, gradient=[1.0, 10.0])
    assert [row.gradient.tolist() for row in explained.rows] == [[1.0, 10.0], [2.0, 40.0]]
    assert [row.assigned_wrong for row in explained.rows] == [False, True]
    infinite = explain_order(t * t, gradient=[math.inf, 10.0])
    assert [row.assigned_wrong for row in infinite.rows] == [False, True]
    with pytest.raises(RuntimeError, match="needs one number to start from"):
        explain_order(t * t)


def test_nothing_is_written_on_the_graph() -> None:
    x = Value(3.0, label="x")
    x.grad = 5.0
    y = x * x
    assert explain_order(y).rows[-1].gradient == 6.0
    assert (x.grad, y.grad) == (5.0, None)


@pytest.mark.parametrize(
    ("root", "error", "message"),
    [
        (3, TypeError, "explain_order explains the graph of a Value or a Tensor, got int"),
        (Value(1.0).detach(), RuntimeError, "no gradient"),
    ],
)
def test_other_roots_are_refused(root: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        explain_order(root)
