"""The walls: bubblewrap's command line, the users' numbers that it needs, and whether all of it can be had here.

docs/threat_model.md says wall by wall what each is for.
"""

import compileall
import contextlib
import functools
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.grading import seccomp
from autograder.grading.limits import MIB
from autograder.grading.room import HOME, ROOMS, USER

PACKAGE_PATH = "/grader"
START_SECONDS = 60.0  # a cold disk and a busy machine included
PATH = "/usr/local/bin:/usr/bin:/bin"
# CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_SYS_ADMIN: to open rooms, where student code has none of them
CAPABILITIES = {"CAP_SETGID": 6, "CAP_SETUID": 7, "CAP_SETPCAP": 8, "CAP_SYS_ADMIN": 21}
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"),
    *("/etc/fonts", "/etc/matplotlibrc"),
)
INSIDE = ("collector", "limits", "seccomp", "room", "zygote", "supervisor", "wire", "rpc", "session", "template")
# Of this package only what students have anyway and what runs there: no solutions, no unseen digits, no course
PACKAGE = Path(__file__).resolve().parents[1]
PARTS = (
    *("__init__.py", "messages.py", "locale", "symbolic", "numeric", "notebook"),
    *(f"grading/{name}.py" for name in INSIDE),
    *(f"grading/__pycache__/{name}.{sys.implementation.cache_tag}.pyc" for name in INSIDE),
)
_FOLDER_BYTES = 64 * MIB  # of the folders outside of rooms, where only the author's cells and libraries write


class SandboxUnavailableError(RuntimeError):
    """No sandbox can be had here; the message says what is missing and what to type."""


class Walls:
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


def walls_for(uid: int | None, modules: Sequence[Path], until: contextlib.ExitStack) -> Walls:
    """Return bubblewrap's command line, without the program that it starts."""
    if uid is not None:
        _require_readable(Path(sys.base_prefix), Path(sys.prefix), Path(sysconfig.get_path("purelib")), PACKAGE)
    user = USER if uid is None else uid
    walls = Walls(until)
    walls.options = [_bubblewrap(), *_namespaces(uid), "--hostname", "sandbox"]
    walls.options += ["--die-with-parent", "--new-session", "--as-pid-1", "--proc", "/proc", "--dev", "/dev"]
    walls.options += ["--dev-bind", "/dev/full", "/dev/zero"]  # reads the same, but maps no memory that no limit sees
    for folder in ROOMS:
        walls.room(folder, _FOLDER_BYTES)
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
    walls.options += ["--chdir", HOME]
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
    """Return the options for own namespaces, in which rooms can be opened.

    Root needs no user namespace, and so can become ``uid`` inside; others are root in theirs, until a room makes them
    a user again.
    """
    kept = [option for name in CAPABILITIES for option in ("--cap-add", name)]
    if uid is None:
        kept += ["--cap-add", "CAP_SETFCAP"]  # who maps a root must have it
        return ["--unshare-all", "--unshare-user", "--uid", "0", "--gid", "0", "--cap-drop", "ALL", *kept]
    separate = [f"--unshare-{name}" for name in ("ipc", "pid", "net", "uts", "cgroup-try")]
    return [*separate, "--cap-drop", "ALL", *kept]


def _show_interpreter(walls: Walls) -> None:
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


def spare_uids() -> range:
    """Return users' numbers that nobody has, for root to give away; none for an ordinary user."""
    if os.geteuid() != 0:
        return range(0)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    extents = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text("ascii").splitlines()]
    first, _, count = extents[-1]
    end = min(first + count, 2**31)
    spare = range(max(first, USER, end // 2), end)
    needed = sum(1 << number for number in CAPABILITIES.values())
    if spare and int(status["CapEff"], 16) & needed == needed:
        return spare
    if extents[0][1] == 0:
        raise SandboxUnavailableError(
            "This root may not become another user, and the kernel does not limit root's processes. "
            "Grade as an ordinary user; in a container, type: docker run --privileged"
        )
    return range(0)  # root of a container that an ordinary user has started


@contextlib.contextmanager
def own_uid(spare: range) -> Iterator[int]:
    """Give a user's number that no other grader has meanwhile, as the kernel counts processes by user."""
    with socket.socket(socket.AF_UNIX) as lock:
        while True:
            uid = secrets.choice(spare)
            with contextlib.suppress(OSError):
                lock.bind(f"\0autograder-sandbox-{uid}")  # freed by the kernel however this process ends
                break
        yield uid


# --- is it possible here --------------------------------------------------------------------------------------------


def require_linux() -> None:
    """Raise SandboxUnavailableError on any other system."""
    if sys.platform != "linux":
        raise SandboxUnavailableError("Grading needs Linux: a machine, a virtual one (on Windows: WSL) or a container.")


def _bubblewrap() -> str:
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxUnavailableError("bubblewrap (bwrap) is missing. Type: sudo apt-get install bubblewrap")
    return program


def _require_filter() -> None:
    try:
        seccomp.program()
    except LookupError as error:
        raise SandboxUnavailableError(str(error)) from error


def require_bubblewrap() -> None:
    """Start an empty sandbox, in a tenth of a second: to know before grading begins that it will work.

    Raises:
        SandboxUnavailableError: it does not; the message says what to type.

    """
    require_linux()
    _require_filter()
    uid = USER if spare_uids() else None
    mounts = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--size", "4096", "--tmpfs", "/tmp"]  # noqa: S108 - inside
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            [_bubblewrap(), *_namespaces(uid), *mounts, "--", "true"], check=False, capture_output=True, text=True,
            env={"PATH": PATH}, timeout=START_SECONDS,
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
