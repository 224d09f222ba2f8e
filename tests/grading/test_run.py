"""A notebook from cells to points: what counts, what shows, and what a student's code cannot reach."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.beginnings import Beginnings
from autograder.grading.limits import MIB, Limits
from autograder.grading.prologue import Cell
from autograder.grading.rpc import Failure
from autograder.grading.run import notes_on, run_notebook
from autograder.grading.walls import SandboxUnavailableError
from tests.grading.test_rpc import frame

LIMITS = Limits(cell_cpu_seconds=4, cell_wall_seconds=30, memory_bytes=512 * MIB)
SECRET = "geheim"

TEST = """
import numpy as np
from autograder.notebook import Grade, expect_equal

grade = Grade(2)
### hidden
correct = type("Correct", (), {"low": staticmethod(lambda x: 2 * x)})
### end
with grade.part(1, "low"):
    expect_equal(low(1.0), 2.0, "low(1)")
    ### hidden
    grade.hidden("eine andere Zahl")
    expect_equal(low(77.25), 154.5, "low")
    ### end
### hidden
grade.substitute(correct, "low")
### end
with grade.part(1, "high"):
    expect_equal(high(1.0), 3.0, "high(1)")
    ### hidden
    grade.hidden("eine andere Zahl")
    expect_equal(high(77.25), 155.5, "high")
    ### end
grade
"""
LOW = "def low(x):\n    return 2 * x"
HIGH = "def high(x):\n    return low(x) + 1"


def shown(source: str) -> str:
    """Return a test's text without what is hidden."""
    kept, hidden = [], False
    for line in source.split("\n"):
        hidden = line.strip() == "### hidden" or (hidden and line.strip() != "### end")
        if not hidden and line.strip() != "### end":
            kept.append(line)
    return "\n".join(kept)


def a_test(source: str, points: float = 2, name: str = "t") -> Cell:
    return Cell(name, source, "test", shown(source), points)


BEGINNINGS = Beginnings()


@pytest.fixture(scope="module", autouse=True)
def _closed():
    yield
    BEGINNINGS.close()


def run(*cells: Cell | str, files: Path | None = None, limits: Limits = LIMITS, seconds: float = 300, given: int = 0):
    made = [cell if isinstance(cell, Cell) else Cell(f"cell{k}", cell) for k, cell in enumerate(cells)]
    try:
        return run_notebook(made, files, limits, seconds=seconds, given=range(given), beginnings=BEGINNINGS)
    except SandboxUnavailableError as error:
        pytest.skip(str(error))


def text(outcome) -> str:
    return repr(outcome.outputs)


SUBSTITUTED = TEST.replace('grade.substitute(correct, "low")', "")


def test_right_functions_earn_their_points():
    """And the card says so."""
    *_cells, outcome = run(LOW, HIGH, a_test(TEST))
    assert outcome.points == 2
    assert "2 von 2 Punkten" in text(outcome)
    assert outcome.outputs[-1]["metadata"] == {"autograder": True}


def test_a_wrong_function_costs_its_own_points_only():
    """What calls it is tested with a correct one in its place; the message is that of the visible check."""
    *_cells, outcome = run("def low(x):\n    return 5.0", HIGH, a_test(TEST))
    assert outcome.points == 1
    assert "low(1): 5 statt 2" in text(outcome)


def test_of_hidden_inputs_the_kind_alone_is_told():
    """Neither the number that went in, nor what came out."""
    special = "def low(x):\n    return 2 * x if x == 1 else 123.5"
    *_cells, outcome = run(special, HIGH, a_test(SUBSTITUTED))
    assert outcome.points == 0  # high calls low
    assert "eine andere Zahl" in text(outcome)
    for number in ("77", "123", "154"):
        assert number not in text(outcome)


def test_prints_of_visible_checks_appear_at_the_test():
    """And cost nothing, like warnings and what goes to stderr."""
    noise = "print('x ist', x)\n    warnings.warn('oh')\n    print('e', file=sys.stderr)"
    noisy = f"import sys, warnings\ndef low(x):\n    {noise}\n    return 2 * x"
    *_cells, outcome = run(noisy, HIGH, a_test(SUBSTITUTED))
    assert outcome.points == 2
    assert "x ist 1.0" in text(outcome)
    assert "77" not in text(outcome)


@pytest.mark.parametrize(
    "leak",
    [
        "print(x)",
        "seen.append(x); print(seen)",
        "raise ValueError(str(x))",
        "raise type(f'E{x}', (Exception,), {})",
        "return type(f'T{x}', (), {})()",
        "return x",
        "display(x)",
        "open('/student/seen', 'a').write(str(x)); print(open('/student/seen').read())",
        "exec(f'def f{int(x)}():\\n    raise ValueError', globals()); globals()[f'f{int(x)}']()",
        "exec(chr(10) * int(x) + 'raise ValueError')",
        "import warnings; warnings.warn(str(x), RuntimeWarning)",
    ],
)
def test_no_hidden_input_comes_out(leak):
    """Not by any way that a student could read later, neither at the test nor below."""
    code = f"seen = []\ndef low(x):\n    if x != 1:\n        {leak}\n    print(seen)\n    return 2 * x"
    later = "print(seen)\nimport os\nprint(os.path.exists('/student/seen') and open('/student/seen').read())"
    outcomes = run(code, HIGH, a_test(SUBSTITUTED, name="a"), later, a_test(SUBSTITUTED, name="b"), later)
    assert "77" not in text(outcomes[2]) + text(outcomes[3]) + text(outcomes[4]) + text(outcomes[5])


def test_what_a_test_imports_and_defines_is_there_for_the_cells_below():
    """As in the student's own notebook."""
    test = "from itertools import islice\nexample = [1, 2]\nassert low(1) == 2"
    outcomes = run(LOW, a_test(test), "print(list(islice(example, 1)))")
    assert outcomes[1].points == 2
    assert "[1]" in text(outcomes[2])


def test_the_authors_names_are_the_authors():
    """Whatever a student binds to them, Python's own names included."""
    rebound = "np = abs = isinstance = Grade = expect_equal = len = 'mine'"
    assert run(LOW, HIGH, rebound, a_test(TEST))[-1].points == 2


def test_names_of_locked_cells_are_the_authors():
    """A helper that was given to students is the one that was given."""
    given = Cell("given", "import math\ndef helper(x):\n    return x + 1", "given")
    test = "assert helper(1) == 2 and math.pi > 3\nassert low(1) == 2"
    assert run(given, LOW, "helper = lambda x: 7\nmath = 1", a_test(test))[-1].points == 2


@pytest.mark.parametrize(
    ("end", "points"),
    [
        ("1.5", 1.5),
        ("-3", 0),
        ("99", 2),
        ("float('nan')", 0),
        ("'text'", 2),
        ("True", 2),
        ("low(1)", 2),
        ("__import__('numpy').int64(0)", 0),
    ],
)
def test_a_plain_test_earns_what_it_ends_with(end, points):
    """A number is partial credit within its bounds; anything else means that all held."""
    assert run(LOW, a_test(f"assert low(1) == 2\n{end}"))[-1].points == points


def test_a_failing_assertion_earns_nothing_and_says_why_where_it_may():
    """Its sentence is shown if it was visible."""
    outcome = run("def low(x):\n    return 0", a_test("assert low(1) == 2, 'so nicht'"))[-1]
    assert (outcome.points, "so nicht" in text(outcome)) == (0, True)
    hidden = "### hidden\nassert low(77) == 154, 'geheim'\n### end"
    outcome = run("def low(x):\n    return 0", a_test(hidden))[-1]
    assert (outcome.points, "geheim" in text(outcome)) == (0, False)


def test_a_missing_function_is_named():
    """Its part earns nothing, the others go on."""
    outcome = run(LOW, a_test(TEST))[-1]
    assert outcome.points == 1
    assert "high gibt es noch nicht" in text(outcome)


@pytest.mark.parametrize(
    ("harm", "stopped"),
    [
        ("import os\nos._exit(0)", "died"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "died"),
        ("while True:\n    pass", "too_long"),
        (
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            "too_long",
        ),
        ("x = []\nwhile True:\n    x.append(bytearray(10**8))", None),  # a MemoryError, which is an ordinary error
        ("import ctypes\nctypes.string_at(0)", "died"),
        ("import os\nos.write(3, b'no message of this protocol')", "died"),
    ],
)
def test_a_harmful_cell_costs_itself(harm, stopped):
    """What was defined above is there below, and tests above and below it are run."""
    outcomes = run(LOW, a_test(TEST, name="above"), harm, HIGH, a_test(TEST, name="below"))
    assert outcomes[2].stopped == stopped
    assert not any(outcome.late for outcome in outcomes), "the processor's time decided"
    assert [outcomes[1].points, outcomes[4].points] == [1, 2]


@pytest.mark.parametrize(
    "lie",
    [
        {"raise": 1, "failure": vars(Failure("TooLongError")), "changed": [], "remarks": []},
        {"raise": 1, "failure": vars(Failure("SystemExit")), "changed": [], "remarks": []},
        {"return": 1, "changed": [], "remarks": []},
        {"event": {"output": 5}},
        {"event": {"output": {"output_type": "stream", "name": "stdout", "text": 5}}},
        {"event": {"output": {"output_type": "display_data", "data": {"text/html": ["x"]}}}},
        {"event": {"remarks": [[1, 2], "x"]}},
    ],
)
def test_a_forged_message_costs_at_most_its_cell(lie):
    """Whatever a cell tells in the interpreter's name."""
    forged = f"import os\nos.write(3, {frame(lie, *([5] if 'return' in lie else []))!r})"
    outcomes = run(forged, LOW, HIGH, a_test(TEST))
    assert outcomes[3].points == 2


def test_a_forged_value_costs_at_most_its_test():
    """An answer of another form than that which was asked for."""
    liar = f"import os\ndef low(x):\n    os.write(4, {frame({'return': 3}, [])!r})\n    return x"
    outcomes = run(liar, a_test("assert low(1) == 1", points=1), LOW, HIGH, a_test(TEST))
    assert outcomes[4].points == 2


@pytest.mark.parametrize("harm", ["import os; os._exit(0)", "while True: pass", "import os; os.kill(-1, 9)"])
def test_a_harmful_function_costs_its_own_test(harm):
    """The tests of others have interpreters of their own."""
    code = f"def bad(x):\n    {harm}"
    outcomes = run(LOW, HIGH, code, a_test("assert bad(1) == 1", name="bad"), a_test(TEST))
    assert [outcomes[3].points, outcomes[4].points] == [0, 2]


def test_a_thread_that_kills_later_does_not_take_the_points_of_what_was_right():
    """What led to the copies is run once more."""
    bomb = "import threading, os\nthreading.Timer(1.0, lambda: os.kill(-1, 9)).start()"
    slow = "import time\ntime.sleep(2)"
    outcomes = run(LOW, HIGH, a_test(TEST, name="first"), bomb, slow, a_test(TEST, name="second"))
    assert outcomes[2].points == 2


def test_a_proof_counts_as_it_stands_in_its_cell():
    """Not what the student's Python makes of the name; the answer below the cell is ours."""
    from tests.symbolic.chains import USUAL

    test = Cell(
        "t",
        'from autograder.notebook import Grade\ngrade = Grade(2)\ngrade.derivation("1a", derivation_1a)\ngrade',
        "test",
        "",
        2,
    )
    lie = "derivation_1a = 'anything'"
    outcomes = run("%load_ext autograder", "\n%%derivation 1a\n" + USUAL["1a"], lie, test)
    assert outcomes[3].points == 2, "blank lines above do not matter, as in Jupyter"
    assert "2 von 2 Punkten" in text(outcomes[1])
    several = [Cell("a", "%%derivation 1a\n" + USUAL["1a"]), Cell("b", "%%derivation 1a\n" + USUAL["1a"])]
    counts = Cell("t", "grade.derivation('1a', derivation_1a)", "test")
    assert notes_on([*several, counts]) == ["Es gibt 2 Herleitungen zu 1a; die letzte zählt."]
    assert notes_on([several[0], counts]) == []
    assert notes_on(several) == [], "examples, of which none counts"
    empty = "%%derivation 1a\nDerivative(sigma(z), z)"
    assert run("%load_ext autograder", empty, lie, test)[-1].points == 0


DECLARED = """
from autograder.symbolic import Final, Resolved, Task, declare

declare(Task(
    part="1a", start="Derivative(f(x), x)", target="2*exp(2*x)", quantities=("x",), definitions={"f(x)": "exp(2*x)"},
    milestones=(Resolved("exp", {"exp"}), Final("fertig")),
))
"""


def test_a_derivation_that_the_sheet_declares_is_the_sheets_own():
    """Only a locked cell declares one, and for its own notebook alone: the next one knows the 1a of the package."""
    from tests.symbolic.chains import USUAL

    show = 'from autograder.notebook import Grade\ngrade = Grade({})\ngrade.derivation("1a", derivation_1a)\ngrade'
    test, usual = a_test(show.format(1)), a_test(show.format(2))
    proof = "%%derivation 1a\nDerivative(f(x), x)\n= Derivative(exp(2*x), x) # Definition\n= 2*exp(2*x) # Kettenregel"
    easier = DECLARED.replace('("exp", {"exp"})', '("exp", {"log"})').replace("2*exp(2*x)", "f(x)*2")
    given = Cell("setup", "%load_ext autograder\n" + DECLARED, "given")
    outcomes = run(given, easier, proof, test)
    assert outcomes[3].points == 1
    assert "fertig" in text(outcomes[2])
    assert run("%load_ext autograder", DECLARED, "%%derivation 1a\n" + USUAL["1a"], usual)[-1].points == 2


def test_the_files_of_a_hand_in_are_there(tmp_path):
    """A module of the student's own can be imported; none takes the place of NumPy."""
    (tmp_path / "mine.py").write_text(LOW, encoding="utf-8")
    (tmp_path / "numpy.py").write_text("raise SystemExit", encoding="utf-8")
    outcomes = run("from mine import low\nimport numpy as np\nnp.ones(1)", HIGH, a_test(TEST), files=tmp_path)
    assert outcomes[-1].points == 2


def test_what_the_clock_ended_is_told_from_what_the_processor_did():
    """It slept, and perhaps for want of a processor."""
    sleepy = "import time\ndef low(x):\n    time.sleep(9)\n    return 2 * x"
    limits = Limits(cell_cpu_seconds=30, cell_wall_seconds=3)
    outcomes = run("import time\ntime.sleep(9)", sleepy, a_test("assert low(1) == 2"), HIGH, limits=limits)
    assert [outcome.late for outcome in outcomes] == [True, False, True, False]


def test_time_for_the_whole_runs_out():
    """What did not run says so, and earns nothing."""
    outcomes = run("import time\ntime.sleep(3)", LOW, a_test("assert low(1) == 2"), seconds=2)
    assert [outcome.stopped for outcome in outcomes[1:]] == ["no_time", "no_time"]
    assert [outcome.late for outcome in outcomes] == [False, True, True]
    assert outcomes[-1].points == 0


def test_the_same_notebook_gets_the_same_outcome():
    """Whatever ran before."""
    cells = [LOW, HIGH, "print(hash('x'), id(0) and 1)", a_test(TEST)]
    assert run(*cells)[-1].points == run(*cells)[-1].points


# ------------------------------------------------------------------------------------------------ proofs


PROOF = Cell("derivation_1a", "%%derivation 1a\nDerivative(sigma(z), z)\n= 1")
PROVED = Cell("p", 'globals().get("derivation_1a").text', "test", "1", 2)


def test_where_nothing_of_the_students_runs_there_is_no_sandbox():
    """A notebook of proofs is read; the cells that were handed out ran once for all."""

    class Roomless(Beginnings):
        def beginning(self, *arguments):
            return replace(super().beginning(*arguments), sandbox=None)

    beginnings = Roomless()
    cells = [Cell("setup", "%load_ext autograder\nprint('da')", "given"), PROOF, Cell("", "# fertig"), PROVED]
    try:
        outcomes = run_notebook(cells, None, LIMITS, seconds=300, given={0}, beginnings=beginnings)
        with pytest.raises(TypeError):  # that it would need one
            run_notebook([*cells, Cell("", "1")], None, LIMITS, seconds=300, given={0}, beginnings=beginnings)
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    finally:
        beginnings.close()
    assert "da" in text(outcomes[0])
    assert outcomes[1].outputs[0]["metadata"] == {"autograder": True}
    assert outcomes[3].points == 2


def test_proofs_are_there_for_the_cells_below():
    """Also where they were only read until such a cell came."""
    setup = "%load_ext autograder"
    look = "print(derivation_1a.part, 'quer' in globals())"
    for cells in ((setup, PROOF, look), (setup, PROOF, "# leer", PROVED, look), ("quer = 1", setup, PROOF, look)):
        outcomes = run(*cells, given=1)
        assert f"1a {cells[0] != setup}" in text(outcomes[-1])


# ------------------------------------------------------------------------------------------------ calls

CALLS = "calls = []\ndef f(x):\n    calls.append(x)\n    return len(calls)"


def called(visible: str, hidden: str) -> Cell:
    return a_test(f"{visible}\n### hidden\n{hidden}\n### end")


def test_what_was_called_in_the_visible_part_is_not_called_again():
    """Each call of the whole test was made, and once."""
    assert run(CALLS, called("first = f(1)", "assert (first, f(2)) == (1, 2)"))[-1].points == 2


def test_the_second_of_two_equal_calls_is_a_call_of_its_own():
    """Else a function whose chance does not come from its arguments would seem to repeat itself."""
    assert run(CALLS, called("assert f(1) == 1", "assert f(1) == 2\nassert f(1) == 3"))[-1].points == 2
    assert run(CALLS, called("assert f(1) != f(1)", "assert f(1) == 3"))[-1].points == 2


@pytest.mark.parametrize("hand_over", ["f(lambda: 1)", "f(g)", "f(x=1)"])
def test_other_arguments_are_another_call(hand_over: str):
    assert run(CALLS, called("f(1)\ng = f", f"assert {hand_over} == 2"))[-1].points == 2


def test_a_function_that_changes_its_arguments_has_changed_them():
    """Also where its answer is from before."""
    code = "import numpy as np\ndef f(x):\n    x += 1\n    return x.sum()"
    visible = "import numpy as np\nx = np.zeros(2)\nassert f(x) == 2\nassert x.sum() == 2"
    assert run(code, called(visible, "f(x)\nassert x[0] == 2"))[-1].points == 2


def test_an_answer_by_the_students_own_functions_is_none_where_ours_stand_in():
    """With a right function for a wrong one, the same call comes to something else."""
    code = "def low(x):\n    return 3 * x\ndef high(x):\n    return low(x) + 1"
    test = """
from autograder.notebook import Grade, expect_equal

grade = Grade(2)
### hidden
correct = type("Correct", (), {"low": staticmethod(lambda x: 2 * x)})
grade.substitute(correct, "low")
### end
with grade.part(2, "high"):
    expect_equal(high(1.0), 3.0, "high(1)")
grade
"""
    assert run(code, a_test(test))[-1].points == 2
