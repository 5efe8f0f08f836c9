"""Parameters converted to one vector and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, Value
from nn.utils import parameters_to_vector, vector_to_parameters


def test_parameters_are_converted_to_a_vector_and_back() -> None:
    nodes: list[Any] = [
        Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True),
        Value(5.0),
        Tensor(6.0, requires_grad=True),
    ]
    vector = parameters_to_vector(nodes)
    assert vector.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    vector_to_parameters(vector * 2, nodes)
    assert [node.data if isinstance(node, Value) else node.tolist() for node in nodes] == [[[2, 4], [6, 8]], 10, 12]
    (parameters_to_vector(nodes) ** 2).sum().backward()
    assert np.asarray(nodes[0].grad).tolist() == [[4, 8], [12, 16]]
    assert nodes[1].grad == 20.0


@pytest.mark.parametrize("vector", [[1.0, 2.0], [1.0] * 4, [[1.0, 2.0, 3.0]], 1.0])
def test_a_vector_of_a_wrong_length_is_refused_and_nothing_is_written(vector: Any) -> None:
    nodes: list[Any] = [Value(5.0), Tensor([6.0, 7.0], requires_grad=True)]
    with pytest.raises(ValueError, match=r"hold 3 numbers: .*got shape"):
        vector_to_parameters(vector, nodes)
    assert parameters_to_vector(nodes).tolist() == [5.0, 6.0, 7.0]


def test_a_vector_with_an_invalid_element_is_not_written_at_all() -> None:
    nodes: list[Any] = [Value(5.0), Tensor([6.0], requires_grad=True)]
    with pytest.raises((TypeError, ValueError)):
        vector_to_parameters(["8.0", "no number"], nodes)
    assert parameters_to_vector(nodes).tolist() == [5.0, 6.0]
    with pytest.raises(ValueError, match="no parameters"):
        parameters_to_vector([])
