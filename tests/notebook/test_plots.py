"""The pictures of Aufgabe 1: each shows numbers that the claim of its notebook speaks of."""

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from autograder.notebook import plots


@pytest.fixture(autouse=True)
def figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Draw without a screen, and let the figures live until they were looked at."""
    plt.switch_backend("agg")
    plt.close("all")  # of other tests
    monkeypatch.setattr(plots, "show", lambda _figure: None)
    yield
    plt.close("all")


def drawn() -> list[mpl.axes.Axes]:
    """Return the axes of the one figure, after it was really drawn."""
    (number,) = plt.get_fignums()
    figure = plt.figure(number)
    figure.canvas.draw()
    return figure.axes


def texts(axis: mpl.axes.Axes) -> list[str]:
    return [text.get_text() for text in axis.texts]


@pytest.mark.parametrize("sizes", [(3, 4, 2), (1, 1), (2, 5, 5, 3)])
def test_every_neuron_has_its_circle(sizes):
    """A net of any shape is drawn, and below it the graph with every equation of Aufgabe 1."""
    plots.computational_graph(sizes)
    net, graph = drawn()
    assert len(net.patches) == sum(sizes)
    assert {"(1)", "(2)", "(3)", "(7), (8)"} <= set(texts(graph))


def test_slopes_stand_at_the_tangents_and_are_the_heights_below():
    """Eq. (4): the slope written at a tangent is the height of the point below."""
    plots.sigmoid_and_slope((-2.0, 0.0, 3.0))
    above, below = drawn()
    assert texts(above) == texts(below) == ["0,105", "0,25", "0,0452"]


@pytest.mark.parametrize("z", [(2.0, 1.0, 0.0, -1.0), (0.0, 0.0), (800.0, -800.0, 3.0)])
def test_rows_of_the_jacobian_add_up_to_zero(z):
    """Eq. (5), large scores included; every entry is written into its field."""
    plots.softmax_jacobian(z)
    _bars, heat_map = drawn()
    jacobian = np.asarray(heat_map.images[0].get_array())
    np.testing.assert_allclose(jacobian.sum(axis=1), 0, atol=1e-12)
    assert len(texts(heat_map)) == len(z) ** 2


@pytest.mark.parametrize("true_class", [1, 2, 3])
def test_only_the_true_class_has_a_negative_error(true_class):
    """Eq. (9): the bars are a - y, and the tangent at z_2 has slope a_2 - y_2."""
    plots.output_error((1.0, 2.5, 0.5), true_class)
    curve, bars = drawn()
    errors = np.array([bar.get_height() for bar in bars.containers[1]])
    assert np.flatnonzero(errors < 0).tolist() == [true_class - 1]
    x, y = curve.lines[1].get_data()
    assert np.diff(y) / np.diff(x) == pytest.approx(errors[1])


@pytest.mark.parametrize("targets", [1, 3, 5])
def test_a_path_through_every_neuron_of_the_next_layer(targets):
    """Eq. (11): each has its weight and its delta."""
    plots.paths_of_influence(targets)
    (axis,) = drawn()
    assert sum("delta" in text for text in texts(axis)) == sum("w^{L+1}" in text for text in texts(axis)) == targets


def test_formula_and_measurement_meet_and_a_wrong_formula_shows_its_gap():
    """The title names the largest gap as Germans write numbers."""
    z = np.linspace(-2, 2, 5)
    plots.against_differences(np.sin, np.cos, z, "cos")
    assert "e−" in drawn()[0].get_title()
    plt.close("all")
    plots.against_differences(np.sin, lambda x: np.cos(x) + 0.5, z, "cos")
    assert drawn()[0].get_title().endswith("0,5")


def test_figures_are_white_and_leave_the_students_style_alone():
    """White reads on dark themes too; nothing stays behind in rcParams."""
    before = mpl.rcParams.copy()
    plots.paths_of_influence()
    assert drawn()[0].figure.get_facecolor() == (1, 1, 1, 1)
    assert mpl.rcParams == before
