"""One notebook, graded: cells in, outputs and points out.

What a student may read later is all made before the first hidden input exists, so that none can be carried out:

1. The cells run in order. At a test cell, its *visible* text runs on a copy of the interpreter: what the student's
   functions print and the messages with numbers come from there. The copy is kept.
2. When all cells have run, the *whole* tests run on the copies kept. Their points count; of what they say only
   sentences of ours without any number reach the student, and only where the visible checks had nothing to say.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.grading.beginnings import Beginnings
from autograder.grading.limits import Limits
from autograder.grading.prologue import Cell, Prologue, definitions_in, read_prologue
from autograder.grading.proofs import is_proof, proofs, proofs_that_count, read_proof
from autograder.grading.sandbox import Sandbox
from autograder.grading.solutions import NAME, definitions, mentioned
from autograder.grading.student import CellRun, Output, Snapshot, Student
from autograder.grading.trusted import Tested, explain, run_test
from autograder.messages import _
from autograder.symbolic import TASKS, own_declarations


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
    cells: Sequence[Cell],
    files: Path | None,
    limits: Limits,
    *,
    seconds: float,
    given: Collection[int],
    beginnings: Beginnings,
) -> list[Outcome]:
    """Run ``cells`` in a sandbox of their own that holds a copy of ``files``, within ``seconds``; an outcome a cell.

    The cells at the places ``given`` are as they were handed out: with nothing of the student's above them, they may
    have run before. Where nothing of the student's runs at all, there is no sandbox.

    Raises:
        SandboxUnavailableError: there can be no sandbox here.

    """
    end = time.monotonic() + seconds
    prologue = read_prologue(cells, given)
    beginning = beginnings.beginning([source for _place, source in prologue.steps], files, limits)
    if len(beginning.runs) < len(prologue.steps):
        prologue = Prologue()
    with own_declarations(), contextlib.ExitStack() as held:
        return _Run(cells, prologue, beginning.runs, lambda: held.enter_context(beginning.sandbox()), limits, end).run()


class _Run:
    def __init__(
        self,
        cells: Sequence[Cell],
        prologue: Prologue,
        begun: Sequence[CellRun],
        sandbox: Callable[[], Sandbox],
        limits: Limits,
        end: float,
    ) -> None:
        self.cells = cells
        self.prologue = prologue
        self.begun = {place: run for (place, _source), run in zip(prologue.steps, begun, strict=False)}
        self.sandbox = sandbox
        self.limits = limits
        self.end = end
        # by the names that tests know them by
        self.given = {f"derivation_{part}": proof for part, proof in proofs_that_count(_written(cells)).items()}
        said = [mentioned(cell.source) for cell in cells if cell.kind == "given"]
        self.wanted = set().union(*said, *(NAME.findall(cell.source) for cell in cells if cell.kind == "test"))
        self.outcomes = [Outcome() for _cell in cells]
        self.shown: dict[int, Tested] = {}
        self.visible_names: dict[str, Any] = {"__name__": "__test__"}
        self.names: dict[str, Any] = {"__name__": "__test__"}

    @cached_property
    def student(self) -> Student:
        """The student's interpreter, from when it is first needed, with what the prologue left out."""
        words = frozenset(name for cell in self.cells for name in NAME.findall(cell.source))
        student = Student(self.sandbox(), self.limits, words)
        for cell in self.cells[: self.prologue.length]:
            if is_proof(cell.source):
                student.run(cell.source, silent=True)
        return student

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
                definitions(cell.source, cell.name, names, self.wanted)
        proof = _derivation(cell)
        started = time.monotonic()
        if place < self.prologue.length:
            result = self.begun.get(place, CellRun())
        else:
            result = self.student.run(cell.source, silent=proof is not None)
        outputs = result.outputs
        if proof is not None and result.stopped is None:
            outputs = [_display(proof)]
        if result.stopped is not None:
            outputs = [*outputs, _error(_why(result.stopped, self.limits))]
        return Outcome(outputs, result.stopped, late=result.stopped == "too_long" and self.on_the_clock(started))

    def show(self, place: int) -> Outcome:
        """Run the visible text of a test, for what it shows; its points count later."""
        cell = self.cells[place]
        if place < self.prologue.length:
            self.shown[place] = self.test(cell, None, secret=False)
            return Outcome()
        snapshot = self.student.keep(place)
        self.shown[place] = self.test(cell, snapshot, secret=False)
        # the student's cells below may use what a test imports or defines, as they do at home
        self.student.run(definitions_in(cell.visible))
        return Outcome(snapshot.outputs if snapshot else [])

    def mark(self, place: int) -> Outcome:
        """Run the whole text of a test for its points."""
        cell = self.cells[place]
        if place < self.prologue.length:
            return self.marked(place, self.test(cell, None, secret=True))
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
    asked = {name for cell in cells if cell.kind == "test" for name in NAME.findall(cell.source)}
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
