"""summary: a table of the layers of a network with the shapes of their outputs and their numbers of parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from autograd import Table, Tensor, Value, no_grad, text_table

from .module import Module


@dataclass(frozen=True)
class Row:
    """One layer: its name, its class, the shape of its output and the number of its own parameters."""

    name: str
    kind: str
    shape: str
    parameters: int


@dataclass(frozen=True)
class Summary:
    """The network and then its layers in order; prints as a table, and is one in a notebook."""

    rows: tuple[Row, ...]
    parameters: int
    trainable: int

    def __str__(self) -> str:
        *lines, total = str(self._table()).splitlines()
        rule = "-" * len(lines[0])
        return "\n".join([lines[0], rule, *lines[1:], rule, total])

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()

    def _table(self) -> Table:
        cells = [("layer", "kind", "output shape", "parameters")]
        cells += [(row.name, row.kind, row.shape, f"{row.parameters:,}") for row in self.rows]
        total = f"{self.parameters:,} parameters, {self.trainable:,} of them trainable"
        return text_table(cells, right=[3], caption=f"Layers of {self.rows[0].kind}", notes=[total])

    __repr__ = __str__


def summary(model: Module, *inputs: Any) -> Summary:
    """Run the model on the inputs and return a table of its layers.

    The model runs in evaluation mode under no_grad and is left unchanged. A shared parameter is counted in the first
    layer that has it. A layer that did not run has the shape "–".

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
        raise TypeError(f"summary runs the model on an input and got none; write summary(model, zeros({shape}))")
    shapes: dict[int, str] = {}
    training = [(module, module.training) for module in model.modules()]
    try:
        with no_grad(), observed_calls(model, lambda module, _, y: shapes.update({id(module): _shape(y)})):
            model.eval()(*inputs)
    finally:
        for module, mode in training:
            module.training = mode
    counted: set[int] = set()
    rows = []
    for name, module in model.named_modules():
        new = [p for p in module.parameters(recurse=False) if id(p) not in counted]
        counted.update(map(id, new))
        rows.append(Row(name, type(module).__name__, shapes.get(id(module), "–"), sum(map(_count, new))))
    parameters = list(model.parameters())
    return Summary(tuple(rows), sum(map(_count, parameters)), sum(_count(p) for p in parameters if p.requires_grad))


@contextmanager
def observed_calls(model: Module, report: Callable[[Module, tuple[Any, ...], Any], object]) -> Iterator[None]:
    """Report each finished forward of each module while the context is active: module, positional arguments, output.

    An attribute named forward hides the method of the class until the context ends.
    """

    def observed(module: Module, forward: Callable[..., Any]) -> Callable[..., Any]:
        def forward_and_report(*args: Any, **kwargs: Any) -> Any:
            y = forward(*args, **kwargs)
            report(module, args, y)
            return y

        return forward_and_report

    before = [(module, vars(module).get("forward")) for module in model.modules()]
    try:
        for module, _ in before:
            vars(module)["forward"] = observed(module, module.forward)
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
