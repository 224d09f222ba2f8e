"""What notebooks begin with runs once; for a hand-in nothing tells that it did."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from autograder.grading.beginnings import Beginnings
from autograder.grading.limits import Limits
from autograder.grading.store import Store
from autograder.grading.student import Student
from autograder.grading.walls import SandboxUnavailableError

LIMITS = Limits(cell_cpu_seconds=4, cell_wall_seconds=30)
GIVEN = ("x = [1]\nprint('angefangen')", "open('zahlen.txt', 'w').write('1 2 3'); x.append(2)")


@pytest.fixture(scope="module")
def beginnings():
    made = Beginnings()
    yield made
    made.close()


def hand_in(
    beginnings: Beginnings, given: tuple[str, ...], *cells: str, files: Path | None = None
) -> tuple[int, list[Any]]:
    """Return how many of the given cells had run already, and what each cell showed."""
    try:
        beginning = beginnings.beginning(given, files, LIMITS)
        sandbox, begun = beginning.sandbox(), beginning.runs
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    with sandbox:
        student = Student(sandbox, LIMITS)
        runs = [*begun, *(student.run(cell) for cell in (*given[len(begun) :], *cells))]
    assert all(run.stopped is None for run in runs)
    return len(begun), [run.outputs for run in runs]


def printed(outputs: list[Any]) -> str:
    return "".join(output["text"] for output in outputs)


def test_a_hand_in_begins_where_the_given_cells_ended(beginnings: Beginnings) -> None:
    """With their variables, files, outputs and history; and so does the next, whatever the one before did."""
    look = "print(x, open('zahlen.txt').read(), len(In)); x.append(3); open('zahlen.txt', 'w').close()"
    one, other = (hand_in(beginnings, GIVEN, look) for _ in range(2))
    assert one == other
    assert one[0] == 2
    assert printed(one[1][2]) == "[1, 2] 1 2 3 4\n"
    assert hand_in(beginnings, (), *GIVEN, look) == (0, one[1])


def test_what_a_hand_in_leaves_reaches_no_other(beginnings: Beginnings) -> None:
    """Neither modules that it patched nor files nor processes."""
    leave = """
import builtins, os, subprocess, sys
builtins.secret = sys.secret = 1
import numpy; numpy.secret = 1
for folder in (".", os.path.expanduser("~"), "/tmp", "/dev/shm"):
    open(os.path.join(folder, "secret"), "w").close()
subprocess.Popen(["setsid", "sleep", "60"])
"""
    look = """
import builtins, glob, os, sys, numpy
print([hasattr(place, "secret") for place in (builtins, sys, numpy)],
      [folder for folder in (".", os.path.expanduser("~"), "/tmp", "/dev/shm") if "secret" in os.listdir(folder)],
      len([name for name in os.listdir("/proc") if name.isdigit()]))
"""
    hand_in(beginnings, GIVEN, leave)
    begun, outputs = hand_in(beginnings, GIVEN, look)
    assert begun == 2
    assert printed(outputs[-1]) == "[False, False, False] [] 2\n"


def test_files_of_their_own_are_there_and_only_there(beginnings: Beginnings, tmp_path: Path) -> None:
    (tmp_path / "eigene.txt").write_text("4")
    look = "import os; print(sorted(os.listdir('.')))"
    for _ in range(2):
        hand_in(beginnings, GIVEN, look)
    assert printed(hand_in(beginnings, GIVEN, look, files=tmp_path)[1][-1]) == "['eigene.txt', 'zahlen.txt']\n"
    assert printed(hand_in(beginnings, GIVEN, look)[1][-1]) == "['zahlen.txt']\n"


def test_a_seed_that_was_given_lasts_and_without_one_numbers_differ(beginnings: Beginnings) -> None:
    draw = "import random, numpy; print(random.random(), numpy.random.rand())"
    seeded = ("import random, numpy; random.seed(1); numpy.random.seed(1)",)
    drawn = [printed(hand_in(beginnings, seeded, draw)[1][-1]) for _ in range(3)]
    assert len(set(drawn)) == 1
    unseeded = ("import random, numpy as np",)
    drawn = [printed(hand_in(beginnings, unseeded, draw)[1][-1]) for _ in range(3)]
    assert len(set(drawn)) == 3


@pytest.mark.parametrize("magic", ["%matplotlib inline\n", ""])
def test_pictures_are_drawn_as_if_the_first_had_been_drawn_here(beginnings: Beginnings, magic: str) -> None:
    """Matplotlib holds the files of fonts open, and reads letters from them as it needs them."""
    given = (f"{magic}import matplotlib.pyplot as plt\nplt.title('Abc'); plt.show()",)
    draw = "plt.title(r'xyz $\\alpha^2$ ÄÖ', weight='bold'); plt.xlabel('0123'); plt.show()"
    whole = hand_in(beginnings, (), *given, draw)[1]
    pictures = [output["data"]["image/png"] for run in whole for output in run]
    assert len(pictures) == 2
    for _ in range(3):
        assert hand_in(beginnings, given, draw) == (1, whole)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"),
        pytest.param("import subprocess; p = subprocess.Popen(['sleep', '60'])"),
        pytest.param("f = open('/dev/null')"),
        pytest.param("open('/tmp/x', 'w').close()"),
        pytest.param("import os; os._exit(1)"),
    ],
)
def test_what_no_copy_can_have_runs_for_each_hand_in(beginnings: Beginnings, given: str) -> None:
    """Threads, processes and open files are no part of a copy."""
    for _ in range(2):
        beginning = beginnings.beginning([given], None, LIMITS)
        sandbox, begun = beginning.sandbox(), beginning.runs
        with sandbox:
            assert begun == []
            assert Student(sandbox, LIMITS).run(given).stopped == ("died" if "_exit" in given else None)


def test_after_the_nursery_has_died_there_is_a_new_one(beginnings: Beginnings) -> None:
    hand_in(beginnings, GIVEN)
    assert beginnings._nursery is not None
    beginnings._nursery._kill()
    assert printed(hand_in(beginnings, GIVEN, "print(x)")[1][-1]) == "[1, 2]\n"


def test_a_fresh_interpreter_has_what_was_given(beginnings: Beginnings) -> None:
    """After a cell that ended Python."""
    beginning = beginnings.beginning(GIVEN, None, LIMITS)
    sandbox, begun = beginning.sandbox(), beginning.runs
    with sandbox:
        assert len(begun) == 2
        student = Student(sandbox, LIMITS)
        assert student.run("import os; os._exit(0)").stopped == "died"
        assert printed(student.run("print(x)").outputs) == "[1, 2]\n"


def test_what_the_cells_showed_is_kept_for_the_next_run(tmp_path: Path) -> None:
    """Then no interpreter is needed until something else is to run; that one is as if they had run in it."""
    runs = []
    for _run in range(2):
        made = Beginnings(store=Store(tmp_path, "given"))
        try:
            begun = made.beginning(GIVEN, None, LIMITS)
        except SandboxUnavailableError as error:
            pytest.skip(str(error))
        runs.append((begun.runs, made._nursery is None))
        assert printed(hand_in(made, GIVEN, "print(x, open('zahlen.txt').read())")[1][-1]) == "[1, 2] 1 2 3\n"
        made.close()
    assert runs == [(runs[0][0], False), (runs[0][0], True)]


@pytest.mark.parametrize("damage", [lambda _text: "", lambda text: text[:-1], lambda text: text.replace("an", "un")])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: Callable[[str], str]) -> None:
    """Other cells, limits and files have a key of their own."""
    for _run in range(2):
        made = Beginnings(store=Store(tmp_path, "given"))
        try:
            assert printed(made.beginning(GIVEN, None, LIMITS).runs[0].outputs) == "angefangen\n"
        except SandboxUnavailableError as error:
            pytest.skip(str(error))
        assert made._nursery is not None
        assert len(list(tmp_path.rglob("*.json"))) == 1
        made.close()
        for path in tmp_path.rglob("*.json"):
            path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")


def test_what_is_kept_is_read_once_for_all_hand_ins(tmp_path: Path) -> None:
    store = Store(tmp_path, "given")
    kept = {"outputs": [], "stopped": None}
    with patch.object(store, "find", return_value=[kept]) as found:
        made = Beginnings(store=store)
        runs = [made.beginning(("x = 1",), None, LIMITS).runs for _hand_in in range(3)]
    assert [len(each) for each in runs] == [1, 1, 1]
    assert found.call_count == 1


def test_cells_that_run_no_more_are_no_beginning(tmp_path: Path) -> None:
    """What they showed before is not taken for a beginning in which they did not run."""
    store = Store(tmp_path, "given")
    with patch.object(store, "find", return_value=[{"outputs": [], "stopped": None}]):
        made = Beginnings(store=store)
        beginning = made.beginning(("raise SystemExit",), None, Limits(cell_cpu_seconds=4, cell_wall_seconds=30))
        assert len(beginning.runs) == 1
        with patch.object(made, "_template", return_value=None), pytest.raises(SandboxUnavailableError):
            beginning.sandbox()
        made.close()
