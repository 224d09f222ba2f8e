"""A hand-in as one task: from its folder to the cells that will run, and to what became of them, without a gradebook.

nbgrader's autograde gets to the same cells by its preprocessors; where both agree, it finds the outcomes in the cache
and runs nothing. Where they should not, it runs what it has: this only goes ahead.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode
from nbgrader import utils

from autograder.grading.cache import Cache, key_of
from autograder.grading.files import digest, stage
from autograder.grading.hidden_tests import is_test, restore_tests, visible
from autograder.grading.limits import Limits
from autograder.grading.prologue import Cell
from autograder.grading.recovery import HandIn, lay_out, recover
from autograder.grading.repair import repair
from autograder.grading.scratch import Scratch
from autograder.grading.sheet import Sheet
from autograder.grading.worker import Job, Record, Worker


@dataclass(frozen=True)
class Settings:
    """What is configured of how notebooks run."""

    limits: Limits
    unsafe: bool = False

    def job(self, root: Path, assignment: str, name: str, notebook: NotebookNode, files: Path) -> Job:
        """Return the job of running ``notebook``, called ``name``, in all the time that a hand-in has."""
        cells, seconds = tuple(map(_cell, code_cells(notebook))), self.limits.submission_seconds
        return Job(str(root), assignment, name, cells, str(files), self.limits, seconds, self.unsafe)


@dataclass(frozen=True)
class Task:
    """A hand-in that is ready to run: its notebooks, as nbgrader would have sanitised them, and its files' hash."""

    hand_in: HandIn
    notebooks: dict[str, NotebookNode]
    files: Path
    identity: str


@dataclass(frozen=True)
class LookedUp:
    """The keys of a hand-in's notebooks, what is kept of them, and the jobs that have to run, each by name."""

    keys: dict[str, str]
    records: dict[str, Record]
    missing: dict[str, Job]


@dataclass(frozen=True)
class Graded:
    """What became of a hand-in: a record by notebook, without those at which the worker failed, and all their keys.

    ``hand_in`` is what was handed in, as it was before any repair, and ``identity`` a hash of it; ``ran`` says whether
    anything had to run.
    """

    hand_in: HandIn
    identity: str
    keys: dict[str, str]
    records: dict[str, Record]
    ran: bool

    @property
    def complete(self) -> bool:
        """Whether there is a record of every notebook."""
        return self.records.keys() == self.keys.keys()

    @property
    def doubtful(self) -> bool:
        """Whether a notebook has to run again alone: beside others it came too late, or the worker failed."""
        return not self.complete or any(record.late and not record.alone for record in self.records.values())

    @property
    def seconds(self) -> float:
        """What its notebooks took."""
        return sum(record.seconds for record in self.records.values())


def prepare(folder: Path, sheet: Sheet, chosen: Collection[str], scratch: Path) -> Task:
    """Return the ``chosen`` notebooks of the hand-in in ``folder``; its files are laid out in ``scratch``."""
    hand_in = recover(folder, sheet.release, sheet.beside())
    notebooks = copy.deepcopy(hand_in.notebooks)  # some of their cells may be the release's own
    notes = {}
    for name, notebook in notebooks.items():
        notes[name] = [*hand_in.notes[name], *repair(notebook, sheet.release[name])]
        restore_tests(notebook, sheet.source(name))
    own, files = scratch / "own", scratch / "files"
    own.mkdir()
    files.mkdir()
    lay_out(hand_in, own)
    stage([own, sheet.source_folder, sheet.release_folder], sheet.ignore, files)
    said = [notebooks, notes, hand_in.timestamp, digest(own), digest(files)]
    identity = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return Task(hand_in, {name: made for name, made in notebooks.items() if name in chosen}, files, identity)


def look_up(task: Task, sheet: Sheet, settings: Settings, cache: Cache | None, *, alone: bool) -> LookedUp:
    """Return what ``cache`` holds of a hand-in's notebooks."""
    found = LookedUp({}, {}, {})
    for name, notebook in task.notebooks.items():
        spent = sum(record.seconds for record in found.records.values())
        job = settings.job(sheet.root, sheet.assignment, name, notebook, task.files).after(spent)
        found.keys[name] = key_of(job)
        record = None if cache is None else cache.find_for(job, found.keys[name], alone=alone)
        if record is not None:
            found.records[name] = record
        else:
            found.missing[name] = job
    return found


def grade(
    folder: Path,
    sheet: Sheet,
    chosen: Collection[str],
    settings: Settings,
    worker: Worker,
    cache: Cache,
    *,
    alone: bool,
    fresh: bool = False,
) -> Graded:
    """Run what of the hand-in in ``folder`` is not in ``cache`` yet, beside others or ``alone``, and keep it there."""
    with Scratch() as scratch:
        task = prepare(folder, sheet, chosen, Path(scratch))
        found = look_up(task, sheet, settings, None if fresh else cache, alone=alone)
        records = found.records
        spent = sum(record.seconds for record in records.values())
        start = int(worker.start * len(found.missing))
        names = [*found.missing][start:] + [*found.missing][:start]
        jobs = [replace(found.missing[name], fresh=fresh) for name in names]
        for name, record in zip(names, worker.records(jobs, spent, alone=alone), strict=True):
            if record is not None:  # else nbgrader's autograde will try again, and say so
                cache.keep(found.keys[name], record)
                records[name] = record
    ran = any(name in records for name in names)
    return Graded(task.hand_in, task.identity, found.keys, records, ran)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _cell(cell: NotebookNode) -> Cell:
    nbgrader = cell.metadata.get("nbgrader", {})
    name = nbgrader.get("grade_id", "")
    if is_test(cell):
        return Cell(name, cell.source, "test", visible(cell), float(nbgrader.points))
    return Cell(name, cell.source, "given" if utils.is_locked(cell) else "student")
