"""The page for authors of the next sheet, taken at its word: what it shows is built, released and graded."""

import html
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from tests.course.tiny_course import PROJECT, cell, notebook

PAGE = (PROJECT / "docs" / "next_sheet.md").read_text(encoding="utf-8")
SHEET, NAME = "blatt-04", "softplus"
SHEET_3 = PROJECT / "source" / "uebungsblatt-03"
BLOCK = r"\n\n```python\n(?P<text>.*?)\n```\n"
CELL = re.compile(
    r"\*\*(?P<kind>Read-only|Autograded answer|Autograded tests)\*\*, ID `(?P<name>\w+)`(?:, (?P<points>\d+) points?)?"
    + BLOCK,
    re.DOTALL,
)
HAND_IN = re.compile(r"\*\*(?P<student>\w+)\*\* writes into `(?P<name>\w+)`" + BLOCK, re.DOTALL)
STUDENTS = ("ada", "bob")


def cells() -> list[NotebookNode]:
    """Return the cells that the page shows."""
    return [
        cell(
            shown["name"],
            shown["text"],
            points=float(shown["points"]) if shown["points"] else None,
            solution=shown["kind"] == "Autograded answer",
        )
        for shown in CELL.finditer(PAGE)
    ]


def table() -> dict[str, dict[str, float]]:
    """Return the points that the page promises, by student and cell."""
    rows = [
        [column.strip() for column in line.strip("|").split("|")]
        for line in PAGE.splitlines()
        if line.startswith(("| student", *(f"| {student}" for student in STUDENTS)))
    ]
    return {name: dict(zip(rows[0][1:], map(float, points), strict=True)) for name, *points in rows[1:]}


@dataclass
class Course:
    """The course of the page, graded."""

    root: Path
    printed: str

    def points(self, student: str) -> dict[str, float]:
        """Return the points of a hand-in by cell."""
        with Gradebook(f"sqlite:///{self.root}/gradebook.db") as gradebook:
            graded = gradebook.find_submission_notebook(NAME, SHEET, student)
            return {grade.name: grade.score for grade in graded.grades}

    def feedback(self, student: str) -> str:
        """Return what the student reads."""
        page = (self.root / "feedback" / student / SHEET / f"{NAME}.html").read_text(encoding="utf-8")
        return html.unescape(re.sub("<[^>]+>", "", page)).replace("\xa0", " ")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Follow the page step by step."""
    root = tmp_path_factory.mktemp("next sheet")
    source = root / "source" / SHEET
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_bytes((PROJECT / "nbgrader_config.py").read_bytes())
    for name in ("requirements.txt", "ANLEITUNG.md"):
        (source / name).write_bytes((SHEET_3 / name).read_bytes())
    nbformat.write(notebook(*cells()), source / f"{NAME}.ipynb")
    _autograder(root, "release")
    for student in STUDENTS:
        _hand_in(root, student)
    return Course(root, _autograder(root, "grade"))


def _hand_in(root: Path, student: str) -> None:
    answers = {shown["name"]: shown["text"] for shown in HAND_IN.finditer(PAGE) if shown["student"] == student}
    made = nbformat.read(root / "assignments" / SHEET / f"{NAME}.ipynb", as_version=4)
    for each in made.cells:
        each.source = answers.get(each.id, each.source)
    folder = root / "submitted" / student / SHEET
    folder.mkdir(parents=True)
    nbformat.write(made, folder / f"{NAME}.ipynb")


def _autograder(root: Path, step: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "autograder.course.cli", "--course", str(root), step, SHEET],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_checks_take_thirty_lines():
    """A derivation, its test and a function's visible and hidden tests: the author writes no more than that."""
    written = [line for each in cells() if not each.metadata.nbgrader.solution for line in each.source.splitlines()]
    assert len([line for line in written if line.strip()]) <= 30
    assert [each.id for each in cells()] == [
        "setup",
        "derivation_4a",
        "derivation_4a_test",
        "softplus_code",
        "softplus_test",
    ]


def test_release_holds_neither_solution_nor_hidden_test(course: Course):
    """What students get shows the declaration and the start, and nothing of what hidden regions hold."""
    text = (course.root / "assignments" / SHEET / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert "declare(Task(" in text
    assert "logaddexp" not in text
    assert "Summenregel" not in text
    assert (course.root / "assignments" / f"{SHEET}.zip").is_file()


@pytest.mark.parametrize("student", STUDENTS)
def test_hand_in_gets_what_the_page_says(course: Course, student: str):
    """The right one all points, the wrong one those of its right half."""
    assert course.points(student) == table()[student]


def test_messages_are_those_of_the_page(course: Course):
    """The wrong hand-in is told where and why; the right one is praised."""
    (said,) = re.findall("Bob reads: (.*)", PAGE)
    quoted = re.findall("„(.*?)“", said)
    assert len(quoted) == 2
    assert [quote for quote in quoted if quote not in course.feedback("bob")] == []
    assert "Zeile für Zeile bewiesen" in course.feedback("ada")


def test_wrong_claim_is_an_error_of_the_page():
    """The error that the page quotes is what an author sees who claims something wrong."""
    declaration = cells()[0].source.replace("%load_ext autograder", "")
    with pytest.raises(ValueError, match="derivation '4a'") as caught:
        exec(declaration.replace('target="sigma(x)"', 'target="sigma(-x)"'), {})
    assert f"`{caught.value}`" in PAGE
