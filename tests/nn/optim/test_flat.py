"""A step on flat arrays gives the numbers of the update of each parameter, whatever was changed since the last step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, Value
from nn.optim import SGD, Adam, Optimizer, Update, flat

Change = Callable[[Any, list[Any]], Any]


def set_entry(name: str, entry: Any) -> Change:
    return lambda optimizer, params: optimizer.state[params[1]].update({name: entry})


def reorder(optimizer: Any, params: list[Any]) -> None:
    optimizer.param_groups[0]["params"].reverse()


CHANGES: dict[str, Change] = {
    "nothing": lambda optimizer, params: None,
    "data set": lambda optimizer, params: setattr(params[1], "data", [7.0, 8.0]),
    "data written into": lambda optimizer, params: params[1].data.fill(7.0),
    "a dtype": lambda optimizer, params: params[0].to_(np.float32),
    "a skipped parameter": lambda optimizer, params: setattr(params[1], "grad", None),
    "the last parameter skipped": lambda optimizer, params: setattr(params[2], "grad", None),
    "a new group": lambda optimizer, params: optimizer.add_param_group({"params": [with_gradient((3,))], "lr": 0.5}),
    "an entry of the state set": set_entry("exp_avg", np.full(2, 0.5)),
    "an entry of another dtype": set_entry("exp_avg", np.full(2, 0.1, np.float32)),
    "an entry that is an array of one number": set_entry("exp_avg", np.array(0.5)),
    "an entry that is a number": set_entry("exp_avg", 0.5),
    "a count as a number of NumPy": set_entry("step", np.int64(2)),
    "a count as an array of one number": set_entry("step", np.array(2.0)),
    "an entry deleted": lambda optimizer, params: optimizer.state[params[1]].pop("exp_avg"),
    "an entry of the state written into": lambda optimizer, params: optimizer.state[params[0]]["exp_avg"].fill(0.5),
    "the state looked at": lambda optimizer, params: optimizer.state,
    "the state set": lambda optimizer, params: setattr(optimizer, "state", {params[0]: optimizer.state[params[0]]}),
    "the state cleared": lambda optimizer, params: optimizer.state.clear(),
    "a state deleted": lambda optimizer, params: optimizer.state.pop(params[1]),
    "a loaded state": lambda optimizer, params: optimizer.load_state_dict(optimizer.state_dict()),
    "another order": reorder,
    "a parameter frozen": lambda optimizer, params: params[2].requires_grad_(False),
}


def with_gradient(shape: tuple[int, ...]) -> Tensor:
    count = int(np.prod(shape))
    p = Tensor(np.arange(1.0, count + 1).reshape(shape), requires_grad=True)
    p.grad = np.linspace(-1.0, 2.0, count).reshape(shape)
    return p


@pytest.mark.parametrize("large", [flat.LARGE, 3])
@pytest.mark.parametrize("name", CHANGES)
def test_a_step_after_a_change_is_the_update_of_each_parameter(
    name: str, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flat, "LARGE", large)
    params = [with_gradient(shape) for shape in ((2, 3), (2,), (), (4,))]
    optimizer = Adam([{"params": params[:3]}, {"params": params[3:], "maximize": True}], lr=0.1, weight_decay=0.1)
    for _ in range(2):
        optimizer.step()
    CHANGES[name](optimizer, params)
    for _ in range(2):
        rows = optimizer.explain().rows
        held = [(row.node.data, np.array(row.data)) for row in rows]
        held += [(kept, np.array(kept)) for state in optimizer.state.values() for kept in state.values()]
        optimizer.step()
        for row in rows:
            assert np.array_equal(np.asarray(row.node.data), row.update.data)
            assert np.asarray(row.node.data).dtype == row.data.dtype
            kept = optimizer.state.get(row.node, {})
            assert kept.keys() == row.update.state.keys()
            assert all(np.array_equal(kept[key], entry) for key, entry in row.update.state.items())
        assert all(np.array_equal(np.asarray(seen), numbers) for seen, numbers in held)


def test_a_step_goes_on_from_the_arrays_of_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    w, b = with_gradient((2, 3)), Value(1.0)
    b.grad = 2.0
    optimizer = Adam([w, b, with_gradient((2,))])
    optimizer.step()
    monkeypatch.setattr(flat.Flat, "gathered", None)
    for _ in range(2):
        optimizer.step()
    assert [state["step"] for state in optimizer.state.values()] == [3, 3, 3]


class Slowing(Optimizer):
    """Divides the gradient by a number of NumPy, which the state keeps."""

    elementwise = True

    @staticmethod
    def update(x: Any, g: Any, state: dict[str, Any], *args: Any, **options: Any) -> Update:
        divisor = state.get("divisor", 0.0) + np.sqrt(4.0)
        return Update(x - g / divisor, {"divisor": divisor})


def test_a_number_of_numpy_in_the_state_is_one_for_all_elements() -> None:
    params = [with_gradient((2,)), with_gradient((3, 1))]
    optimizer = Slowing(params, {})
    for steps in (1, 2):
        optimizer.step()
        assert [row.update.state for row in optimizer.explain().rows] == [{"divisor": 2.0 * steps + 2.0}] * 2
        assert list(optimizer.state.values()) == [{"divisor": 2.0 * steps}] * 2
    optimizer.load_state_dict(optimizer.state_dict())
    optimizer.step()
    assert list(optimizer.state.values()) == [{"divisor": 6.0}] * 2


def test_a_dict_of_states_that_a_step_has_replaced_counts_no_longer() -> None:
    p = with_gradient((2,))
    optimizer = Adam([p])
    optimizer.step()
    before = optimizer.state
    optimizer.step()
    before.clear()
    optimizer.step()
    assert optimizer.state[p]["step"] == 3


@pytest.mark.parametrize("k", range(3))
def test_a_momentum_that_is_set_to_none_begins_anew_and_the_others_go_on(k: int) -> None:
    params = [with_gradient((2,)) for _ in range(3)]
    optimizer = SGD(params, lr=0.1, momentum=0.5)
    optimizer.step()
    optimizer.state[params[k]]["momentum_buffer"] = None
    optimizer.step()
    for j, p in enumerate(params):
        assert optimizer.state[p]["momentum_buffer"].tolist() == ([-1.0, 2.0] if j == k else [-1.5, 3.0])


def test_states_whose_shapes_are_exchanged_are_refused() -> None:
    params = [with_gradient((2,)), with_gradient((3,))]
    optimizer = SGD(params, lr=0.1, momentum=0.5)
    optimizer.step()
    before = [p.data.tolist() for p in params]
    optimizer.state = dict(zip(params, reversed(list(optimizer.state.values())), strict=True))
    with pytest.raises(ValueError, match="could not be broadcast"):
        optimizer.step()
    assert [p.data.tolist() for p in params] == before


class Own(Optimizer):
    """Keeps what it is told to."""

    elementwise = True
    kept: Any = staticmethod(lambda x: x)

    def __init__(self, params: list[Any]) -> None:
        super().__init__(params, {"lr": 0.5})

    def update(self, x: Any, g: Any, state: Any, *, lr: float) -> Update:  # type: ignore[override]
        new = x - lr * g
        return Update(new, {"kept": self.kept(new)})


@pytest.mark.parametrize(
    ("number", "kept"), [(np.float64(0.5), 0.5), (np.int64(2), 2), (np.array(0.5), 0.5), (True, True), (3, 3)]
)
def test_a_number_in_the_state_of_an_own_optimizer_is_one_of_python(number: Any, kept: Any) -> None:
    params = [with_gradient((2,)), with_gradient((3,)), with_gradient(())]
    optimizer = Own(params)
    optimizer.kept = lambda new: number
    for _ in range(2):
        optimizer.step()
        found = [optimizer.state[p]["kept"] for p in params]
        assert found == [kept] * 3
        assert {*map(type, found)} == {type(kept)}


@pytest.mark.parametrize("shapes", [[(2,)], [(2,), (3,)]])
def test_an_update_that_gives_another_number_of_elements_is_refused(shapes: list[tuple[int, ...]]) -> None:
    params = [with_gradient(shape) for shape in shapes]
    optimizer = Own(params)
    optimizer.kept = lambda new: np.zeros(7)
    with pytest.raises(ValueError, match=r"and its update returned kept of shape \(7,\); return an element for each"):
        optimizer.step()
    assert params[0].data.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("shapes", [[(2,)], [(2,), (3,)]])
def test_an_entry_of_the_state_does_not_share_memory_with_the_new_data(shapes: list[tuple[int, ...]]) -> None:
    params = [with_gradient(shape) for shape in shapes]
    optimizer = Own(params)
    optimizer.step()
    params[0].data[...] = 100.0
    assert optimizer.state[params[0]]["kept"].tolist() == [1.5, 1.0]
