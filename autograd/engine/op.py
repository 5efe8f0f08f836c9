"""Op and Operand: what is computed, and what it can be applied to.

An `Op` is a name, a forward function and one derivative rule per input. An `Operand` is anything an op can be applied
to, and its `_apply` defines how: a Value records a node, a Dual carries a tangent along, a Symbol writes text.
This file knows no particular op and no particular operand.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

from .forms import CALL, FIXED, SEQUENCE, Infix, Kind, Takes
from .ieee import ARITHMETIC_ERRORS, PYTHON_NUMBERS, ieee
from .raw_data import on_arrays
from .refusals import refuse_assignments

Rule = Callable[..., Any]
Params = Mapping[str, Any]

NO_PARAMS: Final[Params] = {}
OPS: Final[dict[str, Op]] = {}  # every op by name, in the order in which they are defined
BUILT_IN: Final[dict[str, Op]] = {}  # the ops of this package; a user's own op cannot take one of these names


class Operand:
    """Anything an op can be applied to. The first operand among the arguments applies the op.

    A node gives way to an operand of higher precedence: a Tensor has 1, a Dual 2, a Symbol 3, a ComplexNumber 4.
    """

    __slots__ = ()
    _precedence: ClassVar[int] = 0
    _is_text: ClassVar[bool] = False  # True of a Symbol, which may also stand for a parameter

    def __init_subclass__(cls) -> None:
        refuse_assignments(cls)

    @abstractmethod
    def _apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Any:
        """Return the result of `op(*args, **params)`, where this operand is one of the args."""


class Op:
    """A named function with one derivative rule per input.

    A rule `lambda g, y, *inputs: ...` takes the gradient `g` that arrives at the result `y` and returns what flows on
    to its input. It uses arithmetic, comparisons as masks and other ops, never `if`, so that one rule serves floats,
    arrays, nodes, duals and symbols. A rule of None: no gradient flows to that input. No rules: the result is a mask.

    name, scalar, array    the name, and the forward function on floats (which may raise as `math` does) and on arrays
    rules, inputs, takes   the rules, the names of the inputs, and how many inputs there may be
    params                 the metadata that it takes by keyword, with defaults
    kind, push             how forward mode pushes a tangent through it
    infix, example         how it is written, and parameters to show it with in the derivative table
    scalars                the op on arrays of Values, for `zoom`, where `array` cannot take them
    of_integers            whether arrays of integers stay integers: the op only picks or rounds, so none overflows
    built_in               whether it is an op of this package, whose functions are known to return arrays of their own
    own                    this op if it is a user's own, whose rules are not known to us; None for one of this package
    ends                   whether no gradient flows to some of its inputs
    """

    __slots__ = (
        "array", "built_in", "ends", "example", "infix", "inputs", "kind", "name", "of_integers", "own", "params",
        "push", "rules", "scalar", "scalars", "takes",
    )  # fmt: skip

    def __init__(self, name: str, scalar: Rule, array: Rule, *rules: Rule | None, inputs: tuple[str, ...] = (),
                 params: Params = NO_PARAMS, kind: str = Kind.ELEMENTWISE, takes: Takes = FIXED,
                 push: Rule | None = None, infix: Infix = CALL, example: Params | None = None,
                 scalars: Rule | None = None, of_integers: bool = False) -> None:  # fmt: skip
        self.name: Final = name
        self.scalar: Final = scalar
        self.array: Final = array
        self.rules: Final = rules
        self.inputs: Final = inputs or (("x",) if len(rules) < 2 else ("a", "b"))
        self.params: Final = params
        self.kind: Final = Kind(kind)
        self.takes: Final = takes
        self.push: Final = push
        self.infix: Final = infix
        self.example: Final = example
        self.scalars: Final = scalars
        self.of_integers: Final = of_integers
        self.built_in: Final = not BUILT_IN  # which is filled after the last of our tables
        self.own: Final[Op | None] = None if self.built_in else self
        self.ends: Final = None in rules

    def __call__(self, *args: Any, **given: Any) -> Any:
        params: Params = given
        # `bind` sorts and checks what a user passes; our own functions pass every parameter by its name.
        if (
            len(params) != len(self.params)
            or (params and self.kind is Kind.ELEMENTWISE)
            or (len(args) != len(self.inputs) and self.takes is FIXED)
        ):
            from .calling import bind  # here: calling.py checks ops, so it imports this file

            args, params = bind(self, args, params)
        for arg in args:
            if isinstance(arg, Operand):
                return arg._apply(self, args, params)
        return self.forward(args, params)

    def forward(self, args: Sequence[Any], params: Params = NO_PARAMS) -> Any:
        """Compute the op on raw data: floats by `scalar`, arrays by `array`, with IEEE arithmetic in both cases."""
        for arg in args:
            if type(arg) not in PYTHON_NUMBERS:
                return on_arrays(self, args, params)
        try:
            return self.scalar(*args, **params)
        except (ValueError, *ARITHMETIC_ERRORS):  # IEEE has an answer: exp(710) is inf, math.log(-1.0) is nan
            return ieee(self.array, args, params)

    def rule(self, position: int, count: int) -> Rule | None:
        """Return the rule of the input at this position of `count`; None where no gradient flows to it."""
        return self.rules[position if self.takes is FIXED else position * len(self.rules) // count]

    def vjp(self, position: int, g: Any, y: Any, args: Sequence[Any], params: Params = NO_PARAMS) -> Any:
        """Return what the gradient `g` at the result `y` contributes to the input at this position."""
        if self.takes is FIXED:
            rule = self.rules[position]
        else:
            rule = self.rule(position, len(args))
            if self.takes is SEQUENCE:
                params = {**params, "position": position}
            else:  # one element of each list
                size = len(args) // len(self.rules)
                args = args[position % size :: size]
        if rule is None:
            raise TypeError(f"{self.name} has no derivative for its input {position + 1}")
        try:
            return rule(g, y, *args, **params) if params else rule(g, y, *args)
        except ARITHMETIC_ERRORS:  # `g / b` with b = 0.0 raises on Python's floats
            return ieee(rule, (g, y, *args), params)

    def __repr__(self) -> str:
        return f"<op {self.name}>"
