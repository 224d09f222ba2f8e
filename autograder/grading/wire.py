"""Plain data between the trusted process and a student's: frames on a socket, values as JSON plus raw array bytes.

Both sides use it, and neither believes the other: whatever arrives is either data of the kinds below within the
limits below, or a ``WireError``. Nothing is ever unpickled, imported or evaluated.

===========================  =====================================================================
None, bool, int, float, str  JSON
list, tuple, dict, set       JSON, tagged where JSON has no such thing; other collections as lists
complex, bytes, range        tagged
NumPy arrays and scalars     dtype and shape in JSON, their bytes behind it; numbers, booleans and text only
np.random.Generator          name and state of its bit generator
functions, iterators         a number, by which the other side may call it
derivations                  part and text
anything else                the name of its type, good for a message only
===========================  =====================================================================
"""

from __future__ import annotations

import json
import math
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType
from typing import Any, Literal, NamedTuple

import numpy as np

MAX_FRAME = 128 * 2**20  # bytes
MAX_TEXT = 16 * 2**20  # bytes of JSON, of which Python makes thirty times as many
MAX_DEPTH = 40
MAX_NODES = 500_000
MAX_DIGITS = 1000
_HEAD = struct.Struct(">IQ")  # lengths of the JSON text and of the bytes behind it
_DTYPES = "biufcU"
_BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
_CHUNK = 2**16  # bytes read at a time; Python makes room for all of them
_MOST_CHUNKS = 128  # where more are known to come
_FILE = b"F"
_JSON = json.JSONEncoder(separators=(",", ":"), check_circular=False)  # of trees, which go no deeper than MAX_DEPTH


class WireError(ValueError):
    """What arrived is not of this protocol, or what is to be sent does not fit into it."""


class ClosedError(WireError):
    """The other side has gone."""


class DeadlineError(WireError):
    """The other side did not answer in time."""


# ------------------------------------------------------------------------------------------------ values


@dataclass(frozen=True)
class Text:
    """A derivation as data: its part and what the student wrote."""

    part: str
    text: str


@dataclass(frozen=True)
class Reference:
    """What stays on the side that sent it: a function, an iterator, or an opaque value, told by its type alone."""

    kind: Literal["function", "iterator", "opaque"]
    number: int
    name: str = ""


class Encoded(NamedTuple):
    """A value as it travels: ``tree`` for JSON, ``buffers`` behind it in the order of the tree."""

    tree: Any
    buffers: Sequence[bytes | memoryview] = ()

    def same(self, other: Encoded) -> bool:
        """Return whether both stand for the same value."""
        if len(self.buffers) != len(other.buffers):
            return False
        # repr: nan equals nan, 1 does not equal True
        return repr(self.tree) == repr(other.tree) and b"".join(self.buffers) == b"".join(other.buffers)


Refer = Callable[[Any], "Reference | Text | None"]
Resolve = Callable[[Reference], Any]


def encode(value: Any, refer: Refer) -> Encoded:
    """Return ``value`` ready to travel; ``refer`` says how a value that is no plain data is named, None: not at all.

    Raises:
        WireError: it is too deep or has too many parts.

    """
    buffers: list[bytes] = []
    nodes = 0

    def tree(node: Any, depth: int) -> Any:
        nonlocal nodes
        nodes += 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise WireError("too deep or too large")
        kind = type(node)
        if node is None or kind is bool or kind is str or kind is float:
            return node
        if kind is int:
            return node if -(2**63) <= node < 2**63 else {"int": _digits(node)}
        if isinstance(node, np.ndarray):
            if node.dtype == object and node.ndim:  # what NumPy makes of arrays of several lengths
                return [tree(item, depth + 1) for item in node]
            return array(np.asarray(node))
        if isinstance(node, np.generic):
            return {"scalar": array(np.asarray(node))}
        if isinstance(node, list):
            return [tree(item, depth + 1) for item in node]
        if isinstance(node, tuple):
            return {"tuple": [tree(item, depth + 1) for item in node]}
        if isinstance(node, dict):
            return {"dict": [[tree(key, depth + 1), tree(item, depth + 1)] for key, item in node.items()]}
        if isinstance(node, set | frozenset):
            return {"set": [tree(item, depth + 1) for item in node]}
        if isinstance(node, bool | int | float | str):  # subclasses: their value, without what they add
            return tree(next(base for base in (bool, int, float, str) if isinstance(node, base))(node), depth)
        if isinstance(node, complex):
            return {"complex": [node.real, node.imag]}
        if isinstance(node, bytes | bytearray):
            buffers.append(bytes(node))
            return {"bytes": len(node)}
        if kind is range:
            return {"range": [node.start, node.stop, node.step]}
        if isinstance(node, np.random.Generator):
            return {"rng": _rng_state(node)}
        return other(node, depth)

    def array(node: np.ndarray[Any, Any]) -> Any:
        if node.dtype.kind not in _DTYPES:
            return {"opaque": f"array of {node.dtype}"[:80]}
        if (name := node.dtype.str)[0] == ">":
            return array(node.astype(node.dtype.newbyteorder("<")))
        buffers.append(node.tobytes())
        return {"array": name, "shape": list(node.shape)}

    def other(node: Any, depth: int) -> Any:
        # deques, views of dictionaries; a function is none, and to find that out takes a fresh process long
        if type(node) is not FunctionType and isinstance(node, Collection):
            return [tree(item, depth + 1) for item in node]
        match refer(node):
            case Reference(kind, number, name):
                return {kind: number, "name": name[:200]}
            case Text(part, text):
                return {"derivation": part, "text": text}
        if hasattr(type(node), "__array__"):  # tensors and tables of other libraries
            return array(np.asarray(node))
        return {"opaque": type(node).__name__[:80]}

    return Encoded(tree(value, 0), buffers)


def decode(encoded: Encoded, resolve: Resolve) -> Any:
    """Return the value that ``encoded`` stands for; ``resolve`` makes something of references.

    Raises:
        WireError: it stands for none.

    """
    try:
        return _Decoder(encoded.buffers, resolve).value(encoded.tree, 0)
    except WireError:
        raise
    except (TypeError, ValueError, LookupError, OverflowError, StopIteration, RecursionError, MemoryError) as error:
        raise WireError(f"not a value: {type(error).__name__}") from None


class _Decoder:
    def __init__(self, buffers: Sequence[bytes | memoryview], resolve: Resolve) -> None:
        self.buffers = iter(buffers)
        self.resolve = resolve
        self.nodes = 0

    def value(self, tree: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("too deep or too large")
        if isinstance(tree, list):
            return [self.value(item, depth + 1) for item in tree]
        if not isinstance(tree, dict):
            return tree
        # the commonest first, and by hand: a match over twelve patterns takes several times as long as all the rest
        if len(tree) != 1:
            return self.array(tree["array"], tree["shape"]) if "array" in tree else self.reference(tree)
        ((tag, content),) = tree.items()
        if tag == "tuple":
            return tuple(self.items(content, depth))
        if tag == "scalar":
            return self.array(content["array"], content["shape"])[()]
        if tag == "dict" and isinstance(content, list):
            return {self.value(key, depth + 1): self.value(item, depth + 1) for key, item in content}
        return self.rare(tag, content, depth)

    def items(self, content: Any, depth: int) -> list[Any]:
        if not isinstance(content, list):
            raise WireError("an unknown kind of value")
        return [self.value(item, depth + 1) for item in content]

    def rare(self, tag: str, content: Any, depth: int) -> Any:
        match tag, content:
            case "set", _:
                return set(self.items(content, depth))
            case "int", str(digits) if len(digits) <= MAX_DIGITS:
                return int(digits)
            case "complex", [float() | int() as real, float() | int() as imag]:
                return complex(real, imag)
            case "bytes", int(length):
                return bytes(self.buffer(length))
            case "range", [int(start), int(stop), int(step)]:
                found = range(start, stop, step)
                if len(found) > MAX_NODES:  # a test that lists it would fill its memory
                    raise WireError("too deep or too large")
                return found
            case "rng", dict(state):
                return _rng(state)
            case "opaque", str(name):
                return self.resolve(Reference("opaque", 0, name))
        raise WireError("an unknown kind of value")

    def reference(self, tree: dict[str, Any]) -> Any:
        match tree:
            case {"function": int(number), "name": str(name)} if len(tree) == 2:
                return self.resolve(Reference("function", number, name))
            case {"iterator": int(number), "name": str(name)} if len(tree) == 2:
                return self.resolve(Reference("iterator", number, name))
            case {"derivation": str(part), "text": str(text)} if len(tree) == 2:
                return Text(part, text)
        raise WireError("an unknown kind of value")

    def array(self, dtype: str, shape: list[Any]) -> np.ndarray[Any, Any]:
        if not isinstance(shape, list):
            raise WireError("a shape that does not travel")
        kind, size = _form(dtype, *shape)
        return np.ndarray(shape, kind, self.buffer(size)).copy()

    def buffer(self, length: int) -> bytes | memoryview:
        content = next(self.buffers)
        if len(content) != length:
            raise WireError("bytes of the wrong length")
        return content


@lru_cache(maxsize=500, typed=True)
def _form(name: str, *shape: int) -> tuple[np.dtype[Any], int]:
    """Return the type of an array's entries, and how many bytes all of them take."""
    if not isinstance(name, str) or len(name) > 12 or name[:1] not in "<|" or name[1:2] not in _DTYPES:
        raise WireError("a dtype that does not travel")
    if len(shape) > 16 or not all(type(n) is int and 0 <= n < 2**40 for n in shape):
        raise WireError("a shape that does not travel")
    kind = np.dtype(name)
    if not kind.itemsize:
        raise WireError("a dtype that does not travel")
    return kind, math.prod(shape) * kind.itemsize


def _digits(value: int) -> str:
    if value.bit_length() > 3 * MAX_DIGITS:
        raise WireError("a number too long")
    return str(value)


def _rng_state(rng: np.random.Generator) -> dict[str, Any]:
    def plain(node: Any) -> Any:
        if isinstance(node, dict):
            return {str(key): plain(item) for key, item in node.items()}
        if isinstance(node, np.ndarray):
            return {"words": node.tolist(), "dtype": str(node.dtype)}
        return node if isinstance(node, str) else {"int": str(int(node))}

    state: dict[str, Any] = plain(rng.bit_generator.state)
    return state


def _rng(state: dict[str, Any]) -> np.random.Generator:
    def value(node: Any) -> Any:
        match node:
            case {"words": list(words), "dtype": ("uint32" | "uint64") as dtype} if len(words) <= 1024:
                return np.array(words, dtype=dtype)
            case {"int": str(digits)} if len(digits) <= 50:
                return int(digits)
            case dict():
                return {key: value(item) for key, item in node.items()}
            case str():
                return node
        raise WireError("not the state of a random generator")

    name = state.get("bit_generator")
    if name not in _BIT_GENERATORS:
        raise WireError("an unknown random generator")
    bits = getattr(np.random, name)()
    bits.state = value(state)
    return np.random.Generator(bits)


# ------------------------------------------------------------------------------------------------ frames


class _Depth:
    """How many blocks are under way that this is round; quicker than a generator for a context."""

    depth = 0

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, *_error: object) -> None:
        self.depth -= 1


class Wire:
    """Frames on a socket, each a message (a dictionary) with the encoded values in it; every wait has a deadline.

    The student's side takes open files in that come along (``files``); the trusted side never does.
    """

    def __init__(self, channel: socket.socket, *, takes_files: bool = False) -> None:
        channel.setblocking(False)
        self.channel = channel
        self.files: list[int] = []
        self._undisturbed = _Depth()
        self._sending = threading.RLock()  # threads of a student's print as well
        self._takes_files = takes_files
        self._received = bytearray()
        self._look: Callable[[], None] | None = None
        self._tick = self._look_at = 0.0

    @property
    def busy(self) -> bool:
        """Whether a message is under way: whoever stops it now ends the conversation."""
        return self._undisturbed.depth > 0

    def while_waiting(self, look: Callable[[], None] | None, tick: float = 0.0) -> None:
        """From now on, ``look`` every ``tick`` seconds while the other side is waited for, or talks."""
        self._look, self._tick, self._look_at = look, tick, time.monotonic() + tick

    def send(self, message: dict[str, Any], values: Sequence[Encoded] = (), deadline: float | None = None) -> None:
        """Send one message with ``values``.

        Raises:
            WireError: it is too large; ClosedError, DeadlineError: the other side does not take it.

        """
        buffers = [buffer for value in values for buffer in value.buffers]
        sizes = [[len(buffer) for buffer in value.buffers] for value in values]
        text = _JSON.encode([message, [value.tree for value in values], sizes]).encode()
        length = sum(map(len, buffers))
        if len(text) > MAX_TEXT or length > MAX_FRAME:
            raise WireError("too large")
        with self._sending, self._undisturbed:
            self._send_all(b"".join([_HEAD.pack(len(text), length), text, *buffers]), deadline)

    def receive(self, deadline: float | None = None) -> tuple[dict[str, Any], list[Encoded]]:
        """Return the next message and its values.

        Raises:
            WireError: it is none; ClosedError, DeadlineError: there is none.

        """
        if deadline is not None and time.monotonic() > deadline:
            raise DeadlineError("no answer in time")  # also where the other side talks without end
        self._look_if_due()
        with self._undisturbed:
            self._gather(_HEAD.size, deadline)
            text_length, length = _HEAD.unpack_from(self._received)
            if text_length > MAX_TEXT or length > MAX_FRAME:
                raise WireError("too large")
            middle, end = _HEAD.size + text_length, _HEAD.size + text_length + length
            self._gather(end, deadline)
            text, content = self._received[_HEAD.size : middle], bytes(self._received[middle:end])
            del self._received[:end]
        body = memoryview(content)
        try:
            message, trees, sizes = json.loads(text.decode())
            values, start = list[Encoded](), 0
            for tree, lengths in zip(trees, sizes, strict=True):
                buffers = []
                for size in lengths:
                    if type(size) is not int or not 0 <= size <= length - start:
                        raise WireError("bytes are missing")
                    buffers.append(body[start : start + size])
                    start += size
                values.append(Encoded(tree, buffers))
        except (ValueError, TypeError, RecursionError, MemoryError):
            raise WireError("not a message") from None
        if start != length or not isinstance(message, dict):
            raise WireError("not a message")
        return message, values

    def send_file(self, file: int) -> None:
        """Hand an open file to the other side; the next message says what for."""
        socket.send_fds(self.channel, [_FILE], [file])

    def close(self) -> None:
        """Close the socket."""
        self.channel.close()

    def _look_if_due(self) -> None:
        if self._look is not None and time.monotonic() >= self._look_at:
            self._look()
            self._look_at = time.monotonic() + self._tick

    def _wait(self, deadline: float | None, *, write: bool = False) -> None:
        waiting = select.poll()
        try:
            waiting.register(self.channel, select.POLLOUT if write else select.POLLIN)
        except (OSError, ValueError):
            raise ClosedError("the other side has gone") from None
        while True:
            now = time.monotonic()
            if deadline is not None and now >= deadline:
                raise DeadlineError("no answer in time")
            ends = [end for end in (deadline, self._look_at if self._look else None) if end is not None]
            if waiting.poll(1000 * max(min(ends) - now, 0.0) if ends else None):
                return
            self._look_if_due()

    def _gather(self, count: int, deadline: float | None) -> None:
        """Wait until so many bytes are there."""
        while len(self._received) < count:
            try:
                self._receive_some(max(_CHUNK, min(count - len(self._received), _MOST_CHUNKS * _CHUNK)))
            except BlockingIOError:
                self._wait(deadline)
            except OSError:
                raise ClosedError("the other side has gone") from None

    def _receive_some(self, count: int) -> None:
        if self._takes_files:
            chunk, files, _flags, _address = socket.recv_fds(self.channel, count, 4)
        else:
            chunk, files = self.channel.recv(count), []
        if not chunk:
            raise ClosedError("the other side has gone")
        self.files.extend(files)
        # the byte that carried a file is no part of a frame; the kernel ends a read behind it
        self._received += chunk[:-1] if files else chunk

    def _send_all(self, content: bytes, deadline: float | None) -> None:
        rest = memoryview(content)
        while rest:
            try:
                rest = rest[self.channel.send(rest) :]
            except BlockingIOError:
                self._wait(deadline, write=True)
            except OSError:
                raise ClosedError("the other side has gone") from None
