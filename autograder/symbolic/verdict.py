"""What a checked derivation comes back as: plain data, rendered elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograder.symbolic.expressions import Expression

Status = Literal[
    "start",  # the first line of a chain, as the claim wants it
    "right",  # follows from the line before by the rules named
    "unusual",  # likewise, by a way that the sheet does not take
    "other_rule",  # true, but by another rule than the one named
    "jump",  # true, but more than the named rules carry
    "assumption",  # true only under an assumption that the line does not name
    "wrong",  # does not follow from the line before
    "repeated",  # says what the line before says
    "unreadable",  # not in the notation
    "undecided",  # the checker cannot tell; a tutor looks at it
]


@dataclass(frozen=True)
class LineVerdict:
    """One chain line: what stood there, whether it follows from the line before, and what to tell the student.

    ``number`` counts chain lines from 1, the start first. ``mistake`` is a stable English key where the mistake is a
    known one. ``message`` is empty where there is nothing to say. ``expression`` is None for an unreadable line;
    ``case`` is "==" or "!=" below a ``Fall`` line, else None.
    """

    number: int
    text: str
    rules: tuple[str, ...]
    ok: bool
    status: Status
    mistake: str | None = None
    message: str = ""
    expression: Expression | None = None
    note: str = ""
    case: str | None = None


@dataclass(frozen=True)
class MilestoneResult:
    """A part of the proof that earns points, and whether this proof reached it."""

    title: str
    points: float
    earned: bool


@dataclass(frozen=True)
class Verdict:
    """The whole derivation: points by milestones, a verdict a line, and one sentence for the student."""

    part: str
    points: float
    max_points: float
    manual_review: bool
    lines: tuple[LineVerdict, ...]
    milestones: tuple[MilestoneResult, ...]
    message: str
    complete: bool
