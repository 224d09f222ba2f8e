"""The structure of code and proofs: what does not change it, what does, and what cannot be read."""

import pytest

from autograder.course.report.structure import chain_sketch, code_sketch, given_names, proofs

LOOP = """
def forward(X, parameters):
    zs = []
    for W, b in parameters:
        zs.append(X @ W + b)
        X = np.tanh(zs[-1]) * 2.0
    return zs
"""
CHAIN = "Derivative(loss, z[n])\n= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))  # Summenregel"


def code(source: str) -> set[bytes]:
    return set(code_sketch([("cell", source)], {"forward"}))


@pytest.mark.parametrize(
    "other",
    [
        LOOP.replace("zs", "ergebnisse").replace("W", "gewicht"),
        LOOP.replace("    zs = []", '    """Andere Worte."""\n    zs = []  # leer'),
        LOOP.replace("2.0", "7"),
        LOOP.replace("X, parameters", "X: object, parameters: list").replace("):", ") -> list:"),
        "import numpy as numerik\n" + LOOP.replace("np.", "numerik."),
        "%matplotlib inline\n" + LOOP,
    ],
    ids=["names", "comments", "numbers", "annotations", "alias", "magic"],
)
def test_appearance_is_no_structure(other):
    """Names, comments, numbers, annotations, aliases and magics leave the structure as it is."""
    assert code(LOOP) <= code(other)


def test_in_place_step_is_the_same_step():
    """x += y and x = x + y are one structure."""
    assert code("def forward(x, y):\n    x += np.exp(y) * x\n    return x") == code(
        "def forward(x, y):\n    x = x + np.exp(y) * x\n    return x"
    )


def test_another_way_is_another_structure():
    """Another function of NumPy's, or another order of steps, is another structure."""
    assert code(LOOP) != code(LOOP.replace("tanh", "cosh"))
    assert code(LOOP) != code(LOOP.replace("X @ W + b", "b + W.T @ X"))


def test_order_of_functions_does_not_matter():
    """The same functions in another order have the same pieces."""
    other = "def backward(y):\n    return np.exp(y) / np.exp(y).sum(axis=1)\n"
    assert code(LOOP + other) == code(other + LOOP)


@pytest.mark.parametrize(
    "source",
    ["def f(:\n", "x = " + "(" * 500 + ")" * 500, "x = 1" + " + 1" * 20_000, "\0", "\ud800", "x" * 60_000],
    ids=["syntax", "brackets", "long sum", "null", "surrogate", "huge"],
)
def test_what_cannot_be_read_has_no_structure(source):
    """No text of a student's stops a report."""
    assert code(source) == set()


def test_given_names_are_those_of_the_top_level():
    """Functions and classes at the top level of the sheet keep their names."""
    assert given_names(["def f(x):\n    def inner(): ...", "class C:\n    def g(self): ..."]) == {"f", "C"}


def test_bound_index_and_order_of_summands_do_not_matter():
    """A proof with another bound index, factors swapped, is the same chain."""
    other = CHAIN.replace("y[i]", "y[k]").replace("a[i]", "a[k]").replace("(i,", "(k,")
    swapped = other.replace("y[k]*Derivative(log(a[k]), z[n])", "Derivative(log(a[k]), z[n])*y[k]")
    assert set(chain_sketch({"1c": CHAIN})) == set(chain_sketch({"1c": other})) == set(chain_sketch({"1c": swapped}))
    assert set(chain_sketch({"1c": CHAIN})) != set(chain_sketch({"1c": CHAIN.replace("Summenregel", "Faktorregel")}))


def test_unreadable_line_still_is_a_piece():
    """The same unreadable line, spaces aside, is the same piece."""
    first, second = "Derivative(loss, z[n])\n= was +", "Derivative(loss, z[n])\n= was  +"
    assert set(chain_sketch({"1c": first})) == set(chain_sketch({"1c": second}))


def test_last_proof_that_says_anything_counts():
    """Of several cells for a part the last with more than the start counts, as for points."""
    cells = ["%%derivation 1c\n" + CHAIN, "%%derivation 1c\nDerivative(loss, z[n])", "%%derivation nichts\nx"]
    assert proofs(cells) == {"1c": CHAIN}
    assert proofs(cells[1:]) == {}
