"""What is left of code and of proofs when names, comments, literals and order are taken away: their structure.

A *sketch* maps each piece of structure, as a short hash, to the place where it stands. Two hand-ins with the same
pieces were built in the same way, whatever their variables are called. Nothing here is run, and nothing raises on
what a student wrote: what cannot be read has no structure.
"""

import ast
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from autograder.grading.proofs import is_proof, proofs_that_count
from autograder.symbolic import TASKS
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
from autograder.symbolic.notation import NotationError, Vocabulary, parse, read_lines
from autograder.symbolic.registry import setting

Sketch = Mapping[bytes, str]

LONGEST_CELL = 50_000  # characters; longer ones are not read
SMALLEST, LARGEST = 10, 120  # words of a piece of code
_OWN = "\0"  # marks a word that its author chose
_MAGIC = re.compile(r"^[ \t]*[%!?].*$", re.MULTILINE)
_BLOCKS = ("body", "orelse", "finalbody", "handlers")


def code_sketch(cells: Iterable[tuple[str, str]], given: Collection[str] = ()) -> Sketch:
    """Return the structure of Python ``cells`` (pairs of a name and the source); ``given`` names keep their meaning."""
    sketch: dict[bytes, str] = {}
    for name, source in cells:
        if len(source) > LONGEST_CELL or is_proof(source):
            continue
        try:
            module = ast.parse(_MAGIC.sub("", source))
            _Words(module, given).sketch(name, sketch)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return sketch


def given_names(sources: Iterable[str]) -> frozenset[str]:
    """Return the functions and classes that ``sources`` define, as a sheet names what is to be written."""
    found: set[str] = set()
    for source in sources:
        found.update(re.findall(r"^(?:def|class)[ \t]+(\w+)", source, re.MULTILINE))
    return frozenset(found)


class _Words:
    """A module as a row of words in which every statement and expression is a slice."""

    def __init__(self, module: ast.Module, given: Collection[str]) -> None:
        self.module = module
        self.given = given
        self.own = _chosen_names(module) - set(given)
        self.aliases = _aliases(module)
        self.words: list[str] = []
        self.pieces: list[tuple[int, int]] = []

    def sketch(self, cell: str, sketch: dict[bytes, str]) -> None:
        """Add the pieces of each statement of the module to ``sketch``."""
        for statement in self.module.body:
            self.words, self.pieces = [], []
            self.read(statement)
            place = cell
            if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.name in self.given:
                place = statement.name
            for start, end in self.pieces:
                if SMALLEST <= end - start <= LARGEST:
                    sketch.setdefault(self.hash(start, end), place)

    def hash(self, start: int, end: int) -> bytes:
        """Return a hash of a slice in which names that somebody chose are numbered as they come."""
        numbers: dict[str, str] = {}
        words = (
            numbers.setdefault(word, f"{_OWN}{len(numbers)}") if word.startswith(_OWN) else word
            for word in self.words[start:end]
        )
        return _hash("code", *words)

    def name(self, name: str) -> str:
        return _OWN + name if name in self.own else self.aliases.get(name, name)

    def read(self, node: ast.AST) -> None:
        start = len(self.words)
        self.words.extend(self.spell(node))
        for child in _parts(node):
            if isinstance(child, ast.AST):
                self.read(child)
            else:
                self.read_block(child)
        if isinstance(node, ast.stmt | ast.expr):
            self.pieces.append((start, len(self.words)))

    def read_block(self, statements: Sequence[ast.stmt]) -> None:
        """Read a block; two statements that follow each other are a piece as well."""
        before = None
        for statement in _without_docstring(statements):
            here = len(self.words)
            self.read(statement)
            if before is not None:
                self.pieces.append((before, len(self.words)))
            before = here
        self.words.append("end")

    def spell(self, node: ast.AST) -> Iterator[str]:
        """Yield the words of ``node`` itself."""
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                yield self.name(name)
            case ast.Constant(value=bool() | None | ellipsis() as value):
                yield repr(value)
            case ast.Constant(value=value):
                yield "$" if isinstance(value, str | bytes) else "#"
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield type(node).__name__
                yield self.name(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield type(node).__name__
                yield self.name(name)
            case ast.AugAssign():  # x += y is x = x + y
                yield "Assign"
            case _:
                yield type(node).__name__


ellipsis = type(...)


def _parts(node: ast.AST) -> Iterator[ast.AST | list[ast.stmt]]:
    """Yield what ``node`` consists of, in order and without what only describes it; a block as a list."""
    if isinstance(node, ast.AugAssign):
        yield node.target
        yield ast.BinOp(node.target, node.op, node.value)
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "ctx", "type_params"):
            continue
        if field in _BLOCKS and isinstance(value, list):
            yield value
        elif isinstance(value, list):
            yield from (each for each in value if isinstance(each, ast.AST))
        elif isinstance(value, ast.AST):
            yield value


def _without_docstring(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    return [
        statement
        for statement in statements
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]


def _chosen_names(module: ast.Module) -> set[str]:
    """Return the names that the author of ``module`` gave to anything."""
    found: set[str] = set()
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                found.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
    return found


def _aliases(module: ast.Module) -> dict[str, str]:
    """Return what imported names stand for, where they were renamed."""
    return {
        alias.asname: alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.asname
    } | {"np": "numpy"}


# ------------------------------------------------------------------------------------------------ proofs


def proofs(sources: Iterable[str]) -> dict[str, str]:
    """Return the text of the proof that counts, by declared part."""
    return {part: proof.text for part, proof in proofs_that_count(sources).items() if part in TASKS}


def chain_sketch(bodies: Mapping[str, str]) -> Sketch:
    """Return the structure of proofs by part: each line, and each step with its rules."""
    sketch: dict[bytes, str] = {}
    for part, body in bodies.items():
        if len(body) > LONGEST_CELL:
            continue
        before = ""
        vocabulary = setting(part).vocabulary
        for line in read_lines(body):
            here = _line(line.text, vocabulary)
            rules = sorted(rule.value for rule in line.reason.rules)
            sketch.setdefault(_hash("line", part, here), part)
            sketch.setdefault(_hash("step", part, before, here, *rules), part)
            before = here
    return sketch


def _line(text: str, vocabulary: Vocabulary) -> str:
    try:
        return _spelled(parse(text, vocabulary), {})
    except (NotationError, RecursionError):
        return re.sub(r"\s+", "", text)


def _spelled(node: Expression, bound: Mapping[str, str]) -> str:
    """Return ``node`` as text, sums and products in one order and bound indices named by their depth."""

    def index(at: Index) -> str:
        return f"{bound.get(at.name, at.name)}{at.offset:+d}"

    match node:
        case Number(value):
            return str(value)
        case Symbol(name, indices):
            return f"{name}[{','.join(map(index, indices))}]"
        case IndexValue(at):
            return index(at)
        case Call(function, argument):
            return f"{function}({_spelled(argument, bound)})"
        case Negative(operand):
            return f"-({_spelled(operand, bound)})"
        case Binary("+" | "*" as operator, _, _):
            return f"({operator.join(sorted(_spelled(each, bound) for each in _operands(node, operator)))})"
        case Binary(operator, left, right):
            return f"({_spelled(left, bound)}{operator}{_spelled(right, bound)})"
        case Power(base, exponent):
            return f"({_spelled(base, bound)}**{_spelled(exponent, bound)})"
        case Derivative(body, variable):
            return f"D({_spelled(body, bound)},{_spelled(variable, bound)})"
        case Sum(body, name, lower, upper):
            inner = {**bound, name: f"_{len(bound)}"}
            return f"Sum({_spelled(body, inner)},{index(lower)},{index(upper)})"
        case Kronecker(left_index, right_index):
            return f"kron({','.join(sorted((index(left_index), index(right_index))))})"


def _operands(node: Expression, operator: str) -> Iterator[Expression]:
    if isinstance(node, Binary) and node.operator == operator:
        yield from _operands(node.left, operator)
        yield from _operands(node.right, operator)
    else:
        yield node


def _hash(*words: str) -> bytes:
    return hashlib.blake2b("\x1f".join(words).encode("utf-8", "surrogatepass"), digest_size=8).digest()
