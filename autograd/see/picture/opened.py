"""Pack the pictures that the folded boxes of a page open to; a page may have a hundred of them, so each must be small.

These pictures are alike: of a line such as `<text x="21" y="48">data</text>`, only the numbers and the words are
its own. So a page holds each pattern of a line once, and of each line the number of its pattern and what is its own.
`opening.js` puts both together again.
"""

from __future__ import annotations

import re
from typing import Any, Final

from .html_page import script_data

# Text, and the values of all attributes but class. A match has no "<", so it cannot end a script element.
_OWN: Final = re.compile(r'(?<=>)[^<\n]+|(?<=[^s]=")[^"<\n]*')


class OpenedBoxes:
    """The pictures that open in a page, up to so many bytes; their patterns, a few thousand bytes, are not counted.

    Picture 0 is the page's own, and picture k the one that was added as number k.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self._places: list[list[Any]] = []
        self._pictures: list[str] = []
        self._patterns: dict[tuple[str, ...], int] = {}

    def __len__(self) -> int:
        return len(self._pictures)

    def add(self, parent: int, item: int, title: str, picture: str, data: Any = None) -> bool:
        """Add the picture of what box `item` of the picture `parent` holds; return False where there is no room left.

        `picture` is SVG text of the look INSIDE, and `data` what the script of the page needs to know of it.
        """
        packed = self._packed(picture)
        self._left -= len(packed.encode("utf-8")) + len(script_data(data).encode("utf-8"))
        if self._left < 0:
            return False
        self._places.append([parent, item, title, data])
        self._pictures.append(packed)
        return True

    def _packed(self, picture: str) -> str:
        """Return each line as the number of its pattern and what is its own, with tabs between them."""
        found = []
        for line in picture.splitlines():
            number = self._patterns.setdefault(tuple(_OWN.split(line)), len(self._patterns))
            found.append("\t".join((str(number), *_OWN.findall(line))))
        return "\n".join(found)

    def html(self) -> str:
        """Return the elements of the page that hold what opens."""
        if not self:
            return ""
        data = script_data({"places": self._places, "patterns": list(self._patterns)})
        pictures = "".join(f'<script type="text/plain" class="inside">{each}</script>\n' for each in self._pictures)
        return f'<script type="application/json" id="insides">{data}</script>\n{pictures}'
