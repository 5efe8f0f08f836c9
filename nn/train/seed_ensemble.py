"""ensemble: train the same network from several seeds, and predict with all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, final

import numpy as np

from autograd import Table, Tensor, shown

from ..checks import integer
from ..module import Module
from .evaluation import predict
from .history import History, spread_table
from .new_trainings import Build, as_dataset, built, checked_metrics, fit_new, sendable
from .outputs import as_array, checked_loss
from .processes import own_randomness, run_all


class EnsemblePrediction(NamedTuple):
    """The mean of the members' predictions, and their standard deviation, which divides by their number minus 1."""

    mean: np.ndarray
    std: np.ndarray


@final
class Ensemble:
    """Trained networks that differ by their seed.

    members    the networks
    histories  the History of each
    """

    def __init__(self, members: list[Module], histories: list[History]) -> None:
        self.members, self.histories = members, histories

    def predict(
        self, X: Any, batch_size: int | None = None, activation: Callable[[Any], Any] | None = None
    ) -> EnsemblePrediction:
        """Return mean and standard deviation of the members' outputs, each in the shape of the outputs of one.

        `activation` is applied to the outputs of each member before the mean. For a classifier that returns scores give
        `lambda scores: F.softmax(scores, 1)`: the mean of probabilities is one, the mean of scores is not.
        """
        if activation is not None and not callable(activation):
            raise TypeError(
                f"activation is a function of the outputs, got {type(activation).__name__} {shown(activation)}; write "
                "lambda scores: F.softmax(scores, 1)"
            )
        outputs = [predict(member, X, batch_size) for member in self.members]
        if activation is not None:
            outputs = [as_array(activation(Tensor(output))) for output in outputs]
        return EnsemblePrediction(np.mean(outputs, axis=0), np.std(outputs, axis=0, ddof=1))

    def table(self) -> Table:
        """Return the numbers of each member's last epoch, their mean and standard deviation, as a text table."""
        last = {name: [history[name][-1] for history in self.histories] for name in self.histories[0]}
        return spread_table("member", last, f"Ensemble of {len(self.members)}, numbers of the last epoch")

    def __len__(self) -> int:
        return len(self.members)

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def ensemble(
    build: Build,
    data: Any,
    loss: Any,
    n: int = 5,
    metrics: Iterable[Any] = (),
    seed: int = 0,
    processes: int = 1,
    **options: Any,
) -> Ensemble:
    """Train n networks that differ by their random numbers only: the weights at the start, dropout, order of the data.

    build      returns a new model and its optimizer, and optionally a scheduler: (model, optimizer, scheduler). The
               default generator is seeded before; it must not be seeded in `build`
    data       (X, y), or a dataset
    n          the number of members, at least 2
    processes  the number of processes; the members do not depend on it. With more than one, `build` and `loss` are
               functions at the top of a module
    options    those of `fit`, such as epochs, batch_size and validation

    Member k depends on `seed` and k only. If a training raises, the others are ended, and so they are at Ctrl-C.
    The method is that of Lakshminarayanan et al. (2017), "deep ensembles".

    >>> def build():
    ...     model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
    ...     return model, nn.optim.Adam(model.parameters(), lr=0.03)
    >>> X, y = nn.data.sine(50, seed=0)
    >>> found = ensemble(build, (X, y), nn.functional.mse_loss, n=3, epochs=40)
    >>> near, far = found.predict(np.array([[0.5], [9.0]])).std.ravel()
    >>> bool(near < far)  # the members agree where there are data
    True
    """
    count = integer("n", n, 2)
    task = (
        build,
        sendable("ensemble", data),
        checked_loss(loss),
        checked_metrics(metrics),
        {"verbose": False, **options},
    )
    trained = run_all(_member, [task] * count, seed, processes)
    if len({_bits(weights) for weights, _ in trained}) < count:
        raise ValueError(
            f"some of the {count} members have the same weights, so their spread says nothing; let the weights at the "
            "start or the order of the data depend on the default generator, and do not call manual_seed in build"
        )
    members = []
    with own_randomness():
        for weights, _ in trained:
            model = built(build)[0]
            model.load_state_dict(weights)
            members.append(model)
    return Ensemble(members, [History(history) for _, history in trained])


def _member(
    build: Build, data: Any, loss: Any, metrics: list[Any], options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Train one member. Return its weights and its history, because a Module is not sent to another process."""
    model, history = fit_new(build, as_dataset(data), loss, metrics, options)
    return {name: as_array(x) for name, x in model.state_dict().items()}, dict(history)


def _bits(weights: dict[str, np.ndarray]) -> tuple[bytes, ...]:
    return tuple(np.asarray(x).tobytes() for x in weights.values())
