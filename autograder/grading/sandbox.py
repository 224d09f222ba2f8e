"""One submission's sandbox: a room in the nursery, and what the grader does with it.

Inside there is a read-only system, Python with its libraries, the parts of this package that students have anyway,
a copy of the submission, and nothing else: no network, no course folder, no other submission. docs/threat_model.md
says wall by wall what each is for.
"""

import contextlib
import functools
import io
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Protocol, Self

from autograder.grading.limits import Limits
from autograder.grading.supervisor import MESSAGE_BYTES
from autograder.grading.walls import PATH, START_SECONDS, SandboxUnavailableError

ANSWER_SECONDS = 30.0  # on a busy machine too; the supervisor answers in milliseconds, and in five seconds at most
STOP_SECONDS = 10.0
FONT_CACHE = ".config/matplotlib"
_CREDENTIALS = struct.Struct("=3i")  # process, user and group, as the kernel adds them to a message


class SandboxDiedError(RuntimeError):
    """The sandbox ended, or no longer answers; its sessions are gone."""


class Opener(Protocol):
    """Who opens rooms: the nursery, or a template in it."""

    def open(self, limits: Limits, control: socket.socket, files: Path | None) -> None:
        """Open a room whose supervisor listens to ``control``.

        Raises:
            SandboxUnavailableError: it cannot be opened.
            ValueError: the files take more room than ``limits`` leave.

        """

    def last_words(self) -> str:
        """Return what was complained about last."""


@dataclass(frozen=True)
class Usage:
    """What a session has used, with all processes that it started: the most that was seen of memory and processes.

    Attributes:
        cpu_seconds: CPU time since the fork.
        memory_bytes: memory and files, without the libraries that it started with.
        processes: processes and threads at the same time.
        over: ``"memory"`` or ``"processes"`` once the session was ended because it exceeded that limit.

    """

    cpu_seconds: float
    memory_bytes: int
    processes: int
    over: Literal["memory", "processes"] | None


@dataclass
class Session:
    """A student's interpreter; ``channel`` is the grader's end of the socket to it.

    Every method, but not ``alive``, raises SandboxDiedError where the sandbox does not answer.
    """

    channel: socket.socket
    _sandbox: "Sandbox" = field(repr=False)
    _number: int

    def _ask(self, do: str, **more: int) -> dict[str, Any]:
        return self._sandbox._ask({"do": do, "session": self._number, **more})

    def interrupt(self) -> None:
        """Send it SIGINT, as Jupyter's stop button does."""
        self._ask("interrupt")

    def signal(self, pid: int, number: int) -> None:
        """Signal one of its processes, by the number that the process has inside."""
        self._ask("signal", pid=pid, number=number)

    def kill(self) -> None:
        """End it and every process that it left behind; they are gone when this returns."""
        self._ask("kill")

    def usage(self) -> Usage:
        """Return what it has used, after its end too."""
        said = self._ask("usage")
        del said["alive"]
        return Usage(**said)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        try:
            return bool(self._ask("usage")["alive"])
        except SandboxDiedError:
            return False


class Sandbox:
    """One submission's sandbox, from its start to ``close``, which ends every process inside.

    It also ends when the ``opener`` does.

    Args:
        opener: where the room is.
        files: a folder of regular files, copied into the session's working folder; nothing comes back.
        limits: what the submission may use.

    Raises:
        SandboxUnavailableError: it does not start.
        ValueError: the files take more room than ``limits`` leave.

    """

    def __init__(
        self,
        opener: Opener,
        files: Path | None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        self._lock = threading.Lock()
        self._died: str | None = None
        with contextlib.ExitStack() as held:
            self._control, theirs = pair(socket.SOCK_SEQPACKET)
            held.enter_context(self._control)
            self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            with theirs:
                opener.open(limits, theirs, files)
            try:
                ready, extra, _, _ = self._control.recvmsg(MESSAGE_BYTES, socket.CMSG_SPACE(_CREDENTIALS.size))
                if not ready:
                    raise EOFError
                self._supervisor = os.pidfd_open(_sender(extra))
            except (OSError, EOFError) as error:
                raise SandboxUnavailableError(f"The sandbox did not start: {opener.last_words()}") from error
            self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
            self._control.settimeout(ANSWER_SECONDS)
            held.callback(os.close, self._supervisor)
            held.callback(self._stop)
            self._held = held.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def fork(self) -> Session:
        """Start a fresh interpreter and return the handle on it; the one before, if it still runs, is killed.

        Raises:
            SandboxDiedError: the sandbox does not answer.

        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                number = self._ask({"do": "fork"}, theirs)["session"]
            except SandboxDiedError:
                ours.close()
                raise
        return Session(ours, self, number)

    def _ask(self, request: dict[str, Any], *files: socket.socket) -> dict[str, Any]:
        with self._lock:
            if self._died is not None:
                raise SandboxDiedError(self._died)
            try:
                socket.send_fds(self._control, [json.dumps(request).encode()], [file.fileno() for file in files])
                answer = self._control.recv(MESSAGE_BYTES)
            except TimeoutError:
                self._died = f"The sandbox did not answer within {ANSWER_SECONDS:.0f} seconds."
            except OSError as error:
                self._died = f"The sandbox ended: {error}."
            else:
                if answer:
                    said: dict[str, Any] = json.loads(answer)
                    return said
                self._died = "The sandbox ended."
        self.close()
        raise SandboxDiedError(self._died)

    def close(self) -> None:
        """End every process inside; they are gone when this returns. Closing twice does nothing."""
        self._died = self._died or "The sandbox is closed."
        self._held.close()

    def _stop(self) -> None:
        """Ask the supervisor to end, as all inside ends with it; kill it where it hangs."""
        with contextlib.suppress(OSError):  # it is gone already
            self._control.shutdown(socket.SHUT_WR)
        if not self._gone(STOP_SECONDS):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._supervisor, signal.SIGKILL)
            self._gone(STOP_SECONDS)

    def _gone(self, seconds: float) -> bool:
        """Wait until the supervisor has ended, which behind walls is when all inside has."""
        waiting = select.poll()
        waiting.register(self._supervisor, select.POLLIN)
        return bool(waiting.poll(1000 * seconds))


def pair(kind: socket.SocketKind) -> tuple[socket.socket, socket.socket]:
    """Return both ends of a new socket, first ours, which waits no longer than a start may take."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    ours.settimeout(START_SECONDS)
    return ours, theirs


def _sender(extra: list[tuple[int, int, bytes]]) -> int:
    """Return the number, as this process counts, of who sent a message; the kernel says it."""
    for level, kind, content in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
            return int(_CREDENTIALS.unpack(content)[0])
    raise EOFError


# --- the submission -------------------------------------------------------------------------------------------------


def packed(files: Path | None, limits: Limits) -> IO[bytes]:
    """Return an archive of what the home folder holds at first: the submission and Matplotlib's list of fonts."""
    archive = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's
    try:
        with tarfile.open(fileobj=archive, mode="w", dereference=True) as members:
            for name, content in _font_cache().items():
                member = tarfile.TarInfo(f"{FONT_CACHE}/{name}")
                member.size = len(content)
                members.addfile(member, io.BytesIO(content))
            if files is not None:
                for path in sorted(files.rglob("*")):
                    if path.is_file() and not path.is_symlink():
                        members.add(path, f"work/{path.relative_to(files)}", recursive=False)
        if archive.tell() > limits.file_bytes // 2:
            megabytes = limits.file_bytes // 2 // 2**20
            raise ValueError(f"{files}: the files take {archive.tell() // 2**20} MiB, more than {megabytes} MiB.")
        archive.seek(0)
    except BaseException:
        archive.close()
        raise
    return archive


@functools.cache
def _font_cache() -> dict[str, bytes]:
    """Return Matplotlib's list of fonts, by file name; made once a user, as finding fonts takes a second or more."""
    try:
        version = metadata.version("matplotlib")
    except metadata.PackageNotFoundError:
        return {}
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    kept = caches / "autograder" / f"matplotlib-{version}"
    if not list(kept.glob("fontlist-*.json")):
        with tempfile.TemporaryDirectory() as made:
            # without a home, so that it holds no fonts that the sandbox does not show
            environment = {"HOME": "/nonexistent", "MPLCONFIGDIR": made, "PATH": PATH}
            program = [sys.executable, "-c", "import matplotlib.font_manager"]
            subprocess.run(program, env=environment, check=False, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
            found = {path.name: path.read_bytes() for path in Path(made).glob("fontlist-*.json")}
        with contextlib.suppress(OSError):  # a home that cannot be written: found again by the next process
            kept.mkdir(parents=True, exist_ok=True)
            for name, content in found.items():
                part = kept / f"{name}.{os.getpid()}"
                part.write_bytes(content)
                part.replace(kept / name)
        return found
    return {path.name: path.read_bytes() for path in kept.glob("fontlist-*.json")}
