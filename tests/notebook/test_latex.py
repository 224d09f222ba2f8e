"""Formulas are set as the student wrote them, with the brackets that their trees need."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.notebook.latex import breadth, latex, terms
from autograder.symbolic.expressions import (
    Binary,
    Call,
    Derivative,
    Expression,
    Index,
    IndexValue,
    Kronecker,
    Negative,
    Number,
    Power,
    Sum,
    Symbol,
    children,
)
from autograder.symbolic.notation import Vocabulary, parse

VOCABULARY = Vocabulary(
    ("x", "z", "a", "y", "w", "b", "S", "loss", "delta"),
    ("sigma", "h", "dh", "tanh"),
)


def typeset(text: str) -> str:
    return latex(parse(text, VOCABULARY))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sigma(z)", r"\sigma(z)"),
        ("dh(z[L,n])", r"h'(z^{L}_{n})"),
        ("w[L+1,n,m]", r"w^{L+1}_{nm}"),
        ("b[L+1,m]", r"b^{L+1}_{m}"),
        ("delta[L+1,m]", r"\delta^{L+1}_{m}"),
        ("a[n-1]", r"a_{n-1}"),
        ("w[n+1,m]", r"w_{n+1,m}"),
        ("loss", r"\mathcal{L}"),
        ("kron(i, j)", r"\delta_{ij}"),
        ("kron(i, j+1)", r"\delta_{i,j+1}"),
        ("0.5*z", r"0{,}5\,z"),
        ("tanh(x)**2", r"\tanh(x)^{2}"),
        ("Sum(exp(z[k]), (k, 1, N))", r"\sum_{k=1}^{N} e^{z_{k}}"),
        ("Sum(y[k], (k, n+1, N))", r"\sum_{k=n+1}^{N} y_{k}"),
    ],
)
def test_names_read_as_on_the_sheet(text: str, expected: str) -> None:
    assert typeset(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a[i] - (b[i] - y[i])", "a_{i} - (b_{i} - y_{i})"),
        ("a[i] + (b[i] + y[i])", "a_{i} + (b_{i} + y_{i})"),
        ("a[i] - b[i] - y[i]", "a_{i} - b_{i} - y_{i}"),
        ("a[i] - (-b[i])", "a_{i} - (-b_{i})"),
        ("-(a[i] + b[i])", "-(a_{i} + b_{i})"),
        ("--a[i]", "-(-a_{i})"),
        ("(x + 1)*z", r"(x + 1)\,z"),
        ("x*(-z)", r"x\,(-z)"),
        ("-x*z", r"-x\,z"),
        ("x*(z*y)", r"x\,(z\,y)"),
        ("2*3", r"2 \cdot 3"),
        ("x*2", r"x \cdot 2"),
        ("2*(1/2)", r"2 \cdot \frac{1}{2}"),
        ("-x**2", "-x^{2}"),
        ("(-x)**2", "(-x)^{2}"),
        ("(x**2)**3", "(x^{2})^{3}"),
        ("x**2**3", "x^{2^{3}}"),
        ("x**-1", "x^{-1}"),
        ("(x*z)**2", r"(x\,z)^{2}"),
        ("(x/z)**2", r"\left(\frac{x}{z}\right)^{2}"),
        ("z[L,n]**2", "(z^{L}_{n})^{2}"),
        ("exp(x)**2", "(e^{x})^{2}"),
        ("log(x)**2", r"(\log x)^{2}"),
    ],
)
def test_brackets_stand_where_the_tree_needs_them(text: str, expected: str) -> None:
    assert typeset(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x/z*y", r"\frac{x}{z}\,y"),
        ("x/(z*y)", r"\frac{x}{z\,y}"),
        ("x*z/y", r"\frac{x\,z}{y}"),
        ("x/z/y", r"\frac{\frac{x}{z}}{y}"),
        ("x/z*(y/S)", r"\frac{x}{z}\,\frac{y}{S}"),
        ("-exp(-z)/(1 + exp(-z))**2", r"-\frac{e^{-z}}{(1 + e^{-z})^{2}}"),
        ("x - x/z", r"x - \frac{x}{z}"),
        ("x*(-z/y)", r"x\,\left(-\frac{z}{y}\right)"),
    ],
)
def test_fractions_are_set_as_fractions_and_their_sign_in_front(text: str, expected: str) -> None:
    assert typeset(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exp(-z)", "e^{-z}"),
        ("exp(x/z)", r"\exp\left(\frac{x}{z}\right)"),
        ("exp(-exp(z))", r"\exp(-e^{z})"),
        ("log(a[i])", r"\log a_{i}"),
        ("log(a[i])*y[i]", r"\log(a_{i})\,y_{i}"),
        ("log(exp(z[i])/S)", r"\log\left(\frac{e^{z_{i}}}{S}\right)"),
    ],
)
def test_a_function_never_swallows_the_factor_behind_it(text: str, expected: str) -> None:
    assert typeset(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sum(a[k], (k, 1, N))*x", r"\left(\sum_{k=1}^{N} a_{k}\right)\,x"),
        ("y*Sum(a[k], (k, 1, N))*x", r"y\,\left(\sum_{k=1}^{N} a_{k}\right)\,x"),
        ("x*Sum(a[k], (k, 1, N))", r"x\,\sum_{k=1}^{N} a_{k}"),
        ("Sum(a[k] + x, (k, 1, N))", r"\sum_{k=1}^{N} (a_{k} + x)"),
        ("Sum(-a[k], (k, 1, N))", r"\sum_{k=1}^{N} (-a_{k})"),
        ("Sum(a[k], (k, 1, N)) + x", r"\sum_{k=1}^{N} a_{k} + x"),
        ("-Sum(a[k], (k, 1, N))", r"-\sum_{k=1}^{N} a_{k}"),
        ("Sum(a[k], (k, 1, N))**2", r"\left(\sum_{k=1}^{N} a_{k}\right)^{2}"),
    ],
)
def test_a_sum_ends_where_the_student_ended_it(text: str, expected: str) -> None:
    assert typeset(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Derivative(sigma(z), z)", r"\dfrac{\mathrm{d}\sigma(z)}{\mathrm{d}z}"),
        ("Derivative(1 + exp(-z), z)", r"\dfrac{\mathrm{d}}{\mathrm{d}z}\,(1 + e^{-z})"),
        ("Derivative(loss, z[n])", r"\dfrac{\partial \mathcal{L}}{\partial z_{n}}"),
        ("Derivative(1/S, S)", r"\dfrac{\partial}{\partial S} \frac{1}{S}"),
        ("Derivative(exp(z[i])/S, z[j])*x", r"\dfrac{\partial}{\partial z_{j}}\,\left(\frac{e^{z_{i}}}{S}\right)\,x"),
        ("Derivative((a[i] - y[i])**2, w[n,m])", r"\dfrac{\partial}{\partial w_{nm}} (a_{i} - y_{i})^{2}"),
        ("Derivative(x**2, x)**2", r"\left(\dfrac{\mathrm{d}}{\mathrm{d}x} x^{2}\right)^{2}"),
        ("Derivative(x*h(z), -z)", r"\dfrac{\mathrm{d}}{\mathrm{d}(-z)}\,(x\,h(z))"),
    ],
)
def test_derivatives_are_partial_where_indices_are_about(text: str, expected: str) -> None:
    assert typeset(text) == expected


def test_numbers_that_no_decimal_writes_become_fractions() -> None:
    assert latex(Number(Fraction(-1, 3))) == r"-\frac{1}{3}"
    assert latex(Binary("*", Symbol("x"), Number(Fraction(-2)))) == r"x\,(-2)"


def test_terms_are_the_summands_with_their_signs() -> None:
    tree = parse("a[i] - (b[i] + y[i]) + x*z - -S", VOCABULARY)
    assert terms(tree) == ["a_{i}", "{}- (b_{i} + y_{i})", r"{}+ x\,z", "{}- (-S)"]
    assert terms(parse("-(a[i] + x)", VOCABULARY)) == ["-(a_{i} + x)"]


indices = st.builds(Index, st.sampled_from("ijkL"), st.integers(-1, 1))
leaves = st.one_of(
    st.builds(Number, st.fractions(-9, 9, max_denominator=8)),
    st.builds(Symbol, st.sampled_from(["z", "loss", "S"]), st.lists(indices, max_size=3).map(tuple)),
    st.builds(IndexValue, indices),
    st.builds(Kronecker, indices, indices),
)


def grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Call, st.sampled_from(["exp", "log", "sigma", "dh", "odd_name"]), inner),
        st.builds(Negative, inner),
        st.builds(Binary, st.sampled_from("+-*/"), inner, inner),
        st.builds(Power, inner, inner),
        st.builds(Derivative, inner, inner),
        st.builds(Sum, inner, st.just("k"), indices, indices),
    )


@given(st.recursive(leaves, grown, max_leaves=12))
@settings(max_examples=300, deadline=None)
def test_every_tree_gives_balanced_latex(expression: Expression) -> None:
    """Braces and brackets close in order, \\left has its \\right, and no sign follows another."""
    text = latex(expression)
    closing = {"{": "}", "(": ")"}
    opened: list[str] = []
    for character in text:
        if character in closing:
            opened.append(closing[character])
        elif character in closing.values():
            assert opened.pop() == character
    assert not opened
    assert text.count(r"\left(") == text.count(r"\right)")
    assert not any(double in text.replace(" ", "") for double in ("--", "+-", "-+", r"\,-", r"\cdot-"))
    assert "$" not in text
    assert "".join(terms(expression)).replace("{}", "").replace(" ", "") == text.replace(" ", "")


@given(st.recursive(leaves, grown, max_leaves=12))
@settings(max_examples=100, deadline=None)
def test_a_whole_is_wider_than_its_parts(expression: Expression) -> None:
    """What is added to a formula makes it wider, whatever it is."""
    for part in children(expression):
        raised = isinstance(expression, Call) and expression.function == "exp"
        assert breadth(expression) > (0.7 if raised else 1) * breadth(part) or part is getattr(
            expression, "exponent", getattr(expression, "variable", None)
        )
