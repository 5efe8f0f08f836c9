"""Translate Python functions of plain numbers, such as the forward functions of `rules/`, into C.

A function is read from its source. Each expression in it is computed with symbols that are spelled for C, so the words
and signs of C are in the spelling table alone.
"""

from __future__ import annotations

import ast
import functools
import inspect
import math
import textwrap
from collections.abc import Callable
from typing import Any, Final

from autograd.engine.op import Op
from autograd.operands.spelling import C
from autograd.operands.symbol import Symbol, literal
from autograd.rules import elementwise as ops, integers

BINARY: Final[dict[type, Op]] = {
    ast.Add: ops.add, ast.Sub: ops.sub, ast.Mult: ops.mul, ast.Div: ops.div,
}  # fmt: skip
COMPARISONS: Final[dict[type, Op]] = {
    ast.Lt: ops.lt, ast.LtE: ops.le, ast.Gt: ops.gt, ast.GtE: ops.ge, ast.Eq: ops.eq, ast.NotEq: ops.ne,
}  # fmt: skip
JOINED: Final[dict[type, Op]] = {ast.And: integers.bitwise_and, ast.Or: integers.bitwise_or}
# Python's functions that are no op. Those of python_arithmetic.h do what C's own do not.
FUNCTIONS: Final = {
    "abs": "fabs", "builtins.round": "python_round", "float": "(double)", "math.ceil": "ceil",
    "math.copysign": "copysign", "math.floor": "floor", "max": "python_max", "min": "python_min",
    "round": "python_round",
}  # fmt: skip


def function(signature: str, body: list[str]) -> str:
    return f"static inline double {signature} {{\n" + "".join(f"    {line}\n" for line in body) + "}\n"


def symbol(text: str) -> Symbol:
    return Symbol(text, spelling=C)


class Forwards:
    """Forward functions, read from their Python source: returns, conditions, assignments, sums over a range."""

    def __init__(self, translated: list[Op]) -> None:
        self.written: Final[list[str]] = []  # a function stands below those that it calls
        self._names: Final[dict[Any, str]] = {}
        self._ops: Final = {op.scalar: op for op in translated}
        for op in translated:
            self._name(op.scalar)

    def _name(self, python: Any) -> str:
        """Return the name of a Python function in C, with its translation written."""
        if python not in self._names:
            op = self._ops.get(python)
            parameters = inspect.signature(python).parameters
            own = op is not None and len(parameters) == len(op.inputs) + len(op.params)
            name = f"forward_{op.name}" if op is not None and own else python.__name__.strip("_")
            self._names[python] = name
            given = ", ".join(f"double {parameter}" for parameter in parameters)
            self.written.append(function(f"{name}({given})", self._body(python)))
            if op is not None and not own:  # it has a parameter with a default that the op has not
                defaults = ", ".join(
                    str(literal(p.default, C)) for p in parameters.values() if p.default is not p.empty
                )
                x = op.inputs[0]
                self.written.append(function(f"forward_{op.name}(double {x})", [f"return {name}({x}, {defaults});"]))
        return self._names[python]

    def _body(self, python: Any) -> list[str]:
        """Return the statements of a Python function in C."""
        if python.__name__ == "<lambda>":
            return [f"return {python(symbol('x'))};"]
        definition = ast.parse(textwrap.dedent(inspect.getsource(python))).body[0]
        assert isinstance(definition, ast.FunctionDef)
        reader = Reader(python.__globals__, {argument.arg for argument in definition.args.args}, self._name)
        return [line for statement in definition.body for line in reader.statement(statement)]


class Reader:
    """Reads the statements and the expressions of one Python function."""

    def __init__(self, scope: dict[str, Any], known: set[str], named: Callable[[Any], str]) -> None:
        self._scope: Final = scope
        self._known: Final = known  # the variables that are declared
        self._named: Final = named

    def statement(self, node: ast.stmt) -> list[str]:
        """Return a statement as lines of C; ValueError for one that this class cannot read."""
        match node:
            case ast.Expr(value=ast.Constant()):  # the docstring
                return []
            case ast.Return(value=ast.expr() as value):
                return [f"return {self.expression(value)};"]
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                declared = "" if name in self._known else "double "
                self._known.add(name)
                return [f"{declared}{name} = {self.expression(value)};"]
            case ast.If(test=test, body=body, orelse=[]):
                return [f"if ({self.expression(test)}) {{", *self._block(body)]
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=bounds), body=body):
                start, stop, step = map(ast.literal_eval, bounds)
                sign = "<" if step > 0 else ">"
                self._known.add(name)
                return [f"for (int {name} = {start}; {name} {sign} {stop}; {name} += {step}) {{", *self._block(body)]
        raise ValueError(f"cannot read `{ast.unparse(node)}` for C; write it with if, for, = and return")

    def _block(self, body: list[ast.stmt]) -> list[str]:
        return [*(f"    {line}" for each in body for line in self.statement(each)), "}"]

    def expression(self, node: ast.expr) -> Symbol:
        """Return an expression as a symbol; ValueError for one that this class cannot read."""
        match node:
            case ast.Constant(value=value):
                return literal(value, C)
            case ast.Name(id=name) if name in self._known:
                return symbol(name)
            case ast.Name() | ast.Attribute():  # TAIL, math.inf
                return literal(eval(ast.unparse(node), self._scope), C)
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return -self.expression(x)
            case ast.BinOp(left=a, op=sign, right=b):
                return self._apply(BINARY[type(sign)], a, b)
            case ast.BoolOp(op=sign, values=values):
                return functools.reduce(JOINED[type(sign)], map(self.expression, values))
            case ast.Compare(left=left, ops=signs, comparators=others):
                pairs = zip(signs, (left, *others), others, strict=False)
                return functools.reduce(
                    integers.bitwise_and, [self._apply(COMPARISONS[type(s)], a, b) for s, a, b in pairs]
                )
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._apply(ops.where, test, body, orelse)
            case ast.Call(func=called, args=args):
                return symbol(f"{self._function(called)}({', '.join(str(self.expression(x)) for x in args)})")
        raise ValueError(f"cannot read `{ast.unparse(node)}` for C; write it with + - * /, comparisons and calls")

    def _apply(self, op: Op, *args: ast.expr) -> Symbol:
        found: Symbol = op(*map(self.expression, args))
        return found

    def _function(self, called: ast.expr) -> str:
        """Return the name in C of a function that is called."""
        text = ast.unparse(called)
        if text in FUNCTIONS and text not in self._scope:
            return FUNCTIONS[text]
        python = eval(text, self._scope)
        library = [name for name in C.functions or () if getattr(math, name, None) is python]
        return library[0] if library else self._named(python)
