"""Derivations built of SymPy's objects: the verdicts of the text, and nothing of a student's class is ever called."""

import math
import subprocess
import sys

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.symbolic import TASKS, check_derivation, derivation_text
from autograder.symbolic.expressions import (
    Binary,
    Call,
    Derivative,
    Index,
    IndexValue,
    Kronecker,
    Negative,
    Number,
    Power,
    Sum,
    Symbol,
)
from autograder.symbolic.notation import MAX_LINES, Vocabulary, parse, read_lines
from tests.symbolic.chains import USUAL
from tests.symbolic.sympy_chains import build, steps

z, x = sp.symbols("z x")
i, j, k, n, m, L = sp.symbols("i j k n m L", integer=True)
N, M = sp.symbols("N M", integer=True, positive=True)
Z, A, W, DELTA = map(sp.IndexedBase, ("z", "a", "w", "delta"))
sigma, h, dh = map(sp.Function, ("sigma", "h", "dh"))
START = sp.Derivative(sigma(z), z)


def written(step: object, part: str = "1a") -> str:
    return derivation_text(part, [step])


# ------------------------------------------------------------------------------------------------ the same verdicts


@pytest.mark.parametrize("part", USUAL)
def test_usual_chain_as_objects_is_the_usual_text(part):
    """Built without evaluation, a proof is written back as it stands on the sheet, and judged alike."""
    lines = read_lines(derivation_text(part, steps(part)))
    assert [(line.text, line.reason.rules) for line in lines] == [
        (line.text, line.reason.rules) for line in read_lines(USUAL[part])
    ]
    verdict, expected = check_derivation(part, steps(part)), check_derivation(part, USUAL[part])
    assert (verdict.points, verdict.complete, verdict.message) == (expected.points, True, expected.message)
    assert [line.status for line in verdict.lines] == [line.status for line in expected.lines]


def test_proof_in_sympys_own_order_gets_all_points():
    """Written as one writes SymPy, everything reordered by it, the proof of 1a stands."""
    e = sp.exp(-z)
    chain = [
        START,
        (sp.Derivative(1 / (1 + e), z), "Definition"),
        (-sp.Derivative(1 + e, z) / (1 + e) ** 2, "Quotientenregel"),
        (e / (1 + e) ** 2, "Kettenregel"),
        (sigma(z) * (1 - sigma(z)), "Algebra"),
    ]
    verdict = check_derivation("1a", chain)
    assert (verdict.points, verdict.complete) == (2, True)


def test_wrong_object_gets_the_counterexample_of_its_text():
    """Messages, values and the mistake's name are those of the text form."""
    chain = [*steps("1a")[:3], (-sp.exp(-z) / (1 + sp.exp(-z)) ** 2, "Kettenregel")]
    text = USUAL["1a"].replace("= exp(-z)/(1", "= -exp(-z)/(1")
    found, expected = check_derivation("1a", chain).lines[3], check_derivation("1a", text).lines[3]
    assert (found.mistake, found.message) == (expected.mistake, expected.message)
    assert found.mistake == "sign"


def test_steps_may_be_lines_pairs_equations_and_cases():
    """All ways to write a step mix in one list, and a case repeats the start or goes on."""
    S = sp.Symbol("S")
    quotient = "= (Derivative(exp(z[i]), z[i])*S - exp(z[i])*Derivative(S, z[i]))/S**2 # Quotientenregel"
    start = sp.Derivative(A[i], Z[j])
    chain = [
        "Fall i == j",
        start,
        quotient,
        ("(exp(z[i])*S - exp(z[i])*exp(z[i]))/S**2", ["Kettenregel"]),
        (A[i] * (1 - A[i]), "Algebra"),
        "Fall i != j",
        (sp.Eq(start, -sp.exp(Z[i]) * sp.Derivative(S, Z[j]) / S**2), "Quotientenregel"),
        (-sp.exp(Z[i]) * sp.exp(Z[j]) / S**2, "Kettenregel"),
        "-a[i]*a[j]  # Algebra",
    ]
    verdict = check_derivation("1b", chain)
    assert [line.message for line in verdict.lines if not line.ok] == []
    assert (verdict.points, verdict.complete, len(verdict.lines)) == (2, True, 8)


def test_equations_chain_from_the_line_before_or_from_the_start():
    """A = B, B = C and A = C read as A = B = C; an equation with another left side brings that side as a line."""
    a, b, c, d = START, sigma(z) * (1 - sigma(z)), sigma(z) - sigma(z) ** 2, sigma(z)
    assert derivation_text("1a", [sp.Eq(a, b), sp.Eq(b, c), (sp.Eq(a, d), "Algebra")]).splitlines() == [
        "Derivative(sigma(z), z)",
        "= (1 - sigma(z))*sigma(z)",
        "= -sigma(z)**2 + sigma(z)",
        "= sigma(z)  # Algebra",
    ]
    assert derivation_text("1a", [a, sp.Eq(c, d)]).splitlines()[1:] == ["= -sigma(z)**2 + sigma(z)", "= sigma(z)"]


# ------------------------------------------------------------------------------------------------ single formulas


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (sp.Derivative(sigma(z), (z, 1)), "Derivative(sigma(z), z)"),
        (sp.Derivative(sigma(z), (z, 2)), "Derivative(Derivative(sigma(z), z), z)"),
        (sp.Sum(sp.exp(Z[k]), (k, 1, N), (m, 1, M)), "Sum(exp(z[k]), (k, 1, N), (m, 1, M))"),
        (sp.Sum(Z[k], (k, n + 1, N - 1)), "Sum(z[k], (k, n+1, N-1))"),
        (W[L + 1, n, m] * DELTA[L + 1, m], "delta[L+1,m]*w[L+1,n,m]"),
        (sp.KroneckerDelta(n, m), "kron(m, n)"),
        (sp.Symbol("z", positive=True) * sp.Symbol("z[i]"), "z[i]*z"),
        (sp.UnevaluatedExpr(z + 1) * 2, "2*(1 + z)"),
        (sp.Rational(-2, 3) * z, "-2*z/3"),
        (z ** sp.Rational(1, 2), "z**(1/2)"),
        (1 / sp.sqrt(z), "1/z**(1/2)"),
        (z**-x, "z**(-x)"),
        ((-z) ** 2 * sp.Float("0.5"), "0.5*z**2"),
        (sp.Pow(-z, 2, evaluate=False), "(-z)**2"),
        (sp.exp(1), "exp(1)"),
        (sp.Pow(sp.E, z, evaluate=False), "exp(z)"),
        (sp.Integer(-3), "-3"),
        (
            sp.Add(-z, sp.Add(1, x, evaluate=False), sp.Mul(-1, z + x, evaluate=False), evaluate=False),
            "-z + (1 + x) - (x + z)",
        ),
        (sp.Mul(-1, sp.Mul(-1, z, evaluate=False), evaluate=False), "-(-z)"),
        (h(z) * dh(z), "dh(z)*h(z)"),
        (sp.Sum(Z[sp.Idx("i")], (sp.Idx("i"), 1, N)), "Sum(z[i], (i, 1, N))"),
        (0, "0"),
    ],
)
def test_formula_is_written_in_the_sheets_notation(expression, text):
    """Fractions, signs, indices and binders come out as one writes them in a cell."""
    assert written(expression) == text


def test_dummy_index_gets_a_letter_that_is_free():
    """Its own name if nothing else is called so, else another letter; two dummies of one name stay two."""
    first, second = sp.Dummy("k"), sp.Dummy("k")
    inner = sp.Sum(A[first] * sp.Sum(A[second], (second, 1, N)) * A[k], (first, 1, N))
    assert written(inner, "1b") == "Sum(a[k]*a[p]*Sum(a[q], (q, 1, N)), (p, 1, N))"
    assert written(sp.Sum(A[first], (first, 1, N)), "1b") == "Sum(a[k], (k, 1, N))"
    assert "(i, 1" not in written(sp.Sum(A[d := sp.Dummy("i")], (d, 1, N)), "1b")


# ------------------------------------------------------------------------------------------------ random trees

_NAMES = Vocabulary(("z", "a", "S"), ("sigma",))
_index = st.sampled_from(["i", "k", "N", "2", "k+1", "i-1"])
_leaf = st.one_of(
    st.integers(0, 9).map(str),
    st.sampled_from(["z", "S", "N"]),
    _index.map("a[{}]".format),
    st.tuples(_index, _index).map(lambda pair: f"kron({pair[0]}, {pair[1]})"),
)


def _grown(inner):
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(st.sampled_from("+-*/"), pair).map(lambda t: f"({t[1][0]}){t[0]}({t[1][1]})"),
        inner.map("-({})".format),
        st.tuples(inner, st.sampled_from(["2", "3", "-1", "-2", "z", "-S"])).map(lambda t: f"({t[0]})**({t[1]})"),
        st.tuples(st.sampled_from(["exp", "sigma"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        inner.map("Derivative({}, z)".format),
        st.tuples(inner, _index, _index).map(lambda t: f"Sum({t[0]}, (k, {t[1]}, {t[2]}))"),
    )


def _value(node, names):
    """Return a number that tells trees apart: arithmetic as it is, the rest as functions of what they hold."""
    match node:
        case Number(value):
            return float(value)
        case IndexValue(Index(name, offset)):
            return names.get(name, 0) + offset
        case Symbol(name, indices):
            return math.sin(len(name) + ord(name[0]) + sum(1.7 * _value(IndexValue(index), names) for index in indices))
        case Kronecker(left, right):
            return float(_value(IndexValue(left), names) == _value(IndexValue(right), names))
        case Call(function, argument):
            return math.tanh(len(function) + _value(argument, names))
        case Negative(operand):
            return -_value(operand, names)
        case Binary("+", left, right):
            return _value(left, names) + _value(right, names)
        case Binary("-", left, right):
            return _value(left, names) - _value(right, names)
        case Binary("*", left, right):
            return _value(left, names) * _value(right, names)
        case Binary(_, left, right):
            return _value(left, names) * _power(_value(right, names), -1)
        case Power(base, exponent):
            return _power(_value(base, names), _value(exponent, names))
        case Derivative(body, variable):
            return math.atan(3 * _value(body, names) + _value(variable, names))
        case Sum(body, index, lower, upper):
            bounds = 0.3 * _value(IndexValue(lower), names) + 0.7 * _value(IndexValue(upper), names)
            return bounds + sum(_value(body, {**names, index: at}) for at in (1, 2))
    raise AssertionError(node)


def _power(base, exponent):
    return math.copysign(min((abs(base) + 0.1) ** max(min(exponent, 4), -4), 1e3), base)


@settings(max_examples=300, deadline=None)
@given(st.recursive(_leaf, _grown, max_leaves=10))
def test_random_trees_come_back_with_their_value(text):
    """Objects built without evaluation say what the text said, and writing them twice changes nothing."""
    again = written(build(text))
    names = {"i": 2, "k": 1, "N": 3}
    sign_free = [_value(parse(line, _NAMES), names) for line in (text, again)]
    assert math.isclose(*sign_free, rel_tol=1e-6, abs_tol=1e-6), again
    assert written(build(again)) == again


# ------------------------------------------------------------------------------------------------ strangers


class Spy:
    """Whatever is done with it is a call of a student's code."""

    def __getattribute__(self, name):
        raise AssertionError(name)

    def __eq__(self, other):
        raise AssertionError("==")

    def __hash__(self):
        raise AssertionError("hash")

    def __bool__(self):
        raise AssertionError("bool")


class Meta(type):
    def __eq__(cls, other):
        raise AssertionError("== of a class")

    def __hash__(cls):
        raise AssertionError("hash of a class")

    @property
    def __name__(cls):
        raise AssertionError("name of a class")

    def __instancecheck__(cls, instance):
        raise AssertionError("isinstance")


class Odd(metaclass=Meta):
    @property
    def __class__(self):
        raise AssertionError("class of an object")


class MyAdd(sp.Add):
    @property
    def args(self):
        raise AssertionError("args of a subclass")


class MySymbol(sp.Symbol):
    pass


class MyFunction(sp.Function):
    pass


def _filled(kind, *arguments):
    node = object.__new__(kind)
    node._args = arguments
    return node


def _cyclic():
    node = _filled(sp.Add)
    node._args = (node, node)
    return node


def _shared():
    node = z
    for _level in range(50):
        node = sp.Add(node, node, evaluate=False)
    return node


def _deep():
    node = z
    for _level in range(3000):
        node = _filled(sp.exp, node)
    return node


STRANGERS = {
    "foreign object": Spy(),
    "class with a metaclass of its own": Odd(),
    "subclass of Add": _filled(MyAdd, z, x),
    "subclass of Symbol": MySymbol("z"),
    "class of functions": MyFunction(z),
    "function with methods of its own": sp.core.function.UndefinedFunction("tau", bases=(MyFunction,))(z),
    "inside of a formula": _filled(sp.Mul, z, _filled(MyAdd, z, x)),
    "foreign argument": _filled(sp.Add, z, Spy()),
    "never filled in": object.__new__(sp.Add),
    "arguments that are no tuple": _filled(sp.Sum, z, _filled(sp.Tuple, Spy(), 1, 2)),
    "holds itself": _cyclic(),
    "shared 50 times over": _shared(),
    "3000 deep": _deep(),
    "a number of 5000 digits": sp.Integer(10) ** 5000,
    "a Python number of 5000 digits": 10**5000,
    "a float of 5000 digits": sp.Float(10) ** 5000,
    "many derivatives": sp.Derivative(sigma(z), (z, 10**9)),
    "infinity": sp.oo,
    "no number": float("nan"),
    "a matrix": sp.Matrix([[z]]),
    "an equation that SymPy has decided": sp.Eq(z, z),
    "a name that wants to be a line": sp.Symbol("z # Algebra\n= sigma(z)"),
    "a name with brackets": sp.Function("f)(")(z),
    "a pair of formulas": (z, x),
    "a pair within a pair": ((START, "Algebra"), "Algebra"),
    "a pair with a stranger": (START, Spy()),
    "a set": {z},
    "nothing": None,
}


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_end_in_one_unreadable_line(name):
    """The lines around keep standing, and no method of a student's class is called."""
    verdict = check_derivation("1a", [START, STRANGERS[name], (sp.Derivative(1 / (1 + sp.exp(-z)), z), "Definition")])
    assert [line.status for line in verdict.lines] == ["start", "unreadable", "right"]
    assert verdict.lines[1].message


def test_refusal_says_what_it_was_and_what_a_step_is():
    """The type is named, in the line at its place and in the message."""
    line = check_derivation("1a", [START, sp.Mul(z, STRANGERS["subclass of Symbol"], evaluate=False)]).lines[1]
    assert "⟨MySymbol⟩" in line.text
    assert "MySymbol" in line.message
    assert "Regel" in line.message


@pytest.mark.parametrize("part", TASKS)
def test_garbage_ends_in_a_verdict(part):
    """The door answers whatever it is given."""
    garbage = [None, b"z", 7, 1.5, float("nan"), {}, [None], [[]], [1, [2, 3]], object(), Spy(), [Odd()], sp, []]
    for thing in garbage:
        verdict = check_derivation(part, thing)
        assert (verdict.points, verdict.complete) == (0, False)


def test_endless_lists_are_cut_off():
    """A list of a million steps is read as far as a cell is."""
    long, wide = [START] * 1_000_000, sp.Derivative(sigma(z), *[(z, 50)] * 5)
    assert len(check_derivation("1a", long).lines) == MAX_LINES + 1
    assert "zu lang" in check_derivation("1a", [START, wide]).lines[1].message


def test_a_string_of_a_class_of_its_own_is_its_characters():
    """NumPy's strings and the like are text; methods that such a class defines are not asked."""

    class Loud(str):
        def __str__(self):
            raise AssertionError

        def splitlines(self):
            raise AssertionError

    assert check_derivation("1a", Loud(USUAL["1a"])).complete
    assert check_derivation("1a", [Loud(line) for line in USUAL["1a"].splitlines()]).complete


def test_checker_needs_no_sympy():
    """Neither text nor a list of lines loads SymPy."""
    code = (
        "import sys\nfrom autograder.symbolic import check_derivation\n"
        "check_derivation('1a', ['Derivative(sigma(z), z)', (0, 'Algebra'), object()])\n"
        "sys.exit('sympy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


_things = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.binary(max_size=4),
        st.text(max_size=8),
        st.sampled_from(
            ["Fall i == j", "= a[i]", "Algebra", "## nur Worte", "", "\n= z", START, A[i], sp.S.true, sp.oo]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, st.one_of(inner, st.just("Kettenregel"))),
        st.sets(st.integers()),
        st.dictionaries(st.text(max_size=3), inner, max_size=2),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(part=st.sampled_from(sorted(TASKS)), steps=st.lists(_things, max_size=6))
def test_any_list_ends_in_a_verdict(part, steps):
    """Whatever is in a list of steps, its text is judged as the list is, and the points stay in range."""
    verdict = check_derivation(part, steps)
    assert 0 <= verdict.points <= verdict.max_points
    assert check_derivation(part, derivation_text(part, steps)) == verdict
