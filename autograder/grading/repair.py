# mypy: allow-subclassing-any
"""Cells of a handed-in notebook that were deleted, edited, copied or made up, set right against the release.

The release says which cells there are, what they are worth and in which order they come; a submission is matched
with it by grade id, else by cell id, and keeps only what a student may change: the text of solution cells, and any
cells of its own.
"""

import copy
from collections import defaultdict
from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors, utils
from nbgrader.coursedir import CourseDirectory

from autograder.grading.hidden_tests import is_test
from autograder.grading.notes import NOTES_CELL, add_notes
from autograder.grading.reading import released_notebook
from autograder.messages import _


class RepairCells(preprocessors.NbGraderPreprocessor):
    """The first step of sanitizing; what it changes, it notes."""

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Repair ``notebook``; raises FileNotFoundError where the notebook was never released."""
        release = released_notebook(CourseDirectory(parent=self), resources["nbgrader"])
        notes = repair(notebook, release)
        for note in notes:
            self.log.warning("%s: %s", resources["nbgrader"]["notebook"], note)
        add_notes(notebook, notes)
        return notebook, resources


def repair(notebook: NotebookNode, release: NotebookNode) -> list[str]:
    """Set ``notebook`` right in place and return what was done, in sentences for the student."""
    masters = {cell.metadata.nbgrader.grade_id: cell for cell in release.cells if "nbgrader" in cell.metadata}
    notebook.metadata = copy.deepcopy(release.metadata)
    found = _single(notebook, masters)
    return [*found.notes, *_restore(found.cells, masters), *_insert(notebook, found.cells, masters)]


class _Found:
    """The submission's cell for each grade id of the release, and notes on copies."""

    def __init__(self) -> None:
        self.cells: dict[str, NotebookNode] = {}
        self.notes: list[str] = []


def _single(notebook: NotebookNode, masters: dict[str, NotebookNode]) -> _Found:
    """Choose one cell per grade id: the last that says something; empty copies go, others become plain cells."""
    copies: dict[str, list[NotebookNode]] = defaultdict(list)
    for cell in notebook.cells:
        grade_id = _identity(cell, masters)
        if cell.get("id") != NOTES_CELL:
            cell.metadata.pop("nbgrader", None)
        if grade_id is not None:
            copies[grade_id].append(cell)
    found = _Found()
    dropped: list[int] = []
    for grade_id, cells in copies.items():
        master = masters[grade_id]
        told = [cell for cell in cells if _says_something(cell, master)] or cells
        found.cells[grade_id] = told[-1]
        if len(cells) > 1:
            found.notes.append(
                _(
                    "The cell {cell} is there {n} times; the last one that is not empty counts.",
                    cell=grade_id,
                    n=len(cells),
                )
            )
            dropped.extend(id(cell) for cell in cells if cell is not told[-1] and not _says_something(cell, master))
    notebook.cells = [cell for cell in notebook.cells if id(cell) not in dropped]
    return found


def _identity(cell: NotebookNode, masters: dict[str, NotebookNode]) -> str | None:
    for name in (cell.metadata.get("nbgrader", {}).get("grade_id"), cell.get("id")):
        if name in masters:
            return str(name)
    return None


def _says_something(cell: NotebookNode, master: NotebookNode) -> bool:
    """Tell whether a solution cell holds an answer, or another cell any text."""
    return bool(cell.source.strip()) and not (
        utils.is_solution(master) and cell.source.strip() == master.source.strip()
    )


def _restore(cells: dict[str, NotebookNode], masters: dict[str, NotebookNode]) -> list[str]:
    """Give each found cell the release's kind and metadata, and locked ones its text."""
    notes = []
    for grade_id, cell in cells.items():
        master = masters[grade_id]
        if cell.cell_type != master.cell_type:
            _turn(cell, master.cell_type)
        cell.metadata["nbgrader"] = copy.deepcopy(master.metadata.nbgrader)
        if utils.is_locked(master) and cell.source != master.source:
            if cell.source.split() != master.source.split():
                notes.append(_("The cell {cell} had been changed; what was handed out counts.", cell=grade_id))
            cell.source = master.source
    return notes


def _turn(cell: NotebookNode, kind: str) -> None:
    cell.cell_type = kind
    for field in ("outputs", "execution_count", "attachments"):
        cell.pop(field, None)
    if kind == "code":
        cell.outputs, cell.execution_count = [], None


def _insert(notebook: NotebookNode, found: dict[str, NotebookNode], masters: dict[str, NotebookNode]) -> list[str]:
    """Put back missing locked cells, each below the cell it follows in the release, else at the end.

    A missing solution cell is not put back: its stub would undo an answer given in another cell.
    """
    notes = []
    before: NotebookNode | None = None
    for grade_id, master in masters.items():
        if grade_id in found:
            before = found[grade_id]
        elif utils.is_locked(master):
            notes.append(_("The cell {cell} was missing and was put back.", cell=grade_id))
            cell = copy.deepcopy(master)
            if before is None:
                at = len(notebook.cells) if is_test(master) else 0
            else:
                at = 1 + next(i for i, other in enumerate(notebook.cells) if other is before)
            notebook.cells.insert(at, cell)
            before = cell
        else:
            notes.append(_("The cell {cell} is missing.", cell=grade_id))
            before = notebook.cells[-1] if notebook.cells else None
    return notes
