"""Grade all hand-ins of a sheet: notebooks run side by side, and one after the other enters the gradebook.

Workers go ahead and fill the cache; nbgrader then grades each hand-in by itself and finds there what became of its
notebooks. So the gradebook has one writer, and whatever stops a run, the next one goes on where it was.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import filter as matching
from functools import partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias, TypeVar

from autograder.course.cluster import ClusterError, Envoy
from autograder.course.errand import Errand, Returned
from autograder.course.ledger import Entry, Ledger, hash_of
from autograder.course.pipeline import LOGFILE, Pipeline, StepError
from autograder.course.results import Result, result_of, tasks_of
from autograder.course.view import GRADES, JsonLines, View
from autograder.grading.cache import Cache
from autograder.grading.preparing import Graded, grade
from autograder.grading.recovery import holds_anything
from autograder.grading.run import Outcome
from autograder.grading.solutions import CONFIGURATION
from autograder.grading.store import prune
from autograder.grading.worker import Job, Worker, WorkerError, crew
from autograder.messages import _

_T = TypeVar("_T")
_Hand: TypeAlias = Worker | Envoy
_AHEAD = 3  # hand-ins a worker that run, or have run and wait for the gradebook


class Only(StrEnum):
    """Which hand-ins to grade: new or changed ones, those that could not be graded, those that wait for a human."""

    CHANGED = "changed"
    FAILED = "failed"
    REVIEW = "review"


@dataclass(frozen=True)
class Wanted:
    """Whose hand-ins to grade, which ``notebook`` of them (a pattern), by how many ``jobs``; ``fresh``: all anew.

    ``only`` leaves out the hand-ins that are not so; ``hire`` finds so many workers, or envoys to those of a cluster,
    where ``ready`` holds nobody who waits already.
    """

    students: list[str]
    notebook: str = "*"
    jobs: int = 1
    fresh: bool = False
    only: Only | None = None
    hire: Callable[[int], Sequence[_Hand]] = crew
    ready: Sequence[Worker] = ()


def grade_all(pipeline: Pipeline, assignment: str, wanted: Wanted, view: View) -> list[Result]:
    """Grade what is ``wanted``, write feedback and grades.csv, and tell ``view``; results come by student.

    A hand-in that cannot be graded is noted and the others follow. What was graded until Ctrl-C stays.
    """
    run = _Run(pipeline, assignment, wanted, view)
    view.begin(assignment, tasks_of(pipeline, assignment), len(run.students))
    results: list[Result] = []
    stopped = True
    try:
        with closing(run.results()) as found:
            for result in found:
                results.append(result)
                view.ended(result)
        stopped = False
        prune(pipeline.root, pipeline.cache_days())
    finally:
        results.sort(key=lambda result: result.student)
        if results:
            pipeline.export(pipeline.root / GRADES)
        forgotten = pipeline.forgotten(assignment) if results else []
        view.finish(results, pipeline.root, forgotten, stopped=stopped)
    return results


def grade_one(
    pipeline: Pipeline, assignment: str, wanted: Wanted, worker: Worker, *, alone: bool
) -> tuple[Graded | None, Result | None]:
    """Grade the only hand-in that is ``wanted``; there is no result yet where something has to run again alone."""
    run = _Run(pipeline, assignment, wanted, JsonLines())
    (student,) = run.students
    graded = run.grade(student, worker, alone=alone, fresh=wanted.fresh)
    if graded is not None and graded.doubtful and not alone:
        return graded, None
    return graded, run.finish(student, graded)


def meant(pipeline: Pipeline, assignment: str, wanted: Wanted) -> list[str]:
    """Return whose hand-ins ``wanted`` means, which ``only`` may leave out of; nothing runs."""
    return _Run(pipeline, assignment, wanted, JsonLines()).students


class _Run:
    def __init__(self, pipeline: Pipeline, assignment: str, wanted: Wanted, view: View) -> None:
        self.pipeline, self.assignment, self.wanted, self.view = pipeline, assignment, wanted, view
        self.sheet = pipeline.sheet(assignment)
        self.chosen = matching(self.sheet.release, wanted.notebook)
        self.tasks = [task for task in tasks_of(pipeline, assignment) if task.notebook in self.chosen]
        self.settings = pipeline.settings()
        self.cache = Cache(pipeline.root)
        self.ledger = Ledger(pipeline.root, assignment)
        self.students = [student for student in wanted.students if self.is_meant(student)]

    def is_meant(self, student: str) -> bool:
        """Tell whether ``only`` is so of a hand-in."""
        match self.wanted.only:
            case None:
                return True
            case Only.REVIEW:
                return self.pipeline.waits_for_human(self.assignment, student)
            case Only.FAILED:
                return holds_anything(self.folder(student)) and self.ledger.find(student) is None
            case Only.CHANGED:
                if not holds_anything(self.folder(student)):
                    return False
                put_in = self.put_in(self.grade(student, _Nobody(), alone=True))
                return put_in is None or not self.stands(student, put_in)

    def folder(self, student: str) -> Path:
        """Return what was handed in."""
        return self.pipeline.folder("submitted", student, self.assignment)

    def results(self) -> Generator[Result, None, None]:
        """Yield the results as they come, those that have to run alone at the end."""
        beside = self.wanted.jobs > 1
        again = []
        ahead = partial(self.ahead, alone=not beside, fresh=self.wanted.fresh)
        with _Crew(self.wanted.ready or self.wanted.hire(self.wanted.jobs)) as workers:
            for student, graded in workers.each(self.in_order(), ahead):
                if beside and graded is not None and graded.doubtful:
                    again.append(student)
                else:
                    yield self.finish(student, graded)
        with _Crew(self.wanted.hire(1)) as workers:
            for student, graded in workers.each(again, partial(self.ahead, alone=True)):
                yield self.finish(student, graded)

    def in_order(self) -> list[str]:
        """Return the students, who is expected to take longest first: of whom nothing is known, before all others."""

        def expected(student: str) -> float:
            entry = self.ledger.find(student)
            return float("inf") if entry is None else entry.seconds

        return sorted(self.students, key=expected, reverse=True)

    def ahead(self, student: str, worker: _Hand, *, alone: bool, fresh: bool = False) -> Graded | Returned | None:
        """Run a hand-in's notebooks; None where there are none or something is wrong, which nbgrader will tell."""
        if not holds_anything(self.folder(student)):
            return None
        self.view.started(student)
        if isinstance(worker, Envoy):
            return self.send(student, worker, alone=alone, fresh=fresh)
        return self.grade(student, worker, alone=alone, fresh=fresh)

    def send(self, student: str, envoy: Envoy, *, alone: bool, fresh: bool) -> Graded | Returned | None:
        """Have a hand-in graded elsewhere, unless all that could run has run; None where that cannot be."""
        known = None
        if not fresh and (alone or self.ledger.find(student) is not None):
            known = self.grade(student, _Nobody(), alone=alone)
            if known is not None and known.complete:
                return known
        kept = {} if known is None else {known.keys[name]: record for name, record in known.records.items()}
        where, notebook = (self.pipeline, self.assignment, student), self.wanted.notebook
        try:
            returned = envoy.grade(Errand.of(*where, notebook, kept, alone=alone, fresh=fresh))
        except ClusterError:
            raise
        except Exception:  # what does not fit into a parcel, or what a library on the way raises
            self.pipeline.log.warning("%s could not be graded elsewhere", student, exc_info=True)
            return known
        if returned is not None:
            for key, record in returned.kept.items():
                self.cache.keep(key, record)
        return returned or known

    def grade(self, student: str, worker: Worker, *, alone: bool, fresh: bool = False) -> Graded | None:
        """Return what becomes of a hand-in's notebooks, None where something is wrong."""
        folder = self.folder(student)
        try:
            return grade(folder, self.sheet, self.chosen, self.settings, worker, self.cache, alone=alone, fresh=fresh)
        except ClusterError:
            raise
        except Exception:
            self.pipeline.log.warning("%s could not run ahead", student, exc_info=True)
            return None

    def put_in(self, graded: Graded | None) -> str | None:
        """Return a hash of all that makes a hand-in's marks and feedback, None where some of it is not known."""
        if graded is None or not graded.complete or self.wanted.notebook != "*":
            return None
        return hash_of(graded, self.settings, self.pipeline.root / CONFIGURATION)

    def stands(self, student: str, put_in: str | None) -> bool:
        """Tell whether what the gradebook and the folders hold of a hand-in is what came of ``put_in``."""
        entry = self.ledger.find(student)
        if entry is None or entry.put_in != put_in:
            return False
        return entry.came_out == self.pipeline.standing(self.assignment, student)

    def finish(self, student: str, graded: Graded | Returned | None) -> Result:
        """Let nbgrader grade a hand-in, unless nothing has changed since it last did, or it was graded elsewhere."""
        if not holds_anything(self.folder(student)):
            return Result(student, {}, (_("handed in no notebook."),))
        if isinstance(graded, Returned):
            if graded.result is not None and self.enter(student, graded):
                return graded.result
            graded = self.grade(student, _Nobody(), alone=True)
        put_in = self.put_in(graded)
        try:
            if self.wanted.fresh or not self.stands(student, put_in):
                hand_in = None if graded is None else graded.hand_in
                self.pipeline.autograde(self.assignment, student, self.wanted.notebook, hand_in)
                self.pipeline.generate_feedback(self.assignment, student, self.wanted.notebook)
                self.note(student, put_in, 0.0 if graded is None else graded.seconds)
            result = result_of(self.pipeline, self.assignment, student, self.tasks)
        except StepError as error:
            self.ledger.forget(student)
            note = _("could not be graded: {error} (details in {log})", error=error, log=LOGFILE)
            return Result(student, {}, (note,), failed=True)
        if graded is None:
            return result
        return replace(result, seconds=round(graded.seconds, 3), cached=not graded.ran)

    def enter(self, student: str, returned: Returned) -> bool:
        """Put what came back in its place; return whether it is there, else nbgrader has to grade it here."""
        try:
            entered = returned.enter(self.pipeline, self.assignment, student)
        except Exception:  # what file systems and databases raise: nbgrader may be told the same, and say so
            self.pipeline.log.warning("%s came back and could not be written", student, exc_info=True)
            return False
        if entered:
            self.note(student, returned.put_in, returned.seconds)
        return entered

    def note(self, student: str, put_in: str | None, seconds: float) -> None:
        """Note in the ledger of what a hand-in's marks and feedback were made, where that is known."""
        if put_in is not None:
            self.ledger.write(student, Entry(put_in, self.pipeline.standing(self.assignment, student), seconds))
        elif self.wanted.notebook == "*":
            self.ledger.forget(student)


class _Nobody(Worker):
    """Runs nothing: only what is in the cache is found."""

    def run(self, job: Job) -> list[Outcome]:  # noqa: ARG002
        """Refuse."""
        raise WorkerError


class _Crew:
    """Threads with a worker or an envoy each; on leaving, all of them end, also in the middle of something."""

    def __init__(self, workers: Sequence[_Hand]) -> None:
        self._threads = ThreadPoolExecutor(len(workers))
        self._all = workers
        self._idle = list(workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        for worker in self._all:
            worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._all:
            worker.close()

    def each(self, students: Iterable[str], work: Callable[[str, _Hand], _T]) -> Iterator[tuple[str, _T]]:
        """Do ``work`` for all ``students``, and yield each with what came of it, who is done first.

        It is not far ahead of whoever takes that, so that memory does not grow with the class.
        """
        waiting = iter(students)
        running: dict[Future[_T], str] = {}
        while True:
            for student in islice(waiting, _AHEAD * len(self._all) - len(running)):
                running[self._threads.submit(self._with_worker, student, work)] = student
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()

    def _with_worker(self, student: str, work: Callable[[str, _Hand], _T]) -> _T:
        worker = self._idle.pop()
        try:
            return work(student, worker)
        finally:
            self._idle.append(worker)
