"""The known mistakes of Aufgabe 2, by function: what each makes of the right result (``diagnosis.py`` says why so).

The first that fits counts, so that those with the narrower test stand first. Those without a test of their own are
named by the checks of behaviour.
"""

from collections.abc import Sequence

from autograder.messages import N_
from autograder.numeric.diagnosis import KnownMistake
from autograder.numeric.mistakes.activations import SIGMOID, SIGMOID_DERIVATIVE, SOFTMAX
from autograder.numeric.mistakes.backward import BACKWARD
from autograder.numeric.mistakes.forward import FORWARD
from autograder.numeric.mistakes.learning import MINIBATCHES, TRAIN, UPDATE
from autograder.numeric.mistakes.loss import CROSS_ENTROPY
from autograder.numeric.mistakes.prediction import PREDICT

COMMON = (
    KnownMistake("no_return", N_("return is missing"), "", lambda case: case.kind == "nothing"),
    KnownMistake("in_place", N_("an input is changed"), "", lambda case: case.kind == "changed"),
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
