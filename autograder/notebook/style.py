"""One look for all that the sheet shows: the colours of marks, and figures."""

from __future__ import annotations

from typing import Any

# Marks stand on a notebook's ground, light or dark: contrast is 4 to 1 or more on white, and on Jupyter's #111
RIGHT, PARTLY, WRONG, OPEN = "#248a4e", "#a86e0b", "#d9434f", "#7d7d7d"

# Okabe and Ito's colours, told apart by everybody
BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#009e73", "#666666"

# White, whatever the theme of the notebook, so that no label drowns in a dark one
STYLE: dict[str, Any] = {
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.facecolor": "white",
    "text.color": "black",
    "axes.edgecolor": "black",
    "axes.labelcolor": "black",
    "xtick.color": "black",
    "ytick.color": "black",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titley": 1.0,  # where it would come to lie anyway: looking for its place takes a sixth of the drawing
    "figure.dpi": 100,
    "image.interpolation": "nearest",
}
