"""The sample class is graded through the whole pipeline, and every hand-in gets what it deserves."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook, MissingEntry

from tests.sample_class.build import ASSIGNMENT, Student, hand_in, read_student, read_students

ROOT = Path(__file__).resolve().parents[1]
CLASS = read_students()
BASES = {"solution": "anna_albrecht", "release": "zoe_zimmer"}
COURSES = 2  # graded side by side
LIMIT = "\nc.Execute.timeout = 20  # the endless loop need not run for a whole minute\n"


def _files(student: Student, release: Path) -> dict[str, str]:
    return hand_in(student, release, ROOT / "source" / ASSIGNMENT)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    """Return the points of every hand-in by grade id; equal notebooks are graded once."""
    bases = {base: _files(_named(name), ROOT / "assignments" / ASSIGNMENT) for base, name in BASES.items()}
    courses = [tmp_path_factory.mktemp(f"course{k}") for k in range(COURSES)]
    shared: dict[tuple[str, str], str] = {}
    for course in courses:
        shutil.copytree(ROOT / "source", course / "source")
        shutil.copytree(ROOT / "assignments", course / "assignments")
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (course / "nbgrader_config.py").write_text(config + LIMIT, encoding="utf-8")
    where = {}
    for number, student in enumerate(CLASS):
        where[student.name] = courses[number % COURSES]
        folder = where[student.name] / "submitted" / student.name / ASSIGNMENT
        folder.mkdir(parents=True)
        for name, text in _files(student, ROOT / "assignments" / ASSIGNMENT).items():
            twin = next((base for base in BASES if bases[base].get(name) == text), None)
            if twin is not None and student.name not in BASES.values():
                shared[student.name, Path(name).stem] = BASES[twin]
            else:
                (folder / name).write_text(text, encoding="utf-8")
    commands = [
        [sys.executable, "-m", "autograder.course.cli", "--course", str(course), step, ASSIGNMENT]
        for step in ("release", "grade")
        for course in courses
    ]
    for pair in (commands[:COURSES], commands[COURSES:]):
        running = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for command in pair
        ]
        for process in running:
            output, _ = process.communicate()
            assert process.returncode == 0, output
    points = {name: _points(where[name], name) for name in where}
    for (name, notebook), twin in shared.items():
        tasks = _tasks(where[name], notebook)
        points[name] |= {task: points[twin][task] for task in tasks}
    return points


def _named(name: str) -> Student:
    return next(student for student in CLASS if student.name == name)


def _tasks(course: Path, notebook: str) -> list[str]:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return [cell.name for cell in gradebook.find_notebook(notebook, ASSIGNMENT).grade_cells]


def _points(course: Path, student: str) -> dict[str, float]:
    points = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for notebook in gradebook.find_assignment(ASSIGNMENT).notebooks:
            for cell in notebook.grade_cells:
                try:
                    points[cell.name] = gradebook.find_grade(cell.name, notebook.name, ASSIGNMENT, student).score
                except MissingEntry:
                    points[cell.name] = 0.0
    return points


@pytest.mark.parametrize("student", CLASS, ids=lambda student: student.name)
def test_hand_in_gets_what_it_deserves(graded: dict[str, dict[str, float]], student: Student):
    """Points per task are those that a fair tutor states."""
    found = graded[student.name]
    assert {task: points for task, points in found.items() if points != student.points[task]} == {
        task: points for task, points in student.points.items() if points != found[task]
    }


def test_all_right_gets_everything_and_nothing_done_gets_nothing():
    """The class holds both ends of the scale."""
    assert sum(_named("anna_albrecht").points.values()) == 20
    assert sum(_named("zoe_zimmer").points.values()) == 0


def test_class_is_large_enough():
    """At least twelve hand-ins, among them unusual, broken, missing and endless ones."""
    assert len(CLASS) >= 12
    assert any(student.missing for student in CLASS)
    assert any(student.damaged for student in CLASS)


def test_misspelt_key_is_an_error(tmp_path: Path):
    """A student file that says something unknown is not ignored."""
    path = tmp_path / "x.toml"
    path.write_text('description = "x"\nanswer = 1\n[points]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="answer"):
        read_student(path)


def test_answer_for_no_cell_is_an_error():
    """An answer that goes nowhere is a mistake of the class's author."""
    student = Student("x", "x", _named("zoe_zimmer").points, answers={"softmacks_code": ""})
    with pytest.raises(ValueError, match="softmacks_code"):
        hand_in(student, ROOT / "assignments" / ASSIGNMENT, ROOT / "source" / ASSIGNMENT)
