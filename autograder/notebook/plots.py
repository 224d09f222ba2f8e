"""Pictures of Aufgabe 1: each makes a claim of the sheet visible before it is proved."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from autograder.messages import _
from autograder.notebook.style import BLUE, GREEN, GREY, ORANGE, STYLE

Array = NDArray[np.float64]


def _sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max())
    return np.asarray(e / e.sum())


def computational_graph(sizes: Sequence[int] = (3, 4, 2)) -> None:
    """Draw the forward pass through layers of ``sizes`` neurons, and the way that the gradient takes back (eq. 1)."""
    with plt.rc_context(STYLE):
        _figure, axis = plt.subplots(figsize=(9, 4.2), layout="constrained")
        places = [[(3.0 * layer, (size - 1) / 2 - k) for k in range(size)] for layer, size in enumerate(sizes)]
        for left, right in itertools.pairwise(places):
            for a in left:
                for b in right:
                    axis.plot(*zip(a, b, strict=True), color=GREY, linewidth=0.8, zorder=1)
        for layer, neurons in enumerate(places):
            _layer(axis, neurons, layer, len(sizes) - 1)
        end = 3.0 * (len(sizes) - 1)
        _box(axis, (end + 2.2, 0), r"$\mathcal{L}(y, a^H)$")
        for x, y in places[-1]:
            axis.annotate("", (end + 1.6, 0), (x + 0.42, y), arrowprops={"arrowstyle": "-", "color": GREY})
        top = max(sizes) / 2 + 0.55
        arrow = {"arrowstyle": "-|>", "linewidth": 2}
        axis.annotate("", (end + 2, top), (0, top), arrowprops=arrow | {"color": BLUE})
        axis.text(0, top + 0.12, _("forward pass: $z^L = $ weights · $a^{L-1}$ + bias,  $a^L = h^L(z^L)$"), color=BLUE)
        axis.annotate("", (0.2, -top), (end + 2.2, -top), arrowprops=arrow | {"color": ORANGE})
        back = _(r"backward pass: $\delta^L = \partial\mathcal{L}/\partial z^L$, from the loss to the first layer")
        axis.text(end + 2.2, -top - 0.42, back, color=ORANGE, ha="right")
        axis.set(xlim=(-0.9, end + 3.3), ylim=(-top - 0.7, top + 0.6), aspect="equal")
        axis.axis("off")
        plt.show()


def _layer(axis: Axes, neurons: Sequence[tuple[float, float]], layer: int, last: int) -> None:
    name = "x" if layer == 0 else "a^{H}" if layer == last else f"a^{{{layer}}}"
    colour = GREEN if layer == 0 else ORANGE if layer == last else BLUE
    for k, (x, y) in enumerate(neurons, start=1):
        axis.add_patch(plt.Circle((x, y), 0.4, facecolor="white", edgecolor=colour, linewidth=2, zorder=2))
        axis.text(x, y, f"${name}_{{{k}}}$", ha="center", va="center", zorder=3)


def _box(axis: Axes, place: tuple[float, float], text: str) -> None:
    axis.text(*place, text, ha="center", va="center", bbox={"boxstyle": "round,pad=.5", "fc": "white", "ec": "black"})


def sigmoid_and_slope(points: Sequence[float] = (-2.0, 0.0, 3.0)) -> None:
    """Draw sigma with tangents at ``points``, and below it the slopes sigma (1 - sigma) of eq. (4)."""
    z = np.linspace(-6, 6, 400)
    with plt.rc_context(STYLE):
        _figure, (above, below) = plt.subplots(2, 1, figsize=(7, 5), sharex=True, layout="constrained")
        above.plot(z, _sigmoid(z), color=BLUE, linewidth=2)
        below.plot(z, _sigmoid(z) * (1 - _sigmoid(z)), color=BLUE, linewidth=2)
        for point in points:
            value = float(_sigmoid(np.array(point)))
            slope = value * (1 - value)
            near = np.array([point - 1.6, point + 1.6])
            above.plot(near, value + slope * (near - point), color=ORANGE)
            above.plot(point, value, "o", color=ORANGE)
            below.plot(point, slope, "o", color=ORANGE)
        above.set(ylabel=r"$\sigma(z)$", title=_("sigmoid function with tangents"), ylim=(-0.1, 1.1))
        below.set(xlabel="$z$", ylabel=r"$\sigma(z)\,(1-\sigma(z))$", title=_("their slopes"), ylim=(0, 0.28))
        plt.show()


def softmax_jacobian(z: ArrayLike = (2.0, 1.0, 0.0, -1.0)) -> None:
    """Draw softmax(z) and the matrix of its partial derivatives as a heat map (eq. 5)."""
    scores = np.asarray(z, dtype=float)
    a = _softmax(scores)
    jacobian = a[:, None] * (np.eye(a.size) - a[None, :])
    ticks = np.arange(1, a.size + 1)
    with plt.rc_context(STYLE):
        _figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
        left.bar(ticks, a, color=BLUE)
        for k, value in zip(ticks, a, strict=True):
            left.text(k, value + 0.01, f"{value:.2f}", ha="center")
        left.set(title=r"$a = \mathrm{softmax}(z)$", xlabel="$i$", xticks=ticks, ylim=(0, 1))
        size = float(abs(jacobian).max())
        right.imshow(jacobian, cmap="PuOr_r", vmin=-size, vmax=size, extent=(0.5, a.size + 0.5, a.size + 0.5, 0.5))
        for i, j in np.ndindex(jacobian.shape):
            dark = abs(jacobian[i, j]) > 0.6 * size
            right.text(
                j + 1, i + 1, f"{jacobian[i, j]:+.2f}", ha="center", va="center", color="white" if dark else "black"
            )
        right.set(title=r"$\partial a_i/\partial z_j$", xlabel="$j$", ylabel="$i$", xticks=ticks, yticks=ticks)
        right.spines[:].set_visible(False)
        plt.show()


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
        _figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
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
        plt.show()


def paths_of_influence(targets: int = 3) -> None:
    """Draw how z_n of layer L reaches the loss: through all z_m of layer L+1 (eq. 11)."""
    with plt.rc_context(STYLE):
        _figure, axis = plt.subplots(figsize=(8.5, 3.8), layout="constrained")
        heights = [(targets - 1) * 0.75 - 1.5 * k for k in range(targets)]
        for m, height in enumerate(heights, start=1):
            for start, end in (((3.0, 0.0), (6.0, height)), ((6.0, height), (9.0, 0.0))):
                axis.annotate(
                    "", end, start, arrowprops={"arrowstyle": "-|>", "color": GREY, "shrinkA": 24, "shrinkB": 24}
                )
            axis.text(4.5, height / 2 + 0.13, f"$w^{{L+1}}_{{n{m}}}$", color=BLUE, ha="center")
            axis.text(7.5, height / 2 + 0.13, rf"$\delta^{{L+1}}_{{{m}}}$", color=ORANGE, ha="center")
            _box(axis, (6.0, height), f"$z^{{L+1}}_{{{m}}}$")
        axis.annotate(
            "", (3.0, 0), (0, 0), arrowprops={"arrowstyle": "-|>", "color": GREY, "shrinkA": 20, "shrinkB": 20}
        )
        axis.text(1.5, 0.13, "$h'(z^L_n)$", color=GREEN, ha="center")
        for x, name in ((0.0, "$z^L_n$"), (3.0, "$a^L_n$"), (9.0, r"$\mathcal{L}$")):
            _box(axis, (x, 0), name)
        axis.set(xlim=(-0.8, 9.8), ylim=(heights[-1] - 0.6, heights[0] + 0.6))
        axis.axis("off")
        plt.show()


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
        _figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
        axis.plot(fine, derivative(fine), color=BLUE, linewidth=2, label=label)
        axis.plot(points, measured, "o", color=ORANGE, label=_("finite differences"))
        axis.set(xlabel="$z$", title=_("largest gap: {gap}", gap=f"{gap:.1e}"))
        axis.legend(frameon=False)
        plt.show()
