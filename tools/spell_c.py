"""Write `autograd/native/rules.h`: every forward function and every rule of the elementwise table in C.

`python3 tools/spell_c.py` writes the file, which is checked in: building the engine then needs neither NumPy nor this
package. A test compares the file with what this script writes.

A rule is written down by applying it to symbols that are spelled for C. A forward function of `rules/` is translated
from its Python source, by `c_from_python.py`.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from typing import Final

import environment

if __name__ == "__main__":
    environment.enter()  # what is imported below needs NumPy

from autograd.engine.forms import Kind, Takes
from autograd.engine.op import BUILT_IN, Op
from autograd.operands.named_methods import NamedMethods
from autograd.operands.spelling import C
from autograd.operands.symbol import Symbol, rule_text
from c_from_python import Forwards, function, symbol

HEADER: Final = os.path.join(environment.ROOT, "autograd", "native", "rules.h")
OPENING: Final = """\
/* Written by tools/spell_c.py from the table of derivatives in autograd/rules/. Change the table, not this file.

   forward_relu(x)          the value of an op; where it is a sign or a function of the C library, C has it already
   rule_mul_a(g, y, a, b)   what the gradient g at the result y contributes to the input a */

#include <math.h>
#include <stdint.h>
#include "python_arithmetic.h"
"""


def main() -> None:
    with open(HEADER, "w", encoding="utf-8", newline="\n") as file:
        file.write(header())


def header() -> str:
    """Return the text of the header."""
    spelled = [op for op in BUILT_IN.values() if in_c(op)]
    lists = [op for op in BUILT_IN.values() if op.takes is Takes.LISTS]
    forwards = Forwards([op for op in spelled if C.functions and C.functions.get(op.name) == f"forward_{op.name}"])
    values = [f"    case {code(op)}: return {applied(op, 'x[{}]')};" for op in spelled]
    slopes = [f"    case {code(op)}: {contributions(op, 'x[{}]', 'TO({}, {});')} return;" for op in (*spelled, *lists)]
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
            "/* The names of the ops, in the order of their codes. */",
            f'#define NAMES "{" ".join(op.name for op in (*spelled, *lists))}"\n',
            "/* How many inputs (or lists) and parameters an op has, and the bits of its inputs with a rule. */",
            "static const struct { unsigned char inputs, params, ruled; } table[CODES] = {",
            *(f"    [{code(op)}] = {{{row(op)}}}," for op in (*spelled, *lists)),
            "};\n",
            "/* The most inputs and parameters that an op has, together. */",
            f"enum {{ MOST = {max(len(op.inputs) + len(op.params) for op in spelled)} }};\n",
            "/* The ops that are methods too, such as x.exp(): their names and codes, for a macro of two arguments. */",
            "#define METHODS(M) " + " ".join(f"M({op.name}, {code(op)})" for op in spelled if is_method(op)) + "\n",
            "/* Return the value of an op, where x has the inputs and behind them the parameters. */",
            "INLINE double forward(int code, const double *x) {\n    switch (code) {",
            *values,
            "    }\n    return NAN;\n}\n",
            "/* Add what the gradient g at the result y contributes to input k to sum[slot[k]]; slot 0: nothing. */",
            "INLINE void\nbackward(int code, double g, double y, const double *x, const uint32_t *slot, double *sum) {",
            "    #define TO(k, contribution) if (slot[k]) sum[slot[k]] += contribution",
            "    switch (code) {",
            *slopes,
            "    }\n    #undef TO\n}\n",
            *for_the_tape(spelled, lists),
        ]
    )


def for_the_tape(spelled: list[Op], lists: list[Op]) -> Iterator[str]:
    """Yield the section of the tape, which has an op's inputs and then its parameters as operands x0, x1, x2."""
    operand, call = "x{}", "TO({}, {})"
    each = [f"    OP({code(op)}, {applied(op, operand)}, {contributions(op, operand, call)})" for op in spelled]
    yield "/* --- for interpreter.c: the ops above, for arrays of samples --- */\n"
    yield "/* For a macro: the code of an op, its value, and TO(k, what g contributes to input k) for each k. */"
    yield "#define ELEMENTWISE_OPS(OP) \\"
    yield " \\\n".join(each) + "\n"
    yield "/* The same for an op of lists, without the value: x0 and x1 are elements of its lists. */"
    yield "#define LIST_OPS(OP) \\"
    yield " \\\n".join(f"    OP({code(op)}, {contributions(op, operand, call)})" for op in lists) + "\n"


def in_c(op: Op) -> bool:
    """Tell whether this is an elementwise op with rules that the spelling table has a word for."""
    known = {"where", *(C.functions or ()), *(C.infix or ())}
    return op.kind is Kind.ELEMENTWISE and op.takes is Takes.FIXED and bool(op.rules) and op.name in known


def row(op: Op) -> str:
    ruled = sum(1 << k for k, rule in enumerate(op.rules) if rule is not None)
    return f"{len(op.inputs)}, {len(op.params)}, {ruled}"


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


def operands(op: Op, form: str) -> list[str]:
    """Return the names in C of an op's inputs and then its parameters: `form` with 0, 1, ... in it."""
    return [form.format(k) for k in range(len(op.inputs) + len(op.params))]


def applied(op: Op, operand: str) -> Symbol:
    """Return the op on its operands, as text; `operand` is the form of their names."""
    xs = list(map(symbol, operands(op, operand)))
    count = len(op.inputs)
    return xs[0]._apply(op, tuple(xs[:count]), dict(zip(op.params, xs[count:], strict=True)))


def contributions(op: Op, operand: str, written: str) -> str:
    """Return the calls of the rules of an op, each written in this form with the place of its input."""
    given = ", ".join(["g", "y", *operands(op, operand)])
    rules = zip(op.inputs, op.rules, strict=True)
    return " ".join(
        written.format(k, f"{rule_name(op, name)}({given})") for k, (name, rule) in enumerate(rules) if rule is not None
    )


def parameters(op: Op) -> dict[str, Symbol]:
    return {name: symbol(name) for name in op.params}


if __name__ == "__main__":
    main()
