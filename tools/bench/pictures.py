"""Pictures of graphs of all sizes, with their contents and costs: `python3 tools/bench/pictures.py`

For graphs of Values and of Tensors with about 10 to 100,000 nodes, the seconds of processor time that `draw(root).svg`
takes, the sizes of the SVG text and of the page, and what it shows. `--markdown` prints the table for
docs/pictures.md. What is printed is a measurement on this machine; nothing asserts a time.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import environment
from bench.measure import aligned

HEADER = ("nodes", "graph", "seconds", "kB", "page, kB", "what the picture shows")


def of_values(samples: int, width: int) -> Any:
    """Return the mean squared error of a network of Values over some samples, and the network."""
    import numpy as np

    import nn

    model = nn.MLP(2, [width, width, 1] if width > 1 else [1], activation="tanh", generator=np.random.default_rng(0))
    points = np.random.default_rng(1).normal(size=(samples, 2))
    return sum((model(list(point)) - 1.0) ** 2 for point in points) / samples, model


def of_tensors(blocks: int) -> Any:
    """Return the loss of a deep network of Tensors of blocks that differ from their neighbours, and the network."""
    import autograd
    import nn

    autograd.manual_seed(0)
    kinds = [nn.Tanh, nn.ReLU, nn.GELU]
    model = nn.Sequential(
        *[nn.Sequential(nn.Linear(8, 8), kinds[k % 3](), nn.LayerNorm(8)) for k in range(blocks)], nn.Linear(8, 3)
    )
    return nn.functional.cross_entropy(model(autograd.randn(4, 8)), [0, 1, 2, 0]), model


GRAPHS: dict[str, Callable[[], Any]] = {
    "one neuron and its error": lambda: of_values(1, 1),
    "MLP(2, [4, 4, 1]), one sample": lambda: of_values(1, 4),
    "the same, 25 samples": lambda: of_values(25, 4),
    "MLP(2, [16, 16, 1]), 75 samples": lambda: of_values(75, 16),
    "the same, 750 samples": lambda: of_values(750, 16),
    "Tensors: 1 block": lambda: of_tensors(1),
    "Tensors: 10 blocks": lambda: of_tensors(10),
    "Tensors: 100 blocks": lambda: of_tensors(100),
    "Tensors: 1,000 blocks": lambda: of_tensors(1_000),
    "Tensors: 6,000 blocks": lambda: of_tensors(6_000),
}


def row(name: str) -> tuple[str, ...]:
    """Return the row of one graph."""
    from autograd import draw
    from autograd.engine.sweep import graph_nodes

    root, model = GRAPHS[name]()  # the model stays alive, so that the picture knows its modules
    began = time.process_time()
    drawing = draw(root)
    text = drawing.svg
    seconds = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        page = drawing.save(Path(folder) / "picture.html").stat().st_size
    assert model is not None
    counts: dict[str, int] = {}
    for item in drawing.scene.items:
        counts[item.kind] = counts.get(item.kind, 0) + 1
    words = {"op": "ops", "neuron": "neurons", "block": "blocks"}
    shown = ", ".join(f"{counts[kind]} {word}" for kind, word in words.items() if kind in counts)
    folded = [item.title.removeprefix("… ") for item in drawing.scene.items if item.kind == "elided"]
    shown = ", ".join([shown, *folded])
    sizes = [f"{size / 1000:.0f}" for size in (len(text), page)]
    return f"{len(graph_nodes(root)):,}", name, f"{seconds:.2f}", *sizes, shown


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure pictures of graphs of all sizes.")
    parser.add_argument("--markdown", action="store_true", help="print the table for docs/pictures.md")
    arguments = parser.parse_args()
    rows = [list(cells) for cells in (HEADER, *(row(name) for name in GRAPHS))]
    if arguments.markdown:
        lines = [f"| {' | '.join(cells)} |" for cells in rows]
        print("\n".join([lines[0], "|---|---|---|---|---|---|", *lines[1:]]))
    else:
        print(aligned(rows))
    return 0


if __name__ == "__main__":
    environment.enter("bench")
    sys.exit(main())
