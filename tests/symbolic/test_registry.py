"""Derivations that a sheet declares itself."""

from dataclasses import replace

import pytest

from autograder.symbolic import (
    TASKS,
    Final,
    Form,
    Resolved,
    Task,
    check_derivation,
    declare,
    own_declarations,
)

SQUARE = Task(
    part="4b",
    start="Derivative(f(x), x)",
    target="2*x*exp(x**2)",
    quantities=("x",),
    definitions={"f(x)": "exp(x**2)"},
    milestones=(Resolved("exp", {"exp"}), Final("fertig", points=1.5)),
)
PROOF = """Derivative(f(x), x)
= Derivative(exp(x**2), x)             # Definition
= exp(x**2)*Derivative(x**2, x)        # Kettenregel
= 2*x*exp(x**2)                        # Potenzregel"""


@pytest.fixture(autouse=True)
def _forget():
    with own_declarations():
        yield


def test_declared_part_is_checked_like_those_of_the_package():
    """Twelve lines of data, and proofs earn points."""
    declare(SQUARE)
    verdict = check_derivation("4b", PROOF)
    assert (verdict.points, verdict.max_points, verdict.complete) == (2, 2, True)


def test_last_declaration_of_a_part_counts():
    """An author changes a cell and runs it again; what was prepared from the first one is not used any more."""
    declare(SQUARE)
    assert check_derivation("4b", PROOF).complete
    declare(replace(SQUARE, target="x*2*exp(x**2)", milestones=(Resolved("exp", {"exp"}, points=3), Final("fertig"))))
    assert check_derivation("4b", PROOF).points == 3.5


def test_declarations_hold_within_their_block():
    """Another sheet's 1a is forgotten with its notebook, and this one's comes back."""
    with own_declarations():
        declare(replace(SQUARE, part="1a"))
        assert check_derivation("1a", PROOF).complete
        declare(SQUARE)
    assert "4b" not in TASKS
    assert not check_derivation("1a", PROOF).complete
    assert check_derivation("1a", "Derivative(sigma(z), z)").lines[0].ok


@pytest.mark.parametrize("part", TASKS)
def test_own_tasks_pass_the_checks_of_declarations(part):
    """The package asks of others what it keeps itself."""
    declare(TASKS[part])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"target": "x*exp(x**2)"}, "is not x\\*exp"),
        ({"target": "2*q*exp(x**2)"}, "2\\*q\\*exp"),
        ({"part": "Teil 4b"}, "small letters"),
        ({"milestones": ()}, "last milestone"),
        ({"milestones": (Final("fertig"), Form("ohne Ableitung"))}, "last milestone"),
        ({"milestones": (Resolved("exp", {"sin"}), Final("fertig"))}, "sin.*known are.*exp"),
        ({"target": "Derivative(f(x), x)"}, "form"),
        ({"quantities": ("x", "v[i]")}, "size.*i"),
        ({"definitions": {"f(x) + 1": "x"}}, "neither"),
    ],
)
def test_mistake_in_a_declaration_is_named(changes, told):
    """The author hears which derivation it is and what is wrong; nothing is declared."""
    task = replace(SQUARE, **changes)
    with pytest.raises(ValueError, match=f"(?s)'{task.part}'.*{told}"):
        declare(task)
    assert task.part not in TASKS
