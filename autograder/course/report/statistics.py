"""The numbers of a class: where the points lie, how hard each task is, and how well it tells hand-ins apart."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FEWEST = 10  # hand-ins below which a correlation says nothing
FEW = 30  # below which it is uncertain


@dataclass(frozen=True)
class Spread:
    """How numbers are spread: quartiles by linear interpolation, as in R and Excel."""

    count: int
    mean: float
    deviation: float
    least: float
    lower: float
    median: float
    upper: float
    most: float


def spread(values: Iterable[float]) -> Spread | None:
    """Return the spread of ``values``; None of no values. The deviation of a single one is 0."""
    ordered = sorted(values)
    if not ordered:
        return None
    lower, median, upper = _quartiles(ordered)
    deviation = statistics.stdev(ordered) if len(ordered) > 1 else 0.0
    return Spread(len(ordered), statistics.fmean(ordered), deviation, ordered[0], lower, median, upper, ordered[-1])


def _quartiles(ordered: Sequence[float]) -> tuple[float, float, float]:
    if len(ordered) == 1:
        return ordered[0], ordered[0], ordered[0]
    lower, median, upper = statistics.quantiles(ordered, n=4, method="inclusive")
    return lower, median, upper


@dataclass(frozen=True)
class Bin:
    """The hand-ins with ``lower`` <= points < ``upper``; in the last one also those with ``upper`` points."""

    lower: float
    upper: float
    count: int


def histogram(values: Iterable[float], most: float) -> list[Bin]:
    """Return how many ``values`` lie in equal steps from 0 to ``most``: about twenty, each a handy number wide."""
    values = list(values)
    width = step(most / 20)
    count = max(math.ceil(most / width - 1e-9), 1)
    heights = [0] * count
    for value in values:
        heights[min(max(int(value / width + 1e-9), 0), count - 1)] += 1
    return [Bin(k * width, min((k + 1) * width, max(most, width)), height) for k, height in enumerate(heights)]


def handy(most: float) -> float:
    """Return the smallest whole number of steps of a histogram that reaches ``most``."""
    width = step(most / 20)
    return max(math.ceil(most / width - 1e-9), 1) * width


def step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten (or a half) that is at least ``least``."""
    if least <= 0.5:
        return 0.5
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least - 1e-9)


@dataclass(frozen=True)
class Item:
    """A task in the class.

    ``difficulty`` is the mean share of its points, so that 1 is easy. ``discrimination`` is the correlation of its
    points with those of all *other* tasks (corrected item-total correlation), with its 95 % interval; None where there
    are too few hand-ins, or all have the same points. ``full``, ``some`` and ``none`` count hand-ins.
    """

    spread: Spread
    difficulty: float
    discrimination: float | None
    interval: tuple[float, float] | None
    full: int
    some: int
    none: int


def item(points: Sequence[float], rest: Sequence[float], most: float) -> Item | None:
    """Return what a task worth ``most`` shows: ``points`` are those of each hand-in, ``rest`` those of its others."""
    found = spread(points)
    if found is None:
        return None
    full = sum(value >= most for value in points)
    none = sum(value <= 0 < most for value in points)
    discrimination = correlation(points, rest)
    interval = None if discrimination is None else _interval(discrimination, len(points))
    difficulty = found.mean / most if most else 1.0
    return Item(found, difficulty, discrimination, interval, full, len(points) - full - none, none)


def items(points: Sequence[Mapping[str, float]], worth: Mapping[str, float]) -> dict[str, Item]:
    """Return every task by name; ``points`` are those of each hand-in by task, ``worth`` says what a task is worth."""
    found = {}
    for name, most in worth.items():
        own = [each.get(name, 0.0) for each in points]
        rest = [sum(each.get(other, 0.0) for other in worth if other != name) for each in points]
        made = item(own, rest, most)
        if made is not None:
            found[name] = made
    return found


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Pearson's correlation; None for fewer than ``FEWEST`` pairs, or where one side never changes."""
    if len(first) < FEWEST:
        return None
    try:
        return statistics.correlation(first, second)
    except statistics.StatisticsError:  # all the same
        return None


def _interval(correlation: float, count: int) -> tuple[float, float]:
    """Return Fisher's 95 % interval."""
    z = math.atanh(min(max(correlation, -0.999999), 0.999999))
    wide = 1.96 / math.sqrt(count - 3)
    return math.tanh(z - wide), math.tanh(z + wide)
