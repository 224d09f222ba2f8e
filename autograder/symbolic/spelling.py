"""The nearest valid spelling of a line that cannot be read: what is often typed otherwise, put right."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

_NAME = r"[A-Za-z]\w*(?:\[[^\[\]]*\])?"
_PRIME = "['\N{PRIME}\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}`]"
_CLOSING = {"(": ")", "[": "]"}


def nearest(text: str, quantities: Collection[str], functions: Collection[str]) -> str:
    """Return ``text`` with every spelling put right that the notation writes otherwise; it may still not be valid."""
    quantity = "|".join(sorted(map(re.escape, quantities), key=len, reverse=True))
    function = "|".join(sorted(map(re.escape, functions), key=len, reverse=True))
    delta = "\N{GREEK SMALL LETTER DELTA}" if "delta" in quantities else "delta|\N{GREEK SMALL LETTER DELTA}"
    fixes: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
        (r"[.,;]\s*$", ""),
        (r"(?<=\d),(?=\d)", "."),
        ("\N{SUPERSCRIPT TWO}", "**2"),
        ("\N{SUPERSCRIPT THREE}", "**3"),
        ("\N{DIVISION SIGN}|//", "/"),
        ("[\N{N-ARY SUMMATION}\N{GREEK CAPITAL LETTER SIGMA}](?=\\s*\\()", "Sum"),
        (r"\b(?:[Ss]umme|sum)(?=\s*\()", "Sum"),
        ("\N{GREEK SMALL LETTER SIGMA}|\\b[Ss]igmoid\\b|\\bSigma\\b", "sigma"),
        (r"\b(?:diff|deriv|derivative|ableitung|Ableitung)(?=\s*\()", "Derivative"),
        (r"\bln\b", "log"),
        (r"\bExp\b", "exp"),
        (r"\be\s*(?:\^|\*\*)\s*\(", "exp("),
        (rf"\be\s*(?:\^|\*\*)\s*(-?{_NAME})", r"exp(\1)"),
        (r"\^", "**"),
        (rf"\bh\s*{_PRIME}", "dh"),
        (rf"\b({function})\s*{_PRIME}\s*\((\w+)\)", r"Derivative(\1(\2), \2)"),
        # \u03b4_ij, kron[i, j], kron_ij
        (rf"(?<!\w)(?:kron|KroneckerDelta|{delta})\s*[_\[({{]+(\w)\s*,?\s*(\w)(?:[\]}}]|\)|\b)", r"kron(\1, \2)"),
        (r"\b(Derivative|Sum|exp|log)\[(.*)\]", r"\1(\2)"),
        # a_i, a_{i}, a(i), ai
        (rf"\b({quantity})_\{{?(\w)\}}?(?!\w)", r"\1[\2]"),
        (rf"\b({quantity})_\{{?(\w),?\s*(\w)\}}?(?!\w)", r"\1[\2,\3]"),
        (rf"\b({quantity})\(([a-zL][^()]{{0,10}})\)", r"\1[\2]"),
        (rf"\b({quantity})([a-z])\b(?!\s*[\[(])", lambda m: m[0] if m[0] in functions else f"{m[1]}[{m[2]}]"),
        (r"\]\s*\[|;", ","),
        (rf"\b({function}|exp|log)\s+(-?{_NAME})", r"\1(\2)"),
        (r"(?<=[\])])\s*(?=[\w(])|(?<=\d)\s*(?=[A-Za-z(])(?<!\w\w)", "*"),
        (rf"(?<=\w)\s+(?=(?:{function}|exp|log|Sum|kron|Derivative)\()", "*"),
    )
    for pattern, right in fixes:
        text = re.sub(pattern, right, text)
    return _closed(text)


def _closed(text: str) -> str:
    """Return ``text`` with brackets closed at its end, and without one that was never opened."""
    waiting: list[str] = []
    kept = []
    for character in text:
        if character in _CLOSING:
            waiting.append(_CLOSING[character])
        elif character in _CLOSING.values():
            if not waiting or waiting[-1] != character:
                continue
            waiting.pop()
        kept.append(character)
    return "".join(kept) + "".join(reversed(waiting))
