"""The comparison of networks measures like beside like."""

import pytest

from autograder.grading.solutions import COURSE_VARIABLE
from benchmarks import network
from tests.numeric.sheet import ROOT


@pytest.fixture(autouse=True)
def _course(monkeypatch):
    monkeypatch.setenv(COURSE_VARIABLE, str(ROOT))


def test_all_that_are_here_learn_the_digits():
    """A few epochs, and each reads most digits that it never saw."""
    problem = network.problems()[0]
    peers = {network.OURS: network.train_ours, "scikit-learn": network.train_sklearn}
    for result in network.compare(problem, peers, rounds=1, epochs=8).values():
        assert result.accuracy[0] > 0.9
        assert len(result.seconds) == 1


def test_products_of_an_epoch():
    """Forward, (7) and (10), the last batch as short as it is; no delta is carried back to the input."""
    problem = network.problems()[2]
    assert problem.batches == [128] * 11 + [32]
    products = network.products(problem)
    assert len(products) == 12 * 5
    operations = sum(2 * a.shape[0] * a.shape[1] * b.shape[1] for a, b in products)
    assert operations == 2 * 1440 * (2 * 64 * 64 + 3 * 64 * 10)


def test_digits_drawn_larger_are_the_same_digits():
    """Every pixel becomes a square."""
    small, large = network.problems()[1], network.problems()[3]
    assert large.X.shape == (1440, 1024)
    assert (large.X.reshape(-1, 32, 32)[:, ::4, ::4].reshape(-1, 64) == small.X).all()


def test_gradients_are_those_of_pytorch():
    """Up to rounding, in float64."""
    pytest.importorskip("torch")
    assert network.gradient_distance((5, 4, 3), 7, 1) <= network.GRADIENTS_AGREE
