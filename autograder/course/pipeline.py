"""nbgrader's own converters on one course, step by step, with what they log kept out of the terminal."""

import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import Connection
from traitlets.config import Configurable

from autograder.course.gradebook import OpenGradebook, marks_of
from autograder.grading.execution import Execute
from autograder.grading.intake import AutogradeAll
from autograder.grading.preparing import Settings
from autograder.grading.recovery import HandIn
from autograder.grading.sheet import Sheet
from autograder.grading.solutions import CONFIGURATION
from autograder.messages import _

LOGFILE = ".nbgrader.log"
_GRADEBOOK = "gradebook.db"
_Configured = TypeVar("_Configured", bound=Configurable)


class ConfigurationError(RuntimeError):
    """The course's configuration cannot be read; with nbgrader's own, code would run without a sandbox."""

    def __init__(self, reason: Exception, path: Path) -> None:
        """Say where and why."""
        super().__init__(_("{path} cannot be read: {error}", path=path, error=f"{type(reason).__name__}: {reason}"))


class StepError(RuntimeError):
    """A step of nbgrader failed; the message is what it failed of, ``log`` all that nbgrader complained about."""

    def __init__(self, complaints: list[str]) -> None:
        """Find the reason: the last line of a traceback, else the first complaint."""
        told = next((text for text in complaints if "Traceback" in text), complaints[0])
        super().__init__(told.strip().split("\n")[-1].strip())
        self.log = "\n".join(complaints)


class Pipeline:
    """The steps from a source notebook to feedback, each what the ``nbgrader`` command of its name does.

    nbgrader's log goes to ``.nbgrader.log`` in the course's folder. Failing steps raise :class:`StepError`.
    """

    def __init__(self, root: Path) -> None:
        """Open the course in ``root``, which holds ``nbgrader_config.py``; raises :class:`ConfigurationError`."""
        self.root = root.resolve()
        os.chdir(self.root)
        self._app = NbGrader(raise_config_file_errors=True)
        try:
            self._app.initialize([], root=str(self.root))
        except Exception as error:  # the file is Python, which may fail of anything
            raise ConfigurationError(error, self.root / CONFIGURATION) from error
        self._app.log.handlers = [logging.FileHandler(self.root / LOGFILE, mode="w", encoding="utf-8", delay=True)]
        self._app.log.setLevel(logging.INFO)
        self._course = self._app.coursedir
        self.log: logging.Logger = self._app.log

    def copied(self, root: Path) -> "Pipeline":
        """Return a pipeline on a copy of the course's sources in ``root``, with a gradebook of its own to try in."""
        source = Path(self._course.source_directory)
        shutil.copytree(self.root / source, root / source)
        shutil.copy(self.root / CONFIGURATION, root)
        kept = self.root / _GRADEBOOK
        if self._course.db_url == own_gradebook(self.root) and kept.is_file():
            shutil.copy(kept, root)
        return Pipeline.apart(root)

    @classmethod
    def apart(cls, root: Path) -> "Pipeline":
        """Open the course in ``root`` with a gradebook in that folder, whatever is configured."""
        made = cls(root)
        made._course.db_url = own_gradebook(made.root)
        return made

    def allow_unsafe(self) -> None:
        """Let students' code run without a sandbox from here on."""
        self._app.config.Execute.unsafe_no_sandbox = True

    def configured(self, kind: type[_Configured]) -> _Configured:
        """Return an instance of a ``Configurable`` as ``nbgrader_config.py`` sets it."""
        made: _Configured = kind(parent=self._app)
        return made

    def assignments(self) -> list[str]:
        """Return the names of the assignments in ``source``."""
        source = self.root / self._course.source_directory
        return sorted(path.name for path in source.glob("*") if any(path.glob("*.ipynb")))

    def students(self, assignment: str) -> list[str]:
        """Return who handed anything in."""
        submitted = self.root / self._course.submitted_directory
        return sorted(path.parent.name for path in submitted.glob(f"*/{assignment}") if path.is_dir())

    def sheet(self, assignment: str) -> Sheet:
        """Return a released assignment."""
        return Sheet.of(self._course, assignment)

    def settings(self) -> Settings:
        """Return what is configured of how notebooks run."""
        return Execute(parent=self._app).settings()

    def cache_days(self) -> float:
        """Return for how many days what became of a notebook is kept that nobody asks for."""
        return float(Execute(parent=self._app).cache_days)

    def waits_for_human(self, assignment: str, student: str) -> bool:
        """Tell whether something of a hand-in has to be decided by a human."""
        with self.gradebook() as gradebook, suppress(MissingEntry):
            return bool(gradebook.find_submission(assignment, student).needs_manual_grade)
        return False

    def forgotten(self, assignment: str) -> list[str]:
        """Return who is in the gradebook, and so in grades.csv, without a hand-in in ``submitted``."""
        with self.gradebook() as gradebook:
            graded = {submission.student.id for submission in gradebook.assignment_submissions(assignment)}
        return sorted(graded - set(self.students(assignment)))

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Return the folder of one hand-in in ``step`` (``release``, ``submitted``, ``autograded``, ``feedback``)."""
        return Path(self._course.format_path(getattr(self._course, f"{step}_directory"), student, assignment))

    def gradebook(self) -> AbstractContextManager[Gradebook]:
        """Return nbgrader's gradebook; what is done to it within ``with`` is one transaction."""
        return self._opened.step()

    def connection(self) -> AbstractContextManager[Connection]:
        """Return a connection to the gradebook's database, for any thread; what is written on it is one transaction."""
        return self._opened.connection()

    @property
    def course_id(self) -> str:
        """The course's name in the gradebook."""
        return str(self._course.course_id)

    def sheets(self) -> list[Path]:
        """Return the folders that hold what students do not write: sources and releases."""
        return [self.root / name for name in (self._course.source_directory, self._course.release_directory)]

    @cached_property
    def _opened(self) -> OpenGradebook:
        return OpenGradebook(self._course.db_url, self._course.course_id)

    def generate_assignment(self, assignment: str) -> None:
        """Write the release of ``assignment``."""
        self._run(GenerateAssignment, assignment, "*")

    def autograde(self, assignment: str, student: str, notebook: str = "*", hand_in: HandIn | None = None) -> None:
        """Grade one hand-in, or a notebook of it; ``hand_in`` is what was recovered of it, if anything was yet."""
        self._run(AutogradeAll, assignment, student, notebook, hand_in=hand_in)

    def generate_feedback(self, assignment: str, student: str, notebook: str = "*") -> None:
        """Write the feedback on one hand-in, or on a notebook of it."""
        self._run(GenerateFeedback, assignment, student, notebook)

    def standing(self, assignment: str, student: str) -> str:
        """Return a hash of what the gradebook and the folders hold of one hand-in: marks, comments, files."""
        said: list[Any] = []
        with self.gradebook() as gradebook, suppress(MissingEntry):
            submission = gradebook.find_submission(assignment, student)
            said.append((submission.timestamp, submission.assignment.duedate))
            said += [(notebook.id, notebook.late_submission_penalty) for notebook in submission.notebooks]
            for kind in (Grade, Comment):
                names = [column.name for column in kind.__table__.columns]
                for *_place, row in marks_of(gradebook, submission, kind):
                    said.append([(name, getattr(row, name)) for name in names])
        for step in ("autograded", "feedback"):
            folder = self.folder(step, student, assignment)
            for path in sorted(folder.rglob("*")):
                status = path.lstat()
                said.append((step, str(path.relative_to(folder)), status.st_size, status.st_mtime_ns))
        return hashlib.sha256(repr(said).encode("utf-8", "surrogateescape")).hexdigest()

    def export(self, path: Path) -> None:
        """Write all points to a CSV file, as ``nbgrader export`` does."""
        plugin = CsvExportPlugin(parent=self._app)
        part = path.with_name(f".{path.name}.part")
        plugin.to = str(part)
        with self.gradebook() as gradebook:
            plugin.export(gradebook)
        part.replace(path)

    def _run(
        self, converter: type[BaseConverter], assignment: str, student: str, notebook: str = "*", **traits: Any
    ) -> None:
        self._course.assignment_id, self._course.student_id = assignment, student
        self._course.notebook_id = notebook
        step = converter(coursedir=self._course, parent=self._app, **traits)
        step.force = True
        with _captured(self._app.log) as complaints:
            try:
                with self.gradebook():
                    step.start()
            except Exception as error:  # nbgrader raises what its plugins and databases raise
                raise StepError(complaints or [str(error)]) from error


def own_gradebook(root: Path) -> str:
    """Return the address of the gradebook in the folder ``root`` of a course."""
    return f"sqlite:///{root / _GRADEBOOK}"


@contextmanager
def _captured(log: logging.Logger) -> Iterator[list[str]]:
    """Collect what is logged as an error."""
    lines: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    try:
        yield lines
    finally:
        log.removeHandler(handler)
