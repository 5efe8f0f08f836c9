"""The README, the docs and the docstrings: examples run, links exist, and generated files are current."""

import doctest
import importlib
import json
import pkgutil
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import docs
import glassgrad
import nn
from autograd import Tensor, Value
from autograd.engine.op import OPS

ROOT = Path(__file__).parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
EXAMPLES = {
    "README.md": 20,
    "docs/tensors.md": 10,
    "docs/training.md": 38,
    "docs/data.md": 25,
    "docs/own_ops.md": 5,
    "docs/pictures.md": 10,
    "docs/plots.md": 14,
    "docs/live.md": 8,
    "docs/order.md": 7,
    "docs/practice.md": 12,
    "docs/steps.md": 14,
}  # at least

# The names that the examples in the docstrings of a package take as imported.
GIVEN: dict[str, dict[str, Any]] = {
    "autograd": {name: getattr(autograd, name) for name in dir(autograd) if not name.startswith("_")},
    "nn": {"autograd": autograd, "nn": nn, "Tensor": Tensor, "Value": Value},
    "glassgrad": {"glassgrad": glassgrad},
}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def modules(package: str) -> list[str]:
    """Return all modules of a package but __main__, which would run when it is imported."""
    path = importlib.import_module(package).__path__
    found = [m.name for m in pkgutil.walk_packages(path, package + ".")]
    return [package, *(name for name in found if not name.endswith("__main__"))]


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_print_what_it_says(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = dict(OPS)
    blocks = "\n".join(re.findall(r"```python\n(.*?)```", read(page), re.DOTALL))
    test = doctest.DocTestParser().get_doctest(blocks, {}, page, page, 0)
    results = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(test)
    for name in OPS.keys() - before.keys():
        del OPS[name]
    assert results.attempted >= EXAMPLES.get(page, 0)
    assert results.failed == 0
    saved = re.findall(r'save\([^)]*?"([\w.]+)"\)', blocks)
    assert all((tmp_path / name).exists() for name in saved)


@pytest.mark.parametrize("page", PAGES)
def test_the_files_that_a_page_links_to_or_runs_exist(page: str) -> None:
    text = read(page)
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    paths = [(ROOT / page).parent / link for link in links]
    paths += [ROOT / name for name in re.findall(r"(?:autograd|nn|tests|tools|docs)/[\w/]*[\w]+\.(?:py|md)\b", text)]
    assert [str(path) for path in paths if not path.exists()] == []


def test_the_readme_keeps_its_order() -> None:
    text = read("README.md")
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert titles == [
        "Two commands",
        "Install it in your own environment",
        "Ten lines",
        "Stepping",
        "Networks",
        "Coming from micrograd, PyTorch or Keras",
        "Questions",
    ]
    prose = re.sub(r"```.*?```|^\|.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert len(prose.split()) < 1100  # five minutes to read


def test_the_generated_files_are_current() -> None:
    assert docs.outdated(ROOT) == []


def test_a_generated_file_that_is_missing_or_changed_is_named(tmp_path: Path) -> None:
    names = list(docs.contents())
    assert docs.outdated(tmp_path) == names
    for name, text in docs.contents().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    assert docs.outdated(tmp_path) == []
    (tmp_path / "docs/kinks.md").write_text("old", encoding="utf-8")
    assert docs.outdated(tmp_path) == ["docs/kinks.md"]


def test_the_kink_table_is_what_the_engine_does() -> None:
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \| (.+?) \|$", read("docs/kinks.md"), re.MULTILINE)
    assert len(rows) >= 19
    for formula, at, gradients in rows:
        given = {k: json.loads(v) for k, v in (word.split("=") for word in at.split())}
        variables: dict[str, Any] = {
            k: Tensor(v, True, float) if isinstance(v, list) else Value(v) for k, v in given.items()
        }
        eval(formula, {**GIVEN["autograd"], **variables}).backward()
        got = [repr(g) for v in variables.values() for g in np.ravel(v.grad).tolist()]
        assert got == [repr(float(g)) for g in gradients.split()], (formula, at)


@pytest.mark.parametrize("module", [name for package in GIVEN for name in modules(package)])
def test_the_examples_in_docstrings_run(module: str) -> None:
    loaded = importlib.import_module(module)
    results = doctest.testmod(
        loaded,
        extraglobs={**GIVEN[module.partition(".")[0]], **vars(loaded), "round": round},
        optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL,
    )
    assert results.failed == 0
