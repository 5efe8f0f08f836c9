"""`main` runs the command line: it reads the arguments, writes the steps, and returns the exit code.

It also handles output that is not a terminal, that can hold only ASCII, or that is closed early.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..engine.op import OPS
from ..engine.sweep import graph_nodes
from ..graph.program import Program
from ..see.steps.practice_graph import practice
from ..see.steps.practice_marking import mark_file
from ..see.steps.stepper import Stepper
from .arguments import Refused, read_arguments
from .expression import Expression, parse
from .interactive import practise, step_through
from .syntax import ExpressionError

# Replacements in output that can hold only ASCII; those that occur in tables have the same length.
ASCII: Final = {"–": "-", "×": "x", "→": ">", "…": "...", "−": "-"}


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


def _run(argv: Sequence[str]) -> None:
    asked = read_arguments(argv)
    if asked.mark:
        _mark(asked.mark, [asked.expression, *asked.values])
        return
    expression = parse(asked.expression, asked.values)
    _write(expression, {".svg": asked.svg, ".html": asked.html})
    interactive = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    if asked.program:
        print(_source(expression), end="")
    if asked.practice:
        task = practice(expression.root, phase=asked.phase)
        if interactive:
            practise(task)
        else:
            print("\n".join([str(task), "", *filter(None, [task.left_out]), *task.questions()]))
    elif not asked.program:
        stepper = Stepper(expression.root)
        if interactive:
            step_through(stepper)
        else:
            print(stepper)


def _mark(answers: str, results: Sequence[str]) -> None:
    """Print the marks of each result of a practice page."""
    for result in results:
        try:
            marks = mark_file(answers, Path(result).read_text(encoding="utf-8"))
        except OSError as error:
            raise Refused(f"cannot read {error.filename}: {error.strerror}") from None
        except ValueError as error:  # also a file that is not text
            raise Refused(f"{result}: {error}") from None
        print("\n".join([*([f"{result}:"] if len(results) > 1 else []), str(marks)]))


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
    """Return the graph as a Python program that runs as it stands, with its imports."""
    inside = set(graph_nodes(expression.root))
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
