"""Names that modules give: the path of a module, the names of its parameters and of its results, its title.

All names are those of the outermost module that was called, as in its `named_parameters()`: `0.weight`, and
`layers.1.neurons.3` for what that neuron computed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ..engine.calls import Call, CalledModule, calls_between, running_modules
from ..engine.node import Node
from ..engine.text import printable

LONGEST_TITLE: Final = 40  # characters
_OBVIOUS: Final = re.compile(r"(, )?\b\w+=(True|False|None)\b|\b(in|out)_\w+=")


class Paths:
    """The paths of modules, as seen from the outermost ones."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: Final[dict[int, dict[int, str]]] = {}  # outermost module -> inner module -> path, by id

    def path(self, outer: Call, call: Call) -> str:
        """Return the path of a called module in the outermost one; "" for that one itself and where it is unknown."""
        outermost, module = outer.module, call.module
        if outermost is None or module is None or outermost is module:
            return ""
        key = id(outermost)
        if key not in self._known:
            self._known[key] = {id(inner): path for path, inner in outermost.named_modules()}
        return self._known[key].get(id(module), "")


def title(module: CalledModule) -> str:
    """Return a short name for people: `Linear(2, 16)`, and only the class of a module that holds others."""
    kind = type(module).__name__
    if sum(1 for _ in zip(module.named_modules(), range(2), strict=False)) > 1:
        return kind
    try:
        text = _OBVIOUS.sub("", repr(module)).replace("(, ", "(")
    except Exception:  # a user's own repr or extra_repr; a picture is not the place where it is mended
        return kind
    return text if "\n" not in text and len(text) <= LONGEST_TITLE else kind


def place_among_modules(node: Node | None = None) -> str:
    """Return `layers.2, Linear(2, 16)` for the module that made a node, or without one for the module that is running.

    It is the innermost one, with its path in the outermost one, which has none itself. "" outside of modules.
    """
    made = [] if node is None else calls_between(node._index, node._index)
    modules = running_modules() if node is None else [call.module for call in made]
    if not modules or modules[0] is None or modules[-1] is None:
        return ""
    paths = {id(module): path for path, module in modules[0].named_modules()}
    return printable(", ".join(filter(None, [paths.get(id(modules[-1]), ""), title(modules[-1])])))


def module_names(nodes: Sequence[Node]) -> dict[Node, str]:
    """Return the names that modules give to these nodes: to their parameters, buffers and results."""
    made = sorted((node for node in nodes if node.op is not None), key=lambda node: node._index)
    found: dict[Node, str] = {}
    if not made:
        return found
    wanted = set(nodes)
    paths = Paths()
    ends: list[tuple[int, str]] = []  # the end of a call and the path of its module, innermost calls first
    asked: set[int] = set()
    outer: Call | None = None
    for call in calls_between(made[0]._index, made[-1]._index):
        if outer is None or call.end > outer.end:
            outer = call
        module = call.module
        if call is outer and module is not None and id(module) not in asked:
            asked.add(id(module))
            for path, node in (*module.named_parameters(), *module.named_buffers()):
                if node in wanted:
                    found.setdefault(node, path)
        ends.append((call.end, paths.path(outer, call)))
    return found | _result_names(made, ends)


def _result_names(made: list[Node], ends: list[tuple[int, str]]) -> dict[Node, str]:
    """Name the last result of each call after its module; that of the innermost where several calls end with it."""
    found: dict[Node, str] = {}
    ends = sorted(ends)
    at = 0
    for node, following in pairwise([*made, None]):
        assert node is not None
        while at < len(ends) and ends[at][0] < node._index:
            at += 1
        limit = following._index if following is not None else float("inf")
        if at < len(ends) and ends[at][0] < limit:
            path = ends[at][1]
            if path and not path.replace(".", "").isdigit():  # "0" and "0.1" would read as numbers
                found[node] = path
    return found
