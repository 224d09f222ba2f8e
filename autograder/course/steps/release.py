"""The step ``release``: what students get."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.steps import common
from autograder.messages import _

if TYPE_CHECKING:
    from autograder.course.release import Changes


def add(steps: common.Steps) -> None:
    """Add the step to the command line."""
    text = _("write what students get into assignments/ (nbgrader generate_assignment), and as a zip")
    step = common.add_step(steps, "release", text, run)
    common.add_assignment(step)
    common.add_dry_run(step)


def run(chosen: argparse.Namespace) -> int:
    """Release the chosen sheets, while nobody grades."""
    return common.alone(chosen, _release)


def _release(chosen: argparse.Namespace, root: Path) -> int:
    from autograder.course.pipeline import Pipeline
    from autograder.course.release import ReleaseError, preview, release

    pipeline = Pipeline(root)
    for assignment in common.assignments(chosen, pipeline.assignments()):
        try:
            if chosen.dry_run:
                said = _told(assignment, preview(pipeline, assignment))
            else:
                archive = release(pipeline, assignment)
                said = _("Released: {path}", path=archive.relative_to(pipeline.root))
        except ReleaseError as error:
            return common.fail(str(error))
        print(said)  # noqa: T201
    return 0


def _told(assignment: str, changes: "Changes") -> str:
    lines = [_("{sheet}. Dry run: nothing is written.", sheet=assignment)]
    for text, names in (
        (_("new"), changes.new),
        (_("changed"), changes.changed),
        (_("gone"), changes.gone),
        (_("unchanged"), changes.unchanged),
    ):
        if names:
            lines.append(f"  {text}: {', '.join(names)}")
    return "\n".join(lines)
