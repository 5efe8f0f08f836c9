"""The part that all jobs share: the graph of a job is drawn, stepped through, and run as a Program."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Program, Stepper, Tensor, draw


def look_at(root: Any, inputs: dict[str, Any]) -> None:
    """Draw the graph of `root`, step through it and run it as a Program; the gradients are those of backward()."""
    picture = draw(root, inputs, engine="layered").svg
    assert all(f">{name}<" in picture or f">{name} " in picture for name in inputs), "a name is not in the picture"

    stepper = Stepper(root, inputs)
    stepper.finish()
    by_steps = stepper.gradients()

    program = Program(root, list(inputs.values()))
    numbers = [x.numpy() if isinstance(x, Tensor) else x.item() for x in inputs.values()]
    value, gradients = program.value_and_grad(*numbers)
    root.backward()
    assert value == root.item()
    for x, by_program in zip(inputs.values(), gradients, strict=True):
        np.testing.assert_array_equal(by_steps[x], x.grad)
        np.testing.assert_array_equal(by_program, x.grad)


def slopes(f: Any, x: Any, step: float = 1e-6) -> np.ndarray:
    """Return the gradient of `f`, written in NumPy alone, by central differences."""
    x = np.asarray(x, float)
    found = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        moved = np.zeros(x.shape)
        moved[place] = step
        found[place] = (f(x + moved) - f(x - moved)) / (2 * step)
    return found
