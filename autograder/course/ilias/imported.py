"""What a collection of hand-ins did, as plain data for its report."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from autograder.course.ilias.unpacking import Piece


class Status(StrEnum):
    """What became of a hand-in."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    KEPT = "kept"  # somebody changed it by hand
    GONE = "gone"  # it came from an earlier zip, this one lacks it
    ASKED = "asked"  # a question is open
    EMPTY = "empty"


@dataclass(frozen=True)
class Collected:
    """A hand-in and all that is to be told of it.

    ``who`` is empty in anonymous marking. ``notebooks`` were found, ``missing`` not. ``said`` was decided, ``doubts``
    need a human. ``time`` is on the course's clock.
    """

    student: str
    status: Status
    who: str = ""
    time: datetime | None = None
    notebooks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    said: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def late_by(self, deadline: datetime | None) -> timedelta:
        """Return how long after the deadline it was handed in; nothing where that is not known."""
        return max(self.time - deadline, timedelta()) if self.time and deadline else timedelta()

    @property
    def needs_look(self) -> bool:
        """Whether a human has to look at it."""
        return bool(self.doubts) or any(piece.look for piece in self.pieces)


@dataclass(frozen=True)
class Import:
    """All that one run did, or would do (``dry_run``).

    ``archive`` and ``listing`` are file names, ``rest`` are the files of the zip that are nobody's, ``absent`` the
    names of who is in the list without a hand-in, ``doubts`` concern all of it.
    """

    assignment: str
    archive: str
    listing: str
    hand_ins: tuple[Collected, ...]
    absent: tuple[str, ...] = ()
    rest: tuple[Piece, ...] = ()
    doubts: tuple[str, ...] = ()
    deadline: datetime | None = None
    anonymous: bool = False
    dry_run: bool = False

    @property
    def open_questions(self) -> bool:
        """Whether a hand-in waits for an answer."""
        return any(hand_in.status is Status.ASKED for hand_in in self.hand_ins)
