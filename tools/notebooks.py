"""Make the notebooks: execute the sources in `notebooks/source/` and write `notebooks/*.ipynb` with their outputs.

`python3 tools/notebooks.py` writes the notebooks that have changed. `--check` writes nothing and fails if the cells of
one are not those of its source, or its outputs are missing or not what the cells give now. Names after the options
choose some of the notebooks: `python3 tools/notebooks.py 02_backprop_by_hand`.

A source is a Python file. `# %%` begins a cell of code, and `# %% [markdown]` a cell of text, each line of which is a
comment. `# %% check` begins the code that checks an exercise, which JupyterLab folds because it would give away the
solution. Editors show such a file as a notebook, and its changes can be read.

The same source gives the same notebook: it has no times, random ids or versions. Plots of matplotlib are the exception,
because their bytes depend on its version: of them the check compares only that they are there.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import environment

ROOT = Path(environment.ROOT)
COMMAND = "python3 tools/notebooks.py"
TIME_LIMIT = 300  # seconds, for each cell
ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",  # a sum is the same on every machine, however many cores it has
}
CELL = re.compile(r"^# %%( \[markdown\]| check)?$\n", re.MULTILINE)
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def sources() -> dict[str, Path]:
    """Return the source of each notebook by its name, in the order of the course."""
    return {path.stem: path for path in sorted((ROOT / "notebooks" / "source").glob("*.py"))}


def written(name: str) -> Path:
    """Return where the notebook of this name is written."""
    return ROOT / "notebooks" / f"{name}.ipynb"


def cells(source: str) -> list[tuple[str, str]]:
    """Return the cells of a source as ("code", "check" or "markdown", text).

    >>> cells("# %% [markdown]\\n# # Title\\n\\n# %%\\nprint(1)\\n")
    [('markdown', '# Title'), ('code', 'print(1)')]
    """
    start, *parts = CELL.split(source)
    if start.strip() or not parts:
        raise ValueError(f"a source begins with a line '# %%' or '# %% [markdown]', got {source[:40]!r}")
    found = []
    for mark, body in zip(parts[::2], parts[1::2], strict=True):
        kind = (mark or "code").strip(" []")
        text = body.strip("\n")
        if kind == "markdown":
            wrong = [line for line in text.splitlines() if line and not line.startswith("#")]
            if wrong:
                raise ValueError(f"a line of a text cell begins with '# ', got {wrong[0]!r}")
            text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in text.splitlines())
        found.append((kind, text))
    return found


def executed(source: str) -> str:
    """Return the notebook of a source, with outputs, as the text of an .ipynb file.

    Raise nbclient's CellExecutionError where a cell fails.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(metadata=METADATA)
    for k, (kind, text) in enumerate(cells(source), 1):
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        folded = {"jupyter": {"source_hidden": True}} if kind == "check" else {}
        notebook.cells.append(make(text, id=f"cell-{k:02}", metadata=folded))
    NotebookClient(
        notebook,
        timeout=TIME_LIMIT,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        coalesce_streams=True,  # else it depends on time how printed text is divided into outputs
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
    ).execute(env={**os.environ, **ENVIRONMENT})
    notebook.metadata = nbformat.from_dict(METADATA)  # the kernel has added its version
    return str(nbformat.writes(notebook, indent=1)).rstrip("\n") + "\n"


def comparable(text: str) -> Any:
    """Return a notebook without the bytes of its plots, which depend on the version of matplotlib."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output["data"]["image/png"] = ""
    return notebook


def is_current(new: str, path: Path) -> bool:
    """Tell whether the file has this notebook, apart from the bytes of plots."""
    return path.exists() and comparable(path.read_text("utf-8")) == comparable(new)


def main() -> int:
    parser = argparse.ArgumentParser(description="Execute the notebooks and write them with their outputs.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a notebook is not current")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(sources())}; without one, all")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in sources()]:
        parser.error(f"there is no notebook {unknown[0]!r}; expected one of {', '.join(sources())}")
    environment.enter("notebook")
    failed = False
    for name in options.names or sources():
        path, new = written(name), executed(sources()[name].read_text("utf-8"))
        current = is_current(new, path) if options.check else path.exists() and path.read_text("utf-8") == new
        if current:
            print(f"{name} is current")
        elif options.check:
            failed = True
            print(f"{name} is not current: run {COMMAND}")
        else:
            path.write_text(new, encoding="utf-8", newline="\n")
            print(f"{name} is written")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
