"""Find parameters, buffers and inner modules by name in the attributes of a module.

Parameters may be in the attributes of a module, in lists, tuples and dicts among them, and in inner modules. Every leaf
that requires a gradient, Tensor or Value, is a parameter; it needs no declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Self

from autograd import Tensor, Value, printable, shown

_BOOKKEEPING = ("_buffers", "_known")  # attributes that hold notes about the other attributes


def Parameter(data: Any, requires_grad: bool = True, dtype: Any = None, label: str = "") -> Tensor:
    """Return a leaf Tensor with a copy of `data` that requires a gradient. A Module finds it among its attributes.

    This is a function and not a class, because Tensor is final: isinstance cannot ask for a Parameter. To freeze a
    parameter, set it as an attribute of a Module and then call its `requires_grad_(False)`: it stays a parameter.
    Raises ValueError for requires_grad=False.
    """
    if requires_grad is not True:
        raise ValueError(
            f"a Parameter is recognized by requires_grad=True, got {shown(requires_grad)}; to freeze one, set it as an "
            "attribute first and then call its requires_grad_(False), or use register_parameter(name, tensor)"
        )
    return Tensor(data.numpy() if isinstance(data, Tensor) else data, True, dtype, label)


class Registry:
    """Base of Module: knows which parameters, buffers and modules its attributes hold."""

    training: bool
    _buffers: dict[str, bool]  # name -> whether it is saved
    _known: dict[int, Any]  # id -> parameter found before: after freezing it is still a parameter

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        module = super().__new__(cls)
        vars(module).update(training=True, _buffers={}, _known={})
        return module

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._buffers and not (value is None or isinstance(value, Tensor)):
            raise TypeError(_not_a_buffer(name, value))
        old = vars(self).get(name)
        if id(old) in self._known and not (value is None or id(value) in self._known or _is_parameter(value)):
            # `m.weight -= lr * g` under no_grad ends here: the result would be neither trained nor saved.
            name = printable(name)
            raise TypeError(
                f"{name} is a parameter and cannot be replaced by {type(value).__name__} {shown(value)}, which is not "
                f"a leaf that requires a gradient; write numbers to {name}.data, or assign a Parameter"
            )
        replaced = any(True for _ in _members_of(name, old))
        super().__setattr__(name, value)
        for path, node in _members_of(name, value):
            if _is_parameter(node):
                self._known[id(node)] = node
                node.label = node.label or path  # shown in pictures
        if replaced:
            self._own_parameters()  # drops the replaced parameter from _known

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        self._buffers.pop(name, None)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Set an attribute that is cast with the Module and not trained. It is saved unless `persistent` is False."""
        self._check_name(name)
        if not (tensor is None or isinstance(tensor, Tensor)):
            raise TypeError(_not_a_buffer(name, tensor))
        if tensor is not None and tensor.requires_grad:
            raise ValueError(f"buffer {printable(name)} requires a gradient, as only parameters do; use its .detach()")
        setattr(self, name, tensor)
        self._buffers[name] = persistent

    def register_parameter(self, name: str, parameter: Any) -> None:
        """Set an attribute that is a parameter even if it requires no gradient yet. None means no parameter."""
        self._check_name(name)
        if parameter is not None:
            self._known[id(parameter)] = parameter
        setattr(self, name, parameter)

    def add_module(self, name: str, module: Registry | None) -> None:
        """Set a Module as an attribute whose name is computed."""
        if not (module is None or isinstance(module, Registry)):
            raise TypeError(f"{type(self).__name__} got {type(module).__name__} {shown(module)}, expected a Module")
        self._check_name(name)
        setattr(self, name, module)

    def _check_name(self, name: str) -> None:
        if not name or "." in name:
            raise KeyError(f"{name!r} cannot name an attribute: expected one or more characters and no dot")
        if name not in vars(self) and getattr(type(self), name, None) is not None:
            raise KeyError(f"{name!r} cannot name an attribute: {type(self).__name__} has a method of that name")

    def _members(self) -> Iterator[tuple[str, Any]]:
        """Yield (name, node or Module) for each one in the attributes, without those of inner Modules."""
        for name, value in list(vars(self).items()):
            if isinstance(value, _MEMBERS):  # nearly all: without a generator for each
                yield name, value
            elif isinstance(value, _CONTAINERS) and name not in _BOOKKEEPING:
                yield from _members_of(name, value)

    def _own_parameters(self) -> list[tuple[str, Any]]:
        """Return (name, parameter) pairs from the attributes, without those of inner Modules."""
        found = [
            (name, node)
            for name, node in self._members()
            if not isinstance(node, Registry)
            and name not in self._buffers
            and (id(node) in self._known or _is_parameter(node))
        ]
        vars(self)["_known"] = {id(node): node for _, node in found}
        return found

    def _own_buffers(self) -> list[tuple[str, Any]]:
        """Return (name, buffer) pairs from the attributes, without those of inner Modules."""
        return [(name, getattr(self, name)) for name in self._buffers if getattr(self, name) is not None]

    def named_children(self) -> Iterator[tuple[str, Any]]:
        """Yield (name, Module) for each Module in the attributes, each Module once."""
        seen: set[int] = set()
        for name, module in self._members():
            if isinstance(module, Registry) and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> Iterator[Any]:
        """Yield the Modules in the attributes, each once."""
        return (module for _, module in self.named_children())

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Any]]:
        """Yield (name, Module) for this Module, named `prefix`, and all inner ones, with names such as "layers.0"."""
        return self._walk(prefix, remove_duplicate, set())

    def _walk(self, name: str, once: bool, seen: set[int]) -> Iterator[tuple[str, Any]]:
        if id(self) in seen:
            return
        seen.add(id(self))
        yield name, self
        for inner, module in self._members():
            if isinstance(module, Registry):
                yield from module._walk(join(name, inner), once, seen)
        if not once:  # yield it again elsewhere, but never inside itself
            seen.remove(id(self))

    def _from_inside_out(self, above: tuple[int, ...]) -> Iterator[Any]:
        """Yield all inner Modules, each before those that hold it, and then this one.

        `above` holds the ids of the Modules around this one: a Module inside itself is entered once.
        """
        inside = (*above, id(self))
        for module in self.children():
            if id(module) not in inside:
                yield from module._from_inside_out(inside)
        yield self

    def modules(self) -> Iterator[Any]:
        """Yield this Module and all inner ones, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """Yield (name, parameter) with names such as "0.weight"; a shared one once, under its first name."""
        return self._named(Registry._own_parameters, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """Yield the parameters, each once."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield (name, buffer) for each buffer."""
        return self._named(Registry._own_buffers, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield the buffers, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _named(
        self, own: Callable[[Registry], list[tuple[str, Any]]], prefix: str, recurse: bool, once: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for path, module in self.named_modules(prefix, once) if recurse else [(prefix, self)]:
            for name, node in own(module):
                if not (once and id(node) in seen):
                    seen.add(id(node))
                    yield join(path, name), node


_MEMBERS: Final = (Tensor, Value, Registry)
_CONTAINERS: Final = (list, tuple, dict)


def _not_a_buffer(name: str, value: Any) -> str:
    got = type(value).__name__
    return f"{printable(name)} is a buffer, which holds a Tensor or None, got {got}; make a Tensor of it"


def _is_parameter(x: Any) -> bool:
    return isinstance(x, (Tensor, Value)) and x.is_leaf and x.requires_grad


def _members_of(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield (name, node or Module) for each one in a value, also inside lists, tuples and dicts.

    A list that contains itself is entered once.
    """
    above: tuple[int, ...] = ()  # the ids of the containers around a value
    todo = [(name, value, above)]
    while todo:
        name, value, above = todo.pop()
        if isinstance(value, _MEMBERS):
            yield name, value
        elif isinstance(value, _CONTAINERS) and id(value) not in above:
            inside = (*above, id(value))
            parts = list(value.items() if isinstance(value, dict) else enumerate(value))
            todo += [(f"{name}.{key}", inner, inside) for key, inner in reversed(parts)]


def join(path: str, name: str) -> str:
    """Return the name of a member as seen from outside: join("layers", "0") is "layers.0"."""
    return f"{path}.{name}" if path else name
