"""Loss surfaces: the numbers, the directions, and that the model stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, no_grad
from nn.plot.surface import _direction

from ...interrupts import interrupted_at
from .canvas import closed_figures as closed_figures, legend, line, state

X = np.array([[0.0, 0.5], [1.0, 0.0], [0.0, 1.0], [1.0, 2.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])


def network(seed: int = 0) -> nn.MLP:
    return nn.MLP(2, [3, 1], activation="tanh", generator=np.random.default_rng(seed))


def of_tensors(model: Any) -> Any:
    return nn.functional.mse_loss(model(Tensor(X)), Tensor(Y))


def of_values(model: Any) -> Any:
    return sum((model(x) - y) ** 2 for x, [y] in zip(X.tolist(), Y.tolist(), strict=True)) / len(X)


def drawn(ax: Any) -> np.ndarray:
    """Return the losses that the colours show."""
    [mesh] = [each for each in ax.collections if hasattr(each, "get_coordinates")]
    return np.ma.filled(mesh.get_array(), np.nan)


def test_values_and_tensors_have_the_same_surface() -> None:
    mlp = network()
    tensors = drawn(nn.plot.loss_surface(mlp.to_tensor(), of_tensors, points=5, seed=4))
    values = drawn(nn.plot.loss_surface(mlp, of_values, points=5, seed=4))
    assert values == pytest.approx(tensors, rel=1e-12)
    assert tensors[2, 2] == of_tensors(mlp.to_tensor()).item()  # the centre is the model, to the bit
    other = drawn(nn.plot.loss_surface(mlp.to_tensor(), of_tensors, points=5, seed=5))
    assert not np.allclose(other, tensors)


def test_each_point_is_the_loss_of_the_moved_parameters() -> None:
    model = network().to_tensor()
    draw = np.random.default_rng(0)
    first, second = _direction(model, draw), _direction(model, draw)
    losses = drawn(nn.plot.loss_surface(model, of_tensors, span=0.5, points=3))
    for row, b in enumerate((-0.5, 0.0, 0.5)):
        for column, a in enumerate((-0.5, 0.0, 0.5)):
            names = [name for name, _ in model.named_parameters()]
            moved = {
                name: p.data + a * u + b * v
                for name, p, u, v in zip(names, model.parameters(), first, second, strict=True)
            }
            y = nn.functional_call(model, moved, Tensor(X))
            assert losses[row, column] == pytest.approx(((y.data - Y) ** 2).mean(), rel=1e-12)


def test_a_direction_has_the_norm_of_each_filter_and_leaves_the_biases() -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.LayerNorm(3), nn.Linear(3, 2))
    way = _direction(model, np.random.default_rng(1))
    for p, part in zip(model.parameters(), way, strict=True):
        if p.ndim == 2:
            assert np.linalg.norm(part, axis=1) == pytest.approx(np.linalg.norm(p.data, axis=1))
        else:
            assert not part.any()


def test_a_model_without_filters_moves_each_parameter() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.slope = nn.Parameter([3.0])

        def forward(self, x: Any) -> Any:
            return self.slope * x

    ax = nn.plot.loss_surface(Line(), lambda model: ((model(1.0) - 3) ** 2).sum(), 1, points=5)
    x, y = line(ax, "loss")
    assert x.tolist() == [-1, -0.5, 0, 0.5, 1]
    assert y == pytest.approx(9 * x**2)
    assert legend(ax) == ["loss", "the model"]
    assert [each.tolist() for each in line(ax, "the model")] == [[0.0], [0.0]]


def test_losses_that_differ_much_have_logarithmic_colours_and_inf_is_empty() -> None:
    model = network().to_tensor()
    ax = nn.plot.loss_surface(model, lambda m: of_tensors(m).exp().exp(), points=7, span=4.0)
    ax.figure.canvas.draw()
    losses = drawn(ax)
    assert np.isfinite(losses).any()
    assert np.isnan(losses).any()
    [mesh] = [each for each in ax.collections if hasattr(each, "get_coordinates")]
    assert type(mesh.norm).__name__ == "LogNorm"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("distance along direction 1", "distance along direction 2")
    assert legend(ax) == ["the model"]


class Noisy(nn.Module):
    def __init__(self) -> None:
        self.body = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(3, 1))

    def forward(self, x: Any) -> Any:
        return self.body(x)


def fails_later(right: Callable[[Any], Any], error: BaseException) -> Callable[[Any], Any]:
    calls: list[int] = []

    def loss(model: Any) -> Any:
        calls.append(1)
        if len(calls) > 4:
            raise error
        return right(model.train())

    return loss


@pytest.mark.parametrize("error", [None, RuntimeError("no"), KeyboardInterrupt()])
@pytest.mark.parametrize("make", [Noisy, lambda: network().to_tensor(), network])
def test_the_model_is_unchanged_even_if_the_loss_fails(make: Any, error: BaseException | None) -> None:
    model = make()
    before = state(model)
    loss = of_values if isinstance(model, nn.MLP) else of_tensors
    if error is None:
        nn.plot.loss_surface(model, loss, points=3)
    else:
        with pytest.raises(type(error)):
            nn.plot.loss_surface(model, fails_later(loss, error), points=3)
    assert state(model) == before


@pytest.mark.parametrize("line", range(1, 3000, 101))
def test_ctrl_c_leaves_the_model_as_it_was(line: int) -> None:
    model = Noisy()
    before = state(model)
    assert interrupted_at(line, lambda: nn.plot.loss_surface(model, of_tensors, points=3))
    assert state(model) == before


@pytest.mark.parametrize(
    ("model", "loss", "options", "error", "message"),
    [
        ("model", of_tensors, {}, TypeError, "takes a Module, got str"),
        (Noisy(), 3.0, {}, TypeError, "loss must be a function that takes a model"),
        (Noisy(), of_tensors, {"directions": 3}, ValueError, "1 or 2 directions, got 3"),
        (Noisy(), of_tensors, {"span": 0}, ValueError, "span must be a finite number > 0, got 0"),
        (Noisy(), of_tensors, {"points": 2}, ValueError, "points must be an integer >= 3"),
        (Noisy(), of_tensors, {"seed": -1}, ValueError, "seed must be an integer >= 0"),
        (nn.ReLU(), of_tensors, {}, ValueError, "the model has no parameters"),
        (Noisy(), lambda model: model(Tensor(X)), {}, TypeError, "must return one number, got Tensor"),
        (Noisy(), lambda model: "1", {}, TypeError, "must return one number, got str '1'"),
        (Noisy(), lambda model: 0.25, {}, ValueError, "the loss is 0.25 at every point"),
        (Noisy(), lambda model: np.nan, {}, ValueError, "the loss is inf or nan at every point"),
    ],
)
def test_what_does_not_fit_is_refused(
    model: Any, loss: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message), no_grad():
        nn.plot.loss_surface(model, loss, **{"points": 3, **options})
