"""Known mistakes of backpropagation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograder.messages import N_
from autograder.numeric.diagnosis import Case, KnownMistake, array, same
from autograder.numeric.mistakes.shared import SHAPES_CLASH, Array, depth, in_two_lists, of_weights


def _batch(case: Case) -> int:
    return len(case.inputs[0])


def _hidden(case: Case) -> bool:
    """Return whether a dW of one sample in a hidden layer is wrong: its columns are delta times what came in."""
    return _batch(case) == 1 and of_weights(case) and case.place[0] < depth(case) - 1


def _activation(case: Case) -> Array:
    return array(case.inputs[2][case.place[0] + 1])


def _z(case: Case) -> Array:
    return array(case.inputs[1][case.place[0]])


def _slope(case: Case) -> Array:
    """Return what stands in place of the derivative of the activation, column by column."""
    a = _activation(case)
    return np.asarray((case.there * a * (1 - a) / case.wanted).mean(axis=0))


def _argument(slope: Array) -> Array:
    """Return the size of the z at which sigmoid has this slope."""
    s = (1 + np.sqrt(1 - 4 * slope)) / 2
    return np.asarray(np.log(s / (1 - s)))


def _output_slope(case: Case) -> bool:
    """Return whether the last delta was multiplied by a derivative of the sigmoid or of the softmax."""
    if _batch(case) != 1 or not of_weights(case) or case.place[0] != depth(case) - 1:
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


def _shapes(pairs: Sequence[Sequence[Array]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(np.shape(dW), np.shape(db)) for dW, db in pairs]


def _one_sample(case: Case) -> bool:
    errors = array(case.inputs[2][-1]) - array(case.inputs[0])
    n, db = _batch(case), case.found[-1][1]
    return n > 1 and not of_weights(case) and any(same(db, row / k) for row in errors for k in (1, n))


BACKWARD = (
    KnownMistake(
        "two_layers_only",
        N_("works for two layers only"),
        N_(
            "(10) leads from any layer to the one before: a loop from the last to the first, each with its own W and z."
        ),
        lambda case: depth(case) > 2 and case.kind in {"error", "length", "shape", "transposed"},
    ),
    KnownMistake(
        "two_lists",
        N_("two lists in place of pairs"),
        N_("Each layer has its pair (dW, db), as in parameters."),
        in_two_lists,
    ),
    KnownMistake(
        "last_layer_only",
        N_("not every layer has its gradients"),
        N_("(10) leads from each layer to the one before: how often does your loop run?"),
        lambda case: isinstance(case.found, list | tuple) and len(case.found) < depth(case),
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
        lambda case: not of_weights(case) and case.there.ndim == 2,
    ),
    KnownMistake(
        "db_axis",
        N_("db is summed along the wrong axis"),
        N_("The sum goes over the samples; each neuron keeps its number."),
        lambda case: not of_weights(case) and case.kind == "shape" and case.there.shape in {(), (_batch(case),)},
    ),
    KnownMistake(
        "transposed",
        N_("dW is transposed"),
        N_("In (7), m is the neuron of the layer before and comes first: dW has the shape of W."),
        lambda case: of_weights(case) and case.kind == "transposed",
    ),
    KnownMistake(
        "wrong_a",
        N_("the activation of another layer"),
        N_("Which layer's a stands in (7)? Mind the counting: activations[0] is a⁰."),
        lambda case: of_weights(case) and case.kind == "shape",
    ),
    KnownMistake(
        "transpose_forgotten",
        SHAPES_CLASH,
        N_("In (10) the sum goes over m, the second index of w. What has to be transposed for that?"),
        lambda case: case.shapes_clash,
    ),
    KnownMistake(
        "db_zero",
        N_("db is 0"),
        N_("By (8) the gradient of the bias is δ itself."),
        lambda case: not of_weights(case) and not case.there.any(),
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
            and of_weights(case)
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
            depth(case) > 1
            and case.place[0] < depth(case) - 1
            and all(same(mine, right) for mine, right in zip(case.found[-1], case.expected[-1], strict=True))
        ),
    ),
)
