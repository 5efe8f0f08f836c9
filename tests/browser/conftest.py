"""The browser of these tests. A page that reports an error, or asks for anything but itself, fails its test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]  # for root, and for a container with little shared memory


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` installs it")
    if PROGRAM is None:
        pytest.skip("there is no browser on the PATH; install chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """A function that opens a page's text in a window of the size WIDE of its test file."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def open_page(text: str, step: str = "", suffix: str = ".html", **how: Any) -> Any:
        path = (tmp_path / f"page{len(contexts)}").with_suffix(suffix)
        path.write_text(text, encoding="utf-8")
        context = browser.new_context(**{"viewport": request.module.WIDE, **how})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        address = path.as_uri()

        def asked(url: str) -> None:
            if url not in (address, address + step, "about:srcdoc"):
                complaints.append(url)

        page.on("request", lambda r: asked(r.url))
        page.goto(address + step)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def violations() -> Callable[[Any], list[Any]]:
    """A function that returns what axe-core finds wrong with a page, as it is shown now."""
    axe = pytest.importorskip("axe_playwright_python", reason="the extra `browser` installs it")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

    def found(page: Any) -> list[Any]:
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(script)
        return [(v["id"], [n["html"] for n in v["nodes"]]) for v in page.evaluate("axe.run()")["violations"]]

    return found
