"""Loops that people draw: they fold to one round and its number, with rounds that lack ops in a box of their own."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, draw
from autograd.engine.sweep import graph_nodes
from autograd.see.picture.blocks import Block
from autograd.see.picture.formulas import display_names
from autograd.see.picture.scene_builder import SceneBuilder
from autograd.see.picture.views import view
from tests.see.pictures import elements, words

Make = Callable[..., Any]  # a Value, or a Tensor of three elements
READABLE = 60
KINDS = ["block", "elided"]


def value(data: float, label: str = "") -> Any:
    return Value(data, label)


def tensor(data: float, label: str = "") -> Any:
    return Tensor(np.full(3, data), requires_grad=True, label=label)


def recurrent(make: Make) -> Any:
    w, u, b = make(0.5, "w"), make(0.3, "u"), make(0.1, "b")
    h = 0.0
    for k in range(12):
        h = ag.tanh(w * (0.1 * k) + u * h + b)
    return h


def recurrent_with_another_first_round(make: Make) -> Any:
    w, u, b = make(0.5, "w"), make(0.3, "u"), make(0.1, "b")
    xs = [make(0.1 * k) for k in range(12)]
    h = ag.tanh(w * xs[0] + b)
    for x in xs[1:]:
        h = ag.tanh(w * x + u * h + b)
    return h


def lstm(make: Make) -> Any:
    ws = [make(0.1 * k + 0.1, f"w{k}") for k in range(12)]
    h = c = 0.0
    for t in range(10):
        gates = [ws[3 * k] * math.sin(0.3 * t) + ws[3 * k + 1] * h + ws[3 * k + 2] for k in range(4)]
        i, f, o, z = (*map(ag.sigmoid, gates[:3]), ag.tanh(gates[3]))
        c = f * c + i * z
        h = o * ag.tanh(c)
    return h


def epidemic(make: Make, plain: bool = False) -> Any:
    """Return the infected after 30 Runge-Kutta steps of an SIR model; the last step need not move the recovered."""
    beta, gamma, dt = make(0.3, "beta"), make(0.1, "gamma"), 0.5

    def slopes(s: Any, i: Any, r: Any) -> Sequence[Any]:
        return (-beta * s * i, beta * s * i - gamma * i, gamma * i)

    def moved(y: Sequence[Any], k: Sequence[Any], h: float) -> list[Any]:
        return [a + h * b for a, b in zip(y, k, strict=True)]

    y: Sequence[Any] = [0.99, 0.01, 0.0] if plain else [make(0.99, "S"), make(0.01, "I"), make(0.0, "R")]
    for _ in range(30):
        k1 = slopes(*y)
        k2 = slopes(*moved(y, k1, dt / 2))
        k3 = slopes(*moved(y, k2, dt / 2))
        k4 = slopes(*moved(y, k3, dt))
        y = [v + dt / 6 * (a + 2 * b + 2 * c + d) for v, a, b, c, d in zip(y, k1, k2, k3, k4, strict=True)]
    return y[1]


def runge_kutta_with_time(make: Make) -> Any:
    k, y, t, h = make(0.5, "k"), make(1.0, "y"), 0.0, 0.1
    for _ in range(20):
        slopes: list[Any] = []
        for c in (0.0, 0.5, 0.5, 1.0):
            at = y + h * c * slopes[-1] if slopes else y
            slopes.append(ag.sin((t + c * h) * k) - k * at * at)
        y = y + h / 6 * (slopes[0] + 2 * slopes[1] + 2 * slopes[2] + slopes[3])
        t += h
    return y


def implicit_euler(make: Make) -> Any:
    """Take 12 implicit steps, each solved by five steps of Newton's method."""
    k, y = make(0.5, "k"), make(1.0, "y")
    for _ in range(12):
        z = y
        for _ in range(5):
            z = z - (z + 0.1 * k * z**3 - y) / (1 + 0.3 * k * z**2)
        y = z
    return y


def euler_with_time(make: Make) -> Any:
    k, y = make(0.5, "k"), 1.0
    for n in range(50):
        y = y + 0.1 * (ag.sin(k * (0.1 * n)) - k * y)
    return y


def predator_and_prey(make: Make) -> Any:
    a, b, c, d = make(0.1, "a"), make(0.02, "b"), make(0.3, "c"), make(0.01, "d")
    x, y = make(40.0, "x"), make(9.0, "y")
    for _ in range(40):
        x, y = x + 0.1 * (a * x - b * x * y), y + 0.1 * (d * x * y - c * y)
    return x + y


def logistic_map(make: Make, plain: bool = False) -> Any:
    r, x = make(3.7, "r"), 0.2 if plain else make(0.2, "x")
    for _ in range(400):
        x = r * x * (1 - x)
    return x


def gradient_descent(make: Make) -> Any:
    w, rate = make(1.0, "w"), make(0.1, "rate")
    for _ in range(20):
        w = w - rate * 2 * (w - 3)
    return w


def fit_a_line(make: Make) -> Any:
    """Take 15 steps of gradient descent on four points: a loop in a loop with two parameters."""
    a, b, rate = make(1.0, "a"), make(0.0, "b"), make(0.01, "rate")
    for _ in range(15):
        of_a = of_b = 0.0
        for x in (0.0, 0.1, 0.2, 0.3):
            error = a * x + b - (3 * x + 1)
            of_a = of_a + 2 * error * x
            of_b = of_b + 2 * error
        a, b = a - rate * of_a, b - rate * of_b
    return a + b


def momentum(make: Make, plain: bool = False) -> Any:
    w, rate, speed = make(1.0, "w"), make(0.1, "rate"), 0.0 if plain else make(0.0, "speed")
    for _ in range(20):
        speed = 0.9 * speed + 2 * (w - 3)
        w = w - rate * speed
    return w


def adam(make: Make) -> Any:
    w, rate = make(1.0, "w"), make(0.1, "rate")
    m = v = 0.0
    for t in range(1, 16):
        g = 2 * (w - 3)
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g * g
        w = w - rate * (m / (1 - 0.9**t)) / (ag.sqrt(v / (1 - 0.99**t)) + 1e-8)
    return w


def kalman(make: Make) -> Any:
    """Return the negative log-likelihood; the first error is a plain number's, the last state is not used."""
    q, r, x, p, total = make(0.1, "q"), make(0.5, "r"), 0.0, 1.0, 0.0
    for k in range(25):
        p = p + q
        s, error = p + r, math.sin(0.2 * k) - x
        gain = p / s
        x = x + gain * error
        p = (1 - gain) * p
        total = total + 0.5 * (ag.log(s) + error * error / s)
    return total


def option(make: Make) -> Any:
    """Return the price of a European call by a binomial tree of 12 steps."""
    s, sigma, rate, n = make(100.0, "S"), make(0.2, "sigma"), make(0.03, "r"), 12
    up = ag.exp(sigma * (1 / n) ** 0.5)
    p, discount = (ag.exp(rate / n) - 1 / up) / (up - 1 / up), ag.exp(-rate / n)
    v = [ag.maximum(s * up ** (n - 2 * k) - 100, 0.0) for k in range(n + 1)]
    for _ in range(n):
        v = [discount * (p * a + (1 - p) * b) for a, b in pairwise(v)]
    return v[0]


def horner(make: Make) -> Any:
    x, y = make(0.7, "x"), 0.0
    for k in range(40):
        y = y * x + 0.1 * k
    return y


def newton(make: Make, plain: bool = False) -> Any:
    a = make(2.0, "a")
    x = 1.0 if plain else a
    for _ in range(20):
        x = x - (x * x - a) / (2 * x) if plain else 0.5 * (x + a / x)
    return x


def filtered(make: Make) -> Any:
    b, a1, a2 = make(0.2, "b"), make(0.5, "a1"), make(-0.2, "a2")
    y1 = y2 = 0.0
    for k in range(40):
        y1, y2 = b * math.sin(0.3 * k) + a1 * y1 + a2 * y2, y1
    return y1


def power_of_a_filter(make: Make) -> Any:
    """Return the sum of squares of a filter whose first two outputs have fewer terms."""
    b, a1, a2 = make(0.2, "b"), make(0.5, "a1"), make(-0.2, "a2")
    ys: list[Any] = []
    for k in range(40):
        y = b * math.sin(0.3 * k)
        if k >= 1:
            y = y + a1 * ys[-1]
        if k >= 2:
            y = y + a2 * ys[-2]
        ys.append(y)
    return sum(y * y for y in ys)


def long_chain(make: Make) -> Any:
    x = make(0.5, "x")
    for _ in range(10_000):
        x = ag.tanh(x)
    return x


# Of each program: the boxes of a picture in which nothing is opened, and what the readable picture says of the rest.
PROGRAMS: dict[str, tuple[Callable[[Make], Any], str, str]] = {
    "recurrent": (recurrent, "12 × step", "… 11 more steps like the first"),
    "another first round": (
        recurrent_with_another_first_round, "shorter step, 11 × step",
        "shorter step, … 10 more steps like the one shown",
    ),
    "lstm": (lstm, "10 × step", "… 3 more pieces like the first, … 9 more steps like the first"),
    "epidemic": (
        epidemic, "29 × step, shorter step",
        "shorter step, … 2 more steps like the one shown, … 28 more steps like the first, shorter step",
    ),
    "epidemic from numbers": (
        lambda make: epidemic(make, plain=True), "29 × step, shorter step",
        "shorter step, … 2 more steps like the one shown, … 28 more steps like the first, shorter step",
    ),
    "loop in a loop": (
        runge_kutta_with_time, "20 × step",
        "shorter step, … 2 more steps like the one shown, … 19 more steps like the first",
    ),
    "implicit euler": (implicit_euler, "12 × step", "… 4 more steps like the first, … 11 more steps like the first"),
    "euler with time": (euler_with_time, "50 × step", "… 49 more steps like the first"),
    "predator and prey": (predator_and_prey, "40 × step", "… 39 more steps like the first"),
    "logistic map": (logistic_map, "400 × step", "… 399 more steps like the first"),
    "logistic map from a number": (
        lambda make: logistic_map(make, plain=True), "shorter step, 399 × step",
        "shorter step, … 398 more steps like the one shown",
    ),
    "gradient descent": (gradient_descent, "20 × step", "… 19 more steps like the first"),
    "fit a line": (fit_a_line, "15 × step", "… 3 more terms like the first, … 14 more steps like the first"),
    "momentum": (momentum, "20 × step", "… 19 more steps like the first"),
    "momentum from a number": (
        lambda make: momentum(make, plain=True), "shorter step, 19 × step",
        "shorter step, … 18 more steps like the one shown",
    ),
    "adam": (adam, "shorter step, 14 × step", "shorter step, … 13 more steps like the one shown"),
    "kalman": (
        kalman, "shorter step, 23 × step, shorter step",
        "shorter step, … 22 more steps like the one shown, shorter step",
    ),
    "option": (
        option, ", ".join(f"{n} × piece" for n in range(13, 2, -1)), ", ".join(f"{n} × piece" for n in range(13, 2, -1))
    ),
    "horner": (horner, "40 × step", "… 39 more steps like the first"),
    "newton": (newton, "20 × step", "… 19 more steps like the first"),
    "newton from a number": (
        lambda make: newton(make, plain=True), "shorter step, 19 × step",
        "shorter step, … 18 more steps like the one shown",
    ),
    "filter": (filtered, "40 × step", "… 39 more steps like the first"),
    "power of a filter": (
        power_of_a_filter, "shorter step, 38 × step, 40 × term",
        "shorter step, … 37 more steps like the one shown, … 39 more terms like the first",
    ),
    "chain": (long_chain, "10,000 × tanh", "… 9,999 more tanh like the first"),
}  # fmt: skip


@pytest.fixture(params=[value, tensor], ids=["Value", "Tensor"])
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


def boxes(picture: str) -> list[list[str]]:
    """Return the text of each box of folded ops, in the order of the graph."""
    return [words(item) for item in elements(picture, "item") if set(KINDS) & set(item.get("class", "").split())]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_loop_folds_to_its_number_of_rounds(name: str, make: Make) -> None:
    program, closed, _ = PROGRAMS[name]
    root = program(make)
    picture = draw(root, max_nodes=1, level="module" if "option" in name else "auto").svg
    found = boxes(picture)
    assert ", ".join(lines[0] for lines in found) == closed
    ops = [dict(zip(lines[1::2], lines[2::2], strict=True))["ops"] for lines in found]
    single = sum("op" in item.get("class", "").split() for item in elements(picture, "item"))
    assert sum(int(count.replace(",", "")) for count in ops) + single == operations(root)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_readable_picture_shows_one_round_of_each_loop(name: str, make: Make) -> None:
    program, _, opened = PROGRAMS[name]
    root = program(make)
    picture = draw(root, max_nodes=READABLE if operations(root) > READABLE else 30)
    assert ", ".join(lines[0] for lines in boxes(picture.svg)) == opened
    assert sum(item.kind not in ("op", "constant") for item in picture.scene.items) <= READABLE


@pytest.mark.parametrize("name", ["epidemic", "epidemic from numbers", "recurrent", "logistic map", "kalman", "filter"])
def test_a_loop_fits_on_a_screen(name: str) -> None:
    picture = ElementTree.fromstring(draw(PROGRAMS[name][0](value)).svg)
    assert float(picture.get("width", "")) <= 1440
    assert float(picture.get("height", "")) <= 1000


@pytest.mark.parametrize("most", [1, 30, READABLE])
@pytest.mark.parametrize("name", PROGRAMS)
def test_each_node_stands_in_one_box(name: str, most: int, make: Make) -> None:
    root = PROGRAMS[name][0](make)
    nodes = graph_nodes(root)
    seen = view([root], nodes, max_nodes=most)
    builder = SceneBuilder([root], display_names(nodes), None, False, None, seen.blocks, seen.bare, seen.cells)
    builder.build()
    shown: list[Any] = []
    for what in builder.made.values():
        shown += what.nodes if isinstance(what, Block) else [what]
    shown += [leaf for leaf in builder.folding.inside if leaf.op is None]
    everything = {node for node in nodes if node.op is not None or node.requires_grad}
    assert len(shown) == len(set(shown))
    assert {node for node in shown if node.op is not None or node.requires_grad} == everything


def operations(root: Any) -> int:
    return sum(node.op is not None for node in graph_nodes(root))


def leaves_of_one_op() -> tuple[Any, list[Any]]:
    """Return the sum of 100 leaves and of 5 results of another one, and the 100."""
    leaves = [Value(float(k), f"a{k}") for k in range(100)]
    x = Value(2.0, "x")
    return ag.sum([*leaves, x.sin(), x.cos(), x.tanh(), x.exp(), x * x]), leaves


# Of each picture: the leaves that are shown, and what the box of the others says.
LEAVES: dict[str, tuple[Callable[[Any, list[Any]], dict[str, Any]], list[int], str]] = {
    "whole": (lambda root, leaves: {}, [*range(8)], "… 92 more leaves"),
    "ops": (lambda root, leaves: {"level": "op", "max_nodes": 60}, [*range(8)], "… 92 more leaves"),
    "focus": (lambda root, leaves: {"focus": leaves[70]}, [*range(8), 70], "… 91 more leaves"),
    "path": (lambda root, leaves: {"path": (leaves[70], root)}, [*range(8), 70], "… 91 more leaves"),
    "everything": (lambda root, leaves: {"level": "op"}, [*range(100)], ""),
}


@pytest.mark.parametrize("name", LEAVES)
def test_of_an_op_with_many_leaves_the_first_are_shown_and_those_asked_for(name: str) -> None:
    root, leaves = leaves_of_one_op()
    how, shown, others = LEAVES[name]
    root.backward()
    scene = draw(root, color="blame", **how(root, leaves)).scene
    titles = [item.title for item in scene.items]
    assert [title for title in titles if title.startswith("a")] == [f"a{k}" for k in shown]
    assert [title for title in titles if "leaves" in title] == ([others] if others else [])
    shares = [float(text.rstrip(" %")) for item in scene.items for what, text in item.rows if what == "blame"]
    assert sum(shares) == pytest.approx(100.0, abs=0.2)


def test_a_sum_of_20_000_leaves_is_a_small_picture_and_a_short_lesson() -> None:
    root = ag.sum([Value(float(k)) for k in range(20_000)])
    picture = draw(root)
    assert [item.title for item in picture.scene.items][8:] == ["… 19,992 more leaves", "sum", "v20001"]
    assert len(picture.svg) < 50_000
    player = ag.Stepper(root)
    assert [stop.forward for stop in player._lesson.stops] == [True, False]
    assert len(player._page()) < 100_000
