"""The known mistakes of Aufgabe 2, by function: what each makes of the right result (``diagnosis.py`` says why so).

The first that fits counts, so that those with the narrower test stand first. Those without a test of their own are
named by the checks of behaviour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from autograder.messages import N_
from autograder.numeric.diagnosis import Case, KnownMistake, array, follow, same

Array = NDArray[np.float64]

# ------------------------------------------------------------------------------------------------ of any function

_SHAPE = N_("the shape gets lost")
_SHAPES_CLASH = N_("shapes that do not go together")
_EPSILON_HINT = N_("Up to 1e-8 it changes no digit that counts; a larger one does.")

COMMON = (
    KnownMistake("no_return", N_("return is missing"), "", lambda case: case.kind == "nothing"),
    KnownMistake("in_place", N_("an input is changed"), "", lambda case: case.kind == "changed"),
)

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
    _SHAPE,
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


def _argument(slope: Array) -> Array:
    """Return the size of the z at which sigmoid has this slope."""
    s = (1 + np.sqrt(1 - 4 * slope)) / 2
    return np.asarray(np.log(s / (1 - s)))


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


def _even(rows: Array) -> bool:
    """Return whether all entries of each row are the same."""
    return bool(np.all(np.nanmax(rows, axis=1) - np.nanmin(rows, axis=1) < 1e-4))


def _gaps(rows: Array) -> Array:
    """Return how far any two entries of each row are apart."""
    return np.asarray(np.abs(rows[:, :, None] - rows[:, None, :]))


def _sums(values: Array, axis: int) -> bool:
    return bool(np.allclose(values.sum(axis=axis), 1, atol=1e-4))


def _whole_rows(case: Case) -> Array:
    """Return which rows came back finite."""
    return np.asarray(np.isfinite(case.there).all(axis=1))


def _power_of_another_base(case: Case) -> bool:
    z = array(case.inputs[0])
    logs = np.log(case.there)
    return _sums(case.there, 1) and any(_even(logs - np.log(base) * z) for base in (2, 10))


SOFTMAX = (
    KnownMistake(
        "exponent_sign",
        N_("the sign in the exponent"),
        N_("Which entry of a row should become the largest?"),
        lambda case: (
            _sums(case.there, 1) and _even(np.log(case.there) + np.log(case.wanted)) and not _even(np.log(case.wanted))
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
        _SHAPES_CLASH,
        N_("A sum over the columns has the shape (B,), and NumPy lays it along the columns. What does keepdims do?"),
        lambda case: case.shapes_clash,
    ),
    KnownMistake(
        "wrong_axis",
        N_("the wrong axis"),
        N_("Here the columns add up to 1. Each picture is a row: along which axis does one sum over the classes?"),
        lambda case: _sums(case.there, 0) and not _sums(case.there, 1),
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
            _sums(case.there, 1)
            and _even(np.log(case.there) - array(case.inputs[0]) / array(case.inputs[0]).max(axis=1, keepdims=True))
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
        _EPSILON_HINT,
        lambda case: np.allclose(case.there, case.wanted, rtol=0.02),
    ),
    KnownMistake(
        "not_normalised",
        N_("not divided by the sum"),
        N_("What do the entries of a row add up to?"),
        lambda case: not _sums(case.there, 1) and _even(np.log(case.there) - np.log(case.wanted)),
    ),
    KnownMistake(
        "clipped",
        N_("z is cut off"),
        N_("Clipping makes unequal large entries equal. Shifting a whole row keeps their distances."),
        lambda case: ((_gaps(case.there) < 1e-9) & (_gaps(case.wanted) > 0.1)).any(),
    ),
    KnownMistake(
        "shape", _SHAPE, N_("The result has the shape of z."), lambda case: case.kind in {"shape", "transposed"}
    ),
)

# ------------------------------------------------------------------------------------------------ cross_entropy


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
        _EPSILON_HINT,
        lambda case: case.kind == "values" and np.allclose(case.there, case.wanted, rtol=0.02, atol=0.01),
    ),
)

# ------------------------------------------------------------------------------------------------ forward


def _logit(a: Array) -> Array:
    return np.asarray(np.log(a / (1 - a)))


def _depth(case: Case) -> int:
    """Return the number of layers: ``parameters`` is the last input of forward, backward and predict."""
    return len(case.inputs[-1])


def _of_bias(case: Case, change: Callable[[Array, Array], Array]) -> bool:
    """Return whether a z came back that is the right one changed by what the bias is."""
    return case.place[0] == 0 and case.came(change(case.wanted, array(case.inputs[1][case.place[1]][1])))


def _next_z(case: Case, activation: Callable[[Array], Array]) -> bool:
    """Return whether another activation of the layer before is what made z wrong."""
    which, layer = case.place[:2]
    if which == 1:
        return layer < _depth(case) and case.came(activation(_logit(case.wanted)))
    W, b = case.inputs[1][layer]
    return layer > 0 and case.came(activation(array(case.expected[0][layer - 1])) @ W + b)


def _hidden_is(case: Case, activation: Callable[[Array], Array]) -> bool:
    """Return whether the first hidden layer has another ``activation``, where its z has both signs."""
    z = array(case.found[0][0])
    return _depth(case) > 1 and bool((z < 0).any()) and same(case.found[1][1], activation(z))


def _identity(z: Array) -> Array:
    return z


def _at_output(case: Case) -> bool:
    return case.place == (1, _depth(case))


def _sigmoid_at_output(case: Case) -> bool:
    return _at_output(case) and same(_logit(case.there), array(case.found[0][-1]))


FORWARD = (
    KnownMistake(
        "fixed_layers",
        N_("works for one number of layers only"),
        N_("H is len(parameters), and may be 1. Which layer is the last one?"),
        lambda case: _depth(case) != 2 and (case.kind in {"error", "length", "shape"} or _sigmoid_at_output(case)),
    ),
    KnownMistake(
        "output_only",
        N_("only the output comes back"),
        N_("The way back needs every z and every a: return (zs, activations)."),
        lambda case: isinstance(case.found, np.ndarray) and same(case.found, case.expected[1][-1]),
    ),
    KnownMistake(
        "exchanged",
        N_("zs and activations have changed places"),
        N_("zs comes first."),
        lambda case: len(case.found[0]) == len(case.expected[1]) and len(case.found[1]) == len(case.expected[0]),
    ),
    KnownMistake(
        "a_for_z",
        N_("zs holds activations"),
        N_("zs is for what goes into h, activations for what comes out."),
        lambda case: case.place[0] == 0 and same(case.found[0][0], case.expected[1][1]),
    ),
    KnownMistake(
        "output_not_kept",
        N_("the last activation is missing"),
        N_("activations has one entry more than zs: from a⁰ to the output."),
        lambda case: (
            case.kind == "length"
            and len(case.found[1]) == len(case.expected[1]) - 1
            and same(case.found[1][0], case.expected[1][0])
        ),
    ),
    KnownMistake(
        "z_not_kept",
        N_("not every z is kept"),
        N_("zs holds one entry a layer; (10) needs them all."),
        lambda case: case.kind == "length" and case.place == (0,) and len(case.found[0]) < len(case.expected[0]),
    ),
    KnownMistake(
        "input_not_kept",
        N_("a⁰ is missing"),
        N_("The first entry of activations is X itself: (7) needs it for the first layer."),
        lambda case: case.kind == "length" and case.place == (1,) and len(case.found[1]) == len(case.expected[1]) - 1,
    ),
    KnownMistake(
        "one_sample",
        N_("only one sample comes back"),
        N_("Every row of X has its row in each z and each a."),
        lambda case: case.there.ndim == 2 and len(case.there) == 1 < len(case.wanted),
    ),
    KnownMistake(
        "bias_forgotten",
        N_("the bias is forgotten"),
        N_("What does (1) add to the sum, in every layer?"),
        lambda case: _of_bias(case, lambda z, b: z - b),
    ),
    KnownMistake(
        "bias_sign",
        N_("the sign of the bias"),
        N_("Look at what (1) does with b."),
        lambda case: _of_bias(case, lambda z, b: z - 2 * b),
    ),
    KnownMistake(
        "averaged",
        N_("divided by the size of the batch"),
        N_("Samples do not meet in the forward pass; the mean comes with the loss."),
        lambda case: _of_bias(case, lambda z, b: (z - b) / len(case.inputs[0]) + b),
    ),
    KnownMistake(
        "relu",
        N_("ReLU in place of σ"),
        N_("The hidden layers use sigmoid."),
        lambda case: _hidden_is(case, lambda z: np.maximum(z, 0)),
    ),
    KnownMistake(
        "softmax_hidden",
        N_("softmax in a hidden layer"),
        N_("Only the last layer has softmax."),
        lambda case: _depth(case) > 1 and case.place[1] in range(1, _depth(case)) and _sums(array(case.found[1][1]), 1),
    ),
    KnownMistake(
        "no_activation",
        N_("no activation in the hidden layers"),
        N_("Between two layers stands σ; without it, all layers together are only one."),
        lambda case: _hidden_is(case, _identity),
    ),
    KnownMistake(
        "z_for_a",
        N_("the next layer gets z in place of a"),
        N_("What does (1) sum over: z or a of the layer before?"),
        lambda case: _next_z(case, _identity) and same(case.found[1][1], case.expected[1][1]),
    ),
    KnownMistake(
        "tanh",
        N_("tanh in place of σ"),
        N_("The hidden layers use sigmoid."),
        lambda case: _next_z(case, lambda z: np.tanh(z)),
    ),
    KnownMistake(
        "sigmoid_at_output",
        N_("sigmoid at the output"),
        N_("The ten outputs are to be probabilities that add up to 1."),
        _sigmoid_at_output,
    ),
    KnownMistake(
        "no_softmax",
        N_("no softmax at the output"),
        N_("The last activation is softmax of the last z."),
        lambda case: _at_output(case) and _even(case.there - np.log(case.wanted)),
    ),
    KnownMistake(
        "in_place",
        N_("an input is changed"),
        N_("+= changes the array on the left, here the bias."),
        lambda case: "output operand" in case.error,
    ),
    KnownMistake(
        "shapes",
        _SHAPES_CLASH,
        N_("Every layer gets the activations of the layer before. Write down the shapes of both sides of the @."),
        lambda case: case.shapes_clash,
    ),
)

# ------------------------------------------------------------------------------------------------ backward


def _batch(case: Case) -> int:
    return len(case.inputs[0])


def _of_weights(case: Case) -> bool:
    return case.place[-1] == 0


def _hidden(case: Case) -> bool:
    """Return whether a dW of one sample in a hidden layer is wrong: its columns are delta times what came in."""
    return _batch(case) == 1 and _of_weights(case) and case.place[0] < _depth(case) - 1


def _activation(case: Case) -> Array:
    return array(case.inputs[2][case.place[0] + 1])


def _z(case: Case) -> Array:
    return array(case.inputs[1][case.place[0]])


def _slope(case: Case) -> Array:
    """Return what stands in place of the derivative of the activation, column by column."""
    a = _activation(case)
    return np.asarray((case.there * a * (1 - a) / case.wanted).mean(axis=0))


def _output_slope(case: Case) -> bool:
    """Return whether the last delta was multiplied by a derivative of the sigmoid or of the softmax."""
    if _batch(case) != 1 or not _of_weights(case) or case.place[0] != _depth(case) - 1:
        return False
    a = _activation(case)
    sloped = same(_argument((case.there / case.wanted).mean(axis=0)), np.abs(_z(case)[0]))
    return sloped or case.came(case.wanted * a * (1 - a))


def _of_output(case: Case, delta: Callable[[Array, Array], Array]) -> bool:
    """Return whether the last layer's db is made of another delta."""
    y, a = array(case.inputs[0]), array(case.inputs[2][-1])
    return same(case.found[-1][1], delta(y, a).sum(axis=0) / len(y))


def _untransposed(case: Case) -> bool:
    if not _hidden(case):
        return False
    layer = case.place[0]
    W = array(case.inputs[3][layer + 1][0])
    if W.shape[0] != W.shape[1]:
        return False
    a = _activation(case)
    return same(array(case.found[layer][1]) / (a * (1 - a))[0], array(case.expected[layer + 1][1]) @ W)


def _in_two_lists(case: Case) -> bool:
    """Return whether all W and all b came back apart."""
    arrays = [pair[0] for pair in case.expected]
    return (
        len(case.found) == 2 and len(arrays) > 1 and [np.shape(W) for W in case.found[0]] == [W.shape for W in arrays]
    )


def _shapes(pairs: Sequence[Sequence[Array]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(np.shape(dW), np.shape(db)) for dW, db in pairs]


def _one_sample(case: Case) -> bool:
    errors = array(case.inputs[2][-1]) - array(case.inputs[0])
    n, db = _batch(case), case.found[-1][1]
    return n > 1 and not _of_weights(case) and any(same(db, row / k) for row in errors for k in (1, n))


BACKWARD = (
    KnownMistake(
        "two_layers_only",
        N_("works for two layers only"),
        N_(
            "(10) leads from any layer to the one before: a loop from the last to the first, each with its own W and z."
        ),
        lambda case: _depth(case) > 2 and case.kind in {"error", "length", "shape", "transposed"},
    ),
    KnownMistake(
        "two_lists",
        N_("two lists in place of pairs"),
        N_("Each layer has its pair (dW, db), as in parameters."),
        _in_two_lists,
    ),
    KnownMistake(
        "last_layer_only",
        N_("not every layer has its gradients"),
        N_("(10) leads from each layer to the one before: how often does your loop run?"),
        lambda case: isinstance(case.found, list | tuple) and len(case.found) < _depth(case),
    ),
    KnownMistake(
        "pair_order",
        N_("db comes before dW"),
        N_("Pairs are ordered as in parameters: first W, then b."),
        lambda case: (
            np.shape(case.found[-1][0]) == case.expected[-1][1].shape
            and np.shape(case.found[-1][1]) == case.expected[-1][0].shape
        ),
    ),
    KnownMistake(
        "order",
        N_("the order of the gradients"),
        N_("The way back begins with the last layer; the list begins with the first."),
        lambda case: _shapes(case.found) == _shapes(case.expected)[::-1] != _shapes(case.expected),
    ),
    KnownMistake(
        "db_shape",
        N_("the shape of db"),
        N_("db has the shape of b: one number a neuron, one axis."),
        lambda case: not _of_weights(case) and case.there.ndim == 2,
    ),
    KnownMistake(
        "db_axis",
        N_("db is summed along the wrong axis"),
        N_("The sum goes over the samples; each neuron keeps its number."),
        lambda case: not _of_weights(case) and case.kind == "shape" and case.there.shape in {(), (_batch(case),)},
    ),
    KnownMistake(
        "transposed",
        N_("dW is transposed"),
        N_("In (7), m is the neuron of the layer before and comes first: dW has the shape of W."),
        lambda case: _of_weights(case) and case.kind == "transposed",
    ),
    KnownMistake(
        "wrong_a",
        N_("the activation of another layer"),
        N_("Which layer's a stands in (7)? Mind the counting: activations[0] is a⁰."),
        lambda case: _of_weights(case) and case.kind == "shape",
    ),
    KnownMistake(
        "transpose_forgotten",
        _SHAPES_CLASH,
        N_("In (10) the sum goes over m, the second index of w. What has to be transposed for that?"),
        lambda case: case.shapes_clash,
    ),
    KnownMistake(
        "db_zero",
        N_("db is 0"),
        N_("By (8) the gradient of the bias is δ itself."),
        lambda case: not _of_weights(case) and not case.there.any(),
    ),
    KnownMistake(
        "label_forgotten",
        N_("y is not used"),
        N_("Look at (9): what does the network read, and what should it?"),
        lambda case: _of_output(case, lambda _y, a: a),
    ),
    KnownMistake(
        "derivative_of_loss",
        N_("the derivative of the loss by a in place of z"),
        N_("δ is the derivative by z: (9) already has softmax in it."),
        lambda case: _of_output(case, lambda y, a: -y / a),
    ),
    KnownMistake(
        "sign", N_("the sign"), N_("Look at (9): what is subtracted from what?"), lambda case: case.came(-case.wanted)
    ),
    KnownMistake(
        "not_averaged",
        N_("sum in place of mean"),
        N_("The loss is a mean over the batch, and so is its gradient: by what is the sum divided?"),
        lambda case: _batch(case) > 1 and same(np.abs(case.there), _batch(case) * np.abs(case.wanted)),
    ),
    KnownMistake(
        "one_sample",
        N_("the gradient of one sample only"),
        N_("Every sample has its δ; db sums over all of them."),
        _one_sample,
    ),
    KnownMistake(
        "averaged_twice",
        N_("averaged twice"),
        N_("Once divided by B is enough; mean divides too."),
        lambda case: _batch(case) > 1 and case.came(case.wanted / _batch(case)),
    ),
    KnownMistake(
        "averaged_wrong",
        N_("divided by the wrong number"),
        N_("The mean goes over the samples, not over classes or entries; with one sample nothing changes."),
        lambda case: any(case.came(case.wanted * n / case.inputs[0].shape[1]) for n in (1, _batch(case))),
    ),
    KnownMistake(
        "factor_2",
        N_("twice as large as it should be"),
        N_("That is the gradient of a square. What came out of 1c?"),
        lambda case: case.came(2 * case.wanted),
    ),
    KnownMistake(
        "z_for_a",
        N_("z in place of a"),
        N_("What comes into a layer, and stands in (7), is the activation of the layer before."),
        lambda case: (
            _batch(case) == 1
            and _of_weights(case)
            and case.place[0] > 0
            and case.came(
                case.wanted * (array(case.inputs[1][case.place[0] - 1]) / array(case.inputs[2][case.place[0]])).T
            )
        ),
    ),
    KnownMistake(
        "derivative_at_output",
        N_("a derivative too many at the output"),
        N_("In (9) the derivative of softmax is already in: that was your proof of 1c."),
        _output_slope,
    ),
    KnownMistake(
        "derivative_forgotten",
        N_("the derivative of the activation is forgotten"),
        N_("Which factor stands in front of the sum in (10)?"),
        lambda case: _hidden(case) and same(_slope(case), np.ones(case.wanted.shape[1])),
    ),
    KnownMistake(
        "sigmoid_for_derivative",
        N_("σ in place of its derivative"),
        N_("In (10) stands h', not h."),
        lambda case: _hidden(case) and same(_slope(case), _activation(case)[0]),
    ),
    KnownMistake(
        "derivative_of_a",
        N_("the derivative at the wrong place"),
        N_("h' in (10) is taken at z, not at a."),
        lambda case: _hidden(case) and same(_argument(_slope(case)), np.abs(_activation(case)[0])),
    ),
    KnownMistake(
        "untransposed",
        N_("a transpose is missing"),
        N_("With square matrices the shapes fit either way. Over which index of w does (10) sum?"),
        _untransposed,
    ),
    KnownMistake(
        "equation_10",
        N_("δ of the hidden layer"),
        N_("The last layer is right, so go through (10) factor by factor: which z, which W, which δ?"),
        lambda case: (
            _depth(case) > 1
            and case.place[0] < _depth(case) - 1
            and all(same(mine, right) for mine, right in zip(case.found[-1], case.expected[-1], strict=True))
        ),
    ),
)

# ------------------------------------------------------------------------------------------------ update


def _old(case: Case) -> Array:
    return array(follow(case.inputs[0], case.place))


def _step(case: Case) -> Array:
    """Return the right step."""
    return np.asarray(case.wanted - _old(case))


UPDATE = (
    KnownMistake("two_lists", N_("two lists in place of pairs"), N_("Each layer has its pair (W, b)."), _in_two_lists),
    KnownMistake(
        "pair_order",
        N_("b comes before W"),
        N_("Pairs are ordered as in parameters: first W, then b."),
        lambda case: np.shape(case.found[0][0]) == case.expected[0][1].shape != case.expected[0][0].shape,
    ),
    KnownMistake(
        "multiplied",
        N_("the parameters are multiplied by the step"),
        N_("The step is subtracted: w − η · gradient."),
        lambda case: case.came(_old(case) * (1 + _step(case))),
    ),
    KnownMistake(
        "layers_lost",
        N_("not every layer comes back"),
        N_("The new parameters have as many pairs as the old ones."),
        lambda case: case.kind == "length" and case.place == (),
    ),
    KnownMistake(
        "unchanged",
        N_("nothing has changed"),
        N_("Do you return the new arrays, or the old ones?"),
        lambda case: all(same(mine, old) for mine, old in zip(case.found[0], case.inputs[0][0], strict=True)),
    ),
    KnownMistake(
        "bias_forgotten",
        N_("the biases stay as they are"),
        N_("b has a gradient too."),
        lambda case: not _of_weights(case) and case.came(_old(case)),
    ),
    KnownMistake(
        "weights_forgotten",
        N_("the weights stay as they are"),
        N_("W has a gradient too."),
        lambda case: _of_weights(case) and case.came(_old(case)),
    ),
    KnownMistake(
        "ascent",
        N_("uphill in place of downhill"),
        N_("The gradient shows where the loss grows. Where do you want to go?"),
        lambda case: case.came(_old(case) - _step(case)),
    ),
    KnownMistake(
        "step_only",
        N_("the step in place of the new parameters"),
        N_("Where does one come to who starts at the old parameters?"),
        lambda case: case.came(_step(case)) or case.came(-_step(case)),
    ),
    KnownMistake(
        "rate_forgotten",
        N_("the learning rate is forgotten"),
        N_("How long is the step, when learning_rate is small?"),
        lambda case: case.came(_old(case) + _step(case) / case.inputs[2]),
    ),
    KnownMistake(
        "rate_divided",
        N_("divided by the learning rate"),
        N_("A smaller learning rate means smaller steps."),
        lambda case: case.came(_old(case) + _step(case) / case.inputs[2] ** 2),
    ),
)

# ------------------------------------------------------------------------------------------------ minibatches, train

MINIBATCHES = (
    KnownMistake("no_pairs", N_("batches without labels"), N_("yield X_batch, y_batch makes a pair.")),
    KnownMistake("exchanged", N_("X and y have changed places"), N_("The images come first.")),
    KnownMistake(
        "apart",
        N_("X and y are shuffled apart"),
        N_("Draw one order and use it for both."),
    ),
    KnownMistake("endless", N_("no end"), N_("An epoch ends when every row had its turn.")),
    KnownMistake(
        "empty_batch", N_("an empty batch"), N_("Where does the last batch start if the number of rows is a multiple?")
    ),
    KnownMistake(
        "last_batch_lost",
        N_("the last batch gets lost"),
        N_("If the rows do not divide evenly, a shorter batch is left over: it counts too."),
    ),
    KnownMistake(
        "first_batch_only",
        N_("only the first batch comes"),
        N_("Does return stand inside of the loop? yield goes on afterwards."),
    ),
    KnownMistake(
        "batch_size_ignored",
        N_("batch_size is not used"),
        N_("How many rows has each batch, and how many should it have?"),
    ),
    KnownMistake(
        "size_and_number",
        N_("the number of batches and their size are mixed up"),
        N_("batch_size says how many rows a batch has, not how many batches there are."),
    ),
    KnownMistake(
        "overlapping",
        N_("batches overlap"),
        N_("A slice ends before its second number: order[start : end] does not hold order[end]."),
    ),
    KnownMistake(
        "several_epochs", N_("more than one epoch"), N_("Every row has its turn once; the next epoch is the next call.")
    ),
    KnownMistake(
        "with_replacement",
        N_("drawn with replacement"),
        N_("Some rows come twice, others never. rng.permutation puts each in its place once."),
    ),
    KnownMistake("not_shuffled", N_("not shuffled"), N_("The rows come in their old order.")),
    KnownMistake(
        "same_order",
        N_("the same order in every epoch"),
        N_("Draw a new order from rng at every call, from the rng that you were given."),
    ),
    KnownMistake(
        "rng_ignored",
        N_("chance comes from elsewhere"),
        N_("np.random.… knows nothing of the rng that you were given: call its methods."),
    ),
    KnownMistake(
        "batches_shuffled",
        N_("the batches are shuffled, not the rows"),
        N_("The same rows meet in every epoch. Shuffle before you cut."),
    ),
    KnownMistake(
        "within_batches",
        N_("shuffled within the batches only"),
        N_("The same rows meet in every epoch. Shuffle before you cut."),
    ),
    KnownMistake(
        "partly_shuffled",
        N_("some rows are never shuffled"),
        N_("The order goes over all rows, from the first to the last."),
    ),
)

TRAIN = (
    KnownMistake(
        "no_pair", N_("the pair (parameters, history) is missing"), N_("return parameters, history makes a pair.")
    ),
    KnownMistake("exchanged", N_("parameters and history have changed places"), N_("The parameters come first.")),
    KnownMistake(
        "layers_fixed", N_("layer_sizes is not used"), N_("The network has as many neurons as layer_sizes says.")
    ),
    KnownMistake(
        "history_per_batch", N_("history holds every batch"), N_("One entry an epoch: the mean over its batches.")
    ),
    KnownMistake("history_empty", N_("history stays empty"), N_("At the end of each epoch its mean loss is appended.")),
    KnownMistake(
        "history_start", N_("history begins with a value of its own"), N_("The first entry belongs to the first epoch.")
    ),
    KnownMistake("epochs_off", N_("the number of epochs"), N_("How often does range(epochs) run?")),
    KnownMistake(
        "stops_early",
        N_("return inside of the loop"),
        N_("return ends the function at once, whatever loop it stands in."),
    ),
    KnownMistake(
        "batches_used_up",
        N_("the batches are used up after the first epoch"),
        N_("What yields can be run through only once. Call minibatches anew in every epoch."),
    ),
    KnownMistake("history_entries", N_("history holds more than numbers"), N_("Each entry is one number, in no list.")),
    KnownMistake(
        "history_summed", N_("sum in place of mean"), N_("The loss of an epoch is the mean over its batches.")
    ),
    KnownMistake(
        "history_one_batch",
        N_("the loss of a single batch"),
        N_("Which batches does the loss of an epoch speak of? Collect them all, then take the mean."),
    ),
    KnownMistake(
        "history_cumulated", N_("epochs are added up"), N_("Every epoch begins with an empty list of losses.")
    ),
    KnownMistake("history_accuracy", N_("accuracy in place of the loss"), N_("history holds cross_entropy.")),
    KnownMistake(
        "no_step",
        N_("the network does not change"),
        N_("update returns new parameters and leaves the old ones: who keeps them?"),
    ),
    KnownMistake(
        "ascent", N_("uphill in place of downhill"), N_("The loss should fall. What does update do with its sign?")
    ),
    KnownMistake(
        "rate_ignored", N_("learning_rate is not used"), N_("Give update the learning rate that you were given.")
    ),
    KnownMistake("averaged_twice", N_("averaged twice"), N_("backward already gives the mean over the batch.")),
    KnownMistake(
        "one_step_an_epoch",
        N_("one step an epoch"),
        N_("Every batch has its step, and its size is batch_size: what stands inside of which loop?"),
    ),
    KnownMistake("last_batch_lost", N_("a batch is left out"), N_("Count the steps of an epoch: one for each batch.")),
    KnownMistake(
        "starts_anew", N_("every epoch starts anew"), N_("The random weights are drawn once, before the first epoch.")
    ),
    KnownMistake("frozen", N_("some parameters never change"), N_("Every layer learns, W and b.")),
    KnownMistake(
        "step_size",
        N_("the steps have another size"),
        N_("One step for each batch: minus learning_rate times the gradient, and nothing else."),
    ),
    KnownMistake(
        "apart",
        N_("X and y do not belong together"),
        N_("forward, backward and the labels speak of the same batch: look at what each of them gets."),
    ),
    KnownMistake(
        "equal_start",
        N_("all neurons of a layer start alike"),
        N_("With equal weights they learn the same for ever. init_parameters draws different ones."),
    ),
    KnownMistake(
        "rng_ignored",
        N_("chance comes from elsewhere"),
        N_("Weights and order both come from the rng that you were given."),
    ),
    KnownMistake(
        "rng_seeded",
        N_("the same chance in every training"),
        N_("A generator with a seed of its own always says the same. Use the rng that you were given."),
    ),
    KnownMistake("not_shuffled", N_("not shuffled"), N_("minibatches, called with rng, brings a new order.")),
    KnownMistake(
        "same_order",
        N_("the same order in every epoch"),
        N_("Call minibatches anew in every epoch, with the rng that you were given."),
    ),
)

# ------------------------------------------------------------------------------------------------ predict

PREDICT = (
    KnownMistake(
        "text",
        N_("text in place of numbers"),
        N_("The number of a class is a number."),
        lambda case: np.asarray(case.found).dtype.kind in "US",
    ),
    KnownMistake(
        "layers",
        N_("works for one number of layers only"),
        N_("forward does the work for any number of layers."),
        lambda case: _depth(case) > 1 and case.kind == "error",
    ),
    KnownMistake(
        "column",
        N_("a column in place of a row"),
        N_("The result has one axis: the shape (n,)."),
        lambda case: case.there.ndim == 2 and case.there.shape[1] == 1,
    ),
    KnownMistake(
        "one_hot",
        N_("one-hot in place of a number"),
        N_("The number of the class is asked for: where is the largest entry?"),
        lambda case: case.there.ndim == 2 and np.isin(case.there, (0, 1)).all(),
    ),
    KnownMistake(
        "probabilities",
        N_("the probabilities in place of the class"),
        N_("Where is the largest entry of each row?"),
        lambda case: case.there.ndim == 2,
    ),
    KnownMistake(
        "squeezed",
        N_("a single image loses its axis"),
        N_("One image is a batch with one row: the result has the shape (1,)."),
        lambda case: case.there.ndim == 0 and len(case.wanted) == 1,
    ),
    KnownMistake(
        "one_number",
        N_("one number for the whole batch"),
        N_("Every row has its class: along which axis is the largest entry searched?"),
        lambda case: case.there.ndim == 0,
    ),
    KnownMistake(
        "wrong_axis",
        N_("the wrong axis"),
        N_("The largest entry is searched among the classes of one image."),
        lambda case: case.kind == "shape" and case.there.shape == np.shape(case.inputs[1][-1][1]),
    ),
    KnownMistake(
        "from_1",
        N_("counted from 1"),
        N_("The first class has the number 0."),
        lambda case: case.came(case.wanted + 1),
    ),
    KnownMistake(
        "share",
        N_("the largest probability in place of its class"),
        N_("Not how large it is, but where it stands."),
        lambda case: case.there.shape == case.wanted.shape and (case.there != case.there.round()).any(),
    ),
    KnownMistake(
        "yes_or_no",
        N_("a yes or no in place of the class"),
        N_("The number of the class is asked for: where is the largest entry?"),
        lambda case: np.asarray(case.found).dtype.kind == "b",
    ),
    KnownMistake(
        "smallest",
        N_("the smallest in place of the largest"),
        N_("The class with the largest probability is asked for."),
        lambda case: _depth(case) == 1 and case.came(array(case.inputs[0]).argmin(axis=1)),
    ),
    KnownMistake(
        "hidden_layer",
        N_("read from a hidden layer"),
        N_("The probabilities are the last entry of activations: index −1."),
        lambda case: (
            _depth(case) > 1
            and case.came((array(case.inputs[0]) @ case.inputs[1][0][0] + case.inputs[1][0][1]).argmax(axis=1))
        ),
    ),
)

MISTAKES: dict[str, tuple[KnownMistake, ...]] = {
    "sigmoid": SIGMOID,
    "sigmoid_derivative": SIGMOID_DERIVATIVE,
    "softmax": SOFTMAX,
    "cross_entropy": CROSS_ENTROPY,
    "forward": FORWARD,
    "backward": BACKWARD,
    "update": UPDATE,
    "minibatches": MINIBATCHES,
    "train": TRAIN,
    "predict": PREDICT,
}


def known(function: str, named: Sequence[str] = ()) -> list[KnownMistake]:
    """Return the known mistakes of ``function``, those first whose keys were already ``named``."""
    mistakes = (*COMMON, *MISTAKES.get(function, ()))
    return sorted(mistakes, key=lambda mistake: mistake.key not in named)


def find(function: str, key: str) -> KnownMistake:
    """Return the mistake ``key`` of ``function``.

    Raises:
        KeyError: there is none.

    """
    for mistake in known(function):
        if mistake.key == key:
            return mistake
    raise KeyError(f"{function}.{key}")
