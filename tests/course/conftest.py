"""The tiny course, released and graded once with the real ``nbgrader`` command."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer, cell, nbgrader, write_source

Cell = dict[str, Any]

ENDLESS = "while True:\n    pass"
STUBBORN = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course with its sheet released."""
    root = tmp_path_factory.mktemp("tiny course")  # with a space, as people's folders have
    write_source(root)
    nbgrader(root, "generate_assignment", ASSIGNMENT)
    return root


@pytest.fixture
def fresh(released: Path, tmp_path: Path) -> Path:
    """Return a released course of one's own."""
    return Path(shutil.copytree(released, tmp_path / "course"))


@pytest.fixture(scope="session")
def graded(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course with hand-ins of every kind, graded, with feedback and grades.csv."""
    root = Path(shutil.copytree(released, tmp_path_factory.mktemp("graded") / "course"))
    hand_in(root)
    nbgrader(root, "autograde", ASSIGNMENT, "--Execute.timeout=6")
    nbgrader(root, "generate_feedback", ASSIGNMENT)
    nbgrader(root, "export")
    return root


def hand_in(root: Path) -> None:
    """Fill ``submitted``; what each deserves, test_grading.py says."""
    answer(root, "all-right", CORRECT)
    answer(root, "nothing-done", {})
    answer(root, "one-wrong", CORRECT | {"double_code": "def double(x):\n    return 3"})
    answer(root, "syntax-error", CORRECT | {"double_code": "def double(x:\n    return 2*x"})
    answer(root, "endless-loop", CORRECT | {"square_code": ENDLESS})
    answer(root, "stubborn-loop", CORRECT | {"square_code": STUBBORN})
    answer(root, "kernel-death", CORRECT | {"square_code": "import os\nos._exit(0)"})
    answer(root, "endless-print", CORRECT | {"square_code": "while True:\n    print('x' * 5000)"})
    answer(
        root, "warning", CORRECT | {"double_code": "import warnings\nwarnings.warn('oh')\n" + CORRECT["double_code"]}
    )
    answer(root, "marker-in-answer", CORRECT | {"double_code": "### BEGIN HIDDEN TESTS\n" + CORRECT["double_code"]})
    (answer(root, "missing-notebook", CORRECT) / "beweis.ipynb").unlink()
    (answer(root, "broken-json", CORRECT) / "rechnen.ipynb").write_text('{"cells": [\n', encoding="utf-8")
    (answer(root, "empty-file", CORRECT) / "rechnen.ipynb").write_bytes(b"")
    (answer(root, "no-notebook", CORRECT) / "rechnen.ipynb").write_text("[1, 2]", encoding="utf-8")
    folder = answer(root, "a-folder", CORRECT)
    (folder / "rechnen.ipynb").unlink()
    (folder / "rechnen.ipynb").mkdir()
    utf16 = answer(root, "utf-16", CORRECT) / "rechnen.ipynb"
    utf16.write_text(utf16.read_text(encoding="utf-8"), encoding="utf-16")
    shadow = answer(root, "shadow", CORRECT)
    (shadow / "numpy.py").write_text("raise SystemExit('not numpy')", encoding="utf-8")
    helped = answer(root, "own-module", CORRECT | {"double_code": "from my_module import double"})
    (helped / "my_module.py").write_text(CORRECT["double_code"], encoding="utf-8")

    def edit(student: str, change: Callable[[list[Cell]], list[Cell]]) -> None:
        path = answer(root, student, CORRECT) / "rechnen.ipynb"
        data = json.loads(path.read_text(encoding="utf-8"))
        data["cells"] = change(data["cells"])
        path.write_text(json.dumps(data), encoding="utf-8")

    own = cell("own", CORRECT["double_code"])
    own.metadata = {}
    bonus = cell("bonus_test", "100", points=100)
    edit("test-deleted", lambda cells: [c for c in cells if c["id"] != "double_test"])
    edit("test-edited", lambda cells: [{**c, "source": "1 + 1"} if c["id"] == "square_test" else c for c in cells])
    edit(
        "test-copied",
        lambda cells: [*cells, named(cells, "double_test"), {**named(cells, "double_code"), "source": ""}],
    )
    edit("stripped", lambda cells: [{**c, "metadata": {}} for c in cells])
    edit("skipped", lambda cells: [{**c, "metadata": {**c["metadata"], "tags": ["skip-execution"]}} for c in cells])
    edit("solution-moved", lambda cells: [own, *(c for c in cells if c["id"] != "double_code")])
    edit("made-up", lambda cells: [*cells, bonus])


def named(cells: list[Cell], name: str) -> Cell:
    return next(cell for cell in cells if cell["id"] == name)


@pytest.fixture(autouse=True)
def stay_here() -> Iterator[None]:
    """Go back to the folder that a test started in: nbgrader changes it."""
    here = Path.cwd()
    yield
    os.chdir(here)
