"""``autograder grade``: all hand-ins, a table, grades.csv; nothing stops it, and Ctrl-C loses nothing."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer, nbgrader

COMMAND = [sys.executable, "-m", "autograder.course.cli", "grade"]


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=root, check=False, capture_output=True, text=True, timeout=300)


def table(output: str) -> str:
    """Return what stands below the lines that came as hand-ins were done, in whatever order."""
    return "\n".join(line for line in output.split("\n") if not line.startswith("["))


def points(root: Path) -> dict[str, float]:
    with (root / "grades.csv").open(encoding="utf-8") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def test_the_table_shows_points_per_task_and_notes_and_a_second_run_the_same(fresh: Path) -> None:
    answer(fresh, "anna", CORRECT)
    (answer(fresh, "bert", CORRECT) / "beweis.ipynb").unlink()
    (fresh / "submitted" / "carl" / ASSIGNMENT).mkdir(parents=True)
    done = run(fresh)
    assert done.returncode == 0
    assert done.stderr == ""
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.split("\n") if line.strip()}
    assert rows["Abgabe"] == ["beweis", "rechnen.1", "rechnen.2", "Σ"]
    assert rows["möglich"] == ["2", "2", "1", "5"]
    assert rows["anna"] == ["1,5", "2", "1", "4,5"]
    assert "bert: beweis: nicht abgegeben." in done.stdout
    assert "carl: kein Notebook abgegeben." in done.stdout
    assert (fresh / "feedback" / "anna" / ASSIGNMENT / "rechnen.html").is_file()
    assert points(fresh) == {"anna": 4.5, "bert": 3.0}
    assert table(run(fresh).stdout) == table(done.stdout)


def test_a_hand_in_in_a_sub_folder_is_graded_and_one_without_a_notebook_is_told_what_is_missing(fresh: Path) -> None:
    """A single hand-in without a notebook in its own folder is what nbgrader refuses before it looks."""
    folder = answer(fresh, "anna", CORRECT)
    (folder / "Blatt").mkdir()
    for path in list(folder.glob("*.ipynb")):
        path.rename(folder / "Blatt" / path.name)
    other = answer(fresh, "bert", CORRECT)
    for path in list(other.glob("*.ipynb")):
        path.unlink()
    (other / "rechnen.zip").write_bytes(b"PK\x03\x04")
    done = run(fresh)
    assert done.returncode == 0
    assert "anna: rechnen: Das Notebook fand sich in der Datei Blatt/rechnen.ipynb." in done.stdout
    assert "bert: rechnen: Die Datei rechnen.zip ließ sich nicht lesen: " in done.stdout
    assert points(fresh) == {"anna": 4.5, "bert": 0.0}


def test_a_hand_in_that_nbgrader_cannot_take_is_noted_and_the_others_are_graded(fresh: Path) -> None:
    answer(fresh, "anna", CORRECT)
    (fresh / "autograded" / "anna").mkdir(parents=True)
    (fresh / "autograded" / "anna" / ASSIGNMENT).write_text("no folder", encoding="utf-8")
    answer(fresh, "bert", CORRECT)
    done = run(fresh)
    assert done.returncode == 1
    assert "anna: ließ sich nicht bewerten: " in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "Traceback" in (fresh / ".nbgrader.log").read_text(encoding="utf-8")
    assert points(fresh)["bert"] == 4.5


def test_one_hand_in_can_be_graded_alone(fresh: Path) -> None:
    answer(fresh, "anna", CORRECT)
    answer(fresh, "bert", CORRECT)
    assert run(fresh, "--student", "bert").returncode == 0
    assert points(fresh) == {"bert": 4.5}
    done = run(fresh, "--student", "berta")
    assert (done.returncode, done.stderr) == (1, "Keine Abgabe in submitted/: berta\n")


def test_ctrl_c_keeps_what_was_graded_and_the_next_run_completes_it(fresh: Path) -> None:
    answer(fresh, "anna", CORRECT)
    answer(fresh, "bert", CORRECT | {"double_code": "import time\ntime.sleep(50)"})
    unbuffered = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(COMMAND, cwd=fresh, env=unbuffered, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()
    assert first == "[1/2] anna: 4,5 / 5\n"
    assert running.returncode == 130
    assert "Abgebrochen: 1 von 2 Abgaben sind bewertet." in rest
    assert points(fresh)["anna"] == 4.5
    answer(fresh, "bert", CORRECT)
    assert run(fresh).returncode == 0
    assert points(fresh) == {"anna": 4.5, "bert": 4.5}


def test_who_is_in_the_gradebook_without_a_hand_in_is_named(fresh: Path) -> None:
    answer(fresh, "anna", CORRECT)
    run(fresh)
    (fresh / "submitted" / "anna").rename(fresh / "submitted" / "berta")
    done = run(fresh)
    assert "In grades.csv stehen auch anna: " in done.stdout
    nbgrader(fresh, "db", "student", "remove", "anna", "--force")
    assert "stehen auch" not in run(fresh).stdout
    assert points(fresh) == {"berta": 4.5}


def test_without_hand_ins_or_release_the_command_says_what_is_missing(fresh: Path) -> None:
    done = run(fresh)
    assert (done.returncode, done.stderr) == (1, "In submitted/ liegt keine Abgabe für blatt.\n")
    (fresh / "assignments").rename(fresh / "elsewhere")
    done = run(fresh)
    assert (done.returncode, done.stderr) == (1, "blatt ist noch nicht ausgegeben: autograder release\n")
