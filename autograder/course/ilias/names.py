"""Names in ILIAS's zips and in students' own: what they were called, and what they may be called on disk.

ILIAS folds names to ASCII, puts late hand-ins behind a prefix and counts equal names. Students' archives have names in
any encoding, and of any intent.
"""

import html.entities
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.grading.files import TIMESTAMP

LOCKED = ".sec"
_UMLAUTS = str.maketrans({"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_FORBIDDEN = re.compile(r'[:\\/*?"<>|]')
_USER = re.compile(r".*_(\d{1,12})", re.DOTALL)
_TEAM = re.compile(r"Team (\d{1,12})")
_LATE = re.compile(r"(?:Verspaetete Abgabe|Late [Ss]ubmission) - ")
_COUNTED = re.compile(r"(?P<stem>.+) \((?P<count>[2-9]|[1-9]\d{1,3})\)(?P<suffix>\.[^.]*)?", re.DOTALL)
_PLAIN_ENCODINGS = ("cp850", "cp437", "cp1252")
_UTF8 = 0x800  # the flag in a zip


def fold(text: str) -> str:
    """Return ``text`` in ASCII, as ILIAS writes it into a path."""

    def letter(char: str) -> str:
        if (name := html.entities.codepoint2name.get(ord(char))) and char != '"':
            return name[0]
        return char if ord(char) < 0x7F else "_" * len(char.encode("utf-8", "replace"))

    return _FORBIDDEN.sub("_", "".join(map(letter, text.translate(_UMLAUTS))))


def user_of(folder: str) -> int | None:
    """Return the usr_id at the end of a participant's folder; None where it is no such folder.

    Names and logins before it may hold underscores, so that nothing else can be read from it.
    """
    found = _USER.fullmatch(folder)
    return int(found[1]) if found else None


def team_of(folder: str) -> int | None:
    """Return the number of a team's folder; None where it is none."""
    found = _TEAM.fullmatch(folder)
    return int(found[1]) if found else None


def without_late(name: str) -> tuple[str, bool]:
    """Return a file's name without ILIAS's mark of late hand-ins, and whether it was there."""
    found = _LATE.match(name)
    return (name[found.end() :], True) if found and found.end() < len(name) else (name, False)


def version_of(name: str) -> tuple[str, int]:
    """Return a file's name without ILIAS's counter, and the counter: 1 for the first file of a name."""
    found = _COUNTED.fullmatch(name)
    return (found["stem"] + (found["suffix"] or ""), int(found["count"])) if found else (name, 1)


def true_name(name: str, titles: Iterable[str]) -> str:
    """Return what the file ``name`` (without the mark of late ones) was called, by the ``titles`` of ILIAS's list."""
    plain, count = version_of(name)
    folded = [(title, {fold(title), fold(locked_name(title))}) for title in titles]
    for title, forms in folded:
        if name in forms:
            return title
    for title, forms in folded:
        if count > 1 and plain in forms:
            return _counted(title, count)
    return name


def guessed_python(name: str) -> str | None:
    """Return what a Python file was called that ILIAS locked as ``name``; None where it was none."""
    plain, count = version_of(name)
    stem = plain.removesuffix("py.sec")
    if stem in (plain, ""):
        return None
    return _counted(f"{stem}.py", count) if count > 1 else f"{stem}.py"


def locked_name(title: str) -> str:
    """Return what ILIAS calls a file whose kind it does not allow: without dots, and ``.sec``."""
    return title.replace(".", "") + LOCKED


def _counted(title: str, count: int) -> str:
    path = PurePosixPath(title)
    return f"{path.stem} ({count}){path.suffix}"


def name_in(entry: zipfile.ZipInfo) -> str:
    """Return the name of a zip's entry, whatever encoding it was written in.

    Without the flag of UTF-8, Python reads the bytes as CP437. macOS writes UTF-8 there, Windows its DOS page.
    """
    if entry.flag_bits & _UTF8:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:  # a field of its own held the name
        return entry.filename
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return max((raw.decode(page, "replace") for page in _PLAIN_ENCODINGS), key=_german)


def _german(text: str) -> tuple[int, int]:
    """Tell how much like German a text reads: more umlauts, then more letters."""
    return sum(letter in "äöüßÄÖÜ" for letter in text), sum(letter.isalnum() or letter.isascii() for letter in text)


@dataclass(frozen=True)
class SafePath:
    """A path below a folder; ``escaping``: as written it led out of it; ``is_time``: nbgrader would believe it."""

    path: PurePosixPath
    escaping: bool = False
    is_time: bool = False


def safe_path(name: str, longest: int) -> SafePath:
    """Return where a file called ``name`` may lie: inside, printable, its parts of at most ``longest`` bytes."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode()).replace("\\", "/")
    parts = text.split("/")
    escaping = text.startswith("/") or ".." in parts or bool(re.match("[A-Za-z]:", text))
    kept = [_safe_part(part, longest) for part in parts if part.strip(" .")]
    is_time = parts[-1].strip().casefold() == TIMESTAMP
    return SafePath(PurePosixPath(*(kept or ["_"])), escaping, is_time)


def _safe_part(part: str, longest: int) -> str:
    """Return a part of a path that any file system takes, and that means nothing to nbgrader."""
    part = "".join(letter if letter.isprintable() and letter != ":" else "_" for letter in part).strip()
    if part.casefold() == TIMESTAMP:  # when something was handed in, ILIAS says and not the student
        part = f"abgegeben_{part}"
    if part.startswith(".") and part.casefold().endswith(".ipynb") and not part.startswith("._"):
        part = f"_{part}"  # else it would count as hidden
    if len(part.encode()) <= longest:
        return part
    stem, dot, suffix = part.rpartition(".")
    ending = f"{dot}{suffix}" if dot and len(suffix.encode()) <= 10 else ""
    body = (stem if ending else part).encode()[: longest - len(ending.encode())]
    return body.decode("utf-8", "ignore") + ending
