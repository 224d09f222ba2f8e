"""Lines made to be wrong where a checker by random numbers looks least: none is accepted."""

import pytest

from autograder.symbolic import check_derivation
from tests.symbolic.chains import USUAL

ADDED = {
    "a polynomial in N that vanishes for 2, 3 and 4": ("1b", "(N - 2)*(N - 3)*(N - 4)"),
    "the same by sums": ("1b", "(Sum(1, (k, 1, N)) - 2)*(Sum(1, (k, 1, N)) - 3)*(Sum(1, (k, 1, N)) - 4)"),
    "a delta of a class that small worlds lack": ("1c", "kron(n, 7)"),
    "a delta of indices far apart": ("1b", "kron(i, j + 5)"),
    "a sum that begins beyond the small sizes": ("1c", "Sum(y[k], (k, 5, N))"),
    "an index as a number": ("1c", "(n - 1)*(n - 2)*(n - 3)*(n - 4)"),
    "a power too small for doubles": ("1b", "a[i]**16"),
    "a power of a power too small for sixty-four digits": ("1b", "(a[i]**16)**16"),
    "a fraction too small for doubles": ("1a", "(1/99999)**4"),
    "a tiny number": ("1a", "(1/99999)**9"),
    "exp of a large negative number": ("1a", "exp(-800)"),
    "exp of a negative number, less than the noise": ("1a", "exp(-99)"),
    "zero for positive values": ("1a", "(z**2)**(1/2) - z"),
    "zero for positive values of h": ("1d", "(h(z[L,n])**2)**(1/2) - h(z[L,n])"),
    "zero for positive weights": ("1d", "Sum((w[L+1,n,m]**2)**(1/2) - w[L+1,n,m], (m, 1, M))"),
}  # fmt: skip


@pytest.mark.parametrize("name", ADDED)
def test_what_vanishes_in_small_worlds_alone_is_not_accepted(name):
    """Added to the last line of a right proof, none of them goes through."""
    part, added = ADDED[name]
    before, _, last = USUAL[part].rpartition("\n= ")
    verdict = check_derivation(part, f"{before}\n= {added} + {last}")
    assert [line.ok for line in verdict.lines] == [True] * (len(verdict.lines) - 1) + [False]
    assert not verdict.complete


@pytest.mark.parametrize(
    ("part", "first", "second"),
    [
        ("1a", "(z**2)**(1/2)", "z"),
        ("1b", "(N - 2)*(N - 3)*(N - 4)*a[i]", "0"),
    ],
)
def test_counterexample_is_found_beyond_small_positive_worlds(part, first, second):
    """What fails for negative values or for many classes alone is answered with such numbers."""
    before, _, last = USUAL[part].rpartition("\n= ")
    last = last.split("#")[0]
    text = f"{before}\n= {last} + {first} - ({second})  # Algebra"
    line = check_derivation(part, text).lines[-1]
    assert line.status == "wrong"
    assert "Für " in line.message


@pytest.mark.parametrize("name", ["_0", "_1", "bound"])
def test_names_of_bound_indices_cannot_be_mixed_up(name):
    """Two sums inside each other keep their indices apart, whatever these are called."""
    apart = f"Sum(Sum(y[k]*a[{name}]**2, ({name}, 1, N)), (k, 1, N))"
    mixed = f"Sum(Sum(y[{name}]*a[{name}]**2, ({name}, 1, N)), (k, 1, N))"
    text = f"Derivative(loss, z[n])\n= Derivative(loss, z[n]) + {apart}\n= Derivative(loss, z[n]) + {mixed}  # Algebra"
    assert check_derivation("1c", text).lines[2].status == "wrong"


def test_verdict_depends_on_the_text_alone():
    """The same text gets the same verdict, also in another process order: nothing random is left."""
    for part, text in USUAL.items():
        assert check_derivation(part, text) == check_derivation(part, text)
