"""Expressions as text again, in the notation of a cell: what the generators of lines write."""

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
)

_LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2}
_UNARY, _ATOM = 2, 4


def write(node: Expression) -> str:
    """Return ``node`` in the notation, with as few brackets as the tree allows."""
    return _write(node)[0]


def _write(node: Expression) -> tuple[str, int]:
    match node:
        case Number(value):
            text = str(value) if value == int(value) else str(Fraction(value))
            return text, 2 if "/" in text else _ATOM if value >= 0 else _UNARY
        case Symbol(name, indices):
            return (f"{name}[{','.join(map(_index, indices))}]" if indices else name), _ATOM
        case IndexValue(index):
            return _index(index), _ATOM if not index.offset else 1
        case Call(function, argument):
            return f"{function}({write(argument)})", _ATOM
        case Negative(operand):
            return "-" + _in(operand, _UNARY + 1), _UNARY
        case Binary(operator, left, right):
            level = _LEVELS[operator]
            gap = " " if level == 1 else ""
            return f"{_in(left, level)}{gap}{operator}{gap}{_in(right, level + 1)}", level
        case Power(base, exponent):
            return f"{_in(base, _ATOM)}**{_in(exponent, _ATOM)}", 3
        case Derivative(body, variable):
            return f"Derivative({write(body)}, {write(variable)})", _ATOM
        case Sum(body, index, lower, upper):
            return f"Sum({write(body)}, ({index}, {_index(lower)}, {_index(upper)}))", _ATOM
        case Kronecker(left_index, right_index):
            return f"kron({_index(left_index)}, {_index(right_index)})", _ATOM


def _in(node: Expression, level: int) -> str:
    text, own = _write(node)
    return text if own >= level else f"({text})"


def _index(index: Index) -> str:
    if not index.name:
        return str(index.offset)
    return f"{index.name}{index.offset:+d}" if index.offset else index.name
