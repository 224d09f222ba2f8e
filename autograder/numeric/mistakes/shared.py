"""What mistakes of several functions speak with: sentences, and what a case tells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from autograder.messages import N_
from autograder.numeric.diagnosis import Case

Array = NDArray[np.float64]

SHAPE = N_("the shape gets lost")
SHAPES_CLASH = N_("shapes that do not go together")
EPSILON_HINT = N_("Up to 1e-8 it changes no digit that counts; a larger one does.")


def even(rows: Array) -> bool:
    """Return whether all entries of each row are the same."""
    return bool(np.all(np.nanmax(rows, axis=1) - np.nanmin(rows, axis=1) < 1e-4))


def sums(values: Array, axis: int) -> bool:
    """Return whether the entries along ``axis`` add up to 1."""
    return bool(np.allclose(values.sum(axis=axis), 1, atol=1e-4))


def depth(case: Case) -> int:
    """Return the number of layers: ``parameters`` is the last input of forward, backward and predict."""
    return len(case.inputs[-1])


def of_weights(case: Case) -> bool:
    """Return whether the first difference is in a W or dW, and not in a bias."""
    return case.place[-1] == 0


def in_two_lists(case: Case) -> bool:
    """Return whether all W and all b came back apart."""
    arrays = [pair[0] for pair in case.expected]
    return (
        len(case.found) == 2 and len(arrays) > 1 and [np.shape(W) for W in case.found[0]] == [W.shape for W in arrays]
    )
