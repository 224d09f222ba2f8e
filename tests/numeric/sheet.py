"""The source notebook of Aufgabe 2, run in this process: solutions with some functions replaced, then one test cell."""

import contextlib
import io
from functools import cache
from pathlib import Path
from types import CodeType

import nbformat
from nbformat import NotebookNode

from autograder.grading.hidden_tests import visible
from autograder.notebook import Grade

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "source" / "uebungsblatt-03" / "2_netzwerk.ipynb"

POINTS = {
    "sigmoid": 1,
    "softmax": 1,
    "cross_entropy": 1,
    "forward": 2,
    "backward": 3,
    "update": 0.5,
    "minibatches": 0.5,
    "train": 1,
    "predict": 0.5,
    "accuracy": 0.5,
}
STUB = "# Hier steht deine Lösung.\nraise NotImplementedError()"


@cache
def cells() -> dict[str, str]:
    """Return the source of each cell by its id."""
    return {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells}


@cache
def _compiled(name: str, *, hidden: bool = True) -> CodeType:
    source = cells()[name] if hidden else visible(NotebookNode(cell_type="code", source=cells()[name]))
    lines = ("" if line.startswith("%") else line for line in source.split("\n"))
    return compile("\n".join(lines), f"<{name}>", "exec")


def stub(name: str) -> str:
    """Return a solution cell as the release shows it."""
    kept, inside = [], False
    for line in cells()[name].split("\n"):
        if "### BEGIN SOLUTION" in line:
            inside = True
            indent = " " * (len(line) - len(line.lstrip()))
            kept.extend(indent + part for part in STUB.split("\n"))
        elif "### END SOLUTION" in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def grade(function: str, code: str = "", *, empty: bool = False, hidden: bool = True) -> Grade:
    """Return the card of the test cell of ``function`` for the sheet's solutions with ``code`` run after them.

    Without its ``hidden`` tests it is what students see at home.
    """
    namespace: dict[str, object] = {"__name__": "__main__"}
    exec(_compiled("setup"), namespace)
    for name in cells():
        if name.endswith("_code"):
            exec(stub(name) if empty else _compiled(name), namespace)
    if code:
        exec(compile(code, "<student>", "exec"), namespace)
    with contextlib.redirect_stderr(io.StringIO()) as errors:
        exec(_compiled(f"{function}_test", hidden=hidden), namespace)
    assert errors.getvalue() == "", "nbgrader takes anything on stderr for a failure"
    card = namespace["grade"]
    assert isinstance(card, Grade)
    card._repr_mimebundle_()  # raises if the parts do not add up
    return card
