"""The test cells of Aufgabe 2: right answers of any kind get all points, typical mistakes do not."""

import pytest

from tests.numeric.right_answers import RIGHT
from tests.numeric.sheet import POINTS, grade, hand_in
from tests.numeric.wrong_answers import WRONG, mistaken

RIGHT_CASES = [(function, name) for function in RIGHT for name in RIGHT[function]]
WRONG_CASES = [(function, name) for function in WRONG for name in WRONG[function]]
FUNCTIONS = [function for function in POINTS if function != "accuracy"]


def test_reference_gets_all_points():
    """11 of 11."""
    cards = {function: grade(function) for function in POINTS}
    assert {function: card.points for function, card in cards.items()} == POINTS
    assert sum(POINTS.values()) == 11


def test_empty_release_gets_nothing_and_is_not_reproached():
    """Stubs are still empty, which is no mistake."""
    for function in POINTS:
        card = grade(function, empty=True)
        assert card.points == 0
        assert all("Noch leer" in row.message for row in card.rows)


def test_there_are_enough_of_both():
    """At least three unusual answers and five mistakes for each function."""
    assert all(len(RIGHT[function]) >= 3 and len(WRONG[function]) >= 5 for function in FUNCTIONS)


@pytest.mark.parametrize(("function", "name"), RIGHT_CASES)
def test_right_but_unusual_answer_gets_all_points(function, name):
    """Who computes the right thing in another way loses nothing."""
    card = grade(function, RIGHT[function][name])
    assert card.points == card.max_points, card.text()


@pytest.mark.parametrize(("function", "name"), WRONG_CASES)
def test_mistake_loses_points(function, name):
    """And each lost point comes with a German sentence."""
    card = grade(function, mistaken(function, name))
    assert card.points < card.max_points
    assert all(row.message for row in card.rows if row.earned < row.points)
    assert "Traceback" not in card.text()


STRANGE = {
    "nothing": "return None",
    "an error": "raise ValueError('kaputt')",
    "exit": "raise SystemExit",
    "a text": "return 'fertig'",
    "nan": "return np.nan",
    "a scalar": "return 0",
    "a wrong shape": "return np.zeros((99, 99))",
    "an empty list": "return []",
    "a dictionary": "return {}",
    "endless recursion": "return {function}(*arguments)",
    "an error with braces": "raise KeyError('{x}')",
    "itself": "return {function}",
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", STRANGE)
def test_strange_results_get_a_message_and_no_points(function, name):
    """Whatever a function does instead of its job, the card stands and says so."""
    names = [function, "sigmoid_derivative"] if function == "sigmoid" else [function]
    body = STRANGE[name]
    code = "".join(f"def {each}(*arguments):\n    {body.replace('{function}', each)}\n" for each in names)
    card = grade(function, code)
    assert card.points == 0, card.text()
    assert all(row.message for row in card.rows)


OWN = {
    "sigmoid": 0.5,
    "sigmoid_derivative": 0.5,
    **{function: points for function, points in POINTS.items() if function not in {"sigmoid", "accuracy"}},
}
BREAKS = {
    "raises": "raise ValueError('kaputt')",
    "nothing": "return None",
    "zeros": "return np.zeros(3)",
}


@pytest.mark.parametrize("broken", OWN)
@pytest.mark.parametrize("how", BREAKS)
def test_one_broken_function_costs_its_own_points_only(broken, how):
    """Whichever of the ten it is: all other tests, unseen digits too, have a right one in its place (Folgefehler)."""
    cards = hand_in(f"def {broken}(*arguments, **options):\n    {BREAKS[how]}\n")
    lost = {row.title.partition(":")[0] for card in cards.values() for row in card.rows if row.earned < row.points}
    assert lost == {broken}
    assert sum(card.points for card in cards.values()) == 11 - OWN[broken]


@pytest.mark.parametrize(
    ("function", "name"), [("forward", "bias forgotten"), ("backward", "sign"), ("train", "ascent")]
)
def test_a_subtle_mistake_costs_its_own_points_only(function, name):
    """Also where the network goes on computing, only wrongly."""
    cards = hand_in(mistaken(function, name))
    wrong = {name for name, card in cards.items() if card.points < card.max_points}
    assert wrong == {function}


def test_two_broken_functions_are_not_put_right_for_the_unseen_digits():
    """Half a point for a network that reads is for one that is the student's own, but for one function."""
    code = "".join(f"def {name}(*arguments):\n    raise ValueError\n" for name in ("forward", "predict"))
    cards = hand_in(code)
    assert [name for name, card in cards.items() if card.points < card.max_points] == ["forward", "predict", "accuracy"]


def test_right_functions_are_called_themselves():
    """Only what lost points is put right: nothing else need come over from elsewhere."""
    cards = hand_in("def update(*arguments):\n    raise ValueError\n")
    assert cards["train"]._substitutes.keys() == {"update", "predict"}
    assert cards["accuracy"]._substitutes.keys() == {"update"}
