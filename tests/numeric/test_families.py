"""Mistakes that any function can have: exceptions, and arrays that are wrong as a whole."""

import numpy as np
import pytest

from autograder.notebook.grade import told
from autograder.numeric.diagnosis import Case, diagnose
from autograder.numeric.mistakes import PLACES, find, known
from autograder.numeric.mistakes.errors import ERRORS, PLAIN_ERRORS
from autograder.numeric.mistakes.general import FORMS, GENERAL
from tests.numeric.sheet import grade

RIGHT = np.array([[0.5, -1.25, 2.0], [3.0, -0.75, 1.5]])

ERRING = {
    "name_unknown": "return gradiens",
    "no_value_yet": "if len(y) > 99:\n        g = 1\n    return g",
    "none_used": "g = [].append(1)\n    return g[0]",
    "arguments": "return sigmoid_derivative()",
    "not_callable": "return y(0)",
    "calls_itself": "return backward(y, zs, activations, parameters)",
    "not_called": "return sigmoid_derivative * y",
    "array_as_condition": "return y if y > 0 else -y",
    "numbers_only": "return float(y)",
    "list_for_array": "return activations.T - y",
    "number_for_list": "return len(y)[0]",
    "index_type": "return zs[len(zs) / 2]",
    "axis": "return y.sum(axis=5)",
    "index_beyond": "return zs[len(zs)]",
    "unpacking": "W, b, c = parameters[0]\n    return W",
    "unequal_lengths": "return list(zip(zs, activations, strict=True))",
    "ragged": "return np.array([[1.0], [1.0, 2.0]])",
    "reshape": "return y.reshape(7, 7)",
    "shapes": "return y + np.ones((7, 7))",
    "whole_numbers": "g = np.zeros(3, dtype=int)\n    g -= 0.5\n    return g",
    "no_numbers": "return np.exp('a')",
    "division_by_0": "return 1 / (len(y) - len(y))",
    "attribute": "return np.soft(y)",
}


@pytest.mark.parametrize("key", ERRING)
def test_an_exception_is_called_by_the_mistake_behind_it(key):
    """The message above it still shows its own words, and where it was raised."""
    card = grade("backward", f"def backward(y, zs, activations, parameters):\n    {ERRING[key]}\n", hidden=False)
    assert card.mistakes == [f"backward.{key}"]
    assert card.rows[0].message.startswith("Dein Code")


def test_every_exception_with_a_name_is_tried():
    """But for a loop without end, which takes its time."""
    assert {mistake.key for mistake in (*PLAIN_ERRORS, *ERRORS)} - {"endless"} == ERRING.keys()


def test_a_loop_without_end_has_a_name(monkeypatch):
    """The part ends after its CPU time."""
    monkeypatch.setattr("autograder.notebook.grade.PART_SECONDS", 0.05)
    card = grade(
        "update", "def update(parameters, gradients, learning_rate):\n    while True:\n        pass\n", hidden=False
    )
    assert card.mistakes == ["update.endless"]


def test_a_function_that_is_not_there_yet_is_no_unknown_name():
    """Whoever has not run the cell above has made no mistake."""
    card = grade("predict", "del predict", hidden=False)
    assert card.mistakes == []
    assert "noch nicht" in card.rows[0].message


def test_what_an_exception_says_of_no_student_s_code_is_not_named():
    """A result of another form makes the checks themselves stumble: that is told in words."""
    error = ValueError("too many values to unpack (expected 2)")
    assert diagnose(known("backward"), Case("form", error=f"ValueError: {error}")) is None
    assert told(error, None, hidden=False)


WRONG = {
    "sign": -RIGHT,
    "all_0": 0 * RIGHT,
    "cut_off": np.trunc(RIGHT),
    "upside_down": 1 / RIGHT,
    "absolute": np.abs(RIGHT),
    "squares": RIGHT**2,
    "factor": 0.3 * RIGHT,
    "summand": RIGHT + 0.3,
    "backwards": RIGHT[::-1],
    "all_alike": np.full_like(RIGHT, 0.7),
    "near": RIGHT * np.array([1.001, 1.002, 1.003]),
    "some_rows": RIGHT + np.array([[0.0], [1.0]]) * RIGHT**3,
    "nan": RIGHT * np.nan,
    "form": RIGHT[:1],
    "entries": [RIGHT],
    "type": "text",
    "transposed": RIGHT.T,
}
KIND = {"nan": "not_finite", "form": "shape", "entries": "length", "type": "type", "transposed": "transposed"}


def symptom(found, kind="values"):
    mistake = diagnose((*GENERAL, *FORMS), Case(kind, (RIGHT,), RIGHT, found))
    return mistake.key if mistake else None


@pytest.mark.parametrize("key", WRONG)
def test_an_array_that_is_wrong_as_a_whole_is_called_so(key):
    """By what turns the right one into it."""
    assert symptom(WRONG[key], KIND.get(key, "values")) == key


def test_every_general_mistake_is_tried():
    """None is there that no test has seen."""
    assert {mistake.key for mistake in (*GENERAL, *FORMS)} == WRONG.keys()


def test_an_array_that_is_wrong_in_another_way_has_no_general_name():
    """A name must be true: one entry off by its sign, two by factors of their own, noise."""
    spoilt = RIGHT.copy()
    spoilt[0, 0] *= -1
    spoilt[1, 0] *= 2
    assert symptom(spoilt) is None
    assert symptom(RIGHT + np.random.default_rng(0).normal(size=RIGHT.shape)) is None


def test_two_numbers_are_too_few_for_a_constant_factor_or_summand():
    """Any two of them have a constant ratio to one of these."""
    case = Case("values", (), np.array([1.0, 2.0]), np.array([3.0, 6.0]))
    assert diagnose(GENERAL, case) is None


@pytest.mark.parametrize("function", PLACES)
def test_places_come_only_where_nothing_else_is_known(function):
    """What says where, and not what, is the last word: a name of its own comes first, and then alone."""
    own, place = known(function)[2].key, PLACES[function][0].key
    keys = [mistake.key for mistake in known(function)]
    assert keys.index(own) < keys.index(place)
    assert place not in [mistake.key for mistake in known(function, [own])]
    assert find(function, place).hint
