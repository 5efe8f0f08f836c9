"""functional_call: run a module with other parameters, so that `grad` differentiates with respect to all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd import Tensor

from .atomic import update_dicts
from .module import Module


def functional_call(
    module: Module, parameters: Mapping[str, Any], args: Any = (), kwargs: Mapping[str, Any] | None = None
) -> Any:
    """Call the module with these parameters and buffers in place of its own, which are the same again afterwards.

    parameters  a dict from the names of `named_parameters()` and `named_buffers()` to Tensors, Values or arrays; the
                module's own stand for names that are left out, and a shared parameter is replaced everywhere
    args        the argument of the call, or a tuple of its positional arguments
    kwargs      its arguments by keyword

    KeyError for a name that the module does not have.

    >>> import autograd as ag
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Tensor([2.0], requires_grad=True)
    ...     def forward(self, x):
    ...         return (self.slope * x).sum()
    >>> line = Line()
    >>> ag.grad(lambda p: functional_call(line, p, 3.0))({"slope": np.array([5.0])})
    {'slope': array([3.])}
    """
    own = dict(module.named_parameters(remove_duplicate=False)) | dict(module.named_buffers(remove_duplicate=False))
    if unknown := [name for name in parameters if name not in own]:
        raise KeyError(
            f"functional_call got {unknown[0]!r}, which {type(module).__name__} does not have; it has {', '.join(own)}"
        )
    given = {id(own[name]): Tensor(x) if isinstance(x, np.ndarray) else x for name, x in parameters.items()}
    attributes = [vars(each) for each in module.modules()]
    new = [
        {name: other for name, x in each.items() if (other := _replaced(x, given, ())) is not x} for each in attributes
    ]
    # `_known` is what the module has noted of its own parameters; with others in their place it would forget them.
    old = [
        {name: each[name] for name in changed} | {"_known": dict(each["_known"])}
        for each, changed in zip(attributes, new, strict=True)
    ]
    try:
        try:
            update_dicts(list(zip(attributes, new, strict=True)))
            return module(*(args if isinstance(args, tuple) else (args,)), **(kwargs or {}))
        finally:
            update_dicts(list(zip(attributes, old, strict=True)))
    except BaseException:  # Ctrl-C may have come in the `finally`, before the parameters were put back
        update_dicts(list(zip(attributes, old, strict=True)))
        raise


def _replaced(x: Any, given: Mapping[int, Any], above: tuple[int, ...]) -> Any:
    """Return an attribute with the given nodes in place of its own; x itself where it holds none of them.

    `above` holds the ids of the containers around x: a list that contains itself is entered once.
    """
    if id(x) in given:
        return given[id(x)]
    if not isinstance(x, (list, tuple, dict)) or id(x) in above:
        return x
    parts = list(x.values()) if isinstance(x, dict) else list(x)
    found = [_replaced(part, given, (*above, id(x))) for part in parts]
    if all(a is b for a, b in zip(parts, found, strict=True)):
        return x
    if isinstance(x, dict):
        return dict(zip(x, found, strict=True))
    return getattr(x, "_make", type(x))(found)
