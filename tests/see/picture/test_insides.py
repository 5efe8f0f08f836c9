"""Insides: a box opens to what it holds, as it was when the picture was drawn, and the page stays small."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, draw
from autograd.engine.sweep import graph_nodes
from autograd.see.picture.drawing import MOST_IN_PAGE


def mean_square(samples: int = 100) -> tuple[Value, Any]:
    model = nn.MLP(2, [16, 16, 1], generator=np.random.default_rng(0))
    loss = sum((model([float(k % 7), 1.0]) - 1.0) ** 2 for k in range(samples)) / samples
    loss.backward()
    return loss, model


def logistic() -> tuple[Value, Any]:
    x, r = Value(0.2, "x"), Value(3.5, "r")
    for _ in range(400):
        x = r * x * (1 - x)
    return x, None


def sir() -> tuple[Value, Any]:
    s, i = Value(0.99, "S"), Value(0.01, "I")
    beta, gamma, h = Value(0.5, "beta"), Value(0.1, "gamma"), 0.5

    def slope(s: Any, i: Any) -> tuple[Any, Any]:
        return -beta * s * i, beta * s * i - gamma * i

    for _ in range(30):
        k1 = slope(s, i)
        k2 = slope(s + h / 2 * k1[0], i + h / 2 * k1[1])
        k3 = slope(s + h / 2 * k2[0], i + h / 2 * k2[1])
        k4 = slope(s + h * k3[0], i + h * k3[1])
        s, i = (each + h / 6 * (a + 2 * b + 2 * c + d) for each, a, b, c, d in zip((s, i), k1, k2, k3, k4, strict=True))
    return i, None


def recurrent() -> tuple[Any, Any]:
    autograd.manual_seed(0)
    x, h = autograd.randn(12, 1, 3), autograd.zeros(1, 4)
    into, on = nn.Linear(3, 4), nn.Linear(4, 4)
    for k in range(12):
        h = (into(x[k]) + on(h)).tanh()
    return h.sum(), (into, on)


def chain() -> tuple[Value, Any]:
    """Build a long chain without a pattern."""
    random = np.random.default_rng(0)
    x = Value(0.2, "x")
    for kind in random.integers(0, 4, 5_000):
        x = [Value.tanh, Value.sin, lambda v: v * 1.1, lambda v: v + 0.3][kind](x)
    return x, None


GRAPHS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "loss over 100 points": mean_square, "logistic map": logistic, "SIR": sir, "RNN": recurrent, "chain": chain,
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_every_box_of_the_first_picture_opens_and_the_page_stays_below_a_megabyte(name: str) -> None:
    root, model = GRAPHS[name]()
    drawing = draw(root)
    folded = [k for k, item in enumerate(drawing.scene.items) if item.kind in ("block", "elided", "neuron")]
    opened = [inside.item for inside in drawing.insides if inside.parent == 0]
    assert sorted(opened) == folded != []
    assert all(inside.parent <= k for k, inside in enumerate(drawing.insides)), "a page can end after any of them"
    text = drawing._page(MOST_IN_PAGE)
    assert text.count('class="inside"') == len(drawing.insides)
    assert len(text.encode()) <= 600_000
    assert "+ opens a box" in text
    assert "+ opens a box" not in drawing.svg
    assert model is not None or name not in ("loss over 100 points", "RNN")


@pytest.mark.parametrize("name", GRAPHS)
def test_an_inside_shows_numbers_of_the_graph_and_every_inside_is_smaller_than_what_it_is_in(name: str) -> None:
    root, model = GRAPHS[name]()
    drawing = draw(root)
    known = {float(f"{np.ravel(node._data)[0]:.4g}") for node in graph_nodes(root) if np.size(node._data) == 1}
    for inside in drawing.insides:
        assert 2 <= len(inside.scene.items) <= 120
        for item in inside.scene.items:
            if item.kind in ("result", "variable"):
                data = dict(item.rows)["data"]
                if "[" not in data and "norm" not in data:
                    assert float(data) in known
    assert model is None or drawing.insides


def test_an_inside_shows_the_data_of_when_the_picture_was_drawn() -> None:
    loss, model = mean_square(3)
    drawing = draw(loss)
    before = drawing._page(MOST_IN_PAGE)
    for p in model.parameters():
        p.data = p.data + 1.0
        p.grad = None
    assert drawing._page(MOST_IN_PAGE) == before


def test_pieces_that_are_not_shown_open_to_the_last_of_them() -> None:
    x, r = Value(0.2, "x"), Value(3.5, "r")
    states = [x]
    for _ in range(400):
        states.append(r * states[-1] * (1 - states[-1]))
    (inside,) = draw(states[-1]).insides
    assert inside.title == "399 more steps like the first"
    shown = [dict(item.rows).get("data") for item in inside.scene.items]
    assert f"{states[-1].data:.4g}" in shown
    assert f"{states[-2].data:.4g}" in shown, "what the last step starts from"


def test_a_picture_that_folds_nothing_has_no_insides() -> None:
    x = Value(1.0, "x")
    assert draw(x * x).insides == ()
    long = logistic()[0]
    assert draw(long, focus=long, depth=2).insides == (), "what was left out on request does not open"
