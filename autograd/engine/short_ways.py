"""Short ways for Values and Tensors: the same results to the bit as `Node._apply` and `sweep`, in less time.

They exist only for speed. Where the engine is compiled, Values go by `autograd/native/`, and only Tensors come here. To
remove them, delete this file, the lines `_apply = ...` in value.py and tensor.py, and the question for `sweep_floats`
in `backward`. tests/engine/test_short_ways.py compares each with the general way.
They buy, in one run each:

    apply_to_values   the forward pass of micrograd's demo network     115 ms -> 49 ms
    sweep_floats      its backward pass                                102 ms -> 54 ms
    apply_to_tensors  one op on Tensors of one element                 7.7 us -> 1.2 us
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from .forms import Takes
from .ieee import ARITHMETIC_ERRORS
from .mode import mode
from .node import CONSTANT, Node, constant, created, fill
from .op import BUILT_IN, NO_PARAMS, Op, Params
from .quiet import runner

ONE, TWO, TWO_LISTS, ONE_LIST, ONE_WITH_PARAMS = range(1, 6)
_arities: Final[dict[Op, int]] = {}
_new: Final = object.__new__


def arity_of(op: Op) -> int:
    """Return which short way an op may go; 0 for none: an op that takes or gives a mask,
    one with three inputs or a sequence, a user's own."""
    if not op.rules or None in op.rules or BUILT_IN.get(op.name) is not op:
        return 0
    if op.takes is Takes.LISTS:
        found = TWO_LISTS if len(op.rules) == 2 else ONE_LIST
    elif op.takes is Takes.SEQUENCE or len(op.inputs) > 2:
        found = 0
    elif op.params:
        found = ONE_WITH_PARAMS if len(op.inputs) == 1 else 0
    else:
        found = ONE if len(op.inputs) == 1 else TWO
    _arities[op] = found
    return found


# Complex on purpose: each arity has its own branch, because that is faster.
def apply_to_values(self: Any, op: Op, args: tuple[Any, ...], params: Params) -> Any:
    """Apply an op to Values and floats that record a node; anything else goes the general way."""
    arity = _arities.get(op)
    if arity is None:
        arity = arity_of(op)
    if arity and mode.get().is_plain:
        kind = type(self)
        try:
            if arity == TWO:
                a, b = args
                if type(b) is not kind:
                    b = _number_constant(kind, b)
                elif type(a) is not kind:
                    a = _number_constant(kind, a)
                if a is None or b is None:
                    return Node._apply(self, op, args, params)
                if a._index >= 0 or b._index >= 0:
                    return fill(_new(kind), op.scalar(a._data, b._data), op, (a, b), NO_PARAMS, "", next(created))
            elif arity == ONE:
                if self._index >= 0:
                    return fill(_new(kind), op.scalar(self._data), op, args, NO_PARAMS, "", next(created))
            elif arity in (ONE_LIST, TWO_LISTS) and self._index >= 0 and set(map(type, args)) == {kind}:
                data = op.scalar(*[i._data for i in args])
                return fill(_new(kind), data, op, args, NO_PARAMS, "", next(created))
        except (ValueError, *ARITHMETIC_ERRORS):
            pass  # IEEE has an answer: the general way finds it
    return Node._apply(self, op, args, params)


def _number_constant(kind: type[Node], x: Any) -> Any:
    """Return a Python number as a constant Value; None for other data."""
    return constant(kind, x) if type(x) is float else constant(kind, float(x)) if type(x) is int else None


def apply_to_tensors(self: Any, op: Op, args: tuple[Any, ...], params: Params) -> Any:
    """Apply an op to Tensors that require a gradient, and so are floats; anything else goes the general way."""
    arity = _arities.get(op)
    if arity is None:
        arity = arity_of(op)
    if arity and mode.get().is_plain and self._index >= 0:
        kind = type(self)
        try:
            if arity == ONE:
                data = runner()(op.array, self._data)
            elif arity == ONE_WITH_PARAMS:
                data = runner()(op.array, self._data, **params)
            elif arity == TWO:
                a, b = args
                if type(b) is not kind:
                    b = _float_constant(self, b)
                elif type(a) is not kind:
                    a = _float_constant(self, a)
                if a is None or b is None or a._data.dtype is not b._data.dtype:
                    return Node._apply(self, op, args, params)
                data = runner()(op.array, a._data, b._data)
                args = (a, b)
            else:
                return Node._apply(self, op, args, params)
        except ValueError:
            return Node._apply(self, op, args, params)  # which says what does not fit
        data = data if type(data) is np.ndarray else np.asarray(data)
        return fill(_new(kind), data, op, args, params, "", next(created))
    return Node._apply(self, op, args, params)


def _float_constant(like: Any, x: Any) -> Any:
    """Return a float, or an array in the dtype of `like`, as a constant Tensor; None for other data."""
    if type(x) is float:
        return constant(type(like), runner()(np.array, x, like._data.dtype))
    if type(x) is np.ndarray and x.dtype is like._data.dtype:
        return constant(type(like), np.array(x))
    return None


def is_of_floats(nodes: list[Node], first: Any) -> bool:
    """Tell whether a sweep over these nodes has floats for all of its gradients."""
    return type(first) is float and len(set(map(type, nodes))) == 1


# Complex on purpose: each arity has its own branch, because that is faster.
def sweep_floats(nodes: list[Node], first: float) -> Iterator[tuple[Node, float]]:  # noqa: C901
    """Sweep a graph of Values: the loop of `sweep` for each arity, with one dictionary of floats."""
    # Every sum begins with -0.0, which adds nothing; 0.0 would turn a gradient of -0.0 into 0.0.
    gradients = dict.fromkeys([node._index for node in nodes], -0.0)
    gradients[nodes[0]._index] = first
    gradients[CONSTANT] = -0.0  # contributions to constants end here
    for node in nodes:
        g = gradients[node._index]
        if type(g) is not float:  # a rule may give an int or NumPy's float
            g = float(g)
        yield node, g
        op = node.op
        if op is None:
            continue
        inputs = node.inputs
        made = node._index
        y = node._data
        if node._changed > made:
            node._refuse_change(None)
        arity = _arities.get(op, 0)
        try:
            if arity == TWO:
                a, b = inputs
                if a._changed > made or b._changed > made:
                    a._refuse_change(node)
                    b._refuse_change(node)
                to_a, to_b = op.rules
                index_a, index_b = a._index, b._index
                if index_b < 0:
                    gradients[index_a] += to_a(g, y, a._data, b._data)  # type: ignore[misc]
                elif index_a < 0:
                    gradients[index_b] += to_b(g, y, a._data, b._data)  # type: ignore[misc]
                else:
                    xa, xb = a._data, b._data
                    ga, gb = to_a(g, y, xa, xb), to_b(g, y, xa, xb)  # type: ignore[misc]
                    gradients[index_a] += ga
                    gradients[index_b] += gb
                continue
            if arity == ONE:
                (x,) = inputs
                if x._changed > made:
                    x._refuse_change(node)
                gradients[x._index] += op.rules[0](g, y, x._data)  # type: ignore[misc]
                continue
        except ARITHMETIC_ERRORS:
            pass  # where Python raises, IEEE has an answer: `op.vjp` below finds it
        for i in inputs:
            if i._changed > made:
                i._refuse_change(node)
        xs = [i._data for i in inputs]
        if arity == TWO_LISTS:
            rules = op.rules
            half = len(xs) // 2
            each = zip(inputs, [rules[0]] * half + [rules[1]] * half, xs[:half] * 2, xs[half:] * 2, strict=True)
            for position, (i, rule, xa, xb) in enumerate(each):
                try:
                    gradients[i._index] += rule(g, y, xa, xb)  # type: ignore[misc]
                except ARITHMETIC_ERRORS:
                    gradients[i._index] += i._fit(op.vjp(position, g, y, xs, node.params), node)
            continue
        for position, i in enumerate(inputs):
            if i._index >= 0 and made > i._index:
                gradients[i._index] += i._fit(op.vjp(position, g, y, xs, node.params), node)
