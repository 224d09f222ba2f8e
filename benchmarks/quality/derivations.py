"""Mutants of derivations, beside the oracle that shares nothing with the checker but the syntax tree.

Two questions. Of the sheet's own four proofs: does a slip in any line cost points? Of all right chains of the corpus:
is a line with a slip ever accepted? A line that the oracle takes for right is no wrong one, whatever was changed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import nbformat

from autograder.symbolic import check_derivation
from tests.symbolic.quality import Tally, all_mutants, opinion, try_mutants, try_reformulations
from tests.symbolic.steps import steps, steps_of
from tests.symbolic.written import write

ROOT = Path(__file__).parents[2]
CHUNK = 100
T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """A proof of the sheet with one slip: which, whether the line is wrong, the points lost, the mistake's name.

    ``unreadable``: the checker could not read the line, and said so; the sheet passes over such a line.
    """

    part: str
    kind: str
    line: str
    wrong: bool | None
    lost: float
    mistake: str | None
    unreadable: bool


@cache
def references() -> dict[str, str]:
    """Return the sheet's own proofs by part."""
    found = {}
    for path in sorted((ROOT / "source" / "uebungsblatt-03").glob("1*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            magic, _, body = cell.source.partition("\n")
            if magic.startswith("%%derivation ") and cell.metadata.get("nbgrader", {}).get("solution"):
                found[magic.split()[1]] = "\n".join(line for line in body.splitlines() if not line.startswith("###"))
    return found


def try_references(jobs: int) -> list[Outcome]:
    """Return what becomes of every single mutation of every line of the sheet's proofs."""
    mutants = all_mutants([step for part, text in references().items() for step in steps_of(part, part, text)])
    return _spread(_outcome, mutants, jobs)


def _outcome(mutant: tuple[Any, str, str, Any]) -> Outcome:
    step, kind, text, expression = mutant
    lines = [f"{write(line.expression)}  # {', '.join(line.rules)}" for line in _reference(step.part).lines]
    lines[step.number - 1] = f"{text}  # {', '.join(rule.value for rule in step.rules)}"
    verdict = check_derivation(step.part, "\n= ".join(lines))
    bad = next((line for line in verdict.lines if not line.ok), None)
    return Outcome(
        step.part,
        kind,
        f"{step.number}: {text}",
        _wrong(step, expression),
        verdict.max_points - verdict.points,
        bad and bad.mistake,
        bad is not None and bad.status == "unreadable",
    )


@cache
def _reference(part: str) -> Any:
    return check_derivation(part, references()[part])


def _wrong(step: Any, expression: Any) -> bool | None:
    right = opinion(step, expression)
    return None if right is None else not right


def try_corpus(share: float, jobs: int) -> Tally:
    """Return the tally of that share of all single mutations of the corpus, as next lines."""
    mutants = all_mutants()
    return _tally(try_mutants, random.Random(1).sample(mutants, round(share * len(mutants))), jobs)  # noqa: S311


def try_respelled(count: int, jobs: int) -> Tally:
    """Return the tally of ``count`` right lines written otherwise."""
    steps()  # read once, before the processes part
    return _tally(_respelled, range(count // CHUNK), jobs)


def _respelled(seeds: Iterable[int]) -> Tally:
    total = Tally()
    for seed in seeds:
        total.merge(try_reformulations(CHUNK, seed))
    return total


def _tally(work: Callable[[Any], Tally], todo: Sequence[Any], jobs: int) -> Tally:
    total = Tally()
    size = max(1, min(CHUNK, len(todo) // jobs))
    for part in _spread(work, [todo[k : k + size] for k in range(0, len(todo), size)], jobs):
        total.merge(part)
    return total


def _spread(work: Callable[[Any], T], todo: Sequence[Any], jobs: int) -> list[T]:
    """Return what ``work`` makes of each of ``todo``, in ``jobs`` processes that know what is known here."""
    with get_context("fork").Pool(jobs) as pool:
        return pool.map(work, todo, chunksize=max(1, len(todo) // (20 * jobs)))
