"""Augmentations: random changes of images that keep their class, made anew in each epoch.

An augmentation is called with a batch of images, a Tensor or an array of shape (N, height, width) or
(N, channels, height, width), and returns one of the same kind. Each image gets random numbers of its own: from
`generator`, or else from the default generator. Give it to a DataLoader as `transform`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, final

import numpy as np

from autograd import Tensor, shown

from ..checks import integer, number, random_generator


class Augmentation(ABC):
    """Base class: a subclass changes an array of shape (N, channels, height, width)."""

    __slots__ = ()

    def __call__(self, images: Any, generator: np.random.Generator | None = None) -> Any:
        """Return the images changed at random."""
        name = type(self).__name__
        if isinstance(images, Tensor) and images.requires_grad:
            raise TypeError(f"{name} changes data, through which no gradient flows; use images.detach()")
        data = images.numpy() if isinstance(images, Tensor) else images
        if not isinstance(data, np.ndarray) or data.ndim not in (3, 4):
            shape = (
                f"shape {data.shape}" if isinstance(data, np.ndarray) else f"{type(images).__name__} {shown(images)}"
            )
            raise TypeError(
                f"{name} takes a Tensor or array of images of shape (N, height, width) or (N, channels, height, "
                f"width), got {shape}; reshape flat images, and write image[None] for a single one"
            )
        four = data if data.ndim == 4 else data[:, None]
        changed = self.changed(four, random_generator(generator)).astype(data.dtype, copy=False)
        changed = changed if data.ndim == 4 else changed[:, 0]
        return Tensor(changed) if isinstance(images, Tensor) else changed

    @abstractmethod
    def changed(self, images: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        """Return the changed images, as a new array."""


@final
class Compose:
    """Apply several augmentations in order.

    >>> augment = Compose([RandomShift(1), RandomHorizontalFlip()])
    >>> augment(np.ones((5, 8, 8)), np.random.default_rng(0)).shape
    (5, 8, 8)
    """

    __slots__ = ("transforms",)

    def __init__(self, transforms: Sequence[Any]) -> None:
        self.transforms = list(transforms)
        for transform in self.transforms:
            if not callable(transform):
                raise TypeError(f"Compose takes functions of (images, generator), got {shown(transform)}")

    def __call__(self, images: Any, generator: np.random.Generator | None = None) -> Any:
        """Return the images changed by all transforms."""
        draw = random_generator(generator)
        for transform in self.transforms:
            images = transform(images, draw)
        return images

    def __repr__(self) -> str:
        return f"Compose({self.transforms!r})"


@final
class RandomCrop(Augmentation):
    """Cut a random part of size (height, width) out of each image, after `padding` zeros were added on each side."""

    __slots__ = ("padding", "size")

    def __init__(self, size: int | Sequence[int], padding: int = 0) -> None:
        self.size = _pair("size", size)
        self.padding = integer("padding", padding, 0)

    def changed(self, images: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        return _cropped(images, self.size, self.padding, draw)

    def __repr__(self) -> str:
        return f"RandomCrop({self.size}, padding={self.padding})"


@final
class RandomShift(Augmentation):
    """Move each image by up to `pixels` up or down and left or right. Zeros fill the rest."""

    __slots__ = ("pixels",)

    def __init__(self, pixels: int = 1) -> None:
        self.pixels = integer("pixels", pixels, 0)

    def changed(self, images: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        return _cropped(images, images.shape[2:], self.pixels, draw)

    def __repr__(self) -> str:
        return f"RandomShift({self.pixels})"


class _RandomFlip(Augmentation):
    """Base class: reverse one axis of each image with probability p."""

    __slots__ = ("p",)

    axis: ClassVar[int]

    def __init__(self, p: float = 0.5) -> None:
        self.p = number("p", p, 0, 1)

    def changed(self, images: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        chosen = (draw.random(len(images)) < self.p)[:, None, None, None]
        return np.where(chosen, np.flip(images, self.axis), images)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


@final
class RandomHorizontalFlip(_RandomFlip):
    """Exchange left and right of each image with probability p. Not for digits or letters: it changes the class."""

    __slots__ = ()

    axis = 3


@final
class RandomVerticalFlip(_RandomFlip):
    """Exchange top and bottom of each image with probability p."""

    __slots__ = ()

    axis = 2


@final
class RandomRotation(Augmentation):
    """Turn each image around its centre by an angle from -degrees to degrees, with bilinear interpolation.

    Zeros fill the corners.
    """

    __slots__ = ("degrees",)

    def __init__(self, degrees: float) -> None:
        self.degrees = number("degrees", degrees, 0, 180)

    def changed(self, images: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        angles = np.deg2rad(draw.uniform(-self.degrees, self.degrees, len(images)))
        turned = _rotated(images, angles)
        return turned if images.dtype.kind == "f" else np.rint(turned)

    def __repr__(self) -> str:
        return f"RandomRotation({self.degrees:g})"


@final
class GaussianNoise(Augmentation):
    """Add normal noise with standard deviation sigma to each pixel. The images must hold floats."""

    __slots__ = ("sigma",)

    def __init__(self, sigma: float = 0.1) -> None:
        self.sigma = number("sigma", sigma, 0)

    def changed(self, images: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        if images.dtype.kind != "f":
            raise TypeError(f"GaussianNoise takes images of floats, got {images.dtype}; divide them by 255.0 first")
        return images + self.sigma * draw.standard_normal(images.shape)

    def __repr__(self) -> str:
        return f"GaussianNoise(sigma={self.sigma:g})"


@final
class Cutout(Augmentation):
    """Set a random square of `size` pixels in each image to zero (DeVries and Taylor, 2017).

    Its centre may be any pixel, so a part of the square may lie outside.
    """

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = integer("size", size, 0)

    def changed(self, images: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        inside = [_window(length, self.size, len(images), draw) for length in images.shape[2:]]
        return np.where((inside[0][:, :, None] & inside[1][:, None, :])[:, None], 0, images)

    def __repr__(self) -> str:
        return f"Cutout({self.size})"


# --- on arrays of shape (N, channels, height, width) ---


def _pair(name: str, size: int | Sequence[int]) -> tuple[int, int]:
    pair = (size, size) if isinstance(size, (int, np.integer)) else tuple(size)
    if len(pair) != 2:
        raise ValueError(f"{name} must be one integer, or height and width, got {shown(size)}")
    return integer(name, pair[0], 1), integer(name, pair[1], 1)


def _cropped(images: np.ndarray, size: Sequence[int], padding: int, draw: np.random.Generator) -> np.ndarray:
    padded = np.pad(images, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    spare = [whole - part for whole, part in zip(padded.shape[2:], size, strict=True)]
    if min(spare) < 0:
        raise ValueError(
            f"a part of size {tuple(size)} does not fit into images of {padded.shape[2:]} with their padding; make it "
            "smaller"
        )
    rows, columns = (
        draw.integers(0, left + 1, len(images))[:, None] + np.arange(part)
        for left, part in zip(spare, size, strict=True)
    )
    # Advanced indices around a slice: numpy puts the channels last.
    parts = padded[np.arange(len(images))[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return np.moveaxis(parts, -1, 1)


def _rotated(images: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Return each image turned counter-clockwise by its angle: each new pixel is read at the place it came from."""
    height, width = images.shape[2:]
    y, x = np.meshgrid(np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2, indexing="ij")
    cos, sin = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    from_y, from_x = cos * y + sin * x + (height - 1) / 2, cos * x - sin * y + (width - 1) / 2
    top, left = np.floor(from_y).astype(np.int64), np.floor(from_x).astype(np.int64)
    low, right = (from_y - top)[:, None], (from_x - left)[:, None]
    upper = (1 - right) * _pixels(images, top, left) + right * _pixels(images, top, left + 1)
    lower = (1 - right) * _pixels(images, top + 1, left) + right * _pixels(images, top + 1, left + 1)
    turned: np.ndarray = (1 - low) * upper + low * lower
    return turned


def _pixels(images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the pixels of each image at its rows and columns, 0 outside."""
    height, width = images.shape[2:]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    number_of = np.arange(len(images))[:, None, None]
    found = images[number_of, :, np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
    return np.where(inside[:, None], np.moveaxis(found, -1, 1), 0)


def _window(length: int, size: int, count: int, draw: np.random.Generator) -> np.ndarray:
    """Return for each image a mask along one side: `size` pixels around a random centre."""
    start = draw.integers(0, length, count)[:, None] - size // 2
    place = np.arange(length)
    return (place >= start) & (place < start + size)
