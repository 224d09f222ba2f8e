"""Derivations as data: notation -> expression -> worlds -> verdict -> points. Knows no notebook and no nbgrader.

The door for students is ``check_derivation``; ``derivation_text`` turns steps built of SymPy's objects into the text of
a cell. Authors ``declare`` a ``Task``; ``TASKS`` holds what is declared.
"""

from autograder.symbolic.check import check_derivation, derivation_text
from autograder.symbolic.registry import TASKS, declare, own_declarations
from autograder.symbolic.rules import ALWAYS, DIFFERENTIATION, Rule
from autograder.symbolic.tasks import Final, Form, Resolved, Task, contracted, free_of_derivatives
from autograder.symbolic.verdict import LineVerdict, MilestoneResult, Verdict

__all__ = [
    "ALWAYS",
    "DIFFERENTIATION",
    "TASKS",
    "Final",
    "Form",
    "LineVerdict",
    "MilestoneResult",
    "Resolved",
    "Rule",
    "Task",
    "Verdict",
    "check_derivation",
    "contracted",
    "declare",
    "derivation_text",
    "free_of_derivatives",
    "own_declarations",
]
