"""What need not be found out again, kept as JSON under the hash of all that decided about it: whole, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

from autograder.grading.files import write_whole

_UNFINISHED = 3600.0  # seconds after which nobody writes any more to a file that was begun
FOLDER = ".autograder"  # in the course's folder; it may be removed at any time


RESULTS = "results"  # of notebooks
GIVEN = "given"  # what the author's cells show


class Store:
    """What is kept of one ``kind``, below the folder ``.autograder`` of the course in ``root``."""

    def __init__(self, root: Path, kind: str) -> None:
        self._folder = root / FOLDER / kind

    def find(self, key: str) -> Any:
        """Return what is kept under ``key``; None where there is nothing, or a file that is torn or not ours."""
        try:
            said = json.loads(read_checked(self._path(key)))
            os.utime(self._path(key))  # it is in use, see prune
        except (OSError, ValueError):
            return None
        return said

    def keep(self, key: str, said: Any) -> None:
        """Keep ``said`` under ``key``, in place of the one before."""
        write_checked(self._path(key), json.dumps(said))

    def forget(self, key: str) -> None:
        """Remove what is kept under ``key``."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"


def prune(root: Path, days: float) -> None:
    """Remove what has not been used in a course for so many ``days``, and what a killed process left unfinished."""
    end = time.time() - days * 24 * 3600
    for kind in (RESULTS, GIVEN):
        for path in (root / FOLDER / kind).glob("*/*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < (end if path.suffix == ".json" else time.time() - _UNFINISHED):
                    path.unlink()


def write_checked(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` so that, whenever power fails, all of it is there or nothing of it."""
    content = text.encode()
    write_whole(path, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def read_checked(path: Path) -> str:
    """Return what ``write_checked`` wrote to ``path``.

    Raises:
        OSError: there is no such file.
        ValueError: it is not as it was written.

    """
    told, _, content = path.read_bytes().partition(b"\n")
    if hashlib.sha256(content).hexdigest().encode() != told:
        raise ValueError(f"{path} is damaged")
    return content.decode()
