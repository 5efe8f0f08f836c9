"""Syntax: the text of an expression on its way into and out of Python's parser.

What this file knows is what is safe to show the parser, and where in the text a fault is. What the text means, and
which of it is allowed, stands in `expression.py`.
"""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from typing import Final, NoReturn

MAX_LENGTH: Final = 2_000  # characters
MAX_DEPTH: Final = 100  # brackets in brackets, and signs in a row
SIGNS: Final = {"×": "*", "·": "*", "∗": "*", "÷": "/", "−": "-", "–": "-"}  # as they come out of documents


class ExpressionError(ValueError):
    """What is wrong with an expression: one line that says it, then the text and a caret under the place."""

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
        cut = max(0, column - 50)  # of a long line the neighbourhood is enough
        shown = "..." * bool(cut) + line[cut : cut + 76] + "..." * (len(line) > cut + 76)
        shown = "".join(c if c.isprintable() else " " for c in shown)
        caret = " " * (column - cut + 3 * bool(cut)) + "^"
        super().__init__(f"{problem} ({place})\n  {shown}\n  {caret}")


def checked(text: str) -> str:
    """The text without common indentation, where it is safe to show it to Python's parser."""
    for k, c in enumerate(text[:MAX_LENGTH]):
        if not c.isprintable() and c not in "\t\n\r":
            raise ExpressionError(f"the character {c!r} has no place in an expression", text, k)
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the text has {len(text):,} characters, more than {MAX_LENGTH:,}", text, MAX_LENGTH)
    text = inspect.cleandoc(text.replace("\r\n", "\n").replace("\r", "\n"))  # all are new lines to the parser
    depth = 0
    for k, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if depth > MAX_DEPTH:
            raise ExpressionError(f"more than {MAX_DEPTH} brackets inside one another", text, k)
    if signs := re.search(rf"[-+~](\s*[-+~]){{{MAX_DEPTH},}}", text):
        raise ExpressionError(f"more than {MAX_DEPTH} signs in a row", text, signs.start())
    return text


def tree(text: str) -> ast.Module:
    """The text as Python's parser reads it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (RecursionError, MemoryError):
        raise ExpressionError("too many things inside one another", text, 0) from None
    except SyntaxError as error:
        lines = text.split("\n")
        line = min(max(error.lineno or 1, 1), len(lines))
        position = sum(len(each) + 1 for each in lines[: line - 1]) + (error.offset or 1) - 1
        raise ExpressionError(_plainly(error.msg, text, position), text, position) from None


def refuse(text: str, problem: str, place: ast.AST | None) -> NoReturn:
    """Raise, and point at the place: at its sign, where it is an operator that should not be there."""
    line, column = getattr(place, "lineno", 1), getattr(place, "col_offset", 0)
    first = _first(place)
    if first is not None:
        line, column = first.end_lineno or 1, first.end_col_offset or 0
    lines = text.split("\n")
    here = len(lines[line - 1].encode()[:column].decode())  # Python counts bytes, people characters
    position = sum(len(each) + 1 for each in lines[: line - 1]) + here
    while first is not None and text[position : position + 1] in (" ", "\n", ")"):
        position += 1
    raise ExpressionError(problem, text, position)


def _first(place: ast.AST | None) -> ast.expr | None:
    """What stands before the sign of an operator, if that is what the place is."""
    match place:
        case ast.BinOp(left=first) | ast.Compare(left=first) | ast.IfExp(body=first) | ast.BoolOp(values=[first, *_]):
            return first
        case ast.Attribute(value=first) | ast.Subscript(value=first) | ast.Tuple(elts=[first, *_]):
            return first
    return None


def _plainly(problem: str, text: str, position: int) -> str:
    """Python's words for a syntax error, or better ones where this is not a program."""
    if text[position : position + 1] in SIGNS:
        return f"the sign {text[position]} is written {SIGNS[text[position]]} here"
    if re.match(r"[\d.]+[^\W\d_]", text[position:]) and "literal" in problem:
        return "a number runs into a name; a product is written 2*x"
    if problem.startswith("invalid syntax"):
        return "the expression ends too early" if not text[position:].strip() else "this cannot stand here"
    return problem[:1].lower() + problem[1:]
