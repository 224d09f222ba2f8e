"""nbgrader's formgrader serves the course on nbgrader_config.py alone."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.server import get, serve
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer


@pytest.fixture(scope="module")
def course(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course of one's own with a hand-in."""
    root = Path(shutil.copytree(released, tmp_path_factory.mktemp("formgrader") / "course"))
    answer(root, "anna", CORRECT | {"title": "# Titel <script>alert('evil')</script>"})
    return root


@pytest.fixture(scope="module")
def server(course: Path) -> Iterator[str]:
    """Return the address of a Jupyter server in the course."""
    with serve(course) as address:
        yield address


def test_the_page_opens_and_lists_the_sheet(server: str) -> None:
    assert "nbgrader" in get(f"{server}/formgrader")
    (assignment,) = json.loads(get(f"{server}/formgrader/api/assignments"))
    assert (assignment["name"], assignment["status"], assignment["max_score"]) == (ASSIGNMENT, "draft", 5.0)


def test_its_autograde_button_grades_with_our_classes(server: str, course: Path) -> None:
    path = f"formgrader/api/submission/{ASSIGNMENT}/anna"
    done = json.loads(get(f"{server}/{path}/autograde", b"{}"))
    assert done["success"], done.get("error", done)
    assert json.loads(get(f"{server}/{path}"))["score"] == 4.5
    assert (course / "autograded" / "anna" / ASSIGNMENT / "rechnen.ipynb").is_file()


def test_its_pages_run_nothing_of_a_students(server: str) -> None:
    (submission,) = json.loads(get(f"{server}/formgrader/api/submitted_notebooks/{ASSIGNMENT}/rechnen"))
    page = get(f"{server}/formgrader/submissions/{submission['id']}")
    assert "Titel" in page
    assert "evil" not in page
