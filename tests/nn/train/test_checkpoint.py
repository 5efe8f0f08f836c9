"""A checkpoint is loaded as it was saved, or refused with one class of error and nothing changed."""

from __future__ import annotations

import json
import os
import random
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import default_generator, manual_seed
from nn import optim, train
from nn.train.state_text import from_text, to_text

from .cases import Run, exact

safetensors: Any = pytest.importorskip(
    "safetensors.numpy", reason="safetensors is not installed; pip install glassgrad[files]"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The checkpoint of a short training."""
    run = Run(plain=True)
    run.fit(2)
    path = tmp_path / "c.safetensors"
    parts = (run.model, run.optimizer, run.scheduler, run.loader)
    train.save_checkpoint(path, *parts, epoch=2, step=6, extra={"note": "π", "table": np.arange(3)})
    return path


def everything(run: Run) -> Any:
    return run.bits(), exact(run.loader.state_dict()), default_generator().bit_generator.state


def load(path: Path, run: Run) -> train.Checkpoint:
    return train.load_checkpoint(path, run.model, run.optimizer, run.scheduler, run.loader)


def test_everything_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    run = Run(plain=True)
    run.fit(2)
    train.save_checkpoint(tmp_path / "c", run.model, run.optimizer, run.scheduler, run.loader, 2, 6, {"a": (1, [2.5])})
    saved = everything(run)
    other = Run(plain=True)
    manual_seed(50)
    found = load(tmp_path / "c", other)
    other.history = run.history
    assert everything(other) == saved
    assert found == (2, 6, {"a": (1, [2.5])})


def test_each_part_may_be_left_out(path: Path, tmp_path: Path) -> None:
    run = Run(plain=True)
    before = default_generator().bit_generator.state
    train.load_checkpoint(path, run.model, random_states=False)
    assert default_generator().bit_generator.state == before
    train.save_checkpoint(tmp_path / "small", run.model)
    assert train.load_checkpoint(tmp_path / "small", run.model) == (None, None, None)
    with pytest.raises(train.CheckpointError, match="was saved without optimizer"):
        train.load_checkpoint(tmp_path / "small", run.model, run.optimizer)


@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "NAdam", "Rprop"])
def test_every_optimizer_goes_on_with_the_same_bits(tmp_path: Path, kind: str) -> None:
    def step(model: nn.Module, optimizer: optim.Optimizer) -> None:
        for k, parameter in enumerate(model.parameters()):
            parameter.grad = np.full(parameter.shape, 0.1 * k + 0.3) if isinstance(model, nn.Linear) else 0.1 * k + 0.3
        optimizer.step()

    makers: list[Callable[[], nn.Module]] = [lambda: nn.Linear(2, 2), lambda: nn.Neuron(2)]
    for make in makers:
        model, other = make(), make()
        options: Any = {"lr": 0.1, "momentum": 0.9} if kind == "SGD" else {"lr": 0.1}
        optimizer, fresh = (getattr(optim, kind)(m.parameters(), **options) for m in (model, other))
        step(model, optimizer)
        train.save_checkpoint(tmp_path / "c", model, optimizer)
        train.load_checkpoint(tmp_path / "c", other, fresh)
        for _ in range(2):
            step(model, optimizer)
            step(other, fresh)
        assert exact(model.state_dict()) == exact(other.state_dict())
        assert exact(optimizer.state_dict()) == exact(fresh.state_dict())


@pytest.mark.parametrize(
    "make",
    [
        lambda o: optim.lr_scheduler.warmup_cosine(o, 2, 6),
        lambda o: optim.lr_scheduler.OneCycleLR(o, 0.1, total_steps=6),
        lambda o: optim.lr_scheduler.LambdaLR(o, lambda step: 0.5**step),
        lambda o: optim.lr_scheduler.MultiStepLR(o, [1, 3]),
        lambda o: optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 2),
    ],
)
def test_schedulers_go_on_where_they_were(tmp_path: Path, make: Callable[[optim.Optimizer], Any]) -> None:
    model = nn.Linear(1, 1)
    optimizer, other = (optim.SGD(model.parameters(), lr=0.1) for _ in range(2))
    scheduler, fresh = make(optimizer), make(other)
    optimizer.step()
    scheduler.step()
    train.save_checkpoint(tmp_path / "c", model, optimizer, scheduler)
    train.load_checkpoint(tmp_path / "c", model, other, fresh)
    for _ in range(3):
        assert other.param_groups[0]["lr"] == optimizer.param_groups[0]["lr"]
        scheduler.step()
        fresh.step()


# --- other programs ---


def test_a_checkpoint_is_a_file_of_weights_too(path: Path) -> None:
    run = Run()
    run.model.load_state_dict(nn.load(path))
    assert exact(dict(safetensors.load_file(path))) == exact(run.model.state_dict())


def test_weights_are_exchanged_with_pytorch_both_ways(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; pip install glassgrad[parity]")
    from safetensors.torch import load_file, save_file

    ours = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 1)).double()
    optimizer = optim.Adam(ours.parameters())
    train.save_checkpoint(tmp_path / "c.safetensors", ours, optimizer, epoch=1)
    theirs.load_state_dict(load_file(tmp_path / "c.safetensors"))
    for name, array in ours.state_dict().items():
        assert theirs.state_dict()[name].numpy().tobytes() == array.tobytes()
    with torch.no_grad():
        theirs[0].weight.mul_(2.0)
    save_file(theirs.state_dict(), tmp_path / "theirs.safetensors")
    ours.load_state_dict(nn.load(tmp_path / "theirs.safetensors"))
    assert ours.state_dict()["0.weight"].tobytes() == theirs[0].weight.detach().numpy().tobytes()


# --- damage ---


def assert_refused(path: Path, run: Run, before: Any, complaint: str = ".") -> None:
    with pytest.raises(train.CheckpointError, match=complaint):
        load(path, run)
    assert everything(run) == before


def test_every_truncated_file_is_refused(tmp_path: Path) -> None:
    model = nn.Linear(2, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    path = tmp_path / "c"
    train.save_checkpoint(path, model, optimizer)
    whole = path.read_bytes()
    before = exact(model.state_dict()), exact(optimizer.state_dict())
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(train.CheckpointError):
            train.load_checkpoint(path, model, optimizer)
    assert (exact(model.state_dict()), exact(optimizer.state_dict())) == before
    path.write_bytes(whole)
    train.load_checkpoint(path, model, optimizer)


def test_2000_changed_bits_are_refused(path: Path) -> None:
    whole = path.read_bytes()
    run = Run(plain=True)
    before = everything(run)
    draw = random.Random(0)
    header = 8 + int.from_bytes(whole[:8], "little")
    for k in range(2000):
        bit = draw.randrange(8 * (len(whole) if k % 2 else header))
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        with pytest.raises(train.CheckpointError):
            load(path, run)
    assert everything(run) == before
    path.write_bytes(whole + b"\0")
    assert_refused(path, run, before)
    path.write_bytes(whole)
    load(path, run)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04\x95 a pickle, say",
        struct.pack("<Q", 1 << 40) + b"{}",
        struct.pack("<Q", 2**64 - 1),
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 200_000) + b"[" * 200_000,
        struct.pack("<Q", 20) + b'{"__metadata__":{}}\n',
        (lambda head: struct.pack("<Q", len(head)) + head)(
            b'{"w":{"dtype":"F64","shape":[1000000000000],"data_offsets":[0,8000000000000]}}'
        ),
    ],
)
def test_foreign_and_hostile_files_cost_no_memory(tmp_path: Path, content: bytes) -> None:
    run = Run(plain=True)
    path = tmp_path / "c"
    path.write_bytes(content)
    before = everything(run)
    tracemalloc.start()
    try:
        with pytest.raises(train.CheckpointError, match="no checkpoint"):
            load(path, run)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert everything(run) == before


def test_a_file_of_weights_is_not_a_checkpoint(tmp_path: Path) -> None:
    run = Run(plain=True)
    nn.save(run.model.state_dict(), tmp_path / "w")
    assert_refused(tmp_path / "w", run, everything(run), r"model.load_state_dict\(nn.load\(path\)\)")


def forged(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change the state in a checkpoint and give it a right hash, as somebody with bad intentions can."""
    from nn.train import checkpoint

    weights, state = checkpoint.read_checkpoint(path)
    change(state)
    metadata = {checkpoint._STATE: to_text(state), checkpoint._HASH: checkpoint._ZEROS}
    content = nn.files.packed(weights, metadata)
    digest = checkpoint._hash(content)
    path.write_bytes(content.replace(checkpoint._mark(checkpoint._ZEROS), checkpoint._mark(digest), 1))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda s: s.update(version=2), "of another version"),
        (lambda s: s.pop("random"), "lacks random"),
        (lambda s: s["optimizer"].update(kind="SGD"), "its optimizer is of the kind SGD, expected Adam"),
        (lambda s: s["optimizer"].pop("state"), "does not fit"),
        (lambda s: s.update(optimizer=None), "does not fit"),
        (lambda s: s.update(steps="many"), "steps must be an integer"),
        (lambda s: s["optimizer"]["state"].update(param_groups=[]), "does not fit"),
        (lambda s: s["optimizer"]["state"]["param_groups"][0].update(lr="high"), "values of other types"),
        (lambda s: s["optimizer"]["state"]["param_groups"][0].update(lr=-1.0), "lr"),
        (lambda s: s["optimizer"]["state"]["state"][0].pop("exp_avg"), "exp_avg"),
        (lambda s: s["optimizer"]["state"]["state"][0].update(exp_avg=np.ones(1)), "has shape"),
        (lambda s: s["scheduler"]["state"].update(_last_lr="high"), "values of other types"),
        (lambda s: s["scheduler"]["state"].update(last_epoch=[]), "values of other types"),
        (lambda s: s["scheduler"]["state"].update(more=1), "expected the keys"),
        (lambda s: s["loader"]["state"].update(position=10**9), "does not fit"),
        (lambda s: s["loader"]["state"].update(epoch=-1), "epoch in the saved state"),
        (lambda s: s["random"].clear(), "random generators"),
        (lambda s: s["random"].update(default={}), "does not fit"),
        (lambda s: s["random"]["default"].update(bit_generator="MT19937"), "does not fit"),
        (lambda s: s["random"]["default"]["state"].update(state=-1), "does not fit"),
        (lambda s: s["random"].update({"0.generator": {"state": []}}), "does not fit"),
    ],
)
def test_a_state_that_does_not_fit_is_refused(
    path: Path, change: Callable[[dict[str, Any]], Any], complaint: str
) -> None:
    run = Run(plain=True)
    before = everything(run)
    forged(path, lambda state: None)
    load(path, Run(plain=True))
    manual_seed(0)
    before = everything(run)
    forged(path, change)
    assert_refused(path, run, before, complaint)


def test_another_model_is_refused(path: Path) -> None:
    model = nn.Linear(2, 2)
    before = exact(model.state_dict())
    with pytest.raises(train.CheckpointError, match=r"the state does not fit Linear(.|\n)*missing: weight"):
        train.load_checkpoint(path, model)
    assert exact(model.state_dict()) == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        '{"array of":"|O","shape":[1],"bytes":"AAAAAAAAAAA="}',
        '{"array of":"<f8","shape":[1000000000000],"bytes":"AAAAAAAAAAA="}',
        '{"array of":"<f8","shape":[-1],"bytes":"AAAAAAAAAAA="}',
        '{"array of":"<f8","shape":[true],"bytes":"AAAAAAAAAAA="}',
        '{"array of":"<f8","shape":3,"bytes":"AAAAAAAAAAA="}',
        '{"array of":"<f8","shape":[1],"bytes":"%%%%"}',
        '{"array of":["<f8"],"shape":[1],"bytes":"AAAAAAAAAAA="}',
        '{"array of":"<f8"}',
        '{"tuple":3}',
        '{"dict":[1]}',
        '{"dict":[[[],1]]}',
        "9" * 5000,
    ],
)
def test_text_that_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_text(text)


def test_a_state_is_read_as_it_was_written() -> None:
    state = {
        "numbers": [1, -0.0, 1e-320, 0.1, float("inf"), True, None, 2**130],
        "arrays": [
            np.array([-0.0, np.nan]),
            np.array([1.5], np.float32),
            np.arange(6).reshape(2, 3).T,
            np.array([True]),
        ],
        "scalars": [np.float64(0.5), np.int8(3), np.bool_(True)],
        "pairs": {0: {"a": (1, (2, "π\ud800"))}, "tuple": [3]},
        "empty": [{}, [], (), "", np.zeros((0, 3), np.int32)],
    }
    found = from_text(to_text(state))
    assert exact(found) == exact({**state, "scalars": [0.5, 3, True]})
    assert isinstance(found["pairs"][0]["a"], tuple)
    assert found["arrays"][0].flags.writeable


@pytest.mark.parametrize(
    ("extra", "complaint"),
    [
        ({"f": abs}, r"the state\['extra'\]\['f'\] is a builtin_function"),
        ([1j], r"the state\['extra'\]\[0\] is a complex"),
        ({"a": np.array(["x"])}, "an array of <U1"),
    ],
)
def test_what_is_not_data_is_not_saved(tmp_path: Path, extra: Any, complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        train.save_checkpoint(tmp_path / "c", nn.Linear(1, 1), extra=extra)
    assert os.listdir(tmp_path) == []


def test_a_loader_without_a_state_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"got list; use nn\.data\.DataLoader"):
        train.save_checkpoint(tmp_path / "c", nn.Linear(1, 1), loader=[])
    with pytest.raises(TypeError, match="takes a Module"):
        train.save_checkpoint(tmp_path / "c", {})  # type: ignore[arg-type]


def test_a_full_disk_leaves_the_old_checkpoint(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = path.read_bytes()
    run = Run(plain=True)
    run.fit(1)
    real_open = open

    class Full:
        """A file on a disk that takes a limited number of bytes."""

        def __init__(self, file: Any, room: int) -> None:
            self.file, self.room = file, room

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

        def write(self, content: bytes) -> None:
            self.file.write(content[: self.room])
            raise OSError(28, "No space left on device")

    for room in range(0, len(whole), 512):
        with monkeypatch.context() as patch:
            patch.setattr("builtins.open", lambda *a, room=room, **k: Full(real_open(*a, **k), room))
            with pytest.raises(OSError, match="No space left"):
                train.save_checkpoint(path, run.model, run.optimizer)
        assert path.read_bytes() == whole
    assert os.listdir(path.parent) == [path.name]


def test_a_state_too_large_for_the_format_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nn.train import checkpoint

    whole = path.read_bytes()
    run = Run(plain=True)
    run.fit(1)
    monkeypatch.setattr(checkpoint, "_LONGEST_HEADER", 1000)
    with pytest.raises(ValueError, match=r"takes [\d,]+ bytes, and the file format allows 1,000; save without"):
        train.save_checkpoint(path, run.model, run.optimizer)
    assert path.read_bytes() == whole


def test_the_metadata_is_json(path: Path) -> None:
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    state = json.loads(header["__metadata__"]["glassgrad_checkpoint"])
    assert (state["epoch"], state["step"], state["extra"]["note"]) == (2, 6, "π")
