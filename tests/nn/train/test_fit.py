"""fit does what a loop by hand does, bit for bit; evaluate and predict; models of Values; what is refused."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, manual_seed, no_grad
from nn import functional as F, optim, train

from .cases import BATCH, data, exact, network


def test_fit_and_a_loop_by_hand_give_the_same_bits() -> None:
    X, y = data()
    held_out = data(10)

    by_fit = network()
    optimizer = optim.Adam(by_fit.parameters(), lr=0.01)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 2)
    history = train.fit(
        by_fit,
        (X, y),
        F.cross_entropy,
        optimizer,
        epochs=4,
        batch_size=BATCH,
        validation=held_out,
        metrics=["accuracy"],
        callbacks=[train.GradientClip(max_norm=0.5)],
        scheduler=scheduler,
        seed=7,
        verbose=False,
    )

    by_hand = network()
    optimizer = optim.Adam(by_hand.parameters(), lr=0.01)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 2)
    manual_seed(7)
    loader = nn.data.DataLoader(nn.data.TensorDataset(X, y), BATCH, shuffle=True, seed=7)
    validation = nn.data.DataLoader(nn.data.TensorDataset(*held_out), BATCH)
    found: dict[str, list[Any]] = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": [], "lr": []}
    for _ in range(4):
        by_hand.train()
        total, right, count = 0.0, 0.0, 0
        for x, t in loader:
            optimizer.zero_grad()
            output = by_hand(x)
            loss = F.cross_entropy(output, t)
            loss.backward()
            nn.utils.clip_grad_norm_(by_hand.parameters(), 0.5)
            optimizer.step()
            total += loss.item() * len(t)
            right += float((output.numpy().argmax(axis=1) == t.numpy()).sum())
            count += len(t)
        found["loss"].append(total / count)
        found["accuracy"].append(right / count)
        by_hand.eval()
        total, right, count = 0.0, 0.0, 0
        with no_grad():
            for x, t in validation:
                output = by_hand(x)
                total += F.cross_entropy(output, t).item() * len(t)
                right += float((output.numpy().argmax(axis=1) == t.numpy()).sum())
                count += len(t)
        found["val_loss"].append(total / count)
        found["val_accuracy"].append(right / count)
        found["lr"].append(optimizer.param_groups[0]["lr"])
        scheduler.step()

    assert exact(by_fit.state_dict()) == exact(by_hand.state_dict())
    assert exact(dict(history)) == exact(found)


@pytest.mark.parametrize(
    ("layers", "least"),
    [
        ([nn.Linear(2, 2)], 0.85),
        ([nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2)], 0.98),
        ([nn.Linear(2, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 2)], 0.98),
    ],
)
def test_trainings_reach_their_accuracy(layers: list[nn.Module], least: float) -> None:
    manual_seed(0)
    model = nn.Sequential(*layers)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    train.fit(model, data(200), F.cross_entropy, optimizer, epochs=60, seed=0, verbose=False)
    assert (
        train.evaluate(model, nn.data.moons(200, 0.1, np.random.default_rng(9)), F.cross_entropy, ["acc"])["acc"]
        >= least
    )


def test_a_model_of_values_trains_and_says_how_slowly() -> None:
    manual_seed(0)
    X, y = data(40)
    model = nn.MLP(2, [8, 1], activation="tanh")
    seen: list[int] = []
    callback = train.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(callback.training.nodes_per_step))
    history = train.fit(
        model,
        (X, 2 * y - 1),
        F.hinge_loss,
        optim.SGD(model.parameters(), lr=0.3),
        epochs=30,
        batch_size=10,
        metrics=["accuracy"],
        callbacks=[callback],
        seed=0,
        verbose=False,
    )
    assert history["accuracy"][-1] >= 0.85
    assert history["loss"][-1] < history["loss"][0] / 2
    assert seen[0] > 10 * 8 * 2  # nodes of one step: at least one product and one tanh for each neuron and row
    assert train.predict(model, X).shape == (40,)


def test_a_model_of_values_learns_what_its_tensor_twin_learns() -> None:
    X, y = data(20)
    values = nn.MLP(2, [4, 2], activation="tanh", generator=np.random.default_rng(0))
    tensors = values.to_tensor()
    results = []
    for model in (values, tensors):
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        results.append(train.fit(model, (X, y), F.cross_entropy, optimizer, epochs=3, seed=1, verbose=False)["loss"])
    assert results[0] == pytest.approx(results[1], rel=1e-12)


def test_validation_split_keeps_the_last_samples() -> None:
    X, y = np.arange(10.0)[:, None], np.arange(10.0)[:, None]
    seen: list[float] = []

    class Recorder(nn.Module):
        def __init__(self) -> None:
            self.layer = nn.Linear(1, 1)

        def forward(self, x: Any) -> Any:
            if self.training:
                seen.extend(x.numpy().ravel())
            return self.layer(x)

    model = Recorder()
    optimizer = optim.SGD(model.parameters(), lr=0.0)
    history = train.fit(model, (X, y), F.mse_loss, optimizer, validation_split=0.3, batch_size=3, verbose=False)
    assert sorted(seen) == [*range(7)]
    assert history["val_loss"] == [train.evaluate(model, (X[7:], y[7:]), F.mse_loss)["loss"]]


def test_data_may_be_arrays_a_dataset_or_a_loader() -> None:
    X, y = data()
    dataset = nn.data.TensorDataset(X, y)
    results = []
    for given, size in (((X, y), 8), (dataset, 8), (nn.data.DataLoader(dataset, 8, shuffle=True, seed=0), None)):
        model = network()
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        train.fit(model, given, F.cross_entropy, optimizer, batch_size=size, seed=0, verbose=False)
        results.append(exact(model.state_dict()))
    assert results[0] == results[1] == results[2]


def test_the_modes_of_the_modules_are_as_before() -> None:
    model = network()
    model[4].eval()
    modes = [module.training for module in model.modules()]
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    train.fit(model, data(), F.cross_entropy, optimizer, validation_split=0.2, verbose=False)
    train.evaluate(model, data(), F.cross_entropy)
    train.predict(model, data()[0])
    assert [module.training for module in model.modules()] == modes


def test_evaluate_and_predict_do_not_depend_on_the_batch_size() -> None:
    model = network()
    X, y = data()
    for size in (1, 5, 22, 100):
        found = train.evaluate(model, (X, y), F.cross_entropy, ["accuracy", "f1"], batch_size=size)
        assert found == pytest.approx(train.evaluate(model, (X, y), F.cross_entropy, ["accuracy", "f1"]), rel=1e-12)
        assert np.allclose(train.predict(model, X, batch_size=size), model.eval()(Tensor(X)).numpy(), rtol=1e-12)
    assert train.predict(model, nn.data.DataLoader(nn.data.TensorDataset(X, y), 4)).shape == (22, 2)


@pytest.mark.parametrize(
    ("scheduler", "by", "steps"),
    [
        (lambda o: optim.lr_scheduler.StepLR(o, 1), None, 2),
        (lambda o: optim.lr_scheduler.StepLR(o, 1), "step", 6),
        (lambda o: optim.lr_scheduler.OneCycleLR(o, 0.1, total_steps=6), None, 6),
        (lambda o: optim.lr_scheduler.OneCycleLR(o, 0.1, total_steps=6), "epoch", 2),
        (lambda o: optim.lr_scheduler.ReduceLROnPlateau(o, patience=0), None, 2),
    ],
)
def test_a_scheduler_is_stepped_by_epochs_or_by_steps(scheduler: Any, by: Any, steps: int) -> None:
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    schedule = scheduler(optimizer)
    options: Any = {"scheduler": schedule, "schedule_by": by, "verbose": False}
    history = train.fit(model, data(), F.cross_entropy, optimizer, epochs=2, batch_size=8, **options)
    assert schedule.last_epoch == steps
    assert len(history["lr"]) == 2


def fit_with(**changes: Any) -> train.History:
    model = network()
    arguments: dict[str, Any] = {
        "model": model,
        "data": data(),
        "loss": F.cross_entropy,
        "optimizer": optim.SGD(model.parameters(), lr=0.1),
        "verbose": False,
    }
    return train.fit(**{**arguments, **changes})


OTHER = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"model": abs}, "takes a Module as model, got builtin_function"),
        ({"optimizer": 0.1}, "takes an optimizer, got float"),
        ({"loss": "mse"}, "a loss is a function of output and target, got str"),
        ({"loss": lambda output, target: output}, r"returns one number as a node, got Tensor of shape \(22, 2\)"),
        ({"loss": lambda output, target: 1.0}, "returns one number as a node, got float"),
        ({"data": data()[0]}, "got one ndarray; give the targets too"),
        ({"data": (data()[0],)}, "got a tuple of 1"),
        ({"data": 3}, "got int: 3"),
        ({"data": iter([data()])}, "can be read only once"),
        ({"data": nn.data.DataLoader(nn.data.TensorDataset(*data()), 30, drop_last=True)}, "has no batches"),
        ({"data": nn.data.TensorDataset(data()[0])}, r"a batch for training is \(inputs, target\)"),
        ({"data": nn.data.DataLoader(nn.data.TensorDataset(*data())), "batch_size": 2}, "leave batch_size out"),
        ({"data": nn.data.DataLoader(nn.data.TensorDataset(*data())), "validation_split": 0.1}, "give validation="),
        ({"epochs": 1.5}, "epochs must be an integer >= 0, got float"),
        ({"batch_size": 0}, "batch_size must be an integer >= 1"),
        ({"validation": data(), "validation_split": 0.1}, "got both"),
        ({"validation_split": 1.0}, "leaves one part of 22 samples empty"),
        ({"validation_split": 1.5}, "from 0 to 1"),
        ({"metrics": "accuracy"}, r"must be a list, got str; write metrics=\['accuracy'\]"),
        ({"metrics": ["precision"]}, "there is no metric 'precision'"),
        ({"metrics": ["f1", "f1"]}, "two metrics are named 'f1'"),
        ({"metrics": [3]}, "a name or a function of output and target, got int"),
        ({"callbacks": train.TerminateOnNaN()}, r"write callbacks=\[...\]"),
        ({"callbacks": [print]}, "for functions use LambdaCallback"),
        ({"callbacks": [train.EarlyStopping()]}, "monitors 'val_loss', and there is loss; give fit"),
        ({"scheduler": optim.lr_scheduler.StepLR(OTHER, 1)}, "belongs to another optimizer"),
        ({"scheduler": abs}, "use the callback LRSchedule"),
        ({"schedule_by": "batch"}, 'must be "epoch" or "step"'),
    ],
)
def test_arguments_that_make_no_sense_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises((TypeError, ValueError), match=complaint):
        fit_with(**changes)


def test_the_memory_of_an_epoch_does_not_grow() -> None:
    model = network()
    used: list[int] = []

    def measure(epoch: int, logs: Any) -> None:
        if epoch in (10, 29):
            gc.collect()
            # The engine notes the last 65,536 calls of modules, for pictures; that these are few is tested there.
            traces = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(False, "*/engine/calls.py")])
            used.append(sum(trace.size for trace in traces.traces))

    tracemalloc.start()
    try:
        optimizer = optim.Adam(model.parameters(), lr=0.01)
        options: Any = {"metrics": ["accuracy", "f1"], "validation": data(), "verbose": False}
        callbacks = [train.LambdaCallback(on_epoch_end=measure), train.EarlyStopping(patience=99)]
        train.fit(model, data(), F.cross_entropy, optimizer, epochs=30, batch_size=8, callbacks=callbacks, **options)
    finally:
        tracemalloc.stop()
    assert used[1] - used[0] < 20 * 1000  # bytes for the numbers of each epoch in the history


def test_no_garbage_waits_for_the_collector_after_a_step() -> None:
    model = network()
    gc.collect()
    gc.disable()
    try:
        fit_with(model=model, optimizer=optim.SGD(model.parameters(), lr=0.1), epochs=5)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        kept = [x for x in gc.garbage if isinstance(x, Tensor)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert kept == []


@pytest.mark.parametrize(
    ("column", "where"), [(None, "target"), (0, "input, feature 0"), (1, "input, feature 1")], ids=str
)
def test_fit_warns_once_at_its_call_where_nan_in_the_data_makes_the_loss_nan(column: int | None, where: str) -> None:
    X, y = np.ones((6, 2)), np.ones((6, 1))
    if column is None:
        y[5, 0] = np.nan
        where += ", feature 0"
    else:
        X[5, column] = np.nan
    model = nn.Linear(2, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with pytest.warns(UserWarning, match="the loss is nan") as caught:
        train.fit(model, (X, y), F.mse_loss, optimizer, 3, batch_size=2, shuffle=False, verbose=False)
    assert [Path(each.filename).name for each in caught] == ["test_fit.py"]
    expected = f"in epoch 1 from batch 3 on: this batch has nan or inf in {where}; leave out the rows"
    assert expected in str(caught[0].message)


def test_transform_is_that_of_a_loader_and_leaves_the_validation_alone() -> None:
    images = np.random.default_rng(0).normal(size=(20, 4, 4))
    labels = np.arange(20) % 2
    seen: list[np.ndarray] = []

    def shifted(x: Any, generator: np.random.Generator) -> Any:
        seen.append(x.numpy())
        return nn.data.RandomShift(1)(x, generator)

    def trained(given: Any, **options: Any) -> Any:
        manual_seed(0)
        model = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        train.fit(model, given, F.cross_entropy, optimizer, 3, validation=(images, labels), verbose=False, **options)
        return exact(model.state_dict())

    dataset = nn.data.TensorDataset(images, labels)
    loader = nn.data.DataLoader(dataset, 5, shuffle=True, seed=3, transform=shifted)
    assert trained((images, labels), batch_size=5, seed=3, transform=shifted) == trained(loader)
    assert len(seen) == 2 * 3 * 4
    with pytest.raises(ValueError, match="a loader has its own transform"):
        trained(loader, transform=shifted)
