"""Known mistakes of backpropagation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from autograder.messages import N_
from autograder.numeric.diagnosis import Case, KnownMistake, array, same
from autograder.numeric.mistakes.general import by_a_factor
from autograder.numeric.mistakes.shared import SHAPES_CLASH, Array, depth, in_two_lists, of_weights


def _batch(case: Case) -> int:
    return len(case.inputs[0])


def _shapes(pairs: Sequence[Sequence[Array]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(np.shape(dW), np.shape(db)) for dW, db in pairs]


def _one_sample(case: Case) -> bool:
    """Return whether the last layer has the gradient of one sample alone, averaged or not."""
    n = _batch(case)
    if n == 1:
        return False
    errors, before = array(case.inputs[2][-1]) - array(case.inputs[0]), array(case.inputs[2][-2])
    found = case.found[-1][0 if of_weights(case) else 1]
    each = [before[[k]].T @ errors[[k]] if of_weights(case) else errors[k] for k in range(n)]
    return any(same(found, one / k) for one in each for k in (1, n))


def _sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


def _deltas(y: Array, a: Array, z: Array) -> dict[str, tuple[Array, ...]]:
    """Return what stands in place of the last delta, by the mistake that makes it."""
    s, slope = _sigmoid(z), a * (1 - a)
    return {
        "plus": (a + y, -(a + y)),
        "label_only": (y, -y),
        "label_forgotten": (a, -a),
        "multiplied": (a * y, -a * y),
        "squared": ((a - y) ** 2, np.abs(a - y)),
        "derivative_of_loss": (-y / a, y / a, -1 / a, np.log(a) - y, (1 - y) / (1 - a) - y / a),
        "derivative_at_output": tuple(
            sign * part * factor
            for part in (a - y, -y / a, (a - y) / a)
            for factor in (slope, s * (1 - s), a, 1 - a, _sigmoid(a) * (1 - _sigmoid(a)))
            for sign in (1, -1)
        ),
        "decided": tuple(sign * (np.eye(a.shape[1])[a.argmax(axis=1)] - y) for sign in (1, -1)),
        "z_for_output": (z - y, y - z, s - y, y - s),
        "loss_itself": (-y * np.log(a), y * np.log(a), np.log(a) * (a - y)),
    }


def _delta_is(key: str) -> Callable[[Case], bool]:
    """Return the test for the last layer's db or dW to be made of a certain wrong delta, averaged or not."""

    def shows(case: Case) -> bool:
        layer = depth(case) - 1
        if case.place[0] != layer:
            return False
        y, a, z = array(case.inputs[0]), array(case.inputs[2][-1]), array(case.inputs[1][-1])
        before = array(case.inputs[2][layer])
        for delta in _deltas(y, a, z)[key]:
            made = before.T @ delta if of_weights(case) else delta.sum(axis=0)
            if any(case.came(made / n) for n in {1, len(y), len(y) ** 2}):
                return True
        return False

    return shows


def _hidden_deltas(case: Case) -> dict[str, tuple[Array, ...]]:
    """Return what stands in place of the delta of a hidden layer, by the mistake that makes it.

    Raises:
        IndexError: the first difference is not in a hidden layer.

    """
    layer = case.place[0]
    if layer >= depth(case) - 1:
        raise IndexError
    _y, zs, activations, parameters = case.inputs
    z, a = array(zs[layer]), array(activations[layer + 1])
    deltas = _right_deltas(case)
    W, slope, after = array(parameters[layer + 1][0]), a * (1 - a), deltas[layer + 1]
    through = after @ W.T
    other_W = [array(pair[0]) for pair in parameters]
    return {
        "derivative_forgotten": (through,),
        "sigmoid_for_derivative": (a * through, (1 - a) * through),
        "derivative_of_a": (_sigmoid(a) * (1 - _sigmoid(a)) * through,),
        "z_in_derivative": (z * through, z * (1 - z) * through, z * (1 - a) * through, a * (1 - z) * through),
        "derivative_sign": (-slope * through, a * (1 + a) * through, a * a * through, (1 - a) ** 2 * through),
        "derivative_twice": (slope**2 * through, slope * a * through, slope * (1 - a) * through),
        "derivative_of_other": (
            (1 - a**2) * through,
            (1 - np.tanh(z) ** 2) * through,
            (z > 0) * through,
            (a > 0) * through,
        ),
        "derivative_added": (slope + through,),
        "untransposed": tuple(slope * (after @ W) for _square in range(W.shape[0] == W.shape[1])),
        "wrong_weights": tuple(
            slope * (after @ M)
            for k, V in enumerate(other_W)
            for M in (V, V.T)
            if k != layer + 1 and M.shape == W.T.shape
        ),
        "weights_forgotten": tuple(slope * part for part in (after.sum(axis=1, keepdims=True), W.sum(axis=1))),
        "weights_size": (slope * (after @ np.abs(W).T), slope * (after @ (W.T**2))),
        "without_delta": (slope, slope * np.ones_like(through)),
        "sum_lost": tuple(slope * (after[:, [m]] @ W.T[[m]]) for m in range(W.shape[1])),
        "bias_in_delta": (
            slope * (through + array(parameters[layer][1])),
            slope * ((after + array(parameters[layer + 1][1])) @ W.T),
        ),
    }


def _right_deltas(case: Case) -> list[Array]:
    """Return delta of each layer, averaged: by (9), and by the right gradients where they tell it.

    Only a batch of one sample tells it: db is its delta.
    """
    if _batch(case) != 1:
        raise IndexError
    return [array(db)[None, :] for _dW, db in case.expected]


def _hidden_delta_is(key: str) -> Callable[[Case], bool]:
    """Return the test for a hidden layer's db or dW to be made of a certain wrong delta."""

    def shows(case: Case) -> bool:
        before = array(case.inputs[2][case.place[0]])
        for delta in _hidden_deltas(case)[key]:
            for factor in (1, -1):
                if case.came(factor * (before.T @ delta if of_weights(case) else delta[0])):
                    return True
        return False

    return shows


def _own_delta(case: Case) -> Array | None:
    """Return delta of the layer as the student has it: db of one sample; None where it is not to be seen."""
    return array(case.found[case.place[0]][1])[None, :] if _batch(case) == 1 else None


def _made_of_own_delta(case: Case, change: Callable[[Array], Array]) -> bool:
    """Return whether dW is what ``change`` of the activations before, times the student's own delta, makes."""
    delta = _own_delta(case)
    before = array(case.inputs[2][case.place[0]])
    if delta is None or not delta.any() or not of_weights(case):
        return False
    return case.came(change(before).T @ delta)


def _averaged_wrong(case: Case) -> bool:
    """Return whether the result is divided by a number of classes, neurons, layers or entries in place of samples."""
    n, classes = np.shape(case.inputs[0])
    sizes = {classes, *np.shape(case.wanted), depth(case), n + 1, n - 1}
    divisors = {size * k for size in sizes for k in (1, n)} - {0, n}
    return any(case.came(sign * case.wanted * n / size) for size in divisors for sign in (1, -1))


def _softmax_slope(case: Case) -> bool:
    """Return whether the last delta was multiplied by the derivative of softmax, of one sample."""
    if _batch(case) != 1 or case.place[0] != depth(case) - 1:
        return False
    a, y = array(case.inputs[2][-1]), array(case.inputs[0])
    delta = (a - y) @ (np.diag(a[0]) - np.outer(a[0], a[0]))
    return case.came(array(case.inputs[2][-2]).T @ delta if of_weights(case) else delta[0])


def _db_right(case: Case, layer: int | None = None) -> bool:
    """Return whether db of the layer, that of the first difference if none is named, is right up to the averaging."""
    k = case.place[0] if layer is None else layer
    found, right = array(case.found[k][1]), array(case.expected[k][1])
    return any(same(found, right * factor) for factor in (1, _batch(case), 1 / _batch(case)))


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
        "flat",
        N_("arrays in one row in place of pairs"),
        N_("Each layer has its pair (dW, db): append a tuple of both."),
        lambda case: len(case.found) == 2 * depth(case) and all(isinstance(each, np.ndarray) for each in case.found),
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
        lambda case: (
            of_weights(case)
            and case.kind == "shape"
            and case.there.shape[1:] == case.wanted.shape[1:]
            and case.there.shape[0] in {np.shape(a)[1] for a in case.inputs[2]}
        ),
    ),
    KnownMistake(
        "transpose_forgotten",
        SHAPES_CLASH,
        N_("In (10) the sum goes over m, the second index of w. Which W is that, and what has to be transposed?"),
        lambda case: case.shapes_clash and "broadcast" not in case.error,
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
        _delta_is("label_forgotten"),
    ),
    KnownMistake(
        "label_only",
        N_("the output of the network is not used"),
        N_("Look at (9): what does the network read, and what should it?"),
        _delta_is("label_only"),
    ),
    KnownMistake(
        "plus",
        N_("a sum in place of a difference"),
        N_("(9) compares what came out with what should."),
        _delta_is("plus"),
    ),
    KnownMistake(
        "multiplied",
        N_("a product in place of a difference"),
        N_("(9) compares what came out with what should."),
        _delta_is("multiplied"),
    ),
    KnownMistake(
        "squared",
        N_("the size of the error, without its sign"),
        N_("δ says in which direction to go: (9) has neither square nor absolute value."),
        _delta_is("squared"),
    ),
    KnownMistake(
        "derivative_of_loss",
        N_("the derivative of the loss by a in place of z"),
        N_("δ is the derivative by z: (9) already has softmax in it."),
        _delta_is("derivative_of_loss"),
    ),
    KnownMistake(
        "decided",
        N_("the decision in place of the probabilities"),
        N_("(9) takes the probabilities as they are; the largest is chosen in predict."),
        _delta_is("decided"),
    ),
    KnownMistake(
        "z_for_output",
        N_("(9) with something else than the output of the network"),
        N_("What softmax made of the last z is the last entry of activations."),
        _delta_is("z_for_output"),
    ),
    KnownMistake(
        "loss_itself",
        N_("the loss in place of its derivative"),
        N_("By 1c, the derivative by z has no logarithm any more."),
        _delta_is("loss_itself"),
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
        lambda case: _batch(case) > 1 and any(case.came(sign * case.wanted / _batch(case)) for sign in (1, -1)),
    ),
    KnownMistake(
        "averaged_wrong",
        N_("divided by the wrong number"),
        N_("The mean goes over the samples, not over classes, neurons or entries; with one sample nothing changes."),
        _averaged_wrong,
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
            case.place[0] > 0 and _made_of_own_delta(case, lambda _a: array(case.inputs[1][case.place[0] - 1]))
        ),
    ),
    KnownMistake(
        "a_changed",
        N_("the activation in (7) is changed"),
        N_("In (7) stands a as it is: no derivative, no second σ, no mean."),
        lambda case: any(
            _made_of_own_delta(case, change)
            for change in (
                lambda a: a * (1 - a),
                _sigmoid,
                lambda a: _sigmoid(a) * (1 - _sigmoid(a)),
                lambda a: 1 - a,
                np.square,
                np.ones_like,
                lambda a: a + 0 * a + a.mean() - a,
                np.sign,
            )
        ),
    ),
    *(
        KnownMistake(key, name, hint, _hidden_delta_is(key))
        for key, name, hint in (
            (
                "derivative_forgotten",
                N_("the derivative of the activation is forgotten"),
                N_("Which factor stands in front of the sum in (10)?"),
            ),
            ("sigmoid_for_derivative", N_("σ in place of its derivative"), N_("In (10) stands h', not h.")),
            (
                "derivative_of_a",
                N_("the derivative at the wrong place"),
                N_("h' in (10) is taken at z, not at a."),
            ),
            (
                "z_in_derivative",
                N_("z in the derivative where σ(z) belongs"),
                N_("By (4), h' is made of σ(z): that is the activation."),
            ),
            (
                "derivative_sign",
                N_("a factor of the derivative"),
                N_("Compare h' with (4), sign by sign: it has two different factors."),
            ),
            (
                "derivative_twice",
                N_("the derivative comes in twice"),
                N_("In (10) stands h' once, in front of the sum."),
            ),
            (
                "derivative_of_other",
                N_("the derivative of another activation"),
                N_("The hidden layers use σ, and σ has the derivative (4)."),
            ),
            (
                "derivative_added",
                N_("the derivative is added in place of multiplied"),
                N_("What stands in (10) between h' and the sum?"),
            ),
            (
                "untransposed",
                N_("a transpose is missing"),
                N_("With square matrices the shapes fit either way. Over which index of w does (10) sum?"),
            ),
            (
                "wrong_weights",
                N_("the weights of another layer"),
                N_("Which layer's w stands in (10)? parameters[0] belongs to layer 1."),
            ),
            (
                "weights_forgotten",
                N_("the weights or the δ of the next layer are forgotten"),
                N_("In the sum of (10) stand two factors: δ of the next layer, and the weight that leads there."),
            ),
            (
                "weights_size",
                N_("the weights are changed"),
                N_("In (10) stand the weights as they are, with their sign."),
            ),
            (
                "without_delta",
                N_("nothing comes back from the next layer"),
                N_("(10) begins with h', and then there is a sum over the next layer."),
            ),
            (
                "sum_lost",
                N_("a single neuron of the next layer"),
                N_("The sum in (10) goes over all neurons of the next layer."),
            ),
            (
                "bias_in_delta",
                N_("the bias comes in on the way back"),
                N_("(10) holds no b: its derivative by a is 0."),
            ),
        )
    ),
    KnownMistake(
        "derivative_at_output",
        N_("a derivative too many at the output"),
        N_("In (9) the derivative of softmax is already in: that was your proof of 1c."),
        lambda case: _delta_is("derivative_at_output")(case) or _softmax_slope(case),
    ),
    KnownMistake(
        "factor",
        N_("a constant factor"),
        N_("All values are wrong by one and the same factor: by what should be multiplied or divided, and how often?"),
        # with two classes, every δ of one sample is a multiple of any other
        lambda case: (_batch(case) > 1 or np.shape(case.inputs[0])[1] > 2) and by_a_factor(case),
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

BACKWARD_PLACES = (
    KnownMistake(
        "equation_7",
        N_("dW is not made of δ and a"),
        N_(
            "δ itself is right here, as db shows. Which a belongs to it in (7), and in which order are they multiplied?"
        ),
        lambda case: case.kind == "values" and of_weights(case) and _db_right(case),
    ),
    KnownMistake(
        "equation_8",
        N_("db is not made of δ"),
        N_("dW of this layer is right, and so is δ: what does (8) make of it?"),
        lambda case: (
            case.kind in {"values", "shape"}
            and not of_weights(case)
            and same(case.found[case.place[0]][0], case.expected[case.place[0]][0])
        ),
    ),
    KnownMistake(
        "equation_9",
        N_("δ of the last layer"),
        N_("The way back begins with (9): which a, which y, and by what is their difference divided?"),
        lambda case: case.kind in {"values", "not_finite"} and not _db_right(case, -1),
    ),
)
