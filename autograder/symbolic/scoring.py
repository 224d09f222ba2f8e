"""Points by milestones: what a chain of judged lines has shown.

A milestone of kind ``Resolved`` is earned on a sound line after which no derivative needs certain openers any more; so
it hangs on what the line achieves, not on how it looks. A line in the sheet's final form states the result and shows
no way to it: there, only the last milestone is earned. A wrong line earns nothing and costs only what it would have
earned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.messages import _
from autograder.symbolic.comparison import PLAIN, TRUTH, Comparison
from autograder.symbolic.evaluation import Variant
from autograder.symbolic.expressions import (
    Derivative,
    Expression,
    IndexValue,
    Kronecker,
    Number,
    Power,
    Sum,
    Symbol,
    children,
    walk,
)
from autograder.symbolic.judgement import Line
from autograder.symbolic.notation import parse
from autograder.symbolic.rules import ALL
from autograder.symbolic.setting import Setting, family
from autograder.symbolic.tasks import Final, Form, Resolved
from autograder.symbolic.verdict import MilestoneResult, Status

OTHER_RULE_COST = 0.5
BARE_RESULT = 0.5


@dataclass(frozen=True)
class Judged:
    """A readable line with the line it was judged against and the outcome; ``before`` is None for a start."""

    line: Line
    before: Line | None
    status: Status
    ok: bool

    @property
    def sound(self) -> bool:
        """Whether the line counts on the way; an assumption that is not named is paid for at the end."""
        return self.ok or self.status == "assumption"


@dataclass(frozen=True)
class Chain:
    """The lines of one case, or of the whole proof where no case is open, the common lines first."""

    lines: tuple[Judged, ...]
    comparison: Comparison


def score(
    chains: Sequence[Chain], setting: Setting, *, cases_complete: bool
) -> tuple[float, tuple[MilestoneResult, ...]]:
    """Return the points and the milestones, earned or not, of a proof by ``chains``.

    ``cases_complete`` is whether the chains together cover the claim.
    """
    milestones = setting.task.milestones
    earned = [_earned(chain, setting) for chain in chains]
    results = []
    for k, milestone in enumerate(milestones):
        reached = [milestones_of_chain[k] for milestones_of_chain in earned]
        got = (bool(reached) and all(reached) and cases_complete) if milestone.both_cases else any(reached)
        results.append(MilestoneResult(_(milestone.title), milestone.points, got))
    points = sum(result.points for result in results if result.earned)
    judged = [line for chain in chains for line in chain.lines]
    if any(line.status == "other_rule" for line in judged):
        points -= OTHER_RULE_COST
    if all(len(chain.lines) <= 2 and _states_result(chain, setting) for chain in chains):
        points = min(points, BARE_RESULT)
    return max(points, 0.0), tuple(results)


def _states_result(chain: Chain, setting: Setting) -> bool:
    return in_sheet_form(chain.lines[-1].line.expression, setting, chain.comparison) if chain.lines else True


def _earned(chain: Chain, setting: Setting) -> list[bool]:
    """Return, milestone by milestone, whether ``chain`` earned it."""
    milestones = setting.task.milestones
    resolved = [
        isinstance(milestone, Resolved)
        and any(
            _sound_way(judged, chain, setting) and _resolves(milestone, judged, setting, chain)
            for judged in chain.lines
        )
        for milestone in milestones
    ]
    some = any(resolved)
    earned = []
    for milestone, done in zip(milestones, resolved, strict=True):
        match milestone:
            case Resolved():
                # a case may leave nothing to do here, as dz[i]/dz[j] for i != j
                earned.append(done or (some and not _needs(milestone, setting.start, chain)))
            case Form(shown=shown):
                earned.append(some and any(_shows(judged, shown, chain, setting) for judged in chain.lines))
            case Final():
                earned.append(_reached(milestone, chain, setting))
    return earned


def _sound_way(judged: Judged, chain: Chain, setting: Setting) -> bool:
    """Return whether a line follows and is more than the bare result."""
    return judged.sound and not in_sheet_form(judged.line.expression, setting, chain.comparison)


def _shows(judged: Judged, shown: Callable[[Expression], bool], chain: Chain, setting: Setting) -> bool:
    if _sound_way(judged, chain, setting) and shown(judged.line.expression):
        return True
    # the line before had the form but was wrong for another reason; what goes on from it soundly keeps the form
    before = judged.before.expression if judged.before else setting.start
    return judged.sound and shown(before) and not in_sheet_form(before, setting, chain.comparison)


def _reached(final: Final, chain: Chain, setting: Setting) -> bool:
    slipped = assumed = False
    if final.assumption and any(judged.status == "assumption" for judged in chain.lines):
        return False
    for judged in chain.lines:
        slipped = slipped or not judged.sound
        assumed = assumed or (judged.ok and judged.line.assumed)
        # a true line states the result even where its reason is missing
        if (
            (judged.sound or judged.status == "jump")
            and (assumed or not final.assumption)
            and _final_form(judged.line.expression, setting, chain.comparison, slipped=slipped)
        ):
            return True
    return False


def _needs(milestone: Resolved, expression: Expression, chain: Chain) -> bool:
    return chain.comparison.needs(expression, Variant(ALL, blocked=milestone.openers, place=milestone.place))


def _resolves(milestone: Resolved, judged: Judged, setting: Setting, chain: Chain) -> bool:
    before = judged.before.expression if judged.before else setting.start
    return _needs(milestone, before, chain) and not _needs(milestone, judged.line.expression, chain)


def _final_form(expression: Expression, setting: Setting, comparison: Comparison, *, slipped: bool) -> bool:
    final = next(m for m in setting.task.milestones if isinstance(m, Final))
    if not final.shown(expression):
        return False
    if setting.task.strict_end and not in_sheet_form(expression, setting, comparison):
        return False
    if comparison.agree(expression, setting.target, PLAIN, one_hot=setting.task.normalised is not None):
        return True
    # after a slip the right result cannot come out any more; a consistent one of the same kind counts
    return slipped and _names(expression) == _names(setting.target)


def _names(expression: Expression) -> set[str]:
    return {node.name for node in walk(expression) if isinstance(node, Symbol)} | {
        function for node in walk(expression) if (function := getattr(node, "function", None))
    }


def in_sheet_form(expression: Expression, setting: Setting, comparison: Comparison) -> bool:
    """Return whether ``expression`` consists of the sheet's atoms alone: it states the result, not a way to it."""
    final = next(m for m in setting.task.milestones if isinstance(m, Final))
    if not final.shown(expression):
        return False
    atoms = [parse(text, setting.vocabulary) for text in setting.task.sheet_atoms]
    return not atoms or _only(expression, atoms, comparison)


def _only(node: Expression, atoms: list[Expression], comparison: Comparison) -> bool:
    if isinstance(node, Number | IndexValue):
        return True
    if not isinstance(node, Sum | Derivative) and _is_atom(node, atoms, comparison):
        return True
    parts = children(node)
    if not parts or isinstance(node, Sum | Derivative) or getattr(node, "function", None):
        return False
    if isinstance(node, Power) and not isinstance(node.exponent, Number):
        return False
    return all(_only(part, atoms, comparison) for part in parts)


def _is_atom(node: Expression, atoms: list[Expression], comparison: Comparison) -> bool:
    for atom in atoms:
        if node == atom:
            return True
        if isinstance(node, Kronecker) != isinstance(atom, Kronecker):
            continue
        if isinstance(node, Symbol) and isinstance(atom, Symbol) and family(node) == family(atom):
            # another index than the claim's, after a slip perhaps, is the same kind of quantity
            return True
        if comparison.agree(node, atom, TRUTH):
            return True
    return False
