"""Trees: every number is visited once, in order, and containers are kept."""

from typing import Any

import pytest

from autograd.calculus.trees import leaves, mapped, named_leaves

TREES: list[tuple[Any, list[str]]] = [
    (1.0, ["x"]),
    ([], []),
    ([1.0, (2.0, [3.0])], ["x[0]", "x[1][0]", "x[1][1][0]"]),
    (((), [4.0]), ["x[1][0]"]),
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
    ],
)
def test_trees_of_another_structure_are_refused(tree: Any, other: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        mapped(lambda *x: x, tree, other)
    with pytest.raises(ValueError, match=says):
        mapped(lambda *x: x, tree, tree, other)
