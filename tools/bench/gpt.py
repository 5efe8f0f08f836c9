"""One step of a character-level GPT made of single numbers: on its own Value class, as in micrograd, and on ours.

The model is small (one layer, 4 heads, 16 dimensions, RMSNorm, relu), the source is the same for both, and a step on 14
characters has about 10⁵ nodes: forward, backward, Adam.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence
from typing import Any, Final

from bench.measure import Figures, timed
from bench.peers import OURS

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz."
TEXT: Final = "anna.charlotte."  # 14 of its letters follow another one, and are predicted
WIDTH, HEADS = 16, 4

Vector = list[Any]
Matrix = list[Vector]


class OwnValue:
    """A number that keeps its inputs and the local derivatives, as small engines for teaching have it."""

    __slots__ = ("_children", "_local_grads", "data", "grad")

    def __init__(self, data: float, children: tuple[Any, ...] = (), local_grads: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad: Any = 0
        self._children = children
        self._local_grads = local_grads

    def __add__(self, other: Any) -> OwnValue:
        other = other if isinstance(other, OwnValue) else OwnValue(other)
        return OwnValue(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other: Any) -> OwnValue:
        other = other if isinstance(other, OwnValue) else OwnValue(other)
        return OwnValue(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, other: float) -> OwnValue:
        return OwnValue(self.data**other, (self,), (other * self.data ** (other - 1),))

    def log(self) -> OwnValue:
        return OwnValue(math.log(self.data), (self,), (1 / self.data,))

    def exp(self) -> OwnValue:
        return OwnValue(math.exp(self.data), (self,), (math.exp(self.data),))

    def relu(self) -> OwnValue:
        return OwnValue(max(0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self) -> OwnValue:
        return self * -1

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __truediv__(self, other: Any) -> Any:
        return self * other**-1

    def backward(self) -> None:
        order = []
        visited = set()

        def visit(node: OwnValue) -> None:
            if node not in visited:
                visited.add(node)
                for child in node._children:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1
        for node in reversed(order):
            for child, local_grad in zip(node._children, node._local_grads, strict=True):
                child.grad += local_grad * node.grad


class GPT:
    """The weights as lists of lists of values, and the loss of a text."""

    def __init__(self, value: Callable[[float], Any]) -> None:
        draw = random.Random(42)

        def matrix(rows: int, columns: int) -> Matrix:
            return [[value(draw.gauss(0.0, 0.2)) for _ in range(columns)] for _ in range(rows)]

        self.letters, self.places = matrix(len(LETTERS), WIDTH), matrix(len(TEXT), WIDTH)
        self.query, self.key, self.value, self.out = (matrix(WIDTH, WIDTH) for _ in range(4))
        self.wide, self.narrow = matrix(4 * WIDTH, WIDTH), matrix(WIDTH, 4 * WIDTH)
        self.head = matrix(len(LETTERS), WIDTH)
        matrices = [value for value in vars(self).values() if isinstance(value, list)]
        self.parameters = [p for rows in matrices for row in rows for p in row]
        for p in self.parameters:
            p.grad = 0  # also for those that no letter uses

    def loss(self, tokens: Sequence[int]) -> Any:
        """Return the mean cross-entropy of each next letter."""
        keys: Matrix = []
        values: Matrix = []
        losses = []
        for place, (token, following) in enumerate(itertools.pairwise(tokens)):
            losses.append(-softmax(self._scores(token, place, keys, values))[following].log())
        return sum(losses) * (1 / len(losses))

    def _scores(self, token: int, place: int, keys: Matrix, values: Matrix) -> Vector:
        x = norm([a + b for a, b in zip(self.letters[token], self.places[place], strict=True)])
        z = norm(x)
        query = linear(self.query, z)
        keys.append(linear(self.key, z))
        values.append(linear(self.value, z))
        attended: Vector = []
        size = WIDTH // HEADS
        for part in (slice(k * size, (k + 1) * size) for k in range(HEADS)):
            weights = softmax([dot(query[part], key[part]) / size**0.5 for key in keys])
            attended += [dot(weights, [value[j] for value in values]) for j in range(part.start, part.stop)]
        x = [a + b for a, b in zip(x, linear(self.out, attended), strict=True)]
        hidden = [z.relu() for z in linear(self.wide, norm(x))]
        x = [a + b for a, b in zip(x, linear(self.narrow, hidden), strict=True)]
        return linear(self.head, x)


def dot(a: Vector, b: Vector) -> Any:
    return sum(x * y for x, y in zip(a, b, strict=True))


def linear(weights: Matrix, x: Vector) -> Vector:
    return [dot(row, x) for row in weights]


def softmax(scores: Vector) -> Vector:
    top = max(score.data for score in scores)
    powers = [(score - top).exp() for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def norm(x: Vector) -> Vector:
    scale = (sum(each * each for each in x) / len(x) + 1e-5) ** -0.5
    return [each * scale for each in x]


def measure(engine: str, how: str, quick: bool) -> Figures:
    """Return the processor seconds of steps of training on one name, and the losses."""
    from autograd import Value

    model = GPT(Value if engine == OURS else OwnValue)
    tokens = [LETTERS.index(letter) for letter in TEXT]
    first, second = [0.0] * len(model.parameters), [0.0] * len(model.parameters)
    losses: list[float] = []

    def step() -> None:
        loss = model.loss(tokens)
        loss.backward()
        losses.append(loss.data)
        k = len(losses)
        for i, p in enumerate(model.parameters):
            first[i] = 0.9 * first[i] + 0.1 * p.grad
            second[i] = 0.95 * second[i] + 0.05 * p.grad**2
            p.data -= 0.01 * (first[i] / (1 - 0.9**k)) / ((second[i] / (1 - 0.95**k)) ** 0.5 + 1e-8)
            p.grad = 0

    return {**timed(step, 1 if quick else 3), "check": losses[:2]}
