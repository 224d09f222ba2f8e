"""The report card measures what it says: mutants, their fate, agreement, and the part of a page that it writes."""

import textwrap
from collections import Counter

import pytest

from autograder.grading.solutions import COURSE_VARIABLE
from benchmarks.quality import __main__ as report_card
from benchmarks.quality import functions, sets
from benchmarks.quality.corpora import Answer, graded_derivation, graded_function
from benchmarks.quality.functions import ALLOWED, FUNCTIONS, all_mutants, behaviour, outcome
from benchmarks.quality.operators import Mutant, mutants
from benchmarks.quality.page import percent, replace, table
from benchmarks.quality.tutors import Agreement
from tests.numeric.sheet import ROOT, cells
from tests.quality_sets import dev_derivations, dev_functions, held_derivations, held_functions

CODE = textwrap.dedent("""
    def f(a, b):
        \"\"\"Docstring: 1.\"\"\"
        total = a - b
        for k in range(2, len(a), 3):
            total = total + a[k] if k > 1 else b
        return total.sum(axis=1, keepdims=True)
""")


@pytest.fixture(autouse=True)
def _course(monkeypatch):
    monkeypatch.setenv(COURSE_VARIABLE, str(ROOT))


def _solution(function, old, new):
    source = cells()[f"{FUNCTIONS[function]}_code"]
    assert old in source
    return Mutant(function, "by hand", source.replace(old, new), "")


def test_every_mutant_is_another_program_that_python_reads():
    """Each text once, none the original, and the docstring stands."""
    found = mutants(CODE, "f")
    texts = [mutant.source for mutant in found]
    assert len(set(texts)) == len(texts) > 50
    assert all('"""Docstring: 1."""' in text for text in texts)
    for text in texts:
        compile(text, "mutant", "exec")


@pytest.mark.parametrize(
    ("operator", "slip"),
    [
        ("arithmetic", "total = a + b"),
        ("operands swapped", "total = b - a"),
        ("in place", "total = np.subtract(a, b, a)"),
        ("sign", "total = a - -b"),
        ("factor", "total = 2 * (a - b)"),
        ("name", "total = a - a"),
        ("comparison", "if k >= 1 else"),
        ("branch", "total = b"),
        ("index", "total + a[k + 1]"),
        ("off by one", "range(2, len(a) - 1, 3)"),
        ("order reversed", "reversed(range(2, len(a), 3))"),
        ("constant", "range(3, len(a), 3)"),
        ("axis", "total.sum(axis=0, keepdims=True)"),
        ("keepdims", "total.sum(axis=1, keepdims=False)"),
        ("keyword dropped", "return total.sum(keepdims=True)"),
        ("function", "return total.mean(axis=1, keepdims=True)"),
        ("call removed", "return total\n"),
        ("loop left early", "break"),
        ("statement deleted", "    pass\n    for k"),
        ("nothing returned", "    return\n"),
    ],
)
def test_operator_makes_its_slip(operator, slip):
    """Of each kind one example, as ``ast.unparse`` writes it."""
    assert any(slip in f"{mutant.source}\n" for mutant in mutants(CODE, "f") if mutant.operator == operator)


def test_unknown_function_is_an_error():
    """A renamed solution does not silently have no mutants."""
    with pytest.raises(LookupError, match="g"):
        mutants(CODE, "g")


def test_every_function_of_the_sheet_has_mutants():
    """And the table of what the sheet allows speaks of mutants that there are."""
    found = all_mutants()
    assert {mutant.function for mutant in found} == set(FUNCTIONS)
    assert len(found) > 1000
    assert set(ALLOWED) <= {(mutant.function, mutant.change) for mutant in found}


@pytest.mark.parametrize(
    ("function", "old", "new", "kind"),
    [
        ("softmax", "axis=1", "axis=-1", "same"),
        ("softmax", "np.exp(z - z.max(axis=1, keepdims=True))", "np.exp(z)", "other"),
        ("softmax", "z - z.max", "z - q.max", "fails"),
        ("update", "W - learning_rate * dW", "np.subtract(W, learning_rate * dW, W)", "other"),
        ("minibatches", "rng.permutation(len(X))", "np.arange(len(X))", "other"),
        ("predict", "_, activations", "while True:\n        pass\n    _, activations", "fails"),
        ("predict", "activations[-1]", "_[-1]", "same"),
    ],
)
def test_behaviour_beside_the_original(monkeypatch, function, old, new, kind):
    """Results, warnings and changed inputs tell; what never ends fails."""
    monkeypatch.setattr(functions, "SECONDS", 1)
    assert behaviour(_solution(function, old, new)) == kind


def test_outcome_of_a_mutant():
    """A slip loses points and is named; what the sheet allows survives without being a survivor."""
    wrong = outcome(_solution("softmax", "axis=1", "axis=0"))
    assert (wrong.lost, wrong.named, wrong.survived) == (1, True, False)
    harmless = outcome(_solution("softmax", "axis=1", "axis=-1"))
    assert (harmless.lost, harmless.equivalent, harmless.survived) == (0, True, False)
    function, change = next(key for key in ALLOWED if key[0] == "cross_entropy")
    allowed = outcome(next(each for each in all_mutants() if (each.function, each.change) == (function, change)))
    assert (allowed.lost, allowed.behaviour, allowed.survived) == (0, "other", False)


def test_a_slip_that_no_test_notices_is_a_survivor():
    """Nothing is called equivalent because it kept its points."""
    noticed = outcome(_solution("softmax", "axis=1", "axis=0"))
    assert functions.Outcome(noticed.mutant, 0.0, named=False, behaviour="other").survived


BEGINNING = "Derivative(sigma(z), z)\n= Derivative(1/(1 + exp(-z)), z)  # Definition\n= "


@pytest.mark.parametrize(
    ("rest", "mistakes", "unreadable"),
    [
        ("Derivative(1 + exp(-z), z)/(1 + exp(-z))**2  # Quotientenregel", ("sign",), False),
        ("exp(-z)/(1 + exp(-q))**2  # Kettenregel", (), True),
        ("exp(-z)/(1 + exp(-z))**2", ("no_reason",), False),
        ("exp(-z)/(1 + exp(-z))**2\n= 17*sigma(z)**5 + log(2 + z**2)  # Algebra", (), False),
        ("exp(-z)/(1 + exp(-z))**2  # Potenzregel, Kettenregel", (), False),
    ],
)
def test_a_derivation_is_named_at_its_wrong_line(rest, mistakes, unreadable):
    """That a right line before it lacks its reason counts only where nothing is wrong."""
    answer = graded_derivation("1a", "by hand", BEGINNING + rest)
    assert (answer.mistakes, answer.unreadable) == (mistakes, unreadable)
    assert answer.named == bool(mistakes or unreadable)


def test_a_function_is_named_on_the_card_of_its_cell():
    """The sigmoid's derivative stands in the sigmoid's cell; a right function has all points and no name."""
    wrong = graded_function("sigmoid_derivative", "by hand", "def sigmoid_derivative(z):\n    return sigmoid(z)\n")
    assert (wrong.kind, wrong.mistakes, wrong.full) == (
        "sigmoid_derivative",
        ("sigmoid_derivative.not_derived",),
        False,
    )
    right = graded_function("sigmoid_derivative", "by hand", cells()["sigmoid_code"])
    assert (right.mistakes, right.full) == ((), True)


def test_no_answer_stands_in_both_halves():
    """And each function and part has as many in one as in the other, or one more."""
    for dev, held, kind, text in (
        (dev_functions.FUNCTIONS, held_functions.FUNCTIONS, "function", "code"),
        (dev_derivations.DERIVATIONS, held_derivations.DERIVATIONS, "part", "text"),
    ):
        assert not {getattr(each, text) for each in dev} & {getattr(each, text) for each in held}
        here, there = (Counter(getattr(each, kind) for each in half) for half in (dev, held))
        assert here.keys() == there.keys()
        assert all(abs(here[each] - there[each]) <= 1 for each in here)


def test_held_answers_are_counted_and_not_told(monkeypatch):
    """But for those that lost no points; of the dev half, each without a name is told."""
    dev, held = (
        sets.Half(
            [Answer("train", f"{name} named", 0, 1, ("train.ascent",)), Answer("softmax", f"{name} nameless", 0, 1)],
            [Answer("1a", f"{name} unpunished", 2, 2, ("sign",))],
        )
        for name in ("dev", "held")
    )
    monkeypatch.setattr(sets, "halves", lambda: (dev, held))
    report = report_card.fresh_answers()
    assert [(line.good, line.of) for line in report.lines] == [(2, 2), (0, 1), (1, 2), (1, 1), (1, 1), (1, 2), (1, 1)]
    assert [line for line in report.text.splitlines() if line.startswith("- ")] == [
        "- 1a, held half: held unpunished",
        "- 1a, dev half: dev unpunished",
        "- softmax: dev nameless",
    ]


def test_a_goal_that_is_missed_says_so():
    """And one that is reached says nothing."""
    assert [report_card.Line("", "", good, 2, 1).row[-1] for good in (1, 2)] == ["yes", ""]


def test_agreement():
    """Equal points agree wholly; kappa is 0 for a grader that gives everybody the same."""
    assert Agreement.of([(0, 0), (0.5, 0.5), (2, 2)]) == Agreement(3, 1, 0, 0, 1)
    flat = Agreement.of([(1, 0), (1, 1), (1, 2), (1, 2)])
    assert (flat.equal, flat.difference, flat.distance, flat.kappa) == (0.25, -0.25, 0.75, 0)


def test_a_part_of_a_page_is_replaced_and_nothing_else(tmp_path):
    """What stands between the markers is new, all else as it was; a page without them is an error."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- card: written by x -->\nold\n<!-- /card -->\nafter\n", encoding="utf-8")
    replace(page, "card", r"new \1")
    replace(page, "card", r"newer \1")
    lines = ["before", "<!-- card: written by x -->", "", r"newer \1", "", "<!-- /card -->", "after"]
    assert page.read_text(encoding="utf-8").splitlines() == lines
    with pytest.raises(LookupError, match="other"):
        replace(page, "other", "")


def test_shares_are_not_rounded_up_to_all():
    """One of ten thousand missing is not 100 %."""
    assert [percent(9999, 10000), percent(10, 10), percent(0, 0), percent(1, 3)] == ["99.9 %", "100.0 %", "–", "33.3 %"]


def test_table_reads_as_text_and_as_markdown():
    """Words stand left, numbers right."""
    assert table(("what", "number"), [("a", 1), ("bcdef", 23)]).splitlines() == [
        "| what  | number |",
        "| ----- | -----: |",
        "| a     |      1 |",
        "| bcdef |     23 |",
    ]
