"""What all submissions of a notebook begin with, run once: an interpreter from which those of submissions are forked.

The cells that run here are the author's, as they were handed out. A template then opens rooms: the session in a room
is a copy of it, with its variables, its history and the files that the cells wrote.
"""

import os
import random
import socket
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from autograder.grading import room
from autograder.grading.session import Session
from autograder.grading.supervisor import Settings
from autograder.grading.zygote import open_room, reap


class Template(Session):
    """A session that no student has: it runs cells, and opens rooms for copies of itself."""

    def __init__(self, channel: socket.socket, home: Path) -> None:
        super().__init__()
        self._services |= {"finish": self.finish, "room": self.room}
        self.attach(channel)
        self._home = home
        self._files: dict[str, bytes] = {}
        self._random_before = _random_states()
        self._random: tuple[Any, Any] | None = None
        self._open_before = len(list(Path("/proc/self/fd").iterdir()))

    def finish(self) -> bool:
        """Keep what the cells left behind; return whether a copy of this process is as good as having run them."""
        states = _random_states()
        if repr(states) != repr(self._random_before):  # a cell has seeded them: that is to last
            self._random = states
        self._files = {
            str(path.relative_to(self._home)): path.read_bytes()
            for path in self._home.rglob("*")
            if path.is_file() and not path.is_symlink()
        }
        elsewhere = [folder for folder in room.ROOMS if Path(folder) != self._home and any(Path(folder).iterdir())]
        return (
            not elsewhere
            and threading.active_count() == 1
            and len(list(Path("/proc/self/fd").iterdir())) == self._open_before
            and not Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").strip()
        )

    def room(self, settings: str) -> None:
        """Open a room for a copy of this interpreter; the supervisor's socket came along, and an archive of files."""
        control, archive = self.wire.files
        self.wire.files.clear()
        with socket.socket(fileno=control) as theirs:
            open_room(Settings.from_json(settings), theirs, self.resume, partial(self.furnish, archive))
        os.close(archive)
        reap()

    def furnish(self, archive: int, home: Path) -> None:
        """Lay out the files of the submission, and those that the cells found or wrote."""
        self.wire.close()  # the grader's end of the template is not for the room
        room.unpack(archive, home)
        for name, content in self._files.items():
            room.write(home / name, content)

    def resume(self, channel: socket.socket) -> None:
        """Go on as a student's session."""
        for service in ("finish", "room"):
            del self._services[service]
        self.attach(channel)
        if self._random is not None:
            random.setstate(self._random[0])
            np.random.set_state(self._random[1])
        self.run()


def _random_states() -> tuple[Any, Any]:
    return random.getstate(), np.random.get_state()
