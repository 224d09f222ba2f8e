"""The page and the tables: one file that loads nothing, whatever students are called and wrote."""

import csv
import io
import os
import random
from dataclasses import replace
from pathlib import Path

import html5lib
import jinja2
import openpyxl
import pytest
from babel.messages.pofile import read_po
from jinja2.ext import extract_from_ast

import autograder
from autograder.course.admission import Rule, decide
from autograder.course.report.data import Failure, HandIn, Stop
from autograder.course.report.view import report_on
from autograder.course.report.writing import PAGE, files, render, write
from tests.course.hostile_html import DRAWINGS, HTML, MARKDOWN
from tests.course.report.classes import TASKS, cells, copied, hand_in, independent, school_class
from tests.numeric.right_answers import RIGHT
from tests.symbolic.chains import USUAL

PACKAGE = Path(autograder.__file__).parent
HOSTILE = [*HTML.values(), *MARKDOWN.values(), *DRAWINGS.values(), "{{ 7*7 }}", "\0\x1b[31m", "\ud800", "=1+1"]
ACTIVE = {"script", "iframe", "object", "embed", "form", "input", "button", "img", "video", "audio", "link", "base"}


def everywhere(text: str) -> HandIn:
    """Return a hand-in with ``text`` wherever a student may put some."""
    wrong = {"1a": f"Derivative(sigma(z), z)\n= {' '.join(text.split())}  # {text[:20]}"}
    own = {"forward": f"def forward(X, parameters):\n    {text!r}\n" + RIGHT["forward"]["recursive"]}
    return hand_in(
        text,
        cells(wrong | own),
        share=0.5,
        failures={"softmax_test": (Failure("softmax", text),)},
        name=text,
        reviews={"derivation_1a_test": text},
        stops=(Stop(text, text), Stop("training", "too_long")),
        notes=(text,),
        scans=(f"autograded/{os.fsdecode(text.encode(errors='replace'))}/aufgabe1.pdf",),
        seconds=1.5,
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_student_wrote_is_active(text):
    """Names, code, messages and files are shown as text: no element and no attribute comes from them."""
    made = school_class(everywhere(text), hand_in("anna"))
    page = render(report_on(replace(made, absent=(text,), waiting=(text,))))
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag.rpartition("}")[2].lower() not in ACTIVE
        for name, value in element.attrib.items():
            assert not name.lower().startswith(("on", "src", "xlink", "action", "formaction"))
            assert name != "href" or value.startswith(("#", "../../autograded/"))
    metas = [element for element in tree.iter("meta") if "http-equiv" in element.attrib]
    assert [element.attrib["http-equiv"] for element in metas] == ["Content-Security-Policy"]


def test_page_loads_nothing():
    """The page holds no address but those within it: no style sheet, no font, no picture from elsewhere."""
    page = render(report_on(school_class(hand_in("anna"), hand_in("bela", share=0.5))))
    assert "http" not in page.replace("http-equiv", "")
    assert "url(#hatch)" in page
    assert page.replace("url(#hatch)", "").count("url(") == 0
    assert "@import" not in page


def test_page_of_a_class_of_one():
    """A single hand-in has a report too, and correlations are not claimed."""
    report = report_on(school_class(hand_in("anna")))
    assert all(row.discrimination == "" for row in report.tasks)
    assert "anna" in render(report)


def test_class_without_hand_ins_has_no_report():
    """Of nobody there is nothing to tell; the caller sees to that before."""
    with pytest.raises(ValueError, match="without hand-ins"):
        report_on(school_class())


def test_names_come_after_the_part_that_may_be_shown():
    """Up to the break, which says so, the page names nobody."""
    report = report_on(school_class(hand_in("h1", name="Albrecht, Anna"), hand_in("h2", name="Baran, Bilal")))
    shown, _break, rest = render(report).partition('<div class="break">')
    assert "Albrecht" not in shown
    assert "h1" not in shown.partition("<header>")[2].replace("<h1>", "").replace("</h1>", "")
    assert "Albrecht, Anna" in rest


def test_pseudonyms_stay_pseudonyms():
    """Where the gradebook names nobody, hand-ins go by what they are called there."""
    assert "blauer-wal-17" in render(report_on(school_class(hand_in("blauer-wal-17"))))


def test_admission_is_told():
    """Who meets the rule, who does not, and for whom a human decides."""
    met, not_met = hand_in("met"), hand_in("fails", share=0.25)
    tasks = tuple(replace(task, undecided=True) for task in hand_in("open", share=0.25).mark.tasks)
    waiting = hand_in("open", share=0.25)
    waiting = replace(waiting, mark=replace(waiting.mark, tasks=tasks))
    made = school_class(met, not_met, waiting)
    report = report_on(replace(made, decisions=made.decisions | {"open": decide(Rule(), [waiting.mark])}))
    assert [[one.who for one in report.outcomes(name)] for name in ("MET", "OPEN", "NOT_MET")] == [
        ["met"],
        ["open"],
        ["fails"],
    ]


def test_scan_is_linked_from_the_page():
    """A link leads from reports/<sheet>/ to the file, whatever characters its name has."""
    scan = "autograded/anna/blatt/Lösung #1 100%.pdf"
    (review,) = report_on(school_class(hand_in("anna", scans=(scan,)))).reviews
    assert review.link == "../../autograded/anna/blatt/L%C3%B6sung%20%231%20100%25.pdf"


def test_tables_hold_the_points():
    """CSV and workbook have each hand-in's points, tasks in the sheet's order, and the sum less the penalty."""
    late = hand_in("bela", share=0.5)
    late = replace(late, mark=replace(late.mark, penalty=1.5), seconds=2.25)
    made = files(report_on(school_class(hand_in("anna"), late)))
    rows = list(csv.reader(io.StringIO(made["points.csv"].decode("utf-8"))))
    worth = [task.max_points for task in TASKS]
    assert [float(cell) for cell in rows[1][2 : 2 + len(TASKS)]] == worth
    assert [float(cell) for cell in rows[2][2 : 4 + len(TASKS)]] == [
        *(points / 2 for points in worth),
        -1.5,
        sum(worth) / 2 - 1.5,
    ]
    book = openpyxl.load_workbook(io.BytesIO(made["points.xlsx"]))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[3]][2 : 4 + len(TASKS)] == [
        float(cell) for cell in rows[2][2 : 4 + len(TASKS)]
    ]
    assert len(book.worksheets) == 3


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_no_name_is_a_formula(text):
    """What a student is called, or wrote, stays text in every spreadsheet."""
    made = files(report_on(school_class(everywhere(text), hand_in("anna"))))
    for name in ("points.csv", "mistakes.csv"):
        for row in csv.reader(io.StringIO(made[name].decode("utf-8"), newline="")):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
                assert not cell.startswith("-") or float(cell) <= 0
    for sheet in openpyxl.load_workbook(io.BytesIO(made["points.xlsx"])).worksheets:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_same_class_same_bytes(tmp_path):
    """A report written again is the same file for file; nothing else lies in the folder."""
    made = school_class(hand_in("anna", cells(USUAL)), hand_in("bela", share=0.5))
    first, second = files(report_on(made)), files(report_on(made))
    assert first == second
    write(tmp_path / "reports", first)
    assert {path.name: path.read_bytes() for path in (tmp_path / "reports").iterdir()} == first
    assert PAGE in first


def test_pairs_are_a_hint():
    """The page shows both names and both texts, and says that it judges nobody."""
    own = independent(random.Random(1))
    page = render(report_on(school_class(hand_in("anna", own), hand_in("bela", copied(own)))))
    assert "Ein Hinweis für Menschen, nie ein Urteil" in page
    assert page.count('<div class="pair">') == 1


def test_every_sentence_of_the_page_is_in_the_catalogue():
    """What the template says has its German."""
    catalogue = read_po(io.BytesIO((PACKAGE / "locale/de/LC_MESSAGES/autograder.po").read_bytes()), locale="de")
    german = {message.id for message in catalogue if message.id and message.string}
    source = (PACKAGE / "course/report/templates/report.html.j2").read_text(encoding="utf-8")
    said = extract_from_ast(jinja2.Environment(autoescape=True).parse(source), gettext_functions=("_",))
    messages = {message[0] if isinstance(message, tuple) else message for _line, _name, message in said}
    assert len(messages) > 60
    assert messages <= german
