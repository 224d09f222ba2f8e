"""Rows of nbgrader's gradebook that are carried into another one: those about sheets, and those about one hand-in."""

from dataclasses import dataclass
from typing import Any

from nbgrader.api import (
    Assignment,
    Base,
    Comment,
    Course,
    Grade,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Connection, Select, Table, create_engine, select

_COURSE, _STUDENT = Course.__table__, Student.__table__
_HAND_IN, _NOTEBOOK = SubmittedAssignment.__table__, SubmittedNotebook.__table__
_MARKS = (Grade.__table__, Comment.__table__)
_OF_STUDENTS = (_STUDENT, _HAND_IN, _NOTEBOOK, *_MARKS)
_ORDER = Base.metadata.sorted_tables  # each after those that it points to


@dataclass(frozen=True)
class Rows:
    """Rows by the name of their table; those of two gradebooks are equal where both say the same."""

    tables: dict[str, list[dict[str, Any]]]


def of_sheets(connection: Connection) -> Rows:
    """Return all that a gradebook says of courses, sheets and their cells."""
    return Rows({table.name: _rows(connection, select(table), table) for table in _ORDER if table not in _OF_STUDENTS})


def of_hand_in(connection: Connection, course: str, assignment: str, student: str) -> Rows:
    """Return all that a gradebook says of one hand-in, and of whose it is."""
    sheets = Assignment.__table__
    theirs = select(sheets.c.id).where(sheets.c.name == assignment, sheets.c.course_id == course)
    hand_in = select(_HAND_IN).where(_HAND_IN.c.student_id == student, _HAND_IN.c.assignment_id.in_(theirs))
    found = {
        _STUDENT.name: _rows(connection, select(_STUDENT).where(_STUDENT.c.id == student), _STUDENT),
        _HAND_IN.name: _rows(connection, hand_in, _HAND_IN),
    }
    ids = [row["id"] for row in found[_HAND_IN.name]]
    found[_NOTEBOOK.name] = _rows(connection, select(_NOTEBOOK).where(_NOTEBOOK.c.assignment_id.in_(ids)), _NOTEBOOK)
    ids = [row["id"] for row in found[_NOTEBOOK.name]]
    for table in _MARKS:
        found[table.name] = _rows(connection, select(table).where(table.c.notebook_id.in_(ids)), table)
    return Rows(found)


def make(url: str, rows: Rows) -> None:
    """Make a gradebook with these rows; nbgrader takes two seconds, since it runs Alembic."""
    engine = create_engine(url)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        put(connection, rows)
    engine.dispose()


def put(connection: Connection, rows: Rows) -> None:
    """Write ``rows`` into a gradebook that has none of them, but for the course and the student, who may be there."""
    for table in _ORDER:
        new = rows.tables.get(table.name, [])
        if table in (_COURSE, _STUDENT):
            there = set(connection.scalars(select(table.c.id).where(table.c.id.in_([row["id"] for row in new]))))
            new = [row for row in new if row["id"] not in there]
        if new:
            connection.execute(table.insert(), new)


def remove(connection: Connection, rows: Rows) -> None:
    """Remove what :func:`of_hand_in` returned, but for the student."""
    for table in reversed(_ORDER):
        old = [row["id"] for row in rows.tables.get(table.name, [])]
        if old and table is not _STUDENT:
            connection.execute(table.delete().where(table.c.id.in_(old)))


def _rows(connection: Connection, chosen: Select[Any], table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(chosen.order_by(table.c.id)).mappings()]
