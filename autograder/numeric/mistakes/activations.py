"""Known mistakes of sigmoid, its derivative and softmax."""

from __future__ import annotations

import numpy as np

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
        "clipped",
        N_("z is cut off too early"),
        N_("Who clips z must do so far enough out that the result does not notice."),
        lambda case: not _tells(case) and ((case.there > 0) & (case.there < 1)).all(),
    ),
)

SIGMOID_DERIVATIVE = (
    _OVERFLOW,
    _ARRAYS_ONLY,
    KnownMistake(
        "matrix_product",
        N_("a matrix product in place of a product entry by entry"),
        N_("For arrays, * multiplies entry by entry; @ and np.dot sum up."),
        lambda case: case.wanted.ndim > 0 and case.there.ndim == 0,
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
        lambda case: _tells(case) and case.came(array(case.inputs[0]) * (1 - array(case.inputs[0]))),
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
        lambda case: _tells(case) and case.came(_sigmoid_behind(case) * (1 + _sigmoid_behind(case))),
    ),
    KnownMistake(
        "squared",
        N_("one of the two factors twice"),
        N_("(4) has two different factors."),
        lambda case: (
            _tells(case) and any(case.came(factor**2) for factor in (_sigmoid_behind(case), 1 - _sigmoid_behind(case)))
        ),
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


def _whole_rows(case: Case) -> Array:
    """Return which rows came back finite."""
    return np.asarray(np.isfinite(case.there).all(axis=1))


def _power_of_another_base(case: Case) -> bool:
    z = array(case.inputs[0])
    logs = np.log(case.there)
    return sums(case.there, 1) and any(even(logs - np.log(base) * z) for base in (2, 10))


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
        "largest_of_batch",
        N_("one largest number for the whole batch"),
        N_("Every row has a largest entry of its own; keepdims=True keeps the shape."),
        lambda case: (
            case.kind == "not_finite"
            and _whole_rows(case)[array(case.inputs[0]).max(axis=1).argmax()]
            and not _whole_rows(case).all()
        ),
    ),
    KnownMistake(
        "wrong_shift",
        N_("another number than the largest is subtracted"),
        N_("No exponent may be positive afterwards. Which number of the row takes care of that?"),
        lambda case: (
            case.kind == "not_finite" and (_whole_rows(case) & (np.abs(array(case.inputs[0])).max(axis=1) > 750)).any()
        ),
    ),
    KnownMistake(
        "not_stable",
        N_("exp grows beyond all numbers"),
        N_("What happens to (2) when the same number is added to all z of a row?"),
        lambda case: case.kind == "not_finite",
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
        lambda case: np.isin(case.there, (0, 1)).all(),
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
        "epsilon",
        N_("an ε that is too large"),
        EPSILON_HINT,
        lambda case: np.allclose(case.there, case.wanted, rtol=0.02),
    ),
    KnownMistake(
        "not_normalised",
        N_("not divided by the sum"),
        N_("What do the entries of a row add up to?"),
        lambda case: not sums(case.there, 1) and even(np.log(case.there) - np.log(case.wanted)),
    ),
    KnownMistake(
        "clipped",
        N_("z is cut off"),
        N_("Clipping makes unequal large entries equal. Shifting a whole row keeps their distances."),
        lambda case: ((_gaps(case.there) < 1e-9) & (_gaps(case.wanted) > 0.1)).any(),
    ),
    KnownMistake(
        "shape", SHAPE, N_("The result has the shape of z."), lambda case: case.kind in {"shape", "transposed"}
    ),
)
