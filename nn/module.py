"""Module: a piece of a network. What is done to all of it at once, how it is saved and how it looks."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn, Self

import numpy as np

from autograd import Tensor, Value

from .assign import assign
from .tree import Parameter as Parameter, Tree, join


class Keys(NamedTuple):
    """What `load_state_dict(strict=False)` passed over."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module(Tree):
    """Base of layers and networks: subclass it, make parameters and layers in `__init__`, compute in `forward`.

    `super().__init__()` may be called, as in PyTorch where it must be, or left out.

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

    def _unwritten(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError(f"{type(self).__name__} computes nothing yet: define forward(self, x)")

    forward: Callable[..., Any] = _unwritten  # an attribute, so that a subclass's may take any arguments

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    # What is done to all of it

    def train(self, mode: bool = True) -> Self:
        """Switch this Module and all inside to training, or with False to evaluation; returns it."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> Self:
        """Switch to evaluation: dropout is off, and batch-norm uses the statistics it has."""
        return self.train(False)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or with set_to_none=False make them zero."""
        for parameter in self.parameters():
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                parameter.grad = np.zeros_like(parameter.grad) if isinstance(parameter, Tensor) else 0.0

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for the gradients of all parameters, or with False freeze them; they stay parameters."""
        parameters = list(self.parameters())
        if any(isinstance(parameter, Value) for parameter in parameters):
            raise TypeError("a Value always wants a gradient; leave those to freeze out of the optimizer")
        for parameter in parameters:
            parameter.requires_grad_(requires_grad)
        return self

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call fn on all Modules inside and then on this one, as to initialise them; returns it."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def to(self, dtype: Any) -> Self:
        """Cast floating-point parameters and buffers, in place, so that an optimizer keeps what it holds."""
        try:
            wanted = np.dtype(dtype)
        except TypeError:
            raise TypeError(
                f"a Module is cast to a floating-point dtype, got {dtype!r}; there are no devices"
            ) from None
        nodes = [*self.parameters(), *self.buffers()]
        if wanted.kind != "f":
            raise TypeError(f"a Module is cast to a floating-point dtype, got {wanted}")
        if wanted != np.float64 and any(isinstance(node, Value) for node in nodes):
            raise TypeError(f"a Value is a 64-bit float, and cannot be cast to {wanted}; see to_tensor()")
        for node in nodes:
            if isinstance(node, Tensor) and node.dtype.kind == "f":
                node.to_(wanted)
        return self

    def float(self) -> Self:
        """Cast to float32."""
        return self.to(np.float32)

    def double(self) -> Self:
        """Cast to float64."""
        return self.to(np.float64)

    # What is saved

    def _saved(self) -> dict[str, Any]:
        """The nodes that are saved, by name, a shared one under each of its names: PyTorch's keys in its order."""
        found = {}
        for path, module in self.named_modules(remove_duplicate=False):
            kept = [(name, buffer) for name, buffer in module._own_buffers() if module._buffers[name]]
            found.update({join(path, name): node for name, node in module._own() + kept})
        return found

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of all parameters and saved buffers, as arrays by name."""
        return {name: np.array(node.data) for name, node in self._saved().items()}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Keys:
        """Take the numbers from arrays, Tensors or floats by name: all of them, or on an error none.

        RuntimeError lists every key that is missing, unexpected (both allowed when not `strict`) or of another shape.
        """
        if not isinstance(state_dict, Mapping):
            fix = "nn.load(path)" if isinstance(state_dict, (str, os.PathLike)) else "what state_dict() gives"
            raise TypeError(
                f"load_state_dict takes arrays by name, got {type(state_dict).__name__} {state_dict!r:.60}; give it "
                f"{fix}"
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
                wrong.append(f"{name} holds numbers too large for {saved[name].dtype}; cast the Module first, by to()")
        if wrong:
            list_ = "\n  ".join(wrong)
            raise RuntimeError(f"the state does not fit {type(self).__name__}, and nothing was loaded:\n  {list_}")
        assign([(saved[name], "data", array) for name, array in arrays.items()])
        return Keys(missing, unexpected)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # A node is a place in a graph and refuses to be copied; of a leaf there can be another.
        for node in [*self.parameters(), *self.buffers()]:
            if id(node) not in memo:
                memo[id(node)] = _again(node)
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        known = [memo[id(node)] for _, node in self._own()]
        vars(twin).update({name: copy.deepcopy(x, memo) for name, x in vars(self).items() if name != "_known"})
        vars(twin)["_known"] = {id(node): node for node in known}
        return twin

    # How it looks

    def extra_repr(self) -> str:
        """What stands between the parentheses of its repr."""
        return ""

    def __repr__(self) -> str:
        lines = self._lines()
        if not lines:
            return f"{type(self).__name__}({self.extra_repr()})"
        return "\n  ".join([f"{type(self).__name__}({self.extra_repr()}", *lines]) + "\n)"

    def _lines(self) -> list[str]:
        named = ((name, module) for name, module in self._parts() if isinstance(module, Module))
        return [indented(f"({name}): {module!r}") for name, module in named]


def indented(text: str) -> str:
    """A module's repr as part of the repr around it."""
    return text.replace("\n", "\n  ")


def _again(node: Any) -> Any:
    """Another leaf with the same data and gradient."""
    twin = Value(node.data, node.label) if isinstance(node, Value) else Tensor(node.numpy(), node.requires_grad)
    twin.label, twin.grad = node.label, copy.deepcopy(node.grad)
    return twin


@np.errstate(over="ignore")
def _overflows(array: np.ndarray, node: Any) -> bool:
    """Whether finite numbers would be inf in the dtype of the node."""
    if not isinstance(node, Tensor) or node.dtype.kind != "f":
        return False
    return bool((np.isinf(array.astype(node.dtype)) & ~np.isinf(array)).any())


def _array(x: Any) -> np.ndarray:
    # asarray first: another library's tensor may know how to become an array, and not what a copy is
    return np.array(np.asarray(x.data if isinstance(x, (Tensor, Value)) else x))
