"""Outcomes are kept by what decided about them: found again when nothing of it changed, and only then."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.cache import Cache, key_of, run_cached
from autograder.grading.limits import Limits
from autograder.grading.prologue import Cell
from autograder.grading.run import Outcome
from autograder.grading.store import FOLDER, prune, read_checked, write_checked
from autograder.grading.worker import Job, Record, Worker, WorkerError

STUDENT = Cell("double_code", "def double(x):\n    return 2 * x")
TEST = Cell("double_test", "assert double(2) == 4", "test", "", 2.0)
RECORD = Record([Outcome([{"output_type": "stream", "name": "stdout", "text": "ä\n"}], points=1.5)], 2.5, 600.0, True)
LATE = replace(RECORD, outcomes=[Outcome(stopped="too_long", late=True)])


class Fake(Worker):
    """A worker that counts the jobs it is given."""

    def __init__(self, *answers: list[Outcome] | Exception) -> None:
        super().__init__()
        self.answers = list(answers)
        self.jobs: list[Job] = []

    def run(self, job: Job) -> list[Outcome]:
        self.jobs.append(job)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def job(tmp_path: Path) -> Job:
    source = tmp_path / "course" / "source" / "blatt"
    source.mkdir(parents=True)
    for name in ("rechnen", "beweis"):
        (source / f"{name}.ipynb").write_text(name, encoding="utf-8")
    files = tmp_path / "files"
    files.mkdir()
    (files / "data.csv").write_text("1", encoding="utf-8")
    return Job(str(tmp_path / "course"), "blatt", "1", (STUDENT, TEST), str(files), Limits(), 600.0)


def source(job: Job, name: str) -> Path:
    return Path(job.course, "source", job.assignment, name)


# ------------------------------------------------------------------------------------------------ keys


def test_the_key_does_not_hang_on_where_things_lie_or_how_much_time_is_left(job: Job, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    (elsewhere / "data.csv").write_text("1", encoding="utf-8")
    assert key_of(job) == key_of(replace(job, files=str(elsewhere), seconds=5.0, fresh=True))


def other_files(job: Job) -> None:
    Path(str(job.files), "data.csv").write_text("2", encoding="utf-8")


def renamed_file(job: Job) -> None:
    Path(str(job.files), "data.csv").rename(Path(str(job.files), "datei.csv"))


def file_beside_the_source(job: Job) -> None:
    source(job, "werte.npz").write_bytes(b"1")


@pytest.mark.parametrize("change", [other_files, renamed_file, file_beside_the_source])
def test_the_key_changes_with_files(job: Job, change: Callable[[Job], None]) -> None:
    before = key_of(job)
    change(job)
    assert key_of(job) != before


@pytest.mark.parametrize(
    "changed",
    [
        {"cells": (replace(STUDENT, source="def double(x):\n    return x + x"), TEST)},
        {"cells": (STUDENT, replace(TEST, source="assert double(3) == 6"))},
        {"cells": (STUDENT, replace(TEST, points=1.0))},
        {"limits": Limits(cell_cpu_seconds=6)},
        {"unsafe": True},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_key_changes_with_cells_limits_and_walls(job: Job, changed: dict[str, object]) -> None:
    assert key_of(replace(job, **changed)) != key_of(job)


@pytest.mark.parametrize(
    ("test", "touched"),
    [
        ("assert double(2) == 4", set()),
        ('from autograder.grading import solutions\nsolutions("rechnen").double(2)', {"rechnen"}),
        ("from autograder.grading import solutions\nsolutions(NAME).double(2)", {"rechnen", "beweis"}),
    ],
)
def test_a_notebook_is_touched_by_the_source_notebooks_that_its_tests_ask_for(
    job: Job, test: str, touched: set[str]
) -> None:
    job = replace(job, cells=(STUDENT, replace(TEST, source=test)))
    before = key_of(job)
    found = set()
    for name in ("rechnen", "beweis"):
        source(job, f"{name}.ipynb").write_text("changed", encoding="utf-8")
        if key_of(job) != before:
            found.add(name)
        source(job, f"{name}.ipynb").write_text(name, encoding="utf-8")
    assert found == touched


# ------------------------------------------------------------------------------------------------ records


def test_a_record_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    Cache(tmp_path).keep("ab12", RECORD)
    assert Cache(tmp_path).find("ab12") == RECORD
    assert Cache(tmp_path).find("ab13") is None
    assert not list(tmp_path.rglob(".part-*"))


def cut(text: str) -> str:
    return text[: len(text) // 2]


def more_points(text: str) -> str:
    return text.replace("1.5", "2.0")


def nothing(_text: str) -> str:
    return ""


@pytest.mark.parametrize("damage", [cut, more_points, nothing])
def test_a_torn_or_changed_file_is_no_record(tmp_path: Path, damage: Callable[[str], str]) -> None:
    Cache(tmp_path).keep("ab12", RECORD)
    (path,) = tmp_path.rglob("*.json")
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert Cache(tmp_path).find("ab12") is None


@pytest.mark.parametrize("foreign", ["[1, 2]", '{"outcomes": []}', '{"outcomes": [{"colour": "red"}]}', "no JSON"])
def test_a_whole_file_of_another_kind_is_no_record(tmp_path: Path, foreign: str) -> None:
    """One of an older version, say."""
    Cache(tmp_path).keep("ab12", RECORD)
    (path,) = tmp_path.rglob("*.json")
    write_checked(path, foreign)
    assert read_checked(path) == foreign
    assert Cache(tmp_path).find("ab12") is None


def test_the_same_work_is_done_once(job: Job, tmp_path: Path) -> None:
    worker = Fake([Outcome(points=2.0)], [Outcome(points=1.0)])
    cache = Cache(tmp_path)
    first, ran = run_cached(job, worker, cache, alone=False)
    assert ran
    assert run_cached(job, worker, cache, alone=True) == (first, False)
    again, ran = run_cached(job, worker, cache, alone=True, fresh=True)
    assert ran
    assert again.outcomes == [Outcome(points=1.0)]
    assert run_cached(job, worker, cache, alone=True) == (again, False)


def test_a_failure_of_the_worker_is_not_kept(job: Job, tmp_path: Path) -> None:
    worker = Fake(WorkerError("gone"), [Outcome(points=2.0)])
    with pytest.raises(WorkerError):
        run_cached(job, worker, Cache(tmp_path), alone=True)
    assert run_cached(job, worker, Cache(tmp_path), alone=True)[0].outcomes == [Outcome(points=2.0)]


@pytest.mark.parametrize(
    ("record", "seconds", "alone", "counts"),
    [
        (RECORD, 900.0, True, True),
        (LATE, 600.0, True, True),
        (LATE, 601.0, True, False),
        (replace(LATE, alone=False), 600.0, False, True),
        (replace(LATE, alone=False), 600.0, True, False),
        (replace(RECORD, alone=False), 900.0, True, True),
    ],
)
def test_what_came_too_late_counts_only_where_nothing_could_be_fairer(
    job: Job, record: Record, seconds: float, *, alone: bool, counts: bool
) -> None:
    """It had less time than there is now, or ran beside others and could now run alone."""
    assert record.counts(replace(job, seconds=seconds), alone=alone) is counts


def test_records_are_plain_json(tmp_path: Path) -> None:
    Cache(tmp_path).keep("ab12", RECORD)
    (path,) = tmp_path.rglob("*.json")
    assert json.loads(path.read_text(encoding="utf-8").split("\n", 1)[1])["seconds"] == 2.5


def test_what_nobody_asked_for_in_so_many_days_is_pruned_and_unfinished_files_too(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for key in ("aa11", "bb22", "cc33"):
        cache.keep(key, RECORD)
    begun, old = tmp_path / FOLDER / "results" / "aa" / ".part-1", time.time() - 10 * 24 * 3600
    begun.touch()
    for path in (*tmp_path.rglob("*.json"), begun):
        os.utime(path, (old, old))
    assert cache.find("bb22") == RECORD
    prune(tmp_path, days=11)
    assert not begun.exists()
    assert cache.find("cc33") == RECORD
    prune(tmp_path, days=9)
    assert [cache.find(key) for key in ("aa11", "bb22", "cc33")] == [None, RECORD, RECORD]
