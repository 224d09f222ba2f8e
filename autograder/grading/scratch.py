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
        held = os.open(self.name, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(held, fcntl.LOCK_SH)
        weakref.finalize(self, os.close, held)


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
