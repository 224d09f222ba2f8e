"""The step ``release``: what students get."""

import argparse

from autograder.course.steps import common
from autograder.messages import _


def add(steps: common.Steps) -> None:
    """Add the step to the command line."""
    text = _("write what students get into assignments/ (nbgrader generate_assignment), and as a zip")
    common.add_assignment(common.add_step(steps, "release", text, run))


def run(chosen: argparse.Namespace) -> int:
    """Release the chosen sheets."""
    from autograder.course.pipeline import Pipeline
    from autograder.course.release import ReleaseError, release

    pipeline = Pipeline(common.root(chosen))
    for assignment in common.assignments(chosen, pipeline.assignments()):
        try:
            archive = release(pipeline, assignment)
        except ReleaseError as error:
            return common.fail(str(error))
        print(_("Released: {path}", path=archive.relative_to(pipeline.root)))  # noqa: T201
    return 0
