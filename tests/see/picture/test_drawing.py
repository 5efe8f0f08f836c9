"""Pictures of graphs: what they show, that any label is shown safely, and that every graph gets a picture."""

import base64
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import autograd
from autograd import Stepper, Tensor, Value, draw
from autograd.engine.sweep import graph_nodes
from autograd.see.picture import dot_layout
from autograd.see.picture.formulas import display_names
from autograd.see.picture.scene_builder import SceneBuilder
from autograd.see.picture.svg import Look
from autograd.see.picture.theme import colors
from tests.see.pictures import (
    ENGINES,
    LABELS,
    LONGEST,
    SVG,
    arrows,
    boxes,
    by_dot,
    elements,
    leaf,
    looks,
    needs_dot,
    neuron,
    words,
)

# What it shows


@pytest.mark.parametrize("engine", ENGINES)
def test_a_gradient_that_has_not_arrived_is_a_dash_and_not_0(engine: str) -> None:
    o = neuron()
    before = draw(o, engine=engine)
    assert {box["grad"] for box in boxes(before.svg).values()} == {"–"}
    assert "grad –" in before.dot
    assert "grad 0" not in before.dot
    o.backward()
    after = boxes(draw(o, engine=engine).svg)
    assert {name: box["grad"] for name, box in after.items()} == {
        "x1": "-1.5", "w1": "1", "x2": "0.5", "w2": "0", "b": "0.5",
        "v1": "0.5", "v2": "0.5", "v3": "0.5", "n": "0.5", "o": "1",
    }  # fmt: skip
    assert after["n"]["data"] == "0.8814"
    assert draw(o).dot.count('grad 0"') == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_each_arrow_into_an_op_shows_the_local_derivative_as_formula_and_number(engine: str) -> None:
    assert arrows(draw(neuron(), engine=engine).svg) == {
        "v1 0": ["w1", "= -3"], "v1 1": ["x1", "= 2"], "v2 0": ["w2", "= 1"], "v2 1": ["x2", "= 0"],
        "v3 0": ["1"], "v3 1": ["1"], "n 0": ["1"], "n 1": ["1"], "o 0": ["square(sech(n))", "= 0.5"],
    }  # fmt: skip
    assert 'label="square(sech(n))\\n= 0.5"' in draw(neuron()).dot


@pytest.mark.parametrize("engine", ENGINES)
def test_x_times_x_has_two_arrows(engine: str) -> None:
    x = Value(3, "x")
    drawing = draw(x * x, engine=engine)
    assert arrows(drawing.svg) == {"v1 0": ["x", "= 3"], "v1 1": ["x", "= 3"]}
    lines = [line.get("d") for arrow in elements(drawing.svg, "arrow") for line in arrow.iter(f"{SVG}path")]
    assert len(lines) == len(set(lines)) == 3, "none lies on another"
    assert len(re.findall(r"n0 -> n1", drawing.dot)) == 2


def test_a_shared_node_is_one_box() -> None:
    x = Value(2, "x")
    y = x * 3
    assert len(boxes(draw(y * y + y).svg)) == 4


@pytest.mark.parametrize("engine", ENGINES)
def test_constants_look_different_from_variables_and_have_no_gradient(engine: str) -> None:
    c = Value(4, "c").detach()
    picture = draw(Value(2, "x") * 3 + c, engine=engine).svg
    seen = {words(item)[0]: looks(picture, item) for item in elements(picture, "item")}
    assert seen["c"] == seen["3"] != seen["x"] != seen["v1"]
    assert seen["c"]["stroke-dasharray"], "by the line too, and not only by colour"
    assert "grad" not in boxes(picture)["c"]
    drawing = draw(Value(2, "x") * 3)
    assert drawing.dot.count("dashed") == 2, "the 3, and the legend"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_legend_explains(engine: str) -> None:
    drawing = draw(neuron(), engine=engine)
    written = " ".join(ElementTree.fromstring(drawing.svg).itertext())
    for meaning in ("variable", "result of an op", "constant", "the local derivative", "grad –: no gradient yet"):
        assert meaning in written
        assert meaning in drawing.dot


@pytest.mark.parametrize("engine", ENGINES)
def test_all_text_is_inside_the_picture_and_its_box(engine: str) -> None:
    x = Value(-1.2345e-300, "x")
    y = autograd.gelu(x) + autograd.clip(x * -98765.4321, -1, 1) ** Value(2, "a rather long label for an exponent")
    y.backward()
    root = ElementTree.fromstring(draw(y, engine=engine).svg)
    width = float(root.get("width", "0"))
    on_arrows = {text for arrow in root.iter(f"{SVG}g") if arrow.get("class") == "arrow" for text in arrow}
    seen = [e for e in root.iter() if e.tag in (f"{SVG}text", f"{SVG}tspan") and e.text]
    assert len(seen) > 30
    for text in seen:
        how = "word" if text in on_arrows else text.get("class", "")
        size = 10.5 if how in ("note", "word") else 12
        wide = 0.6 * size * len(text.text or "")
        x_ = float(text.get("x", ""))
        left = x_ - (wide / 2 if how in ("title", "word") else wide if text.tag == f"{SVG}tspan" else 0)
        assert 0 <= left <= left + wide <= width
    for item in root.iter(f"{SVG}g"):
        if "item" in item.get("class", "").split():
            shape = item.find(f"{SVG}rect")
            assert shape is not None
            assert all(0.6 * 12 * len(line) <= float(shape.get("width", "")) for line in words(item))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_background_is_white_in_the_light_theme(engine: str) -> None:
    drawing = draw(neuron(), engine=engine, theme="light")
    root = ElementTree.fromstring(drawing.svg)
    ground = root.find(f"{SVG}rect")
    assert ground is not None
    assert ground.get("class") == "paper"
    assert ".paper { fill: #ffffff; fill: var(--gg-paper); }" in drawing.svg
    assert "--gg-paper: #ffffff" in drawing.svg
    assert (ground.get("width"), ground.get("height")) == (root.get("width"), root.get("height"))
    assert "bgcolor=white" in drawing.dot


@pytest.mark.parametrize(
    ("number", "shown"),
    [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf"), (-0.0, "-0"),
         (1e-300, "1e-300"), (5e-324, "4.941e-324"),
     (1.7976931348623157e308, "1.798e+308"), (12345.6, "12346"), (9999.96, "10000"), (1234567.0, "1.235e+06"),
     (1 / 3, "0.3333"), (100.0, "100")],
)  # fmt: skip
def test_a_box_can_show_any_number(number: float, shown: str) -> None:
    x = Value(number, "x")
    x.backward()
    picture = draw(x * number).svg
    assert boxes(picture)["x"] == {"title": "x", "data": shown, "grad": "1"}
    assert shown in [word for item in elements(picture, "item") for word in words(item) if not item.get("data-name")]


def test_a_factor_that_is_a_matrix_of_one_number_is_a_number_in_the_formula() -> None:
    x = Tensor([[3.0]], requires_grad=True)
    assert "dv1/dx = [[2]]" in draw(x * Tensor([[2.0]]), {"x": x}, engine="layered").svg


def test_a_long_formula_is_left_to_the_tooltip() -> None:
    x = Value(0.7, "x")
    (arrow,) = [e for e in elements(draw(autograd.gelu(x)).svg, "arrow") if e.get("data-from")]
    assert words(arrow) == ["… = 0.9766"]
    assert arrow.findtext(f"{SVG}title") == "dv1/dx = normal_cdf(x) + x * normal_pdf(x) = 0.9766"


def test_the_tooltip_of_a_box_has_every_digit() -> None:
    (item, *_) = elements(draw(Value(1 / 3, "x") * 2).svg, "item")
    assert item.findtext(f"{SVG}title") == "x: data 0.3333333333333333, no gradient yet"


def test_a_screen_reader_gets_the_formula_of_an_op() -> None:
    description = ElementTree.fromstring(draw(neuron()).svg).findtext(f"{SVG}desc")
    assert description is not None
    assert "v1 = x1 * w1" in description
    assert "o = tanh(n)" in description


# Labels


@pytest.mark.parametrize(("label", "shown"), LABELS)
def test_the_svg_is_valid_xml_and_shows_the_label_as_it_is(label: str, shown: str) -> None:
    x = Value(2, label)
    picture = draw(x * x + Value(1, label).detach(), engine="layered").svg
    picture.encode()
    titles = [words(item)[0] for item in elements(picture, "item")]
    expected = shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
    assert titles[0].startswith(expected)
    assert {e.tag.removeprefix(SVG) for e in ElementTree.fromstring(picture).iter()} == {
        "svg", "title", "desc", "style", "defs", "marker", "path", "rect", "g", "text", "tspan"
    }, "a label adds no element of its own"  # fmt: skip
    assert len(picture) < 100_000


@needs_dot
@pytest.mark.parametrize(("label", "shown"), LABELS)
def test_dot_accepts_the_text_and_shows_the_label_as_it_is(label: str, shown: str) -> None:
    x = Value(2, label)
    written = [re.sub(r"\s", " ", w) for w in words(ElementTree.fromstring(by_dot(draw(x * x))))]
    expected = shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
    assert any(w.strip().startswith(expected) for w in written)


@pytest.mark.parametrize(("label", "shown"), LABELS)
def test_every_form_is_written_with_any_label(label: str, shown: str, tmp_path: Path) -> None:
    drawing = draw(Value(2, label).tanh(), engine="layered")
    for suffix in (".svg", ".dot", ".gv"):
        assert drawing.save(tmp_path / f"x{suffix}").stat().st_size > 500
    assert "<" not in drawing._repr_html_()[1:]


def test_two_nodes_with_one_label_are_told_apart_as_in_the_formulas() -> None:
    a, b = Value(2, "x"), Value(3, "x")
    picture = draw(a * b).svg
    assert [box["title"] for box in boxes(picture).values()] == ["x", "x (x_2)", "v1"]
    assert arrows(picture) == {"v1 0": ["x_2", "= 3"], "v1 1": ["x", "= 2"]}


def test_a_label_of_white_space_is_no_label() -> None:
    assert [box["title"] for box in boxes(draw(Value(2, "  \n ") * 2).svg).values()] == ["v1", "v2"]


def test_labels_name_nodes_that_have_no_label_of_their_own() -> None:
    a, b = Value(2), Value(3, "mine")
    assert set(boxes(draw(a * b, labels={"a": a, "b": b, "other": 4, "_hidden": a}).svg)) == {"a", "mine", "v1"}
    assert set(boxes(draw(a * b, labels={**globals(), "y": a}).svg)) == {"y", "mine", "v1"}


# The same picture


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert draw(neuron(), engine="layered").svg == draw(neuron(), engine="layered").svg
    assert draw(neuron()).dot == draw(neuron()).dot


def test_the_same_graph_gives_the_same_bytes_in_every_process() -> None:
    script = (
        "from autograd import draw\nfrom tests.see.pictures import neuron\n"
        "d = draw(neuron(), engine='layered')\nprint(d.svg, d.dot)"
    )
    printed = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        environment["PYTHONIOENCODING"] = "utf-8"
        run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
        printed.add(run.stdout)
    assert len(printed) == 1


def ids(picture: str) -> set[str]:
    return {value for e in ElementTree.fromstring(picture).iter() if (value := e.get("id"))}


def test_the_arrows_of_results_without_their_op_do_not_depend_on_the_order_of_a_set() -> None:
    """A set of nodes is ordered by their addresses, which differ from process to process."""
    x = Value(2.0, "x")
    parts = [(x * float(k)).sin() for k in range(8)]
    root = autograd.sum(parts)
    nodes = graph_nodes(root)
    ops = [node for node in nodes if node.op is not None and node is not root]
    scenes = [
        SceneBuilder([root], display_names(nodes), None, False, None, (), dict.fromkeys(bare), {}).build()
        for bare in (ops, ops[::-1])
    ]
    assert len(scenes[0].arrows) == 8 + 1 + 16
    assert scenes[0].arrows == scenes[1].arrows


def test_two_pictures_on_one_page_share_no_id() -> None:
    o = neuron()
    before = draw(o).svg
    o.backward()
    after = draw(o).svg
    assert len(ids(before)) == 6
    assert not ids(before) & ids(after)
    for picture in (before, after):
        pointed_at = set(re.findall(r"url\(#([^)]+)\)", picture))
        assert pointed_at
        assert pointed_at <= ids(picture)
        assert len(re.findall(r' id="', picture)) == len(ids(picture)), "each id once"


def test_a_drawing_shows_the_graph_as_it_was_when_it_was_drawn() -> None:
    o = neuron()
    drawing = draw(o)
    o.backward()
    o.data = 7.0
    assert boxes(drawing.svg)["o"] == {"title": "o", "data": "0.7071", "grad": "–"}


def test_drawing_changes_nothing_on_the_graph() -> None:
    o = neuron()
    o.backward()
    before = [(n, n.item(), n.grad, n.label) for n in graph_nodes(o)]
    assert draw(o).svg
    assert before == [(n, n.item(), n.grad, n.label) for n in graph_nodes(o)]


# Data that was changed after it was used


def changed(kind: Any, which: str) -> Any:
    """Build (x * w).tanh(), then change the data of the input w, of the result v = x * w, or of nothing."""
    x, w = kind(2.0, label="x"), kind(-3.0, label="w")
    v = x * w
    v.label = "v"
    o = v.tanh()
    o.label = "o"
    o.backward()
    if which:
        (w if which == "w" else v).data = 0.25
    return o


def legend(picture: str) -> str:
    """Return the text of a picture's legend."""
    *_, last = [group for group in ElementTree.fromstring(picture) if group.tag == f"{SVG}g"]
    return " ".join(words(last))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", [Value, leaf])
@pytest.mark.parametrize("which", ["w", "v"])
def test_a_box_whose_data_was_changed_since_is_marked(engine: str, kind: Any, which: str) -> None:
    picture = draw(changed(kind, which), engine=engine).svg
    shown = boxes(picture)
    assert {name for name, box in shown.items() if "changed since" in box["title"]} == {which}
    assert shown[which]["title"] == f"{which}: changed since"
    assert shown[which]["data"] == "0.25"
    named = {item.get("data-name"): item for item in elements(picture, "item")}
    dashes = {name: looks(picture, item).get("stroke-dasharray") for name, item in named.items()}
    assert [name for name, dash in dashes.items() if dash] == [which], "by the line too, and not only by colour"
    hint = named[which].findtext(f"{SVG}title") or ""
    assert hint.endswith("; this data was set after the graph was computed from it")
    assert "changed since: its data was set after the graph was computed from it" in legend(picture)


@pytest.mark.parametrize("kind", [Value, leaf])
def test_dot_text_marks_changed_data(kind: Any) -> None:
    text = draw(changed(kind, "w")).dot
    (line,) = [line for line in text.splitlines() if "w: changed since" in line]
    assert "dotted" in line
    assert "dotted: changed since: its data was set" in text
    assert "dotted" not in draw(changed(kind, "")).dot


@pytest.mark.parametrize("kind", [Value, leaf])
def test_a_derivative_at_data_that_is_no_longer_known_has_no_number(kind: Any) -> None:
    sech = ["square(sech(v))", "= 2.458e-05"]
    assert arrows(draw(changed(kind, "")).svg) == {"v 0": ["w", "= -3"], "v 1": ["x", "= 2"], "o 0": sech}
    picture = draw(changed(kind, "w")).svg
    assert arrows(picture) == {"v 0": ["w"], "v 1": ["x"], "o 0": sech}
    (hint,) = [e.findtext(f"{SVG}title") for e in elements(picture, "arrow") if e.get("data-from") == "v 0"]
    assert hint == "dv/dx = w, whose value is not known: data was changed since"
    assert arrows(draw(changed(kind, "v")).svg) == {"v 0": ["w"], "v 1": ["x"], "o 0": ["square(sech(v))"]}


def test_a_derivative_that_is_the_same_at_all_data_keeps_its_number() -> None:
    x = Value(2, "x")
    y = x + 1
    x.data = 3.0
    assert arrows(draw(y).svg) == {"v1 0": ["1"], "v1 1": []}


@pytest.mark.parametrize("kind", [Value, leaf])
def test_computed_again_nothing_is_marked(kind: Any) -> None:
    x = kind(2.0, label="x")
    x.data = 3.0
    drawing = draw(x * x)
    assert "changed since" not in drawing.svg
    assert "changed since" not in drawing.dot


def test_a_constant_that_was_changed_is_marked_too() -> None:
    c = Value(4, "c").detach()
    y = Value(2, "x") * c
    c.data = 5.0
    drawing = draw(y)
    assert boxes(drawing.svg)["c"]["title"] == "c: changed since"
    assert re.search(r"c: changed since.*style=dotted", drawing.dot)


# Where it is shown


def test_a_notebook_gets_an_image_that_needs_no_trust() -> None:
    drawing = draw(neuron(), engine="layered")
    shown = drawing._repr_html_()
    image = r'<img alt="[^"<>]+" style="[^"<>]+" onload="[^"<]+" src="data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)">'
    match = re.fullmatch(image, shown)
    assert match
    assert base64.b64decode(match[1]).decode() == drawing.svg


def test_a_wide_picture_stays_readable() -> None:
    x = Value(0.5)
    for _ in range(60):
        x = x.tanh()
    least = re.search(r"min-width:(\d+)px", draw(x, direction="LR", engine="layered")._repr_html_())
    assert least
    assert 400 < int(least[1]) < 1_000, "a long chain goes on in rows"


def test_a_drawing_is_saved_by_its_suffix(tmp_path: Path) -> None:
    drawing = draw(neuron())
    assert drawing.save(tmp_path / "n.svg").read_text(encoding="utf-8") == drawing.svg
    assert drawing.save(str(tmp_path / "n.DOT")).read_text(encoding="utf-8") == drawing.dot
    assert drawing.to_graphviz().source == drawing.dot
    assert drawing.svg_in_page in drawing.save(tmp_path / "n.html").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match=r"\.svg, \.html, \.png, \.pdf, \.dot or \.gv, got 'n\.jpg'"):
        drawing.save(tmp_path / "n.jpg")
    assert not (tmp_path / "n.jpg").exists()


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_png_and_pdf_have_the_colours_of_the_theme(theme: Any, tmp_path: Path) -> None:
    pytest.importorskip("cairosvg", reason="the extra `render` installs it")
    drawing = draw(neuron(), theme=theme)
    assert drawing.save(tmp_path / "n.pdf").read_bytes().startswith(b"%PDF")
    assert drawing.save(tmp_path / "n.png").read_bytes().startswith(b"\x89PNG")
    literal = drawing._written(drawing.scene, Look.LITERAL)
    assert "var(" not in literal
    assert f".paper {{ fill: {colors('dark' if theme == 'dark' else 'light')['paper']}; }}" in literal


def test_a_png_without_its_converter_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(ImportError, match=r'pip install "glassgrad\[render\]"'):
        draw(neuron()).save(tmp_path / "n.png")
    assert not (tmp_path / "n.png").exists()


def test_a_notebook_gets_html_svg_and_text() -> None:
    drawing = draw(neuron())
    bundle = drawing._repr_mimebundle_()
    assert bundle["image/svg+xml"] == drawing.svg
    assert bundle["text/html"] == drawing._repr_html_()
    assert bundle["text/plain"] == repr(drawing)


def test_a_theme_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="theme is one of auto, light, dark, got 'blue'"):
        draw(neuron(), theme="blue")  # type: ignore[arg-type]


def test_the_theme_is_that_of_the_page_or_one_of_two() -> None:
    assert "prefers-color-scheme: dark" in draw(neuron()).svg
    for theme in ("light", "dark"):
        picture = draw(neuron(), theme=theme).svg
        assert "prefers-color-scheme" not in picture
        assert f"color-scheme: {theme};" in picture


# dot, or no dot


def test_without_dot_the_builtin_layout_draws_the_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    o = neuron()
    assert draw(o).svg == draw(o, engine="layered").svg
    assert draw(o).dot.startswith("//")
    assert "<img" in draw(o)._repr_html_()
    with pytest.raises(RuntimeError, match=r'not on the PATH.*install Graphviz, or leave engine at "auto"'):
        draw(o, engine="dot")


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for dot")
@pytest.mark.parametrize("script", ["exit 1", "exit 0", "echo '{}'", "echo not json", "kill -9 $$"])
def test_a_broken_dot_is_reported_where_it_is_asked_for(
    script: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "dot"
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    o = neuron()
    assert draw(o).svg == draw(o, engine="layered").svg
    with pytest.raises(RuntimeError, match="dot did not draw the graph"):
        _ = draw(o, engine="dot").svg


@needs_dot
def test_the_engines_draw_the_same_things() -> None:
    o = neuron()
    one, other = draw(o, engine="dot").svg, draw(o, engine="layered").svg
    assert one != other
    assert (boxes(one), arrows(one)) == (boxes(other), arrows(other))
    assert draw(o).svg == other


def loop(uses: int) -> Value:
    w, h = Value(0.5, "w"), Value(1.0, "h")
    for _ in range(uses):
        h = (w * h).tanh() + w
    return h


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for dot")
def test_a_slow_dot_is_stopped_and_the_builtin_layout_draws_the_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "dot"
    slow.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dot_layout, "TIME_LIMIT", 0.2)
    o = loop(20)
    with pytest.warns(RuntimeWarning, match=r"dot did not lay out .* within 0\.2 seconds; the built-in layout is used"):
        assert draw(o, engine="dot").svg == draw(o).svg
    stepper = Stepper(o)
    for name in ("a.svg", "a.html"):
        with pytest.warns(RuntimeWarning, match="the built-in layout is used"):
            stepper.save(tmp_path / name, engine="dot")
        assert (tmp_path / name).read_text() == stepper.save(tmp_path / f"b{name}").read_text()


# How much it shows, and what it refuses


def chain(ops: int) -> Value:
    x = Value(0.5)
    for _ in range(ops):
        x = x.tanh()
    return x


def test_max_nodes_is_a_limit_that_may_be_reached() -> None:
    assert len(boxes(draw(chain(9), max_nodes=10).svg)) == 10
    assert len(boxes(draw(chain(10), max_nodes=10).svg)) < 10
    assert len(boxes(draw(chain(10), max_nodes=11).svg)) == 11


@pytest.mark.parametrize("most", [0, -1, True, 2.5])
def test_a_wrong_max_nodes_is_refused(most: Any) -> None:
    with pytest.raises(ValueError, match="max_nodes is how many boxes a picture may have, 1 or more, got"):
        draw(chain(3), max_nodes=most)


def test_a_chain_of_400_ops_is_drawn_op_by_op_where_that_is_asked_for() -> None:
    assert len(boxes(draw(chain(400), level="op", engine="layered").svg)) == 401


@pytest.mark.parametrize("root", [3.0, "x", None, Value])
def test_a_root_that_is_no_node_is_refused(root: Any) -> None:
    with pytest.raises(TypeError, match=f"draw takes a Value or a Tensor, .* got {type(root).__name__}"):
        draw(root)


def test_unknown_options_are_refused() -> None:
    with pytest.raises(ValueError, match="engine is one of auto, dot, layered, got 'neato'"):
        draw(neuron(), engine="neato")
    with pytest.raises(ValueError, match=r"level is .* got 'cell'"):
        draw(neuron(), level="cell")  # type: ignore[arg-type]


def test_a_lone_leaf_and_a_lone_constant_are_pictures() -> None:
    assert boxes(draw(Value(3, "x")).svg) == {"x": {"title": "x", "data": "3", "grad": "–"}}
    assert boxes(draw(Value(3, "c").detach()).svg) == {"c": {"title": "c", "data": "3"}}


def test_importing_autograd_imports_neither_graphviz_nor_ipython() -> None:
    script = (
        "import sys, autograd\nx = autograd.Value(2.0)\nautograd.draw(x * x, engine='layered').svg\n"
        "print(*sorted({m.partition('.')[0] for m in sys.modules} & {'graphviz', 'IPython', 'matplotlib'}))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


@pytest.mark.parametrize("options", [
    {"level": [1]}, {"color": {}}, {"direction": 3}, {"theme": [1]}, {"engine": object()}, {"path": 3}, {"path": "ab"},
    {"max_nodes": 2.5, "focus": None}, {"max_nodes": 0}, {"depth": "a"},
])  # fmt: skip
def test_an_option_of_a_wrong_type_is_refused_with_what_was_got(options: dict[str, Any]) -> None:
    x = Value(2.0, "x")
    focus = {"focus": x} if "max_nodes" in options or "depth" in options else {}
    with pytest.raises((TypeError, ValueError), match="got "):
        draw(x * x, **{**options, **focus})


def test_a_long_label_does_not_fill_the_title() -> None:
    y = Value(2, "x").tanh()
    y.label = "y" * 10_000
    assert len(draw(y).scene.title) < 100


def test_a_picture_of_many_ops_has_few_bytes_for_each_box() -> None:
    x = Value(1.0, "x")
    for k in range(300):
        x = (x * 1.01 + Value(0.5, f"b{k}")).tanh()
    drawing = draw(x, level="op")
    assert len(drawing.scene.items) > 2_000
    assert len(drawing.svg) < 420 * len(drawing.scene.items)
