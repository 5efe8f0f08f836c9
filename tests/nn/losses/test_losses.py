"""Losses of Tensors and of lists of Values. test_parity.py compares them with PyTorch."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from nn import functional as F

SCORES = np.array([0.3, -1.2, 2.5, 0.4])


NUMBERS = np.array([0.0, 1.0, 2.0, -1.0])


SIGNS = np.array([1, -1, -1, 1])


UNIT = np.array([0.3, 0.7, 0.5, 0.4])


LOGITS = np.array([[0.3, -1.2, 2.5], [0.4, 0.0, 7.0]])


CLASSES = np.array([2, 0])


# loss, input, target, options
CASES: list[tuple[Callable[..., Any], Any, Any, dict[str, Any]]] = [
    (F.mse_loss, SCORES, NUMBERS, {}),
    (F.l1_loss, SCORES, NUMBERS, {}),
    (F.huber_loss, SCORES, NUMBERS, {"delta": 0.5}),
    (F.smooth_l1_loss, SCORES, NUMBERS, {"beta": 0.5}),
    (F.binary_cross_entropy, UNIT, UNIT[::-1], {}),
    (F.binary_cross_entropy, UNIT, UNIT[::-1], {"weight": [1.0, 2.0, 0.0, 4.0]}),
    (F.binary_cross_entropy_with_logits, SCORES, UNIT, {}),
    (F.binary_cross_entropy_with_logits, SCORES, UNIT, {"pos_weight": 3.0, "weight": [1.0, 2.0, 0.0, 4.0]}),
    (F.hinge_loss, SCORES, SIGNS, {}),
    (F.hinge_loss, SCORES, SIGNS, {"margin": 2.0}),
    (F.kl_div, np.log(UNIT), UNIT[::-1], {}),
    (F.kl_div, np.log(UNIT), np.log(UNIT[::-1]), {"log_target": True}),
    (F.cross_entropy, LOGITS, CLASSES, {}),
    (F.cross_entropy, LOGITS, CLASSES, {"weight": [1.0, 2.0, 0.5], "label_smoothing": 0.1}),
    (F.cross_entropy, LOGITS, np.array([2, 1]), {"ignore_index": 1}),
    (F.cross_entropy, LOGITS, np.array([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]]), {}),
    (
        F.cross_entropy,
        LOGITS,
        np.array([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]]),
        {"weight": [1, 2, 3], "label_smoothing": 0.2},
    ),
    (F.nll_loss, LOGITS, CLASSES, {"weight": [1.0, 2.0, 0.5]}),
]


def values(x: Any) -> Any:
    return [values(one) for one in x] if isinstance(x, (list, np.ndarray)) and np.ndim(x) else Value(x)


def leaves(x: Any) -> list[Value]:
    return [leaf for one in x for leaf in leaves(one)] if isinstance(x, list) else [x]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(("loss", "x", "t", "options"), CASES)
def test_lists_of_values_have_the_losses_and_gradients_of_tensors(
    loss: Callable[..., Any], x: Any, t: Any, options: dict[str, Any], reduction: str
) -> None:
    array, scalars = Tensor(x, requires_grad=True), values(x)
    expected = loss(array, t, reduction=reduction, **options)
    got = loss(scalars, t.tolist(), reduction=reduction, **options)
    if reduction == "none":
        assert isinstance(got, list)
        expected, got = expected.sum(), ag.sum(got)
    assert isinstance(got, Value)
    assert got.data == pytest.approx(expected.item(), rel=1e-12)
    expected.backward()
    got.backward()
    assert array.grad is not None
    found = [0.0 if leaf.grad is None else leaf.grad for leaf in leaves(scalars)]
    np.testing.assert_allclose(found, array.grad.ravel(), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize(("loss", "x", "t", "options"), CASES)
def test_gradients_are_right_to_second_order(loss: Callable[..., Any], x: Any, t: Any, options: dict[str, Any]) -> None:
    if x.ndim == 1:
        ag.check_gradients(lambda xs: loss(xs, t.tolist(), **options), x.tolist(), order=2)
    else:
        ag.check_gradients(lambda a, b: loss([a, b], t.tolist(), **options), *x.tolist(), order=2)


def test_the_loss_of_one_value_needs_no_list() -> None:
    assert F.mse_loss(Value(3.0), 1.0).data == 4.0


def test_losses_accept_the_outputs_of_an_mlp() -> None:
    model = nn.MLP(2, [3, 3])
    rows = [[0.0, 1.0], [1.0, 0.0]]
    given = [model(x) for x in rows]
    assert F.mse_loss(given, [[0.0] * 3] * 2).data == pytest.approx(np.mean([v.data**2 for row in given for v in row]))
    assert isinstance(nn.CrossEntropyLoss()(given, [0, 2]), Value)
    assert F.cross_entropy(given[0], 1).data == pytest.approx(F.cross_entropy(given, [1, 1], reduction="none")[0].data)


def test_the_hinge_loss_equals_micrograds_max_margin_loss() -> None:
    scores = [Value(s) for s in SCORES]
    expected = sum((1 + -y * s).relu() for y, s in zip(SIGNS.tolist(), scores, strict=True)) * (1.0 / len(scores))
    assert nn.HingeLoss()(scores, SIGNS).data == pytest.approx(expected.data, rel=1e-15)


@pytest.mark.parametrize(
    ("x", "t", "fix"),
    [
        ((4, 1), (4,), r"use input.squeeze\(1\) or target.reshape\(4, 1\)"),
        ((4,), (4, 1), r"use input.reshape\(4, 1\) or target.squeeze\(1\)"),
        ((1, 4), (4,), r"use input.squeeze\(0\) or target.reshape\(1, 4\)"),
        ((2, 3), (3, 2), r"use input.reshape\(3, 2\) or target.reshape\(2, 3\)"),
        ((4, 1), (4, 3), "give both the same shape"),
        ((4,), (), "give both the same shape"),
    ],
)
@pytest.mark.parametrize(
    "loss", [F.mse_loss, F.l1_loss, F.huber_loss, F.smooth_l1_loss, F.kl_div, F.binary_cross_entropy_with_logits]
)
def test_shapes_that_would_broadcast_are_refused_with_the_fix(
    loss: Callable[..., Any], x: tuple[int, ...], t: tuple[int, ...], fix: str
) -> None:
    with pytest.raises(ValueError, match=fix) as caught:
        loss(ag.ones(x), ag.ones(t))
    assert f"an input of shape {x} and a target of shape {t}" in str(caught.value)


def test_the_fix_in_the_message_works() -> None:
    x, t = ag.ones(4, 1), ag.zeros(4)
    assert F.mse_loss(x.squeeze(1), t).item() == F.mse_loss(x, t.reshape(4, 1)).item() == 1.0


def test_lists_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 1\) and a target of shape \(2,\)"):
        F.mse_loss([[Value(1.0)], [Value(2.0)]], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"shape \(2,\) and a target of shape \(3,\)"):
        F.mse_loss([Value(1.0), Value(2.0)], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"scores of shape \(1, 2\) takes classes of shape \(1,\), got \(2,\)"):
        F.cross_entropy([[Value(1.0), Value(2.0)]], [0, 1])


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        (lambda: F.cross_entropy(Tensor(LOGITS), [0, 3]), IndexError, "3 classes takes 0 to 2, got class 3"),
        (lambda: F.cross_entropy(Tensor(LOGITS), [0, -1]), IndexError, "got class -1"),
        (lambda: F.cross_entropy([values(LOGITS[0])], [3]), IndexError, "got class 3"),
        (lambda: F.cross_entropy(Tensor(LOGITS), [[0], [1]]), ValueError, r"use target.reshape\(2,\)"),
        (lambda: F.cross_entropy(Tensor(LOGITS), [0]), ValueError, r"classes of shape \(2,\), got \(1,\)"),
        (lambda: F.cross_entropy(Tensor(LOGITS), [0.0, 1.0]), ValueError, "classes are integers"),
        (lambda: F.cross_entropy(values(LOGITS), [0.0, 1.0]), ValueError, "classes are integers"),
        (
            lambda: F.cross_entropy(values([LOGITS]), [CLASSES]),
            ValueError,
            r"for each sample, got scores of shape \(1, 2, 3\)",
        ),
        (lambda: F.cross_entropy(Value(1.0), 0), ValueError, r"for each sample, got scores of shape \(\)"),
        (lambda: F.nll_loss(values(LOGITS), [0.0, 1.0]), TypeError, "integers, got float64"),
        (lambda: F.cross_entropy(Tensor(LOGITS), [True, False]), TypeError, "integers, got bool"),
        (
            lambda: F.cross_entropy(Tensor(LOGITS), CLASSES, [1.0] * 4),
            ValueError,
            r"each of the 3 classes, got shape \(4,\)",
        ),
        (lambda: F.cross_entropy(values(LOGITS), CLASSES, [1.0] * 2), ValueError, "each of the 3 classes"),
        (lambda: F.nll_loss(Tensor(LOGITS), [0.0, 1.0]), TypeError, "integers, got float64"),
        (lambda: F.cross_entropy(Tensor(LOGITS), CLASSES, label_smoothing=1.5), ValueError, "from 0 to 1, got 1.5"),
        (lambda: F.mse_loss(Tensor(SCORES), NUMBERS, reduction="max"), ValueError, "'none', got 'max'"),
        (lambda: nn.MSELoss(reduction="batchmean"), ValueError, "one of mean, sum, none"),
        (lambda: F.binary_cross_entropy(Tensor(SCORES), UNIT), ValueError, "use binary_cross_entropy_with_logits"),
        (lambda: F.binary_cross_entropy(values(SCORES), UNIT), ValueError, "use binary_cross_entropy_with_logits"),
        (lambda: F.mse_loss(Tensor(SCORES), None), TypeError, "a loss takes Tensors, arrays, and lists"),
        (lambda: F.mse_loss("text", Tensor(SCORES)), TypeError, "a loss takes Tensors, arrays, and lists"),
        (lambda: F.mse_loss(values(SCORES), nn.Parameter(NUMBERS)), TypeError, r"requires one: .* use its .detach\(\)"),
        (
            lambda: F.cross_entropy(Tensor(LOGITS), CLASSES, nn.Parameter([1.0] * 3)),
            TypeError,
            r"requires one: .* use its .detach\(\)",
        ),
        (lambda: F.hinge_loss(Tensor(SCORES), [0, 1, 1, 0]), ValueError, r"convert 0 and 1 with 2\*t - 1"),
        (lambda: F.hinge_loss(values(SCORES), [0, 1, 1, 0]), ValueError, r"convert 0 and 1 with 2\*t - 1"),
        (lambda: F.huber_loss(Tensor(SCORES), NUMBERS, delta=0.0), ValueError, "delta > 0, got 0"),
        (lambda: F.smooth_l1_loss(Tensor(SCORES), NUMBERS, beta=-1.0), ValueError, "beta >= 0, got -1"),
        (
            lambda: F.cross_entropy(Tensor([[1.0, 2.0]]), [[0.5, 0.5]], ignore_index=1),
            ValueError,
            "no class to ignore",
        ),
        (lambda: F.cross_entropy(values([[1.0, 2.0]]), [[0.5, 0.5]], ignore_index=1), ValueError, "no class to ignore"),
        (lambda: F.cross_entropy([values([1.0, 2.0]), values([1.0])], [1, 0]), ValueError, "different lengths"),
        (
            lambda: F.cross_entropy(Tensor(LOGITS), CLASSES, label_smoothing=math.nan),
            ValueError,
            "from 0 to 1, got nan",
        ),
        *(
            (lambda w=w, x=x: F.binary_cross_entropy_with_logits(x, UNIT, **w), ValueError, r"broadcasts to it, got \(")
            for w in ({"pos_weight": [[1.0] * 4] * 2}, {"weight": [1.0] * 3})
            for x in (Tensor(SCORES), values(SCORES))
        ),
    ],
)
def test_invalid_arguments_of_losses_are_refused(
    call: Callable[[], Any], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        call()


def test_losses_of_huge_scores_are_finite_and_accurate() -> None:
    x = Tensor([1000.0, -1000.0, 40.0], requires_grad=True)
    losses = F.binary_cross_entropy_with_logits(x, [0.0, 1.0, 1.0], reduction="none")
    assert losses.tolist() == [1000.0, 1000.0, pytest.approx(4.248354255291589e-18, rel=1e-12)]
    losses.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1.0, -1.0, pytest.approx(-4.248354255291589e-18, rel=1e-12)]
    sure = Tensor([[1000.0, -1000.0], [40.0, 0.0]], requires_grad=True)
    losses = F.cross_entropy(sure, [1, 0], reduction="none")
    assert losses.tolist() == [2000.0, pytest.approx(4.248354255291589e-18, rel=1e-12)]
    losses.sum().backward()
    assert sure.grad is not None
    assert np.isfinite(sure.grad).all()


def test_the_gradient_is_finite_where_probabilities_are_0_and_1() -> None:
    x = Tensor([0.0, 1.0, 0.0, 1.0], requires_grad=True)
    loss = F.binary_cross_entropy(x, [0.0, 1.0, 1.0, 0.0], reduction="none")
    assert loss.tolist() == [0.0, 0.0, 100.0, 100.0]
    loss.sum().backward()
    assert x.grad is not None
    assert np.isfinite(x.grad).all()


def test_the_huber_loss_has_slope_delta_even_where_the_square_overflows() -> None:
    x = Tensor([1e200, -1e200, math.inf], requires_grad=True)
    F.huber_loss(x, np.zeros(3), reduction="sum", delta=2.0).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2.0, -2.0, 2.0]


def test_class_weights_are_saved_with_the_loss() -> None:
    loss = nn.CrossEntropyLoss(weight=[1.0, 2.0])
    assert loss.state_dict()["weight"].tolist() == [1.0, 2.0]
    assert list(loss.parameters()) == []
    assert list(nn.BCEWithLogitsLoss().state_dict()) == []


def test_the_divergence_of_a_distribution_from_itself_is_zero() -> None:
    p = Tensor([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
    q = Tensor([[0.5, 0.5, 1.0], [0.2, 0.3, 0.5]])
    assert F.kl_div(ag.log(q), p, reduction="batchmean").item() == pytest.approx(0.0, abs=1e-15)
    assert nn.KLDivLoss("batchmean")(ag.log(ag.full((2, 3), 1 / 3)), p).item() == pytest.approx(
        np.mean(
            [math.log(3) - math.log(2), math.log(3) + 0.2 * math.log(0.2) + 0.3 * math.log(0.3) - 0.5 * math.log(2)]
        )
    )


@pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss])
def test_an_ignored_row_of_values_gives_a_loss_of_0_that_supports_backward(loss: Callable[..., Any]) -> None:
    rows = values([[math.inf, 2.0], [1.0, 2.0]])
    total = loss(rows, [-100, -100], reduction="sum")
    total.backward()
    assert total.item() == 0.0
    assert rows[0][0].grad == 0.0
    assert [one.item() for one in loss(rows, [-100, -100], reduction="none")] == [0.0, 0.0]
    assert math.isnan(loss(rows, [-100, -100]).item())
