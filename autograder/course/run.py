"""Grade all hand-ins of a sheet with nbgrader, one after the other, and show what came out."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.course.pipeline import LOGFILE, Pipeline, StepError
from autograder.course.results import Result, Task, result_of, tasks_of
from autograder.course.table import legend, points_table
from autograder.grading.recovery import holds_anything
from autograder.messages import _, number

GRADES = "grades.csv"


def grade(pipeline: Pipeline, assignment: str, students: list[str], console: Console) -> list[Result]:
    """Grade ``students``, write their feedback and grades.csv, and show the table of points.

    A hand-in that cannot be graded is noted and the next one follows. On Ctrl-C the table shows those that
    were graded until then; their points are in the gradebook.
    """
    tasks = tasks_of(pipeline, assignment)
    results: list[Result] = []
    with _progress(console) as progress:
        bar = progress.add_task("", total=len(students))
        try:
            for student in students:
                progress.update(bar, description=student)
                results.append(_grade_one(pipeline, assignment, student, tasks))
                progress.advance(bar)
                if not console.is_terminal:
                    _report(console, results[-1], tasks, len(results), len(students))
        except KeyboardInterrupt:
            progress.stop()
            done, total = len(results), len(students)
            _say(console, _("Stopped: {n} of {all} hand-ins were graded.", n=done, all=total))
            raise
        finally:
            if results:
                pipeline.export(pipeline.root / GRADES)
                _show(console, pipeline.root, results, tasks)
                _warn_of_forgotten(console, pipeline.forgotten(assignment))
    return results


def _grade_one(pipeline: Pipeline, assignment: str, student: str, tasks: list[Task]) -> Result:
    if not holds_anything(pipeline.folder("submitted", student, assignment)):
        return Result(student, {}, (_("handed in no notebook."),))
    try:
        pipeline.autograde(assignment, student)
        result = result_of(pipeline, assignment, student, tasks)
        pipeline.generate_feedback(assignment, student)
    except StepError as error:
        note = _("could not be graded: {error} (details in {log})", error=error, log=LOGFILE)
        return Result(student, {}, (note,), failed=True)
    return result


def _progress(console: Console) -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _report(console: Console, result: Result, tasks: list[Task], done: int, total: int) -> None:
    """Print a line per hand-in where no bar can move."""
    points = f"{number(result.total)} / {number(sum(task.max_points for task in tasks))}"
    _say(console, f"[{done:>{len(str(total))}}/{total}] {result.student}: {points}")


def _show(console: Console, root: Path, results: list[Result], tasks: list[Task]) -> None:
    console.print(points_table(results, tasks))
    _say(console, legend(tasks))
    for result in results:
        for note in (*result.notes, *(_undecided(name) for name in result.undecided)):
            _say(console, f"{result.student}: {note}")
    _say(console, _("Points: {grades}   Feedback: {feedback}", grades=root / GRADES, feedback=root / "feedback"))


def _warn_of_forgotten(console: Console, students: list[str]) -> None:
    if students:
        text = _(
            "{grades} also has {names}: graded before, but not in submitted/ now. "
            "To forget one: nbgrader db student remove NAME --force",
            grades=GRADES,
            names=", ".join(students),
        )
        _say(console, text)


def _say(console: Console, text: str) -> None:
    """Print text that others wrote: rich is not to read markup or numbers into it."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _undecided(name: str) -> str:
    return _("{name} has to be looked at by a human (nbgrader's formgrader).", name=name)
