"""A handed-in folder is sorted out: which file is which notebook, which version counts, what may lie beside."""

import json
import os
from pathlib import Path, PurePosixPath

import pytest
from nbformat import NotebookNode, v4

from autograder.grading import recovery
from autograder.grading.recovery import HandIn, holds_anything, recover
from tests.course.tiny_course import cell, notebook


def part(name: str) -> NotebookNode:
    """Return a released notebook with one task, to write the function ``name``."""
    stub = f"def {name}():\n    raise NotImplementedError()"
    code, test = cell(f"{name}_code", stub, solution=True), cell(f"{name}_test", f"{name}()", points=1)
    return notebook(cell("setup", "import math"), code, test)


RELEASE = {
    "0_start": v4.new_notebook(cells=[v4.new_markdown_cell("# Willkommen auf dem Blatt", id="welcome")]),
    "1_eins": part("f"),
    "2_zwei": part("g"),
}


def answered(name: str, value: int = 1) -> NotebookNode:
    made = v4.new_notebook(cells=[NotebookNode(each) for each in RELEASE[name].cells])
    for each in made.cells:
        if each.get("id", "").endswith("_code"):
            each.source = f"def {each.id[0]}():\n    return {value}"
    return made


def put(folder: Path, name: str, *notebooks: NotebookNode) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [each for made in notebooks for each in made.cells]
    path.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")


def sources(found: HandIn, name: str) -> list[str]:
    return [each.source for each in found.notebooks[name].cells]


def value(found: HandIn, name: str) -> int:
    (answer,) = (source for source in sources(found, name) if source.startswith("def "))
    return int(answer.rsplit(" ", 1)[1])


@pytest.mark.parametrize(
    "name",
    [
        "1_eins (1).ipynb", "1_eins-Kopie.ipynb", "1_eins-Copy1.ipynb", "Kopie von 1_eins.ipynb", "1_EINS.IPYNB",
        "1_eins.ipynb.txt", "1 eins.ipynb", "1_eins_anna_albrecht.ipynb", "Verspaetete Abgabe - 1_eins.ipynb",
        "a/b/1_eins.ipynb", "ganz anders.ipynb", "2_zwei.ipynb",
    ],
)  # fmt: skip
def test_a_notebook_is_found_under_any_name(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, answered("1_eins", 7))
    found = recover(tmp_path, RELEASE)
    assert list(found.notebooks) == ["1_eins"]
    assert value(found, "1_eins") == 7
    assert found.notes["1_eins"] == [f"Das Notebook fand sich in der Datei {name}."]


def test_without_graded_cells_or_other_evidence_the_name_counts(tmp_path: Path) -> None:
    put(tmp_path, "1_eins (3).ipynb", v4.new_notebook(cells=[v4.new_code_cell("x = 1")]))
    put(tmp_path, "anfang.ipynb", RELEASE["0_start"])
    assert list(recover(tmp_path, RELEASE).notebooks) == ["0_start", "1_eins"]


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        (["1_eins.ipynb", "1_eins (1).ipynb", "1_eins (10).ipynb", "1_eins (2).ipynb"], "1_eins (10).ipynb"),
        (["1_eins.ipynb", "1_eins-Kopie.ipynb"], "1_eins-Kopie.ipynb"),
        (["1_eins.ipynb", "alt/1_eins.ipynb"], "1_eins.ipynb"),
    ],
)
def test_the_newest_version_counts(tmp_path: Path, names: list[str], counts: str) -> None:
    for number, name in enumerate(names):
        put(tmp_path, name, answered("1_eins", number))
    found = recover(tmp_path, RELEASE)
    assert value(found, "1_eins") == names.index(counts)
    assert found.notes["1_eins"][0].endswith(f"es zählt {counts}.")


def test_an_empty_newer_version_does_not_count(tmp_path: Path) -> None:
    put(tmp_path, "1_eins.ipynb", answered("1_eins", 7))
    put(tmp_path, "1_eins (1).ipynb", RELEASE["1_eins"])
    assert value(recover(tmp_path, RELEASE), "1_eins") == 7


def test_the_same_contents_twice_are_no_versions(tmp_path: Path) -> None:
    put(tmp_path, "1_eins.ipynb", answered("1_eins"))
    put(tmp_path, "sicherung/1_eins (1).ipynb", answered("1_eins"))
    assert recover(tmp_path, RELEASE).notes["1_eins"] == []


def test_notebooks_merged_into_one_file_come_apart(tmp_path: Path) -> None:
    own = v4.new_notebook(cells=[v4.new_code_cell("hilfe = 2", id="own")])
    put(tmp_path, "alles.ipynb", answered("1_eins", 3), answered("2_zwei", 4), own)
    found = recover(tmp_path, RELEASE)
    assert list(found.notebooks) == ["1_eins", "2_zwei"]
    assert (value(found, "1_eins"), value(found, "2_zwei")) == (3, 4)
    assert "hilfe = 2" in sources(found, "2_zwei")
    assert "hilfe = 2" not in sources(found, "1_eins")


def test_a_cell_copied_from_another_notebook_of_the_sheet_takes_nothing_away(tmp_path: Path) -> None:
    copied = v4.new_notebook(cells=[answered("1_eins", 9).cells[2], v4.new_code_cell("danach = 1", id="own")])
    put(tmp_path, "1_eins.ipynb", answered("1_eins", 3))
    put(tmp_path, "2_zwei.ipynb", answered("2_zwei", 4), copied)
    found = recover(tmp_path, RELEASE)
    assert value(found, "1_eins") == 3
    assert "danach = 1" in sources(found, "2_zwei")


def test_what_fits_nothing_is_named(tmp_path: Path) -> None:
    put(tmp_path, "1_eins.ipynb", answered("1_eins"))
    put(tmp_path, "analysis.ipynb", v4.new_notebook(cells=[v4.new_code_cell("1")]))
    note = "Die Datei analysis.ipynb passt zu keinem Notebook dieses Blatts und blieb außen vor."
    assert recover(tmp_path, RELEASE).notes["1_eins"] == [note]


def test_a_broken_file_beside_a_good_version_only_gets_a_note(tmp_path: Path) -> None:
    (tmp_path / "1_eins.ipynb").write_text("{", encoding="utf-8")
    put(tmp_path, "1_eins (1).ipynb", answered("1_eins", 5))
    found = recover(tmp_path, RELEASE)
    assert value(found, "1_eins") == 5
    assert any(note.startswith("Die Datei 1_eins.ipynb ließ sich nicht lesen: ") for note in found.notes["1_eins"])


def test_an_empty_hand_in_holds_nothing_and_becomes_an_empty_notebook(tmp_path: Path) -> None:
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "._1_eins.ipynb").write_bytes(b"\0")
    assert not holds_anything(tmp_path)
    found = recover(tmp_path, RELEASE)
    assert list(found.notebooks) == ["0_start"]
    assert found.notes["0_start"] == ["In der Abgabe fand sich kein Notebook dieses Blatts."]


def test_other_files_lie_where_their_notebook_looks_for_them(tmp_path: Path) -> None:
    put(tmp_path, "abgabe/1_eins.ipynb", answered("1_eins"))
    for name in ("abgabe/hilfe.py", "abgabe/daten/a.csv", "scan.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    files = recover(tmp_path, RELEASE).files
    assert {str(target): str(path.relative_to(tmp_path)) for target, path in files.items()} == {
        "hilfe.py": "abgabe/hilfe.py",
        "daten/a.csv": "abgabe/daten/a.csv",
        "scan.pdf": "scan.pdf",
    }


def test_files_that_would_get_in_the_way_stay_out(tmp_path: Path) -> None:
    put(tmp_path, "1_eins.ipynb", answered("1_eins"))
    for name in ("daten.csv/x", "zeile\nzwei.txt", "daten", "gut.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "verweis").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "rohr")
    beside = [PurePosixPath("daten.csv"), PurePosixPath("daten/b.csv")]
    found = recover(tmp_path, RELEASE, beside)
    assert set(map(str, found.files)) == {"gut.txt"}
    assert len(found.notes["1_eins"]) == 5


def test_sizes_and_numbers_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MOST_BYTES", 5000)
    monkeypatch.setattr(recovery, "MOST_FILES", 10)
    put(tmp_path, "1_eins.ipynb", answered("1_eins"))
    (tmp_path / "gross").write_bytes(bytes(6000))
    for number in range(20):
        (tmp_path / f"n{number}").write_bytes(b"")
    found = recover(tmp_path, RELEASE)
    assert "1_eins" in found.notebooks
    assert len(found.files) <= 10
    assert PurePosixPath("gross") not in found.files


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("2026-11-02 12:00:00 Europe/Berlin", "2026-11-02 11:00:00 UTC"),
        ("2026-11-02T12:00:00Z\n", "2026-11-02 12:00:00 UTC"),
        ("", None),
        ("gestern", None),
        ("9" * 500, None),
        ("2026-11-02 12:00:00 " + "x" * 100, None),
    ],
)
def test_a_time_is_taken_only_where_it_is_one(tmp_path: Path, content: str, expected: str | None) -> None:
    put(tmp_path, "1_eins.ipynb", answered("1_eins"))
    (tmp_path / "timestamp.txt").write_text(content, encoding="utf-8")
    found = recover(tmp_path, RELEASE)
    assert found.timestamp == expected
    assert PurePosixPath("timestamp.txt") not in found.files
    assert bool(found.notes["1_eins"]) == (expected is None)


def test_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, "a/1_eins (1).ipynb", answered("1_eins"))

    def state() -> dict[str, tuple[int, int, int]]:
        found = {str(path): path.lstat() for path in tmp_path.rglob("*")}
        return {path: (status.st_mode, status.st_size, status.st_mtime_ns) for path, status in found.items()}

    before = state()
    recover(tmp_path, RELEASE)
    assert state() == before
