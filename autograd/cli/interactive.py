"""Stepping and practising in a terminal: ask for a line, act on it, show the result."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Final

from ..engine.node import Node
from ..engine.sweep import graph_nodes
from ..see.picture.formulas import op_formula
from ..see.picture.number_format import format_number
from ..see.picture.plain_text import shorten
from ..see.steps.practice_graph import Practice
from ..see.steps.stepper import Stepper

QUIT: Final = "q"  # the end of the input means the same
HELP: Final = """\
  Enter   the next step            b      one step back
  g 5     go to step 5 (0: start)  a      all steps, as a table
  ?       this help                q      quit"""
PRACTICE_HELP: Final = """\
  a number such as 0.5, -3, 1e-2 or 1/2 is an answer
  h       a hint; again: more      r      reveal this one
  a       the whole table so far   s      the result so far as text
  ?       this help                q      quit"""
MOST_GRADIENTS: Final = 16  # in the line of gradients so far


def step_through(stepper: Stepper) -> None:
    """Step through the sweep as the person asks, until they quit."""
    print("\n".join(_forward(stepper)))
    print(f"The backward pass has {len(stepper)} steps. Enter: next step, b: one step back, ?: help, q: quit")
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


def practise(task: Practice) -> None:
    """Ask one question after the other, until all are answered or the person quits."""
    if task.phase == "backward":  # in the others, these numbers are asked for
        print("\n".join(_forward(task.stepper)))
    print(" ".join(filter(None, [task.left_out, f"{len(task)} questions. ?: help, q: quit"])))
    while task.question is not None:
        print(f"\nquestion {task.score[1] + 1} of {len(task)}, {task.question}")
        if not _answered(task):
            break
    else:
        print(f"\n{task}")
    print("right at the first try: {} of {}".format(*task.score))


def _answered(task: Practice) -> bool:
    """Ask until the present question is answered or revealed; return False when the person quits."""
    asked = task.score[1]
    commands: dict[str, Callable[[], object]] = {
        "a": lambda: task, "h": task.hint, "r": task.reveal, "s": task.result, "": lambda: PRACTICE_HELP,
        "?": lambda: PRACTICE_HELP,
    }  # fmt: skip
    while task.score[1] == asked:
        typed = _ask("> ")
        if typed.lower() == QUIT:
            return False
        command = commands.get(typed.lower())
        print(command() if command else task.answer(typed))
    return True


def _ask(prompt: str) -> str:
    """Ask for a line and return it; `q` at the end of the input (Ctrl-D)."""
    print(prompt, end="", flush=True)
    line = sys.stdin.readline()
    if not line:
        print()
        return QUIT
    return line.strip()


def _forward(stepper: Stepper) -> list[str]:
    """Return the forward pass, one line per node, 40 lines at most."""
    lines = []
    for node in graph_nodes(*stepper.roots):
        how = shorten(op_formula(node, stepper.names), 60)
        lines.append(" = ".join([f"  {stepper.names[node]}", *([how] if how else []), format_number(node.item())]))
    return lines if len(lines) <= 40 else [*lines[:39], f"  … and {len(lines) - 39} more"]


def _gradients(stepper: Stepper) -> str:
    """Return the gradients so far in one line, leaves first, because they are the result that people look for."""
    arrived = stepper.gradients()
    nodes: list[Node] = sorted(stepper.names, key=lambda node: node.op is not None)
    words = [f"{stepper.names[node]} {format_number(arrived.get(node))}" for node in nodes[:MOST_GRADIENTS]]
    return "gradients so far: " + ", ".join(words) + (", …" if len(nodes) > MOST_GRADIENTS else "")
