"""An ensemble holds the same members in any number of processes, and ends all of them at a failure or Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import default_generator, manual_seed
from nn import functional as F, optim, train
from nn.train.processes import _ctrl_c_afterwards

from .cases import data, exact

ROOT = Path(__file__).resolve().parents[3]


def build() -> tuple[nn.Module, optim.Optimizer]:
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Dropout(0.1), nn.Linear(8, 2))
    return model, optim.Adam(model.parameters(), lr=0.05)


def build_from_one_seed() -> tuple[nn.Module, optim.Optimizer]:
    manual_seed(0)
    return build()


def build_badly() -> tuple[nn.Module, optim.Optimizer]:
    if default_generator().random() < 0.4:  # in the third training of seed 0
        raise OSError(5, "this build fails")
    return build()


def end_the_process() -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def softmax(scores: Any) -> Any:
    return F.softmax(scores, 1)


OPTIONS: dict[str, Any] = {"metrics": ["accuracy"], "epochs": 3, "batch_size": 8}


def weights(found: train.Ensemble) -> list[Any]:
    return [exact(member.state_dict()) for member in found.members]


def test_members_depend_on_the_seed_and_their_number_only() -> None:
    before = default_generator().bit_generator.state
    found = train.ensemble(build, data(), F.cross_entropy, 3, seed=1, **OPTIONS)
    assert default_generator().bit_generator.state == before
    assert len({str(member) for member in weights(found)}) == len(found) == 3
    assert weights(train.ensemble(build, data(), F.cross_entropy, 2, seed=1, **OPTIONS)) == weights(found)[:2]
    assert weights(train.ensemble(build, data(), F.cross_entropy, 3, seed=2, **OPTIONS)) != weights(found)
    dataset = nn.data.TensorDataset(*data())
    parallel = train.ensemble(build, dataset, F.cross_entropy, 3, seed=1, processes=2, **OPTIONS)
    assert weights(parallel) == weights(found)
    assert exact(parallel.histories) == exact(found.histories)


def test_the_prediction_is_the_mean_with_its_spread() -> None:
    X, _ = data()
    found = train.ensemble(build, data(), F.cross_entropy, 3, **OPTIONS)
    outputs = np.array([train.predict(member, X) for member in found.members])
    mean, std = found.predict(X)
    assert (mean == outputs.mean(axis=0)).all()
    assert (std == outputs.std(axis=0, ddof=1)).all()
    probabilities = found.predict(X, activation=softmax)
    assert np.allclose(probabilities.mean.sum(axis=1), 1.0, atol=1e-12)
    each = np.exp(outputs) / np.exp(outputs).sum(axis=2, keepdims=True)
    assert np.allclose(probabilities.std, each.std(axis=0, ddof=1), atol=1e-12)


def test_the_table_shows_each_member_and_the_spread() -> None:
    found = train.ensemble(build, data(), F.cross_entropy, 2, ["accuracy", "confusion_matrix"], epochs=2)
    lines = repr(found).splitlines()
    assert [line.split()[0] for line in lines] == ["member", "1", "2", "mean", "std"]
    losses = [history["loss"][-1] for history in found.histories]
    assert float(lines[-2].split()[1]) == pytest.approx(np.mean(losses), rel=1e-3)
    assert float(lines[-1].split()[1]) == pytest.approx(np.std(losses, ddof=1), rel=1e-3)
    assert len(lines[-1].split()) == 3  # no mean of a matrix
    assert "<table" in found._repr_html_()


@pytest.mark.parametrize(
    ("call", "kind", "complaint"),
    [
        (lambda: train.ensemble(build, data(), F.cross_entropy, 1), ValueError, "n must be an integer >= 2"),
        (
            lambda: train.ensemble(build_from_one_seed, data(), F.cross_entropy, 2),
            ValueError,
            "some of the 2 members have the same weights.*do not call manual_seed in build",
        ),
        (
            lambda: train.ensemble(build, nn.data.DataLoader(nn.data.TensorDataset(*data())), F.cross_entropy, 2),
            TypeError,
            r"takes \(X, y\) or a dataset, got DataLoader",
        ),
        (lambda: train.ensemble(build, data(), F.cross_entropy, 2, "accuracy"), TypeError, "metrics must be a list"),
        (lambda: train.ensemble(build, data(), F.cross_entropy, 2, ["acuracy"]), ValueError, "no metric 'acuracy'"),
        (
            lambda: train.ensemble(build, data(), F.cross_entropy, 2, seed=-1),
            ValueError,
            "seed must be an integer >= 0",
        ),
        (lambda: train.ensemble(lambda: nn.Linear(2, 2), data(), F.cross_entropy, 2), TypeError, "build returns"),  # type: ignore[arg-type,return-value]
        (
            lambda: train.ensemble(lambda: build(), data(), F.cross_entropy, 2, processes=2),
            TypeError,
            r"sends <function .*lambda.* to other processes.*define it at the top of a file",
        ),
    ],
)
def test_what_makes_no_ensemble_is_refused(call: Any, kind: type[Exception], complaint: str) -> None:
    with pytest.raises(kind, match=complaint):
        call()


@pytest.mark.parametrize("processes", [1, 2])
def test_the_error_of_a_member_is_raised_with_its_number(processes: int) -> None:
    with pytest.raises(OSError, match="this build fails") as caught:
        train.ensemble(build_badly, data(), F.cross_entropy, 4, epochs=1, processes=processes)
    assert caught.value.__notes__ == ["raised in training 3 of 4"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_process_that_is_killed_is_told() -> None:
    with pytest.raises(RuntimeError, match="one of 2 processes ended before its call did"):
        train.ensemble(end_the_process, data(), F.cross_entropy, 2, processes=2)


SCRIPT = """
import os, time
from multiprocessing import active_children
from nn import functional as F, train
from tests.nn.train.cases import data

def build():
    os.write(1, b"building\\n")  # whole, where two processes write at once
    time.sleep(600)

if __name__ == "__main__":
    try:
        train.ensemble(build, data(), F.cross_entropy, 6, processes=2)
    except KeyboardInterrupt:
        print("interrupted", active_children(), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C in another way")
def test_ctrl_c_ends_all_processes(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "building\n"
        start = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.communicate(timeout=60)[0].splitlines()[-1] == "interrupted []"
        assert time.monotonic() - start < 30
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # those that it started too, which hold its output open
        process.communicate()


def test_a_script_without_a_guard_is_told_to_have_one(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace('if __name__ == "__main__":', "if True:"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, timeout=120)
    assert ended.returncode == 1
    assert 'call this function under if __name__ == "__main__":' in ended.stderr


def test_a_session_without_a_file_is_told_to_have_one() -> None:
    code = SCRIPT.replace("time.sleep(600)", "pass")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120)
    assert "cannot import what a notebook or an interactive session defines" in ended.stderr


@pytest.mark.parametrize("processes", [1, 2])
def test_the_members_train_on_augmented_data(processes: int) -> None:
    def members(**options: Any) -> list[Any]:
        images, labels = np.ones((8, 2, 2)), np.arange(8) % 2
        found = train.ensemble(
            build_for_images, (images, labels), F.cross_entropy, n=2, epochs=2, processes=processes, **options
        )
        return [exact(member.state_dict()) for member in found.members]

    noise = nn.data.Compose([nn.data.GaussianNoise(0.5)])
    assert members(transform=noise) == members(transform=noise)
    assert members(transform=noise) != members()


def build_for_images() -> tuple[nn.Module, optim.Optimizer]:
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    return model, optim.SGD(model.parameters(), lr=0.1)


@pytest.mark.parametrize("failure", [None, RuntimeError("a process ended while it was started")])
def test_ctrl_c_while_processes_are_started_comes_afterwards_also_if_the_start_fails(failure: Exception | None) -> None:
    def start() -> None:
        with _ctrl_c_afterwards():
            signal.raise_signal(signal.SIGINT)
            if failure is not None:
                raise failure

    with pytest.raises(KeyboardInterrupt):
        start()
