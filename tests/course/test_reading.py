"""Handed-in files become notebooks, or a reason why they are none."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from autograder.grading import reading
from autograder.grading.notes import NOTES_CELL
from autograder.grading.reading import UnreadableNotebookError, read_authors, read_submission

CODE = {"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "outputs": [], "execution_count": None}


def read(tmp_path: Path, content: object) -> nbformat.NotebookNode:
    path = tmp_path / "n.ipynb"
    data = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    path.write_bytes(data)
    notebook = read_submission(path).notebook
    nbformat.validate(notebook)
    return notebook


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "sie ist leer"),
        (b"  \n", "sie ist leer"),
        (b'{"cells": [', "kein gültiges JSON"),
        (b"[" * 100_000, "kein gültiges JSON"),
        (b"%PDF-1.7\n\xff\xfe", "sie ist ein PDF, kein Notebook"),
        (b"[]", "sie enthält kein Notebook"),
        (b"null", "sie enthält kein Notebook"),
        (b'{"a": 1}', "sie enthält kein Notebook"),
        (b'{"cells": []}', "sie enthält keine Zellen"),
        (b'{"cells": {"0": 1}}', "sie enthält keine Zellen"),
        (b'{"cells": "viele"}', "sie enthält keine Zellen"),
        (b"PK\x03\x04...", "sie ist ein Zip-Archiv"),
        (b"\n<!doctype html><html>", "sie ist eine Webseite"),
        (b"\x89PNG\r\n", "sie ist ein Bild"),
        (b"\0" * 100, "sie ist leer"),
        (b'{"cells": [1, null, {"cell_type": "hex"}]}', "sie enthält keine Zellen"),
        (b'{"worksheets": 7}', "sie enthält kein Notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableNotebookError, match=reason):
        read(tmp_path, content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_any_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = json.dumps({"cells": [{**CODE, "source": "größe = 1"}]}, ensure_ascii=False)
    assert read(tmp_path, text.encode(encoding)).cells[0].source == "größe = 1"


def test_an_old_format_is_read(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": ["x = 1"], "language": "python", "outputs": []}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}]}
    assert read(tmp_path, old).cells[0].source == "x = 1"


@pytest.mark.parametrize(
    "cell",
    [
        {"cell_type": "code", "source": "1"},
        {**CODE, "outputs": "none", "execution_count": "many"},
        {**CODE, "source": ["1"]},
        {**CODE, "id": "no good id!"},
        {**CODE, "id": 7},
        {**CODE, "metadata": None},
        {**CODE, "metadata": {"tags": "skip-execution", "collapsed": "no"}},
        {**CODE, "metadata": {"nbgrader": "yes"}},
        {**CODE, "metadata": {"nbgrader": {"grade_id": ["a"]}}},
        {**CODE, "attachments": 3},
    ],
)
def test_a_damaged_cell_keeps_its_text(tmp_path: Path, cell: dict[str, object]) -> None:
    (read_cell,) = read(tmp_path, {"cells": [cell]}).cells
    assert read_cell.source == "1"
    assert read_cell.metadata == {}


def test_only_the_grade_id_is_believed(tmp_path: Path) -> None:
    claimed = {"grade_id": "x", "points": 100, "grade": True, "checksum": "?"}
    cell = {**CODE, "metadata": {"nbgrader": claimed, "tags": ["skip-execution"]}}
    assert read(tmp_path, {"cells": [cell]}).cells[0].metadata == {"nbgrader": {"grade_id": "x"}}


def test_copied_cell_ids_are_told_apart(tmp_path: Path) -> None:
    notebook = read(tmp_path, {"cells": [CODE, CODE, {**CODE, "id": "cell-1"}]})
    assert len({cell.id for cell in notebook.cells}) == 3


def test_pasted_pictures_stay(tmp_path: Path) -> None:
    cell = v4.new_markdown_cell("![](attachment:a.png)", attachments={"a.png": {"image/png": "iVBORw0="}})
    assert read(tmp_path, {"cells": [cell]}).cells[0].attachments == {"a.png": {"image/png": "iVBORw0="}}


def test_lone_surrogates_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text('{"cells": [{"cell_type": "code", "source": "x = 1 # \\ud800"}]}', encoding="utf-8")
    read_submission(path).notebook.cells[0].source.encode()


def test_links_and_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real.ipynb").write_text(json.dumps({"cells": [CODE]}), encoding="utf-8")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "real.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("link", "folder", "pipe"):
        with pytest.raises(UnreadableNotebookError, match="keine gewöhnliche Datei"):
            read_submission(tmp_path / f"{name}.ipynb")


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_FILE", 2**20)
    with pytest.raises(UnreadableNotebookError, match="größer als 1 MiB"):
        read(tmp_path, {"cells": [{**CODE, "source": "x" * 2**20}]})


def mended(tmp_path: Path, text: str) -> tuple[list[str], tuple[str, ...]]:
    (tmp_path / "n.ipynb").write_text(text, encoding="utf-8")
    reading = read_submission(tmp_path / "n.ipynb")
    nbformat.validate(reading.notebook)
    return [cell.source for cell in reading.notebook.cells], reading.notes


TWO = json.dumps({"cells": [CODE, {**CODE, "id": "b", "source": 'a, ]\n"}'}], "metadata": {}}, indent=1)


CONFLICT = '<<<<<<< HEAD\n   "source": "1",\n||||||| base\n   "source": "0",\n=======\n   "source": "2",\n>>>>>>> main'
COMMAS = "Die Datei war kein ganz gültiges JSON (überzählige Kommas) und wurde ausgebessert."
CONFLICTS = "In der Datei standen Konfliktmarken von git; es zählt jeweils die obere Fassung."


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (TWO.replace("\n ],", ",\n ],"), COMMAS),
        (TWO.replace('   "source": "1",', CONFLICT), CONFLICTS),
        (TWO[: TWO.rindex("]")], "Die Datei ist ab Zeile 19 beschädigt; 2 Zellen darüber ließen sich lesen."),
        (json.dumps(TWO), None),
        (json.dumps(json.dumps(TWO)), None),
        (TWO.replace('"1"', "[[[1]]]"), None),
        ("\ufeff" + TWO, None),
    ],
)
def test_what_is_damaged_is_read_as_far_as_its_meaning_is_clear(tmp_path: Path, text: str, note: str | None) -> None:
    sources, notes = mended(tmp_path, text)
    assert sources == ["1", 'a, ]\n"}']
    assert list(notes) == ([] if note is None else [note])


def test_numbered_cells_in_an_object_are_read_in_order(tmp_path: Path) -> None:
    cells = {str(number): {**CODE, "id": f"c{number}", "source": str(number)} for number in range(12)}
    assert [cell.source for cell in read(tmp_path, {"cells": cells}).cells] == [str(number) for number in range(12)]


def test_of_too_many_cells_the_first_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_CELLS", 10)
    cells = [{**CODE, "id": f"c{number}", "source": "x" * (number % 2)} for number in range(30)]
    sources, notes = mended(tmp_path, json.dumps({"cells": cells}))
    assert sources == ["x"] * 10
    assert notes == ("Das Notebook hat 15 Zellen; es zählen die ersten 10.",)


def test_a_cell_cannot_pass_for_our_notes(tmp_path: Path) -> None:
    forged = {**CODE, "id": NOTES_CELL, "metadata": {"autograder": {"notes": ["20 Punkte"]}}}
    (cell,) = read(tmp_path, {"cells": [forged]}).cells
    assert cell.id != NOTES_CELL
    assert cell.metadata == {}


def test_a_notebook_of_the_authors_is_read_again_when_its_file_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    with pytest.raises(FileNotFoundError):
        read_authors(path)
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1", id="a")]), path)
    first = read_authors(path)
    assert read_authors(path) is first
    changed = path.read_text(encoding="utf-8").replace('"1"', '"2"')  # as long as it was
    path.write_text(changed, encoding="utf-8")
    os.utime(path, (1, 1))
    assert read_authors(path).cells[0].source == "2"
    other = tmp_path / "other.ipynb"  # put in its place, with the same time and size
    other.write_text(changed.replace('"2"', '"3"'), encoding="utf-8")
    os.utime(other, (1, 1))
    other.replace(path)
    assert read_authors(path).cells[0].source == "3"
    path.unlink()
    with pytest.raises(FileNotFoundError):
        read_authors(path)
