"""Known mistakes of the cross-entropy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.messages import N_
from autograder.numeric.diagnosis import Case, KnownMistake, array, same
from autograder.numeric.mistakes.shared import EPSILON_HINT, Array


def _labels_and_shares(case: Case) -> tuple[Array, Array]:
    return array(case.inputs[0]), array(case.inputs[1])


_POWERS = {*range(4, 17), 20, 30, 50, 100, 300}
"""The usual ε: one over ten to the power of these."""


def _is_power(number: float) -> bool:
    return abs(number - round(number)) < 1e-3 and round(number) in _POWERS


def _roles(case: Case) -> bool:
    y, a = _labels_and_shares(case)
    if (a == 0).any() or case.there.ndim:
        return False
    # what stands in place of log 0 is the logarithm of an ε, most often of a power of ten
    power = float(case.there) * len(y) / a[y == 0].sum() / np.log(10)
    return _is_power(power) or (case.kind == "not_finite" and bool(np.isinf(case.there)))


def _true_share(y: Array, a: Array) -> float:
    """Return the mean probability of the true class."""
    return float((y * a).sum() / len(y))


def _without_label(case: Case) -> tuple[float, float, float]:
    """Return what comes out without y, or with a in its place, summed over all entries."""
    a = _labels_and_shares(case)[1]
    return -float(np.log(a).sum()), -float((a * np.log(a)).sum()), -float(np.log((a * a).sum(axis=1)).sum())


def _squares(case: Case) -> float:
    y, a = _labels_and_shares(case)
    return float(((y - a) ** 2).sum())


def _true_shares(case: Case) -> Array:
    """Return the probability of the true class for each sample."""
    y, a = _labels_and_shares(case)
    return np.asarray((y * a).sum(axis=1))


def _other_shares(case: Case) -> Array:
    """Return the probabilities of all other classes."""
    y, a = _labels_and_shares(case)
    return np.asarray(a[y == 0])


def _read(case: Case) -> float:
    """Return the share of samples whose true class has the largest probability."""
    y, a = _labels_and_shares(case)
    return float((y.argmax(axis=1) == a.argmax(axis=1)).mean())


def _of_shares(case: Case, loss: Callable[[Array, Array], float]) -> bool:
    return case.came(loss(*_labels_and_shares(case)))


def _losses(case: Case) -> Array:
    """Return the loss of each sample."""
    y, a = _labels_and_shares(case)
    return np.asarray(-np.log((y * a).sum(axis=1)))


def _factors(case: Case) -> dict[str, float]:
    """Return by what a loss is usually multiplied in excess."""
    n, classes = np.shape(case.inputs[0])
    return {
        "not_averaged": n,
        "averaged_over_entries": 1 / classes,
        "averaged_over_classes": n / classes,
        "averaged_twice": 1 / n,
        "": 1 / n / classes,
    }


def _by(key: str) -> Callable[[Case], bool]:
    """Return the test for the right loss times the factor that belongs to ``key``."""
    return lambda case: case.came(case.wanted * _factors(case)[key])


def _wrong_sign(case: Case) -> bool:
    return any(case.came(-case.wanted * factor) for factor in (1, *_factors(case).values()))


def _of_one_sample(case: Case) -> bool:
    y, a = _labels_and_shares(case)
    losses = _losses(case)
    chosen = (losses[0], losses[-1], losses.max(), losses.min(), float(np.median(losses)))
    crossed = -np.log(np.maximum(a[:, y.argmax(axis=1)], 1e-300)).mean()
    return len(losses) > 1 and any(case.came(loss / k) for loss in (*chosen, crossed) for k in (1, len(losses)))


def _of_zeros(case: Case) -> bool:
    """Return whether the logarithms of all entries were taken, of which most are log 0: a power of ten, cut off."""
    n, classes = np.shape(case.inputs[0])
    for all_of_them in (float(case.there) * n * classes, float(case.there) * n, float(case.there)):
        power = (all_of_them - float(_losses(case).sum())) / (n * (classes - 1)) / np.log(10)
        if power > 3 and abs(power - round(power)) < 1e-3:
            return True
    return False


def _all_of(case: Case, total: Array | float) -> bool:
    """Return whether ``total``, a sum over all entries, came back as it is, or averaged over samples or entries."""
    n, classes = np.shape(case.inputs[0])
    return any(case.came(total / size) for size in (1, n, n * classes))


def _of_squares(case: Case) -> bool:
    halves = (1, 2, np.shape(case.inputs[0])[1])
    roots = (np.sqrt(_squares(case)), np.sqrt(_squares(case) / np.size(case.inputs[0])))
    return any(_all_of(case, sign * _squares(case) / half) for half in halves for sign in (1, -1)) or any(
        case.came(root) for root in roots
    )


def _of_softmax(case: Case) -> Array:
    """Return the loss of each sample after one softmax more."""
    y, a = _labels_and_shares(case)
    e = np.exp(a)
    return np.asarray(-np.log((y * e).sum(axis=1) / e.sum(axis=1)))


def _with_epsilon(case: Case) -> bool:
    """Return whether a round number was added to every probability, or stands for all below it."""
    p, loss = _true_shares(case), float(case.there)
    for exponent in range(-8, -1):
        for epsilon in (10.0**exponent, 2 * 10.0**exponent, 5 * 10.0**exponent, 10.0 ** (exponent + 1)):
            changed = (
                p + epsilon,
                np.maximum(p, epsilon),
                np.minimum(p, 1 - epsilon),
                np.clip(p, epsilon, 1 - epsilon),
            )
            if any(_same_closely(loss, float(-np.log(q).mean())) for q in changed):
                return True
    return False


def _same_closely(one: float, other: float) -> bool:
    """Return whether both are the same but for rounding."""
    return abs(one - other) < 1e-7 * max(1.0, abs(other))


CROSS_ENTROPY = (
    KnownMistake(
        "roles",
        N_("y and a have changed places"),
        N_("In (3) the logarithm is taken of the probabilities, not of the label."),
        _roles,
    ),
    KnownMistake(
        "true_class_lost",
        N_("the probability of the true class is lost"),
        N_("What goes into the logarithm is 0 or less, for every sample: how is the true class picked out of a?"),
        lambda case: len(case.inputs[0]) > 1 and case.there.ndim == 0 and _is_power(float(case.there) / np.log(10)),
    ),
    KnownMistake(
        "log_of_0",
        N_("logarithm of 0"),
        N_("log 0 is −∞, and 0 · ∞ is nan. Keep what goes into the logarithm away from 0."),
        lambda case: case.kind == "not_finite" and (_labels_and_shares(case)[1] == 0).any(),
    ),
    KnownMistake(
        "per_sample",
        N_("one loss for each sample, not their mean"),
        N_("One number is asked for the whole batch."),
        lambda case: (
            case.wanted.ndim == 0
            and case.there.size == len(case.inputs[0]) > 1
            and same(np.sort(np.abs(np.ravel(case.there))), np.sort(_losses(case)))
        ),
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
        _by("not_averaged"),
    ),
    KnownMistake(
        "matrix_product",
        N_("a matrix product in place of a product entry by entry"),
        N_("For arrays, * multiplies entry by entry; @ and np.dot sum up."),
        lambda case: case.there.ndim == 2 and case.there.shape[0] == case.there.shape[1] != 1,
    ),
    KnownMistake(
        "per_class",
        N_("one number for each class"),
        N_("For each sample, (3) sums over the classes: along which axis?"),
        lambda case: case.there.shape == (np.shape(case.inputs[0])[1],),
    ),
    KnownMistake(
        "per_entry",
        N_("one number for each entry"),
        N_("(3) sums over the classes, and the mean goes over the samples: one number is left."),
        lambda case: case.there.shape == np.shape(case.inputs[0]),
    ),
    KnownMistake(
        "always_0",
        N_("the loss is always 0"),
        N_("A whole row of y or of a sums up to 1, and log 1 is 0: what does y pick out of a?"),
        lambda case: len(case.inputs[0]) > 1 and case.there.ndim == 0 and abs(float(case.there)) < 1e-9,
    ),
    KnownMistake(
        "averaged_over_entries",
        N_("averaged over all entries"),
        N_("The mean goes over the samples; over the classes (3) sums."),
        _by("averaged_over_entries"),
    ),
    KnownMistake(
        "averaged_over_classes",
        N_("no mean over all samples"),
        N_("How many samples are there, do all of them count, and by what is their sum divided?"),
        _by("averaged_over_classes"),
    ),
    KnownMistake(
        "averaged_twice",
        N_("averaged twice"),
        N_("Once divided by the number of samples is enough; np.mean divides too."),
        lambda case: len(case.inputs[0]) > 1 and any(_by(key)(case) for key in ("averaged_twice", "")),
    ),
    KnownMistake(
        "sign",
        N_("the sign"),
        N_("The logarithm of a probability is negative; a loss is not."),
        _wrong_sign,
    ),
    KnownMistake(
        "log_base",
        N_("another base than e"),
        N_("log is the natural logarithm, of which the derivative is 1/a."),
        lambda case: (
            len(case.inputs[0]) > 1
            and any(
                case.came(sign * factor * case.wanted / np.log(base))
                for base in (2, 10)
                for factor in (1, len(case.inputs[0]))
                for sign in (1, -1)
            )
        ),
    ),
    KnownMistake(
        "binary",
        N_("the binary cross-entropy"),
        N_("(3) has no summand with 1 − y: that is the loss for a yes or no."),
        lambda case: _all_of(case, _losses(case).sum() - np.log(1 - _other_shares(case)).sum()),
    ),
    KnownMistake(
        "squared_error",
        N_("the squared error"),
        N_("(3) holds a logarithm, no square."),
        _of_squares,
    ),
    KnownMistake(
        "largest_share",
        N_("the largest probability in place of that of the true class"),
        N_("Which class is the true one is said by y."),
        lambda case: _of_shares(case, lambda _y, a: -np.log(a.max(axis=1)).mean()),
    ),
    KnownMistake(
        "label_forgotten",
        N_("y is not used"),
        N_("y picks the probability of the true class out of all."),
        lambda case: any(_all_of(case, sign * total) for total in _without_label(case) for sign in (1, -1)),
    ),
    KnownMistake(
        "no_logarithm",
        N_("the logarithm is missing"),
        N_("(3) holds log a, not a."),
        lambda case: any(
            case.came(sign * share * factor)
            for share in (_true_share(*_labels_and_shares(case)), 1 - _true_share(*_labels_and_shares(case)))
            for factor in (1, *_factors(case).values())
            for sign in (1, -1)
        ),
    ),
    KnownMistake(
        "zeros_counted",
        N_("the logarithm of the zeros as well"),
        N_("Where y is 0, (3) adds nothing: first the logarithm of a, then times y, or first the sum of the row."),
        _of_zeros,
    ),
    KnownMistake(
        "averaged_before",
        N_("a mean before the logarithm"),
        N_("Before the logarithm nothing is averaged; inside of a row (3) sums."),
        lambda case: _all_of(case, (_losses(case) + np.log(np.shape(case.inputs[0])[1])).sum()),
    ),
    KnownMistake(
        "log_of_mean",
        N_("the logarithm of a mean or sum"),
        N_("First the logarithm for each sample, then the mean."),
        lambda case: (
            len(case.inputs[0]) > 1
            and any(
                case.came(sign * np.log(share) / size)
                for share in (_true_shares(case).mean(), _true_shares(case).sum())
                for size in (1, len(case.inputs[0]))
                for sign in (1, -1)
            )
        ),
    ),
    KnownMistake(
        "one_sample",
        N_("not each sample with its own label"),
        N_("For every sample one logarithm counts, that of its true class; the mean goes over all samples."),
        _of_one_sample,
    ),
    KnownMistake(
        "other_logarithm",
        N_("the logarithm of something else"),
        N_("In (3) stands log a: not log(1 + a), and not log(1 − a)."),
        lambda case: any(
            _all_of(case, sign * np.log(values).sum())
            for values in (1 + _true_shares(case), 1 - _true_shares(case), 1 - _other_shares(case))
            for sign in (1, -1)
        ),
    ),
    KnownMistake(
        "accuracy",
        N_("the share of right answers"),
        N_("(3) asks how probable the true class was, not whether it was the largest."),
        lambda case: any(case.came(share) for share in (_read(case), 1 - _read(case))) and len(case.inputs[0]) > 1,
    ),
    KnownMistake(
        "exponential",
        N_("an exponential function too many"),
        N_("(3) holds a logarithm and no exponential function."),
        lambda case: any(case.came(np.exp(sign * case.wanted)) for sign in (1, -1)),
    ),
    KnownMistake(
        "softmax_again",
        N_("softmax is applied once more"),
        N_("a holds probabilities already: softmax stands at the end of the network."),
        lambda case: any(case.came(sign * _of_softmax(case).mean()) for sign in (1, -1)),
    ),
    KnownMistake(
        "epsilon",
        N_("an ε that is too large, or a loss that is cut off"),
        EPSILON_HINT,
        lambda case: case.kind == "values" and _with_epsilon(case),
    ),
)
