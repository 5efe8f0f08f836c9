"""Checkpoints: one file with all that a training needs to go on after it was stopped at any moment.

A checkpoint is a safetensors file. Its arrays are the weights, under PyTorch's keys, so `nn.load` and
`safetensors.torch.load_file` read them. The rest is JSON in the metadata. Nothing in it is code, and a sha256 hash of
the whole file shows every change.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from typing import Any, BinaryIO, Final, NamedTuple

from autograd import replace_file

from ..checks import integer
from ..files import packed, unpacked
from ..module import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler
from .outputs import checked_model
from .snapshot import Snapshot, Stateful, generators_of
from .state_text import from_text, same_kind, to_text

_STATE: Final = "glassgrad_checkpoint"  # key in the metadata: the state as JSON
_HASH: Final = "glassgrad_checkpoint_sha256"  # the hash of the file with zeros in this place
_VERSION: Final = 1
_ZEROS: Final = "0" * 64
_LONGEST_HEADER: Final = 100_000_000  # bytes, a limit of the format


class CheckpointError(ValueError):
    """A file is no checkpoint, is damaged, or does not fit what it is loaded into. Nothing was loaded."""


class Checkpoint(NamedTuple):
    """Contents of a checkpoint that belong to no object: numbers of the epoch and the step, and `extra`."""

    epoch: int | None
    step: int | None
    extra: Any


def save_checkpoint(
    path: str | os.PathLike[str],
    model: Module,
    optimizer: Optimizer | None = None,
    scheduler: LRScheduler | None = None,
    loader: Any = None,
    epoch: int | None = None,
    step: int | None = None,
    extra: Any = None,
) -> None:
    """Write a checkpoint; the file at `path` is the old one or the new one, complete, at every moment.

    It holds the states of the given parts and of the random generators: the default generator, and every
    numpy.random.Generator among the attributes of the model's Modules. `loader` is anything with `state_dict` and
    `load_state_dict`. `extra` is data of your own: numbers, text, arrays, lists and dicts.
    """
    checked_model("save_checkpoint", model)
    if loader is not None and not isinstance(loader, Stateful):
        raise TypeError(
            f"save_checkpoint saves a loader with state_dict and load_state_dict, got {type(loader).__name__}; "
            "use nn.data.DataLoader"
        )
    parts = {"optimizer": optimizer, "scheduler": scheduler, "loader": loader}
    state = {
        "version": _VERSION,
        "epoch": epoch,
        "step": step,
        "extra": extra,
        "random": {name: generator.bit_generator.state for name, generator in generators_of(model).items()},
        "steps": None if optimizer is None else optimizer.steps,
        **{
            name: {"kind": type(part).__name__, "state": part.state_dict()}
            for name, part in parts.items()
            if part is not None
        },
    }
    text = to_text(state)
    if len(text) > 0.9 * _LONGEST_HEADER:
        raise ValueError(
            f"the state beside the weights takes {len(text):,} bytes, and the file format allows {_LONGEST_HEADER:,}; "
            "save without the optimizer, or use a smaller model"
        )
    content = packed(model.state_dict(), {_STATE: text, _HASH: _ZEROS})
    replace_file(path, content.replace(_mark(_ZEROS), _mark(_hash(content)), 1))


def load_checkpoint(
    path: str | os.PathLike[str],
    model: Module,
    optimizer: Optimizer | None = None,
    scheduler: LRScheduler | None = None,
    loader: Any = None,
    random_states: bool = True,
) -> Checkpoint:
    """Load a checkpoint into the given parts, all of them or none, and return its epoch, step and extra.

    The random generators go on where they were when it was saved, unless `random_states` is False. Raises
    CheckpointError, and changes nothing, if the file is no checkpoint, is damaged or does not fit.
    """
    checked_model("load_checkpoint", model)
    weights, state = read_checkpoint(path)
    before = Snapshot(model, optimizer, scheduler, loader)
    try:
        _load_parts(model, {"optimizer": optimizer, "scheduler": scheduler, "loader": loader}, weights, state)
        if random_states:
            _load_random_states(model, state["random"])
        return Checkpoint(state["epoch"], state["step"], state["extra"])
    except Exception as error:
        before.restore()
        raise CheckpointError(f"{os.fspath(path)} does not fit, and nothing was loaded: {_reason(error)}") from error
    except BaseException:
        before.restore()
        raise


def read_checkpoint(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the weights and the rest of the state in a checkpoint. Raises CheckpointError if it is not one."""
    name = os.fspath(path)
    with open(path, "rb") as file:
        head, metadata = _header(name, file)
        content = head + file.read()
    if not re.fullmatch("[0-9a-f]{64}", metadata[_HASH]) or _hash(content, metadata[_HASH]) != metadata[_HASH]:
        raise CheckpointError(f"{name} is damaged: its content is not what was saved; use a copy")
    try:
        weights, state = unpacked(content), from_text(metadata[_STATE])
    except ValueError as error:
        raise CheckpointError(f"{name} is damaged: {error}; use a copy") from None
    if not isinstance(state, dict) or state.get("version") != _VERSION:
        raise CheckpointError(f"{name} is of another version of checkpoints than {_VERSION}; use the newest release")
    if missing := {"epoch", "step", "steps", "extra", "random"} - state.keys():
        raise CheckpointError(f"{name} lacks {', '.join(sorted(missing))}; use a copy")
    return weights, state


# --- the bytes ---


def _header(name: str, file: BinaryIO) -> tuple[bytes, Mapping[str, str]]:
    """Return the bytes of the header and the metadata in it. A file that is no checkpoint is not read further."""
    size = os.fstat(file.fileno()).st_size
    start = file.read(8)
    length = int.from_bytes(start, "little")
    if len(start) < 8 or length > min(size - 8, _LONGEST_HEADER):
        raise CheckpointError(f"{name} is no checkpoint, or is not complete; save it again, or use a copy")
    header = file.read(length)
    try:
        metadata = json.loads(header)["__metadata__"]
        if isinstance(metadata[_STATE], str) and isinstance(metadata[_HASH], str):
            return start + header, metadata
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise CheckpointError(
        f"{name} is no checkpoint, or is damaged; load a file of weights with model.load_state_dict(nn.load(path))"
    )


def _mark(digest: str) -> bytes:
    """Return the bytes of the hash in the header. Inside the state, which is text, the quotes would be escaped."""
    return f'"{_HASH}":"{digest}"'.encode()


def _hash(content: bytes, digest: str = _ZEROS) -> str:
    """Return the hash of the content with zeros in place of its hash."""
    return hashlib.sha256(content.replace(_mark(digest), _mark(_ZEROS), 1)).hexdigest()


# --- the parts ---


def _load_parts(model: Module, parts: Mapping[str, Any], weights: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    for name, part in parts.items():
        if part is None:
            continue
        if name not in state:
            raise ValueError(f"it was saved without {name}; save it with {name}=, or load without")
        kind, saved = state[name]["kind"], state[name]["state"]
        if kind != type(part).__name__:
            raise ValueError(f"its {name} is of the kind {kind}, expected {type(part).__name__}")
        if not same_kind(part.state_dict(), saved):
            raise ValueError(f"its state of the {name} holds values of other types than a {kind} has")
        part.load_state_dict(saved)
        if isinstance(part, Optimizer):
            part.steps = integer("steps", state["steps"], 0)
    model.load_state_dict(weights)


def _load_random_states(model: Module, saved: Mapping[str, Any]) -> None:
    generators = generators_of(model)
    if generators.keys() != saved.keys():
        raise ValueError(
            f"it has the states of the random generators {', '.join(saved)}, and the model has {', '.join(generators)}"
        )
    for name, generator in generators.items():
        own = generator.bit_generator
        trial = type(own)()  # whether the state fits is known before the generator changes
        trial.state = saved[name]
        own.state = trial.state


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
