"""The rows of the table of borders: each public function and method as a function of one operand, and its reference.

Arguments and references are those of the rows of the ops: `cases.py`, `structural_cases.py` and the table of linear
algebra. What those do not have stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from mpmath import mp

import autograd as ag
from autograd import Tensor
from autograd.engine.forms import Takes
from autograd.engine.op import OPS
from tests.functions.test_linear_algebra import TABLE, positive
from tests.operands.test_stand_in import CALLS
from tests.rules.cases import CASES
from tests.rules.structural_cases import STRUCTURAL
from tests.rules.test_elementwise import TAME

Array = np.ndarray
Call = Callable[[Any], Any]
OTHER: Final = 1.3  # what stands in the other place of an op of two inputs
FLAT: Final = {"floor", "ceil", "round", "sign", "floor_divide"}
AT: Final = np.array([[0.7, -1.3, 0.4], [2.1, 0.3, -0.6]])
WHOLE: Final = np.array([[2, 3, 1], [5, 7, 4]])
INVERTIBLE: Final = np.array([[5, 1, 2], [1, 6, 3], [2, 3, 9]])


class Row(NamedTuple):
    """One function as a function of one operand.

    call        ours
    reference   the same function of an array of float64, by NumPy or mpmath
    at          an array of floats, at which it is smooth
    whole       integers in the same shape
    mask        bools in the same shape
    flat        whether its derivative is 0 or none: a floor, a mask, an index
    of_number   whether one number is enough for it
    of_list     whether it takes a list of Values
    of_bits     whether it takes masks and integers only
    algorithm   whether it is an algorithm of linear algebra, not one formula of scalars
    is_formula  whether it computes with the operand itself, so that the operand has to have a shape
    method      whether it is a method of what has a shape, and of what it is one
    """

    call: Call
    reference: Call
    at: Array = AT
    whole: Array = WHOLE
    mask: Array = WHOLE % 2 == 1
    flat: bool = False
    of_number: bool = False
    of_list: bool = False
    of_bits: bool = False
    algorithm: bool = False
    is_formula: bool = False
    method: bool = False


# --- ops ---


def _exact(name: str, k: int) -> Call:
    """The reference of an op in its row, as a function of its input k on each element of an array."""
    reference, count = CASES[name].reference, len(OPS[name].inputs)

    @cache
    def one(x: float) -> float:
        args: list[Any] = [mp.mpf(OTHER)] * count
        args[k] = mp.mpf(x)
        if name == "where":
            args[0] = bool(x) if k == 0 else True
        with mp.workdps(25), suppress(TypeError, ValueError, ZeroDivisionError):  # a complex number, say
            return float(reference(*args))
        return float("nan")

    return lambda x: np.reshape([one(float(each)) for each in np.ravel(x)], np.shape(x))


def _at_input(name: str, k: int) -> Call:
    """Ours, called as a user calls it, as a function of its input k."""
    f, count, params = getattr(ag, name), len(OPS[name].inputs), CASES[name].params

    def call(x: Any) -> Any:
        args: list[Any] = [OTHER] * count
        args[k] = x
        if name == "where" and k:
            args[0] = True
        return f(*args, **params)

    return call


def _op_rows(name: str) -> dict[str, Row]:
    """A row for each input of an op."""
    op, rows = OPS[name], {}
    for k, letter in enumerate(op.inputs):
        exact = _exact(name, k)
        near = np.array([-1e-4, 0.0, 1e-4])
        tame = [point[k] for other, point in TAME if other == name] or [1.0, 2.0]
        smooth = [x for x in tame if _is_smooth(exact(x + near))]
        whole = [x for x in (2, 3, 1, 5) if _is_smooth(exact(x + near))] or [0]
        rows[name if len(op.inputs) == 1 else f"{name}({letter})"] = Row(
            _at_input(name, k),
            exact,
            np.resize(smooth, (2, 3)).astype(float),
            np.resize(whole, (2, 3)),
            np.full((2, 3), _is_smooth(exact(1 + near))),
            flat=name in FLAT or not op.rules or op.rule(k, len(op.inputs)) is None,
            of_number=True,
        )
    return rows


def _is_smooth(y: Array) -> bool:
    """Tell from three values whether the slopes left and right of the one in the middle are about the same."""
    left, right = np.diff(y) / 1e-4
    return bool(np.isfinite(y).all() and abs(right - left) < 0.02 * (1 + abs(left)))


def _whole(x: Any) -> Array:
    x = np.asarray(x)
    return np.asarray(x, int) if x.dtype.kind == "f" else x


BITS: Final[dict[str, tuple[Call, Call]]] = {
    "bitwise_and": (lambda x: ag.bitwise_and(x, 3), lambda x: np.bitwise_and(_whole(x), 3)),
    "bitwise_or": (lambda x: ag.bitwise_or(x, 8), lambda x: np.bitwise_or(_whole(x), 8)),
    "bitwise_xor": (lambda x: ag.bitwise_xor(x, 3), lambda x: np.bitwise_xor(_whole(x), 3)),
    "bitwise_not": (ag.bitwise_not, lambda x: np.invert(_whole(x))),
}

# --- functions that the rows of the ops do not have ---

LOGITS: Final = np.array([0.5, -1.0, 0.3])
NUMPYS: Final[dict[str, tuple[Call, Call]]] = {
    "all": (ag.all, np.all),
    "any": (lambda x: ag.any(x, 1), lambda x: np.any(x, 1)),
    "argmax": (lambda x: ag.argmax(x, 1), lambda x: np.argmax(x, 1)),
    "argmin": (ag.argmin, np.argmin),
    "concatenate": (lambda x: ag.concatenate([x, x]), lambda x: np.concatenate([x, x])),
    "take": (lambda x: ag.take(x, [0, 4]), lambda x: np.take(x, [0, 4])),
    "unsqueeze": (lambda x: ag.unsqueeze(x, 1), lambda x: np.expand_dims(x, 1)),
    "cross_entropy": (
        lambda x: ag.cross_entropy(x, [2, 0]),
        lambda x: np.log(np.exp(x).sum(1)) - x[[0, 1], [2, 0]],
    ),
    "zeros_like": (ag.zeros_like, np.zeros_like),
    "ones_like": (ag.ones_like, np.ones_like),
    "tensor": (lambda x: ag.tensor(x), np.array),
    "Tensor": (lambda x: Tensor(x), np.array),
    "polygamma": (lambda x: ag.polygamma(x, n=1), lambda x: _each(x, lambda v: mp.polygamma(1, v))),
}
FLAT_FUNCTIONS: Final = {"all", "any", "argmax", "argmin", "zeros_like", "ones_like", "tensor", "Tensor"}
ALGORITHMS: Final = {"inv", "det", "slogdet", "solve", "cholesky", "eigvalsh", "eigh", "svdvals", "svd"}
SYMMETRIC: Final = {"cholesky", "eigh", "eigvalsh"}  # of the symmetric part of a matrix
MATRICES: Final[dict[str, tuple[Call, Call]]] = {
    "svd": (lambda x: ag.svd(x)[1], lambda x: np.linalg.svd(x)[1]),
}
LISTS: Final[dict[str, tuple[Call, Call]]] = {
    "sum of a list": (ag.sum, np.sum),
    "mean of a list": (ag.mean, np.mean),
    "dot of lists": (lambda x: ag.dot(x, list(x) if isinstance(x, list) else x), lambda x: x @ x),
    "logsumexp of a list": (ag.logsumexp, lambda x: np.log(np.exp(x).sum())),
    "softmax of a list": (lambda x: ag.softmax(x, -1), lambda x: np.exp(x) / np.exp(x).sum()),
    "log_softmax of a list": (lambda x: ag.log_softmax(x, -1), lambda x: x - np.log(np.exp(x).sum())),
    "cross_entropy of a list": (lambda x: ag.cross_entropy(x, 1), lambda x: np.log(np.exp(x).sum()) - x[1]),
    "stack of a list": (ag.stack, np.array),
}


def _each(x: Array, f: Call) -> Array:
    return np.reshape([float(f(mp.mpf(float(v)))) if v > 0 else np.nan for v in np.ravel(x)], np.shape(x))


def _first(f: Call) -> Call:
    """The first result of a function that may have several."""

    def call(x: Any) -> Any:
        y = f(x)
        return y[0] if isinstance(y, (tuple, list)) else y

    return call


def _function_rows() -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for op in OPS.values():
        is_public = getattr(ag, op.name, None) is op or op.name == "round"  # a function of ours that takes decimals too
        if is_public and op.name in CASES and op.takes is Takes.FIXED and op.name not in BITS:
            rows |= _op_rows(op.name)
    rows |= {
        name: Row(*both, at=WHOLE.astype(float), flat=True, of_number=True, of_bits=True) for name, both in BITS.items()
    }
    rows |= {name: Row(*both) for name, both in STRUCTURAL.items() if callable(getattr(ag, name.split()[0], None))}
    rows |= {name: Row(*both, flat=name in FLAT_FUNCTIONS) for name, both in NUMPYS.items()}
    for name, (ours, theirs, _) in TABLE.items():
        if name not in ("outer", "norm"):
            rows[name] = _matrix_row(ours, _by_numpy(theirs, name in SYMMETRIC))
    rows |= {name: _matrix_row(*both) for name, both in MATRICES.items()}
    rows["einsum lost"] = rows["einsum lost"]._replace(reference=lambda x: np.einsum("ij->i", x))
    rows["polygamma"] = rows["polygamma"]._replace(at=np.abs(AT), of_number=True)
    rows["cross"] = _matrix_row(
        lambda x: ag.cross(x, x[..., [1, 2, 0], :]), lambda x: np.cross(x, x[..., [1, 2, 0], :])
    )
    rows |= {
        name: Row(*both, at=AT[0], whole=WHOLE[0], mask=np.array([True, False, True]), of_list=True)
        for name, both in LISTS.items()
    }
    for name, row in rows.items():
        algorithm = name.split()[0].rstrip(",") in ALGORITHMS or name in (
            "matrix_norm nuc",
            "matrix_norm 2",
            "matrix_norm -2",
        )
        rows[name] = row._replace(is_formula=name in FORMULAS, algorithm=algorithm)
    return rows


def _by_numpy(theirs: Callable[[Any, Any], Any], is_of_symmetric: bool) -> Call:
    """The reference of a row of linear algebra; where it asks for it, of the symmetric part of the matrix."""
    return lambda x: theirs(np, (x + x.T) / 2 if is_of_symmetric else x)


def _matrix_row(ours: Call, theirs: Call) -> Row:
    return Row(ours, theirs, positive(()), INVERTIBLE, np.eye(3, dtype=bool))


# --- methods ---

SQUARE: Final = np.array([[0.5, 0.25], [0.75, 0.125]])  # the matrix that the methods of test_stand_in.py are called on
SELF: Final[Call] = np.array
# The functions of rows that compute with the operand before they call ours: they take what has a shape.
FORMULAS: Final = {
    "cat", "stack", "where", "diag of a vector", "amax all", "outer", "dot", "solve", "cross", "slogdet, both",
}  # fmt: skip
METHODS: Final[dict[str, Call]] = {
    "amax": np.max, "amin": np.min, "chunk": lambda x: x[:, None].transpose(1, 0, 2)[0], "max": np.max, "min": np.min,
    "detach": SELF, "double": SELF, "float": SELF, "half": SELF, "clone": SELF, "astype": SELF, "to": SELF,
    "diag": np.diag, "flatten": np.ravel, "ravel": np.ravel, "flip": np.flip, "squeeze": SELF, "tril": np.tril,
    "triu": np.triu, "logsumexp": lambda x: np.log(np.exp(x).sum()), "mean": np.mean, "sum": np.sum,
    "norm": np.linalg.norm, "prod": np.prod, "sort": np.sort, "std": lambda x: np.std(x, ddof=1),
    "var": lambda x: np.var(x, ddof=1), "cumsum": lambda x: x.cumsum(1), "cumprod": lambda x: x.cumprod(1),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(1, keepdims=True),
    "log_softmax": lambda x: x - np.log(np.exp(x).sum(1, keepdims=True)), "unsqueeze": lambda x: x[:, None],
    "split": lambda x: x[:1], "roll": lambda x: np.roll(x, 1), "T": np.transpose, "mT": np.transpose,
    "broadcast_to": lambda x: np.broadcast_to(x, (3, 2, 2)), "expand": lambda x: np.broadcast_to(x, (3, 2, 2)),
    "clip": lambda x: np.clip(x, 0.2, 0.6), "clamp": lambda x: np.clip(x, 0.2, 0.6), "dot": lambda x: x[0] @ x[1],
    "outer": lambda x: np.outer(x[0], x[1]), "matmul": lambda x: x @ x, "take": lambda x: x.take([0, 3]),
    "gather": lambda x: np.take_along_axis(x, np.array([[1], [0]]), 1), "permute": np.transpose,
    "transpose": np.transpose, "moveaxis": np.transpose, "repeat": lambda x: np.tile(x, (2, 1)),
    "maximum": lambda x: np.maximum(x, 0.3), "minimum": lambda x: np.minimum(x, 0.3), "pow": lambda x: x**3,
    "acosh": lambda x: np.arccosh(x + 1.5), "logaddexp": lambda x: np.logaddexp(x, 0.3), "reshape": np.ravel,
    "det": np.linalg.det, "inverse": np.linalg.inv, "trace": np.trace, "view": np.ravel,
    "masked_fill": lambda x: np.where(SQUARE > 0.5, 0.0, x),
    "where": lambda x: np.where(SQUARE > 0.5, x, 0.0),
}  # fmt: skip


def _method_rows() -> dict[str, Row]:
    rows = {}
    for name, call in CALLS.items():
        if name in METHODS:
            row = Row(_first(call), METHODS[name], SQUARE, WHOLE[:2, :2], np.eye(2, dtype=bool), method=True)
        else:
            same = FUNCTIONS[name]
            row = same._replace(call=call, at=SQUARE, whole=same.whole[:, :2], mask=same.mask[:, :2], method=True)
            if name == "leaky_relu":
                row = row._replace(reference=lambda x: np.where(x > 0, x, 0.01 * x))
        rows[f".{name}"] = row._replace(
            of_number=hasattr(ag.Value, name),
            flat=row.flat or name == "detach",
            is_formula=name in ("dot", "outer"),
            algorithm=name in ("det", "inverse"),
        )
    to_decimals = rows[".round"]._replace(
        call=lambda x: x.round(2), reference=lambda x: np.round(x, 2), whole=WHOLE[:2, :2]
    )
    return {**rows, ".round to decimals": to_decimals._replace(at=SQUARE + 0.0007)}


FUNCTIONS: Final = _function_rows()
METHOD_ROWS: Final = _method_rows()
TABLE_ROWS: Final = {**FUNCTIONS, **METHOD_ROWS}


def function_of(name: str) -> str:
    """The public function or method that a row is of: `matrix_norm inf` is one of matrix_norm."""
    return name.split()[0].split("(")[0].rstrip(",")
