"""Known mistakes of the cross-entropy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.messages import N_
from autograder.numeric.diagnosis import Case, KnownMistake, array, same
from autograder.numeric.mistakes.shared import EPSILON_HINT, Array


def _labels_and_shares(case: Case) -> tuple[Array, Array]:
    return array(case.inputs[0]), array(case.inputs[1])


def _roles(case: Case) -> bool:
    y, a = _labels_and_shares(case)
    if (a == 0).any():
        return False
    # what stands in place of log 0 is the logarithm of an ε, most often of a power of ten
    power = float(case.there) * len(y) / a[y == 0].sum() / np.log(10)
    return case.kind == "not_finite" or bool(power > 3 and abs(power - round(power)) < 1e-3)


def _true_share(y: Array, a: Array) -> float:
    """Return the mean probability of the true class."""
    return float((y * a).sum() / len(y))


def _of_all_classes(case: Case) -> tuple[float, float]:
    """Return what comes out without y, summed or averaged over the classes."""
    logs = np.log(_labels_and_shares(case)[1])
    return -float(logs.mean()), -float(logs.sum() / len(logs))


def _squares(case: Case) -> float:
    y, a = _labels_and_shares(case)
    return float(((y - a) ** 2).sum() / len(y))


def _of_shares(case: Case, loss: Callable[[Array, Array], float]) -> bool:
    return case.came(loss(*_labels_and_shares(case)))


CROSS_ENTROPY = (
    KnownMistake(
        "roles",
        N_("y and a have changed places"),
        N_("In (3) the logarithm is taken of the probabilities, not of the label."),
        _roles,
    ),
    KnownMistake(
        "log_of_0",
        N_("logarithm of 0"),
        N_("log 0 is −∞, and 0 · ∞ is nan. Keep what goes into the logarithm away from 0."),
        lambda case: case.kind == "not_finite",
    ),
    KnownMistake(
        "per_sample",
        N_("one loss for each sample, not their mean"),
        N_("One number is asked for the whole batch."),
        lambda case: case.wanted.ndim == 0 and case.there.size > 1 and same(case.there.mean(), case.wanted),
    ),
    KnownMistake(
        "in_list",
        N_("the number is packed in"),
        N_("The result is the number itself, in no list and no array with one entry."),
        lambda case: case.wanted.ndim == 0 and case.there.size == 1 and case.there.ndim > 0,
    ),
    KnownMistake(
        "not_averaged",
        N_("sum in place of mean"),
        N_("Would the loss be the same if every sample were there twice?"),
        lambda case: case.came(case.wanted * len(case.inputs[0])),
    ),
    KnownMistake(
        "label_forgotten",
        N_("y is not used"),
        N_("y picks the probability of the true class out of all."),
        lambda case: any(case.came(loss) for loss in _of_all_classes(case)),
    ),
    KnownMistake(
        "no_logarithm",
        N_("the logarithm is missing"),
        N_("(3) holds log a, not a."),
        lambda case: any(_of_shares(case, loss) for loss in (_true_share, lambda y, a: 1 - _true_share(y, a))),
    ),
    KnownMistake(
        "log_of_mean",
        N_("the logarithm of a mean"),
        N_("First the logarithm for each sample, then the mean."),
        lambda case: len(case.inputs[0]) > 1 and _of_shares(case, lambda y, a: -np.log(_true_share(y, a))),
    ),
    KnownMistake(
        "averaged_over_entries",
        N_("averaged over all entries"),
        N_("The mean goes over the samples; over the classes (3) sums."),
        lambda case: case.came(case.wanted / case.inputs[0].shape[1]),
    ),
    KnownMistake(
        "averaged_over_classes",
        N_("divided by the number of classes"),
        N_("The mean goes over the samples: how many are there?"),
        lambda case: case.came(case.wanted * len(case.inputs[0]) / case.inputs[0].shape[1]),
    ),
    KnownMistake(
        "sign",
        N_("the sign"),
        N_("The logarithm of a probability is negative; a loss is not."),
        lambda case: case.came(-case.wanted),
    ),
    KnownMistake(
        "log_base",
        N_("another base than e"),
        N_("log is the natural logarithm, of which the derivative is 1/a."),
        lambda case: any(case.came(case.wanted / np.log(base)) for base in (2, 10)),
    ),
    KnownMistake(
        "binary",
        N_("the binary cross-entropy"),
        N_("(3) has no summand with 1 − y: that is the loss for a yes or no."),
        lambda case: _of_shares(case, lambda y, a: float(case.wanted) - np.log(1 - a[y == 0]).sum() / len(y)),
    ),
    KnownMistake(
        "squared_error",
        N_("the squared error"),
        N_("(3) holds a logarithm, no square."),
        lambda case: any(case.came(_squares(case) / n) for n in (1, 2, case.inputs[0].shape[1])),
    ),
    KnownMistake(
        "largest_share",
        N_("the largest probability in place of that of the true class"),
        N_("Which class is the true one is said by y."),
        lambda case: _of_shares(case, lambda _y, a: -np.log(a.max(axis=1)).mean()),
    ),
    KnownMistake(
        "epsilon",
        N_("an ε that is too large, or a loss that is cut off"),
        EPSILON_HINT,
        lambda case: case.kind == "values" and np.allclose(case.there, case.wanted, rtol=0.02, atol=0.01),
    ),
)
