"""On a worker of Dask: each of its threads has an outpost, a process of its own, that grades a hand-in at a time.

Of its own, since nbgrader works in the current folder, which is the same for all threads of a process. Sheets and
errands pass through here as bytes. Both machines need this package and bubblewrap, and share no folder.
"""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing import Pipe
from threading import Lock
from typing import TYPE_CHECKING

from autograder.grading import fingerprint

if TYPE_CHECKING:
    from distributed import Worker

    from autograder.course.errand import Sheets


class OtherVersionError(RuntimeError):
    """What is installed here is not what is installed where the errand comes from."""


class OutpostError(RuntimeError):
    """No hand-in of a course can be graded here; the message says why."""


@dataclass(frozen=True)
class Load:
    """A course's sheets, pickled, and a hash of them."""

    content: bytes
    digest: str

    @classmethod
    def of(cls, sheets: Sheets) -> Load:
        """Pack ``sheets``."""
        content = pickle.dumps(sheets)
        return cls(content, hashlib.sha256(content).hexdigest())


def parts() -> dict[str, str]:
    """Return what is installed here, by name, with all of this package: more than decides about points."""
    return fingerprint.parts() | {"autograder": fingerprint.whole()}


def carry(sheets: Load) -> Load:
    """Return ``sheets``, so that they are the result of a task, which can be made again where it is lost."""
    return sheets


def begin(dask_worker: Worker) -> None:
    """Let an outpost for each thread of this worker get ready, while nobody waits for it."""
    with _LOCK:
        missing = dask_worker.state.nthreads - len(_IDLE) - len(_AT_WORK)
        _IDLE.extend(_Outpost() for _each in range(missing))


def grade(sheets: Load, errand: bytes, version: str) -> bytes | None:
    """Return what became of an errand in the course with these ``sheets``, pickled; None where its outpost ended.

    Raises:
        OtherVersionError: ``version`` is not that of the package here.
        OutpostError: no hand-in of this course can be graded here.

    """
    if version != fingerprint.whole():
        raise OtherVersionError
    with _LOCK:
        outpost = _IDLE.pop() if _IDLE else _Outpost()
        _AT_WORK.add(outpost)
    done = None
    try:
        done = outpost.grade(sheets, errand)
    finally:
        with _LOCK:
            _AT_WORK.remove(outpost)
            if done is not None:
                _IDLE.append(outpost)
    return done


class _Outpost:
    """A process that is an outpost; it ends when this object does, or this process."""

    def __init__(self) -> None:
        self._connection, theirs = Pipe()
        self._sheets = ""  # the hash of those that it has
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - the interpreter and module that run here
                [sys.executable, "-P", "-m", "autograder.course.outpost", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def grade(self, sheets: Load, errand: bytes) -> bytes | None:
        """Return its answer; None where it ended, for good."""
        try:
            self._connection.send((None if self._sheets == sheets.digest else sheets, errand))
            trouble, answer = self._connection.recv()
        except (OSError, EOFError):
            self._process.kill()
            self._process.wait()
            return None
        if trouble:
            raise OutpostError(trouble)
        self._sheets = sheets.digest
        done: bytes = answer
        return done


_LOCK = Lock()
_IDLE: list[_Outpost] = []
_AT_WORK: set[_Outpost] = set()
