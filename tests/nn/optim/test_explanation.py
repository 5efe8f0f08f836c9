"""explain: the table of a step, before the step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, Value
from nn.optim import SGD, AdamW

from .optimizers import FEW, START, drive, exact, gradients, make, numbers, parameters


@pytest.mark.parametrize(("name", "options"), FEW)
def test_explain_shows_the_exact_result_of_the_step_and_changes_nothing(name: str, options: dict[str, Any]) -> None:
    params = parameters()
    optimizer = make(name, params, **options)
    drive(optimizer, params, gradients(2, 3))
    before = (numbers(params), exact(optimizer.state_dict()))
    rows = optimizer.explain().rows
    assert (numbers(params), exact(optimizer.state_dict())) == before
    optimizer.step()
    assert [np.asarray(row.update.data).tolist() for row in rows] == numbers(params)
    assert all(
        exact(row.update.state) == exact(optimizer.state.get(p, {})) for row, p in zip(rows, params, strict=True)
    )


def test_the_table_of_a_step_names_the_parameters_and_shows_skipped_ones() -> None:
    w, b, frozen = Tensor(START[0], requires_grad=True), Value(0.5, label="b"), Value(9.0)
    optimizer = AdamW([("fc.weight", w)], lr=0.1, weight_decay=0.5)
    optimizer.add_param_group({"params": [b, frozen]})
    w.grad, b.grad = np.full((2, 3), 2.0), -1.0
    lines = str(optimizer.explain()).splitlines()
    assert [line.split("  ")[0] for line in lines] == ["parameter", "fc.weight", "b", "parameter 2"]
    for column in ("data", "gradient", "exp_avg ", "exp_avg/(1-β1^t)", "exp_avg_sq/(1-β2^t)", "decay", "change"):
        assert column in lines[0]
    assert "rms 2 " in lines[1]
    assert lines[2].split() == ["b", "0.5", "-1", "1", "-0.1", "0.001", "-1", "1", "0.025", "0.075"]
    assert lines[3].split() == ["parameter", "2", "9", *["–"] * 8]


def test_parameters_with_equal_labels_are_distinguished_by_their_position() -> None:
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1, bias=False))
    names = [row.name for row in SGD(model.parameters()).explain().rows]
    assert names == ["parameter 0 (weight)", "bias", "parameter 2 (weight)"]
    assert [row.name for row in SGD(model.named_parameters()).explain().rows] == ["0.weight", "0.bias", "1.weight"]
