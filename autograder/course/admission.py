# mypy: allow-subclassing-any, allow-untyped-calls
"""Who is admitted to the examination: the rule of a course, and what it says about a participant's marks.

The rule is set in ``nbgrader_config.py`` (:class:`Admission`); deciding is a pure function of points.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

from traitlets import Float, Integer, List, Unicode
from traitlets.config import Configurable

from autograder.course.marks import Mark
from autograder.messages import _, number

_ROUNDING = 1e-9  # sums of halves and thirds of points


@dataclass(frozen=True)
class Rule:
    """What admission asks for.

    ``share`` of the points of each block of sheets (``blocks``: the name patterns of each), and if ``sheets_to_spare``
    is not None, all sheets but so many passed, each with ``sheet_share`` of its points.
    """

    share: float = 0.5
    sheet_share: float = 0.5
    sheets_to_spare: int | None = None
    blocks: tuple[tuple[str, ...], ...] = (("*",),)


class Outcome(Enum):
    """What can be said: ``open`` where the tasks that a human has still to look at may decide."""

    MET = "met"
    OPEN = "open"
    NOT_MET = "not met"


@dataclass(frozen=True)
class Condition:
    """One thing that the rule asks for, in points or sheets: what is reached, needed, and still possible."""

    name: str
    reached: float
    needed: float
    possible: float

    @property
    def outcome(self) -> Outcome:
        """Whether it is met."""
        if self.reached >= self.needed - _ROUNDING:
            return Outcome.MET
        return Outcome.OPEN if self.possible >= self.needed - _ROUNDING else Outcome.NOT_MET

    def __str__(self) -> str:
        values = {"name": self.name, "reached": number(self.reached), "needed": number(self.needed)}
        return _("{name}: {reached} of {needed} needed", **values)


@dataclass(frozen=True)
class Decision:
    """What the rule says about one participant."""

    conditions: tuple[Condition, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of all conditions."""
        found = {condition.outcome for condition in self.conditions}
        return next((worst for worst in (Outcome.NOT_MET, Outcome.OPEN) if worst in found), Outcome.MET)


def passed(mark: Mark, share: float) -> Outcome:
    """Return whether a hand-in has ``share`` of the sheet's points."""
    return _sheet(mark, share).outcome


def decide(rule: Rule, marks: Iterable[Mark]) -> Decision:
    """Apply ``rule`` to the marks of one participant, one for each sheet so far; a sheet not handed in counts too."""
    marks = list(marks)
    conditions = []
    for block in rule.blocks:
        members = [mark for mark in marks if _matches(mark.sheet, block)]
        if members:
            conditions.append(_points(members, rule.share, block, everything=len(rule.blocks) == 1))
    if rule.sheets_to_spare is not None:
        outcomes = [passed(mark, rule.sheet_share) for mark in marks]
        sure, possible = outcomes.count(Outcome.MET), len(outcomes) - outcomes.count(Outcome.NOT_MET)
        needed = max(0, len(marks) - rule.sheets_to_spare)
        conditions.append(Condition(_("sheets passed"), sure, needed, possible))
    return Decision(tuple(conditions))


def outside(rule: Rule, sheets: Iterable[str]) -> list[str]:
    """Return the sheets that are in no block, whose points do not count therefore."""
    return [sheet for sheet in sheets if not any(_matches(sheet, block) for block in rule.blocks)]


class Admission(Configurable):
    """The rule as ``nbgrader_config.py`` sets it."""

    share = Float(0.5, min=0, max=1, help="The share of all points, in each block of sheets, that admission asks for.")
    share.tag(config=True)
    sheet_share = Float(0.5, min=0, max=1, help="The share of its points with which a sheet is passed.")
    sheet_share.tag(config=True)
    sheets_to_spare = Integer(
        None, min=0, allow_none=True, help="How many sheets need not be passed; None: points alone decide."
    ).tag(config=True)
    blocks = List(
        List(Unicode()),
        help="The blocks of sheets, each a list of name patterns (blatt-0[1-6]); none: all sheets are one block.",
    ).tag(config=True)

    @property
    def rule(self) -> Rule:
        """The rule as plain data."""
        blocks = tuple(tuple(block) for block in self.blocks) or Rule.blocks
        return Rule(self.share, self.sheet_share, self.sheets_to_spare, blocks)


def _points(marks: Sequence[Mark], share: float, block: Sequence[str], *, everything: bool) -> Condition:
    name = _("points") if everything else _("points of {sheets}", sheets=", ".join(block))
    reached = sum(mark.points for mark in marks)
    possible = sum(_possible(mark) for mark in marks)
    return Condition(name, reached, share * sum(mark.max_points for mark in marks), possible)


def _sheet(mark: Mark, share: float) -> Condition:
    return Condition(mark.sheet, mark.points, share * mark.max_points, _possible(mark))


def _possible(mark: Mark) -> float:
    return mark.points + mark.open_points


def _matches(sheet: str, block: Sequence[str]) -> bool:
    return any(fnmatchcase(sheet, pattern) for pattern in block)
