"""Mutation operators: every small slip of the pen in a Python function, at every place.

A mutant differs from the original in one node of its syntax tree, or lacks one statement. Docstrings and annotations
are left alone. What comes out as the same text is no mutant.
"""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# what one writes for the other; of several, each is tried
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}
_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
}
_IN_PLACE: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}
_CALLED = {
    "max": ("min", "mean", "sum"),
    "sum": ("mean", "max", "prod"),
    "mean": ("sum", "max", "median"),
    "argmax": ("argmin", "max"),
    "maximum": ("minimum",),
    "exp": ("exp2", "expm1", "sinh"),
    "log": ("log2", "log10", "log1p"),
    "append": ("extend", "insert_first"),
    "permutation": ("integers",),
    "softmax": ("sigmoid",),
    "sigmoid": ("softmax", "sigmoid_derivative"),
    "sigmoid_derivative": ("sigmoid",),
}
_KEYWORDS = {"axis": (0, 1, None), "keepdims": (False,)}


@dataclass(frozen=True)
class Mutant:
    """A function with one slip: its whole ``source``, which ``operator`` made it, and the lines that changed."""

    function: str
    operator: str
    source: str
    change: str


def mutants(source: str, function: str) -> list[Mutant]:
    """Return every mutant of ``function`` in ``source``, each text once; what else ``source`` defines stays as it is.

    Raises:
        LookupError: ``source`` defines no such function.

    """
    tree = ast.parse(source)
    if not any(isinstance(node, ast.FunctionDef) and node.name == function for node in tree.body):
        raise LookupError(f"no function {function}")
    original = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for operator, mutated in _variants(tree, function):
        text = ast.unparse(ast.fix_missing_locations(mutated))
        if text != original and text not in found:
            found[text] = Mutant(function, operator, text, _change(original, text))
    return list(found.values())


def _change(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines if not line.startswith(("---", "+++", "@@")))


# ------------------------------------------------------------------------------------------------ places


def _variants(tree: ast.Module, function: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield the operator and a copy of ``tree`` for every slip."""
    definition = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)
    names = _names(definition)
    called = {node.func for node in ast.walk(definition) if isinstance(node, ast.Call)}
    body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
    for statement in body:
        for node in ast.walk(statement):
            for operator, change in _slips(node, names, called=node in called):
                mutated, twin = _copied(tree, node)
                change(twin)
                yield operator, mutated
    yield from _statements(tree, definition)


def _copied(tree: ast.Module, node: ast.AST) -> tuple[ast.Module, ast.AST]:
    """Return a copy of ``tree``, and the node in it that stands where ``node`` does."""
    place = next(k for k, each in enumerate(ast.walk(tree)) if each is node)
    mutated = copy.deepcopy(tree)
    return mutated, next(each for k, each in enumerate(ast.walk(mutated)) if k == place)


def _names(definition: ast.FunctionDef) -> list[str]:
    """Return the names of the function's arguments and variables, in order."""
    found = [argument.arg for argument in definition.args.args]
    found += [
        node.id for node in ast.walk(definition) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return list(dict.fromkeys(name for name in found if name != "_"))


def _statements(tree: ast.Module, definition: ast.FunctionDef) -> Iterator[tuple[str, ast.Module]]:
    for node in ast.walk(definition):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if not isinstance(block, list):
                continue
            for k, statement in enumerate(block):
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    continue
                mutated, twin = _copied(tree, node)
                getattr(twin, name)[k] = ast.Pass()
                yield "statement deleted", mutated
                if isinstance(statement, ast.With):
                    mutated, twin = _copied(tree, node)
                    getattr(twin, name)[k : k + 1] = copy.deepcopy(statement.body)
                    yield "context removed", mutated
                if isinstance(statement, ast.For):
                    mutated, twin = _copied(tree, node)
                    getattr(twin, name)[k].body.append(ast.Break())
                    yield "loop left early", mutated
                if k + 1 < len(block):
                    mutated, twin = _copied(tree, node)
                    there = getattr(twin, name)
                    there[k], there[k + 1] = there[k + 1], there[k]
                    yield "statements swapped", mutated


# ------------------------------------------------------------------------------------------------ slips

Slip = tuple[str, Callable[[ast.AST], None]]
"""The operator, and what it does to the copied node."""


def _become(node: ast.AST, other: ast.AST) -> None:
    """Make ``node`` what ``other`` is, in its place."""
    node.__class__ = type(other)  # type: ignore[assignment]
    node.__dict__.clear()
    node.__dict__.update(copy.deepcopy(other).__dict__)


def _into(operator: str, other: ast.AST) -> Slip:
    return operator, lambda node: _become(node, other)


def _set(operator: str, **fields: object) -> Slip:
    def change(node: ast.AST) -> None:
        for name, value in fields.items():
            setattr(node, name, copy.deepcopy(value))

    return operator, change


def _negated(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), copy.deepcopy(node))


def _slips(node: ast.AST, names: list[str], *, called: bool) -> Iterator[Slip]:
    match node:
        case ast.Compare(ops=[operator]):
            for other in _COMPARISONS.get(type(operator), ()):
                yield _set("comparison", ops=[other()])
        case ast.BinOp(left, operator, right):
            for kind in _ARITHMETIC.get(type(operator), ()):
                yield _set("arithmetic", op=kind())
            yield _set("operands swapped", left=right, right=left)
            yield _into("operand dropped", left)
            yield _into("operand dropped", right)
            yield _into("sign", _negated(node))
            if isinstance(left, ast.Name) and type(operator) in _IN_PLACE:
                function = ast.Attribute(ast.Name("np", ast.Load()), _IN_PLACE[type(operator)], ast.Load())
                yield _into("in place", ast.Call(function, [left, right, left], []))
        case ast.UnaryOp(ast.USub(), operand):
            yield _into("sign", operand)
        case ast.UnaryOp(ast.Not(), operand):
            yield _into("negation", operand)
        case ast.Constant(value):
            yield from _constants(value)
        case ast.IfExp(test, body, orelse):
            yield _into("branch", body)
            yield _into("branch", orelse)
            yield _into("negation", ast.IfExp(test, orelse, body))
        case ast.If(test):
            yield _set("branch", test=ast.Constant(True))
            yield _set("branch", test=ast.Constant(False))
        case ast.Return(value) if value is not None:
            yield _set("nothing returned", value=None)
            if isinstance(value, ast.Tuple):
                for k in range(len(value.elts)):
                    yield _set("part returned", value=value.elts[k])
        case ast.Call():
            yield from _calls(node)
        case ast.Attribute(value, "T"):
            yield _into("transpose removed", value)
        case ast.Subscript(value, ast.Slice(lower, upper, step)):
            yield _into("slice removed", value)
            for name, part in (("lower", lower), ("upper", upper), ("step", step)):
                if part is not None:
                    yield _set("slice", slice=ast.Slice(**{**_parts(lower, upper, step), name: None}))
        case ast.Subscript(value, ast.Name() | ast.BinOp() as index):
            yield _set("index", slice=ast.BinOp(copy.deepcopy(index), ast.Add(), ast.Constant(1)))
            yield _set("index", slice=ast.BinOp(copy.deepcopy(index), ast.Sub(), ast.Constant(1)))
            if not isinstance(index, ast.Name):
                yield _set("index", slice=ast.Constant(0))
                yield _set("index", slice=ast.Constant(-1))
        case ast.Tuple(elts, ast.Load()) if len(elts) == 2:
            yield _set("parts swapped", elts=elts[::-1])
        case ast.Name(name, ast.Load()) if name in names:
            for other in names:
                if other != name:
                    yield _set("name", id=other)
    variable = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names and not called
    if isinstance(node, ast.Call) or variable:
        yield _into("sign", _negated(node))
    if isinstance(node, ast.Call | ast.BinOp):
        yield _into("factor", ast.BinOp(ast.Constant(2), ast.Mult(), node))
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id == "rng":
        yield _into("randomness", ast.parse("np.random.default_rng(0)", mode="eval").body)
        yield _into("randomness", ast.parse("np.random.default_rng()", mode="eval").body)


def _parts(lower: ast.expr | None, upper: ast.expr | None, step: ast.expr | None) -> dict[str, ast.expr | None]:
    return {"lower": lower, "upper": upper, "step": step}


def _constants(value: object) -> Iterator[Slip]:
    if isinstance(value, bool):
        yield _set("constant", value=not value)
    elif isinstance(value, int):
        for other in (value + 1, value - 1, -value):
            yield _set("constant", value=other)
    elif isinstance(value, float):
        for factor in (0.0, 1e3, 1e-3):
            yield _set("constant", value=value * factor)
    elif value == "ignore":
        yield _set("constant", value="warn")


def _calls(node: ast.Call) -> Iterator[Slip]:
    arguments = node.args
    if len(arguments) == 1 and not isinstance(arguments[0], ast.Starred):
        yield _into("call removed", arguments[0])
    if isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Name | ast.Attribute):
        yield _into("call removed", node.func.value)
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id != "np":
        yield _into("call removed", node.func.value)
    for k in range(len(arguments) - 1):
        swapped = [*arguments]
        swapped[k], swapped[k + 1] = swapped[k + 1], swapped[k]
        yield _set("arguments swapped", args=swapped)
    if len(arguments) > 1:
        for k in range(len(arguments)):
            yield _set("argument dropped", args=arguments[:k] + arguments[k + 1 :])
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for other in _CALLED.get(called, ()):
        yield from _renamed(node, other)
    if called == "range":
        last = len(arguments) - 1 if len(arguments) < 3 else 1
        for moved in (ast.Add(), ast.Sub()):
            bound = ast.BinOp(copy.deepcopy(arguments[last]), moved, ast.Constant(1))
            yield _set("off by one", args=[*arguments[:last], bound, *arguments[last + 1 :]])
        if len(arguments) == 3:
            yield _into("order reversed", ast.Call(ast.Name("reversed", ast.Load()), [copy.deepcopy(node)], []))
    for k, keyword in enumerate(node.keywords):
        rest = node.keywords[:k] + node.keywords[k + 1 :]
        yield _set("keyword dropped", keywords=rest)
        for value in _KEYWORDS.get(keyword.arg or "", ()):
            changed = ast.keyword(keyword.arg, ast.Constant(value))
            yield _set(keyword.arg or "", keywords=[*rest[:k], changed, *rest[k:]])


def _renamed(node: ast.Call, other: str) -> Iterator[Slip]:
    if other == "insert_first":
        assert isinstance(node.func, ast.Attribute)
        first = ast.Attribute(copy.deepcopy(node.func.value), "insert", ast.Load())
        yield _set("order reversed", func=first, args=[ast.Constant(0), *node.args])
    elif isinstance(node.func, ast.Attribute):
        yield _set("function", func=ast.Attribute(node.func.value, other, ast.Load()))
    else:
        yield _set("function", func=ast.Name(other, ast.Load()))
