"""The marks of a sheet as nbgrader's gradebook has them: manual points, extra credit and late penalties included."""

from dataclasses import dataclass, replace
from itertools import groupby

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)


@dataclass(frozen=True)
class TaskMark:
    """The points of one task; ``undecided``: a human has not looked at it yet."""

    notebook: str
    name: str
    points: float
    max_points: float
    undecided: bool = False


@dataclass(frozen=True)
class Mark:
    """The points of one hand-in; without one there are none, and every task is worth nothing."""

    student: str
    sheet: str
    tasks: tuple[TaskMark, ...]
    penalty: float = 0.0
    handed_in: bool = True

    @property
    def points(self) -> float:
        """All points, less the penalty for coming late; never less than nothing."""
        return max(0.0, sum(task.points for task in self.tasks) - self.penalty)

    @property
    def max_points(self) -> float:
        """What the sheet is worth."""
        return sum(task.max_points for task in self.tasks)

    @property
    def undecided(self) -> tuple[TaskMark, ...]:
        """The tasks that a human has to look at."""
        return tuple(task for task in self.tasks if task.undecided)

    @property
    def open_points(self) -> float:
        """What the undecided tasks may still bring."""
        return sum(max(0.0, task.max_points - task.points) for task in self.undecided)

    def by_notebook(self) -> list[tuple[str, float, float]]:
        """Return the name of each notebook that is worth something, its points, and what it is worth."""
        sums = []
        for notebook, members in groupby(self.tasks, key=lambda task: task.notebook):
            tasks = list(members)
            if worth := sum(task.max_points for task in tasks):
                sums.append((notebook, sum(task.points for task in tasks), worth))
        return sums


def read_marks(gradebook: Gradebook, sheet: str) -> list[Mark]:
    """Return the marks of all of the gradebook's students, in its order: last name, first name, name of the hand-in.

    Raises:
        nbgrader.api.MissingEntry: there is no such sheet.

    """
    nothing = no_mark(gradebook, sheet)
    students = gradebook.db.query(Student.id).order_by(Student.last_name, Student.first_name, Student.id)
    here = gradebook.db.query(SubmittedNotebook).join(SubmittedAssignment).join(Assignment)
    here = here.filter(Assignment.name == sheet)
    penalties: dict[str, float] = {}
    late = (SubmittedAssignment.student_id, SubmittedNotebook.late_submission_penalty)
    for student, penalty in here.with_entities(*late):
        penalties[student] = penalties.get(student, 0.0) + float(penalty or 0.0)
    scores: dict[tuple[str, str, str], tuple[float, bool]] = {}
    graded = here.join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
    graded = graded.join(Grade, Grade.notebook_id == SubmittedNotebook.id).join(BaseCell, Grade.cell_id == BaseCell.id)
    scored = (SubmittedAssignment.student_id, Notebook.name, BaseCell.name, Grade.score, Grade.needs_manual_grade)
    for student, notebook, cell, score, undecided in graded.with_entities(*scored):
        scores[student, notebook, cell] = float(score or 0.0), bool(undecided)
    marks = []
    for (student,) in students:
        if student not in penalties:
            marks.append(replace(nothing, student=student))
            continue
        own = []
        for task in nothing.tasks:
            points, undecided = scores.get((student, task.notebook, task.name), (0.0, False))
            own.append(replace(task, points=points, undecided=undecided))
        marks.append(Mark(student, sheet, tuple(own), penalties[student]))
    return marks


def no_mark(gradebook: Gradebook, sheet: str) -> Mark:
    """Return what somebody has who handed in nothing; the tasks come by notebook and name.

    Raises:
        nbgrader.api.MissingEntry: there is no such sheet.

    """
    cells = [
        TaskMark(notebook.name, cell.name, 0.0, float(cell.max_score or 0.0))
        for notebook in gradebook.find_assignment(sheet).notebooks
        for cell in (*notebook.grade_cells, *notebook.task_cells)
    ]
    tasks = sorted(cells, key=lambda task: (task.notebook, task.name))
    return Mark("", sheet, tuple(tasks), handed_in=False)
