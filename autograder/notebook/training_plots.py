"""Pictures of Aufgabe 2: the digits, the gradient check, and what a trained network knows and gets wrong.

Figures are white, whatever the theme of the notebook, and no meaning hangs on red against green.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.messages import _, number
from autograder.notebook.style import BLUE, GREY, ORANGE, STYLE
from autograder.numeric import CLASSES, SIDE, ParameterCheck
from autograder.numeric.gradient import TOLERANCE

_ABOVE: dict[str, Any] = {"textcoords": "offset points", "ha": "right"}


@contextlib.contextmanager
def when_written() -> Iterator[None]:
    """Run a block that needs functions of the student, and say so kindly where they are still empty."""
    try:
        yield
    except NotImplementedError:
        print(_("This comes to life as soon as your functions above are written."))  # noqa: T201
    except NameError as error:
        print(_("{name} is not there yet: first run the cells above.", name=error.name))  # noqa: T201


def plot_digits(X: ArrayLike, labels: ArrayLike, n: int = 20) -> None:
    """Show the first ``n`` images with their labels."""
    images, names = np.asarray(X)[:n], np.asarray(labels)[:n]
    axes = _grid(len(images), 10, height=1.15)
    for axis, image, name in zip(axes, images, names, strict=False):
        _digit(axis, image, str(name))


def plot_loss(history: Sequence[float]) -> None:
    """Show the mean loss of each epoch; the dotted line is a guess that knows nothing."""
    with plt.rc_context(STYLE):
        _figure, axis = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
        epochs = np.arange(1, len(history) + 1)
        axis.plot(epochs, history, color=BLUE, marker="o", markersize=3)
        axis.axhline(np.log(CLASSES), color=GREY, linestyle=":")
        axis.annotate(_("pure guessing: ln 10"), (epochs[-1], np.log(CLASSES)), (0, -12), **_ABOVE, color=GREY)
        axis.annotate(number(float(history[-1]), 2), (epochs[-1], history[-1]), (0, 8), **_ABOVE, color=BLUE)
        axis.set(xlabel=_("epoch"), ylabel=_("mean loss"), yscale="log", title=_("The loss falls"))
        axis.yaxis.set_major_formatter(lambda value, _position: number(value))
        axis.grid(alpha=0.3, which="both", linewidth=0.5)


def plot_confusion(labels: ArrayLike, predictions: ArrayLike) -> None:
    """Show how often each digit was read as each other one."""
    counts = np.zeros((CLASSES, CLASSES), dtype=int)
    np.add.at(counts, (np.asarray(labels, dtype=int), np.asarray(predictions, dtype=int)), 1)
    with plt.rc_context(STYLE):
        _figure, axis = plt.subplots(figsize=(4.8, 4.4), layout="constrained")
        # the square root lets a single mistake be seen beside dozens of hits
        axis.imshow(np.sqrt(counts), cmap="Blues", vmin=0)
        darkest = np.sqrt(counts.max(initial=1))
        for (row, column), count in np.ndenumerate(counts):
            if count:
                weight = "normal" if row == column else "bold"
                shade = "white" if np.sqrt(count) > 0.55 * darkest else "black"
                axis.text(column, row, str(count), ha="center", va="center", color=shade, weight=weight)
        axis.set(xlabel=_("read as"), ylabel=_("is"), xticks=range(CLASSES), yticks=range(CLASSES))
        axis.set_title(_("{right} of {n} right", right=int(np.trace(counts)), n=int(counts.sum())))


def plot_mistakes(X: ArrayLike, labels: ArrayLike, probabilities: ArrayLike, n: int = 10) -> None:
    """Show the wrongly read digits, those first of which the network was surest; a word instead if there are none."""
    shares, truth = np.asarray(probabilities), np.asarray(labels)
    guesses = shares.argmax(axis=1)
    wrong = np.flatnonzero(guesses != truth)
    if not len(wrong):
        print(_("Not a single mistake: there is nothing to show."))  # noqa: T201
        return
    surest = wrong[np.argsort(-shares[wrong, guesses[wrong]])][:n]
    axes = _grid(len(surest), 5, height=1.9)
    for axis, k in zip(axes, surest, strict=False):
        text = _("{truth}, read as {guess}", truth=truth[k], guess=guesses[k])
        _digit(axis, np.asarray(X)[k], f"{text}\n({number(100 * float(shares[k, guesses[k]]), 3)} %)")


def plot_weights(parameters: Sequence[tuple[Any, Any]]) -> None:
    """Show what each neuron of the first layer looks for, as an image: orange wants ink, violet wants none."""
    weights = np.asarray(parameters[0][0])
    columns = 16 if weights.shape[1] > 20 else 8
    axes = _grid(weights.shape[1], columns, height=0.62)
    limit = float(np.quantile(np.abs(weights), 0.98)) or 1.0  # a few extremes would make all others pale
    for axis, column in zip(axes, weights.T, strict=False):
        axis.imshow(column.reshape(SIDE, SIDE), cmap="PuOr_r", vmin=-limit, vmax=limit)


def plot_gradient_check(checks: Sequence[ParameterCheck]) -> None:
    """Show each entry of the gradient, analytic over numerical: on the diagonal both agree."""
    layers = sorted({check.layer for check in checks})
    with plt.rc_context(STYLE):
        _figure, axes = plt.subplots(
            1, len(layers), figsize=(3.6 * len(layers), 3.7), layout="constrained", squeeze=False
        )
        for axis, layer in zip(axes[0], layers, strict=True):
            _scatter(axis, [check for check in checks if check.layer == layer])
            axis.set(title=_("Layer {layer}", layer=layer), xlabel=_("difference quotient"))
        axes[0, 0].set_ylabel(_("your backward"))


def _scatter(axis: Any, checks: Sequence[ParameterCheck]) -> None:
    limit = max(float(np.abs(check.numerical).max(initial=0.0)) for check in checks) * 1.15 or 1.0
    axis.plot([-limit, limit], [-limit, limit], color=GREY, linewidth=1)
    for check, colour, marker in zip(checks, (BLUE, ORANGE), ("o", "D"), strict=False):
        label = f"{'✓' if check.passed else '✗'} {check.name}: {number(check.error, 2)}"
        if check.analytic.shape == check.numerical.shape:
            axis.scatter(check.numerical, check.analytic, s=26, color=colour, marker=marker, alpha=0.75, label=label)
        else:
            wrong = _("shape {found}, not {expected}", found=check.analytic.shape, expected=check.numerical.shape)
            axis.scatter([], [], color=colour, marker=marker, label=f"✗ {check.name}: {wrong}")
    axis.axhline(0, color=GREY, linewidth=0.5)
    axis.axvline(0, color=GREY, linewidth=0.5)
    axis.legend(loc="upper left", fontsize=8, title=_("relative error (< {limit})", limit=number(TOLERANCE)))


def _grid(n: int, columns: int, *, height: float) -> NDArray[Any]:
    """Return the axes of a new figure of ``n`` squares without ticks, at most ``columns`` in a row."""
    columns = min(columns, n)
    rows = -(-n // columns)
    with plt.rc_context(STYLE):
        _figure, axes = plt.subplots(
            rows, columns, figsize=(min(9.0, 1.6 * columns), rows * height), layout="constrained"
        )
    flat = np.atleast_1d(axes).ravel()
    for axis in flat:
        axis.axis("off")
    return flat


def _digit(axis: Any, image: NDArray[Any], title: str) -> None:
    axis.imshow(image.reshape(SIDE, SIDE), cmap="gray_r", vmin=0, vmax=1)
    axis.set_title(title, fontsize=9)
