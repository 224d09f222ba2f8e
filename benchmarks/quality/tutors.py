"""Points beside a tutor's: the sample class through the whole pipeline, and the derivations of the corpus."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from sklearn.metrics import cohen_kappa_score

from tests.sample_class.build import ASSIGNMENT, hand_in, read_students

ROOT = Path(__file__).parents[2]
STEP = 0.25  # points


@dataclass(frozen=True)
class Agreement:
    """How points compare with a tutor's: number, share of equal ones, mean difference and its size, weighted kappa."""

    count: int
    equal: float
    difference: float
    distance: float
    kappa: float

    @classmethod
    def of(cls, pairs: Sequence[tuple[float, float]]) -> Agreement:
        """Return the agreement of pairs (ours, the tutor's); kappa has quadratic weights."""
        ours, theirs = zip(*pairs, strict=True)
        differences = [mine - wanted for mine, wanted in pairs]
        steps = [[round(points / STEP) for points in each] for each in (ours, theirs)]
        return cls(
            len(pairs),
            statistics.mean(mine == wanted for mine, wanted in pairs),
            statistics.mean(differences),
            statistics.mean(map(abs, differences)),
            float(cohen_kappa_score(*steps, weights="quadratic", labels=list(range(max(map(max, steps)) + 1)))),
        )


def sample_class(jobs: int) -> dict[tuple[str, str], tuple[float, float]]:
    """Grade the sample class in a course of its own; return our points and the tutor's by student and task.

    Raises:
        RuntimeError: the course could not be graded.

    """
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        shutil.copytree(ROOT / "source", root / "source")
        shutil.copy(ROOT / "nbgrader_config.py", root)
        _autograder(root, "release")
        students = read_students()
        for student in students:
            folder = root / "submitted" / student.name / ASSIGNMENT
            folder.mkdir(parents=True)
            files = hand_in(student, root / "assignments" / ASSIGNMENT, root / "source" / ASSIGNMENT)
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
        _autograder(root, "grade", "--jobs", str(jobs))
        with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
            tasks = {
                cell.name: notebook.name
                for notebook in gradebook.find_assignment(ASSIGNMENT).notebooks
                for cell in notebook.grade_cells
            }
            return {
                (student.name, task): (_score(gradebook, task, tasks[task], student.name), wanted)
                for student in students
                for task, wanted in student.points.items()
            }


def _score(gradebook: Gradebook, task: str, notebook: str, student: str) -> float:
    try:
        return float(gradebook.find_grade(task, notebook, ASSIGNMENT, student).score)
    except MissingEntry:
        return 0.0


def _autograder(root: Path, step: str, *options: str) -> None:
    command = [sys.executable, "-m", "autograder.course.cli", "--course", str(root), step, ASSIGNMENT, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"autograder {step} failed:\n{done.stdout}{done.stderr}")
