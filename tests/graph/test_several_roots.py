"""Several roots: a Program and a Stepper of them, against vjp, PyTorch, and the backward pass of their sum."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Program, Stepper, Tensor, Value, draw, no_grad, practice, vjp, zoom
from autograd.engine.sweep import graph_nodes
from tests.interrupts import interrupted_at

Pair = namedtuple("Pair", "first second")


def of_values(x: Any, w: Any) -> list[Any]:
    """Return two ends of a graph, and a node between: the second root is computed from the first."""
    first = x * w
    second = ag.tanh(first + x)
    return [first, second, ag.exp(w) * second]


def of_arrays(x: Any, w: Any) -> list[Any]:
    """Return roots of different shapes: an array, a number computed from it, and one that uses w alone."""
    hidden = ag.tanh(x @ w)
    return [hidden, ag.mean(hidden * hidden), w * 2.0]


X, W = np.array([[0.5, -1.0], [2.0, 0.25], [1.5, 1.0]]), np.array([[0.3, -0.2], [1.1, 0.7]])
SEEDS = [np.array([[1.0, 0.5], [-2.0, 0.1], [0.0, 3.0]]), 0.7, np.array([[0.2, 0.4], [-0.6, 1.5]])]


def leaves() -> tuple[Value, Value]:
    return Value(0.4, label="x"), Value(-1.3, label="w")


def tensors() -> tuple[Tensor, Tensor]:
    return Tensor(X, requires_grad=True, label="x"), Tensor(W, requires_grad=True, label="w")


def several(roots: Any) -> Any:
    return roots


# --- Program ---


@pytest.mark.parametrize("seeds", [None, [1.0, 1.0, 1.0], [0.3, -2.0, 0.0], [None, 0.5, None]], ids=str)
def test_a_program_of_values_has_the_gradients_of_the_weighted_sum(seeds: Any) -> None:
    x, w = leaves()
    program = Program(of_values(x, w), [x, w])
    values, found = program.value_and_grad(0.4, -1.3, gradient=seeds)
    weights = [1.0 if seed is None else seed for seed in seeds or [None] * 3]
    _, back = vjp(lambda p: of_values(*p), [0.4, -1.3])
    np.testing.assert_allclose(found, back(weights), rtol=1e-14)
    assert values == program(0.4, -1.3) == [root.data for root in of_values(x, w)]


def test_a_program_of_arrays_is_vjp_and_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; pip install glassgrad[parity]")
    x, w = tensors()
    program = Program(of_arrays(x, w), [x, w])
    values, found = program.value_and_grad(X, W, gradient=SEEDS)
    _, back = vjp(lambda p: of_arrays(*p), [X, W])
    their_x, their_w = (torch.tensor(array, requires_grad=True) for array in (X, W))
    hidden = (their_x @ their_w).tanh()
    roots = [hidden, (hidden * hidden).mean(), their_w * 2.0]
    theirs = torch.autograd.grad(roots, [their_x, their_w], [torch.tensor(seed, dtype=torch.float64) for seed in SEEDS])
    for k, ours in enumerate(found):
        np.testing.assert_allclose(ours, back(SEEDS)[k], rtol=1e-14)
        np.testing.assert_allclose(ours, theirs[k].numpy(), rtol=1e-13)
    for ours, wanted in zip(values, of_arrays(Tensor(X), Tensor(W)), strict=True):
        np.testing.assert_array_equal(ours, wanted.data)


FORMS: dict[str, tuple[Any, Any]] = {
    "list": (lambda a, b: [a, b], [0.5, 2.0]),
    "tuple": (lambda a, b: (a, b), (0.5, 2.0)),
    "dict": (lambda a, b: {"first": a, "second": b}, {"second": 2.0, "first": 0.5}),
    "named tuple": (Pair, Pair(0.5, 2.0)),
    "nested": (lambda a, b: {"all": [a, (b,)]}, {"all": [0.5, (2.0,)]}),
    "a list of one": (lambda a, b: [a + 4.0 * b], [0.5]),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_values_come_in_the_containers_of_the_roots(name: str) -> None:
    form, seeds = FORMS[name]
    x = Value(3.0, label="x")
    roots = form(x * x, 2.0 * x)
    program = Program(roots, [x])
    assert program(5.0) == form(25.0, 10.0)
    assert type(program(5.0)) is type(roots)
    assert program.value_and_grad(5.0, gradient=seeds) == (form(25.0, 10.0), [0.5 * 10.0 + 2.0 * 2.0])


def test_the_program_of_one_root_is_as_before_and_of_several_is_a_list_in_the_source() -> None:
    x = Value(3.0, label="x")
    y = x * x
    assert "def value_and_grad(x):\n    v1 = x * x\n    g_v1 = 1.0\n" in Program(y, [x]).source
    assert Program([y, y + x], [x]).source == (
        "def forward(x):\n"
        "    v1 = x * x\n"
        "    v2 = v1 + x\n"
        "    return [v1, v2]\n"
        "\n\n"
        "def value_and_grad(x, g_v1, g_v2):\n"
        "    v1 = x * x\n"
        "    v2 = v1 + x\n"
        "    g_v1 = g_v1 + g_v2\n"
        "    g_x = g_v2\n"
        "    g_x = g_x + g_v1 * x\n"
        "    g_x = g_x + g_v1 * x\n"
        "    return [v1, v2], [g_x]\n"
    )


def test_an_input_a_constant_and_a_mask_may_be_roots() -> None:
    x, w = Tensor([1.0, -2.0], requires_grad=True, label="x"), Tensor([3.0, 4.0], label="w")
    program = Program([x, w, Tensor(2.0), x > 0, (x * w).sum()], [x])
    values, (slope,) = program.value_and_grad(
        np.array([5.0, -1.0]), gradient=[np.array([1.0, 10.0]), None, None, None, 2.0]
    )
    assert [np.asarray(v).tolist() for v in values] == [[5.0, -1.0], [3.0, 4.0], 2.0, [True, False], 11.0]
    np.testing.assert_array_equal(slope, [1.0 + 2 * 3.0, 10.0 + 2 * 4.0])
    v = Value(2.0, label="v")
    assert Program((v, Value(7.0), v * v), [v]).value_and_grad(3.0) == ((3.0, 7.0, 9.0), [7.0])


def test_samples_have_their_values_and_gradients_each() -> None:
    x = Value(3.0, label="x")
    program = Program([x * x, 2.0 * x], [x])
    values, (slope,) = program.value_and_grad(np.array([1.0, 2.0]), gradient=[np.array([1.0, 0.0]), 10.0])
    assert [v.tolist() for v in values] == [[1.0, 4.0], [2.0, 4.0]]
    assert slope.tolist() == [22.0, 20.0]


def test_a_batch_of_another_length_is_taken() -> None:
    x, w = tensors()
    hidden = ag.tanh(x @ w)
    program = Program({"hidden": hidden, "twice": hidden * 2.0}, [x, w])
    more = np.vstack([X, X + 1.0])
    seeds = {"hidden": np.ones((6, 2)), "twice": np.full((6, 2), -0.25)}
    values, found = program.value_and_grad(more, W, gradient=seeds)
    u, v = Tensor(more, requires_grad=True), Tensor(W, requires_grad=True)
    h = ag.tanh(u @ v)
    (h.sum() + (h * 2.0 * -0.25).sum()).backward()
    np.testing.assert_array_equal(values["twice"], (h * 2.0).data)
    for ours, node in zip(found, (u, v), strict=True):
        np.testing.assert_allclose(ours, np.asarray(node.grad), rtol=1e-13)
    with pytest.raises(ValueError, match=r"g_\w+ comes out in shape \(3, 2\)"):
        program.value_and_grad(more, W, gradient={**seeds, "twice": np.ones((3, 2))})


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda x, w, y: Program([y, y], [x]), ValueError, "a root is given twice"),
        (lambda x, w, y: Program([], [x]), ValueError, "a Program got no node"),
        (lambda x, w, y: Program([y, 2.0], [x]), TypeError, "several in a list, tuple or dict, got float"),
        (
            lambda x, w, y: Program([y, y * 2], [x, w]),
            ValueError,
            r"input 1 \(w\) is in no graph of the 2 roots, so no result depends on it",
        ),
        (
            lambda x, w, y: Program([y, y * 2], [x]).value_and_grad(1.0, gradient=[1.0]),
            ValueError,
            "a list of 2, got a",
        ),
        (
            lambda x, w, y: Program([y, y * 2], [x]).value_and_grad(1.0, gradient=2.0),
            ValueError,
            "a list of 2, got 2.0",
        ),
        (
            lambda x, w, y: Program([y, y * 2], [x]).value_and_grad(np.ones(2), gradient=[np.ones(3), 1.0]),
            ValueError,
            r"gradient= has shape \(3,\), expected one number, or one per sample: \(2,\)",
        ),
        (lambda x, w, y: Stepper([y, y]), ValueError, "a root is given twice"),
        (lambda x, w, y: Stepper([]), ValueError, "a Stepper got no node"),
        (lambda x, w, y: Stepper([y, 2.0]), TypeError, "several in a list, tuple or dict, got float"),
        (lambda x, w, y: Stepper([y, y.detach()]), RuntimeError, "this Value requires no gradient"),
        (lambda x, w, y: Stepper([y, y * 2], gradient=[1.0]), ValueError, "a list of 2, got a list of 1"),
        (lambda x, w, y: Stepper([y, y * 2], max_nodes=0), ValueError, "how many boxes .* 1 or more, got 0"),
        (lambda x, w, y: practice(several([y, y * 2])), ValueError, r"practice takes one root, got 2; .* sum, a \+ b"),
    ],
)
def test_errors_say_what_was_got_and_what_was_expected(run: Any, error: type[Exception], message: str) -> None:
    x = Value(2.0, label="x")
    with pytest.raises(error, match=message):
        run(x, Value(3.0, label="w"), x * x)


def test_arrays_need_a_gradient_each() -> None:
    x, w = tensors()
    program = Program(of_arrays(x, w), [x, w])
    with pytest.raises(ValueError, match=r"shape \(3, 2\): give gradient="):
        program.value_and_grad(X, W)
    with pytest.raises(ValueError, match=r"gradient= has shape \(2, 2\), expected that of the value, \(3, 2\)"):
        program.value_and_grad(X, W, gradient=[W, 1.0, W])
    with pytest.raises(RuntimeError, match=r"shape \(3, 2\)"):
        Stepper(of_arrays(x, w))


# --- Stepper ---


def test_a_stepper_of_several_roots_is_the_backward_pass_of_their_sum_to_the_bit() -> None:
    x, w = leaves()
    roots = of_values(x, w)
    stepper = Stepper(roots)
    assert [step.gradient for step in stepper if step.node in set(roots)] != [
        1.0
    ] * 3  # one root is inside another's graph
    stepper.finish()
    found = stepper.gradients()
    assert x.grad is w.grad is None
    stepper.commit()
    committed = [node.grad for node in graph_nodes(*roots)]
    assert [found.get(node) for node in graph_nodes(*roots)] == committed
    x.zero_grad()
    w.zero_grad()
    (roots[0] + roots[1] + roots[2]).backward()
    assert [node.grad for node in graph_nodes(*roots)] == committed
    np.testing.assert_array_equal(Program(roots, [x, w]).value_and_grad(0.4, -1.3)[1], [x.grad, w.grad])


def test_a_stepper_of_arrays_takes_a_gradient_for_each_root() -> None:
    x, w = tensors()
    roots = of_arrays(x, w)
    stepper = Stepper({"hidden": roots[0], "rest": roots[1:]}, gradient={"hidden": SEEDS[0], "rest": SEEDS[1:]})
    stepper.commit()
    _, back = vjp(lambda p: of_arrays(*p), [X, W])
    for node, wanted in zip((x, w), back(SEEDS), strict=True):
        np.testing.assert_allclose(np.asarray(node.grad), wanted, rtol=1e-14)
    with pytest.raises(RuntimeError, match="has committed its gradients already"):
        stepper.commit()
    program = Program(roots, [x, w]).value_and_grad(X, W, gradient=SEEDS)[1]
    for node, by_program in zip((x, w), program, strict=True):
        np.testing.assert_array_equal(node.grad, by_program)


def test_a_root_that_is_a_leaf_keeps_what_earlier_sweeps_left() -> None:
    x = Value(3.0, label="x")
    x.grad = 100.0
    y = x * x
    stepper = Stepper([y, x])
    assert stepper.gradients() == {x: 100.0}
    stepper.next()
    assert stepper.gradients() == {x: 107.0, y: 1.0}
    assert str(stepper.step).splitlines()[1].endswith("sum 101 → 104")
    stepper.commit()
    assert x.grad == 107.0


def test_an_interrupted_commit_writes_all_or_nothing() -> None:
    line = 0
    ends = set()
    interrupted = True
    while interrupted:
        line += 1
        x, w = leaves()
        roots = of_values(x, w)
        stepper = Stepper(roots)
        interrupted = interrupted_at(line, stepper.commit)
        ends.add((*(node.grad for node in graph_nodes(*roots)), stepper.position))
    assert len(ends) == 2
    assert (None,) * 7 + (0,) in ends


def test_the_picture_and_the_files_show_every_root(tmp_path: Path) -> None:
    x = Value(3.0, label="x")
    u, v = x * x, x * 2.0
    u.label, v.label = "u", "v"
    stepper = Stepper((u, v))
    assert repr(stepper) == "<Stepper of u and v, 0 of 3 steps taken>"
    stepper.finish()
    picture = stepper.drawing().svg
    assert ">u<" in picture
    assert ">v<" in picture
    assert stepper.drawing().scene.title == draw([u, v]).scene.title == "The computation graph of u and v"
    plain = stepper.to_json()
    assert plain["root"] == "u and v"
    assert {name: seed["gradient"] for name, seed in plain["seeds"].items()} == {"u": 1.0, "v": 1.0}
    assert [step["node"] for step in plain["steps"]] == ["v", "u", "x"]
    for name in ("s.txt", "s.json", "s.svg", "s.html"):
        assert "u" in stepper.save(tmp_path / name).read_text(encoding="utf-8")
    one = Stepper(u).to_json()
    assert "seeds" not in one
    assert one["seed"]["gradient"] == 1.0


def test_an_array_of_values_is_taken_as_its_lists() -> None:
    w = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, label="w")
    scalars = zoom(w * w)
    inputs = [node for node in graph_nodes(*scalars.ravel()) if node.is_leaf and node.requires_grad]
    assert Program(scalars, inputs)(*[x.item() for x in inputs]) == [[1.0, 4.0], [9.0, 16.0]]
    stepper = Stepper(scalars)
    stepper.finish()
    assert [stepper.gradients()[x] for x in inputs] == [2 * x.item() for x in inputs]


def test_looking_at_several_roots_changes_nothing() -> None:
    x, w = leaves()
    roots = of_values(x, w)
    before = [(node._data, node.grad, node._changed) for node in graph_nodes(*roots)]
    Program(roots, [x, w]).value_and_grad(1.0, 2.0)
    stepper = Stepper(roots)
    stepper.finish()
    stepper.drawing()
    with no_grad():
        draw(roots)
    assert [(node._data, node.grad, node._changed) for node in graph_nodes(*roots)] == before
