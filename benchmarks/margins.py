"""How far right networks stay from the limits of the tests, and wrong ones beyond them, over seeds, starts and dtypes.

``python -m benchmarks.margins [--only accuracy orders] [--first 10000] [--seeds 100] [--figure docs/margins.png]``
trains the sheet's own functions from five kinds of first weights, in float64 and float32, prints two tables and draws
a figure. docs/margins.md reads them, and says which seeds stand behind it.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, permutations, product
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from autograder.grading import solutions, unseen_digits
from autograder.notebook.training import NEAR, RATE, step_error
from autograder.numeric import check_gradients, init_parameters, load_digits, one_hot, random_parameters
from autograder.numeric.gradient import TOLERANCE

CORRECT = solutions("2_netzwerk")  # of the course in this folder
X, LABELS = load_digits()
Y = one_hot(LABELS)
SAME_NETWORK, OTHER_ORDER = 1e-4, 1e-6  # the limits of the test cell of train

Network = list[tuple[Any, Any]]
Start = Callable[[Sequence[int], np.random.Generator], Network]


def _scaled(size: float, bias: float = 0.0) -> Start:
    def start(sizes: Sequence[int], rng: np.random.Generator) -> Network:
        return [(size * rng.normal(size=(m, n)), bias * rng.normal(size=n)) for m, n in pairwise(sizes)]

    return start


def _uniform(sizes: Sequence[int], rng: np.random.Generator) -> Network:
    return [(rng.uniform(-0.3, 0.3, (m, n)), rng.uniform(-0.1, 0.1, n)) for m, n in pairwise(sizes)]


STARTS: dict[str, Start] = {
    "given": init_parameters,
    "uniform 0.3": _uniform,
    "normal 0.1": _scaled(0.1),
    "normal 0.01": _scaled(0.01),
    "normal 1": _scaled(1.0, 1.0),
}
DTYPES = (np.float64, np.float32)
CONFIDENCE = 0.95
TAIL, MIN_EXCESSES = 0.1, 10
SINGLE = 150  # seeds at most that the digits are read with in float32, too: not one more or less is read
FRESH = 10_000  # the limits were chosen by looking at the seeds 0 to 99; what is measured here begins elsewhere


@dataclass
class Margin:
    """What right and wrong answers come to where a test has its ``limit``; ``above``: right ones lie above it.

    ``log``: values of several orders of magnitude, drawn so. Right ones are kept by kind, such as their first weights:
    a bound that holds for each kind needs no assumption on how many students choose which.
    """

    name: str
    limit: float
    above: bool = False
    log: bool = False
    right: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[float] = field(default_factory=list)

    @property
    def all_right(self) -> list[float]:
        """The right ones of all kinds."""
        return [value for values in self.right.values() for value in values]

    def worst(self, values: Sequence[float]) -> float:
        """Return the one of the right ``values`` that is nearest to the limit, or farthest beyond it."""
        return min(values) if self.above else max(values)

    def failed(self, values: Sequence[float]) -> int:
        """Return how many of the right ``values`` do not pass the test."""
        return sum(value < self.limit if self.above else value >= self.limit for value in values)

    def row(self) -> str:
        """Return the line of the table."""
        right = self.all_right
        nearest = (max(self.wrong) if self.above else min(self.wrong)) if self.wrong else None
        beside = "" if nearest is None else f"{nearest:.2g}"
        worst, failed = self.worst(right), self.failed(right)
        tail = max(self.tail(values) for values in self.right.values())
        return f"| {self.name} | {self.limit:g} | {len(right)} | {worst:.3g} | {failed} | {tail:.0e} | {beside} |"

    def tail(self, values: Sequence[float]) -> float:
        """Return the chance that the fitted tail of the right ``values`` gives to what does not pass.

        The tail is the worst tenth, fitted by a generalised Pareto distribution that falls no faster than an
        exponential one. Distances that must not be near 0 are taken as logarithms, for nothing lies below 0.
        Not a number, if there are too few values.
        """
        given = np.array([*values, self.limit])
        *beyond, limit = (-1 if self.above else 1) * (np.log(given) if self.log and self.above else given)
        threshold = np.quantile(beyond, 1 - TAIL)
        excess = np.array(beyond)[beyond > threshold] - threshold
        if len(excess) < MIN_EXCESSES:
            return float("nan")
        shape, _location, scale = stats.genpareto.fit(excess, floc=0)
        if shape < 0:
            shape, scale = 0.0, excess.mean()
        return float(len(excess) / len(beyond) * stats.genpareto.sf(limit - threshold, shape, 0, scale))


def chance_at_most(failed: int, tries: int, confidence: float) -> float:
    """Return the largest chance of a failure that so many in so many tries do not speak against (Clopper, Pearson).

    It assumes independent tries alone. Without a failure it is about 3/tries at 95 %, the rule of three.
    """
    return float(stats.beta.ppf(confidence, failed + 1, tries - failed)) if failed < tries else 1.0


def follow(network: Network, batches: Any, rate: float, X: Any = X, y: Any = Y) -> Network:
    """Return what a step for each batch makes of ``network``."""
    for rows in batches:
        gradients = CORRECT.backward(y[rows], *CORRECT.forward(X[rows], network), network)
        network = CORRECT.update(network, gradients, rate)
    return network


def epochs_of(n: int, size: int, epochs: int, rng: np.random.Generator) -> Iterator[Any]:
    """Yield the rows of each batch."""
    for _epoch in range(epochs):
        order = rng.permutation(n)
        yield from (order[k : k + size] for k in range(0, n, size))


def apart(one: Network, other: Network) -> float:
    """Return how far two networks are apart, relative to their size."""
    a, b = (np.concatenate([np.ravel(array) for pair in network for array in pair]) for network in (one, other))
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def _one_by_one(network: Network, turns: Sequence[Sequence[int]]) -> Network:
    """Return what the test's epochs of single images, in these orders, make of ``network``."""
    return follow(network, [[k] for turn in turns for k in turn], 0.3)


def _typed(network: Network, dtype: Any) -> Network:
    return [(W.astype(dtype), b.astype(dtype)) for W, b in network]


def accuracy(seeds: range) -> list[Margin]:
    """Share of digits that one network of the accuracy test reads after its 20 epochs: unseen ones, those put aside."""
    unseen = Margin("unseen digits read, one network", 0.95, above=True)
    aside = Margin("digits put aside read, one network", 0.92, above=True)
    shown = ((unseen, *unseen_digits()), (aside, X[1200:], LABELS[1200:]))
    for (kind, start), dtype in product(STARTS.items(), DTYPES):
        data = X.astype(dtype), Y.astype(dtype)
        for seed in seeds if dtype is np.float64 else seeds[:SINGLE]:
            rng = np.random.default_rng(seed)
            network = _typed(start([64, 64, 10], rng), dtype)
            network = follow(network, epochs_of(1200, 16, 20, rng), 1.0, *data)
            for margin, images, labels in shown:
                read = float(np.mean(CORRECT.predict(images.astype(dtype), network) == labels))
                margin.right[f"{kind}, {np.dtype(dtype)}"].append(read)
    return [unseen, aside]


def steps(seeds: range) -> list[Margin]:
    """Tiny steps beside the gradient, and the same with a step too few or half the rate."""
    margin = Margin("steps beside the gradient (relative)", NEAR, log=True)
    for seed in seeds:
        for kind, start in STARTS.items():
            for sizes, epochs, size in (([64, 8, 10], 1, 5), ([64, 9, 7, 10], 3, 5), ([64, 10], 2, 10)):
                rng = np.random.default_rng(seed)
                network = start(sizes, rng)
                batches = list(epochs_of(20, size, epochs, rng))
                slope = CORRECT.backward(Y[:20], *CORRECT.forward(X[:20], network), network)
                for dtype in DTYPES:
                    given = _typed(network, dtype)
                    data = X[:20].astype(dtype), Y[:20].astype(dtype)
                    error = step_error(given, follow(given, batches, RATE, *data), slope, len(batches))
                    margin.right[f"{kind}, {np.dtype(dtype)}, {sizes}"].append(error)
                for wrong, rate in ((batches[:-1], RATE), (batches, RATE / 2), (batches, 1.1 * RATE)):
                    margin.wrong.append(step_error(network, follow(network, wrong, rate), slope, len(batches)))
    return [margin]


def orders(seeds: range) -> list[Margin]:
    """Compare the end of a training with its computed end, and with what another order leads to."""
    same = Margin("end of two epochs (relative)", SAME_NETWORK, log=True)
    other = Margin("ends of different orders (relative)", OTHER_ORDER, above=True, log=True)
    for seed in seeds:
        for kind, start in STARTS.items():
            rng = np.random.default_rng(seed)
            network = start([64, 7, 10], rng)
            batches = list(epochs_of(4, 2, 2, rng))
            end = follow(network, batches, 0.8)
            single = _typed(network, np.float32)
            in_single = follow(single, batches, 0.8, X.astype(np.float32), Y.astype(np.float32))
            same.right[kind].append(apart(in_single, end))
            same.wrong += [apart(follow(network, batches, 0.79), end), apart(follow(network, batches[:-1], 0.8), end)]
            network = start([64, 10], rng)
            turns = [list(rng.permutation(4)) for _turn in range(6)]
            end = _one_by_one(_typed(network, np.float32), turns)
            repeated = [
                _one_by_one(network, same_turns)
                for order in map(list, permutations(range(4)))
                for same_turns in ([order] * 6, [order, order[::-1]] * 3)
                if turns != same_turns
            ]
            other.right[kind].append(min(apart(end, each) for each in repeated))
            again = turns[:1] * 6
            other.wrong.append(apart(_one_by_one(_typed(network, np.float32), again), _one_by_one(network, again)))
    return [same, other]


def gradients(seeds: range) -> list[Margin]:
    """Check gradients, right and with three mistakes that are hard to see."""
    margin = Margin("gradient check (relative)", TOLERANCE, log=True)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        network = random_parameters([5, 4, 3], rng)
        images, y = rng.normal(size=(7, 5)), one_hot(rng.integers(3, size=7), 3)
        zs, activations = CORRECT.forward(images, network)

        def loss(parameters: Any, images: Any = images, y: Any = y) -> float:
            return float(CORRECT.cross_entropy(y, CORRECT.forward(images, parameters)[1][-1]))

        right = CORRECT.backward(y, zs, activations, network)
        margin.right["normal"].append(max(check.error for check in check_gradients(loss, network, right)))
        # z and a one row apart; the derivative at 0.99 z; one percent too long
        for mistaken in (
            CORRECT.backward(y, [z[::-1] for z in zs], activations, network),
            CORRECT.backward(y, [0.99 * z for z in zs], activations, network),
            [(1.01 * dW, db) for dW, db in right],
        ):
            margin.wrong.append(max(check.error for check in check_gradients(loss, network, mistaken)))
    return [margin]


def values(seeds: range) -> list[Margin]:
    """Gradients computed in float32 beside float64, the test of backward that allows least."""
    margin = Margin("gradients in float32 (of rtol 1e-3 and atol 1e-5)", 1.0, log=True)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        network = random_parameters([4, 5, 3], rng)
        images, y = rng.normal(size=(6, 4)), one_hot(rng.integers(3, size=6), 3)
        exact = CORRECT.backward(y, *CORRECT.forward(images, network), network)
        single = _typed(network, np.float32)
        found = CORRECT.backward(y.astype(np.float32), *CORRECT.forward(images.astype(np.float32), single), single)
        margin.right["normal"].append(
            max(
                float((np.abs(a - b) / (1e-5 + 1e-3 * np.abs(b))).max())
                for pair, right in zip(found, exact, strict=True)
                for a, b in zip(pair, right, strict=True)
            )
        )
    return [margin]


def falling(seeds: range) -> list[Margin]:
    """Last mean loss over the first, after the five and the twelve epochs of the test of train."""
    margins = [
        Margin("last loss over first, 5 epochs", 1.0),
        Margin("last loss over first, 12 epochs", 0.7),
    ]
    for margin, epochs in zip(margins, (5, 12), strict=True):
        for kind, start in STARTS.items():
            for seed in seeds:
                rng = np.random.default_rng(seed)
                network, losses = start([64, 10], rng), []
                for _epoch in range(epochs):
                    network = follow(network, epochs_of(40, 10, 1, rng), 0.5)
                    losses.append(CORRECT.cross_entropy(Y[:40], CORRECT.forward(X[:40], network)[1][-1]))
                margin.right[kind].append(float(losses[-1] / losses[0]))
    return margins


def four_networks(unseen: Margin, aside: Margin) -> list[str]:
    """Return the lines of a table: how often a network fails either reading, and how often all four do at most.

    The test takes the first network of four that reads enough of the digits put aside, and then wants enough unseen
    ones read by this one or one after it. A right solution loses only if each of the four fails one reading or the
    other: those before the one taken fail the first, all others the second. The bounds hold for all kinds at once with
    95 %: each for itself with as much more as there are kinds.
    """
    kinds = [kind for kind in unseen.right if "float32" not in kind]
    confidence = 1 - (1 - CONFIDENCE) / len(kinds)
    head = (
        "| first weights | networks | put aside: mean | worst | failed | unseen: mean | worst | failed | either failed "
        "| one network, at most | all four, at most |"
    )
    lines = [head, "|:--|" + "--:|" * 10]
    for kind in kinds:
        read = " | ".join(
            f"{np.mean(shares):.1%} | {margin.worst(shares):.1%} | {margin.failed(shares)}"
            for margin, shares in ((aside, aside.right[kind]), (unseen, unseen.right[kind]))
        )
        networks = list(zip(aside.right[kind], unseen.right[kind], strict=True))
        failed = sum(one < aside.limit or other < unseen.limit for one, other in networks)
        bound = chance_at_most(failed, len(networks), confidence)
        known = f"| {kind.split(',')[0]} | {len(networks)} | {read} | {failed}"
        lines.append(f"{known} | {bound:.2%} | {bound**4:.1e} |")
    return lines


def read_otherwise(margin: Margin) -> tuple[int, int]:
    """Return how many networks read another number of digits in float32 than in float64, and of how many."""
    pairs = [
        pair
        for kind, shares in margin.right.items()
        if "float32" in kind
        for pair in zip(shares, margin.right[kind.replace("float32", "float64")], strict=False)  # the first seeds
    ]
    return sum(single != double for single, double in pairs), len(pairs)


MEASURES = {measure.__name__: measure for measure in (gradients, values, steps, orders, falling, accuracy)}


def draw(margins: Sequence[Margin], path: Path) -> None:
    """Draw each margin as a strip: right ones blue, wrong ones orange, the limit a line."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from autograder.notebook.style import BLUE, ORANGE, STYLE

    rng = np.random.default_rng(0)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            len(margins), 1, figsize=(7.5, 1.05 * len(margins)), layout="constrained", squeeze=False
        )
        for axis, margin in zip(axes.flat, margins, strict=True):
            for points, colour, height in ((margin.all_right, BLUE, 0.0), (margin.wrong, ORANGE, 1.0)):
                shown = np.maximum(points, 1e-17)
                axis.scatter(shown, height + rng.uniform(-0.3, 0.3, len(shown)), s=4, color=colour, alpha=0.4, lw=0)
            axis.axvline(margin.limit, color="black", linewidth=1.5)
            axis.set_title(margin.name, loc="left", fontsize=9)
            axis.set_yticks([])
            axis.set_ylim(-0.5, 1.5 if margin.wrong else 0.5)
            if margin.log:
                axis.set_xscale("log")
        figure.savefig(path, dpi=90)


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES), help="what to measure")
    parser.add_argument("--seeds", type=int, default=100, help="seeds for each of the five kinds of first weights")
    parser.add_argument("--first", type=int, default=FRESH, help="the first seed")
    parser.add_argument("--figure", type=Path, help="draw what was measured to this file")
    chosen = parser.parse_args()
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    report({name: MEASURES[name](seeds) for name in chosen.only}, chosen.figure)


def report(measured: dict[str, list[Margin]], figure: Path | None) -> None:
    """Print the tables of what the measures, by name, came to, and draw all margins to the file ``figure``."""
    margins = [margin for each in measured.values() for margin in each]
    print("| check | limit | right ones | worst of them | failed | fitted tail | nearest wrong one |")
    print("|:--|--:|--:|--:|--:|--:|--:|")
    print(*(margin.row() for margin in margins), sep="\n")
    if reading := measured.get("accuracy"):
        print("", *four_networks(*reading), "", sep="\n")
        for margin in reading:
            changed, of = read_otherwise(margin)
            print(f"{margin.name}: {changed} of {of} networks read more or fewer in float32")
    if figure:
        draw(margins, figure)


if __name__ == "__main__":
    main()
