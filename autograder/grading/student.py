"""The trusted side's hands on a student's interpreter: run a cell, take a snapshot, call into it.

Whatever comes from there is data or an error, never a reason to stop: outputs are rebuilt from plain text up to a
limit, a cell that runs too long is interrupted, then killed, and a fresh interpreter goes on where it was.
"""

from __future__ import annotations

import builtins
import hashlib
import json
import signal
import socket
import time
import warnings
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.limits import Limits
from autograder.grading.rpc import Answer, Conversation, Failure, RemoteFunction
from autograder.grading.sandbox import Sandbox, SandboxDiedError, Session
from autograder.grading.wire import DeadlineError, Encoded, Wire, WireError
from autograder.messages import _
from autograder.notebook.grade import StudentError, TooLongError

Output = dict[str, Any]

TICK = 0.2  # seconds between two looks at what a cell has used
GRACE = 3.0  # seconds that an interrupted cell has to end
ANSWER = 10.0  # seconds for what takes no time
_MOST_LINES = 2000
FLOOD = 8  # times the limit of output: then a cell is stopped
_MIME = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml")
_TYPES = frozenset(  # other names are the student's own, and could carry what is not to be told
    ("type", "module", "method", "slice", "map", "zip", "filter", "Tensor", "DataFrame", "Series", "MaskedArray")
)
_WARNINGS = {kind.__name__: kind for kind in (RuntimeWarning, UserWarning, DeprecationWarning, FutureWarning)}


@dataclass
class CellRun:
    """What a cell showed, and why it did not end by itself, if so: ``too_long``, ``died``, ``flood`` or ``memory``."""

    outputs: list[Output] = field(default_factory=list)
    stopped: str | None = None


class FloodError(Exception):
    """A cell shows too much."""


_LOST = (WireError, StudentError, TooLongError, FloodError)  # all that a call to an interpreter may end in


class Student:
    """One notebook's interpreter in ``sandbox``; after it died, a fresh one in which the harmless cells ran again.

    ``words`` are the names that occur in the notebook: what tests may repeat of a function's name.
    """

    def __init__(self, sandbox: Sandbox, limits: Limits, words: frozenset[str] = frozenset()) -> None:
        self._sandbox = sandbox
        self._limits = limits
        self._words = words
        self._steps: list[str | int] = []  # what led here: cells that did no harm, and places of snapshots
        self._kept: dict[int, Snapshot] = {}
        self._start()

    def run(self, code: str, *, silent: bool = False) -> CellRun:
        """Run a cell and return what it showed; nothing if it is to be ``silent``."""
        result = self._run(code, 0 if silent else self._limits.output_bytes)
        alive = self._alive()
        if result.stopped is None and alive:
            self._steps.append(code)
        elif not alive:  # also where the cell seemed to end well, but spoiled the conversation
            result.stopped = result.stopped or "died"
            self._start_afresh()
        return result

    def keep(self, place: int) -> Snapshot | None:
        """Return the interpreter as it is now, for calls, and keep it for ``kept``; None if it does not answer."""
        self._steps.append(place)
        if (snapshot := self._snapshot()) is not None:
            self._kept[place] = snapshot
        else:
            self._start_afresh()
        return self._kept.get(place)

    def kept(self, place: int) -> Snapshot | None:
        """Return the snapshot taken at ``place``; where it is used or has died, what led to it is run once more."""
        snapshot = self._kept.pop(place, None)
        if snapshot is None or not snapshot.answers():
            self._start_afresh(place)  # without the cells after it, one of which may be what killed it
            snapshot = self._kept.pop(place, None)
        return snapshot

    # -------------------------------------------------------------------------------------------- within

    def _start(self) -> None:
        self._session: Session = self._sandbox.fork()
        self._wire = Wire(self._session.channel)
        self._sink = Sink(self._limits.output_bytes)
        self._conversation = Conversation(self._wire, explain=_explain, raised=_raised, heard=self._sink.take)

    def _run(self, code: str, output_bytes: int = 0) -> CellRun:
        self._sink.begin()
        limits = self._limits
        self._conversation.deadline = time.monotonic() + limits.cell_wall_seconds + 2 * GRACE + ANSWER
        stopped = None
        with _Watch(self._wire, self._session, limits.cell_cpu_seconds, limits.cell_wall_seconds) as watch:
            try:
                self._conversation.call("run", code, output_bytes)
            except FloodError:
                stopped = "flood"
            except DeadlineError:
                stopped = "too_long"
            except _LOST:
                stopped = "died"
        if stopped is not None:
            with suppress(SandboxDiedError):
                self._session.kill()
        return CellRun(self._sink.outputs, watch.reason or stopped)

    def _snapshot(self) -> Snapshot | None:
        ours, theirs = socket.socketpair()
        try:
            self._conversation.deadline = time.monotonic() + ANSWER
            self._wire.send_file(theirs.fileno())
            pid = self._conversation.call("snapshot")
        except (*_LOST, OSError):
            ours.close()
            return None
        finally:
            theirs.close()
        return Snapshot(self._session, pid if isinstance(pid, int) else 0, ours, self._words)

    def _alive(self) -> bool:
        try:
            self._conversation.deadline = time.monotonic() + ANSWER
            self._conversation.call("get", [])
        except _LOST:
            return False
        return True

    def _start_afresh(self, place: int | None = None) -> None:
        """Go on in a fresh interpreter, as it was at ``place``, else as it was last.

        Earlier cells that turn out harmful now are left out from then on.
        """
        while True:
            self._wire.close()
            with suppress(SandboxDiedError):
                self._session.kill()
            self._start()
            if (harmful := self._again(place)) is None:
                return
            del self._steps[harmful]

    def _again(self, place: int | None) -> int | None:
        """Run the steps to ``place`` once more; return the number of the first that does harm, None if none does."""
        for number, step in enumerate(self._steps):
            if isinstance(step, str):
                if self._run(step).stopped is not None or not self._alive():
                    return number
            elif (snapshot := self._snapshot()) is not None:
                self._kept[step] = snapshot
            if step == place:
                break
        return None


class Snapshot:
    """A copy of a student's interpreter at one cell, for tests to call into: an ``Elsewhere`` of a grade card."""

    def __init__(self, session: Session, pid: int, channel: socket.socket, words: frozenset[str]) -> None:
        self.secret = False
        self.outputs: list[Output] = []
        self._session = session
        self._pid = pid
        self._words = words
        self._conversation = _TestConversation(
            Wire(channel), explain=_explain, raised=self._raised, heard=self._heard, known=known
        )
        self._sink: Sink | None = None
        self._allowed = 0.0  # seconds of CPU time that a call has there

    @property
    def lost(self) -> bool:
        """Whether the copy died, or had to be given up, while it was called into."""
        return self._conversation.lost

    def answers(self) -> bool:
        """Return whether the copy still lives."""
        self._conversation.deadline = time.monotonic() + ANSWER
        try:
            self._conversation.call("get", [])
        except (StudentError, TooLongError):
            return False
        return True

    @contextmanager
    def open(self, limits: Limits, *, secret: bool) -> Iterator[None]:
        """Call into the copy within the limits of one cell.

        With ``secret``, nothing that it prints, returns or raises is shown, and afterwards it is gone.
        """
        self.secret = secret
        self._sink = None if secret else Sink(limits.output_bytes)
        conversation = self._conversation
        conversation.recalling = secret
        conversation.deadline = time.monotonic() + limits.cell_wall_seconds
        cpu, wall = limits.cell_cpu_seconds, limits.cell_wall_seconds
        try:
            with _Watch(conversation.wire, self._session, cpu, wall, stop=self._kill):
                with suppress(StudentError, TooLongError):  # whoever calls the lost one hears of it
                    conversation.call("show", 0 if secret else limits.output_bytes)
                yield
        finally:
            if conversation.unanswered:  # it may work on
                self._kill()
            if secret or conversation.unanswered:
                conversation.wire.close()  # it ends by itself, or at the latest with the session
            if self._sink is not None:
                self.outputs = [output for output in self._sink.outputs if output["output_type"] == "stream"]

    def get(self, names: Sequence[str]) -> dict[str, Any]:
        """Return what the student defined under ``names``: functions to call, values as copies."""
        if (found := self._get(names)) is not None:
            return found
        # one by one: a value that does not travel leaves the others alone
        return {key: value for name in names for key, value in (self._get([name]) or {}).items()}

    @contextmanager
    def part(self, substitutes: Mapping[str, Callable[..., Any]], seconds: float) -> Iterator[None]:
        """Let the student's code call ``substitutes`` in place of its own, each call for ``seconds`` of CPU time."""
        conversation = self._conversation
        with suppress(StudentError, TooLongError):  # whoever calls the lost one hears of it
            if seconds != self._allowed:
                conversation.call("allow", seconds)
                self._allowed = seconds
            if substitutes:
                conversation.substituted = True
                conversation.call("substitute", dict(substitutes))
        try:
            yield
        finally:
            conversation.substituted = False
            if substitutes:
                with suppress(StudentError, TooLongError):
                    conversation.call("restore")
            conversation.forget()

    def _get(self, names: Sequence[str]) -> dict[str, Any] | None:
        try:
            answer = self._conversation.call("get", list(names))
        except (StudentError, TooLongError):
            return None
        found = {name: answer[name] for name in names if name in answer} if isinstance(answer, dict) else {}
        self._conversation.named |= {f.number: name for name, f in found.items() if isinstance(f, RemoteFunction)}
        return found

    def _heard(self, event: dict[str, Any]) -> None:
        if self._sink is not None:
            with suppress(FloodError):
                self._sink.take(event)
        _warn(event)

    def _raised(self, failure: Failure) -> BaseException:
        """Return the exception here; names that the notebook does not hold could carry what is not to be told."""
        function = failure.function if failure.function in self._words else ""
        line = failure.line if failure.line < _MOST_LINES else 0
        return _raised(
            Failure(failure.kind if _is_builtin(failure.kind) else "Exception", failure.text, function, line)
        )

    def _kill(self) -> None:
        with suppress(SandboxDiedError, OSError):
            self._session.signal(self._pid, signal.SIGKILL)


class _TestConversation(Conversation):
    """Tells a test of a lost connection as it tells of an exception: it is the student's code that is gone.

    What a call came to in the visible part of a test is not asked for once more in the whole of it: a call of the same
    function with the same arguments, the first for the first, the second for the second. So every answer is that of a
    call of its own, as where the whole test runs at once.
    """

    lost = False
    recalling = False
    substituted = False  # whether the student's code calls functions of ours: then its answers are other ones

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.named: dict[int, str] = {}  # functions by the numbers that they have at the moment
        self._answers: dict[bytes, deque[Answer]] = defaultdict(deque)

    def _call(self, *arguments: Any) -> Any:
        with self._told():
            return super()._call(*arguments)

    def next_items(self, *arguments: Any) -> list[Answer]:
        with self._told():
            return super().next_items(*arguments)

    def result(self, *arguments: Any) -> Any:
        with self._told():
            return super().result(*arguments)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DeadlineError:
            self.wire.close()
            raise TooLongError from None
        except WireError as error:
            self.lost = True
            self.wire.close()
            raise StudentError("Gone", str(error)) from None

    def _ask(self, target: str | int, sent: list[Encoded], names: list[str]) -> Answer:
        name = self.named.get(target) if isinstance(target, int) and not self.substituted else None
        key = None if name is None else _key(name, names, sent)
        if key is None:
            return super()._ask(target, sent, names)
        if self.recalling:
            return self._answers[key].popleft() if self._answers[key] else super()._ask(target, sent, names)
        message, received = super()._ask(target, sent, names)
        if "return" in message and _plain(received) is not None:
            self._answers[key].append((message, received))
        return message, received


def _key(name: str, names: list[str], sent: list[Encoded]) -> bytes | None:
    """Return what tells a call of the function ``name`` from others; None where it hands over a function."""
    if (text := _plain(sent)) is None:
        return None
    said = hashlib.sha256(json.dumps([name, names, text]).encode())
    for value in sent:
        for buffer in value.buffers:
            said.update(buffer)
    return said.digest()


def _plain(values: list[Encoded]) -> str | None:
    """Return the trees of ``values`` as text where all are plain data; rather once too often None."""
    text = json.dumps([value.tree for value in values])
    return None if any(word in text for word in ('"function"', '"iterator"', '"opaque"')) else text


class _Watch:
    """Looks at what a session uses while its answer is awaited, and stops it when it has used too much.

    ``stop`` ends it; without one it is interrupted first, as Jupyter's stop button does.
    """

    def __init__(
        self, wire: Wire, session: Session, cpu: float, wall: float, stop: Callable[[], None] | None = None
    ) -> None:
        self._wire = wire
        self._session = session
        self._cpu, self._wall = cpu, wall
        self._stop = stop
        self._before: float | None = None
        self._kill_at: float | None = None
        self.reason: str | None = None

    def __enter__(self) -> _Watch:
        self._end = time.monotonic() + self._wall
        self._wire.while_waiting(self._look, TICK)
        return self

    def __exit__(self, *_error: object) -> None:
        self._wire.while_waiting(None)

    def _look(self) -> None:
        with suppress(SandboxDiedError, OSError):
            if self._kill_at is not None:
                if time.monotonic() > self._kill_at:
                    self._session.kill()
                return
            usage = self._session.usage()
            if self._before is None:  # most are done before the first look, which takes longer than they do
                self._before = usage.cpu_seconds
            if usage.over is not None:
                self.reason = usage.over
            elif usage.cpu_seconds - self._before > self._cpu or time.monotonic() > self._end:
                self.reason = "too_long"
                if self._stop is not None:
                    self._stop()
                else:
                    self._session.interrupt()
                    self._kill_at = time.monotonic() + GRACE


class Sink:
    """Takes a cell's outputs in: rebuilt from plain text, cut at the limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.begin()

    def begin(self) -> None:
        """Forget what the cell before showed."""
        self.outputs: list[Output] = []
        self._room = self._limit
        self._cut = False

    def take(self, event: dict[str, Any]) -> None:
        """Take one event in.

        Raises:
            FloodError: the cell shows much more than will be kept.

        """
        match event:
            case {"output": dict(content)}:
                for output in _rebuilt(content):
                    self._add(output)
            case {"cut": True}:
                self._add_cut()

    def _add(self, output: Output) -> None:
        size = sum(map(len, _texts(output)))
        if size > self._room and output["output_type"] == "stream" and self._room > 0:
            output["text"] = output["text"][: self._room]
            self._append(output)
            self._add_cut()
        elif size > self._room:
            self._add_cut()
        else:
            self._append(output)
        self._room -= size
        if self._room < -FLOOD * self._limit:
            raise FloodError

    def _append(self, output: Output) -> None:
        last = self.outputs[-1] if self.outputs else None
        if last and output["output_type"] == last["output_type"] == "stream" and output["name"] == last["name"]:
            last["text"] += output["text"]
        else:
            self.outputs.append(output)

    def _add_cut(self) -> None:
        if not self._cut:
            self._cut = True
            self._append(
                {"output_type": "stream", "name": "stdout", "text": "\n" + _("… the rest was cut off.") + "\n"}
            )


def _texts(output: Output) -> list[str]:
    match output:
        case {"text": str(text)}:
            return [text]
        case {"data": dict(data)}:
            return list(data.values())
        case {"traceback": list(lines)}:
            return [*lines, output["evalue"]]
    return []


def _rebuilt(content: dict[str, Any]) -> Iterator[Output]:
    """Yield ``content`` as one output of a notebook, made of nothing but plain text; nothing if it is none."""
    match content:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            yield {"output_type": "stream", "name": name, "text": _clean(text)}
        case {"output_type": "display_data" | "execute_result" as kind, "data": dict(data)}:
            kept = {mime: _clean(text) for mime, text in data.items() if mime in _MIME and isinstance(text, str)}
            if kept:
                number = {"execution_count": None} if kind == "execute_result" else {}
                yield {"output_type": kind, "data": kept, "metadata": {}, **number}
        case {"output_type": "error", "ename": str(name), "evalue": str(value), "traceback": list(lines)}:
            trace = [_clean(line) for line in lines if isinstance(line, str)]
            yield {"output_type": "error", "ename": _clean(name)[:200], "evalue": _clean(value), "traceback": trace}


def _clean(text: str) -> str:
    """Return ``text`` without halves of characters, which no file takes."""
    return text.encode("utf-8", "replace").decode()


# ------------------------------------------------------------------------------------------------ errors


def known(name: str) -> Any:
    """Return a stand-in for a value that did not travel: an object of a type called so, which can do nothing."""
    return type(name if name in _TYPES else "object", (), {})()


def _explain(error: BaseException) -> Failure:
    """Return what the student's side hears of an exception in a correct function that it called."""
    return Failure(type(error).__name__, "")


def _is_builtin(kind: str) -> bool:
    return kind == "TooLongError" or isinstance(getattr(builtins, kind, None), type)


def _raised(failure: Failure) -> BaseException:
    if failure.kind == "TooLongError":
        return TooLongError()
    return StudentError(failure.kind, failure.text, failure.function, failure.line)


def _warn(event: dict[str, Any]) -> None:
    """Warn here of what NumPy warned of there."""
    match event:
        case {"remarks": list(remarks)}:
            for remark in remarks[:20]:
                match remark:
                    case [str(kind), str(text)]:
                        warnings.warn(text[:300], _WARNINGS.get(kind, UserWarning), stacklevel=2)
