"""Parameters, and how they are found by name in the attributes of what holds them.

What this file knows is where parameters are: in the attributes of a Module, in lists, tuples and dicts in them, and in
Modules inside. A parameter is a leaf that wants a gradient, a Tensor or a Value; nothing else has to be declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

from autograd import Tensor, Value

_BOOKS = ("_buffers", "_known")  # what a Module notes about its attributes, and is none of them


def Parameter(data: Any, requires_grad: bool = True, dtype: Any = None, label: str = "") -> Tensor:
    """A Tensor leaf that wants a gradient, with a copy of `data`; as an attribute of a Module it is found by it.

    Tensor is final, so this is a function and there is no class to ask for with isinstance. To freeze a parameter, call
    `requires_grad_(False)` on it once the Module has it: it stays a parameter. ValueError for requires_grad=False.
    """
    if requires_grad is not True:
        raise ValueError(
            f"a Parameter is known by requires_grad=True, got {requires_grad!r:.60}; for one that is frozen set it as "
            "an attribute first and then call its requires_grad_(False), or use register_parameter(name, tensor)"
        )
    return Tensor(data.numpy() if isinstance(data, Tensor) else data, True, dtype, label)


class Tree:
    """What holds parameters, buffers and others of its kind: the base of Module, which does something with them."""

    training: bool
    _buffers: dict[str, bool]  # by name, whether it is saved
    _known: dict[int, Any]  # parameters found before, by id: one that is frozen stays one

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        module = super().__new__(cls)
        vars(module).update(training=True, _buffers={}, _known={})
        return module

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._buffers and not (value is None or isinstance(value, Tensor)):
            raise TypeError(
                f"{name} is a buffer, which holds a Tensor or None, got {type(value).__name__}; give a Tensor of it"
            )
        old = vars(self).get(name)
        if id(old) in self._known and not (value is None or id(value) in self._known or _is_parameter(value)):
            # As `m.weight -= lr * g` would under no_grad: from then on it would not be trained, and not be saved.
            raise TypeError(
                f"{name} is a parameter, and in its place came {type(value).__name__} {value!r:.60}, which is not a "
                f"leaf that wants a gradient; write numbers into {name}.data, or give a Parameter"
            )
        replaced = any(True for _ in _inside(name, old))
        super().__setattr__(name, value)
        for path, node in _inside(name, value):
            if _is_parameter(node):
                self._known[id(node)] = node
                node.label = node.label or path  # for pictures
        if replaced:
            self._own()  # forgets what was there

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        self._buffers.pop(name, None)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """An attribute that is saved (unless not `persistent`) and cast with the Module, but not trained."""
        self._free(name)
        if isinstance(tensor, Tensor) and tensor.requires_grad:
            raise ValueError(f"buffer {name} wants a gradient, which is for parameters; use its .detach()")
        self._buffers[name] = persistent
        setattr(self, name, tensor)

    def register_parameter(self, name: str, parameter: Any) -> None:
        """The same as setting the attribute; a leaf that wants no gradient yet is a parameter, too. None: left out."""
        self._free(name)
        if parameter is not None:
            self._known[id(parameter)] = parameter
        setattr(self, name, parameter)

    def add_module(self, name: str, module: Tree | None) -> None:
        """The same as setting the attribute, for names that are computed."""
        if not (module is None or isinstance(module, Tree)):
            raise TypeError(f"{type(self).__name__} got {type(module).__name__} {module!r:.60}, expected a Module")
        self._free(name)
        setattr(self, name, module)

    def _free(self, name: str) -> None:
        if not name or "." in name:
            raise KeyError(f"{name!r} cannot be the name of a part: expected one or more characters, and no dot")
        if name not in vars(self) and getattr(type(self), name, None) is not None:
            raise KeyError(f"{name!r} cannot be the name of a part: {type(self).__name__} has a method of that name")

    def _parts(self) -> Iterator[tuple[str, Any]]:
        """The nodes and the Modules in the attributes, by name."""
        for name, value in list(vars(self).items()):
            if name not in _BOOKS:
                yield from _inside(name, value)

    def _own(self) -> list[tuple[str, Any]]:
        """The parameters in the attributes, without those of Modules inside."""
        found = [
            (name, node)
            for name, node in self._parts()
            if not isinstance(node, Tree)
            and name not in self._buffers
            and (id(node) in self._known or _is_parameter(node))
        ]
        vars(self)["_known"] = {id(node): node for _, node in found}
        return found

    def named_children(self) -> Iterator[tuple[str, Any]]:
        """The Modules in the attributes with their names, each once."""
        seen: set[int] = set()
        for name, module in self._parts():
            if isinstance(module, Tree) and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> Iterator[Any]:
        """The Modules in the attributes, each once."""
        return (module for _, module in self.named_children())

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Any]]:
        """This Module and all inside it, each once, with names such as "layers.0"; its own is `prefix`."""
        return self._walk(prefix, remove_duplicate, set())

    def _walk(self, name: str, once: bool, seen: set[int]) -> Iterator[tuple[str, Any]]:
        if id(self) in seen:
            return
        seen.add(id(self))
        yield name, self
        for inner, module in self._parts():
            if isinstance(module, Tree):
                yield from module._walk(join(name, inner), once, seen)
        if not once:  # it may come again, though not inside itself
            seen.remove(id(self))

    def modules(self) -> Iterator[Any]:
        """This Module and all inside it, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """The parameters with names such as "0.weight"; one that is shared comes once, under its first name."""
        return self._named(Tree._own, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """The parameters, each once."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers with their names."""
        return self._named(Tree._own_buffers, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _own_buffers(self) -> list[tuple[str, Any]]:
        return [(name, getattr(self, name)) for name in self._buffers if getattr(self, name) is not None]

    def _named(
        self, own: Callable[[Tree], list[tuple[str, Any]]], prefix: str, recurse: bool, once: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for path, module in self.named_modules(prefix, once) if recurse else [(prefix, self)]:
            for name, node in own(module):
                if not (once and id(node) in seen):
                    seen.add(id(node))
                    yield join(path, name), node


def _is_parameter(x: Any) -> bool:
    return isinstance(x, (Tensor, Value)) and x.is_leaf and x.requires_grad


def _inside(name: str, value: Any, above: tuple[int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The nodes and the Modules in a value, in lists, tuples and dicts too, by name."""
    if isinstance(value, (Tensor, Value, Tree)):
        yield name, value
    elif isinstance(value, (list, tuple, dict)) and id(value) not in above:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _inside(f"{name}.{key}", inner, (*above, id(value)))


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
