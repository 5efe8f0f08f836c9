"""A network as a table: what each layer gives out for one input, and how many parameters it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from autograd import Tensor, Value, no_grad, text_table

from .module import Module


@dataclass(frozen=True)
class Row:
    """One layer: its name, its kind, the shape of what it gave, and the number of its own parameters."""

    name: str
    kind: str
    shape: str
    parameters: int


@dataclass(frozen=True)
class Summary:
    """The layers in the order of the network, which itself comes first; prints as a table."""

    rows: tuple[Row, ...]
    parameters: int
    trainable: int

    def __str__(self) -> str:
        cells = [("layer", "kind", "output shape", "parameters")]
        cells += [(row.name, row.kind, row.shape, f"{row.parameters:,}") for row in self.rows]
        lines = text_table(cells, right=[3]).splitlines()
        rule = "-" * len(lines[0])
        return "\n".join(
            [lines[0], rule, *lines[1:], rule, f"{self.parameters:,} parameters, {self.trainable:,} of them trainable"]
        )

    __repr__ = __str__


def summary(model: Module, *inputs: Any) -> Summary:
    """Send the inputs through the model, in evaluation and without a gradient, and tell of each layer what it gave.

    A shared parameter counts in the first layer that has it. A layer the inputs did not pass has the shape "–".

    >>> from nn import Linear, ReLU, Sequential
    >>> summary(Sequential(Linear(2, 8), ReLU(), Linear(8, 1)), Tensor([[0.0, 1.0]]))
    layer  kind        output shape  parameters
    -------------------------------------------
           Sequential  (1, 1)                 0
    0      Linear      (1, 8)                24
    1      ReLU        (1, 8)                 0
    2      Linear      (1, 1)                 9
    -------------------------------------------
    33 parameters, 33 of them trainable
    """
    if not inputs or (isinstance(inputs[0], tuple) and all(type(n) is int for n in inputs[0])):
        shape = ", ".join(map(str, inputs[0])) if inputs else "1, features"
        raise TypeError(f"summary takes an input to send through the model; write summary(model, zeros({shape}))")
    given: dict[int, str] = {}
    training = [(module, module.training) for module in model.modules()]
    try:
        with no_grad(), _watched(model, lambda module, y: given.update({id(module): _shape(y)})):
            model.eval()(*inputs)
    finally:
        for module, mode in training:
            module.training = mode
    counted: set[int] = set()
    rows = []
    for name, module in model.named_modules():
        new = [p for p in module.parameters(recurse=False) if id(p) not in counted]
        counted.update(map(id, new))
        rows.append(Row(name, type(module).__name__, given.get(id(module), "–"), sum(map(_count, new))))
    parameters = list(model.parameters())
    return Summary(tuple(rows), sum(map(_count, parameters)), sum(_count(p) for p in parameters if p.requires_grad))


@contextmanager
def _watched(model: Module, tell: Callable[[Module, Any], object]) -> Iterator[None]:
    """While inside, every forward of every module tells what it gave: an attribute hides the method of that name."""

    def watching(module: Module, forward: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            y = forward(*args, **kwargs)
            tell(module, y)
            return y

        return watched

    before = [(module, vars(module).get("forward")) for module in model.modules()]
    try:
        for module, _ in before:
            vars(module)["forward"] = watching(module, module.forward)
        yield
    finally:
        for module, forward in before:
            del vars(module)["forward"]
            if forward is not None:
                vars(module)["forward"] = forward


def _shape(y: Any) -> str:
    if isinstance(y, (Tensor, Value)):
        return str(y.shape) if isinstance(y, Tensor) else "()"
    if isinstance(y, (list, tuple)):
        return f"[{', '.join(dict.fromkeys(map(_shape, y)))}] × {len(y)}" if y else "[]"
    return type(y).__name__


def _count(parameter: Any) -> int:
    return parameter.numel() if isinstance(parameter, Tensor) else 1
