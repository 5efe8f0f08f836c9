"""Symbol: text that is computed with, so that a derivative rule writes itself down.

What this file knows is how Python spells an op: where parentheses are needed for the text to evaluate in the order in
which the rule computes, and what may be left out without changing a bit (`1 * b` is `b`).
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final, NoReturn, final

from . import elementwise as ops
from .op import ATOM, POWER, UNARY, Op, Operand, Params
from .shaped import Shaped


@final
class Symbol(Shaped):
    """A formula. `value` is its number where it is one, else None.

    >>> a, b = Symbol("a"), Symbol("b")
    >>> str(ops.mul.vjp(0, Symbol("g"), a * b, (a, b)))
    'g * b'
    """

    __slots__ = ("binding", "text", "value")
    precedence: ClassVar[int] = 2
    is_text: ClassVar[bool] = True

    def __init__(self, text: str, binding: int = ATOM, value: float | None = None) -> None:
        self.text: Final = text
        self.binding: Final = binding
        self.value: Final = value

    def apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Symbol:
        """The op written down, with sums and products of numbers worked out."""
        symbols = [arg if isinstance(arg, Symbol) else literal(arg) for arg in args]
        numbers = [symbol.value for symbol in symbols if symbol.value is not None]
        if len(numbers) == len(symbols) and op.binding < ATOM:
            return literal(op.forward(tuple(numbers), params))  # 3 - 1 is 2, but log(2) says more than 0.693...
        short = _shortened(op, symbols) if numbers else None
        return short if short is not None else Symbol(written(op, symbols, params), op.binding)

    @property
    def shape(self) -> Symbol:
        """The shape, as text too."""
        return Symbol(f"{_wrapped(self, ATOM)}.shape")

    @property
    def dtype(self) -> Symbol:
        """The dtype, as text too."""
        return Symbol(f"{_wrapped(self, ATOM)}.dtype")

    def plain(self) -> NoReturn:
        """TypeError: a formula has no numbers."""
        raise TypeError(f"a rule may not look at the numbers in {self.text}: it serves text too")

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a rule may not ask `if {self.text}`: it serves arrays and text too; use where(mask, a, b)")

    def __float__(self) -> NoReturn:
        raise TypeError("a rule may not use math.exp and the like, which know floats only; use autograd's own exp")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Symbol({self.text!r})"


def literal(number: Any) -> Symbol:
    """A number as text that evaluates to it, to the bit."""
    if isinstance(number, Operand):
        raise TypeError(f"a formula takes names and numbers, got a {type(number).__name__}")
    if isinstance(number, bool):
        return Symbol(str(number), ATOM, number)
    value = float(number)
    whole = value.is_integer() and abs(value) < 1e15 and math.copysign(1.0, value or 1.0) == math.copysign(1.0, value)
    text = str(int(value)) if whole and not (value == 0 and math.copysign(1.0, value) < 0) else repr(value)
    return Symbol(text, UNARY if text.startswith("-") else ATOM, value)


def rule_text(op: Op, position: int, g: Symbol, y: Symbol, terms: list[Symbol], params: Params) -> Symbol:
    """The derivative rule of one input written down, with these names for what it takes."""
    text = op.vjp(position, g, y, terms, params)
    return text if isinstance(text, Symbol) else literal(text)


def written(op: Op, symbols: list[Symbol], params: Params) -> str:
    """`a + b`, `-x` or `tanh(x)`, as Python reads it."""
    if op.variadic:
        size = len(symbols) // len(op.rules)
        groups = [symbols[k : k + size] for k in range(0, len(symbols), size)]
        return f"{op.name}({', '.join('[' + ', '.join(s.text for s in group) + ']' for group in groups)})"
    if op.binding == ATOM:
        words = [s.text for s in symbols]
        words += [f"{key}={_metadata(value)}" for key, value in params.items() if not _same(value, op.params[key])]
        return f"{op.name}({', '.join(words)})"
    if op.binding == UNARY:
        (x,) = symbols
        return op.sign + _wrapped(x, UNARY)
    a, b = symbols
    # Python groups to the left: a - b - c is (a - b) - c. Powers group to the right, and comparisons chain.
    left, right = (POWER + 1, UNARY) if op.binding == POWER else (op.binding, op.binding + 1)
    if not op.rules:
        left = op.binding + 1
    return f"{_wrapped(a, left)} {op.sign} {_wrapped(b, right)}"


def _same(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, float) and isinstance(default, float) and value == default)


def _metadata(value: Any) -> str:
    """A parameter as Python reads it: a number, a name, or a shape, an axis, an index."""
    if isinstance(value, Symbol):
        return value.text
    return str(literal(value)) if isinstance(value, (int, float)) else repr(value)


def _wrapped(symbol: Symbol, at_least: int) -> str:
    return symbol.text if symbol.binding >= at_least else f"({symbol.text})"


def _shortened(op: Op, symbols: list[Symbol]) -> Symbol | None:
    """The result where a number among the inputs makes the op a matter of course, exactly and for every number."""
    if op is ops.mul:
        a, b = symbols
        if a.value in (1.0, -1.0):
            return b if a.value == 1.0 else -b
        if b.value in (1.0, -1.0):
            return a if b.value == 1.0 else -a
    elif op is ops.div or op is ops.pow:
        a, b = symbols
        if b.value == 1.0:
            return a
        if op is ops.div and b.value == 0.0:
            return a * math.copysign(math.inf, b.value)  # the same number, where Python's own 1.0 / 0 would raise
    elif op is ops.both:
        for one, other in (symbols, symbols[::-1]):
            if one.value is not None:
                return other if one.value else literal(False)
    elif op is ops.where:
        mask, a, b = symbols
        if mask.value is not None:
            return a if mask.value else b
    return None
