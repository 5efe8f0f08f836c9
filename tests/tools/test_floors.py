"""The rules of tools/floors.py, each broken once in a small tree; and this project keeps them all."""

from pathlib import Path

import pytest

import floors

ROOT = Path(__file__).resolve().parents[2]


def plant(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


SOUND = {
    "autograd/engine/op.py": "import math\nimport numpy as np\n",
    "autograd/engine/node.py": "from .op import Op\nfrom . import op\nimport autograd.engine.op\n",
    "autograd/rules/elementwise.py": "from ..engine.op import Op\n",
    "autograd/operands/tensor.py": "from ..engine.node import Node\n",
    "autograd/see/__init__.py": '"""Pictures."""',
    "autograd/see/layout/geometry.py": "from ...engine import op\n",
    "autograd/see/layout/layered.py": "from .geometry import Box\n",
    "autograd/see/picture/dot_text.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import graphviz\n"
        "def show() -> None:\n    import IPython.display\n"
    ),
    "autograd/__init__.py": "from .operands.tensor import tensor as tensor\n",
    "autograd/__main__.py": "from . import tensor\n",
    "nn/__init__.py": "from .module import Module as Module\n",
    "nn/module.py": "import autograd\nfrom autograd import Value, tensor\n",
    "nn/optim/__init__.py": "from .sgd import SGD\n",
    "nn/optim/sgd.py": "from .optimizer import Optimizer\n",
    "nn/optim/optimizer.py": "from ..module import Module\n",
    "nn/train/fit.py": "from nn.optim import SGD\n",
}


def test_a_sound_tree_has_no_violations(tmp_path: Path) -> None:
    assert floors.violations(plant(tmp_path, SOUND)) == []


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        (
            "autograd/engine/op.py",
            "from ..operands.tensor import Tensor",
            "operands.tensor (operands/), which",
        ),
        ("autograd/engine/op.py", "from ..rules import elementwise", "autograd.rules.elementwise (rules/), which"),
        ("autograd/engine/op.py", "import autograd.rules.elementwise", "which is not above it in FLOORS"),
        (
            "autograd/engine/op.py",
            "def f():\n    from ..rules.elementwise import x",
            "op.py:2: autograd.engine.op",
        ),
        ("autograd/engine/op.py", "if True:\n    pass\nelse:\n    import autograd", "op.py:4: autograd.engine.op"),
        ("autograd/engine/op.py", "if TYPE_CHECKING:\n    from ..rules import elementwise", "even if only for types"),
        (
            "autograd/see/layout/geometry.py",
            "from ..picture.dot_text import x",
            "(see/picture/), which is not above",
        ),
        ("autograd/see/layout/geometry.py", "from ... import Value", "imports autograd (__init__), which is not above"),
        ("autograd/see/layout/geometry.py", "import graphviz", "import graphviz inside the function"),
        ("autograd/see/layout/geometry.py", "try:\n    import IPython\nfinally:\n    pass", "import IPython inside"),
        ("autograd/engine/op.py", "def f():\n    import graphviz", "op.py:2: graphviz is for autograd/see/ only"),
        ("autograd/__main__.py", "from IPython.display import SVG", "IPython is for autograd/see/ only"),
        ("autograd/engine/op.py", "import scipy.special", "import scipy inside the function"),
        ("autograd/engine/op.py", "def f():\n    from nn import Module", "autograd never imports nn"),
        ("autograd/extra.py", "", "autograd.extra has no floor"),
        ("autograd/see/extra.py", "x = 1", "autograd.see.extra has no floor"),
        ("autograd/see/__init__.py", "from .layout import layered\nx = 1", "autograd.see has no floor"),
        ("autograd/engine/op.py", "import math\nimport (", "autograd/engine/op.py:2: "),
        ("nn/module.py", "from autograd.engine.node import Node", "autograd.engine.node is one of its modules"),
        ("nn/module.py", "from autograd.engine import node", "autograd.engine.node is one of its modules"),
        ("nn/module.py", "import autograd.operands.tensor", "autograd.operands.tensor is one of its modules"),
        ("nn/module.py", "from .optim.sgd import SGD", "imports nn.optim.sgd (optim/), which is not above it"),
        ("nn/optim/sgd.py", "from ..train import fit", "imports nn.train.fit (train/), which is not above it"),
        ("nn/extra.py", "", "nn.extra has no floor"),
    ],
)
def test_each_violation_is_named(tmp_path: Path, file: str, text: str, complaint: str) -> None:
    (found,) = floors.violations(plant(tmp_path, {**SOUND, file: text}))
    assert found.startswith(file)
    assert complaint in found


def test_two_folders_that_import_each_other_are_a_violation(tmp_path: Path) -> None:
    both = {"autograd/graph/a.py": "from ..calculus import b\n", "autograd/calculus/b.py": "from ..graph import a\n"}
    (found,) = floors.violations(plant(tmp_path, {**SOUND, **both}))
    assert found.startswith("autograd/calculus/b.py:1: ")


def test_the_printed_graph_shows_every_floor_and_file_with_what_it_imports(tmp_path: Path) -> None:
    lines = [line.split() for line in floors.graph(plant(tmp_path, SOUND))]
    assert ["rules/", "->", "engine/"] in lines
    assert ["rules.elementwise", "->", "engine.op"] in lines
    assert ["engine.node", "->", "engine.op"] in lines


def test_this_project_has_no_violations() -> None:
    assert floors.violations(ROOT) == []
