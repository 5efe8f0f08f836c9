"""Program: a recorded graph written down as straight-line Python, forward and backward, and run.

The forward lines are the ops as Python spells them; the backward lines are the derivative rules applied to symbols,
in the order of the sweep. So the source is the same computation to the bit, and it runs on arrays as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import numpy as np

from .naming import names, terms
from .node import Node
from .op import OPS, SUM, Op
from .sweep import topology
from .symbol import Symbol, literal, rule_text, written
from .value import Value


class Program:
    """The computation from `inputs` to `root` as Python source.

    `source` is the text: `forward(...)` and `value_and_grad(...)`. Calling the program with one number or array per
    input gives the value; with arrays, each element is a sample of its own, and so is each element of its gradients.
    Every other leaf of the graph is written into the source as the number it holds now, and so is every mask of a
    `where` and every `if` that Python took on the way: a graph has no branches. Ops with branches inside, such as relu,
    maximum and clip, are right everywhere. ValueError where an input
    is not part of the graph, or the graph has more than `max_nodes` nodes.

    >>> x = Value(3.0, label="x")
    >>> program = Program(x * x + 1, [x])
    >>> program(5.0), program.value_and_grad(5.0)
    (26.0, (26.0, [10.0]))
    """

    __slots__ = ("_forward", "_masked", "_value_and_grad", "inputs", "source")

    def __init__(self, root: Node, inputs: Node | Sequence[Node], max_nodes: int = 20_000) -> None:
        inputs = [inputs] if isinstance(inputs, Node) else list(inputs)
        for each in (root, *inputs):
            if not isinstance(each, Value):
                raise TypeError(f"a Program is of Values: expected a Value, got {type(each).__name__}")
        nodes = topology(root)
        if len(nodes) > max_nodes:
            raise ValueError(
                f"the graph has {len(nodes):,} nodes, more than max_nodes={max_nodes:,}; write down a part of it, or "
                "raise max_nodes (compiling takes about 0.1 ms a node)"
            )
        if len({id(i) for i in inputs}) != len(inputs):
            raise ValueError("an input is named twice, expected each once")
        if missing := [k for k, i in enumerate(inputs) if i not in set(nodes)]:
            raise ValueError(f"input {missing[0]} is not in this root's graph: the result does not depend on it")
        writer = _Writer(nodes, inputs)
        self.inputs: Final = [writer.name[i] for i in inputs]
        self.source: Final = writer.source(root)
        self._masked: Final = any(node.op is not None and node.op.name == "where" for node in writer.nodes)
        functions = dict(writer.namespace())
        exec(compile(self.source, "<program>", "exec"), functions)  # our own text: ops, identifiers and numbers
        self._forward: Final = functions.pop("forward")  # out of their own globals, or they would be a cycle
        self._value_and_grad: Final = functions.pop("value_and_grad")

    def __call__(self, *inputs: Any) -> Any:
        """The value at these inputs: a float for floats, an array for arrays."""
        args, shape = self._arguments(inputs)
        with np.errstate(all="ignore"):
            return _plain(self._forward(*args), shape)

    def value_and_grad(self, *inputs: Any) -> tuple[Any, list[Any]]:
        """`(value, [gradient per input])` at these inputs; for arrays, every gradient has one element per sample."""
        args, shape = self._arguments(inputs)
        with np.errstate(all="ignore"):
            value, gradients = self._value_and_grad(*args)
            return _plain(value, shape), [_plain(g, shape) for g in gradients]

    def _arguments(self, inputs: tuple[Any, ...]) -> tuple[list[Any], tuple[int, ...]]:
        if len(inputs) != len(self.inputs):
            expected = f"{len(self.inputs)} inputs ({', '.join(self.inputs)})"
            raise TypeError(f"the program takes {expected}, got {len(inputs)}")
        arrays = []
        for name, given in zip(self.inputs, inputs, strict=True):
            array = None if isinstance(given, Node) else np.asarray(given)
            if array is None or array.dtype.kind not in "fiub":
                raise TypeError(f"input {name} takes a number or an array of real numbers, got {type(given).__name__}")
            arrays.append(array if array.dtype.kind == "f" else array.astype(np.float64))
        try:
            shape = np.broadcast_shapes(*[array.shape for array in arrays])
        except ValueError:
            shapes = ", ".join(f"{name} {array.shape}" for name, array in zip(self.inputs, arrays, strict=True))
            raise ValueError(f"the inputs do not fit together: {shapes}; expected shapes that broadcast") from None
        if self._masked and any(array.size > 1 for array in arrays):
            raise ValueError(
                "the graph has a `where` whose mask was fixed when it was recorded: it is right for one sample, not "
                "for several; relu, maximum, minimum, abs and clip choose for each sample"
            )
        # Python's own floats raise where IEEE has an answer; NumPy's do not, and give the same bits otherwise.
        return [array[()] for array in arrays], shape

    def __repr__(self) -> str:
        return f"<Program of {', '.join(self.inputs)}, {self.source.count(chr(10))} lines>"


class _Writer:
    def __init__(self, nodes: list[Node], inputs: Sequence[Node]) -> None:
        given = set(inputs)
        reached = set(nodes[:1])
        for node in nodes:  # newest first: what lies behind an input is cut off by it
            if node in reached and node not in given:
                reached.update(i for i in node.inputs if isinstance(i, Node))
        self.nodes = [node for node in nodes if node in reached]
        self.inputs = inputs
        self.name = names([*inputs, *(n for n in reversed(self.nodes) if n not in given and n.op is not None)])
        moving = set(inputs)  # what depends on an input: only there does a gradient have to go
        for node in reversed(self.nodes):
            if node not in given and any(isinstance(i, Node) and i in moving for i in node.inputs):
                moving.add(node)
        self.moving = moving

    def source(self, root: Node) -> str:
        given = set(self.inputs)
        forward = []
        for node in reversed(self.nodes):
            if node.op is not None and node not in given:
                # A comparison gave a bool when the graph was recorded: which branch it took is all the graph knows.
                fixed = "  # the mask is fixed, as it was recorded" if node.op.name == "where" else ""
                forward.append(f"{self.name[node]} = {written(node.op, terms(node, self.name), node.params)}{fixed}")
        backward = [f"g_{self.name[root]} = 1.0"] if root in self.moving else []
        begun = {root}
        for node in self.nodes:
            if node.op is None or node in given or node not in self.moving:
                continue
            g, y = Symbol(f"g_{self.name[node]}"), Symbol(self.name[node])
            inputs = terms(node, self.name)
            for position, i in enumerate(node.inputs):
                if isinstance(i, Node) and i in self.moving:
                    part = rule_text(node.op, position, g, y, inputs, node.params)
                    name = f"g_{self.name[i]}"
                    text = f"({part})" if i in begun and part.binding <= SUM else str(part)
                    backward.append(f"{name} = {name} + {text}" if i in begun else f"{name} = {text}")
                    begun.add(i)
        arguments = ", ".join(self.name[i] for i in self.inputs)
        result = self.name[root] if root in self.name else str(literal(root.item()))
        gradients = ", ".join(f"g_{self.name[i]}" if i in begun else "0.0" for i in self.inputs)
        indent = "\n    "
        return (
            f"def forward({arguments}):{indent}{indent.join([*forward, f'return {result}'])}\n\n\n"
            f"def value_and_grad({arguments}):{indent}"
            f"{indent.join([*forward, *backward, f'return {result}, [{gradients}]'])}\n"
        )

    def namespace(self) -> dict[str, Any]:
        """What the source may name: every op, those with lists as inputs called on lists, and inf and nan."""
        ops = dict(OPS)
        ops.update({node.op.name: node.op for node in self.nodes if node.op is not None})
        return {"inf": np.inf, "nan": np.nan, **{n: _on_lists(op) if op.variadic else op for n, op in ops.items()}}


def _on_lists(op: Op) -> Any:
    return lambda *groups: op(*chain.from_iterable(groups))


def _plain(result: Any, shape: tuple[int, ...]) -> Any:
    """A float where the inputs were numbers, else an array of the shape of the samples that owns its memory."""
    return float(result) if shape == () else np.array(np.broadcast_to(result, shape))
