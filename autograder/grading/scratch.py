"""Temporary folders that are known to be nobody's once their process is gone, however it ended."""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
import weakref
from pathlib import Path

PREFIX = "autograder_"
_YOUNG = 60.0  # seconds in which a folder may not be held yet by who has just made it


class Scratch(tempfile.TemporaryDirectory[str]):
    """A temporary folder that this process holds by a lock, which the system gives free however the process ends."""

    def __init__(self) -> None:
        super().__init__(prefix=PREFIX, ignore_cleanup_errors=True)
        _hold(self, self.name)


class SharedScratch:
    """A temporary folder that all processes of this user share who ask for the same ``key``, while any of them lives.

    Raises OSError where somebody else has taken its place.
    """

    def __init__(self, key: str) -> None:
        path = Path(tempfile.gettempdir(), f"{PREFIX}{os.getuid()}_{key}")
        while True:
            with contextlib.suppress(FileExistsError):
                path.mkdir(mode=0o700)
            status = os.fstat(_hold(self, str(path)))
            if status.st_uid != os.getuid() or status.st_mode & 0o077:
                raise OSError(f"{path} belongs to somebody else")
            with contextlib.suppress(FileNotFoundError):
                if path.lstat().st_ino == status.st_ino:
                    break  # else it was swept up before it was held
        self.name = str(path)


def _hold(owner: object, folder: str) -> int:
    """Hold ``folder`` for as long as ``owner`` lives, and return its descriptor."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    weakref.finalize(owner, os.close, held)
    fcntl.flock(held, fcntl.LOCK_SH)
    return held


def sweep() -> None:
    """Remove the folders that processes of this user left behind when they were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another process is faster, or holds it
            status = folder.lstat()
            own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
            if not own or time.time() - status.st_ctime < _YOUNG:
                continue
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(held)
