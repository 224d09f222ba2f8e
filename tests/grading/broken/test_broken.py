"""Every kind of broken hand-in through the real nbgrader: its points, note and feedback; none stops the rest."""

import csv
import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from autograder.grading.notes import notes_of
from tests.course.dask_cluster import local_cluster
from tests.course.tiny_course import ASSIGNMENT, SOLUTION_SECRET, TEST_SECRET, nbgrader, write_source
from tests.grading.broken.kinds import KINDS, Kind


@dataclass(frozen=True)
class Graded:
    """A course in which kinds were handed in, and what nbgrader said and did."""

    root: Path
    complaints: str
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


def grade(root: Path, kinds: list[Kind]) -> Graded:
    write_source(root)
    nbgrader(root, "generate_assignment", ASSIGNMENT)
    for kind in kinds:
        kind.hand_in(root)
    before = fingerprint(root / "submitted")
    run = nbgrader(root, "autograde", ASSIGNMENT, check=False)
    nbgrader(root, "generate_feedback", ASSIGNMENT)
    nbgrader(root, "export")
    return Graded(root, "" if run.returncode == 0 else run.stderr, before)


def grade_all_of(root: Path, *arguments: str) -> None:
    """Grade with ``autograder grade`` what was graded before."""
    command = [sys.executable, "-m", "autograder.course.cli", "grade", "--json", "--fresh", *arguments]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True, timeout=600)
    assert done.stdout.count('"failed": false') == len(list((root / "submitted").iterdir())), done.stdout + done.stderr


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> list[Graded]:
    """Return two courses, graded side by side, in which every kind was handed in once."""
    roots = [tmp_path_factory.mktemp("broken") for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(grade, roots, [KINDS[::2], KINDS[1::2]]))


@pytest.fixture
def graded(courses: list[Graded], kind: Kind) -> Graded:
    return courses[KINDS.index(kind) % 2]


def test_the_batch_ends_well_and_grades_everybody(courses: list[Graded]) -> None:
    for graded in courses:
        assert graded.complaints == ""
    assert {name for graded in courses for name in graded.points()} == {kind.name for kind in KINDS}


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
    """Of what was handed in beside the notebooks, nothing comes back: it could pass for a page of ours."""
    pages = sorted((graded.root / "feedback" / kind.name / ASSIGNMENT).rglob("*"))
    names = {page.name for page in pages}
    assert {"index.html"} < names <= {"index.html", "rechnen.html", "beweis.html"}
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert "Content-Security-Policy" in html
        assert TEST_SECRET not in html
        assert SOLUTION_SECRET not in html


def test_hand_ins_stay_as_they_were(courses: list[Graded]) -> None:
    for graded in courses:
        assert fingerprint(graded.root / "submitted") == graded.before


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name == "link-outside"], ids=["link-outside"])
def test_nothing_of_another_folder_is_read_through_a_link(graded: Graded, kind: Kind) -> None:
    notebook = graded.root / "autograded" / kind.name / ASSIGNMENT / "rechnen.ipynb"
    assert "return x + x" not in notebook.read_text(encoding="utf-8")


def test_our_command_writes_what_nbgraders_do(courses: list[Graded]) -> None:
    """Byte for byte, though it recovers a hand-in once and sanitises and grades its notebooks at once."""
    for course in courses:
        assert_the_same_comes_out(course)


def test_so_does_a_cluster(courses: list[Graded]) -> None:
    """To which a hand-in travels as it is, and where a copy of the course grades it."""
    with local_cluster() as cluster:
        for course in courses:
            assert_the_same_comes_out(course, "--scheduler", cluster.scheduler_address)


def assert_the_same_comes_out(course: Graded, *arguments: str) -> None:
    folders = [course.root / name for name in ("autograded", "feedback")]
    written = [fingerprint(folder) for folder in folders]
    points = course.points()
    grade_all_of(course.root, *arguments)
    for folder, before in zip(folders, written, strict=True):
        assert dict(fingerprint(folder).items() ^ before.items()) == {}
    assert course.points() == points
