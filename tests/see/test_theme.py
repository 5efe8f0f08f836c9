"""The theme: text is readable on every fill, lines are seen on the paper, signs are told apart by the colour blind."""

import itertools

import pytest

from autograd.see.picture.theme import PALETTE, THEMES, colors, variables

FILLS = [name for name in PALETTE if name.endswith("-fill") or name in ("paper", "panel")]
LINES = [name for name in PALETTE if name.endswith("-line")]
TINTS = [name for name in PALETTE if name[-1].isdigit()]
SIGNALS = ["now", "done", "changed", "positive", "negative"]

# Linear RGB as people without one kind of cone see it (Machado, Oliveira, Fernandes 2009, severity 1).
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def linear(color: str) -> tuple[float, float, float]:
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return r, g, b


def luminance(color: str) -> float:
    r, g, b = linear(color)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("text", ["ink", "quiet"])
def test_text_has_a_contrast_of_4_5_on_every_fill(theme: str, fill: str, text: str) -> None:
    color = colors(theme)  # type: ignore[arg-type]
    assert contrast(color[text], color[fill]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tint", TINTS)
def test_ink_has_a_contrast_of_4_5_on_every_tint(theme: str, tint: str) -> None:
    color = colors(theme)  # type: ignore[arg-type]
    assert contrast(color["ink"], color[tint]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", [*LINES, *SIGNALS])
def test_what_carries_meaning_is_seen_on_paper_and_panel(theme: str, name: str) -> None:
    color = colors(theme)  # type: ignore[arg-type]
    least = 4.5 if name in SIGNALS else 3.0  # the signals are text too
    assert min(contrast(color[name], color[ground]) for ground in ("paper", "panel")) >= least


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_signs_are_told_apart_by_the_colour_blind(theme: str, blindness: str) -> None:
    color = colors(theme)  # type: ignore[arg-type]
    seen = [
        [sum(w * c for w, c in zip(row, linear(color[name]), strict=True)) for row in BLINDNESS[blindness]]
        for name in ("positive", "negative")
    ]
    assert max(abs(a - b) for a, b in zip(*seen, strict=True)) > 0.15


def test_auto_follows_the_page_and_jupyterlab() -> None:
    css = variables()
    dark, light = colors("dark")["ink"], colors("light")["ink"]
    assert css.count(f"--gg-ink: {light}") == css.count(f"--gg-ink: {dark}") == 2
    assert "prefers-color-scheme: dark" in css
    assert '[data-jp-theme-light="false"]' in css


@pytest.mark.parametrize("theme", THEMES)
def test_each_name_is_declared(theme: str) -> None:
    assert all(f"--gg-{name}:" in variables(theme) for name in PALETTE)  # type: ignore[arg-type]


def test_all_colours_are_written_alike() -> None:
    assert all(len(c) == 7 and c[0] == "#" for c in itertools.chain.from_iterable(PALETTE.values()))


def test_a_wrong_theme_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="theme is one of auto, light, dark, got 'night'"):
        variables("night")  # type: ignore[arg-type]
