"""The sheet's own network beside scikit-learn's and PyTorch's: time of an epoch, accuracy, gradients, in one run.

``python -m benchmarks.network [--rounds 7] [--epochs 40]``. All train the same architecture on the same digits with
plain gradient descent, the same batches' size and number of epochs, on one processor, each with its own initial
weights. In every round each of them trains once, the order turned by one, and the ratios are taken within the round,
so that what else the machine does meets all alike; times are those of the processor. The functions of the sheet are
the solutions as they stand in ``source/uebungsblatt-03/2_netzwerk.ipynb``.

PyTorch is no part of this project's environment (some 550 MB). Where it is missing the rest is measured, and a line
says how to get it.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from autograder.grading.solutions import COURSE_VARIABLE, solutions, unseen_digits
from autograder.numeric import load_digits, one_hot, random_parameters, relative_error

ROOT = Path(__file__).parents[1]
GRADIENTS_AGREE = 1e-12
GET_PYTORCH = "PyTorch is not installed: .venv/bin/pip install torch, or put the folder that holds it on PYTHONPATH"
OURS = "the sheet's solution"


@dataclass(frozen=True)
class Problem:
    """What all learn: rows ``X`` and ``labels``, those kept for the test, and how."""

    name: str
    X: Any
    labels: Any
    X_test: Any
    labels_test: Any
    layer_sizes: tuple[int, ...]
    batch_size: int
    learning_rate: float

    @property
    def batches(self) -> list[int]:
        """The sizes of the batches of an epoch."""
        starts = range(0, len(self.X), self.batch_size)
        return [min(self.batch_size, len(self.X) - start) for start in starts]


Predict = Callable[[Any], Any]
Train = Callable[[Problem, int, int], Predict]
"""Train on a problem for so many epochs from a seed; what comes back gives the classes of rows."""


def problems() -> list[Problem]:
    """Return the digits with small and large batches, and the digits drawn four times as large."""
    (X, labels), (X_test, labels_test) = load_digits(), unseen_digits()

    def digits(name: str, batch_size: int, learning_rate: float, factor: int = 1) -> Problem:
        large, large_test = (
            np.repeat(np.repeat(rows.reshape(-1, 8, 8), factor, axis=1), factor, axis=2).reshape(len(rows), -1)
            for rows in (X, X_test)
        )
        hidden = 64 if factor == 1 else 100
        sizes = (large.shape[1], hidden, 10)
        return Problem(name, large, labels, large_test, labels_test, sizes, batch_size, learning_rate)

    return [
        digits("digits 8 x 8, batch 16", 16, 1.0),
        digits("digits 8 x 8, batch 32", 32, 1.0),
        digits("digits 8 x 8, batch 128", 128, 1.0),
        digits("digits 32 x 32, batch 32", 32, 0.1, 4),
        digits("digits 32 x 32, batch 128", 128, 0.1, 4),
    ]


# ------------------------------------------------------------------------------------------------ the three of them


def train_ours(problem: Problem, epochs: int, seed: int) -> Predict:
    """Train the sheet's network."""
    sheet = solutions("2_netzwerk")
    y = one_hot(problem.labels)
    parameters, _history = sheet.train(
        problem.X,
        y,
        problem.layer_sizes,
        epochs,
        problem.batch_size,
        problem.learning_rate,
        np.random.default_rng(seed),
    )
    return lambda X: sheet.predict(X, parameters)


def sklearn_network(problem: Problem, epochs: int, seed: int, *, shuffle: bool = True) -> Any:
    """Return scikit-learn's, untrained, with all that goes beyond plain gradient descent switched off."""
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        problem.layer_sizes[1:-1],
        activation="logistic",
        solver="sgd",
        alpha=0.0,
        batch_size=problem.batch_size,
        learning_rate_init=problem.learning_rate,
        max_iter=epochs,
        n_iter_no_change=epochs + 1,
        tol=0.0,
        momentum=0.0,
        nesterovs_momentum=False,
        shuffle=shuffle,
        random_state=seed,
    )


def train_sklearn(problem: Problem, epochs: int, seed: int) -> Predict:
    """Train scikit-learn's."""
    network = sklearn_network(problem, epochs, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it may learn more if it goes on
        network.fit(problem.X, problem.labels)
    return network.predict


def torch_network(layer_sizes: Sequence[int], dtype: Any) -> Any:
    """Return PyTorch's, untrained."""
    from torch import nn

    hidden = [
        layer
        for n_in, n_out in itertools.pairwise(layer_sizes[:-1])
        for layer in (nn.Linear(n_in, n_out, dtype=dtype), nn.Sigmoid())
    ]
    return nn.Sequential(*hidden, nn.Linear(*layer_sizes[-2:], dtype=dtype))


def learn_torch(network: Any, problem: Problem, orders: Iterable[Any], dtype: Any) -> None:
    """Train PyTorch's ``network``, an epoch for each of the ``orders``: as short as it gets, without a DataLoader."""
    import torch

    X, labels = torch.as_tensor(problem.X, dtype=dtype), torch.as_tensor(problem.labels)
    optimizer = torch.optim.SGD(network.parameters(), lr=problem.learning_rate)
    loss_of = torch.nn.CrossEntropyLoss()
    history = []
    for order in orders:
        losses = []
        for chosen in order.split(problem.batch_size):
            optimizer.zero_grad()
            loss = loss_of(network(X[chosen]), labels[chosen])
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        history.append(torch.stack(losses).mean().item())


def train_torch(precision: str) -> Train:
    """Return how PyTorch's is trained in ``float64`` or ``float32``."""

    def train(problem: Problem, epochs: int, seed: int) -> Predict:
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(seed)
        dtype = getattr(torch, precision)
        network = torch_network(problem.layer_sizes, dtype)
        learn_torch(network, problem, (torch.randperm(len(problem.X)) for _ in range(epochs)), dtype)

        def predict(rows: Any) -> Any:
            with torch.no_grad():
                return network(torch.as_tensor(rows, dtype=dtype)).argmax(dim=1).numpy()

        return predict

    return train


def torch_here() -> bool:
    """Return whether PyTorch can be imported."""
    return importlib.util.find_spec("torch") is not None


def all_here() -> dict[str, Train]:
    """Return ours and the peers that are installed; where PyTorch is not, a printed line says how to get it."""
    peers: dict[str, Train] = {OURS: train_ours, "scikit-learn": train_sklearn}
    if torch_here():
        return peers | {f"PyTorch, {precision}": train_torch(precision) for precision in ("float64", "float32")}
    print(GET_PYTORCH)
    return peers


# ------------------------------------------------------------------------------------------------ measuring


@dataclass
class Result:
    """Seconds of an epoch and shares of unseen digits read, a round each."""

    seconds: list[float]
    accuracy: list[float]


def compare(problem: Problem, peers: dict[str, Train], rounds: int, epochs: int) -> dict[str, Result]:
    """Train each peer once a round, in an order that turns, and return what came of it."""
    results = {name: Result([], []) for name in peers}
    names = list(peers)
    for train in peers.values():
        train(problem, 1, 0)  # imports, first calls
    for k in range(rounds):
        turn = k % len(names)
        for name in names[turn:] + names[:turn]:
            start = time.process_time()
            predict = peers[name](problem, epochs, k)
            results[name].seconds.append((time.process_time() - start) / epochs)
            results[name].accuracy.append(float(np.mean(predict(problem.X_test) == problem.labels_test)))
    return results


def products(problem: Problem) -> list[tuple[Any, Any]]:
    """Return the factors of all matrix products of one epoch: forward, (7), and (10) but for the first layer."""
    rng = np.random.default_rng(0)
    layers = list(itertools.pairwise(problem.layer_sizes))
    weights = [rng.random(shape) for shape in layers]
    of_a_batch = {}
    for size in set(problem.batches):
        of_a_batch[size] = []
        for layer, W in enumerate(weights):
            a, delta = rng.random((size, W.shape[0])), rng.random((size, W.shape[1]))
            of_a_batch[size] += [(a, W), (a.T, delta)] + ([(delta, W.T)] if layer else [])
    return [pair for size in problem.batches for pair in of_a_batch[size]]


def product_seconds(problem: Problem, repeats: int = 7) -> tuple[float, float]:
    """Return how long the matrix products of an epoch take alone, and how long at the machine's best rate."""
    pairs = products(problem)

    def multiply() -> None:
        for a, b in pairs:
            a @ b

    alone = min(_timed(multiply) for _ in range(repeats))
    operations = sum(2 * a.shape[0] * a.shape[1] * b.shape[1] for a, b in pairs)
    square = np.random.default_rng(0).random((1024, 1024))
    best = min(_timed(lambda: square @ square) for _ in range(repeats))
    return alone, operations * best / (2 * 1024**3)


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def gradient_distance(layer_sizes: Sequence[int], batch_size: int, seed: int) -> float:
    """Return the largest relative distance of our gradients from PyTorch's in float64, over all W and b."""
    import torch

    sheet = solutions("2_netzwerk")
    rng = np.random.default_rng(seed)
    X, labels = rng.normal(size=(batch_size, layer_sizes[0])), rng.integers(layer_sizes[-1], size=batch_size)
    parameters = random_parameters(layer_sizes, rng)
    ours = sheet.backward(one_hot(labels, layer_sizes[-1]), *sheet.forward(X, parameters), parameters)
    theirs = [[torch.tensor(array, requires_grad=True) for array in pair] for pair in parameters]
    a = torch.tensor(X)
    for k, (W, b) in enumerate(theirs):
        z = a @ W + b
        a = torch.sigmoid(z) if k < len(theirs) - 1 else z
    torch.nn.functional.cross_entropy(a, torch.tensor(labels)).backward()
    return max(
        relative_error(mine, tensor.grad.numpy())
        for pair, tensors in zip(ours, theirs, strict=True)
        for mine, tensor in zip(pair, tensors, strict=True)
    )


# ------------------------------------------------------------------------------------------------ the tables


def show(problem: Problem, results: dict[str, Result], epochs: int) -> None:
    """Print what one problem came to: the median, ratios within rounds, accuracy, and the limit."""
    ours = results[OURS]
    print(f"\n{problem.name}: {list(problem.layer_sizes)}, {len(ours.seconds)} rounds of {epochs} epochs")
    print(f"    {'':<24}{'ms an epoch':>12}{'ratio':>8}{'from':>7}{'to':>7}{'unseen digits read':>21}")
    for name, result in results.items():
        ratios = [theirs / mine for theirs, mine in zip(result.seconds, ours.seconds, strict=True)]
        figures = (statistics.median(ratios), min(ratios), max(ratios))
        read = f"{100 * statistics.mean(result.accuracy):.1f} % ({100 * min(result.accuracy):.1f} at least)"
        print(
            f"    {name:<24}{1000 * statistics.median(result.seconds):>12.2f}"
            f"{figures[0]:>8.2f}{figures[1]:>7.2f}{figures[2]:>7.2f}{read:>28}"
        )
    alone, limit = product_seconds(problem)
    epoch = statistics.median(ours.seconds)
    shares = f"{alone / epoch:.0%}, at the rate of 1024 x 1024 {limit / epoch:.0%}"
    print(f"    of our epoch, the matrix products alone take {shares}")


def main() -> None:
    """Print the tables; the exit status is 1 if a gradient is not PyTorch's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=40)
    chosen = parser.parse_args()
    os.environ.setdefault(COURSE_VARIABLE, str(ROOT))
    peers = all_here()
    with threadpool_limits(1):
        for problem in problems():
            show(problem, compare(problem, peers, chosen.rounds, chosen.epochs), chosen.epochs)
        if torch_here():
            nets = [(3, 4), (5, 4, 3), (64, 64, 10), (20, 30, 20, 15, 10)]
            tried = list(itertools.product(nets, (1, 7, 32), range(5)))
            distance = max(gradient_distance(*each) for each in tried)
            print(f"\n{len(tried)} nets and batches: gradients within {distance:.1e} of PyTorch's (float64, relative)")
            sys.exit(int(distance > GRADIENTS_AGREE))


if __name__ == "__main__":
    main()
