"""Known mistakes of the forward pass."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np

from autograder.messages import N_
from autograder.numeric.diagnosis import Case, KnownMistake, array, same
from autograder.numeric.mistakes.shared import SHAPES_CLASH, Array, depth, even, sums


def _logit(a: Array) -> Array:
    return np.asarray(np.log(a / (1 - a)))


def _of_bias(case: Case, change: Callable[[Array, Array], Array]) -> bool:
    """Return whether a z came back that is the right one changed by what the bias is."""
    return case.place[0] == 0 and case.came(change(case.wanted, array(case.inputs[1][case.place[1]][1])))


def _next_z(case: Case, activation: Callable[[Array], Array]) -> bool:
    """Return whether another activation of the layer before is what made z wrong."""
    which, layer = case.place[:2]
    if which == 1:
        return layer < depth(case) and case.came(activation(_logit(case.wanted)))
    W, b = case.inputs[1][layer]
    return layer > 0 and case.came(activation(array(case.expected[0][layer - 1])) @ W + b)


def _hidden_is(case: Case, activation: Callable[[Array], Array]) -> bool:
    """Return whether the first hidden layer has another ``activation``, where its z has both signs."""
    z = array(case.found[0][0])
    return depth(case) > 1 and bool((z < 0).any()) and same(case.found[1][1], activation(z))


def _identity(z: Array) -> Array:
    return z


def _at_output(case: Case) -> bool:
    return case.place == (1, depth(case))


def _sigmoid_at_output(case: Case) -> bool:
    z = array(case.found[0][-1])
    return _at_output(case) and same(_logit(case.there), z) and not case.came(_softmax(z))


def _z(case: Case) -> tuple[Array, Array, Array]:
    """Return what the first wrong z is made of: the activations before, W and b.

    Raises:
        IndexError: no z is wrong.

    """
    which, layer = case.place[:2]
    if which != 0:
        raise IndexError
    W, b = (array(part) for part in case.inputs[1][layer])
    return array(case.expected[1][layer]), W, b


def _own_z(case: Case) -> Array:
    """Return the student's z of the layer whose activation is wrong."""
    return array(case.found[0][case.place[1] - 1])


def _z_kept(case: Case) -> bool:
    """Return whether the z of a wrong activation is right."""
    return same(_own_z(case), case.expected[0][case.place[1] - 1])


def _activated(case: Case, *functions: Callable[[Array], Array]) -> bool:
    """Return whether one of ``functions`` of the right z is the activation that came back, or went on to the next z."""
    which, layer = case.place[:2]
    if which == 1:
        return layer > 0 and _z_kept(case) and any(case.came(function(_own_z(case))) for function in functions)
    if layer == 0:
        return False
    _, W, b = _z(case)
    return any(case.came(function(array(case.expected[0][layer - 1])) @ W + b) for function in functions)


def _softmax(z: Array, axis: int | tuple[int, ...] = 1) -> Array:
    e = np.exp(z - z.max())
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def _sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


def _composed(outer: Callable[[Array], Array], inner: Callable[[Array], Array], z: Array) -> Array:
    return outer(inner(z))


def _from_input(case: Case, change: Callable[[Array], Array]) -> bool:
    """Return whether z of the first layer was made of a changed X."""
    a, W, b = _z(case)
    return case.place[1] == 0 and case.came(change(a) @ W + b)


def _is_lists(value: object) -> bool:
    return isinstance(value, list | tuple)


FORWARD = (
    KnownMistake(
        "fixed_layers",
        N_("works for one number of layers only"),
        N_("H is len(parameters), and may be 1. Which layer is the last one?"),
        lambda case: (
            depth(case) != 2
            and (
                case.kind in {"error", "length"}
                or (case.kind == "shape" and case.there.ndim == 2)
                or _sigmoid_at_output(case)
            )
        ),
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
        lambda case: case.place[0] == 0 and case.came(case.expected[1][case.place[1] + 1]),
    ),
    KnownMistake(
        "layer_pairs",
        N_("a pair for each layer in place of two lists"),
        N_("All z stand in the first list, all a in the second: return zs, activations."),
        lambda case: (
            len(case.found) == depth(case)
            and all(_is_lists(pair) and len(pair) == 2 and np.ndim(pair[0]) == 2 for pair in case.found)
            and same(case.found[0][0], case.expected[0][0])
            and same(case.found[0][1], case.expected[1][1])
        ),
    ),
    KnownMistake(
        "one_list",
        N_("only one of the two lists"),
        N_("Two lists are asked for: return zs, activations."),
        lambda case: (
            _is_lists(case.found)
            and any(same(case.found[0], side[0]) and same(case.found[-1], side[-1]) for side in case.expected)
        ),
    ),
    KnownMistake(
        "last_only",
        N_("only the last z and a come back"),
        N_("The way back needs every z and every a: collect them in two lists."),
        lambda case: np.ndim(case.found[1]) == 2 and same(case.found[1], case.expected[1][-1]),
    ),
    KnownMistake(
        "backwards",
        N_("the lists begin with the last layer"),
        N_("zs[0] is z¹, activations[0] is a⁰: append puts a new entry at the end."),
        lambda case: any(
            len(mine) > 1 and len(mine) == len(right) and same(mine[0], right[-1]) and same(mine[-1], right[0])
            for mine, right in zip(case.found, case.expected, strict=True)
        ),
    ),
    KnownMistake(
        "input_in_zs",
        N_("zs begins with X"),
        N_("The first z is that of layer 1; X is the first entry of activations only."),
        lambda case: len(case.found[0]) == depth(case) + 1 and same(case.found[0][0], case.expected[1][0]),
    ),
    KnownMistake(
        "kept_twice",
        N_("an entry is kept twice"),
        N_("Each layer appends one z and one a; a⁰ is there before the loop."),
        lambda case: (
            case.kind == "length"
            and any(
                len(mine) > len(right) and any(same(one, other) for one, other in pairwise(mine))
                for mine, right in zip(case.found, case.expected, strict=True)
            )
        ),
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
        lambda case: (
            case.kind == "length"
            and case.place == (1,)
            and len(case.found[1]) == len(case.expected[1]) - 1
            and np.shape(case.found[1][0]) == np.shape(case.expected[1][1])
        ),
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
        "input_activated",
        N_("the input goes through an activation"),
        N_("a⁰ is X itself; σ comes after the first sum."),
        lambda case: any(_from_input(case, h) for h in (_sigmoid, _softmax, np.tanh, lambda X: np.maximum(X, 0))),
    ),
    KnownMistake(
        "input_changed",
        N_("the input is changed"),
        N_("a⁰ is X as it comes: not scaled, not centred, with its sign."),
        lambda case: (
            any(
                _from_input(case, change)
                for change in (
                    lambda X: X / 255,
                    lambda X: X - X.mean(axis=0),
                    lambda X: (X - X.mean(axis=0)) / X.std(axis=0),
                )
            )
            or (case.kind == "values" and not same(case.found[1][0], case.expected[1][0]))
        ),
    ),
    KnownMistake(
        "averaged",
        N_("divided by the size of the batch"),
        N_("Samples do not meet in the forward pass; the mean comes with the loss."),
        lambda case: case.place[1] == 0 and _of_bias(case, lambda z, b: (z - b) / len(case.inputs[0]) + b),
    ),
    KnownMistake(
        "bias_twice",
        N_("the bias is added twice"),
        N_("(1) adds b once for each sum."),
        lambda case: _of_bias(case, lambda z, b: z + b),
    ),
    KnownMistake(
        "bias_scaled",
        N_("the bias is changed before it is added"),
        N_("(1) adds b as it is, one number to each neuron, whatever the batch."),
        lambda case: any(
            case.came(case.wanted - _z(case)[2] + other)
            for b in _z(case)[2:]
            for other in (b.mean(), b.sum(), b * len(case.inputs[0]), b / len(case.inputs[0]), b[0], b[-1])
        ),
    ),
    KnownMistake(
        "bias_multiplied",
        N_("the bias is multiplied in place of added"),
        N_("What stands in (1) between the sum and b?"),
        lambda case: _of_bias(case, lambda z, b: (z - b) * b),
    ),
    KnownMistake(
        "bias_replaced",
        N_("another number in place of the bias"),
        N_("(1) adds the bias of the layer; each neuron has its own."),
        lambda case: (
            case.kind == "values"
            and case.place[0] == 0
            and case.wanted.size > 2
            and np.ptp(case.there - case.wanted + _z(case)[2]) < 1e-6
        ),
    ),
    KnownMistake(
        "weights_sign",
        N_("the sign of the weights"),
        N_("Look at what (1) does with w."),
        lambda case: _of_bias(case, lambda z, b: 2 * b - z),
    ),
    KnownMistake(
        "product_scaled",
        N_("a factor at the sum"),
        N_("(1) adds the products as they are, and then b."),
        lambda case: (
            case.place[1] == 0
            and any(case.came(case.wanted + extra * (case.wanted - _z(case)[2])) for extra in (1, -0.5))
        ),
    ),
    KnownMistake(
        "input_unused",
        N_("z without the activations"),
        N_("(1) multiplies each weight by the activation that it carries."),
        lambda case: any(
            same(case.there - _z(case)[2], np.broadcast_to(part, case.there.shape))
            for part in (_z(case)[1], _z(case)[1].sum(axis=0))
        ),
    ),
    KnownMistake(
        "untransposed",
        N_("W is transposed"),
        N_("W[i, m] belongs to the way from i to m: (1) sums over i, the first index."),
        lambda case: case.came(_z(case)[0] @ _z(case)[1].T + _z(case)[2]),
    ),
    KnownMistake(
        "shape_turned",
        N_("rows and columns have changed places"),
        N_("Each sample has a row, in each z and each a."),
        lambda case: case.kind == "transposed",
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
        lambda case: depth(case) > 1 and case.place[1] in range(1, depth(case)) and sums(array(case.found[1][1]), 1),
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
        "derivative_as_activation",
        N_("the derivative in place of the activation"),
        N_("On the way forward h is applied; h' comes on the way back."),
        lambda case: _activated(case, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    ),
    KnownMistake(
        "activated_twice",
        N_("an activation is applied twice"),
        N_("Each z goes through one activation, once: σ in a hidden layer, softmax at the output."),
        lambda case: _activated(
            case,
            *(partial(_composed, outer, inner) for outer in (_sigmoid, _softmax) for inner in (_sigmoid, _softmax)),
        ),
    ),
    KnownMistake(
        "activation_shifted",
        N_("the activation of another z"),
        N_("Each activation belongs to the z of its own layer."),
        lambda case: (
            case.place[0] == 1
            and _z_kept(case)
            and any(
                case.came(h(array(z)))
                for k, z in enumerate(case.found[0])
                for h in (_sigmoid, _softmax)
                if k != case.place[1] - 1
            )
        ),
    ),
    KnownMistake(
        "softmax_axis",
        N_("softmax along the wrong axis"),
        N_("Each row is a sample, and its entries add up to 1."),
        lambda case: (
            _at_output(case)
            and _z_kept(case)
            and any(case.came(_softmax(array(case.found[0][-1]), axis)) for axis in (0, (0, 1)))
        ),
    ),
    KnownMistake(
        "not_normalised",
        N_("not divided by the sum"),
        N_("What do the entries of a row of the output add up to?"),
        lambda case: (
            _at_output(case) and even(case.there / np.exp(array(case.found[0][-1]))) and not sums(case.there, 1)
        ),
    ),
    KnownMistake(
        "log_softmax",
        N_("the logarithm of softmax"),
        N_("Probabilities are asked for; the logarithm comes with the loss."),
        lambda case: _at_output(case) and case.came(np.log(case.wanted)),
    ),
    KnownMistake(
        "decided",
        N_("the decision in place of probabilities"),
        N_("The output holds a probability for each class; the largest is chosen in predict."),
        lambda case: _at_output(case) and np.isin(case.there, (0, 1)).all(),
    ),
    KnownMistake(
        "other_activation",
        N_("another function in place of σ"),
        N_("The hidden layers use sigmoid."),
        lambda case: (
            _activated(
                case,
                np.exp,
                np.sign,
                lambda z: np.asarray(z > 0, dtype=float),
                lambda z: np.log1p(np.exp(z)),
                lambda z: np.where(z > 0, z, 0.01 * z),
                lambda z: _sigmoid(-z),
                lambda z: 1 / _sigmoid(z),
            )
            and case.place != (1, depth(case))
        ),
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
        lambda case: _at_output(case) and even(case.there - np.log(case.wanted)),
    ),
    KnownMistake(
        "in_place",
        N_("an input is changed"),
        N_("+= changes the array on the left, here the bias."),
        lambda case: "output operand" in case.error,
    ),
    KnownMistake(
        "shapes",
        SHAPES_CLASH,
        N_("Every layer gets the activations of the layer before. Write down the shapes of both sides of the @."),
        lambda case: case.shapes_clash,
    ),
)

FORWARD_PLACES = (
    KnownMistake(
        "equation_1",
        N_("z of the first layer"),
        N_("Go through (1) factor by factor: X, W and b of the first layer."),
        lambda case: case.kind == "values" and case.place == (0, 0),
    ),
    KnownMistake(
        "next_layer",
        N_("z of a later layer"),
        N_("The z before is right. What goes into (1) here: which a, which W, which b?"),
        lambda case: case.kind == "values" and case.place[0] == 0,
    ),
    KnownMistake(
        "hidden_activation",
        N_("the activation of a hidden layer"),
        N_("What makes a of z here, and of which z?"),
        lambda case: case.kind == "values" and case.place[0] == 1 and 0 < case.place[1] < depth(case) and _z_kept(case),
    ),
    KnownMistake(
        "output_activation",
        N_("the activation of the last layer"),
        N_("What makes the output of the last z?"),
        lambda case: case.kind == "values" and _at_output(case) and _z_kept(case),
    ),
)
