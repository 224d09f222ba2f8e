"""A hand-in as it travels to a machine that grades it, and back: files, and rows of the gradebook.

Where it comes back, it takes the place of what was there, so that the gradebook has one writer.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course import rows
from autograder.course.parcel import Parcel
from autograder.course.pipeline import Pipeline
from autograder.course.results import Result
from autograder.course.rows import Rows
from autograder.grading.solutions import CONFIGURATION
from autograder.grading.worker import Record

GRADED = ("autograded", "feedback")
_ALL = ("submitted", *GRADED)  # steps whose folders hold what concerns a hand-in


@dataclass(frozen=True)
class Sheets:
    """What a course says of all hand-ins: files, by their folder in it, its configuration, and rows.

    ``unsafe``: students' code runs without a sandbox.
    """

    files: dict[str, Parcel]
    configuration: bytes
    rows: Rows
    unsafe: bool

    @classmethod
    def of(cls, pipeline: Pipeline) -> Sheets:
        """Pack the sheets of a course.

        Raises:
            OSError: something cannot be read.
            ValueError: a configured folder lies outside of the course's.

        """
        files = {str(path.relative_to(pipeline.root)): Parcel.of(path) for path in pipeline.sheets()}
        with pipeline.connection() as connection:
            found = rows.of_sheets(connection)
        return cls(files, (pipeline.root / CONFIGURATION).read_bytes(), found, pipeline.settings().unsafe)


@dataclass(frozen=True)
class Errand:
    """A hand-in to grade, all of it or the notebooks that fit ``notebook``, beside others or ``alone``.

    ``kept`` is what is known of its notebooks, by key, of which nothing counts if all is to run ``fresh``.
    """

    assignment: str
    student: str
    notebook: str
    alone: bool
    fresh: bool
    files: dict[str, Parcel]
    rows: Rows
    kept: dict[str, Record]

    @classmethod
    def of(
        cls,
        pipeline: Pipeline,
        assignment: str,
        student: str,
        notebook: str,
        kept: dict[str, Record],
        *,
        alone: bool,
        fresh: bool,
    ) -> Errand:
        """Pack a hand-in; raises OSError where something of it cannot be read, or is too much."""
        files, found = pack(pipeline, assignment, student, _ALL), rows_of(pipeline, assignment, student)
        return cls(assignment, student, notebook, alone, fresh, files, found, kept)


@dataclass(frozen=True)
class Returned:
    """What became of a hand-in: its files and its rows ``before`` and ``after``, and new records by key.

    ``put_in`` is a hash of all that it was made of, as the ledger has it; its notebooks took ``seconds``. There is no
    ``result`` yet where something has to run again alone.
    """

    files: dict[str, Parcel]
    before: Rows
    after: Rows
    kept: dict[str, Record]
    put_in: str | None
    seconds: float
    result: Result | None

    @property
    def doubtful(self) -> bool:
        """Whether the hand-in has to be graded again alone."""
        return self.result is None

    def enter(self, pipeline: Pipeline, assignment: str, student: str) -> bool:
        """Put the hand-in in its place, unless its rows have changed meanwhile; return whether it is there."""
        with pipeline.connection() as connection:
            if rows.of_hand_in(connection, pipeline.course_id, assignment, student) != self.before:
                return False
            rows.remove(connection, self.before)
            rows.put(connection, self.after)
            for step, parcel in self.files.items():
                folder = pipeline.folder(step, student, assignment)
                shutil.rmtree(folder, ignore_errors=True)
                parcel.unpack(folder)
        return True


def rows_of(pipeline: Pipeline, assignment: str, student: str) -> Rows:
    """Return what the gradebook says of a hand-in."""
    with pipeline.connection() as connection:
        return rows.of_hand_in(connection, pipeline.course_id, assignment, student)


def pack(pipeline: Pipeline, assignment: str, student: str, steps: Sequence[str] = GRADED) -> dict[str, Parcel]:
    """Return what lies in the folders of a hand-in, by step."""
    return {step: Parcel.of(pipeline.folder(step, student, assignment)) for step in steps}
