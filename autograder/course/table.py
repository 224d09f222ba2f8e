"""The table of points in the terminal: a line per hand-in, a column per task."""

from itertools import groupby

from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.course.results import Result, Task
from autograder.messages import _, number


def points_table(results: list[Result], tasks: list[Task]) -> Table:
    """Return the table, with what each task is worth on top and the means at the bottom."""
    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False, show_footer=len(results) > 1)
    mean = _means(results, tasks)
    table.add_column(_("hand-in"), footer=_("mean"), overflow="fold", min_width=8)
    for task in tasks:
        table.add_column(task.label, footer=mean.get(task.grade_id, ""), justify="right", no_wrap=True)
    table.add_column("Σ", footer=mean.get("", ""), justify="right", style="bold", no_wrap=True)
    worth = [number(task.max_points) for task in tasks]
    table.add_row(_("worth"), *worth, number(sum(task.max_points for task in tasks)), style="dim", end_section=True)
    for result in results:
        table.add_row(escape(result.student), *(_cell(result, task) for task in tasks), number(result.total))
    return table


def _cell(result: Result, task: Task) -> str:
    if task.grade_id not in result.points:
        return "–"
    points = result.points[task.grade_id]
    colour = "green" if points == task.max_points else "red" if points == 0 else "yellow"
    mark = "?" if task.grade_id in result.undecided else ""
    return f"[{colour}]{number(points)}{mark}[/]"


def _means(results: list[Result], tasks: list[Task]) -> dict[str, str]:
    """Return the mean points of each task by grade id, and of the whole sheet by the empty string."""
    graded = [result for result in results if result.points]
    if not graded:
        return {}
    means = {task.grade_id: sum(result.points[task.grade_id] for result in graded) for task in tasks}
    means[""] = sum(result.total for result in graded)
    return {name: number(round(points / len(graded), 1)) for name, points in means.items()}


def legend(tasks: list[Task]) -> str:
    """Say what the column heads of notebooks with several tasks mean."""
    lines = []
    for notebook, members in groupby(tasks, key=lambda task: task.notebook):
        named = [f"{task.label} {task.name}" for task in members]
        if len(named) > 1:
            lines.append(f"{notebook}: {', '.join(named)}")
    return "\n".join(lines)
