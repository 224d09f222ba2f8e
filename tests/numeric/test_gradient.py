"""Difference quotients agree with known gradients, and tell right from wrong ones."""

import numpy as np
import pytest

from autograder.numeric import check_gradients, numerical_gradient, random_parameters, relative_error
from autograder.numeric.gradient import TOLERANCE


def _loss(parameters):
    """Return a sum of cubes: its gradient is three times the squares."""
    return sum((W**3).sum() + (b**3).sum() for W, b in parameters)


@pytest.mark.parametrize("sizes", [[2, 3], [5, 4, 3], [2, 3, 1, 4]])
def test_gradient_of_cubes(sizes):
    """Each entry of each parameter, in the order and shapes of the parameters."""
    parameters = random_parameters(sizes, np.random.default_rng(1))
    for (W, b), (dW, db) in zip(parameters, numerical_gradient(_loss, parameters), strict=True):
        np.testing.assert_allclose(dW, 3 * W**2, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(db, 3 * b**2, rtol=1e-6, atol=1e-8)


def test_parameters_stay_as_they_are_and_float32_is_widened():
    """The check of a float32 network is done in float64."""
    parameters = [(np.ones((2, 2), np.float32), np.ones(2, np.float32))]
    (dW, _), *_rest = numerical_gradient(_loss, parameters)
    assert dW.dtype == np.float64
    np.testing.assert_array_equal(parameters[0][0], np.ones((2, 2)))


def test_right_gradient_passes_and_wrong_ones_fail():
    """A factor, a sign and a shape each make a parameter fail, and only that one."""
    parameters = random_parameters([3, 2], np.random.default_rng(2))
    (W, b), *_rest = parameters
    for dW, db, passed in [
        (3 * W**2, 3 * b**2, [True, True]),
        (3.001 * W**2, 3 * b**2, [False, True]),
        (3 * W**2, -3 * b**2, [True, False]),
        (3 * W.T**2, 3 * b**2, [False, True]),
        (3 * W**2, np.full(2, np.nan), [True, False]),
    ]:
        checks = check_gradients(_loss, parameters, [(dW, db)])
        assert [check.passed for check in checks] == passed
        assert [(check.name, check.layer) for check in checks] == [("W", 1), ("b", 1)]


def test_missing_layer_is_named():
    """A list of the wrong length is no near miss."""
    with pytest.raises(ValueError, match="2 Schichten"):
        check_gradients(_loss, random_parameters([3, 2, 2], np.random.default_rng(3)), [])


def test_relative_error():
    """Zero for two zeros, infinite for unlike shapes."""
    zero = np.zeros(3)
    assert relative_error(zero, zero) == 0
    assert relative_error(zero, np.zeros(2)) == np.inf
    assert relative_error(np.ones(3), -np.ones(3)) == pytest.approx(1)
    assert relative_error(np.ones(3), np.ones(3) + 1e-9) < TOLERANCE
