"""The exercises in the notebooks: unsolved as they are published; a solution is right, and each mistake is named."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import pytest

import notebooks

LOCAL = "for each, local in zip(value.inputs, local_derivatives(value)):"


def backward(order: str, sign: str) -> str:
    """Return a solution of exercise 2 in notebook 2 with this order and this assignment."""
    return f"""
def my_gradients_of(root):
    gradient = {{value: 0.0 for value in inputs_first(root)}}
    gradient[root] = 1.0
    for value in {order}:
        if value.op:
            {LOCAL}
                gradient[each] {sign} gradient[value] * local
    return gradient
"""


def training(first: str, update: str = "w.data -= 0.1 * w.grad") -> str:
    """Return a solution of exercise 3 in notebook 2."""
    return f"""
def my_train():
    w = Value(0.0)
    for _ in range(60):
        loss = (w - 3) ** 2
        {first}
        loss.backward()
        {update}
    return w
"""


TEN = "[2*(y.data-1), -0.953623, -0.953623, -0.953623, -0.72627, -1.907246, -0.800995, -0.4005, -1.60199, -1.12677]"
USERS_FIRST = "reversed(inputs_first(root))"

# By notebook: the number of the exercise, what the learner writes, and what the check says.
ANSWERS: dict[str, list[tuple[int, str, str]]] = {
    "01_a_value_and_its_graph": [
        (1, "q = (u - v) ** 2", "right: Value(9.0"),
        (1, "q = (v - u) * (v - u)", "right"),
        (1, "q = u**2 - v**2", "not yet: this is u² - v²"),
        (1, "q = u - v", "it still has to be squared"),
        (1, "q = 9", "q is a plain int"),
        (1, "q = (u - 1.0) ** 2", "does not contain v"),
        (1, "q = (u + v) ** 2", "q is 25, and (4 - 1)² is 9"),
        (2, "gradient_of_r, gradient_of_s = 5, 3", "right: backward() gives 5 and 3"),
        (2, "gradient_of_r, gradient_of_s = 3, 5", "of the other value each"),
        (2, "gradient_of_r, gradient_of_s = 2, 3", "not r but the other factor"),
        (2, "gradient_of_r, gradient_of_s = 7, 3", "r is used once"),
        (2, "gradient_of_r, gradient_of_s = 5, 2", "what arrives through the product alone"),
        (2, "gradient_of_r, gradient_of_s = 5, 1", "what arrives through the sum alone"),
        (2, "gradient_of_r, gradient_of_s = 5, 5", "not s but the other factor"),
        (2, "gradient_of_r, gradient_of_s = 5, 8", "the sum of two paths, and not 8"),
        (3, "new_w = 2", "right: the loss is 0; it cannot be smaller"),
        (3, "new_w = 2.2", "right"),
        (3, "new_w = 4", "a larger w is uphill"),
        (3, "new_w = 2.6", "go on until it is below 0.5"),
        (3, "new_w = 0.5", "the step is too long"),
    ],
    "02_backprop_by_hand": [
        (1, f"answers = {TEN}", "exercise 1: right: all 10"),
        (1, "answers = [1]", "the upstream gradient alone"),
        (1, "answers = [2 * -0.4768]", "1 of 10 are answered"),
        (1, "answers = [-0.9536, -0.9536, -0.9536, -0.9536, 0.7616]", "the local derivative alone"),
        (1, f"answers = {TEN}[:9] + [-0.7263]", "one contribution alone"),
        (2, backward(USERS_FIRST, "+="), "right"),
        (2, backward("inputs_first(root)", "="), "needs its gradient before it can pass it on"),
        (2, backward("inputs_first(root)", "+="), "needs its gradient before it can pass it on"),
        (2, backward(USERS_FIRST, "="), "both uses count"),
        (3, training("w.grad = None"), "right: w comes to rest at 3.0000"),
        (3, training("pass"), "the sum of the gradients of all steps"),
        (3, training("w.grad = None", "w.data += 0.1 * w.grad"), "the steps go uphill"),
        (3, training("pass", "w.grad = None\n        w.data -= 0.1 * w.grad"), "before backward(), not after it"),
    ],
    "03_from_the_perceptron_to_the_mlp": [
        (1, "new_w, new_b = [-1, -3], -0.5", "right: it said 1, so the error is -1"),
        (1, "new_w, new_b = [3, -1], 1.5", "the direction is wrong"),
        (1, "new_w, new_b = [-1, -3], 0.5", "the weights are right; the bias changes by the error alone"),
        (1, "new_w, new_b = [0, -3], -0.5", "the bias is right"),
        (1, "new_w, new_b = [1, -2], 0.5", "nothing has changed"),
        (1, "new_w, new_b = [2, 1], 0", "first compute the sum"),
        (2, "my_w, my_b = [1, -1], -0.5", "right"),
        (2, "my_w, my_b = [1, 1], -0.5", "for [0, 1] the sum is 0.5 and should be 0 or less"),
        (2, "my_w, my_b = [1, -1], -1", "for [1, 0] the sum is 0 and should be positive"),
        (3, "hidden_1, hidden_2, output = [1, -1, 0], [-1, 1, 0], [1, 1, 0]", "right: this network computes XOR"),
        (3, "hidden_1, hidden_2, output = [1, -1, 0], [1, -1, 0], [1, 1, 0]", "hidden neuron 2 gives 0 for [0, 1]"),
        (3, "hidden_1, hidden_2, output = [1, -1, 0], [-1, 1, 0], [1, -1, 0]", "for [0, 1] the output is -1"),
    ],
}


@pytest.fixture(autouse=True)
def _no_figures_stay_open() -> Iterator[None]:
    yield
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="the extra `plot` installs it")
    pyplot.close("all")


def run(code: str, names: dict[str, Any]) -> str:
    """Run the code of a cell, and return what it prints."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(code, names)
    return printed.getvalue()


def test_every_notebook_has_exercises_in_the_table() -> None:
    assert list(ANSWERS) == list(notebooks.sources())


@pytest.mark.parametrize("name", notebooks.sources())
def test_an_exercise_begins_unsolved_takes_its_solution_and_names_mistakes(name: str) -> None:
    pytest.importorskip("matplotlib", reason="the extra `plot` installs it")
    names: dict[str, Any] = {}
    checks: list[str] = []
    for kind, text in notebooks.cells(notebooks.sources()[name].read_text(encoding="utf-8")):
        if kind == "check":
            checks.append(text)
            assert f"exercise {len(checks)}: not yet" in run(text, names)
        elif kind == "code":
            run(text, names)
    assert {number for number, _, _ in ANSWERS[name]} == set(range(1, len(checks) + 1))
    for number, answer, expected in ANSWERS[name]:
        said = run(answer + "\n" + checks[number - 1], names)
        assert expected in said, (answer, said)
        assert expected.startswith("right") or "not yet" in said or "right: all" in said
