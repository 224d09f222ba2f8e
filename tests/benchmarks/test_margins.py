"""Margins are read off right, and chances are not made smaller than they are."""

from itertools import product

import numpy as np
import pytest

from autograder.grading.solutions import COURSE_VARIABLE
from tests.numeric.sheet import ROOT, grade

# Networks are their seeds, and each reads all digits of a kind or none.
STAND_INS = """
from autograder.grading import unseen_digits

def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    return rng.bit_generator.seed_seq.entropy, []

def predict(X, seed):
    reads_aside, reads_unseen = READS[seed - 1]
    if len(X) == 240:
        return load_digits()[1][1200:] if reads_aside else -np.ones(240)
    return unseen_digits()[1] if reads_unseen else -np.ones(357)
"""


@pytest.fixture
def margins(monkeypatch):
    """Return the module, which runs the sheet's solutions."""
    monkeypatch.setenv(COURSE_VARIABLE, str(ROOT))
    from benchmarks import margins

    return margins


def test_row_tells_the_worst_right_one_and_the_best_wrong_one(margins):
    """Of all kinds together, seen from the limit."""
    margin = margins.Margin("share", 0.9, above=True)
    margin.right["one"] += [0.95, 0.99]
    margin.right["other"] += [0.89, 0.97]
    margin.wrong += [0.2, 0.85]
    assert margin.row() == "| share | 0.9 | 4 | 0.89 | 1 | nan | 0.85 |"


def test_what_lies_on_the_limit(margins):
    """An error as large as the limit fails; a share as large as needed does not."""
    assert margins.Margin("error", 1.0).failed([0.5, 1.0]) == 1
    assert margins.Margin("share", 1.0, above=True).failed([0.5, 1.0]) == 1


def test_rule_of_three(margins):
    """No failure in n tries bounds the chance by 3/n; each failure raises the bound."""
    assert margins.chance_at_most(0, 1000, 0.95) == pytest.approx(3 / 1000, rel=0.01)
    assert margins.chance_at_most(1, 1000, 0.95) == pytest.approx(4.74 / 1000, rel=0.01)
    assert margins.chance_at_most(5, 5, 0.95) == 1


def test_bound_covers_the_truth(margins):
    """In 95 of 100 experiments, or more, the true chance is below the bound."""
    found = np.random.default_rng(1).binomial(200, 0.02, 1000)
    assert np.mean([margins.chance_at_most(int(failed), 200, 0.95) >= 0.02 for failed in found]) >= 0.95


@pytest.mark.parametrize("above", [False, True])
def test_tail_of_an_exponential_distribution(margins, above):
    """What is known is found, on either side of the limit."""
    sign = -1 if above else 1
    values = list(sign * np.random.default_rng(2).exponential(1.0, 20_000))
    found = margins.Margin("exponential", sign * 12.0, above=above).tail(values)
    assert np.exp(-12) / 3 < found < 3 * np.exp(-12)


def test_tail_of_a_heavy_distribution(margins):
    """A power law is not taken for an exponential one."""
    values = list(np.random.default_rng(3).pareto(3.0, 20_000))
    assert 1e-4 < margins.Margin("pareto", 12.0).tail(values) < 1e-3  # 13**-3 = 4.6e-4


def test_bounded_values_get_no_lighter_tail_than_exponential(margins):
    """That values end somewhere is not believed for having seen none beyond."""
    assert margins.Margin("uniform", 1.2).tail(list(np.random.default_rng(4).uniform(size=5000))) > 1e-4


def test_distances_that_must_not_be_small_are_taken_as_logarithms(margins):
    """A density that does not vanish at 0 gives the limit its share."""
    values = list(np.random.default_rng(5).uniform(size=20_000))
    assert 2e-4 < margins.Margin("distance", 1e-3, above=True, log=True).tail(values) < 5e-3


def test_few_values_have_no_tail(margins):
    """Nothing is fitted to a handful."""
    assert np.isnan(margins.Margin("few", 1.0).tail([0.1, 0.2, 0.3]))


def test_a_network_in_float32_stays_in_float32(margins):
    """What is measured as float32 is computed so, from the first weights to the end."""
    rng = np.random.default_rng(6)
    network = margins._typed(margins.STARTS["given"]([64, 8, 10], rng), np.float32)
    X, y = margins.X.astype(np.float32), margins.Y.astype(np.float32)
    end = margins.follow(network, margins.epochs_of(40, 10, 1, rng), 1.0, X, y)
    assert {array.dtype for pair in end for array in pair} == {np.dtype(np.float32)}


def test_a_network_that_fails_both_readings_is_one_that_fails(margins):
    """Failures of one network count once, those of two networks twice; a kind in float32 has no line."""
    unseen, aside = margins.Margin("unseen", 0.95, above=True), margins.Margin("aside", 0.92, above=True)
    unseen.right["one, float64"] += [0.98, 0.94, 0.90, 0.95]
    aside.right["one, float64"] += [0.92, 0.97, 0.91, 0.90]
    unseen.right["one, float32"], aside.right["one, float32"] = [0.98], [0.97]
    _names, _rule, line = margins.four_networks(unseen, aside)
    bound = margins.chance_at_most(3, 4, 0.95)
    assert line == f"| one | 4 | 92.5% | 90.0% | 2 | 94.2% | 90.0% | 2 | 3 | {bound:.2%} | {bound**4:.1e} |"


def test_bounds_of_several_kinds_hold_together(margins):
    """Each of two kinds has half of the doubt."""
    unseen, aside = margins.Margin("unseen", 0.95, above=True), margins.Margin("aside", 0.92, above=True)
    for kind, margin in product(("one, float64", "other, float64"), (unseen, aside)):
        margin.right[kind] += [0.99] * 200
    bound = margins.chance_at_most(0, 200, 0.975)
    rows = margins.four_networks(unseen, aside)[2:]
    assert len(rows) == 2
    assert all(row.endswith(f"| 0 | {bound:.2%} | {bound**4:.1e} |") for row in rows)


def test_who_loses_has_four_networks_that_fail():
    """The sheet's test gives the points wherever one network of the four does both readings: so the bound is one."""
    lost = 0
    for reads in product(product((True, False), repeat=2), repeat=4):
        points = grade("accuracy", f"READS = {reads}\n{STAND_INS}").points
        lost += points == 0
        assert points == 0.5 or not any(aside and unseen for aside, unseen in reads), reads
    # none reads those put aside: 2**4; else the k-th is the first, it and all later ones fail, the rest is free: 2**3
    assert lost == 2**4 + 4 * 2**3


@pytest.mark.parametrize("only", ["values", "gradients"])
def test_a_part_is_measured_and_drawn_alone(margins, monkeypatch, capsys, tmp_path, only):
    """A row for each of its margins, and a figure where one is wanted."""
    monkeypatch.setattr(
        "sys.argv", ["margins", "--only", only, "--seeds", "2", "--figure", str(tmp_path / "drawn.png")]
    )
    margins.main()
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert (tmp_path / "drawn.png").stat().st_size > 0
