"""The tape: the ops of a graph in flat arrays, which the interpreter of the compiled engine runs forward and backward.

Every number of a run has a slot. The first slots are the leaves: inputs and constants. Each op writes the next slot and
reads earlier ones, so one pass in order computes all values, and one pass from the end all gradients, in the order of
the engine's sweep and with its bits.

`interpreter.c` trusts what it is given. It is checked here, and a tape has copies of its arrays, which nobody changes.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ..engine.forms import Takes
from ..native import codes, interpreter
from ..operands.compiled import OPS_IN_C

FEW: Final = 8  # fewer samples than this are run one by one
PATIENCE: Final = 1 << 20  # values to compute before the next look for Ctrl-C
KEPT: Final = 1 << 22  # bytes of memory that a tape keeps for its next run, at most
# What an operand gets, as in interpreter.c: no gradient, one of the first op that adds to its slot, or of a later op.
NONE, FIRST, LATER = range(3)

# Of each op by its code: how many inputs (or lists) and parameters it has, whether it is of lists, and which inputs
# have a rule. Code 0 is that of no op.
_OPERANDS: Final = np.array([1, *(len(op.inputs) + len(op.params) for op in OPS_IN_C)])
MOST: Final = int(_OPERANDS.max())
PADDING: Final = bytes(4 * (MOST - 1))  # operands behind the last one, because an op may look at `MOST` and use one
_IS_OF_LISTS: Final = np.array([False, *(op.takes is Takes.LISTS for op in OPS_IN_C)])
_RULED: Final = np.array(
    [[False] * MOST, *([k < len(op.rules) and op.rules[k] is not None for k in range(MOST)] for op in OPS_IN_C)]
)
_IS_RULED: Final = _IS_OF_LISTS | (_RULED.sum(1) == _OPERANDS)  # whether there is a rule for each operand


class Tape:
    """The ops of a graph, to be run forward and backward. It takes these arrays, or their bytes:

    ops         uint8: the op of each result, as its code in `native.codes`
    first       uint32: where the operands of each op begin, and behind them the end of the last ones
    operands    uint32: the slots that the ops read; the parameters of an op follow its inputs
    data        float64: the number in each leaf
    inputs      uint32: the slots of the inputs, which are leaves
    roots       uint32: the slots of the results that are asked for

    `moving` tells for each slot whether it depends on an input. Raise ValueError if an array points out of the others.
    """

    __slots__ = ("_arrays", "_data", "_kept", "_read", "_slots", "_summed", "_written", "moving")

    def __init__(self, ops: Any, first: Any, operands: Any, data: Any, inputs: Any, roots: Any) -> None:
        code, self._data = np.frombuffer(ops, np.uint8), np.frombuffer(data, np.float64).copy()
        begin, operand, given, asked = (np.frombuffer(each, np.uint32) for each in (first, operands, inputs, roots))
        leaves, slots = len(self._data), len(self._data) + len(code)
        if wrong := _wrong_ops(code, begin, operand, leaves) or _wrong_ends(given, asked, leaves, slots):
            raise ValueError(f"this is no tape: {wrong}")
        self.moving, flow = _flow(code, begin, operand, leaves, given, asked)
        padded = operand.tobytes() + PADDING, flow.tobytes() + PADDING
        self._arrays: Final = (code.tobytes(), begin.tobytes(), *padded, leaves)
        self._slots: Final = slots
        # The memory of a run has a row for the number in each slot, and behind them one for the gradient in each slot.
        values, slopes = np.arange(2 * slots, dtype=np.uint64).reshape(2, slots)
        self._written: Final = values[given], np.append(values[given], slopes[asked])  # without, and with gradients
        self._read: Final = values[asked], np.append(values[asked], slopes[given])
        is_operand = np.zeros(slots, bool)
        is_operand[operand] = True
        self._summed: Final = set(slopes[asked[is_operand[asked]]].tolist())  # rows of roots that ops may add to
        self._kept: Final[deque[np.ndarray]] = deque(maxlen=1)  # the memory of the last run

    def run(self, given: Sequence[float], gradients: bool) -> list[float]:
        """Return the values of the roots, and with `gradients` behind them the gradients of the inputs.

        `given` has the number of each input, and with `gradients` behind them the gradient at each root.
        """
        written, read = self._rows(given, gradients)
        memory, found = self._take_memory(1), np.empty(len(read))
        interpreter.run(self._arrays, memory, 1, written, array("d", given), read, found, 1, 1, gradients)
        self._keep(memory)
        return found.tolist()

    def run_samples(self, given: Sequence[Any], gradients: bool, samples: int) -> np.ndarray:
        """Return the same for some samples: a row for each result, with an element for each sample.

        Among what is given are numbers, which all samples have, and arrays with an element for each sample.
        """
        written, read = self._rows(given, gradients)
        lanes = 1 if samples < FEW else interpreter.LANES
        memory, found = self._take_memory(lanes), np.empty((len(read), samples))
        columns = {}
        for row, x in zip(written.tolist(), given, strict=True):
            if isinstance(x, np.ndarray):
                columns[row] = x
            elif row in self._summed:
                columns[row] = np.full(samples, float(x))
            else:
                memory[row] = float(x)  # once, because no op writes there
        if any(x.shape != (samples,) for x in columns.values()):
            raise ValueError(f"expected arrays with an element for each of the {samples} samples, got other shapes")
        varying = np.array(list(columns), np.uint64)
        step = (PATIENCE // (self._slots * lanes + 1) + 1) * lanes
        for at in range(0, samples, step):  # Python looks for Ctrl-C between the steps
            block = np.array([x[at : at + step] for x in columns.values()], np.float64)
            size, results = min(step, samples - at), found.ravel()[at:]
            interpreter.run(self._arrays, memory, lanes, varying, block, read, results, size, samples, gradients)
        self._keep(memory)
        return found

    def _rows(self, given: Sequence[Any], gradients: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of the memory that a run writes first, and those that it reads in the end."""
        written = self._written[gradients]
        if len(given) != len(written):
            raise ValueError(f"expected {len(written)} inputs and gradients at the roots, got {len(given)} numbers")
        return written, self._read[gradients]

    def _take_memory(self, lanes: int) -> np.ndarray:
        """Return memory with the data of the leaves. A run takes it away, so that another thread finds none."""
        try:
            memory = self._kept.pop()
            if memory.shape[1] == lanes:
                return memory
        except IndexError:
            pass
        memory = np.zeros((2 * self._slots, lanes))
        memory[: len(self._data)] = self._data[:, None]
        return memory

    def _keep(self, memory: np.ndarray) -> None:
        if memory.nbytes <= KEPT:
            self._kept.append(memory)


def _flow(
    code: np.ndarray, first: np.ndarray, operand: np.ndarray, leaves: int, inputs: np.ndarray, roots: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each slot whether it depends on an input, and for each operand NONE, FIRST or LATER."""
    counts = first[1:] - first[:-1]
    ruled = _ruled(code, first, counts)
    # Nothing flows through a mask or a parameter: the first operand that has a rule replaces it in the graph of sums.
    with_rule = operand[first[:-1] + _RULED[code].argmax(1)]
    summed = operand if ruled.all() else np.where(ruled, operand, np.repeat(with_rule, counts))
    moving, reached = _connected(first, summed, leaves, inputs, roots)
    flowing = np.flatnonzero(ruled & moving[operand] & np.repeat(reached[leaves:], counts))
    # A sweep visits the last op first. It is assigned last in the slots that it reads, and stays there.
    ops = np.repeat(np.arange(1, len(code) + 1, dtype=np.uint32), counts)[flowing]
    last = np.zeros(leaves + len(code), np.uint32)
    last[operand[flowing]] = ops
    last[roots] = 0  # these have a gradient from the start
    flow = np.zeros(len(operand), np.uint8)
    flow[flowing] = np.where(last[operand[flowing]] == ops, FIRST, LATER)
    return moving, flow


def _ruled(code: np.ndarray, first: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return for each operand whether the op has a rule for it."""
    ruled = np.ones(first[-1], bool)
    others = np.flatnonzero(~_IS_RULED[code])
    for k in range(MOST):
        others = others[counts[others] > k]
        ruled[first[others] + k] = _RULED[code[others], k]
    return ruled


def _connected(
    first: np.ndarray, operand: np.ndarray, leaves: int, inputs: np.ndarray, roots: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each slot whether it depends on an input, and whether a root depends on it.

    Run the graph with a sum in place of each op: forward from 1 at the inputs and 0 at all other leaves, and backward
    from 1 at the roots. The number of a slot is then positive where there is a connection.
    """
    ops, slots = len(first) - 1, leaves + len(first) - 1
    sums = (bytes([codes["sum"]]) * ops, first.tobytes(), operand.astype(np.uint32).tobytes() + PADDING)
    memory, nothing = np.zeros((2, slots)), np.empty(0, np.uint64)
    rows = np.append(inputs, roots + np.int64(slots)).astype(np.uint64)
    tape = (*sums, bytes([LATER]) * len(operand), leaves)
    interpreter.run(tape, memory, 1, rows, np.ones(len(rows)), nothing, np.empty(0), 1, 1, True)
    moving, reached = memory > 0.0
    return moving, reached


def _wrong_ops(code: np.ndarray, first: np.ndarray, operand: np.ndarray, leaves: int) -> str:
    """Return what is wrong with the ops; nothing where each of them has its operands before it."""
    if len(first) != len(code) + 1 or first[0] or first[-1] != len(operand):
        return "first does not fit the operands"
    counts = first[1:] - first[:-1]
    if (first[1:] < first[:-1]).any():
        return "first does not rise"
    if ((code == 0) | (code >= len(_OPERANDS))).any():
        return "a code is that of no op"
    sizes, rest = counts // _OPERANDS[code], counts % _OPERANDS[code]
    if ((rest != 0) | (sizes == 0) | (sizes > 1) & ~_IS_OF_LISTS[code]).any():
        return "an op has a wrong number of operands"
    if (operand >= np.repeat(np.arange(leaves, leaves + len(code)), counts)).any():
        return "an op has an operand that comes after it"
    return ""


def _wrong_ends(inputs: np.ndarray, roots: np.ndarray, leaves: int, slots: int) -> str:
    """Return what is wrong with the slots of inputs and roots, or nothing."""
    if (inputs >= leaves).any():
        return "an input is not a leaf"
    return "a root is no slot" if (roots >= slots).any() else ""
