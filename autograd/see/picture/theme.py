"""Colours of all pictures and pages, in a light and a dark theme.

Each colour has one name. A picture or a page refers to it as `var(--gg-ink)` and never writes a colour of its own;
`variables` gives the CSS that declares the names. Text has a contrast of at least 4.5:1 on every fill it can stand on,
and a line that carries meaning at least 3:1 on the paper (WCAG 2.2, 1.4.3 and 1.4.11); tests compute both.
Blue and orange carry the sign, because people with any common colour blindness can tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from ...engine.text import shown

Theme = Literal["auto", "light", "dark"]

THEMES: Final = get_args(Theme)

TINTS: Final = 4  # shades of one sign, from the palest, 1, to the strongest

_NAMED: Final[Mapping[str, tuple[str, str]]] = {
    # name: (light, dark)
    "paper": ("#ffffff", "#16181c"),
    "panel": ("#f6f7f9", "#1f2227"),
    "ink": ("#1a1a1a", "#eceff3"),
    "quiet": ("#5a5a5a", "#b3bac3"),
    "rule": ("#d0d4d9", "#3a4048"),
    "variable-fill": ("#e3effa", "#13304d"),
    "variable-line": ("#1f5f99", "#6cb2f0"),
    "result-fill": ("#ffffff", "#1f2227"),
    "result-line": ("#444444", "#b8bec6"),
    "constant-fill": ("#f4f4f4", "#24272c"),
    "constant-line": ("#707070", "#949da8"),
    "op-fill": ("#fff3d6", "#3a2d0d"),
    "op-line": ("#8a5a00", "#e0b050"),
    "now": ("#b0124f", "#ff7eb0"),
    "now-fill": ("#fde7f0", "#47152b"),
    "done": ("#2a722e", "#74d17c"),
    "done-fill": ("#e6f4e7", "#16331a"),
    "changed": ("#a83c08", "#ff9a66"),
    "positive": ("#a54f04", "#f5a35c"),
    "negative": ("#1f62a6", "#7fb8f2"),
}


def _mixed(one: str, other: str, share: float) -> str:
    """Return the colour that is `share` of the way from one to the other."""
    pairs = [(int(one[k : k + 2], 16), int(other[k : k + 2], 16)) for k in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


PALETTE: Final[Mapping[str, tuple[str, str]]] = {
    **_NAMED,
    **{
        f"{sign}-{k}": (_mixed(ground[0], color[0], 0.11 * k), _mixed(ground[1], color[1], 0.11 * k))
        for sign, color, ground in ((sign, _NAMED[sign], _NAMED["result-fill"]) for sign in ("positive", "negative"))
        for k in range(1, TINTS + 1)
    },
}


def colors(theme: Literal["light", "dark"]) -> dict[str, str]:
    """Return the colour of each name in one theme, as `#rrggbb`."""
    return {name: pair[theme == "dark"] for name, pair in PALETTE.items()}


def refuse_unknown_theme(theme: object) -> None:
    """Raise ValueError for anything that is not the name of a theme."""
    if not isinstance(theme, str) or theme not in THEMES:
        raise ValueError(f"theme is one of {', '.join(THEMES)}, got {shown(theme)}")


def variables(theme: Theme = "auto", selector: str = ":root") -> str:
    """Return CSS that declares every colour on `selector`, as `--gg-NAME`.

    "auto" follows the page: the reader's `prefers-color-scheme`, and JupyterLab's own theme where the page has one.
    """
    refuse_unknown_theme(theme)
    if theme != "auto":
        return _declared(selector, theme)
    return "\n".join((
        _declared(selector, "light"),
        f"@media (prefers-color-scheme: dark) {{\n{_declared(selector, 'dark')}\n}}",
        _declared(_inside("true", selector), "light"),
        _declared(_inside("false", selector), "dark"),
    ))  # fmt: skip


def _inside(light: str, selector: str) -> str:
    """Return the selector for a page that JupyterLab, or the frame in its cell, has marked as light or dark."""
    mark = f'[data-jp-theme-light="{light}"]'
    return f"{selector}{mark}" if selector == ":root" else f"{mark} {selector}"


def _declared(selector: str, theme: Literal["light", "dark"]) -> str:
    lines = "".join(f" --gg-{name}: {color};" for name, color in colors(theme).items())
    return f"{selector} {{ color-scheme: {theme};{lines} }}"
