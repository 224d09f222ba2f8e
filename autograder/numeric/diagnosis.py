"""Which known mistake is behind a wrong result.

A mistake is declared by what it makes *of the right result*: a sum in place of a mean is the right result times n, a
wrong sign its negative, a forgotten bias the right z less b. Its test compares that with what the student's function
returned on the same small input. So no mistake needs an implementation: students can read this package, and a wrong
network one edit away from the right one would give the answer away. Behaviour that no single result shows (the order
of the batches, the steps of a training) has checks of its own in ``epochs.py`` and ``training.py``, which name a
mistake by its key.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_SHAPES = re.compile(r"matmul|could not be broadcast|not aligned|core dimension")
RTOL = 1e-4  # wide enough for float32; two mistakes are further apart


@dataclass(frozen=True)
class Case:
    """What a function made of ``inputs``, beside what it should have made of them.

    ``kind`` says how both differ (as a ``Mismatch`` does, or ``error`` if it raised one, whose type and text are
    ``error``), ``place`` leads to the first difference.
    """

    kind: str
    inputs: tuple[Any, ...] = ()
    expected: Any = None
    found: Any = None
    place: tuple[int, ...] = ()
    error: str = ""

    @cached_property
    def there(self) -> NDArray[Any]:
        """What came back at ``place``.

        Raises:
            ValueError: nothing did.

        """
        if self.found is None:
            raise ValueError
        return array(follow(self.found, self.place))

    @cached_property
    def wanted(self) -> NDArray[Any]:
        """What is right at ``place``."""
        return array(follow(self.expected, self.place))

    @property
    def shapes_clash(self) -> bool:
        """Whether NumPy could not bring two shapes together."""
        return self.kind == "error" and bool(_SHAPES.search(self.error))

    def came(self, value: ArrayLike) -> bool:
        """Return whether ``value`` is what came back at ``place``."""
        return same(self.there, value)


@dataclass(frozen=True)
class KnownMistake:
    """A mistake with a name and a hint that does not give the answer away.

    ``key`` is stable and unique within its function; ``shows`` tells whether a case is one of it. An empty ``hint``:
    the message of the mismatch says all.
    """

    key: str
    name: str
    hint: str = ""
    shows: Callable[[Case], Any] = lambda _case: False


def diagnose(mistakes: Iterable[KnownMistake], case: Case) -> KnownMistake | None:
    """Return the first of ``mistakes`` that explains ``case``."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nan and empty rows are what a test may well meet
        return next((mistake for mistake in mistakes if _shows(mistake, case)), None)


def _shows(mistake: KnownMistake, case: Case) -> bool:
    try:
        return bool(mistake.shows(case))
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, ArithmeticError):
        return False  # what came back is of a form that the mistake does not have


def array(value: Any) -> NDArray[Any]:
    """Return ``value`` as an array of float64.

    Raises:
        ValueError: it holds no numbers, or of unequal shapes.
        TypeError: likewise.

    """
    return np.asarray(value, dtype=np.float64)


def follow(value: Any, place: Iterable[int]) -> Any:
    """Return the entry of nested sequences at ``place``."""
    for k in place:
        value = value[k]
    return value


def same(found: ArrayLike, value: ArrayLike) -> bool:
    """Return whether both have one shape and the same values up to rounding; equal infinities count."""
    a, b = array(found), array(value)
    if a.shape != b.shape:
        return False
    scale = float(np.max(np.abs(b), initial=0.0, where=np.isfinite(b)))
    return bool(np.allclose(a, b, rtol=RTOL, atol=RTOL * 1e-2 * scale, equal_nan=False))
