"""What a derivation task is, declared in the notation of the sheet itself.

An author writes down the quantities with their indices, the definitions, the claim and what earns points; everything
else follows from these lines (``sheet.py`` holds those of Übungsblatt 3, ``examples.py`` two more).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from autograder.symbolic.expressions import Expression
from autograder.symbolic.rules import Rule

Place = Literal["anywhere", "top", "outside_sums", "inside_sums"]
"""Where in a derivative an opener is looked at: at all, before any other function is opened, outside or inside sums."""


@dataclass(frozen=True)
class Resolved:
    """Earned on the line after which no derivative needs one of ``openers`` any more (openers: ``rules.py``)."""

    title: str
    openers: frozenset[str]
    place: Place = "anywhere"
    points: float = 0.5
    both_cases: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Form:
    """Earned on the first line that has a certain form; ``shown`` looks at the expression alone."""

    title: str
    shown: Callable[[Expression], bool]
    points: float = 0.5
    both_cases: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Final:
    """Earned on the line that states the claim; ``shown`` says which forms of it the sheet accepts.

    With ``assumption``, a line must have named it (``Voraussetzung``) for the claim to count.
    """

    title: str
    shown: Callable[[Expression], bool]
    points: float = 0.5
    both_cases: bool = True
    assumption: bool = False
    hint: str = ""


Milestone = Resolved | Form | Final
"""What earns points. Its ``hint`` ends the sentence "Next you could ..." where the title would give the step away."""


@dataclass(frozen=True)
class Task:
    """A claim to prove.

    ``quantities`` lists what may be written, as patterns (``z[i]``, ``w[L+1,n,m]``); ``indices`` says over which size
    each pattern index runs, and which of them are ``free`` in the claim. ``definitions`` maps patterns to what they
    stand for. ``functions`` maps a function without a definition (h) to the name of its derivative (dh), or to None.
    ``depends`` maps a quantity without a definition to the family through which alone it varies (``loss`` in 1d).
    ``earlier`` maps a derivative to what an earlier part proved it to be.
    A line that consists of ``sheet_atoms`` alone is in the sheet's form: such a line states the result and shows no way
    to it; with ``strict_end``, only such a line states it.
    ``normalised`` names the family that the rule ``Voraussetzung`` makes one-hot, ``true_class`` its free index.
    """

    part: str
    start: str
    target: str
    quantities: tuple[str, ...]
    rules: frozenset[Rule]
    usual: frozenset[Rule]
    milestones: tuple[Milestone, ...]
    max_points: float
    definitions: Mapping[str, str] = field(default_factory=dict)
    other_starts: tuple[str, ...] = ()
    indices: Mapping[str, str] = field(default_factory=dict)
    free: tuple[str, ...] = ()
    functions: Mapping[str, str | None] = field(default_factory=dict)
    depends: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[str, str] = field(default_factory=dict)
    normalised: str | None = None
    true_class: str | None = None
    sheet_atoms: tuple[str, ...] = ()
    strict_end: bool = False
