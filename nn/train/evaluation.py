"""evaluate and predict, and the running loss and metrics of an epoch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, final

import numpy as np

from autograd import Tensor, Value, no_grad

from ..atomic import update_dicts
from ..data import TensorDataset
from ..module import Module
from .loss_kind import LossKind, kind_of
from .metrics import Metric, metric_list
from .outputs import apply_model, as_array, checked_model
from .sources import batch_length, inputs_and_target, plain_loader

LOSS: Final = "loss"


@final
class Meter:
    """The loss and the metrics of the batches so far. It is never changed: `after` returns a new one."""

    __slots__ = ("count", "loss", "metrics", "totals")

    def __init__(self, metrics: list[Metric], loss: float = 0.0, count: int = 0, totals: Any = None) -> None:
        self.metrics = metrics
        self.loss = loss  # the sum over the samples
        self.count = count
        self.totals: list[np.ndarray] = totals if totals is not None else [np.zeros(0) for _ in metrics]

    def after(self, loss: float, output: Any, target: Any) -> Meter:
        """Return the Meter after one more batch, whose mean loss is given."""
        count = batch_length(target)
        with no_grad():
            totals = [metric.add(old, output, target) for metric, old in zip(self.metrics, self.totals, strict=True)]
        return Meter(self.metrics, self.loss + loss * count, self.count + count, totals)

    def logs(self, prefix: str = "") -> dict[str, Any]:
        """Return the mean loss over the samples and the metrics, by name."""
        found = {LOSS: self.loss / self.count if self.count else float("nan")}
        found |= {m.name: m.value(totals) for m, totals in zip(self.metrics, self.totals, strict=True)}
        return {prefix + name: value for name, value in found.items()}

    def state_dict(self) -> dict[str, Any]:
        """Return the state to save."""
        names = [metric.name for metric in self.metrics]
        return {"loss": self.loss, "count": self.count, "totals": list(self.totals), "metrics": names}

    def restored(self, state: Mapping[str, Any]) -> Meter:
        """Return the Meter with a saved state. Raises ValueError if it is of other metrics."""
        names = [metric.name for metric in self.metrics]
        if state["metrics"] != names:
            raise ValueError(f"it was saved with the metrics {state['metrics']}, and now there are {names}")
        return Meter(self.metrics, state["loss"], state["count"], state["totals"])


def threshold_of(loss: Any) -> float:
    """Return the score above which two classes with one score count as positive: 0.5 for probabilities, else 0."""
    return 0.5 if kind_of(loss) is LossKind.BINARY else 0.0


def loss_number(loss: Any) -> float:
    """Return the loss of a batch as a float. Raises TypeError unless it is one number."""
    if isinstance(loss, (Value, Tensor)) and np.ndim(loss.data) == 0:
        return float(loss.item())
    shape = f" of shape {loss.shape}" if isinstance(loss, Tensor) else ""
    raise TypeError(f"a loss returns one number as a node, got {type(loss).__name__}{shape}; use its mean or its sum")


@contextmanager
def modes_kept(model: Module) -> Iterator[None]:
    """Set each Module at the end of a `with` block to the mode it had before, training or evaluation."""
    modes = [(vars(module), {"training": module.training}) for module in model.modules()]
    try:
        yield
    finally:
        update_dicts(modes)


@contextmanager
def evaluation_mode(model: Module) -> Iterator[None]:
    """Set all Modules to evaluation mode within a `with` block, and then each to the mode it had before."""
    with modes_kept(model):
        model.eval()
        yield


def measured(model: Module, loader: Any, loss: Any, meter: Meter) -> Meter:
    """Return the Meter after all batches of the loader, with the model in evaluation mode."""
    with evaluation_mode(model), no_grad():
        for batch in loader:
            inputs, target = inputs_and_target(batch)
            output = apply_model(model, inputs)
            meter = meter.after(loss_number(loss(output, target)), output, target)
    if not meter.count:
        raise ValueError("there are no samples to evaluate; give at least one batch")
    return meter


def evaluate(
    model: Module, data: Any, loss: Any, metrics: Iterable[Any] = (), batch_size: int | None = None
) -> dict[str, Any]:
    """Return the loss and the metrics of a model on data, by name; the model is in evaluation mode meanwhile.

    data        (X, y), a dataset or a loader
    loss        a function of output and target, such as nn.functional.cross_entropy, or a loss Module
    metrics     names, functions of output and target, or Metrics; see `fit`
    batch_size  32 by default; a loader has its own

    >>> model = nn.Linear(1, 1, bias=False)
    >>> _ = model.load_state_dict({"weight": [[2.0]]})
    >>> evaluate(model, ([[1.0], [2.0]], [[2.0], [5.0]]), nn.functional.mse_loss, ["mae"])
    {'loss': 0.5, 'mae': 0.5}
    """
    checked_model("evaluate", model)
    meter = Meter(metric_list(metrics, threshold_of(loss)))
    return measured(model, plain_loader(data, batch_size), loss, meter).logs()


def predict(model: Module, X: Any, batch_size: int | None = None) -> np.ndarray:
    """Return the outputs of a model for all samples as one array; the model is in evaluation mode meanwhile.

    `X` is an array or a Tensor, or a dataset or a loader of inputs, or of inputs and targets.
    """
    checked_model("predict", model)
    batches: Iterable[Any] = X
    if isinstance(X, (np.ndarray, Tensor, list)):
        batches = plain_loader(TensorDataset(X), batch_size)
    elif not isinstance(X, Iterator):  # which is read once, as here
        batches = plain_loader(X, batch_size)
    outputs = []
    with evaluation_mode(model), no_grad():
        for batch in batches:
            inputs = tuple(batch) if isinstance(batch, (tuple, list)) else (batch,)
            output = as_array(apply_model(model, inputs[:-1] if len(inputs) > 1 else inputs))
            if not output.ndim or len(output) != len(inputs[0]):
                raise ValueError(
                    f"predict needs one output for each of the {len(inputs[0])} samples of a batch, got an output of "
                    f"shape {output.shape}; for a single sample give X[None]"
                )
            outputs.append(output)
    if not outputs:
        raise ValueError("predict got no samples; give at least one")
    return np.concatenate(outputs)
