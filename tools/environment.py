"""The one place that knows how to make `.venv` in this checkout and install the project in it.

A script in tools/ calls `enter("test")` before anything else and goes on inside `.venv`. By hand:
`python3 tools/environment.py plot notebook` adds extras.

Any Python 3 can read this file, so that one that is too old answers with a sentence and not with a
SyntaxError: no f-strings here, and annotations it would stumble over are in quotes. The scripts that call it
do the same.
"""

import hashlib
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

if sys.platform != "win32":
    import fcntl

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
STAMP = os.path.join(VENV, "glassgrad.json")
PIP = ("-m", "pip", "--no-input", "--disable-pip-version-check")
OLDEST, NEWEST = (3, 11), (3, 14)
VERSION = "%d.%d" % sys.version_info[:2]
ENTERING = "GLASSGRAD_ENTERING"  # set across the one exec into .venv, so that a failure to arrive cannot loop


def enter(*extras: str) -> None:
    """Return inside `.venv`, project and extras installed; from outside, run the script again there."""
    if sys.version_info < OLDEST:
        run_again(newer_python())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console without the sign gets a "?", not a traceback
            stream.reconfigure(errors="replace")
    inside = os.path.exists(VENV) and os.path.samefile(sys.prefix, VENV)
    if os.environ.pop(ENTERING, None):
        if not inside:
            raise SystemExit(PYTHON + " does not run as part of .venv. Unset PYTHONHOME and run this again.")
        return
    try:
        with only_one():
            prepare(set(extras), inside)
    except KeyboardInterrupt:
        raise SystemExit("interrupted; the next run starts .venv afresh where it has to") from None
    if not inside:
        os.environ[ENTERING] = "1"
        run_again(PYTHON)


def beside(name: str, *packages: str) -> str:
    """The Python of `.venv-<name>`, which has these packages and not the project; made where it is missing.

    For what cannot be installed beside the project, such as another package imported by the same name.
    """
    venv = VENV + "-" + name
    python = os.path.join(venv, os.path.relpath(PYTHON, VENV))
    stamp = os.path.join(venv, "packages.json")
    try:
        with open(stamp) as file:
            if json.load(file) == [VERSION, *packages]:
                return python
    except (OSError, ValueError):
        pass
    say("making .venv-" + name + " with " + ", ".join(packages) + " ...")
    if os.path.lexists(venv):
        shutil.rmtree(venv)
    for command in ([sys.executable, "-m", "venv", venv], [python, *PIP, "install", *packages]):
        code, lines = call(command, show=sys.stdout.isatty())
        if code:
            raise SystemExit("\n".join(lines) + "\n.venv-" + name + " could not be made; the last lines are above.")
    with open(stamp, "w") as file:  # last, so that a half-made one is never trusted
        json.dump([VERSION, *packages], file)
    return python


def prepare(extras: "set[str]", inside: bool) -> None:
    """Bring `.venv` from whatever state it is in to a sound one that has these extras and the ones it had."""
    stamp = read_stamp()
    wanted = sorted(extras.union(stamp["extras"]))
    fault = find_fault(stamp)
    if fault and inside:  # nobody can saw off the branch they sit on
        run_again(getattr(sys, "_base_executable", sys.executable))
    elif fault:
        make(fault, stamp, wanted)
    elif stamp["extras"] != wanted or stamp["pyproject"] != fingerprint():
        add(stamp, wanted)


def run_again(python: str) -> None:
    """Become the calling script under another Python; does not return."""
    command = [python, os.path.abspath(sys.argv[0]), *sys.argv[1:]]
    sys.stdout.flush()
    if os.name == "nt":  # there, exec gives the prompt back before the script is done
        raise SystemExit(subprocess.call(command))
    os.execv(python, command)


def newer_python() -> str:
    """The newest Python on the PATH that will do."""
    # Finding the name is not enough: pyenv puts a python3.12 on the PATH that only says it is not installed.
    probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < (%d, %d))" % OLDEST
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for folder in os.get_exec_path():
            python = os.path.join(folder, "python3.%d" % minor + (".exe" if os.name == "nt" else ""))
            if os.access(python, os.X_OK) and not call([python, "-c", probe])[0]:
                say("Python " + VERSION + " is too old, going on with " + python)
                return python
    raise SystemExit(
        "This needs Python %d.%d or newer with its venv module. " % OLDEST
        + "This one is Python %s (%s), and no python3.%d to python3.%d on the PATH will do."
        % (VERSION, sys.executable, OLDEST[1], NEWEST[1])
    )


@contextmanager
def only_one() -> "Iterator[None]":
    """Let one process at a time work on `.venv`; however it ends, the system then lets go of the lock."""
    with open(os.path.join(ROOT, "pyproject.toml")) as file:
        if sys.platform != "win32":
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another run that is making .venv ...")
                fcntl.flock(file, fcntl.LOCK_EX)
            except OSError:  # a file system without locks
                pass
        yield


# --- the stamp: what is in .venv, and whether it got there whole ---


def fingerprint() -> str:
    """Hash all that an installation depends on: where one of these files has changed, `.venv` is installed anew."""
    found = hashlib.sha256()
    native = os.path.join(ROOT, "autograd", "native")
    sources = [os.path.join(native, name) for name in sorted(os.listdir(native)) if name.endswith((".c", ".h"))]
    for path in [os.path.join(ROOT, name) for name in ("pyproject.toml", "setup.py")] + sources:
        with open(path, "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def read_stamp() -> "dict[str, Any]":
    """Read the stamp that `write_stamp` left; `ours` is false if there is none."""
    stamp = {"ours": False, "done": False, "extras": [], "pyproject": "", "python": "", "checkout": ""}
    try:
        with open(STAMP) as file:
            stamp.update(json.load(file), ours=True)
    except (OSError, ValueError):
        pass
    return stamp


def new_stamp(extras: "list[str]", done: bool) -> "dict[str, Any]":
    """Describe `.venv`; done=False is written before the work, so that an unfinished one is never trusted."""
    return {"done": done, "extras": extras, "pyproject": fingerprint(), "python": VERSION, "checkout": ROOT}


def write_stamp(stamp: "dict[str, Any]") -> None:
    with open(STAMP + ".new", "w") as file:
        json.dump(stamp, file, indent=1)
    os.replace(STAMP + ".new", STAMP)


def find_fault(stamp: "dict[str, Any]") -> str:
    """Why `.venv` has to be made (again), or nothing."""
    if not os.path.lexists(VENV):
        return "there is none yet"
    if not stamp["ours"]:
        return "the one here was not made by this script"
    if not stamp["done"]:
        return "the last run was interrupted"
    if stamp["checkout"] != ROOT:
        return "it was made for %s" % stamp["checkout"]
    if stamp["python"] != VERSION:
        return "it is Python %s, this is %s" % (stamp["python"], VERSION)
    # Not from ROOT: there `autograd` would be found without being installed.
    probe = "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))"
    code, _ = call([PYTHON, "-c", probe, "pip", "numpy", "graphviz", "autograd", "nn"], cwd=VENV)
    return "it is broken" if code else ""


# --- the work ---


def make(fault: str, stamp: "dict[str, Any]", extras: "list[str]") -> None:
    """Make `.venv` from nothing and install the project; leave nothing behind if that fails."""
    try:
        for module in ("venv", "ensurepip"):
            importlib.import_module(module)
    except ImportError:
        raise SystemExit(
            "This Python (%s) cannot make virtual environments: "
            "on Debian and Ubuntu, `apt install python3-venv` (or python%s-venv) and run this again."
            % (sys.executable, VERSION)
        ) from None
    say("making .venv with Python " + VERSION + " (" + fault + ") ...")
    if os.path.lexists(VENV):
        clear(keep=not stamp["ours"])
    try:
        os.mkdir(VENV)
        write_stamp(new_stamp(extras, done=False))
        code, lines = call([sys.executable, "-m", "venv", VENV])
        if code:
            raise SystemExit("\n".join(lines) + "\n`python -m venv` failed, its last lines are above.")
        install(extras)
        write_stamp(new_stamp(extras, done=True))
    except BaseException:  # Ctrl-C too
        shutil.rmtree(VENV, ignore_errors=True)
        raise


def add(stamp: "dict[str, Any]", extras: "list[str]") -> None:
    """Bring a sound `.venv` up to this pyproject.toml and these extras."""
    write_stamp(new_stamp(extras, done=False))
    try:
        install(extras)
    except SystemExit:  # pip gave up by itself, and put back what it had taken out
        write_stamp(stamp)
        raise
    write_stamp(new_stamp(extras, done=True))


def clear(keep: bool) -> None:
    """Take away what stands where `.venv` goes; what we did not make is put aside."""
    if keep:
        aside = VENV + ".old"
        while os.path.lexists(aside):
            aside += "+"
        os.rename(VENV, aside)
        say("the former one is now " + os.path.basename(aside))
    elif os.path.islink(VENV):
        os.remove(VENV)
    else:
        shutil.rmtree(VENV)


def install(extras: "list[str]") -> None:
    what = "[" + ",".join(extras) + "]" if extras else ""
    say("installing glassgrad" + what + " ...")
    started = time.time()
    code, lines = call([PYTHON, *PIP, "install", "--editable", "." + what], cwd=ROOT, show=sys.stdout.isatty())
    if code:
        raise SystemExit(
            "%s\npip could not install glassgrad%s; its last lines are above.\n"
            "Packages come from the network: check the connection and run this again, or point\n"
            "PIP_INDEX_URL or PIP_FIND_LINKS at a place that has them." % ("\n".join(lines), what)
        )
    which = 'print("the compiled" if __import__("autograd").__compiled__ else "the pure Python")'
    _, lines = call([PYTHON, "-c", which], cwd=VENV)
    say("installed %s engine in %.0f s" % (lines[-1] if lines else "an", time.time() - started))


def call(command: "list[str]", cwd: "str | None" = None, show: bool = False) -> "tuple[int, list[str]]":
    """Run a command; its exit code and its last lines. With show, the newest is shown meanwhile."""
    environ = dict(os.environ, PIP_USER="0", PYTHONIOENCODING="utf-8")  # `user = true` would fail in a venv
    lines = deque(maxlen=12)  # type: deque[str]
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, cwd=cwd, env=environ, stdin=null, stdout=pipe, stderr=subprocess.STDOUT)
    except OSError as error:  # no such file, a dangling link, not for this machine
        return 127, [str(error)]
    assert process.stdout is not None
    try:
        for raw in process.stdout:
            lines.append(raw.decode("utf-8", "replace").rstrip())
            if show:
                sys.stdout.write("\r\033[K" + lines[-1][: shutil.get_terminal_size().columns - 1])
                sys.stdout.flush()
        return process.wait(), list(lines)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
        if show:
            sys.stdout.write("\r\033[K")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if any(name.startswith("-") for name in sys.argv[1:]):
        raise SystemExit("usage: python3 tools/environment.py [extra ...]  (they are in pyproject.toml)")
    enter(*sys.argv[1:])
    say("ready: " + PYTHON)
