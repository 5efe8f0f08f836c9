"""Names for the nodes of a graph: the label where there is one, made into a Python name and unique; else v1, v2, ..."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from ..engine.node import Node
from ..engine.op import OPS
from ..operands.symbol import Symbol, literal

RESERVED = frozenset({*keyword.kwlist, "inf", "nan", "True", "False", "None"})


def is_number(node: Node) -> bool:
    """Tell whether a node is a plain number in a formula: a constant with one element and no label."""
    return node.op is None and node._index < 0 and not node.label and np.size(node._data) == 1


def names(
    nodes: Iterable[Node],
    labels: Mapping[str, object] | None = None,
    reserved: Collection[str] = (),
    constants: Collection[Node] = (),
) -> dict[Node, str]:
    """A Python identifier for each node, the same at every call with the same nodes in the same order.

    `labels` names nodes where their own label does not: {"x": x}, or simply globals(). No name is an op's or one of the
    `reserved`, and none is another's with `g_` before it: that is what a program calls a gradient. Without a label a
    node is v1, v2, ..., and one of the `constants` c1, c2, ...
    """
    if not isinstance(labels, Mapping | None):
        raise TypeError(f"labels is a mapping from names to nodes, such as {{'x': x}}; got {type(labels).__name__}")
    nodes = sorted(nodes, key=lambda node: node._index < 0)  # of two with one label, the constant gets the number
    given = {thing: name for name, thing in (labels or {}).items() if isinstance(thing, Node) and name[:1] != "_"}
    for node in nodes:
        if not isinstance(node.label, str):
            raise TypeError(f"a label is text, got {type(node.label).__name__}: {node.label!r:.60}; set it to a string")
    wanted = {node: _identifier(node.label or given.get(node, "")) for node in nodes}
    taken = {*RESERVED, *reserved, *OPS, *(node.op.name for node in nodes if node.op is not None)}
    found: dict[Node, str] = {}
    fixed = set(constants)
    stems = {stem: iter(range(1, 2 * len(nodes) + len(taken) + 2)) for stem in ("v", "c")}
    for named in (True, False):  # labels first: a v1 of the user's own goes before one of ours
        for node in nodes:
            if bool(wanted[node]) is named:
                name = wanted[node]
                if not named or name in taken:
                    stem = name + "_" if named else "c" if node in fixed else "v"
                    tries = iter(range(2, len(nodes) + len(taken) + 3)) if named else stems[stem]
                    name = next(n for k in tries if (n := f"{stem}{k}") not in taken)
                taken |= {name, f"g_{name}", name.removeprefix("g_")}
                found[node] = name
    return found


def _identifier(label: str) -> str:
    label = unicodedata.normalize("NFKC", label)  # as Python does: the micro sign and the Greek mu are one name to it
    name = re.sub(r"\W+", "_", label).strip("_") if label else ""
    return f"v_{name}" if name and not name.isidentifier() else name


def terms(node: Node, name: Mapping[Node, str], data: Mapping[Node, Any] | None = None) -> list[Symbol]:
    """Return the inputs of a node as a formula names them: nodes by name, other constants as numbers or masks.

    `data` is what the nodes held when they were recorded; without it, what they hold now.
    """
    found = []
    for position, i in enumerate(node.inputs):
        if i in name:
            found.append(Symbol(name[i]))
        else:
            mask = node.op is not None and node.op.rule(position, len(node.inputs)) is None
            number = np.asarray(i._data if data is None else data[i]).item()
            found.append(literal(bool(number) if mask else number))
    return found
