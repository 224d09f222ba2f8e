"""Every kind of broken hand-in through the real nbgrader: its points, note and feedback; none stops the rest."""

import csv
import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from autograder.grading.notes import notes_of
from tests.course.tiny_course import ASSIGNMENT, CORRECT, SOLUTION_SECRET, TEST_SECRET, answer, nbgrader, write_source
from tests.grading.broken.kinds import KINDS, Kind


@dataclass(frozen=True)
class Graded:
    """A course in which every kind was handed in once, and what nbgrader said and did."""

    root: Path
    run: subprocess.CompletedProcess[str]
    before: dict[str, str]

    def points(self) -> dict[str, float]:
        with (self.root / "grades.csv").open(encoding="utf-8") as file:
            return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}

    def notes(self, student: str) -> list[str]:
        folder = self.root / "autograded" / student / ASSIGNMENT
        return [note for path in sorted(folder.glob("*.ipynb")) for note in notes_of(nbformat.read(path, as_version=4))]


def fingerprint(folder: Path) -> dict[str, str]:
    """Return what lies in ``folder``: kind, permissions and contents of everything, without opening what may hang."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        body = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else ""
        link = path.readlink() if path.is_symlink() else ""
        found[str(path.relative_to(folder))] = f"{status.st_mode:o} {link} {body}"
    return found


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    root = tmp_path_factory.mktemp("broken") / "course"
    root.mkdir()
    write_source(root)
    nbgrader(root, "generate_assignment", ASSIGNMENT)
    for kind in KINDS:
        kind.breaks(answer(root, kind.name, CORRECT))
    before = fingerprint(root / "submitted")
    run = nbgrader(root, "autograde", ASSIGNMENT, check=False)
    nbgrader(root, "generate_feedback", ASSIGNMENT)
    nbgrader(root, "export")
    return Graded(root, run, before)


def test_the_batch_ends_well_and_grades_everybody(graded: Graded) -> None:
    assert graded.run.returncode == 0, graded.run.stderr[-3000:]
    assert graded.points().keys() == {kind.name for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_broken_hand_in_gets_its_points_and_its_note(graded: Graded, kind: Kind) -> None:
    notes = graded.notes(kind.name)
    assert graded.points()[kind.name] == kind.points, notes
    if kind.note is None:
        assert notes == []
    else:
        assert any(kind.note in note for note in notes), notes


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_broken_hand_in_gets_feedback_that_tells_nothing_hidden(graded: Graded, kind: Kind) -> None:
    pages = sorted((graded.root / "feedback" / kind.name / ASSIGNMENT).glob("*.html"))
    assert pages
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert "Content-Security-Policy" in html
        assert TEST_SECRET not in html
        assert SOLUTION_SECRET not in html


def test_hand_ins_stay_as_they_were(graded: Graded) -> None:
    assert fingerprint(graded.root / "submitted") == graded.before


def test_nothing_of_another_folder_is_read_through_a_link(graded: Graded) -> None:
    (notebook,) = (graded.root / "autograded" / "link-outside" / ASSIGNMENT).glob("rechnen.ipynb")
    assert "return x + x" not in notebook.read_text(encoding="utf-8")


def test_a_hand_in_without_a_notebook_in_its_own_folder_is_not_forgotten_alone(graded: Graded, tmp_path: Path) -> None:
    """One student alone, all in a sub-folder: what nbgrader refuses before it looks, ``autograder grade`` takes."""
    root = Path(shutil.copytree(graded.root / "source", tmp_path / "course" / "source").parent)
    shutil.copytree(graded.root / "assignments", root / "assignments")
    shutil.copy(graded.root / "nbgrader_config.py", root)
    nbgrader(root, "generate_assignment", ASSIGNMENT)
    folder = answer(root, "anna", CORRECT)
    next(kind for kind in KINDS if kind.name == "sub-folder").breaks(folder)
    refused = nbgrader(root, "autograde", ASSIGNMENT, check=False)
    assert refused.returncode == 1
    assert "No notebooks were matched" in refused.stderr
