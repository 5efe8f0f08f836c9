"""Check who imports whom: print the import graph of `autograd/` and `nn/`, and fail on an edge against the order.

`python3 tools/floors.py` reads the source only; it imports nothing and needs nothing installed. Each line of FLOORS is
a floor. A file may import from its own floor's folder and from the floors above it in the table, never from below.
"""

import ast
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# A name ending in "/" is a folder, any other name is a file. Names in one line do not import each other.
FLOORS = {
    "autograd": (
        "native/", "engine/", "rules/", "functions/", "operands/", "calculus/", "graph/",
        "see/layout/", "see/picture/", "see/steps/", "see/live/", "cli/", "__init__", "__main__",
    ),
    "nn": (
        "atomic checks inputs registry", "module losses/", "model_summary init functional/ data/ files",
        "layers/", "neuron perceptron optim/ stateless", "utils", "plot/", "train/", "__init__", "__main__",
    ),
}  # fmt: skip
ONLY_IN = {"graphviz": "see", "IPython": "see"}  # `import autograd` needs numpy alone
TYPING = {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


@dataclass(frozen=True)
class Import:
    """One imported module, by its full dotted name."""

    target: str
    line: int
    lazy: bool  # inside a function
    typing: bool  # under `if TYPE_CHECKING:`


def violations(root: Path) -> list[str]:
    """Return one line for each import that breaks a rule and for each file without a floor."""
    found = []
    for package in FLOORS:
        for name, path in files(root, package).items():
            where = path.relative_to(root).as_posix()
            if floor(name) is None and not folder_docstring(path):
                found.append(f"{where}: {name} has no floor; add it to FLOORS in tools/floors.py")
            try:
                edges = list(imports(root, name, path))
            except SyntaxError as error:
                found.append(f"{where}:{error.lineno}: {error.msg}")
                continue
            found += [f"{where}:{edge.line}: {wrong}" for edge in edges if (wrong := judge(name, edge))]
    return found


def judge(name: str, edge: Import) -> str:
    """Return what is wrong with this import, or an empty string."""
    package, _, own = name.partition(".")
    top, _, rest = edge.target.partition(".")
    if top == package:
        return climb(name, edge)
    if package == "nn" and top == "autograd" and rest:
        return f"nn uses autograd's public names only, and {edge.target} is one of its modules"
    if package == "autograd" and top == "nn":
        return "autograd never imports nn"
    if package == "autograd" and ONLY_IN.get(top, own.partition(".")[0]) != own.partition(".")[0]:
        return f"{top} is for autograd/{ONLY_IN[top]}/ only"
    free = edge.lazy or edge.typing or top == "numpy" or top in sys.stdlib_module_names
    if package == "autograd" and not free:
        return f"`import autograd` needs numpy alone: import {top} inside the function that uses it"
    return ""


def climb(name: str, edge: Import) -> str:
    """Return what is wrong with an import within a package: it may not go to a later floor."""
    here, there = floor(name), floor(edge.target)
    if here is None or there is None or edge.target == name:  # a file without a floor has been reported already
        return ""
    same = here[0] == there[0] and here[1] == there[1] and here[1].endswith("/")
    if there[0] < here[0] or same:
        return ""
    note = ", even if only for types" if edge.typing else ""
    return f"{name} ({here[1]}) imports {edge.target} ({there[1]}), which is not above it in FLOORS{note}"


def floor(name: str) -> tuple[int, str] | None:
    """Return the number of a module's floor and its entry in FLOORS, or None where it has none."""
    package, _, rest = name.partition(".")
    path = (rest or "__init__").replace(".", "/")
    for number, entries in enumerate(FLOORS[package]):
        for entry in entries.split():
            if path == entry or (entry.endswith("/") and f"{path}/".startswith(entry)):
                return number, entry
    return None


def folder_docstring(path: Path) -> bool:
    """Tell whether this is the `__init__.py` of a folder of folders: a docstring and nothing else."""
    if path.name != "__init__.py":
        return False
    with suppress(SyntaxError):
        return len(ast.parse(path.read_text(encoding="utf-8")).body) <= 1
    return False


# --- reading the source ---


def files(root: Path, package: str) -> dict[str, Path]:
    """Return the modules of a package by dotted name; a folder's `__init__.py` has the folder's name."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(root: Path, name: str, path: Path) -> Iterator[Import]:
    """Yield the imports of one file, wherever they stand; `from x import y` imports x.y where that is a module."""
    modules = {module for package in FLOORS for module in files(root, package)}
    if not name.startswith("autograd"):  # from outside, `from autograd import tensor` is the function
        modules -= public_names(root)
    base = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node, lazy, typing in import_statements(ast.parse(path.read_text(encoding="utf-8")), lazy=False, typing=False):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        else:
            above = base.split(".")[: len(base.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            inner = [f"{source}.{alias.name}" for alias in node.names]
            targets = [target if target in modules else source for target in inner]
        for target in dict.fromkeys(targets):
            yield Import(target, node.lineno, lazy, typing)


def import_statements(
    node: ast.AST, lazy: bool, typing: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool, bool]]:
    """Yield every import statement below node with two flags: inside a function, and under TYPE_CHECKING."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, lazy, typing
        elif isinstance(child, ast.If) and ast.unparse(child.test) in TYPING:
            for statement in child.body:
                yield from import_statements(ast.Module([statement], []), lazy, True)
            for statement in child.orelse:
                yield from import_statements(ast.Module([statement], []), lazy, typing)
        else:
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from import_statements(child, lazy or function, typing)


def public_names(root: Path) -> set[str]:
    """Return `autograd.x` for every x that autograd/__init__.py imports by name."""
    path = root / "autograd" / "__init__.py"
    tree = ast.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    lines = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    return {f"autograd.{alias.asname or alias.name}" for node in lines for alias in node.names}


# --- the printed graph ---


def graph(root: Path) -> Iterator[str]:
    """Yield the import graph as text: each floor with the floors it imports, then each file with its imports."""
    for package in FLOORS:
        yield package
        modules = files(root, package)
        targets = {name: _within(package, root, name, path) for name, path in modules.items()}
        for number, entries in enumerate(FLOORS[package]):
            names = [name for name in modules if (spot := floor(name)) and spot[0] == number]
            if not names:
                continue
            above = {spot for name in names for target in targets[name] if (spot := floor(target))}
            used = [entry for at, entry in sorted(above) if at != number]
            yield f"  {entries}" + (f" -> {' '.join(used)}" if used else "")
            for name in names:
                words = ", ".join(short(target) for target in targets[name])
                yield f"      {short(name)}" + (f" -> {words}" if words else "")


def _within(package: str, root: Path, name: str, path: Path) -> list[str]:
    edges = [edge.target for edge in imports(root, name, path)]
    return [target for target in dict.fromkeys(edges) if target.partition(".")[0] == package]


def short(name: str) -> str:
    return name.partition(".")[2] or "__init__"


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    wrong = violations(root)
    with suppress(SyntaxError):  # it is among the violations
        print("\n".join(graph(root)), end="\n\n")
    print("\n".join(wrong) or "every import goes up the table")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
