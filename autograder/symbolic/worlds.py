"""Worlds: small concrete numbers in which two lines can be compared for general N and M.

A world fixes the sizes, the free indices and a random value for every quantity. Two lines that agree in all worlds of
a fixed, seeded collection agree for the sums and sizes of this notation up to a negligible risk (docs/soundness.md).
Sizes 3 and 4 are always among them: at N = 2 wrong lines can hold by coincidence.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeAlias

from autograder.symbolic.notation import Case
from autograder.symbolic.tasks import Task

SIZES = ((2, 2), (3, 2), (4, 3))
SEEDS = {2: (1,), 3: (2, 3), 4: (4,)}  # by N
SCALAR_SEEDS = (1, 2, 3, 4, 5, 6)
MANY = 8  # index choices kept of a large world
LARGER_SIZES = (5, 6, 7)  # from which a fine world draws
SMALLER_SIZES = (3, 4, 5, 6)

Real: TypeAlias = Any
"""A float, or in a fine world a Decimal."""


@dataclass(frozen=True)
class World:
    """Sizes, free indices and the seed of all values.

    ``readable`` worlds have values of one decimal, ``signed`` ones negative values as well; in ``fine`` ones the
    evaluator calculates with 64 digits.
    """

    sizes: tuple[tuple[str, int], ...]
    free: tuple[tuple[str, int], ...]
    seed: int
    one_hot: bool = False
    readable: bool = False
    signed: bool = False
    fine: bool = False

    def size(self, name: str) -> int:
        """Return the number that ``N`` or ``M`` has here."""
        return dict(self.sizes)[name]

    def quantities(self, true_class: str | None) -> tuple[object, ...]:
        """Return what the values of all quantities depend on: of the free indices, at most the true class."""
        kind = self.readable, self.signed, self.fine
        return self.sizes, self.seed, kind, self.one_hot and dict(self.free).get(true_class or "")

    def value(self, key: object) -> float:
        """Return the value of the quantity ``key``: between 0.35 and 1.65, in signed worlds with either sign."""
        value = _value(self.seed, self.readable, repr(key))
        return -value if self.signed and _value(self.seed, False, f"{key!r} sign") < 1.0 else value

    def wave(self, name: str, argument: Real) -> Real:
        """Return a smooth random function, that of ``name``, at ``argument`` (a float or a Decimal, as is the result).

        It is rational, so that it is calculated as exactly as anything else, and tells large arguments apart too.
        """
        kind = type(argument)
        level, slope, height, middle = (kind(self.value(f"{name} {k}")) for k in range(4))
        return level + slope * argument + height / (1 + (argument - middle) ** 2)


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
    """Return situations with values that one can follow on paper: smallest first, then negative ones, then large N."""
    usual = worlds(task, case, one_hot=one_hot)
    small = [replace(world, readable=True, signed=signed) for signed in (False, True) for world in usual]
    large = [
        replace(world, sizes=(("N", n), ("M", n - 1)), readable=True)
        for n in LARGER_SIZES
        for world in usual
        if world.sizes and world.size("N") == 2
    ]
    return small + large


def fine_worlds(task: Task, case: Case | None = None, *, one_hot: bool = False, key: str) -> tuple[World, ...]:
    """Return two more worlds, drawn anew for every ``key``: larger, with values of either sign, calculated finely.

    Where the claim has two indices over the same size, they are equal in one of the worlds and differ in the other.
    """
    generator = random.Random(hashlib.sha256(key.encode()).digest())  # noqa: S311
    runs = tuple(task.indices[name] for name in task.free)
    found = []
    for equal in (True, False):
        sizes = {"N": generator.choice(LARGER_SIZES)}
        sizes["M"] = generator.choice([size for size in SMALLER_SIZES if size != sizes["N"]])
        wanted = case.equal if case is not None and {case.left, case.right} <= set(task.free) else equal
        choice: tuple[int, ...]
        if not runs:
            choice, sizes = (), {}
        elif runs in (("N", "N"), ("M", "M")):
            first, second = generator.sample(range(1, sizes[runs[0]] + 1), 2)
            choice = (first, first if wanted else second)
        else:
            choice = tuple(generator.randint(1, sizes[run]) for run in runs)
        free = tuple(zip(task.free, choice, strict=True))
        seed = generator.getrandbits(64)
        found.append(World(tuple(sizes.items()), free, seed, one_hot, signed=True, fine=True))
    return tuple(found)


def _holds(case: Case, free: dict[str, int]) -> bool:
    if case.left not in free or case.right not in free:
        return True
    return (free[case.left] == free[case.right]) == case.equal
