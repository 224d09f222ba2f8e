"""A figure is shown as it was laid out, once."""

import io

import matplotlib.pyplot as plt
import pytest
from matplotlib.image import imread

from autograder.notebook import figure as figures


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_a_figure_is_shown_once_in_its_own_size(monkeypatch, layout):
    """Not cut to what is on it; a layout is carried out, and the figure is closed."""
    plt.switch_backend("agg")
    shown = []
    monkeypatch.setattr(figures, "display", shown.append)
    figure, axis = plt.subplots(figsize=(3, 2), dpi=100, layout=layout)
    axis.set_ylabel("hoch\n" * 8)
    left = axis.get_position().x0
    figures.show(figure)
    (picture,) = shown
    assert imread(io.BytesIO(picture.data)).shape[:2] == (200, 300)
    assert (axis.get_position().x0 > left + 0.1) == (layout is not None)
    assert plt.get_fignums() == []
