"""Derivations as SymPy objects: a list of steps to the very text that a derivation cell holds.

An object is walked by its exact type, along the slot in which SymPy keeps the arguments: nothing that a student's class
defines is ever called, nothing is evaluated, no text is parsed. SymPy is looked up among the loaded modules and never
imported, for where no object of it was handed in, it is not needed.

What has no place in the notation stays visible in the line as ``⟨name of its type⟩``; the checker answers such a line
as unreadable (``refusal``). So every derivation is plain text, wherever it came from, and travels as such.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from autograder.messages import _
from autograder.symbolic.notation import MAX_DEPTH, MAX_LENGTH, MAX_LINES, MAX_NODES

_SUM, _PRODUCT, _POWER, _ATOM = range(4)  # how tightly a text holds together; a leading minus sign counts as a sum
_NAMED_FUNCTIONS = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")
_OWN = (
    *("Symbol", "Dummy", "Idx", "Indexed", "IndexedBase", "Tuple", "Float", "UnevaluatedExpr"),
    *("Add", "Mul", "Pow", "Derivative", "Sum", "KroneckerDelta", *_NAMED_FUNCTIONS),
)
_RATIONAL = ("Integer", "Rational", "One", "Zero", "NegativeOne", "Half")
_MODULES = ("sympy", "sympy.core.numbers", "sympy.core.function", "sympy.core.basic")
_LETTERS = "kpqrsuvlcdfgijmnotabwxyzh"
_MAX_BITS = 64  # of an integer; the notation takes far shorter ones
_REFUSED = re.compile("⟨([^⟩]*)⟩")
_TOO_LARGE = "⟨…⟩"
_UNFIT = re.compile(r"[^\w.+-]")
_NAME = re.compile(r"[^\W\d]\w*(\[[\w+, -]+\])?")  # Symbol("z[i]") is how some write z[i]


def to_text(derivation: object, taken: Collection[str] = ()) -> str:
    """Return ``derivation`` as the body of a derivation cell.

    ``derivation`` is that body itself, or a list or tuple of steps. A step is a SymPy expression, an equation ``Eq``
    (its left side is the line before), a line as text, or a pair of one of these and the rules that it names. A dummy
    index gets a letter that is not in ``taken``. Anything else, None apart, becomes a line that cannot be read.
    """
    if derivation is None:
        return ""
    if (text := _text(derivation)) is not None:
        return text
    steps = _items(derivation)
    chain = _Chain(_kinds(), frozenset(taken))
    for step in [derivation] if steps is None else steps[: MAX_LINES + 1]:
        chain.add(step)
    return "\n".join(chain.lines)


def refusal(text: str) -> str | None:
    """Return what to say of a line with an object that has no place in the notation, None if there is none in it."""
    found = _REFUSED.search(text)
    if found is None:
        return None
    match found[1]:
        case "…":
            return _("This line is too long to be checked. Split it into several steps.")
        case "BooleanTrue" | "BooleanFalse":
            return _("SymPy has already decided this equation. Hand in its right side alone as a step.")
    return _(
        "{name} has no place in a formula here. A step is a formula of SymPy's own objects, "
        'a pair (formula, "rule"), or a line as text.',
        name=found[1],
    )


# ------------------------------------------------------------------------------------------------ steps


@dataclass
class _Chain:
    """The lines so far; a step goes on with an equals sign, but for the start and its repetition below a case."""

    kinds: _Kinds
    taken: frozenset[str]
    lines: list[str] = field(default_factory=list)
    first: str = ""
    last: str = ""  # the formula of the line before, empty where none stands above it in this case

    def add(self, step: object) -> None:
        reason = ""
        pair = _items(step)
        if pair is not None and len(pair) == 2 and (named := _rules(pair[1])) is not None:
            step, reason = pair[0], named
        if (text := _text(step)) is not None:
            self.add_text(text, reason)
        elif type(step) is self.kinds.equation and len(sides := self.kinds.arguments(step)) == 2:
            left, right = map(self.formula, sides)
            if left not in (self.first, self.last) or not self.last:
                self.line(left, "")
            self.line(right, reason)
        else:
            self.line(self.formula(step), reason)

    def add_text(self, text: str, reason: str) -> None:
        code, _mark, comment = text.partition("#")
        code = code.strip()
        named = ", ".join(filter(None, (comment.strip(), reason)))
        if not code or text.strip().startswith("##") or "\n" in code:
            self.lines.append(text)
        elif code.casefold().startswith("fall"):
            self.lines.append(code)
            self.last = ""
        elif code.startswith("="):
            self.last = self.last or self.first or code
            self.line(code.lstrip("=").strip(), named)
        else:
            self.line(code, named)

    def line(self, formula: str, reason: str) -> None:
        begins = not self.last and formula == (self.first or formula)
        self.first = self.first or formula
        self.last = formula
        self.lines.append(("" if begins else "= ") + formula + (f"  # {reason}" if reason else ""))

    def formula(self, node: object) -> str:
        return _Writer(self.kinds, self.taken).write(node)


def _text(value: object) -> str | None:
    """Return ``value`` as a plain string if it is one."""
    return str.__str__(value) if issubclass(type(value), str) else None


def _items(value: Any) -> list[object] | tuple[object, ...] | None:
    """Return ``value`` if it is a plain list or tuple."""
    return value if type(value) is list or type(value) is tuple else None


def _rules(named: object) -> str | None:
    """Return the rules of a step as they stand behind ``#``; None where ``named`` names none."""
    if named is None:
        return ""
    if (text := _text(named)) is not None:
        return " ".join(text.split()).lstrip("# ")
    pieces = [_text(name) for name in (_items(named) or ())[:MAX_LINES]]
    return _rules(", ".join(filter(None, pieces))) if pieces and None not in pieces else None


# ------------------------------------------------------------------------------------------------ SymPy's types


@dataclass(frozen=True)
class _Kinds:
    """SymPy's own types by the names under which they are read here; plain numbers alone where it is not loaded."""

    names: dict[int, str]  # by the identity of the type: hash and == may be a student's own
    equation: type | None = None
    undefined: type | None = None  # the metaclass of functions without a definition, such as Function("h")
    applied: type | None = None  # the one base of such a function
    slot: Any = None  # the descriptor of the arguments, which no subclass can put anything in the way of

    def of(self, node: object) -> str:
        """Return how ``node`` is read, by its exact type; empty where it has no place here."""
        kind = type(node)
        if self.undefined is not None and type(kind) is self.undefined:
            bases = type.__dict__["__bases__"].__get__(kind)
            return "Function" if len(bases) == 1 and bases[0] is self.applied else ""
        return self.names.get(id(kind), "")

    def arguments(self, node: object) -> tuple[object, ...]:
        """Return the arguments of ``node`` if it is one of SymPy's objects."""
        if self.slot is None:
            return ()
        try:
            found = self.slot.__get__(node)
        except (AttributeError, TypeError):  # an object that was never filled in, or not SymPy's
            return ()
        return found if type(found) is tuple else ()


_NUMBERS = {id(int): "int", id(float): "float"}


def _kinds() -> _Kinds:
    try:
        sympy, numbers, function, basic = (sys.modules[name] for name in _MODULES)
        names = _NUMBERS | {id(getattr(sympy, name)): name for name in _OWN}
        names |= {id(getattr(numbers, name)): "Rational" for name in _RATIONAL}
        names[id(numbers.Exp1)] = "Exp1"
        slot = basic.Basic.__dict__["_args"]
        return _Kinds(names, sympy.Equality, function.UndefinedFunction, function.AppliedUndef, slot)
    except (KeyError, AttributeError):
        return _Kinds(_NUMBERS)


def _type_name(node: object) -> str:
    return _refused(type.__dict__["__name__"].__get__(type(node)))


def _refused(what: str) -> str:
    name = _UNFIT.sub("", what)[:40]
    return f"⟨{name or '?'}⟩"


# ------------------------------------------------------------------------------------------------ one formula


class _TooLargeError(ValueError):
    """An object that is too deep, too large, or holds itself."""


@dataclass(frozen=True)
class _Text:
    """Written notation, and how tightly it holds together."""

    text: str
    level: int

    def within(self, level: int) -> str:
        """Return the text as it stands where things must hold together at least as tightly as ``level``."""
        return self.text if self.level >= level else f"({self.text})"


class _Writer:
    """Writes one formula; the tree is walked once, with a budget."""

    def __init__(self, kinds: _Kinds, taken: frozenset[str]) -> None:
        self.kinds = kinds
        self.taken = taken
        self.budget = 4 * MAX_NODES
        self.letters: dict[int, str] = {}

    def write(self, node: object) -> str:
        try:
            self.letters = self.named_dummies(node)
            text = self.read(node, 0).text
        except _TooLargeError:
            return _TOO_LARGE
        return text if len(text) <= MAX_LENGTH else _TOO_LARGE

    def named_dummies(self, node: object) -> dict[int, str]:
        """Return a letter for every dummy index that a sum in ``node`` binds: its own name where that is free."""
        waiting, seen, used, bound = [node], set[int](), set(self.taken), dict[int, str]()
        while waiting:
            inner = waiting.pop()
            kind = self.kinds.of(inner)
            if id(inner) in seen or not kind:
                continue
            seen.add(id(inner))
            if len(seen) > self.budget:
                raise _TooLargeError
            parts = self.kinds.arguments(inner)
            waiting.extend(parts)
            if kind == "Symbol":
                used.add(_symbol_name(inner))
            elif kind == "Sum":
                for limit in parts[1:]:
                    index = next(iter(self.kinds.arguments(limit)), None) if self.kinds.of(limit) == "Tuple" else None
                    if self.kinds.of(index) == "Dummy":
                        bound[_dummy_index(index)] = _symbol_name(index)
        for dummy, own in bound.items():
            free = [letter for letter in _LETTERS if letter not in used]
            bound[dummy] = own if own in free else free[0] if free else _refused("Dummy")
            used.add(bound[dummy])
        return bound

    def read(self, node: object, depth: int) -> _Text:
        self.budget -= 1
        if depth > MAX_DEPTH or self.budget < 0:
            raise _TooLargeError
        kind = self.kinds.of(node)
        parts = self.kinds.arguments(node) if kind else ()
        deeper = depth + 1
        match kind, parts:
            case (("Symbol" | "Dummy"), ()):
                return _Text(self.name(node), _ATOM)
            case (("Idx" | "IndexedBase"), (label, *_rest)):
                return self.read(label, deeper)
            case "Rational", _:
                return _rational(node)
            case "Float", _:
                return _float(node)
            case "Exp1", _:
                return _Text("exp(1)", _ATOM)
            case "int", _:
                return _fraction(Fraction(node)) if node.bit_length() <= _MAX_BITS else _Text(_TOO_LARGE, _ATOM)  # type: ignore[attr-defined, call-overload]
            case "float", _:
                return _decimal(node)  # type: ignore[arg-type]
            case "UnevaluatedExpr", (inner,):
                return self.read(inner, deeper)
            case "Add", (_, *_):
                return self.sum_of(parts, deeper)
            case "Mul", (_, *_):
                return self.product(parts, deeper)
            case "Pow", (base, exponent):
                if (inverse := self.inverse(node, depth)) is not None:
                    return _Text(f"1/{inverse.within(_POWER)}", _PRODUCT)
                return self.power(base, exponent, deeper)
            case "Indexed", (base, *indices) if indices:
                return _Text(f"{self.read(base, deeper).within(_ATOM)}[{self.list_of(indices, deeper)}]", _ATOM)
            case "KroneckerDelta", (left, right, *_range):
                return _Text(f"kron({self.index(left, deeper)}, {self.index(right, deeper)})", _ATOM)
            case "Derivative", (body, *variables) if variables:
                return self.derivative(body, variables, deeper)
            case "Sum", (body, *limits) if limits:
                bounds = "".join(f", {self.limit(limit, deeper)}" for limit in limits)
                return _Text(f"Sum({self.read(body, deeper).text}{bounds})", _ATOM)
            case "Function", _:
                name = type.__dict__["__name__"].__get__(type(node))
                return _Text(f"{_spelt(name)}({self.comma(parts, deeper)})", _ATOM)
        if kind in _NAMED_FUNCTIONS:
            return _Text(f"{kind}({self.comma(parts, deeper)})", _ATOM)
        return _Text(_type_name(node), _ATOM)

    def comma(self, parts: Collection[object], depth: int) -> str:
        return ", ".join(self.read(part, depth).text for part in parts)

    def name(self, node: object) -> str:
        if self.kinds.of(node) == "Dummy" and (letter := self.letters.get(_dummy_index(node))):
            return letter
        return _spelt(_symbol_name(node))

    # -------------------------------------------------------------------------------------------- arithmetic

    def sum_of(self, parts: tuple[object, ...], depth: int) -> _Text:
        text = ""
        for k, part in enumerate(parts):
            written = self.read(part, depth)
            if k == 0:
                text = written.text
            elif written.text.startswith("-") and self.kinds.of(part) in (
                "Mul",
                *_NUMBERS.values(),
                "Rational",
                "Float",
            ):
                text += f" - {written.text[1:]}"
            else:
                text += f" + {written.within(_PRODUCT)}"
        return _Text(text, _SUM)

    def product(self, parts: tuple[object, ...], depth: int) -> _Text:
        sign, above, below = "", list[str](), list[str]()
        for k, part in enumerate(parts):
            value = self.rational(part)
            if value is not None and value < 0 and k == 0:
                sign, value = "-", -value
            if value is not None and value >= 0:
                if value.numerator != 1 or (not sign and value == 1):
                    above.append(str(value.numerator))
                if value.denominator != 1:
                    below.append(str(value.denominator))
            elif (inverse := self.inverse(part, depth)) is not None:
                below.append(inverse.within(_POWER))
            else:
                written = self.read(part, depth)
                if k == 0 and self.kinds.of(part) == "Mul":
                    above.append(written.text)  # (-a*b)*c reads -a*b*c
                else:
                    above.append(written.within(_POWER if above else _PRODUCT))
        text = "*".join(above) or "1"
        if below:
            text += f"/{below[0]}" if len(below) == 1 else f"/({'*'.join(below)})"
        text = sign + text
        return _Text(text, _SUM if text.startswith("-") else _PRODUCT)

    def inverse(self, node: object, depth: int) -> _Text | None:
        """Return what ``node`` divides by where it is a power with a negative number as its exponent."""
        if self.kinds.of(node) != "Pow" or len(parts := self.kinds.arguments(node)) != 2:
            return None
        exponent = self.rational(parts[1])
        if exponent is None or exponent >= 0 or self.kinds.of(parts[0]) == "Exp1":
            return None
        base = self.read(parts[0], depth + 1)
        if exponent == -1:
            return base
        return _Text(f"{base.within(_ATOM)}**{_fraction(-exponent).within(_ATOM)}", _POWER)

    def power(self, base: object, exponent: object, depth: int) -> _Text:
        if self.kinds.of(base) == "Exp1":
            return _Text(f"exp({self.read(exponent, depth).text})", _ATOM)
        return _Text(f"{self.read(base, depth).within(_ATOM)}**{self.read(exponent, depth).within(_ATOM)}", _POWER)

    def rational(self, node: object) -> Fraction | None:
        return _value(node) if self.kinds.of(node) == "Rational" else None

    # -------------------------------------------------------------------------------------------- indices, binders

    def index(self, node: object, depth: int) -> str:
        """Return an index as the sheet writes it: the letter first, then what is added to it."""
        parts = self.kinds.arguments(node) if self.kinds.of(node) == "Add" else ()
        numbers = [value for part in parts if (value := self.rational(part)) is not None]
        others = [part for part in parts if self.rational(part) is None]
        if len(numbers) == len(others) == 1 and numbers[0].denominator == 1:
            return f"{self.read(others[0], depth).within(_PRODUCT)}{numbers[0].numerator:+d}"
        return self.read(node, depth).text

    def list_of(self, indices: list[object], depth: int) -> str:
        return ",".join(self.index(index, depth) for index in indices)

    def limit(self, node: object, depth: int) -> str:
        if self.kinds.of(node) != "Tuple":
            return self.read(node, depth).text
        return f"({', '.join(self.index(part, depth) for part in self.kinds.arguments(node))})"

    def derivative(self, body: object, variables: list[object], depth: int) -> _Text:
        text = self.read(body, depth).text
        for variable in variables:
            count: Fraction | None = Fraction(1)
            if self.kinds.of(variable) == "Tuple" and len(pair := self.kinds.arguments(variable)) == 2:
                variable, count = pair[0], self.rational(pair[1])
            if count is None or count.denominator != 1:
                return _Text(_refused("Derivative"), _ATOM)
            if count > MAX_DEPTH:
                raise _TooLargeError
            by = self.read(variable, depth).text
            for _time in range(count.numerator):
                text = f"Derivative({text}, {by})"
                if len(text) > 10 * MAX_LENGTH:
                    raise _TooLargeError
        return _Text(text, _ATOM)


# ------------------------------------------------------------------------------------------------ names and numbers


def _symbol_name(node: Any) -> str:
    name = getattr(node, "name", "")
    return name if type(name) is str else ""


def _dummy_index(node: Any) -> int:
    """Return what makes a dummy the one that it is; two objects may be the same dummy."""
    index = getattr(node, "dummy_index", None)
    return index if type(index) is int else id(node)


def _spelt(name: str) -> str:
    """Return ``name`` where it can stand in a line; comments, line ends and the like in it must not be read."""
    return name if len(name) <= 40 and _NAME.fullmatch(name) else _refused(name)


def _value(node: Any) -> Fraction | None:
    p, q = getattr(node, "p", None), getattr(node, "q", None)
    if type(p) is not int or type(q) is not int or not q or max(p.bit_length(), q.bit_length()) > _MAX_BITS:
        return None
    return Fraction(p, q)


def _rational(node: object) -> _Text:
    value = _value(node)
    return _Text(_TOO_LARGE, _ATOM) if value is None else _fraction(value)


def _fraction(value: Fraction) -> _Text:
    level = _SUM if value < 0 else _ATOM if value.denominator == 1 else _PRODUCT
    return _Text(str(value), level)


def _float(node: Any) -> _Text:
    match getattr(node, "_mpf_", None):
        case (int(sign), mantissa, int(exponent), int(bits)) if type(mantissa) is int and bits + abs(exponent) <= 1000:
            value = Fraction(mantissa) * Fraction(2) ** exponent
            return _decimal(float(-value if sign else value))
    return _Text(_TOO_LARGE, _ATOM)


def _decimal(value: float) -> _Text:
    text = repr(value)
    return _Text(text if text[-1].isdigit() else _TOO_LARGE, _SUM if text.startswith("-") else _ATOM)
