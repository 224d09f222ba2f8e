"""What the page shows: the numbers and sentences of a report, made of a class's data; the template lays them out."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from autograder.course.admission import Decision, Outcome
from autograder.course.report import likeness, mistakes
from autograder.course.report.data import Cell, ClassData, HandIn
from autograder.course.report.statistics import FEW, Bin, Item, Spread, handy, histogram, items, spread
from autograder.course.report.structure import Sketch, chain_sketch, code_sketch, given_names, proofs
from autograder.course.results import Task
from autograder.grading.proofs import is_proof
from autograder.messages import N_, _, number

MOST_MISTAKES = 25
MOST_PAIRS = 25
LONGEST_EXCERPT = 60  # lines
UP = "../../"  # from reports/<sheet>/ to the course's folder

STOPS: Mapping[str, str] = {
    "too_long": N_("ran too long"),
    "no_time": N_("no time was left"),
    "died": N_("ended Python itself"),
    "flood": N_("printed without end"),
    "memory": N_("too much memory"),
    "processes": N_("too many processes"),
}
_WORDS = ((0.4, N_("very well")), (0.3, N_("well")), (0.0, N_("hardly")))


@dataclass(frozen=True)
class TaskRow:
    """A task and what it shows in the class; ``discrimination`` in words, empty where nothing can be said."""

    task: Task
    title: str
    item: Item
    discrimination: str = ""

    def share(self, count: int) -> float:
        """Return which percentage of the class ``count`` hand-ins are."""
        return 100 * count / self.item.spread.count


@dataclass(frozen=True)
class Review:
    """Something that a human has to look at: in whose hand-in, where, why, and a link, if it is a file."""

    who: str
    where: str
    why: str
    link: str = ""


@dataclass(frozen=True)
class Excerpt:
    """The same place in two hand-ins."""

    place: str
    first: str
    second: str


@dataclass(frozen=True)
class PairRow:
    """Two hand-ins that are alike, by name, with the strangest places beside each other."""

    first: str
    second: str
    share: float
    places: tuple[str, ...]
    excerpt: Excerpt


@dataclass(frozen=True)
class Admitted:
    """What the rule of admission says about somebody; ``why`` lists its conditions."""

    who: str
    outcome: Outcome
    why: str


@dataclass(frozen=True)
class Row:
    """A hand-in in the table of all points."""

    who: str
    student: str
    hand_in: HandIn
    admitted: Admitted | None

    def points(self, task: Task) -> float:
        """Return the points of ``task``."""
        return self.hand_in.points.get(task.grade_id, 0.0)

    def status(self, task: Task) -> str:
        """Return ``all``, ``some`` or ``none``, as feedback calls it."""
        points = self.points(task)
        return "all" if points >= task.max_points else "some" if points > 0 else "none"

    def undecided(self, task: Task) -> bool:
        """Return whether a human has to look at ``task``."""
        return task.grade_id in self.hand_in.reviews


@dataclass(frozen=True)
class Report:
    """The whole page."""

    data: ClassData
    points: Spread
    bins: tuple[Bin, ...]
    tasks: tuple[TaskRow, ...]
    mistakes: tuple[mistakes.Mistake, ...]
    seconds: Spread | None
    second_bins: tuple[Bin, ...]
    stops: tuple[tuple[str, str, str], ...]
    reviews: tuple[Review, ...]
    notes: tuple[tuple[str, str], ...]
    pairs: tuple[PairRow, ...]
    more_pairs: int
    admitted: tuple[Admitted, ...]
    rows: tuple[Row, ...]

    @property
    def uncertain(self) -> bool:
        """Whether there are too few hand-ins to trust a correlation."""
        return self.points.count < FEW

    def outcomes(self, outcome: str) -> list[Admitted]:
        """Return whom the rule of admission says ``outcome`` about, by its name."""
        return [one for one in self.admitted if one.outcome is Outcome[outcome]]


def report_on(data: ClassData) -> Report:
    """Return the report on a class of at least one hand-in."""
    total = [hand_in.mark.points for hand_in in data.hand_ins]
    points = spread(total)
    if points is None:
        raise ValueError("a class without hand-ins")
    names = {hand_in.student: who(hand_in) for hand_in in data.hand_ins}
    admitted = {student: _admitted(names.get(student, student), said) for student, said in data.decisions.items()}
    seconds = [hand_in.seconds for hand_in in data.hand_ins if hand_in.seconds is not None]
    pairs = alike(data)
    return Report(
        data,
        points,
        tuple(histogram(total, data.max_points)),
        task_rows(data),
        tuple(mistakes.common(mistakes.find(data), [task.label for task in data.tasks])),
        spread(seconds),
        tuple(histogram(seconds, handy(max(seconds)))) if seconds else (),
        tuple(
            (names[hand_in.student], stop.cell, _(STOPS[stop.kind]) if stop.kind in STOPS else stop.kind)
            for hand_in in data.hand_ins
            for stop in hand_in.stops
        ),
        tuple(_reviews(data)),
        tuple((names[hand_in.student], note) for hand_in in data.hand_ins for note in hand_in.notes),
        tuple(_pair(data, pair) for pair in pairs[:MOST_PAIRS]),
        max(len(pairs) - MOST_PAIRS, 0),
        tuple(sorted(admitted.values(), key=lambda one: one.who.casefold())),
        tuple(Row(names[each.student], each.student, each, admitted.get(each.student)) for each in data.hand_ins),
    )


def who(hand_in: HandIn) -> str:
    """Return what to call the author of a hand-in: by name, else by the name of the hand-in, a pseudonym perhaps."""
    return hand_in.name or hand_in.student


def title(task: Task) -> str:
    """Return what to call a task beside its label."""
    number_of, _mark, rest = task.notebook.partition("_")
    return (rest if task.label == number_of else task.name).replace("_", " ") or task.name


# ------------------------------------------------------------------------------------------------ tasks


def task_rows(data: ClassData) -> tuple[TaskRow, ...]:
    """Return the tasks of a sheet with what they show, in the sheet's order."""
    worth = {task.grade_id: task.max_points for task in data.tasks}
    found = items([hand_in.points for hand_in in data.hand_ins], worth)
    return tuple(
        TaskRow(task, title(task), found[task.grade_id], _discrimination(found[task.grade_id]))
        for task in data.tasks
        if task.grade_id in found
    )


def _discrimination(item: Item) -> str:
    if item.discrimination is None or item.interval is None:
        return ""
    if item.interval[0] < 0 < item.interval[1]:
        return _("unclear")
    return _(next((word for least, word in _WORDS if item.discrimination >= least), N_("the wrong way round")))


# ------------------------------------------------------------------------------------------------ looking at hand-ins


def _reviews(data: ClassData) -> list[Review]:
    labels = {task.grade_id: f"{task.label} {title(task)}" for task in data.tasks}
    found = []
    for hand_in in data.hand_ins:
        for task, why in hand_in.reviews.items():
            reason = why or _("changed since somebody gave points by hand")
            found.append(Review(who(hand_in), labels.get(task, task), reason))
        for scan in hand_in.scans:
            name = scan.rpartition("/")[2]
            found.append(Review(who(hand_in), name, _("Scan"), UP + quote(scan, errors="surrogateescape")))
    found += (Review(name, "–", _("handed in, but not graded yet: autograder grade")) for name in data.waiting)
    return found


def _admitted(name: str, decision: Decision) -> Admitted:
    return Admitted(name, decision.outcome, "; ".join(map(str, decision.conditions)))


# ------------------------------------------------------------------------------------------------ likeness


def alike(data: ClassData) -> list[likeness.Pair]:
    """Return the hand-ins of a class that are alike."""
    names = given_names(cell.source for cell in data.given)
    sketches = {hand_in.student: _sketch(hand_in.cells, names) for hand_in in data.hand_ins}
    return likeness.alike(sketches, _sketch(data.given, names).keys())


def _sketch(cells: Sequence[Cell], names: frozenset[str]) -> Sketch:
    code = code_sketch(((_place(cell), cell.source) for cell in cells), names)
    return {**code, **chain_sketch(proofs(cell.source for cell in cells))}


def _place(cell: Cell) -> str:
    return cell.name.removesuffix("_code") or cell.notebook


def _pair(data: ClassData, pair: likeness.Pair) -> PairRow:
    both = [next(one for one in data.hand_ins if one.student == name) for name in (pair.first, pair.second)]
    first, second = (_excerpt(hand_in.cells, pair.places[0]) for hand_in in both)
    excerpt = Excerpt(pair.places[0], first, second)
    return PairRow(who(both[0]), who(both[1]), pair.share, pair.places, excerpt)


def _excerpt(cells: Sequence[Cell], place: str) -> str:
    """Return what stands at a place of a sketch: a proof, or the cell that holds a function or is called so."""
    found = proofs(cell.source for cell in cells).get(place)
    if found is None:
        tests: tuple[Callable[[Cell], bool], ...] = (
            lambda cell: f"def {place}(" in cell.source or f"class {place}" in cell.source,
            lambda cell: _place(cell) == place,
        )
        code = [cell for cell in cells if not is_proof(cell.source)]
        found = next((cell.source for test in tests for cell in code if test(cell)), "")
    lines = found.strip("\n").split("\n")
    return "\n".join([*lines[:LONGEST_EXCERPT], *(["…"] if len(lines) > LONGEST_EXCERPT else [])])


# ------------------------------------------------------------------------------------------------ figures in words


def describe(bins: Sequence[Bin], unit: str) -> str:
    """Return a histogram in words, for who cannot see it."""
    told = (f"{number(one.lower)}–{number(one.upper)} {unit}: {one.count}" for one in bins if one.count)
    return "; ".join(told)


def count_stops(report: Report) -> list[tuple[str, int]]:
    """Return how many cells were stopped by what, the most frequent first."""
    return Counter(reason for _name, _cell, reason in report.stops).most_common()


def outcome_word(admitted: Admitted | None) -> str:
    """Return what is said of somebody's admission in a table."""
    words = {Outcome.MET: _("met"), Outcome.OPEN: _("open"), Outcome.NOT_MET: _("not met")}
    return "" if admitted is None else words[admitted.outcome]
