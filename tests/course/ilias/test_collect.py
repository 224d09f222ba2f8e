"""``autograder collect``: every hand-in comes in whole, to its owner, once; nothing gets lost on the way."""

import csv
import io
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

from autograder.course.ilias.collecting import CollectError, Wanted, collect
from autograder.course.ilias.imported import Collected, Import, Status
from autograder.course.ilias.report import lines, page, table
from autograder.course.participants import mapping_path, read_mapping
from autograder.course.pipeline import Pipeline
from autograder.grading.recovery import recover
from tests.course.ilias.ilias_zip import Exercise, Person, Upload, zipped
from tests.course.ilias.test_unpacking import tarred
from tests.course.tiny_course import ASSIGNMENT, CORRECT

NAMES = ["Müller", "Strauß-Øst", "A_B", "Łukasz", "O'Neil", "van der Au", "日本", "Ångström", "Demir", "de_la_Cruz"]


def person(number: int) -> Person:
    last = NAMES[number % len(NAMES)]
    return Person(f"{last}{number}", NAMES[(number * 7) % len(NAMES)], f"l_{number}.x@uni", 1000 + number)


def student_of(one: Person) -> str:
    """Return what nbgrader calls somebody: as ILIAS does, without what only a file may be called."""
    return one.folder.replace("'", "_").replace(" ", "_")


@pytest.fixture
def course(fresh: Path) -> Pipeline:
    return Pipeline(fresh)


def notebook(root: Path, name: str, mark: str, **answers: str) -> bytes:
    """Return a notebook of the tiny sheet with answers in it that only ``mark`` has."""
    made = nbformat.read(root / "assignments" / ASSIGNMENT / f"{name}.ipynb", as_version=4)
    for cell in made.cells:
        if cell.id in CORRECT:
            cell.source = answers.get(cell.id, f"{CORRECT[cell.id]}\n# {mark}")
    return nbformat.writes(made).encode()


def sheet(root: Path, mark: str) -> list[tuple[str, bytes]]:
    return [(f"{name}.ipynb", notebook(root, name, mark)) for name in ("beweis", "rechnen")]


def run(course: Pipeline, exercise: Exercise, *, listing: bool = False, **wanted: object) -> Import:
    archive = course.root / "abgaben.zip"
    archive.write_bytes(exercise.download())
    path = None
    if listing:
        path = course.root / "liste.xlsx"
        path.write_bytes(exercise.listing())
    return collect(course, ASSIGNMENT, Wanted(archive, path, **wanted))  # type: ignore[arg-type]


def found(done: Import, student: str) -> Collected:
    (one,) = (hand_in for hand_in in done.hand_ins if hand_in.student == student)
    return one


def statuses(done: Import) -> dict[str, str]:
    return {hand_in.student: hand_in.status.value for hand_in in done.hand_ins}


def files(course: Pipeline, student: str) -> dict[str, bytes]:
    folder = course.folder("submitted", student, ASSIGNMENT)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def state(root: Path) -> dict[str, tuple[int, bytes]]:
    """Return all that collecting could change, with the times of changes."""
    paths = [path for top in ("submitted", "collected") for path in (root / top).rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes()) for path in paths}


# ------------------------------------------------------------------------------------------------ round trips


def pack(kind: int, own: list[tuple[str, bytes]], chance: random.Random) -> list[tuple[str, bytes]]:
    """Hand the same notebooks in, in one of the ways that students find."""
    files = dict(own)
    renamed = {f"Lösung {n} von mir-Kopie.ipynb": content for n, content in enumerate(files.values())}
    ways: list[Callable[[], list[tuple[str, bytes]]]] = [
        lambda: own,
        lambda: list(renamed.items()),
        lambda: [("abgabe.zip", zipped({**files, "__MACOSX/._x": b"", ".DS_Store": b"1"}, encoding="cp437"))],
        lambda: [("Äbgabe.zip", zipped({f"Größe/{name}": one for name, one in renamed.items()}, encoding="cp850"))],
        lambda: [("abgabe.tar.gz", tarred(files, mode="w:gz"))],
        lambda: [("abgabe.tar.xz", tarred(files, mode="w:xz"))],  # ILIAS locks it
        lambda: [("aussen.zip", zipped({"innen.zip": zipped(files, encoding="flag"), "hilfe.py": b"x = 1"}))],
        lambda: [("rechnen.ipynb", b"{}"), *own, ("hilfe.py", b"1"), ("hilfe.py", b"2"), ("scan.pdf", b"%PDF")],
        lambda: [(name, one.replace(b"# ", b"# alt ")) for name, one in own] + own,
    ]
    chosen = ways[kind % len(ways)]()
    if chance.random() < 0.3:
        chosen = [*chosen, ("foto.heic", chance.randbytes(50)), ("timestamp.txt", b"1999-01-01 00:00:00 UTC")]
    return chosen


@pytest.mark.parametrize("release", [7, 8, 9, 10])
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("teams", [False, True])
def test_every_hand_in_reaches_its_owner_and_nobody_else(
    course: Pipeline, release: int, language: str, teams: bool
) -> None:
    """All ways to hand in; what nobody else wrote is in each, and each file of the zip is accounted for."""
    chance = random.Random(f"{release} {language} {teams}")
    exercise = Exercise(release=release, language=language)
    owners: dict[str, str] = {}
    for number in range(18):
        mark = f"nur-von-{number}-hier"
        team = 500 + number if teams and number % 3 else None
        late = frozenset({0}) if number % 5 == 0 else frozenset[int]()
        upload = Upload(person(number), pack(number, sheet(course.root, mark), chance), team=team, late=late)
        exercise.uploads.append(upload)
        if team is not None:
            exercise.idle[team] = [person(100 + number)]
        owners[mark] = student_of(upload.person) if team is None else f"Team_{team}"
    done = run(course, exercise)
    mapping = read_mapping(mapping_path(course.root, ASSIGNMENT))
    release_of = course.sheet(ASSIGNMENT).release
    for mark, student in owners.items():
        assert mapping.of_student(student) is not None
        hand_in = recover(course.folder("submitted", student, ASSIGNMENT), release_of)
        for name in ("beweis", "rechnen"):
            text = "\n".join(cell.source for cell in hand_in.notebooks[name].cells)
            assert set(re.findall(r"nur-von-\d+-hier", text)) == {mark}
            assert "# alt" not in text
    with zipfile.ZipFile(course.root / "abgaben.zip") as archive:
        names = {name.split("/", 2)[2] if name.count("/") > 1 else name for name in archive.namelist()}
    told = {piece.source for hand_in in done.hand_ins for piece in hand_in.pieces} | {
        piece.source for piece in done.rest
    }
    assert names <= told
    laid = {
        (hand_in.student, str(piece.target)) for hand_in in done.hand_ins for piece in hand_in.pieces if piece.target
    }
    there = {
        (student, path) for student in statuses(done) for path in files(course, student) if path != "timestamp.txt"
    }
    assert laid == there
    assert set(statuses(done).values()) == {"new"}


def test_what_the_list_says_reaches_mapping_gradebook_and_time(course: Pipeline) -> None:
    upload = Upload(person(3), sheet(course.root, "x"), time="2026-11-21 01:30:00")
    team = Upload(person(4), sheet(course.root, "y"), team=7)
    run(
        course,
        Exercise(uploads=[upload, team], idle={7: [person(5)]}, release=9),
        listing=True,
        deadline="2026-11-20 23:59",
    )
    assert files(course, student_of(upload.person))["timestamp.txt"] == b"2026-11-21 00:30:00 UTC\n"
    with course.gradebook() as gradebook:
        student = gradebook.find_student(student_of(upload.person))
        assert (student.last_name, student.first_name, student.lms_user_id) == ("Łukasz3", "Strauß-Øst", "1003")
        both = gradebook.find_student("Team_7")
        assert (both.last_name, both.first_name, both.lms_user_id) == ("Team 7", "O'Neil4, van der Au5", None)
        assert gradebook.find_assignment(ASSIGNMENT).duedate == datetime(2026, 11, 20, 22, 59)


def test_nbgrader_counts_from_the_lists_time_and_not_from_a_students(course: Pipeline) -> None:
    own = [*sheet(course.root, "x"), ("timestamp.txt", b"2020-01-01 00:00:00 UTC")]
    run(course, Exercise(uploads=[Upload(person(3), own, time="2026-11-21 00:59:00")]), deadline="2026-11-20 23:59")
    course.autograde(ASSIGNMENT, student_of(person(3)))
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, student_of(person(3)))
        assert submission.total_seconds_late == 3600


def test_the_deadline_comes_from_the_configuration(fresh: Path) -> None:
    with (fresh / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write('c.Collect.timezone = "UTC"\n')
        config.write(f'c.Collect.deadlines = {{"{ASSIGNMENT}": "2026-11-20 12:00"}}\n')
    course = Pipeline(fresh)
    done = run(course, Exercise(uploads=[Upload(person(1), sheet(fresh, "x"), time="2026-11-20 12:30:00")]))
    assert "1 verspätet" in lines(done)[1]
    (hand_in,) = done.hand_ins
    assert hand_in.late_by(done.deadline).total_seconds() == 1800


@pytest.mark.parametrize("said", ["morgen", "20.11.", "2026-13-01"])
def test_a_deadline_that_is_none_is_refused(course: Pipeline, said: str) -> None:
    with pytest.raises(CollectError, match="so schreibt man ihn: 2026-11-20 23:59"):
        run(course, Exercise(uploads=[Upload(person(1), sheet(course.root, "x"))]), deadline=said)


# ------------------------------------------------------------------------------------------------ again and again


def test_the_same_zip_again_changes_nothing_on_the_disk(course: Pipeline) -> None:
    uploads = [Upload(person(n), sheet(course.root, str(n))) for n in range(3)]
    run(course, Exercise(uploads=uploads))
    before = state(course.root)
    done = run(course, Exercise(uploads=uploads))
    assert set(statuses(done).values()) == {"same"}
    after = state(course.root)
    assert {path for path in before if before[path][0] != after[path][0]} <= {
        f"collected/{ASSIGNMENT}/participants.csv",
        f"collected/{ASSIGNMENT}/state.json",
    }
    assert {path: content for path, (_time, content) in after.items()} == {
        path: content for path, (_time, content) in before.items()
    }


def test_a_newer_zip_changes_what_changed_and_keeps_what_it_lacks(course: Pipeline) -> None:
    same, changed, gone, fresh = (Upload(person(n), sheet(course.root, f"alt{n}")) for n in range(4))
    run(course, Exercise(uploads=[same, changed, gone]))
    before = state(course.root)
    newer = replace(changed, files=sheet(course.root, "neu"), time="2026-11-19 20:00:00")
    done = run(course, Exercise(uploads=[same, newer, fresh]))
    names = [student_of(upload.person) for upload in (same, changed, gone, fresh)]
    assert [statuses(done)[name] for name in names] == ["same", "changed", "gone", "new"]
    assert "bis du sie löschst" in found(done, student_of(gone.person)).doubts[0]
    assert b"neu" in files(course, student_of(changed.person))["beweis.ipynb"]
    after = state(course.root)
    for name in (student_of(same.person), student_of(gone.person)):
        kept = [path for path in before if path.startswith(f"submitted/{name}/")]
        assert kept
        assert all(before[path] == after[path] for path in kept)
    mapping = read_mapping(mapping_path(course.root, ASSIGNMENT))
    assert mapping.of_student(student_of(gone.person)) is not None


def test_what_was_changed_by_hand_stays_and_is_told(course: Pipeline) -> None:
    upload = Upload(person(1), sheet(course.root, "alt"))
    run(course, Exercise(uploads=[upload]))
    mended = course.folder("submitted", student_of(upload.person), ASSIGNMENT) / "rechnen.ipynb"
    mended.write_bytes(b"mended")
    done = run(course, Exercise(uploads=[upload]))
    assert found(done, student_of(upload.person)).status is Status.KEPT
    assert not found(done, student_of(upload.person)).doubts
    newer = replace(upload, files=sheet(course.root, "neu"))
    done = run(course, Exercise(uploads=[newer]))
    assert (
        f"submitted/{student_of(upload.person)}/{ASSIGNMENT} löschen"
        in found(done, student_of(upload.person)).doubts[0]
    )
    assert mended.read_bytes() == b"mended"
    shutil.rmtree(mended.parent)
    assert statuses(run(course, Exercise(uploads=[newer]))) == {student_of(upload.person): "new"}


def test_without_the_list_an_earlier_time_stays_as_long_as_nothing_else_changes(course: Pipeline) -> None:
    upload = Upload(person(1), sheet(course.root, "alt"))
    exercise = Exercise(uploads=[upload], release=8)
    run(course, exercise, listing=True)
    done = run(course, exercise)
    assert statuses(done) == {student_of(upload.person): "same"}
    assert "timestamp.txt" in files(course, student_of(upload.person))
    done = run(course, Exercise(uploads=[replace(upload, files=sheet(course.root, "neu"))], release=8))
    assert "nicht mehr bekannt" in found(done, student_of(upload.person)).doubts[0]
    assert "timestamp.txt" not in files(course, student_of(upload.person))


@pytest.mark.parametrize("at", range(8))
def test_a_killed_run_leaves_hand_ins_whole_and_the_next_one_completes_it(
    course: Pipeline, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """It is stopped before each step that moves something, in the middle of replacing hand-ins by newer ones."""
    old = [Upload(person(n), sheet(course.root, f"alt-{n}")) for n in range(2)]
    new = [Upload(person(n), sheet(course.root, f"neu-{n}")) for n in range(3)]
    run(course, Exercise(uploads=old))
    steps = iter(range(100))
    rename = Path.rename

    def stopping(self: Path, target: Path) -> Path:
        if next(steps) == at:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", stopping)
        try:
            run(course, Exercise(uploads=new))
        except KeyboardInterrupt:
            assert at < 5
    for n in range(3):
        there = files(course, student_of(person(n)))
        assert not there or {"beweis.ipynb", "rechnen.ipynb", "timestamp.txt"} == set(there)
        marks = {re.search(rb"(alt|neu)-\d", content)[0] for name, content in there.items() if name.endswith("b")}  # type: ignore[index]
        assert len(marks) <= 1
    done = run(course, Exercise(uploads=new))
    assert set(statuses(done).values()) <= {"new", "changed", "same"}
    assert all(b"neu-%d" % n in files(course, student_of(person(n)))["rechnen.ipynb"] for n in range(3))
    assert not list((course.root / "submitted").glob(".*"))


def test_a_run_that_is_killed_outright_leaves_no_half_hand_in(fresh: Path) -> None:
    exercise = Exercise(uploads=[Upload(person(n), sheet(fresh, f"neu-{n}")) for n in range(60)])
    (fresh / "abgaben.zip").write_bytes(exercise.download())
    chance = random.Random(3)
    for _kill in range(3):
        running = subprocess.Popen([*COMMAND, "abgaben.zip"], cwd=fresh, stdout=subprocess.PIPE)
        time.sleep(1.2 + 0.8 * chance.random())
        running.send_signal(signal.SIGKILL)
        running.wait()
        running.stdout.close()  # type: ignore[union-attr]
        for folder in (fresh / "submitted").glob(f"[!.]*/{ASSIGNMENT}"):
            assert {path.name for path in folder.iterdir()} == {"beweis.ipynb", "rechnen.ipynb", "timestamp.txt"}
    done = command(fresh, "abgaben.zip")
    assert done.returncode == 0
    assert len(list((fresh / "submitted").glob(f"*/{ASSIGNMENT}/rechnen.ipynb"))) == 60
    assert not list((fresh / "submitted").glob(".*"))


# ------------------------------------------------------------------------------------------------ teams, doubts


def test_an_open_question_keeps_a_teams_earlier_hand_in_and_stops_nobody_else(course: Pipeline) -> None:
    first = Upload(person(1), sheet(course.root, "alt"), team=7)
    other = Upload(person(3), sheet(course.root, "c"))
    run(course, Exercise(uploads=[first]))
    second = Upload(person(2), sheet(course.root, "neu"), team=7)
    both = Exercise(uploads=[first, second, other])
    done = run(course, both)
    assert statuses(done) == {"Team_7": "asked", student_of(person(3)): "new"}
    assert done.open_questions
    assert b"alt" in files(course, "Team_7")["beweis.ipynb"]
    done = run(course, both, taken={"7": person(2).login})
    assert statuses(done) == {"Team_7": "changed", student_of(person(3)): "same"}
    assert b"neu" in files(course, "Team_7")["beweis.ipynb"]
    assert statuses(run(course, both))["Team_7"] == "same"


def test_the_files_of_all_may_count(course: Pipeline) -> None:
    """Members often upload a part each."""
    beweis, rechnen = sheet(course.root, "x")
    uploads = [Upload(person(1), [beweis], team=7), Upload(person(2), [rechnen], team=7)]
    done = run(course, Exercise(uploads=uploads), taken={"*": "all"})
    assert found(done, "Team_7").notebooks == ("beweis", "rechnen")
    assert f"{student_of(person(1))}/beweis.ipynb" in files(course, "Team_7")


def test_a_hand_in_of_litter_alone_is_told_and_not_laid(course: Pipeline) -> None:
    done = run(
        course, Exercise(uploads=[Upload(person(1), [("._a.ipynb", b"")]), Upload(person(2), sheet(course.root, "x"))])
    )
    assert statuses(done)[student_of(person(1))] == "empty"
    assert not course.folder("submitted", student_of(person(1)), ASSIGNMENT).exists()


def test_what_grading_will_make_of_a_file_is_told(course: Pipeline) -> None:
    rechnen = notebook(course.root, "rechnen", "x")
    uploads = [
        ("eins.ipynb", rechnen),
        ("eins.ipynb", rechnen.replace(b"# x", b"# y")),
        ("beweis.ipynb", b"{"),
        ("fremd.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])).encode()),
        ("aufgabe1.pdf", b"%PDF"),
        ("geheim.xyz", b"?"),
    ]
    done = run(course, Exercise(uploads=[Upload(person(1), uploads)], release=8))
    (hand_in,) = done.hand_ins
    pieces = {piece.source.rpartition("/")[2]: piece for piece in hand_in.pieces}
    assert (pieces["eins (2).ipynb"].holds, pieces["eins (2).ipynb"].counts) == ("rechnen", True)
    assert (pieces["eins.ipynb"].holds, pieces["eins.ipynb"].counts) == ("rechnen", False)
    assert "lässt sich nicht lesen" in pieces["beweis.ipynb"].why
    assert "zu keinem Notebook" in pieces["fremd.ipynb"].why
    assert "Scan" in pieces["aufgabe1.pdf"].why
    assert {name for name, piece in pieces.items() if piece.look} == {"beweis.ipynb", "fremd.ipynb", "geheimxyz.sec"}
    assert (hand_in.notebooks, hand_in.missing) == (("rechnen",), ("beweis",))


# ------------------------------------------------------------------------------------------------ anonymous


def test_anonymous_hand_ins_name_nobody_but_in_the_mapping_file(course: Pipeline) -> None:
    one, two = person(8), Person("Grünwald", "Theodora", "tgruen", 77)
    own = sheet(course.root, "x")
    uploads = [
        Upload(one, [(f"{one.last_name}_rechnen.ipynb", own[1][1])]),
        Upload(
            two, [("Abgabe Grünwald.zip", zipped({"theodora gruenwald/rechnen_tgruen.ipynb": own[1][1], "a.rar": b""}))]
        ),
        Upload(person(5), own, team=7),
    ]
    listed = Exercise(uploads=[uploads[0], uploads[2]], release=8)  # the list lacks somebody
    (course.root / "liste.xlsx").write_bytes(listed.listing())
    (course.root / "abgaben.zip").write_bytes(Exercise(uploads=uploads, release=8).download())
    wanted = Wanted(course.root / "abgaben.zip", course.root / "liste.xlsx", anonymous=True)
    done = collect(course, ASSIGNMENT, wanted)
    assert any("steht nicht in der Excel-Liste" in doubt for hand_in in done.hand_ins for doubt in hand_in.doubts)
    secret = [
        "Grünwald",
        "Gruenwald",
        "Theodora",
        "tgruen",
        *(text for n in (5, 8) for text in (person(n).last_name, person(n).login)),
    ]
    mapping = mapping_path(course.root, ASSIGNMENT)
    paths = [str(path.relative_to(course.root / "submitted")) for path in (course.root / "submitted").rglob("*")]
    said = ["\n".join(paths), page(done), json.dumps(table(done)), "\n".join(lines(done))]
    said += [path.read_text(encoding="utf-8") for path in mapping.parent.iterdir() if path != mapping]
    with course.gradebook() as gradebook:
        said += [
            str((student.id, student.last_name, student.first_name, student.lms_user_id))
            for student in gradebook.students
        ]
    for text in said:
        assert not [word for word in secret if word.casefold() in text.casefold()]
    for group in read_mapping(mapping):
        assert files(course, group.nbgrader_student)
    assert statuses(collect(course, ASSIGNMENT, wanted)).keys() == statuses(done).keys()


def test_an_anonymous_teams_question_stands_beside_no_pseudonym(course: Pipeline) -> None:
    uploads = [Upload(person(n), sheet(course.root, f"x{n}"), team=7) for n in (4, 5)]
    done = run(course, Exercise(uploads=uploads), anonymous=True)
    (group,) = read_mapping(mapping_path(course.root, ASSIGNMENT))
    assert group.pseudonym not in page(done)
    done = run(course, Exercise(uploads=uploads), anonymous=True, taken={"7": person(4).login})
    assert group.pseudonym in page(done)
    assert not [
        one
        for n in (4, 5)
        for one in (person(n).login, person(n).last_name, str(person(n).usr_id))
        if one in page(done)
    ]


# ------------------------------------------------------------------------------------------------ the report


def test_the_report_escapes_what_students_wrote(course: Pipeline) -> None:
    hostile = "<script>alert(1)</script> =cmd|' /C calc'!A0.ipynb"
    one = Person("<img src=x onerror=alert(1)>", '"><b>', "@SUM(1)", 5)
    uploads = [Upload(one, [("x.zip", zipped({hostile: b"{", "=HYPERLINK(1)": b""})), *sheet(course.root, "x")])]
    done = run(course, Exercise(uploads=uploads))
    shown = page(done)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown
    rows = list(
        csv.reader(
            io.StringIO((course.root / _written(course, done) / "files.csv").read_bytes().decode("utf-8-sig")),
            delimiter=";",
        )
    )
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def _written(course: Pipeline, done: Import) -> Path:
    from autograder.course.ilias.report import write

    return write(done, course.root).parent


def test_what_needs_a_human_comes_first_and_every_file_has_a_row(course: Pipeline) -> None:
    uploads = [
        Upload(person(1), sheet(course.root, "a")),
        Upload(person(2), [*sheet(course.root, "b"), ("x.rar", b"Rar!\x1a\x07\0")]),
    ]
    done = run(course, Exercise(uploads=uploads))
    rows = table(done)[1:]
    assert next(row[0] for row in rows if row[0]) == student_of(person(2))
    assert len(rows) == len(done.rest) + sum(len(hand_in.pieces) + len(hand_in.said) for hand_in in done.hand_ins)
    assert page(done).index("x.rar") < page(done).index(f"<strong>{person(1).first_name}")
    assert lines(done)[-1].startswith(f"  {student_of(person(2))}: ")


def test_the_report_needs_nothing_else_and_says_it_in_german(course: Pipeline) -> None:
    shown = page(run(course, Exercise(uploads=[Upload(person(1), sheet(course.root, "a"))])))
    assert '<html lang="de">' in shown
    assert "Jede Datei hat ihren Platz gefunden" in shown
    assert not re.findall(r"(?:src|href|url)\s*[=(]", shown)


# ------------------------------------------------------------------------------------------------ the command

COMMAND = [sys.executable, "-m", "autograder.course.cli", "collect"]


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=root, check=False, capture_output=True, text=True, timeout=120)


def test_the_command_tells_what_came_in_and_asks_what_it_cannot_know(fresh: Path) -> None:
    uploads = [Upload(person(1), sheet(fresh, "a"), team=7), Upload(person(2), sheet(fresh, "b"), team=7)]
    (fresh / "abgaben.zip").write_bytes(Exercise(uploads=uploads).download())
    done = command(fresh, "abgaben.zip", "--dry-run")
    assert (done.returncode, done.stderr) == (1, "")
    assert "Probelauf" in done.stdout
    assert not (fresh / "submitted").exists()
    assert not (fresh / "collected").exists()
    done = command(fresh, "abgaben.zip")
    assert done.returncode == 1
    assert f"--take 7={person(1).login}" in done.stdout
    done = command(fresh, "abgaben.zip", "--take", f"7={person(1).login}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Abgaben: 1 neu" in done.stdout
    assert f"Bericht: collected/{ASSIGNMENT}/index.html" in done.stdout
    assert (fresh / "collected" / ASSIGNMENT / "index.html").is_file()


def test_a_dry_run_writes_nothing_and_tells_the_same(course: Pipeline) -> None:
    uploads = [Upload(person(1), sheet(course.root, "a")), Upload(person(2), [("x.zip", zipped({"../x": b""}))])]
    run(course, Exercise(uploads=uploads[:1]))
    before = state(course.root), (course.root / "gradebook.db").read_bytes()
    dry = run(course, Exercise(uploads=uploads), dry_run=True, deadline="2026-11-20")
    assert (state(course.root), (course.root / "gradebook.db").read_bytes()) == before
    done = run(course, Exercise(uploads=uploads), deadline="2026-11-20")
    assert replace(dry, dry_run=False) == done


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "kein lesbares Zip"), (zipped({"a.txt": b""}), "keinen Ordner Abgaben"), (None, "kein lesbares Zip")],
)
def test_another_file_is_refused_in_a_sentence(fresh: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (fresh / "abgaben.zip").write_bytes(content)
    done = command(fresh, "abgaben.zip")
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_says_what_is_missing(fresh: Path) -> None:
    (fresh / "abgaben.zip").write_bytes(Exercise(uploads=[Upload(person(1), [("a", b"")])]).download())
    assert "TEAM=LOGIN" in command(fresh, "abgaben.zip", "--take", "7").stderr
    assert "In source/ gibt es blatt, aber nicht nichts" in command(fresh, "abgaben.zip", "--sheet", "nichts").stderr
    shutil.copytree(fresh / "source" / ASSIGNMENT, fresh / "source" / "blatt2")
    assert "--sheet mit einem von: blatt, blatt2" in command(fresh, "abgaben.zip").stderr
    assert "blatt2 ist noch nicht ausgegeben" in command(fresh, "abgaben.zip", "--sheet", "blatt2").stderr


# ------------------------------------------------------------------------------------------------ how fast


def test_three_hundred_hand_ins_are_collected_in_ten_seconds(course: Pipeline) -> None:
    """In a third of the time, that is: machines differ."""
    exercise = Exercise(uploads=[Upload(person(n), sheet(course.root, f"neu-{n}")) for n in range(300)])
    (course.root / "abgaben.zip").write_bytes(exercise.download())
    started = time.process_time()
    done = collect(course, ASSIGNMENT, Wanted(course.root / "abgaben.zip"))
    assert len(done.hand_ins) == 300
    assert time.process_time() - started < 10
