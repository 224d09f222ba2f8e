# mypy: allow-subclassing-any, no-warn-return-any
"""From a file that a student handed in to a notebook, or to a reason why it is none.

A hand-in is data: of each cell only its kind, its text, its identity and pasted pictures are taken. Outputs,
tags (``skip-execution``), kernels and whatever else a file may hold is left behind, so that what goes on to be
graded is a valid notebook.
"""

import itertools
import json
import re
import stat
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode, v4
from nbgrader.coursedir import CourseDirectory

from autograder.grading.notes import add_notes
from autograder.messages import _

LARGEST_FILE = 64 * 2**20
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class UnreadableNotebookError(ValueError):
    """A handed-in file is not a notebook; the message says why, in the students' language."""


def read_submission(path: Path) -> NotebookNode:
    """Return the notebook in the file ``path``, reduced to its cells.

    Raises :class:`UnreadableNotebookError` for anything else: links, folders, empty files, broken JSON, other JSON.
    """
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableNotebookError(_("it is not a regular file"))
        if status.st_size > LARGEST_FILE:
            raise UnreadableNotebookError(_("it is larger than {size} MiB", size=LARGEST_FILE // 2**20))
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableNotebookError(_("the system refuses to open it")) from error
    return _notebook(_json(content))


def _json(content: bytes) -> dict[str, Any]:
    if not content.strip():
        raise UnreadableNotebookError(_("it is empty"))
    try:
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # an editor of the past saved it
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        where = _("it is not valid JSON at line {line}, column {column}", line=error.lineno, column=error.colno)
        raise UnreadableNotebookError(where) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableNotebookError(_("it is not valid JSON")) from error
    if not isinstance(data, dict) or not ({"cells", "worksheets"} & data.keys()):
        raise UnreadableNotebookError(_("it holds no notebook"))
    return data


def _notebook(data: dict[str, Any]) -> NotebookNode:
    if "cells" not in data:  # a format of before 2015
        try:
            data = nbformat.convert(nbformat.from_dict({"metadata": {}, **data}), 4)
        except Exception as error:  # the converter trusts its input
            raise UnreadableNotebookError(_("it holds no notebook")) from error
    cells = data["cells"] if isinstance(data["cells"], list) else []
    read = [cell for cell in map(_cell, cells) if cell is not None]
    if not read:
        raise UnreadableNotebookError(_("it holds no cells"))
    taken: set[str] = set()
    fresh = (f"cell-{number}" for number in itertools.count(1))
    for cell in read:
        while not _CELL_ID.fullmatch(cell.id) or cell.id in taken:
            cell.id = next(fresh)
        taken.add(cell.id)
    return v4.new_notebook(cells=read)


def _cell(data: Any) -> NotebookNode | None:
    """Rebuild one cell, or None where ``data`` is none."""
    if not isinstance(data, dict):
        return None
    make = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell, "raw": v4.new_raw_cell}
    kind, text = data.get("cell_type"), data.get("source", "")
    if isinstance(text, list):
        text = "".join(line for line in text if isinstance(line, str))
    if kind not in make or not isinstance(text, str):
        return None
    cell = make[kind](text.encode("utf-8", "replace").decode())
    cell.id = str(data.get("id", ""))
    metadata = data.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        cell.metadata["nbgrader"] = nbformat.from_dict({"grade_id": nbgrader["grade_id"]})
    if kind == "markdown" and _pictures(data.get("attachments")):
        cell.attachments = nbformat.from_dict(data["attachments"])
    return cell


def _pictures(attachments: Any) -> bool:
    """Tell whether ``attachments`` maps names to bundles of MIME type and text, as the format wants."""
    return isinstance(attachments, dict) and all(
        isinstance(bundle, dict) and all(isinstance(value, str) for value in bundle.values())
        for bundle in attachments.values()
    )


class SubmissionExporter(NotebookExporter):
    """What nbgrader's autograde reads notebooks with: an unreadable one costs only itself.

    In its place the empty notebook of the release is graded, with a note on top.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Read ``filename`` and run the preprocessors on it."""
        if not self.parent._sanitizing:  # the second time nbgrader reads what the first time wrote
            return super().from_filename(filename, resources=resources, **options)
        path = Path(filename)
        resources = {**(resources or {}), "metadata": {"name": path.stem, "path": str(path.parent)}}
        try:
            notebook = read_submission(path)
        except UnreadableNotebookError as error:
            self.log.warning("%s cannot be read: %s", path, error)
            notebook = released_notebook(CourseDirectory(parent=self), resources["nbgrader"])
            note = _(
                "The file {name} could not be read: {reason}. The empty notebook was graded in its place.",
                name=path.name,
                reason=error,
            )
            add_notes(notebook, [note])
        return super().from_notebook_node(notebook, resources, **options)


def released_notebook(course: CourseDirectory, names: dict[str, str]) -> NotebookNode:
    """Return the notebook as students got it; raises FileNotFoundError where it was never released.

    ``names`` holds the ``assignment`` and the ``notebook``.
    """
    folder = course.format_path(course.release_directory, ".", names["assignment"])
    return nbformat.read(f"{folder}/{names['notebook']}.ipynb", as_version=4)
