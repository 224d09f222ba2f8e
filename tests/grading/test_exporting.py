"""Our exporters spare what nbconvert does again and again, and what they write is as valid as ever."""

import io
import json
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode, v4
from traitlets.config import Config

from autograder.grading.exporting import SparingExporter
from autograder.grading.intake import SubmissionExporter


class Note(Preprocessor):
    """Keeps what it was given."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        self.seen = [*getattr(self, "seen", []), nb]
        nb.cells[0].source += "\n2"
        return nb, resources


class Break(Preprocessor):
    """Leaves a notebook that is none."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        nb.cells[0].source = 7
        return nb, resources


OUTPUT = v4.new_output("display_data", {"text/html": "<p>\n</p>", "image/svg+xml": "<svg>\n</svg>"})
NOTEBOOK = v4.new_notebook(cells=[v4.new_code_cell("1", id="a", outputs=[OUTPUT]), v4.new_markdown_cell("b", id="b")])


def exporter(kind: type[Any], *preprocessors: Any) -> Any:
    config = Config()
    config.Exporter.default_preprocessors = []
    config.Exporter.optimistic_validation = True
    made = kind(config=config)
    for preprocessor in preprocessors:
        made.register_preprocessor(preprocessor, enabled=True)
    return made


def converted(kind: type[Any], *preprocessors: Any, notebook: NotebookNode = NOTEBOOK) -> str:
    text, _resources = exporter(kind, *preprocessors).from_file(io.StringIO(json.dumps(notebook)))
    return str(text)


def test_what_is_written_is_what_nbconvert_writes() -> None:
    """With split lines, though the notebook is written without a copy of its own."""
    assert converted(SubmissionExporter, Note) == converted(NotebookExporter, Note)
    assert nbformat.reads(converted(SubmissionExporter, Note), as_version=4).cells[0].source == "1\n2"


def test_an_older_format_is_converted() -> None:
    text = json.dumps(nbformat.convert(nbformat.from_dict(NOTEBOOK), 3))
    made = [exporter(kind, Note).from_file(io.StringIO(text))[0] for kind in (SubmissionExporter, NotebookExporter)]
    ours, theirs = (nbformat.reads(each, as_version=4) for each in made)
    assert [cell.source for cell in ours.cells] == [cell.source for cell in theirs.cells] == ["1\n2", "b"]


def test_what_preprocessors_break_is_not_written() -> None:
    with pytest.raises(nbformat.ValidationError):
        converted(SubmissionExporter, Note, Break)


def test_a_notebook_that_someone_else_has_is_not_changed() -> None:
    mine = nbformat.from_dict(NOTEBOOK)
    exporter(SparingExporter, Note).from_notebook_node(mine)
    assert mine == NOTEBOOK


def test_a_preprocessor_is_made_once_and_those_of_another_exporter_are_others() -> None:
    name = f"{__name__}.Note"
    first, second = exporter(SparingExporter, name, Break, name), exporter(SparingExporter, Note)
    one, _broken, again = first._preprocessors
    assert one is again
    assert one is not second._preprocessors[0]
