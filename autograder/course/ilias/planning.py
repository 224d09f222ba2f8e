"""Whose hand-in is which: the zip's folders, ILIAS's list, what is known from before, and what only a human can say."""

import hashlib
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from autograder.course.ilias.download import Download, Folder
from autograder.course.ilias.listing import Row
from autograder.course.ilias.names import fold, locked_name, version_of, without_late
from autograder.course.participants import Group, Mapping, Participant
from autograder.messages import _

ALL = "all"
_LONGEST_STUDENT = 100  # of the 128 characters that nbgrader's gradebook has for it


class PlanError(ValueError):
    """The zip and what comes with it do not fit together; the message says what to do."""


@dataclass(frozen=True)
class Answer:
    """Whose files of a team's count: those of ``who`` (a usr_id, or ALL), asked when there was what ``seen`` hashes."""

    who: str
    seen: str


@dataclass(frozen=True)
class Planned:
    """A hand-in to come: of ``group``, from ``folders``; ``files`` are their true names as far as the list has them.

    ``time`` is when it was handed in. ``said`` are decisions about it, ``doubts`` what a human should look at.
    A ``question`` has to be answered before anything of it is taken.
    """

    group: Group
    folders: tuple[Folder, ...]
    files: AnyMapping[int, tuple[str, ...]] = field(default_factory=dict)
    time: datetime | None = None
    said: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True)
class Plan:
    """What is to be collected. ``absent`` are in the list without files, ``doubts`` concern all of it.

    ``answers`` are those of the questions about teams that count from now on.
    """

    hand_ins: tuple[Planned, ...]
    absent: tuple[Group, ...]
    doubts: tuple[str, ...]
    answers: AnyMapping[int, Answer]

    @property
    def mapping(self) -> Mapping:
        """Who stands behind which hand-in."""
        return Mapping((*(planned.group for planned in self.hand_ins), *self.absent))


@dataclass(frozen=True)
class Known:
    """What earlier runs left: the mapping of this sheet, those of others, and answers to questions."""

    here: Mapping = field(default_factory=Mapping)
    elsewhere: tuple[Mapping, ...] = ()
    answers: AnyMapping[int, Answer] = field(default_factory=dict)


def plan(
    download: Download, rows: Sequence[Row] | None, known: Known, taken: AnyMapping[str, str], *, anonymous: bool
) -> Plan:
    """Decide whose hand-in is which; ``rows`` is ILIAS's list, ``taken`` answers questions: team (or ``*``) -> who.

    Raises:
        PlanError: the list belongs to another zip, an answer fits no team, or pseudonyms would be given too late.

    """
    if known.here.groups and known.here.anonymous != anonymous:
        raise PlanError(_wrong_mode(anonymous))
    return _Planning(download, rows, known, anonymous).run(taken)


def _wrong_mode(anonymous: bool) -> str:
    if anonymous:
        return _("This sheet was collected under names already; --anonymous has to be there from the first time on.")
    return _("This sheet was collected anonymously before: --anonymous is missing.")


class _Planning:
    """One run of :func:`plan`."""

    def __init__(self, download: Download, rows: Sequence[Row] | None, known: Known, anonymous: bool) -> None:
        self.folders = download.folders
        self.rows = list(rows or ())
        self.listed = rows is not None
        self.known = known
        self.anonymous = anonymous
        self.row_of = _match(self.folders, self.rows)
        self.people = _people((known.here, *known.elsewhere))
        self.used = {name for group in known.here.groups for name in (group.student, group.pseudonym) if name}
        self.doubts: list[str] = []
        self.answers: dict[int, Answer] = {}

    def run(self, taken: AnyMapping[str, str]) -> Plan:
        if self.listed and not self.row_of:
            raise PlanError(_("The Excel list and the zip have nobody in common: they belong to different sheets."))
        if not self.listed:
            text = _("Without ILIAS's Excel list there are no times, true names or members who uploaded nothing.")
            self.doubts.append(text)
        teams: dict[int, list[Folder]] = defaultdict(list)
        for folder in self.folders:
            if folder.team_id is not None:
                teams[folder.team_id].append(folder)
        wanted = _answers(taken, teams)
        hand_ins = [self.single(folder) for folder in self.folders if folder.team_id is None]
        hand_ins += [self.team(team_id, folders, wanted.get(team_id)) for team_id, folders in teams.items()]
        hand_ins.sort(key=lambda planned: planned.group.student)
        absent = tuple(self.absent(set(teams)))
        return Plan(tuple(hand_ins), absent, tuple(self.doubts), self.answers)

    # -------------------------------------------------------------------------------------------- hand-ins

    def single(self, folder: Folder) -> Planned:
        row = self.row_of.get(folder.usr_id)
        group = self.group((self.participant(folder),), None, folder.name)
        doubts = [*self.unlisted(folder), *self.timeless([folder], row.time if row else None, row.said if row else "")]
        if row is not None:
            doubts += _missing(row.files, [folder])
        files = {folder.usr_id: row.files} if row else {}
        return Planned(group, (folder,), files, row.time if row else None, (), tuple(doubts))

    def team(self, team_id: int, folders: list[Folder], wanted: str | None) -> Planned:
        rows = [row for row in self.rows if row.team_id == team_id]
        rows += [row for folder in folders if (row := self.row_of.get(folder.usr_id)) and row not in rows]
        uploaders = tuple(self.participant(folder) for folder in folders)
        group = self.group((*uploaders, *self.others(team_id, uploaders, rows)), team_id, f"Team_{team_id}")
        times = [row.time for row in rows if row.time is not None]
        time = max(times, default=None)
        doubts = [text for folder in folders for text in self.unlisted(folder)]
        doubts += self.timeless(folders, time, next((row.said for row in rows if row.said), ""))
        titles = tuple(dict.fromkeys(title for row in rows for title in row.files))
        doubts += _missing(titles, folders)
        if not self.listed:
            doubts.append(_("Without the list, only who uploaded is known to be in the team."))
        files = {folder.usr_id: titles for folder in folders}
        chosen, said, question = self.choose(team_id, folders, wanted)
        return Planned(group, chosen, files, time, said, tuple(doubts), question)

    def choose(
        self, team_id: int, folders: list[Folder], wanted: str | None
    ) -> tuple[tuple[Folder, ...], tuple[str, ...], str]:
        """Return whose files of a team's count, what is to be said about it, and the question if it is open."""
        full = [folder for folder in folders if folder.contents]
        if len(full) < 2:
            return tuple(folders), (), ""
        seen = hashlib.sha256(repr([(one.name, sorted(one.contents)) for one in full]).encode()).hexdigest()
        answer = Answer(_who(wanted, full, self.row_of, team_id), seen) if wanted else self.known.answers.get(team_id)
        names = ", ".join(self.called(folder) for folder in full)
        if answer is not None and answer.seen == seen:
            self.answers[team_id] = answer
            if answer.who == ALL:
                return tuple(full), (_("{names} uploaded; the files of all count, as you said.", names=names),), ""
            chosen = [folder for folder in full if str(folder.usr_id) == answer.who]
            if chosen:
                who = self.called(chosen[0])
                text = _("{names} uploaded; {who} counts, as you said.", names=names, who=who)
                return tuple(chosen), (text,), ""
        if len({folder.contents for folder in full}) == 1:
            return (full[0],), (_("{names} uploaded the same files.", names=names),), ""
        question = _(
            "{names} uploaded different files for Team {team}. Whose count? Collect again with {options}.",
            names=names,
            team=team_id,
            options=" / ".join(f"--take {team_id}={one}" for one in (*map(self.called, full), ALL)),
        )
        return (), (), question

    # -------------------------------------------------------------------------------------------- people

    def participant(self, folder: Folder) -> Participant:
        row = self.row_of.get(folder.usr_id)
        if row is not None:
            return Participant(folder.usr_id, row.login, row.last_name, row.first_name, folder.name)
        before = self.people.get(folder.usr_id, Participant(folder.usr_id))
        return replace(before, folder=folder.name)

    def others(self, team_id: int, uploaders: Sequence[Participant], rows: Sequence[Row]) -> list[Participant]:
        """Return the members of a team who uploaded nothing, by the list, or as they were known before."""
        if not self.listed:
            before = self.known.here.of_team(team_id)
            here = {one.usr_id for one in uploaders}
            return [one for one in (before.members if before else ()) if one.usr_id is None or one.usr_id not in here]
        logins = {one.login for one in uploaders}
        return [self.listed_only(row) for row in rows if row.login not in logins]

    def listed_only(self, row: Row) -> Participant:
        """Return who is in the list without a folder; another sheet may know the usr_id."""
        before = self.people.get(row.login)
        return Participant(before.usr_id if before else None, row.login, row.last_name, row.first_name)

    def absent(self, teams: set[int]) -> Iterable[Group]:
        """Yield who is in the list with nothing in the zip, teams as one."""
        matched = {row.login for row in self.row_of.values()}
        missing: dict[int | str, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.login not in matched and row.team_id not in teams:
                missing[row.login if row.team_id is None else row.team_id].append(row)
        for rows in missing.values():
            team_id = rows[0].team_id
            members = tuple(self.listed_only(row) for row in rows)
            name = fold(f"{rows[0].last_name}_{rows[0].first_name}_{rows[0].login}")
            yield self.group(members, team_id, name if team_id is None else f"Team_{team_id}")

    def group(self, members: tuple[Participant, ...], team_id: int | None, name: str) -> Group:
        """Return the group of ``members``, called as in earlier runs if it was there."""
        before = self.before(members, team_id)
        student = before.student if before else _free(_student(name), self.used)
        pseudonym = ""
        if self.anonymous:
            pseudonym = (before and before.pseudonym) or self.elsewhere(members, team_id) or _pseudonym(self.used)
        self.used |= {student, pseudonym}
        return Group(student, members, team_id, pseudonym)

    def before(self, members: Sequence[Participant], team_id: int | None) -> Group | None:
        if team_id is not None:
            return self.known.here.of_team(team_id)
        (one,) = members
        for group in self.known.here.groups:
            if group.team_id is None and any(_same(one, other) for other in group.members):
                return group
        return None

    def elsewhere(self, members: Sequence[Participant], team_id: int | None) -> str:
        """Return the pseudonym that a single person has on other sheets, so that nbgrader adds up their points."""
        if team_id is not None:
            return ""
        (one,) = members
        groups = (group for mapping in self.known.elsewhere for group in mapping if group.team_id is None)
        return next((group.pseudonym for group in groups if group.pseudonym and _same(one, group.members[0])), "")

    def called(self, folder: Folder) -> str:
        """Return what a person is to be called in a question and in its answer."""
        row = self.row_of.get(folder.usr_id)
        return row.login if row and " " not in row.login else str(folder.usr_id)

    # -------------------------------------------------------------------------------------------- doubts

    def unlisted(self, folder: Folder) -> list[str]:
        row = self.row_of.get(folder.usr_id)
        if self.listed and row is None:
            return [_("{folder} is not in the Excel list.", folder=folder.name)]
        if row is not None and row.team_id is not None and row.team_id != folder.team_id:
            return [_("The Excel list says Team {team}, the zip does not.", team=row.team_id)]
        return []

    def timeless(self, folders: Sequence[Folder], time: datetime | None, said: str) -> list[str]:
        """Say what is doubtful about the time of a hand-in."""
        if time is not None:
            return []
        if said:
            return [_("The Excel list says a time that cannot be read: {time}", time=said)]
        late = any(without_late(upload.path)[1] for folder in folders for upload in folder.uploads)
        return [_("ILIAS marks it as late; without the Excel list it is not known by how much.")] if late else []


def _match(folders: Sequence[Folder], rows: Sequence[Row]) -> dict[int, Row]:
    """Return the row of each folder by usr_id: names and login, folded, are the folder without its number."""
    whole: dict[str, list[Row]] = defaultdict(list)
    logins: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        whole[fold("_".join((row.last_name.strip(), row.first_name.strip(), row.login)))].append(row)
        logins[fold(row.login)].append(row)
    found = {}
    for folder in folders:
        stem = folder.name.rpartition("_")[0]
        fitting = whole.get(stem) or [
            row for login, some in logins.items() if login and stem.endswith(f"_{login}") for row in some
        ]
        if len(fitting) == 1:
            found[folder.usr_id] = fitting[0]
    return found


def _people(mappings: Iterable[Mapping]) -> dict[int | str, Participant]:
    """Return everybody known, by usr_id and by login."""
    people: dict[int | str, Participant] = {}
    for mapping in mappings:
        for group in mapping:
            for one in group.members:
                if one.usr_id is not None and one.login:
                    people.setdefault(one.usr_id, one)
                    people.setdefault(one.login, one)
    return people


def _same(one: Participant, other: Participant) -> bool:
    if one.usr_id is not None and other.usr_id is not None:
        return one.usr_id == other.usr_id
    return bool(one.login) and one.login == other.login


def _student(name: str) -> str:
    """Return a name for nbgrader: no pattern, no path, no longer than its gradebook allows."""
    plain = re.sub(r"[^A-Za-z0-9._@-]", "_", fold(name)).lstrip(".-")
    start, _underscore, number = plain.rpartition("_")
    return plain if len(plain) <= _LONGEST_STUDENT else f"{start[: _LONGEST_STUDENT - len(number) - 1]}_{number}"


def _free(name: str, used: set[str]) -> str:
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, 10_000))) if one not in used)


def _pseudonym(used: set[str]) -> str:
    return next(one for one in iter(lambda: f"anonym-{secrets.token_hex(3)}", "") if one not in used)


def _missing(titles: Sequence[str], folders: Sequence[Folder]) -> list[str]:
    """Say which files the list names and the zip lacks."""
    there = {version_of(without_late(upload.path)[0])[0] for folder in folders for upload in folder.uploads}
    gone = [
        title for title in titles if not {fold(title), version_of(fold(title))[0], fold(locked_name(title))} & there
    ]
    return [_("The Excel list names files that the zip lacks: {names}", names=", ".join(gone))] if gone else []


def _answers(taken: AnyMapping[str, str], teams: AnyMapping[int, Sequence[Folder]]) -> dict[int, str]:
    """Return the answers by team; a star answers for all."""
    wanted = dict.fromkeys(teams, taken["*"]) if "*" in taken else {}
    for name, who in taken.items():
        if name == "*":
            continue
        number = name.casefold().removeprefix("team").strip(" _")
        if not number.isdecimal() or int(number) not in teams:
            known = ", ".join(map(str, sorted(teams))) or "-"
            raise PlanError(_("--take {name}: the zip has no such team, but {known}", name=name, known=known))
        wanted[int(number)] = who
    return wanted


def _who(wanted: str, folders: Sequence[Folder], rows: AnyMapping[int, Row], team_id: int) -> str:
    """Return whom an answer means: by login, usr_id or folder."""
    if wanted == ALL:
        return ALL
    for folder in folders:
        row = rows.get(folder.usr_id)
        stem = folder.name.rpartition("_")[0]
        by_name = wanted in (str(folder.usr_id), folder.name) or stem.endswith(f"_{fold(wanted)}")
        if (row is not None and row.login == wanted) or by_name:
            return str(folder.usr_id)
    names = ", ".join(folder.name for folder in folders)
    raise PlanError(
        _("--take {team}={who}: nobody of that name uploaded, but {names}", team=team_id, who=wanted, names=names)
    )
