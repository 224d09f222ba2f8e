"""Hand-ins that are more alike than independent ones are: a hint where a human may look, never a verdict.

What the sheet gives, and what its own solution does, is taken out. Of what is left, each function and each proof that
two hand-ins share is one coincidence, and the fewer others have it, the stranger: log2(class / holders) bits. A pair
is reported where its coincidences are stranger than chance makes them anywhere in a class of this size, and where they
are most of what the smaller of the two wrote.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

from autograder.course.report.structure import Sketch

LEAST_SHARE = 0.25  # of what the smaller of two hand-ins wrote on its own
MARGIN = 13.0  # bits beyond what the number of pairs explains
WHOLE = 8  # pieces of a function or proof from which on it counts as a whole one; shorter ones say little
MOST_HOLDERS = 30  # who share a piece that can bring a pair to notice; this keeps the work linear in the class
IMAGINED = 10  # hand-ins that a class is taken to have besides: nothing can be rare among three


@dataclass(frozen=True)
class Pair:
    """Two hand-ins that are alike.

    ``share`` is how much of what the smaller one wrote the other has too, ``places`` are the functions and parts in
    which, the strangest first, and ``bits`` says how strange all of it is.
    """

    first: str
    second: str
    share: float
    bits: float
    places: tuple[str, ...]


def alike(sketches: Mapping[str, Sketch], given: Collection[bytes]) -> list[Pair]:
    """Return the pairs among ``sketches``, by student, that are alike beyond what is ``given``, the strangest first."""
    own = {
        student: {piece: place for piece, place in sketch.items() if piece not in given}
        for student, sketch in sketches.items()
    }
    return _Class(own).pairs()


class _Class:
    def __init__(self, sketches: Mapping[str, Sketch]) -> None:
        self.sketches = sketches
        self.holders = Counter(piece for sketch in sketches.values() for piece in sketch)
        self.places = {student: Counter(sketch.values()) for student, sketch in sketches.items()}
        size = len(sketches)
        self.size = size + IMAGINED
        self.least_bits = MARGIN + math.log2(max(size * (size - 1) / 2, 1))

    def bits(self, piece: bytes) -> float:
        """Return how strange it is that another has ``piece`` too."""
        return math.log2(self.size / self.holders[piece])

    def pairs(self) -> list[Pair]:
        found = [self.compare(*students) for students in self.candidates()]
        alike = [pair for pair in found if pair.share >= LEAST_SHARE and pair.bits >= self.least_bits]
        return sorted(alike, key=lambda pair: (-pair.bits, pair.first, pair.second))

    def compare(self, first: str, second: str) -> Pair:
        smaller, other = sorted((first, second), key=lambda student: (self.weight(student), student))
        shared: defaultdict[str, list[float]] = defaultdict(list)
        for piece, place in self.sketches[smaller].items():
            if piece in self.sketches[other]:
                shared[place].append(self.bits(piece))
        strange = {}
        for place, bits in shared.items():
            part = len(bits) / self.places[smaller][place]
            strange[place] = min(len(bits) / WHOLE, 1.0) * part * sum(bits) / len(bits)
        places = tuple(sorted(strange, key=lambda place: (-strange[place], place)))
        share = sum(map(sum, shared.values())) / self.weight(smaller)
        return Pair(first, second, share, sum(strange.values()), places)

    def weight(self, student: str) -> float:
        return sum(self.bits(piece) for piece in self.sketches[student])

    def candidates(self) -> list[tuple[str, str]]:
        """Return the pairs that share several pieces which few have, by way of an index from pieces to students."""
        index: defaultdict[bytes, list[str]] = defaultdict(list)
        for student in sorted(self.sketches):
            for piece in self.sketches[student]:
                if 1 < self.holders[piece] <= MOST_HOLDERS:
                    index[piece].append(student)
        shared = Counter(pair for students in index.values() for pair in combinations(students, 2))
        return [pair for pair, count in shared.items() if count >= WHOLE]
