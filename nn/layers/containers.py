"""Modules that hold other Modules: Sequential, ModuleList, ModuleDict."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from autograd import shown

from ..module import Module, indented


class Ordered(Module):
    """Base class of Sequential and ModuleList: Modules with an index, named "0", "1", and so on."""

    def __len__(self) -> int:
        return sum(1 for _ in self._entries())

    def __iter__(self) -> Iterator[Any]:
        return (module for _, module in self._entries())

    def __getitem__(self, k: int | slice) -> Any:
        modules = list(self)
        if isinstance(k, slice):
            return type(self)().extend(modules[k])
        return modules[self._position(k)]

    def __setitem__(self, k: int, module: Module) -> None:
        name = list(self._entries())[self._position(k)][0]
        self.add_module(name, module)

    def __delitem__(self, k: int | slice) -> None:
        modules = list(self)
        del modules[k]
        self._replace_all(modules)

    def append(self, module: Module) -> Self:
        """Add a Module at the end. Returns self."""
        self.add_module(str(len(self)), _checked_module(self, module))
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add Modules at the end. Returns self."""
        if not isinstance(modules, Iterable):
            raise TypeError(
                f"{type(self).__name__} takes a list of Modules here, got {type(modules).__name__} {shown(modules)}; "
                "write [module]"
            )
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, k: int, module: Module) -> Self:
        """Insert a Module before the one at index k. Returns self."""
        modules = list(self)
        modules.insert(k, module)
        return self._replace_all(modules)

    def pop(self, k: int) -> Any:
        """Remove the Module at index k and return it."""
        module = self[self._position(k)]
        del self[k]
        return module

    def __add__(self, other: Iterable[Module]) -> Self:
        """Return a new container with the Modules of both."""
        return type(self)().extend([*self, *other])

    def _replace_all(self, modules: list[Any]) -> Self:
        for name, _ in list(self._entries()):
            delattr(self, name)
        return self.extend(modules)

    def _entries(self) -> Iterator[tuple[str, Any]]:
        # Not named_children: a Module that is in the list twice is yielded twice.
        return ((name, module) for name, module in self._members() if isinstance(module, Module))

    def _position(self, k: int) -> int:
        n, position = len(self), operator.index(k)
        if not -n <= position < n:
            raise IndexError(f"{type(self).__name__} has {n} modules, got the index {position}")
        return position % n


class Sequential(Ordered):
    """Apply Modules in order, each to the output of the one before. A dict as argument gives them names.

    >>> Sequential(Module(), Module())
    Sequential(
      (0): Module()
      (1): Module()
    )
    """

    def __init__(self, *modules: Any) -> None:
        named = modules[0] if len(modules) == 1 and isinstance(modules[0], Mapping) else dict(enumerate(modules))
        for name, module in named.items():
            self.add_module(str(name), _checked_module(self, module))

    def forward(self, x: Any) -> Any:
        try:
            for module in self:
                x = module(x)
        except RecursionError:
            # Near the limit this search may fail too; then the call around this one searches.
            if any(inner is self for module in self for inner in module.modules()):
                raise ValueError(
                    f"this {type(self).__name__} contains itself, so its forward never ends; remove it from its own "
                    "modules"
                ) from None
            raise
        return x


class ModuleList(Ordered):
    """A list of Modules, for use in the forward of another Module; it has no forward itself."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        self.extend(() if modules is None else modules)

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def _lines(self) -> list[str]:
        runs: list[
            tuple[int, int, str]
        ] = []  # first index, last index, repr: equal neighbours share a line, as in PyTorch
        for k, module in enumerate(self):
            text = repr(module)
            if runs and runs[-1][2] == text:
                runs[-1] = (runs[-1][0], k, text)
            else:
                runs.append((k, k, text))
        return [indented(f"({a}): {text}" if a == b else f"({a}-{b}): {b - a + 1} x {text}") for a, b, text in runs]


class ModuleDict(Module):
    """A dict of Modules, for use in the forward of another Module; it has no forward itself."""

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        self.update(() if modules is None else modules)

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add Modules, given as a dict or as pairs (name, Module)."""
        for name, module in dict(modules).items():
            self[name] = module

    def __getitem__(self, name: str) -> Any:
        found = dict(self.items())
        if name not in found:
            raise KeyError(f"no module {name!r}; the names are {', '.join(map(repr, found)) or 'none'}")
        return found[name]

    def __setitem__(self, name: str, module: Module) -> None:
        self.add_module(name, _checked_module(self, module))

    def __delitem__(self, name: str) -> None:
        self.pop(name)

    def __len__(self) -> int:
        return len(list(self.keys()))

    def __iter__(self) -> Iterator[str]:
        return self.keys()

    def __contains__(self, name: str) -> bool:
        return name in dict(self.items())

    def pop(self, name: str) -> Any:
        """Remove a Module and return it."""
        module = self[name]
        delattr(self, name)
        return module

    def clear(self) -> None:
        """Remove all Modules."""
        for name in list(self):
            delattr(self, name)

    def keys(self) -> Iterator[str]:
        """Return an iterator over the names."""
        return (name for name, _ in self.items())

    def values(self) -> Iterator[Any]:
        """Return an iterator over the Modules."""
        return (module for _, module in self.items())

    def items(self) -> Iterator[tuple[str, Any]]:
        """Return an iterator over pairs (name, Module)."""
        return ((name, module) for name, module in self._members() if isinstance(module, Module))


def _checked_module(holder: Module, module: Any) -> Module:
    if isinstance(module, Module):
        return module
    hint = "; wrap a plain function in a Module of your own" if callable(module) else ""
    if isinstance(module, (list, tuple)):
        hint = f"; unpack it: {type(holder).__name__}(*layers)"
    if isinstance(module, type):
        hint = f"; make one: {module.__name__}()"
    raise TypeError(f"{type(holder).__name__} holds Modules, got {type(module).__name__} {shown(module)}{hint}")
