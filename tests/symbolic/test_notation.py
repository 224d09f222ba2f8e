"""What cannot be read is answered with its place and the nearest valid spelling."""

import subprocess
import sys

import pytest

from autograder.symbolic import TASKS, check_derivation
from autograder.symbolic.notation import MAX_LINES

# part, what was typed, what the answer must hold
TYPED = [
    ("1a", "0,5*sigma(z)", "0.5*sigma(z)"),
    ("1a", "sin(z)", "Bekannt sind: z, sigma, exp, log"),
    ("1a", "Sigma(z)", "sigma(z)"),
    ("1a", "sigmoid(z)", "sigma(z)"),
    ("1a", "σ(z)", "sigma(z)"),
    ("1a", "σ(z)*(1 - σ(z))", "sigma(z)*(1 - sigma(z))"),
    ("1a", "deriv(sigma(z), z)", "Derivative(sigma(z), z)"),
    ("1a", "diff(sigma(z), z)", "Derivative(sigma(z), z)"),
    ("1a", "sigma'(z)", "Derivative(sigma(z), z)"),
    ("1a", "∂sigma(z)/∂z", "Derivative(f, x)"),
    ("1a", "d/dz sigma(z)", "Derivative(f, x)"),
    ("1a", "e^z", "exp(z)"),
    ("1a", "1/(1 + e^(-z))", "1/(1 + exp(-z))"),
    ("1a", "e**-z", "exp(-z)"),
    ("1a", "2z", "2*z"),
    ("1a", "exp z", "exp(z)"),
    ("1a", "exp -z", "exp(-z)"),
    ("1a", "exp[z]", "exp(z)"),
    ("1a", "exp(z", "exp(z)"),
    ("1a", "exp(z))", "Lesbar wäre: exp(z)"),
    ("1a", "sigma(z)(1 - sigma(z))", "sigma(z)*(1 - sigma(z))"),
    ("1a", "sigma(z)²", "sigma(z)**2"),
    ("1a", "sigma", "sigma(...)"),
    ("1a", "> z", "= statt mit =>"),
    ("1a", "z == 2", "zwei Gleichheitszeichen"),
    ("1a", "z => 2", "zwei Gleichheitszeichen"),
    ("1a", "[1 + z]", "runden Klammern"),
    ("1a", "z!", "Zeichen !"),
    ("1a", "x", "x hat hier keine Bedeutung"),
    ("1b", "a_i", "a[i]"),
    ("1b", "a_{i}*a_{j}", "a[i]*a[j]"),
    ("1b", "a(i)", "a[i]"),
    ("1b", "ai", "a[i]"),
    ("1b", "z[i", "z[i]"),
    ("1b", "z[i]exp(z[j])", "z[i]*exp(z[j])"),
    ("1b", "Sum(exp(z[k]), k)", "(k, 1, N)"),
    ("1b", "sum(exp(z[k]), (k, 1, N))", "Sum(exp(z[k]), (k, 1, N))"),
    ("1b", "∑ exp(z[k])", "Sum(f, (k, 1, N))"),
    ("1b", "kron[i,j]", "kron(i, j)"),
    ("1b", "δ_ij", "kron(i, j)"),
    ("1b", "delta(i,j)", "kron(i, j)"),
    ("1b", "a[q]", "Behauptung (i, j)"),
    ("1b", "s", "Meinst du S?"),
    ("1b", "a[i]*(kron(i, j) - a[j]).", "a[i]*(kron(i, j) - a[j])"),
    ("1d", "h'(z[L,n])", "dh(z[L,n])"),
    ("1d", "delta(L+1,m)", "delta[L+1,m]"),
    ("1d", "w_nm", "w[n,m]"),
    ("1d", "z[n]", "L, L+1"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "typed", "answer"), TYPED)
def test_misspelling_is_answered_with_the_spelling_that_is_valid(part, typed, answer):
    """Typical misspellings get no verdict on their truth, but an answer that says what to type."""
    line = check_derivation(part, f"{TASKS[part].start}\n= {typed}  # Algebra").lines[1]
    assert line.status == "unreadable"
    assert answer in line.message


@pytest.mark.parametrize("arrow", ["=>", "⇒", "->", ":=", "<=>"])
def test_arrow_is_no_equals_sign(arrow):
    """A step that begins with an arrow is told to begin with an equals sign."""
    line = check_derivation("1a", f"Derivative(sigma(z), z)\n{arrow} Derivative(1/(1 + exp(-z)), z)").lines[1]
    assert line.status == "unreadable"
    assert "Beginne einen Schritt mit =" in line.message


def test_place_counts_characters_of_the_line():
    """The place of the first thing that is wrong, counted from 1."""
    line = check_derivation("1b", "Derivative(a[i], z[j])\n= exp(z[i])/foo").lines[1]
    assert "(Zeichen 11)" in line.message


def test_too_many_lines_are_refused_in_words():
    """Beyond the limit one line says so, and nothing more is read."""
    verdict = check_derivation("1a", "Derivative(sigma(z), z)\n" + "= Derivative(sigma(z), z)\n" * 500)
    assert len(verdict.lines) == MAX_LINES + 1
    assert verdict.lines[-1].status == "unreadable"
    assert str(MAX_LINES) in verdict.lines[-1].message


def test_odd_text_leaves_no_warning():
    """What Python's parser warns of (0x1for, odd escapes) reaches neither the student nor a log."""
    script = """
from autograder.symbolic import check_derivation
for typed in ("1if 2 else 3", "0x1for", "1_000in z", "'\\\\d'", "z is 1", "1 .real", "(1)(2)"):
    assert check_derivation("1a", f"Derivative(sigma(z), z)\\n= {typed}").lines[1].status == "unreadable"
"""
    run = subprocess.run([sys.executable, "-W", "always", "-c", script], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_checker_is_imported_without_sympy_and_numpy():
    """What only checks text stays light: nothing large is loaded, neither by the import nor by a check."""
    script = """
import sys
from autograder.symbolic import check_derivation
check_derivation("1a", "Derivative(sigma(z), z)\\n= Derivative(1/(1 + exp(-z)), z)")
heavy = {"sympy", "numpy", "mpmath", "IPython", "matplotlib", "nbformat", "nbgrader"}
assert not heavy & {name.partition(".")[0] for name in sys.modules}, heavy & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
