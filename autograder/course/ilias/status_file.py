"""The status file of ILIAS's plugin ExerciseStatusFile: its columns, as it reads them by position.

A row with ``update`` 0 is skipped by the import: it is there to be seen, and to be filled in by hand.
"""

from collections.abc import Iterable

from autograder.course.recipients import Delivery
from autograder.course.spreadsheet import Cell
from autograder.course.verdicts import Policy, Verdict
from autograder.messages import number

_JUDGED = ("status", "mark", "notice", "comment", "plagiarism", "plag_comment")
MEMBERS = ("update", "usr_id", "login", "lastname", "firstname", *_JUDGED)
TEAMS = ("update", "team_id", "logins", *_JUDGED)

Rows = list[tuple[Cell, ...]]


def status_rows(deliveries: Iterable[Delivery], policy: Policy, *, teams: bool) -> tuple[str, Rows]:
    """Return the title of the sheet and its rows, a line for each person or each of the ``teams``.

    Who has no ``usr_id``, or no team where there are teams, cannot be in it.
    """
    return ("teams", _team_rows(deliveries, policy)) if teams else ("members", _member_rows(deliveries, policy))


def _member_rows(deliveries: Iterable[Delivery], policy: Policy) -> Rows:
    rows: Rows = [MEMBERS]
    for delivery in deliveries:
        person = delivery.person
        if person.usr_id is not None:
            verdict = policy.verdict(delivery.mark)
            who = (person.usr_id, person.login, person.last_name, person.first_name)
            rows.append((int(verdict.final), *who, *_judged(verdict)))
    return rows


def _team_rows(deliveries: Iterable[Delivery], policy: Policy) -> Rows:
    members: dict[int, list[Delivery]] = {}
    for delivery in deliveries:
        if delivery.team_id is not None:
            members.setdefault(delivery.team_id, []).append(delivery)
    rows: Rows = [TEAMS]
    for team_id, team in sorted(members.items()):
        verdict = policy.verdict(team[0].mark)
        logins = ", ".join(delivery.person.login for delivery in team if delivery.person.login)
        rows.append((int(verdict.final), team_id, logins, *_judged(verdict)))
    return rows


def _judged(verdict: Verdict) -> tuple[Cell, ...]:
    points = "" if verdict.points is None else number(verdict.points)
    return verdict.status.value, points, "", verdict.comment, "", ""
