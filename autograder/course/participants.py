"""Who stands behind which hand-in: the participants of an exercise, and nbgrader's student for them.

nbgrader knows one student per hand-in: a person, or a whole team. ILIAS knows people, by their ``usr_id``. The mapping
file ``collected/<sheet>/participants.csv`` ties both together, so that points and feedback reach every member. In
anonymous marking it alone knows whose a pseudonym is; that is why it never lies in ``submitted/``.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.files import write_whole
from autograder.messages import _

FOLDER = "collected"  # in the course's folder, for all that collecting writes beside submitted/
FILE = "participants.csv"
COLUMNS = ("student", "pseudonym", "team_id", "usr_id", "login", "last_name", "first_name", "folder")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


class MappingError(ValueError):
    """A mapping file cannot be read; the message says which line and why."""


@dataclass(frozen=True)
class Participant:
    """A person in ILIAS.

    ``folder`` is the name of their folder in the zip of all hand-ins, empty for who uploaded nothing: then ``usr_id``
    may be unknown (None). Without ILIAS's list of participants ``login`` and names are unknown (empty).
    """

    usr_id: int | None
    login: str = ""
    last_name: str = ""
    first_name: str = ""
    folder: str = ""

    @property
    def name(self) -> str:
        """The name to call them by, as well as it is known."""
        return f"{self.first_name} {self.last_name}".strip() or self.login or self.folder


@dataclass(frozen=True)
class Group:
    """Who hands in together: a person, or a team (``team_id``) with its members.

    ``student`` is named after them; ``pseudonym`` is empty unless they are marked anonymously.
    """

    student: str
    members: tuple[Participant, ...]
    team_id: int | None = None
    pseudonym: str = ""

    @property
    def nbgrader_student(self) -> str:
        """The student in nbgrader: the folder in ``submitted/``, ``autograded/`` and ``feedback/``."""
        return self.pseudonym or self.student


@dataclass(frozen=True)
class Mapping:
    """The groups of one sheet."""

    groups: tuple[Group, ...] = ()

    def __iter__(self) -> Iterator[Group]:
        """Go through the groups, in order of their students."""
        return iter(sorted(self.groups, key=lambda group: group.student))

    def of_student(self, nbgrader_student: str) -> Group | None:
        """Return who stands behind nbgrader's student; None for a hand-in that did not come from ILIAS."""
        return next((group for group in self.groups if group.nbgrader_student == nbgrader_student), None)

    def of_user(self, usr_id: int) -> Group | None:
        """Return the group of an ILIAS user."""
        return next((group for group in self.groups if any(one.usr_id == usr_id for one in group.members)), None)

    def of_team(self, team_id: int) -> Group | None:
        """Return a team."""
        return next((group for group in self.groups if group.team_id == team_id), None)

    @property
    def anonymous(self) -> bool:
        """Whether anybody is marked under a pseudonym."""
        return any(group.pseudonym for group in self.groups)


def mapping_path(root: Path, assignment: str) -> Path:
    """Return where the mapping of a sheet lies in the course in ``root``."""
    return root / FOLDER / assignment / FILE


def read_mapping(path: Path) -> Mapping:
    """Read a mapping; an empty one where there is no file.

    Raises:
        MappingError: it is none, or was damaged.

    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return Mapping()
    except UnicodeDecodeError:
        raise MappingError(_("{path}: not encoded as UTF-8", path=path)) from None
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    if set(rows.fieldnames or ()) != set(COLUMNS):
        raise MappingError(_("{path}: the first line must be {columns}", path=path, columns=";".join(COLUMNS)))
    groups: dict[str, Group] = {}
    for row in rows:
        try:
            group = _group({name: value.removeprefix("'") for name, value in row.items()})
        except (ValueError, AttributeError):
            raise MappingError(_("{path}: line {line} cannot be read", path=path, line=rows.line_num)) from None
        known = groups.get(group.student)
        if known is None:
            groups[group.student] = group
        elif (known.team_id, known.pseudonym) != (group.team_id, group.pseudonym):
            text = _(
                "{path}: line {line} contradicts one above about {name}",
                path=path,
                line=rows.line_num,
                name=group.student,
            )
            raise MappingError(text)
        else:
            members = known.members + group.members
            groups[group.student] = Group(group.student, members, group.team_id, group.pseudonym)
    return Mapping(tuple(groups.values()))


def write_mapping(path: Path, mapping: Mapping) -> None:
    """Write ``mapping``, for programs and for Excel; the same bytes for the same groups, and never half of them."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for group in mapping:
        for one in sorted(group.members, key=lambda one: (one.last_name, one.first_name, one.login, one.usr_id or 0)):
            row = (group.student, group.pseudonym, group.team_id, one.usr_id, *_names(one))
            rows.writerow("" if value is None else _literal(str(value)) for value in row)
    write_whole(path, text.getvalue().encode("utf-8-sig"))


def _names(one: Participant) -> Iterable[str]:
    return one.login, one.last_name, one.first_name, one.folder


def _group(row: dict[str, str]) -> Group:
    """Read one line: a group of one member."""
    if not row["student"]:
        raise ValueError(row)
    usr_id, team_id = (int(row[name]) if row[name] else None for name in ("usr_id", "team_id"))
    one = Participant(usr_id, row["login"], row["last_name"], row["first_name"], row["folder"])
    return Group(row["student"], (one,), team_id, row["pseudonym"])


def _literal(text: str) -> str:
    """Keep Excel from reading a name as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
