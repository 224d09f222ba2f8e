"""Names: as ILIAS folds them, as students' archives encode them, and as they may lie on disk."""

import io
import unicodedata
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.ilias import names
from tests.course.ilias.ilias_zip import ascii_name, locked, zipped

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@given(text)
def test_names_are_folded_as_ilias_does_it(name: str) -> None:
    """Two ways to do it: by letters here, by entities and bytes as in PHP there."""
    assert names.fold(name) == ascii_name(name)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Größe", "Groesse"),
        ("Zoë Łuk", "Zoe __uk"),
        ("a:b?c", "a_b_c"),
        ("1–2 & 3", "1n2 a 3"),
        (unicodedata.normalize("NFD", "ü"), "u__"),
    ],
)
def test_folding_by_example(name: str, folded: str) -> None:
    assert names.fold(name) == folded


@pytest.mark.parametrize(
    ("folder", "usr_id"),
    [
        ("Albrecht_Anna_aalbrecht_4711", 4711),
        ("von_der_Au_Eva_Maria_e_v.au@uni_12", 12),
        ("Abgaben", None),
        ("Blatt_3a", None),
        ("_1234567890123456", None),
    ],
)
def test_only_the_number_at_the_end_is_read_from_a_folder(folder: str, usr_id: int | None) -> None:
    assert names.user_of(folder) == usr_id


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Verspaetete Abgabe - 1a.ipynb", ("1a.ipynb", True)),
        ("Late Submission - 1a.ipynb", ("1a.ipynb", True)),
        ("1a.ipynb", ("1a.ipynb", False)),
        ("Verspaetete Abgabe - ", ("Verspaetete Abgabe - ", False)),
    ],
)
def test_the_mark_of_late_files_is_taken_off(name: str, told: tuple[str, bool]) -> None:
    assert names.without_late(name) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [("a (2).ipynb", ("a.ipynb", 2)), ("a (12)", ("a", 12)), ("a (1).ipynb", ("a (1).ipynb", 1)), ("a.b", ("a.b", 1))],
)
def test_iliass_counter_begins_at_two(name: str, told: tuple[str, int]) -> None:
    assert names.version_of(name) == told


@given(
    st.builds("{}.{}".format, text.map(lambda stem: stem or "a"), st.sampled_from(["py", "ipynb", "tar.gz", "HEIC"]))
)
def test_the_list_gives_a_file_its_true_name_back(title: str) -> None:
    assert names.true_name(names.fold(locked(title)), ["x.ipynb", title]) == title


@pytest.mark.parametrize(
    ("name", "true"),
    [
        ("Loesung fuer Blatt 3 (2).ipynb", "Lösung für Blatt 3 (2).ipynb"),
        ("hilfepy (2).sec", "hilfe (2).py"),
        ("anderes.ipynb", "anderes.ipynb"),
    ],
)
def test_a_counter_stays_with_the_true_name(name: str, true: str) -> None:
    assert names.true_name(name, ["Lösung für Blatt 3.ipynb", "hilfe.py"]) == true


@pytest.mark.parametrize(
    ("name", "guess"), [("hilfepy.sec", "hilfe.py"), ("apy (3).sec", "a (3).py"), ("py.sec", None)]
)
def test_a_locked_python_file_is_guessed_without_the_list(name: str, guess: str | None) -> None:
    assert names.guessed_python(name) == guess


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "cp1252", "utf-8", "flag"])
@pytest.mark.parametrize("name", ["Übung/Größe ß.ipynb", "plain.ipynb", "äöüÄÖÜß.csv"])
def test_names_in_zips_are_read_in_any_encoding(encoding: str, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped({name: b""}, encoding=encoding))) as archive:
        assert [names.name_in(entry) for entry in archive.infolist()] == [name]


@given(st.text(max_size=60) | st.text("./\\:a\0é\n", max_size=30), st.integers(12, 60))
def test_a_path_stays_inside_printable_and_short(name: str, longest: int) -> None:
    path = names.safe_path(name, longest).path
    assert path.parts
    assert not path.is_absolute()
    for part in path.parts:
        assert part not in (".", "..", "")
        assert part.isprintable()
        assert len(part.encode()) <= longest + len("abgegeben_timestamp.txt")
        assert part.casefold() != "timestamp.txt"
        assert unicodedata.is_normalized("NFC", part)


@pytest.mark.parametrize(
    ("name", "path", "escaping"),
    [
        ("../../etc/passwd", "etc/passwd", True),
        ("/etc/passwd", "etc/passwd", True),
        ("C:\\Users\\a.ipynb", "C_/Users/a.ipynb", True),
        ("a\\b.ipynb", "a/b.ipynb", False),
        ("a/./b//c.ipynb", "a/b/c.ipynb", False),
        ("", "_", False),
        (".ipynb", "_.ipynb", False),
        ("Timestamp.TXT", "abgegeben_Timestamp.TXT", False),
        (unicodedata.normalize("NFD", "Größe.csv"), "Größe.csv", False),
        ("x" * 300 + ".ipynb", "x" * 144 + ".ipynb", False),
    ],
)
def test_where_a_file_may_lie_by_example(name: str, path: str, escaping: bool) -> None:
    safe = names.safe_path(name, 150)
    assert (str(safe.path), safe.escaping) == (path, escaping)
