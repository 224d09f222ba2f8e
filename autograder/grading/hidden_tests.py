# mypy: allow-subclassing-any
"""Hidden tests: out of the release and the gradebook, into a submission when it is graded, out of its feedback.

nbgrader keeps the tests it restores in gradebook.db, hidden ones included. Here SaveCells runs after
ClearHiddenTests, so the gradebook holds what students have anyway, and the whole test comes from ``source/``.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors, utils

from autograder.grading.exporting import CoursePreprocessor
from autograder.grading.reading import read_authors


def is_test(cell: NotebookNode) -> bool:
    """Tell whether ``cell`` is graded by running it (and not by hand)."""
    return bool(utils.is_grade(cell)) and not utils.is_solution(cell) and cell.cell_type == "code"


def visible(cell: NotebookNode) -> str:
    """Return the text of a test cell without its hidden regions, as it was handed out."""
    return _visible(cell.source)


@lru_cache(maxsize=1000)  # every hand-in has the same tests
def _visible(text: str) -> str:
    shown = NotebookNode(source=text)
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


class RestoreHiddenTests(CoursePreprocessor):
    """Give every test cell of a submission its whole text from ``source/``; for the end of sanitizing."""

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Replace the test cells' text; raises FileNotFoundError without the source notebook."""
        names = resources["nbgrader"]
        folder = self.course.format_path(self.course.source_directory, ".", names["assignment"])
        source = read_authors(Path(folder, f"{names['notebook']}.ipynb"))
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
