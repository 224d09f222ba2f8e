"""Known mistakes of predict."""

from __future__ import annotations

import numpy as np

from autograder.messages import N_
from autograder.numeric.diagnosis import KnownMistake, array
from autograder.numeric.mistakes.shared import depth

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
        lambda case: depth(case) > 1 and case.kind == "error",
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
        lambda case: depth(case) == 1 and case.came(array(case.inputs[0]).argmin(axis=1)),
    ),
    KnownMistake(
        "hidden_layer",
        N_("read from a hidden layer"),
        N_("The probabilities are the last entry of activations: index −1."),
        lambda case: (
            depth(case) > 1
            and case.came((array(case.inputs[0]) @ case.inputs[1][0][0] + case.inputs[1][0][1]).argmax(axis=1))
        ),
    ),
    KnownMistake(
        "input",
        N_("read from the input"),
        N_("The probabilities are the last entry of activations: index −1."),
        lambda case: depth(case) > 1 and case.came(array(case.inputs[0]).argmax(axis=1)),
    ),
)
