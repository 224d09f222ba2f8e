"""What a derivation task is, declared in the notation of the sheet itself.

An author writes down the quantities with their indices, the definitions, the claim and what earns points; everything
else follows from these lines (``sheet.py`` holds those of Übungsblatt 3, ``examples.py`` two more). Another sheet
declares its own in its notebooks (``registry.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal

from autograder.symbolic.expressions import Derivative, Expression, Kronecker, Sum, walk
from autograder.symbolic.rules import ALWAYS, DIFFERENTIATION, Rule


def free_of_derivatives(expression: Expression) -> bool:
    """Return whether no derivative is left to carry out."""
    return not any(isinstance(node, Derivative) for node in walk(expression))


def contracted(expression: Expression) -> bool:
    """Return whether no Kronecker delta is left inside a sum, and no derivative anywhere."""
    return free_of_derivatives(expression) and not any(
        isinstance(inner, Kronecker) for node in walk(expression) if isinstance(node, Sum) for inner in walk(node)
    )


Place = Literal["anywhere", "top", "outside_sums", "inside_sums"]
"""Where in a derivative an opener is looked at: at all, before any other function is opened, outside or inside sums."""


@dataclass(frozen=True)
class Resolved:
    """Earned on the line after which no derivative needs one of ``openers`` any more (openers: ``rules.py``)."""

    title: str
    openers: AbstractSet[str]
    place: Place = "anywhere"
    points: float = 0.5
    both_cases: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Form:
    """Earned on the first line that has a certain form; ``shown`` looks at the expression alone."""

    title: str
    shown: Callable[[Expression], bool] = free_of_derivatives
    points: float = 0.5
    both_cases: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Final:
    """Earned on the line that states the claim; ``shown`` says which forms of it the sheet accepts.

    With ``assumption``, a line must have named it (``Voraussetzung``) for the claim to count.
    """

    title: str
    shown: Callable[[Expression], bool] = free_of_derivatives
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
    ``rules`` may be named as reasons; a line that needs others than the ``usual`` ones is right by another way.
    A line that consists of ``sheet_atoms`` alone is in the sheet's form: such a line states the result and shows no way
    to it; with ``strict_end``, only such a line states it.
    ``misread`` maps what has a definition, or a derivative, to what students write in its place, by the mistake's key.
    ``normalised`` names the family that the rule ``Voraussetzung`` makes one-hot, ``true_class`` its free index.
    """

    part: str
    start: str
    target: str
    quantities: tuple[str, ...]
    milestones: tuple[Milestone, ...]
    rules: AbstractSet[Rule] = DIFFERENTIATION | ALWAYS
    usual: AbstractSet[Rule] = frozenset()
    definitions: Mapping[str, str] = field(default_factory=dict)
    other_starts: tuple[str, ...] = ()
    indices: Mapping[str, str] = field(default_factory=dict)
    free: tuple[str, ...] = ()
    functions: Mapping[str, str | None] = field(default_factory=dict)
    depends: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[str, str] = field(default_factory=dict)
    misread: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    normalised: str | None = None
    true_class: str | None = None
    sheet_atoms: tuple[str, ...] = ()
    strict_end: bool = False

    @property
    def max_points(self) -> float:
        """What all milestones earn together."""
        return sum(milestone.points for milestone in self.milestones)
