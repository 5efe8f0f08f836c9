"""The user's line in a message: of a file, of a cell of Jupyter, of a cell of IPython."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from autograd import AnomalyError, Value, detect_anomaly

SOURCE = "def f(x):\n    return x.log()\n"


def failing_line(path: str) -> str:
    """Return the message's line about a failing op in a file with this name."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(SOURCE, path, "exec"), names)
    with pytest.raises(AnomalyError) as caught, detect_anomaly():
        names["f"](Value(-1.0))
    return str(caught.value).split("\n")[1].strip()


@pytest.mark.parametrize(
    ("path", "known", "expected"),
    [
        ("/tmp/ipykernel_1/23.py", {"/tmp/ipykernel_1/23.py": ("Cell", "In[7]")}, "In [7], line 2"),
        ("<ipython-input-12-abc>", {"<ipython-input-12-abc>": ("Cell", "In[12]")}, "In [12], line 2"),
        ("<ipython-input-3-abc>", {}, "In [3], line 2"),
        ("/tmp/mine.py", {}, "/tmp/mine.py:2"),
    ],
)
def test_a_cell_is_named_by_its_number(
    path: str, known: dict[str, tuple[str, str]], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = SimpleNamespace(compile=SimpleNamespace(format_code_name=known.get))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert failing_line(path) == expected


def test_the_numbers_are_those_of_ipython(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)  # IPython warns where it names another environment
    interactiveshell = pytest.importorskip("IPython.core.interactiveshell", reason="the extra `notebook` installs it")
    shell = interactiveshell.InteractiveShell.instance()
    try:
        shell.run_cell("from autograd import Value, detect_anomaly", store_history=True)
        result = shell.run_cell("with detect_anomaly():\n    Value(-1.0).log()", store_history=True)
        assert str(result.error_in_exec).endswith("In [2], line 2: Value(-1.0).log()")
    finally:
        interactiveshell.InteractiveShell.clear_instance()
