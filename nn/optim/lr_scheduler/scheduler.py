"""LRScheduler and Schedule, the base classes: they count steps, set learning rates, save and load."""

from __future__ import annotations

import copy
import warnings
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from autograd import printable, shown

from ...atomic import update_dicts
from ...checks import integer
from ..optimizer import Optimizer

Settings = dict[str, Any]
Change = tuple[dict[str, Any], Settings]  # the dict of a group or of a scheduler, and its new entries


class LRScheduler:
    """Base class of the schedulers: sets one learning rate per parameter group in `optimizer.param_groups`.

    `last_epoch` counts the steps; `get_last_lr()` returns the learning rates that were set last.
    """

    last_epoch: int

    _unsaved: tuple[str, ...] = ("optimizer",)  # attributes that state_dict leaves out

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self._last_lr: list[float] = [float(group["lr"]) for group in groups(optimizer)]

    def get_last_lr(self) -> list[float]:
        """Return the learning rates that were set last, one per group."""
        return list(self._last_lr)

    def _groups(self) -> list[dict[str, Any]]:
        """Return the groups of the optimizer. Raises RuntimeError if their number has changed."""
        current = self.optimizer.param_groups
        if len(current) != len(self._last_lr):
            raise RuntimeError(
                f"the optimizer has {len(current)} parameter groups, and had {len(self._last_lr)} when this "
                f"{type(self).__name__} was created; create a new scheduler after add_param_group()"
            )
        return current

    def state_dict(self) -> dict[str, Any]:
        """Return the state to save: all attributes but the optimizer, which has its own state, and functions."""
        return {name: copy.deepcopy(value) for name, value in vars(self).items() if name not in self._unsaved}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned, all or nothing. Load the optimizer's state too: it has the learning rates.

        Raises ValueError if the state is from another kind of scheduler or from another number of groups.
        """
        update_dicts([(vars(scheduler), state) for scheduler, state in self._checked_state(state_dict)])

    def _checked_state(self, state_dict: Mapping[str, Any]) -> list[tuple[LRScheduler, dict[str, Any]]]:
        """Return pairs of a scheduler and its part of the saved state. Raises ValueError if the state does not fit."""
        expected = [name for name in vars(self) if name not in self._unsaved]
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"{type(self).__name__} loads the result of state_dict(), got {shown(state_dict)}")
        if set(expected) != state_dict.keys():
            raise ValueError(
                f"{type(self).__name__} expected the keys {', '.join(expected)}; got "
                f"{printable(', '.join(map(str, state_dict)))}"
            )
        if len(state_dict["_last_lr"]) != len(self._last_lr):
            raise ValueError(
                f"the optimizer has {len(self._last_lr)} parameter groups, the saved schedule "
                f"{len(state_dict['_last_lr'])}"
            )
        return [(self, copy.deepcopy(dict(state_dict)))]


class Schedule(LRScheduler):
    """Base class of the schedulers whose rates depend on the step only: `lr_at(step)` returns those of any step.

    A schedule starts from the learning rate that each group had when the first schedule of the optimizer was created;
    the group keeps it as "initial_lr". A subclass sets its own attributes first and then calls
    `super().__init__(optimizer, last_epoch)`, which sets the learning rates of step 0; with `initial_lrs` the schedule
    starts from these instead. If anything raises, the optimizer is unchanged.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1, initial_lrs: Sequence[float] | None = None) -> None:
        super().__init__(optimizer)
        self.last_epoch = integer("last_epoch", last_epoch, -1)
        initial = initial_lrs if initial_lrs is not None and last_epoch == -1 else self._initial_lrs()
        self.base_lrs: list[float] = [float(lr) for lr in initial]
        kept = zip(optimizer.param_groups, ({"initial_lr": lr} for lr in initial), strict=True)
        update_dicts([*kept, *self._changes(self.last_epoch + 1)])

    def _initial_lrs(self) -> list[float]:
        """Return the learning rate that each group had when its first schedule was created."""
        lrs = [group.get("initial_lr", group["lr"]) for group in self.optimizer.param_groups]
        for k, group in enumerate(self.optimizer.param_groups):
            if self.last_epoch != -1 and "initial_lr" not in group:
                raise KeyError(
                    f"last_epoch={self.last_epoch} resumes a schedule, and param_groups[{k}] has no 'initial_lr' to "
                    "resume from; load the optimizer's state first, or leave last_epoch at -1"
                )
        return lrs

    @abstractmethod
    def lr_at(self, step: int) -> list[float]:
        """Return the scheduled learning rates after `step` steps, one per group, without setting them."""

    def step(self) -> None:
        """Go to the next step and set its learning rates, all or nothing. Call it after `optimizer.step()`."""
        self._warn_if_optimizer_has_not_stepped()
        update_dicts(self._changes(self.last_epoch + 1))

    def _warn_if_optimizer_has_not_stepped(self) -> None:
        if self.last_epoch == 0 and self.optimizer.steps == 0:
            warnings.warn(
                "lr_scheduler.step() was called before optimizer.step(): the first learning rate of the schedule is "
                "skipped; call optimizer.step() first",
                UserWarning,
                stacklevel=3,
            )

    def _changes(self, step: Any) -> list[Change]:
        """Return the changes that set the schedule to `step`, an integer; with warm restarts any number."""
        param_groups = self._groups()
        settings = self._settings(step)
        own = {"_last_lr": [new["lr"] for new in settings], "last_epoch": step}
        return [*zip(param_groups, settings, strict=True), (vars(self), own)]

    def _settings(self, step: int) -> list[Settings]:
        """Return the new options of each group at this step."""
        return [{"lr": lr} for lr in self.lr_at(step)]


def groups(optimizer: Optimizer) -> list[dict[str, Any]]:
    """Return the parameter groups of an optimizer. Raises TypeError for anything else."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"a scheduler takes an optimizer, got {type(optimizer).__name__}: {shown(optimizer)}")
    return optimizer.param_groups


def per_group(name: str, value: Any, optimizer: Optimizer) -> list[Any]:
    """Return a list with one value per parameter group, from such a list or from one value for all."""
    count = len(groups(optimizer))
    values = list(value) if isinstance(value, (list, tuple)) else [value] * count
    if len(values) != count:
        raise ValueError(
            f"{name} must be one value for all groups or a list of {count}, one for each; got {len(values)}"
        )
    return values
