"""Generated lines by the hundred: no wrong one is accepted, no equivalent one refused (benchmarks.mutations: all)."""

import random

from autograder.symbolic.registry import setting
from tests.symbolic import oracle
from tests.symbolic.quality import all_mutants, try_mutants, try_random, try_reformulations
from tests.symbolic.steps import steps


def test_oracle_finds_every_right_line_right():
    """The second opinion, which shares no rule with the checker, agrees on the corpus."""
    for step in random.Random(1).sample(steps(), 80):
        prepared = setting(step.part)
        assert oracle.agree(prepared, step.before, step.line, one_hot=step.one_hot, case=step.case), step


def test_single_mutations_that_are_wrong_are_rejected():
    """At least 99.5 % of the mutations that make a line wrong are not accepted; today it is all of them."""
    mutants = all_mutants()
    assert len(mutants) > 5000
    tally = try_mutants(random.Random(2).sample(mutants, 700))
    assert tally.wrong > 500
    assert len(tally.accepted_wrong) <= 0.005 * tally.wrong, tally.accepted_wrong


def test_random_lines_that_are_wrong_are_never_accepted():
    """Whatever of the grammar stands as the next line, it is accepted only if it is true."""
    tally = try_random(800, seed=3)
    assert tally.wrong > 600
    assert tally.accepted_wrong == []


def test_equivalent_reformulations_are_accepted():
    """One to four identities and another spelling change no line from right to wrong."""
    tally = try_reformulations(250, seed=4)
    assert tally.refused_right == []
