"""Give the nodes of a graph names: from labels and modules, as unique Python identifiers; otherwise v1, v2, ..."""

from __future__ import annotations

import itertools
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ..engine.node import Node
from ..engine.op import OPS
from ..engine.text import shown
from ..operands.symbol import Symbol, literal
from .module_names import module_names

RESERVED = frozenset({*keyword.kwlist, "inf", "nan", "True", "False", "None"})


def is_number(node: Node) -> bool:
    """Tell whether a node is a plain number in a formula: a constant with one element and no label."""
    return node.op is None and node._index < 0 and not node.label and np.size(node._data) == 1


def wanted_names(nodes: Iterable[Node], labels: Mapping[str, object] | None = None) -> dict[Node, str]:
    """Return the name of each node as the user or a module gave it; "" for a node without a name.

    It is the first of these: the name in `labels`, the label of the node, the name of the parameter in the module that
    was called. A label that a module set itself, `weight`, is replaced by the name in the outermost module, `0.weight`.

    If `labels` holds nodes only, as {"x": x} or dict(model.named_parameters()) do, each must be in this graph;
    otherwise ValueError. Other mappings, such as globals(), name only the nodes that have no other name.
    """
    if not isinstance(labels, Mapping | None):
        raise TypeError(f"labels is a mapping from names to nodes, such as {{'x': x}}; got {type(labels).__name__}")
    labels = labels or {}
    nodes = list(nodes)
    for node in nodes:
        if not isinstance(node.label, str):
            raise TypeError(
                f"a label is text, got {type(node.label).__name__}: {shown(node.label)}; set it to a string"
            )
    if wrong := [name for name in labels if not isinstance(name, str)]:
        raise TypeError(
            f"the keys of labels are names, got {type(wrong[0]).__name__}: {shown(wrong[0])}; write strings"
        )
    every = all(isinstance(thing, Node) for thing in labels.values())
    named = {thing: name for name, thing in labels.items() if isinstance(thing, Node) and (every or name[:1] != "_")}
    if every:
        _refuse_unused(named, nodes)
    meant, found_around = (named, {}) if every else ({}, named)
    of_module = module_names(nodes)
    found = {}
    for node in nodes:
        path = of_module.get(node, "")
        label = node.label
        if label and f".{path}".endswith(f".{label}"):
            label = ""
        found[node] = meant.get(node) or label or path or found_around.get(node, "")
    return found


def _refuse_unused(named: Mapping[Node, str], nodes: Collection[Node]) -> None:
    here = set(nodes)
    missing = [name for node, name in named.items() if node not in here]
    if missing:
        listed = ", ".join(map(repr, missing[:5])) + ", ..." * (len(missing) > 5)
        what = f"the labels {listed:.200} match" if len(missing) > 1 else f"the label {listed:.200} matches"
        why = "the result was not computed from what they name"
        if any(named_here in missing and node._index < 0 for node, named_here in named.items()):
            why += ", or that requires no gradient, and then the graph may hold its numbers alone"
        raise ValueError(
            f"{what} no node of this graph: {why}; leave them out of labels, or compute the result from them"
        )


def names(
    nodes: Iterable[Node],
    labels: Mapping[str, object] | None = None,
    reserved: Collection[str] = (),
    constants: Collection[Node] = (),
) -> dict[Node, str]:
    """Return a unique Python identifier for each node, made from its name.

    See `wanted_names` for the names and `labels`. No identifier is the name of an op or one of the `reserved`, and none
    is another identifier after `g_`, because a program names gradients so. A node without a name is v1, v2, ...; one of
    the `constants` is c1, c2, ...
    """
    return identifiers(wanted_names(nodes, labels), reserved, constants)


def identifiers(
    wanted: Mapping[Node, str], reserved: Collection[str] = (), constants: Collection[Node] = ()
) -> dict[Node, str]:
    """Make unique identifiers of the names of nodes; see `names`."""
    nodes = sorted(wanted, key=lambda node: node._index < 0)  # of two with one label, the constant gets the number
    stem_of = {node: _identifier(wanted[node]) if wanted[node] else "" for node in nodes}
    taken = {*RESERVED, *reserved, *OPS, *(node.op.name for node in nodes if node.op is not None)}
    found: dict[Node, str] = {}
    fixed = set(constants)
    numbers: dict[str, Iterator[int]] = {"v": itertools.count(1), "c": itertools.count(1)}
    for named in (True, False):  # labels first, so that a user's own label v1 is kept
        for node in nodes:
            name = stem_of[node]
            if bool(name) is named:
                if not named or name in taken:
                    stem = f"{name}_" if named else "c" if node in fixed else "v"
                    tries = numbers.setdefault(stem, itertools.count(2))
                    name = f"{stem}{next(tries)}"
                    while name in taken:
                        name = f"{stem}{next(tries)}"
                if named:  # the numbers that follow are no names that are taken
                    taken |= {name, f"g_{name}", name.removeprefix("g_")}
                found[node] = name
    return found


def is_named_after(name: str, label: str) -> bool:
    """Tell whether a node has its name from this label: `x` or `x_2` from the label x, any name from the label ★."""
    stem = _identifier(label)
    return name in {label, stem} or name.startswith(f"{stem}_" if stem else "")


def _identifier(label: str) -> str:
    label = unicodedata.normalize("NFKC", label)  # as Python does: the micro sign and the Greek mu are one name to it
    name = re.sub(r"\W+", "_", label).strip("_") if label else ""
    return f"v_{name}" if name and not name.isidentifier() else name


def terms(node: Node, name: Mapping[Node, str], data: Mapping[Node, Any] | None = None) -> list[Symbol]:
    """Return the inputs of a node as symbols: nodes by name, constants as numbers or masks.

    `data` has the data of the nodes when they were recorded; without it, their current data is used.
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
