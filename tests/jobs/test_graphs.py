"""The graph of each job is drawn, stepped through, and run as a Program; `tools/bench/jobs.py` says how fast."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Program, Stepper, draw

from . import science, statistics

JOBS = science.JOBS | statistics.JOBS


@pytest.mark.parametrize("name", JOBS)
def test_the_picture_of_a_job_names_its_inputs(name: str) -> None:
    root, inputs = JOBS[name].graph()
    picture = draw(root, inputs).svg
    assert [each for each in inputs if f'data-name="{each}"' not in picture] == []


@pytest.mark.parametrize("name", JOBS)
def test_the_steps_and_the_program_of_a_job_are_its_graph_to_the_bit(name: str) -> None:
    job = JOBS[name]
    root, inputs = job.graph()
    stepper = Stepper(root, inputs)
    stepper.finish()
    by_steps = stepper.gradients()
    program = Program(root, list(inputs.values()))
    value, gradients = program.value_and_grad(*job.numbers.values())
    assert program(*job.numbers.values()) == value == root.item()
    root.backward()
    for x, by_program in zip(inputs.values(), gradients, strict=True):
        np.testing.assert_array_equal(by_steps[x], x.grad)
        np.testing.assert_array_equal(by_program, x.grad)


# The number that bisection finds is in the graph of the root: it is right at one place only, as it says.
@pytest.mark.parametrize("name", [name for name in JOBS if name != "root by implicit differentiation"])
def test_the_program_of_a_job_is_right_at_other_numbers_to_the_bit(name: str) -> None:
    job = JOBS[name]
    root, inputs = job.graph()
    program = Program(root, list(inputs.values()))
    others = {each: (1.03 + 0.01 * k) * x for k, (each, x) in enumerate(job.numbers.items())}
    value, gradients = program.value_and_grad(*others.values())
    again, leaves = job.graph(others)
    again.backward()
    assert value == again.item() != root.item()
    for x, by_program in zip(leaves.values(), gradients, strict=True):
        np.testing.assert_array_equal(by_program, x.grad)
