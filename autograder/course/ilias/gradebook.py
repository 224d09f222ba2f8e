# mypy: allow-untyped-calls
"""What a collection tells nbgrader's gradebook: who handed in, and until when one could."""

from collections.abc import Iterable
from datetime import UTC, datetime

from nbgrader.api import Gradebook, MissingEntry, Student

from autograder.course.participants import Group


def register(gradebook: Gradebook, groups: Iterable[Group]) -> None:
    """Enter the students behind hand-ins; names only where there is no pseudonym.

    A person is entered with first and last name and ILIAS's usr_id, a team by its number and its members' last names.
    """
    known = {student.id: student for student in gradebook.students}
    for group in groups:
        about = _about(group)
        student = known.get(group.nbgrader_student)
        if student is None:
            gradebook.db.add(Student(id=group.nbgrader_student, **about))
        else:
            for name, value in about.items():
                if getattr(student, name) != value:
                    setattr(student, name, value)
    gradebook.db.commit()  # all at once: one for each student takes minutes on a slow disk


def _about(group: Group) -> dict[str, str | None]:
    if group.pseudonym:
        return {"first_name": None, "last_name": None, "lms_user_id": None}
    if group.team_id is not None:
        names = ", ".join(one.last_name or one.name for one in group.members)
        return {"first_name": names, "last_name": f"Team {group.team_id}", "lms_user_id": None}
    (one,) = group.members
    number = None if one.usr_id is None else str(one.usr_id)
    called = one.last_name or one.folder.rpartition("_")[0].replace("_", " ")
    return {"first_name": one.first_name or None, "last_name": called or None, "lms_user_id": number}


def set_deadline(gradebook: Gradebook, assignment: str, deadline: datetime) -> None:
    """Set until when a sheet could be handed in (in UTC); nbgrader counts how late a hand-in is from there."""
    gradebook.update_or_create_assignment(assignment, duedate=deadline.astimezone(UTC).replace(tzinfo=None))


def deadline_of(gradebook: Gradebook, assignment: str) -> datetime | None:
    """Return until when a sheet could be handed in, in UTC; None if nothing says so."""
    try:
        due: datetime | None = gradebook.find_assignment(assignment).duedate
    except MissingEntry:
        return None
    return None if due is None else due.replace(tzinfo=UTC)
