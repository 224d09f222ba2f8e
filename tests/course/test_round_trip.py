"""The whole way of hand-ins: out of ILIAS, collected, graded, returned, into ILIAS; each member gets their own."""

import io
import random
import re
import subprocess
import sys
import zipfile
from itertools import product
from pathlib import Path

import nbformat
import pytest

from autograder.course.participants import mapping_path, read_mapping
from tests.course import ilias_import
from tests.course.ilias.ilias_zip import Exercise, Upload
from tests.course.ilias.test_collect import pack, person
from tests.course.tiny_course import ASSIGNMENT, CORRECT

WORTH = {"double": 2.0, "square": 1.0, "half": 1.5}
RIGHT = list(product([True, False], repeat=3))  # which of the three functions, by hand-in


def autograder(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "autograder.course.cli", *arguments]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def hand_in(root: Path, number: int) -> list[tuple[str, bytes]]:
    """Return the notebooks of hand-in ``number``: with points of their own, and a mark that nobody else has."""
    right = dict(zip(WORTH, RIGHT[number % len(RIGHT)], strict=True))
    files = []
    for path in sorted((root / "assignments" / ASSIGNMENT).glob("*.ipynb")):
        made = nbformat.read(path, as_version=4)
        for cell in made.cells:
            name = cell.id.removesuffix("_code")
            if name in WORTH:
                body = CORRECT[cell.id] if right[name] else f"def {name}(x):\n    return -1"
                cell.source = f"{body}\n# nur-von-{number}-hier"
        files.append((path.name, nbformat.writes(made).encode()))
    return files


def expected(number: int) -> str:
    points = sum(worth for worth, right in zip(WORTH.values(), RIGHT[number % len(RIGHT)], strict=True) if right)
    return f"{points:g}".replace(".", ",")


def marks_in(files: dict[str, bytes]) -> set[int]:
    """Return whose hand-in the feedback is about."""
    ((name, content),) = files.items()
    assert name == f"Rueckmeldung_{ASSIGNMENT}.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = "".join(archive.read(page).decode() for page in archive.namelist())
        assert {page.split("/")[-1] for page in archive.namelist()} >= {"beweis.html", "rechnen.html"}
    return {int(number) for number in re.findall(r"nur-von-(\d+)-hier", text)}


@pytest.mark.parametrize(("release", "anonymous"), [(7, False), (10, True)])
def test_of_single_hand_ins(fresh: Path, release: int, anonymous: bool) -> None:
    chance = random.Random(release)
    uploads = [Upload(person(number), pack(number, hand_in(fresh, number), chance)) for number in range(9)]
    (fresh / "abgaben.zip").write_bytes(Exercise(uploads=uploads, release=release).download())
    autograder(fresh, "collect", "abgaben.zip", *(["--anonymous"] if anonymous else []))
    autograder(fresh, "grade")
    autograder(fresh, "return")
    folder = fresh / "returned" / ASSIGNMENT
    users = {person(number).usr_id: number for number in range(9)}
    taken = ilias_import.multi_feedback(folder / f"multi_feedback_{ASSIGNMENT}.zip", users, release=release)
    assert {user: marks_in(files) for user, files in taken.items()} == {user: {own} for user, own in users.items()}
    assert ilias_import.plugin_feedback(folder / f"status_file_{ASSIGNMENT}.zip", {}) == taken
    updates = ilias_import.status((folder / "status.xlsx").read_bytes(), teams=False)
    assert {user: data["mark"] for user, data in updates.items()} == {
        user: expected(own) for user, own in users.items()
    }
    if anonymous:
        groups = read_mapping(mapping_path(fresh, ASSIGNMENT)).groups
        returned = b"".join(path.read_bytes() for path in folder.glob("*.csv"))
        assert not [group.pseudonym for group in groups if group.pseudonym.encode() in returned]


def test_of_teams(fresh: Path) -> None:
    """Also those of their members who uploaded nothing, and of whom ILIAS's list tells no number."""
    chance = random.Random(1)
    exercise = Exercise(release=10)
    teams: dict[int, set[int]] = {}
    for number in range(8):
        team = 500 + number
        exercise.uploads.append(Upload(person(number), pack(number, hand_in(fresh, number), chance), team=team))
        exercise.idle[team] = [person(100 + number)]
        teams[team] = {person(number).usr_id, person(100 + number).usr_id}
    (fresh / "abgaben.zip").write_bytes(exercise.download())
    autograder(fresh, "collect", "abgaben.zip")
    autograder(fresh, "grade")
    said = autograder(fresh, "return")
    assert "Nur in marks.csv" not in said
    folder = fresh / "returned" / ASSIGNMENT
    taken = ilias_import.plugin_feedback(folder / f"status_file_{ASSIGNMENT}.zip", teams)
    assert {user: marks_in(files) for user, files in taken.items()} == {
        user: {team - 500} for team, users in teams.items() for user in users
    }
    updates = ilias_import.status((folder / "status.csv").read_bytes(), teams=True)
    assert {team: data["mark"] for team, data in updates.items()} == {team: expected(team - 500) for team in teams}
    listed = (folder / "marks.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    logins = {line.split(";")[2]: line.split(";")[3:5] for line in listed}
    both = ((one, number) for number in range(8) for one in (number, 100 + number))
    assert logins == {person(one).login: [str(500 + number), expected(number)] for one, number in both}
