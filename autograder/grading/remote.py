"""A hand-in's jobs on another machine: what they read travels with them, and only what came of them comes back.

Both sides need this package and bubblewrap, and no folder that they share. Each thread there keeps one warm worker, and
the sheet's source is unpacked once.
"""

from __future__ import annotations

import contextlib
import io
import json
import tarfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autograder.grading import fingerprint
from autograder.grading.files import digest
from autograder.grading.scratch import Scratch, sweep
from autograder.grading.worker import Job, Worker

_THREAD = threading.local()
_LOCK = threading.Lock()
_COURSES: dict[str, Scratch] = {}  # sheets' sources that are unpacked here, by their hash


class OtherVersionError(RuntimeError):
    """What is installed here is not what is installed where the job comes from."""


@dataclass(frozen=True)
class Parcel:
    """Files as bytes; the same files are the same bytes."""

    content: bytes
    digest: str

    @classmethod
    def of(cls, folder: Path) -> Parcel:
        """Pack the regular files below ``folder``."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                content = path.read_bytes()
                entry = tarfile.TarInfo(str(path.relative_to(folder)))
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        return cls(packed.getvalue(), digest(folder))

    def unpack(self, folder: Path) -> None:
        """Lay the files into ``folder``."""
        with tarfile.open(fileobj=io.BytesIO(self.content)) as archive:
            for entry in archive:
                path = (folder / entry.name).resolve()
                content = archive.extractfile(entry)
                if content is None or not path.is_relative_to(folder.resolve()):
                    raise ValueError(f"{entry.name} is no file of a hand-in")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())


@dataclass(frozen=True)
class Errand:
    """The jobs of a hand-in as they travel, in JSON, with the files beside their notebooks.

    So many seconds were ``spent`` on it before; they run beside others or ``alone``, in an ``environment`` like ours.
    """

    jobs: tuple[str, ...]
    files: Parcel | None
    spent: float
    alone: bool
    environment: str

    @classmethod
    def of(cls, jobs: Sequence[Job], spent: float, *, alone: bool) -> Errand:
        """Pack ``jobs``, which have the same files."""
        folder = jobs[0].files
        files = None if folder is None else Parcel.of(Path(folder))
        return cls(tuple(json.dumps(asdict(job)) for job in jobs), files, spent, alone, fingerprint.package())


def run(source: Parcel, errand: Errand) -> list[dict[str, Any] | None]:
    """Return the record of each job of a hand-in, in the course with the folder ``source``; None where one failed.

    Raises:
        OtherVersionError: another version of this package or of a library is installed here.

    """
    if errand.environment != fingerprint.package():
        raise OtherVersionError
    with Scratch() as scratch:
        if errand.files is not None:
            errand.files.unpack(Path(scratch))
        course, files = str(_course(source)), None if errand.files is None else scratch
        jobs = [replace(Job.from_json(job), course=course, files=files) for job in errand.jobs]
        records = _worker().records(jobs, errand.spent, alone=errand.alone)
        return [None if record is None else asdict(record) for record in records]


def carry(parcel: Parcel) -> Parcel:
    """Return ``parcel``, so that it is the result of a task, which can be made again where it is lost."""
    return parcel


def _worker() -> Worker:
    if not hasattr(_THREAD, "worker"):
        _THREAD.worker = Worker()  # it ends with this process
    worker: Worker = _THREAD.worker
    return worker


def _course(source: Parcel) -> Path:
    with _LOCK:
        if source.digest not in _COURSES:
            with contextlib.suppress(OSError):
                sweep()
            made = Scratch()
            source.unpack(Path(made.name, "source"))
            _COURSES[source.digest] = made
        return Path(_COURSES[source.digest].name)
