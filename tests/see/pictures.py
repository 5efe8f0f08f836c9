"""Graphs to draw, labels that are hard to draw, and functions that read a picture's SVG back."""

import re
import shutil
import subprocess
from typing import Any
from xml.etree import ElementTree

import pytest

from autograd import Drawing, Tensor, Value

SVG = "{http://www.w3.org/2000/svg}"
LONGEST = 40  # characters of a label that a picture shows

HOSTILE = {
    "closing tag": "</svg>",
    "cdata": "]]>",
    "comment": "--><!-- x",
    "instruction": "<?xml ?>",
    "script": "</script><script>alert(1)</script>",
    "double quotes": 'say "hi"',
    "single quotes": "it's 'so'",
    "quote and backslash": 'a\\"b\\',
    "ampersand": "a & b &amp; c &lt; &#65; &nbsp;",
    "html": "<b>bold</b>",
    "html in dot": "<<b>x</b>>",
    "dot escapes": "\\n\\l\\r\\N\\G\\E\\",
    "record": "{a|b} <port> [x=1];",
    "emoji": "👩‍👩‍👧 🎉",
    "cjk": "学習率",
    "rtl": "مرحبا",
    "combining": "e\u0301\u0302\u0303",
    "10,000 letters": "x" * 10_000,
    "10,000 quotes": '"' * 10_000,
    "10,000 words": "ab & " * 2_000,
    "address": "javascript:alert(1)",
    "attribute": '" onload="alert(1)',
    "template": "{}{0}%s${alert(1)}`{{x}}",
    "prototype": "__proto__",
    "constructor": "constructor",
    "keyword": "digraph",
    "number": "3",
}
# Labels with characters that cannot be shown, and what is shown instead.
UNPRINTABLE = {
    "newlines": ("one\ntwo\r\nthree", "one two three"),
    "tab and no-break space": ("a\tb\u00a0c", "a b c"),
    "line separators": ("a\u2028b\u2029c\x85d\x0be", "a b c d e"),
    "nul": ("a\0b", "a\ufffdb"),
    "control characters": ("a\x07\x1b[31mb\x7f\x9f", "a\ufffd\ufffd[31mb\ufffd\ufffd"),
    "half of a pair": ("a\ud800b\udfff", "a\ufffdb\ufffd"),
    "non-characters": ("a\ufffe\uffff\U0001ffffb", "a\ufffd\ufffd\ufffdb"),
    "override": ("a\u202eb", "a\ufffdb"),
}
LABELS = [pytest.param(text, " ".join(text.split()), id=name) for name, text in HOSTILE.items()]
LABELS += [pytest.param(text, shown, id=name) for name, (text, shown) in UNPRINTABLE.items()]

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="the program node is not on the PATH")
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="the program dot is not on the PATH")
ENGINES = [pytest.param("layered"), pytest.param("dot", marks=needs_dot)]


def neuron() -> Value:
    """Build the neuron of Karpathy's micrograd lecture."""
    x1, x2, w1, w2 = Value(2, "x1"), Value(0, "x2"), Value(-3, "w1"), Value(1, "w2")
    b = Value(6.8813735870195432, "b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o


def elements(picture: str, kind: str) -> list[ElementTree.Element]:
    """Return the SVG groups of this class."""
    return [g for g in ElementTree.fromstring(picture).iter(f"{SVG}g") if kind in g.get("class", "").split()]


def looks(picture: str, item: ElementTree.Element) -> dict[str, str]:
    """Return what the style of a picture says of the shape of an item: fill, stroke, stroke-dasharray and others."""
    style = ElementTree.fromstring(picture).findtext(f"{SVG}style") or ""
    classes = set(item.get("class", "").split())
    found: dict[str, str] = {}
    for selector, body in re.findall(r"\.gg-picture ([^{}]*?\.shape) \{(.*?)\}", style):
        if set(re.findall(r"\.([\w-]+)", selector)) - {"shape"} <= classes:
            found |= dict(part.strip().split(": ") for part in body.split(";") if part.strip())
    return found


def words(element: ElementTree.Element) -> list[str]:
    """Return the text of an element, line by line; of a row of a box its name, if it has one, and its value."""
    found: list[str] = []
    for text in element.iter(f"{SVG}text"):
        found += [text.text or ""] if not len(text) else [part.rstrip() for part in text.itertext()]
    return found


def boxes(picture: str) -> dict[str, dict[str, str]]:
    """Return each node's box by the name of the node: its title and its rows."""
    found = {}
    for item in elements(picture, "item"):
        if name := item.get("data-name"):
            found[name] = {"title": words(item)[0], **{what: lines[0] for what, lines in rows_of(item).items()}}
    return found


def arrows(picture: str) -> dict[str, list[str]]:
    """Return the lines on each arrow into an op, by the name of the result and the position of the input."""
    return {name: words(e) for e in elements(picture, "arrow") if (name := e.get("data-from"))}


def by_dot(drawing: Drawing) -> str:
    """Draw the DOT text with the program dot, and return the SVG."""
    run = subprocess.run(["dot", "-Tsvg"], input=drawing.dot.encode(), capture_output=True, check=True, timeout=60)
    assert run.stderr == b""
    return run.stdout.decode()


def leaf(data: Any, label: str, **how: Any) -> Tensor:
    return Tensor(data, requires_grad=True, label=label, **how)


def layer(**how: Any) -> Tensor:
    """Build the mean square of relu(x @ w + b) for three samples."""
    x = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], label="x", **how)
    w, b = leaf([[0.5, -1.0], [1.0, 0.25]], "w", **how), leaf([0.5, -2.0], "b", **how)
    h = (x @ w + b).relu()
    h.label = "h"
    loss = (h * h).mean()
    loss.label = "L"
    return loss


def rows(picture: str, name: str) -> dict[str, list[str]]:
    """Return the rows of a node's box, each as a list of lines."""
    (item,) = [e for e in elements(picture, "item") if e.get("data-name") == name]
    return rows_of(item)


def rows_of(item: ElementTree.Element) -> dict[str, list[str]]:
    """Return the rows of a box, each as a list of lines."""
    found: dict[str, list[str]] = {}
    what = ""
    for text in item.iter(f"{SVG}text"):
        for value in text.iter(f"{SVG}tspan"):
            what = (text.text or what).rstrip()
            found.setdefault(what, []).append("".join(value.itertext()))
    return found
