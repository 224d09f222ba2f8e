"""What several steps of the command line need: the course's folder, the chosen sheets, how a failure is told."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from autograder.messages import _

Steps: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run = Callable[[argparse.Namespace], int]


def add_step(steps: Steps, name: str, text: str, run: Run) -> argparse.ArgumentParser:
    """Add the step ``name``, which ``run`` carries out and ``text`` explains, and return its parser."""
    step = steps.add_parser(name, help=text, description=text)
    step.set_defaults(run=run)
    return step


def add_assignment(step: argparse.ArgumentParser) -> None:
    """Let the step be told which sheets it is about."""
    text = _("the sheet's folder in source/ (default: every one)")
    step.add_argument("assignment", nargs="*", metavar=_("SHEET"), help=text)


def add_dry_run(step: argparse.ArgumentParser) -> None:
    """Let the step only tell what it would do."""
    step.add_argument("--dry-run", action="store_true", help=_("only say what would happen, and write nothing"))


def root(chosen: argparse.Namespace) -> Path:
    """Return the course's folder; without one, ends the program."""
    from autograder.grading.solutions import CourseNotFoundError, course_root

    try:
        return course_root(chosen.course)
    except CourseNotFoundError as error:
        sys.exit(fail(str(error)))


def alone(chosen: argparse.Namespace, work: Callable[[argparse.Namespace, Path], int]) -> int:
    """Do ``work`` as the only run in its course, unless it writes nothing, and return its exit status."""
    from autograder.course.lock import BusyError, locked

    course = root(chosen)
    if chosen.dry_run:
        return work(chosen, course)
    try:
        with locked(course):
            return work(chosen, course)
    except BusyError as error:
        return fail(_("This course is being graded already: {who}", who=error))


def assignments(chosen: argparse.Namespace, known: list[str]) -> list[str]:
    """Return the chosen assignments, all without a choice; an unknown one ends the program."""
    wanted: list[str] = chosen.assignment or known
    if unknown := sorted(set(wanted) - set(known)):
        sys.exit(fail(_("source/ has {known}, but not {names}", known=", ".join(known), names=", ".join(unknown))))
    return wanted


def count(text: str) -> int:
    """Read a number of at least one, as an argument."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(_("{text} is no number of at least 1", text=text))
    return int(text)


def fail(message: str) -> int:
    """Say what went wrong and return the exit status for it."""
    print(message, file=sys.stderr)  # noqa: T201
    return 1
