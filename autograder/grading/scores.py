# mypy: allow-subclassing-any
"""What nbgrader's gradebook is told about a graded notebook."""

from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors, utils

from autograder.messages import _


class SaveAutoGrades(preprocessors.SaveAutoGrades):
    """nbgrader's, with the comment on an untouched cell in the students' language."""

    def _add_comment(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._add_comment(cell, resources)
        nbgrader = cell.metadata.nbgrader
        if utils.is_task(cell) or nbgrader.get("checksum") != utils.compute_checksum(cell):
            return
        comment = self.gradebook.find_comment(
            nbgrader["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        comment.auto_comment = _("No answer.")
        self.gradebook.db.commit()
