"""Mistakes that any array can have: wrong by a sign or a factor, transposed, rounded, of another form.

They say less than a function's own, and come after those.
"""

from __future__ import annotations

import numpy as np

from autograder.messages import N_
from autograder.numeric.diagnosis import Case, KnownMistake, same
from autograder.numeric.mistakes.shared import Array

FEWEST = 3  # entries: two numbers have a constant ratio or distance too easily


def _became(case: Case, value: Array) -> bool:
    """Return whether ``value`` came back, which is something else than the right one."""
    return case.kind == "values" and case.came(value) and not same(value, case.wanted)


def _spread(values: Array) -> float:
    """Return how far ``values`` are apart, relative to their size."""
    return float(np.ptp(values) / max(float(np.abs(values).max()), 1e-30))


def _comparable(case: Case) -> bool:
    """Return whether as many numbers came as should, of which at least ``FEWEST`` differ."""
    return (
        case.kind == "values"
        and case.there.shape == case.wanted.shape
        and len(np.unique(np.round(case.wanted, 6))) >= FEWEST
    )


def by_a_factor(case: Case) -> bool:
    """Return whether all values are wrong by one factor."""
    nonzero = case.wanted != 0
    ratios = case.there[nonzero] / case.wanted[nonzero]
    return _comparable(case) and not case.there[~nonzero].any() and _spread(ratios) < 1e-4 and bool(ratios.any())


def _by_a_summand(case: Case) -> bool:
    distances = case.there - case.wanted
    return _comparable(case) and _spread(distances) < 1e-4


def _cut_off(case: Case) -> bool:
    """Return whether fractions are missing that should be there."""
    cuts = (np.trunc, np.floor, np.round, np.ceil)
    return any(_became(case, cut(case.wanted)) for cut in cuts)


def _some_right(case: Case) -> bool:
    """Return whether some rows came out right and others did not."""
    if case.kind != "values" or case.wanted.ndim != 2 or case.there.shape != case.wanted.shape:
        return False
    right = np.isclose(case.there, case.wanted, rtol=1e-6, atol=1e-9).all(axis=1)
    return bool(right.any())


GENERAL = (
    KnownMistake(
        "sign",
        N_("the sign"),
        N_("All values are right but for the sign: go through the minus signs one by one."),
        lambda case: _became(case, -case.wanted),
    ),
    KnownMistake(
        "all_0",
        N_("nothing but zeros"),
        N_("What cancels, is multiplied by 0, cut off by // or int, or never written into an array of zeros?"),
        lambda case: case.kind == "values" and not case.there.any(),
    ),
    KnownMistake(
        "cut_off",
        N_("the fractions are cut off"),
        N_("// and int cut off what stands behind the decimal point; so does an array of integers."),
        _cut_off,
    ),
    KnownMistake(
        "upside_down",
        N_("numerator and denominator have changed places"),
        N_("What came back is 1 divided by the right result."),
        lambda case: _became(case, 1 / case.wanted),
    ),
    KnownMistake(
        "absolute",
        N_("without a sign"),
        N_("The size of the values is right, but negative ones came out positive."),
        lambda case: _became(case, np.abs(case.wanted)),
    ),
    KnownMistake(
        "squares",
        N_("a square too many, or a root"),
        N_("What came back is the square of the right result, or its root."),
        lambda case: _comparable(case) and any(_became(case, power(case.wanted)) for power in (np.square, np.sqrt)),
    ),
    KnownMistake(
        "factor",
        N_("a constant factor"),
        N_("All values are wrong by one and the same factor: by what should be multiplied or divided, and how often?"),
        by_a_factor,
    ),
    KnownMistake(
        "summand",
        N_("a constant summand"),
        N_("All values are off by one and the same number: what is added or subtracted that should not be?"),
        _by_a_summand,
    ),
    KnownMistake(
        "transposed",
        N_("rows and columns have changed places"),
        N_("A batch has one row for each sample. Which .T is too many, or missing?"),
        lambda case: case.kind == "transposed" or (case.wanted.ndim == 2 and _became(case, case.wanted.T)),
    ),
    KnownMistake(
        "backwards",
        N_("the order is turned round"),
        N_("The values are right, and stand in the opposite order."),
        lambda case: any(_became(case, np.flip(case.wanted, axis)) for axis in range(case.wanted.ndim)),
    ),
    KnownMistake(
        "all_alike",
        N_("the same number everywhere"),
        N_("Every entry has a value of its own: where do they become one?"),
        lambda case: _comparable(case) and np.ptp(case.there) == 0,
    ),
    KnownMistake(
        "near",
        N_("right but for a small difference"),
        N_("An ε, a rounding or a limit changes the values a little: where does one come in?"),
        lambda case: case.kind == "values" and np.allclose(case.there, case.wanted, rtol=0.02),
    ),
    KnownMistake(
        "nan",
        N_("a calculation without a result"),
        N_("nan comes from 0/0, ∞ − ∞, 0 · ∞ and from the logarithm of a negative number, inf from a division by 0."),
        lambda case: case.kind == "not_finite",
    ),
)

FORMS = (
    KnownMistake(
        "some_rows",
        N_("right for some rows only"),
        N_("What do the rows that come out right have in common? Every row is treated alike."),
        _some_right,
    ),
    KnownMistake("form", N_("another shape"), "", lambda case: case.kind == "shape"),
    KnownMistake("entries", N_("another number of entries"), "", lambda case: case.kind == "length"),
    KnownMistake("type", N_("something else than asked for"), "", lambda case: case.kind == "type"),
)
"""Last of all: that the message above says all of it."""
