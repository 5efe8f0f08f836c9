"""Run independent trainings one after the other, or in several processes, with the same results."""

from __future__ import annotations

import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import Any

from autograd import default_generator, manual_seed, shown

from ..atomic import set_attributes
from ..checks import integer


def run_all(function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], seed: int, processes: int) -> list[Any]:
    """Return function(*arguments) for each tuple of arguments, in order.

    Before call number k the default generator is seeded with a number that depends on `seed` and k only, so the results
    do not depend on the number of processes. In this process the generator is as before afterwards.

    If a call raises, its error is raised here, with a note that tells which call it was. Then, and at Ctrl-C, the other
    processes are ended.
    """
    integer("seed", seed, 0)
    if integer("processes", processes, 1) > 1:
        _check_importable(function, arguments, processes)
        return _in_processes(function, arguments, seed, processes)
    with own_randomness():
        count = len(arguments)
        return [_noted(k, count, seeded_call, function, seed, k, each) for k, each in enumerate(arguments)]


def seeded_call(function: Callable[..., Any], seed: int, k: int, arguments: tuple[Any, ...]) -> Any:
    """Seed the default generator for call number k and return function(*arguments)."""
    manual_seed((seed << 32) + k)
    return function(*arguments)


@contextmanager
def own_randomness() -> Iterator[None]:
    """Bring the default generator back at the end of a `with` block."""
    generator = default_generator().bit_generator
    state = generator.state
    try:
        yield
    finally:
        set_attributes([(default_generator().bit_generator, "state", state)])


def _in_processes(
    function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], seed: int, processes: int
) -> list[Any]:
    others = set(active_children())
    # Not fork: a process with threads, such as NumPy's, may hang after it.
    pool = ProcessPoolExecutor(
        min(processes, max(len(arguments), 1)), get_context("spawn"), initializer=_leave_ctrl_c_to_the_parent
    )
    try:
        with _ctrl_c_afterwards():  # which would lose a process that is being started
            futures = [pool.submit(seeded_call, function, seed, k, each) for k, each in enumerate(arguments)]
        finished, _ = wait(futures, return_when=FIRST_EXCEPTION)
        for k, future in enumerate(futures):
            if future in finished:
                _noted(k, len(futures), future.result)  # raises what the call raised, while others may still run
        return [future.result() for future in futures]
    except BaseException as error:
        for child in set(active_children()) - others:
            child.terminate()
        if isinstance(error, BrokenProcessPool):
            raise RuntimeError(
                f"one of {processes} processes ended before its call did. In a script, call this function under "
                'if __name__ == "__main__":, because each process imports the script; if memory ran out, use fewer '
                "processes; processes=1 shows any other cause"
            ) from None
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _ctrl_c_afterwards() -> Iterator[None]:
    """Raise KeyboardInterrupt for a Ctrl-C in the `with` block at its end."""
    in_main = threading.current_thread() is threading.main_thread()  # Python interrupts only that one
    if not in_main or signal.getsignal(signal.SIGINT) is None:  # None: a handler that is not Python's
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:  # also where the block failed, because Ctrl-C has ended a process that was being started
            raise KeyboardInterrupt


def _noted(k: int, count: int, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return function(*arguments), which is or stands for call number k. An error gets a note with this number."""
    try:
        return function(*arguments)
    except BrokenProcessPool:
        raise
    except Exception as error:
        error.add_note(f"raised in training {k + 1} of {count}")
        raise


def _leave_ctrl_c_to_the_parent() -> None:
    """Let Ctrl-C, which a terminal sends to all processes, interrupt the parent only; it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _check_importable(function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], processes: int) -> None:
    """Raise TypeError for what cannot be sent to another process, such as a function that it could not import."""
    interactive = not hasattr(sys.modules["__main__"], "__file__")
    for part in [function, *(arguments[0] if arguments else ())]:
        problem: Any = None
        if interactive and callable(part) and getattr(part, "__module__", None) == "__main__":
            problem = "they cannot import what a notebook or an interactive session defines"
        else:
            try:
                pickle.dumps(part)  # only to other processes of this program, never to a file
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                problem = error
        if problem is not None:
            raise TypeError(
                f"processes={processes} sends {shown(part)} to other processes, and that fails: {problem}; if it is a "
                "function or a class, define it at the top of a file that can be imported, or use processes=1"
            ) from None
