"""The first process behind bubblewrap's walls: imports the libraries once and opens rooms for submissions.

The grader asks by messages over one socket. No student code ever runs in this process, nor in a template, the copy of
it in which the cells ran that the author wrote: both only fork.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from autograder.grading import collector, room
from autograder.grading.supervisor import MESSAGE_BYTES, Settings, supervise


@dataclass(frozen=True)
class Warmth:
    """The grader's first message: modules to import, and ``module:function`` that a session calls with its socket."""

    preload: tuple[str, ...]
    entry: str

    @classmethod
    def from_json(cls, text: bytes) -> "Warmth":
        """Return what ``to_json`` wrote."""
        said = json.loads(text)
        return cls(tuple(said["preload"]), said["entry"])

    def to_json(self) -> bytes:
        """Return the message."""
        return json.dumps(asdict(self)).encode()


def open_room(settings: Settings, control: socket.socket, entry: Callable[[socket.socket], None],
              furnish: Callable[[Path], None]) -> None:  # fmt: skip
    """Open a room whose supervisor listens to ``control``; ``furnish`` lays out its home folder."""

    def run() -> None:
        furnish(Path(settings.home))
        supervise(control, settings, entry)

    if settings.contained:
        room.open_room(settings.limits, settings.uid, run)
    else:
        room.open_without_walls(run)


def reap() -> None:
    """Let those that have ended go."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass


def main() -> None:
    """Serve the grader over the socket whose number the command line gives."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    warmth = Warmth.from_json(control.recv(MESSAGE_BYTES))
    room.prctl(room.PR_SET_PDEATHSIG, signal.SIGKILL)
    for handled in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(handled, signal.SIG_IGN)
    gc.disable()  # nothing that an import makes is to be collected: a quarter of its time
    for name in warmth.preload:
        importlib.import_module(name)
    module, _, function = warmth.entry.partition(":")
    entry: Callable[[socket.socket], None] = getattr(importlib.import_module(module), function)
    collector.spare()
    gc.enable()
    control.send(b"{}")
    while True:
        message, files, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 2)
        if not message:
            os._exit(0)
        request = json.loads(message)
        channel, archive = socket.socket(fileno=files[0]), files[1]
        settings = Settings.from_json(request["settings"])
        if request["do"] == "room":
            open_room(settings, channel, entry, partial(_furnish, control, archive))
        else:
            _open_template(channel, archive, settings)
        channel.close()
        os.close(archive)
        reap()
        control.send(b"{}")


def _furnish(ours: socket.socket, archive: int, home: Path) -> None:
    ours.close()
    room.unpack(archive, home)


def _open_template(channel: socket.socket, archive: int, settings: Settings) -> None:
    if os.fork():
        return
    try:
        room.prctl(room.PR_SET_PDEATHSIG, signal.SIGKILL)
        from autograder.grading.template import Template

        room.own_mounts()
        room.make_folders(settings.limits)
        home = Path(settings.home)
        room.unpack(archive, home)
        if (number := channel.detach()) != 3:
            os.dup2(number, 3)
        os.set_inheritable(3, False)
        os.closerange(4, os.sysconf("SC_OPEN_MAX"))
        os.chdir(home / "work")
        Template(socket.socket(fileno=3), home).run()
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
