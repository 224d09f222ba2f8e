"""The rules that a line may name, and which openers each of them grants.

An *opener* is one elementary way to carry out a derivative by one layer; ``evaluation.py`` knows them all. A rule as
students name it grants one or several. *Heavy* rules carry a step, at most two of them a line; *light* ones may come
along unnamed under any named rule of differentiation; *free* ones need no reason at all.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import Enum

LIGHT = frozenset({"constant", "sum", "factor", "identity"})
ALL = LIGHT | {"quotient", "product", "power", "exp", "log", "function", "multivariate", "earlier"}


class Rule(Enum):
    """A rule by the German name that students write."""

    DEFINITION = "Definition"
    CONSTANT = "Konstantenregel"
    SUM = "Summenregel"
    FACTOR = "Faktorregel"
    PRODUCT = "Produktregel"
    QUOTIENT = "Quotientenregel"
    POWER = "Potenzregel"
    CHAIN = "Kettenregel"
    KRONECKER = "Kronecker"
    ALGEBRA = "Algebra"
    ASSUMPTION = "Voraussetzung"
    PART_1A = "1a"
    PART_1B = "1b"
    PART_1C = "1c"
    PART_1D = "1d"


FREE = frozenset({Rule.DEFINITION, Rule.ALGEBRA, Rule.ASSUMPTION})
ALWAYS = frozenset({Rule.DEFINITION, Rule.ALGEBRA})
DIFFERENTIATION = frozenset({Rule.CONSTANT, Rule.SUM, Rule.FACTOR, Rule.PRODUCT, Rule.QUOTIENT, Rule.POWER, Rule.CHAIN})
EARLIER = frozenset({Rule.PART_1A, Rule.PART_1B, Rule.PART_1C, Rule.PART_1D})
HEAVY = frozenset({Rule.PRODUCT, Rule.QUOTIENT, Rule.POWER, Rule.CHAIN}) | EARLIER

_GRANTS: dict[Rule, frozenset[str]] = {
    Rule.PRODUCT: frozenset({"product"}),
    Rule.QUOTIENT: frozenset({"quotient"}),
    Rule.POWER: frozenset({"power"}),
    # the chain rule carries every function of one argument, 1/u and powers of u included, and eq. (11)
    Rule.CHAIN: frozenset({"power", "exp", "log", "function", "multivariate"}),
    Rule.PART_1B: frozenset({"earlier"}),
}


def openers(rules: frozenset[Rule]) -> frozenset[str]:
    """Return the openers that ``rules`` grant together; none for free rules alone."""
    if rules <= FREE:
        return frozenset()
    return LIGHT.union(*(_GRANTS.get(rule, frozenset()) for rule in rules))


@dataclass(frozen=True)
class Reason:
    """The rules read from the text after ``#``; ``guessed`` pairs what was written with what it was taken for."""

    rules: tuple[Rule, ...] = ()
    guessed: tuple[tuple[str, Rule], ...] = ()
    unknown: tuple[str, ...] = ()


_NAMES = {rule.value.casefold(): rule for rule in Rule} | {
    # what German students write for the same thing
    "kronecker-delta": Rule.KRONECKER,
    "kroneckerdelta": Rule.KRONECKER,
    "def": Rule.DEFINITION,
    "einsetzen": Rule.DEFINITION,
    "umformen": Rule.ALGEBRA,
    "umformung": Rule.ALGEBRA,
    "vereinfachen": Rule.ALGEBRA,
    "ausklammern": Rule.ALGEBRA,
    "kürzen": Rule.ALGEBRA,
    "linearität": Rule.SUM,
    "kehrwertregel": Rule.QUOTIENT,
    "annahme": Rule.ASSUMPTION,
}
_FILLERS = re.compile(r"^(?:nach|mit|aus|wegen|laut|per|durch|der|die|das|aufgabe|teil|regel)\s+")
_SEPARATORS = re.compile(r"[,;&+]|\bund\b")


def read_reason(text: str) -> Reason:
    """Read the rules in ``text``, what stands after ``#``; words after a colon or in parentheses are free."""
    named = re.sub(r"\([^)]*\)", " ", text.split(":")[0])
    rules: list[Rule] = []
    guessed: list[tuple[str, Rule]] = []
    unknown: list[str] = []
    for written in (piece.strip().strip(".!# ") for piece in _SEPARATORS.split(named)):
        if not written:
            continue
        rule, exact = _find(written)
        if rule is None:
            unknown.append(written)
            continue
        if not exact:
            guessed.append((written, rule))
        if rule not in rules:
            rules.append(rule)
    return Reason(tuple(rules), tuple(guessed), tuple(unknown))


def _find(written: str) -> tuple[Rule | None, bool]:
    name = written.casefold().replace(" ", " ")
    while (shorter := _FILLERS.sub("", name)) != name:
        name = shorter
    first_word = name.split()[0] if name.split() else name
    for candidate in (name, first_word):
        if candidate in _NAMES:
            return _NAMES[candidate], True
    if first_word.endswith("-"):  # "Quotienten- und Kettenregel"
        first_word = first_word[:-1] + "regel"
        if first_word in _NAMES:
            return _NAMES[first_word], True
    near = difflib.get_close_matches(first_word, _NAMES, n=1, cutoff=0.66)
    return (_NAMES[near[0]], False) if near else (None, False)
