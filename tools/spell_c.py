"""Write `autograd/native/rules.h`: every forward function and every rule of the elementwise table in C.

`python3 tools/spell_c.py` writes the file, which is checked in: building the engine then needs neither NumPy nor this
package. A test compares the file with what this script writes.

A rule is written down by applying it to symbols that are spelled for C. A forward function of `rules/` is read from its
Python source, and each expression in it is computed with such symbols too. So the words and signs of C are in the
spelling table alone.
"""

from __future__ import annotations

import ast
import functools
import inspect
import math
import os
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, Final

import environment

if __name__ == "__main__":
    environment.enter()  # what is imported below needs NumPy

from autograd.engine.forms import Kind, Takes
from autograd.engine.op import BUILT_IN, Op
from autograd.operands.named_methods import NamedMethods
from autograd.operands.spelling import C
from autograd.operands.symbol import Symbol, literal, rule_text
from autograd.rules import elementwise as ops, integers

HEADER: Final = os.path.join(environment.ROOT, "autograd", "native", "rules.h")
OPENING: Final = """\
/* Written by tools/spell_c.py from the table of derivatives in autograd/rules/. Change the table, not this file.

   forward_relu(x)          the value of an op; where it is a sign or a function of the C library, C has it already
   rule_mul_a(g, y, a, b)   what the gradient g at the result y contributes to the input a */

#include <math.h>
#include "python_arithmetic.h"
"""

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


def main() -> None:
    with open(HEADER, "w", encoding="utf-8", newline="\n") as file:
        file.write(header())


def header() -> str:
    """Return the text of the header."""
    spelled = [op for op in BUILT_IN.values() if in_c(op)]
    lists = [op for op in BUILT_IN.values() if op.takes is Takes.LISTS]
    forwards = Forwards([op for op in spelled if C.functions and C.functions.get(op.name) == f"forward_{op.name}"])
    values = [f"    case {code(op)}: return {applied(op)};" for op in spelled]
    slopes = [f"    case {code(op)}: {contributions(op)} return;" for op in (*spelled, *lists)]
    return "\n".join(
        [
            OPENING,
            *forwards.written,
            *(rule for op in (*spelled, *lists) for rule in rules(op)),
            "/* The codes of the ops. Those of lists are last: each rule of them is in one element of each list. */",
            "enum {\n    LEAF,",
            *(f"    {code(op)}," for op in spelled),
            "    ELEMENTWISE,",
            *(f"    {code(op)}{' = ELEMENTWISE' * (op is lists[0])}," for op in lists),
            "    CODES\n};\n",
            "/* An op's name, how many inputs (or lists) and parameters it has, and the bits of inputs with a rule. */",
            "static const struct { const char *name; unsigned char inputs, params, ruled; } table[CODES] = {",
            *(f"    [{code(op)}] = {{{row(op)}}}," for op in (*spelled, *lists)),
            "};\n",
            "/* The most inputs and parameters that an op has, together. */",
            f"enum {{ MOST = {max(len(op.inputs) + len(op.params) for op in spelled)} }};\n",
            "/* The ops that are methods too, such as x.exp(): their names and codes, for a macro of two arguments. */",
            "#define METHODS(M) " + " ".join(f"M({op.name}, {code(op)})" for op in spelled if is_method(op)) + "\n",
            "/* Return the value of an op, where x has the inputs and behind them the parameters. */",
            "static inline double forward(int code, const double *x) {\n    switch (code) {",
            *values,
            "    }\n    return NAN;\n}\n",
            "/* Set what the gradient g at the result y contributes to each input. */",
            "static inline void backward(int code, double g, double y, const double *x, double *to) {",
            "    switch (code) {",
            *slopes,
            "    }\n}\n",
            *for_the_tape(spelled, lists),
        ]
    )


def for_the_tape(spelled: list[Op], lists: list[Op]) -> Iterator[str]:
    """Yield the section of the tape, which has an op's inputs and then its parameters as operands x0, x1, x2."""
    yield "/* --- for tape.c: the ops above, for arrays of samples --- */\n"
    yield "/* For a macro: the code of an op, its value, and TO(k, what g contributes to input k) for each k. */"
    yield "#define ELEMENTWISE_OPS(OP) \\"
    yield " \\\n".join(f"    OP({code(op)}, {on_the_tape(op)}, {to_inputs(op)})" for op in spelled) + "\n"
    yield "/* The same for an op of lists, without the value: x0 and x1 are elements of its lists. */"
    yield "#define LIST_OPS(OP) \\"
    yield " \\\n".join(f"    OP({code(op)}, {to_inputs(op)})" for op in lists) + "\n"


def operands(op: Op) -> list[str]:
    return [f"x{k}" for k in range(len(op.inputs) + len(op.params))]


def on_the_tape(op: Op) -> Symbol:
    """Return the op on its operands, as text."""
    xs = list(map(symbol, operands(op)))
    params = dict(zip(op.params, xs[len(op.inputs) :], strict=True))
    return xs[0]._apply(op, tuple(xs[: len(op.inputs)]), params)


def to_inputs(op: Op) -> str:
    """Return the calls of the rules of an op, each in TO(k, ...) for input k."""
    given = ", ".join(["g", "y", *operands(op)])
    rules = zip(op.inputs, op.rules, strict=True)
    return " ".join(
        f"TO({k}, {rule_name(op, name)}({given}))" for k, (name, rule) in enumerate(rules) if rule is not None
    )


def in_c(op: Op) -> bool:
    """Tell whether this is an elementwise op with rules that the spelling table has a word for."""
    known = {"where", *(C.functions or ()), *(C.infix or ())}
    return op.kind is Kind.ELEMENTWISE and op.takes is Takes.FIXED and bool(op.rules) and op.name in known


def row(op: Op) -> str:
    ruled = sum(1 << k for k, rule in enumerate(op.rules) if rule is not None)
    return f'"{op.name}", {len(op.inputs)}, {len(op.params)}, {ruled}'


def is_method(op: Op) -> bool:
    """Tell whether an operand has a method of the op's name that takes nothing else."""
    found = getattr(NamedMethods, op.name, None)
    return found is not None and list(inspect.signature(found).parameters) == ["self"]


def code(op: Op) -> str:
    return f"OP_{op.name.upper()}"


def rules(op: Op) -> Iterator[str]:
    """Yield the C function of each rule."""
    names = [*op.inputs, *op.params]
    given = ", ".join(f"double {name}" for name in ("g", "y", *names))
    for position, (name, rule) in enumerate(zip(op.inputs, op.rules, strict=True)):
        if rule is not None:
            slope = rule_text(op, position, symbol("g"), symbol("y"), list(map(symbol, op.inputs)), parameters(op))
            yield function(f"{rule_name(op, name)}({given})", [f"return {slope};"])


def rule_name(op: Op, name: str) -> str:
    return f"rule_{op.name}" if len(op.inputs) == 1 else f"rule_{op.name}_{name}"


def applied(op: Op) -> Symbol:
    """Return the op on the elements of `x`, as text."""
    xs = tuple(symbol(f"x[{k}]") for k in range(len(op.inputs)))
    params = {name: symbol(f"x[{k}]") for k, name in enumerate(op.params, len(op.inputs))}
    return xs[0]._apply(op, xs, params)


def contributions(op: Op) -> str:
    """Return the statements that call the rules of an op."""
    given = ", ".join(["g", "y", *(f"x[{k}]" for k in range(len(op.inputs) + len(op.params)))])
    called = [
        f"to[{k}] = {rule_name(op, name)}({given});"
        for k, (name, rule) in enumerate(zip(op.inputs, op.rules, strict=True))
        if rule is not None
    ]
    return " ".join(called)


def function(signature: str, body: list[str]) -> str:
    return f"static inline double {signature} {{\n" + "".join(f"    {line}\n" for line in body) + "}\n"


def symbol(text: str) -> Symbol:
    return Symbol(text, spelling=C)


def parameters(op: Op) -> dict[str, Symbol]:
    return {name: symbol(name) for name in op.params}


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
        raise ValueError(f"spell_c.py cannot read `{ast.unparse(node)}`; write it with if, for, = and return")

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
        raise ValueError(f"spell_c.py cannot read `{ast.unparse(node)}`; write it with + - * /, comparisons and calls")

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


if __name__ == "__main__":
    main()
