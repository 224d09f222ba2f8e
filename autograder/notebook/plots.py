"""Pictures of Aufgabe 1: each makes a claim of the sheet visible before it is proved."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from autograder.messages import _, number
from autograder.notebook.figure import show
from autograder.notebook.style import BLUE, GREEN, GREY, ORANGE, STYLE

Array = NDArray[np.float64]


def _sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max())
    return np.asarray(e / e.sum())


def computational_graph(sizes: Sequence[int] = (3, 4, 2)) -> None:
    """Draw a net with layers of ``sizes`` neurons, and below it what its forward pass computes from what (eq. 1).

    Blue runs the forward pass, orange the gradient back to every weight (eq. 7 to 10).
    """
    with plt.rc_context(STYLE):
        figure, (above, below) = plt.subplots(
            2, 1, figsize=(9, 6.8), height_ratios=(max(sizes) + 0.4, 4.2), layout="constrained"
        )
        _neurons(above, sizes)
        _operations(below)
        show(figure)


def _neurons(axis: Axes, sizes: Sequence[int]) -> None:
    places = [[(3.2 * layer, (size - 1) / 2 - k) for k in range(size)] for layer, size in enumerate(sizes)]
    for left, right in itertools.pairwise(places):
        for a, b in itertools.product(left, right):
            axis.plot(*zip(a, b, strict=True), color=GREY, linewidth=0.8, zorder=1)
    for layer, neurons in enumerate(places):
        name = "x" if layer == 0 else "a^{H}" if layer == len(sizes) - 1 else f"a^{{{layer}}}"
        for k, (x, y) in enumerate(neurons, start=1):
            axis.add_patch(plt.Circle((x, y), 0.4, facecolor="white", edgecolor="black", linewidth=1.5, zorder=2))
            axis.text(x, y, f"${name}_{{{k}}}$", ha="center", va="center", zorder=3)
    end = 3.2 * (len(sizes) - 1)
    _box(axis, (end + 2.4, 0), r"$\mathcal{L}(y, a^H)$")
    for x, y in places[-1]:
        axis.plot((x + 0.4, end + 1.7), (y, 0), color=GREY, linewidth=0.8)
    top = max(sizes) / 2
    axis.set(xlim=(-0.9, end + 3.5), ylim=(-top, top), aspect="equal")
    axis.axis("off")


def _operations(axis: Axes) -> None:
    names = {0.0: "$x = a^0$", 2.4: "$z^1$", 4.6: "$a^1$", 7.0: "$z^H$", 9.2: "$a^H$", 11.4: r"$\mathcal{L}$"}
    inputs = {2.4: "$w^1, b^1$", 7.0: "$w^H, b^H$", 11.4: "$y$"}
    back = {(11.4, 7.0): r"$\delta^H$ (9)", (7.0, 2.4): r"$\delta^1$ (10)"}
    for (start, end), how in zip(itertools.pairwise(names), ("(1)", r"$\sigma$", "(1)", "(2)", "(3)"), strict=True):
        _arrow(axis, (start, 0), (end, 0), BLUE)
        axis.text((start + end) / 2, 0.15, how, color=BLUE, ha="center")
    for x in inputs:
        _arrow(axis, (x, 1.5), (x, 0), BLUE)
    for x in (2.4, 7.0):  # to what is learnt
        _arrow(axis, (x, 0), (x, 1.5), ORANGE, bend=0.6)
        axis.text(x + 0.6, 0.75, "(7), (8)", color=ORANGE, va="center")
    for (start, end), what in back.items():
        _arrow(axis, (start, 0), (end, 0), ORANGE, bend=-0.35)
        axis.text((start + end) / 2, -0.95, what, color=ORANGE, ha="center", va="top")
    for x, name in names.items():
        _box(axis, (x, 0), name)
    for x, name in inputs.items():
        _box(axis, (x, 1.5), name)
    axis.text(-0.7, 2.2, _("forward: from the input to the loss"), color=BLUE, va="bottom")
    axis.text(-0.7, -1.4, _("backward: from the loss to every weight"), color=ORANGE, va="top")
    axis.set(xlim=(-0.9, 12.3), ylim=(-1.9, 2.6))
    axis.axis("off")


def _arrow(
    axis: Axes, start: tuple[float, float], end: tuple[float, float], colour: str = GREY, *, bend: float = 0
) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "shrinkA": 22, "shrinkB": 22, "linewidth": 1.4}
    axis.annotate("", end, start, arrowprops=style | {"connectionstyle": f"arc3,rad={bend}"})


def _box(axis: Axes, place: tuple[float, float], text: str) -> None:
    axis.text(*place, text, ha="center", va="center", bbox={"boxstyle": "round,pad=.5", "fc": "white", "ec": "black"})


def sigmoid_and_slope(points: Sequence[float] = (-2.0, 0.0, 3.0)) -> None:
    """Draw sigma with tangents at ``points``, and below it the slopes sigma (1 - sigma) of eq. (4)."""
    z = np.linspace(-6, 6, 400)
    with plt.rc_context(STYLE):
        figure, (above, below) = plt.subplots(2, 1, figsize=(7, 5), sharex=True, layout="constrained")
        above.plot(z, _sigmoid(z), color=BLUE, linewidth=2)
        below.plot(z, _sigmoid(z) * (1 - _sigmoid(z)), color=BLUE, linewidth=2)
        for point in points:
            value = float(_sigmoid(np.array(point)))
            slope = value * (1 - value)
            near = np.array([point - 1.6, point + 1.6])
            above.plot(near, value + slope * (near - point), color=ORANGE)
            above.plot(point, value, "o", color=ORANGE)
            below.plot(point, slope, "o", color=ORANGE)
            side: dict[str, Any] = {"textcoords": "offset points", "color": ORANGE}
            above.annotate(number(slope, 3), (point, value), (9, -13), **side)
            below.annotate(
                number(slope, 3),
                (point, slope),
                (8 if point >= 0 else -8, 5),
                ha="left" if point >= 0 else "right",
                **side,
            )
        above.set(ylabel=r"$\sigma(z)$", title=_("sigmoid function with tangents"), ylim=(-0.1, 1.1))
        below.set(xlabel="$z$", ylabel=r"$\sigma(z)\,(1-\sigma(z))$", title=_("their slopes"), ylim=(0, 0.29))
        _decimals(above, below)
        show(figure)


def softmax_jacobian(z: ArrayLike = (2.0, 1.0, 0.0, -1.0)) -> None:
    """Draw softmax(z) and the matrix of its partial derivatives as a heat map (eq. 5)."""
    scores = np.asarray(z, dtype=float)
    a = _softmax(scores)
    jacobian = a[:, None] * (np.eye(a.size) - a[None, :])
    ticks = np.arange(1, a.size + 1)
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
        left.bar(ticks, a, color=BLUE)
        for k, value in zip(ticks, a, strict=True):
            left.text(k, value + 0.01, number(round(float(value), 3)), ha="center")
        left.set(title=r"$a = \mathrm{softmax}(z)$", xlabel="$i$", xticks=ticks, ylim=(0, 1))
        size = float(abs(jacobian).max())
        right.imshow(jacobian, cmap="PuOr_r", vmin=-size, vmax=size, extent=(0.5, a.size + 0.5, a.size + 0.5, 0.5))
        for i, j in np.ndindex(jacobian.shape):
            dark = abs(jacobian[i, j]) > 0.6 * size
            shade = "white" if dark else "black"
            right.text(j + 1, i + 1, number(round(float(jacobian[i, j]), 3)), ha="center", va="center", color=shade)
        right.set(title=r"$\partial a_i/\partial z_j$", xlabel="$j$", ylabel="$i$", xticks=ticks, yticks=ticks)
        right.spines[:].set_visible(False)
        _decimals(left)
        show(figure)


def output_error(z: ArrayLike = (1.0, 2.5, 0.5), true_class: int = 1) -> None:
    """Draw the loss over one z_n with its tangent of slope a_n - y_n, and all of a - y as bars (eq. 9)."""
    scores = np.asarray(z, dtype=float)
    y = np.eye(scores.size)[true_class - 1]
    a = _softmax(scores)
    n = 1  # the class whose score is moved, counted from 0
    moved = np.linspace(scores[n] - 3, scores[n] + 3, 200)
    losses = [-np.log(_softmax(np.where(np.arange(scores.size) == n, v, scores)) @ y) for v in moved]
    ticks = np.arange(1, scores.size + 1)
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
        left.plot(moved, losses, color=BLUE, linewidth=2)
        here, slope = -np.log(a @ y), a[n] - y[n]
        near = np.array([scores[n] - 1.3, scores[n] + 1.3])
        left.plot(near, here + slope * (near - scores[n]), color=ORANGE)
        left.plot(scores[n], here, "o", color=ORANGE)
        left.set(title=_("loss over $z_2$, slope $a_2 - y_2$"), xlabel="$z_2$", ylabel=r"$\mathcal{L}$")
        right.bar(ticks - 0.2, a, width=0.4, color=BLUE, label="$a_n$")
        right.bar(ticks + 0.2, a - y, width=0.4, color=ORANGE, label="$a_n - y_n$")
        right.axhline(0, color="black", linewidth=0.8)
        right.set(title=_("true class: {k}", k=true_class), xlabel="$n$", xticks=ticks)
        right.legend(frameon=False)
        _decimals(left, right)
        show(figure)


def paths_of_influence(targets: int = 3) -> None:
    """Draw how z_n of layer L reaches the loss: through all z_m of layer L+1 (eq. 11)."""
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(8.5, 3.8), layout="constrained")
        heights = [(targets - 1) * 0.75 - 1.5 * k for k in range(targets)]
        label = {"ha": "center", "va": "center", "bbox": {"fc": "white", "ec": "none", "pad": 2}}
        _arrow(axis, (0, 0), (3, 0))
        axis.text(1.5, 0, "$h'(z^L_n)$", color=GREEN, **label)
        for m, height in enumerate(heights, start=1):
            _arrow(axis, (3, 0), (6, height))
            _arrow(axis, (6, height), (9, 0))
            axis.text(4.5, height / 2, f"$w^{{L+1}}_{{n{m}}}$", color=BLUE, **label)
            axis.text(7.5, height / 2, rf"$\delta^{{L+1}}_{{{m}}}$", color=ORANGE, **label)
            _box(axis, (6, height), f"$z^{{L+1}}_{{{m}}}$")
        for x, name in ((0.0, "$z^L_n$"), (3.0, "$a^L_n$"), (9.0, r"$\mathcal{L}$")):
            _box(axis, (x, 0), name)
        axis.set(xlim=(-0.8, 9.8), ylim=(heights[-1] - 0.6, heights[0] + 0.6))
        axis.axis("off")
        show(figure)


def against_differences(
    f: Callable[[Array], Array], derivative: Callable[[Array], Array], z: ArrayLike, label: str
) -> None:
    """Draw ``derivative(z)`` as a line and central differences of ``f`` as points: they should meet."""
    points = np.asarray(z, dtype=float)
    step = 1e-5
    measured = (f(points + step) - f(points - step)) / (2 * step)
    fine = np.linspace(points.min(), points.max(), 300)
    gap = float(np.abs(measured - derivative(points)).max())
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
        axis.plot(fine, derivative(fine), color=BLUE, linewidth=2, label=label)
        axis.plot(points, measured, "o", color=ORANGE, label=_("finite differences"))
        axis.set(xlabel="$z$", title=_("largest gap: {gap}", gap=number(gap, 2)))
        axis.legend(frameon=False)
        _decimals(axis)
        show(figure)


def _decimals(*axes: Axes) -> None:
    """Write the numbers at all axes as the students' language does, decimal comma included."""
    for axis in axes:
        for side in (axis.xaxis, axis.yaxis):
            side.set_major_formatter(lambda value, _position: number(value))
