# mypy: allow-subclassing-any, no-warn-return-any
"""What a released cell shows in place of its solution."""

from typing import Any

from nbformat import NotebookNode
from nbgrader import preprocessors

from autograder.grading.proofs import is_proof

_DERIVATION = "derivation"


class ClearSolutions(preprocessors.ClearSolutions):
    """nbgrader's, with a stub of its own for derivation cells, whose body is not Python.

    ``code_stub`` holds it under the language ``derivation``.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Replace the solution of one cell."""
        if is_proof(cell.source):
            cell, _ = super().preprocess_cell(cell, {**resources, "language": _DERIVATION}, cell_index)
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)
