"""A line that the checker cannot decide goes to a tutor: flagged in nbgrader's gradebook, with the reason."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from tests.course.tiny_course import PROJECT, nbgrader

SHEET = "uebungsblatt-03"
NOTEBOOK = "1a_sigmoid"
# too small to be told from nothing, so neither accepted nor called wrong
UNDECIDED = """%%derivation 1a
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)                 # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2   # Quotientenregel
= exp(-z)/(1 + exp(-z))**2 + exp(-99)            # Kettenregel
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course of one notebook with one hand-in, graded."""
    root = tmp_path_factory.mktemp("course")
    for step in ("source", "submitted/anna"):
        (root / step / SHEET).mkdir(parents=True)
    shutil.copy(PROJECT / "nbgrader_config.py", root)
    shutil.copy(PROJECT / "source" / SHEET / f"{NOTEBOOK}.ipynb", root / "source" / SHEET)
    nbgrader(root, "generate_assignment", SHEET)
    made = nbformat.read(root / "assignments" / SHEET / f"{NOTEBOOK}.ipynb", as_version=4)
    next(cell for cell in made.cells if cell.id == "derivation_1a").source = UNDECIDED
    nbformat.write(made, root / "submitted" / "anna" / SHEET / f"{NOTEBOOK}.ipynb")
    nbgrader(root, "autograde", SHEET)
    return root


def gradebook(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course}/gradebook.db")


def test_the_grade_asks_for_a_tutor(course: Path) -> None:
    """With the points that are certain, and the reason as the comment on the answer."""
    with gradebook(course) as book:
        grade = book.find_grade("derivation_1a_test", NOTEBOOK, SHEET, "anna")
        comment = book.find_comment("derivation_1a", NOTEBOOK, SHEET, "anna")
        assert grade.needs_manual_grade
        assert grade.auto_score == 0.5
        assert "Zeile 4" in comment.auto_comment


def test_the_feedback_says_so(course: Path) -> None:
    """The student knows that somebody will look."""
    nbgrader(course, "generate_feedback", SHEET)
    page = (course / "feedback" / "anna" / SHEET / f"{NOTEBOOK}.html").read_text(encoding="utf-8")
    assert "nicht entscheiden" in page


def test_a_tutors_points_survive_the_next_grading(course: Path) -> None:
    """And ask to be looked at again, as nbgrader has it."""
    with gradebook(course) as book:
        grade = book.find_grade("derivation_1a_test", NOTEBOOK, SHEET, "anna")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.db.commit()
    nbgrader(course, "autograde", SHEET, "--force")
    with gradebook(course) as book:
        grade = book.find_grade("derivation_1a_test", NOTEBOOK, SHEET, "anna")
        assert (grade.score, grade.needs_manual_grade) == (1.5, True)
