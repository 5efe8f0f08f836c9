"""Cast arrays to another dtype."""

from __future__ import annotations

from typing import Any

from ..engine.dtypes import real_dtype
from ..rules import structural as s
from .arguments import array_of, require_array


def to(x: Any, dtype: Any) -> Any:
    """The same numbers in another dtype; the gradient is cast back to the dtype of x. No gradient flows to integers."""
    x = require_array("to", x)
    wanted = real_dtype(dtype)
    if array_of(x).dtype == wanted:
        return x
    return (s.cast if wanted.kind == "f" else s.as_integers)(x, dtype=wanted.name)


def cast(name: str, x: Any, dtype: Any) -> Any:
    """Cast the argument of a function that takes `dtype=`; TypeError for a list that holds Values."""
    return to(require_array(f"{name} with dtype=", x), dtype)
