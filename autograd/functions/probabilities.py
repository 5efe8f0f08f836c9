"""logsumexp, softmax and the loss made of them: what users call, said with the ops. Lists of Values are taken too."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from ..engine.op import Operand
from ..rules import elementwise as e, structural as s
from .arguments import (
    Dim,
    Grid,
    Keep,
    array_like,
    axes_of,
    axis_of,
    bare,
    by_one_name,
    is_list,
    items,
    keeps,
    one_of,
    raw,
)
from .indexing import gather
from .products import dot
from .reductions import sum
from .reshaping import squeeze


def logsumexp(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """log(sum(exp(x))) over `dim` or a list, without overflow: logsumexp([1000.0, 1000.0]) is 1000.69."""
    if is_list(x):
        return s.list_logsumexp(*items("logsumexp", x))
    axes = axes_of("logsumexp", array_like("logsumexp", x), dim, axis)
    return s.logsumexp(x, axis=axes, keepdims=keeps("logsumexp", keepdim, keepdims))


def log_softmax(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """log(softmax(x)), finite where softmax itself underflows, and with all its digits where softmax is almost 1."""
    if is_list(x):
        values = items("log_softmax", x)
        # Softmax does not change when all inputs move by one number; at 1e17 the digits of x - logsumexp are gone.
        top = builtins.max([bare(value) for value in values])
        shifted = [value - top for value in values] if math.isfinite(top) else values
        total = s.list_logsumexp(*shifted)
        return [value - total for value in shifted]
    axes = axes_of("log_softmax", array_like("log_softmax", x), one_of("log_softmax", dim, axis), None)
    return s.log_softmax(x, axis=axes)


def softmax(x: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """exp(x) / sum(exp(x)) along `dim`, or of a list; the results are positive and add up to 1."""
    if is_list(x):
        return [e.exp(value) for value in log_softmax(x)]
    return e.exp(log_softmax(array_like("softmax", x), one_of("softmax", dim, axis)))


def cross_entropy(logits: Any, target: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """-log of the probability that softmax gives the target: one loss for each sample, not yet reduced.

    logits    a number for each class along `dim`, the last one unless named; or a list of Values, one for each class
    target    the class of each sample, integers in the shape of the logits without `dim`; or probabilities of the
              classes in the shape of the logits, which may want a gradient

    >>> cross_entropy(Tensor([[1000.0, 0.0], [1000.0, 0.0]]), [0, 1])
    Tensor([   0., 1000.])
    """
    if is_list(logits):
        return _of_list(items("cross_entropy", logits), target)
    shape = tuple(array_like("cross_entropy", logits).shape)
    if not shape:
        raise ValueError("cross_entropy takes logits with a dimension for the classes, got a number")
    k = axis_of("cross_entropy", logits, by_one_name("cross_entropy", dim, axis, -1))
    classes = target if isinstance(target, Operand) else np.asarray(target)
    found = tuple(array_like("cross_entropy", classes).shape)
    if found == shape:
        return 0.0 - sum(classes * log_softmax(logits, k), k)  # not -: a loss of nothing is 0 and not -0
    if found != shape[:k] + shape[k + 1 :]:
        raise ValueError(
            f"cross_entropy got logits of shape {shape} and a target of shape {found}; expected classes of shape "
            f"{shape[:k] + shape[k + 1 :]} or probabilities of shape {shape}"
        )
    places = np.expand_dims(_classes(raw(classes), shape[k]), k)
    return 0.0 - squeeze(gather(log_softmax(logits, k), k, places), k)


def _of_list(logits: list[Any], target: Any) -> Any:
    if isinstance(target, Grid) and raw(target).dtype.kind != "f":
        target = raw(target)  # integers, which no gradient flows to
    if is_list(target) or (isinstance(target, np.ndarray) and target.shape):
        return -dot(log_softmax(logits), list(target))
    k = int(_classes(np.asarray(target), len(logits)))
    # log(1 + sum(exp(x_j - x_k))) for the other j: no digit cancels, in the loss nor in its gradient.
    others = [x - logits[k] for j, x in enumerate(logits) if j != k]
    return s.list_logsumexp(0.0, *others) if others else -log_softmax(logits)[0]


def _classes(target: np.ndarray, count: int) -> np.ndarray:
    """Class indices, checked."""
    if target.dtype.kind not in "iu":
        raise TypeError(f"classes are integers, got {target.dtype}; probabilities have the shape of the logits")
    wrong = target[(target < 0) | (target >= count)]
    if wrong.size:
        raise IndexError(f"cross_entropy got the class {wrong.flat[0]}, expected 0 to {count - 1}: {count} classes")
    return target
