# mypy: allow-subclassing-any, allow-untyped-decorators
"""Runs a submitted notebook: student cells in a sandbox, tests in a trusted process (``run.py`` says how)."""

from __future__ import annotations

import atexit
import tempfile
import time
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Integer

from autograder.grading.files import stage
from autograder.grading.hidden_tests import is_test, visible
from autograder.grading.limits import Limits
from autograder.grading.notes import add_notes
from autograder.grading.run import Cell, Outcome
from autograder.grading.worker import Job, Worker, WorkerError
from autograder.messages import _

_WORKER = Worker()
atexit.register(_WORKER.close)


class Execute(NbGraderPreprocessor):
    """In place of nbgrader's: every cell gets its outputs, every test its points, in ``cell.metadata.autograder``."""

    timeout = Float(Limits.cell_cpu_seconds, help="Seconds of CPU time a cell").tag(config=True)
    wall_timeout = Float(Limits.cell_wall_seconds, help="Seconds a cell on the clock").tag(config=True)
    submission_timeout = Float(Limits.submission_seconds, help="Seconds a submission on the clock").tag(config=True)
    memory_limit = Integer(Limits.memory_bytes, help="Bytes of memory of a submission").tag(config=True)
    output_limit = Integer(Limits.output_bytes, help="Characters of output that are kept of a cell").tag(config=True)
    unsafe_no_sandbox = Bool(
        False, help="Run students' code without a sandbox. Only for hand-ins that you wrote yourself."
    ).tag(config=True)

    _spent: dict[tuple[str, str], float] = {}  # noqa: RUF012 - seconds of the submission under way, notebook by notebook

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Run ``notebook``.

        Raises:
            SandboxUnavailableError: there can be no sandbox here, and nobody asked to do without.

        """
        names = resources["nbgrader"]
        course = CourseDirectory(parent=self)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            files = Path(folder)
            stage(course, names["student"], names["assignment"], files)
            job = Job(
                course=str(Path(course.root).resolve()),
                assignment=names["assignment"],
                cells=tuple(map(_cell, code)),
                files=str(files),
                limits=self._limits(),
                seconds=self._left(names),
                unsafe=self.unsafe_no_sandbox,
            )
            try:
                outcomes = _WORKER.run(job)
            except WorkerError as error:
                self.log.error("%s: %s", names["notebook"], error)
                note = _("This notebook could not be graded automatically; your tutor looks at it.")
                add_notes(notebook, [note])  # the reason may tell what students are not to know
                outcomes = [Outcome(points=0.0, review=note) if is_test(cell) else Outcome() for cell in code]
        self._spend(names, time.monotonic() - started)
        for number, (cell, outcome) in enumerate(zip(code, outcomes, strict=True), start=1):
            _fill(cell, outcome, number)
        if self.unsafe_no_sandbox:
            add_notes(notebook, [_("This was graded without a sandbox: its points are not safe.")])
        return notebook, resources

    def _limits(self) -> Limits:
        return Limits(
            cell_cpu_seconds=self.timeout,
            cell_wall_seconds=self.wall_timeout,
            submission_seconds=self.submission_timeout,
            memory_bytes=self.memory_limit,
            output_bytes=self.output_limit,
        )

    def _left(self, names: dict[str, str]) -> float:
        spent = self._spent.get((names["student"], names["assignment"]), 0.0)
        return max(float(self.submission_timeout) - spent, 1.0)

    def _spend(self, names: dict[str, str], seconds: float) -> None:
        """Note what a notebook took; nbgrader grades the notebooks of a submission one after the other."""
        key = names["student"], names["assignment"]
        before = self._spent.get(key, 0.0)
        self._spent.clear()
        self._spent[key] = before + seconds


def _cell(cell: NotebookNode) -> Cell:
    nbgrader = cell.metadata.get("nbgrader", {})
    name = nbgrader.get("grade_id") or cell.id
    if is_test(cell):
        return Cell(name, cell.source, "test", visible(cell), float(nbgrader.points))
    return Cell(name, cell.source, "given" if utils.is_locked(cell) else "student")


def _fill(cell: NotebookNode, outcome: Outcome, number: int) -> None:
    cell.outputs = [from_dict(output) for output in outcome.outputs]
    cell.execution_count = number
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = number
    said = {"stopped": outcome.stopped, "points": outcome.points, "review": outcome.review}
    cell.metadata["autograder"] = {key: value for key, value in said.items() if value not in (None, "")}
