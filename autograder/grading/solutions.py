"""The sheet's own functions and digits, for the hidden regions of test cells.

from autograder.grading import solutions
correct = solutions("2_netzwerk")
correct.softmax(z)
"""

import ast
import json
import os
import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from autograder.messages import _

COURSE_VARIABLE = "AUTOGRADER_COURSE"
CONFIGURATION = "nbgrader_config.py"
_UNSEEN = Path(__file__).parent / "data" / "digits_unseen.npz"
NAME = re.compile(r"[^\W\d]\w*")
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


class CourseNotFoundError(LookupError):
    """The folder of the course, or a notebook in its ``source`` folder, is not where it should be."""


def course_root(start: Path | None = None) -> Path:
    """Return the nearest folder from ``start`` upwards with a configuration; ``start`` is here, if not given.

    Without a ``start``, ``$AUTOGRADER_COURSE`` has the first word.
    Raises :class:`CourseNotFoundError` where there is none.
    """
    named = os.environ.get(COURSE_VARIABLE)
    if named and start is None:
        return Path(named)
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIGURATION).is_file():
            return folder
    message = _(
        "no {configuration} in {start} or above it; name the course's folder in ${variable}",
        configuration=CONFIGURATION,
        start=start,
        variable=COURSE_VARIABLE,
    )
    raise CourseNotFoundError(message)


def solutions(notebook: str) -> SimpleNamespace:
    """Return what the solution cells of ``source/<assignment>/<notebook>.ipynb`` define, each name an attribute.

    Solution cells and the cell ``setup`` run whole, of the other cells only imports and definitions, so that
    nothing is trained or plotted. Only what they mention is imported. They run once per process and version, in a
    namespace of their own. Raises :class:`CourseNotFoundError`, or RuntimeError naming the cell that fails.
    """
    path = _source(course_root(), notebook)
    return _run(path, path.stat().st_mtime_ns)


def unseen_digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return ``(X, labels)``, the digits that no student has: X of shape (357, 64) in [0, 1]."""
    from autograder.numeric.digits import read_digits

    return read_digits(_UNSEEN)


def _source(root: Path, notebook: str) -> Path:
    """Find a source notebook: of the assignment that the current folder belongs to, else the only one."""
    here = root / "source" / Path.cwd().name / f"{notebook}.ipynb"
    if here.is_file():
        return here
    found = sorted(root.glob(f"source/*/{notebook}.ipynb"))
    if len(found) == 1:
        return found[0]
    problem = f"no source/*/{notebook}.ipynb" if not found else f"{len(found)} assignments have {notebook}.ipynb"
    raise CourseNotFoundError(f"{problem} in {root}")


def definitions(source: str, name: str, namespace: dict[str, Any], wanted: Collection[str] | None = None) -> None:
    """Run only the imports, definitions and declared derivations of a cell of the author's in ``namespace``.

    With ``wanted``, only these names are imported: a picture's library takes longer to import than all tests to run.
    Raises RuntimeError naming the cell that fails.
    """
    tree = statements(source, name)
    tree.body = [statement for statement in tree.body if isinstance(statement, DEFINITIONS) or _declares(statement)]
    if wanted is not None:
        _import_only(tree, wanted)
    _execute(tree, name, namespace)


def mentioned(source: str) -> set[str]:
    """Return the names in a cell of the author's that it does not only import."""
    return _mentioned(statements(source, ""))


def _mentioned(tree: ast.Module) -> set[str]:
    rest = [statement for statement in tree.body if not _imports(statement)]
    return {name for statement in rest for name in NAME.findall(ast.unparse(statement))}


def _import_only(tree: ast.Module, wanted: Collection[str]) -> None:
    for statement in filter(_imports, tree.body):
        statement.names = [alias for alias in statement.names if bound(alias) in {"*", *wanted}]
    tree.body = [statement for statement in tree.body if not _imports(statement) or statement.names]


def _imports(statement: ast.stmt) -> TypeGuard[ast.Import | ast.ImportFrom]:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def bound(alias: ast.alias) -> str:
    """Return the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def _declares(statement: ast.stmt) -> bool:
    """Return whether it is ``declare(Task(...))``, by which a sheet makes a derivation known."""
    match statement:
        case ast.Expr(ast.Call(ast.Name("declare"))):
            return True
    return False


@cache
def _run(path: Path, _version: int) -> SimpleNamespace:
    namespace: dict[str, Any] = {"__name__": path.stem}
    cells = list(_cells(path))
    wanted = set[str]().union(*(_mentioned(code) for _name, code in cells))
    for name, code in cells:
        _import_only(code, wanted)
        _execute(code, f"{path.name}:{name}", namespace)
    return SimpleNamespace(**{name: value for name, value in namespace.items() if not name.startswith("__")})


def code_sources(path: Path) -> list[str]:
    """Return the texts of a notebook's code cells."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def _cells(path: Path) -> Iterator[tuple[str, ast.Module]]:
    """Yield the name and the wanted statements of each code cell, in order; cell magics are not Python."""
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        nbgrader = cell.get("metadata", {}).get("nbgrader", {})
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or nbgrader.get("grade") or source.lstrip().startswith("%%"):
            continue
        name = nbgrader.get("grade_id") or cell.get("id") or str(number)
        whole = nbgrader.get("solution") or name == "setup"
        yield name, statements(source, name) if whole else statements(source, name, DEFINITIONS)


def statements(source: str, name: str, kinds: tuple[type[ast.stmt], ...] = (ast.stmt,)) -> ast.Module:
    """Return a cell's statements of some ``kinds``, all without a choice; magics are not Python.

    Raises SyntaxError.
    """
    lines = ("" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n"))
    tree = ast.parse("\n".join(lines), filename=name)
    tree.body = [statement for statement in tree.body if isinstance(statement, kinds)]
    return tree


def _execute(tree: ast.Module, name: str, namespace: dict[str, Any]) -> None:
    try:
        exec(compile(tree, name, "exec"), namespace)  # noqa: S102 - the instructor's own
    except Exception as error:
        raise RuntimeError(f"the cell {name} fails: {error!r}") from error
