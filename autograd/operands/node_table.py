"""The row that a notebook shows of one node: its data and its gradient beside each other."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.node import Node
from ..engine.text import html_table

MOST: int = 60  # elements of an array that is shown in full


def node_table(node: Node) -> str:
    """Return an HTML table with one row: name, shape and dtype of an array, data, gradient, and what made the node."""
    kind = type(node).__name__
    cells = {kind: node.label or "no label"}
    if isinstance(node._data, np.ndarray):
        cells |= {"shape": str(node._data.shape), "dtype": str(node._data.dtype)}
    cells |= {"data": _shown(node._data), "gradient": _gradient(node), "made by": _origin(node)}
    return html_table([tuple(cells), tuple(cells.values())], caption=f"{kind} {node.label}".rstrip())


def _shown(data: Any) -> str:
    return np.array2string(data, threshold=MOST, separator=", ") if isinstance(data, np.ndarray) else repr(data)


def _gradient(node: Node) -> str:
    if node.grad is None:
        return "None: no gradient has arrived" if node.requires_grad else "None: a constant has no gradient"
    return _shown(node.grad)


def _origin(node: Node) -> str:
    if node.op is not None:
        return node.op.name
    return "you, as a leaf" if node.requires_grad else "you, as a constant"
