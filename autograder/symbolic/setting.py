"""A task made ready for checking: its patterns parsed, its names looked up, its index shapes known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from autograder.symbolic.expressions import (
    Call,
    Derivative,
    Expression,
    Index,
    Symbol,
    children,
    with_children,
)
from autograder.symbolic.notation import NotationError, Vocabulary, parse
from autograder.symbolic.tasks import Task

Family: TypeAlias = tuple[str, int | None]
"""A quantity's name, and its layer relative to L where it has one."""
Misread: TypeAlias = str | Family | tuple[Family, Family]
"""What is written wrongly: a function of one argument, a quantity, or the derivative of one quantity by another."""


@dataclass(frozen=True)
class Definition:
    """What a symbol or a function of one argument stands for; ``parameters`` are index names or one symbol."""

    parameters: tuple[str, ...]
    body: Expression


@dataclass(frozen=True, eq=False)  # made once a task
class Setting:
    """All that the checker knows of a task, with every pattern of the declaration parsed."""

    task: Task
    vocabulary: Vocabulary
    shapes: Mapping[Family, tuple[str, ...]]
    definitions: Mapping[Family, Definition]
    function_definitions: Mapping[str, Definition]
    depends: Mapping[Family, Symbol]
    earlier: Mapping[tuple[Family, Family], tuple[Symbol, Symbol, Expression]]
    misread: Mapping[Misread, tuple[tuple[str, Definition], ...]]
    start: Expression
    target: Expression
    other_starts: tuple[Expression, ...]

    @property
    def layered(self) -> bool:
        """Whether quantities carry the layer as their first index."""
        return any(layer is not None for _name, layer in self.shapes)


def family(symbol: Symbol) -> Family:
    """Return the family of ``symbol``: ``z[L+1,m]`` belongs to ("z", 1), ``a[i]`` to ("a", None)."""
    if symbol.indices and symbol.indices[0].name == "L":
        return symbol.name, symbol.indices[0].offset
    return symbol.name, None


def lower_indices(symbol: Symbol) -> tuple[Index, ...]:
    """Return the indices of ``symbol`` without the layer."""
    return symbol.indices[1:] if family(symbol)[1] is not None else symbol.indices


def substitute(node: Expression, name: str, replacement: Expression) -> Expression:
    """Return ``node`` with the scalar symbol ``name`` replaced."""
    if node == Symbol(name):
        return replacement
    return with_children(node, tuple(substitute(child, name, replacement) for child in children(node)))


def prepare(task: Task) -> Setting:
    """Return ``task`` ready for checking.

    Raises:
        NotationError, TypeError: the declaration is not in the notation.

    """
    symbols = [pattern for pattern in task.quantities if "(" not in pattern]
    names = {pattern.split("[")[0] for pattern in symbols}
    functions = {name for function in task.functions.items() for name in function if name} | {
        pattern.split("(")[0] for pattern in task.definitions if "(" in pattern
    }
    vocabulary = Vocabulary(frozenset(names), frozenset(functions))

    def read(text: str) -> Expression:
        try:
            return parse(text, vocabulary)
        except NotationError as error:
            raise NotationError(f"{text}: {error}", error.column) from None

    def read_symbol(text: str) -> Symbol:
        symbol = read(text)
        if not isinstance(symbol, Symbol):
            raise TypeError(f"{text} is not a quantity")
        return symbol

    def index_names(symbol: Symbol) -> tuple[str, ...]:
        return tuple(index.name for index in lower_indices(symbol))

    shapes = {}
    for symbol in map(read_symbol, symbols):
        shapes[family(symbol)] = tuple(task.indices[name] for name in index_names(symbol))
    definitions: dict[Family, Definition] = {}
    function_definitions: dict[str, Definition] = {}
    for pattern, text in task.definitions.items():
        match read(pattern):
            case Call(name, Symbol(parameter, ())):
                function_definitions[name] = Definition((parameter,), read(text))
            case Symbol() as symbol:
                definitions[family(symbol)] = Definition(index_names(symbol), read(text))
            case _:
                raise TypeError(f"{pattern} is neither a quantity nor a function")
    earlier = {}
    for pattern, text in task.earlier.items():
        match read(pattern):
            case Derivative(Symbol() as body, Symbol() as variable):
                earlier[family(body), family(variable)] = (body, variable, read(text))
            case _:
                raise TypeError(f"{pattern} is not the derivative of one quantity by another")
    misread: dict[Misread, tuple[tuple[str, Definition], ...]] = {}
    for pattern, mistakes in task.misread.items():
        where: Misread
        parameters: tuple[str, ...]
        match read(pattern):
            case Call(name, Symbol(parameter, ())):
                where, parameters = name, (parameter,)
            case Symbol() as symbol:
                where, parameters = family(symbol), index_names(symbol)
            case Derivative(Symbol() as body, Symbol() as variable):
                where, parameters = (family(body), family(variable)), (*index_names(body), *index_names(variable))
            case _:
                raise TypeError(f"{pattern} is neither a quantity nor a function nor a derivative")
        misread[where] = tuple(
            (key, Definition(parameters, read(text))) for key, texts in mistakes.items() for text in texts
        )
    return Setting(
        task=task,
        vocabulary=vocabulary,
        shapes=shapes,
        definitions=definitions,
        function_definitions=function_definitions,
        depends={family(read_symbol(name)): read_symbol(on) for name, on in task.depends.items()},
        earlier=earlier,
        misread=misread,
        start=read(task.start),
        target=read(task.target),
        other_starts=tuple(map(read, task.other_starts)),
    )
