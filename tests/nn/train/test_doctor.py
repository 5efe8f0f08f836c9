"""The doctor names each disease, says nothing about healthy networks, and changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import nn
from autograd import Tensor, default_generator, manual_seed, no_grad
from nn import functional as F, optim, train
from nn.train.diagnosis.diseases import DISEASES
from tests.interrupts import executed_lines, first_and_last, illegal_lines, needs_fork

from .cases import Noisy, exact

N = 32


class Patient(NamedTuple):
    """What the doctor gets."""

    model: nn.Module
    batch: tuple[Any, ...]
    loss: Any = F.cross_entropy
    optimizer: optim.Optimizer | None = None
    steps: int = 50


def moons(n: int = N) -> tuple[Any, Any]:
    return nn.data.moons(n, noise=0.1, generator=np.random.default_rng(3))


def mlp(*inner: nn.Module, width: int = 16, inputs: int = 2, outputs: int = 2) -> nn.Sequential:
    layers = inner or (nn.ReLU(),)
    return nn.Sequential(nn.Linear(inputs, width), *layers, nn.Linear(width, outputs))


def with_adam(model: nn.Module, lr: float = 0.01) -> optim.Optimizer:
    return optim.Adam(model.parameters(), lr=lr)


def scaled(module: nn.Linear, weight: float, bias: float | None = None) -> nn.Linear:
    module.weight.data = module.weight.numpy() * weight
    if bias is not None:
        module.bias.data = np.full(module.bias.shape, bias)
    return module


# --- the diseases ---


def nan_in_the_data() -> Patient:
    X, y = moons()
    X[3, 1] = np.nan
    return Patient(mlp(), (X, y))


def constant_feature() -> Patient:
    X, y = moons()
    return Patient(mlp(inputs=3), (np.column_stack([X, np.full(N, 2.0)]), y))


def inputs_not_normalised() -> Patient:
    X, y = moons()
    return Patient(mlp(), (X * np.array([1.0, 255.0]), y))


def labels_out_of_range() -> Patient:
    X, y = moons()
    return Patient(mlp(), (X, np.asarray(y) + 1))


def binary_labels_out_of_range() -> Patient:
    X, y = moons()
    return Patient(mlp(outputs=1), (X, 2.0 * np.asarray(y)[:, None] - 1), F.binary_cross_entropy_with_logits)


def one_hot_labels() -> Patient:
    X, y = moons()
    return Patient(mlp(), (X, np.eye(2, dtype=int)[np.asarray(y)]))


def regression(columns: int | None = None) -> tuple[Any, Any]:
    x = np.linspace(-2, 2, N)
    return x[:, None], np.sin(2 * x) if columns is None else np.sin(2 * x)[:, None]


def shapes_that_broadcast() -> Patient:
    return Patient(mlp(inputs=1, outputs=1), regression(), lambda y, t: ((y - t) ** 2).mean())


def shapes_that_a_loss_refuses() -> Patient:
    return Patient(mlp(inputs=1, outputs=1), regression(), F.mse_loss)


def softmax_before_cross_entropy() -> Patient:
    return Patient(nn.Sequential(*mlp(), nn.Softmax(1)), moons())


def sigmoid_before_its_loss() -> Patient:
    X, y = moons()
    target = np.asarray(y, dtype=float)[:, None]
    return Patient(nn.Sequential(*mlp(outputs=1), nn.Sigmoid()), (X, target), F.binary_cross_entropy_with_logits)


def high_loss_at_the_start() -> Patient:
    model = mlp()
    scaled(model[2], 100.0)
    return Patient(model, moons())


def forgotten_train() -> Patient:
    return Patient(mlp(nn.ReLU(), nn.Dropout(0.2)).eval(), moons())


def forgotten_eval() -> Patient:
    return Patient(mlp(nn.ReLU(), nn.Dropout(0.2)), moons())


def nothing_to_train() -> Patient:
    return Patient(mlp().requires_grad_(False), moons())


class Detached(nn.Module):
    """A network whose output has left the graph."""

    def __init__(self) -> None:
        self.inner = mlp()

    def forward(self, x: Any) -> Any:
        return self.inner(x).detach()


def output_without_a_graph() -> Patient:
    return Patient(Detached(), moons())


class Functional(nn.Module):
    """A network whose activation is a function and no Module."""

    def __init__(self) -> None:
        self.first, self.last = nn.Linear(2, 16), nn.Linear(16, 2)

    def forward(self, x: Any) -> Any:
        return self.last(F.relu(self.first(x) - 50.0))


def dead_relus_of_a_function() -> Patient:
    return Patient(nn.Sequential(Functional()), moons())


def parameter_not_in_the_optimizer() -> Patient:
    model = mlp()
    return Patient(model, moons(), optimizer=optim.Adam(model[0].parameters(), lr=0.01))


class Unused(nn.Module):
    """A network with a layer that forward leaves out."""

    def __init__(self) -> None:
        self.inner, self.forgotten = mlp(), nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        return self.inner(x)


def parameter_without_a_gradient() -> Patient:
    return Patient(Unused(), moons())


def forgotten_zero_grad() -> Patient:
    model, (X, y) = mlp(), moons()
    for _ in range(2):
        F.cross_entropy(model(Tensor(X)), y).backward()
    return Patient(model, (X, y))


def dead_relus() -> Patient:
    model = mlp()
    scaled(model[0], 1.0, -50.0)
    return Patient(model, moons())


def saturated_tanh() -> Patient:
    model = mlp(nn.Tanh())
    scaled(model[0], 1000.0)
    return Patient(model, moons())


def saturated_sigmoid() -> Patient:
    model = mlp(nn.Sigmoid())
    scaled(model[0], 1000.0)
    return Patient(model, moons())


def vanishing_gradient() -> Patient:
    inner = [part for _ in range(12) for part in (nn.Sigmoid(), nn.Linear(16, 16))]
    return Patient(mlp(*inner, nn.Sigmoid()), moons())


def exploding_gradient() -> Patient:
    inner = [part for _ in range(8) for part in (nn.LeakyReLU(0.5), scaled(nn.Linear(16, 16), 10.0))]
    return Patient(mlp(*inner, nn.LeakyReLU(0.5), inputs=1, outputs=1), regression(1), F.mse_loss)


class Logarithm(nn.Module):
    """The logarithm of numbers that may be negative."""

    def forward(self, x: Any) -> Any:
        return x.log()


def not_finite() -> Patient:
    return Patient(mlp(Logarithm()), moons())


def not_finite_parameter() -> Patient:
    model = mlp()
    scaled(model[2], np.nan)
    return Patient(model, moons())


def batch_not_over_fitted() -> Patient:
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]] * 8) - 0.5
    return Patient(nn.Sequential(nn.Linear(2, 2)), (X, (X[:, 0] * X[:, 1] < 0).astype(int)))


def learning_rate_too_high() -> Patient:
    model = mlp()
    return Patient(model, moons(), optimizer=optim.SGD(model.parameters(), lr=100.0))


def learning_rate_too_low() -> Patient:
    model = mlp()
    return Patient(model, moons(), optimizer=optim.SGD(model.parameters(), lr=1e-4))


def update_too_large() -> Patient:
    return learning_rate_too_high()


def update_too_small() -> Patient:
    model = mlp()
    return Patient(model, moons(), optimizer=optim.SGD(model.parameters(), lr=1e-7))


def error() -> Patient:
    return Patient(mlp(inputs=3), moons())


CASES: dict[Callable[[], Patient], tuple[str, set[str]]] = {  # the patient, the disease, and its consequences
    nan_in_the_data: ("nan in the data", {"nan"}),
    constant_feature: ("constant feature", set()),
    inputs_not_normalised: ("inputs not normalised", {"high loss at the start"}),
    labels_out_of_range: ("labels out of range", set()),
    binary_labels_out_of_range: ("labels out of range", set()),
    one_hot_labels: ("one-hot labels", set()),
    shapes_that_broadcast: ("shapes that broadcast", {"one batch not over-fitted"}),
    shapes_that_a_loss_refuses: ("shapes that broadcast", set()),
    softmax_before_cross_entropy: ("softmax before cross-entropy", set()),
    sigmoid_before_its_loss: ("softmax before cross-entropy", set()),
    high_loss_at_the_start: ("high loss at the start", set()),
    forgotten_train: ("forgotten train()", set()),
    forgotten_eval: ("forgotten eval()", set()),
    nothing_to_train: ("nothing to train", set()),
    output_without_a_graph: ("parameter without a gradient", set()),
    dead_relus_of_a_function: ("dead ReLUs", {"one batch not over-fitted"}),
    parameter_not_in_the_optimizer: ("parameter not in the optimizer", set()),
    parameter_without_a_gradient: ("parameter without a gradient", set()),
    forgotten_zero_grad: ("forgotten zero_grad()", set()),
    dead_relus: ("dead ReLUs", {"one batch not over-fitted"}),
    saturated_tanh: ("saturated activations", set()),
    saturated_sigmoid: ("saturated activations", set()),
    vanishing_gradient: ("vanishing gradient", {"one batch not over-fitted"}),
    exploding_gradient: ("exploding gradient", {"one batch not over-fitted"}),
    not_finite: ("nan", set()),
    not_finite_parameter: ("nan", set()),
    batch_not_over_fitted: ("one batch not over-fitted", set()),
    learning_rate_too_high: ("learning rate too high", {"large update"}),
    learning_rate_too_low: ("learning rate too low", set()),
    update_too_large: ("large update", {"learning rate too high"}),
    update_too_small: ("small update", {"learning rate too low"}),
    error: ("error", set()),
}


def examined(patient: Patient, evaluating: bool = False) -> train.Report:
    if evaluating:
        with no_grad():
            return train.doctor(*patient[:4], steps=patient.steps)
    return train.doctor(*patient[:4], steps=patient.steps)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_each_disease_is_named_alone_or_with_its_consequences(case: Callable[[], Patient]) -> None:
    name, consequences = CASES[case]
    manual_seed(0)
    report = examined(case(), evaluating=case is forgotten_eval)
    names = {finding.name for finding in report.findings}
    assert name in names
    assert names <= {name} | consequences
    assert all(finding.where and finding.sentence and finding.remedy for finding in report.findings)
    assert all(word in str(report) for finding in report.findings for word in finding.sentence.split())


def test_every_disease_has_a_case() -> None:
    assert {disease.name for disease in DISEASES} == {name for name, _ in CASES.values()}


def of_values(case: str) -> tuple[Patient, set[str]]:
    """Return a model of Values with a disease, and what may be found."""
    X, y = moons(16)
    X, y = np.asarray(X), np.asarray(y)
    model = nn.MLP(2, [4, 2], activation="tanh" if case == "saturated activations" else "relu")
    rate, optimizer = 0.02, None
    if case == "dead ReLUs":
        for neuron in model.layers[0].neurons:
            neuron.b.data = -50.0
    if case == "saturated activations":
        for weight in model.layers[0].parameters():
            weight.data *= 1000.0
    if case == "inputs not normalised":
        X = X * np.array([1.0, 300.0])
    if case == "labels out of range":
        y = y + 2
    if case == "forgotten zero_grad()":
        for _ in range(2):
            F.cross_entropy([model(row) for row in X.tolist()], y).backward()
    if case == "learning rate too high":
        rate = 1000.0
    if case != "parameter not in the optimizer":
        optimizer = optim.SGD(model.parameters(), lr=rate)
    else:
        optimizer = optim.SGD(model.layers[0].parameters(), lr=rate)
    consequences = {
        "one batch not over-fitted", "large update", "high loss at the start", "learning rate too high",
        "vanishing gradient",
    }  # fmt: skip
    return Patient(model, (X, y), F.cross_entropy, optimizer, 20), {case} | (
        consequences if case != "healthy" else set()
    )


@pytest.mark.parametrize(
    "case",
    [
        "healthy", "dead ReLUs", "saturated activations", "inputs not normalised", "labels out of range",
        "forgotten zero_grad()", "learning rate too high", "parameter not in the optimizer",
    ],
)  # fmt: skip
def test_diseases_of_models_of_values_are_named(case: str) -> None:
    manual_seed(1)
    patient, allowed = of_values(case)
    names = {finding.name for finding in examined(patient).findings}
    assert names <= allowed
    assert case in names or case == "healthy"


# --- healthy networks ---


class Residual(nn.Module):
    """Add what a layer computes to its input."""

    def __init__(self, width: int) -> None:
        self.linear = nn.Linear(width, width)

    def forward(self, x: Any) -> Any:
        return x + F.relu(self.linear(x))


class Recurrent(nn.Module):
    """Read a sequence with tanh, step by step, and classify it by the last state."""

    def __init__(self, inputs: int, width: int, outputs: int) -> None:
        self.width = width
        self.inner, self.outer, self.head = (
            nn.Linear(inputs, width), nn.Linear(width, width), nn.Linear(width, outputs)
        )  # fmt: skip

    def forward(self, x: Any) -> Any:
        state = Tensor(np.zeros((x.shape[0], self.width)))
        for k in range(x.shape[1]):
            state = F.tanh(self.inner(x[:, k]) + self.outer(state))
        return self.head(state)


ACTIVATIONS = [nn.ReLU, nn.Tanh, nn.GELU, nn.SiLU, nn.LeakyReLU, nn.ELU, nn.PReLU, nn.Sigmoid, nn.Mish, nn.SELU]
OPTIMIZERS: list[Callable[[Any], optim.Optimizer]] = [
    lambda p: optim.Adam(p, lr=0.003),
    lambda p: optim.SGD(p, lr=0.1),
    lambda p: optim.SGD(p, lr=0.02, momentum=0.9),
    lambda p: optim.AdamW(p, lr=0.001),
    lambda p: optim.RMSprop(p, lr=0.001),
]


def classes(k: int, generator: np.random.Generator) -> tuple[Any, Any, int, int]:
    """Return inputs, classes, and the numbers of features and of classes."""
    if k % 4 == 0:
        X, y = nn.data.load_digits()
        chosen = generator.choice(len(X), 64, replace=False)
        return np.asarray(X)[chosen] / np.asarray(X).max(), np.asarray(y)[chosen], 64, 10
    makers: Any = [nn.data.moons, nn.data.circles, nn.data.spirals]
    X, y = makers[k % 4 - 1](64, noise=0.05, generator=generator)
    return np.asarray(X), np.asarray(y), 2, int(np.max(y)) + 1


def healthy(k: int) -> Patient:
    """Return the healthy network number k: eight kinds, with activations, optimizers, sizes and data that change."""
    generator = np.random.default_rng(k)
    manual_seed(k)
    activation = ACTIVATIONS[k % len(ACTIVATIONS)]
    width = int(generator.choice([16, 32, 48]))
    X, y, inputs, outputs = classes(k // 8, generator)
    batch, loss = (X, y), F.cross_entropy
    model: nn.Module
    match k % 8:
        case 0:
            model = mlp(activation(), width=width, inputs=inputs, outputs=outputs)
        case 1:
            model = mlp(
                nn.BatchNorm1d(width), activation(), nn.Dropout(0.2), width=width, inputs=inputs, outputs=outputs
            )
        case 2:
            inner = [Residual(width) for _ in range(4)]
            model = mlp(nn.LayerNorm(width), *inner, width=width, inputs=inputs, outputs=outputs)
        case 3:
            x = generator.uniform(-2, 2, (64, 1))
            model = mlp(activation(), nn.Linear(width, width), nn.Tanh(), width=width, inputs=1, outputs=1)
            return treated(model, (x, np.sin(2 * x)), F.mse_loss, k)
        case 4:
            words = generator.integers(0, 30, (64, 5))
            layers = [nn.Embedding(30, 8), nn.Flatten(), nn.Linear(40, width), activation(), nn.Linear(width, 2)]
            return treated(nn.Sequential(*layers), (words, (words[:, 0] > words[:, 1]).astype(int)), loss, k)
        case 5:
            steps = generator.standard_normal((64, 5, 2))
            return treated(Recurrent(2, width, 2), (steps, (steps.sum(axis=(1, 2)) > 0).astype(int)), loss, k)
        case 6:
            target = (y % 2).astype(float)[:, None]
            model = mlp(activation(), width=width, inputs=inputs, outputs=1)
            return treated(model, (X, target), F.binary_cross_entropy_with_logits, k)
        case _:
            X, y, inputs, outputs = classes(0, generator)
            return treated(nn.Sequential(nn.Linear(inputs, outputs)), (X, y), loss, k)
    return treated(model, batch, loss, k)


def treated(model: nn.Module, batch: tuple[Any, Any], loss: Any, k: int) -> Patient:
    """Return the patient as it is, or for each third one after some steps of training."""
    optimizer = OPTIMIZERS[k % len(OPTIMIZERS)](model.parameters())
    if k % 3 == 2:
        train.fit(model, batch, loss, optimizer, epochs=10, verbose=False, seed=0)
    return Patient(model, batch, loss, optimizer)


@pytest.mark.parametrize("k", [pytest.param(k, marks=[pytest.mark.slow] if k % 11 >= 2 else []) for k in range(55)])
def test_healthy_networks_draw_no_finding(k: int) -> None:
    assert examined(healthy(k)).findings == []


@pytest.mark.parametrize("k", [pytest.param(k, marks=[pytest.mark.slow] if k else []) for k in range(5)])
def test_healthy_models_of_values_draw_no_finding(k: int) -> None:
    manual_seed(k)
    X, y = nn.data.moons(16, noise=0.1, generator=np.random.default_rng(k))
    model = nn.MLP(2, [6, 1], activation=["relu", "tanh", "silu", "gelu", "leaky_relu"][k])
    target = 2 * np.asarray(y) - 1
    optimizer = optim.SGD(model.parameters(), lr=0.05)
    assert examined(Patient(model, (X, target), F.hinge_loss, optimizer, 20)).findings == []


# --- nothing is changed ---


class Examined:
    """A model, an optimizer and a loss with everything that a step changes: state, dropout, and a penalty."""

    def __init__(self) -> None:
        manual_seed(0)
        self.model = nn.Sequential(
            Noisy(), nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Dropout(0.5), nn.Linear(3, 2)
        )
        self.optimizer = optim.Adam(self.model.parameters(), lr=0.1)
        self.batch = moons(8)
        for _ in range(2):
            self.loss(self.model(Tensor(self.batch[0])), self.batch[1]).backward()
            self.optimizer.step()
        self.pending = self.loss(self.model(Tensor(self.batch[0])), self.batch[1])

    def loss(self, output: Any, target: Any) -> Any:
        return F.cross_entropy(output, target) + 0.01 * (self.model[1].weight ** 2).sum()

    def examine(self) -> train.Report:
        return train.doctor(self.model, self.batch, self.loss, self.optimizer, steps=2)

    def state(self) -> Any:
        return (
            exact(self.model.state_dict()),
            exact({name: np.asarray(node.grad) for name, node in self.model.named_parameters()}),
            [module.training for module in self.model.modules()],
            exact(self.optimizer.state_dict()),
            self.optimizer.steps,
            default_generator().bit_generator.state,
            self.model[0].generator.bit_generator.state,
        )


def test_model_optimizer_and_generators_are_bit_equal_afterwards() -> None:
    case = Examined()
    before = case.state()
    case.examine()
    assert case.state() == before
    case.pending.backward()  # a graph made before is still good


def test_the_same_call_gives_the_same_report() -> None:
    case = Examined()
    assert case.examine().findings == case.examine().findings


@needs_fork
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_ctrl_c_at_the_first_and_the_last_run_of_a_line_changes_nothing(every: bool) -> None:
    Examined().examine()  # fills the caches, so that the next two run the same lines
    lines = first_and_last(executed_lines(Examined().examine))
    chosen = set(lines) if every else {*lines[:-60:160], *lines[-60::6]}
    case = Examined()
    before = case.state()

    def is_unchanged() -> bool:
        if case.state() != before:
            return False
        case.pending.backward()
        return True

    assert illegal_lines(case.examine, is_unchanged, chosen) == []


# --- the report, and fit ---


def test_a_finding_has_a_name_a_place_a_number_and_a_remedy() -> None:
    manual_seed(0)
    finding = examined(high_loss_at_the_start()).findings[0]
    assert finding.name == "high loss at the start"
    assert finding.where == "loss"
    assert finding.number > 2
    assert f"the loss is {finding.number:.4g}, and a guess among 2 classes has ln 2 = 0.6931" in finding.sentence
    assert "make the weights of the last layer smaller" in finding.remedy


def test_the_place_is_the_layer() -> None:
    manual_seed(0)
    assert [finding.where for finding in examined(dead_relus()).findings][:1] == ["1"]
    assert [finding.where for finding in examined(dead_relus_of_a_function()).findings][:1] == ["0"]
    assert [finding.where for finding in examined(not_finite()).findings] == ["loss"]
    assert "log gave nan" in examined(not_finite()).findings[0].sentence
    assert "in the module 1, Logarithm()" in examined(not_finite()).findings[0].sentence


def test_the_report_is_a_table_as_text_and_in_a_notebook() -> None:
    manual_seed(0)
    report = examined(inputs_not_normalised())
    assert str(report).startswith("Doctor: ")
    assert max(map(len, str(report).splitlines())) < 130
    assert report._repr_html_().count("<tr>") == 1 + len(report.findings)
    healthy_report = examined(healthy(0))
    assert str(healthy_report) == f"Doctor: no findings in {len(DISEASES)} checks"
    assert healthy_report._repr_html_() == f"<p>{healthy_report}</p>"


class Locked(nn.Module):
    """A module with an attribute that cannot be copied."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((len, moons(), F.cross_entropy), "doctor takes a Module"),
        ((mlp(), moons(), F.cross_entropy, 0.1), "doctor takes an optimizer, got float"),
        ((mlp(), moons(), "mse"), "a loss is a function"),
        ((mlp(), moons()[0], F.cross_entropy), "a batch for training is"),
        ((Locked(), moons(), F.cross_entropy), "the doctor works on copies, and Locked, .* keep files, locks"),
    ],
)
def test_other_arguments_are_refused(arguments: tuple[Any, ...], problem: str) -> None:
    with pytest.raises((TypeError, ValueError), match=problem):
        train.doctor(*arguments)


def fitted(doctor: bool, **options: Any) -> Any:
    manual_seed(0)
    model = mlp(nn.ReLU(), nn.Dropout(0.2))
    history = train.fit(
        model, moons(), F.cross_entropy, with_adam(model), epochs=2, seed=0, verbose=False, doctor=doctor, **options
    )
    return exact(model.state_dict()), exact(dict(history))


def test_fit_prints_the_report_after_the_first_epoch_and_trains_to_the_same_bits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain = fitted(doctor=False)
    assert capsys.readouterr().out == ""
    assert fitted(doctor=True) == plain
    said = capsys.readouterr().out
    assert said == f"after the first epoch: Doctor: no findings in {len(DISEASES)} checks\n"


def test_fit_prints_the_report_once_where_the_loss_is_not_finite(capsys: pytest.CaptureFixture[str]) -> None:
    patient = nan_in_the_data()
    with pytest.warns(UserWarning, match="the loss is nan in epoch 1"):
        train.fit(*patient[:3], with_adam(patient.model), epochs=2, verbose=False, doctor=True)
    said = capsys.readouterr().out
    assert said.count("Doctor: ") == 1
    assert said.startswith("the loss is not finite: Doctor: ")
    assert "nan in the data" in said


def test_fit_prints_the_report_where_a_step_raises(capsys: pytest.CaptureFixture[str]) -> None:
    patient = labels_out_of_range()
    with pytest.raises(IndexError, match="takes 0 to 1, got class 2"):
        train.fit(*patient[:3], with_adam(patient.model), verbose=False, doctor=True)
    said = capsys.readouterr().out
    assert said.startswith("IndexError was raised: Doctor: 1 finding")
    assert "labels out of range" in said
