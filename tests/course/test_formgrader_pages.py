"""What a student wrote does nothing in formgrader's pages, which have the rights of the tutor who opens them."""

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import v4
from traitlets.config import Config

from autograder.grading.formgrader import ShowSafely
from tests.course.hostile_html import DRAWINGS, HTML, MARKDOWN, PNG
from tests.course.test_feedback import dangers, name_of, printed, shown, text_of, walk

FRAGMENTS = {
    f"{kind}: {name}": text
    for kind, table in (("html", HTML), ("markdown", MARKDOWN), ("drawing", DRAWINGS))
    for name, text in table.items()
}


def page(*cells: v4.nbbase.NotebookNode) -> str:
    """Return the page as formgrader makes it, whose template extends the classic one."""
    exporter = HTMLExporter(
        config=Config({"HTMLExporter": {"preprocessors": [ShowSafely], "template_name": "classic"}})
    )
    return str(exporter.from_notebook_node(v4.new_notebook(cells=list(cells)))[0])


def dangers_in(html: str) -> set[str]:
    return {danger for danger in dangers(html) if not danger.startswith("id=cell-id=")}


def scripts(html: str) -> int:
    return sum(name_of(element) == "script" for element in walk(html))


HARMLESS = dangers_in(page(v4.new_code_cell("1"), v4.new_markdown_cell("x")))  # what nbconvert itself puts in


@pytest.mark.parametrize("fragment", FRAGMENTS.values(), ids=FRAGMENTS)
def test_nothing_active_survives(fragment: str) -> None:
    error = v4.new_output("error", ename="E", evalue=fragment, traceback=[fragment])
    html = page(
        v4.new_markdown_cell(fragment),
        v4.new_markdown_cell(f"Vorher\n\n{fragment}\n\n    Nachher {fragment}"),
        v4.new_raw_cell(fragment),
        v4.new_code_cell(fragment, outputs=[error]),
        printed(fragment),
        shown(text__html=fragment),
        shown(text__markdown=fragment),
        shown(text__latex=fragment),
        shown(image__svg_xml=fragment),
        v4.new_code_cell("f()", outputs=[v4.new_output("display_data", {"application/javascript": fragment})]),
    )
    assert dangers_in(html) - HARMLESS == set()
    assert scripts(html) == scripts(page())


def test_what_is_honest_is_there() -> None:
    html = page(
        v4.new_markdown_cell("# Titel\n\n- `a_b*c`\n\n```python\nx = 1\n\ny = 2\n```\n\n$\\delta_n^L$"),
        v4.new_raw_cell("<roh>"),
        shown(text__html="<table><tr><td>42</td></tr></table>"),
        shown(image__png=PNG),
    )
    text = text_of(html)
    for part in ("Titel", "a_b*c", "x = 1 y = 2", "<roh>", "42"):
        assert part in text
    assert "<math>" in html
    assert PNG in html
