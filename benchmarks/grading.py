"""How fast a class is graded: stock nbgrader beside ``autograder grade``, on the same hand-ins, in one run.

``python -m benchmarks.grading [--students 40] [--jobs 2]`` builds a class from the honest hand-ins of the sample class,
each with a comment of its own so that no two notebooks are the same, grades it both ways and compares every mark. Stock
runs nbgrader 0.9.6's own Execute and SaveAutoGrades, one cold kernel a notebook, hidden tests in the student's kernel.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import nbformat
from nbformat import v4
from nbgrader.api import Gradebook

from tests.sample_class.build import ASSIGNMENT, Student, hand_in, read_students

ROOT = Path(__file__).parents[1]
STOCK = """
c.Autograde.autograde_preprocessors = [
    f"{NBGRADER}.Execute",
    f"{NBGRADER}.LimitOutput",
    f"{NBGRADER}.SaveAutoGrades",
    f"{NBGRADER}.AssignLatePenalties",
    f"{NBGRADER}.CheckCellMetadata",
]
c.GenerateFeedback.exporter_class = "nbconvert.exporters.HTMLExporter"
c.HTMLExporter.preprocessors = []
"""
NBGRADER = [sys.executable, "-m", "nbgrader"]
AUTOGRADER = [sys.executable, "-m", "autograder.course.cli"]


def honest(student: Student) -> bool:
    """Return whether a hand-in is whole and every cell of it ends."""
    return "endless" not in student.description and not (student.missing or student.damaged or student.deleted)


def write_course(root: Path, students: int, configuration: str) -> None:
    """Write a course with its release and hand-ins."""
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
            notebook.cells.append(v4.new_code_cell(f"# Abgabe {number}", id="mine"))
            nbformat.write(notebook, folder / name)


def timed(root: Path, command: list[str]) -> tuple[float, str]:
    """Run ``command`` in ``root``; return how many seconds it took, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return time.perf_counter() - start, done.stdout


def marks(root: Path) -> dict[tuple[str, str], float]:
    """Return the mark of every cell of every hand-in."""
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        return {
            (submission.student.id, grade.name): grade.auto_score
            for submission in gradebook.assignment_submissions(ASSIGNMENT)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        ours, stock = Path(scratch, "ours"), Path(scratch, "stock")
        write_course(ours, chosen.students, "")
        write_course(stock, chosen.students, STOCK)
        grade = [*AUTOGRADER, "grade", "--json", "--jobs", str(chosen.jobs)]
        seconds, printed = timed(ours, grade)
        again, _printed = timed(ours, grade)
        executing, _printed = timed(stock, [*NBGRADER, "autograde", ASSIGNMENT])
        pages, _printed = timed(stock, [*NBGRADER, "generate_feedback", ASSIGNMENT])
        ran = sum(json.loads(line)["seconds"] for line in printed.splitlines())
        n = chosen.students
        print(f"{n} hand-ins, six notebooks each; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
        print(f"{'':<44}{'seconds':>9}{'a hand-in':>11}{'a minute':>10}")
        for name, total in (
            ("stock nbgrader: autograde, generate_feedback", executing + pages),
            (f"autograder grade --jobs {chosen.jobs}", seconds),
            ("the same again, nothing changed", again),
        ):
            print(f"{name:<44}{total:>9.1f}{total / n:>11.2f}{60 * n / total:>10.1f}")
        print(f"faster by a factor of {(executing + pages) / seconds:.2f}")
        print(f"of ours, in the workers: {ran / n:.2f} s a hand-in; what remains of {chosen.jobs} jobs: "
              f"{(chosen.jobs * seconds - ran) / n:.2f} s")  # fmt: skip
        theirs, mine = marks(stock), marks(ours)
        unlike = {key: (theirs.get(key), mine.get(key)) for key in theirs | mine if theirs.get(key) != mine.get(key)}
        print(f"marks compared: {len(theirs | mine)}, different: {len(unlike)}")
        for (student, cell), (one, other) in sorted(unlike.items()):
            print(f"    {student}, {cell}: stock {one}, ours {other}")


if __name__ == "__main__":
    main()
