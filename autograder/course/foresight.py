"""What grading would do, found out without doing it: nothing runs, and nothing is written in the course."""

from dataclasses import dataclass
from fnmatch import filter as matching
from pathlib import Path

from autograder.course.ledger import Ledger, hash_of
from autograder.course.pipeline import Pipeline
from autograder.course.run import Wanted, meant
from autograder.grading.cache import Cache
from autograder.grading.preparing import Graded, Settings, look_up, prepare
from autograder.grading.recovery import holds_anything
from autograder.grading.scratch import Scratch
from autograder.grading.sheet import Sheet
from autograder.grading.solutions import CONFIGURATION


@dataclass(frozen=True)
class Foreseen:
    """What would become of a hand-in: which notebooks run, of how many; ``unchanged``: nothing at all happens."""

    student: str
    notebooks: int
    to_run: tuple[str, ...]
    unchanged: bool = False


def foresee(pipeline: Pipeline, assignment: str, wanted: Wanted) -> list[Foreseen]:
    """Return what would become of each hand-in that is ``wanted``, by student."""
    sheet, settings = pipeline.sheet(assignment), pipeline.settings()
    chosen = matching(sheet.release, wanted.notebook)
    foreseen = []
    for student in meant(pipeline, assignment, wanted):
        folder = pipeline.folder("submitted", student, assignment)
        if not holds_anything(folder):
            foreseen.append(Foreseen(student, 0, ()))
            continue
        graded, to_run = _look_up(folder, sheet, chosen, settings, Cache(pipeline.root), wanted)
        unchanged = not to_run and wanted.notebook == "*" and _imported(pipeline, assignment, student, graded, settings)
        foreseen.append(Foreseen(student, len(graded.keys), to_run, unchanged))
    return foreseen


def _look_up(
    folder: Path, sheet: Sheet, chosen: list[str], settings: Settings, cache: Cache, wanted: Wanted
) -> tuple[Graded, tuple[str, ...]]:
    """Return what is kept of a hand-in's notebooks, and the names of those that have to run."""
    with Scratch() as scratch:
        task = prepare(folder, sheet, chosen, Path(scratch))
        found = look_up(task, sheet, settings, None if wanted.fresh else cache, alone=wanted.jobs == 1)
    to_run = tuple(found.missing)
    return Graded(task.hand_in, task.identity, found.keys, found.records, bool(to_run)), to_run


def _imported(pipeline: Pipeline, assignment: str, student: str, graded: Graded, settings: Settings) -> bool:
    """Tell whether the gradebook and the folders hold all of ``graded`` already."""
    entry = Ledger(pipeline.root, assignment).find(student)
    if entry is None or entry.put_in != hash_of(graded, settings, pipeline.root / CONFIGURATION):
        return False
    return entry.came_out == pipeline.standing(assignment, student)
