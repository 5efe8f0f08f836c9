"""Symbol: text that is computed with, so that a derivative rule writes itself down.

This file decides where parentheses are needed for the text to evaluate in the order in which the rule computes, and
what may be left out without changing a bit (`1 * b` is `b`). The signs and words of a language are in `spelling.py`:
programs are spelled for Python, live pages for JavaScript, and pictures and tables for people, who read `g @ bᵀ` where
Python wants `g @ mT(b)`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Final, NoReturn, final

import numpy as np

from ..engine.forms import ATOM, POWER, UNARY, Infix, Kind, Takes
from ..engine.op import NO_PARAMS, Op, Operand, Params
from ..rules import elementwise as ops, integers, structural as s
from .array_methods import ArrayMethods
from .spelling import PYTHON, Spelling

# What people call an op, where its name is not that.
SPOKEN: Final = {"sum_over": "sum", "logsumexp_over": "logsumexp", "mT": "T"}
FEW: Final = 9  # elements of an index that is written out


@final
class Symbol(ArrayMethods):
    """A formula. `value` is its number where it is one, else None; `dims` is its shape where that is known.

    What is made of symbols is spelled as they are; numbers among them are respelled.

    >>> a, b = Symbol("a"), Symbol("b")
    >>> str(ops.mul.vjp(0, Symbol("g"), a * b, (a, b)))
    'g * b'
    """

    __slots__ = ("binding", "dims", "spelling", "text", "value")
    _precedence: ClassVar[int] = 3
    _is_text: ClassVar[bool] = True

    def __init__(
        self,
        text: str,
        binding: int = ATOM,
        value: float | None = None,
        dims: tuple[int, ...] | None = None,
        spelling: Spelling = PYTHON,
    ) -> None:
        self.text: Final = text
        self.binding: Final = binding
        self.value: Final = value
        self.dims: Final = dims
        self.spelling: Final = spelling

    def _apply(self, op: Op, args: tuple[Any, ...], params: Params) -> Symbol:
        """The op written down, with sums and products of numbers worked out."""
        spelling = _common(args)
        symbols = [_respelled(arg, spelling) for arg in args]
        numbers = [symbol.value for symbol in symbols if symbol.value is not None]
        if len(numbers) == len(symbols) and op.infix.binding < ATOM:
            return literal(op.forward(tuple(numbers), params), spelling)  # 3 - 1 is 2, but log(2) is more than 0.693...
        short = _shortened(op, symbols) if numbers else None
        if short is not None:
            return short
        return Symbol(written(op, symbols, params), spelling.sign(op).binding, spelling=spelling)

    @property
    def shape(self) -> Any:
        """The shape: where it is known a tuple that is written as `x.shape`, else only that text."""
        text = f"{_wrapped(self, ATOM)}.shape"
        return Symbol(text, spelling=self.spelling) if self.dims is None else _Shape.of(self.dims, text)

    @property
    def dtype(self) -> Symbol:
        """The dtype, as text too."""
        return Symbol(f"{_wrapped(self, ATOM)}.dtype")

    def __matmul__(self, other: Any) -> Symbol:
        return self._apply(s.matmul, (self, other), NO_PARAMS)  # with no shapes to check

    def _array(self) -> NoReturn:
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


@final
class _Shape(tuple[int, ...]):
    """A shape to compute with, and what it is written as."""

    text: str

    @classmethod
    def of(cls, dims: tuple[int, ...], text: str) -> _Shape:
        made = cls(dims)
        made.text = text
        return made

    def __repr__(self) -> str:
        return self.text


def literal(number: Any, spelling: Spelling = PYTHON) -> Symbol:
    """Return a number as text that evaluates to it, to the bit."""
    if isinstance(number, Operand):
        raise TypeError(f"a formula takes names and numbers, got a {type(number).__name__}")
    if isinstance(number, np.ndarray) and number.ndim and np.all(number == 1):
        return Symbol(f"ones({number.shape})")  # the factor by which einsum brings a dimension back
    if isinstance(number, np.ndarray) and number.size != 1:
        raise TypeError(f"a formula takes names and numbers, got an array of shape {number.shape}; give it a name")
    value = number if isinstance(number, bool) else float(number)
    text = spelling.number(value)
    return Symbol(text, UNARY if text.startswith("-") else ATOM, value, spelling=spelling)


def _common(args: Sequence[Any]) -> Spelling:
    """Return the spelling of the symbols among these; a number that is spelled for Python fits any other."""
    return next((a.spelling for a in args if isinstance(a, Symbol) and a.spelling is not PYTHON), PYTHON)


def _respelled(arg: Any, spelling: Spelling) -> Symbol:
    """Return an input of an op in this spelling."""
    if isinstance(arg, Symbol):
        return arg if arg.value is None or arg.spelling is spelling else literal(arg.value, spelling)
    return literal(arg, spelling)


def rule_text(op: Op, position: int, g: Symbol, y: Symbol, terms: list[Symbol], params: Params) -> Symbol:
    """The derivative rule of one input written down, with these names for what it takes."""
    text = op.vjp(position, g, y, terms, params)
    return text if isinstance(text, Symbol) else literal(text, _common((g, y, *terms)))


def written(op: Op, symbols: Sequence[Symbol], params: Params) -> str:
    """Return `a + b`, `-x` or `tanh(x)` in the spelling of the symbols."""
    spelling = _common(symbols)
    sign = spelling.sign(op)
    if spelling.shapes and op.kind is not Kind.ELEMENTWISE and sign.binding == ATOM:
        return _spoken(op, symbols, params)
    symbols = [_respelled(symbol, spelling) for symbol in symbols]
    if op.takes is not Takes.FIXED or sign.binding == ATOM:
        return _called(op, symbols, params, spelling)
    if len(symbols) == 1:
        # --a is -(-a) in Python, and in the languages that have a table of their own it counts a down.
        return sign.sign + _wrapped(symbols[0], UNARY if spelling.infix is None else UNARY + 1)
    if len(symbols) == 3:
        mask, a, b = (_wrapped(symbol, sign.binding + 1) for symbol in symbols)
        return f"{mask} ? {a} : {b}"
    left, right = _sides(op, sign)
    return f"{_wrapped(symbols[0], left)} {sign.sign} {_wrapped(symbols[1], right)}"


def _sides(op: Op, sign: Infix) -> tuple[int, int]:
    """Return how tightly the text to the left and to the right of a sign has to bind, to stand there unwrapped."""
    # Python groups to the left: a - b - c is (a - b) - c. Powers group to the right, and comparisons chain.
    if sign.binding == POWER:
        return POWER + 1, UNARY
    return sign.binding + (not op.rules), sign.binding + 1


def _called(op: Op, symbols: Sequence[Symbol], params: Params, spelling: Spelling) -> str:
    """Return `clip(x, max=1)`; the inputs of an op of lists as lists."""
    words = [s.text for s in symbols]
    if op.takes is not Takes.FIXED:
        size = len(words) // len(op.rules)
        words = [f"[{', '.join(words[k : k + size])}]" for k in range(0, len(words), size)]
    if spelling.keywords:
        words += [f"{key}={_metadata(value)}" for key, value in params.items() if not _same(value, op.params[key])]
    else:
        words += [_respelled(params.get(key, default), spelling).text for key, default in op.params.items()]
    return f"{spelling.function(op)}({', '.join(words)})"


def _spoken(op: Op, symbols: Sequence[Symbol], params: Params) -> str:
    """`bᵀ`, `x[0, :2]`, `sum(x, dim=0)`: what changes shapes, with PyTorch's names for the metadata."""
    x = symbols[0]
    flat = op is s.transpose and x.dims is not None and len(x.dims) == 2 and params["axes"] in (None, (1, 0))
    if op is s.mT or flat:
        return f"{_wrapped(x, ATOM)}ᵀ"
    if op is s.softmax_minus_one_hot:
        dims = -1 if x.dims is None else len(x.dims)
        last = isinstance(params["axis"], int) and params["axis"] in (-1, dims - 1)
        dim = "" if last else f", dim={params['axis']}"
        return f"(softmax({x.text}{dim}) - one_hot({symbols[1].text}))"
    if op is s.take:
        return f"{_wrapped(x, ATOM)}{_place(params['index'])}"
    inputs = [symbol.text for symbol in symbols]
    words = inputs if op.takes is Takes.FIXED or op is s.einsum else [f"[{', '.join(inputs)}]"]
    named = []
    for key, value in params.items():
        if key == "subscripts":
            words = [f'"{value}"', *words]
        elif key in ("index", "shape"):
            words.append(_place(value) if key == "index" else _metadata(value))
        elif value is not None and (key == "axis" or not _same(value, op.params[key])):
            one = isinstance(value, tuple) and len(value) == 1
            if not (key == "keepdims" and "shape" in params):  # the shape says it
                named.append(f"{_PYTORCHS.get(key, key)}={_metadata(value[0] if one else value)}")
    return f"{SPOKEN.get(op.name, op.name)}({', '.join([*words, *named])})"


_PYTORCHS: Final = {"axis": "dim", "axes": "dims", "keepdims": "keepdim"}


def _place(index: Any) -> str:
    """An index as it stands behind a name: `[0, :2]`."""
    if isinstance(index, Symbol):
        return f"[{index.text}]"
    return f"[{', '.join(_part(part) for part in (index if isinstance(index, tuple) else (index,)))}]"


def _part(part: Any) -> str:
    if isinstance(part, slice):
        begin, end = ("" if n is None else str(n) for n in (part.start, part.stop))
        return f"{begin}:{end}" + ("" if part.step in (None, 1) else f":{part.step}")
    if isinstance(part, np.ndarray):
        many = "×".join(map(str, part.shape))
        return str(part.tolist()) if part.size <= FEW else f"{many} {'mask' if part.dtype == bool else 'indices'}"
    return "..." if part is Ellipsis else str(part)


def _same(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, float) and isinstance(default, float) and value == default)


def _metadata(value: Any) -> str:
    """A parameter as Python reads it: a number, a name, or a shape, an axis, an index."""
    if isinstance(value, Symbol):
        return value.text
    return str(literal(value)) if isinstance(value, (int, float)) else repr(value)


def _wrapped(symbol: Symbol, at_least: int) -> str:
    return symbol.text if symbol.binding >= at_least else f"({symbol.text})"


def _shortened(op: Op, symbols: Sequence[Symbol]) -> Symbol | None:
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
    elif op is integers.bitwise_and:
        for one, other in (symbols, symbols[::-1]):
            if isinstance(one.value, bool):
                return other if one.value else literal(False)
    elif op is ops.where:
        mask, a, b = symbols
        if mask.value is not None:
            return a if mask.value else b
    return None
