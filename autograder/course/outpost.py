"""A process on another machine that grades hand-ins as they would be here: in a copy of the course, one at a time.

What concerns a hand-in is laid there (``errand.py``), graded by the same code, taken out again and sent back.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from autograder.course import rows
from autograder.course.errand import Errand, Returned, Sheets, pack, rows_of
from autograder.course.ledger import Ledger
from autograder.course.pipeline import ConfigurationError, Pipeline, own_gradebook
from autograder.course.remote import Load
from autograder.course.results import Result
from autograder.course.run import Wanted, grade_one
from autograder.grading import collector
from autograder.grading.cache import Cache
from autograder.grading.preparing import Graded
from autograder.grading.scratch import Scratch, SharedScratch, sweep
from autograder.grading.solutions import CONFIGURATION
from autograder.grading.store import FOLDER, GIVEN
from autograder.grading.worker import Worker, end_with


class Outpost:
    """A copy of a course, in a folder that goes with this object, in which ``worker`` runs notebooks.

    What the author's cells show, the outposts of a machine find out together.
    """

    def __init__(self, load: Load, worker: Worker) -> None:
        """Lay out the sheets of ``load``; raises :class:`ConfigurationError`."""
        sheets: Sheets = pickle.loads(load.content)  # noqa: S301 - from whom we take orders
        self._scratch = Scratch()
        self._worker = worker
        root = Path(self._scratch.name).resolve()
        (root / CONFIGURATION).write_bytes(sheets.configuration)
        for folder, parcel in sheets.files.items():
            parcel.unpack(root / folder)
        with suppress(OSError):
            self._given = SharedScratch(load.digest)
            (root / FOLDER).mkdir()
            (root / FOLDER / GIVEN).symlink_to(self._given.name)
        rows.make(own_gradebook(root), sheets.rows)
        self._pipeline = Pipeline.apart(root)
        if sheets.unsafe:
            self._pipeline.allow_unsafe()

    def grade(self, errand: Errand) -> Returned | None:
        """Return what became of a hand-in; None where it could not be graded here."""
        cache = Cache(self._pipeline.root)
        keys = set(errand.kept)
        wanted = Wanted([errand.student], errand.notebook, fresh=errand.fresh)
        try:
            for key, record in errand.kept.items():
                cache.keep(key, record)
            for step, parcel in errand.files.items():
                parcel.unpack(self._folder(step, errand))
            with self._pipeline.connection() as connection:
                rows.put(connection, errand.rows)
            graded, result = grade_one(self._pipeline, errand.assignment, wanted, self._worker, alone=errand.alone)
            if graded is not None:
                keys.update(graded.keys.values())
            if result is not None and result.failed:
                return None
            return self._returned(errand, graded, result)
        finally:
            self._clear(errand)
            for key in keys:
                cache.forget(key)

    def _returned(self, errand: Errand, graded: Graded | None, result: Result | None) -> Returned:
        entry = self._ledger(errand).find(errand.student)
        new = {} if graded is None else {graded.keys[name]: record for name, record in graded.records.items()}
        return Returned(
            files=pack(self._pipeline, errand.assignment, errand.student),
            before=errand.rows,
            after=rows_of(self._pipeline, errand.assignment, errand.student),
            kept={key: record for key, record in new.items() if errand.kept.get(key) != record},
            put_in=None if entry is None else entry.put_in,
            seconds=0.0 if graded is None else graded.seconds,
            result=result,
        )

    def _clear(self, errand: Errand) -> None:
        """Leave nothing of a hand-in to the next one."""
        found = rows_of(self._pipeline, errand.assignment, errand.student)
        with self._pipeline.connection() as connection:
            rows.remove(connection, found)
        for step in errand.files:
            shutil.rmtree(self._folder(step, errand), ignore_errors=True)
        self._ledger(errand).forget(errand.student)

    def _folder(self, step: str, errand: Errand) -> Path:
        return self._pipeline.folder(step, errand.student, errand.assignment)

    def _ledger(self, errand: Errand) -> Ledger:
        return Ledger(self._pipeline.root, errand.assignment)


def settle(worker: Worker) -> None:
    """Stay on a processor that no other outpost of this user's has, if there is one left, until this process ends.

    Then ``worker`` takes turns with what it runs, and begins with other notebooks, as those of a crew do.
    """
    cores = sorted(os.sched_getaffinity(0))
    for number, core in enumerate(cores):
        path = Path(tempfile.gettempdir(), f"autograder-processor-{os.getuid()}-{core}")
        with suppress(OSError):  # somebody else's, or no such processor any more
            held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(held)
                continue
            os.sched_setaffinity(0, {core})
            worker.start = number / len(cores)
            return


def main() -> None:
    """Answer errands, each after the sheets if those are others than before, until whoever sends them has ended."""
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    worker = Worker()
    settle(worker)
    worker.begin()
    sweep()
    collector.spare()
    outpost: Outpost | None = None
    with Connection(int(sys.argv[1])) as connection, suppress(EOFError, OSError):
        while True:
            load, errand = connection.recv()
            trouble, returned = "", None
            try:
                if load is not None:
                    outpost = Outpost(load, worker)
                assert outpost is not None
                returned = outpost.grade(pickle.loads(errand))  # noqa: S301
            except ConfigurationError as error:
                trouble = str(error)
            except Exception:  # whatever happens, the next hand-in is graded
                traceback.print_exc()
            connection.send((trouble, pickle.dumps(returned)))


if __name__ == "__main__":
    main()
