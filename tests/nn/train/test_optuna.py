"""A study of Optuna draws from the space of random_search, prunes, and is shared by processes through a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograd import default_generator
from nn import functional as F, optim, train

from .cases import data, network

optuna: Any = pytest.importorskip("optuna", reason="optuna is not installed; pip install glassgrad[search]")
optuna.logging.set_verbosity(optuna.logging.ERROR)

ROOT = Path(__file__).resolve().parents[3]
SPACE: dict[str, Any] = {
    "lr": train.loguniform(1e-3, 1e-1),
    "momentum": train.uniform(0.0, 0.9),
    "depth": train.integer(1, 3),
    "options": train.choice(["relu", None, 2, max, [16, 8]]),
}


def objective(params: dict[str, Any], trial: Any = None) -> float:
    """Train for four epochs; serves random_search and Optuna."""
    model = network()
    optimizer = optim.SGD(model.parameters(), params["lr"])
    pruning = train.PruningCallback(trial, "loss")
    return float(
        train.fit(model, data(), F.cross_entropy, optimizer, 4, callbacks=[pruning], verbose=False)["loss"][-1]
    )


def wrapped(function: Any, space: Any) -> Any:
    return train.optuna_objective(function, space)


def test_a_study_draws_from_the_space(tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []

    def remember(params: dict[str, Any], trial: Any) -> Any:
        seen.append(params)
        return params["lr"] + default_generator().random()

    before = default_generator().bit_generator.state
    for _ in range(2):  # the second one goes on in the same file
        study = train.optuna_study(tmp_path / "search.journal", sampler=optuna.samplers.RandomSampler(seed=0))
        study.optimize(train.optuna_objective(remember, SPACE, seed=3), n_trials=15)
    assert default_generator().bit_generator.state == before
    assert len(study.trials) == len(seen) == 30
    for params in seen:
        assert list(params) == list(SPACE)
        assert 1e-3 <= params["lr"] <= 1e-1
        assert 0.0 <= params["momentum"] <= 0.9
    assert {params["depth"] for params in seen} == {1, 2, 3}
    assert all(option in [params["options"] for params in seen] for option in ("relu", None, 2, max, [16, 8]))
    assert {trial.params["options"] for trial in study.trials} == {"relu", None, 2, "3: max", "4: list"}
    # the random numbers of a trial depend on the seed and its number only
    other = train.optuna_study(tmp_path / "other.journal", sampler=optuna.samplers.RandomSampler(seed=0))
    other.optimize(train.optuna_objective(remember, SPACE, seed=3), n_trials=15)
    assert [trial.value for trial in other.trials] == [trial.value for trial in study.trials[:15]]


def test_one_objective_serves_random_search_and_optuna(tmp_path: Path) -> None:
    assert len(train.random_search(objective, SPACE, 2).trials) == 2
    study = train.optuna_study(tmp_path / "s", pruner=optuna.pruners.ThresholdPruner(upper=0.0))
    study.optimize(train.optuna_objective(objective, SPACE), n_trials=2)
    assert [trial.state.name for trial in study.trials] == ["PRUNED", "PRUNED"]
    assert [list(trial.intermediate_values) for trial in study.trials] == [[0], [0]]
    study = train.optuna_study(tmp_path / "s", "another", pruner=optuna.pruners.NopPruner())
    study.optimize(train.optuna_objective(objective, SPACE), n_trials=1)
    assert study.trials[0].state.name == "COMPLETE"
    assert list(study.trials[0].intermediate_values) == [0, 1, 2, 3]


def test_numbers_are_reported_every_interval() -> None:
    study = optuna.create_study()
    trial = study.ask()
    model = network()
    callback = train.PruningCallback(trial, "loss", interval=2)
    options: Any = {"callbacks": [callback], "verbose": False}
    history = train.fit(model, data(), F.cross_entropy, optim.SGD(model.parameters(), 0.1), 5, **options)
    reported = study.trials[0].intermediate_values
    assert reported == {1: history["loss"][1], 3: history["loss"][3]}


@pytest.mark.parametrize(
    ("direction", "monitor", "complaint"),
    [
        ("maximize", "loss", "the study says maximize, and loss is better when it falls"),
        ("minimize", "accuracy", "the study says minimize, and accuracy is better when it rises"),
        ("minimize", "val_loss", "monitors 'val_loss', and there is loss, accuracy; give fit.. validation="),
    ],
)
def test_a_monitor_that_does_not_fit_the_study_is_refused(direction: str, monitor: str, complaint: str) -> None:
    trial = optuna.create_study(direction=direction).ask()
    model = network()
    options: Any = {"callbacks": [train.PruningCallback(trial, monitor)], "metrics": ["accuracy"], "verbose": False}
    with pytest.raises(ValueError, match=complaint):
        train.fit(model, data(), F.cross_entropy, optim.SGD(model.parameters(), 0.1), **options)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda path: train.optuna_study(path, direction="up"), 'must be "minimize" or "maximize", got'),
        (lambda path: train.optuna_study(path, direction="maximize"), "was created with direction='minimize'"),
        (lambda path: wrapped(objective, {"lr": 0.1}), "gives 'lr' as float 0.1; use uniform"),
        (lambda path: wrapped(objective, [0.1]), "the space is a dict"),
        (lambda path: train.optuna_study(path.with_name("text")), "text is no journal of Optuna, or is damaged"),
        (lambda path: wrapped(0.1, SPACE), "the objective is a function"),
        (
            lambda path: train.optuna_study(path).optimize(wrapped(lambda p, t: None, SPACE), n_trials=1),
            "value of the objective must be a number, got NoneType",
        ),
    ],
)
def test_arguments_that_make_no_sense_are_refused(call: Any, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "search.journal"
    train.optuna_study(path)
    path.with_name("text").write_text("text\n")
    with pytest.raises((TypeError, ValueError), match=complaint):
        call(path)


SCRIPT = """
import os, sys
from nn import train
from tests.nn.train.test_optuna import SPACE, objective

def marked(params, trial):
    trial.set_user_attr("process", os.getpid())
    return objective(params, trial)

study = train.optuna_study(sys.argv[1])
study.optimize(train.optuna_objective(marked, SPACE), n_trials=8)
"""


def test_two_processes_work_on_one_study(tmp_path: Path) -> None:
    path = tmp_path / "search.journal"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    workers = [subprocess.Popen([sys.executable, "-c", SCRIPT, str(path)], env=environment) for _ in range(2)]
    try:
        assert [worker.wait(timeout=300) for worker in workers] == [0, 0]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    trials = train.optuna_study(path).trials
    assert [trial.number for trial in trials] == list(range(16))
    assert sorted(trial.user_attrs["process"] for trial in trials) == sorted(8 * [worker.pid for worker in workers])
    assert {trial.state.name for trial in trials} <= {"COMPLETE", "PRUNED"}
    assert len({trial.params["lr"] for trial in trials}) == 16


def test_without_optuna_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r'pip install "glassgrad\[search\]"'):
        train.optuna_study(tmp_path / "s")


def test_only_a_trial_can_be_pruned() -> None:
    with pytest.raises(TypeError, match="takes the trial that the objective gets, got int: 5"):
        train.PruningCallback(5)


def test_a_fixed_trial_is_trained_to_the_end() -> None:
    trial = optuna.trial.FixedTrial({"lr": 0.1})
    assert objective({"lr": 0.1}, trial) == objective({"lr": 0.1})


def test_the_doctor_does_not_take_a_pruned_trial_for_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    def pruned(trial: Any) -> float:
        model = network()
        optimizer = optim.SGD(model.parameters(), 0.1)
        callbacks = [train.PruningCallback(trial, "loss")]
        train.fit(model, data(), F.cross_entropy, optimizer, 2, callbacks=callbacks, verbose=False, doctor=True)
        return 0.0

    study = optuna.create_study(pruner=optuna.pruners.ThresholdPruner(upper=0.0))
    study.optimize(pruned, n_trials=1)
    assert study.trials[0].state.name == "PRUNED"
    assert "TrialPruned" not in capsys.readouterr().out
