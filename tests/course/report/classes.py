"""Made-up classes: what students write is put together from right answers, seeded, and nothing runs."""

import ast
import random
import tomllib
from collections.abc import Mapping
from functools import cache

from autograder.course.admission import Rule, decide
from autograder.course.marks import Mark, TaskMark
from autograder.course.report.data import Cell, ClassData, Failure, HandIn
from autograder.course.report.reading import given_cells
from autograder.course.results import Task
from tests.course.tiny_course import PROJECT
from tests.numeric.right_answers import RIGHT
from tests.sample_class.build import ASSIGNMENT, read_students

NETWORK = "2_netzwerk"
PARTS = {"1a": "1a_sigmoid", "1b": "1b_softmax", "1c": "1c_ausgabeschicht", "1d": "1d_rekursion"}
FUNCTIONS = ("sigmoid", "softmax", "cross_entropy", "forward", "backward", "update", "minibatches", "train", "predict")
WORTH = {"1a": 2.0, "1b": 2.0, "1c": 2.0, "1d": 3.0} | dict(
    zip(FUNCTIONS, (1.0, 1.0, 1.0, 2.0, 3.0, 0.5, 0.5, 1.0, 0.5), strict=True)
)
TASKS = tuple(Task(PARTS[part], f"derivation_{part}_test", part, WORTH[part]) for part in PARTS) + tuple(
    Task(NETWORK, f"{name}_test", f"2.{place}", WORTH[name]) for place, name in enumerate(FUNCTIONS, start=1)
)


@cache
def given() -> tuple[Cell, ...]:
    """Return what the sheet gives, and its solution."""
    return tuple(cell for folder in ("assignments", "source") for cell in given_cells(PROJECT / folder / ASSIGNMENT))


@cache
def right_proofs(part: str) -> list[str]:
    """Return the right proofs of the corpus."""
    path = PROJECT / "tests" / "symbolic" / "corpus" / f"{part}_right.toml"
    return [chain["text"] for chain in tomllib.loads(path.read_text(encoding="utf-8"))["chain"]]


def cells(answers: Mapping[str, str]) -> tuple[Cell, ...]:
    """Return the cells of ``answers``: functions by name, proofs by part."""
    return tuple(
        Cell(PARTS[name], f"derivation_{name}", f"%%derivation {name}\n{text.strip()}")
        if name in PARTS
        else Cell(NETWORK, f"{name}_code", text)
        for name, text in answers.items()
    )


def independent(rng: random.Random) -> tuple[Cell, ...]:
    """Return a right hand-in whose every function and proof is chosen by chance."""
    answers = {part: rng.choice(right_proofs(part)) for part in PARTS}
    for name in FUNCTIONS:
        solution = next(cell.source for cell in given()[::-1] if cell.name == f"{name}_code")
        answers[name] = rng.choice([*RIGHT[name].values(), solution])
    return cells(answers)


def sample_cells() -> dict[str, tuple[Cell, ...]]:
    """Return what each of the sample class wrote, by student; where nothing was, the base's own."""
    return {student.name: _sample(student.base, student.answers) for student in read_students()}


def _sample(base: str, answers: Mapping[str, str]) -> tuple[Cell, ...]:
    own = (
        {cell.name: cell.source for cell in given_cells(PROJECT / "source" / ASSIGNMENT)} if base == "solution" else {}
    )
    own = {name: text for name, text in own.items() if name.endswith("_code") or name.startswith("derivation_1")} | {
        **answers
    }
    return tuple(Cell(PARTS.get(name.removeprefix("derivation_"), NETWORK), name, text) for name, text in own.items())


class _Renamed(ast.NodeTransformer):
    """Gives new names to all that a student named, but for what the sheet calls so."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self.names.get(node.arg, node.arg)
        return node


def copied(original: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return a copy as somebody hides it: other names, no comments, functions and bound indices in other words."""
    made = []
    for cell in original:
        source = cell.source
        if source.startswith("%%derivation"):
            lines = [line.partition("#") for line in source.splitlines()]
            source = "\n".join(f"{code}#{rule}: wie in der Vorlesung" if rule else code for code, _, rule in lines)
        else:
            tree = ast.parse(source)
            chosen = {
                node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
            chosen |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
            tree = _Renamed({name: f"{name}_neu" for name in chosen}).visit(tree)
            tree.body.reverse()
            source = "# ganz von mir\n" + ast.unparse(tree)
        made.append(Cell(cell.notebook, cell.name, source))
    return tuple(reversed(made))


def hand_in(
    student: str,
    written: tuple[Cell, ...] = (),
    share: float = 1.0,
    failures: Mapping[str, tuple[Failure, ...]] | None = None,
    **more: object,
) -> HandIn:
    """Return a hand-in that earned ``share`` of every task's points."""
    marks = tuple(TaskMark(task.notebook, task.grade_id, task.max_points * share, task.max_points) for task in TASKS)
    return HandIn(student, Mark(student, ASSIGNMENT, marks), cells=written, failures=failures or {}, **more)  # type: ignore[arg-type]


def school_class(*hand_ins: HandIn) -> ClassData:
    """Return the class of ``hand_ins``, with the rule of admission that a course has without setting any."""
    decisions = {each.student: decide(Rule(), [each.mark]) for each in hand_ins}
    parts = {f"derivation_{part}_test": part for part in PARTS}
    return ClassData(ASSIGNMENT, TASKS, hand_ins, parts, given(), decisions=decisions, sheets=(ASSIGNMENT,))
