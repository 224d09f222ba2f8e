"""A verdict is plain data: equal by value, and it travels as a dictionary, as JSON and as a pickle."""

import dataclasses
import json
import pickle

import pytest

from autograder.symbolic import TASKS, Verdict, check_derivation
from tests.symbolic.chains import USUAL

WRONG = USUAL["1b"].replace("*S - exp(z[i])", "*S + exp(z[i])").replace("# Kettenregel, Kronecker", "# Ketenregel")
TEXTS = [
    *USUAL.items(),
    ("1b", WRONG),
    ("1b", "Fall i == j\nDerivative(a[i], z[j])\n= 2 z\n= a[i]"),
    ("1a", ""),
    ("1c", "\0"),
]


@pytest.mark.parametrize(("part", "text"), TEXTS)
def test_two_checks_of_one_text_are_equal(part, text):
    """Verdicts compare by value, lines and trees included, and hash alike."""
    first, second = check_derivation(part, text), check_derivation(part, text)
    assert first == second
    assert hash(first) == hash(second)
    assert first != dataclasses.replace(first, points=first.points + 0.5)


@pytest.mark.parametrize(("part", "text"), TEXTS)
def test_verdict_survives_a_pickle(part, text):
    """It can be sent to another process as it is."""
    verdict = check_derivation(part, text)
    assert pickle.loads(pickle.dumps(verdict)) == verdict


@pytest.mark.parametrize(("part", "text"), TEXTS)
def test_verdict_is_json_but_for_the_trees(part, text):
    """Points, flags, keys and sentences are numbers, booleans and strings; only ``expression`` is a tree."""
    plain = dataclasses.asdict(check_derivation(part, text))
    for line in plain["lines"]:
        del line["expression"]
    back = json.loads(json.dumps(plain))
    assert set(back) == {field.name for field in dataclasses.fields(Verdict)}
    assert back["points"] == plain["points"]
    assert [line["message"] for line in back["lines"]] == [line["message"] for line in plain["lines"]]


def test_lines_count_chain_lines_with_stable_keys():
    """Lines are numbered from the start, and a known mistake has an English key."""
    lines = check_derivation("1b", WRONG).lines
    assert [line.number for line in lines] == [1, 2, 3, 4, 5, 6]
    assert lines[2].mistake == "sign"
    assert lines[0].mistake is None
    assert all(isinstance(line.ok, bool) and isinstance(line.message, str) for line in lines)


def test_points_and_flags_are_plain_types():
    """No value of another library sneaks in."""
    for part in TASKS:
        verdict = check_derivation(part, USUAL[part])
        assert (type(verdict.points), type(verdict.manual_review), type(verdict.complete)) == (float, bool, bool)
