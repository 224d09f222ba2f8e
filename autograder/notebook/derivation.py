"""The cell magic ``%%derivation``: it reads a cell as a proof and shows it typeset, with a verdict on every line.

``derivation`` does the same for steps built of SymPy's objects. Nothing in a cell is evaluated. What is shown needs no
style sheet, no script and no network: inline styles only, on light and dark grounds, so that it reads the same in
JupyterLab and in nbgrader's feedback.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograder.messages import N_, _, number
from autograder.notebook.latex import breadth, latex, terms
from autograder.notebook.style import OPEN, PARTLY, RIGHT, WRONG
from autograder.symbolic import TASKS, LineVerdict, MilestoneResult, Verdict, check_derivation, derivation_text


@dataclass(frozen=True)
class Derivation:
    """A student's proof of ``part``: its text as typed, checked on demand."""

    part: str
    text: str

    @cached_property
    def verdict(self) -> Verdict:
        """The checker's verdict.

        Raises:
            KeyError: there is no such part.

        """
        return check_derivation(self.part, self.text)

    def _repr_mimebundle_(self, **_options: object) -> dict[str, str]:
        return {"text/plain": _plain(self.verdict), "text/html": _html(self.verdict)}


def derivation(part: str, steps: object) -> Derivation:
    """Return the proof of ``part`` by ``steps``, as the cell magic makes it from text.

    ``steps`` is a list of SymPy expressions, equations ``Eq``, lines as text, or pairs of one of these and the rules
    that it names: ``derivation("1a", [Derivative(sigma(z), z), (expression, "Quotientenregel"), ...])``.

    Raises:
        ValueError: there is no such part. Whatever else is wrong, the verdict says.

    """
    name = _part(part) if isinstance(part, str) else ""
    if name not in TASKS:
        raise ValueError(_("Which derivation is this? Name one of: {parts}.", parts=", ".join(TASKS)))
    return Derivation(name, derivation_text(name, steps))


def _part(written: str) -> str:
    return written.partition("#")[0].strip(" \t\"'").casefold()


# ------------------------------------------------------------------------------------------------ the magic


def load_ipython_extension(shell: Any) -> None:
    """Register the cell magic ``%%derivation`` with the IPython shell."""

    def derivation(line: str, cell: str) -> None:
        part = _part(line)
        if part not in TASKS:
            print(_("Which derivation is this? Write %%derivation with one of: {parts}.", parts=", ".join(TASKS)))  # noqa: T201
            return
        found = Derivation(part, cell)
        shell.push({f"derivation_{part}": found})
        shown, notes = shell.display_formatter.format(found)
        if shown:
            shell.display_pub.publish(shown, notes)

    shell.register_magic_function(derivation, "cell", "derivation")
    if _with_body not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(_with_body)


def _with_body(lines: list[str]) -> list[str]:
    """Give a bare ``%%derivation`` line an empty body: IPython would answer it with an error."""
    if lines and lines[0].startswith("%%derivation") and not "".join(lines[1:]).strip():
        return [lines[0].rstrip("\n") + "\n", "\n"]
    return lines


# ------------------------------------------------------------------------------------------------ marks


@dataclass(frozen=True)
class _Mark:
    """How a line's status looks, and how a screen reader says it."""

    symbol: str
    colour: str
    ground: str
    spoken: str


_RIGHT = _Mark("✓", RIGHT, "rgba(36,138,78,.10)", N_("right"))
_JUMP = _Mark("⚠", PARTLY, "rgba(168,110,11,.13)", N_("too big a step"))
_WRONG = _Mark("✗", WRONG, "rgba(217,67,79,.11)", N_("wrong"))
_MARKS = {
    "start": _Mark("✓", RIGHT, _RIGHT.ground, N_("start")),
    "right": _RIGHT,
    "unusual": _RIGHT,
    "repeated": _RIGHT,
    "other_rule": _Mark("✓", RIGHT, _JUMP.ground, N_("right, with a hint")),
    "jump": _JUMP,
    "assumption": _Mark("⚠", PARTLY, _JUMP.ground, N_("an assumption is missing")),
    "undecided": _Mark("⚠", PARTLY, _JUMP.ground, N_("not decided")),
    "wrong": _WRONG,
    "unreadable": _Mark("✗", WRONG, _WRONG.ground, N_("not readable")),
}


def _is_empty(verdict: Verdict) -> bool:
    """Return whether there is nothing yet but, perhaps, the start."""
    return not any(milestone.earned for milestone in verdict.milestones) and all(
        line.status == "start" for line in verdict.lines
    )


def _case_heading(verdict: Verdict, line: LineVerdict) -> str:
    left, right = TASKS[verdict.part].free[:2] or ("i", "j")
    return _("Case {left} {sign} {right}", left=left, sign="=" if line.case == "==" else "≠", right=right)


def _comments(line: LineVerdict) -> list[str]:
    return [*line.message.splitlines(), *line.note.splitlines()]


def _with_headings(verdict: Verdict) -> Iterator[tuple[str, LineVerdict]]:
    """Yield every line with the heading of the case that it opens, else with an empty one."""
    case = None
    for line in verdict.lines:
        opens = line.case != case and line.case is not None
        case = line.case
        yield (_case_heading(verdict, line) if opens else ""), line


def _score(verdict: Verdict) -> str:
    return _("{points} of {max_points} points", points=number(verdict.points), max_points=number(verdict.max_points))


def _taken(verdict: Verdict) -> str:
    """Return what hints at the lines cost, in words; empty where they cost nothing."""
    lost = sum(milestone.points for milestone in verdict.milestones if milestone.earned) - verdict.points
    return _("less {points}: see the hints at the lines above", points=number(lost)) if lost > 0 else ""


# ------------------------------------------------------------------------------------------------ plain text


_COLUMNS = 100  # of a terminal
_MARGIN = " " * 6


def _plain(verdict: Verdict) -> str:
    rows = [_("Derivation {part}", part=verdict.part)]
    lines = [_line_plain(k, line) for k, line in enumerate(verdict.lines)]
    # the rules stand one below the other, as far right as lines leave room for them
    room = _COLUMNS - max((len(_rules_plain(line)) for line in verdict.lines), default=0)
    column = max((len(wrapped[0]) for wrapped in lines if len(wrapped) == 1 and len(wrapped[0]) <= room), default=0)
    for (heading, line), wrapped in zip(_with_headings(verdict), lines, strict=True):
        if heading:
            rows += ["", f"{_MARGIN}{heading}"]
        rules = _rules_plain(line)
        if len(wrapped) == 1 and len(wrapped[0]) <= column:
            rows.append(f"{wrapped[0]:<{column}}{rules}".rstrip())
        else:
            rows += [*wrapped, *([f"{_MARGIN}{rules}"] if rules else [])]
        for comment in _comments(line):
            rows += _filled(comment, _MARGIN, _MARGIN)
    rows += ["", *_filled(verdict.message, "", "")]
    for milestone in verdict.milestones:
        rows.append(f"{_milestone_mark(milestone)} {milestone.title} ({number(milestone.points)})")
    if not _is_empty(verdict):
        rows.append(" - ".join(filter(None, [_score(verdict), _taken(verdict)])))
    return "\n".join(rows)


def _rules_plain(line: LineVerdict) -> str:
    return f"   # {', '.join(line.rules)}" if line.rules else ""


def _line_plain(k: int, line: LineVerdict) -> list[str]:
    """Return the ``k``-th line; one that is too long goes on below, if it may be in front of a sign."""
    equals = "  = " if _continues(k, line) else ""
    first = f"{line.number:>3} {_MARKS[line.status].symbol} {equals}"
    later = _MARGIN + " " * len(equals)
    kept = re.sub(r"(?<=,) |(?<=[ ][-+]) ", "\N{NO-BREAK SPACE}", line.text)
    rows = [row.replace("\N{NO-BREAK SPACE}", " ") for row in _filled(kept, first, later)]
    return rows if max(map(len, rows)) <= _COLUMNS else _filled(line.text, first, later)


def _filled(text: str, first: str, later: str) -> list[str]:
    return textwrap.wrap(
        text, _COLUMNS, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def _continues(k: int, line: LineVerdict) -> bool:
    """Return whether an equals sign stands in front of the line, the ``k``-th from 0."""
    return k > 0 and line.status != "start"


def _milestone_mark(milestone: MilestoneResult) -> str:
    return "✓" if milestone.earned else "○"


# ------------------------------------------------------------------------------------------------ HTML

_TABLE = "table-layout:auto;border-collapse:collapse;border:none;color:inherit;background:none;font-size:inherit;"
_CELL = "text-align:left;vertical-align:baseline;border:none;background:none;max-width:none;"
_UNTYPESET = "class='tex2jax_ignore mathjax_ignore'"  # a dollar sign in a student's text starts no formula
_INDENT = "1.7em"  # of the equals signs: the start of a proof stands out, as in a textbook
_HANGING = "3.1em"
_BELOW = "2em"  # of words and code, under the equals sign itself, which is set with a little space before it
_WIDE = 21  # letters; a wider line gets the place of its rules too, and goes on below where even that is too narrow


def _html(verdict: Verdict) -> str:
    rows = "".join(_line_html(k, heading, line) for k, (heading, line) in enumerate(_with_headings(verdict)))
    style = f"{_TABLE}margin:.2em 0;width:100%;max-width:60em"
    table = f"<table role='presentation' style='{style}'><tbody>{rows}</tbody></table>"
    chain = f"<div style='overflow-x:auto'>{table}</div>"  # on a screen too narrow for formulas and rules
    title = _escape(_("Derivation {part}", part=verdict.part))
    return (
        f"<div style='border-left:4px solid {_border(verdict)};padding:.2em 0 .2em .9em;margin:.3em 0;color:inherit'>"
        f"<div style='opacity:.75;font-size:90%'>{title}</div>"
        f"{chain if rows else ''}{_summary_html(verdict)}</div>"
    )


def _border(verdict: Verdict) -> str:
    """Return the colour that sums the proof up: that of its worst line, grey while it is empty."""
    if _is_empty(verdict):
        return OPEN
    colours = {_MARKS[line.status].colour for line in verdict.lines}
    if verdict.complete and verdict.points < verdict.max_points:
        colours.add(PARTLY)
    return next(colour for colour in (WRONG, PARTLY, RIGHT) if colour in colours)


def _line_html(k: int, heading: str, line: LineVerdict) -> str:
    mark = _MARKS[line.status]
    ground = f"background:{mark.ground}" if _comments(line) or not line.ok else "background:none"
    small = "opacity:.75;font-size:90%"
    rules = _escape(", ".join(line.rules))
    below = [f"<div>{_escape(_unbroken(text))}</div>" for text in _comments(line)]
    if _is_wide(line):
        # its own width asks for nothing, so that it scrolls in its own box and leaves the rest of the proof alone
        box = "width:0;min-width:100%;overflow-x:auto;overflow-y:hidden;padding:.15em 0"
        cell = f"{_CELL}padding:.2em .6em .2em 0"
        formula = f"<td colspan='2' style='{cell}'><div style='{box}'>{_formula_html(k, line)}</div></td>"
        below[:0] = [f"<div style='{small};padding-bottom:.25em'>{rules}</div>"] if rules else []
    else:
        cell = f"{_CELL}padding:.35em .5em .35em 0;white-space:nowrap;width:1px"
        formula = (
            f"<td style='{cell}'>{_formula_html(k, line)}</td>"
            f"<td style='{_CELL}padding:.35em .6em .35em 1.5em;{small}'>{rules}</td>"
        )
    row = (
        f"<tr style='{ground}'>"
        f"<td style='{_CELL}padding:.35em .5em;width:1px;text-align:right;opacity:.75;font-size:90%'>{line.number}</td>"
        f"<td style='{_CELL}padding:.35em .9em .35em .1em;width:1px'>{_mark_html(mark)}</td>{formula}</tr>"
    )
    under = f"padding:0 .6em .5em {_BELOW if _continues(k, line) else '0'}"
    return (
        (_row_below([_escape(heading)], "padding:.7em 0 .2em;font-weight:600") if heading else "")
        + row
        + (_row_below(below, under, ground) if below else "")
    )


def _row_below(texts: list[str], style: str, ground: str = "background:none") -> str:
    """Return a row of words under or over a line, from where its formula begins."""
    return (
        f"<tr style='{ground}'><td colspan='2' style='{_CELL}'></td>"
        f"<td colspan='2' {_UNTYPESET} style='{_CELL}{style};white-space:normal'>"
        f"<div style='max-width:52em'>{''.join(texts)}</div></td></tr>"
    )


def _unbroken(text: str) -> str:
    """Keep "line 3 = 0.2" on one physical line."""
    return re.sub(r"(?<=\w) (?=\d)|(?<==) | (?==)", "\N{NO-BREAK SPACE}", text)


def _is_wide(line: LineVerdict) -> bool:
    return line.expression is None or breadth(line.expression) > _WIDE


def _formula_html(k: int, line: LineVerdict) -> str:
    """Return the line typeset; all equals signs stand one below the other, right of where the start begins."""
    equals = _continues(k, line)
    if line.expression is None:
        code = "background:rgba(128,128,128,.16);padding:.1em .3em;border-radius:3px;color:inherit;white-space:pre-wrap"
        text = f"{'= ' if equals else ''}<code {_UNTYPESET} style='{code}'>{_escape(line.text)}</code>"
        return f"<div style='padding-left:{_BELOW if equals else '0'}'>{text}</div>"
    pieces = terms(line.expression) if _is_wide(line) else [latex(line.expression)]
    if equals:
        pieces[0] = f"{{}}= {pieces[0]}"
    # terms after the first begin under what stands right of the equals sign
    indent = f"padding-left:{_INDENT}" if equals else ""
    hanging = f"padding-left:{_HANGING};text-indent:-1.4em;line-height:2" if equals and len(pieces) > 1 else indent
    formulas = " ".join(f"$\\displaystyle {_escape(piece)}$" for piece in pieces)
    return f"<div style='{hanging}'>{formulas}</div>"


def _mark_html(mark: _Mark) -> str:
    spoken = _escape(_(mark.spoken))
    return (
        f"<span role='img' aria-label='{spoken}' title='{spoken}' "
        f"style='color:{mark.colour};font-weight:700'>{mark.symbol}</span>"
    )


def _summary_html(verdict: Verdict) -> str:
    milestones = "".join(_milestone_html(milestone) for milestone in verdict.milestones)
    score = ""
    if not _is_empty(verdict):
        taken = f" ({_escape(_taken(verdict))})" if _taken(verdict) else ""
        score = f"<div><span style='font-weight:600'>{_escape(_score(verdict))}</span>{taken}</div>"
    return (
        f"<div {_UNTYPESET} style='margin-top:.8em'>"
        f"<div style='font-weight:600'>{_escape(verdict.message)}</div>"
        f"<table role='presentation' style='{_TABLE}margin:.3em 0'><tbody>{milestones}</tbody></table>{score}</div>"
    )


def _milestone_html(milestone: MilestoneResult) -> str:
    mark = _Mark("✓", RIGHT, "", N_("earned")) if milestone.earned else _Mark("○", OPEN, "", N_("still open"))
    cell = f"{_CELL}padding:.1em .7em .1em 0;white-space:normal"
    return (
        f"<tr style='background:none'><td style='{cell}'>{_mark_html(mark)}</td>"
        f"<td style='{cell}'>{_escape(milestone.title)}</td>"
        f"<td style='{cell};white-space:nowrap;opacity:.75'>{_escape(number(milestone.points))}</td></tr>"
    )


def _escape(text: str) -> str:
    return html.escape(text, quote=True)
