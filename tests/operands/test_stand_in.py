"""Every public name of a Tensor exists on what stands in for one, and gives the same there."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn.functional as F
from autograd import Tensor, check_gradients, derivative, grad, hvp, jvp
from autograd.operands.complex_number import ComplexNumber
from autograd.operands.dual import Dual

AT = np.array([[0.5, 0.25], [0.75, 0.125]])
DIRECTION = np.array([[1.0, -2.0], [0.5, 3.0]])
NAMES = {name for name in dir(Tensor) if not name.startswith("_")}


def method(name: str, *args: Any) -> Callable[[Any], Any]:
    return lambda x: getattr(x, name)(*args)


# Each name by a function of a matrix: its first result is compared.
CALLS: dict[str, Callable[[Any], Any]] = {
    **{name: method(name) for name in (
        "abs", "amax", "amin", "cos", "cosh", "detach", "diag", "double", "erf", "exp", "expm1", "flatten", "flip",
        "gelu", "leaky_relu", "log", "log1p", "logsumexp", "max", "mean", "min", "norm", "prod", "reciprocal", "relu",
        "sigmoid", "sign", "silu", "sin", "sinh", "softplus", "sort", "sqrt", "square", "squeeze", "std", "sum", "tan",
        "tanh", "tril", "triu", "var", "float", "half", "log2", "log10", "exp2", "erfc", "lgamma", "digamma", "asinh",
        "floor", "ceil", "round", "logit", "atanh", "clone", "ravel", "det", "inverse", "trace",
    )},
    **{name: method(name, 1) for name in (
        "cumsum", "cumprod", "softmax", "log_softmax", "unsqueeze", "chunk", "split", "roll",
    )},
    **{name: attrgetter(name) for name in ("T", "mT")},
    "astype": lambda x: x.astype("float64"),
    "to": lambda x: x.to("float64"),
    "broadcast_to": lambda x: x.broadcast_to(3, 2, 2),
    "expand": lambda x: x.expand(3, 2, 2),
    "clip": lambda x: x.clip(0.2, 0.6),
    "dot": lambda x: x[0].dot(x[1]),
    "outer": lambda x: x[0].outer(x[1]),
    "matmul": lambda x: x.matmul(x),
    "gather": lambda x: x.gather(1, [[1], [0]]),
    "take": lambda x: x.take([0, 3]),
    "masked_fill": lambda x: x.masked_fill(AT > 0.5, 0.0),
    "where": lambda x: x.where(AT > 0.5, 0.0),
    "maximum": lambda x: x.maximum(0.3),
    "minimum": lambda x: x.minimum(0.3),
    "permute": lambda x: x.permute(1, 0),
    "transpose": lambda x: x.transpose(0, 1),
    "pow": lambda x: x.pow(3),
    "moveaxis": lambda x: x.moveaxis(0, 1),
    "clamp": lambda x: x.clamp(0.2, 0.6),
    "repeat": lambda x: x.repeat(2, 1),
    "acosh": lambda x: (x + 1.5).acosh(),
    "logaddexp": lambda x: x.logaddexp(0.3),
    "reshape": lambda x: x.reshape(4),
    "view": lambda x: x.view(-1),
}  # fmt: skip
# These give no derivative: the same answer in every mode.
ANSWERS: dict[str, Callable[[Any], Any]] = {
    **{name: attrgetter(name) for name in ("shape", "ndim", "size", "dtype", "requires_grad")},
    **{name: method(name) for name in ("dim", "numel", "tolist", "all", "any", "argmax", "argmin")},
    "data": lambda x: x.data.tolist(),
    "numpy": lambda x: x.numpy().tolist(),
    "item": lambda x: x[0, 0].item(),
    "long": lambda x: x.long().sum().item(),
    "len": lambda x: len(x),
    "bool": lambda x: bool(x[0, 0]),
    "iter": lambda x: [row.shape for row in x],
    "grad": lambda x: (x * 2.0).grad,
    "label": lambda x: (x * 2.0).label,
    "is_leaf": lambda x: (x * 2.0).is_leaf,
    "zero_grad": lambda x: x.zero_grad(),
}
GRAPH_ONLY = {"op", "inputs", "params"}  # of a place in a graph, which a stand-in has not: None, () and {}
REFUSED: dict[str, Callable[[Any], Any]] = {
    "backward": lambda x: x.sum().backward(),
    "to_": lambda x: x.to_("float32"),
    "requires_grad_": lambda x: x.requires_grad_(False),
}


def first(result: Any) -> Any:
    return result[0] if isinstance(result, (list, tuple)) else result


def test_the_tables_have_every_public_name() -> None:
    assert {*CALLS, *ANSWERS, *REFUSED, *GRAPH_ONLY} >= NAMES


@pytest.mark.parametrize("kind", [Dual, ComplexNumber])
def test_every_public_name_of_a_tensor_exists_on_what_stands_in(kind: type) -> None:
    assert {name for name in dir(kind) if not name.startswith("_")} >= NAMES


@pytest.mark.parametrize("name", CALLS)
def test_every_method_works_in_both_modes_to_second_order(name: str) -> None:
    def f(x: Any) -> Any:
        y = first(CALLS[name](x * x)).double()
        return (y * y * np.arange(1.0, 1.0 + y.size).reshape(y.shape)).sum()

    coarse = {"float": 1e-5, "half": 1e-2}.get(name, 1e-12)
    slope = grad(f)(AT)
    assert jvp(f, AT, DIRECTION)[0] == pytest.approx(f(Tensor(AT)).item(), rel=coarse)
    assert jvp(f, AT, DIRECTION)[1] == pytest.approx((slope * DIRECTION).sum(), rel=coarse)
    second = grad(lambda x: (ag.grad(f)(x) * DIRECTION).sum())(AT)
    assert hvp(f)(AT, DIRECTION) == pytest.approx(second, rel=coarse, abs=coarse)
    if name not in ("detach", "float", "half"):  # the first is no derivative, the others are too coarse to check
        assert check_gradients(f, AT).ok


@pytest.mark.parametrize("name", ANSWERS)
def test_every_question_has_one_answer_in_all_modes(name: str) -> None:
    answers: list[Any] = []

    def f(x: Any) -> Any:
        answers.append(ANSWERS[name](x))
        return (x * x).sum()

    grad(f)(AT)
    jvp(f, AT, DIRECTION)
    hvp(f)(AT, DIRECTION)
    assert [str(answer) for answer in answers] == [str(answers[0])] * 3
    assert check_gradients(f, AT).ok


@pytest.mark.parametrize("name", REFUSED)
def test_what_needs_a_graph_is_refused_and_says_what_to_use(name: str) -> None:
    with pytest.raises(RuntimeError, match=r"there is no graph; use grad\(\.\.\.\) inside it, or \.detach\(\)"):
        jvp(REFUSED[name], AT, DIRECTION)


def test_labels_and_gradients_may_be_set_to_nothing_forward() -> None:
    def f(x: Any) -> Any:
        x.label, x.grad = "x", None
        return (x * x).sum()

    assert jvp(f, AT, DIRECTION)[1] == pytest.approx(2 * (AT * DIRECTION).sum())


def test_what_is_detached_counts_as_a_constant_in_every_mode() -> None:
    def f(x: Any) -> Any:
        return x * x * (x * x).detach()

    assert derivative(lambda x: x * (x * x).detach())(2.0) == 4.0
    assert (grad(f)(2.0), derivative(f)(2.0)) == (16.0, 16.0)
    for second in (grad(grad(f)), derivative(derivative(f)), grad(derivative(f)), derivative(grad(f))):
        assert second(2.0) == 8.0
    assert hvp(f)(2.0, 1.0) == 8.0
    outer = derivative(lambda x: derivative(lambda y: y * (x * y).detach())(2.0))
    assert outer(3.0) == 0.0


PROBABILITIES = np.array([[0.25, 0.75], [0.5, 0.5]])
SCORES = np.array([[0.5, -1.0], [1.0, 0.25]])
LOSSES: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "binary_cross_entropy": (lambda x: F.binary_cross_entropy(x, np.eye(2)), PROBABILITIES),
    "its target": (lambda t: F.binary_cross_entropy(PROBABILITIES, t), AT),
    "its weight": (lambda x: F.binary_cross_entropy(x, np.eye(2), weight=AT), PROBABILITIES),
    "the weight of prelu": (lambda w: F.prelu(Tensor(SCORES), w).sum(), np.array([0.25, 0.5])),
    "one weight of prelu": (lambda w: F.prelu(Tensor(SCORES), w).sum(), np.array([0.25])),
    "cross_entropy": (lambda x: F.cross_entropy(x, [0, 1]), SCORES),
    "its probabilities": (lambda p: F.cross_entropy(Tensor(SCORES), p), PROBABILITIES),
    "both of cross_entropy": (lambda x: F.cross_entropy(x, F.softmax(x, 1)), SCORES),
    "its smoothed classes": (lambda x: F.cross_entropy(x, [0, 1], label_smoothing=0.1), SCORES),
    "kl_div": (lambda x: F.kl_div(ag.log_softmax(x, 1), PROBABILITIES, "batchmean"), SCORES),
    "the target of kl_div": (lambda t: F.kl_div(Tensor(SCORES), t), PROBABILITIES),
    "layer_norm": (lambda x: (F.layer_norm(x, (2,)) * SCORES).sum(), np.array([[0.5, -1.0], [1.0, 0.7]])),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_and_layers_work_in_both_modes(name: str) -> None:
    f, at = LOSSES[name]
    v = np.linspace(-1.0, 1.0, at.size).reshape(at.shape) + 0.3
    assert jvp(f, at, v)[1] == pytest.approx((grad(f)(at) * v).sum(), rel=1e-12)
    second = grad(lambda x: (grad(f)(x) * v).sum())(at)
    assert hvp(f)(at, v) == pytest.approx(second, rel=1e-9, abs=1e-12)
    assert check_gradients(f, at).ok


def test_binary_cross_entropy_refuses_what_is_no_probability_in_both_modes() -> None:
    for at in (np.array([0.5, 1.5]), np.array([-0.1, 0.5])):
        with pytest.raises(ValueError, match="numbers outside of 0 to 1"):
            jvp(lambda x: F.binary_cross_entropy(x, np.ones(2)), at, np.ones(2))
