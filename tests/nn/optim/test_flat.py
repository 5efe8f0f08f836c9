"""A step on flat arrays gives the numbers of the update of each parameter, whatever was changed since the last step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, Value
from nn.optim import Adam, Optimizer, Update, flat

Change = Callable[[Any, list[Any]], Any]


def set_entry(optimizer: Any, params: list[Any]) -> None:
    optimizer.state[params[1]]["exp_avg"] = np.full(2, 0.5)


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
    "an entry of the state set": set_entry,
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
