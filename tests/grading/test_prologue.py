"""How far a notebook goes until something of the student's has to run."""

import pytest

from autograder.grading.prologue import Cell, read_prologue

SETUP, PICTURE = Cell("setup", "import numpy as np", "given"), Cell("bild", "print(np.pi)")
PROOF = Cell("derivation_1a", "%%derivation 1a\nDerivative(sigma(z), z)\n= sigma(z)*(1 - sigma(z))")
ASKED = """
from autograder.notebook import Grade

grade = Grade(2)
grade.derivation("1a", globals().get("derivation_1a"))
grade
"""
TEST = Cell("derivation_1a_test", ASKED, "test", ASKED, 2)
CODE = Cell("f_code", "def f(x): return x")
KEPT = "from autograder.notebook import Grade\ngrade = Grade(2)"


def a_test(source: str, visible: str | None = None) -> Cell:
    return Cell("t", source, "test", source if visible is None else visible, 1)


def length(*cells: Cell, given: tuple[int, ...] = (0, 1)) -> int:
    return read_prologue(cells, given).length


def test_a_notebook_of_proofs_needs_nothing_of_the_students_to_run():
    """What the author wrote runs ahead, a test's definitions for the cells below it too."""
    found = read_prologue([SETUP, PICTURE, PROOF, TEST, Cell("", "# fertig"), PICTURE], {0, 1, 5})
    assert found.length == 6
    assert found.steps == ((0, SETUP.source), (1, PICTURE.source), (3, KEPT), (5, PICTURE.source))


@pytest.mark.parametrize("source", ["x = 1", "np.pi = 3", "%pylab", "'text'", "x = (", "!ls", "\0"])
def test_it_ends_with_the_first_cell_of_the_students(source: str):
    """Even where that does nothing, or cannot be read."""
    assert length(SETUP, Cell("", source), PICTURE, PROOF, TEST, given=(0, 2)) == 1


@pytest.mark.parametrize("source", ["", "\n\n", "# Abgabe 3", "   # ein Kommentar\n\n# noch einer"])
def test_a_cell_of_comments_does_not_end_it(source: str):
    assert length(SETUP, Cell("", source), PICTURE, given=(0, 2)) == 3


@pytest.mark.parametrize(
    "test",
    [
        a_test("assert f(1) == 1"),
        a_test("grade = 1\ngrade + f(1)"),
        a_test("def check(f):\n    return f(1)\nf(1)"),  # bound in there, asked for out here
        a_test("getattr(student, 'f')"),
        a_test("globals()['f']"),
        a_test("1", visible="f(1)"),
        a_test("if True:\n    f = 1\nf"),
        a_test('globals().get("derivation_1b")'),  # there is no such proof
    ],
)
def test_a_test_that_asks_for_something_else_ends_it(test: Cell):
    assert length(SETUP, PICTURE, PROOF, test) == 3


def test_a_cell_that_looks_at_a_proof_ends_it():
    """It runs where the proof is."""
    look = Cell("", "print(derivation_1a.verdict)")
    assert length(SETUP, PICTURE, PROOF, look, given=(0, 1, 3)) == 3
    assert length(SETUP, PICTURE, look, PROOF, given=(0, 1, 2)) == 4


def test_the_authors_own_proof_runs_where_a_cell_looks_at_it():
    look = Cell("", "print(derivation_1a.verdict)")
    found = read_prologue([SETUP, PROOF, look], {0, 1, 2})
    assert [place for place, _source in found.steps] == [0, 1, 2]
    assert found.length == 3


def test_a_test_may_ask_for_the_proof_only_below_it():
    assert length(SETUP, PICTURE, TEST, PROOF) == 2
