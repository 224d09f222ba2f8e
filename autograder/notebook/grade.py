"""The grade card: what a graded test cell earns, part by part, and why not more.

A test cell builds a ``Grade``, checks inside of ``with grade.part(points, function, merit)`` blocks and ends with the
card.
Students see the card; nbgrader reads its plain text, which is the number of points, as partial credit. A part
earns its points only if its block runs to the end: points are given for what was shown, never for want of an error.
"""

from __future__ import annotations

import contextlib
import copy
import html
import io
import os
import signal
import sys
import sysconfig
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Protocol

import numpy as np

from autograder.messages import _, number
from autograder.notebook.style import OPEN, PARTLY, RIGHT, WRONG
from autograder.numeric.compare import Mismatch, MismatchError, compare
from autograder.numeric.diagnosis import Case, diagnose, follow
from autograder.numeric.mistakes import find, known
from autograder.symbolic import TASKS, Verdict, check_derivation

_MISSING = object()
_VALIDATING = "NBGRADER_VALIDATING"  # nbgrader's validator sets it while a notebook runs
_STACK: list[_Part] = []
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})
PART_SECONDS = 30  # of CPU time; a right solution with plain loops needs a tenth of it


class TooLongError(RuntimeError):
    """A part used up its CPU time: an endless loop, most likely."""


class StudentError(Exception):
    """An exception in a student's function that runs elsewhere: its kind, its text, and where it was raised.

    ``kind`` is the name of a built-in exception, or ``Gone`` where the student's Python has ended; ``function`` is
    empty where none of the student's was under way.
    """

    def __init__(self, kind: str, text: str = "", function: str = "", line: int = 0) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind
        self.text = text
        self.function = function
        self.line = line


class Elsewhere(Protocol):
    """Where the student's functions run while a hand-in is graded: not in the process of the tests.

    ``secret`` is whether nothing of what they return or raise may be shown.
    """

    secret: bool

    def part(
        self, substitutes: Mapping[str, Callable[..., Any]], seconds: float
    ) -> contextlib.AbstractContextManager[None]:
        """Let the student's code call ``substitutes`` there, and end each call after ``seconds`` of CPU time."""


ROWS = "application/vnd.autograder.rows+json"  # the rows of a card as data, for feedback and reports
ELSEWHERE = "__elsewhere__"  # the name under which a test cell's namespace holds it
_STANDING = "__standing__"  # likewise, of the functions tested so far: whether all of their parts earned all points


@dataclass(frozen=True)
class Row:
    """One line of the card."""

    title: str
    points: float
    earned: float
    message: str = ""
    empty: bool = False  # nothing was written yet: no mistake, so no cross
    mistake: str = ""  # the key of the known mistake, ``function.key``


class Grade:
    """The card of one test cell; its parts must add up to ``max_points``.

    ``substitute`` puts correct functions in the place of the student's own while a part runs, so that a wrong
    function costs only its own points (Folgefehler). ``mistakes`` are the keys of the known mistakes found.
    """

    def __init__(self, max_points: float) -> None:
        self.max_points = max_points
        self.rows: list[Row] = []
        self.review = ""
        self._namespace: dict[str, Any] = sys._getframe(1).f_globals
        self._elsewhere: Elsewhere | None = self._namespace.get(ELSEWHERE)
        self._substitutes: dict[str, Any] = {}
        self._standing: dict[str, bool] = self._namespace.setdefault(_STANDING, {})
        self._mistakes: set[str] = set()  # of derivations

    @property
    def points(self) -> float:
        """What the parts earned together."""
        return sum(row.earned for row in self.rows)

    @property
    def mistakes(self) -> list[str]:
        """The keys of the known mistakes that the card names, in alphabetical order."""
        return sorted({row.mistake for row in self.rows if row.mistake} | self._mistakes)

    @property
    def wrong(self) -> list[str]:
        """The functions that lost points in the test cells so far."""
        return [function for function, right in self._standing.items() if not right]

    def substitute(self, correct: object, *names: str) -> None:
        """Let the student's code call ``correct``'s functions ``names`` in all parts from here on.

        The student's own stay where they have earned all of their points. Name only those that were tested before: a
        student's code could ask the correct function for its own test's answers.
        """
        self._substitutes = {name: getattr(correct, name) for name in names if not self._standing.get(name)}

    def part(self, points: float, function: str, merit: str = "") -> _Part:
        """Return the context in which one ``merit`` of ``function`` is checked."""
        return _Part(self, points, function, merit)

    def hidden(self, kind: str) -> None:
        """Say of what kind the inputs from here to the end of the part are; their numbers stay untold."""
        if _STACK:
            _STACK[-1].kind = kind

    def derivation(self, part: str, derivation: object) -> None:
        """Check ``derivation``, the object that a derivation cell made or its text, and add its milestones."""
        text = derivation if isinstance(derivation, str) else getattr(derivation, "text", None)
        if not isinstance(text, str):
            title = _("Derivation {part}", part=part)
            self.rows.append(
                Row(title, TASKS[part].max_points, 0.0, _("There is no derivation cell %%derivation yet."))
            )
            return
        verdict = check_derivation(part, text)
        self.rows.extend(_milestone_rows(verdict))
        self._mistakes |= {f"{part}.{line.mistake}" for line in verdict.lines if line.mistake}
        if verdict.manual_review:
            lines = ", ".join(str(line.number) for line in verdict.lines if line.status == "undecided")
            self.review = _("Not decided by the checker: line {lines}. Your tutor will look at it.", lines=lines or "-")

    def check(self) -> None:
        """Check that the parts add up.

        Raises:
            ValueError: they do not.

        """
        total = sum(row.points for row in self.rows)
        if not np.isclose(total, self.max_points):
            raise ValueError(f"the parts add up to {total:g}, not to {self.max_points:g} points")

    def explain(self, shown: Grade) -> None:
        """Take over what ``shown``, the card of the visible checks alone, says of parts that earned nothing here."""
        said = {row.title: row for row in shown.rows if row.earned < row.points}
        self.rows = [
            replace(said[row.title], earned=0.0, mistake=said[row.title].mistake or row.mistake)
            if row.earned == 0 and row.title in said
            else row
            for row in self.rows
        ]

    # -------------------------------------------------------------------------------------------- display

    def __repr__(self) -> str:
        return f"{self.points:g}"

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        self.check()
        if self.points < self.max_points and os.environ.get(_VALIDATING):
            # nbgrader's validator shows what stands here, and nothing else of the card
            print(self.text(), file=sys.stderr)  # noqa: T201
        return {"text/plain": repr(self), "text/html": self.html(), ROWS: [asdict(row) for row in self.rows]}

    def text(self) -> str:
        """Return the card as plain text."""
        lines = []
        for row in self.rows:
            mark = _mark(row)[0]
            message = row.message.replace("\n", "\n    ")
            lines.append(f"{mark} {row.title} ({_points(row)}){': ' if message else ''}{message}")
        return "\n".join([*lines, *([self.review] if self.review else []), self._summary()])

    def html(self) -> str:
        """Return the card as HTML that needs no style sheet and reads on light and dark grounds."""
        rows = "".join(_row_html(row) for row in self.rows)
        review = f"<div style='margin-top:.4em'>{html.escape(self.review)}</div>" if self.review else ""
        share = 0 if not self.max_points else self.points / self.max_points
        border = RIGHT if share == 1 else PARTLY
        return (
            f"<div style='border-left:4px solid {border};padding:.3em .9em;margin:.3em 0;max-width:60em'>"
            f"<table style='border-collapse:collapse;margin:0;color:inherit;background:none'>{rows}</table>{review}"
            f"<div style='margin-top:.4em;font-weight:600'>{html.escape(self._summary())}</div></div>"
        )

    def _summary(self) -> str:
        return _("{points} of {max_points} points", points=number(self.points), max_points=number(self.max_points))


class _Part:
    """A block of checks that earns its points together."""

    def __init__(self, grade: Grade, points: float, function: str, merit: str) -> None:
        self.grade = grade
        self.points = points
        self.function = function
        self.title = f"{function}: {merit}" if merit else function
        self.case: Case | None = None  # what the check saw that failed
        self.kind: str | None = None
        self.converted = False
        self._quiet = contextlib.ExitStack()
        self._replaced: dict[str, Any] = {}

    def __enter__(self) -> _Part:
        _STACK.append(self)
        self._quiet.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        # nbgrader takes anything on stderr for a failure, also what a student's code says in passing
        self._quiet.enter_context(contextlib.redirect_stderr(io.StringIO()))
        self._quiet.enter_context(cpu_limit(PART_SECONDS))
        if self.grade._elsewhere is not None:
            self._quiet.enter_context(self.grade._elsewhere.part(self.grade._substitutes, PART_SECONDS))
        namespace = self.grade._namespace
        for name, function in self.grade._substitutes.items():
            self._replaced[name] = namespace.get(name, _MISSING)
            namespace[name] = function
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        namespace = self.grade._namespace
        for name, function in self._replaced.items():
            if function is _MISSING:
                namespace.pop(name, None)
            else:
                namespace[name] = function
        self._quiet.close()
        _STACK.remove(self)
        if isinstance(error, KeyboardInterrupt):
            return False
        row = Row(self.title, self.points, 0.0)
        if error is None:
            earned = self.points / 2 if self.converted else self.points
            message = _("Right, but return NumPy arrays instead of nested lists.") if self.converted else ""
            row = replace(row, earned=earned, message=message)
        else:
            failure = _Failure.of(error, trace)
            empty = failure.kind == "NotImplementedError"
            mistake = "" if empty else self._mistake(error, failure)
            message = self._explain(error, trace) + (_guess(self.function, mistake) if mistake else "")
            row = replace(row, message=message, empty=empty, mistake=f"{self.function}.{mistake}" if mistake else "")
        self.grade.rows.append(row)
        standing = self.grade._standing
        standing[self.function] = standing.get(self.function, True) and row.earned == row.points
        return True

    def _explain(self, error: BaseException, trace: TracebackType | None) -> str:
        elsewhere = self.grade._elsewhere
        message = told(error, trace, hidden=self.kind is not None or (elsewhere is not None and elsewhere.secret))
        if self.kind is None:
            return message
        return _("Hidden test ({kind}): {message}", kind=self.kind, message=message)

    def _mistake(self, error: BaseException, failure: _Failure) -> str:
        """Return the key of the known mistake behind ``error``, empty if there is none."""
        if isinstance(error, MismatchError):
            if error.mismatch.mistake:
                return error.mismatch.mistake
            case = self.case or Case(error.mismatch.kind)
        else:
            nothing = "NoneType" in failure.text and not failure.function
            kind = "nothing" if nothing else "error" if failure.function else "form"
            case = replace(self.case or Case(""), kind=kind, error=f"{failure.kind}: {failure.text}")
        named = [
            key for name, _dot, key in (row.mistake.partition(".") for row in self.grade.rows) if name == self.function
        ]
        found = diagnose(known(self.function, named), case)
        return found.key if found else ""


def _guess(function: str, key: str) -> str:
    """Return the line that names a known mistake; none where the message above says all."""
    mistake = find(function, key)
    if not mistake.hint:
        return ""
    return "\n" + _("Guess: {name}. {hint}", name=_(mistake.name), hint=_(mistake.hint))


@contextlib.contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raise ``TooLongError`` in the block once the process has computed for ``seconds``; waiting does not count."""
    if not hasattr(signal, "SIGPROF") or threading.current_thread() is not threading.main_thread():
        yield  # Windows knows no such timer; nbgrader's limit for the whole cell remains
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@dataclass(frozen=True)
class _Failure:
    """An exception in a part: its kind and text, and the student's function and line that it came from, if any."""

    kind: str
    text: str
    function: str
    line: int

    @classmethod
    def of(cls, error: BaseException, trace: TracebackType | None) -> _Failure:
        if isinstance(error, StudentError):
            return cls(error.kind, error.text, error.function, error.line)
        frames = traceback.extract_tb(trace)
        # helpers that the test cell defines, ours and libraries are not the student's code
        ours = (frames[0].filename, str(Path(__file__).parents[1]), *_LIBRARIES) if frames else ()
        inside = [frame for frame in frames[1:] if not frame.filename.startswith(ours)]
        text = error.name if isinstance(error, NameError) and error.name else str(error)
        last = inside[-1] if inside else None
        return cls(type(error).__name__, text, last.name if last else "", (last.lineno or 0) if last else 0)


def told(error: BaseException, trace: TracebackType | None, *, hidden: bool) -> str:
    """Return in words what went wrong in a part."""
    if isinstance(error, MismatchError):
        text = error.mismatch.verdict if hidden else error.mismatch.message
        return f"{error.what}: {text}" if error.what else text[0].upper() + text[1:]
    failure = _Failure.of(error, trace)
    match failure.kind:
        case "NotImplementedError":
            return _("Still empty.")
        case "NameError" if not failure.function:
            return _("{name} is not there yet: run the cell above, or write it.", name=failure.text)
        case "SystemExit":
            return _("Your code ends Python itself (exit). Leave that out.")
        case "TooLongError":
            return _("Your code runs too long. Does a loop never end?")
        case "RecursionError":
            return _("Your code calls itself without end.")
        case "Gone":
            return _("Your code ended Python itself, or needed too much memory.")
    problem = failure.kind if hidden else f"{failure.kind}: {failure.text}"[:300]
    if failure.function:
        place = {"function": failure.function, "line": failure.line}
        return _("Your code stops in {function}, line {line}: {what}", what=problem, **place)
    if "NoneType" in failure.text:
        return _("Nothing came back (None). Is a return missing?")
    return _("What came back does not have the form that is asked for ({what}).", what=problem)


def _milestone_rows(verdict: Verdict) -> Iterator[Row]:
    earned = sum(milestone.points for milestone in verdict.milestones if milestone.earned)
    lost = earned - verdict.points
    last = len(verdict.milestones) - 1
    for k, milestone in enumerate(verdict.milestones):
        got = milestone.points if milestone.earned else 0.0
        # a rule named wrongly and the like cost once, whichever milestones were reached
        taken = min(got, lost)
        lost -= taken
        message = _("less {points}: see the hints at the lines above", points=number(taken)) if taken else ""
        message = message or (verdict.message if k == last else "")
        # a derivation in which all is right so far has open milestones, not wrong ones
        still_open = all(line.ok for line in verdict.lines) and not verdict.complete
        yield Row(milestone.title, milestone.points, got - taken, message, empty=still_open)


def _points(row: Row) -> str:
    return f"{number(row.earned)}/{number(row.points)}"


def _mark(row: Row) -> tuple[str, str]:
    """Return the mark of a row and its colour."""
    if row.earned == row.points:
        return "✓", RIGHT
    if row.empty:
        return "○", OPEN
    return ("◐", PARTLY) if row.earned else ("✗", WRONG)


def _row_html(row: Row) -> str:
    mark, colour = _mark(row)
    message = f"<div style='opacity:.85;white-space:pre-line'>{html.escape(row.message)}</div>" if row.message else ""
    cell = "style='text-align:left;vertical-align:top;padding:.15em .6em .15em 0;border:none;background:none"
    title = html.escape(row.title)
    return (
        f"<tr style='background:none'><td {cell};color:{colour};font-weight:700'>{mark}</td>"
        f"<td {cell};white-space:normal'>{title}{message}</td>"
        f"<td {cell};white-space:nowrap'>{_points(row)}</td></tr>"
    )


# ------------------------------------------------------------------------------------------------ checks


def expect_equal(
    actual: Any, expected: Any, what: str = "", *, rtol: float | None = None, atol: float | None = None
) -> None:
    """Check that ``actual`` is ``expected`` up to rounding; ``what`` names it in the message (``softmax(z)``).

    Nested lists where arrays are meant are compared all the same; the part then gives half of its points.

    Raises:
        MismatchError: it is not.

    """
    outcome = compare(actual, expected, rtol=rtol, atol=atol)
    if outcome.converted and _STACK:
        _STACK[-1].converted = True
    if outcome.mismatch is not None:
        raise MismatchError(outcome.mismatch, what)


def expect_result(
    function: Callable[..., Any],
    inputs: tuple[Any, ...],
    expected: Any,
    what: str = "",
    *,
    at: tuple[int, ...] = (),
    of: Callable[[Any], Any] | None = None,
    unchanged: bool = False,
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """Check what ``function`` makes of ``inputs``, and look for the known mistake where that is not ``expected``.

    It gets copies of the inputs. ``at`` is the place in the result that counts here, and ``of`` what is compared of
    it (its length, say); with ``unchanged``, the inputs must stay as they were. The rest is as in ``expect_equal``.

    Raises:
        MismatchError: the result is another, or an input was changed.

    """
    given = copy.deepcopy(inputs)
    part = _STACK[-1] if _STACK else None
    if part:
        part.case = Case("", inputs, expected, place=at)
    result = function(*given)
    changed = not _identical(inputs, given)
    try:
        found, wanted = follow(result, at), follow(expected, at)
    except (IndexError, KeyError, TypeError):
        found, wanted = result, expected  # of another form
    if of is not None and wanted is not expected:
        found, wanted = of(found), of(wanted)
    outcome = compare(found, wanted, rtol=rtol, atol=atol)
    mismatch = outcome.mismatch
    if part:
        part.converted = part.converted or outcome.converted
    if mismatch is None and not (changed and unchanged):
        if part:
            part.case = None
        return
    if part:
        kind = "changed" if changed else mismatch.kind if mismatch else ""
        place = (*at, *(mismatch.place if mismatch else ()))
        part.case = Case(kind, inputs, expected, result, _from_the_front(place, expected))
    raise MismatchError(mismatch or _changed(), what)


def _from_the_front(place: tuple[int, ...], value: Any) -> tuple[int, ...]:
    """Return ``place`` in nested sequences, counted from the front."""
    found = []
    for k in place:
        found.append(k % len(value))
        value = value[k]
    return tuple(found)


def expect_true(condition: object, message: str, verdict: str = "", mistake: str = "") -> None:
    """Check ``condition``; ``message`` says in German what is not as it should be.

    Where ``message`` shows numbers that hidden tests must not tell, ``verdict`` says the same without them. ``mistake``
    is the key of the known mistake that it comes from.

    Raises:
        MismatchError: it does not hold.

    """
    if not bool(condition):
        raise MismatchError(Mismatch("condition", message, verdict or message, mistake=mistake))


@contextlib.contextmanager
def expect_unchanged(*inputs: Any) -> Iterator[None]:
    """Check that the block leaves ``inputs`` (arrays, or sequences of them) as they were.

    Raises:
        MismatchError: one of them was changed in place.

    """
    before = copy.deepcopy(inputs)
    yield
    if not _identical(before, inputs):
        raise MismatchError(_changed())


def _changed() -> Mismatch:
    text = _("an input was changed in place; work on a copy")
    return Mismatch("changed", text, text)


def _identical(before: Any, after: Any) -> bool:
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_identical, before, after))
    if isinstance(before, np.ndarray):
        return np.array_equal(before, np.asarray(after), equal_nan=before.dtype.kind == "f")
    return bool(before == after)


@contextlib.contextmanager
def expect_no_warning() -> Iterator[None]:
    """Check that the block raises no RuntimeWarning of NumPy's, such as an overflow.

    Raises:
        MismatchError: it does.

    """
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        yield
    for warning in caught:
        if issubclass(warning.category, RuntimeWarning):
            text = _("NumPy warns: {warning}", warning=str(warning.message))
            raise MismatchError(Mismatch("warning", text, text))
