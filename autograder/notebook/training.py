"""What ``train`` does, seen from outside: its sizes, the mean loss of each epoch, how many steps of which length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.messages import _, number
from autograder.notebook.grade import expect_true

Array = NDArray[np.float64]
Network = list[tuple[Array, Array]]
Data = tuple[Array, Array]  # X and one-hot y

RATE = 1e-3  # so small that the gradient stays as it is, large enough for float32 to resolve the steps
NEAR = 0.03  # relative distance of the steps from the gradient: neglected curvature, rounding of float32
LOSS_RTOL = 1e-4
LOSS_RTOL_FLOAT32 = 1e-3  # where float32 has taken steps


def expect_training(
    train: Callable[..., Any],
    data: Data,
    layer_sizes: Sequence[int],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    history_counts: bool = True,
) -> tuple[Network, Array]:
    """Run ``train`` with a fresh generator, and return the network and the history.

    Where not ``history_counts``, a history of another form costs nothing.

    Raises:
        MismatchError: it gives no network of ``layer_sizes``, or no loss for each epoch.

    """
    X, y = data
    rng = np.random.default_rng(seed)
    result = train(X.copy(), y.copy(), list(layer_sizes), epochs, batch_size, learning_rate, rng)
    is_pair = isinstance(result, list | tuple) and len(result) == 2 and not _begins_with_layer(result)
    expect_true(is_pair, _("Expected is the pair (parameters, history)."), mistake="no_pair")
    exchanged = not _is_network(result[0]) and _is_network(result[1])
    expect_true(not exchanged, _("First come the parameters, then history."), mistake="exchanged")
    expect_true(
        _is_network(result[0]), _("First come the parameters, a pair (W, b) for each layer."), mistake="no_pair"
    )
    network = [(np.asarray(W), np.asarray(b)) for W, b in result[0]]
    shapes = [(W.shape, b.shape) for W, b in network]
    expect_true(
        shapes == [((n_in, n_out), (n_out,)) for n_in, n_out in pairwise(layer_sizes)],
        _("For layer_sizes = {sizes} the parameters have the shapes {shapes}.", sizes=layer_sizes, shapes=shapes),
        _("The parameters do not have the shapes that layer_sizes asks for."),
        "layers_fixed",
    )
    if not history_counts:
        return network, np.zeros(0)
    history = _numbers(result[1])
    expect_true(history is not None, _("Each entry of history should be a single number."), mistake="history_entries")
    assert history is not None
    _expect_entries(history, epochs, -(-len(X) // batch_size), still=learning_rate == 0)
    return network, history


def _begins_with_layer(value: Any) -> bool:
    """Return whether ``value`` begins with a pair of arrays: these are parameters without a history."""
    first = value[0]
    return isinstance(first, tuple | list) and len(first) == 2 and getattr(first[0], "ndim", 0) == 2


def _is_network(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in value)


def _numbers(history: Any) -> Array | None:
    """Return ``history`` as an array; None if it holds text, or no numbers at all."""
    try:
        texts = any(isinstance(entry, str) for entry in history)
        return None if texts else np.asarray(history, dtype=float)
    except (TypeError, ValueError):
        return None


def _expect_entries(history: Array, epochs: int, batches: int, *, still: bool) -> None:
    expect_true(history.ndim == 1, _("Each entry of history should be a single number."), mistake="history_entries")
    n = len(history)
    mistake = "history_length"
    if n == 0:
        mistake = "history_empty"
    elif n == epochs * batches:
        mistake = "history_per_batch"
    elif n == 1 < epochs - 1:
        mistake = "stops_early"
    elif n == epochs - 1 > 1:
        mistake = "epochs_off"
    elif n == epochs + 1 and still:  # what stays as it is has the same loss in every epoch
        mistake = "history_start" if np.ptp(history[1:]) < abs(history[0] - history[1]) else "epochs_off"
    expect_true(
        n == epochs,
        _("history holds {n} entries, after {epochs} epochs.", n=n, epochs=epochs),
        _("history does not hold exactly one entry for each epoch."),
        mistake,
    )
    used_up = np.isfinite(history[:1]).all() and np.isnan(history[1:]).all() and epochs > 1
    finite = bool(np.isfinite(history).all())
    expect_true(finite, _("history holds nan or inf."), mistake="batches_used_up" if used_up else "history_not_finite")


def expect_falling(history: Array, share: float = 1.0) -> None:
    """Check that the last loss is below ``share`` of the first.

    Raises:
        MismatchError: it is not.

    """
    mistake = "no_step" if np.ptp(history) < LOSS_RTOL else ""
    if (history < 0).all():
        mistake = "history_sign"
    losses = "; ".join(number(float(loss)) for loss in history)
    verdict = _("The loss does not fall.")
    expect_true(history[-1] < share * history[0], f"{verdict} history = ({losses})", verdict, mistake)


def expect_losses(history: Array, losses: ArrayLike) -> None:
    """Check the ``history`` of a network that learns, with one batch of all samples.

    ``losses`` are the mean losses before each epoch and after the last: an entry is that before or after its epoch.

    Raises:
        MismatchError: an entry is another one.

    """
    every = np.asarray(losses, dtype=float)
    before, after = every[:-1], every[1:]

    def is_near(values: Array) -> bool:
        return bool(np.allclose(history, values, rtol=LOSS_RTOL_FLOAT32))

    epochs = np.arange(1, len(history) + 1)
    so_far = any(is_near(np.cumsum(each) / epochs) or is_near(np.cumsum(each)) for each in (before, after))
    expect_true(
        is_near(before) or is_near(after),
        _("history does not hold the mean loss of each epoch."),
        mistake="history_cumulated" if so_far else "",
    )


def expect_mean_loss(history: Array, losses: ArrayLike) -> None:
    """Check the ``history`` of a network that stays as it is, trained with batches of one sample.

    ``losses`` are those of the samples.

    Raises:
        MismatchError: an entry is not their mean.

    """
    each = np.asarray(losses, dtype=float)
    mean, n = each.mean(), len(each)
    epochs = np.arange(1, len(history) + 1)

    def are(values: ArrayLike) -> bool:
        return bool(np.allclose(history, values, rtol=LOSS_RTOL))

    # a history that is not the same in every epoch belongs to a network that does not stay
    mistake = "history_other" if np.ptp(history) < LOSS_RTOL else ""
    if are(each.sum()):
        mistake = "history_summed"
    elif are(epochs * mean) or are(2.0 ** (epochs - 1) * mean):
        mistake = "history_cumulated"
    elif all(np.isclose(entry, each, rtol=LOSS_RTOL).any() for entry in history):
        mistake = "history_one_batch"
    elif are(mean / n):
        mistake = "history_divided"
    elif are(-mean) or are(-each.sum()):
        mistake = "history_sign"
    elif np.allclose(history * n, np.rint(history * n)) and 0 <= history.min() <= history.max() <= 1:
        mistake = "history_accuracy"
    elif any(are(factor * mean) for factor in (2, 1 / 2, 1 / len(history), len(history))):
        mistake = "history_factor"
    elif are(np.median(each)):
        mistake = "history_median"
    elif np.isclose(history[-1], mean, rtol=LOSS_RTOL):
        mistake = "starts_anew"  # the earlier entries are of other networks
    shown = "; ".join(number(float(entry)) for entry in history)
    expect_true(
        are(mean),
        _(
            "With learning rate 0, history is ({found}); the mean loss is {mean}.",
            found=shown,
            mean=number(float(mean)),
        ),
        _("history does not hold the mean loss of each epoch."),
        mistake,
    )


def expect_steps(
    train: Callable[..., Any],
    data: Data,
    layer_sizes: Sequence[int],
    gradient: Callable[[Array, Array, Network], Any],
    *,
    epochs: int,
    batch_size: int,
    seed: int,
) -> None:
    """Check that a tiny learning rate moves the network by one step for each batch, downhill.

    ``batch_size`` divides the number of samples, so that all steps together follow the mean gradient, or all are alike.

    Raises:
        MismatchError: the steps have another direction, length or number.

    """

    def result(rate: float, size: int = batch_size, turns: int = epochs) -> tuple[Network, Array]:
        options: dict[str, Any] = {"epochs": turns, "batch_size": size, "learning_rate": rate, "seed": seed}
        return expect_training(train, data, layer_sizes, history_counts=False, **options)

    def after(rate: float, size: int = batch_size, turns: int = epochs) -> Array:
        return _flat(result(rate, size, turns)[0])

    X, y = data
    start = result(0.0)[0]
    last = result(RATE)[0]
    gradients = gradient(X, y, start)
    batches = -(-len(X) // batch_size)
    steps = epochs * batches
    if step_error(start, last, gradients, steps) < NEAR:
        return
    before, end, slope = _flat(start), _flat(last), _flat(gradients)
    moved = (before - end) / RATE / steps
    length = float(moved @ slope / (slope @ slope))
    mistake = "step_size"
    if not np.allclose(after(0.0), before):
        mistake = "rng_ignored"
    elif not moved.any():
        mistake = "no_step" if np.allclose(after(0.0, turns=epochs + 1), before) else "rate_ignored"
    elif np.linalg.norm(after(0.0, turns=1) - before) > 0.5 * np.linalg.norm(before):
        mistake = "starts_anew"
    elif any(not part.any() for part in _parts(moved, start)):
        mistake = "frozen"
    elif np.linalg.norm(moved - length * slope) > NEAR * np.linalg.norm(moved):
        mistake = "apart" if not _alike(X) else "step_size"
    else:
        for factor, name in {
            -1.0: "ascent",
            1 / batch_size: "averaged_twice",
            1 / batches: "one_step_an_epoch",
            (batches - 1) / batches: "last_batch_lost",
            1 / epochs: "one_epoch",
            2.0: "two_steps",
            float(batch_size): "not_averaged",
            RATE: "rate_twice",
            1 / steps: "one_step",
        }.items():
            if abs(length - factor) < NEAR * abs(factor):
                mistake = name
                break
        else:
            if np.allclose(after(RATE, len(X)), end, rtol=0, atol=1e-9):
                mistake = "one_step_an_epoch"
    verdict = _("The steps have the wrong size, direction or number.")
    text = _(
        "{verdict} Taken together they are {length} times as long as {steps} steps downhill.",
        verdict=verdict,
        length=number(length, 3),
        steps=steps,
    )
    expect_true(False, text, verdict, mistake)


def step_error(start: Network, end: Network, slope: Any, steps: int) -> float:
    """Return how far ``steps`` steps of length ``RATE`` are from following ``slope``, relative to its length."""
    right = _flat(slope)
    moved = (_flat(start) - _flat(end)) / RATE / steps
    return float(np.linalg.norm(moved - right) / np.linalg.norm(right))


def expect_seeded(
    train: Callable[..., Any], data: Data, layer_sizes: Sequence[int], *, epochs: int, batch_size: int, seed: int
) -> None:
    """Check that ``rng`` decides about the first weights and about what becomes of them, and nothing else does.

    Raises:
        MismatchError: the same generator gives another result, or another generator the same, or neurons start alike.

    """

    def result(rate: float, chosen: int) -> Network:
        options: dict[str, Any] = {"epochs": epochs, "batch_size": batch_size, "learning_rate": rate, "seed": chosen}
        return expect_training(train, data, layer_sizes, history_counts=False, **options)[0]

    one, two = (_flat(result(0.5, seed)) for _again in range(2))
    same = np.allclose(one, two, rtol=1e-6, atol=1e-9)
    expect_true(same, _("With the same rng other parameters come out."), mistake="rng_ignored")
    start, other = result(0.0, seed), result(0.0, seed + 1)
    alike = any(np.ptp(W, axis=1).max() == 0 for W, _b in start)
    expect_true(not alike, _("The neurons of a layer begin with equal weights."), mistake="equal_start")
    text = _("Another rng, and yet the same first weights.")
    expect_true(not np.allclose(_flat(start), _flat(other)), text, mistake="rng_seeded")


def _flat(network: Any) -> Array:
    return np.concatenate([np.ravel(array) for pair in network for array in pair]).astype(float)


def _parts(vector: Array, network: Network) -> list[Array]:
    """Return the pieces of ``vector`` that belong to each W and b."""
    ends = np.cumsum([array.size for pair in network for array in pair])
    return np.split(vector, ends[:-1])


def _alike(X: Array) -> bool:
    return bool((X[:1] == X).all())
