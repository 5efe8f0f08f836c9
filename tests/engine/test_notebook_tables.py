"""Tables and code in a notebook: they parse, labels stay text, and each object that has one shows its numbers."""

from __future__ import annotations

import html.parser
from collections.abc import Callable
from typing import Any

import pytest

import autograd as ag
import nn
from autograd import Program, Tensor, Value, text_table

HOSTILE = ["<script>alert(1)</script>", "\"'>", "a&b", "]]>", "\x00\ud800", "\u202eabc", "שלום", "x" * 10_000]
EMPTY_ELEMENTS = {"br"}


class Reader(html.parser.HTMLParser):
    """Collects the text of every cell, and refuses elements that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[str] = []
        self.scopes: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")
            self.scopes.append(dict(attrs).get("scope") or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th", "code", "caption"):
            if self.open[-1] in ("td", "th"):
                self.cells[-1] += data
            else:
                self.cells.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    text.encode("utf-8")
    return reader


def shown() -> dict[str, tuple[Any, str]]:
    """Return objects by name, each with a text that one of its cells has."""
    x, w = Value(3.0, label="x"), Tensor([[1.0, 2.0]], requires_grad=True, label="w")
    (x * x).backward()
    w.sum().backward()
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    optimizer = nn.optim.SGD([x], lr=0.5)
    return {
        "Value": (x, "6.0"),
        "Tensor": (w, "[[1., 1.]]"),
        "module": (model, "weight (3, 2), bias (3,)"),
        "Neuron": (nn.Neuron(2), "3 of one number"),
        "summary": (nn.summary(model, Tensor([[1.0, 2.0]])), "Linear"),
        "explain": (optimizer.explain(), "-3"),
        "derivatives": (ag.derivative_table(), "d/dx = square(sech(x))"),
        "report": (ag.check_gradients(lambda x: x * x, 3.0), "df/dx"),
        "order": (ag.explain_order(x * x), "by recursion"),
    }


@pytest.mark.parametrize("name", shown())
def test_an_object_is_a_table_in_a_notebook(name: str) -> None:
    thing, cell = shown()[name]
    reader = read(thing._repr_html_())
    assert cell in reader.cells
    assert {"table", "caption", "thead", "tbody", "th"} <= reader.tags
    assert {"col", "row"} <= set(reader.scopes)
    assert "#" not in thing._repr_html_()  # no colour of its own


def test_a_program_is_code_in_a_notebook_and_prints_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    x = Value(3.0, label="x")
    program = Program(ag.where(x < 2.0, x, x * x), [x])
    assert program.source in read(program._repr_html_()).cells
    print(program)
    assert capsys.readouterr().out == program.source + "\n"


@pytest.mark.parametrize("label", HOSTILE, ids=lambda label: ascii(label[:12]))
@pytest.mark.parametrize("make", [lambda text: Value(1.0, text), lambda text: Tensor([1.0], label=text)])
def test_labels_stay_text(label: str, make: Callable[[str], Any]) -> None:
    reader = read(make(label)._repr_html_())
    assert "script" not in reader.tags
    assert any(len(cell) >= min(len(label), 2) for cell in reader.cells)
    assert "\u202e" not in "".join(reader.cells)


def test_a_table_is_text_elsewhere() -> None:
    table = text_table([("name", "size"), ("w", "12")], right=[1], caption="Sizes", notes=["one row"])
    assert table == "name  size\nw       12\none row"
    assert repr(table) == str(table) == f"{table}"


def test_a_header_without_text_is_a_plain_cell() -> None:
    reader = read(text_table([("", "a"), ("", "1")])._repr_html_())
    assert reader.scopes == ["", "col", "", ""]
