"""Expressions: what is accepted, what is refused and at which place, and that there is no third outcome."""

import math
import re

import pytest
from hypothesis import given, settings, strategies as st

import autograd
from autograd import Value
from autograd.cli.expression import functions, parse
from autograd.cli.syntax import MAX_DEPTH, MAX_LENGTH, ExpressionError
from autograd.engine.op import OPS

GIVEN = {"w": -3.0, "x": 2.0, "b": 6.88}


def read(text: str) -> Value:
    """Parse the text, with the numbers of those of w, x and b that it names."""
    return parse(text, {name: value for name, value in GIVEN.items() if re.search(rf"\b{name}\b", text)}).root


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tanh(w*x + b)", math.tanh(0.88)),
        ("-x**2", -4.0),
        ("(-x)**2", 4.0),
        ("2**x**3", 256.0),
        ("x - 1 - 1", 0.0),
        ("x / 4 / 2", 0.25),
        ("--x", 2.0),
        ("+x", 2.0),
        ("- + -x", 2.0),
        ("1_000*x + 0x10 + 1e-3 + .5", 2016.501),
        ("pi*x + e", 2 * math.pi + math.e),
        ("x*inf", math.inf),
        ("x*nan", math.nan),
        ("leaky_relu(w, negative_slope=0.2)", -0.6000000000000001),
        ("leaky_relu(w, 0.2)", -0.6000000000000001),
        ("clip(x, min=-1, max=1)", 1.0),
        ("clip(x, max=1)", 1.0),
        ("sum([w, x, 1])", 0.0),
        ("mean([w, x, b])", 1.96),
        ("dot([w, 2], [x, b])", 7.76),
        ("logsumexp([x, x])", 2 + math.log(2)),
        ("sum([]) + x", 2.0),
        ("where(x > 1, w, b)", -3.0),
        ("where(x != 2, w, b)", 6.88),
        ("where(x*w <= -6, x, 0)", 2.0),
        ("atan2(x, 1)", math.atan2(2, 1)),
        ("tanh(\n  x\n)", math.tanh(2)),
        ("\tx\t*\t2", 4.0),
        ("x # as it is", 2.0),
        ("ｘ*x", 4.0),  # Python's identifiers are compared in their NFKC form
        ("x;", 2.0),
        ("h = x\r\nh*h", 4.0),
        ("h = x\rh*h", 4.0),
    ],
)
def test_supported_syntax_has_pythons_meaning(text: str, value: float) -> None:
    assert read(text).data == pytest.approx(value, rel=1e-15, nan_ok=True)


def test_the_graph_is_the_one_that_python_builds() -> None:
    root = read("tanh(w*x + b)")
    root.backward()
    w, x, b = (Value(value, label=name) for name, value in GIVEN.items())
    same = autograd.tanh(w * x + b)
    same.backward()
    read_leaves = parse("tanh(w*x + b)", GIVEN)
    read_leaves.root.backward()
    assert list(read_leaves.variables) == ["w", "x", "b"]
    assert [v.grad for v in read_leaves.variables.values()] == [w.grad, x.grad, b.grad]
    assert [v.label for v in read_leaves.variables.values()] == ["w", "x", "b"]
    assert root.data == same.data


@pytest.mark.parametrize("name", [*functions()])
def test_every_op_can_be_called(name: str) -> None:
    op = OPS[name]
    inputs = ["x > 0" if each == "mask" else "x" for each in op.inputs]
    assert parse(f"{name}({', '.join(inputs)})", {"x": 0.5}).root.op is op


def test_lines_label_their_results() -> None:
    found = parse("h = tanh(w*x)\nk = h*h; L = k + b", GIVEN)
    assert found.root.label == "L"
    assert [i.label for i in found.root.inputs] == ["k", "b"]
    assert list(found.variables) == ["w", "x", "b"]


def test_lines_may_be_indented_as_in_a_docstring() -> None:
    assert parse("""h = x*2
        h*h""", {"x": 1.0}).root.data == 4.0  # fmt: skip


def test_a_number_with_a_name_is_a_variable() -> None:
    found = parse("w = -3; x = 2; h = w*x; w = h + 1; w*w")
    assert found.root.data == 25.0
    assert list(found.variables) == ["w", "x"]
    found.root.backward()
    assert found.variables["x"].grad == 2 * -5 * -3


def test_another_name_for_a_node_leaves_its_label() -> None:
    root = parse("h = x*x; k = h; k + x", {"x": 1.0}).root
    assert [i.label for i in root.inputs] == ["h", "x"]


def test_a_given_name_hides_a_constant() -> None:
    assert parse("e*pi", {"e": 2.0, "pi": 3.0}).root.data == 6.0


def test_expressions_are_recorded_under_no_grad() -> None:
    with autograd.no_grad():
        assert read("x*x").inputs


def test_no_text_is_too_deep_within_its_limits() -> None:
    assert read("x" + "+x" * 999).data == 2000.0
    assert read("(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH).data == 2.0
    assert read("-" * MAX_DEPTH + "x").data == 2.0
    assert read("1**" * 600 + "x").data == 1.0


REFUSED = [
    # text, words of the message, column
    ("", "there is no expression", 1),
    ("   \n ", "there is no expression", 1),
    ("# nothing", "there is no expression", 1),
    ("x +", "ends too early", 4),
    ("x * (2 +", "never closed", 5),
    ("x)", "unmatched", 2),
    ("/ x", "this is not allowed here", 1),
    ("*x", "this Python syntax is not supported", 1),
    ("x x", "an operator is missing; a product is written x*x", 3),
    ("sin x", "a function is written with brackets: sin(x)", 5),
    ("cos x", "a function is written with brackets: cos(x)", 5),
    ("w + relu x", "a function is written with brackets: relu(x)", 10),
    ("exp 2 + x", "a function is written with brackets: exp(2)", 5),
    ("h = sqrt x; h*h", "a function is written with brackets: sqrt(x)", 10),
    ("1 + tanh  2.5", "a function is written with brackets: tanh(2.5)", 11),
    ("2 x", "a product is written 2*x", 3),
    ("2*lambda", "'lambda' is a keyword of Python and cannot be a name; use another name, such as lambda_", 3),
    ("import + x", "'import' is a keyword of Python", 1),
    ("x*for", "'for' is a keyword of Python", 3),
    ("lambda*x", "'lambda' is a keyword of Python", 1),
    ("class = 3; x*x", "'class' is a keyword of Python", 1),
    ("2x", "a product is written 2*x", 1),
    ("x^2", "^ is not supported", 2),
    ("(x) ^ 2", "^ is not supported", 5),
    ("x × 2", "× is written * here", 3),
    ("x − 2", "− is written - here", 3),
    ("tanhh(x)", "did you mean tanh?", 1),
    ("tahn(x)", "did you mean tanh?", 1),
    ("1 + ln(x)", "did you mean log?", 5),
    ("__import__('os')", "unknown function '__import__'", 1),
    ("x.__class__", "a dot can only be part of a number", 2),
    ("x.tanh()", "a dot can only be part of a number", 2),
    ("().__class__", "a dot can only be part of a number", 3),
    ("x[0]", "this Python syntax is not supported", 2),
    ("lambda: x", "this Python syntax is not supported", 1),
    ("[x for x in x]", "this Python syntax is not supported", 1),
    ("tanh(x for x in x)", "this Python syntax is not supported", 5),
    ("{x}", "this Python syntax is not supported", 1),
    ("(y := x)", "this Python syntax is not supported", 2),
    ("not x", "this Python syntax is not supported", 1),
    ("~x", "this Python syntax is not supported", 1),
    ("x and x", "this Python syntax is not supported", 3),
    ("x % 2", "this Python syntax is not supported", 3),
    ("x // 2", "this Python syntax is not supported", 3),
    ("x @ x", "this Python syntax is not supported", 3),
    ("yield x", "this Python syntax is not supported", 1),
    ("tanh(*x)", "this Python syntax is not supported", 6),
    ("tanh(**x)", "has no name, or the same name as another", 1),
    ("x if x else b", "where(x > 0, a, b)", 3),
    ("f'{x}'", "text in quotes is not supported", 1),
    ("x + 'a'", "text in quotes is not supported", 5),
    ("b'a'", "is not supported", 1),
    ("True", "is not supported", 1),
    ("None", "is not supported", 1),
    ("...", "is not supported", 1),
    ("1j*x", "complex numbers are not supported", 1),
    ("x, x", "a comma can only separate", 2),
    ("[x]", "a list can only be", 1),
    ("tanh([x])", "a list can only be", 6),
    ("1 < x < 2", "a comparison can only be", 3),
    ("x == 2", "a comparison can only be", 3),
    ("where(1 < x < 2, x, b)", "a comparison has two sides", 9),
    ("where(x is x, x, b)", "a comparison has two sides", 9),
    ("where(x, 1, 2)", "where takes a comparison", 1),
    ("where(x > 1, x)", "where takes a comparison", 1),
    ("dot([1,2],[3])", "expected equal lengths", 1),
    ("dot([x])", "dot takes lists", 1),
    ("sum(x)", "sum takes a list", 1),
    ("sum([x], start=1)", "sum has no parameters", 1),
    ("mean([]) + x", "expected at least one", 1),
    ("softmax([x])", "several numbers", 1),
    ("x + tanh()", "takes 1 input, got 0", 5),
    ("tanh(x, x)", "takes 1 input, got 2", 1),
    ("tanh", "is a function: write tanh(…)", 1),
    ("x(2)", "is a number, not a function", 1),
    ("leaky_relu(x, slope=1)", "unknown parameter 'slope'; it has negative_slope", 1),
    ("leaky_relu(x, negative_slope=w)", "expected a plain number", 1),
    ("clip(x, max=1, max=2)", "the same name as another", 1),
    ("x + y", "y has no value; give it one: y=…", 5),
    ("x + é*y", "é has no value", 5),
    ("ä = x; y", "y has no value", 8),
    ("x**1001", "at most 1000", 4),
    ("x**-1001", "at most 1000", 4),
    ("x**9**9", "at most 1000", 5),
    ("9**9**9**9*x", "at most 1000", 8),
    ("pow(x, 1e9)", "at most 1000", 1),
    ("x * " + "9" * 400, "too large for a float", 5),
    ("1e999*x", "too large for a float", 1),
    ("x\0", "is not allowed in an expression", 2),
    ("x\ud800", "is not allowed in an expression", 2),
    ("x\u200b", "is not allowed in an expression", 2),
    ("x; x", "only the last line", 1),
    ("h = x*2; x", "h is computed and never used", 1),
    ("x*2; h = 2", "only the last line", 1),
    ("x = 3", "has a value already", 1),
    ("h = 1; h = 2; h", "has a value already", 8),
    ("tanh = x", "is a function here", 1),
    ("a = b = x", "name = expression", 1),
    ("x += 1", "write h = h + …", 1),
    ("import os", "name = expression", 1),
    ("del x", "name = expression", 1),
    ("while x: pass", "name = expression", 1),
    ("x[0] = 1", "name = expression", 1),
    ("(" * 101 + "x", "nested brackets", 101),
    ("(" * 2000, "nested brackets", 101),
    ("x + " + "-" * 1000 + "x", "signs in a row", 3),
    ("- " * 500 + "x", "signs in a row", 1),
    ("x" * 2001, "more than 2,000", 2001),
    ("-" * 10_000 + "x", "more than 2,000", 2001),
]


@pytest.mark.parametrize(("text", "says", "column"), REFUSED)
def test_unsupported_text_is_refused_with_its_place(text: str, says: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        read(text)
    lines = str(caught.value).split("\n")
    assert says in lines[0]
    assert lines[0].endswith(f"(column {column})") or f"column {column})" in lines[0]
    assert len(lines) == 3
    assert lines[2].strip() == "^"
    assert len(lines[1]) < 90
    if column <= 50:
        assert lines[2].index("^") == column + 1  # two spaces, and columns count from one


def test_the_caret_stands_under_its_character_in_a_long_text() -> None:
    with pytest.raises(ExpressionError) as caught:
        read("x" + " + x" * 100 + " + ä" + " + x" * 100)
    _, text, caret = str(caught.value).split("\n")
    assert text[caret.index("^")] == "ä"


def test_the_line_is_named_where_there_are_several() -> None:
    with pytest.raises(ExpressionError, match=re.escape("(line 2, column 5)\n  h + y\n      ^")):
        read("h = x*x\nh + y")


def test_the_line_is_named_for_every_kind_of_line_end() -> None:
    with pytest.raises(ExpressionError, match=re.escape("(line 3, column 5)\n  h + y\n      ^")):
        read("h = x*x\r\r\nh + y")


def test_the_nearest_name_is_suggested() -> None:
    with pytest.raises(ExpressionError, match="did you mean weight"):
        parse("wieght*2", {"weight": 1.0})


def test_a_value_that_is_not_used_is_named() -> None:
    with pytest.raises(ExpressionError, match=r"^b is given a value, but the expression does not use it; leave .*$"):
        parse("w*x", GIVEN)


@pytest.mark.parametrize("text", ["2 + 3", "where(x > 0, 1, 2)", "tanh(1)"])
def test_a_constant_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="the expression is the constant"):
        read(text)


@pytest.mark.parametrize("name", ["tanh", "sum", "lambda", "1x", "", "x y", "x.y"])
def test_invalid_names_are_refused(name: str) -> None:
    with pytest.raises(ExpressionError):
        parse("x", {name: 1.0})


def test_only_text_is_parsed() -> None:
    with pytest.raises(TypeError, match="an expression is text, got bytes"):
        parse(b"x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a Value holds one real number"):
        parse("x", {"x": "1"})  # type: ignore[dict-item]


SNIPPETS = [
    *"xwb()[]+-*/,=<>.:;&|^%~!@#'\"\\ \n\r\t09ej_{}é\0ｘ",
    *("**", "tanh(", "sum([", "dot([", "where(x>0,", "h=", "1e9", "9**", "0x", "1_", "...", ":=", "->", "f'"),
    *(" if ", " else ", " for ", " in ", "not ", "and ", "await ", "lambda ", "yield ", "import "),
]


def either_a_value_or_a_refusal(text: str) -> None:
    try:
        result: object = read(text)
    except ExpressionError as refusal:
        result = str(refusal)
    assert isinstance(result, Value) or (isinstance(result, str) and result.count("\n") in (0, 2))


@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(SNIPPETS), max_size=30).map("".join))
def test_pieces_of_python_give_a_value_or_a_refusal(text: str) -> None:
    either_a_value_or_a_refusal(text)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_a_refusal(text: str) -> None:
    either_a_value_or_a_refusal(text)


PIECES = ["(", "[", "-", "x**", "not ", "lambda:", "x if x else ", "tanh(", "x,", "x<", "=", "a="]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("length", [100, MAX_LENGTH, 100_000])
def test_long_repetitions_give_a_value_or_a_refusal(piece: str, length: int) -> None:
    either_a_value_or_a_refusal((piece * length)[:length])
    either_a_value_or_a_refusal((piece * length)[: length - 1] + "x")
