"""The zips that bring feedback to participants: ILIAS's own multi-feedback, and that of its plugin for teams too.

ILIAS takes three parts of a path: a folder whose name begins with ``multi_feedback``, a folder for each participant,
of whose name it reads nothing but the number after the last ``_``, and the files. Names are ASCII, as in its own zips.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.course.ilias.names import fold, user_of
from autograder.course.participants import Participant
from autograder.course.recipients import Delivery

Files = dict[str, bytes | Path]
NOBODY = 0  # no user of ILIAS has this number


def multi_feedback(sheet: str, feedback: Mapping[str, Files], deliveries: Iterable[Delivery]) -> Files:
    """Return the files of the zip: for each person those of their hand-in's ``feedback``, by its nbgrader student.

    A member of a team whose ``usr_id`` is not known has a folder too, which ILIAS leaves out.
    """
    files: Files = {}
    for delivery in deliveries:
        for name, content in feedback.get(delivery.mark.student, {}).items():
            files[f"multi_feedback_{underscored(sheet)}/{folder_of(delivery.person)}/{name}"] = content
    return files


def plugin_feedback(sheet: str, feedback: Mapping[str, Files], deliveries: Iterable[Delivery]) -> Files:
    """Return the files of the plugin's zip; of a team, one member has them, since it gives them to all others."""
    files: Files = {}
    served: set[int] = set()
    for delivery in deliveries:
        if delivery.team_id in served:
            continue
        team = ""
        if delivery.team_id is not None:
            served.add(delivery.team_id)
            team = f"Team_{delivery.team_id}/"
        for name, content in feedback.get(delivery.mark.student, {}).items():
            files[f"Multi_Feedback_{underscored(sheet)}/{team}{folder_of(delivery.person)}/{name}"] = content
    return files


def folder_of(person: Participant) -> str:
    """Return the name of a person's folder: as in the zip of hand-ins, where they had one."""
    if person.usr_id is not None and person.usr_id == user_of(person.folder) and plain(person.folder) == person.folder:
        return person.folder
    number = NOBODY if person.usr_id is None else person.usr_id
    return "_".join(
        [*(plain(part) or "x" for part in (person.last_name, person.first_name, person.login)), str(number)]
    )


def plain(text: str) -> str:
    """Return ``text`` as a name in ILIAS's zips: folded to ASCII, without dots in front and what does not print."""
    return re.sub(r"[\x00-\x1f\x7f]", "_", fold(text)).strip().lstrip(".")


def underscored(title: str) -> str:
    """Return a title as it stands in the name of a zip: without spaces."""
    return plain(title).replace(" ", "_")
