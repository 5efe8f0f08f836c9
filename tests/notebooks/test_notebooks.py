"""The notebooks are what their sources give, read well without scripts, and are the same on every machine."""

import html.parser
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import environment
import notebooks

NAMES = list(notebooks.sources())
# An absolute path of two parts or more, of POSIX or of Windows; a kernel's file; an object's address. The signs before
# a path tell it from an address on the web, a fraction, a closing tag and a media type.
MACHINE = re.compile(r"(?<![\w.:/<+*)\]])/[a-zA-Z]\w*/[\w.]|\b[A-Z]:\\\\|ipykernel_|\bat 0x[0-9a-f]")
HIDDEN = {"script", "iframe", "style"}  # what the page of a code host removes


def cells(name: str) -> list[Any]:
    found: list[Any] = json.loads(notebooks.written(name).read_text(encoding="utf-8"))["cells"]
    return found


def outputs(name: str) -> list[Any]:
    return [output for cell in cells(name) for output in cell.get("outputs", [])]


def joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


class Left(html.parser.HTMLParser):
    """What is left of HTML where scripts, frames and styles are removed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self._inside = tag
        elif not self._inside:
            self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        self.text += "" if self._inside else data


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_and_has_the_cells_and_outputs_that_its_source_gives(name: str) -> None:
    for needed in ("nbclient", "ipykernel", "matplotlib"):
        pytest.importorskip(needed, reason=f"{needed} is not installed; the extra `notebook` installs it")
    new = notebooks.executed(notebooks.sources()[name].read_text(encoding="utf-8"))
    assert notebooks.is_current(new, notebooks.written(name)), f"run {notebooks.COMMAND} {name}"


def test_each_notebook_has_a_source() -> None:
    assert len(NAMES) >= 3
    assert sorted(path.stem for path in (notebooks.ROOT / "notebooks").glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_cells_of_the_file_are_those_of_the_source(name: str) -> None:
    source = notebooks.cells(notebooks.sources()[name].read_text(encoding="utf-8"))
    kinds = [("markdown" if kind == "markdown" else "code", text) for kind, text in source]
    assert [(cell["cell_type"], joined(cell["source"])) for cell in cells(name)] == kinds


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_was_run_in_order_without_an_error(name: str) -> None:
    code = [cell for cell in cells(name) if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert [output for output in outputs(name) if output["output_type"] == "error"] == []
    assert [output for output in outputs(name) if output.get("name") == "stderr"] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_notebook_tells_on_which_machine_it_was_made(name: str) -> None:
    text = notebooks.written(name).read_text(encoding="utf-8")
    assert str(notebooks.ROOT) not in text
    assert MACHINE.findall(re.sub(r"base64,[A-Za-z0-9+/=]+|\"image/png\": \"[^\"]*\"", "", text)) == []
    assert json.loads(text)["metadata"] == notebooks.METADATA
    assert [cell["id"] for cell in cells(name)] == [f"cell-{k:02}" for k in range(1, len(cells(name)) + 1)]
    assert {key for cell in cells(name) for key in cell["metadata"]} <= {"jupyter"}


@pytest.mark.parametrize("name", NAMES)
def test_every_output_shows_something_where_scripts_and_frames_are_removed(name: str) -> None:
    shown = [joined(o["data"]["text/html"]) for o in outputs(name) if "text/html" in o.get("data", {})]
    assert shown
    for text in shown:
        left = Left(text)
        assert "img" in left.tags or left.text.strip(), text[:200]
    loaded = re.findall(r'\bsrc="(?!data:)[^"]*', "".join(re.sub(r'srcdoc="[^"]*"', "", text) for text in shown))
    assert loaded == []


@pytest.mark.parametrize("name", NAMES)
def test_an_output_that_is_a_bare_repr_of_an_object_is_not_shown_to_a_reader(name: str) -> None:
    bare = [joined(o["data"]["text/plain"]) for o in outputs(name) if set(o.get("data", {})) == {"text/plain"}]
    assert [text for text in bare if text.startswith("<")] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_files_that_a_notebook_links_to_exist(name: str) -> None:
    text = "\n".join(joined(cell["source"]) for cell in cells(name) if cell["cell_type"] == "markdown")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (notebooks.ROOT / "notebooks" / link).exists()] == []


# The check itself


def spoilt(change: Callable[[Any], None]) -> str:
    notebook = json.loads(notebooks.written(NAMES[1]).read_text(encoding="utf-8"))
    change(notebook)
    return json.dumps(notebook)


def with_output(notebook: Any, kind: str) -> Any:
    """Return the first cell that has an output with this kind of data."""
    return next(c for c in notebook["cells"] if any(kind in o.get("data", {}) for o in c.get("outputs", [])))


def printed(notebook: Any) -> Any:
    return next(o for c in notebook["cells"] for o in c.get("outputs", []) if o["output_type"] == "stream")


def no_outputs(notebook: Any) -> None:
    for cell in notebook["cells"]:
        if "outputs" in cell:
            cell["outputs"] = []


CHANGES: dict[str, tuple[Callable[[Any], Any], bool]] = {
    "nothing": (lambda n: None, True),
    "no outputs at all": (no_outputs, False),
    "one output is missing": (lambda n: with_output(n, "image/svg+xml")["outputs"].clear(), False),
    "a printed number differs": (lambda n: printed(n).update(text=["3.14\n"]), False),
    "a cell differs": (lambda n: n["cells"][0].update(source=["# another title"]), False),
    "a cell is missing": (lambda n: n["cells"].pop(), False),
    "a plot is missing": (lambda n: with_output(n, "image/png")["outputs"].clear(), False),
    "another matplotlib drew the plot": (
        lambda n: [o["data"].update({"image/png": "AAAA"}) for o in with_output(n, "image/png")["outputs"]],
        True,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_notebook_is_current_with_the_same_cells_and_outputs_only(change: str, tmp_path: Path) -> None:
    spoil, current = CHANGES[change]
    path = tmp_path / "notebook.ipynb"
    path.write_text(spoilt(spoil), encoding="utf-8")
    assert notebooks.is_current(notebooks.written(NAMES[1]).read_text(encoding="utf-8"), path) is current


def test_the_command_writes_what_is_not_current_and_the_check_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = json.dumps({"cells": []})
    monkeypatch.setattr(environment, "enter", lambda *extras: None)
    monkeypatch.setattr(notebooks, "executed", lambda source: new)
    monkeypatch.setattr(notebooks, "written", lambda name: tmp_path / f"{name}.ipynb")

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["notebooks.py", *arguments])
        return notebooks.main(), capsys.readouterr().out.strip()

    one = NAMES[0]
    assert run("--check", one) == (1, f"{one} is not current: run python3 tools/notebooks.py")
    assert run(one) == (0, f"{one} is written")
    assert run("--check", one) == (0, f"{one} is current")
    assert [path.name for path in tmp_path.iterdir()] == [f"{one}.ipynb"]
    with pytest.raises(SystemExit):
        run("99_unknown")
    assert f"there is no notebook '99_unknown'; expected one of {one}, " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("print(1)\n", "begins with a line '# %%'"),
        ("", "begins with a line '# %%'"),
        ("# %% [markdown]\nText without a sign\n", "begins with '# ', got 'Text without a sign'"),
    ],
)
def test_a_source_that_is_not_made_of_cells_is_refused(source: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        notebooks.cells(source)


def test_a_source_is_cut_into_cells() -> None:
    source = "# %% [markdown]\n# # Title\n#\n# Text.\n\n# %%\nx = 1\n\n\nx\n\n# %% check\n# a comment\nprint(x)\n"
    assert notebooks.cells(source) == [
        ("markdown", "# Title\n\nText."),
        ("code", "x = 1\n\n\nx"),
        ("check", "# a comment\nprint(x)"),
    ]
