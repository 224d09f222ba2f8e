"""What one sees of a run: a bar in a terminal, else a line for each hand-in, and the points at the end; or JSON."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from autograder.course.results import Result, Task
from autograder.course.table import legend, points_table
from autograder.messages import _, number

GRADES = "grades.csv"


class View(Protocol):
    """What a run tells; ``started`` comes from any thread."""

    def begin(self, assignment: str, tasks: Sequence[Task], hand_ins: int) -> None:
        """Tell that ``hand_ins`` are going to be graded."""

    def started(self, student: str) -> None:
        """Tell that a hand-in runs."""

    def ended(self, result: Result) -> None:
        """Tell what became of a hand-in."""

    def finish(self, results: Sequence[Result], root: Path, forgotten: Sequence[str], *, stopped: bool) -> None:
        """Tell what became of all, in the course in ``root``; ``forgotten`` are in the gradebook only."""


class JsonLines:
    """A line of JSON a hand-in, for machines."""

    def begin(self, assignment: str, tasks: Sequence[Task], hand_ins: int) -> None:  # noqa: ARG002
        """Keep the assignment's name."""
        self._assignment = assignment

    def started(self, student: str) -> None:
        """Tell nothing."""

    def ended(self, result: Result) -> None:
        """Write the line."""
        line = {"assignment": self._assignment, **asdict(result), "total": result.total}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def finish(self, results: Sequence[Result], root: Path, forgotten: Sequence[str], *, stopped: bool) -> None:
        """Tell nothing."""


class Lines:
    """A line a hand-in, and the table of points at the end."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def begin(self, assignment: str, tasks: Sequence[Task], hand_ins: int) -> None:  # noqa: ARG002
        """Remember how much there is to do."""
        self.tasks = list(tasks)
        self.hand_ins = hand_ins
        self.done: list[Result] = []
        if not hand_ins:
            self.say(_("Nothing to do."))

    def started(self, student: str) -> None:
        """Tell nothing."""

    def ended(self, result: Result) -> None:
        """Write the line."""
        self.done.append(result)
        points = f"{number(result.total)} / {number(sum(task.max_points for task in self.tasks))}"
        place = f"[{len(self.done):>{len(str(self.hand_ins))}}/{self.hand_ins}]"
        self.say(f"{place} {result.student}: {points}")

    def finish(self, results: Sequence[Result], root: Path, forgotten: Sequence[str], *, stopped: bool) -> None:
        """Show the table and all notes."""
        if stopped:
            self.say(_("Stopped: {n} of {all} hand-ins were graded.", n=len(results), all=self.hand_ins))
        if not results:
            return
        self.console.print(points_table(list(results), self.tasks))
        self.say(legend(self.tasks))
        for result in results:
            for note in (*result.notes, *map(_undecided, result.undecided)):
                self.say(f"{result.student}: {note}")
        self.say(_("Points: {grades}   Feedback: {feedback}", grades=root / GRADES, feedback=root / "feedback"))
        if forgotten:
            text = _(
                "{grades} also has {names}: graded before, but not in submitted/ now. "
                "To forget one: nbgrader db student remove NAME --force",
                grades=GRADES,
                names=", ".join(forgotten),
            )
            self.say(text)

    def say(self, text: str) -> None:
        """Print text that others wrote: rich is not to read markup or numbers into it."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)


class Bar(Lines):
    """A bar that moves: how many are done, how long the rest takes, who runs, the points so far."""

    def begin(self, assignment: str, tasks: Sequence[Task], hand_ins: int) -> None:
        """Show the bar."""
        super().begin(assignment, tasks, hand_ins)
        rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        said = TextColumn("{task.fields[said]}", markup=False, table_column=rest)
        columns = (BarColumn(bar_width=20), MofNCompleteColumn(), TimeRemainingColumn(), said)
        self._progress = Progress(*columns, console=self.console, transient=True, expand=True)
        self._bar = self._progress.add_task("", total=hand_ins, said="")
        self._running: list[str] = []
        self._lock = Lock()
        self._progress.start()

    def started(self, student: str) -> None:
        """Show who runs."""
        with self._lock:
            self._running.append(student)
            self._show()

    def ended(self, result: Result) -> None:
        """Move the bar."""
        with self._lock:
            self.done.append(result)
            self._running = [student for student in self._running if student != result.student]
            self._show()

    def finish(self, results: Sequence[Result], root: Path, forgotten: Sequence[str], *, stopped: bool) -> None:
        """Put the table in the place of the bar."""
        self._progress.stop()
        super().finish(results, root, forgotten, stopped=stopped)

    def _show(self) -> None:
        failed = sum(result.failed for result in self.done)
        parts = [", ".join(self._running)]
        if totals := [result.total for result in self.done if result.points]:
            mean = sum(totals) / len(totals)
            parts.insert(0, _("mean: {points}", points=number(round(mean, 1))))
        if failed:
            parts.insert(0, _("failed: {n}", n=failed))
        self._progress.update(self._bar, completed=len(self.done), said="  ".join(parts))


def _undecided(name: str) -> str:
    return _("{name} has to be looked at by a human (nbgrader's formgrader).", name=name)
