"""Modules that hold Modules: one after another, in a list, by name."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from ..module import Module, indented


class Ordered(Module):
    """Base of Sequential and ModuleList: Modules that are counted."""

    def __len__(self) -> int:
        return sum(1 for _ in self._entries())

    def __iter__(self) -> Iterator[Any]:
        return (module for _, module in self._entries())

    def __getitem__(self, k: int | slice) -> Any:
        modules = list(self)
        if isinstance(k, slice):
            part = type(self)()
            part.extend(modules[k])
            return part
        return modules[self._place(k)]

    def __setitem__(self, k: int, module: Module) -> None:
        name = list(self._entries())[self._place(k)][0]
        self.add_module(name, module)

    def __delitem__(self, k: int | slice) -> None:
        modules = list(self)
        del modules[k]
        self._become(modules)

    def append(self, module: Module) -> Self:
        """Put a Module at the end; returns this one."""
        self.add_module(str(len(self)), _module(self, module))
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Put Modules at the end; returns this one."""
        if not isinstance(modules, Iterable):
            raise TypeError(
                f"{type(self).__name__} takes a list of Modules here, got {type(modules).__name__} {modules!r:.60}; "
                "write [module]"
            )
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, k: int, module: Module) -> Self:
        """Put a Module before the one at place k; returns this one."""
        modules = list(self)
        modules.insert(k, module)
        return self._become(modules)

    def pop(self, k: int) -> Any:
        """Take the Module at place k out and return it."""
        module = self[self._place(k)]
        del self[k]
        return module

    def __add__(self, other: Iterable[Module]) -> Self:
        """The Modules of both in a new one."""
        return type(self)().extend([*self, *other])

    def _become(self, modules: list[Any]) -> Self:
        for name, _ in list(self._entries()):
            delattr(self, name)
        return self.extend(modules)

    def _entries(self) -> Iterator[tuple[str, Any]]:
        # Not named_children: a Module that stands in it twice is passed twice.
        return ((name, part) for name, part in self._parts() if isinstance(part, Module))

    def _place(self, k: int) -> int:
        n, place = len(self), operator.index(k)
        if not -n <= place < n:
            raise IndexError(f"{type(self).__name__} has {n} modules, got the index {place}")
        return place % n


class Sequential(Ordered):
    """Modules one after another, each given what the one before gave; or by name, from a dict.

    >>> Sequential(Module(), Module())
    Sequential(
      (0): Module()
      (1): Module()
    )
    """

    def __init__(self, *modules: Any) -> None:
        named = modules[0] if len(modules) == 1 and isinstance(modules[0], Mapping) else dict(enumerate(modules))
        for name, module in named.items():
            self.add_module(str(name), _module(self, module))

    def forward(self, x: Any) -> Any:
        for module in self:
            x = module(x)
        return x


class ModuleList(Ordered):
    """A list of Modules; what is done with them is said in the forward of the Module that has it."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        self.extend(() if modules is None else modules)

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def _lines(self) -> list[str]:
        runs: list[tuple[int, int, str]] = []  # as PyTorch does, "(0-2): 3 x Linear(...)"
        for k, module in enumerate(self):
            text = repr(module)
            if runs and runs[-1][2] == text:
                runs[-1] = (runs[-1][0], k, text)
            else:
                runs.append((k, k, text))
        return [indented(f"({a}): {text}" if a == b else f"({a}-{b}): {b - a + 1} x {text}") for a, b, text in runs]


class ModuleDict(Module):
    """Modules by name."""

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        self.update(() if modules is None else modules)

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Take in Modules with their names."""
        for name, module in dict(modules).items():
            self[name] = module

    def __getitem__(self, name: str) -> Any:
        found = dict(self.items())
        if name not in found:
            raise KeyError(f"{name!r}; the names here are {', '.join(map(repr, found)) or 'none'}")
        return found[name]

    def __setitem__(self, name: str, module: Module) -> None:
        self.add_module(name, _module(self, module))

    def __delitem__(self, name: str) -> None:
        self.pop(name)

    def __len__(self) -> int:
        return len(list(self.keys()))

    def __iter__(self) -> Iterator[str]:
        return self.keys()

    def __contains__(self, name: str) -> bool:
        return name in dict(self.items())

    def pop(self, name: str) -> Any:
        """Take a Module out and return it."""
        module = self[name]
        delattr(self, name)
        return module

    def clear(self) -> None:
        """Take all of them out."""
        for name in list(self):
            delattr(self, name)

    def keys(self) -> Iterator[str]:
        """The names."""
        return (name for name, _ in self.items())

    def values(self) -> Iterator[Any]:
        """The Modules."""
        return (module for _, module in self.items())

    def items(self) -> Iterator[tuple[str, Any]]:
        """The names and the Modules."""
        return ((name, part) for name, part in self._parts() if isinstance(part, Module))


def _module(holder: Module, module: Any) -> Module:
    if isinstance(module, Module):
        return module
    hint = "; wrap a plain function in a Module of your own" if callable(module) else ""
    if isinstance(module, (list, tuple)):
        hint = f"; unpack it: {type(holder).__name__}(*layers)"
    if isinstance(module, type):
        hint = f"; make one: {module.__name__}()"
    raise TypeError(f"{type(holder).__name__} holds Modules, got {type(module).__name__} {module!r:.60}{hint}")
