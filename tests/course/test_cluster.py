"""``autograder grade --scheduler``: notebooks run on workers of Dask over TCP that share no folder with the course."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.cluster import Cluster, ClusterError
from autograder.course.pipeline import Pipeline
from autograder.course.run import Wanted, grade_all
from autograder.course.view import JsonLines
from autograder.grading import fingerprint, remote
from autograder.grading.limits import Limits
from autograder.grading.prologue import Cell
from autograder.grading.walls import SandboxUnavailableError, require_bubblewrap
from autograder.grading.worker import Job
from tests.course.test_parallel import gradebook
from tests.course.test_run import run
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'autograder[cluster]'")
WRONG = CORRECT | {"square_code": "def square(x):\n    return 2"}


@pytest.fixture(scope="module")
def dask() -> Iterator["distributed.LocalCluster"]:
    try:
        require_bubblewrap()
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    main = sys.modules["__main__"]
    main.__spec__ = getattr(main, "__spec__", None)  # a worker of pytest-xdist has none, and Python 3.11.2 asks for it
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, protocol="tcp", dashboard_address=None
    ) as cluster:
        yield cluster


def test_the_points_are_those_of_this_machine_and_the_next_run_finds_them(
    fresh: Path, dask: "distributed.LocalCluster"
) -> None:
    for student, answers in (("anna", CORRECT), ("bert", WRONG), ("carl", {})):
        answer(fresh, student, answers)
    done = run(fresh, "--json", "--scheduler", dask.scheduler_address)
    assert (done.returncode, done.stderr) == (0, "")
    there = gradebook(fresh)
    again = run(fresh, "--json")
    assert again.stdout.count('"cached": true') == 3
    run(fresh, "--json", "--fresh", "--jobs", "1")
    assert gradebook(fresh) == there
    assert there["anna", "rechnen", "double_test"] == (2.0, False)


def test_a_worker_that_is_killed_midway_loses_nothing(fresh: Path, dask: "distributed.LocalCluster") -> None:
    """What it had in hand, the other one runs; Dask starts a new one."""
    students = [f"s{k}" for k in range(4)]
    for student in students:
        slow = f"import time\ntime.sleep(1.5)  # {student}\n" + CORRECT["double_code"]
        answer(fresh, student, CORRECT | {"double_code": slow})
    before = set(pids(dask))

    def kill() -> None:
        time.sleep(2)
        os.kill(min(before), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    with Cluster(dask.scheduler_address, fresh / "source") as cluster:
        killer.start()
        wanted = Wanted(students, jobs=cluster.room, worker=cluster.worker)
        results = grade_all(Pipeline(fresh), ASSIGNMENT, wanted, JsonLines())
    killer.join()
    assert [(result.total, result.notes) for result in results] == [(4.5, ())] * 4
    assert not any(result.failed for result in results)
    assert set(pids(dask)) != before


def pids(dask: "distributed.LocalCluster") -> list[int]:
    with distributed.Client(dask.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        return list(client.run(os.getpid).values())


def test_a_worker_with_other_versions_is_named_with_what_differs(
    fresh: Path, dask: "distributed.LocalCluster", monkeypatch: pytest.MonkeyPatch
) -> None:
    here = fingerprint.parts() | {"numpy": "0.9"}
    monkeypatch.setattr(fingerprint, "parts", Parts(here))
    with pytest.raises(ClusterError, match=r"tcp://.* numpy \d.*\(0\.9\)"):
        Cluster(dask.scheduler_address, fresh / "source")


class Parts:
    """What is installed, as told here; the name that travels to a worker is that of the true function."""

    def __init__(self, told: dict[str, str]) -> None:
        self.told = told

    def __call__(self) -> dict[str, str]:
        return self.told

    def __reduce__(self) -> tuple[object, tuple[object, str]]:
        return getattr, (fingerprint, "parts")


def test_an_errand_of_another_version_is_refused(fresh: Path) -> None:
    """By a worker that joined after the run began."""
    job = Job(str(fresh), ASSIGNMENT, "rechnen", (Cell("a", "1"),), None, Limits(), 60.0)
    errand = replace(remote.Errand.of([job], 0.0, alone=True), environment="other")
    with pytest.raises(remote.OtherVersionError):
        remote.run(remote.Parcel.of(fresh / "source"), errand)


def test_a_scheduler_that_does_not_answer_is_told_in_one_line(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.course.cluster._PATIENCE", 1)
    with pytest.raises(ClusterError, match=r"Unter tcp://127\.0\.0\.1:9 antwortet kein Dask-Scheduler"):
        Cluster("tcp://127.0.0.1:9", fresh / "source")


def test_a_parcel_comes_out_as_it_went_in_and_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "ä.txt").write_bytes(b"1")
    (folder / "b.npz").write_bytes(bytes(range(256)))
    parcel = remote.Parcel.of(folder)
    parcel.unpack(tmp_path / "out")
    assert remote.Parcel.of(tmp_path / "out") == parcel
    assert (tmp_path / "out" / "sub" / "ä.txt").read_bytes() == b"1"
