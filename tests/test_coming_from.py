"""docs/coming-from.md: our column of each table runs from top to bottom, and theirs gives the same numbers.

Their column runs where their package is installed. The extra `test` installs micrograd, and `parity` PyTorch; no extra
installs Keras.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value, draw

PAGE = Path(__file__).parent.parent / "docs" / "coming-from.md"
X = np.array([[0.5, -1.0], [1.5, 2.0], [-0.5, 0.25], [2.0, -0.75], [0.1, 0.2], [-1.0, 1.0], [0.3, 0.9], [-2.0, -0.4]])
TARGET = np.array([0, 1, 2, 1, 0, 2, 0, 1])
WEIGHTS = {
    "0.weight": np.array([[0.5, -0.3], [0.2, 0.9], [-0.7, 0.4], [0.1, 0.6]]),
    "0.bias": np.array([0.1, -0.2, 0.3, 0.0]),
    "2.weight": np.array([[0.3, -0.5, 0.2, 0.8], [-0.4, 0.6, 0.1, 0.2], [0.7, 0.1, -0.9, -0.3]]),
    "2.bias": np.array([0.05, -0.1, 0.2]),
}
SCORES = np.array([[0.5, -1.0, 2.0], [1.5, 2.0, -0.3]])

# Rows whose results differ as their remark says: theirs, ours.
DIFFERENT: dict[tuple[str, str], list[tuple[Any, Any]]] = {
    ("micrograd", "a.grad"): [(0.0, None), (-3.0, -3.0), (-12.0, -6.0)],  # micrograd's second backward() counts twice
    ("micrograd", "b.grad"): [(-4.0, -4.0), (-16.0, -8.0)],
    ("micrograd", "y._op"): [("ReLU", "relu")],
    ("PyTorch: the engine", "torch.tensor([1.5]).element_size()"): [(4.0, 8.0)],
}
RANDOM = {"model.evaluate(X, target)", "layers.Normalization().adapt(X)"}  # results that are not comparable


class Row(NamedTuple):
    """A row of a table: its place, and the code of both columns."""

    section: str
    place: int
    theirs: str
    ours: str
    remark: str


def rows() -> Iterator[Row]:
    """Yield the rows of all tables of the page."""
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        table = [line for line in body.splitlines() if line.startswith("|")][2:]
        for place, line in enumerate(table):
            cells = [cell.strip() for cell in line.strip("|").split(" |")]
            assert len(cells) == 3, line
            theirs, ours = (re.fullmatch("`([^`]+)`", cell) for cell in cells[:2])
            assert theirs, line
            assert ours, line
            yield Row(title, place, theirs[1], ours[1], cells[2])


ROWS = list(rows())
SECTIONS = list(dict.fromkeys(row.section for row in ROWS))
PACKAGES = {"micrograd": "micrograd", "PyTorch": "torch", "Keras": "keras"}


def run(code: str, names: dict[str, Any]) -> Any:
    """Run one line. Return the value of an expression, or None for a statement."""
    try:
        tree = compile(code, code, "eval")
    except SyntaxError:
        exec(compile(code, code, "exec"), names)
        return None
    return eval(tree, names)


def numbers(x: Any) -> Any:
    """Return the numbers of a result as an array, a text as it is, and None for other objects."""
    if isinstance(x, str) or x is None:
        return x
    if isinstance(x, (Tensor, Value)) or type(x).__module__ == "micrograd.engine":
        return np.asarray(x.data, dtype=float)
    if hasattr(x, "detach"):  # PyTorch's
        return np.asarray(x.detach().numpy(), dtype=float)
    if isinstance(x, (list, tuple)):
        found = [numbers(each) for each in x]
        return " ".join(found) if isinstance(found[0], str) else np.asarray(found, dtype=float)
    if isinstance(x, (bool, int, float, np.ndarray, np.generic)):
        return np.asarray(x, dtype=float)
    return None


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, (np.ndarray, float)):
        return a.shape == np.shape(b) and bool(np.allclose(a, b, rtol=1e-6, atol=1e-9))
    return type(a) is type(b) and bool(a == b)


def our_names(section: str) -> dict[str, Any]:
    """Return the names that a table takes as given."""
    if section == "micrograd":
        return {"draw": draw}
    if section == "PyTorch: the engine":
        return {}
    names = {"autograd": autograd, "nn": nn, "X": Tensor(X), "target": Tensor(TARGET)}
    if section == "PyTorch: networks":
        names["weights"] = WEIGHTS
    if section == "Keras: callbacks":
        model = nn.Linear(2, 3)
        names |= {"model": model, "optimizer": nn.optim.SGD(model.parameters(), lr=0.1)}
    if section == "Keras: losses and functions":
        names |= {"p": Tensor(X), "y": Tensor(X > 0).to(float), "scores": Tensor(SCORES), "classes": [2, 1]}
    return names


def their_names(section: str) -> dict[str, Any]:
    """Return the same names with objects of the other package."""
    if section == "micrograd":
        return {"draw_dot": lambda root: None}  # it is defined in a notebook of micrograd
    import torch

    names: dict[str, Any] = {"torch": torch, "X": torch.tensor(X), "target": torch.tensor(TARGET)}
    if section == "PyTorch: networks":
        names["weights"] = {name: torch.tensor(array) for name, array in WEIGHTS.items()}
    if section.startswith("Keras"):
        import keras

        names = {"keras": keras, "X": X, "target": TARGET}
    if section == "Keras: losses and functions":
        names |= {"p": X, "y": (X > 0).astype(float), "scores": SCORES, "classes": np.array([2, 1])}
    return names


@pytest.fixture
def _files_and_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Write files to a folder of the test, let Keras compute with PyTorch, and restore our default dtype afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    yield
    autograd.set_default_dtype(autograd.float64)


def their_results(section: str) -> dict[int, Any] | None:
    """Return the results of their column by the place of the row, or None if the package is not installed."""
    package = PACKAGES[section.partition(":")[0]]
    if any(importlib.util.find_spec(name) is None for name in {package, "torch" if package == "keras" else package}):
        return None
    names, results = their_names(section), {}
    before = set_precision(package, None if section == "PyTorch: the engine" else "float64")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # theirs are not ours to judge
            for row in ROWS:
                if row.section == section:
                    try:
                        results[row.place] = numbers(run(row.theirs, names))
                    except Exception as error:
                        raise AssertionError(f"their line fails: {row.theirs}") from error
    finally:
        set_precision(package, before)
    return results


def set_precision(package: str, precision: str | None) -> str | None:
    """Set the default dtype of a package and return the one before; None changes nothing."""
    if package == "micrograd":
        return None
    import torch

    before = str(torch.get_default_dtype()).removeprefix("torch.")
    if package == "keras":
        import keras

        before = keras.config.floatx()
        keras.config.set_floatx(precision or before)
    elif precision:
        torch.set_default_dtype(getattr(torch, precision))
    return before


@pytest.mark.usefixtures("_files_and_settings")
@pytest.mark.parametrize("section", SECTIONS)
def test_every_row_runs_and_gives_their_numbers(section: str) -> None:
    theirs = their_results(section)
    names = our_names(section)
    seen: dict[str, int] = {}
    for row in ROWS:
        if row.section != section:
            continue
        try:
            found = numbers(run(row.ours, names))
        except Exception as error:
            raise AssertionError(f"our line fails: {row.ours}") from error
        pairs = DIFFERENT.get((section, row.theirs))
        if pairs is not None:
            expected, own = pairs[seen.get(row.theirs, 0)]
            seen[row.theirs] = seen.get(row.theirs, 0) + 1
            assert found == own, row
            assert theirs is None or theirs[row.place] == expected, row
        elif theirs is not None and row.theirs not in RANDOM and found is not None:
            assert same(found, theirs[row.place]), (row, found, theirs[row.place])


def test_the_page_compares_many_numbers() -> None:
    expressions = 0
    for row in ROWS:
        try:
            expressions += bool(compile(row.theirs, "", "eval"))
        except SyntaxError:
            continue
    assert SECTIONS == [
        "micrograd",
        "PyTorch: the engine",
        "PyTorch: networks",
        "Keras: models and training",
        "Keras: callbacks",
        "Keras: losses and functions",
    ]
    assert len(ROWS) >= 140
    assert expressions >= 70


def test_a_difference_has_a_remark() -> None:
    for (section, line), pairs in DIFFERENT.items():
        different = [theirs != ours for theirs, ours in pairs]
        remarks = [bool(row.remark) for row in ROWS if (row.section, row.theirs) == (section, line)]
        assert remarks == different, line


def call(code: str) -> tuple[str, list[str]]:
    """Return the name and the keyword arguments of a line that is a call."""
    tree = ast.parse(code).body[0]
    if not isinstance(tree, ast.Expr) or not isinstance(tree.value, ast.Call):
        return "", []
    name = ast.unparse(tree.value.func).rpartition(".")[2]
    return name, [word.arg or "" for word in tree.value.keywords]


def test_callbacks_have_keras_names_and_arguments() -> None:
    pairs = [(call(row.theirs), call(row.ours)) for row in ROWS if row.section == "Keras: callbacks"]
    equal = [ours for theirs, ours in pairs if theirs == ours and ours[0]]
    assert [name for name, _ in equal] == [
        "EarlyStopping",
        "ModelCheckpoint",
        "ReduceLROnPlateau",
        "CSVLogger",
        "TerminateOnNaN",
        "LambdaCallback",
    ]
