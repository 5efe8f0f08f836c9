"""doctor: say in plain words why a model does not learn. Checkup: the callback that calls it during `fit`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

from autograd import Value, default_generator, enable_grad

from ...atomic import set_attributes
from ...checks import integer
from ...module import Module
from ...optim import Optimizer
from ..callback import Callback, Logs
from ..outputs import checked_loss, checked_model, checked_optimizer
from ..sources import batch_length, inputs_and_target
from ..studies import is_pruned
from .diseases import DISEASES
from .evidence import gather
from .health_report import Finding, Report


def doctor(model: Module, batch: Any, loss: Any, optimizer: Optimizer | None = None, *, steps: int = 50) -> Report:
    """Look at a model on one batch and return a report: what is wrong, the number that shows it, and what to try.

    batch      (inputs, target), as a loader yields it; at least 8 samples, so that chance plays no part
    loss       a function of output and target that returns one number, or a loss Module
    optimizer  to judge its learning rate and its parameters too
    steps      the number of steps in which the model should learn the batch by heart

    It computes on copies: model, optimizer and random generators are the same afterwards, also after Ctrl-C. Call it
    while the model is as in training. Under no_grad() it takes the model as one that is being evaluated.

    A model of Values takes one row at a time, so give it a few rows and a few steps.

    >>> model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2), nn.Softmax(1))
    >>> report = doctor(model, nn.data.moons(32), nn.functional.cross_entropy)
    >>> [finding.name for finding in report.findings]
    ['softmax before cross-entropy']
    """
    checked_model("doctor", model)
    if optimizer is not None:
        checked_optimizer("doctor", optimizer)
    checked_loss(loss)
    inputs, target = inputs_and_target(batch)
    if not batch_length(target):
        raise ValueError("doctor looks at a batch, got one without samples; give at least 8")
    evaluating = not (Value(1.0) * 1.0).requires_grad
    with _undisturbed(model), enable_grad():
        found = gather(model, inputs, target, loss, optimizer, evaluating, integer("steps", steps, 1))
        findings = [
            Finding(
                disease.name,
                sign.where,
                sign.number,
                disease.sentence.format(where=sign.where, number=sign.number, **sign.details),
                disease.remedy.format(**sign.details),
            )
            for disease in DISEASES
            for sign in disease.check(found)
        ]
    explained = [finding for finding in findings if finding.name != "error"]
    return Report(explained or findings, len(DISEASES))


@contextmanager
def _undisturbed(model: Module) -> Iterator[None]:
    """Bring the default generator and the gradients of the model back.

    The copies draw from the default generator. A loss that holds the user's parameters, such as one with a penalty,
    gives them gradients.
    """
    generator = default_generator().bit_generator
    before = [(node, "grad", node.grad) for node in model.parameters()]
    changes = [*before, (generator, "state", generator.state)]
    try:
        try:
            yield
        finally:
            set_attributes(changes)
    except BaseException:
        set_attributes(changes)  # Ctrl-C may have come before the line above
        raise


@final
class Checkup(Callback):
    """Print the report of the doctor after the first epoch, and once where the loss is not finite or a step raises."""

    def __init__(self) -> None:
        self._failed = False

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if epoch == 0 and not self._failed:
            self._print("after the first epoch")

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        if not math.isfinite(logs["loss"]) and not self._failed:
            self._failed = True
            self._print("the loss is not finite")

    def on_failure(self, error: Exception) -> None:
        if not self._failed and not is_pruned(error):
            self._failed = True
            self._print(f"{type(error).__name__} was raised")

    def _print(self, moment: str) -> None:
        training = self.training
        if training.current is None:  # the loader failed before its first batch
            return
        try:
            report = doctor(training.model, training.current, training.loss, training.optimizer)
        except Exception as error:  # such as a model that cannot be copied: the training goes on without a report
            print(f"{moment}: the doctor could not look at the model: {error}")
        else:
            print(f"{moment}: {report}")
