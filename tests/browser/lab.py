"""JupyterLab on a free port, with a home, settings and notebooks of its own, and the export of a notebook as a page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (
    "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR", "HOME",
)  # fmt: skip
START_LIMIT = 120.0  # seconds


class Lab:
    """A running JupyterLab. `notebooks` is the folder that it shows."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.notebooks = home / "notebooks"
        self.notebooks.mkdir()
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        for name in FOLDERS:
            self.environment[name] = str(home / name.lower())
            os.mkdir(self.environment[name])
        self.address = self.token = ""

    def set_theme(self, theme: str) -> None:
        """Choose "JupyterLab Light" or "JupyterLab Dark" for the pages that are opened from now on."""
        folder = Path(self.environment["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab" / "apputils-extension"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))
        (folder / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}))

    def write(self, name: str, text: str, trusted: bool = False) -> str:
        """Write a notebook, sign it where it is trusted, and return the address at which it opens."""
        path = self.notebooks / name
        path.write_text(text, encoding="utf-8")
        if trusted:
            self.call("jupyter_core", "trust", str(path))
        return f"{self.address}lab/workspaces/{path.stem}/tree/{name}?token={self.token}"

    def call(self, *module: str) -> None:
        """Run a Python module with these arguments in the environment of this JupyterLab."""
        command = [sys.executable, "-m", *module]
        run = subprocess.run(command, env=self.environment, cwd=self.home, capture_output=True, text=True, timeout=120)
        assert run.returncode == 0, run.stderr

    @contextmanager
    def running(self) -> Iterator[Lab]:
        """Start the server, and end it."""
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
            "--ServerApp.port=0", f"--ServerApp.root_dir={self.notebooks}", "--LabApp.extension_manager=readonly",
            "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        ]  # fmt: skip
        with (
            (self.home / "server.log").open("w") as log,
            subprocess.Popen(command, env=self.environment, cwd=self.home, stdout=log, stderr=log) as server,
        ):
            try:
                self._wait(server)
                yield self
            finally:
                server.terminate()
                try:
                    server.wait(30)
                except subprocess.TimeoutExpired:
                    server.kill()

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        """Wait until the server has written where it listens."""
        until = time.monotonic() + START_LIMIT
        while time.monotonic() < until and server.poll() is None:
            for path in Path(self.environment["JUPYTER_RUNTIME_DIR"]).glob("jpserver-*.json"):
                try:
                    found = json.loads(path.read_text())
                except ValueError:  # half written
                    continue
                self.address, self.token = found["url"], found["token"]
                return
            time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{(self.home / 'server.log').read_text()[-2000:]}")
