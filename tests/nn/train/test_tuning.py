"""lr_find suggests a rate that trains, cross_validate judges on what was left out, random_search repeats itself."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, default_generator, manual_seed
from nn import functional as F, optim, train

from .cases import data, exact, network

# --- lr_find ---


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_the_suggested_rate_is_below_the_limit_and_trains(scale: float) -> None:
    draw = np.random.default_rng(0)
    X = scale * draw.standard_normal((64, 3))
    y = X @ [[1.0], [-2.0], [0.5]] * 10 / scale
    limit = 2 / (2 * float(np.linalg.eigvalsh(X.T @ X / 64)[-1]))  # the mean squared error has the Hessian 2 XᵀX/n
    model = nn.Linear(3, 1, bias=False)
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    curve = train.lr_find(model, (X, y), F.mse_loss, optimizer, max_lr=1e3, num_iter=200, batch_size=64)
    assert curve.suggestion is not None
    assert limit / 100 < curve.suggestion < limit
    optimizer.param_groups[0]["lr"] = curve.suggestion
    history = train.fit(model, (X, y), F.mse_loss, optimizer, 100, batch_size=64, verbose=False)
    assert history["loss"][-1] < 0.2 * history["loss"][0]


def test_lr_find_changes_nothing() -> None:
    model = network().eval()
    optimizer = optim.Adam(model.parameters(), lr=0.5)
    loader = nn.data.DataLoader(nn.data.TensorDataset(*data()), 8, shuffle=True)

    def state() -> Any:
        parts = (model.state_dict(), optimizer.state_dict(), loader.state_dict())
        return exact(parts), default_generator().bit_generator.state, [m.training for m in model.modules()]

    before = state()
    curve = train.lr_find(model, loader, F.cross_entropy, optimizer, num_iter=20)
    assert state() == before
    assert optimizer.param_groups[0]["lr"] == 0.5
    assert len(curve.lrs) == len(curve.losses) == len(curve.smoothed) <= 20
    assert curve.lrs[:2] == pytest.approx([1e-6, 1e-6 * 10 ** (7 / 19)])


@pytest.mark.parametrize("seed", range(12))
def test_the_noise_of_the_first_batches_is_not_taken_for_a_fall_of_the_loss(seed: int) -> None:
    X, y = nn.data.load_digits()
    manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = optim.Adam(model.parameters())
    curve = train.lr_find(model, (X, y), F.cross_entropy, optimizer, batch_size=32, seed=seed)
    assert curve.suggestion is not None
    assert 1e-4 < curve.suggestion < 0.1


def test_a_loss_that_does_not_fall_has_no_suggestion() -> None:
    model = nn.Linear(1, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)

    def flat(output: Any, target: Any) -> Any:
        return output.sum() * 0.0 + 1.0

    curve = train.lr_find(model, (np.ones((4, 1)), np.ones((4, 1))), flat, optimizer, num_iter=10)
    assert curve.suggestion is None
    assert "does not fall" in repr(curve)


def test_the_curve_is_drawn() -> None:
    plt = pytest.importorskip("matplotlib.pyplot", reason="matplotlib is not installed; pip install glassgrad[plot]")
    curve = train.LRCurve([0.001, 0.01, 0.1, 1.0], [4.0, 3.9, 2.0, 9.0], [4.0, 3.9, 2.0, 9.0])
    axes = curve.plot()
    assert axes.get_xscale() == "log"
    assert [line.get_label() for line in axes.lines] == ["loss of a batch", "running mean", "suggestion 0.1"]
    plt.close(axes.figure)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"min_lr": 0.0}, "expected 0 < min_lr < max_lr, got 0.0"),
        ({"min_lr": 1.0, "max_lr": 0.1}, "expected 0 < min_lr < max_lr"),
        ({"num_iter": 1}, "num_iter must be an integer >= 2"),
    ],
)
def test_lr_find_refuses_what_makes_no_sense(options: dict[str, Any], complaint: str) -> None:
    model = network()
    with pytest.raises(ValueError, match=complaint):
        train.lr_find(model, data(), F.cross_entropy, optim.SGD(model.parameters(), lr=0.1), **options)


# --- cross_validate ---


def build() -> tuple[nn.Module, optim.Optimizer]:
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    return model, optim.Adam(model.parameters(), lr=0.05)


def test_cross_validation_judges_each_fold_by_what_it_left_out() -> None:
    X, y = data(40)
    options: Any = {"metrics": ["accuracy"], "epochs": 20, "batch_size": 8}
    scores = train.cross_validate(build, (X, y), F.cross_entropy, **options)
    assert {name: len(values) for name, values in scores.items()} == {"loss": 5, "accuracy": 5}
    assert scores.mean("accuracy") > 0.75
    assert scores.std() == pytest.approx(np.std(scores["loss"], ddof=1))
    assert repr(scores).splitlines()[-2].split()[0] == "mean"
    again = train.cross_validate(build, (Tensor(X), Tensor(y)), F.cross_entropy, **options)
    assert exact(again) == exact(scores)
    stratified = nn.data.StratifiedKFold(4)
    assert len(train.cross_validate(build, (X, y), F.cross_entropy, stratified, **options)["loss"]) == 4


def test_no_sample_of_a_fold_is_trained_on() -> None:
    seen: list[tuple[set[float], set[float]]] = []

    class Recorder(nn.Module):
        def __init__(self) -> None:
            self.layer = nn.Linear(1, 1)
            self.sets: tuple[set[float], set[float]] = (set(), set())
            seen.append(self.sets)

        def forward(self, x: Any) -> Any:
            self.sets[0 if self.training else 1].update(x.numpy().ravel().tolist())
            return self.layer(x)

    def recorded() -> tuple[nn.Module, optim.Optimizer]:
        model = Recorder()
        return model, optim.SGD(model.parameters(), lr=0.01)

    X = np.arange(11.0)[:, None]
    train.cross_validate(recorded, (X, X), F.mse_loss, nn.data.KFold(3))
    assert len(seen) == 3
    for trained, judged in seen:
        assert not trained & judged
        assert trained | judged == set(range(11))


def test_folds_in_processes_have_the_same_bits() -> None:
    options: Any = {"epochs": 2, "batch_size": 8, "folds": nn.data.KFold(2)}
    one = train.cross_validate(build, data(20), F.cross_entropy, **options)
    two = train.cross_validate(build, data(20), F.cross_entropy, processes=2, **options)
    assert exact(two) == exact(one)


# --- random_search ---


def objective(params: dict[str, Any]) -> float:
    return (math.log10(params["lr"]) + 2.0) ** 2 + float(params["depth"]) + default_generator().random()


SPACE: dict[str, Any] = {
    "lr": train.loguniform(1e-5, 1.0),
    "momentum": train.uniform(0.0, 1.0),
    "depth": train.integer(1, 3),
    "activation": train.choice(["relu", "tanh"]),
}


def test_the_same_seed_gives_the_same_trials_in_any_number_of_processes() -> None:
    before = default_generator().bit_generator.state
    search = train.random_search(objective, SPACE, 8, seed=3)
    assert default_generator().bit_generator.state == before
    assert train.random_search(objective, SPACE, 8, seed=3, processes=2).trials == search.trials
    assert train.random_search(objective, SPACE, 5, seed=3).trials == search.trials[:5]
    assert train.random_search(objective, SPACE, 8, seed=4).trials != search.trials


def test_values_are_drawn_from_their_distributions() -> None:
    trials = train.random_search(lambda p: 0.0, SPACE, 2000).trials
    lrs = np.log10([trial.params["lr"] for trial in trials])
    assert -5 <= lrs.min() < -4.9 < -0.1 < lrs.max() <= 0
    assert abs(lrs.mean() + 2.5) < 0.1
    assert 0 <= min(trial.params["momentum"] for trial in trials) < 0.01
    for name, values in (("depth", [1, 2, 3]), ("activation", ["relu", "tanh"])):
        counts = [sum(trial.params[name] == value for trial in trials) for value in values]
        assert sum(counts) == 2000
        assert min(counts) > 0.9 * 2000 / len(values)


def test_the_best_trial_is_first_and_nan_is_last() -> None:
    values = [3.0, math.nan, 1.0, 2.0]
    trials = [train.Trial({"k": k}, value) for k, value in enumerate(values)]
    assert train.Search(trials, "minimize").best.value == 1.0
    assert train.Search(trials, "maximize").best.value == 3.0
    assert [trial.params["k"] for trial in train.Search(trials, "maximize").ranked()] == [0, 3, 2, 1]
    random.Random(0).shuffle(trials)
    assert train.Search(trials, "minimize").best.params == {"k": 2}
    assert repr(train.Search(trials, "minimize")).splitlines()[1].split() == ["1", "2"]


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: train.random_search(objective, {"lr": 0.1}, 3), "gives 'lr' as float 0.1; use uniform"),  # type: ignore[dict-item]
        (lambda: train.random_search(objective, SPACE, 0), "n must be an integer >= 1"),
        (lambda: train.random_search(objective, SPACE, 1, direction="up"), 'must be "minimize" or "maximize"'),
        (lambda: train.random_search(0.5, SPACE, 1), "a function of a dict"),  # type: ignore[arg-type]
        (lambda: train.random_search(lambda p: "low", SPACE, 1), "value of the objective must be a number"),  # type: ignore[arg-type,return-value]
        (lambda: train.random_search(lambda p: 0.0, SPACE, 1, processes=2), "define it at the top of a file"),
        (lambda: train.uniform(1.0, 1.0), "takes low < high"),
        (lambda: train.uniform(0.0, math.inf), "two finite numbers"),
        (lambda: train.loguniform(0.0, 1.0), "numbers above 0"),
        (lambda: train.integer(3, 2), "high must be an integer >= 3"),
        (lambda: train.choice([]), "at least one option"),
        (lambda: train.choice("relu"), r"takes a list of options, got 'relu'; write choice\(\['relu'\]\)"),
        (lambda: train.choice(5), "takes a list of options, got 5"),  # type: ignore[arg-type]
        (lambda: train.cross_validate(build, data(), F.cross_entropy, 3), r"write nn\.data\.KFold\(3"),
        (lambda: train.cross_validate(build, data(), F.cross_entropy, metrics="accuracy"), "metrics must be a list"),
        (lambda: train.cross_validate(lambda: nn.Linear(2, 2), data(), F.cross_entropy), "build returns"),  # type: ignore[arg-type,return-value]
    ],
)
def test_arguments_that_make_no_sense_are_refused(call: Any, complaint: str) -> None:
    with pytest.raises((TypeError, ValueError), match=complaint):
        call()
