"""From ILIAS's zip to ``submitted/``: each hand-in is made ready aside, compared, and put in place in one step.

Running it again, with the same zip or a newer one, changes what changed. What somebody changed by hand in
``submitted/`` stays, and so does what a newer zip lacks; the report says so.
"""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.course.ilias import gradebook as book
from autograder.course.ilias.anonymity import without_names
from autograder.course.ilias.archives import RefusedError, open_zipped
from autograder.course.ilias.download import Download, DownloadError, Folder, Upload, survey
from autograder.course.ilias.imported import Collected, Import, Status
from autograder.course.ilias.limits import LIMITS, Limits
from autograder.course.ilias.listing import ListError, Row, read_list
from autograder.course.ilias.names import LOCKED, guessed_python, true_name, without_late
from autograder.course.ilias.planning import Known, Plan, PlanError, Planned, plan
from autograder.course.ilias.settings import Collect, DeadlineError
from autograder.course.ilias.state import FILE as STATE
from autograder.course.ilias.state import State, StateError, read_state, write_state
from autograder.course.ilias.unpacking import Fate, Incoming, Piece, Unpacker
from autograder.course.participants import (
    FILE,
    FOLDER,
    Group,
    Mapping,
    MappingError,
    Participant,
    mapping_path,
    read_mapping,
    write_mapping,
)
from autograder.course.pipeline import Pipeline
from autograder.grading.files import TIMESTAMP, digest
from autograder.grading.recovery import HandIn, is_litter, recover
from autograder.messages import _

_ASIDE = ".collecting-"  # in submitted/, where nbgrader does not look
_SCANS = {".pdf", ".jpg", ".jpeg", ".png", ".heic", ".heif", ".tif", ".tiff", ".webp"}
_FEEDBACK = "Feedback_files"  # what participants wrote to each other


class CollectError(RuntimeError):
    """Nothing was collected; the message says why and what to do."""


@dataclass(frozen=True)
class Wanted:
    """What to collect and how; ``taken`` answers questions (team -> who), ``deadline`` overrides the configuration."""

    archive: Path
    listing: Path | None = None
    taken: AnyMapping[str, str] = field(default_factory=dict)
    deadline: str | None = None
    anonymous: bool = False
    dry_run: bool = False


def collect(pipeline: Pipeline, assignment: str, wanted: Wanted, limits: Limits = LIMITS) -> Import:
    """Fill ``submitted/`` with the hand-ins of ``assignment``; the caller holds the course's lock.

    Raises:
        CollectError: the files are not ILIAS's, or do not fit together.

    """
    try:
        archive = zipfile.ZipFile(wanted.archive)
    except (zipfile.BadZipFile, OSError) as error:
        raise CollectError(_("{path} is no zip that can be read", path=wanted.archive)) from error
    try:
        with archive:
            return _Collecting(pipeline, assignment, wanted, archive, limits).run()
    except (DeadlineError, DownloadError, ListError, PlanError, MappingError, StateError) as error:
        raise CollectError(str(error)) from error


@dataclass(frozen=True)
class _Ready:
    """A hand-in as it is to lie in ``place``: made ready in ``folder``, with the hash of what is there."""

    told: Collected
    group: Group
    folder: Path
    place: Path
    hash: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether ``place`` holds, or is going to hold, what is in ``folder``."""
        return self.told.status in (Status.NEW, Status.CHANGED, Status.SAME)


class _Collecting:
    """One run of :func:`collect`."""

    def __init__(
        self, pipeline: Pipeline, assignment: str, wanted: Wanted, archive: zipfile.ZipFile, limits: Limits
    ) -> None:
        self.pipeline, self.assignment, self.wanted = pipeline, assignment, wanted
        self.archive, self.limits = archive, limits
        self.settings = pipeline.configured(Collect)
        self.sheet = pipeline.sheet(assignment)
        self.beside = self.sheet.beside()
        self.folder = pipeline.root / FOLDER / assignment
        self.state = read_state(self.folder / STATE)
        here = mapping_path(pipeline.root, assignment)
        others = sorted(path for path in here.parent.parent.glob(f"*/{FILE}") if path != here)
        self.known = Known(read_mapping(here), tuple(map(read_mapping, others)), self.state.answers)
        self.rest: list[Piece] = []
        self.listing = ""

    def run(self) -> Import:
        deadline = self.settings.deadline(self.assignment, self.wanted.deadline)
        download = survey(self.archive)
        rows = self._rows(download)
        self._account_for(download)
        found = plan(download, rows, self.known, self.wanted.taken, anonymous=self.wanted.anonymous)
        with self._aside() as aside:
            ready = [self._make_ready(one, aside / str(n), rows is not None) for n, one in enumerate(found.hand_ins)]
            if not self.wanted.dry_run:
                self._put_in_place(found, ready, aside)
        with self.pipeline.gradebook() as gradebook:
            if not self.wanted.dry_run:
                book.register(gradebook, [one.group for one in ready if one.place.is_dir()])
                if deadline is not None:
                    book.set_deadline(gradebook, self.assignment, deadline)
            deadline = deadline or book.deadline_of(gradebook, self.assignment)
        deadline = deadline and deadline.astimezone(self.settings.zone)
        return Import(
            self.assignment,
            self.wanted.archive.name,
            self.listing,
            (*(one.told for one in ready), *self._gone(ready)),
            () if self.wanted.anonymous else tuple(_names(group.members) for group in found.absent),
            tuple(self.rest),
            found.doubts,
            deadline,
            self.wanted.anonymous,
            self.wanted.dry_run,
        )

    # -------------------------------------------------------------------------------------------- what there is

    def _rows(self, download: Download) -> list[Row] | None:
        """Read the list: the given one, else that in the zip."""
        inside = download.listing
        if self.wanted.listing is not None:
            self.listing = self.wanted.listing.name
            if inside is not None:
                self.rest.append(Piece(inside.path, Fate.OLDER, why=_("The given list was read instead.")))
            return read_list(self.wanted.listing, self.settings.zone)
        if inside is None:
            return None
        self.listing = inside.path
        self.rest.append(Piece(inside.path, Fate.READ, why=_("The Excel list of ILIAS; it was read.")))
        with self.archive.open(inside.entry) as file:
            return read_list(file, self.settings.zone)

    def _account_for(self, download: Download) -> None:
        """Say what becomes of files that belong to nobody."""
        for upload in download.rest:
            parts = upload.path.split("/")
            if any(map(is_litter, parts)):
                self.rest.append(Piece(upload.path, Fate.LITTER))
            elif _FEEDBACK in parts:
                self.rest.append(Piece(upload.path, Fate.REFUSED, why=_("Feedback of participants to each other.")))
            else:
                why = _("It lies in no participant's folder.")
                self.rest.append(Piece(upload.path, Fate.REFUSED, why=why, look=True))

    # -------------------------------------------------------------------------------------------- one hand-in

    def _make_ready(self, planned: Planned, folder: Path, listed: bool) -> _Ready:
        """Lay out a hand-in in ``folder`` and find out what would change if it were put in place."""
        group = planned.group
        place = self.pipeline.folder("submitted", group.nbgrader_student, self.assignment)
        who = "" if self.wanted.anonymous else _names(group.members)
        said, doubts = (tuple(map(self._renaming(group), texts)) for texts in (planned.said, planned.doubts))
        time = planned.time and planned.time.astimezone(self.settings.zone)
        told = Collected(group.nbgrader_student, Status.EMPTY, who, time, said=said, doubts=doubts)
        if planned.question:
            # the question names people, so it must not stand beside their pseudonym
            asked = replace(told, student=group.student, status=Status.ASKED, doubts=(planned.question, *told.doubts))
            if place.is_dir():
                asked = replace(asked, said=(*asked.said, _("What was collected before stays for now.")))
            return _Ready(asked, group, folder, place)
        folder.mkdir()
        unpacker = self._lay(planned, folder)
        if not any(piece.target for piece in unpacker.pieces):
            doubts = (*told.doubts, _("Nothing was handed in."))
            return _Ready(replace(told, pieces=tuple(unpacker.pieces), doubts=doubts), group, folder, place)
        hand_in = recover(folder, self.sheet.release, self.beside)
        told = _told(told, unpacker.pieces, hand_in, self.sheet.release)
        if planned.time is not None:
            (folder / TIMESTAMP).write_text(f"{planned.time:%F %T} UTC\n", encoding="utf-8")
        elif not listed and (place / TIMESTAMP).is_file():
            told = self._keep_time(told, folder, place)
        ready = _Ready(told, group, folder, place, digest(folder))
        return replace(ready, told=self._compared(ready))

    def _renaming(self, group: Group) -> Callable[[str], str]:
        """Return what takes the names of a group out of a text, if nobody is to read them."""
        return without_names(group.members) if self.wanted.anonymous else str

    def _lay(self, planned: Planned, folder: Path) -> Unpacker:
        renamed = self._renaming(planned.group)
        unpacker = Unpacker(folder, self.limits, renamed)
        for number, one in enumerate(planned.folders, start=1):
            within = PurePosixPath()
            if len(planned.folders) > 1:
                within = PurePosixPath(_("part {n}", n=number) if self.wanted.anonymous else one.name)
            titles = planned.files.get(one.usr_id, ())
            unpacker.lay([self._incoming(one, upload, titles, renamed) for upload in one.uploads], within)
        return unpacker

    def _incoming(
        self, folder: Folder, upload: Upload, titles: Iterable[str], renamed: Callable[[str], str]
    ) -> Incoming:
        """Give a file its true name."""
        name, late = without_late(upload.path)
        called = true_name(name, titles)
        opened = partial(open_zipped, self.archive, upload.entry, self.limits)
        why = [_("ILIAS marks it as late.")] if late else []
        if called.endswith(LOCKED) and (guess := guessed_python(called)) and self._is_text(upload):
            called = guess
        if called != name:
            why.append(_("In ILIAS's zip it is called {name}.", name=renamed(name)))
        source = renamed(upload.path) if self.wanted.anonymous else _place(folder, upload)
        return Incoming(source, called, opened, " ".join(why))

    def _is_text(self, upload: Upload) -> bool:
        try:
            with open_zipped(self.archive, upload.entry, self.limits) as file:
                file.read(self.limits.slack).decode("utf-8")
        except (RefusedError, UnicodeDecodeError):
            return False
        return True

    def _keep_time(self, told: Collected, folder: Path, place: Path) -> Collected:
        """Without a list, keep the time of an earlier one as long as nothing else has changed."""
        before = (place / TIMESTAMP).read_bytes()
        (folder / TIMESTAMP).write_bytes(before)
        if digest(folder) == digest(place):
            return told
        (folder / TIMESTAMP).unlink()
        doubt = _("It has changed; without the Excel list its time is not known any more.")
        return replace(told, doubts=(*told.doubts, doubt))

    def _compared(self, ready: _Ready) -> Collected:
        """Say what becomes of a hand-in, given what lies in its place."""
        told = ready.told
        if not ready.place.is_dir():
            return replace(told, status=Status.NEW)
        there = digest(ready.place)
        ours = self.state.placed.get(told.student, ())
        if there == ready.hash:
            return replace(told, status=Status.SAME)
        if there in ours:
            return replace(told, status=Status.CHANGED)
        if ready.hash in ours:
            text = _("It was changed by hand in submitted/ and stays as it is there.")
            return replace(told, status=Status.KEPT, said=(*told.said, text))
        text = _(
            "It was changed by hand in submitted/ and stays, but the zip has something new. To take that, remove "
            "{folder} and collect again.",
            folder=ready.place.relative_to(self.pipeline.root),
        )
        return replace(told, status=Status.KEPT, doubts=(*told.doubts, text))

    def _gone(self, ready: Iterable[_Ready]) -> Iterator[Collected]:
        """Tell of hand-ins that came from an earlier zip, and that this one lacks."""
        for student in sorted(self.state.placed.keys() - {one.group.nbgrader_student for one in ready}):
            if self.pipeline.folder("submitted", student, self.assignment).is_dir():
                doubt = _("An earlier zip had it, this one has not. It stays until you remove it.")
                yield Collected(student, Status.GONE, doubts=(doubt,))

    # -------------------------------------------------------------------------------------------- the disk

    @contextmanager
    def _aside(self) -> Iterator[Path]:
        """Give a folder to make hand-ins ready in, on the disk of submitted/ unless nothing is to be written there."""
        if self.wanted.dry_run:
            with tempfile.TemporaryDirectory() as scratch:
                yield Path(scratch)
            return
        submitted = self.pipeline.folder("submitted", "x", self.assignment).parents[1]
        submitted.mkdir(exist_ok=True)
        for left in submitted.glob(f"{_ASIDE}*"):  # by a run that was killed
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=submitted) as scratch:
            yield Path(scratch)

    def _put_in_place(self, found: Plan, ready: list[_Ready], aside: Path) -> None:
        """Move hand-ins to their places. Whenever this is stopped, each is there whole, and the next run goes on."""
        write_mapping(self.folder / FILE, self._with_gone(found))  # first: a pseudonym that nobody knows would be lost
        placed = dict(self.state.placed)
        ours = [one for one in ready if one.is_ours]
        announced = {one.told.student: (*placed.get(one.told.student, ()), one.hash) for one in ours}
        write_state(self.folder / STATE, State(placed | announced, found.answers))
        os.sync()  # what is moved into place has to be on the disk before
        for number, one in enumerate(ours):
            if one.told.status is Status.SAME:
                continue
            one.place.parent.mkdir(parents=True, exist_ok=True)
            if one.place.is_dir():
                one.place.rename(aside / f"before-{number}")
            one.folder.rename(one.place)
        write_state(self.folder / STATE, State(placed | {one.told.student: (one.hash,) for one in ours}, found.answers))

    def _with_gone(self, found: Plan) -> Mapping:
        """Return the mapping, with whoever only an earlier zip had, unless they are in a new group now."""
        mapped = {one for group in found.mapping for member in group.members for one in (member.usr_id, member.login)}
        students = {group.student for group in found.mapping}
        left = []
        for group in self.known.here:
            members = tuple(one for one in group.members if not {one.usr_id, one.login or None} & (mapped - {None}))
            if group.student not in students and members:
                left.append(replace(group, members=members))
        return Mapping((*found.mapping.groups, *left))


def _told(told: Collected, pieces: Iterable[Piece], hand_in: HandIn, release: AnyMapping[str, object]) -> Collected:
    """Add to what is told what grading will find: which file is which notebook, and which version counts."""
    counted = {path for paths in hand_in.origins.values() for path in paths}
    found = tuple(name for name in release if hand_in.origins.get(name))
    notes = dict.fromkeys(f"{name}: {note}" for name in release for note in hand_in.notes.get(name, ()))
    doubts = list(told.doubts)
    if not found:
        doubts.append(_("No notebook of this sheet was found in the hand-in."))
    return replace(
        told,
        notebooks=found,
        missing=tuple(name for name in release if name not in found),
        pieces=tuple(_recognised(piece, hand_in, counted) for piece in pieces),
        said=(*told.said, *notes),
        doubts=tuple(doubts),
    )


def _recognised(piece: Piece, hand_in: HandIn, counted: set[PurePosixPath]) -> Piece:
    """Say what a file that was laid is taken for."""
    target = piece.target
    if target is None or piece.fate is not Fate.LAID:
        return piece
    if target in hand_in.unread:
        why = _("It cannot be read: {reason}.", reason=hand_in.unread[target])
        return replace(piece, why=f"{piece.why} {why}".strip(), look=True)
    if target in hand_in.versions or target in counted:
        notebook = hand_in.versions.get(target, "")
        return replace(piece, holds=notebook, counts=target in counted)
    suffix = target.suffix.casefold()
    if suffix in _SCANS:
        return replace(piece, why=f"{piece.why} {_('A scan or picture, for you to look at.')}".strip())
    if suffix == ".ipynb":
        return replace(piece, why=f"{piece.why} {_('It fits no notebook of this sheet.')}".strip(), look=True)
    if suffix == LOCKED:
        text = _("ILIAS locked the file, since it does not know its kind. Have a look at what it is.")
        return replace(piece, why=f"{piece.why} {text}".strip(), look=True)
    return piece


def _names(people: Iterable[Participant]) -> str:
    return ", ".join(one.name for one in people)


def _place(folder: Folder, upload: Upload) -> str:
    """Return where a file lies in the zip, from the folder of its team or person on."""
    team = () if folder.team_id is None else (f"Team {folder.team_id}",)
    return "/".join((*team, folder.name, upload.path))
