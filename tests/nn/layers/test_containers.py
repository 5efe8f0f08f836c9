"""Containers: Sequential, ModuleList, ModuleDict."""

from typing import Any

import pytest

import autograd as ag
import nn
from autograd import Tensor
from nn import functional as F


def test_a_sequential_behaves_like_a_list_of_modules() -> None:
    layers = [nn.Linear(1, 1), nn.ReLU(), nn.Tanh(), nn.Identity()]
    net = nn.Sequential(*layers[:2])
    assert net.append(layers[2]) is net
    net.extend([layers[3]])
    assert list(net) == layers
    assert len(net) == 4
    assert net[0] is layers[0]
    assert net[-1] is layers[3]
    assert list(net[1:3]) == layers[1:3]
    assert isinstance(net[1:3], nn.Sequential)
    net.insert(1, nn.Sigmoid())
    assert [name for name, _ in net.named_children()] == ["0", "1", "2", "3", "4"]
    del net[1]
    assert list(net) == layers
    net[1] = nn.ELU()
    assert isinstance(net[1], nn.ELU)
    with pytest.raises(IndexError, match="Sequential has 4 modules, got the index 4"):
        net[4]


def test_a_sequential_from_a_dict_has_named_modules_as_attributes() -> None:
    net = nn.Sequential({"inner": nn.Linear(2, 3), "act": nn.ReLU()})
    assert list(net.state_dict()) == ["inner.weight", "inner.bias"]
    name = "inner"
    assert getattr(net, name) is net[0]


def test_a_module_that_is_listed_twice_runs_twice_and_has_its_parameters_once() -> None:
    double = nn.Linear(1, 1, bias=False)
    double.weight.data = [[2.0]]
    net = nn.Sequential(double, double)
    assert net(Tensor([[1.0]])).tolist() == [[4.0]]
    assert len(list(net.parameters())) == 1


def test_an_empty_sequential_changes_nothing() -> None:
    x = Tensor([[1.0, 2.0]])
    assert nn.Sequential()(x) is x


@pytest.mark.parametrize(
    ("what", "complaint"),
    [
        (lambda: nn.Sequential([nn.ReLU()]), r"unpack it: Sequential\(\*layers\)"),
        (lambda: nn.Sequential(nn.ReLU), r"make one: ReLU\(\)"),
        (lambda: nn.Sequential(F.relu), "wrap a plain function in a Module"),
        (
            lambda: nn.ModuleList([1]),  # type: ignore[list-item]
            "ModuleList holds Modules, got int 1",
        ),
        (
            lambda: nn.ModuleDict({"a": None}),  # type: ignore[arg-type]
            "ModuleDict holds Modules, got NoneType",
        ),
    ],
)
def test_containers_hold_modules_only(what: Any, complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        what()


def test_a_module_list_can_grow_and_its_parameters_are_found() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.blocks = nn.ModuleList(nn.Linear(2, 2) for _ in range(2))
            self.blocks += [nn.Linear(2, 1)]

        def forward(self, x: Any) -> Any:
            for block in self.blocks:
                x = block(x)
            return x

    net = Net()
    assert net(ag.ones(3, 2)).shape == (3, 1)
    assert len(net.blocks) == 3
    assert list(net.state_dict())[-1] == "blocks.2.bias"


def test_a_module_dict_behaves_like_a_dict() -> None:
    parts = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Linear(1, 1)})
    parts["c"] = nn.Tanh()
    assert list(parts) == list(parts.keys()) == ["a", "b", "c"]
    assert "b" in parts
    assert len(parts) == 3
    assert list(parts.state_dict()) == ["b.weight", "b.bias"]
    assert isinstance(parts.pop("c"), nn.Tanh)
    assert [type(m).__name__ for m in parts.values()] == ["ReLU", "Linear"]
    with pytest.raises(KeyError, match="the names are 'a', 'b'"):
        parts["z"]
    with pytest.raises(KeyError, match="has a method of that name"):
        parts["keys"] = nn.ReLU()
    parts.clear()
    assert len(parts) == 0


def test_modules_are_popped_and_sequentials_added() -> None:
    row = nn.Sequential(nn.Linear(2, 3), nn.ReLU()) + nn.Sequential(nn.Tanh())
    assert [type(module).__name__ for module in row] == ["Linear", "ReLU", "Tanh"]
    assert isinstance(row.pop(-2), nn.ReLU)
    assert list(row.state_dict()) == ["0.weight", "0.bias"]
    assert isinstance(row[1], nn.Tanh)
    with pytest.raises(IndexError, match="has 2 modules, got the index 2"):
        row.pop(2)
