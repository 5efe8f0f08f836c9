"""The page of a saved picture in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd import draw
from tests.see.pictures import neuron

WIDE = {"width": 1000, "height": 800}


def test_on_a_phone_a_picture_opens_in_readable_type_and_fits_on_request(
    opened: Callable[..., Any], tmp_path: Path
) -> None:
    path = draw(neuron()).save(tmp_path / "neuron.html")
    page = opened(path.read_text(encoding="utf-8"), viewport={"width": 390, "height": 800})
    assert page.text_content("#scale") == "60 %"
    page.click("#whole")
    fits = "() => document.querySelector('#picture svg').getBoundingClientRect().width <= 390"
    assert page.evaluate(fits)
