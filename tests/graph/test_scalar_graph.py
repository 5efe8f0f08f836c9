"""zoom promises the scalar graph of a tensor: the same numbers, the same gradients, names that people know."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Stepper, Tensor, Value, draw, grad, no_grad, practice, stack, zoom
from autograd.engine.forms import Takes
from autograd.engine.op import OPS
from autograd.engine.sweep import graph_nodes
from autograd.graph.rule_table import scalar_ops, structural_ops
from autograd.rules.linear_algebra_forward import no_scalars
from tests.see.pictures import ENGINES, arrows, boxes

RNG = np.random.default_rng(7)
A, B, C = RNG.uniform(0.2, 0.9, (2, 3)), RNG.uniform(0.2, 0.9, (3, 2)), RNG.uniform(0.2, 0.9, (2, 3))
MASK = np.array([[True, False, True], [False, False, True]])

OF_ONE: dict[str, Callable[[Any], Any]] = {
    "reshape": lambda a: a.reshape(3, 2) * Tensor(B),
    "transpose": lambda a: a.T.exp(),
    "permute": lambda a: a.reshape(1, 2, 3).permute(2, 0, 1),
    "broadcast": lambda a: a.broadcast_to(4, 2, 3) * 2,
    "broadcasting": lambda a: a * a[0] + a[:, :1],
    "a slice": lambda a: a[:, ::-1][1:],
    "an element": lambda a: a[1, 2],
    "indices": lambda a: a[[0, 1, 0], [2, 0, 2]],
    "a mask": lambda a: a[MASK],
    "None and ...": lambda a: a[..., None, 1].tanh(),
    "gather": lambda a: a.gather(1, np.array([[0, 0], [2, 1]])),
    "sort": lambda a: a.sort(1)[0] * Tensor([1.0, 2.0, 3.0]),
    "pad": lambda a: autograd.pad(a, (1, 2)).exp(),
    "diag": lambda a: a[:, :2].diag() + autograd.diag(a[0]).sum(),
    "flip and roll": lambda a: a.flip(0) * a.roll(1, 1),
    "tril": lambda a: a.tril().square(),
    "cat": lambda a: autograd.cat([a, a * 2, Tensor(A)], 1),
    "stack": lambda a: autograd.stack([a[0], a[1].exp()], 1),
    "split": lambda a: a.split(2, 1)[0] * a.chunk(2)[1][:, :2],
    "where": lambda a: autograd.where(a > 0.5, a, a * a),
    "masked_fill": lambda a: a.masked_fill(MASK, -1.0),
    "sum": lambda a: a.sum(),
    "sum over a dim": lambda a: a.sum(1),
    "sum of two": lambda a: a.sum(0, keepdim=True) / 2,
    "mean, var, std": lambda a: a.mean(0) + a.var() + a.std(1).sum(),
    "prod": lambda a: a.prod() + a.prod(1),
    "norm": lambda a: a.norm() * a.norm(dim=1),
    "amax": lambda a: a.amax(1) * a.amax(),
    "amin": lambda a: a.amin((0, 1)),
    "max and min": lambda a: a.max(1)[0] - a.min(1)[0],
    "max of equals": lambda a: (a * 0.0 + 3.0 + (a - A)).amax(1, keepdim=True) + (a - A)[:, :2].amax(1)[:, None],
    "cumsum": lambda a: a.cumsum(1) * 2,
    "cumprod": lambda a: a.cumprod(1),
    "logsumexp": lambda a: a.logsumexp() + a.logsumexp(1),
    "softmax": lambda a: a.softmax(1),
    "log_softmax": lambda a: a.log_softmax(0) * Tensor(A),
    "cross_entropy": lambda a: autograd.cross_entropy(a, [2, 0]),
    "matmul": lambda a: a @ Tensor(B),
    "matmul of vectors": lambda a: a[0] @ a[1] + (a @ a[0]).sum(),
    "matmul of batches": lambda a: a.reshape(2, 1, 3) @ Tensor(np.stack([B, B + 1])),
    "outer": lambda a: autograd.outer(a[0], a[1]),
    "einsum": lambda a: autograd.einsum("ij,kj->ik", a, Tensor(C)) + autograd.einsum("ij->", a),
    "einsum of three": lambda a: autograd.einsum("ij,jk,ik->ki", a, Tensor(B), a[:, :2]),
    "linear": lambda a: autograd.linear(a, Tensor(C), a[0, :2]),
    "float32": lambda a: (Tensor(A, dtype=np.float32) * a[0, 0]).sum(),
    "nested": lambda a: autograd.sum(a.sigmoid() @ a.T.gelu()),
}


def agree(result: Tensor, leaves: dict[str, Tensor]) -> None:
    """The zoomed graph has the numbers of the tensor's, and gives the gradients of a weighted sum of it."""
    weights = np.random.default_rng(3).normal(size=result.shape)
    zoomed = zoom(result, leaves)
    scalars = zoomed.ravel().tolist() if result.shape else [zoomed]
    assert not result.shape or zoomed.shape == result.shape
    numbers = np.reshape([v.data for v in scalars], result.shape)
    np.testing.assert_allclose(numbers, result.data, rtol=1e-12, atol=1e-14)
    result.backward(weights)
    for v, weight in zip(scalars, weights.ravel(), strict=True):
        if v.requires_grad:
            v.backward(weight)
    found = {node.label: node.grad for node in graph_nodes(*scalars) if node.is_leaf and node.requires_grad}
    expected = {
        f"{name}[{','.join(map(str, place))}]": gradient
        for name, tensor in leaves.items()
        for place, gradient in np.ndenumerate(np.asarray(tensor.grad))
    }
    assert found.keys() <= expected.keys()
    assert {name: found.get(name, 0.0) for name in expected} == pytest.approx(expected, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("of_one", OF_ONE)
def test_numbers_and_gradients_are_those_of_the_tensor(of_one: str) -> None:
    a = Tensor(A, requires_grad=True)
    agree(OF_ONE[of_one](a), {"a": a})


@pytest.mark.parametrize(
    "name",
    [op.name for op in scalar_ops() if op.kind == "elementwise" and op.takes is Takes.FIXED and None not in op.rules],
)
def test_every_elementwise_op_is_zoomed_into(name: str) -> None:
    op = OPS[name]
    start = 1.0 if name == "acosh" else 0.0  # where its domain begins
    leaves = {k: Tensor(data + start, requires_grad=True) for k, data in zip("abc", (A, C, A + C), strict=True)}
    agree(op(*list(leaves.values())[: len(op.inputs)]), dict(list(leaves.items())[: len(op.inputs)]))


def test_every_structural_op_is_among_the_cases() -> None:
    used: set[str] = set()
    for case in OF_ONE.values():
        a = Tensor(A, requires_grad=True)
        used |= {node.op.name for node in graph_nodes(case(a)) if node.op is not None}
    backward_only = {"sum_to", "spread", "stack", "as_value", "cast", "mT", "symmetric", "lower_half"}
    backward_only.add("softmax_minus_one_hot")
    refused = {op.name for op in structural_ops() if op.scalars is no_scalars}  # those of linear algebra
    assert {op.name for op in structural_ops()} <= used | backward_only | refused


@pytest.mark.parametrize("name", ["sum_to", "spread", "cast", "mT", "symmetric"])
def test_what_only_backward_passes_use_is_zoomed_into_as_well(name: str) -> None:
    a = Tensor(A[:, :2] if name == "symmetric" else A, requires_grad=True)
    params: dict[str, dict[str, Any]] = {
        "sum_to": {"shape": (1, 3)},
        "spread": {"axis": 1, "keepdims": False, "shape": (2, 5, 3)},
        "cast": {"dtype": "float64"},
    }
    agree(OPS[name](a.exp(), **params.get(name, {})), {"a": a})


def test_a_layer_on_one_sample_is_neurons() -> None:
    x = Tensor([[1.0, -2.0]], label="x")
    w = Tensor([[0.5, -1.0], [1.0, 0.25], [-0.5, 0.1]], requires_grad=True, label="w")
    b = Tensor([0.1, 0.2, 0.3], requires_grad=True, label="b")
    h = (x @ w.T + b).relu()
    h.label = "h"
    neurons = zoom(h)
    assert neurons.shape == (1, 3)
    n = neurons[0, 0]
    assert n.label == "h[0,0]"
    assert n.data == 0.5 * 1 + -1.0 * -2 + 0.1
    assert [node.op.name for node in graph_nodes(n) if node.op is not None] == ["mul", "mul", "add", "add", "relu"]
    assert {node.label for node in graph_nodes(n) if node.is_leaf} == {"x[0,0]", "x[0,1]", "w[0,0]", "w[0,1]", "b[0]"}
    assert [node.requires_grad for node in graph_nodes(n) if node.label[:1] == "x"] == [False, False]
    agree(h, {"w": w, "b": b})


@pytest.mark.parametrize("engine", ENGINES)
def test_elements_are_called_by_their_index_in_pictures_and_formulas(engine: str) -> None:
    w = Tensor([[3.0, 2.0]], requires_grad=True, label="w")
    z = zoom((w * w).sum())
    picture = draw(z, engine=engine).svg
    assert boxes(picture)["w[0,1]"]["title"] == "w[0,1]"
    assert arrows(picture)["v1 0"] == ["w[0,0]", "= 3"]
    assert "w[0,0] * w[0,0]" in str(Stepper(z))
    assert practice(z).questions()[2] == "step 2: what does v2 contribute to the gradient of w[0,1], as its input 1?"
    twice = draw([z, Value(1.0, "w[0,0]") * 2], engine=engine).svg
    assert {"w[0,0]", "w_0_0_2", "w[0,1]"} <= boxes(twice).keys(), "one name for each node"
    beside = draw([z, w * 2], engine=engine).svg
    assert {"w", "w_0_0"} <= set(re.findall('data-name="(.*?)"', beside)), "w[0,0] is an element of w there"


def test_an_array_of_values_is_one_picture() -> None:
    w = Tensor([3.0, 2.0], requires_grad=True, label="w")
    z = zoom(w.exp())
    assert z.dtype == object
    assert set(boxes(draw(z).svg)) == {"w[0]", "w[1]", "v1", "v2"}


def test_a_tensor_with_no_dimension_is_a_value_and_one_of_shape_1_an_array() -> None:
    t = Tensor(2.0, requires_grad=True, label="t")
    assert isinstance(zoom(t), Value)
    assert zoom(t).label == "t"
    assert zoom(t[None]).shape == (1,)
    assert zoom(t[None] * 0)[0].requires_grad


def test_the_tensors_are_left_alone() -> None:
    t = Tensor([1.0, 2.0], requires_grad=True, label="t")
    y = t.sum()
    zoom(y).backward()
    assert t.grad is None
    z = zoom(y)
    z.inputs[0].data = 100.0
    assert t.data.tolist() == [1.0, 2.0]
    assert [v.grad for v in graph_nodes(zoom(y))] == [None] * 3


def test_values_that_were_stacked_come_out_as_values_again() -> None:
    a, b = Value(2.0, "a"), Value(3.0, "b")
    z = zoom((stack([a * b, autograd.sum([a, b, 1.0])]) * Tensor([1.0, 10.0])).sum())
    z.backward()
    assert {node.label: node.grad for node in graph_nodes(z) if node.label} == {"a": 13.0, "b": 12.0}
    assert a.grad is None


def test_what_wants_no_gradient_is_constants() -> None:
    with no_grad():
        t = Tensor([1.0, 2.0], requires_grad=True) * 2
    assert [v.requires_grad for v in zoom(t)] == [False, False]
    assert [v.data for v in zoom(t)] == [2.0, 4.0]


def test_what_is_not_in_the_tensor_is_a_constant_0() -> None:
    z = zoom(autograd.pad(Tensor([1.0], requires_grad=True, label="t"), (1, 0)))
    assert [(v.data, v.requires_grad) for v in z] == [(0.0, False), (1.0, True)]


def test_a_thousand_ops_in_a_row_are_zoomed_into() -> None:
    t = Tensor([1.0], requires_grad=True)
    y = t
    for _ in range(1000):
        y = y * 1.001
    assert zoom(y)[0].data == pytest.approx(y.item())


def test_too_many_scalars_are_refused_with_what_to_do() -> None:
    t = Tensor(np.ones((50, 50)), requires_grad=True)
    with pytest.raises(ValueError, match=r"2,501 scalars, .*2,000 at most.* one sample.*zoom\(t, max_scalars="):
        zoom(t.sum())
    assert zoom(t.sum(), max_scalars=10_000).data == 2500.0
    with pytest.raises(ValueError, match="scalars, too many"):  # the products inside count as well
        zoom(t[:20, :30] @ t[:30, :20].detach(), max_scalars=4_000)


@pytest.mark.parametrize("wrong", [1.0, Value(1.0), np.ones(2), None])
def test_what_is_no_tensor_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=f"zoom looks into a Tensor, got {type(wrong).__name__}"):
        zoom(wrong)


def test_a_value_that_comes_from_a_tensor_is_zoomed_through() -> None:
    v = Value(2.0, label="v")
    slope = grad(lambda a: (stack([a, a * a]) ** 2).sum())(v)  # 2 v + 4 v**3
    t = stack([slope, v]) * Tensor([1.0, 3.0])
    assert [each.item() for each in zoom(t)] == t.tolist() == [36.0, 6.0]
    zoom(t)[0].backward()
    assert v.grad is None  # the scalars are others, with the numbers of those that the Tensor came from
    t.backward(np.array([1.0, 0.0]))
    assert v.grad == 2.0 + 12.0 * 4.0


def test_a_bare_stack_of_values_is_zoomed_into() -> None:
    a, b = Value(2.0, "a"), Value(3.0, "b")
    z = zoom(stack([a, b * 2.0]))
    assert [each.item() for each in z] == [2.0, 6.0]


def test_the_scalars_have_the_names_that_pictures_give_to_their_tensors() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    y = zoom(model(Tensor([[1.0, 2.0]])))
    found = {v.label for v in graph_nodes(*y.ravel()) if v.label}
    assert {"0.weight[1,0]", "0.bias[1]"} <= found
    assert {"0.weight[1,0]", "0.bias[1]"} <= {item.name for item in draw(y).scene.items}
    with pytest.raises(ValueError, match="the label 'other' matches no node of this graph"):
        zoom(Tensor([1.0], requires_grad=True) * 2.0, labels={"other": Tensor([1.0])})
