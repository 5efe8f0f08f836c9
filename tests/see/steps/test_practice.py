"""Exercises: what is asked, which answers are right, what a wrong answer is told, and that no number is given away."""

import math
import re
from typing import Any

import pytest

import autograd
from autograd import Tensor, Value
from autograd.cli.expression import parse
from autograd.see.steps.practice_graph import Practice, practice
from autograd.see.steps.stepper import Stepper

NEURON = "n = x1*w1 + x2*w2 + b; o = tanh(n)"
NUMBERS = {"x1": 2.0, "w1": -3.0, "x2": 0.0, "w2": 1.0, "b": 6.8813735870195432}


def task(text: str, **values: float) -> Practice:
    return practice(parse(text, values).root)


def ask(text: str, *answers: float | str, **values: float) -> list[str]:
    """Return the verdicts on these answers."""
    asked = task(text, **values)
    return [str(asked.answer(x)) for x in answers]


def last_line(asked: Practice) -> str:
    return (asked.question or "").split("\n")[-1]


def test_the_neuron_from_the_first_question_to_the_last() -> None:
    asked = task(NEURON, **NUMBERS)
    # n, the three sums, the two products: 1 + 2 + 2 + 2 + 2 contributions, and nobody is used twice
    assert len(asked) == len(asked.questions()) == 9
    assert last_line(asked) == "what does o contribute to the gradient of n?"
    said: dict[str, str] = {}
    while asked.question is not None:
        name = last_line(asked).removesuffix("?").split()[-1]
        said[name] = {"w1": "1", "x1": "-1.5", "w2": "0", "x2": "0.5"}.get(name, "1/2")
        assert asked.answer(said[name])
    assert asked.score == (9, 9)
    assert "?" not in str(asked)
    assert {"x1", "w1", "x2", "w2", "b", "n"} < said.keys()


def test_questions_come_in_the_order_of_the_steps() -> None:
    asked = task("h = x*y; h*h + x", x=2.0, y=5.0)
    root = asked.stepper.root
    expected = [flow.contribution for step in Stepper(root) for flow in step.flows]
    found = []
    while asked.question is not None:
        total = "what is the gradient of" in asked.question
        solution = asked.reveal()
        if not total:
            found.append(float(solution.split("= ")[1]))
    assert found == expected
    assert asked.score == (0, len(asked))


def test_a_node_with_several_users_is_asked_for_its_sum() -> None:
    asked = task("x*x + x", x=3.0)
    lines = []
    while asked.question is not None:
        lines.append(last_line(asked))
        asked.reveal()
    assert lines == [
        "what does v2 contribute to the gradient of v1?",
        "what does v2 contribute to the gradient of x?",
        "what does v1 contribute to the gradient of x, as its input 1?",
        "what does v1 contribute to the gradient of x, as its input 2?",
        "x is used 3 times, and each use has contributed; what is the gradient of x?",
    ]


def test_nothing_is_written_on_the_graph() -> None:
    x = Value(3.0, label="x")
    y = x * x
    asked = practice(y)
    while asked.question is not None:
        asked.reveal()
        str(asked)
    assert x.grad is None
    assert y.grad is None


def test_labels_name_nodes() -> None:
    x = Value(3.0)
    asked = practice(autograd.sin(x), labels={"angle": x})
    assert "d/dangle" not in (asked.question or "")
    assert "contribute to the gradient of angle?" in (asked.question or "")


@pytest.mark.parametrize("answer", [0.419974, 0.42, "0.42", " 0.420 ", "4.2e-1", "0.4199", ".41997", "42/100", "+0.42"])
def test_right_answers(answer: float | str) -> None:
    assert task("tanh(x)", x=1.0).answer(answer)


@pytest.mark.parametrize("answer", ["0.43", "0.421", "0", "1", "-1", "inf", "nan", "1/3", "1e999", "-1e-999"])
def test_wrong_answers(answer: str) -> None:
    assert not task("tanh(x)", x=1.0).answer(answer)


def test_one_digit_is_close_and_not_counted() -> None:
    asked = task("tanh(x)", x=1.0)
    assert str(asked.answer("0.4")) == "close: give it with more digits"
    assert asked.answer("0.42")
    assert asked.score == (1, 1)


@pytest.mark.parametrize(
    ("text", "x", "answer"),
    [
        ("log(x)", 0.0, "inf"),
        ("x*inf - x*inf", 1.0, "1"),
        ("x**3", 0.0, "0"),
        ("tanh(x)", 20.0, "0"),  # 1.7e-17
        ("tanh(x)", 20.0, "1.699e-17"),
        ("exp(x)", 700.0, "1.014e304"),
        ("x*nan", 1.0, "nan"),
        ("-x", 1.0, "−1"),
    ],
)
def test_numbers_at_the_edges(text: str, x: float, answer: str) -> None:
    assert task(text, x=x).answer(answer)


@pytest.mark.parametrize(
    "answer", ["", "abc", "0,5", "1/0", "1/2/3", "½", "1 2", "--1", "x", "(1)", "1e", "0x10", "\0", "9" * 30 + "z"]
)
def test_text_that_is_no_number_is_explained_and_not_counted(answer: str) -> None:
    asked = task("x*y", x=2.0, y=5.0)
    verdict = asked.answer(answer)
    assert not verdict
    assert not verdict.counted
    assert "is not a number I can read; try 0.5" in str(verdict)
    assert asked.answer(5)
    assert asked.score == (1, 1)


@pytest.mark.parametrize("answer", [None, True, [1.0], 1j, b"1", Value(1.0)])
def test_other_types_are_refused(answer: object) -> None:
    with pytest.raises(TypeError, match="an answer is a number, or text"):
        task("x*y", x=2.0, y=5.0).answer(answer)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("20", "this is the local derivative alone"),
        ("7", "this is the upstream gradient alone"),
        ("-140", "the size is right, the sign is not"),
        ("27", "multiply the upstream gradient by the local derivative; do not add them"),
        ("0.35", "this is the upstream gradient divided by the local derivative; multiply them"),
        ("3", "this is the derivative with respect to y; the local derivative with respect to x is y"),
        ("21", "this is the contribution to y; the local derivative with respect to x is y"),
        ("60", "this is the data of h; the question is about a gradient"),
        ("4", "multiply the upstream gradient 7 by the local derivative dh/dx = y"),
    ],
)
def test_mistakes_at_a_product_are_recognised(answer: str, says: str) -> None:
    asked = task("h = x*y; 7*h", x=3.0, y=20.0)
    assert asked.answer(7)
    assert says in str(asked.answer(answer))


def test_mistakes_at_a_sum_are_recognised() -> None:
    asked = task("x*7 + x*5", x=1.0)
    for answer in ("1", "1"):
        assert asked.answer(answer)
    first, second = asked.answer(5), asked.answer(12)
    assert first
    assert "the sum so far" in str(second)
    assert asked.answer(7)
    assert "is used 2 times" in (asked.question or "")
    assert "one contribution alone; all 2 of them add up (+=, not =)" in str(asked.answer("7"))
    assert "this is the product of the contributions; add them instead" in str(asked.answer("35"))
    assert "the sign is not" in str(asked.answer("-12"))
    assert "add the contributions of all uses: 5 + 7" in str(asked.answer("8"))
    assert str(asked.answer(12)) == "right: 5 + 7 = 12"
    assert asked.score == (3, 5)


def test_the_total_of_a_leaf_includes_what_earlier_sweeps_left() -> None:
    x = Value(2.0, label="x")
    (x * 5).backward()
    asked = practice(x * 7 + x * 3)
    while "what is the gradient of" not in (asked.question or ""):
        asked.reveal()
    assert last_line(asked) == (
        "x is used 2 times, and each use has contributed; earlier sweeps left 5 in the gradient of x; "
        "what is the gradient of x?"
    )
    assert "earlier sweeps left 5 there, add it" in str(asked.answer(10))
    assert (
        str(asked.answer(12)) == "not yet: add the contributions of all uses to the 5 that earlier sweeps left: 3 + 7"
    )
    assert str(asked.answer(15)) == "right: 5 + 3 + 7 = 15"
    assert x.grad == 5.0


def test_a_leaf_that_is_used_once_is_asked_for_its_total_where_earlier_sweeps_left_a_gradient() -> None:
    x = Value(2.0, label="x")
    y = x * 5
    y.backward()
    asked = practice(y)
    assert len(asked) == 2
    assert asked.answer(5)
    assert last_line(asked).startswith("x is used once, and it has contributed; earlier sweeps left 5")
    assert "earlier sweeps left 5 there" in str(asked.answer(5))
    assert asked.answer(10)


@pytest.mark.parametrize("kind", [Value, Tensor])
def test_data_that_was_changed_after_it_was_used_is_refused(kind: Any) -> None:
    x = kind(2.0, label="x")
    if kind is Tensor:
        x.requires_grad_()
    y = x * x
    x.data = 3.0
    with pytest.raises(RuntimeError, match=r"the data of an input of mul \(x\) was changed .*make the Stepper before"):
        practice(y)


def test_the_local_derivative_as_a_number_comes_after_two_wrong_tries() -> None:
    asked = task("7*tanh(x)", x=1.0)
    assert asked.answer(7)
    assert str(asked.answer(100)).endswith("= square(sech(x))")
    assert str(asked.answer(101)).endswith("= square(sech(x)) = 0.419974")
    assert asked.answer(2.94)
    assert asked.score == (1, 2)


def test_the_hint_hides_the_number_where_it_is_the_answer() -> None:
    assert all("0.419" not in verdict for verdict in ask("tanh(x)", 100, 101, 102, x=1.0))


def test_no_number_is_given_away() -> None:
    # Every gradient and local derivative here has digits that nothing else has.
    asked = task("a = sin(x*1.37); c = exp(a)*cos(x); c*c*a", x=0.61)
    secrets = []
    for step in asked.stepper:
        secrets += [flow.contribution for flow in step.flows]
    shown_forward = {f"{step.data:.6g}" for step in asked.stepper}
    place = 0
    while asked.question is not None:
        hidden = {f"{secret:.6g}" for secret in secrets[place:]} - shown_forward - {"1"}
        seen = {f"{secret:.6g}" for secret in secrets[:place]}
        words = set(re.findall(r"-?[\d.]+(?:e-?\d+)?", f"{asked}\n{asked.question}\n{asked.questions()}\n{asked!r}"))
        assert not words & (hidden - seen)
        if "what is the gradient of" not in asked.question:
            place += 1
        asked.reveal()


def test_the_table_fills_as_answers_come() -> None:
    asked = task("x*y", x=2.0, y=5.0)
    empty = str(asked)
    assert empty.count("?") == 6
    asked.answer(5)
    assert "1 × 5 = 5" in str(asked)
    assert str(asked).count("?") == 3
    asked.answer(2)
    full = [line.split() for line in str(asked).splitlines()]
    assert full == [line.split() for line in str(asked.stepper).splitlines()]


def test_a_sum_stays_hidden_until_it_is_answered() -> None:
    asked = task("x*7 + x*5", x=2.0)
    for _ in range(4):
        asked.reveal()
    assert "12" not in str(asked)
    asked.answer(12)
    assert "5 → 12" in str(asked)


def test_after_the_last_question_there_is_an_index_error() -> None:
    asked = task("-x", x=2.0)
    assert asked.reveal() == "1 × -1 = -1"
    assert asked.question is None
    assert asked.questions() == []
    with pytest.raises(IndexError, match="all 1 questions are answered"):
        asked.answer(1)
    with pytest.raises(IndexError, match="all 1 questions are answered"):
        asked.reveal()


def test_a_leaf_has_no_questions() -> None:
    asked = task("x", x=2.0)
    assert (len(asked), asked.question, asked.score) == (0, None, (0, 0))
    assert "leaf" in str(asked)


def test_practice_takes_a_node() -> None:
    with pytest.raises(TypeError, match="float"):
        practice(2.0)  # type: ignore[arg-type]
    assert repr(task("x*y", x=2.0, y=math.pi)) == "<Practice on v1, 0 of 2 answered>"
