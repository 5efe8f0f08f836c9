"""DataLoader: batches in order or shuffled, the position that is saved, refused arguments."""

import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from nn.data import ConcatDataset, DataLoader, Subset, TensorDataset, default_collate

from ...test_interrupts import assert_before_or_after

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10)


def samples(loader: DataLoader) -> list[int]:
    return [int(k) for _, y in loader for k in y.tolist()]


def test_batches_are_tensors_in_order_with_labels_as_integers() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=4)
    batches = list(loader)
    assert len(loader) == len(batches) == 3
    assert [x.shape for x, _ in batches] == [(4, 2), (4, 2), (2, 2)]
    assert all(isinstance(part, Tensor) and not part.requires_grad for batch in batches for part in batch)
    assert {y.dtype.kind for _, y in batches} == {"i"}
    assert {x.dtype.name for x, _ in batches} == {"float64"}
    assert samples(loader) == list(range(10))


def test_drop_last_drops_a_last_batch_that_is_not_full() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=4, drop_last=True)
    assert len(loader) == 2
    assert samples(loader) == list(range(8))
    assert len(DataLoader(TensorDataset(X, Y), batch_size=5, drop_last=True)) == 2


def test_shuffling_yields_every_sample_once_in_a_new_order_each_epoch() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=3, shuffle=True, seed=0)
    first, second = samples(loader), samples(loader)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second != list(range(10))
    assert all((x.numpy()[:, 0] == 2 * y.numpy()).all() for x, y in loader)


def test_the_order_depends_only_on_seed_and_epoch() -> None:
    a, b = (DataLoader(TensorDataset(X, Y), shuffle=True, seed=3) for _ in range(2))
    orders = [samples(a), samples(a)]
    ag.manual_seed(99)
    assert [samples(b), samples(b)] == orders
    b.epoch = 1
    assert samples(b) == orders[1]
    assert samples(DataLoader(TensorDataset(X, Y), shuffle=True, seed=4)) != orders[0]


def test_without_a_seed_the_default_generator_shuffles() -> None:
    loader = DataLoader(TensorDataset(X, Y), shuffle=True)
    ag.manual_seed(1)
    first = samples(loader)
    ag.manual_seed(1)
    assert samples(loader) == first
    assert samples(loader) != first


def test_two_loops_over_one_loader_are_independent() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=5, shuffle=True, seed=0)
    outer = [int(k) for _, y in loader for _ in [samples(loader)] for k in y.tolist()]
    assert sorted(outer) == list(range(10))


def test_any_object_with_a_length_and_samples_is_a_dataset() -> None:
    class Squares:
        def __len__(self) -> int:
            return 5

        def __getitem__(self, k: int) -> tuple[Any, ...]:
            return np.full(2, k, np.float32), k * k, Tensor(1.0)

    x, y, one = next(iter(DataLoader(Squares(), batch_size=3)))
    assert (x.shape, x.dtype.name) == ((3, 2), "float32")
    assert y.tolist() == [0, 1, 4]
    assert y.dtype.kind == "i"
    assert one.tolist() == [1.0] * 3
    (only,) = next(iter(DataLoader([1.0, 2.0], batch_size=2)))
    assert only.tolist() == [1.0, 2.0]


def test_samples_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must have one shape, got \(2,\), \(1,\); pad them"):
        list(DataLoader([([1.0, 2.0], 0), ([1.0], 1)], batch_size=2))


def test_an_empty_dataset_has_no_batches() -> None:
    assert list(DataLoader(TensorDataset(X[:0], Y[:0]), batch_size=2)) == []


def test_the_loader_refuses_an_object_that_is_no_dataset() -> None:
    with pytest.raises(TypeError, match=r"a length and dataset\[k\], or __iter__, got int 5"):
        DataLoader(5)


# --- sampler, collate_fn, iterables, transform ---


class Numbers:
    """An iterable without a length or an index."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[tuple[float, int]]:
        return ((float(k), k) for k in range(self.count))


def test_a_sampler_gives_the_order_and_the_number_of_samples() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=2, sampler=[7, 7, 0, 3, -1])
    assert samples(loader) == [7, 7, 0, 3, 9]
    assert len(loader) == 3


def test_a_collate_fn_gets_the_list_of_samples_and_returns_the_batch() -> None:
    loader = DataLoader([[1, 2], [3]], batch_size=2, collate_fn=lambda rows: rows[0] + rows[1])
    assert list(loader) == [[1, 2, 3]]
    [rows] = DataLoader(TensorDataset(X, Y), batch_size=10, collate_fn=list)
    assert [y.item() for _, y in rows] == Y.tolist()


def test_an_iterable_is_read_from_its_start_in_each_epoch() -> None:
    loader = DataLoader(Numbers(5), batch_size=2)
    assert samples(loader) == samples(loader) == list(range(5))
    assert samples(DataLoader(Numbers(5), batch_size=2, drop_last=True)) == [0, 1, 2, 3]
    assert list(DataLoader(Numbers(0))) == []
    with pytest.raises(TypeError, match="a Numbers has no length"):
        len(loader)


def test_samples_that_require_a_gradient_get_one_through_the_batch() -> None:
    row = Tensor([1.0, 2.0], requires_grad=True)
    [(x,)] = DataLoader([row, row], batch_size=2)
    (x * x).sum().backward()
    assert row.grad is not None
    assert row.grad.tolist() == [4.0, 8.0]


def add_noise(x: Any, generator: np.random.Generator) -> Any:
    return x + generator.normal(size=x.shape)


def test_a_transform_replaces_the_inputs_with_other_random_numbers_in_each_batch_and_epoch() -> None:
    loader = DataLoader(TensorDataset(np.zeros((6, 1)), Y[:6]), batch_size=2, seed=0, transform=add_noise)
    found = [x.numpy() for _ in range(2) for x, _ in loader]
    assert len({x.tobytes() for x in found}) == 6
    assert samples(loader) == list(range(6))
    again = DataLoader(TensorDataset(np.zeros((6, 1)), Y[:6]), batch_size=2, seed=0, transform=add_noise)
    assert all((a == x.numpy()).all() for a, (x, _) in zip(found, again, strict=False))


def test_the_random_numbers_of_a_transform_are_not_those_that_drew_the_order() -> None:
    drawn: list[np.ndarray] = []
    loader = DataLoader(
        TensorDataset(Y),
        batch_size=10,
        shuffle=True,
        seed=3,
        transform=lambda x, generator: drawn.append(generator.permutation(10)),
    )
    next(iter(loader))
    assert drawn[0].tolist() != np.random.default_rng([3, 0]).permutation(10).tolist()


def test_a_loader_without_random_numbers_leaves_the_default_generator_alone() -> None:
    ag.manual_seed(0)
    before = ag.default_generator().bit_generator.state
    list(DataLoader(TensorDataset(X, Y), batch_size=3))
    list(DataLoader(TensorDataset(X, Y), batch_size=3, shuffle=True, seed=1, transform=add_noise))
    assert ag.default_generator().bit_generator.state == before


@pytest.mark.parametrize(
    ("build", "error", "says"),
    [
        (lambda: DataLoader(iter([1.0])), TypeError, "can be read only once"),
        (lambda: DataLoader(Numbers(3), shuffle=True), ValueError, "in one order only"),
        (lambda: DataLoader(Numbers(3), sampler=[1]), ValueError, "in one order only"),
        (lambda: DataLoader(X, shuffle=True, sampler=[1]), ValueError, "shuffle=True or a sampler, got both"),
        (lambda: DataLoader(X, sampler=iter([1])), TypeError, "an iterable of indices that is read once per epoch"),
        (lambda: DataLoader(X, sampler=3), TypeError, "an iterable of indices"),  # type: ignore[arg-type]
        (lambda: list(DataLoader(X, sampler=[10])), IndexError, "the dataset has 10 samples, got the index 10"),
        (lambda: list(DataLoader(X, sampler=[0.5])), TypeError, "a list of integers"),  # type: ignore[list-item]
        (lambda: list(DataLoader(X, sampler=Y > 3)), TypeError, r"give np.flatnonzero\(mask\)"),
        (lambda: list(DataLoader(["a"])), TypeError, "got str 'a' in one; give the DataLoader a collate_fn"),
        (lambda: list(DataLoader([{"x": 1}])), TypeError, "got dict .* a collate_fn"),
        (lambda: list(DataLoader([(1, 2), (1,)], batch_size=2)), ValueError, "samples of 1 and 2"),
        (
            lambda: list(DataLoader(X, collate_fn=len, transform=add_noise)),
            TypeError,
            "a batch that is a tuple, got int",
        ),
    ],
)
def test_what_cannot_be_loaded_is_refused(build: Callable[[], Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        build()


# --- memory and speed ---


class Million:
    def __len__(self) -> int:
        return 1_000_000

    def __getitem__(self, k: int) -> float:
        return float(k)


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_loader_over_a_million_rows_costs_the_indices_only(shuffle: bool) -> None:
    tracemalloc.start()
    try:
        loader = DataLoader(Million(), batch_size=100, shuffle=shuffle, seed=0)
        batches = iter(loader)
        for _ in range(20):
            next(batches)
        json.dumps(loader.state_dict())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2.5 * 8 * 1_000_000  # the permutation may need a second array for a moment


def nested() -> Any:
    first = TensorDataset(X[:6], Y[:6])
    return Subset(ConcatDataset([Subset(first, [5, 4, 3, 2, 1, 0]), TensorDataset(X[6:], Y[6:])]), range(9))


def test_the_batches_of_arrays_are_not_taken_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = [TensorDataset(X, Y), nested()]
    expected = [samples(DataLoader(dataset, batch_size=4, collate_fn=default_collate)) for dataset in datasets]

    def refuse(*_: Any) -> Any:
        raise AssertionError("samples were taken one by one")

    for module in ("batches", "datasets", "loader"):
        monkeypatch.setattr(f"nn.data.{module}.samples", refuse)
    assert [samples(DataLoader(dataset, batch_size=4)) for dataset in datasets] == expected


# --- saving and resuming ---


def weighted() -> Any:
    """A sampler that draws another order from the default generator each time."""

    class Weighted:
        def __iter__(self) -> Iterator[int]:
            return iter(ag.default_generator().integers(0, 10, 7).tolist())

        def __len__(self) -> int:
            return 7

    return Weighted()


LOADERS: dict[str, Callable[[], DataLoader]] = {
    "in order": lambda: DataLoader(TensorDataset(X, Y), batch_size=3),
    "shuffled": lambda: DataLoader(TensorDataset(X, Y), batch_size=3, shuffle=True),
    "shuffled, drop_last": lambda: DataLoader(TensorDataset(X, Y), batch_size=3, shuffle=True, drop_last=True),
    "seeded": lambda: DataLoader(nested(), batch_size=2, shuffle=True, seed=5),
    "sampler": lambda: DataLoader(TensorDataset(X, Y), batch_size=2, sampler=weighted()),
    "iterable": lambda: DataLoader(Numbers(7), batch_size=2),
    "transform": lambda: DataLoader(TensorDataset(X, Y), batch_size=3, transform=add_noise),
    "seeded iterable with transform": lambda: DataLoader(Numbers(7), batch_size=2, seed=1, transform=add_noise),
}


def run(loader: DataLoader, epochs: int, stop: int = -1) -> tuple[list[list[Any]], dict[str, Any] | None]:
    """Return the batches up to batch `stop`, and the state of the loader and of the default generator there."""
    seen: list[list[Any]] = []
    for _ in range(epochs):
        for batch in loader:
            seen.append([part.tolist() for part in batch])
            if len(seen) == stop:
                return seen, {"loader": loader.state_dict(), "random": ag.default_generator().bit_generator.state}
    return seen, None


@pytest.mark.parametrize("name", LOADERS)
def test_a_loader_resumed_after_any_batch_sees_the_same_batches(name: str) -> None:
    ag.manual_seed(4)
    everything, _ = run(LOADERS[name](), 3)
    per_epoch = len(everything) // 3
    for stop in range(1, len(everything)):
        ag.manual_seed(4)
        before, state = run(LOADERS[name](), 3, stop)
        saved = json.loads(json.dumps(state))
        ag.manual_seed(99)
        resumed = LOADERS[name]()
        resumed.load_state_dict(saved["loader"])
        ag.default_generator().bit_generator.state = saved["random"]
        after, _ = run(resumed, 3 - (stop - 1) // per_epoch)
        assert before + after == everything
        assert resumed.epoch == 3


@pytest.mark.parametrize("name", LOADERS)
def test_a_loader_saved_between_epochs_starts_the_next_one(name: str) -> None:
    ag.manual_seed(4)
    loader = LOADERS[name]()
    first, _ = run(loader, 1)
    saved, random = json.loads(json.dumps(loader.state_dict())), ag.default_generator().bit_generator.state
    second, _ = run(loader, 1)
    assert saved["position"] is None
    resumed = LOADERS[name]()
    resumed.load_state_dict(saved)
    ag.default_generator().bit_generator.state = random
    assert run(resumed, 1)[0] == second
    assert len(first) == len(second)


def test_the_saved_seed_replaces_the_one_of_the_loader() -> None:
    a, b = (DataLoader(TensorDataset(X, Y), shuffle=True, seed=seed) for seed in (1, 2))
    b.load_state_dict(a.state_dict())
    assert samples(b) == samples(a)


def test_a_state_can_be_loaded_by_the_loader_that_saved_it() -> None:
    loader = LOADERS["shuffled"]()
    batches = iter(loader)
    seen = [next(batches)[1].tolist() for _ in range(2)]
    state = loader.state_dict()
    rest = [y.tolist() for _, y in batches]
    loader.load_state_dict(state)
    assert [y.tolist() for _, y in loader] == rest
    assert sorted(k for batch in seen + rest for k in batch) == list(range(10))


def damaged(**changes: Any) -> dict[str, Any]:
    loader = DataLoader(TensorDataset(X, Y), batch_size=3, shuffle=True, seed=5)
    next(iter(loader))
    return {**loader.state_dict(), **changes}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in damaged().items() if key != name}


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (3, "a dict with the keys epoch, position, key, seed, layout, got 3"),
        *((without(name), "a dict with the keys") for name in ("epoch", "position", "key", "seed", "layout")),
        (damaged(epoch=-1), "epoch in the saved state of a DataLoader must be an integer >= 0, got -1"),
        (damaged(epoch=True), "epoch .* got True"),
        (damaged(position=1.5), "position .* an integer >= 0, or None, got 1.5"),
        (damaged(position=5), "batch 5, but an epoch has only 4 batches"),
        (damaged(seed="a"), "seed .* got 'a'"),
        (damaged(key=[-1]), r"key .* a list of integers >= 0, or None, got \[-1\]"),
        (damaged(key=None), "has no key, but this one draws random numbers"),
        (damaged(order=[1, 2]), "an order if it has a sampler, and only then"),
        (damaged(order="a"), "order .* a list of integers"),
        (damaged(layout=[]), r"layout .* a dict, got \[\]"),
        (damaged(layout={}), "samples None, now 10; batch_size None, now 3"),
        (DataLoader(X, 2, True).state_dict(), "from another DataLoader: batch_size 2, now 3; create the loader as"),
        (DataLoader(X[:9], 3, True).state_dict(), "samples 9, now 10"),
        (DataLoader(X, 3).state_dict(), "shuffle False, now True"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(state: Any, says: str) -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=3, shuffle=True, seed=5)
    next(iter(loader))
    before = loader.state_dict()
    with pytest.raises(ValueError, match=says):
        loader.load_state_dict(state)
    assert loader.state_dict() == before


def test_a_state_without_a_key_is_refused_where_a_transform_draws() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=3, transform=add_noise)
    next(iter(loader))
    with pytest.raises(ValueError, match="has no key, but this one draws random numbers"):
        loader.load_state_dict({**loader.state_dict(), "key": None})


def test_a_saved_order_that_does_not_fit_the_dataset_is_refused() -> None:
    loader = DataLoader(X, sampler=[3, 1])
    next(iter(loader))
    with pytest.raises(ValueError, match="does not fit its dataset: the dataset has 10 samples, got the index 10"):
        loader.load_state_dict({**loader.state_dict(), "order": [3, 10]})
    with pytest.raises(ValueError, match="an order if it has a sampler"):
        loader.load_state_dict({**loader.state_dict(), "order": None})


@pytest.mark.parametrize("seed", [None, 0])
@pytest.mark.parametrize("action", ["start an epoch", "take a batch", "end an epoch", "load a state"])
def test_an_interrupt_at_any_line_leaves_the_loader_before_or_after(action: str, seed: int | None) -> None:
    def case() -> tuple[Callable[[], Any], Callable[[], Any]]:
        ag.manual_seed(0)
        loader = DataLoader(TensorDataset(X, Y), batch_size=5, shuffle=True, seed=seed, transform=add_noise)
        batches = iter(loader)
        other = loader.state_dict()
        taken = [next(batches) for _ in range(2 if action == "end an epoch" else 1)]
        acts: dict[str, Callable[[], Any]] = {
            "start an epoch": lambda: iter(loader),
            "take a batch": lambda: next(batches),
            "end an epoch": lambda: next(batches, None),
            "load a state": lambda: loader.load_state_dict(other),
        }
        assert taken
        return acts[action], lambda: str((loader.state_dict(), ag.default_generator().bit_generator.state))

    assert_before_or_after(case)


SCRIPT = """
import json, numpy as np
from nn import data
dataset = data.TensorDataset(*data.moons(20, seed=1))
loader = data.DataLoader(dataset, 3, shuffle=True, seed=2, transform=lambda x, generator: x + generator.normal())
print(json.dumps([[x.tolist(), y.tolist()] for _ in range(2) for x, y in loader]))
print([part.indices.tolist() for part in data.random_split(range(20), [0.7, 0.3], seed=3)])
print([fold[1].tolist() for fold in data.StratifiedKFold(4, shuffle=True, seed=4).split(range(20), list("ab") * 10)])
print(data.train_test_split(list(range(20)), stratify=list("abcd") * 5, seed=5))
"""


def test_the_same_seed_gives_the_same_bits_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == 4


def test_a_transform_that_is_no_function_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match=r"a function of \(x, generator\), got int: 5"):
        DataLoader(TensorDataset([1.0], [0]), transform=5)  # type: ignore[arg-type]


def test_a_loader_shows_its_dataset_and_its_batches() -> None:
    loader = DataLoader(TensorDataset([1.0, 2.0], [0, 1]), batch_size=2)
    assert repr(loader) == "DataLoader(TensorDataset(2 samples of shapes (), ()), batch_size=2, shuffle=False)"
