"""The step ``return``: marks and feedback, as ILIAS takes them back."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.steps import common
from autograder.messages import _

if TYPE_CHECKING:
    from autograder.course.ilias.returning import Plan
    from autograder.course.recipients import Delivery


def add(steps: common.Steps) -> None:
    """Add the step to the command line."""
    text = _("write marks and feedback for ILIAS into returned/ (on nbgrader generate_feedback and the gradebook)")
    step = common.add_step(steps, "return", text, run)
    common.add_assignment(step)
    step.add_argument(
        "--student", action="append", metavar=_("NAME"), help=_("return this hand-in only (may be repeated)")
    )
    step.add_argument(
        "--provisional", action="store_true", help=_("return also marks that a human has still to look at")
    )
    common.add_dry_run(step)


def run(chosen: argparse.Namespace) -> int:
    """Return the chosen sheets, while nobody grades."""
    return common.alone(chosen, _return_all)


def _return_all(chosen: argparse.Namespace, root: Path) -> int:
    from autograder.course.ilias.returning import ReturnError
    from autograder.course.participants import MappingError
    from autograder.course.pipeline import Pipeline
    from autograder.course.returned import Wanted, plan, ungraded, write

    pipeline = Pipeline(root)
    wanted = Wanted(chosen.student or (), chosen.provisional)
    try:
        plans = [plan(pipeline, sheet, wanted) for sheet in common.assignments(chosen, pipeline.assignments())]
    except (ReturnError, MappingError) as error:
        return common.fail(str(error))
    graded = [planned for planned in plans if planned.told or planned.held_back]
    if missing := [planned.sheet for planned in plans if planned not in graded and (chosen.assignment or not graded)]:
        return common.fail(_("Nothing is graded yet of {sheets}: autograder grade", sheets=", ".join(missing)))
    failed = False
    for planned in graded:
        without_feedback = [] if chosen.dry_run else write(pipeline, planned)
        failed = failed or bool(without_feedback)
        lines = [*_files(planned, dry_run=chosen.dry_run), *_gaps(planned, ungraded(pipeline, planned))]
        lines += _line(_("No feedback, see .nbgrader.log"), without_feedback)
        print("\n".join(lines))  # noqa: T201
    return int(failed)


def _files(plan: "Plan", *, dry_run: bool) -> list[str]:
    """Return what is written, and what each file is for."""
    from autograder.course.returned import FOLDER, MARKS, STATUS, multi_feedback_path, plugin_path

    folder = Path(FOLDER, plan.sheet)
    numbers = {"sheet": plan.sheet, "hand_ins": len(plan.hand_ins), "people": len(plan.told)}
    lines = [_("{sheet}: {hand_ins} hand-ins, {people} people", **numbers)]
    if dry_run:
        lines.append(_("Dry run: nothing is written. It would be:"))
    if plan.teams:
        core = _("feedback, a folder for each member; of teams, ILIAS takes it by hand only")
    else:
        core = _("feedback: ILIAS, Submissions and Grades, Multi-Feedback")
    uses = {
        multi_feedback_path(folder): core,
        plugin_path(folder): _("marks and feedback at once: ILIAS with the plugin ExerciseStatusFile"),
        folder / STATUS: _("marks for the plugin alone; status.csv is the same"),
        folder / MARKS: _("marks to enter by hand, without the plugin"),
    }
    return lines + [f"  {path}: {use}" for path, use in uses.items()]


def _gaps(plan: "Plan", ungraded: list[str]) -> list[str]:
    """Return who is not told a mark, or not by a file, and why."""
    lines = _line(_("Held back until a human has looked (make formgrader, or --provisional)"), plan.held_back)
    lines += _line(_("Handed in, but not graded yet (autograder grade)"), ungraded)
    lines += _line(_("Only in marks.csv: their number in ILIAS or their team is not known"), _names(plan.by_hand))
    return lines + _line(_("No hand-in"), _names(plan.absent))


def _names(deliveries: Iterable["Delivery"]) -> list[str]:
    return [delivery.person.name for delivery in deliveries]


def _line(said: str, names: list[str]) -> list[str]:
    """Return a line that names them all, none where there is nobody."""
    return [f"{said}: {', '.join(names)}"] if names else []
