"""The cells of the table of borders: how an operand of each kind is made, what each mode computes, and the judgement.

Every mode looks at one number, F(x) = sum(weights * f(x)), and at its derivatives along one direction. The right
values come from the reference of the row and its differences, never from a rule of the engine. Bools are the one
exception: 0 and 1 are kinks of many functions, so their derivatives are compared with those of the same floats.

Not every pair of a kind and a mode is a cell: `_is_looked_at` leaves out those that say nothing new.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np

import autograd as ag
from autograd import Dual, Program, Stepper, Symbol, Tensor, Value
from autograd.calculus.trees import leaves
from autograd.engine.sweep import graph_nodes
from autograd.operands.complex_number import ComplexNumber
from autograd.operands.dual import levels

from .rows import TABLE_ROWS, Array, Row

DIRECTION: Final = np.array([0.7, -0.4, 1.1, 0.6, -0.9, 0.5, 0.8, -1.2, 0.3])
WEIGHTS: Final = np.array([1.0, -0.5, 0.75, 1.25, 0.6, -0.8, 0.9, 1.1, -0.7])


class Mode(StrEnum):
    """A way to use a function."""

    PLAIN = "plain"  # call it
    GRAD = "grad"
    JVP = "jvp"
    HVP = "hvp"
    SECOND = "grad of grad"
    PROGRAM = "Program"
    ZOOM = "zoom"
    STEPPER = "Stepper"


class Kind(NamedTuple):
    """A kind of operand: how it is made of an array, which numbers it holds, and how exact they are."""

    make: Callable[[Array], Any]
    numbers: str = "at"  # which field of the row
    digits: float = 1e-12
    single: bool = False  # one number of the array
    modes: tuple[Mode, ...] = tuple(Mode)[:5]


def _array(dtype: Any) -> Callable[[Array], Any]:
    return lambda x: np.asarray(x, dtype)


def _tensor(dtype: Any) -> Callable[[Array], Any]:
    return lambda x: Tensor(x, requires_grad=np.dtype(dtype).kind == "f", dtype=dtype)


NODES: Final = tuple(Mode)
DERIVATIVES: Final = (Mode.GRAD, Mode.JVP, Mode.HVP, Mode.SECOND)
ONLY: Final = (Mode.PLAIN,)
KINDS: Final[dict[str, Kind]] = {
    "float": Kind(float, single=True),
    "int": Kind(int, "whole", single=True),
    "list": Kind(lambda x: x.tolist()),
    "float64": Kind(_array(np.float64)),
    "float32": Kind(_array(np.float32), digits=1e-5),
    "float16": Kind(_array(np.float16), digits=1e-2),
    "int64": Kind(_array(np.int64), "whole"),
    "int8": Kind(_array(np.int8), "whole"),
    "uint8": Kind(_array(np.uint8), "whole"),
    "bool": Kind(_array(bool), "mask"),
    "complex": Kind(lambda x: x + 0j, modes=tuple(Mode)[:3]),
    "data of a Tensor": Kind(lambda x: Tensor(x).data),
    "Value": Kind(lambda x: Value(float(x)), single=True, modes=NODES),
    "list of Values": Kind(
        lambda x: np.vectorize(Value, otypes=[object])(x).tolist(), modes=(*ONLY, Mode.GRAD, Mode.JVP, Mode.HVP)
    ),
    "Tensor": Kind(_tensor(np.float64), modes=NODES),
    "Tensor float32": Kind(_tensor(np.float32), digits=1e-5, modes=NODES),
    "Tensor float16": Kind(_tensor(np.float16), digits=1e-2, modes=NODES),
    "Tensor int64": Kind(_tensor(np.int64), "whole", modes=(*ONLY, Mode.PROGRAM, Mode.ZOOM)),
    "Tensor int8": Kind(_tensor(np.int8), "whole", modes=(*ONLY, Mode.PROGRAM, Mode.ZOOM)),
    "Tensor bool": Kind(_tensor(bool), "mask", modes=(*ONLY, Mode.PROGRAM, Mode.ZOOM)),
    "float64 of bools": Kind(_array(np.float64), "mask"),
    "dict": Kind(lambda x: {"x": x}),
    "Dual": Kind(lambda x: Dual(x, _along(x), next(levels)), modes=ONLY),
    "ComplexNumber": Kind(lambda x: ComplexNumber(x + 1e-30j * _along(x)), modes=ONLY),
    "Symbol": Kind(lambda x: Symbol("x"), modes=ONLY),
}
METHOD_KINDS: Final = (
    "Value", "Tensor", "Tensor float32", "Tensor float16", "Tensor int64", "Tensor int8", "Tensor bool", "Dual",
    "ComplexNumber",
)  # fmt: skip


class Cell(NamedTuple):
    row: str
    kind: str
    mode: Mode


HALF: Final = {".half": 1e-2, ".float": 1e-5}


def cells(name: str) -> list[Cell]:
    """The cells of a row."""
    row = TABLE_ROWS[name]
    kinds = METHOD_KINDS if row.method else [kind for kind in KINDS if kind != "float64 of bools"]
    return [Cell(name, kind, mode) for kind in kinds for mode in KINDS[kind].modes if _is_looked_at(row, kind, mode)]


def _is_looked_at(row: Row, kind: str, mode: Mode) -> bool:
    """Whether a cell of its own is worth its time."""
    if row.is_formula and kind in ("bool", "float", "int", "list", "list of Values", "dict", "Value", "Symbol"):
        return False
    if row.flat and mode not in (Mode.PLAIN, Mode.GRAD, Mode.JVP):
        return False  # there is no second derivative, and no graph
    if mode is Mode.PLAIN:
        return True
    if KINDS[kind].single and not row.of_number:
        return False  # refused already; jvp sees an array of no dimension
    return kind != "list of Values" or row.of_list


# --- the right values ---


def numbers(row: Row, kind: Kind) -> Array:
    """The numbers that an operand of this kind holds, as floats."""
    x = np.asarray(getattr(row, kind.numbers))
    return np.asarray(x.ravel()[0] if kind.single else x)


def _along(x: Array) -> Array:
    return np.resize(DIRECTION, np.shape(x))


def _weighted(y: Any) -> float:
    y = np.asarray(y, float)
    return float((np.resize(WEIGHTS, y.shape) * y).sum())


@cache
def right(name: str, data: bytes, shape: tuple[int, ...]) -> tuple[float, float, float]:
    """F and its first and second derivative along the direction, by differences of the reference."""
    row, x = TABLE_ROWS[name], np.frombuffer(data).reshape(shape)
    v = _along(x)

    def at(s: float) -> float:
        return _weighted(row.reference(x + s * v))

    with np.errstate(all="ignore"):
        if row.flat:
            return at(0.0), 0.0, 0.0
        h, k = 1e-4, 3e-3
        first = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
        second = (16 * (at(k) + at(-k)) - (at(2 * k) + at(-2 * k)) - 30 * at(0.0)) / (12 * k * k)
        return at(0.0), first, second


# --- the modes ---


def total(y: Any) -> Any:
    """F of a result: a number, an array, a node, or a list of them."""
    if isinstance(y, (list, tuple)):
        return sum(w * each for w, each in zip(WEIGHTS.tolist(), y, strict=False))
    shape = y.shape if isinstance(y, (np.ndarray, Tensor, Dual, ComplexNumber)) else ()
    return ag.sum(y * np.resize(WEIGHTS, shape)) if shape else y * WEIGHTS[0]


def _flat(tree: Any) -> Array:
    """The numbers of a gradient in one row."""
    if isinstance(tree, dict):
        return _flat(tree["x"])
    if isinstance(tree, list):
        return np.concatenate([_flat(each) for each in tree])
    return np.ravel(tree.numpy() if isinstance(tree, Tensor) else tree.item() if isinstance(tree, Value) else tree)


def _number(y: Any) -> float:
    return float(np.asarray(y.item() if hasattr(y, "item") else y))


def _dot(g: Any) -> float:
    g = np.asarray(_flat(g), float)
    with np.errstate(all="ignore"):
        return float(g @ np.resize(DIRECTION, g.shape))


def _like(x: Any, v: Array) -> Any:
    """The direction in the structure of the operand."""
    if isinstance(x, dict):
        return {"x": v}
    if isinstance(x, list):
        return [_like(each, v[k]) for k, each in enumerate(x)]
    return float(v) if v.shape == () else v


def compute(cell: Cell) -> dict[int, float]:
    """Return what the mode gives of F (0), of its first derivative (1) and of its second (2) along the direction."""
    row, kind, mode = TABLE_ROWS[cell.row], KINDS[cell.kind], cell.mode
    data = numbers(row, kind)
    x = kind.make(data)
    v = _like(x, np.resize(DIRECTION, data.shape))

    def f(x: Any) -> Any:
        return total(row.call(x["x"] if isinstance(x, dict) else x))

    if mode is Mode.PLAIN:
        return _plain(row, x)
    if mode is Mode.GRAD:
        y, g = ag.value_and_grad(f)(x)
        return {0: _number(y), 1: _dot(g)}
    if mode is Mode.JVP:
        y, t = ag.jvp(f, x, v)
        return {0: _number(y), 1: _number(t)}
    if mode is Mode.HVP:
        return {2: _dot(ag.hvp(f)(x, v))}
    if mode is Mode.SECOND:

        def slope(x: Any) -> Any:
            return sum(
                ag.sum(g * w) if isinstance(g, Tensor) else g * w
                for g, w in zip(leaves(ag.grad(f)(x)), leaves(v), strict=True)
            )

        return {2: _dot(ag.grad(slope)(x))}
    root = f(x)
    if mode is Mode.PROGRAM:
        program = Program(root, [x])
        y = {0: _number(program(data if isinstance(x, Value) else x.numpy()))}
        if x.requires_grad and root.requires_grad:
            y[1] = _dot(program.value_and_grad(data if isinstance(x, Value) else x.numpy())[1])
        return y
    if mode is Mode.ZOOM:
        inside = ag.zoom(root, {"x": x} if x.requires_grad else None)
        if not x.requires_grad:
            return {0: _number(inside)}
        inside.backward()
        found = {v.label: v.grad or 0.0 for v in graph_nodes(inside) if v.is_leaf and v.requires_grad}
        places = [f"x[{','.join(map(str, place))}]" if place else "x" for place in np.ndindex(data.shape)]
        return {0: _number(inside), 1: _dot([found.get(place, 0.0) for place in places])}
    Stepper(root).commit()
    return {0: _number(root), 1: _dot(x.grad if x.grad is not None else np.zeros(data.shape))}


def _plain(row: Row, x: Any) -> dict[int, float]:
    y = row.call(x)
    if isinstance(x, Symbol):
        return {} if repr(y) else {0: float("nan")}
    y = total(y)
    if isinstance(x, Dual):
        return {0: _number(y.payload), 1: _number(y.tangent)} if isinstance(y, Dual) else {0: _number(y)}
    if isinstance(x, ComplexNumber):
        number = y.number if isinstance(y, ComplexNumber) else y
        return {0: float(np.real(number)), 1: float(np.imag(number)) * 1e30}
    return {0: _number(y)}


def _is_numpys(row: Row, kind: str, number: float) -> bool:
    """Whether it is the value that NumPy gives of integers in their own dtype, which may wrap around."""
    x = numbers(row, KINDS[kind]).astype(kind.removeprefix("Tensor ")) if not KINDS[kind].single else 0.0
    with np.errstate(all="ignore"), suppress(TypeError):
        return number == _weighted(row.reference(x))
    return False


def fault(cell: Cell, found: dict[int, float]) -> str:
    """Say what is wrong with the numbers of a cell; empty where they are right."""
    row, kind = TABLE_ROWS[cell.row], KINDS[cell.kind]
    data = np.asarray(
        KINDS[cell.kind].make(numbers(row, kind)) if cell.kind in ("float32", "float16") else numbers(row, kind)
    )
    if cell.kind.startswith("Tensor float"):
        data = np.asarray(data, cell.kind.removeprefix("Tensor "))
    data = np.asarray(data, float)
    if kind.numbers == "mask" and cell.mode in DERIVATIVES:
        same = compute(cell._replace(kind="float64 of bools"))
        return (
            ""
            if same == found or np.allclose([*same.values()], [*found.values()], equal_nan=True)
            else f"{found}, expected {same}"
        )
    wanted = right(cell.row, data.tobytes(), data.shape)
    for order, number in found.items():
        if order and not np.isfinite(wanted[order]) and not np.isfinite(number):
            continue  # at the edge of where it is defined
        if order == 0 and kind.numbers != "at" and _is_numpys(row, cell.kind, number):
            continue
        error = max(kind.digits, HALF.get(cell.row, 0.0), (1e-11, 1e-8, 1e-5)[order]) * (1 if order < 2 else 10)
        if not np.isclose(number, wanted[order], rtol=error, atol=error * 10, equal_nan=True):
            return f"{('value', 'first derivative', 'second derivative')[order]} {number!r}, expected {wanted[order]!r}"
    return ""
