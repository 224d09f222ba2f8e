"""The files that a submission's code may see: its own, and those that were handed out with the sheet.

And how a file is written so that it is never found half.
"""

from __future__ import annotations

import contextlib
import filecmp
import fnmatch
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

TIMESTAMP = "timestamp.txt"
LARGEST = 64 * 2**20  # bytes of one file
MOST = 128 * 2**20  # bytes of all
MOST_FILES = 2000


def stage(folders: Iterable[Path], ignored: Sequence[str], target: Path) -> None:
    """Copy what belongs to a submission into ``target``: regular files only, no link is followed, nothing huge.

    A later folder has the last word: name what was handed out last, so that no file of the student's takes its place.
    Notebooks stay where they are, since those in autograded/ hold hidden tests, and so does the time of the hand-in.
    """
    room = MOST
    count = 0
    for folder in folders:
        for path, size in _regular_files(folder, ignored):
            if path.suffix == ".ipynb" or path == folder / TIMESTAMP:
                continue
            room -= size
            count += 1
            if room < 0 or count > MOST_FILES:
                break
            place = target / path.relative_to(folder)
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                _copy(path, place)
            except OSError:  # unreadable, or a file of the student's stands where a folder should
                continue


def digest(folder: Path) -> str:
    """Return a hash of the names and contents of all files in ``folder``."""
    summed = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        summed.update(f"{path.relative_to(folder)}\0{content}\0".encode("utf-8", "surrogateescape"))
    return summed.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` so that, whenever power fails, all of it is there or what was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(file.name).unlink()
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def includes(folder: Path, part: Path) -> bool:
    """Return whether every file below ``part`` is in ``folder`` too, at the same place and with the same content."""
    for path in part.rglob("*"):
        if path.is_file():
            twin = folder / path.relative_to(part)
            if not twin.is_file() or not filecmp.cmp(path, twin, shallow=False):
                return False
    return True


def _regular_files(folder: Path, ignored: Sequence[str]) -> Iterator[tuple[Path, int]]:
    def kept(names: list[str]) -> list[str]:
        return sorted(name for name in names if not any(fnmatch.fnmatch(name, pattern) for pattern in ignored))

    for parent, folders, names in os.walk(folder):
        folders[:] = kept(folders)
        for name in kept(names):
            path = Path(parent, name)
            try:
                status = path.lstat()
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST:
                yield path, status.st_size


def _copy(path: Path, place: Path) -> None:
    source = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(source, "rb") as reading, place.open("wb") as writing:
        shutil.copyfileobj(reading, writing, 2**20)
