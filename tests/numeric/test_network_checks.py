"""The test cells of Aufgabe 2: right answers of any kind get all points, typical mistakes do not."""

import pytest

from tests.numeric.right_answers import RIGHT
from tests.numeric.sheet import POINTS, cells, grade
from tests.numeric.wrong_answers import WRONG

RIGHT_CASES = [(function, name) for function in RIGHT for name in RIGHT[function]]
WRONG_CASES = [(function, name) for function in WRONG for name in WRONG[function]]
FUNCTIONS = [function for function in POINTS if function != "accuracy"]


def _mistaken(function: str, name: str) -> str:
    """Return the sheet's solution with the mistake made."""
    mistake = WRONG[function][name]
    if isinstance(mistake, str):
        return mistake
    code = cells()[f"{function}_code"] + "\n"
    for old, new in zip(mistake[::2], mistake[1::2], strict=True):
        assert old in code, f"{old!r} is not in the solution any more"
        code = code.replace(old, new)
    return code


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
    card = grade(function, _mistaken(function, name))
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


@pytest.mark.parametrize("broken", FUNCTIONS)
def test_one_broken_function_costs_its_own_points_only(broken):
    """Whichever it is, the other tests run with a right one in its place (Folgefehler)."""
    code = f"def {broken}(*arguments, **options):\n    raise ValueError('kaputt')\n"
    others = [function for function in FUNCTIONS if function != broken]
    assert {function: grade(function, code).points for function in others} == {
        function: POINTS[function] for function in others
    }
    assert grade(broken, code).points < POINTS[broken]
