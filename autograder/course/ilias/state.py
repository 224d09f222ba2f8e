"""What earlier collections left: which contents of ``submitted/`` are theirs, and the answers that they were given."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder.course.ilias.planning import Answer
from autograder.grading.files import write_whole
from autograder.messages import _

FILE = "state.json"


class StateError(ValueError):
    """The file is damaged; the message says what to do."""


@dataclass(frozen=True)
class State:
    """``placed`` maps a student to the hashes of what was placed, the newest last; ``answers`` go by team."""

    placed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[int, Answer] = field(default_factory=dict)


def read_state(path: Path) -> State:
    """Read what :func:`write_state` wrote; nothing where there is no file.

    Raises:
        StateError: it is damaged.

    """
    try:
        said = json.loads(path.read_bytes())
        placed = {str(student): tuple(map(str, hashes)) for student, hashes in said["placed"].items()}
        return State(placed, {int(team): Answer(**answer) for team, answer in said["answers"].items()})
    except FileNotFoundError:
        return State()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StateError(_("{path} is damaged. Remove it and collect again.", path=path)) from error


def write_state(path: Path, state: State) -> None:
    """Write ``state``, all of it or nothing."""
    said = {"placed": dict(state.placed), "answers": {team: asdict(one) for team, one in state.answers.items()}}
    write_whole(path, json.dumps(said, indent=1, sort_keys=True).encode())
