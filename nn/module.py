"""Module, the base class of layers and networks: act on all parameters at once, save and load, copy, print."""

from __future__ import annotations

import copy
import math
import os
import reprlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn, Self, SupportsIndex

import numpy as np

from autograd import Tensor, Value, noted_call, printable, rehearse, shown, text_table

from .atomic import clear_gradients, set_attributes, update_dicts
from .registry import Parameter as Parameter, Registry, join


class Keys(NamedTuple):
    """The keys that `load_state_dict(strict=False)` ignored."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module(Registry):
    """Base class of layers and networks.

    Subclass it, create parameters and layers in `__init__`, and compute the output in `forward`. Calling
    `super().__init__()` is optional; PyTorch requires it.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Parameter(2.0)
    ...     def forward(self, x):
    ...         return self.slope * x
    >>> line = Line()
    >>> line(3.0).item()
    6.0
    >>> line.state_dict()
    {'slope': array(2.)}
    """

    def __init__(self) -> None:
        pass

    def _forward_missing(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError(f"{type(self).__name__} has no forward method; define forward(self, x)")

    forward: Callable[..., Any] = _forward_missing  # an attribute: a subclass may define it with any arguments

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return noted_call(self, self.forward, args, kwargs)

    # --- act on all parameters and modules ---

    def train(self, mode: bool = True) -> Self:
        """Set this Module and all inner ones to training mode, or with False to evaluation mode. Returns self."""
        update_dicts([(vars(module), {"training": bool(mode)}) for module in self.modules()])
        return self

    def eval(self) -> Self:
        """Set evaluation mode: dropout is off and batch normalization uses its running statistics. Returns self."""
        return self.train(False)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Set all gradients to None, or with set_to_none=False those that are not None to 0. All or nothing."""
        clear_gradients(self.parameters(), set_to_none)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Make all parameters require a gradient, or with False freeze them; frozen ones stay parameters."""
        parameters = list(self.parameters())
        if any(isinstance(parameter, Value) for parameter in parameters):
            raise TypeError("a Value always requires a gradient; to freeze it, do not give it to the optimizer")
        set_attributes([(parameter, "requires_grad", requires_grad) for parameter in parameters])
        return self

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call fn on all inner Modules and then on this one, for example to initialize weights. Returns self."""
        for module in self._from_inside_out(()):
            fn(module)
        return self

    def to(self, dtype: Any) -> Self:
        """Cast the floating-point parameters and buffers in place, all or none. Optimizers keep the nodes."""
        try:
            wanted = np.dtype(dtype)
        except Exception:  # NumPy's own, and RecursionError at deeply nested lists
            raise TypeError(f"to() takes a floating-point dtype, got {shown(dtype)}; there are no devices") from None
        nodes = [*self.parameters(), *self.buffers()]
        if wanted.kind != "f":
            raise TypeError(f"to() takes a floating-point dtype, got {wanted}")
        if wanted != np.float64 and any(isinstance(node, Value) for node in nodes):
            raise TypeError(
                f"a Value is a 64-bit float and cannot be cast to {wanted}; use a network of Tensors, see to_tensor()"
            )
        floats = [node for node in nodes if isinstance(node, Tensor) and node.dtype.kind == "f"]
        set_attributes([change for node in floats for change in rehearse(node, lambda twin: twin.to_(wanted))])
        return self

    def float(self) -> Self:
        """Cast to float32. Returns self."""
        return self.to(np.float32)

    def double(self) -> Self:
        """Cast to float64. Returns self."""
        return self.to(np.float64)

    # --- save, load and copy ---

    def _saved(self) -> dict[str, Any]:
        """Return the nodes that are saved, with PyTorch's keys in its order; a shared node under each of its names."""
        found = {}
        for path, module in self.named_modules(remove_duplicate=False):
            kept = [(name, buffer) for name, buffer in module._own_buffers() if module._buffers[name]]
            found.update({join(path, name): node for name, node in module._own_parameters() + kept})
        return found

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return copies of all parameters and saved buffers as a dict from name to array."""
        return {name: np.array(node.data) for name, node in self._saved().items()}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Keys:
        """Load arrays, Tensors or floats by name: all of them, or none if there is an error.

        Raises RuntimeError, which lists every key that is missing or unexpected (both are allowed if not `strict`) and
        every array of a wrong shape.
        """
        if not isinstance(state_dict, Mapping):
            fix = "nn.load(path)" if isinstance(state_dict, (str, os.PathLike)) else "the result of state_dict()"
            raise TypeError(
                f"load_state_dict takes a dict from name to array, got {type(state_dict).__name__} "
                f"{shown(state_dict)}; give it {fix}"
            )
        saved = self._saved()
        new = {name: state_dict[name] for name in saved if name in state_dict}
        arrays = {name: _array(x) for name, x in new.items()}
        missing = [name for name in saved if name not in state_dict]
        unexpected = [name for name in state_dict if name not in saved]
        wrong = [f"missing: {name}" for name in missing if strict]
        wrong += [f"unexpected: {name}" for name in unexpected if strict]
        for name, array in arrays.items():
            shape = np.shape(saved[name].data)
            if array.shape != shape:
                wrong.append(f"{name} has shape {array.shape}, expected {shape}")
            elif array.dtype.kind not in "fiub":
                wrong.append(f"{name} holds {array.dtype}, expected numbers")
            elif _overflows(array, saved[name]):
                wrong.append(
                    f"{name} holds numbers too large for {saved[name].dtype}; cast the Module first, with to()"
                )
        if wrong:
            reasons = "\n  ".join(map(printable, wrong))
            raise RuntimeError(f"the state does not fit {type(self).__name__}; nothing was loaded:\n  {reasons}")
        set_attributes([(saved[name], "data", array) for name, array in arrays.items()])
        return Keys(missing, unexpected)

    def __copy__(self) -> Self:
        twin = type(self).__new__(type(self))
        vars(twin).update({**vars(self), "_buffers": dict(self._buffers), "_known": dict(self._known)})
        return twin

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} is not pickled, because loading a pickle can run any code: save the numbers with "
            "nn.save(model.state_dict(), path), create the Module again and call load_state_dict(nn.load(path))"
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # A node belongs to a graph and refuses to be copied; a new leaf with the same data can be made.
        for node in [*self.parameters(), *self.buffers()]:
            if id(node) not in memo:
                memo[id(node)] = copied_leaf(node)
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        known = [memo[id(node)] for _, node in self._own_parameters()]
        vars(twin).update({name: copy.deepcopy(x, memo) for name, x in vars(self).items() if name != "_known"})
        vars(twin)["_known"] = {id(node): node for node in known}
        return twin

    # --- print ---

    def extra_repr(self) -> str:
        """Return the text between the parentheses of the repr; override it to show options."""
        return ""

    @reprlib.recursive_repr()  # a Module inside itself is written as "..."
    def __repr__(self) -> str:
        lines = self._lines()
        options = "\n".join(map(printable, self.extra_repr().split("\n")))
        head = f"{printable(type(self).__name__)}({options}"
        return "\n  ".join([head, *lines]) + "\n)" if lines else f"{head})"

    def _repr_html_(self) -> str:
        rows = [("name", "module", "its own parameters", "numbers")]
        for name, module in self.named_modules():
            own = [(key, p.shape if isinstance(p, Tensor) else ()) for key, p in module.named_parameters(recurse=False)]
            arrays = [f"{key} {shape}" for key, shape in own if shape]
            values = len(own) - len(arrays)
            count = f"{sum(math.prod(shape) for _, shape in own):,}"
            kind = repr(module).partition("\n")[0].removesuffix("(")
            rows.append(
                (
                    name or "(this module)",
                    kind,
                    ", ".join([*arrays, *([f"{values} of one number"] if values else [])]),
                    count,
                )
            )
        return text_table(rows, right=[3], caption=f"Modules of {type(self).__name__}")._repr_html_()

    def _lines(self) -> list[str]:
        named = ((name, module) for name, module in self._members() if isinstance(module, Module))
        return [indented(f"({printable(name)}): {module!r}") for name, module in named]


def indented(text: str) -> str:
    """Indent the repr of a Module for use inside the repr of another one."""
    return text.replace("\n", "\n  ")


def copied_leaf(node: Any) -> Any:
    """Return a new leaf with the same data, gradient and label."""
    twin = Value(node.data, node.label) if isinstance(node, Value) else Tensor(node.numpy(), node.requires_grad)
    twin.label, twin.grad = node.label, copy.deepcopy(node.grad)
    return twin


@np.errstate(over="ignore")
def _overflows(array: np.ndarray, node: Any) -> bool:
    """Tell whether a finite number of the array would become inf in the dtype of the node."""
    if not isinstance(node, Tensor) or node.dtype.kind != "f":
        return False
    return bool((np.isinf(array.astype(node.dtype)) & ~np.isinf(array)).any())


def _array(x: Any) -> np.ndarray:
    # np.array(x) alone fails for tensors of libraries that convert to an array but do not know the copy argument.
    return np.array(np.asarray(x.data if isinstance(x, (Tensor, Value)) else x))
