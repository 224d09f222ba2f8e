"""What a report is made of: one sheet's hand-ins as they were graded, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.course.admission import Decision
from autograder.course.marks import Mark
from autograder.course.results import Task


@dataclass(frozen=True)
class Cell:
    """A code cell: its notebook, nbgrader's name for it (empty without one), and its text."""

    notebook: str
    name: str
    source: str


@dataclass(frozen=True)
class Stop:
    """A cell that was stopped, and by what: ``too_long``, ``memory``, ``flood``, … (view.py names them all)."""

    cell: str
    kind: str


@dataclass(frozen=True)
class Failure:
    """A part of a task that earned less than it is worth, and what the student was told about it.

    ``mistake`` is the key of a known mistake, empty if it is none.
    """

    title: str
    message: str
    mistake: str = ""


@dataclass(frozen=True)
class HandIn:
    """A graded hand-in.

    ``name`` is empty where nobody is named. ``cells`` are those that the student could change; ``failures`` and
    ``reviews`` (why a human has to look) go by the grade id of the task. ``scans`` are paths of files beside the
    notebooks, as seen from the course's folder. ``seconds`` is None where it is not known.
    """

    student: str
    mark: Mark
    name: str = ""
    cells: tuple[Cell, ...] = ()
    failures: Mapping[str, tuple[Failure, ...]] = field(default_factory=dict)
    reviews: Mapping[str, str] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()
    notes: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    seconds: float | None = None

    @property
    def points(self) -> Mapping[str, float]:
        """The points of each task, by grade id."""
        return {task.name: task.points for task in self.mark.tasks}


@dataclass(frozen=True)
class ClassData:
    """A sheet and its hand-ins.

    ``parts`` are the derivations that a task checks, by grade id. ``given`` are the cells of the release and of the
    solution. ``absent`` handed in nothing, ``waiting`` is not graded yet. ``decisions`` say who is admitted so far,
    by the marks of ``sheets``.
    """

    sheet: str
    tasks: tuple[Task, ...]
    hand_ins: tuple[HandIn, ...]
    parts: Mapping[str, str] = field(default_factory=dict)
    given: tuple[Cell, ...] = ()
    absent: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()

    @property
    def max_points(self) -> float:
        """What the sheet is worth."""
        return sum(task.max_points for task in self.tasks)
