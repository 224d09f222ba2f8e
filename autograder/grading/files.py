"""The files that a submission's code may see: its own, and those that were handed out with the sheet."""

from __future__ import annotations

import fnmatch
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

LARGEST = 64 * 2**20  # bytes of one file
MOST = 128 * 2**20  # bytes of all
MOST_FILES = 2000


def stage(course: CourseDirectory, student: str, assignment: str, target: Path) -> None:
    """Copy what belongs to a submission into ``target``: regular files only, no link is followed, nothing huge.

    What was handed out comes last, so that no file of the student's takes its place.
    """
    room = MOST
    count = 0
    for step, who in (("autograded", student), ("release", ".")):
        folder = Path(course.format_path(getattr(course, f"{step}_directory"), who, assignment))
        for path, size in _regular_files(folder, course.ignore):
            room -= size
            count += 1
            if room < 0 or count > MOST_FILES:
                break
            if path.suffix == ".ipynb":  # those in autograded/ hold hidden tests
                continue
            place = target / path.relative_to(folder)
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                _copy(path, place)
            except OSError:  # unreadable, or a file of the student's stands where a folder should
                continue


def _regular_files(folder: Path, ignored: list[str]) -> Iterator[tuple[Path, int]]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not any(fnmatch.fnmatch(name, p) for p in ignored))
        for name in sorted(names):
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
