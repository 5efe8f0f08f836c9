"""What is done, and what it is done to.

An `Op` is a name, a forward function and one derivative rule per input. An `Operand` is anything an op can be
applied to; it decides what applying means: `Value` records a node, `Dual` carries a tangent along, `Symbol` writes
text. This file knows no derivative and no operand; it knows how the two meet, and what applying an op to raw
numbers means (IEEE arithmetic: inf and nan, never an exception and never a warning).
"""

from __future__ import annotations

import keyword
import numbers
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy import ndarray  # one look-up less, where each of them counts

from .ieee import compute, ieee, quiet

Rule = Callable[..., Any]
Params = Mapping[str, Any]

NO_PARAMS: Final[Params] = {}

# How tightly Python binds what an op is written as; the text of a rule has to evaluate in the order of the rule.
COMPARISON, AND, SUM, PRODUCT, UNARY, POWER, ATOM = range(1, 8)

# Every op by name, in the order of the tables; the derivative table in the docs is read off it.
OPS: dict[str, Op] = {}

# What NumPy's own functions are when they are called on an operand: ours of the same meaning.
NUMPY: dict[Any, Callable[..., Any]] = {}

# Those of this package, which no one may replace: the text of other rules names them.
BUILT_IN: set[str] = set()


class Operand:
    """Anything an op can be applied to. Where several meet in one op, the highest precedence decides: `apply` of
    any other hands over to it."""

    __slots__ = ()
    _precedence: ClassVar[int] = 0
    _is_text: ClassVar[bool] = False  # a formula, which may stand in the place of metadata too

    @abstractmethod
    def _apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        """The result of `op(*args, **params)`, where this operand is among the args."""


class Op:
    """A named function with one derivative rule per input.

    A rule `lambda g, y, *inputs: ...` takes the gradient `g` that arrives at the result `y` and returns what flows
    on to its input. Rules use arithmetic, comparisons as masks and other ops, never `if`, so that one rule serves
    floats, arrays, nodes, duals and symbols. None as a rule: no gradient flows to that input. An op without any
    rule (a comparison) has a plain result. A variadic op takes any number of inputs: as many groups of equal length as
    it has rules, whose rules take one of each group. So `sum` has the one rule `lambda g, y, x: g`, and `dot`,
    called on n weights and then n inputs, has the two of a product.
    """

    __slots__ = (
        "arity", "array", "binary", "binding", "foreign", "inputs", "kind", "masked", "name", "pairs", "params",
        "positional", "push", "rules", "scalar", "sign", "smooth", "unary", "variadic",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        scalar: Callable[..., Any],
        array: Callable[..., Any],
        *rules: Rule | None,
        inputs: tuple[str, ...] = (),
        params: Params = NO_PARAMS,
        kind: str = "elementwise",
        variadic: bool = False,
        positional: bool = False,
        push: Rule | None = None,
        sign: str = "",
        binding: int = ATOM,
    ) -> None:
        self.name: Final = name
        self.scalar: Final = scalar
        self.array: Final = array
        self.rules: Final = rules
        self.kind: Final = kind
        self.variadic: Final = variadic
        self.positional: Final = positional
        self.push: Final = push
        self.sign: Final = sign
        self.binding: Final = binding
        self.params: Final = params
        self.inputs: Final = inputs or (("x",) if len(rules) < 2 else ("a", "b"))
        self.arity: Final = len(self.inputs)
        # A rule for every input, and no parameters.
        self.smooth: Final = bool(rules) and None not in rules and not params
        # Most of any graph has one or two inputs and a rule for each, and may go a shorter way; so may the many inputs
        # of a dot, as pairs.
        self.unary: Final = not variadic and self.arity == 1 and len(rules) == 1 and rules[0] is not None
        self.binary: Final = self.smooth and not variadic and self.arity == 2
        # Its first input chooses, and may be an array of bools.
        self.masked: Final = bool(rules) and rules[0] is None and not variadic
        self.pairs: Final = self.smooth and variadic and not positional and len(rules) == 2
        # A user's own: what its functions return may be what they were handed, or no numbers at all.
        self.foreign: Final = bool(BUILT_IN)

    def __call__(self, *args: Any, **given: Any) -> Any:
        params: Params = given
        if (
            len(params) != len(self.params)
            or (params and self.kind == "elementwise")
            or (len(args) != self.arity and not self.variadic)
        ):  # otherwise as our own functions and rules, which know the names, call the ops
            args, params = self.bind(args, params)
        arrays, plain = False, True
        for arg in args:
            if type(arg) is ndarray:
                if arg.dtype.kind != "f" and (arg.dtype.kind != "b" or not self.masked or arg is not args[0]):
                    plain = False
                arrays = True
            elif type(arg) is not float:
                if isinstance(arg, Operand):
                    return arg._apply(self, args, params)
                plain = False
        if arrays and plain:  # of floats, floats, and a mask where one belongs: what a sweep hands the rules
            return self.array(*args, **params) if quiet.get() else compute(self.array, *args, **params)
        return self.forward(args, params)

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def bind(self, args: tuple[Any, ...], params: Params) -> tuple[tuple[Any, ...], Params]:
        """Data apart from metadata: `clip(x, -1, 1)` and `clip(x, max=1)` name the same parameters."""
        if self.variadic:
            count = len(args)
        elif len(args) < self.arity or len(args) > self.arity + len(self.params):
            raise TypeError(f"{self.signature()} takes {self._counts()}, got {len(args)}")
        else:
            count = self.arity
        bound = dict(self.params)
        given = dict(zip(self.params, args[count:], strict=False))
        for key, value in (*given.items(), *params.items()):
            if key not in bound:
                known = f"it has {', '.join(bound)}" if bound else "it has none"
                raise TypeError(f"{self.name} got an unknown parameter {key!r}; {known}")
            if key in given and key in params:
                raise TypeError(f"{self.name} got its parameter {key!r} twice, by place and by name")
            if isinstance(value, Operand) and not value._is_text:
                raise TypeError(
                    f"{self.name} got a {type(value).__name__} as its parameter {key!r}, expected a plain number: "
                    "no gradient flows to a parameter (for a bound that learns, use maximum and minimum)"
                )
            if value is not None:
                if self.kind == "elementwise" and not isinstance(value, numbers.Real | Operand):
                    raise TypeError(f"the parameter {key!r} of {self.name} is a number, got {value!r:.60}")
                bound[key] = value
        return args[:count], bound

    def signature(self) -> str:
        """`clip(x, min=-inf, max=inf)`: how a user calls it."""
        if self.variadic:
            return f"{self.name}({', '.join('[a, b, ...]' for _ in self.rules)})"
        return f"{self.name}({', '.join([*self.inputs, *(f'{k}={_short(v)}' for k, v in self.params.items())])})"

    def _counts(self) -> str:
        inputs = f"{self.arity} input{'s' * (self.arity != 1)}"
        return f"{inputs} and at most {len(self.params)} parameters" if self.params else inputs

    def rule(self, position: int, count: int) -> Rule | None:
        """The derivative rule of the input at this position of `count`; None where no gradient flows to it."""
        return self.rules[position * len(self.rules) // count if self.variadic else position]

    def operands(self, position: int, args: Sequence[Any]) -> Sequence[Any]:
        """Those of the args that the rule of the input at this position wants to know."""
        if not self.variadic or self.positional:
            return args
        size = len(args) // len(self.rules)
        return args[position % size :: size]

    def forward(self, args: tuple[Any, ...], params: Params = NO_PARAMS) -> Any:
        """The op on raw data. Floats take the `scalar` function; arrays, and what floats cannot do, the `array` one."""
        for arg in args:
            kind = type(arg)
            if kind is not float and kind is not bool and kind is not int:
                return self._on_arrays(args, params)
        try:
            return self.scalar(*args, **params) if params else self.scalar(*args)
        except (ValueError, ZeroDivisionError, OverflowError):
            # Python raises where IEEE has an answer: exp(710) is inf, 0.0 ** -1 is inf, log(-1.0) is nan.
            return ieee(self.array, args, params)

    def _on_arrays(self, args: tuple[Any, ...], params: Params) -> Any:
        all_numbers = True
        for arg in args:
            if isinstance(arg, np.ndarray):
                if arg.dtype == object:
                    return np.frompyfunc(lambda *each: self(*each, **params), len(args), 1)(*args)
                if arg.dtype.kind not in "fiub":
                    raise TypeError(f"{self.name} takes real numbers, got an array of {arg.dtype}")
                all_numbers = False
            elif not isinstance(arg, (float, int, np.bool_, np.integer, np.floating)):
                raise TypeError(
                    f"{self.name} takes Values, real numbers or arrays of them, got {type(arg).__name__}: {arg!r:.60}"
                )
            elif not isinstance(arg, (float, int, np.bool_, np.integer)):
                all_numbers = False
        if self.rules and self.kind == "elementwise":
            # An array of integers would wrap around, and have no 1/2; only a mask is left as it is.
            floats = [arg.dtype for arg in args if isinstance(arg, np.ndarray) and arg.dtype.kind == "f"]
            dtype = np.result_type(*floats) if floats else np.float64
            args = tuple(
                arg.astype(dtype)
                if isinstance(arg, np.ndarray) and arg.dtype.kind != "f" and self.rule(k, len(args)) is not None
                else arg
                for k, arg in enumerate(args)
            )
        if all_numbers:
            # A np.float64 stays one, but gets the bits that a float gets: NumPy's own exp differs in the last place.
            y = self.forward(tuple(arg.item() if isinstance(arg, np.generic) else arg for arg in args), params)
            return y if type(y) is bool else np.float64(y)  # maximum(np.float64(-1), 0) is 0.0: 1 / 0 would raise
        return compute(self.array, *args, **params)

    def vjp(self, position: int, g: Any, y: Any, args: Sequence[Any], params: Params = NO_PARAMS) -> Any:
        """What the gradient `g` at the result `y` contributes to the input at this position."""
        rule = self.rules[position] if not self.variadic else self.rule(position, len(args))
        if rule is None:
            raise TypeError(f"{self.name} has no derivative for its input {position + 1}")
        operands = self.operands(position, args) if self.variadic else args
        if self.positional:
            return rule(g, y, *operands, position=position, **params)
        try:
            return rule(g, y, *operands, **params)
        except (ZeroDivisionError, OverflowError):
            # `g / b` with b = 0.0 raises on Python's floats and not on NumPy's.
            return ieee(rule, (g, y, *operands), params)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def op(name: str, scalar: Callable[..., Any], array: Callable[..., Any], *rules: Rule | None, **how: Any) -> Op:
    """Define an op and enter it in the register `OPS`.

    `scalar` works on floats and may raise as the `math` module does; `array` works on ndarrays. One rule per input.
    `how`: inputs (their names), params (metadata and its defaults), kind, variadic, sign and binding (infix ops).

    >>> cube = op("cube", lambda x: x * x * x, lambda x: x * x * x, lambda g, y, x: g * 3 * x * x)
    >>> cube(2.0)
    8.0
    >>> _ = OPS.pop("cube")
    """
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"an op's name is a Python name, so that formulas can call it; got {name!r}")
    if name in BUILT_IN:
        raise ValueError(f"there is an op {name!r} already, which other rules rely on; choose another name")
    made = Op(name, scalar, array, *rules, **how)
    if not rules and made.binding not in (COMPARISON, AND):
        raise ValueError(f"{name} has no rule, so it would cut the graph; give it one rule per input")
    if not made.variadic and rules and len(rules) != made.arity:
        raise ValueError(f"{name} has {len(rules)} rules for the inputs {', '.join(made.inputs)}; expected one each")
    for function in (scalar, array, *(rule for rule in rules if rule is not None)):
        if not callable(function):
            raise TypeError(f"{name} is made of functions, got {function!r:.60}")
    OPS[name] = made
    return made
