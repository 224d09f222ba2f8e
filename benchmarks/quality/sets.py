"""The quality sets: wrong answers written for the measurement alone, in a half to develop with and a held one.

They are graded as the corpora are. Of the held half only counts leave this module, and those answers that cost nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.grading.solutions import COURSE_VARIABLE
from benchmarks.quality.corpora import Answer, graded_derivation, graded_function
from tests.numeric.sheet import ROOT
from tests.quality_sets import (
    WrongDerivation,
    WrongFunction,
    dev_derivations,
    dev_functions,
    held_derivations,
    held_functions,
)

UNSEEN = frozenset({"backward", "update", "minibatches", "train", "predict"})
"""The functions of which the sets' authors had seen no wrong answer that the grader was developed with."""


@dataclass(frozen=True)
class Half:
    """One half of the sets, graded."""

    functions: list[Answer]
    derivations: list[Answer]

    @property
    def all(self) -> list[Answer]:
        """All of its answers."""
        return [*self.functions, *self.derivations]


def halves() -> tuple[Half, Half]:
    """Grade both halves: the one to develop with, and the held one."""
    os.environ[COURSE_VARIABLE] = str(ROOT)
    return (
        _half(dev_functions.FUNCTIONS, dev_derivations.DERIVATIONS),
        _half(held_functions.FUNCTIONS, held_derivations.DERIVATIONS),
    )


def _half(functions: Iterable[WrongFunction], derivations: Iterable[WrongDerivation]) -> Half:
    return Half(
        [graded_function(each.function, each.mistake, each.code) for each in functions],
        [graded_derivation(each.part, each.mistake, each.text) for each in derivations],
    )
