"""Derivations as data: notation -> expression -> worlds -> verdict -> points. Knows no notebook and no nbgrader.

The one door is ``check_derivation``; ``TASKS`` lists the derivations that it knows, and ``derivation_text`` turns steps
built of SymPy's objects into the text of a cell.
"""

from autograder.symbolic.check import TASKS, check_derivation, derivation_text
from autograder.symbolic.verdict import LineVerdict, MilestoneResult, Verdict

__all__ = ["TASKS", "LineVerdict", "MilestoneResult", "Verdict", "check_derivation", "derivation_text"]
