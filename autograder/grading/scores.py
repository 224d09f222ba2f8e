# mypy: allow-subclassing-any
"""What nbgrader's gradebook is told about a graded notebook, and what feedback is told by the gradebook."""

from pathlib import Path, PurePosixPath
from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors, utils
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, Notebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy.orm import undefer

from autograder.grading import review
from autograder.grading.exporting import CoursePreprocessor
from autograder.grading.hidden_tests import is_test
from autograder.grading.intake import SubmissionExporter
from autograder.messages import _


class SaveAutoGrades(CoursePreprocessor, preprocessors.SaveAutoGrades):
    """nbgrader's, with the points that the trusted process gave, and reasons for a tutor to look.

    A test without points from there has none: they are never inferred from outputs. A tutor looks at lines that the
    checker cannot decide, and, where a scan was handed in, at derivations without full points. Points of a tutor's
    stay; they are asked for again where the answers, the scans or the automatic points are no longer the same.
    """

    _grades: dict[str, Grade]
    _comments: dict[str, Comment]
    _answer: NotebookNode | None = None  # above a test: nbgrader keeps comments on answers, not on tests
    _scans: list[PurePosixPath]
    _unchanged = False
    _reasons: dict[str, str]  # that there were to look, by the test's name, when it was graded last

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Save the points of ``notebook``."""
        self._answer = None
        course, names = self.course, resources["nbgrader"]
        folder = Path(course.format_path(course.autograded_directory, names["student"], names["assignment"]))
        given = Path(course.format_path(course.source_directory, ".", names["assignment"]))
        self._scans = review.scans_in(folder, review.scans_in(given))
        digest = review.digest_of(notebook, folder, self._scans)
        notebook.metadata["autograder"] = {"scans": [str(path) for path in self._scans], "looked_at": digest}
        exporter = self.parent
        known = isinstance(exporter, SubmissionExporter)
        before = exporter.looked_at_before(names["student"], names["notebook"]) if known else {}
        self._reasons = before.get("reasons", {})
        self._unchanged = before.get("looked_at") == digest
        with Gradebook(names["db_url"]) as gradebook:
            mine = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
            self._grades = _rows(gradebook, Grade, mine)
            self._comments = _rows(gradebook, Comment, mine)
            for place, cell in enumerate(notebook.cells):
                self.preprocess_cell(cell, resources, place)
            gradebook.db.commit()
        return notebook, resources

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:  # noqa: ARG002
        grade = self._grades[cell.metadata.nbgrader["grade_id"]]
        before = grade.auto_score, grade.manual_score, grade.needs_manual_grade
        if is_test(cell):
            said = cell.metadata.setdefault("autograder", {})
            grade.auto_score = float(said.get("points", 0.0))
            if self._scans and review.may_be_scanned(cell) and grade.auto_score < grade.max_score:
                scan = _("Your tutor looks at your scan: {files}.", files=review.names_of(self._scans))
                said["review"] = " ".join(filter(None, [said.get("review"), scan]))
            grade.needs_manual_grade = grade.manual_score is not None or bool(said.get("review"))
            if self._answer is not None and said.get("review"):
                self._comment_on(self._answer).auto_comment = said["review"]
        else:
            grade.auto_score, _most = utils.determine_grade(cell, self.log)
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        reason = cell.metadata.get("autograder", {}).get("review", "")
        if (
            self._unchanged
            and before == (grade.auto_score, grade.manual_score, False)
            and reason == self._reasons.get(grade.name, "")
        ):
            grade.needs_manual_grade = False  # a tutor has looked at exactly this

    def _add_comment(self, cell: NotebookNode, resources: dict[str, Any]) -> None:  # noqa: ARG002
        self._answer = cell
        checksum = cell.metadata.nbgrader.get("checksum")
        untouched = not utils.is_task(cell) and checksum == utils.compute_checksum(cell)
        self._comment_on(cell).auto_comment = _("No answer.") if untouched else None

    def _comment_on(self, cell: NotebookNode) -> Comment:
        return self._comments[cell.metadata.nbgrader["grade_id"]]


class GetGrades(preprocessors.GetGrades):
    """nbgrader's, with one look at the gradebook a notebook, and with what has become of reasons to look.

    A cell's ``metadata.autograder`` says what the gradebook does: ``review`` (a tutor will look), ``decided`` (one
    has), ``by_hand`` (the points are not the automatic ones) and ``by_tutor`` (so is the comment).
    """

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Put points and comments into ``notebook``, and into ``resources`` its points and what the sheet holds."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            mine = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
            grades = _rows(gradebook, Grade, mine, undefer(Grade.max_score))
            comments = _rows(gradebook, Comment, mine)
            penalty = float(mine.late_submission_penalty or 0)
            names["score"] = sum(grade.score for grade in grades.values()) - penalty
            names["max_score"] = sum(grade.max_score for grade in grades.values())
            names["late_penalty"] = penalty
            names["notebooks"] = _notebooks(gradebook, mine)
            decided = _fill_grades(notebook, grades)
            _fill_comments(notebook, comments, decided)
        return notebook, resources


def _notebooks(gradebook: Gradebook, mine: SubmittedNotebook) -> list[tuple[str, float]]:
    """Return the names of the sheet's notebooks and what they are worth."""
    found = gradebook.db.query(Notebook.name, Notebook.max_score).join(
        SubmittedAssignment, SubmittedAssignment.assignment_id == Notebook.assignment_id
    )
    return sorted((name, float(points)) for name, points in found.filter(SubmittedAssignment.id == mine.assignment_id))


def _rows(gradebook: Gradebook, kind: Any, mine: SubmittedNotebook, *options: Any) -> dict[str, Any]:
    """Return the grades or comments of a notebook by the names of their cells."""
    found = gradebook.db.query(BaseCell.name, kind).join(kind, kind.cell_id == BaseCell.id).options(*options)
    return {name: row for name, row in found.filter(kind.notebook_id == mine.id)}  # noqa: C416 - mypy: rows are no pairs


def _fill_grades(notebook: NotebookNode, grades: dict[str, Grade]) -> set[str]:
    """Put the points into their cells; return the reasons to look that are dealt with."""
    dealt_with = set()
    for cell in notebook.cells:
        if not (utils.is_grade(cell) or utils.is_task(cell)):
            continue
        grade = grades[cell.metadata.nbgrader["grade_id"]]
        cell.metadata.nbgrader["score"] = grade.score
        cell.metadata.nbgrader["points"] = grade.max_score
        said = cell.metadata.setdefault("autograder", {})
        reason = said.pop("review", None)
        if grade.needs_manual_grade:
            said["review"] = reason or True
        elif reason or grade.manual_score is not None:
            said["decided"] = True
            dealt_with.add(reason)
        said["by_hand"] = grade.manual_score is not None and grade.manual_score != grade.auto_score
    return dealt_with


def _fill_comments(notebook: NotebookNode, comments: dict[str, Comment], dealt_with: set[str]) -> None:
    for cell in notebook.cells:
        if not (utils.is_solution(cell) or utils.is_task(cell)):
            continue
        comment = comments[cell.metadata.nbgrader["grade_id"]]
        stale = comment.manual_comment is None and comment.auto_comment in dealt_with
        cell.metadata.nbgrader["comment"] = None if stale else comment.comment
        cell.metadata.setdefault("autograder", {})["by_tutor"] = bool(comment.manual_comment)
