"""Weights in files: they are loaded as saved, and damaged files are refused."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, Value

safetensors: Any = pytest.importorskip(
    "safetensors.numpy", reason="safetensors is not installed; pip install glassgrad[files]"
)

ROOT = Path(__file__).resolve().parents[2]
STATE = {
    "0.weight": np.array([[1.0, -0.0], [np.inf, np.nan]]),
    "single": np.arange(3, dtype=np.float32),
    "half": np.array([0.5], np.float16),
    "count": np.array(7),
    "mask": np.array([True, False]),
    "empty": np.zeros((0, 3)),
    "transposed": np.arange(6.0).reshape(2, 3).T,
    "foreign": np.arange(3.0).astype(">f8"),
}


def test_saved_arrays_are_loaded_bitwise_equal(tmp_path: Path) -> None:
    nn.save(STATE, tmp_path / "state.safetensors")
    found = nn.load(str(tmp_path / "state.safetensors"))
    assert set(found) == set(STATE)
    for name, array in STATE.items():
        native = array.astype(array.dtype.newbyteorder("="))
        assert found[name].dtype == native.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == native.tobytes()
        assert found[name].flags.writeable


def test_a_network_is_saved_and_loaded(tmp_path: Path) -> None:
    for net, other in (
        (nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)), nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))),
        (nn.MLP(2, [2, 1]), nn.MLP(2, [2, 1])),
    ):
        nn.save(net.state_dict(), tmp_path / "net.safetensors")
        other.load_state_dict(nn.load(tmp_path / "net.safetensors"))
        assert all((array == other.state_dict()[name]).all() for name, array in net.state_dict().items())


def test_nodes_and_numbers_are_saved_as_arrays(tmp_path: Path) -> None:
    nn.save({"t": Tensor([1.0]), "v": Value(2.0), "x": 3.0}, tmp_path / "a")
    assert {name: array.tolist() for name, array in nn.load(tmp_path / "a").items()} == {"t": [1.0], "v": 2.0, "x": 3.0}


def test_an_empty_state_is_saved_and_loaded(tmp_path: Path) -> None:
    nn.save({}, tmp_path / "a")
    assert nn.load(tmp_path / "a") == {}


def test_files_are_exchanged_with_other_programs(tmp_path: Path) -> None:
    nn.save({"w": np.arange(3.0)}, tmp_path / "a")
    assert safetensors.load_file(tmp_path / "a")["w"].tolist() == [0.0, 1.0, 2.0]
    safetensors.save_file({"w": np.arange(2.0)}, tmp_path / "b")
    assert nn.load(tmp_path / "b")["w"].tolist() == [0.0, 1.0]


def test_a_truncated_file_or_one_with_a_changed_bit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    nn.save({"w": np.arange(8.0), "b": np.ones(2)}, path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="is not a complete safetensors file"):
            nn.load(path)
    for place in range(0, len(whole), 5):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            found = nn.load(path)
        except ValueError:
            continue
        # Only a change in the name of the hash is unnoticed: then the file looks like one of another program.
        assert b'"sha256"' not in path.read_bytes()
        assert {name: array.tolist() for name, array in found.items()} == {"w": [*range(8)], "b": [1.0, 1.0]}
    path.write_bytes(b"\x80\x04\x95 a pickle, say")
    with pytest.raises(ValueError, match="is not a complete safetensors file"):
        nn.load(path)


def test_a_missing_file_raises_file_not_found_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        nn.load(tmp_path / "absent")
    with pytest.raises(FileNotFoundError):
        nn.save({}, tmp_path / "absent" / "a")


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = tmp_path / "a"
    nn.save({"w": 1.0}, path)

    def fail(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, fail)
        with pytest.raises(KeyboardInterrupt):
            nn.save({"w": 2.0}, path)
    assert nn.load(path)["w"] == 1.0
    assert os.listdir(tmp_path) == ["a"]


def test_the_data_is_synced_to_the_disk_before_the_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        done.append("sync")
        fsync(handle)

    def renamed(a: Any, b: Any) -> None:
        done.append("rename")
        replace(a, b)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    nn.save({"w": 1.0}, tmp_path / "a")
    assert done[:2] == ["sync", "rename"]


@pytest.mark.parametrize(
    ("state", "complaint"),
    [
        (nn.Linear(1, 1), r"got Linear.*state_dict\(\)"),
        ([1.0], "from name to array, got list"),
        ({1: 1.0}, "names in a state are strings, got int 1"),
        ({"a": "text"}, "a holds <U4"),
        ({"a": 1j}, "a holds complex128"),
    ],
)
def test_save_refuses_an_invalid_state(tmp_path: Path, state: Any, complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        nn.save(state, tmp_path / "a")
    assert os.listdir(tmp_path) == []


def test_without_the_library_the_message_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(ImportError, match=r'pip install "glassgrad\[files\]"'):
        nn.save({}, tmp_path / "a")


def test_importing_nn_does_not_import_safetensors() -> None:
    code = "import sys, nn; sys.exit(any(name.startswith('safetensors') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_an_invalid_target_or_state_leaves_no_file(tmp_path: Path) -> None:
    wrong: list[tuple[Any, type[Exception], str]] = [
        (nn.Linear(2, 1), TypeError, r"give model\.state_dict\(\)"),
        ("model", TypeError, r"save\(state_dict, path\)"),
        ({"__metadata__": np.ones(2)}, ValueError, "reserved by the file format"),
    ]
    for state, error, complaint in wrong:
        with pytest.raises(error, match=complaint):
            nn.save(state, tmp_path / "model.safetensors")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .* create it first"):
        nn.save({}, tmp_path / "none" / "model.safetensors")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permissions and links of POSIX to test")
def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_mode_and_link(tmp_path: Path) -> None:
    path, link, other = (tmp_path / name for name in ("a.safetensors", "link", "other"))
    other.write_text("")
    nn.save({"a": np.ones(2)}, path)
    assert path.stat().st_mode == other.stat().st_mode
    path.chmod(0o640)
    link.symlink_to(path)
    nn.save({"a": np.zeros(2)}, link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert nn.load(path)["a"].tolist() == [0.0, 0.0]
