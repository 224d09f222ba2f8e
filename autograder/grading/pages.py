"""The pages of feedback as data: one of each notebook, and the first page, which sums them up.

Pure functions from graded notebooks, in which :class:`autograder.grading.scores.GetGrades` has put what the gradebook
says, to what a template shows. All HTML in a page is safe.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from nbformat import NotebookNode
from nbgrader import utils

from autograder.grading.hidden_tests import is_test
from autograder.grading.notes import NOTES_CELL, notes_of
from autograder.grading.shown import LONGEST_TEXT, code, markdown, output_html, plain
from autograder.notebook.grade import ROWS

_CLOSE = 1e-9  # sums of halves and quarters are exact, thirds are not


@dataclass(frozen=True)
class Part:
    """A row of a grade card: ``empty`` where nothing was written yet."""

    title: str
    points: float
    earned: float
    message: str = ""
    empty: bool = False

    @property
    def whole(self) -> bool:
        """Whether it earned all of its points."""
        return self.earned >= self.points - _CLOSE


@dataclass(frozen=True)
class Task:
    """What a test cell, or an answer that is graded by hand, is worth and has earned.

    ``review``: a tutor will look at it; ``decided``: one has. ``by_hand``: the points are a tutor's, so that the parts
    may say something else. ``comment`` is what the tutor wrote on the answer.
    """

    anchor: str
    title: str
    score: float
    points: float
    review: bool = False
    decided: bool = False
    by_hand: bool = False
    parts: tuple[Part, ...] = ()
    comment: Markup | None = None

    @property
    def status(self) -> str:
        """Return ``all``, ``some``, ``none``, or ``open`` where nothing was written."""
        if self.score >= self.points - _CLOSE:
            return "all"
        if self.score > 0:
            return "some"
        return "open" if self.parts and all(part.empty for part in self.parts) else "none"

    @property
    def good(self) -> tuple[Part, ...]:
        """The parts that earned all of their points, where the points follow from parts."""
        return () if self.by_hand else tuple(part for part in self.parts if part.whole and part.points)

    @property
    def amiss(self) -> tuple[Part, ...]:
        """The parts that did not."""
        return () if self.by_hand else tuple(part for part in self.parts if not part.whole)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is said at parts that lack nothing, such as how far a proof is right."""
        return () if self.by_hand else tuple(part.message for part in self.parts if part.whole and part.message)


@dataclass(frozen=True)
class Block:
    """A cell as the page shows it."""

    kind: str  # text, code, test
    body: Markup
    outputs: tuple[Markup, ...] = ()
    task: Task | None = None
    answer: bool = False
    comment: Markup | None = None

    @property
    def wide(self) -> bool:
        """Whether its body may be wider than a phone, so that the keyboard has to reach it to scroll."""
        return any(mark in self.body for mark in ("<math", "<table", "<pre", "<img"))


@dataclass
class Page:
    """The page of a notebook; ``score`` is less the ``penalty`` for coming late, ``title`` its first heading."""

    name: str
    title: str
    score: float
    points: float
    penalty: float = 0.0
    notes: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    handed_in: bool = True

    @property
    def tasks(self) -> list[Task]:
        """The tasks, in the order of their cells."""
        return [block.task for block in self.blocks if block.task is not None]

    @property
    def address(self) -> str:
        """The address of its file, beside the others."""
        return f"{quote(self.name)}.html"


@dataclass(frozen=True)
class Overview:
    """The first page: all notebooks of a sheet, in order."""

    title: str
    pages: tuple[Page, ...]

    @property
    def penalty(self) -> float:
        """What coming late cost."""
        return sum(page.penalty for page in self.pages)

    @property
    def score(self) -> float:
        """All points, never less than none."""
        return max(0.0, sum(page.score for page in self.pages))

    @property
    def points(self) -> float:
        """What the sheet is worth."""
        return sum(page.points for page in self.pages)

    @property
    def share(self) -> float:
        """The points as a share of what there is, from 0 to 1."""
        return min(1.0, self.score / self.points) if self.points else 0.0

    @property
    def without_points(self) -> list[Page]:
        """The pages of notebooks that are not about points."""
        return [page for page in self.pages if page.handed_in and not page.points and not page.tasks]

    @property
    def placed(self) -> list[tuple[Page, Task]]:
        """All tasks with the page that they are on."""
        return [(page, task) for page in self.pages for task in page.tasks]

    @property
    def reviewed(self) -> list[tuple[Page, Task]]:
        """The tasks that wait for a tutor, so that the points may change."""
        return [(page, task) for page, task in self.placed if task.review]

    @property
    def good(self) -> list[tuple[Page, Task]]:
        """The tasks in which something is right."""
        return [(page, task) for page, task in self.placed if task.points and (task.status == "all" or task.good)]

    @property
    def amiss(self) -> list[tuple[Page, Task]]:
        """The tasks that are worth another look."""
        return [(page, task) for page, task in self.placed if task.status in ("some", "none")]

    @property
    def empty(self) -> list[tuple[Page, Task]]:
        """The tasks in which nothing was written."""
        return [(page, task) for page, task in self.placed if task.status == "open"]

    @property
    def commented(self) -> list[tuple[Page, Task]]:
        """The tasks on which a tutor wrote something."""
        return [(page, task) for page, task in self.placed if task.comment]


# ------------------------------------------------------------------------------------------------ from notebooks


def page_of(notebook: NotebookNode, names: dict[str, Any]) -> Page:
    """Return the page of a graded ``notebook``; ``names`` is what nbgrader knows: its name, score, max_score."""
    own = [cell for cell in notebook.cells if cell.get("id") != NOTES_CELL]
    name = str(names["notebook"])
    page = Page(
        name,
        heading_of(own) or name,
        float(names.get("score") or 0),
        float(names.get("max_score") or 0),
        float(names.get("late_penalty") or 0),
        notes_of(notebook),
    )
    answer: NotebookNode | None = None
    for place, (cell, title) in enumerate(zip(own, _titles(own), strict=True)):
        answer = cell if utils.is_solution(cell) or utils.is_task(cell) else answer
        task = _task(cell, title, place, answer)
        answer = None if task else answer
        page.blocks.append(_block(cell, task))
    return page


def missing_page(name: str, points: float, release: NotebookNode | None) -> Page:
    """Return what stands for a notebook that was not handed in, ``release`` is what it would be."""
    title = heading_of(release.cells) if release is not None else ""
    return Page(name, title or name, 0.0, points, handed_in=False)


def overview_of(assignment: str, pages: Sequence[Page]) -> Overview:
    """Return the first page on ``pages``; an introduction without points says what the sheet is called."""
    first = pages[0]
    return Overview(first.title if len(pages) > 1 and not first.points else assignment, tuple(pages))


def heading_of(cells: Sequence[NotebookNode]) -> str:
    """Return the first heading; empty where there is none."""
    texts = (cell.source for cell in cells if cell.cell_type == "markdown" and cell.get("id") != NOTES_CELL)
    return next((heading for text in texts for heading in _headings(text)), "")


def _block(cell: NotebookNode, task: Task | None) -> Block:
    written = cell.metadata.get("nbgrader", {}).get("comment")
    comment = markdown(written) if written else None
    answer = bool(utils.is_solution(cell))
    if cell.cell_type == "markdown":
        return Block("text", markdown(cell.source, cell.get("attachments")), (), task, answer, comment)
    if cell.cell_type != "code":
        return Block("text", plain(cell.source), (), task, answer, comment)
    outputs = tuple(filter(None, map(output_html, cell.outputs)))
    return Block("test" if is_test(cell) else "code", code(cell.source), outputs, task, answer, comment)


def _has_points(cell: NotebookNode) -> bool:
    return bool((utils.is_grade(cell) or utils.is_task(cell)) and "points" in cell.metadata.nbgrader)


def _titles(cells: list[NotebookNode]) -> list[str]:
    """Name each task: the only one after the notebook, several after the heading above, else after the cell."""
    tasks = [cell for cell in cells if _has_points(cell)]
    titles, heading = [], ""
    for cell in cells:
        if cell.cell_type == "markdown" and (len(tasks) > 1 or not heading):
            heading = (_headings(cell.source) or [heading])[-1]
        if _has_points(cell):
            titles.append(heading or cell.metadata.nbgrader.grade_id.removesuffix("_test"))
            heading = ""
        else:
            titles.append("")
    return titles


def _task(cell: NotebookNode, title: str, place: int, answer: NotebookNode | None) -> Task | None:
    if not _has_points(cell):
        return None
    meta, ours = cell.metadata.nbgrader, cell.metadata.get("autograder", {})
    remark = answer.metadata.nbgrader.get("comment") if answer is not None else None
    by_tutor = answer is not None and answer.metadata.get("autograder", {}).get("by_tutor")
    return Task(
        f"aufgabe-{place}",
        title,
        float(meta.get("score") or 0),
        float(meta["points"]),
        review=bool(ours.get("review")),
        decided=bool(ours.get("decided")),
        by_hand=bool(ours.get("by_hand")),
        parts=_parts(cell),
        comment=markdown(remark) if remark and by_tutor else None,
    )


def _parts(cell: NotebookNode) -> tuple[Part, ...]:
    """Return the rows of the test's card; where it did not come to one, what it ended with."""
    if not is_test(cell) or not cell.outputs:
        return ()
    last = cell.outputs[-1]  # what came before may be the student's
    if last.output_type == "execute_result" and last.get("metadata", {}).get("autograder"):
        rows = last.data.get(ROWS, [])
        return tuple(Part(row["title"], row["points"], row["earned"], row["message"], row["empty"]) for row in rows)
    if last.output_type == "stream" and last.name == "stderr":
        return (Part("", float(cell.metadata.nbgrader.points), 0.0, last.text.strip()[:1000]),)
    return ()


def _headings(source: str) -> list[str]:
    """Return the headings in Markdown, as text without its marks and points."""
    found = re.findall(r"^#{1,3}[ \t]+(.+?)[ \t#]*$", source[:LONGEST_TEXT], re.MULTILINE)
    return [re.sub(r"[`*$]|\s*\([\d,.]+\s*P\.\)", "", text)[:80] for text in found]
