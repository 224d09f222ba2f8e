"""One notebook, graded: cells in, outputs and points out.

What a student may read later is all made before the first hidden input exists, so that none can be carried out:

1. The cells run in order. At a test cell, a copy of the interpreter is kept for later, and its *visible* text runs on
   another copy: what the student's functions print and the messages with numbers come from there.
2. When all cells have run, the *whole* tests run on the copies kept. Their points count; of what they say only
   sentences of ours without any number reach the student, and only where the visible checks had nothing to say.
"""

from __future__ import annotations

import ast
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from autograder.grading.beginnings import Beginnings
from autograder.grading.limits import Limits
from autograder.grading.proofs import proofs, proofs_that_count, read_proof
from autograder.grading.sandbox import Sandbox
from autograder.grading.solutions import DEFINITIONS, definitions, statements
from autograder.grading.student import CellRun, Output, Snapshot, Student
from autograder.grading.trusted import Tested, explain, run_test
from autograder.messages import _
from autograder.symbolic import TASKS, own_declarations

_NAME = re.compile(r"[^\W\d]\w*")


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
class Outcome:
    """What became of a cell: its outputs, why it was stopped if it was, and for a test its points.

    ``review`` says why a tutor should look at it; empty where none need. ``late``: the clock may have decided, and
    not the processor's time, so that it is worth another try where the machine was busy. ``mistakes`` are the keys of
    the known mistakes that a test's card names.
    """

    outputs: list[Output] = field(default_factory=list)
    stopped: str | None = None
    points: float | None = None
    review: str = ""
    late: bool = False
    mistakes: list[str] = field(default_factory=list)


def run_notebook(
    cells: Sequence[Cell], files: Path | None, limits: Limits, *, seconds: float, given: int, beginnings: Beginnings
) -> list[Outcome]:
    """Run ``cells`` in a sandbox of their own that holds a copy of ``files``, within ``seconds``; an outcome a cell.

    The first ``given`` cells are as they were handed out: with nothing of the student's above them, they may have run
    before.

    Raises:
        SandboxUnavailableError: there can be no sandbox here.

    """
    end = time.monotonic() + seconds
    sandbox, begun = beginnings.sandbox([cell.source for cell in cells[:given]], files, limits)
    with own_declarations(), sandbox:
        return _Run(cells, sandbox, limits, end, begun).run()


class _Run:
    def __init__(
        self, cells: Sequence[Cell], sandbox: Sandbox, limits: Limits, end: float, begun: Sequence[CellRun]
    ) -> None:
        self.cells = cells
        self.begun = begun
        self.limits = limits
        self.end = end
        words = frozenset(name for cell in cells for name in _NAME.findall(cell.source))
        self.student = Student(sandbox, limits, words)
        # by the names that tests know them by
        self.given = {f"derivation_{part}": proof for part, proof in proofs_that_count(_written(cells)).items()}
        self.outcomes = [Outcome() for _cell in cells]
        self.shown: dict[int, Tested] = {}
        self.visible_names: dict[str, Any] = {"__name__": "__test__"}
        self.names: dict[str, Any] = {"__name__": "__test__"}

    def run(self) -> list[Outcome]:
        for place, cell in enumerate(self.cells):
            if self.in_time(place):
                self.outcomes[place] = self.show(place) if cell.kind == "test" else self.plain(place)
        for place, cell in enumerate(self.cells):
            if cell.kind == "test" and self.in_time(place):
                self.outcomes[place] = self.mark(place)
        return self.outcomes

    def in_time(self, place: int) -> bool:
        """Return whether the hand-in has time left; if not, that is the outcome of the cell at ``place``."""
        if time.monotonic() < self.end:
            return True
        points = 0.0 if self.cells[place].kind == "test" else None
        told = _error(_("The time for this notebook was used up."))
        self.outcomes[place] = Outcome([told], "no_time", points, late=True)
        return False

    def plain(self, place: int) -> Outcome:
        """Run a cell that is no test; a derivation's answer is ours, whatever the student's Python shows."""
        cell = self.cells[place]
        if cell.kind == "given":
            for names in (self.visible_names, self.names):
                definitions(cell.source, cell.name, names)
        started = time.monotonic()
        result = self.begun[place] if place < len(self.begun) else self.student.run(cell.source)
        outputs = result.outputs
        if (proof := _derivation(cell)) is not None and result.stopped is None:
            outputs = [_display(proof)]
        if result.stopped is not None:
            outputs = [*outputs, _error(_why(result.stopped, self.limits))]
        return Outcome(outputs, result.stopped, late=result.stopped == "too_long" and self.on_the_clock(started))

    def show(self, place: int) -> Outcome:
        """Run the visible text of a test, for what it shows; its points count later."""
        cell = self.cells[place]
        self.student.keep(place)
        snapshot = self.student.snapshot(self.limits.output_bytes)
        self.shown[place] = self.test(cell, snapshot, secret=False)
        # the student's cells below may use what a test imports or defines, as they do at home
        self.student.run(_assignments(cell.visible))
        return Outcome(snapshot.outputs if snapshot else [])

    def mark(self, place: int) -> Outcome:
        """Run the whole text of a test for its points."""
        cell = self.cells[place]
        snapshot = self.student.kept(place)
        started = time.monotonic()
        tested = self.test(cell, snapshot, secret=True)
        if snapshot is not None and snapshot.lost:  # perhaps by what a later cell left running
            tested = self.test(cell, self.student.kept(place), secret=True)
        return replace(self.marked(place, tested), late=snapshot is None or self.on_the_clock(started))

    def on_the_clock(self, started: float) -> bool:
        """Return whether a limit on the clock may have ended what ``started`` then."""
        now = time.monotonic()
        return now >= min(started + self.limits.cell_wall_seconds, self.end)

    def marked(self, place: int, tested: Tested) -> Outcome:
        """Return what the student sees of a test and gets for it."""
        cell = self.cells[place]
        shown = self.shown.get(place, Tested())
        printed = self.outcomes[place].outputs
        if tested.error is not None:
            error, visible = (tested.error, False) if shown.error is None else (shown.error, True)
            return Outcome([*printed, _error(explain(error, shown=visible))], points=0.0)
        if tested.card is None:
            return Outcome(printed, points=cell.points if tested.points is None else min(tested.points, cell.points))
        if shown.card is not None:
            tested.card.explain(shown.card)
        output = _display(tested.card, "execute_result")
        points, mistakes = min(tested.card.points, cell.points), tested.card.mistakes
        return Outcome([*printed, output], None, points, tested.card.review, mistakes=mistakes)

    def test(self, cell: Cell, snapshot: Snapshot | None, *, secret: bool) -> Tested:
        left = max(self.end - time.monotonic(), 1.0)
        limits = replace(self.limits, cell_wall_seconds=min(self.limits.cell_wall_seconds, left))
        source, names = (cell.source, self.names) if secret else (cell.visible, self.visible_names)
        return run_test(cell.name, source, names, snapshot, limits, self.given, secret=secret)


# ------------------------------------------------------------------------------------------------ derivations


def _derivation(cell: Cell) -> Any:
    """Return what is shown of the student's proof in ``cell``; None if it holds none of a declared part."""
    from autograder.notebook.derivation import Derivation

    proof = read_proof(cell.source) if cell.kind == "student" else None
    return None if proof is None or proof.part not in TASKS else Derivation(proof.part, proof.text)


def _written(cells: Sequence[Cell]) -> list[str]:
    """Return what the student wrote, cell by cell."""
    return [cell.source for cell in cells if cell.kind == "student"]


def notes_on(cells: Sequence[Cell]) -> list[str]:
    """Return what is to be said of a notebook beside its outcomes: which parts that count have several proofs."""
    asked = {name for cell in cells if cell.kind == "test" for name in _NAME.findall(cell.source)}
    counted = Counter(proof.part for proof in proofs(_written(cells)) if f"derivation_{proof.part}" in asked)
    return [
        _("There are {n} proofs of {part}; the last one counts.", n=n, part=part)
        for part, n in counted.items()
        if n > 1
    ]


# ------------------------------------------------------------------------------------------------ outputs


def _display(shown: Any, kind: str = "display_data") -> Output:
    """Return an output of ours, marked so."""
    number = {"execution_count": None} if kind == "execute_result" else {}
    return {"output_type": kind, "data": shown._repr_mimebundle_(), "metadata": {"autograder": True}, **number}


def _error(text: str) -> Output:
    return {"output_type": "stream", "name": "stderr", "text": text + "\n"}


def _why(stopped: str, limits: Limits) -> str:
    match stopped:
        case "too_long":
            return _("This cell ran longer than {seconds} seconds and was stopped.", seconds=limits.cell_cpu_seconds)
        case "flood":
            return _("This cell printed without end and was stopped.")
        case "memory":
            return _("This cell needed too much memory and was stopped.")
        case "processes":
            return _("This cell started too many processes and was stopped.")
    return _("This cell ended Python itself.")


def _assignments(source: str) -> str:
    """Return the imports, definitions and assignments at the top of ``source``."""
    return ast.unparse(statements(source, "", (*DEFINITIONS, ast.Assign)))
