"""The likely mistake behind a wrong line.

Two ways lead to a name. A *slip* is a rule applied in a typically wrong way: the evaluator makes the same slip on the
line before and compares. A *repair* is one small edit of the wrong line (a sign, an index, a delta) that makes it
right: what the edit puts back is what went missing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction

from autograder.messages import N_
from autograder.symbolic.comparison import TRUTH, Comparison, UndecidableError, close
from autograder.symbolic.evaluation import Variant
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
from autograder.symbolic.rules import ALL, Rule, openers
from autograder.symbolic.setting import Setting, family, lower_indices

HINTS: Mapping[str, str] = {
    "sign": N_("a sign. Go through the minus signs one by one, those of inner derivatives too."),
    "missing_inner_derivative": N_("the inner derivative is missing: outer derivative times inner derivative."),
    "missing_outer_derivative": N_("the outer derivative is missing: outer derivative times inner derivative."),
    "quotient_swapped": N_("the quotient rule the wrong way round: (f'g - fg')/g**2, f' comes first."),
    "quotient_unsquared": N_("the denominator of the quotient rule must be squared."),
    "quotient_of_derivatives": N_("the derivative of a quotient is not the quotient of the derivatives."),
    "product_as_product_of_derivatives": N_(
        "the derivative of a product is not the product of the derivatives: (fg)' = f'g + fg'."
    ),
    "summand_lost": N_(
        "a summand is missing: product and quotient rule have one for every factor that depends on the variable."
    ),
    "power_exponent_kept": N_("the power rule lowers the exponent by one: (u**n)' = n*u**(n-1)*u'."),
    "constant_not_vanishing": N_("what does not depend on the variable has the derivative 0."),
    "bias_not_vanishing": N_("the bias does not depend on this variable: its derivative is 0."),
    "missing_kronecker": N_("a Kronecker delta is missing: dz[i]/dz[j] is 1 only for i = j, else 0."),
    "extra_kronecker": N_("a Kronecker delta too many: here every summand contributes, not only one."),
    "wrong_index": N_("an index is wrong. Which index is summed over, which one is that of the claim?"),
    "lost_sum": N_("a sum got lost."),
    "sum_kept": N_("a sum is left although the Kronecker delta keeps only one summand."),
    "h_for_dh": N_("h and its derivative dh are mixed up."),
    "dh_at_wrong_place": N_("h' belongs at the argument of h: dh(z[L,n])."),
    "factor_lost": N_("a factor got lost or came in on the way."),
    "two_classes_only": N_("that holds for N = 2 only; the claim is for general N."),
}

_SLIPS = (
    ("missing_inner_derivative", "missing_inner_derivative"),
    ("missing_outer_derivative", "missing_outer_derivative"),
    ("quotient_swapped", "quotient_swapped"),
    ("quotient_unsquared", "quotient_unsquared"),
    ("quotient_plus", "sign"),
    ("quotient_of_derivatives", "quotient_of_derivatives"),
    ("product_as_product_of_derivatives", "product_as_product_of_derivatives"),
    ("power_exponent_kept", "power_exponent_kept"),
    ("bias_not_vanishing", "bias_not_vanishing"),
    ("bias_as_one", "bias_not_vanishing"),
    ("constant_not_vanishing", "constant_not_vanishing"),
    ("missing_kronecker", "missing_kronecker"),
    ("h_for_dh", "h_for_dh"),
    ("first_factor_only", "summand_lost"),
    ("last_factor_only", "summand_lost"),
)
_NUMBERS: dict[Expression, frozenset[str]] = {Number(Fraction(number)): frozenset() for number in ("2", "1/2")}
_MAX_REPAIRS = 600


def name_mistake(
    first: Expression,
    second: Expression,
    rules: frozenset[Rule],
    comparison: Comparison,
    *,
    one_hot: bool = False,
) -> str | None:
    """Return the key of the mistake that leads from ``first`` to the wrong line ``second``, None if unknown."""
    try:
        with comparison.memory.naming():
            return _name(first, second, rules, comparison, one_hot=one_hot)
    except UndecidableError:
        return None


def _name(
    first: Expression, second: Expression, rules: frozenset[Rule], comparison: Comparison, *, one_hot: bool
) -> str | None:
    if _holds_for_two(first, second, comparison, one_hot):
        return "two_classes_only"
    negated = comparison.agree(first, Negative(second), one_hot=one_hot)
    # with f*g' - f'g the rule is turned round; where f' is not even there, a sign is the likelier reading
    both = sum(isinstance(node, Derivative) for node in walk(second)) > 1
    if negated and not (both and Rule.QUOTIENT in rules):
        return "sign"
    for slip, key in _SLIPS:
        for opened, split, once in itertools.product(
            dict.fromkeys((openers(rules), ALL)), (False, True), (False, True)
        ):
            wrong = Variant(opened, slip=slip, split_logs=split, slip_once=once)
            right = Variant(opened, split_logs=split)
            if not _agree_at_once(first, first, wrong, right, comparison, one_hot) and comparison.agree(
                first, second, wrong, other=right, one_hot=one_hot
            ):
                return key
    # a factor that was in the line before; under the chain rule it is the outer derivative
    scope = frozenset({"", "L", *comparison.setting.task.free})
    lost = "missing_outer_derivative" if Rule.CHAIN in rules else "factor_lost"
    put_back = ((lost, repaired) for repaired in _with_factor(second, _factors_of(first), scope))
    doubled = (("factor_lost", repaired) for repaired in _with_factor(second, _NUMBERS, scope))
    for key, repaired in itertools.chain(
        *(itertools.islice(edits, _MAX_REPAIRS) for edits in (repairs(second, comparison.setting), put_back, doubled))
    ):
        if _agree_at_once(first, repaired, TRUTH, TRUTH, comparison, one_hot) and comparison.agree(
            first, repaired, one_hot=one_hot
        ):
            return key
    return None


def _agree_at_once(
    first: Expression, second: Expression, a: Variant, b: Variant, comparison: Comparison, one_hot: bool
) -> bool:
    """Compare in the last world alone, the largest: most candidates end here."""
    world = comparison.worlds(one_hot)[-1]
    return close(comparison.value(first, world, a), comparison.value(second, world, b))


def _holds_for_two(first: Expression, second: Expression, comparison: Comparison, one_hot: bool) -> bool:
    pairs = [world for world in comparison.worlds(one_hot) if dict(world.sizes).get("N") == 2]
    return bool(pairs) and all(
        close(comparison.value(first, world, TRUTH), comparison.value(second, world, TRUTH)) for world in pairs
    )


def _factors_of(expression: Expression) -> dict[Expression, frozenset[str]]:
    """Return the quantities and function values of which ``expression`` is made, each with the indices in it."""
    return {
        node: frozenset(index.name for inner in walk(node) if isinstance(inner, Symbol) for index in inner.indices)
        for node in walk(expression)
        if isinstance(node, Symbol | Call) and not any(isinstance(inner, Sum) for inner in walk(node))
    }


def _with_factor(
    node: Expression, factors: Mapping[Expression, frozenset[str]], scope: frozenset[str]
) -> Iterator[Expression]:
    """Yield ``node`` with a term multiplied by one of ``factors``; terms of sums and numerators count as well."""
    yield from (Binary("*", node, factor) for factor, indices in factors.items() if indices <= scope)
    inner = scope | {node.index} if isinstance(node, Sum) else scope
    places = {"+": (0, 1), "-": (0, 1), "*": (1,), "/": (0,)}[node.operator] if isinstance(node, Binary) else (0,)
    for k in places if isinstance(node, Binary | Negative | Sum) else ():
        parts = children(node)
        for changed in _with_factor(parts[k], factors, inner):
            yield with_children(node, (*parts[:k], changed, *parts[k + 1 :]))


# ------------------------------------------------------------------------------------------------ repairs


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
