"""Checks of the network: its loss at the start, its modes, its activations and its gradients."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from ..loss_kind import LossKind
from .evidence import Evidence
from .sign import Sign

_HIGH_LOSS: Final = (3.0, 2.0)  # more than this multiple of ln K, and than this much above it
_MOST: Final = 0.5  # share of the units of a layer
_FEW: Final = 8  # samples; in fewer, a healthy unit may be inactive by chance
_SATURATED: Final = {"tanh": (-0.99, 0.99), "sigmoid": (0.01, 0.99)}
_VANISHED: Final = 1e-5  # of the largest norm of a layer
_EXPLODED: Final = 1e3
_SAME: Final = 1e-4  # relative difference of two gradients that count as equal


def high_loss_at_the_start(found: Evidence) -> Iterator[Sign]:
    """Find a loss far above that of a guess, which gives each of K classes the probability 1/K."""
    if found.classes is None or found.seen.failure is not None or found.kind is LossKind.NEGATIVE_LOG_LIKELIHOOD:
        return
    guess = math.log(found.classes) if found.classes > 1 else 0.0
    reduction = getattr(found.loss, "reduction", "mean")
    limit = max(_HIGH_LOSS[0] * guess, guess + _HIGH_LOSS[1])
    if reduction == "mean" and math.isfinite(found.seen.number) and found.seen.number > limit:
        yield Sign("loss", found.seen.number, {"classes": found.classes, "guess": guess})


def forgotten_train(found: Evidence) -> Iterator[Sign]:
    """Find evaluation mode in training, where that changes the outputs."""
    if not found.evaluating and not found.model.training and found.mode_gap:
        yield Sign(type(found.model).__name__, found.mode_gap)


def forgotten_eval(found: Evidence) -> Iterator[Sign]:
    """Find training mode under no_grad(), where that changes the outputs."""
    if found.evaluating and found.model.training and found.mode_gap:
        yield Sign(type(found.model).__name__, found.mode_gap)


def nothing_to_train(found: Evidence) -> Iterator[Sign]:
    """Find a model all of whose parameters are frozen, or that has none."""
    parameters = list(found.model.parameters())
    if not any(node.requires_grad for node in parameters):
        yield Sign(type(found.model).__name__, len(parameters))


def parameter_not_in_the_optimizer(found: Evidence) -> Iterator[Sign]:
    """Find trainable parameters that no step will change."""
    if found.optimizer is None:
        return
    held = {id(node) for group in found.optimizer.param_groups for node in group["params"]}
    trainable = {name: node for name, node in found.model.named_parameters() if node.requires_grad}
    missing = [name for name, node in trainable.items() if id(node) not in held]
    if missing:
        yield Sign(_listed(missing), len(missing), {"all": len(trainable)})


def parameter_without_a_gradient(found: Evidence) -> Iterator[Sign]:
    """Find trainable parameters that the loss does not depend on."""
    missing = [name for name, g in found.gradients.items() if g is None]
    if missing:
        yield Sign(_listed(missing), len(missing), {"all": len(found.gradients)})


def forgotten_zero_grad(found: Evidence) -> Iterator[Sign]:
    """Find gradients that are an exact multiple of the gradient of this batch: the sum of several."""
    pairs = [
        (np.ravel(np.asarray(node.grad, dtype=float)), np.ravel(np.asarray(found.gradients[name], dtype=float)))
        for name, node in found.model.named_parameters()
        if node.grad is not None and found.gradients.get(name) is not None
    ]
    if not pairs:
        return
    kept, fresh = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    square = float(fresh @ fresh)
    if not square or len(fresh) < 2 or not np.isfinite(kept).all():
        return
    times = round(float(kept @ fresh) / square)
    if times >= 2 and np.linalg.norm(kept - times * fresh) <= _SAME * np.linalg.norm(kept):
        yield Sign("gradients", times)


def dead_relus(found: Evidence) -> Iterator[Sign]:
    """Find layers most of whose ReLUs are 0 for all samples."""
    for activity in found.seen.activities:
        if activity.op == "relu" and activity.samples() >= _FEW:
            share = activity.share(lambda rows: (rows == 0).all(axis=0))
            if share > _MOST:
                yield Sign(activity.where, share)


def saturated_activations(found: Evidence) -> Iterator[Sign]:
    """Find layers most of whose tanh or sigmoid results are at the flat ends."""
    for activity in found.seen.activities:
        if activity.op in _SATURATED:
            share = activity.share(functools.partial(_outside, *_SATURATED[activity.op]))
            if share > _MOST:
                yield Sign(activity.where, share, {"function": activity.op})


def vanishing_gradient(found: Evidence) -> Iterator[Sign]:
    """Find layers whose gradient is tiny beside that of a later layer. An exact 0 has another cause."""
    norms = _finite(found.norms)
    for k, (name, norm) in enumerate(norms.items()):
        later = max(list(norms.values())[k:])
        if 0 < norm < _VANISHED * later:
            yield Sign(name, norm, {"largest": later})
            return  # the layers between are on the way


def exploding_gradient(found: Evidence) -> Iterator[Sign]:
    """Find the layer with the largest gradient, where that is very large."""
    norms = _finite(found.norms)
    name = max(norms, key=lambda each: norms[each], default="")
    if name and norms[name] > _EXPLODED:
        yield Sign(name, norms[name])


def _outside(low: float, high: float, rows: np.ndarray) -> np.ndarray:
    """Return the share of each column that is not between the limits."""
    return np.asarray(((rows < low) | (rows > high)).mean(axis=0))


def _finite(norms: dict[str, Any]) -> dict[str, float]:
    return {name: norm for name, norm in norms.items() if norm is not None and math.isfinite(norm)}


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
