"""The course that is attacked: one notebook, two tasks that everybody solves, five that nobody solves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import nbformat
from nbformat import NotebookNode, v4

from tests.course.tiny_course import ASSIGNMENT, cell, notebook
from tests.grading.attacks.attack import Attack, Effect
from tests.grading.attacks.places import Canary, Places

NOTEBOOK = "rechnen"
HONEST = {"first_test": 1.0, "last_test": 1.0}
TARGETS = {"shifted_test": 1.0, "scale_test": 2.0, "total_test": 2.0, "pieces_test": 1.0, "derivation_1a_test": 2.0}
VICTIM = "a-victim"  # graded before all attacks, its results lie there to be read and spoilt
INNOCENT = "z-innocent"  # graded after them

HONEST_ANSWERS = {"first_code": "def first(x):\n    return 2 * x", "last_code": "def last(x):\n    return x - 1"}


def _solution(name: str, argument: str, expression: str) -> NotebookNode:
    body = f"    {Canary.SOURCE.value} = {expression}\n    return {Canary.SOURCE.value}\n"
    code = f"def {name}({argument}):\n    ### BEGIN SOLUTION\n{body}    ### END SOLUTION"
    return cell(f"{name}_code", code, solution=True)


def _hidden(text: str) -> str:
    return f"### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS\n"


_CARD = "import numpy as np\nfrom autograder.notebook import Grade, expect_equal\n\n"
_CORRECT = _hidden(
    f'from autograder.grading import solutions\n\ncorrect = solutions("{NOTEBOOK}")\n{Canary.TEST.value} = correct'
)
_CHAIN = """%%derivation 1a
Derivative(sigma(z), z)
### BEGIN SOLUTION
= Derivative(1/(1 + exp(-z)), z)                  # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2    # Quotientenregel
= exp(-z)/(1 + exp(-z))**2                        # Kettenregel
= sigma(z)*(1 - sigma(z))                         # Algebra
### END SOLUTION"""


def _simple_test(name: str, known: str, hidden: str) -> str:
    """Return the test of a function of one number: one part, one visible and one hidden input."""
    return (
        f'{_CARD}grade = Grade(1)\n{_CORRECT}with grade.part(1, "{name}"):\n    expect_equal({known}, "{name}")\n'
        "    ### BEGIN HIDDEN TESTS\n"
        '    grade.hidden("eine andere Zahl")\n'
        f'    expect_equal({name}({hidden}), correct.{name}({hidden}), "{name}")\n'
        "    ### END HIDDEN TESTS\ngrade"
    )


_SHIFTED = f"""{_CARD}grade = Grade(1)
{_CORRECT}{_hidden('grade.substitute(correct, "scale", "total")')}with grade.part(1, "shifted"):
    expect_equal(shifted(np.array([1.0, 2.0])), np.array([3.0, 6.0]), "shifted([1, 2])")
    ### BEGIN HIDDEN TESTS
    grade.hidden("ein anderer Vektor")
    hidden = np.random.default_rng(1).normal(0, 1, 5)
    expect_equal(shifted(hidden.copy()), correct.shifted(hidden), "shifted")
    ### END HIDDEN TESTS
grade"""

_SCALE = f"""{_CARD}grade = Grade(2)
{_CORRECT}with grade.part(1, "scale: ein Vektor"):
    expect_equal(scale(np.array([1.0, 2.0])), np.array([4.0, 7.0]), "scale([1, 2])")
    ### BEGIN HIDDEN TESTS
    grade.hidden("ein anderer Vektor")
    hidden = np.random.default_rng(2).normal(0, 1, 7)
    expected = correct.scale(hidden.copy())
    expect_equal(scale(hidden), expected, "scale")
    ### END HIDDEN TESTS
with grade.part(1, "scale: eine Matrix"):
    expect_equal(scale(np.ones((2, 2))), np.full((2, 2), 4.0), "scale(ones)")
    ### BEGIN HIDDEN TESTS
    grade.hidden("eine andere Matrix")
    hidden = np.random.default_rng(3).normal(0, 1, (3, 4))
    expected = correct.scale(hidden.copy())
    expect_equal(scale(hidden), expected, "scale")
    ### END HIDDEN TESTS
grade"""

# as plain as nbgrader's own manual has tests: asserts, full points for reaching the end
_TOTAL = f"""import numpy as np

result = total([1.0, 2.0])
assert isinstance(result, float)
assert abs(result - 5.0) < 1e-9
assert total([]) == 0
{_CORRECT}{
    _hidden('''hidden = np.linspace(-1, 2, 8)
assert np.allclose(total(hidden.copy()), correct.total(hidden))''')
}2"""

# partial credit as a number
_PIECES = f"""import numpy as np

points = 0
got = list(pieces(np.arange(5.0), 2))
if len(got) == 3 and sum(map(np.sum, got)) == 10:
    points += 0.5
{_CORRECT}{
    _hidden('''hidden = np.random.default_rng(4).normal(0, 1, 9)
for piece, right in zip(pieces(hidden, 4), correct.pieces(hidden, 4), strict=True):
    np.testing.assert_allclose(piece, right)
points += 0.5''')
}points"""

_DERIVATION = """from autograder.notebook import Grade

grade = Grade(2)
grade.derivation("1a", globals().get("derivation_1a"))
grade"""


def write_course(places: Places, config: str) -> None:
    """Write the course with its configuration and its source."""
    source = places.course / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (places.course / "nbgrader_config.py").write_text(config, encoding="utf-8")
    nbformat.write(_sheet(), source / f"{NOTEBOOK}.ipynb")


def _sheet() -> NotebookNode:
    return notebook(
        cell("setup", "%load_ext autograder\nimport numpy as np"),
        _solution("first", "x", "2 * x"),
        cell("first_test", _simple_test("first", "first(2.0), 4.0", Canary.INPUT.value), points=1),
        _solution("scale", "x", "3 * x + 1"),
        cell("scale_test", _SCALE, points=2),
        _solution("shifted", "x", "scale(x) - 1"),
        cell("shifted_test", _SHIFTED, points=1),
        _solution("total", "xs", "float(sum(x * x for x in xs))"),
        cell("total_test", _TOTAL, points=2),
        _solution("pieces", "x, size", "(x[k : k + size] for k in range(0, len(x), size))"),
        cell("pieces_test", _PIECES, points=1),
        cell("derivation_1a", _CHAIN, solution=True),
        cell("derivation_1a_test", _DERIVATION, points=2),
        _solution("last", "x", "x - 1"),
        cell("last_test", _simple_test("last", "last(2.0), 1.0", "-7.25"), points=1),
    )


def hand_in(places: Places, attacks: Iterable[Attack]) -> None:
    """Fill ``submitted`` with the attacks' hand-ins and two innocent ones, one graded first and one last."""
    for student in (VICTIM, INNOCENT):
        _write(
            places, Attack(student, "solves what everybody solves", Effect.POINTS, bottom=f"# {Canary.HAND_IN.value}")
        )
    for attack in attacks:
        for each in attack.hand_ins():
            _write(places, each)


def _write(places: Places, attack: Attack) -> None:
    def fill(text: str) -> str:
        return places.fill(text, attack.name)

    folder = places.course / "submitted" / attack.name / ASSIGNMENT
    folder.mkdir(parents=True)
    made = nbformat.read(places.course / "assignments" / ASSIGNMENT / f"{NOTEBOOK}.ipynb", as_version=4)
    answers: Mapping[str, str] = HONEST_ANSWERS | dict(attack.cells)
    unknown = answers.keys() - {each.id for each in made.cells}
    if unknown:
        raise ValueError(f"{attack.name}: there are no cells {sorted(unknown)}")
    for each in made.cells:
        each.source = fill(answers.get(each.id, each.source))
    if attack.top:
        made.cells.insert(2, v4.new_code_cell(fill(attack.top), id="top"))
    if attack.bottom:
        made.cells.append(v4.new_code_cell(fill(attack.bottom), id="bottom"))
    if attack.change is not None:
        attack.change(made)
    path = folder / f"{NOTEBOOK}.ipynb"
    path.write_text(fill(json.dumps(made)), encoding="utf-8")
    for name, text in attack.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(fill(text), encoding="utf-8")
    for name, target in attack.links.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(fill(target))
