"""The first process of a room: forks a student's interpreter when asked, and watches it.

The grader asks by messages over one socket. Student code shares neither this socket nor any other file with the
supervisor and cannot signal, trace or limit it: it is PID 1 of its own PID namespace and not dumpable. It forks one
session at a time, and the end of a session ends every process that the session left behind, so all that runs besides
the supervisor belongs to the session.

Without a sandbox (``--unsafe-no-sandbox``) the same program runs as an ordinary process that adopts its orphans.
"""

import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from autograder.grading import room
from autograder.grading.limits import Limits

POLL_SECONDS = 0.1
KILL_SECONDS = 5.0
MESSAGE_BYTES = 65536
SPARE_PROCESSES = 16  # the kernel refuses processes only above the limit, so that the watch sees who exceeds it
INODE_BYTES = 1024  # about what the kernel keeps of an empty file
SOCKET_BYTES = 416 * 1024  # the most that it lets wait in a socket
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Settings:
    """What a room is to be: ``uid`` is who to become, None: whom its own user namespace allows.

    It is ``contained`` where there are walls, and then ``home`` is one of the folders that students fill.
    """

    home: str
    limits: Limits
    uid: int | None
    contained: bool

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """Return what ``to_json`` wrote."""
        said = json.loads(text)
        return cls(**{**said, "limits": Limits(**said["limits"])})

    def to_json(self) -> str:
        """Return the message."""
        return json.dumps(asdict(self))


# --- what runs, by /proc --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Process:
    """A process: its CPU time and that of the children it waited for, in ticks; memory of its own in bytes."""

    pid: int
    parent: int
    started: int
    ticks: int
    children_ticks: int
    threads: int
    memory: int


def _kilobytes(path: str, names: tuple[str, ...]) -> int:
    """Return the sum, in bytes, of some lines of a file of /proc such as ``RssAnon:   123 kB``."""
    total = 0
    with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - read ten times a second
        for line in file:
            name, _, value = line.partition(":")
            if name in names:
                total += 1024 * int(value.split()[0])
    return total


def _process(pid: int) -> Process | None:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - likewise
            numbers = file.read().rpartition(")")[2].split()
        memory = _kilobytes(f"/proc/{pid}/status", ("RssAnon", "VmSwap", "VmPTE"))
    except OSError:  # it ended meanwhile
        return None
    own, children = int(numbers[11]) + int(numbers[12]), int(numbers[13]) + int(numbers[14])
    return Process(pid, int(numbers[1]), int(numbers[19]), own, children, int(numbers[17]), memory)


def descendants() -> list[Process]:
    """Return all processes that came from this one, zombies too."""
    found = {int(name): _process(int(name)) for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208 - fast
    running = {pid: process for pid, process in found.items() if process is not None}
    me = os.getpid()

    def mine(process: Process | None) -> bool:
        while process is not None and process.parent != me:
            process = running.get(process.parent)
        return process is not None

    return [process for process in running.values() if mine(process)]


def _shared_once(process: Process) -> int:
    """Return its memory, where a page that several processes share counts in parts; the whole where it hides that."""
    try:
        return _kilobytes(f"/proc/{process.pid}/smaps_rollup", ("Pss_Anon", "SwapPss"))
    except PermissionError:
        return process.memory
    except OSError:  # it ended meanwhile
        return 0


def _stored() -> int:
    """Return the memory that belongs to no process: files, and what may wait in the sockets of this network."""
    with open("/proc/self/net/sockstat", encoding="ascii") as file:  # noqa: PTH123 - likewise
        total = int(file.readline().split()[2]) * SOCKET_BYTES
    for mount in room.ROOMS:
        use = os.statvfs(mount)
        total += (use.f_blocks - use.f_bfree) * use.f_frsize + (use.f_files - use.f_ffree) * INODE_BYTES
    return total


def _reaped_seconds() -> float:
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


# --- a session ------------------------------------------------------------------------------------------------------


@dataclass
class Record:
    """A session as measured so far: CPU seconds, and the highest memory and number of processes seen."""

    pid: int
    reaped_before: float
    alive: bool = True
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    processes: int = 0
    over: str | None = None
    _seen: dict[tuple[int, int], int] = field(default_factory=dict, repr=False)
    _gone: int = 0

    def count_cpu(self, running: list[Process]) -> None:
        """Add up CPU time in two ways and keep the larger, as either misses some.

        What processes waited for misses children whose parent ignores SIGCHLD; what was seen of every process misses
        those that lived between two looks.
        """
        waited = _reaped_seconds() - self.reaped_before
        waited += sum(process.ticks + process.children_ticks for process in running) / TICKS
        now = {(process.pid, process.started): process.ticks for process in running}
        self._gone += sum(ticks for key, ticks in self._seen.items() if key not in now)
        self._seen = now
        seen = (self._gone + sum(now.values())) / TICKS
        self.cpu_seconds = max(self.cpu_seconds, waited, seen)

    def to_json(self) -> dict[str, Any]:
        """Return what the grader is told."""
        names = ("alive", "cpu_seconds", "memory_bytes", "processes", "over")
        return {name: getattr(self, name) for name in names}


def _limit(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


class Supervisor:
    """Serves the grader at the other end of ``control`` until that end is closed."""

    def __init__(self, control: socket.socket, settings: Settings, entry: Callable[[socket.socket], None]) -> None:
        self.control = control
        self.settings = settings
        self.entry = entry
        gc.freeze()  # the collector must not touch, and so copy, what all sessions share
        self.warm_bytes = _kilobytes("/proc/self/status", ("RssAnon",))
        self.warm_space = _kilobytes("/proc/self/status", ("VmSize",))
        self.exact_bytes, self.look_closer_at = 0, 0.0
        self.sessions: list[Record] = []

    @property
    def current(self) -> Record | None:
        """The session that runs."""
        return self.sessions[-1] if self.sessions and self.sessions[-1].alive else None

    def serve(self) -> None:
        """Answer requests and watch, until the grader is gone."""
        while True:
            readable, _, _ = select.select([self.control], [], [], POLL_SECONDS if self.current else None)
            self.watch()
            if not readable:
                continue
            message, files, _, _ = socket.recv_fds(self.control, MESSAGE_BYTES, 1)
            if not message:
                self.end()
                return
            try:
                answer = self.answer(json.loads(message), files)
            finally:
                for file in files:
                    os.close(file)
            self.control.send(json.dumps(answer).encode())

    def answer(self, request: dict[str, Any], files: list[int]) -> dict[str, Any]:
        """Do what the grader asks and return what to tell it."""
        do = request["do"]
        if do == "fork":
            self.end()
            return {"session": self.fork(files[0])}
        session: Record = self.sessions[request["session"]]
        if session.alive and do == "kill":
            self.end()
        elif session.alive and do == "interrupt":
            os.kill(session.pid, signal.SIGINT)  # not reaped yet, so that it is still this process
        elif session.alive and do == "signal" and request["pid"] in {process.pid for process in descendants()}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(request["pid"], request["number"])
        return session.to_json()

    def fork(self, channel: int) -> int:
        """Fork a session that speaks over ``channel``; return its number."""
        before = _reaped_seconds()
        self.look_closer_at = 0.0
        pid = os.fork()
        if pid == 0:
            self._become_session(channel)
        self.sessions.append(Record(pid, before))
        return len(self.sessions) - 1

    def _become_session(self, channel: int) -> None:
        status = 1
        try:
            self.control.detach()  # its number may be 3
            os.dup2(channel, 3)
            os.set_inheritable(3, False)
            os.closerange(4, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
            for caught in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(caught, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.setsid()
            room.prctl(room.PR_SET_DUMPABLE, 1)  # so that it may look at itself in /proc, as any program
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")  # rather it than the grader
            limits = self.settings.limits
            _limit(resource.RLIMIT_AS, limits.memory_bytes + self.warm_space)
            _limit(resource.RLIMIT_NOFILE, limits.open_files)
            _limit(resource.RLIMIT_FSIZE, limits.file_bytes)
            _limit(resource.RLIMIT_CPU, int(limits.submission_seconds))
            _limit(resource.RLIMIT_CORE, 0)
            if (
                self.settings.contained
            ):  # it counts a user's processes: elsewhere those that have nothing to do with grading
                _limit(resource.RLIMIT_NPROC, limits.processes + SPARE_PROCESSES + 1)
            os.chdir(Path(self.settings.home, "work"))
            if "numpy.random" in sys.modules:  # seeded on import; the standard library does it after each fork
                sys.modules["numpy.random"].seed()
            self.entry(socket.socket(fileno=3))
            status = 0
        finally:
            os._exit(status)

    def watch(self) -> None:
        """Collect what ended, measure, and end the session if it exceeds a limit or is over."""
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                if self.current and ended == self.current.pid:
                    self.end()
        session = self.current
        if session is None:
            return
        running = descendants()
        session.count_cpu(running)
        threads = sum(process.threads for process in running)
        memory = self._memory(running)
        session.processes = max(session.processes, threads)
        session.memory_bytes = max(session.memory_bytes, memory)
        if threads > self.settings.limits.processes:
            session.over = "processes"
        if memory > self.settings.limits.memory_bytes:
            session.over = "memory"
        if session.over:
            self.end()

    def _memory(self, running: list[Process]) -> int:
        """Return what the session added: a quick upper bound, or the exact number if that exceeds the limit."""
        stored = _stored() if self.settings.contained else 0
        limit = self.settings.limits.memory_bytes
        bound = stored + max(0, sum(process.memory for process in running) - self.warm_bytes)
        if bound <= limit:
            return bound
        begin = time.monotonic()
        if begin >= self.look_closer_at:  # takes a millisecond a process: a tenth of the time at most
            for _ in range(2):  # while forks that share pages end, some of them count more than once
                shared_once = sum(map(_shared_once, descendants()))
                self.exact_bytes = stored + max(0, shared_once - self.warm_bytes)
                if self.exact_bytes <= limit:
                    break
            end = time.monotonic()
            self.look_closer_at = end + 9 * (end - begin)
        return self.exact_bytes

    def end(self) -> None:
        """Kill the session and all that it left behind, wait until nothing is left, and close its account.

        Raises:
            TimeoutError: something does not end; the supervisor must, and with it the sandbox.

        """
        session = self.current
        if session is None:
            return
        session.count_cpu(descendants())
        deadline = time.monotonic() + KILL_SECONDS
        with contextlib.suppress(ChildProcessError):  # no process is left
            while time.monotonic() < deadline:
                self._kill_all()
                while os.waitpid(-1, os.WNOHANG)[0] != 0:
                    pass
                time.sleep(0.002)
            raise TimeoutError("A process does not end.")
        session.count_cpu([])
        session.alive = False

    def _kill_all(self) -> None:
        # -1: all but PID 1, at one stroke that no fork escapes
        for pid in [-1] if self.settings.contained else [process.pid for process in descendants()]:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


# --- start ----------------------------------------------------------------------------------------------------------


def supervise(control: socket.socket, settings: Settings, entry: Callable[[socket.socket], None]) -> NoReturn:
    """Serve the grader at the other end of ``control``; ``entry`` is what a session calls with its socket."""
    control.set_inheritable(False)
    room.prctl(room.PR_SET_DUMPABLE, 0)
    room.prctl(room.PR_SET_PDEATHSIG, signal.SIGKILL)  # becoming another user has cleared it
    if not settings.contained:
        room.prctl(room.PR_SET_CHILD_SUBREAPER, 1)
    for caught in signal.valid_signals():
        if callable(signal.getsignal(caught)):  # PID 1 gets from inside only what it handles: nothing
            signal.signal(caught, signal.SIG_IGN)
    supervisor = Supervisor(control, settings, entry)
    control.send(b"{}")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    supervisor.serve()
    os._exit(0)  # without tidying up libraries, which takes longer than to end all that runs
