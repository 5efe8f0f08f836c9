"""Turn steps into plain data that JSON can hold: for files, and for the script of the player."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from ..picture.number_format import as_number, format_block, norm
from .step import Flow, Step, table_rows

MOST_ELEMENTS: Final = 1_000  # of an array that is written in full


def plain_data(
    steps: Iterable[Step],
    seeds: Mapping[str, Any],
    begun: Mapping[str, Any],
    earlier: Mapping[str, Any],
    arrays: bool,
) -> dict[str, Any]:
    """Return the steps as dicts and lists, with what the page shows of them as `words`.

    All by name: `seeds` are the gradients that the sweep begins with at the roots, `begun` the same with what earlier
    sweeps left there, and `earlier` the gradients that earlier sweeps left on leaves. `arrays` adds the rules and the
    summed dimensions, which only arrays need.
    """
    one = len(seeds) == 1
    return {
        **({"seed": _gradient(*seeds.values())} if one else {"seeds": _gradients(seeds), "begun": _gradients(begun)}),
        "earlier": _gradients(earlier),
        "steps": [_step(step, arrays) for step in steps],
    }


def _gradients(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _gradient(gradient) for name, gradient in found.items()}


def _gradient(gradient: Any) -> dict[str, Any]:
    return {"gradient": _exact(gradient), "words": format_block(gradient)}


def _step(step: Step, arrays: bool) -> dict[str, Any]:
    return {
        "number": step.number,
        "node": step.name,
        "op": step.op,
        "made": step.made,
        "data": _exact(step.data),
        "gradient": _exact(step.gradient),
        "words": {"gradient": format_block(step.gradient), "text": str(step), "rows": list(table_rows(step))},
        "flows": [_flow(flow, arrays) for flow in step.flows],
    }


def _flow(flow: Flow, arrays: bool) -> dict[str, Any]:
    return {
        "input": flow.name,
        "position": flow.position,
        "words": {"after": format_block(flow.after)},
        "formula": flow.formula,
        "local": _exact(flow.local),
        "contribution": _exact(flow.contribution),
        "before": _exact(flow.before),
        "after": _exact(flow.after),
        **({"rule": flow.rule, "summed": list(flow.summed)} if arrays else {}),
    }


def _exact(x: Any) -> Any:
    """Return numbers with every digit, inf and nan as text, which JSON has no numbers for, and arrays as nested lists.

    An array of more than MOST_ELEMENTS elements is given by its shape and norm.
    """
    if isinstance(x, np.ndarray) and x.ndim:
        if x.size > MOST_ELEMENTS:
            return {"shape": list(x.shape), "norm": _exact(norm(x))}
        return _exact(x.tolist())
    if isinstance(x, list):
        return [_exact(each) for each in x]
    number = as_number(x)
    return number if number is None or abs(number) < float("inf") else repr(number)
