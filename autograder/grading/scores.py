# mypy: allow-subclassing-any
"""What nbgrader's gradebook is told about a graded notebook."""

from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors, utils

from autograder.grading.hidden_tests import is_test
from autograder.messages import _


class SaveAutoGrades(preprocessors.SaveAutoGrades):
    """nbgrader's, with the points that the trusted process gave, and reasons for a tutor to look.

    A test without points from there has none: they are never inferred from outputs.
    """

    _answer: NotebookNode | None = (
        None  # the solution cell above a test: nbgrader keeps comments on answers, not on tests
    )

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Save the points of ``notebook``."""
        self._answer = None
        notebook, resources = super().preprocess(notebook, resources)
        return notebook, resources

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._add_score(cell, resources)
        if not is_test(cell):
            return
        said = cell.metadata.get("autograder", {})
        grade = self._of(self.gradebook.find_grade, cell)
        grade.auto_score = float(said.get("points", 0.0))
        grade.needs_manual_grade = grade.manual_score is not None or bool(said.get("review"))
        if self._answer is not None and said.get("review"):
            self._of(self.gradebook.find_comment, self._answer).auto_comment = said["review"]
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
