"""check_gradients finds a rule that is wrong by a factor, in every row of the table; the rows reach every op."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import GradientError, Tensor, check_gradients
from autograd.engine.op import OPS, Op
from autograd.engine.sweep import graph_nodes

from ..sampling import one_in
from .test_verdict_table import ROWS, results


def outputs(name: str, x: Any) -> list[Any]:
    return [out for out in results(ROWS[name][0](x)) if np.size(out)] or [x * 0.0]


def ops_of(name: str) -> list[Op]:
    """The ops in the graph of a row."""
    found = outputs(name, Tensor(ROWS[name][1], requires_grad=True))
    nodes = graph_nodes(*[out for out in found if isinstance(out, Tensor)])
    return [node.op for node in nodes if node.op is not None and node.requires_grad]


@pytest.mark.parametrize("name", one_in(6, ROWS))
def test_a_rule_that_is_wrong_by_a_factor_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    op = ops_of(name)[0]  # the op of the result
    x = ROWS[name][1]
    right = Op.vjp

    def wrong(self: Op, *args: Any) -> Any:
        contribution = right(self, *args)
        return contribution * 1.5 if self is op else contribution

    def total(x: Any) -> Any:
        return outputs(name, x)

    flat = all(row.analytic == 0 for row in check_gradients(total, x).rows)
    monkeypatch.setattr(Op, "vjp", wrong)
    if flat:
        pytest.skip("the derivatives here are 0, and so are their multiples")
    with pytest.raises(GradientError):
        check_gradients(total, x)


def test_the_rows_reach_every_op_that_has_a_derivative() -> None:
    reached = {op.name for name in ROWS for op in ops_of(name)}
    assert {op.name for op in OPS.values() if any(rule is not None for rule in op.rules)} - reached == set()
