"""The grade card: points for what ran to its end, a message for the rest, nothing on stderr."""

import json
import sys
import warnings

import numpy as np
import pytest

from autograder.notebook.grade import ROWS, Grade, expect_equal, expect_no_warning, expect_true, expect_unchanged
from autograder.numeric.compare import compare
from tests.symbolic.chains import USUAL


def _message(body, **options):
    grade = Grade(1)
    with grade.part(1, "Teil"):
        for key, value in options.items():
            getattr(grade, key)(value)
        body()
    assert grade.points == 0
    return grade.rows[0].message


def test_part_that_runs_to_its_end_earns_its_points():
    """Plain text is the number that nbgrader reads."""
    grade = Grade(1.5)
    with grade.part(1, "a"):
        expect_equal(np.array([1.0, 2.0]), [1.0, 2.0 + 1e-9])
    with grade.part(0.5, "b"):
        expect_true(False, "stimmt nicht")
    bundle = grade._repr_mimebundle_()
    assert bundle["text/plain"] == "1"
    assert "1 von 1,5 Punkten" in bundle["text/html"]
    assert "Stimmt nicht" in bundle["text/html"]
    assert [row["earned"] for row in json.loads(json.dumps(bundle[ROWS]))] == [1, 0]


@pytest.mark.parametrize(
    ("actual", "expected", "shown"),
    [
        (1.03972, 1.039721, "1,03972 statt 1,039721"),
        (np.array([0.25, 1.00001]), np.array([0.25, 1.0]), "(0,25; 1,00001) statt (0,25; 1)"),
        (np.full((3, 3), 0.5), np.full((3, 3), 0.500001), "0,5 statt 0,500001"),
        (0.7, -0.7, "0,7 statt −0,7"),
        (1.0, np.nextafter(1.0, 2.0), "1 statt 1,0000000000000002"),
    ],
)
def test_unequal_numbers_look_unequal(actual, expected, shown):
    """A message never says that a number came out in place of itself."""
    mismatch = compare(actual, expected, rtol=0, atol=0).mismatch
    assert mismatch is not None
    assert shown in mismatch.message


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NotImplementedError(), "Noch leer"),
        (SystemExit(0), "exit"),
        (RecursionError(), "ohne Ende"),
        (ValueError("kaputt"), "kaputt"),
    ],
)
def test_exceptions_become_german_sentences(error, told):
    """No exception leaves a part, and none is shown as a traceback."""

    def body():
        raise error

    assert told in _message(body)


def test_hidden_condition_tells_its_verdict_only():
    """The sentence with the numbers is for visible inputs."""
    check = lambda: expect_true(False, "3 statt 4 Batches", "zu wenige Batches")  # noqa: E731
    assert "3 statt 4" in _message(check)
    told = _message(check, hidden="viele Zeilen")
    assert "Zu wenige Batches" in told
    assert "3 statt 4" not in told


def test_interrupt_is_not_swallowed():
    """A cell that nbgrader interrupts must end."""
    with pytest.raises(KeyboardInterrupt), Grade(1).part(1, "x"):
        raise KeyboardInterrupt


def test_endless_loop_costs_its_part_alone(monkeypatch):
    """A part that computes too long is stopped, and the next one runs."""
    monkeypatch.setattr("autograder.notebook.grade.PART_SECONDS", 0.2)
    grade = Grade(2)
    with grade.part(1, "endlos"):
        while True:
            pass
    with grade.part(1, "weiter"):
        pass
    assert [row.earned for row in grade.rows] == [0, 1]
    assert "zu lange" in grade.rows[0].message


def test_missing_function_is_named():
    """What is not defined is named, not blamed."""
    grade = Grade(1)
    with grade.part(1, "x"):
        fehlende_funktion(1)  # noqa: F821
    assert "fehlende_funktion" in grade.rows[0].message


def test_hidden_part_names_the_kind_and_no_numbers():
    """What students read of hidden inputs is their kind."""
    message = _message(lambda: expect_equal(np.array([123.5]), [77.25]), hidden="große Werte")
    assert "große Werte" in message
    assert "123" not in message
    assert "77" not in message


def test_warnings_and_stderr_cost_nothing(capfd):
    """A harmless warning in a right solution leaves nothing on stderr, which nbgrader would take for a failure."""
    grade = Grade(1)
    with grade.part(1, "x"):
        warnings.warn("harmlos", stacklevel=1)
        print("auch harmlos", file=sys.stderr)
    assert grade.points == 1
    assert capfd.readouterr().err == ""


def test_substitute_stands_in_for_the_part_alone():
    """A correct function replaces the student's while a part runs, and the student's comes back."""
    code = "def helfer():\n    return 0\n\ndef oben():\n    return helfer()\n"
    code += "grade = Grade(1)\ngrade.substitute(correct, 'helfer')\n"
    code += "with grade.part(1, 'x'):\n    inside = oben()\nafter = oben()"
    correct = type("Correct", (), {"helfer": staticmethod(lambda: 7)})
    shared = {"Grade": Grade, "correct": correct}
    exec(code, shared)
    assert (shared["inside"], shared["after"]) == (7, 0)


def test_nested_lists_give_half():
    """Lists where arrays are meant are right at half the points."""
    grade = Grade(1)
    with grade.part(1, "x"):
        expect_equal([[1.0, 2.0]], np.array([[1.0, 2.0]]))
    assert grade.points == 0.5


def test_parts_must_add_up():
    """An author who miscounts hears of it."""
    grade = Grade(2)
    with grade.part(1, "x"):
        pass
    with pytest.raises(ValueError, match="add up to 1"):
        grade._repr_mimebundle_()


def test_validator_gets_the_messages_on_stderr(capsys, monkeypatch):
    """nbgrader validate shows stderr only."""
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    grade = Grade(1)
    with grade.part(1, "Teil"):
        expect_true(False, "so nicht")
    grade._repr_mimebundle_()
    assert "✗ Teil (0/1): So nicht" in capsys.readouterr().err


def test_student_text_is_escaped():
    """What a student's exception says is data."""

    def body():
        raise ValueError("<script>alert(1)</script>")

    grade = Grade(1)
    with grade.part(1, "x"):
        body()
    assert "<script>" not in grade.html()


def test_derivation_rows_add_up_to_the_verdict():
    """A derivation's milestones are the card's rows; deductions are shown."""
    for text, points in [(USUAL["1a"], 2), (USUAL["1a"].replace("# Kettenregel", "# Produktregel"), 1.5), ("", 0)]:
        grade = Grade(2)
        grade.derivation("1a", text)
        assert grade.points == points
        grade._repr_mimebundle_()
    grade = Grade(2)
    grade.derivation("1a", None)
    assert "%%derivation" in grade.rows[0].message


def test_input_changed_in_place_is_noticed():
    """Inputs are compared with copies made before."""

    def body():
        x = np.zeros(3)
        with expect_unchanged(x, [x]):
            x += 1

    assert "Kopie" in _message(body)


def test_overflow_is_noticed():
    """A RuntimeWarning inside the block is a mismatch."""

    def body():
        with expect_no_warning():
            np.exp(np.array([1e4]))

    assert "overflow" in _message(body)


@pytest.mark.parametrize(
    ("actual", "expected", "kind"),
    [
        (None, 1.0, "nothing"),
        ("text", np.zeros(2), "type"),
        (np.zeros((2, 3)), np.zeros((3, 2)), "transposed"),
        (np.zeros(4), np.zeros((2, 2)), "shape"),
        (np.array([np.nan]), np.zeros(1), "not_finite"),
        (np.array([1j]), np.zeros(1), "type"),
        ([[1], [1, 2]], np.zeros((2, 2)), "type"),
        (np.array([1.0, 2.0]), np.array([1.0, 2.1]), "values"),
        ([np.zeros(2)], [np.zeros(2), np.zeros(2)], "length"),
        (7, [np.zeros(2)], "type"),
        ([(np.zeros(2), np.ones(2))], [(np.zeros(2), np.zeros(2))], "values"),
    ],
)
def test_compare_names_the_first_difference(actual, expected, kind):
    """Every typical wrong answer has a kind and a message in words."""
    mismatch = compare(actual, expected).mismatch
    assert mismatch.kind == kind
    assert mismatch.message


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1, 1.0),
        (np.float32(0.1), 0.1),
        ((np.zeros(2), np.ones(2)), [np.zeros(2), np.ones(2)]),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array(5.0), 5),
    ],
)
def test_compare_accepts_what_means_the_same(actual, expected):
    """Integers, float32 and tuples are fine where the values are."""
    assert compare(actual, expected).mismatch is None
