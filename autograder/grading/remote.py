"""A job on another machine: what it reads travels with it, and only its outcomes come back.

Both sides need this package and bubblewrap, and no folder that they share. Each thread there keeps one warm worker, and
the sheet's source is unpacked once.
"""

from __future__ import annotations

import contextlib
import io
import json
import tarfile
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autograder.grading import fingerprint
from autograder.grading.files import digest
from autograder.grading.run import Outcome
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
    """A job as it travels: its JSON, the files beside its notebook, and the environment that it is to run in."""

    job: str
    files: Parcel | None
    environment: str

    @classmethod
    def of(cls, job: Job) -> Errand:
        """Pack ``job``."""
        files = None if job.files is None else Parcel.of(Path(job.files))
        return cls(json.dumps(asdict(job)), files, fingerprint.package())


def run(source: Parcel, errand: Errand) -> tuple[list[dict[str, Any]], float]:
    """Return the outcomes of a job of the course with the folder ``source``, and how many seconds it took.

    Raises:
        OtherVersionError: another version of this package or of a library is installed here.
        SandboxUnavailableError: there can be no sandbox here.
        WorkerError: the worker failed.

    """
    if errand.environment != fingerprint.package():
        raise OtherVersionError
    with Scratch() as scratch:
        if errand.files is not None:
            errand.files.unpack(Path(scratch))
        job = replace(
            Job.from_json(errand.job),
            course=str(_course(source)),
            files=None if errand.files is None else scratch,
        )
        outcomes, seconds = _worker().timed(job)
    return [asdict(outcome) for outcome in outcomes], seconds


def carry(parcel: Parcel) -> Parcel:
    """Return ``parcel``, so that it is the result of a task, which can be made again where it is lost."""
    return parcel


def outcomes_of(answer: list[dict[str, Any]]) -> list[Outcome]:
    """Return the outcomes that came back."""
    return [Outcome(**outcome) for outcome in answer]


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
