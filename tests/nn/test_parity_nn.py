"""A differential test of `nn` against PyTorch: layers, losses and their options, reprs, keys, initial weights.

Layers and losses: the same weights and inputs in, the same outputs and gradients out, to 1e-12 in float64 and 1e-5
in float32, which stays float32. Initial weights are compared in distribution.
"""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed; pip install glassgrad[parity]")
tnn: Any = torch.nn

Array = np.ndarray
DTYPES = {"float64": 1e-12, "float32": 2e-5}


def normal(*shape: int, seed: int = 0) -> Array:
    return np.asarray(np.random.default_rng([seed, *shape]).normal(size=shape))


def probabilities(*shape: int, seed: int = 0) -> Array:
    """Rows that add up to 1 along the classes."""
    powers = np.exp(normal(*shape, seed=seed))
    return np.asarray(powers / powers.sum(1 if len(shape) > 1 else 0, keepdims=True))


def close(ours: Any, theirs: Any, tolerance: float, what: str) -> None:
    expected = theirs.detach().numpy() if isinstance(theirs, torch.Tensor) else theirs
    np.testing.assert_allclose(np.asarray(ours), expected, rtol=tolerance, atol=tolerance, err_msg=what)


# --- layers ---

EDGES = np.array([-1e3, -25.0, -1.0, -0.5, -0.0, 0.0, 0.3, 1.0, 19.0, 21.0, 1e3])

# What makes it in both, and inputs.
LAYERS: dict[str, tuple[Callable[[Any], Any], Array]] = {
    "Linear": (lambda m: m.Linear(4, 3), normal(5, 4)),
    "Linear-no-bias": (lambda m: m.Linear(4, 3, bias=False), normal(5, 4)),
    "Linear-vector": (lambda m: m.Linear(4, 3), normal(4)),
    "Linear-batches": (lambda m: m.Linear(4, 3), normal(2, 5, 4)),
    "Flatten": (lambda m: m.Flatten(), normal(2, 3, 4)),
    "Flatten-all": (lambda m: m.Flatten(0), normal(2, 3, 4)),
    "Flatten-some": (lambda m: m.Flatten(1, 2), normal(2, 3, 4, 2)),
    "Identity": (lambda m: m.Identity(7, any=1), normal(2, 3)),
    "BatchNorm1d": (lambda m: m.BatchNorm1d(3), normal(6, 3)),
    "BatchNorm1d-3d": (lambda m: m.BatchNorm1d(3), normal(2, 3, 5)),
    "BatchNorm1d-options": (lambda m: m.BatchNorm1d(3, eps=0.1, momentum=0.3, affine=False), normal(6, 3)),
    "BatchNorm1d-average": (lambda m: m.BatchNorm1d(3, momentum=None), normal(6, 3)),
    "BatchNorm1d-untracked": (lambda m: m.BatchNorm1d(3, track_running_stats=False), normal(6, 3)),
    "BatchNorm1d-one-row-of-many": (lambda m: m.BatchNorm1d(3), normal(1, 3, 4)),
    "LayerNorm": (lambda m: m.LayerNorm(4), normal(5, 4)),
    "LayerNorm-shape": (lambda m: m.LayerNorm((3, 4), eps=1e-3), normal(2, 3, 4)),
    "LayerNorm-no-affine": (lambda m: m.LayerNorm(4, elementwise_affine=False), normal(5, 4)),
    "LayerNorm-no-bias": (lambda m: m.LayerNorm([4], bias=False), normal(5, 4)),
    "LayerNorm-constants": (lambda m: m.LayerNorm(4), np.ones((2, 4))),
    "Embedding": (lambda m: m.Embedding(5, 3), np.array([[0, 4, 4], [1, 0, 2]])),
    "Embedding-padding": (lambda m: m.Embedding(5, 3, padding_idx=4), np.array([[0, 4, 4], [1, 0, 2]])),
    "Embedding-padding-negative": (lambda m: m.Embedding(5, 3, padding_idx=-5), np.array([0, 1, 0])),
    "ReLU": (lambda m: m.ReLU(), EDGES),
    "ReLU-inplace": (lambda m: m.Sequential(m.Identity(), m.Linear(4, 2), m.ReLU(inplace=True)), normal(3, 4)),
    "LeakyReLU": (lambda m: m.LeakyReLU(), EDGES),
    "LeakyReLU-slope": (lambda m: m.LeakyReLU(0.2), EDGES),
    "PReLU": (lambda m: m.PReLU(), EDGES),
    "PReLU-channels": (lambda m: m.PReLU(3, init=0.1), normal(2, 3, 4)),
    "PReLU-features": (lambda m: m.PReLU(3), normal(5, 3)),
    "ELU": (lambda m: m.ELU(), EDGES),
    "ELU-alpha": (lambda m: m.ELU(0.5), EDGES),
    "SELU": (lambda m: m.SELU(), EDGES),
    "GELU": (lambda m: m.GELU(), EDGES[2:-1]),
    "GELU-tanh": (lambda m: m.GELU(approximate="tanh"), EDGES),
    "SiLU": (lambda m: m.SiLU(), EDGES),
    "Mish": (lambda m: m.Mish(), EDGES),
    "Sigmoid": (lambda m: m.Sigmoid(), EDGES),
    "Tanh": (lambda m: m.Tanh(), EDGES),
    "Softplus": (lambda m: m.Softplus(), EDGES),
    "Softplus-options": (lambda m: m.Softplus(beta=2.0, threshold=5.0), EDGES),
    "Hardtanh": (lambda m: m.Hardtanh(), EDGES),
    "Hardtanh-options": (lambda m: m.Hardtanh(-0.5, 19.0), EDGES),
    "Softmax": (lambda m: m.Softmax(dim=1), normal(3, 4)),
    "LogSoftmax": (lambda m: m.LogSoftmax(dim=-1), normal(3, 4) * 100),
    "Dropout-0": (lambda m: m.Dropout(0.0), normal(3, 4)),
    "Dropout-1": (lambda m: m.Dropout(1.0), normal(3, 4)),
    "Sequential": (
        lambda m: m.Sequential(m.Linear(4, 6), m.BatchNorm1d(6), m.GELU(), m.LayerNorm(6), m.Linear(6, 2)),
        normal(7, 4),
    ),
    "ModuleList": (lambda m: m.Sequential(*m.ModuleList([m.Linear(4, 4), m.Tanh(), m.Linear(4, 4)])), normal(2, 4)),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_gives_what_pytorchs_gives_with_the_same_gradients_and_statistics(name: str, dtype: str) -> None:
    make, data = LAYERS[name]
    whole = data.dtype.kind == "i"
    mine, theirs = make(nn).to(dtype), make(tnn).to(getattr(torch, dtype))
    assert list(mine.state_dict()) == list(theirs.state_dict())
    state = {k: normal(*v.shape, seed=k_th) if v.ndim else v for k_th, (k, v) in enumerate(theirs.state_dict().items())}
    state = {k: np.abs(v) + 0.5 if "var" in k else v for k, v in state.items()}
    mine.load_state_dict(state)
    theirs.load_state_dict({k: torch.as_tensor(v) for k, v in state.items()})
    for training in (True, True, False):  # twice, for the running statistics
        mine.train(training).zero_grad()
        theirs.train(training).zero_grad()
        x = Tensor(data, requires_grad=not whole, dtype=None if whole else dtype)
        t = torch.tensor(data, dtype=None if whole else getattr(torch, dtype), requires_grad=not whole)
        y, expected = mine(x), theirs(t)
        close(y.data, expected, DTYPES[dtype], "output")
        assert whole or y.dtype == dtype
        seed = normal(*y.shape, seed=9)
        if y.requires_grad:
            y.backward(seed)
            expected.backward(torch.tensor(seed, dtype=expected.dtype))
        if not whole and t.grad is not None:
            close(x.grad, t.grad, DTYPES[dtype], "gradient of the input")
            assert x.grad is not None
            assert x.grad.dtype == dtype
        for (path, p), q in zip(mine.named_parameters(), theirs.parameters(), strict=True):
            close(p.grad, q.grad, 10 * DTYPES[dtype], f"gradient of {path}")
        for key, tensor in theirs.state_dict().items():
            close(mine.state_dict()[key], tensor, DTYPES[dtype], key)


REPRS: tuple[Callable[[Any], Any], ...] = (
    *(make for make, _ in LAYERS.values()),
    lambda m: m.Dropout(0.3, inplace=True),
    lambda m: m.Sequential(),
    lambda m: m.ModuleList([m.Linear(2, 3), m.Linear(2, 3), m.ReLU(), m.Sequential(m.Tanh())]),
    lambda m: m.ModuleDict({"first": m.ReLU(), "second": m.ModuleList([m.Linear(1, 1)] * 3)}),
    lambda m: m.CrossEntropyLoss(),
    lambda m: m.Softmax(),
)


@pytest.mark.parametrize("make", REPRS)
def test_a_layer_looks_as_in_pytorch(make: Callable[[Any], Any]) -> None:
    # What PyTorch says of batch-norm grew a word in one of its versions.
    expected = (
        repr(make(tnn))
        .replace("affine=True, bias=True", "affine=True")
        .replace("affine=False, bias=False", "affine=False")
    )
    expected = expected.replace("affine=False, bias=True", "affine=False")
    ours = repr(make(nn))
    assert (
        ours.replace("elementwise_affine=True, bias=True", "elementwise_affine=True").replace(
            "elementwise_affine=False, bias=False", "elementwise_affine=False"
        )
        == expected
    )


@pytest.mark.parametrize(
    "name",
    [
        "Linear",
        "Flatten",
        "Dropout",
        "BatchNorm1d",
        "LayerNorm",
        "Embedding",
        "ReLU",
        "LeakyReLU",
        "PReLU",
        "ELU",
        "SELU",
        "GELU",
        "SiLU",
        "Mish",
        "Sigmoid",
        "Tanh",
        "Softplus",
        "Hardtanh",
        "Softmax",
        "LogSoftmax",
        "MSELoss",
        "L1Loss",
        "HuberLoss",
        "SmoothL1Loss",
        "BCELoss",
        "BCEWithLogitsLoss",
        "CrossEntropyLoss",
        "NLLLoss",
        "KLDivLoss",
    ],
)
def test_arguments_have_pytorchs_names_and_defaults(name: str) -> None:
    theirs = inspect.signature(getattr(tnn, name)).parameters
    ours = inspect.signature(getattr(nn, name)).parameters
    for key, parameter in ours.items():
        if key != "generator":
            assert parameter.default == theirs[key].default, key


# --- losses ---

MATRIX, TARGET = normal(4, 3), normal(4, 3, seed=1)
FAR = np.array([-1e3, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 1e3])
ROWS = normal(5, 3)
CLASSES = np.array([0, 2, 1, 2, 0])
IGNORED = np.array([0, -100, 1, 2, -100])
IMAGES, PIXELS = normal(2, 3, 4), np.array([[0, 1, 2, 2], [1, 1, 0, 2]])
SURE = np.array([[1e3, -1e3, 0.0], [-1e3, 1e3, 0.0]])
CLASS_WEIGHTS = np.array([0.2, 1.5, 3.0])
UNIT = 1 / (1 + np.exp(-MATRIX))
MIXED = probabilities(4, 3, seed=3)
HARD = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.0, 0.5]])

Loss = tuple[str, tuple[Array, Array], dict[str, Any]]


def options(name: str, data: tuple[Array, Array], **choices: tuple[Any, ...]) -> list[Loss]:
    """Every combination."""
    return [
        (name, data, dict(zip(choices, combination, strict=True)))
        for combination in itertools.product(*choices.values())
    ]


REDUCTIONS = ("mean", "sum", "none")
LOSSES: list[Loss] = [
    *options("MSELoss", (MATRIX, TARGET), reduction=REDUCTIONS),
    *options("L1Loss", (MATRIX, TARGET), reduction=REDUCTIONS),
    *options("L1Loss", (FAR, np.zeros(8)), reduction=("none",)),
    *options("HuberLoss", (MATRIX, TARGET), reduction=REDUCTIONS, delta=(1.0, 0.3)),
    *options("HuberLoss", (FAR, np.zeros(8)), reduction=("none",), delta=(1.0, 3.0)),
    *options("SmoothL1Loss", (MATRIX, TARGET), reduction=REDUCTIONS, beta=(1.0, 0.3, 0.0)),
    *options("SmoothL1Loss", (FAR, np.zeros(8)), reduction=("none",), beta=(1.0, 3.0)),
    *options("BCELoss", (UNIT, HARD), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS, normal(4, 1))),
    *options("BCEWithLogitsLoss", (MATRIX, MIXED), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             pos_weight=(None, np.array([1.0, 3.0, 0.5]), np.array(2.0))),
    *options("BCEWithLogitsLoss", (FAR, np.ones(8)), reduction=("none",), pos_weight=(None, np.array(3.0))),
    *options("BCEWithLogitsLoss", (FAR, np.zeros(8)), reduction=("none",), pos_weight=(None, np.array(3.0))),
    *options("CrossEntropyLoss", (ROWS, CLASSES), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             label_smoothing=(0.0, 0.1, 1.0), ignore_index=(-100, 2)),
    *options("CrossEntropyLoss", (ROWS, IGNORED), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             label_smoothing=(0.0, 0.1)),
    *options("CrossEntropyLoss", (IMAGES, PIXELS), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             label_smoothing=(0.0, 0.2), ignore_index=(-100, 1)),
    *options("CrossEntropyLoss", (MATRIX, MIXED), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             label_smoothing=(0.0, 0.1)),
    *options("CrossEntropyLoss", (IMAGES, probabilities(2, 3, 4)), reduction=REDUCTIONS,
             weight=(None, CLASS_WEIGHTS), label_smoothing=(0.0, 0.1)),
    *options("CrossEntropyLoss", (SURE, np.array([1, 1])), reduction=REDUCTIONS),
    *options("CrossEntropyLoss", (ROWS[0], CLASSES[1]), reduction=REDUCTIONS, label_smoothing=(0.0, 0.1)),
    *options("CrossEntropyLoss", (ROWS[0], MIXED[0]), reduction=REDUCTIONS),
    *options("CrossEntropyLoss", (ROWS, np.full(5, -100)), reduction=("sum", "none")),
    *options("NLLLoss", (np.log(MIXED), CLASSES[:4]), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS),
             ignore_index=(-100, 2)),
    *options("NLLLoss", (IMAGES, PIXELS), reduction=REDUCTIONS, weight=(None, CLASS_WEIGHTS)),
    *options("NLLLoss", (ROWS[0], CLASSES[1]), reduction=REDUCTIONS),
    *options("KLDivLoss", (np.log(MIXED), HARD), reduction=(*REDUCTIONS, "batchmean")),
    *options("KLDivLoss", (np.log(MIXED), np.log(UNIT)), reduction=(*REDUCTIONS, "batchmean"), log_target=(True,)),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides:UserWarning")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "data", "choices"), LOSSES)
def test_a_loss_is_pytorchs_with_the_same_gradient(
    name: str, data: tuple[Array, Array], choices: dict[str, Any], dtype: str
) -> None:
    kind = getattr(torch, dtype)
    theirs = getattr(tnn, name)(
        **{k: torch.tensor(v, dtype=kind) if isinstance(v, np.ndarray) else v for k, v in choices.items()}
    )
    mine = getattr(nn, name)(**choices)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    whole = data[1].dtype.kind == "i"
    x = Tensor(data[0], requires_grad=True, dtype=dtype)
    # Their target of BCE may want none; of KL theirs is nan where the target is 0, and the slope of t log t infinite.
    wants = not (whole or name == "BCELoss" or (name == "KLDivLoss" and not data[1].all()))
    y = Tensor(data[1]) if whole else Tensor(data[1], requires_grad=wants, dtype=dtype)
    t = torch.tensor(data[0], requires_grad=True, dtype=kind)
    u = torch.tensor(data[1], dtype=None if whole else kind, requires_grad=y.requires_grad)
    got, expected = mine(x, y), theirs(t, u)
    close(got.data, expected, DTYPES[dtype], "loss")
    assert got.dtype == dtype
    seed = normal(*got.shape, seed=4)
    got.backward(seed)
    expected.backward(torch.tensor(seed, dtype=kind))
    close(x.grad, t.grad, 10 * DTYPES[dtype], "gradient of the input")
    if y.requires_grad:
        close(y.grad, u.grad, 10 * DTYPES[dtype], "gradient of the target")


def test_a_mean_over_no_sample_that_counts_is_nan_as_in_pytorch() -> None:
    got = nn.CrossEntropyLoss()(Tensor(ROWS), np.full(5, -100))
    assert math.isnan(got.item())
    assert torch.isnan(tnn.CrossEntropyLoss()(torch.tensor(ROWS), torch.full((5,), -100)))


@pytest.mark.parametrize("t", [0.0, 1.0, 0.25])
def test_the_cross_entropy_of_probabilities_0_and_1_is_held_at_100_as_in_pytorch(t: float) -> None:
    edges = np.array([0.0, 1e-300, 1e-50, 1e-40, 1e-16, 0.5, 1 - 1e-16, 1.0])
    got = nn.BCELoss(reduction="none")(Tensor(edges), np.full(8, t))
    close(got.data, tnn.BCELoss(reduction="none")(torch.tensor(edges), torch.full((8,), t).double()), 1e-12, "loss")


# --- initial weights ---

SHAPE = (60, 40)
INITIALISERS: dict[str, tuple[str, dict[str, Any]]] = {
    "uniform": ("uniform_", {}),
    "uniform-from-to": ("uniform_", {"a": -2.0, "b": 0.5}),
    "normal": ("normal_", {}),
    "normal-mean-std": ("normal_", {"mean": 3.0, "std": 0.2}),
    "constant": ("constant_", {"val": 0.7}),
    "zeros": ("zeros_", {}),
    "ones": ("ones_", {}),
    "xavier-uniform": ("xavier_uniform_", {}),
    "xavier-uniform-gain": ("xavier_uniform_", {"gain": 5 / 3}),
    "xavier-normal": ("xavier_normal_", {"gain": 2.0}),
    "kaiming-uniform": ("kaiming_uniform_", {}),
    "kaiming-uniform-fan-out": ("kaiming_uniform_", {"mode": "fan_out", "nonlinearity": "relu"}),
    "kaiming-normal": ("kaiming_normal_", {"nonlinearity": "relu"}),
    "kaiming-normal-slope": ("kaiming_normal_", {"a": math.sqrt(5), "mode": "fan_out"}),
    "orthogonal": ("orthogonal_", {}),
    "orthogonal-gain": ("orthogonal_", {"gain": 2.0}),
}


def furthest(a: Array, b: Array) -> float:
    """Kolmogorov and Smirnov's distance of two samples: the largest difference of their distribution functions."""
    both = np.sort(np.concatenate([a.ravel(), b.ravel()]))
    count = [np.searchsorted(np.sort(x.ravel()), both, side="right") / x.size for x in (a, b)]
    return float(np.abs(count[0] - count[1]).max())


@pytest.mark.parametrize("shape", [SHAPE, (40, 60), (8, 6, 50)])
@pytest.mark.parametrize("name", INITIALISERS)
def test_an_initialiser_draws_from_pytorchs_distribution(name: str, shape: tuple[int, ...]) -> None:
    function, choices = INITIALISERS[name]
    torch.manual_seed(0)
    theirs = getattr(tnn.init, function)(torch.empty(shape, dtype=torch.float64), **choices).numpy()
    ours = ag.zeros(shape)
    given = {} if "val" in choices or function in ("zeros_", "ones_") else {"generator": np.random.default_rng(0)}
    assert getattr(nn.init, function)(ours, **choices, **given) is ours
    # The chance of a false alarm, two samples of 2400 further apart than this, is about 1e-6.
    assert furthest(ours.numpy(), theirs) < 2.7 * math.sqrt(2 / ours.numel())
    np.testing.assert_allclose(np.abs(ours.numpy()).max(), np.abs(theirs).max(), rtol=0.4)


@pytest.mark.parametrize(
    ("make", "parameter"),
    [
        (lambda m: m.Linear(50, 60), "weight"),
        (lambda m: m.Linear(3, 2000), "bias"),
        (lambda m: m.Embedding(60, 50), "weight"),
        (lambda m: m.Embedding(60, 50, padding_idx=2), "weight"),
        (lambda m: m.PReLU(3), "weight"),
        (lambda m: m.BatchNorm1d(30), "weight"),
        (lambda m: m.LayerNorm(30), "bias"),
    ],
)
def test_a_layer_starts_from_pytorchs_distribution(make: Callable[[Any], Any], parameter: str) -> None:
    torch.manual_seed(0)
    ag.manual_seed(0)
    ours, theirs = make(nn).state_dict()[parameter], make(tnn).state_dict()[parameter].numpy()
    assert furthest(ours, np.asarray(theirs, dtype=float)) < 2.7 * math.sqrt(2 / ours.size)
    np.testing.assert_allclose(np.abs(ours).max(), np.abs(theirs).max(), rtol=0.2)


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_gains_are_pytorchs(name: str) -> None:
    assert nn.init.calculate_gain(name) == tnn.init.calculate_gain(name)
    if name == "leaky_relu":
        assert nn.init.calculate_gain(name, 0.3) == tnn.init.calculate_gain(name, 0.3)


# --- whole networks ---


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW"])
def test_a_classifier_trained_50_steps_from_the_same_weights_stays_pytorchs(optimizer: str) -> None:
    def classifier(m: Any) -> Any:
        return m.Sequential(
            m.Linear(8, 16), m.BatchNorm1d(16), m.ReLU(), m.Dropout(0.0),
            m.Linear(16, 12), m.BatchNorm1d(12), m.GELU(), m.Dropout(0.0),
            m.Linear(12, 4),
        )  # fmt: skip

    choices = {"lr": 0.05, "momentum": 0.9} if optimizer == "SGD" else {"lr": 0.01}
    mine, theirs = classifier(nn), classifier(tnn).double()
    mine.load_state_dict(theirs.state_dict())
    mover = getattr(nn.optim, optimizer)(mine.parameters(), **choices)
    their_mover = getattr(torch.optim, optimizer)(theirs.parameters(), **choices)
    x, y = normal(40, 8), np.random.default_rng(3).integers(0, 4, 40)
    for step in range(50):
        batch = slice(step % 2 * 20, step % 2 * 20 + 20)
        mover.zero_grad()
        their_mover.zero_grad()
        loss = nn.CrossEntropyLoss(label_smoothing=0.1)(mine(Tensor(x[batch])), Tensor(y[batch]))
        expected = tnn.CrossEntropyLoss(label_smoothing=0.1)(theirs(torch.tensor(x[batch])), torch.tensor(y[batch]))
        loss.backward()
        expected.backward()
        nn.utils.clip_grad_norm_(mine.parameters(), max_norm=1.0)
        tnn.utils.clip_grad_norm_(theirs.parameters(), max_norm=1.0)
        mover.step()
        their_mover.step()
        assert abs(loss.item() - expected.item()) <= 1e-9
    for name, tensor in theirs.state_dict().items():
        close(mine.state_dict()[name], tensor, 1e-9, name)
    mine.eval()
    theirs.eval()
    close(mine(Tensor(x)).data, theirs(torch.tensor(x)), 1e-9, "evaluation")
