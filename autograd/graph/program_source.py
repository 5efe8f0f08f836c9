"""Source: the text of a program, written when it is first asked for, and the functions that it compiles to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from ..engine.node import Node
from .program_text import Writer

Function = Callable[..., Any]
Shape = tuple[int, ...]


class Source:
    """The text of the program from inputs to roots, and its functions `forward` and `value_and_grad`.

    `numbers` returns the data of the nodes when the graph was recorded; without it, that is their current data.
    """

    __slots__ = ("_functions", "_graph", "_text", "_writer")

    def __init__(
        self,
        roots: Sequence[Node],
        inputs: Sequence[Node],
        several: bool,
        numbers: Callable[[], Mapping[Node, Any]] | None = None,
    ) -> None:
        self._graph: Final = (roots, inputs, several, numbers)
        self._writer: Writer | None = None
        self._text = ""
        self._functions: dict[bool, tuple[Function, Function]] = {}

    @property
    def writer(self) -> Writer:
        """The lines, names and constants."""
        if self._writer is None:
            roots, inputs, several, numbers = self._graph
            self._writer = Writer(roots, inputs, several, numbers() if numbers else None)
        return self._writer

    @property
    def text(self) -> str:
        """The text of the two functions."""
        self._text = self._text or self.writer.source()
        return self._text

    @property
    def inputs(self) -> list[str]:
        """The names of the inputs."""
        return [self.writer.name[i] for i in self._graph[1]]

    def functions(self, checked: bool = False) -> tuple[Function, Function]:
        """Return `forward` and `value_and_grad`; `checked`, with a look at the shape of every result and gradient."""
        if checked not in self._functions:
            writer, looks = self.writer, {}
            if checked:
                looks = {"look_at_result": _look_at_result(writer.shapes), "look_at_gradient": _look_at_gradient}
            text = writer.source(checked=True) if checked else self.text
            self._functions[checked] = _compiled(text, {**writer.namespace(), **looks})
        return self._functions[checked]


def _compiled(source: str, names: dict[str, Any]) -> tuple[Function, Function]:
    """Return `forward` and `value_and_grad` of the source."""
    functions = dict(names)
    exec(compile(source, "<program>", "exec"), functions)  # our own text: ops, identifiers and numbers
    # Out of their own globals, or they would be a cycle.
    return functions.pop("forward"), functions.pop("value_and_grad")


def _look_at_result(recorded: dict[str, Shape]) -> Function:
    """ValueError where an op does not pass on a dimension whose length is not the recorded one."""

    def changed(name: str, array: Any) -> int:
        now, then = np.shape(array), recorded.get(name, ())
        if len(now) != len(then):
            raise ValueError(f"{name} has shape {now}, and had {then}")
        return sum(a != b for a, b in zip(now, then, strict=True))

    def look(name: str, result: Any, of: dict[str, Any]) -> None:
        if of and changed(name, result) < max(changed(i, x) for i, x in of.items()):
            shapes = ", ".join(f"{i} {np.shape(x)}" for i, x in of.items())
            raise ValueError(
                f"{name} takes in a length that has changed ({shapes}) and gives shape {np.shape(result)}: what was "
                "computed from the recorded length, such as the n of a mean, would be wrong"
            )

    return look


def _look_at_gradient(name: str, gradient: Any, of: dict[str, Any]) -> None:
    """ValueError where a gradient does not come out in the shape of what it is the gradient of."""
    for i, x in of.items():
        if np.shape(gradient) != np.shape(x):
            raise ValueError(f"{name} comes out in shape {np.shape(gradient)}, where {i} has {np.shape(x)}")
