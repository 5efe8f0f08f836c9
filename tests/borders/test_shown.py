"""A message can be made of any object: of one nested too deeply for a repr, and of one whose own `__repr__` raises."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, shown
from nn import functional as F

AG: Any = ag


class Silent:
    """An object of a user's that cannot be written."""

    def __repr__(self) -> str:
        raise ValueError("the message of a user's own class")


class Mistaken:
    """An object of a user's whose repr is no text."""

    def __repr__(self) -> Any:
        return 3


def nested(depth: int) -> Any:
    found: Any = 1.0
    for _ in range(depth):
        found = [found]
    return found


V: Any = Value(2.0)
X: Any = Tensor([1.0, 2.0], requires_grad=True)
ODD: dict[str, Callable[[], Any]] = {
    "a list nested 1,000 deep": lambda: nested(1_000),
    "a list nested 20,000 deep": lambda: nested(20_000),
    "an object whose repr raises": Silent,
    "an object whose repr is no text": Mistaken,
    "such an object in a list": lambda: [Silent()],
    "such an object in a dict": lambda: {"a": Silent()},
}
TAKES: dict[str, Callable[[Any], Any]] = {
    "zeros": AG.zeros,
    "full": lambda odd: AG.full((2,), odd),
    "linspace": lambda odd: AG.linspace(0.0, 1.0, odd),
    "Value": Value,
    "label": lambda odd: Value(1.0, odd),
    "v.data =": lambda odd: setattr(V, "data", odd),
    "v.backward": V.backward,
    "v + ...": lambda odd: V + odd,
    "v ** ...": lambda odd: V**odd,
    "where": lambda odd: AG.where(True, V, odd),
    "elu": lambda odd: AG.elu(V, odd),
    "leaky_relu": lambda odd: AG.leaky_relu(X, odd),
    "norm": lambda odd: AG.norm(X, odd),
    "clip": lambda odd: AG.clip(X, odd),
    "sum": X.sum,
    "reshape": X.reshape,
    "x.to": X.to,
    "set_default_dtype": AG.set_default_dtype,
    "stack": lambda odd: AG.stack([V, V], odd),
    "einsum": lambda odd: AG.einsum(odd, X),
    "op": lambda odd: AG.op("unseen", odd, odd),
    "grad": AG.grad,
    "argnums": lambda odd: AG.grad(lambda x: x, odd)(1.0),
    "check_gradients": lambda odd: AG.check_gradients(lambda x: x, 1.0, tolerance=odd),
    "draw": AG.draw,
    "labels": lambda odd: AG.draw(V * 2, labels=[odd]),
    "level": lambda odd: AG.draw(V * 2, level=odd),
    "theme": lambda odd: AG.draw(V * 2, theme=odd),
    "max_nodes": lambda odd: AG.draw(V * 2, max_nodes=odd),
    "Program": lambda odd: AG.Program(odd, [V]),
    "Stepper by": lambda odd: AG.Stepper(V * 2, by=odd),
    "live": AG.live,
    "Linear": lambda odd: nn.Linear(odd, 1),
    "Sequential": nn.Sequential,
    "MLP": lambda odd: nn.MLP(2, odd),
    "module.to": lambda odd: nn.Linear(2, 1).to(odd),
    "load_state_dict": lambda odd: nn.Linear(1, 1).load_state_dict(odd),
    "SGD": lambda odd: nn.optim.SGD([V], lr=odd),
    "dropout": lambda odd: F.dropout(X, odd),
    "reduction": lambda odd: F.mse_loss(X, X, reduction=odd),
    "gelu": lambda odd: F.gelu(X, approximate=odd),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", TAKES)
def test_what_cannot_be_written_is_refused_in_a_short_sentence(name: str, odd: str) -> None:
    with pytest.raises((TypeError, ValueError, IndexError, RuntimeError)) as caught:
        TAKES[name](ODD[odd]())
    assert not re.search("a user's own|maximum recursion|__repr__", str(caught.value))
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("odd", ODD)
def test_what_cannot_be_written_is_shown_by_its_class(odd: str) -> None:
    text = shown(ODD[odd](), 200)
    assert re.match(r"\[\[\[|\[?<|\{'a': <", text)
    assert len(shown(ODD[odd](), 20)) <= 20


@pytest.mark.parametrize(
    ("x", "width", "text"),
    [
        (3, 60, "3"), ("a b", 60, "'a b'"), ("a" * 99, 4, "'aaa"), ([1, [2]], 60, "[1, [2]]"), (None, 2, "No"),
        (list(range(99)), 12, "[0, 1, 2, 3,"), (np.ones(2), 60, "array([1., 1.])"), (-(10**9), 5, "-1000"),
    ],
)  # fmt: skip
def test_other_objects_are_shown_by_the_beginning_of_their_repr(x: Any, width: int, text: str) -> None:
    assert shown(x, width) == text


def test_no_message_cuts_a_repr_by_itself() -> None:
    root = Path(ag.__file__).parents[1]
    sources = [*root.glob("autograd/**/*.py"), *root.glob("nn/**/*.py")]
    assert len(sources) > 200
    assert [path.name for path in sources if re.search(r"!r:\.\d", path.read_text("utf-8"))] == []
