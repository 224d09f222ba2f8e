"""What decides about points besides what was handed in: this package, its libraries, the sheet's source."""

from __future__ import annotations

import hashlib
import platform
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from autograder.grading.prologue import Cell
from autograder.messages import LANGUAGE

_PACKAGE = Path(__file__).parents[1]
_SOLUTIONS = "solutions"  # by which a test asks for a source notebook


@cache
def package() -> str:
    """Return a hash of :func:`parts`."""
    return _hash(f"{name}:{version}" for name, version in parts().items())


def parts() -> dict[str, str]:
    """Return what is installed here, by name: Python, this package (without the command line), every library."""
    course = _PACKAGE / "course"
    files = (path for path in _files(_PACKAGE) if course not in path.parents and path.suffix != ".po")
    own = {
        "Python": sys.version,
        "machine": platform.machine(),
        "language": LANGUAGE,
        "autograder": _hash(_contents(_PACKAGE, files)),
    }
    installed = (path.stem.partition("-") for path in sorted(Path(sysconfig.get_path("purelib")).glob("*.dist-info")))
    return {name: version for name, _dash, version in installed} | own


@cache
def whole() -> str:
    """Return a hash of :func:`package` and of this package's command line."""
    return _hash([package(), *_contents(_PACKAGE, _files(_PACKAGE / "course"))])


def sheet(source: Path, cells: Sequence[Cell]) -> str:
    """Return a hash of what the tests in ``cells`` may read of the assignment in the folder ``source``.

    That is every file beside its notebooks, the notebooks that they name, and all where they ask for one without
    naming any.
    """
    text = "\n".join(cell.source for cell in cells if cell.kind != "student")
    notebooks = sorted(source.parent.glob("*/*.ipynb"))
    named = [path for path in notebooks if path.stem in text]
    if not named and _SOLUTIONS in text:
        named = notebooks
    beside = (path for path in _files(source) if path.suffix != ".ipynb")
    return _hash(_contents(source.parent, [*beside, *named]))


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts))


def _contents(root: Path, files: Iterable[Path]) -> list[str]:
    return [f"{path.relative_to(root)}:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
