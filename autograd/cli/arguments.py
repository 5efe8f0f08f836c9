"""Parse the command-line arguments: the expression, the values of its variables, the options."""

from __future__ import annotations

import argparse
import os
import re
import textwrap
from collections.abc import Sequence
from typing import NoReturn

from ..see.steps.practice_graph import PHASES
from .expression import LISTS, functions, variable_name


class Refused(Exception):
    """The command line cannot be carried out; the message says why to the person who typed it."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message}\n(python -m autograd --help shows all options)")


def read_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Read the words of the command line; `values` are numbers by name. Raise Refused for words that make no sense.

    With `--mark`, `expression` and `values` are the names of files.
    """
    asked = _parser().parse_args(_options_first(argv))
    if asked.phase and not asked.practice:
        raise Refused(f"--phase {asked.phase} chooses the questions of --practice: add --practice, or leave it out")
    asked.phase = asked.phase or PHASES[0]
    asked.expression = _decoded(asked.expression)
    words = [_decoded(word) for word in asked.values]
    asked.values = words if asked.mark else assignments(words)
    return asked


def _parser() -> _Parser:
    known = textwrap.fill(f"functions: {', '.join([*functions(), *LISTS])}", 80)
    parser = _Parser(
        prog="python -m autograd",
        usage="python -m autograd EXPRESSION [name=value ...] [--svg FILE] [--html FILE] [--program]\n"
        "                          [--practice] [--phase PHASE]\n"
        "       python -m autograd --mark ANSWERS RESULT ...",
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
    parser.add_argument("--phase", choices=PHASES, help=f"of --practice: {', '.join(PHASES)}")
    parser.add_argument(
        "--mark", metavar="ANSWERS", help="mark results of a practice page, text files, with its answers"
    )
    return parser


def _options_first(argv: Sequence[str]) -> list[str]:
    """Return options, then `--`, then the other words; else argparse would take the expression "-x" for an option."""
    options: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += words
        elif word in ("--svg", "--html", "--phase", "--mark"):
            options += [word, *[each for each in [next(words, None)] if each is not None]]
        elif word == "-h" or re.fullmatch(r"--[a-z]{2,}(=.*)?", word, re.DOTALL):
            options.append(word)
        else:
            rest.append(word)
    return [*options, "--", *rest]


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
