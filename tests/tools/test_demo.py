"""The demo shows what it says: the neuron's gradients, a network that learns, and a picture that can be looked at."""

import re
from pathlib import Path

import pytest

import demo


def test_the_demo_steps_through_the_neuron(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo.neuron(str(tmp_path))
    leaves = re.findall(r"(\w+) +leaf +\S+ +(\S+)\n", capsys.readouterr().out)
    assert leaves == [("b", "0.5"), ("w2", "0"), ("w1", "1"), ("x2", "0.5"), ("x1", "-1.5")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["neuron.html", "neuron.svg"]


def test_the_demo_trains_a_network_and_draws_it_so_that_it_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.network(str(tmp_path))
    *_, last = re.findall(r"accuracy +(\S+) %", capsys.readouterr().out)
    assert float(last) >= 97.5
    svg = (tmp_path / "network.svg").read_text(encoding="utf-8")
    width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', svg).groups())  # type: ignore[union-attr]
    assert width < 2400
    assert height < 1500
    # The gradients are the score's, with none of the training's left in them: that of the last bias is 1.
    assert re.search(r"<title>l\d_n0_b: data \S+, grad 1\.0</title>", svg)
