"""All or nothing: an interrupt at any line leaves the state from before or the state from after, never one between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Stepper, Tensor, Value, draw, manual_seed, replace_file, stack
from autograd.engine.mode import Switch, mode as current
from nn import functional as F, optim
from nn.optim import lr_scheduler

from .interrupts import Place, called_at, executed_lines, first_and_last, interrupted_at

Case = tuple[Callable[[], Any], Callable[[], Any]]  # what is interrupted, and the state to look at


def nodes_state(*nodes: Any) -> list[Any]:
    """Return the data, dtype and gradient of each node, and whether its data counts as changed."""
    return [
        (str(node._data), str(getattr(node, "dtype", "")), str(node.grad), node.requires_grad, node._changed > 0)
        for node in nodes
    ]


def leaves() -> list[Any]:
    found: list[Any] = [Value(1.5), Tensor([[1.0, -2.0]], requires_grad=True), Value(-0.5)]
    for node in found:
        node.grad = 2.0 if isinstance(node, Value) else np.array([[3.0, 4.0]])
    return found


def graph() -> tuple[list[Any], Any]:
    a, w, b = leaves()
    inner = stack([a, b]) * w
    return [a, w, b, inner], (inner * w).sum()


def network() -> nn.Sequential:
    manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    net(Tensor([[1.0, 2.0], [3.0, -1.0]])).sum().backward()
    return net


def network_state(net: nn.Module) -> Any:
    return nodes_state(*net.parameters(), *net.buffers()), [module.training for module in net.modules()]


def trained(kind: type[optim.Optimizer] = optim.SGD, **options: Any) -> tuple[list[Any], optim.Optimizer]:
    params = leaves()
    optimizer = kind([{"params": params[:2]}, {"params": params[2:], "lr": 0.3}], **options)
    return params, optimizer


def optimizer_state(params: list[Any], optimizer: optim.Optimizer) -> Any:
    return nodes_state(*params), str(optimizer.state_dict()), optimizer.steps


# --- the cases ---


def case_backward() -> Case:
    nodes, root = graph()
    return root.backward, lambda: nodes_state(*nodes)


def case_backward_of_values() -> Case:
    x = Value(3.0)
    y = (x * x).tanh()
    root = y * x + y
    return root.backward, lambda: nodes_state(x, y, root)


def case_commit() -> Case:
    nodes, root = graph()
    stepper = Stepper(root)
    return stepper.commit, lambda: (nodes_state(*nodes), stepper.position, stepper._recording._committed)


def case_network(act: Callable[[nn.Module], Any]) -> Callable[[], Case]:
    def case() -> Case:
        net = network()
        return lambda: act(net), lambda: network_state(net)

    return case


def case_optimizer(
    act: Callable[[list[Any], optim.Optimizer], Any], kind: type[optim.Optimizer] = optim.SGD, **options: Any
) -> Callable[[], Case]:
    def case() -> Case:
        params, optimizer = trained(kind, lr=0.1, **options)
        return lambda: act(params, optimizer), lambda: optimizer_state(params, optimizer)

    return case


def loaded(params: list[Any], optimizer: optim.Optimizer) -> None:
    other_params, other = trained(optim.Adam, lr=0.7)
    for p in other_params:
        p.grad = np.ones((1, 2)) if isinstance(p, Tensor) else 1.0
    other.step()
    optimizer.load_state_dict(other.state_dict())


def case_schedule(build: Callable[[optim.Optimizer], Any]) -> Callable[[], Case]:
    """Interrupt the set-up of a schedule."""
    return case_optimizer(lambda _, optimizer: build(optimizer), momentum=0.9)


def case_step(build: Callable[[optim.Optimizer], Any], *metric: float) -> Callable[[], Case]:
    def case() -> Case:
        params, optimizer = trained(lr=0.1, momentum=0.9)
        scheduler = build(optimizer)
        optimizer.step()
        return lambda: scheduler.step(*metric), lambda: (
            optimizer_state(params, optimizer),
            str(scheduler.state_dict()),
        )

    return case


def case_loaded_schedule() -> Case:
    _, optimizer = trained(lr=0.1)
    scheduler, other = warmed(optimizer), warmed(trained(lr=0.4)[1])
    other.optimizer.step()
    other.step()
    saved = other.state_dict()
    return lambda: scheduler.load_state_dict(saved), lambda: str(scheduler.state_dict())


def warmed(optimizer: optim.Optimizer) -> Any:
    return lr_scheduler.warmup_cosine(optimizer, 2, 6)


def sequence(optimizer: optim.Optimizer) -> Any:
    parts: list[Any] = [lr_scheduler.StepLR(optimizer, 1), lr_scheduler.ConstantLR(optimizer)]
    return lr_scheduler.SequentialLR(optimizer, parts, [1])


def one_cycle(optimizer: optim.Optimizer) -> Any:
    return lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=5)


def case_sequence() -> Case:
    """Interrupt the set-up of a sequence; that of its parts is complete."""
    params, optimizer = trained(lr=0.1, momentum=0.9)
    parts: list[Any] = [lr_scheduler.StepLR(optimizer, 1), lr_scheduler.ConstantLR(optimizer)]
    return lambda: lr_scheduler.SequentialLR(optimizer, parts, [1]), lambda: optimizer_state(params, optimizer)


OPTIMIZERS = sorted(
    name
    for name, kind in vars(optim).items()
    if isinstance(kind, type) and issubclass(kind, optim.Optimizer) and kind is not optim.Optimizer
)
SET_UP_APART = ("ReduceLROnPlateau", "SequentialLR")  # the first changes nothing, the second has a case of its own
METRIC = {"ReduceLROnPlateau": (float("nan"),)}
SCHEDULES: dict[str, Callable[[optim.Optimizer], Any]] = {
    "ConstantLR": lr_scheduler.ConstantLR,
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 5),
    "CosineAnnealingWarmRestarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 2),
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, 0.5),
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda step: 1 / (2 + step)),
    "LinearLR": lr_scheduler.LinearLR,
    "MultiStepLR": lambda o: lr_scheduler.MultiStepLR(o, [1, 3]),
    "OneCycleLR": one_cycle,
    "PolynomialLR": lr_scheduler.PolynomialLR,
    "ReduceLROnPlateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0),
    "SequentialLR": sequence,
    "StepLR": lambda o: lr_scheduler.StepLR(o, 1),
    "warmup_cosine": warmed,
}


def batch_norm() -> Case:
    mean, var = Tensor([0.0, 0.0]), Tensor([1.0, 1.0])
    x = Tensor([[1.0, 2.0], [3.0, 5.0]])
    return lambda: F.batch_norm(x, mean, var, training=True), lambda: nodes_state(mean, var)


def state_of(net: nn.Module) -> dict[str, Any]:
    return {name: array + 1 for name, array in net.state_dict().items()}


X = Tensor([[2.0, 2.0], [0.5, 1.0]])


CASES: dict[str, Callable[[], Case]] = {
    "backward": case_backward,
    "backward of Values": case_backward_of_values,
    "Stepper.commit": case_commit,
    "batch_norm": batch_norm,
    "BatchNorm1d": case_network(lambda net: net[1](Tensor(np.arange(6.0).reshape(2, 3)))),  # type: ignore[index]
    "a network with BatchNorm1d": case_network(lambda net: net(X)),
    "Module.to": case_network(lambda net: net.to(np.float32)),
    "Module.zero_grad": case_network(lambda net: net.zero_grad()),
    "Module.zero_grad to zeros": case_network(lambda net: net.zero_grad(set_to_none=False)),
    "Module.train": case_network(lambda net: net.eval()),
    "Module.requires_grad_": case_network(lambda net: net.requires_grad_(False)),
    "Module.load_state_dict": case_network(lambda net: net.load_state_dict(state_of(net))),
    "clip_grad_norm_": case_network(lambda net: nn.utils.clip_grad_norm_(net.parameters(), 0.1)),
    "clip_grad_value_": case_network(lambda net: nn.utils.clip_grad_value_(net.parameters(), 0.01)),
    "vector_to_parameters": case_network(lambda net: nn.utils.vector_to_parameters(np.arange(19.0), net.parameters())),
    "SGD.step with momentum": case_optimizer(lambda _, optimizer: optimizer.step(), momentum=0.9),
    **{
        f"{name}.step": case_optimizer(lambda _, optimizer: optimizer.step(), getattr(optim, name))
        for name in OPTIMIZERS
    },
    "Optimizer.zero_grad": case_optimizer(lambda _, optimizer: optimizer.zero_grad()),
    "add_param_group": case_optimizer(lambda _, optimizer: optimizer.add_param_group({"params": [Value(1.0)]})),
    "Optimizer.load_state_dict": case_optimizer(loaded, optim.Adam),
    **{f"set-up of {name}": case_schedule(build) for name, build in SCHEDULES.items() if name not in SET_UP_APART},
    "set-up of SequentialLR": case_sequence,
    **{f"{name}.step": case_step(build, *METRIC.get(name, ())) for name, build in SCHEDULES.items()},
    "load_state_dict of a schedule": case_loaded_schedule,
}


def model_with_other_parameters(raises: bool) -> Case:
    net: Any = nn.Sequential(nn.Linear(2, 1))
    others = {"0.weight": Tensor([[5.0, 6.0]]), "0.bias": Tensor([7.0])}

    def forward(x: Any) -> Any:
        if raises:
            raise ValueError("wrong on purpose")
        return net[0](x)

    net.forward = forward

    def act() -> None:
        with suppress(ValueError):
            nn.functional_call(net, others, Tensor([[1.0, 2.0]]))

    return act, lambda: [(name, id(p)) for name, p in net.named_parameters()]


@pytest.mark.parametrize("raises", [False, True])
def test_an_interrupt_at_any_line_of_functional_call_leaves_the_parameters_of_the_model(raises: bool) -> None:
    act, _ = model_with_other_parameters(raises)
    places = executed_lines(act)
    assert len(places) > 20
    for line in range(1, len(places) + 1):
        act, state = model_with_other_parameters(raises)
        before = state()
        interrupted_at(line, act)
        assert state() == before


# The compiled engine leaves a mode in C. In Python, an interrupt in __exit__ itself comes before the mode is left.
LEAVING = getattr(Switch.__exit__, "__code__", None)


@pytest.mark.parametrize("mode", [autograd.no_grad, autograd.enable_grad, autograd.detect_anomaly])
def test_an_interrupt_at_any_line_of_a_block_leaves_its_mode(mode: Callable[[], Any]) -> None:
    x = Value(2.0)

    def act() -> None:
        with mode():
            (x * x).tanh()

    before = current.get()
    lines = [line for line, (code, _) in enumerate(executed_lines(act), 1) if code is not LEAVING]
    assert len(lines) > 2
    for line in lines:
        interrupted_at(line, act)
        assert current.get() is before


def assert_before_or_after(
    case: Callable[[], Case], choose: Callable[[list[Place]], list[int]] = first_and_last
) -> None:
    """Interrupt the case at the lines that `choose` returns, of those that it executes, and look at the state."""
    case()[0]()  # what is kept for later calls, such as compiled code, is made in a first run
    act, state = case()
    before = state()
    places = executed_lines(act)
    after = state()
    assert before != after
    ends = []
    for line in choose(places):
        act, state = case()
        assert interrupted_at(line, act)
        ends.append(state())
    assert [end for end in ends if end not in (before, after)] == []
    assert before in ends


def every_line(places: list[Place]) -> list[int]:
    return list(range(1, len(places) + 1))


@pytest.mark.parametrize("name", CASES)
def test_an_interrupt_at_the_first_and_last_run_of_a_line_leaves_the_state_before_or_after(name: str) -> None:
    assert_before_or_after(CASES[name], first_and_last)


def test_every_schedule_has_its_cases() -> None:
    kinds = {
        name
        for name, kind in vars(lr_scheduler).items()
        if isinstance(kind, type) and name not in ("LRScheduler", "Schedule")
    }
    assert SCHEDULES.keys() == kinds | {"warmup_cosine"}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_an_interrupt_at_any_line_leaves_the_state_before_or_after(name: str) -> None:
    assert_before_or_after(CASES[name], every_line)


@pytest.mark.parametrize("index", [1] if autograd.__compiled__ else [0, 1])  # of a Value it is done in C, in one piece
def test_an_interrupted_assignment_of_data_is_noticed_or_not_made(index: int) -> None:
    def case() -> Case:
        node = leaves()[index]
        return lambda: setattr(node, "data", 7.0 if index == 0 else [[7.0, 8.0]]), lambda: nodes_state(node)

    assert_before_or_after(case, first_and_last)


def test_an_interrupted_cast_of_a_tensor_is_made_or_not() -> None:
    def case() -> Case:
        node = leaves()[1]
        return lambda: node.to_(np.float32), lambda: nodes_state(node)

    assert_before_or_after(case, first_and_last)


def save_steps(number: float, path: Path) -> None:
    Stepper(Value(number, label="x") * 2.0).save(path)


def save_picture(number: float, path: Path) -> None:
    draw(Value(number, label="x")).save(path)


def save_weights(number: float, path: Path) -> None:
    nn.save({"w": number}, path)


def where_files_are_written(places: list[Place]) -> list[int]:
    """Choose every line of what writes the file; of the lines before, which only compute, every fortieth."""
    writer = replace_file.__code__.co_filename
    first_runs = set(first_and_last(places))
    return [
        number
        for number, (code, _) in enumerate(places, 1)
        if code.co_filename == writer or (number in first_runs and number % 40 == 0)
    ]


@pytest.mark.parametrize("choose", [where_files_are_written, pytest.param(every_line, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("save", "name"),
    [(save_weights, "w.safetensors"), (save_steps, "steps.txt"), (save_steps, "steps.json"), (save_picture, "x.svg")],
)
def test_an_interrupt_at_any_line_of_save_leaves_the_old_file_or_the_new_one_and_no_other(
    tmp_path: Path, save: Callable[[float, Path], None], name: str, choose: Callable[[list[Place]], list[int]]
) -> None:
    path = tmp_path / name
    save(1.0, path)
    old = path.read_bytes()

    def case() -> Case:
        path.write_bytes(old)
        return lambda: save(2.0, path), lambda: [(p.name, p.read_bytes()) for p in tmp_path.iterdir()]

    assert_before_or_after(case, choose)


def test_a_signal_handler_may_call_backward_at_any_line_of_backward() -> None:
    def gradient_after(line: int) -> tuple[float, bool]:
        x = Value(3.0)
        root, other = x * x, x * 10.0
        handled = called_at(line, root.backward, other.backward)
        return x.grad, handled

    found, line, handled = [], 1, True
    while handled:
        gradient, handled = gradient_after(line)
        found.append(gradient)
        line += 1
    assert len(found) > (5 if autograd.__compiled__ else 20)  # the sweep in C has no lines
    assert set(found[:-1]) == {16.0}
    assert found[-1] == 6.0


# --- refused: nothing is changed ---


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (lambda o: lr_scheduler.warmup_cosine(o, 2, 6, eta_min="0"), "eta_min must be a number"),  # type: ignore[arg-type]
        (lambda o: lr_scheduler.warmup_cosine(o, 2, 6, start_factor=2.0), "start_factor must be"),
        (lambda o: lr_scheduler.warmup_cosine(o, 6, 6), "warmup_steps < total_steps"),
        (lambda o: lr_scheduler.LambdaLR(o, lambda step: "fast"), "could not convert"),  # type: ignore[arg-type, return-value]
        (lambda o: lr_scheduler.OneCycleLR(o, 0.5, total_steps=3, last_epoch=7), "has no 'initial_lr'"),
        (lambda o: lr_scheduler.OneCycleLR(o, [0.5], total_steps=3), "one value for all groups or a list of 2"),
        (lambda o: lr_scheduler.StepLR(o, 0), "step_size must be"),
        (lambda o: lr_scheduler.StepLR(o, 1, last_epoch=3), "has no 'initial_lr'"),
        (lambda o: o.add_param_group({"params": [Value(1.0)], "lr": -1.0}), "lr must be"),
    ],
)
def test_a_refused_schedule_or_group_leaves_the_optimizer_unchanged(
    build: Callable[[optim.Optimizer], Any], problem: str
) -> None:
    params, optimizer = trained(lr=0.1, momentum=0.9)
    before = optimizer_state(params, optimizer)
    with pytest.raises((TypeError, ValueError, KeyError), match=problem):
        build(optimizer)
    assert optimizer_state(params, optimizer) == before


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"weight": Tensor([1.0, 2.0, 3.0])}, "mul"),
        ({"running_var": Tensor([1.0])}, r"running statistic of shape \(1,\), expected \(2,\)"),
        ({"eps": "small"}, "eps must be a number, got str"),
        ({"momentum": "slow"}, "momentum must be a number, got str"),
    ],
)
def test_a_refused_batch_norm_leaves_the_running_statistics_unchanged(wrong: dict[str, Any], problem: str) -> None:
    given = {"running_mean": Tensor([0.0, 0.0]), "running_var": Tensor([1.0, 1.0]), **wrong}
    before = nodes_state(given["running_mean"], given["running_var"])
    with pytest.raises((TypeError, ValueError), match=problem):
        F.batch_norm(Tensor([[1.0, 2.0], [3.0, 5.0]]), training=True, **given)
    assert nodes_state(given["running_mean"], given["running_var"]) == before


def test_a_refused_batch_is_not_counted_by_batch_norm() -> None:
    norm = nn.BatchNorm1d(2)
    before = network_state(norm)
    norm.weight = nn.Parameter([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="mul"):
        norm(Tensor([[1.0, 2.0], [3.0, 5.0]]))
    assert network_state(norm)[0][2:] == before[0][2:]


def test_a_refused_buffer_is_not_registered() -> None:
    net = network()
    with pytest.raises(TypeError, match="holds a Tensor or None, got list"):
        net.register_buffer("table", [1.0])  # type: ignore[arg-type]
    assert "table" not in net.state_dict()
