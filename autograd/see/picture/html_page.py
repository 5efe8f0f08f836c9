"""The parts that all pages with a script share: the document around it, its data, and the frame in a notebook's cell.

A page is one HTML file that loads nothing and sends nothing. `base.css` has the look that all pages share.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any, Final

from .theme import Theme, variables

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
FRAME_HEIGHT: Final = 720  # px
# What the page around a frame or an image does when it has loaded: JupyterLab, and a page exported by it, say by an
# attribute of the body whether their theme is light. A frame cannot read that, so `follow.js` in it is told.
_THEME: Final = "document.body.dataset.jpThemeLight"
_FOLLOW: Final = (
    "const e=this,f=()=>{{if({theme})e.{tell}}};f();"
    "new MutationObserver(f).observe(document.body,{{attributeFilter:['data-jp-theme-light']}})"
)
FRAME_FOLLOWS: Final = _FOLLOW.format(theme=_THEME, tell=f"contentWindow?.postMessage({_THEME},'*')")
# It also asks the page how high it is and makes the frame as high, where this depends on the width of the cell.
_FITS: Final = (
    ";window.addEventListener('message',m=>{if(m.source===e.contentWindow&&m.data>0)e.style.height=m.data+'px'});"
    "e.contentWindow.postMessage('height','*')"
)
IMAGE_FOLLOWS: Final = _FOLLOW.format(theme=_THEME, tell=f"style.colorScheme={_THEME}==='false'?'dark':'light'")


def document(title: str, style: str, body: str, theme: Theme = "auto") -> str:
    """Return a whole page; `title` is plain text, `style` CSS, and `body` the HTML in the body element."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<style>
{variables(theme)}
{asset(__file__, "base.css")}
{style}</style>
</head>
<body>
{body}<script>
{asset(__file__, "follow.js")}</script>
</body>
</html>
"""


def asset(beside: str, name: str) -> str:
    """Return the text of a style or script that stands beside a Python file: `asset(__file__, "live.css")`."""
    return Path(beside).with_name(name).read_text(encoding="utf-8")


def script_data(data: Any) -> str:
    """Return JSON that can stand in a script element."""
    # Only "<" could end a script element or begin a comment in it; \u003c is the same character in JSON.
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def size_of(picture: str) -> tuple[int, int]:
    """Return the width and the height in px of a picture, SVG text; 0 where there is none."""
    found = re.search(r'width="(\d+)" height="(\d+)"', picture)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def least_width(picture: str) -> int:
    """Return the width in px to which a picture, SVG text, may shrink; smaller it could not be read."""
    return size_of(picture)[0] * 6 // 10


def framed(
    title: str,
    whole_page: str,
    image: str,
    words: str,
    below: str = "",
    height: int = FRAME_HEIGHT,
    fits: bool = False,
) -> str:
    """Return HTML for a notebook's cell: the page in a frame; where the notebook is not trusted, what stands still.

    That is an image, `words` that say how to make it play, and HTML below them. A notebook that is not trusted removes
    the frame. Where the frame is shown, it removes what stands still. That and the size of the frame are attributes,
    because a notebook removes style and script elements. `height` is that of the frame in px; where it `fits`, it then
    gets the height of the page.
    """
    onload = f"this.previousElementSibling.remove();{FRAME_FOLLOWS}{_FITS if fits else ''}".replace("'", "&#x27;")
    # In single quotes, because a page is full of double ones, each of which would need six characters.
    source = whole_page.replace("&", "&amp;").replace("'", "&#x27;")
    return (
        f"<div><div>{image}<p>{html.escape(words)}</p>{below}</div>"
        f'<iframe title="{html.escape(title)}" sandbox="allow-scripts" '
        f'style="width:100%;height:{height}px;border:0" onload="{onload}" '
        f"srcdoc='{source}'></iframe></div>"
    )
