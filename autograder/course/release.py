"""The release: nbgrader's ``generate_assignment``, and one zip with all that a student needs to work.

The zip holds the released folder and the student's part of the package as a wheel. Running a release twice
changes no byte.
"""

import importlib.metadata
import shutil
import tempfile
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import autograder
from autograder.course.archive import write_zip
from autograder.course.pipeline import Pipeline, StepError
from autograder.messages import _

STUDENT_PARTS = ("__init__.py", "messages.py", "locale", "symbolic", "numeric", "notebook")


class ReleaseError(RuntimeError):
    """The sheet cannot be released; the message says what to do."""


def release(pipeline: Pipeline, assignment: str) -> Path:
    """Release ``assignment`` into ``assignments/`` and return the path of the zip beside it.

    Raises :class:`ReleaseError`.
    """
    folder = pipeline.folder("release", ".", assignment).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        _generate(pipeline, assignment, folder, Path(scratch) / "before")
        wheel = build_wheel(Path(scratch))
        _check_requirements(folder / "requirements.txt", wheel.name)
        return _pack(folder, wheel)


@dataclass(frozen=True)
class Changes:
    """What a release does to the files in ``assignments/``, by their paths there."""

    new: list[str]
    changed: list[str]
    gone: list[str]
    unchanged: list[str]


def preview(pipeline: Pipeline, assignment: str) -> Changes:
    """Release into a copy of the course, and return what would change in ``assignments/``, where nothing does.

    Raises :class:`ReleaseError`, as the release would.
    """
    target = pipeline.folder("release", ".", assignment).resolve()
    with tempfile.TemporaryDirectory() as scratch, chdir(pipeline.root):
        root = Path(scratch).resolve() / pipeline.root.name
        trial = pipeline.copied(root)
        made = release(trial, assignment)
        before, after = _files_of(target), _files_of(made.with_suffix(""))
        return Changes(
            sorted(after.keys() - before.keys()),
            sorted(name for name in after.keys() & before.keys() if after[name] != before[name]),
            sorted(before.keys() - after.keys()),
            sorted(name for name in after.keys() & before.keys() if after[name] == before[name]),
        )


def _files_of(folder: Path) -> dict[str, bytes]:
    """Return what lies in a released ``folder``, and its zip."""
    files = [*(path for path in folder.rglob("*") if path.is_file()), folder.with_name(f"{folder.name}.zip")]
    return {str(path.relative_to(folder.parent)): path.read_bytes() for path in files if path.is_file()}


def _generate(pipeline: Pipeline, assignment: str, folder: Path, backup: Path) -> None:
    """Write ``folder``; where that fails, nbgrader removes it, and what was there before comes back."""
    if folder.is_dir():
        shutil.copytree(folder, backup)
    try:
        pipeline.generate_assignment(assignment)
    except StepError as error:
        if backup.is_dir():
            shutil.copytree(backup, folder, dirs_exist_ok=True)
        if "submissions associated with" not in error.log:
            raise ReleaseError(error.log) from error
        why = _(
            "The cells of {assignment} have changed since hand-ins were graded. Put gradebook.db aside "
            "(it keeps those points) and release again.",
            assignment=assignment,
        )
        raise ReleaseError(why) from error


def build_wheel(directory: Path) -> Path:
    """Build the student's wheel in ``directory`` and return its path."""
    from hatchling.builders.wheel import WheelBuilder

    stage = directory / "stage"
    package = Path(autograder.__file__).parent
    for part in STUDENT_PARTS:
        if (package / part).is_dir():
            leave_out = shutil.ignore_patterns("__pycache__", "*.pyc", "*.po")
            shutil.copytree(package / part, stage / "autograder" / part, ignore=leave_out)
        else:
            (stage / "autograder").mkdir(parents=True, exist_ok=True)
            shutil.copy(package / part, stage / "autograder" / part)
    (stage / "pyproject.toml").write_text(_pyproject(), encoding="utf-8")
    (built,) = WheelBuilder(str(stage)).build(directory=str(directory), versions=["standard"])
    return Path(built)


def _pyproject() -> str:
    """Describe the wheel: the installed package's version and what it needs without its extras."""
    needs = [need for need in importlib.metadata.requires("autograder") or [] if "extra ==" not in need]
    about = importlib.metadata.metadata("autograder")
    return "\n".join(
        [
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"',
            f'[project]\nname = "autograder"\nversion = "{about["Version"]}"',
            f'description = "{about["Summary"]}"\nrequires-python = "{about["Requires-Python"]}"',
            f"dependencies = {sorted(needs)!r}",
            '[tool.hatch.build.targets.wheel]\npackages = ["autograder"]',
        ]
    )


def _check_requirements(path: Path, wheel: str) -> None:
    if not path.is_file() or wheel not in path.read_text(encoding="utf-8"):
        raise ReleaseError(_("{path} has to name ./{wheel}.", path=path, wheel=wheel))


def _pack(folder: Path, wheel: Path) -> Path:
    """Write ``<folder>.zip`` with the folder and the wheel in it; the same bytes for the same contents."""
    target = folder.with_name(f"{folder.name}.zip")
    scratch = wheel.parent / target.name
    files = {f"{folder.name}/{path.relative_to(folder)}": path for path in folder.rglob("*") if path.is_file()}
    write_zip(scratch, files | {f"{folder.name}/{wheel.name}": wheel})
    shutil.move(scratch, target)
    return target
