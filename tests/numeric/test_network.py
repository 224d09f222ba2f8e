"""The sheet's own network is right: beside difference quotients and beside scikit-learn's."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from autograder.grading import solutions, unseen_digits
from autograder.numeric import check_gradients, init_parameters, load_digits, one_hot, random_parameters

CORRECT = solutions("2_netzwerk")


@pytest.mark.parametrize("sizes", [[5, 3], [5, 4, 3], [4, 6, 5, 2], [3, 4, 2, 5, 4]])
@pytest.mark.parametrize("n", [1, 7])
def test_gradients_are_difference_quotients(sizes, n):
    """Equations (7) to (10), for any number of layers and any batch."""
    rng = np.random.default_rng(len(sizes) * 10 + n)
    network = random_parameters(sizes, rng)
    X, y = rng.normal(size=(n, sizes[0])), one_hot(rng.integers(sizes[-1], size=n), sizes[-1])
    gradients = CORRECT.backward(y, *CORRECT.forward(X, network), network)

    def loss(parameters):
        return CORRECT.cross_entropy(y, CORRECT.forward(X, parameters)[1][-1])

    checks = check_gradients(loss, network, gradients)
    assert max(check.error for check in checks) < 1e-8


def _peer(sizes, **options):
    return MLPClassifier(sizes[1:-1], activation="logistic", solver="sgd", alpha=0, momentum=0, **options)


def test_gradients_are_those_of_scikit_learn():
    """Loss and every gradient agree to rounding."""
    sizes, rng = [64, 15, 12, 10], np.random.default_rng(5)
    X, labels = (array[:50] for array in load_digits())
    y, network = one_hot(labels, 10), random_parameters(sizes, rng)
    peer = _peer(sizes, max_iter=1, learning_rate_init=1.0, batch_size=50, shuffle=False)
    peer.partial_fit(X, labels, classes=np.arange(10))
    peer.coefs_, peer.intercepts_ = [W.copy() for W, _ in network], [b.copy() for _, b in network]
    zs, activations = CORRECT.forward(X, network)
    np.testing.assert_allclose(activations[-1], peer.predict_proba(X), rtol=1e-10)
    peer._optimizer.params = peer.coefs_ + peer.intercepts_
    peer.partial_fit(X, labels)
    after = CORRECT.update(network, CORRECT.backward(y, zs, activations, network), 1.0)
    for (W, b), coefficients, intercepts in zip(after, peer.coefs_, peer.intercepts_, strict=True):
        np.testing.assert_allclose(W, coefficients, rtol=1e-8, atol=1e-11)
        np.testing.assert_allclose(b, intercepts, rtol=1e-8, atol=1e-11)
    np.testing.assert_allclose(CORRECT.cross_entropy(y, activations[-1]), peer.loss_, rtol=1e-9)


def test_trained_network_reads_unseen_digits():
    """Above the share that is asked for, with a margin."""
    X, labels = load_digits()
    parameters, history = CORRECT.train(X, one_hot(labels), [64, 64, 10], 40, 16, 1.0, np.random.default_rng(0))
    unseen_X, unseen_labels = unseen_digits()
    assert np.mean(CORRECT.predict(unseen_X, parameters) == unseen_labels) > 0.97
    assert len(history) == 40
    assert history[-1] < 0.05


def test_float32_stays_float32():
    """The network's numbers are as wide as those it gets."""
    single = [
        (W.astype(np.float32), b.astype(np.float32)) for W, b in init_parameters([6, 4, 3], np.random.default_rng(1))
    ]
    X, y = np.ones((2, 6), np.float32), np.eye(3, dtype=np.float32)[:2]
    zs, activations = CORRECT.forward(X, single)
    gradients = CORRECT.backward(y, zs, activations, single)
    arrays = [*zs, *activations, *(array for pair in gradients for array in pair)]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
