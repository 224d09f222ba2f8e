"""Expressions as plain trees: what a line of a derivation says, kept exactly as it was written.

SymPy would evaluate while it builds (``exp(x - log(S))`` becomes ``exp(x)/S``) and so swallow the very steps that a
proof consists of; these nodes keep them. They are immutable and compare by structure.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Index:
    """A lower or layer index: a name plus an integer (``L+1``), or a bare integer where ``name`` is empty."""

    name: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Number:
    """A rational constant."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Symbol:
    """A quantity of the sheet, scalar (``z``, ``S``, ``loss``) or indexed (``a[i]``, ``w[L+1,n,m]``)."""

    name: str
    indices: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexValue:
    """An index or a size used as a number, as in ``Sum(1, (k, 1, N)) = N``."""

    index: Index


@dataclass(frozen=True, slots=True)
class Call:
    """A function of one argument: ``exp``, ``log``, ``sigma``, ``h``, ``dh``."""

    function: str
    argument: Expression


@dataclass(frozen=True, slots=True)
class Negative:
    """``-operand``."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right`` with operator ``+ - * /``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Power:
    """``base**exponent``."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True, slots=True)
class Derivative:
    """The partial derivative of ``body`` with respect to ``variable``, not carried out."""

    body: Expression
    variable: Expression


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of ``body`` over ``index`` from ``lower`` to ``upper``, both included; empty sums are 0."""

    body: Expression
    index: str
    lower: Index
    upper: Index


@dataclass(frozen=True, slots=True)
class Kronecker:
    """The Kronecker delta of two indices, eq. (6)."""

    left: Index
    right: Index


Expression: TypeAlias = Number | Symbol | IndexValue | Call | Negative | Binary | Power | Derivative | Sum | Kronecker


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the direct subexpressions of ``node``, in the order in which they are written."""
    match node:
        case Call(_, argument):
            return (argument,)
        case Negative(operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Power(base, exponent):
            return (base, exponent)
        case Derivative(body, variable):
            return (body, variable)
        case Sum(body, _, _, _):
            return (body,)
        case _:
            return ()


def with_children(node: Expression, parts: tuple[Expression, ...]) -> Expression:
    """Return ``node`` with its direct subexpressions replaced by ``parts``, in the order of ``children``."""
    match node, parts:
        case Call(function, _), (argument,):
            return Call(function, argument)
        case Negative(_), (operand,):
            return Negative(operand)
        case Binary(operator, _, _), (left, right):
            return Binary(operator, left, right)
        case Power(_, _), (base, exponent):
            return Power(base, exponent)
        case Derivative(_, _), (body, variable):
            return Derivative(body, variable)
        case Sum(_, index, lower, upper), (body,):
            return Sum(body, index, lower, upper)
        case _:
            return node


def walk(node: Expression) -> list[Expression]:
    """Return ``node`` and everything in it, outside first."""
    found = [node]
    for child in children(node):
        found.extend(walk(child))
    return found
