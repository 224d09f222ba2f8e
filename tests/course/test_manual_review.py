"""What the checker cannot decide goes to a tutor through nbgrader's gradebook, and what the tutor decides stays."""

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Grade, Gradebook

from tests.course.tiny_course import PROJECT, nbgrader

SHEET = "uebungsblatt-03"
NOTEBOOK, OTHER = "1a_sigmoid", "1b_softmax"
# too small to be told from nothing, so neither accepted nor called wrong
UNDECIDED = """%%derivation 1a
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)                 # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2   # Quotientenregel
= exp(-z)/(1 + exp(-z))**2 + exp(-99)            # Kettenregel
"""
RIGHT = """%%derivation 1a
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)                 # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2   # Quotientenregel
= exp(-z)/(1 + exp(-z))**2                       # Kettenregel
= sigma(z)*(1 - sigma(z))                        # Algebra
"""
SCAN = "Scan/Blatt 1 (März).pdf"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a graded course of two derivations.

    Anna has an undecidable line; Bea a right proof of 1a, none of 1b, and a scan; Cleo nothing but a scan.
    """
    root = tmp_path_factory.mktemp("course")
    (root / "source" / SHEET).mkdir(parents=True)
    shutil.copy(PROJECT / "nbgrader_config.py", root)
    for name in (NOTEBOOK, OTHER):
        shutil.copy(PROJECT / "source" / SHEET / f"{name}.ipynb", root / "source" / SHEET)
    nbgrader(root, "generate_assignment", SHEET)
    hand_in(root, "anna", UNDECIDED)
    shutil.copy(root / "assignments" / SHEET / f"{OTHER}.ipynb", hand_in(root, "bea", RIGHT))
    for student in ("bea", "cleo"):
        scan = root / "submitted" / student / SHEET / SCAN
        scan.parent.mkdir(parents=True)
        scan.write_bytes(b"%PDF-1.4\n")
    nbgrader(root, "autograde", SHEET)
    return root


def hand_in(course: Path, student: str, proof: str) -> Path:
    """Hand in the notebook of 1a with ``proof`` in it, and return the folder."""
    folder = course / "submitted" / student / SHEET
    folder.mkdir(parents=True, exist_ok=True)
    made = nbformat.read(course / "assignments" / SHEET / f"{NOTEBOOK}.ipynb", as_version=4)
    next(cell for cell in made.cells if cell.id == "derivation_1a").source = proof
    nbformat.write(made, folder / f"{NOTEBOOK}.ipynb")
    return folder


def gradebook(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course}/gradebook.db")


@contextmanager
def grade_of(course: Path, student: str, notebook: str = NOTEBOOK) -> Iterator[Grade]:
    """Return what the gradebook says of the proof in ``notebook``, and keep what is changed of it."""
    with gradebook(course) as book:
        yield book.find_grade(f"derivation_{notebook[:2]}_test", notebook, SHEET, student)
        book.db.commit()


def comment_of(course: Path, student: str, notebook: str = NOTEBOOK) -> str:
    with gradebook(course) as book:
        return str(book.find_comment(f"derivation_{notebook[:2]}", notebook, SHEET, student).comment)


def decide(course: Path, student: str, points: float, comment: str, notebook: str = NOTEBOOK) -> None:
    """Give points and a comment, as formgrader saves them."""
    with grade_of(course, student, notebook) as grade:
        grade.manual_score, grade.needs_manual_grade = points, False
    with gradebook(course) as book:
        book.find_comment(f"derivation_{notebook[:2]}", notebook, SHEET, student).manual_comment = comment
        book.db.commit()


def page(course: Path, student: str, name: str = NOTEBOOK) -> str:
    return (course / "feedback" / student / SHEET / f"{name}.html").read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------ what is flagged


def test_the_grade_asks_for_a_tutor(course: Path) -> None:
    """With the points that are certain, and the reason as the comment on the answer."""
    with grade_of(course, "anna") as grade:
        assert grade.needs_manual_grade
        assert grade.auto_score == 0.5
    assert "Zeile 4" in comment_of(course, "anna")


def test_a_scan_asks_for_a_tutor_where_points_are_missing(course: Path) -> None:
    """Nobody has to look at what has full points; the comment names the file."""
    with grade_of(course, "bea") as full, grade_of(course, "bea", OTHER) as empty:
        assert (full.auto_score, full.needs_manual_grade) == (2, False)
        assert (empty.auto_score, empty.needs_manual_grade) == (0, True)
    assert SCAN in comment_of(course, "bea", OTHER)
    assert comment_of(course, "bea") == "None"


def test_who_handed_in_a_scan_alone_has_a_place_for_points(course: Path) -> None:
    """The empty notebook stands there, with a note that says why, and the scan lies beside it."""
    for notebook in (NOTEBOOK, OTHER):
        with grade_of(course, "cleo", notebook) as grade:
            assert (grade.auto_score, grade.needs_manual_grade) == (0, True)
    folder = course / "autograded" / "cleo" / SHEET
    assert "wurde nicht abgegeben" in (folder / f"{OTHER}.ipynb").read_text(encoding="utf-8")
    assert (folder / SCAN).is_file()


def test_without_a_scan_a_missing_notebook_stays_missing(course: Path) -> None:
    assert not (course / "autograded" / "anna" / SHEET / f"{OTHER}.ipynb").exists()


def test_a_picture_of_the_sheets_own_is_no_scan(course: Path, tmp_path: Path) -> None:
    """Whoever hands it in again has handed in nothing to look at."""
    root = Path(shutil.copytree(course, tmp_path / "course"))
    (root / "source" / SHEET / "netz.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    nbgrader(root, "autograde", SHEET, "--force", "--student", "anna")
    made = nbformat.read(root / "autograded" / "anna" / SHEET / f"{NOTEBOOK}.ipynb", as_version=4)
    assert made.metadata.autograder.scans == []


# ------------------------------------------------------------------------------------------------ what is decided


def test_the_feedback_says_that_somebody_will_look(course: Path) -> None:
    """On the page and on the first page, which calls its points preliminary."""
    nbgrader(course, "generate_feedback", SHEET, "--force")
    assert "nicht automatisch zu entscheiden" in page(course, "anna").casefold()
    assert "wird noch von Hand angesehen" in page(course, "anna")
    assert "Vorläufige Punkte" in page(course, "anna", "index")


def test_a_tutors_points_reach_the_feedback_and_the_table(course: Path) -> None:
    """With the comment, and without the announcement that somebody will look."""
    decide(course, "anna", 1.5, "Zeile 4 ist *fast* richtig.")
    decide(course, "cleo", 2, "Sauber.", OTHER)
    nbgrader(course, "generate_feedback", SHEET, "--force")
    for name in (NOTEBOOK, "index"):
        assert "1,5 / 2" in page(course, "anna", name)
        assert "Zeile 4 ist <em>fast</em> richtig." in page(course, "anna", name)
        assert "wird noch von Hand angesehen" not in page(course, "anna", name)
    assert "2 von 4 Punkten" in page(course, "cleo", "index")
    nbgrader(course, "export")
    with (course / "grades.csv").open(encoding="utf-8") as table:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(table)}
    assert scores == {"anna": 1.5, "bea": 2, "cleo": 2}


def test_one_notebooks_feedback_alone_leaves_the_first_page_whole(course: Path) -> None:
    nbgrader(course, "generate_feedback", SHEET, "--force")
    before = page(course, "bea", "index")
    nbgrader(course, "generate_feedback", SHEET, "--force", "--student", "bea", "--notebook", NOTEBOOK)
    assert page(course, "bea", "index") == before


def test_a_tutors_points_survive_the_next_grading(course: Path) -> None:
    """And nobody has to look again at what has not changed."""
    decide(course, "anna", 1.5, "Fast.")
    decide(course, "cleo", 2, "Sauber.", OTHER)
    nbgrader(course, "autograde", SHEET, "--force")
    for student, notebook, score in (("anna", NOTEBOOK, 1.5), ("cleo", OTHER, 2)):
        with grade_of(course, student, notebook) as grade:
            assert (grade.score, grade.needs_manual_grade) == (score, False)
    with grade_of(course, "cleo") as grade:  # nobody has looked at this one
        assert grade.needs_manual_grade


def test_a_changed_answer_or_scan_asks_again(course: Path) -> None:
    """The points stay until a tutor has had another look, as nbgrader has it."""
    decide(course, "anna", 1.5, "Fast.")
    decide(course, "cleo", 2, "Sauber.", OTHER)
    hand_in(course, "anna", UNDECIDED.replace("99", "98"))
    (course / "submitted" / "cleo" / SHEET / SCAN).write_bytes(b"%PDF-1.5\n")
    nbgrader(course, "autograde", SHEET, "--force")
    for student, notebook, score in (("anna", NOTEBOOK, 1.5), ("cleo", OTHER, 2)):
        with grade_of(course, student, notebook) as grade:
            assert (grade.score, grade.needs_manual_grade) == (score, True)
