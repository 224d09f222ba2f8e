"""Which cell of a release is this one? By what only it can hold, else by grade id, else by cell id.

Students' tools lose metadata (Colab, VS Code), copy it (JupyterLab splits and copies cells) and swap it; so text that
belongs to one cell of the release alone outweighs what a cell says that it is.
"""

import ast
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from nbformat import NotebookNode
from nbgrader import utils

Masters = dict[str, NotebookNode]
_DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_MAGIC = re.compile(r"^[ \t]*%+[ \t]*([^\W\d_]+)[ \t]*([^#\n]*)", re.MULTILINE)


def masters_of(release: NotebookNode) -> Masters:
    """Return the cells of ``release`` that nbgrader knows, by grade id, in order."""
    return {cell.metadata.nbgrader.grade_id: cell for cell in release.cells if "nbgrader" in cell.metadata}


def recognise(cells: Sequence[NotebookNode], masters: Masters) -> list[str | None]:
    """Return for each of ``cells`` the grade id of its master, or None."""
    claims = [_claim(cell, masters) for cell in cells]
    fits = [_fits(cell, masters) for cell in cells]
    found = [_settle(claim, fit, masters) for claim, fit in zip(claims, fits, strict=True)]
    told = {name for name, cell in zip(found, cells, strict=True) if name is not None and answers(cell, masters[name])}
    for at, fit in enumerate(fits):
        if found[at] is None and len(fit) == 1 and fit[0] not in told:
            found[at] = fit[0]
    return found


def answers(cell: NotebookNode, master: NotebookNode) -> bool:
    """Tell whether a solution cell holds an answer, or another cell any text."""
    text = cell.source.strip()
    return bool(text) and not (utils.is_solution(master) and text == master.source.strip())


def defined(text: str) -> set[str]:
    """Return the functions and classes that ``text`` defines at its top level."""
    return set(_DEFINED.findall(text))


def parses(text: str) -> bool:
    """Tell whether ``text`` is Python, magics aside."""
    lines = ("" if line.lstrip().startswith(("%", "!")) else line for line in text.split("\n"))
    try:
        ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def cell_magic(text: str) -> str | None:
    """Return the first line of ``text`` where it is a cell magic, else None."""
    first = text.lstrip().split("\n", 1)[0].rstrip()
    return first if first.startswith("%%") else None


def find_magic(text: str, magic: str) -> re.Match[str] | None:
    """Return where ``text`` begins with ``magic`` (``%%derivation 1a``), written as it may be; else None.

    Blanks, capitals, a sign too few or many, a slip of the pen and another argument are passed over.
    """
    word = magic.split()[0].lstrip("%").casefold()
    found = _MAGIC.search(text)
    if found is None or (text[: found.start()].strip() and not _comments(text[: found.start()])):
        return None
    return found if difflib.SequenceMatcher(None, word, found[1].casefold()).ratio() > 0.75 else None


def _comments(text: str) -> bool:
    return all(line.lstrip().startswith("#") for line in text.split("\n") if line.strip())


def _claim(cell: NotebookNode, masters: Masters) -> str | None:
    for name in (cell.metadata.get("nbgrader", {}).get("grade_id"), cell.get("id")):
        if name in masters:
            return str(name)
    return None


def _fits(cell: NotebookNode, masters: Masters) -> list[str]:
    """Return the masters that what ``cell`` holds belongs to."""
    words, names = tuple(cell.source.split()), defined(cell.source)
    has_magic = "%" in cell.source
    fits = []
    for grade_id, master in masters.items():
        marks = _marks(master.source)
        same = bool(words) and words == marks.words
        defines = bool(marks.defined) and marks.defined <= names
        if not (same or (marks.magic and has_magic) or defines):
            continue  # before the master is asked what it is, which takes longer than all else
        if utils.is_locked(master):
            if same:
                fits.append(grade_id)
        elif magic := marks.magic:
            found = find_magic(cell.source, magic)
            if found is not None and found[2].split() == magic.split()[1:]:
                fits.append(grade_id)
        elif defines:
            fits.append(grade_id)
    return fits


@dataclass(frozen=True)
class _Marks:
    """What the text of a master can be recognised by."""

    words: tuple[str, ...]
    magic: str | None
    defined: frozenset[str]


@lru_cache(maxsize=1000)
def _marks(text: str) -> _Marks:
    return _Marks(tuple(text.split()), cell_magic(text), frozenset(defined(text)))


def _settle(claim: str | None, fit: list[str], masters: Masters) -> str | None:
    """Weigh what a cell says that it is against what it holds."""
    if claim is None or claim in fit or len(fit) != 1:
        return claim
    master = masters[claim]
    marked = utils.is_locked(master) or cell_magic(master.source) or defined(master.source)
    return fit[0] if marked else claim
