"""Gradient check: backpropagation beside difference quotients, which know nothing of the chain rule."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.messages import _

STEP = 1e-5  # rounding (1e-16/h) and the neglected h**2 are both about 1e-10 here
TOLERANCE = 1e-6  # right gradients stay below 1e-9, wrong ones above 5e-5

Array = NDArray[np.float64]
Layers = Sequence[tuple[Array, Array]]


@dataclass(frozen=True)
class ParameterCheck:
    """Both gradients of one parameter array, ``W`` or ``b`` of a layer (counted from 1)."""

    name: str
    layer: int
    analytic: Array
    numerical: Array

    @property
    def error(self) -> float:
        """The distance of both, relative to their lengths; inf if the shapes differ."""
        return relative_error(self.analytic, self.numerical)

    @property
    def passed(self) -> bool:
        """Whether both are the same but for rounding."""
        return self.error < TOLERANCE


def numerical_gradient(
    loss: Callable[[Layers], float], parameters: Layers, h: float = STEP, most: int | None = None
) -> list[tuple[Array, Array]]:
    """Return ``(dW, db)`` of each layer by central differences: (loss(w + h) - loss(w - h)) / 2h, entry by entry.

    ``parameters`` stay as they are. Everything is computed in float64. Of each array only ``most`` entries are
    measured, evenly spread; the others are nan.
    """
    copies = [(np.array(W, dtype=np.float64), np.array(b, dtype=np.float64)) for W, b in parameters]

    def slope(array: Array) -> Array:
        gradient = np.full_like(array, np.nan)
        for number in np.unique(np.linspace(0, array.size - 1, min(most or array.size, array.size)).astype(int)):
            place = np.unravel_index(number, array.shape)
            value = array[place]
            array[place] = value + h
            above = float(loss(copies))
            array[place] = value - h
            below = float(loss(copies))
            array[place] = value
            gradient[place] = (above - below) / (2 * h)
        return gradient

    return [(slope(W), slope(b)) for W, b in copies]


def random_parameters(layer_sizes: Sequence[int], rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """Return ``(W, b)`` for each layer, for checks: the biases are not zero, so that a forgotten one shows."""
    return [
        (rng.normal(0.0, 0.8, (n_in, n_out)), rng.normal(0.0, 0.5, n_out))
        for n_in, n_out in itertools.pairwise(layer_sizes)
    ]


def relative_error(actual: Array, expected: Array) -> float:
    """Return ``|actual - expected| / (|actual| + |expected|)``, 0 where both vanish, inf for unlike shapes."""
    if np.shape(actual) != np.shape(expected):
        return float("inf")
    distance = float(np.linalg.norm(np.subtract(actual, expected)))
    scale = float(np.linalg.norm(actual) + np.linalg.norm(expected))
    if np.isnan(distance):
        return float("inf")
    return distance / scale if scale > 0 else 0.0


def check_gradients(
    loss: Callable[[Layers], float],
    parameters: Layers,
    gradients: Sequence[tuple[Any, Any]],
    h: float = STEP,
    most: int | None = None,
) -> list[ParameterCheck]:
    """Return one check for each W and b, in the order of the layers; of large ones, for ``most`` of their entries.

    Raises:
        ValueError: ``gradients`` is not a list of one pair for each layer.

    """
    if len(gradients) != len(parameters) or any(len(pair) != 2 for pair in gradients):
        raise ValueError(_("gradients must hold one pair (dW, db) for each of the {n} layers.", n=len(parameters)))
    checks = []
    for layer, (given, found) in enumerate(
        zip(gradients, numerical_gradient(loss, parameters, h, most), strict=True), start=1
    ):
        for name, analytic, numerical in zip("Wb", given, found, strict=True):
            mine, measured = np.asarray(analytic, dtype=np.float64), np.isfinite(numerical)
            if mine.shape == numerical.shape and not measured.all():
                mine, numerical = mine[measured], numerical[measured]
            checks.append(ParameterCheck(name, layer, mine, numerical))
    return checks
