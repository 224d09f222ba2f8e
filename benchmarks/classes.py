"""Classes to measure on: courses with hand-ins that are all different, and what grading them printed and took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from tests.course.tiny_course import ASSIGNMENT as TINY
from tests.course.tiny_course import CORRECT, answer, nbgrader, write_source

ROOT = Path(__file__).parents[1]
AUTOGRADER = [sys.executable, "-m", "autograder.course.cli"]


@dataclass(frozen=True)
class Graded:
    """A run of ``autograder grade``: its seconds on the clock and its lines of JSON."""

    seconds: float
    lines: list[dict[str, Any]]


def tiny_class(root: Path, students: int, *, sleep: float = 0.0) -> None:
    """Write the tests' course of two notebooks, with hand-ins that are cheap and all different."""
    write_source(root)
    nbgrader(root, "generate_assignment", TINY)
    for number in range(students):
        wait = f"import time\ntime.sleep({sleep})\n" if sleep else ""
        own = {name: f"# {number}\n{CORRECT[name]}" for name in ("double_code", "half_code")}
        own["double_code"] = wait + own["double_code"]
        wrong = {} if number % 3 else {"square_code": "def square(x):\n    return 2"}
        answer(root, f"s{number:05}", CORRECT | own | wrong)


def timed(root: Path, command: list[str]) -> tuple[float, str]:
    """Run ``command`` in ``root``; return how many seconds it took, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}{done.stdout}")
    return time.perf_counter() - start, done.stdout


def graded(root: Path, *arguments: str) -> Graded:
    """Run ``autograder grade`` in ``root``."""
    seconds, printed = timed(root, [*AUTOGRADER, "grade", "--json", *arguments])
    return Graded(seconds, [json.loads(line) for line in printed.splitlines()])


def marks(root: Path, assignment: str) -> dict[tuple[str, str, str], float]:
    """Return the mark of every cell of every hand-in."""
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        return {
            (submission.student.id, notebook.name, grade.name): grade.auto_score
            for submission in gradebook.assignment_submissions(assignment)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def unlike(one: dict[Any, float], other: dict[Any, float]) -> dict[Any, tuple[float | None, float | None]]:
    """Return what differs between two gradebooks."""
    return {key: (one.get(key), other.get(key)) for key in one | other if one.get(key) != other.get(key)}


def duration(seconds: float) -> str:
    """Return ``seconds`` in the unit that people would use."""
    for unit, name in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.1f} s"
