"""The zip of all hand-ins as ILIAS makes it: which folder is whose, and what lies beside the folders."""

import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.course.ilias.names import name_in, team_of, user_of
from autograder.grading.recovery import is_litter
from autograder.messages import _

_CONTAINERS = {"Abgaben", "Submissions"}
_MAC = "__MACOSX"


class DownloadError(ValueError):
    """A zip is not what ILIAS makes of a sheet's hand-ins; the message says what it is or lacks."""


@dataclass(frozen=True)
class Upload:
    """A file of a person's folder, by its path in it."""

    path: str
    entry: zipfile.ZipInfo


@dataclass(frozen=True)
class Folder:
    """What one person uploaded; ``name`` ends with their ``usr_id``. ``team_id`` is None for who has no team."""

    name: str
    usr_id: int
    team_id: int | None
    uploads: tuple[Upload, ...]

    @property
    def contents(self) -> frozenset[tuple[str, int, int]]:
        """What lies in it, apart from litter: names, sizes and checksums."""
        return frozenset(
            (upload.path, upload.entry.file_size, upload.entry.CRC)
            for upload in self.uploads
            if not any(map(is_litter, upload.path.split("/")))
        )


@dataclass(frozen=True)
class Download:
    """All folders by name, ILIAS's Excel list if there is one, and the files that belong to nobody, by their paths."""

    folders: tuple[Folder, ...]
    listing: Upload | None
    rest: tuple[Upload, ...]


def survey(archive: zipfile.ZipFile) -> Download:
    """Sort out what is in ``archive``.

    Raises:
        DownloadError: it holds no hand-ins, those of several sheets, or a person twice.

    """
    uploads = [Upload(name_in(entry).replace("\\", "/"), entry) for entry in archive.infolist()]
    paths = [tuple(part for part in upload.path.split("/") if part) for upload in uploads]
    top = _container([path for path in paths if len(path) > 1 and path[0] != _MAC])
    found: dict[tuple[int | None, str], list[Upload]] = defaultdict(list)
    rest: list[Upload] = []
    lists: list[Upload] = []
    for path, upload in zip(paths, uploads, strict=True):
        inside = path[len(top) :] if path[: len(top)] == top else ()
        team_id = team_of(inside[0]) if inside else None
        own = inside if team_id is None else inside[1:]
        is_folder = upload.entry.is_dir()
        if own and user_of(own[0]) is not None and (len(own) > 1 or is_folder):
            files = found[team_id, own[0]]
            if not is_folder:
                files.append(Upload("/".join(own[1:]), upload.entry))
        elif not is_folder:
            beside = len(path) <= max(len(top), 1) and upload.path.casefold().endswith(".xlsx")
            (lists if beside and not is_litter(path[-1]) else rest).append(upload)
    folders = [Folder(name, user_of(name) or 0, team, tuple(files)) for (team, name), files in found.items()]
    _check(folders)
    listing = lists.pop() if len(lists) == 1 else None
    ordered = sorted(folders, key=lambda folder: (folder.team_id or 0, folder.name))
    return Download(tuple(ordered), listing, (*rest, *lists))


def _container(paths: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the folder in which those of participants and teams lie: ``<title>/Abgaben`` unless packed anew."""
    paths = list(paths)
    named = {path[: at + 1] for path in paths for at in (0, 1) if len(path) > at + 1 and path[at] in _CONTAINERS}
    if not named:
        # the one folder at the top may be the title, even if it looks like a participant's
        for depth in (1, 2, 0) if len({path[0] for path in paths}) == 1 else (0,):
            deep = [path for path in paths if len(path) > depth + 1]
            if deep and all(_owned(path[depth:]) for path in deep):
                named = {path[:depth] for path in deep}
                break
    if len(named) > 1:
        names = ", ".join(sorted("/".join(path) for path in named))
        raise DownloadError(_("The zip holds hand-ins of several sheets: {names}", names=names))
    if not named:
        text = _("The zip holds no folder Abgaben with participants (Last_First_login_number) or teams in it.")
        raise DownloadError(text)
    return named.pop()


def _owned(path: Sequence[str]) -> bool:
    return user_of(path[0]) is not None or (team_of(path[0]) is not None and user_of(path[1]) is not None)


def _check(folders: Sequence[Folder]) -> None:
    if not folders:
        raise DownloadError(_("The zip holds no hand-in."))
    counts = Counter(folder.usr_id for folder in folders)
    if twice := next((usr_id for usr_id, count in counts.items() if count > 1), None):
        names = ", ".join(sorted(folder.name for folder in folders if folder.usr_id == twice))
        text = _("The zip holds two folders of the user {usr_id}: {names}. ILIAS makes one.", usr_id=twice, names=names)
        raise DownloadError(text)
