"""Pictures of Aufgabe 2: the digits, the gradient check, and what a trained network knows and gets wrong.

Figures are white, whatever the theme of the notebook, and no meaning hangs on red against green.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from autograder.messages import _, number
from autograder.notebook.figure import show
from autograder.notebook.style import BLUE, GREY, ORANGE, STYLE
from autograder.numeric import CLASSES, SIDE, ParameterCheck, check_gradients
from autograder.numeric.gradient import TOLERANCE

_INK: dict[str, Any] = {"cmap": "gray_r", "vmin": 0, "vmax": 1}
CHECKED = 150  # entries of each W and b; each costs two forward passes

_ABOVE: dict[str, Any] = {"textcoords": "offset points", "ha": "right"}


def _frame(left: float, bottom: float, right: float, top: float) -> dict[str, float]:
    """Return where axes stand in their figure: by hand, as an automatic layout takes as long as the drawing."""
    return {"left": left, "bottom": bottom, "right": right, "top": top}


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
    _mosaic(np.asarray(X)[:n], 10, list(map(str, np.asarray(labels)[:n])), **_INK)


def plot_loss(history: Sequence[float]) -> None:
    """Show the mean loss of each epoch; the dotted line is a guess that knows nothing."""
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(6.5, 3.2), gridspec_kw=_frame(0.12, 0.16, 0.98, 0.9))
        epochs = np.arange(1, len(history) + 1)
        axis.plot(epochs, history, color=BLUE, marker="o", markersize=3)
        axis.axhline(np.log(CLASSES), color=GREY, linestyle=":")
        axis.annotate(_("pure guessing: ln 10"), (epochs[-1], np.log(CLASSES)), (0, -12), **_ABOVE, color=GREY)
        axis.annotate(number(float(history[-1]), 2), (epochs[-1], history[-1]), (0, 10), **_ABOVE, color=BLUE)
        axis.set(xlabel=_("epoch"), ylabel=_("mean loss"), yscale="log", title=_("The loss falls"))
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter(lambda value, _position: number(value))
        axis.yaxis.set_minor_locator(NullLocator())
        axis.grid(alpha=0.3, linewidth=0.5)
        show(figure)


def plot_confusion(labels: ArrayLike, predictions: ArrayLike) -> None:
    """Show how often each digit was read as each other one."""
    counts = np.zeros((CLASSES, CLASSES), dtype=int)
    np.add.at(counts, (np.asarray(labels, dtype=int), np.asarray(predictions, dtype=int)), 1)
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(4.6, 4.4), gridspec_kw=_frame(0.12, 0.12, 0.98, 0.92))
        # the square root lets a single mistake be seen beside dozens of hits
        axis.imshow(np.sqrt(counts), cmap="Blues", vmin=0)
        darkest = np.sqrt(counts.max(initial=1))
        for (row, column), count in np.ndenumerate(counts):
            if count:
                weight = "normal" if row == column else "bold"
                shade = "white" if np.sqrt(count) > 0.55 * darkest else "black"
                axis.text(column, row, str(count), ha="center", va="center", color=shade, weight=weight)
        for digit in range(CLASSES):  # what ticks would say, which take half as long as all the rest
            axis.text(digit, CLASSES - 0.3, str(digit), ha="center", va="top")
            axis.text(-0.7, digit, str(digit), ha="right", va="center")
        axis.set(xticks=(), yticks=())
        axis.set_xlabel(_("read as"), labelpad=20)
        axis.set_ylabel(_("is"), labelpad=16)
        axis.set_title(_("{right} of {n} right", right=int(np.trace(counts)), n=int(counts.sum())))
        show(figure)


def plot_mistakes(X: ArrayLike, labels: ArrayLike, probabilities: ArrayLike, n: int = 10) -> None:
    """Show the wrongly read digits, those first of which the network was surest; a word instead if there are none."""
    shares, truth = np.asarray(probabilities), np.asarray(labels)
    guesses = shares.argmax(axis=1)
    wrong = np.flatnonzero(guesses != truth)
    if not len(wrong):
        print(_("Not a single mistake: there is nothing to show."))  # noqa: T201
        return
    surest = wrong[np.argsort(-shares[wrong, guesses[wrong]])][:n]
    titles = [
        _("{truth}, read as {guess}", truth=truth[k], guess=guesses[k])
        + f"\n({number(100 * float(shares[k, guesses[k]]), 3)} %)"
        for k in surest
    ]
    _mosaic(np.asarray(X)[surest], 5, titles, **_INK)


def plot_weights(parameters: Sequence[tuple[Any, Any]]) -> None:
    """Show what each neuron of the first layer looks for, as an image: orange wants ink, violet wants none."""
    weights = np.asarray(parameters[0][0])
    limit = float(np.quantile(np.abs(weights), 0.98)) or 1.0  # a few extremes would make all others pale
    _mosaic(weights.T, 16 if weights.shape[1] > 20 else 8, cmap="PuOr_r", vmin=-limit, vmax=limit)


def gradient_check(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    cross_entropy: Callable[..., Any],
    X: ArrayLike,
    y: ArrayLike,
    parameters: Sequence[tuple[Any, Any]],
) -> None:
    """Show the gradient of ``backward`` beside difference quotients, for any network and any batch ``X``, ``y``.

    Of large arrays ``CHECKED`` entries are measured.
    """
    images, labels = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    zs, activations = forward(images, parameters)
    checks = check_gradients(
        lambda moved: float(cross_entropy(labels, forward(images, moved)[1][-1])),
        parameters,
        backward(labels, zs, activations, parameters),
        most=CHECKED,
    )
    plot_gradient_check(checks)
    if clue := _clue(checks, len(images)):
        print(clue)  # noqa: T201


def _clue(checks: Sequence[ParameterCheck], n: int) -> str:
    """Return what the picture says of a wrong gradient; empty if it is right, or says nothing."""
    wrong = [check for check in checks if not check.passed]
    if not wrong or any(check.analytic.shape != check.numerical.shape for check in checks):
        return ""
    mine = np.concatenate([check.analytic.ravel() for check in checks])
    right = np.concatenate([check.numerical.ravel() for check in checks])
    factor = float(mine @ right / (right @ right)) if right.any() else 0.0
    if np.linalg.norm(mine - factor * right) < 1e-5 * np.linalg.norm(mine):
        known = {-1.0: _("a sign"), float(n): _("a sum in place of a mean"), 1 / n: _("a mean too many")}
        name = next((name for value, name in known.items() if abs(factor / value - 1) < 1e-4), _("a factor"))
        factor_text = number(factor, 3)
        return _("Everything is {factor} times what it should be: {name}?", factor=factor_text, name=name)
    if all(check.name == "b" for check in wrong):
        return _("Every W is right, but not every b: look for the mistake in (8).")
    last = max(check.layer for check in checks)
    if all(check.layer < last for check in wrong):
        return _("The last layer is right, earlier ones are not: look for the mistake in (10).")
    return _("Begin with the last layer: look at (9), then at (7).")


def plot_gradient_check(checks: Sequence[ParameterCheck]) -> None:
    """Show each entry of the gradient, analytic over numerical: on the diagonal both agree."""
    layers = sorted({check.layer for check in checks})
    with plt.rc_context(STYLE):
        n = len(layers)
        frame = _frame(0.8 / (3.6 * n), 0.14, 1 - 0.1 / (3.6 * n), 0.91) | {"wspace": 0.28}
        figure, axes = plt.subplots(1, n, figsize=(3.6 * n, 3.7), squeeze=False, gridspec_kw=frame)
        for axis, layer in zip(axes[0], layers, strict=True):
            _scatter(axis, [check for check in checks if check.layer == layer])
            axis.set(title=_("Layer {layer}", layer=layer), xlabel=_("difference quotient"))
        axes[0, 0].set_ylabel(_("your backward"))
        show(figure)


def _scatter(axis: Any, checks: Sequence[ParameterCheck]) -> None:
    largest = max(float(np.abs(check.numerical).max(initial=0.0)) for check in checks)
    limit = 1.15 * largest if 0 < largest < np.inf else 1.0
    axis.plot([-limit, limit], [-limit, limit], color=GREY, linewidth=1)
    axis.axhline(0, color=GREY, linewidth=0.5)
    axis.axvline(0, color=GREY, linewidth=0.5)
    # written by hand, and few ticks: a legend and a dozen numbers take a third of the drawing, and say no more
    lines = [(_("relative error (< {limit})", limit=number(TOLERANCE)), "black")]
    for check, colour, (marker, sign) in zip(checks, (BLUE, ORANGE), (("o", "●"), ("D", "◆")), strict=False):
        said = number(check.error, 2)
        if check.analytic.shape == check.numerical.shape:
            axis.scatter(check.numerical, check.analytic, s=26, color=colour, marker=marker, alpha=0.75)
        else:
            said = _("shape {found}, not {expected}", found=check.analytic.shape, expected=check.numerical.shape)
        lines.append((f"{sign} {check.name}: {said} {'✓' if check.passed else '✗'}", colour))
    for k, (text, colour) in enumerate(lines):
        axis.text(0.03, 0.98 - 0.065 * k, text, color=colour, fontsize=9, va="top", transform=axis.transAxes)
    size = 10.0 ** np.floor(np.log10(limit))
    ticks = np.array([-1, 0, 1]) * float(limit // size * size)
    axis.set(xticks=ticks, yticks=ticks, xticklabels=map(number, ticks), yticklabels=map(number, ticks))


def _mosaic(images: NDArray[Any], columns: int, titles: Sequence[str] = (), **colours: Any) -> None:
    """Show images side by side, at most ``columns`` in a row, with a title above each.

    They are pasted into one, which draws many times as fast as an axis for each.
    """
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    wide = SIDE + 2  # pixels from one image to the next
    inch = min(9.0 / (columns * wide), 0.09 if columns > 5 else 0.15)  # of a pixel
    lines = max((title.count("\n") + 1 for title in titles), default=0)
    high = SIDE + 2 + int(np.ceil(0.15 * lines / inch))
    whole = np.full((rows * high, columns * wide), np.nan)
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(inch * whole.shape[1], inch * whole.shape[0]))
        axis = figure.add_axes((0, 0, 1, 1))
        axis.axis("off")
        for k, image in enumerate(images):
            left, bottom = k % columns * wide, (k // columns + 1) * high
            whole[bottom - SIDE : bottom, left : left + SIDE] = image.reshape(SIDE, SIDE)
            if titles:
                place = left + SIDE / 2 - 0.5, bottom - SIDE - 1
                axis.text(*place, titles[k], ha="center", va="bottom", fontsize=9)
        axis.imshow(whole, **colours)
        show(figure)
