"""The refusals of a node, in sentences that say what to do: attributes, copies, PyTorch's options, no graph."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, NoReturn

# What to do instead of setting a property that has no setter.
_INSTEAD: Final = {
    "shape": "x.reshape(...) gives one of another shape",
    "dtype": "x.to(dtype) gives one of another dtype",
    "requires_grad": "v.detach() gives a leaf that requires no gradient",
    "is_leaf": "v.detach() gives a leaf with the same data",
}


def refuse_assignments(kind: type) -> None:
    """Give each property of a class that has no setter one that says in words what to do instead."""
    for name, found in list(vars(kind).items()):
        if isinstance(found, property) and found.fset is None:
            setattr(kind, name, found.setter(_refusal(name)))


def _refusal(name: str) -> Callable[[Any, object], NoReturn]:
    def refuse(owner: Any, value: object) -> NoReturn:
        advice = _INSTEAD.get(name, "compute a new one")
        raise AttributeError(f"the {name} of a {type(owner).__name__} is read and not set; {advice}")

    return refuse


def refuse_attribute(node: Any, name: str, *value: object) -> NoReturn:
    """Say why an attribute of a compiled Value is not set to this value; without one, why it is not deleted."""
    kind = type(node).__name__
    if not value:
        raise AttributeError(f"the {name} of a {kind} cannot be deleted; set a `grad` to None, and a `label` to ''")
    if hasattr(type(node), name):
        _refusal(name)(node, value)
    raise AttributeError(
        f"a {kind} takes no attribute of your own such as {name!r}, because room for one would make every node "
        f"larger; keep it in a dict keyed by the {kind}: {name}[v] = ..."
    )


@functools.lru_cache(maxsize=256)  # hasattr asks for this message too, and to find the names takes 0.1 ms
def near_names(kind: type, name: str) -> str:
    """Return which attributes of a class a missing one may have been meant for, in words; often none."""
    import difflib  # here: it is for messages only

    public = [each for each in dir(kind) if not each.startswith("_")]
    return "" if name.startswith("__") else " or ".join(difflib.get_close_matches(name, public, 2, 0.75))


class NotCopied:
    """An object that copy and pickle refuse: a copy would be a second node in the same place of the graph."""

    __slots__ = ()

    def _refuse_copy(self, *_: object) -> NoReturn:
        kind = type(self).__name__
        raise TypeError(
            f"a {kind} is a place in a graph and is not copied or pickled: use {kind}(v.item()) for a new leaf with "
            "the same number, v.detach() for one that requires no gradient"
        )

    __copy__ = __deepcopy__ = __reduce__ = _refuse_copy


def refuse_graph_options(retain_graph: Any, create_graph: Any) -> None:
    """Raise TypeError for the options of PyTorch's backward() that have another form here."""
    if create_graph:
        raise TypeError(
            "backward() has no create_graph: a .grad holds plain numbers; for second derivatives use grad(grad(f)), "
            "hessian(f) or hvp(f), whose gradients have graphs of their own"
        )
    if retain_graph:
        raise TypeError(
            "backward() has no retain_graph: a graph is always kept, so leave it out and call backward() again; for "
            "second derivatives use grad(grad(f))"
        )


def require_one_element(kind: str, size: int) -> None:
    """Raise ValueError where something of several elements is asked whether it is true."""
    if size != 1:
        raise ValueError(f"a {kind} of several elements is neither true nor false; use (a == b).all()")


def refuse_constant_root(kind: str) -> NoReturn:
    """Say that backward() has no graph to go back through."""
    raise RuntimeError(
        f"backward() on a {kind} that requires no gradient: nothing it was computed from has requires_grad, or it was "
        "made under no_grad() or by detach(), so there is no graph to go back through; compute it outside of no_grad()"
    )


def refuse_start(shape: tuple[int, ...]) -> NoReturn:
    """Raise for a backward pass without a gradient to start from, from a Tensor that has several elements."""
    raise RuntimeError(
        f"backward() needs one number to start from, this Tensor has shape {shape}; reduce it first, as with .sum() or "
        ".mean(), or give backward(gradient=...) of that shape"
    )
