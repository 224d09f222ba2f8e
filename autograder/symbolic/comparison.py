"""Whether two lines agree: in all worlds, under given openers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from decimal import Decimal

from autograder.symbolic.evaluation import ExhaustedError, Memory, UndefinedError, Variant, evaluate
from autograder.symbolic.expressions import Expression
from autograder.symbolic.notation import Case
from autograder.symbolic.rules import ALL, LIGHT
from autograder.symbolic.setting import Setting
from autograder.symbolic.worlds import Real, World, fine_worlds, readable_worlds, worlds

TOLERANCE = 1e-9
FINE_TOLERANCE = Decimal("1e-36")
VISIBLE = 1e-3  # smallest relative gap that a counterexample shows
TRUTH = Variant(ALL)
PLAIN = Variant(frozenset())


class UndecidableError(RuntimeError):
    """No world tells whether the lines agree."""


def close(a: Real, b: Real, tolerance: Real = TOLERANCE) -> bool:
    """Return whether two values agree but for rounding."""
    return bool(abs(a - b) <= tolerance * (1 + max(abs(a), abs(b))))


@dataclass(frozen=True)
class Counterexample:
    """A readable world in which two lines differ; ``right`` is None where the second has no value at all."""

    world: World
    left: float
    right: float | None


@dataclass(frozen=True)
class Comparison:
    """Compares lines of one task, under the case that is open; it remembers the values it has seen."""

    setting: Setting
    case: Case | None = None
    memory: Memory = field(init=False, repr=False, compare=False)
    _values: dict[tuple[int, World, Variant], Real] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "memory", Memory(self.setting))

    def worlds(self, one_hot: bool) -> tuple[World, ...]:
        """Return the worlds that count here."""
        return worlds(self.setting.task, self.case, one_hot=one_hot)

    def value(self, expression: Expression, world: World, variant: Variant) -> Real:
        """Return the value of ``expression``, nan where it has none.

        Raises:
            UndecidableError: it is too large, or so small that it could hide.

        """
        if variant.slip is None:
            openers_matter, logs_matter = self.memory.matters(expression)
            if not openers_matter:
                variant = TRUTH
            elif variant.split_logs and not logs_matter:
                variant = replace(variant, split_logs=False)
        key = self.memory.hold(expression), world, variant
        if key not in self._values:
            try:
                self._values[key] = evaluate(self.memory, expression, world, variant)
            except UndefinedError:
                self._values[key] = math.nan
            except ExhaustedError:
                raise UndecidableError from None
        return self._values[key]

    def agree(
        self,
        first: Expression,
        second: Expression,
        variant: Variant = TRUTH,
        *,
        one_hot: bool = False,
        other: Variant | None = None,
    ) -> bool:
        """Return whether both lines have the same value in all worlds (``other``: the second line's variant).

        Raises:
            UndecidableError: the first line has a value in none of them.

        """
        compared = 0
        for world in self.worlds(one_hot):
            a = self.value(first, world, variant)
            if math.isnan(a):
                continue
            compared += 1
            # `not close` would take nan for a difference as well, which is what is meant
            if not close(a, self.value(second, world, other or variant)):
                return False
        if not compared:
            raise UndecidableError
        return True

    def holds(self, first: Expression, second: Expression, *, one_hot: bool = False) -> bool:
        """Return whether the lines agree, also in fine worlds that are drawn from the text of these two lines.

        Raises:
            UndecidableError: the first line has a value in no world, or a value is too small or too large to tell.

        """
        if not self.agree(first, second, one_hot=one_hot):
            return False
        key = f"{self.setting.task.part} {first} {second}"
        for world in fine_worlds(self.setting.task, self.case, one_hot=one_hot, key=key):
            a, b = (self.value(expression, world, TRUTH) for expression in (first, second))
            if not math.isnan(a) and (math.isnan(b) or not close(a, b, FINE_TOLERANCE)):
                return False
        return True

    def follows(self, first: Expression, second: Expression, openers: frozenset[str], *, one_hot: bool = False) -> bool:
        """Return whether ``second`` follows from ``first`` by ``openers``, logarithms read either way.

        What is left to do in ``second`` may be written so that the rule just used would apply once more, as
        Derivative(1/exp(z), z) for Derivative(exp(-z), z) after the quotient rule; then it stays closed there.
        """
        for split in (False, True) if openers else (False,):
            opened = Variant(openers, split_logs=split)
            if self.agree(first, second, opened, one_hot=one_hot):
                return True
            closed = Variant(openers & LIGHT, split_logs=split)
            if closed != opened and self.agree(first, second, opened, other=closed, one_hot=one_hot):
                return True
        return False

    def needs(self, expression: Expression, variant: Variant) -> bool:
        """Return whether ``expression`` holds a derivative that the blocked openers of ``variant`` leave closed."""
        return not any(
            self.agree(expression, expression, TRUTH, other=replace(variant, split_logs=split))
            for split in (False, True)
        )

    def counterexample(self, first: Expression, second: Expression, *, one_hot: bool = False) -> Counterexample | None:
        """Return the smallest readable world in which the lines differ visibly."""
        for world in readable_worlds(self.setting.task, self.case, one_hot=one_hot):
            a, b = self.value(first, world, TRUTH), self.value(second, world, TRUTH)
            if math.isnan(a):
                continue
            if math.isnan(b):
                return Counterexample(world, a, None)
            if not close(a, b, VISIBLE):
                return Counterexample(world, a, b)
        return None
