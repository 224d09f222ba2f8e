# mypy: allow-subclassing-any
"""Cells of a handed-in notebook that were deleted, edited, copied, split, moved or made up, set right.

The release says which cells there are, what they are worth and in which order they come; a submission keeps only
what a student may change: the text of solution cells, and any cells of its own.
"""

import copy
import json
import re
from collections import defaultdict
from itertools import combinations
from typing import Any, ClassVar

from nbformat import NotebookNode
from nbgrader import preprocessors, utils
from nbgrader.api import Gradebook, GradeCell

from autograder.grading.exporting import CoursePreprocessor
from autograder.grading.hidden_tests import is_test
from autograder.grading.notes import NOTES_CELL, add_notes
from autograder.grading.reading import released_notebook
from autograder.grading.recognition import (
    Masters,
    answers,
    cell_magic,
    defined,
    find_magic,
    masters_of,
    parses,
    recognise,
)
from autograder.messages import _

_FENCED = re.compile(r"\s*(`{3,}|~{3,})[ \t]*\w*[ \t]*\n(.*?)\n\1\s*", re.DOTALL)


class RepairCells(CoursePreprocessor):
    """The first step of sanitizing; what it changes, it notes."""

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Repair ``notebook``; raises FileNotFoundError where the notebook was never released."""
        release = released_notebook(self.course, resources["nbgrader"])
        notes = repair(notebook, release)
        for note in notes:
            self.log.warning("%s: %s", resources["nbgrader"]["notebook"], note)
        add_notes(notebook, notes)
        return notebook, resources


class OverwriteCells(preprocessors.OverwriteCells):
    """nbgrader's, which looks into the gradebook for every cell: called only where that holds anything else."""

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Give the cells what the gradebook holds of them; raises MissingEntry where it has no such notebook."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            known = gradebook.find_notebook(names["notebook"], names["assignment"])
            worth = gradebook.db.query(GradeCell.name, GradeCell.max_score).filter(GradeCell.notebook_id == known.id)
            points = {name: float(score) for name, score in worth}
            said = {
                cell.name: (cell.cell_type, cell.locked, cell.checksum, points.get(cell.name))
                for cell in known.source_cells
            }
        ours = [cell for cell in notebook.cells if "grade_id" in cell.metadata.get("nbgrader", {})]
        if self.add_missing_cells or any(said.get(cell.metadata.nbgrader.grade_id) != _said(cell) for cell in ours):
            notebook, resources = super().preprocess(notebook, resources)
        return notebook, resources


def _said(cell: NotebookNode) -> tuple[Any, ...]:
    """Return what a cell says of itself that the gradebook also holds; its checksum is that of a locked text."""
    meta, locked = cell.metadata.nbgrader, bool(utils.is_locked(cell))
    intact = not locked or utils.compute_checksum(cell) == meta.get("checksum")
    points = meta.get("points") if utils.is_grade(cell) else None
    return cell.cell_type, locked, meta.get("checksum") if intact else "", points


class CheckCellMetadata(preprocessors.CheckCellMetadata):
    """nbgrader's, for after RepairCells: as all hand-ins have the release's metadata, the same need not pass again."""

    _passed: ClassVar[set[str]] = set()

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Check ``notebook``; raises what nbgrader's raises."""
        known = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
        said = json.dumps([(cell.cell_type, cell.metadata.nbgrader) for cell in known], sort_keys=True)
        if said not in self._passed:
            notebook, resources = super().preprocess(notebook, resources)
            self._passed.add(said)
        return notebook, resources


def repair(notebook: NotebookNode, release: NotebookNode) -> list[str]:
    """Set ``notebook`` right in place and return what was done, in sentences for the student."""
    masters = masters_of(release)
    notebook.metadata = copy.deepcopy(release.metadata)
    found, notes = _single(notebook, masters)
    notes += _restore(found, masters)
    notes += _reorder(notebook, found, masters)
    notes += _insert(notebook, found, masters)
    known = {id(cell) for cell in found.values()}
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip() or id(cell) in known]
    return notes


def _single(notebook: NotebookNode, masters: Masters) -> tuple[dict[str, NotebookNode], list[str]]:
    """Choose one cell per grade id: the last that says something; empty copies go, others become plain cells."""
    own = [cell for cell in notebook.cells if cell.get("id") != NOTES_CELL]
    copies: dict[str, list[NotebookNode]] = defaultdict(list)
    for cell, grade_id in zip(own, recognise(own, masters), strict=True):
        cell.metadata.pop("nbgrader", None)
        if grade_id is not None:
            copies[grade_id].append(cell)
    found: dict[str, NotebookNode] = {}
    notes: list[str] = []
    dropped: set[int] = set()
    for grade_id, cells in copies.items():
        told = [cell for cell in cells if answers(cell, masters[grade_id])] or cells
        found[grade_id] = told[-1]
        if len(told) > 1 and _are_pieces(told, masters[grade_id]):
            told[-1].source = "\n".join(cell.source for cell in told)
            dropped.update(id(cell) for cell in told[:-1])
            notes.append(_("The cell {cell} was split in {n} parts and was joined.", cell=grade_id, n=len(told)))
        elif len(cells) > 1:
            text = _(
                "The cell {cell} is there {n} times; the last one that is not empty counts.",
                cell=grade_id,
                n=len(cells),
            )
            notes.append(text)
        dropped.update(id(cell) for cell in cells if cell is not told[-1] and not answers(cell, masters[grade_id]))
    notebook.cells = [cell for cell in notebook.cells if id(cell) not in dropped]
    return found, notes


def _are_pieces(cells: list[NotebookNode], master: NotebookNode) -> bool:
    """Tell whether ``cells`` are one solution cell that was cut, and not several answers."""
    if not utils.is_solution(master) or len({cell.source for cell in cells}) < len(cells):
        return False
    if cell_magic(master.source):
        headed = [cell_magic(cell.source) is not None for cell in cells]
        return headed[0] and not any(headed[1:]) and not any(parses(cell.source) for cell in cells[1:])
    apart = all(not (defined(one.source) & defined(other.source)) for one, other in combinations(cells, 2))
    return apart and parses("\n".join(cell.source for cell in cells))


def _restore(found: dict[str, NotebookNode], masters: Masters) -> list[str]:
    """Give each found cell the release's kind, identity and metadata, locked ones its text, magics their spelling."""
    notes = []
    for grade_id, cell in found.items():
        master = masters[grade_id]
        if cell.cell_type != master.cell_type:
            _turn(cell, master.cell_type)
            if answers(cell, master):
                notes.append(_("The cell {cell} was of another kind; it counts all the same.", cell=grade_id))
        cell.metadata["nbgrader"] = copy.deepcopy(master.metadata.nbgrader)
        if not utils.is_locked(master):
            if (magic := cell_magic(master.source)) and _set_magic(cell, magic):
                notes.append(_("The first line of the cell {cell} was set right: {line}", cell=grade_id, line=magic))
        elif cell.source != master.source:
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
        fenced = _FENCED.fullmatch(cell.source)
        cell.source = fenced[2] if fenced else cell.source


def _set_magic(cell: NotebookNode, magic: str) -> bool:
    """Let the cell begin with ``magic`` where that is what is meant; tell whether that changed anything."""
    text = cell.source
    if not text.strip() or (cell_magic(text) or "").partition("#")[0].split() == magic.split():
        return False
    if found := find_magic(text, magic):
        before = "".join(f"#{line}\n" for line in text[: found.start()].split("\n") if line.strip())
        rest = text[found.end() :].partition("\n")[2]
        cell.source = f"{magic}\n{before}{rest}"
    elif cell_magic(text) is None and not parses(text):
        cell.source = f"{magic}\n{text}"
    return bool(cell.source != text)


def _reorder(notebook: NotebookNode, found: dict[str, NotebookNode], masters: Masters) -> list[str]:
    """Bring the found cells into the release's order, each followed by the student's own cells below it."""
    place = {id(found[grade_id]): at for at, grade_id in enumerate(masters) if grade_id in found}
    blocks: list[list[NotebookNode]] = [[]]
    for cell in notebook.cells:
        if id(cell) in place:
            blocks.append([])
        blocks[-1].append(cell)
    head, *rest = blocks
    ordered = sorted(rest, key=lambda block: place[id(block[0])])
    if all(one is other for one, other in zip(ordered, rest, strict=True)):
        return []
    notebook.cells = [*head, *(cell for block in ordered for cell in block)]
    return [_("The cells were in another order; they ran in the order in which they were handed out.")]


def _insert(notebook: NotebookNode, found: dict[str, NotebookNode], masters: Masters) -> list[str]:
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
