"""Import `glassgrad.nn` and all below it as the modules of `nn` themselves.

Without this, `import glassgrad.nn.functional` would load `nn/functional.py` a second time under another name, with
classes and functions that are not those of `nn`.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence


class Aliases(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Find the package `prefix.name` and its modules as `name` and its modules."""

    def __init__(self, prefix: str, name: str) -> None:
        self.prefix = prefix + "."
        self.name = self.prefix + name

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname == self.name or fullname.startswith(self.name + "."):
            return importlib.machinery.ModuleSpec(fullname, self)
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        """Replace the new empty module by the existing one; `import` then returns what it finds in `sys.modules`."""
        sys.modules[module.__name__] = importlib.import_module(module.__name__.removeprefix(self.prefix))
