"""Augmentations: each one against its definition, image by image; seeds, kinds and refused images."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from nn.data import (
    Compose,
    Cutout,
    DataLoader,
    GaussianNoise,
    RandomCrop,
    RandomHorizontalFlip,
    RandomRotation,
    RandomShift,
    RandomVerticalFlip,
    TensorDataset,
)
from nn.data.augmentations import _rotated

IMAGES = np.arange(1.0, 40 * 6 * 5 + 1).reshape(40, 6, 5)  # no zero, and no number twice
COLOURS = np.arange(1.0, 40 * 3 * 6 * 5 + 1).reshape(40, 3, 6, 5)

ALL: dict[str, Callable[[Any, np.random.Generator | None], Any]] = {
    "shift": RandomShift(2),
    "crop": RandomCrop((4, 3), padding=1),
    "horizontal flip": RandomHorizontalFlip(),
    "vertical flip": RandomVerticalFlip(),
    "rotation": RandomRotation(30),
    "noise": GaussianNoise(),
    "cutout": Cutout(3),
    "several": Compose([RandomShift(1), RandomRotation(10), Cutout(2)]),
}


def seeded(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("images", [IMAGES, COLOURS, IMAGES.astype(np.float32)], ids=["gray", "colours", "float32"])
def test_an_augmentation_returns_new_images_of_the_same_kind(name: str, images: np.ndarray) -> None:
    before = images.copy()
    found = ALL[name](images, seeded())
    assert (images == before).all()
    assert not np.shares_memory(found, images)
    assert (type(found), found.dtype, found.ndim) == (np.ndarray, images.dtype, images.ndim)
    assert found.shape[: images.ndim - 2] == images.shape[: images.ndim - 2]
    tensor = ALL[name](Tensor(images), seeded())
    assert isinstance(tensor, Tensor)
    assert (tensor.numpy() == found).all()
    assert ALL[name](images[:0], seeded()).shape == (0, *found.shape[1:])


@pytest.mark.parametrize("name", ALL)
def test_the_random_numbers_depend_on_the_generator_only(name: str) -> None:
    augment = ALL[name]
    first = augment(IMAGES, seeded(1))
    assert (augment(IMAGES, seeded(1)) == first).all()
    assert (augment(IMAGES, seeded(2)) != first).any()
    ag.manual_seed(5)
    found = augment(IMAGES, None)
    ag.manual_seed(5)
    assert (augment(IMAGES, None) == found).all()


@pytest.mark.parametrize("name", [name for name in ALL if name != "noise"])
def test_all_channels_of_an_image_are_changed_alike(name: str) -> None:
    found = ALL[name](np.repeat(IMAGES[:, None], 3, axis=1), seeded())
    assert (found == found[:, :1]).all()
    assert (found[:, 0] == ALL[name](IMAGES, seeded())).all()


def shifted(image: np.ndarray, down: int, right: int) -> np.ndarray:
    found = np.zeros_like(image)
    height, width = image.shape
    for y in range(height):
        for x in range(width):
            if 0 <= y - down < height and 0 <= x - right < width:
                found[y, x] = image[y - down, x - right]
    return found


def matches(found: np.ndarray, candidates: list[np.ndarray]) -> list[int]:
    """Return which candidate an image equals."""
    return [k for k, candidate in enumerate(candidates) if np.array_equal(found, candidate)]


def test_each_image_is_shifted_by_its_own_number_of_pixels() -> None:
    steps = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    moves = []
    for image, found in zip(IMAGES, RandomShift(1)(IMAGES, seeded()), strict=True):
        moves += matches(found, [shifted(image, *step) for step in steps])
    assert len(moves) == 40
    assert set(moves) == set(range(9))


def test_each_image_is_cropped_at_its_own_place() -> None:
    places = []
    for image, found in zip(IMAGES, RandomCrop((4, 3), padding=1)(IMAGES, seeded()), strict=True):
        padded = np.pad(image, 1)
        places += matches(found, [padded[y : y + 4, x : x + 3] for y in range(5) for x in range(5)])
    assert len(places) == 40
    assert len(set(places)) > 15
    assert RandomCrop(5)(IMAGES, seeded()).shape == (40, 5, 5)


@pytest.mark.parametrize(("kind", "axis"), [(RandomHorizontalFlip, 1), (RandomVerticalFlip, 0)])
def test_each_image_is_flipped_or_not(kind: Any, axis: int) -> None:
    flips = []
    for image, found in zip(IMAGES, kind()(IMAGES, seeded()), strict=True):
        flips += matches(found, [image, np.flip(image, axis)])
    assert len(flips) == 40
    assert 10 < sum(flips) < 30
    assert (kind(p=0)(IMAGES, seeded()) == IMAGES).all()
    assert (kind(p=1)(IMAGES, seeded()) == np.flip(IMAGES, axis + 1)).all()


def test_a_rotation_is_numpys_for_right_angles_and_interpolates_between() -> None:
    square = COLOURS[..., :5, :]
    for turns in range(-2, 3):
        found = _rotated(square, np.full(40, turns * np.pi / 2))
        np.testing.assert_allclose(found, np.rot90(square, turns, axes=(2, 3)), atol=1e-9)
    ramp = np.tile(np.arange(21.0) - 10.0, (1, 1, 21, 1))  # brightness x, which a turn makes x cos + y sin
    found = _rotated(ramp, np.array([0.5]))[0, 0]
    y, x = np.mgrid[-5:6, -5:6]
    np.testing.assert_allclose(found[5:16, 5:16], np.cos(0.5) * x - np.sin(0.5) * y, atol=1e-12)
    assert (RandomRotation(0)(IMAGES, seeded()) == IMAGES).all()


def test_bytes_stay_bytes() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 8)).astype(np.uint8)
    for name in ("shift", "crop", "horizontal flip", "rotation", "cutout"):
        assert ALL[name](images, seeded()).dtype == np.uint8


def test_noise_has_its_standard_deviation() -> None:
    noise = GaussianNoise(0.3)(COLOURS, seeded()) - COLOURS
    assert noise.std() == pytest.approx(0.3, rel=0.05)
    assert noise.mean() == pytest.approx(0.0, abs=0.02)


def test_cutout_makes_one_square_of_zeros_that_may_lie_partly_outside() -> None:
    sizes = []
    for image, found in zip(IMAGES, Cutout(3)(IMAGES, seeded()), strict=True):
        rows, columns = np.nonzero(found == 0)
        inside = found[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert (inside == 0).all()
        assert ((found == image) | (found == 0)).all()
        sizes.append(inside.shape)
    assert (3, 3) in sizes
    assert max(max(size) for size in sizes) == 3
    assert min(min(size) for size in sizes) == 2


def test_a_loader_augments_each_epoch_anew_and_only_the_inputs() -> None:
    labels = np.arange(40)
    loader = DataLoader(TensorDataset(IMAGES, labels), batch_size=10, seed=0, transform=RandomShift(1))
    epochs = [[(x.numpy(), y.tolist()) for x, y in loader] for _ in range(2)]
    assert [k for _, y in epochs[0] for k in y] == labels.tolist()
    assert all((a[0] != b[0]).any() for a, b in zip(*epochs, strict=True))


def test_the_options_are_shown() -> None:
    shown = repr(Compose([RandomShift(1), RandomCrop(4), RandomRotation(15), RandomHorizontalFlip(), Cutout(2)]))
    assert shown == (
        "Compose([RandomShift(1), RandomCrop((4, 4), padding=0), RandomRotation(15), RandomHorizontalFlip(p=0.5), "
        "Cutout(2)])"
    )
    assert [repr(GaussianNoise()), repr(RandomVerticalFlip(1))] == [
        "GaussianNoise(sigma=0.1)",
        "RandomVerticalFlip(p=1.0)",
    ]


@pytest.mark.parametrize(
    ("act", "error", "says"),
    [
        (lambda: RandomShift()(np.ones((3, 64))), TypeError, r"got shape \(3, 64\); reshape flat images"),
        (lambda: RandomShift()([[1.0]]), TypeError, "takes a Tensor or array of images .*, got list"),
        (lambda: Cutout(2)(Tensor(IMAGES, requires_grad=True)), TypeError, r"use images.detach\(\)"),
        (lambda: GaussianNoise()(np.ones((2, 3, 3), np.uint8)), TypeError, "images of floats, got uint8"),
        (lambda: RandomCrop(9)(IMAGES), ValueError, r"size \(9, 9\) does not fit into images of \(6, 5\)"),
        (lambda: RandomCrop((1, 2, 3)), ValueError, r"one integer, or height and width, got \(1, 2, 3\)"),
        (lambda: RandomCrop(0), ValueError, "size must be an integer >= 1, got 0"),
        (lambda: RandomShift(1.5), TypeError, "pixels must be an integer"),  # type: ignore[arg-type]
        (lambda: RandomHorizontalFlip(2), ValueError, "p must be a number from 0 to 1"),
        (lambda: RandomRotation(200), ValueError, "degrees must be a number from 0 to 180"),
        (lambda: GaussianNoise(-1), ValueError, "sigma must be a number from 0"),
        (lambda: Compose([3]), TypeError, r"functions of \(images, generator\), got 3"),
        (lambda: RandomShift()(IMAGES, 3), TypeError, "generator must be a numpy.random.Generator"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_augmented_is_refused(act: Callable[[], Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        act()
