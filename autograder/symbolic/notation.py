"""The notation of derivation cells: text to chain lines, by a whitelist over Python's own grammar.

Nothing is evaluated. ``ast`` reads a line, and only the nodes that the notation knows become an expression; all else
is a ``NotationError`` that names the place and, where there is one, the nearest valid spelling.
"""

from __future__ import annotations

import ast
import difflib
import re
import unicodedata
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction

from autograder.messages import _
from autograder.symbolic import spelling
from autograder.symbolic.expressions import (
    Binary,
    Call,
    Derivative,
    Expression,
    Index,
    IndexValue,
    Kronecker,
    Negative,
    Number,
    Power,
    Sum,
    Symbol,
    walk,
)
from autograder.symbolic.rules import Reason, read_reason

MAX_LINES = 80
MAX_LENGTH = 2000
MAX_DEPTH = 60
MAX_NODES = 400
MAX_SUMS = 8
MAX_NESTED_SUMS = 4
MAX_NESTED_DERIVATIVES = 4
MAX_REASON = 300
MAX_SUGGESTION = 200
MAX_DIGITS = 9

SIZES = ("N", "M")
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_ELEMENTARY = ("exp", "log")
_HINTS = {
    "ln": "log",
    "e": "exp(...)",
    "diff": "Derivative",
    "deriv": "Derivative",
    "ableitung": "Derivative",
    "d": "Derivative",
    "summe": "Sum",
    "sqrt": "(...)**(1/2)",
    "σ": "sigma",
    "δ": "kron",
    "delta": "kron",
    "softmax": "a[i]",
}
_REPLACED = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{MIDDLE DOT}": "*",
        "\N{DOT OPERATOR}": "*",
        "\N{MULTIPLICATION SIGN}": "*",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "\N{ZERO WIDTH SPACE}": " ",
        "\t": " ",
        "\N{ZERO WIDTH NO-BREAK SPACE}": None,
    }
)
_CASE = re.compile(r"^\s*fall\b\s*:?\s*(?P<left>\w+)\s*(?P<sign>==|=|!=|≠|<>)\s*(?P<right>\w+)\s*:?\s*$", re.IGNORECASE)
_ARROW = re.compile(r"=>|<=>|->|>|:=|[\N{RIGHTWARDS DOUBLE ARROW}\N{LEFT RIGHT DOUBLE ARROW}\N{RIGHTWARDS ARROW}]")
_STRANGE = re.compile(r"[^\w\s+\-*/()\[\],.]")
_STUB = re.compile(r"^\s*raise\s+NotImplementedError\b")


class NotationError(ValueError):
    """A line that is not in the notation.

    ``column`` counts from 1 within the line, 0 where there is no place; ``nearest`` is the nearest valid spelling of
    the line, empty where none is known.
    """

    def __init__(self, message: str, column: int = 0, mistake: str | None = None, nearest: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.mistake = mistake
        self.nearest = nearest


@dataclass(frozen=True)
class Case:
    """A ``Fall`` line: from here on ``left`` and ``right`` are equal, or differ."""

    left: str
    right: str
    equal: bool


@dataclass(frozen=True)
class ChainLine:
    """One step as written, its reason read; ``continues`` is whether it begins with an equals sign."""

    number: int
    text: str
    reason: Reason
    continues: bool
    case: Case | None = None


@dataclass(frozen=True)
class Vocabulary:
    """The names that a task allows: quantities, functions of one argument, layers and indices are told apart by use."""

    quantities: Collection[str]
    functions: Collection[str]

    def names(self) -> list[str]:
        """Return everything that may stand in a line, for suggestions."""
        return [
            *sorted(self.quantities),
            *sorted(self.functions),
            *_ELEMENTARY,
            "Derivative",
            "Sum",
            "KroneckerDelta",
            "kron",
        ]


# ------------------------------------------------------------------------------------------------ lines of a cell


def read_lines(text: str) -> list[ChainLine]:
    """Split a cell's body into chain lines; comments, blank lines and nbgrader's stub are left out.

    At most one line more than ``MAX_LINES`` is returned, and of each no more than tells that it is too long.
    """
    lines: list[ChainLine] = []
    case: Case | None = None
    for code, comment in _steps(text):
        if (match := _CASE.match(code)) is not None:
            case = Case(match["left"], match["right"], match["sign"] in ("=", "=="))
            continue
        continues = code.startswith("=")
        body = code.lstrip("=").strip() if continues else code
        if not body:
            continue
        lines.append(ChainLine(len(lines) + 1, body, read_reason(comment[:MAX_REASON]), continues, case))
        if len(lines) > MAX_LINES:
            break
    return lines


def _steps(text: str) -> Iterator[tuple[str, str]]:
    """Yield (code, comment) of every step; a step goes on over physical lines while a bracket is open."""
    done: tuple[str, str] | None = None  # the step above, whose reason may go on below it
    code, comments, depth = "", list[str](), 0
    for physical in unicodedata.normalize("NFC", text).translate(_REPLACED).splitlines():
        stripped = physical.strip()
        if not stripped or stripped.startswith(("##", "# YOUR CODE HERE")) or _STUB.match(stripped):
            continue
        written, _mark, comment = stripped.partition("#")
        written, comment = written.strip(), comment[:MAX_REASON]
        if not written:
            # a reason on a line of its own belongs to the step above it
            if code:
                comments.append(comment)
            elif done is not None:
                done = done[0], ", ".join(filter(None, (done[1], comment)))[:MAX_REASON]
            continue
        # a new "=" or "Fall" ends a step whose brackets never closed, so that one slip costs one line
        ended = code and (written.startswith("=") or _CASE.match(written) is not None)
        if not code or ended:
            if done is not None:
                yield done
            if ended:
                yield code, ", ".join(comments)
            done, code, comments, depth = None, "", [], 0
        code = f"{code} {written}"[: MAX_LENGTH + 2].strip() if len(code) <= MAX_LENGTH else code
        if comment.strip():
            comments.append(comment)
        depth += sum(written.count(b) for b in "([{") - sum(written.count(b) for b in ")]}")
        if depth <= 0:
            done = code, ", ".join(comments)
            code, comments, depth = "", [], 0
    if done is not None:
        yield done
    if code:
        yield code, ", ".join(comments)


# ------------------------------------------------------------------------------------------------ one expression


def parse(text: str, vocabulary: Vocabulary) -> Expression:
    """Return the expression that ``text`` writes.

    Raises:
        NotationError: the text is not in the notation.

    """
    if len(text) > MAX_LENGTH:
        raise NotationError(_("This line is longer than {limit} characters.", limit=MAX_LENGTH))
    try:
        return _parse(text, vocabulary)
    except NotationError as error:
        suggestion = spelling.nearest(text, vocabulary.quantities, vocabulary.functions)
        if suggestion == text or len(suggestion) > MAX_SUGGESTION:
            raise
        try:
            _parse(suggestion, vocabulary)
        except NotationError:
            raise error from None
        raise NotationError(str(error), error.column, error.mistake, suggestion) from None


def _parse(text: str, vocabulary: Vocabulary) -> Expression:
    if arrow := _ARROW.match(text):
        raise NotationError(_("Begin a step with = instead of {arrow}.", arrow="=>" if arrow[0] == ">" else arrow[0]))
    if "^" in text:
        raise NotationError(_("For a power write ** instead of ^."), text.index("^") + 1)
    if equals := re.search(r"(?<![!<>])=", text):
        raise NotationError(
            _("There are two equals signs in this line. Give every step a line of its own."), equals.start() + 1
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python says to odd numbers and quotes is not for a student
            tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise _syntax_error(text, error) from None
    except (ValueError, RecursionError, MemoryError):
        raise NotationError(_("This line is nested too deeply to be read.")) from None
    expression = _Reader(vocabulary).read(tree, 0)
    if _size(expression) > MAX_NODES:
        raise NotationError(_("This line is too long to be checked. Split it into several steps."))
    return expression


def _syntax_error(text: str, error: SyntaxError) -> NotationError:
    column = error.offset or 0
    for opening, closing in ("()", "[]", "{}"):
        missing = text.count(opening) - text.count(closing)
        if missing > 0:
            return NotationError(_("A closing bracket {bracket} is missing.", bracket=closing), column)
        if missing < 0:
            return NotationError(_("There is one closing bracket {bracket} too many.", bracket=closing), column)
    if re.search("\N{PARTIAL DIFFERENTIAL}|\\bd/d", text):
        return NotationError(_("Write Derivative(f, x): what is differentiated, then by what."), column)
    if re.search("[\N{N-ARY SUMMATION}\N{GREEK CAPITAL LETTER SIGMA}]", text):
        return NotationError(_("Write Sum(f, (k, 1, N)): what is summed, then index and bounds."), column)
    if strange := _STRANGE.search(text):
        return NotationError(
            _("The character {character} does not belong to the notation.", character=strange[0]), strange.start() + 1
        )
    if re.search(r"[0-9)\]]\s*[A-Za-z(]", text):
        return NotationError(_("This cannot be read. Is a multiplication sign * missing?"), column)
    return NotationError(_("This is not a formula in the notation of the sheet."), column)


def _size(expression: Expression) -> int:
    return len(walk(expression))


class _Reader:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.sums = 0
        self.derivatives = 0  # that are open where the reader stands

    def read(self, node: ast.expr, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise self.error(node, _("This line is nested too deeply to be read."))
        match node:
            case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
                return self.number(node, value)
            case ast.Name(id=name):
                return self.name(node, name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negative(self.read(operand, depth + 1))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand, depth + 1)
            case ast.BinOp(op=ast.Pow(), left=base, right=exponent):
                return Power(self.read(base, depth + 1), self.read(exponent, depth + 1))
            case ast.BinOp(op=operator, left=left, right=right) if type(operator) in _OPERATORS:
                return Binary(_OPERATORS[type(operator)], self.read(left, depth + 1), self.read(right, depth + 1))
            case ast.Subscript(value=ast.Name(id=name), slice=indices):
                return self.indexed(node, name, indices)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self.call(node, name, arguments, depth)
            case ast.Subscript(value=inner) | ast.Call(func=inner) if not isinstance(inner, ast.Name):
                self.read(inner, depth + 1)  # what is wrong in there comes first
                raise self.error(node, _("This cannot be read. Is a multiplication sign * missing?"))
            case ast.List() | ast.Set():
                raise self.error(node, _("Terms are grouped by round brackets ( ) alone."))
        raise self.error(node, _("Only formulas in the notation of the sheet can stand here."))

    def error(self, node: ast.expr, message: str, mistake: str | None = None) -> NotationError:
        return NotationError(message, getattr(node, "col_offset", -1) + 1, mistake)

    def number(self, node: ast.expr, value: float) -> Number:
        text = repr(value)
        if len(text) > MAX_DIGITS or "e" in text or "n" in text:
            raise self.error(node, _("This number is too long."))
        return Number(Fraction(text))

    def name(self, node: ast.expr, name: str) -> Expression:
        if name in self.vocabulary.quantities:
            return Symbol(name)
        if name in self.vocabulary.functions or name in _ELEMENTARY:
            raise self.error(node, _("{name} needs its argument in round brackets: {name}(...).", name=name))
        if name.upper() in self.vocabulary.quantities:
            raise self.unknown(node, name)
        if name in SIZES or (len(name) == 1 and name.isascii() and name.islower() and name not in "e"):
            return IndexValue(Index(name))
        raise self.unknown(node, name)

    def unknown(self, node: ast.expr, name: str) -> NotationError:
        if "_" in name and (head := name.split("_")[0]) in self.vocabulary.quantities:
            tail = ",".join("".join(name.split("_")[1:]))
            return self.error(node, _("Write {right} instead of {wrong}.", right=f"{head}[{tail}]", wrong=name))
        known = self.vocabulary.names()
        if name in known:  # kron[i, j]
            return self.error(node, _("{name} needs its argument in round brackets: {name}(...).", name=name))
        hint = next((other for other in known if other.casefold() == name.casefold()), _HINTS.get(name.casefold()))
        if hint is None:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            hint = near[0] if near else None
        if hint is None:
            return self.error(
                node, _("The name {name} is not known here. Known are: {known}.", name=name, known=", ".join(known))
            )
        return self.error(node, _("The name {name} is not known here. Do you mean {hint}?", name=name, hint=hint))

    def indexed(self, node: ast.expr, name: str, indices: ast.expr) -> Symbol:
        if name not in self.vocabulary.quantities:
            raise self.unknown(node, name)
        items = indices.elts if isinstance(indices, ast.Tuple) else [indices]
        return Symbol(name, tuple(self.index(item) for item in items))

    def index(self, node: ast.expr) -> Index:
        match node:
            case ast.Name(id=name) if len(name) <= 12:
                return Index(name)
            case ast.Constant(value=int(value)) if not isinstance(value, bool) and abs(value) < 1000:
                return Index("", value)
            case ast.BinOp(left=ast.Name(id=name), op=operator, right=ast.Constant(value=int(value))) if (
                isinstance(operator, ast.Add | ast.Sub) and abs(value) < 1000
            ):
                return Index(name, value if isinstance(operator, ast.Add) else -value)
            case ast.BinOp(left=ast.Constant(value=int(value)), op=ast.Add(), right=ast.Name(id=name)):
                return Index(name, value)
        raise self.error(node, _("An index is a letter, a number, or a letter plus or minus a number."))

    def call(self, node: ast.expr, name: str, arguments: list[ast.expr], depth: int) -> Expression:
        match name, arguments:
            case "Derivative", [body, variable]:
                self.derivatives += 1
                if self.derivatives > MAX_NESTED_DERIVATIVES:
                    raise self.error(node, _("There are too many derivatives inside each other in this line."))
                derivative = Derivative(self.read(body, depth + 1), self.read(variable, depth + 1))
                self.derivatives -= 1
                return derivative
            case "Derivative", _:
                raise self.error(node, _("Write Derivative(f, x): what is differentiated, then by what."))
            case "Sum", [body, *limits] if limits:
                return self.sum(node, body, limits, depth)
            case "Sum", _:
                raise self.error(node, _("Write Sum(f, (k, 1, N)): what is summed, then index and bounds."))
            case (("kron" | "KroneckerDelta"), [left, right]):
                return Kronecker(self.index(left), self.index(right))
            case (("kron" | "KroneckerDelta"), _):
                raise self.error(node, _("Write kron(i, j) with two indices."))
            case "Rational", [ast.Constant(value=int(p)), ast.Constant(value=int(q))] if q:
                return Binary("/", Number(Fraction(p)), Number(Fraction(q)))
        if name in self.vocabulary.quantities:
            raise self.error(
                node,
                _(
                    "{name} takes its indices in square brackets, or a multiplication sign * is missing.",
                    name=name,
                ),
            )
        if name not in self.vocabulary.functions and name not in _ELEMENTARY:
            raise self.unknown(node, name)
        if len(arguments) != 1:
            raise self.error(node, _("{name} takes one argument.", name=name))
        return Call(name, self.read(arguments[0], depth + 1))

    def sum(self, node: ast.expr, body: ast.expr, limits: list[ast.expr], depth: int) -> Expression:
        self.sums += 1
        if self.sums > MAX_SUMS or len(limits) > MAX_NESTED_SUMS:
            raise self.error(node, _("There are too many sums in this line."))
        result = self.read(body, depth + 1)
        for limit in limits:  # as in SymPy, the first limit is the innermost
            match limit:
                case ast.Tuple(elts=[ast.Name(id=index), lower, upper]):
                    if index in (*SIZES, "L") or index in self.vocabulary.quantities:
                        raise self.error(
                            limit,
                            _("{name} already has a meaning; choose another summation index.", name=index),
                        )
                    result = Sum(result, index, self.index(lower), self.index(upper))
                case _:
                    raise self.error(limit, _("Write the bounds of a sum as (k, 1, N)."))
        return result
