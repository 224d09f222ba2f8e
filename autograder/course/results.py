"""What grading found: the tasks of a sheet, and each hand-in's points and notes, as plain data."""

import json
from contextlib import suppress
from dataclasses import dataclass

from nbgrader.api import Grade, MissingEntry

from autograder.course.gradebook import marks_of
from autograder.course.pipeline import Pipeline
from autograder.grading.hidden_tests import is_test
from autograder.grading.notes import notes_of
from autograder.grading.reading import read_authors
from autograder.messages import _


@dataclass(frozen=True)
class Task:
    """A test cell of a sheet and its place in it; ``label`` is short: ``1a``, or ``2.3`` for the third of 2_…."""

    notebook: str
    grade_id: str
    label: str
    max_points: float

    @property
    def name(self) -> str:
        """What the task is called, without the ending that marks its test cell."""
        return self.grade_id.removesuffix("_test")


@dataclass(frozen=True)
class Result:
    """A graded hand-in. ``points`` go by grade id; a task that a human has to decide is in ``undecided``.

    Its notebooks took ``seconds``; ``cached``: they did so in an earlier run.
    """

    student: str
    points: dict[str, float]
    notes: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    failed: bool = False
    seconds: float = 0.0
    cached: bool = False

    @property
    def total(self) -> float:
        """The sum of all points."""
        return sum(self.points.values())


def tasks_of(pipeline: Pipeline, assignment: str) -> list[Task]:
    """Return the tasks of a released sheet in the order of its notebooks and cells."""
    tasks = []
    for path in sorted(pipeline.folder("release", ".", assignment).glob("*.ipynb")):
        cells = [cell for cell in read_authors(path).cells if is_test(cell)]
        number = path.stem.partition("_")[0]
        for place, cell in enumerate(cells, start=1):
            label = f"{number}.{place}" if len(cells) > 1 else number
            meta = cell.metadata.nbgrader
            tasks.append(Task(path.stem, meta.grade_id, label, float(meta.points)))
    return tasks


def result_of(pipeline: Pipeline, assignment: str, student: str, tasks: list[Task]) -> Result:
    """Read what the gradebook and the graded notebooks say about one hand-in."""
    found: dict[tuple[str, str], tuple[float, bool]] = {}
    with pipeline.gradebook() as gradebook, suppress(MissingEntry):
        submission = gradebook.find_submission(assignment, student)
        for notebook, name, grade in marks_of(gradebook, submission, Grade):
            found[notebook, name] = float(grade.score), grade.needs_manual_grade
    points, undecided = {}, []
    for task in tasks:
        points[task.grade_id], review = found.get((task.notebook, task.grade_id), (0.0, False))
        if review:
            undecided.append(task.grade_id)
    notebooks = dict.fromkeys(task.notebook for task in tasks)
    notes = [note for notebook in notebooks for note in _notes(pipeline, assignment, student, notebook)]
    return Result(student, points, tuple(notes), tuple(undecided))


def _notes(pipeline: Pipeline, assignment: str, student: str, notebook: str) -> list[str]:
    path = pipeline.folder("autograded", student, assignment) / f"{notebook}.ipynb"
    if not path.is_file():
        return [_("{notebook}: not handed in.", notebook=notebook)]
    return [f"{notebook}: {note}" for note in notes_of(json.loads(path.read_bytes()))]
