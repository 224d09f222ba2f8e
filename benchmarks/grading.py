"""How fast a class is graded: stock nbgrader beside ``autograder grade``, on the same hand-ins, in one run.

``python -m benchmarks.grading [--students 40] [--jobs 2]`` builds a class from the honest hand-ins of the sample class,
each with a comment of its own so that no two notebooks are the same, grades it both ways and compares every mark.
Stock takes so long that the machine may be another one meanwhile: it grades the class in parts, between which ours
grades all of it anew, on copies that were not graded yet, and counts with the mean; what starting stock more than once
takes is not counted. Beside both stands what the same cells take in one warm process; what many hand-ins would take is
computed. Stock runs nbgrader 0.9.6's own steps, one cold kernel a notebook, hidden tests in the student's kernel.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from itertools import cycle, islice
from pathlib import Path
from types import MappingProxyType

import nbformat
from nbformat import v4

from benchmarks.classes import ROOT, duration, graded, marks, timed, unlike
from tests.sample_class.build import ASSIGNMENT, Student, hand_in, read_students

STOCK = """
c.GenerateAssignment.preprocessors = [
    f"{NBGRADER}.IncludeHeaderFooter",
    f"{NBGRADER}.LockCells",
    f"{GRADING}.stubs.ClearSolutions",  # derivations have a comment sign of their own
    f"{NBGRADER}.ClearOutput",
    f"{NBGRADER}.CheckCellMetadata",
    f"{NBGRADER}.ComputeChecksums",
    f"{NBGRADER}.SaveCells",
    f"{NBGRADER}.ClearHiddenTests",
    f"{NBGRADER}.ClearMarkScheme",
    f"{NBGRADER}.ComputeChecksums",
    f"{NBGRADER}.CheckCellMetadata",
]
c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"
c.Autograde.sanitize_preprocessors = [
    f"{NBGRADER}.ClearOutput",
    f"{NBGRADER}.DeduplicateIds",
    f"{NBGRADER}.OverwriteKernelspec",
    f"{NBGRADER}.OverwriteCells",
    f"{NBGRADER}.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    f"{NBGRADER}.Execute",
    f"{NBGRADER}.LimitOutput",
    f"{NBGRADER}.SaveAutoGrades",
    f"{NBGRADER}.AssignLatePenalties",
    f"{NBGRADER}.CheckCellMetadata",
]
c.GenerateFeedback.exporter_class = "nbconvert.exporters.HTMLExporter"
c.GenerateFeedback.preprocessors = [f"{NBGRADER}.GetGrades", "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor"]
c.HTMLExporter.preprocessors = []
c.Exporter.optimistic_validation = False
"""
PARTS = 4  # of the class, in which stock grades it
NBGRADER = [sys.executable, "-m", "nbgrader"]


def honest(student: Student) -> bool:
    """Return whether a hand-in is whole and every cell of it ends."""
    return "endless" not in student.description and not (student.missing or student.damaged or student.deleted)


def write_course(root: Path, students: int, configuration: str, own: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write a course with its release and hand-ins, whose notebooks end with ``own`` code, by their files' names."""
    shutil.copytree(ROOT / "source", root / "source")
    (root / "nbgrader_config.py").write_text(
        (ROOT / "nbgrader_config.py").read_text(encoding="utf-8") + configuration, encoding="utf-8"
    )
    timed(root, [*NBGRADER, "generate_assignment", ASSIGNMENT])
    release, source = root / "assignments" / ASSIGNMENT, root / "source" / ASSIGNMENT
    whole = [student for student in read_students() if honest(student)]
    for number, student in enumerate(islice(cycle(whole), students)):
        folder = root / "submitted" / f"{number:03}_{student.name}" / ASSIGNMENT
        folder.mkdir(parents=True)
        for name, text in hand_in(student, release, source).items():
            notebook = nbformat.reads(text, as_version=4)
            notebook.cells.append(v4.new_code_cell(f"# Abgabe {number}\n{own.get(name, '')}", id="mine"))
            nbformat.write(notebook, folder / name)


def stock_seconds(root: Path, waiting: Path, number: int) -> float:
    """Return how long nbgrader takes for a part of the class, which is ``waiting`` to be handed in, by its number."""
    left = sorted(waiting.iterdir())
    for folder in left[: len(left) // (PARTS - number)]:
        folder.rename(root / "submitted" / folder.name)
    total = 0.0
    for step in ("autograde", "generate_feedback"):  # they leave alone what they did before
        seconds, _printed = timed(root, [*NBGRADER, step, ASSIGNMENT])
        again, _printed = timed(root, [*NBGRADER, step, "--version"]) if number else (0.0, "")
        total += seconds - again
    return total


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    n, jobs = chosen.students, ["--jobs", str(chosen.jobs)]
    with tempfile.TemporaryDirectory() as scratch:
        fresh, stock = Path(scratch, "fresh"), Path(scratch, "stock")
        write_course(fresh, n, "")
        write_course(stock, n, STOCK)
        waiting = (stock / "submitted").rename(Path(scratch, "waiting"))
        (stock / "submitted").mkdir()
        ours = [Path(shutil.copytree(fresh, Path(scratch, f"ours{number}"))) for number in range(PARTS + 1)]
        first = graded(ours[0], *jobs)
        runs, theirs = [first], 0.0
        for number in range(PARTS):
            theirs += stock_seconds(stock, waiting, number)
            runs.append(graded(ours[number + 1], *jobs))
            if number == PARTS // 2 - 1:
                again = graded(ours[0], *jobs)
                _seconds, printed = timed(ours[0], [sys.executable, "-m", "benchmarks.warm", str(ours[0]), ASSIGNMENT])
        mine = sum(run.seconds for run in runs) / len(runs)
        warm = sum(json.loads(line)["seconds"] for line in printed.splitlines()) / n
        cost = chosen.jobs * mine / n
        print(f"{n} hand-ins, six notebooks each; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
        print(f"{'':<44}{'seconds':>9}{'a hand-in':>11}{'a minute':>10}")
        for name, total in (
            ("stock nbgrader: autograde, generate_feedback", theirs),
            (f"autograder grade --jobs {chosen.jobs}, mean of {len(runs)}", mine),
            ("the same again, nothing changed", again.seconds),
        ):
            print(f"{name:<44}{total:>9.1f}{total / n:>11.2f}{60 * n / total:>10.1f}")
        print(f"    ours one by one: {', '.join(f'{run.seconds:.1f}' for run in runs)} s")
        print(f"faster than stock by a factor of {theirs / mine:.2f}")
        ran = sum(line["seconds"] for run in runs for line in run.lines) / n / len(runs)
        print(f"a hand-in's cells in one warm process: {warm:.2f} s")
        print(f"    ours, in the workers: {ran:.2f} s ({ran / warm:.2f} times), all in all {cost:.2f} s of a job "
              f"({cost / warm:.2f} times)")  # fmt: skip
        for many in (10_000, 1_000_000):
            here, core = many * mine / n, many * cost / 3600
            print(f"{many:,} hand-ins: {duration(here)} on this machine, {core:,.0f} hours of one processor")
        found = marks(stock, ASSIGNMENT)
        different = {key: two for root in ours for key, two in unlike(found, marks(root, ASSIGNMENT)).items()}
        print(f"marks compared: {len(found)}, different: {len(different)}")
        for (student, notebook, cell), (one, other) in sorted(different.items()):
            print(f"    {student}, {notebook}, {cell}: stock {one}, ours {other}")


if __name__ == "__main__":
    main()
