"""``autograder return``: from a graded course to files that ILIAS and its plugin import, with nothing misattributed."""

import csv
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course.participants import Group, Mapping, Participant, mapping_path, write_mapping
from tests.course import ilias_import
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer

USERS = {"anna": 11, "bert": 12, "carl": 13}


def autograder(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.course.cli", *arguments]
    return subprocess.run(command, cwd=root, check=False, capture_output=True, text=True, timeout=300)


def person(login: str, folder: str = "x") -> Participant:
    return Participant(USERS[login], login, login.title(), "Ä", folder and f"{login.title()}_Ae_{login}_{USERS[login]}")


def map_to(root: Path, *groups: Group) -> None:
    write_mapping(mapping_path(root, ASSIGNMENT), Mapping(groups))


@contextmanager
def gradebook(root: Path) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{root}/gradebook.db", "backpropagation") as book:
        yield book
        book.db.commit()


@pytest.fixture(scope="module")
def graded_by_us(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course with three hand-ins of 4.5, 2.5 and 0 points, graded, and four participants."""
    root = Path(shutil.copytree(released, tmp_path_factory.mktemp("returning") / "course"))
    answer(root, "anna", CORRECT | {"square_code": f"# von anna\n{CORRECT['square_code']}"})
    answer(root, "bert", CORRECT | {"double_code": "# von bert\ndef double(x):\n    return 3"})
    answer(root, "carl", {"square_code": "# von carl"})
    done = autograder(root, "grade")
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture
def course(graded_by_us: Path, tmp_path: Path) -> Path:
    """Return the graded course, with a mapping of its three participants and a fourth without a hand-in."""
    root = Path(shutil.copytree(graded_by_us, tmp_path / "course", copy_function=shutil.copy2))
    absent = Participant(14, "dora", "Dora", "D.")
    map_to(root, *(Group(login, (person(login),)) for login in USERS), Group("dora", (absent,)))
    return root


def returned(root: Path) -> Path:
    return root / "returned" / ASSIGNMENT


def pages(zipped: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        return {name.split("/")[-1]: archive.read(name).decode() for name in archive.namelist()}


def feedback_of(root: Path) -> dict[int, dict[str, str]]:
    """Return the pages by user, as ILIAS's own multi-feedback gives them."""
    path = returned(root) / f"multi_feedback_{ASSIGNMENT}.zip"
    taken = ilias_import.multi_feedback(path, range(11, 20), release=8)
    assert taken == ilias_import.multi_feedback(path, range(11, 20), release=10)
    return {user: pages(files[f"Rueckmeldung_{ASSIGNMENT}.zip"]) for user, files in taken.items()}


def marks_of(root: Path, *, teams: bool = False) -> dict[int, str]:
    """Return the marks by user or team, the same in each form of the status file."""
    plugin = ilias_import.status_in(returned(root) / f"status_file_{ASSIGNMENT}.zip")
    xlsx, text = ((returned(root) / f"status.{ending}").read_bytes() for ending in ("xlsx", "csv"))
    updates = ilias_import.status(plugin, teams=teams)
    assert updates == ilias_import.status(xlsx, teams=teams) == ilias_import.status(text, teams=teams)
    return {key: data["mark"] for key, data in updates.items()}


def marks_list(root: Path) -> dict[str, str]:
    text = (returned(root) / "marks.csv").read_text(encoding="utf-8-sig")
    return {row["Anmeldename"]: row["Punkte"] for row in csv.DictReader(io.StringIO(text), delimiter=";")}


def written_by(feedback: dict[str, str]) -> set[str]:
    return set(re.findall(r"von (anna|bert|carl)", feedback["rechnen.html"]))


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_everybody_gets_their_own_marks_and_feedback_and_nobody_elses(course: Path) -> None:
    done = autograder(course, "return")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Keine Abgabe: D. Dora" in done.stdout
    assert marks_of(course) == {11: "4,5", 12: "2,5", 13: "0"}
    assert marks_list(course) == {"anna": "4,5", "bert": "2,5", "carl": "0", "dora": ""}
    feedback = feedback_of(course)
    assert {user: written_by(made) for user, made in feedback.items()} == {11: {"anna"}, 12: {"bert"}, 13: {"carl"}}
    for login, user in USERS.items():
        folder = course / "feedback" / login / ASSIGNMENT
        assert feedback[user] == {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


def test_returning_again_changes_no_byte(course: Path) -> None:
    autograder(course, "return")
    before = contents(returned(course))
    autograder(course, "return")
    assert contents(returned(course)) == before


def test_a_dry_run_tells_the_same_and_writes_nothing(course: Path) -> None:
    before = contents(course)
    done = autograder(course, "return", "--dry-run")
    assert done.returncode == 0
    assert contents(course) == before
    really = autograder(course, "return").stdout.split("\n")
    said = done.stdout.split("\n")
    assert said[1] == "Probelauf: geschrieben wird nichts. Es wären:"
    assert said[:1] + said[2:] == really


def test_the_members_of_a_team_get_the_same(course: Path) -> None:
    """Also the one who uploaded nothing, and whose number in ILIAS nobody knows."""
    unknown = Participant(None, "dora_13", "Dora", "D.")
    map_to(course, Group("anna", (person("anna"), unknown), team_id=7), Group("bert", (person("bert"),), team_id=9))
    done = autograder(course, "return")
    assert "bei Teams nimmt ILIAS sie nur von Hand an" in done.stdout
    assert "Nur in marks.csv, weil ihre ILIAS-Nummer oder ihr Team nicht bekannt ist: carl" in done.stdout
    assert marks_of(course, teams=True) == {7: "4,5", 9: "2,5"}
    taken = ilias_import.plugin_feedback(returned(course) / f"status_file_{ASSIGNMENT}.zip", {7: {11, 19}, 9: {12}})
    assert {user: written_by(pages(next(iter(files.values())))) for user, files in taken.items()} == {
        11: {"anna"},
        19: {"anna"},
        12: {"bert"},
    }
    assert marks_list(course) == {"anna": "4,5", "dora_13": "4,5", "bert": "2,5", "carl": "0"}
    assert set(feedback_of(course)) == {11, 12}  # 13 is Carl, and neither him nor the tail of a login


def test_a_tutors_points_and_the_penalty_for_coming_late_count_and_the_feedback_knows(course: Path) -> None:
    with gradebook(course) as book:
        grade = book.find_grade("double_test", "rechnen", ASSIGNMENT, "bert")
        grade.manual_score, grade.extra_credit = 1.25, 0.5
        book.find_submission_notebook("beweis", ASSIGNMENT, "bert").late_submission_penalty = 1
        book.find_comment("double_code", "rechnen", ASSIGNMENT, "bert").manual_comment = "Fast richtig!"
    autograder(course, "return")
    assert marks_of(course) == {11: "4,5", 12: "3,25", 13: "0"}
    feedback = feedback_of(course)
    assert "Fast richtig!" in feedback[12]["rechnen.html"]
    assert "Fast richtig!" not in "".join(feedback[11].values())


def test_what_a_human_has_to_look_at_is_held_back_until_then(course: Path) -> None:
    with gradebook(course) as book:
        book.find_grade("half_test", "beweis", ASSIGNMENT, "anna").needs_manual_grade = True
    done = autograder(course, "return")
    assert done.returncode == 0
    assert "Zurückgehalten, bis jemand sie angesehen hat (make formgrader; sonst --provisional): anna" in done.stdout
    assert set(marks_of(course)) == set(feedback_of(course)) == {12, 13}
    assert marks_list(course)["anna"] == ""
    autograder(course, "return", "--provisional")
    assert marks_of(course)[11] == "4,5"
    with gradebook(course) as book:
        book.find_grade("half_test", "beweis", ASSIGNMENT, "anna").needs_manual_grade = False
    done = autograder(course, "return", "--student", "anna")
    assert "Zurückgehalten" not in done.stdout
    assert marks_of(course) == {11: "4,5"}
    assert set(feedback_of(course)) == {11}


def test_pseudonyms_lead_back_to_their_people_by_the_mapping_alone(course: Path) -> None:
    map_to(course, Group("x", (person("carl"),), pseudonym="anna"), Group("y", (person("anna"),), pseudonym="bert"))
    autograder(course, "return")
    assert marks_of(course) == {13: "4,5", 11: "2,5"}
    assert {user: written_by(made) for user, made in feedback_of(course).items()} == {13: {"anna"}, 11: {"bert"}}


def test_hand_ins_from_elsewhere_are_named_and_in_the_marks_list(course: Path) -> None:
    map_to(course, Group("anna", (person("anna"),)))
    done = autograder(course, "return")
    assert "Nur in marks.csv, weil ihre ILIAS-Nummer oder ihr Team nicht bekannt ist: bert, carl" in done.stdout
    assert set(marks_of(course)) == set(feedback_of(course)) == {11}
    assert marks_list(course) == {"anna": "4,5", "bert": "2,5", "carl": "0"}


def test_a_hand_in_that_waits_to_be_graded_is_named(course: Path) -> None:
    answer(course, "emil", CORRECT)
    assert "Abgegeben, aber noch nicht bewertet (autograder grade): emil" in autograder(course, "return").stdout
    done = autograder(course, "return", "--student", "emil")
    assert (done.returncode, done.stderr) == (1, "Nicht bewertet: emil\n")


def test_a_setting_says_when_a_sheet_is_passed_and_how_feedback_is_packed(course: Path) -> None:
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("c.Admission.sheet_share = 0.9\nc.Feedback.pages = True\n")
    autograder(course, "return")
    updates = ilias_import.status((returned(course) / "status.csv").read_bytes(), teams=False)
    assert {user: data["status"] for user, data in updates.items()} == {11: "passed", 12: "failed", 13: "failed"}
    path = returned(course) / f"multi_feedback_{ASSIGNMENT}.zip"
    taken = ilias_import.multi_feedback(path, USERS.values(), release=10)
    assert {"rechnen.html", "beweis.html"} <= set(taken[11])


def test_feedback_that_cannot_be_written_is_told_and_the_rest_is_returned(course: Path) -> None:
    shutil.rmtree(course / "feedback" / "anna")
    (course / "feedback" / "anna").write_text("no folder", encoding="utf-8")
    done = autograder(course, "return")
    assert done.returncode == 1
    assert "Ohne Rückmeldung (Näheres in .nbgrader.log): anna" in done.stdout
    assert set(feedback_of(course)) == {12, 13}
    assert marks_of(course)[11] == "4,5"


def test_before_anything_is_graded_or_with_a_damaged_mapping_it_says_so(
    course: Path, released: Path, tmp_path: Path
) -> None:
    empty = Path(shutil.copytree(released, tmp_path / "empty"))
    done = autograder(empty, "return")
    assert (done.returncode, done.stderr) == (1, "Noch nichts bewertet von blatt: autograder grade\n")
    mapping_path(course, ASSIGNMENT).write_text("broken", encoding="utf-8")
    done = autograder(course, "return")
    assert done.returncode == 1
    assert "participants.csv: die erste Zeile muss" in done.stderr
