"""What an attack is: a hand-in that wants more than it deserves, declared as data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from nbformat import NotebookNode

Change = Callable[[NotebookNode], None]


class Effect(Enum):
    """What an attack achieves where nothing stops it."""

    POINTS = "points for a task that was not solved"
    READ = "secrets in what the student gets back, or a conversation with somebody outside"
    CHANGED = "something outside of the hand-in's own results is not as it was"
    HOGGED = "more of the machine than one hand-in may take"
    FLOODED = "results so large that nobody can open them"
    LEFT = "a process that outlives the grading"
    LOST = "the honest work in the same hand-in counts nothing"
    STOPPED = "other hand-ins are not graded"
    SCRIPT = "a page of feedback that runs the student's script or asks somebody else's server"


@dataclass(frozen=True)
class Attack:
    """One hand-in. All text may hold the names of :meth:`Places.fill`, as ``@COURSE@``.

    ``cells`` are answers by grade id; ``top`` and ``bottom`` are cells of the student's own, above and below all
    others; ``files`` and ``links`` lie beside the notebook; ``change`` edits the notebook at the end. ``trace`` is
    what betrays success: a part of the path that changed, of the command line that was left, or the name of the
    secret that was read; without it any finding of the kind counts. The ``accomplice`` is another student, graded
    before. Where not ``honest``, nothing of the student's own work is in it that could count. ``alone`` attacks are
    tried without protection in a course of their own, since they would spoil the others' proof. ``untried`` says why
    an attack is not tried without protection at all.
    """

    name: str
    what: str
    effect: Effect
    cells: Mapping[str, str] = field(default_factory=dict)
    top: str = ""
    bottom: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    change: Change | None = None
    trace: str = ""
    accomplice: Attack | None = None
    honest: bool = True
    alone: bool = False
    untried: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9-]+", self.name):
            raise ValueError(f"the name of an attack is that of a student, so letters, digits and '-': {self.name!r}")

    def hand_ins(self) -> list[Attack]:
        """Return the attack and its accomplice, in the order in which they are graded."""
        return [*(self.accomplice.hand_ins() if self.accomplice else []), self]
