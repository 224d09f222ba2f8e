"""The corpora of right and wrong answers: full points for the right ones, the mistake's name for the wrong ones."""

from __future__ import annotations

import math
import os
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.grading.solutions import COURSE_VARIABLE
from autograder.symbolic import check_derivation
from benchmarks.quality.functions import FUNCTIONS
from tests.numeric.right_answers import RIGHT
from tests.numeric.sheet import ROOT, cells, grade
from tests.numeric.wrong_answers import WRONG

CORPUS = ROOT / "tests" / "symbolic" / "corpus"


@dataclass(frozen=True)
class Answer:
    """An answer of a corpus: the points it got of those there are; a tutor would give ``low`` to ``high``.

    ``mistakes`` are the keys of the mistakes that were named, ``wanted`` those of which one should be, where stated.
    ``unreadable``: the wrong line is not in the notation, and the answer was told which and why.
    """

    kind: str
    name: str
    points: float
    max_points: float
    mistakes: tuple[str, ...] = ()
    unreadable: bool = False
    wanted: tuple[str, ...] = ()
    low: float = 0.0
    high: float = math.inf

    @property
    def full(self) -> bool:
        """Whether it got all points."""
        return self.points == self.max_points

    @property
    def named(self) -> bool:
        """Whether it was told what is wrong: by name, and where the corpus states which, by one of those."""
        if self.wanted:
            return bool(set(self.mistakes) & set(self.wanted))
        return bool(self.mistakes) or self.unreadable


def derivations() -> tuple[list[Answer], list[Answer]]:
    """Return the right and the wrong derivations of the corpus.

    Wrong are those with a line that does not follow; a proof that merely leaves something out has no mistake to name.
    """
    right, wrong = [], []
    for path in sorted(CORPUS.glob("*.toml")):
        for chain in tomllib.loads(path.read_text(encoding="utf-8"))["chain"]:
            answer = _derivation(path, chain)
            if path.stem.endswith("_right"):
                right.append(answer)
            elif chain["bad_lines"]:
                wrong.append(answer)
    return right, wrong


def _derivation(path: Path, chain: dict[str, object]) -> Answer:
    part, wanted = path.stem[:2], chain.get("mistake", [])
    return replace(
        graded_derivation(part, str(chain["name"]), str(chain["text"])),
        wanted=(wanted,) if isinstance(wanted, str) else tuple(wanted),  # type: ignore[arg-type]
        low=float(chain.get("points_min", chain.get("points"))),  # type: ignore[arg-type]
        high=float(chain.get("points_max", chain.get("points"))),  # type: ignore[arg-type]
    )


def graded_derivation(part: str, name: str, text: str) -> Answer:
    """Check the derivation ``text`` of ``part``.

    What counts as named stands at the line that is wrong: the first that is false or cannot be read, or, where there is
    none, the first that is not accepted though true. That a right line lacks its reason does not tell what is wrong.
    """
    verdict = check_derivation(part, text)
    bad = [line for line in verdict.lines if not line.ok]
    false = [line for line in bad if line.status in {"wrong", "unreadable"}]
    culprit = next(iter(false or bad), None)
    return Answer(
        part,
        name,
        verdict.points,
        verdict.max_points,
        (culprit.mistake,) if culprit and culprit.mistake else (),
        culprit is not None and culprit.status == "unreadable",
    )


def functions() -> tuple[list[Answer], list[Answer]]:
    """Return the right and the wrong functions, through their test cells as they stand in the source notebook."""
    os.environ[COURSE_VARIABLE] = str(ROOT)
    right = [graded_function(function, name, code) for function in RIGHT for name, code in RIGHT[function].items()]
    wrong = [
        graded_function(function, name, mistaken(function, name)) for function in WRONG for name in WRONG[function]
    ]
    return right, wrong


def mistaken(function: str, name: str) -> str:
    """Return the sheet's solution with the mistake made."""
    mistake = WRONG[function][name]
    if isinstance(mistake, str):
        return mistake
    code = cells()[f"{function}_code"]
    for old, new in zip(mistake[::2], mistake[1::2], strict=True):
        code = code.replace(old, new)
    return code


def graded_function(function: str, name: str, code: str) -> Answer:
    """Grade ``code``, which defines ``function``, in its test cell; what counts as named stands on the card."""
    card = grade(FUNCTIONS[function], code)
    return Answer(function, name, card.points, card.max_points, tuple(card.mistakes))
