"""Several changes take effect together or not at all."""

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, Value, stack
from nn.atomic import set_attributes, update_dicts


class Limited:
    """An object with an attribute that refuses negative numbers."""

    def __init__(self) -> None:
        self._size = 1

    @property
    def size(self) -> int:
        return self._size

    @size.setter
    def size(self, value: int) -> None:
        if value < 0:
            raise KeyboardInterrupt
        self._size = value


def test_a_failed_assignment_restores_all_attributes() -> None:
    first, second = Limited(), Limited()
    with pytest.raises(KeyboardInterrupt):
        set_attributes([(first, "size", 5), (second, "size", -5)])
    assert (first.size, second.size) == (1, 1)
    set_attributes([(first, "size", 5), (second, "size", 6)])
    assert (first.size, second.size) == (5, 6)


def test_changes_of_a_node_are_checked_before_any_is_made() -> None:
    w, v = Tensor([1.0, 2.0], requires_grad=True), Value(1.0)
    loss = (w * stack([v, v])).sum()
    with pytest.raises(ValueError, match=r"has shape \(2,\), got \(3,\)"):
        set_attributes([(v, "data", 5.0), (v, "grad", 1.0), (w, "data", np.ones(3))])
    assert (v.data, v.grad, w.tolist()) == (1.0, None, [1.0, 2.0])
    loss.backward()  # data that was changed back would be refused here
    set_attributes([(v, "data", 5.0), (v, "grad", 2.0), (w, "data", np.ones(2)), (w, "requires_grad", False)])
    assert (v.data, v.grad, w.tolist(), w.requires_grad) == (5.0, 2.0, [1.0, 1.0], False)
    with pytest.raises(RuntimeError, match="was changed after it was used"):
        loss.backward()


def test_dicts_are_updated_in_order() -> None:
    first: dict[str, Any] = {"a": 1}
    second: dict[str, Any] = {}
    update_dicts([(first, {"a": 2, "b": 3}), (second, {"c": 4}), (second, {"c": 5})])
    assert (first, second) == ({"a": 2, "b": 3}, {"c": 5})
