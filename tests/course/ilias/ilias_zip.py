"""A stand-in for ILIAS: "Alle Abgaben herunterladen", as releases 7 to 10 make it of what participants uploaded."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html.entities import codepoint2name

import openpyxl

ALLOWED = {"ipynb", "pdf", "zip", "7z", "rar", "tar", "gz", "html", "txt", "csv", "png", "jpg", "json", "docx", "xlsx"}
WORDS = {
    "de": [
        *("Abgaben", "Verspätete Abgabe"),
        *("Nachname", "Vorname", "Anmeldename", "Datum der letzten Abgabe", "Dateiabgabe"),
    ],
    "en": [
        *("Submissions", "Late Submission"),
        *("Last Name", "First Name", "Username", "Date of Last Submission", "Submission"),
    ],
}


@dataclass(frozen=True)
class Person:
    """A participant."""

    last_name: str
    first_name: str
    login: str
    usr_id: int

    @property
    def folder(self) -> str:
        return ascii_name(f"{self.last_name}_{self.first_name}_{self.login}_{self.usr_id}")


@dataclass(frozen=True)
class Upload:
    """What one participant uploaded, as (title, content), in order; ``late`` holds the places of late files."""

    person: Person
    files: Sequence[tuple[str, bytes]]
    time: str = "2026-11-19 18:30:00"
    team: int | None = None
    late: frozenset[int] = frozenset()


@dataclass
class Exercise:
    """An assignment in ILIAS; ``idle`` are members of teams who uploaded nothing."""

    title: str = "Übungsblatt 3"
    uploads: list[Upload] = field(default_factory=list)
    idle: dict[int, list[Person]] = field(default_factory=dict)
    release: int = 10
    language: str = "de"

    def download(self) -> bytes:
        """Return the zip, with the Excel list in it where the release makes one."""
        title, words = ascii_name(self.title), WORDS[self.language]
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            if self.release >= 10:
                archive.writestr(f"{title}/{title}.xlsx", self.listing())
            for upload in self.uploads:
                team = "" if upload.team is None else f"Team {upload.team}/"
                seen: dict[str, int] = {}
                for at, (name, content) in enumerate(upload.files):
                    name = locked(name)
                    seen[name] = seen.get(name, 0) + 1
                    if seen[name] > 1:
                        stem, dot, suffix = name.rpartition(".")
                        name = f"{stem} ({seen[name]}){dot}{suffix}"
                    if at in upload.late:
                        name = f"{words[1]} - {name}"
                    archive.writestr(f"{title}/{words[0]}/{team}{upload.person.folder}/{ascii_name(name)}", content)
        return made.getvalue()

    def listing(self) -> bytes:
        """Return the Excel list: in a team, everybody has a row with the files of all."""
        words = WORDS[self.language]
        rows: list[list[str]] = []
        teams = {upload.team for upload in self.uploads} - {None}
        for upload in self.uploads:
            rows.append(self._row(upload.person, upload.team, [upload], bool(teams)))
        for team, people in self.idle.items():
            theirs = [upload for upload in self.uploads if upload.team == team]
            rows += [self._row(person, team, theirs, True) for person in people]
        most = max((len(row) for row in rows), default=5) - 4 - bool(teams)
        files = [words[6]] if most == 1 else [f"{words[6]} {n}" for n in range(1, most + 1)]
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append([*words[2:6], *(["Team"] if teams else []), *files])
        for row in rows:
            sheet.append(row)
        made = io.BytesIO()
        book.save(made)
        return made.getvalue()

    def _row(self, person: Person, team: int | None, uploads: Iterable[Upload], has_teams: bool) -> list[str]:
        uploads = list(uploads)
        times = [upload.time for upload in uploads]
        titles = [name for upload in uploads for name, _content in upload.files]
        about = [person.last_name, person.first_name, person.login, max(times, default="")]
        return [*about, *([str(team or "")] if has_teams else []), *titles]


def locked(name: str) -> str:
    """Lock a file whose kind is not allowed."""
    if name.rpartition(".")[2].casefold() in ALLOWED:
        return name
    return name.replace(".", "") + ".sec"


def ascii_name(name: str) -> str:
    """Fold a name to ASCII, as PHP does it: on bytes, after entities have become their first letters."""
    for umlaut, written in {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}.items():
        name = name.replace(umlaut, written)
    entities = "".join(f"&{codepoint2name[ord(c)]};" if ord(c) in codepoint2name and c != '"' else c for c in name)
    letters = re.sub(r"&(.)[^;]*;", r"\1", entities)
    safe = re.sub(rb"[\x7f-\xff]", b"_", letters.encode())
    return re.sub(rb'[:\\/*?"<>|]', b"_", safe).decode("ascii")


def zipped(files: dict[str, bytes], *, encoding: str = "utf-8", password: bool = False) -> bytes:
    """Return a student's own zip; in another encoding than UTF-8, without the flag, as Windows and macOS write it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(_Named(name, encoding), content)
    data = made.getvalue()
    return _with_flag(data) if password else data


class _Named(zipfile.ZipInfo):
    def __init__(self, name: str, encoding: str) -> None:
        super().__init__(name, (2026, 11, 19, 12, 0, 0))
        self.compress_type = zipfile.ZIP_DEFLATED
        self.encoding = encoding

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        if self.encoding == "flag":
            return self.filename.encode(), self.flag_bits | 0x800
        return self.filename.encode(self.encoding), self.flag_bits


def _with_flag(data: bytes) -> bytes:
    """Mark all files of a zip as encrypted."""
    raw = bytearray(data)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = raw.find(magic)
        while start >= 0:
            raw[start + at] |= 1
            start = raw.find(magic, start + 4)
    return bytes(raw)
