# mypy: allow-subclassing-any
"""Hidden tests: out of the release and the gradebook, into a submission when it is graded, out of its feedback.

nbgrader keeps the tests it restores in gradebook.db, hidden ones included. Here SaveCells runs after
ClearHiddenTests, so the gradebook holds what students have anyway, and the whole test comes from ``source/``.
"""

import copy
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import preprocessors, utils
from nbgrader.coursedir import CourseDirectory


def is_test(cell: NotebookNode) -> bool:
    """Tell whether ``cell`` is graded by running it (and not by hand)."""
    return bool(utils.is_grade(cell)) and not utils.is_solution(cell) and cell.cell_type == "code"


def visible(cell: NotebookNode) -> str:
    """Return the text of a test cell without its hidden regions, as it was handed out."""
    shown = copy.deepcopy(cell)
    preprocessors.ClearHiddenTests()._remove_hidden_test_region(shown)
    return str(shown.source)


def restore_tests(notebook: NotebookNode, source: NotebookNode) -> list[str]:
    """Give every test cell its whole text from ``source``; return the names of those that are not there any more."""
    tests = {cell.metadata.nbgrader.grade_id: cell.source for cell in source.cells if is_test(cell)}
    gone = []
    for cell in filter(is_test, notebook.cells):
        grade_id = cell.metadata.nbgrader.grade_id
        if grade_id not in tests:
            gone.append(grade_id)
        cell.source = tests.get(grade_id, cell.source)
    return gone


class RestoreHiddenTests(preprocessors.NbGraderPreprocessor):
    """Give every test cell of a submission its whole text from ``source/``; for the end of sanitizing."""

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Replace the test cells' text; raises FileNotFoundError without the source notebook."""
        course = CourseDirectory(parent=self)
        names = resources["nbgrader"]
        folder = course.format_path(course.source_directory, ".", names["assignment"])
        source = nbformat.read(f"{folder}/{names['notebook']}.ipynb", as_version=4)
        for grade_id in restore_tests(notebook, source):
            self.log.warning("The test %s is not in the source notebook any more", grade_id)
        return notebook, resources


class ClearHiddenTests(preprocessors.ClearHiddenTests):
    """For feedback: takes hidden tests out of test cells, and nothing out of what a student wrote."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clear one cell; its outputs tell nothing hidden (``run.py``)."""
        if not is_test(cell):
            return cell, resources
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        return cell, resources
