"""Neurons, layers and networks of Values, as in micrograd: every weight is a node, so a network can be drawn whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Final, Self

import numpy as np

import autograd as ag
from autograd import Tensor, Value

from .given import drawing, whole
from .layers.activations import ELU, GELU, SELU, LeakyReLU, Mish, ReLU, Sigmoid, SiLU, Softplus, Tanh
from .layers.basic import Linear
from .layers.containers import Sequential
from .module import Module

# What a neuron can do to its sum, by name, and the Module that does it to Tensors.
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


class OfValues(Module):
    """Base of what is made of Values."""

    def parameters(self, recurse: bool = True) -> list[Any]:  # type: ignore[override]  # micrograd's users take its len
        """The parameters, in a list as in micrograd."""
        return list(super().parameters(recurse))


class Neuron(OfValues):
    """activation(w · x + b), with the weights uniform within ± 1 and the bias 0 at first.

    `x` is a list of `nin` Values or numbers. `nonlin=False` leaves the activation out; `activation` is one of relu,
    leaky_relu, elu, selu, gelu, silu, mish, sigmoid, tanh, softplus, and linear, which is none.

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
        count = whole("nin", nin, 1)
        if not isinstance(nonlin, (bool, np.bool_)):
            raise TypeError(
                f"nonlin is True or False, got {type(nonlin).__name__}: {nonlin!r:.60}; say what the neuron does "
                "to its sum by activation="
            )
        if activation not in ACTIVATIONS and activation != LINEAR:
            raise ValueError(f"no activation {activation!r}; expected {LINEAR} or one of {', '.join(ACTIVATIONS)}")
        self.activation = activation if nonlin else LINEAR
        self.w = [Value(w, f"w{k}") for k, w in enumerate(drawing(generator).uniform(-1.0, 1.0, count))]
        self.b = Value(0.0, "b")

    def forward(self, x: Sequence[Any]) -> Any:
        if isinstance(x, Tensor) or not isinstance(x, Iterable):
            raise TypeError(
                f"this neuron takes a list of {len(self.w)} Values or numbers, got {type(x).__name__}; "
                "MLP.to_tensor() makes a network that takes Tensors"
            )
        inputs = list(x)
        if len(inputs) != len(self.w):
            raise ValueError(f"this neuron takes {len(self.w)} inputs, got {len(inputs)}")
        total = ag.dot(self.w, inputs) + self.b
        return total if self.activation == LINEAR else ACTIVATIONS[self.activation][0](total)

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, {self.activation})"


class Layer(OfValues):
    """`nout` neurons that take the same inputs; gives a list of Values, or of a single neuron its Value."""

    def __init__(self, nin: int, nout: int, nonlin: bool = True, activation: str = "relu", **options: Any) -> None:
        count = whole("nout", nout, 1)
        self.neurons = [Neuron(nin, nonlin, activation, **options) for _ in range(count)]
        _named("n", self.neurons)

    def forward(self, x: Sequence[Any]) -> Any:
        given = [neuron(x) for neuron in self.neurons]
        return given[0] if len(given) == 1 else given

    def __repr__(self) -> str:
        return f"Layer({len(self.neurons)} x {self.neurons[0]!r})"


class MLP(OfValues):
    """Layers one after another, the last of them linear: a multi-layer perceptron.

    >>> MLP(2, [16, 16, 1])
    MLP(
      Layer(16 x Neuron(2, relu))
      Layer(16 x Neuron(16, relu))
      Layer(1 x Neuron(16, linear))
    )
    """

    def __init__(self, nin: int, nouts: Iterable[int], activation: str = "relu", **options: Any) -> None:
        if not isinstance(nouts, Iterable):
            raise TypeError(f"the sizes of the layers are a list, as in MLP({nin}, [{nouts}]); got {nouts!r:.60}")
        sizes = [whole("nin", nin, 1), *(whole(f"nouts[{k}]", nout, 1) for k, nout in enumerate(nouts))]
        if len(sizes) < 2:
            raise ValueError("an MLP has one layer or more, got no sizes; for a single neuron say MLP(nin, [1])")
        self.layers = [
            Layer(a, b, nonlin=k < len(sizes) - 2, activation=activation, **options)
            for k, (a, b) in enumerate(pairwise(sizes))
        ]
        _named("l", self.layers)

    def forward(self, x: Sequence[Any]) -> Any:
        given: Any = x
        for k, layer in enumerate(self.layers):
            if isinstance(given, Value) and k:  # the layer before has one neuron
                given = [given]
            given = layer(given)
        return given

    def to_tensor(self) -> Sequential:
        """The same network on Tensors: a Sequential of Linear and activations with copies of the weights."""
        modules: list[Module] = []
        for layer in self.layers:
            neurons = layer.neurons
            linear = Linear(len(neurons[0].w), len(neurons), dtype=np.float64, generator=_unused())
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
        """The same network on Values, of a Sequential of Linear layers (with bias), each with an activation or none."""
        if not isinstance(sequential, Sequential):
            raise TypeError(f"from_tensor takes a Sequential, got {type(sequential).__name__}")
        names = {kind: name for name, (_, kind) in ACTIVATIONS.items()}
        layers: list[Layer] = []
        plain = False  # whether what came last is a Linear, which an activation may follow
        for module in sequential:
            kind = type(module)
            if kind is Linear and module.bias is not None:
                layers.append(_layer(module))
                plain = True
            elif plain and kind in names and repr(module) == repr(kind()):
                for neuron in layers[-1].neurons:
                    neuron.activation = names[kind]
                plain = False
            else:
                raise ValueError(
                    f"an MLP of Values is made of Linear layers with bias, each followed by one of "
                    f"{', '.join(kind.__name__ for kind in names)} with its defaults, or by nothing; got {module!r}"
                )
        if not layers:
            raise ValueError("an MLP has one layer or more, got an empty Sequential")
        mlp = cls(1, [1], generator=_unused())
        mlp.layers = layers
        _named("l", layers)
        return mlp

    def __repr__(self) -> str:
        return "\n  ".join(["MLP(", *map(repr, self.layers)]) + "\n)"


def _layer(linear: Linear) -> Layer:
    layer = Layer(linear.in_features, linear.out_features, nonlin=False, generator=_unused())
    for neuron, weights, bias in zip(layer.neurons, linear.weight.tolist(), linear.bias.tolist(), strict=True):
        neuron.b.data = bias
        for w, number in zip(neuron.w, weights, strict=True):
            w.data = number
    return layer


def _named(letter: str, parts: Sequence[OfValues]) -> None:
    """For pictures: w0 of the neurons of an MLP becomes n0_w0, n1_w0, ... in its layer, and then l0_n0_w0, ..."""
    for k, part in enumerate(parts):
        for parameter in part.parameters():
            parameter.label = f"{letter}{k}_{parameter.label}"


def _unused() -> np.random.Generator:
    """Draws what is written over, so that the default generator gives others the numbers it would have given."""
    return np.random.default_rng(0)
