"""The compiled engine: Values, their operators and their sweep in C, with the rules of the table.

It is optional and gives the same bits as the Python. The Python runs where no C compiler was found, with
GLASSGRAD_PURE=1, and for everything that the C code leaves to it, such as a user's own op. `core.c` has the Values, and
`interpreter.c` runs a recorded graph again on other numbers. Both are written by hand, as is `ops.h`, which they share;
`tools/spell_c.py` writes `rules.h`.
"""

from __future__ import annotations

import importlib
import itertools
import os
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final

from .sources import source_hash


def _load(name: str) -> Any:
    """Return an extension module; None where it is not built, not wanted, or built from another source."""
    if os.environ.get("GLASSGRAD_PURE", "0") not in ("", "0"):
        return None
    try:
        found = importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        return None
    except ImportError as error:
        return _refuse(f"cannot be loaded ({error})")
    if source_hash() not in ("", found.source_hash):
        return _refuse("was built from another source than the one beside it")
    return found


def _load_core() -> Any:
    """Return the module of the Values; None where there is none, or another copy of this package has it."""
    found = _load("core")
    return None if found is None or is_taken(found) else found


def is_taken(core: Any) -> bool:
    """Tell whether another copy of this package has its Values in the extension, of which there is one in a process."""
    taken: bool = core.is_connected()
    return taken


def _refuse(why: str) -> None:
    warnings.warn(
        f"the compiled engine {why}, so Python takes its place; build it again with `pip install .`, or in a checkout "
        "with `python3 tools/test.py`",
        RuntimeWarning,
        stacklevel=3,
    )


def _leave_to_python(root: object, seed: object) -> bool:
    return False


def _apply_nothing(code: int, params: object, *lists: object) -> None:
    return None


core: Final = _load_core()
interpreter: Final[Any] = None if core is None else _load("interpreter")  # runs graphs of `core` alone
created: Final[Iterator[int]] = itertools.count(1) if core is None else iter(core.place, None)  # the indices of nodes
# sweep(root, seed): set `.grad` of a Value and below it, and return True; False, with nothing done, if Python has to.
sweep: Final[Callable[[object, object], bool]] = _leave_to_python if core is None else core.sweep
# apply(code, params, *lists): apply an op of lists to its lists of Values and numbers, or another op to one list of its
# inputs and then its parameters; None, with nothing done, if Python has to do it.
apply: Final[Callable[..., Any]] = _apply_nothing if core is None else core.apply
# The code of each op in C by its name, in the order of the codes; code 0 means no op.
codes: Final[dict[str, int]] = {} if core is None else {name: k for k, name in enumerate(core.names.split(), 1)}
