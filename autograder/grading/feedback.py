# mypy: allow-subclassing-any, allow-untyped-decorators
"""What a student gets back, for nbgrader's generate_feedback: a page of each notebook, and a first page.

A page is one file without scripts and without addresses that load anything: formulas are MathML, pictures lie in
the page, and whatever a student wrote or printed has passed :mod:`autograder.grading.safe_html`.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import nbformat
from markupsafe import Markup
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from pygments.formatters import HtmlFormatter
from traitlets import default

from autograder.grading.exporting import SparingExporter
from autograder.grading.intake import own_course_directory
from autograder.grading.pages import Overview, Page, missing_page, overview_of, page_of
from autograder.grading.reading import read_authors
from autograder.grading.templating import TEMPLATES, styles, template

FIRST_PAGE = "index"


class FeedbackExporter(SparingExporter):
    """Writes the pages; among nbgrader's preprocessors, our GetGrades and ClearHiddenTests have to come before.

    nbgrader converts the notebooks of a hand-in one after the other; with the last one goes the first page.
    """

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def __init__(self, config: Any = None, **options: Any) -> None:
        """Keep nbgrader from copying a student's other files, pages among them, beside the feedback."""
        super().__init__(config=config, **options)
        self._pages: dict[tuple[str, str, str], Page] = {}
        if isinstance(self.parent, GenerateFeedback):
            self.parent.coursedir = own_course_directory(self.parent, ignore=["*"])

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **options: Any) -> tuple[str, dict[str, Any]]:
        """Return the page of a graded notebook."""
        graded, resources = super().from_notebook_node(nb, resources, **options)
        names = resources["nbgrader"]
        page = page_of(graded, names)
        first = first_page_of(names)
        if isinstance(self.parent, GenerateFeedback):
            self._keep(names, page)
            if self._is_last(names):
                text = render_overview(self._overview(names, resources["metadata"]["path"]))
                resources["outputs"] = {f"{first}.html": text.encode()}
        return render(page, first), resources

    def _validate_preprocessor(self, *_what: Any) -> None:
        """Take the notebook as it is: it was validated when it was written, and only its page is."""

    def _keep(self, names: dict[str, Any], page: Page) -> None:
        mine = names["student"], names["assignment"]
        self._pages = {key: kept for key, kept in self._pages.items() if key[:2] == mine}
        self._pages[*mine, names["notebook"]] = page

    def _is_last(self, names: dict[str, Any]) -> bool:
        return bool(Path(self.parent.notebooks[-1]).stem == names["notebook"])

    def _overview(self, names: dict[str, Any], folder: str) -> Overview:
        """Return the first page; of a notebook that nbgrader was not told to convert, the page is made all the same."""
        pages = []
        for name, points in names["notebooks"]:
            page = self._pages.get((names["student"], names["assignment"], name))
            path = Path(folder, f"{name}.ipynb")
            if page is None and path.is_file():
                read = nbformat.read(path, as_version=4)
                told = {"nbgrader": {**names, "notebook": name}, "metadata": {"path": folder}}
                graded, told = super().from_notebook_node(read, told)
                page = page_of(graded, told["nbgrader"])
            pages.append(page or missing_page(name, points, self._released(names["assignment"], name)))
        return overview_of(names["assignment"], pages)

    def _released(self, assignment: str, name: str) -> NotebookNode | None:
        course = self.parent.coursedir
        path = Path(course.format_path(course.release_directory, ".", assignment), f"{name}.ipynb")
        return read_authors(path) if path.is_file() else None


def first_page_of(names: dict[str, Any]) -> str:
    """Return the name of the first page among the notebooks that nbgrader's resources ``names`` tell of."""
    taken = {name for name, _points in names.get("notebooks", ())}
    return FIRST_PAGE if FIRST_PAGE not in taken else f"_{FIRST_PAGE}"


def render(page: Page, first: str = FIRST_PAGE) -> str:
    """Return the page of a notebook as HTML; ``first`` is the name of the first page."""
    return _template("feedback.html.j2").render(page=page, first=f"{first}.html", styles=_styles() + _code_styles())


def render_overview(overview: Overview) -> str:
    """Return the first page as HTML."""
    return _template("overview.html.j2").render(overview=overview, styles=_styles())


@cache
def _template(name: str) -> jinja2.Template:
    return template(name)


@cache
def _styles() -> Markup:
    return _compact(styles(TEMPLATES / "feedback.css"))


@cache
def _code_styles() -> Markup:
    light = HtmlFormatter(style="xcode", nobackground=True).get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark", nobackground=True).get_style_defs(".highlight")
    return _compact(f"\n{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}")


def _compact(sheet: str) -> Markup:
    return Markup(re.sub(r"\n\s*", "\n", sheet))  # noqa: S704 - our own files
