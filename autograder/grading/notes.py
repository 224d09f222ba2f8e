"""Notes on a hand-in: a cell on top of the notebook, which feedback shows and the course's table collects."""

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.messages import N_, _

NOTES_CELL = "autograder_notes"
INTERRUPTED = "CellTimeoutError"
KERNEL_DIED = "DeadKernelError"


def add_notes(notebook: NotebookNode, notes: list[str]) -> None:
    """Put ``notes`` (German sentences) on top of ``notebook``; no notes, no cell."""
    if not notes:
        return
    title = _("Notes on your hand-in")
    lines = [f"**{title}**", "", *(f"- {note}" for note in notes)]
    cell = new_markdown_cell("\n".join(f"> {line}".rstrip() for line in lines), id=NOTES_CELL)
    cell.metadata["autograder"] = {"notes": notes}
    notebook.cells.insert(0, cell)


def notes_of(notebook: NotebookNode) -> list[str]:
    """Return what is to be said about a graded ``notebook``: its notes, and the cells that were stopped."""
    notes: list[str] = []
    for cell in notebook.cells:
        if cell.get("id") == NOTES_CELL:
            notes.extend(cell.metadata.get("autograder", {}).get("notes", []))
        elif stopped := _stopped(cell):
            name = cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id", "?")
            notes.append(_(stopped, cell=name))
    return notes


def _stopped(cell: NotebookNode) -> str | None:
    for output in cell.get("outputs", []):
        if output.get("ename") == INTERRUPTED:
            return N_("The cell {cell} ran too long and was stopped.")
        if output.get("ename") == KERNEL_DIED:
            return N_("The cell {cell} ended Python itself; the cells below it went on in a fresh one.")
    return None
