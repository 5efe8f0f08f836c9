"""The subscripts of an einsum are read as NumPy reads them, and refused where they do not fit the inputs."""

import numpy as np
import pytest

import autograd
from autograd import Tensor
from autograd.functions.einsum_subscripts import read_subscripts

Shapes = list[tuple[int, ...]]


def array(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(len(shape)).normal(size=shape)


@pytest.mark.parametrize(
    ("subscripts", "shapes", "inputs", "result"),
    [
        ("ij,jk", [(2, 3), (3, 4)], ["ij", "jk"], "ik"),
        ("ba", [(2, 3)], ["ba"], "ab"),
        ("ii", [(2, 2)], ["ii"], ""),
        (" i j -> j i ", [(2, 3)], ["ij"], "ji"),
        (",", [(), ()], ["", ""], ""),
        ("...", [(2, 3)], ["ab"], "ab"),
        ("...a->a...", [(2, 3, 4)], ["bca"], "abc"),
        # dimensions at ... are matched from the right
        ("...,...", [(2, 3), (3,)], ["ab", "b"], "ab"),
        ("...i,i...", [(5, 2, 3), (3, 2)], ["abi", "ib"], "ab"),
        ("...ij,...jk->...ik", [(6, 1, 2, 3), (5, 3, 4)], ["abij", "bjk"], "abik"),
    ],
)
def test_subscripts_are_read_as_numpy_reads_them(
    subscripts: str, shapes: Shapes, inputs: list[str], result: str
) -> None:
    assert read_subscripts(subscripts, shapes) == (inputs, result)
    arrays = [array(shape) for shape in shapes]
    found = autograd.einsum(subscripts, *[Tensor(a) for a in arrays])
    np.testing.assert_allclose(found.numpy(), np.einsum(subscripts, *arrays), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("subscripts", "shapes", "says"),
    [
        ("i,j", [(2,)], "names 2 inputs, got 1"),
        ("ij", [(2,)], r"'ij' names 2 dimensions, the input has shape \(2,\)"),
        ("i", [(2, 3)], r"'i' names 1 dimensions, the input has shape \(2, 3\); .*write \.\.\."),
        ("...ij", [(2,)], "names 2 dimensions"),
        ("...i->i", [(2, 3)], r"the result does not name them; write \.\.\. in the result"),
        ("i1", [(2, 3)], "takes letters, commas"),
        ("ij->ii", [(2, 3)], "names each letter once"),
        ("ij->ik", [(2, 3)], "letters of the inputs only"),
        ("ij,jk", [(2, 3), (4, 5)], "'j' is 3 long in one place and 4 in another"),
        ("ij,jk", [(2, 3), (1, 5)], "'j' is 3 long in one place and 1 in another"),
        ("...,...", [(2,), (3,)], "is 2 long in one place and 3 in another"),
    ],
)
def test_subscripts_that_do_not_fit_are_refused(subscripts: str, shapes: Shapes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_subscripts(subscripts, shapes)
