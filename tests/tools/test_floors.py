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
    "autograd/op.py": "import math\nimport numpy as np\n",
    "autograd/elementwise.py": "from .op import Op\n",
    "autograd/node.py": "from autograd import op\nfrom . import elementwise\n",
    "autograd/tensor.py": "from .node import Node\n",
    "autograd/sweep.py": "import autograd.node\n",
    "autograd/calculus.py": "from .tensor import Tensor\n",
    "autograd/see/__init__.py": "",
    "autograd/see/layout.py": "from .geometry import Box\n",
    "autograd/see/geometry.py": "from ..sweep import sweep\n",
    "autograd/see/dot.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import graphviz\n"
        "def show() -> None:\n    import IPython.display\n"
    ),
    "autograd/__init__.py": "from .tensor import tensor as tensor\nfrom .see.layout import place as place\n",
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
        ("autograd/op.py", "from .node import Node", "floor 0 imports autograd.node on floor 2: upward"),
        ("autograd/op.py", "from . import node", "floor 0 imports autograd.node on floor 2: upward"),
        ("autograd/op.py", "import autograd.node", "floor 0 imports autograd.node on floor 2: upward"),
        ("autograd/op.py", "def f():\n    from .node import Node", "op.py:2: autograd.op on floor 0 imports"),
        ("autograd/op.py", "if True:\n    pass\nelse:\n    import autograd", "op.py:4: autograd.op on"),
        ("autograd/op.py", "if TYPE_CHECKING:\n    from .node import Node", "upward, even if only for types"),
        ("autograd/node.py", "from .tensor import Tensor", "autograd.tensor, which comes later on floor 2"),
        ("autograd/see/geometry.py", "from .layout import Box", "autograd.see.layout, which comes later"),
        ("autograd/see/geometry.py", "from .. import Value", "imports autograd on floor 5: upward"),
        ("autograd/see/geometry.py", "import graphviz", "import graphviz inside the function"),
        ("autograd/see/geometry.py", "try:\n    import IPython\nfinally:\n    pass", "import IPython inside"),
        ("autograd/sweep.py", "def f():\n    import graphviz", "sweep.py:2: graphviz is for autograd/see/"),
        ("autograd/__main__.py", "from IPython.display import SVG", "IPython is for autograd/see/ only"),
        ("autograd/op.py", "import scipy.special", "import scipy inside the function"),
        ("autograd/op.py", "def f():\n    from nn import Module", "autograd never imports nn"),
        ("autograd/see/extra.py", "", "say on which floor autograd.see.extra stands"),
        ("autograd/op.py", "import math\nimport (", "autograd/op.py:2: "),
        ("nn/module.py", "from autograd.node import Node", "autograd.node is one of its modules"),
        ("nn/module.py", "from autograd import node", "autograd.node is one of its modules"),
        ("nn/module.py", "import autograd.tensor", "autograd.tensor is one of its modules"),
        ("nn/module.py", "from .optim.sgd import SGD", "floor 0 imports nn.optim.sgd on floor 1: upward"),
        ("nn/optim/sgd.py", "from ..train import fit", "floor 1 imports nn.train.fit on floor 2: upward"),
        ("nn/extra.py", "", "say on which floor nn.extra stands"),
    ],
)
def test_each_violation_is_named(tmp_path: Path, file: str, text: str, complaint: str) -> None:
    (found,) = floors.violations(plant(tmp_path, {**SOUND, file: text}))
    assert found.startswith(file)
    assert complaint in found


def test_the_picture_shows_every_file_with_what_it_imports(tmp_path: Path) -> None:
    plant(tmp_path, {**SOUND, "autograd/dual.py": "if TYPE_CHECKING:\n    from .node import Node\n"})
    lines = [line.split() for line in floors.picture(tmp_path)]
    assert ["2", "node", "->", "op,", "elementwise"] in lines
    assert ["dual", "->", "(node)"] in lines


def test_this_project_has_no_violations() -> None:
    assert floors.violations(ROOT) == []
