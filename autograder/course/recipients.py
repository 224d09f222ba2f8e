# mypy: allow-untyped-calls
"""Whose marks are whose: from nbgrader's students, one for each hand-in, to the people behind them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from unicodedata import normalize

from nbgrader.api import Gradebook

from autograder.course.marks import Mark
from autograder.course.participants import Mapping, Participant


@dataclass(frozen=True)
class Delivery:
    """A mark on its way to one person; of a team, every member gets one.

    ``mapped``: the person is in the mapping file, and not only what the gradebook calls them.
    """

    person: Participant
    mark: Mark
    team_id: int | None = None
    mapped: bool = True


def read_people(gradebook: Gradebook) -> dict[str, Participant]:
    """Return what the gradebook knows of its students, by their names in it; ``usr_id`` is the ``lms_user_id``."""
    people = {}
    for student in gradebook.students:
        number = student.lms_user_id or ""
        usr_id = int(number) if number.isascii() and number.isdecimal() else None
        people[student.id] = Participant(usr_id, student.id, student.last_name or "", student.first_name or "")
    return people


def deliver(marks: Iterable[Mark], nothing: Mark, mapping: Mapping, people: dict[str, Participant]) -> list[Delivery]:
    """Return who gets which mark, sorted by names; whoever handed in nothing gets ``nothing``.

    ``mapping`` has the first word on who stands behind a hand-in; for one that is not in it, ``people`` has. Whoever
    is in the gradebook without a hand-in takes part in this sheet only if the mapping says so, or is empty.
    """
    groups = {group.nbgrader_student: group for group in mapping}
    deliveries = []
    for mark in marks:
        group = groups.pop(mark.student, None)
        if group is not None:
            deliveries += [Delivery(member, mark, group.team_id) for member in group.members]
        elif mark.handed_in or not mapping.groups:
            deliveries.append(Delivery(people[mark.student], mark, mapped=False))
    for student, group in groups.items():
        mark = replace(nothing, student=student)
        deliveries += [Delivery(member, mark, group.team_id) for member in group.members]
    return sorted(deliveries, key=_by_name)


def _by_name(delivery: Delivery) -> tuple[str, str, str, int]:
    person = delivery.person
    last, first = (normalize("NFKD", name.casefold()) for name in (person.last_name, person.first_name))  # ö after o
    return last, first, person.login, person.usr_id or 0
