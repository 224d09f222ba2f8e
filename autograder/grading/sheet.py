"""An assignment as it was released, and what its source says: what every hand-in is set right against."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files

from autograder.grading.reading import read_authors


@dataclass(frozen=True)
class Sheet:
    """The notebooks that were ``released``, by name, and the folders that an assignment lies in.

    Other readers of the same files get the same notebooks, which are not to be changed.
    """

    root: Path
    assignment: str
    release: dict[str, NotebookNode]
    source_folder: Path
    release_folder: Path
    ignore: tuple[str, ...]

    @classmethod
    def of(cls, course: CourseDirectory, assignment: str) -> Sheet:
        """Read the sheet called ``assignment``."""
        released = Path(course.format_path(course.release_directory, ".", assignment))
        source = Path(course.format_path(course.source_directory, ".", assignment))
        notebooks = {path.stem: read_authors(path) for path in sorted(released.glob("*.ipynb"))}
        return cls(Path(course.root).resolve(), assignment, notebooks, source, released, tuple(course.ignore))

    def beside(self) -> Collection[PurePosixPath]:
        """Return the paths of the files that the sheet lays beside its notebooks."""
        found = find_all_files(str(self.source_folder), [*self.ignore, "*.ipynb"])
        return [PurePosixPath(Path(path).relative_to(self.source_folder)) for path in found]

    def source(self, notebook: str) -> NotebookNode:
        """Return a notebook with its solutions and hidden tests.

        Raises:
            FileNotFoundError: it is not there any more.

        """
        return read_authors(self.source_folder / f"{notebook}.ipynb")
