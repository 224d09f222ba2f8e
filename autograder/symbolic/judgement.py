"""One line against the line before it: right, right otherwise, a jump, or wrong, and why."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from autograder.messages import _, number
from autograder.symbolic.comparison import Comparison, Counterexample
from autograder.symbolic.diagnosis import HINTS, name_mistake
from autograder.symbolic.evaluation import Variant
from autograder.symbolic.expressions import Derivative, Expression, Sum, Symbol, children, walk, with_children
from autograder.symbolic.repairs import rename
from autograder.symbolic.rules import EARLIER, FREE, HEAVY, LIGHT, Rule, openers
from autograder.symbolic.scope import ShapeMistake
from autograder.symbolic.setting import Setting, family
from autograder.symbolic.verdict import Status

_LIGHT_RULES = {"constant": Rule.CONSTANT, "sum": Rule.SUM, "factor": Rule.FACTOR, "identity": Rule.KRONECKER}
HEAVY_AT_ONCE = 2


@dataclass(frozen=True)
class Line:
    """A readable line as the judge sees it; ``assumed`` is whether it names the assumption (sum of y is 1)."""

    number: int
    expression: Expression
    rules: frozenset[Rule]
    shapes: tuple[ShapeMistake, ...] = ()

    @property
    def assumed(self) -> bool:
        """Whether the line names the assumption of the task (sum of y is 1)."""
        return Rule.ASSUMPTION in self.rules


@dataclass(frozen=True)
class Judgement:
    """What is to say of one step."""

    status: Status
    ok: bool
    mistake: str | None = None
    message: str = ""


def judge(before: Line, line: Line, comparison: Comparison) -> Judgement:
    """Judge ``line`` against ``before``.

    Raises:
        UndecidableError: no world tells whether the lines agree.

    """
    first, second = before.expression, line.expression
    new_shapes = [shape for shape in line.shapes if shape not in before.shapes]
    if new_shapes:
        return Judgement(
            "wrong", False, new_shapes[0].key, _wrong(before, line, comparison, None, new_shapes[0].message)
        )
    if same_tree(first, second):
        return Judgement("repeated", True, None, _("This line says what line {line} says.", line=before.number))
    task = comparison.setting.task
    assumed = line.assumed and task.normalised is not None
    if not comparison.holds(first, second, one_hot=assumed):
        if not assumed and task.normalised is not None and comparison.holds(first, second, one_hot=True):
            if circular := (line.rules - task.rules) & EARLIER:
                return _circular(circular)
            return Judgement(
                "assumption",
                False,
                "assumption_not_named",
                _("That holds because the entries of y add up to 1. Name this assumption: # Voraussetzung."),
            )
        mistake = name_mistake(first, second, line.rules, comparison, one_hot=assumed)
        return Judgement("wrong", False, mistake, _wrong(before, line, comparison, mistake, None, one_hot=assumed))
    return _true(before, line, comparison, assumed)


def _true(before: Line, line: Line, comparison: Comparison, assumed: bool) -> Judgement:
    """Judge a line that holds by what justifies it."""
    first, second = before.expression, line.expression
    task = comparison.setting.task
    allowed = line.rules & task.rules
    refused = line.rules - task.rules
    if comparison.follows(first, second, frozenset(), one_hot=assumed):
        if line.rules and line.rules <= HEAVY:
            return _other_rule(line, (Rule.ALGEBRA,))
        return Judgement("right", True)
    heavy = sorted(allowed & HEAVY, key=lambda rule: rule.value)
    for count in range(min(HEAVY_AT_ONCE, len(heavy)) + 1):
        for chosen in itertools.combinations(heavy, count):
            if comparison.follows(first, second, openers((allowed - HEAVY) | set(chosen)), one_hot=assumed):
                return Judgement("right" if set(chosen) <= task.usual else "unusual", True)
    used = explain(first, second, comparison, assumed)
    circular = refused & EARLIER
    if circular and (used is None or len(used) > 1 or not allowed):
        return _circular(circular)
    if not line.rules:
        return Judgement("jump", False, "no_reason", _("Why? Name the rule behind #.") + _lies_between(used))
    if used is not None and _wrong_definition(first, second, line, used):
        text = _("The definition is not inserted as it stands, even if that makes no difference in the end.")
        return Judgement("wrong", False, "wrong_definition", text)
    if used is not None and len(HEAVY.intersection(used)) <= max(1, len(heavy)):
        began = _began_with(first, second, heavy, comparison, assumed) if used == (Rule.CHAIN,) else None
        if began is None:
            return _other_rule(line, used)
        used = (began, Rule.CHAIN)
    return Judgement(
        "jump",
        False,
        "jump",
        _(
            "That is true, but {rules} does not carry this far. Write the steps between.",
            rules=_names(line.rules),
        )
        + _lies_between(used),
    )


def _wrong_definition(first: Expression, second: Expression, line: Line, used: tuple[Rule, ...]) -> bool:
    """Return whether a definition was inserted with a constant too many or too few, such as z without its bias."""
    return (
        Rule.DEFINITION in line.rules
        and line.rules <= FREE
        and set(used) <= {Rule.CONSTANT, Rule.SUM}
        and _derivatives(first) == _derivatives(second)
    )


def _derivatives(expression: Expression) -> int:
    return sum(isinstance(node, Derivative) for node in walk(expression))


def _began_with(
    first: Expression, second: Expression, heavy: list[Rule], comparison: Comparison, assumed: bool
) -> Rule | None:
    """Return the named rule that opens ``first`` and carries to ``second`` if the chain rule joins it.

    The chain rule alone would carry there too, since it knows 1/u; but that is not how the line was meant.
    """
    for rule in heavy:
        named = openers(frozenset({rule}))
        applies = not comparison.agree(first, first, Variant(named), other=Variant(LIGHT), one_hot=assumed)
        if applies and comparison.follows(first, second, openers(frozenset({rule, Rule.CHAIN})), one_hot=assumed):
            return rule
    return None


def explain(
    first: Expression, second: Expression, comparison: Comparison, assumed: bool = False
) -> tuple[Rule, ...] | None:
    """Return the fewest rules (at most two heavy ones) by which ``second`` follows, None if none suffice."""
    if comparison.follows(first, second, LIGHT, one_hot=assumed):
        needed = [
            rule
            for opener, rule in _LIGHT_RULES.items()
            if not comparison.follows(first, second, LIGHT - {opener}, one_hot=assumed)
        ]
        return tuple(needed) or (Rule.SUM,)
    # the chain rule grants the power rule's opener too; name the narrower rule where it suffices
    order = [Rule.QUOTIENT, Rule.PRODUCT, Rule.POWER, Rule.CHAIN, Rule.PART_1B]
    heavy = [rule for rule in order if rule in comparison.setting.task.rules]
    for count in (1, HEAVY_AT_ONCE):
        for chosen in itertools.combinations(heavy, count):
            if comparison.follows(first, second, openers(frozenset(chosen)), one_hot=assumed):
                return chosen
    return None


def same_tree(first: Expression, second: Expression) -> bool:
    """Return whether two lines are the same but for the names of bound indices."""
    return _canonical(first, 0) == _canonical(second, 0)


def _canonical(node: Expression, depth: int) -> Expression:
    if isinstance(node, Sum):
        name = f"bound {depth}"  # no name that one can write
        return Sum(_canonical(rename(node.body, node.index, name), depth + 1), name, node.lower, node.upper)
    return with_children(node, tuple(_canonical(child, depth) for child in children(node)))


# ------------------------------------------------------------------------------------------------ sentences


def _names(rules: frozenset[Rule] | tuple[Rule, ...]) -> str:
    ordered = rules if isinstance(rules, tuple) else sorted(rules, key=lambda rule: rule.value)
    return ", ".join(rule.value for rule in ordered)


def _lies_between(used: tuple[Rule, ...] | None) -> str:
    if used is None:
        return " " + _("More than two rules lie between.")
    return " " + _("In between lies: {rules}.", rules=_names(used))


def _circular(rules: frozenset[Rule]) -> Judgement:
    text = _("{rule} is no reason here: it is what is to be shown, or comes later.", rule=_names(rules))
    return Judgement("jump", False, "circular", text)


def _other_rule(line: Line, used: tuple[Rule, ...]) -> Judgement:
    return Judgement(
        "other_rule",
        True,
        None,
        _(
            "Right, but not by the rule that you name ({named}). This is: {used}.",
            named=_names(line.rules) or "-",
            used=_names(used),
        ),
    )


def _wrong(
    before: Line,
    line: Line,
    comparison: Comparison,
    mistake: str | None,
    reason: str | None,
    *,
    one_hot: bool = False,
) -> str:
    named = _(" ({rules})", rules=_names(line.rules)) if line.rules else ""
    sentences = [
        _(
            "Line {line} does not follow from line {before}{named}.",
            line=line.number,
            before=before.number,
            named=named,
        )
    ]
    example = comparison.counterexample(before.expression, line.expression, one_hot=one_hot)
    if example is not None and reason is None:
        sentences.append(_example(example, before, line, comparison.setting))
    hint = reason or (_(HINTS[mistake]) if mistake is not None and mistake in HINTS else None)
    if hint:
        sentences.append(_("Guess: {hint}", hint=hint))
    return "\n".join(sentences)


def _example(example: Counterexample, before: Line, line: Line, setting: Setting) -> str:
    place = describe(example, (before.expression, line.expression), setting)
    if example.right is None:
        return _("For {place}, line {line} has no value at all.", place=place, line=line.number)
    return _(
        "For {place}: line {before} = {left}, line {line} = {right}.",
        place=place,
        before=before.number,
        left=number(example.left),
        line=line.number,
        right=number(example.right),
    )


def describe(example: Counterexample, expressions: tuple[Expression, ...], setting: Setting) -> str:
    """Return the situation of a counterexample in words: sizes, free indices and the numbers that matter."""
    world = example.world
    named = {
        index.name
        for node in itertools.chain(*map(walk, expressions))
        if isinstance(node, Symbol)
        for index in node.indices
    }
    parts = [
        f"{name} = {size}" for name, size in world.sizes if any(name in shape for shape in setting.shapes.values())
    ]
    parts += [f"{name} = {value}" for name, value in world.free if name in named or world.one_hot]
    if setting.layered:
        return _("{place} and random weights", place=", ".join(parts))
    for (name, layer), shape in setting.shapes.items():
        if (name, layer) in setting.definitions or (name, layer) in setting.depends or len(shape) > 1:
            continue
        if name == setting.task.normalised and world.one_hot:
            continue
        if not _mentions(expressions, name, setting):
            continue
        keys = [(k,) for k in range(1, world.size(shape[0]) + 1)] if shape else [()]
        values = [number(world.value(((name, layer), key))) for key in keys]
        parts.append(f"{name} = ({'; '.join(values)})" if shape else f"{name} = {values[0]}")
    return ", ".join(parts)


def _mentions(expressions: tuple[Expression, ...], name: str, setting: Setting) -> bool:
    """Return whether ``name`` stands in a line or in the definition of what stands there."""
    waiting, seen = list(itertools.chain(*map(walk, expressions))), set()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Symbol):
            continue
        if node.name == name:
            return True
        of = family(node)
        if of not in seen and of in setting.definitions:
            seen.add(of)
            waiting.extend(walk(setting.definitions[of].body))
    return False
