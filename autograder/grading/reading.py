# mypy: no-warn-return-any
"""From a file that a student handed in to a notebook, or to a reason why it is none.

A hand-in is data: of each cell only its kind, its text, its identity and pasted pictures are taken. Outputs,
tags (``skip-execution``), kernels and whatever else a file may hold is left behind, so that what goes on to be
graded is a valid notebook. What is damaged is read as far as its meaning is clear, with a note.
"""

import itertools
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4
from nbgrader.coursedir import CourseDirectory

from autograder.grading.notes import NOTES_CELL
from autograder.messages import _

LARGEST_FILE = 64 * 2**20
MOST_CELLS = 2000
_EMPTY = {"code": v4.new_code_cell(), "markdown": v4.new_markdown_cell(), "raw": v4.new_raw_cell()}
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class UnreadableNotebookError(ValueError):
    """A handed-in file is not a notebook; the message says why, in the students' language."""


@dataclass(frozen=True)
class Reading:
    """A notebook that was read, and what had to be done to its file for it (German sentences)."""

    notebook: NotebookNode
    notes: tuple[str, ...] = ()


def read_bytes(path: Path, limit: int) -> bytes:
    """Return what is in the regular file ``path``, without following or waiting for anything else.

    Raises :class:`UnreadableNotebookError` for links, folders, FIFOs and devices, for files above ``limit`` bytes,
    and where the system refuses.
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):  # opening a device may have an effect
            raise UnreadableNotebookError(_("it is not a regular file"))
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableNotebookError(_("it is not a regular file"))
            if status.st_size > limit:
                raise UnreadableNotebookError(_("it is larger than {size} MiB", size=limit // 2**20))
            return file.read(limit)
    except OSError as error:
        raise UnreadableNotebookError(_("the system refuses to open it")) from error


def read_submission(path: Path) -> Reading:
    """Return the notebook in the file ``path``, reduced to its cells.

    Raises :class:`UnreadableNotebookError` for anything else: links, folders, empty files, other formats.
    """
    data, notes = _data(read_bytes(path, LARGEST_FILE))
    notebook, cut = _notebook(data)
    return Reading(notebook, (*notes, *cut))


# ------------------------------------------------------------------------------------------------ bytes to JSON

_FORMATS: tuple[tuple[bytes, Callable[[], str]], ...] = (
    (b"PK\x03\x04", lambda: _("it is a zip archive; hand in the notebook itself")),
    (b"%PDF", lambda: _("it is a PDF, not a notebook")),
    (b"<!DOCTYPE", lambda: _("it is a web page, not a notebook")),
    (b"<html", lambda: _("it is a web page, not a notebook")),
    (b"\x89PNG", lambda: _("it is a picture, not a notebook")),
    (b"\xff\xd8\xff", lambda: _("it is a picture, not a notebook")),
)


def _data(content: bytes) -> tuple[dict[str, Any], list[str]]:
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableNotebookError(_("it is empty"))
    for start, reason in _FORMATS:
        if content.lstrip()[: len(start)].lower() == start.lower():
            raise UnreadableNotebookError(reason())
    data, notes = _parse(_text(content))
    for _again in range(3):  # a notebook that was saved as a JSON text within JSON
        if isinstance(data, str):
            data, more = _parse(data)
            notes = [*notes, *more]
    if not isinstance(data, dict) or not ({"cells", "worksheets"} & data.keys()):
        raise UnreadableNotebookError(_("it holds no notebook"))
    return data, notes


def _text(content: bytes) -> str:
    try:
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # an editor of the past saved it
    return text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")


def _parse(text: str) -> tuple[Any, list[str]]:
    """Parse ``text``, mended where it has to be, and return what was mended."""
    try:
        return json.loads(text, strict=False), []
    except json.JSONDecodeError as error:
        first = error
    except (RecursionError, ValueError) as error:
        raise UnreadableNotebookError(_("it is not valid JSON")) from error
    mends: tuple[tuple[Callable[[str], str], str], ...] = (
        (_without_conflicts, _("The file held marks of a git conflict; of each, the upper version counts.")),
        (_without_trailing_commas, _("The file was not quite valid JSON (commas too many) and was mended.")),
    )
    notes = []
    for mend, note in mends:
        mended = mend(text)
        if mended != text:
            text = mended
            notes.append(note)
            try:
                return json.loads(text, strict=False), notes
            except (RecursionError, ValueError):
                continue
    cells = list(_cells_before_damage(text))
    if not cells:
        where = _("it is not valid JSON at line {line}, column {column}", line=first.lineno, column=first.colno)
        raise UnreadableNotebookError(where) from first
    note = _("The file is damaged in line {line}; {n} cells above could be read.", line=first.lineno, n=len(cells))
    return {"cells": cells}, [note]


def _without_conflicts(text: str) -> str:
    """Keep the upper side of each conflict that git marked."""
    kept, side = [], 0
    for line in text.splitlines(keepends=True):
        if line.startswith("<<<<<<< "):
            side = 1
        elif side == 1 and line.startswith(("=======", "||||||| ")):
            side = 2
        elif side and line.startswith(">>>>>>> "):
            side = 0
        elif side != 2 or line.startswith("||||||| "):
            kept.append(line)
    return "".join(kept)


def _without_trailing_commas(text: str) -> str:
    return re.sub(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', lambda found: found[1] or "", text, flags=re.DOTALL)


def _cells_before_damage(text: str) -> Iterator[Any]:
    """Yield the cells of a notebook whose JSON breaks off somewhere, as far as they are whole."""
    start = re.search(r'"cells"\s*:\s*\[', text)
    at = start.end() if start else len(text)
    decoder = json.JSONDecoder(strict=False)
    while True:
        at += len(text[at : at + 1000]) - len(text[at : at + 1000].lstrip(" \t\r\n,"))
        try:
            cell, at = decoder.raw_decode(text, at)
        except (RecursionError, ValueError):
            return
        yield cell


# ------------------------------------------------------------------------------------------------ JSON to cells


def _notebook(data: dict[str, Any]) -> tuple[NotebookNode, list[str]]:
    if "cells" not in data:  # a format of before 2015
        try:
            data = nbformat.convert(nbformat.from_dict({"nbformat": 3, "metadata": {}, **data}), 4)
        except Exception as error:  # the converter trusts its input
            raise UnreadableNotebookError(_("it holds no notebook")) from error
        for cell in data["cells"]:
            cell.pop("id", None)  # drawn at random just now: the same file is to be the same notebook
    cells = data["cells"]
    if isinstance(cells, dict):  # numbered, by a tool of one's own
        cells = list(cells.values())
    read = [cell for cell in map(_cell, cells if isinstance(cells, list) else []) if cell is not None]
    if not read:
        raise UnreadableNotebookError(_("it holds no cells"))
    notes = []
    if len(read) > MOST_CELLS:  # of thousands, most are empty
        read = [cell for cell in read if cell.source.strip() or cell.metadata]
    if len(read) > MOST_CELLS:
        notes.append(_("The notebook has {n} cells; the first {most} count.", n=len(read), most=MOST_CELLS))
        del read[MOST_CELLS:]
    taken: set[str] = set()
    fresh = (f"cell-{number}" for number in itertools.count(1))
    for cell in read:
        while not _CELL_ID.fullmatch(cell.id) or cell.id in taken or cell.id == NOTES_CELL:
            cell.id = next(fresh)
        taken.add(cell.id)
    notebook = v4.new_notebook()  # which would validate them; they are what _cell makes
    notebook.cells = read
    return notebook, notes


def _cell(data: Any) -> NotebookNode | None:
    """Rebuild one cell, or None where ``data`` is none."""
    if not isinstance(data, dict):
        return None
    kind, text = str(data.get("cell_type")).casefold(), _source(data.get("source", ""))
    if kind not in _EMPTY or text is None:
        return None
    cell = nbformat.from_dict(_EMPTY[kind])  # new_code_cell would validate it, which takes ten times as long
    cell.source = text.encode("utf-8", "replace").decode()
    cell.id = str(data.get("id", ""))
    metadata = data.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        cell.metadata["nbgrader"] = nbformat.from_dict({"grade_id": nbgrader["grade_id"]})
    if kind == "markdown" and _pictures(data.get("attachments")):
        cell.attachments = nbformat.from_dict(data["attachments"])
    return cell


def _source(data: Any, depth: int = 0) -> str | None:
    """Return a cell's text: a string or a list of lines, and what other tools make of it."""
    if isinstance(data, list) and depth < 5:
        return "".join(line for line in (_source(each, depth + 1) for each in data) if line is not None)
    if isinstance(data, int | float):
        return str(data)
    return data if isinstance(data, str) else None


def _pictures(attachments: Any) -> bool:
    """Tell whether ``attachments`` maps names to bundles of MIME type and text, as the format wants."""
    return isinstance(attachments, dict) and all(
        isinstance(bundle, dict) and all(isinstance(value, str) for value in bundle.values())
        for bundle in attachments.values()
    )


def released_notebook(course: CourseDirectory, names: dict[str, str]) -> NotebookNode:
    """Return the notebook as students got it; raises FileNotFoundError where it was never released.

    ``names`` holds the ``assignment`` and the ``notebook``. The notebook is not to be changed.
    """
    folder = course.format_path(course.release_directory, ".", names["assignment"])
    return read_authors(Path(folder, f"{names['notebook']}.ipynb"))


def read_authors(path: Path) -> NotebookNode:
    """Return a notebook of the sheet's authors; raises FileNotFoundError.

    It is read again only when its file has changed, since every hand-in needs it: so it is not to be changed.
    """
    status = path.stat()
    return _read_authors(path, (status.st_ino, status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=200)
def _read_authors(path: Path, _version: tuple[int, int, int]) -> NotebookNode:
    return nbformat.read(path, as_version=4)
