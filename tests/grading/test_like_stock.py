"""The same points as nbgrader's own execution, cell by cell, but where that one is wrong."""

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from tests.course.tiny_course import PROJECT, cell, nbgrader, notebook
from tests.course.tiny_course import answer as hand_in_answers
from tests.sample_class.build import ASSIGNMENT, hand_in, read_students

STOCK = """
c.Autograde.autograde_preprocessors = [
    f"{NBGRADER}.Execute",
    f"{NBGRADER}.LimitOutput",
    f"{NBGRADER}.SaveAutoGrades",
    f"{NBGRADER}.CheckCellMetadata",
]
c.ExecutePreprocessor.kernel_name = "python3"
"""
HONEST = ("bilal_baran", "hannes_huber")  # right in unusual ways; slips of all kinds


def course(root: Path, *, stock: bool) -> Path:
    """Return a course in ``root`` that grades with our execution or with nbgrader's."""
    root.mkdir()
    config = (PROJECT / "nbgrader_config.py").read_text(encoding="utf-8")
    (root / "nbgrader_config.py").write_text(config + (STOCK if stock else ""), encoding="utf-8")
    return root


def points(root: Path, assignment: str) -> dict[tuple[str, str], float]:
    """Return the points of every test cell of every hand-in."""
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        return {
            (submission.student.id, grade.name): grade.score
            for submission in book.assignment_submissions(assignment)
            for each in submission.notebooks
            for grade in each.grades
        }


def both(tmp: Path, assignment: str, fill: Callable[[Path], None]) -> list[dict[tuple[str, str], float]]:
    """Grade what ``fill`` puts into a course, with our execution and with nbgrader's."""
    found = []
    for stock in (False, True):
        root = course(tmp / ("stock" if stock else "ours"), stock=stock)
        fill(root)
        nbgrader(root, "generate_assignment", assignment)
        (root / "submitted").mkdir(exist_ok=True)
        fill_submissions(root, assignment)
        nbgrader(root, "autograde", assignment)
        found.append(points(root, assignment))
    return found


def fill_submissions(root: Path, assignment: str) -> None:
    if assignment == ASSIGNMENT:
        for student in (student for student in read_students() if student.name in HONEST):
            folder = root / "submitted" / student.name / assignment
            folder.mkdir(parents=True)
            for name, text in hand_in(student, root / "assignments" / assignment, root / "source" / assignment).items():
                (folder / name).write_text(text, encoding="utf-8")
    else:
        hand_in_answers(root, "anna", {"f_code": F})


def test_honest_hand_ins_get_the_same_points(tmp_path: Path) -> None:
    """All test cells of the sheet, two hand-ins of the sample class."""
    ours, stock = both(
        tmp_path, ASSIGNMENT, lambda root: shutil.copytree(PROJECT / "source", root / "source", dirs_exist_ok=True)
    )
    assert len(ours) == len(HONEST) * 14
    assert ours == stock
    assert 0 < sum(ours.values()) < len(HONEST) * 20


# ------------------------------------------------------------------------------------------------ where stock is wrong

F = "import warnings\n\ndef f(x):\n    warnings.warn('harmless')\n    return x\n\n"
TESTS = {
    # name: text, what it deserves, what stock gives
    "warns": ("assert f(1) == 1", 1, 0),
    "ends_with_nan": ("assert f(1) == 1\nfloat('nan')", 0, 0),
    "ends_below_zero": ("-3", 0, 1),
    "ends_with_text": ("'ja'", 1, 1),
    "ends_with_a_half": ("0.5", 0.5, 0.5),
    "fails": ("assert f(1) == 2", 0, 0),
}


def test_where_stock_differs_it_is_wrong(tmp_path: Path) -> None:
    """A warning costs nothing here, and no number below zero earns everything."""

    def fill(root: Path) -> None:
        folder = root / "source" / "blatt"
        folder.mkdir(parents=True)
        tests = [cell(name, text, points=1) for name, (text, _ours, _stock) in TESTS.items()]
        solution = cell("f_code", "### BEGIN SOLUTION\nf = abs\n### END SOLUTION", solution=True)
        nbformat.write(notebook(solution, *tests), folder / "n.ipynb")

    ours, stock = both(tmp_path, "blatt", fill)
    assert ours == {("anna", name): deserved for name, (_text, deserved, _stock) in TESTS.items()}
    assert stock == {("anna", name): given for name, (_text, _deserved, given) in TESTS.items()}


@pytest.mark.parametrize("name", HONEST)
def test_the_honest_ones_are_in_the_class(name: str) -> None:
    """A renamed student does not empty the comparison."""
    assert name in {student.name for student in read_students()}
