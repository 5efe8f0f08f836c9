"""The moving picture: an SVG that plays the stops of a lesson by itself, by CSS alone, inside an <img> too.

Each text that changes stands there once per value, and each state of a box once; CSS animations show one at a time.
Readers who have asked their system for less motion see the finished picture, as do programs without animations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Final
from xml.etree import ElementTree as ET

from ..picture.plain_text import printable, shorten
from ..picture.scene import DONE, NOW
from ..picture.svg import label_box
from .stops import Lesson

SVG: Final = "http://www.w3.org/2000/svg"
LONGEST_STOP, SHORTEST_STOP, WHOLE = 1.8, 0.5, 45.0  # seconds: of one stop, and of all of them where there are many
END: Final = 3  # stops for which the finished picture stands still
CAPTION_LINES: Final = 4
BELOW: Final = 6.0  # px of paper below the base line of words on an arrow
LINE, LETTER, MARGIN = 16.0, 7.3, 12.0  # px

Spans = tuple[tuple[int, int], ...]  # from one stop up to before another; stop 0 is the start


def moving(shown: Lesson, picture: str) -> str:
    """Return the moving picture; `picture` is the drawing of the lesson's scene as SVG text."""
    ET.register_namespace("", SVG)
    return _Film(shown, ET.fromstring(picture)).written()


class _Film:
    """Puts the states of a lesson over one another, each with the spans of time in which it is seen."""

    def __init__(self, shown: Lesson, root: ET.Element) -> None:
        self.lesson: Final = shown
        self.root: Final = root
        self.prefix: Final = root.get("id", "g")
        self.last: Final = len(shown.stops) + 1  # the finished picture
        self.looks: dict[Spans, str] = {}
        self.parts = _numbered("item", root, "item") | _numbered("arrow", root, "arrow", "weight")
        # The lines that can change, as `player.js` finds them; here, before any of them is doubled.
        self.lines = {name: _lines(part, name.startswith("arrow")) for name, part in self.parts.items()}
        self.owners = {child: parent for part in self.parts.values() for parent in part.iter() for child in parent}

    def written(self) -> str:
        self._texts()
        self._papers()
        self._states()
        self._caption()
        style = next(each for each in self.root.iter(f"{{{SVG}}}style"))
        style.text = (style.text or "") + self._rules()
        return ET.tostring(self.root, encoding="unicode") + "\n"

    def _look(self, spans: Spans) -> str:
        """Return the class of what is seen in these spans."""
        return f"{self.prefix}-t {self.looks.setdefault(spans, f'{self.prefix}-t{len(self.looks)}')}"

    def _rules(self) -> str:
        total = self.last + END
        each = min(LONGEST_STOP, max(SHORTEST_STOP, WHOLE / total))
        hidden, moves, frames = [], [], []
        for spans, name in self.looks.items():
            if spans[-1][1] <= self.last:
                hidden.append(f".{name} {{ visibility: hidden; }}")
            marks = {0.0: "hidden"}
            for start, end in spans:
                marks[100 * start / total] = "visible"
                marks[100.0 if end > self.last else 100 * end / total] = "hidden" if end <= self.last else "visible"
            steps = " ".join(f"{at:.3f}% {{ visibility: {seen}; }}" for at, seen in sorted(marks.items()))
            frames.append(f"@keyframes {name} {{ {steps} }}")
            moves.append(f".{name} {{ animation-name: {name}; }}")
        whole = f".{self.prefix}-t {{ animation: {each * total:.2f}s step-end infinite; }}"
        playing = "\n".join((whole, *moves))
        return "\n".join((
            "", *hidden, *frames, f"@media (prefers-reduced-motion: no-preference) {{\n{playing}\n}}", ""
        ))  # fmt: skip

    def _texts(self) -> None:
        """Replace each text that changes by one element for each of its values."""
        history: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for where, text in self.lesson.start.items():
            history[where] = [(0, text)]
        for stop in self.lesson.stops:
            for where, text in stop.changes.items():
                known = history.setdefault(where, [])
                if not known:
                    known.append((0, self._line(*where).text or ""))
                known.append((stop.number, text))
        for where, found in history.items():
            line = self._line(*where)
            spans: dict[str, list[tuple[int, int]]] = {}
            for (start, text), end in zip(found, [*(at for at, _ in found[1:]), self.last + 1], strict=True):
                if start < end:
                    spans.setdefault(text, []).append((start, end))
            owner = self.owners[line]
            at = list(owner).index(line)
            owner.remove(line)
            for text, when in spans.items():
                if text:
                    other = deepcopy(line)
                    other.text = printable(text)
                    self._seen(other, _joined(when))
                    owner.insert(at, other)

    def _papers(self) -> None:
        """Give each text on an arrow its own paper, so that the line is hidden only under the words that are seen."""
        for part in self.parts.values():
            paper = part.find(f"{{{SVG}}}rect")
            if paper is None or part.get("class", "").split()[0] != "arrow":
                continue
            at = list(part).index(paper)
            part.remove(paper)
            for text in part.findall(f"{{{SVG}}}text"):
                box = label_box([text.text or ""])
                x, y = (float(text.get(key, "")) for key in ("x", "y"))
                times = [look for look in text.get("class", "").split() if look.startswith(self.prefix)]
                place = {"x": x - box.width / 2, "y": y - box.height + BELOW, "width": box.width, "height": box.height}
                own = ET.Element(f"{{{SVG}}}rect", {key: f"{value:g}" for key, value in place.items()})
                if times:
                    own.set("class", " ".join(times))
                part.insert(at, own)

    def _line(self, part: str, number: int) -> ET.Element:
        return self.lines[part][number]

    def _seen(self, element: ET.Element, spans: Spans) -> None:
        look = self._look(spans)
        element.set("class", f"{element.get('class', '')} {look}".strip())

    def _states(self) -> None:
        now: dict[str, list[tuple[int, int]]] = {}
        done: dict[str, int] = {}
        for stop in self.lesson.stops:
            n = stop.number
            for part in (*(f"item{k}" for k in stop.items), *(f"arrow{k}" for k in stop.arrows)):
                now.setdefault(part, []).append((n, n + 1))
            if not stop.forward:
                done |= {f"arrow{k}": n + 1 for k in stop.arrows}
            for k in stop.done:
                done[f"item{k}"] = n + (k in stop.items)
                if k in stop.items:
                    done |= {f"item{each}": n + 1 for each in stop.items}
        for part, spans in now.items():
            self._overlay(part, NOW, _joined(spans))
        for part, start in done.items():
            self._overlay(part, DONE, _without(start, self.last + 1, now.get(part, ())))
        for part, spans in now.items():  # what a state covers, dashes would let through
            for each in self.parts[part]:
                if _is_shape(each):
                    self._seen(each, _without(0, done.get(part, self.last + 1), spans))

    def _overlay(self, part: str, state: str, spans: Spans) -> None:
        """Put the shape of a box, or the line of an arrow, over itself in a state that is seen in these spans."""
        owner = self.parts[part]
        shapes = [each for each in owner if _is_shape(each)]
        if not shapes or not spans:
            return
        group = ET.Element(f"{{{SVG}}}g", {"class": f"{state} {self._look(spans)}"})
        group.extend([deepcopy(each) for each in shapes])
        owner.insert(list(owner).index(shapes[-1]) + 1, group)

    def _caption(self) -> None:
        """Add the words of each stop under the picture."""
        _, _, width, height = (float(each) for each in self.root.get("viewBox", "").split())
        most = max(24, int((width - 2 * MARGIN) / LETTER))
        high = height + MARGIN + LINE * CAPTION_LINES
        for stop in self.lesson.stops:
            lines = stop.words.split("\n")
            lines = [*lines[: CAPTION_LINES - 1], "…"] if len(lines) > CAPTION_LINES else lines
            until = stop.number + 1 + (stop.number == len(self.lesson.stops))
            group = ET.SubElement(self.root, f"{{{SVG}}}g", {"class": self._look(((stop.number, until),))})
            for k, line in enumerate(lines):
                at = {"x": f"{MARGIN:g}", "y": f"{height + LINE * (k + 1):g}"}
                indent = "  " if line.startswith(" ") else ""
                text = ET.SubElement(group, f"{{{SVG}}}text", at)
                text.set("xml:space", "preserve")
                text.text = indent + shorten(printable(line), most)
        paper = next(each for each in self.root if each.get("class") == "paper")
        paper.set("height", f"{high:.0f}")
        self.root.set("height", f"{high:.0f}")
        self.root.set("viewBox", f"0 0 {width:.0f} {high:.0f}")


def _numbered(kind: str, root: ET.Element, *looks: str) -> dict[str, ET.Element]:
    """Return the boxes or the arrows of a picture, named as the changes of a lesson name them."""
    found = (each for each in root.iter() if not set(looks).isdisjoint(each.get("class", "").split()))
    return {f"{kind}{k}": each for k, each in enumerate(found)}


def _lines(part: ET.Element, is_arrow: bool) -> list[ET.Element]:
    if is_arrow:
        return part.findall(f"{{{SVG}}}text")
    return [each for each in part.iter() if each.tag == f"{{{SVG}}}tspan" or each.get("class") == "tile"]


def _is_shape(element: ET.Element) -> bool:
    return element.get("class") == "shape" or element.tag == f"{{{SVG}}}path"


def _joined(spans: Sequence[tuple[int, int]]) -> Spans:
    """Return the spans with those that touch made one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def _without(start: int, end: int, others: Iterable[tuple[int, int]]) -> Spans:
    """Return the span from start up to end without the other spans."""
    found: list[tuple[int, int]] = []
    for low, high in others:
        if start < low < end:
            found.append((start, low))
        if high > start:
            start = max(start, high)
    return tuple([*found, (start, end)] if start < end else found)
