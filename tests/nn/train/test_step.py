"""Ctrl-C at any line of a training leaves model, optimizer, scheduler, loader and generators between two steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import default_generator, manual_seed
from nn import functional as F, optim, train
from nn.train.checkpoint import read_checkpoint
from tests.interrupts import executed_lines, first_and_last, illegal_lines, interrupted_at, needs_fork

from .cases import Noisy, data, exact


class Small:
    """A training of two steps with everything that a step changes."""

    def __init__(self) -> None:
        manual_seed(0)
        self.model = nn.Sequential(Noisy(), nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout(0.5), nn.Linear(2, 2))
        self.optimizer = optim.Adam(self.model.parameters(), lr=0.1)
        self.scheduler = optim.lr_scheduler.OneCycleLR(self.optimizer, 0.1, total_steps=9)
        self.loader = nn.data.DataLoader(nn.data.TensorDataset(*data(6)), 3, shuffle=True)
        self.seen: list[Any] = []

    def fit(self) -> None:
        remember = train.LambdaCallback(
            on_epoch_begin=lambda *_: self.look(),
            on_train_batch_end=lambda *_: self.look(),
            on_epoch_end=lambda *_: self.look(),
        )
        options: Any = {"scheduler": self.scheduler, "verbose": False}
        callbacks = [remember, train.GradientClip(max_norm=0.1)]
        train.fit(self.model, self.loader, F.cross_entropy, self.optimizer, callbacks=callbacks, **options)

    def by_hand(self) -> None:
        """Train as `fit` does, and remember the state between any two statements."""

        def look() -> None:
            self.seen.append(self.parts())

        parameters = list(self.model.parameters())
        look()
        batches = iter(self.loader)
        look()
        for x, y in batches:
            look()
            self.optimizer.zero_grad()
            look()
            loss = F.cross_entropy(self.model(x), y)
            loss.backward()
            look()
            nn.utils.clip_grad_norm_(parameters, max_norm=0.1)
            look()
            self.optimizer.step()
            look()
            self.scheduler.step()
            look()
        look()

    def parts(self) -> Any:
        """Return parameters, gradients, optimizer, scheduler and loader; a forward pass alone changes none of them."""
        parameters = list(self.model.parameters())
        return (
            [parameter.numpy().tobytes() for parameter in parameters],
            [exact(parameter.grad) for parameter in parameters],
            exact(self.optimizer.state_dict()),
            self.optimizer.steps,
            exact(self.scheduler.state_dict()),
            exact(self.loader.state_dict()),
        )

    def state(self) -> Any:
        return (
            exact(self.model.state_dict()),
            exact(self.optimizer.state_dict()),
            self.optimizer.steps,
            exact(self.scheduler.state_dict()),
            exact(self.loader.state_dict()),
            default_generator().bit_generator.state,
            self.model[0].generator.bit_generator.state,
        )

    def look(self) -> None:
        self.seen.append(self.state())


def legal_states() -> list[Any]:
    whole = Small()
    whole.look()
    whole.fit()
    return [*whole.seen, whole.state()]


def assert_between_steps(lines: Any) -> None:
    legal = legal_states()
    reached = set()
    for line in lines:
        run = Small()
        if not interrupted_at(line, run.fit):
            break
        state = run.state()
        assert state in legal, f"line {line}"
        reached.add(legal.index(state))
    else:
        pytest.fail("the training was not interrupted after its last line")
    assert {1, 2, 3} <= reached  # before the first step, after it, after the second


def test_ctrl_c_in_a_training_comes_between_two_steps() -> None:
    assert_between_steps(range(1, 100_000, 499))


# Every execution of every line takes minutes; the first and the last execution of each line are among them.
EVERY = pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])


def chosen_lines(every: bool, function: Any) -> set[int] | None:
    return None if every else set(first_and_last(executed_lines(function))[::20])


@needs_fork
@EVERY
def test_ctrl_c_at_each_line_of_fit_comes_between_two_steps(every: bool) -> None:
    legal = legal_states()
    lines = chosen_lines(every, Small().fit)
    run = Small()
    assert illegal_lines(run.fit, lambda: run.state() in legal, lines) == []


@needs_fork
@EVERY
def test_ctrl_c_at_each_line_of_a_loop_by_hand_comes_between_two_statements(every: bool) -> None:
    whole = Small()
    whole.by_hand()
    lines = chosen_lines(every, Small().by_hand)
    run = Small()
    assert illegal_lines(run.by_hand, lambda: run.parts() in whole.seen, lines) == []
    assert len({str(state) for state in whole.seen}) > 10


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    pytest.importorskip("safetensors", reason="safetensors is not installed; pip install glassgrad[files]")
    run = Small()
    run.fit()
    path = tmp_path / "c"
    train.save_checkpoint(path, run.model, run.optimizer, run.scheduler, run.loader)
    return path


def test_ctrl_c_while_a_checkpoint_is_loaded_changes_all_or_nothing(saved: Path) -> None:
    def load(run: Small) -> None:
        train.load_checkpoint(saved, run.model, run.optimizer, run.scheduler, run.loader)

    before, after = Small(), Small()
    load(after)
    after_state = after.state()
    for line in range(1, 100_000, 7):
        manual_seed(0)
        run = Small()
        if not interrupted_at(line, lambda run=run: load(run)):  # type: ignore[misc]
            assert line > 200
            return
        state = run.state()
        manual_seed(0)
        before = Small()
        assert state in (before.state(), after_state), f"line {line}"
    pytest.fail("loading did not end")


def test_ctrl_c_while_a_checkpoint_is_saved_leaves_the_old_file_or_the_new_one(saved: Path) -> None:
    old = saved.read_bytes()
    run = Small()
    for line in range(1, 100_000, 3):
        interrupted = interrupted_at(line, lambda: train.save_checkpoint(saved, run.model, run.optimizer, epoch=7))
        _, state = read_checkpoint(saved)
        assert saved.read_bytes() == old or state["epoch"] == 7
        assert [file.name for file in saved.parent.iterdir()] == [saved.name]
        if not interrupted:
            assert line > 200
            return
    pytest.fail("saving did not end")


@pytest.mark.parametrize("moment", ["on_train_batch_begin", "on_gradients"])
def test_a_callback_that_raises_takes_its_step_back(moment: str) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("this callback fails")

    run = Small()
    options: Any = {"callbacks": [train.LambdaCallback(**{moment: fail})], "verbose": False}
    with pytest.raises(RuntimeError, match="this callback fails"):
        train.fit(run.model, run.loader, F.cross_entropy, run.optimizer, scheduler=run.scheduler, **options)
    assert run.state() == legal_states()[1]


def test_gradients_that_a_step_replaced_come_back() -> None:
    run = Small()
    for parameter in run.model.parameters():
        parameter.grad = np.full(parameter.shape, 7.0)

    def fail(*_: Any) -> None:
        raise KeyboardInterrupt

    options: Any = {"callbacks": [train.LambdaCallback(on_gradients=fail)], "verbose": False}
    with pytest.raises(KeyboardInterrupt):
        train.fit(run.model, run.loader, F.cross_entropy, run.optimizer, **options)
    assert all((parameter.grad == 7.0).all() for parameter in run.model.parameters())
