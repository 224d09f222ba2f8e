"""The trusted process: takes notebooks to grade, one JSON line each, and answers with their outcomes.

It stands apart from nbgrader's own process, so that no value of a student's, however large, can harm the gradebook,
and it stays for the next notebook, since importing takes longer than grading. A notebook that it does not finish in
time costs only itself: the worker is replaced.
"""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from autograder.grading import collector
from autograder.grading.beginnings import Beginnings
from autograder.grading.files import includes
from autograder.grading.limits import Limits
from autograder.grading.prologue import Cell
from autograder.grading.run import Outcome, run_notebook
from autograder.grading.solutions import COURSE_VARIABLE, code_sources
from autograder.grading.store import GIVEN, Store
from autograder.grading.walls import SandboxUnavailableError
from autograder.messages import _

_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONSAFEPATH": "1"}
_MEMORY = 3 * 2**30  # bytes of address space; enough for any test, too little to hurt the machine
_LOOK = 0.5  # seconds between two looks at whether the process that started it still runs
_SPARE = 60.0  # seconds beyond the time of the notebook until the worker is given up
_LEAST_SECONDS = 1.0  # that a notebook gets, whatever the ones before it took


class WorkerError(RuntimeError):
    """The worker failed on a notebook; the message says how."""


@dataclass(frozen=True)
class Job:
    """A notebook to grade: of which ``assignment`` in which ``course``, with ``files`` beside it, in ``seconds``.

    ``fresh``: nothing that is known from before counts, not even what the author's cells show.
    """

    course: str
    assignment: str
    notebook: str
    cells: tuple[Cell, ...]
    files: str | None
    limits: Limits
    seconds: float
    unsafe: bool = False
    fresh: bool = False

    def after(self, seconds: float) -> Job:
        """Return the job with the time that is left where the hand-in has already spent so many ``seconds``."""
        return replace(self, seconds=max(self.limits.submission_seconds - seconds, _LEAST_SECONDS))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Return what ``asdict`` and JSON made of a job."""
        said = json.loads(text)
        cells = tuple(Cell(**cell) for cell in said.pop("cells"))
        return cls(cells=cells, limits=Limits(**said.pop("limits")), **said)


@dataclass(frozen=True)
class Record:
    """A graded notebook: its outcomes, the ``seconds`` it took of those ``allowed``, whether it ran ``alone``."""

    outcomes: list[Outcome]
    seconds: float
    allowed: float
    alone: bool

    @classmethod
    def from_plain(cls, said: dict[str, Any]) -> Record:
        """Return what ``asdict`` made of a record; raises TypeError or KeyError where ``said`` is something else."""
        return cls(**(said | {"outcomes": [Outcome(**outcome) for outcome in said["outcomes"]]}))

    @property
    def late(self) -> bool:
        """Whether a limit of time may have decided."""
        return any(outcome.late for outcome in self.outcomes)

    def counts(self, job: Job, *, alone: bool) -> bool:
        """Return whether running ``job`` again could not be fairer, beside others or ``alone``."""
        return not self.late or (self.allowed >= job.seconds and (self.alone or not alone))


class Worker:
    """A worker process, started when first needed, on processor ``core`` if that is set.

    It and what runs in its sandbox take turns: on one processor, the one need not wake another for the other. Of each
    hand-in it begins with the notebook at ``start``, a share of all: workers that begin with different ones find kept
    already what the author's cells show in the others.
    """

    def __init__(self) -> None:
        self.core: int | None = None
        self.start = 0.0
        self._process: subprocess.Popen[str] | None = None
        self._ended = False

    def begin(self) -> None:
        """Start the process, and let it get ready while nobody waits for it."""
        process = self._started()
        assert process.stdin is not None
        with suppress(OSError):  # it has ended: the first job tells
            process.stdin.write("\n")
            process.stdin.flush()

    def run(self, job: Job) -> list[Outcome]:
        """Grade one notebook.

        Raises:
            SandboxUnavailableError: there can be no sandbox here.
            WorkerError: the worker failed, or did not end in time.

        """
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(asdict(job)) + "\n")
            process.stdin.flush()
            answer = json.loads(self._line(process.stdout, time.monotonic() + job.seconds + _SPARE))
        except (OSError, ValueError) as error:
            self.close()
            raise WorkerError(str(error)) from error
        except BaseException:
            self.close()  # what it would answer belongs to nobody
            raise
        if problem := answer.get("unavailable"):
            raise SandboxUnavailableError(problem)
        if problem := answer.get("error"):
            raise WorkerError(problem)
        return [Outcome(**outcome) for outcome in answer["outcomes"]]

    def record(self, job: Job, *, alone: bool) -> Record:
        """Grade one notebook, beside others or ``alone``, as :meth:`run` does."""
        started = time.monotonic()
        outcomes = self.run(job)
        return Record(outcomes, time.monotonic() - started, job.seconds, alone)

    def records(self, jobs: Sequence[Job], spent: float, *, alone: bool) -> Iterator[Record | None]:
        """Grade notebooks of a hand-in that has ``spent`` so many seconds; a record each, None where that failed."""
        for job in jobs:
            try:
                record = self.record(job.after(spent), alone=alone)
            except (WorkerError, SandboxUnavailableError):
                yield None
            else:
                spent += record.seconds
                yield record

    def kill(self) -> None:
        """End for good, also while another thread waits for an answer, who hears a WorkerError."""
        self._ended = True
        if (process := self._process) is not None:
            process.kill()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self) -> subprocess.Popen[str]:
        if self._ended:
            raise WorkerError(_("The grading process ended."))
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "autograder.grading.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **_ENVIRONMENT},
                start_new_session=True,  # Ctrl-C is for whoever started it to answer
                text=True,
                encoding="utf-8",
            )
            if self.core is not None:
                with suppress(OSError):  # not ours any more
                    os.sched_setaffinity(self._process.pid, {self.core})
        return self._process

    def _line(self, stream: IO[str], end: float) -> str:
        ready, _writable, _exceptional = select.select([stream], [], [], max(end - time.monotonic(), 0))
        if not ready:
            raise WorkerError(_("The notebook was not graded in time."))
        line = stream.readline()
        if not line.endswith("\n"):
            raise WorkerError(_("The grading process ended."))
        return line


def crew(count: int) -> list[Worker]:
    """Return so many workers for one run, each with another notebook to begin with and, by turns, a processor."""
    workers = [Worker() for _each in range(count)]
    cores = sorted(os.sched_getaffinity(0))
    for number, worker in enumerate(workers):
        worker.start = number / count
        if count >= len(cores):  # else there is a free one for whoever wakes up
            worker.core = cores[number % len(cores)]
    return workers


def answer(text: str, beginnings: Beginnings) -> dict[str, Any]:
    """Return the answer to one job."""
    job = Job.from_json(text)
    if job.unsafe != beginnings.unsafe:
        beginnings.close()
        beginnings.unsafe = job.unsafe
    beginnings.store = None if job.fresh else Store(Path(job.course), GIVEN)
    os.environ[COURSE_VARIABLE] = job.course
    os.chdir(Path(job.course, "source", job.assignment))  # tests find their files there
    files = None if job.files is None else Path(job.files)
    try:
        outcomes = run_notebook(
            job.cells, files, job.limits, seconds=job.seconds, given=_given(job), beginnings=beginnings
        )
    except SandboxUnavailableError as error:
        return {"unavailable": str(error)}
    except Exception as error:  # whatever happens, the next notebook is graded
        return {"error": f"{type(error).__name__}: {error}"}
    return {"outcomes": [asdict(outcome) for outcome in outcomes]}


def _given(job: Job) -> frozenset[int]:
    """Return the places of cells that are as they were handed out; none beside a file of the student's."""
    try:
        source = code_sources(Path(f"{job.notebook}.ipynb"))
        if job.files is not None and not includes(Path(), Path(job.files)):
            return frozenset()
    except OSError:
        return frozenset()
    pairs = zip(job.cells, source, strict=False)
    return frozenset(place for place, (cell, text) in enumerate(pairs) if cell.source == text)


def end_with(parent: int) -> None:
    """End when the process that started this one does, however that ends."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


def main() -> None:
    """Serve until the standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a test prints is no answer
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    beginnings = Beginnings()
    collector.spare()
    for line in sys.stdin:
        if not line.strip():
            beginnings.begin()
            continue
        done = json.dumps(answer(line, beginnings))
        try:
            answers.write(done + "\n")
            answers.flush()
        except BrokenPipeError:  # whoever asked has ended
            os._exit(1)


if __name__ == "__main__":
    main()
