"""zoom: show the graph of scalars inside a tensor.

zoom runs the ops of the tensor's graph again, in their order, on arrays of Values. An op that only moves elements
(reshape, indexing, broadcasting) passes the Values on and adds no node. An op that computes adds one node for each
scalar op. Where NumPy cannot run an op on arrays of objects, the op's own form for scalars, `op.scalars`, is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..engine.changes import refuse_changed
from ..engine.forms import Kind, Takes
from ..engine.node import Node
from ..engine.op import Op, Params
from ..engine.quiet import quietly
from ..engine.sweep import graph_nodes
from ..operands.tensor import Tensor
from ..operands.value import Value
from .naming import is_number, wanted_names

Array = Any  # an ndarray of Values, and of numbers where no gradient is required


def zoom(tensor: Tensor, labels: Mapping[str, object] | None = None, max_scalars: int = 2_000) -> Any:
    """Return the graph of a tensor as Values: an array of them in its shape; one Value for a Tensor of no dimension.

    The Values are new nodes with the current numbers of the tensors and no gradients. The elements of a Tensor with the
    name w have labels such as w[0,1], or 0.weight[0,1] for the weight of a module: the names are those of `draw`, and
    `labels` gives some, as {"w": w} or globals(). Numbers and gradients are equal to those of the tensor, except for
    the order in which sums are added. Raise ValueError for more than `max_scalars` scalars.

    >>> x, w = Tensor([1.0, 2.0], label="x"), Tensor([3.0, -1.0], requires_grad=True, label="w")
    >>> y = zoom((x @ w).tanh())
    >>> y.backward()
    >>> {v.label: f"{v.grad:.4f}" for v in graph_nodes(y) if v.is_leaf and v.requires_grad}
    {'w[0]': '0.4200', 'w[1]': '0.8399'}
    """
    if not isinstance(tensor, Tensor):
        hint = "; a Value shows its scalars already, with draw(v)" if isinstance(tensor, Value) else ""
        raise TypeError(f"zoom looks into a Tensor, got {type(tensor).__name__}{hint}")
    nodes = graph_nodes(tensor)
    refuse_changed(nodes)
    _refuse_more(sum(np.size(node._data) for node in nodes if not is_number(node)), max_scalars)
    names = wanted_names(nodes, labels)
    found: dict[Node, Array] = {}
    for node in nodes:
        label = names[node]
        if node.op is None:
            found[node] = _leaf(node, label)
            continue
        args = [
            _numbers(i) if node.op.rule(k, len(node.inputs)) is None else found[i] for k, i in enumerate(node.inputs)
        ]
        found[node] = _objects(quietly(_run, node.op, args, params=node.params), np.shape(node._data))
        _name(found[node], label)
    result = np.empty(tensor.shape, dtype=object)
    for place, each in np.ndenumerate(found[tensor]):
        result[place] = each if isinstance(each, Value) else Value(each).detach()
    _refuse_more(sum(not is_number(node) for node in graph_nodes(*result.ravel())), max_scalars)
    return result if result.ndim else result.item()


def _refuse_more(count: int, most: int) -> None:
    if count > most:
        raise ValueError(
            f"the graph has {count:,} scalars, too many to see through ({most:,} at most); take one sample and fewer "
            "units, such as layer(x[:1]), or zoom(t, max_scalars=...); draw(t) shows the tensors themselves"
        )


def _objects(x: Any, shape: tuple[int, ...]) -> Array:
    """Return x as an array of objects of this shape. NumPy gives a Value in place of an array of no dimension."""
    if isinstance(x, np.ndarray):
        return x.astype(object).reshape(shape)
    found = np.empty(shape, dtype=object)
    found[()] = x
    return found


def _leaf(node: Node, label: str) -> Array:
    """Return Values with the numbers of a leaf; plain numbers if it requires no gradient and has no name."""
    found = np.empty(np.shape(node._data), dtype=object)
    for place, number in np.ndenumerate(node._data):
        if label or node.requires_grad:
            value = Value(number, _element(label, place))
            found[place] = value if node.requires_grad else value.detach()
        else:
            found[place] = float(number)
    return found


def _numbers(i: Node) -> Array:
    """Return an input to which no gradient flows, such as a mask, as an array of numbers."""
    return _objects(i._data, np.shape(i._data))


def _element(label: str, place: tuple[int, ...]) -> str:
    return f"{label}[{','.join(map(str, place))}]" if label and place else label


def _name(values: Array, label: str) -> None:
    for place, value in np.ndenumerate(values):
        if isinstance(value, Value) and value.op is not None and not value.label:
            value.label = _element(label, place)


def _run(op: Op, args: Sequence[Any], params: Params) -> Any:
    """Apply the op to arrays of objects."""
    if op.scalars is not None:
        return op.scalars(*args, **params)
    if op.kind is Kind.ELEMENTWISE and op.takes is Takes.FIXED:
        return np.frompyfunc(lambda *each: op(*each, **params), len(args), 1)(*args)
    if op.takes is Takes.LISTS:
        return op(*[arg[()] if isinstance(arg, np.ndarray) else arg for arg in args], **params)
    return op.array(*args, **params)
