"""NumPy's functions called on an operand: `np.exp(v)` is our exp. Whatever would cut the graph is refused in words."""

from __future__ import annotations

from typing import Any, Final, NoReturn

import numpy as np

from ..engine.op import OPS, Operand
from ..functions import numpy_api as numpy_api  # imported because it fills NUMPY
from ..functions.arguments import NUMPY


class NumpyProtocol(Operand):
    """An operand that NumPy's functions can be called on."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """`np.exp(v)` and `np.float64(2) * v` are ours: the op whose array function this ufunc is."""
        ours = NUMPY.get(ufunc)
        if ours is not None and method == "__call__" and not kwargs:
            return ours(*inputs)  # np.matmul is a ufunc, and takes vectors, which the op does not
        for op in OPS.values():
            if op.array is ufunc:
                if method != "__call__" or kwargs:
                    call = f"np.{ufunc.__name__}" + (f".{method}" if method != "__call__" else "")
                    given = f" with {', '.join(kwargs)}=" if kwargs else ""
                    raise TypeError(f"{call}{given} is not known on a {type(self).__name__}; use {op.name}(...)")
                return op(*inputs)
        raise TypeError(
            f"np.{ufunc.__name__} has no derivative here, so it cannot take a {type(self).__name__}{_nearest(ufunc)}. "
            "For the bare numbers, without a gradient, use .data or .item()"
        )

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """`np.where(mask, v, 0.0)` and `np.clip(v, 0, 1)` are ours too; any other NumPy function is refused."""
        ours = NUMPY.get(function)
        name = getattr(function, "__name__", "?")
        if ours is not None:
            try:
                return ours(*args, **kwargs)
            except TypeError as error:
                import inspect  # here: it takes long, and this is for one message

                known = inspect.signature(ours).parameters
                unknown = [f"{key}=" for key in kwargs if key not in known]
                why = f"it takes no {unknown[0]} here, only {', '.join(known)}" if unknown else error
                raise TypeError(f"np.{name} of a {type(self).__name__}: {why}") from error
        raise TypeError(
            f"np.{name} cannot take a {type(self).__name__}: it would cut the graph{_nearest(function)}. For the bare "
            "numbers, without a gradient, use .data or .item()"
        )

    def __array__(self, dtype: object = None, copy: object = None) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} does not turn into an array: the graph would be cut. stack(values) makes a "
            "Tensor of Values or Tensors that keeps the graph, and stack(values).mean() and others are differentiable. "
            "For the bare numbers of a Tensor use t.numpy(), of Values np.array([v.item() for v in values])"
        )

    @property
    def _mask(self) -> NoReturn:
        # A masked array on the left asks no protocol: it takes the `_data` of what it meets, and then its `_mask`.
        raise TypeError(
            f"a masked array does not mix with a {type(self).__name__}: the graph would be cut. Give .filled(...) of it"
        )

    def __float__(self) -> NoReturn:
        raise TypeError(
            f"float({type(self).__name__}) would cut the graph. Use .item() for the bare number, f'{{v:.3f}}' to "
            "format it, and autograd.exp instead of math.exp"
        )

    def __round__(self, digits: int | None = None) -> NoReturn:
        raise TypeError(f"round({type(self).__name__}) has no derivative; use round(v.item()) or f'{{v:.3f}}'")

    def __int__(self) -> NoReturn:
        raise TypeError(f"int({type(self).__name__}) would cut the graph; use int(v.item())")

    __trunc__ = __int__

    def __index__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is no index and no count; use int(v.item())")


# Our equivalent of a NumPy function that has another name.
INSTEAD: Final = {
    "append": "concatenate", "array_split": "split or chunk", "average": "mean", "column_stack": "stack",
    "copy": "t.detach()", "diagonal": "diag", "diff": "t[1:] - t[:-1]", "divmod": "div",
    "fabs": "abs", "float_power": "pow", "fliplr": "flip", "flipud": "flip", "hstack": "concatenate with dim=1",
    "inner": "einsum", "kron": "einsum", "median": "mean",
    "pad": "autograd.pad", "ptp": "amax and amin", "repeat": "take", "rot90": "flip and transpose",
    "tensordot": "einsum", "tile": "concatenate", "vdot": "dot", "vecdot": "einsum",
    "vstack": "stack, concatenate",
}  # fmt: skip


def _nearest(function: Any) -> str:
    """Return our equivalent of a NumPy function, or the names that are most similar."""
    import difflib  # here: it is for this message only

    name = getattr(function, "__name__", "")
    known = [op.name for op in OPS.values() if op.kind == "elementwise"] + [theirs.__name__ for theirs in NUMPY]
    found = INSTEAD.get(name) or ", ".join(difflib.get_close_matches(name, dict.fromkeys(known), 2, 0.7))
    return f"; nearest to it: {found}" if found else ""
