"""Unmodified nbgrader grades the tiny course (5 points) on nbgrader_config.py alone."""

import csv
from pathlib import Path

import nbformat
import pytest

from autograder.grading.notes import notes_of
from tests.course.tiny_course import ASSIGNMENT, SOLUTION_SECRET, TEST_SECRET

# double 2, square 1, half 1.5 of 2 (its test gives partial credit)
DESERVED = {
    "all-right": 4.5,
    "nothing-done": 0,
    "one-wrong": 2.5,
    "syntax-error": 2.5,
    "endless-loop": 3.5,
    "stubborn-loop": 3.5,
    "kernel-death": 3.5,
    "endless-print": 3.5,
    "warning": 4.5,
    "marker-in-answer": 4.5,
    "missing-notebook": 3,
    "broken-json": 1.5,
    "empty-file": 1.5,
    "no-notebook": 1.5,
    "a-folder": 1.5,
    "utf-16": 4.5,
    "shadow": 4.5,
    "own-module": 4.5,
    "test-deleted": 4.5,
    "test-edited": 4.5,
    "test-copied": 4.5,
    "stripped": 4.5,
    "skipped": 4.5,
    "solution-moved": 4.5,
    "made-up": 4.5,
}

UNREAD = "Die Datei rechnen.ipynb ließ sich nicht lesen: {}. Stattdessen wurde das leere Notebook bewertet."

# what the table and the feedback say about rechnen.ipynb
NOTED = {
    "endless-loop": ["Die Zelle square_code lief zu lange und wurde abgebrochen."],
    "stubborn-loop": ["Die Zelle square_code lief zu lange und wurde abgebrochen."],
    "kernel-death": [
        "Die Zelle square_code hat Python selbst beendet; die Zellen darunter liefen in einem neuen weiter."
    ],
    "broken-json": [UNREAD.format("sie ist in Zeile 2, Spalte 1 kein gültiges JSON")],
    "empty-file": [UNREAD.format("sie ist leer")],
    "no-notebook": [UNREAD.format("sie enthält kein Notebook")],
    "a-folder": [UNREAD.format("sie ist keine gewöhnliche Datei")],
    "test-deleted": ["Die Zelle double_test fehlte und wurde wieder eingesetzt."],
    "test-edited": ["Die Zelle square_test war verändert; es zählt die ausgeteilte."],
    "solution-moved": ["Die Zellen standen in anderer Reihenfolge; ausgeführt wurden sie in der ausgeteilten."],
    "all-right": [],
    "stripped": [],
    "utf-16": [],
}


def test_every_hand_in_gets_what_it_deserves_and_none_stops_the_batch(graded: Path) -> None:
    with (graded / "grades.csv").open(encoding="utf-8") as file:
        points = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert points == DESERVED


def test_export_has_nbgraders_columns(graded: Path) -> None:
    head = (graded / "grades.csv").read_text(encoding="utf-8").split("\n")[0]
    assert head == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
        "raw_score,late_submission_penalty,score,max_score"
    )


@pytest.mark.parametrize("student", NOTED)
def test_what_happened_is_noted_in_german(graded: Path, student: str) -> None:
    path = graded / "autograded" / student / ASSIGNMENT / "rechnen.ipynb"
    assert notes_of(nbformat.read(path, as_version=4)) == NOTED[student]


@pytest.mark.parametrize("student", sorted(DESERVED.keys() - {"missing-notebook", "marker-in-answer"}))
def test_feedback_exists_and_shows_no_hidden_source(graded: Path, student: str) -> None:
    for notebook in ("rechnen", "beweis"):
        html = (graded / "feedback" / student / ASSIGNMENT / f"{notebook}.html").read_text(encoding="utf-8")
        assert TEST_SECRET not in html
        assert SOLUTION_SECRET not in html
        assert "HIDDEN TESTS" not in html


def test_a_students_own_marker_hides_nothing_of_the_answer(graded: Path) -> None:
    page = graded / "feedback" / "marker-in-answer" / ASSIGNMENT / "rechnen.html"
    assert "BEGIN HIDDEN TESTS" in page.read_text(encoding="utf-8")


def test_feedback_shows_points_and_notes(graded: Path) -> None:
    page = graded / "feedback" / "test-deleted" / ASSIGNMENT / "rechnen.html"
    html = page.read_text(encoding="utf-8")
    assert "3 von 3 Punkten" in html
    assert "fehlte und wurde wieder eingesetzt" in html


def test_feedback_on_an_untouched_cell_says_so_in_german(graded: Path) -> None:
    page = graded / "feedback" / "nothing-done" / ASSIGNMENT / "rechnen.html"
    html = page.read_text(encoding="utf-8")
    assert "Keine Antwort." in html
    assert "No response" not in html


def test_gradebook_learns_no_hidden_test(graded: Path) -> None:
    content = (graded / "gradebook.db").read_bytes()
    assert TEST_SECRET.encode() not in content
    assert SOLUTION_SECRET.encode() not in content


def test_a_flood_of_output_is_cut(graded: Path) -> None:
    path = graded / "autograded" / "endless-print" / ASSIGNMENT / "rechnen.ipynb"
    assert path.stat().st_size < 3 * 2**20
    assert "der Rest ist abgeschnitten" in path.read_text(encoding="utf-8")


def test_hand_ins_stay_as_they_were(graded: Path) -> None:
    folder = graded / "submitted" / "broken-json" / ASSIGNMENT
    assert (folder / "rechnen.ipynb").read_text(encoding="utf-8") == '{"cells": [\n'
    assert sorted(path.name for path in folder.iterdir()) == ["beweis.ipynb", "rechnen.ipynb"]
