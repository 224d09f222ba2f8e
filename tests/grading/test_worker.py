"""The trusted process: one job after the other, and a notebook that it cannot finish costs only itself."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from autograder.grading.beginnings import Beginnings
from autograder.grading.limits import Limits
from autograder.grading.prologue import Cell
from autograder.grading.run import Outcome
from autograder.grading.solutions import COURSE_VARIABLE
from autograder.grading.store import FOLDER
from autograder.grading.walls import SandboxUnavailableError, require_bubblewrap
from autograder.grading.worker import Job, Record, Worker, WorkerError, _given, answer, crew
from tests.course.tiny_course import ASSIGNMENT, write_source


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """Return a job of one function and its test."""
    try:
        require_bubblewrap()
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    root = tmp_path_factory.mktemp("course")
    write_source(root)
    test = 'from autograder.grading import solutions\nassert f(3) == solutions("rechnen").double(3)'
    cells = (Cell("f", "def f(x):\n    return 2 * x"), Cell("t", test, "test", "assert f(1) == 2", 1.0))
    return Job(str(root), ASSIGNMENT, "1_summen", cells, None, Limits(), 60.0)


@pytest.fixture
def worker():
    found = Worker()
    yield found
    found.close()


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], check=False, capture_output=True, text=True)
    return [int(line) for line in listed.stdout.split()]


def test_one_worker_grades_notebook_after_notebook(job, worker):
    """Hidden tests find the sheet's own functions; the same process answers twice."""
    assert worker.run(job)[1].points == 1
    first = worker._process.pid
    assert worker.run(job)[1].points == 1
    assert worker._process.pid == first


def test_what_the_authors_cells_show_is_kept_and_a_fresh_job_takes_no_notice(job, monkeypatch):
    """Neither of what lies there nor to leave anything."""
    source = Path(job.course, "source", ASSIGNMENT, "rechnen.ipynb")
    given = json.loads(source.read_text(encoding="utf-8"))["cells"][1]
    first = Cell("setup", "".join(given["source"]), "given")
    monkeypatch.setattr("autograder.grading.worker._given", lambda _job: {0})
    monkeypatch.chdir(job.course)  # to come back here, and to
    monkeypatch.setenv(COURSE_VARIABLE, job.course)
    kept = Path(job.course, FOLDER, "given")
    for fresh, files in ((True, 0), (False, 1)):
        beginnings = Beginnings()
        said = answer(json.dumps(asdict(replace(job, cells=(first, *job.cells), fresh=fresh))), beginnings)
        beginnings.close()
        assert said["outcomes"][2]["points"] == 1
        assert len(list(kept.rglob("*.json"))) == files


def test_a_changed_sheet_is_read_again(job, worker):
    """A worker that stays for days does not grade by yesterday's solution."""
    path = Path(job.course, "source", ASSIGNMENT, "rechnen.ipynb")
    before = path.read_text(encoding="utf-8")
    assert worker.run(job)[1].points == 1
    try:
        path.write_text(before.replace("2*x", "3*x"), encoding="utf-8")
        os.utime(path, (time.time() + 5, time.time() + 5))
        assert worker.run(job)[1].points == 0
    finally:
        path.write_text(before, encoding="utf-8")


def test_a_broken_test_of_the_authors_is_an_error_of_its_notebook(job, worker):
    """It is told, no student loses or gains by it, and the next notebook is graded."""
    given = Cell("given", "import no_such_module\n\ndef helper():\n    return no_such_module", "given")
    with pytest.raises(WorkerError, match="no_such_module"):
        worker.run(replace(job, cells=(given, *job.cells)))
    assert worker.run(job)[1].points == 1


def test_what_no_test_mentions_is_not_imported(job, worker):
    """A library for pictures takes longer to import than all tests take to run."""
    given = Cell("given", "from no_such_module import picture, sound as noise", "given")
    assert worker.run(replace(job, cells=(given, *job.cells)))[2].points == 1
    f, test = job.cells
    with pytest.raises(WorkerError, match="no_such_module"):
        worker.run(replace(job, cells=(given, f, replace(test, source=f"{test.source}\nnoise"))))


def test_a_worker_that_is_killed_is_replaced(job, worker):
    """The notebook that it had is an error, the next one is graded."""
    worker.run(job)
    os.kill(worker._process.pid, signal.SIGKILL)
    worker._process.wait()
    assert worker.run(job)[1].points == 1


def test_a_worker_out_of_time_is_replaced(job, worker, monkeypatch):
    """An answer that does not come is not waited for, and never taken for that of another notebook."""
    monkeypatch.setattr("autograder.grading.worker._SPARE", 0.0)
    slow = (Cell("slow", "import time\ntime.sleep(30)"), *job.cells)
    with pytest.raises(WorkerError):
        worker.run(replace(job, cells=slow, seconds=1.0))
    assert worker._process is None
    monkeypatch.undo()
    assert worker.run(job)[1].points == 1


def test_a_test_that_prints_does_not_disturb_the_answer(job, worker):
    """Neither in Python nor past it."""
    loud = 'import os\nos.write(1, b"{}\\n")\nprint("{}")\nassert f(1) == 2'
    assert worker.run(replace(job, cells=(job.cells[0], Cell("t", loud, "test", "", 1.0))))[1].points == 1


def test_a_worker_whose_grader_ended_meanwhile_ends_without_a_word(job, tmp_path):
    """The answer that nobody reads any more is no reason for a traceback on the terminal."""
    said = tmp_path / "said.txt"
    with said.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "autograder.grading.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    process.stdout.close()
    process.stdin.write(json.dumps(asdict(job)) + "\n")
    process.stdin.flush()
    assert process.wait(timeout=60) == 1
    process.stdin.close()
    assert said.read_text() == ""


def test_no_process_is_left(job):
    """A closed worker takes its sandbox along."""
    worker = Worker()
    worker.run(job)
    pid = worker._process.pid
    worker.close()
    assert children(pid) == []
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_worker_that_began_is_warm_and_takes_jobs(job, worker):
    """It has opened its nursery before anybody asked for it."""
    worker.begin()
    end = time.monotonic() + 60
    while not children(worker._process.pid):
        assert time.monotonic() < end
        time.sleep(0.05)
    first = worker._process.pid
    assert worker.run(job)[1].points == 1
    worker.begin()
    assert worker.run(job)[1].points == 1
    assert worker._process.pid == first


def test_a_crew_shares_processors_and_notebooks(monkeypatch):
    """Where some processors stay free, nobody is bound to one."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {3, 5, 7})
    assert [(worker.start, worker.core) for worker in crew(4)] == [(0.0, 3), (0.25, 5), (0.5, 7), (0.75, 3)]
    assert [(worker.start, worker.core) for worker in crew(2)] == [(0.0, None), (0.5, None)]


class Scripted(Worker):
    """Answers with what ``answers`` hold, each after a second."""

    def __init__(self, answers, clock):
        super().__init__()
        self.answers = list(answers)
        self.clock = clock
        self.allowed = []

    def run(self, job):
        self.allowed.append(job.seconds)
        self.clock[0] += 1.0
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_the_notebooks_of_a_hand_in_share_its_time_and_one_that_fails_stops_no_other(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    right = [Outcome(points=1.0)]
    worker = Scripted([right, WorkerError("gone"), SandboxUnavailableError("none"), right], clock)
    jobs = [Job("", "", name, (), None, Limits(submission_seconds=60), 60.0) for name in "abcd"]
    records = list(worker.records(jobs, 58.5, alone=False))
    assert records == [Record(right, 1.0, 1.5, False), None, None, Record(right, 1.0, 1.0, False)]
    assert worker.allowed == [1.5, 1.0, 1.0, 1.0]  # a second at least


def test_a_job_survives_its_way(job):
    """JSON and back."""
    import json

    assert Job.from_json(json.dumps(asdict(job))) == job


def test_only_the_authors_cells_beside_the_authors_files_run_ahead(job, tmp_path, monkeypatch):
    """Ahead of hand-ins runs what has more rights than students: never with a file of theirs that it might import."""
    sheet, files = tmp_path / "source", tmp_path / "files"
    for folder in (sheet, files):
        folder.mkdir()
        (folder / "daten.txt").write_text("1 2 3")
    given, solution, test = "import hilfen", "x = 1", "assert x == 1"
    cells = [v4.new_code_cell(text) for text in (given, given, solution, test)]
    nbformat.write(v4.new_notebook(cells=cells), sheet / "blatt.ipynb")
    monkeypatch.chdir(sheet)

    def handed_out(*texts: str) -> set[int]:
        cells = (*(Cell("", text) for text in texts), Cell("t", test, "test"))
        return set(_given(replace(job, notebook="blatt", cells=cells, files=str(files)))) - {len(texts)}

    assert handed_out(given, given, "x = 2") == {0, 1}
    assert handed_out(given, given, solution) == {0, 1, 2}
    assert handed_out("import os", given, given) == {1}
    assert handed_out(given, "import os", solution) == {0, 2}
    assert handed_out(given) == {0}
    (files / "hilfen.py").write_text("import os")
    assert handed_out(given, given, "x = 2") == set()
    (files / "hilfen.py").unlink()
    (files / "daten.txt").write_text("4")
    assert handed_out(given, given, "x = 2") == set()
