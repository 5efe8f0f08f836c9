"""LossKind: the family of a loss, which tells how the outputs of a model are to be read."""

from __future__ import annotations

import functools
from enum import Enum, auto
from typing import Any, Final

from .. import functional as F
from ..layers.loss_modules import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, NLLLoss


class LossKind(Enum):
    """The family of a loss, as far as metrics and the doctor need it."""

    CROSS_ENTROPY = auto()  # of scores and classes
    NEGATIVE_LOG_LIKELIHOOD = auto()
    BINARY = auto()  # of probabilities
    BINARY_SCORES = auto()
    OTHER = auto()


_KINDS: Final = (
    (LossKind.CROSS_ENTROPY, F.cross_entropy, CrossEntropyLoss),
    (LossKind.NEGATIVE_LOG_LIKELIHOOD, F.nll_loss, NLLLoss),
    (LossKind.BINARY, F.binary_cross_entropy, BCELoss),
    (LossKind.BINARY_SCORES, F.binary_cross_entropy_with_logits, BCEWithLogitsLoss),
)


def kind_of(loss: Any) -> LossKind:
    """Return the family of a loss, also within functools.partial; OTHER for a function of the user."""
    while isinstance(loss, functools.partial):
        loss = loss.func
    for kind, function, module in _KINDS:
        if loss is function or isinstance(loss, module):
            return kind
    return LossKind.OTHER
