"""A room: one submission's own namespaces, made inside of bubblewrap around a copy of a process that is warm already.

Bubblewrap builds the walls once, which takes as long as importing the libraries does. Within them every submission
gets what a bubblewrap of its own would give it: processes, mounts, network and users of its own, empty folders to
write to, no capability, and the filter of system calls. Only the grader's own code runs out here, in between.
"""

import contextlib
import ctypes
import os
import signal
import struct
import sys
import tarfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.grading import seccomp
from autograder.grading.limits import Limits

HOME = "/student"
USER = 1000  # its number inside, where it is nobody outside
ROOMS = {HOME: 2, "/tmp": 4, "/dev/shm": 4}  # noqa: S108 - folders to write to; the part that each has of all files

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 36, 38, 47
_AMBIENT_CLEAR_ALL, _FILTER_MODE, _CAPABILITIES_3 = 4, 2, 0x20080522
_NEW_MOUNTS, _NEW_IPC, _NEW_USER, _NEW_PIDS, _NEW_NETWORK = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_CLOSED = _READ_ONLY | _NO_SUID | _NO_DEVICES | _NO_PROGRAMS
_REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 32, 4096, 16384, 1 << 18
_KERNELS_OWN = ("sys", "sysrq-trigger", "irq", "bus")  # in /proc, and of no process
_NEEDED = ("net", "setgroups", "uid_map", "gid_map")  # in /proc/self
_system = ctypes.CDLL(None, use_errno=True)


def open_room(limits: Limits, uid: int | None, run: Callable[[], None]) -> None:
    """Let a copy of this process be the first one of a new room and ``run`` there, as user ``uid``.

    Without a ``uid`` it becomes a user of a user namespace of its own, as no root is at hand to choose one.
    """

    def first() -> None:
        os.close(own)
        _unshare(_NEW_MOUNTS | _NEW_IPC | _NEW_NETWORK)
        make_folders(limits)
        _mount_proc()
        _lose_privileges(uid)
        _filter_calls()
        run()

    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    _unshare(_NEW_PIDS)  # the next child is the first process of a namespace of its own
    try:
        _fork(first)
    finally:
        _check(_system.setns(own, _NEW_PIDS), "setns")
        os.close(own)


def open_without_walls(run: Callable[[], None]) -> None:
    """Let a copy of this process ``run``: what is left of a room where there are no walls."""
    _fork(run)


def make_folders(limits: Limits) -> None:
    """Put empty folders where a submission may write, in a mount namespace that is this process's own."""
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)
    for folder, part in ROOMS.items():
        with _kept(folder):
            _mount("tmpfs", folder, "tmpfs", _NO_SUID | _NO_DEVICES, f"size={limits.file_bytes // part},mode=1777")


def own_mounts() -> None:
    """Give this process a mount namespace of its own."""
    _unshare(_NEW_MOUNTS)


def unpack(archive: int, home: Path) -> None:
    """Lay out an archive of the grader's, which holds regular files only, and make the working folder."""
    with open(archive, "rb") as file, tarfile.open(fileobj=file) as members:
        for member in members:
            content = members.extractfile(member)
            assert content is not None, "the grader packs regular files only"
            write(home / member.name, content.read())
    (home / "work").mkdir(exist_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def prctl(option: int, *values: int) -> None:
    """Change something of this process.

    Raises:
        OSError: the kernel refuses.

    """
    _check(_system.prctl(option, *(ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4])), f"prctl {option}")


# --------------------------------------------------------------------------------------------------------------------


def _fork(run: Callable[[], None]) -> None:
    """Let a copy of this process ``run``, which ends with it and this one."""
    if os.fork():
        return
    try:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        run()
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(1)


@contextlib.contextmanager
def _kept(folder: str) -> Iterator[None]:
    """Show again in a folder that is covered here what of this machine was shown there: Python may lie in /tmp."""
    links, mounts = [], []
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(above, name)
            if path.is_symlink():
                links.append((path, path.readlink()))
            elif os.path.ismount(path):
                mounts.append((path, path.is_dir(), os.open(path, os.O_PATH)))
        folders[:] = [name for name in folders if not os.path.ismount(Path(above, name))]
    yield
    for path, target in links:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
    for path, is_folder, number in mounts:
        (path if is_folder else path.parent).mkdir(parents=True, exist_ok=True)
        if not is_folder:
            path.touch()
        _mount(f"/proc/self/fd/{number}", str(path), None, _BIND | _RECURSIVE)
        os.close(number)


def _mount_proc() -> None:
    _mount("proc", "/proc", "proc", _NO_SUID | _NO_DEVICES | _NO_PROGRAMS)
    for name in _KERNELS_OWN:
        path = f"/proc/{name}"
        if os.path.lexists(path):
            _mount(path, path, None, _BIND | _RECURSIVE)
            _mount(None, path, None, _REMOUNT | _BIND | _CLOSED)


def _hide_first_process() -> None:
    """Cover what /proc lets its owner see and change of this process: outside, the student's processes are his too."""
    with os.scandir("/proc/self") as entries:
        for entry in entries:
            if entry.name in _NEEDED:
                continue
            if entry.is_dir(follow_symlinks=False):
                _mount("tmpfs", entry.path, "tmpfs", _CLOSED, "size=4k,mode=000")
            elif not entry.is_symlink() and entry.stat(follow_symlinks=False).st_mode & 0o222:
                _mount("/dev/null", entry.path, None, _BIND)
                _mount(None, entry.path, None, _REMOUNT | _BIND | _CLOSED)


def _lose_privileges(uid: int | None) -> None:
    if uid is None:
        _hide_first_process()
        outside = os.geteuid(), os.getegid()
        _unshare(_NEW_USER)
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        for name, number in zip(("uid_map", "gid_map"), outside, strict=True):
            Path("/proc/self", name).write_text(f"{USER} {number} 1", encoding="ascii")
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    capability = 0
    with contextlib.suppress(OSError):  # behind the last one
        while True:
            prctl(PR_CAPBSET_DROP, capability)
            capability += 1
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    prctl(PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL)
    _check(_system.capset(struct.pack("=Ii", _CAPABILITIES_3, 0), bytes(24)), "capset")


def _filter_calls() -> None:
    program = seccomp.program()
    steps = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(steps))
    _check(_system.prctl(PR_SET_SECCOMP, _FILTER_MODE, head, 0, 0), "seccomp")


def _unshare(flags: int) -> None:
    _check(_system.unshare(flags), "unshare")


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    texts = (None if text is None else text.encode() for text in (source, target, kind))
    answer = _system.mount(*texts, ctypes.c_ulong(flags), None if options is None else options.encode())
    _check(answer, f"mount {target}")


def _check(answer: int, what: str) -> None:
    if answer != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
