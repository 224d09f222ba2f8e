"""Points by milestones: what a chain of judged lines has shown.

A milestone of kind ``Resolved`` is earned on a sound line after which no derivative needs certain openers any more; so
it hangs on what the line achieves, not on how it looks. A wrong line earns nothing and costs only what it would have
earned; so does a jump, and to state the bare result where several milestones are open is a jump (``check.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.messages import _
from autograder.symbolic.comparison import PLAIN, TRUTH, Comparison
from autograder.symbolic.evaluation import Variant
from autograder.symbolic.expressions import (
    Call,
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
SLIP_COST = 0.5
BARE_RESULT = 0.5


@dataclass(frozen=True)
class Judged:
    """A readable line with the line it was judged against and the outcome; ``before`` is None for a start."""

    line: Line
    before: Line | None
    status: Status
    ok: bool
    mistake: str | None = None

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
    complete = results[-1].earned
    points -= SLIP_COST * len(set().union(*(_idle_slips(chain, setting, reached=complete) for chain in chains)))
    judged = [line for chain in chains for line in chain.lines]
    if any(line.status == "other_rule" for line in judged):
        points = max(points - OTHER_RULE_COST, min(points, BARE_RESULT))
    if all(len(chain.lines) <= 2 and _states_result(chain, setting) for chain in chains):
        points = min(points, BARE_RESULT)
    return max(points, 0.0), tuple(results)


def _states_result(chain: Chain, setting: Setting) -> bool:
    return in_sheet_form(chain.lines[-1].line.expression, setting, chain.comparison) if chain.lines else True


def _earned(chain: Chain, setting: Setting) -> list[bool]:
    """Return, milestone by milestone, whether ``chain`` earned it."""
    milestones = setting.task.milestones
    sound = [
        resolved_by(judged.before, judged.line, setting, chain.comparison) for judged in chain.lines if judged.sound
    ]
    resolved = [any(milestone in reached for reached in sound) for milestone in milestones]
    some = any(resolved)
    earned = []
    for milestone, done in zip(milestones, resolved, strict=True):
        match milestone:
            case Resolved():
                # a case may leave nothing to do here, as dz[i]/dz[j] for i != j
                earned.append(done or (some and not _needs(milestone, setting.start, chain.comparison)))
            case Form():
                earned.append(some and _shows(milestone, chain, setting))
            case Final():
                earned.append(_reached(milestone, chain, setting))
    return earned


def _idle_slips(chain: Chain, setting: Setting, *, reached: bool) -> set[str]:
    """Return the kinds of slips that cost no milestone, as a definition inserted wrongly does; each costs once.

    ``reached`` is whether the last milestone was earned all the same.
    """
    kinds = set()
    forms = [milestone for milestone in setting.task.milestones if isinstance(milestone, Form)]
    for judged in chain.lines:
        if judged.status != "wrong" or judged.before is None:
            continue
        expression = judged.line.expression
        costly = resolved_by(judged.before, judged.line, setting, chain.comparison) or any(
            form.shown(expression) and not form.shown(judged.before.expression) for form in forms
        )
        if not costly and (reached or not _final(setting).shown(expression)):
            kinds.add(judged.mistake or f"line {judged.line.number}")
    return kinds


def resolved_by(before: Line | None, line: Line, setting: Setting, comparison: Comparison) -> list[Resolved]:
    """Return the milestones whose derivatives ``before`` (None: the claim) leaves to do and ``line`` does not."""
    first = before.expression if before else setting.start
    return [
        milestone
        for milestone in setting.task.milestones
        if isinstance(milestone, Resolved)
        and _needs(milestone, first, comparison)
        and not _needs(milestone, line.expression, comparison)
    ]


def _shows(form: Form, chain: Chain, setting: Setting) -> bool:
    """Return whether ``chain`` has the form.

    A wrong line that has it first passes it on to what follows soundly only if its mistake costs another milestone.
    """
    for judged in chain.lines:
        if not form.shown(judged.line.expression):
            continue
        if judged.sound:
            return True
        if judged.status == "wrong" and not resolved_by(judged.before, judged.line, setting, chain.comparison):
            return False
    return False


def _reached(final: Final, chain: Chain, setting: Setting) -> bool:
    slipped = assumed = False
    if final.assumption and any(judged.status == "assumption" for judged in chain.lines):
        return False
    for judged in chain.lines:
        slipped = slipped or not judged.sound
        # a true line states the result even where its reason is missing
        true = judged.sound or judged.status == "jump"
        assumed = assumed or (true and judged.line.assumed)
        if (
            true
            and (assumed or not final.assumption)
            and _final_form(judged.line.expression, setting, chain.comparison, slipped=slipped)
        ):
            return True
    return False


def _needs(milestone: Resolved, expression: Expression, comparison: Comparison) -> bool:
    return comparison.needs(expression, Variant(ALL, blocked=frozenset(milestone.openers), place=milestone.place))


def _final_form(expression: Expression, setting: Setting, comparison: Comparison, *, slipped: bool) -> bool:
    if not _final(setting).shown(expression):
        return False
    if setting.task.strict_end and not in_sheet_form(expression, setting, comparison):
        return False
    if comparison.agree(expression, setting.target, PLAIN, one_hot=setting.task.normalised is not None):
        return True
    # after a slip the right result cannot come out any more; a consistent one of the same kind counts
    found, wanted = _names(expression), _names(setting.target)
    return slipped and found.keys() == wanted.keys() and found >= wanted


def _names(expression: Expression) -> Counter[str]:
    return Counter(
        node.name if isinstance(node, Symbol) else node.function
        for node in walk(expression)
        if isinstance(node, Symbol | Call)
    )


def states_result(expression: Expression, setting: Setting) -> bool:
    """Return whether ``expression`` is the claim's right side as the sheet writes it: a result that shows no way."""
    return _final(setting).shown(expression) and _only(expression, _atoms(setting), _looks_like)


def in_sheet_form(expression: Expression, setting: Setting, comparison: Comparison) -> bool:
    """Return whether ``expression`` consists of the sheet's atoms alone, each written short or by its definition."""

    def is_atom(node: Expression, atoms: Sequence[Expression]) -> bool:
        return _looks_like(node, atoms) or (
            not isinstance(node, Kronecker) and any(comparison.agree(node, atom, TRUTH) for atom in atoms)
        )

    return _final(setting).shown(expression) and _only(expression, _atoms(setting), is_atom)


def _final(setting: Setting) -> Final:
    return next(milestone for milestone in setting.task.milestones if isinstance(milestone, Final))


def _atoms(setting: Setting) -> list[Expression]:
    return [parse(text, setting.vocabulary) for text in setting.task.sheet_atoms]


def _looks_like(node: Expression, atoms: Sequence[Expression]) -> bool:
    """Return whether ``node`` is one of ``atoms``; another index than the claim's, after a slip, is the same kind."""
    return any(
        node == atom
        or (isinstance(node, Symbol) and isinstance(atom, Symbol) and family(node) == family(atom))
        or (isinstance(node, Kronecker) and isinstance(atom, Kronecker))
        for atom in atoms
    )


def _only(
    node: Expression, atoms: list[Expression], is_atom: Callable[[Expression, Sequence[Expression]], bool]
) -> bool:
    """Return whether ``node`` is made of ``atoms`` and numbers by arithmetic; any line is, where there are none."""
    if not atoms or isinstance(node, Number | IndexValue):
        return True
    if isinstance(node, Sum | Derivative):
        return False
    if is_atom(node, atoms):
        return True
    parts = children(node)
    if not parts or isinstance(node, Call) or (isinstance(node, Power) and not isinstance(node.exponent, Number)):
        return False
    return all(_only(part, atoms, is_atom) for part in parts)
