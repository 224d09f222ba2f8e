"""Cells count as they were released and saved in the gradebook; where both say the same, that is looked up once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook, SourceCell
from nbgrader.nbgraderformat import MetadataValidator

from autograder.course.pipeline import Pipeline, StepError
from autograder.grading.reading import read_authors
from autograder.grading.repair import CheckCellMetadata
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer, cell, write_source

Cells = dict[str, dict[str, Any]]


@pytest.fixture
def handed_in(fresh: Path) -> Path:
    """Return a course with two hand-ins."""
    for student in ("anna", "bert"):
        answer(fresh, student, CORRECT)
    return fresh


def change_release(root: Path, change: Callable[[dict[str, Any]], object], name: str = "double_test") -> None:
    """Let ``change`` loose on nbgrader's metadata of a released cell."""
    path = root / "assignments" / ASSIGNMENT / "rechnen.ipynb"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(next(each for each in data["cells"] if each["id"] == name)["metadata"]["nbgrader"])
    path.write_text(json.dumps(data), encoding="utf-8")


def graded_cells(root: Path, student: str) -> Cells:
    path = root / "autograded" / student / ASSIGNMENT / "rechnen.ipynb"
    return {each["id"]: each for each in json.loads(path.read_text(encoding="utf-8"))["cells"]}


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        (lambda meta: meta.update(schema_version=2), "nbgrader update"),
        (lambda meta: meta.update(schema_version=4), "update your version"),
        (lambda meta: meta.pop("solution"), "metadata may be corrupted"),
    ],
)
def test_a_release_that_nbgrader_does_not_understand_fails_with_its_advice(
    handed_in: Path, change: Callable[[dict[str, Any]], object], advice: str
) -> None:
    """Also when the same notebook was fine a moment ago."""
    pipeline = Pipeline(handed_in)
    pipeline.autograde(ASSIGNMENT, "anna")
    change_release(handed_in, change)
    for _again in range(2):
        with pytest.raises(StepError) as failed:
            pipeline.autograde(ASSIGNMENT, "anna")
        assert advice in failed.value.log


def test_metadata_that_passed_is_not_checked_for_the_next_hand_in(
    handed_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CheckCellMetadata, "_passed", set())
    checked = []
    check = MetadataValidator.validate_nb

    def note(self: MetadataValidator, notebook: NotebookNode) -> None:
        checked.append(notebook)
        check(self, notebook)

    monkeypatch.setattr(MetadataValidator, "validate_nb", note)
    pipeline = Pipeline(handed_in)
    pipeline.autograde(ASSIGNMENT, "anna")
    assert len(checked) == 2  # notebooks
    pipeline.autograde(ASSIGNMENT, "bert")
    assert len(checked) == 2


@pytest.mark.parametrize(
    ("name", "key", "other"),
    [("double_test", "points", 7), ("double_test", "checksum", "another"), ("setup", "locked", False)],
)
def test_what_the_gradebook_holds_of_a_cell_outweighs_the_release(
    handed_in: Path, name: str, key: str, other: object
) -> None:
    pipeline = Pipeline(handed_in)
    pipeline.autograde(ASSIGNMENT, "anna")
    change_release(handed_in, lambda meta: meta.update({key: other}), name)
    pipeline.autograde(ASSIGNMENT, "bert")
    before, after = (graded_cells(handed_in, student)[name]["metadata"]["nbgrader"] for student in ("anna", "bert"))
    assert after[key] == before[key] != other


def test_the_gradebook_says_what_an_answer_is_worth(tmp_path: Path) -> None:
    """Of a test, its checksum says that as well."""
    write_source(tmp_path)
    path = tmp_path / "source" / ASSIGNMENT / "rechnen.ipynb"
    source = nbformat.read(path, as_version=4)
    source.cells.append(cell("why", "### BEGIN SOLUTION\n'so'\n### END SOLUTION", points=3, solution=True))
    nbformat.write(source, path)
    pipeline = Pipeline(tmp_path)
    pipeline.generate_assignment(ASSIGNMENT)
    answer(tmp_path, "anna", CORRECT)
    change_release(tmp_path, lambda meta: meta.update(points=7), "why")
    pipeline.autograde(ASSIGNMENT, "anna")
    assert graded_cells(tmp_path, "anna")["why"]["metadata"]["nbgrader"]["points"] == 3


def test_a_locked_text_that_the_gradebook_does_not_hold_is_overwritten(handed_in: Path) -> None:
    path = handed_in / "assignments" / ASSIGNMENT / "rechnen.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("import math", "import cmath"), encoding="utf-8")
    Pipeline(handed_in).autograde(ASSIGNMENT, "anna")
    assert "import math" in "".join(graded_cells(handed_in, "anna")["setup"]["source"])


def test_the_gradebook_is_not_asked_cell_by_cell_where_it_holds_the_same(
    handed_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    find = Gradebook.find_source_cell

    def note(self: Gradebook, name: str, notebook: str, assignment: str) -> SourceCell:
        asked.append(name)
        return find(self, name, notebook, assignment)

    monkeypatch.setattr(Gradebook, "find_source_cell", note)
    pipeline = Pipeline(handed_in)
    pipeline.autograde(ASSIGNMENT, "anna")
    assert asked == []
    change_release(handed_in, lambda meta: meta.update(points=7))
    pipeline.autograde(ASSIGNMENT, "bert")
    assert asked == ["setup", "double_code", "double_test", "square_code", "square_test"]


def test_grading_leaves_the_notebooks_of_the_sheet_as_they_were_read(handed_in: Path) -> None:
    """Every reader has the same ones, and a missing notebook is graded from the release's own cells."""
    (handed_in / "submitted" / "anna" / ASSIGNMENT / "rechnen.ipynb").write_text("{", encoding="utf-8")
    pipeline = Pipeline(handed_in)
    for student in ("anna", "bert"):
        pipeline.autograde(ASSIGNMENT, student)
        pipeline.generate_feedback(ASSIGNMENT, student)
    for folder in ("assignments", "source"):
        for path in sorted((handed_in / folder / ASSIGNMENT).glob("*.ipynb")):
            assert read_authors(path) == nbformat.read(path, as_version=4)
