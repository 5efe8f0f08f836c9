"""check_gradients finds a rule that is wrong by a factor, in every row of the table; the rows reach every op."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import GradientError, Tensor, Value, check_gradients, grad
from autograd.engine.op import OPS, Op
from autograd.engine.sweep import graph_nodes

from ..sampling import one_in
from .test_verdict_table import ROWS, Function, X, curved, results


def outputs(name: str, x: Any) -> list[Any]:
    return [out for out in results(ROWS[name][0](x)) if np.size(out)] or [x * 0.0]


def ops_of(name: str) -> list[Op]:
    """The ops in the graph of a row."""
    found = outputs(name, Tensor(ROWS[name][1], requires_grad=True))
    nodes = graph_nodes(*[out for out in found if isinstance(out, Tensor)])
    return [node.op for node in nodes if node.op is not None and node.requires_grad]


# Their derivatives are 0, and so is every multiple of them.
FLAT = [
    "sign, elementwise", "floor_divide, elementwise", "floor, elementwise", "ceil, elementwise", "round, elementwise",
    "no row of an array",
]  # fmt: skip


@pytest.mark.parametrize("name", FLAT)
def test_a_rule_that_no_factor_makes_wrong_gives_0(name: str) -> None:
    assert all(row.analytic == 0 for row in check_gradients(lambda x: outputs(name, x), ROWS[name][1]).rows)


WITHOUT_OP = ["dropout, nn"]  # outside of training it returns its input


@pytest.mark.parametrize("name", WITHOUT_OP)
def test_a_row_without_an_op_has_no_rule_to_make_wrong(name: str) -> None:
    assert ops_of(name) == []


@pytest.mark.parametrize("name", one_in(6, [name for name in ROWS if name not in (*FLAT, *WITHOUT_OP)]))
def test_a_rule_that_is_wrong_by_a_factor_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    op = ops_of(name)[0]  # the op of the result
    x = ROWS[name][1]
    right = Op.vjp

    def wrong(self: Op, *args: Any) -> Any:
        contribution = right(self, *args)
        return contribution * 1.5 if self is op else contribution

    def total(x: Any) -> Any:
        return outputs(name, x)

    assert check_gradients(total, x)
    monkeypatch.setattr(Op, "vjp", wrong)
    with pytest.raises(GradientError):
        check_gradients(total, x)


# The ops of lists of Values, and those that join Values to arrays.
LISTS: dict[str, Function] = {
    "sum": ag.sum,
    "dot": lambda p: ag.dot(p, p),
    "logsumexp": ag.logsumexp,
    "stack": lambda p: ag.sum(ag.stack(p) * X[0, : len(p)]),
    "as_value": lambda p: ag.sum((p[0] * X[0]) ** 2) * p[1],
    "linear": lambda p: ag.sum(ag.linear(ag.stack(p), X[:, : len(p)], X[:, 0])),
}


@pytest.mark.parametrize("name", LISTS)
def test_functions_of_lists_are_right(name: str) -> None:
    assert check_gradients(LISTS[name], [0.5, -1.5], order=2).ok


def test_the_rows_reach_every_op_that_has_a_derivative() -> None:
    reached = set()
    for name in ROWS:
        reached |= {op.name for op in ops_of(name)}
        slopes = grad(curved(lambda x, name=name: outputs(name, x)))(Tensor(ROWS[name][1], requires_grad=True))
        reached |= {node.op.name for node in graph_nodes(slopes) if node.op is not None}
    for f in LISTS.values():
        slopes = grad(f)([Value(0.5), Value(-1.5)])
        reached |= {node.op.name for node in graph_nodes(f([Value(0.5), Value(-1.5)]), *slopes) if node.op is not None}
    reached |= {node.op.name for node in graph_nodes(Tensor(X, requires_grad=True).float()) if node.op is not None}
    assert {op.name for op in OPS.values() if any(rule is not None for rule in op.rules)} - reached == set()
