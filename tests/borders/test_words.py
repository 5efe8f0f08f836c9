"""Refusals are in words of this package: each kind of mistake has a row for several of its members."""

from __future__ import annotations

import copy
import math
import operator
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, check_gradients, derivative, grad, hessian, hvp, jacobian, jvp, vjp
from autograd.operands.dual import Dual
from nn import functional as F

NUMPY: Any = np  # its functions take operands of ours, which its type hints do not know
AG: Any = ag
Call = Callable[[], Any]
Row = tuple[Call, type[Exception], str]


def itself(kind: type = list) -> Any:
    """A container with a number, and with itself."""
    if kind is tuple:
        inner: list[Any] = []
        whole = (1.0, inner)
        inner.append(whole)
        return whole
    found: Any = kind()
    if isinstance(found, dict):
        found.update(a=1.0, b=found)
    else:
        found += [1.0, found]
    return found


def nested(depth: int = 1500) -> Any:
    """A number in so many lists."""
    found: Any = 1.0
    for _ in range(depth):
        found = [found]
    return found


def itself_with_a_value() -> list[Any]:
    found: list[Any] = [Value(1.0)]
    found.append(found)
    return found


V: Any = Value(2.0)
X: Any = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
D: Any = Dual(np.ones((2, 2)), np.ones((2, 2)), 1)
ENDLESS = r"contains itself|nested more than 64 deep"

# Every function that takes a tree, with a place for one.
OF_TREES: dict[str, Callable[[Any], Any]] = {
    "grad": lambda t: grad(lambda p: 1.0)(t),
    "grad, another argument": lambda t: grad(lambda x, p: x)(1.0, t),
    "grad, an argument by keyword": lambda t: grad(lambda x, p: x)(1.0, p=t),
    "grad, the result": lambda t: grad(lambda x: t)(1.0),
    "jacobian, the result": lambda t: jacobian(lambda x: t)(1.0),
    "hessian": lambda t: hessian(lambda p: 1.0)(t),
    "jvp": lambda t: jvp(lambda p: 1.0, t, t),
    "jvp, the result": lambda t: jvp(lambda x: t, 1.0, 1.0),
    "vjp": lambda t: vjp(lambda p: 1.0, t),
    "hvp": lambda t: hvp(lambda p: 1.0)(t, t),
    "derivative": lambda t: derivative(lambda p: 1.0)(t),
    "derivative, the result": lambda t: derivative(lambda x: t)(1.0),
    "check_gradients": lambda t: check_gradients(lambda p: 1.0, t),
    "check_gradients, the result": lambda t: check_gradients(lambda x: t, 1.0),
    "draw": ag.draw,
    "Stepper": ag.Stepper,
    "practice": ag.practice,
}
TREES: dict[str, Callable[[], Any]] = {
    "list": itself,
    "tuple": lambda: itself(tuple),
    "dict": lambda: itself(dict),
    "OrderedDict": lambda: itself(OrderedDict),
    "list with a Value": itself_with_a_value,
    "nested lists": nested,
}
# Every function that takes nested lists as an array.
OF_LISTS: dict[str, Callable[[Any], Any]] = {
    "Tensor": Tensor,
    "stack": ag.stack,
    "sum": ag.sum,
    "exp": ag.exp,
    "flatten": ag.flatten,
    "Tensor * list": lambda t: X * t,
    "Value * list": lambda t: V * t,
    "mse_loss": lambda t: F.mse_loss(Tensor([1.0]), t),
    "l1_loss": lambda t: F.l1_loss(t, t),
    "hinge_loss": lambda t: F.hinge_loss(Tensor([1.0]), t),
    "binary_cross_entropy": lambda t: F.binary_cross_entropy(t, t),
    "huber_loss": lambda t: F.huber_loss(Tensor([1.0]), t),
}


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("name", OF_TREES)
def test_a_container_that_contains_itself_is_refused_where_trees_are_taken(name: str, tree: str) -> None:
    with pytest.raises(ValueError, match=ENDLESS):
        OF_TREES[name](TREES[tree]())


@pytest.mark.parametrize("make", [itself, itself_with_a_value, nested])
@pytest.mark.parametrize("name", OF_LISTS)
def test_a_list_that_contains_itself_is_refused_where_arrays_are_taken(name: str, make: Call) -> None:
    with pytest.raises(
        (ValueError, TypeError), match=rf"{ENDLESS}|use stack\(values\)|one Value per element|around nodes"
    ):
        OF_LISTS[name](make())


class Holder(nn.Module):
    def __init__(self) -> None:
        self.inner = nn.Linear(2, 1)

    def forward(self, x: Any) -> Any:
        return self.inner(x)


def holds_itself() -> Any:
    module: Any = Holder()
    module.me = module
    return module


def ring() -> Any:
    first: Any = Holder()
    second: Any = Holder()
    first.other, second.other = second, first
    return first


def holds_itself_in_a_list() -> Any:
    module: Any = Holder()
    module.all = [{"me": module}, module]
    return module


def holds_a_list_of_itself() -> Any:
    module: Any = Holder()
    module.table = itself()
    module.table.append(nested())
    return module


def sequence_in_itself() -> Any:
    module: Any = nn.Sequential(nn.Linear(2, 1))
    module.append(module)
    return module


MODULES = [holds_itself, ring, holds_itself_in_a_list, holds_a_list_of_itself, sequence_in_itself]
ACTS: dict[str, Callable[[nn.Module], Any]] = {
    "state_dict": lambda m: m.state_dict(),
    "load_state_dict": lambda m: m.load_state_dict(m.state_dict()),
    "parameters": lambda m: list(m.parameters()),
    "every name": lambda m: list(m.named_parameters(remove_duplicate=False)),
    "modules": lambda m: list(m.named_modules(remove_duplicate=False)),
    "to": lambda m: m.to("float32"),
    "train": lambda m: m.train(),
    "zero_grad": lambda m: m.zero_grad(),
    "requires_grad_": lambda m: m.requires_grad_(False),
    "repr": repr,
    "notebook": lambda m: m._repr_html_(),
    "copy": copy.copy,
    "an optimizer": lambda m: nn.optim.SGD(m.parameters(), lr=0.1),
}


@pytest.mark.parametrize("make", MODULES)
@pytest.mark.parametrize("name", ACTS)
def test_a_module_may_contain_itself(name: str, make: Callable[[], nn.Module]) -> None:
    ACTS[name](make())


@pytest.mark.parametrize("make", MODULES)
def test_a_function_is_applied_to_each_module_once_on_the_way_down(make: Callable[[], nn.Module]) -> None:
    seen: list[nn.Module] = []
    module = make()
    assert module.apply(seen.append) is module
    assert seen[-1] is module
    assert {id(each) for each in seen} == {id(each) for each in module.modules()}
    assert len(seen) == len({id(each) for each in seen})


def test_a_module_inside_itself_is_three_dots() -> None:
    assert re.search(r"\(me\): \.\.\.\n", repr(holds_itself()))


def unshaped(name: str, wrong: Any) -> Row:
    return lambda: getattr(ag, name)(X, wrong), TypeError, f"of {name} is a number, got None; leave it out for"


def assigned(target: Any, name: str) -> Row:
    return lambda: setattr(target, name, 0), AttributeError, rf"takes no attribute of your own such as '{name}'"


NO_ELEMENTS = "a Value is one number and has no elements"
WORDS: dict[str, list[Row]] = {
    "None for a number": [
        *(unshaped(name, None) for name in ("leaky_relu", "elu")),
        (lambda: V.leaky_relu(None), TypeError, "is a number, got None; leave it out for 0.01"),
        (lambda: F.leaky_relu(X, None), TypeError, "is a number, got None; leave it out for 0.01"),
        (lambda: ag.polygamma(1.5, None), TypeError, "is a number, got None; leave it out for"),
        (lambda: ag.clip(X, None), TypeError, "clip got None for min; give a number for min or max"),
        (lambda: X.clip(), TypeError, "clip got None for min and max; give a number for min or max"),
        (lambda: V.clip(None, None), TypeError, "clip got None for min and max"),
        (lambda: np.clip(X, None, None), TypeError, "clip got None for min and max"),
    ],
    "elements of a Value": [
        (lambda: V[0], TypeError, "Value' object is not subscriptable"),
        (lambda: operator.setitem(V, 0, 1.0), TypeError, NO_ELEMENTS),
        (lambda: list(V), TypeError, "object is not iterable"),
        (lambda: 1.0 in V, TypeError, NO_ELEMENTS),
        (lambda: V @ V, TypeError, r"the product of two is a \* b"),
        (lambda: [1.0] @ V, TypeError, NO_ELEMENTS),
        (lambda: V @ X, TypeError, NO_ELEMENTS),
        (lambda: len(V), TypeError, NO_ELEMENTS),
        (lambda: list(reversed(V)), TypeError, NO_ELEMENTS),
        (lambda: operator.delitem(V, 0), TypeError, NO_ELEMENTS),
        (lambda: range(V), TypeError, r"a Value is no index and no count; use int\(v.item\(\)\)"),
        (lambda: [1, 2][V], TypeError, "a Value is no index"),
        (lambda: math.trunc(V), TypeError, r"int\(Value\) would cut the graph"),
    ],
    "shifts and moduli": [
        (lambda: V << 1, TypeError, r"a Value is not shifted by bits: for << n write x \* 2\*\*n"),
        (lambda: 1 << V, TypeError, "a Value is not shifted by bits"),
        (lambda: V >> 1, TypeError, "a Value is not shifted by bits"),
        (lambda: X << 1, TypeError, "a Tensor is not shifted by bits"),
        (lambda: 1 >> X, TypeError, "a Tensor is not shifted by bits"),
        (lambda: D << D, TypeError, "a Dual is not shifted by bits"),
        (lambda: pow(V, 2, 3), TypeError, r"got a modulus as the third; write x\*\*n % modulus"),
        (lambda: pow(X, 2, 3), TypeError, "got a modulus as the third"),
        (lambda: pow(D, 2, 3), TypeError, "got a modulus as the third"),
    ],
    "what is read and not set": [
        (lambda: setattr(X, "shape", (4,)), AttributeError, r"shape of a Tensor .*; x.reshape\(\.\.\.\)"),
        (lambda: setattr(X, "dtype", "float32"), AttributeError, r"dtype of a Tensor .*; x.to\(dtype\)"),
        (lambda: setattr(X, "ndim", 1), AttributeError, "the ndim of a Tensor is read and not set"),
        (lambda: setattr(X, "T", X), AttributeError, "the T of a Tensor is read and not set"),
        (lambda: setattr(V, "requires_grad", False), AttributeError, r"requires_grad of a Value .*; v.detach\(\)"),
        (lambda: setattr(D, "data", 1.0), AttributeError, "the data of a Dual is read and not set"),
        (lambda: jvp(lambda x: setattr(x, "shape", 4), 1.0, 1.0), AttributeError, "the shape of a Dual"),
    ],
    "a correction that is no number": [
        (lambda: NUMPY.std(X, ddof="s"), TypeError, "var takes a number as its correction, got str: 's'"),
        (lambda: NUMPY.var(X, ddof=[1]), TypeError, "var takes a number as its correction, got list"),
        (lambda: ag.std(X, correction=V), TypeError, "var takes a number as its correction, got Value"),
        (lambda: X.var(unbiased="no"), TypeError, "var takes a number as its correction, got str"),
    ],
    "elements of a Tensor": [
        (lambda: X["w"], IndexError, "indices are integers, slices, arrays of integers and masks, got str: 'w'"),
        (lambda: X[1.5], IndexError, r"got float: 1\.5"),
        (lambda: X[9], IndexError, r"of the shape \(2, 2\): .*9.* expected indices that fit the shape"),
        (lambda: X[0, 0, 0], IndexError, "3 indices are more than its 2 dimensions"),
        (lambda: X[..., 0, 0, 0], IndexError, "3 indices are more than its 2 dimensions"),
        (lambda: X[[True, False, True]], IndexError, r"of the shape \(2, 2\)"),
        (lambda: X[::0], IndexError, r"of the shape \(2, 2\): .*step"),
        (lambda: D[9], IndexError, r"of the shape \(2, 2\)"),
        (lambda: grad(lambda x: x[5])(np.ones(2)), IndexError, r"of the shape \(2,\)"),
        (lambda: operator.setitem(X, 0, 1.0), TypeError, r"where\(mask, value, x\).*x.data\[\.\.\.\] ="),
        (lambda: operator.setitem(D, 0, 1.0), TypeError, r"of a Dual are not written one by one"),
        (lambda: bool(D), ValueError, "several elements is neither true nor false"),
    ],
    "attributes that are not there": [
        (lambda: X.cuda(), AttributeError, "a Tensor has no 'cuda'"),
        (lambda: X.summ(), AttributeError, "a Tensor has no 'summ'; did you mean sum"),
        (lambda: D.meen(), AttributeError, "a Dual has no 'meen'; did you mean mean"),
        (lambda: V.m, AttributeError, "a Value has no 'm'; a Tensor may have it"),
        (lambda: V.sigmod, AttributeError, r"a Value has no 'sigmod' \(did you mean sigmoid\?\); a Tensor"),
        (lambda: V._prev, AttributeError, r"a Value has no '_prev' \(did you mean inputs\?\)$"),
        (lambda: jvp(lambda x: x.cpu(), X.numpy(), X.numpy()), AttributeError, "a Dual has no 'cpu'"),
    ],
    "decimals": [
        (lambda: AG.round(X, "2"), TypeError, "round takes a number of decimals, an integer, got str"),
        (lambda: AG.round(1.5, 0.5), TypeError, "round takes a number of decimals, an integer, got float"),
        (lambda: X.round(None), TypeError, "round takes a number of decimals, an integer, got NoneType"),
        (lambda: NUMPY.round(X, 1.5), TypeError, "round takes a number of decimals, an integer, got float"),
    ],
    "integers above every float": [
        (lambda: Tensor([10**400]), TypeError, "no float is as large either .*; take its logarithm"),
        (lambda: Tensor([[1, -(10**309)]]), TypeError, "no float is as large either"),
        (lambda: Tensor([10**30]), TypeError, "got a larger integer; write it as a float"),
        (lambda: Tensor([2**64, 1]), TypeError, "write it as a float"),
    ],
    "arguments of NumPy's that are not here": [
        (lambda: np.sum(X, where=True), TypeError, "it takes no where= here, only a, axis"),
        (lambda: np.max(X, initial=0.0), TypeError, "it takes no initial= here"),
        (lambda: np.mean(X, out=np.zeros(())), TypeError, "it takes no out= here"),
        (lambda: np.clip(X, 0.0, 1.0, out=np.zeros((2, 2))), TypeError, "it takes no out= here"),
    ],
}  # fmt: skip
WRONG_DTYPES: list[Any] = ["strange", 3, 3.5, "", "f4,", complex, object, "S3", np.longdouble, [("a", int)]]
TAKE_DTYPE: dict[str, Callable[[Any], Any]] = {
    "sum": lambda dtype: ag.sum(X, dtype=dtype),
    "mean": lambda dtype: ag.mean(X, dtype=dtype),
    "prod": lambda dtype: ag.prod(X, dtype=dtype),
    "softmax": lambda dtype: ag.softmax(X, 1, dtype=dtype),
    "log_softmax": lambda dtype: ag.log_softmax(X, 1, dtype=dtype),
    "np.sum": lambda dtype: NUMPY.sum(X, dtype=dtype),
    "Tensor": lambda dtype: Tensor([1.0], dtype=dtype),
    "zeros": lambda dtype: ag.zeros(2, dtype=dtype),
    "eye": lambda dtype: ag.eye(2, dtype=dtype),
    "arange": lambda dtype: ag.arange(3, dtype=dtype),
    "rand": lambda dtype: ag.rand(2, dtype=dtype),
    "to": X.to,
    "to_": lambda dtype: Tensor([1.0]).to_(dtype),
    "astype": X.astype,
    "set_default_dtype": ag.set_default_dtype,
    "Linear": lambda dtype: nn.Linear(1, 1, dtype=dtype),
}


@pytest.mark.parametrize("dtype", WRONG_DTYPES, ids=str)
@pytest.mark.parametrize("name", TAKE_DTYPE)
def test_a_dtype_that_is_not_known_is_refused_by_name(name: str, dtype: Any) -> None:
    with pytest.raises(TypeError, match=r"dtype .* is not known here; use float16, float32"):
        TAKE_DTYPE[name](dtype)


@pytest.mark.parametrize("dtype", ["float32", np.float16, ag.float64])
@pytest.mark.parametrize("name", [name for name in TAKE_DTYPE if name not in ("set_default_dtype", "Linear")])
def test_a_dtype_is_that_of_the_result(name: str, dtype: Any) -> None:
    assert TAKE_DTYPE[name](dtype).dtype == dtype


@pytest.mark.parametrize(
    ("name", "right"), [("sum", 10), ("mean", 2.5), ("prod", 24), ("np.sum", 10), ("to", [[1, 2], [3, 4]])]
)
@pytest.mark.parametrize("dtype", ["float32", float, "float16"])
def test_a_dtype_changes_no_number_that_it_holds(name: str, right: Any, dtype: Any) -> None:
    assert TAKE_DTYPE[name](dtype).tolist() == right


# Without a compiled engine the sentence is Python's own: a `__setattr__` makes every write 20 times slower.
if ag.__compiled__:
    WORDS["attributes of a user's own"] = [assigned(V, name) for name in ("m", "velocity", "shape", "Ω")]


@pytest.mark.parametrize(("kind", "k"), [(kind, k) for kind, rows in WORDS.items() for k in range(len(rows))])
def test_a_mistake_is_answered_with_what_to_do(kind: str, k: int) -> None:
    call, error, words = WORDS[kind][k]
    with pytest.raises(error, match=words):
        call()


def test_the_fields_of_a_value_are_set_as_before() -> None:
    v: Any = Value(1.0)
    v.label, v.grad, v.data = "v", 2.0, 3.0
    assert (v.label, v.grad, v.data) == ("v", 2.0, 3.0)
    with pytest.raises(AttributeError, match="the is_leaf of a Value is read and not set"):
        v.is_leaf = False


@pytest.mark.parametrize("x", [7.0, -7.5])
@pytest.mark.parametrize("n", [2.0, -3.0])
def test_divmod_is_floor_division_and_remainder(x: float, n: float) -> None:
    assert [float(y.item()) for y in divmod(Value(x), n)] == list(divmod(x, n))
    assert [float(y.item()) for y in divmod(x, Value(n))] == list(divmod(x, n))
    assert [y.tolist() for y in divmod(Tensor([x, x]), n)] == [[y, y] for y in divmod(x, n)]
    assert grad(lambda x: divmod(x, n)[1])(x) == 1.0
    assert derivative(lambda n: divmod(x, n)[1])(n) == -(x // n)


def ring_of_sequences() -> Any:
    first, second = nn.Sequential(nn.Linear(2, 2)), nn.Sequential(nn.Linear(2, 2))
    first.append(second)
    second.append(first)
    return first


def sequence_of_itself(count: int) -> Any:
    module = nn.Sequential(nn.Linear(2, 2))
    for _ in range(count):
        module.append(module)
    return module


@pytest.mark.parametrize(
    "make", [ring_of_sequences, lambda: sequence_of_itself(2), lambda: nn.Sequential(sequence_of_itself(1))]
)
def test_a_call_of_a_sequence_that_contains_itself_is_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match="this Sequential contains itself, so its forward never ends; remove it"):
        make()(np.ones((1, 2)))


def test_a_recursion_of_the_users_own_in_a_sequence_stays_one() -> None:
    class Endless(nn.Module):
        def forward(self, x: Any) -> Any:
            return self.forward(x)

    with pytest.raises(RecursionError):
        nn.Sequential(Endless())(1.0)


@pytest.mark.parametrize("call", [
    lambda: ag.clip(X, None, 2.0), lambda: X.clamp(max=2.0), lambda: np.clip(X, None, 2.0),
    lambda: ag.clip(X, max=2.0), lambda: ag.clip(X, min=None, max=2.0), lambda: X.clip(None, 2.0),
])  # fmt: skip
def test_one_bound_may_be_left_open(call: Call) -> None:
    assert call().tolist() == [[1.0, 2.0], [2.0, 2.0]]


@pytest.mark.parametrize(
    ("call", "right"),
    [
        (lambda: ag.round(2.344, 2), 2.34),
        (lambda: ag.round([1.26, 2.0], 1).tolist(), [1.3, 2.0]),
        (lambda: ag.round(np.array([126.0]), -1).tolist(), [130.0]),
        (lambda: ag.round(Tensor([1.26]), decimals=1).tolist(), [1.3]),
        (lambda: ag.round(Value(1.26), 1).item(), 1.3),
        (lambda: Value(1.26).round(1).item(), 1.3),
        (lambda: grad(lambda x: x * ag.round(x, 1))(1.26), 1.3),
        (lambda: jvp(lambda x: ag.round(x, 1), 1.26, 1.0), (1.3, 0.0)),
    ],
)
def test_round_takes_a_number_of_decimals(call: Call, right: Any) -> None:
    assert call() == right
