"""Spellings: how a language writes ops and numbers. One small table for each: Python, people, JavaScript, C.

A rule applied to symbols writes itself down in the spelling of the symbols, so a new language is a new table here, and
no rule changes. Only this file knows the signs and words of a language; `symbol.py` knows where parentheses go.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ..engine.forms import CALL, COMPARISON, PRODUCT, SUM, UNARY, Infix
from ..engine.op import Op


class Spelling(NamedTuple):
    """How one language writes ops and numbers.

    infix      the sign of an op by its name, and how tightly it binds; None: as Python, which is in the op's definition
    functions  the function of an op by its name, for an op without a sign; None: the op's own name
    words      the text of inf, nan, True and False, by Python's text
    choice     how tightly `mask ? a : b` binds; None: `where(mask, a, b)` is a function
    keywords   whether parameters are given by name, and left out where they have their default; else all by place
    floats     whether a whole number needs a decimal point: `1 / 2` is 0 in C
    shapes     whether ops on shapes are written as people do, `bᵀ` and `x[0]`
    """

    language: str
    infix: Mapping[str, Infix] | None = None
    functions: Mapping[str, str] | None = None
    words: Mapping[str, str] = {}
    choice: int | None = None
    keywords: bool = True
    floats: bool = False
    shapes: bool = False

    def sign(self, op: Op) -> Infix:
        """Return the op's sign and its binding, with an empty sign and ATOM for an op that is called."""
        if self.choice is not None and op.name == "where":
            return Infix("?", self.choice)
        if self.infix is None:
            return op.infix
        return self.infix.get(op.name, CALL)

    def function(self, op: Op) -> str:
        """Return the name of the op's function; ValueError where the language has none for it."""
        if self.functions is None:
            return op.name
        try:
            return self.functions[op.name]
        except KeyError:
            raise ValueError(
                f"{self.language} has no function for the op {op.name}; use the ops that autograd defines"
            ) from None

    def number(self, value: Any) -> str:
        """Return a number as text that evaluates to it, to the bit."""
        if isinstance(value, bool):
            return self.words.get(str(value), str(value))
        value = float(value)
        if not math.isfinite(value):
            text = self.words.get(repr(abs(value)), repr(abs(value)))
            return f"-{text}" if value < 0 else text
        whole = value.is_integer() and abs(value) < 1e15 and not (value == 0 and math.copysign(1.0, value) < 0)
        return str(int(value)) if whole and not self.floats else repr(value)


PYTHON: Final = Spelling("Python")
PEOPLE: Final = Spelling("people", shapes=True)

# In JavaScript and C, && and || bind looser than comparisons, and the choice looser than both. JavaScript's ** refuses
# a negative base, % has another sign than Python's, and & of two masks would be a number: those are not used.
CHOICE, OR, AND = COMPARISON - 3, COMPARISON - 2, COMPARISON - 1
_MATH: Final = (
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "cos", "cosh", "exp", "expm1",
    "floor", "hypot", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh",
)  # fmt: skip
# The functions in see/live/functions.js.
_OWN: Final = (
    "binary_cross_entropy_with_logits", "clip", "digamma", "dot", "elu", "erf", "erfc", "exp2", "floor_divide",
    "gaussian", "gelu", "identity", "inverse_mills", "leaky_relu", "lgamma", "log_normal_cdf", "log_sigmoid",
    "logaddexp", "logit", "logsumexp", "maximum", "minimum", "mish", "normal_cdf", "normal_pdf", "polygamma", "pow",
    "reciprocal", "relu", "remainder", "round", "sech", "selu", "sigmoid", "sign", "silu", "softplus", "square", "sum",
)  # fmt: skip

_SIGNS: Final = {  # in which the two agree
    "add": Infix("+", SUM), "sub": Infix("-", SUM), "mul": Infix("*", PRODUCT), "div": Infix("/", PRODUCT),
    "neg": Infix("-", UNARY), "lt": Infix("<", COMPARISON), "le": Infix("<=", COMPARISON),
    "gt": Infix(">", COMPARISON), "ge": Infix(">=", COMPARISON), "bitwise_and": Infix("&&", AND),
    "bitwise_or": Infix("||", OR), "bitwise_not": Infix("!", UNARY),
}  # fmt: skip

JAVASCRIPT: Final = Spelling(
    "JavaScript",
    infix={
        **_SIGNS, "eq": Infix("===", COMPARISON), "ne": Infix("!==", COMPARISON),
        "bitwise_xor": Infix("!==", COMPARISON),
    },
    functions={**{name: f"Math.{name}" for name in _MATH}, **{name: name for name in _OWN}},
    words={"inf": "Infinity", "nan": "NaN", "True": "true", "False": "false"},
    choice=CHOICE,
    keywords=False,
)  # fmt: skip

# The functions of the C library, which Python's `math` calls too. `lgamma` is not among them: Python has its own.
_LIBRARY: Final = (
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "erf", "erfc", "exp", "exp2",
    "expm1", "hypot", "log", "log10", "log1p", "log2", "pow", "sin", "sinh", "sqrt", "tan", "tanh",
)  # fmt: skip
# The functions in native/rules.h, which tools/spell_c.py translates from Python; in that file, `forward_relu` is relu.
# An op that is missing here, such as digamma, whose sum has no fixed number of terms, is computed by the Python.
_TRANSLATED: Final = (
    "binary_cross_entropy_with_logits", "ceil", "clip", "elu", "floor", "floor_divide", "gaussian", "gelu", "identity",
    "inverse_mills", "leaky_relu", "log_normal_cdf", "log_sigmoid", "logaddexp", "logit", "maximum", "minimum", "mish",
    "normal_cdf", "normal_pdf", "reciprocal", "relu", "remainder", "round", "sech", "selu", "sigmoid", "sign", "silu",
    "softplus", "square", "where",
)  # fmt: skip

C: Final = Spelling(
    "C",
    infix={
        **_SIGNS, "eq": Infix("==", COMPARISON), "ne": Infix("!=", COMPARISON), "bitwise_xor": Infix("!=", COMPARISON),
    },
    functions={
        **{name: name for name in _LIBRARY},
        **{name: f"forward_{name}" for name in _TRANSLATED},
        "abs": "fabs",
    },
    words={"inf": "INFINITY", "nan": "NAN", "True": "1", "False": "0"},
    choice=CHOICE,
    keywords=False,
    floats=True,
)  # fmt: skip
