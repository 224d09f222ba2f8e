# mypy: allow-subclassing-any
"""How hand-ins of any kind get into nbgrader's autograde, by configuration alone.

nbgrader takes what matches ``submitted/<student>/<assignment>/*.ipynb``, copies all files beside (links followed,
FIFOs waited for) and believes ``timestamp.txt``. Its exporter is made before it begins and knows its converter: so
that is where :class:`SubmissionExporter` has each hand-in recovered into a folder of its own, from which nbgrader
then grades. ``submitted/`` is only ever read.
"""

import contextlib
import fnmatch
import glob
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader import utils
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from traitlets import Instance

from autograder.grading import review
from autograder.grading.exporting import SparingExporter
from autograder.grading.files import TIMESTAMP
from autograder.grading.notes import add_notes
from autograder.grading.reading import UnreadableNotebookError
from autograder.grading.recovery import HandIn, holds_anything, lay_out, read_timestamp, recover
from autograder.grading.scratch import Scratch
from autograder.grading.sheet import Sheet


class SubmissionExporter(SparingExporter, NotebookExporter):
    """What nbgrader's autograde reads hand-ins with."""

    def __init__(self, config: Any = None, **options: Any) -> None:
        """Take over the hand-ins of the converter that makes this exporter (its ``parent``)."""
        super().__init__(config=config, **options)
        self._intake = Intake(self.parent) if isinstance(self.parent, Autograde) else None

    def looked_at_before(self, student: str, notebook: str) -> dict[str, Any]:
        """Return what there was to look at when this was graded last, as ``review.looked_at`` has it."""
        return {} if self._intake is None else self._intake.before.get((student, notebook), {})


class AutogradeAll(Autograde):
    """nbgrader's, also where no hand-in has a notebook in its own folder, which nbgrader refuses before it looks.

    ``hand_in`` is the one to grade, where it was recovered before.
    """

    hand_in = Instance(HandIn, allow_none=True)

    def init_notebooks(self) -> None:
        """Leave it to the exporter to find them."""
        self.assignments: dict[str, list[str]] = {}
        self.notebooks: list[str] = []

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Sanitize and grade at once, what nbgrader writes in between and reads again."""
        self.exporter._preprocessors = []  # as nbgrader begins
        for each in (*self.sanitize_preprocessors, *self.autograde_preprocessors):
            self.exporter.register_preprocessor(each)
        with utils.setenv(NBGRADER_EXECUTION="autograde"):
            BaseConverter.convert_single_notebook(self, notebook_filename)


class Intake:
    """The hand-ins of one run of nbgrader's autograde, each recovered when its turn comes."""

    def __init__(self, converter: Autograde) -> None:
        """Let ``converter`` grade what was handed in, from a folder that goes with this object."""
        self._scratch = Scratch()
        self._log = converter.log
        course = converter.coursedir
        assignment = course.assignment_id
        self._sheet = Sheet.of(course, assignment)
        self._hook = converter.pre_convert_hook
        self._folders: dict[Path, Path] = {}
        self._hand_in = converter.hand_in if isinstance(converter, AutogradeAll) else None
        self.before: dict[tuple[str, str], dict[str, Any]] = {}
        self._graded = partial(course.format_path, course.autograded_directory, assignment_id=assignment)
        converter.coursedir = own_course_directory(converter, submitted_directory=self._scratch.name)
        expected = fnmatch.filter(self._sheet.release, course.notebook_id)
        converter.assignments = {}
        pattern = course.format_path(course.submitted_directory, course.student_id, assignment)
        for found in glob.glob(pattern):  # noqa: PTH207 - the pattern is nbgrader's, and absolute
            folder = Path(found)
            if folder.is_dir() and holds_anything(folder):
                mine = self._admit(folder)
                converter.assignments[str(mine)] = [str(mine / f"{name}.ipynb") for name in expected]
        converter.pre_convert_hook = self._before_converting

    def _admit(self, folder: Path) -> Path:
        """Make room for the hand-in in ``folder``; its time is what nbgrader asks for first.

        What a tutor looked at when it was graded last is noted now, since nbgrader removes that before it begins.
        """
        mine = Path(self._scratch.name) / folder.parent.name / folder.name
        mine.mkdir(parents=True)
        self._folders[mine] = folder
        graded = Path(self._graded(student_id=folder.parent.name))
        for name in self._sheet.release:
            self.before[folder.parent.name, name] = review.looked_at(graded / f"{name}.ipynb")
        with contextlib.suppress(UnreadableNotebookError):  # noted later
            (mine / TIMESTAMP).write_text(read_timestamp(folder / TIMESTAMP), encoding="utf-8")
        return mine

    def _before_converting(self, *, assignment: str, student: str, notebooks: list[str]) -> None:
        """Recover the hand-in that is next, and tell nbgrader (in ``notebooks``) what there is of it."""
        if not notebooks:  # nothing is released, as nbgrader will say
            return
        mine = Path(notebooks[0]).parent
        folder = self._folders[mine]
        hand_in = self._hand_in or recover(folder, self._sheet.release, self._sheet.beside())
        for name, notebook in hand_in.notebooks.items():
            for note in hand_in.notes[name]:
                self._log.warning("%s: %s", folder, note)
            add_notes(notebook, hand_in.notes[name])
            (mine / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")  # the exporter validates it
        lay_out(hand_in, mine)
        notebooks[:] = [path for path in notebooks if Path(path).is_file()]
        if self._hook is not None:
            self._hook(assignment=assignment, student=student, notebooks=notebooks)


def own_course_directory(converter: BaseConverter, **changes: Any) -> CourseDirectory:
    """Return a copy of the converter's course directory with ``changes``; formgrader shares the original."""
    shared = converter.coursedir
    traits = {name: getattr(shared, name) for name in shared.trait_names(config=True)}
    return _CourseDirectory(parent=converter, **{**traits, **changes})


class _CourseDirectory(CourseDirectory):
    """nbgrader's, which takes a path that is a step's folder for a pattern."""

    def format_path(self, nbgrader_step: str, student_id: str, assignment_id: str, escape: bool = False) -> str:
        """Return a hand-in's folder, or the pattern that matches it."""
        step = re.escape(nbgrader_step) if escape else nbgrader_step
        return str(super().format_path(step, student_id, assignment_id, escape))
