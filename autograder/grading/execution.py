# mypy: allow-subclassing-any, allow-untyped-decorators
"""Runs a submitted notebook: student cells in a sandbox, tests in a trusted process (``run.py`` says how)."""

from __future__ import annotations

import atexit
import time
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from traitlets import Bool, Float, Integer

from autograder.grading.cache import Cache, run_cached
from autograder.grading.exporting import CoursePreprocessor
from autograder.grading.files import stage
from autograder.grading.hidden_tests import is_test
from autograder.grading.limits import Limits
from autograder.grading.notes import add_notes
from autograder.grading.preparing import Settings, code_cells
from autograder.grading.run import Outcome, notes_on
from autograder.grading.scratch import Scratch
from autograder.grading.worker import Worker, WorkerError
from autograder.messages import _

_WORKER = Worker()
atexit.register(_WORKER.close)


class Execute(CoursePreprocessor):
    """In place of nbgrader's: every cell gets its outputs, every test its points, in ``cell.metadata.autograder``."""

    timeout = Float(Limits.cell_cpu_seconds, help="Seconds of CPU time a cell").tag(config=True)
    wall_timeout = Float(Limits.cell_wall_seconds, help="Seconds a cell on the clock").tag(config=True)
    submission_timeout = Float(Limits.submission_seconds, help="Seconds a submission on the clock").tag(config=True)
    memory_limit = Integer(Limits.memory_bytes, help="Bytes of memory of a submission").tag(config=True)
    output_limit = Integer(Limits.output_bytes, help="Characters of output that are kept of a cell").tag(config=True)
    use_cache = Bool(True, help="Take over what became of the same notebook before").tag(config=True)
    cache_days = Float(180, help="Days after which what nobody asked for is forgotten (autograder grade)").tag(
        config=True
    )
    unsafe_no_sandbox = Bool(
        False, help="Run students' code without a sandbox. Only for hand-ins that you wrote yourself."
    ).tag(config=True)

    _spent: dict[tuple[str, str], dict[str, float]] = {}  # noqa: RUF012 - of the hand-in under way, by notebook

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Run ``notebook``.

        Raises:
            SandboxUnavailableError: there can be no sandbox here, and nobody asked to do without.

        """
        names, course = resources["nbgrader"], self.course
        code = code_cells(notebook)
        started = time.monotonic()
        seconds = None
        with Scratch() as folder:
            graded = course.format_path(course.autograded_directory, names["student"], names["assignment"])
            release = course.format_path(course.release_directory, ".", names["assignment"])
            stage([Path(graded), Path(release)], course.ignore, Path(folder))
            settings = self.settings()
            root = Path(course.root).resolve()
            spent = self._spent_before(names)
            job = settings.job(root, names["assignment"], names["notebook"], notebook, Path(folder)).after(spent)
            try:
                record, _ran = run_cached(job, _WORKER, Cache(root), alone=True, fresh=not self.use_cache)
                outcomes, seconds = record.outcomes, record.seconds
            except WorkerError as error:
                self.log.error("%s: %s", names["notebook"], error)
                note = _("This notebook could not be graded automatically; your tutor looks at it.")
                add_notes(notebook, [note])  # the reason may tell what students are not to know
                outcomes = [Outcome(points=0.0, review=note) if is_test(cell) else Outcome() for cell in code]
        self._spend(names, time.monotonic() - started if seconds is None else seconds)
        for number, (cell, outcome) in enumerate(zip(code, outcomes, strict=True), start=1):
            _fill(cell, outcome, number)
        add_notes(notebook, notes_on(job.cells))
        if self.unsafe_no_sandbox:
            add_notes(notebook, [_("This was graded without a sandbox: its points are not safe.")])
        return notebook, resources

    def settings(self) -> Settings:
        """Return what is configured."""
        limits = Limits(
            cell_cpu_seconds=self.timeout,
            cell_wall_seconds=self.wall_timeout,
            submission_seconds=self.submission_timeout,
            memory_bytes=self.memory_limit,
            output_bytes=self.output_limit,
        )
        return Settings(limits, self.unsafe_no_sandbox)

    def _spent_before(self, names: dict[str, str]) -> float:
        """Return what the hand-in's notebooks before this one took; nbgrader grades them by name."""
        spent = self._spent.get((names["student"], names["assignment"]), {})
        return sum(seconds for notebook, seconds in spent.items() if notebook < names["notebook"])

    def _spend(self, names: dict[str, str], seconds: float) -> None:
        key = names["student"], names["assignment"]
        spent = self._spent.get(key, {})
        self._spent.clear()
        self._spent[key] = {**spent, names["notebook"]: seconds}


def _fill(cell: NotebookNode, outcome: Outcome, number: int) -> None:
    cell.outputs = [from_dict(output) for output in outcome.outputs]
    cell.execution_count = number
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = number
    said = {
        "stopped": outcome.stopped,
        "points": outcome.points,
        "review": outcome.review,
        "mistakes": outcome.mistakes,
    }
    cell.metadata["autograder"] = {key: value for key, value in said.items() if value not in (None, "", [])}
