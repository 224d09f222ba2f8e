"""What typical mistakes make of a line: each is called by its name, however the line goes on, and nothing else is."""

import itertools

import pytest

from autograder.symbolic import check_derivation
from autograder.symbolic.comparison import Comparison
from autograder.symbolic.diagnosis import HINTS
from autograder.symbolic.misreadings import free_indices, misreadings
from autograder.symbolic.notation import parse
from autograder.symbolic.registry import setting
from autograder.symbolic.repairs import coarse_repairs

Q = "(Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2"

# part, line before, wrong line, rules, what it is called
STEPS = [
    ("1a", "Derivative(1/(1 + exp(-z)), z)", "-Derivative(1 + exp(-z), z)", "Quotientenregel", "denominator_lost"),
    ("1a", "Derivative((1 + exp(-z))**(-2), z)", "(1 + exp(-z))**(-3)*Derivative(1 + exp(-z), z)", "Potenzregel",
     "power_factor_lost"),
    ("1a", "Derivative((1 + exp(-z))**(-1), z)", "-(1 + exp(-z))**0*Derivative(1 + exp(-z), z)", "Potenzregel",
     "power_exponent_raised"),
    ("1a", "Derivative(exp(-2*z), z)", "exp(-2)", "Kettenregel", "chain_inside"),
    ("1a", "Derivative(exp(-z), z)", "z*exp(-z - 1)", "Potenzregel", "exp_as_power"),
    ("1a", "Derivative(exp(z)*(1 + exp(z)), z)", "Derivative(exp(z), z) + Derivative(1 + exp(z), z)", "Produktregel",
     "sum_of_derivatives"),
    ("1a", "Derivative(exp(z)/(2 + exp(3*z)), z)",
     "(Derivative(exp(z), z)*exp(z) - (2 + exp(3*z))*Derivative(2 + exp(3*z), z))/(2 + exp(3*z))**2", "Quotientenregel",
     "not_crossed"),
    ("1a", "exp(-z)/(1 + exp(-z))**2", "exp(-z)/(1 + exp(-2*z))", "Algebra", "power_of_sum"),
    ("1a", "Derivative(1/(1 + exp(-z)), z)", "Derivative(1 + exp(z), z)", "Algebra", "fraction_split"),
    ("1a", "Derivative(2*exp(-z)*(1 + exp(-z)), z)", "Derivative(2*exp(-z) + exp(-z), z)", "Algebra",
     "one_summand_only"),
    ("1a", "exp(-z)/(1 + exp(-z))**2", "1 - sigma(z)", "Algebra", "exponent_changed"),
    ("1b", Q, "((1 - kron(i, j))*exp(z[i])*S - exp(z[i])*exp(z[j]))/S**2", "Kettenregel", "kronecker_inverted"),
    ("1b", Q, "(kron(i, j)*exp(z[i])*S - exp(z[i])*S)/S**2", "Kettenregel", "not_differentiated"),
    ("1b", Q, "(0*S - exp(z[i])*exp(z[j]))/S**2", "Kettenregel", "taken_for_constant"),
    ("1b", "Derivative(exp(z[i])/S, z[j])", Q.replace("z[j]", "z[i]"), "Quotientenregel",
     "wrong_variable"),
    ("1b", "exp(z[i])*exp(z[j])/S**2", "exp(z[i]*z[j])/S**2", "Algebra", "exponent_law"),
    ("1c", "-Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))",
     "-Sum(y[i]*a[i]*Derivative(a[i], z[n]), (i, 1, N))", "Kettenregel", "log_derivative"),
    ("1c", "-Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))", "-Sum(y[i]*(1 - a[i]), (i, 1, N))", "Kettenregel",
     "sigmoid_for_softmax"),
    ("1c", "Derivative(loss, z[n])", "Derivative(loss, a[n])*Derivative(a[n], z[n])", "Kettenregel", "chain_sum_lost"),
    ("1c", "Derivative(loss, z[n])", "Derivative(Sum((a[i] - y[i])**2, (i, 1, N)), z[n])", "Definition",
     "wrong_definition"),
    ("1c", "Derivative(-Sum(y[i]*log(exp(z[i])/S), (i, 1, N)), z[n])",
     "Derivative(-Sum(y[i]*z[i]/log(S), (i, 1, N)), z[n])", "Algebra", "logarithm_law"),
    ("1c", "-Sum(y[i]*a[i], (i, 1, N))", "-Sum(y[i], (i, 1, N))*Sum(a[i], (i, 1, N))", "Algebra", "product_of_sums"),
    ("1c", "-Sum(y[i]*kron(i, n), (i, 1, N)) + a[n]*Sum(y[i], (i, 1, N))", "-1 + a[n]*Sum(y[i], (i, 1, N))",
     "Kronecker", "delta_contracted"),
    ("1c", "-y[n] + a[n]*Sum(y[i], (i, 1, N))", "-y[n]", "Voraussetzung", "sum_value"),
    ("1d", "Sum(delta[L+1,m]*w[L+1,n,m]*Derivative(h(z[L,n]), z[L,n]), (m, 1, M))",
     "Sum(delta[L+1,m]*w[L+1,n,m]*h(z[L,n])*(1 - h(z[L,n])), (m, 1, M))", "1a", "h_is_general"),
    ("1d", "Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))",
     "Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*z[L,k], (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))", "Definition",
     "wrong_definition"),
    ("1d", "dh(z[L,n])*Sum(delta[L+1,m]*w[L+1,n,m], (m, 1, M))", "dh(z[L,n])*Sum(delta[L+1,m] - w[L+1,n,m], (m, 1, M))",
     "Algebra", "wrong_operation"),
    ("1d", "dh(z[L,n])*Sum(delta[L+1,m]*w[L+1,n,m], (m, 1, M))", "dh(z[L,n])*Sum(z[L+1,m]*w[L+1,n,m], (m, 1, M))",
     "Algebra", "wrong_quantity"),
    ("1d", "dh(z[L,n])*Sum(delta[L+1,m]*w[L+1,n,m], (m, 1, M))", "dh(z[L,n])*Sum(delta[L+1,m]*w[L+1,n,m], (m, 1, M-1))",
     "Algebra", "bounds"),
]  # fmt: skip


def named(part, before, line, rules):
    """Return what the second of two lines is called; a proof may go through the first, whatever its start."""
    verdict = check_derivation(part, f"{setting(part).task.start}\n= {before}\n= {line}  # {rules}")
    return verdict.lines[-1].mistake


@pytest.mark.parametrize(("part", "before", "line", "rules", "key"), STEPS)
def test_a_wrong_step_is_called_by_its_name(part, before, line, rules, key):
    """One mistake, at whatever depth of the derivatives."""
    assert named(part, before, line, rules) == key


@pytest.mark.parametrize("part", ["1a", "1b", "1c", "1d"])
def test_every_name_has_a_hint(part):
    """Whatever a misreading or a repair is called, the student is told more than the name."""
    prepared = setting(part)
    lines = [
        prepared.start,
        prepared.target,
        *(parse(step[1], prepared.vocabulary) for step in STEPS if step[0] == part),
    ]
    keys = {key for line in lines for key, _ in (*misreadings(line, prepared), *coarse_repairs(line, prepared))}
    assert keys <= HINTS.keys()


@pytest.mark.parametrize("part", ["1a", "1b", "1c", "1d"])
def test_what_is_misread_is_really_something_else(part):
    """None of what stands in place of a definition or a derivative has its value: a name must be true."""
    prepared = setting(part)
    comparison = Comparison(prepared)
    whole = {
        "1c": "Sum(Sum(({})*exp(z[i])*y[j], (j, 1, N)), (i, 1, N))",
        "1d": "Sum(({})*delta[L+1,m], (m, 1, M))",
    }.get(part, "{}")
    for pattern, mistakes in prepared.task.misread.items():
        for text in itertools.chain(*mistakes.values()):
            right, wrong = (parse(whole.format(each), prepared.vocabulary) for each in (pattern, text))
            assert not comparison.agree(right, wrong), (pattern, text)


def test_free_indices_are_those_that_no_sum_binds():
    """Also those of deltas and bounds."""
    line = parse("Sum(w[L+1,k,m]*kron(k, n), (k, 1, N))", setting("1d").vocabulary)
    assert free_indices(line) == {"L", "m", "n", "", "N"}


def test_a_line_may_hide_its_mistake_in_algebra_and_be_named_all_the_same():
    """S is left as it is in place of differentiated, and the fraction cancelled at once."""
    assert named("1b", Q, "a[i]*kron(i, j) - a[i]", "Kettenregel, Algebra") == "not_differentiated"


def test_two_mistakes_at_once_get_no_name_that_only_one_would_deserve():
    """Neither the square nor the factor alone makes this of the line before."""
    assert named("1a", "exp(-z)/(1 + exp(-z))**2", "5*exp(-3*z)/(1 + exp(-2*z)) + z", "Algebra") is None
