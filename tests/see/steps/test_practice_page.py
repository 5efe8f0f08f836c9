"""The page of an exercise: its script reads and marks answers as Python does, and it gives nothing away."""

import itertools
import json
import re
import subprocess
from base64 import b64decode
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import pytest

from autograd import Stepper, Tensor, Value, practice
from autograd.cli.expression import parse
from autograd.see.steps.answer import Answer
from autograd.see.steps.practice_graph import Practice
from autograd.see.steps.practice_page import RULE
from tests.see.pictures import HOSTILE, LABELS, layer, needs_node, neuron
from tests.see.steps.test_player import Reader

ASSETS = files("autograd.see.steps")
STYLE = ASSETS.joinpath("practice.css").read_text(encoding="utf-8")
SCRIPTS = {name: ASSETS.joinpath(name).read_text(encoding="utf-8") for name in ("answer.js", "practice.js")}

TYPED = (
    "0.5", "-0.5", "+.5", "5.", "0.50", "0.4", "0.42", "1", "1.0", "10", "100", "007", "1e3", "1E-3", "-3e-2", "1e999",
    "-1e-999", "0", "0.0", "-0", "1/2", "-1/3", "1/0", "0/0", "1/2/3", "/2", "2/", " 3 ", "3 / 4", "inf", "-inf",
    "Infinity", "nan", "+nan", "--inf", "\u22121.5", "", " ", ".", "e5", "abc", "0,5", "1_000", "0x10", "1e", "1e+",
    "½", "٣", "1 2", "(1)", "9" * 50, "9" * 50 + "z", "1e1234567890", "0.333", "0.33", "0.3", "666.66",
    "6.67e2", "1e-320", "toString",
)  # fmt: skip
TRUTHS = (
    0.0, 1e-13, 0.5, -0.5, 0.4999, 0.419974, 1 / 3, 1.0, 0.7, 0.9994, 1.0011, 9.99, 10.4, 99.6, 7.0, 1000.0, 0.001,
    -0.03, float("inf"), float("-inf"), float("nan"), 1e300, 1e-300, 2 / 3 * 1000, 5e-321,
)  # fmt: skip


def in_node(script: str, tmp_path: Path) -> Any:
    file = tmp_path / "script.js"
    file.write_text(script, encoding="utf-8")
    run = subprocess.run(["node", str(file)], capture_output=True, text=True, timeout=60)
    assert run.stderr == ""
    return json.loads(run.stdout)


def python_says(typed: str) -> Any:
    """Return what answer.py makes of a text: None, or its digits and for each truth whether it matches and is near."""
    try:
        answer = Answer.read(typed)
    except ValueError:
        return None
    return [answer.digits, [[answer.matches(truth), answer.is_near(truth)] for truth in TRUTHS]]


@needs_node
def test_the_script_reads_and_compares_answers_as_python_does(tmp_path: Path) -> None:
    truths = ", ".join(repr(t).replace("inf", "Infinity").replace("nan", "NaN") for t in TRUTHS)
    found = in_node(
        f"{SCRIPTS['answer.js']}\nconst rule = {json.dumps(RULE)};\nconst truths = [{truths}];\n"
        f"const says = (typed) => {{ const a = readAnswer(typed, rule); return a.wrong !== undefined ? null :\n"
        "[a.digits, truths.map((t) => [answerMatches(a, t, rule), answerIsNear(a, t)])]; };\n"
        f"process.stdout.write(JSON.stringify({json.dumps(TYPED)}.map(says)));\n",
        tmp_path,
    )
    expected = [python_says(typed) for typed in TYPED]
    assert [x for x in zip(TYPED, found, expected, strict=True) if x[1] != x[2]] == []
    assert sum(each is None for each in expected) > 15
    assert len({json.dumps(each) for each in expected}) > 20


@needs_node
def test_a_text_that_is_no_number_gets_the_same_sentence(tmp_path: Path) -> None:
    asked = [typed for typed in TYPED if python_says(typed) is None]
    found = in_node(
        f"{SCRIPTS['answer.js']}\nconst rule = {json.dumps(RULE)};\n"
        f"process.stdout.write(JSON.stringify({json.dumps(asked)}.map((typed) => readAnswer(typed, rule).wrong)));\n",
        tmp_path,
    )
    for typed, sentence in zip(asked, found, strict=True):
        with pytest.raises(ValueError, match="is not a number I can read") as error:
            Answer.read(typed)
        assert str(error.value).partition(" is not")[2] == sentence.partition(" is not")[2]


def test_the_page_has_every_element_that_its_style_and_script_name() -> None:
    page = neuron_page()
    names = set(re.findall(r'(?:element|getElementById)\("(\w+)"\)', SCRIPTS["practice.js"]))
    names |= set(re.findall(r"#(\w+)", STYLE))
    assert len(names) > 12
    assert [name for name in names if f'id="{name}"' not in page] == []


def test_nothing_in_the_files_ends_the_element_they_stand_in() -> None:
    everything = STYLE + "".join(SCRIPTS.values())
    assert "</" not in everything
    assert "<!--" not in everything


def neuron_page() -> str:
    return practice(neuron())._page()


@pytest.mark.parametrize(("label", "shown"), LABELS)
@pytest.mark.parametrize("solutions", [True, False])
def test_any_label_stays_text(label: str, shown: str, solutions: bool) -> None:
    asked = practice(Value(2.0, label).tanh() * 3, phase="both")
    read = Reader(asked._page(solutions))
    assert read.open == read.unclosed == []
    plain = Reader(practice(Value(2.0, "x").tanh() * 3, phase="both")._page(solutions))
    # A long label leaves less room for the formula on an arrow, which is a text or two.
    assert [tag for tag, _ in read.tags if tag != "text"] == [tag for tag, _ in plain.tags if tag != "text"]
    (data,) = [json.loads(text) for text in read.text["script"] if text.startswith('{"')]
    assert data["questions"][0]["text"] == (asked.question if solutions else asked._questions[0].blind.text)
    assert read.text["li"][0] == asked._questions[0].blind.text


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
def test_any_label_stays_text_in_a_notebook(label: str) -> None:
    asked = practice(Value(2.0, label).tanh())
    read = Reader(asked._repr_html_())
    assert [tag for tag, _ in read.tags] == ["div", "div", "img", "p", "ol", *["li"] * len(asked), "iframe"]
    assert read.text["li"] == [question.blind.text for question in asked._questions]
    assert dict(read.tags[-1][1])["srcdoc"] == asked._page()
    assert dict(read.tags[-1][1])["sandbox"] == "allow-scripts"


def secret() -> Practice:
    """Build an exercise in which every number that is asked for has digits that nothing else has."""
    return practice(parse("a = sin(x*1.37); c = exp(a)*cos(x); c*c*a", {"x": 0.61}).root, phase="both")


def test_a_page_without_solutions_has_no_answer_in_it() -> None:
    asked = secret()
    page = asked._page(solutions=False)
    seen = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", page, flags=re.S)
    seen = re.sub(r' (d|x|y|width|height|viewBox|transform|style)="[^"]*"', "", seen)
    numbers = set(re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", seen))
    assert "0.61" in numbers
    for step, question in itertools.product(asked.stepper, asked._questions):
        for number in (step.gradient, question.truth, *(flow.local for flow in step.flows)):
            if abs(number) not in (1.0, 1.37):
                assert not numbers & {f"{number:.3g}", f"{number:.4g}", f"{number:.6g}", repr(number)}
    data = json.loads(re.findall(r'id="data">(.*?)</script>', page, re.S)[0])
    assert data["showings"] == []
    assert {key for question in data["questions"] for key in question} == {"now", "arrow", "text", "asks", "hints"}
    assert set(asked._questions[-1].blind.hints) == {asked._questions[-1].blind.hints[0]}


def test_the_pictures_of_exercises_tell_no_number_by_the_size_of_a_box() -> None:
    boxes = []
    for x in (0.5, -0.123456):
        picture = practice((Value(x, "x").exp() * 3).tanh(), phase="both")._picture
        boxes.append(re.findall(r'data-name="v\d"><title>[^<]*</title><rect[^>]*width="([\d.]+)"', picture))
    assert boxes[0] == boxes[1]
    assert len(boxes[0]) == 3


def test_with_solutions_the_picture_hides_what_is_still_to_be_found() -> None:
    page = re.sub(r'<script type="application/json".*?</script>', "", secret()._page(), flags=re.S)
    for question in secret()._questions:
        if abs(question.truth) not in (1.0, 1.37):
            assert f"{question.truth:.4g}" not in page


@pytest.mark.parametrize("phase", ["backward", "forward", "both"])
def test_the_page_shows_every_number_at_the_end(phase: Any) -> None:
    asked = practice(layer(), phase=phase)
    data = json.loads(re.findall(r'id="data">(.*?)</script>', asked._page(), re.S)[0])
    shown = {(each["what"], each["name"]): each for each in data["showings"]}
    hidden = re.findall(r'data-name="(\w+)"><title>[^<]*\?', asked._picture)
    assert hidden
    assert set(hidden) == {name for what, name in shown if what != "arrow"}
    assert all(each["count"] <= len(asked) for each in shown.values())
    if phase == "forward":
        assert {what for what, _ in shown} == {"data"}


def test_the_page_loads_nothing() -> None:
    tags = Reader(neuron_page()).tags
    assert not [attributes for _, attributes in tags if attributes.keys() & {"src", "href", "action"}]
    assert "default-src 'none'" in neuron_page()


def test_pages_are_small() -> None:
    assert len(neuron_page().encode()) <= 60_000


def test_the_answer_file_and_the_page_are_written_together(tmp_path: Path) -> None:
    asked = practice(Tensor([1.0, 2.0], label="x", requires_grad=True).exp().sum())
    path = asked.save(tmp_path / "exercise.html", solutions=False)
    assert {each.name for each in tmp_path.iterdir()} == {"exercise.html", "exercise.answers.json"}
    found = json.loads((tmp_path / "exercise.answers.json").read_text(encoding="utf-8"))
    assert [each["truth"] for each in found["questions"]] == [question.truth for question in asked._questions]
    assert found["exercise"] in path.read_text(encoding="utf-8")
    asked.save(tmp_path / "open.html")
    assert not (tmp_path / "open.answers.json").exists()


@pytest.mark.parametrize(("theme", "scheme"), [("light", "light"), ("dark", "dark")])
def test_player_and_practice_take_a_theme_for_picture_and_page(theme: Any, scheme: str, tmp_path: Path) -> None:
    pages = [Stepper(neuron(), theme=theme)._page(), practice(neuron(), theme=theme)._page()]
    pages.append(Stepper(neuron(), theme=theme).save(tmp_path / "steps.svg").read_text(encoding="utf-8"))
    pages.append(Stepper(neuron(), theme=theme).drawing().svg)
    still = re.search(r"data:image/svg\+xml;base64,([\w+/=]+)", Stepper(neuron(), theme=theme)._repr_html_())
    assert still is not None
    pages.append(b64decode(still[1]).decode("utf-8"))
    for text in pages:
        assert f"color-scheme: {scheme}" in text
        assert "prefers-color-scheme" not in text
    for make in (Stepper, practice):
        with pytest.raises(ValueError, match="theme is one of auto, light, dark, got 'blue'"):
            make(neuron(), theme=cast(Any, "blue"))
