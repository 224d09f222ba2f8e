"""A step of nbgrader works on a gradebook that is open already, and all that it writes is one transaction."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Comment, Grade, Gradebook
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.course.gradebook import OpenGradebook, marks_of
from autograder.course.pipeline import Pipeline, StepError
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer


@pytest.fixture
def url(fresh: Path) -> str:
    return f"sqlite:///{fresh}/gradebook.db"


def students(url: str) -> list[str]:
    with Gradebook(url) as book:
        return sorted(student.id for student in book.students)


def test_what_one_session_writes_the_next_one_sees_and_at_the_end_it_is_there_for_all(url: str) -> None:
    opened = OpenGradebook(url, "course")
    with opened.step():
        with Gradebook(url) as first:
            first.add_student("anna")
        with Gradebook(url) as second:
            assert [student.id for student in second.students] == ["anna"]
    assert students(url) == ["anna"]


def test_a_step_that_fails_leaves_nothing_behind(url: str) -> None:
    opened = OpenGradebook(url, "course")

    def fail() -> None:
        with opened.step() as book:
            book.add_student("anna")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert students(url) == []
    with opened.step() as book:
        book.add_student("bert")
    assert students(url) == ["bert"]


def test_another_gradebook_is_opened_as_ever(url: str, fresh: Path) -> None:
    other = f"sqlite:///{shutil.copy(fresh / 'gradebook.db', fresh / 'other.db')}"
    with OpenGradebook(url, "course").step():
        with Gradebook(other) as book:
            book.add_student("anna")
        assert students(other) == ["anna"]
    assert students(url) == []


def test_after_a_commit_rows_are_not_read_again_but_sums_of_others_are(fresh: Path, statements: list[str]) -> None:
    answer(fresh, "anna", CORRECT)
    pipeline = Pipeline(fresh)
    pipeline.autograde(ASSIGNMENT, "anna")
    with pipeline.gradebook() as book:
        grade = book.find_grade("double_test", "rechnen", ASSIGNMENT, "anna")
        grade.manual_score = 0.5
        book.db.commit()
        statements.clear()
        assert (grade.name, grade.manual_score) == ("double_test", 0.5)
        assert len(statements) == 1  # of the name, which is the cell's
        assert grade.score == 0.5
        assert book.find_submission(ASSIGNMENT, "anna").score == 3.0


def test_the_marks_of_a_hand_in_are_one_look(fresh: Path, statements: list[str]) -> None:
    answer(fresh, "anna", CORRECT)
    answer(fresh, "bert", {})
    pipeline = Pipeline(fresh)
    for student in ("anna", "bert"):
        pipeline.autograde(ASSIGNMENT, student)
    with pipeline.gradebook() as book:
        submission = book.find_submission(ASSIGNMENT, "anna")
        statements.clear()
        grades = [(notebook, cell, grade.score) for notebook, cell, grade in marks_of(book, submission, Grade)]
        comments = [cell for _notebook, cell, _comment in marks_of(book, submission, Comment)]
        assert len(statements) == 2
    assert grades == [("beweis", "half_test", 1.5), ("rechnen", "double_test", 2.0), ("rechnen", "square_test", 1.0)]
    assert comments == ["half_code", "proof_code", "double_code", "square_code"]


def test_saving_marks_takes_as_many_looks_for_many_cells_as_for_few(fresh: Path, statements: list[str]) -> None:
    answer(fresh, "anna", CORRECT)
    pipeline = Pipeline(fresh)
    pipeline.autograde(ASSIGNMENT, "anna")
    statements.clear()
    pipeline.autograde(ASSIGNMENT, "anna")
    assert sum(text.startswith("SELECT") and "FROM grade" in text for text in statements) == 0
    assert sum(text.startswith("SELECT") and "JOIN grade " in text for text in statements) == 2  # notebooks


@pytest.fixture
def statements() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_arguments: object) -> None:
        found.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def commits() -> Iterator[list[str]]:
    found: list[str] = []

    def note(*_connection: object) -> None:
        found.append("commit")

    event.listen(Engine, "commit", note)
    yield found
    event.remove(Engine, "commit", note)


def test_a_hand_in_enters_the_gradebook_by_one_commit(fresh: Path, commits: list[str]) -> None:
    answer(fresh, "anna", CORRECT)
    pipeline = Pipeline(fresh)
    with pipeline.gradebook():
        pass
    commits.clear()
    pipeline.autograde(ASSIGNMENT, "anna")
    assert len(commits) == 1
    with pipeline.gradebook() as book:
        assert book.find_submission(ASSIGNMENT, "anna").score == 4.5


def test_a_hand_in_that_fails_half_way_keeps_its_marks(fresh: Path) -> None:
    """Or has none where it never had any, instead of the first notebooks' only."""
    answer(fresh, "anna", CORRECT)
    pipeline = Pipeline(fresh)
    pipeline.autograde(ASSIGNMENT, "anna")
    answer(fresh, "anna", dict.fromkeys(CORRECT, ""))
    answer(fresh, "bert", CORRECT)
    second = fresh / "source" / ASSIGNMENT / "rechnen.ipynb"
    second.rename(fresh / "elsewhere.ipynb")
    for student in ("anna", "bert"):
        with pytest.raises(StepError):
            pipeline.autograde(ASSIGNMENT, student)
    with pipeline.gradebook() as book:
        assert {student.id: student.score for student in book.students} == {"anna": 4.5}
