"""How a figure gets into a notebook."""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
from IPython.display import Image, display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def show(figure: Figure) -> None:
    """Show ``figure`` and close it: laid out and drawn once, where ``plt.show`` does both twice for a tight frame."""
    if (layout := figure.get_layout_engine()) is not None:
        layout.execute(figure)
        figure.set_layout_engine("none")
    picture = io.BytesIO()
    # a tenth larger, in two thirds of the time
    FigureCanvasAgg(figure).print_png(picture, pil_kwargs={"compress_level": 1})
    plt.close(figure)
    display(Image(picture.getvalue()))
