"""The table of `run.py`: for each row a work, the two that do it, and the ratio of their times that is the target."""

from __future__ import annotations

from dataclasses import dataclass

from bench.peers import BARE, BY_HAND, CASADI, HIPS, JAX, MICROGRAD, MYGRAD, OURS, PYTORCH


@dataclass(frozen=True)
class Runner:
    """A module of `tools/bench/` that measures an engine, in one of its ways."""

    work: str
    engine: str
    how: str = ""
    threads: int = 1

    @property
    def name(self) -> str:
        return f"{self.engine}, {self.how}" if self.how and not self.how.isdigit() else self.engine

    @property
    def needs_compiled(self) -> bool:
        """Whether it measures the compiled engine."""
        return self.engine == OURS and self.how != "pure" and self.work in ("scalar", "gpt", "programs", "nodes")


@dataclass(frozen=True)
class Figure:
    """One of the figures that a runner measures; `less` is taken off it: what the work takes with no engine at all."""

    runner: Runner
    name: str = "step"
    less: Runner | None = None


@dataclass(frozen=True)
class Row:
    """A promise: the other takes at least so many times as long, or we take at most so many times as long.

    Without `other`, our own figure is at most the target, in seconds.
    """

    work: str
    ours: Figure
    other: Figure | None
    at_least: float | None = None
    at_most: float | None = None
    beside: str = ""  # where the other's name does not say it
    smoke: bool = True  # whether the smoke run has it

    @property
    def target(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:,g}"
        return f"≤ {self.at_most:,g}" + ("" if self.other else " s")

    @property
    def other_name(self) -> str:
        return self.beside or (self.other.runner.name if self.other else "")

    @property
    def runners(self) -> list[Runner]:
        figures = [self.ours, *([self.other] if self.other else [])]
        return [runner for each in figures for runner in (each.runner, each.less) if runner]

    def ratio(self, ours: float, other: float) -> float:
        """Return the ratio that the target is about; without `other`, our own figure."""
        if self.other is None:
            return ours
        return other / ours if self.at_least is not None else ours / other

    def margin(self, ratio: float) -> float:
        """Return how many times better than the target a ratio is; below 1 it is missed."""
        return ratio / self.at_least if self.at_least is not None else (self.at_most or 0.0) / max(ratio, 1e-12)


def rows() -> list[Row]:
    """Return all rows, those of one work together."""
    return [*_scalars(), *_programs(), *_sizes(), *_networks(), *_arrays()]


DEMO = "micrograd's demo step"


def _scalars() -> list[Row]:
    same = Figure(Runner("scalar", OURS))
    micrograd = Figure(Runner("scalar", MICROGRAD))
    return [
        Row(f"{DEMO}, same source", same, micrograd, at_least=150),
        Row(f"{DEMO}, same source", same, Figure(Runner("scalar", MICROGRAD, "no collector")), at_least=15),
        Row(f"{DEMO}, same source", same, Figure(Runner("scalar", PYTORCH)), at_least=100),
        Row(f"{DEMO}, with dot and sum", Figure(Runner("scalar", OURS, "dot")), micrograd, at_least=500),
        Row(f"{DEMO}, pure Python", Figure(Runner("scalar", OURS, "pure")), micrograd, at_least=3),
        Row(
            "character GPT on Values, one step",
            Figure(Runner("gpt", OURS)),
            Figure(Runner("gpt", "its own Value class")),
            at_least=30,
        ),
    ]


def _programs() -> list[Row]:
    floats, samples = Runner("programs", OURS, "floats"), Runner("programs", OURS, "samples")
    work, many = f"{DEMO}, Program over floats", "Program over 10,000 samples, per sample"
    sample = "per sample"
    return [
        Row(work, Figure(floats), Figure(Runner("scalar", MICROGRAD)), at_least=1200),
        Row(work, Figure(floats), Figure(Runner("programs", CASADI, "floats")), at_most=1.5, beside=CASADI),
        Row("Program of 66,000 nodes, built", Figure(floats, "build"), None, at_most=0.05),
        Row(many, Figure(samples, sample), Figure(Runner("scalar", MICROGRAD), sample), at_least=10_000),
        Row(many, Figure(samples, sample), Figure(Runner("programs", JAX, "samples"), sample), at_most=2.5, beside=JAX),
    ]


def _sizes() -> list[Row]:
    nodes = Runner("nodes", OURS)
    return [
        Row(
            "bytes per node",
            Figure(Runner("scalar", OURS), "bytes"),
            Figure(Runner("scalar", MICROGRAD), "bytes"),
            at_most=0.125,
        ),
        Row(
            "cost per node, 1,000,000 nodes",
            Figure(nodes, "1,000,000"),
            Figure(nodes, "10,000"),
            at_most=1.5,
            beside="10,000 nodes",
        ),
        Row("chain of 1,000,000: build, backward, free", Figure(nodes, "together"), None, at_most=0.5),
        # Not in the smoke run: what files cost to open depends on what other programs leave in memory.
        Row(
            "import autograd",
            Figure(Runner("starting", OURS)),
            Figure(Runner("starting", BARE)),
            at_most=1.25,
            smoke=False,
        ),
    ]


def _networks() -> list[Row]:
    work = "MLP 784-120-84-10, batch 100, one step"
    one, two = Figure(Runner("mlp", OURS, "1")), Figure(Runner("mlp", OURS, "2", threads=2), "wall")
    near = (BY_HAND, PYTORCH, MYGRAD)  # not in the smoke run: beside busy programs these come near twice their limits
    limits = {BY_HAND: 1.2, PYTORCH: 0.85, JAX: 1.4, MYGRAD: 0.5, HIPS: 0.25}
    return [
        *(
            Row(work, one, Figure(Runner("mlp", engine, "1")), at_most=limit, smoke=engine not in near)
            for engine, limit in limits.items()
        ),
        # Not in the smoke run: with two threads only wall time tells, and that is also the time of other programs.
        Row(
            f"{work}, 2 threads", two, Figure(Runner("mlp", PYTORCH, "2", threads=2), "wall"), at_most=0.9, smoke=False
        ),
    ]


def _arrays() -> list[Row]:
    small, large = "small", "large"
    bare = Runner("chains", BARE, small)
    overheads = [
        Row(
            f"overhead per Tensor op, {size} element{'s' * (size != '1')}",
            Figure(Runner("chains", OURS, small), size, less=bare),
            Figure(Runner("chains", engine, small), size, less=bare),
            at_most=1.0,
            beside=engine,
        )
        for size in ("1", "100")
        for engine in (PYTORCH, MYGRAD, HIPS)
    ]
    ours, numpy = (Figure(Runner("chains", engine, large), "1000000") for engine in (OURS, BARE))
    work = "elementwise and reductions on 1,000,000 elements"
    return [*overheads, Row(work, ours, numpy, at_most=1.3, beside="NumPy by hand")]
