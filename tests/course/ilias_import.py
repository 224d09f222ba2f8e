"""What ILIAS and its plugin make of what we return: their rules of import, written down once more."""

import csv
import io
import re
import zipfile
from collections.abc import Collection
from pathlib import Path

import openpyxl

_JUDGED = ["status", "mark", "notice", "comment", "plagiarism", "plag_comment"]
MEMBERS = ["update", "usr_id", "login", "lastname", "firstname", *_JUDGED]
TEAMS = ["update", "team_id", "logins", *_JUDGED]
STATES = {"notgraded", "passed", "failed"}

Feedback = dict[int, dict[str, bytes]]


def multi_feedback(path: Path, members: Collection[int], *, release: int) -> Feedback:
    """Return the files by user, as releases 5 to 10 take them from the zip."""
    taken: Feedback = {}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            parts = entry.split("/")
            if release <= 8 and not parts[0].startswith("multi_feedback"):
                continue
            if len(parts) != 3 or not parts[2] or parts[2].startswith("."):
                continue
            last = parts[1].split("_")[-1]
            user = int(last) if last.isdigit() else 0  # (int) of PHP
            if user in members:
                taken.setdefault(user, {})[parts[2]] = archive.read(entry)
    return taken


def plugin_feedback(path: Path, teams: dict[int, Collection[int]]) -> Feedback:
    """Return the files by user, as the plugin takes them; with ``teams`` every member gets what any of them has."""
    taken: Feedback = {}
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert any(re.search(r"[^/]+_[^/]+_[^/]+_\d+/", name) for name in names)
        assert bool(teams) == any(re.search(r"Team_\d+/", name) for name in names)
        for entry in names:
            if teams:
                if found := re.search(r"/Team_(\d+)/[^/]+/([^/]+)$", entry):
                    for user in teams[int(found[1])]:
                        assert found[2] not in taken.setdefault(user, {}), "the plugin would show it twice"
                        taken[user][found[2]] = archive.read(entry)
            elif found := re.search(r"/([^/]+)_([^/]+)_([^/]+)_(\d+)/([^/]+)$", entry):
                taken.setdefault(int(found[4]), {})[found[5]] = archive.read(entry)
    return taken


def status_in(path: Path) -> bytes:
    """Return the status file at the root of the plugin's zip."""
    with zipfile.ZipFile(path) as archive:
        return archive.read("status.xlsx")


def status(content: bytes, *, teams: bool) -> dict[int, dict[str, str]]:
    """Return the updates of a status file by user or team; raises where the plugin would refuse the file."""
    titles = TEAMS if teams else MEMBERS
    heads, *rows = _rows(content)
    assert heads == titles
    updates = {}
    for row in rows:
        data = dict(zip(titles, row, strict=True))
        if data["update"] in {"", "0"}:
            continue
        assert data["status"] in STATES
        key = int(data["team_id" if teams else "usr_id"])
        assert key not in updates
        updates[key] = data
    return updates


def _rows(content: bytes) -> list[list[str]]:
    if content.startswith(b"PK"):
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        return [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    text = content.decode("utf-8-sig")
    first = text.split("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
