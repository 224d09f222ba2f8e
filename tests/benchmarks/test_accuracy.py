"""The comparison of accuracy compares like with like."""

import itertools

import numpy as np
import pytest

from autograder.grading.solutions import COURSE_VARIABLE
from benchmarks import accuracy, network
from tests.numeric.sheet import ROOT


@pytest.fixture(autouse=True)
def _course(monkeypatch):
    monkeypatch.setenv(COURSE_VARIABLE, str(ROOT))


@pytest.fixture
def problem():
    """Return the digits in batches of 128, the fastest to learn."""
    return network.problems()[2]


def test_a_split_keeps_all_digits_once(problem):
    """As many are learnt as in the sheet, and what is read is not among them."""
    drawn = accuracy.split(problem, 1)
    assert (len(drawn.X), len(drawn.X_test)) == (1440, 357)

    def rows(split):
        X, labels = np.concatenate([split.X, split.X_test]), np.concatenate([split.labels, split.labels_test])
        return sorted(map(tuple, np.column_stack([X, labels])))

    assert rows(drawn) == rows(problem)


def test_splits_of_other_seeds_are_others(problem):
    """The same seed draws the same digits again."""
    first, second, again = (accuracy.split(problem, seed).labels for seed in (1, 2, 1))
    assert (first == again).all()
    assert (first != second).any()


def test_scikit_learn_makes_the_same_steps(problem):
    """From the same first weights with the same batches it ends in our network, up to rounding."""
    end = accuracy.agreement(problem, 3, 1)["scikit-learn"]
    assert end.distance < 1e-12
    assert end.read_differently == 0


def test_pytorch_makes_the_same_steps(problem):
    """In float64 up to rounding, in float32 up to its rounding."""
    pytest.importorskip("torch")
    ends = accuracy.agreement(problem, 3, 1)
    assert ends["PyTorch, float64"].distance < 1e-12
    assert ends["PyTorch, float32"].distance < 1e-5


def test_another_order_of_the_batches_is_noticed(problem):
    """The agreement is none that any training would reach."""
    ours, start, orders = accuracy.ours_and_its_draw(problem, 3, 1)
    assert accuracy.apart(accuracy.sklearn_from(problem, start, orders[::-1]), ours) > 1e-3


def test_difference_is_taken_in_pairs():
    """What moves both of a pair alike does not widen the interval."""
    rng = np.random.default_rng(1)
    both, apart = rng.normal(0.97, 0.05, 200), rng.normal(0.001, 0.001, 200)
    mean, low, high = accuracy.difference(both + apart, both)
    assert low < mean < high
    assert low > 0
    assert high - low < 0.0005


def test_first_weights_are_as_wide_as_their_libraries():
    """Those that are drawn as scikit-learn's and PyTorch's lie in the same bounds, biases too."""
    sizes = (64, 64, 10)
    bounds = {
        name: [np.abs(array).max() for pair in start(sizes, np.random.default_rng(1)) for array in pair]
        for name, start in accuracy.STARTS.items()
    }
    sheet, sklearn, pytorch = bounds.values()
    assert sheet[1] == sheet[3] == 0
    for found, limits in (
        (sklearn, [np.sqrt(2 / (m + n)) for m, n in itertools.pairwise(sizes)]),
        (pytorch, [1 / np.sqrt(m) for m, _n in itertools.pairwise(sizes)]),
    ):
        assert found == pytest.approx(np.repeat(limits, 2), rel=0.2)
        assert (np.array(found) <= np.repeat(limits, 2)).all()


def test_rows_of_the_table():
    """The first has no difference to itself, the others in points and in digits."""
    read = {"ours": np.array([0.98, 0.97, 0.99]), "theirs": np.array([0.97, 0.97, 0.97])}
    *_head, first, second = accuracy.table(read, 100, "each on its own")
    assert first == "| ours | 98.00% | 97.0% | | |"
    assert second.startswith("| theirs | 97.00% | 97.0% | +1.000 (")
    assert "| +1.00 (" in second
