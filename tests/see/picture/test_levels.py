"""Pictures of any size: what folds, what opens it, and what a folded box says."""

import math
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, Value, draw
from autograd.engine.sweep import graph_nodes
from tests.see.pictures import SVG, boxes, elements, words


def kinds(picture: str) -> dict[str, list[list[str]]]:
    """Return the text of the boxes of each kind, line by line."""
    found: dict[str, list[list[str]]] = {}
    for item in elements(picture, "item"):
        kind = item.get("class", "").split()[1]
        found.setdefault(kind, []).append(words(item))
    return found


def titles(picture: str, kind: str) -> list[str]:
    return [lines[0] for lines in kinds(picture).get(kind, [])]


def network(seed: int = 3) -> nn.MLP:
    return nn.MLP(2, [4, 4, 1], activation="tanh", generator=np.random.default_rng(seed))


def batch_loss(model: nn.MLP, count: int) -> Value:
    points = np.random.default_rng(0).normal(size=(count, 2))
    loss: Value = sum((model(list(point)) - 1.0) ** 2 for point in points) / count
    return loss


def logistic(rounds: int) -> tuple[Value, Value]:
    r = Value(3.5, "r")
    x = Value(0.3, "x")
    for _ in range(rounds):
        x = r * x * (1 - x)
    return x, r


KEPT: list[nn.Module] = []  # a picture knows a module as long as it is alive


def blocks_of_layers() -> Tensor:
    autograd.manual_seed(0)
    model = nn.Sequential(*[nn.Sequential(nn.Linear(8, 8), nn.Tanh()) for _ in range(6)])
    KEPT.append(model)
    loss: Tensor = (model(Tensor(np.ones((3, 8)))) ** 2).mean()
    return loss


# The neuron level


def test_each_neuron_is_a_tile_and_each_weight_a_line() -> None:
    model = network()
    y = model([1.0, 2.0])
    y.backward()
    picture = draw(y, level="neuron").svg
    assert len(kinds(picture)["neuron"]) == 9
    lines = [e for e in ElementTree.fromstring(picture).iter(f"{SVG}path") if "weight" in e.get("class", "")]
    weights = [w for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    assert len(lines) == len(weights) == 8 + 16 + 4
    greatest = max(abs(w.data) for w in weights)
    expected = {f"{0.4 + 4.0 * abs(w.data) / greatest:.2f} {'negative' if w.data < 0 else 'positive'}" for w in weights}
    assert {f"{e.get('stroke-width')} {e.get('class', '').split()[0]}" for e in lines} == expected
    assert titles(picture, "constant") == ["1", "2"], "one box for each input"


def test_a_tile_says_activation_bias_output_and_gradient() -> None:
    model = network()
    y = model([1.0, 2.0])
    y.backward()
    (last,) = [e for e in elements(draw(y, level="neuron").svg, "neuron") if e.get("data-name") == "layers.2.neurons.0"]
    assert words(last) == ["linear, b 0", f"{y.data:.4g}, grad 1"]


def test_lines_are_as_wide_as_the_gradients_where_those_give_the_colours() -> None:
    model = network()
    y = model([1.0, 2.0])
    y.backward()
    picture = draw(y, level="neuron", color="grad").svg
    weights = [w for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    greatest = max(abs(w.grad) for w in weights)
    lines = [e for e in ElementTree.fromstring(picture).iter(f"{SVG}path") if "weight" in e.get("class", "")]
    assert {e.get("stroke-width") for e in lines} == {f"{0.4 + 4.0 * abs(w.grad) / greatest:.2f}" for w in weights}


def test_a_network_of_33_neurons_fits_a_page_in_readable_type() -> None:
    autograd.manual_seed(1)
    picture = draw(nn.MLP(2, [16, 16, 1])([1.0, 2.0])).svg
    assert len(kinds(picture)["neuron"]) == 33
    assert float(ElementTree.fromstring(picture).get("width", "")) <= 1_000
    assert ".neuron text { font-size: 10.5px; }" in picture


def test_the_inputs_of_a_network_may_be_nodes() -> None:
    a, b = Value(1.0, "a"), Value(2.0, "b")
    assert {"a", "b"} <= set(boxes(draw(network()([a, b]), level="neuron").svg))


@pytest.mark.parametrize("root", [Value(2.0) * 3.0, blocks_of_layers()])
def test_a_graph_without_neurons_has_no_neuron_level(root: Any) -> None:
    with pytest.raises(ValueError, match=r'this graph has none; use level="layer", or "auto"'):
        draw(root, level="neuron")


# Layers and modules


def test_a_layer_is_a_block_with_its_shape_its_parameters_and_their_norms() -> None:
    z = blocks_of_layers()
    z.backward()
    picture = draw(z, level="layer").svg
    first = kinds(picture)["block"][0]
    assert first[0] == "0.0: Linear(8, 8)"
    said = dict(zip(first[1::2], first[2::2], strict=True))
    assert said["shape"] == "3×8 float64"
    assert said["params"] == "72"
    assert said["|grad|"] != "–"


def test_equal_modules_in_a_row_fold_to_one_with_their_number() -> None:
    picture = draw(blocks_of_layers(), max_nodes=10).svg
    assert titles(picture, "block") == ["6 × 0: Sequential"] or titles(picture, "elided") == [
        "… 5 more Sequential like the first"
    ]


def test_the_module_level_is_one_block_per_module() -> None:
    y = network()([1.0, 2.0])
    assert len(kinds(draw(y, level="module").svg)["block"]) == 1
    assert len(kinds(draw(y, level="layer").svg)["block"]) == 3


def test_samples_of_a_batch_fold_to_one_and_the_others() -> None:
    loss = batch_loss(network(), 100)
    for level in ("auto", "neuron", "layer", "module"):
        picture = draw(loss, level=level).svg
        assert titles(picture, "elided") == ["… 99 more samples like the first"], level


def test_a_folded_box_has_one_arrow_into_an_op_that_takes_many_of_its_results() -> None:
    model = network()
    errors = [(model([float(k), 1.0]) - 1.0) ** 2 for k in range(100)]
    picture = draw(autograd.mean(errors), level="layer").svg
    assert picture.count(">99 inputs<") == 1
    assert picture.count("<path") < 60


def test_blame_is_shared_among_blocks() -> None:
    z = blocks_of_layers()
    z.backward()
    picture = draw(z, level="layer", color="blame", max_nodes=200).svg
    shares = [float(w.removesuffix(" %")) for b in kinds(picture)["block"] for w in b if w.endswith(" %")]
    assert shares
    assert all(0 <= share <= 100 for share in shares)


def test_a_tile_of_a_neuron_names_its_share_once() -> None:
    loss = (network()([1.0, 2.0]) - 1.0) ** 2
    loss.backward()
    for lines in kinds(draw(loss, level="neuron", color="blame").svg)["neuron"]:
        assert [line.partition(" ")[0] for line in lines[2:]] == ["blame"]


# Loops


def test_a_loop_shows_one_round_and_how_many_follow() -> None:
    x, _ = logistic(400)
    x.backward()
    picture = draw(x).svg
    (rest,) = kinds(picture)["elided"]
    assert rest[0] == "… 399 more steps like the first"
    said = dict(zip(rest[1::2], rest[2::2], strict=True))
    assert said == {"shown": "the last result", "data": f"{x.data:.4g}", "grad": "1"}, "the result of the loop is seen"
    assert "r" in boxes(picture)
    assert len(boxes(picture)) == 5


def test_a_chain_of_ten_thousand_ops_folds() -> None:
    y = Value(0.5, "x")
    for _ in range(10_000):
        y = y.tanh()
    assert len(draw(y).scene.items) < 10


@pytest.mark.parametrize("level", ["auto", "op", "layer", "module"])
def test_ops_without_any_repetition_fold_too(level: Any) -> None:
    random = np.random.default_rng(0)
    nodes = [Value(0.5, "a"), Value(0.7, "b")]
    for _ in range(6_000):
        i, j = random.integers(max(0, len(nodes) - 8), len(nodes), 2)
        nodes.append([nodes[i] + nodes[j], nodes[i] * nodes[j], nodes[i].tanh(), nodes[i].sin()][random.integers(4)])
    picture = draw(nodes[-1], level=level)
    assert len(picture.scene.items) < 4_200
    assert level == "op" or len(picture.scene.items) < 300


# Focus and path


def chain() -> list[Value]:
    nodes = [Value(0.5, "x")]
    for k in range(1_000):
        nodes.append(nodes[-1].tanh())
        nodes[-1].label = f"y{k}"
    return nodes


def test_focus_shows_what_is_near() -> None:
    nodes = chain()
    picture = draw(nodes[-1], focus=nodes[500], depth=2).svg
    assert set(boxes(picture)) == {"y496", "y497", "y498", "y499", "y500", "y501"}
    assert titles(picture, "elided") == ["… 496 ops before", "… 498 ops after"]


def test_a_path_shows_what_lies_between_two_nodes() -> None:
    nodes = chain()
    picture = draw(nodes[-1], path=(nodes[500], nodes[503])).svg
    assert set(boxes(picture)) == {"y499", "y500", "y501", "y502"}


def test_a_path_through_a_network_leaves_out_what_is_beside_it() -> None:
    model = network()
    x = Value(1.0, "x")
    y = model([x, 2.0])
    weight = model.layers[0].neurons[1].w[0]
    picture = draw(y, path=(weight, y)).svg
    shown = set(boxes(picture))
    assert "layers.0.neurons.1" in " ".join(shown)
    assert not any(name.startswith(("layers.0.neurons.0.w", "layers.0.neurons.2.w")) for name in shown)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"focus": Value(1.0)}, "focus takes nodes of the root's graph, got Value"),
        ({"path": (Value(1.0), Value(1.0))}, "path takes nodes of the root's graph"),
        ({"depth": 2}, "depth= goes with focus=node"),
        ({"depth": -1}, "depth is how many ops around focus=node are drawn"),
    ],
)
def test_a_focus_that_is_none_is_refused(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw(chain()[3], **options)


def test_a_path_that_leads_nowhere_is_refused() -> None:
    nodes = chain()[:10]
    with pytest.raises(ValueError, match="b does not depend on a; swap or change them"):
        draw(nodes[-1], path=(nodes[5], nodes[3]))
    with pytest.raises(ValueError, match="both choose what is drawn"):
        draw(nodes[-1], focus=nodes[2], path=(nodes[1], nodes[3]))


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("seed", range(5))
def test_any_focus_in_any_graph_is_a_picture_without_a_cycle(depth: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    nodes = [Value(0.5, "a"), Value(0.7, "b")]
    for _ in range(200):
        i, j = random.integers(0, len(nodes), 2)
        nodes.append(nodes[i] * nodes[j])
    root = autograd.sum(nodes[-20:])
    graph = [node for node in nodes if node in set(graph_nodes(root))]
    focus = graph[int(random.integers(len(graph)))]
    assert draw(root, focus=focus, depth=depth).svg.startswith("<svg")


# All levels


@pytest.mark.parametrize("direction", ["LR", "TB", "auto"])
@pytest.mark.parametrize("level", ["auto", "op", "neuron", "layer", "module"])
def test_every_level_in_every_direction_is_the_same_text_each_time(level: Any, direction: Any) -> None:
    y = network()([1.0, 2.0])
    first, second = (draw(y, level=level, direction=direction).svg for _ in range(2))
    assert first == second
    ElementTree.fromstring(first)


def test_looking_changes_nothing() -> None:
    model = network()
    loss = batch_loss(model, 20)
    before = [(p.data, p.grad, p.label) for p in model.parameters()]
    for level in ("auto", "op", "neuron", "layer", "module"):
        _ = draw(loss, level=level, color="blame").svg
    assert [(p.data, p.grad, p.label) for p in model.parameters()] == before


def test_the_legend_says_what_opens_a_box() -> None:
    x, _ = logistic(400)
    assert 'in Python, a folded box opens with level="op", focus=node or path=(a, b)' in " ".join(
        ElementTree.fromstring(draw(x).svg).itertext()
    )
    small, _ = logistic(2)
    assert "opens with" not in " ".join(ElementTree.fromstring(draw(small).svg).itertext())


def test_a_wrong_direction_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="direction is one of LR, TB, auto, got 'RL'"):
        draw(Value(1.0) * 2.0, direction="RL")  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_graph_of_100_000_nodes_is_drawn() -> None:
    loss = batch_loss(nn.MLP(2, [16, 16, 1]), 800)
    picture = draw(loss)
    assert len(picture.svg) < 1_000_000
    assert math.isfinite(loss.data)


# No picture says what is false


def lines_of(picture: str, name: str) -> list[str]:
    (item,) = [e for e in elements(picture, "item") if e.get("data-name") == name]
    return words(item)


def test_a_tile_says_each_line_once() -> None:
    model = network()
    y = model([1.0, 2.0])
    y.backward()
    picture = draw(y, level="neuron", color="blame").svg
    lines = lines_of(picture, "layers.2.neurons.0")
    assert len(lines) == 3
    assert lines[2].startswith("blame ")


def test_a_tile_has_the_colour_of_the_gradient_that_it_shows() -> None:
    model = network()
    y = -1.0 * model([1.0, 2.0])
    y.backward()
    (tile,) = [e for e in elements(draw(y, level="neuron", color="grad").svg, "neuron") if "2.neurons" in str(e.attrib)]
    assert "negative-4" in tile.get("class", "").split(), "its output has the gradient -1"


def test_a_neuron_that_is_off_says_so() -> None:
    model = nn.MLP(2, [3, 1], generator=np.random.default_rng(0))
    for parameter in model.layers[0].parameters():
        parameter.data = -1.0
    picture = draw(model([1.0, 2.0]), level="neuron", color="grad").svg
    assert [lines_of(picture, f"layers.0.neurons.{k}")[-1] for k in range(3)] == ["off"] * 3


@pytest.mark.parametrize("level", ["neuron", "layer", "module"])
def test_a_box_whose_parameters_were_changed_says_so(level: Any) -> None:
    model = network()
    y = model([1.0, 2.0])
    assert "changed" not in draw(y, level=level).svg.partition("</style>")[2]
    model.layers[0].neurons[0].w[0].data = 7.0
    picture = draw(y, level=level).svg
    marked = [words(item) for item in elements(picture, "item") if "changed" in item.get("class", "").split()]
    assert len(marked) == 1
    assert "changed since" in marked[0]
    assert "changed since: its data was set" in picture


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_weight_that_is_not_finite_has_a_line(bad: float) -> None:
    model = network()
    model.layers[0].neurons[0].w[0].data = bad
    picture = draw(model([1.0, 2.0]), level="neuron").svg
    widths = [float(e.get("stroke-width", "")) for e in ElementTree.fromstring(picture).iter() if e.get("stroke-width")]
    assert len(widths) == 28
    assert all(0.4 <= width <= 4.4 for width in widths)


def test_a_folded_picture_explains_what_is_in_it_and_no_more() -> None:
    z = blocks_of_layers()
    text = " ".join(words(ElementTree.fromstring(draw(z, level="layer", max_nodes=200).svg)))
    assert "|params|, |grad|: norm of the parameters in a box" in text
    assert "constant" in text, "the exponent 2"
    assert " variable" not in text
    only = " ".join(words(ElementTree.fromstring(draw(network()([1.0, 2.0]), level="module").svg)))
    assert "on an arrow" not in only
    assert "constant" not in only


def test_of_equal_pieces_the_first_and_the_last_result_are_shown() -> None:
    x, _ = logistic(400)
    (lines,) = kinds(draw(x, max_nodes=1).svg)["block"]
    said = dict(zip(lines[1::2], lines[2::2], strict=True))
    assert lines[0] == "400 × step"
    assert (said["shown"], said["data"]) == ("first of 400", f"{3.5 * 0.3 * 0.7:.4g}")
    assert said["last"] == f"{x.data:.4g}", "the root stands in the box"


def test_a_box_without_its_op_has_the_arrows_of_its_inputs() -> None:
    x = Value(0.5, "x")
    a = x * 2.0
    b = a + x
    c = b * a
    d = c * b
    drawing = draw(d, focus=d, depth=0)
    title = [item.title for item in drawing.scene.items]
    arrows = {(title[arrow.tail], title[arrow.head]) for arrow in drawing.scene.arrows}
    assert ("v2", "v3") in arrows, "v3 = v2 * v1, and its op is left out"


def test_several_modules_of_tensors_fold_with_their_last_result() -> None:
    model = nn.Sequential(*[nn.Linear(3, 3) for _ in range(100)])
    z = model(Tensor(np.ones((2, 3))))
    picture = draw([z, z.sum()], level="module", max_nodes=2).svg
    assert kinds(picture)["block"]
    assert draw([z, z.sum()], level="layer").svg


@pytest.mark.parametrize("level", ["neuron", "layer", "module"])
@pytest.mark.parametrize("choice", ["focus", "path"])
def test_a_level_that_folds_is_refused_together_with_a_piece_of_the_graph(level: Any, choice: str) -> None:
    x = Value(2.0, "x")
    y = x * x
    piece: dict[str, Any] = {"focus": y} if choice == "focus" else {"path": (x, y)}
    with pytest.raises(ValueError, match=f"level=.{level}. folds the whole graph, and {choice}= shows single ops"):
        draw(y, level=level, **piece)
    assert draw(y, level="op", **piece).svg == draw(y, **piece).svg
