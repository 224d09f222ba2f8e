"""The nursery: bubblewrap around a process that has imported all that notebooks need, and opens rooms from there.

Building the walls and importing takes a second; a room takes hundredths. One submission at a time is in it, and
nothing of one reaches the next: its processes, mounts, sockets and files are in namespaces that end with it, and the
processes that it was copied from never see it.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.grading.limits import Limits
from autograder.grading.room import HOME
from autograder.grading.sandbox import FONT_CACHE, packed, pair
from autograder.grading.supervisor import MESSAGE_BYTES, Settings
from autograder.grading.walls import (
    PACKAGE,
    PACKAGE_PATH,
    PATH,
    SandboxUnavailableError,
    own_uid,
    require_bubblewrap,
    require_linux,
    spare_uids,
    walls_for,
)
from autograder.grading.zygote import Warmth
from autograder.messages import LANGUAGE

ENTRY = "autograder.grading.session:main"
PRELOAD = (
    "numpy",
    "numpy.random",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",  # matplotlib_inline's own joins the shell that it finds when imported: not here
    "IPython.core.interactiveshell",
    "autograder.notebook",
    "autograder.notebook.plots",
)
ENVIRONMENT = {
    "PATH": PATH,
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",  # the same result and time on any machine
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",  # a file numpy.py beside the notebook is not NumPy
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}


class Nursery:
    """Opens rooms for sandboxes, one at a time, until ``close``, which ends every process inside.

    It also ends when the process that started it ends, or the thread: use it where it was made.

    Args:
        unsafe: do without walls, for ``--unsafe-no-sandbox``.
        preload: modules that are imported once.
        entry: ``module:function`` that a session calls with its socket.
        modules: further Python files that a session can import.

    Raises:
        SandboxUnavailableError: there is no bubblewrap, or it cannot work here.

    """

    def __init__(
        self,
        *,
        unsafe: bool = False,
        preload: Sequence[str] = PRELOAD,
        entry: str = ENTRY,
        modules: Sequence[Path] = (),
    ) -> None:
        require_linux()
        self.unsafe = unsafe
        self._uid: int | None = None
        self._home = HOME
        self._first: int | None = None  # a pidfd of the first process inside
        with contextlib.ExitStack() as held, contextlib.ExitStack() as starting:
            self._control, theirs = pair(socket.SOCK_SEQPACKET)
            held.enter_context(self._control)
            starting.enter_context(theirs)
            self._errors = held.enter_context(tempfile.TemporaryFile())
            held.callback(self._forget)
            if unsafe:
                self._home = held.enter_context(
                    tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True)
                )
                path = [PACKAGE.parent, *(module.parent for module in modules)]
                environment = _environment(self._home, path, os.environ.get("PATH"))
                self._launch(_python(theirs), environment, [theirs.fileno()])
            else:
                spare = spare_uids()
                self._uid = held.enter_context(own_uid(spare)) if spare else None
                walls = walls_for(self._uid, modules, starting)
                info, their_info = pair(socket.SOCK_STREAM)
                starting.enter_context(info)
                command = [*walls.options, "--info-fd", str(their_info.fileno()), "--", *_python(theirs)]
                passed = [theirs.fileno(), their_info.fileno(), *walls.numbers]
                with their_info:
                    self._launch(command, _environment(HOME, [Path(PACKAGE_PATH)]), passed)
            theirs.close()
            held.callback(self._kill)
            try:
                if not unsafe:
                    self._first = os.pidfd_open(_first_process(info))
                self._control.send(Warmth(tuple(preload), entry).to_json())
                ready = self._control.recv(MESSAGE_BYTES)
            except (OSError, ValueError):
                ready = b""
            if not ready:
                self._kill()
                if not unsafe:
                    require_bubblewrap()
                raise SandboxUnavailableError(f"The sandbox did not start: {self.last_words()}")
            self._held = held.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def open(self, limits: Limits, control: socket.socket, files: Path | None) -> None:
        """Open a room, as ``sandbox.Opener`` has it."""
        self._ask("room", limits, control, files)

    def template(self, limits: Limits, channel: socket.socket, files: Path | None) -> None:
        """Start a template that speaks over ``channel``, with ``files`` in its working folder."""
        self._ask("template", limits, channel, files)

    def settings(self, limits: Limits) -> Settings:
        """Return what a room is to be."""
        return Settings(self._home, limits, self._uid, not self.unsafe)

    def close(self) -> None:
        """End every process inside; they are gone when this returns. Closing twice does nothing."""
        self._held.close()

    def last_words(self) -> str:
        """Return what was complained about last."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it did not answer"

    def _ask(self, do: str, limits: Limits, theirs: socket.socket, files: Path | None) -> None:
        request: dict[str, Any] = {"do": do, "settings": self.settings(limits).to_json()}
        with packed(files, limits) as archive:
            try:
                passed = [theirs.fileno(), archive.fileno()]
                socket.send_fds(self._control, [json.dumps(request).encode()], passed)
                answer = self._control.recv(MESSAGE_BYTES)
            except OSError as error:
                raise SandboxUnavailableError(f"The sandbox ended: {error}.") from error
        if not answer:
            raise SandboxUnavailableError(f"The sandbox ended: {self.last_words()}")

    def _launch(self, command: list[str], environment: dict[str, str], passed: list[int]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            command, env=environment, pass_fds=passed, cwd="/", start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors,
        )  # fmt: skip

    def _kill(self) -> None:
        """Kill the first process and wait until it is gone, which with bubblewrap is when all inside is."""
        if self._first is None:
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
        self._process.wait()

    def _forget(self) -> None:
        if self._first is not None:
            os.close(self._first)
            self._first = None


def _first_process(info: socket.socket) -> int:
    """Return the number, outside, of the first process inside, as bubblewrap tells it."""
    said = b""
    while part := info.recv(MESSAGE_BYTES):
        said += part
    return int(json.loads(said)["child-pid"])


def _python(control: socket.socket) -> list[str]:
    return [sys.executable, "-s", "-m", "autograder.grading.zygote", str(control.fileno())]


def _environment(home: str, path: Sequence[Path], programs: str | None = None) -> dict[str, str]:
    return {
        **ENVIRONMENT,
        "AUTOGRADER_LANGUAGE": LANGUAGE,
        "PATH": programs or ENVIRONMENT["PATH"],
        "HOME": home,
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "MPLCONFIGDIR": f"{home}/{FONT_CACHE}",
    }
