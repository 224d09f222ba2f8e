"""The derivations that can be checked: the package's own, and those that a sheet's notebooks declare.

A locked cell says ``declare(Task(...))``: in a student's Jupyter as in the process that grades, the checker then knows
the part. While a notebook is graded its declarations hold for it alone (``own_declarations``), so that two sheets may
both have a part 1a.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from autograder.symbolic import examples, scope, sheet
from autograder.symbolic.comparison import Comparison, UndecidableError
from autograder.symbolic.notation import NotationError
from autograder.symbolic.rules import ALL
from autograder.symbolic.setting import Setting, prepare
from autograder.symbolic.tasks import Final, Resolved, Task

TASKS: dict[str, Task] = {
    task.part: task
    for task in (
        sheet.SIGMOID,
        sheet.SOFTMAX,
        sheet.OUTPUT,
        sheet.RECURSION,
        examples.TANH,
        examples.LINEAR,
    )
}


@cache
def setting(part: str) -> Setting:
    """Return the prepared task ``part``.

    Raises:
        KeyError: there is no such part.

    """
    return prepare(TASKS[part])


def declare(task: Task) -> None:
    """Make ``task`` known as ``%%derivation <its part>``, in place of one that was called so.

    Raises:
        ValueError: something in ``task`` is not as it should be, or its claim does not hold.

    """
    try:
        _check(task)
    except (NotationError, TypeError) as error:
        raise ValueError(f"derivation {task.part!r}: {error}") from None
    except KeyError as error:
        raise ValueError(f"derivation {task.part!r}: indices do not say over which size {error} runs") from None
    TASKS[task.part] = task
    setting.cache_clear()


@contextmanager
def own_declarations() -> Iterator[None]:
    """Forget at the end of the block what was declared in it."""
    before = dict(TASKS)
    try:
        yield
    finally:
        if before != TASKS:
            TASKS.clear()
            TASKS.update(before)
            setting.cache_clear()


def _check(task: Task) -> None:
    if not re.fullmatch(r"\w+", task.part) or task.part != task.part.casefold():
        raise TypeError("a part is called by small letters, digits and underscores")
    if not task.milestones or not isinstance(task.milestones[-1], Final):
        raise TypeError("the last milestone is a Final: the line that states the claim")
    for milestone in task.milestones:
        if isinstance(milestone, Resolved) and (unknown := milestone.openers - ALL):
            raise TypeError(f"{milestone.title!r} names {sorted(unknown)}; known are {sorted(ALL)}")
    prepared = prepare(task)
    for text, claimed in ((task.start, prepared.start), (task.target, prepared.target)):
        try:
            scope.check(claimed, prepared)
        except NotationError as error:
            raise TypeError(f"{text}: {error}") from None
    if not task.milestones[-1].shown(prepared.target):
        raise TypeError("the target does not have the form that the last milestone asks for")
    try:
        if Comparison(prepared).holds(prepared.start, prepared.target, one_hot=task.normalised is not None):
            return
    except UndecidableError:
        pass
    raise TypeError(f"{task.start} is not {task.target}, whatever the values")
