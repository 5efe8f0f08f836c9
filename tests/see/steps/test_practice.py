"""Exercises: what is asked, which answers are right, what a wrong answer is told, and that no number is given away."""

import math
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value
from autograd.cli.expression import parse
from autograd.see.steps.practice_graph import Practice, practice
from autograd.see.steps.practice_marking import mark_file
from autograd.see.steps.stepper import Stepper
from tests.see.pictures import leaf

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


@pytest.mark.parametrize("kind", [Value, leaf])
def test_data_that_was_changed_after_it_was_used_is_refused(kind: Any) -> None:
    x = kind(2.0, label="x")
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


# Forward


def test_the_forward_pass_of_the_neuron_is_asked_from_the_oldest_result_on() -> None:
    asked = practice(parse(NEURON, NUMBERS).root, phase="forward")
    found = []
    while asked.question is not None:
        found.append((last_line(asked), asked.reveal()))
    assert found == [
        ("what is the data of v1?", "v1 = -6"),
        ("what is the data of v2?", "v2 = 0"),
        ("what is the data of v3?", "v3 = -6"),
        ("what is the data of n?", "n = 0.881374"),
        ("what is the data of o?", "o = 0.707107"),
    ]


def test_both_phases_are_the_forward_questions_and_then_the_backward_ones() -> None:
    root = parse(NEURON, NUMBERS).root
    lines = [practice(root, phase=phase).questions() for phase in ("forward", "backward", "both")]
    assert lines[2] == lines[0] + lines[1]
    with pytest.raises(ValueError, match="phase is one of backward, forward, both, got 'sideways'"):
        practice(root, phase="sideways")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "values", "answer", "says"),
    [
        ("x*y", {"x": 3.0, "y": 7.0}, "10", "this is the sum; * multiplies"),
        ("x+y", {"x": 3.0, "y": 7.0}, "21", "this is the product; + adds"),
        ("x+y", {"x": 3.0, "y": 7.0}, "-4", "this is the difference; + adds"),
        ("x-y", {"x": 3.0, "y": 5.0}, "8", "this is the sum; - subtracts"),
        ("x-y", {"x": 3.0, "y": 5.0}, "2", "the second minus the first; it is the other way round"),
        ("x/y", {"x": 3.0, "y": 6.0}, "2", "the second divided by the first"),
        ("x/y", {"x": 3.0, "y": 6.0}, "18", "this is the product; / divides"),
        ("x**y", {"x": 3.0, "y": 4.0}, "12", "this is base times exponent"),
        ("x**y", {"x": 3.0, "y": 4.0}, "64", "base and exponent have changed places"),
        ("log(x)", {"x": 100.0}, "2", "the logarithm to the base 10; log is the natural one"),
        ("sin(x)", {"x": 30.0}, "0.5", "takes the input as degrees; it is in radians"),
        ("tanh(x)", {"x": 1.0}, "0.731", "this is the sigmoid of the input, not tanh"),
        ("tanh(x)", {"x": 1.0}, "-0.7616", "the size is right, the sign is not"),
        ("exp(x)", {"x": 2.0}, "2", "this is the input itself; apply exp to it"),
        ("exp(x)", {"x": 2.0}, "5.437", "this is e times the input"),
        ("relu(x)", {"x": -2.0}, "-2", "relu gives 0 for a negative input"),
        ("sqrt(x)", {"x": 9.0}, "4.5", "half of the input"),
        ("sigmoid(x)", {"x": 0.5}, "0.235", "the derivative of sigmoid there; the question is about its value"),
        ("x*y", {"x": 3.0, "y": -7.0}, "1000", "put the numbers into v1 = x * y"),
    ],
)
def test_mistakes_forward_are_recognised(text: str, values: dict[str, float], answer: str, says: str) -> None:
    asked = practice(parse(text, values).root, phase="forward")
    verdict = asked.answer(answer)
    assert not verdict
    assert says in str(verdict)


def test_the_second_hint_forward_has_the_numbers() -> None:
    asked = practice(parse("x*y", {"x": 3.0, "y": -7.0}).root, phase="forward")
    assert asked.hint() == "put the numbers into v1 = x * y"
    assert asked.hint() == "work out 3 * (-7)"


def test_a_confusion_that_cannot_be_computed_is_left_out() -> None:
    assert "natural" not in str(practice(parse("log(x)", {"x": -1.0}).root, phase="forward").answer(3))


def test_forward_each_element_of_an_array_is_asked_for() -> None:
    x, w = Tensor([[1.0, 2.0]], label="x"), Tensor([[3.0, -4.0], [5.0, 0.5]], label="w", requires_grad=True)
    asked = practice((x @ w).relu().sum(), phase="forward")
    assert last_line(asked) == "what is the data of v1[0,0]?"
    assert "this is the data of v1[0,1]" in str(asked.answer(-3))
    assert asked.answer(13)
    asked.reveal()
    asked.reveal()
    assert last_line(asked) == "what is the data of v2[0,1]?"
    assert "relu gives 0" in str(asked.answer(-3))


def test_no_data_is_given_away_forward() -> None:
    asked = practice(parse("a = sin(x*1.37); c = exp(a)*cos(x); c*c*a", {"x": 0.61}).root, phase="both")
    results = [question.truth for question in asked._questions if question.open.text.startswith("forward")]
    assert len(results) == 7
    for place in range(7):
        words = set(re.findall(r"-?[\d.]+(?:e-?\d+)?", f"{asked}\n{asked.question}\n{asked.questions()}\n{asked!r}"))
        hidden = {format(secret, form) for secret in results[place:] for form in (".6g", ".4g")}
        assert not words & hidden
        asked.reveal()


# A part of the graph


def deep() -> tuple[Value, list[Value]]:
    x = Value(0.5, label="x")
    chain = [x]
    for k in range(5):
        node = chain[-1].sin() if k % 2 else chain[-1].exp()
        node.label = f"h{k}"
        chain.append(node)
    return chain[-1], chain


def test_only_asks_about_a_node_a_list_or_a_path() -> None:
    root, chain = deep()
    choices: dict[str, Any] = {"node": chain[2], "list": [chain[0], chain[3]], "path": (chain[1], chain[3])}
    of = {name: [q.split()[-1] for q in practice(root, only=only).questions()] for name, only in choices.items()}
    assert of == {"node": ["h1?"], "list": ["h2?", "x?"], "path": ["h2?", "h1?", "h0?"]}


def test_what_is_computed_from_a_hidden_gradient_is_hidden_too() -> None:
    root, chain = deep()
    asked = practice(root, only=chain[2])
    grads = {str(step.gradient) for step in asked.stepper}
    assert len(grads) == 6
    page = asked._page()
    for step in list(asked.stepper)[3:]:
        shown = f"{step.gradient:.4g}"
        assert shown not in re.sub(r'<script type="application/json".*?</script>', "", page, flags=re.S)


def test_only_of_a_shared_node_asks_for_every_contribution_and_the_sum() -> None:
    x, w = Value(2.0, "x"), Value(3.0, "w")
    asked = practice(x * w + w, only=w)
    assert len(asked) == 3
    assert "w is used 2 times" in asked.questions()[-1]


@pytest.mark.parametrize(
    ("only", "error", "says"),
    [
        (lambda x, y: 3, TypeError, "a node, a list of nodes or a path .*got int"),
        (lambda x, y: [x, "y"], TypeError, "got str"),
        (lambda x, y: Value(1.0), ValueError, "is not one of them"),
        (lambda x, y: [], ValueError, "got an empty list"),
        (lambda x, y: (x,), ValueError, r"a path is a pair \(a, b\), got 1 nodes"),
        (lambda x, y: (y, x), ValueError, "b does not depend on a"),
        (lambda x, y: [y], ValueError, "leaves no question"),
    ],
)
def test_a_wrong_only_is_refused(only: Any, error: type[Exception], says: str) -> None:
    x = Value(2.0, "x")
    y = x.exp()
    with pytest.raises(error, match=says):
        practice(y, only=only(x, y))


def test_of_a_loop_one_round_is_asked_and_it_is_said() -> None:
    r, x = Value(3.7, "r"), Value(0.3, "x")
    for _ in range(400):
        x = r * x * (1 - x)
    asked = practice(x)
    assert len(asked) == 6
    assert asked.left_out == (
        "The exercise asks 6 of 2,401 questions: of 400 × step it asks about the first. "
        "practice(root, only=node) or only=(a, b) asks about other nodes."
    )
    assert len(str(asked).splitlines()) < 12
    assert len(asked._page()) < 100_000


def test_forward_questions_of_arrays_at_the_limit_are_told_apart_without_comparing_data() -> None:
    x = leaf([1.0, 2.0], "x")
    asked = practice(autograd.cat([x * k for k in range(300)]).sum(), phase="forward")
    assert len(asked) == 2
    assert "asks 2 of 1,801 questions: of 300 × mul it asks about the first; it ends after 2" in asked.left_out


def test_the_page_of_an_op_with_many_inputs_knows_the_mistakes_of_the_first_ones() -> None:
    asked = practice(autograd.sum([Value(float(k), f"a{k}") * 2.0 for k in range(200)]))
    assert len(asked._page()) < 1_000_000


def test_a_long_chain_of_unlike_ops_ends_after_whole_steps() -> None:
    x = Value(0.3, "x")
    draw = random.Random(1)
    for _ in range(200):
        x = x * draw.choice([x.sin(), x.cos(), x.exp()]) if draw.random() < 0.5 else x.tanh() + x
    asked = practice(x)
    assert 20 <= len(asked) <= 60
    assert f"asks {len(asked)} of " in asked.left_out
    while asked.question is not None:
        asked.reveal()


def test_large_arrays_are_no_matter_where_they_are_not_asked_for() -> None:
    x = Tensor(np.ones((5, 5)), label="x", requires_grad=True)
    y = (x.sum() * 2).exp()
    assert len(practice(y, only=y.inputs[0])) == 1
    with pytest.raises(ValueError, match="choose nodes by only="):
        practice(y)


# Results and marks


def test_a_result_is_text_that_is_marked() -> None:
    asked = task("x*7 + x*5", x=1.0)
    asked.answer("1")
    asked.hint()
    asked.answer("2")
    asked.answer("1")
    asked.answer("5")
    asked.reveal()
    text = asked.result()
    assert text.splitlines()[0] == "Practice: backprop through v3"
    assert re.fullmatch(r"exercise [0-9a-f]{8}", text.splitlines()[1])
    assert text.splitlines()[2:] == ["1. 1", "2. hint; 2; 1", "3. 5", "4. revealed"]
    marks = asked.mark("Dear teacher,\n" + "".join(f"> {line}\n" for line in text.splitlines()))
    assert marks.score == asked.score[0] == 2
    assert [mark.right for mark in marks.marks] == [True, False, True, False, False]
    assert str(marks).splitlines()[1] == (
        "2. wrong: what does v3 contribute to the gradient of v2? hint; 2; 1; "
        "multiply the upstream gradient by the local derivative; do not add them; the answer is 1 × 1 = 1"
    )
    assert str(marks).splitlines()[4].startswith("5. no answer: x is used 2 times")
    assert str(marks).splitlines()[-1] == "right at the first try: 2 of 5"


def test_text_of_another_exercise_or_of_none_is_not_marked() -> None:
    asked, other = task("x*y", x=2.0, y=5.0), task("x+y", x=2.0, y=5.0)
    with pytest.raises(ValueError, match="is not the result of an exercise: it has no line such as 'exercise"):
        asked.mark("1. 5")
    with pytest.raises(ValueError, match="another exercise"):
        asked.mark(other.result())
    with pytest.raises(ValueError, match="the result has a question 9, expected 1 to 2"):
        asked.mark(asked.result() + "9. 5\n")
    assert "is not a number I can read" in str(asked.mark(asked.result() + "1. abc"))


def test_an_answer_that_was_revealed_first_is_not_right() -> None:
    asked = task("x*y", x=2.0, y=5.0)
    assert asked.mark(asked.result() + "1. revealed; 5\n2. 2").score == 1


def test_the_answer_file_marks_without_the_graph(tmp_path: Path) -> None:
    asked = practice(parse("x*inf - log(x)", {"x": 2.0}).root)
    path = asked.save(tmp_path / "exercise.html", solutions=False)
    answers = path.with_name("exercise.answers.json")
    text = asked.result() + "".join(f"{k}. {q.truth!r}\n" for k, q in enumerate(asked._questions, 1))
    assert mark_file(answers, text) == asked.mark(text)
    assert mark_file(answers, text).score == len(asked)
    answers.write_text('{"format": "other"}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"'exercise.answers.json' is not an answer file .*solutions=False"):
        mark_file(answers, text)


def test_a_page_has_a_suffix_that_browsers_open(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"practice saves .html, got 'page.pdf'"):
        task("x*y", x=2.0, y=5.0).save(tmp_path / "page.pdf")
    assert list(tmp_path.iterdir()) == []
