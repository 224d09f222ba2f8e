"""ILIAS's zip and its Excel list: who has which folder, and what the list says about them."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from autograder.course.ilias.download import Download, DownloadError, survey
from autograder.course.ilias.listing import ListError, read_list
from tests.course.ilias.ilias_zip import Exercise, Person, Upload

BERLIN = ZoneInfo("Europe/Berlin")
ANNA = Person("Albrecht", "Anna", "aa", 11)
BEN = Person("Bär_Öz", "Ben", "b_e.n@uni", 12)


def surveyed(*names: str) -> Download:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    with zipfile.ZipFile(made) as archive:
        return survey(archive)


def owners(download: Download) -> list[tuple[int | None, int, list[str]]]:
    return [(folder.team_id, folder.usr_id, [one.path for one in folder.uploads]) for folder in download.folders]


@pytest.mark.parametrize(
    "top", ["Blatt 3/Abgaben/", "Blatt_3/Submissions/", "Abgaben/", "Blatt_3/Soumissions/", "Blatt_3/", ""]
)
def test_folders_are_found_wherever_they_lie(top: str) -> None:
    """The title may look like a participant, the language may be another, and the zip may have been packed anew."""
    download = surveyed(f"{top}A_B_ab_11/x.ipynb", f"{top}A_B_ab_11/y_1.ipynb", f"{top}Team 7/C_D_cd_12/sub_3/x.ipynb")
    assert owners(download) == [(None, 11, ["x.ipynb", "y_1.ipynb"]), (7, 12, ["sub_3/x.ipynb"])]
    assert not download.rest


def test_what_belongs_to_nobody_is_told_apart_from_the_list() -> None:
    download = surveyed(
        "B/B.xlsx", "B/Abgaben/A_B_ab_11/x.xlsx", "B/Feedback_files/to_A_11/from_B_12/x.pdf", "B/Abgaben/lose.txt",
        "__MACOSX/B/._B.xlsx",
    )  # fmt: skip
    assert download.listing is not None
    assert download.listing.path == "B/B.xlsx"
    assert owners(download) == [(None, 11, ["x.xlsx"])]
    assert [upload.path.rpartition("/")[2] for upload in download.rest] == ["x.pdf", "lose.txt", "._B.xlsx"]


def test_two_lists_are_none() -> None:
    download = surveyed("B/a.xlsx", "B/b.xlsx", "B/Abgaben/A_B_ab_11/x.ipynb")
    assert download.listing is None
    assert len(download.rest) == 2


def test_an_empty_folder_is_a_hand_in_of_nothing() -> None:
    assert owners(surveyed("B/Abgaben/A_B_ab_11/")) == [(None, 11, [])]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "keinen Ordner Abgaben"),
        (("rechnen.ipynb",), "keinen Ordner Abgaben"),
        (("B/Abgaben/lose.txt",), "keine Abgabe"),
        (("B/Abgaben/A_11/x", "C/Abgaben/A_11/x"), "mehreren Blättern: B/Abgaben, C/Abgaben"),
        (("B/Abgaben/A_11/x", "B/Abgaben/Team 3/A_x_11/x"), "zwei Ordner der Person 11: A_11, A_x_11"),
    ],
)
def test_another_zip_is_refused_with_its_reason(names: tuple[str, ...], said: str) -> None:
    with pytest.raises(DownloadError, match=said):
        surveyed(*names)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_list_says_names_times_and_teams(language: str) -> None:
    uploads = [
        Upload(ANNA, [("Lösung.ipynb", b""), ("1 (2).pdf", b"")], time="2026-07-01 12:00:00", team=7),
        Upload(BEN, [("x.ipynb", b"")], time="2026-12-01 12:00:00"),
    ]
    anna, ben = read_list(io.BytesIO(Exercise(uploads=uploads, language=language).listing()), BERLIN)
    assert (anna.last_name, anna.first_name, anna.login, anna.team_id) == ("Albrecht", "Anna", "aa", 7)
    assert anna.files == ("Lösung.ipynb", "1 (2).pdf")
    assert anna.time == datetime(2026, 7, 1, 10, tzinfo=UTC)  # summer time
    assert (ben.login, ben.team_id, ben.files) == ("b_e.n@uni", None, ("x.ipynb",))
    assert ben.time == datetime(2026, 12, 1, 11, tzinfo=UTC)


def listing(*rows: list[object]) -> io.BytesIO:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made


TITLES: list[object] = ["Nachname", "Vorname", "Anmeldename", "Datum der letzten Abgabe", "Dateiabgabe"]


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice that night; the earlier is kinder
        ("24.11.2026 17:35", datetime(2026, 11, 24, 16, 35, tzinfo=UTC)),
        ("24.11.2026, 17:35:01", datetime(2026, 11, 24, 16, 35, 1, tzinfo=UTC)),
        (datetime(2026, 11, 24, 17, 35), datetime(2026, 11, 24, 16, 35, tzinfo=UTC)),
        ("2026-11-24T17:35:00+02:00", datetime(2026, 11, 24, 15, 35, tzinfo=UTC)),
        ("Gestern, 17:35", None),
        (None, None),
    ],
)
def test_times_are_read_on_the_clock_of_the_course(said: object, time: datetime | None) -> None:
    (row,) = read_list(listing(TITLES, ["A", "B", "ab", said, "x"]), BERLIN)
    assert row.time == time
    assert bool(row.said) == (said is not None)


def test_with_peer_feedback_each_person_counts_once_and_the_first_date_is_theirs() -> None:
    titles = [*TITLES, "Verfasser", "Datum der letzten Abgabe"]
    rows = [["A", "B", "ab", "2026-01-01 12:00:00", "x", other, "2026-02-02 12:00:00"] for other in ("c", "d")]
    (row,) = read_list(listing(titles, *rows), BERLIN)
    assert row.time == datetime(2026, 1, 1, 11, tzinfo=UTC)
    assert row.files == ("x",)


def test_a_file_that_is_not_the_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(ListError, match=r"a\.xlsx ist keine Excel-Datei"):
        read_list(tmp_path / "a.xlsx", BERLIN)
    (tmp_path / "b.xlsx").write_bytes(listing(["Name", "Punkte"], ["A", 3]).getvalue())
    with pytest.raises(ListError, match="fehlt die Spalte Nachname, Vorname, Anmeldename"):
        read_list(tmp_path / "b.xlsx", BERLIN)
