"""What all schedulers share: the optimizer whose groups they set, the count of steps, what is saved and loaded."""

from __future__ import annotations

import copy
import warnings
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from ...assign import update
from ...given import whole
from ..optimizer import Optimizer

Settings = dict[str, Any]
Change = tuple[dict[str, Any], Settings]  # a group or a scheduler's attributes, and what is new in it


class LRScheduler:
    """Base of the schedulers: one learning rate per parameter group, set in `optimizer.param_groups`.

    `last_epoch` counts the steps; `get_last_lr()` is what was set last.
    """

    last_epoch: int

    # What a scheduler has that is not saved.
    _unsaved: tuple[str, ...] = ("optimizer",)

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self._last_lr: list[float] = [float(group["lr"]) for group in groups(optimizer)]

    def get_last_lr(self) -> list[float]:
        """The learning rates set last, one per group."""
        return list(self._last_lr)

    def _groups(self) -> list[dict[str, Any]]:
        """The groups of the optimizer, which must be as many as there were."""
        found = self.optimizer.param_groups
        if len(found) != len(self._last_lr):
            raise RuntimeError(
                f"the optimizer has {len(found)} parameter groups, and had {len(self._last_lr)} when this "
                f"{type(self).__name__} was made; make a new scheduler after add_param_group()"
            )
        return found

    def state_dict(self) -> dict[str, Any]:
        """What to save: all but the optimizer, which saves itself, and functions."""
        return {name: copy.deepcopy(value) for name, value in vars(self).items() if name not in self._unsaved}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take on what `state_dict` saved, all or nothing; load the optimizer's state too, which has the rates.

        ValueError where it was saved by another kind of scheduler, or for another number of groups.
        """
        update([(vars(scheduler), state) for scheduler, state in self._fitting(state_dict)])

    def _fitting(self, state_dict: Mapping[str, Any]) -> list[tuple[LRScheduler, dict[str, Any]]]:
        """What of the saved state belongs to whom, where it fits."""
        expected = [name for name in vars(self) if name not in self._unsaved]
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"{type(self).__name__} loads what state_dict() gave, got {state_dict!r:.60}")
        if set(expected) != state_dict.keys():
            raise ValueError(
                f"{type(self).__name__} expected the keys {', '.join(expected)}; got {', '.join(state_dict)}"
            )
        if len(state_dict["_last_lr"]) != len(self._last_lr):
            raise ValueError(
                f"the optimizer has {len(self._last_lr)} parameter groups, the saved schedule "
                f"{len(state_dict['_last_lr'])}"
            )
        return [(self, copy.deepcopy(dict(state_dict)))]


class Schedule(LRScheduler):
    """Base of the schedulers that are a formula of the step: `lr_at(step)` is known for every step beforehand.

    It starts from the learning rate that each group had when the first schedule of the optimizer was made, noted in
    the group as "initial_lr". A subclass sets its own attributes first and then calls
    `super().__init__(optimizer, last_epoch)`, which sets the learning rates of step 0.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        super().__init__(optimizer)
        self.last_epoch = whole("last_epoch", last_epoch, -1)
        for k, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"last_epoch={last_epoch} resumes a schedule, and param_groups[{k}] has no 'initial_lr' to resume "
                    "from; load the optimizer's state first, or leave last_epoch at -1"
                )
        self.base_lrs: list[float] = [float(group["initial_lr"]) for group in optimizer.param_groups]
        update(self._changes(self.last_epoch + 1))

    @abstractmethod
    def lr_at(self, step: int) -> list[float]:
        """The learning rates after `step` steps, one per group, as the schedule has them; nothing is set."""

    def step(self) -> None:
        """Go on to the next step and set its learning rates, all or nothing. Call it after `optimizer.step()`."""
        self._expect_a_step()
        update(self._changes(self.last_epoch + 1))

    def _expect_a_step(self) -> None:
        if self.last_epoch == 0 and self.optimizer.steps == 0:
            warnings.warn(
                "lr_scheduler.step() was called before optimizer.step(): the first learning rate of the schedule is "
                "skipped; call optimizer.step() first",
                UserWarning,
                stacklevel=3,
            )

    def _changes(self, step: Any) -> list[Change]:
        """What is different at this step, a whole number, and only with warm restarts perhaps a fraction."""
        found = self._groups()
        settings = self._settings(step)
        own = {"_last_lr": [new["lr"] for new in settings], "last_epoch": step}
        return [*zip(found, settings, strict=True), (vars(self), own)]

    def _settings(self, step: int) -> list[Settings]:
        """What each group is set to on going to this step."""
        return [{"lr": lr} for lr in self.lr_at(step)]


def groups(optimizer: Optimizer) -> list[dict[str, Any]]:
    """The parameter groups of what must be an optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"a scheduler takes an optimizer, got {type(optimizer).__name__}: {optimizer!r:.60}")
    return optimizer.param_groups


def per_group(name: str, value: Any, optimizer: Optimizer) -> list[Any]:
    """One of it for each parameter group, given as one for all or as a list."""
    count = len(groups(optimizer))
    found = list(value) if isinstance(value, (list, tuple)) else [value] * count
    if len(found) != count:
        raise ValueError(f"{name} is one for all groups or a list of one for each of {count}, got {len(found)}")
    return found
