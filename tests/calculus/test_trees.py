"""Trees: every number is visited once, in order, and containers are kept."""

from collections import OrderedDict, defaultdict, namedtuple
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograd import Tensor, Value, check_gradients, derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.calculus.trees import leaves, mapped, named_leaves

Pair = namedtuple("Pair", "a b")


class Line(NamedTuple):
    slope: Any
    offset: Any


TREES: list[tuple[Any, list[str]]] = [
    (1.0, ["x"]),
    ([], []),
    ([1.0, (2.0, [3.0])], ["x[0]", "x[1][0]", "x[1][1][0]"]),
    (((), [4.0]), ["x[1][0]"]),
    ({}, []),
    ({"a": 1.0, "b": [2.0]}, ["x['a']", "x['b'][0]"]),
    ({("k", 1): {0: 3.0}}, ["x[('k', 1)][0]"]),
    (Pair(1.0, [2.0]), ["x[0]", "x[1][0]"]),
    ([Line(1.0, {"c": 2.0})], ["x[0][0]", "x[0][1]['c']"]),
    (OrderedDict(b=1.0, a=2.0), ["x['b']", "x['a']"]),
    (defaultdict(list, a=1.0), ["x['a']"]),
]


@pytest.mark.parametrize(("tree", "names"), TREES)
def test_every_number_is_named_by_the_expression_that_gives_it(tree: Any, names: list[str]) -> None:
    assert [name for name, _ in named_leaves("x", tree)] == names
    assert [eval(name, {"x": tree}) for name in names] == leaves(tree)


@pytest.mark.parametrize(("tree", "names"), TREES)
def test_containers_are_new_and_of_the_same_type(tree: Any, names: list[str]) -> None:
    same = mapped(lambda x: x, tree)
    assert same == tree
    assert type(same) is type(tree)
    assert not isinstance(tree, list) or same is not tree
    assert leaves(mapped(lambda a, b, c: a + b * c, tree, tree, tree)) == [x + x * x for x in leaves(tree)]


@pytest.mark.parametrize(
    ("tree", "other", "says"),
    [
        ([1.0, 2.0], [1.0], "expected a list of 2, got a list of 1"),
        ([1.0], 3.0, r"expected a list of 1, got 3\.0"),
        (1.0, [1.0, 2.0], "expected one number, got a list of 2"),
        ([1.0, [2.0]], [1.0, 2.0], r"expected a list of 1, got 2\.0"),
        ({"a": 1.0}, {"b": 1.0}, r"expected a dict with the keys \['a'\], got a dict with the keys \['b'\]"),
        ({"a": 1.0}, [1.0], r"expected a dict with the keys \['a'\], got a list of 1"),
        ([1.0], {0: 1.0}, r"expected a list of 1, got a dict"),
    ],
)
def test_trees_of_another_structure_are_refused(tree: Any, other: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        mapped(lambda *x: x, tree, other)
    with pytest.raises(ValueError, match=says):
        mapped(lambda *x: x, tree, tree, other)


def of_dict(p: Any) -> Any:
    return p["a"] ** 2 * p["b"][0] + p["b"][1]


AT: dict[str, Any] = {"a": 3.0, "b": (5.0, 1.0)}


def test_every_derivative_takes_parameters_in_containers() -> None:
    assert grad(of_dict)(AT) == {"a": 30.0, "b": (9.0, 1.0)}
    assert value_and_grad(of_dict)(AT) == (46.0, {"a": 30.0, "b": (9.0, 1.0)})
    assert jacobian(lambda p: {"f": of_dict(p), "g": p["a"]})(AT) == {
        "f": {"a": 30.0, "b": (9.0, 1.0)},
        "g": {"a": 1.0, "b": (0.0, 0.0)},
    }
    direction = {"b": (1.0, 0.0), "a": 0.0}  # in another order
    assert jvp(of_dict, AT, direction) == (46.0, 9.0)
    assert hvp(of_dict)(AT, direction) == {"a": 6.0, "b": (0.0, 0.0)}
    assert vjp(of_dict, AT)[1](2.0) == {"a": 60.0, "b": (18.0, 2.0)}
    second = hessian(of_dict)(AT)
    assert second["a"] == {"a": 10.0, "b": (6.0, 0.0)}
    assert second["b"][0] == {"a": 6.0, "b": (0.0, 0.0)}
    assert derivative(lambda x: {"square": x * x, "cube": [x**3]})(2.0) == {"square": 4.0, "cube": [12.0]}
    assert check_gradients(of_dict, AT, order=2).ok


def test_containers_are_kept_and_plain_stays_plain() -> None:
    found = grad(lambda p: p.slope * p.offset.sum())(Line(2.0, np.array([1.0, 2.0])))
    assert type(found) is Line
    assert type(found.slope) is float
    assert type(found.offset) is np.ndarray
    assert (found.slope, found.offset.tolist()) == (3.0, [2.0, 2.0])
    nested = grad(lambda p: p["layers"][0].a * p["layers"][0].b)({"layers": [Pair(2.0, 3.0)]})
    assert nested == {"layers": [Pair(3.0, 2.0)]}
    assert type(nested["layers"][0]) is Pair
    default = grad(lambda p: p["a"] * 2)(defaultdict(float, a=1.0))
    assert (type(default), default["missing"]) == (defaultdict, 0.0)


def test_nodes_in_containers_give_nodes() -> None:
    found = grad(lambda p: (p["w"] * p["w"]).sum())({"w": Tensor([1.0, 2.0])})
    assert type(found["w"]) is Tensor
    assert found["w"].tolist() == [2.0, 4.0]
    assert type(grad(lambda p: p["v"] ** 2)({"v": Value(3.0)})["v"]) is Value


def test_a_function_may_change_its_dict_and_the_callers_stays_the_same() -> None:
    at = {"a": 2.0, "b": 3.0}
    assert grad(lambda p: p.pop("a") * p.pop("b"))(at) == {"a": 3.0, "b": 2.0}
    assert at == {"a": 2.0, "b": 3.0}
