"""Syntax: check the text of an expression, parse it with Python's parser, and locate errors in it.

This file decides which texts are safe to parse. `expression.py` decides which syntax is allowed and what it means.
"""

from __future__ import annotations

import ast
import inspect
import keyword
import re
import warnings
from collections.abc import Collection
from typing import Final, NoReturn

MAX_LENGTH: Final = 2_000  # characters
MAX_DEPTH: Final = 100  # of nested brackets, and of signs in a row
OPERATOR_WORDS: Final = ("and", "or", "not", "if", "else", "in", "is")  # keywords that are no names in a formula
SIGNS: Final = {"×": "*", "·": "*", "∗": "*", "÷": "/", "−": "-", "–": "-"}  # as word processors write them


class ExpressionError(ValueError):
    """An error in an expression: one line that says what is wrong, then the text and a caret under the place."""

    def __init__(self, problem: str, text: str = "", position: int | None = None) -> None:
        problem = " ".join(problem.split())
        if position is None:
            super().__init__(problem)
            return
        position = min(max(position, 0), len(text))
        begin = text.rfind("\n", 0, position) + 1
        line, column = text[begin:].split("\n", 1)[0], position - begin
        number = text.count("\n", 0, position) + 1
        place = f"line {number}, column {column + 1}" if "\n" in text else f"column {column + 1}"
        cut = max(0, column - 50)  # of a long line, show only the part around the place
        shown = "..." * bool(cut) + line[cut : cut + 76] + "..." * (len(line) > cut + 76)
        shown = "".join(c if c.isprintable() else " " for c in shown)
        caret = " " * (column - cut + 3 * bool(cut)) + "^"
        super().__init__(f"{problem} ({place})\n  {shown}\n  {caret}")


def checked(text: str) -> str:
    """Return the text without common indentation. Raise ExpressionError where it is not safe to parse."""
    for k, c in enumerate(text[:MAX_LENGTH]):
        if not c.isprintable() and c not in "\t\n\r":
            raise ExpressionError(f"the character {c!r} is not allowed in an expression; remove it", text, k)
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the text has {len(text):,} characters, more than {MAX_LENGTH:,}; shorten it", text, MAX_LENGTH
        )
    text = inspect.cleandoc(text.replace("\r\n", "\n").replace("\r", "\n"))  # the parser reads all of them as new lines
    depth = 0
    for k, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if depth > MAX_DEPTH:
            raise ExpressionError(f"more than {MAX_DEPTH} nested brackets; name a part of it: h = …; h*h", text, k)
    if signs := re.search(rf"[-+~](\s*[-+~]){{{MAX_DEPTH},}}", text):
        raise ExpressionError(f"more than {MAX_DEPTH} signs in a row; remove some", text, signs.start())
    return text


def tree(text: str, functions: Collection[str] = ()) -> ast.Module:
    """Parse the text with Python's parser. Raise ExpressionError for a syntax error.

    `functions` are the names of functions, for advice.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (RecursionError, MemoryError):
        raise ExpressionError("the expression is nested too deeply; name a part of it: h = …; h*h", text, 0) from None
    except SyntaxError as error:
        lines = text.split("\n")
        line = min(max(error.lineno or 1, 1), len(lines))
        position = sum(len(each) + 1 for each in lines[: line - 1]) + (error.offset or 1) - 1
        for word in re.finditer(r"[^\W\d]\w*", text):
            if keyword.iskeyword(word[0]) and word[0] not in OPERATOR_WORDS:
                raise ExpressionError(keyword_problem(word[0]), text, word.start()) from None
        raise ExpressionError(_explained(error.msg, text, position, functions), text, position) from None


def refuse(text: str, problem: str, place: ast.AST | None) -> NoReturn:
    """Raise ExpressionError at a place. Where an operator is not allowed, the place is that of its sign."""
    line, column = getattr(place, "lineno", 1), getattr(place, "col_offset", 0)
    first = _left_operand(place)
    if first is not None:
        line, column = first.end_lineno or 1, first.end_col_offset or 0
    lines = text.split("\n")
    here = len(lines[line - 1].encode()[:column].decode())  # Python counts bytes; the caret needs characters
    position = sum(len(each) + 1 for each in lines[: line - 1]) + here
    while first is not None and text[position : position + 1] in (" ", "\n", ")"):
        position += 1
    raise ExpressionError(problem, text, position)


def _left_operand(place: ast.AST | None) -> ast.expr | None:
    """Return the expression before the sign of an operator; None where the place is not an operator."""
    match place:
        case ast.BinOp(left=first) | ast.Compare(left=first) | ast.IfExp(body=first) | ast.BoolOp(values=[first, *_]):
            return first
        case ast.Attribute(value=first) | ast.Subscript(value=first) | ast.Tuple(elts=[first, *_]):
            return first
    return None


def keyword_problem(name: str) -> str:
    """Say that a keyword of Python cannot be a name."""
    return f"{name!r} is a keyword of Python and cannot be a name; use another name, such as {name}_"


def _explained(problem: str, text: str, position: int, functions: Collection[str]) -> str:
    """Return Python's message for a syntax error, or a better one where it speaks of programs."""
    if text[position : position + 1] in SIGNS:
        return f"the sign {text[position]} is written {SIGNS[text[position]]} here"
    if re.match(r"[\d.]+[^\W\d_]", text[position:]) and "literal" in problem:
        return "a number is followed by a name; a product is written 2*x"
    if problem.startswith("invalid syntax"):
        left, right = re.search(r"([\w.]+)[ \t]+$", text[:position]), re.match(r"[\w.]+", text[position:])
        if left and right and not (keyword.iskeyword(left[1]) or keyword.iskeyword(right[0])):
            if left[1] in functions:
                return f"a function is written with brackets: {left[1]}({right[0]})"
            return f"an operator is missing; a product is written {left[1]}*{right[0]}"
        if not text[position:].strip():
            return "the expression ends too early; a part is missing"
        return "this is not allowed here; expected a number, a name or an operator"
    return problem[:1].lower() + problem[1:]
