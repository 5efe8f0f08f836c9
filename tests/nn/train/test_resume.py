"""A training that was stopped at any moment and resumed ends with the same bits as one that was not."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from autograd import manual_seed
from nn import functional as F, train

from .cases import Run, data

pytest.importorskip("safetensors", reason="safetensors is not installed; pip install glassgrad[files]")

ROOT = Path(__file__).resolve().parents[3]


class Stop(Exception):
    """Ends a training as a kill would, but in this process."""


def stop_at(moment: str, count: int) -> train.Callback:
    """Return a callback that raises Stop the given time that a moment comes."""
    calls = iter(range(count + 1))

    def raise_stop(*_: Any) -> None:
        if next(calls) == count:
            raise Stop

    return train.LambdaCallback(**{moment: raise_stop})


@pytest.mark.parametrize("loader", ["seeded", "unseeded", "plain"])
@pytest.mark.parametrize("schedule", ["epoch", "step"])
def test_a_training_stopped_after_any_step_and_resumed_has_the_same_bits(
    tmp_path: Path, loader: str, schedule: str
) -> None:
    whole = Run(loader, schedule)
    whole.fit()
    path = tmp_path / "c.safetensors"
    for moment, counts in (("on_train_batch_begin", range(1, 9)), ("on_gradients", [4]), ("on_epoch_end", [0, 1, 2])):
        for count in counts:
            path.unlink(missing_ok=True)
            with pytest.raises(Stop):
                Run(loader, schedule).fit(extra=[train.ModelCheckpoint(path, save_freq=1), stop_at(moment, count)])
            resumed = Run(loader, schedule)
            manual_seed(99)  # a new process has other random numbers
            resumed.fit(extra=[train.ModelCheckpoint(path, save_freq=1)], resume=path)
            assert resumed.bits() == whole.bits(), (moment, count)


def test_a_training_saved_after_each_epoch_can_be_made_longer(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    whole = Run(plain=True)
    whole.fit(epochs=4)
    Run(plain=True).fit(epochs=2, extra=[train.ModelCheckpoint(path)])
    longer = Run(plain=True)
    longer.fit(epochs=4, extra=[train.ModelCheckpoint(path)], resume=path)
    assert longer.bits() == whole.bits()


def test_the_csv_log_of_a_resumed_training_repeats_no_line(tmp_path: Path) -> None:
    def logged(name: str, epochs: int, resume: Any = None) -> str:
        extra = [train.CSVLogger(tmp_path / name), train.ModelCheckpoint(tmp_path / "c")]
        Run(plain=True).fit(epochs, extra, resume)
        return (tmp_path / name).read_text()

    whole = logged("whole.csv", 4)
    logged("log.csv", 2)
    assert logged("log.csv", 4, tmp_path / "c") == whole


@pytest.mark.parametrize("left", [0, 1, 2])
def test_early_stopping_goes_on_counting(tmp_path: Path, left: int) -> None:
    path = tmp_path / "c.safetensors"
    whole = Run()
    whole.fit(epochs=60)
    epochs = len(whole.history.epoch)
    assert 4 < epochs < 60
    Run().fit(epochs=epochs - left, extra=[train.ModelCheckpoint(path), train.LambdaCallback()])
    resumed = Run()
    resumed.fit(epochs=60, extra=[train.ModelCheckpoint(path)], resume=path)
    assert resumed.bits() == whole.bits()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"callbacks": []}, r"saved with the callbacks \['EarlyStopping'"),
        ({"scheduler": None}, r"saved with ExponentialLR stepped after each epoch, and now there is no scheduler"),
        ({"schedule_by": "step"}, r"and now there is ExponentialLR stepped after each step"),
        ({"metrics": ["accuracy"]}, r"saved with the metrics \['accuracy', 'confusion_matrix', 'f1'\]"),
    ],
)
def test_a_resume_with_other_arguments_is_refused_and_changes_nothing(
    tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    path = tmp_path / "c.safetensors"
    Run().fit(extra=[train.ModelCheckpoint(path)])
    run = Run()
    before = run.bits()
    options: dict[str, Any] = {
        "callbacks": [*run.callbacks(), train.ModelCheckpoint(path)],
        "metrics": ["accuracy", "confusion_matrix", "f1"],
        "scheduler": run.scheduler,
    }
    with pytest.raises(train.CheckpointError, match=complaint):
        train.fit(
            run.model,
            run.loader,
            F.cross_entropy,
            run.optimizer,
            epochs=3,
            validation=data(10),
            verbose=False,
            resume=path,
            **{**options, **change},
        )
    assert run.bits() == before


def test_a_checkpoint_by_hand_is_not_one_of_fit(tmp_path: Path) -> None:
    run = Run()
    path = tmp_path / "c.safetensors"
    train.save_checkpoint(path, run.model, run.optimizer, run.scheduler, run.loader)
    with pytest.raises(train.CheckpointError, match="not written by fit or ModelCheckpoint"):
        run.fit(resume=path)
    with pytest.raises(FileNotFoundError):
        run.fit(resume=tmp_path / "absent")


# --- kills ---

SCRIPT = """
import sys
from pathlib import Path
from nn import train
from tests.nn.train.cases import Run

path = Path(sys.argv[1])
run = Run("unseeded", plain=True)
run.fit(int(sys.argv[2]), [train.ModelCheckpoint(path, save_freq=1)], path if path.exists() else None)
"""


def started(path: Path, epochs: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(path), str(epochs)], cwd=ROOT, env=environment)


def killed_and_resumed(path: Path, epochs: int, kills: int, seed: int) -> None:
    """Kill a training at random moments and resume it, until it was killed often enough; then let it end."""
    draw = random.Random(seed)
    for _ in range(kills):
        before = path.stat().st_mtime_ns if path.exists() else 0
        process = started(path, epochs)
        while process.poll() is None and (path.stat().st_mtime_ns if path.exists() else 0) == before:
            time.sleep(0.001)  # up to the first file of this process
        time.sleep(draw.uniform(0.0, 0.06))
        process.send_signal(signal.SIGKILL)
        process.wait()
        train.checkpoint.read_checkpoint(path)  # complete
    process = started(path, epochs)
    try:
        assert process.wait(timeout=600) == 0
    finally:
        process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(("kills", "epochs"), [(20, 120), pytest.param(100, 400, marks=pytest.mark.slow)])
def test_a_training_killed_at_random_moments_has_the_same_bits(tmp_path: Path, kills: int, epochs: int) -> None:
    whole = Run("unseeded", plain=True)
    whole.fit(epochs)
    path = tmp_path / "c.safetensors"
    killed_and_resumed(path, epochs, kills, seed=0)
    resumed = Run("unseeded", plain=True)
    history = resumed.fit(epochs, [train.ModelCheckpoint(path, save_freq=1)], path)
    assert len(history["loss"]) == epochs
    assert resumed.bits() == whole.bits()
    assert [file.name for file in tmp_path.iterdir()] == ["c.safetensors"]  # nothing of the killed processes
