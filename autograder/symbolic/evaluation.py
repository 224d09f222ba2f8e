"""The value of a line in a world, with derivatives carried out only as far as the rules at hand allow.

A derivative is opened by one layer where an *opener* is granted; otherwise it is an opaque number that depends on the
value of what is differentiated and on the variable alone. So two lines have the same value exactly if one follows from
the other by these rules, whatever algebra happened inside or outside of derivatives, and whatever bound indices are
called. Inserting a definition is free: a defined quantity has the value of its definition.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import TypeAlias

from autograder.symbolic.expressions import (
    Binary,
    Call,
    Derivative,
    Expression,
    Index,
    IndexValue,
    Kronecker,
    Negative,
    Number,
    Power,
    Sum,
    Symbol,
    children,
    walk,
)
from autograder.symbolic.rules import ALL
from autograder.symbolic.setting import Family, Setting, family, lower_indices, substitute
from autograder.symbolic.tasks import Place
from autograder.symbolic.worlds import Real, World

MAX_EXPONENT = 64.0
MAX_SPAN = 16
MAX_WORK = 30_000  # nodes visited for one value
MAX_TOTAL_WORK = 400_000  # nodes visited for all values under one case
MAX_NAMING_WORK = 250_000  # and to name all mistakes there; those met later stay without a name

FINE = Context(prec=64, Emin=-9999, Emax=9999)
NOISE = Decimal("1e-40")  # in a fine world, less than that is rounding
SMALLEST, LARGEST = Decimal("1e-20"), Decimal("1e20")  # and more than that is large enough to be seen


class UndefinedError(ArithmeticError):
    """A line has no value in a world: division by 0, an index out of range, a logarithm of a negative number."""


class ExhaustedError(RuntimeError):
    """A line is too large to be evaluated in reasonable time."""


@dataclass(frozen=True)
class Variant:
    """How derivatives are opened: by which openers, with which of them blocked where, and with which slip.

    ``split_logs`` reads log(u*v) as log(u) + log(v) before it is differentiated. ``slip`` is the key of a typical
    mistake that the evaluator makes on purpose, for diagnosis; with ``slip_once``, in outermost functions only.
    """

    openers: frozenset[str] = ALL
    blocked: frozenset[str] = frozenset()
    place: Place = "anywhere"
    split_logs: bool = False
    slip: str | None = None
    slip_once: bool = False


_Atom: TypeAlias = tuple[Family, tuple[int, ...]]


@dataclass(frozen=True)
class _Variable:
    """What is differentiated by, its indices filled in; ``value`` where it is recognised by value.

    A function is differentiated by an expression only if it varies through that expression alone: where one of
    ``atoms``, of which the expression is made, stands in it otherwise, the derivative has no value.
    """

    family: Family | None
    indices: tuple[int, ...]
    value: Real | None
    atoms: frozenset[_Atom] = frozenset()


@dataclass(frozen=True)
class _Depth:
    """Where the evaluator stands inside a derivative."""

    opened: bool = False
    summed: bool = False

    def inside(self) -> _Depth:
        return _Depth(True, self.summed)

    def in_sum(self) -> _Depth:
        return _Depth(self.opened, True)


@dataclass(frozen=True)
class _Factor:
    node: Expression
    env: Mapping[str, int]
    inverse: bool


class Memory:
    """What the evaluations of one check share, since they meet the same expressions and worlds again and again.

    Entries go by the identity of a node, which is cheap to look up; ``alive`` keeps those nodes from being collected.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.known: dict[tuple[object, ...], dict[tuple[Family, tuple[int, ...]], Real]] = {}
        self.alive: dict[int, Expression] = {}
        self._reach: dict[int, frozenset[Family]] = {}
        self._places: dict[int, tuple[Family, tuple[Index, ...]]] = {}
        self._inserted: dict[int, Expression] = {}
        self._variants: dict[int, tuple[bool, bool]] = {}
        self.work = 0
        self._naming_work = MAX_TOTAL_WORK - MAX_NAMING_WORK

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Count work apart: what is spent on naming a mistake must not make a line undecidable."""
        self.work, self._naming_work = self._naming_work, self.work
        try:
            yield
        finally:
            self.work, self._naming_work = self._naming_work, self.work

    def hold(self, node: Expression) -> int:
        """Return the identity of ``node``, valid from now on."""
        self.alive[id(node)] = node
        return id(node)

    def place(self, symbol: Symbol) -> tuple[Family, tuple[Index, ...]]:
        """Return the family of ``symbol`` and its lower indices."""
        found = self._places.get(id(symbol))
        if found is None:
            found = self._places[self.hold(symbol)] = family(symbol), lower_indices(symbol)
        return found

    def reach(self, node: Expression) -> frozenset[Family]:
        """Return all families on which ``node`` depends, through definitions as well."""
        found = self._reach.get(id(node))
        if found is None:
            found = frozenset().union(*map(self.reach, (*children(node), *self._behind(node))))
            if isinstance(node, Symbol):
                found |= {family(node)}
            self._reach[self.hold(node)] = found
        return found

    def _behind(self, node: Expression) -> list[Expression]:
        """Return what a defined name stands for, or through what alone it varies."""
        match node:
            case Call(function, _) if function in self.setting.function_definitions:
                return [self.setting.function_definitions[function].body]
            case Symbol():
                of = family(node)
                found: list[Expression] = [self.setting.definitions[of].body] if of in self.setting.definitions else []
                return found + ([self.setting.depends[of]] if of in self.setting.depends else [])
        return []

    def inserted(self, call: Call) -> Expression | None:
        """Return what a call of a defined function stands for, None for other functions."""
        definition = self.setting.function_definitions.get(call.function)
        if definition is None:
            return None
        if id(call) not in self._inserted:
            body = substitute(definition.body, definition.parameters[0], call.argument)
            self._inserted[self.hold(call)] = body
        return self._inserted[id(call)]

    def matters(self, expression: Expression) -> tuple[bool, bool]:
        """Return whether a variant's openers matter to ``expression``, and whether its reading of logarithms does."""
        if id(expression) not in self._variants:
            bodies = [
                self.setting.definitions[of].body for of in self.reach(expression) & self.setting.definitions.keys()
            ]
            nodes = [inner for node in (expression, *bodies) for inner in walk(node)]
            opened = any(isinstance(node, Derivative) for node in nodes)
            logs = opened and any(isinstance(node, Call) and node.function == "log" for node in nodes)
            self._variants[self.hold(expression)] = opened, logs
        return self._variants[id(expression)]


def evaluate(memory: Memory, expression: Expression, world: World, variant: Variant) -> Real:
    """Return the value of ``expression`` in ``world``.

    Raises:
        UndefinedError: it has none.
        ExhaustedError: it is too large, or so is all that was evaluated so far.

    """
    if memory.work > MAX_TOTAL_WORK:
        raise ExhaustedError
    evaluator = (_FineEvaluator if world.fine else _Evaluator)(memory, world, variant)
    try:
        with localcontext(FINE):
            value = evaluator.value(expression, {})
    except (ArithmeticError, ValueError) as error:
        raise UndefinedError(str(error)) from None
    except RecursionError:
        raise ExhaustedError from None
    finally:
        memory.work += evaluator.work
    if not math.isfinite(value):
        raise UndefinedError("not finite")
    return value


_ONLY = {"first_factor_only": 0, "last_factor_only": -1}  # slips: the one factor of a product that is differentiated


class _Evaluator:
    def __init__(self, memory: Memory, world: World, variant: Variant) -> None:
        self.memory = memory
        self.setting = memory.setting
        self.world = world
        self.variant = variant
        self.free = dict(world.free)
        self.sizes = dict(world.sizes)
        self.largest = max(self.sizes.values(), default=0)
        # worlds that differ in free indices alone share their quantities
        self.known = memory.known.setdefault(world.quantities(self.setting.task.true_class), {})
        self.work = 0
        self.zero, self.one = self.number(0), self.number(1)

    # -------------------------------------------------------------------------------------------- arithmetic

    def number(self, value: float | Fraction) -> Real:
        return float(value)

    def exp(self, value: Real) -> Real:
        return math.exp(value)

    def log(self, value: Real) -> Real:
        return math.log(value)

    def total(self, values: Iterable[Real]) -> Real:
        return math.fsum(values)

    def power(self, base: Real, exponent: Real) -> Real:
        if abs(exponent) > MAX_EXPONENT:
            raise UndefinedError("an exponent is too large")
        result = base**exponent
        if isinstance(result, complex):
            raise UndefinedError("a root of a negative number")
        return result

    # -------------------------------------------------------------------------------------------- values

    def value(self, node: Expression, env: Mapping[str, int]) -> Real:
        self.work += 1
        if self.work > MAX_WORK:
            raise ExhaustedError
        match node:
            case Number(value):
                return self.number(value)
            case Symbol():
                return self.symbol(node, env)
            case IndexValue(index):
                return self.number(self.index(index, env))
            case Call():
                return self.call(node, env)
            case Negative(operand):
                return -self.value(operand, env)
            case Binary(operator, left, right):
                a, b = self.value(left, env), self.value(right, env)
                match operator:
                    case "+":
                        return a + b
                    case "-":
                        return a - b
                    case "*":
                        return a * b
                return a / b
            case Power(base, exponent):
                return self.power(self.value(base, env), self.value(exponent, env))
            case Derivative(body, variable):
                self.value(body, env)  # what has no value, as log(-S), has no derivative either
                return self.derivative(body, self.variable(variable, env), env, _Depth())
            case Sum(body, index, lower, upper):
                return self.total(self.value(body, {**env, index: k}) for k in self.span(lower, upper, env))
            case Kronecker(left_index, right_index):
                if self.variant.slip == "missing_kronecker":
                    return self.one
                return self.one if self.index(left_index, env) == self.index(right_index, env) else self.zero

    def index(self, index: Index, env: Mapping[str, int]) -> int:
        if not index.name:
            return index.offset
        if index.name in env:
            return env[index.name] + index.offset
        if index.name in self.free:
            return self.free[index.name] + index.offset
        return self.sizes[index.name] + index.offset

    def call(self, call: Call, env: Mapping[str, int]) -> Real:
        match call.function:
            case "exp":
                return self.exp(self.value(call.argument, env))
            case "log":
                return self.log(self.value(call.argument, env))
        inserted = self.memory.inserted(call)
        if inserted is not None:
            return self.value(inserted, env)
        return self.world.wave(call.function, self.value(call.argument, env))

    def indices(self, symbol: Symbol, env: Mapping[str, int]) -> tuple[int, ...]:
        found = []
        for index in self.memory.place(symbol)[1]:
            k = self.index(index, env)
            # a transposed index is a mistake of shape, told apart elsewhere; here it must only exist at all
            if not 1 <= k <= self.largest:
                raise UndefinedError("an index is out of range")
            found.append(k)
        return tuple(found)

    def symbol(self, symbol: Symbol, env: Mapping[str, int]) -> Real:
        key = self.memory.place(symbol)[0], self.indices(symbol, env)
        found = self.known.get(key)
        if found is None:
            found = self.look_up(*key)
            definition = self.setting.definitions.get(key[0])
            if definition is None or not self.memory.matters(definition.body)[0]:
                self.known[key] = found
        return found

    def look_up(self, of: Family, indices: tuple[int, ...]) -> Real:
        if self.world.one_hot and of[0] == self.setting.task.normalised and self.setting.task.true_class:
            return self.one if indices == (self.free[self.setting.task.true_class],) else self.zero
        definition = self.setting.definitions.get(of)
        if definition is not None:
            return self.value(definition.body, dict(zip(definition.parameters, indices, strict=True)))
        return self.number(self.world.value((of, indices)))

    # -------------------------------------------------------------------------------------------- derivatives

    def variable(self, node: Expression, env: Mapping[str, int]) -> _Variable:
        if isinstance(node, Symbol):
            of = family(node)
            recognised_by_value = of in self.setting.definitions
            return _Variable(of, self.indices(node, env), self.value(node, env) if recognised_by_value else None)
        # a written-out sum stands for a quantity of its own, as S does
        atoms = frozenset[_Atom]() if isinstance(node, Sum) else self.atoms(node, env)
        return _Variable(None, (), self.value(node, env), atoms)

    def atoms(self, node: Expression, env: Mapping[str, int]) -> frozenset[_Atom]:
        """Return the quantities without a definition of which ``node`` is made."""
        match node:
            case Symbol():
                of, indices = self.memory.place(node)[0], self.indices(node, env)
                if of not in self.setting.definitions:
                    return frozenset({(of, indices)})
                return self.atoms(*self.expand(node, env))
            case Call() if (inserted := self.memory.inserted(node)) is not None:
                return self.atoms(inserted, env)
            case Sum(body, index, lower, upper):
                every = (self.atoms(body, {**env, index: k}) for k in self.span(lower, upper, env))
                return frozenset[_Atom]().union(*every)
        return frozenset[_Atom]().union(*(self.atoms(child, env) for child in children(node)))

    def is_variable(self, node: Expression, variable: _Variable, env: Mapping[str, int]) -> bool:
        match node:
            case Number() | IndexValue() | Kronecker() | Derivative():
                return False
            case Symbol():
                if self.memory.place(node)[0] == variable.family:
                    return self.indices(node, env) == variable.indices
                if variable.family is not None:
                    return False
        if variable.value is None:
            return False
        return math.isclose(self.value(node, env), variable.value, rel_tol=1e-12)

    def depends(self, node: Expression, variable: _Variable, env: Mapping[str, int]) -> bool:
        """Return whether ``node`` varies with ``variable``, all indices filled in."""
        self.work += 1
        if variable.value is None and variable.family not in self.memory.reach(node):
            return False
        if self.is_variable(node, variable, env):
            return True
        match node:
            case Symbol():
                of = family(node)
                if of == variable.family:
                    return False
                if of in self.setting.depends:
                    return any(self.depends(inner, variable, at) for _key, inner, at in self.channels(of))
                if of in self.setting.definitions:
                    body, at = self.expand(node, env)
                    return self.depends(body, variable, at)
                if variable.atoms and (of, self.indices(node, env)) in variable.atoms:
                    raise UndefinedError("varies otherwise than through what is differentiated by")
                return False
            case Sum(body, index, lower, upper):
                return any(self.depends(body, variable, {**env, index: k}) for k in self.span(lower, upper, env))
        return any(self.depends(child, variable, env) for child in children(node))

    def expand(self, symbol: Symbol, env: Mapping[str, int]) -> tuple[Expression, dict[str, int]]:
        """Return what a defined quantity stands for, and its indices as that definition calls them."""
        definition = self.setting.definitions[family(symbol)]
        return definition.body, dict(zip(definition.parameters, self.indices(symbol, env), strict=True))

    def channels(self, of: Family) -> list[tuple[tuple[int, ...], Symbol, dict[str, int]]]:
        """Return all members of the family through which alone ``of`` varies (loss: all z of layer L+1)."""
        through = self.setting.depends[of]
        names = [index.name for index in lower_indices(through)]
        sizes = [self.world.size(size) for size in self.setting.shapes[family(through)]]
        found = []
        for indices in itertools.product(*(range(1, size + 1) for size in sizes)):
            found.append((indices, through, dict(zip(names, indices, strict=True))))
        return found

    def may(self, opener: str, depth: _Depth) -> bool:
        """Return whether ``opener`` is granted here."""
        if opener not in self.variant.openers:
            return False
        if opener not in self.variant.blocked:
            return True
        match self.variant.place:
            case "top":
                return depth.opened
            case "outside_sums":
                return depth.summed
            case "inside_sums":
                return not depth.summed
        return False

    def slip(self, depth: _Depth) -> str | None:
        """Return the mistake to make here, if any."""
        return None if self.variant.slip_once and depth.opened else self.variant.slip

    def opaque(self, value: Real, variable: _Variable) -> Real:
        """Return the value of a derivative that stays closed: it depends on function and variable alone."""
        if variable.value is not None and variable.family is None:
            value += (37 * variable.value + 11 * value * variable.value) / 100
        return self.world.wave(f"derivative by {variable.family} {variable.indices}", value)

    def derivative(self, node: Expression, variable: _Variable, env: Mapping[str, int], depth: _Depth) -> Real:
        """Return the derivative of ``node``, opened as far as the openers carry."""
        self.work += 1
        if self.work > MAX_WORK:
            raise ExhaustedError
        opened = self.opened(node, variable, env, depth)
        return self.opaque(self.value(node, env), variable) if opened is None else opened

    def opened(self, node: Expression, variable: _Variable, env: Mapping[str, int], depth: _Depth) -> Real | None:
        """Return the derivative of ``node`` if an opener matches it, else None."""
        if self.is_variable(node, variable, env):
            return self.one if self.may("identity", depth) else None
        if not self.depends(node, variable, env):
            return self.constant(node, variable, env, depth)
        match node:
            case Negative(operand) if self.may("factor", depth):
                return -self.derivative(operand, variable, env, depth)
            case Binary(("+" | "-") as operator, left, right) if self.may("sum", depth):
                a = self.derivative(left, variable, env, depth)
                b = self.derivative(right, variable, env, depth)
                return a + b if operator == "+" else a - b
            case Sum(body, index, lower, upper) if self.may("sum", depth):
                return self.total(
                    self.derivative(body, variable, {**env, index: k}, depth.in_sum())
                    for k in self.span(lower, upper, env)
                )
            case Binary(("*" | "/"), _, _):
                return self.product(_factors(node, env), variable, depth)
            case Power(base, exponent) if self.may("power", depth):
                return self.derived_power(base, exponent, variable, env, depth)
            case Call():
                return self.derived_call(node, variable, env, depth)
            case Symbol():
                return self.derived_symbol(node, variable, env, depth)
            case Derivative():
                # a derivative of a derivative is none of the sheet's quantities: a number of its own
                return self.world.wave(f"second derivative by {variable}", self.value(node, env))
        return None

    def constant(self, node: Expression, variable: _Variable, env: Mapping[str, int], depth: _Depth) -> Real | None:
        slip = self.variant.slip
        related = isinstance(node, Symbol) and family(node) == variable.family
        if related and slip == "missing_kronecker":
            return self.one
        if not related and isinstance(node, Symbol) and slip == "bias_not_vanishing" and node.name == "b":
            return self.value(node, env)
        if not related and isinstance(node, Symbol) and slip == "bias_as_one" and node.name == "b":
            return self.one
        if not related and slip == "constant_not_vanishing":
            return self.one
        return self.zero if self.may("identity" if related else "constant", depth) else None

    def derived_power(
        self,
        base: Expression,
        exponent: Expression,
        variable: _Variable,
        env: Mapping[str, int],
        depth: _Depth,
    ) -> Real | None:
        b, e = self.value(base, env), self.value(exponent, env)
        if not self.depends(exponent, variable, env):
            kept = e if self.slip(depth) == "power_exponent_kept" else e - 1
            return self.chain(e * self.power(b, kept), base, variable, env, depth)
        if not self.may("exp", depth):
            return None
        result = self.power(b, e) * self.log(b) * self.derivative(exponent, variable, env, depth.inside())
        if self.depends(base, variable, env):
            result += e * self.power(b, e - 1) * self.derivative(base, variable, env, depth.inside())
        return result

    def chain(self, outer: Real, inner: Expression, variable: _Variable, env: Mapping[str, int], depth: _Depth) -> Real:
        """Return outer derivative times inner derivative."""
        if self.slip(depth) == "missing_inner_derivative":
            return outer
        derived = self.derivative(inner, variable, env, depth.inside())
        return derived if self.slip(depth) == "missing_outer_derivative" else outer * derived

    def derived_call(
        self,
        node: Call,
        variable: _Variable,
        env: Mapping[str, int],
        depth: _Depth,
    ) -> Real | None:
        inserted = self.memory.inserted(node)
        if inserted is not None:
            return self.opened(inserted, variable, env, depth)
        function, argument = node.function, node.argument
        match function:
            case "exp" if self.may("exp", depth):
                return self.chain(self.value(node, env), argument, variable, env, depth)
            case "log":
                if self.variant.split_logs and self.may("sum", depth):
                    parts = self.log_factors(argument, env)
                    if len(parts) > 1 or self.log_simplifies(parts[0], variable):
                        return self.total(self.derived_log(part, variable, depth) for part in parts)
                if self.may("log", depth):
                    return self.chain(1 / self.value(argument, env), argument, variable, env, depth)
            case _ if self.may("function", depth):
                name = self.setting.task.functions.get(function)
                if name is None:
                    return None
                outer = function if self.slip(depth) == "h_for_dh" else name
                return self.chain(self.world.wave(outer, self.value(argument, env)), argument, variable, env, depth)
        return None

    def log_factors(self, argument: Expression, env: Mapping[str, int]) -> list[_Factor]:
        node, inner = argument, dict(env)
        while isinstance(node, Symbol) and family(node) in self.setting.definitions:
            body, bound = self.expand(node, inner)
            if isinstance(body, Sum):
                break
            node, inner = body, bound
        return _factors(node, inner)[1]

    def log_simplifies(self, part: _Factor, variable: _Variable) -> bool:
        """Return whether the logarithm of a single factor can be taken apart: of 1/u, exp(u) or u**n."""
        match part.node:
            case Call("exp", _):
                return True
            case Power(_, exponent):
                return not self.depends(exponent, variable, part.env)
        return part.inverse

    def derived_log(self, part: _Factor, variable: _Variable, depth: _Depth) -> Real:
        sign = -1 if part.inverse else 1
        match part.node:
            case Call("exp", argument):
                return sign * self.derivative(argument, variable, part.env, depth)
            case Power(base, exponent) if not self.depends(exponent, variable, part.env):
                inner = _Factor(base, part.env, False)
                return sign * self.value(exponent, part.env) * self.derived_log(inner, variable, depth)
        return sign * self.derivative(Call("log", part.node), variable, part.env, depth)

    def derived_symbol(self, symbol: Symbol, variable: _Variable, env: Mapping[str, int], depth: _Depth) -> Real | None:
        of = family(symbol)
        if of in self.setting.depends:
            through = family(self.setting.depends[of])
            if through == variable.family:
                # that is what delta[L+1,m] stands for: no rule is needed to write it
                return self.number(self.world.value(("derivative of", of, variable.indices)))
            if not self.may("multivariate", depth):
                return None
            return self.total(
                self.number(self.world.value(("derivative of", of, indices)))
                * self.derivative(inner, variable, at, depth.inside())
                for indices, inner, at in self.channels(of)
            )
        earlier = self.setting.earlier.get((of, variable.family)) if variable.family else None
        if earlier is not None and self.may("earlier", depth):
            body, by, result = earlier
            names = [index.name for index in (*lower_indices(body), *lower_indices(by))]
            indices = (*self.indices(symbol, env), *variable.indices)
            return self.value(result, dict(zip(names, indices, strict=True)))
        if of not in self.setting.definitions:
            return None
        expanded, at = self.expand(symbol, env)
        return self.opened(expanded, variable, at, depth)

    # -------------------------------------------------------------------------------------------- products

    def product(self, factors: tuple[int, list[_Factor]], variable: _Variable, depth: _Depth) -> Real | None:
        plain = [factor for factor in factors[1] if not isinstance(factor.node, Number)]
        if self.slip(depth) == "product_as_product_of_derivatives" and len(plain) > 1:
            return factors[0] * math.prod(self.derived_factor(factor, variable, depth.inside()) for factor in plain)
        if (kept := _ONLY.get(self.slip(depth) or "")) is not None and len(plain) > 1:
            others = (self.of(factor) for factor in factors[1] if factor is not plain[kept])
            return factors[0] * self.derived_factor(plain[kept], variable, depth.inside()) * math.prod(others)
        constant: Real = factors[0]
        varying = list[_Factor]()
        for factor in factors[1]:
            if self.depends(factor.node, variable, factor.env):
                varying.append(factor)
            else:
                constant *= self.of(factor)
        if not self.may("factor", depth) and (constant != 1 or len(varying) < len(factors[1])):
            return None
        return constant * self.derived_product(varying, variable, depth)

    def of(self, factor: _Factor) -> Real:
        value = self.value(factor.node, factor.env)
        return 1 / value if factor.inverse else value

    def derived_product(self, factors: list[_Factor], variable: _Variable, depth: _Depth) -> Real:
        """Return the derivative of a product of factors that all vary with the variable."""
        if len(factors) == 1:
            return self.derived_factor(factors[0], variable, depth)
        value = math.prod(map(self.of, factors))
        below = [_Factor(factor.node, factor.env, False) for factor in factors if factor.inverse]
        if below and self.may("quotient", depth):
            above = [factor for factor in factors if not factor.inverse]
            return self.quotient(above, below, variable, depth)
        if self.may("product", depth):
            derived = [self.derived_factor(factor, variable, depth.inside()) for factor in factors]
            return self.total(
                d * math.prod(self.of(other) for other in factors[:k] + factors[k + 1 :]) for k, d in enumerate(derived)
            )
        if self.may("sum", depth):
            for k, factor in enumerate(factors):
                if not factor.inverse and (terms := self.terms(factor)) is not None:
                    others = factors[:k] + factors[k + 1 :]
                    return self.total(sign * self.regrouped([term, *others], variable, depth) for sign, term in terms)
        return self.opaque(value, variable)

    def regrouped(self, factors: list[_Factor], variable: _Variable, depth: _Depth) -> Real:
        """Return the derivative of a product whose factors are to be flattened and sorted once more."""
        constant, flat = 1, list[_Factor]()
        for factor in factors:
            sign, inner = _factors(factor.node, factor.env, inverse=factor.inverse)
            constant *= sign
            flat.extend(inner)
        derived = self.product((constant, flat), variable, depth) if self.depends_any(flat, variable) else self.zero
        return self.opaque(math.prod(map(self.of, factors)), variable) if derived is None else derived

    def depends_any(self, factors: list[_Factor], variable: _Variable) -> bool:
        return any(self.depends(factor.node, variable, factor.env) for factor in factors)

    def terms(self, factor: _Factor) -> list[tuple[int, _Factor]] | None:
        match factor.node:
            case Binary("+", left, right):
                return [(1, _Factor(left, factor.env, False)), (1, _Factor(right, factor.env, False))]
            case Binary("-", left, right):
                return [(1, _Factor(left, factor.env, False)), (-1, _Factor(right, factor.env, False))]
            case Sum(body, index, lower, upper):
                return [
                    (1, _Factor(body, {**factor.env, index: k}, False)) for k in self.span(lower, upper, factor.env)
                ]
        return None

    def derived_factor(self, factor: _Factor, variable: _Variable, depth: _Depth) -> Real:
        node, env = factor.node, factor.env
        if not factor.inverse:
            return self.derivative(node, variable, env, depth)
        value = self.value(node, env)
        if self.may("power", depth):
            if isinstance(node, Power) and not self.depends(node.exponent, variable, env):
                return self.derived_reciprocal_power(node, variable, env, depth)
            kept = 1 if self.slip(depth) == "power_exponent_kept" else 2
            return self.chain(-(value**-kept), node, variable, env, depth)
        if self.may("quotient", depth):
            return self.quotient([], [_Factor(node, env, False)], variable, depth)
        return self.opaque(1 / value, variable)

    def derived_reciprocal_power(self, node: Power, variable: _Variable, env: Mapping[str, int], depth: _Depth) -> Real:
        base, exponent = self.value(node.base, env), self.value(node.exponent, env)
        return self.chain(-exponent * self.power(base, -exponent - 1), node.base, variable, env, depth)

    def quotient(self, above: list[_Factor], below: list[_Factor], variable: _Variable, depth: _Depth) -> Real:
        """Return (f'g - fg')/g**2; ``above`` is empty where the numerator does not vary."""
        f, g = math.prod(map(self.of, above)), math.prod(map(self.of, below))
        df = self.derived_product(above, variable, depth.inside()) if above else self.zero
        dg = self.derived_product(below, variable, depth.inside())
        match self.slip(depth):
            case "quotient_swapped":
                return (f * dg - df * g) / g**2
            case "quotient_unsquared":
                return (df * g - f * dg) / g
            case "quotient_plus":
                return (df * g + f * dg) / g**2
            case "quotient_of_derivatives":
                return df / dg
        return (df * g - f * dg) / g**2

    def span(self, lower: Index, upper: Index, env: Mapping[str, int]) -> range:
        span = range(self.index(lower, env), self.index(upper, env) + 1)
        if len(span) > MAX_SPAN:
            raise UndefinedError("a bound is out of range")
        return span


class _FineEvaluator(_Evaluator):
    """Sixty-four digits, every value large enough that no summand can hide below the tolerance."""

    def number(self, value: float | Fraction) -> Real:
        return Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(value)

    def exp(self, value: Real) -> Real:
        return _visible(value.exp())

    def log(self, value: Real) -> Real:
        if value <= 0:
            raise UndefinedError("a logarithm of what is not positive")
        return value.ln()

    def total(self, values: Iterable[Real]) -> Real:
        return sum(values, self.zero)

    def power(self, base: Real, exponent: Real) -> Real:
        if abs(base) < NOISE:
            return self.number(0.0 ** float(exponent))
        return _visible(super().power(base, exponent))

    def value(self, node: Expression, env: Mapping[str, int]) -> Real:
        result = super().value(node, env)
        if abs(result) > LARGEST or NOISE < abs(result) < SMALLEST:
            raise ExhaustedError
        return result


def _visible(value: Real) -> Real:
    if abs(value) < SMALLEST:
        raise ExhaustedError
    return value


def _factors(node: Expression, env: Mapping[str, int], *, inverse: bool = False) -> tuple[int, list[_Factor]]:
    """Return the sign of a product and its factors; a division's right side is an inverse factor."""
    match node:
        case Negative(operand):
            sign, factors = _factors(operand, env, inverse=inverse)
            return -sign, factors
        case Binary(("*" | "/") as operator, left, right):
            sign, factors = _factors(left, env, inverse=inverse)
            other, more = _factors(right, env, inverse=inverse ^ (operator == "/"))
            return sign * other, factors + more
    return 1, [_Factor(node, env, inverse)]
