# mypy: allow-subclassing-any
"""What a course configures about hand-ins from ILIAS, in ``nbgrader_config.py``."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from traitlets import Dict, Unicode, validate
from traitlets.config import Configurable

from autograder.messages import _


class DeadlineError(ValueError):
    """A deadline is no date; the message says how to write one."""


class Collect(Configurable):
    """When hand-ins were due, and on which clock."""

    timezone = Unicode("Europe/Berlin", help="the time zone of ILIAS's list and of all deadlines").tag(config=True)
    deadlines = Dict(
        value_trait=Unicode(),
        key_trait=Unicode(),
        help="the deadline of each sheet, for nbgrader's late penalties: {'uebungsblatt-03': '2026-11-20 23:59'}",
    ).tag(config=True)

    @validate("timezone")  # type: ignore[untyped-decorator]
    def _valid_timezone(self, proposal: dict[str, str]) -> str:
        try:
            ZoneInfo(proposal["value"])
        except (KeyError, ValueError, OSError) as error:
            text = _("Collect.timezone: {zone} is no time zone, as Europe/Berlin is one", zone=proposal["value"])
            raise ValueError(text) from error
        return proposal["value"]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    def deadline(self, assignment: str, said: str | None = None) -> datetime | None:
        """Return the deadline of a sheet in UTC, as ``said`` or as configured; None if there is none.

        Raises:
            DeadlineError: it is no date.

        """
        text = said or self.deadlines.get(assignment)
        if not text:
            return None
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            raise DeadlineError(_("{text} is no deadline; write it like 2026-11-20 23:59", text=text)) from None
        return (time if time.tzinfo else time.replace(tzinfo=self.zone)).astimezone(UTC)
