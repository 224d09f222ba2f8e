"""Laws of the checker on the lines of the usual proofs: small edits are rejected, other ways to write are not."""

import itertools
import random

import pytest

from autograder.symbolic import check_derivation
from autograder.symbolic.comparison import Comparison
from autograder.symbolic.expressions import Binary, Kronecker, Negative, Number, Symbol, walk
from autograder.symbolic.judgement import Line, judge
from autograder.symbolic.notation import parse, read_lines
from autograder.symbolic.registry import setting
from autograder.symbolic.repairs import repairs
from autograder.symbolic.rules import Rule
from tests.symbolic.chains import USUAL


def _steps(part):
    prepared = setting(part)
    lines = [
        Line(line.number, parse(line.text, prepared.vocabulary), frozenset(line.reason.rules))
        for line in read_lines(USUAL[part])
    ]
    return Comparison(prepared), list(itertools.pairwise(lines))


@pytest.mark.parametrize("part", USUAL)
def test_single_mutations_of_right_lines_are_rejected(part):
    """A right line with one sign, index, delta, sum or factor changed does not follow any more, or says the same."""
    comparison, steps = _steps(part)
    survivors, tried = [], 0
    for before, line in steps:
        assumed = Rule.ASSUMPTION in line.rules
        mutants = list(repairs(line.expression, comparison.setting))
        for _key, mutant in random.Random(1).sample(mutants, min(12, len(mutants))):
            tried += 1
            comparison = Comparison(comparison.setting)  # the limit of work is for one check
            judgement = judge(before, Line(line.number, mutant, line.rules), comparison)
            same = comparison.agree(line.expression, mutant, one_hot=assumed)
            if judgement.ok and not same:
                survivors.append((line.number, mutant))
    assert tried > 10
    assert survivors == []


@pytest.mark.parametrize("part", USUAL)
def test_equivalent_reformulations_are_accepted(part):
    """Swapped summands and factors, written-out differences and added zeros change no verdict."""
    comparison, steps = _steps(part)
    for before, line in steps:
        for reform in (
            lambda e: Binary("+", e, Number(0)),
            lambda e: Binary("*", Number(1), e),
            lambda e: Negative(Negative(e)),
            _swapped,
        ):
            assert judge(before, Line(line.number, reform(line.expression), line.rules), comparison).ok


def _swapped(node):
    if isinstance(node, Binary) and node.operator in "+*":
        return Binary(node.operator, _swapped(node.right), _swapped(node.left))
    if isinstance(node, Binary):
        return Binary(node.operator, _swapped(node.left), _swapped(node.right))
    return Negative(_swapped(node.operand)) if isinstance(node, Negative) else node


def test_bound_indices_may_have_any_name():
    """The name of a summation index is free, also one that stands free elsewhere."""
    for name in ("p", "q", "j"):
        assert check_derivation("1c", USUAL["1c"].replace("(i, 1, N)", f"({name}, 1, N)").replace("[i]", f"[{name}]")
                                .replace("kron(i", f"kron({name}")).points == 2  # fmt: skip


def test_walk_reaches_every_quantity():
    """The tree keeps what was written, nothing evaluated away."""
    prepared = setting("1b")
    tree = parse("exp(z[i] - log(S))*kron(i, j)", prepared.vocabulary)
    assert {node.name for node in walk(tree) if isinstance(node, Symbol)} == {"z", "S"}
    assert any(isinstance(node, Kronecker) for node in walk(tree))
