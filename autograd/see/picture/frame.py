"""What every page with a script needs: a policy, its data in the page, and a frame for a notebook's cell."""

from __future__ import annotations

import html
import json
from typing import Any, Final

from .drawing import image

#: The page loads nothing and sends nothing.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def script_data(data: Any) -> str:
    """Return JSON that can stand in a script element."""
    # Only "<" could end a script element or begin a comment in it; \u003c is the same character in JSON.
    return json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def framed(title: str, whole_page: str, picture: str, height: int = 720) -> str:
    """Return HTML for a notebook's cell: the page in a frame; where the notebook is not trusted, the picture."""
    return (
        f'<div>{image(picture, title)}<iframe title="{html.escape(title)}" sandbox="allow-scripts" '
        f'style="width:100%;height:{height}px;border:0" onload="this.previousElementSibling.remove()" '
        f'srcdoc="{html.escape(whole_page)}"></iframe></div>'
    )
