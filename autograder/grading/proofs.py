"""Which cells are proofs, and which of them count: one rule for points and for what is said of a class."""

import re
from collections.abc import Iterable

from autograder.grading.wire import Text
from autograder.symbolic.notation import read_lines

_MAGIC = "%%derivation"
_HEAD = re.compile(rf"\s*{_MAGIC}[ \t]+[\"']?(\w+).*\n?")


def is_proof(source: str) -> bool:
    """Return whether a cell is a proof, be it of a part or not."""
    return source.lstrip().startswith(_MAGIC)


def read_proof(source: str) -> Text | None:
    """Return the proof in a cell, whether its part is declared or not; None if it holds none."""
    head = _HEAD.match(source)
    return None if head is None else Text(head[1].casefold(), source[head.end() :])


def proofs(sources: Iterable[str]) -> list[Text]:
    """Return the proofs in a notebook's cells that say more than the start, which the stub holds."""
    return [proof for proof in filter(None, map(read_proof, sources)) if len(read_lines(proof.text)) > 1]


def proofs_that_count(sources: Iterable[str]) -> dict[str, Text]:
    """Return the proof that counts, by part: of several the last."""
    return {proof.part: proof for proof in proofs(sources)}
