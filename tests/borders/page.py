"""The table of borders as a page of the docs: what each function does with each kind of operand."""

from __future__ import annotations

from typing import Final

from .cells import KINDS, cells, compute
from .refusals import REFUSALS, Refusal, refusal
from .rows import FUNCTIONS, METHOD_ROWS, TABLE_ROWS, function_of

# The public names that have no row, each with the reason.
_MAKES = "makes something of sizes and settings"
_MODE = "is a mode of this table, or looks at a graph as one does"
_CLASS = "is a class of results, settings or stand-ins"
_DTYPE = "is a dtype"
_TOOL = "is a tool that the networks are built with"
NO_OPERAND: Final[dict[str, str]] = {
    **dict.fromkeys((
        "arange", "eye", "full", "linspace", "one_hot", "ones", "zeros", "rand", "randint", "randn", "randperm",
        "manual_seed", "default_generator", "set_default_dtype", "text_table", "derivative_table",
    ), _MAKES),
    **dict.fromkeys(("replace_file", "noted_call"), _TOOL),
    **dict.fromkeys((
        "grad", "value_and_grad", "jvp", "hvp", "vjp", "derivative", "jacobian", "hessian", "check_gradients",
        "Program", "Stepper", "zoom", "draw", "practice", "rehearse", "op", "no_grad", "enable_grad", "detect_anomaly",
        "adopt", "is_data", "printable", "shown", "live", "explain_order",
    ), _MODE),
    **dict.fromkeys((
        "AnomalyError", "Drawing", "Dual", "GradientError", "LivePage", "Op", "Practice", "Step", "Symbol", "Table",
        "Value",
    ), _CLASS),
    **dict.fromkeys(("float16", "float32", "float64", "int32", "int64", "long"), _DTYPE),
}  # fmt: skip

HIDDEN: Final = {"float64 of bools", "ComplexNumber", "Symbol"}  # not a kind of operand that users have

TEXT: Final = """\
# Borders

Generated from the table of tests by `%s`; `tests/borders/` computes each cell.

Which function takes which kind of operand: numbers, lists, arrays of each dtype, nodes, and dicts of parameters. Each
cell stands for every mode that the kind has:

- `float` to `complex` and `dict`: a plain call, `grad`, `jvp`, `hvp` and `grad` of `grad`. A dict is the argument of
  the function that is differentiated, and the function takes an entry of it.
- `Value` and Tensors of floats: these, `Program`, `zoom` and `Stepper`.
- Tensors of integers and bools: a plain call, `Program` and `zoom`.
- `Dual`: one forward step, which is what `jvp` does.

A `✓` is right in all of them: the value is that of NumPy or mpmath, and the derivatives are those of differences. A
number is a refusal in all of them, and `✓` with a number is right but for the modes that the refusal names.

%s

The refusals are these. Each sentence says what was got, what was expected and what to do.

%s

## Functions

%s

## Methods

%s

What stands in for numbers inside of the engine is tested as well: the complex numbers of `check_gradients`, which takes
differences where an op has no analytic continuation, and the symbols from which formulas are written.
"""


def page(command: str) -> str:
    """The text of docs/borders.md."""
    refusals = [each for each in REFUSALS if not each.may]
    said = _sentences()
    listed = "\n".join(
        f"{k}. {each.what}. Remedy: {each.remedy}.\n   `{each.error.__name__}: {said[each]}`"
        for k, each in enumerate(refusals, 1)
    )
    short = "A `·` is no cell: the row computes with the operand itself, and so needs one that has a shape."
    return TEXT % (command, short, listed, _table([*FUNCTIONS]), _table([*METHOD_ROWS]))


def _sentences() -> dict[Refusal, str]:
    """Return the words of each refusal in the first cell that it names."""
    said: dict[Refusal, str] = {}
    for name in TABLE_ROWS:
        for cell in cells(name):
            found = refusal(cell)
            if found is not None and found not in said:
                try:
                    compute(cell)
                except Exception as error:  # judged by the tests
                    said[found] = " ".join(str(error).split())
    return said


def _table(names: list[str]) -> str:
    """A table with one line for all functions whose cells are the same."""
    marks: dict[str, dict[str, set[str]]] = {}
    for name in names:
        marks_of = marks.setdefault(function_of(name), {})
        for cell in cells(name):
            found = refusal(cell)
            mark = "✓" if found is None or found.may else str(REFUSALS.index(found) + 1)
            marks_of.setdefault(cell.kind, set()).add(mark)
    kinds = [kind for kind in KINDS if kind not in HIDDEN and any(kind in of for of in marks.values())]
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, of in marks.items():
        texts = [
            " ".join(sorted(of.get(kind, {"·"}), key=lambda mark: (mark != "✓", len(mark), mark))) for kind in kinds
        ]
        groups.setdefault(tuple(texts), []).append(f"`{name}`")
    rows = [f"| {', '.join(group)} | {' | '.join(texts)} |" for texts, group in groups.items()]
    return "\n".join([f"| functions | {' | '.join(kinds)} |", "|---" * (len(kinds) + 1) + "|", *rows])
