"""Write a graph of Values as JavaScript: the ops forward, the rules backward, and the local derivative of each arrow.

The text is the ops and rules themselves, applied to symbols that are spelled for JavaScript. Node k of the graph is
`v[k]` and its gradient `g[k]`; the gradients are added in the order of the sweep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...engine.forms import SUM
from ...engine.node import Node
from ...engine.op import Op
from ...graph.naming import is_number, terms
from ...operands.spelling import JAVASCRIPT
from ...operands.symbol import Symbol, literal, rule_text, written


class Model:
    """The lines of a model. `place` is the number k of each node; plain constants have none and stand in the text.

    `edges` are the arrows that have a local derivative, as pictures name them, in the order of `d`.
    """

    def __init__(self, root: Node, nodes: Sequence[Node], names: Mapping[Node, str]) -> None:
        self.nodes: Final = [node for node in nodes if not is_number(node) or node is root]
        self.place: Final = {node: k for k, node in enumerate(self.nodes)}
        self._texts: Final = {node: f"v[{k}]" for node, k in self.place.items()}
        self._results: Final = [node for node in self.nodes if node.op is not None]
        self._forward: Final = [self._computed(node) for node in self._results]
        self.edges: Final[list[str]] = []
        self._backward: Final[list[str]] = [f"g[{self.place[root]}] = 1"]
        self._locals: Final[list[str]] = []
        begun = {root}
        for node in reversed(self._results):
            assert node.op is not None
            for position, i in enumerate(node.inputs):
                if 0 <= i._index < node._index:
                    self._flow(node, node.op, position, i in begun)
                    self.edges.append(f"{names[node]} {position}")
                    begun.add(i)
        self.reached: Final = [node in begun for node in self.nodes]

    def source(self) -> str:
        """Return the object `model` as JavaScript."""
        start = ", ".join(JAVASCRIPT.number(node._data) for node in self.nodes)
        return (
            f"const model = {{\n  start: [{start}],\n"
            f"  forward(v) {{{_lines(self._forward)}}},\n"
            f"  backward(v, g) {{{_lines(self._backward)}}},\n"
            f"  local(v, d) {{{_lines(self._locals)}}},\n}};\n"
        )

    def _terms(self, node: Node) -> list[Symbol]:
        return [
            Symbol(term.text, spelling=JAVASCRIPT) if term.value is None else literal(term.value, JAVASCRIPT)
            for term in terms(node, self._texts)
        ]

    def _computed(self, node: Node) -> str:
        assert node.op is not None
        return f"{self._texts[node]} = {written(node.op, self._terms(node), node.params)}"

    def _flow(self, node: Node, op: Op, position: int, begun: bool) -> None:
        """Add the contribution of a node to the gradient of one of its inputs, and the local derivative."""
        inputs = self._terms(node)
        y, g = (Symbol(f"{letter}[{self.place[node]}]", spelling=JAVASCRIPT) for letter in "vg")
        part = rule_text(op, position, g, y, inputs, node.params)
        target = f"g[{self.place[node.inputs[position]]}]"
        text = f"({part})" if begun and part.binding <= SUM else str(part)
        self._backward.append(f"{target} = {target} + {text}" if begun else f"{target} = {text}")
        local = rule_text(op, position, literal(1.0, JAVASCRIPT), y, inputs, node.params)
        self._locals.append(f"d[{len(self._locals)}] = {local}")


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"\n    {line};" for line in lines) + "\n  "
