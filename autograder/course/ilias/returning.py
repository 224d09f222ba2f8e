"""What goes back to ILIAS after grading: who gets what, as a plan without side effects.

Marks that a human has still to look at stay here, and so does their feedback, unless provisional ones are wanted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from autograder.course.ilias.feedback_zip import Files, multi_feedback, plugin_feedback
from autograder.course.ilias.status_file import Rows, status_rows
from autograder.course.recipients import Delivery
from autograder.course.spreadsheet import Cell
from autograder.course.verdicts import Policy, Status, by_label
from autograder.messages import N_, _, number

_STATUS = {Status.PASSED: N_("passed"), Status.FAILED: N_("failed"), Status.NOT_GRADED: N_("not graded")}


class ReturnError(RuntimeError):
    """Marks cannot be returned; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """What is going to be returned of one sheet."""

    sheet: str
    deliveries: tuple[Delivery, ...]
    policy: Policy

    def __post_init__(self) -> None:
        """Raise :class:`ReturnError` where somebody would get the marks of two hand-ins."""
        counted = Counter(one.person.usr_id for one in self.deliveries if one.person.usr_id is not None)
        for usr_id, count in counted.items():
            if count > 1:
                hand_ins = ", ".join(one.mark.student for one in self.deliveries if one.person.usr_id == usr_id)
                text = _("ILIAS user {usr_id} is behind two hand-ins: {hand_ins}", usr_id=usr_id, hand_ins=hand_ins)
                raise ReturnError(text)

    @cached_property
    def teams(self) -> bool:
        """Whether the sheet is handed in by teams."""
        return any(delivery.team_id is not None for delivery in self.deliveries)

    @cached_property
    def told(self) -> tuple[Delivery, ...]:
        """The people who are told a mark."""
        return tuple(delivery for delivery in self.deliveries if self.policy.verdict(delivery.mark).final)

    @property
    def hand_ins(self) -> list[str]:
        """The hand-ins whose marks are told."""
        return _hand_ins(self.told)

    @property
    def held_back(self) -> list[str]:
        """The hand-ins that a human has to look at first."""
        told = set(self.hand_ins)
        return [name for name in _hand_ins(one for one in self.deliveries if one.mark.undecided) if name not in told]

    @property
    def absent(self) -> list[Delivery]:
        """Who handed in nothing."""
        return [delivery for delivery in self.deliveries if not delivery.mark.handed_in]

    @property
    def by_hand(self) -> list[Delivery]:
        """Who is told a mark that no file can bring: ILIAS's number for them, or for their team, is not known."""
        return [one for one in self.told if (one.team_id if self.teams else one.person.usr_id) is None]

    def status(self) -> tuple[str, Rows]:
        """Return the title and the rows of the status file."""
        return status_rows(self.deliveries, self.policy, teams=self.teams)

    def multi_feedback(self, feedback: Mapping[str, Files]) -> Files:
        """Return what ILIAS's multi-feedback takes, from the files for each hand-in."""
        unknown = [one for one in self.told if one.person.usr_id is None and not one.mapped]
        return multi_feedback(self.sheet, feedback, (one for one in self.told if one not in unknown))

    def plugin_feedback(self, feedback: Mapping[str, Files]) -> Files:
        """Return what the plugin takes besides the status file, from the files for each hand-in."""
        return plugin_feedback(self.sheet, feedback, (one for one in self.told if one not in self.by_hand))

    def marks_list(self) -> Rows:
        """Return the rows of the list for entering marks by hand: everybody, points by notebook, what to remark."""
        notebooks = dict.fromkeys(label for one in self.deliveries for label, _points, _worth in by_label(one.mark))
        who = [_("Last name"), _("First name"), _("Login"), _("Team")]
        rows: Rows = [(*who, _("Points"), _("of"), _("Status"), *notebooks, _("Remark"))]
        return rows + [self._line(delivery, list(notebooks)) for delivery in self.deliveries]

    def _line(self, delivery: Delivery, notebooks: list[str]) -> tuple[Cell, ...]:
        person, mark = delivery.person, delivery.mark
        verdict = self.policy.verdict(mark)
        who = (person.last_name, person.first_name, person.login, delivery.team_id)
        status = _(_STATUS[verdict.status])
        if verdict.points is None:
            blanks = ("",) * len(notebooks)
            return (*who, "", number(mark.max_points), status, *blanks, _remark(delivery))
        points = {label: number(points) for label, points, _worth in by_label(mark)}
        own = (points.get(label, "") for label in notebooks)
        return (*who, number(verdict.points), number(mark.max_points), status, *own, verdict.comment)


def _remark(delivery: Delivery) -> str:
    if not delivery.mark.handed_in:
        return _("no hand-in")
    return _("still to be looked at: {tasks}", tasks=", ".join(task.name for task in delivery.mark.undecided))


def _hand_ins(deliveries: Iterable[Delivery]) -> list[str]:
    return sorted({delivery.mark.student for delivery in deliveries})
