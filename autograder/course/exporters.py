# mypy: allow-subclassing-any, allow-untyped-calls
"""Marks for other systems, as plugins of ``nbgrader export``.

    nbgrader export --exporter=autograder.course.exporters.IliasExporter --assignment=blatt --to=status.xlsx
    nbgrader export --exporter=autograder.course.exporters.MoodleExporter --assignment=blatt --to=moodle.csv
    nbgrader export --exporter=autograder.course.exporters.CanvasExporter --to=canvas.csv

Marks are nbgrader's own, with manual points and late penalties; those that a human has still to look at are left out,
unless ``provisional``. A team's mark goes to all its members, by the mapping file. Without one, a student of the
gradebook is one person, and ``lms_user_id`` the number of that person in the other system.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Enum, Unicode

from autograder.course.admission import Admission
from autograder.course.archive import put
from autograder.course.ilias.returning import Plan, ReturnError
from autograder.course.marks import no_mark, read_marks
from autograder.course.participants import MappingError, Participant, mapping_path, read_mapping
from autograder.course.recipients import deliver, read_people
from autograder.course.spreadsheet import Cell, csv_for_excel, csv_for_programs, xlsx
from autograder.course.verdicts import Policy
from autograder.messages import _


class _Exporter(ExportPlugin):
    """What the exporters share: which sheets, whose marks, and where to."""

    destination: ClassVar[str]

    provisional = Bool(False, help="Export also marks that a human has still to look at.").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the file; what is missing is said in nbgrader's log."""
        try:
            content = self.content(gradebook)
        except (ReturnError, MappingError) as error:
            self.log.error(str(error))
            sys.exit(1)
        path = Path(self.to or self.destination)
        put(path, content)
        self.log.info(_("Exported: %s"), path)

    def content(self, gradebook: Gradebook) -> bytes:
        """Return what the file holds."""
        raise NotImplementedError

    def plans(self, gradebook: Gradebook) -> list[Plan]:
        """Return the marks of the chosen sheets, of all without a choice."""
        known = [sheet.name for sheet in gradebook.assignments]
        chosen = [str(name) for name in self.assignment] or known
        if unknown := sorted(set(chosen) - set(known)):
            raise ReturnError(_("The gradebook has no {names}.", names=", ".join(unknown)))
        return [self._plan(gradebook, sheet) for sheet in chosen]

    def the_plan(self, gradebook: Gradebook) -> Plan:
        """Return the marks of the only sheet, since the format holds no more than one."""
        plans = self.plans(gradebook)
        if len(plans) != 1:
            names = ", ".join(plan.sheet for plan in plans)
            raise ReturnError(_("Choose one sheet, by --assignment NAME: {names}", names=names))
        return plans[0]

    def tell_left_out(self, names: Iterable[str], why: str) -> None:
        """Warn of who is not in the file."""
        if names := list(names):
            self.log.warning("%s: %s", why, ", ".join(names))

    def _plan(self, gradebook: Gradebook, sheet: str) -> Plan:
        mapping = read_mapping(mapping_path(Path(self.parent.coursedir.root), sheet))
        marks = read_marks(gradebook, sheet)
        deliveries = deliver(marks, no_mark(gradebook, sheet), mapping, read_people(gradebook))
        if students := {str(name) for name in self.student}:
            deliveries = [one for one in deliveries if one.mark.student in students]
        policy = Policy(Admission(parent=self.parent).sheet_share, self.provisional)
        plan = Plan(sheet, tuple(deliveries), policy)
        self.tell_left_out(plan.held_back, _("{sheet}: a human has still to look at", sheet=sheet))
        return plan


class IliasExporter(_Exporter):
    """The status file of ILIAS's plugin ExerciseStatusFile: CSV, or an Excel workbook where ``--to`` ends so."""

    destination = "status.csv"

    def content(self, gradebook: Gradebook) -> bytes:
        """Return the status file."""
        plan = self.the_plan(gradebook)
        self.tell_left_out((one.person.name for one in plan.by_hand), _("unknown to ILIAS"))
        title, rows = plan.status()
        return xlsx(title, rows) if self.to.endswith(".xlsx") else csv_for_excel(rows)


@dataclass(frozen=True)
class _Titles:
    """Moodle's words, which it reads back in the language of whoever uploads: heads, and what precedes a number."""

    heads: tuple[str, ...]
    participant: str


_MOODLE = {
    "de": _Titles(
        (
            "ID",
            "Vollständiger Name",
            "Bewertung",
            "Bestwertung",
            "Zuletzt geändert (Bewertung)",
            "Feedback als Kommentar",
        ),
        "Teilnehmer/in",
    ),
    "en": _Titles(
        ("Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"),
        "Participant ",
    ),
}


class MoodleExporter(_Exporter):
    """Moodle's offline grading worksheet; a student's ``lms_user_id`` is their number in the assignment.

    That number is the one in the names of Moodle's own zip (``<Full name>_<number>_assignsubmission_file``).
    """

    destination = "moodle.csv"

    language = Enum(tuple(_MOODLE), "de", help="The language in which Moodle is used.").tag(config=True)

    def content(self, gradebook: Gradebook) -> bytes:
        """Return the worksheet."""
        plan = self.the_plan(gradebook)
        self.tell_left_out((one.person.name for one in plan.told if one.person.usr_id is None), _("no lms_user_id"))
        titles = _MOODLE[self.language]
        rows: list[tuple[Cell, ...]] = [titles.heads]
        for one in plan.told:
            if one.person.usr_id is not None:
                verdict = plan.policy.verdict(one.mark)
                number = f"{titles.participant}{one.person.usr_id}"
                points = _plain(verdict.points), _plain(one.mark.max_points)
                rows.append((number, one.person.name, *points, "-", verdict.comment))
        return csv_for_programs(rows)


class CanvasExporter(_Exporter):
    """Canvas's gradebook: a column for each sheet; a blank leaves what Canvas has.

    A student's ``lms_user_id`` is Canvas's ID, and the name in nbgrader's gradebook the SIS Login ID.
    """

    destination = "canvas.csv"

    section = Unicode("", help="The section of all students.").tag(config=True)
    titles = Dict(help="What Canvas calls the sheets, with its number: {'blatt-03': 'Blatt 3 (4711)'}.").tag(
        config=True
    )

    def content(self, gradebook: Gradebook) -> bytes:
        """Return the gradebook."""
        plans = self.plans(gradebook)
        people: dict[object, Participant] = {}
        points: dict[object, dict[str, str]] = {}
        for plan in plans:
            for one in plan.deliveries:
                key: object = one.person.usr_id or one.person.login
                people.setdefault(key, one.person)
                points.setdefault(key, {})[plan.sheet] = _plain(plan.policy.verdict(one.mark).points)
        titles = [str(self.titles.get(plan.sheet, plan.sheet)) for plan in plans]
        worth = [_plain(next((one.mark.max_points for one in plan.deliveries), None)) for plan in plans]
        rows: list[tuple[Cell, ...]] = [
            ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles),
            ("    Points Possible", "", "", "", "", *worth),
        ]
        for identity, person in people.items():
            name = ", ".join(filter(None, (person.last_name, person.first_name))) or person.login
            own = (points[identity].get(plan.sheet, "") for plan in plans)
            rows.append((name, person.usr_id, "", person.login, self.section, *own))
        return csv_for_programs(rows)


def _plain(points: float | None) -> str:
    """Return points as programs write them."""
    return "" if points is None else f"{points:.10g}"
