"""Evidence: all that the checks of the doctor look at, found on copies of the model."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd import no_grad

from ...module import Module
from ...neuron import Layer
from ...optim import Optimizer
from ...optim.clipping import p_norm
from ...plot.gradients import gradient_norms
from ..loss_kind import LossKind, kind_of
from ..outputs import apply_model, as_array
from .observation import Observation, anomaly, observe
from .trials import Trial, constant_answer, over_fitting, own_steps, twins


@dataclass(slots=True)
class Evidence:
    """The measurements on one batch. `model` and `optimizer` are the user's, and are only read."""

    model: Module
    inputs: tuple[Any, ...]
    target: Any
    loss: Any
    optimizer: Optimizer | None
    evaluating: bool  # called under no_grad()
    seen: Observation = field(default_factory=Observation)
    kind: LossKind = LossKind.OTHER
    gradients: dict[str, Any] = field(default_factory=dict)  # name of a parameter -> its gradient on this batch
    norms: dict[str, float | None] = field(default_factory=dict)  # layer -> norm of the gradient
    updates: dict[str, float] = field(default_factory=dict)  # layer -> size of the next step, relative to the weights
    mode_gap: float = 0.0  # relative difference of the outputs in training and evaluation mode
    over_fitting: Trial | None = None
    own: Trial | None = None
    constant: float | None = None  # the least loss of an answer that is the same for all samples
    steps: int = 0

    @property
    def arrays(self) -> list[np.ndarray]:
        """The inputs as arrays."""
        return [as_array(x) for x in self.inputs]

    @property
    def scores(self) -> np.ndarray | None:
        """The output of the model as an array; None where there is none, or where it has several parts."""
        if self.seen.output is None or isinstance(self.seen.output, dict):
            return None
        with suppress(ValueError, TypeError):
            found = as_array(self.seen.output)
            return found if found.dtype.kind == "f" else None
        return None

    @property
    def classes(self) -> int | None:
        """The number of classes of a loss of classes; None for another loss."""
        if self.kind in (LossKind.CROSS_ENTROPY, LossKind.NEGATIVE_LOG_LIKELIHOOD):
            return None if self.scores is None or self.scores.ndim < 2 else int(self.scores.shape[1])
        return None if self.kind is LossKind.OTHER else 2

    @property
    def unlearned(self) -> bool:
        """Whether the loss is still near that of a constant answer, so that there is much to learn."""
        start = self.seen.number
        return math.isfinite(start) and (self.constant is None or start > self.constant - 0.5 * abs(self.constant))


def gather(
    model: Module,
    inputs: tuple[Any, ...],
    target: Any,
    loss: Any,
    optimizer: Optimizer | None,
    evaluating: bool,
    steps: int,
) -> Evidence:
    """Look at a model on one batch, and take steps with copies of it."""
    found = Evidence(model, inputs, target, loss, optimizer, evaluating, steps=steps)
    twin, its_optimizer, its_loss = twins(model, optimizer, loss)
    found.seen = seen = observe(twin, inputs, target, its_loss)
    found.kind = kind_of(loss)
    if found.kind is LossKind.OTHER and seen.ops & {"cross_entropy", "logsumexp"}:  # a function of the user calls it
        found.kind = LossKind.CROSS_ENTROPY
    if seen.failure is not None:
        return found
    found.gradients = {name: node.grad for name, node in twin.named_parameters() if node.requires_grad}
    with suppress(ValueError):  # no parameter has a gradient
        found.norms = gradient_norms(twin)
    if its_optimizer is not None:
        found.updates = _updates(twin, its_optimizer)
    if not _finite(found):
        said = anomaly(twins(model)[0], inputs, target, loss)
        seen.not_finite = said or f"first in the output of {seen.not_finite}" if seen.not_finite or said else ""
        return found
    found.mode_gap = _mode_gap(model, inputs)
    with suppress(Exception):  # a batch that suits evaluation only, such as one sample for batch normalization
        found.over_fitting = over_fitting(model, inputs, target, loss, steps)
        found.constant = constant_answer(seen.output, target, loss)
        if optimizer is not None:
            found.own = own_steps(model, inputs, target, loss, optimizer, steps)
    return found


def _finite(found: Evidence) -> bool:
    arrays = [np.asarray(g) for g in found.gradients.values() if g is not None]
    return math.isfinite(found.seen.number) and all(np.isfinite(array).all() for array in arrays)


def _updates(model: Module, optimizer: Optimizer) -> dict[str, float]:
    """Return the size of the next step of each layer, as a multiple of the size of its weights."""
    rows = {id(row.node): row for row in optimizer.explain().rows}
    found = {}
    for name, module in model.named_modules():
        own = [rows[id(p)] for p in module.parameters(recurse=isinstance(module, Layer)) if id(p) in rows]
        own = [row for row in own if row.gradient is not None]
        weights = p_norm([row.data for row in own], 2.0)
        change = p_norm([row.change for row in own], 2.0)
        if weights > 0:
            found[name or type(module).__name__] = change / weights
    return found


def _mode_gap(model: Module, inputs: tuple[Any, ...]) -> float:
    """Return the largest difference of the outputs in training and evaluation mode, relative to the outputs."""
    with suppress(Exception), no_grad():
        trained, evaluated = (
            as_array(apply_model(twins(model)[0].train(training), inputs)) for training in (True, False)
        )
        size = float(np.sqrt(np.mean(np.square(evaluated))))
        return float(np.abs(trained - evaluated).max()) / (size or 1.0)
    return 0.0
