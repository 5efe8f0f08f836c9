"""Expression: text such as "tanh(w*x + b)" made into a graph of Values. Nothing is evaluated as Python.

What this file knows is which syntax means something here. Python's own parser reads the text into a tree; only the
nodes of the tree that are listed below are acted on, and the tree is walked without recursion.
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
from ..functions import probabilities, products, reductions
from ..operands.value import Value
from .syntax import ExpressionError, checked, refuse, tree

MAX_EXPONENT: Final = 1_000.0

CONSTANTS: Final = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
LISTS: Final[dict[str, tuple[int, Callable[..., Any]]]] = {  # name -> how many lists, and what takes them
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
ELSEWHERE: Final = {"ln": "log", "max": "maximum", "min": "minimum", "power": "pow"}  # what others call it
NOT_KNOWN: Final = "here stands more Python than is understood: expected numbers, names, functions and + - * / **"
ADVICE: Final[dict[type[ast.AST], str]] = {
    ast.Compare: "a comparison stands only as the first argument of where(x > 0, a, b)",
    ast.List: f"a list stands only as the argument of {', '.join(LISTS)}",
    ast.IfExp: "if … else is written where(x > 0, a, b)",
    ast.Attribute: "a dot belongs only in numbers; a function is written tanh(x)",
    ast.BitXor: "^ is not a power; that is written x**2",
    ast.Tuple: "a comma stands only between the arguments of a function",
    ast.JoinedStr: "text in quotes has no place here, only numbers and names",
    ast.AugAssign: "write h = h + …, not h += …",
}


@dataclass(frozen=True, eq=False)
class Expression:
    """A text that was read: the graph's root, and its variables by name, those given first."""

    text: str
    root: Value
    variables: Mapping[str, Value]


def parse(text: str, values: Mapping[str, float] | None = None) -> Expression:
    """The graph of an expression, or of a few lines `h = tanh(w*x); h*h + b`, at these values of its names.

    Every name in `values` becomes a leaf with that label; so does every `name = number` in the text. Another
    `name = …` labels an inner node. ExpressionError says what is wrong, and where.

    >>> parse("h = w*x; h*h", {"w": 2.0, "x": 3.0}).root
    Value(36.0, grad=None)
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression is text, got {type(text).__name__}")
    numbers = {variable_name(name): number for name, number in (values or {}).items()}
    variables = {name: Value(number, label=name) for name, number in numbers.items()}
    with enable_grad():
        return _Reader(checked(text), variables).read()


def variable_name(name: str) -> str:
    """A variable's name as Python reads it, with look-alikes such as ｘ made into x."""
    plain = unicodedata.normalize("NFKC", name)
    if not plain.isidentifier() or keyword.iskeyword(plain):
        raise ExpressionError(f"{name[:40]!r} cannot be a name: expected letters, digits and _, as in x1")
    if plain in OPS or plain in LISTS:
        raise ExpressionError(f"{plain!r} is a function here and cannot be the name of a variable")
    return plain


class _Reader:
    """One text on its way to a graph."""

    def __init__(self, text: str, given: dict[str, Value]) -> None:
        self.text = text
        self.variables = given
        self.known: dict[str, Any] = {**CONSTANTS, **given}
        self.unused: dict[str, ast.AST | None] = dict.fromkeys(given)  # and where they were computed

    def read(self) -> Expression:
        lines = tree(self.text).body
        if not lines:
            self.refuse("there is no expression", None)
        result: Any = None
        for line in lines:
            name, expression = self.statement(line, last=line is lines[-1])
            result = self.evaluate(expression)
            if name:
                result = self.assign(name, result, line)
        self.unused.pop(name, None)
        for name, place in self.unused.items():
            if place is not None:
                self.refuse(f"{name} is computed and never used", place)
            raise ExpressionError(f"{name} is given a value, but the expression does not use it")
        if not isinstance(result, Value):
            raise ExpressionError(f"it is the constant {result!r}: there is no variable to go back to")
        return Expression(self.text, result, self.variables)

    def refuse(self, problem: str, place: ast.AST | None) -> NoReturn:
        refuse(self.text, problem, place)

    def statement(self, line: ast.stmt, last: bool) -> tuple[str, ast.expr]:
        """The name a line gives to its result, "" for none, and the line's expression."""
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if name in OPS or name in LISTS:
                    self.refuse(f"{name!r} is a function here and cannot be the name of a result", line)
                return name, value
            case ast.Expr(value=value):
                if not last:
                    self.refuse("only the last line may go without a name; this result would be lost", line)
                return "", value
        self.refuse(ADVICE.get(type(line), "expected an expression, or name = expression"), line)

    def assign(self, name: str, result: Any, line: ast.stmt) -> Any:
        if name in self.unused:
            self.refuse(f"{name} has a value already, which would never be used", line)
        if not isinstance(result, Value):
            result = self.variables[name] = Value(result, label=name)
        elif not result.label:
            result.label = name
        self.known[name] = result
        self.unused[name] = line
        return result

    def evaluate(self, expression: ast.expr) -> Any:
        """Inputs before what is computed from them, on a stack of our own: no text is too deep for it."""
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
            except (TypeError, ValueError) as error:  # from the op itself: a wrong number of inputs, say
                self.refuse(str(error), node)
        return results[0]

    def parts(self, node: ast.expr) -> list[ast.expr]:
        """The expressions a node is computed from; refuses every node that is not known here."""
        match node:
            case ast.Constant() | ast.Name():
                return []
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
                return [left, right]
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                return [operand]
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                if len({k.arg for k in keywords}) < len(keywords) or any(k.arg is None for k in keywords):
                    self.refuse(f"a parameter of {name} is named twice, or not at all", node)
                return [*self.inputs(node, name, args), *(k.value for k in keywords)]
            case ast.BinOp(op=kind) if type(kind) in ADVICE:
                self.refuse(ADVICE[type(kind)], node)
            case ast.Call(func=func):
                node = func
        self.refuse(ADVICE.get(type(node), NOT_KNOWN), node)

    def inputs(self, call: ast.expr, name: str, args: list[ast.expr]) -> list[ast.expr]:
        """What a function is called on, with its lists and its comparison laid open."""
        if name in LISTS:
            if len(args) != LISTS[name][0] or not all(isinstance(arg, ast.List) for arg in args):
                lists = ", ".join(["[a, b, …]"] * LISTS[name][0])
                self.refuse(f"{name} takes {'lists' if LISTS[name][0] > 1 else 'a list'}: {name}({lists})", call)
            return [element for arg in args if isinstance(arg, ast.List) for element in arg.elts]
        if name not in functions():
            if name in self.known:
                self.refuse(f"{name} is a number, not a function; a product is written {name}*(…)", call)
            if name in ("softmax", "log_softmax"):
                self.refuse(f"{name} gives several numbers, and an expression is one", call)
            near = ELSEWHERE.get(name) or _nearest(name, [*functions(), *LISTS])
            advice = f"did you mean {near}?" if near else "autograd.derivative_table() lists those there are"
            self.refuse(f"unknown function {name!r}; {advice}", call)
        if name != "where":
            return args
        if len(args) != 3 or not isinstance(args[0], ast.Compare):
            self.refuse("where takes a comparison and two numbers: where(x > 0, a, b)", call)
        if len(args[0].ops) != 1 or type(args[0].ops[0]) not in OPERATORS:
            self.refuse("a comparison is of two, with < <= > >= == or !=", args[0])
        return [args[0].left, args[0].comparators[0], *args[1:]]

    def compute(self, node: ast.expr, inputs: list[Any]) -> Any:
        """The result of one node, from those of its parts."""
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
                        self.refuse(f"{name} has no parameters", node)
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
            kind = {complex: "complex numbers have", str: "text in quotes has"}.get(type(value), f"{value!r:.20} has")
            self.refuse(f"{kind} no place here, only real numbers and names", node)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            self.refuse("this number is too large for a float, which ends at 1.8e308; for infinity write inf", node)
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
    return (op.name for op in OPS.values() if op.rules and op.kind is Kind.ELEMENTWISE and op.takes is Takes.FIXED)


def _nearest(name: str, known: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(name, [k for k in known if len(k) > 1], n=1, cutoff=0.7)), "")
