"""ILIAS's Excel list of hand-ins: true names, the time of the last hand-in, the team."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import IO, Any

from autograder.messages import _

_TITLES = {
    "last_name": ("nachname", "last name", "lastname"),
    "first_name": ("vorname", "first name", "firstname"),
    "login": ("anmeldename", "benutzername", "login", "username", "user name"),
    "time": ("datum der letzten abgabe", "letzte abgabe", "date of last submission", "last submission"),
    "team": ("team",),
}
_FILES = ("dateiabgabe", "abgabe", "file submission", "submission")
_NEEDED = ("last_name", "first_name", "login")
_FORMATS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y, %H:%M:%S", "%d.%m.%Y, %H:%M")


class ListError(ValueError):
    """A file is not ILIAS's list; the message says why."""


@dataclass(frozen=True)
class Row:
    """A participant who handed in; ``time`` is in UTC, None where the list says none that can be read (``said``)."""

    last_name: str
    first_name: str
    login: str
    time: datetime | None = None
    said: str = ""
    team_id: int | None = None
    files: tuple[str, ...] = ()


def read_list(file: Path | IO[bytes], zone: tzinfo) -> list[Row]:
    """Return the rows of the list in ``file``, a participant each; its times are those of ``zone``.

    Raises:
        ListError: it is something else.

    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a workbook says of its size need not be true
        table = list(sheet.iter_rows(values_only=True))
    except Exception as error:  # openpyxl raises what it stumbles over
        raise ListError(_("{file} is no Excel workbook (.xlsx)", file=getattr(file, "name", file))) from error
    columns = _columns(table[0] if table else ())
    if missing := [_TITLES[name][0].capitalize() for name in _NEEDED if name not in columns]:
        names = ", ".join(missing)
        raise ListError(_("{file} is not ILIAS's list: it has no column {names}", file=_name(file), names=names))
    rows: dict[str, Row] = {}
    for values in table[1:]:
        row = _row(values, columns, zone)
        if row is not None and row.login not in rows:  # with peer feedback, people come once for each
            rows[row.login] = row
    return list(rows.values())


def _name(file: Path | IO[bytes]) -> str:
    return Path(str(getattr(file, "name", file))).name


def _columns(titles: Sequence[Any]) -> dict[str, list[int]]:
    """Return where what stands; a title that comes again belongs to peer feedback."""
    found: dict[str, list[int]] = {}
    for at, title in enumerate(titles):
        text = " ".join(str(title or "").casefold().split())
        name = next((name for name, known in _TITLES.items() if text in known), None)
        if name is not None:
            found.setdefault(name, [at])
        elif text.rstrip(" 0123456789") in _FILES:
            found.setdefault("files", []).append(at)
    return found


def _row(values: Sequence[Any], columns: dict[str, list[int]], zone: tzinfo) -> Row | None:
    def cells(name: str) -> Iterator[Any]:
        return (values[at] for at in columns.get(name, ()) if at < len(values) and values[at] is not None)

    def text(name: str) -> str:
        return str(next(cells(name), "")).strip()

    row = Row(text("last_name"), text("first_name"), text("login"))
    if not (row.login or row.last_name):
        return None
    time = next(cells("time"), None)
    digits = "".join(letter for letter in text("team") if letter.isdecimal())
    team_id = int(digits) if digits else None
    files = tuple(str(title) for title in cells("files"))
    return replace(row, time=_time(time, zone), said=str(time or ""), team_id=team_id, files=files)


def _time(value: Any, zone: tzinfo) -> datetime | None:
    """Return a time in UTC. In the hour that autumn has twice, the earlier one is meant: nobody is late by it."""
    if isinstance(value, str):
        value = _parsed(value.strip())
    if not isinstance(value, datetime):
        return None
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
