"""The pages that students and instructors get, in a real browser: nothing remote, nothing broken, nobody shut out."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import DESK, PHONE, look
from tests.course.ilias.ilias_zip import Exercise, Upload
from tests.course.ilias.test_collect import person, sheet
from tests.course.test_manual_review import NOTEBOOK, SHEET

LOOKS = pytest.mark.parametrize(
    ("width", "dark"), [(DESK, False), (PHONE, False), (PHONE, True)], ids=["desk", "phone", "dark phone"]
)


def autograder(root: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "autograder.course.cli", *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=300)


def feedback(course: Path, student: str, name: str) -> Path:
    return course / "feedback" / student / SHEET / f"{name}.html"


@pytest.fixture(scope="module")
def report(course: Path) -> Path:
    """Return the class report."""
    autograder(course, "report", SHEET)
    return course / "reports" / SHEET / "index.html"


@pytest.fixture(scope="module")
def import_report(released: Path) -> Path:
    """Return what collect says of a download with a file that a human has to look at."""
    uploads = [
        Upload(person(1), sheet(released, "a")),
        Upload(person(2), [*sheet(released, "b"), ("x.rar", b"Rar!\x1a\x07\0")]),
    ]
    (released / "download.zip").write_bytes(Exercise(uploads=uploads).download())
    autograder(released, "collect", "download.zip")
    (page,) = (released / "collected").glob("*/index.html")
    return page


@LOOKS
@pytest.mark.parametrize("name", ["index", NOTEBOOK])
def test_feedback_is_for_everybody(browser: Browser, course: Path, name: str, width: int, dark: bool) -> None:
    """The first page and a notebook's, with right, wrong, empty and undecided parts."""
    for student in ("anna", "deniz_demir"):
        with look(browser, width, dark=dark) as view:
            view.show(feedback(course, student, name))
            view.take_picture(f"feedback-{student}-{name}-{width}{'-dark' if dark else ''}")
            assert view.problems() == []


@LOOKS
def test_the_class_report_is_for_everybody(browser: Browser, report: Path, width: int, dark: bool) -> None:
    with look(browser, width, dark=dark) as view:
        view.show(report)
        view.take_picture(f"report-{width}{'-dark' if dark else ''}")
        assert view.problems() == []


@LOOKS
def test_the_import_report_is_for_everybody(browser: Browser, import_report: Path, width: int, dark: bool) -> None:
    with look(browser, width, dark=dark) as view:
        view.show(import_report)
        view.take_picture(f"import-{width}{'-dark' if dark else ''}")
        assert view.problems() == []


def test_the_first_page_leads_to_a_task_and_back(browser: Browser, course: Path) -> None:
    with look(browser, PHONE) as view:
        view.show(feedback(course, "deniz_demir", "index"))
        view.page.get_by_role("table").get_by_role("link", name="Aufgabe 1a").click()
        assert view.page.url.endswith(f"/{NOTEBOOK}.html{view.page.evaluate('location.hash')}")
        assert view.page.locator(":target").get_by_role("heading", name="Aufgabe 1a").is_visible()
        view.page.get_by_role("link", name="Übersicht").click()
        assert view.page.url.endswith("/index.html")


def test_the_first_page_prints_on_paper(browser: Browser, course: Path) -> None:
    """In dark on white, also from a dark screen."""
    with look(browser, dark=True) as view:
        view.show(feedback(course, "anna", "index"))
        view.page.emulate_media(media="print")
        ink, ground = view.page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert (ink, ground) == ("rgb(29, 35, 39)", "rgb(255, 255, 255)")
        assert view.page.pdf().startswith(b"%PDF")
