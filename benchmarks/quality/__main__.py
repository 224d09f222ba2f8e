"""The report card: ``python -m benchmarks.quality [--jobs N] [--share S] [--page docs/quality.md]``. Takes minutes.

It prints one table, then what stands behind it: every survivor, every right answer without all points, every mistake
without a name but those of the held half of the quality sets, which nobody shall develop with. ``--page`` writes both
into the page as well. The exit status is 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality import corpora, derivations, functions, sets, tutors
from benchmarks.quality.corpora import Answer
from benchmarks.quality.page import percent, replace, table
from benchmarks.quality.tutors import Agreement
from tests.symbolic.quality import Tally

RESPELLED = 10_000
NAMED = 0.9
KILLED = 0.99


@dataclass(frozen=True)
class Line:
    """A line of the card: ``good`` of ``of``, which should be a share of ``goal``; None asks for none."""

    subject: str
    what: str
    good: int
    of: int
    goal: float | None = None

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.goal is None or self.good >= self.goal * self.of

    @property
    def row(self) -> tuple[object, ...]:
        """The line as it is shown."""
        goal = "" if self.goal is None else "all" if self.goal == 1 else f"{100 * self.goal:.0f} %"
        return self.subject, self.what, self.of, self.good, percent(self.good, self.of), goal, "" if self.met else "yes"


@dataclass(frozen=True)
class Report:
    """Lines of the card, and a text that stands behind them."""

    lines: list[Line]
    text: str


# ------------------------------------------------------------------------------------------------ mutants


def function_mutants(jobs: int) -> Report:
    """Try all mutants of the ten functions."""
    outcomes = functions.try_all(functions.all_mutants(), jobs)
    live = [each for each in outcomes if not each.equivalent]
    runs = [each for each in live if each.behaviour == "other"]
    rows = []
    for function in functions.FUNCTIONS:
        mine = [each for each in outcomes if each.mutant.function == function]
        rest = [each for each in mine if not each.equivalent]
        different = [each for each in rest if each.behaviour == "other"]
        rows.append(
            (
                f"`{function}`",
                len(mine),
                sum(each.behaviour == "fails" for each in mine),
                len(mine) - len(rest),
                len(different),
                sum(each.lost > 0 for each in different),
                percent(sum(each.lost > 0 for each in different), len(different)),
                percent(sum(each.named for each in different), len(different)),
            )
        )
    head = ("function", "mutants", "raise always", "equivalent", "compute otherwise", "lose points", "share", "named")
    operators = Counter(each.mutant.operator for each in outcomes)
    survivors = [each for each in outcomes if each.survived]
    allowed = [each for each in outcomes if each.equivalent and each.allowed]
    same = [each for each in outcomes if each.equivalent and not each.allowed]
    text = [
        table(head, rows),
        f"{len(operators)} operators: " + ", ".join(f"{name} {count}" for name, count in operators.most_common()) + ".",
        f"Survivors: {len(survivors)}." + ("" if survivors else " Every slip that changes a result costs points."),
        "\n".join(_shown(each.mutant.function, each.mutant.change, each.mutant.operator) for each in survivors),
        f"Not counted, since the sheet asks for no more, though a result differs ({len(allowed)}):",
        "\n".join(_shown(each.mutant.function, each.mutant.change, each.allowed) for each in allowed),
        f"Not counted, since no random input tells them from the original ({len(same)}):",
        "\n".join(_shown(each.mutant.function, each.mutant.change, each.mutant.operator) for each in same),
    ]
    return Report(
        [
            Line("functions", "mutants that lose points", sum(each.lost > 0 for each in live), len(live), KILLED),
            Line("", "those of them that run to a result", sum(each.lost > 0 for each in runs), len(runs), KILLED),
        ],
        "\n\n".join(filter(None, text)),
    )


def _shown(function: str, change: str, why: str) -> str:
    lines = change.splitlines()
    before = "; ".join(line[2:] for line in lines if line.startswith("-"))
    after = "; ".join(line[2:] for line in lines if line.startswith("+"))
    moved = f"`{before}` stands elsewhere" if before == after else f"`{before}` became `{after}`"
    return f"- `{function}`: {moved} ({why})"


def derivation_mutants(jobs: int, share: float) -> Report:
    """Try all mutants of the sheet's proofs, and a share of those of the corpus."""
    outcomes = derivations.try_references(jobs)
    wrong = [each for each in outcomes if each.wrong]
    rows = []
    for part in derivations.references():
        mine = [each for each in outcomes if each.part == part]
        bad = [each for each in mine if each.wrong]
        rows.append(
            (
                part,
                len(mine),
                sum(each.wrong is False for each in mine),
                sum(each.wrong is None for each in mine),
                len(bad),
                sum(each.lost > 0 for each in bad),
                percent(sum(each.lost > 0 for each in bad), len(bad)),
                percent(sum(each.mistake is not None or each.unreadable for each in bad), len(bad)),
            )
        )
    head = ("proof", "mutants", "still right", "undecided", "wrong", "lose points", "share", "named")
    survivors = [each for each in wrong if not each.lost]
    corpus = derivations.try_corpus(share, jobs)
    refused = corpus.wrong - corpus.counts[False, True]
    told = (
        f"Of the single mutations of all right chains of the corpus, {100 * share:.0f} % were tried ({corpus.tried}); "
        f"the oracle calls {corpus.wrong} wrong, {corpus.counts[True, True] + corpus.counts[True, False]} right, and "
        f"has no opinion on the others. Accepted though wrong: {len(corpus.accepted_wrong)}."
    )
    text = [
        table(head, rows),
        f"Survivors: {len(survivors)}. An unreadable line is marked and passed over, and costs nothing.",
        "\n".join(
            f"- {each.part}, {'unreadable' if each.unreadable else each.kind}, line {each.line}" for each in survivors
        ),
        told,
        *(f"- {entry}" for entry in corpus.accepted_wrong),
    ]
    return Report(
        [
            Line("derivations", "wrong mutants of the sheet's proofs that lose points",
                 len(wrong) - len(survivors), len(wrong), KILLED),
            Line("", "wrong mutants of the corpus that are not accepted", refused, corpus.wrong, KILLED),
        ],
        "\n\n".join(filter(None, text)),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- right and wrong answers


def _punished(subject: str, what: str, wrong: Sequence[Answer]) -> Line:
    return Line(subject, what, sum(not each.full for each in wrong), len(wrong), 1)


def _named(subject: str, what: str, wrong: Sequence[Answer]) -> Line:
    return Line(subject, what, sum(each.named for each in wrong), len(wrong), NAMED)


def answers(jobs: int) -> tuple[list[Answer], Report]:
    """Grade both corpora; return the derivations too."""
    right_functions, wrong_functions = corpora.functions()
    right_proofs, wrong_proofs = corpora.derivations()
    respelled: Tally = derivations.try_respelled(RESPELLED, jobs)
    poor = [each for each in right_functions + right_proofs if not each.full]
    unnamed = [each for each in wrong_functions + wrong_proofs if not each.named]
    stated = [each for each in wrong_proofs if each.wanted]
    lines = [
        Line("right, but unusual", "functions with all points",
             sum(each.full for each in right_functions), len(right_functions), 1),
        Line("", "derivations with all points", sum(each.full for each in right_proofs), len(right_proofs), 1),
        Line("", "right lines written otherwise that are accepted", respelled.counts[True, True], respelled.tried, 1),
        _punished("wrong, as students err", "functions that lose points", wrong_functions),
        _named("messages", "wrong functions whose mistake is named", wrong_functions),
        _named("", "wrong derivations whose mistake is named", wrong_proofs),
        _named("", "as the corpus says, where it does", stated),
    ]  # fmt: skip
    text = [
        f"Right answers without all points: {len(poor)}.",
        *(f"- {each.kind}: {each.name}, {each.points:g} of {each.max_points:g}" for each in poor),
        *(f"- {entry}" for entry in respelled.refused_right),
        f"Wrong answers whose mistake has no name: {len(unnamed)}. Only what is wrong is shown, line or result.",
        "\n".join(f"- {each.kind}: {each.name}" for each in unnamed),
    ]
    return right_proofs + wrong_proofs, Report(lines, "\n\n".join(filter(None, text)))


def fresh_answers() -> Report:
    """Grade the quality sets; of the held half, only those that lose no points are told one by one."""
    dev, held = sets.halves()
    unseen = [each for each in held.functions if each.kind in sets.UNSEEN]
    lines = [
        _punished("fresh, held half", "wrong functions that lose points", held.functions),
        _punished("", "wrong derivations that lose points", held.derivations),
        _named("", "wrong functions whose mistake is named", held.functions),
        _named("", "of these, where their authors had seen no example", unseen),
        _named("", "wrong derivations whose mistake is named", held.derivations),
        _named("fresh, dev half", "wrong functions whose mistake is named", dev.functions),
        _named("", "wrong derivations whose mistake is named", dev.derivations),
    ]
    rows = [
        _halves(f"`{function}`" + ("" if function in sets.UNSEEN else " (partly seen)"), function, dev, held)
        for function in dict.fromkeys(each.kind for each in held.functions)
    ]
    rows += [_halves(part, part, dev, held) for part in dict.fromkeys(each.kind for each in held.derivations)]
    head = ("answers to", "held half", "lose points", "named", "share", "dev half", "lose points", "named", "share")
    spared = [(half, each) for half, answers in (("held half", held), ("dev half", dev))
              for each in answers.all if each.full]  # fmt: skip
    unnamed = [each for each in dev.all if not each.named]
    text = [
        table(head, rows),
        f"Wrong answers that lost no points: {len(spared)}.",
        "\n".join(f"- {each.kind}, {half}: {each.name}" for half, each in spared),
        f"Wrong answers of the dev half whose mistake has no name: {len(unnamed)}.",
        "\n".join(f"- {each.kind}: {each.name}" for each in unnamed),
    ]
    return Report(lines, "\n\n".join(filter(None, text)))


def _halves(title: str, kind: str, dev: sets.Half, held: sets.Half) -> tuple[object, ...]:
    row: list[object] = [title]
    for half in (held, dev):
        mine = [each for each in half.all if each.kind == kind]
        named = sum(each.named for each in mine)
        row += [len(mine), sum(not each.full for each in mine), named, percent(named, len(mine))]
    return tuple(row)


# ------------------------------------------------------------------------------------------------ beside a tutor


def agreement(proofs: Sequence[Answer], jobs: int) -> Report:
    """Compare points with those of a tutor."""
    graded = tutors.sample_class(jobs)
    totals: dict[str, tuple[float, float]] = {}
    for (student, _task), (ours, theirs) in graded.items():
        before = totals.get(student, (0.0, 0.0))
        totals[student] = before[0] + ours, before[1] + theirs
    sure = [each for each in proofs if each.low == each.high]
    unsure = [each for each in proofs if each.low < each.high]
    rows = [
        _compared("sample class, tasks", list(graded.values())),
        _compared("sample class, hand-ins", list(totals.values())),
        _compared("corpus of derivations", [(each.points, each.low) for each in sure]),
    ]
    within = sum(each.low <= each.points <= each.high for each in unsure)
    unlike = [f"- {student}, {task}: {ours:g}, a tutor {theirs:g}"
              for (student, task), (ours, theirs) in graded.items() if ours != theirs]  # fmt: skip
    equal = sum(ours == theirs for ours, theirs in graded.values())
    text = [
        table(("points of", "number", "equal", "mean difference", "mean distance", "weighted kappa"), rows),
        f"Derivations on which tutors may differ: {len(unsure)}; {within} of them got points within the tutors' range.",
        "\n".join(unlike) or "No task got other points than a tutor's.",
    ]
    return Report([Line("beside a tutor", "tasks of the sample class with the same points", equal, len(graded))],
                  "\n\n".join(text))  # fmt: skip


def _compared(name: str, pairs: list[tuple[float, float]]) -> tuple[object, ...]:
    found = Agreement.of(pairs)
    equal = percent(round(found.equal * found.count), found.count)
    return name, found.count, equal, f"{found.difference:.3f}", f"{found.distance:.3f}", f"{found.kappa:.3f}"


# ------------------------------------------------------------------------------------------------ all of it


def main() -> None:
    """Print the card, and write it into the page if there is one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument(
        "--share", type=float, default=0.25, help="of the corpus' mutants; 1 takes a quarter of an hour"
    )
    parser.add_argument("--page", type=Path)
    chosen = parser.parse_args()
    os.nice(10)
    proofs, told = answers(chosen.jobs)
    reports = {
        "Mutants of the functions": function_mutants(chosen.jobs),
        "Mutants of the derivations": derivation_mutants(chosen.jobs, chosen.share),
        "Right and wrong answers": told,
        "Fresh wrong answers": fresh_answers(),
        "Beside a tutor": agreement(proofs, chosen.jobs),
    }
    lines = [line for report in reports.values() for line in report.lines]
    card = table(("", "", "number", "good", "share", "goal", "missed"), [line.row for line in lines])
    details = "\n\n".join(f"### {title}\n\n{report.text}" for title, report in reports.items())
    print(f"{card}\n\n{details}")
    if chosen.page is not None:
        replace(chosen.page, "card", card)
        replace(chosen.page, "details", details)
    sys.exit(int(not all(line.met for line in lines)))


if __name__ == "__main__":
    main()
