"""Names that modules give to nodes in pictures and programs, and what goes before them."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Program, Tensor, Value, draw
from autograd.engine.node import Node
from autograd.engine.sweep import graph_nodes
from autograd.graph.module_names import title
from autograd.see.picture.formulas import display_names
from nn import MLP, Dropout, LayerNorm, LeakyReLU, Linear, Module, Neuron, Parameter, ReLU, Sequential
from tests.see.pictures import elements, words


class Scaled(Module):
    """A user's module, with a parameter, a list and a dict."""

    def __init__(self) -> None:
        self.scale = Parameter([2.0])
        self.steps = [Linear(2, 2), Linear(2, 2)]
        self.heads = {"last": Linear(2, 1)}

    def forward(self, x: Any) -> Any:
        for step in self.steps:
            x = step(x)
        return self.heads["last"](x * self.scale)


def named(root: Node, labels: Any = None) -> dict[Node, str]:
    return display_names(graph_nodes(root), labels)


def titles(picture: str) -> set[str]:
    return {words(item)[0] for item in elements(picture, "item") if item.get("data-name")}


def vector() -> Tensor:
    return Tensor([[1.0, 2.0]], label="x")


NETWORKS: dict[str, Callable[[], Any]] = {
    "Sequential": lambda: Sequential(Linear(2, 3), ReLU(), Linear(3, 1)),
    "nested": lambda: Sequential(Sequential(Linear(2, 3), ReLU()), Linear(3, 1)),
    "a user's module": Scaled,
    "one layer": lambda: Linear(2, 1),
}


@pytest.mark.parametrize("network", NETWORKS)
def test_parameters_are_named_as_in_the_outermost_module_that_was_called(network: str) -> None:
    net = NETWORKS[network]()
    found = named(net(vector()).sum())
    assert {name: found[node] for name, node in net.named_parameters()} == {
        name: name for name, _ in net.named_parameters()
    }


def test_results_are_named_after_the_innermost_module_that_made_them() -> None:
    net = Scaled()
    y = net(vector())
    found = named(y.sum())
    assert [found[node] for node in graph_nodes(y) if node.op][:2] == ["steps.0", "steps.1"]
    assert found[y] == "heads.last"
    mlp = MLP(2, [3, 1])
    results = [name for name in named(mlp([1.0, 2.0])).values() if name.startswith("layers")]
    assert results == ["layers.0.neurons.0", "layers.0.neurons.1", "layers.0.neurons.2", "layers.1.neurons.0"]


def test_a_path_that_reads_as_a_number_names_no_result() -> None:
    net = NETWORKS["nested"]()
    y = net(vector())
    assert {"0", "1", "0.0", "0.1"}.isdisjoint(named(y.sum()).values())


@pytest.mark.parametrize(
    ("own", "labels", "expected"),
    [
        ("", False, "0.weight"),
        ("mine", False, "mine"),
        ("mine", True, "given"),
        ("", True, "given"),
    ],
)
def test_labels_go_before_an_own_label_and_that_before_the_module(own: str, labels: bool, expected: str) -> None:
    net = Sequential(Linear(2, 1))
    weight = net[0].weight
    weight.label = own or weight.label
    assert named(net(vector()).sum(), {"given": weight} if labels else None)[weight] == expected


def test_a_namespace_only_names_what_has_no_name() -> None:
    net = Sequential(Linear(2, 1))
    y = net(vector())
    loss = y.sum()
    found = named(loss, {"p": net[0].weight, "y": y, "other": 4})
    assert (found[net[0].weight], found[y]) == ("0.weight", "y")


def test_named_parameters_are_labels() -> None:
    first, second = Linear(2, 2), Linear(2, 1)
    loss = second(first(vector())).sum()
    labels = {**dict(first.named_parameters("encoder")), **dict(second.named_parameters("decoder"))}
    found = named(loss, labels)
    assert {name: found[node] for name, node in labels.items()} == {name: name for name in labels}
    assert set(labels) <= titles(draw(loss, labels).svg)


def test_two_modules_that_were_called_apart_have_names_that_are_told_apart() -> None:
    first, second = Linear(2, 2), Linear(2, 1)
    found = named(second(first(vector())).sum())
    assert [found[layer.weight] for layer in (first, second)] == ["weight", "weight_2"]


@pytest.mark.parametrize(("missing", "listed"), [(1, "the label 'k0' matches"), (2, "the labels 'k0', 'k1' match")])
@pytest.mark.parametrize("show", [draw, autograd.Stepper, autograd.practice])
def test_labels_that_match_nothing_are_refused(show: Callable[..., Any], missing: int, listed: str) -> None:
    x = Value(2.0)
    labels = {"x": x, **{f"k{k}": Value(1.0) for k in range(missing)}}
    with pytest.raises(ValueError, match=f"{listed} no node of this graph: .* leave them out of labels"):
        show(x * x, labels)
    show(x * x, {**labels, "number": 4})  # a namespace


def test_the_keys_of_labels_are_text() -> None:
    x = Value(2.0)
    with pytest.raises(TypeError, match="keys of labels are names, got int: 3; write strings"):
        draw(x * x, {3: x})  # type: ignore[dict-item]


def test_a_program_has_identifiers() -> None:
    net = Sequential(Linear(2, 1))
    program = Program(net(vector()).sum(), list(net.parameters()))
    assert program.inputs == ["v_0_weight", "v_0_bias"]


def test_boxes_show_the_names_of_the_module() -> None:
    net = Sequential(Linear(2, 3), ReLU(), Linear(3, 1))
    shown = titles(draw(net(vector()).sum()).svg)
    assert shown >= {"0.weight", "0.bias", "2.weight", "2.bias", "x"}


def test_a_label_with_no_letter_stays_the_title() -> None:
    assert titles(draw(Value(2, "★") * 2).svg) == {"★ (v1)", "v2"}


def test_a_module_that_is_garbage_gives_no_names() -> None:
    y = Sequential(Linear(2, 1))(vector())
    assert sorted(named(y).values()) == ["bias", "v1", "weight", "x"]


def test_a_copy_of_a_module_names_its_own_parameters() -> None:
    net = Sequential(Linear(2, 1))
    twin = copy.deepcopy(net)
    found = named(net(vector()).sum() + twin(vector()).sum())
    assert [found[each[0].weight] for each in (net, twin)] == ["0.weight", "v_0_weight_2"]


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (Linear(2, 16), "Linear(2, 16)"),
        (Linear(2, 16, bias=False), "Linear(2, 16)"),
        (LayerNorm(3), "LayerNorm((3,), eps=1e-05)"),
        (Dropout(0.2), "Dropout(p=0.2)"),
        (LeakyReLU(0.1), "LeakyReLU(negative_slope=0.1)"),
        (ReLU(), "ReLU()"),
        (Neuron(2, activation="tanh"), "Neuron(2, tanh)"),
        (MLP(2, [2]), "MLP"),
        (Sequential(ReLU()), "Sequential"),
    ],
)
def test_a_title_is_short(module: Any, expected: str) -> None:
    assert title(module) == expected


class Unprintable(Module):
    """A module whose repr raises."""

    def forward(self, x: Any) -> Any:
        return x * 2.0

    def extra_repr(self) -> str:
        raise RuntimeError("no repr")


def test_a_module_whose_repr_raises_has_the_name_of_its_class() -> None:
    assert title(Unprintable()) == "Unprintable"
