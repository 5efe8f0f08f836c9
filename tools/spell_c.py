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

   forward_relu(x)          the value of an op; + and exp need no function, because C has them
   forward_dot(find, ...)   the value of an op of lists; `find` finds its operands
   rule_mul_a(g, y, a, b)   what the gradient g at the result y contributes to the input a */

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Copy a function into each of its callers: where the code of the op is a constant, only its case remains. */
#define INLINE static inline Py_ALWAYS_INLINE

/* Where the value of an operand is, and where its gradient is added up: NULL if it gets none. */
typedef struct { const double *x; double *to; } Operand;

/* A function that returns operand k of an op; `from` is the object that has the operands, such as a node. */
typedef Operand Find(const void *from, size_t k);
"""
FORWARD: Final = """\
/* Compute the values of an op for as many samples as there are lanes: y[l] from x[0][l], x[1][l], ..., which are the
   inputs and then the parameters. */
INLINE void forward(int code, int lanes, double *restrict y, const double *const *x) {
    #define EACH(value) for (int l = 0; l < lanes; l++) y[l] = value
    switch (code) {"""
BACKWARD: Final = """\
/* Add to to[k] what the gradients g at the results y contribute to input k, for as many samples as there are lanes;
   skip an input whose to[k] is NULL. For an op of lists, input k is one element of list k. */
INLINE void
backward(int code, int lanes, const double *g, const double *y, const double *const *x, double *const *to) {
    #define TO(k, contribution) \\
        if (to[k]) { double *restrict sum = to[k]; for (int l = 0; l < lanes; l++) sum[l] += contribution; }
    switch (code) {"""
LIST_FORWARD: Final = """\
/* Return the value of an op of lists. It has `count` operands: the elements of the first list, then of the next. */
INLINE double list_forward(int code, Find *find, const void *from, size_t count) {
    switch (code) {"""


def main() -> None:
    text = header()
    with open(HEADER, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    print("wrote autograd/native/rules.h; `python3 tools/test.py` builds the compiled engine from it")


def header() -> str:
    """Return the text of the header."""
    spelled = [op for op in BUILT_IN.values() if in_c(op)]
    lists = [op for op in BUILT_IN.values() if op.takes is Takes.LISTS]
    every = [*spelled, *lists]
    return "\n".join(
        [
            OPENING,
            *Forwards([op for op in every if is_translated(op)]).written,
            *(rule for op in every for rule in rules(op)),
            "/* The codes of the ops. ELEMENTWISE is the end of the elementwise ops, and CODES that of all. */",
            "enum {\n    LEAF,",
            *(f"    {code(op)}," for op in spelled),
            "    ELEMENTWISE,",
            *(f"    {code(op)}{' = ELEMENTWISE' * (op is lists[0])}," for op in lists),
            "    CODES\n};\n",
            "/* The names of the ops, in the order of their codes. */",
            f'#define NAMES "{" ".join(op.name for op in every)}"\n',
            "/* How many inputs (or lists) and parameters an op has. */",
            "static const struct { unsigned char inputs, params; } table[CODES] = {",
            *(f"    [{code(op)}] = {{{len(op.inputs)}, {len(op.params)}}}," for op in every),
            "};\n",
            "/* The most inputs and parameters that an op has, together. */",
            f"enum {{ MOST = {max(len(op.inputs) + len(op.params) for op in every)} }};\n",
            "/* The ops that are methods too, such as x.exp(): their names and codes, for a macro of two arguments. */",
            "#define METHODS(M) " + " ".join(f"M({op.name}, {code(op)})" for op in spelled if is_method(op)) + "\n",
            FORWARD,
            *(f"    case {code(op)}: EACH({value(op)}); return;" for op in spelled),
            "    }\n    #undef EACH\n}\n",
            BACKWARD,
            *(f"    case {code(op)}: {contributions(op)} return;" for op in every),
            "    }\n    #undef TO\n}\n",
            LIST_FORWARD,
            *(f"    case {code(op)}: return forward_{op.name}(find, from, count);" for op in lists),
            "    }\n    return NAN;\n}\n",
        ]
    )


def in_c(op: Op) -> bool:
    """Tell whether this is an elementwise op with rules that the spelling table has a word for."""
    known = {*(C.functions or ()), *(C.infix or ())}
    return op.kind is Kind.ELEMENTWISE and op.takes is Takes.FIXED and bool(op.rules) and op.name in known


def is_translated(op: Op) -> bool:
    """Tell whether the forward function of an op is in the header, and not in the C library."""
    return op.takes is Takes.LISTS or (C.functions or {}).get(op.name) == f"forward_{op.name}"


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


def operands(op: Op) -> list[str]:
    """Return an op's inputs and then its parameters in C, of sample l."""
    return [f"x[{k}][l]" for k in range(len(op.inputs) + len(op.params))]


def value(op: Op) -> str:
    """Return the op on its operands."""
    if is_translated(op):  # `where` too: the compiler reads both a and b for a call, and so takes several at once
        return f"forward_{op.name}({', '.join(operands(op))})"
    return str(op(*map(symbol, operands(op))))


def contributions(op: Op) -> str:
    """Return the calls of the rules of an op, each with the place of its input."""
    given = ", ".join(["g[l]", "y[l]", *operands(op)])
    rules = zip(op.inputs, op.rules, strict=True)
    return " ".join(
        f"TO({k}, {rule_name(op, name)}({given}));" for k, (name, rule) in enumerate(rules) if rule is not None
    )


def parameters(op: Op) -> dict[str, Symbol]:
    return {name: symbol(name) for name in op.params}


if __name__ == "__main__":
    main()
