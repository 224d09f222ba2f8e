"""The attacks of a suite, graded once with the project's configuration and once with stock nbgrader."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from autograder.grading.walls import SandboxUnavailableError, require_bubblewrap
from tests.grading.attacks import run
from tests.grading.attacks.attack import Attack
from tests.grading.attacks.judge import Outcome
from tests.grading.attacks.suite import Suite

PROTECTED_SECONDS = 900
TOGETHER = run.Patience(cell=8, batch=600)
ALONE = run.Patience(cell=8, batch=20)  # two innocent hand-ins beside the attack; when it hangs, it is stopped
AGAIN = run.Patience(cell=60, batch=600)
MORE_TRIES = 2

Stock = Callable[[Sequence[Attack], run.Patience], Outcome]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a suite's tests once for each of its attacks."""
    suite = metafunc.cls
    if suite is None or not issubclass(suite, Suite):
        return
    for name, attacks in {
        "attack": suite.attacks(),
        "tried": [attack for attack in suite.attacks() if not attack.untried],
    }.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, attacks, ids=lambda attack: attack.name, scope="class")


@pytest.fixture(scope="session", autouse=True)
def _sandbox_is_there() -> None:
    try:
        require_bubblewrap()
    except SandboxUnavailableError as error:
        pytest.skip(str(error))


def _chosen(request: pytest.FixtureRequest, name: str) -> list[Attack]:
    """Return the attacks for which tests of the class will run, with the argument ``name``."""
    tests = [item for item in request.session.items if getattr(item, "cls", None) is request.cls]
    found = [test.callspec.params.get(name) for test in tests if hasattr(test, "callspec")]
    return [attack for attack in found if attack is not None]


@pytest.fixture(scope="class")
def protected(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Return what came of all attacks of the suite, graded as the project does."""
    root = tmp_path_factory.mktemp("protected")
    return Outcome(run.protected(root, _chosen(request, "attack"), seconds=PROTECTED_SECONDS), strict=True)


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> run.Kit:
    """Return what stock nbgrader runs in."""
    kit = run.Kit(tmp_path_factory.mktemp("kit"))
    kit.build()
    return kit


@pytest.fixture(scope="session")
def stock_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the course, released by stock nbgrader."""
    return run.stock_course(tmp_path_factory.mktemp("stock"))


@pytest.fixture(scope="class")
def stock(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, kit: run.Kit, stock_course: Path
) -> Stock:
    """Return what grades attacks with stock nbgrader, in a course of their own."""

    def grade(attacks: Sequence[Attack], patience: run.Patience) -> Outcome:
        root = tmp_path_factory.mktemp("unprotected")
        feedback = request.cls.stock_feedback
        return Outcome(
            run.unprotected(root, kit, stock_course, attacks, patience=patience, feedback=feedback), strict=False
        )

    return grade


@pytest.fixture(scope="class")
def stock_batch(request: pytest.FixtureRequest, stock: Stock) -> Outcome:
    """Return what came of the attacks that can share a course without protection."""
    return stock([attack for attack in _chosen(request, "tried") if not attack.alone], TOGETHER)


@pytest.fixture(scope="class")
def unprotected(request: pytest.FixtureRequest, stock: Stock, tried: Attack) -> Outcome:
    """Return what came of ``tried`` without protection, alone or together with others.

    What an attack can do, it need not do every time: stock nbgrader counts a cell's seconds by the clock, so a machine
    that stands still for some of them, or hands out memory slowly, stops it. One without an effect gets more tries.
    """
    outcome: Outcome = stock([tried], ALONE) if tried.alone else request.getfixturevalue("stock_batch")
    for _ in range(MORE_TRIES):
        if outcome.successes(tried):
            break
        outcome = stock([tried], ALONE if tried.alone else AGAIN)
    return outcome
