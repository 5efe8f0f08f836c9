"""Write the state of a training as JSON and read it back, bit for bit.

Beside the types of JSON, a state may hold arrays, tuples, and dicts whose keys are not text. They become JSON objects
with one of the keys below.
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any, Final

import numpy as np

from autograd import Tensor, shown

_ARRAY: Final = "array of"  # the dtype; "shape" and "bytes", in base64, stand beside it
_TUPLE: Final = "tuple"
_DICT: Final = "dict"  # a list of pairs of key and value
_SPECIAL: Final = frozenset({_ARRAY, _TUPLE, _DICT})
_DTYPES: Final = frozenset(f"<{kind}{size}" for kind in "fiu" for size in (2, 4, 8)) | {"|b1", "|i1", "|u1"}


def to_text(state: Any) -> str:
    """Return the state as JSON. Raises TypeError, which names the place, for what is neither data nor an array."""
    return json.dumps(_plain(state, "the state"), separators=(",", ":"))


def from_text(text: str) -> Any:
    """Return the state that `to_text` wrote. Raises ValueError for any other text."""
    try:
        return _restored(json.loads(text))
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"the state is not as it was written: {shown(error, 80)}") from None


def _plain(x: Any, place: str) -> Any:
    if isinstance(x, Tensor):
        x = x.numpy()
    if x is None or isinstance(x, (bool, int, float, str)):
        return x
    if isinstance(x, np.bool_ | np.integer | np.floating):
        return x.item()
    if isinstance(x, np.ndarray):
        array = np.asarray(x, order="C", dtype=x.dtype.newbyteorder("<"))
        if array.dtype.str not in _DTYPES:
            raise TypeError(f"{place} is an array of {x.dtype}, expected real numbers of at most 64 bits")
        return {_ARRAY: array.dtype.str, "shape": x.shape, "bytes": base64.b64encode(array.tobytes()).decode()}
    if isinstance(x, list):
        return [_plain(part, f"{place}[{k}]") for k, part in enumerate(x)]
    if isinstance(x, tuple):
        return {_TUPLE: [_plain(part, f"{place}[{k}]") for k, part in enumerate(x)]}
    if isinstance(x, dict):
        if all(isinstance(key, str) for key in x) and not _SPECIAL & x.keys():
            return {key: _plain(value, f"{place}[{key!r}]") for key, value in x.items()}
        return {_DICT: [[_plain(key, place), _plain(value, f"{place}[{key!r}]")] for key, value in x.items()]}
    raise TypeError(
        f"{place} is a {type(x).__name__}, {shown(x)}, which cannot be saved as data; a state holds numbers, text, "
        "arrays, lists and dicts"
    )


def _restored(x: Any) -> Any:
    if isinstance(x, list):
        return [_restored(part) for part in x]
    if not isinstance(x, dict):
        return x
    if _ARRAY in x:
        return _array(x[_ARRAY], x["shape"], x["bytes"])
    if _TUPLE in x:
        return tuple(_restored(part) for part in x[_TUPLE])
    if _DICT in x:
        return {_restored(key): _restored(value) for key, value in x[_DICT]}
    return {key: _restored(value) for key, value in x.items()}


def _array(dtype: str, shape: list[int], encoded: str) -> np.ndarray:
    if dtype not in _DTYPES:
        raise ValueError(f"the state holds an array of {shown(dtype, 20)}")
    content = base64.b64decode(encoded, validate=True)
    if not all(type(n) is int and n >= 0 for n in shape) or math.prod(shape) * np.dtype(dtype).itemsize != len(content):
        raise ValueError(f"the state holds an array of shape {shown(shape)} with {len(content)} bytes")
    array = np.frombuffer(content, dtype=dtype).reshape(shape)
    return array.astype(array.dtype.newbyteorder("="))  # a copy, which can be written to


def same_kind(own: Any, saved: Any) -> bool:
    """Tell whether a saved value can stand for one's own: a number for a number, a list for a list and so on.

    None can stand for anything, and anything for None.
    """
    if own is None or saved is None:
        return True
    if isinstance(own, bool) or isinstance(saved, bool):
        return isinstance(own, bool) and isinstance(saved, bool)
    if isinstance(own, (int, float)):
        return isinstance(saved, (int, float))
    if isinstance(own, (list, tuple)) and isinstance(saved, (list, tuple)):
        return len(own) != len(saved) or all(map(same_kind, own, saved))
    if isinstance(own, dict) and isinstance(saved, dict):
        return all(same_kind(own[name], saved[name]) for name in own.keys() & saved.keys())
    if isinstance(own, np.ndarray) and isinstance(saved, np.ndarray):
        return bool(own.dtype.kind == saved.dtype.kind)
    return type(own) is type(saved)
