"""The player's style and script are files: they parse, they use what the page has, and the package ships them."""

import re
import shutil
import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from autograd import Stepper, Value
from autograd.see.picture.theme import PALETTE

ROOT = Path(__file__).parents[3]
ASSETS = files("autograd.see.steps")
STYLE = ASSETS.joinpath("player.css").read_text(encoding="utf-8")
SCRIPT = ASSETS.joinpath("player.js").read_text(encoding="utf-8")
# The CSS properties that the style uses. A misspelled property is not an error in CSS: it has no effect.
PROPERTIES = {
    "accent-color", "align-items", "background", "border", "border-bottom", "border-collapse", "border-color",
    "border-radius", "border-style", "box-sizing", "color", "cursor", "display", "fill", "flex", "flex-direction",
    "flex-wrap", "font", "font-size", "font-style", "font-weight", "gap", "height", "margin", "min-height", "min-width",
    "opacity", "outline", "outline-offset", "overflow", "overflow-wrap", "padding", "position", "text-align", "top",
    "touch-action", "visibility", "white-space",
}  # fmt: skip


def page() -> str:
    return Stepper(Value(3, "x").tanh())._page()


def test_the_style_parses_and_uses_known_properties_only() -> None:
    css = pytest.importorskip("tinycss2", reason="the extra `test` installs it")
    used = set()
    rules = css.parse_stylesheet(STYLE, skip_comments=True, skip_whitespace=True)
    assert len(rules) > 20
    for rule in rules:
        assert rule.type == "qualified-rule", rule
        declarations: list[Any] = css.parse_declaration_list(rule.content, skip_comments=True, skip_whitespace=True)
        assert declarations
        for declaration in declarations:
            assert declaration.type == "declaration", (declaration.source_line, declaration)
            assert not [token for token in declaration.value if token.type == "error"]
            used.add(declaration.name)
    assert used == PROPERTIES
    assert {name.removeprefix("--gg-") for name in re.findall(r"var\(([\w-]+)\)", STYLE)} <= set(PALETTE)


@pytest.mark.skipif(shutil.which("node") is None, reason="the program node is not on the PATH")
def test_the_script_parses() -> None:
    with ASSETS.joinpath("player.js").open("rb") as script:
        run = subprocess.run(["node", "--check", "-"], stdin=script, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")


def test_the_page_has_every_element_that_its_style_and_script_name() -> None:
    identifiers = set(re.findall(r'byId\("(\w+)"\)', SCRIPT))
    identifiers |= {word for word in re.findall(r"#(\w+)", STYLE) if not re.fullmatch(r"[0-9a-f]{6}", word)}
    assert len(identifiers) > 3
    text = page()
    for identifier in identifiers:
        assert f'id="{identifier}"' in text
    set_by_script = {"plays", "later", "hidden", "gets", "wide"}
    for name in set(re.findall(r"\.([a-z]+)", re.sub(r"[\d.]+(em|rem|px)|/\*.*?\*/", "", STYLE, flags=re.S))):
        assert name in set_by_script or re.search(rf'class="([\w ]+ )?{name}[ "]', text), name
        assert name not in set_by_script or f'"{name}"' in SCRIPT


def test_the_page_declares_the_colours_of_both_themes_and_writes_none_of_its_own() -> None:
    assert not re.findall(r"#[0-9a-f]{3,8}\b", STYLE)
    assert all(color in page() for pair in PALETTE.values() for color in pair)


def test_nothing_in_the_files_ends_the_element_they_stand_in() -> None:
    assert "</" not in STYLE + SCRIPT
    assert "<!--" not in STYLE + SCRIPT


def test_the_package_ships_every_file_that_is_not_python() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    package_data = settings["tool"]["setuptools"]["package-data"]
    shipped = {
        path for pattern in package_data["*"] if pattern != "py.typed" for path in (ROOT / "autograd").rglob(pattern)
    }
    assert shipped == {path for suffix in ("css", "js") for path in (ROOT / "autograd").rglob(f"*.{suffix}")}
    assert {path.name for path in shipped} == {
        "answer.js", "functions.js", "live.css", "live.js", "page.css", "page.js", "picture.css", "player.css",
        "player.js", "practice.css", "practice.js",
    }  # fmt: skip
