"""Neuron, Layer and MLP of Values, as in micrograd: every weight is a node, so a picture shows the whole network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Final, Self

import numpy as np

import autograd as ag
from autograd import Tensor, Value, shown

from .checks import integer, random_generator
from .layers.activations import ELU, GELU, SELU, LeakyReLU, Mish, ReLU, Sigmoid, SiLU, Softplus, Tanh
from .layers.containers import Sequential
from .layers.linear import Linear
from .module import Module

# The activations of a neuron by name: the function for Values, and the Module for Tensors.
ACTIVATIONS: Final[dict[str, tuple[Callable[[Any], Any], type[Module]]]] = {
    "relu": (ag.relu, ReLU),
    "leaky_relu": (ag.leaky_relu, LeakyReLU),
    "elu": (ag.elu, ELU),
    "selu": (ag.selu, SELU),
    "gelu": (ag.gelu, GELU),
    "silu": (ag.silu, SiLU),
    "mish": (ag.mish, Mish),
    "sigmoid": (ag.sigmoid, Sigmoid),
    "tanh": (ag.tanh, Tanh),
    "softplus": (ag.softplus, Softplus),
}
LINEAR: Final = "linear"
PLAIN: Final = frozenset((Value, float, int))  # types of inputs of a neuron that are surely no rows


class ValueModule(Module):
    """Base class of modules whose parameters are Values."""

    def parameters(self, recurse: bool = True) -> list[Any]:  # type: ignore[override]  # users of micrograd take its len
        """Return the parameters as a list, as in micrograd."""
        return list(super().parameters(recurse))


class Neuron(ValueModule):
    """Compute activation(w · x + b) for a list x of `nin` Values or numbers.

    The weights start uniform within ± 1, the bias starts at 0. `activation` is one of relu, leaky_relu, elu, selu,
    gelu, silu, mish, sigmoid, tanh, softplus, and linear, which means no activation, as does `nonlin=False`.

    >>> Neuron(2, activation="tanh")
    Neuron(2, tanh)
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        activation: str = "relu",
        *,
        generator: np.random.Generator | None = None,
    ) -> None:
        count = integer("nin", nin, 1)
        if not isinstance(nonlin, (bool, np.bool_)):
            raise TypeError(
                f"nonlin must be True or False, got {type(nonlin).__name__}: {shown(nonlin)}; choose the activation "
                "with activation="
            )
        if activation not in ACTIVATIONS and activation != LINEAR:
            raise ValueError(
                f"unknown activation {shown(activation)}; expected {LINEAR} or one of {', '.join(ACTIVATIONS)}"
            )
        self.activation = activation if nonlin else LINEAR
        self.w = [Value(w, f"w{k}") for k, w in enumerate(random_generator(generator).uniform(-1.0, 1.0, count))]
        self.b = Value(0.0, "b")

    def forward(self, x: Sequence[Any]) -> Any:
        if isinstance(x, Tensor) or not isinstance(x, Iterable):
            raise TypeError(
                f"this neuron takes a list of {len(self.w)} Values or numbers, got {type(x).__name__}; "
                "MLP.to_tensor() returns a network that takes Tensors"
            )
        inputs = list(x)
        plain = PLAIN.issuperset(map(type, inputs))  # nearly always: the next question takes as long as all the rest
        if not plain and any(isinstance(each, Iterable) and not isinstance(each, (Value, str)) for each in inputs):
            raise TypeError(
                f"this neuron takes one list of {len(self.w)} Values or numbers, got a list of rows; call the network "
                "for each, [mlp(row) for row in rows], or use MLP.to_tensor(), which takes all rows at once"
            )
        if len(inputs) != len(self.w):
            raise ValueError(f"this neuron takes {len(self.w)} inputs, got {len(inputs)}")
        total = ag.dot(self.w, inputs) + self.b
        return total if self.activation == LINEAR else ACTIVATIONS[self.activation][0](total)

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, {self.activation})"


class Layer(ValueModule):
    """Apply `nout` neurons to the same inputs. Returns a list of Values, or one Value if there is one neuron."""

    def __init__(self, nin: int, nout: int, nonlin: bool = True, activation: str = "relu", **options: Any) -> None:
        count = integer("nout", nout, 1)
        self.neurons = [Neuron(nin, nonlin, activation, **options) for _ in range(count)]
        _prefix_labels("n", self.neurons)

    def forward(self, x: Sequence[Any]) -> Any:
        outputs = [neuron(x) for neuron in self.neurons]
        return outputs[0] if len(outputs) == 1 else outputs

    def __repr__(self) -> str:
        return f"Layer({len(self.neurons)} x {self.neurons[0]!r})"


class MLP(ValueModule):
    """Apply layers in order, the last one without activation: a multi-layer perceptron.

    >>> MLP(2, [16, 16, 1])
    MLP(
      Layer(16 x Neuron(2, relu))
      Layer(16 x Neuron(16, relu))
      Layer(1 x Neuron(16, linear))
    )
    """

    def __init__(self, nin: int, nouts: Iterable[int], activation: str = "relu", **options: Any) -> None:
        if not isinstance(nouts, Iterable):
            raise TypeError(f"the sizes of the layers must be a list, as in MLP(2, [4, 1]); got {shown(nouts)}")
        sizes = [integer("nin", nin, 1), *(integer(f"nouts[{k}]", nout, 1) for k, nout in enumerate(nouts))]
        if len(sizes) < 2:
            raise ValueError("an MLP needs at least one layer, got no sizes; for a single neuron write MLP(nin, [1])")
        self.layers = [
            Layer(a, b, nonlin=k < len(sizes) - 2, activation=activation, **options)
            for k, (a, b) in enumerate(pairwise(sizes))
        ]
        _prefix_labels("l", self.layers)

    def forward(self, x: Sequence[Any]) -> Any:
        y: Any = x
        for k, layer in enumerate(self.layers):
            if isinstance(y, Value) and k:  # the layer before has one neuron
                y = [y]
            y = layer(y)
        return y

    def to_tensor(self) -> Sequential:
        """Return the same network on Tensors: a Sequential of Linear and activations with copies of the weights."""
        modules: list[Module] = []
        for layer in self.layers:
            neurons = layer.neurons
            linear = Linear(len(neurons[0].w), len(neurons), dtype=np.float64, generator=_throwaway_generator())
            linear.load_state_dict(
                {
                    "weight": [[w.data for w in neuron.w] for neuron in neurons],
                    "bias": [neuron.b.data for neuron in neurons],
                }
            )
            modules.append(linear)
            if neurons[0].activation != LINEAR:
                modules.append(ACTIVATIONS[neurons[0].activation][1]())
        return Sequential(*modules)

    @classmethod
    def from_tensor(cls, sequential: Sequential) -> Self:
        """Return the same network on Values.

        `sequential` holds Linear layers with bias, each followed by at most one activation with default options.
        """
        if not isinstance(sequential, Sequential):
            raise TypeError(f"from_tensor takes a Sequential, got {type(sequential).__name__}")
        names = {kind: name for name, (_, kind) in ACTIVATIONS.items()}
        layers: list[Layer] = []
        after_linear = False  # an activation may follow
        for module in sequential:
            kind = type(module)
            if kind is Linear and module.bias is not None:
                layers.append(_layer_from_linear(module))
                after_linear = True
            elif after_linear and kind in names and repr(module) == repr(kind()):
                for neuron in layers[-1].neurons:
                    neuron.activation = names[kind]
                after_linear = False
            else:
                raise ValueError(
                    f"an MLP of Values takes Linear layers with bias, each followed by nothing or by one of "
                    f"{', '.join(kind.__name__ for kind in names)} with its defaults; got {shown(module)}"
                )
        if not layers:
            raise ValueError("an MLP needs at least one layer, got an empty Sequential")
        mlp = cls(1, [1], generator=_throwaway_generator())
        mlp.layers = layers
        _prefix_labels("l", layers)
        return mlp

    def __repr__(self) -> str:
        return "\n  ".join(["MLP(", *map(repr, self.layers)]) + "\n)"


def _layer_from_linear(linear: Linear) -> Layer:
    layer = Layer(linear.in_features, linear.out_features, nonlin=False, generator=_throwaway_generator())
    for neuron, weights, bias in zip(layer.neurons, linear.weight.tolist(), linear.bias.tolist(), strict=True):
        neuron.b.data = bias
        for w, number in zip(neuron.w, weights, strict=True):
            w.data = number
    return layer


def _prefix_labels(letter: str, parts: Sequence[ValueModule]) -> None:
    """Add a prefix to the labels of parameters: w0 becomes n0_w0 in a layer, and then l0_n0_w0 in an MLP."""
    for k, part in enumerate(parts):
        for parameter in part.parameters():
            parameter.label = f"{letter}{k}_{parameter.label}"


def _throwaway_generator() -> np.random.Generator:
    """Return a generator for weights that are overwritten, so that the default generator draws nothing."""
    return np.random.default_rng(0)
