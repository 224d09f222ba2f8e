"""With ``db_url`` of a PostgreSQL server, ``autograder grade`` and nbgrader's own commands do as they do on SQLite."""

import csv
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.dask_cluster import local_cluster
from tests.course.test_parallel import lines
from tests.course.test_run import points, run
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer, nbgrader, write_source

pytest.importorskip("psycopg2", reason="no driver for PostgreSQL: pip install 'autograder[cluster]'")
FOUND = [shutil.which("initdb"), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")))]
BINARIES = [Path(path).parent for path in FOUND if path]
USER = "postgres"  # Debian's; the server refuses to run as root


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Return the address of an empty database on a server that listens on loopback only."""
    if not BINARIES:
        pytest.skip("no PostgreSQL server is installed (Debian: apt install postgresql)")
    runuser = shutil.which("runuser", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or "runuser"
    as_user = [runuser, "-u", USER, "--"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        if as_user:
            shutil.chown(folder, USER)
        data = f"{folder}/data"

        def call(name: str, *arguments: str) -> None:
            with Path(folder, "log").open("a") as log:
                subprocess.run(
                    [*as_user, str(BINARIES[-1] / name), *arguments], cwd="/", check=True, stdout=log, stderr=log
                )

        call("initdb", "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8")
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder}"
        call("pg_ctl", "-D", data, "-l", f"{folder}/server.log", "-o", options, "-w", "start")
        try:
            call("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", USER, "kurs")
            yield f"postgresql+psycopg2://{USER}@127.0.0.1:{port}/kurs"
        finally:
            call("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def test_a_class_is_released_graded_again_and_exported(url: str, tmp_path: Path) -> None:
    write_source(tmp_path)
    with (tmp_path / "nbgrader_config.py").open("a", encoding="utf-8") as configuration:
        configuration.write(f'\nc.CourseDirectory.db_url = "{url}"\n')
    nbgrader(tmp_path, "generate_assignment", ASSIGNMENT)
    answer(tmp_path, "anna", CORRECT)
    answer(tmp_path, "bert", CORRECT | {"square_code": "def square(x):\n    return 2"})
    done = run(tmp_path, "--json", "--jobs", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert points(tmp_path) == {"anna": 4.5, "bert": 3.5}
    assert all(line["cached"] for line in lines(run(tmp_path, "--json")).values())
    answer(tmp_path, "bert", CORRECT | {"half_code": "def half(x):\n    return 7"})
    answer(tmp_path, "carl", CORRECT)
    with local_cluster() as cluster:
        done = run(tmp_path, "--json", "--scheduler", cluster.scheduler_address)
    assert (done.returncode, done.stderr) == (0, "")
    assert points(tmp_path) == {"anna": 4.5, "bert": 3.0, "carl": 4.5}
    nbgrader(tmp_path, "autograde", ASSIGNMENT, "--force")
    nbgrader(tmp_path, "generate_feedback", ASSIGNMENT, "--force")
    nbgrader(tmp_path, "export", "--to", "nbgrader.csv")
    with (tmp_path / "nbgrader.csv").open(encoding="utf-8") as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == points(tmp_path)
    assert not (tmp_path / "gradebook.db").exists()
