"""Any label or name stays text in every picture, page and table: each is parsed, and is that of a plain label."""

from __future__ import annotations

import io
import json
import subprocess
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import autograd
import nn
from autograd import Program, Stepper, Tensor, Value, draw, live, practice
from autograd.engine.text import printable
from tests.see.pictures import LABELS, LONGEST, SVG, needs_dot
from tests.see.steps.test_player import Reader

PLAIN = "plain"


def network(name: str) -> nn.Module:
    """A network whose first layer has this name, but for dots, which a name cannot have."""
    return nn.Sequential(OrderedDict([(name.replace(".", "_") or "x", nn.Linear(2, 2)), ("last", nn.Linear(2, 1))]))


def of_modules(name: str, show: Callable[[Tensor], str]) -> str:
    """Return what shows the output of a network, which lives until then."""
    model = network(name)
    return show(model(Tensor([[1.0, 2.0]], label=name)))


def chain(label: str) -> Value:
    x = Value(2.0, label)
    y = x.tanh() * x
    y.label = label
    return y


def named_by_a_key(name: str) -> tuple[Value, dict[str, Value]]:
    """Return a graph, and the labels that name its leaf."""
    x = Value(2.0)
    return x.tanh() * 2, {name: x}


def program(label: str) -> Program:
    """A Program whose input, result and name have this label."""
    x = Value(2.0, label)
    y = x.tanh() * x
    y.label = label
    return Program(y, [x])


def many(label: str) -> Value:
    """A graph that is so large that its pictures fold it."""
    x = Value(0.5, label)
    y = x
    for _ in range(300):
        y = y * 0.9 + x
    y.label = label
    return y


def derived(name: str) -> nn.Module:
    """A Module whose class has this name."""
    kind = type(name.replace("\0", "").encode("ascii", "replace").decode(), (nn.Linear,), {})
    made: nn.Module = kind(2, 1)
    return made


def stepped(label: str) -> Any:
    x = Value(2.0, label)
    (x * x).backward()
    return nn.optim.SGD([x], lr=0.5).explain()


def film(label: str, folder: Path) -> str:
    return Stepper(chain(label)).save(folder / "film.svg").read_text(encoding="utf-8")


def saved(shown: Any, folder: Path, **how: Any) -> str:
    path: Path = shown.save(folder / "page.html", **how)
    return path.read_text(encoding="utf-8")


PICTURES: dict[str, Callable[[str, Path], str]] = {
    "op": lambda t, _: draw(chain(t)).svg,
    "labels": lambda t, _: draw(*named_by_a_key(t)).svg,
    "folded": lambda t, _: draw(many(t)).svg,
    "layer": lambda t, _: of_modules(t, lambda y: draw(y, level="layer", color="blame").svg),
    "ops of modules": lambda t, _: of_modules(t, lambda y: draw(y, level="op").svg),
    "Stepper": lambda t, _: Stepper(chain(t)).drawing().svg,
    "moving": film,
}
PAGES: dict[str, Callable[[str, Path], str]] = {
    "picture": lambda t, folder: saved(draw(chain(t)), folder),
    "player": lambda t, folder: saved(Stepper(chain(t)), folder),
    "player of a folded graph": lambda t, _: Stepper(many(t))._page(most=0),
    # A very long label leaves less room for the lessons of folded boxes.
    "boxes opened in the player": lambda t, _: Stepper(many(t[:100]))._page(),
    "player of modules": lambda t, folder: of_modules(t, lambda y: saved(Stepper(y.sum()), folder)),
    "player in a cell": lambda t, _: Stepper(chain(t))._repr_html_(),
    "practice": lambda t, folder: saved(practice(chain(t), phase="both"), folder),
    "practice without solutions": lambda t, folder: saved(practice(chain(t)), folder, solutions=False),
    "practice in a cell": lambda t, _: practice(chain(t))._repr_html_(),
    "live": lambda t, folder: saved(live(chain(t)), folder),
    "live of a function": lambda t, folder: saved(live(lambda **x: autograd.sin(x[t]), {t: (-3, 3)}), folder),
    "live in a cell": lambda t, _: live(chain(t))._repr_html_(),
    "Program": lambda t, folder: saved(program(t), folder),
    "Program in a cell": lambda t, _: program(t)._repr_html_(),
    "Drawing in a cell": lambda t, _: draw(chain(t))._repr_html_(),
}
TABLES: dict[str, Callable[[str], Any]] = {
    "Value": lambda t: Value(2.0, t),
    "Tensor": lambda t: Tensor([2.0], label=t),
    "module": network,
    "class": derived,
    "summary": lambda t: nn.summary(network(t), Tensor([[1.0, 2.0]])),
    "explain": stepped,
    "order": lambda t: autograd.explain_order(chain(t)),
    "derivatives": lambda t: autograd.derivative_table(),
}


def shape(page: str) -> tuple[list[str], set[str]]:
    """Return the elements of a page in order, without the shapes of pictures, and the names of all attributes."""
    reader = Reader(page)
    assert reader.open == reader.unclosed == []
    tags = [tag for tag, _ in reader.tags if tag not in ("text", "rect")]
    # "dir" is for text that is not ASCII, which may run from right to left.
    return tags, {name for _, attributes in reader.tags for name in attributes} - {"dir"}


def contents(picture: ElementTree.Element) -> tuple[set[str], set[str]]:
    """Return the names of the elements of a picture, and of their attributes."""
    return {e.tag for e in picture.iter()}, {k for e in picture.iter() for k in e.attrib}


@pytest.fixture(scope="module")
def plain_contents(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[set[str], set[str]]]:
    """The contents of a picture of the plain label, which is drawn once for all labels."""
    folder = tmp_path_factory.mktemp("plain")
    return cache(lambda name: contents(ElementTree.fromstring(PICTURES[name](PLAIN, folder))))


@pytest.fixture(scope="module")
def plain_page(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[list[str], set[str]]]:
    """The shape of a page of the plain label, which is made once for all labels."""
    folder = tmp_path_factory.mktemp("plain")
    return cache(lambda name: shape(PAGES[name](PLAIN, folder)))


@cache
def plain_table(name: str) -> tuple[list[str], set[str]]:
    return shape(TABLES[name](PLAIN)._repr_html_())


@cache
def lines_of_plain_table(name: str) -> int:
    return len(str(TABLES[name](PLAIN)).splitlines())


@pytest.mark.parametrize(("label", "shown"), LABELS)
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_xml_and_has_no_other_element(
    name: str, label: str, shown: str, tmp_path: Path, plain_contents: Callable[[str], Any]
) -> None:
    found = ElementTree.fromstring(PICTURES[name](label, tmp_path))
    assert contents(found) == plain_contents(name)
    texts = [" ".join("".join(e.itertext()).split()) for e in found.iter(f"{SVG}text")]
    # A key of labels that begins with "_", or is no name at all, is passed over.
    assert name == "labels" or any(shown[:12].strip() in text for text in texts)


@pytest.mark.parametrize(("label", "shown"), LABELS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_other_element_and_no_other_attribute(
    name: str, label: str, shown: str, tmp_path: Path, plain_page: Callable[[str], Any]
) -> None:
    assert shape(PAGES[name](label, tmp_path)) == plain_page(name)


@pytest.mark.parametrize(("label", "shown"), LABELS)
@pytest.mark.parametrize("name", TABLES)
def test_a_table_in_a_notebook_has_no_other_element(name: str, label: str, shown: str) -> None:
    assert shape(TABLES[name](label)._repr_html_()) == plain_table(name)


@pytest.mark.parametrize(("label", "shown"), LABELS)
@pytest.mark.parametrize("name", TABLES)
def test_a_table_in_a_terminal_sends_it_no_control_character(name: str, label: str, shown: str) -> None:
    text = str(TABLES[name](label))
    assert len(text.splitlines()) == lines_of_plain_table(name)
    assert [c for c in text if printable(c) != c and c != "\n"] == []


@needs_dot
@pytest.mark.parametrize(("label", "shown"), LABELS)
def test_graphviz_reads_the_dot_text_as_the_same_graph(label: str, shown: str) -> None:
    read = []
    for text in (label, PLAIN):
        command = ["dot", "-Tjson"]
        source = draw(chain(text)).dot.encode()
        run = subprocess.run(command, input=source, capture_output=True, check=True, timeout=60)
        assert run.stderr == b""
        read.append(json.loads(run.stdout))
    found, plain = read
    ends = [[(edge["tail"], edge["head"]) for edge in graph["edges"]] for graph in read]
    assert ends[0] == ends[1]
    assert [node.keys() for node in found["objects"]] == [node.keys() for node in plain["objects"]]
    titles = [next(part["text"] for part in node["_ldraw_"] if part["op"] == "T") for node in found["objects"]]
    expected = shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
    assert sum(" ".join(title.split()).startswith(expected) for title in titles) == 2


def message(call: Callable[[], object]) -> str:
    """Return what an error says."""
    with pytest.raises(Exception) as error:  # noqa: PT011  # any error: it is the text that counts
        call()
    return str(error.value)


def changed(label: str) -> Callable[[], object]:
    x = Value(2.0, label)
    y = x * x
    x.data = 3.0
    return y.backward


def gone_infinite(label: str) -> None:
    x = Value(float("inf"), label)
    with autograd.detect_anomaly():
        (x - x).backward()


def history(name: str) -> nn.train.History:
    found = nn.train.History()
    found.append({name: 0.5})
    return found


def fitted(name: str, callback: nn.train.Callback) -> None:
    """Train for an epoch with a metric of this name."""
    metric = lambda predicted, true: 0.0  # noqa: E731
    metric.__name__ = name.replace("\0", "").encode("utf-8", "replace").decode()
    model, data = nn.Linear(1, 1), (autograd.ones(4, 1), autograd.ones(4, 1))
    optimizer = nn.optim.SGD(model.parameters())
    nn.train.fit(model, data, nn.MSELoss(), optimizer, 1, metrics=[metric], callbacks=[callback])


def reported(name: str) -> str:
    """Return what the bar of a training prints in a terminal."""
    stream = io.StringIO()
    fitted(name, nn.train.ProgressBar(file=stream))
    return stream.getvalue().replace("\r", "")


def played(stepper: Stepper) -> str:
    """Return all steps, and the table of all of them."""
    return "\n".join([*map(str, stepper), str(stepper), *(str(stepper.goto(k + 1)) for k in range(len(stepper)))])


def key(name: str) -> str:
    """Return a name without dots, which a module cannot have in the name of its attribute."""
    return name.replace(".", "_") or "x"


def owned(name: str) -> nn.Module:
    """Return a Module with a parameter, a buffer and a Module in a dict under this name."""
    model = nn.Module()
    model.register_parameter(key(name), nn.Parameter(2.0))
    model.inner = nn.ModuleDict({key(name): nn.Linear(1, 1)})
    model.more = nn.ModuleList([network(name), network(name)])
    return model


TEXTS: dict[str, Callable[[str], str]] = {
    "Module": lambda t: repr(owned(t)),
    "Sequential": lambda t: repr(network(t)),
    "class": lambda t: repr(derived(t)),
    "Value": lambda t: repr(Value(2.0, t)),
    "Tensor": lambda t: repr(Tensor([2.0], label=t)),
    "History": lambda t: repr(history(t)),
    "ProgressBar": reported,
    "Stepper": lambda t: played(Stepper(chain(t))),
    "Stepper of edges": lambda t: played(Stepper(chain(t), by="edge")),
    "Stepper of modules": lambda t: of_modules(t, lambda y: played(Stepper(y.sum()))),
    "practice": lambda t: str(practice(chain(t), phase="both")),
    "Program": lambda t: str(program(t)),
    "Drawing": lambda t: repr(draw(chain(t))),
    "check_gradients": lambda t: str(autograd.check_gradients(lambda x: x * x, Value(2.0, t))),
    "changed data": lambda t: message(changed(t)),
    "anomaly": lambda t: message(lambda: gone_infinite(t)),
    "label without a node": lambda t: message(lambda: draw(Value(2.0) * 2, {t: Value(1.0)})),
    "input of a Program": lambda t: message(lambda: Program(chain(t), [Value(1.0, t)])),
    "focus": lambda t: message(lambda: draw(chain(t), focus=Value(1.0, t))),
    "missing key": lambda t: message(lambda: network(t).load_state_dict({})),
    "unexpected key": lambda t: message(lambda: nn.Linear(1, 1).load_state_dict({t: 1.0}, strict=True)),
    "replaced parameter": lambda t: message(lambda: setattr(owned(t), key(t), 3.0)),
    "buffer": lambda t: message(lambda: nn.Module().register_buffer(key(t), 3.0)),  # type: ignore[arg-type]
    "monitor": lambda t: message(lambda: fitted(t, nn.train.EarlyStopping("x"))),
    "live": lambda t: message(lambda: live(lambda x: x * x, {"x": (-3, 3), t: (-3, 3)})),
    "module in a message": lambda t: message(lambda: nn.Sequential(derived(t), {"x": owned(t)})),
}


@pytest.mark.parametrize(("label", "shown"), LABELS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_for_a_terminal_has_one_line_for_each_name_and_no_control_character(
    name: str, label: str, shown: str
) -> None:
    text = TEXTS[name](label)
    assert len(text.splitlines()) == len(TEXTS[name](PLAIN).splitlines())
    assert [c for c in text if printable(c) != c and c != "\n"] == []
