"""Handwritten digits, and what the network of Aufgabe 2 gets for free: one-hot labels and initial parameters."""

from __future__ import annotations

import functools
import gzip
import itertools
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.messages import _

CLASSES = 10
SIDE = 8  # pixels
BRIGHTEST = 16  # grey value of full ink

_DATA = Path(__file__).parent / "data" / "digits.npz"
_GZIP = b"\x1f\x8b"
_IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


class DigitsError(ValueError):
    """A file of images or labels does not hold what it should."""


def load_digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return ``(X, labels)``: 1440 images of shape (1440, 64) with values in [0, 1], and the digits they show."""
    X, labels = _digits()
    return X.copy(), labels.copy()


@functools.cache
def _digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    return read_digits(_DATA)  # unpacking takes longer than many a check of a few images


def read_digits(path: str | Path) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return ``(X, labels)`` of an ``.npz`` file with the arrays ``images`` (n, 8, 8) and ``labels`` (n,).

    Raises:
        FileNotFoundError: there is no such file.
        DigitsError: it holds something else.

    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            images, labels = arrays["images"], arrays["labels"]
    except FileNotFoundError:
        raise
    except (
        OSError,
        ValueError,
        KeyError,
        AttributeError,
        TypeError,
        EOFError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise DigitsError(_("{path} is no file of digits ({error}).", path=path, error=error)) from error
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or labels.shape != images.shape[:1]:
        message = _(
            "{path} holds images of shape {images} and labels of shape {labels}, expected (n, 8, 8) and (n,).",
            path=path,
            images=images.shape,
            labels=labels.shape,
        )
        raise DigitsError(message)
    return images.reshape(len(images), -1) / BRIGHTEST, labels.astype(np.int64)


def one_hot(labels: ArrayLike, n_classes: int = CLASSES) -> NDArray[np.float64]:
    """Return the labels as rows, one-hot: shape (n, n_classes), a single 1 in each row, in the label's column.

    Raises:
        ValueError: a label is no whole number in [0, n_classes).

    """
    given = np.asarray(labels)
    classes = given.astype(np.int64)
    if given.ndim != 1 or (classes != given).any() or (classes < 0).any() or (classes >= n_classes).any():
        raise ValueError(_("labels are whole numbers from 0 to {last}, in one row.", last=n_classes - 1))
    return np.eye(n_classes)[classes]


def init_parameters(
    layer_sizes: Sequence[int], rng: np.random.Generator
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return ``(W, b)`` for each layer: W normal with standard deviation 1/sqrt(n_in), b zero.

    ``layer_sizes`` counts the neurons of all layers, input and output included. Small random weights keep the
    sigmoid near 0, where it is steep, and let the neurons of a layer become different from each other.
    """
    return [
        (rng.normal(0.0, 1.0 / np.sqrt(n_in), (n_in, n_out)), np.zeros(n_out))
        for n_in, n_out in itertools.pairwise(layer_sizes)
    ]


def read_idx(path: str | Path) -> NDArray[Any]:
    """Return the array in an IDX file, the format of MNIST; the file may be packed with gzip.

    Raises:
        FileNotFoundError: there is no such file.
        DigitsError: it is no IDX file, or cut off.

    """
    content = Path(path).read_bytes()
    if content.startswith(_GZIP):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise DigitsError(_("{path} cannot be unpacked ({error}).", path=path, error=error)) from error
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _IDX_TYPES:
        raise DigitsError(_("{path} is no IDX file.", path=path))
    dtype, n_axes = np.dtype(_IDX_TYPES[content[2]]), content[3]
    start = 4 + 4 * n_axes
    if len(content) < start:
        raise DigitsError(_("{path} is cut off.", path=path))
    shape = struct.unpack(f">{n_axes}I", content[4:start])
    expected = dtype.itemsize * int(np.prod(shape, dtype=object)) if shape else dtype.itemsize
    if len(content) - start != expected:
        message = _(
            "{path} holds {found} bytes of data, but its head promises {expected}.",
            path=path,
            found=len(content) - start,
            expected=expected,
        )
        raise DigitsError(message)
    return np.frombuffer(content, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))
