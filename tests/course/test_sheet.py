"""The true sheet: what is committed in assignments/ is what source/ says, and students find no answers in it."""

import re
import shutil
from functools import cache
from pathlib import Path

import nbformat
import pytest

from autograder.course.pipeline import Pipeline
from autograder.course.results import tasks_of
from tests.course.tiny_course import PROJECT

SHEET = "uebungsblatt-03"
SOURCE = PROJECT / "source" / SHEET
RELEASE = PROJECT / "assignments" / SHEET
NOTEBOOKS = ("0_einstieg", "1a_sigmoid", "1b_softmax", "1c_ausgabeschicht", "1d_rekursion", "2_netzwerk")
WORTH = {
    "derivation_1a_test": 2,
    "derivation_1b_test": 2,
    "derivation_1c_test": 2,
    "derivation_1d_test": 3,
    "sigmoid_test": 1,
    "softmax_test": 1,
    "cross_entropy_test": 1,
    "forward_test": 2,
    "backward_test": 3,
    "update_test": 0.5,
    "minibatches_test": 0.5,
    "train_test": 1,
    "predict_test": 0.5,
    "accuracy_test": 0.5,
}


@cache
def source(notebook: str) -> nbformat.NotebookNode:
    return nbformat.read(SOURCE / f"{notebook}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Release the sheet in a folder of its own."""
    root = tmp_path_factory.mktemp("sheet")
    shutil.copy(PROJECT / "nbgrader_config.py", root)
    shutil.copytree(SOURCE, root / "source" / SHEET, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    pipeline = Pipeline(root)
    pipeline.generate_assignment(SHEET)
    return pipeline


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }


def test_the_committed_release_is_what_source_says(course: Pipeline) -> None:
    assert contents(RELEASE) == contents(course.folder("release", ".", SHEET)), "make release, then commit assignments/"


def test_the_sheet_has_its_notebooks_tasks_and_points(course: Pipeline) -> None:
    tasks = tasks_of(course, SHEET)
    assert tuple(sorted(path.stem for path in SOURCE.glob("*.ipynb"))) == NOTEBOOKS
    assert {task.grade_id: task.max_points for task in tasks} == WORTH
    assert sum(task.max_points for task in tasks) == 20


def test_the_release_holds_no_solution_and_no_hidden_test(course: Pipeline) -> None:
    root = course.folder("release", ".", SHEET)
    gradebook = (course.root / "gradebook.db").read_bytes()
    for name, content in {**contents(root), "gradebook.db": gradebook}.items():
        for marker in (b"BEGIN SOLUTION", b"END SOLUTION", b"HIDDEN TESTS", b"autograder.grading"):
            assert marker not in content, name


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_lines_of_a_solution_are_not_in_the_release(course: Pipeline, notebook: str) -> None:
    """Each line of a solution that is long enough to be one's own."""
    told = (course.folder("release", ".", SHEET) / f"{notebook}.ipynb").read_text(encoding="utf-8")
    for cell in source(notebook).cells:
        for region in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.DOTALL):
            for line in filter(lambda line: len(line) > 40, map(str.strip, region.split("\n"))):
                assert line not in told, line


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_cells_have_word_ids_that_are_their_grade_ids(notebook: str) -> None:
    cells = source(notebook).cells
    assert len({cell.id for cell in cells}) == len(cells)
    for cell in cells:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", cell.id), cell.id
        if "nbgrader" in cell.metadata:
            assert cell.metadata.nbgrader.grade_id == cell.id
            assert cell.metadata.nbgrader.schema_version == 3


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_source_notebooks_are_committed_without_outputs(notebook: str) -> None:
    for cell in source(notebook).cells:
        assert not cell.get("outputs"), cell.id
        assert cell.get("execution_count") is None, cell.id


def test_students_get_instructions_and_requirements() -> None:
    names = contents(SOURCE).keys()
    assert {"ANLEITUNG.md", "requirements.txt"} <= names
