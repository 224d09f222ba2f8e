"""The command ``autograder report`` on a course that nbgrader has graded."""

import csv
import os
import shutil
from pathlib import Path

import pytest

from autograder.course.cli import main
from autograder.course.pipeline import Pipeline
from autograder.course.report.reading import read
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer, nbgrader

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def course(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course with three hand-ins, graded, and a fourth that is not."""
    root = Path(shutil.copytree(released, tmp_path_factory.mktemp("report") / "course"))
    answer(root, "anna", CORRECT)
    folder = answer(root, "bela", CORRECT | {"double_code": f"def double(x):\n    return '{HOSTILE}'"})
    (folder / "aufgabe1.pdf").write_bytes(b"%PDF-1.4")
    (folder / "verweis.pdf").symlink_to("/etc/hostname")
    answer(root, "cleo", CORRECT | {"square_code": "import os\nos._exit(0)"})
    nbgrader(root, "autograde", ASSIGNMENT)
    answer(root, "spaet", CORRECT)
    return root


@pytest.fixture
def data(course):
    return read(Pipeline(course), ASSIGNMENT)


def test_hand_ins_are_read_as_they_were_graded(data):
    """Points, stopped cells, missing grading and scans are those of the gradebook and the graded notebooks."""
    assert [(each.student, each.mark.points) for each in data.hand_ins] == [("anna", 4.5), ("bela", 2.5), ("cleo", 3.5)]
    stops = {each.student: [(stop.cell, stop.kind) for stop in each.stops] for each in data.hand_ins}
    assert stops == {"anna": [], "bela": [], "cleo": [("square_code", "died")]}
    assert data.waiting == ("spaet",)
    assert set(data.decisions) == {"anna", "bela", "cleo"}


def test_only_files_of_a_student_are_scans(data):
    """A link, and what the sheet laid beside the notebooks, is none."""
    scans = {each.student: each.scans for each in data.hand_ins}
    assert scans == {"anna": (), "bela": (f"autograded/bela/{ASSIGNMENT}/aufgabe1.pdf",), "cleo": ()}


def test_students_cells_are_read_without_those_of_the_sheet(data):
    """What counts as written by a student are the cells that a student can change."""
    names = {cell.name for cell in data.hand_ins[0].cells}
    assert names == {"proof_code", "half_code", "double_code", "square_code"}


def test_report_is_written(course, capsys):
    """One command writes the page and the tables, and says where; again, and they are the same."""
    assert main(["--course", str(course), "report"]) == 0
    folder = course / "reports" / ASSIGNMENT
    assert f"reports/{ASSIGNMENT}/index.html" in capsys.readouterr().out
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(first) == {"index.html", "points.xlsx", "points.csv", "tasks.csv", "mistakes.csv"}
    assert HOSTILE.encode() not in first["index.html"]
    rows = list(csv.reader(first["points.csv"].decode("utf-8").splitlines()))
    assert [row[0] for row in rows[1:]] == ["anna", "bela", "cleo"]
    assert main(["--course", str(course), "report", ASSIGNMENT]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_link_to_a_scan_leads_to_it(course):
    """From where the page lies, the link is the file."""
    assert main(["--course", str(course), "report"]) == 0
    page = course / "reports" / ASSIGNMENT / "index.html"
    link = f"../../autograded/bela/{ASSIGNMENT}/aufgabe1.pdf"
    assert f'href="{link}"' in page.read_text(encoding="utf-8")
    assert (page.parent / link).read_bytes() == b"%PDF-1.4"


def test_dry_run_writes_nothing(course, capsys):
    """It tells what it would write."""
    shutil.rmtree(course / "reports", ignore_errors=True)
    assert main(["--course", str(course), "report", "--dry-run"]) == 0
    assert "points.xlsx" in capsys.readouterr().out
    assert not (course / "reports").exists()


def test_nothing_graded_is_said(fresh, capsys):
    """Without any grades the command fails, and names the one to type before."""
    assert main(["--course", str(fresh), "report"]) == 1
    assert main(["--course", str(fresh), "report", ASSIGNMENT]) == 1
    assert capsys.readouterr().err.count("autograder grade") == 2
    assert not os.path.lexists(fresh / "reports")
