"""What ``minibatches`` makes of numbered rows: each once, images and labels together, in a new order every time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from autograder.messages import _
from autograder.notebook.grade import expect_equal, expect_true

Batches = list[list[int]]  # the numbers of the rows in each batch
LONG = 12  # epochs, after which every row has changed its batch: one of 60 in 5 batches stays with less than 2e-6


def expect_epoch(minibatches: Callable[..., Any], n: int, batch_size: int, rng: np.random.Generator) -> Batches:
    """Check one epoch of ``n`` rows and return which of them each batch holds.

    Raises:
        MismatchError: a row is missing or there twice, X and y do not go together, or a batch has the wrong size.

    """
    X, y = np.arange(2.0 * n).reshape(n, 2), np.arange(10.0, 10.0 + 3 * n).reshape(n, 3)
    batches: Batches = []
    result = minibatches(X.copy(), y.copy(), batch_size, rng)
    _expect_batches(result, n, batch_size)
    for batch in islice(result, 2 * n + 1):
        is_pair = isinstance(batch, list | tuple) and len(batch) == 2
        expect_true(is_pair, _("Every batch should be a pair (X_batch, y_batch)."), mistake="no_pairs")
        X_batch, y_batch = batch
        batches.append(_rows(X_batch, y_batch, X, y))
    endless = len(batches) > 2 * n
    expect_true(not endless, _("This never ends: an epoch is over when every row had its turn."), mistake="endless")
    _expect_every_row(batches, n, batch_size)
    _expect_sizes(batches, n, batch_size)
    return batches


def _expect_batches(result: Any, n: int, batch_size: int) -> None:
    """Check that ``result`` is no pair of all images and all labels, cut into batches or not."""
    pair = isinstance(result, tuple | list) and len(result) == 2
    if not pair or (isinstance(result[0], tuple | list) and len(result[0]) == 2 and np.ndim(result[0][1]) == 2):
        return
    text = _("Every batch should be a pair (X_batch, y_batch).")
    expect_true(not isinstance(result[0], list), text, mistake="two_lists")
    whole = np.shape(result[0])[:1] == (n,)
    few = whole and n > batch_size
    expect_true(np.ndim(result[0]) < 2, text, mistake="batch_size_ignored" if few else "first_batch_only")


def _rows(X_batch: Any, y_batch: Any, X: Any, y: Any) -> list[int]:
    found, labels = np.asarray(X_batch), np.asarray(y_batch)
    widths = found.shape[1:], labels.shape[1:]
    exchanged = widths == ((3,), (2,))
    expect_true(not exchanged, _("X_batch holds rows of y, and y_batch rows of X."), mistake="exchanged")
    one_row = found.ndim == 1 and found.shape == X.shape[1:] and found.dtype.kind == "f"
    whole = found.ndim == 2 and found.shape[1] == 2
    mistake = "single_rows" if one_row else "row_numbers" if found.ndim < 2 else "from_y" if widths[0] == (3,) else ""
    expect_true(whole, _("X_batch does not hold whole rows of X."), mistake=mistake)
    numbers = np.rint(found[:, 0] / 2).astype(int)
    ours = all(0 <= k < len(X) for k in numbers) and np.array_equal(found, X[numbers])
    expect_true(ours, _("A batch holds rows that X does not have."), mistake="rows_changed")
    expect_equal(X_batch, X[numbers], "X_batch")  # nested lists are no arrays
    from_X = widths[1] == (2,)
    expect_true(not from_X, _("y_batch does not hold rows of y."), mistake="from_X")
    expect_true(labels.ndim == 2, _("y_batch does not hold rows of y."), mistake="row_numbers" if labels.size else "")
    alike = len(labels) == len(found)
    expect_true(alike, _("X_batch and y_batch do not have the same number of rows."), mistake="unequal_batches")
    # by their first column: a batch whose rows are those of other images
    together = labels.shape != y[numbers].shape or np.array_equal(labels, y[numbers])
    text = _("y_batch does not hold the labels of the images in X_batch.")
    expect_true(together, text, mistake="apart")
    expect_equal(y_batch, y[numbers], "y_batch")
    return [int(k) for k in numbers]


def _expect_every_row(batches: Batches, n: int, batch_size: int) -> None:
    sizes = [len(numbers) for numbers in batches]
    rows = [k for numbers in batches for k in numbers]
    expect_true(all(sizes), _("A batch is empty."), mistake="empty_batch" if all(sizes[:-1]) else "rows_left_out")
    missing = n - len(set(rows))
    if missing:
        if len(rows) == n:
            mistake = "with_replacement"
        elif len(batches) == 1 < n // batch_size:
            mistake = "first_batch_only"
        elif len(set(rows)) < len(rows):
            mistake = "drawn_anew"
        elif set(sizes) == {batch_size} and len(sizes) in {n // batch_size, n // batch_size - 1}:
            mistake = "last_batch_lost"
        else:
            mistake = "rows_left_out"
        text = _("{missing} of {n} rows are missing.", missing=missing, n=n)
        expect_true(False, text, _("Not all rows had their turn."), mistake)
    again = len(rows) - n
    several = again == n
    everything = set(sizes) == {n} and len(sizes) > 1
    verdict = _("Every row should have its turn exactly once in an epoch.")
    message = _("{again} rows come again although every row should have its turn only once.", again=again)
    mistake = "whole_set" if everything else "several_epochs" if several else "overlapping"
    expect_true(not again, message, verdict, mistake)


def _expect_sizes(batches: Batches, n: int, batch_size: int) -> None:
    sizes = [len(numbers) for numbers in batches]
    fewest, most = n // batch_size, -(-n // batch_size)
    even = max(sizes) - min(sizes) <= 1 and fewest <= len(sizes) <= most
    short = all(size == batch_size for size in sizes[:-1]) and sizes[-1] <= batch_size
    mistake = "batch_size_ignored"
    if sizes.count(batch_size) == fewest and len(sizes) == most:
        mistake = "batches_shuffled"  # the short one is not the last
    elif len(sizes) == batch_size and 1 < batch_size < n:
        mistake = "size_and_number"
    expect_true(
        even or short,
        _(
            "The batches have the sizes {sizes}, with batch_size = {batch_size} and {n} rows.",
            sizes=sizes,
            batch_size=batch_size,
            n=n,
        ),
        _("The batches have the wrong sizes."),
        mistake,
    )


def expect_shuffling(minibatches: Callable[..., Any], n: int, batch_size: int, epochs: int, seed: int) -> None:
    """Check ``epochs`` epochs: a new order in each, by ``rng`` alone; over ``LONG`` ones every row changes its batch.

    Raises:
        MismatchError: the order is not shuffled, repeats, or does not come from ``rng``.

    """
    rng = np.random.default_rng(seed)
    every = [expect_epoch(minibatches, n, batch_size, rng) for _epoch in range(epochs)]
    orders = [tuple(k for numbers in batches for k in numbers) for batches in every]
    unmoved = orders[0] == tuple(range(n)) == orders[1]
    expect_true(not unmoved, _("The rows come in their old order."), mistake="not_shuffled")
    repeats = _("Two epochs have the same order.")
    expect_true(len(set(orders)) == epochs, repeats, mistake="same_order")
    same = expect_epoch(minibatches, n, batch_size, np.random.default_rng(seed)) == every[0]
    expect_true(same, _("The same rng, another order: where does chance come from?"), mistake="rng_ignored")
    members = [frozenset(map(frozenset, batches)) for batches in every]
    if len(set(members)) < epochs:
        sorted_within = all(list(numbers) == sorted(numbers) for batches in every for numbers in batches)
        within = [list(map(frozenset, batches)) for batches in every]
        mistake = "batches_shuffled" if sorted_within else "within_batches" if within[0] == within[1] else "same_order"
        expect_true(False, _("In several epochs the batches hold the same rows."), mistake=mistake)
    if epochs >= LONG:
        batch_of = np.array(
            [[k for row in range(n) for k, numbers in enumerate(batches) if row in numbers] for batches in every]
        )
        moved = bool(np.ptp(batch_of, axis=0).all())
        expect_true(moved, _("Some rows are never shuffled."), mistake="partly_shuffled")
    other = expect_epoch(minibatches, n, batch_size, np.random.default_rng(seed + 1))
    expect_true(other != every[0], _("Another rng, the same order."), mistake="same_order")
