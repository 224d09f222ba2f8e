"""What was imported into the gradebook: a hand-in of which nothing has changed need not be imported again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.grading import fingerprint
from autograder.grading.store import FOLDER, read_checked, write_checked

if TYPE_CHECKING:
    from autograder.grading.preparing import Graded, Settings

_IMPORTED = "imported"
_ENTRY = "entry.json"


@dataclass(frozen=True)
class Entry:
    """An import: the hash of all that went in, that of all that came out, and how long the notebooks ran."""

    put_in: str
    came_out: str
    seconds: float


class Ledger:
    """The entries of one assignment, below the folder ``.autograder`` of the course in ``root``."""

    def __init__(self, root: Path, assignment: str) -> None:
        self._folder = root / FOLDER / _IMPORTED / assignment

    def find(self, student: str) -> Entry | None:
        """Return the entry of a hand-in, None if there is none that can be read."""
        try:
            return Entry(**json.loads(read_checked(self._path(student))))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, student: str, entry: Entry) -> None:
        """Write the entry of a hand-in; the last step of its import."""
        write_checked(self._path(student), json.dumps(asdict(entry)))

    def forget(self, student: str) -> None:
        """Remove the entry of a hand-in that could not be graded."""
        self._path(student).unlink(missing_ok=True)

    def _path(self, student: str) -> Path:
        return self._folder / student / _ENTRY


def count(root: Path) -> int:
    """Return how many entries there are in the course in ``root``, of all assignments."""
    return sum(1 for _entry in (root / FOLDER / _IMPORTED).glob(f"*/*/{_ENTRY}"))


def hash_of(graded: Graded, settings: Settings, configuration: Path) -> str:
    """Return a hash of all that makes a hand-in's marks and feedback."""
    # not how long they took: the same notebook in two hand-ins may run twice at the same time
    outcomes = {name: [vars(outcome) for outcome in record.outcomes] for name, record in graded.records.items()}
    configured = [asdict(settings), configuration.read_text(encoding="utf-8")]
    said = [graded.identity, outcomes, configured, fingerprint.package()]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
