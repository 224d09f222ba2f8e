"""``solutions()`` runs what hidden tests need of a source notebook."""

from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.grading import solutions, unseen_digits
from autograder.grading.solutions import CourseNotFoundError
from tests.course.tiny_course import ASSIGNMENT, cell, notebook


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty course; the current folder is within it."""
    monkeypatch.delenv("AUTOGRADER_COURSE", raising=False)
    (tmp_path / "nbgrader_config.py").touch()
    for folder in ("source", "autograded/anna"):
        (tmp_path / folder / ASSIGNMENT).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "autograded" / "anna" / ASSIGNMENT)
    return tmp_path


def write(course: Path, *cells: nbformat.NotebookNode, assignment: str = ASSIGNMENT) -> None:
    folder = course / "source" / assignment
    folder.mkdir(exist_ok=True)
    nbformat.write(notebook(*cells), folder / "n.ipynb")


def test_solution_cells_and_setup_run_whole_and_magics_are_left_out(course: Path) -> None:
    write(
        course,
        cell("setup", "%load_ext autograder\nimport math\nscale = 2"),
        cell("f_code", "%time\ndef f(x):\n    return scale * math.floor(x)", solution=True),
    )
    assert solutions("n").f(2.5) == 4


def test_of_other_cells_only_definitions_are_taken_and_tests_and_derivations_are_not(course: Path) -> None:
    write(
        course,
        cell("given", "from math import pi\ndef turn(x):\n    return x * pi\nraise RuntimeError('a long training')"),
        cell("chain", "%%derivation 1a\nz = # no Python", solution=True),
        cell("f_test", "tested = True", points=1),
        cell("f_code", "def f(x):\n    return turn(x)", solution=True),
    )
    found = solutions("n")
    assert found.f(1) == pytest.approx(np.pi)
    assert not hasattr(found, "tested")


def test_the_notebook_runs_once_per_process(course: Path) -> None:
    write(course, cell("f_code", "f = object()", solution=True))
    assert solutions("n").f is solutions("n").f


def test_the_current_folders_assignment_comes_first(course: Path) -> None:
    write(course, cell("f_code", "f = 1", solution=True))
    write(course, cell("f_code", "f = 2", solution=True), assignment="other")
    assert solutions("n").f == 1


def test_a_failing_cell_is_named(course: Path) -> None:
    write(course, cell("f_code", "1/0", solution=True))
    with pytest.raises(RuntimeError, match=r"the cell n\.ipynb:f_code fails: ZeroDivisionError"):
        solutions("n")


def test_a_missing_notebook_and_a_missing_course_are_named(
    course: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CourseNotFoundError, match=r"no source/\*/missing\.ipynb"):
        solutions("missing")
    monkeypatch.chdir(tmp_path_factory.mktemp("nowhere"))
    with pytest.raises(CourseNotFoundError, match="keine nbgrader_config"):
        solutions("n")
    monkeypatch.setenv("AUTOGRADER_COURSE", str(course))
    with pytest.raises(CourseNotFoundError, match="missing"):
        solutions("missing")


def test_unseen_digits_are_the_other_357() -> None:
    X, labels = unseen_digits()
    assert X.shape == (357, 64)
    assert labels.shape == (357,)
    assert set(labels.tolist()) == set(range(10))
