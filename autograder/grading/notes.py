"""Notes on a hand-in: a cell on top of the notebook, which feedback shows and the course's table collects."""

import re
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.messages import N_, _

NOTES_CELL = "autograder_notes"


def add_notes(notebook: NotebookNode, notes: list[str]) -> None:
    """Put ``notes`` (German sentences) on top of ``notebook``, below those that are there; no notes, no cell."""
    if not notes:
        return
    if notebook.cells and notebook.cells[0].get("id") == NOTES_CELL:
        notes = [*notebook.cells.pop(0).metadata["autograder"]["notes"], *notes]
    title = _("Notes on your hand-in")
    lines = [f"**{title}**", "", *(f"- {_literally(note)}" for note in notes)]
    cell = new_markdown_cell("\n".join(f"> {line}".rstrip() for line in lines), id=NOTES_CELL)
    cell.metadata["autograder"] = {"notes": notes}
    notebook.cells.insert(0, cell)


def _literally(note: str) -> str:
    """Return ``note`` so that Markdown shows it as it is: file names are the students' own."""
    return re.sub(r"([\\`*_{}\[\]<>()#|$~&!])", r"\\\1", " ".join(note.split()))


def notes_of(notebook: dict[str, Any]) -> list[str]:
    """Return what is to be said about a graded ``notebook``: its notes, and the cells that were stopped.

    The notebook's JSON says as much as what nbformat reads.
    """
    notes: list[str] = []
    for cell in notebook["cells"]:
        said = cell["metadata"].get("autograder", {})
        if cell.get("id") == NOTES_CELL:
            notes.extend(said.get("notes", []))
        elif stopped := _STOPPED.get(said.get("stopped")):
            name = cell["metadata"].get("nbgrader", {}).get("grade_id") or cell.get("id", "?")
            notes.append(_(stopped, cell=name))
    return notes


_STOPPED = {
    "too_long": N_("The cell {cell} ran too long and was stopped."),
    "no_time": N_("The cell {cell} did not run: the time for the notebook was used up."),
    "died": N_("The cell {cell} ended Python itself; the cells below it went on in a fresh one."),
    "flood": N_("The cell {cell} printed without end and was stopped."),
    "memory": N_("The cell {cell} needed too much memory and was stopped."),
    "processes": N_("The cell {cell} started too many processes and was stopped."),
}
