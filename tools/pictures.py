"""Make two pictures of the README: `python3 tools/pictures.py`

.github/moons.svg  a network of Values, trained on the two moons, as neurons coloured by blame
.github/live.png   a screenshot of a live page; it needs the extra `browser` and the program chromium

`tools/docs.py` makes and checks the other pictures. These two are only made: a training ends in other last digits on
another processor, and a screenshot has other fonts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment

ROOT = Path(__file__).resolve().parents[1]
STEPS = 400


def moons() -> str:
    """Train a network on the two moons, and return the picture of its loss over all points."""
    import autograd
    import nn

    autograd.manual_seed(1)
    X, y = nn.data.moons(100, noise=0.1, seed=0)
    targets = 2.0 * y - 1.0
    network = nn.MLP(2, [8, 8, 1], activation="tanh").to_tensor()
    optimizer = nn.optim.Adam(network.parameters(), lr=0.02)
    for _ in range(STEPS):
        optimizer.zero_grad()
        ((network(autograd.Tensor(X))[:, 0] - targets) ** 2).mean().backward()
        optimizer.step()
    model = nn.MLP.from_tensor(network)
    errors = [(model(row) - target) ** 2 for row, target in zip(X.tolist(), targets.tolist(), strict=True)]
    loss = autograd.mean(errors)
    loss.label = "loss"
    loss.backward()
    return autograd.draw(loss, level="neuron", color="blame").svg


def live_page(target: Path) -> None:
    """Write the screenshot of the live page of a neuron."""
    from playwright.sync_api import sync_playwright

    import autograd

    w, x, b = (autograd.Value(number, label=name) for name, number in {"w": -0.8, "x": 1.5, "b": 0.4}.items())
    y = (w * x + b).tanh()
    y.label = "y"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = autograd.live(y).save(Path(folder) / "live.html")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 640}, color_scheme="light")
        page.goto(page_file.as_uri())
        page.screenshot(path=str(target), full_page=True)
        browser.close()


def main() -> int:
    argparse.ArgumentParser(description="Make two pictures of the README.").parse_args()
    folder = ROOT / ".github"
    (folder / "moons.svg").write_text(moons(), encoding="utf-8")
    live_page(folder / "live.png")
    print(".github/moons.svg and .github/live.png are written")
    return 0


if __name__ == "__main__":
    environment.enter("browser")
    sys.exit(main())
