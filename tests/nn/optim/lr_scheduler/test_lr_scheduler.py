"""Learning-rate schedules: stepping equals the formula, other changes of the rate are kept, saving and loading."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, Value
from nn.optim import SGD, Adagrad, Adam, Optimizer
from nn.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
    Schedule,
    SequentialLR,
    StepLR,
    preview,
    warmup_cosine,
)

from ....interrupts import interrupted_at
from .schedules import SCHEDULES, Spec, ours, spelled


def two_groups() -> Optimizer:
    """Return an optimizer with two learning rates that has taken one step."""
    optimizer = SGD([{"params": [Value(1.0)], "lr": 0.5}, {"params": [Value(1.0)]}], lr=0.125, momentum=0.9)
    optimizer.step()
    return optimizer


def rates(optimizer: Optimizer) -> list[float]:
    return [group["lr"] for group in optimizer.param_groups]


def schedule(optimizer: Optimizer, spec: Spec) -> Schedule:
    found = ours(optimizer, spec)
    assert isinstance(found, Schedule)
    return found


@pytest.mark.parametrize("spec", SCHEDULES, ids=spelled)
def test_stepping_equals_the_formula_exactly_and_a_preview_does_not_step(spec: Spec) -> None:
    optimizer = two_groups()
    scheduler = schedule(optimizer, spec)
    expected = preview(scheduler, 101)
    assert scheduler.last_epoch == 0
    assert len({tuple(each) for each in expected}) > 1
    for step in range(101):
        assert rates(optimizer) == expected[step] == scheduler.lr_at(step) == scheduler.get_last_lr()
        if step < 100:
            scheduler.step()
    assert scheduler.last_epoch == 100


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (("StepLR", {"step_size": 2, "gamma": 0.5}), [1, 1, 0.5, 0.5, 0.25]),
        (("MultiStepLR", {"milestones": [1, 3], "gamma": 0.5}), [1, 0.5, 0.5, 0.25, 0.25]),
        (("ConstantLR", {"factor": 0.25, "total_iters": 2}), [0.25, 0.25, 1, 1, 1]),
        (("LinearLR", {"start_factor": 0.5, "total_iters": 2}), [0.5, 0.75, 1, 1, 1]),
        (("ExponentialLR", {"gamma": 0.5}), [1, 0.5, 0.25, 0.125, 0.0625]),
        (("PolynomialLR", {"total_iters": 2, "power": 2}), [1, 0.25, 0, 0, 0]),
        (("LambdaLR", {"lr_lambda": lambda step: step / 4}), [0, 0.25, 0.5, 0.75, 1]),
        (("CosineAnnealingLR", {"T_max": 2, "eta_min": 0.5}), [1, 0.75, 0.5, 0.75, 1]),
        (("CosineAnnealingWarmRestarts", {"T_0": 2}), [1, 0.5, 1, 0.5, 1]),
        (("CosineAnnealingWarmRestarts", {"T_0": 1, "T_mult": 2}), [1, 1, 0.5, 1, 0.5 + 0.25 * math.sqrt(2)]),
        (("OneCycleLR", {"max_lr": 4.0, "total_steps": 5, "pct_start": 0.6, "div_factor": 4, "final_div_factor": 2}), [1, 2.5, 4, 2.25, 0.5]),  # noqa: E501
    ],
    ids=lambda each: each[0] if isinstance(each, tuple) else None,
)  # fmt: skip
def test_the_first_steps_equal_a_calculation_by_hand(spec: Spec, expected: list[float]) -> None:
    scheduler = schedule(SGD([Value(1.0)], lr=1.0, momentum=0.5), spec)
    assert [lr for (lr,) in preview(scheduler, 5)] == pytest.approx(expected, abs=1e-15)


def test_stepping_before_the_optimizer_has_stepped_warns_once() -> None:
    optimizer = SGD([Value(1.0)])
    scheduler = StepLR(optimizer, 2)
    with pytest.warns(UserWarning, match=r"before optimizer\.step") as caught:
        scheduler.step()
    assert [warning.filename for warning in caught] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scheduler.step()
        optimizer.step()
        StepLR(optimizer, 2).step()


# --- other changes of the learning rate ---


def test_two_schedules_of_one_optimizer_multiply() -> None:
    optimizer = two_groups()
    first, second = ConstantLR(optimizer, factor=0.25, total_iters=3), ExponentialLR(optimizer, gamma=0.5)
    for step in range(7):
        factor = (0.25 if step < 3 else 1.0) * 0.5**step
        assert rates(optimizer) == pytest.approx([0.5 * factor, 0.125 * factor], rel=1e-14)
        first.step()
        second.step()


@pytest.mark.parametrize(
    "make",
    [
        lambda o: StepLR(o, 3),
        lambda o: MultiStepLR(o, [2, 4]),
        lambda o: ExponentialLR(o, 0.9),
        lambda o: LinearLR(o, total_iters=6),
        lambda o: PolynomialLR(o, total_iters=20),
        lambda o: CosineAnnealingLR(o, T_max=20),
    ],
)
def test_a_rate_that_was_changed_by_hand_continues_from_the_new_rate(make: Callable[[Optimizer], Schedule]) -> None:
    optimizer = two_groups()
    scheduler = make(optimizer)
    scheduler.step()
    optimizer.param_groups[0]["lr"] /= 10
    for _ in range(8):
        scheduler.step()
    first, second = scheduler.lr_at(9)
    assert rates(optimizer) == [pytest.approx(first / 10, rel=1e-13), second]


def test_a_reduction_on_a_plateau_persists_during_a_warm_up() -> None:
    optimizer = two_groups()
    warm_up, plateau = LinearLR(optimizer, total_iters=3), ReduceLROnPlateau(optimizer, patience=0)
    for loss in (3.0, 2.0, 2.0, 1.0, 0.5):
        warm_up.step()
        plateau.step(loss)
    assert rates(optimizer) == pytest.approx([0.05, 0.0125], rel=1e-14)


def test_a_cosine_schedule_rises_again_after_its_minimum_where_the_scale_is_0() -> None:
    optimizer = two_groups()
    scheduler = CosineAnnealingLR(optimizer, T_max=4, eta_min=0.0)
    for _ in range(4):
        scheduler.step()
    optimizer.param_groups[0]["lr"] = 0.25
    scheduler.step()
    assert rates(optimizer)[0] == 0.25 + scheduler.lr_at(5)[0]


# --- one cycle ---


def test_one_cycle_moves_the_momentum_opposite_to_the_learning_rate() -> None:
    optimizer = two_groups()
    scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=11, pct_start=0.5454545454545454)
    momenta = [optimizer.param_groups[0]["momentum"]]
    for _ in range(10):
        scheduler.step()
        momenta.append(optimizer.param_groups[0]["momentum"])
    assert momenta == [scheduler.momentum_at(step)[0] for step in range(11)]
    assert [momenta[0], momenta[5], momenta[10]] == pytest.approx([0.95, 0.85, 0.95])
    assert rates(optimizer) == pytest.approx([1 / 25 / 1e4] * 2)


def test_one_cycle_changes_the_first_beta_and_keeps_the_second() -> None:
    optimizer = Adam([Value(1.0)], betas=(0.9, 0.99))
    scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    assert optimizer.param_groups[0]["betas"] == (0.95, 0.99)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["betas"] == (scheduler.momentum_at(1)[0], 0.99)


def test_one_cycle_refuses_a_step_after_its_end_and_stays_unchanged() -> None:
    optimizer = two_groups()
    scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=3)
    for _ in range(3):
        scheduler.step()
    before = rates(optimizer)
    with pytest.raises(ValueError, match="has 3 steps, got step 4"):
        scheduler.step()
    assert (rates(optimizer), scheduler.last_epoch) == (before, 3)


# --- warm restarts, plateaus, sequences ---


def test_warm_restarts_go_to_any_position_and_continue_from_there() -> None:
    optimizer = two_groups()
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=4, T_mult=2)
    scheduler.step(5.5)
    assert (rates(optimizer), scheduler.last_epoch) == (scheduler.lr_at(5.5), 5)
    scheduler.step()
    assert (rates(optimizer), scheduler.last_epoch) == (scheduler.lr_at(6.5), 6)
    assert scheduler.lr_at(5.5)[0] == pytest.approx(0.25 * (1 + math.cos(math.pi * 1.5 / 8)))


METRICS = [5.0, 4.0, 4.0, math.nan, 4.0, 3.99999, 3.0, 3.0, 3.0, 3.0, 3.0, 2.0, 2.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 1},
        {"patience": 0, "cooldown": 2},
        {"patience": 1, "threshold": 0.5, "threshold_mode": "abs", "min_lr": [0.1, 0.01]},
        {"patience": 2, "mode": "max", "factor": 0.5, "eps": 0.1},
    ],
)
def test_a_preview_of_a_plateau_scheduler_equals_the_steps_with_these_metrics(options: dict[str, Any]) -> None:
    optimizer = two_groups()
    scheduler = ReduceLROnPlateau(optimizer, **options)
    expected = preview(scheduler, METRICS)
    assert rates(optimizer) == [0.5, 0.125]
    found = []
    for metric in METRICS:
        scheduler.step(metric)
        found.append(rates(optimizer))
    assert found == expected
    assert found[-1] != [0.5, 0.125]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"patience": 1}, [1, 1, 0.5, 0.5, 0.25, 0.25]),
        ({"patience": 0, "cooldown": 1}, [1, 0.5, 0.5, 0.25, 0.25, 0.125]),
        ({"patience": 1, "cooldown": 1}, [1, 1, 0.5, 0.5, 0.5, 0.25]),
        ({"patience": 0, "min_lr": 0.3}, [1, 0.5, 0.3, 0.3, 0.3, 0.3]),
        ({"patience": 0, "eps": 0.3}, [1, 0.5, 0.5, 0.5, 0.5, 0.5]),
    ],
)
def test_constant_metrics_reduce_the_rate_in_these_steps(options: dict[str, Any], expected: list[float]) -> None:
    scheduler = ReduceLROnPlateau(SGD([Value(1.0)], lr=1.0), factor=0.5, **options)
    assert [lr for (lr,) in preview(scheduler, [2.0] * 6)] == expected


def test_the_metric_of_a_plateau_may_be_a_node_of_one_number() -> None:
    optimizer = two_groups()
    scheduler = ReduceLROnPlateau(optimizer, patience=0)
    for metric in (Value(1.0), Tensor(1.0), np.float32(1.0)):
        scheduler.step(metric)
    assert rates(optimizer) == pytest.approx([0.005, 0.00125])
    with pytest.raises(TypeError, match="the metric must be one number, got str"):
        scheduler.step("low")


def test_warmup_cosine_rises_to_the_learning_rate_and_falls_to_eta_min() -> None:
    optimizer = two_groups()
    scheduler = warmup_cosine(optimizer, warmup_steps=5, total_steps=25, eta_min=0.01, start_factor=0.2)
    first = [lr for lr, _ in preview(scheduler, 26)]
    assert first[:6] == pytest.approx([0.1, 0.18, 0.26, 0.34, 0.42, 0.5])
    assert first[5:] == sorted(first[5:], reverse=True)
    assert first[25] == pytest.approx(0.01)
    assert scheduler.lr_at(25) == pytest.approx([0.01, 0.01])


# --- all or nothing ---


INTERRUPTED: dict[str, Spec] = {
    "one cycle": ("OneCycleLR", {"max_lr": 0.3, "total_steps": 5}),
    "warm restarts": ("CosineAnnealingWarmRestarts", {"T_0": 2}),
    "a sequence": (
        "SequentialLR",
        {"milestones": [1], "schedulers": [("ConstantLR", {}), ("StepLR", {"step_size": 1})]},
    ),
    "a plateau": ("ReduceLROnPlateau", {"patience": 0}),
}


@pytest.mark.parametrize("name", INTERRUPTED)
def test_an_interrupt_at_any_line_of_a_step_leaves_all_rates_changed_or_none(name: str) -> None:
    ends: list[tuple[Any, ...]] = []
    interrupted = True
    while interrupted:
        optimizer = two_groups()
        scheduler = ours(optimizer, INTERRUPTED[name])
        metric = [math.nan] if isinstance(scheduler, ReduceLROnPlateau) else []
        untouched = settings(optimizer, scheduler)
        interrupted = interrupted_at(len(ends) + 1, lambda s=scheduler, m=metric: s.step(*m))  # type: ignore[misc]
        ends.append(settings(optimizer, scheduler))
    assert untouched != ends[-1]
    assert [end for end in ends if end not in (untouched, ends[-1])] == []
    assert ends.count(untouched) > 10


def settings(optimizer: Optimizer, scheduler: LRScheduler) -> tuple[Any, ...]:
    groups = [(group["lr"], group["momentum"]) for group in optimizer.param_groups]
    return groups, scheduler.get_last_lr(), json.dumps(scheduler.state_dict())


# --- saving and loading ---


@pytest.mark.parametrize("spec", SCHEDULES, ids=spelled)
def test_training_continues_bitwise_equal_after_saving_and_loading(spec: Spec) -> None:
    optimizer = two_groups()
    scheduler = schedule(optimizer, spec)
    for _ in range(37):
        scheduler.step()
    saved = json.loads(json.dumps([optimizer.state_dict(), scheduler.state_dict()]))

    resumed = two_groups()
    other = schedule(resumed, spec)
    other.load_state_dict(saved[1])
    resumed.load_state_dict(saved[0])
    for _ in range(50):
        scheduler.step()
        other.step()
        for ours_, theirs in zip(resumed.param_groups, optimizer.param_groups, strict=True):
            assert (ours_["lr"], ours_["momentum"]) == (theirs["lr"], theirs["momentum"])


def test_a_loaded_sequence_continues_from_a_rate_that_was_changed_by_hand() -> None:
    found = []
    for resumes in (False, True):
        optimizer = two_groups()
        sequence = SequentialLR(optimizer, [StepLR(optimizer, 2), ExponentialLR(optimizer, 0.5)], [2])
        for _ in range(3):
            sequence.step()
        optimizer.param_groups[0]["lr"] *= 3
        if resumes:
            saved, optimizer = (optimizer.state_dict(), sequence.state_dict()), two_groups()
            sequence = SequentialLR(optimizer, [StepLR(optimizer, 2), ExponentialLR(optimizer, 0.5)], [2])
            optimizer.load_state_dict(saved[0])
            sequence.load_state_dict(saved[1])
        sequence.step()
        found.append(rates(optimizer))
    assert found[0] == found[1] == [3 * 0.5 * 0.25, 0.125 * 0.25]


def test_a_plateau_scheduler_is_saved_with_its_best_metric_and_counters() -> None:
    optimizer, other = two_groups(), two_groups()
    scheduler, resumed = (ReduceLROnPlateau(each, patience=2) for each in (optimizer, other))
    for metric in METRICS[:9]:
        scheduler.step(metric)
    resumed.load_state_dict(scheduler.state_dict())
    other.load_state_dict(optimizer.state_dict())
    assert preview(resumed, METRICS[9:]) == preview(scheduler, METRICS[9:])


def test_a_schedule_is_resumed_from_the_initial_lr_in_the_optimizer() -> None:
    optimizer = two_groups()
    scheduler = StepLR(optimizer, 2)
    for _ in range(5):
        scheduler.step()
    again = StepLR(optimizer, 2, last_epoch=5)
    assert (again.last_epoch, rates(optimizer)) == (6, scheduler.lr_at(6))
    with pytest.raises(KeyError, match="initial_lr"):
        StepLR(two_groups(), 2, last_epoch=5)


def test_a_state_of_another_kind_is_refused_and_nothing_is_changed() -> None:
    optimizer = two_groups()
    scheduler = StepLR(optimizer, 2)
    sequence = SequentialLR(optimizer, [StepLR(optimizer, 2), ExponentialLR(optimizer, 0.5)], [3])
    before, whole = scheduler.state_dict(), sequence.state_dict()
    with pytest.raises(ValueError, match="StepLR expected the keys"):
        scheduler.load_state_dict(ExponentialLR(optimizer, 0.5).state_dict())
    with pytest.raises(ValueError, match="has 2 parameter groups, the saved schedule 1"):
        scheduler.load_state_dict(StepLR(SGD([Value(1.0)]), 2).state_dict())
    spoilt = {**whole, "schedulers": [{**before, "gamma": 0.9}, before]}
    with pytest.raises(ValueError, match="ExponentialLR expected"):
        sequence.load_state_dict(spoilt)
    with pytest.raises(ValueError, match="has 2 schedulers, the saved one 1"):
        sequence.load_state_dict({**whole, "schedulers": [before]})
    assert (scheduler.state_dict(), sequence.state_dict()) == (before, whole)


# --- refused arguments ---


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda o: StepLR(3, 2), TypeError, "takes an optimizer, got int"),  # type: ignore[arg-type]
        (lambda o: LambdaLR(None, abs), TypeError, "takes an optimizer"),  # type: ignore[arg-type]
        (lambda o: StepLR(o, 0), ValueError, "step_size must be an integer >= 1, got 0"),
        (lambda o: StepLR(o, 2.5), TypeError, "step_size must be an integer >= 1, got float"),  # type: ignore[arg-type]
        (lambda o: StepLR(o, 2, gamma=math.nan), ValueError, "gamma"),
        (lambda o: StepLR(o, 2, last_epoch=-2), ValueError, "last_epoch"),
        (lambda o: MultiStepLR(o, [-1]), ValueError, "milestone"),
        (lambda o: ConstantLR(o, factor=1.5), ValueError, "factor must be a number from 0 to 1"),
        (lambda o: LinearLR(o, start_factor=0), ValueError, "start_factor must be a number > 0"),
        (lambda o: LinearLR(o, end_factor=1.5), ValueError, "end_factor"),
        (lambda o: PolynomialLR(o, total_iters=0), ValueError, "total_iters"),
        (lambda o: LambdaLR(o, [abs]), ValueError, "a list of 2, one for each; got 1"),
        (lambda o: LambdaLR(o, 0.5), TypeError, "a function of the step, got float"),  # type: ignore[arg-type]
        (lambda o: CosineAnnealingLR(o, 0), ValueError, "T_max"),
        (lambda o: CosineAnnealingWarmRestarts(o, 5, T_mult=0), ValueError, "T_mult"),
        (lambda o: CosineAnnealingWarmRestarts(o, 5).step(math.inf), ValueError, "epoch"),
        (lambda o: OneCycleLR(o, 0.1), ValueError, "total_steps, or epochs and steps_per_epoch"),
        (lambda o: OneCycleLR(o, 0.1, epochs=0, steps_per_epoch=1), ValueError, "epochs"),
        (lambda o: OneCycleLR(o, 0.1, 10, pct_start=1.5), ValueError, "pct_start"),
        (lambda o: OneCycleLR(o, 0.1, 10, anneal_strategy="cosine"), ValueError, '"cos" or "linear"'),
        (lambda o: OneCycleLR(o, [0.1], 10), ValueError, "max_lr must be one value for all groups"),
        (lambda o: OneCycleLR(Adagrad([Value(1.0)]), 0.1, 10), ValueError, "neither momentum nor betas"),
        (lambda o: ReduceLROnPlateau(o, mode="low"), ValueError, '"min" or "max"'),
        (lambda o: ReduceLROnPlateau(o, threshold_mode="log"), ValueError, '"rel" or "abs"'),
        (lambda o: ReduceLROnPlateau(o, factor=1.0), ValueError, "factor must be a number >= 0 and < 1"),
        (lambda o: SequentialLR(o, [StepLR(o, 2)], [3]), ValueError, "0 for 1 schedulers, got 1"),
        (lambda o: SequentialLR(o, [StepLR(o, 2)] * 3, [3, 3]), ValueError, "milestones must increase"),
        (lambda o: SequentialLR(o, [StepLR(two_groups(), 2)], []), ValueError, "belongs to another optimizer"),
        (lambda o: SequentialLR(o, [ReduceLROnPlateau(o)], []), TypeError, "depend on the step only"),  # type: ignore[list-item]
        (lambda o: warmup_cosine(o, 10, 10), ValueError, "warmup_steps < total_steps"),
        (lambda o: preview(ReduceLROnPlateau(o), 3), TypeError, "a list of metrics"),
        (lambda o: preview(o, 3), TypeError, "takes a scheduler, got SGD"),
        (lambda o: StepLR(o, 2).lr_at(-1), ValueError, "step must be an integer >= 0"),
        (lambda o: OneCycleLR(o, 0.1, 10).lr_at(11), ValueError, "has 10 steps"),
    ],
)
def test_invalid_arguments_of_schedules_are_refused(
    make: Callable[[Any], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make(two_groups())


def test_a_group_added_after_the_scheduler_is_refused() -> None:
    optimizer = two_groups()
    scheduler = StepLR(optimizer, 2)
    optimizer.add_param_group({"params": [Value(1.0)]})
    with pytest.raises(RuntimeError, match="3 parameter groups, and had 2"):
        scheduler.step()


def test_empty_schedules_and_divisions_by_zero_are_refused() -> None:
    optimizer = nn.optim.SGD([Value(1.0)], lr=1.0)
    schedules = nn.optim.lr_scheduler
    for name in ("div_factor", "final_div_factor"):
        with pytest.raises(ValueError, match=f"{name} must be a number > 0, got 0"):
            schedules.OneCycleLR(optimizer, 1.0, 10, cycle_momentum=False, **{name: 0.0})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"write \[3\]"):
        schedules.MultiStepLR(optimizer, 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="got no schedulers"):
        schedules.SequentialLR(optimizer, [], [])
    with pytest.raises(TypeError, match=r"loads the result of state_dict\(\), got None"):
        schedules.StepLR(optimizer, 2).load_state_dict(None)  # type: ignore[arg-type]
