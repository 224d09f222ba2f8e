"""Wrong answers to the sheet that nobody has developed the grader against.

They measure how often it names the mistake of an answer that is new to it. Each was written from the sheet alone, as
students write, with one mistake in it. A seeded lot, drawn for each function and each part, divides them into halves:

- ``dev_functions``, ``dev_derivations``: to look at, and to develop the naming of mistakes with.
- ``held_functions``, ``held_derivations``: to measure with (``benchmarks.quality``). Nobody may develop against them:
  don't read them, don't look at verdicts one by one, and take nothing from them but figures. Who reads them to judge
  whether names are true tells counts alone. A held entry that something was developed with is a dev entry.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class WrongFunction:
    """A function of Aufgabe 2 with one mistake; its code may use numpy as np and the notebook's other functions."""

    function: str
    mistake: str
    code: str


@dataclass(frozen=True)
class WrongDerivation:
    """The text of a derivation cell of part 1a, 1b, 1c or 1d, below its magic line, with one mistake."""

    part: str
    mistake: str
    text: str
