"""Translate Python functions of plain numbers, such as the forward functions of `rules/`, into C.

A function is read from its source. Each expression in it is computed with symbols that are spelled for C, so the words
and signs of C are in the spelling table alone.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import math
import textwrap
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from autograd.engine.forms import ATOM, UNARY
from autograd.engine.op import Op
from autograd.operands.spelling import C
from autograd.operands.symbol import Symbol, literal
from autograd.rules import elementwise as ops, integers

BINARY: Final[dict[type, Op]] = {
    ast.Add: ops.add, ast.Sub: ops.sub, ast.Mult: ops.mul, ast.Div: ops.div,
}  # fmt: skip
# The operators of whole numbers that are never negative, as an index is: / of two of them in C is // in Python.
WHOLE: Final[dict[type, Op]] = {ast.Add: ops.add, ast.Mult: ops.mul, ast.FloorDiv: ops.div}
COMPARISONS: Final[dict[type, Op]] = {
    ast.Lt: ops.lt, ast.LtE: ops.le, ast.Gt: ops.gt, ast.GtE: ops.ge, ast.Eq: ops.eq, ast.NotEq: ops.ne,
}  # fmt: skip
JOINED: Final[dict[type, Op]] = {ast.And: integers.bitwise_and, ast.Or: integers.bitwise_or}
# Python's functions that are no op.
FUNCTIONS: Final = {
    "abs": "fabs", "builtins.round": "rint", "float": "(double)", "math.ceil": "ceil", "math.copysign": "copysign",
    "math.floor": "floor", "math.fmod": "fmod", "math.isinf": "isinf", "round": "rint",
}  # fmt: skip
ROUNDING: Final = ("ceil", "floor", "rint")  # they may return -0.0, where the int that Python returns has no sign at 0
NUMBER, INDEX, COUNTER = "double", "size_t", "int"  # the types of variables; a counter may count down


def function(signature: str, body: list[str], kind: str = "static inline") -> str:
    return f"{kind} double {signature} {{\n" + "".join(f"    {line}\n" for line in body) + "}\n"


def symbol(text: str, binding: int = ATOM) -> Symbol:
    return Symbol(text, binding, spelling=C)


class Forwards:
    """Forward functions, read from their Python source: returns, conditions, assignments, loops over a range.

    A function of a list, `*values`, takes in C a function that finds operand k, where that is, and how many there are.
    """

    def __init__(self, translated: list[Op]) -> None:
        self.written: Final[list[str]] = []  # a function stands below those that it calls
        self._names: Final[dict[Any, str]] = {}
        self._ops: Final = {op.scalar: op for op in translated}
        for op in translated:
            try:
                self._name(op.scalar)
            except ValueError as error:
                error.add_note(
                    f"This is in the forward function of {op.name}, or in one that it calls. Without its name in the "
                    "table C of autograd/operands/spelling.py, Python computes the op."
                )
                raise

    def _name(self, python: Any) -> str:
        """Return the name of a Python function in C, with its translation written."""
        if python not in self._names:
            op = self._ops.get(python)
            parameters = inspect.signature(python).parameters.values()
            of_list = any(each.kind is each.VAR_POSITIONAL for each in parameters)
            own = op is not None and (of_list or len(parameters) == len(op.inputs) + len(op.params))
            name = f"forward_{op.name}" if op is not None and own else python.__name__.strip("_")
            self._names[python] = name
            body = self._body(python)
            if of_list:
                self.written.append(function(f"{name}(Find *find, const void *from, size_t count)", body, "INLINE"))
            else:
                given = ", ".join(f"double {parameter.name}" for parameter in parameters)
                self.written.append(function(f"{name}({given})", body))
            if op is not None and not own:  # it has a parameter with a default that the op has not
                defaults = ", ".join(str(literal(p.default, C)) for p in parameters if p.default is not p.empty)
                x = op.inputs[0]
                self.written.append(function(f"forward_{op.name}(double {x})", [f"return {name}({x}, {defaults});"]))
        return self._names[python]

    def _body(self, python: Any) -> list[str]:
        """Return the statements of a Python function in C."""
        if python.__name__ == "<lambda>":
            return [f"return {python(symbol('x'))};"]
        definition = ast.parse(textwrap.dedent(inspect.getsource(python))).body[0]
        assert isinstance(definition, ast.FunctionDef)
        reader = Reader(definition.args, python.__globals__, self._name)
        return [line for statement in definition.body for line in reader.statement(statement)]


class Reader:
    """Reads the statements and the expressions of one Python function."""

    def __init__(self, given: ast.arguments, scope: dict[str, Any], named: Callable[[Any], str]) -> None:
        self._scope: Final = scope
        self._named: Final = named
        self._list: Final = given.vararg.arg if given.vararg else None  # the parameter that is a list
        self._types: Mapping[str, str] = {argument.arg: NUMBER for argument in given.args}  # of the variables here

    def statement(self, node: ast.stmt) -> list[str]:
        """Return a statement as lines of C; ValueError for one that this class cannot read."""
        match node:
            case ast.Expr(value=ast.Constant()):  # the docstring
                return []
            case ast.Return(value=ast.expr() as value):
                return [f"return {self.expression(value)};"]
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return [self._assignment(name, value)]
            case ast.AugAssign(ast.Name(name), sign, value) if type(sign) in BINARY and self._types.get(name) == NUMBER:
                return [f"{name} {C.sign(BINARY[type(sign)]).sign}= {self.expression(value)};"]
            case ast.If(test=test, body=body, orelse=[]):
                condition = self.expression(test)
                return [] if condition.value is False else self._block(f"if ({condition})", body)
            case ast.For(ast.Name(name), ast.Call(ast.Name("range"), bounds), body, orelse=[]):
                return self._loop(name, bounds, body)
        raise ValueError(
            f"cannot read `{ast.unparse(node)}` for C; write it with if without else, for over a range, = and return"
        )

    def _assignment(self, name: str, value: ast.expr) -> str:
        """Return an assignment; the first one declares the variable, which is an index if the value is one."""
        known = self._types.get(name)
        kind = known or (NUMBER if self._index(value) is None else INDEX)
        given = self.expression(value) if kind == NUMBER else self.index(value)
        self._types = {**self._types, name: kind}
        return f"{name} = {given};" if known else f"{kind} {name} = {given};"

    def _loop(self, name: str, bounds: list[ast.expr], body: list[ast.stmt]) -> list[str]:
        """Return a loop over a range: with a step, all three bounds are constants, else it counts an index up."""
        if len(bounds) == 3:
            start, stop, step = map(ast.literal_eval, bounds)
            head = f"{COUNTER} {name} = {start}; {name} {'<' if step > 0 else '>'} {stop}; {name} += {step}"
            return self._block(f"for ({head})", body, {name: COUNTER})
        first, last = map(self.index, [ast.Constant(0), *bounds][-2:])
        head = f"{INDEX} {name} = {first}; {name} < {last}; {name}++"
        return self._block(f"for ({head})", body, {name: INDEX})

    def _block(self, head: str, body: list[ast.stmt], own: Mapping[str, str] = MappingProxyType({})) -> list[str]:
        """Return a block of statements; a variable that is declared in it is unknown behind it, as in C."""
        outside = self._types
        self._types = {**outside, **own}
        lines = [f"    {line}" for each in body for line in self.statement(each)]
        self._types = outside
        return [f"{head} {{", *lines, "}"]

    def index(self, node: ast.expr) -> Symbol:
        """Return an expression of whole numbers as a symbol; ValueError for any other."""
        found = self._index(node)
        if found is None:
            raise ValueError(f"cannot read `{ast.unparse(node)}` as an index; write it with integers, len, +, * and //")
        return found

    def _index(self, node: ast.expr) -> Symbol | None:
        match node:
            case ast.Constant(value=value) if type(value) is int:
                return symbol(str(value))
            case ast.Name(id=name) if self._types.get(name) == INDEX:
                return symbol(name)
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]) if name == self._list:
                return symbol("count")
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in WHOLE:
                a, b = self._index(left), self._index(right)
                return None if a is None or b is None else WHOLE[type(sign)](a, b)
        return None

    def expression(self, node: ast.expr) -> Symbol:
        """Return an expression as a symbol; ValueError for one that this class cannot read."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return literal(value, C)
            case ast.Name(id=name) if name in self._types:
                return symbol(name) if self._types[name] == NUMBER else symbol(f"(double){name}", UNARY)
            case ast.Name() | ast.Attribute():  # TAIL, math.inf
                return literal(eval(ast.unparse(node), self._scope), C)
            case ast.Subscript(value=ast.Name(id=name), slice=place) if name == self._list:
                return symbol(f"*find(from, {self.index(place)}).x", UNARY)
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return -self.expression(x)
            case ast.BinOp(left=a, op=sign, right=b) if type(sign) in BINARY:
                return self._apply(BINARY[type(sign)], a, b)
            case ast.BoolOp(op=sign, values=values):
                return functools.reduce(JOINED[type(sign)], map(self.expression, values))
            case ast.Compare(left=left, ops=signs, comparators=others) if COMPARISONS.keys() >= set(map(type, signs)):
                pairs = zip(signs, (left, *others), others, strict=False)
                return functools.reduce(integers.bitwise_and, itertools.starmap(self._comparison, pairs))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._apply(ops.where, test, body, orelse)
            case ast.Call(func=called, args=args, keywords=[]):
                return self._call(called, args)
        raise ValueError(f"cannot read `{ast.unparse(node)}` for C; write it with + - * /, comparisons and calls")

    def _comparison(self, sign: ast.cmpop, a: ast.expr, b: ast.expr) -> Symbol:
        """Return a comparison, of two indices as they are."""
        op, left, right = COMPARISONS[type(sign)], self._index(a), self._index(b)
        if left is None or right is None:
            return self._apply(op, a, b)
        found: Symbol = op(left, right)
        return found

    def _apply(self, op: Op, *args: ast.expr) -> Symbol:
        found: Symbol = op(*map(self.expression, args))
        return found

    def _call(self, called: ast.expr, args: list[ast.expr]) -> Symbol:
        """Return a call; whether a variable is an int is known: in C, it is a float."""
        if ast.unparse(called) == "isinstance" and ast.unparse(args[1]) == "int":
            return literal(False, C)
        name = self._function(called)
        found = symbol(f"{name}({', '.join(str(self.expression(x)) for x in args)})")
        return found + 0.0 if name in ROUNDING else found

    def _function(self, called: ast.expr) -> str:
        """Return the name in C of a function that is called."""
        text = ast.unparse(called)
        if text in FUNCTIONS and text not in self._scope:
            return FUNCTIONS[text]
        try:
            python = eval(text, self._scope)
        except (NameError, AttributeError):  # a method of a number, or a function that is defined inside this one
            python = None
        library = [name for name in C.functions or () if hasattr(math, name) and getattr(math, name) is python]
        if library:
            return library[0]
        if not inspect.isfunction(python):
            raise ValueError(
                f"cannot read a call of `{text}` for C; call functions written in Python outside of this one, abs, "
                "round, and the functions of math in the table C of autograd/operands/spelling.py"
            )
        return self._named(python)
