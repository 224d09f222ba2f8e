"""The door to the checker: verdicts, points and messages of whole derivations."""

import pytest

from autograder.symbolic import TASKS, check_derivation
from autograder.symbolic.comparison import TRUTH, Comparison
from autograder.symbolic.registry import setting
from autograder.symbolic.worlds import worlds
from tests.symbolic.chains import USUAL


@pytest.mark.parametrize("part", USUAL)
def test_usual_proof_gets_all_points(part):
    """The sheet's own way is complete, every line is right, and nothing is left for a tutor."""
    verdict = check_derivation(part, USUAL[part])
    assert [line.status for line in verdict.lines if not line.ok] == []
    assert (verdict.points, verdict.complete, verdict.manual_review) == (verdict.max_points, True, False)


@pytest.mark.parametrize("part", TASKS)
def test_start_is_no_vacuous_world(part):
    """Every claim's left side is nonzero in every world, so no line holds as 0 = 0; and it equals the right side."""
    task = setting(part)
    comparison = Comparison(task)
    for world in worlds(task.task, one_hot=task.task.normalised is not None):
        assert abs(comparison.value(task.start, world, TRUTH)) > 1e-6
    assert comparison.agree(task.start, task.target, one_hot=task.task.normalised is not None)


@pytest.mark.parametrize("part", TASKS)
@pytest.mark.parametrize("text", ["", "\n\n", "## nur ein Kommentar", "# YOUR CODE HERE\nraise NotImplementedError()"])
def test_empty_cell_is_still_empty(part, text):
    """An empty cell earns nothing and is no mistake."""
    verdict = check_derivation(part, text)
    assert (verdict.points, verdict.lines, verdict.manual_review) == (0, (), False)
    assert "Noch leer" in verdict.message


@pytest.mark.parametrize("part", TASKS)
def test_bare_result_earns_at_most_half_a_point(part):
    """Start and claim alone, with whatever reason, are no derivation."""
    task = TASKS[part]
    for reason in ("", "# Algebra", "# Kettenregel", "# Quotientenregel, Kettenregel"):
        assert check_derivation(part, f"{task.start}\n= {task.target} {reason}").points <= 0.5


def test_wrong_line_shows_counterexample_and_mistake():
    """A wrong line names both values in numbers as Germans write them, and the likely mistake."""
    text = USUAL["1a"].replace("= exp(-z)/(1", "= -exp(-z)/(1")
    line = check_derivation("1a", text).lines[3]
    assert (line.ok, line.status, line.mistake) == (False, "wrong", "sign")
    assert "Für z = 0," in line.message
    assert "−0," in line.message
    assert "Vorzeichen" in line.message


def test_slip_costs_once():
    """What follows soundly from a wrong line keeps its points (Folgefehler)."""
    text = USUAL["1a"].replace("= exp(-z)/(1", "= -exp(-z)/(1").replace("= sigma(z)*", "= -sigma(z)*")
    verdict = check_derivation("1a", text)
    assert [line.ok for line in verdict.lines] == [True, True, True, False, True]
    assert verdict.points == 1.5


def test_jump_says_what_lies_between():
    """A true line that the named rule does not carry is a jump; the rules between are named."""
    lines = USUAL["1a"].splitlines()
    verdict = check_derivation(
        "1a", "\n".join([lines[0], lines[1], lines[3].replace("Kettenregel", "Quotientenregel")])
    )
    assert verdict.lines[2].status == "jump"
    assert "Quotientenregel, Kettenregel" in verdict.lines[2].message


def test_no_reason_asks_why():
    """A line that needed a rule and names none is asked for it."""
    line = check_derivation("1a", USUAL["1a"].replace("# Quotientenregel", "")).lines[2]
    assert (line.ok, line.status) == (False, "jump")
    assert "Warum?" in line.message


def test_other_rule_is_right_at_half_a_point_once():
    """True lines under wrong names keep standing and cost half a point for the part."""
    text = USUAL["1a"].replace("# Quotientenregel", "# Produktregel").replace("# Kettenregel", "# Produktregel")
    verdict = check_derivation("1a", text)
    assert [line.status for line in verdict.lines][2:4] == ["other_rule", "other_rule"]
    assert verdict.points == 1.5


def test_assumption_must_be_named():
    """The sum of y is 1 only where a line says so."""
    verdict = check_derivation("1c", USUAL["1c"].replace("# Voraussetzung", "# Algebra"))
    assert verdict.lines[-1].mistake == "assumption_not_named"
    assert verdict.points == 1.5


def test_transposed_weight_is_named_whatever_the_numbers():
    """w[L+1,m,n] is refused by its shape."""
    line = check_derivation("1d", USUAL["1d"].replace("w[L+1,n,m]", "w[L+1,m,n]")).lines[5]
    assert (line.ok, line.mistake) == (False, "transposed_weight")


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("z_i", "z[i]"),
        ("exp(z[i])^2", "**"),
        ("Exp(z[i])", "exp"),
        ("ln(z[i])", "log"),
        ("Sum(exp(z[k]), (k, 1, 10))", "allgemeines N"),
        ("z[q]", "nicht gebunden"),
        ("(z[i]", "Klammer"),
        ("2 z[i]", "Malzeichen"),
        ("__import__('os')", "gibt es hier nicht"),
        ("z.real", "Notation"),
        ("lambda: 0", "Notation"),
    ],
)
def test_unreadable_line_says_what_to_write(wrong, hint):
    """What is not in the notation is an error of that line alone, with a hint."""
    verdict = check_derivation("1b", f"Derivative(a[i], z[j])\n= {wrong}\n= Derivative(exp(z[i])/S, z[j]) # Definition")
    assert [line.status for line in verdict.lines] == ["start", "unreadable", "right"]
    assert hint in verdict.lines[1].message


def test_huge_power_is_no_danger():
    """Towers of powers are turned down, not computed."""
    line = check_derivation("1a", "Derivative(sigma(z), z)\n= 9**9**9**9").lines[1]
    assert not line.ok


def test_unknown_rule_lists_the_rules():
    """An unknown reason is answered with the list; a misspelt one is read as the nearest."""
    verdict = check_derivation(
        "1a", USUAL["1a"].replace("Quotientenregel", "Quotientnregel").replace("Kettenregel", "Magie")
    )
    assert "Quotientenregel" in verdict.lines[2].note
    assert verdict.lines[2].ok
    assert "Produktregel" in verdict.lines[3].note


def test_cases_together_prove_the_claim():
    """Both cases earn what the general proof earns, one alone less."""
    equal = """Fall i == j
Derivative(a[i], z[j])
= (Derivative(exp(z[i]), z[i])*S - exp(z[i])*Derivative(S, z[i]))/S**2 # Quotientenregel
= (exp(z[i])*S - exp(z[i])*exp(z[i]))/S**2 # Kettenregel
= a[i]*(1 - a[i]) # Algebra
"""
    unequal = """Fall i != j
Derivative(a[i], z[j])
= -exp(z[i])*Derivative(S, z[j])/S**2 # Quotientenregel
= -exp(z[i])*exp(z[j])/S**2 # Kettenregel
= -a[i]*a[j] # Algebra
"""
    both = check_derivation("1b", equal + unequal)
    assert (both.points, both.complete) == (2, True)
    assert check_derivation("1b", equal).points == check_derivation("1b", unequal).points == 1.0
    assert not check_derivation("1b", "Fall i != i\nDerivative(a[i], z[j])").lines[0].ok


def test_other_start_earns_nothing():
    """A proof that begins with its end is answered with the start, and its lines are still checked."""
    verdict = check_derivation("1a", "sigma(z)*(1 - sigma(z))\n= exp(-z)/(1 + exp(-z))**2 # Algebra")
    assert verdict.points == 0
    assert verdict.lines[0].mistake == "wrong_start"
    assert verdict.lines[1].ok


def test_unknown_part_is_the_callers_error():
    """The door is for the parts there are."""
    with pytest.raises(KeyError):
        check_derivation("9z", "")
