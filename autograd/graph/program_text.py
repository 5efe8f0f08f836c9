"""Writer: write a recorded graph as the text of a program, forward and backward.

The forward lines are the ops in Python's notation. The backward lines are the derivative rules, applied to symbols in
the order of the sweep, so the source computes the same bits. For arrays the writer adds what a formula does not say:
where a contribution is summed to the shape of its input, and which arrays are constants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np

from ..engine.forms import ATOM, POWER, SUM, UNARY, Takes
from ..engine.node import Node
from ..engine.op import NO_PARAMS, OPS, Op, Params
from ..engine.quiet import quietly
from ..engine.sweep import graph_nodes
from ..operands.symbol import Symbol, literal, rule_text, written
from ..operands.tensor import Tensor
from ..rules.structural_forward import sum_to
from .naming import is_number, names, terms

# The functions other than ops that a line may call on arrays.
HELPERS: Final = {"asarray": np.asarray, "ones": np.ones, "ones_like": np.ones_like, "zeros_like": np.zeros_like}
RESERVED: Final = (*HELPERS, "fit", "slice", "Ellipsis", "look_at_result", "look_at_gradient")


class Line(NamedTuple):
    """`name = text  # note`; `of` are the names of what it is computed from, or of what it is the gradient of."""

    name: str
    text: str
    of: tuple[str, ...]
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name} = {self.text}" + (f"  # {self.note}" if self.note else "")


class Writer:
    """Collect the lines of a program, its constant arrays, and the names of its nodes.

    `numbers` has the data of Values when they were recorded; without it, their current data is used.
    """

    def __init__(
        self, roots: Sequence[Node], inputs: Sequence[Node], several: bool, numbers: Mapping[Node, Any] | None = None
    ) -> None:
        given = set(inputs)
        reached = set(roots)
        nodes = graph_nodes(*roots)[::-1]
        for node in nodes:  # newest first; the nodes that an input is computed from are left out
            if node in reached and node not in given:
                reached.update(node.inputs)
        self.roots: Final = roots
        self.several: Final = several  # the values of the roots are written as a list, also where it has one
        self.inputs: Final = inputs
        self.numbers: Final = numbers
        self.nodes: Final = [node for node in nodes if node in reached]
        computed = [node for node in self.nodes if node.op is not None and node not in given]
        self.results: Final = _dependent(computed, given)
        leaves = [n for n in reversed(self.nodes) if n.op is None and n not in given and _is_array(n)]
        self.on_arrays: Final = any(isinstance(node, Tensor) for node in self.nodes)
        self.reserved: Final = RESERVED if self.on_arrays else ()
        self.name: Final = names([*inputs, *reversed(self.results), *leaves], None, self.reserved, leaves)
        self.constants: Final[dict[str, np.ndarray]] = {self.name[leaf]: np.array(leaf._data) for leaf in leaves}
        self.params: Final = {node: self._named(node) for node in reversed(self.results)}
        # What depends on an input: only there does a gradient have to go.
        self.moving: Final = {i for i in inputs if not isinstance(i, Tensor) or i.dtype.kind == "f"}
        for node in reversed(self.results):
            if any(i in self.moving for _, i in _pulled(node)):
                self.moving.add(node)
        self.seeds: Final = [] if self.starts_itself else [root for root in roots if root in self.moving]
        self.forward: Final = [self._line(node) for node in reversed(self.results)]
        self.backward: Final = list(self._gradients())

    def source(self, checked: bool = False) -> str:
        """The program; `checked`, with a look at the shape of every result and gradient as soon as it is there."""
        arguments = ", ".join(self.name[i] for i in self.inputs)
        results = [self.name[root] if root in self.name else str(literal(self._number(root))) for root in self.roots]
        result = f"[{', '.join(results)}]" if self.several else results[0]
        begun = {line.name for line in self.backward} | {f"g_{self.name[root]}" for root in self.seeds}
        gradients = ", ".join(self._gradient(i, f"g_{self.name[i]}" in begun) for i in self.inputs)
        seeds = [f"g_{self.name[root]}" for root in self.seeds]
        forward, backward = [str(line) for line in self.forward], [str(line) for line in self.backward]
        if checked:
            forward = [text for line in self.forward for text in (str(line), _look("result", line))]
            backward = [text for line in self.backward for text in (str(line), _look("gradient", line))]
            begin = [Line(f"g_{self.name[root]}", "", (self.name[root],)) for root in self.seeds]
            backward = [_look("gradient", line) for line in begin] + backward
        head = "".join(f"# {name}: {_kind(array)}, as it was recorded\n" for name, array in self.constants.items())
        about = ", ".join(f"{self.name[i]}: {_kind(i._data)}" for i in self.inputs if isinstance(i, Tensor))
        first = [f"# {about}"] if about else []
        indent = "\n    "
        return (
            f"{head}def forward({arguments}):{indent}{indent.join([*first, *forward, f'return {result}'])}\n\n\n"
            f"def value_and_grad({', '.join([*filter(None, [arguments]), *seeds])}):{indent}"
            f"{indent.join([*first, *forward, *backward, f'return {result}, [{gradients}]'])}\n"
        )

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of everything that has a name, as it was recorded."""
        return {name: np.shape(node._data) for node, name in self.name.items()}

    @property
    def starts_itself(self) -> bool:
        """Whether there is one root, of one number: the backward pass starts from 1, which is no argument."""
        return not self.several and bool(np.size(self.roots[0]._data) == 1)

    def namespace(self) -> dict[str, Any]:
        """Return the objects that the source may name: ops (those of lists called on lists), constants, helpers."""
        ops = dict(OPS)
        ops.update({node.op.name: node.op for node in self.results if node.op is not None})
        spelled = {name: _on_lists(op) if op.takes is not Takes.FIXED else op for name, op in ops.items()}
        helpers = {**HELPERS, "fit": fit} if self.on_arrays else {}
        return {**spelled, **helpers, "inf": np.inf, "nan": np.nan, **self.constants}

    # Lines

    def _line(self, node: Node) -> Line:
        op, params = node.op, self.params[node]
        assert op is not None
        of = tuple(dict.fromkeys(self.name[i] for i in node.inputs if i in self.name))
        # A comparison gave a mask when the graph was recorded: which branch it took is all the graph knows.
        fixed = "the mask is fixed, as it was recorded" if op.name == "where" else ""
        if not isinstance(node, Tensor):
            return Line(self.name[node], written(op, terms(node, self.name, self.numbers), params), of, fixed)
        symbols = self._terms(node)
        text = written(op, symbols, params)
        if op.infix.binding == POWER:  # ** of an array is not always the same bits: NumPy's takes a square for x ** 2.0
            text = f"{op.name}({', '.join(map(str, symbols))})"
        if node.ndim == 0:  # what NumPy reduces to a number is an array of no dimension in a graph
            text = f"asarray({text})"
        return Line(self.name[node], text, of, "; ".join(filter(None, [str(node.shape), fixed])))

    def _gradients(self) -> Iterator[Line]:
        begun = {root for root in self.roots if root in self.moving}
        if self.starts_itself:
            for root in begun:
                mine = self.name[root]
                yield Line(f"g_{mine}", f"ones_like({mine})" if isinstance(root, Tensor) else "1.0", (mine,))
        for node in self.results:
            if node not in self.moving:
                continue
            for position, i in _pulled(node):
                if i not in self.moving:
                    continue
                part = self._part(node, position, i)
                name = f"g_{self.name[i]}"
                if part.value is not None:  # as a float, because -0 of an int is no -0.0
                    text = repr(float(part.value))
                else:
                    text = f"({part})" if i in begun and part.binding <= SUM else str(part)
                yield Line(name, f"{name} + {text}" if i in begun else text, (self.name[i],))
                begun.add(i)

    def _part(self, node: Node, position: int, i: Node) -> Symbol:
        """Return the contribution of the node to the gradient of its input at this position."""
        assert node.op is not None
        on_arrays = isinstance(node, Tensor)
        g, y = (self._symbol(name, node) for name in (f"g_{self.name[node]}", self.name[node]))
        inputs = self._terms(node) if on_arrays else terms(node, self.name, self.numbers)
        part = rule_text(node.op, position, g, y, inputs, self.params[node])
        if isinstance(i, Tensor) and not _fits(_contribution(node, position), i._data):
            return Symbol(f"fit({part}, {self.name[i]})")
        return part

    def _gradient(self, i: Node, begun: bool) -> str:
        if not isinstance(i, Tensor):
            return f"g_{self.name[i]}" if begun else "0.0"
        return f"g_{self.name[i]}" if begun else f"zeros_like({self.name[i]})" if i.dtype.kind == "f" else "None"

    # Terms

    def _terms(self, node: Node) -> list[Symbol]:
        """Return the inputs of a Tensor as symbols.

        A number is a symbol without a value, so no part of a formula is computed in advance: a rule computes it on
        arrays, which may give other bits and another dtype.
        """
        return [self._symbol(self.name[i], i) if i in self.name else _literal(i) for i in node.inputs]

    def _number(self, node: Node) -> Any:
        return node.item() if self.numbers is None else self.numbers[node]

    def _symbol(self, name: str, node: Node) -> Symbol:
        return Symbol(name, dims=node.shape if isinstance(node, Tensor) else None)

    def _named(self, node: Node) -> Params:
        """The parameters of a node, with the arrays among them by name."""
        return {key: self._metadata(value) for key, value in node.params.items()} if node.params else NO_PARAMS

    def _metadata(self, value: Any) -> Any:
        if isinstance(value, tuple) and type(value) is tuple:
            return tuple(self._metadata(each) for each in value)
        if isinstance(value, slice):
            return slice(*(self._metadata(each) for each in (value.start, value.stop, value.step)))
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, (np.dtype, type)):
            return np.dtype(value).name
        if not isinstance(value, np.ndarray):
            return value
        taken = {*self.name.values(), *self.constants, *OPS, *self.reserved}
        name = next(name for k in range(1, len(taken) + 2) if (name := f"index{k}") not in taken)
        self.constants[name] = np.array(value)
        return _Named.of(value, name)


class _Named(np.ndarray):
    """An array among the parameters of an op, such as an index, that is written by its name."""

    name: str = ""

    @staticmethod
    def of(array: np.ndarray, name: str) -> _Named:
        made = array.view(_Named)
        made.name = name
        return made

    def __repr__(self) -> str:
        return self.name or super().__repr__()


def fit(contribution: Any, x: Any) -> np.ndarray:
    """Return a contribution in the shape and dtype of x, summed over the dimensions that broadcasting added."""
    return sum_to(np.asarray(contribution, x.dtype), x.shape)


def _dependent(results: list[Node], given: set[Node]) -> list[Node]:
    """Return the results, newest first, without the Values that depend on no input: these are numbers, as leaves are.

    Python's own floats would raise where a Value of them has an answer, such as -1.0 / 0.0.
    """
    kept = set(given)
    for node in reversed(results):
        if isinstance(node, Tensor) or not kept.isdisjoint(node.inputs):
            kept.add(node)
    return [node for node in results if node in kept]


def _pulled(node: Node) -> list[tuple[int, Node]]:
    """Return the inputs to which a gradient can flow, with their positions."""
    op = node.op
    count = len(node.inputs)
    return [(k, i) for k, i in enumerate(node.inputs) if op and op.rule(k, count) is not None]


def _contribution(node: Node, position: int) -> Any:
    """Return a contribution of zeros to the input at this position, for its shape and dtype."""
    assert node.op is not None
    g = np.zeros_like(node._data)
    return quietly(node.op.vjp, position, g, node._data, [i._data for i in node.inputs], node.params)


def _fits(contribution: Any, data: np.ndarray) -> bool:
    return np.shape(contribution) == data.shape and np.asarray(contribution).dtype == data.dtype


def _is_array(node: Node) -> bool:
    """Tell whether a leaf is written as a name: an array, or a number that does not have the precision of a float."""
    return isinstance(node, Tensor) and not (is_number(node) and node.dtype == np.float64 and node.ndim == 0)


def _literal(node: Node) -> Symbol:
    text = repr(float(node.item()))
    return Symbol(text, UNARY if text.startswith("-") else ATOM)


def _kind(array: np.ndarray) -> str:
    return f"{array.dtype} {array.shape}"


def _look(what: str, line: Line) -> str:
    return f"look_at_{what}({line.name!r}, {line.name}, {{{', '.join(f'{of!r}: {of}' for of in line.of)}}})"


def _on_lists(op: Op) -> Any:
    return lambda *groups, **params: op(*chain.from_iterable(groups), **params)
