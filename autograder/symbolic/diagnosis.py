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
from autograder.symbolic.expressions import Derivative, Expression, Negative, Number, Power, walk
from autograder.symbolic.misreadings import free_indices, misreadings, wrong_definitions
from autograder.symbolic.repairs import chain_sums, coarse_repairs, factors_of, repairs, with_factor
from autograder.symbolic.rules import ALL, FREE, Rule, openers

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
    "sum_of_derivatives": N_("the derivative of a product has the factors themselves in it: (fg)' = f'g + fg'."),
    "denominator_lost": N_("the denominator of the quotient rule is missing: (f'g - fg')/g**2."),
    "not_crossed": N_("the quotient rule goes crosswise: (f'g - fg')/g**2, each derivative times the other function."),
    "power_factor_lost": N_("the power rule puts the exponent in front: (u**n)' = n*u**(n-1)*u'."),
    "power_exponent_raised": N_("the power rule lowers the exponent by one, also a negative one: -1 becomes -2."),
    "chain_inside": N_("the inner derivative stands beside the outer function as a factor, not inside of it."),
    "exp_as_power": N_("exp is no power of z: its derivative is exp itself, times the inner derivative."),
    "inner_not_differentiated": N_("the inner function has come out as it is: what is its derivative?"),
    "log_derivative": N_("the derivative of log(u) is 1/u, times the inner derivative."),
    "h_is_general": N_("h is any activation here: h(1 - h) belongs to the sigmoid only, dh is what one may write."),
    "term_lost": N_("a summand got lost or came in on the way."),
    "kronecker_inverted": N_("the Kronecker delta is turned round: it is 1 where the indices are equal, else 0."),
    "not_differentiated": N_("something has come out of its derivative as it went in: what is its derivative?"),
    "taken_for_constant": N_("something was taken for a constant that depends on the variable."),
    "wrong_variable": N_("differentiated by something else: look at what stands after the comma of Derivative."),
    "sigmoid_for_softmax": N_("a(1 - a) is 1a, for sigma alone. Every entry of softmax depends on all z: that is 1b."),
    "wrong_definition": N_("the definition is another one: look it up on the sheet."),
    "power_of_sum": N_("the power of a sum is not the sum of the powers."),
    "fraction_split": N_("a fraction may be split in its numerator only: 1/(u + v) is not 1/u + 1/v."),
    "one_summand_only": N_("a factor or divisor of a bracket concerns every summand in it."),
    "exponent_law": N_("the laws of powers: exp(u)*exp(v) = exp(u + v)."),
    "logarithm_law": N_("the laws of logarithms: log(u*v) = log(u) + log(v), log(u/v) = log(u) - log(v)."),
    "product_of_sums": N_("the sum of products is not the product of the sums."),
    "delta_contracted": N_("a Kronecker delta in a sum keeps one summand: that with the other index in its place."),
    "sum_value": N_("the value of a sum: what do all entries of y add up to?"),
    "sum_of_one": N_("a sum over a bracket goes over every summand in it."),
    "upside_down": N_("a fraction is upside down."),
    "exponent_changed": N_("an exponent is wrong."),
    "complement": N_("a function and 1 minus this function are mixed up."),
    "argument_lost": N_("a function got lost, only its argument is left."),
    "wrong_operation": N_("an operation is wrong: plus, minus, times or divided by?"),
    "wrong_function": N_("exp or log is too many, missing, or in place of the other."),
    "bounds": N_("the bounds of a sum are wrong."),
    "wrong_quantity": N_("a quantity stands in the place of another."),
    "chain_sum_lost": N_("the sum of the chain rule is missing: every one of these quantities passes the change on."),
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
_EXPONENTS = {
    "power_exponent_kept": {Rule.POWER, Rule.CHAIN, Rule.QUOTIENT},
    "quotient_unsquared": {Rule.QUOTIENT, Rule.CHAIN},
}
"""The rules under which another exponent is a rule misapplied; under any other it is just another exponent."""
_MAX_REPAIRS = 600
_MAX_MISREADINGS = 900


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
    for key, edited in chain_sums(second, comparison.setting):
        if _right(first, edited, comparison, one_hot):
            return key
    if Rule.DEFINITION in rules and rules <= FREE:
        for key, inserted in wrong_definitions(first, comparison.setting):
            if _right(inserted, second, comparison, one_hot):
                return key
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
    lost = "missing_outer_derivative" if Rule.CHAIN in rules else "factor_lost"
    repaired = itertools.chain(
        _first_few(repairs(second, comparison.setting)),
        _first_few(_put_back(lost, second, factors_of(first), comparison)),
        _first_few(_put_back("factor_lost", second, _NUMBERS, comparison)),
    )
    named = next((key for key, edited in repaired if _right(first, edited, comparison, one_hot)), None)
    if named in _EXPONENTS and rules and not rules & _EXPONENTS[named]:
        return "power_exponent_raised" if Rule.POWER in rules else "exponent_changed"
    return (
        named
        or _misread(first, second, rules, comparison, one_hot=one_hot)
        or _coarsely(first, second, comparison, one_hot)
    )


def _misread(
    first: Expression, second: Expression, rules: frozenset[Rule], comparison: Comparison, *, one_hot: bool
) -> str | None:
    """Return the mistake that makes of ``first`` what ``second`` says, at best but for the sign."""
    differentiated = not rules or bool(rules - FREE)
    # what stood below a sum may have lost it, and then has no value
    bound = free_indices(first) | set(comparison.setting.task.free) | {"", "L", "N", "M"}
    tried = itertools.islice(misreadings(first, comparison.setting, differentiated=differentiated), _MAX_MISREADINGS)
    meant = [(key, made) for key, made in tried if free_indices(made) <= bound]
    for line in (second, Negative(second)):
        for key, made in meant:
            if _right(made, line, comparison, one_hot):
                return key
    return None


def _coarsely(first: Expression, second: Expression, comparison: Comparison, one_hot: bool) -> str | None:
    """Return the mistake that a single edit of ``second`` undoes, whatever it is, a factor in the first place."""
    factors = factors_of(first) | factors_of(second)
    divisors = {Power(factor, Number(Fraction(-1))): indices for factor, indices in factors.items()}
    edits = itertools.chain(
        _first_few(_put_back("factor_lost", second, factors | divisors, comparison)),
        _first_few(coarse_repairs(second, comparison.setting)),
    )
    return next((key for key, edited in edits if _right(first, edited, comparison, one_hot)), None)


def _put_back(
    key: str, node: Expression, factors: Mapping[Expression, frozenset[str]], comparison: Comparison
) -> Iterator[tuple[str, Expression]]:
    scope = frozenset({"", "L", *comparison.setting.task.free})
    return ((key, repaired) for repaired in with_factor(node, factors, scope))


def _first_few(edits: Iterator[tuple[str, Expression]]) -> Iterator[tuple[str, Expression]]:
    return itertools.islice(edits, _MAX_REPAIRS)


def _right(first: Expression, second: Expression, comparison: Comparison, one_hot: bool) -> bool:
    """Return whether both agree; most candidates end in the first world that is tried."""
    return _agree_at_once(first, second, TRUTH, TRUTH, comparison, one_hot) and comparison.agree(
        first, second, one_hot=one_hot
    )


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
