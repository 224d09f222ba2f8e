"""Other ways to write the same line: each rewrite is an identity, whatever stands in it."""

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
    walk,
    with_children,
)
from autograder.symbolic.setting import family, lower_indices, substitute
from tests.symbolic.mutations import renamed

ZERO, ONE, TWO = (Number(Fraction(k)) for k in range(3))


def rewrites(expression, setting):
    """Yield (kind, other form) for every single rewrite of ``expression`` at every place."""
    yield from _everywhere(expression, setting, frozenset(setting.task.free))


def _everywhere(node, setting, scope):
    yield from _here(node, setting, scope)
    inner = scope | {node.index} if isinstance(node, Sum) else scope
    for k, part in enumerate(children(node)):
        if isinstance(node, Derivative) and (k == 1 or not _plain(node.variable, setting)):
            continue  # what one differentiates by keeps its form, and stands in the function by that form
        for kind, other in _everywhere(part, setting, inner):
            parts = children(node)
            yield kind, with_children(node, (*parts[:k], other, *parts[k + 1 :]))


def _plain(variable, setting):
    return isinstance(variable, Symbol) and family(variable) not in setting.definitions


def _here(node, setting, scope):
    yield "neutral", Binary("+", node, ZERO)
    yield "neutral", Binary("*", ONE, node)
    yield "double negation", Negative(Negative(node))
    match node:
        case Binary("+", left, right):
            yield "commuted", Binary("+", right, left)
            yield "sign", Binary("-", left, Negative(right))
            if isinstance(left, Binary) and left.operator == "+":
                yield "associated", Binary("+", left.left, Binary("+", left.right, right))
            if isinstance(right, Binary) and right.operator in "+-":
                yield "associated", Binary(right.operator, Binary("+", left, right.left), right.right)
        case Binary("-", left, right):
            yield "sign", Binary("+", left, Negative(right))
            yield "sign", Negative(Binary("-", right, left))
            yield "commuted", Binary("+", Negative(right), left)
        case Binary("*", left, right):
            yield "commuted", Binary("*", right, left)
            if isinstance(left, Binary) and left.operator == "*":
                yield "associated", Binary("*", left.left, Binary("*", left.right, right))
            yield from _distributed(left, right)
            if left == right:
                yield "power", Power(left, TWO)
            if isinstance(right, Sum) and not _names(left) & {right.index}:
                yield "constant moved", Sum(Binary("*", left, right.body), right.index, right.lower, right.upper)
        case Binary("/", left, right):
            yield "reciprocal", Binary("*", left, Power(right, Number(Fraction(-1))))
            yield "reciprocal", Binary("*", left, Binary("/", ONE, right))
            yield "reciprocal", Binary("*", Binary("/", ONE, right), left)
            if isinstance(left, Binary) and left.operator in "+-":
                yield (
                    "distributed",
                    Binary(left.operator, Binary("/", left.left, right), Binary("/", left.right, right)),
                )
        case Negative(operand):
            yield "sign", Binary("*", Number(Fraction(-1)), operand)
            yield "sign", Binary("-", ZERO, operand)
        case Power(base, Number(value)) if value == 2:
            yield "power", Binary("*", base, base)
        case Power(base, Number(value)) if value == -1:
            yield "reciprocal", Binary("/", ONE, base)
        case Power(base, Negative(exponent)) if not isinstance(base, Kronecker):
            yield "reciprocal", Binary("/", ONE, Power(base, exponent))
        case Call("exp", Negative(argument)):
            yield "exponential", Binary("/", ONE, Call("exp", argument))
            yield "exponential", Power(Call("exp", argument), Number(Fraction(-1)))
        case Call("exp", argument):
            yield "exponential", Binary("/", ONE, Call("exp", Negative(argument)))
        case Kronecker(left, right):
            yield "delta turned", Kronecker(right, left)
            yield "delta squared", Power(node, TWO)
        case Sum():
            yield from _sums(node, scope)
        case Symbol() if family(node) in setting.definitions:
            definition = setting.definitions[family(node)]
            names = {index.name for index in lower_indices(node)}
            if not names & {inner.index for inner in walk(definition.body) if isinstance(inner, Sum)}:
                body = definition.body
                pairs = list(zip(definition.parameters, lower_indices(node), strict=True))
                for k, (parameter, _) in enumerate(pairs):
                    body = renamed(body, parameter, f"p{k}")
                if all(index.name and not index.offset for _, index in pairs):
                    for k, (_, index) in enumerate(pairs):
                        body = renamed(body, f"p{k}", index.name)
                    yield "definition", body
    if isinstance(node, Call) and node.function in setting.function_definitions:
        definition = setting.function_definitions[node.function]
        yield "definition", substitute(definition.body, definition.parameters[0], node.argument)


def _distributed(left, right):
    if isinstance(right, Binary) and right.operator in "+-":
        yield "distributed", Binary(right.operator, Binary("*", left, right.left), Binary("*", left, right.right))
    if isinstance(left, Binary) and left.operator in "+-":
        yield "distributed", Binary(left.operator, Binary("*", left.left, right), Binary("*", left.right, right))


def _sums(node, scope):
    body, index, lower, upper = node.body, node.index, node.lower, node.upper
    for name in ("p", "q"):
        if name not in scope and name not in _names(body):
            yield "renamed", Sum(renamed(body, index, name), name, lower, upper)
    if isinstance(body, Binary) and body.operator in "+-":
        yield (
            "sum split",
            Binary(body.operator, Sum(body.left, index, lower, upper), Sum(body.right, index, lower, upper)),
        )
    match body:
        case Binary("*", left, right):
            if index not in _names(left):
                yield "constant moved", Binary("*", left, Sum(right, index, lower, upper))
            if index not in _names(right):
                yield "constant moved", Binary("*", Sum(left, index, lower, upper), right)
        case Negative(operand):
            yield "sign moved", Negative(Sum(operand, index, lower, upper))
    if lower == Index("", 1) and upper in (Index("N"), Index("M")):
        for name in sorted(scope & ({"n", "i", "j", "t"} if upper.name == "N" else {"m"})):
            head = Sum(body, index, lower, Index(name))
            tail = Sum(body, index, Index(name, 1), upper)
            yield "sum split at an index", Binary("+", head, tail)
            if name not in {inner.index for inner in walk(body) if isinstance(inner, Sum)}:
                apart = Binary("+", Sum(body, index, lower, Index(name, -1)), renamed(body, index, name))
                yield "summand taken out", Binary("+", apart, tail)
        offsets = {k.offset for inner in walk(body) for k in _indices(inner) if k.name == index}
        if offsets == {0}:
            yield "index shifted", Sum(_shifted(body, index), index, Index("", 0), Index(upper.name, -1))


def _indices(node):
    match node:
        case Symbol(_, indices):
            return indices
        case Kronecker(left, right):
            return (left, right)
        case Sum(_, _, lower, upper):
            return (lower, upper)
    return ()


def _names(node):
    return {index.name for inner in walk(node) for index in _indices(inner)} | {
        inner.index for inner in walk(node) if isinstance(inner, Sum)
    }


def _shifted(node, name):
    def shift(index):
        return Index(name, index.offset + 1) if index.name == name else index

    match node:
        case Symbol(quantity, indices):
            return Symbol(quantity, tuple(map(shift, indices)))
        case Kronecker(left, right):
            return Kronecker(shift(left), shift(right))
        case Sum(body, index, lower, upper):
            return node if index == name else Sum(_shifted(body, name), index, shift(lower), shift(upper))
    return with_children(node, tuple(_shifted(child, name) for child in children(node)))


def respelled(text, rng):
    """Return ``text`` as another student, another editor or another keyboard would have typed it."""
    for plain, others in (
        ("-", ("-", "\N{MINUS SIGN}", "\N{EN DASH}")),
        ("kron(", ("kron(", "KroneckerDelta(")),
        (", ", (",", ", ", " ,  ")),
        (" + ", ("+", " +\t", " +\N{NO-BREAK SPACE}")),
    ):
        text = text.replace(plain, rng.choice(others))
    if rng.random() < 0.3:
        text = text.replace("**", "\0").replace("*", rng.choice((" * ", "\N{MIDDLE DOT}", "\N{MULTIPLICATION SIGN}")))
        text = text.replace("\0", "**")
    if rng.random() < 0.3:
        text = f"({text})"
    if rng.random() < 0.3 and text.startswith("("):
        text = text.replace("(", "(\n    ", 1)
    return text
