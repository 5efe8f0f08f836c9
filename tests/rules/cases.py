"""One row per op: the only place in the tests that knows one op from another.

A row says what the op is (an mpmath function, or plain Python where that is exact), where to look at it, and what it
does by convention where mathematics has no answer. The tests in `test_ops.py` go over the rows, so an op that is added
to the engine and gets its row here is tested in every way that any op is.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import mpmath
from mpmath import mp

import autograd

inf: Final = math.inf
nan: Final = math.nan
Point = tuple[float, ...]


@dataclass(frozen=True)
class Case:
    """The facts about one op that the tests use.

    reference   the op on mpmath numbers, or on anything that Python can compare and add
    points      inputs at which it is smooth, hostile ones among them: tails, huge, tiny, close to an edge
    kinks       inputs at which it is not, and the gradient it has there by convention
    specials    inputs at which the value is a matter of IEEE arithmetic, and that value
    diagonal    numbers that can stand in all places of the op at once
    params      parameters to call it with, not their defaults
    call        how a user writes the op, if it is not `autograd.<name>(...)`
    analytic    whether the op can be differentiated by a complex step
    method      whether it is a method of Value, too
    error       relative error allowed for a value or a first derivative, where the reason is known: see the row
    """

    reference: Callable[..., Any]
    points: tuple[Point, ...]
    kinks: tuple[tuple[Point, Point], ...] = ()
    specials: tuple[tuple[Point, float], ...] = ()
    diagonal: tuple[float, ...] = (0.7, 1.3)
    params: Mapping[str, float] = field(default_factory=dict)
    call: Callable[..., Any] | None = None
    analytic: bool = False
    method: bool = False
    error: float = 4e-15

    @property
    def everywhere(self) -> list[Point]:
        """Every input of the row."""
        return [*self.points, *(point for point, _ in self.kinks), *(point for point, _ in self.specials)]


def at(*numbers: float) -> tuple[Point, ...]:
    """The points of an op of one input."""
    return tuple((number,) for number in numbers)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def _softplus(x: Any) -> Any:
    return mp.log(1 + mp.exp(x))


def _pdf(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def _selu(x: Any) -> Any:
    # Klambauer et al. 2017, eq. 14: the constants that make mean 0 and variance 1 a fixed point, in closed form.
    c, e = mp.erfc(1 / mp.sqrt(2)), mp.exp(mp.mpf(1) / 2)
    alpha = -mp.sqrt(2 / mp.pi) / (c * e - 1)
    spread = 2 * mp.erfc(mp.sqrt(2)) * e**4 + mp.pi * c**2 * e**2 - 2 * (2 + mp.pi) * c * e + mp.pi + 2
    scale = (1 - c * e) * mp.sqrt(2 * mp.pi) / mp.sqrt(spread)
    return scale * x if x > 0 else scale * alpha * mp.expm1(x)


def _in_halves(product: Callable[..., Any]) -> Callable[..., Any]:
    """A function of two lists as one of their numbers in a row."""
    return lambda *xs: product(xs[: len(xs) // 2], xs[len(xs) // 2 :])


def _dot(left: Any, right: Any) -> Any:
    return sum(a * b for a, b in zip(left, right, strict=True))


TAILS: Final = at(-1000.0, -40.0, -20.0, -2.5, -0.3, -1e-9, 1e-9, 0.3, 1.0, 2.5, 20.0, 40.0, 1000.0)
SIDES: Final = at(-1000.0, -40.0, -2.5, -0.3, -1e-9, 1e-9, 0.3, 2.5, 40.0, 1000.0)
PAIRS: Final = ((2.0, 3.0), (-0.7, 1.3), (0.5, -2.5), (1e-9, 1e9), (1000.0, -1000.0))

JUMPS: Final = at(-1000.25, -40.3, -2.6, -0.3, 1e-9, 0.3, 2.6, 40.3)
BITS: Final = ((True, True), (True, False), (False, True), (False, False))
EIGHT_ULP: Final = 8 * 2.0**-52

CASES: Final[dict[str, Case]] = {
    # arithmetic
    "add": Case(
        operator.add,
        PAIRS,
        specials=(((inf, -inf), nan), ((1e308, 1e308), inf), ((nan, 1.0), nan)),
        call=operator.add,
        analytic=True,
    ),
    "sub": Case(
        operator.sub,
        PAIRS,
        specials=(((inf, inf), nan), ((-1e308, 1e308), -inf), ((1.0, nan), nan)),
        call=operator.sub,
        analytic=True,
    ),
    "mul": Case(
        operator.mul,
        PAIRS,
        specials=(((0.0, inf), nan), ((1e200, -1e200), -inf), ((nan, 0.0), nan)),
        call=operator.mul,
        analytic=True,
    ),
    "div": Case(
        operator.truediv,
        (*PAIRS, (1.0, 1e-100), (1e-200, 1e-200)),
        specials=(
            ((1.0, 0.0), inf),
            ((-1.0, 0.0), -inf),
            ((1.0, -0.0), -inf),
            ((0.0, 0.0), nan),
            ((1.0, inf), 0.0),
            ((1.0, nan), nan),
        ),
        call=operator.truediv,
        analytic=True,
    ),
    "neg": Case(
        operator.neg, SIDES, specials=(((0.0,), -0.0), ((inf,), -inf), ((nan,), nan)), call=operator.neg, analytic=True
    ),
    "pow": Case(
        mp.power,
        (
            (2.5, 1.5),
            (0.3, 2.0),
            (3.0, -2.5),
            (1e-9, 3.0),
            (1e-9, 0.5),
            (1000.0, 2.0),
            (1000.0, -3.0),
            (5.0, 0.0),
            (1.0, 1000.0),
            (2.0, 1000.0),
        ),
        kinks=(
            ((0.0, 0.0), (0.0, 0.0)),
            ((0.0, 0.5), (inf, 0.0)),
            ((0.0, 1.0), (1.0, 0.0)),
            ((0.0, 2.0), (0.0, 0.0)),
            ((0.0, -1.0), (-inf, -inf)),
            ((-3.0, 2.0), (-6.0, nan)),  # (-3) ** b is no real number right and left of b = 2
            ((-3.0, 0.0), (-0.0, nan)),
        ),
        specials=(
            ((0.0, -1.0), inf),
            ((-0.0, -1.0), -inf),
            ((0.0, 0.0), 1.0),
            ((-8.0, 1 / 3), nan),
            ((10.0, 400.0), inf),
            ((-10.0, 401.0), -inf),
            ((10.0, -400.0), 0.0),
            ((nan, 0.0), 1.0),
            ((1.0, nan), 1.0),
            ((nan, 2.0), nan),
            ((0.5, inf), 0.0),
            ((-2.0, 3.0), -8.0),
        ),
        call=operator.pow,
        analytic=True,
        method=True,
    ),
    "identity": Case(lambda x: x, SIDES, specials=(((-0.0,), -0.0), ((inf,), inf), ((nan,), nan)), analytic=True),
    "square": Case(
        lambda x: x * x, SIDES, specials=(((1e200,), inf), ((-inf,), inf), ((nan,), nan)), analytic=True, method=True
    ),
    "reciprocal": Case(
        lambda x: 1 / x,
        at(-1000.0, -0.3, 0.3, 2.5, 1e-90, 1e90),
        specials=(((0.0,), inf), ((-0.0,), -inf), ((inf,), 0.0), ((nan,), nan)),
        analytic=True,
        method=True,
    ),
    "sqrt": Case(
        mp.sqrt,
        at(1e-300, 1e-9, 0.3, 2.0, 1000.0, 1e300),
        kinks=(((0.0,), (inf,)),),
        specials=(((-1.0,), nan), ((-0.0,), -0.0), ((inf,), inf), ((nan,), nan)),
        analytic=True,
        method=True,
    ),
    "cbrt": Case(
        lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        at(-1000.0, -0.3, -1e-9, 1e-300, 0.3, 2.5, 1e300),
        kinks=(((0.0,), (inf,)),),
        specials=(((-0.0,), -0.0), ((-inf,), -inf), ((nan,), nan)),
    ),
    "hypot": Case(
        mp.hypot,
        (*PAIRS[:3], (3.0, 4.0), (1e200, 1e200), (1e-200, 1e-200)),
        specials=(((inf, nan), inf), ((1e308, 1.7e308), inf), ((1.0, nan), nan)),
    ),
    # exponentials and logarithms
    "exp": Case(
        mp.exp,
        at(-700.0, -40.0, -1e-9, 0.0, 1e-9, 0.3, 2.5, 40.0, 700.0),
        specials=(((710.0,), inf), ((-1000.0,), 0.0), ((-inf,), 0.0), ((inf,), inf), ((nan,), nan)),
        analytic=True,
        method=True,
    ),
    "expm1": Case(
        mp.expm1,
        at(-1000.0, -40.0, -1e-12, 0.0, 1e-300, 1e-12, 0.3, 2.5, 700.0),
        specials=(((710.0,), inf), ((-inf,), -1.0), ((-0.0,), -0.0), ((nan,), nan)),
        analytic=True,
        method=True,
    ),
    "log": Case(
        mp.log,
        at(1e-300, 1e-9, 0.3, 1 + 1e-9, 2.5, 1000.0, 1e300),
        specials=(((0.0,), -inf), ((-0.0,), -inf), ((-1.0,), nan), ((inf,), inf), ((nan,), nan)),
        analytic=True,
        method=True,
    ),
    "exp2": Case(
        lambda x: mp.power(2, x),
        at(-1000.0, -40.0, -1e-9, 0.0, 0.3, 2.5, 40.0, 1000.0),
        specials=(((1024.0,), inf), ((-2000.0,), 0.0), ((-inf,), 0.0), ((nan,), nan)),
        method=True,
    ),
    "log2": Case(
        lambda x: mp.log(x) / mp.log(2),
        at(1e-300, 1e-9, 0.3, 2.5, 1000.0, 1e300),
        specials=(((8.0,), 3.0), ((0.0,), -inf), ((-1.0,), nan), ((inf,), inf), ((nan,), nan)),
        method=True,
    ),
    "log10": Case(
        mp.log10,
        at(1e-300, 1e-9, 0.3, 2.5, 1e300),
        specials=(((1000.0,), 3.0), ((0.0,), -inf), ((-1.0,), nan), ((inf,), inf), ((nan,), nan)),
        method=True,
    ),
    # 1 + mpf is taken exactly first: at 500 digits that is log1p, and mpmath's own log1p knows no more
    "log1p": Case(
        lambda x: mp.log(1 + x),
        at(-1 + 1e-9, -0.3, -1e-12, 0.0, 1e-300, 1e-12, 0.3, 2.5, 1e300),
        specials=(((-1.0,), -inf), ((-2.0,), nan), ((inf,), inf), ((nan,), nan)),
        analytic=True,
        method=True,
    ),
    # trigonometry
    "sin": Case(
        mp.sin, (*SIDES, (1e15,)), specials=(((inf,), nan), ((-inf,), nan), ((nan,), nan)), analytic=True, method=True
    ),
    "cos": Case(
        mp.cos, (*SIDES, (1e15,)), specials=(((inf,), nan), ((-inf,), nan), ((nan,), nan)), analytic=True, method=True
    ),
    "tan": Case(
        mp.tan,
        (*SIDES, (math.pi / 2 - 1e-9,)),
        specials=(((inf,), nan), ((-inf,), nan), ((nan,), nan)),
        analytic=True,
        method=True,
    ),
    "asin": Case(
        mp.asin,
        at(-1 + 1e-12, -0.3, -1e-9, 0.0, 1e-9, 0.3, 0.5, 1 - 1e-12),
        kinks=(((1.0,), (inf,)), ((-1.0,), (inf,))),
        specials=(((2.0,), nan), ((-inf,), nan), ((nan,), nan)),
        analytic=True,
    ),
    "acos": Case(
        mp.acos,
        at(-1 + 1e-12, -0.3, -1e-9, 0.0, 1e-9, 0.3, 0.5, 1 - 1e-12),
        kinks=(((1.0,), (-inf,)), ((-1.0,), (-inf,))),
        specials=(((2.0,), nan), ((-inf,), nan), ((nan,), nan)),
        analytic=True,
    ),
    "atan": Case(
        mp.atan,
        (*SIDES, (1e100,)),
        specials=(((inf,), math.pi / 2), ((-inf,), -math.pi / 2), ((nan,), nan)),
        analytic=True,
    ),
    "atan2": Case(
        mp.atan2,
        (*PAIRS, (-0.7, -1.3), (-1e-9, -1.0), (1e-9, -1.0), (1e200, -1e200), (1e-150, 2e-150)),
        kinks=(((0.0, 0.0), (0.0, 0.0)), ((-0.0, 0.0), (0.0, 0.0)), ((0.0, -0.0), (0.0, 0.0))),
        specials=(
            ((0.0, 0.0), 0.0),
            ((0.0, -1.0), math.pi),
            ((-0.0, -1.0), -math.pi),
            ((inf, inf), math.pi / 4),
            ((nan, 1.0), nan),
        ),
    ),
    # hyperbolic functions
    "sinh": Case(
        mp.sinh,
        at(-700.0, -40.0, -0.3, -1e-9, 0.0, 1e-9, 2.5, 40.0, 700.0),
        specials=(((1000.0,), inf), ((-1000.0,), -inf), ((nan,), nan)),
        analytic=True,
        method=True,
    ),
    "cosh": Case(
        mp.cosh,
        at(-700.0, -40.0, -0.3, -1e-9, 0.0, 1e-9, 2.5, 40.0, 700.0),
        specials=(((1000.0,), inf), ((-1000.0,), inf), ((nan,), nan)),
        analytic=True,
        method=True,
    ),
    "tanh": Case(
        mp.tanh,
        (*TAILS, (350.0,)),
        specials=(((inf,), 1.0), ((-inf,), -1.0), ((nan,), nan)),
        analytic=True,
        method=True,
    ),
    "asinh": Case(mp.asinh, (*SIDES, (1e200,)), specials=(((inf,), inf), ((-inf,), -inf), ((nan,), nan)), method=True),
    "acosh": Case(
        mp.acosh,
        at(1 + 1e-9, 1.3, 2.5, 1000.0, 1e200),
        diagonal=(1.3, 2.5),
        kinks=(((1.0,), (inf,)),),
        specials=(((1.0,), 0.0), ((0.5,), nan), ((inf,), inf), ((nan,), nan)),
        method=True,
    ),
    "atanh": Case(
        mp.atanh,
        at(-1 + 1e-12, -0.3, -1e-9, 0.0, 1e-9, 0.3, 0.5, 1 - 1e-12),
        diagonal=(0.3, 0.7),
        specials=(((1.0,), inf), ((-1.0,), -inf), ((2.0,), nan), ((nan,), nan)),
        method=True,
    ),
    "sech": Case(mp.sech, (*TAILS, (-700.0,)), specials=(((inf,), 0.0), ((-inf,), 0.0), ((nan,), nan))),
    # kinks
    "abs": Case(
        abs,
        SIDES,
        kinks=(((0.0,), (0.0,)), ((-0.0,), (0.0,))),
        specials=(((-inf,), inf), ((-0.0,), 0.0), ((nan,), nan)),
        method=True,
    ),
    "sign": Case(
        lambda x: (x > 0) - (x < 0),
        SIDES,
        kinks=(((0.0,), (0.0,)),),
        specials=(((0.0,), 0.0), ((-0.0,), 0.0), ((-inf,), -1.0), ((nan,), nan)),
        method=True,
    ),
    "maximum": Case(
        max,
        PAIRS,
        kinks=(((2.0, 2.0), (0.5, 0.5)), ((0.0, -0.0), (0.5, 0.5))),
        specials=(((inf, 1.0), inf), ((-inf, 1.0), 1.0), ((nan, 1.0), nan), ((1.0, nan), nan)),
        method=True,
    ),
    "minimum": Case(
        min,
        PAIRS,
        kinks=(((2.0, 2.0), (0.5, 0.5)), ((0.0, -0.0), (0.5, 0.5))),
        specials=(((inf, 1.0), 1.0), ((-inf, 1.0), -inf), ((nan, 1.0), nan), ((1.0, nan), nan)),
        method=True,
    ),
    "clip": Case(
        lambda x: min(max(x, -1), 2),
        at(-1000.0, -1.1, -0.9, 0.0, 1e-9, 0.3, 1.9, 2.5, 1000.0),
        kinks=(((-1.0,), (1.0,)), ((2.0,), (1.0,))),
        specials=(((inf,), 2.0), ((-inf,), -1.0), ((nan,), nan)),
        params={"min": -1.0, "max": 2.0},
        method=True,
    ),
    "where": Case(
        lambda mask, a, b: a if mask else b,
        ((True, 0.7, 1.3), (False, 0.7, -2.5), (True, 1e9, 1000.0), (2.0, -0.3, 1.0), (0.0, -0.3, 1.0)),
        specials=(((True, 1.0, nan), 1.0), ((False, nan, inf), inf), ((True, nan, 0.0), nan)),
    ),
    # comparisons
    "lt": Case(
        operator.lt, PAIRS, specials=(((nan, nan), False), ((2.0, 2.0), False), ((-inf, inf), True)), call=operator.lt
    ),
    "le": Case(
        operator.le, PAIRS, specials=(((nan, nan), False), ((2.0, 2.0), True), ((0.0, -0.0), True)), call=operator.le
    ),
    "gt": Case(
        operator.gt, PAIRS, specials=(((nan, nan), False), ((2.0, 2.0), False), ((inf, -inf), True)), call=operator.gt
    ),
    "ge": Case(
        operator.ge, PAIRS, specials=(((nan, nan), False), ((2.0, 2.0), True), ((0.0, -0.0), True)), call=operator.ge
    ),
    "eq": Case(
        operator.eq, PAIRS, specials=(((nan, nan), False), ((2.0, 2.0), True), ((0.0, -0.0), True)), call=operator.eq
    ),
    "ne": Case(
        operator.ne, PAIRS, specials=(((nan, nan), True), ((2.0, 2.0), False), ((0.0, -0.0), False)), call=operator.ne
    ),
    # the normal distribution
    "erf": Case(
        mp.erf,
        at(-1000.0, -26.0, -5.0, -0.3, -1e-9, 0.0, 1e-9, 2.5, 5.0, 5.7, 20.0),
        specials=(((inf,), 1.0), ((-inf,), -1.0), ((nan,), nan)),
        method=True,
        error=EIGHT_ULP,
    ),
    "erfc": Case(
        mp.erfc,
        at(-5.0, -0.3, -1e-9, 0.0, 1e-9, 2.5, 5.0, 20.0, 26.0),
        specials=(((inf,), 0.0), ((-inf,), 2.0), ((nan,), nan)),
        method=True,
        error=EIGHT_ULP,
    ),
    "gaussian": Case(
        lambda x: mp.exp(-x * x),
        (*TAILS, (-26.0,), (0.0,)),
        specials=(((inf,), 0.0), ((-inf,), 0.0), ((nan,), nan)),
        error=EIGHT_ULP,
    ),
    "normal_pdf": Case(_pdf, (*TAILS, (-30.0,)), specials=(((inf,), 0.0), ((nan,), nan)), error=EIGHT_ULP),
    "normal_cdf": Case(
        mp.ncdf,
        (*TAILS, (-37.0,), (-30.0,), (-10.0,), (-2.51,)),
        specials=(((inf,), 1.0), ((-inf,), 0.0), ((nan,), nan)),
        error=EIGHT_ULP,
    ),
    "log_normal_cdf": Case(
        lambda x: mp.log(mp.ncdf(x)),
        at(-40.0, -20.0, -2.6, -2.5, -0.3, -1e-9, 1e-9, 0.3, 1.0, 2.5, 20.0),
        specials=(((inf,), -0.0), ((-inf,), -inf), ((nan,), nan), ((-1e200,), -inf)),
    ),
    # x + y loses digits where y is close to -x, and the second derivative is of this kind
    "inverse_mills": Case(
        lambda x: _pdf(x) / mp.ncdf(x),
        at(-6.0, -2.6, -2.5, -0.3, -1e-9, 1e-9, 0.3, 1.0, 2.5, 20.0),
        specials=(((inf,), 0.0), ((-inf,), inf), ((nan,), nan)),
        error=1e-13,
    ),
    # the gamma function
    "lgamma": Case(
        mp.loggamma,
        at(1e-9, 0.3, 0.7, 1.5, 2.5, 1000.0, 1e15),
        specials=(((0.0,), inf), ((-1.0,), inf), ((1.0,), 0.0), ((-inf,), inf), ((inf,), inf), ((nan,), nan)),
        method=True,
    ),
    "digamma": Case(
        mp.digamma,
        at(-20.3, -2.5, -0.3, -1e-9, 1e-9, 0.3, 1.0, 2.5, 19.0, 21.0, 1000.0, 1e15),
        specials=(((0.0,), -inf), ((-0.0,), inf), ((-1.0,), nan), ((inf,), inf), ((-inf,), nan), ((nan,), nan)),
        method=True,
        error=1e-14,
    ),
    "polygamma": Case(
        lambda x: mp.psi(2, x),
        at(-30.3, -2.6, -0.3, 1e-9, 0.3, 1.0, 2.5, 19.0, 30.0, 1000.0),
        specials=(((inf,), -0.0), ((-1.0,), nan), ((nan,), nan)),
        params={"n": 2},
        error=1e-14,
    ),
    # activations
    "sigmoid": Case(
        _sigmoid, (*TAILS, (-700.0,), (700.0,)), specials=(((inf,), 1.0), ((-inf,), 0.0), ((nan,), nan)), method=True
    ),
    "log_sigmoid": Case(
        lambda x: -_softplus(-x), (*TAILS, (700.0,)), specials=(((-inf,), -inf), ((inf,), 0.0), ((nan,), nan))
    ),
    "softplus": Case(
        _softplus, (*TAILS, (-700.0,)), specials=(((inf,), inf), ((-inf,), 0.0), ((nan,), nan)), method=True
    ),
    "logit": Case(
        lambda x: mp.log(x / (1 - x)),
        at(1e-100, 1e-9, 0.2, 0.25, 0.3, 0.4, 0.6, 0.75, 0.8, 1 - 1e-9),
        diagonal=(0.3, 0.7),
        specials=(((0.5,), 0.0), ((0.0,), -inf), ((1.0,), inf), ((-1.0,), nan), ((2.0,), nan), ((nan,), nan)),
        method=True,
    ),
    "logaddexp": Case(
        lambda a, b: mp.log(mp.exp(a) + mp.exp(b)),
        ((2.0, 3.0), (-0.7, 1.3), (0.5, -2.5), (1.3, 1.3), (1000.0, 999.0), (-1000.0, -1000.0), (1000.0, -1000.0)),
        kinks=(((-inf, -inf), (0.0, 0.0)), ((-inf, 1.0), (0.0, 1.0)), ((inf, 1.0), (1.0, 0.0))),
        specials=(((-inf, -inf), -inf), ((inf, 1.0), inf), ((inf, inf), inf), ((-inf, 1.0), 1.0), ((nan, 1.0), nan)),
        method=True,
    ),
    "relu": Case(
        lambda x: max(x, 0),
        SIDES,
        kinks=(((0.0,), (0.0,)), ((-0.0,), (0.0,)), ((nan,), (1.0,))),
        specials=(((inf,), inf), ((-inf,), 0.0), ((nan,), nan)),
        method=True,
    ),
    "leaky_relu": Case(
        lambda x: x if x > 0 else x * mp.mpf(0.25),
        SIDES,
        kinks=(((0.0,), (0.25,)), ((-0.0,), (0.25,))),
        specials=(((inf,), inf), ((-inf,), -inf), ((nan,), nan)),
        params={"negative_slope": 0.25},
        method=True,
    ),
    "elu": Case(
        lambda x: x if x > 0 else mp.mpf(0.75) * mp.expm1(x),
        SIDES,
        kinks=(((0.0,), (0.75,)), ((nan,), (1.0,))),
        specials=(((inf,), inf), ((-inf,), -0.75), ((nan,), nan)),
        params={"alpha": 0.75},
    ),
    "selu": Case(
        _selu,
        SIDES,
        kinks=(((0.0,), (1.0507009873554805 * 1.6732632423543772,)), ((nan,), (1.0507009873554805,))),
        specials=(((inf,), inf), ((nan,), nan)),
    ),
    "gelu": Case(
        lambda x: x * mp.ncdf(x),
        (*TAILS, (-10.0,), (-30.0,), (0.0,)),
        specials=(((inf,), inf), ((nan,), nan)),
        method=True,
        error=EIGHT_ULP,
    ),
    "silu": Case(
        lambda x: x * _sigmoid(x), (*TAILS, (-700.0,), (0.0,)), specials=(((inf,), inf), ((nan,), nan)), method=True
    ),
    "mish": Case(
        lambda x: x * mp.tanh(_softplus(x)), (*TAILS, (-700.0,), (0.0,)), specials=(((inf,), inf), ((nan,), nan))
    ),
    # a loss; the logits far out on the side of the target are where the digits are
    "binary_cross_entropy_with_logits": Case(
        lambda x, t: (1 - t) * _softplus(x) + t * _softplus(-x),
        (
            (0.7, 0.3),
            (-1.3, 1.0),
            (40.0, 1.0),
            (-40.0, 0.0),
            (40.0, 0.0),
            (1000.0, 1.0),
            (-1000.0, 1.0),
            (1000.0, 0.25),
            (1e-9, 1.0),
            (700.0, 1.0),
        ),
        specials=(
            ((inf, 0.0), inf),
            ((-inf, 1.0), inf),
            ((inf, 1.0), nan),
            ((nan, 1.0), nan),
            ((0.0, 0.5), math.log(2)),
        ),
    ),
    "remainder": Case(
        lambda a, b: a - b * mp.floor(a / b),
        ((2.2, 3.0), (-0.7, 1.3), (0.5, -2.5), (7.5, 2.0), (-7.5, 2.0), (1000.0, 0.3)),
        kinks=(((6.0, 3.0), (1.0, -2.0)), ((-6.0, 4.0), (1.0, 2.0))),
        specials=(((5.0, 0.0), nan), ((inf, 2.0), nan), ((-1.0, inf), inf), ((nan, 1.0), nan), ((-6.0, 3.0), 0.0)),
        call=operator.mod,
    ),
    "floor_divide": Case(
        lambda a, b: mp.floor(a / b),
        ((2.2, 3.0), (-0.7, 1.3), (0.5, -2.5), (7.5, 2.0), (-7.5, 2.0), (1000.0, 0.3)),
        kinks=(((6.0, 3.0), (0.0, 0.0)),),
        specials=(((5.0, 0.0), inf), ((-5.0, 0.0), -inf), ((0.0, 0.0), nan), ((nan, 1.0), nan)),
        call=operator.floordiv,
    ),
    "floor": Case(
        mp.floor,
        JUMPS,
        kinks=(((1.0,), (0.0,)),),
        specials=(((-0.0,), -0.0), ((-inf,), -inf), ((nan,), nan), ((-0.5,), -1.0)),
        method=True,
    ),
    "ceil": Case(
        mp.ceil,
        JUMPS,
        kinks=(((1.0,), (0.0,)),),
        specials=(((-0.5,), -0.0), ((inf,), inf), ((nan,), nan), ((0.5,), 1.0)),
        method=True,
    ),
    "round": Case(
        mp.nint,
        JUMPS,
        kinks=(((0.5,), (0.0,)),),
        specials=(((0.5,), 0.0), ((1.5,), 2.0), ((-0.5,), -0.0), ((inf,), inf), ((nan,), nan)),
        method=True,
    ),
    # on masks and integers
    "bitwise_and": Case(operator.and_, BITS, specials=(((True, False), False),), call=operator.and_),
    "bitwise_or": Case(operator.or_, BITS, specials=(((True, False), True),), call=operator.or_),
    "bitwise_xor": Case(operator.xor, BITS, specials=(((True, True), False),), call=operator.xor),
    "bitwise_not": Case(operator.not_, ((True,), (False,)), specials=(((True,), False),)),
    # any number of inputs
    "sum": Case(
        lambda *xs: sum(xs),
        ((0.7,), (0.7, -1.3, 2.5), (1e-9, 1e9), (1000.0, -1000.0, 0.3, 0.3)),
        specials=(((inf, -inf), nan), ((1e308, 1e308), inf), ((nan, 1.0), nan)),
        call=lambda *xs: autograd.sum(xs),
        analytic=True,
    ),
    "dot": Case(
        _in_halves(_dot),
        ((0.7, -1.3), (0.7, -1.3, 2.5, 0.3), (1.0, 2.0, 3.0, 0.5, -0.5, 0.25), (1e-9, 1e9, 1e9, 1e-9)),
        specials=(((0.0, 1.0, inf, 1.0), nan), ((1e200, 1e200), inf), ((nan, 1.0), nan)),
        call=_in_halves(autograd.dot),
        analytic=True,
    ),
    "logsumexp": Case(
        lambda *xs: mp.log(mpmath.fsum(mp.exp(x) for x in xs)),
        (
            (0.7,),
            (0.7, -1.3),
            (0.3, 1.0, -2.0, 0.3),
            (1000.0, 1000.0),
            (-1000.0, -1000.0, -1001.0),
            (40.0, 0.0),
            (1000.0, 700.0),
        ),
        kinks=(((-inf, -inf), (0.0, 0.0)), ((-inf, 1.0), (0.0, 1.0)), ((-inf,), (0.0,))),
        specials=(((-inf, -inf), -inf), ((inf, 1.0), inf), ((-inf, 1.0), 1.0), ((nan, 1.0), nan), ((inf, nan), nan)),
        # exp(x - y) at x = -1000 has x - y to 1e-13, as y itself is known to 1e-13
        call=lambda *xs: autograd.logsumexp(xs),
        error=3e-13,
    ),
}
