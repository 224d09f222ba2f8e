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


def _solved(code: str, *, empty: bool = False) -> dict[str, object]:
    """Return what a notebook with the sheet's solutions, or their stubs, and then ``code`` defines."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    exec(_compiled("setup"), namespace)
    for name in cells():
        if name.endswith("_code"):
            exec(stub(name) if empty else _compiled(name), namespace)
    exec(compile(code, "<student>", "exec"), namespace)
    return namespace


def _card(function: str, namespace: dict[str, object], *, hidden: bool = True) -> Grade:
    with contextlib.redirect_stderr(io.StringIO()) as errors:
        exec(_compiled(f"{function}_test", hidden=hidden), namespace)
    assert errors.getvalue() == "", "nbgrader takes anything on stderr for a failure"
    card = namespace["grade"]
    assert isinstance(card, Grade)
    card._repr_mimebundle_()  # raises if the parts do not add up
    return card


def hand_in(code: str = "") -> dict[str, Grade]:
    """Return the cards of all test cells, run one after the other, for the solutions with ``code`` after them."""
    namespace = _solved(code)
    return {function: _card(function, namespace) for function in POINTS}


def grade(function: str, code: str = "", *, empty: bool = False, hidden: bool = True) -> Grade:
    """Return the card of the test cell of ``function`` for the sheet's solutions with ``code`` run after them.

    Without its ``hidden`` tests it is what students see at home.
    """
    return _card(function, _solved(code, empty=empty), hidden=hidden)
