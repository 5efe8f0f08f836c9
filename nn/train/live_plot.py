"""LivePlot: the curves of a training, drawn anew after each epoch in a notebook."""

from __future__ import annotations

import importlib
from typing import Any, final

import numpy as np

from ..checks import integer
from ..plot.canvas import pyplot
from .callback import Callback, Logs
from .history import History
from .progress import in_notebook


@final
class LivePlot(Callback):
    """Draw the loss and the metrics after every `every` epochs, in one figure that changes.

    Outside of a notebook nothing is drawn; plot the history after the training.
    """

    def __init__(self, every: int = 1) -> None:
        self.every = integer("every", every, 1)
        self._display: Any = None

    def on_train_begin(self) -> None:
        self._display = None
        if in_notebook():
            pyplot()  # without matplotlib, say so before the training and not after an epoch

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if not in_notebook() or (epoch + 1) % self.every:
            return
        history = History(self.training.history)
        history.append(logs)
        figure = np.asarray(history.plot(), dtype=object).flat[0].figure
        if self._display is None:
            self._display = importlib.import_module("IPython.display").display(figure, display_id=True)
        else:
            self._display.update(figure)
        pyplot().close(figure)  # the display keeps its picture; an open figure would keep memory
