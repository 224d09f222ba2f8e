"""What ``nbgrader generate_assignment`` and ``autograder release`` write."""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.course.release import STUDENT_PARTS, build_wheel
from tests.course.tiny_course import ASSIGNMENT, SOLUTION_SECRET, TEST_SECRET, answer, cell, nbgrader


def autograder(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.course.cli", *arguments]
    return subprocess.run(command, cwd=root, check=False, capture_output=True, text=True, timeout=300)


def sources(root: Path, notebook: str) -> dict[str, str]:
    path = root / "assignments" / ASSIGNMENT / f"{notebook}.ipynb"
    return {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_neither_release_nor_gradebook_holds_solutions_or_hidden_tests(released: Path) -> None:
    files = [path for path in (released / "assignments").rglob("*") if path.is_file()]
    for path in [*files, released / "gradebook.db"]:
        content = path.read_bytes()
        for secret in (SOLUTION_SECRET, TEST_SECRET, "BEGIN SOLUTION", "HIDDEN TESTS"):
            assert secret.encode() not in content, path


def test_a_function_is_released_with_a_german_stub(released: Path) -> None:
    stub = "def double(x):\n    # Hier steht deine Lösung.\n    raise NotImplementedError()"
    assert sources(released, "rechnen")["double_code"] == stub


def test_a_derivation_is_released_with_a_comment_in_its_own_notation(released: Path) -> None:
    first, second = sources(released, "beweis")["proof_code"].split("\n")
    assert first == "%%derivation tiny"
    assert second.startswith("## ")


def test_visible_parts_of_a_test_are_released(released: Path) -> None:
    assert sources(released, "rechnen")["double_test"] == "assert double(1) == double(1)\n2"


def test_other_files_come_along(released: Path) -> None:
    assert (released / "assignments" / ASSIGNMENT / "hinweise.txt").is_file()


def test_releasing_twice_changes_no_byte_and_nbgrader_alone_writes_the_same(fresh: Path) -> None:
    by_nbgrader = digests(fresh / "assignments")
    assert autograder(fresh, "release").returncode == 0
    first = digests(fresh / "assignments")
    assert autograder(fresh, "release").returncode == 0
    assert digests(fresh / "assignments") == first
    assert {**by_nbgrader, f"{ASSIGNMENT}.zip": first[f"{ASSIGNMENT}.zip"]} == first


def test_the_zip_holds_the_sheet_and_the_wheel(fresh: Path) -> None:
    autograder(fresh, "release")
    with zipfile.ZipFile(fresh / "assignments" / f"{ASSIGNMENT}.zip") as archive:
        names = {name.removeprefix(f"{ASSIGNMENT}/") for name in archive.namelist()}
    wheel = (fresh / "source" / ASSIGNMENT / "requirements.txt").read_text(encoding="utf-8").strip()
    assert names == {"rechnen.ipynb", "beweis.ipynb", "hinweise.txt", "requirements.txt", wheel.removeprefix("./")}


def test_a_requirements_file_that_misses_the_wheel_is_refused(fresh: Path) -> None:
    (fresh / "source" / ASSIGNMENT / "requirements.txt").write_text("numpy\n", encoding="utf-8")
    done = autograder(fresh, "release")
    assert done.returncode == 1
    assert re.search(r"requirements\.txt muss \./autograder-.*\.whl nennen", done.stderr)


def test_a_hidden_test_outside_a_test_cell_is_refused_and_the_old_release_stays(fresh: Path) -> None:
    before = digests(fresh / "assignments")
    path = fresh / "source" / ASSIGNMENT / "rechnen.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = "### BEGIN HIDDEN TESTS\n1\n### END HIDDEN TESTS"
    nbformat.write(notebook, path)
    done = autograder(fresh, "release")
    assert done.returncode == 1
    assert "Hidden test region detected in a non-grade cell" in done.stderr
    assert digests(fresh / "assignments") == before


def test_new_cells_after_grading_are_refused_with_what_to_do(fresh: Path) -> None:
    answer(fresh, "anna", {})
    nbgrader(fresh, "autograde", ASSIGNMENT)
    path = fresh / "source" / ASSIGNMENT / "rechnen.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(cell("extra", "1"))
    nbformat.write(notebook, path)
    done = autograder(fresh, "release")
    assert (done.returncode, done.stderr.split(".")[0]) == (
        1,
        "Die Zellen von blatt haben sich geändert, seit Abgaben bewertet wurden",
    )
    (fresh / "gradebook.db").rename(fresh / "gradebook-alt.db")
    assert autograder(fresh, "release").returncode == 0


def test_an_unknown_sheet_is_named_with_the_known_ones(fresh: Path) -> None:
    done = autograder(fresh, "release", "blat")
    assert done.returncode == 1
    assert done.stderr == "In source/ gibt es blatt, aber nicht blat.\n"


def test_outside_a_course_the_command_says_so(tmp_path: Path) -> None:
    done = autograder(tmp_path, "release")
    assert done.returncode == 1
    assert "nbgrader_config.py" in done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_the_students_part_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    parts = {name.split("/")[1] for name in names if name.startswith("autograder/")}
    assert parts == set(STUDENT_PARTS)
    assert not [name for name in names if "unseen" in name or "grading" in name or "course" in name]
    assert "autograder/locale/de/LC_MESSAGES/autograder.mo" in names


def test_the_wheel_needs_what_the_project_needs_and_no_extras(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(name).decode()
    needs = set(re.findall(r"^Requires-Dist: ([a-z]+)", metadata, re.MULTILINE))
    assert needs == {"ipython", "matplotlib", "numpy", "sympy"}


def test_the_wheel_is_the_same_every_time(wheel: Path, tmp_path: Path) -> None:
    assert build_wheel(tmp_path).read_bytes() == wheel.read_bytes()


def test_the_wheels_package_imports_alone(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "import autograder, autograder.messages; print(autograder.__file__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(str(tmp_path))


def test_validate_passes_a_solved_notebook_and_names_a_failing_one(fresh: Path) -> None:
    path = fresh / "assignments" / ASSIGNMENT / "rechnen.ipynb"
    assert "VALIDATION FAILED ON 2 CELL(S)" in nbgrader(fresh, "validate", str(path)).stdout
    notebook = nbformat.read(path, as_version=4)
    for each in notebook.cells:
        if each.id in {"double_code", "square_code"}:
            each.source = f"def {each.id.removesuffix('_code')}(x):\n    return x"
    nbformat.write(notebook, path)
    assert "Success! Your notebook passes all the tests." in nbgrader(fresh, "validate", str(path)).stdout
