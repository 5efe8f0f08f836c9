"""Turn SVG text into PNG or PDF, by the package cairosvg of the extra `render`."""

from __future__ import annotations

from typing import Final

PIXELS: Final = 2.0  # per px of the picture, so that a PNG is sharp on a screen of today


def rendered(picture: str, suffix: str) -> bytes:
    """Return the bytes of a .png or .pdf; the SVG text has its colours written out."""
    try:
        import cairosvg
    except (ImportError, OSError) as error:  # OSError: the library cairo is missing
        raise ImportError(
            f'a {suffix} needs the extra "render": pip install "glassgrad[render]" (and the library cairo, which '
            f"Linux distributions call libcairo2); a .svg or .html needs neither. The cause: {error}"
        ) from error
    convert = cairosvg.svg2png if suffix == ".png" else cairosvg.svg2pdf
    found: bytes = convert(bytestring=picture.encode("utf-8"), scale=PIXELS if suffix == ".png" else 1.0)
    return found
