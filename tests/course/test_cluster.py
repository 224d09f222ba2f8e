"""``autograder grade --scheduler``: hand-ins are graded by workers of Dask, over TCP, that share no folder with us."""

import os
import pickle
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.course import remote
from autograder.course.cluster import Cluster, ClusterError
from autograder.course.errand import Errand, Sheets
from autograder.course.outpost import Outpost
from autograder.course.parcel import Entry, Kind, Parcel
from autograder.course.pipeline import Pipeline
from autograder.course.run import Wanted, grade_all
from autograder.course.view import JsonLines
from autograder.grading import fingerprint
from autograder.grading.worker import Worker
from tests.course.dask_cluster import distributed, local_cluster
from tests.course.test_parallel import DICE, WRONG, dice, gradebook, lines
from tests.course.test_run import run
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer

ROLES = ("client", "scheduler", "worker")
TLS = "DASK_DISTRIBUTED__COMM__TLS__"


@pytest.fixture(scope="module")
def dask() -> Iterator["distributed.LocalCluster"]:
    with local_cluster() as cluster:
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


def test_what_is_unchanged_is_not_run_again(fresh: Path, dask: "distributed.LocalCluster") -> None:
    """Neither a hand-in, nor a notebook of one that was changed in another."""
    answer(fresh, "anna", DICE)
    there = ["--json", "--scheduler", dask.scheduler_address]
    run(fresh, *there)
    first = dice(fresh, "anna")
    assert lines(run(fresh, *there))["anna"]["cached"]
    answer(fresh, "anna", DICE | {"half_code": "def half(x):\n    return 7"})
    changed = lines(run(fresh, *there))["anna"]
    assert (changed["cached"], changed["points"]["half_test"]) == (False, 0.0)
    assert dice(fresh, "anna") == first
    run(fresh, *there, "--fresh")
    assert dice(fresh, "anna") != first


def test_what_a_tutor_wrote_stays(fresh: Path, dask: "distributed.LocalCluster") -> None:
    answer(fresh, "anna", WRONG)
    there = ["--json", "--scheduler", dask.scheduler_address]
    run(fresh, *there)
    with Gradebook(f"sqlite:///{fresh}/gradebook.db") as book:
        book.find_grade("square_test", "rechnen", ASSIGNMENT, "anna").manual_score = 0.5
        book.find_comment("square_code", "rechnen", ASSIGNMENT, "anna").manual_comment = "Fast."
        book.db.commit()
    answer(fresh, "anna", WRONG | {"double_code": "def double(x):\n    return 2 * x"})
    assert lines(run(fresh, *there))["anna"]["points"]["square_test"] == 0.5
    assert "Fast." in (fresh / "feedback" / "anna" / ASSIGNMENT / "rechnen.html").read_text(encoding="utf-8")


def test_one_notebook_of_a_hand_in_may_be_graded(fresh: Path, dask: "distributed.LocalCluster") -> None:
    """The other one keeps its marks and its page."""
    answer(fresh, "anna", WRONG)
    there = ["--json", "--scheduler", dask.scheduler_address]
    run(fresh, *there)
    answer(fresh, "anna", CORRECT | {"half_code": "def half(x):\n    return 7"})
    told = lines(run(fresh, *there, "--notebook", "rechnen"))["anna"]
    assert told["points"] == {"double_test": 2.0, "square_test": 1.0}
    assert gradebook(fresh)["anna", "beweis", "half_test"] == (1.5, False)
    assert (fresh / "feedback" / "anna" / ASSIGNMENT / "beweis.html").is_file()


def test_marks_that_change_meanwhile_are_not_overwritten(fresh: Path, dask: "distributed.LocalCluster") -> None:
    """The hand-in is then graded here, from what came back."""
    answer(fresh, "anna", WRONG)
    run(fresh, "--json")
    pipeline = Pipeline(fresh)
    with Cluster(dask.scheduler_address) as cluster:
        cluster.take(Sheets.of(pipeline))
        errand = Errand.of(pipeline, ASSIGNMENT, "anna", "*", {}, alone=True, fresh=False)
        returned = cluster.crew(1)[0].grade(errand)
    assert returned is not None
    with Gradebook(f"sqlite:///{fresh}/gradebook.db") as book:
        book.find_grade("square_test", "rechnen", ASSIGNMENT, "anna").manual_score = 0.5
        book.db.commit()
    assert not returned.enter(pipeline, ASSIGNMENT, "anna")
    with Gradebook(f"sqlite:///{fresh}/gradebook.db") as book:
        assert book.find_grade("square_test", "rechnen", ASSIGNMENT, "anna").manual_score == 0.5


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
    pipeline = Pipeline(fresh)
    with Cluster(dask.scheduler_address) as cluster:
        cluster.take(Sheets.of(pipeline))
        killer.start()
        results = grade_all(pipeline, ASSIGNMENT, Wanted(students, jobs=cluster.room, hire=cluster.crew), JsonLines())
    killer.join()
    assert [(result.total, result.notes) for result in results] == [(4.5, ())] * 4
    assert not any(result.failed for result in results)
    assert set(pids(dask)) != before


def pids(dask: "distributed.LocalCluster") -> list[int]:
    with distributed.Client(dask.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        return list(client.run(os.getpid).values())


def test_a_worker_with_other_versions_is_named_with_what_differs(
    dask: "distributed.LocalCluster", monkeypatch: pytest.MonkeyPatch
) -> None:
    here = fingerprint.parts() | {"numpy": "0.9"}
    monkeypatch.setattr(fingerprint, "parts", lambda: here)
    with pytest.raises(ClusterError, match=r"tcp://.* numpy \d.*\(0\.9\)"):
        Cluster(dask.scheduler_address)


def test_an_errand_of_another_version_is_refused() -> None:
    """By a worker that joined after the run began."""
    with pytest.raises(remote.OtherVersionError):
        remote.grade(remote.Load(b"", ""), b"", "other")


def test_a_course_that_cannot_be_configured_elsewhere_is_told_with_the_reason(
    fresh: Path, dask: "distributed.LocalCluster"
) -> None:
    answer(fresh, "anna", CORRECT)
    (fresh / "nur_hier.txt").touch()
    with (fresh / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("open('nur_hier.txt').close()\n")
    done = run(fresh, "--scheduler", dask.scheduler_address)
    assert done.returncode == 1
    assert "nur_hier.txt" in done.stderr


def test_an_outpost_that_ends_is_replaced(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(fresh, "anna", CORRECT)
    pipeline = Pipeline(fresh)
    load = remote.Load.of(Sheets.of(pipeline))
    errand = pickle.dumps(Errand.of(pipeline, ASSIGNMENT, "anna", "*", {}, alone=True, fresh=False))
    killed = remote._Outpost()
    killed._process.kill()
    monkeypatch.setattr(remote, "_IDLE", [killed])
    assert remote.grade(load, errand, fingerprint.whole()) is None
    answered = remote.grade(load, errand, fingerprint.whole())
    assert answered is not None
    returned = pickle.loads(answered)
    assert returned.enter(pipeline, ASSIGNMENT, "anna")
    assert (returned.result.total, returned.result.cached) == (4.5, False)
    assert gradebook(fresh)["anna", "rechnen", "double_test"] == (2.0, False)


def test_a_worker_has_an_outpost_for_each_thread_and_no_more(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where another grader connects while one of them is at work."""
    pipeline = Pipeline(fresh)
    answer(fresh, "anna", CORRECT)
    load = remote.Load.of(Sheets.of(pipeline))
    errand = pickle.dumps(Errand.of(pipeline, ASSIGNMENT, "anna", "*", {}, alone=True, fresh=False))
    idle: list[remote._Outpost] = []
    monkeypatch.setattr(remote, "_IDLE", idle)
    dask_worker: Any = SimpleNamespace(state=SimpleNamespace(nthreads=2))
    remote.begin(dask_worker)
    both = set(idle)
    assert len(both) == 2
    inner = remote._Outpost.grade

    def grade(outpost: remote._Outpost, load: remote.Load, sent: bytes) -> bytes | None:
        remote.begin(dask_worker)
        assert len(idle) == 1
        return inner(outpost, load, sent)

    monkeypatch.setattr(remote._Outpost, "grade", grade)
    assert remote.grade(load, errand, fingerprint.whole()) is not None
    assert set(idle) == both


def test_an_outpost_keeps_nothing_of_a_hand_in(fresh: Path) -> None:
    """Neither of one that was graded nor of one that could not even be laid out."""
    answer(fresh, "anna", CORRECT)
    pipeline = Pipeline(fresh)
    outpost = Outpost(remote.Load.of(Sheets.of(pipeline)), Worker())
    there = outpost._pipeline.root

    def left() -> list[str]:
        with Gradebook(f"sqlite:///{there}/gradebook.db") as book:
            graded = [submission.student.id for submission in book.assignment_submissions(ASSIGNMENT)]
        files = [path for path in there.rglob("*") if path.is_file() and "anna" in path.parts]
        return [*graded, *map(str, files), *map(str, (there / ".autograder" / "results").rglob("*.json"))]

    errand = Errand.of(pipeline, ASSIGNMENT, "anna", "*", {}, alone=True, fresh=False)
    returned = outpost.grade(errand)
    assert returned is not None
    assert len(returned.kept) == 2
    assert left() == []
    twice = Parcel((Entry("a", Kind.FILE), Entry("b/c", Kind.FILE)))
    with pytest.raises(ValueError, match="b/c"):
        outpost.grade(replace(errand, files=errand.files | {"feedback": twice}, kept=returned.kept))
    assert left() == []
    again = outpost.grade(replace(errand, kept=returned.kept))
    assert again is not None
    assert again.kept == {}
    assert (again.put_in, again.result) == (returned.put_in, replace(returned.result, cached=True))


def test_a_scheduler_that_does_not_answer_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.course.cluster._PATIENCE", 1)
    with pytest.raises(ClusterError, match=r"Unter tcp://127\.0\.0\.1:9 antwortet kein Dask-Scheduler"):
        Cluster("tcp://127.0.0.1:9")


def told_in_one_line(done: subprocess.CompletedProcess[str], address: str) -> None:
    """Make sure that the run ended with this line alone."""
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Unter {address} antwortet kein Dask-Scheduler (")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("address", ["somewhere://127.0.0.1:9", "tls://127.0.0.1:9", "tcp://127.0.0.1", "tcp://a:b"])
def test_an_address_to_which_dask_cannot_connect_as_it_is_configured_is_told_in_one_line(
    fresh: Path, address: str
) -> None:
    told_in_one_line(run(fresh, "--scheduler", address), address)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with openssl")
def test_a_cluster_may_be_encrypted(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has no certificate is turned away, and told so in one line."""
    answer(fresh, "anna", CORRECT)
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=autograder"]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    roles = {f"tls_{role}_{what}": path for role in ROLES for what, path in (("cert", certificate), ("key", key))}
    security = distributed.Security(tls_ca_file=certificate, require_encryption=True, **roles)
    with local_cluster(1, security=security) as dask:
        there = ["--json", "--scheduler", dask.scheduler_address]
        turned_away = run(fresh, *there)
        monkeypatch.setenv(f"{TLS}CA_FILE", certificate)
        monkeypatch.setenv(f"{TLS}CLIENT__CERT", certificate)
        monkeypatch.setenv(f"{TLS}CLIENT__KEY", key)
        graded = run(fresh, *there)
    told_in_one_line(turned_away, dask.scheduler_address)
    assert (graded.returncode, graded.stderr) == (0, "")
    assert lines(graded)["anna"]["total"] == 4.5
