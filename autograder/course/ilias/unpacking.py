"""What one hand-in's files become on disk: archives unpacked, within limits, each file accounted for.

Nothing that a student wrote is trusted: neither names nor sizes nor kinds. A file lands inside the folder or nowhere,
links are not made, and an archive that cannot be read whole stays beside what could be read of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO

from autograder.course.ilias import archives
from autograder.course.ilias.archives import RefusedError
from autograder.course.ilias.limits import LIMITS, Limits
from autograder.course.ilias.names import safe_path, version_of
from autograder.grading.recovery import is_litter
from autograder.messages import _

_CHUNK = 2**18
INTO = " › "  # between an archive and a file in it, in reports


class Fate(StrEnum):
    """What became of a file."""

    LAID = "laid"  # it lies in the hand-in
    UNPACKED = "unpacked"  # what is in it does
    LITTER = "litter"  # nobody meant to hand it in
    OLDER = "older"  # a newer version counts
    REFUSED = "refused"  # it was not written anywhere
    READ = "read"  # it is ILIAS's own


@dataclass(frozen=True)
class Incoming:
    """A file to be laid: where it comes from (for reports), what it was called, how to read it, what to say of it."""

    source: str
    name: str
    opened: Callable[[], IO[bytes]]
    why: str = ""
    look: bool = False


@dataclass(frozen=True)
class Piece:
    """A file of a hand-in, however deep: where it came from, where it lies now, and why; ``look``: a human should.

    ``holds`` names the notebook of the sheet that was found in it, ``counts`` says whether this version is graded.
    """

    source: str
    fate: Fate
    target: PurePosixPath | None = None
    why: str = ""
    look: bool = False
    holds: str = ""
    counts: bool = False


class Unpacker:
    """Lays the files of one hand-in into ``folder`` and notes in ``pieces`` what became of each.

    ``renamed`` changes the parts of paths before they are used (to keep names out of anonymous marking).
    """

    def __init__(
        self, folder: Path, limits: Limits = LIMITS, renamed: Callable[[str], str] = lambda part: part
    ) -> None:
        self.folder = folder
        self.pieces: list[Piece] = []
        self._limits = limits
        self._renamed = renamed
        self._room = limits.bytes
        self._files = 0
        self._known: dict[PurePosixPath, dict[str, tuple[str, bool]]] = defaultdict(dict)

    def lay(self, files: Iterable[Incoming], within: PurePosixPath = PurePosixPath()) -> None:  # noqa: B008 - immutable
        """Lay what one person uploaded; where a name comes with ILIAS's counter, the highest counts.

        Of notebooks all versions are laid, since an empty newer one must not hide an older one with answers.
        """
        families: dict[str, list[Incoming]] = defaultdict(list)
        for file in files:
            families[version_of(file.name)[0]].append(file)
        for plain, versions in families.items():
            versions.sort(key=lambda file: version_of(file.name)[1], reverse=True)
            newest, *older = versions
            if not older or ".ipynb" in plain.casefold():
                for file in versions:
                    self._lay_one(file, file.name, within)
                continue
            unpacked = self._lay_one(newest, plain, within)
            for file in older:
                why = _("An older version; {name} counts.", name=self._renamed(newest.name))
                if unpacked is None:
                    self.pieces.append(Piece(file.source, Fate.OLDER, why=why))
                else:  # what only the older archive has counts too
                    self._lay_one(file, file.name, within, onto=unpacked)

    # -------------------------------------------------------------------------------------------- one file

    def _lay_one(
        self,
        file: Incoming,
        name: str,
        within: PurePosixPath,
        depth: int = 0,
        onto: PurePosixPath | None = None,
        older: bool = False,
    ) -> PurePosixPath | None:
        """Lay one file below ``within``; an archive is unpacked, into ``onto`` if given. Return the folder of that.

        ``older``: a file that is there already stays.
        """
        safe = safe_path(name, self._limits.name)
        if any(map(is_litter, safe.path.parts)):
            self.pieces.append(Piece(file.source, Fate.LITTER))
            return None
        said, look = [file.why] if file.why else [], file.look or safe.escaping
        if safe.is_time:
            said.append(_("When something was handed in, ILIAS says; this file is not used for it."))
        if safe.escaping:
            said.append(_("Its path led out of the folder; now it lies inside."))
        parts = (within / PurePosixPath(*map(self._renamed, safe.path.parts))).parts
        if len(parts) > self._limits.folders:
            parts = parts[-self._limits.folders :]
            said.append(_("It lay too deep and was moved up."))
        wanted = PurePosixPath(*parts)
        if older and self._is_file(wanted):
            self.pieces.append(Piece(file.source, Fate.OLDER, why=_("The newer archive has this file too.")))
            return None
        target = self._free(wanted)
        if target.name != wanted.name:
            said.append(_("Another file has the same name, but for upper and lower case."))
            look = True
        try:
            self._write(target, file.opened)
        except RefusedError as error:
            said.append(_("It was left out: {reason}.", reason=error))
            self.pieces.append(Piece(file.source, Fate.REFUSED, None, " ".join(said), look=True))
            return None
        kind = archives.kind_of(self.folder / target)
        place = len(self.pieces)
        folder = self._unpack(file, target, kind, depth, onto) if kind in archives.READABLE else None
        inside = self.pieces[place:]
        fate, kept = Fate.LAID, True
        if kind == archives.UNREADABLE:
            said.append(_("Archives of this kind cannot be unpacked; it was kept as it is."))
            look = True
        elif isinstance(folder, RefusedError):
            said.append(_("It was kept as it is: {reason}.", reason=folder))
            look = True
        elif folder is not None:
            fate = Fate.UNPACKED
            if any(piece.fate is Fate.REFUSED for piece in inside):
                said.append(_("Not all of it could be unpacked; it was kept, too."))
                look = True
            elif not inside:
                said.append(_("It is empty."))
                look = True
            else:
                kept = not any(".ipynb" in piece.source.casefold() for piece in inside)  # data stay data
        if not kept:
            self._remove(target)
        self.pieces.insert(place, Piece(file.source, fate, target if kept else None, " ".join(said), look))
        return folder if isinstance(folder, PurePosixPath) else None

    def _unpack(
        self, file: Incoming, target: PurePosixPath, kind: str, depth: int, onto: PurePosixPath | None
    ) -> PurePosixPath | RefusedError | None:
        """Unpack the archive at ``target`` and return the folder, None where it is none, or why it cannot be."""
        if depth >= self._limits.archives:
            return RefusedError(_("it lies in too many other archives"))
        stem = archives.stem_of(target.name)
        folder = onto or self._free(target.parent / stem, fresh=True)
        try:
            with archives.opened(self.folder / target, kind, self._limits) as members:
                if members is None:
                    return None
                for member in members:
                    inner = Incoming(f"{file.source}{INTO}{self._shown(member.name)}", member.name, member.opened)
                    self._lay_one(inner, member.name, folder, depth + 1, older=onto is not None)
        except RefusedError as error:
            return error
        return folder

    def _shown(self, path: str) -> str:
        return "/".join(map(self._renamed, path.replace("\\", "/").split("/")))

    # -------------------------------------------------------------------------------------------- the disk

    def _write(self, target: PurePosixPath, opened: Callable[[], IO[bytes]]) -> None:
        if self._files >= self._limits.files:
            raise RefusedError(_("the hand-in has more than {n} files", n=self._limits.files))
        place = self.folder / target
        place.parent.mkdir(parents=True, exist_ok=True)
        room = self._room
        try:
            with archives.damage_refused(), opened() as stream, place.open("xb") as file:
                while chunk := stream.read(_CHUNK):
                    self._room -= len(chunk)
                    if self._room < 0:
                        raise RefusedError(_("the hand-in is larger than {n} MiB", n=self._limits.bytes // 2**20))
                    file.write(chunk)
        except BaseException:
            place.unlink(missing_ok=True)
            self._room = room
            raise
        self._files += 1
        self._known[target.parent][target.name.casefold()] = (target.name, False)

    def _remove(self, target: PurePosixPath) -> None:
        self._room += (self.folder / target).stat().st_size
        (self.folder / target).unlink()
        self._files -= 1
        del self._known[target.parent][target.name.casefold()]

    def _is_file(self, path: PurePosixPath) -> bool:
        return self._known[path.parent].get(path.name.casefold(), ("", True))[1] is False

    def _free(self, path: PurePosixPath, *, fresh: bool = False) -> PurePosixPath:
        """Return ``path``, or one like it that collides with nothing, on any file system; ``fresh``: for a folder."""
        here = PurePosixPath()
        for part in path.parts[:-1]:
            here /= self._folder(here, part)
        name = next(name for name in _alike(path.name) if name.casefold() not in self._known[here])
        if fresh:
            self._known[here][name.casefold()] = (name, True)
        return here / name

    def _folder(self, here: PurePosixPath, wanted: str) -> str:
        """Return the folder ``wanted`` in ``here``, or one like it where a file has this name."""
        known = self._known[here]
        for name in _alike(wanted):
            actual, is_folder = known.setdefault(name.casefold(), (name, True))
            if is_folder:
                return actual
        raise AssertionError


def _alike(name: str) -> Iterator[str]:
    path = PurePosixPath(name)
    yield name
    number = 2
    while True:
        yield f"{path.stem}~{number}{path.suffix}"
        number += 1
