"""Registry: parameters, buffers and modules are found by name in the attributes of a Module."""

from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, no_grad

from .networks import NAMES, Net, Scale


def test_parameters_are_found_in_attributes_lists_tuples_dicts_and_modules() -> None:
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [p is q for p, (_, q) in zip(net.parameters(), net.named_parameters(), strict=True)] == [True] * len(NAMES)
    assert [name for name, _ in net.named_parameters(recurse=False)] == NAMES[:3]
    assert next(iter(net.named_parameters("net")))[0] == "net.heads.b"
    assert sum(p.numel() for p in net.parameters() if isinstance(p, Tensor)) == 1 + 2 + 6 + 3 + 2 + 2 + 2


def test_modules_children_and_buffers_are_found_with_their_names() -> None:
    net = Net()
    children = ["first", "layers.0", "layers.1.0", "layers.1.1", "heads.a"]
    assert [name for name, _ in net.named_children()] == children
    assert [name for name, _ in net.named_modules()] == ["", *children]
    assert [type(m).__name__ for m in net.children()] == ["Linear", "Scale", "Scale", "ReLU", "Scale"]
    assert next(net.modules()) is net
    assert [name for name, _ in net.named_buffers()] == ["count", "scratch"]
    assert [b.shape for b in net.buffers()] == [(), (1,)]


def test_a_module_added_to_a_list_later_is_found() -> None:
    net = Net()
    net.layers.append(Scale(5))
    assert "layers.2.weight" in dict(net.named_parameters())


def test_shared_parameters_and_modules_are_listed_once_and_saved_under_each_name() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            self.a = nn.Linear(2, 2, bias=False)
            self.b = nn.Linear(2, 2, bias=False)
            self.b.weight = self.a.weight
            self.again = self.a

    tied = Tied()
    assert [name for name, _ in tied.named_parameters()] == ["a.weight"]
    assert [name for name, _ in tied.named_children()] == ["a", "b"]
    assert list(tied.state_dict()) == ["a.weight", "b.weight", "again.weight"]
    assert [name for name, _ in tied.named_parameters(remove_duplicate=False)] == list(tied.state_dict())


def test_modules_that_refer_to_each_other_are_visited_once() -> None:
    class Child(nn.Module):
        def __init__(self, parent: nn.Module) -> None:
            self.parent = parent
            self.weight = nn.Parameter(1.0)

    parent = nn.Module()
    parent.child = Child(parent)
    assert list(parent.state_dict()) == ["child.weight"]
    assert len(list(parent.modules())) == 2


def test_a_parameter_gets_the_name_of_its_attribute_for_pictures() -> None:
    net = Net()
    assert net.first.weight.label == "weight"
    assert net.value.label == "value"
    named = nn.Parameter(1.0, label="slope")
    net.other = named
    assert named.label == "slope"


def test_a_frozen_parameter_stays_a_parameter() -> None:
    net = nn.Sequential(nn.Linear(2, 2), Scale())
    before = list(net.state_dict())
    net.requires_grad_(False)
    assert not any(p.requires_grad for p in net.parameters())
    assert list(net.state_dict()) == before
    assert not net(ag.ones(1, 2)).requires_grad
    assert all(p.requires_grad for p in net.requires_grad_().parameters())
    alone = Scale()
    alone.weight.requires_grad_(False)  # before the first call of parameters()
    assert list(alone.state_dict()) == ["weight"]


def test_a_replaced_parameter_is_forgotten_and_a_frozen_one_is_kept() -> None:
    net = Scale()
    net.twin = net.weight
    net.requires_grad_(False)
    old, net.weight = net.weight, nn.Parameter([3.0])
    assert [p is old for p in net.parameters()] == [False, True]
    for _ in range(5):
        net.last = Value(1.0)
    assert len(net._known) == 3


def test_invalid_attribute_names_are_refused() -> None:
    net = nn.Module()
    for name in ("", "a.b"):
        with pytest.raises(KeyError, match="cannot name an attribute"):
            net.add_module(name, Scale())
    with pytest.raises(KeyError, match="has a method of that name"):
        net.register_buffer("parameters", Tensor(1.0))
    with pytest.raises(TypeError, match="expected a Module"):
        net.add_module("a", "text")  # type: ignore[arg-type]


def test_buffers_hold_tensors_that_require_no_gradient() -> None:
    net = nn.Module()
    with pytest.raises(ValueError, match="requires a gradient"):
        net.register_buffer("mean", nn.Parameter(1.0))
    net.register_buffer("mean", Tensor(1.0))
    with pytest.raises(TypeError, match="mean is a buffer, which holds a Tensor or None, got float"):
        net.mean = 2.0
    delattr(net, "mean")
    assert list(net.buffers()) == []


def test_a_registered_parameter_may_require_no_gradient_or_be_none() -> None:
    net = nn.Module()
    net.register_parameter("weight", Tensor([1.0]))
    net.register_parameter("bias", None)
    assert list(net.state_dict()) == ["weight"]


@pytest.mark.parametrize(
    "place",
    [lambda w: w - 0.1, lambda w: w.detach(), lambda w: w.numpy(), lambda w: 0.0],
    ids=["result", "leaf", "array", "number"],
)
def test_a_parameter_cannot_be_replaced_by_something_that_is_no_parameter(place: Any) -> None:
    net = nn.Linear(2, 1)
    weight = net.weight
    with no_grad(), pytest.raises(TypeError, match=r"weight is a parameter .* write numbers to weight\.data"):
        net.weight = place(weight)
    assert net.weight is weight
    neuron = nn.Neuron(2)
    with pytest.raises(TypeError, match="b is a parameter"):
        neuron.b = neuron.b * 0.9


def test_a_parameter_can_be_replaced_by_another_one_by_none_and_by_a_frozen_one() -> None:
    net, frozen = nn.Linear(2, 1), Tensor([[1.0, 2.0]])
    net.weight = nn.Parameter([[3.0, 4.0]])
    assert net.state_dict()["weight"].tolist() == [[3.0, 4.0]]
    net.register_parameter("weight", frozen)
    net.bias = None
    assert [(name, p is frozen) for name, p in net.named_parameters()] == [("weight", True)]


def test_a_parameter_without_gradient_is_refused_with_a_way_to_freeze_one() -> None:
    with pytest.raises(ValueError, match=r"requires_grad_\(False\), or use register_parameter"):
        nn.Parameter([1.0], requires_grad=False)
    assert nn.Parameter([1.0], True, np.float32).dtype == np.float32
