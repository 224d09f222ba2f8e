"""Single mutations of a line: every small slip of the pen, at every place."""

from fractions import Fraction

from autograder.symbolic.expressions import (
    Binary,
    Call,
    Derivative,
    Index,
    Kronecker,
    Negative,
    Number,
    Power,
    Sum,
    Symbol,
    children,
    with_children,
)
from autograder.symbolic.setting import family

ONE = Number(Fraction(1))


def mutations(expression, setting):
    """Yield (kind, mutant) for every single mutation of ``expression``."""
    free = {name: setting.task.indices[name] for name in setting.task.free}
    yield from _everywhere(expression, setting, free)


def _everywhere(node, setting, scope):
    yield from _here(node, setting, scope)
    inner = {**scope, node.index: node.upper.name} if isinstance(node, Sum) else scope
    parts = children(node)
    for k, part in enumerate(parts):
        for kind, mutant in _everywhere(part, setting, inner):
            yield kind, with_children(node, (*parts[:k], mutant, *parts[k + 1 :]))


def _here(node, setting, scope):
    match node:
        case Number(value):
            yield "constant", Number(value + 1)
            yield "constant", Binary("-", node, ONE)
            yield "sign", Negative(node)
        case Symbol():
            yield "sign", Negative(node)
            yield from _symbols(node, setting, scope)
        case Call(function, argument):
            yield "sign", Negative(node)
            yield "sign", Call(function, Negative(argument))
            yield "function dropped", argument
            others = {"exp": ("log",), "log": ("exp",), "h": ("dh",), "dh": ("h",), "sigma": ("exp",)}
            for other in others.get(function, ()):
                yield "function", Call(other, argument)
        case Negative(operand):
            yield "sign", operand
        case Binary(operator, left, right):
            for other in "+-*/":
                if other != operator:
                    yield "sign" if {operator, other} == {"+", "-"} else "operator", Binary(other, left, right)
            yield "part dropped", left
            yield "part dropped", right
            if operator in "-/":
                yield "swapped", Binary(operator, right, left)
            yield "part doubled", Binary(operator, node, right)
        case Power(base, exponent):
            yield "exponent", Power(base, Binary("+", exponent, ONE))
            yield "exponent", Power(base, Binary("-", exponent, ONE))
            yield "exponent", Power(base, Negative(exponent))
            yield "exponent", base
        case Kronecker(left, right):
            yield "delta dropped", ONE
            yield "delta dropped", Number(Fraction(0))
            for other in scope:
                if other not in (left.name, right.name):
                    yield "index", Kronecker(Index(other), right)
                    yield "index", Kronecker(left, Index(other))
        case Sum(body, index, lower, upper):
            yield "sign", Negative(node)
            for moved in (Index(lower.name, lower.offset + 1), Index(lower.name, lower.offset - 1)):
                yield "bound", Sum(body, index, moved, upper)
            for moved in (Index(upper.name, upper.offset - 1), Index(upper.name, upper.offset + 1)):
                yield "bound", Sum(body, index, lower, moved)
            other = {"N": "M", "M": "N"}.get(upper.name)
            if other and setting.layered:
                yield "bound", Sum(body, index, lower, Index(other, upper.offset))
            for name, size in scope.items():
                if size == upper.name:
                    yield "sum dropped", renamed(body, index, name)
        case Derivative(body, variable):
            yield "sign", Negative(node)
            yield "derivative dropped", body
            yield "derivative dropped", ONE
            yield "derivative dropped", Number(Fraction(0))
            yield "derivative doubled", Binary("*", node, node)
            if not isinstance(variable, Symbol):
                yield "derivative", Derivative(variable, body)
    if isinstance(node, Symbol | Call | Sum | Power | Kronecker):
        yield "squared", Power(node, Number(Fraction(2)))
        yield "upside down", Binary("/", ONE, node)
        yield "constant", Binary("+", node, ONE)
        yield "constant", Binary("*", Number(Fraction(2)), node)
    names = list(scope)
    for k, first in enumerate(names):
        for second in names[k + 1 :]:
            if scope[first] == scope[second] and isinstance(node, Symbol | Call | Derivative):
                yield "delta added", Binary("*", node, Kronecker(Index(first), Index(second)))


def _symbols(node, setting, scope):
    of = family(node)
    start = 1 if of[1] is not None else 0
    for (name, layer), shape in setting.shapes.items():
        if (name, layer) != of and shape == setting.shapes[of]:
            first = () if layer is None else (Index("L", layer),)
            yield "quantity", Symbol(name, (*first, *node.indices[start:]))
    for k in range(start, len(node.indices)):
        for other, size in scope.items():
            if other != node.indices[k].name and size == setting.shapes[of][k - start]:
                yield "index", Symbol(node.name, (*node.indices[:k], Index(other), *node.indices[k + 1 :]))
    if len(node.indices) - start == 2:
        yield "transposed", Symbol(node.name, (*node.indices[:start], *reversed(node.indices[start:])))
    for index in node.indices[start:]:
        size = setting.shapes[of][node.indices.index(index) - start]
        if index.name in scope:
            body = renamed(node, index.name, "q")
            yield "sum added", Sum(body, "q", Index("", 1), Index(size))


def renamed(node, old, new):
    """Return ``node`` with the index ``old`` called ``new`` where no sum inside binds it anew."""
    if isinstance(node, Sum) and node.index == old:
        return node

    def swap(index):
        return Index(new, index.offset) if index.name == old else index

    match node:
        case Symbol(name, indices):
            return Symbol(name, tuple(map(swap, indices)))
        case Kronecker(left, right):
            return Kronecker(swap(left), swap(right))
        case Sum(body, index, lower, upper):
            return Sum(renamed(body, old, new), index, swap(lower), swap(upper))
    return with_children(node, tuple(renamed(child, old, new) for child in children(node)))
