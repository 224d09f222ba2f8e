"""What a mark says to the system that it goes to: passed or not, and a sentence for the participant."""

from dataclasses import dataclass
from enum import StrEnum

from autograder.course.admission import Outcome, passed
from autograder.course.marks import Mark
from autograder.messages import _, number


class Status(StrEnum):
    """The states of a participant, by ILIAS's names for them."""

    NOT_GRADED = "notgraded"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True)
class Verdict:
    """What is told about a mark; while it is not final, nothing is, and ``points`` and ``comment`` are empty."""

    status: Status
    points: float | None = None
    comment: str = ""

    @property
    def final(self) -> bool:
        """Whether there is something to tell."""
        return self.points is not None


@dataclass(frozen=True)
class Policy:
    """The ``share`` of its points that passes a sheet; ``provisional``: tell marks that a human may still change."""

    share: float = 0.5
    provisional: bool = False

    def verdict(self, mark: Mark) -> Verdict:
        """Return what is told about ``mark``."""
        if not mark.handed_in or (mark.undecided and not self.provisional):
            return Verdict(Status.NOT_GRADED)
        status = Status.PASSED if passed(mark, self.share) is Outcome.MET else Status.FAILED
        return Verdict(status, mark.points, comment(mark))


def comment(mark: Mark) -> str:
    """Return the points of each notebook, and what else made the sum, in one line."""
    parts = [_("{points} of {worth} points", points=number(mark.points), worth=number(mark.max_points))]
    parts += [f"{label} {number(points)}/{number(worth)}" for label, points, worth in by_label(mark)]
    if mark.penalty:
        parts.append(_("late: −{points}", points=number(mark.penalty)))
    if mark.undecided:
        parts.append(_("provisional"))
    return "; ".join(parts)


def by_label(mark: Mark) -> list[tuple[str, float, float]]:
    """Return points and worth of each notebook, under the part of its name before the first ``_`` if that is enough."""
    named = mark.by_notebook()
    labels = [name.partition("_")[0] for name, _points, _worth in named]
    if len(set(labels)) < len(labels):
        return named
    return [(label, points, worth) for label, (_name, points, worth) in zip(labels, named, strict=True)]
