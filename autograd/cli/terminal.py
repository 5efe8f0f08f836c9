"""The command line: it reads an expression and its values, and shows the steps of backprop.

This file decides what a person can type. It also handles output that is not a terminal, that can hold only ASCII, or
that is closed early.
"""

from __future__ import annotations

import argparse
import codecs
import io
import os
import re
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn

from ..engine.node import Node
from ..engine.op import OPS
from ..graph.naming import graph
from ..graph.program import Program
from ..see.picture.formulas import op_formula
from ..see.picture.number_format import format_number
from ..see.picture.plain_text import shorten
from ..see.steps.exercise import Practice, practice
from ..see.steps.stepper import Stepper
from .expression import LISTS, Expression, functions, parse, variable_name
from .syntax import ExpressionError

QUIT: Final = "q"  # the end of the input means the same
HELP: Final = """\
  Enter   the next step            b      one step back
  g 5     go to step 5 (0: start)  a      all steps, as a table
  ?       this help                q      quit"""
PRACTICE_HELP: Final = """\
  a number such as 0.5, -3, 1e-2 or 1/2 is an answer
  r       reveal this one          a      the whole table so far
  ?       this help                q      quit"""
ASCII: Final = {
    "–": "-",
    "×": "x",
    "→": ">",
    "…": "...",
    "−": "-",
}  # mostly of the same length, so that columns stay aligned
SHOWN: Final = 16  # at most so many nodes in the line of gradients


class Refused(Exception):
    """The command line cannot be carried out; the message says why to the person who typed it."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message}\n(python -m autograd --help shows all options)")


def main(argv: Sequence[str]) -> int:
    """Run the command line and return the exit code.

    0 means success, 1 a file that cannot be written, 2 bad input, 130 an interruption by Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            codecs.register_error("autograd-ascii", _in_ascii)
            stream.reconfigure(errors="autograd-ascii")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    try:
        _run(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
    except (Refused, ExpressionError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:  # `| head` has closed the output
        _discard_output()
        return 0
    except OSError as error:
        if error.filename is None:
            _discard_output()
        place = f" {error.filename}" if error.filename else " the output"
        print(f"error: cannot write{place}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


def _discard_output() -> None:
    """Redirect stdout to the null device: else Python reports at exit that the rest cannot be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(ASCII.get(c, "?") for c in error.object[error.start : error.end]), error.end


def _parser() -> _Parser:
    known = textwrap.fill(f"functions: {', '.join([*functions(), *LISTS])}", 80)
    parser = _Parser(
        prog="python -m autograd",
        usage="python -m autograd EXPRESSION [name=value ...] [--svg FILE] [--html FILE] [--program] [--practice]",
        description="Step through backprop on an expression of your own. In a terminal, Enter takes\n"
        "the next step; otherwise the whole table is printed.",
        epilog=f"""\
examples:
  python -m autograd "tanh(w*x + b)" w=-3 x=2 b=6.88
  python -m autograd "h = relu(w*x); (h - 1)**2" w=0.5 x=3 --html steps.html

{known}
{", ".join(LISTS)} take lists: sum([x, y, 2]), dot([w1, w2], [x1, x2]).
where(x > 0, a, b) chooses. pi, e, inf and nan have their values, unless you give them others.
After -- no word is an option: python -m autograd -- -h h=1""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("expression", help='in quotes: "tanh(w*x + b)", or lines: "h = tanh(w*x); h*h + b"')
    parser.add_argument("values", nargs="*", metavar="name=value", help="a number for each name: w=-3 x=1e-2")
    parser.add_argument("--svg", metavar="FILE", help="write the picture of the graph, gradients filled in")
    parser.add_argument("--html", metavar="FILE", help="write the player: a page with the picture and every step")
    parser.add_argument("--program", action="store_true", help="print the graph as Python source instead of the steps")
    parser.add_argument("--practice", action="store_true", help="ask for the numbers instead of showing them")
    return parser


def _options_first(argv: Sequence[str]) -> list[str]:
    """Return options, then `--`, then the other words; else argparse would take the expression "-x" for an option."""
    options: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += words
        elif word in ("--svg", "--html"):
            options += [word, *[each for each in [next(words, None)] if each is not None]]
        elif word == "-h" or re.fullmatch(r"--[a-z]{2,}(=.*)?", word, re.DOTALL):
            options.append(word)
        else:
            rest.append(word)
    return [*options, "--", *rest]


def _run(argv: Sequence[str]) -> None:
    asked = _parser().parse_args(_options_first(argv))
    expression = parse(_decoded(asked.expression), assignments([_decoded(word) for word in asked.values]))
    _write(expression, {".svg": asked.svg, ".html": asked.html})
    interactive = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    if asked.program:
        print(_source(expression), end="")
    if asked.practice:
        task = practice(expression.root)
        if interactive:
            _practise(task)
        else:
            print("\n".join([str(task), "", *task.questions()]))
    elif not asked.program:
        stepper = Stepper(expression.root)
        if interactive:
            _step(stepper)
        else:
            print(stepper)


def _decoded(word: str) -> str:
    """Decode a word as UTF-8, also where the locale is ASCII; people type Greek letters there too."""
    return os.fsencode(word).decode(errors="surrogateescape")


def assignments(words: Sequence[str]) -> dict[str, float]:
    """Read words such as "w=-3" and return the numbers by name. Raise Refused for a word that is not name=number."""
    found: dict[str, float] = {}
    for word in words:
        name, equals, number = word.partition("=")
        if not equals:
            raise Refused(f"{word[:40]!r} is not name=value; write the expression first, in quotes, then name=value …")
        name = variable_name(name.strip())
        if name in found:
            raise Refused(f"{name} is given a value twice; give it once")
        try:
            found[name] = float(number)
        except ValueError:
            raise Refused(
                f"the value of {name} is not a number: {number[:40]!r}; expected one such as -3 or 1e-2"
            ) from None
    return found


def _write(expression: Expression, files: dict[str, str | None]) -> None:
    for suffix, file in files.items():
        if file is None:
            continue
        if Path(file).suffix.lower() != suffix:
            raise Refused(f"--{suffix[1:]} writes a file whose name ends in {suffix}, got {file!r}")
        stepper = Stepper(expression.root)
        if suffix == ".svg":
            stepper.finish()  # so that the picture has all gradients
        try:
            stepper.save(file)
        except OSError as error:
            raise OSError(error.errno, error.strerror, file) from None
        except ValueError as error:  # the name contains a null byte
            raise Refused(f"cannot write {file!r}: {error}") from None
        print(f"wrote {file}", file=sys.stderr)


def _source(expression: Expression) -> str:
    inside = set(graph(expression.root))
    inputs = {name: leaf for name, leaf in expression.variables.items() if leaf in inside}
    program = Program(expression.root, list(inputs.values()))
    used = sorted({name for name in re.findall(r"\b(\w+)\(", program.source) if name in OPS})
    numbers = [name for name in ("inf", "nan") if re.search(rf"\b{name}\b", program.source)]
    at = ", ".join(f"{name}={leaf.data!r}" for name, leaf in zip(program.inputs, inputs.values(), strict=True))
    lines = [f"from math import {', '.join(numbers)}\n"] if numbers else []
    lines += [f"from autograd import {', '.join(used)}\n"] if used else []
    lines += ["\n\n"] if lines else []
    lines += [program.source, f"\n\n# forward({at}) is {expression.root.data!r}\n"]
    fixed = [name for name in expression.variables if name not in inputs]
    if fixed:
        lines.append(f"# {', '.join(fixed)} only chose between branches: the source has the branch that was taken\n")
    return "".join(lines)


def _ask(prompt: str) -> str:
    """Ask for a line and return it; `q` at the end of the input (Ctrl-D)."""
    print(prompt, end="", flush=True)
    line = sys.stdin.readline()
    if not line:
        print()
        return QUIT
    return line.strip()


def _step(stepper: Stepper) -> None:
    print("\n".join(_forward(stepper)))
    print(f"{len(stepper)} steps back. Enter: next, b: back, ?: help, q: quit")
    moves: dict[str, Callable[[], object]] = {"": stepper.next, "n": stepper.next, "b": stepper.back}
    while (typed := _ask(f"[{stepper.position}/{len(stepper)}] > ").lower()) != QUIT:
        go = re.fullmatch(r"g\s*(\d{1,9})", typed)
        if typed == "a":
            print(stepper)
            continue
        if typed not in moves and not go:
            print(HELP)
            continue
        try:
            _ = stepper.goto(int(go[1])) if go else moves[typed]()
        except IndexError as error:
            print(error)
            continue
        print(stepper.step or "at the start: no step is taken")
        print(_gradients(stepper))


def _forward(stepper: Stepper) -> list[str]:
    """Return the forward pass, one line per node, 40 lines at most."""
    lines = []
    for node in graph(stepper.root):
        how = shorten(op_formula(node, stepper.names), 60)
        lines.append(" = ".join([f"  {stepper.names[node]}", *([how] if how else []), format_number(node.item())]))
    return lines if len(lines) <= 40 else [*lines[:39], f"  … and {len(lines) - 39} more"]


def _gradients(stepper: Stepper) -> str:
    """Return the gradients so far in one line, leaves first, because they are the result that people look for."""
    arrived = stepper.gradients()
    nodes: list[Node] = sorted(stepper.names, key=lambda node: node.op is not None)
    words = [f"{stepper.names[node]} {format_number(arrived.get(node))}" for node in nodes[:SHOWN]]
    return "gradients so far: " + ", ".join(words) + (", …" if len(nodes) > SHOWN else "")


def _practise(task: Practice) -> None:
    print("\n".join(_forward(task.stepper)))
    print(f"{len(task)} questions. ?: help, q: quit")
    while task.question is not None:
        number = task.score[1] + 1
        print(f"\nquestion {number} of {len(task)}, {task.question}")
        while task.score[1] < number:
            typed = _ask("> ")
            if typed.lower() == QUIT:
                break
            if typed.lower() == "a":
                print(task)
            elif typed.lower() == "r":
                print(task.reveal())
            elif typed in ("", "?"):
                print(PRACTICE_HELP)
            else:
                print(task.answer(typed))
        else:
            continue
        break
    else:
        print(f"\n{task}")
    print("right at the first try: {} of {}".format(*task.score))
