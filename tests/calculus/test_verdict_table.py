"""check_gradients passes every public function and every op, in all of its modes; a name without a row fails.

The rows are those of `cases.py` (ops on numbers), `structural_cases.py`, `test_linear_algebra.py` and the few here.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Op, Tensor, check_gradients
from autograd.engine.forms import Takes
from autograd.engine.op import OPS
from nn import functional as F

from ..functions.test_linear_algebra import TABLE as LINEAR_ALGEBRA
from ..rules.cases import CASES
from ..rules.structural_cases import STRUCTURAL
from ..sampling import one_in

Function = Callable[..., Any]
Row = tuple[Function, Any]  # a function, and the array at which it is checked

X = np.array([[1.0, 0.25, 2.0], [0.5, 1.5, 1.25]])
LABELS = np.array([2, 0])
CHANCES = np.array([[0.2, 0.5, 0.3], [0.1, 0.6, 0.3]])
SIGNS = np.array([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])

MORE: dict[str, Row] = {
    "take": (lambda x: ag.take(x, [[3, 0], [0, 5]]), X),
    "take along": (lambda x: ag.take(x, [2, 0, 2], 1), X),
    "unsqueeze": (lambda x: ag.unsqueeze(x, 1), X),
    "concatenate": (lambda x: ag.concatenate([x, x * x], 0), X),
    "cross_entropy": (lambda x: ag.cross_entropy(x, LABELS), X),
    "mT": (lambda x: x.mT @ x, X),
    "var of large numbers": (lambda x: ag.var(x + 1e4, 1), X),
    "take one of a list": (lambda x: ag.stack([x[0, 0], x[1, 1]]), X),
}
LOSSES: dict[str, Row] = {
    "binary_cross_entropy": (lambda x: F.binary_cross_entropy(x, CHANCES), CHANCES.T.reshape(2, 3)),
    "binary_cross_entropy_with_logits": (lambda x: F.binary_cross_entropy_with_logits(x, CHANCES), X),
    "hinge_loss": (lambda x: F.hinge_loss(x, SIGNS), X / 3),
    "cross_entropy": (lambda x: F.cross_entropy(x, CHANCES, label_smoothing=0.1), X),
    "kl_div": (lambda x: F.kl_div(x, CHANCES, reduction="batchmean"), X),
    "nll_loss": (lambda x: F.nll_loss(x, LABELS), X),
    "huber_loss": (lambda x: F.huber_loss(x, CHANCES), X),
    "l1_loss": (lambda x: F.l1_loss(x, CHANCES), X),
    "mse_loss": (lambda x: F.mse_loss(x, CHANCES), X),
    "smooth_l1_loss": (lambda x: F.smooth_l1_loss(x, CHANCES), X),
    "gelu": (lambda x: F.gelu(x, approximate="tanh"), X - 1.1),
    "hardtanh": (F.hardtanh, X - 1.3),
    "prelu": (lambda x: F.prelu(x - 1.1, x[:1, 0]), X),
    "softplus": (lambda x: F.softplus(x, beta=2.0), X),
    "dropout": (lambda x: F.dropout(x, training=False), X),
    "embedding": (lambda x: F.embedding([1, 0, 1], x), X),
    "batch_norm": (lambda x: F.batch_norm(x, None, None, training=True), X),
    "batch_norm in evaluation": (lambda x: F.batch_norm(x, Tensor(X[0]), Tensor(X[1]), X[0], X[1]), X),
    "layer_norm": (lambda x: F.layer_norm(x, (3,)), X),
    "logsigmoid": (F.logsigmoid, X - 1.1),
}
# The public names that have no derivative of their own, by the reason.
WITHOUT: dict[str, str] = {
    "classes": "AnomalyError Drawing Dual GradientError LivePage Op Practice Program Step Stepper Symbol Table Tensor "
    "Value",
    "calculus": "check_gradients derivative grad hessian hvp jacobian jvp value_and_grad vjp",
    "uses of a graph": "adopt derivative_table draw explain_order is_data live practice rehearse shown text_table zoom",
    "tools": "noted_call printable replace_file",
    "modes": "default_generator detect_anomaly enable_grad manual_seed no_grad op set_default_dtype",
    "dtypes": "float16 float32 float64 int32 int64 long",
    "makers": "arange eye full linspace one_hot ones ones_like rand randint randn randperm tensor zeros zeros_like",
    "results of integers or bools": "all any argmax argmin bitwise_and bitwise_not bitwise_or bitwise_xor",
}
HIDDEN = ("abs", "all", "any", "max", "min", "pow", "round", "sum")  # names of builtins, which __all__ leaves out


def elementwise(name: str) -> Row:
    """The op on columns of an array: a row for each point of the table that leaves room for differences."""
    op, case = OPS[name], CASES[name]
    points = np.array(
        [point for point in case.points if all(0.2 <= abs(x) <= 3 and x == round(x, 2) for x in point)], float
    )
    moving = [k for k in range(points.shape[1]) if op.rule(k, points.shape[1]) is not None]
    call: Function = getattr(ag, name, op) if case.call is None else case.call

    def f(x: Any) -> Any:
        columns: list[Any] = [column > 0 if name == "where" else column for column in points.T]
        for j, k in enumerate(moving):
            columns[k] = x[:, j]
        return call(*columns, **case.params)

    return f, points[:, moving]


ROWS: dict[str, Row] = {
    **{
        f"{name}, elementwise": elementwise(name)
        for name in CASES
        if OPS[name].rules and OPS[name].kind == "elementwise" and OPS[name].takes is Takes.FIXED
    },
    **{f"{name} of an array": (f, X) for name, (f, _) in STRUCTURAL.items()},
    **{f"{name} of a matrix": (f, arrays(())) for name, (f, _, arrays) in LINEAR_ALGEBRA.items()},
    **MORE,
    **{f"{name}, nn": row for name, row in LOSSES.items()},
}


def results(out: Any) -> list[Any]:
    return list(out) if isinstance(out, (list, tuple)) else [out]


def curved(f: Function) -> Function:
    """One number of all results, in which each result has a weight and a second derivative."""

    def total(x: Any) -> Any:
        found: Any = 0.0
        for out in results(f(x)):
            shape = getattr(out, "shape", ())
            weights = np.cos(np.arange(float(np.prod(shape, dtype=int)))).reshape(shape)
            found = found + ag.sum(ag.sin(0.5 * out) * weights if shape else ag.sin(0.5 * out))
        return found

    return total


def test_every_public_function_has_a_row_or_a_reason_to_have_none() -> None:
    without = {name for names in WITHOUT.values() for name in names.split()}
    rows = {name.split()[0].rstrip(",") for name in ROWS if not name.endswith(", nn")}
    assert {*ag.__all__, *HIDDEN} - without - rows == set()
    assert without - {*ag.__all__, *HIDDEN} == set()
    functions = {n for n, f in vars(F).items() if not n.startswith("_") and isinstance(f, (types.FunctionType, Op))}
    assert functions - without - rows - {name.split()[0].rstrip(",") for name in LOSSES} == set()


@pytest.mark.parametrize("name", ROWS)
def test_every_derivative_of_every_result_is_right(name: str) -> None:
    f, x = ROWS[name]
    report = check_gradients(lambda x: [out for out in results(f(x)) if np.size(out)] or x * 0.0, x)
    assert report.ok


@pytest.mark.parametrize("name", one_in(4, ROWS, MORE))  # a row takes 0.2 to 2 s
def test_second_derivatives_are_right(name: str) -> None:
    f, x = ROWS[name]
    assert check_gradients(curved(f), x, order=2).ok
