"""The command ``autograder``: what an instructor does with a sheet, in the order of doing it."""

import argparse
import fnmatch
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.messages import _

if TYPE_CHECKING:
    from autograder.course.view import View

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status: 0 all right, 1 something failed, 130 stopped by Ctrl-C."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description=_("Releases exercise sheets and grades what is handed in, on top of nbgrader."),
        epilog=_("All of nbgrader's own commands work in the same folder: nbgrader --help"),
    )
    parser.add_argument(
        "--course", type=Path, metavar=_("FOLDER"), help=_("the course's folder (default: the one you are in)")
    )
    steps = parser.add_subparsers(title=_("steps"), required=True, metavar=_("STEP"))

    text = _("write what students get into assignments/ (nbgrader generate_assignment), and as a zip")
    step = steps.add_parser("release", help=text, description=text)
    step.set_defaults(run=_release)
    _add_assignment(step)

    text = _(
        "grade what is in submitted/, write feedback/ and grades.csv (nbgrader autograde, generate_feedback, export)"
    )
    step = steps.add_parser("grade", help=text, description=text)
    step.set_defaults(run=_grade)
    _add_assignment(step)
    step.add_argument(
        "--student", action="append", metavar=_("NAME"), help=_("grade this hand-in only (may be repeated)")
    )
    step.add_argument("--notebook", default="*", metavar=_("NAME"), help=_("grade this notebook of each hand-in only"))
    step.add_argument(
        "--jobs",
        type=_count,
        metavar="N",
        help=_("grade so many hand-ins at a time (default: as many as there are processors)"),
    )
    step.add_argument("--fresh", action="store_true", help=_("run everything again, also what has not changed"))
    step.add_argument("--json", action="store_true", help=_("print a line of JSON for each hand-in, and nothing else"))
    step.add_argument(
        "--unsafe-no-sandbox",
        action="store_true",
        help=_("run students' code without a sandbox; every result is marked (only for hand-ins that you wrote)"),
    )
    return parser


def _add_assignment(step: argparse.ArgumentParser) -> None:
    text = _("the sheet's folder in source/ (default: every one)")
    step.add_argument("assignment", nargs="*", metavar=_("SHEET"), help=text)


def _release(chosen: argparse.Namespace) -> int:
    from autograder.course.pipeline import Pipeline
    from autograder.course.release import ReleaseError, release

    pipeline = Pipeline(_root(chosen))
    for assignment in _assignments(chosen, pipeline.assignments()):
        try:
            archive = release(pipeline, assignment)
        except ReleaseError as error:
            return _fail(str(error))
        print(_("Released: {path}", path=archive.relative_to(pipeline.root)))  # noqa: T201
    return 0


def _grade(chosen: argparse.Namespace) -> int:
    from autograder.course.lock import BusyError, locked

    root = _root(chosen)
    try:
        with locked(root):
            return _grade_alone(chosen, root)
    except BusyError as error:
        return _fail(_("This course is being graded already: {who}", who=error))


def _grade_alone(chosen: argparse.Namespace, root: Path) -> int:
    from autograder.course.pipeline import Pipeline
    from autograder.course.run import Wanted, grade_all
    from autograder.grading.sandbox import SandboxUnavailableError, require_bubblewrap

    pipeline = Pipeline(root)
    if chosen.unsafe_no_sandbox:
        pipeline.allow_unsafe()
    else:
        try:
            require_bubblewrap()
        except SandboxUnavailableError as error:
            return _fail(_("Without a sandbox nothing is graded. {problem}", problem=error))
    failed = False
    jobs = chosen.jobs or len(os.sched_getaffinity(0))
    for assignment in _assignments(chosen, pipeline.assignments()):
        if not pipeline.folder("release", ".", assignment).is_dir():
            return _fail(_("{assignment} is not released yet: autograder release", assignment=assignment))
        students = pipeline.students(assignment)
        if unknown := sorted(set(chosen.student or ()) - set(students)):
            return _fail(_("No hand-in in submitted/: {names}", names=", ".join(unknown)))
        if not students:
            return _fail(_("submitted/ holds no hand-in for {assignment}.", assignment=assignment))
        if not fnmatch.filter(pipeline.sheet(assignment).release, chosen.notebook):
            return _fail(_("{assignment} has no notebook {name}.", assignment=assignment, name=chosen.notebook))
        wanted = Wanted(sorted(set(chosen.student or students)), chosen.notebook, jobs, chosen.fresh)
        results = grade_all(pipeline, assignment, wanted, _view(chosen))
        failed = failed or any(result.failed for result in results)
    return int(failed)


def _view(chosen: argparse.Namespace) -> "View":
    from rich.console import Console

    from autograder.course import view

    if chosen.json:
        return view.JsonLines()
    terminal = Console()
    return view.Bar(terminal) if terminal.is_terminal else view.Lines(Console(width=120))


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(_("{text} is no number of at least 1", text=text))
    return int(text)


def _root(chosen: argparse.Namespace) -> Path:
    """Return the course's folder; without one, ends the program."""
    from autograder.grading.solutions import CourseNotFoundError, course_root

    try:
        return course_root(chosen.course)
    except CourseNotFoundError as error:
        sys.exit(_fail(str(error)))


def _assignments(chosen: argparse.Namespace, known: list[str]) -> list[str]:
    """Return the chosen assignments, all without a choice; an unknown one ends the program."""
    wanted: list[str] = chosen.assignment or known
    if unknown := sorted(set(wanted) - set(known)):
        sys.exit(_fail(_("source/ has {known}, but not {names}", known=", ".join(known), names=", ".join(unknown))))
    return wanted


def _fail(message: str) -> int:
    print(message, file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
