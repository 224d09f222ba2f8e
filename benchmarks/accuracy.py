"""Does the sheet's network read as many unseen digits as scikit-learn's and PyTorch's? Compared in pairs.

``python -m benchmarks.accuracy [--seeds 60] [--epochs 40] [--batches 16 32] [--sheet-split]`` answers three questions,
in one run each for batches of 16 and 32:

1. Do all compute the same? From the sheet's first weights and with its batches, they must end in its network.
2. Each with first weights and an order of its own, how many unseen digits more or fewer does ours read? A seed is a
   pair: both learn and are tested on the same digits. The mean difference comes with an interval of 95 %.
3. Is it the first weights? Ours begins where the others would, and keeps its batches.

Every seed draws which 1440 of the 1797 digits are learnt, so that the answer is not one about 357 digits;
``--sheet-split`` keeps to the sheet's. What :mod:`benchmarks.network` says of PyTorch holds here too.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from threadpoolctl import threadpool_limits

from autograder.grading.solutions import COURSE_VARIABLE, solutions
from autograder.numeric import init_parameters, one_hot
from benchmarks.margins import CONFIDENCE, Network, Start, apart, epochs_of, follow
from benchmarks.network import (
    ROOT,
    Problem,
    Train,
    all_here,
    learn_torch,
    problems,
    sklearn_network,
    torch_here,
    torch_network,
)

Shares = NDArray[np.float64]  # of unseen digits read, an entry for each seed


def split(problem: Problem, seed: int) -> Problem:
    """Return the problem with as many digits learnt, and as many kept for the test, but others."""
    order = np.random.default_rng([seed, 20]).permutation(len(problem.X) + len(problem.X_test))
    learnt, unseen = order[: len(problem.X)], order[len(problem.X) :]
    X = np.concatenate([problem.X, problem.X_test])
    labels = np.concatenate([problem.labels, problem.labels_test])
    return replace(problem, X=X[learnt], labels=labels[learnt], X_test=X[unseen], labels_test=labels[unseen])


# ------------------------------------------------------------------------------------------------ 1. the same steps


def ours_and_its_draw(problem: Problem, epochs: int, seed: int) -> tuple[Network, Network, list[Any]]:
    """Return what the sheet's ``train`` comes to, its first weights and the order of the rows in each epoch."""
    given = problem.layer_sizes, epochs, problem.batch_size, problem.learning_rate
    network, _history = solutions("2_netzwerk").train(
        problem.X, one_hot(problem.labels), *given, np.random.default_rng(seed)
    )
    again = np.random.default_rng(seed)
    start = init_parameters(problem.layer_sizes, again)
    return network, start, [again.permutation(len(problem.X)) for _ in range(epochs)]


def sklearn_from(problem: Problem, start: Network, orders: Sequence[Any]) -> Network:
    """Return what scikit-learn makes of the first weights ``start`` with these batches."""
    network = sklearn_network(problem, 1, 0, shuffle=False)
    network.partial_fit(problem.X, problem.labels, classes=range(10))  # makes the arrays, which then are overwritten
    for W, b, (first_W, first_b) in zip(network.coefs_, network.intercepts_, start, strict=True):
        W[...], b[...] = first_W, first_b
    for order in orders:
        network.partial_fit(problem.X[order], problem.labels[order])
    return list(zip(network.coefs_, network.intercepts_, strict=True))


def torch_from(problem: Problem, start: Network, orders: Sequence[Any], precision: str) -> Network:
    """Return what PyTorch makes of the first weights ``start`` with these batches."""
    import torch

    torch.set_num_threads(1)
    dtype = getattr(torch, precision)
    network = torch_network(problem.layer_sizes, dtype)
    layers = list(network)[::2]  # a sigmoid in between
    with torch.no_grad():
        for layer, (W, b) in zip(layers, start, strict=True):
            layer.weight.copy_(torch.as_tensor(W.T))
            layer.bias.copy_(torch.as_tensor(b))
    learn_torch(network, problem, [torch.as_tensor(order) for order in orders], dtype)
    return [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in layers]


@dataclass
class Agreement:
    """How far a peer's network ends from ours, relative to its size, and how many digits the two read differently."""

    distance: float
    read_differently: int


def agreement(problem: Problem, epochs: int, seed: int) -> dict[str, Agreement]:
    """Return how far the peers end from ours, with its first weights and its batches."""
    ours, start, orders = ours_and_its_draw(problem, epochs, seed)
    ends = {"scikit-learn": sklearn_from(problem, start, orders)}
    if torch_here():
        ends |= {f"PyTorch, {each}": torch_from(problem, start, orders, each) for each in ("float64", "float32")}
    read = solutions("2_netzwerk").predict
    return {
        name: Agreement(apart(end, ours), int(np.sum(read(problem.X_test, end) != read(problem.X_test, ours))))
        for name, end in ends.items()
    }


# ------------------------------------------------------------------------------------------------ 2. each on its own


def share_read(train: Train, problem: Problem, epochs: int, seed: int) -> float:
    """Return which share of the unseen digits is read after the training."""
    predict = train(problem, epochs, seed)
    return float(np.mean(predict(problem.X_test) == problem.labels_test))


def difference(ours: Shares, theirs: Shares) -> tuple[float, float, float]:
    """Return how much more ours reads in the mean over the pairs, and from where to where with 95 % confidence."""
    low, high = stats.ttest_rel(ours, theirs).confidence_interval(CONFIDENCE)
    return float(np.mean(ours - theirs)), float(low), float(high)


# ------------------------------------------------------------------------------------------------ 3. the first weights


def _uniform(bound_of: Callable[[int, int], float]) -> Start:
    def start(sizes: Sequence[int], rng: np.random.Generator) -> Network:
        layers = [(n_in, n_out, bound_of(n_in, n_out)) for n_in, n_out in pairwise(sizes)]
        return [
            (rng.uniform(-bound, bound, (n_in, n_out)), rng.uniform(-bound, bound, n_out))
            for n_in, n_out, bound in layers
        ]

    return start


STARTS: dict[str, Start] = {
    "the sheet's: normal, 1/sqrt(n_in)": init_parameters,
    "scikit-learn's: uniform, sqrt(2/(n_in + n_out))": _uniform(lambda n_in, n_out: np.sqrt(2 / (n_in + n_out))),
    "PyTorch's: uniform, 1/sqrt(n_in)": _uniform(lambda n_in, _n_out: 1 / np.sqrt(n_in)),
}


def share_read_from(start: Start, problem: Problem, epochs: int, seed: int) -> float:
    """Return which share of the unseen digits ours reads from these first weights. The batches are the seed's alone."""
    batches = epochs_of(len(problem.X), problem.batch_size, epochs, np.random.default_rng([seed, 0]))
    first = start(problem.layer_sizes, np.random.default_rng([seed, 1]))
    network = follow(first, batches, problem.learning_rate, problem.X, one_hot(problem.labels))
    return float(np.mean(solutions("2_netzwerk").predict(problem.X_test, network) == problem.labels_test))


# ------------------------------------------------------------------------------------------------ the tables


def table(read: dict[str, Shares], unseen: int, heading: str) -> list[str]:
    """Return the lines of a table: what each reads, and the difference of the first to it, in points and digits."""
    lines = [
        f"| {heading} | digits read | least | the first reads more by | in digits of {unseen} |",
        "|:--|--:|--:|--:|--:|",
    ]
    (_name, first), *_others = read.items()
    for name, shares in read.items():
        line = f"| {name} | {np.mean(shares):.2%} | {min(shares):.1%} |"
        if shares is first:
            lines.append(f"{line} | |")
            continue
        mean, low, high = difference(first, shares)
        points = f"{100 * mean:+.3f} ({100 * low:+.3f} to {100 * high:+.3f}) points"
        lines.append(f"{line} {points} | {unseen * mean:+.2f} ({unseen * low:+.2f} to {unseen * high:+.2f}) |")
    return lines


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--batches", type=int, nargs="+", default=[16, 32], choices=(16, 32, 128), metavar="SIZE")
    parser.add_argument(
        "--sheet-split", action="store_true", help="learn the sheet's digits, test with its unseen ones"
    )
    chosen = parser.parse_args()
    if chosen.seeds < 2:
        parser.error("an interval needs two seeds at least")
    os.environ.setdefault(COURSE_VARIABLE, str(ROOT))
    peers = all_here()
    with threadpool_limits(1):
        for problem in problems()[:3]:
            if problem.batch_size in chosen.batches:
                compare(problem, peers, chosen.seeds, chosen.epochs, sheet_split=chosen.sheet_split)


def compare(problem: Problem, peers: dict[str, Train], seeds: int, epochs: int, *, sheet_split: bool) -> None:
    """Answer the three questions for a problem."""
    digits = [problem if sheet_split else split(problem, seed) for seed in range(seeds)]
    unseen = len(problem.X_test)
    print(f"\n{problem.name}: {list(problem.layer_sizes)}, {epochs} epochs, {seeds} seeds")

    found = [agreement(each, epochs, seed) for seed, each in enumerate(digits[:10])]
    for name in found[0]:
        distance, differently = (
            max(getattr(one[name], what) for one in found) for what in ("distance", "read_differently")
        )
        print(f"    {name} from our start, with our batches: {distance:.1e} apart, {differently} of {unseen} digits")

    own = {
        name: np.array([share_read(train, each, epochs, seed) for seed, each in enumerate(digits)])
        for name, train in peers.items()
    }
    begun = {
        name: np.array([share_read_from(start, each, epochs, seed) for seed, each in enumerate(digits)])
        for name, start in STARTS.items()
    }
    for read, heading in ((own, "each on its own"), (begun, "ours, begun with")):
        print("", *table(read, unseen, heading), sep="\n", flush=True)


if __name__ == "__main__":
    main()
