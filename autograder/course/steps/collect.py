"""The step ``collect``: hand-ins in from ILIAS."""

import argparse
import sys
from pathlib import Path

from autograder.course.steps import common
from autograder.messages import _


def add(steps: common.Steps) -> None:
    """Add the step to the command line."""
    text = _("fill submitted/ from ILIAS's zip of all hand-ins (in the place of nbgrader zip_collect)")
    step = common.add_step(steps, "collect", text, run)
    step.add_argument(
        "archive", type=Path, metavar="FILE.zip", help=_("what ILIAS gives for “Alle Abgaben herunterladen”")
    )
    step.add_argument(
        "listing",
        type=Path,
        nargs="?",
        metavar="FILE.xlsx",
        help=_("ILIAS's Excel list of hand-ins, where it is not in the zip: true names, times and teams"),
    )
    step.add_argument("--sheet", metavar=_("SHEET"), help=_("the sheet's folder in source/, where there are several"))
    step.add_argument(
        "--take",
        action="append",
        default=[],
        type=_answer,
        metavar="TEAM=LOGIN",
        help=_("whose files count where several members of a team uploaded (TEAM=all: those of all; may be repeated)"),
    )
    step.add_argument(
        "--deadline",
        metavar=_("TIME"),
        help=_(
            "until when one could hand in, for late penalties, like “2026-11-20 23:59” (default: Collect.deadlines)"
        ),
    )
    step.add_argument(
        "--anonymous",
        action="store_true",
        help=_("give hand-ins pseudonyms; only collected/SHEET/participants.csv knows whose they are"),
    )
    common.add_dry_run(step)


def run(chosen: argparse.Namespace) -> int:
    """Collect, as the only run in this course; 1 if a question is open."""
    return common.alone(chosen, _collect)


def _collect(chosen: argparse.Namespace, root: Path) -> int:
    from autograder.course.ilias.collecting import CollectError, Wanted, collect
    from autograder.course.ilias.report import lines, write
    from autograder.course.pipeline import Pipeline

    archive, listing = chosen.archive.resolve(), chosen.listing and chosen.listing.resolve()
    wanted = Wanted(archive, listing, dict(chosen.take), chosen.deadline, chosen.anonymous, chosen.dry_run)
    pipeline = Pipeline(root)
    assignment = _sheet(chosen.sheet, pipeline.assignments())
    if not pipeline.folder("release", ".", assignment).is_dir():
        return common.fail(_("{assignment} is not released yet: autograder release", assignment=assignment))
    try:
        done = collect(pipeline, assignment, wanted)
    except CollectError as error:
        return common.fail(str(error))
    said = lines(done)
    if not chosen.dry_run:
        said.append(_("Report: {path}", path=write(done, pipeline.root)))
    print("\n".join(said))  # noqa: T201
    return int(done.open_questions)


def _answer(text: str) -> tuple[str, str]:
    """Read an answer, as an argument."""
    team, equals, who = text.partition("=")
    if not (equals and team.strip() and who.strip()):
        raise argparse.ArgumentTypeError(_("{text}: write TEAM=LOGIN or TEAM=all", text=text))
    return team.strip(), who.strip()


def _sheet(wanted: str | None, known: list[str]) -> str:
    """Return which sheet is meant; ends the program where that is not clear."""
    if wanted in known:
        return str(wanted)
    if wanted is None and len(known) == 1:
        return known[0]
    names = ", ".join(known) or "-"
    if wanted is None:
        sys.exit(common.fail(_("Which sheet is it? Add --sheet with one of: {names}", names=names)))
    sys.exit(common.fail(_("source/ has {known}, but not {names}", known=names, names=wanted)))
