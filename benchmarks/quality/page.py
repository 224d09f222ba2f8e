"""Parts of a page that a program writes: between ``<!-- NAME: written by ... -->`` and ``<!-- /NAME -->``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table in Markdown that reads as plain text too; numbers stand right."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(3, *map(len, column)) for column in zip(*cells, strict=True)]
    right = [all(re.match(r"[\d–-]", row[k]) for row in cells[1:]) for k in range(len(head))]

    def line(row: Sequence[str]) -> str:
        parts = (
            f"{cell:>{width}}" if to else f"{cell:<{width}}" for cell, width, to in zip(row, widths, right, strict=True)
        )
        return f"| {' | '.join(parts)} |"

    rule = [f"{'-' * (width - 1)}{':' if to else '-'}" for width, to in zip(widths, right, strict=True)]
    return "\n".join([line(cells[0]), line(rule), *map(line, cells[1:])])


def percent(part: int, whole: int) -> str:
    """Return a share in per cent, never rounded up to all; "–" of nothing."""
    if whole == 0:
        return "–"
    return f"{100 if part == whole else min(100 * part / whole, 99.9):.1f} %"


def replace(path: Path, name: str, text: str) -> None:
    """Put ``text`` into the part ``name`` of the page at ``path``.

    Raises:
        LookupError: the page has no such part.

    """
    page = path.read_text(encoding="utf-8")
    part = re.compile(rf"(<!-- {name}: [^>]*-->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not part.search(page):
        raise LookupError(f"{path} has no part {name}")
    path.write_text(part.sub(lambda found: f"{found[1]}\n{text.strip()}\n\n{found[2]}", page), encoding="utf-8")
