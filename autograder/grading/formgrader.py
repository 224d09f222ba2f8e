# mypy: allow-subclassing-any
"""What tutors see of a hand-in in nbgrader's formgrader, whose pages may do all that the tutor may.

It shows notebooks through nbconvert's HTMLExporter, which passes HTML on as it is.
"""

from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode, v4

from autograder.grading.shown import markdown, output_html
from autograder.messages import _

# what Markdown or MathJax would read something into
_LITERAL = str.maketrans({letter: f"&#{ord(letter)};" for letter in "\n\\`*_[]$~|"})


class ShowSafely(Preprocessor):
    """Turns what a student wrote and printed into the safe HTML of feedback; for ``HTMLExporter.preprocessors``.

    On top come links to the scans of the hand-in, which formgrader serves beside its page. What they hold is left to
    the browser's viewer, in a window of its own.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Turn ``nb``, for show only: nothing of it is saved."""
        nb, resources = super().preprocess(nb, resources)
        if scans := nb.metadata.get("autograder", {}).get("scans"):
            nb.cells.insert(0, v4.new_markdown_cell(_block(_links(scans)), id="scans"))
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Turn one cell."""
        if cell.cell_type == "code":
            cell.outputs = [_shown(output) for output in cell.outputs]
            return cell, resources
        body = markdown(cell.source, cell.get("attachments"))
        if cell.cell_type == "raw":  # HTMLExporter would take it for HTML
            body = Markup("<pre>{}</pre>").format(cell.source)
        made = v4.new_markdown_cell(_block(body), id=cell.get("id", f"cell-{index}"), metadata=cell.metadata)
        return made, resources


def _shown(output: NotebookNode) -> NotebookNode:
    if output.output_type not in ("display_data", "execute_result"):
        return output  # text, which HTMLExporter escapes
    return v4.new_output("display_data", {"text/html": _block(output_html(output) or Markup())})


def _links(scans: list[str]) -> Markup:
    """Return links to files beside the page; their names are the student's own."""
    link = Markup('<a class="alert-link" href="./{}" target="_blank" rel="noopener noreferrer">{}</a>')
    links = Markup(", ").join(link.format(quote(path), path) for path in scans)
    return Markup('<p class="alert alert-info"><strong>{}</strong> {}</p>').format(_("Handed in as well:"), links)


def _block(html: Markup) -> str:
    """Return HTML on one line, which Markdown passes on as it is and MathJax leaves alone."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{str(html).translate(_LITERAL)}</div>'
