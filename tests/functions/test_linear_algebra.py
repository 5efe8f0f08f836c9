"""Linear algebra: each function on each shape and batch against NumPy and PyTorch, in both modes, to second order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from tests.graph.test_program import agrees
from tests.rules.test_matrix import check_modes

Array = np.ndarray
BATCHES: list[tuple[int, ...]] = [(), (2,), (2, 1)]


def normal(*shape: int) -> Array:
    return np.asarray(np.random.default_rng([7, *shape]).normal(size=shape))


def square(batch: tuple[int, ...]) -> Array:
    return normal(*batch, 3, 3)


def positive(batch: tuple[int, ...]) -> Array:
    a = square(batch)
    return np.asarray(a @ a.swapaxes(-1, -2) + np.eye(3))


def tall(batch: tuple[int, ...]) -> Array:
    return normal(*batch, 4, 2)


def wide(batch: tuple[int, ...]) -> Array:
    return normal(*batch, 2, 4)


B = normal(3, 2)
V = normal(3)

# The function, what it says with NumPy (np) or PyTorch (torch) as `la`, which have one spelling, and its arrays.
# Singular vectors and eigenvectors are squared: the sign of each is arbitrary.
Row = tuple[Callable[[Any], Any], Callable[[Any, Any], Any], Callable[[tuple[int, ...]], Array]]


def as_kind(la: Any, x: Array) -> Any:
    return x if la is np else la.from_numpy(x)


def svd_part(k: int, kind: Any) -> Row:
    return (
        lambda x: ag.svd(x, full_matrices=False)[k] ** 2,
        lambda la, x: la.linalg.svd(x, full_matrices=False)[k] ** 2,
        kind,
    )


def norm_of(order: Any) -> Row:
    return lambda x: ag.matrix_norm(x, order), lambda la, x: la.linalg.matrix_norm(x, ord=order), tall


def refused_shape(f: Any) -> tuple[Callable[[Any], Any], type[Exception], str]:
    return lambda t: f(t(np.ones((2, 3)))), ValueError, rf"{f.__name__} takes a square.*got \(2, 3\)"


def numpys_norm(order: Any) -> tuple[Callable[[Any], Any], Array]:
    return lambda t: np.linalg.norm(t, order), positive(())


TABLE: dict[str, Row] = {
    "inv": (ag.inv, lambda la, x: la.linalg.inv(x), square),
    "det": (ag.det, lambda la, x: la.linalg.det(x), square),
    "slogdet": (lambda x: ag.slogdet(x).logabsdet, lambda la, x: la.linalg.slogdet(x)[1], square),
    "slogdet, both": (
        lambda x: ag.slogdet(x).sign * ag.exp(ag.slogdet(x).logabsdet),
        lambda la, x: la.linalg.slogdet(x)[0] * la.exp(la.linalg.slogdet(x)[1]),
        square,
    ),
    "solve": (lambda x: ag.solve(x, x * x), lambda la, x: la.linalg.solve(x, x * x), square),
    "solve for a matrix": (lambda x: ag.solve(x, B), lambda la, x: la.linalg.solve(x, as_kind(la, B)), square),
    "solve for a vector": (lambda x: ag.solve(x, V), lambda la, x: la.linalg.solve(x, as_kind(la, V)[:, None])[..., 0], square),
    "solve, right side": (lambda x: ag.solve(normal(3, 3), x), lambda la, x: la.linalg.solve(as_kind(la, normal(3, 3)), x), square),
    "cholesky": (ag.cholesky, lambda la, x: la.linalg.cholesky(x), positive),
    "eigvalsh": (ag.eigvalsh, lambda la, x: la.linalg.eigvalsh(x), positive),
    "eigh": (
        lambda x: ag.eigh(x).eigenvectors ** 2 * ag.unsqueeze(ag.eigh(x).eigenvalues, -2),
        lambda la, x: la.linalg.eigh(x)[1] ** 2 * la.linalg.eigh(x)[0][..., None, :],
        positive,
    ),
    "svdvals": (ag.svdvals, lambda la, x: la.linalg.svdvals(x), square),
    "svdvals of a wide one": (ag.svdvals, lambda la, x: la.linalg.svdvals(x), wide),
    **{f"svd, {k} of a {kind.__name__} one": svd_part(k, kind) for k in range(3) for kind in (square, tall, wide)},
    "svd, together": (
        lambda x: ag.svd(x).U[..., :, :1] @ ag.svd(x).Vh[..., :1, :],
        lambda la, x: la.linalg.svd(x)[0][..., :, :1] @ la.linalg.svd(x)[2][..., :1, :],
        square,
    ),
    "cross": (lambda x: ag.cross(x, x[..., [1, 2, 0], :]), lambda la, x: la.linalg.cross(x, x[..., [1, 2, 0], :]), square),
    **{f"matrix_norm {order}": norm_of(order) for order in ("fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)},
    "trace": (ag.trace, lambda la, x: la.einsum("...ii->...", x), square),
    "outer": (lambda x: ag.outer(x.reshape(-1), V), lambda la, x: la.outer(x.reshape(-1), as_kind(la, V)), square),
    "norm": (lambda x: ag.norm(x, dim=-1), lambda la, x: la.sqrt((x**2).sum(-1)), square),
}  # fmt: skip
# ruff: noqa: E501


CASES = list(itertools.product(TABLE, BATCHES))


@pytest.mark.parametrize(("name", "batch"), CASES, ids=str)
def test_values_are_numpys(name: str, batch: tuple[int, ...]) -> None:
    f, numpys, arrays = TABLE[name]
    for dtype, error in ((np.float64, 1e-10), (np.float32, 2e-4)):
        x = arrays(batch).astype(dtype)
        y, plain, want = f(Tensor(x, requires_grad=True)), f(x), numpys(np, x)
        assert (y.shape, y.dtype, y.requires_grad) == (want.shape, dtype, True)
        np.testing.assert_allclose(y.numpy(), want, rtol=error, atol=error)
        np.testing.assert_allclose(plain, y.numpy(), rtol=error / 100, atol=error / 100)
        y.backward(np.ones(y.shape))


@pytest.mark.parametrize(("name", "batch"), CASES, ids=str)
def test_gradients_and_second_derivatives_are_pytorchs(name: str, batch: tuple[int, ...]) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed; pip install glassgrad[parity]")
    f, theirs, arrays = TABLE[name]
    symmetric = arrays is positive  # PyTorch's gradient of eigh is not symmetric, but that of this is
    array, weight = arrays(batch), normal(*np.shape(f(arrays(batch))))

    def ours(x: Any) -> Any:
        return ag.sum(f((x + x.mT) / 2 if symmetric else x) * weight)

    x = torch.from_numpy(array.copy()).requires_grad_()
    y = (theirs(torch, (x + x.mT) / 2 if symmetric else x) * torch.from_numpy(np.asarray(weight))).sum()
    (first,) = torch.autograd.grad(y, x, create_graph=True)
    np.testing.assert_allclose(ag.grad(ours)(array), first.detach().numpy(), rtol=1e-8, atol=1e-9)
    if first.requires_grad:
        (second,) = torch.autograd.grad((first**2).sum(), x, allow_unused=True)
        want = np.zeros(array.shape) if second is None else second.numpy(force=True)
        found = ag.grad(lambda x: ag.sum(ag.grad(ours)(x) ** 2))(array)
        np.testing.assert_allclose(found, want, rtol=1e-6, atol=1e-7 * max(1.0, np.abs(want).max()))


@pytest.mark.parametrize("name", TABLE)
def test_both_modes_are_each_others_adjoint_to_second_order(name: str) -> None:
    f, _, arrays = TABLE[name]
    for batch in ((), (2,)):
        check_modes(lambda xs: f(xs[0]), lambda xs: ag.sum(ag.sin(f(xs[0]))), [arrays(batch)], batch)


@pytest.mark.parametrize("name", TABLE)
def test_check_gradients_passes_to_second_order(name: str) -> None:
    f, _, arrays = TABLE[name]
    assert ag.check_gradients(lambda x: ag.sum(ag.sin(f(x))), arrays(()), order=2)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", TABLE)
def test_a_program_is_the_graph_to_the_bit(name: str, dtype: Any) -> None:
    f, _, arrays = TABLE[name]
    assert agrees(lambda xs: ag.sum(ag.sin(f(xs[0]))), [arrays((2,)).astype(dtype)])


S, A3 = positive(()), normal(2, 3, 3)
NUMPY: dict[str, tuple[Callable[[Any], Any], Array]] = {
    "inv": (np.linalg.inv, A3),
    "det": (np.linalg.det, A3),
    "slogdet": (lambda t: np.linalg.slogdet(t)[1], A3),
    "slogdet.sign": (lambda t: np.linalg.slogdet(t).sign * np.linalg.slogdet(t).logabsdet, A3),
    "solve": (lambda t: np.linalg.solve(t, B), A3),
    "solve a Tensor": (lambda t: np.linalg.solve(normal(3, 3), t), A3),
    "solve a vector": (lambda t: np.linalg.solve(t, V), A3),
    "cholesky": (np.linalg.cholesky, S),
    "eigh": (lambda t: np.linalg.eigh(t).eigenvalues, S),
    "eigvalsh": (np.linalg.eigvalsh, S),
    "svd": (lambda t: np.linalg.svd(t)[1], A3),
    "svd(compute_uv=)": (lambda t: np.linalg.svd(t, compute_uv=False), A3),
    "svd(full_matrices=)": (lambda t: np.linalg.svd(t[..., :2], full_matrices=False).U ** 2, A3),
    "svdvals": (np.linalg.svdvals, A3),
    "trace": (np.trace, S),
    "trace(offset)": (lambda t: np.trace(t, 1), A3),
    "trace(axis1=, axis2=)": (lambda t: np.trace(t, axis1=1, axis2=2), A3),
    "trace(axis2, axis0)": (lambda t: np.trace(t, 0, 2, 0), A3),
    "linalg.trace": (np.linalg.trace, A3),
    "linalg.trace(offset=)": (lambda t: np.linalg.trace(t, offset=-2), A3),
    "cross": (lambda t: np.cross(t, V), A3),
    "cross(axis=)": (lambda t: np.cross(t, t * t, axis=1), A3),
    "cross(axisa=, axisb=, axisc=)": (lambda t: np.cross(t, A3, axisa=1, axisb=2, axisc=0), A3),
    "linalg.cross(axis=)": (lambda t: np.linalg.cross(t, t * t, axis=-2), A3),
    "linalg.outer": (lambda t: np.linalg.outer(t[0, 0], V), A3),
    "diag": (np.diag, S),
    "linalg.matrix_norm": (lambda t: np.linalg.matrix_norm(t, ord="nuc", keepdims=True), A3),
    **{f"norm({p!r})": numpys_norm(p) for p in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)},
    "norm(axis=)": (lambda t: np.linalg.norm(t, 2, axis=(-2, -1)), A3),
}


@pytest.mark.parametrize("name", NUMPY)
def test_numpys_functions_take_a_tensor(name: str) -> None:
    f, array = NUMPY[name]
    y = f(Tensor(array, requires_grad=True))
    assert isinstance(y, Tensor)
    assert y.requires_grad
    want = f(array)
    np.testing.assert_allclose(y.numpy(), want, rtol=1e-10, atol=1e-10)
    assert y.shape == np.shape(want)


@pytest.mark.parametrize("f", [ag.inv, ag.det, ag.svdvals, lambda x: ag.solve(x, x), lambda x: ag.slogdet(x)[1]])
@pytest.mark.parametrize("dtype", [np.int64, np.float16])
def test_integers_give_floats_and_float16_stays(f: Any, dtype: Any) -> None:
    x = np.array([[4, 1], [2, 3]], dtype)
    y = f(Tensor(x))
    assert y.dtype == (np.float64 if dtype == np.int64 else np.float16)
    np.testing.assert_allclose(y.numpy(), f(x.astype(float)), rtol=2e-3, atol=1e-2)


def test_matrices_of_no_or_one_element() -> None:
    one = np.array([[2.5]])
    for name, (f, numpys, arrays) in TABLE.items():
        if arrays in (square, positive) and not name.startswith(
            ("cross", "solve for", "solve, ", "outer", "svd, together")
        ):
            np.testing.assert_allclose(f(one), numpys(np, one), rtol=1e-12, err_msg=name)
            assert np.isfinite(ag.grad(lambda x, f=f: ag.sum(f(x)))(one)).all(), name
    for f, want in ((ag.det, 1.0), (ag.trace, 0.0), (lambda x: ag.sum(ag.inv(x)), 0.0)):
        x = Tensor(np.zeros((0, 0)), requires_grad=True)
        y = f(x)
        assert y.item() == want
        y.backward()
        assert x.grad is not None
        assert x.grad.shape == (0, 0)


# --- where a derivative is one of several, or does not exist ---


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_gradient_of_det_is_right_at_singular_matrices(n: int) -> None:
    a = normal(n, n)
    a[-1] = a[0] * (n > 1)
    for x in (a, np.zeros((n, n))):
        minors = np.zeros((n, n))
        for i, j in np.ndindex(n, n):
            minors[i, j] = (-1) ** (i + j) * np.linalg.det(np.delete(np.delete(x, i, 0), j, 1))
        np.testing.assert_allclose(ag.grad(ag.det)(x), minors, atol=1e-13)


def test_repeated_eigenvalues_have_a_gradient_and_their_vectors_have_none() -> None:
    a = np.diag([1.0, 2.0, 2.0])
    np.testing.assert_allclose(ag.grad(lambda x: ag.sum(ag.eigvalsh(x) ** 2))(a), 2 * a, atol=1e-14)
    np.testing.assert_allclose(ag.grad(lambda x: ag.sum(ag.svdvals(x) ** 2))(a), 2 * a, atol=1e-14)
    assert not np.isfinite(ag.grad(lambda x: ag.sum(ag.eigh(x).eigenvectors * V))(a)).all()
    assert not np.isfinite(ag.grad(lambda x: ag.sum(ag.svd(x).U * V))(a)).all()


def test_the_gradient_of_a_symmetric_function_is_symmetric() -> None:
    for f in (ag.cholesky, ag.eigvalsh, lambda x: ag.eigh(x)[1]):
        g = ag.grad(lambda x, f=f: ag.sum(f(x) * normal(*np.shape(f(S)))))(S)
        np.testing.assert_allclose(g, g.T, rtol=1e-12)


def test_no_gradient_flows_through_the_sign_of_a_determinant() -> None:
    np.testing.assert_array_equal(ag.grad(lambda x: ag.slogdet(x).sign + 0.0 * ag.sum(x))(S), np.zeros((3, 3)))
    sign, log = ag.slogdet(np.zeros((2, 2)))
    assert (sign, log) == (0.0, -np.inf)


half: Any = 0.5
ZERO, ONES, X23, HUGE = np.zeros((2, 2)), np.ones((2, 2)), np.ones((2, 3)), np.full((2, 2), np.nan)
REFUSED: dict[str, tuple[Callable[[Callable[[Array], Any]], Any], type[Exception], str]] = {
    "inv, singular": (
        lambda t: ag.inv(t(ONES)),
        np.linalg.LinAlgError,
        r"inv .*shape \(2, 2\)\): it is singular.*add a small",
    ),
    "solve, singular": (lambda t: ag.solve(t(ZERO), t(ONES)), np.linalg.LinAlgError, "solve .*it is singular"),
    "slogdet, singular": (lambda t: ag.grad(lambda x: ag.slogdet(x)[1])(ZERO), np.linalg.LinAlgError, "it is singular"),
    "cholesky, negative": (
        lambda t: ag.cholesky(t(-np.eye(2))),
        np.linalg.LinAlgError,
        "not positive definite.*add a small",
    ),
    "cholesky, asymmetric": (
        lambda t: ag.cholesky(t(np.triu(ONES))),
        ValueError,
        r"takes a symmetric.*by 1.*\(a \+ a.mT\) / 2",
    ),
    "eigh, asymmetric": (lambda t: ag.eigh(t(np.triu(ONES))), ValueError, "eigh takes a symmetric matrix"),
    "svd of nan": (lambda t: ag.svdvals(t(HUGE)), np.linalg.LinAlgError, "too large, or nan"),
    "svd, full": (lambda t: ag.svd(t(X23)), ValueError, "write full_matrices=False"),
    "svd of a vector": (lambda t: ag.svd(t(V)), ValueError, r"expected shape \(..., m, n\), got \(3,\)"),
    "inv of a list": (lambda t: ag.inv([[0.0]]), np.linalg.LinAlgError, "singular"),
    **{
        f"{f.__name__}, shape": refused_shape(f)
        for f in (ag.inv, ag.det, ag.slogdet, ag.cholesky, ag.eigh, ag.eigvalsh)
    },
    "solve, shape": (
        lambda t: ag.solve(t(ONES), t(V)),
        ValueError,
        r"got a of shape \(2, 2\) and b of shape \(3,\); expected \(2,\) or",
    ),
    "solve, batches": (
        lambda t: ag.solve(t(A3), t(normal(3, 3, 1))),
        ValueError,
        "batches of 2 and of 3 do not broadcast",
    ),
    "trace of a vector": (lambda t: ag.trace(t(V)), ValueError, "trace takes a matrix or a batch"),
    "trace, offset": (lambda t: ag.trace(t(ONES), offset=half), TypeError, "an integer as its offset"),
    "cross, shape": (
        lambda t: ag.cross(t(ONES), t(ONES)),
        ValueError,
        r"vectors of 3 elements along dim=-1, got shapes \(2, 2\)",
    ),
    "matrix_norm, order": (lambda t: ag.matrix_norm(t(ONES), 3), ValueError, "takes the order 'fro', .* got 3"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_say_what_was_got_and_what_to_do(name: str) -> None:
    f, error, words = REFUSED[name]
    for made in (Tensor, lambda x: Tensor(x, requires_grad=True), np.array):
        with pytest.raises(error, match=words):
            f(made)


def test_float_dtypes_do_not_mix() -> None:
    with pytest.raises(TypeError, match="solve got Tensors of float64 and of float32"):
        ag.solve(Tensor(ONES), Tensor(ONES, dtype="float32"))


@pytest.mark.parametrize("name", ["inv", "det", "solve", "cholesky", "eigvalsh", "svdvals", "slogdet"])
def test_zoom_refuses_in_words(name: str) -> None:
    f, _, arrays = TABLE[name]
    with pytest.raises(ValueError, match=r"zoom cannot look into an op of linear algebra.*draw\(t\)"):
        ag.zoom(f(Tensor(arrays(()), requires_grad=True)))


@pytest.mark.parametrize("name", TABLE)
def test_the_graph_is_drawn_and_stepped_through(name: str) -> None:
    f, _, arrays = TABLE[name]
    x = Tensor(arrays(()), requires_grad=True, label="x")
    root = ag.sum(ag.sin(f(x)))
    assert ">x<" in ag.draw(root, engine="layered").svg
    stepper = ag.Stepper(root)
    stepper.finish()
    root.backward()
    np.testing.assert_array_equal(stepper.gradients()[x], x.grad)
