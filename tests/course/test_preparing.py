"""A hand-in's folder leads to the very jobs that nbgrader's autograde comes to, so that it finds all in the cache."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from autograder.course.pipeline import Pipeline
from autograder.grading import execution
from autograder.grading.cache import Cache, key_of
from autograder.grading.preparing import grade, prepare
from autograder.grading.run import Outcome
from autograder.grading.sheet import Sheet
from autograder.grading.worker import Job, Record, Worker
from tests.course.tiny_course import ASSIGNMENT, CORRECT, PROJECT, answer, write_source
from tests.grading.broken.kinds import KINDS
from tests.sample_class import build


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the keys of the jobs that nbgrader would run, as they come; nothing runs."""
    keys: list[str] = []

    def note(job: Job, _worker: Worker, _cache: Cache, **_how: Any) -> tuple[Record, bool]:
        keys.append(key_of(job))
        return Record([Outcome(points=0.0) for _cell in job.cells], 1.0, job.seconds, True), False

    monkeypatch.setattr(execution, "run_cached", note)
    return keys


def check(pipeline: Pipeline, assignment: str, ran: list[str], scratch: Path) -> None:
    sheet, settings = pipeline.sheet(assignment), pipeline.settings()
    for student in pipeline.students(assignment):
        pipeline.autograde(assignment, student)
        own = scratch / student
        own.mkdir()
        task = prepare(pipeline.folder("submitted", student, assignment), sheet, sheet.release, own)
        jobs = [settings.job(sheet.root, assignment, name, made, task.files) for name, made in task.notebooks.items()]
        assert [key_of(job) for job in jobs] == ran, student
        assert ran, student
        ran.clear()


def test_the_sample_class_gives_the_same_jobs(tmp_path: Path, ran: list[str]) -> None:
    root = tmp_path / "course"
    shutil.copytree(PROJECT / "source", root / "source")
    shutil.copy(PROJECT / "nbgrader_config.py", root)
    pipeline = Pipeline(root)
    pipeline.generate_assignment(build.ASSIGNMENT)
    for student in build.read_students():
        folder = root / "submitted" / student.name / build.ASSIGNMENT
        folder.mkdir(parents=True)
        made = build.hand_in(student, root / "assignments" / build.ASSIGNMENT, root / "source" / build.ASSIGNMENT)
        for name, text in made.items():
            (folder / name).write_text(text, encoding="utf-8")
    check(pipeline, build.ASSIGNMENT, ran, tmp_path)


def test_broken_hand_ins_give_the_same_jobs(tmp_path: Path, ran: list[str]) -> None:
    root = tmp_path / "course"
    write_source(root)
    pipeline = Pipeline(root)
    pipeline.generate_assignment(ASSIGNMENT)
    for kind in KINDS:
        kind.hand_in(root)
    check(pipeline, ASSIGNMENT, ran, tmp_path)


def test_the_identity_of_a_hand_in_changes_with_its_text_files_and_time(fresh: Path, tmp_path: Path) -> None:
    pipeline = Pipeline(fresh)
    folder = answer(fresh, "anna", CORRECT)
    sheet: Sheet = pipeline.sheet(ASSIGNMENT)

    def identity(name: str) -> str:
        (tmp_path / name).mkdir()
        return prepare(folder, sheet, sheet.release, tmp_path / name).identity

    seen = [identity("a")]
    assert identity("b") == seen[0]
    (folder / "notes.txt").write_text("1", encoding="utf-8")
    seen.append(identity("c"))
    (folder / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC", encoding="utf-8")
    seen.append(identity("d"))
    answer(fresh, "anna", CORRECT | {"half_code": "def half(x):\n    return x * 0.5"})
    seen.append(identity("e"))
    assert len(set(seen)) == len(seen)


def test_the_time_left_is_that_of_the_notebooks_before_however_often_a_hand_in_is_graded(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Formgrader grades again in the same process."""
    seconds: list[float] = []

    def took_ten_seconds(job: Job, _worker: Worker, _cache: Cache, **_how: Any) -> tuple[Record, bool]:
        seconds.append(job.seconds)
        return Record([Outcome(points=0.0) for _cell in job.cells], 10.0, job.seconds, True), False

    monkeypatch.setattr(execution, "run_cached", took_ten_seconds)
    answer(fresh, "anna", CORRECT)
    pipeline = Pipeline(fresh)
    for _time in range(3):
        pipeline.autograde(ASSIGNMENT, "anna")
    assert seconds == [600.0, 590.0] * 3


class Noting(Worker):
    """Runs nothing, and notes what it was to run."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self.start = start
        self.asked: list[str] = []

    def run(self, job: Job) -> list[Outcome]:
        self.asked.append(job.notebook)
        return [Outcome(points=0.0) for _cell in job.cells]


@pytest.mark.parametrize(
    ("start", "order"), [(0.0, ["beweis", "rechnen"]), (0.5, ["rechnen", "beweis"]), (0.99, ["rechnen", "beweis"])]
)
def test_each_worker_begins_with_another_notebook_and_runs_all(fresh: Path, start: float, order: list[str]) -> None:
    folder = answer(fresh, "anna", CORRECT)
    pipeline = Pipeline(fresh)
    worker, cache = Noting(start), Cache(fresh)
    sheet, settings = pipeline.sheet(ASSIGNMENT), pipeline.settings()
    graded = grade(folder, sheet, sheet.release, settings, worker, cache, alone=False)
    assert worker.asked == order
    assert graded.records.keys() == set(order)
    assert graded.ran
    again = grade(folder, sheet, sheet.release, settings, worker, cache, alone=False)
    assert worker.asked == order
    assert (again.records, again.ran) == (graded.records, False)
