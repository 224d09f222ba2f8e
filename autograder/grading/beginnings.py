"""What all hand-ins of a notebook begin with runs once: in a template, of which each hand-in gets a copy.

Nearly every notebook begins with cells that were handed out and that nobody changes: imports, data, a picture. A
worker that grades a class runs them once, and keeps the interpreter as it was then. What they showed is kept for the
next runs as well: a notebook of which nothing else has to run needs no interpreter then.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from autograder.grading import fingerprint
from autograder.grading.files import digest
from autograder.grading.limits import Limits
from autograder.grading.nursery import Nursery
from autograder.grading.rpc import Conversation, Failure
from autograder.grading.sandbox import Sandbox, packed, pair
from autograder.grading.store import Store
from autograder.grading.student import ANSWER, CellRun, FloodError, Sink
from autograder.grading.walls import SandboxUnavailableError
from autograder.grading.wire import Wire, WireError

Made = TypeVar("Made")

MOST = 12  # templates at a time: two sheets of six notebooks


class TemplateError(RuntimeError):
    """The cells cannot run in a template, or not only there: what they did does not go into a copy."""


class Template:
    """An interpreter in which ``sources`` ran, with ``files`` beside them; it opens rooms (``sandbox.Opener``).

    A room has the files that the cells left, and those of its submission. ``runs`` is what each cell showed.

    Raises:
        TemplateError: it does not work, or a copy would not be as good as having run the cells.

    """

    def __init__(self, nursery: Nursery, sources: Sequence[str], files: Path | None, limits: Limits) -> None:
        self._nursery = nursery
        ours, theirs = pair(socket.SOCK_STREAM)
        with theirs:
            nursery.template(limits, theirs, files)
        self._wire = Wire(ours)
        sink = Sink(limits.output_bytes)
        self._conversation = Conversation(self._wire, explain=_explain, raised=_raised, heard=sink.take)
        self.runs: list[CellRun] = []
        try:
            for source in sources:
                sink.begin()
                self._call(limits.cell_wall_seconds, "run", source, limits.output_bytes)
                self.runs.append(CellRun(sink.outputs))
            whole = self._call(ANSWER, "finish")
        except (TemplateError, FloodError):
            whole = False
        if whole is not True:
            self.close()
            raise TemplateError

    def open(self, limits: Limits, control: socket.socket, files: Path | None) -> None:
        """Open a room for a copy of the interpreter."""
        with packed(files, limits) as archive:
            try:
                self._wire.send_file(control.fileno())
                self._wire.send_file(archive.fileno())
                self._call(ANSWER, "room", self._nursery.settings(limits).to_json())
            except (TemplateError, OSError) as error:
                raise SandboxUnavailableError(f"The sandbox did not start: {error}") from error

    def last_words(self) -> str:
        """Return what was complained about last."""
        return self._nursery.last_words()

    def close(self) -> None:
        """End it."""
        self._wire.close()

    def _call(self, seconds: float, name: str, *arguments: Any) -> Any:
        self._conversation.deadline = time.monotonic() + seconds
        try:
            return self._conversation.call(name, *arguments)
        except WireError as error:
            raise TemplateError(str(error)) from error


@dataclass(frozen=True)
class Beginning:
    """What a notebook begins with: ``runs`` is what each cell of it showed; ``sandbox`` opens one where they ran."""

    runs: Sequence[CellRun]
    sandbox: Callable[[], Sandbox]


class Beginnings:
    """A nursery that is opened when first needed, and its templates; one sandbox at a time."""

    def __init__(self, *, unsafe: bool = False, store: Store | None = None) -> None:
        self.unsafe = unsafe
        self.store = store  # of what cells showed
        self._nursery: Nursery | None = None
        self._templates: dict[str, Template | None] = {}  # None: it was tried in vain; the last used is the last
        self._shown: dict[str, list[CellRun]] = {}  # in the store

    def beginning(self, sources: Sequence[str], files: Path | None, limits: Limits) -> Beginning:
        """Return the beginning of a notebook that begins with ``sources``.

        They ran already; where that cannot be, none did and ``runs`` is empty. What ran there is more powerful than
        students may be: ``sources`` must be the author's, and if there are any, so must be all ``files``.

        Raises:
            SandboxUnavailableError: there can be no sandbox here; so does ``sandbox``.

        """

        def template() -> Template | None:
            return self._template(sources, files, limits) if sources and not self.unsafe else None

        def sandbox() -> Sandbox:
            begun = template()
            if runs and begun is None:
                raise SandboxUnavailableError("What the notebook begins with has run before, and does not any more.")
            # else of a template with nothing in it, and so without a file of anybody's
            opener = begun or (None if self.unsafe else self._template((), None, limits))
            return Sandbox(opener or self._open_nursery(), files, limits)

        def ran() -> list[CellRun]:
            ready = self._again(template)
            return ready.runs if ready else []

        runs = self._kept(_key(sources, files, limits), ran) if sources and not self.unsafe else []
        return Beginning(runs, partial(self._again, sandbox))

    def begin(self) -> None:
        """Open the nursery ahead of being asked for it, if there can be one."""
        with contextlib.suppress(SandboxUnavailableError):  # whoever asks for it is told
            self._open_nursery()

    def close(self) -> None:
        """End all of it."""
        if self._nursery is not None:
            for template in filter(None, self._templates.values()):
                template.close()
            self._templates.clear()
            self._nursery.close()
            self._nursery = None

    def _kept(self, key: str, ran: Callable[[], list[CellRun]]) -> list[CellRun]:
        if self.store is None:
            return ran()
        if key not in self._shown:
            try:
                runs = [CellRun(**run) for run in self.store.find(key)]
            except TypeError:  # nothing, or something else
                runs = ran()
                if not runs:
                    return runs
                self.store.keep(key, [asdict(run) for run in runs])
            while len(self._shown) >= MOST:
                del self._shown[next(iter(self._shown))]
            self._shown[key] = runs
        return self._shown[key]

    def _again(self, make: Callable[[], Made]) -> Made:
        """Make something in the nursery, and once more in a new one where it turns out to have ended meanwhile."""
        if self._nursery is not None:
            try:
                return make()
            except SandboxUnavailableError:
                self.close()
        return make()

    def _open_nursery(self) -> Nursery:
        if self._nursery is None:
            self._nursery = Nursery(unsafe=self.unsafe)
        return self._nursery

    def _template(self, sources: Sequence[str], files: Path | None, limits: Limits) -> Template | None:
        if (key := _key(sources, files, limits)) in self._templates:
            template = self._templates.pop(key)
        else:
            while len(self._templates) >= MOST:
                oldest = self._templates.pop(next(iter(self._templates)))
                if oldest is not None:
                    oldest.close()
            try:
                template = Template(self._open_nursery(), sources, files, limits)
            except TemplateError:
                template = None
        self._templates[key] = template
        return template


def _key(sources: Sequence[str], files: Path | None, limits: Limits) -> str:
    said = [list(sources), asdict(limits), "" if files is None else digest(files), fingerprint.package()]
    return hashlib.sha256(json.dumps(said).encode("utf-8", "surrogateescape")).hexdigest()


def _explain(_error: BaseException) -> Failure:
    return Failure("Exception")


def _raised(failure: Failure) -> BaseException:
    return TemplateError(failure.text)
