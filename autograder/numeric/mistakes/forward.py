"""Known mistakes of the forward pass."""

from __future__ import annotations

from collections.abc import Callable

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
    return _at_output(case) and same(_logit(case.there), array(case.found[0][-1]))


FORWARD = (
    KnownMistake(
        "fixed_layers",
        N_("works for one number of layers only"),
        N_("H is len(parameters), and may be 1. Which layer is the last one?"),
        lambda case: depth(case) != 2 and (case.kind in {"error", "length", "shape"} or _sigmoid_at_output(case)),
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
