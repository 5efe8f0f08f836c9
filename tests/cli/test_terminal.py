"""The command line: with a pipe, in a terminal, with bad input, and when its output is closed early."""

import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograd import Value, practice
from autograd.cli.terminal import main

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "autograd"]
NEURON = ["tanh(w*x + b)", "w=-3", "x=2", "b=6.88"]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **more}


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words],
        capture_output=True, encoding="utf-8", env=environment(**more), stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip


class Terminal:
    """A command that runs in a terminal of its own; the methods are what a person at the terminal does."""

    def __init__(self, *words: str) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=slave, stdout=slave, stderr=slave, env=environment(), start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def reads(self, end: str = "> ") -> str:
        """Return the output up to a prompt, or all of it where `end` is ""."""
        seen = b""
        limit = time.monotonic() + 30
        while not (end and seen.decode(errors="ignore").endswith(end)):
            assert time.monotonic() < limit, seen.decode()
            if not select.select([self.master], [], [], 1)[0]:
                continue
            try:
                more = os.read(self.master, 65536)
            except OSError:  # on Linux: the other side is closed
                break
            if not more:
                break
            seen += more
        return seen.decode().replace("\r\n", "\n")

    def types(self, text: str) -> str:
        os.write(self.master, text.encode())
        return self.reads()

    def leaves(self, text: str = "") -> tuple[str, int]:
        os.write(self.master, text.encode())
        rest = self.reads("")
        code = self.process.wait(30)
        os.close(self.master)
        return rest, code


def test_without_a_terminal_the_whole_table_is_printed() -> None:
    result = run(*NEURON)
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].split()[:2] == ["step", "node"]
    assert [line.split()[0] for line in lines[1:] if re.match(r" *\d+ ", line)] == ["1", "2", "3", "4", "5", "6"]
    assert "square(sech(v2)) = 0.501" in result.stdout


@pytest.mark.parametrize(
    "words",
    [["-x", "x=1"], ["--x", "x=1"], ["x*2", "x=-3"], ["--", "-h", "h=2"], ["x", "--program", "x=1"], ["-(-x)", "x=-1"]],
)
def test_an_expression_that_begins_with_a_minus_is_not_an_option(words: list[str]) -> None:
    result = run(*words)
    assert (result.returncode, result.stderr) == (0, "")


def test_lines_name_inner_nodes() -> None:
    result = run("h = tanh(w*x); h*h + b", "w=1", "x=2", "b=3")
    assert result.returncode == 0
    assert re.search(r"^ +3 +h +tanh", result.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "the following arguments are required: expression"),
        (["x +", "x=1"], "error: the expression ends too early; a part is missing (column 4)\n  x +\n     ^\n"),
        (["x*y", "x=1"], "error: y has no value; give it one: y=… (column 3)\n  x*y\n    ^\n"),
        (["x", "x=1", "y=2"], "y is given a value, but the expression does not use it"),
        (["x", "x"], "'x' is not name=value"),
        (["w", "*", "x"], "'*' is not name=value"),
        (["x", "x=one"], "the value of x is not a number: 'one'"),
        (["x", "x="], "the value of x is not a number: ''"),
        (["x", "x=1", "x=2"], "x is given a value twice"),
        (["tanh(1)", "tanh=1"], "'tanh' is a function here"),
        (["x", "lambda=1"], "'lambda' is a keyword of Python and cannot be a name; use another name, such as lambda_"),
        (["x", "=1"], "'' cannot be a name"),
        (["x", "x=1", "--svgg", "a.svg"], "unrecognized arguments: --svgg"),
        (["x", "x=1", "--svg"], "--svg: expected one argument"),
        (["x", "x=1", "--svg", "picture.png"], "--svg writes a file whose name ends in .svg, got 'picture.png'"),
        (["__import__('os').system('id')"], "a dot can only be part of a number"),
        (["\udcff", "x=1"], "is not allowed in an expression"),
    ],
)
def test_bad_input_gets_one_sentence(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    printed, complaint = capsys.readouterr()
    assert printed == ""
    assert says in complaint
    assert complaint.startswith("error: ")


def test_bad_input_ends_with_code_2_and_no_traceback() -> None:
    result = run("x + $", "x=1")
    assert (result.returncode, result.stdout) == (2, "")
    problem = "this is not allowed here; expected a number, a name or an operator"
    assert result.stderr == f"error: {problem} (column 5)\n  x + $\n      ^\n"


def test_a_file_that_cannot_be_written_gets_one_sentence(tmp_path: Path) -> None:
    place = tmp_path / "missing" / "a.svg"
    result = run("x*x", "x=1", "--svg", str(place))
    assert result.returncode == 1
    assert result.stderr == f"error: cannot write {place}: there is no folder {place.parent}; create it first\n"


def test_files_are_written_and_the_program_runs(tmp_path: Path) -> None:
    svg, html = tmp_path / "a.svg", tmp_path / "a.html"
    result = run(*NEURON, "--svg", str(svg), f"--html={html}", "--program")
    assert result.returncode == 0
    assert result.stderr == f"wrote {svg}\nwrote {html}\n"
    assert svg.read_text(encoding="utf-8").lstrip().startswith("<")
    assert "1.002" in svg.read_text(encoding="utf-8")  # the gradient of w
    assert "<html" in html.read_text(encoding="utf-8")
    assert "step  node" not in result.stdout
    namespace: dict[str, object] = {}
    exec(result.stdout + "value, gradients = value_and_grad(-3.0, 2.0, 6.88)", namespace)
    assert namespace["value"] == pytest.approx(0.7064193203972)
    assert namespace["gradients"] == pytest.approx([1.0019434, -1.5029151, 0.5009717])


def test_a_program_says_which_names_only_chose_a_branch() -> None:
    result = run("where(x > 0, y*inf, 2)", "x=1", "y=1", "--program")
    assert result.returncode == 0
    assert "# x only chose between branches" in result.stdout
    assert result.stdout.startswith("from math import inf\nfrom autograd import where\n")


def test_practice_without_a_terminal_hides_the_numbers() -> None:
    result = run(*NEURON, "--practice")
    assert (result.returncode, result.stderr) == (0, "")
    assert "0.501" not in result.stdout
    assert "step 3: what does v1 contribute to the gradient of w?" in result.stdout


@pytest.mark.parametrize("words", [[*NEURON], [*NEURON, "--practice"], ["θ×2", "θ=1"], ["y", "x=1"]])
def test_output_can_be_ascii_only(words: list[str]) -> None:
    result = run(*words, PYTHONIOENCODING="ascii:strict")
    assert "Traceback" not in result.stderr
    assert "UnicodeEncodeError" not in result.stderr
    assert result.stdout.isascii()
    assert result.stderr.isascii()
    if words == NEURON:
        assert "1 x 0.501 = 0.501" in result.stdout
        assert "- > 0.501" in result.stdout


def test_utf_8_is_read_in_an_ascii_locale() -> None:
    result = run("tanh(α*2)", "α=1", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (result.returncode, result.stderr) == (0, "")
    assert "α" in result.stdout


def test_a_closed_pipe_is_no_error() -> None:
    long = " + ".join(["tanh(x)"] * 190)
    with subprocess.Popen(
        [*COMMAND, long, "x=1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
def test_a_full_disk_gets_one_sentence() -> None:
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [*COMMAND, *NEURON], stdout=full, stderr=subprocess.PIPE, text=True, env=environment(), check=False
        )
    assert result.returncode == 1
    assert result.stderr == "error: cannot write the output: No space left on device\n"


def test_stepping_in_a_terminal() -> None:
    terminal = Terminal(*NEURON)
    start = terminal.reads()
    assert "v1 = w * x = -6" in start
    assert start.endswith("[0/6] > ")
    one = terminal.types("\n")
    assert "step 1: v3 = tanh(v2), data 0.7064, gradient 1" in one
    assert "w –, x –, b –, v1 –, v2 0.501, v3 1" in one
    assert "step 2: v2" in terminal.types("\n")
    back = terminal.types("b\n")
    assert "step 1: v3" in back
    assert back.endswith("[1/6] > ")
    assert "at the start" in terminal.types("b\n")
    assert "this is the start" in terminal.types("b\n")
    last = terminal.types("g 6\n")
    assert "step 6: w" in last
    assert "w 1.002, x -1.503, b 0.501" in last
    assert "all 6 steps are taken" in terminal.types("\n")
    assert "there are 6 steps" in terminal.types("g 7\n")
    assert terminal.types("g0\n").endswith("[0/6] > ")
    table = terminal.types("a\n")
    assert "sum so far" in table
    assert table.endswith("[0/6] > ")
    assert "g 5" in terminal.types("?\n")
    assert "g 5" in terminal.types("what now\n")
    assert terminal.leaves("q\n")[1] == 0


@pytest.mark.parametrize("words", [NEURON, [*NEURON, "--practice"]])
def test_control_d_and_control_c_end_without_a_traceback(words: list[str]) -> None:
    terminal = Terminal(*words)
    terminal.reads()
    rest, code = terminal.leaves("\x04")
    assert code == 0
    assert "Traceback" not in rest
    terminal = Terminal(*words)
    terminal.reads()
    os.killpg(terminal.process.pid, signal.SIGINT)
    rest, code = terminal.leaves()
    assert code == 130
    assert "Traceback" not in rest


def test_practising_in_a_terminal() -> None:
    terminal = Terminal("x*y", "x=2", "y=5", "--practice")
    start = terminal.reads()
    assert "question 1 of 2" in start
    assert "what does v1 contribute to the gradient of x?" in start
    assert "is not a number I can read" in terminal.types("five\n")
    assert "the size is right, the sign is not" in terminal.types("-5\n")
    assert "?" in terminal.types("a\n")
    assert "reveal" in terminal.types("\n")
    second = terminal.types("5\n")
    assert "right: 1 × 5 = 5" in second
    assert "question 2 of 2" in second
    end, code = terminal.leaves("r\n")
    assert "1 × 2 = 2" in end
    assert "right at the first try: 0 of 2" in end
    assert code == 0


def test_main_can_be_called(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["x*x", "x=3"]) == 0
    assert "x * x" in capsys.readouterr().out
    assert main(["x*x"]) == 2
    assert capsys.readouterr().err.startswith("error: x has no value")
    with pytest.raises(SystemExit) as done:
        main(["--help"])
    assert done.value.code == 0
    assert "examples:" in capsys.readouterr().out


def test_practising_forward_in_a_terminal_shows_no_data_first() -> None:
    terminal = Terminal("x*y", "x=2", "y=5", "--practice", "--phase", "both")
    start = terminal.reads()
    assert "v1 = x * y = 10" not in start
    assert "what is the data of v1?" in start
    assert "put the numbers into v1 = x * y" in terminal.types("h\n")
    assert "this is the sum; * multiplies" in terminal.types("7\n")
    assert "1. hint; 7" in terminal.types("s\n")
    assert "v1 = 10" in terminal.types("10\n")
    assert terminal.leaves("q\n")[1] == 0


def test_a_phase_that_is_none_is_refused() -> None:
    result = run("x*y", "x=2", "y=5", "--practice", "--phase", "sideways")
    assert result.returncode == 2
    assert "invalid choice: 'sideways'" in result.stderr


def test_a_phase_without_practice_is_refused() -> None:
    result = run("x*y", "x=2", "y=5", "--phase", "forward")
    assert (result.returncode, result.stdout) == (2, "")
    assert "--phase forward chooses the questions of --practice: add --practice" in result.stderr


def test_results_are_marked_with_an_answer_file(tmp_path: Path) -> None:
    task = practice(Value(2.0, "x") * Value(5.0, "y"))
    task.save(tmp_path / "exercise.html", solutions=False)
    answers, result, empty = (tmp_path / name for name in ("exercise.answers.json", "ann.txt", "bob.txt"))
    result.write_text(task.result() + "1. 5\n2. 10\n", encoding="utf-8")
    found = run("--mark", str(answers), str(result))
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.splitlines()[-1] == "right at the first try: 1 of 2"
    empty.write_text("hello", encoding="utf-8")
    found = run("--mark", str(answers), str(result), str(empty))
    assert found.returncode == 2
    assert found.stdout.startswith(f"{result}:\n1. right")
    assert "bob.txt: this text is not the result of an exercise" in found.stderr
    assert "cannot read" in run("--mark", str(tmp_path / "none.json"), str(result)).stderr
