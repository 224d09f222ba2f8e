# mypy: allow-subclassing-any, allow-untyped-decorators
"""The page that a student gets back: points on top, notes, then the notebook; for nbgrader's generate_feedback.

The page is one file without scripts and without addresses that load anything: formulas are MathML, pictures lie in
the page, and whatever a student wrote or printed has passed :mod:`autograder.grading.safe_html`.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape
from nbconvert.exporters import Exporter
from nbconvert.filters.ansi import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import GenerateFeedback
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.python import PythonLexer
from traitlets import default

from autograder.grading.hidden_tests import is_test
from autograder.grading.intake import own_course_directory
from autograder.grading.mathml import typeset
from autograder.grading.notes import NOTES_CELL, notes_of
from autograder.grading.safe_html import picture, sanitise
from autograder.messages import LANGUAGE, _, number

LONGEST_TEXT = 20_000  # characters of a cell or an output that a page shows
LONGEST_MARKDOWN = 50_000  # longer ones, and longer HTML, are shown as the text they are
LONGEST_HTML = 200_000
LARGEST_PICTURE = 8 * 2**20
_TEMPLATES = Path(__file__).parent / "templates"
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")


class FeedbackExporter(Exporter):
    """Writes the page; among nbgrader's preprocessors, GetGrades and ClearHiddenTests have to come before."""

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def __init__(self, config: Any = None, **options: Any) -> None:
        """Keep nbgrader from copying a student's other files, pages among them, beside the feedback."""
        super().__init__(config=config, **options)
        if isinstance(self.parent, GenerateFeedback):
            self.parent.coursedir = own_course_directory(self.parent, ignore=["*"])

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **options: Any) -> tuple[str, dict[str, Any]]:
        """Return the page of a graded notebook."""
        graded, resources = super().from_notebook_node(nb, resources, **options)
        return render(page_of(graded, resources["nbgrader"])), resources


# ------------------------------------------------------------------------------------------------ the page as data


@dataclass(frozen=True)
class Task:
    """What a test cell, or an answer that is graded by hand, is worth and has earned."""

    anchor: str
    title: str
    score: float
    points: float
    review: bool = False

    @property
    def status(self) -> str:
        """Return ``all``, ``some`` or ``none``."""
        return "all" if self.score >= self.points else "some" if self.score > 0 else "none"


@dataclass(frozen=True)
class Block:
    """A cell as the page shows it. All HTML in it is safe."""

    kind: str  # text, code, test
    body: Markup
    outputs: tuple[Markup, ...] = ()
    task: Task | None = None
    answer: bool = False
    comment: Markup | None = None


@dataclass
class Page:
    """A page of feedback."""

    title: str
    score: float
    points: float
    penalty: float = 0.0
    notes: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    @property
    def tasks(self) -> list[Task]:
        """The tasks, in the order of their cells."""
        return [block.task for block in self.blocks if block.task is not None]


def page_of(notebook: NotebookNode, names: dict[str, Any]) -> Page:
    """Return the page of a graded ``notebook``; ``names`` is what nbgrader knows: its name, score, max_score."""
    page = Page(
        names["notebook"],
        float(names.get("score") or 0),
        float(names.get("max_score") or 0),
        float(names.get("late_penalty") or 0),
        notes_of(notebook),
    )
    own = [cell for cell in notebook.cells if cell.get("id") != NOTES_CELL]
    for place, (cell, title) in enumerate(zip(own, _titles(own), strict=True)):
        page.blocks.append(_block(cell, title, place))
    return page


def render(page: Page) -> str:
    """Return ``page`` as HTML."""
    return _template().render(page=page, language=LANGUAGE, styles=_styles(), _=_, number=number)


def _block(cell: NotebookNode, title: str, place: int) -> Block:
    task = _task(cell, title, place)
    written = cell.metadata.get("nbgrader", {}).get("comment")
    comment = markdown(written) if written else None
    answer = bool(utils.is_solution(cell))
    if cell.cell_type == "markdown":
        return Block("text", markdown(cell.source, cell.get("attachments")), (), task, answer, comment)
    if cell.cell_type != "code":
        return Block("text", _plain(cell.source), (), task, answer, comment)
    outputs = tuple(filter(None, map(output_html, cell.outputs)))
    return Block("test" if is_test(cell) else "code", code(cell.source), outputs, task, answer, comment)


def _has_points(cell: NotebookNode) -> bool:
    return bool((utils.is_grade(cell) or utils.is_task(cell)) and "points" in cell.metadata.nbgrader)


def _titles(cells: list[NotebookNode]) -> list[str]:
    """Name each task: the only one after the notebook, several after the heading above, else after the cell."""
    tasks = [cell for cell in cells if _has_points(cell)]
    titles, heading = [], ""
    for cell in cells:
        if cell.cell_type == "markdown" and (len(tasks) > 1 or not heading):
            heading = (_headings(cell.source) or [heading])[-1]
        if _has_points(cell):
            titles.append(heading or cell.metadata.nbgrader.grade_id.removesuffix("_test"))
            heading = ""
        else:
            titles.append("")
    return titles


def _task(cell: NotebookNode, title: str, place: int) -> Task | None:
    if not _has_points(cell):
        return None
    meta = cell.metadata.nbgrader
    review = bool(cell.metadata.get("autograder", {}).get("review"))
    return Task(f"aufgabe-{place}", title, float(meta.get("score") or 0), float(meta["points"]), review)


def _headings(source: str) -> list[str]:
    """Return the headings in Markdown, as text without its marks and points."""
    found = re.findall(r"^#{1,3}[ \t]+(.+?)[ \t#]*$", source[:LONGEST_TEXT], re.MULTILINE)
    return [re.sub(r"[`*$]|\s*\([\d,.]+\s*P\.\)", "", text)[:80] for text in found]


# ------------------------------------------------------------------------------------------------ cells and outputs


class _Renderer(IPythonRenderer):
    """nbconvert's, with pasted pictures taken from the cell, and none where there is none."""

    def _embed_image_or_attachment(self, src: str) -> str:
        if not src.startswith("attachment:"):
            return src
        bundle = self.attachments.get(src.removeprefix("attachment:"), {})
        return next((url for kind in _PICTURES[:-1] if kind in bundle and (url := picture(kind, bundle[kind]))), "")


def markdown(source: str, attachments: Any = None) -> Markup:
    """Return Markdown as safe HTML, with its formulas typeset."""
    if len(source) > LONGEST_MARKDOWN:
        return _plain(source)
    renderer = _Renderer(escape=False, exclude_anchor_links=True, attachments=attachments or {})
    try:
        made = str(MarkdownWithMath(renderer=renderer).render(source))
    except Exception:  # a parser's limits are no reason to have no page
        return _plain(source)
    return safe(made)


def safe(html: str) -> Markup:
    """Return HTML that a student may have written: sanitised, with its formulas typeset."""
    # twice: what typeset reads is well-formed, and nothing comes after the last
    return Markup(sanitise(typeset(sanitise(html))))  # noqa: S704 - nh3 has just cleaned it


def code(source: str) -> Markup:
    """Return code with its colours."""
    if len(source) > LONGEST_TEXT:
        return _plain(source)
    return Markup(highlight(source, PythonLexer(stripnl=False), HtmlFormatter(wrapcode=True)))  # noqa: S704 - it escapes


def output_html(output: NotebookNode) -> Markup | None:
    """Return an output as safe HTML: the richest form that needs no script."""
    match output.output_type:
        case "stream":
            return _plain(output.text)
        case "error":
            return _plain(_own_traceback(output))
        case "display_data" | "execute_result":
            return _data(output.data)
    return None


def _data(data: dict[str, Any]) -> Markup | None:
    if isinstance(html := data.get("text/html"), str) and len(html) <= LONGEST_HTML:
        return safe(html)
    for kind in _PICTURES:
        raw = data.get(kind)
        if isinstance(raw, str) and len(raw) <= LARGEST_PICTURE and (url := picture(kind, raw)):
            return Markup('<img src="{}" alt="{}">').format(url, _("A picture"))
    if isinstance(latex := data.get("text/latex"), str) and len(latex) <= LONGEST_TEXT:
        return safe(str(escape(latex)))
    if isinstance(text := data.get("text/markdown"), str):
        return markdown(text)
    plain = data.get("text/plain")
    return _plain(plain) if isinstance(plain, str) else None


def _own_traceback(output: NotebookNode) -> str:
    """Return the error as the student's cells raised it: frames of other files are the grader's business."""
    frames = [strip_ansi(str(frame)) for frame in output.get("traceback", [])]
    own = [frame for frame in frames[:-1] if re.match(r"\s*(Cell In\[|Input In |File <)", frame)]
    return "\n".join([*own, f"{output.ename}: {output.evalue}" if output.evalue else str(output.ename)])


def _plain(text: str) -> Markup:
    """Return text as it is, cut where it would fill the page."""
    text = strip_ansi(str(text))
    if len(text) > LONGEST_TEXT:
        text = "\n".join([text[:LONGEST_TEXT], _("… the rest was cut off.")])
    return Markup("<pre>{}</pre>").format(text)


# ------------------------------------------------------------------------------------------------ template


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_TEMPLATES)
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "feedback.html.j2"
    )


@cache
def _styles() -> Markup:
    light = HtmlFormatter(style="xcode", nobackground=True).get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark", nobackground=True).get_style_defs(".highlight")
    own = "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in ("base.css", "feedback.css"))
    sheet = f"{own}\n{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"
    return Markup(re.sub(r"\n\s*", "\n", sheet))  # noqa: S704 - our own files
