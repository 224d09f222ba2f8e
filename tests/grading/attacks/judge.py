"""What an attack achieved, from what lies in the course afterwards and from what was seen around it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from autograder.grading.solutions import unseen_digits
from tests.course.tiny_course import ASSIGNMENT
from tests.grading.attacks.attack import Attack, Effect
from tests.grading.attacks.places import MARK, Canary, Places, disguises
from tests.grading.attacks.victim import HONEST, INNOCENT, TARGETS, VICTIM
from tests.grading.attacks.watch import Report

LARGEST_RESULT = 5 * 2**20  # bytes of what grading writes for one hand-in
LARGEST_PROCESS = 3 * 2**30  # bytes of any process of the graders
SHOWN_LABELS = 40  # enough to know the labels of the unseen digits by
PROOF = "BEUTE"  # what attacks print who took more than they may
ELSEWHERE = "boese.example"  # the host that active pages ask
_LOADS = {"src", "srcset", "data", "poster", "background", "action", "formaction", "style", "srcdoc"}


@cache
def secrets() -> dict[str, str]:
    """Return all secrets by the name of their place: canaries, the system's own and the unseen digits' labels."""
    found = {canary.name: canary.value for canary in Canary}
    found["UNSEEN"] = "".join(map(str, unseen_digits()[1][:SHOWN_LABELS]))
    with suppress(OSError, IndexError):  # an ordinary user cannot read it, which is the point
        found["SHADOW"] = Path("/etc/shadow").read_text(encoding="utf-8").splitlines()[0]
    return found


@dataclass(frozen=True)
class Finding:
    """One success of an attack."""

    effect: Effect
    what: str


@dataclass(frozen=True)
class Outcome:
    """A graded course; ``strict`` looks at all pages and messages, else only at what is not said anyway.

    Stock nbgrader shows hidden tests in its feedback and tracebacks; that is not to count as an attack's success.
    """

    places: Places
    strict: bool

    @cached_property
    def report(self) -> Report:
        """Return what was seen around the grading."""
        return Report.load(self.places.root)

    @cached_property
    def points(self) -> dict[str, dict[str, float]]:
        """Return the points of every student by test, as the gradebook has them."""
        query = """SELECT submitted_assignment.student_id, base_cell.name,
                          COALESCE(grade.manual_score, grade.auto_score, 0) + COALESCE(grade.extra_credit, 0)
                   FROM grade JOIN base_cell ON grade.cell_id = base_cell.id
                   JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
                   JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id"""
        points: dict[str, dict[str, float]] = {}
        for student, test, score in self._query(query):
            points.setdefault(student, {})[test] = score
        return points

    def graded(self, student: str) -> bool:
        """Tell whether there are points and a graded notebook."""
        folder = self.places.course / "autograded" / student / ASSIGNMENT
        return student in self.points and any(folder.glob("*.ipynb"))

    def of(self, attack: Attack) -> list[Finding]:
        """Return all that ``attack`` achieved."""
        return [
            *self._points(attack),
            *self._read(attack),
            *self._around(attack),
            *self._results(attack),
        ]

    def successes(self, attack: Attack) -> list[Finding]:
        """Return what ``attack`` achieved of what it was after."""
        found = [finding for finding in self.of(attack) if finding.effect is attack.effect]
        return [finding for finding in found if attack.effect is not Effect.READ or attack.trace in finding.what]

    def of_all(self) -> list[Finding]:
        """Return all that one attack or another achieved, for what cannot be traced to one."""
        found = [Finding(Effect.CHANGED, path) for path in [*self.report.changed, *self._spoilt()]]
        if self.report.memory > LARGEST_PROCESS:
            found.append(Finding(Effect.HOGGED, f"a process of {self.report.memory / 2**30:.1f} GiB"))
        found += [Finding(Effect.LEFT, line) for line in self.report.left]
        found += [Finding(Effect.READ, f"somebody was called: {call}") for call in self.report.calls]
        found += [Finding(Effect.STOPPED, name) for name in (VICTIM, INNOCENT) if not self.graded(name)]
        if self.report.status != 0 or self.report.feedback_status != 0:
            found.append(Finding(Effect.STOPPED, f"nbgrader: {self.report.log[-1500:]}"))
        return found

    # ------------------------------------------------------------------------------------ one by one

    def _points(self, attack: Attack) -> Iterator[Finding]:
        got = self.points.get(attack.name, {}) if self.graded(attack.name) else {}
        for test, points in got.items():
            if test in TARGETS and points != 0:
                yield Finding(Effect.POINTS, f"{test}: {points:g}")
            if test in HONEST and points > HONEST[test]:
                yield Finding(Effect.POINTS, f"{test}: {points:g}")
        for test, points in HONEST.items():
            if attack.honest and got.get(test, 0) < points:
                yield Finding(Effect.LOST, test)

    def _read(self, attack: Attack) -> Iterator[Finding]:
        texts = list(self._handed_back(attack.name))
        for name, secret in secrets().items():
            for where, text in texts:
                if name == Canary.INPUT.name and self.strict and "feedback" not in where:
                    continue  # what a function printed may stand before the instructor, not before the student
                if any(disguise in text for disguise in disguises(secret)):
                    yield Finding(Effect.READ, f"{name} in {where}")
        for call in self.report.calls:
            if attack.name in call:
                yield Finding(Effect.READ, f"somebody was called: {call}")
        for where, text in texts:
            if PROOF in text:
                yield Finding(Effect.HOGGED, where)

    def _around(self, attack: Attack) -> Iterator[Finding]:
        mark = attack.trace or f"{MARK}-{attack.name}"
        for path in [*self.report.changed, *self._spoilt()]:
            if mark in path:
                yield Finding(Effect.CHANGED, path)
        for line in self.report.left:
            if mark in line:
                yield Finding(Effect.LEFT, line)
        if attack.alone and not self.graded(INNOCENT):
            yield Finding(Effect.STOPPED, "the next hand-in was not graded")

    def _results(self, attack: Attack) -> Iterator[Finding]:
        for step in ("autograded", "feedback"):
            for path in self._files(step, attack.name):
                if path.stat().st_size > LARGEST_RESULT:
                    yield Finding(Effect.FLOODED, f"{step}: {path.stat().st_size} bytes")
                if step == "feedback" and path.suffix == ".html":
                    for what in active(path.read_text(encoding="utf-8", errors="replace")):
                        yield Finding(Effect.SCRIPT, what)

    # ------------------------------------------------------------------------------------ helpers

    def _files(self, step: str, student: str) -> list[Path]:
        folder = self.places.course / step / student / ASSIGNMENT
        return sorted(path for path in folder.rglob("*") if path.is_file())

    def _handed_back(self, student: str) -> Iterator[tuple[str, str]]:
        """Yield what grading made of a hand-in, as (where, text)."""
        for path in self._files("autograded", student):
            text = path.read_bytes().decode(errors="replace")
            if path.suffix == ".ipynb":
                text = "\n".join(self._outputs(json.loads(text)))
            yield f"autograded/{path.name}", text
        if self.strict:
            for path in self._files("feedback", student):
                yield f"feedback/{path.name}", path.read_bytes().decode(errors="replace")

    @staticmethod
    def _outputs(notebook: dict[str, Any]) -> Iterator[str]:
        """Yield all outputs, but for tracebacks of tests: those quote the test, before the instructor only."""
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                if output["output_type"] != "error" or not cell["metadata"].get("nbgrader", {}).get("grade"):
                    yield json.dumps(output, ensure_ascii=False)

    def _spoilt(self) -> Iterator[str]:
        """Yield what is wrong with the results of others."""
        for student in (VICTIM, INNOCENT):
            for test, points in self.points.get(student, {}).items():
                right = HONEST.get(test, 0.0)
                if points != right:
                    yield f"gradebook.db: {student}: {test}: {points:g} instead of {right:g}"
            for step in ("autograded", "feedback"):
                for path in self._files(step, student):
                    text = path.read_bytes().decode(errors="replace")
                    if MARK in text:
                        yield f"{path}: {text[text.index(MARK) :][:60]}"
        names = self._query("SELECT last_name FROM student WHERE id = ?", VICTIM)
        if names != [(Canary.GRADEBOOK.value,)]:
            yield f"gradebook.db: the name of {VICTIM} is {names}"

    def _query(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        database = sqlite3.connect(self.places.course / "gradebook.db", timeout=30)
        try:
            return database.execute(query, values).fetchall()
        except sqlite3.DatabaseError:
            return []  # nothing is graded where the gradebook is destroyed
        finally:
            database.close()


def active(page: str) -> list[str]:
    """Return what in an HTML ``page`` runs a script with the attackers' mark or asks their server."""
    parser = _Page()
    parser.feed(page)
    return parser.found


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._inside = tag if tag in ("script", "style") else ""
        for name, value in attributes:
            value = value or ""
            script = name.startswith("on") or value.strip().casefold().startswith(("javascript:", "data:text/html"))
            if script and MARK in value:
                self.found.append(f"<{tag} {name}={value[:80]!r}>")
            loads = name in _LOADS or (name == "href" and tag != "a") or (tag == "meta" and name == "content")
            if loads and (ELSEWHERE in value or (name == "srcdoc" and MARK in value)):
                self.found.append(f"<{tag} {name}={value[:80]!r}>")

    def handle_data(self, data: str) -> None:
        if (self._inside == "script" and MARK in data) or (self._inside == "style" and ELSEWHERE in data):
            self.found.append(f"<{self._inside}>{data[:80]!r}")

    def handle_endtag(self, _tag: str) -> None:
        self._inside = ""
