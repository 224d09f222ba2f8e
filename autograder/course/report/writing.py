"""The report as files: a page that needs nothing else, and the same numbers for spreadsheets and programs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.course.report import view
from autograder.course.report.statistics import FEW, FEWEST
from autograder.course.report.view import Report
from autograder.course.spreadsheet import Cell, clean, csv_for_programs, workbook
from autograder.grading.files import write_whole
from autograder.grading.templating import styles, template
from autograder.messages import _

FOLDER = "reports"  # in the course's folder
PAGE = "index.html"
_TEMPLATES = Path(__file__).parent / "templates"

Rows = list[Sequence[Cell]]


def files(report: Report) -> dict[str, bytes]:
    """Return the files of a report by name; the same bytes for the same class."""
    made = tables(report)
    return {
        PAGE: render(report).encode("utf-8", "replace"),
        "points.xlsx": workbook(dict(made.values())),
        **{f"{name}.csv": csv_for_programs(rows) for name, (_title, rows) in made.items()},
    }


def write(folder: Path, made: Mapping[str, bytes]) -> None:
    """Write ``made`` into ``folder``, each file whole or not at all, the page last."""
    for name in sorted(made, key=lambda name: name == PAGE):
        write_whole(folder / name, made[name])


# ------------------------------------------------------------------------------------------------ the page


def render(report: Report) -> str:
    """Return the page."""
    limits = {"fewest": FEWEST, "few": FEW, "most_mistakes": view.MOST_MISTAKES}
    told = {"describe": view.describe, "count_stops": view.count_stops, "outcome_word": view.outcome_word}
    page = template("report.html.j2", _TEMPLATES).render(
        report=report, styles=styles(_TEMPLATES / "report.css"), **limits, **told
    )
    return clean(page)


# ------------------------------------------------------------------------------------------------ tables


def tables(report: Report) -> dict[str, tuple[str, Rows]]:
    """Return the tables by the names of their files, each with its title and rows, the heads first."""
    return {
        "points": (_("Points"), _points(report)),
        "tasks": (_("Tasks"), _tasks(report)),
        "mistakes": (_("Mistakes"), _mistakes(report)),
    }


def _points(report: Report) -> Rows:
    labels = [f"{row.task.label} {row.title}" for row in report.tasks]
    head = [_("Hand-in"), _("Name"), *labels, _("Late"), _("Sum"), _("Admission"), _("To look at"), _("Seconds")]
    rows: Rows = [[*head, _("Notes")]]
    for row in report.rows:
        hand_in = row.hand_in
        rows.append(
            [
                row.student,
                hand_in.name,
                *(row.points(each.task) for each in report.tasks),
                -hand_in.mark.penalty or 0,
                hand_in.mark.points,
                view.outcome_word(row.admitted),
                ", ".join(each.task.label for each in report.tasks if row.undecided(each.task)),
                hand_in.seconds,
                "; ".join(hand_in.notes),
            ]
        )
    return rows


def _tasks(report: Report) -> Rows:
    head = [_("Task"), _("Name"), _("Worth"), _("Mean"), _("Standard deviation"), _("Lower quartile"), _("Median")]
    head += [_("Upper quartile"), _("Difficulty"), _("Tells apart"), _("All points"), _("Some points"), _("No points")]
    rows: Rows = [head]
    for row in report.tasks:
        spread, item = row.item.spread, row.item
        numbers = (spread.mean, spread.deviation, spread.lower, spread.median, spread.upper, item.difficulty)
        rows.append(
            [
                row.task.label,
                row.title,
                row.task.max_points,
                *(round(value, 6) for value in numbers),
                None if item.discrimination is None else round(item.discrimination, 6),
                item.full,
                item.some,
                item.none,
            ]
        )
    return rows


def _mistakes(report: Report) -> Rows:
    rows: Rows = [[_("Task"), _("Mistake"), _("Hand-ins"), _("Example")]]
    rows += ([each.task, each.name, each.count, each.example] for each in report.mistakes)
    return rows
