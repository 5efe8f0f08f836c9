"""The player: its page loads nothing, shows any label safely, is complete without scripts, and plays the steps."""

import base64
import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from autograd import Stepper, Value
from autograd.see.steps.player import notebook, page
from tests.see.pictures import LABELS, neuron
from tests.see.steps.test_stepper import computation

VOID = {"meta", "br", "img", "input", "link", "hr"}


class Reader(HTMLParser):
    """Reads a page as a browser does: the content of a script is text, even where it looks like tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {}
        self.unclosed: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text.setdefault(tag, []).append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.open:
            self.text[self.open[-1]][-1] += data

    def rows(self) -> list[list[str]]:
        """Return the rows of the table as lists of cells."""
        width = len(self.text["th"])
        cells = self.text["td"]
        return [cells[k : k + width] for k in range(0, len(cells), width)]

    def steps(self) -> Any:
        """Return the steps that the page contains as plain data."""
        (data,) = [text for text in self.text["script"] if text.startswith("{")]
        return json.loads(data)


def written(stepper: Stepper, folder: Path) -> str:
    return stepper.save(folder / "player.html").read_text(encoding="utf-8")


def test_the_page_needs_nothing_from_outside(tmp_path: Path) -> None:
    text = written(Stepper(neuron()), tmp_path)
    outside = text.replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"https?:|//[a-z]|@import|url\((?!#)|import\(|fetch\(", outside)
    for tag, attributes in Reader(text).tags:
        assert tag not in {"link", "iframe", "object", "embed", "base", "img"}
        assert not {"src", "href", "action", "data", "xlink:href"} & attributes.keys()


def test_the_page_is_well_formed_and_says_what_it_is(tmp_path: Path) -> None:
    reader = Reader(written(Stepper(neuron()), tmp_path))
    assert (reader.open, reader.unclosed) == ([], [])
    assert reader.text["h1"] == ["Backprop through o, step by step"]
    assert reader.tags[0] == ("html", {"lang": "en"})
    assert ("meta", {"charset": "utf-8"}) in reader.tags
    identifiers = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    assert all(attributes["type"] == "button" for tag, attributes in reader.tags if tag == "button")


def test_without_scripts_there_are_the_whole_picture_and_the_whole_table(tmp_path: Path) -> None:
    stepper = Stepper(neuron())
    reader = Reader(written(stepper, tmp_path).replace("<script>", "<script type=none>"))
    table = [[cell for cell in re.split(r"\s{2,}", line.strip()) if cell] for line in str(stepper).splitlines()]
    assert reader.text["th"] == table[0]
    assert [[cell for cell in row if cell] for row in reader.rows()] == table[1:]
    picture = " ".join(reader.text["text"])
    assert "grad -1.5" in picture
    assert "grad –:" in picture, "in the legend"
    assert picture.count("grad –") == 1, "every gradient is there"


@pytest.mark.parametrize("seed", range(0, 60, 6))
def test_the_table_has_a_row_for_each_flow_and_each_leaf(seed: int, tmp_path: Path) -> None:
    stepper = Stepper(computation(seed))
    reader = Reader(written(stepper, tmp_path))
    assert len(reader.rows()) == sum(max(1, len(step.flows)) for step in stepper)
    numbers = [int(attributes["data-step"] or 0) for tag, attributes in reader.tags if "data-step" in attributes]
    assert numbers == [step.number for step in stepper for _ in step.flows or [None]]
    assert reader.steps() == json.loads(json.dumps(stepper.to_json()))


@pytest.mark.parametrize(("label", "shown"), LABELS)
def test_no_label_breaks_out_of_the_page(label: str, shown: str, tmp_path: Path) -> None:
    plain = Reader(written(Stepper(Value(2, "x").tanh() * 2), tmp_path))
    x = Value(2, label)
    y = x.tanh() * 2
    y.label = label
    reader = Reader(written(Stepper(y), tmp_path))
    for kind in {tag for tag, _ in (*reader.tags, *plain.tags)} - {"text"}:  # a long formula has fewer lines
        assert len(reader.text.get(kind, [])) == len(plain.text.get(kind, [])), "a label adds no element of its own"
    assert {name for _, a in reader.tags for name in a} == {name for _, a in plain.tags for name in a}
    assert (reader.open, reader.unclosed) == ([], [])
    assert len(reader.steps()["steps"]) == 3
    beginning = shown[:39]
    assert any(text.startswith(beginning) for text in reader.text["text"]), "and it is shown as it is"


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", "<!--<script>", "-->", "]]>", "\"'&<>\u2028"])
def test_names_and_formulas_cannot_break_out_either(name: str) -> None:
    """Names are identifiers today, but the page must not rely on that."""
    told: dict[str, Any] = {
        "root": name, "position": 0, "columns": [name], "seed": {"words": name}, "earlier": {},
        "steps": [
            {"number": 1, "node": name, "words": {"gradient": name, "text": name, "rows": [[name]]}, "flows": []}
        ],
    }  # fmt: skip
    reader = Reader(page("<svg></svg>\n", told))
    assert reader.steps() == told
    assert len(reader.text["script"]) == 2
    assert (reader.text["td"], reader.text["h1"]) == ([name], [f"Backprop through {name}, step by step"])
    assert (reader.open, reader.unclosed) == ([], [])


def test_a_notebook_keeps_an_image_where_scripts_are_not_trusted() -> None:
    stepper = Stepper(neuron())
    stepper.goto(3)
    reader = Reader(stepper._repr_html_())
    assert [tag for tag, _ in reader.tags] == ["div", "img", "iframe"]
    image, frame = reader.tags[1][1], reader.tags[2][1]
    assert image["alt"]
    head, _, data = (image["src"] or "").partition(",")
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == stepper.drawing().svg
    assert (frame["srcdoc"] or "").startswith("<!DOCTYPE html>")
    assert frame["sandbox"] == "allow-scripts", "and not the notebook's own origin"
    assert Reader(frame["srcdoc"] or "").steps()["position"] == 3


def test_a_page_in_a_notebook_is_escaped_as_an_attribute() -> None:
    inner = "<p a='1' b=\"2\">&amp; </iframe>"
    frame = Reader(notebook(inner, "<img>")).tags[2]
    assert frame[1]["srcdoc"] == inner


# In a browser

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
DRIVER = """
<script>
function look() {
  const grads = {};
  for (const e of document.querySelectorAll("#picture [data-name]")) {
    grads[e.dataset.name] = e.querySelector(".grad")?.textContent ?? "";
  }
  return { count: document.getElementById("count").textContent, now: document.getElementById("now").textContent, grads,
    lit: [...document.querySelectorAll("tr.now")].map(r => r.dataset.step),
    hidden: [...document.querySelectorAll("td")].filter(
      c => getComputedStyle(c).visibility === "hidden" && c.textContent).length,
    off: [...document.querySelectorAll("button")].filter(b => b.disabled).map(b => b.id),
    colors: [...document.querySelectorAll("#picture .item[data-name] .shape")].map(e => getComputedStyle(e).stroke) };
}
const seen = [look()];
for (const key of KEYS) {
  if (key.startsWith("click ")) document.querySelector(key.slice(6)).click();
  else dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
  seen.push(look());
}
const out = document.createElement("pre");
out.id = "seen"; out.textContent = JSON.stringify(seen);
document.body.append(out);
</script>
"""


def played(text: str, keys: list[str], folder: Path) -> list[Any]:
    """Return what the page shows when it opens, and after each key or click."""
    assert BROWSER
    driver = DRIVER.replace("KEYS", json.dumps(keys))
    target = folder / "driven.html"
    target.write_text(text.replace("</body>", driver + "</body>"), encoding="utf-8")
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--virtual-time-budget=2000"]
    command += ["--disable-background-networking", f"--user-data-dir={folder / 'profile'}"]
    command += ["--dump-dom", target.as_uri()]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=True)
    found = re.search(r'<pre id="seen">(.*?)</pre>', run.stdout.decode(), re.DOTALL)
    assert found, "the script of the page came to its end"
    seen: list[Any] = json.loads(html.unescape(found[1]))
    return seen


@pytest.mark.skipif(BROWSER is None, reason="no chromium on the PATH to play the page in")
def test_it_plays_in_a_browser(tmp_path: Path) -> None:
    x = Value(3, "x")
    y = x * x
    stepper = Stepper(y + x, {"y": y})
    keys = ["ArrowRight", "ArrowRight", "ArrowLeft", "End", "ArrowRight", "click #back", "Home", "ArrowLeft"]
    keys += ["click #next", "click tr:nth-child(3)", "a", "click #last", "click #first"]
    seen = played(written(stepper, tmp_path), keys, tmp_path)
    start, one, two = (
        {"v1": "–", "y": "–", "x": "–"}, {"v1": "1", "y": "1", "x": "1"}, {"v1": "1", "y": "1", "x": "7"},
    )  # fmt: skip
    expected = [(1, one), (2, two), (3, two), (2, two), (3, two), (3, two), (2, two), (0, start), (0, start),
                (1, one), (2, two), (2, two), (3, two), (0, start)]  # fmt: skip
    assert [(s["count"], s["grads"]) for s in seen] == [(f"step {k} of 3", grads) for k, grads in expected]
    for shown, (k, _) in zip(seen, expected, strict=True):
        assert set(shown["lit"]) == ({str(k)} if k else set())
        assert shown["off"] == (["first", "back"] if k == 0 else ["next", "last"] if k == 3 else [])
        assert shown["now"] == str(stepper[k - 1]) if k else "Every grad is –" in shown["now"]
    assert seen[7]["hidden"] > seen[0]["hidden"] > seen[4]["hidden"] == 0
    assert [len(set(s["colors"])) for s in (seen[7], seen[0], seen[4])] == [2, 3, 2]


@pytest.mark.skipif(BROWSER is None, reason="no chromium on the PATH to play the page in")
@pytest.mark.parametrize("position", [0, 5, 10])
def test_a_page_opens_at_the_first_step_wherever_its_stepper_is(position: int, tmp_path: Path) -> None:
    stepper = Stepper(neuron())
    stepper.goto(position)
    first, end = played(written(stepper, tmp_path), ["End"], tmp_path)
    assert (first["count"], first["lit"]) == ("step 1 of 10", ["1"])
    assert {name for name, gradient in first["grads"].items() if gradient != "–"} == {"o", "n"}
    assert end["grads"] == {
        "x1": "-1.5", "w1": "1", "x2": "0.5", "w2": "0", "b": "0.5",
        "v1": "0.5", "v2": "0.5", "v3": "0.5", "n": "0.5", "o": "1",
    }  # fmt: skip


@pytest.mark.skipif(BROWSER is None, reason="no chromium on the PATH to play the page in")
def test_a_page_shows_the_gradients_that_earlier_sweeps_left_on_leaves(tmp_path: Path) -> None:
    x = Value(3, "x")
    y = x * x
    y.backward()
    first, start = played(written(Stepper(y), tmp_path), ["Home"], tmp_path)
    assert first["grads"] == {"v1": "1", "x": "12"}
    assert start["grads"] == {"v1": "–", "x": "6"}
    assert "every other grad is –" in start["now"]


@pytest.mark.skipif(BROWSER is None, reason="no chromium on the PATH to play the page in")
def test_a_page_of_several_roots_begins_at_each_of_them(tmp_path: Path) -> None:
    x = Value(3, "x")
    x.grad = 100.0
    u = x * x
    v = u * 2
    u.label, v.label = "u", "v"
    stepper = Stepper([u, v, x], gradient=[10.0, None, 0.5])
    seen = played(written(stepper, tmp_path), ["Home", "ArrowRight", "End"], tmp_path)
    assert seen[0] == seen[2]
    assert [look["grads"] for look in seen[1:]] == [
        {"x": "100", "u": "–", "v": "–"},
        {"x": "100.5", "u": "12", "v": "1"},
        {"x": "172.5", "u": "12", "v": "1"},
    ]
    assert seen[1]["now"].endswith(
        "begins with each root:\nthe gradient of u:\n10\ndv/dv = 1.\nthe gradient of x:\n0.5"
    )
