"""Arguments out of range or of a wrong type are refused with the name of the argument."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from nn import MLP, BatchNorm1d, Dropout, Embedding, Layer, LayerNorm, Linear, Neuron, Perceptron, PReLU, functional
from nn.data import DataLoader, TensorDataset, moons
from nn.init import uniform_
from nn.optim import SGD
from nn.optim.lr_scheduler import StepLR

DATA = TensorDataset([[1.0], [2.0]])


INTEGER = "{} must be an integer >= {}, got {}"


# A call with a count, the name of the count, and its smallest allowed value.
COUNTS: list[tuple[Callable[[Any], Any], str, int]] = [
    (Neuron, "nin", 1),
    (lambda n: Layer(n, 2), "nin", 1),
    (lambda n: Layer(2, n), "nout", 1),
    (lambda n: MLP(n, [1]), "nin", 1),
    (lambda n: MLP(2, [3, n]), "nouts[1]", 1),
    (Perceptron, "nin", 1),
    (lambda n: Perceptron(1).fit([[0.0]], [0], max_epochs=n), "max_epochs", 0),
    (lambda n: Linear(n, 3), "in_features", 0),
    (lambda n: Linear(3, n), "out_features", 0),
    (lambda n: Embedding(n, 3), "num_embeddings", 0),
    (lambda n: Embedding(3, n), "embedding_dim", 0),
    (lambda n: Embedding(3, 3, padding_idx=n), "padding_idx", -3),
    (BatchNorm1d, "num_features", 0),
    (LayerNorm, "normalized_shape", 1),
    (lambda n: LayerNorm((2, n)), "normalized_shape", 1),
    (PReLU, "num_parameters", 1),
    (moons, "count", 2),
    (lambda n: DataLoader(DATA, batch_size=n), "batch_size", 1),
    (lambda n: DataLoader(DATA, seed=n), "seed", 0),
    (lambda n: StepLR(SGD([Tensor([1.0])]), n), "step_size", 1),
]


@pytest.mark.parametrize("k", range(len(COUNTS)))
def test_a_count_must_be_an_integer_that_is_large_enough(k: int) -> None:
    call, name, least = COUNTS[k]
    for given, says in ((2.5, "float: 2.5"), (4.0, "float: 4.0; write 4"), ("4", "str: '4'"), (True, "bool: True")):
        with pytest.raises(TypeError, match=re.escape(INTEGER.format(name, least, says))):
            call(given)
    with pytest.raises(ValueError, match=re.escape(INTEGER.format(name, least, least - 1))):
        call(least - 1)
    call(max(least, 2))
    call(np.int64(max(least, 2)))


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: MLP(2, []), ValueError, "an MLP needs at least one layer, got no sizes"),
    (lambda: MLP(2, 3), TypeError, r"a list, as in MLP\(2, \[4, 1\]\)"),  # type: ignore[arg-type]
    (lambda: MLP(2, ["a"]), TypeError, r"nouts\[0\] must be an integer >= 1, got str: 'a'"),  # type: ignore[list-item]
    (lambda: Neuron(2, "tanh"), TypeError, "nonlin must be True or False, got str: 'tanh'.*activation="),  # type: ignore[arg-type]
    (lambda: Neuron(2, generator=3), TypeError, r"got int: 3; make one with numpy.random.default_rng"),  # type: ignore[arg-type]
    (lambda: moons(generator=3), TypeError, "generator must be a numpy.random.Generator"),  # type: ignore[arg-type]
    (lambda: uniform_(Tensor([1.0]), generator=3), TypeError, "generator must be a numpy"),  # type: ignore[arg-type]
    (lambda: functional.dropout(Tensor([1.0]), generator=3), TypeError, "generator must be a numpy"),  # type: ignore[arg-type]
    (lambda: moons(noise="a"), TypeError, "noise must be a number, got str: 'a'"),  # type: ignore[arg-type]
    (lambda: moons(noise=-1.0), ValueError, "noise must be a number from 0 to inf, got -1.0"),
    (lambda: moons(noise=math.nan), ValueError, "noise must be a number from 0 to inf, got nan"),
    (lambda: Perceptron(2, lr=0.0), ValueError, "lr must be a finite number > 0, got 0.0"),
    (lambda: Perceptron(2, lr=math.inf), ValueError, "lr must be a finite number > 0, got inf"),
    (lambda: Perceptron(2, lr="a"), TypeError, "lr must be a number, got str"),  # type: ignore[arg-type]
    (lambda: Dropout("a"), TypeError, "a probability, a number from 0 to 1, got str 'a'"),  # type: ignore[arg-type]
    (lambda: Dropout(True), TypeError, "a probability, a number from 0 to 1, got bool True"),
    (lambda: Dropout(1.5), ValueError, "a probability from 0 to 1, got p=1.5"),
    (lambda: LayerNorm(()), ValueError, "normalized_shape must have at least one dimension"),
    (lambda: LayerNorm(2, eps=-1.0), ValueError, "eps must be a number from 0 to inf, got -1.0"),
    (lambda: BatchNorm1d(2, eps="a"), TypeError, "eps must be a number, got str"),  # type: ignore[arg-type]
    (lambda: BatchNorm1d(2, momentum=2.0), ValueError, "momentum must be a number from 0 to 1, got 2.0"),
    (lambda: PReLU(init="a"), TypeError, "init must be a number, got str"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_invalid_arguments_are_refused_by_name(k: int) -> None:
    call, error, says = REFUSED[k]
    with pytest.raises(error, match=says):
        call()
