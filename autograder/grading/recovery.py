"""From the folder that a student handed in to the notebooks of the sheet, whatever their files are called.

Files are recognised by the cells in them, and by their name where that says nothing. The folder stays as it is.
"""

import os
import re
import stat
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode, v4
from nbgrader import utils

from autograder.grading.files import TIMESTAMP
from autograder.grading.reading import LARGEST_FILE, UnreadableNotebookError, read_bytes, read_submission
from autograder.grading.recognition import Masters, answers, masters_of, recognise
from autograder.grading.review import has_scannable, is_scan
from autograder.messages import _

MOST_FILES = 500
MOST_BYTES = 256 * 2**20
DEEPEST = 8
_JUNK = {"__MACOSX", "__pycache__", ".DS_Store", "Thumbs.db", "desktop.ini"}
_MISTAKEN = {".py", ".txt", ".json", ".html", ".htm", ".pdf", ".zip", ".tex", ".md", ".docx", ".odt", ".rar", ".7z"}
_COPY = re.compile(r"(?:[\s_-]*(?:\(\d+\)|-?(?:kopie|copy)\s*\(?\d*\)?))+$")
_COPY_OF = re.compile(r"^(?:kopie von|copy of|kopie|copy)[\s_-]+")


@dataclass
class HandIn:
    """What was handed in, sorted out: notebooks and notes by the notebook's name, and what lies beside them.

    ``files`` maps where a file is to lie, relative to the notebooks, to where it is; all of them are regular files.
    ``versions`` says which notebook a file holds, ``origins`` which of them counted for it, ``unread`` why a file that
    should hold one could not be read.
    """

    notebooks: dict[str, NotebookNode] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    files: dict[PurePosixPath, Path] = field(default_factory=dict)
    timestamp: str | None = None
    versions: dict[PurePosixPath, str] = field(default_factory=dict)
    origins: dict[str, tuple[PurePosixPath, ...]] = field(default_factory=dict)
    unread: dict[PurePosixPath, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _File:
    """A handed-in file that is a notebook: its path in the hand-in, and which notebooks of the sheet it holds."""

    path: PurePosixPath
    cells: tuple[NotebookNode, ...]
    notes: tuple[str, ...]
    owners: tuple[str | None, ...]  # of each cell, the notebook that alone has it

    @property
    def shares(self) -> Counter[str]:
        return Counter(owner for owner in self.owners if owner is not None)


def holds_anything(folder: Path) -> bool:
    """Tell whether anything was handed in: a file, or what stands in the place of one."""
    return any(True for _entry in _entries(folder, []))


def recover(folder: Path, release: Mapping[str, NotebookNode], beside: Collection[PurePosixPath] = ()) -> HandIn:
    """Sort out the hand-in in ``folder`` for the sheet ``release`` (name -> notebook).

    ``beside`` are the paths of the files that the sheet itself lays beside its notebooks. Notebooks that are missing
    in the hand-in are missing in the result; where nothing at all was found, the first one is there, empty.
    """
    return _Recovery(folder, release, beside).run()


def lay_out(hand_in: HandIn, folder: Path) -> None:
    """Copy what lies beside the notebooks into ``folder``."""
    for target, path in hand_in.files.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        (folder / target).write_bytes(read_bytes(path, MOST_BYTES))


class _Recovery:
    """One run of :func:`recover`."""

    def __init__(self, folder: Path, release: Mapping[str, NotebookNode], beside: Collection[PurePosixPath]) -> None:
        self.folder = folder
        self.release = release
        self.beside = beside
        self.masters = {name: masters_of(notebook) for name, notebook in release.items()}
        self.index = _Index(release)
        self.missing: set[str] = set()
        self.general: list[str] = []
        self.result = HandIn()

    def run(self) -> HandIn:
        files, rest = self._read()
        groups: dict[str, list[_File]] = defaultdict(list)
        for file in files:
            name = self._main(file)
            if name is None:
                text = _("The file {file} fits no notebook of this sheet and was left out.", file=_shown(file.path))
                self.general.append(text)
            else:
                groups[name].append(file)
                self.result.versions[file.path] = name
        self.missing = self.release.keys() - groups.keys()
        chosen: set[PurePosixPath] = set()
        for name in self.release:
            if name in groups:
                chosen.update(self._choose(name, groups[name]))
            else:
                self._from_others(name, files)
        self._explain_unread()
        self._lay_beside(rest, chosen)
        self._make_room_for_scans()
        self._attach_general()
        return self.result

    # -------------------------------------------------------------------------------------------- files

    def _read(self) -> tuple[list[_File], list[PurePosixPath]]:
        """Read what are notebooks, and return them and the paths of all other regular files."""
        files, rest = [], []
        room = MOST_BYTES
        for path, mode in _entries(self.folder, self.general):
            named = ".ipynb" in path.name.casefold()
            if not stat.S_ISREG(mode):
                if named:
                    self.result.unread[path] = _("it is not a regular file")
                else:
                    text = _("{file} is no regular file (a link, say) and was left out.", file=_shown(path))
                    self.general.append(text)
                continue
            size = (self.folder / path).lstat().st_size
            room -= size if named else 0
            if named and room < 0:
                self.result.unread[path] = _("the hand-in is too large")
            elif named or self._may_be_json(path):
                try:
                    files.append(self._file(path))
                except UnreadableNotebookError as error:
                    if named or (path.suffix.casefold() in _MISTAKEN and self._named(path)):
                        self.result.unread[path] = str(error)
                    else:
                        rest.append(path)
            else:
                if path.suffix.casefold() in _MISTAKEN and self._named(path):
                    self.result.unread[path] = _("it is no notebook (.ipynb)")
                rest.append(path)
        return files, rest

    def _file(self, path: PurePosixPath) -> _File:
        reading = read_submission(self.folder / path)
        cells = tuple(reading.notebook.cells)
        return _File(path, cells, reading.notes, tuple(self.index.owner(cell) for cell in cells))

    def _may_be_json(self, path: PurePosixPath) -> bool:
        """Tell whether a file of another name may be a notebook: saved as text, say."""
        if path.suffix.casefold() not in {".json", ".txt", ".py", ".sec", ""} or path.name == TIMESTAMP:
            return False
        try:
            start = read_bytes(self.folder / path, LARGEST_FILE)[:2000]
        except UnreadableNotebookError:
            return False
        return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and (b'"cells"' in start or b'"metadata"' in start)

    # -------------------------------------------------------------------------------------------- which notebook

    def _named(self, path: PurePosixPath) -> str | None:
        """Return the notebook that a file is named after, whatever was put in front of or behind its name."""
        stem = _plain(path.name)
        exact = [name for name in self.release if _plain(name) == stem]
        within = [name for name in self.release if len(name) > 4 and _plain(name) in stem]
        return next(iter(exact or (within if len(within) == 1 else [])), None)

    def _main(self, file: _File) -> str | None:
        """Return the notebook that most cells of ``file`` belong to; its name counts where the cells say nothing."""
        named = self._named(file.path)
        shares = file.shares
        if not shares:
            return named
        return max(shares, key=lambda name: (shares[name], name == named))

    def _choose(self, name: str, files: list[_File]) -> list[PurePosixPath]:
        """Take the notebook ``name`` from ``files``: the newest version, or all of its parts."""
        files = _unlike(files)
        masters = self.masters[name]
        answered = {file.path: _answered(file, masters) for file in files}
        parts = [file for file in files if answered[file.path]]
        if len(parts) > 1 and all(answered[a.path].isdisjoint(answered[b.path]) for a, b in _pairs(parts)):
            order = {grade_id: at for at, grade_id in enumerate(masters)}
            parts.sort(key=lambda file: min(order[grade_id] for grade_id in answered[file.path]))
            text = _("The notebook was put together from these files: {files}.", files=_list(parts))
            self._take(name, [cell for file in parts for cell in self._own(file)], [text], parts)
            return [file.path for file in parts]
        best = max(files, key=lambda file: (bool(answered[file.path]), _version(file.path), -len(file.path.parts)))
        notes = []
        if len(files) > 1:
            text = _(
                "There are {n} versions ({files}); {file} counts.",
                n=len(files),
                files=_list(files),
                file=_shown(best.path),
            )
            notes.append(text)
        elif str(best.path) != f"{name}.ipynb":
            notes.append(_("The notebook was found in the file {file}.", file=_shown(best.path)))
        self._take(name, self._own(best), notes, [best])
        return [best.path]

    def _from_others(self, name: str, files: list[_File]) -> None:
        """Look for a missing notebook within files that mainly hold another one."""
        holding = [file for file in files if _answered(file, self.masters[name]) and file.shares[name]]
        if not holding:
            return
        best = max(holding, key=lambda file: file.shares[name])
        cells = [cell for cell, owner in zip(best.cells, _neighbours(best.owners), strict=True) if owner == name]
        note = _("The notebook was found in the file {file}.", file=_shown(best.path))
        self._take(name, cells, [note], [best])

    def _own(self, file: _File) -> list[NotebookNode]:
        """Return the cells of ``file`` without those of notebooks that are found nowhere else."""
        others = {other for other in self.missing & file.shares.keys() if _answered(file, self.masters[other])}
        if not others:
            return list(file.cells)
        return [cell for cell, owner in zip(file.cells, _neighbours(file.owners), strict=True) if owner not in others]

    def _take(self, name: str, cells: Sequence[NotebookNode], notes: list[str], files: Sequence[_File]) -> None:
        notebook = v4.new_notebook()  # which would validate cells, as whoever writes it does
        notebook.cells = [NotebookNode(cell) for cell in cells]
        self.result.notebooks[name] = notebook
        self.result.notes[name] += [*notes, *(note for file in files for note in file.notes)]
        self.result.origins[name] = tuple(file.path for file in files)

    # -------------------------------------------------------------------------------------------- the rest

    def _explain_unread(self) -> None:
        """Grade the empty notebook in the place of one that cannot be read, and say why."""
        for path, reason in self.result.unread.items():
            name = self._named(path)
            if name is None or name in self.result.notebooks:
                notes = self.general if name is None else self.result.notes[name]
                notes.append(_("The file {name} could not be read: {reason}.", name=_shown(path), reason=reason))
                continue
            text = _(
                "The file {name} could not be read: {reason}. The empty notebook was graded in its place.",
                name=_shown(path),
                reason=reason,
            )
            self._take(name, self.release[name].cells, [text], [])

    def _lay_beside(self, paths: list[PurePosixPath], chosen: set[PurePosixPath]) -> None:
        """Lay other files where the notebooks look for them, and leave out what could get in the way."""
        folders = {path.parent for path in chosen}
        base = next(iter(folders)) if len(folders) == 1 else PurePosixPath()
        reserved = {*self.beside, *(PurePosixPath(f"{name}.ipynb") for name in self.release)}
        room = MOST_BYTES
        for path in paths:
            target = path.relative_to(base) if path.is_relative_to(base) else path
            if str(target) == TIMESTAMP:
                self._read_timestamp(path)
                continue
            room -= (self.folder / path).lstat().st_size
            fits = room >= 0 and os.access(self.folder / path, os.R_OK)
            if not fits or not _harmless(target) or target in self.result.files or _collides(target, reserved):
                text = _("The file {file} was not laid beside the notebooks (name or size).", file=_shown(path))
                self.general.append(text)
            else:
                self.result.files[target] = self.folder / path

    def _make_room_for_scans(self) -> None:
        """Grade the empty notebook where a scan may stand in for a missing one: a tutor needs a place for points."""
        if not any(map(is_scan, self.result.files)):
            return
        note = _("The notebook was not handed in; your tutor looks for its solution in your scan.")
        for name, notebook in self.release.items():
            if name not in self.result.notebooks and has_scannable(notebook):
                self._take(name, notebook.cells, [note], [])

    def _read_timestamp(self, path: PurePosixPath) -> None:
        try:
            self.result.timestamp = read_timestamp(self.folder / path)
        except UnreadableNotebookError as error:
            text = _("The file {file} says no time and was left out: {reason}.", file=_shown(path), reason=error)
            self.general.append(text)

    def _attach_general(self) -> None:
        """Put what concerns the whole hand-in into its first notebook."""
        first = next(iter(self.release))
        if not self.result.notebooks:
            self.general.append(_("No notebook of this sheet was found in the hand-in."))
            self._take(first, self.release[first].cells, [], [])
        name = next(name for name in self.release if name in self.result.notebooks)
        self.result.notes[name] += self.general
        self.result.notebooks = {n: self.result.notebooks[n] for n in self.release if n in self.result.notebooks}


class _Index:
    """Which notebook of a sheet has a cell: by its text, its grade id, its cell id or what it defines."""

    def __init__(self, release: Mapping[str, NotebookNode]) -> None:
        self.masters: dict[str, Masters] = {name: masters_of(notebook) for name, notebook in release.items()}
        self.texts: dict[str, set[str]] = defaultdict(set)
        self.ids: dict[str, set[str]] = defaultdict(set)
        for name, notebook in release.items():
            for cell in notebook.cells:
                self.texts[" ".join(cell.source.split())].add(name)
                self.ids[cell.get("id", "")].add(name)

    def owner(self, cell: NotebookNode) -> str | None:
        """Return the only notebook that ``cell`` can come from, or None."""
        text = " ".join(cell.source.split())
        if not text:
            return None
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        hints: tuple[Callable[[], set[str]], ...] = (  # the last one takes longest and is seldom needed
            lambda: self.texts.get(text, set()),
            lambda: {name for name, masters in self.masters.items() if grade_id in masters},
            lambda: self.ids.get(cell.get("id", ""), set()),
            lambda: {name for name, masters in self.masters.items() if recognise([cell], masters)[0] is not None},
        )
        return next((next(iter(names)) for hint in hints if len(names := hint()) == 1), None)


def read_timestamp(path: Path) -> str:
    """Return the time in nbgrader's ``timestamp.txt``, normalised.

    Raises :class:`UnreadableNotebookError` where it is none.
    """
    text = read_bytes(path, 1000).decode("utf-8", "replace").strip()
    try:
        if len(text) > 100:
            raise ValueError(text)
        return f"{utils.parse_utc(text).isoformat(sep=' ')} UTC"
    except Exception as error:  # dateutil raises what it stumbles over
        raise UnreadableNotebookError(_("it holds no date")) from error


def _entries(folder: Path, notes: list[str]) -> Iterator[tuple[PurePosixPath, int]]:
    """Yield all that lies in ``folder`` but sub-folders and junk, with its mode; links are not followed."""
    waiting = [PurePosixPath()]
    count = [0, 0]  # of other files, of notebooks
    while waiting:
        here = waiting.pop(0)
        try:
            found = sorted((folder / here).iterdir(), key=lambda path: path.name)
        except OSError:
            notes.append(_("The folder {file} could not be opened.", file=_shown(here)))
            continue
        for entry in found:
            if is_litter(entry.name):
                continue
            path = here / entry.name
            mode = entry.lstat().st_mode
            if stat.S_ISDIR(mode):
                if len(path.parts) <= DEEPEST:
                    waiting.append(path)
                else:
                    notes.append(_("The folder {file} lies too deep and was left out.", file=_shown(path)))
                if not entry.name.casefold().endswith(".ipynb"):
                    continue
            notebook = ".ipynb" in entry.name.casefold()
            count[notebook] += 1
            if count[notebook] <= MOST_FILES:
                yield path, mode
    if max(count) > MOST_FILES:
        notes.append(_("There are more than {n} files; the rest was left out.", n=MOST_FILES))


def is_litter(name: str) -> bool:
    """Tell whether a file or folder of this name was left by a system or a tool, not handed in."""
    return name in _JUNK or name.startswith(".")


def _plain(name: str) -> str:
    """Return a file's name without endings, marks of copies and differences of spelling."""
    text = unicodedata.normalize("NFKD", name).casefold()
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.split(r"\.(?:ipynb|py|txt|json|html?|pdf|zip|tex|md|sec)\b", " ".join(text.split()))[0]
    text = _COPY.sub("", _COPY_OF.sub("", text))
    return re.sub(r"[^a-z0-9]", "", text)


def _version(path: PurePosixPath) -> int:
    """Return the counter in a file's name: 0 for the plain name, 1 for a copy without a number."""
    found = re.findall(r"\((\d{1,6})\)|(?:kopie|copy)[\s(]*(\d{0,6})", path.name.casefold())
    return sum(int(one or other or 1) for one, other in found)


def _unlike(files: list[_File]) -> list[_File]:
    """Return ``files`` without those whose cells equal those of another one; the plainest path stays."""
    seen: dict[tuple[str, ...], _File] = {}
    for file in sorted(files, key=lambda file: (len(file.path.parts), _version(file.path), str(file.path))):
        seen.setdefault(tuple(cell.source for cell in file.cells), file)
    return list(seen.values())


def _answered(file: _File, masters: Masters) -> set[str]:
    """Return the solution cells that ``file`` holds an answer to."""
    return {
        name
        for name, cell in zip(recognise(file.cells, masters), file.cells, strict=True)
        if name is not None and utils.is_solution(masters[name]) and answers(cell, masters[name])
    }


def _neighbours(owners: Sequence[str | None]) -> list[str | None]:
    """Give cells without an owner that of the nearest cell above, else of the nearest below."""
    filled: list[str | None] = []
    for owner in owners:
        filled.append(owner or (filled[-1] if filled else None))
    first = next((owner for owner in owners if owner), None)
    return [owner or first for owner in filled]


def _pairs(files: list[_File]) -> Iterator[tuple[_File, _File]]:
    return ((one, other) for at, one in enumerate(files) for other in files[at + 1 :])


def _harmless(path: PurePosixPath) -> bool:
    """Tell whether a path can be written and logged: printable, of valid characters."""
    return str(path).isprintable()


def _collides(target: PurePosixPath, reserved: Collection[PurePosixPath]) -> bool:
    """Tell whether a file at ``target`` would be where the sheet needs a folder, or the other way round."""
    return any(target in path.parents or path in target.parents for path in reserved)


def _shown(path: PurePosixPath) -> str:
    """Return ``path`` for a note: what cannot be printed is replaced."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(path))[:200]


def _list(files: Sequence[_File]) -> str:
    return ", ".join(_shown(file.path) for file in files)
