"""Indices of a line: each bound or free, as many as the quantity has, and each running over the right size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.messages import _
from autograder.symbolic.expressions import (
    Derivative,
    Expression,
    Index,
    IndexValue,
    Kronecker,
    Sum,
    Symbol,
    children,
    walk,
)
from autograder.symbolic.notation import SIZES, NotationError
from autograder.symbolic.setting import Setting, family, lower_indices


@dataclass(frozen=True)
class ShapeMistake:
    """An index that runs over the wrong neurons: a mistake of its own, whatever the numbers say."""

    key: str
    message: str


@dataclass
class Findings:
    """What the look at the indices found beside plain errors."""

    mistakes: list[ShapeMistake] = field(default_factory=list)
    shadowed: list[str] = field(default_factory=list)


SMALLEST_SIZE = 2


def check(expression: Expression, setting: Setting) -> Findings:
    """Look at every index of ``expression``.

    Raises:
        NotationError: an index is unbound, a quantity has too many or too few, a sum has a number for its size.

    """
    findings = Findings()
    free = {name: setting.task.indices[name] for name in setting.task.free}
    _check(expression, setting, free, findings)
    return findings


def _check(node: Expression, setting: Setting, sorts: Mapping[str, str], findings: Findings) -> None:
    match node:
        case Symbol():
            _symbol(node, setting, sorts, findings)
        case IndexValue(index):
            if index.name in sorts:
                raise NotationError(
                    _("The index {name} is no number; it stands in square brackets, in kron or as a bound.",
                      name=index.name)
                )  # fmt: skip
            _sort(index, setting, sorts)
        case Kronecker(left, right):
            a, b = _sort(left, setting, sorts), _sort(right, setting, sorts)
            if a and b and a != b:
                findings.mistakes.append(
                    ShapeMistake("wrong_index", _("The Kronecker delta compares indices of different layers."))
                )
        case Derivative(_body, variable) if not _may_vary(variable):
            raise NotationError(_("One cannot differentiate by this. Write a quantity there, such as z."))
        case Sum(body, index, lower, upper):
            if not upper.name and (upper.offset != lower.offset or lower.name):
                raise NotationError(
                    _("The claim is for general N: write N (or M) as the bound of the sum, no number."),
                    mistake="number_for_size",
                )
            runs = [_sort(bound, setting, sorts, bound=True) for bound in (upper, lower)]
            sort = runs[0] or runs[1]
            if index in sorts:
                findings.shadowed.append(index)
            _check(body, setting, {**sorts, index: sort}, findings)
            return
    for child in children(node):
        _check(child, setting, sorts, findings)


def _may_vary(variable: Expression) -> bool:
    """Return whether one can differentiate by ``variable``: it holds a quantity, and nothing that may make it 0."""
    nodes = walk(variable)
    return any(isinstance(node, Symbol) for node in nodes) and not any(
        isinstance(node, Kronecker | Derivative) for node in nodes
    )


def _sort(index: Index, setting: Setting, sorts: Mapping[str, str], *, bound: bool = False) -> str:
    """Return the size over which ``index`` runs; empty for a bare number, which fits everywhere.

    Numbers stay so small that N = 2 has them all: what holds in small worlds could differ in large ones otherwise.
    """
    if not index.name:
        if not (0 if bound else 1) <= index.offset <= SMALLEST_SIZE:
            raise NotationError(
                _("The claim is for general N: an index {number} need not exist.", number=index.offset),
                mistake="number_for_size",
            )
        return ""
    if abs(index.offset) > 1:
        raise NotationError(_("An index may differ from a letter by 1 at most: {name} + 1 or {name} - 1.",
                              name=index.name))  # fmt: skip
    if index.name in sorts:
        return sorts[index.name]
    if index.name in SIZES and index.name in setting.task.indices.values():
        return index.name
    if index.name == "L":
        raise NotationError(_("L is a layer and can only stand first in the square brackets."))
    known = ", ".join(sorts)
    if not known:
        raise NotationError(_("There are no indices in this part; {name} means nothing here.", name=index.name))
    if index.name in ("N", "M"):
        raise NotationError(_("{name} is no size in this part.", name=index.name))
    raise NotationError(
        _("The index {name} is not bound here: it is no index of the claim ({known}) and no sum runs over it.",
          name=index.name, known=known)
    )  # fmt: skip


def _symbol(symbol: Symbol, setting: Setting, sorts: Mapping[str, str], findings: Findings) -> None:
    of = family(symbol)
    shape = setting.shapes.get(of)
    if shape is None:
        raise _unknown_family(symbol, setting)
    indices = lower_indices(symbol)
    if len(indices) != len(shape):
        raise NotationError(
            _("{name} has {expected} lower indices here, not {found}.",
              name=symbol.name, expected=len(shape), found=len(indices))
        )  # fmt: skip
    found = [_sort(index, setting, sorts) for index in indices]
    if all(not sort or sort == size for sort, size in zip(found, shape, strict=True)):
        return
    if len(shape) == 2 and all(not sort or sort == size for sort, size in zip(found, reversed(shape), strict=True)):
        findings.mistakes.append(
            ShapeMistake(
                "transposed_weight",
                _("The indices of w are swapped: first comes the neuron of layer L, then that of layer L+1."),
            )
        )
    else:
        findings.mistakes.append(
            ShapeMistake(
                "wrong_index",
                _("An index of {name} runs over the neurons of another layer.", name=symbol.name),
            )
        )


def _unknown_family(symbol: Symbol, setting: Setting) -> NotationError:
    layers = sorted({layer for name, layer in setting.shapes if name == symbol.name and layer is not None})
    if layers:
        known = ", ".join("L" if layer == 0 else f"L+{layer}" for layer in layers)
        return NotationError(_("{name} needs its layer as the first index: {layers}.", name=symbol.name, layers=known))
    return NotationError(_("{name} is written without a layer in this part.", name=symbol.name))
