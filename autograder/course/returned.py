# mypy: allow-subclassing-any
"""Return marks and feedback: from the gradebook and ``feedback/`` to what ILIAS takes, in ``returned/``."""

import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import MissingEntry
from traitlets import Bool
from traitlets.config import Configurable

from autograder.course.admission import Admission
from autograder.course.archive import put, write_zip
from autograder.course.ilias.feedback_zip import Files, plain, underscored
from autograder.course.ilias.returning import Plan, ReturnError
from autograder.course.ledger import Ledger
from autograder.course.marks import no_mark, read_marks
from autograder.course.participants import mapping_path, read_mapping
from autograder.course.pipeline import Pipeline, StepError
from autograder.course.recipients import deliver, read_people
from autograder.course.spreadsheet import csv_for_excel, xlsx
from autograder.course.verdicts import Policy
from autograder.grading.recovery import holds_anything
from autograder.messages import _

FOLDER = "returned"
STATUS = "status.xlsx"
MARKS = "marks.csv"


class Feedback(Configurable):
    """How feedback is returned."""

    pages = Bool(
        False,
        help="Return the pages one by one: ILIAS writes a mail for each file, and links between them may break.",
    ).tag(config=True)


@dataclass(frozen=True)
class Wanted:
    """Whose marks to return (all, if nobody is named), and whether also ``provisional`` ones."""

    students: Collection[str] = ()
    provisional: bool = False


def plan(pipeline: Pipeline, sheet: str, wanted: Wanted) -> Plan:
    """Return what is going to be returned of ``sheet``, nothing if it was never graded; nothing is written.

    Raises:
        ReturnError: a wanted one is not graded, or somebody is behind two hand-ins.
        MappingError: the mapping file cannot be read.

    """
    mapping = read_mapping(mapping_path(pipeline.root, sheet))
    with pipeline.gradebook() as gradebook:
        try:
            nothing, marks = no_mark(gradebook, sheet), read_marks(gradebook, sheet)
        except MissingEntry:
            return Plan(sheet, (), Policy())
        deliveries = deliver(marks, nothing, mapping, read_people(gradebook))
    if unknown := sorted(set(wanted.students) - {one.mark.student for one in deliveries if one.mark.handed_in}):
        raise ReturnError(_("Not graded: {names}", names=", ".join(unknown)))
    if wanted.students:
        deliveries = [one for one in deliveries if one.mark.student in wanted.students]
    share = pipeline.configured(Admission).sheet_share
    return Plan(sheet, tuple(deliveries), Policy(share, wanted.provisional))


def ungraded(pipeline: Pipeline, plan: Plan) -> list[str]:
    """Return the hand-ins in ``submitted/`` without a mark."""
    graded = {one.mark.student for one in plan.deliveries if one.mark.handed_in}
    waiting = (name for name in pipeline.students(plan.sheet) if name not in graded)
    return [name for name in waiting if holds_anything(pipeline.folder("submitted", name, plan.sheet))]


def write(pipeline: Pipeline, plan: Plan) -> list[str]:
    """Write what ILIAS takes, and return the hand-ins without feedback: it could not be written.

    Feedback is written anew where the gradebook has changed since, by a tutor's points for example.
    """
    folder = pipeline.root / FOLDER / plan.sheet
    with tempfile.TemporaryDirectory(prefix="autograder_") as scratch:
        feedback = {name: _feedback(pipeline, plan.sheet, name, Path(scratch)) for name in plan.hand_ins}
        title, rows = plan.status()
        status = xlsx(title, rows)
        plugin = plan.plugin_feedback(feedback)
        put(multi_feedback_path(folder), plan.multi_feedback(feedback))
        put(plugin_path(folder), plugin and {**plugin, STATUS: status})
    put(folder / STATUS, status)
    put(folder / "status.csv", csv_for_excel(rows))
    put(folder / MARKS, csv_for_excel(plan.marks_list()))
    return [name for name, files in feedback.items() if not files]


def multi_feedback_path(folder: Path) -> Path:
    """Return where ILIAS's multi-feedback lies in a sheet's ``folder``."""
    return folder / f"multi_feedback_{underscored(folder.name)}.zip"


def plugin_path(folder: Path) -> Path:
    """Return where the plugin's zip lies in a sheet's ``folder``."""
    return folder / f"status_file_{underscored(folder.name)}.zip"


def _feedback(pipeline: Pipeline, sheet: str, student: str, scratch: Path) -> Files:
    """Return the files for one hand-in: all pages in a zip, or its only page; nothing if there is none."""
    entry = Ledger(pipeline.root, sheet).find(student)
    if entry is None or entry.came_out != pipeline.standing(sheet, student):
        try:
            pipeline.generate_feedback(sheet, student)
        except StepError:
            return {}
    folder = pipeline.folder("feedback", student, sheet)
    pages: Files = {plain(path.name): path for path in sorted(folder.glob("*.html")) if path.is_file()}
    if pipeline.configured(Feedback).pages:
        return pages
    name = underscored(f"{_('Feedback')}_{sheet}")
    if len(pages) <= 1:
        return {f"{name}.html": path for path in pages.values()}
    packed = scratch / f"{len(list(scratch.iterdir()))}.zip"
    write_zip(packed, {f"{name}/{page}": path for page, path in pages.items()})
    return {f"{name}.zip": packed}
