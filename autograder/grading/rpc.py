"""Calls both ways over a wire: a conversation between the trusted process and a student's.

Either side may call what the other exported, also while it answers a call itself: a test calls the student's ``train``,
which calls the correct ``forward`` that the test put in its place. What travels is data (``wire.py``). As if both
lived in one process, arguments that were changed in place come back changed, and an iterator gives one item after the
other, each with what making it has changed; only that some items are made ahead of being asked for, to travel together.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.wire import Encoded, Reference, Text, Wire, WireError, decode, encode

MAX_EXPORTS = 10_000
AHEAD = 4, 32  # items of an iterator that are asked for together: at first, and at most
_AHEAD_SECONDS = 0.01  # and bytes, after which those that are there set out
_AHEAD_BYTES = 2**20
_MUTABLE = (list, dict, set, tuple, np.ndarray, np.random.Generator)
_MOST_TEXT = 2000

Answer = tuple[dict[str, Any], list[Encoded]]  # a message and the values in it


@dataclass(frozen=True)
class Failure:
    """An exception on the other side: its type's name, its text, and the student's function and line it came from."""

    kind: str
    text: str = ""
    function: str = ""
    line: int = 0


@dataclass(frozen=True)
class _Arguments:
    """What came in with a call, and how it came where changes are to be told, else None."""

    values: list[Any]
    received: list[Encoded | None]


@dataclass(frozen=True)
class _Exported:
    target: Any
    arguments: _Arguments | None = None  # of the call that made an iterator: it may change them later


class Conversation:
    """One end of a wire.

    ``services`` are what the other side may call by name. ``explain`` makes a ``Failure`` of an exception of a kind in
    ``catch`` that a call from there raised, ``raised`` makes the exception here of a failure there. ``guarded`` is
    entered round every call from there; the remarks that it collects (warnings) go back beside the result. ``heard``
    gets the events and remarks of the other side, ``known`` makes something of the type's name of a value that does
    not travel.
    """

    def __init__(
        self,
        wire: Wire,
        *,
        services: Mapping[str, Callable[..., Any]] | None = None,
        explain: Callable[[BaseException], Failure],
        raised: Callable[[Failure], BaseException],
        guarded: Callable[[], AbstractContextManager[list[Any]]] = lambda: nullcontext([]),
        heard: Callable[[dict[str, Any]], None] = lambda _event: None,
        catch: type[BaseException] = Exception,
        known: Callable[[str], Any] = lambda name: name,
    ) -> None:
        self.wire = wire
        self.services = dict(services or {})
        self._explain = explain
        self._raised = raised
        self._guarded = guarded
        self._heard = heard
        self._catch = catch
        self._known = known
        self._exports: dict[int, _Exported] = {}
        self._numbers = itertools.count(1)
        self._calls = itertools.count(1)
        self._abandoned: set[int] = set()  # calls that were stopped on this side while the other one worked on them
        self.deadline: float | None = None

    @property
    def unanswered(self) -> bool:
        """Whether the other side has been called and has not answered, though nobody waits any more."""
        return bool(self._abandoned)

    # -------------------------------------------------------------------------------------------- calling

    def call(self, target: str | int, *arguments: Any, named: Mapping[str, Any] | None = None) -> Any:
        """Call a service by name or an export by number, and return its result.

        Raises:
            WireError: the other side broke off, was late, or did not keep to the protocol.
            BaseException: what ``raised`` makes of a failure there.

        """
        named = dict(named or {})
        values = [*arguments, *named.values()]
        return self._call(target, [encode(value, self._refer) for value in values], list(named), values)

    def _call(self, target: str | int, sent: list[Encoded], names: list[str], values: Sequence[Any]) -> Any:
        """Call with the arguments ``sent``; ``values`` are those that the other side may have changed afterwards."""
        return self.result(self._ask(target, sent, names), values)

    def result(self, answer: Answer, values: Sequence[Any]) -> Any:
        """Return what an answer says, and change ``values`` as it says; raises as :meth:`call` does."""
        message, received = answer
        match message:
            case {"return": _, "changed": list(places), "remarks": remarks}:
                return self._returned(values, places, received, remarks)
            case {"raise": _, "failure": dict(failure), "changed": list(places), "remarks": remarks}:
                self._returned(values, places, [Encoded(None), *received], remarks)
                raise self._raised(_failure(failure))
        raise WireError("an answer of the wrong form")

    def _ask(self, target: str | int, sent: list[Encoded], names: list[str]) -> Answer:
        """Send a call and return its answer, as it came."""
        number = next(self._calls)
        try:
            self.wire.send({"call": target, "id": number, "names": names}, sent, self.deadline)
            return self._answer_to(number)
        except BaseException:
            self._abandoned.add(number)
            raise

    def event(self, content: dict[str, Any]) -> None:
        """Tell the other side something that needs no answer."""
        self.wire.send({"event": content}, (), self.deadline)

    def _answer_to(self, number: int) -> Answer:
        """Return the answer to a call, and do what the other side asks until it comes."""
        while True:
            message, received = self.wire.receive(self.deadline)
            if message.get("return", message.get("raise")) == number:
                return message, received
            self._take(message, received)

    def _returned(self, values: Sequence[Any], places: list[Any], received: list[Encoded], remarks: Any) -> Any:
        if len(received) != 1 + len(places) or not all(type(k) is int and 0 <= k < len(values) for k in places):
            raise WireError("an answer of the wrong form")
        for place, changed in zip(places, received[1:], strict=True):
            write_back(values[place], decode(changed, lambda reference: self._resolve(reference, values)))
        if remarks:
            self._heard({"remarks": remarks})
        return decode(received[0], lambda reference: self._resolve(reference, values))

    # -------------------------------------------------------------------------------------------- being called

    def serve(self) -> None:
        """Answer one call, or take one event in.

        Raises:
            WireError: the other side broke off, was late, or did not keep to the protocol.

        """
        self._take(*self.wire.receive(self.deadline))

    def _take(self, message: dict[str, Any], received: list[Encoded]) -> None:
        match message:
            case {"call": target, "id": int(number), "names": list(names)}:
                self._serve(target, number, names, received)
            case {"event": dict(content)}:
                self._heard(content)
            case {"return": int(number)} | {"raise": int(number)} if number in self._abandoned:
                self._abandoned.discard(number)
            case _:
                raise WireError("neither a call nor an event, nor an answer that was asked for")

    def _serve(self, target: Any, number: int, names: list[Any], received: list[Encoded]) -> None:
        exported = self._exports.get(target) if isinstance(target, int) else None
        if exported is not None and exported.arguments is not None:
            self._serve_items(target, exported, number, received)
        else:
            self._send_answer(number, *self._answer(target, exported, number, names, received))

    def _serve_items(self, target: int, exported: _Exported, number: int, received: list[Encoded]) -> None:
        most = received[0].tree if len(received) == 1 and type(received[0].tree) is int else 1
        items: list[dict[str, Any]] = []
        sent: list[Encoded] = []
        end, size = time.monotonic() + _AHEAD_SECONDS, 0
        while True:
            message, values = self._answer(target, exported, number, [], [])
            items.append(message | {"values": len(values)})
            sent += values
            ended = "raise" in message or target not in self._exports
            size += sum(len(buffer) for value in values for buffer in value.buffers)
            if ended or len(items) >= min(most, AHEAD[1]) or time.monotonic() > end or size > _AHEAD_BYTES:
                break
        self._send_answer(number, {"return": number, "items": items}, sent)

    def _answer(
        self, target: Any, exported: _Exported | None, number: int, names: list[Any], received: list[Encoded]
    ) -> Answer:
        """Return the answer to one call, or the next item of an iterator."""
        remarks: list[Any] = []
        arguments = _Arguments([], [])
        try:
            if len(names) > len(received) or not all(isinstance(name, str) for name in names):
                raise WireError("arguments of the wrong form")
            arguments = self._arguments(received)
            values = arguments.values
            with self._guarded() as remarks:
                result = self._run(target, exported, values, names)
                if exported is not None and exported.arguments is not None:
                    arguments = exported.arguments
                answer = encode(result, lambda node: self._refer(node, arguments))
        except self._catch as error:
            failure = self._explain(error)
            changes = self._changes(arguments)
            message = {"raise": number, "failure": vars(failure)}
        else:
            changes = self._changes(arguments)
            message = {"return": number}
            changes = [(-1, answer), *changes]
        message |= {"changed": [place for place, _change in changes if place >= 0], "remarks": remarks}
        return message, [change for _place, change in changes]

    def _arguments(self, received: list[Encoded]) -> _Arguments:
        """Decode what came in; an argument that refers to the other side is not watched for changes."""
        values = []
        watched: list[Encoded | None] = []
        references: list[Reference] = []

        def resolve(reference: Reference) -> Any:
            references.append(reference)
            return self._resolve(reference, ())

        for each in received:
            before = len(references)
            values.append(decode(each, resolve))
            watched.append(each if isinstance(values[-1], _MUTABLE) and len(references) == before else None)
        return _Arguments(values, watched)

    def _send_answer(self, number: int, message: dict[str, Any], values: list[Encoded]) -> None:
        try:
            self.wire.send(message, values, self.deadline)
        except (WireError, TypeError, ValueError) as error:
            if isinstance(error, WireError) and str(error) != "too large":
                raise
            failure = vars(Failure("ResultTooLarge", "too large"))
            self.wire.send({"raise": number, "failure": failure, "changed": [], "remarks": []}, (), self.deadline)

    def _run(self, target: Any, exported: _Exported | None, values: list[Any], names: list[str]) -> Any:
        split = len(values) - len(names)
        positional, named = values[:split], dict(zip(names, values[split:], strict=True))
        if isinstance(target, str) and target in self.services:
            return self.services[target](*positional, **named)
        if exported is None:
            raise WireError("nothing to call")
        if exported.arguments is None:
            return exported.target(*positional, **named)
        item = next(exported.target, _EXHAUSTED)
        if item is _EXHAUSTED:
            self._exports.pop(target, None)
        return item

    def _changes(self, arguments: _Arguments) -> list[tuple[int, Encoded]]:
        """Return the arguments that are not any more as they came, with their places."""
        changes = []
        for place, (value, received) in enumerate(zip(arguments.values, arguments.received, strict=True)):
            if received is None:
                continue
            try:
                now = encode(value, lambda _node: None)
            except WireError:  # made endless or huge
                continue
            if not now.same(received):
                changes.append((place, now))
                arguments.received[place] = now
        return changes

    # -------------------------------------------------------------------------------------------- references

    def export(self, target: Any, arguments: _Arguments | None = None) -> int:
        """Let the other side call ``target`` from now on, and return the number by which it does.

        Raises:
            WireError: there are too many already.

        """
        if len(self._exports) >= MAX_EXPORTS:
            raise WireError("too many functions")
        number = next(self._numbers)
        self._exports[number] = _Exported(target, arguments)
        return number

    def forget(self) -> None:
        """Take back all that was exported."""
        self._exports.clear()

    def _refer(self, node: Any, arguments: _Arguments | None = None) -> Reference | Text | None:
        if node is _EXHAUSTED:
            return Reference("iterator", 0, "exhausted")
        if isinstance(node, RemoteFunction | RemoteIterator):
            return None  # what belongs to the other side does not go back to it
        if (text := getattr(node, "text", None)) is not None and isinstance(part := getattr(node, "part", None), str):
            return Text(part, text) if isinstance(text, str) else None
        if callable(node):
            return Reference("function", self.export(node), str(getattr(node, "__name__", "")))
        try:
            items = iter(node)
        except TypeError:
            return None
        return Reference("iterator", self.export(items, arguments or _Arguments([], [])))

    def _resolve(self, reference: Reference, values: Sequence[Any]) -> Any:
        match reference.kind:
            case "function":
                return RemoteFunction(self, reference.number, reference.name)
            case "iterator":
                return RemoteIterator(self, reference.number, values) if reference.number else _EXHAUSTED
        return self._known(reference.name)

    def next_items(self, number: int, most: int) -> list[Answer]:
        """Ask an iterator on the other side for one item or up to ``most``, each an answer of its own."""
        message, received = self._ask(number, [Encoded(most)], [])
        rest = iter(received)
        match message:
            case {"items": list(items)} if items and all(_is_item(item) for item in items):
                return [(item, list(itertools.islice(rest, item["values"]))) for item in items]
            case {"items": _}:
                raise WireError("items of the wrong form")
        return [(message, received)]


def _is_item(said: Any) -> bool:
    return isinstance(said, dict) and type(count := said.get("values")) is int and count >= 0


class _Exhausted:
    """What an iterator answers at its end."""


_EXHAUSTED = _Exhausted()


class RemoteFunction:
    """A function on the other side."""

    def __init__(self, conversation: Conversation, number: int, name: str) -> None:
        self._conversation = conversation
        self.number = number
        self.__name__ = name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it."""
        return self._conversation.call(self.number, *arguments, named=named)


class RemoteIterator:
    """An iterator on the other side; ``values`` are the arguments of the call that made it."""

    def __init__(self, conversation: Conversation, number: int, values: Sequence[Any]) -> None:
        self._conversation = conversation
        self._number = number
        self._values = values
        self._waiting: deque[Answer] = deque()
        self._most = AHEAD[0]

    def __iter__(self) -> RemoteIterator:
        return self

    def __next__(self) -> Any:
        if not self._waiting:
            self._waiting.extend(self._conversation.next_items(self._number, self._most))
            self._most = min(2 * self._most, AHEAD[1])
        item = self._conversation.result(self._waiting.popleft(), self._values)
        if isinstance(item, _Exhausted):
            raise StopIteration
        return item


def write_back(old: Any, new: Any) -> bool:
    """Change ``old`` in place to what ``new`` says; return whether their kinds allow it."""
    match old, new:
        case np.ndarray(), np.ndarray() if old.shape == new.shape and old.dtype == new.dtype and old.flags.writeable:
            old[...] = new
        case list(), list():
            if len(old) != len(new):
                old[:] = new
            for k, (a, b) in enumerate(zip(old, new, strict=True)):
                if not (isinstance(a, _MUTABLE) and write_back(a, b)):
                    old[k] = b
        case tuple(), tuple() if len(old) == len(new):
            done = [write_back(a, b) for a, b in zip(old, new, strict=True) if isinstance(a, _MUTABLE)]
            return all(done)
        case (dict(), dict()) | (set(), set()):
            old.clear()
            old.update(new)
        case np.random.Generator(), np.random.Generator() if type(old.bit_generator) is type(new.bit_generator):
            old.bit_generator.state = new.bit_generator.state
        case _:
            return False
    return True


def _failure(content: dict[str, Any]) -> Failure:
    match content:
        case {"kind": str(kind), "text": str(text), "function": str(function), "line": int(line)}:
            return Failure(kind[:80], text[:_MOST_TEXT], function[:80], line)
    raise WireError("a failure of the wrong form")
