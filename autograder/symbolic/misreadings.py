"""What typical mistakes make of a line: one wrong step at one place, everything else left as it is.

A wrong line is one of these if it has the same value, however it is written. So a mistake is recognised behind any
algebra that follows it, and inside of derivatives that were opened rightly before it was made.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

from autograder.symbolic.expressions import (
    Binary,
    Call,
    Derivative,
    Expression,
    Index,
    Kronecker,
    Negative,
    Number,
    Power,
    Sum,
    Symbol,
    children,
    walk,
    with_children,
)
from autograder.symbolic.setting import Definition, Setting, family, lower_indices, substitute

Misreading = tuple[str, Expression]  # the mistake's key, and what it makes

_ZERO, _ONE, _TWO = (Number(Fraction(number)) for number in (0, 1, 2))
_DEEPEST = 5  # derivatives opened one in the other; a line that needs more is no single step


def misreadings(node: Expression, setting: Setting, *, differentiated: bool = True) -> Iterator[Misreading]:
    """Yield what one typical mistake makes of ``node``, at every place.

    Those of derivatives come first, unless the line names no rule by which something is ``differentiated``.
    """
    derivatives = _everywhere(node, lambda place: _of_derivative(place, setting, 0))
    if differentiated:
        yield from derivatives
    yield from wrong_definitions(node, setting)
    yield from _everywhere(node, _of_algebra)
    yield from _everywhere(node, lambda place: _of_sum(place, setting))
    if not differentiated:
        yield from derivatives
    yield from _everywhere(node, _of_something_lost)


def wrong_definitions(node: Expression, setting: Setting) -> Iterator[Misreading]:
    """Yield ``node`` with something else inserted than the definition of one of its quantities."""
    yield from _everywhere(node, lambda place: _of_definition(place, setting))


def _everywhere(node: Expression, at: Callable[[Expression], Iterable[Misreading]]) -> Iterator[Misreading]:
    yield from at(node)
    parts = children(node)
    for k, child in enumerate(parts):
        if isinstance(node, Derivative) and k == 1:
            continue  # by what is differentiated
        for key, changed in _everywhere(child, at):
            yield key, with_children(node, (*parts[:k], changed, *parts[k + 1 :]))


# ------------------------------------------------------------------------------------------------ derivatives


def _of_derivative(node: Expression, setting: Setting, depth: int) -> Iterator[Misreading]:
    if not isinstance(node, Derivative):
        return
    yield from _wrongly_opened(node, setting)
    if depth < _DEEPEST:
        for opened in _opened(node, setting):
            yield from _everywhere(opened, lambda place: _of_derivative(place, setting, depth + 1))


def _opened(node: Derivative, setting: Setting) -> Iterator[Expression]:
    """Yield ``node`` with its outermost function differentiated, rightly."""

    def d(part: Expression) -> Expression:
        return Derivative(part, node.variable)

    match node.body:
        case Binary("*", u, v):
            yield _plus(_times(d(u), v), _times(u, d(v)))
        case Binary("/", u, v):
            yield Binary("/", _minus(_times(d(u), v), _times(u, d(v))), Power(v, _TWO))
            yield _plus(Binary("/", d(u), v), _times(u, d(Power(v, Number(Fraction(-1))))))
        case Binary(operator, u, v):
            yield Binary(operator, d(u), d(v))
        case Negative(u):
            yield Negative(d(u))
        case Power(u, exponent) if (n := _number(exponent)) is not None:
            yield _times(_times(n, Power(u, _less(n, 1))), d(u))
        case Call("exp", u):
            yield _times(node.body, d(u))
        case Call("log", u):
            yield Binary("/", d(u), u)
        case Call(name, u) if setting.task.functions.get(name):
            yield _times(Call(setting.task.functions[name] or "", u), d(u))
        case Sum(body, index, lower, upper) if index not in _index_names(node.variable):
            yield Sum(d(body), index, lower, upper)
        case Call() | Symbol() if (definition := _inserted(node.body, setting)) is not None:
            yield d(definition)


def _wrongly_opened(node: Derivative, setting: Setting) -> Iterator[Misreading]:
    f, x = node.body, node.variable

    def d(part: Expression) -> Expression:
        return Derivative(part, x)

    match f:
        case Binary("*", u, v):
            yield "product_as_product_of_derivatives", _times(d(u), d(v))
            yield "summand_lost", _times(d(u), v)
            yield "summand_lost", _times(u, d(v))
            yield "sign", _minus(_times(d(u), v), _times(u, d(v)))
            yield "sum_of_derivatives", _plus(d(u), d(v))
        case Binary("/", u, v):
            numerator, square = _minus(_times(d(u), v), _times(u, d(v))), Power(v, _TWO)
            yield "quotient_of_derivatives", Binary("/", d(u), d(v))
            yield "quotient_swapped", Binary("/", Negative(numerator), square)
            yield "sign", Binary("/", _plus(_times(d(u), v), _times(u, d(v))), square)
            yield "denominator_lost", numerator
            yield "quotient_unsquared", Binary("/", numerator, v)
            yield "summand_lost", Binary("/", d(u), v)
            yield "summand_lost", Binary("/", Negative(_times(u, d(v))), square)
            yield "summand_lost", Binary("/", _times(d(u), v), square)
            yield "missing_inner_derivative", Negative(Binary("/", u, square))
            yield "not_crossed", Binary("/", _minus(_times(d(u), u), _times(v, d(v))), square)
        case Power(u, exponent) if (n := _number(exponent)) is not None:
            yield "missing_inner_derivative", _times(n, Power(u, _less(n, 1)))
            yield "missing_outer_derivative", d(u)
            yield "power_factor_lost", _times(Power(u, _less(n, 1)), d(u))
            yield "power_exponent_kept", _times(_times(n, f), d(u))
            yield "power_exponent_raised", _times(_times(n, Power(u, _less(n, -1))), d(u))
            yield "chain_inside", _times(n, Power(d(u), _less(n, 1)))
        case Call("exp", u):
            key = "missing_kronecker" if isinstance(u, Symbol) and u.indices else "missing_inner_derivative"
            yield key, f
            yield "missing_outer_derivative", d(u)
            yield "exp_as_power", _times(_times(u, Call("exp", _minus(u, _ONE))), d(u))
            yield "exp_as_power", _times(u, Call("exp", _minus(u, _ONE)))
            yield "inner_not_differentiated", _times(u, f)
            yield "chain_inside", Call("exp", d(u))
        case Call("log", u):
            yield "missing_inner_derivative", Binary("/", _ONE, u)
            yield "missing_outer_derivative", d(u)
            yield "log_derivative", _times(f, d(u))
            yield "log_derivative", _times(u, d(u))
            yield "log_derivative", Negative(Binary("/", d(u), Power(u, _TWO)))
            yield "chain_inside", Call("log", d(u))
            yield "log_derivative", Binary("/", _ONE, d(u))
        case Call(name, u) if setting.task.functions.get(name):
            slope = Call(setting.task.functions[name] or "", u)
            yield "missing_inner_derivative", slope
            yield "missing_outer_derivative", d(u)
            yield "h_for_dh", _times(f, d(u))
            yield "h_is_general", _times(_times(f, _minus(_ONE, f)), d(u))
            yield "dh_at_wrong_place", _times(Call(slope.function, f), d(u))
            yield "chain_inside", Call(slope.function, d(u))
        case Binary("+" | "-" as operator, u, v):
            yield "constant_not_vanishing", Binary(operator, d(u), v)
            yield "constant_not_vanishing", Binary(operator, u, d(v))
            yield "term_lost", d(u)
            yield "term_lost", d(v) if operator == "+" else Negative(d(v))
        case Symbol() if isinstance(x, Symbol) and family(f) == family(x):
            delta = _delta(f, x)
            yield "missing_kronecker", _ONE
            if delta is not None:
                yield "kronecker_inverted", _minus(_ONE, delta)
                yield "sign", Negative(delta)
        case Symbol() if isinstance(x, Symbol):
            indices = (*lower_indices(f), *lower_indices(x))
            yield from _written(setting.misread.get((family(f), family(x)), ()), indices)
            if family(f) in setting.depends:
                yield "factor_lost", _ONE
            elif _inserted(f, setting) is None:
                yield "constant_not_vanishing", _ONE
                yield from (("constant_not_vanishing", delta) for delta in _deltas(f, x, setting))
    yield "not_differentiated", f
    yield "taken_for_constant", _ZERO
    yield "wrong_variable", x
    if isinstance(x, Symbol):
        for other in _renamed(x, setting):
            yield "wrong_variable", Derivative(f, other)


def _renamed(symbol: Symbol, setting: Setting) -> Iterator[Symbol]:
    """Yield ``symbol`` with another of the claim's indices."""
    for k, index in enumerate(symbol.indices):
        for other in setting.task.free:
            if index.name in setting.task.free and other != index.name:
                yield Symbol(symbol.name, (*symbol.indices[:k], Index(other), *symbol.indices[k + 1 :]))


def _delta(one: Symbol, other: Symbol) -> Expression | None:
    """Return the Kronecker delta of two quantities with one index each below the layer."""
    left, right = lower_indices(one), lower_indices(other)
    return Kronecker(left[0], right[0]) if len(left) == len(right) == 1 else None


def _deltas(one: Symbol, other: Symbol, setting: Setting) -> Iterator[Expression]:
    shapes = setting.shapes.get(family(one), ()), setting.shapes.get(family(other), ())
    for (left, size), (right, length) in itertools.product(
        zip(lower_indices(one), shapes[0], strict=False), zip(lower_indices(other), shapes[1], strict=False)
    ):
        if size == length:
            yield Kronecker(left, right)


def _index_names(node: Expression) -> set[str]:
    return {index.name for inner in walk(node) if isinstance(inner, Symbol) for index in inner.indices}


def free_indices(node: Expression) -> frozenset[str]:
    """Return the names of the indices in ``node`` that no sum binds."""
    match node:
        case Symbol(_, indices):
            return frozenset(index.name for index in indices)
        case Kronecker(left, right):
            return frozenset((left.name, right.name))
        case Sum(body, index, lower, upper):
            return (free_indices(body) - {index}) | {lower.name, upper.name}
    return frozenset().union(*map(free_indices, children(node)))


# ------------------------------------------------------------------------------------------------ definitions


def _inserted(node: Expression, setting: Setting) -> Expression | None:
    """Return the definition of ``node``, None if it has none or an index would be caught by one of its sums."""
    match node:
        case Symbol():
            definition = setting.definitions.get(family(node))
            return None if definition is None else _with_indices(definition, lower_indices(node))
        case Call(name, argument):
            function = setting.function_definitions.get(name)
            return None if function is None else substitute(function.body, function.parameters[0], argument)
    return None


def _with_indices(definition: Definition, indices: tuple[Index, ...]) -> Expression | None:
    bound = {inner.index for inner in walk(definition.body) if isinstance(inner, Sum)}
    if any(index.name in bound for index in indices) or len(indices) != len(definition.parameters):
        return None
    names = dict(zip(definition.parameters, indices, strict=True))

    def swap(node: Expression) -> Expression:
        match node:
            case Symbol(name, inner):
                return Symbol(name, tuple(names.get(index.name, index) for index in inner))
            case Kronecker(left, right):
                return Kronecker(names.get(left.name, left), names.get(right.name, right))
        return with_children(node, tuple(map(swap, children(node))))

    return swap(definition.body)


def _of_definition(node: Expression, setting: Setting) -> Iterator[Misreading]:
    """Yield ``node`` with something else than its definition inserted."""
    match node:
        case Symbol():
            yield from _written(setting.misread.get(family(node), ()), lower_indices(node))
        case Call(name, argument):
            for key, wrong in setting.misread.get(name, ()):
                yield key, substitute(wrong.body, wrong.parameters[0], argument)


def _written(mistakes: Iterable[tuple[str, Definition]], indices: tuple[Index, ...]) -> Iterator[Misreading]:
    for key, wrong in mistakes:
        body = _with_indices(wrong, indices)
        if body is not None:
            yield key, body


# ------------------------------------------------------------------------------------------------ algebra


def _of_algebra(node: Expression) -> Iterator[Misreading]:
    match node:
        case Power(Binary("+" | "-" as operator, a, b), exponent):
            yield "power_of_sum", Binary(operator, Power(a, exponent), Power(b, exponent))
        case Binary("/", u, Binary("+" | "-" as operator, a, b)):
            yield "fraction_split", Binary(operator, Binary("/", u, a), Binary("/", u, b))
            yield "fraction_split", Binary(operator, Binary("/", u, a), b)
            yield "fraction_split", Binary(operator, a, Binary("/", u, b))
        case Binary("/", Binary("+" | "-" as operator, a, b), c):
            yield "one_summand_only", Binary(operator, Binary("/", a, c), b)
            yield "one_summand_only", Binary(operator, a, Binary("/", b, c))
        case Binary("/", Call("exp", u), Call("exp", v)):
            yield "exponent_law", Call("exp", Binary("/", u, v))
        case Binary("*", Call("exp", u), Call("exp", v)):
            yield "exponent_law", Call("exp", _times(u, v))
        case Call("exp", Binary("+" | "-" as operator, u, v)):
            yield "exponent_law", Binary(operator, Call("exp", u), Call("exp", v))
        case Call("exp", Negative(u)):
            yield "exponent_law", Negative(Call("exp", u))
        case Call("log", Binary("/", u, v)):
            yield "logarithm_law", Binary("/", Call("log", u), Call("log", v))
            yield "logarithm_law", Binary("/", Call("log", u), v)
            yield "sign", _plus(Call("log", u), Call("log", v))
        case Call("log", Binary("*", u, v)):
            yield "logarithm_law", _times(Call("log", u), Call("log", v))
        case Call("log", Binary("+" | "-" as operator, u, v)):
            yield "logarithm_law", Binary(operator, Call("log", u), Call("log", v))
        case Call("log", Sum(body, index, lower, upper)):
            yield "logarithm_law", Sum(Call("log", body), index, lower, upper)
    match node:
        case Binary("*", u, Binary("+" | "-" as operator, a, b)) | Binary("*", Binary("+" | "-" as operator, a, b), u):
            yield "one_summand_only", Binary(operator, _times(u, a), b)
            yield "one_summand_only", Binary(operator, a, _times(u, b))
        case Negative(Binary("+" | "-" as operator, a, b)):
            yield "sign", Binary(operator, Negative(a), b)
        case Binary("-", u, Binary("+" | "-" as operator, a, b)):
            yield "sign", Binary(operator, _minus(u, a), b)
    if isinstance(node, Binary) and node.operator in "*/":
        factors = _factors(node)
        for one, other in itertools.combinations(range(len(factors)), 2):
            u, v = factors[one], factors[other]
            if isinstance(u, Call) and isinstance(v, Call) and u.function == v.function == "exp":
                rest = [factor for k, factor in enumerate(factors) if k not in (one, other)]
                yield "exponent_law", _product([Call("exp", _times(u.argument, v.argument)), *rest])


def _of_sum(node: Expression, setting: Setting) -> Iterator[Misreading]:
    if not isinstance(node, Sum):
        return

    def total(body: Expression) -> Expression:
        return Sum(body, node.index, node.lower, node.upper)

    factors = _factors(node.body)
    for size in range(1, len(factors) // 2 + 1):
        for chosen in itertools.combinations(range(len(factors)), size):
            inside = [factor for k, factor in enumerate(factors) if k in chosen]
            others = [factor for k, factor in enumerate(factors) if k not in chosen]
            yield "product_of_sums", _times(total(_product(inside)), total(_product(others)))
    if any(isinstance(factor, Kronecker) for factor in factors):
        yield "delta_contracted", _ONE
        yield "delta_contracted", _ZERO
        rest = [factor for factor in factors if not isinstance(factor, Kronecker)]
        yield "missing_kronecker", total(_product(rest))
    if isinstance(node.body, Symbol) and node.body.name == setting.task.normalised:
        yield from (("sum_value", value) for value in (_ZERO, Symbol(node.body.name, (Index(setting.task.free[0]),))))
    match node.body:
        case Binary("+" | "-" as operator, u, v):
            yield "sum_of_one", Binary(operator, total(u), v)
            yield "sum_of_one", Binary(operator, u, total(v))


def _of_something_lost(node: Expression) -> Iterator[Misreading]:
    match node:
        case Binary("+", a, b):
            yield from (("term_lost", part) for part in (a, b))
        case Binary("-", a, b):
            yield from (("term_lost", part) for part in (a, Negative(b)))
        case Binary("*", a, b):
            yield from (("factor_lost", part) for part in (a, b))
        case Binary("/", a, b):
            yield "factor_lost", a
            yield "upside_down", Binary("/", b, a)
        case Power(base, exponent) if (n := _number(exponent)) is not None:
            yield "exponent_changed", Power(base, _less(n, 1))
            yield "exponent_changed", Power(base, _less(n, -1))
            yield "upside_down", Power(base, Negative(n))
        case Call(name, argument) if name in ("sigma", "h"):
            yield "complement", _minus(_ONE, node)
            yield "argument_lost", argument


# ------------------------------------------------------------------------------------------------ small parts


def _times(a: Expression, b: Expression) -> Expression:
    return Binary("*", a, b)


def _plus(a: Expression, b: Expression) -> Expression:
    return Binary("+", a, b)


def _minus(a: Expression, b: Expression) -> Expression:
    return Binary("-", a, b)


def _number(exponent: Expression) -> Number | None:
    """Return a constant exponent, None for any other."""
    match exponent:
        case Number():
            return exponent
        case Negative(Number(value)):
            return Number(-value)
    return None


def _less(number: Number, step: int) -> Number:
    return Number(number.value - step)


def _factors(node: Expression) -> list[Expression]:
    """Return the factors of a product, those of a numerator among them."""
    match node:
        case Binary("*", a, b):
            return [*_factors(a), *_factors(b)]
        case Binary("/", a, b):
            return [*_factors(a), Power(b, Number(Fraction(-1)))]
        case Negative(a):
            return [Number(Fraction(-1)), *_factors(a)]
    return [node]


def _product(factors: Sequence[Expression]) -> Expression:
    found: Expression = _ONE
    for factor in factors:
        found = factor if found == _ONE else _times(found, factor)
    return found
