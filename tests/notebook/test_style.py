"""The colours of marks are seen by everybody, on light and dark grounds."""

from itertools import combinations

import pytest

from autograder.notebook.style import OPEN, PARTLY, RIGHT, WRONG


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2 of ``#rrggbb``."""
    channels = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mark", [RIGHT, PARTLY, WRONG, OPEN])
@pytest.mark.parametrize("ground", ["#ffffff", "#111111", "#15191c"], ids=["paper", "Jupyter dark", "feedback dark"])
def test_marks_stand_out_from_every_ground(mark: str, ground: str) -> None:
    """WCAG asks for 3 to 1 of signs; 4 to 1 leaves room for tinted lines."""
    assert contrast(mark, ground) >= 4


def test_marks_differ() -> None:
    """Each meaning has a colour of its own."""
    assert all(one != other for one, other in combinations((RIGHT, PARTLY, WRONG, OPEN), 2))
