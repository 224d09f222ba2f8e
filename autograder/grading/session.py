# mypy: allow-subclassing-any
"""The student's interpreter, inside the sandbox: it runs cells as Jupyter would, and answers calls from tests.

IPython's shell does the work, so that magics, ``display`` and plots behave as in the student's own notebook; only what
travels differs: outputs and answers go over one wire (``rpc.py``). Nothing here is trusted by the other side.

A *snapshot* is a fork of the interpreter as it is at one cell. The tests of that cell call into it once all cells
have run: so nothing that a test tells a student's function can reach a later cell, and what one test breaks, no other
misses.
"""

from __future__ import annotations

import base64
import builtins
import ctypes
import gc
import os
import re
import signal
import socket
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any as AnyTrait
from traitlets import Type

from autograder.grading.rpc import Conversation, Failure
from autograder.grading.wire import Wire, WireError

_PR_SET_DUMPABLE = 4
_CELL = re.compile(r"<?ipython-input|/ipykernel_|<cell>")
_PIECE = 8192  # characters of printed text that travel together
_MOST_WARNINGS = 20
_SOON = 0.05  # seconds
_TICK = 0.5  # seconds of CPU time between two attempts to stop a call that ran too long


class TooLongError(BaseException):
    """A call used up its CPU time; no ``except Exception`` of a student swallows it."""


def main(channel: socket.socket) -> None:
    """Serve the trusted side until it hangs up."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # the supervisor may count our memory
    session = Session()
    session.attach(channel)
    session.run()


# ------------------------------------------------------------------------------------------------ outputs


class Outputs:
    """Sends what a cell prints and shows to the trusted side, up to a limit; silent in a snapshot."""

    def __init__(self, send: Callable[[dict[str, Any]], None]) -> None:
        self._send = send
        self.limit = 0
        self._waiting: list[str] = []
        self._stream = "stdout"

    @property
    def silent(self) -> bool:
        """Whether nothing more will be sent."""
        return self.limit <= 0

    def output(self, content: dict[str, Any], size: int) -> None:
        """Send one output of a notebook."""
        self.flush()
        if self._room(size):
            self._send({"output": content})

    def write(self, stream: str, text: str) -> None:
        """Print ``text``."""
        if stream != self._stream:
            self.flush()
            self._stream = stream
        if not self.silent:
            self._waiting.append(text)
            if "\n" in text or sum(map(len, self._waiting)) > _PIECE:
                self.flush()

    def flush(self) -> None:
        """Send what was printed so far."""
        text = "".join(self._waiting)
        self._waiting.clear()
        if text and self._room(len(text)):
            self._send({"output": {"output_type": "stream", "name": self._stream, "text": text}})

    def _room(self, size: int) -> bool:
        room = not self.silent
        self.limit -= size
        if room and self.silent:
            self._send({"cut": True})
        return room


class Stream:
    """What ``sys.stdout`` and ``sys.stderr`` are in a cell."""

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name = f"<{name}>"
        self._stream = name
        self._outputs = outputs

    def write(self, text: str) -> int:
        """Print ``text``."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._outputs.write(self._stream, text)
        return len(text)

    def writelines(self, lines: Iterator[str]) -> None:
        """Print ``lines``."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Send what was printed so far."""
        self._outputs.flush()

    def isatty(self) -> bool:
        """Return False: nobody is watching."""
        return False

    def writable(self) -> bool:
        """Return True."""
        return True

    def readable(self) -> bool:
        """Return False."""
        return False


def _as_json(data: Mapping[str, Any]) -> dict[str, str]:
    """Return a bundle of representations as text; pictures in base64, as notebooks keep them."""
    return {
        mime: base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
        for mime, value in data.items()
        if mime != "application/json"
    }


class _Publisher(DisplayPublisher):
    outputs = AnyTrait()

    def publish(self, data: Any, *_metadata: Any, **_options: Any) -> None:
        bundle = _as_json(data)
        content = {"output_type": "display_data", "data": bundle, "metadata": {}}
        self.outputs.output(content, sum(map(len, bundle.values())))

    def clear_output(self, wait: bool = False) -> None:
        """Keep what was shown: a notebook on paper has no animation."""


class _DisplayHook(DisplayHook):
    def write_output_prompt(self) -> None:
        """Leave the prompt to the notebook."""

    def write_format_data(self, format_dict: Any, *_metadata: Any) -> None:
        bundle = _as_json(format_dict)
        content = {"output_type": "execute_result", "data": bundle, "metadata": {}, "execution_count": None}
        self.shell.display_pub.outputs.output(content, sum(map(len, bundle.values())))

    def finish_displayhook(self) -> None:
        sys.stdout.flush()


class _Formatter(DisplayFormatter):
    def format(self, obj: Any, *arguments: Any, **named: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Make nothing of what is not to be seen: drawing a picture takes longer than most cells."""
        if self.parent.display_pub.outputs.silent:
            return {}, {}
        shown: tuple[dict[str, Any], dict[str, Any]] = super().format(obj, *arguments, **named)
        return shown


class Shell(InteractiveShell):
    """IPython's shell without a terminal."""

    displayhook_class = Type(_DisplayHook)
    display_pub_class = Type(_Publisher)

    def ask_exit(self) -> None:
        """Do nothing: ``exit`` in a cell ends no notebook."""

    @contextmanager
    def _tee(self, channel: str) -> Iterator[None]:  # noqa: ARG002 - IPython's
        """Keep no second copy of what is printed, which would have no limit."""
        yield

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no event loop to join."""

    def init_display_formatter(self) -> None:
        """Format what is displayed if anybody sees it."""
        self.display_formatter = _Formatter(parent=self)
        self.configurables.append(self.display_formatter)

    def init_history(self) -> None:
        """Keep no history on disk."""
        self.config.HistoryManager.enabled = False
        super().init_history()

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        text = str(evalue)
        content = {"output_type": "error", "ename": getattr(etype, "__name__", "?"), "evalue": text}
        content["traceback"] = [str(line) for line in stb]
        self.display_pub.outputs.output(content, sum(map(len, content["traceback"])))


# ------------------------------------------------------------------------------------------------ the session


class Session:
    """One notebook's interpreter and its end of the wire."""

    def __init__(self) -> None:
        self.outputs = Outputs(self._event)
        self._services: dict[str, Callable[..., Any]] = {
            "run": self.run_cell,
            "get": self.get,
            "substitute": self.substitute,
            "restore": self.restore,
            "snapshot": self.snapshot,
            "show": self.show,
            "allow": self.allow,
        }
        self._saved: dict[str, Any] = {}
        self._seconds = 0.0
        self._running = False
        self.shell: Any = Shell.instance()
        self.shell.display_pub.outputs = self.outputs
        self.shell.user_ns["__name__"] = "__main__"
        sys.path.append("")  # last: a file numpy.py beside the notebook is not NumPy
        sys.stdout, sys.stderr = Stream("stdout", self.outputs), Stream("stderr", self.outputs)

    def attach(self, channel: socket.socket, *, takes_files: bool = True) -> None:
        """Speak over ``channel`` from here on."""
        self.wire = Wire(channel, takes_files=takes_files)
        self.conversation = Conversation(
            self.wire,
            services=self._services,
            explain=_explain,
            raised=_raised,
            guarded=self._guarded,
            catch=BaseException,
        )

    def run(self) -> None:
        """Serve until the trusted side hangs up."""
        signal.signal(signal.SIGPROF, self._stop)
        signal.signal(signal.SIGINT, self._interrupt)
        signal.signal(signal.SIGALRM, self._interrupt)
        while True:
            try:
                self.conversation.serve()
            except WireError:
                os._exit(0)

    def _event(self, content: dict[str, Any]) -> None:
        self.conversation.event(content)

    # -------------------------------------------------------------------------------------------- services

    def run_cell(self, code: str, limit: int) -> bool:
        """Run a cell and return whether it ran to its end; ``limit`` is how many characters it may show."""
        self.outputs.limit = limit
        self._running = True
        try:
            result = self.shell.run_cell(code, store_history=True)
        except SystemExit:  # exit() in a cell ends the cell
            return False
        finally:
            self._running = False
            self.outputs.flush()
        return bool(result.success)

    def get(self, names: list[str]) -> dict[str, Any]:
        """Return what the student defined under ``names``."""
        return {name: self.shell.user_ns[name] for name in names if name in self.shell.user_ns}

    def substitute(self, functions: dict[str, Any]) -> None:
        """Put ``functions`` in place of the student's own until ``restore``."""
        for name, function in functions.items():
            self._saved[name] = self.shell.user_ns.get(name, _MISSING)
            self.shell.user_ns[name] = function

    def restore(self) -> None:
        """Undo ``substitute``."""
        for name, function in self._saved.items():
            if function is _MISSING:
                self.shell.user_ns.pop(name, None)
            else:
                self.shell.user_ns[name] = function
        self._saved.clear()

    def allow(self, seconds: float) -> None:
        """Stop every call from here on after ``seconds`` of CPU time."""
        self._seconds = seconds

    def show(self, limit: int) -> None:
        """Show ``limit`` characters from here on."""
        self.outputs.limit = limit

    def snapshot(self) -> int:
        """Fork; the copy serves the file that came along, and shows nothing. Return its process number."""
        file = self.wire.files.pop()
        gc.freeze()  # the collector must not touch, and so copy, what both share
        pid = os.fork()
        if pid:
            os.close(file)
            return pid
        self.wire.close()
        self.attach(socket.socket(fileno=file), takes_files=False)
        self.outputs.limit = 0
        # whatever happens, the copy never goes back into the loop that it was forked from
        try:
            self.run()
        finally:
            os._exit(0)

    # -------------------------------------------------------------------------------------------- calls

    @contextmanager
    def _guarded(self) -> Iterator[list[Any]]:
        """Watch a call: what NumPy warns of is told, and it ends when its CPU time is used up."""
        remarks: list[Any] = []
        if not self._seconds:  # a cell warns and runs as it does at home
            yield remarks
            return
        with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
            warnings.simplefilter("always")
            signal.setitimer(signal.ITIMER_PROF, self._seconds, _TICK)
            try:
                yield remarks
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
                remarks.extend([w.category.__name__, str(w.message)[:300]] for w in caught[:_MOST_WARNINGS])

    def _stop(self, _signal: int, _frame: Any) -> None:
        if not self.wire.busy:  # half a message would end the conversation; the next tick comes soon
            raise TooLongError

    def _interrupt(self, _signal: int, _frame: Any) -> None:
        if not self._running:  # too late for what it was to stop
            return
        if self.wire.busy:
            signal.setitimer(signal.ITIMER_REAL, _SOON)
        else:
            raise KeyboardInterrupt


_MISSING = object()


def _explain(error: BaseException) -> Failure:
    """Return what to tell of an exception: where in the student's cells it was raised last."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _CELL.search(frame.filename)]
    kind = next((base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins"), "Exception")
    if isinstance(error, TooLongError):
        kind = "TooLongError"
    name = type(error).__name__ if type(error).__module__ != "builtins" else kind
    try:
        text = str(error)
    except Exception:
        text = ""
    text = text if name == kind else f"{name}: {text}"
    if isinstance(error, NameError):
        text = error.name or text
    last = frames[-1] if frames else None
    return Failure(kind, text[:500], last.name if last else "", (last.lineno or 0) if last else 0)


def _raised(failure: Failure) -> BaseException:
    """Return the exception to raise here for one that a substitute raised there."""
    kind = getattr(builtins, failure.kind, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        return kind(failure.text)
    return RuntimeError(failure.text)
