# mypy: allow-subclassing-any
"""What a student wrote and printed, as HTML that does nothing but show it: text, code, outputs.

Whatever comes in, what goes out has passed :mod:`autograder.grading.safe_html`. The sheet's own texts are the same in
every hand-in, and so are most cards, so that what is not long is kept for the next one.
"""

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from markupsafe import Markup, escape
from nbconvert.filters.ansi import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.python import PythonLexer

from autograder.grading.mathml import typeset
from autograder.grading.safe_html import picture, sanitise
from autograder.messages import _

LONGEST_TEXT = 20_000  # characters of a cell or an output that a page shows
LONGEST_MARKDOWN = 50_000  # longer ones, and longer HTML, are shown as the text they are
LONGEST_HTML = 200_000
LARGEST_PICTURE = 8 * 2**20
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_KEPT = 500  # texts, each
_LONGEST_KEPT = 15_000  # characters of one; the longest card has some 13 000


def _kept(show: Callable[[str], Markup]) -> Callable[[str], Markup]:
    """Keep what ``show`` makes of short texts."""
    remembered = lru_cache(_KEPT)(show)

    @wraps(show)
    def shown(source: str) -> Markup:
        return remembered(source) if len(source) <= _LONGEST_KEPT else show(source)

    return shown


class _Renderer(IPythonRenderer):
    """nbconvert's, with pasted pictures taken from the cell, and none where there is none."""

    def _embed_image_or_attachment(self, src: str) -> str:
        if not src.startswith("attachment:"):
            return src
        bundle = self.attachments.get(src.removeprefix("attachment:"), {})
        return next((url for kind in _PICTURES[:-1] if kind in bundle and (url := picture(kind, bundle[kind]))), "")


def markdown(source: str, attachments: Any = None) -> Markup:
    """Return Markdown as safe HTML, with its formulas typeset."""
    return _with_attachments(source, attachments) if attachments else _markdown(source)


@_kept
def _markdown(source: str) -> Markup:
    return _with_attachments(source, {})


def _with_attachments(source: str, attachments: Any) -> Markup:
    if len(source) > LONGEST_MARKDOWN:
        return plain(source)
    renderer = _Renderer(escape=False, exclude_anchor_links=True, attachments=attachments)
    try:
        made = str(MarkdownWithMath(renderer=renderer).render(source))
    except Exception:  # a parser's limits are no reason to have no page
        return plain(source)
    return _safe(made)


@_kept
def safe(html: str) -> Markup:
    """Return HTML that a student may have written: sanitised, with its formulas typeset."""
    return _safe(html)


def _safe(html: str) -> Markup:
    # twice: what typeset reads is well-formed, and nothing comes after the last
    return Markup(sanitise(typeset(sanitise(html))))  # noqa: S704 - nh3 has just cleaned it


@_kept
def code(source: str) -> Markup:
    """Return code with its colours."""
    if len(source) > LONGEST_TEXT:
        return plain(source)
    return Markup(highlight(source, PythonLexer(stripnl=False), HtmlFormatter(wrapcode=True)))  # noqa: S704 - it escapes


def output_html(output: NotebookNode) -> Markup | None:
    """Return an output as safe HTML: the richest form that needs no script."""
    match output.output_type:
        case "stream":
            return plain(output.text)
        case "error":
            return plain(_own_traceback(output))
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
    bare = data.get("text/plain")
    return plain(bare) if isinstance(bare, str) else None


def _own_traceback(output: NotebookNode) -> str:
    """Return the error as the student's cells raised it: frames of other files are the grader's business."""
    frames = [strip_ansi(str(frame)) for frame in output.get("traceback", [])]
    own = [frame for frame in frames[:-1] if re.match(r"\s*(Cell In\[|Input In |File <)", frame)]
    return "\n".join([*own, f"{output.ename}: {output.evalue}" if output.evalue else str(output.ename)])


def plain(text: str) -> Markup:
    """Return text as it stands, cut where it would fill the page."""
    text = strip_ansi(str(text))
    if len(text) > LONGEST_TEXT:
        text = "\n".join([text[:LONGEST_TEXT], _("… the rest was cut off.")])
    return Markup("<pre>{}</pre>").format(text)
