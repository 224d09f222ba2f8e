"""What a student's function returned, beside what it should: the first difference, in words.

Arrays are compared by shape and value, sequences entry by entry; lists, tuples and named tuples are all one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.messages import _, number

RTOL = 1e-6
RTOL_SINGLE = 1e-3  # float32 and float16 cannot do better after a few layers
ATOL = 1e-9
ATOL_SINGLE = 1e-5
SHOWN = 6  # entries of an array that a message still shows whole
DIGITS, MOST_DIGITS = 4, 17  # significant digits of a number in a message; float64 holds no more than 17


@dataclass(frozen=True)
class Mismatch:
    """The first difference: ``kind`` is a stable key, ``message`` shows numbers, ``verdict`` shows none.

    ``place`` leads to it through nested sequences; ``mistake`` is the key of the known mistake behind it, if any.
    """

    kind: str
    message: str
    verdict: str
    place: tuple[int, ...] = ()
    mistake: str = ""


class MismatchError(AssertionError):
    """A check failed; ``mismatch`` says how, ``what`` names what was checked (``softmax(z)``)."""

    def __init__(self, mismatch: Mismatch, what: str = "") -> None:
        super().__init__(mismatch.message)
        self.mismatch = mismatch
        self.what = what


@dataclass(frozen=True)
class Comparison:
    """Outcome of ``compare``; ``converted`` is whether nested lists stood where arrays are meant."""

    mismatch: Mismatch | None
    converted: bool = False


def compare(actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None) -> Comparison:
    """Compare ``actual`` with ``expected``: a number, an array, or a sequence of such.

    Without ``rtol`` and ``atol`` the tolerance follows the coarser of both dtypes (1e-6 for float64, 1e-3 for float32).
    """
    if isinstance(expected, list | tuple):
        return _compare_sequence(actual, expected, rtol, atol)
    return _compare_array(actual, np.asarray(expected), rtol, atol)


def _compare_sequence(actual: Any, expected: Sequence[Any], rtol: float | None, atol: float | None) -> Comparison:
    if actual is None:
        return Comparison(_nothing())
    if isinstance(actual, str | bytes | dict | set) or not hasattr(actual, "__len__"):
        return Comparison(_type(actual, _("a list")))
    entries = list(actual)
    if len(entries) != len(expected):
        verdict = _("{found} entries instead of {expected}", found=len(entries), expected=len(expected))
        return Comparison(Mismatch("length", verdict, verdict))
    converted = False
    for k, (entry, wanted) in enumerate(zip(entries, expected, strict=True)):
        outcome = compare(entry, wanted, rtol=rtol, atol=atol)
        converted = converted or outcome.converted
        if outcome.mismatch is not None:
            found = outcome.mismatch
            at = _("entry [{k}]", k=k)
            message, verdict = f"{at}: {found.message}", f"{at}: {found.verdict}"
            return Comparison(Mismatch(found.kind, message, verdict, (k, *found.place)), converted)
    return Comparison(None, converted)


def _compare_array(actual: Any, expected: NDArray[Any], rtol: float | None, atol: float | None) -> Comparison:
    if actual is None:
        return Comparison(_nothing())
    if isinstance(actual, str | bytes | dict | set) or callable(actual):
        return Comparison(_type(actual, _("an array") if expected.ndim else _("a number")))
    converted = isinstance(actual, list | tuple) and expected.ndim > 0
    try:
        array = np.asarray(actual)
    except ValueError:
        return Comparison(_type(actual, _("an array")))
    if array.dtype.kind not in "biuf":
        # complex, object and text dtypes hold no real numbers that could be compared
        return Comparison(_type(actual, _("an array of real numbers")))
    if array.shape != expected.shape:
        return Comparison(_shape(array, expected), converted)
    mismatch = _values(array, expected, rtol, atol)
    return Comparison(mismatch, converted)


def _nothing() -> Mismatch:
    text = _("nothing came back (None). Is a return missing?")
    return Mismatch("nothing", text, text)


def _type(actual: Any, wanted: str) -> Mismatch:
    text = _("{found} came back instead of {wanted}", found=type(actual).__name__, wanted=wanted)
    return Mismatch("type", text, text)


def _shape(array: NDArray[Any], expected: NDArray[Any]) -> Mismatch:
    text = _("the shape is {found}, expected {expected}", found=array.shape, expected=expected.shape)
    if array.ndim == 2 and array.T.shape == expected.shape:
        return Mismatch("transposed", text, text)
    if array.size == expected.size:
        text = f"{text}. " + _("The number of entries is right.")
    return Mismatch("shape", text, text)


def _values(array: NDArray[Any], expected: NDArray[Any], rtol: float | None, atol: float | None) -> Mismatch | None:
    single = any(a.dtype.kind == "f" and a.dtype.itemsize < 8 for a in (array, expected))
    rtol = (RTOL_SINGLE if single else RTOL) if rtol is None else rtol
    atol = (ATOL_SINGLE if single else ATOL) if atol is None else atol
    found, wanted = array.astype(float), expected.astype(float)
    if (found == wanted).all():  # as most are; looking for what is close takes ten times as long
        return None
    if not np.isfinite(found).all() and np.isfinite(wanted).all():
        what = "nan" if np.isnan(found).any() else "inf"
        text = _("the result holds {what}", what=what)
        return Mismatch("not_finite", text, text)
    with np.errstate(all="ignore"):
        same = np.isclose(found, wanted, rtol=rtol, atol=atol, equal_nan=True)
    if same.all():
        return None
    verdict = _("the values are wrong")
    return Mismatch("values", _value_message(found, wanted, same), verdict)


def _value_message(found: NDArray[Any], wanted: NDArray[Any], same: NDArray[Any]) -> str:
    if found.ndim <= 1 and found.size <= SHOWN:
        shown, expected = _apart(found, wanted)
        return _("{found} instead of {expected}", found=shown, expected=expected)
    place = tuple(int(k) for k in np.argwhere(~same)[0])
    shown, expected = _apart(found[place], wanted[place])
    return _(
        "at {place} stands {found} instead of {expected}",
        place="[" + ", ".join(map(str, place)) + "]",
        found=shown,
        expected=expected,
    )


def _apart(found: NDArray[Any], wanted: NDArray[Any]) -> tuple[str, str]:
    """Return both written with as many digits as it takes to tell them apart."""
    for digits in range(DIGITS, MOST_DIGITS):
        texts = _written(found, digits), _written(wanted, digits)
        if texts[0] != texts[1]:
            return texts
    return _written(found, MOST_DIGITS), _written(wanted, MOST_DIGITS)


def _written(values: NDArray[Any], digits: int) -> str:
    numbers = [number(float(value), digits) for value in np.ravel(values)]
    return numbers[0] if np.ndim(values) == 0 else "(" + "; ".join(numbers) + ")"
