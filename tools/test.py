"""Every check of this project, in order: `python3 tools/test.py [options] [arguments for pytest]`; --help says which.

Knows which checks there are. `.ci/run` calls it with --browser and --both, so what passes here passes there.
"""

import argparse
import os
import subprocess
import sys
import time

import environment

OF_THE_ENGINE = (
    "tests/engine", "tests/operands", "tests/graph", "tests/calculus", "tests/native", "tests/test_interrupts.py",
)  # fmt: skip
IN_A_BROWSER = "tests/browser"  # minutes; a check of its own


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Run every check. Other arguments go to pytest, e.g. -k tanh.", allow_abbrev=False
    )
    parser.add_argument("--quick", action="store_true", help="pytest only")
    parser.add_argument("--slow", action="store_true", help="also the tests marked slow")
    parser.add_argument("--browser", action="store_true", help="also the pages in a browser and in JupyterLab")
    parser.add_argument(
        "--both", action="store_true", help="all tests on the pure engine too, not those of the engine only"
    )
    options, pytest_arguments = parser.parse_known_args()
    environment.enter(*(["test", "browser", "notebook"] if options.browser else ["test"]))

    if options.slow:
        pytest_arguments = ["-m", "slow or not slow", *pytest_arguments]
    if not any(argument.startswith("-n") for argument in pytest_arguments):
        pytest_arguments = ["-n", "auto", *pytest_arguments]  # a process per core
    checks = {
        "ruff": ["-m", "ruff", "check", "."],
        "format": ["-m", "ruff", "format", "--check", "."],
        "mypy": ["-m", "mypy", "--strict"],
        "floors": ["tools/floors.py"],
        "pytest": ["-m", "pytest", *pytest_arguments],
    }
    if not any(argument.startswith(IN_A_BROWSER) for argument in pytest_arguments):
        checks["pytest"].append("--ignore=" + IN_A_BROWSER)
    if is_compiled():
        checks["pure"] = checks["pytest"] if options.both else ["-m", "pytest", *pytest_arguments, *OF_THE_ENGINE]
    if options.quick:
        checks = {"pytest": checks["pytest"]}
    if options.browser:
        checks["browser"] = ["-m", "pytest", *pytest_arguments, IN_A_BROWSER]

    results = [run(name, arguments) for name, arguments in checks.items()]
    print("\n== summary", flush=True)
    for name, passed, seconds in results:
        print("   %-7s %-6s %6.1f s" % (name, "passed" if passed else "FAILED", seconds))
    return 0 if all(passed for _, passed, _ in results) else 1


def is_compiled() -> bool:
    """Tell whether the checks above ran on the compiled engine, so that the pure one is to be checked too."""
    import autograd

    return autograd.__compiled__


def run(name: str, arguments: "list[str]") -> "tuple[str, bool, float]":
    print("\n== " + name + ": python " + " ".join(arguments), flush=True)
    started = time.monotonic()
    environ = dict(os.environ, GLASSGRAD_PURE="1") if name == "pure" else dict(os.environ)
    # The tests start Python some hundred times, and without files of bytecode each would compile the project again.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    code = subprocess.call([sys.executable, *arguments], cwd=environment.ROOT, env=environ)
    if code and name == "browser":
        print("\n== browser: once more, one by one, because a browser answers late on a busy machine", flush=True)
        again = [sys.executable, *arguments, "-n", "0", "--last-failed"]
        code = subprocess.call(again, cwd=environment.ROOT, env=environ)
    seconds = time.monotonic() - started
    print("== %s %s in %.1f s" % (name, "FAILED" if code else "passed", seconds), flush=True)
    return name, code == 0, seconds


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
