"""The trusted process: takes notebooks to grade, one JSON line each, and answers with their outcomes.

It stands apart from nbgrader's own process, so that no value of a student's, however large, can harm the gradebook,
and it stays for the next notebook, since importing takes longer than grading. A notebook that it does not finish in
time costs only itself: the worker is replaced.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from autograder.grading.beginnings import Beginnings
from autograder.grading.files import includes
from autograder.grading.limits import Limits
from autograder.grading.prologue import Cell
from autograder.grading.run import Outcome, run_notebook
from autograder.grading.solutions import COURSE_VARIABLE, code_sources
from autograder.grading.store import Store
from autograder.grading.walls import SandboxUnavailableError
from autograder.messages import _

_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONSAFEPATH": "1"}
_MEMORY = 3 * 2**30  # bytes of address space; enough for any test, too little to hurt the machine
_LOOK = 0.5  # seconds between two looks at whether the process that started it still runs
_SPARE = 60.0  # seconds beyond the time of the notebook until the worker is given up


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

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Return what ``asdict`` and JSON made of a job."""
        said = json.loads(text)
        cells = tuple(Cell(**cell) for cell in said.pop("cells"))
        return cls(cells=cells, limits=Limits(**said.pop("limits")), **said)


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

    def timed(self, job: Job) -> tuple[list[Outcome], float]:
        """Grade one notebook, as :meth:`run` does, and say how many seconds it took."""
        started = time.monotonic()
        outcomes = self.run(job)
        return outcomes, time.monotonic() - started

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


def answer(text: str, beginnings: Beginnings) -> dict[str, Any]:
    """Return the answer to one job."""
    job = Job.from_json(text)
    if job.unsafe != beginnings.unsafe:
        beginnings.close()
        beginnings.unsafe = job.unsafe
    beginnings.store = None if job.fresh else Store(Path(job.course))
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


def _end_with(parent: int) -> None:
    """End when the process that started this one does, however that ends."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


def main() -> None:
    """Serve until the standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a test prints is no answer
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    beginnings = Beginnings()
    gc.freeze()  # libraries stay: the collector need not look at them again, nor so often at tests
    gc.set_threshold(20_000)
    for line in sys.stdin:
        answers.write(json.dumps(answer(line, beginnings)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
