"""The digits are scikit-learn's, split once and for all; files that hold something else are refused."""

import gzip
import struct

import numpy as np
import pytest
from sklearn import datasets

from autograder.grading import unseen_digits
from autograder.numeric import DigitsError, init_parameters, load_digits, one_hot, random_parameters, read_digits
from autograder.numeric.digits import read_idx


def test_digits_are_those_of_scikit_learn():
    """Both parts together hold each image and label once, in the frozen order."""
    bunch = datasets.load_digits()
    order = np.random.default_rng(20).permutation(1797)
    (X, labels), (unseen_X, unseen_labels) = load_digits(), unseen_digits()
    np.testing.assert_array_equal(np.vstack([X, unseen_X]) * 16, bunch.data[order])
    np.testing.assert_array_equal(np.concatenate([labels, unseen_labels]), bunch.target[order])
    assert (X.shape, unseen_X.shape) == ((1440, 64), (357, 64))


def test_pixels_lie_between_0_and_1():
    """Sigmoid networks want small inputs."""
    X, labels = load_digits()
    assert (X.dtype, labels.dtype.kind) == (np.float64, "i")
    assert (X.min(), X.max()) == (0.0, 1.0)


def test_who_changes_the_digits_changes_them_for_nobody_else():
    """Each call gives arrays of one's own."""
    X, labels = load_digits()
    X[:], labels[:] = 7.0, 7
    again_X, again_labels = load_digits()
    assert again_X.max() == 1.0
    assert again_labels[:10].tolist() != [7] * 10


def test_every_digit_is_there_in_each_part():
    """The split is an easy one: all ten classes everywhere."""
    for labels in (load_digits()[1][:1200], load_digits()[1][1200:], unseen_digits()[1]):
        assert np.bincount(labels, minlength=10).min() >= 15


@pytest.mark.parametrize(
    "arrays",
    [
        {"images": np.zeros((3, 8, 8), np.uint8)},
        {"images": np.zeros((3, 64), np.uint8), "labels": np.zeros(3, np.uint8)},
        {"images": np.zeros((3, 8, 8), np.uint8), "labels": np.zeros(2, np.uint8)},
        {"images": np.array([{}, []], dtype=object), "labels": np.zeros(2, np.uint8)},
    ],
)
def test_other_arrays_are_refused(tmp_path, arrays):
    """Pickled objects too: they are never loaded."""
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(DigitsError, match=r"x\.npz"):
        read_digits(tmp_path / "x.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"no archive at all", b"\x80\x04."])
def test_broken_files_are_refused(tmp_path, content):
    """A file that is no archive says so."""
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(DigitsError):
        read_digits(tmp_path / "x.npz")


def test_missing_file_is_a_missing_file(tmp_path):
    """Python's own error names it."""
    with pytest.raises(FileNotFoundError):
        read_digits(tmp_path / "x.npz")


def test_one_hot():
    """A single 1 in each row, in the label's column; any whole numbers do."""
    np.testing.assert_array_equal(one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(one_hot(np.array([1.0]), 2), [[0, 1]])
    assert one_hot(np.array([], dtype=int)).shape == (0, 10)


@pytest.mark.parametrize("labels", [[3], [-1], [0.5], [[0, 1]]])
def test_one_hot_refuses_what_is_no_label(labels):
    """Negative numbers would count from the end, unnoticed."""
    with pytest.raises(ValueError, match="von 0 bis 2"):
        one_hot(labels, 3)


def test_initial_parameters():
    """Shapes by layer sizes, small random weights, zero biases, the same for the same state."""
    parameters = init_parameters([64, 30, 10], np.random.default_rng(1))
    assert [(W.shape, b.shape) for W, b in parameters] == [((64, 30), (30,)), ((30, 10), (10,))]
    assert all(0.5 < np.std(W) * np.sqrt(len(W)) < 1.5 and not b.any() for W, b in parameters)
    again = init_parameters([64, 30, 10], np.random.default_rng(1))
    np.testing.assert_array_equal(parameters[1][0], again[1][0])
    assert all(b.all() for _, b in random_parameters([4, 3, 2], np.random.default_rng(1)))


def _idx(array, code):
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize(
    ("dtype", "code"), [("u1", 0x08), ("i1", 0x09), ("i2", 0x0B), ("i4", 0x0C), ("f4", 0x0D), ("f8", 0x0E)]
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_files(tmp_path, dtype, code, pack):
    """MNIST's format in all its types, packed or not."""
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    (tmp_path / "x").write_bytes(pack(_idx(array, code)))
    found = read_idx(tmp_path / "x")
    np.testing.assert_array_equal(found, array)
    assert found.dtype == np.dtype(dtype)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda _: b"", "keine IDX"),
        (lambda content: b"\x01" + content[1:], "keine IDX"),
        (lambda content: content[:2] + b"\x07" + content[3:], "keine IDX"),
        (lambda content: content[:9], "abgeschnitten"),
        (lambda content: content[:-1], "verspricht"),
        (lambda content: content + b"\0", "verspricht"),
        (lambda content: gzip.compress(content)[:-6], "entpacken"),
        (lambda content: content[:3] + b"\x02" + b"\xff" * 8, "verspricht"),
    ],
)
def test_damaged_idx_files_are_refused(tmp_path, damage, told):
    """The message says what is wrong; a head that promises exabytes allocates nothing."""
    (tmp_path / "x").write_bytes(damage(_idx(np.zeros((2, 3), np.uint8), 0x08)))
    with pytest.raises(DigitsError, match=told):
        read_idx(tmp_path / "x")
