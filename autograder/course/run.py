"""Grade all hand-ins of a sheet: notebooks run side by side, and one after the other enters the gradebook.

Workers go ahead and fill the cache; nbgrader then grades each hand-in by itself and finds there what became of its
notebooks. So the gradebook has one writer, and whatever stops a run, the next one goes on where it was.
"""

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from fnmatch import filter as matching
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from autograder.course.ledger import Entry, Ledger, hash_of
from autograder.course.pipeline import LOGFILE, Pipeline, StepError
from autograder.course.results import Result, result_of, tasks_of
from autograder.course.view import GRADES, View
from autograder.grading.cache import Cache
from autograder.grading.preparing import Graded, grade
from autograder.grading.recovery import holds_anything
from autograder.grading.solutions import CONFIGURATION
from autograder.grading.worker import Worker
from autograder.messages import _

_T = TypeVar("_T")


@dataclass(frozen=True)
class Wanted:
    """Whose hand-ins to grade, which ``notebook`` of them (a pattern), by how many ``jobs``; ``fresh``: all anew."""

    students: list[str]
    notebook: str = "*"
    jobs: int = 1
    fresh: bool = False


def grade_all(pipeline: Pipeline, assignment: str, wanted: Wanted, view: View) -> list[Result]:
    """Grade what is ``wanted``, write feedback and grades.csv, and tell ``view``; results come by student.

    A hand-in that cannot be graded is noted and the others follow. What was graded until Ctrl-C stays.
    """
    view.begin(assignment, tasks_of(pipeline, assignment), len(wanted.students))
    results: list[Result] = []
    stopped = True
    try:
        with closing(_Run(pipeline, assignment, wanted, view).results()) as found:
            for result in found:
                results.append(result)
                view.ended(result)
        stopped = False
    finally:
        results.sort(key=lambda result: result.student)
        if results:
            pipeline.export(pipeline.root / GRADES)
        forgotten = pipeline.forgotten(assignment) if results else []
        view.finish(results, pipeline.root, forgotten, stopped=stopped)
    return results


class _Run:
    def __init__(self, pipeline: Pipeline, assignment: str, wanted: Wanted, view: View) -> None:
        self.pipeline, self.assignment, self.wanted, self.view = pipeline, assignment, wanted, view
        self.sheet = pipeline.sheet(assignment)
        self.chosen = matching(self.sheet.release, wanted.notebook)
        self.tasks = [task for task in tasks_of(pipeline, assignment) if task.notebook in self.chosen]
        self.settings = pipeline.settings()
        self.cache = Cache(pipeline.root)
        self.ledger = Ledger(pipeline.root, assignment)

    def results(self) -> Generator[Result, None, None]:
        """Yield the results as they come, those that have to run alone at the end."""
        beside = self.wanted.jobs > 1
        again = []
        with _Workers(self.wanted.jobs) as workers:
            futures = {
                workers.do(partial(self.ahead, student, alone=not beside, fresh=self.wanted.fresh)): student
                for student in self.in_order()
            }
            for future in as_completed(futures):
                student, graded = futures.pop(future), future.result()
                if beside and graded is not None and graded.doubtful:
                    again.append(student)
                else:
                    yield self.finish(student, graded)
        with _Workers(1) as workers:
            for student in again:
                graded = workers.do(partial(self.ahead, student, alone=True)).result()
                yield self.finish(student, graded)

    def in_order(self) -> list[str]:
        """Return the students, who is expected to take longest first: of whom nothing is known, before all others."""

        def expected(student: str) -> float:
            entry = self.ledger.find(student)
            return float("inf") if entry is None else entry.seconds

        return sorted(self.wanted.students, key=expected, reverse=True)

    def ahead(self, student: str, worker: Worker, *, alone: bool, fresh: bool = False) -> Graded | None:
        """Run a hand-in's notebooks; None where there are none or something is wrong, which nbgrader will tell."""
        folder = self.pipeline.folder("submitted", student, self.assignment)
        if not holds_anything(folder):
            return None
        self.view.started(student)
        try:
            return grade(folder, self.sheet, self.chosen, self.settings, worker, self.cache, alone=alone, fresh=fresh)
        except Exception:
            self.pipeline.log.warning("%s could not run ahead", student, exc_info=True)
            return None

    def finish(self, student: str, graded: Graded | None) -> Result:
        """Let nbgrader grade a hand-in, unless nothing has changed since it last did."""
        if not holds_anything(self.pipeline.folder("submitted", student, self.assignment)):
            return Result(student, {}, (_("handed in no notebook."),))
        put_in = None
        if graded is not None and len(graded.records) == graded.notebooks and self.wanted.notebook == "*":
            put_in = hash_of(graded, self.settings, self.pipeline.root / CONFIGURATION)
        entry = self.ledger.find(student)
        try:
            came_out = self.pipeline.standing(self.assignment, student)
            if entry is None or self.wanted.fresh or (entry.put_in, entry.came_out) != (put_in, came_out):
                self.pipeline.autograde(self.assignment, student, self.wanted.notebook)
                self.pipeline.generate_feedback(self.assignment, student, self.wanted.notebook)
                if put_in is not None and graded is not None:
                    came_out = self.pipeline.standing(self.assignment, student)
                    self.ledger.write(student, Entry(put_in, came_out, graded.seconds))
            result = result_of(self.pipeline, self.assignment, student, self.tasks)
        except StepError as error:
            note = _("could not be graded: {error} (details in {log})", error=error, log=LOGFILE)
            return Result(student, {}, (note,), failed=True)
        if graded is None:
            return result
        return replace(result, seconds=round(graded.seconds, 3), cached=not graded.ran)


class _Workers:
    """Threads with a worker process each; on leaving, all of them end, also in the middle of something."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count)
        self._all = [Worker() for _each in range(count)]
        self._idle = list(self._all)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        for worker in self._all:
            worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._all:
            worker.close()

    def do(self, work: Callable[[Worker], _T]) -> Future[_T]:
        """Do ``work`` with the next worker that is free."""

        def with_worker() -> _T:
            worker = self._idle.pop()
            try:
                return work(worker)
            finally:
                self._idle.append(worker)

        return self._threads.submit(with_worker)
