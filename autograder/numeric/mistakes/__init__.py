"""The known mistakes of Aufgabe 2, by function: what each makes of the right result (``diagnosis.py`` says why so).

The first that fits counts, so that those with the narrower test stand first: a function's own before those of any
array, and last what says only where it is wrong. Those without a test of their own are named by the checks of
behaviour.
"""

from collections.abc import Sequence

from autograder.messages import N_
from autograder.numeric.diagnosis import KnownMistake
from autograder.numeric.mistakes.activations import SIGMOID, SIGMOID_DERIVATIVE, SOFTMAX
from autograder.numeric.mistakes.backward import BACKWARD, BACKWARD_PLACES
from autograder.numeric.mistakes.errors import ERRORS, PLAIN_ERRORS
from autograder.numeric.mistakes.forward import FORWARD, FORWARD_PLACES
from autograder.numeric.mistakes.general import FORMS, GENERAL
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

PLACES = {"forward": FORWARD_PLACES, "backward": BACKWARD_PLACES}
"""Where a network is wrong, which says enough where no mistake is known: the equation to look at."""

SYMPTOMS = frozenset({"fixed_layers", "two_layers_only", "layers"})
"""Of a function's own: what any other mistake may bring about where there are more layers or fewer."""


def known(function: str, named: Sequence[str] = ()) -> list[KnownMistake]:
    """Return the known mistakes of ``function``, those first whose keys were already ``named``.

    Where one was, what is merely a symptom names no other.
    """
    own = (*COMMON, *PLAIN_ERRORS, *MISTAKES.get(function, ()))
    keys = {mistake.key for mistake in own}
    errors, late = (
        [mistake for mistake in group if mistake.key not in keys]
        for group in (ERRORS, (*GENERAL, *PLACES.get(function, ()), *FORMS))
    )
    mistakes = [*own, *errors, *late]
    if named:
        symptoms = SYMPTOMS | {mistake.key for mistake in late}
        mistakes = [mistake for mistake in mistakes if mistake.key in named or mistake.key not in symptoms]
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
