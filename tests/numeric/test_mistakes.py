"""Known mistakes of Aufgabe 2: wrong answers are called by their names, and nothing else is."""

import numpy as np
import pytest

from autograder.numeric.diagnosis import Case, diagnose
from autograder.numeric.mistakes import MISTAKES, find, known
from tests.numeric.named_mistakes import NAMED
from tests.numeric.sheet import grade
from tests.numeric.wrong_answers import WRONG, mistaken

CASES = [(function, name) for function in WRONG for name in WRONG[function]]


def _named(function, code):
    """Return the card that a student gets back: where the visible checks failed, they say why."""
    card = grade(function, code)
    card.explain(grade(function, code, hidden=False))
    return card


@pytest.mark.parametrize(("function", "name"), CASES)
def test_a_wrong_answer_is_called_by_its_name(function, name):
    """The card holds the keys of just the mistakes that were made, and says each with its hint."""
    card = _named(function, mistaken(function, name))
    assert set(card.mistakes) == NAMED[function][name]
    for row in card.rows:
        mistake = find(*row.mistake.split(".")) if row.mistake else None
        assert ("Vermutung: " in row.message) == bool(mistake and mistake.hint)


def test_nine_of_ten_wrong_answers_have_a_name():
    """No wrong answer is left out of the count."""
    assert {function: NAMED[function].keys() for function in NAMED} == {
        function: WRONG[function].keys() for function in WRONG
    }
    named = [bool(keys) for names in NAMED.values() for keys in names.values()]
    assert np.mean(named) > 0.9


def test_every_declared_mistake_is_made_by_a_wrong_answer():
    """None is there that no test has seen."""
    seen = {key for names in NAMED.values() for keys in names.values() for key in keys}
    declared = {f"{function}.{mistake.key}" for function, mistakes in MISTAKES.items() for mistake in mistakes}
    assert declared - seen == set()


def test_keys_are_unique_within_a_function():
    """A key leads to one mistake."""
    for function in MISTAKES:
        keys = [mistake.key for mistake in known(function)]
        assert len(keys) in {len(set(keys)), len(set(keys)) + 1}, keys
        assert all(find(function, key).name for key in keys)


@pytest.mark.parametrize("function", MISTAKES)
@pytest.mark.parametrize(
    "found", [None, "text", {}, [], (), 0, np.nan, np.zeros((9, 9)), [[1], [2, 3]], {1, 2}, object()]
)
def test_strange_results_break_no_diagnosis(function, found):
    """What has another form than the right result is one of the known mistakes, or none."""
    inputs = (np.ones((2, 2)), [(np.eye(2), np.ones(2))], [np.ones((2, 2))], [(np.eye(2), np.ones(2))])
    for kind in ("values", "shape", "length", "type", "error"):
        for expected in (np.ones(2), 1.0, ([np.ones(2)], [np.ones(2)] * 2), [(np.eye(2), np.ones(2))]):
            diagnose(known(function), Case(kind, inputs, expected, found, (0,)))


def test_what_was_named_already_is_named_again():
    """One mistake in two parts of a card is not told as two."""
    sign = next(mistake for mistake in known("backward", ["sign"]))
    assert sign.key == "sign"


def test_messages_show_what_was_tried_what_came_out_and_what_was_expected():
    """With the name below, and its hint."""
    card = grade("softmax", mistaken("softmax", "wrong axis"), hidden=False)
    message = card.rows[0].message
    for part in ("softmax([[0, ln 3], [1, 1], [-2, -2]])", "0,2595 statt 0,25", "Vermutung: die falsche Achse. "):
        assert part in message


def test_hidden_mistakes_are_named_without_numbers():
    """Beside the kind of input."""
    card = grade("backward", mistaken("backward", "two layers at most"))
    (row,) = (row for row in card.rows if row.message)
    assert row.message.startswith("Versteckter Test (zwei versteckte Schichten): ")
    assert "Vermutung: geht nur für zwei Schichten." in row.message
    assert row.mistake == "backward.two_layers_only"
