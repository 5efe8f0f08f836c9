"""One row per function that looks across shapes: ours, and NumPy's.

With the rows of `cases.py` that is what the tests know about one op and not about another.

Each is a function of an array of shape (2, 3). NumPy's takes complex numbers too, so that a complex step through it is
its derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag

Array = np.ndarray

ROWS = np.array([[0, 2, 2], [1, 0, 1]])
MASK = np.array([[True, False, True], [False, True, True]])
# Of integers, which take the dtype of the floats that they meet.
W = np.arange(-6, 6).reshape(3, 4)
ONES = np.ones((4, 1, 3), int)


def centred(x: Array, axis: int | None) -> Array:
    return np.asarray(x - x.mean(axis, keepdims=True))


Both = tuple[Callable[[Any], Any], Callable[[Array], Array]]

STRUCTURAL: dict[str, Both] = {
    "sum": (ag.sum, np.sum),
    "sum 0": (lambda x: ag.sum(x, 0), lambda x: x.sum(0)),
    "sum keep": (lambda x: ag.sum(x, (0, -1), keepdim=True), lambda x: x.sum((0, 1), keepdims=True)),
    "sum -1": (lambda x: ag.sum(x, -1, keepdim=True), lambda x: x.sum(-1, keepdims=True)),
    "mean": (lambda x: ag.mean(x, 1), lambda x: x.mean(1)),
    "reshape": (lambda x: ag.reshape(x, 3, -1), lambda x: x.reshape(3, 2)),
    "flatten": (ag.flatten, np.ravel),
    "transpose": (lambda x: ag.transpose(x, 0, 1), np.transpose),
    "permute": (lambda x: ag.permute(ag.unsqueeze(x, 0), 2, 0, 1), lambda x: x[None].transpose(2, 0, 1)),
    "squeeze": (lambda x: ag.squeeze(ag.unsqueeze(x, 1)), np.array),
    "broadcast_to": (lambda x: ag.broadcast_to(x, 4, 2, 3), lambda x: np.broadcast_to(x, (4, 2, 3))),
    "expand": (lambda x: ag.expand(ag.unsqueeze(x, 1), -1, 4, 3), lambda x: np.broadcast_to(x[:, None], (2, 4, 3))),
    "spread by a product": (lambda x: x * ONES, lambda x: x * ONES),
    "row": (lambda x: x[1], lambda x: x[1]),
    "slice": (lambda x: x[::-1, ::2], lambda x: x[::-1, ::2]),
    "element": (lambda x: x[1, -1], lambda x: x[1, -1]),
    "new dimension": (lambda x: x[..., None, 0], lambda x: x[..., None, 0]),
    "repeats": (lambda x: x[np.array([0, 1, 1, 0])], lambda x: x[[0, 1, 1, 0]]),
    "repeats of columns": (lambda x: x[:, np.array([-1, 2, 0])], lambda x: x[:, [-1, 2, 0]]),
    "pairs": (lambda x: x[[0, 1, 1], [2, 0, 0]], lambda x: x[[0, 1, 1], [2, 0, 0]]),
    "mask": (lambda x: x[MASK], lambda x: x[MASK]),
    "mask of rows": (lambda x: x[np.array([False, True])], lambda x: x[1:]),
    "no row": (lambda x: x[:0], lambda x: x[:0]),
    "gather": (lambda x: ag.gather(x, 1, ROWS), lambda x: np.take_along_axis(x, ROWS, 1)),
    "cat": (lambda x: ag.cat([x, 2.0 * x], 1), lambda x: np.concatenate([x, 2 * x], 1)),
    "stack": (lambda x: ag.stack([x, -x], -1), lambda x: np.stack([x, -x], -1)),
    "split": (lambda x: ag.split(x, 2, 1)[0], lambda x: x[:, :2]),
    "chunk": (lambda x: ag.chunk(x, 2, 1)[1], lambda x: x[:, 2:]),
    "pad": (lambda x: ag.pad(x, (1, 2, 0, 1)), lambda x: np.pad(x, ((0, 1), (1, 2)))),
    "flip": (lambda x: ag.flip(x, 1), lambda x: np.flip(x, 1)),
    "flip all": (ag.flip, np.flip),
    "roll": (lambda x: ag.roll(x, 1), lambda x: np.roll(x, 1)),
    "roll 1": (lambda x: ag.roll(x, -4, 1), lambda x: np.roll(x, -4, 1)),
    "tril": (ag.tril, np.tril),
    "triu": (lambda x: ag.triu(x, 1), lambda x: np.triu(x, 1)),
    "diag": (lambda x: ag.diag(x, 1), lambda x: np.diag(x, 1)),
    "diag of a vector": (lambda x: ag.diag(x[0], -1), lambda x: np.diag(x[0], -1)),
    "cumsum": (lambda x: ag.cumsum(x, 1), lambda x: x.cumsum(1)),
    "matmul": (lambda x: ag.matmul(x, W), lambda x: x @ W),
    "matmul of a vector": (lambda x: ag.matmul(x, W[:, 0]), lambda x: x @ W[:, 0]),
    "matmul from the left": (lambda x: ag.matmul(W.T[:, :2], x), lambda x: W.T[:, :2] @ x),
    "batches": (lambda x: ag.matmul(x, np.stack([W] * 2)), lambda x: x @ np.stack([W, W])),
    "einsum": (lambda x: ag.einsum("ij,jk->ki", x, W), lambda x: (x @ W).T),
    "einsum lost": (lambda x: ag.einsum("ij->i", x), lambda x: x.sum(1)),
    "linear": (lambda x: ag.linear(x, W.T), lambda x: x @ W),
    "where": (lambda x: ag.where(MASK, x, -x), lambda x: np.where(MASK, x, -x)),
    "masked_fill": (lambda x: ag.masked_fill(x, MASK, 0.0), lambda x: np.where(MASK, 0, x)),
    "var": (lambda x: ag.var(x, 1), lambda x: (centred(x, 1) ** 2).sum(1) / 2),
    "std": (ag.std, lambda x: np.sqrt((centred(x, None) ** 2).sum() / 5)),
    "norm": (lambda x: ag.norm(x, dim=0), lambda x: np.sqrt((x * x).sum(0))),
    "prod": (ag.prod, np.prod),
    "prod 1": (lambda x: ag.prod(x, 1), lambda x: x.prod(1)),
    "amax": (lambda x: ag.amax(x, 1), lambda x: x.max(1)),
    "amax all": (lambda x: ag.amax(x[0]), lambda x: x[0].max()),
    "amin": (lambda x: ag.amin(x, 1, keepdim=True), lambda x: x.min(1, keepdims=True)),
    "max": (lambda x: ag.max(x, 1)[0], lambda x: x.max(1)),
    "min": (lambda x: ag.min(x, 1)[0], lambda x: x.min(1)),
    "sort": (lambda x: ag.sort(x)[0], np.sort),
    "sort down": (lambda x: ag.sort(x, descending=True)[0], lambda x: np.sort(x)[:, ::-1]),
    "cumprod": (lambda x: ag.cumprod(x, 1), lambda x: x.cumprod(1)),
    "logsumexp": (lambda x: ag.logsumexp(x, 1), lambda x: np.log(np.exp(x).sum(1))),
    "logsumexp all": (ag.logsumexp, lambda x: np.log(np.exp(x).sum())),
    "softmax": (lambda x: ag.softmax(x, 1), lambda x: np.exp(x) / np.exp(x).sum(1, keepdims=True)),
    "log_softmax": (lambda x: ag.log_softmax(x, 0), lambda x: x - np.log(np.exp(x).sum(0))),
    "cross_entropy": (
        lambda x: ag.cross_entropy(x, [2, 0]),
        lambda x: np.log(np.exp(x).sum(1)) - x[[0, 1], [2, 0]],
    ),
    "cross_entropy 0": (
        lambda x: ag.cross_entropy(x, [1, 0, 1], 0),
        lambda x: np.log(np.exp(x).sum(0)) - x[[1, 0, 1], [0, 1, 2]],
    ),
    "x @ x.T": (lambda x: ag.matmul(x, ag.transpose(x, 0, 1)), lambda x: x @ x.T),
    "outer": (lambda x: ag.outer(x[0], x[1]), lambda x: np.outer(x[0], x[1])),
    "dot": (lambda x: ag.dot(x[0], x[1]), lambda x: x[0] @ x[1]),
    "einsum of two": (lambda x: ag.einsum("ij,kj->ik", x, x), lambda x: x @ x.T),
    "rows": (lambda x: ag.tanh(x) + x[0] * x, lambda x: np.tanh(x) + x[0] * x),
}
