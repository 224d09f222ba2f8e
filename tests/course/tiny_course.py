"""A course of two small notebooks, written with nbformat, on the true ``nbgrader_config.py``."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

import autograder

PROJECT = Path(__file__).parents[2]
ASSIGNMENT = "blatt"
SOLUTION_SECRET = "loesungsgeheimnis"
TEST_SECRET = "testgeheimnis"


def cell(name: str, source: str, *, points: float | None = None, solution: bool = False) -> NotebookNode:
    """Return a code cell with nbgrader's metadata: a solution cell, a test worth points, or a locked cell."""
    made = v4.new_code_cell(source, id=name)
    made.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": name,
        "grade": points is not None,
        "solution": solution,
        "locked": not solution,
        "task": False,
    }
    if points is not None:
        made.metadata["nbgrader"]["points"] = points
    return made


def test_source(name: str, argument: int, expected: int, points: int) -> str:
    """Return a test with a visible assert and a hidden one, that ends with its points."""
    return (
        f"assert {name}(1) == {name}(1)\n"
        "### BEGIN HIDDEN TESTS\n"
        "from autograder.grading import solutions\n"
        f'{TEST_SECRET} = solutions("rechnen")\n'
        f"assert {name}({argument}) == {TEST_SECRET}.{name}({argument}) == {expected}\n"
        f"### END HIDDEN TESTS\n{points}"
    )


def notebook(*cells: NotebookNode) -> NotebookNode:
    made = v4.new_notebook(cells=[v4.new_markdown_cell("# Titel", id="title"), *cells])
    made.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return made


def solution_source(name: str, expression: str) -> str:
    body = f"    {SOLUTION_SECRET} = {expression}\n    return {SOLUTION_SECRET}\n"
    return f"def {name}(x):\n    ### BEGIN SOLUTION\n{body}    ### END SOLUTION"


def write_source(root: Path) -> None:
    """Write the course: its configuration and the source of two notebooks, 3 and 2 points."""
    source = root / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    shutil.copy(PROJECT / "nbgrader_config.py", root)
    (source / "hinweise.txt").write_text("Viel Erfolg!\n", encoding="utf-8")
    wheel = f"./autograder-{autograder.__version__}-py3-none-any.whl\n"
    (source / "requirements.txt").write_text(wheel, encoding="utf-8")
    rechnen = notebook(
        cell("setup", "%matplotlib inline\nimport math"),
        cell("double_code", solution_source("double", "2*x"), solution=True),
        cell("double_test", test_source("double", 5, 10, 2), points=2),
        cell("square_code", solution_source("square", "x**2"), solution=True),
        cell("square_test", test_source("square", 3, 9, 1), points=1),
    )
    beweis = notebook(
        cell("proof_code", "%%derivation tiny\n### BEGIN SOLUTION\nloesungsgeheimnis\n### END SOLUTION", solution=True),
        cell("half_code", solution_source("half", "x/2"), solution=True),
        cell(
            "half_test",
            "value = half(4)\n### BEGIN HIDDEN TESTS\n"
            "testgeheimnis = 2\nassert value == testgeheimnis\n### END HIDDEN TESTS\n1.5",
            points=2,
        ),
    )
    nbformat.write(rechnen, source / "rechnen.ipynb")
    nbformat.write(beweis, source / "beweis.ipynb")


def nbgrader(root: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the real ``nbgrader`` command in ``root``."""
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root,
        env={**os.environ, "JUPYTER_PLATFORM_DIRS": "1"},
        check=check,
        capture_output=True,
        text=True,
        timeout=600,
    )


def answer(
    root: Path, student: str, answers: dict[str, str], change: Callable[[str, NotebookNode], None] | None = None
) -> Path:
    """Hand in the released notebooks with ``answers`` (grade id -> text) filled in; return the folder."""
    folder = root / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((root / "assignments" / ASSIGNMENT).glob("*.ipynb")):
        made = nbformat.read(path, as_version=4)
        for each in made.cells:
            each.source = answers.get(each.id, each.source)
        if change is not None:
            change(path.stem, made)
        nbformat.write(made, folder / path.name)
    return folder


CORRECT = {
    "proof_code": "%%derivation tiny\nx",
    "double_code": "def double(x):\n    return x + x",
    "square_code": "def square(x):\n    return x * x",
    "half_code": "def half(x):\n    return x / 2",
}
