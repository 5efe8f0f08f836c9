"""logsumexp, softmax, log_softmax and cross_entropy, of arrays and of lists of Values.

No derivative is written here: each function is composed of ops, and the derivatives are those of the ops.
"""

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
    array_of,
    axes_of,
    axis_of,
    dim_or_axis,
    is_list,
    nonempty_list,
    number_of,
    reduction,
    require_array,
    required_dim,
)
from .casting import cast
from .products import dot
from .reductions import sum


def logsumexp(x: Any, dim: Dim = None, keepdim: Keep = None, *, axis: Dim = None, keepdims: Keep = None) -> Any:
    """log(sum(exp(x))) of all elements, of those along `dim`, or of a list, without overflow.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    if is_list(x):
        return s.list_logsumexp(*nonempty_list("logsumexp", x))
    x, axes, keep = reduction("logsumexp", x, dim, axis, keepdim, keepdims)
    if x.shape == ():  # in forward mode it may hold a float, which has no shape for the derivative
        return s.logsumexp(s.reshape(x, shape=(1,)), axis=None, keepdims=False)
    return s.logsumexp(x, axis=axes, keepdims=keep)


def log_softmax(x: Any, dim: int | None = None, *, axis: int | None = None, dtype: Any = None) -> Any:
    """log(softmax(x)): finite where softmax underflows to 0, and precise where softmax is almost 1."""
    x = x if dtype is None else cast("log_softmax", x, dtype)
    if is_list(x):
        values = nonempty_list("log_softmax", x)
        # Subtracting one number from all inputs does not change softmax. Without it, x - logsumexp has no correct
        # digits left for x around 1e17.
        top = builtins.max([number_of(value) for value in values])
        shifted = [value - top for value in values] if math.isfinite(top) else values
        total = s.list_logsumexp(*shifted)
        return [value - total for value in shifted]
    along = required_dim("log_softmax", dim, axis)
    return s.log_softmax(x, axis=axes_of("log_softmax", require_array("log_softmax", x), along))


def softmax(x: Any, dim: int | None = None, *, axis: int | None = None, dtype: Any = None) -> Any:
    """exp(x) / sum(exp(x)) along `dim`, or of a list; the results are not negative and their sum is 1."""
    x = x if dtype is None else cast("softmax", x, dtype)
    if is_list(x):
        return [e.exp(value) for value in log_softmax(x)]
    return e.exp(log_softmax(require_array("softmax", x), required_dim("softmax", dim, axis)))


def cross_entropy(logits: Any, target: Any, dim: int | None = None, *, axis: int | None = None) -> Any:
    """-log of the probability that softmax gives the target: one loss for each sample, without a reduction.

    logits    one number for each class along `dim`, by default the last dimension; or a list of Values, one for each
              class
    target    the class of each sample, integers in the shape of the logits without `dim`; or probabilities of the
              classes in the shape of the logits, through which gradients flow too

    >>> cross_entropy(Tensor([[1000.0, 0.0], [1000.0, 0.0]]), [0, 1])
    Tensor([   0., 1000.])
    """
    if is_list(logits):
        return _cross_entropy_of_list(nonempty_list("cross_entropy", logits), target)
    logits = require_array("cross_entropy", logits)
    shape = tuple(logits.shape)
    if not shape:
        raise ValueError("cross_entropy takes logits with a dimension for the classes, got a number")
    k = axis_of("cross_entropy", logits, dim_or_axis("cross_entropy", dim, axis, -1))
    targets = target if isinstance(target, Operand) else np.asarray(target)
    found = tuple(require_array("cross_entropy", targets).shape)
    if found == shape:
        return 0.0 - sum(targets * log_softmax(logits, k), k)  # not -sum(...), which would make a loss of 0 a -0
    without_classes = shape[:k] + shape[k + 1 :]
    if found != without_classes:
        raise ValueError(
            f"cross_entropy got logits of shape {shape} and a target of shape {found}; expected classes of shape "
            f"{without_classes} or probabilities of shape {shape}"
        )
    classes = _checked_classes(array_of(targets), shape[k])
    return s.cross_entropy(logits, targets if isinstance(targets, Operand) else classes, axis=k)


def _cross_entropy_of_list(logits: list[Any], target: Any) -> Any:
    """The cross-entropy of one sample, whose target is a class or a list of probabilities."""
    if isinstance(target, Grid) and array_of(target).dtype.kind != "f":
        target = array_of(target)  # integers, to which no gradient flows
    if is_list(target) or (isinstance(target, np.ndarray) and target.shape):
        return -dot(log_softmax(logits), list(target))
    k = int(_checked_classes(np.asarray(target), len(logits)))
    # log(1 + sum(exp(x_j - x_k))) over the other classes j: no digits cancel, in the loss or in its gradient.
    differences = [x - logits[k] for j, x in enumerate(logits) if j != k]
    return s.list_logsumexp(0.0, *differences) if differences else -log_softmax(logits)[0]


def _checked_classes(target: np.ndarray, count: int) -> np.ndarray:
    """Return the target if it holds integers from 0 to count - 1; TypeError or IndexError otherwise."""
    if target.dtype.kind not in "iu":
        raise TypeError(f"classes are integers, got {target.dtype}; probabilities have the shape of the logits")
    # item(argmin()) takes a fifth of the time of min().
    if target.size and (target.item(target.argmin()) < 0 or target.item(target.argmax()) >= count):
        wrong = target[(target < 0) | (target >= count)]
        raise IndexError(f"cross_entropy got the class {wrong[0]}, expected 0 to {count - 1}: {count} classes")
    return target
