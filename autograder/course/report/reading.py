# mypy: allow-untyped-calls
"""Where a report reads: nbgrader's gradebook and the graded notebooks, once. What comes out is plain data."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Assignment, Gradebook, MissingEntry, SubmittedAssignment

from autograder.course.admission import Admission, Decision, decide
from autograder.course.ledger import Ledger
from autograder.course.marks import Mark, read_marks
from autograder.course.pipeline import Pipeline
from autograder.course.recipients import read_people
from autograder.course.report.data import Cell, ClassData, Failure, HandIn, Stop
from autograder.course.results import Task, tasks_of
from autograder.grading.hidden_tests import is_test
from autograder.grading.notes import notes_of
from autograder.grading.recovery import holds_anything
from autograder.grading.review import scans_in
from autograder.grading.solutions import definitions
from autograder.messages import _
from autograder.notebook.grade import ROWS
from autograder.symbolic import own_declarations

_PROOF = re.compile(r"\.derivation\(\s*[\"'](\w+)[\"']")
_MARKS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION.*\n?", re.MULTILINE)


class NothingGradedError(RuntimeError):
    """There is nothing to report on; the message says what to do."""


def read(pipeline: Pipeline, sheet: str) -> ClassData:
    """Return what is known of the hand-ins of ``sheet``.

    Raises:
        NothingGradedError: it was never graded.

    """
    tasks = tuple(tasks_of(pipeline, sheet))
    with pipeline.gradebook() as gradebook:
        try:
            marks = read_marks(gradebook, sheet)
        except MissingEntry:
            raise NothingGradedError(_("{assignment} is not graded yet: autograder grade", assignment=sheet)) from None
        people = read_people(gradebook)
        sheets = _sheets(gradebook)
        decisions = _decisions(pipeline, gradebook, sheets)
    if not any(mark.handed_in for mark in marks):
        raise NothingGradedError(_("{assignment} is not graded yet: autograder grade", assignment=sheet))
    names = {student: _name(person.first_name, person.last_name) for student, person in people.items()}
    release, source = (given_cells(pipeline.folder(step, ".", sheet)) for step in ("release", "source"))
    reader = _Reader(pipeline, sheet, tasks)
    graded = {mark.student for mark in marks if mark.handed_in}
    waiting = (name for name in pipeline.students(sheet) if name not in graded)
    return ClassData(
        sheet,
        tasks,
        tuple(reader.hand_in(mark, names.get(mark.student, "")) for mark in marks if mark.handed_in),
        parts={cell.name: found[1] for cell in release if (found := _PROOF.search(cell.source))},
        given=(*release, *source),
        absent=tuple(names.get(mark.student) or mark.student for mark in marks if not mark.handed_in),
        waiting=tuple(name for name in waiting if holds_anything(pipeline.folder("submitted", name, sheet))),
        decisions=decisions,
        sheets=tuple(sheets),
    )


def _name(first: str, last: str) -> str:
    return ", ".join(filter(None, (last, first)))


def given_cells(folder: Path) -> list[Cell]:
    """Return the code cells of the author's notebooks, without the lines that mark solutions."""
    return [
        Cell(path.stem, cell.metadata.get("nbgrader", {}).get("grade_id", ""), _MARKS.sub("", cell.source))
        for path in sorted(folder.glob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
    ]


@contextmanager
def declared(pipeline: Pipeline, sheet: str) -> Iterator[None]:
    """Let the checker know, within the block, the derivations that the notebooks of ``sheet`` declare."""
    with own_declarations():
        for path in sorted(pipeline.folder("release", ".", sheet).glob("*.ipynb")):
            namespace: dict[str, Any] = {}
            cells = nbformat.read(path, as_version=4).cells
            given = [cell for cell in cells if cell.cell_type == "code" and utils.is_locked(cell) and not is_test(cell)]
            if any("declare(" in cell.source for cell in given):
                for cell in given:
                    definitions(cell.source, cell.get("id", path.stem), namespace)
        yield


# ------------------------------------------------------------------------------------------------ the gradebook


def _sheets(gradebook: Gradebook) -> list[str]:
    """Return the sheets of which anything was graded so far."""
    graded = gradebook.db.query(Assignment.name).join(SubmittedAssignment).distinct().order_by(Assignment.name)
    return [name for (name,) in graded]


def _decisions(pipeline: Pipeline, gradebook: Gradebook, sheets: Sequence[str]) -> dict[str, Decision]:
    """Return what the course's rule of admission says about everybody in the gradebook."""
    rule = pipeline.configured(Admission).rule
    marks: dict[str, list[Mark]] = {}
    for sheet in sheets:
        for mark in read_marks(gradebook, sheet):
            marks.setdefault(mark.student, []).append(mark)
    return {student: decide(rule, own) for student, own in marks.items()}


# ------------------------------------------------------------------------------------------------ graded notebooks


class _Reader:
    """Reads the graded notebooks of one sheet."""

    def __init__(self, pipeline: Pipeline, sheet: str, tasks: Sequence[Task]) -> None:
        self.pipeline, self.sheet, self.tasks = pipeline, sheet, tasks
        self.notebooks = [path.stem for path in sorted(pipeline.folder("release", ".", sheet).glob("*.ipynb"))]
        self.beside = pipeline.sheet(sheet).beside()
        self.ledger = Ledger(pipeline.root, sheet)

    def hand_in(self, mark: Mark, name: str) -> HandIn:
        """Read one hand-in; a notebook that is not there or cannot be read leaves a note."""
        folder = self.pipeline.folder("autograded", mark.student, self.sheet)
        cells: list[Cell] = []
        failures: dict[str, tuple[Failure, ...]] = {}
        reviews: dict[str, str] = {}
        stops: list[Stop] = []
        notes: list[str] = []
        for notebook in self.notebooks:
            read = _read(folder / f"{notebook}.ipynb")
            if read is None:
                notes.append(_("{notebook}: not handed in.", notebook=notebook))
                continue
            notes += (f"{notebook}: {note}" for note in notes_of(read))
            for cell in (cell for cell in read.cells if cell.cell_type == "code"):
                said = cell.metadata.get("autograder", {})
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
                if stopped := said.get("stopped"):
                    stops.append(Stop(grade_id or cell.get("id", "?"), stopped))
                if is_test(cell):
                    failures[grade_id] = tuple(_failures(cell))
                    reviews[grade_id] = said.get("review", "")
                elif not utils.is_locked(cell):
                    cells.append(Cell(notebook, grade_id, "".join(cell.source)))
        entry = self.ledger.find(mark.student)
        return HandIn(
            mark.student,
            mark,
            name,
            tuple(cells),
            failures,
            {task.name: reviews.get(task.name, "") for task in mark.undecided},
            tuple(stops),
            tuple(notes),
            tuple(str(path.relative_to(self.pipeline.root)) for path in self._scans(folder)),
            None if entry is None else entry.seconds,
        )

    def _scans(self, folder: Path) -> Iterator[Path]:
        """Yield what lies beside the notebooks and may be a solution on paper; no link is followed."""
        for scan in scans_in(folder, self.beside):
            path = folder / scan
            if path.is_file() and not path.is_symlink():
                yield path


def _read(path: Path) -> NotebookNode | None:
    """Return a graded notebook; it has been validated when it was written, and that takes most of the time."""
    try:
        read = nbformat.from_dict(json.loads(path.read_bytes()))
    except (OSError, ValueError):
        return None
    return read if isinstance(read.get("cells"), list) else None


def _failures(cell: NotebookNode) -> Iterator[Failure]:
    """Yield the rows of a test's card that earned less than they are worth, but for those that were not begun."""
    if not cell.outputs:
        return
    last = cell.outputs[-1]  # what came before may be the student's
    if last.get("output_type") != "execute_result" or not last.metadata.get("autograder"):
        return
    for row in last.data.get(ROWS, ()):
        if row["earned"] < row["points"] and not row["empty"]:
            yield Failure(row["title"], row["message"], row.get("mistake") or "")
