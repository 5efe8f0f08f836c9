"""Optimizers: formulas compared with hand calculation, floats and arrays alike, all or nothing, refused arguments."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import nn
from autograd import Tensor, Value, no_grad
from nn.optim import SGD, Adam, Optimizer, RMSprop, Update

from ...interrupts import interrupted_at
from .optimizers import CHOICES, FEW, drive, exact, gradients, make, numbers, parameters


@pytest.mark.parametrize(
    ("name", "options", "after"),
    [
        # two steps from x = 2 with g = 0.5, calculated by hand
        ("SGD", {"lr": 0.1}, [1.95, 1.9]),
        ("SGD", {"lr": 0.1, "weight_decay": 0.5}, [1.85, 1.7075]),
        ("SGD", {"lr": 0.1, "momentum": 0.5}, [1.95, 1.875]),
        ("SGD", {"lr": 0.1, "momentum": 0.5, "dampening": 0.5}, [1.95, 1.9]),
        ("SGD", {"lr": 0.1, "momentum": 0.5, "nesterov": True}, [1.925, 1.8375]),
        ("SGD", {"lr": 0.1, "maximize": True}, [2.05, 2.1]),
        ("Adagrad", {"lr": 0.1, "eps": 0.0}, [1.9, 1.9 - 0.1 / math.sqrt(2)]),
        ("Adagrad", {"lr": 0.1, "eps": 0.0, "lr_decay": 1.0}, [1.9, 1.9 - 0.05 / math.sqrt(2)]),
        ("RMSprop", {"lr": 0.1, "alpha": 0.75, "eps": 0.0}, [1.8, 1.8 - 0.1 / math.sqrt(0.4375)]),
        ("RMSprop", {"lr": 0.1, "alpha": 0.75, "eps": 0.25}, [1.9, 1.9 - 0.05 / (0.5 * math.sqrt(0.4375) + 0.25)]),
        ("Adadelta", {"rho": 0.75, "eps": 0.0}, [2.0, 2.0]),  # without eps the first step is 0, and so are all others
        ("Adam", {"lr": 0.1, "eps": 0.0}, [1.9, 1.8]),  # for equal gradients, the corrected mean is the gradient
        ("Adam", {"lr": 0.1, "eps": 0.5}, [1.95, 1.9]),
        ("AdamW", {"lr": 0.1, "eps": 0.0, "weight_decay": 0.5}, [1.8, 1.61]),
        ("Rprop", {"lr": 0.1}, [1.9, 1.78]),
    ],
)
def test_two_steps_equal_a_calculation_by_hand(name: str, options: dict[str, Any], after: list[float]) -> None:
    w = Value(2.0)
    optimizer = make(name, [w], **options)
    for expected in after:
        w.grad = 0.5
        optimizer.step()
        assert w.data == pytest.approx(expected, rel=1e-12)


def test_rprop_skips_one_step_where_the_sign_changed_and_continues_with_a_smaller_step() -> None:
    w = Value(0.0)
    optimizer = make("Rprop", [w], lr=0.1)
    path = []
    for g in (1.0, -1.0, -1.0, -1.0):
        w.grad = g
        optimizer.step()
        path.append(w.data)
    assert path == pytest.approx([-0.1, -0.1, -0.05, 0.01])


def test_the_step_size_of_rprop_stays_in_its_range() -> None:
    for signs, end in (((1.0, 1.0, 1.0), -0.32), ((1.0, -1.0, -1.0), -0.02)):
        w = Value(0.0)
        optimizer = make("Rprop", [w], lr=0.1, step_sizes=(0.08, 0.11))
        for w.grad in signs:
            optimizer.step()
        assert w.data == pytest.approx(end)


@pytest.mark.parametrize(("name", "options"), FEW)
def test_floats_and_arrays_take_bitwise_equal_steps(name: str, options: dict[str, Any]) -> None:
    start = [0.5, -1.5, 0.0]
    values, tensor = [Value(x) for x in start], Tensor(start, requires_grad=True)
    first, second = make(name, values, **options), make(name, [tensor], **options)
    draw = np.random.default_rng(1)
    for _ in range(30):
        g = draw.normal(size=3)
        tensor.grad = np.array(g)
        for value, each in zip(values, g.tolist(), strict=True):
            value.grad = each
        first.step()
        second.step()
        assert [value.data for value in values] == tensor.tolist()


@pytest.mark.parametrize(("name", "options"), FEW)
def test_float32_stays_float32_in_the_parameter_and_in_the_state(name: str, options: dict[str, Any]) -> None:
    for shape in ((2, 2), ()):
        w = Tensor(np.ones(shape, np.float32), requires_grad=True)
        optimizer = make(name, [w], **options)
        for _ in range(2):
            w.grad = np.full(shape, 0.5, np.float32)
            optimizer.step()
        arrays = [kept for kept in optimizer.state.get(w, {}).values() if isinstance(kept, np.ndarray)]
        assert {w.dtype, *(array.dtype for array in arrays)} == {np.dtype(np.float32)}
        assert all(array.shape == shape for array in arrays)


@given(g=st.floats(-1e6, 1e6), x=st.floats(-1e6, 1e6), lr=st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_the_first_step_of_adam_is_at_most_lr_and_goes_downhill(g: float, x: float, lr: float) -> None:
    moved = Adam.update(x, g, {}, lr=lr).data - x
    assert abs(moved) <= lr * (1 + 1e-9) + 1e-9
    assert moved * g <= 0


def test_a_division_by_zero_follows_ieee_for_floats_and_arrays() -> None:
    value, tensor = Value(1.0), Tensor([1.0], requires_grad=True)
    value.grad, tensor.grad = 0.0, np.zeros(1)
    RMSprop([value, tensor], eps=0.0).step()
    assert math.isnan(value.data)
    assert np.isnan(tensor.numpy()).all()


def test_a_class_with_an_update_is_an_optimizer() -> None:
    w = Value(2.0)
    optimizer = Halving([w])
    w.grad = 1.0
    optimizer.step()
    assert w.data == 1.0
    assert optimizer.state_dict()["state"] == {0: {"times": 1, "last": 1.0}}


def test_a_state_entry_does_not_share_memory_with_the_gradient() -> None:
    w = Tensor([2.0, 4.0], requires_grad=True)
    optimizer = Halving([w])
    w.grad = g = np.array([1.0, 2.0])
    optimizer.step()
    g[:] = 9.0
    assert optimizer.state[w]["last"].tolist() == [1.0, 2.0]


def test_new_data_does_not_share_memory_with_the_gradient() -> None:
    w = Tensor([2.0, 4.0], requires_grad=True)
    w.grad = g = np.array([1.0, 2.0])
    Copying([w], {}).step()
    g[:] = 9.0
    assert w.tolist() == [1.0, 2.0]


class Copying(Optimizer):
    elementwise = True

    @staticmethod
    def update(x: Any, g: Any, state: dict[str, Any], *args: Any, **options: Any) -> Update:
        return Update(g, {})


class Halving(Optimizer):
    def __init__(self, params: Any, fails_at: float = math.nan) -> None:
        super().__init__(params, {"fails_at": fails_at})

    @staticmethod
    def update(x: Any, g: Any, state: dict[str, Any], *args: Any, **options: Any) -> Update:
        if np.all(x == options["fails_at"]):
            raise ArithmeticError("as asked")
        return Update(x / 2, {"times": state.get("times", 0) + 1, "last": g})


def test_a_parameter_without_gradient_is_skipped_and_gets_no_state() -> None:
    a, b = Value(1.0), Tensor([1.0], requires_grad=True)
    a.grad = 1.0
    optimizer = Adam([a, b])
    optimizer.step()
    assert b.tolist() == [1.0]
    assert list(optimizer.state) == [a]
    without_memory = SGD([a])
    without_memory.step()
    assert without_memory.state_dict()["state"] == {}


@pytest.mark.parametrize(("name", "options"), FEW)
def test_a_step_changes_no_array_of_the_user(name: str, options: dict[str, Any]) -> None:
    w = Tensor([1.0, -2.0], requires_grad=True)
    optimizer = make(name, [w], **options)
    g = np.array([0.5, 0.25])
    before = np.asarray(w.data)
    w.grad = g
    for _ in range(2):
        optimizer.step()
    assert w.grad is g
    assert [g.tolist(), before.tolist()] == [[0.5, 0.25], [1.0, -2.0]]
    kept = [np.array(each) for each in optimizer.state.get(w, {}).values()]
    g[:] = 1e6
    assert all(np.array_equal(a, b) for a, b in zip(kept, optimizer.state.get(w, {}).values(), strict=True))


def test_a_graph_built_before_the_step_is_refused_and_one_built_after_it_is_right() -> None:
    w = Tensor([3.0], requires_grad=True)
    optimizer = SGD([w], lr=0.5)
    old = (w * w).sum()
    (w * w).sum().backward()
    optimizer.step()
    with pytest.raises(RuntimeError, match="changed after it was used"):
        old.backward()
    optimizer.zero_grad()
    (w * w).sum().backward()
    assert w.grad is not None
    assert w.grad.tolist() == [0.0]


def test_zero_grad_sets_gradients_to_none_or_existing_ones_to_zero() -> None:
    a, b, c = Value(1.0), Tensor([[1.0, 2.0]], requires_grad=True), Value(1.0)
    optimizer = SGD([a, b, c])
    given = np.ones((1, 2))
    a.grad, b.grad = 2.0, given
    optimizer.zero_grad(set_to_none=False)
    assert type(a.grad) is float
    assert (a.grad, np.asarray(b.grad).tolist(), c.grad) == (0.0, [[0.0, 0.0]], None)
    assert given.tolist() == [[1.0, 1.0]]
    optimizer.zero_grad()
    assert [a.grad, b.grad] == [None, None]


def test_a_closure_is_called_first_with_gradients_on_and_its_loss_is_returned() -> None:
    w = Value(3.0)
    optimizer = SGD([w], lr=0.5)

    def closure() -> Value:
        optimizer.zero_grad()
        loss = w * w
        loss.backward()
        return loss

    with no_grad():
        assert optimizer.step(closure).data == 9.0
    assert w.data == 0.0


def test_groups_have_their_own_options_and_the_defaults_for_the_rest() -> None:
    a, b, c = Value(1.0), Value(1.0), Value(1.0)
    optimizer = SGD([{"params": [a], "lr": 0.5}, {"params": b, "name": "bias"}], lr=0.25)
    optimizer.add_param_group({"params": [c], "maximize": True})
    for w in (a, b, c):
        w.grad = 1.0
    optimizer.step()
    assert [a.data, b.data, c.data] == [0.5, 0.75, 1.25]
    assert optimizer.param_groups[1]["name"] == "bias"
    assert "Parameter Group 2" in repr(optimizer)


def test_options_given_as_numpy_numbers_become_python_floats() -> None:
    optimizer = Adam([Value(1.0)], lr=np.float32(0.5), betas=[np.float64(0.5), 0])  # type: ignore[arg-type]
    group = optimizer.param_groups[0]
    assert repr((group["lr"], group["betas"])) == "(0.5, (0.5, 0.0))"


def test_an_option_that_is_later_set_out_of_range_is_refused_by_the_step() -> None:
    w = Value(1.0)
    optimizer = SGD([w])
    w.grad = 1.0
    optimizer.param_groups[0]["lr"] = -1.0
    with pytest.raises(ValueError, match=r"lr must be a finite number >= 0, got -1\.0"):
        optimizer.step()
    assert w.data == 1.0


def test_an_option_that_is_written_into_is_checked_by_the_next_step() -> None:
    w = Value(1.0)
    w.grad = 1.0
    optimizer = Adam([w])
    optimizer.param_groups[0]["betas"] = betas = [0.5, 0.5]
    optimizer.step()
    betas[0] = 2.0
    with pytest.raises(ValueError, match=r"betas must be two numbers >= 0 and < 1, got \[2\.0, 0\.5\]"):
        optimizer.step()


def used_up() -> Any:
    each = iter([Value(1.0)])
    list(each)
    return each


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        (list, ValueError, "an empty list"),
        (used_up, ValueError, "used-up generator"),
        (lambda: [{"params": used_up()}], ValueError, "used-up generator"),
        (lambda: {Value(1.0)}, TypeError, "a set"),
        (lambda: [{"params": {Value(1.0)}}], TypeError, "a set"),
        (lambda: Value(1.0), TypeError, r"write \[parameter\]"),
        (lambda: Tensor([1.0], requires_grad=True), TypeError, r"write \[parameter\]"),
        (lambda: {"params": [Value(1.0)]}, TypeError, r"write \[\{'params'"),
        (lambda: "wb", TypeError, "takes a list"),
        (lambda: np.ones(3), TypeError, "takes a list"),
        (lambda: 3, TypeError, "takes a list"),
        (lambda: nn.Linear(1, 1), TypeError, r"got Linear.*model\.parameters\(\)"),
        (lambda: nn.Sequential(nn.Linear(1, 1)), TypeError, r"got Sequential.*model\.parameters\(\)"),
        (lambda: nn.Linear(1, 1).parameters, TypeError, r"got method.*model\.parameters\(\)"),
        (lambda: [Value(1.0), 2.0], TypeError, "got float at position 1"),
        (lambda: [[Value(1.0)]], TypeError, "got list at position 0"),
        (lambda: [Value(1.0) * 2], ValueError, "the result of an op"),
        (lambda: [Tensor([1, 2])], TypeError, "holds int64"),
        (lambda: [Value(1.0)] * 2, ValueError, "in the optimizer already"),
        (lambda: [{"params": [w]} for w in [Value(1.0)] * 2], ValueError, "in the optimizer already"),
        (lambda: [Value(1.0), {"params": [Value(1.0)]}], TypeError, "both in one list"),
        (lambda: [("a", Value(1.0)), Value(2.0)], ValueError, "both in one group"),
        (lambda: [{"lr": 0.1}], ValueError, "needs the key 'params'"),
        (lambda: [{"params": [Value(1.0)], "lr": math.nan}], ValueError, "lr must be"),
    ],
)
def test_invalid_parameters_are_refused(params: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        SGD(params())


OUT_OF_RANGE = {
    "lr": (-0.1, math.nan, math.inf, "0.1", True, Value(0.1)),
    "momentum": (-0.1, math.nan),
    "dampening": (math.nan,),
    "weight_decay": (-1e-9, math.nan, math.inf),
    "lr_decay": (-1.0,),
    "initial_accumulator_value": (-1.0,),
    "momentum_decay": (-1.0,),
    "eps": (-1e-8, math.nan),
    "alpha": (-0.1, 1.1, math.nan),
    "rho": (-0.1, 1.1),
    "betas": ((1.0, 0.9), (0.9, 1.0), (-0.1, 0.9), (0.9, math.nan), 0.9, (0.9,), ("a", "b")),
    "etas": ((1.0, 1.2), (0.5, 1.0), (0.0, 1.2)),
    "step_sizes": ((2.0, 1.0), (-1.0, 1.0)),
    "nesterov": (True, 1),  # True requires momentum
    "maximize": (1, None),
    "centered": ("yes",),
    "amsgrad": (0,),
    "decoupled_weight_decay": (2,),
}


@pytest.mark.parametrize("name", CHOICES)
def test_options_out_of_range_are_refused_with_the_range(name: str) -> None:
    for option in CHOICES[name]:
        for wrong in OUT_OF_RANGE[option]:
            with pytest.raises((TypeError, ValueError), match=option):
                make(name, [Value(1.0)], **{option: wrong})


@pytest.mark.parametrize("name", CHOICES)
def test_implementation_options_of_pytorch_are_refused(name: str) -> None:
    with pytest.raises(TypeError, match="foreach"):
        make(name, [Value(1.0)], foreach=True)


def test_a_gradient_that_does_not_fit_is_refused() -> None:
    w = Tensor([1.0, 2.0], requires_grad=True)
    optimizer = SGD([w])
    w.grad = np.ones(3)
    with pytest.raises(ValueError, match=r"shape \(3,\), expected \(2,\)"):
        optimizer.step()
    w.grad = Tensor([1.0, 2.0])  # type: ignore[assignment]
    with pytest.raises(TypeError, match="must hold plain numbers"):
        optimizer.step()


class Refusing(Halving):
    """Refuses the last change of a step."""

    @property
    def steps(self) -> int:
        return 0

    @steps.setter
    def steps(self, count: int) -> None:
        if count:
            raise MemoryError


def test_a_step_whose_changes_fail_in_the_middle_undoes_them() -> None:
    params = parameters()
    for p, g in zip(params, gradients(1, 2)[0], strict=True):
        p.grad = np.array(g) if isinstance(p, Tensor) else float(g)
    loss: Any = sum(p.sum() if isinstance(p, Tensor) else p for p in params)
    optimizer, data = Refusing(params), numbers(params)
    with pytest.raises(MemoryError):
        optimizer.step()
    assert (numbers(params), optimizer.state_dict()["state"]) == (data, {})
    loss.backward()  # which would refuse data that counts as set since


@pytest.mark.parametrize(
    ("name", "options"), [("SGD", {"momentum": 0.9}), ("Adam", {"amsgrad": True}), ("NAdam", {"weight_decay": 0.1})]
)
def test_an_interrupt_at_any_line_of_a_step_leaves_all_changes_or_none(name: str, options: dict[str, Any]) -> None:
    params = parameters()
    optimizer = make(name, params, **options)
    first, second = gradients(3, 2)
    drive(optimizer, params, [first])
    saved, data = optimizer.state_dict(), numbers(params)
    ends = []
    for line in range(1, 2000):
        for p, g in zip(params, second, strict=True):
            p.grad = np.array(g) if isinstance(p, Tensor) else float(g)
        interrupted = interrupted_at(line, optimizer.step)
        ends.append((numbers(params), exact(optimizer.state_dict()), optimizer.steps))
        if not interrupted:
            break
        for p, x in zip(params, data, strict=True):
            p.data = x
        optimizer.load_state_dict(saved)
        optimizer.steps = 1
    assert not interrupted
    untouched, taken = (data, exact(saved), 1), ends[-1]
    assert untouched != taken
    assert [end for end in ends if end not in (untouched, taken)] == []
    assert len([end for end in ends if end == untouched]) > 50


def test_an_error_at_the_last_parameter_leaves_the_first_untouched() -> None:
    params: list[Any] = [Value(2.0), Tensor([2.0], requires_grad=True), Value(7.0)]
    optimizer = Halving(params, fails_at=7.0)
    drive_all = [[1.0, np.ones(1), 1.0]]
    with pytest.raises(ArithmeticError, match="as asked"):
        drive(optimizer, params, drive_all)
    assert (numbers(params), optimizer.state) == ([2.0, [2.0], 7.0], {})


def test_groups_without_any_parameter_are_refused() -> None:
    with pytest.raises(ValueError, match="groups without parameters"):
        nn.optim.SGD([{"params": []}, {"params": []}])
    assert len(nn.optim.SGD([{"params": []}, {"params": [Value(1.0)]}]).param_groups) == 2


@pytest.mark.parametrize(
    "grad",
    [np.full((2, 3), 1j), np.full((2, 3), None), np.full((2, 3), "a")],
    ids=["complex", "objects", "text"],
)
def test_a_gradient_that_is_not_real_is_refused_and_nothing_changes(grad: np.ndarray) -> None:
    w = Tensor(np.ones((2, 3)), requires_grad=True)
    w.grad = grad
    with pytest.raises(TypeError, match="must hold real numbers"):
        SGD([w], lr=0.1).step()
    assert np.array_equal(w.numpy(), np.ones((2, 3)))


def read_only(g: np.ndarray) -> np.ndarray:
    g.flags.writeable = False
    return g


@pytest.mark.parametrize(
    "given",
    [
        lambda g: g.astype(np.float32),
        lambda g: g.astype(int),
        lambda g: np.asfortranarray(g),
        lambda g: g[::-1, ::-1],
        lambda g: g.tolist(),
        read_only,
    ],
    ids=["float32", "int", "columns first", "negative strides", "list", "read-only"],
)
def test_a_gradient_in_any_form_counts_as_its_numbers(given: Callable[[np.ndarray], Any]) -> None:
    w, same = (Tensor(np.ones((2, 3)), requires_grad=True) for _ in range(2))
    w.grad = given(np.arange(6.0).reshape(2, 3))
    same.grad = np.array(w.grad, dtype=float)
    for node in (w, same):
        optimizer = SGD([node], lr=0.1, momentum=0.9)
        optimizer.step()
        optimizer.step()
    assert w.tolist() == same.tolist()


def test_an_optimizer_is_copied_together_with_its_model_and_goes_on_alike() -> None:
    model = nn.Linear(2, 2)
    optimizer = Adam(model.parameters(), lr=0.1)

    def step(model: nn.Linear, optimizer: Adam) -> None:
        for p in model.parameters():
            p.grad = np.ones(p.shape)
        optimizer.step()

    step(model, optimizer)
    twin, its_optimizer = copy.deepcopy((model, optimizer))
    before = model.weight.tolist()
    step(twin, its_optimizer)
    assert model.weight.tolist() == before
    step(model, optimizer)
    assert model.weight.tolist() == twin.weight.tolist()


@pytest.mark.parametrize(
    ("copied", "message"), [(copy.deepcopy, "together with the model"), (pickle.dumps, "save_che")]
)
def test_an_optimizer_alone_is_neither_copied_nor_pickled(copied: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        copied(SGD([Value(1.0)]))


def test_a_step_whose_count_is_refused_by_a_subclass_changes_nothing() -> None:
    class Few(nn.optim.SGD):  # type: ignore[misc]
        taken = 0

        @property
        def steps(self) -> int:
            return self.taken

        @steps.setter
        def steps(self, count: int) -> None:
            if count > 1:
                raise RuntimeError("one step is enough")
            self.taken = count

    v, p = Value(1.0), Tensor([1.0, 2.0], requires_grad=True)
    v.grad, p.grad = 1.0, np.ones(2)
    optimizer = Few([v, p], lr=0.5, momentum=0.5)
    optimizer.step()
    with pytest.raises(RuntimeError, match="one step is enough"):
        optimizer.step()
    assert (v.data, p.data.tolist(), optimizer.state[v]) == (0.5, [0.5, 1.5], {"momentum_buffer": 1.0})
