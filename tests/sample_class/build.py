"""From what a student typed to the notebooks that the student hands in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

ASSIGNMENT = "uebungsblatt-03"
STUDENTS = Path(__file__).parent / "students"


@dataclass(frozen=True)
class Student:
    """A hand-in: ``answers`` by cell id on top of ``base`` ("release" or "solution"), and the points deserved."""

    name: str
    description: str
    points: Mapping[str, float]
    base: str = "release"
    answers: Mapping[str, str] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


def read_students(folder: Path = STUDENTS) -> list[Student]:
    """Return the whole class, by name."""
    return [read_student(path) for path in sorted(folder.glob("*.toml"))]


def read_student(path: Path) -> Student:
    """Return the student that ``path`` describes.

    Raises:
        ValueError: the file has a key that means nothing, or a base that does not exist.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = data.keys() - {"description", "points", "base", "answers", "deleted", "missing", "damaged"}
    if unknown:
        raise ValueError(f"{path.name}: unknown keys {sorted(unknown)}")
    student = Student(
        name=path.stem,
        description=data["description"],
        points=data["points"],
        base=data.get("base", "release"),
        answers=data.get("answers", {}),
        deleted=tuple(data.get("deleted", ())),
        missing=tuple(data.get("missing", ())),
        damaged=tuple(data.get("damaged", ())),
    )
    if student.base not in ("release", "solution"):
        raise ValueError(f"{path.name}: base is 'release' or 'solution', not {student.base!r}")
    return student


def hand_in(student: Student, release: Path, source: Path) -> dict[str, str]:
    """Return the files that ``student`` hands in, by name; ``release`` and ``source`` are the assignment's folders.

    Raises:
        ValueError: an answer is for a cell that no notebook has, or more points are stated than there are.
    """
    files, seen, maximum = {}, set[str](), dict[str, float]()
    for path in sorted(release.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        solved = _sources(source / path.name)
        cells = []
        for cell in notebook.cells:
            name = _grade_id(cell)
            if name is None:
                cells.append(cell)
                continue
            seen.add(name)
            if cell.metadata.nbgrader.get("grade"):
                maximum[name] = cell.metadata.nbgrader.points
            elif cell.metadata.nbgrader.get("solution") and student.base == "solution":
                cell.source = solved[name]
            if name in student.answers:
                cell.source = student.answers[name].strip("\n")
            if name not in student.deleted:
                cells.append(cell)
        notebook.cells = cells
        if path.stem not in student.missing:
            text = nbformat.writes(notebook)
            files[path.name] = text[: len(text) // 2] if path.stem in student.damaged else text
    _check(student, seen, maximum)
    return files


def _check(student: Student, seen: set[str], maximum: Mapping[str, float]) -> None:
    unknown = (set(student.answers) | set(student.deleted)) - seen
    if unknown:
        raise ValueError(f"{student.name}: there are no cells {sorted(unknown)}")
    if student.points.keys() != maximum.keys():
        raise ValueError(f"{student.name}: points must be stated for {sorted(student.points.keys() ^ maximum.keys())}")
    for name, points in student.points.items():
        if not 0 <= points <= maximum[name]:
            raise ValueError(f"{student.name}: {name} has {maximum[name]} points, not {points}")


def _sources(path: Path) -> dict[str, str]:
    """Return the solution cells of a source notebook without the lines that mark them."""
    return {
        name: "\n".join(
            line for line in cell.source.splitlines() if "### BEGIN SOL" not in line and "### END SOL" not in line
        )
        for cell in nbformat.read(path, as_version=4).cells
        if (name := _grade_id(cell)) is not None
    }


def _grade_id(cell: Any) -> str | None:
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return name if isinstance(name, str) else None
