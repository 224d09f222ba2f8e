"""Single edits of a wrong line: what makes it right says what went wrong."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
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
from autograder.symbolic.setting import Setting, family, lower_indices


def repairs(expression: Expression, setting: Setting) -> Iterator[tuple[str, Expression]]:
    """Yield (mistake, repaired expression) for every single edit that undoes a typical mistake."""
    scope = {name: setting.task.indices[name] for name in setting.task.free}
    edits = list(_edits(expression, setting, scope))
    # an edit of one kind at a time: a wrong index is a likelier reading than a lost sum
    for kind in (
        "sign",
        "h_for_dh",
        "dh_at_wrong_place",
        "extra_kronecker",
        "missing_kronecker",
        "wrong_index",
        "sum_kept",
        "lost_sum",
        "quotient_unsquared",
        "power_exponent_kept",
        "factor_lost",
    ):
        yield from (edit for edit in edits if edit[0] == kind)


def _edits(node: Expression, setting: Setting, scope: Mapping[str, str]) -> Iterator[tuple[str, Expression]]:
    yield from _local_edits(node, setting, scope)
    parts = children(node)
    inner = (
        {**scope, node.index: node.upper.name if node.upper.name in ("N", "M") else "N"}
        if isinstance(node, Sum)
        else scope
    )
    for k, child in enumerate(parts):
        if isinstance(node, Derivative) and k == 1:
            continue
        for key, edited in _edits(child, setting, inner):
            yield key, with_children(node, (*parts[:k], edited, *parts[k + 1 :]))


def _local_edits(node: Expression, setting: Setting, scope: Mapping[str, str]) -> Iterator[tuple[str, Expression]]:
    match node:
        case Binary("+", left, right):
            yield "sign", Binary("-", left, right)
        case Binary("-", left, right):
            yield "sign", Binary("+", left, right)
            yield "sign", Binary("-", right, left)
        case Negative(operand):
            yield "sign", operand
        case Call("exp", argument):
            yield "sign", Call("exp", Negative(argument))
        case Power(base, exponent):
            yield "quotient_unsquared", Power(base, Binary("+", exponent, Number(Fraction(1))))
            yield "power_exponent_kept", Power(base, Binary("-", exponent, Number(Fraction(1))))
        case Binary("*", _, _):
            yield from _narrowed_deltas(node)
        case Kronecker(left_index, right_index):
            yield "extra_kronecker", Number(Fraction(1))
            for other in scope:
                yield "wrong_index", Kronecker(Index(other), right_index)
                yield "wrong_index", Kronecker(left_index, Index(other))
        case Sum(body, index, _, _):
            for other, sort in scope.items():
                if sort == node.upper.name:
                    yield "sum_kept", rename(body, index, other)
            if any(isinstance(inner, Kronecker) for inner in walk(body)):
                return
        case Symbol():
            yield from _index_edits(node, setting, scope)
    if isinstance(node, Call):
        for function, derivative in setting.task.functions.items():
            if derivative and node.function in (function, derivative):
                yield "h_for_dh", Call(derivative if node.function == function else function, node.argument)
                if node.function == derivative:
                    yield from _dh_edits(node, setting, scope)
    if isinstance(node, Binary | Call | Symbol | Power | Derivative):
        yield from _factor_edits(node, setting, scope)


def chain_sums(node: Expression, setting: Setting) -> Iterator[tuple[str, Expression]]:
    """Yield ``node`` with a product of two derivatives, f by u and u by x, summed over an index of u."""
    match node:
        case Binary("*", Derivative(_, Symbol() as u) as outer, Derivative(inner, x)) if inner == u:
            for index in lower_indices(u):
                size = setting.task.indices.get(index.name)
                if size is not None and not index.offset:
                    body = rename(u, index.name, "_bound")
                    summed = Binary("*", Derivative(outer.body, body), Derivative(body, x))
                    yield "chain_sum_lost", Sum(summed, "_bound", Index("", 1), Index(size))
    parts = children(node)
    for k, child in enumerate(parts):
        for key, edited in chain_sums(child, setting):
            yield key, with_children(node, (*parts[:k], edited, *parts[k + 1 :]))


def _narrowed_deltas(product: Expression) -> Iterator[tuple[str, Expression]]:
    """Yield ``product`` with a Kronecker delta that stands over a difference put at one term of it only."""
    factors = _product(product)
    for delta, terms in itertools.permutations(factors, 2):
        if isinstance(delta, Kronecker) and isinstance(terms, Binary) and terms.operator in "+-":
            for left, right in (
                (Binary("*", delta, terms.left), terms.right),
                (terms.left, Binary("*", delta, terms.right)),
            ):
                narrowed: Expression = Binary(terms.operator, left, right)
                for factor in factors:
                    if factor is not delta and factor is not terms:
                        narrowed = Binary("*", factor, narrowed)
                yield "extra_kronecker", narrowed


def _product(node: Expression) -> list[Expression]:
    match node:
        case Binary("*", left, right):
            return [*_product(left), *_product(right)]
    return [node]


def _index_edits(node: Symbol, setting: Setting, scope: Mapping[str, str]) -> Iterator[tuple[str, Expression]]:
    start = len(node.indices) - len(lower_indices(node))
    for k in range(start, len(node.indices)):
        for other in scope:
            if other != node.indices[k].name:
                yield (
                    "wrong_index",
                    Symbol(node.name, (*node.indices[:k], Index(other), *node.indices[k + 1 :])),
                )
    for name, layer in setting.shapes:
        if layer is not None and name == node.name and layer != family(node)[1]:
            for other in scope:
                yield "wrong_index", Symbol(name, (Index("L", layer), Index(other)))


def _dh_edits(node: Call, setting: Setting, scope: Mapping[str, str]) -> Iterator[tuple[str, Expression]]:
    for other, sort in scope.items():
        layer = 0 if sort == "N" else 1
        place = Symbol("z", (Index("L", layer), Index(other)))
        if node.argument != place and ("z", layer) in setting.shapes:
            yield "dh_at_wrong_place", Call(node.function, place)


def _factor_edits(node: Expression, setting: Setting, scope: Mapping[str, str]) -> Iterator[tuple[str, Expression]]:
    for a, b in itertools.combinations(scope, 2):
        if scope[a] == scope[b]:
            yield "missing_kronecker", Binary("*", node, Kronecker(Index(a), Index(b)))
    if isinstance(node, Binary) and node.operator in "*/":
        yield "factor_lost", node.left
        if node.operator == "*":
            yield "factor_lost", node.right
    used = {index.name for inner in walk(node) if isinstance(inner, Symbol) for index in lower_indices(inner)}
    for name in used & set(setting.task.free):
        size = setting.task.indices[name]
        # what is differentiated by stays the claim's own
        yield "lost_sum", Sum(rename(node, name, "_bound", variables=False), "_bound", Index("", 1), Index(size))


def rename(node: Expression, old: str, new: str, *, variables: bool = True) -> Expression:
    """Return ``node`` with the index ``old`` called ``new``, but not below a sum that binds ``old`` itself.

    Without ``variables``, what is differentiated by keeps its name.
    """
    if isinstance(node, Sum) and node.index == old:
        return node

    def swap(index: Index) -> Index:
        return Index(new, index.offset) if index.name == old else index

    match node:
        case Symbol(name, indices):
            return Symbol(name, tuple(map(swap, indices)))
        case Kronecker(left, right):
            return Kronecker(swap(left), swap(right))
        case Derivative(body, variable) if not variables:
            return Derivative(rename(body, old, new, variables=False), variable)
    return with_children(node, tuple(rename(child, old, new, variables=variables) for child in children(node)))


def coarse_repairs(node: Expression, setting: Setting) -> Iterator[tuple[str, Expression]]:
    """Yield (mistake, repaired expression) for single edits that say less: an operation, term, exponent or quantity."""
    yield from _coarse_edits(node, setting)
    parts = children(node)
    for k, child in enumerate(parts):
        if isinstance(node, Derivative) and k == 1:
            continue
        for key, edited in coarse_repairs(child, setting):
            yield key, with_children(node, (*parts[:k], edited, *parts[k + 1 :]))


def _coarse_edits(node: Expression, setting: Setting) -> Iterator[tuple[str, Expression]]:
    match node:
        case Binary(operator, left, right):
            if operator in "+-":
                yield from (("term_lost", part) for part in (left, right, Negative(right)))
            yield from (("wrong_operation", Binary(other, left, right)) for other in "+-*/" if other != operator)
            if operator == "/":
                yield "upside_down", Binary("/", right, left)
                yield "upside_down", Binary("*", left, right)
        case Power(base, exponent):
            for old, new in itertools.permutations(setting.task.free, 2):
                yield "wrong_index", Binary("*", base, rename(base, old, new))
            yield "exponent_changed", base
            yield "upside_down", Power(base, Negative(exponent))
        case Call("exp" | "log" as function, argument):
            yield "wrong_function", Call("log" if function == "exp" else "exp", argument)
            yield "wrong_function", argument
        case Call(function, argument) if function in setting.function_definitions:
            yield "complement", Binary("-", Number(Fraction(1)), node)
        case Kronecker():
            yield "kronecker_inverted", Binary("-", Number(Fraction(1)), node)
        case Sum(body, index, lower, upper):
            for first, last in ((0, -1), (0, 1), (1, 0), (-1, 0)):
                bounds = Index(lower.name, lower.offset + first), Index(upper.name, upper.offset + last)
                yield "bounds", Sum(body, index, *bounds)
        case Symbol():
            yield "wrong_function", Call("exp", node)
            for name, layer in setting.shapes:
                of = family(node)
                if (name, layer) != of and setting.shapes[name, layer] == setting.shapes.get(of):
                    layers = () if layer is None else (Index("L", layer),)
                    yield "wrong_quantity", Symbol(name, (*layers, *lower_indices(node)))
    if isinstance(node, Symbol | Call | Power | Binary):
        one = Number(Fraction(1))
        yield from (("term_lost", Binary(operator, node, one)) for operator in "+-")
        yield "exponent_changed", Power(node, Number(Fraction(2)))


def factors_of(expression: Expression) -> dict[Expression, frozenset[str]]:
    """Return the quantities and function values of which ``expression`` is made, each with the indices in it."""
    return {
        node: frozenset(index.name for inner in walk(node) if isinstance(inner, Symbol) for index in inner.indices)
        for node in walk(expression)
        if isinstance(node, Symbol | Call) and not any(isinstance(inner, Sum) for inner in walk(node))
    }


def with_factor(
    node: Expression, factors: Mapping[Expression, frozenset[str]], scope: frozenset[str]
) -> Iterator[Expression]:
    """Yield ``node`` with a term multiplied by one of ``factors``; terms of sums and numerators count as well."""
    yield from (Binary("*", node, factor) for factor, indices in factors.items() if indices <= scope)
    inner = scope | {node.index} if isinstance(node, Sum) else scope
    places = {"+": (0, 1), "-": (0, 1), "*": (1,), "/": (0,)}[node.operator] if isinstance(node, Binary) else (0,)
    for k in places if isinstance(node, Binary | Negative | Sum) else ():
        parts = children(node)
        for changed in with_factor(parts[k], factors, inner):
            yield with_children(node, (*parts[:k], changed, *parts[k + 1 :]))
