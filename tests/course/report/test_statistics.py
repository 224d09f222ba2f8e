"""The numbers of a class, compared with NumPy's and with what can be told by hand."""

from itertools import pairwise

import numpy as np
import pytest

from autograder.course.report.statistics import FEWEST, correlation, handy, histogram, item, items, spread

RNG = np.random.default_rng(3)
POINTS = [float(value) for value in RNG.integers(0, 41, size=57) / 2]


def test_spread_is_what_numpy_says():
    """Mean, deviation and quartiles are those of NumPy."""
    found = spread(POINTS)
    assert found is not None
    told = (found.mean, found.deviation, found.lower, found.median, found.upper)
    quartiles = np.quantile(POINTS, [0.25, 0.5, 0.75])
    assert told == pytest.approx((np.mean(POINTS), np.std(POINTS, ddof=1), *quartiles))


def test_spread_of_one_and_of_none():
    """A single hand-in is its own quartiles; no hand-in has no spread."""
    one = spread([3.5])
    assert one is not None
    assert (one.lower, one.median, one.upper, one.deviation) == (3.5, 3.5, 3.5, 0)
    assert spread([]) is None


@pytest.mark.parametrize("most", [0.5, 3, 20, 33.5, 100, 1000])
def test_histogram_counts_everybody_once(most):
    """Every value from 0 to the most lies in exactly one bin, also on the edges."""
    values = [most * k / 64 for k in range(65)]
    bins = histogram(values, most)
    assert sum(each.count for each in bins) == len(values)
    assert len(bins) <= 21
    assert bins[-1].upper == pytest.approx(most)
    for before, after in pairwise(bins):
        assert before.upper == pytest.approx(after.lower)


def test_edges_of_a_bin():
    """Who has 3 of 20 points lies between 3 and 4, who has all of them in the last bin."""
    bins = histogram([3.0, 20.0], 20)
    assert [(each.lower, each.upper) for each in bins if each.count] == [(3, 4), (19, 20)]


def test_axis_ends_at_a_handy_number():
    """The axis of a histogram of any values ends at a whole step above the largest."""
    assert [handy(value) for value in (0.2, 10.6, 20.72, 61.3)] == [0.5, 11, 22, 65]


def test_difficulty_is_the_mean_share():
    """A task of 2 points with 2, 1 and 0 points has difficulty a half, and one hand-in of each kind."""
    found = item([2, 1, 0], [0, 0, 0], 2)
    assert found is not None
    assert (found.difficulty, found.full, found.some, found.none) == (0.5, 1, 1, 1)


def test_discrimination_leaves_the_task_itself_out():
    """A task that has nothing to do with the others tells nobody apart, though it is half of the sum."""
    own = RNG.integers(0, 2, size=400).astype(float)
    other = RNG.integers(0, 2, size=400).astype(float)
    points = [{"own": a, "other": b} for a, b in zip(own, other, strict=True)]
    found = items(points, {"own": 1.0, "other": 1.0})["own"]
    assert found.discrimination == pytest.approx(np.corrcoef(own, other)[0, 1])
    assert abs(np.corrcoef(own, own + other)[0, 1]) > 0.6  # what the uncorrected one would claim


def test_few_hand_ins_say_nothing_about_discrimination():
    """Below the least number, and where all have the same points, there is no correlation."""
    rising = [float(k) for k in range(FEWEST)]
    assert correlation(rising[:-1], rising[:-1]) is None
    assert correlation(rising, [1.0] * FEWEST) is None
    assert correlation(rising, rising) == pytest.approx(1)


def test_interval_narrows_with_the_class():
    """The 95 % interval holds the correlation and is narrower for more hand-ins."""
    widths = []
    for count in (12, 48, 300):
        own = RNG.normal(size=count)
        found = item(list(own), list(own + RNG.normal(size=count)), 1.0)
        assert found is not None
        assert found.interval is not None
        assert found.discrimination is not None
        assert found.interval[0] < found.discrimination < found.interval[1]
        widths.append(found.interval[1] - found.interval[0])
    assert widths == sorted(widths, reverse=True)
