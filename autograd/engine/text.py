"""Text for people: objects in messages, and the one formatter of every table, printed or shown in a notebook.

A notebook's table has no colour of its own. Text and background are those of the page, so it follows every theme.
"""

from __future__ import annotations

import reprlib
from collections.abc import Collection, Iterable, Sequence
from typing import Final, final

# These characters change the direction of the text after them, and a label need not contain the one that ends that.
_DIRECTION_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# A notebook removes style elements, so each element carries its style.
_BOX: Final = "max-width:100%;max-height:40em;overflow:auto"
_TABLE: Final = "border-collapse:collapse;font-family:var(--jp-code-font-family,monospace)"
_CELL: Final = "padding:0.2em 0.8em;vertical-align:top;white-space:pre-wrap"
_HEAD: Final = ";border-bottom:1px solid var(--gg-rule,currentColor)"


def shown(x: object, width: int = 60) -> str:
    """Return the repr of an object for a message, on one line and cut to `width` characters. It never raises.

    A list nested a thousand deep, an int of many thousand digits and some classes of users have no repr.

    >>> shown([1, 2]), shown("a" * 100, 5)
    ('[1, 2]', "'aaaa")
    """
    for text in (repr, reprlib.repr, object.__repr__):
        try:
            return printable(text(x)[:width])
        except Exception:  # anything: it is a user's own code, and the message must still be read
            continue
    raise AssertionError("object.__repr__ never raises")


def listed(words: Sequence[str]) -> str:
    """Return the words with commas between them; of many, the first ones and how many more there are.

    >>> listed([f"w{k}" for k in range(300)])
    'w0, w1, w2, w3, w4, w5, w6, w7 and 292 more'
    """
    return ", ".join(words[:8]) + (f" and {len(words) - 8} more" if len(words) > 8 else "")


@final
class Table(str):
    """The text of a table, which a notebook shows as an HTML table."""

    __slots__ = ("_html",)
    _html: str

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return self._html


def text_table(
    rows: Iterable[Sequence[str]],
    right: Collection[int] = (),
    gap: str = "  ",
    caption: str = "",
    notes: Sequence[str] = (),
) -> Table:
    """Format rows of equal length as lines with aligned columns; the columns numbered in `right` are flush right.

    The first row is the header. `notes` are lines below the table. The caption is shown in a notebook only, where the
    result is an HTML table.

    >>> print(text_table([("name", "size"), ("w", "12"), ("bias", "3")], right=[1]))
    name  size
    w       12
    bias     3
    """
    lines = [tuple(map(printable, row)) for row in rows]
    widths = [max(map(display_width, column)) for column in zip(*lines, strict=True)]
    table = Table("\n".join([*(gap.join(_padded(row, widths, right)).rstrip() for row in lines), *notes]))
    table._html = html_table(lines, right, caption, notes)
    return table


def html_table(
    rows: Sequence[Sequence[str]], right: Collection[int] = (), caption: str = "", notes: Sequence[str] = ()
) -> str:
    """Return an HTML table for a notebook. The first row is the header, and the first cell of each row its name."""
    head = "".join(_cell(text, "col", k in right) for k, text in enumerate(rows[0]))
    body = "\n".join(
        f"<tr>{''.join(_cell(text, '' if k else 'row', k in right) for k, text in enumerate(row))}</tr>"
        for row in rows[1:]
    )
    title = f'<caption style="text-align:left">{escaped(caption)}</caption>' if caption else ""
    below = "".join(f"<p>{escaped(note)}</p>" for note in notes)
    return (
        f'<div role="region" aria-label="{escaped(caption or "table")}" tabindex="0" style="{_BOX}">'
        f'<table style="{_TABLE}">{title}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>{below}'
    )


def _cell(text: str, scope: str, right: bool) -> str:
    """Return one cell; a header without text is a plain cell, since there is nothing to read aloud."""
    tag = f'th scope="{scope}"' if scope and text else "td"
    style = f"{_CELL};text-align:{'right' if right else 'left'}{_HEAD if scope == 'col' else ''}"
    style += ";font-weight:normal" if scope == "row" else ""
    direction = "" if text.isascii() else ' dir="auto"'
    return f'<{tag} style="{style}"{direction}>{escaped(text)}</{tag[:2]}>'


def html_code(source: str, caption: str) -> str:
    """Return source code in HTML for a notebook."""
    box = f'role="region" aria-label="{escaped(caption)}" tabindex="0" style="{_BOX}"'
    return f"<pre {box}><code>{escaped(source)}</code></pre>"


def escaped(text: str) -> str:
    """Return text for HTML, where it stays text; it keeps its line ends."""
    import html  # here: its table of characters takes long to import

    return html.escape("\n".join(map(printable, text.split("\n"))))


def printable(text: str) -> str:
    """Return the text with spaces for white space of any kind, and U+FFFD for each character that cannot be shown.

    Such characters are control characters, unpaired surrogates, non-characters and direction controls.
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_printable, text))


def _printable(c: str) -> str:
    import unicodedata  # here, as below: only text beyond ASCII needs it

    hidden = unicodedata.category(c) in ("Cc", "Cs") or ord(c) & 0xFFFE == 0xFFFE or c in _DIRECTION_CONTROLS
    return " " if c.isspace() else "\ufffd" if hidden else c


def _padded(row: tuple[str, ...], widths: list[int], right: Collection[int]) -> list[str]:
    fill = [" " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)]
    return [fill[k] + cell if k in right else cell + fill[k] for k, cell in enumerate(row)]


def display_width(text: str) -> int:
    """Count the columns that text takes in a monospaced font: East Asian wide letters take two, accents take none."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 1
        for c in text
    )
