"""fit: train a model on data, with validation, metrics, callbacks and checkpoints."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from autograd import manual_seed, shown

from ..checks import integer
from ..data.loader import Transform
from ..module import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler, OneCycleLR
from .callback import Callback
from .diagnosis.examination import Checkup
from .evaluation import Meter, threshold_of
from .history import History
from .metrics import metric_list
from .outputs import checked_loss, checked_model, checked_optimizer
from .progress import ProgressBar
from .sources import plain_loader, split, training_loader
from .training import Training


def fit(
    model: Module,
    data: Any,
    loss: Any,
    optimizer: Optimizer,
    epochs: int = 1,
    batch_size: int | None = None,
    validation: Any = None,
    validation_split: float = 0.0,
    metrics: Iterable[Any] = (),
    callbacks: Iterable[Callback] = (),
    scheduler: LRScheduler | None = None,
    seed: int | None = None,
    *,
    schedule_by: str | None = None,
    shuffle: bool = True,
    verbose: bool = True,
    resume: str | os.PathLike[str] | None = None,
    doctor: bool = False,
    transform: Transform | None = None,
) -> History:
    """Train a model and return the loss and the metrics of each epoch.

    data              (X, y), a dataset, or a loader; the last element of a batch is the target
    loss              a function of output and target that returns one number, such as nn.functional.cross_entropy, or a
                      loss Module
    epochs            the number of epochs in all; a resumed training has fewer left
    batch_size        32 by default; a loader has its own
    validation        (X, y), a dataset or a loader to evaluate after each epoch
    validation_split  the share of the samples, the last ones, to validate on; they are not trained on
    metrics           names (accuracy, top_5, mae, r2, f1, confusion_matrix), functions of output and target that return
                      the mean of a batch, or Metrics
    scheduler         stepped after each epoch, and OneCycleLR after each step of the optimizer; ReduceLROnPlateau
                      gets "val_loss", or "loss" without validation
    schedule_by       "epoch" or "step", to step the scheduler otherwise
    seed              sets autograd's default generator, which dropout uses, and the order of the samples
    shuffle           use a new order of the samples in each epoch; a loader has its own order
    verbose           show a ProgressBar
    resume            a file written by ModelCheckpoint: go on from there, with bits equal to those of a training that
                      was not interrupted. Give the same arguments as before.
    doctor            print the report of nn.train.doctor after the first epoch, and where the training fails
    transform         an augmentation of nn.data, or a function of (x, generator), applied to the first input of each
                      training batch and not to the validation; a loader has its own

    A model of Values gets the rows of a batch one after the other, as lists. The loss of an epoch is the mean over its
    batches, weighted by their sizes, while the model learns; that of the validation is computed after the epoch in
    evaluation mode. Each step is taken as a whole: after Ctrl-C, model, optimizer, scheduler and loader are as before
    the step or after it.

    >>> X = Tensor([[0.0], [1.0], [2.0], [3.0]])
    >>> model = nn.Linear(1, 1)
    >>> optimizer = nn.optim.SGD(model.parameters(), lr=0.1)
    >>> history = fit(model, (X, 2 * X + 1), nn.functional.mse_loss, optimizer, epochs=200, seed=0, verbose=False)
    >>> round(model.weight.item(), 2), round(model.bias.item(), 2), len(history["loss"])
    (2.0, 1.0, 200)
    """
    checked_model("fit", model)
    checked_optimizer("fit", optimizer)
    checked_loss(loss)
    _check_owner(model, optimizer)
    epochs = integer("epochs", epochs, 0)
    if validation is not None and validation_split:
        raise ValueError("fit takes validation or validation_split, got both; give one")
    if validation_split:
        data, validation = split(data, validation_split)
    if resume is not None and not isinstance(resume, (str, os.PathLike)):
        raise TypeError(
            f"resume takes the path of a file that ModelCheckpoint wrote, got {type(resume).__name__}: {shown(resume)}"
        )
    by_step = _by_step(optimizer, scheduler, schedule_by)
    given = _callbacks(callbacks)
    if doctor:
        given.append(Checkup())
    if verbose and not any(isinstance(callback, ProgressBar) for callback in given):
        given.append(ProgressBar())
    loader = training_loader(
        data, None if batch_size is None else integer("batch_size", batch_size, 1), shuffle, seed, transform
    )
    meter = Meter(metric_list(metrics, threshold_of(loss)))
    validating = None if validation is None else plain_loader(validation, batch_size)
    if seed is not None:
        manual_seed(seed)
    training = Training(
        model, loader, loss, optimizer, epochs, meter, validating, given, scheduler, schedule_by_step=by_step
    )
    return training.run(resume)


def _check_owner(model: Module, optimizer: Optimizer) -> None:
    """Raise ValueError for an optimizer of another model, which would train nothing."""
    own = set(map(id, model.parameters()))
    if own and not any(id(node) in own for group in optimizer.param_groups for node in group["params"]):
        raise ValueError(
            "the optimizer holds no parameter of the model, so the model would not change; create it with "
            "model.parameters() of this model"
        )


def _by_step(optimizer: Optimizer, scheduler: Any, schedule_by: str | None) -> bool:
    """Tell whether the scheduler is stepped after each step of the optimizer."""
    if schedule_by not in (None, "epoch", "step"):
        raise ValueError(f'schedule_by must be "epoch" or "step", got {shown(schedule_by)}')
    if scheduler is None:
        return False
    if not isinstance(scheduler, LRScheduler):
        raise TypeError(
            f"scheduler must be one of nn.optim.lr_scheduler, got {type(scheduler).__name__}; for a function of the "
            "epoch use the callback LRSchedule"
        )
    if scheduler.optimizer is not optimizer:
        raise ValueError("the scheduler belongs to another optimizer; create it with the one that fit gets")
    return schedule_by == "step" or (schedule_by is None and isinstance(scheduler, OneCycleLR))


def _callbacks(callbacks: Iterable[Any]) -> list[Callback]:
    if isinstance(callbacks, Callback):
        raise TypeError(f"callbacks must be a list, got one {type(callbacks).__name__}; write callbacks=[...]")
    given = list(callbacks)
    for callback in given:
        if not isinstance(callback, Callback):
            if isinstance(callback, type) and issubclass(callback, Callback):
                raise TypeError(
                    f"a callback is an object, got the class {callback.__name__}; write {callback.__name__}()"
                )
            raise TypeError(
                f"a callback is a nn.train.Callback, got {type(callback).__name__} {shown(callback)}; for functions "
                "use LambdaCallback"
            )
    return given
