"""Whatever text comes in, a verdict comes out: no exception, no warning, no code run, no end of work."""

import json
import subprocess
import sys
import tomllib
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.symbolic import TASKS, check_derivation, evaluation
from tests.symbolic.chains import USUAL
from tests.symbolic.hostile import HOSTILE
from tests.symbolic.steps import CORPUS

PIECES = [
    *("z", "z[i]", "a[n]", "y[k]", "S", "loss", "exp(", "log(", "h(", "dh(", "sigma(", "Sum(", ",(k,1,N))", "(k, 1,"),
    *("kron(i,j)", "+", "-", "*", "/", "**", ")", "(", "[", "]", ",", "\n=", "\n", "=", "==", "#", "##", ":", "9", "0"),
    *("# Kettenregel", "# 1b", "# Voraussetzung", "\nFall i == j\n", "\nFall i != j\n", "Fall ", "Derivative(", ", z)"),
    *(
        "w[L+1,n,m]",
        "delta[L+1,m]",
        "L",
        "N",
        "0x1f",
        "1e5",
        "1_0",
        "0.5",
        "\x00",
        "\ufeff",
        "\N{MINUS SIGN}",
        "\u0301",
    ),
    *(
        "raise ",
        "lambda",
        "import os",
        "__import__('os')",
        "f'{z}'",
        "'\\d'",
        "yield",
        "await z",
        ":=",
        ".real",
        "\\\n",
    ),
]
CHAINS = [
    (path.stem[:2], chain["text"])
    for path in sorted(CORPUS.glob("*.toml"))
    for chain in tomllib.loads(path.read_text(encoding="utf-8"))["chain"]
]
parts = st.sampled_from(sorted(USUAL))


def check(part, text):
    """Check ``text`` with every warning an error, and return the verdict after a look at its shape."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        verdict = check_derivation(part, text)
    assert 0 <= verdict.points <= verdict.max_points == TASKS[part].max_points
    assert verdict.message
    assert [line.number for line in verdict.lines] == list(range(1, len(verdict.lines) + 1))
    assert all(line.ok or line.message for line in verdict.lines)
    return verdict


@settings(max_examples=150, deadline=None)
@given(part=parts, text=st.text(max_size=300))
def test_any_text_ends_in_a_verdict(part, text):
    """Characters of all of Unicode, control characters and lone halves of pairs among them."""
    check(part, text)


@settings(max_examples=100, deadline=None)
@given(part=parts, data=st.binary(max_size=300), encoding=st.sampled_from(["latin-1", "utf-8", "utf-16"]))
def test_any_bytes_end_in_a_verdict(part, data, encoding):
    """Bytes that are no text, read as text."""
    check(part, data.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace"))


@settings(max_examples=200, deadline=None)
@given(part=parts, pieces=st.lists(st.sampled_from(PIECES), max_size=30), glue=st.sampled_from(["", " "]))
def test_text_near_the_grammar_ends_in_a_verdict(part, pieces, glue):
    """Pieces of the notation and of Python in any order."""
    check(part, f"{TASKS[part].start}\n= {glue.join(pieces)}")


@settings(max_examples=60, deadline=None)
@given(
    chain=st.sampled_from(CHAINS),
    edits=st.lists(
        st.tuples(st.integers(0, 3000), st.integers(0, 12), st.one_of(st.sampled_from(PIECES), st.text(max_size=3))),
        min_size=1,
        max_size=4,
    ),
)
def test_damaged_derivation_ends_in_a_verdict(chain, edits):
    """Derivations of the corpus with pieces cut out and others put in."""
    part, text = chain
    for place, length, piece in edits:
        at = place % (len(text) + 1)
        text = text[:at] + piece + text[at + length :]
    check(part, text)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_answered_with_bounded_work(name, monkeypatch):
    """Too deep, too long, too large: every part answers, and the evaluator visits a bounded number of nodes."""
    memories = []

    class Counted(evaluation.Memory):
        def __init__(self, prepared):
            super().__init__(prepared)
            memories.append(self)

    monkeypatch.setattr("autograder.symbolic.comparison.Memory", Counted)
    for part in TASKS:
        memories.clear()
        check(part, HOSTILE[name])
        assert len(memories) <= 81
        assert sum(memory.work for memory in memories) <= 3 * (evaluation.MAX_TOTAL_WORK + evaluation.MAX_WORK)


AUDITED = """
import json, sys
from autograder.symbolic import TASKS, check_derivation
from tests.symbolic.chains import USUAL
for part in TASKS:
    check_derivation(part, USUAL[part])  # what is loaded once, as the catalogue of messages, is loaded now
texts = json.loads(sys.stdin.read())
seen = set()
sys.addaudithook(lambda event, arguments: seen.add(event))
for part in TASKS:
    for text in texts:
        check_derivation(part, text)
print(json.dumps(sorted(seen)))
"""
HARMLESS = {"compile", "builtins.id"}  # ast.parse compiles to a tree, not to code: nothing is executed


def test_no_code_is_ever_run():
    """An audit hook sees no exec, no import, no file, no process and no socket; only the parser of expressions."""
    texts = [text for text in HOSTILE.values() if len(text) < 20_000]
    texts += [text.replace("z", f"({code})") for code in PIECES[-14:] for text in (USUAL["1a"], USUAL["1d"])]
    texts += [text for _part, text in CHAINS[::40]]
    run = subprocess.run(
        [sys.executable, "-c", AUDITED], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    assert set(json.loads(run.stdout)) <= HARMLESS
    assert run.stderr == ""


@pytest.mark.parametrize("bounds", ["k, z1, N", "k, q, N", "k, z, N", "k, 1, q", "k, q, q", "k, 9, N", "k, k, N"])
def test_bound_that_is_no_index_makes_the_line_unreadable(bounds):
    """Below as well as above; the lines before keep what they earned."""
    text = f"Derivative(loss, z[L,n])\n= Sum(delta[L+1,m]*Sum(w[L+1,k,m]*dh(z[L,k])*kron(k, n), ({bounds})), (m, 1, M))"
    assert [line.status for line in check_derivation("1d", text).lines] == ["start", "unreadable"]
