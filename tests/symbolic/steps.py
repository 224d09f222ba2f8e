"""The steps of all right chains of the corpus, as the generators of lines need them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.symbolic import check_derivation, scope
from autograder.symbolic.comparison import Comparison, UndecidableError
from autograder.symbolic.expressions import Expression
from autograder.symbolic.judgement import Line, judge
from autograder.symbolic.notation import Case, NotationError, parse
from autograder.symbolic.registry import setting
from autograder.symbolic.rules import Rule

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Step:
    """A line of a right chain with the line before it."""

    part: str
    chain: str
    number: int
    before: Expression
    line: Expression
    rules: frozenset[Rule]
    case: str | None

    @property
    def one_hot(self):
        """Whether the line names the assumption on y."""
        return Rule.ASSUMPTION in self.rules and setting(self.part).task.normalised is not None

    def accepts(self, text, *, before=None, rules=None):
        """Return the status of ``text`` in place of the line, and whether it is accepted, through the parser."""
        prepared = setting(self.part)
        case = None if self.case is None else Case(*prepared.task.free[:2], self.case == "==")
        comparison = Comparison(prepared, case)
        try:
            expression = parse(text, prepared.vocabulary)
            findings = scope.check(expression, prepared)
        except NotationError:
            return "unreadable", False
        line = Line(self.number, expression, self.rules if rules is None else rules, tuple(findings.mistakes))
        first = self.before if before is None else before
        shapes = tuple(scope.check(first, prepared).mistakes)
        try:
            judgement = judge(Line(self.number - 1, first, frozenset(), shapes), line, comparison)
        except UndecidableError:
            return "undecided", False
        return judgement.mistake or judgement.status, judgement.ok


def steps_of(part, name, text):
    """Yield every step of a right chain, called ``name``."""
    last = {}
    for line in check_derivation(part, text).lines:
        before = last.get(line.case, last.get(None))
        last[line.case] = line.expression
        if line.status == "start" or before is None or line.expression is None:
            continue
        yield Step(part, name, line.number, before, line.expression, frozenset(map(Rule, line.rules)), line.case)


@cache
def steps():
    """Return every step of every right chain."""
    return tuple(
        step
        for path in sorted(CORPUS.glob("*_right.toml"))
        for chain in tomllib.loads(path.read_text(encoding="utf-8"))["chain"]
        for step in steps_of(path.stem[:2], f"{path.stem}: {chain['name']}", chain["text"])
    )
