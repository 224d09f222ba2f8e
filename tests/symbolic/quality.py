"""How well the checker tells right lines from wrong ones: counted over generated lines, judged by the oracle as well.

The tests take a sample of each kind, ``python -m benchmarks.mutations`` all there is.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from unittest import mock

from autograder.symbolic import judgement
from autograder.symbolic.expressions import Sum, walk
from autograder.symbolic.notation import MAX_SUMS, read_lines
from autograder.symbolic.registry import setting
from tests.symbolic import oracle
from tests.symbolic.mutations import mutations
from tests.symbolic.random_lines import random_line
from tests.symbolic.reformulations import respelled, rewrites
from tests.symbolic.steps import steps
from tests.symbolic.written import write

LONGEST = 150  # nodes of a line that rewrites may make


@dataclass
class Tally:
    """Counts by (the oracle's opinion, whether the checker accepts), and the cases that deserve a look."""

    counts: Counter = field(default_factory=Counter)
    kinds: Counter = field(default_factory=Counter)
    accepted_wrong: list = field(default_factory=list)
    accepted_unknown: list = field(default_factory=list)
    refused_right: list = field(default_factory=list)

    def add(self, truth, accepted, kind, entry):
        """Count one line."""
        self.counts[truth, accepted] += 1
        self.kinds[kind] += 1
        if accepted and truth is False:
            self.accepted_wrong.append(entry)
        if accepted and truth is None:
            self.accepted_unknown.append(entry)
        if truth and not accepted:
            self.refused_right.append(entry)

    def merge(self, other):
        """Count what another tally counted as well."""
        self.counts += other.counts
        self.kinds += other.kinds
        self.accepted_wrong += other.accepted_wrong
        self.accepted_unknown += other.accepted_unknown
        self.refused_right += other.refused_right

    @property
    def tried(self):
        """The number of lines."""
        return sum(self.counts.values())

    @property
    def wrong(self):
        """The number of lines that are wrong according to the oracle."""
        return self.counts[False, True] + self.counts[False, False]


def opinion(step, expression):
    """Return whether the oracle takes ``expression`` for right in place of the step's line; None if it cannot tell."""
    return oracle.agree(setting(step.part), step.before, expression, one_hot=step.one_hot, case=step.case)


def _place(step, text, status):
    return f"{step.chain}, line {step.number} ({status}): {write(step.before)}  =?  {text}"


def all_mutants(chosen=None):
    """Return (step, kind, text, expression) of every single mutation of ``chosen`` steps, each once.

    Without a choice, of every line of every right chain of the corpus.
    """
    found = {}
    for step in steps() if chosen is None else chosen:
        for kind, mutant in mutations(step.line, setting(step.part)):
            key = step.part, step.case, step.before, step.rules, mutant
            found.setdefault(key, (step, kind, write(mutant), mutant))
    return list(found.values())


def try_mutants(mutants):
    """Return the tally of ``mutants`` as next lines under the rules that the right line names."""
    tally = Tally()
    with mock.patch.object(judgement, "name_mistake", return_value=None):
        for step, kind, text, mutant in mutants:
            status, accepted = step.accepts(text)
            tally.add(opinion(step, mutant), accepted, kind, _place(step, text, status))
    return tally


def try_random(count, seed):
    """Return the tally of ``count`` random lines."""
    rng, tally = random.Random(seed), Tally()
    with mock.patch.object(judgement, "name_mistake", return_value=None):
        for _ in range(count):
            step = rng.choice(steps())
            line = random_line(setting(step.part), rng, step.before, step.line)
            status, accepted = step.accepts(write(line))
            tally.add(opinion(step, line), accepted, step.part, _place(step, write(line), status))
    return tally


def try_reformulations(count, seed):
    """Return the tally of ``count`` right lines rewritten one to four times and spelled otherwise."""
    rng, tally = random.Random(seed), Tally()
    for _ in range(count):
        step = rng.choice(steps())
        line, kinds = step.line, []
        for _ in range(rng.randint(1, 4)):
            ways = {}
            for kind, other in rewrites(line, setting(step.part)):
                ways.setdefault(kind, []).append(other)
            kind = rng.choice(sorted(ways))
            other = rng.choice(ways[kind])
            nodes = walk(other)
            if len(nodes) <= LONGEST and sum(isinstance(node, Sum) for node in nodes) <= MAX_SUMS:
                line = other
                kinds.append(kind)
        text = respelled(write(line), rng)
        (read,) = read_lines(text)
        status, accepted = step.accepts(read.text)
        tally.add(True, accepted, "+".join(sorted(set(kinds))), f"{kinds} {_place(step, text, status)}")
    return tally
