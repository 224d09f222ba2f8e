"""The source notebooks as texts: they say where we are, carry all equations, and their own proofs hold."""

import re

import nbformat
import pytest
import sympy

from autograder.symbolic import check_derivation
from tests.course.tiny_course import PROJECT

SOURCE = PROJECT / "source" / "uebungsblatt-03"
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in sorted(SOURCE.glob("*.ipynb"))}
PROVED = {"1a": "1a_sigmoid", "1b": "1b_softmax", "1c": "1c_ausgabeschicht", "1d": "1d_rekursion"}


def _cells(notebook, kind):
    return [cell for cell in NOTEBOOKS[notebook].cells if cell.cell_type == kind]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_begins_and_ends_with_words(notebook):
    """Where are we, and what do we now have."""
    first, last = NOTEBOOKS[notebook].cells[0], NOTEBOOKS[notebook].cells[-1]
    assert (first.cell_type, last.cell_type) == ("markdown", "markdown")
    assert first.source.startswith("# ")
    assert "Was wir jetzt haben" in last.source


def test_all_equations_of_the_sheet_appear_with_their_numbers():
    """Equations (1) to (11) stand somewhere on the sheet."""
    text = "\n".join(cell.source for name in NOTEBOOKS for cell in _cells(name, "markdown"))
    assert {int(number) for number in re.findall(r"\\tag\{(\d+)\}", text)} == set(range(1, 12))


@pytest.mark.parametrize("part", PROVED)
def test_the_sheets_own_proof_gets_all_points_and_shows_every_step(part):
    """The solution is exemplary: no hint at any line."""
    cell = next(cell for cell in NOTEBOOKS[PROVED[part]].cells if cell.id == f"derivation_{part}")
    magic, _, body = cell.source.partition("\n")
    verdict = check_derivation(part, body)
    assert magic == f"%%derivation {part}"
    assert (verdict.points, verdict.complete) == (verdict.max_points, True)
    assert {line.status for line in verdict.lines} == {"start", "right"}


def test_examples_of_the_introduction_show_what_they_promise():
    """One proof is right, one line wrong, one a jump, and the exercise is begun."""
    outcomes = {}
    for cell in _cells("0_einstieg", "code"):
        magic, _, body = cell.source.partition("\n")
        if magic.startswith("%%derivation"):
            outcomes[cell.id] = check_derivation(magic.split()[1], body).lines[-1].status
    assert outcomes == {
        "beispiel_tanh": "right",
        "beispiel_falsch": "wrong",
        "beispiel_sprung": "jump",
        "uebung_linear": "right",
    }


def test_example_of_sympys_objects_is_the_proof_of_the_text_cell():
    """What the cell builds is right line by line, and goes as far."""
    cells = {cell.id: cell.source for cell in _cells("0_einstieg", "code")}
    names = {"sp": sympy}
    exec(cells["beispiel_objekte"], names)
    verdict = names["derivation_tanh"].verdict
    assert (verdict.points, verdict.complete) == (2, True)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_paragraphs_are_short(notebook):
    """No paragraph runs longer than one reads at one go, a formula counted as a word; tables and lists by the line."""
    for cell in _cells(notebook, "markdown"):
        words = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", "x", cell.source, flags=re.DOTALL)
        for paragraph in re.split(r"\n\s*\n|\n(?=[|-])", words):
            assert len(paragraph.split()) <= 70, f"{cell.id}: {paragraph}"
