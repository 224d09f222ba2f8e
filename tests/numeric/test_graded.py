"""The notebook of Aufgabe 2, graded in a sandbox: points, named mistakes, and how little its tests compute."""

import nbformat
import pytest

from autograder.grading.beginnings import Beginnings
from autograder.grading.limits import Limits
from autograder.grading.preparing import _cell as cell_of
from autograder.grading.preparing import code_cells
from autograder.grading.rpc import Conversation
from autograder.grading.run import run_notebook
from autograder.grading.walls import SandboxUnavailableError
from tests.numeric.sheet import NOTEBOOK, POINTS
from tests.numeric.wrong_answers import mistaken


def _graded(function="", name=""):
    """Return the outcomes of the tests, by function, of the sheet's solutions with one mistake made."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    cells = code_cells(notebook)
    for cell in cells:
        if cell.id == f"{function}_code":
            cell.source = mistaken(function, name)
    # pictures are none of the tests' business
    kept = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id")]
    beginnings = Beginnings()
    try:
        outcomes = run_notebook(
            [cell_of(cell) for cell in kept], None, Limits(), seconds=300, given=(), beginnings=beginnings
        )
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    finally:
        beginnings.close()
    return {
        cell.id.removesuffix("_test"): outcome
        for cell, outcome in zip(kept, outcomes, strict=True)
        if cell.id.endswith("_test")
    }


@pytest.mark.parametrize(
    ("function", "name", "lost", "key"),
    [
        ("sigmoid", "sign of the exponent", 0.5, "sigmoid.exponent_sign"),
        ("forward", "bias forgotten", 1.0, "forward.bias_forgotten"),
        ("backward", "two layers at most", 0.5, "backward.two_layers_only"),
        ("minibatches", "last batch lost", 0.25, "minibatches.last_batch_lost"),
        ("train", "history of last batch", 0.25, "train.history_one_batch"),
    ],
)
def test_a_mistake_costs_its_points_and_its_key_is_kept(function, name, lost, key):
    """The unseen digits are read by a network in which the one wrong function is put right."""
    outcomes = _graded(function, name)
    expected = POINTS | {function: POINTS[function] - lost}
    assert {cell: outcome.points for cell, outcome in outcomes.items()} == expected
    assert {cell: outcome.mistakes for cell, outcome in outcomes.items() if outcome.mistakes} == {function: [key]}


def test_right_functions_run_on_their_own(monkeypatch):
    """No test of a right hand-in calls back for a function that stands in: every call would cost time."""
    answered = []
    serve = Conversation._serve
    monkeypatch.setattr(
        Conversation, "_serve", lambda self, *arguments: (answered.append(arguments), serve(self, *arguments))[1]
    )
    outcomes = _graded()
    assert {cell: outcome.points for cell, outcome in outcomes.items()} == POINTS
    assert len(answered) < 10
