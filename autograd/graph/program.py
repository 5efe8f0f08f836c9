"""Program: write a recorded graph as straight-line Python source, forward and backward, and run it.

This file checks the inputs of a call: at which numbers, dtypes and shapes the recorded program is right. The text is
made in `program_text.py`. With the compiled engine, a program of Values runs on the tape of `program_tape.py` instead.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..calculus.trees import is_container, mapped
from ..engine.changes import refuse_changed
from ..engine.dtypes import rounded
from ..engine.node import Node
from ..engine.replacement import replace_file
from ..engine.sweep import graph_nodes
from ..engine.text import html_code, listed, printable, shown
from ..operands.tensor import Tensor
from .naming import is_number
from .program_source import Source
from .program_start import as_real, real_numbers, start_of
from .program_tape import record
from .roots import as_tree, for_each_root, read_roots, refuse_repeated

Shape = tuple[int, ...]
DOUBLE: Final = np.dtype(np.float64)
LIVE_PAGE: Final = "..see.live.live_page"  # `save` imports it by name: it is on a later floor, and takes long to import


class Program:
    """The computation from `inputs` to `root` as Python source.

    `source` is the text of two functions, `forward(...)` and `value_and_grad(...)`; print() and a notebook show it.
    `constants` has the arrays in it by name. Value and gradients are equal to those of the graph to the bit.

    With the compiled engine, a program of Values runs on a tape: its ops are stored as arrays of numbers, and C code
    runs them forward and backward. It is ready in milliseconds where compiling the source takes seconds, it runs a
    large graph about 100 times as fast, and it takes arrays of samples in blocks. The source is then written when it is
    first asked for. Python runs the source for Tensors, for a user's own op, and for inputs that are not float64.

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

    __slots__ = ("_form", "_graph", "_kinds", "_masked", "_on_arrays", "_recording", "_source", "_starts")

    def __init__(self, root: Any, inputs: Node | Sequence[Node], max_nodes: int = 20_000) -> None:
        roots = read_roots(root, "a Program")
        refuse_repeated(roots)
        inputs = list(inputs) if isinstance(inputs, Iterable) and not isinstance(inputs, Node) else [inputs]
        for each in inputs:
            if not isinstance(each, Node):
                raise TypeError(
                    f"the inputs of a Program are Values or Tensors: expected one, got {type(each).__name__}"
                )
        if len({id(i) for i in inputs}) != len(inputs):
            raise ValueError("an input is named twice, expected each once")
        recording = record(roots, inputs)
        # Only the whole graph says what is wrong, also with what lies below an input. To walk it takes a while.
        if (
            recording is None
            or recording.stale
            or recording.unused
            or len(recording.nodes) > max_nodes
            or any(i.op is not None for i in inputs)
        ):
            _check_graph(roots, inputs, max_nodes)
        places = itertools.count()
        self._form: Final = mapped(lambda _: next(places), as_tree(root))
        several = is_container(self._form)
        self._graph: Final = (root, inputs)
        self._recording: Final = recording
        self._source: Final = Source(roots, inputs, several, recording.numbers if recording else None)
        self._kinds: Final = [(i.dtype, i.shape) if isinstance(i, Tensor) else None for i in inputs]
        if recording is not None:
            self._on_arrays, self._masked = False, recording.masked
            started = {root for root, moves in zip(roots, recording.moving, strict=True) if several and moves}
        else:
            writer = self._source.writer
            self._on_arrays = writer.on_arrays
            self._masked = any(node.op is not None and node.op.name == "where" for node in writer.results)
            started = set(writer.seeds)
            for checked in (False, True)[: 1 + self._on_arrays]:  # now, because the data of the graph may change
                self._source.functions(checked)
        self._starts: Final = {k: start_of(each) for k, each in enumerate(roots) if each in started}

    @property
    def inputs(self) -> list[str]:
        """The names of the inputs."""
        return self._source.inputs

    @property
    def source(self) -> str:
        """The text of `forward` and `value_and_grad`."""
        return self._source.text

    @property
    def constants(self) -> dict[str, np.ndarray]:
        """The arrays in the source by name."""
        return self._source.writer.constants

    def __call__(self, *inputs: Any) -> Any:
        """Return the value at these inputs: a float for floats, an array for arrays; several in their containers."""
        args, samples = self._arguments(inputs)
        return self._in_form(self._computed(args, samples, None)[0])

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
        args, samples = self._arguments(inputs)
        values, gradients = self._computed(args, samples, self._seeds(args, samples, gradient))
        return self._in_form(values), gradients

    def save(self, path: str | Path) -> Path:
        """Write the program as an .html page with a slider for each input; see `live`."""
        target = Path(path)
        if target.suffix.lower() != ".html":
            raise ValueError(f"a Program saves .html, got {target.name!r}; `source` is its text")
        replace_file(target, import_module(LIVE_PAGE, __package__).program_page(*self._graph))
        return target

    def _computed(self, args: list[Any], samples: Shape | None, seeds: dict[int, Any] | None) -> Any:
        """Return the values of the roots and the gradients of the inputs; without seeds, no gradients."""
        if self._recording is not None and all(type(x) is float or x.dtype == DOUBLE for x in args):
            roots = len(self._recording.moving)
            starts = None if seeds is None else [seeds.get(k, 1.0) for k in range(roots)]
            return self._recording.run(args, samples or (), starts)
        if samples is not None:  # Python's own floats raise where IEEE has an answer; NumPy's have the same bits
            args = [np.float64(x) if type(x) is float else x for x in args]
        found = self._run(0 if seeds is None else 1, args, *(seeds or {}).values())
        value, gradients = (found, []) if seeds is None else found
        values = value if is_container(self._form) else [value]
        if not self._on_arrays:
            return [_own(v, samples) for v in values], [_own(g, samples) for g in gradients]
        if seeds is not None and not self._starts and not is_container(self._form) and np.size(value) != 1:
            raise ValueError(f"the value was one number when it was recorded, and has shape {np.shape(value)} now")
        pairs = zip(gradients, args if gradients else (), strict=True)
        return [_own(v, None) for v in values], [
            g if g is None else _own(rounded(np.asarray(g), np.asarray(x).dtype), None) for g, x in pairs
        ]

    def _run(self, which: int, args: list[Any], *seed: Any) -> Any:
        with np.errstate(all="ignore"):
            if not self._on_arrays or self._at_home(args):
                return self._source.functions()[which](*args, *seed)
            try:
                return self._source.functions(checked=True)[which](*args, *seed)
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
        return listed([f"{name} {shape}" for name, shape in pairs if shape is not None])

    def _arguments(self, inputs: tuple[Any, ...]) -> tuple[list[Any], Shape | None]:
        """Return the inputs as the program takes them, and the shape of the samples; None for a graph of Tensors."""
        if len(inputs) != len(self._kinds):
            count = f"{len(self.inputs)} input{'s' * (len(self.inputs) != 1)}"
            raise TypeError(
                f"the program takes {count} ({listed(self.inputs)}), got {len(inputs)}; pass each input by itself"
            )
        if self._on_arrays:
            found = [real_numbers(name, given) for name, given in zip(self.inputs, inputs, strict=True)]
            each = zip(self.inputs, found, inputs, self._kinds, strict=True)
            return [_as(kind, name, array, given) for name, array, given, kind in each], None
        args: list[Any] = [
            given if type(given) is float else self._samples_of(k, given) for k, given in enumerate(inputs)
        ]
        arrays = [x.shape for x in args if type(x) is not float]
        try:
            samples = np.broadcast_shapes(*arrays) if arrays else ()  # NumPy takes a while for none
        except ValueError:
            shapes = self._shapes([np.shape(x) or None for x in args])
            raise ValueError(f"the inputs do not fit together: {shapes}; expected shapes that broadcast") from None
        if self._masked and samples and any(np.size(x) > 1 for x in args):
            raise ValueError(
                "the graph has a `where` whose mask was fixed when it was recorded: it is right for one sample, not "
                "for several; relu, maximum, minimum, abs and clip choose for each sample"
            )
        return args, samples

    def _samples_of(self, k: int, given: Any) -> Any:
        """Return an input of a graph of Values as an array of floats, or as NumPy's number."""
        array = as_real(given)
        if array is None:
            array = real_numbers(self.inputs[k], given)  # says what is wrong
        return (array if array.dtype.kind == "f" else array.astype(np.float64))[()]

    def _in_form(self, values: list[Any]) -> Any:
        """Return the values in the containers of the roots."""
        return mapped(lambda k: values[k], self._form) if is_container(self._form) else values[0]

    def _seeds(self, args: list[Any], samples: Shape | None, gradient: Any) -> dict[int, Any]:
        """Return the gradient at each root that the source takes one for, by the place of the root."""
        several = is_container(self._form)
        if gradient is not None and not several and not self._starts:
            raise TypeError("gradient= is for a value of several elements; the value of this program is one number")
        given = for_each_root(self._form, gradient) if gradient is not None else None
        exact = not self._on_arrays or self._at_home(args)
        return {k: start.seed(given[k] if given else None, samples, exact) for k, start in self._starts.items()}

    def __str__(self) -> str:
        return self.source

    def _repr_html_(self) -> str:
        return html_code(self.source, f"Program of {listed(self.inputs)}")

    def __repr__(self) -> str:
        return f"<Program of {listed(self.inputs)}, {self.source.count(chr(10))} lines>"


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
    array = result if samples is None else np.broadcast_to(result, samples)  # an int: the source writes 2 for 2.0
    return np.array(array, float if isinstance(result, int) else None) if np.shape(array) else float(array)


def _check_graph(roots: list[Node], inputs: list[Node], max_nodes: int) -> None:
    """Refuse a graph whose data was set since, one with too many nodes, and an input that is not in it."""
    nodes = graph_nodes(*roots)
    refuse_changed(nodes)
    count = sum(not is_number(node) for node in nodes)
    if count > max_nodes:
        raise ValueError(
            f"the graph has {count:,} nodes, more than max_nodes={max_nodes:,}; write down a part of it, or "
            "raise max_nodes (where Python compiles the source, that takes about 0.1 ms a node)"
        )
    if missing := [k for k, i in enumerate(inputs) if i not in set(nodes)]:
        k = missing[0]
        name = f" ({printable(inputs[k].label)})" if inputs[k].label else ""
        where = "not in this root's graph, so the result does not depend on it"
        if len(roots) > 1:
            where = f"in no graph of the {len(roots)} roots, so no result depends on it"
        raise ValueError(
            f"input {k}{name} is {where}: {shown(inputs[k], 80)}; leave it out, or compute the result from it"
        )
