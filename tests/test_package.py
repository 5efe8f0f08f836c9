"""Import names, versions, and an installation that shares its folder with HIPS autograd."""

import ast
import builtins
import importlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import types
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import autograd
import glassgrad
import nn

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd", "nn", "glassgrad")
CURE = 'run "pip uninstall -y autograd glassgrad" and then install Glassgrad again'


def public(module: types.ModuleType) -> dict[str, object]:
    found = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    return {name: thing for name, thing in found.items() if not isinstance(thing, types.ModuleType)}


# --- names ---


def test_all_is_every_public_name_that_hides_no_builtin() -> None:
    assert len(autograd.__all__) == len(set(autograd.__all__))
    assert set(autograd.__all__) == public(autograd).keys() - set(dir(builtins))


def test_a_type_checker_sees_the_names_that_are_imported_later_and_no_others() -> None:
    body = ast.parse(Path(autograd.__file__).read_text(encoding="utf-8")).body
    seen = [each for block in body if isinstance(block, ast.If) for each in block.body]
    imports = {each.module: tuple(a.name for a in each.names) for each in seen if isinstance(each, ast.ImportFrom)}
    assert imports == vars(autograd)["_LATER"]
    assert "__getattr__" not in {each.name for each in body if isinstance(each, ast.FunctionDef)}  # takes any name


def test_a_star_import_replaces_no_builtin_and_brings_no_module() -> None:
    for package in ("autograd", "glassgrad"):
        space: dict[str, object] = {}
        exec(f"from {package} import *", space)
        del space["__builtins__"]
        assert space.keys() & set(dir(builtins)) == set()
        modules = {name for name, thing in space.items() if isinstance(thing, types.ModuleType)}
        assert modules == ({"nn"} if package == "glassgrad" else set())


def test_the_names_that_hide_a_builtin_are_reachable_through_the_module() -> None:
    hidden = public(autograd).keys() & set(dir(builtins))
    assert hidden >= {"abs", "all", "any", "max", "min", "pow", "sum"}
    assert autograd.sum([autograd.Value(1), autograd.Value(2)]).data == 3


def test_glassgrad_has_the_same_objects() -> None:
    assert glassgrad.nn is nn
    assert public(glassgrad).keys() == public(autograd).keys()
    assert all(getattr(glassgrad, name) is thing for name, thing in public(autograd).items())
    assert set(glassgrad.__all__) == {*autograd.__all__, "nn"}
    assert (glassgrad.__version__, glassgrad.__compiled__) == (autograd.__version__, autograd.__compiled__)


@pytest.mark.parametrize("name", ["nn", "nn.functional", "nn.optim", "nn.optim.lr_scheduler", "nn.data"])
def test_a_module_of_nn_is_the_same_under_both_names(name: str) -> None:
    before = importlib.import_module(name)
    assert importlib.import_module(f"glassgrad.{name}") is before
    assert importlib.import_module(name) is before
    assert before.__name__ == name
    assert before.__spec__ is not None
    assert before.__spec__.name == name


def test_a_module_that_nn_does_not_have_is_not_found_under_glassgrad() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"nn\.quantum"):
        importlib.import_module("glassgrad.nn.quantum")


def test_the_version_is_written_in_one_place() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", autograd.__version__)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "autograd.__version__"}


# --- a folder shared with HIPS autograd ---


@dataclass(frozen=True)
class Folder:
    """A folder that holds our packages, with files written over them or removed, and the imports that it refuses."""

    name: str
    written: dict[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


HIPS = {"autograd/tracer.py": "", "autograd/numpy/__init__.py": ""}
FOLDERS = [
    Folder("ours alone"),
    Folder("ours last", HIPS, (), ("autograd", "nn", "glassgrad")),
    Folder("HIPS last", {**HIPS, "autograd/__init__.py": "from .tracer import *\n"}, (), ("nn", "glassgrad")),
    Folder("HIPS uninstalled again", {}, ("autograd/__init__.py",), ("nn", "glassgrad")),
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_shared_with_another_autograd_is_refused_with_its_cure(folder: Folder, tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    for name, text in folder.written.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in folder.removed:
        (tmp_path / name).unlink()
    refused = {package: said for package in PACKAGES if (said := refusal(sys.executable, package, tmp_path))}
    assert tuple(refused) == folder.refused
    for said in refused.values():
        assert said.startswith("ImportError: ")
        assert said.endswith(CURE)
        assert "HIPS autograd" in said
        assert ". " not in said  # one sentence


def refusal(python: str, package: str, path: Path) -> str:
    """Return the last line that `import package` prints when it fails, or an empty string."""
    environ = {**os.environ, "PYTHONPATH": str(path)}
    done = subprocess.run([python, "-c", f"import {package}"], cwd=path, env=environ, capture_output=True, text=True)
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


# --- real installations; they need the network ---


def pip(python: Path, *arguments: str, cwd: Path) -> None:
    command = [str(python), "-m", "pip", "--no-input", "--disable-pip-version-check", *arguments]
    subprocess.run(command, cwd=cwd, env=clean_environ(), check=True, capture_output=True)


def clean_environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this project, because pip leaves a build folder in what it installs from."""
    copy = tmp_path_factory.mktemp("checkout")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    return copy


def make_venv(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    return folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@pytest.mark.slow
def test_an_installation_from_another_folder_runs(checkout: Path, tmp_path: Path) -> None:
    python = make_venv(tmp_path)
    pip(python, "install", str(checkout), cwd=tmp_path)

    def output(*arguments: str) -> str:
        command = [str(python), *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=clean_environ(), check=True, capture_output=True, text=True)
        return done.stdout

    script = "import glassgrad, importlib.metadata as m; print(glassgrad.Value(2) * 3, m.version('glassgrad'))"
    assert output("-W", "error", "-c", script) == f"Value(6.0, grad=None) {autograd.__version__}\n"
    assert "x * y" in output("-m", "autograd", "x*y", "x=2", "y=3")


@pytest.mark.slow
@pytest.mark.parametrize(("order", "refused"), [(("ours", "HIPS"), PACKAGES[1:]), (("HIPS", "ours"), PACKAGES)])
def test_hips_autograd_in_the_same_environment_is_noticed_and_the_cure_works(
    order: tuple[str, str], refused: tuple[str, ...], checkout: Path, tmp_path: Path
) -> None:
    python = make_venv(tmp_path)
    for name in order:
        pip(python, "install", str(checkout) if name == "ours" else "autograd>=1.7", cwd=tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    said = {package: line for package in PACKAGES if (line := refusal(str(python), package, empty))}
    assert tuple(said) == refused
    assert all(line.endswith(CURE) for line in said.values())

    pip(python, "uninstall", "-y", "autograd", "glassgrad", cwd=tmp_path)
    pip(python, "install", str(checkout), cwd=tmp_path)
    assert [refusal(str(python), package, empty) for package in PACKAGES] == [""] * 3
