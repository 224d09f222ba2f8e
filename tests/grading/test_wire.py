"""Plain data on the wire: what goes in comes out, and whatever else arrives is refused, never run."""

import contextlib
import json
import random
import socket
import struct
import time
from collections import deque

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.grading.wire import (
    MAX_DEPTH,
    MAX_FRAME,
    ClosedError,
    DeadlineError,
    Encoded,
    Reference,
    Text,
    Wire,
    WireError,
    decode,
    encode,
)


def nobody(_node):
    return None


def through(value):
    """Return ``value`` after its way over a socket."""
    a, b = socket.socketpair()
    sender, receiver = Wire(a), Wire(b)
    sender.send({"hello": 1}, [encode(value, nobody)], time.monotonic() + 10)
    message, (found,) = receiver.receive(time.monotonic() + 10)
    assert message == {"hello": 1}
    a.close()
    b.close()
    return decode(found, lambda reference: reference)


def same(a, b):
    if isinstance(a, np.ndarray):
        return type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and same(list(a.items()), list(b.items()))
    return type(a) is type(b) and (a == b or a != a)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.text()
    | st.binary()
    | st.complex_numbers()
)
arrays = st.builds(
    lambda dtype, shape, seed: np.random.default_rng(seed).integers(0, 2, shape).astype(dtype),
    st.sampled_from(["float64", "float32", "float16", "int8", "uint64", "bool", "complex128", ">f8", "<U3"]),
    st.lists(st.integers(0, 3), max_size=4).map(tuple),
    st.integers(0, 9),
)
values = st.recursive(
    scalars | arrays,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values)
def test_data_comes_out_as_it_went_in(value):
    """Kinds, dtypes (in the machine's byte order), shapes, order and nan included."""
    found = through(value)
    if not isinstance(value, np.ndarray) or value.dtype.isnative:
        assert same(_native(value), found)
    else:
        np.testing.assert_array_equal(value, found)


def _native(value):
    if isinstance(value, np.ndarray):
        return value.astype(value.dtype.newbyteorder("="))
    if isinstance(value, list | tuple):
        return type(value)(map(_native, value))
    if isinstance(value, dict):
        return {key: _native(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("name", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_generators_travel_by_their_state(name):
    """The copy goes on with the same numbers."""
    rng = np.random.Generator(getattr(np.random, name)(7))
    rng.normal(size=3)
    assert through(rng).normal(size=5).tolist() == rng.normal(size=5).tolist()


@pytest.mark.parametrize(
    ("value", "travels_as"),
    [
        (np.float32(1.5), np.float32(1.5)),
        (np.ma.array([[1.0, 2.0]]), np.array([[1.0, 2.0]])),
        (range(1, 9, 2), range(1, 9, 2)),
        ({1, 2}, {1, 2}),
        (np.array([None, 1.5]), [None, 1.5]),
        (deque([1, 2]), [1, 2]),
        ({"a": 1}.values(), [1]),
        (np.array([(1, 2.0)], dtype="i4,f8"), Reference("opaque", 0, "array of [('f0', '<i4'), ('f1', '<f8')]")),
        (Ellipsis, Reference("opaque", 0, "ellipsis")),
        (type("Number", (float,), {})(2.5), 2.5),
        (type("Word", (str,), {"__str__": lambda _self: "x"})("word"), "x"),
    ],
)
def test_other_kinds_become_plain(value, travels_as):
    """Subclasses lose what they add; what is no data is told by its type alone."""
    found = through(value)
    assert type(found) is type(travels_as)
    assert np.array_equal(found, travels_as) if isinstance(found, np.ndarray) else found == travels_as


def test_a_derivation_travels_as_text():
    """Part and text are all that there is of it."""
    found = encode(object(), lambda _node: Text("1a", "z"))
    assert decode(found, nobody) == Text("1a", "z")


def endless():
    knot = []
    knot.append(knot)
    return knot


@pytest.mark.parametrize("value", [endless(), 10 ** (10**4), [[0] * 1000] * 1000], ids=["knot", "digits", "nodes"])
def test_what_has_no_end_is_not_sent(value):
    """Recursive, huge and long values are refused before they cost memory."""
    with pytest.raises(WireError):
        encode(value, nobody)


REFUSED = {
    "object dtype": {"array": "|O", "shape": [1]},
    "void dtype": {"array": "|V8", "shape": [1]},
    "structured dtype": {"array": "<f8,<f8", "shape": [1]},
    "datetime": {"array": "<M8[s]", "shape": [1]},
    "negative shape": {"array": "<f8", "shape": [-1]},
    "shape of floats": {"array": "<f8", "shape": [1.0]},
    "shape of booleans": {"array": "<f8", "shape": [True]},
    "huge shape": {"array": "<f8", "shape": [2**39, 2**39]},
    "many axes": {"array": "<f8", "shape": [1] * 40},
    "too few bytes": {"array": "<f8", "shape": [3]},
    "no buffer": [{"array": "<f8", "shape": [1]}, {"array": "<f8", "shape": [1]}],
    "unknown tag": {"eval": "1+1"},
    "two tags": {"tuple": [], "set": []},
    "pickle": {"pickle": "gASVAA=="},
    "unhashable key": {"dict": [[[1], 2]]},
    "pair of three": {"dict": [[1, 2, 3]]},
    "pairs in no list": {"dict": {"ab": 1}},
    "unhashable in a set": {"set": [[1]]},
    "rng of another name": {"rng": {"bit_generator": "default_rng"}},
    "rng by attribute": {"rng": {"bit_generator": "__class__"}},
    "rng with odd state": {"rng": {"bit_generator": "PCG64", "state": {"int": "1"}}},
    "rng with floats": {"rng": {"bit_generator": "PCG64", "state": 1.5}},
    "int of words": {"int": "one"},
    "int of many digits": {"int": "1" * 5000},
    "function without a number": {"function": "1", "name": "f"},
    "range of text": {"range": ["a", 1, 1]},
    "range without a step": {"range": [1, 2, 0]},
    "complex of text": {"complex": ["1", "2"]},
    "deep": json.loads("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2)),
}


@pytest.mark.parametrize("tree", REFUSED.values(), ids=REFUSED.keys())
def test_a_forged_value_is_refused(tree):
    """Whatever is not written as this module writes it."""
    with pytest.raises(WireError):
        decode(Encoded(tree, [b"\0" * 8]), nobody)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["array", "shape", "scalar", "tuple", "dict", "set", "int", "rng", "function", "name", "bytes"]
            )
            | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(json_values, st.lists(st.binary(max_size=16), max_size=3))
def test_any_tree_is_a_value_or_refused(tree, buffers):
    """No JSON whatever makes the decoder raise anything else."""
    with contextlib.suppress(WireError):
        decode(Encoded(tree, buffers), lambda reference: reference)


def pair():
    a, b = socket.socketpair()
    return a, Wire(b)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_refused(content):
    """Torn, forged and random frames end in a WireError."""
    raw, wire = pair()
    raw.sendall(content)
    raw.close()
    try:
        while True:
            wire.receive(time.monotonic() + 5)
    except WireError:
        pass
    wire.close()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_frame_is_a_message_or_refused(seed):
    """One changed, lost or added byte."""
    chance = random.Random(seed)
    a, b = socket.socketpair()
    Wire(a).send({"return": 1, "changed": [], "remarks": []}, [encode([np.arange(3.0), {"a": (1, "x")}], nobody)])
    frame = bytearray(b.recv(10**6))
    place = chance.randrange(len(frame))
    frame[place : place + chance.randrange(2)] = bytes([chance.randrange(256)]) * chance.randrange(3)
    raw, wire = pair()
    raw.sendall(frame)
    raw.close()
    try:
        _message, found = wire.receive(time.monotonic() + 5)
        decode(found[0], nobody)
    except (WireError, IndexError):
        pass
    for end in (a, b, wire):
        end.close()


def test_a_huge_announcement_costs_no_memory():
    """The length is looked at before anything is read."""
    raw, wire = pair()
    raw.sendall(struct.pack(">IQ", 10, MAX_FRAME + 1))
    with pytest.raises(WireError, match="too large"):
        wire.receive(time.monotonic() + 5)


def test_silence_ends_at_the_deadline():
    """Also in the middle of a message, and also where bytes drip."""
    raw, wire = pair()
    raw.sendall(struct.pack(">IQ", 10, 0) + b"[")
    with pytest.raises(DeadlineError):
        wire.receive(time.monotonic() + 0.1)


def test_talking_without_end_ends_at_the_deadline():
    """Complete messages, one after the other, are no way round the clock."""
    raw, wire = pair()
    Wire(raw).send({"event": {}}, [])
    with pytest.raises(DeadlineError):
        wire.receive(time.monotonic() - 0.1)


def test_the_other_side_may_be_gone():
    """In the middle of a message as well."""
    raw, wire = pair()
    raw.sendall(b"\0\0")
    raw.close()
    with pytest.raises(ClosedError):
        wire.receive(time.monotonic() + 5)
