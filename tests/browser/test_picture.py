"""The page of a saved picture in a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograd import draw
from tests.see.pictures import neuron

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` installs it")
PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no chromium on the PATH")


def test_on_a_phone_a_picture_opens_in_readable_type_and_fits_on_request(tmp_path: Path) -> None:
    path = draw(neuron()).save(tmp_path / "neuron.html")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 390, "height": 800})
        page.goto(path.as_uri())
        assert page.text_content("#scale") == "60 %"
        page.click("#whole")
        fits = "() => document.querySelector('#picture svg').getBoundingClientRect().width <= 390"
        assert page.evaluate(fits)
        chromium.close()
