"""One Chromium, and one small course that was graded: a proof for the tutor, a scan, a network of few right parts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import CHROMIUM
from tests.course.conftest import released  # noqa: F401 - a fixture
from tests.course.test_manual_review import NOTEBOOK, SCAN, SHEET, UNDECIDED
from tests.course.tiny_course import PROJECT, nbgrader
from tests.sample_class.build import hand_in, read_students

NOTEBOOKS = ("0_einstieg", NOTEBOOK, "1b_softmax")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium; type: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a graded course with feedback: anna has a line to decide and a scan, the others are from the sample."""
    root = tmp_path_factory.mktemp("browser") / "course"
    (root / "source" / SHEET).mkdir(parents=True)
    shutil.copy(PROJECT / "nbgrader_config.py", root)
    for name in NOTEBOOKS:
        shutil.copy(PROJECT / "source" / SHEET / f"{name}.ipynb", root / "source" / SHEET)
    nbgrader(root, "generate_assignment", SHEET)
    release = root / "assignments" / SHEET
    anna = Path(shutil.copytree(release, root / "submitted" / "anna" / SHEET))
    made = nbformat.read(anna / f"{NOTEBOOK}.ipynb", as_version=4)
    next(cell for cell in made.cells if cell.id == "derivation_1a").source = UNDECIDED
    nbformat.write(made, anna / f"{NOTEBOOK}.ipynb")
    (anna / SCAN).parent.mkdir()
    (anna / SCAN).write_bytes(PDF)
    for student in read_students():
        if student.name in ("deniz_demir", "elif_erdem", "hannes_huber"):
            folder = root / "submitted" / student.name / SHEET
            folder.mkdir(parents=True)
            files = hand_in(student, PROJECT / "assignments" / SHEET, PROJECT / "source" / SHEET)
            for name in NOTEBOOKS:
                (folder / f"{name}.ipynb").write_text(files[f"{name}.ipynb"], encoding="utf-8")
    nbgrader(root, "autograde", SHEET)
    nbgrader(root, "generate_feedback", SHEET)
    return root
