"""ProgressBar: one line that tells how far the training is, for a terminal, a notebook and a log file."""

from __future__ import annotations

import html
import importlib
import shutil
import sys
import time
from collections.abc import Callable
from typing import Any, Final, TextIO, final

import numpy as np

from autograd import printable

from .callback import Callback, Logs
from .history import number_text

_REDRAW: Final = 0.1  # seconds between two changes of the line
_LOG: Final = 30.0  # seconds between two lines of a log file within one epoch


@final
class ProgressBar(Callback):
    """Show the epoch, the batch, the loss and metrics so far, and the time that is left.

    A terminal shows one line that changes, with tqdm's bar if tqdm is installed (extra `progress`). A notebook shows
    the same line. A log file gets one line for each epoch, and one every 30 seconds in a long one. `file` is where the
    line is written, the standard error by default.
    """

    def __init__(self, file: TextIO | None = None) -> None:
        self._file = file
        self._line: _Line | None = None

    def on_train_begin(self) -> None:
        self._line = _line(self._file or sys.stderr)
        self._start = self._shown = time.perf_counter()
        self._first = self.training.step
        self._told = False

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        assert self._line is not None
        now = time.perf_counter()
        nodes = self.training.nodes_per_step
        if nodes and not self._told:
            self._told = True
            self._line.end(_speed(nodes, now - self._start, self.training.batches))
        if now - self._shown >= self._line.pause:
            self._shown = now
            self._line.show(self._text(logs, batch + 1), self._share())

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        assert self._line is not None
        self._line.end(self._text(logs, None), self._share(ended=True))

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _text(self, logs: Logs, batch: int | None) -> str:
        training = self.training
        parts = [f"epoch {training.epoch + 1}/{training.epochs}"]
        if batch is not None:
            parts.append(f"batch {batch}" + (f"/{training.batches}" if training.batches else ""))
        parts += [f"{printable(name)} {number_text(x)}" for name, x in logs.items() if not isinstance(x, np.ndarray)]
        share = self._share(ended=batch is None)
        done = training.step - self._first
        if share is not None and done and training.batches:
            passed = time.perf_counter() - self._start
            left = passed / done * (training.epochs * training.batches - training.step)
            parts.append(f"{duration(left)} left" if share < 1 else f"took {duration(passed)}")
        return "  ".join(parts)

    def _share(self, ended: bool = False) -> float | None:
        """Return the share of the training that is done, or None where the number of batches is not known."""
        training = self.training
        if not training.batches:
            return None
        return (training.epoch + (1.0 if ended else training.batch / training.batches)) / training.epochs


def duration(seconds: float) -> str:
    """Return a time as minutes and seconds, with hours if there are any.

    >>> duration(3723.0), duration(7.2)
    ('1:02:03', '0:07')
    """
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _speed(nodes: int, seconds: float, batches: int | None) -> str:
    whole = seconds * (batches or 0)
    time_of_epoch = f"{whole:.2g} s" if whole < 10 else duration(whole)
    epoch = f", about {time_of_epoch} per epoch" if batches else ""
    return f"a model of Values: {nodes:,} nodes per step, {seconds:.3g} s per step{epoch}"


# --- where the line is shown ---


class _Line:
    """A log file or a pipe: each text is a line of its own."""

    pause = _LOG

    def __init__(self, file: TextIO) -> None:
        self.file = file

    def show(self, text: str, share: float | None) -> None:
        """Show a text in place of the last one that was shown and not ended."""
        self.end(text)

    def end(self, text: str, share: float | None = None) -> None:
        """Show a text that stays."""
        print(text, file=self.file, flush=True)

    def close(self) -> None:
        """Leave the line as it is."""


@final
class _Terminal(_Line):
    """A terminal without tqdm: the line is written again over itself."""

    pause = _REDRAW
    _width = 0

    def show(self, text: str, share: float | None) -> None:
        text = text[: shutil.get_terminal_size().columns - 1]
        self.file.write(f"\r{text:<{self._width}}")
        self.file.flush()
        self._width = len(text)

    def end(self, text: str, share: float | None = None) -> None:
        self.file.write(f"\r{text:<{self._width}}\n")
        self.file.flush()
        self._width = 0

    def close(self) -> None:
        if self._width:
            self.file.write("\n")
            self._width = 0


@final
class _Tqdm(_Line):
    """A terminal with tqdm: its bar is the share of the whole training."""

    pause = _REDRAW

    def __init__(self, file: TextIO, tqdm: Callable[..., Any]) -> None:
        super().__init__(file)
        self._bar = tqdm(total=1.0, file=file, leave=False, bar_format="{bar:20} {desc}", dynamic_ncols=True)

    def show(self, text: str, share: float | None) -> None:
        self._bar.n = share or 0.0
        self._bar.set_description_str(text)

    def end(self, text: str, share: float | None = None) -> None:
        self._bar.clear()
        print(text, file=self.file, flush=True)
        self.show(text, share)

    def close(self) -> None:
        self._bar.close()


@final
class _Notebook(_Line):
    """A notebook: one display that changes, with the lines that stay above the current one."""

    pause = 0.5

    def __init__(self, file: TextIO) -> None:
        super().__init__(file)
        display = importlib.import_module("IPython.display")
        self._html = display.HTML
        self._handle = display.display(self._html(""), display_id=True)
        self._kept: list[str] = []

    def show(self, text: str, share: float | None) -> None:
        self._handle.update(self._html(f"<pre>{html.escape(chr(10).join([*self._kept[-10:], text]))}</pre>"))

    def end(self, text: str, share: float | None = None) -> None:
        self.show(text, share)
        self._kept.append(text)


def in_notebook() -> bool:
    """Tell whether the program runs in a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def _line(file: TextIO) -> _Line:
    if file is sys.stderr and in_notebook():
        return _Notebook(file)
    if not file.isatty():
        return _Line(file)
    try:
        return _Tqdm(file, importlib.import_module("tqdm").tqdm)
    except ImportError:
        return _Terminal(file)
