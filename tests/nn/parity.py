"""Random arrays and comparisons for the tests against PyTorch, which are skipped if it is not installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed; pip install glassgrad[parity]")


tnn: Any = torch.nn


Array = np.ndarray


DTYPES = {"float64": 1e-12, "float32": 2e-5}


def normal(*shape: int, seed: int = 0) -> Array:
    return np.asarray(np.random.default_rng([seed, *shape]).normal(size=shape))


def probabilities(*shape: int, seed: int = 0) -> Array:
    """Return positive numbers that sum to 1 along the classes."""
    powers = np.exp(normal(*shape, seed=seed))
    return np.asarray(powers / powers.sum(1 if len(shape) > 1 else 0, keepdims=True))


def close(ours: Any, theirs: Any, tolerance: float, what: str) -> None:
    expected = theirs.detach().numpy() if isinstance(theirs, torch.Tensor) else theirs
    np.testing.assert_allclose(np.asarray(ours), expected, rtol=tolerance, atol=tolerance, err_msg=what)
