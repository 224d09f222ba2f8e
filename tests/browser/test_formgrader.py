"""A tutor's way through nbgrader's formgrader: find what is to decide, open the scan, give points, see them arrive."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import View, look
from tests.course.server import TOKEN, serve
from tests.course.test_manual_review import NOTEBOOK, SCAN, SHEET, grade_of, page
from tests.course.tiny_course import nbgrader


@pytest.fixture(scope="module")
def mine(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the course, to give points in."""
    return Path(shutil.copytree(course, tmp_path_factory.mktemp("formgrader") / "course"))


@pytest.fixture(scope="module")
def server(mine: Path) -> Iterator[str]:
    with serve(mine) as address:
        yield address


@pytest.fixture
def view(browser: Browser, server: str) -> Iterator[View]:
    with look(browser, token=TOKEN) as opened:
        opened.show(f"{server}/formgrader")
        yield opened


@pytest.fixture
def submission(view: View, server: str, mine: Path) -> View:
    """Open anna's proof, which has a line to decide."""
    with grade_of(mine, "anna") as grade:
        number = grade.notebook.id
    view.show(f"{server}/formgrader/submissions/{number}/")
    return view


def test_the_list_of_sheets_opens(view: View) -> None:
    expect(view.page.get_by_role("link", name=SHEET).first).to_be_visible()
    view.take_picture("formgrader-sheets")
    assert view.console + view.remote == []


def test_the_list_of_hand_ins_shows_what_is_to_decide(view: View, server: str) -> None:
    view.show(f"{server}/formgrader/gradebook/{SHEET}/{NOTEBOOK}")
    expect(view.page.locator("td.needs-manual-grade .glyphicon-ok").first).to_be_visible()
    view.take_picture("formgrader-hand-ins")
    assert view.console + view.remote == []


def test_a_submission_shows_the_scan_and_loads_nothing_from_elsewhere(submission: View) -> None:
    """What we put into nbgrader's page is for everybody, too."""
    submission.take_picture("formgrader-submission")
    assert submission.console + submission.remote == []
    assert submission.faults("#scans, .alert-info") == []
    link = submission.page.get_by_role("link", name=SCAN)
    found = submission.page.request.get(str(link.evaluate("link => link.href")))
    assert found.headers["content-type"] == "application/pdf"
    assert found.body().startswith(b"%PDF")


def test_points_given_there_reach_the_feedback(submission: View, mine: Path) -> None:
    submission.page.locator("#derivation_1a_test").fill("1.5")
    with submission.page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        submission.page.locator("#derivation_1a_test").press("Tab")
    comment = submission.page.locator("#derivation_1a-comment")
    comment.fill("Fast geschafft!")
    with submission.page.expect_response(lambda said: "/api/comment/" in said.url and said.request.method == "PUT"):
        comment.press("Tab")
    with grade_of(mine, "anna") as grade:
        assert (grade.manual_score, grade.needs_manual_grade) == (1.5, False)
    nbgrader(mine, "autograde", SHEET, "--force", "--student", "anna")
    nbgrader(mine, "generate_feedback", SHEET, "--force", "--student", "anna")
    for name in ("index", NOTEBOOK):
        assert "1,5 / 2" in page(mine, "anna", name)
        assert "Fast geschafft!" in page(mine, "anna", name)
    with grade_of(mine, "anna") as grade:
        assert not grade.needs_manual_grade
