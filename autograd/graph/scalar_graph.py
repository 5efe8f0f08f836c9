"""zoom: the scalar graph inside a tensor, as micrograd would have drawn it.

The ops that gave the tensor are run once more, in the order in which they were, on arrays of Values. What only moves
elements (reshape, indexing, broadcasting) hands Values on, and leaves no trace; what computes makes one node for
each scalar op. This file knows of a few ops how they are said with scalars, where NumPy cannot say it of objects.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from ..engine.ieee import quietly
from ..engine.node import Node
from ..engine.op import Op, Params
from ..operands.tensor import Tensor
from ..operands.value import Value
from ..rules import elementwise as ops, structural as s
from ..rules.structural_forward import axis_tuple
from .naming import graph

Array = Any  # an ndarray of Values, and numbers where no gradient is wanted


def zoom(tensor: Tensor, labels: Mapping[str, object] | None = None, max_scalars: int = 2_000) -> Any:
    """The graph of a tensor in Values: an array of them in its shape, or for a Tensor with no dimension one Value.

    The Values are new ones, with the numbers the tensors hold now, and with their gradients none yet: elements of a
    Tensor labelled w are called w[0,1]. `labels` names the others: {"w": w}, or globals(). Numbers and gradients
    are those of the tensor, up to the order in which sums are added. ValueError where there are more than
    `max_scalars` of them to show.

    >>> x, w = Tensor([1.0, 2.0], label="x"), Tensor([3.0, -1.0], requires_grad=True, label="w")
    >>> y = zoom((x @ w).tanh())
    >>> y.backward()
    >>> {v.label: round(v.grad, 4) for v in graph(y) if v.is_leaf and v.requires_grad}
    {'w[0]': 0.42, 'w[1]': 0.8399}
    """
    if not isinstance(tensor, Tensor):
        hint = "; a Value shows its scalars already, with draw(v)" if isinstance(tensor, Value) else ""
        raise TypeError(f"zoom looks into a Tensor, got {type(tensor).__name__}{hint}")
    nodes = graph(tensor)
    _refuse_more(sum(np.size(node._data) for node in nodes), max_scalars)
    given = {thing: name for name, thing in (labels or {}).items() if isinstance(thing, Node) and name[:1] != "_"}
    found: dict[Node, Array] = {}
    for node in nodes:
        label = node.label or given.get(node, "")
        if node.op is None:
            found[node] = _leaf(node, label)
            continue
        args = [
            _numbers(i) if node.op.rule(k, len(node.inputs)) is None else found[i] if isinstance(i, Node) else i
            for k, i in enumerate(node.inputs)
        ]
        found[node] = _objects(quietly(_run, node.op, args, params=node.params), np.shape(node._data))
        _name(found[node], label)
    result = np.empty(tensor.shape, dtype=object)
    for place, each in np.ndenumerate(found[tensor]):
        result[place] = each if isinstance(each, Value) else Value(each).detach()
    _refuse_more(len(graph(*result.ravel())), max_scalars)
    return result if result.ndim else result.item()


def _refuse_more(count: int, most: int) -> None:
    if count > most:
        raise ValueError(
            f"the graph has {count:,} scalars, too many to see through (max_scalars={most:,}); zoom into one sample "
            "and fewer units, such as layer(x[:1]), or raise max_scalars; draw(t) shows the tensors themselves"
        )


def _objects(x: Any, shape: tuple[int, ...]) -> Array:
    """x as an array of objects, whatever NumPy has made of it: a Value for an array of no dimension, say."""
    if isinstance(x, np.ndarray):
        return x.astype(object).reshape(shape)
    found = np.empty(shape, dtype=object)
    found[()] = x
    return found


def _leaf(node: Node, label: str) -> Array:
    """Values with the numbers of a leaf. What wants no gradient and has no name is not worth a box of its own."""
    found = np.empty(np.shape(node._data), dtype=object)
    for place, number in np.ndenumerate(node._data):
        if label or node.requires_grad:
            value = Value(number, _element(label, place))
            found[place] = value if node.requires_grad else value.detach()
        else:
            found[place] = float(number)
    return found


def _numbers(i: Any) -> Array:
    """A mask, or whatever else no gradient flows to."""
    return _objects(i._data if isinstance(i, Node) else i, np.shape(i._data if isinstance(i, Node) else i))


def _element(label: str, place: tuple[int, ...]) -> str:
    return f"{label}[{','.join(map(str, place))}]" if label and place else label


def _name(values: Array, label: str) -> None:
    for place, value in np.ndenumerate(values):
        if isinstance(value, Value) and value.op is not None and not value.label:
            value.label = _element(label, place)


def _run(op: Op, args: Sequence[Any], params: Params) -> Any:
    """The op on arrays of objects."""
    if op in SAID:
        return SAID[op](*args, **params)
    if op.kind == "elementwise":
        return np.frompyfunc(lambda *each: op(*each, **params), len(args), 1)(*args)
    if op.variadic and not op.positional:  # the ops of lists of Values
        return op(*[arg[()] if isinstance(arg, np.ndarray) else arg for arg in args], **params)
    return op.array(*args, **params)


def _along(function: Callable[[list[Any]], Any], x: Array, axis: Any, keepdims: bool) -> Array:
    """A function of a list along the dimensions of an array."""
    axes = axis_tuple(axis, x.ndim)
    kept = [k for k in range(x.ndim) if k not in axes]
    lists = x.transpose(*kept, *axes).reshape(*[x.shape[k] for k in kept], math.prod(x.shape[k] for k in axes))
    found = np.empty(lists.shape[:-1], dtype=object)
    for place in np.ndindex(found.shape):
        found[place] = function(list(lists[place]))
    return np.expand_dims(found, axes) if keepdims else found


def _added(values: list[Any]) -> Any:
    if len(values) == 2:
        return values[0] + values[1]
    return s.list_sum(*values) if len(values) > 2 else values[0] if values else 0.0


def _largest(values: list[Any]) -> Any:
    numbers = [value.item() if isinstance(value, Value) else value for value in values]
    tied = [value for value, number in zip(values, numbers, strict=True) if number == max(numbers)]
    if len(tied) > 2:
        # A chain of maximum would give three equal ones ¼, ¼ and ½ of the gradient, and amax gives each a third.
        others = [value for value, number in zip(values, numbers, strict=True) if number != max(numbers)]
        values = [_added(tied) / len(tied), *others]
    return functools.reduce(ops.maximum, values)


def _total(x: Array, axis: Any, keepdims: bool) -> Array:
    return _along(_added, x, axis, keepdims)


def _amax(x: Array, axis: Any, keepdims: bool) -> Array:
    return _along(_largest, x, axis, keepdims)


def _matmul(a: Array, b: Array) -> Array:
    return _along(_added, a[..., :, :, None] * b[..., None, :, :], -2, False)


def _einsum(*xs: Array, subscripts: str) -> Array:
    inputs, result = subscripts.split("->")
    letters = [*result, *sorted(set(inputs) - {*result, ","})]
    factors = []
    for part, x in zip(inputs.split(","), xs, strict=True):
        order = [part.index(letter) for letter in letters if letter in part]
        lengths = [x.shape[part.index(letter)] if letter in part else 1 for letter in letters]
        factors.append(x.transpose(order).reshape(lengths))
    product = functools.reduce(operator.mul, factors)
    return _along(_added, product, tuple(range(len(result), len(letters))), False)


def _put(g: Array, index: Any, shape: tuple[int, ...]) -> Array:
    """Without the zeros that NumPy would add each element to."""
    places = np.arange(math.prod(shape)).reshape(shape)[index]
    lists: list[list[Any]] = [[] for _ in range(math.prod(shape))]
    for place, each in zip(places.ravel(), np.broadcast_to(g, places.shape).ravel(), strict=True):
        lists[place].append(each)
    found = np.empty(len(lists), dtype=object)
    for k, each in enumerate(lists):
        found[k] = _added(each)
    return found.reshape(shape)


def _linear(x: Array, weight: Array, bias: Array) -> Array:
    return _matmul(x, np.swapaxes(weight, -1, -2)) + bias


def _logsumexp(x: Array, axis: Any, keepdims: bool) -> Array:
    return _along(lambda values: s.list_logsumexp(*values), x, axis, keepdims)


def _log_softmax(x: Array, axis: Any) -> Array:
    return x - _logsumexp(x, axis, True)


def _same(x: Array, dtype: Any) -> Array:
    """A Value has one precision."""
    return x


SAID: Final[dict[Op, Callable[..., Array]]] = {
    s.total: _total,
    s.amax: _amax,
    s.matmul: _matmul,
    s.einsum: _einsum,
    s.put: _put,
    s.linear: _linear,
    s.logsumexp: _logsumexp,
    s.log_softmax: _log_softmax,
    s.cast: _same,
}
