"""Grade a course with the real ``nbgrader`` and write down what happened around it.

    python -m tests.grading.attacks.watch ROOT STUDENTS SECONDS

grades the course in ROOT/course, writes feedback for the students whose names match STUDENTS, and leaves what it saw
in ROOT/report.json. It is a process of its own so that everything that grading leaves behind becomes its child, and so
that it can be locked up together with graders that protect nobody.
"""

from __future__ import annotations

import ctypes
import hashlib
import http.server
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.course.tiny_course import ASSIGNMENT
from tests.grading.attacks.places import MARK, VARIABLE, Canary, Places

PLACES, REPORT = "places.json", "report.json"
_RESULTS = {
    "autograded",
    "feedback",
    "gradebook.db",
    "gradebook.db-journal",
    ".nbgrader.log",
    "grades.csv",
    ".autograder",
}
_SHALLOW = ("/tmp", "/var/tmp", "/dev/shm", "/etc", "/etc/cron.d", "/var/spool/cron", "/var/spool/cron/crontabs", "/")
_SET_CHILD_SUBREAPER = 36
_GRACE = 5.0  # seconds that processes have to end after nbgrader did


@dataclass
class Report:
    """What was seen from outside."""

    status: int | None = None  # None: stopped after too many seconds
    feedback_status: int = 0
    seconds: float = 0.0
    memory: int = 0  # bytes, the most that any one process took
    log: str = ""
    calls: list[str] = field(default_factory=list)  # what the services were sent
    changed: list[str] = field(default_factory=list)  # paths
    left: list[str] = field(default_factory=list)  # command lines

    @classmethod
    def load(cls, root: Path) -> Report:
        """Return the report on the course below ``root``."""
        return cls(**json.loads((root / REPORT).read_text(encoding="utf-8")))


def main(root: str, students: str, seconds: str) -> None:
    """Watch one run."""
    places = Places.load(Path(root) / PLACES)
    if ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError("orphans cannot be adopted")
    report = Report()
    _serve(places, report.calls)
    before = _snapshot(places)
    start = time.monotonic()
    report.status, report.log = _nbgrader(places, "autograde", ASSIGNMENT, seconds=float(seconds))
    report.seconds = time.monotonic() - start
    report.left = _left_behind()
    report.memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    after = _snapshot(places)
    report.changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    if students:
        status, log = _nbgrader(places, "generate_feedback", ASSIGNMENT, f"--student={students}", seconds=300)
        report.feedback_status = 1 if status is None else status
        report.log += log
    (places.root / REPORT).write_text(json.dumps(asdict(report)), encoding="utf-8")


def _nbgrader(places: Places, *arguments: str, seconds: float) -> tuple[int | None, str]:
    """Run nbgrader; return its status, None if it took too long, and the end of what it said."""
    said = places.root / "said.txt"
    with said.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=places.course,
            env={
                **os.environ,
                "HOME": str(places.home),
                "JUPYTER_PLATFORM_DIRS": "1",
                VARIABLE: Canary.ENVIRONMENT.value,
            },
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            status = None
    return status, said.read_text(encoding="utf-8", errors="replace")[-20_000:]


# ------------------------------------------------------------------------------------------------ services


def _serve(places: Places, calls: list[str]) -> None:
    """Listen on a loopback port (HTTP and datagrams), a socket with a path and an abstract one."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(Canary.SERVER.value.encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", places.port))
    _start(http.server.ThreadingHTTPServer(("127.0.0.1", places.port), Handler).serve_forever)
    _start(lambda: _note_datagrams(datagrams, calls))
    for address, canary in (
        (str(places.socket), Canary.PATH_SOCKET),
        ("\0" + places.abstract, Canary.ABSTRACT_SOCKET),
    ):
        server = socket.socket(socket.AF_UNIX)
        server.bind(address)
        server.listen()
        _start(lambda server=server, canary=canary: _answer(server, canary, calls))


def _start(target: Callable[[], None]) -> None:
    threading.Thread(target=target, daemon=True).start()


def _note_datagrams(listener: socket.socket, calls: list[str]) -> None:
    while True:
        calls.append(listener.recv(2**16).decode(errors="replace"))


def _answer(server: socket.socket, canary: Canary, calls: list[str]) -> None:
    while True:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(1)
            try:
                connection.sendall(canary.value.encode())
                calls.append(connection.recv(2**16).decode(errors="replace"))
            except OSError as error:
                calls.append(f"a silent caller: {error}")


# ------------------------------------------------------------------------------------------------ files


def _snapshot(places: Places) -> dict[str, str]:
    """Return what may not change: files of the course but for results, of the host, and marks wherever they may be."""
    files: dict[str, str] = {}
    for top in (places.course, places.host, places.home / ".ssh"):
        for path in top.rglob("*"):
            if path.is_relative_to(places.course) and path.relative_to(places.course).parts[0] in _RESULTS:
                continue
            if path.is_file():
                files[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
            elif path.is_symlink():
                files[str(path)] = str(path.readlink())
    for top in (places.home, places.package / "autograder", places.site):
        files.update(dict.fromkeys(map(str, top.rglob(f"*{MARK}*")), "marked"))
    for name in _SHALLOW:
        files.update(dict.fromkeys(map(str, Path(name).glob(f"*{MARK}*")), "marked"))
    return files


# ------------------------------------------------------------------------------------------------ processes


def _left_behind() -> list[str]:
    """Return the command lines of the processes that grading started and did not end; end them."""
    until = time.monotonic() + _GRACE
    while _descendants() and time.monotonic() < until:
        time.sleep(0.05)
    found = _descendants()
    lines = [_command(pid) for pid in found]
    while found := _descendants():
        for pid in found:
            _end(pid)
        time.sleep(0.02)
    return lines


def _descendants() -> list[int]:
    """Return all live descendants of this process; orphans among them have become its children."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] == "Z":
                _reap(int(entry.name), int(fields[1]))
            else:
                parents[int(entry.name)] = int(fields[1])
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {os.getpid()})


def _reap(pid: int, parent: int) -> None:
    if parent == os.getpid():
        os.waitpid(pid, os.WNOHANG)


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "gone"


if __name__ == "__main__":
    main(*sys.argv[1:])
