"""Several changes take effect together or not at all."""

from typing import Any

import pytest

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


def test_dicts_are_updated_in_order() -> None:
    first: dict[str, Any] = {"a": 1}
    second: dict[str, Any] = {}
    update_dicts([(first, {"a": 2, "b": 3}), (second, {"c": 4}), (second, {"c": 5})])
    assert (first, second) == ({"a": 2, "b": 3}, {"c": 5})
