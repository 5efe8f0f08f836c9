"""Program: write a recorded graph as straight-line Python source, forward and backward, and run it.

This file checks the inputs of a call: at which numbers, dtypes and shapes the recorded program is right. The text is
made in `program_text.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..calculus.trees import is_container, mapped
from ..engine.changes import refuse_changed
from ..engine.dtypes import rounded
from ..engine.node import Node
from ..engine.replacement import replace_file
from ..engine.sweep import graph_nodes
from ..engine.text import html_code
from ..operands.tensor import Tensor
from .naming import is_number
from .program_start import real_numbers, start_of
from .program_text import Writer
from .roots import as_tree, for_each_root, read_roots, refuse_repeated

Function = Callable[..., Any]
Shape = tuple[int, ...]
# What writes the graph from these inputs to this root as a page, by the suffix of its file; see/live/ enters .html.
PAGES: Final[dict[str, Callable[[Node, Sequence[Node]], str]]] = {}


class Program:
    """The computation from `inputs` to `root` as Python source.

    `source` is the text of two functions, `forward(...)` and `value_and_grad(...)`; print() and a notebook show it.
    `constants` has the arrays in it by name. Value and gradients are equal to those of the graph to the bit.

    The source contains the current data of every leaf that is not an input. It also fixes every choice that depended on
    data: the mask of a `where`, the places that `max(dim)`, `sort` and indices picked, and each branch that an `if` in
    Python took. Ops that choose for each element themselves, such as relu, maximum and clip, are right everywhere.

    The program of a graph of Values takes numbers, or arrays. Each element of an array is one sample, and the gradients
    have one element for each sample. The program of a graph of Tensors takes arrays with the recorded number of
    dimensions. The length of a dimension may differ from the recorded one, as that of a batch, if every op keeps the
    dimension. A sum over it is refused, because a number computed from its length, such as the n of a mean, is fixed.

    `root` is a node, or lists, tuples and dicts of nodes; the values come in the same containers. In the source the
    values are a list, and `value_and_grad` takes the gradients at the roots after the inputs.

    Raise ValueError if an input is not part of the graph, or if the graph has more than `max_nodes` nodes.

    >>> x = Value(3.0, label="x")
    >>> program = Program(x * x + 1, [x])
    >>> program(5.0), program.value_and_grad(5.0)
    (26.0, (26.0, [10.0]))
    >>> Program({"square": x * x, "double": 2 * x}, [x])(5.0)
    {'square': 25.0, 'double': 10.0}
    >>> x, w = Tensor([[1.0, 2.0]], label="x"), Tensor([[3.0], [4.0]], label="w")
    >>> w = w.requires_grad_()
    >>> print(Program(x @ w, [x, w]).source.split("def ")[1].rstrip())
    forward(x, w):
        # x: float64 (1, 2), w: float64 (2, 1)
        v1 = x @ w  # (1, 1)
        return v1
    """

    __slots__ = (
        "_as_recorded", "_elsewhere", "_form", "_graph", "_kinds", "_masked", "_starts",
        "constants", "inputs", "source",
    )  # fmt: skip

    def __init__(self, root: Any, inputs: Node | Sequence[Node], max_nodes: int = 20_000) -> None:
        roots = read_roots(root, "a Program")
        refuse_repeated(roots)
        inputs = [inputs] if isinstance(inputs, Node) else list(inputs)
        for each in inputs:
            if not isinstance(each, Node):
                raise TypeError(
                    f"the inputs of a Program are Values or Tensors: expected one, got {type(each).__name__}"
                )
        nodes = graph_nodes(*roots)
        refuse_changed(nodes)
        count = sum(not is_number(node) for node in nodes)
        if count > max_nodes:
            raise ValueError(
                f"the graph has {count:,} nodes, more than max_nodes={max_nodes:,}; write down a part of it, or "
                "raise max_nodes (compiling takes about 0.1 ms a node)"
            )
        if len({id(i) for i in inputs}) != len(inputs):
            raise ValueError("an input is named twice, expected each once")
        if missing := [k for k, i in enumerate(inputs) if i not in set(nodes)]:
            k = missing[0]
            name = f" ({inputs[k].label})" if inputs[k].label else ""
            where = "not in this root's graph, so the result does not"
            if len(roots) > 1:
                where = f"in no graph of the {len(roots)} roots, so no result does"
            raise ValueError(
                f"input {k}{name} is {where} depend on it: {inputs[k]!r:.80}; leave it out, or compute the result "
                "from it"
            )
        places = itertools.count()
        self._form: Final = mapped(lambda _: next(places), as_tree(root))
        writer = Writer(roots, inputs, is_container(self._form))
        self._graph: Final = (root, inputs)
        self.inputs: Final = [writer.name[i] for i in inputs]
        self.source: Final = writer.source()
        self.constants: Final = writer.constants
        self._masked: Final = any(node.op is not None and node.op.name == "where" for node in writer.results)
        self._kinds: Final = [(i.dtype, i.shape) if isinstance(i, Tensor) else None for i in inputs]
        started = set(writer.seeds)
        self._starts: Final = {k: start_of(each) for k, each in enumerate(roots) if each in started}
        self._as_recorded: Final = _compiled(self.source, writer.namespace())
        # For arrays of other shapes: the same lines, with a check of every shape.
        looks = {"look_at_result": _look_at_result(writer.shapes), "look_at_gradient": _look_at_gradient}
        lines = (writer.source(checked=True), {**writer.namespace(), **looks}) if writer.on_arrays else None
        self._elsewhere: Final = _compiled(*lines) if lines else None  # None: of Values, which are right at all shapes

    def __call__(self, *inputs: Any) -> Any:
        """Return the value at these inputs: a float for floats, an array for arrays; several in their containers."""
        args = self._arguments(inputs)
        return self._values(self._run(0, args), self._samples(args))

    def value_and_grad(self, *inputs: Any, gradient: Any = None) -> tuple[Any, list[Any]]:
        """Return `(value, [gradient per input])`; for samples, every gradient has one element for each sample.

        If the value has several elements that are not samples, `gradient` is the gradient at the value, in its shape.
        The gradient of an input that holds no floats is None.

        With several roots, the gradients are those of the sum of the roots. With `gradient`, in the containers of the
        roots, they are those of the sum of gradient * root; None in it stands for 1.

        >>> x = Value(3.0, label="x")
        >>> both = Program([x * x, 2 * x], [x])
        >>> both.value_and_grad(5.0), both.value_and_grad(5.0, gradient=[1.0, 0.0])
        (([25.0, 10.0], [12.0]), ([25.0, 10.0], [10.0]))
        """
        args = self._arguments(inputs)
        seeds = self._seeds(args, gradient)
        value, gradients = self._run(1, args, *seeds)
        if self._elsewhere is None:
            samples = self._samples(args)
            return self._values(value, samples), [_own(g, samples) for g in gradients]
        if not self._starts and not is_container(self._form) and np.size(value) != 1:
            raise ValueError(f"the value was one number when it was recorded, and has shape {np.shape(value)} now")
        found = zip(gradients, args, strict=True)
        return self._values(value, None), [
            g if g is None else _own(rounded(np.asarray(g), np.asarray(x).dtype), None) for g, x in found
        ]

    def save(self, path: str | Path) -> Path:
        """Write the program as an .html page with a slider for each input; see `live`."""
        target = Path(path)
        write = PAGES.get(target.suffix.lower())
        if write is None:
            raise ValueError(f"a Program saves {', '.join(PAGES)}, got {target.name!r}; `source` is its text")
        replace_file(target, write(*self._graph))
        return target

    def _run(self, which: int, args: list[Any], *seed: Any) -> Any:
        with np.errstate(all="ignore"):
            if self._elsewhere is None or self._at_home(args):
                return self._as_recorded[which](*args, *seed)
            try:
                return self._elsewhere[which](*args, *seed)
            except np.linalg.LinAlgError:
                raise  # of the numbers in a matrix, not of its shape: it says so itself
            except (ValueError, IndexError) as error:
                raise ValueError(
                    f"the program was recorded with {self._shapes([kind and kind[1] for kind in self._kinds])} and is "
                    f"not right for {self._shapes([np.shape(a) for a in args])}: {error}; record the graph again"
                ) from error

    def _at_home(self, args: list[Any]) -> bool:
        return all(kind is None or kind[1] == a.shape for kind, a in zip(self._kinds, args, strict=True))

    def _shapes(self, shapes: Sequence[Shape | None]) -> str:
        pairs = zip(self.inputs, shapes, strict=True)
        return ", ".join(f"{name} {shape}" for name, shape in pairs if shape is not None)

    def _arguments(self, inputs: tuple[Any, ...]) -> list[Any]:
        if len(inputs) != len(self.inputs):
            expected = f"{len(self.inputs)} inputs ({', '.join(self.inputs)})"
            raise TypeError(f"the program takes {expected}, got {len(inputs)}")
        found = [real_numbers(name, given) for name, given in zip(self.inputs, inputs, strict=True)]
        if self._elsewhere is not None:
            each = zip(self.inputs, found, inputs, self._kinds, strict=True)
            return [_as(kind, name, array, given) for name, array, given, kind in each]
        arrays = [array if array.dtype.kind == "f" else array.astype(np.float64) for array in found]
        try:
            np.broadcast_shapes(*[array.shape for array in arrays])
        except ValueError:
            shapes = self._shapes([array.shape for array in arrays])
            raise ValueError(f"the inputs do not fit together: {shapes}; expected shapes that broadcast") from None
        if self._masked and any(array.size > 1 for array in arrays):
            raise ValueError(
                "the graph has a `where` whose mask was fixed when it was recorded: it is right for one sample, not "
                "for several; relu, maximum, minimum, abs and clip choose for each sample"
            )
        # Python's own floats raise where IEEE has an answer; NumPy's do not, and give the same bits otherwise.
        return [array[()] for array in arrays]

    def _samples(self, args: list[Any]) -> Shape | None:
        """Return the shape of the samples; None for a graph of Tensors, whose inputs are whole arrays."""
        return np.broadcast_shapes(*map(np.shape, args)) if self._elsewhere is None else None

    def _values(self, found: Any, samples: Shape | None) -> Any:
        if not is_container(self._form):
            return _own(found, samples)
        return mapped(lambda k: _own(found[k], samples), self._form)

    def _seeds(self, args: list[Any], gradient: Any) -> list[Any]:
        """Return the gradient at each root that the source takes one for."""
        several = is_container(self._form)
        if gradient is not None and not several and not self._starts:
            raise TypeError("gradient= is for a value of several elements; the value of this program is one number")
        given = for_each_root(self._form, gradient) if gradient is not None else None
        samples, exact = self._samples(args), self._at_home(args)
        return [start.seed(given[k] if given else None, samples, exact) for k, start in self._starts.items()]

    def __str__(self) -> str:
        return self.source

    def _repr_html_(self) -> str:
        return html_code(self.source, f"Program of {', '.join(self.inputs)}")

    def __repr__(self) -> str:
        return f"<Program of {', '.join(self.inputs)}, {self.source.count(chr(10))} lines>"


def _compiled(source: str, names: dict[str, Any]) -> tuple[Function, Function]:
    """Return `forward` and `value_and_grad` of the source."""
    functions = dict(names)
    exec(compile(source, "<program>", "exec"), functions)  # our own text: ops, identifiers and numbers
    return functions.pop("forward"), functions.pop(
        "value_and_grad"
    )  # out of their own globals, or they would be a cycle


def _as(kind: tuple[Any, Shape] | None, name: str, array: np.ndarray, given: Any) -> Any:
    """An input in the place of the recorded one: of its rank and kind. Floats that have a dtype keep it."""
    dtype, shape = kind or (np.dtype(np.float64), ())
    if array.ndim != len(shape):
        took = f"an array of {len(shape)} dimensions, as the recorded {shape}" if shape else "one number"
        raise ValueError(f"input {name} takes {took}, got shape {array.shape}")
    if kind is None:
        return rounded(array, dtype)[()]
    if dtype.kind != "f" and array.dtype.kind == "f":
        raise TypeError(f"input {name} takes {dtype} as it was recorded, got {array.dtype}")
    own = array.dtype.kind == "f" and isinstance(given, np.ndarray | np.generic)
    return array if own else rounded(array, dtype)


def _own(result: Any, samples: Shape | None) -> Any:
    """A float where it is one number, else an array that owns its memory, with an element for each sample."""
    array = result if samples is None else np.broadcast_to(result, samples)
    return np.array(array) if np.shape(array) else float(array)


def _look_at_result(recorded: dict[str, Shape]) -> Function:
    """ValueError where an op does not pass on a dimension whose length is not the recorded one."""

    def changed(name: str, array: Any) -> int:
        now, then = np.shape(array), recorded.get(name, ())
        if len(now) != len(then):
            raise ValueError(f"{name} has shape {now}, and had {then}")
        return sum(a != b for a, b in zip(now, then, strict=True))

    def look(name: str, result: Any, of: dict[str, Any]) -> None:
        if of and changed(name, result) < max(changed(i, x) for i, x in of.items()):
            shapes = ", ".join(f"{i} {np.shape(x)}" for i, x in of.items())
            raise ValueError(
                f"{name} takes in a length that has changed ({shapes}) and gives shape {np.shape(result)}: what was "
                "computed from the recorded length, such as the n of a mean, would be wrong"
            )

    return look


def _look_at_gradient(name: str, gradient: Any, of: dict[str, Any]) -> None:
    """ValueError where a gradient does not come out in the shape of what it is the gradient of."""
    for i, x in of.items():
        if np.shape(gradient) != np.shape(x):
            raise ValueError(f"{name} comes out in shape {np.shape(gradient)}, where {i} has {np.shape(x)}")
