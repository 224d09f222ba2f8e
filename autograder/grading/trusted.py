"""A test cell where student code never runs: its text as it stands, with the student's names called elsewhere.

Names that the sheet's author defined (in this or an earlier test cell, or in a locked cell) are the author's, then come
Python's own, then the student's. Points are what the cell ended with: those of its grade card, a number (partial
credit), or all of them if it merely ran to its end. A cell that does not run to its end earns nothing.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

from autograder.grading.limits import Limits
from autograder.grading.solutions import NAME, statements
from autograder.grading.student import Snapshot
from autograder.messages import _
from autograder.notebook.grade import ELSEWHERE, Grade, told
from autograder.numeric.compare import MismatchError


@dataclass(frozen=True)
class Tested:
    """What a test cell came to: its card, or its points, or the exception that ended it."""

    points: float | None = None  # None: all
    card: Grade | None = None
    error: BaseException | None = None


def run_test(
    name: str,
    source: str,
    namespace: dict[str, Any],
    student: Snapshot | None,
    limits: Limits,
    given: Mapping[str, Any],
    *,
    secret: bool,
) -> Tested:
    """Run the test cell ``name``.

    ``namespace`` holds the author's names and takes the cell's; ``given`` are student's names known without asking
    ``student``, who is None where the interpreter is lost.
    """
    program = _compiled(name, source)
    space = dict(namespace)
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        wanted = sorted(set(NAME.findall(source)) - space.keys() - vars(builtins).keys())
        theirs: dict[str, Any] = {}
        if student is not None:
            stack.enter_context(student.open(limits, secret=secret))
            theirs |= student.get(wanted)
            space[ELSEWHERE] = student
        theirs |= {name: value for name, value in given.items() if name in wanted}
        space |= theirs
        tested = _run(program, space)
    own = space.keys() - theirs.keys() - {ELSEWHERE}
    namespace |= {key: space[key] for key in own}
    return tested


@lru_cache(maxsize=500)
def _compiled(name: str, source: str) -> tuple[CodeType, CodeType | None]:
    """Return the program of a test cell, and apart from it what the cell ends with."""
    tree = statements(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    value = compile(ast.Expression(last.value), name, "eval") if isinstance(last, ast.Expr) else None
    return compile(tree, name, "exec"), value


def _run(program: tuple[CodeType, CodeType | None], space: dict[str, Any]) -> Tested:
    body, last = program
    try:
        exec(body, space)  # noqa: S102 - the author's own
        value = eval(last, space) if last else None  # noqa: S307 - likewise
        if isinstance(value, Grade):
            value.check()
            return Tested(value.points, value)
        return Tested(_number(value))
    except Exception as error:
        # the traceback from the cell on: what is above is ours
        return Tested(0.0, error=error.with_traceback(error.__traceback__ and error.__traceback__.tb_next))


def _number(value: Any) -> float | None:
    """Return partial credit where the cell's last line is a number, as nbgrader has it; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    return max(float(value), 0.0) if math.isfinite(value) else 0.0


def explain(error: BaseException, *, shown: bool) -> str:
    """Return in words why a test cell did not run to its end; what an exception says only where ``shown``."""
    if isinstance(error, AssertionError) and not isinstance(error, MismatchError):
        return (str(error) if shown else "") or _("This check failed.")
    return told(error, error.__traceback__, hidden=not shown)
