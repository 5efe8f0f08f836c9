"""Styles and scripts are files: they parse, they use what the page has, and the package ships them."""

import re
import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from autograd import Stepper, Value
from autograd.see.picture.theme import PALETTE
from tests.see.pictures import needs_node

ROOT = Path(__file__).parents[3]
STYLES = sorted((ROOT / "autograd").rglob("*.css"))
SCRIPTS = sorted((ROOT / "autograd").rglob("*.js"))
ASSETS = files("autograd.see.steps")
STYLE = ASSETS.joinpath("player.css").read_text(encoding="utf-8")
SCRIPT = "".join(ASSETS.joinpath(name).read_text(encoding="utf-8") for name in ("lesson.js", "player.js"))
# The CSS properties that the styles of all pages and pictures use. A misspelled property is not an error in CSS: it has
# no effect.
PROPERTIES = {
    "accent-color", "align-items", "background", "border", "border-bottom", "border-collapse", "border-color",
    "border-left", "border-left-color", "border-radius", "border-style", "border-width", "box-sizing", "color",
    "content", "cursor", "display", "fill", "flex", "flex-direction", "flex-wrap", "font", "font-family",
    "font-size", "font-style", "font-weight", "gap", "grid-column", "grid-row", "grid-template-columns", "height",
    "margin", "margin-top", "marker-end", "max-height", "max-width", "min-height", "min-width", "opacity", "outline",
    "outline-offset", "overflow", "overflow-wrap", "padding", "padding-left", "position", "scrollbar-gutter", "stroke",
    "stroke-dasharray", "stroke-width", "text-align", "text-anchor", "top", "touch-action", "visibility",
    "white-space", "width", "z-index",
}  # fmt: skip


def page() -> str:
    return Stepper(Value(3, "x").tanh())._page()


def declarations(style: str) -> list[Any]:
    """Return the declarations of all rules, those within a media query included."""
    css = pytest.importorskip("tinycss2", reason="the extra `test` installs it")
    found = []
    rules = css.parse_stylesheet(style, skip_comments=True, skip_whitespace=True)
    for rule in rules:  # the list grows while it is walked
        if rule.type == "at-rule":
            assert rule.at_keyword == "media", rule
            rules += css.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            continue
        assert rule.type == "qualified-rule", rule
        own = css.parse_declaration_list(rule.content, skip_comments=True, skip_whitespace=True)
        assert own
        found += own
    return found


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_parses_and_names_only_colours_of_the_theme(path: Path) -> None:
    style = path.read_text(encoding="utf-8")
    for declaration in declarations(style):
        assert declaration.type == "declaration", (declaration.source_line, declaration)
        assert not [token for token in declaration.value if token.type == "error"]
        written = "".join(token.serialize() for token in declaration.value)
        assert not re.search("#|rgb|hsl", written), f"a colour of its own: {written}"
    assert {name.removeprefix("--gg-") for name in re.findall(r"var\((--gg-[\w-]+)\)", style)} <= set(PALETTE)


def test_the_styles_use_known_properties_only() -> None:
    used = {declaration.name for path in STYLES for declaration in declarations(path.read_text(encoding="utf-8"))}
    assert used == PROPERTIES


@needs_node
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_parses(path: Path) -> None:
    with path.open("rb") as script:
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
        "answer.js", "base.css", "follow.js", "functions.js", "lesson.js", "live.css", "live.js", "opening.css",
        "opening.js", "page.css", "page.js", "picture.css", "player.css", "player.js", "practice.css", "practice.js",
    }  # fmt: skip
