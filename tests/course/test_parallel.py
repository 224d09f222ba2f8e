"""``autograder grade`` side by side: the same points, nothing done twice, nothing lost however a run ends."""

import fcntl
import io
import json
import random
import re
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from rich.console import Console

from autograder.course.pipeline import Pipeline
from autograder.course.results import Result, Task
from autograder.course.run import Wanted, grade_all
from autograder.course.view import Bar, JsonLines
from autograder.grading.run import Outcome
from autograder.grading.worker import Job, Worker, WorkerError
from tests.course.test_run import COMMAND, points, run
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer, nbgrader

DICE = CORRECT | {"double_code": "import os\nprint(os.urandom(8).hex())\n" + CORRECT["double_code"]}
WRONG = CORRECT | {"square_code": "def square(x):\n    return 2"}


def lines(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    return {line["student"]: line for line in map(json.loads, done.stdout.splitlines())}


def dice(root: Path, student: str) -> str:
    """Return what the student's cell printed: another number whenever it runs."""
    notebook = nbformat.read(root / "autograded" / student / ASSIGNMENT / "rechnen.ipynb", as_version=4)
    return next(cell.outputs[0].text for cell in notebook.cells if cell.id == "double_code")


def gradebook(root: Path) -> dict[tuple[str, str, str], tuple[float, bool]]:
    """Return every mark, by hand-in, notebook and cell; fails where one is there twice."""
    found: dict[tuple[str, str, str], tuple[float, bool]] = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        for submission in book.assignment_submissions(ASSIGNMENT):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    key = submission.student.id, notebook.name, grade.name
                    assert key not in found
                    found[key] = grade.auto_score, grade.needs_manual_grade
    return found


def kill_often(root: Path, times: int, seed: int) -> None:
    """Start to grade the course in ``root`` and kill it, so many times, each at another moment."""
    draw = random.Random(seed)
    for _kill in range(times):
        with subprocess.Popen([*COMMAND, "--jobs", "2"], cwd=root, stdout=subprocess.DEVNULL) as running:
            time.sleep(draw.uniform(1.0, 7.0))
            running.send_signal(signal.SIGKILL)


# ------------------------------------------------------------------------------------------------ for machines


def test_json_lines_tell_all_of_each_hand_in_and_nothing_else_is_printed(fresh: Path) -> None:
    answer(fresh, "anna", CORRECT)
    (answer(fresh, "bert", WRONG) / "beweis.ipynb").unlink()
    (fresh / "submitted" / "carl" / ASSIGNMENT).mkdir(parents=True)
    done = run(fresh, "--json", "--jobs", "2")
    assert (done.returncode, done.stderr) == (0, "")
    told = lines(done)
    assert told.keys() == {"anna", "bert", "carl"}
    assert told["anna"]["points"] == {"half_test": 1.5, "double_test": 2.0, "square_test": 1.0}
    assert told["anna"]["assignment"] == ASSIGNMENT
    assert told["bert"]["total"] == 2.0
    assert told["bert"]["notes"] == ["beweis: nicht abgegeben."]
    assert told["anna"]["seconds"] > 0
    assert not told["anna"]["cached"]
    assert not any(line["failed"] for line in told.values())


def test_one_notebook_can_be_graded_alone_and_leaves_the_others_as_they_were(fresh: Path) -> None:
    answer(fresh, "anna", CORRECT)
    run(fresh)
    answer(fresh, "anna", dict.fromkeys(CORRECT, ""))
    told = lines(run(fresh, "--json", "--notebook", "beweis"))
    assert told["anna"]["points"] == {"half_test": 0.0}
    assert points(fresh) == {"anna": 3.0}
    done = run(fresh, "--notebook", "reim")
    assert (done.returncode, done.stderr) == (1, "blatt hat kein Notebook reim.\n")


def test_the_number_of_jobs_is_at_least_one(fresh: Path) -> None:
    done = run(fresh, "--jobs", "0")
    assert done.returncode == 2
    assert "0 ist keine Zahl ab 1" in done.stderr


# ------------------------------------------------------------------------------------------------ nothing twice


def test_what_has_not_changed_neither_runs_nor_enters_the_gradebook_again(fresh: Path) -> None:
    answer(fresh, "anna", DICE)
    answer(fresh, "bert", WRONG)
    run(fresh)
    thrown, before = dice(fresh, "anna"), gradebook(fresh)
    written = (fresh / "autograded" / "anna" / ASSIGNMENT / "rechnen.ipynb").stat().st_mtime_ns
    answer(fresh, "bert", CORRECT)
    told = lines(run(fresh, "--json"))
    assert (told["anna"]["cached"], told["bert"]["cached"]) == (True, False)
    assert told["anna"]["total"] == 4.5
    assert dice(fresh, "anna") == thrown
    assert (fresh / "autograded" / "anna" / ASSIGNMENT / "rechnen.ipynb").stat().st_mtime_ns == written
    assert gradebook(fresh) == before | {("bert", "rechnen", "square_test"): (1.0, False)}


def test_nbgrader_itself_finds_what_ran_and_fresh_runs_it_again(fresh: Path) -> None:
    answer(fresh, "anna", DICE)
    run(fresh)
    thrown = dice(fresh, "anna")
    nbgrader(fresh, "autograde", ASSIGNMENT, "--force")
    assert dice(fresh, "anna") == thrown
    nbgrader(fresh, "autograde", ASSIGNMENT, "--force", "--Execute.use_cache=False")
    assert dice(fresh, "anna") != thrown
    thrown = dice(fresh, "anna")
    assert not lines(run(fresh, "--json", "--fresh"))["anna"]["cached"]
    assert dice(fresh, "anna") != thrown


def test_a_changed_hidden_test_runs_its_notebook_again_and_no_other(fresh: Path) -> None:
    answer(fresh, "anna", DICE)
    run(fresh)
    thrown = dice(fresh, "anna")
    source = fresh / "source" / ASSIGNMENT / "beweis.ipynb"
    source.write_text(source.read_text(encoding="utf-8").replace("testgeheimnis = 2", "testgeheimnis = 3"), "utf-8")
    told = lines(run(fresh, "--json"))
    assert told["anna"]["points"] == {"half_test": 0.0, "double_test": 2.0, "square_test": 1.0}
    assert dice(fresh, "anna") == thrown


def test_a_mark_given_by_hand_stays_and_reaches_the_feedback(fresh: Path) -> None:
    answer(fresh, "anna", WRONG)
    run(fresh)
    with Gradebook(f"sqlite:///{fresh}/gradebook.db") as book:
        grade = book.find_grade("square_test", "rechnen", ASSIGNMENT, "anna")
        grade.manual_score = 0.75
        book.db.commit()
    told = lines(run(fresh, "--json"))
    assert told["anna"]["cached"]
    assert told["anna"]["points"]["square_test"] == 0.75
    assert "0,75" in (fresh / "feedback" / "anna" / ASSIGNMENT / "rechnen.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("lost", ["gradebook.db", "feedback", "autograded"])
def test_what_was_lost_is_made_again_without_running(fresh: Path, lost: str) -> None:
    answer(fresh, "anna", DICE)
    run(fresh)
    thrown = dice(fresh, "anna")
    (fresh / lost).rename(fresh / f"{lost} of before")
    if lost == "gradebook.db":
        nbgrader(fresh, "generate_assignment", ASSIGNMENT, "--force")
    assert lines(run(fresh, "--json"))["anna"]["cached"]
    assert points(fresh) == {"anna": 4.5}
    assert dice(fresh, "anna") == thrown
    assert (fresh / "feedback" / "anna" / ASSIGNMENT / "rechnen.html").is_file()


# ------------------------------------------------------------------------------------------------ some of them


def test_only_what_changed_since_it_was_graded_is_graded(fresh: Path) -> None:
    """A hand-in, a test, or a mark given by hand."""
    for student in ("anna", "bert", "carl"):
        answer(fresh, student, CORRECT | {"half_code": f"# {student}\n{CORRECT['half_code']}"})
    assert lines(run(fresh, "--json", "--only", "changed")).keys() == {"anna", "bert", "carl"}
    done = run(fresh, "--only", "changed")
    assert (done.returncode, done.stdout) == (0, "Es gibt nichts zu tun.\n")
    answer(fresh, "bert", WRONG)
    with Gradebook(f"sqlite:///{fresh}/gradebook.db") as book:
        book.find_grade("square_test", "rechnen", ASSIGNMENT, "carl").manual_score = 0.5
        book.db.commit()
    assert lines(run(fresh, "--json", "--only", "changed")).keys() == {"bert", "carl"}


def test_only_what_failed_or_waits_for_a_human_is_graded(fresh: Path) -> None:
    answer(fresh, "anna", CORRECT)
    answer(fresh, "bert", CORRECT)
    (fresh / "autograded" / "bert").mkdir(parents=True)
    (fresh / "autograded" / "bert" / ASSIGNMENT).write_text("no folder", encoding="utf-8")
    assert run(fresh).returncode == 1
    (fresh / "autograded" / "bert" / ASSIGNMENT).unlink()
    told = lines(run(fresh, "--json", "--only", "failed"))
    assert told.keys() == {"bert"}
    assert told["bert"]["total"] == 4.5
    with Gradebook(f"sqlite:///{fresh}/gradebook.db") as book:
        book.find_grade("square_test", "rechnen", ASSIGNMENT, "anna").needs_manual_grade = True
        book.db.commit()
    assert lines(run(fresh, "--json", "--only", "review")).keys() == {"anna"}


# ------------------------------------------------------------------------------------------------ nothing lost


def test_of_two_runs_at_once_the_second_says_who_was_first(fresh: Path) -> None:
    answer(fresh, "anna", CORRECT)
    run(fresh)
    with (fresh / ".autograder" / "lock").open(encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run(fresh)
    assert done.returncode == 1
    assert re.fullmatch(r"Dieser Kurs wird gerade schon bewertet: .+@.+, PID \d+, .+\n", done.stderr)
    assert run(fresh).returncode == 0


def test_a_run_that_was_killed_at_any_moment_is_completed_by_the_next(fresh: Path) -> None:
    for k in range(4):
        answer(fresh, f"s{k}", (WRONG if k % 2 else CORRECT) | {"half_code": f"# {k}\n{CORRECT['half_code']}"})
    kill_often(fresh, 5, seed=5)
    done = run(fresh)
    assert (done.returncode, done.stderr) == (0, "")
    through = gradebook(fresh)
    expected = {f"s{k}": 3.5 if k % 2 else 4.5 for k in range(4)}
    assert points(fresh) == expected
    nbgrader(fresh, "autograde", ASSIGNMENT, "--force", "--Execute.use_cache=False")
    assert gradebook(fresh) == through


def test_workers_end_with_the_run_that_was_killed(fresh: Path) -> None:
    answer(fresh, "anna", CORRECT | {"double_code": "import time\ntime.sleep(50)"})
    with subprocess.Popen([*COMMAND], cwd=fresh, stdout=subprocess.DEVNULL) as running:
        end = time.monotonic() + 60
        while not (workers := workers_of(running.pid)):
            assert time.monotonic() < end
            time.sleep(0.1)
        running.kill()
    end = time.monotonic() + 60
    while any(worker.exists() for worker in workers):
        assert time.monotonic() < end
        time.sleep(0.1)


def workers_of(run: int) -> list[Path]:
    """Return the folders in /proc of the workers of a run; any of its threads may have started them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
            if parent == run and b"autograder.grading.worker" in (folder / "cmdline").read_bytes():
                found.append(folder)
        except OSError:  # it has ended meanwhile
            continue
    return found


# ------------------------------------------------------------------------------------------------ fair


class Hurried(Worker):
    """A worker that is too slow at first for the notebook with ``double``, and fails at the one with ``half``."""

    seen: list[str]
    calls = 0

    def run(self, job: Job) -> list[Outcome]:
        points = [cell.points if cell.kind == "test" else None for cell in job.cells]
        outcomes = [Outcome(points=each) for each in points]
        if any(cell.name == "half_test" for cell in job.cells):
            self.seen.append("half")
            if self.seen.count("half") == 1:
                raise WorkerError("gone")
            return outcomes
        self.seen.append("double")
        if self.seen.count("double") == 1:
            return [
                replace(outcomes[0], stopped="too_long", late=True),
                *(replace(o, points=None) for o in outcomes[1:]),
            ]
        return outcomes


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_came_too_late_beside_others_runs_once_more_alone(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    answer(fresh, "anna", CORRECT)
    seen: list[str] = []
    monkeypatch.setattr(Hurried, "seen", seen, raising=False)
    pipeline = Pipeline(fresh)
    wanted = Wanted(["anna"], jobs=jobs, hire=lambda count: [Hurried() for _each in range(count)])
    (result,) = grade_all(pipeline, ASSIGNMENT, wanted, JsonLines())
    assert isinstance(result, Result)
    assert result.points["double_test"] == (2.0 if jobs == 2 else 0.0)
    assert seen.count("double") == jobs


# ------------------------------------------------------------------------------------------------ for people


def test_the_bar_shows_how_many_are_done_who_runs_what_failed_and_the_points_so_far(tmp_path: Path) -> None:
    screen = io.StringIO()
    bar = Bar(Console(file=screen, force_terminal=True, width=100, legacy_windows=False))
    bar.begin(ASSIGNMENT, [Task("rechnen", "double_test", "rechnen", 2.0)], 4)
    for student in ("anna", "bert", "carl"):
        bar.started(student)
    bar.ended(Result("anna", {"double_test": 1.5}))
    bar.ended(Result("bert", {}, ("kaputt",), failed=True))
    bar.finish(bar.done, tmp_path, [], stopped=False)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())
    assert re.search(r"2/4 .*gescheitert: 1  im Mittel 1,5  carl", shown)
    assert "bert: kaputt" in shown
