"""The data of a Tensor as its user sees it: an array that notices being written into.

This file covers every way in which NumPy writes into an array.
"""

from __future__ import annotations

from typing import Any, final

import numpy as np

from ..engine.node import created


@final
class WatchedArray(np.ndarray):
    """The data of a Tensor as its user sees it: an array that says when it is written into.

    It is read-only, so that whatever writes without asking this class (memoryview, np.random's out=, np.put) is refused
    and not overlooked; what does ask is let through to the memory behind.
    """

    owner: Any

    @staticmethod
    def of(owner: Any) -> np.ndarray:
        seen = owner._data.view(WatchedArray)
        seen.owner = owner
        seen.setflags(write=False)
        return seen  # type: ignore[no-any-return]

    def __array_finalize__(self, source: Any) -> None:
        # A view of the data (data[0], data.T, data.reshape) writes into the same memory and has the same owner.
        self.owner = getattr(source, "owner", None)

    def _written(self) -> None:
        if self.owner is None:
            return
        # A reshape is a view: what is written into it is written into what it was made from, and further back.
        nodes = [self.owner]
        for node in nodes:
            if np.may_share_memory(self, node._data):
                node._changed = next(created)
                nodes += [i for i in node.inputs if type(i) is type(node)]

    def _open(self) -> np.ndarray:
        """The memory behind, to be written into."""
        plain: np.ndarray = np.asarray(self)
        if (
            self.owner is not None
            and not plain.flags.writeable
            and (not plain.size or np.may_share_memory(plain, self.owner._data))
        ):
            plain.setflags(write=True)
        return plain

    def __setitem__(self, key: Any, value: Any) -> None:
        self._open()[key] = value
        self._written()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        outs = kwargs.get("out", ())
        if outs:
            kwargs["out"] = tuple(o._open() if isinstance(o, WatchedArray) else o for o in outs)
        plain = [np.asarray(i) if isinstance(i, WatchedArray) else i for i in inputs]
        if method == "at" and isinstance(inputs[0], WatchedArray):
            plain[0] = inputs[0]._open()
        result = getattr(ufunc, method)(*plain, **kwargs)
        if method == "at" and isinstance(inputs[0], WatchedArray):
            inputs[0]._written()
        for out in outs:
            if isinstance(out, WatchedArray):
                out._written()
                return out
        return result

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        writes = function in (np.copyto, np.put, np.place, np.putmask, np.put_along_axis, np.fill_diagonal)
        target = args[0] if writes and args else kwargs.get("dst" if writes else "out")
        # None of NumPy's own functions: they call __array_ufunc__ and __setitem__ again, or find the data read-only.
        plain = [_plain(a, target) for a in args]
        result = function(*plain, **{k: _plain(a, target) for k, a in kwargs.items()})
        if isinstance(target, WatchedArray):
            target._written()
            return None if writes else target
        return result

    def fill(self, value: Any) -> None:
        self._open().fill(value)
        self._written()

    def sort(self, *args: Any, **kwargs: Any) -> None:
        self._open().sort(*args, **kwargs)
        self._written()


def _plain(x: Any, target: Any) -> Any:
    """x with ndarrays in the place of data, in lists too; the target of a function that writes open for it."""
    if isinstance(x, (list, tuple)):
        return type(x)(_plain(each, target) for each in x) if type(x) in (list, tuple) else x
    return x if not isinstance(x, WatchedArray) else x._open() if x is target else np.asarray(x)


def same_memory(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.strides == b.strides and a.ctypes.data == b.ctypes.data
