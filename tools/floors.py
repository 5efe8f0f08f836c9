"""Who may import whom: prints the import graph of autograd/ and nn/, and fails on every edge that goes up.

`python3 tools/floors.py` works from the source alone: nothing is imported, nothing has to be installed.
The order of the floors is written down here and nowhere else.
"""

import ast
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# From the ground up; a file may import what stands before it. "data/" is a folder: inside it, order is free.
FLOORS = {
    "autograd": (
        "ieee op site",
        "forward shapes elementwise structural arrays constants arguments shaping picking reductions products "
        "softmaxes numpys",
        "arithmetic shaped node sweep value watched array holder tensor makers dual symbol",
        "trees variables calculus numeric report check naming writer program table anomaly zoom",
        "see.geometry see.ranks see.order see.place see.layout see.figures see.words see.scene see.dot see.svg "
        "see.draw see.player see.step see.steps see.questions see.practice see.syntax see.expression see.terminal see",
        "__init__",
        "__main__",
    ),
    "nn": (
        "assign given tree module summary init pairing losses functional data/ files",
        "layers/ neuron perceptron optim/ utils",
        "train/",
        "__init__",
    ),
}
SHOWING = {"graphviz", "IPython"}  # for autograd/see/ only
TYPING = {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


@dataclass(frozen=True)
class Place:
    """Where a module stands: its floor, and its turn in the order of the whole package."""

    floor: int
    turn: int
    free: bool  # in a folder whose files may import one another


@dataclass(frozen=True)
class Import:
    """One imported module, by its full dotted name."""

    target: str
    line: int
    lazy: bool  # inside a function
    typing: bool  # under `if TYPE_CHECKING:`


def violations(root: Path) -> list[str]:
    """Every import in autograd/ and nn/ that breaks a rule, and every file without a floor, one line each."""
    found = []
    for package in FLOORS:
        for name, path in files(root, package).items():
            where = path.relative_to(root).as_posix()
            if place(name) is None:
                found.append(f"{where}: say on which floor {name} stands (FLOORS in tools/floors.py)")
            try:
                edges = list(imports(root, name, path))
            except SyntaxError as error:
                found.append(f"{where}:{error.lineno}: {error.msg}")
                continue
            found += [f"{where}:{edge.line}: {wrong}" for edge in edges if (wrong := judge(name, edge))]
    return found


def judge(name: str, edge: Import) -> str:
    """What is wrong with this import, or nothing."""
    package, _, own = name.partition(".")
    top, _, rest = edge.target.partition(".")
    if top == package:
        return climb(name, edge)
    if package == "nn" and top == "autograd" and rest:
        return f"nn uses autograd's public names only, and {edge.target} is one of its modules"
    if package == "autograd" and top == "nn":
        return "autograd never imports nn"
    if package == "autograd" and top in SHOWING and own.partition(".")[0] != "see":
        return f"{top} is for autograd/see/ only"
    free = edge.lazy or edge.typing or top == "numpy" or top in sys.stdlib_module_names
    if package == "autograd" and not free:
        return f"`import autograd` needs numpy alone: import {top} inside the function that uses it"
    return ""


def climb(name: str, edge: Import) -> str:
    """Whether an import within a package goes up."""
    here, there = place(name), place(edge.target)
    if here is None or there is None or edge.target == name:  # having no place has been reported already
        return ""
    if there.turn < here.turn or (there.turn == here.turn and here.free):
        return ""
    note = ", even if only for types" if edge.typing else ""
    if there.floor == here.floor:
        return f"{name} imports {edge.target}, which comes later on floor {here.floor}{note}"
    return f"{name} on floor {here.floor} imports {edge.target} on floor {there.floor}: upward{note}"


def place(name: str) -> Place | None:
    """Where FLOORS puts a module, if it does."""
    package, _, rest = name.partition(".")
    turn = 0
    for floor, entries in enumerate(FLOORS[package]):
        for entry in entries.split():
            folder = entry.removesuffix("/")
            free = folder != entry
            if folder == (rest or "__init__") or (free and rest.startswith(entry.replace("/", "."))):
                return Place(floor, turn, free)
            turn += 1
    return None


# --- reading the source ---


def files(root: Path, package: str) -> dict[str, Path]:
    """The modules of a package by dotted name; a folder's `__init__.py` has the folder's."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(root: Path, name: str, path: Path) -> Iterator[Import]:
    """The imports of one file, wherever in it; `from x import y` is an import of x.y if that is a module."""
    modules = {module for package in FLOORS for module in files(root, package)}
    if not name.startswith("autograd"):  # from outside, `from autograd import tensor` is the function
        modules -= public_names(root)
    base = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node, lazy, typing in walk(ast.parse(path.read_text(encoding="utf-8")), lazy=False, typing=False):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        else:
            above = base.split(".")[: len(base.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            inner = [f"{source}.{alias.name}" for alias in node.names]
            targets = [target if target in modules else source for target in inner]
        for target in dict.fromkeys(targets):
            yield Import(target, node.lineno, lazy, typing)


def walk(node: ast.AST, lazy: bool, typing: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool, bool]]:
    """Every import statement below node, with: inside a function? under TYPE_CHECKING?"""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, lazy, typing
        elif isinstance(child, ast.If) and ast.unparse(child.test) in TYPING:
            for statement in child.body:
                yield from walk(ast.Module([statement], []), lazy, True)
            for statement in child.orelse:
                yield from walk(ast.Module([statement], []), lazy, typing)
        else:
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from walk(child, lazy or function, typing)


def public_names(root: Path) -> set[str]:
    """`autograd.x` for every x that autograd/__init__.py imports by name."""
    path = root / "autograd" / "__init__.py"
    tree = ast.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    lines = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    return {f"autograd.{alias.asname or alias.name}" for node in lines for alias in node.names}


def picture(root: Path) -> Iterator[str]:
    """The import graph as text: each file with the files of its package it imports, (if only for types)."""
    for package in FLOORS:
        yield package
        found = {name: spot for name in files(root, package) if (spot := place(name))}
        floor = -1
        for name in sorted(found, key=lambda name: (found[name].turn, name)):
            edges: dict[str, bool] = {}
            for edge in imports(root, name, files(root, package)[name]):
                if edge.target.partition(".")[0] == package:
                    edges[edge.target] = edges.get(edge.target, True) and edge.typing
            names = [f"({short(target)})" if typing else short(target) for target, typing in edges.items()]
            number = "" if found[name].floor == floor else str(found[name].floor)
            floor = found[name].floor
            yield (f"{number:>3}  {short(name):<16}" + ("-> " + ", ".join(names) if names else "")).rstrip()


def short(name: str) -> str:
    return name.partition(".")[2] or "__init__"


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    wrong = violations(root)
    with suppress(SyntaxError):  # it is among the violations
        print("\n".join(picture(root)), end="\n\n")
    print("\n".join(wrong) or "no edge goes up")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
