# mypy: allow-subclassing-any
"""What nbgrader's gradebook is told about a graded notebook, and what feedback is told by the gradebook."""

from pathlib import Path, PurePosixPath
from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors, utils
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory

from autograder.grading import review
from autograder.grading.hidden_tests import is_test
from autograder.grading.intake import SubmissionExporter
from autograder.messages import _


class SaveAutoGrades(preprocessors.SaveAutoGrades):
    """nbgrader's, with the points that the trusted process gave, and reasons for a tutor to look.

    A test without points from there has none: they are never inferred from outputs. A tutor looks at lines that the
    checker cannot decide, and, where a scan was handed in, at derivations without full points. Points of a tutor's
    stay; they are asked for again where the answers, the scans or the automatic points are no longer the same.
    """

    _answer: NotebookNode | None = None  # above a test: nbgrader keeps comments on answers, not on tests
    _scans: list[PurePosixPath]
    _unchanged = False
    _reasons: dict[str, str]  # that there were to look, by the test's name, when it was graded last

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Save the points of ``notebook``."""
        self._answer = None
        course, names = CourseDirectory(parent=self), resources["nbgrader"]
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
        notebook, resources = super().preprocess(notebook, resources)
        return notebook, resources

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        grade = self._of(self.gradebook.find_grade, cell)
        before = grade.auto_score, grade.manual_score, grade.needs_manual_grade
        super()._add_score(cell, resources)
        if is_test(cell):
            said = cell.metadata.setdefault("autograder", {})
            grade.auto_score = float(said.get("points", 0.0))
            if self._scans and review.may_be_scanned(cell) and grade.auto_score < grade.max_score:
                scan = _("Your tutor looks at your scan: {files}.", files=review.names_of(self._scans))
                said["review"] = " ".join(filter(None, [said.get("review"), scan]))
            grade.needs_manual_grade = grade.manual_score is not None or bool(said.get("review"))
            if self._answer is not None and said.get("review"):
                self._of(self.gradebook.find_comment, self._answer).auto_comment = said["review"]
        reason = cell.metadata.get("autograder", {}).get("review", "")
        if (
            self._unchanged
            and before == (grade.auto_score, grade.manual_score, False)
            and reason == self._reasons.get(grade.name, "")
        ):
            grade.needs_manual_grade = False  # a tutor has looked at exactly this
        self.gradebook.db.commit()

    def _add_comment(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        self._answer = cell
        super()._add_comment(cell, resources)
        nbgrader = cell.metadata.nbgrader
        if utils.is_task(cell) or nbgrader.get("checksum") != utils.compute_checksum(cell):
            return
        self._of(self.gradebook.find_comment, cell).auto_comment = _("No answer.")
        self.gradebook.db.commit()

    def _of(self, find: Any, cell: NotebookNode) -> Any:
        return find(cell.metadata.nbgrader["grade_id"], self.notebook_id, self.assignment_id, self.student_id)


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
            grades = _rows(gradebook, Grade, mine)
            comments = _rows(gradebook, Comment, mine)
            penalty = float(mine.late_submission_penalty or 0)
            names["score"] = sum(grade.score for grade in grades.values()) - penalty
            names["max_score"] = sum(grade.max_score for grade in grades.values())
            names["late_penalty"] = penalty
            sheet = sorted(mine.assignment.assignment.notebooks, key=lambda each: each.name)
            names["notebooks"] = [(each.name, float(each.max_score)) for each in sheet]
            decided = _fill_grades(notebook, grades)
            _fill_comments(notebook, comments, decided)
        return notebook, resources


def _rows(gradebook: Gradebook, kind: Any, mine: SubmittedNotebook) -> dict[str, Any]:
    """Return the grades or comments of a notebook by the names of their cells."""
    found = gradebook.db.query(BaseCell.name, kind).join(kind, kind.cell_id == BaseCell.id)
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
