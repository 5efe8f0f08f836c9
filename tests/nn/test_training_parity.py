"""A network trained in parallel with PyTorch from the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor

from .parity import close, normal, tnn, torch


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW"])
def test_a_classifier_trained_for_50_steps_from_the_same_weights_equals_pytorchs(optimizer: str) -> None:
    def classifier(m: Any) -> Any:
        return m.Sequential(
            m.Linear(8, 16), m.BatchNorm1d(16), m.ReLU(), m.Dropout(0.0),
            m.Linear(16, 12), m.BatchNorm1d(12), m.GELU(), m.Dropout(0.0),
            m.Linear(12, 4),
        )  # fmt: skip

    choices = {"lr": 0.05, "momentum": 0.9} if optimizer == "SGD" else {"lr": 0.01}
    torch.manual_seed(0)  # from other weights the digits that AdamW loses to cancellation can exceed 1e-9
    mine, theirs = classifier(nn), classifier(tnn).double()
    mine.load_state_dict(theirs.state_dict())
    mover = getattr(nn.optim, optimizer)(mine.parameters(), **choices)
    their_mover = getattr(torch.optim, optimizer)(theirs.parameters(), **choices)
    x, y = normal(40, 8), np.random.default_rng(3).integers(0, 4, 40)
    for step in range(50):
        batch = slice(step % 2 * 20, step % 2 * 20 + 20)
        mover.zero_grad()
        their_mover.zero_grad()
        loss = nn.CrossEntropyLoss(label_smoothing=0.1)(mine(Tensor(x[batch])), Tensor(y[batch]))
        expected = tnn.CrossEntropyLoss(label_smoothing=0.1)(theirs(torch.tensor(x[batch])), torch.tensor(y[batch]))
        loss.backward()
        expected.backward()
        nn.utils.clip_grad_norm_(mine.parameters(), max_norm=1.0)
        tnn.utils.clip_grad_norm_(theirs.parameters(), max_norm=1.0)
        mover.step()
        their_mover.step()
        assert abs(loss.item() - expected.item()) <= 1e-9
    for name, tensor in theirs.state_dict().items():
        close(mine.state_dict()[name], tensor, 1e-9, name)
    mine.eval()
    theirs.eval()
    close(mine(Tensor(x)).data, theirs(torch.tensor(x)), 1e-9, "evaluation")
