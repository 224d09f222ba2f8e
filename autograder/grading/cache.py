"""What became of notebooks, kept by what decided about it: the same work is not done twice.

A record's key is a hash of all that its outcomes follow from. Where time decided, they also follow from the time that
was left and from what else the machine had to do, so that such a record counts only where neither was worse than now.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

from autograder.grading import fingerprint
from autograder.grading.files import digest
from autograder.grading.store import RESULTS, Store
from autograder.grading.worker import Job, Record, Worker


class Cache:
    """Records below the folder ``.autograder`` of the course in ``root``."""

    def __init__(self, root: Path) -> None:
        self._store = Store(root, RESULTS)

    def find(self, key: str) -> Record | None:
        """Return the record of ``key``; none where what is kept there is another thing."""
        try:
            return Record.from_plain(self._store.find(key))
        except (TypeError, KeyError):
            return None

    def find_for(self, job: Job, key: str, *, alone: bool) -> Record | None:
        """Return the record of ``job``, whose key is ``key``; none where running it again could be fairer."""
        record = self.find(key)
        return record if record is not None and record.counts(job, alone=alone) else None

    def forget(self, key: str) -> None:
        """Remove the record of ``key``."""
        self._store.forget(key)

    def keep(self, key: str, record: Record) -> None:
        """Keep ``record`` under ``key``, in place of the one before."""
        self._store.keep(key, asdict(record))


def key_of(job: Job) -> str:
    """Return the hash of all that decides about ``job``; neither the student's name nor the time left is among it."""
    said = vars(job) | {"cells": [vars(cell) for cell in job.cells], "limits": vars(job.limits)}
    for name in ("course", "seconds", "fresh"):
        del said[name]
    said["files"] = job.files and digest(Path(job.files))
    said["sheet"] = fingerprint.sheet(Path(job.course, "source", job.assignment), job.cells)
    said["package"] = fingerprint.package()
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def run_cached(job: Job, worker: Worker, cache: Cache, *, alone: bool, fresh: bool = False) -> tuple[Record, bool]:
    """Return what becomes of ``job``, and whether it had to run for that; ``fresh``: it has to.

    Raises:
        SandboxUnavailableError: there can be no sandbox here.
        WorkerError: the worker failed; nothing is kept of that.

    """
    key = key_of(job)
    record = None if fresh else cache.find_for(job, key, alone=alone)
    if record is not None:
        return record, False
    record = worker.record(replace(job, fresh=fresh), alone=alone)
    cache.keep(key, record)
    return record, True
