"""The state of an optimizer is saved and loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, Value
from nn.optim import Adam

from .optimizers import FEW, drive, exact, gradients, make, numbers, parameters


@pytest.mark.parametrize(("name", "options"), FEW)
def test_training_continues_bitwise_equal_after_saving_and_loading(name: str, options: dict[str, Any]) -> None:
    steps = gradients(5, 20)
    params = parameters()
    straight = make(name, params, **options)
    drive(straight, params, steps[:10])
    saved = straight.state_dict()
    middle = numbers(params)
    drive(straight, params, steps[10:])

    others = parameters()
    for p, x in zip(others, middle, strict=True):
        p.data = x
    resumed = make(name, others, lr=0.7)  # loading replaces lr
    resumed.load_state_dict(saved)
    drive(resumed, others, steps[10:])
    assert numbers(others) == numbers(params)
    assert exact(resumed.state_dict()) == exact(straight.state_dict())


def test_a_saved_state_has_pytorchs_layout_and_its_arrays_are_copies() -> None:
    w, b = Tensor([1.0], requires_grad=True), Value(1.0)
    optimizer = Adam([{"params": [w]}, {"params": [b], "lr": 0.5}])
    w.grad = np.ones(1)
    optimizer.step()
    saved = optimizer.state_dict()
    assert [group["params"] for group in saved["param_groups"]] == [[0], [1]]
    assert {number: list(kept) for number, kept in saved["state"].items()} == {0: ["step", "exp_avg", "exp_avg_sq"]}
    saved["state"][0]["exp_avg"][:] = 9.0
    assert optimizer.state[w]["exp_avg"].tolist() == [pytest.approx(0.1)]
    again = Adam([{"params": [w]}, {"params": [b]}])
    again.load_state_dict(saved)
    saved["state"][0]["exp_avg"][:] = 7.0
    assert again.state[w]["exp_avg"].tolist() == [9.0]
    loaded = Adam([w, b])
    with pytest.raises(ValueError, match=r"groups of \[2\] parameters, the saved state has groups of \[1, 1\]"):
        loaded.load_state_dict(saved)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda saved: saved["state"][0].pop("exp_avg"), "expected step, exp_avg, exp_avg_sq, got step, exp_avg_sq"),
        (lambda saved: saved["state"][0].update(sum=1.0), "exp_avg_sq, sum"),
        (lambda saved: saved["state"][0].update(exp_avg=np.ones(2)), r"exp_avg has shape \(2,\)"),
        (lambda saved: saved["state"].update({7: {}}), "parameter 7"),
        (lambda saved: saved["param_groups"][0].pop("betas"), "lacks betas"),
        (lambda saved: saved["param_groups"][0].update(lr=-1.0), "lr must be"),
        (lambda saved: saved.pop("state"), "keys 'state' and 'param_groups'"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_nothing_is_changed(spoil: Callable[[Any], Any], message: str) -> None:
    params = parameters()
    optimizer = Adam(params, lr=0.5)
    drive(optimizer, params, gradients(1, 3))
    before = optimizer.state_dict()
    saved = optimizer.state_dict()
    saved["param_groups"][0]["lr"] = 0.25
    spoil(saved)
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(saved)
    assert exact(optimizer.state_dict()) == exact(before)


@pytest.mark.parametrize("state", [{"state": {}, "param_groups": [{}]}, {"state": {}, "param_groups": 3}])
def test_a_saved_state_with_a_wrong_layout_is_refused(state: Any) -> None:
    with pytest.raises(ValueError, match="to be a list of dicts with 'params'"):
        nn.optim.SGD([Value(1.0)]).load_state_dict(state)
    with pytest.raises(ValueError, match="'state' to be a dict, got 3"):
        nn.optim.SGD([Value(1.0)]).load_state_dict({"state": 3, "param_groups": [{"params": [0]}]})
