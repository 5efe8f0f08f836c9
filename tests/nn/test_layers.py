"""Layers by their promises; what they compute is held against PyTorch in test_parity_nn.py."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from nn import functional as F

X = np.random.default_rng(0).normal(size=(6, 4))


def slopes(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Central differences of f in each element of x."""
    steps = h * np.eye(x.size).reshape(-1, *x.shape)
    return np.array([(f(x + step) - f(x - step)) / (2 * h) for step in steps]).reshape(x.shape)


# --- containers ---


def test_a_sequential_is_a_list_of_modules() -> None:
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


def test_a_sequential_may_be_named_and_its_parts_are_attributes() -> None:
    net = nn.Sequential({"inner": nn.Linear(2, 3), "act": nn.ReLU()})
    assert list(net.state_dict()) == ["inner.weight", "inner.bias"]
    name = "inner"
    assert getattr(net, name) is net[0]


def test_a_module_that_stands_twice_is_passed_twice_and_trained_once() -> None:
    double = nn.Linear(1, 1, bias=False)
    double.weight.data = [[2.0]]
    net = nn.Sequential(double, double)
    assert net(Tensor([[1.0]])).tolist() == [[4.0]]
    assert len(list(net.parameters())) == 1


def test_an_empty_sequential_changes_nothing() -> None:
    x = Tensor(X)
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


def test_a_module_list_grows_and_is_found() -> None:
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


def test_a_module_dict_is_a_dict() -> None:
    parts = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Linear(1, 1)})
    parts["c"] = nn.Tanh()
    assert list(parts) == list(parts.keys()) == ["a", "b", "c"]
    assert "b" in parts
    assert len(parts) == 3
    assert list(parts.state_dict()) == ["b.weight", "b.bias"]
    assert isinstance(parts.pop("c"), nn.Tanh)
    assert [type(m).__name__ for m in parts.values()] == ["ReLU", "Linear"]
    with pytest.raises(KeyError, match="the names here are 'a', 'b'"):
        parts["z"]
    with pytest.raises(KeyError, match="has a method of that name"):
        parts["keys"] = nn.ReLU()
    parts.clear()
    assert len(parts) == 0


# --- layers ---


def test_inplace_layers_change_nothing_in_place() -> None:
    x = Tensor([-1.0, 1.0])
    assert nn.ReLU(inplace=True)(x).tolist() == [0.0, 1.0]
    assert x.tolist() == [-1.0, 1.0]


@pytest.mark.parametrize(
    ("layer", "name"),
    [(nn.ReLU(), "relu"), (nn.Tanh(), "tanh"), (nn.GELU(), "gelu"), (nn.SiLU(), "silu"), (nn.ELU(), "elu")],
)
def test_activations_take_values_too(layer: nn.Module, name: str) -> None:
    v = Value(-0.3)
    y = layer(v)
    y.backward()
    assert y.data == getattr(ag, name)(-0.3)
    assert v.grad is not None


@pytest.mark.parametrize("f", [F.gelu, lambda x: F.gelu(x, "tanh"), F.softplus, F.hardtanh])
def test_activations_with_options_have_right_gradients_on_values_and_tensors(f: Any) -> None:
    points = [-2.0, -0.3, 0.7, 1.5]
    ag.check_gradients(lambda xs: ag.sum([f(x) for x in xs]), points, order=2)
    x = Tensor(points, requires_grad=True)
    f(x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == pytest.approx([ag.grad(f)(point) for point in points], rel=1e-14)


def test_dropout_drops_with_its_probability_keeps_the_mean_and_is_off_in_evaluation() -> None:
    ag.manual_seed(0)
    drop, x = nn.Dropout(0.3), ag.ones(100, 100, requires_grad=True)
    y = drop(x)
    assert set(np.unique(y.data)) == {0.0, 1 / 0.7}
    assert abs((y.numpy() == 0).mean() - 0.3) < 0.03
    y.sum().backward()
    assert x.grad is not None
    assert (x.grad == y.numpy()).all()
    assert drop.eval()(x) is x


def test_dropout_is_the_same_for_the_same_seed_and_another_each_time() -> None:
    x = ag.ones(50)
    ag.manual_seed(1)
    first, second = F.dropout(x).tolist(), F.dropout(x).tolist()
    ag.manual_seed(1)
    assert F.dropout(x).tolist() == first != second
    assert (
        F.dropout(x, generator=np.random.default_rng(2)).tolist()
        == F.dropout(x, generator=np.random.default_rng(2)).tolist()
    )


def test_dropout_of_everything_gives_zeros_even_of_inf_and_nan() -> None:
    x = Tensor([1.0, math.inf, -math.inf, math.nan], requires_grad=True)
    y = nn.Dropout(1.0)(x)
    assert y.tolist() == [0.0] * 4
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.0] * 4


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_dropout_takes_a_probability(p: float) -> None:
    with pytest.raises(ValueError, match="a probability from 0 to 1"):
        nn.Dropout(p)
    with pytest.raises(ValueError, match="a probability from 0 to 1"):
        F.dropout(Tensor(X), p)


def test_batch_norm_uses_the_batch_in_training_and_frozen_statistics_in_evaluation() -> None:
    norm = nn.BatchNorm1d(4)
    y = norm(Tensor(X)).numpy()
    np.testing.assert_allclose(y.mean(0), 0.0, atol=1e-12)
    np.testing.assert_allclose(y.var(0), 1.0, rtol=1e-4)
    before = norm.state_dict()
    norm.eval()
    one = norm(Tensor(X[:1]))
    assert all((norm.state_dict()[name] == array).all() for name, array in before.items())
    expected = (X[:1] - before["running_mean"]) / np.sqrt(before["running_var"] + 1e-5)
    np.testing.assert_allclose(one.data, expected, rtol=1e-12)


def test_a_batch_of_one_in_training_is_refused_and_changes_nothing() -> None:
    norm = nn.BatchNorm1d(4)
    with pytest.raises(ValueError, match=r"more than one value per channel, got shape \(1, 4\)"):
        norm(Tensor(X[:1]))
    assert norm.running_mean is not None
    assert norm.running_mean.tolist() == [0.0] * 4
    assert norm.num_batches_tracked is not None
    assert norm.num_batches_tracked.item() == 0
    assert nn.BatchNorm1d(4)(Tensor(X[:1].reshape(1, 4, 1).repeat(2, axis=2))).shape == (1, 4, 2)


@pytest.mark.parametrize("shape", [(4,), (3, 5), (3, 5, 4), (2, 4, 1, 1)])
def test_batch_norm_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"BatchNorm1d\(4\) takes \(N, 4\) or \(N, 4, L\), got shape"):
        nn.BatchNorm1d(4)(ag.ones(shape))


@pytest.mark.parametrize("layer", [nn.LayerNorm(4), nn.BatchNorm1d(4, track_running_stats=False)])
def test_normalisation_has_right_gradients_of_both_orders(layer: nn.Module) -> None:
    layer.requires_grad_(False)
    along = np.cos(np.arange(12.0)).reshape(3, 4)
    gradient = ag.grad(lambda x: (layer(x) ** 3).sum())
    second = ag.grad(lambda x: (gradient(x) * along).sum())
    np.testing.assert_allclose(
        gradient(X[:3]), slopes(lambda x: (layer(Tensor(x)) ** 3).sum().item(), X[:3]), rtol=1e-6, atol=1e-7
    )
    np.testing.assert_allclose(
        second(X[:3]), slopes(lambda x: float((gradient(x) * along).sum()), X[:3]), rtol=1e-5, atol=1e-6
    )


def test_layers_are_differentiated_forwards_too_and_batch_norm_keeps_its_statistics() -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.GELU("tanh"), nn.LayerNorm(3), nn.PReLU())
    net.requires_grad_(False)
    along = np.cos(X)

    def loss(x: Any) -> Any:
        return F.cross_entropy(net(x), [0, 1, 2, 0, 1, 2])

    _, tangent = ag.jvp(loss, X, along)
    assert tangent == pytest.approx((ag.grad(loss)(X) * along).sum(), rel=1e-12)
    means = net[0](Tensor(X)).numpy().mean(0)
    np.testing.assert_allclose(net[1].running_mean.data, 0.19 * means, rtol=1e-12)  # 0.1 of the first, then 0.09


def test_layer_norm_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"layer_norm over \(5,\) got an input of shape \(6, 4\)"):
        nn.LayerNorm(5)(Tensor(X))


def test_an_embedding_gives_rows_and_adds_up_the_gradients_of_repeats() -> None:
    table = nn.Embedding(3, 2)
    table([0, 2, 2]).sum().backward()
    assert table.weight.grad is not None
    assert table.weight.grad.tolist() == [[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]


def test_the_padding_row_is_zero_and_gets_no_gradient() -> None:
    table = nn.Embedding(3, 2, padding_idx=-1)
    assert table.padding_idx == 2
    assert table([2]).tolist() == [[0.0, 0.0]]
    table(Tensor([0, 2, 2])).sum().backward()
    assert table.weight.grad is not None
    assert table.weight.grad.tolist() == [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("places", "error", "complaint"),
    [
        ([3], IndexError, "rows 0 to 2, got 3"),
        ([-1], IndexError, "rows 0 to 2, got -1"),
        ([0.0], TypeError, "takes integers, got float64"),
    ],
)
def test_an_embedding_is_looked_up_by_its_places(places: Any, error: type[Exception], complaint: str) -> None:
    with pytest.raises(error, match=complaint):
        nn.Embedding(3, 2)(places)


def test_a_list_is_refused_with_the_fix() -> None:
    with pytest.raises(TypeError, match=r"takes a Tensor or an array, got list; write Tensor\(\.\.\.\) around numbers"):
        nn.Linear(2, 1)([[1.0, 2.0]])


def test_a_weight_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"linear got x of shape \(6, 4\)"):
        nn.Linear(3, 2)(Tensor(X))
    with pytest.raises(ValueError, match="prelu has 3 weights"):
        nn.PReLU(3)(Tensor(X))
    with pytest.raises(ValueError, match="'none' or 'tanh', got 'erf'"):
        nn.GELU("erf")(Tensor(X))
    with pytest.raises(ValueError, match="padding_idx is one of the 3 rows, got 3"):
        nn.Embedding(3, 2, padding_idx=3)
    with pytest.raises(ValueError, match="expected min_val < max_val"):
        nn.Hardtanh(1.0, 1.0)


def test_layers_are_made_in_the_default_dtype_or_the_one_asked_for() -> None:
    assert nn.Linear(2, 2).weight.dtype == np.float64
    ag.set_default_dtype(np.float32)
    try:
        net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.PReLU(), nn.Dropout(0.2), nn.LayerNorm(3))
        y = nn.CrossEntropyLoss(weight=[1.0, 2.0, 3.0], label_smoothing=0.1)(net(ag.randn(6, 4)), [0, 1, 2, 0, 1, 2])
    finally:
        ag.set_default_dtype(np.float64)
    y.backward()
    assert y.dtype == np.float32
    assert {p.dtype.name for p in net.parameters()} == {p.grad.dtype.name for p in net.parameters()} == {"float32"}
    assert {b.dtype.name for b in net.buffers()} == {"float32", "int64"}
    assert nn.Embedding(2, 2, dtype=np.float32).weight.dtype == np.float32


def test_a_generator_draws_the_weights_of_a_layer() -> None:
    a, b = (nn.Linear(3, 2, generator=np.random.default_rng(5)) for _ in range(2))
    assert a.weight.tolist() == b.weight.tolist()
    assert a.weight.tolist() != nn.Linear(3, 2).weight.tolist()


def test_layers_take_the_options_that_are_typed_for_pytorch() -> None:
    norm = nn.BatchNorm1d(3, bias=False)
    assert list(dict(norm.named_parameters())) == ["weight"]
    assert norm(ag.randn(4, 3)).shape == (4, 3)
    assert nn.LayerNorm(np.arange(4).max()).normalized_shape == (3,)
    assert len(nn.ModuleList(None)) == len(nn.ModuleDict(None)) == 0
    with pytest.raises(TypeError, match="a number from 0 to 1, got str 'half'"):
        nn.Dropout("half")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"write \[module\]"):
        nn.ModuleList(nn.ReLU())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"got list; write Tensor\(\.\.\.\) around numbers"):
        nn.Linear(2, 1)([1.0, 2.0])


def test_modules_are_taken_out_and_rows_of_them_added() -> None:
    row = nn.Sequential(nn.Linear(2, 3), nn.ReLU()) + nn.Sequential(nn.Tanh())
    assert [type(module).__name__ for module in row] == ["Linear", "ReLU", "Tanh"]
    assert isinstance(row.pop(-2), nn.ReLU)
    assert list(row.state_dict()) == ["0.weight", "0.bias"]
    assert isinstance(row[1], nn.Tanh)
    with pytest.raises(IndexError, match="has 2 modules, got the index 2"):
        row.pop(2)


def test_an_embedding_is_made_of_rows_that_are_there_and_frozen_unless_asked_for() -> None:
    rows = np.arange(6.0, dtype=np.float32).reshape(3, 2)
    fixed, free = nn.Embedding.from_pretrained(Tensor(rows)), nn.Embedding.from_pretrained(rows, freeze=False)
    assert fixed([2, 0]).tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert (fixed.weight.requires_grad, free.weight.requires_grad, free.weight.dtype) == (False, True, np.float32)
    assert list(fixed.state_dict()) == ["weight"]
    with pytest.raises(ValueError, match=r"two dimensions, got shape \(3,\)"):
        nn.Embedding.from_pretrained([1.0, 2.0, 3.0])


@pytest.mark.parametrize("layer", [nn.Dropout(), nn.BatchNorm1d(2), nn.LayerNorm(2), nn.Flatten(), F.batch_norm])
def test_a_layer_that_is_given_a_list_says_to_make_a_tensor_of_it(layer: Any) -> None:
    more = (None, None) if layer is F.batch_norm else ()
    with pytest.raises(TypeError, match=r"takes a Tensor or an array, got list .*; make a Tensor by tensor\(\.\.\.\)"):
        layer([[1.0, 2.0]], *more)
