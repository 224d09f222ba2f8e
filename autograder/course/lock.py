"""One run per course: the gradebook has one writer."""

import fcntl
import getpass
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.grading.store import FOLDER


class BusyError(RuntimeError):
    """Somebody grades this course already; the message says who."""


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keep the course in ``root`` to oneself; the system gives it free however the process ends.

    Raises :class:`BusyError`.
    """
    path = root / FOLDER / "lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise BusyError(file.read().strip()) from None
        file.truncate(0)
        file.write(f"{getpass.getuser()}@{socket.gethostname()}, PID {os.getpid()}, {time.strftime('%F %T')}\n")
        file.flush()
        yield
