"""The README and the docstrings promise what the code does."""

import doctest
import importlib
import json
import math
import pkgutil
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value
from autograd.engine.op import OPS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

# The names that the examples in the docstrings of a package take as imported.
GIVEN: dict[str, dict[str, Any]] = {
    "autograd": {name: getattr(autograd, name) for name in dir(autograd) if not name.startswith("_")},
    "nn": {"autograd": autograd, "nn": nn, "Tensor": Tensor, "Value": Value},
}


def modules(package: str) -> list[str]:
    """Of all files; importing __main__ would run it, and it has no examples."""
    path = importlib.import_module(package).__path__
    found = [m.name for m in pkgutil.walk_packages(path, package + ".")]
    return [package, *(name for name in found if not name.endswith("__main__"))]


def section(title: str) -> str:
    return README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_code_of_the_readme_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = dict(OPS)
    blocks = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(blocks, {}, "README.md", "README.md", 0)
    results = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(test)
    for name in OPS.keys() - before.keys():
        del OPS[name]
    assert results.attempted >= 14
    assert results.failed == 0
    assert (tmp_path / "neuron.svg").exists()


def test_the_derivative_table_of_the_readme_is_the_engines() -> None:
    assert autograd.derivative_table("markdown") in section("The derivatives")


def test_the_kink_table_of_the_readme_is_what_the_engine_does() -> None:
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \| (.+?) \|$", section("At kinks"), re.MULTILINE)
    assert len(rows) >= 19
    for formula, at, gradients in rows:
        given = {k: json.loads(v) for k, v in (word.split("=") for word in at.split())}
        variables: dict[str, Any] = {
            k: Tensor(v, True, float) if isinstance(v, list) else Value(v) for k, v in given.items()
        }
        eval(formula, {**GIVEN["autograd"], **variables}).backward()
        got = [repr(g) for v in variables.values() for g in np.ravel(v.grad).tolist()]
        assert got == [repr(float(g)) for g in gradients.split()], (formula, at)


def test_the_picture_of_the_readme_is_the_one_the_project_draws() -> None:
    data = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    x1, x2, w1, w2, b = (Value(number, label=name) for name, number in data.items())
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    o.backward()
    drawn = autograd.draw(o, engine="layered").svg
    assert (ROOT / ".github" / "neuron.svg").read_text(encoding="utf-8") == drawn
    assert o.data == pytest.approx(math.sqrt(0.5), rel=1e-12)


@pytest.mark.parametrize("module", [name for package in GIVEN for name in modules(package)])
def test_the_examples_in_docstrings_run(module: str) -> None:
    loaded = importlib.import_module(module)
    results = doctest.testmod(
        loaded,
        extraglobs={**GIVEN[module.partition(".")[0]], **vars(loaded)},
        optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL,
    )
    assert results.failed == 0
