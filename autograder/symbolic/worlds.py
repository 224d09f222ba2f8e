"""Worlds: small concrete numbers in which two lines can be compared for general N and M.

A world fixes the sizes, the free indices and a random value for every quantity. Two lines that agree in all worlds of
a fixed, seeded collection agree for the sums and sizes of this notation up to a negligible risk (docs/soundness.md).
Sizes 3 and 4 are always among them: at N = 2 wrong lines can hold by coincidence.
"""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass
from functools import lru_cache

from autograder.symbolic.notation import Case
from autograder.symbolic.tasks import Task

SIZES = ((2, 2), (3, 2), (4, 3))
SEEDS = {2: (1,), 3: (2, 3), 4: (4,)}  # by N
SCALAR_SEEDS = (1, 2, 3, 4, 5, 6)
MANY = 8  # index choices kept of a large world


@dataclass(frozen=True)
class World:
    """Sizes, free indices and the seed of all values; ``readable`` worlds have values of one decimal."""

    sizes: tuple[tuple[str, int], ...]
    free: tuple[tuple[str, int], ...]
    seed: int
    one_hot: bool = False
    readable: bool = False

    def size(self, name: str) -> int:
        """Return the number that ``N`` or ``M`` has here."""
        return dict(self.sizes)[name]

    def quantities(self, true_class: str | None) -> tuple[object, ...]:
        """Return what the values of all quantities depend on: of the free indices, at most the true class."""
        return self.sizes, self.seed, self.readable, self.one_hot and dict(self.free).get(true_class or "")

    def value(self, key: object) -> float:
        """Return the value of the quantity ``key``, between 0.35 and 1.65 so that logarithms are safe."""
        return _value(self.seed, self.readable, repr(key))

    def wave(self, name: str, argument: float) -> float:
        """Return a smooth random function, that of ``name``, at ``argument``."""
        slope, phase = _value(self.seed, False, f"{name} slope"), _value(self.seed, False, f"{name} phase")
        return 1.2 + 0.7 * math.sin((2.0 + slope) * argument + 6.0 * phase)


@lru_cache(maxsize=20_000)
def _value(seed: int, readable: bool, key: str) -> float:
    generator = random.Random(f"{seed} {key}")  # noqa: S311 - reproducible, not secret
    return generator.choice(range(2, 16)) / 10 if readable else generator.uniform(0.35, 1.65)


def worlds(task: Task, case: Case | None = None, *, one_hot: bool = False) -> tuple[World, ...]:
    """Return the worlds in which lines of ``task`` are compared, under ``case`` where one is open."""
    return _worlds(tuple(task.free), tuple(task.indices[name] for name in task.free), case, one_hot)


@lru_cache(maxsize=128)
def _worlds(free: tuple[str, ...], runs: tuple[str, ...], case: Case | None, one_hot: bool) -> tuple[World, ...]:
    if not free:
        return tuple(World((), (), seed, one_hot) for seed in SCALAR_SEEDS)
    found: list[World] = []
    for number, (n, m) in enumerate(SIZES):
        sizes = {"N": n, "M": m}
        choices = [
            choice
            for choice in itertools.product(*(range(1, sizes[run] + 1) for run in runs))
            if case is None or _holds(case, dict(zip(free, choice, strict=True)))
        ]
        if len(choices) > MANY and n > 3:
            choices = random.Random(number).sample(choices, MANY)  # noqa: S311
        found.extend(
            World(tuple(sizes.items()), tuple(zip(free, choice, strict=True)), seed, one_hot)
            for choice in choices
            for seed in SEEDS[n]
        )
    return tuple(found)


def readable_worlds(task: Task, case: Case | None = None, *, one_hot: bool = False) -> list[World]:
    """Return the same situations with values that one can follow on paper, smallest first."""
    return [
        World(world.sizes, world.free, world.seed, world.one_hot, readable=True)
        for world in worlds(task, case, one_hot=one_hot)
    ]


def _holds(case: Case, free: dict[str, int]) -> bool:
    if case.left not in free or case.right not in free:
        return True
    return (free[case.left] == free[case.right]) == case.equal
