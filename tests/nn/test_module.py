"""Module: train, freeze, cast, save, load, copy and print all parts of a network."""

import copy
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, no_grad

from .networks import NAMES, Net, Scale


def test_freezing_values_is_refused() -> None:
    with pytest.raises(TypeError, match="do not give it to the optimizer"):
        nn.MLP(2, [1]).requires_grad_(False)


def test_train_and_eval_reach_every_module() -> None:
    net = Net()
    assert all(m.training for m in net.modules())
    assert net.eval() is net
    assert not any(m.training for m in net.modules())
    assert all(m.training for m in net.train().modules())


@pytest.mark.parametrize("to_none", [True, False])
def test_zero_grad_sets_all_gradients_to_none_or_zero(to_none: bool) -> None:
    net = Net()
    (net.value * 2).backward()
    (net.bias * math.inf).sum().backward()
    net.zero_grad(set_to_none=to_none)
    assert net.value.grad == (None if to_none else 0.0)
    assert net.bias.grad is None if to_none else net.bias.grad.tolist() == [0.0, 0.0]  # type: ignore[union-attr]
    assert net.first.weight.grad is None


def test_apply_visits_inner_modules_first() -> None:
    seen: list[nn.Module] = []
    net = Net()
    assert net.apply(seen.append) is net
    assert seen[-1] is net
    assert set(map(id, seen)) == set(map(id, net.modules()))


def test_casting_keeps_the_nodes_and_skips_integers() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    net(Tensor([[1.0, 1.0], [2.0, 2.0]])).sum().backward()
    before = list(net.parameters())
    assert net.float() is net
    assert all(p is q for p, q in zip(net.parameters(), before, strict=True))
    assert {p.dtype.name for p in net.parameters()} == {"float32"}
    assert {p.grad.dtype.name for p in net.parameters()} == {"float32"}
    assert [b.dtype.name for b in net.buffers()] == ["float32", "float32", "int64"]
    assert net(Tensor(np.ones((2, 2), np.float32))).dtype == np.float32
    assert {p.dtype.name for p in net.double().parameters()} == {"float64"}
    with pytest.raises(TypeError, match=r"to\(\) takes a floating-point dtype, got int64"):
        net.to(int)
    with pytest.raises(TypeError, match="got 'cpu'; there are no devices"):
        net.to("cpu")
    with pytest.raises(TypeError, match="a Value is a 64-bit float"):
        nn.MLP(1, [1]).float()


def test_a_cast_between_forward_and_backward_is_refused() -> None:
    net = Scale()
    y = (net(Tensor([1.0, 2.0])) ** 2).sum()
    net.float()
    with pytest.raises(RuntimeError, match="was changed after it was used"):
        y.backward()


def test_a_state_dict_is_a_copy_and_loading_it_restores_the_numbers() -> None:
    net = Net()
    state = net.state_dict()
    assert set(state) == {*NAMES, "count"}
    assert state["value"] == 3.0
    x = net.first(ag.ones(1, 2)).numpy()
    net.first.weight.data = np.zeros((3, 2))
    net.value.data = 0.0
    assert state["first.weight"].any()
    assert net.load_state_dict(state) == ([], [])
    assert (net.first(ag.ones(1, 2)).numpy() == x).all()
    assert net.value.data == 3.0


def test_loading_lists_every_mismatch_and_changes_nothing() -> None:
    net = Net()
    before = net.state_dict()
    state: dict[str, Any] = {name: array + 1 for name, array in before.items()}
    del state["bias"], state["count"]
    state["strange"] = 0.0
    state["first.weight"] = np.zeros((2, 3))
    state["value"] = "text"
    with pytest.raises(RuntimeError) as caught:
        net.load_state_dict(state)
    assert str(caught.value).splitlines() == [
        "the state does not fit Net; nothing was loaded:",
        "  missing: bias",
        "  missing: count",
        "  unexpected: strange",
        "  value holds <U4, expected numbers",
        "  first.weight has shape (2, 3), expected (3, 2)",
    ]
    assert all((array == before[name]).all() for name, array in net.state_dict().items())
    with pytest.raises(RuntimeError, match=r"first\.weight has shape"):  # strict=False ignores keys, not shapes
        net.load_state_dict(state, strict=False)


def test_loading_without_strict_returns_the_ignored_keys() -> None:
    net = nn.Sequential(nn.Linear(1, 1), Scale(1))
    keys = net.load_state_dict({"0.bias": [7.0], "other": 1.0}, strict=False)
    assert keys.missing_keys == ["0.weight", "1.weight"]
    assert keys.unexpected_keys == ["other"]
    assert net[0].bias.tolist() == [7.0]


def test_interrupted_loading_leaves_the_numbers_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    net = nn.MLP(2, [2, 1])
    before = net.state_dict()
    writes = []
    whole: Any = Value.data

    def interrupted(value: Value, data: float) -> None:
        writes.append(data)
        if len(writes) == 4:
            raise KeyboardInterrupt
        whole.__set__(value, data)

    with monkeypatch.context() as patch:
        patch.setattr(Value, "data", property(whole.__get__, interrupted))
        with pytest.raises(KeyboardInterrupt):
            net.load_state_dict({name: array + 1 for name, array in before.items()})
    assert len(writes) == 4
    assert net.state_dict() == before


def test_a_loaded_array_is_not_shared_and_keeps_the_dtype_of_the_parameter() -> None:
    net = Scale().float()
    array = np.array([1.0, 2.0])
    net.load_state_dict({"weight": array})
    array[0] = 9.0
    assert net.weight.tolist() == [1.0, 2.0]
    assert net.weight.dtype == np.float32


def test_a_deep_copy_is_an_independent_network_with_the_same_numbers() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.MLP(2, [1]))
    net[0].weight.requires_grad_(False)
    net[0].bias.grad = np.array([1.0, 2.0])
    net.eval()
    twin = copy.deepcopy(net)
    assert list(twin.state_dict()) == list(net.state_dict())
    assert not {id(p) for p in twin.parameters()} & {id(p) for p in net.parameters()}
    assert repr(twin) == repr(net)
    assert not any(m.training for m in twin.modules())
    assert [p.requires_grad for p in twin.parameters()] == [p.requires_grad for p in net.parameters()]
    assert twin[0].bias.grad.tolist() == [1.0, 2.0]
    twin[0].bias.data = [5.0, 5.0]
    assert net[0].bias.tolist() != [5.0, 5.0]


def test_a_deep_copy_keeps_shared_parameters_shared() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    twin = copy.deepcopy(net)
    assert twin[1].weight is twin[0].weight


def test_a_module_without_forward_says_what_to_do() -> None:
    with pytest.raises(NotImplementedError, match=r"define forward\(self, x\)"):
        nn.Module()(1.0)


def test_a_repr_shows_the_nested_modules() -> None:
    assert repr(nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU(), nn.Dropout(0.1)))) == (
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): Sequential(\n"
        "    (0): ReLU()\n"
        "    (1): Dropout(p=0.1, inplace=False)\n"
        "  )\n"
        ")"
    )


def test_under_no_grad_a_network_records_nothing() -> None:
    with no_grad():
        assert not nn.Linear(2, 2)(ag.ones(1, 2)).requires_grad


@pytest.mark.parametrize(
    ("state", "fix"),
    [
        ("model.safetensors", r"nn\.load\(path\)"),
        (Path("model.safetensors"), r"nn\.load\(path\)"),
        (None, "state_dict"),
        (nn.Linear(2, 1), "state_dict"),
    ],
)
def test_load_state_dict_refuses_other_types_and_says_what_to_give(state: Any, fix: str) -> None:
    with pytest.raises(TypeError, match=f"from name to array, got .*{fix}"):
        nn.Linear(2, 1).load_state_dict(state)


def test_numbers_too_large_for_the_dtype_are_refused_and_do_not_become_inf() -> None:
    net = nn.Linear(2, 1, dtype=np.float32)
    state = net.state_dict()
    with pytest.raises(RuntimeError, match="weight holds numbers too large for float32"):
        net.load_state_dict({"weight": np.array([[1e300, 1.0]]), "bias": np.ones(1)})
    assert all((array == state[name]).all() for name, array in net.state_dict().items())
    net.load_state_dict({"weight": np.array([[np.inf, 1.0]]), "bias": np.ones(1)})
    assert net.weight.tolist() == [[np.inf, 1.0]]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_is_refused_with_the_way_to_save(protocol: int) -> None:
    with pytest.raises(TypeError, match=r"a Scale is not pickled, .* nn\.save\(model\.state_dict\(\), path\)"):
        pickle.dumps(Scale(), protocol)


def test_a_shallow_copy_shares_parameters_and_not_the_notes_about_them() -> None:
    net = Scale()
    twin = copy.copy(net)
    assert twin.weight is net.weight
    twin.register_buffer("table", Tensor([1.0]))
    assert "table" not in net.state_dict()
    assert net.state_dict().keys() < twin.state_dict().keys()
