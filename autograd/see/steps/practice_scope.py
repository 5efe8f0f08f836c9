"""Choose what an exercise asks: the questions about some nodes, or of a large graph a part that stands for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...engine.node import Node
from ...engine.text import shown
from ...graph.outline import Part, PartKind, outline
from ..picture.selection import on_path
from .practice_plan import Ask

MOST_QUESTIONS: Final = 60  # of a graph that is asked for as a whole

Only = Node | Sequence[Node] | tuple[Node, Node] | None


@dataclass(frozen=True, slots=True)
class Scope:
    """The numbers that are asked, and a sentence about what is left out; empty where nothing is."""

    asks: tuple[Ask, ...]
    left_out: str = ""


def scope(asks: Sequence[Ask], nodes: Sequence[Node], root: Node, only: Only) -> Scope:
    """Return what is asked. `nodes` are those of the graph, oldest first.

    Raise TypeError where `only` holds no nodes, and ValueError where there is no question about it.
    """
    if only is not None:
        chosen = _chosen(only, nodes)
        found = tuple(ask for ask in asks if ask.about in chosen)
        if not found:
            raise ValueError(
                "only= leaves no question: the exercise asks for gradients of nodes that want one, and forward for the "
                "results of ops; choose such nodes"
            )
        return Scope(found)
    if len(asks) <= MOST_QUESTIONS:
        return Scope(tuple(asks))
    kept, pieces = _exemplars(outline([root], nodes, units=True))
    folded = [ask for ask in asks if _users(ask) <= kept]
    found = _first_whole_steps(folded)
    how = [f"of {pieces[0]} it asks about the first"] if pieces else []
    if len(pieces) > 1:
        how = [f"of equal pieces, such as {pieces[0]} and {pieces[1]}, it asks about the first"]
    if len(found) < len(folded):
        how.append(f"it ends after {len(found)} questions")
    why = "; ".join(how) or "no ops repeat in it"
    return Scope(
        found,
        f"The exercise asks {len(found)} of {len(asks):,} questions: {why}. "
        "practice(root, only=node) or only=(a, b) asks about other nodes.",
    )


def _users(ask: Ask) -> set[Node]:
    """Return the results of ops that a question is about."""
    if ask.parts:
        return {user for user, _ in ask.parts}
    return {ask.about if ask.step is None else ask.step.node}


def _chosen(only: Any, nodes: Sequence[Node]) -> set[Node]:
    """Return the nodes that `only` names; of a path (a, b) what lies between the two, a with it."""
    given = [only] if isinstance(only, Node) else list(only) if isinstance(only, Iterable) else [only]
    graph = set(nodes)
    for node in given:
        if not isinstance(node, Node):
            raise TypeError(f"only= takes a node, a list of nodes or a path (a, b), got {type(node).__name__}")
        if node not in graph:
            raise ValueError(f"only= takes nodes of the root's graph, and {shown(node)} is not one of them")
    if not given:
        raise ValueError("only= got an empty list; give it a node, or leave it out")
    if not isinstance(only, tuple):
        return set(given)
    if len(given) != 2:
        raise ValueError(f"a path is a pair (a, b), got {len(given)} nodes; put single nodes in a list")
    start, end = given
    found = on_path(start, end, nodes)
    if not found:
        raise ValueError("only=(a, b) is the path from a to b, and b does not depend on a; swap or change them")
    return found


def _exemplars(parts: Sequence[Part | Node]) -> tuple[set[Node], list[str]]:
    """Return the ops of the first of equal pieces, without those elided in long rows, and what is folded."""
    kept: set[Node] = set()
    pieces: dict[str, None] = {}
    walk: list[Part | Node] = list(parts)
    for part in walk:
        if isinstance(part, Node):
            kept.add(part)
        elif part.kind is not PartKind.STRETCH:
            walk += part.children or part.nodes
            if part.repeats > 1:
                pieces[f"{part.repeats:,} × {part.title}"] = None
    return kept, list(pieces)


def _first_whole_steps(asks: Sequence[Ask]) -> tuple[Ask, ...]:
    """Return the questions up to the limit, without a step that the limit would cut; of a single step all."""
    if len(asks) <= MOST_QUESTIONS:
        return tuple(asks)
    end = MOST_QUESTIONS
    while end and _of_one_step(asks[end - 1], asks[end]):
        end -= 1
    return tuple(asks[: end or MOST_QUESTIONS])


def _of_one_step(a: Ask, b: Ask) -> bool:
    """Tell whether two questions are about one step. Nodes are compared by `is`, because == compares their data."""
    if a.step is None or b.step is None:
        return a.step is b.step and a.about is b.about
    return a.step.number == b.step.number
