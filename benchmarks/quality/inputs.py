"""Random inputs for the ten functions of Aufgabe 2: what decides whether a mutant differs from the original at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.grading import solutions
from autograder.numeric import one_hot, random_parameters

Arguments = tuple[Any, ...]

ROUNDS = 12


def inputs(function: str) -> Iterator[Arguments]:
    """Yield the arguments of many calls of ``function``, the same ones every time.

    They are what the sheet allows, ordinary and extreme, in float64 and float32.
    """
    for seed in range(ROUNDS):
        yield from _INPUTS[function](np.random.default_rng(seed))


def _entries(rng: np.random.Generator) -> Iterator[Arguments]:
    shape = tuple(rng.integers(1, 5, rng.integers(1, 4)))
    yield (float(rng.normal(0, 3)),)
    for size in (1, 30, 800, 1e300):
        yield (rng.normal(0, size, shape),)
    yield (rng.normal(0, 100, shape).astype(np.float32),)


def _rows(rng: np.random.Generator) -> Iterator[Arguments]:
    shape = tuple(rng.integers(1, 7, 2))
    for size in (1, 50, 5e3):
        yield (rng.normal(0, size, shape),)
    yield (rng.normal(0, 5, shape) + 9e3,)
    yield (rng.normal(0, 50, shape).astype(np.float32),)


def _shares(rng: np.random.Generator) -> Iterator[Arguments]:
    n, classes = rng.integers(1, 7, 2) + 1
    a = rng.dirichlet(np.ones(classes), n)
    y = one_hot(rng.integers(classes, size=n), classes)
    yield y, a
    yield y, one_hot(rng.integers(classes, size=n), classes)
    yield y.astype(np.float32), a.astype(np.float32)


def _network(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    sizes = tuple(rng.integers(1, 6, rng.integers(2, 6)))
    n = int(rng.integers(1, 7))
    return (
        rng.normal(0, 2, (n, sizes[0])),
        random_parameters(sizes, rng),
        one_hot(rng.integers(sizes[-1], size=n), sizes[-1]),
    )


def _passes(rng: np.random.Generator) -> Iterator[Arguments]:
    X, parameters, _y = _network(rng)
    yield X, parameters
    yield X.astype(np.float32), [(W.astype(np.float32), b.astype(np.float32)) for W, b in parameters]


def _backward_passes(rng: np.random.Generator) -> Iterator[Arguments]:
    X, parameters, y = _network(rng)
    yield y, *solutions("2_netzwerk").forward(X, parameters), parameters


def _steps(rng: np.random.Generator) -> Iterator[Arguments]:
    _X, parameters, _y = _network(rng)
    gradients = [(rng.normal(size=W.shape), rng.normal(size=b.shape)) for W, b in parameters]
    yield parameters, gradients, float(rng.uniform(0, 2))


def _epochs(rng: np.random.Generator) -> Iterator[Arguments]:
    n = int(rng.integers(1, 20))
    X, y = rng.normal(size=(n, 3)), rng.normal(size=(n, 2))
    yield X, y, int(rng.integers(1, n + 3)), np.random.default_rng(int(rng.integers(1000)))


def _trainings(rng: np.random.Generator) -> Iterator[Arguments]:
    n, classes = int(rng.integers(2, 15)), int(rng.integers(2, 4))
    X, y = rng.normal(size=(n, 3)), one_hot(rng.integers(classes, size=n), classes)
    sizes = (3, *rng.integers(1, 5, rng.integers(0, 3)), classes)
    epochs, size = int(rng.integers(1, 5)), int(rng.integers(1, n + 1))
    yield X, y, sizes, epochs, size, float(rng.uniform(0.1, 2)), np.random.default_rng(int(rng.integers(1000)))


_INPUTS: dict[str, Callable[[np.random.Generator], Iterator[Arguments]]] = {
    "sigmoid": _entries,
    "sigmoid_derivative": _entries,
    "softmax": _rows,
    "cross_entropy": _shares,
    "forward": _passes,
    "backward": _backward_passes,
    "update": _steps,
    "minibatches": _epochs,
    "train": _trainings,
    "predict": _passes,
}
