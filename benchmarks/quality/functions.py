"""Mutants of the ten functions of Aufgabe 2: which lose points, which live, and which of those are none at all.

A mutant runs through the test cell of its function as it stands in the source notebook, hidden tests included, in this
process. It is *equivalent* if on random inputs it does what the original does: same results, same warnings, inputs left
alone; or if ``ALLOWED`` says why the sheet asks for no more.
"""

from __future__ import annotations

import contextlib
import copy
import io
import os
import resource
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Any, Literal

import numpy as np

from autograder.grading.solutions import COURSE_VARIABLE
from autograder.notebook import grade as cards
from benchmarks.quality.inputs import inputs
from benchmarks.quality.operators import Mutant, mutants
from tests.numeric.sheet import POINTS, ROOT, cells, grade

SECONDS = 3  # of CPU time for a part of a test, or for all random inputs; the original takes a tenth
MEMORY = 4 * 2**30
MOST_ITEMS = 60  # of what an iterator gives
FUNCTIONS = {name: name for name in POINTS if name != "accuracy"} | {"sigmoid_derivative": "sigmoid"}
"""The cell that each function is defined and tested in."""

EPSILON = "any epsilon up to 1e-8 is fine"
ANY_ORDER = "every row once, in an order that only rng decides"
ALLOWED: dict[tuple[str, str], str] = {
    (
        "sigmoid_derivative",
        "- s = sigmoid(z)\n+ s = sigmoid(-z)",
    ): "the derivative is even; what differs is the rounding of float32",
    (
        "cross_entropy",
        "- return -np.log(np.maximum(a_true, 1e-30)).mean()\n+ return -np.log(np.maximum(a_true, 1e-27)).mean()",
    ): EPSILON,
    (
        "cross_entropy",
        "- return -np.log(np.maximum(a_true, 1e-30)).mean()\n+ return -np.log(np.maximum(a_true, 1e-33)).mean()",
    ): EPSILON,
    (
        "minibatches",
        "- order = rng.permutation(len(X))\n+ order = -rng.permutation(len(X))",
    ): ANY_ORDER,
    (
        "minibatches",
        "- chosen = order[start:start + batch_size]\n+ chosen = (-order)[start:start + batch_size]",
    ): ANY_ORDER,
}
"""Survivors that a random input tells from the original and that are right all the same: (function, change) to why."""

Kind = Literal["same", "other", "fails"]


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: the points it lost, the known mistakes its card named, how it behaves on its own.

    ``behaviour``: ``same`` as the original on all random inputs, ``other``, or it ``fails`` on each.
    """

    mutant: Mutant
    lost: float
    named: bool
    behaviour: Kind

    @property
    def allowed(self) -> str:
        """Why the sheet asks for no more, empty where it does."""
        return ALLOWED.get((self.mutant.function, self.mutant.change), "")

    @property
    def equivalent(self) -> bool:
        """Whether it is none: nobody could tell, or nobody should mind."""
        return self.lost == 0 and (self.behaviour == "same" or bool(self.allowed))

    @property
    def survived(self) -> bool:
        """Whether it should have lost points and did not."""
        return self.lost == 0 and not self.equivalent


def all_mutants() -> list[Mutant]:
    """Return every mutant of every function."""
    return [mutant for function, cell in FUNCTIONS.items() for mutant in mutants(_solution(cell), function)]


def try_all(chosen: Iterable[Mutant], jobs: int) -> list[Outcome]:
    """Return what becomes of each mutant, tried in ``jobs`` processes."""
    with get_context("spawn").Pool(jobs, _begin, maxtasksperchild=200) as pool:
        return pool.map(outcome, list(chosen), chunksize=8)


def _begin() -> None:
    """Make ready a process that mutants may run wild in."""
    os.environ[COURSE_VARIABLE] = str(ROOT)
    cards.PART_SECONDS = SECONDS
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def outcome(mutant: Mutant) -> Outcome:
    """Grade ``mutant``, and run it beside the original."""
    cell = FUNCTIONS[mutant.function]
    try:
        card = grade(cell, mutant.source)
        points, named = card.points, bool(card.mistakes)
    except Exception:  # the test cell did not run to its end, which is worth nothing
        points, named = 0.0, False
    return Outcome(mutant, POINTS[cell] - points, named, behaviour(mutant))


# ------------------------------------------------------------------------------------------------ beside the original


def behaviour(mutant: Mutant) -> Kind:
    """Return how ``mutant`` does on random inputs beside the original."""
    original, mutated = _functions(mutant.function, ""), _functions(mutant.function, mutant.source)
    failures, calls, alike = 0, 0, True
    try:
        with cards.cpu_limit(SECONDS):
            for arguments in inputs(mutant.function):
                calls += 1
                here, there = (_call(function, copy.deepcopy(arguments)) for function in (mutated, original))
                failures += isinstance(here, str)
                alike = alike and _same(here, there)
    except cards.TooLongError:
        return "fails"
    if failures == calls:
        return "fails"
    return "same" if alike else "other"


def _functions(function: str, code: str) -> Any:
    """Return ``function`` among the sheet's solutions, with ``code`` run after them."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for source in (cells()["setup"].partition("\n")[2], *map(_solution, dict.fromkeys(FUNCTIONS.values())), code):
        exec(source, namespace)  # noqa: S102 - the sheet's own, and slips of it
    return namespace[function]


def _call(function: Any, arguments: tuple[Any, ...]) -> Any:
    """Return all that can be seen of a call, or the name of the exception that ended it."""
    before = copy.deepcopy(arguments)
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("always")
        try:
            result = function(*arguments)
            if isinstance(result, Iterator):
                result = list(islice(result, MOST_ITEMS))
        except cards.TooLongError:
            raise
        except Exception as error:
            return type(error).__name__
    untouched = [_same(a, b) for a, b in zip(before, arguments, strict=True)]
    return [result, untouched, bool(caught)]


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are the same up to rounding."""
    if isinstance(one, np.random.Generator):
        return isinstance(other, np.random.Generator)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, np.ndarray | np.generic | float | int) and isinstance(
        other, np.ndarray | np.generic | float | int
    ):
        a, b = np.asarray(one), np.asarray(other)
        if a.shape != b.shape or (a.dtype == bool) != (b.dtype == bool):
            return False
        rtol = 1e-4 if np.float32 in (a.dtype, b.dtype) else 1e-9
        return bool(np.allclose(a, b, rtol=rtol, atol=1e-12, equal_nan=True))
    return type(one) is type(other) and bool(one == other)


def _solution(cell: str) -> str:
    return cells()[f"{cell}_code"]
