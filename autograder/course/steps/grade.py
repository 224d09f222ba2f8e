"""The step ``grade``: points, feedback and grades.csv for what was handed in."""

import argparse
import fnmatch
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.steps import common
from autograder.messages import _

if TYPE_CHECKING:
    from autograder.course.cluster import Cluster, Envoy
    from autograder.course.foresight import Foreseen
    from autograder.course.view import View
    from autograder.grading.worker import Worker


def add(steps: common.Steps) -> None:
    """Add the step to the command line."""
    text = _(
        "grade what is in submitted/, write feedback/ and grades.csv (nbgrader autograde, generate_feedback, export)"
    )
    step = common.add_step(steps, "grade", text, run)
    common.add_assignment(step)
    step.add_argument(
        "--student", action="append", metavar=_("NAME"), help=_("grade this hand-in only (may be repeated)")
    )
    step.add_argument("--notebook", default="*", metavar=_("NAME"), help=_("grade this notebook of each hand-in only"))
    step.add_argument(
        "--jobs",
        type=common.count,
        metavar="N",
        help=_("grade so many hand-ins at a time (default: as many as there are processors, or room in the cluster)"),
    )
    step.add_argument(
        "--only",
        choices=("changed", "failed", "review"),
        help=_(
            "changed: what is new, or changed since it was graded (hand-in, tests, settings, marks); "
            "failed: what could not be graded, or was not yet; review: what has cells that wait for a human"
        ),
    )
    step.add_argument(
        "--scheduler",
        metavar=_("ADDRESS"),
        help=_("let the workers of this Dask scheduler grade the hand-ins (tcp://HOST:8786)"),
    )
    step.add_argument("--fresh", action="store_true", help=_("run everything again, also what has not changed"))
    step.add_argument("--json", action="store_true", help=_("print a line of JSON for each hand-in, and nothing else"))
    step.add_argument(
        "--unsafe-no-sandbox",
        action="store_true",
        help=_("run students' code without a sandbox; every result is marked (only for hand-ins that you wrote)"),
    )
    common.add_dry_run(step)


def run(chosen: argparse.Namespace) -> int:
    """Grade the chosen sheets, as the only run in this course."""
    return common.alone(chosen, _grade if chosen.dry_run else _grade_anywhere)


def _grade_anywhere(chosen: argparse.Namespace, root: Path) -> int:
    from autograder.course.cluster import Cluster, ClusterError
    from autograder.grading.scratch import sweep

    sweep()
    if not chosen.scheduler:
        return _grade(chosen, root)
    try:
        with Cluster(chosen.scheduler) as cluster:
            return _grade(chosen, root, cluster)
    except ClusterError as error:
        return common.fail(str(error))


def _grade(chosen: argparse.Namespace, root: Path, cluster: "Cluster | None" = None) -> int:
    jobs = chosen.jobs or (cluster.room if cluster else len(os.sched_getaffinity(0)))
    ready = [] if cluster or chosen.dry_run or chosen.unsafe_no_sandbox else _begun(root, jobs)
    from autograder.course.errand import Sheets
    from autograder.course.foresight import foresee
    from autograder.course.pipeline import Pipeline
    from autograder.course.run import Only, Wanted, grade_all
    from autograder.grading import collector
    from autograder.grading.walls import SandboxUnavailableError, require_bubblewrap
    from autograder.grading.worker import crew

    pipeline = Pipeline(root)
    if chosen.unsafe_no_sandbox:
        pipeline.allow_unsafe()
    elif cluster is None:
        try:
            require_bubblewrap()
        except SandboxUnavailableError as error:
            return common.fail(_("Without a sandbox nothing is graded. {problem}", problem=error))
    collector.spare()
    failed = False
    only = Only(chosen.only) if chosen.only else None
    hire: Callable[[int], Sequence[Worker | Envoy]] = crew
    if cluster:
        try:
            cluster.take(Sheets.of(pipeline))
        except (OSError, ValueError) as error:
            return common.fail(_("The sheets cannot be sent to the cluster: {error}", error=error))
        hire = cluster.crew
    for assignment in common.assignments(chosen, pipeline.assignments()):
        if not pipeline.folder("release", ".", assignment).is_dir():
            return common.fail(_("{assignment} is not released yet: autograder release", assignment=assignment))
        students = pipeline.students(assignment)
        if unknown := sorted(set(chosen.student or ()) - set(students)):
            return common.fail(_("No hand-in in submitted/: {names}", names=", ".join(unknown)))
        if not students:
            return common.fail(_("submitted/ holds no hand-in for {assignment}.", assignment=assignment))
        if not fnmatch.filter(pipeline.sheet(assignment).release, chosen.notebook):
            return common.fail(_("{assignment} has no notebook {name}.", assignment=assignment, name=chosen.notebook))
        names = sorted(set(chosen.student or students))
        wanted = Wanted(names, chosen.notebook, jobs, chosen.fresh, only, hire, ready)
        if chosen.dry_run:
            _tell(assignment, foresee(pipeline, assignment, wanted))
            continue
        results = grade_all(pipeline, assignment, wanted, _view(chosen))
        ready = []
        failed = failed or any(result.failed for result in results)
    return int(failed)


def _begun(root: Path, jobs: int) -> "list[Worker]":
    """Return workers that get ready while nbgrader is loaded, which takes as long; nobody where nothing seems new."""
    from autograder.course import ledger
    from autograder.grading.worker import crew

    if sum(1 for _folder in (root / "submitted").glob("*/*")) <= ledger.count(root):
        return []
    workers = crew(jobs)
    for worker in workers:
        worker.begin()
    return workers


def _tell(assignment: str, foreseen: list["Foreseen"]) -> None:
    """Say what would become of each hand-in."""
    lines = [_("{sheet}. Dry run: nothing is run or written.", sheet=assignment)]
    for one in foreseen:
        if one.unchanged:
            said = _("nothing has changed")
        elif one.to_run:
            said = _("would run: {notebooks}", notebooks=", ".join(one.to_run))
        elif one.notebooks:
            said = _("nothing would run; marks and feedback would be written from what is kept")
        else:
            said = _("handed in no notebook.")
        lines.append(f"{one.student}: {said}")
    total = sum(one.notebooks for one in foreseen)
    numbers = {"hand_ins": len(foreseen), "n": sum(len(one.to_run) for one in foreseen), "all": total}
    lines.append(_("{hand_ins} hand-ins: {n} of {all} notebooks would run.", **numbers))
    print("\n".join(lines))  # noqa: T201


def _view(chosen: argparse.Namespace) -> "View":
    from rich.console import Console

    from autograder.course import view

    if chosen.json:
        return view.JsonLines()
    terminal = Console()
    return view.Bar(terminal) if terminal.is_terminal else view.Lines(Console(width=120))
