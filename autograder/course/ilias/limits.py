"""How much of a hand-in is unpacked: students' archives may be built to fill a disk, or never to end."""

from dataclasses import dataclass

from autograder.grading.recovery import DEEPEST, MOST_BYTES, MOST_FILES


@dataclass(frozen=True)
class Limits:
    """What one hand-in may hold, by default as much as grading looks at; beyond it, an archive is kept as it is."""

    bytes: int = MOST_BYTES  # of all files, unpacked
    files: int = MOST_FILES
    members: int = 10_000  # of one archive, litter and folders too
    archives: int = 4  # one inside of the other
    folders: int = DEEPEST  # one inside of the other
    ratio: int = 200  # unpacked to packed, for files that matter (see ``slack``); text rarely exceeds 20
    slack: int = 2**20  # bytes below which no ratio is suspicious
    memory: int = 2**27  # bytes that unpacking itself may take
    name: int = 150  # bytes of a file's or folder's name; most file systems end at 255


LIMITS = Limits()
