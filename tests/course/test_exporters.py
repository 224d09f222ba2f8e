"""``nbgrader export`` with our plugins: what ILIAS, Moodle and Canvas import, by the real command."""

import csv
import io
import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp

from autograder.course.participants import Group, Mapping, Participant, mapping_path, write_mapping
from tests.course import ilias_import
from tests.course.tiny_course import ASSIGNMENT, nbgrader

POINTS = {"anna": 3.5, "bert": 1.25, "=carl": 0.0}


@pytest.fixture(scope="module")
def marked(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course of two sheets: one with marks for three of four students, the other with a mark for one."""
    root = Path(shutil.copytree(released, tmp_path_factory.mktemp("exporting") / "course"))
    with Gradebook(f"sqlite:///{root}/gradebook.db", "backpropagation") as book:
        book.add_assignment("blatt-2")
        book.add_notebook("eins", "blatt-2")
        book.add_grade_cell("test", "eins", "blatt-2", max_score=8, cell_type="code")
        for number, (name, points) in enumerate(POINTS.items(), start=4711):
            book.add_student(name, last_name=f"{name.title()}, X.", first_name="Ä;ö", lms_user_id=str(number))
            book.add_submission(ASSIGNMENT, name)
            for notebook, cell in (("rechnen", "double_test"), ("rechnen", "square_test"), ("beweis", "half_test")):
                grade = book.find_grade(cell, notebook, ASSIGNMENT, name)
                grade.auto_score, grade.needs_manual_grade = 0.0, False
            book.find_grade("double_test", "rechnen", ASSIGNMENT, name).manual_score = points
        book.find_submission_notebook("rechnen", ASSIGNMENT, "anna").late_submission_penalty = 0.5
        book.add_student("dora")
        book.add_submission("blatt-2", "anna")
        grade = book.find_grade("test", "eins", "blatt-2", "anna")
        grade.auto_score, grade.needs_manual_grade = 7.0, False
        book.db.commit()
    return root


@pytest.fixture
def course(marked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(marked, tmp_path / "course"))


@dataclass
class Done:
    """What became of an export: its exit status, and what was logged."""

    status: int
    log: str


def export(root: Path, name: str, *arguments: str) -> Done:
    """Do in this process what ``nbgrader export`` does."""
    os.chdir(root)
    app = ExportApp()
    app.initialize([f"--exporter=autograder.course.exporters.{name}", *arguments], root=str(root))
    told = io.StringIO()
    app.log.handlers = [logging.StreamHandler(told)]
    try:
        app.start()
    except SystemExit as error:
        return Done(int(error.code or 0), told.getvalue())
    return Done(0, told.getvalue())


def rows(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter))


ONE = f"--assignment={ASSIGNMENT}"


@pytest.mark.parametrize("name", ["status.csv", "status.xlsx"])
def test_ilias_gets_the_status_file(course: Path, name: str) -> None:
    assert export(course, "IliasExporter", ONE, f"--to={name}").status == 0
    updates = ilias_import.status((course / name).read_bytes(), teams=False)
    assert {user: (data["status"], data["mark"]) for user, data in updates.items()} == {
        4711: ("passed", "3"),
        4712: ("failed", "1,25"),
        4713: ("failed", "0"),
    }


def test_ilias_gets_teams_by_the_mapping(course: Path) -> None:
    members = Participant(1, "anna", "A", "A"), Participant(2, "zoe", "Z", "Z")
    mapping = Mapping((Group("anna", members, team_id=7), Group("bert", (Participant(3, "bert"),), team_id=8)))
    write_mapping(mapping_path(course, ASSIGNMENT), mapping)
    done = export(course, "IliasExporter", ONE)
    assert "Ohne ILIAS-Nummer oder Team, daher weggelassen: Ä;ö =Carl, X." in done.log
    updates = ilias_import.status((course / "status.csv").read_bytes(), teams=True)
    assert {team: data["logins"] for team, data in updates.items()} == {7: "anna, zoe", 8: "bert"}


@pytest.mark.parametrize(
    ("language", "heads", "participant"),
    [
        ("de", ["ID", "Bewertung", "Zuletzt geändert (Bewertung)"], "Teilnehmer/in"),
        ("en", ["Identifier", "Grade", "Last modified (grade)"], "Participant "),
    ],
)
def test_moodle_gets_its_worksheet(course: Path, language: str, heads: list[str], participant: str) -> None:
    done = export(course, "MoodleExporter", ONE, f"--MoodleExporter.language={language}")
    assert done.status == 0
    titles, *lines = rows((course / "moodle.csv").read_bytes())
    assert set(heads) <= set(titles)
    found = {line[titles.index(heads[0])]: line[titles.index(heads[1])] for line in lines}
    assert found == {f"{participant}4711": "3", f"{participant}4712": "1.25", f"{participant}4713": "0"}


def test_canvas_gets_all_sheets_and_no_mark_is_blank(course: Path) -> None:
    assert export(course, "CanvasExporter", "--CanvasExporter.titles=blatt-2=Blatt 2 (99)").status == 0
    heads, possible, *lines = rows((course / "canvas.csv").read_bytes())
    assert heads == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", ASSIGNMENT, "Blatt 2 (99)"]
    assert possible == ["    Points Possible", "", "", "", "", "5", "8"]
    assert {line[3]: (line[1], line[5], line[6]) for line in lines} == {
        "anna": ("4711", "3", "7"),
        "bert": ("4712", "1.25", ""),
        "'=carl": ("4713", "0", ""),
        "dora": ("", "", ""),
    }
    assert "Anna, X., Ä;ö" in [line[0] for line in lines]


def test_some_students_can_be_chosen(course: Path) -> None:
    export(course, "CanvasExporter", "--student=bert")
    assert [line[3] for line in rows((course / "canvas.csv").read_bytes())[2:]] == ["bert"]


def test_what_a_human_has_to_look_at_is_left_out_and_named(course: Path) -> None:
    with Gradebook(f"sqlite:///{course}/gradebook.db", "backpropagation") as book:
        book.find_grade("half_test", "beweis", ASSIGNMENT, "bert").needs_manual_grade = True
        book.db.commit()
    done = export(course, "IliasExporter", ONE)
    assert "bert" in done.log
    assert set(ilias_import.status((course / "status.csv").read_bytes(), teams=False)) == {4711, 4713}
    export(course, "IliasExporter", ONE, "--IliasExporter.provisional=True")
    assert set(ilias_import.status((course / "status.csv").read_bytes(), teams=False)) == {4711, 4712, 4713}


@pytest.mark.parametrize("name", ["IliasExporter", "MoodleExporter", "CanvasExporter"])
def test_exporting_again_changes_no_byte(course: Path, name: str) -> None:
    export(course, name, ONE, "--to=a.xlsx")
    export(course, name, ONE, "--to=b.xlsx")
    assert (course / "a.xlsx").read_bytes() == (course / "b.xlsx").read_bytes()


@pytest.mark.parametrize("name", ["IliasExporter", "MoodleExporter"])
def test_where_one_sheet_is_all_a_file_can_hold_it_has_to_be_chosen(course: Path, name: str) -> None:
    done = export(course, name)
    assert done.status == 1
    assert f"Wähle ein Blatt, mit --assignment NAME: {ASSIGNMENT}, blatt-2" in done.log
    done = export(course, name, "--assignment=blatt-9")
    assert "gibt es nicht: blatt-9" in done.log


def test_the_command_says_what_is_wrong_without_a_traceback(course: Path) -> None:
    chosen = "--exporter=autograder.course.exporters.MoodleExporter"
    done = nbgrader(course, "export", chosen, check=False)
    assert (done.returncode, "Traceback" in done.stderr, "Wähle ein Blatt" in done.stderr) == (1, False, True)
    assert nbgrader(course, "export", chosen, ONE).returncode == 0
    assert (course / "moodle.csv").is_file()
