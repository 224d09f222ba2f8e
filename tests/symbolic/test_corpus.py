"""The corpus: derivations as students write them, each with the points and bad lines that a fair tutor finds."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from autograder.symbolic import TASKS, check_derivation

CORPUS = [
    (path.stem, chain)
    for path in sorted((Path(__file__).parent / "corpus").glob("*.toml"))
    for chain in tomllib.loads(path.read_text(encoding="utf-8"))["chain"]
]
RIGHT = [(stem, chain) for stem, chain in CORPUS if stem.endswith("_right")]
WRONG = [(stem, chain) for stem, chain in CORPUS if stem.endswith("_wrong")]
NAMED = [(stem, chain) for stem, chain in WRONG if "mistake" in chain]


def _name(entry):
    return f"{entry[0]}: {entry[1]['name']}"


_verdict = cache(check_derivation)  # each chain is judged once, whatever is then asked of its verdict


def _check(entry):
    stem, chain = entry
    return _verdict(stem[:2], chain["text"])


@pytest.mark.parametrize("entry", CORPUS, ids=_name)
def test_points_are_those_of_a_fair_tutor(entry):
    """Where the notation leaves doubt, an interval is stated."""
    chain = entry[1]
    low, high = chain.get("points_min", chain.get("points")), chain.get("points_max", chain.get("points"))
    assert low <= _check(entry).points <= high


@pytest.mark.parametrize("entry", RIGHT, ids=_name)
def test_right_chain_proves_the_claim(entry):
    """Every line of a right chain is right, and it earns everything unless it says otherwise."""
    verdict = _check(entry)
    assert [(line.number, line.message) for line in verdict.lines if not line.ok] == []
    if "points" in entry[1] and entry[1]["points"] == TASKS[entry[0][:2]].max_points:
        assert verdict.complete


@pytest.mark.parametrize("entry", WRONG, ids=_name)
def test_bad_lines_are_found_and_only_they(entry):
    """The lines that do not follow are not ok, all others are."""
    verdict = _check(entry)
    assert {line.number for line in verdict.lines if not line.ok} == set(entry[1].get("bad_lines", []))


@pytest.mark.parametrize("entry", [entry for entry in CORPUS if "status" in entry[1]], ids=_name)
def test_kind_of_slip_is_said(entry):
    """Where a chain states a status (jump, unreadable, assumption, …), the first line concerned has it."""
    chain = entry[1]
    bad = chain.get("bad_lines", [])
    lines = [line for line in _check(entry).lines if not bad or line.number == bad[0]]
    assert chain["status"] in {line.status for line in lines}


def _found(chain):
    return next((line.mistake for line in _check(chain).lines if not line.ok), None)


def _wanted(chain):
    wanted = chain[1]["mistake"]
    return wanted if isinstance(wanted, list) else [wanted]


def test_figures_of_the_corpus_are_those_promised():
    """At least 40 right chains with all points, 150 wrong ones with no wrong line accepted, 90 % of mistakes named."""
    full = [
        entry for entry in RIGHT if _check(entry).complete and _check(entry).points == TASKS[entry[0][:2]].max_points
    ]
    accepted = [
        (_name(entry), number)
        for entry in WRONG
        for number in entry[1]["bad_lines"]
        if _check(entry).lines[number - 1].ok
    ]
    missed = [(_name(entry), _found(entry)) for entry in NAMED if _found(entry) not in _wanted(entry)]
    named = 1 - len(missed) / len(NAMED)
    print(f"right chains with all points: {len(full)} of {len(RIGHT)}")
    print(f"wrong chains: {len(WRONG)}, wrong lines accepted: {len(accepted)}")
    print(f"typical mistakes named: {len(NAMED) - len(missed)} of {len(NAMED)}, {100 * named:.1f} %")
    assert len(full) == len(RIGHT) >= 40
    assert len(WRONG) >= 150
    assert accepted == []
    assert named >= 0.9, missed


def test_every_wrong_chain_says_which_lines_are_wrong():
    """Each lists them; where none is, points are lost to another rule or a missing step, or a line is said twice."""
    assert [_name(entry) for entry in WRONG if "bad_lines" not in entry[1]] == []
    sound = [entry for entry in WRONG if not entry[1]["bad_lines"]]
    assert len(WRONG) - len(sound) >= 150
    full = [entry for entry in sound if _check(entry).points >= TASKS[entry[0][:2]].max_points]
    assert {entry[1].get("status") for entry in full} <= {"repeated"}


# the mistakes that a student must be told by name
MISTAKES = (
    "sign",
    "missing_inner_derivative",
    "missing_outer_derivative",
    "quotient_swapped",
    "quotient_unsquared",
    "missing_kronecker",
    "extra_kronecker",
    "wrong_index",
    "lost_sum",
    "transposed_weight",
    "h_for_dh",
    "bias_not_vanishing",
    "assumption_not_named",
    "two_classes_only",
    "circular",
)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_is_named_in_several_chains(mistake):
    """Each of them occurs at least twice, and is found there."""
    chains = [entry for entry in WRONG if any(line.mistake == mistake for line in _check(entry).lines)]
    assert len(chains) >= 2


@pytest.mark.parametrize("part", ["1a", "1b", "1c", "1d"])
def test_corpus_has_enough_of_every_part(part):
    """At least ten right ways and forty typical mistakes a part."""
    assert sum(stem.startswith(part) for stem, _ in RIGHT) >= 10
    assert sum(stem.startswith(part) for stem, _ in WRONG) >= 40
