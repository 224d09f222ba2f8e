"""What a tutor has to look at: scans of handwritten solutions, and marks whose reason has changed."""

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from nbformat import NotebookNode

from autograder.grading.hidden_tests import is_test
from autograder.grading.notes import NOTES_CELL

_SCANS = {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".heic", ".heif", ".tif", ".tiff"}
_BY_HAND = re.compile(r"\.derivation\(")
_SHOWN = 20  # scans that are named


def is_scan(path: PurePosixPath) -> bool:
    """Tell whether the file at ``path`` may show a handwritten solution, by its ending."""
    return path.suffix.lower() in _SCANS


def scans_in(folder: Path, given: Collection[PurePosixPath] = ()) -> list[PurePosixPath]:
    """Return the scans in ``folder`` and below, relative to it, but those that the sheet has ``given``."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = PurePosixPath(Path(parent, name).relative_to(folder))
            if is_scan(path) and not name.startswith(".") and path not in given:
                found.append(path)
    return found


def may_be_scanned(cell: NotebookNode) -> bool:
    """Tell whether a test is about a derivation, so that a handwritten one may stand in for it."""
    return is_test(cell) and bool(_BY_HAND.search(cell.source))


def has_scannable(notebook: NotebookNode) -> bool:
    """Tell whether a handwritten solution may stand in for anything in ``notebook``."""
    return any(map(may_be_scanned, notebook.cells))


def names_of(scans: Iterable[PurePosixPath]) -> str:
    """Return the paths of ``scans`` as a list in words."""
    paths = [str(path) for path in scans]
    return ", ".join([*paths[:_SHOWN], *(["…"] if len(paths) > _SHOWN else [])])


def digest_of(notebook: NotebookNode, folder: Path, scans: Iterable[PurePosixPath]) -> str:
    """Return a hash of all that a tutor looked at: what was written in ``notebook``, and the scans beside it."""
    summed = hashlib.sha256()
    for cell in notebook.cells:
        if cell.get("id") != NOTES_CELL and not is_test(cell):
            summed.update(f"{len(cell.source)}\0{cell.source}\0".encode("utf-8", "surrogatepass"))
    for path in scans:
        with (folder / path).open("rb") as file:
            summed.update(hashlib.file_digest(file, "sha256").digest())
    return summed.hexdigest()


def looked_at(graded: Path) -> dict[str, Any]:
    """Return what there was to look at in the ``graded`` notebook, and why; nothing where it says nothing."""
    try:
        notebook = json.loads(graded.read_bytes())
        reasons = {
            cell["metadata"]["nbgrader"]["grade_id"]: cell["metadata"]["autograder"]["review"]
            for cell in notebook["cells"]
            if "review" in cell["metadata"].get("autograder", {}) and "nbgrader" in cell["metadata"]
        }
        return {"looked_at": notebook["metadata"]["autograder"]["looked_at"], "reasons": reasons}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
