"""Checks of training steps: what the loss does when copies of the model are trained on the batch, and what failed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from ...optim import Optimizer
from .evidence import Evidence
from .sign import Sign
from .trials import SMALLEST, Trial

_LEARNS: Final = 0.05  # a fall of the loss by less than this share is no over-fitting
_BETTER: Final = 0.02  # nor is a loss that is less than this share below that of a constant answer
_STALLED: Final = 0.002  # and falls by less than this share in the last quarter of the steps
_TOO_LITTLE: Final = 0.005
_ROSE: Final = 1.5
_LARGE_STEP, _SMALL_STEP = 0.5, 1e-6  # of the weights


def not_finite(found: Evidence) -> Iterator[Sign]:
    """Find a loss or a gradient that is not finite, and where that began."""
    if found.seen.failure is not None:
        return
    broken = [name for name, node in found.model.named_parameters() if not np.isfinite(np.asarray(node.data)).all()]
    wrong = [name for name, g in found.gradients.items() if g is not None and not np.isfinite(np.asarray(g)).all()]
    if broken:
        yield Sign(broken[0], len(broken), {"what": "a parameter is not finite already"})
    elif not math.isfinite(found.seen.number):
        yield Sign("loss", found.seen.number, {"what": found.seen.not_finite or "the loss itself is not finite"})
    elif wrong:
        yield Sign(f"gradient of {wrong[-1]}", len(wrong), {"what": found.seen.not_finite or "in the backward pass"})


def batch_not_over_fitted(found: Evidence) -> Iterator[Sign]:
    """Find a model that does not even learn one batch by heart: its loss stays, above that of a constant answer."""
    trial = found.over_fitting
    if trial is None or abs(trial.first) < SMALLEST:
        return
    constant = found.constant
    if constant is None:
        failed = not trial.fell(_LEARNS)
    else:  # the loss of a model that starts with wrong answers may fall, and then stay at that of a constant answer
        stalled = not trial.last < trial.late - _STALLED * abs(trial.late)
        failed = stalled and not trial.last < constant - _BETTER * abs(constant)
    if failed:
        known = "" if constant is None else f", and the best constant answer has {constant:.3g}"
        details = {"first": trial.first, "steps": len(trial.losses) - 1, "constant": known}
        yield Sign("loss", trial.last, details)


def learning_rate_too_high(found: Evidence) -> Iterator[Sign]:
    """Find a loss that rises under the user's optimizer."""
    trial = found.own
    if trial is None:
        return
    learns = found.over_fitting is not None and found.over_fitting.fell(0.5)
    spiked = trial.last > trial.first and trial.highest > _ROSE * trial.first and learns
    rose = trial.last > trial.first + (_ROSE - 1) * abs(trial.first) + 10 * SMALLEST
    if math.isnan(trial.last) or rose or spiked:
        yield _of_rate(found.optimizer, trial)


def learning_rate_too_low(found: Evidence) -> Iterator[Sign]:
    """Find a loss that stays under the user's optimizer, although the model can learn and has much to learn."""
    trial = found.own
    if trial is None or not found.unlearned or found.over_fitting is None or not found.over_fitting.fell(_LEARNS):
        return
    moved = max(abs(loss - trial.first) for loss in trial.losses)
    if moved < _TOO_LITTLE * abs(trial.first):
        yield _of_rate(found.optimizer, trial)


def large_update(found: Evidence) -> Iterator[Sign]:
    """Find the layer with the largest step, where that is of the size of its weights."""
    name = max(found.updates, key=lambda each: found.updates[each], default="")
    if name and found.updates[name] > _LARGE_STEP:
        yield Sign(name, found.updates[name])


def small_update(found: Evidence) -> Iterator[Sign]:
    """Find steps that are tiny in all layers, although there is much to learn."""
    sizes = {name: size for name, size in found.updates.items() if size > 0}
    name = max(sizes, key=lambda each: sizes[each], default="")
    if name and sizes[name] < _SMALL_STEP and found.unlearned and found.seen.number > SMALLEST:
        yield Sign(name, sizes[name])


def failure(found: Evidence) -> Iterator[Sign]:
    """Find an error that the model or the loss raises."""
    error = found.seen.failure
    if error is not None:
        first = str(error).partition("\n")[0]
        yield Sign(found.seen.failed_in, 1, {"error": f"{type(error).__name__}: {first}"})


def _of_rate(optimizer: Optimizer | None, trial: Trial) -> Sign:
    """Return the sign of a learning rate that does not suit."""
    rate = math.nan if optimizer is None else float(optimizer.param_groups[0].get("lr", math.nan))
    return Sign("optimizer", rate, {"first": trial.first, "last": trial.last, "steps": len(trial.losses) - 1})
