"""The page of feedback: nothing active or remote in it, whatever a student wrote; and what is honest is there."""

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import nbformat
import pytest
from nbformat import NotebookNode, v4

from autograder.grading import shown as showing
from autograder.grading.feedback import render, render_overview
from autograder.grading.mathml import typeset
from autograder.grading.notes import add_notes
from autograder.grading.pages import Page, missing_page, overview_of, page_of
from autograder.grading.safe_html import sanitise
from autograder.notebook.derivation import Derivation
from autograder.notebook.grade import ROWS
from tests.course.hostile_html import DRAWINGS, HTML, MARKDOWN, PNG
from tests.course.tiny_course import PROJECT, cell

NAMES = {"notebook": "2_netzwerk", "score": 1.5, "max_score": 2.0}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# what the page is made of; each name is there because it does nothing by itself
_NAMES = (
    "html head meta title style body header nav main section h1 h2 h3 h4 h5 h6 p ul ol li table thead tbody tfoot "
    "tr th td a span div pre code details summary small strong em b i u s br hr img blockquote sub sup dl dt dd figure "
    "figcaption abbr caption center colgroup col del ins kbd mark q samp var "
    "math mi mn mo mrow msub msup msubsup mfrac munder mover munderover mtext mspace mtable mtr mtd msqrt mroot mstyle "
    "mpadded mphantom menclose mmultiscripts mprescripts merror ms"
)
ELEMENTS = set(_NAMES.split())
ACTIVE = re.compile(r"^on|^(srcset|srcdoc|action|formaction|ping|poster|background|data|xlink:href|tabindex|form)$")


def walk(html: str) -> Iterator[Element]:
    return html5lib.parse(html, namespaceHTMLElements=False).iter()


def name_of(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1] if isinstance(element.tag, str) else "comment"


def dangers(html: str) -> list[str]:
    """Return what in a page could do anything or load anything, read as a browser reads it."""
    found = []
    for element in walk(html):
        name = name_of(element)
        if name not in ELEMENTS:
            found.append(name)
        for attribute, value in element.attrib.items():
            key = attribute.rsplit("}", 1)[-1].lower()
            scrolls = key == "tabindex" and value == "0" and element.get("class", "").startswith("box")
            if ACTIVE.search(key) and not scrolls:
                found.append(f"{name} {key}")
            if key == "href" and not re.match(r"https?://|mailto:|#|[\w%.~-]+\.html(#aufgabe-\d+)?$", value):
                found.append(f"{name} href={value}")
            if key == "src" and not _is_picture(value):
                found.append(f"{name} src={value}")
            if key == "style" and re.search(
                r"url|expression|image|position|@|\\|script|z-index|transform", value, re.I
            ):
                found.append(f"{name} style={value}")
            if key == "id" and not re.fullmatch(r"oben|hinweise|aufgabe-\d+", value):
                found.append(f"id={value}")
        if name == "meta" and element.get("http-equiv", "Content-Security-Policy") != "Content-Security-Policy":
            found.append("meta")
    return found


def _is_picture(url: str) -> bool:
    kind, _, data = url.removeprefix("data:image/").partition(";base64,")
    if kind == "svg+xml":
        drawing = base64.b64decode(data).decode()
        return not re.search(r"script|\bon\w+=|https?://(?!www\.w3\.org)|foreignObject|!ENTITY|<style|set ", drawing)
    return kind in {"png", "jpeg", "gif", "webp"} and url.startswith("data:")


def page(*cells: NotebookNode, notes: tuple[str, ...] = (), **names: Any) -> str:
    notebook = v4.new_notebook(cells=list(cells))
    add_notes(notebook, list(notes))
    return render(page_of(notebook, {**NAMES, **names}))


def shown(**data: str) -> NotebookNode:
    """Return a cell with one output; the names of ``data`` are MIME types with ``__`` for the slash."""
    kinds = {name.replace("__", "/").replace("_xml", "+xml"): value for name, value in data.items()}
    return v4.new_code_cell("zeige()", outputs=[v4.new_output("display_data", kinds)])


def printed(text: str) -> NotebookNode:
    return v4.new_code_cell("f()", outputs=[v4.new_output("stream", text=text)])


def graded(source: str = "f(1)", score: float = 1.5, **meta: Any) -> NotebookNode:
    made = cell(f"test_{len(source)}_{score:g}".replace(".", "_"), source, points=2)
    made.metadata.nbgrader.update({"score": score, **meta})
    return made


def text_of(html: str) -> str:
    return " ".join("".join(html5lib.parse(html, namespaceHTMLElements=False).itertext()).split())


# ------------------------------------------------------------------------------------------------ safety


@pytest.mark.parametrize("fragment", HTML.values(), ids=HTML)
def test_nothing_active_survives_wherever_a_student_puts_it(fragment: str) -> None:
    html = page(
        v4.new_markdown_cell(f"Vorher\n\n{fragment}\n\nNachher {fragment} $x$"),
        shown(text__html=f"<p>Vorher</p>{fragment}"),
        shown(text__markdown=fragment),
        shown(text__latex=fragment),
        shown(image__svg_xml=fragment),
        shown(text__plain=fragment),
        printed(fragment),
        v4.new_code_cell(fragment),
        v4.new_raw_cell(fragment),
        v4.new_code_cell(
            "f()", outputs=[v4.new_output("error", ename=fragment, evalue=fragment, traceback=[fragment])]
        ),
        v4.new_markdown_cell(f"## {fragment.splitlines()[0]}"),
        graded(comment=fragment),
        notes=(fragment,),
        notebook=fragment,
    )
    assert dangers(html) == []
    assert "Vorher" in html


@pytest.mark.parametrize("fragment", MARKDOWN.values(), ids=MARKDOWN)
def test_nothing_active_survives_in_markdown(fragment: str) -> None:
    html = page(v4.new_markdown_cell(f"Vorher\n\n{fragment}"), shown(text__markdown=fragment), graded(comment=fragment))
    assert dangers(html) == []
    assert "Vorher" in html


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)
def test_nothing_active_survives_in_drawings(drawing: str) -> None:
    html = page(shown(image__svg_xml=drawing), shown(text__html=drawing), v4.new_markdown_cell(drawing))
    assert dangers(html) == []


@pytest.mark.parametrize(
    "kind", ["application/javascript", "application/json", "application/vnd.jupyter.widget-view+json"]
)
def test_outputs_that_need_a_script_are_shown_as_their_text(kind: str) -> None:
    output = v4.new_output("display_data", {kind: "alert(1)", "text/plain": "Ersatz"})
    html = page(v4.new_code_cell("f()", outputs=[output]))
    assert "alert(1)" not in html
    assert "Ersatz" in html


def test_the_policy_stands_first_and_allows_no_script() -> None:
    first = next(element for element in walk(page()) if name_of(element) == "meta")
    assert first.get("http-equiv") == "Content-Security-Policy"
    policy = first.get("content") or ""
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:")
    assert "script-src" not in policy


@pytest.mark.parametrize(
    ("mime", "data"),
    [
        ("image/png", "PHNjcmlwdD4="),
        ("image/png", "kein base64!"),
        ("image/jpeg", PNG),
        ("image/png", PNG + "\" onload='x'"),
    ],
)
def test_a_picture_that_is_none_is_not_shown(mime: str, data: str) -> None:
    output = v4.new_output("display_data", {mime: data, "text/plain": "<Figure>"})
    html = page(v4.new_code_cell("f()", outputs=[output]))
    assert "<img" not in html
    assert "&lt;Figure&gt;" in html


def test_the_same_html_twice_means_the_same() -> None:
    once = sanitise("<p style='color:red;background:url(x)'>a<b>b</b></p>")
    assert sanitise(once) == once == '<p style="color:red">a<b>b</b></p>'


# ------------------------------------------------------------------------------------------------ honest content


def test_what_a_student_wrote_is_there() -> None:
    html = page(
        v4.new_markdown_cell("## Meine *Idee*\n\n- eins\n- [Quelle](https://example.org)\n\n| a |\n|---|\n| 1 |"),
        v4.new_code_cell("def f(x):\n    return x < 2", outputs=[v4.new_output("stream", text="fertig\n")]),
        shown(text__html="<table><tr><td style='text-align:right'>42</td></tr></table>", text__plain="nicht dies"),
        shown(image__png=PNG, text__plain="<Figure>"),
        v4.new_raw_cell("roh & gut"),
    )
    text = text_of(html)
    for part in ("Meine Idee", "eins", "return x < 2", "fertig", "42", "roh & gut"):
        assert part in text
    assert "nicht dies" not in text
    assert f'src="data:image/png;base64,{PNG}"' in html
    assert '<a href="https://example.org" rel="noopener noreferrer nofollow">' in html
    assert '<td style="text-align:right">' in html


def test_a_pasted_picture_and_a_drawing_are_there() -> None:
    pasted = v4.new_markdown_cell("![Skizze](attachment:a.png)", attachments={"a.png": {"image/png": PNG}})
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="3" style="fill:#0072b2"/></svg>'
    html = page(pasted, shown(image__svg_xml=drawing))
    assert 'alt="Skizze"' in html
    (data,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert "circle" in base64.b64decode(data).decode()


def test_a_derivation_keeps_its_look_and_its_formulas_are_set() -> None:
    text = "Derivative(sigma(z), z)\n= Derivative(1/(1 + exp(-z)), z)  # Definition\n= 3  # Algebra"
    shown_as = Derivation("1a", text)._repr_mimebundle_()["text/html"]
    made = sanitise(typeset(shown_as))
    assert made.count("<math") >= 2
    assert "$" not in made
    kept = set(re.findall(r"([a-z-]+):", " ".join(re.findall(r'style="([^"]*)"', made))))
    assert kept == set(re.findall(r"([a-z-]+):", " ".join(re.findall(r"style='([^']*)'", shown_as))))


def test_a_card_that_many_have_is_made_once_and_a_long_one_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def note(html: str) -> str:
        made.append(html)
        return sanitise(html)

    monkeypatch.setattr(showing, "sanitise", note)
    card, long = "<p>card of this test</p>", "<p>" + "long " * 4000 + "</p>"
    for html in (card, long):
        first, again = (showing.output_html(v4.new_output("display_data", {"text/html": html})) for _each in range(2))
        assert first == again == html
    assert [made.count(card), made.count(long)] == [2, 4]  # it is sanitised twice


def test_points_stand_on_top_and_lead_to_their_cells() -> None:
    html = page(
        v4.new_markdown_cell("## 2.1 `sigmoid` (1 P.)"),
        graded(),
        v4.new_markdown_cell("## 2.2 `softmax`"),
        graded("f(2)", score=2.0),
    )
    assert "1,5 von 2 Punkten" in html
    for title, points, anchor in (("2.1 sigmoid", "1,5 / 2", "aufgabe-1"), ("2.2 softmax", "2 / 2", "aufgabe-3")):
        assert re.search(rf'<a href="#{anchor}">{title}</a>.*?{points}', html, re.DOTALL)
        assert html.count(f'id="{anchor}"') == 1


def test_the_only_task_is_named_after_its_notebook() -> None:
    html = page(v4.new_markdown_cell("# Aufgabe 1a: Sigmoid (2 P.)"), v4.new_markdown_cell("## Deine Punkte"), graded())
    assert '<a href="#aufgabe-2">Aufgabe 1a: Sigmoid</a>' in html


def test_notes_comments_and_penalties_are_told_in_german() -> None:
    html = page(graded(comment="Schöner Weg, $x^2$!"), notes=("Die Zelle f_test fehlte.",), late_penalty=0.5)
    text = text_of(html)
    for part in (
        "Hinweise zu deiner Abgabe",
        "Die Zelle f_test fehlte.",
        "Kommentar",
        "Schöner Weg",
        "Verspätete Abgabe",
        "−0,5",
    ):
        assert part in text
    assert "<math" in html


def test_an_error_shows_the_students_lines_and_no_other_file() -> None:
    frames = [
        "Traceback (most recent call last)",
        "Cell \x1b[32mIn[3], line 2\x1b[0m\n      1 x = 0\n----> 2 1/x",
        "File /srv/course/autograder/secret.py:7, in f()\n      7 hidden",
        "ZeroDivisionError: division by zero",
    ]
    output = v4.new_output("error", ename="ZeroDivisionError", evalue="division by zero", traceback=frames)
    html = page(v4.new_code_cell("1/0", outputs=[output]))
    assert "In[3], line 2" in html
    assert "ZeroDivisionError: division by zero" in html
    assert "secret.py" not in html
    assert "\x1b" not in html


def test_a_flood_is_cut() -> None:
    html = page(printed("x" * 5_000_000), v4.new_code_cell("y" * 5_000_000), v4.new_markdown_cell("z" * 5_000_000))
    assert len(html) < 200_000
    assert html.count("der Rest ist abgeschnitten") == 3


TIRING = [
    *(piece * 9000 for piece in ("<div>", "<b>$x$", "<br>$x$", "<a b=$x$", "<!--$x$", "> ", "[", "$", "*", "- ")),
    *(
        f"${piece * (4900 // len(piece))}x$"
        for piece in ("{", "(", r"\sqrt ", r"\hat", r"\frac", "x^{", r"\left.", "_")
    ),
    f"${'{' * 40_000}$",
    r"\begin{a}" * 4000,
]


@pytest.mark.parametrize("text", TIRING, ids=lambda text: text[:12])
def test_text_that_tires_parsers_gets_a_page(text: str) -> None:
    """Deep nesting and endless beginnings neither end Python nor take long."""
    assert dangers(page(v4.new_markdown_cell(text), shown(text__html=text))) == []


# ------------------------------------------------------------------------------------------------ the first page


def assessed(name: str, score: float, *rows: tuple[str, float, float, str], **said: Any) -> NotebookNode:
    """Return a graded test of a derivation or a function, whose card has ``rows``: title, points, earned, message."""
    made = cell(f"{name}_test", "grade", points=sum(points for _title, points, _earned, _message in rows))
    made.metadata.nbgrader.update({"score": score})
    made.metadata["autograder"] = said
    fields = ("title", "points", "earned", "message")
    data = [{**dict(zip(fields, row, strict=True)), "empty": row[3] == "Noch leer."} for row in rows]
    output = v4.new_output("execute_result", {"text/plain": "", ROWS: data}, metadata={"autograder": True})
    made.outputs = [output]
    return made


def answered(name: str, comment: str, *, by_tutor: bool = True) -> NotebookNode:
    made = cell(f"{name}_code", "x", solution=True)
    made.metadata.nbgrader["comment"] = comment
    made.metadata["autograder"] = {"by_tutor": by_tutor}
    return made


def notebook_page(name: str, *cells: NotebookNode, notes: tuple[str, ...] = (), **names: Any) -> Page:
    notebook = v4.new_notebook(cells=list(cells))
    add_notes(notebook, list(notes))
    tests = [each.metadata.nbgrader for each in cells if "score" in each.metadata.get("nbgrader", {})]
    score, most = (sum(meta[key] for meta in tests) for key in ("score", "points"))
    penalty = names.get("late_penalty", 0)
    return page_of(notebook, {"notebook": name, "score": score - penalty, "max_score": most, **names})


def first_page(*pages: Page) -> str:
    return render_overview(overview_of("blatt", pages))


def section(html: str, title: str) -> str:
    """Return the text of the section of that title; empty where there is none."""
    for element in walk(html):
        heading = element.find("h2")
        if name_of(element) == "section" and heading is not None and heading.text == title:
            return " ".join("".join(element.itertext()).split())
    return ""


def test_the_first_page_sums_up() -> None:
    """Points of all notebooks, also of those not handed in, less what coming late cost."""
    html = first_page(
        notebook_page("0_start", v4.new_markdown_cell("# Blatt 7: Ableiten")),
        notebook_page("1_proof", v4.new_markdown_cell("# Aufgabe 1 (2 P.)"), assessed("a", 1.5, ("a", 2, 1.5, ""))),
        notebook_page("2 net", assessed("f", 1, ("f", 1, 1, "")), assessed("g", 0, ("g", 1, 0, "")), late_penalty=0.5),
        missing_page("3_late", 4.0, v4.new_notebook(cells=[v4.new_markdown_cell("# Aufgabe 3 (4 P.)")])),
    )
    text = text_of(html)
    for part in ("Blatt 7: Ableiten", "2 von 8 Punkten", "1,5 / 2", "1 / 1", "Verspätete Abgabe−0,5"):
        assert part in text
    assert "Aufgabe 3 nicht abgegeben0 / 4" in text
    for address in ("0_start.html", "1_proof.html#aufgabe-1", "2%20net.html", "2%20net.html#aufgabe-0"):
        assert f'href="{address}"' in html
    assert dangers(html) == []


def test_the_first_page_says_what_is_good_and_what_to_look_at() -> None:
    """Failed parts come with their message, what was left empty stands apart and is no mistake."""
    html = first_page(
        notebook_page(
            "2_net",
            v4.new_markdown_cell("## Ganz"),
            assessed("f", 1, ("f: Werte", 1, 1, "")),
            v4.new_markdown_cell("## Halb"),
            assessed("g", 0.5, ("g: Form", 0.5, 0.5, "bis Zeile 3 richtig"), ("g: Werte", 0.5, 0, "0,5 statt 1")),
            v4.new_markdown_cell("## Leer"),
            assessed("h", 0, ("h: Werte", 1, 0, "Noch leer.")),
            v4.new_markdown_cell("## Falsch"),
            assessed("k", 0, ("k: Werte", 1, 0, "3 statt 4")),
        )
    )
    good, amiss = section(html, "Das ist dir gelungen"), section(html, "Das lohnt einen zweiten Blick")
    assert "Ganz" in good
    assert "Halb: g: Form" in good
    for part in ("Halb 0,5 / 1", "g: Werte 0,5 statt 1", "bis Zeile 3 richtig", "Falsch 0 / 1", "3 statt 4"):
        assert part in amiss.replace("Werte0", "Werte 0").replace("Werte3", "Werte 3")
    assert "Ganz" not in amiss
    assert "Leer" not in good + amiss
    assert "Leer" in section(html, "Noch leer")


def test_full_points_are_praised_and_nothing_else_is_asked() -> None:
    html = first_page(notebook_page("1", assessed("f", 1, ("f", 1, 1, "gut"))))
    assert "Stark gemacht" in section(html, "Das ist dir gelungen")
    assert not section(html, "Das lohnt einen zweiten Blick") + section(html, "Noch leer")


def test_what_waits_for_a_tutor_is_called_preliminary() -> None:
    waiting = first_page(notebook_page("1", assessed("f", 0, ("f", 1, 0, "?"), review="Zeile 4")))
    assert "Vorläufige Punkte" in text_of(waiting)
    assert "wird noch von Hand angesehen" in text_of(waiting)
    decided = first_page(notebook_page("1", assessed("f", 0.5, ("f", 1, 0, "?"), decided=True)))
    assert "Vorläufig" not in text_of(decided)
    assert "von Hand angesehen" in text_of(decided)


def test_a_tutors_points_stand_without_the_parts_that_say_otherwise() -> None:
    html = first_page(
        notebook_page("1", assessed("f", 0.5, ("f: Werte", 1, 0, "3 statt 4"), decided=True, by_hand=True))
    )
    assert "0,5 / 1" in section(html, "Das lohnt einen zweiten Blick")
    assert "3 statt 4" not in html


def test_a_tutors_comment_is_on_the_first_page_an_automatic_one_is_not() -> None:
    cells = (v4.new_markdown_cell("## Eins"), answered("f", "Schöner Weg, $x^2$!"), assessed("f", 1, ("f", 1, 1, "")))
    more = (v4.new_markdown_cell("## Zwei"), answered("g", "Keine Antwort.", by_tutor=False))
    html = first_page(notebook_page("1", *cells, *more, assessed("g", 0, ("g", 1, 0, ""))))
    said = section(html, "Was dein Tutor schreibt")
    assert "Eins Schöner Weg" in said
    assert "Zwei" not in said
    assert "<math" in html


@pytest.mark.parametrize("fragment", [*HTML.values(), *MARKDOWN.values()], ids=[*HTML, *MARKDOWN])
def test_nothing_active_survives_on_the_first_page(fragment: str) -> None:
    html = first_page(
        notebook_page(
            "1",
            v4.new_markdown_cell(f"## {fragment.splitlines()[0]}"),
            answered("f", f"Vorher\n\n{fragment}"),
            assessed("f", 0.5, (fragment, 0.5, 0.5, fragment), (fragment, 0.5, 0, fragment)),
            notes=(fragment,),
        )
    )
    assert dangers(html) == []
    assert "Vorher" in html


# ------------------------------------------------------------------------------------------------ formulas


def formulas_of_the_sheet() -> list[str]:
    found = []
    for path in sorted((PROJECT / "source").glob("*/*.ipynb")):
        for each in nbformat.read(path, as_version=4).cells:
            if each.cell_type == "markdown":
                found += re.findall(r"\$\$.+?\$\$|\$[^$]+?\$", re.sub(r"`[^`]*`", "", each.source), re.DOTALL)
    return list(dict.fromkeys(found))


def test_every_formula_of_the_sheet_is_set() -> None:
    formulas = formulas_of_the_sheet()
    assert len(formulas) > 100
    unset = [tex for tex in formulas if "<math" not in sanitise(typeset(tex.replace("<", "&lt;")))]
    assert unset == []


@pytest.mark.parametrize(
    ("tex", "parts"),
    [
        (r"$\delta_n^L$", ["<msubsup>", "δ"]),
        (r"$$\mathcal L \tag{4}$$", ['<math display="block">', '<span class="tag">(4)</span>', "ℒ"]),
        (r"\begin{align} a &= b \\ c &= d \end{align}", ["<mtable", "<mtr>"]),
        (r"$$\begin{aligned} a &= b \\ &= c \end{aligned}$$", ["<mtable"]),
        (r"\[x^2\]", ['display="block"', "<msup>"]),
        (r"\(x^2\)", ["<msup>"]),
        ("$a &lt; b$", ["&lt;"]),
    ],
)
def test_formulas_become_mathml(tex: str, parts: list[str]) -> None:
    made = sanitise(typeset(f"<p>{tex}</p>"))
    for part in parts:
        assert part in made


@pytest.mark.parametrize(
    "html",
    [
        r"<p>$\unbekannt{x}$</p>",
        r"<p>$\frac{1$</p>",
        "<p>5$ oder 6$</p>",
        "<p>nur ein $ hier</p>",
        "<code>$x$</code>",
        "<pre>$x$</pre>",
        '<td class="tex2jax_ignore mathjax_ignore">$x$</td>',
    ],
)
def test_what_is_no_formula_stays_as_it_is(html: str) -> None:
    assert typeset(html) == html


# ------------------------------------------------------------------------------------------------ in a browser


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("width", [390, 1200])
def test_a_browser_shows_the_page_without_widening_complaining_or_asking(tmp_path: Path, width: int) -> None:
    """The page stays as wide as the window; a wide formula, table and picture scroll in their own boxes."""
    hostile = [v4.new_markdown_cell(fragment) for fragment in HTML.values()]
    wide = v4.new_markdown_cell("$$" + "+".join(f"x_{{{k}}}^2" for k in range(200)) + r"\tag{12}$$")
    table = shown(text__html="<table><tr>" + "<td>123456789</td>" * 60 + "</tr></table>")
    html = page(wide, table, printed("lang" * 500), v4.new_code_cell("x = " + "1 + " * 300 + "1"), graded(), *hostile)
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    outside = f"""<iframe src="page.html" style="width:{width}px;height:900px;border:0"></iframe><script>
        onload = () => {{ const page = frames[0].document.documentElement;
        document.title = frames[0].innerWidth + " " + (page.scrollWidth - page.clientWidth) }}</script>"""
    (tmp_path / "outside.html").write_text(outside, encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    command += ["--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--enable-logging=stderr", "--allow-file-access-from-files", "--window-size=1300,1000", "--dump-dom"]
    run = subprocess.run(
        [*command, (tmp_path / "outside.html").as_uri()], check=True, capture_output=True, text=True, timeout=120
    )
    assert "CONSOLE" not in run.stderr
    assert f"<title>{width} 0</title>" in run.stdout
