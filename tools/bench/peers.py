"""The engines that the benchmarks compare, and for each the Python in whose environment it is."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec

import environment

OURS, BARE, BY_HAND = "glassgrad", "bare numpy", "by hand"
MICROGRAD, PYTORCH, MYGRAD, HIPS, CASADI, JAX = "micrograd", "pytorch", "mygrad", "hips autograd", "casadi", "jax"


@dataclass(frozen=True)
class Peer:
    """A package of others: where `module` can be imported beside this project it is used from there."""

    module: str | None  # None: it cannot be beside this project
    packages: tuple[str, ...]  # the engine itself first


class Untried(Exception):
    """An engine cannot be measured here; the text says why, in a few words."""


def _cpu_build_of_torch() -> str:
    """Return the requirement that `.ci/run` holds PyTorch to: without it, pip may fetch gigabytes of CUDA."""
    with open(os.path.join(environment.ROOT, ".ci", "constraints.txt"), encoding="utf-8") as file:
        return file.read().strip()


_DEMO = "micrograd>=0.1.0"  # whose network the scalar engines run
PEERS = {
    MICROGRAD: Peer("micrograd", (_DEMO, "numpy>=2.0")),
    PYTORCH: Peer("torch", (_cpu_build_of_torch(), "numpy>=2.0", _DEMO)),
    MYGRAD: Peer("mygrad", ("mygrad>=2.2",)),
    HIPS: Peer(None, ("autograd>=1.7", "numpy>=2.0")),  # it is imported by the same name as this project
    CASADI: Peer("casadi", ("casadi>=3.6", "numpy>=2.0", _DEMO)),
    JAX: Peer("jax", ("jax>=0.6", "numpy>=2.0", _DEMO)),
}


def python_of(engine: str, install: bool = True) -> str:
    """Return the Python that has an engine; Untried where there is none and `install` is false or pip cannot help."""
    if engine not in PEERS:
        return sys.executable
    peer = PEERS[engine]
    found = find_spec(peer.module) if peer.module else None
    if found and found.origin:  # without an origin it is any folder of that name
        return sys.executable
    if not install:
        raise Untried("it is not installed")
    try:
        return environment.beside(engine.split()[0], *peer.packages)
    except SystemExit as error:
        print(f"{error}\nGoing on without {engine}.", file=sys.stderr)
        raise Untried("pip could not install it") from None


def version_of(engine: str, python: str) -> str:
    """Return the name and version of an engine's package, as its Python tells."""
    package = PEERS[engine].packages[0].partition(">")[0].partition("=")[0]
    command = [python, "-c", "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))", package]
    found = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=os.path.dirname(python)
    )
    return f"{'HIPS autograd' if engine == HIPS else package} {found.stdout.strip()}".rstrip()
