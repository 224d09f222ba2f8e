"""Known mistakes of sigmoid, its derivative and softmax."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.messages import N_
from autograder.numeric.diagnosis import Case, KnownMistake, array, same
from autograder.numeric.mistakes.shared import EPSILON_HINT, SHAPE, SHAPES_CLASH, Array, even, sums

# ------------------------------------------------------------------------------------------------ sigmoid

_OVERFLOW = KnownMistake(
    "overflow",
    N_("exp grows beyond all numbers"),
    N_("For one sign of z the exponent gets large and positive. What should come out there?"),
    lambda case: case.kind == "warning" or (case.kind == "not_finite" and np.max(np.abs(case.inputs[0])) > 50),
)
_ARRAYS_ONLY = KnownMistake(
    "arrays_only",
    N_("works for arrays only"),
    N_("A single number has neither entries nor a shape; np.asarray makes an array of it."),
    lambda case: case.kind == "error" and np.ndim(case.inputs[0]) == 0,
)
_SHAPE_LOST = KnownMistake(
    "shape",
    SHAPE,
    N_("Entry by entry means: the result has the shape of z, be it a number, a row or a matrix."),
    lambda case: case.kind in {"shape", "transposed"},
)


def _tells(case: Case) -> bool:
    """Return whether z is so small that the values are no mere 0 and 1, which say nothing of the formula."""
    return bool(np.max(np.abs(case.inputs[0])) < 20)


def _sigmoid_behind(case: Case) -> Array:
    """Return what sigmoid is, of which the right derivative is known."""
    root = np.sqrt(np.maximum(1 - 4 * case.wanted, 0))
    return np.asarray((1 + np.sign(array(case.inputs[0])) * root) / 2)


def _logit(values: Array) -> Array:
    return np.asarray(np.log(values / (1 - values)))


def _constant(values: Array, parts: ArrayLike) -> bool:
    """Return whether ``values`` are ``parts`` times one number, and say something of it."""
    each = array(parts) + np.zeros_like(values)
    ratios = values[each != 0] / each[each != 0]
    at_0 = np.abs(values[each == 0]).max(initial=0.0)
    return len(ratios) > 1 and bool(np.ptp(ratios) < 1e-4 * np.abs(ratios).max() and at_0 < 1e-6)


def _is_softmax(case: Case) -> bool:
    return bool(np.ptp(np.log(case.there) - array(case.inputs[0])) < 1e-4)


def _one_side(case: Case) -> bool:
    """Return whether just the entries of one sign of z came out right."""
    z = array(case.inputs[0])
    if case.kind != "values" or case.there.shape != z.shape or not _tells(case):
        return False
    right = np.isclose(case.there, case.wanted, rtol=1e-5, atol=1e-9)
    sides = (z < 0), (z > 0)
    return any(
        one.any() and other.any() and right[one].all() and not right[other].any() for one, other in (sides, sides[::-1])
    )


_ONE_SIDE = KnownMistake(
    "one_side",
    N_("right for one sign of z only"),
    N_("Compare both sides of 0: does an if, an abs or a maximum treat them unequally?"),
    _one_side,
)


def _z_and_sigmoid(case: Case) -> tuple[Array, Array]:
    return array(case.inputs[0]), _sigmoid_behind(case)


def _mirrored(case: Case) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return z with sigmoid of z, and the same for −z: e to the z belongs to sigmoid of −z in the derivative."""
    z, s = _z_and_sigmoid(case)
    return (z, s), (-z, 1 - s)


def _twice(case: Case) -> Array:
    """Return the derivative of sigmoid at what sigmoid gives."""
    s = 1 / (1 + np.exp(-_sigmoid_behind(case)))
    return np.asarray(s * (1 - s))


def _any_of(case: Case, *values: ArrayLike) -> bool:
    """Return whether one of ``values`` came, for a z that tells."""
    return _tells(case) and any(case.came(value) for value in values)


SIGMOID = (
    _OVERFLOW,
    _ARRAYS_ONLY,
    _SHAPE_LOST,
    KnownMistake(
        "exponent_sign",
        N_("the sign in the exponent"),
        N_("Where should σ(z) go for large z: to 0 or to 1?"),
        lambda case: _tells(case) and case.came(1 - case.wanted),
    ),
    KnownMistake(
        "tanh",
        N_("tanh in place of σ"),
        N_("Between which two values does σ lie?"),
        lambda case: _tells(case) and case.came(np.tanh(array(case.inputs[0]))),
    ),
    KnownMistake(
        "minus_denominator",
        N_("a minus in the denominator"),
        N_("Compare the denominator with the formula, sign by sign."),
        lambda case: _tells(case) and case.came(case.wanted / (2 * case.wanted - 1)),
    ),
    KnownMistake(
        "step",
        N_("a step in place of a smooth rise"),
        N_("σ takes all values between 0 and 1, and 1/2 at z = 0."),
        lambda case: _tells(case) and len(np.unique(case.there)) > 1 and np.isin(case.there, (0, 0.5, 1)).all(),
    ),
    KnownMistake(
        "relu",
        N_("ReLU in place of σ"),
        N_("Between which two values does σ lie?"),
        lambda case: _tells(case) and case.came(np.maximum(array(case.inputs[0]), 0)),
    ),
    KnownMistake(
        "derived",
        N_("the derivative in place of the function"),
        N_("σ grows from 0 to 1; its derivative is largest at 0 and goes down on both sides."),
        lambda case: _tells(case) and case.came(case.wanted * (1 - case.wanted)),
    ),
    KnownMistake(
        "exponential_only",
        N_("only the exponential function"),
        N_("In σ it stands in a denominator, beside a 1."),
        lambda case: _tells(case) and any(case.came(np.exp(sign * array(case.inputs[0]))) for sign in (1, -1)),
    ),
    KnownMistake(
        "no_fraction",
        N_("the denominator alone"),
        N_("σ is 1 divided by that."),
        lambda case: _tells(case) and case.came(1 / case.wanted),
    ),
    KnownMistake(
        "exp_missing",
        N_("the exponential function is missing"),
        N_("In the denominator stands e to the power of −z."),
        lambda case: _tells(case) and any(case.came(1 / (1 + sign * array(case.inputs[0]))) for sign in (1, -1)),
    ),
    KnownMistake(
        "softmax",
        N_("softmax in place of σ"),
        N_("σ works entry by entry: no entry knows of the others."),
        lambda case: _tells(case) and case.wanted.size > 1 and same(case.there.sum(), 1) and _is_softmax(case),
    ),
    KnownMistake(
        "exponent_factor",
        N_("another base, or a factor in the exponent"),
        N_("e is raised to the power of −z, of no multiple of z."),
        lambda case: _tells(case) and _constant(_logit(case.there), array(case.inputs[0])),
    ),
    KnownMistake(
        "other_summand",
        N_("another number than 1 in the denominator"),
        N_("What is added to e to the power of −z?"),
        lambda case: _tells(case) and _constant(1 / case.there - np.exp(-array(case.inputs[0])), 1),
    ),
    KnownMistake(
        "clipped",
        N_("z is cut off too early"),
        N_("Who clips z must do so far enough out that the result does not notice."),
        lambda case: (
            not _tells(case)
            and ((case.there > 0) & (case.there < 1)).all()
            and same(case.there + case.there[::-1], np.ones(case.there.shape))
        ),
    ),
    _ONE_SIDE,
)

SIGMOID_DERIVATIVE = (
    _OVERFLOW,
    _ARRAYS_ONLY,
    KnownMistake(
        "matrix_product",
        N_("a matrix product in place of a product entry by entry"),
        N_("For arrays, * multiplies entry by entry; @ and np.dot sum up."),
        lambda case: case.kind == "shape" and case.wanted.ndim > 0 and case.there.ndim == 0,
    ),
    _SHAPE_LOST,
    KnownMistake(
        "sign",
        N_("the sign"),
        N_("σ only ever grows: of which sign is its slope?"),
        lambda case: _tells(case) and case.came(-case.wanted),
    ),
    KnownMistake(
        "z_for_sigmoid",
        N_("z is taken for σ(z)"),
        N_("The function gets z; in (4) stands σ(z)."),
        lambda case: _any_of(
            case,
            *(one * (1 - other) for one in _z_and_sigmoid(case) for other in _z_and_sigmoid(case)),
        ),
    ),
    KnownMistake(
        "twice",
        N_("σ is applied twice"),
        N_("The function gets z, and (4) holds σ(z): how often does z go through σ?"),
        lambda case: _any_of(case, _twice(case)),
    ),
    KnownMistake(
        "not_derived",
        N_("the function in place of its derivative"),
        N_("(4) has two factors."),
        lambda case: _tells(case) and case.came(_sigmoid_behind(case)),
    ),
    KnownMistake(
        "bracket_sign",
        N_("the sign inside of the bracket"),
        N_("Look at the second factor of (4) once more."),
        lambda case: _any_of(case, *(sign * _sigmoid_behind(case) * (1 + _sigmoid_behind(case)) for sign in (1, -1))),
    ),
    KnownMistake(
        "squared",
        N_("one of the two factors twice"),
        N_("(4) has two different factors."),
        lambda case: _any_of(
            case, *(sign * s**2 for s in (_sigmoid_behind(case), 1 - _sigmoid_behind(case)) for sign in (1, -1))
        ),
    ),
    KnownMistake(
        "one_factor",
        N_("a factor is missing"),
        N_("(4) has two factors; written with e to the power of −z, the denominator is squared."),
        lambda case: _any_of(case, 1 - _sigmoid_behind(case), _sigmoid_behind(case) - 1),
    ),
    KnownMistake(
        "sum_for_product",
        N_("a sum in place of a product"),
        N_("What stands between the two factors of (4)?"),
        lambda case: _any_of(
            case, np.ones_like(case.wanted), *(sign * (2 * _sigmoid_behind(case) - 1) for sign in (1, -1))
        ),
    ),
    KnownMistake(
        "factor_too_many",
        N_("a factor too many"),
        N_("(4) has two factors, each of them once."),
        lambda case: _any_of(
            case,
            *(case.wanted * f for f in (_sigmoid_behind(case), 1 - _sigmoid_behind(case))),
            case.wanted**2,
            case.wanted * (1 - 2 * _sigmoid_behind(case)),
        ),
    ),
    KnownMistake(
        "tanh",
        N_("the derivative of another function"),
        N_("1 − a² belongs to tanh, and 0 or 1 to ReLU: (4) belongs to σ."),
        lambda case: _any_of(
            case,
            *(1 - t**2 for t in (_sigmoid_behind(case), np.tanh(array(case.inputs[0])), array(case.inputs[0]))),
            array(case.inputs[0]) > 0,
        ),
    ),
    KnownMistake(
        "exponent_sign",
        N_("the sign in the exponent"),
        N_("The derivative is the same for z and −z: try both."),
        lambda case: _any_of(
            case,
            *(sign * np.exp(z) * np.square(s) for z, s in _mirrored(case) for sign in (1, -1)),
        ),
    ),
    _ONE_SIDE,
    KnownMistake(
        "factor",
        N_("a constant factor"),
        N_("All values are wrong by one and the same factor: by what should be multiplied or divided, and how often?"),
        lambda case: _any_of(case, *(sign * k * case.wanted for k in (2, 1 / 2, 4, 1 / 4, 3, 10) for sign in (1, -1))),
    ),
    KnownMistake(
        "approximate",
        N_("right but for a small difference"),
        N_("A difference quotient only comes near; (4) is exact."),
        lambda case: np.allclose(case.there, case.wanted, rtol=0.05, atol=1e-4),
    ),
)

# ------------------------------------------------------------------------------------------------ softmax


def _gaps(rows: Array) -> Array:
    """Return how far any two entries of each row are apart."""
    return np.asarray(np.abs(rows[:, :, None] - rows[:, None, :]))


def _same_side(case: Case) -> NDArray[np.bool_]:
    """Return which two entries of each row have the same sign."""
    signs = np.sign(array(case.inputs[0]))
    return np.asarray(signs[:, :, None] == signs[:, None, :])


def _whole_rows(case: Case) -> Array:
    """Return which rows came back finite."""
    return np.asarray(np.isfinite(case.there).all(axis=1))


def _overflows(case: Case) -> bool:
    """Return whether e to the power of an entry, or of a difference of two, is beyond all numbers."""
    return bool(np.ptp(array(case.inputs[0])) > 80)


def _largest_is_nan(case: Case) -> bool:
    """Return whether ∞/∞ came out for the largest entry of a row."""
    z = array(case.inputs[0])
    return bool(np.isnan(case.there[np.arange(len(z)), z.argmax(axis=1)]).any())


def _power_of_another_base(case: Case) -> bool:
    z = array(case.inputs[0])
    logs = np.log(case.there)
    return sums(case.there, 1) and any(even(logs - np.log(base) * z) for base in (2, 10))


_MULTIPLES = (2, 1 / 2, 3, 1 / 3, 10, 1 / 10, -2, -1 / 2)  # two classes alone would let any number fit


def _multiple(case: Case) -> float:
    """Return the number by which z is multiplied in the exponent, nan if there is no such one."""
    z, logs = array(case.inputs[0]), np.log(case.there)
    row = np.ptp(z, axis=1).argmax()
    low, high = z[row].argmin(), z[row].argmax()
    multiple = float((logs[row, high] - logs[row, low]) / (z[row, high] - z[row, low]))
    return multiple if even(logs - multiple * z) else float("nan")


def _numerator_is_z(case: Case) -> bool:
    """Return whether the entries of each row are to one another as those of z."""
    z, k = array(case.inputs[0]), np.arange(len(case.there))
    largest = np.abs(z).argmax(axis=1)
    turned = case.there * z[k, largest][:, None] - z * case.there[k, largest][:, None]
    return bool(np.abs(turned).max() < 1e-6) and bool(np.abs(case.there).any())


def _softmax(values: Array) -> Array:
    e = np.exp(values)
    return np.asarray(e / e.sum(axis=1, keepdims=True))


SOFTMAX = (
    KnownMistake(
        "exponent_sign",
        N_("the sign in the exponent"),
        N_("Which entry of a row should become the largest?"),
        lambda case: (
            sums(case.there, 1) and even(np.log(case.there) + np.log(case.wanted)) and not even(np.log(case.wanted))
        ),
    ),
    KnownMistake(
        "own_entry_left_out",
        N_("the own entry is missing in the sum"),
        N_("The sum in (2) goes over all classes, j among them."),
        lambda case: case.came(case.wanted / (1 - case.wanted)),
    ),
    KnownMistake(
        "largest_of_batch",
        N_("one largest number for the whole batch"),
        N_("Every row has a largest entry of its own; keepdims=True keeps the shape."),
        lambda case: (
            case.kind == "not_finite"
            and _overflows(case)
            and same(case.there[_whole_rows(case)], case.wanted[_whole_rows(case)])
            and _whole_rows(case)[array(case.inputs[0]).max(axis=1).argmax()]
            and not _whole_rows(case).all()
        ),
    ),
    KnownMistake(
        "wrong_shift",
        N_("another number than the largest is subtracted"),
        N_("No exponent may be positive afterwards. Which number of the row takes care of that?"),
        lambda case: (
            case.kind == "not_finite"
            and (_whole_rows(case) & (np.abs(array(case.inputs[0])).max(axis=1) > 750)).any()
            and _largest_is_nan(case)
        ),
    ),
    KnownMistake(
        "not_stable",
        N_("exp grows beyond all numbers"),
        N_("What happens to (2) when the same number is added to all z of a row?"),
        lambda case: case.kind == "not_finite" and _overflows(case),
    ),
    KnownMistake(
        "keepdims",
        SHAPES_CLASH,
        N_("A sum over the columns has the shape (B,), and NumPy lays it along the columns. What does keepdims do?"),
        lambda case: case.shapes_clash,
    ),
    KnownMistake(
        "wrong_axis",
        N_("the wrong axis"),
        N_("Here the columns add up to 1. Each picture is a row: along which axis does one sum over the classes?"),
        lambda case: sums(case.there, 0) and not sums(case.there, 1),
    ),
    KnownMistake(
        "sum_over_batch",
        N_("one sum for the whole batch"),
        N_("Every row needs a sum of its own: which axis?"),
        lambda case: len(case.there) > 1 and abs(case.there.sum() - 1) < 1e-4,
    ),
    KnownMistake(
        "sigmoid",
        N_("sigmoid in place of softmax"),
        N_("Every entry must know of the others of its row: (2) divides by their sum."),
        lambda case: same(np.log(case.there / (1 - case.there)), array(case.inputs[0])),
    ),
    KnownMistake(
        "logarithm",
        N_("the logarithm of softmax"),
        N_("Probabilities are asked for; the logarithm comes with the loss."),
        lambda case: case.came(np.log(case.wanted)),
    ),
    KnownMistake(
        "hard_max",
        N_("the largest takes all"),
        N_("The others get probability too: (2) holds e to the power of z."),
        lambda case: np.isin(case.there, (0, 1)).all() and case.there.any(),
    ),
    KnownMistake(
        "scaled",
        N_("divided by the largest in place of subtracted"),
        N_("Which change of z leaves all ratios in (2) as they are?"),
        lambda case: (
            sums(case.there, 1)
            and even(np.log(case.there) - array(case.inputs[0]) / array(case.inputs[0]).max(axis=1, keepdims=True))
        ),
    ),
    KnownMistake(
        "other_base",
        N_("another base than e"),
        N_("In (2) stands e to the power of z: np.exp."),
        _power_of_another_base,
    ),
    KnownMistake(
        "sign",
        N_("the sign"),
        N_("Probabilities are never negative: go through the minus signs one by one."),
        lambda case: case.came(-case.wanted),
    ),
    KnownMistake(
        "twice",
        N_("softmax is applied twice"),
        N_("(2) is applied to z, once."),
        lambda case: case.came(_softmax(case.wanted)),
    ),
    KnownMistake(
        "exponent_factor",
        N_("a factor in the exponent"),
        N_("In (2) e is raised to the power of z, of no multiple of it."),
        lambda case: sums(case.there, 1) and any(np.isclose(_multiple(case), k) for k in _MULTIPLES),
    ),
    KnownMistake(
        "uniform",
        N_("all classes get the same"),
        N_("Each entry of a row has a power of its own: which z stands in the exponent?"),
        lambda case: case.there.shape[1] > 1 and even(case.there) and sums(case.there, 1),
    ),
    KnownMistake(
        "exp_missing",
        N_("the exponential function is missing"),
        N_("In (2) stands e to the power of z, above and below."),
        lambda case: case.kind == "values" and _tells(case) and _numerator_is_z(case),
    ),
    KnownMistake(
        "shifted_only",
        N_("only the shift is there"),
        N_("After the largest entry has been subtracted, (2) is still to be done."),
        lambda case: even(case.there - array(case.inputs[0])),
    ),
    KnownMistake(
        "epsilon",
        N_("an ε that is too large"),
        EPSILON_HINT,
        lambda case: np.allclose(case.there, case.wanted, rtol=0.02),
    ),
    KnownMistake(
        "not_normalised",
        N_("not divided by the sum"),
        N_("What do the entries of a row add up to?"),
        lambda case: case.there.any() and not sums(case.there, 1) and even(case.there / case.wanted),
    ),
    KnownMistake(
        "clipped",
        N_("z is cut off"),
        N_("Clipping makes unequal large entries equal. Shifting a whole row keeps their distances."),
        lambda case: ((_gaps(case.there) < 1e-9) & (_gaps(case.wanted) > 0.1) & _same_side(case)).any(),
    ),
    KnownMistake(
        "shape", SHAPE, N_("The result has the shape of z."), lambda case: case.kind in {"shape", "transposed"}
    ),
)
