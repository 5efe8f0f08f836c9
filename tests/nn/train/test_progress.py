"""The progress line suits a terminal, a notebook and a log file."""

from __future__ import annotations

import io
import re
import sys
import types
from typing import Any

import pytest

import nn
from nn import functional as F, optim, train
from nn.train import progress

from .cases import data


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(file: io.StringIO, epochs: int = 2, **options: Any) -> str:
    model = nn.Linear(2, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    callbacks = [train.ProgressBar(file)]
    train.fit(model, data(6), F.cross_entropy, optimizer, epochs, 2, callbacks=callbacks, metrics=["acc"], **options)
    return file.getvalue()


@pytest.fixture
def without_tqdm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)


def test_a_log_file_gets_one_line_for_each_epoch() -> None:
    lines = shown(io.StringIO(), validation=data(4)).splitlines()
    number = r"[\d.e-]+"
    pattern = f"loss {number}  acc {number}  val_loss {number}  val_acc {number}"
    assert re.fullmatch(rf"epoch 1/2  {pattern}  0:00 left", lines[0])
    assert re.fullmatch(rf"epoch 2/2  {pattern}  took 0:00", lines[1])
    assert len(lines) == 2


def test_a_long_epoch_gets_more_lines_in_a_log_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "time", types.SimpleNamespace(perf_counter=iter(range(0, 10_000, 13)).__next__))
    lines = shown(io.StringIO(), epochs=1).splitlines()
    assert [line.split("  ")[1] for line in lines if "batch" in line] == ["batch 3/3"]


@pytest.mark.usefixtures("without_tqdm")
def test_a_terminal_gets_one_line_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_REDRAW", 0.0)
    monkeypatch.setattr(progress._Terminal, "pause", 0.0)
    monkeypatch.setenv("COLUMNS", "30")
    text = shown(Terminal())
    assert text.count("\n") == 2
    parts = text.split("\r")
    assert [part.split("  ")[1].strip() for part in parts if "batch" in part] == [f"batch {k}/3" for k in (1, 2, 3)] * 2
    assert max(len(part) for part in parts if "batch" in part) == 29  # a longer line would not be written over


@pytest.mark.usefixtures("without_tqdm")
def test_an_interrupted_line_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress._Terminal, "pause", 0.0)
    file = Terminal()

    def stop(batch: int, logs: Any) -> None:
        raise KeyboardInterrupt

    model = nn.Linear(2, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(KeyboardInterrupt):
        train.fit(
            model,
            data(6),
            F.cross_entropy,
            optimizer,
            callbacks=[train.ProgressBar(file), train.LambdaCallback(on_train_batch_end=stop)],
        )
    assert file.getvalue().endswith("\n")


def test_tqdm_shows_the_share_of_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    bars: list[Any] = []

    class Bar:
        def __init__(self, **options: Any) -> None:
            self.n, self.closed = 0.0, False
            self.seen: list[tuple[float, str]] = []
            bars.append(self)

        def set_description_str(self, text: str) -> None:
            self.seen.append((self.n, text))

        def clear(self) -> None: ...

        def close(self) -> None:
            self.closed = True

    monkeypatch.setitem(sys.modules, "tqdm", types.SimpleNamespace(tqdm=Bar))
    monkeypatch.setattr(progress._Tqdm, "pause", 0.0)
    text = shown(Terminal())
    assert [round(share, 3) for share, _ in bars[0].seen] == [0.167, 0.333, 0.5, 0.5, 0.667, 0.833, 1.0, 1.0]
    assert bars[0].closed
    assert text.count("\n") == 2


def test_a_notebook_gets_one_display_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Handle:
        update = staticmethod(seen.append)

    module = types.SimpleNamespace(HTML=str, display=lambda html, display_id: Handle)
    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    monkeypatch.setattr(progress._Notebook, "pause", 0.0)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    model = nn.Linear(2, 2)
    train.fit(model, data(6), F.cross_entropy, optim.SGD(model.parameters(), lr=0.1), 2, 2)
    assert seen[-1].startswith("<pre>epoch 1/2")
    assert seen[-1].count("\n") == 1
    assert "batch 3/3" in seen[2]


def test_a_model_of_values_says_how_slow_it_is() -> None:
    file = io.StringIO()
    model = nn.MLP(2, [3, 1])
    X, y = data(6)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    train.fit(model, (X, 2 * y - 1), F.hinge_loss, optimizer, 2, 2, callbacks=[train.ProgressBar(file)])
    first = file.getvalue().splitlines()[0]
    assert re.fullmatch(
        r"a model of Values: \d+ nodes per step, [\d.e-]+ s per step, about [\d.e-]+ s per epoch", first
    )


def test_verbose_false_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    model = nn.Linear(2, 2)
    train.fit(model, data(6), F.cross_entropy, optim.SGD(model.parameters(), lr=0.1), verbose=False)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_a_loader_without_a_length_has_no_time_left() -> None:
    file = io.StringIO()
    model = nn.Linear(2, 2)
    X, y = data(6)
    rows = [(X[k], int(y[k])) for k in range(6)]

    class Stream:
        def __iter__(self) -> Any:
            return iter(rows)

    loader = nn.data.DataLoader(Stream(), batch_size=2)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    train.fit(model, loader, F.cross_entropy, optimizer, callbacks=[train.ProgressBar(file)])
    assert re.fullmatch(r"epoch 1/1  loss [\d.]+\n", file.getvalue())
