"""Snapshot: all that a step of training changes, so that the step can be taken back.

The parts of a step are each all or nothing, but Ctrl-C may come between them: after the optimizer has moved and before
the schedule has. A step that raises is therefore taken back as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, final, runtime_checkable

import numpy as np

from autograd import default_generator

from ..atomic import set_attributes, update_dicts
from ..module import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler

DEFAULT = "default"  # name of autograd's default generator


@runtime_checkable
class Stateful(Protocol):
    """Anything with a state that can be saved and loaded, such as a loader."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state to save."""

    def load_state_dict(self, state_dict: Mapping[str, Any], /) -> Any:
        """Load what `state_dict` returned."""


def generators_of(model: Module) -> dict[str, np.random.Generator]:
    """Return the random generators that a training draws from, by name: the default one and those of the model.

    Those of the model are the numpy.random.Generator objects among the attributes of its Modules.
    """
    found = {DEFAULT: default_generator()}
    for path, module in model.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, np.random.Generator):
                found[f"{path}.{name}" if path else name] = value
    return found


@final
class Snapshot:
    """The state of the parts of a training at one moment; `restore()` brings it back.

    Data and gradients are kept without a copy, because a step replaces arrays and does not write into them.
    """

    __slots__ = ("_dicts", "_generators", "_loader", "_nodes", "_optimizer", "_scheduler")

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer | None = None,
        scheduler: LRScheduler | None = None,
        loader: Any = None,
    ) -> None:
        generators = generators_of(model).values()
        nodes = [*model.parameters(), *model.buffers()]
        self._nodes = [(node, name, getattr(node, name)) for node in nodes for name in ("data", "grad")]
        self._dicts: list[tuple[dict[str, Any], dict[str, Any]]] = []
        if optimizer is not None:
            owned = [vars(optimizer), *optimizer.param_groups]
            self._dicts = [(each, dict(each)) for each in owned]
        self._scheduler = None if scheduler is None else (scheduler, scheduler.state_dict())
        self._loader = (loader, loader.state_dict()) if isinstance(loader, Stateful) else None
        # NumPy makes a new dict each time the state of a generator is read.
        self._generators: list[tuple[Any, Any]] = [
            (each.bit_generator, each.bit_generator.state) for each in generators
        ]

    def restore(self) -> None:
        """Bring the state back."""
        set_attributes(self._nodes)
        if self._dicts:
            update_dicts(self._dicts)
        for owner, state in filter(None, (self._scheduler, self._loader)):
            owner.load_state_dict(state)
        set_attributes([(generator, "state", state) for generator, state in self._generators])
