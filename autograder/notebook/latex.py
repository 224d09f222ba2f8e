"""Formulas as a textbook sets them: an expression's tree to LaTeX, with nothing reordered and nothing simplified.

Brackets stand where the tree needs them, and round ``a + (b + c)`` too: what the student grouped stays grouped.
"""

from __future__ import annotations

from fractions import Fraction

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
    children,
    walk,
)

_NAMES = {"loss": r"\mathcal{L}", "delta": r"\delta", "sigma": r"\sigma", "dh": "h'"}
_OPERATORS = {"log": r"\log", "exp": r"\exp", "tanh": r"\tanh"}
_LAYER = "L"
_MANY_VARIABLES = ("loss", "S")


def latex(expression: Expression) -> str:
    """Return ``expression`` as LaTeX for math mode, in the notation of the sheet (eq. 1-11)."""
    return _term(expression, followed=False)


def terms(expression: Expression) -> list[str]:
    """Return the LaTeX of ``expression`` in pieces, one a summand, between which a line may break."""
    match expression:
        case Binary("+" | "-" as operator, left, right):
            return [*terms(left), f"{{}}{operator} {_summand(right)}"]
    return [latex(expression)]


def breadth(expression: Expression) -> float:
    """Return roughly how wide ``expression`` is when it is set, in capital letters."""
    match expression:
        case Number() | Symbol() | IndexValue() | Kronecker():
            return 0.6 + 0.3 * len(_lower(getattr(expression, "indices", ())))
        case Call("exp", argument):
            return 0.5 + 0.7 * breadth(argument)
        case Call(function, argument):
            return 0.4 * len(function) + 0.8 + breadth(argument)
        case Binary("/", left, right):
            return 0.3 + max(breadth(left), breadth(right))
        case Binary(operator, left, right):
            return breadth(left) + breadth(right) + (0.3 if operator == "*" else 1.2)
        case Power(base, exponent):
            return breadth(base) + 0.7 * breadth(exponent)
        case Derivative(body, variable):
            return 1.2 + breadth(body) + (0.0 if isinstance(body, Symbol) else breadth(variable))
        case Sum(body, _, _, _):
            return 1.7 + breadth(body)
    return 0.8 + sum(map(breadth, children(expression)))


# ------------------------------------------------------------------------------------------------ by kind of node


def _term(node: Expression, *, followed: bool) -> str:
    """Return ``node`` without brackets round it; ``followed``: a factor comes next, which must not be drawn in."""
    match node:
        case Number(value):
            return _number(value)
        case Symbol(name, indices):
            return _symbol(name, indices)
        case IndexValue(index):
            return _index(index)
        case Kronecker(left, right):
            return rf"\delta_{{{_lower((left, right))}}}"
        case Call(function, argument):
            return _call(function, argument, followed=followed)
        case Power(base, exponent):
            return f"{_base(base)}^{{{latex(exponent)}}}"
        case Derivative(body, variable):
            return _derivative(body, variable, followed=followed)
        case Sum(body, index, lower, upper):
            return rf"\sum_{{{index}={_index(lower)}}}^{{{_index(upper)}}} {_factor(body, followed=followed)}"
        case Binary("+" | "-" as operator, left, right):
            return f"{latex(left)} {operator} {_summand(right)}"
    return _product(node, followed=followed)


def _product(node: Expression, *, followed: bool) -> str:
    """Return a product, a fraction or a negative; its sign goes in front of the whole, as on paper."""
    if (positive := _without_sign(node)) is not None:
        return f"-{_factor(positive, followed=followed)}"
    match node:
        case Binary("/", left, right):
            return rf"\frac{{{latex(left)}}}{{{latex(right)}}}"
        case Binary(_, left, right):
            # a*(b*c) keeps its brackets, (a*b)*c is how a*b*c is read
            first = _factor(left, followed=True)
            second = _bracketed(right) if _is_binary(right, "*") else _factor(right, followed=followed)
            return f"{first}{_times(first, second, right)}{second}"
    raise AssertionError(node)


def _without_sign(node: Expression) -> Expression | None:
    """Return ``node`` without the minus sign that it begins with; None where it begins with none."""
    match node:
        case Negative(operand):
            return operand
        case Binary("*" | "/" as operator, left, right):
            positive = _without_sign(left)
            return None if positive is None else Binary(operator, positive, right)
    return None


def _times(first: str, second: str, right: Expression) -> str:
    """Return what stands between two factors: a dot where a digit follows, else a thin space."""
    numbers = first[-1].isdigit() and second.startswith(r"\frac") and isinstance(right, Binary | Number)
    return r" \cdot " if second[0].isdigit() or numbers else r"\,"


def _call(function: str, argument: Expression, *, followed: bool) -> str:
    match function, argument:
        case "exp", _ if not _tall(argument) and not _holds_exp(argument):
            return f"e^{{{latex(argument)}}}"
        case "log", Symbol() if not followed:
            return rf"\log {latex(argument)}"
    name = _OPERATORS.get(function) or _name(function)
    return f"{name}{_bracketed(argument)}"


def _derivative(body: Expression, variable: Expression, *, followed: bool) -> str:
    d = r"\mathrm{d}" if _is_ordinary(body, variable) else r"\partial "
    by = f"{d}{latex(variable) if isinstance(variable, Symbol) else _bracketed(variable)}"
    if isinstance(body, Symbol | Call) and not _tall(body):
        return rf"\dfrac{{{d}{latex(body)}}}{{{by}}}"
    alone = isinstance(body, Sum | Derivative | Power) or _is_binary(body, "/")
    if alone and not followed and _without_sign(body) is None:
        return rf"\dfrac{{{d.strip()}}}{{{by}}} {latex(body)}"
    return rf"\dfrac{{{d.strip()}}}{{{by}}}\,{_bracketed(body)}"


def _is_ordinary(body: Expression, variable: Expression) -> bool:
    """Return whether only one variable is about, so that d/dz says it better than the partial sign."""
    return not any(
        isinstance(node, Symbol) and (node.indices or node.name in _MANY_VARIABLES)
        for part in (body, variable)
        for node in walk(part)
    )


# ------------------------------------------------------------------------------------------------ brackets


def _bracketed(node: Expression) -> str:
    inner = latex(node)
    return rf"\left({inner}\right)" if _tall(node) else f"({inner})"


def _summand(node: Expression) -> str:
    """Return ``node`` as it stands behind a plus or minus sign."""
    return _bracketed(node) if _is_sum(node) or _without_sign(node) is not None else latex(node)


def _factor(node: Expression, *, followed: bool) -> str:
    """Return ``node`` as a factor, or as the body of a sum or of a minus sign."""
    open_ended = followed and isinstance(node, Sum)
    if _is_sum(node) or _without_sign(node) is not None or open_ended:
        return _bracketed(node)
    return _term(node, followed=followed)


def _base(node: Expression) -> str:
    """Return ``node`` as the base of a power."""
    match node:
        case Number(value) if value >= 0 and value.denominator == 1:
            return latex(node)
        case Symbol(_, indices) if not any(index.name == _LAYER for index in indices):
            return latex(node)
        case IndexValue(Index(_, 0)) | Kronecker():
            return latex(node)
        case Call(function, _) if function not in ("exp", "log"):
            return latex(node)
    return _bracketed(node)


def _is_sum(node: Expression) -> bool:
    match node:
        case Binary("+" | "-", _, _):
            return True
        case IndexValue(Index(name, offset)):
            return bool(name) and offset != 0
        case Number(value):
            return value < 0
    return False


def _is_binary(node: Expression, operator: str) -> bool:
    return isinstance(node, Binary) and node.operator == operator


def _tall(node: Expression) -> bool:
    """Return whether ``node`` is higher than a line of text."""
    return any(isinstance(inner, Sum | Derivative) or _is_binary(inner, "/") for inner in walk(node))


def _holds_exp(node: Expression) -> bool:
    return any(isinstance(inner, Call) and inner.function == "exp" for inner in walk(node))


# ------------------------------------------------------------------------------------------------ names and numbers


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    decimal = f"{float(value):.9f}".rstrip("0")
    if Fraction(decimal) == value:
        return decimal.replace(".", "{,}")
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _symbol(name: str, indices: tuple[Index, ...]) -> str:
    upper = [index for index in indices if index.name == _LAYER]
    lower = tuple(index for index in indices if index.name != _LAYER)
    above = f"^{{{','.join(map(_index, upper))}}}" if upper else ""
    below = f"_{{{_lower(lower)}}}" if lower else ""
    return f"{_name(name)}{above}{below}"


def _name(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]
    return name if len(name) == 1 else rf"\mathrm{{{_escaped(name)}}}"


def _lower(indices: tuple[Index, ...]) -> str:
    texts = [_index(index) for index in indices]
    return ("" if all(len(text) == 1 for text in texts) else ",").join(texts)


def _index(index: Index) -> str:
    if not index.name:
        return str(index.offset)
    name = index.name if len(index.name) == 1 else rf"\mathrm{{{_escaped(index.name)}}}"
    return name if not index.offset else f"{name}{index.offset:+d}"


def _escaped(name: str) -> str:
    return name.replace("_", r"\_")
