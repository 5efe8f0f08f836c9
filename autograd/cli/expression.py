"""Expression: parse text such as "tanh(w*x + b)" into a graph of Values.

Nothing is evaluated as Python. Python's own parser (`syntax.py`) turns the text into a syntax tree. This file accepts
the nodes of that tree that are listed here, refuses all others, and evaluates the tree without recursion.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from ..engine.forms import Kind, Takes
from ..engine.mode import enable_grad
from ..engine.op import OPS
from ..engine.text import shown
from ..functions import probabilities, products, reductions
from ..operands.value import Value
from .syntax import ExpressionError, checked, keyword_problem, refuse, tree

MAX_EXPONENT: Final = 1_000.0

CONSTANTS: Final = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
LISTS: Final[dict[str, tuple[int, Callable[..., Any]]]] = {  # name -> how many lists it takes, and the function
    "sum": (1, reductions.sum),
    "mean": (1, reductions.mean),
    "dot": (2, products.dot),
    "logsumexp": (1, probabilities.logsumexp),
}
OPERATORS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}
OTHER_NAMES: Final = {"ln": "log", "max": "maximum", "min": "minimum", "power": "pow"}  # used in other systems
NOT_KNOWN: Final = "this Python syntax is not supported: expected numbers, names, functions and + - * / **"
ADVICE: Final[dict[type[ast.AST], str]] = {
    ast.Compare: "a comparison can only be the first argument of where(x > 0, a, b)",
    ast.List: f"a list can only be an argument of {', '.join(LISTS)}",
    ast.IfExp: "if … else is written where(x > 0, a, b)",
    ast.Attribute: "a dot can only be part of a number; a function is written tanh(x)",
    ast.BitXor: "^ is not supported; a power is written x**2",
    ast.Tuple: "a comma can only separate the arguments of a function",
    ast.JoinedStr: "text in quotes is not supported; expected numbers and names",
    ast.AugAssign: "write h = h + …, not h += …",
}


@dataclass(frozen=True, eq=False)
class Expression:
    """A parsed text: the root of its graph, and its variables by name, the given ones first."""

    text: str
    root: Value
    variables: Mapping[str, Value]


def parse(text: str, values: Mapping[str, float] | None = None) -> Expression:
    """Return the graph of an expression, or of lines such as `h = tanh(w*x); h*h + b`.

    `values` gives a number to each name. Every name in it becomes a leaf with that label; so does every
    `name = number` in the text. Any other `name = …` labels the result of an op. Raise ExpressionError, which says what
    is wrong and where.

    >>> parse("h = w*x; h*h", {"w": 2.0, "x": 3.0}).root
    Value(36.0, grad=None)
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression is text, got {type(text).__name__}; pass a str")
    numbers = {variable_name(name): number for name, number in (values or {}).items()}
    variables = {name: Value(number, label=name) for name, number in numbers.items()}
    with enable_grad():
        return _Reader(checked(text), variables).read()


def variable_name(name: str) -> str:
    """Return a variable's name as Python reads it: letters that look like x, such as ｘ, become x."""
    normal = unicodedata.normalize("NFKC", name)
    if keyword.iskeyword(normal):
        raise ExpressionError(keyword_problem(normal))
    if not normal.isidentifier():
        raise ExpressionError(f"{name[:40]!r} cannot be a name: expected letters, digits and _, as in x1")
    if normal in OPS or normal in LISTS:
        raise ExpressionError(f"{normal!r} is a function here and cannot be the name of a variable; use another name")
    return normal


class _Reader:
    """Evaluates one text."""

    def __init__(self, text: str, given: dict[str, Value]) -> None:
        self.text = text
        self.variables = given
        self.known: dict[str, Any] = {**CONSTANTS, **given}
        # Names that nothing has used yet, with the line that computes them; None for a given value.
        self.unused: dict[str, ast.AST | None] = dict.fromkeys(given)

    def read(self) -> Expression:
        lines = tree(self.text, [*functions(), *LISTS, *OTHER_NAMES]).body
        if not lines:
            self.refuse("there is no expression; expected one such as x*y", None)
        result: Any = None
        for line in lines:
            name, expression = self.statement(line, last=line is lines[-1])
            result = self.evaluate(expression)
            if name:
                result = self.assign(name, result, line)
        self.unused.pop(name, None)
        for name, place in self.unused.items():
            if place is not None:
                self.refuse(f"{name} is computed and never used; use it or leave it out", place)
            raise ExpressionError(f"{name} is given a value, but the expression does not use it; leave it out")
        if not isinstance(result, Value):
            raise ExpressionError(
                f"the expression is the constant {result!r}; expected at least one variable that it depends on"
            )
        return Expression(self.text, result, self.variables)

    def refuse(self, problem: str, place: ast.AST | None) -> NoReturn:
        refuse(self.text, problem, place)

    def statement(self, line: ast.stmt, last: bool) -> tuple[str, ast.expr]:
        """Return the name that a line gives to its result, "" for none, and the line's expression."""
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if name in OPS or name in LISTS:
                    self.refuse(
                        f"{name!r} is a function here and cannot be the name of a result; use another name", line
                    )
                return name, value
            case ast.Expr(value=value):
                if not last:
                    self.refuse("only the last line may have no name; this result would be lost, write name = …", line)
                return "", value
        self.refuse(ADVICE.get(type(line), "expected an expression, or name = expression"), line)

    def assign(self, name: str, result: Any, line: ast.stmt) -> Any:
        if name in self.unused:
            self.refuse(f"{name} has a value already, which would never be used; use another name", line)
        if not isinstance(result, Value):
            result = self.variables[name] = Value(result, label=name)
        elif not result.label:
            result.label = name
        self.known[name] = result
        self.unused[name] = line
        return result

    def evaluate(self, expression: ast.expr) -> Any:
        """Evaluate inputs before the results computed from them, without recursion, so that no text is too deep."""
        order: list[tuple[ast.expr, int]] = []
        todo = [expression]
        while todo:
            node = todo.pop()
            parts = self.parts(node)
            order.append((node, len(parts)))
            todo += parts
        results: list[Any] = []
        for node, count in reversed(order):
            inputs = results[len(results) - count :]
            del results[len(results) - count :]
            try:
                results.append(self.compute(node, inputs))
            except ExpressionError:
                raise
            except (TypeError, ValueError) as error:  # from the op, for example about the number of inputs
                self.refuse(str(error), node)
        return results[0]

    def parts(self, node: ast.expr) -> list[ast.expr]:
        """Return the expressions that a node is computed from; refuse a node that is not supported."""
        match node:
            case ast.Constant() | ast.Name():
                return []
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
                return [left, right]
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                return [operand]
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                if len({k.arg for k in keywords}) < len(keywords) or any(k.arg is None for k in keywords):
                    self.refuse(
                        f"a parameter of {name} has no name, or the same name as another; write {name}(x, name=1)", node
                    )
                return [*self.inputs(node, name, args), *(k.value for k in keywords)]
            case ast.BinOp(op=kind) if type(kind) in ADVICE:
                self.refuse(ADVICE[type(kind)], node)
            case ast.Call(func=func):
                node = func
        self.refuse(ADVICE.get(type(node), NOT_KNOWN), node)

    def inputs(self, call: ast.expr, name: str, args: list[ast.expr]) -> list[ast.expr]:
        """Return the arguments of a function; a list is replaced by its elements, a comparison by its two sides."""
        if name in LISTS:
            if len(args) != LISTS[name][0] or not all(isinstance(arg, ast.List) for arg in args):
                lists = ", ".join(["[a, b, …]"] * LISTS[name][0])
                self.refuse(f"{name} takes {'lists' if LISTS[name][0] > 1 else 'a list'}: {name}({lists})", call)
            return [element for arg in args if isinstance(arg, ast.List) for element in arg.elts]
        if name not in functions():
            if name in self.known:
                self.refuse(f"{name} is a number, not a function; a product is written {name}*(…)", call)
            if name in ("softmax", "log_softmax"):
                self.refuse(
                    f"{name} returns several numbers, but an expression has one; use logsumexp([a, b, …])", call
                )
            near = OTHER_NAMES.get(name) or _nearest(name, [*functions(), *LISTS])
            advice = f"did you mean {near}?" if near else "autograd.derivative_table() lists all functions"
            self.refuse(f"unknown function {name!r}; {advice}", call)
        if name != "where":
            return args
        if len(args) != 3 or not isinstance(args[0], ast.Compare):
            self.refuse("where takes a comparison and two numbers: where(x > 0, a, b)", call)
        if len(args[0].ops) != 1 or type(args[0].ops[0]) not in OPERATORS:
            self.refuse("a comparison has two sides, and < <= > >= == or != between them", args[0])
        return [args[0].left, args[0].comparators[0], *args[1:]]

    def compute(self, node: ast.expr, inputs: list[Any]) -> Any:
        """Return the result of one node from the results of its parts."""
        match node:
            case ast.Constant(value=value):
                return self.number(value, node)
            case ast.Name(id=name):
                return self.value(name, node)
            case ast.UnaryOp(op=operator):
                return inputs[0] if isinstance(operator, ast.UAdd) else OPS["neg"](*inputs)
            case ast.BinOp(op=operator):
                return self._apply(OPERATORS[type(operator)], inputs, {}, node.right)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                count = len(inputs) - len(keywords)
                inputs, params = inputs[:count], dict(zip([str(k.arg) for k in keywords], inputs[count:], strict=True))
                if name in LISTS:
                    if params:
                        self.refuse(f"{name} has no parameters; expected lists only", node)
                    cut = len(args[0].elts) if isinstance(args[0], ast.List) else 0
                    return LISTS[name][1](*([inputs] if LISTS[name][0] == 1 else [inputs[:cut], inputs[cut:]]))
                if isinstance(args[0] if args else None, ast.Compare):
                    compare: Any = args[0]
                    inputs[:2] = [OPS[OPERATORS[type(compare.ops[0])]](*inputs[:2])]
                return self._apply(name, inputs, params, node)
        self.refuse(NOT_KNOWN, node)

    def _apply(self, name: str, inputs: list[Any], params: dict[str, Any], node: ast.expr) -> Any:
        if name == "pow" and len(inputs) == 2 and isinstance(inputs[1], float) and abs(inputs[1]) > MAX_EXPONENT:
            self.refuse(f"the exponent {inputs[1]:g} is too large: at most {MAX_EXPONENT:g}", node)
        return OPS[name](*inputs, **params)

    def number(self, value: object, node: ast.expr) -> float:
        if type(value) is not int and type(value) is not float:
            kind = {complex: "complex numbers are", str: "text in quotes is"}.get(type(value), f"{shown(value, 20)} is")
            self.refuse(f"{kind} not supported; expected real numbers and names", node)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            self.refuse("this number is too large for a float, at most 1.8e308; for infinity write inf", node)
        return number

    def value(self, name: str, node: ast.expr) -> Any:
        self.unused.pop(name, None)
        if name in self.known:
            return self.known[name]
        if name in OPS or name in LISTS:
            self.refuse(f"{name} is a function: write {name}(…)", node)
        near = _nearest(name, [*self.known, *functions()])
        self.refuse(f"{name} has no value; " + (f"did you mean {near}?" if near else f"give it one: {name}=…"), node)


def functions() -> Iterator[str]:
    """Yield the names of the functions that an expression can call on numbers."""
    return (op.name for op in OPS.values() if op.rules and op.kind is Kind.ELEMENTWISE and op.takes is Takes.FIXED)


def _nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was probably meant; first one with two letters swapped, as in tahn; else ""."""
    candidates = [k for k in known if len(k) > 1]
    swapped = [k for k in candidates if sorted(k) == sorted(name) and k[:1] == name[:1]]
    return next(iter([*swapped, *difflib.get_close_matches(name, candidates, n=1, cutoff=0.7)]), "")
