"""The step ``report``: what the hand-ins of a sheet say together."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.steps import common
from autograder.messages import _

if TYPE_CHECKING:
    from autograder.course.pipeline import Pipeline


def add(steps: common.Steps) -> None:
    """Add the step to the command line."""
    text = _("write a page and tables about the class into reports/: points, mistakes, what to look at (nbgrader db)")
    step = common.add_step(steps, "report", text, run)
    common.add_assignment(step)
    common.add_dry_run(step)


def run(chosen: argparse.Namespace) -> int:
    """Report on the chosen sheets; without a choice, on those of which anything is graded."""
    from autograder.course.pipeline import Pipeline
    from autograder.course.report.reading import NothingGradedError

    pipeline = Pipeline(common.root(chosen))
    lines = []
    for sheet in common.assignments(chosen, pipeline.assignments()):
        try:
            lines.append(_report(pipeline, sheet, dry_run=chosen.dry_run))
        except NothingGradedError as error:
            if chosen.assignment:
                return common.fail(str(error))
    if not lines:
        return common.fail(_("Nothing is graded yet: autograder grade"))
    print("\n".join(lines))  # noqa: T201
    return 0


def _report(pipeline: "Pipeline", sheet: str, *, dry_run: bool) -> str:
    """Report on one sheet, and return what to say about it."""
    from autograder.course.report.reading import declared, read
    from autograder.course.report.view import report_on
    from autograder.course.report.writing import FOLDER, PAGE, files, write

    data = read(pipeline, sheet)
    with declared(pipeline, sheet):
        made = files(report_on(data))
    folder = Path(FOLDER, sheet)
    told = {"sheet": sheet, "n": len(data.hand_ins)}
    if dry_run:
        names = ", ".join(sorted(made))
        return _("{sheet}, {n} hand-ins. Dry run: nothing is written. It would be: {files}", files=names, **told)
    write(pipeline.root / folder, made)
    return _("{sheet}, {n} hand-ins: {path}", path=folder / PAGE, **told)
