"""What a notebook begins with as long as nothing of the student's has to run: cells of the author's, and proofs.

The author's cells run once for all hand-ins (``beginnings.py``). A proof is read, not run, and a test of it asks only
for the proof. So a notebook that holds nothing else needs no sandbox at all.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from autograder.grading.proofs import read_proof
from autograder.grading.solutions import DEFINITIONS, NAME, bound, statements


@dataclass(frozen=True)
class Cell:
    """A code cell: ``given`` by the author (locked), a ``test``, or the student's.

    ``visible`` is a test's text as it was handed out; ``points`` is what it is worth.
    """

    name: str
    source: str
    kind: Literal["student", "given", "test"] = "student"
    visible: str = ""
    points: float = 0.0


@dataclass(frozen=True)
class Prologue:
    """The first ``length`` cells, of which nothing of the student's has to run.

    ``steps`` are what of them has to: the author's text, each with the place of its cell.
    """

    length: int = 0
    steps: tuple[tuple[int, str], ...] = ()


def read_prologue(cells: Sequence[Cell], given: Collection[int]) -> Prologue:
    """Return the prologue of ``cells``, where those at the places ``given`` are as they were handed out."""
    steps: list[tuple[int, str]] = []
    mentioned = {name for place in given if cells[place].kind != "test" for name in NAME.findall(cells[place].source)}
    proved: set[str] = set()  # what the proofs are called that these steps did not see
    for place, cell in enumerate(cells):
        if cell.kind == "test":
            if not (_asked(cell.source) | _asked(cell.visible)) <= proved:
                break
            step = definitions_in(cell.visible)
        elif (name := _proved(cell)) and not (place in given and name in mentioned):
            proved.add(name)
            continue
        elif place in given:
            step = cell.source
        elif _is_empty(cell.source):
            continue
        else:
            break
        if proved & set(NAME.findall(step)):
            break
        if step:
            steps.append((place, step))
    else:
        place = len(cells)
    return Prologue(place, tuple(steps))


@lru_cache(maxsize=500)
def definitions_in(source: str) -> str:
    """Return the imports, definitions and assignments at the top of a test: cells below it may use them."""
    return ast.unparse(statements(source, "", (*DEFINITIONS, ast.Assign)))


def _proved(cell: Cell) -> str:
    """Return what the proof in a cell is called; nothing if there is none."""
    proof = read_proof(cell.source)
    return "" if proof is None else f"derivation_{proof.part}"


def _is_empty(source: str) -> bool:
    """Return whether a cell holds nothing but comments."""
    try:
        return not ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _asked(source: str) -> set[str]:
    """Return the names that a test may ask a student for, by themselves or in a text; rather too many than too few."""
    tree = statements(source, "")
    return set(_names(tree)) - set(_bound(tree)) - vars(builtins).keys()


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(name, ast.Load()):
                yield name
            case ast.Constant(str(text)) if text.isidentifier():
                yield text


def _bound(tree: ast.Module) -> Iterator[str]:
    """Yield what the statements at the top import and assign without condition."""
    for statement in tree.body:
        match statement:
            case ast.Import(names) | ast.ImportFrom(names=names):
                yield from map(bound, names)
            case ast.Assign(targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
