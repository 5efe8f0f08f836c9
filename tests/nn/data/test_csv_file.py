"""load_csv: dialects, headers, categories, missing values by line and column, files that are refused."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.data import load_csv


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "some.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


PLAIN = "a,b,kind\n1,2.5,oak\n3,-4e1,fir\n"
ALIKE: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    "comma": (PLAIN, {}),
    "semicolon": (PLAIN.replace(",", ";"), {}),
    "tab": (PLAIN.replace(",", "\t"), {}),
    "bar": (PLAIN.replace(",", "|"), {}),
    "given delimiter": (PLAIN.replace(",", ":"), {"delimiter": ":"}),
    "decimal comma": ("a;b;kind\n1;2,5;oak\n3;-4e1;fir\n", {"decimal": ","}),
    "Windows line ends": (PLAIN.replace("\n", "\r\n"), {}),
    "old Mac line ends": (PLAIN.replace("\n", "\r"), {}),
    "no line end at the end": (PLAIN.rstrip("\n"), {}),
    "blank lines": ("\n" + PLAIN.replace("\n", "\n\n  \n"), {}),
    "spaces": (PLAIN.replace(",", " , "), {}),
    "quoted": ('"a","b","kind"\n"1","2.5","oak"\n"3", "-4e1","fir"\n', {}),
    "BOM": (b"\xef\xbb\xbf" + PLAIN.encode(), {}),
    "UTF-16": (PLAIN.encode("utf-16"), {}),
    "UTF-16, big-endian": (b"\xfe\xff" + PLAIN.encode("utf-16-be"), {}),
}


@pytest.mark.parametrize("name", ALIKE)
def test_the_dialects_of_one_table_give_the_same_arrays(name: str, tmp_path: Path) -> None:
    content, options = ALIKE[name]
    X, y, names, texts = load_csv(written(tmp_path, content), target="kind", **options)
    assert (X.tolist(), X.dtype.name, names) == ([[1.0, 2.5], [3.0, -40.0]], "float64", ("a", "b"))
    assert y is not None
    assert (y.tolist(), y.dtype.name, texts) == ([1, 0], "int64", {"kind": ("fir", "oak")})


def test_a_quoted_text_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    content = 'name,x\n"Müller, Anna",1\n"say ""hi""",2\n"two\nlines",3\n"Müller, Anna",bad\n'
    with pytest.raises(ValueError, match="line 6, column 'x': 'bad' is not a number"):  # the text has two lines
        load_csv(written(tmp_path, content))
    X, _, _, texts = load_csv(written(tmp_path, content.replace("bad", "4")))
    assert texts == {"name": ("Müller, Anna", 'say "hi"', "two\nlines")}
    assert X.tolist() == [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0], [0.0, 4.0]]


@pytest.mark.parametrize(
    ("content", "options", "names", "rows"),
    [
        ("1,2\n3,4\n", {}, ("0", "1"), 2),
        ("1,5;2,5\n3;4\n", {"decimal": ","}, ("0", "1"), 2),
        ("a,b\n3,4\n", {}, ("a", "b"), 1),
        ("a,\n3,4\n", {"header": True}, ("a", ""), 1),
        ("2019,2020\n3,4\n", {"header": True}, ("2019", "2020"), 1),
        ("a,b\nc,d\n", {"header": False}, ("0", "1"), 2),
        ("7\n8\n", {}, ("0",), 2),
        ("x\n8\n", {}, ("x",), 1),
    ],
)
def test_the_first_line_is_a_header_if_it_holds_no_number(
    content: str, options: dict[str, Any], names: tuple[str, ...], rows: int, tmp_path: Path
) -> None:
    table = load_csv(written(tmp_path, content), **options)
    assert table.names == names
    assert table.X.shape == (rows, len(names))
    assert table.y is None


@pytest.mark.parametrize(
    ("target", "content", "expected", "dtype"),
    [
        ("b", "a,b\n1,2\n1,3\n", [2, 3], "int64"),
        (-1, "a,b\n1,2\n1,+3\n", [2, 3], "int64"),
        (0, "1,2\n1,3\n", [1, 1], "int64"),
        ("b", "a,b\n1,2\n1,3.0\n", [2.0, 3.0], "float64"),
        ("b", "a,b\n1,2\n1,99999999999999999999\n", [2.0, 1e20], "float64"),
        ("b", "a,b\n1,True\n1,False\n", [1, 0], "int64"),
    ],
)
def test_the_target_is_integers_where_the_file_has_integers_or_texts(
    target: Any, content: str, expected: list[float], dtype: str, tmp_path: Path
) -> None:
    y = load_csv(written(tmp_path, content), target=target).y
    assert y is not None
    assert (y.tolist(), y.dtype.name) == (expected, dtype)


def test_numbers_that_are_names_become_categories_on_request(tmp_path: Path) -> None:
    X, _, _, texts = load_csv(written(tmp_path, "code,x\n80331,1\n010,2\n80331,3\n"), categories=["code"])
    assert X.tolist() == [[1.0, 1.0], [0.0, 2.0], [1.0, 3.0]]
    assert texts == {"code": ("010", "80331")}


# --- missing values ---

GAPS = "a,b,kind\n1,,oak\nNaN,2,fir\n5,6,?\n7,8,fir\n"


def test_missing_values_are_named_by_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"values: line 2, column 'b'; line 3, column 'a'; line 4, column 'kind'; fill"
    ):
        load_csv(written(tmp_path, GAPS), target="kind")
    with pytest.raises(ValueError, match=r"line 6, column 'a' and 4 more; fill"):
        load_csv(written(tmp_path, "a,b\n" + "null,1\n" * 9))


def test_rows_with_missing_values_are_dropped_on_request(tmp_path: Path) -> None:
    X, y, _, texts = load_csv(written(tmp_path, GAPS), target="kind", missing="drop")
    assert (X.tolist(), y.tolist()) == ([[7.0, 8.0]], [0])  # type: ignore[union-attr]
    assert texts == {"kind": ("fir", "oak")}
    with pytest.raises(ValueError, match="every row has a missing value"):
        load_csv(written(tmp_path, "a,b\n,1\n"), missing="drop")


def test_missing_values_are_nan_on_request_but_not_as_classes(tmp_path: Path) -> None:
    X = load_csv(written(tmp_path, GAPS), missing="nan").X
    np.testing.assert_equal(X, [[1, np.nan, 1], [np.nan, 2, 0], [5, 6, np.nan], [7, 8, 0]])
    y = load_csv(written(tmp_path, GAPS), target="a", missing="nan").y
    np.testing.assert_equal(y, [1.0, np.nan, 5.0, 7.0])
    with pytest.raises(ValueError, match="the target 'kind' has missing categories"):
        load_csv(written(tmp_path, GAPS), target="kind", missing="nan")


# --- refused ---


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        ("", {}, "the file is empty"),
        (b"\xef\xbb\xbf", {}, "the file is empty"),
        ("\n\n  \n", {}, "the file is empty"),
        ("a,b\n", {}, "the file has no rows of data"),
        ("a,b\n1,2\n3\n", {}, "line 3 has 1 cells, expected 2; check its delimiters"),
        ("a;b\n1;2\n3;4;5\n", {}, "line 3 has 3 cells, expected 2"),
        ("a,b\n1,2\n3,x\n", {}, "line 3, column 'b': 'x' is not a number, but the cell in line 2 is a number; correct"),
        (
            "a,b\nx,2\n3,4\n",
            {},
            "line 3, column 'a': '3' is a number, but the cell in line 2 is not a number; .* give ",
        ),
        ("a,b\n1,2\n3,1_000\n", {}, "'1_000' is not a number"),
        ("a,b\n1,2\n3,1e999\n", {}, "line 3, column 'b': '1e999' is not a finite number"),
        ("a,b\n1,2\n3,-inf\n", {}, "'-inf' is not a finite number"),
        ("a;b\n1,5;2\n", {}, "line 2, column 'a': '1,5' has a comma; give decimal=\",\""),
        ("a;b\n1.5;2\n1,5;2\n", {}, "line 3, column 'a': '1,5' has a comma"),
        ("a;b\n1,5;2\n1.5;2\n", {"decimal": ","}, "'1.5' is not a number"),
        ("1,5;2,5\n1,5;2,5\n", {}, "line 1, column '0': '1,5' has a comma"),
        ('a,b\n1,"2\n3,4\n', {}, "line 2: unexpected end of data; check the quotes"),
        ('a,b\n1,"2"x\n3,4\n', {}, "line 2: .* expected after .*; check the quotes"),
        ('a,b\n1,"' + "x" * 200_000 + '"\n', {}, "line 2: field larger than field limit"),
        ("a,a\n1,2\n", {}, "line 1: two columns have the name 'a'"),
        ("a,b\n1,\0\n", {}, "line 2 has a zero byte, so this is no text"),
        (PLAIN.encode("utf-16-le"), {}, "line 1 has a zero byte"),
        ("name,x\nMüller,1\n".encode("latin-1"), {}, "is not text in UTF-8: it has the byte 0xfc; save it as CSV"),
        (b"PK\x03\x04\x00\x00", {}, "has a zero byte"),
        (PLAIN, {"target": "c"}, "there is no column 'c' for the target; the columns are a, b, kind"),
        (PLAIN, {"target": 3}, "there is no column 3 for the target"),
        (PLAIN, {"categories": ["c"]}, "there is no column 'c' for categories"),
        (PLAIN, {"missing": "skip"}, "missing must be 'raise', 'drop' or 'nan', got 'skip'"),
        (PLAIN, {"decimal": "x"}, "decimal must be '.' or ','"),
        (PLAIN, {"delimiter": ", "}, "delimiter must be one character"),
    ],
)
def test_what_is_no_table_is_refused_with_the_line(
    content: str | bytes, options: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=says):
        load_csv(written(tmp_path, content), **options)


def test_every_truncation_is_read_or_refused_with_a_value_error(tmp_path: Path) -> None:
    content = '"ä",b,kind\n1,2.5,"oak, old"\n3,4,fir\n'.encode()
    read = 0
    for end in range(len(content) + 1):
        try:
            X, *_ = load_csv(written(tmp_path, content[:end]), target=-1)
        except ValueError:
            continue
        read += 1
        assert X.shape in {(1, 2), (2, 2), (1, 0), (2, 0)}
    assert read >= 3


def test_a_long_file_costs_little_more_than_its_numbers(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c\n" + "1.25,2,red\n1.5,3,blue\n" * 20_000)
    tracemalloc.start()
    try:
        table = load_csv(path, target="c")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert table.X.shape == (40_000, 2)
    assert peak < 5 * 8 * 3 * 40_000


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        load_csv(tmp_path / "nowhere.csv")
