"""What all submissions of a notebook begin with, run once: an interpreter from which those of submissions are forked.

The cells that run here are the author's, as they were handed out. A template then opens rooms: the session in a room
is a copy of it, with its variables, its history and the files that the cells wrote.
"""

import fcntl
import os
import random
import socket
import sys
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
        self._found = self._read_home()
        self._files: dict[str, bytes] = {}
        self._random_before = _random_states()
        self._random: tuple[Any, Any] | None = None
        self._open_before = _open_files()
        self._elsewhere_before = self._elsewhere()  # Python itself may lie there
        self._libraries: list[tuple[int, str, int]] = []  # number, path and position of files that libraries hold open

    def finish(self) -> bool:
        """Keep what the cells left behind; return whether a copy of this process is as good as having run them."""
        states = _random_states()
        if repr(states) != repr(self._random_before):  # a cell has seeded them: that is to last
            self._random = states
        left = self._read_home()
        self._files = {name: content for name, content in left.items() if self._found.get(name) != content}
        return (
            self._elsewhere() == self._elsewhere_before
            and threading.active_count() == 1
            and self._find_libraries()
            and not Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").strip()
        )

    def _read_home(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self._home)): path.read_bytes()
            for path in self._home.rglob("*")
            if path.is_file() and not path.is_symlink()
        }

    def _elsewhere(self) -> set[Path]:
        """Return what lies in folders that may be written to, beside the home."""
        return {path for folder in room.ROOMS if Path(folder) != self._home for path in Path(folder).iterdir()}

    def _find_libraries(self) -> bool:
        """Find what the cells left open, as Matplotlib does with fonts; return whether a copy can open it anew."""
        for number in _open_files() - self._open_before:
            path = str(Path(f"/proc/self/fd/{number}").readlink())
            writes = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
            if writes or not path.startswith((sys.prefix, sys.base_prefix)) or not Path(path).is_file():
                return False
            self._libraries.append((number, path, os.lseek(number, 0, os.SEEK_CUR)))
        return True

    def room(self, settings: str) -> None:
        """Open a room for a copy of this interpreter; the supervisor's socket came along, and an archive of files."""
        control, archive = self.wire.files
        self.wire.files.clear()
        with socket.socket(fileno=control) as theirs:
            open_room(Settings.from_json(settings), theirs, self.resume, partial(self.furnish, archive))
        os.close(archive)
        reap()

    def furnish(self, archive: int, home: Path) -> None:
        """Lay out the files of the submission, and what the cells wrote."""
        self.wire.close()  # the grader's end of the template is not for the room
        room.unpack(archive, home)
        for name, content in self._files.items():
            room.write(home / name, content)

    def resume(self, channel: socket.socket) -> None:
        """Go on as a student's session."""
        for service in ("finish", "room"):
            del self._services[service]
        self.attach(channel)
        for number, path, position in self._libraries:  # its own: copies of a file that is open share the position
            anew = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            os.lseek(anew, position, os.SEEK_SET)
            if anew != number:
                os.dup2(anew, number, inheritable=False)
                os.close(anew)
        if self._random is not None:
            random.setstate(self._random[0])
            np.random.set_state(self._random[1])
        self.run()


def _open_files() -> set[int]:
    numbers = {int(path.name) for path in Path("/proc/self/fd").iterdir()}
    return {number for number in numbers if os.path.lexists(f"/proc/self/fd/{number}")}


def _random_states() -> tuple[Any, Any]:
    return random.getstate(), np.random.get_state()
