"""A place for student code: bubblewrap around the supervisor, and what the grader does with it.

Inside there is a read-only system, Python with its libraries, the parts of this package that students have anyway,
a copy of the submission, and nothing else: no network, no course folder, no other submission. docs/threat_model.md
says wall by wall what each is for. ``unsafe=True`` does without the walls. Both need Linux.
"""

import compileall
import contextlib
import functools
import io
import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

from autograder.grading import seccomp
from autograder.grading.limits import Limits
from autograder.grading.supervisor import MESSAGE_BYTES, Settings
from autograder.messages import LANGUAGE

ENTRY = "autograder.grading.session:main"
PRELOAD = (
    "numpy",
    "numpy.random",
    "sympy",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "IPython.core.interactiveshell",
    "autograder.notebook",
)
START_SECONDS = 60.0  # a cold disk and a busy machine included
ANSWER_SECONDS = 30.0  # on a busy machine too; the supervisor answers in milliseconds, and in five seconds at most
STOP_SECONDS = 10.0

# --- what is seen inside --------------------------------------------------------------------------------------------
HOME = "/student"
PACKAGE_PATH = "/grader"
NEEDED_CAPABILITIES = 1 << 6 | 1 << 7 | 1 << 21  # CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN
USER = 1000  # its number inside, where it is nobody outside
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",  # the same result and time on any machine
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",  # a file numpy.py beside the notebook is not NumPy
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
FONT_CACHE = ".config/matplotlib"
ROOMS = {HOME: 2, "/tmp": 4, "/dev/shm": 4}  # noqa: S108 - folders to write to; the part that each has of all files
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"),
    *("/etc/fonts", "/etc/matplotlibrc"),
)
INSIDE = ("limits", "supervisor", "wire", "rpc", "session")
# Of this package only what students have anyway and what runs there: no solutions, no unseen digits, no course
PACKAGE = Path(__file__).resolve().parents[1]
PARTS = (
    *("__init__.py", "messages.py", "locale", "symbolic", "numeric", "notebook"),
    *(f"grading/{name}.py" for name in INSIDE),
    *(f"grading/__pycache__/{name}.{sys.implementation.cache_tag}.pyc" for name in INSIDE),
)


class SandboxUnavailableError(RuntimeError):
    """No sandbox can be had here; the message says what is missing and what to type."""


class SandboxDiedError(RuntimeError):
    """The sandbox ended, or no longer answers; its sessions are gone."""


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

    It also ends when the process that started it ends, or the thread: use it where it was made.

    Args:
        files: a folder of regular files, copied into the session's working folder; nothing comes back.
        limits: what the submission may use.
        unsafe: run without walls, for ``--unsafe-no-sandbox``.
        preload: modules that are imported once, before the first session.
        entry: ``module:function`` that a session calls with its socket.
        modules: further Python files that a session can import.

    Raises:
        SandboxUnavailableError: there is no bubblewrap, or it cannot work here.
        ValueError: the files take more room than ``limits`` leave.

    """

    def __init__(
        self,
        files: Path | None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        *,
        unsafe: bool = False,
        preload: Sequence[str] = PRELOAD,
        entry: str = ENTRY,
        modules: Sequence[Path] = (),
    ) -> None:
        _require_linux()
        self._lock = threading.Lock()
        self._died: str | None = None
        self._supervisor: int | None = None  # a pidfd
        with contextlib.ExitStack() as held, contextlib.ExitStack() as starting:
            self._control, theirs = _pair(held, starting, socket.SOCK_SEQPACKET)
            archive = starting.enter_context(_packed(files, limits))
            self._errors = held.enter_context(tempfile.TemporaryFile())
            held.callback(self._forget)
            if unsafe:
                home = held.enter_context(tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True))
                path = [PACKAGE.parent, *(module.parent for module in modules)]
                settings = Settings(home, entry, tuple(preload), limits, None, ())
                self._launch(_python(theirs), _environment(home, path, os.environ.get("PATH")), [theirs.fileno()])
            else:
                spare = _spare_uids()
                uid = held.enter_context(_own_uid(spare)) if spare else None
                settings = Settings(HOME, entry, tuple(preload), limits, uid, tuple(ROOMS))
                walls = _walls(uid, limits, modules, starting)
                info, their_info = _pair(starting, starting, socket.SOCK_STREAM)
                command = [*walls.options, "--info-fd", str(their_info.fileno()), "--", *_python(theirs)]
                passed = [theirs.fileno(), their_info.fileno(), *walls.numbers]
                self._launch(command, _environment(HOME, [Path(PACKAGE_PATH)]), passed)
                their_info.close()
            theirs.close()
            held.callback(self._stop)
            try:
                if not unsafe:
                    self._supervisor = os.pidfd_open(_first_process(info))
                socket.send_fds(self._control, [settings.to_json()], [archive.fileno()])
                ready = self._control.recv(MESSAGE_BYTES)
            except (OSError, ValueError):
                ready = b""
            if not ready:
                self._kill()
                if not unsafe:
                    require_bubblewrap()
                raise SandboxUnavailableError(f"The sandbox did not start: {self._last_words()}")
            self._control.settimeout(ANSWER_SECONDS)
            self._held = held.pop_all()

    def _launch(self, command: list[str], environment: dict[str, str], passed: list[int]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            command, env=environment, pass_fds=passed, cwd="/", start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors,
        )  # fmt: skip

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

    def _forget(self) -> None:
        if self._supervisor is not None:
            os.close(self._supervisor)
            self._supervisor = None

    def _stop(self) -> None:
        """Ask the supervisor to end, as all inside ends with it; kill it where it hangs."""
        with contextlib.suppress(OSError):  # it is gone already
            self._control.shutdown(socket.SHUT_WR)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill()

    def _kill(self) -> None:
        """Kill the supervisor and wait until it is gone, which with bubblewrap is when all inside is."""
        if self._supervisor is None:
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._supervisor, signal.SIGKILL)
        self._process.wait()

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it did not answer"


def _pair(
    ours_until: contextlib.ExitStack, theirs_until: contextlib.ExitStack, kind: socket.SocketKind
) -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    ours.settimeout(START_SECONDS)
    return ours_until.enter_context(ours), theirs_until.enter_context(theirs)


def _first_process(info: socket.socket) -> int:
    """Return the number, outside, of the first process inside, as bubblewrap tells it."""
    said = b""
    while part := info.recv(MESSAGE_BYTES):
        said += part
    return int(json.loads(said)["child-pid"])


def _python(control: socket.socket) -> list[str]:
    return [sys.executable, "-s", "-m", "autograder.grading.supervisor", str(control.fileno())]


def _environment(home: str, path: Sequence[Path], programs: str | None = None) -> dict[str, str]:
    return {
        **ENVIRONMENT,
        "AUTOGRADER_LANGUAGE": LANGUAGE,
        "PATH": programs or ENVIRONMENT["PATH"],
        "HOME": home,
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "MPLCONFIGDIR": f"{home}/{FONT_CACHE}",
    }


# --- the walls ------------------------------------------------------------------------------------------------------


class _Walls:
    """Bubblewrap's command line in the making: what is shown inside, outer folders before inner ones.

    Bubblewrap reads contents by the ``numbers`` of files, which are open ``until`` it has started.
    """

    def __init__(self, until: contextlib.ExitStack) -> None:
        self.options: list[str] = []
        self.numbers: list[int] = []
        self._until = until
        self._made: set[Path] = set()
        self._to_close = ["/", "/dev"]

    def show(self, path: Path, inside: Path | None = None) -> None:
        """Show a file or folder of this machine, which cannot be changed inside; nothing where there is none."""
        inside = inside or path
        if path.is_symlink() and inside == path:
            self._above(inside)
            self.options += ["--symlink", str(path.readlink()), str(inside)]
        elif path.exists():
            self._above(inside)
            self.options += ["--ro-bind", str(path), str(inside)]

    def hide(self, path: Path) -> None:
        """Cover a folder that lies in a shown one."""
        self.options += ["--perms", "0755", "--size", "4096", "--tmpfs", str(path)]
        self._to_close.append(str(path))

    def write(self, content: str, inside: Path) -> None:
        """Show a file of the sandbox's own."""
        self._above(inside)
        self.options += ["--perms", "0444", "--ro-bind-data", self.number(content.encode()), str(inside)]

    def room(self, folder: str, size: int) -> None:
        """Show an empty folder in memory that can be written."""
        self.options += ["--size", str(size), "--perms", "1777", "--tmpfs", folder]

    def close(self) -> None:
        """Let nothing be written any more but in the rooms; the last step."""
        for folder in reversed(self._to_close):
            self.options += ["--remount-ro", folder]

    def number(self, content: bytes) -> str:
        """Return the number of an open file that holds ``content``."""
        file = self._until.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - it does
        file.write(content)
        file.seek(0)
        self.numbers.append(file.fileno())
        return str(file.fileno())

    def _above(self, inside: Path) -> None:
        for folder in reversed(inside.parents[:-1]):  # bubblewrap would make them for their owner only
            if folder not in self._made:
                self._made.add(folder)
                self.options += ["--perms", "0755", "--dir", str(folder)]


def _walls(uid: int | None, limits: Limits, modules: Sequence[Path], until: contextlib.ExitStack) -> _Walls:
    """Return bubblewrap's command line, without the program that it starts."""
    if uid is not None:
        _require_readable(Path(sys.base_prefix), Path(sys.prefix), Path(sysconfig.get_path("purelib")), PACKAGE)
    user = USER if uid is None else uid
    walls = _Walls(until)
    walls.options = [_bubblewrap(), *_namespaces(uid), "--hostname", "sandbox"]
    walls.options += ["--die-with-parent", "--new-session", "--as-pid-1", "--proc", "/proc", "--dev", "/dev"]
    walls.options += ["--dev-bind", "/dev/full", "/dev/zero"]  # reads the same, but maps no memory that no limit sees
    for folder, part in ROOMS.items():
        walls.room(folder, limits.file_bytes // part)
    for path in SYSTEM:
        walls.show(Path(path))
    for name, content in {
        "passwd": f"student:x:{user}:{user}::{HOME}:/bin/sh\n",
        "group": f"student:x:{user}:\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
        "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    }.items():
        walls.write(content, Path("/etc", name))
    _show_interpreter(walls)
    _compile()
    ours = Path(PACKAGE_PATH, PACKAGE.name)
    for name in PARTS:
        walls.show(PACKAGE / name, ours / name)
    walls.write("", ours / "grading" / "__init__.py")
    for module in modules:
        walls.show(module, Path(PACKAGE_PATH, module.name))
    walls.close()
    walls.options += ["--seccomp", walls.number(_filter()), "--chdir", HOME]
    return walls


def _require_readable(*folders: Path) -> None:
    for folder in folders:
        if folder.stat().st_mode & 0o005 != 0o005:
            raise SandboxUnavailableError(
                f"{folder} is for its owner only, and in the sandbox root becomes another user. "
                f"Type: chmod -R go+rX {shlex.quote(str(folder))}"
            )


@functools.cache
def _compile() -> None:
    """Compile our package where that was not done yet, as nothing can be written inside."""
    compileall.compile_dir(PACKAGE, quiet=2)


def _namespaces(uid: int | None) -> list[str]:
    """Return the options for own namespaces; root needs no user namespace, and so can become ``uid`` inside."""
    if uid is None:
        ids = ["--uid", str(USER), "--gid", str(USER)]
        return ["--unshare-all", "--unshare-user", "--disable-userns", *ids]
    separate = [f"--unshare-{name}" for name in ("ipc", "pid", "net", "uts", "cgroup-try")]
    return [*separate, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]


def _show_interpreter(walls: _Walls) -> None:
    """Show Python and its libraries, without what lies below them and is not for students."""
    shown = {Path(prefix) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)}
    shown -= {Path("/usr")}
    visible = {Path("/usr"), *shown}
    course = PACKAGE.parent if PACKAGE.parent.name not in ("site-packages", "dist-packages") else PACKAGE
    private = {course, Path.cwd(), Path("/usr/src"), Path("/usr/local/src")}
    hidden = {path for path in private if path.is_dir() and path not in visible and visible & set(path.parents)}
    for path in sorted(shown | hidden, key=lambda path: len(path.parts)):  # the outer before the inner
        if path in hidden:
            walls.hide(path)
        else:
            walls.show(path.resolve(), path)
    program = Path(sys.executable)  # often a chain of links that leads out of a virtual environment
    while True:
        if not visible & set(program.parents):
            walls.show(program)
        if not program.is_symlink():
            return
        program = Path(os.path.normpath(program.parent / program.readlink()))


def _spare_uids() -> range:
    """Return users' numbers that nobody has, for root to give away; none for an ordinary user."""
    if os.geteuid() != 0:
        return range(0)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    extents = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text("ascii").splitlines()]
    first, _, count = extents[-1]
    end = min(first + count, 2**31)
    spare = range(max(first, USER, end // 2), end)
    if spare and int(status["CapEff"], 16) & NEEDED_CAPABILITIES == NEEDED_CAPABILITIES:
        return spare
    if extents[0][1] == 0:
        raise SandboxUnavailableError(
            "This root may not become another user, and the kernel does not limit root's processes. "
            "Grade as an ordinary user; in a container, type: docker run --privileged"
        )
    return range(0)  # root of a container that an ordinary user has started


@contextlib.contextmanager
def _own_uid(spare: range) -> Iterator[int]:
    """Give a user's number that no other sandbox has meanwhile, as the kernel counts processes by user."""
    with socket.socket(socket.AF_UNIX) as lock:
        while True:
            uid = secrets.choice(spare)
            with contextlib.suppress(OSError):
                lock.bind(f"\0autograder-sandbox-{uid}")  # freed by the kernel however this process ends
                break
        yield uid


# --- the submission -------------------------------------------------------------------------------------------------


def _packed(files: Path | None, limits: Limits) -> IO[bytes]:
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
            environment = {"HOME": "/nonexistent", "MPLCONFIGDIR": made, "PATH": ENVIRONMENT["PATH"]}
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


# --- is it possible here --------------------------------------------------------------------------------------------


def _require_linux() -> None:
    if sys.platform != "linux":
        raise SandboxUnavailableError("Grading needs Linux: a machine, a virtual one (on Windows: WSL) or a container.")


def _bubblewrap() -> str:
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxUnavailableError("bubblewrap (bwrap) is missing. Type: sudo apt-get install bubblewrap")
    return program


def _filter() -> bytes:
    try:
        return seccomp.program()
    except LookupError as error:
        raise SandboxUnavailableError(str(error)) from error


def require_bubblewrap() -> None:
    """Start an empty sandbox, in a tenth of a second: to know before grading begins that it will work.

    Raises:
        SandboxUnavailableError: it does not; the message says what to type.

    """
    _require_linux()
    _filter()
    uid = USER if _spare_uids() else None
    mounts = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--size", "4096", "--tmpfs", "/tmp"]  # noqa: S108 - inside
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            [_bubblewrap(), *_namespaces(uid), *mounts, "--", "true"], check=False, capture_output=True, text=True,
            env={"PATH": ENVIRONMENT["PATH"]}, timeout=START_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise SandboxUnavailableError(f"bubblewrap did not start within {START_SECONDS:.0f} seconds.") from error
    if done.returncode != 0:
        raise SandboxUnavailableError(f"bubblewrap cannot start a sandbox here. {_remedy(done.stderr.strip())}")


def _setting(name: str) -> str | None:
    try:
        return Path("/proc/sys", name).read_text(encoding="ascii").strip()
    except OSError:
        return None


def _remedy(said: str) -> str:
    """Return what to type, by what bubblewrap ``said`` and how the kernel is set."""
    if "Unknown option" in said:
        return (
            f"It is older than 0.8 ({said}). Type: sudo apt-get install bubblewrap, on Debian 12, Ubuntu 24.04 or newer"
        )
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "AppArmor forbids it. Type: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    if _setting("kernel/unprivileged_userns_clone") == "0":
        return "The kernel forbids it. Type: sudo sysctl -w kernel.unprivileged_userns_clone=1"
    if _setting("user/max_user_namespaces") == "0":
        return "The kernel forbids it. Type: sudo sysctl -w user.max_user_namespaces=15000"
    return f"It says: {said}. In a container, type: docker run --privileged, or grade outside of it"
