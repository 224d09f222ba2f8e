"""A folder as it travels to another machine: what lies in it, by its path there."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MOST_BYTES = 512 * 2**20  # of all files in one parcel


class Kind(StrEnum):
    """What stands at a path."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"  # a pipe, a device: nobody opens it here, nor there


@dataclass(frozen=True)
class Entry:
    """What stands at ``path``; ``content`` is a file's, or where a link leads to, and ``mode`` who may use it."""

    path: str
    kind: Kind
    content: bytes = b""
    mode: int = 0


@dataclass(frozen=True)
class Parcel:
    """All that lies in a folder. No link is followed, so that a hand-in is there what it is here."""

    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, folder: Path) -> "Parcel":
        """Pack ``folder``; nothing where there is none.

        Raises:
            OSError: a file or folder cannot be read, or all of it is more than a message can hold.

        """
        return cls(tuple(_entries(folder)) if folder.is_dir() else ())

    def unpack(self, folder: Path) -> None:
        """Lay everything into the new ``folder``, of which nothing is made where there was nothing.

        Raises:
            OSError: it cannot be written.
            ValueError: an entry would not lie in a folder of this parcel.

        """
        if not self.entries:
            return
        folder.mkdir(parents=True)
        folders = {""}
        kept: list[tuple[Path, int]] = []
        for entry in self.entries:
            parent, _slash, name = entry.path.rpartition("/")
            if parent not in folders or name in {"", ".", ".."}:
                raise ValueError(entry.path)
            path = folder / entry.path
            match entry.kind:
                case Kind.FILE:
                    path.write_bytes(entry.content)
                    kept.append((path, entry.mode))
                case Kind.FOLDER:
                    path.mkdir()
                    folders.add(entry.path)
                    kept.append((path, entry.mode))
                case Kind.LINK:
                    path.symlink_to(os.fsdecode(entry.content))
                case Kind.OTHER:
                    os.mkfifo(path)
        for path, mode in kept:
            path.chmod(mode)


def _entries(folder: Path) -> Iterator[Entry]:
    room = MOST_BYTES
    waiting = [""]
    while waiting:
        here = waiting.pop()
        for found in sorted(os.scandir(folder / here), key=lambda entry: entry.name):
            path = f"{here}/{found.name}" if here else found.name
            if found.is_symlink():
                yield Entry(path, Kind.LINK, os.fsencode(Path(found.path).readlink()))
            elif found.is_dir():
                yield Entry(path, Kind.FOLDER, mode=_mode(found) | stat.S_IRWXU)  # else nobody could remove it there
                waiting.append(path)
            elif found.is_file():
                room -= found.stat().st_size
                if room < 0:
                    raise OSError(f"{folder} holds more than {MOST_BYTES} bytes")
                yield Entry(path, Kind.FILE, Path(found.path).read_bytes(), _mode(found))
            else:
                yield Entry(path, Kind.OTHER)


def _mode(found: "os.DirEntry[str]") -> int:
    return stat.S_IMODE(found.stat(follow_symlinks=False).st_mode) & 0o777
