"""Random well-formed lines: any expression of the grammar, and right lines with a random piece in them."""

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

_BOUND = ("k", "p", "q")


def random_expression(setting, rng, depth=4, scope=None):
    """Return a random expression that is in the notation, its indices bound and of the right size."""
    scope = {name: setting.task.indices[name] for name in setting.task.free} if scope is None else scope
    if depth <= 0 or rng.random() < 0.12:
        return _leaf(setting, rng, scope)

    def inner():
        return random_expression(setting, rng, depth - 1, scope)

    match rng.randrange(10):
        case 0 | 1:
            return Binary(rng.choice("+-"), inner(), inner())
        case 2 | 3 | 4:
            return Binary(rng.choice("**/"), inner(), inner())
        case 5:
            return Negative(inner())
        case 6:
            return Power(inner(), Number(Fraction(rng.choice((2, 2, 3)))))
        case 7:
            functions = ["exp", *setting.task.functions, *setting.function_definitions]
            return Call(rng.choice(functions), inner())
        case 8 if scope and len(scope) < 5:
            size = rng.choice(sorted(set(setting.task.indices.values())))
            name = next((name for name in _BOUND if name not in scope), None)
            if name is not None:
                body = random_expression(setting, rng, depth - 1, {**scope, name: size})
                return Sum(body, name, Index("", 1), Index(size))
        case 9:
            return Derivative(inner(), _symbol(setting, rng, scope))
    return inner()


def random_line(setting, rng, before, line):
    """Return a random next line: anything, the line before or the right line with something added, or replaced in."""
    match rng.randrange(4):
        case 0:
            return random_expression(setting, rng)
        case 1:
            piece = random_expression(setting, rng, 2)
            return Binary(rng.choice("+-*/"), rng.choice((before, line)), piece)
    return _replaced(rng.choice((before, line, line)), setting, rng)


def _replaced(node, setting, rng, scope=None):
    """Return ``node`` with one random piece of it replaced by a random expression."""
    scope = {name: setting.task.indices[name] for name in setting.task.free} if scope is None else scope
    parts = children(node)
    if not parts or rng.random() < 0.2:
        return random_expression(setting, rng, 2, scope)
    sizes = [len(walk(part)) for part in parts]
    k = rng.choices(range(len(parts)), sizes)[0]
    if isinstance(node, Derivative) and k == 1:
        return Derivative(node.body, _symbol(setting, rng, scope))
    if isinstance(node, Sum):
        scope = {**scope, node.index: node.upper.name if node.upper.name in ("N", "M") else "N"}
    return with_children(node, (*parts[:k], _replaced(parts[k], setting, rng, scope), *parts[k + 1 :]))


def _leaf(setting, rng, scope):
    kind = rng.random()
    if kind < 0.15:
        return Number(Fraction(rng.choice((0, 1, 1, 2, 3))))
    if kind < 0.3 and scope:
        size = rng.choice(sorted(set(scope.values())))
        names = [name for name in scope if scope[name] == size]
        return Kronecker(Index(rng.choice(names)), Index(rng.choice(names)))
    return _symbol(setting, rng, scope)


def _symbol(setting, rng, scope):
    families = [of for of, shape in setting.shapes.items() if set(shape) <= set(scope.values())]
    name, layer = rng.choice(families)
    lower = [
        Index(rng.choice([index for index in scope if scope[index] == size])) for size in setting.shapes[name, layer]
    ]
    return Symbol(name, (*((Index("L", layer),) if layer is not None else ()), *lower))
