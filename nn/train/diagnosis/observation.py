"""One forward and backward pass of a model, with everything that the checks want to know about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autograd import AnomalyError, Tensor, Value, detect_anomaly

from ...layers.embedding import Embedding
from ...layers.normalization import BatchNorm1d, LayerNorm
from ...model_summary import observed_calls
from ...module import Module
from ...neuron import Layer
from ..evaluation import loss_number
from ..outputs import apply_model, as_array

_ACTIVATIONS: Final = ("relu", "tanh", "sigmoid")
_PAIRWISE: Final = ("add", "sub", "mul", "div", "pow", "maximum", "minimum")
_NODES: Final = (Value, Tensor)


@dataclass(slots=True)
class Activity:
    """The results of one activation in one layer, as arrays with a row for each sample and a column for each unit."""

    where: str
    op: str
    units: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def share(self, affected: Callable[[np.ndarray], np.ndarray]) -> float:
        """Return the share of the units that are affected; the function returns a number or a bool for each column."""
        return float(np.mean(np.concatenate([affected(np.concatenate(parts)) for parts in self.units.values()])))

    def samples(self) -> int:
        """Return the least number of rows of a unit."""
        return min(sum(map(len, parts)) for parts in self.units.values())


@dataclass(slots=True)
class Observation:
    """The results of one pass. Where the model or the loss raised, `failure` is the error and the rest is missing."""

    output: Any = None
    number: float = math.nan
    failure: Exception | None = None
    failed_in: str = ""
    first_input: np.ndarray | None = None  # what the first layer with weights gets
    activities: list[Activity] = field(default_factory=list)
    ops: frozenset[str] = frozenset()  # the names of the ops of the loss
    broadcast: tuple[tuple[int, ...], tuple[int, ...]] | None = None  # shapes of output and target that were broadcast
    not_finite: str = ""  # the first module whose output is not finite


class _Recorder:
    """Notes which module made which node while the model runs: a node belongs to the innermost module around it."""

    def __init__(self, model: Module) -> None:
        self.paths: dict[int, str] = {}
        for path, module in model.named_modules():
            layer = path or type(module).__name__
            self.paths.setdefault(id(module), layer)
            if isinstance(module, Layer):  # its neurons are its units
                self.paths.update({id(neuron): layer for neuron in module.neurons})
        self.units = {id(module): path for path, module in model.named_modules()}
        self.owners: dict[int, tuple[str, str, Any]] = {}  # id of a node -> layer, unit and the node, which is kept
        self.first_input: np.ndarray | None = None
        self.not_finite = ""

    def report(self, module: Module, args: tuple[Any, ...], y: Any) -> None:
        """Note the nodes that this call made, from its output back to its arguments, without those of inner calls."""
        known = {id(node) for node in nodes_in(args)}
        waiting = list(nodes_in(y))
        path = self.paths.get(id(module), type(module).__name__)
        while waiting:
            node = waiting.pop()
            if node.op is None or id(node) in known:
                continue
            known.add(id(node))
            self.owners.setdefault(id(node), (path, self.units.get(id(module), ""), node))
            waiting += node.inputs
        if not self.not_finite and not all(np.isfinite(np.asarray(node.data)).all() for node in nodes_in(y)):
            self.not_finite = path
        weighted = any(True for _ in module.parameters(recurse=False))
        if self.first_input is None and weighted and not isinstance(module, (BatchNorm1d, LayerNorm, Embedding)):
            found = args[0] if args else None
            self.first_input = as_array(found) if isinstance(found, (Tensor, np.ndarray)) else np.zeros(0)

    def activities(self, output: Any) -> list[Activity]:
        """Return the activations inside the model; its output may be as large as it likes."""
        last = {id(node) for node in nodes_in(output)}
        found: dict[tuple[str, str, int], Activity] = {}
        for path, unit, node in self.owners.values():
            if node.op.name in _ACTIVATIONS and id(node) not in last:
                rows = _rows(np.asarray(node.data))
                activity = found.setdefault((path, node.op.name, rows.shape[1]), Activity(path, node.op.name))
                activity.units.setdefault(unit, []).append(rows)
        return list(found.values())


def observe(model: Module, inputs: tuple[Any, ...], target: Any, loss: Any) -> Observation:
    """Run the model and the loss forward and backward; the gradients are on the model afterwards."""
    seen = Observation(failed_in="the model")
    recorder = _Recorder(model)
    model.zero_grad()
    root: Any = None
    try:
        with observed_calls(model, recorder.report):
            seen.output = apply_model(model, inputs)
        seen.failed_in = "the loss"
        root = loss(seen.output, target)
        seen.number = loss_number(root)
        seen.failed_in = "the backward pass"
        if root.requires_grad:
            root.backward()
        seen.failed_in = ""
    except Exception as error:
        seen.failure = error
    seen.first_input, seen.not_finite = recorder.first_input, recorder.not_finite
    if seen.output is not None:
        seen.activities = recorder.activities(seen.output)
    if root is not None:
        _read_loss(seen, recorder, root, target)
    return seen


def anomaly(model: Module, inputs: tuple[Any, ...], target: Any, loss: Any) -> str:
    """Return the op and the module that detect_anomaly() names in a pass; "" where all is finite."""
    try:
        with detect_anomaly():
            loss(apply_model(model, inputs), target).backward()
    except AnomalyError as error:
        first, *rest = str(error).splitlines()
        return "".join([first, *(f", {line.strip()}" for line in rest if line.startswith("  in the module"))])
    except Exception:  # the check of failures names it
        return ""
    return ""


def nodes_in(x: Any) -> Iterator[Any]:
    """Yield the nodes in a node or in nested lists, tuples and dicts."""
    if isinstance(x, _NODES):
        yield x
    elif isinstance(x, (list, tuple)):
        for part in x:
            yield from nodes_in(part)
    elif isinstance(x, dict):
        yield from nodes_in(list(x.values()))


def _read_loss(seen: Observation, recorder: _Recorder, root: Any, target: Any) -> None:
    """Note the ops between the output and the loss, and an output and a target that were broadcast to each other."""
    shape = seen.output.shape if isinstance(seen.output, Tensor) else None
    names = set()
    waiting, known = [root], {id(root)}
    while waiting:
        node = waiting.pop()
        if node.op is None or id(node) in recorder.owners:
            continue
        names.add(node.op.name)
        shapes = [part.shape for part in node.inputs if isinstance(part, Tensor)]
        if node.op.name in _PAIRWISE and len(shapes) == 2 and node.shape not in shapes and shape in shapes:
            other = shapes[1 - shapes.index(shape)]
            if other == np.shape(as_array(target)):
                seen.broadcast = (shape, other)
        for part in node.inputs:
            if id(part) not in known:
                known.add(id(part))
                waiting.append(part)
    seen.ops = frozenset(names)


def _rows(data: np.ndarray) -> np.ndarray:
    """Return an array with a column for each unit: dimension 1 of images, and the last one of all others."""
    if data.ndim < 2:
        return data.reshape(-1, 1)
    units = 1 if data.ndim == 4 else data.ndim - 1
    return np.moveaxis(data, units, -1).reshape(-1, data.shape[units])
