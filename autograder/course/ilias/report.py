"""The report of a collection: in the terminal, as a page and as a table; what needs a human comes first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from autograder.course.ilias.imported import Collected, Import, Status
from autograder.course.ilias.unpacking import Fate, Piece
from autograder.course.participants import FOLDER
from autograder.course.spreadsheet import Cell, clean, csv_for_excel
from autograder.grading.files import write_whole
from autograder.grading.templating import styles, template
from autograder.messages import N_, _

PAGE = "index.html"
TABLE = "files.csv"
_TEMPLATES = Path(__file__).parent / "templates"
_MOST_LINES = 60  # in a terminal
_STATUS = {
    Status.NEW: N_("new"),
    Status.CHANGED: N_("changed"),
    Status.SAME: N_("unchanged"),
    Status.KEPT: N_("changed by hand, kept"),
    Status.GONE: N_("not in this zip, kept"),
    Status.ASKED: N_("waits for an answer"),
    Status.EMPTY: N_("empty"),
}
_FATE = {
    Fate.LAID: N_("lies beside"),
    Fate.UNPACKED: N_("unpacked"),
    Fate.LITTER: N_("left by a system, left out"),
    Fate.OLDER: N_("older version, left out"),
    Fate.REFUSED: N_("not taken"),
    Fate.READ: N_("read"),
}


def write(done: Import, root: Path) -> Path:
    """Write the report into ``collected/<sheet>/`` and return the path of its page, relative to ``root``."""
    folder = Path(FOLDER, done.assignment)
    write_whole(root / folder / TABLE, csv_for_excel(table(done)))
    write_whole(root / folder / PAGE, page(done).encode("utf-8", "replace"))
    return folder / PAGE


def lines(done: Import) -> list[str]:
    """Return what a terminal shows."""
    listing = _("with the list {name}", name=done.listing) if done.listing else _("without an Excel list")
    said = [f"{done.assignment}: {done.archive}, {listing}", f"{_('Hand-ins')}: {', '.join(counts(done))}"]
    said += [f"  {text}" for text in done.doubts]
    looks = [f"  {text}" for text in _looks(done)]
    if looks:
        said.append(_("Please have a look:"))
        said += looks[:_MOST_LINES]
        if len(looks) > _MOST_LINES:
            said.append(_("  and {n} more in the report", n=len(looks) - _MOST_LINES))
    if done.absent:
        said.append(_("In the list, but without a hand-in: {names}", names="; ".join(done.absent)))
    if done.dry_run:
        said.append(_("Dry run: nothing was written."))
    return [clean(line) for line in said]


def counts(done: Import) -> list[str]:
    """Say how many hand-ins there are of each kind."""
    statuses = Counter(hand_in.status for hand_in in done.hand_ins)
    said = [f"{statuses[status]} {_(text)}" for status, text in _STATUS.items() if statuses[status]]
    if late := sum(bool(hand_in.late_by(done.deadline)) for hand_in in done.hand_ins):
        said.append(_("{n} late", n=late))
    return said


def _looks(done: Import) -> Iterator[str]:
    for piece in done.rest:
        if piece.look:
            yield f"{piece.source}: {piece.why}"
    for hand_in in done.hand_ins:
        yield from (f"{hand_in.student}: {text}" for text in hand_in.doubts)
        yield from (f"{hand_in.student}: {piece.source}: {piece.why}" for piece in hand_in.pieces if piece.look)


# ------------------------------------------------------------------------------------------------ words


def status_word(hand_in: Collected) -> str:
    """Say what became of a hand-in."""
    return _(_STATUS[hand_in.status])


def fate_word(piece: Piece) -> str:
    """Say what became of a file."""
    if piece.holds and piece.counts:
        return _("is {notebook}", notebook=piece.holds)
    if piece.holds:
        return _("a version of {notebook} that does not count", notebook=piece.holds)
    return _(_FATE[piece.fate])


def when(time: datetime | None) -> str:
    """Write a time."""
    return f"{time:%d.%m.%Y %H:%M}" if time else ""


def how_long(time: timedelta) -> str:
    """Write how long something was late, roughly; at least a minute."""
    minutes = max(int(time.total_seconds() // 60), 1)
    hours, days = minutes // 60, minutes // (24 * 60)
    if days:
        return _("{days} d {hours} h late", days=days, hours=hours % 24)
    return (
        _("{hours} h {minutes} min late", hours=hours, minutes=minutes % 60) if hours else _("{n} min late", n=minutes)
    )


# ------------------------------------------------------------------------------------------------ table


def table(done: Import) -> list[Sequence[Cell]]:
    """Return a row for each file of the zip and each thing to be said of a hand-in; those to look at come first."""
    head = [_("Hand-in"), _("Name"), _("State"), _("Handed in"), _("Late"), _("To look at"), _("File in the zip")]
    rows: list[Sequence[Cell]] = [[*head, _("What became of it"), _("Now lies in"), _("Why")]]
    rows += (["", "", "", "", "", _("yes"), "", "", "", text] for text in done.doubts)
    rows += (["", "", "", "", "", *_file(piece)] for piece in done.rest)
    for hand_in in _first_to_look_at(done):
        late = hand_in.late_by(done.deadline)
        about = (hand_in.student, hand_in.who, status_word(hand_in), when(hand_in.time), how_long(late) if late else "")
        rows += ([*about, _("yes"), "", "", "", text] for text in hand_in.doubts)
        rows += ([*about, "", "", "", "", text] for text in hand_in.said)
        rows += ([*about, *_file(piece)] for piece in hand_in.pieces)
    return rows


def _file(piece: Piece) -> list[Cell]:
    return [_("yes") if piece.look else "", piece.source, fate_word(piece), str(piece.target or ""), piece.why]


def _first_to_look_at(done: Import) -> list[Collected]:
    return sorted(done.hand_ins, key=lambda hand_in: not hand_in.needs_look)


# ------------------------------------------------------------------------------------------------ page


def page(done: Import) -> str:
    """Return the page, which needs nothing else."""
    words = {"styles": styles(_TEMPLATES / "import.css"), "status_word": status_word, "fate_word": fate_word}
    looks = [hand_in for hand_in in done.hand_ins if hand_in.needs_look]
    shown = template("import.html.j2", _TEMPLATES).render(
        done=done, looks=looks, counts=counts(done), when=when, how_long=how_long, table=TABLE, **words
    )
    return clean(shown)
