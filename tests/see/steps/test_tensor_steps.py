"""Steps and exercises of Tensors: stepping to the end is backward(), and each element is asked for."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Stepper, Tensor, Value, no_grad, practice, stack
from autograd.engine.sweep import graph_nodes
from autograd.see.picture.number_format import format_block, format_line
from tests.see.pictures import arrows, elements, layer, leaf, rows

# Steps


def several_uses() -> Tensor:
    t = leaf([[1.0, 2.0], [3.0, 4.0]], "t")
    return (t * t.T + t[0] * t[:, :1]).sum()


def memory_layouts() -> Any:
    t = leaf(np.arange(8.0).reshape(4, 2) / 8, "t")
    return (t.T[::-1].exp() @ t.broadcast_to(3, 4, 2)).mean()


def masked() -> Any:
    t = leaf([1.0, 2.0], "t")
    return autograd.where(t > 1.5, t, 0.5 * t).logsumexp()


def with_einsum() -> Any:
    a, b, c = leaf(np.eye(2), "a"), leaf(np.ones((2, 3)), "b"), leaf([1.0, 2.0, 3.0], "c")
    return autograd.einsum("ij,jk,k->i", a, b, c).std()


def with_linear() -> Any:
    x, w, b = leaf(np.ones((2, 3)), "x"), leaf(np.ones((4, 3)), "w"), leaf(np.ones(4), "b")
    return autograd.linear(x, w, b).norm()


def large() -> Tensor:
    x, w = leaf(np.random.default_rng(0).normal(size=(64, 32)), "x"), leaf(np.ones((32, 8)), "w")
    return (x @ w).tanh().var()


ROOTS: dict[str, Callable[[], Tensor]] = {
    "layer": layer,
    "float32": lambda: layer(dtype=np.float32),
    "softmax": lambda: autograd.cross_entropy(leaf([[1.0, 2.0, 0.5], [0.1, 0.2, 0.3]], "z"), [2, 0]).mean(),
    "several uses": several_uses,
    "memory layouts": memory_layouts,
    "repeats": lambda: leaf([1.0, 2.0, 3.0], "t")[[0, 0, 2, 0]].prod(),
    "pieces": lambda: autograd.concatenate([leaf([1.0], "a"), leaf([2.0, 3.0], "b")]).cumsum(0).amax(),
    "einsum": with_einsum,
    "stacked": lambda: stack([Value(2.0, "v") * 3, Value(1.0, "u")]).softmax(0).log().sum(),
    "masked": masked,
    "linear": with_linear,
    "large": large,
}


@pytest.mark.parametrize("root", ROOTS)
def test_stepping_to_the_end_is_backward_to_the_bit(root: str) -> None:
    one, other = ROOTS[root](), ROOTS[root]()
    one.backward()
    stepper = Stepper(other)
    stepper.finish()
    assert all(node.grad is None for node in graph_nodes(other)), "to look changes nothing"
    stepper.commit()
    for left, right in zip(graph_nodes(one), graph_nodes(other), strict=True):
        assert np.asarray(left.grad).tobytes() == np.asarray(right.grad).tobytes()
        assert np.asarray(left.grad).dtype == np.asarray(right.grad).dtype


@pytest.mark.parametrize("root", ROOTS)
def test_with_gradients_of_earlier_sweeps_it_is_backward_twice_to_the_bit(root: str) -> None:
    one, other = ROOTS[root](), ROOTS[root]()
    one.backward()
    one.backward()
    other.backward()
    before = [np.asarray(node.grad).tobytes() for node in graph_nodes(other)]
    stepper = Stepper(other)
    stepper.finish()
    assert [np.asarray(node.grad).tobytes() for node in graph_nodes(other)] == before
    shown = stepper.gradients()
    stepper.commit()
    for left, right in zip(graph_nodes(one), graph_nodes(other), strict=True):
        assert np.asarray(left.grad).tobytes() == np.asarray(right.grad).tobytes()
        if right in shown:
            assert np.asarray(shown[right]).tobytes() == np.asarray(right.grad).tobytes()
            assert np.asarray(shown[right]).dtype == np.asarray(right.grad).dtype


@pytest.mark.parametrize("root", ROOTS)
def test_contributions_add_up_to_the_gradient_of_the_sweep(root: str) -> None:
    stepper = Stepper(ROOTS[root]())
    sums: dict[Any, Any] = {}
    for step in stepper:
        assert np.array_equal(step.gradient, sums.get(step.node, 1.0)), "finished when the node's step comes"
        for flow in step.flows:
            assert flow.before is None if flow.input not in sums else np.array_equal(flow.before, sums[flow.input])
            sums[flow.input] = sums[flow.input] + flow.contribution if flow.input in sums else flow.contribution
            assert np.array_equal(flow.after, sums[flow.input])
            assert np.shape(flow.contribution) == np.shape(flow.input._data)


def test_a_contribution_is_right_where_a_rule_of_the_users_returns_an_array_that_it_keeps() -> None:
    kept = np.zeros(2)
    double = autograd.Op("double", lambda x: x * 2.0, lambda x: x * 2.0, lambda g, y, x: np.multiply(g, 2.0, out=kept))
    a, b = leaf([1.0, 2.0], "a"), leaf([3.0, 4.0], "b")
    stepper = Stepper((double(a) * 3.0 + double(b) * 5.0).sum())
    recording = stepper._recording
    found = {each.input: each.amount.tolist() for k in range(len(recording)) for each in recording.contributions(k)}
    assert (found[a], found[b]) == ([6.0, 6.0], [10.0, 10.0])


@pytest.mark.parametrize("root", ROOTS)
def test_a_rule_as_text_is_what_was_computed(root: str) -> None:
    stepper = Stepper(ROOTS[root](), labels=None)
    assert all(flow.rule for step in stepper for flow in step.flows)
    text = str(stepper)
    assert "Symbol" not in text
    assert "array(" not in text
    assert len(text.splitlines()) == 1 + sum(max(1, len(step.flows)) for step in stepper)


def test_a_step_says_rule_contribution_and_what_was_summed() -> None:
    stepper = Stepper(layer())
    assert str(stepper[4]) == (
        "step 5: v2 = v1 + b, shape 3×2, data [[3, -2.5], [6, -4], [9, -5.5]], "
        "gradient g = [[1, 0], [2, 0], [3, 0]]\n"
        "  to v1: g; contribution [[1, 0], [2, 0], [3, 0]]; sum – → the same\n"
        "  to b: g, summed over dim 0; contribution [6, 0]; sum – → the same"
    )
    assert [flow.rule for flow in stepper[5].flows] == ["xᵀ @ g"]
    assert stepper[4].flows[1].summed == (0,)
    assert "g * h" in str(stepper[2])
    assert str(stepper[0]).endswith("to v4: dL/dv4 = 0.1667; contribution 1 × 0.1667 = 0.1667; sum – → 0.1667")


def test_the_table_of_tensors_has_its_rules_in_a_column() -> None:
    text = str(Stepper(layer()))
    assert re.search(r"derivative, or rule for g", text.splitlines()[0])
    assert re.search(r"^ +6 +v1 +x @ w .* w +xᵀ @ g ", text, re.MULTILINE)
    assert "local derivative" in str(Stepper(Value(2.0) * 3)).splitlines()[0]


def test_a_batch_of_products_sums_over_the_batch() -> None:
    a, b = leaf(np.ones((3, 2)), "a"), leaf(np.ones((5, 2, 4)), "b")
    (step,) = [step for step in Stepper((a @ b).sum()) if step.op == "matmul"]
    assert [(flow.name, flow.summed) for flow in step.flows] == [("a", (0,)), ("b", ())]


def test_a_root_of_several_elements_needs_a_gradient() -> None:
    t = leaf([1.0, 2.0], "t")
    with pytest.raises(RuntimeError) as refused:
        (t * 2).backward()
    with pytest.raises(RuntimeError, match=re.escape(str(refused.value))):
        Stepper(t * 2)
    stepper = Stepper(t * 2, gradient=[1.0, 10.0])
    stepper.commit()
    assert t.grad is not None
    assert t.grad.tolist() == [2.0, 20.0]
    with pytest.raises(ValueError, match=re.escape("gradient has shape (3,), expected this Tensor's (2,)")):
        Stepper(t * 2, gradient=[1.0, 2.0, 3.0])
    v = Value(3.0, "v")
    Stepper(v * v, gradient=0.5).commit()
    assert v.grad == 3.0


def test_a_tensor_that_wants_no_gradient_is_refused() -> None:
    with no_grad():
        t = leaf([1.0], "t") * 2
    with pytest.raises(RuntimeError, match=r"backward\(\) on a Tensor|this Tensor requires no gradient"):
        Stepper(t)


def test_a_stepper_shows_the_graph_as_it_was_when_it_was_made() -> None:
    loss = layer()
    loss.backward()
    stepper = Stepper(loss)
    before = (str(stepper), stepper.drawing().svg, json.dumps(stepper.to_json()))
    stepper.commit()
    for node in graph_nodes(loss):
        if isinstance(node, Tensor):
            node.data[...] = 7.0
    for node in graph_nodes(loss):
        if node.grad is not None:
            node.grad[...] = 99.0
    stepper.goto(0)
    assert (str(stepper), stepper.drawing().svg, json.dumps(stepper.to_json())) == before


def test_a_sum_with_an_earlier_gradient_may_overflow_quietly(tmp_path: Path) -> None:
    x = leaf([1.0], "x", dtype="float32")
    x.grad = np.full(1, 3e38, np.float32)
    with np.errstate(all="raise"):
        stepper = Stepper((x * 3e38).sum())
        assert stepper[-1].gradient.tolist() == [np.inf]
        assert stepper.save(tmp_path / "steps.html").exists()


def test_boxes_keep_their_size_from_step_to_step() -> None:
    stepper = Stepper(layer())
    sizes = set()
    for k in range(len(stepper) + 1):
        stepper.goto(k)
        picture = stepper.drawing("layered").svg
        shapes = [next(e.iter("{http://www.w3.org/2000/svg}rect")) for e in elements(picture, "item")]
        sizes.add(tuple((shape.get("width"), shape.get("height")) for shape in shapes))
    assert len(sizes) == 1


def test_the_picture_of_a_step_shows_what_is_handed_on() -> None:
    stepper = Stepper(layer())
    stepper.goto(5)
    picture = stepper.drawing("layered").svg
    assert arrows(picture)["v2 1"] == ["1", "summed over dim 0", format_line(stepper[4].flows[1].contribution)]
    assert rows(picture, "w")["grad"] == ["–", ""]
    assert rows(picture, "b")["grad"] == [format_block(stepper[4].flows[1].after)]


def test_json_has_every_element_and_no_nan(tmp_path: Path) -> None:
    t = leaf([np.inf, 2.0], "t")
    steps = json.loads(Stepper((t - t).sum()).save(tmp_path / "s.json").read_text(encoding="utf-8"), parse_constant=str)
    assert [step["data"] for step in steps["steps"]] == ["nan", ["nan", 0.0], ["inf", 2.0]]
    assert steps["steps"][1]["flows"][1]["contribution"] == [-1.0, -1.0]
    big = Stepper(leaf(np.ones((40, 40)), "t").sum()).to_json()
    assert big["steps"][1]["data"] == {"shape": [40, 40], "norm": 40.0}


def test_the_page_has_every_line_of_every_gradient(tmp_path: Path) -> None:
    stepper = Stepper(layer())
    page = stepper.save(tmp_path / "s.html").read_text(encoding="utf-8")
    picture = page[page.index("<svg") : page.index("</svg>") + 6]
    for step in stepper:
        for flow in step.flows:
            assert len(rows(picture, flow.name)["grad"]) == len(format_block(flow.after).split("\n"))
    assert "derivative, or rule for g" in page


def test_the_same_graph_gives_the_same_bytes_in_every_process() -> None:
    script = (
        "from autograd import draw\nfrom tests.see.steps.test_tensor_steps import *\n"
        "s = Stepper(layer())\nprint(draw(s.root, engine='layered').svg, draw(s.root).dot, s, s.to_json())"
    )
    found = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONHASHSEED": seed}
        run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
        found.add(run.stdout)
    assert len(found) == 1
    assert len(found.pop()) > 5_000


# Practice


def test_practice_asks_for_each_element() -> None:
    x, w = Tensor([[1.0, 2.0]], label="x"), leaf([[3.0], [-1.0]], "w")
    asked = practice((x @ w).sum())
    assert len(asked) == 1 + 2
    assert asked.answer(1)
    assert asked.question == (
        "step 2: v1 = x @ w = [[1]], with x = [[1, 2]], w = [[3], [-1]]; the gradient of v1 is g = [[1]]\n"
        "the rule for w is xᵀ @ g\n"
        "what does v1 contribute to the gradient of w[0,0]?"
    )
    assert "[1, 2]" not in str(asked).splitlines()[-1]
    verdict = asked.answer(2)
    assert str(verdict) == "not yet: this is the contribution to w[1,0]"
    assert str(asked.answer(-1)) == "not yet: the size is right, the sign is not"
    assert "the question is about [0,0]" in str(asked.answer(17))
    assert str(asked.answer(1)) == "right: w[0,0] gets 1"
    assert str(asked).splitlines()[-1].count("[[1], [2]]") == 0
    assert asked.answer(2)
    assert asked.question is None
    assert "[[1], [2]]" in str(asked).splitlines()[-1]


def test_practice_asks_for_the_sum_of_several_uses_and_for_what_is_summed() -> None:
    t, b = leaf([2.0, 3.0], "t"), leaf(1.0, "b")
    asked = practice((t * t + b).sum())
    everything = []
    while (question := asked.question) is not None:
        everything.append(question)
        asked.reveal()
    assert sum("t is used 2 times" in question for question in everything) == 2
    assert any("what is the gradient of t[1]?" in question for question in everything)
    assert any("the rule for b is g, summed over dim 0 where b was broadcast" in question for question in everything)
    assert "?" not in str(asked)


def test_practice_refuses_what_is_too_large_and_says_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"t has 5×5 of them; .* practice\(zoom\(t\)\)"):
        practice(leaf(np.ones((5, 5)), "t").sum())
