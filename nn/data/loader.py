"""DataLoader: the samples of a dataset in batches, in order or shuffled, with a position that can be saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from itertools import islice
from typing import Any, final

import numpy as np

from autograd import Tensor, default_generator, shown

from ..atomic import Change, set_attributes
from ..checks import integer
from .batches import Collate, Dataset, default_collate, samples, take
from .datasets import index_array
from .loader_state import Saved, layout_problem, read_state

Transform = Callable[[Any, np.random.Generator], Any]


@dataclass(slots=True)
class Epoch:
    """One pass over the samples: how far it is, and all that is needed to repeat it.

    position    the number of batches that were returned
    key         the seed of the random numbers of this epoch; None if it needs none
    order       the indices of the samples; None for an iterable
    """

    position: int
    key: list[int] | None
    order: np.ndarray | None
    finished: bool = False


@final
class DataLoader:
    """Iterate over a dataset in batches, tuples of Tensors. Each `for` loop is one epoch.

    dataset     a TensorDataset; or an object with a length whose `dataset[k]` is a tuple of numbers, arrays or Tensors;
                or an iterable of such samples, which is read from its start in each epoch
    shuffle     use a new random order in each epoch
    drop_last   leave out the last batch if it is smaller than batch_size
    sampler     an iterable of the indices of the samples, read once per epoch, in place of shuffle
    collate_fn  makes a batch of a list of samples; the default stacks them
    seed        makes the random numbers depend on the seed and the number of the epoch only; without it, the default
                generator draws a seed for each epoch
    transform   called as transform(x, generator) with the first Tensor of each batch; returns what replaces it. Give it
                an augmentation. The random numbers depend on the seed, the epoch and the position only.

    `state_dict()` holds the epoch, the position in it and its seed, as plain data. A loader that loads it continues
    with the next batch. `epoch` is the number of epochs that were started.

    >>> loader = DataLoader(nn.data.TensorDataset([1.0, 2.0, 3.0], [0, 1, 0]), batch_size=2)
    >>> for x, y in loader:
    ...     print(x, y)
    Tensor([1., 2.]) Tensor([0, 1], dtype=int64)
    Tensor([3.]) Tensor([0], dtype=int64)
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        drop_last: bool = False,
        sampler: Iterable[int] | None = None,
        collate_fn: Collate | None = None,
        seed: int | None = None,
        transform: Transform | None = None,
    ) -> None:
        _check_dataset(dataset, shuffle, sampler)
        if transform is not None and not callable(transform):
            raise TypeError(
                "transform is an augmentation or a function of (x, generator), got "
                f"{type(transform).__name__}: {shown(transform)}"
            )
        self.dataset: Any = dataset
        self.batch_size = integer("batch_size", batch_size, 1)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.sampler = sampler
        self.collate_fn = collate_fn
        self.seed = None if seed is None else integer("seed", seed, 0)
        self.transform = transform
        self.epoch = 0
        self._current = Epoch(0, None, None, finished=True)
        self._resumed = False  # the next loop continues the current epoch

    def __len__(self) -> int:
        source = self.dataset if self.sampler is None else self.sampler
        if not isinstance(source, Sized):
            raise TypeError(
                f"the number of batches is not known, because a {type(source).__name__} has no length; define __len__, "
                "or count the batches of an epoch"
            )
        return self.batch_count(len(source))

    def __repr__(self) -> str:
        return f"DataLoader({shown(self.dataset)}, batch_size={self.batch_size}, shuffle={self.shuffle})"

    def batch_count(self, samples: int) -> int:
        """Return the number of batches that a number of samples makes."""
        full, rest = divmod(samples, self.batch_size)
        return full + (1 if rest and not self.drop_last else 0)

    def __iter__(self) -> Iterator[Any]:
        if self._resumed:
            self._resumed = False
            return _Batches(self, self._current)
        key, changes = self._key()
        epoch = Epoch(0, key, self._order(key))
        # One write, so that Ctrl-C leaves the loader and the default generator both before this epoch or both in it.
        set_attributes([*changes, (self, "_current", epoch), (self, "epoch", self.epoch + 1)])
        return _Batches(self, epoch)

    # --- the order of an epoch ---

    def _key(self) -> tuple[list[int] | None, list[Change]]:
        """Return the seed of a new epoch, and the changes of the default generator if it draws this seed."""
        if self.seed is not None:
            return [self.seed, self.epoch], []
        if not self.shuffle and self.transform is None:
            return None, []
        generator = default_generator().bit_generator
        twin = type(generator)()
        twin.state = generator.state
        key = [int(np.random.Generator(twin).integers(2**63))]
        return key, [(generator, "state", twin.state)]

    def _order(self, key: list[int] | None) -> np.ndarray | None:
        if not isinstance(self.dataset, Dataset):
            return None
        count = len(self.dataset)
        if self.sampler is not None:
            return index_array(self.sampler, count)
        return np.random.default_rng(key).permutation(count) if self.shuffle else np.arange(count)

    # --- saving and loading ---

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the loader as plain data, which JSON can hold.

        A loop that was left early, by `break` or an exception, counts as in progress until the next one starts.
        """
        current = self._current
        saved: dict[str, Any] = {
            "epoch": self.epoch,
            "position": None if current.finished else current.position,
            "key": None if current.finished else current.key,
            "seed": self.seed,
            "layout": self._layout(),
        }
        if self.sampler is not None and not current.finished and current.order is not None:
            saved["order"] = current.order.tolist()  # a sampler may draw another order the next time
        return saved

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned: the next loop continues with the batch after the last one. All or nothing.

        Raises ValueError if the state is damaged or from a loader over other data, or with other batches. The loader
        takes over the saved seed. Without a seed, later epochs draw from the default generator: restore it, too.
        """
        saved = read_state(state_dict)
        if problem := layout_problem(saved.layout, self._layout()):
            raise ValueError(problem)
        epoch = self._restored(saved)
        set_attributes(
            [
                (self, "epoch", saved.epoch),
                (self, "seed", saved.seed),
                (self, "_current", epoch),
                (self, "_resumed", not epoch.finished),
            ]
        )

    def _layout(self) -> dict[str, Any]:
        """Return what a saved position depends on."""
        return {
            "samples": len(self.dataset) if isinstance(self.dataset, Dataset) else None,
            "batch_size": self.batch_size,
            "shuffle": bool(self.shuffle),
            "drop_last": bool(self.drop_last),
            "sampler": self.sampler is not None,
        }

    def _restored(self, saved: Saved) -> Epoch:
        if saved.position is None:
            return Epoch(0, None, None, finished=True)
        if saved.key is None and (self.shuffle or self.transform is not None):
            raise ValueError("the saved state of a DataLoader has no key, but this one draws random numbers")
        if (saved.order is None) != (self.sampler is None):
            raise ValueError("the saved state of a DataLoader must have an order if it has a sampler, and only then")
        try:
            order = self._order(saved.key) if saved.order is None else index_array(saved.order, len(self.dataset))
        except IndexError as error:
            raise ValueError(f"the saved order of a DataLoader does not fit its dataset: {error}") from None
        if order is not None and saved.position > self.batch_count(len(order)):
            raise ValueError(
                f"the saved position of a DataLoader is batch {saved.position}, but an epoch has only "
                f"{self.batch_count(len(order))} batches"
            )
        return Epoch(saved.position, saved.key, order)


@final
class _Batches:
    """The iterator of one epoch. It moves the position only after a batch is complete."""

    __slots__ = ("_epoch", "_loader", "_samples")

    def __init__(self, loader: DataLoader, epoch: Epoch) -> None:
        self._loader = loader
        self._epoch = epoch
        if epoch.order is None:
            self._samples = islice(loader.dataset, epoch.position * loader.batch_size, None)

    def __iter__(self) -> _Batches:
        return self

    def __next__(self) -> Any:
        epoch = self._epoch
        batch = None if epoch.finished else self._batch()
        if batch is None:
            epoch.finished = True
            raise StopIteration
        if self._loader.transform is not None:
            batch = self._transformed(batch, self._loader.transform)
        epoch.position += 1
        return batch

    def _batch(self) -> Any:
        """Return the next batch, or None after the last one."""
        loader, order = self._loader, self._epoch.order
        collate = loader.collate_fn
        if order is None:
            rows = list(islice(self._samples, loader.batch_size))
            short = len(rows) < loader.batch_size
            return None if not rows or (short and loader.drop_last) else (collate or default_collate)(rows)
        start = self._epoch.position * loader.batch_size
        if self._epoch.position >= loader.batch_count(len(order)):
            return None
        chosen = order[start : start + loader.batch_size]
        return take(loader.dataset, chosen) if collate is None else collate(samples(loader.dataset, chosen))

    def _transformed(self, batch: Any, transform: Transform) -> Any:
        if not isinstance(batch, (tuple, list)):
            raise TypeError(
                f"transform replaces the first element of a batch that is a tuple, got {type(batch).__name__} from "
                "collate_fn; let it return a tuple, or transform in collate_fn"
            )
        # + 1, because numpy's seeds [a, b] and [a, b, 0] are the same, and [a, b] has drawn the order.
        generator = np.random.default_rng([*(self._epoch.key or [0]), self._epoch.position + 1])
        return type(batch)([transform(batch[0], generator), *batch[1:]])


def _check_dataset(dataset: Any, shuffle: bool, sampler: Any) -> None:
    if sampler is not None and shuffle:
        raise ValueError("a DataLoader takes shuffle=True or a sampler, got both; the sampler decides the order")
    if sampler is not None and (not isinstance(sampler, Iterable) or isinstance(sampler, Iterator)):
        raise TypeError(
            f"a sampler is an iterable of indices that is read once per epoch, got {type(sampler).__name__} "
            f"{shown(sampler)}; give a list, or an object whose __iter__ yields the indices"
        )
    if isinstance(dataset, tuple) and dataset and all(isinstance(x, (np.ndarray, Tensor)) and x.ndim for x in dataset):
        raise TypeError(
            f"a DataLoader takes a dataset, got a tuple of {len(dataset)} arrays; write "
            "DataLoader(TensorDataset(X, y), ...)"
        )
    if isinstance(dataset, Dataset):
        return
    if isinstance(dataset, Iterator):
        raise TypeError(
            f"a {type(dataset).__name__} can be read only once, and each epoch reads its dataset from the start; give "
            "list(...) of it, or an object whose __iter__ starts again"
        )
    if not isinstance(dataset, Iterable):
        raise TypeError(
            f"a dataset needs a length and dataset[k], or __iter__, got {type(dataset).__name__} {shown(dataset)}"
        )
    if shuffle or sampler is not None:
        raise ValueError(
            f"a {type(dataset).__name__} has samples in one order only, so shuffle and sampler are not possible; give "
            "list(...) of it, or an object with a length and dataset[k]"
        )
