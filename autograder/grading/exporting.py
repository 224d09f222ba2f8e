# mypy: allow-subclassing-any
"""What nbconvert and nbgrader do anew for every notebook and pass, and once is enough."""

from functools import cached_property
from typing import Any

import nbformat
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import HasTraits


class SparingExporter(Exporter):
    """Reads notebooks without copies and a validation that follows later, and makes each preprocessor once."""

    def __init__(self, config: Any = None, **options: Any) -> None:
        """Begin with no preprocessor made."""
        self._made: dict[type[HasTraits], HasTraits] = {}
        super().__init__(config=config, **options)

    def from_file(
        self, file_stream: Any, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert the notebook in an open file; it is validated as the preprocessors leave it."""
        notebook = nbformat.convert(nbformat.reader.read(file_stream), 4)
        made: tuple[Any, dict[str, Any]] = self.from_notebook_node(_OwnNotebook(notebook), resources, **options)
        return made

    def register_preprocessor(self, preprocessor: Any, enabled: bool = False) -> Any:
        """Register a preprocessor; of a class that was registered before, it is the same again."""
        if isinstance(preprocessor, type) and issubclass(preprocessor, HasTraits):
            if preprocessor not in self._made:
                self._made[preprocessor] = preprocessor(parent=self)
            preprocessor = self._made[preprocessor]
        return super().register_preprocessor(preprocessor, enabled)


class _OwnNotebook(NotebookNode):
    """A notebook that was just read for its exporter, so that the copies which nbconvert makes protect nobody."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "_OwnNotebook":
        return self


class CoursePreprocessor(NbGraderPreprocessor):
    """A preprocessor that knows its course."""

    @cached_property
    def course(self) -> CourseDirectory:
        """The folders of the course, as they are configured."""
        return CourseDirectory(parent=self)
