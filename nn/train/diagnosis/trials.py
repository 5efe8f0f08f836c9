"""Trials: what becomes of the loss when copies of the model are trained on one batch."""

from __future__ import annotations

import copy
import math
from contextlib import suppress
from statistics import median
from typing import Any, Final, final

import numpy as np

import autograd as ag
from autograd import Tensor, Value

from ...module import Module, copied_leaf
from ...optim import Adam, Optimizer
from ..evaluation import loss_number
from ..outputs import apply_model

_RATES: Final = (0.01, 0.05, 0.001)  # of Adam, in the trial of what the model can learn
_OWN_STEPS: Final = 20
_CONSTANT_STEPS: Final = 60
_TAIL: Final = 5  # the last losses, whose median counts: those of dropout are noisy
SMALLEST: Final = 1e-4  # a smaller loss leaves nothing to learn


@final
class Trial:
    """The losses of some steps on one batch, the one before the first step and the one after the last included."""

    __slots__ = ("losses",)

    def __init__(self, losses: list[float]) -> None:
        self.losses = losses

    @property
    def first(self) -> float:
        """The loss before the first step."""
        return self.losses[0]

    @property
    def last(self) -> float:
        """The median of the last losses; nan where one of them was not finite."""
        tail = self.losses[-_TAIL:]
        return median(tail) if all(map(math.isfinite, tail)) else math.nan

    @property
    def late(self) -> float:
        """The median of the losses around three quarters of the steps."""
        end = max(len(self.losses) * 3 // 4, 1)
        return median(self.losses[max(end - _TAIL, 0) : end])

    @property
    def highest(self) -> float:
        """The largest loss."""
        return max(self.losses)

    def fell(self, share: float) -> bool:
        """Tell whether the loss fell by more than this share of what it was."""
        return self.last < self.first - share * abs(self.first)


def twins(model: Module, *others: Any) -> tuple[Any, ...]:
    """Return copies of the model, an optimizer and a loss that belong together; None and functions stay as they are."""
    memo: dict[int, Any] = {}
    for optimizer in others:
        if isinstance(optimizer, Optimizer):
            own = {id(node) for node in model.parameters()}
            nodes = [node for group in optimizer.param_groups for node in group["params"]]
            memo.update({id(node): copied_leaf(node) for node in nodes if id(node) not in own})
    try:
        twin = copy.deepcopy(model, memo)
        kept = [copy.deepcopy(x, memo) if isinstance(x, (Module, Optimizer)) else x for x in others]
    except TypeError as error:
        raise TypeError(
            f"the doctor works on copies, and {type(model).__name__}, its loss or its optimizer cannot be copied: "
            f"{error}; keep files, locks and the results of ops out of their attributes"
        ) from error
    return (twin, *kept)


def take_steps(
    model: Module, inputs: tuple[Any, ...], target: Any, loss: Any, optimizer: Optimizer, steps: int
) -> Trial:
    """Train on one batch. It ends early where the loss is not finite."""
    losses: list[float] = []
    for k in range(steps + 1):
        optimizer.zero_grad()
        root = loss(apply_model(model, inputs), target)
        losses.append(loss_number(root))
        if not math.isfinite(losses[-1]):
            break
        if k < steps:
            root.backward()
            optimizer.step()
    return Trial(losses)


def over_fitting(model: Module, inputs: tuple[Any, ...], target: Any, loss: Any, steps: int) -> Trial | None:
    """Return the trial with Adam at the learning rate that suits better; None for a model without parameters."""
    best: Trial | None = None
    for rate in _RATES:
        twin, its_loss = twins(model, loss)
        trainable = [node for node in twin.parameters() if node.requires_grad]
        if not trainable:
            return None
        trial = take_steps(twin.train(), inputs, target, its_loss, Adam(trainable, lr=rate), steps)
        if best is None or trial.last < best.last or math.isnan(best.last):
            best = trial
        if best.fell(0.5):
            break
    return best


def own_steps(
    model: Module, inputs: tuple[Any, ...], target: Any, loss: Any, optimizer: Optimizer, steps: int
) -> Trial:
    """Return the trial with the user's optimizer, from its present state on."""
    twin, its_optimizer, its_loss = twins(model, optimizer, loss)
    return take_steps(twin.train(), inputs, target, its_loss, its_optimizer, min(steps, _OWN_STEPS))


def constant_answer(output: Any, target: Any, loss: Any) -> float | None:
    """Return the least loss of an output that is the same for all samples; None where it cannot be computed.

    A model that does no better has not used its inputs.
    """
    losses: list[float] = []
    with suppress(Exception):  # such as probabilities that left the range from 0 to 1; the losses until then count
        leaves, build = _constant(output)
        optimizer = Adam(leaves, lr=0.1)
        for _ in range(_CONSTANT_STEPS):
            optimizer.zero_grad()
            root = loss(build(), target)
            losses.append(loss_number(root))
            root.backward()
            optimizer.step()
    return min(filter(math.isfinite, losses), default=None)


def _constant(output: Any) -> tuple[list[Any], Any]:
    """Return new leaves for one answer, and a function that repeats them in the form of the output."""
    if isinstance(output, Tensor):
        mean = np.asarray(output.data).mean(axis=0, keepdims=True)
        leaf = Tensor(mean, requires_grad=True)
        return [leaf], lambda: ag.broadcast_to(leaf, output.shape)
    if isinstance(output[0], Value):
        value = Value(float(np.mean([y.data for y in output])))
        return [value], lambda: [value * 1.0 for _ in output]
    values = [Value(float(np.mean([y.data for y in column]))) for column in zip(*output, strict=True)]
    return values, lambda: [list(values) for _ in output]
