"""The one door to the checker: a derivation in, verdict out; it never raises on what a student wrote."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from autograder.messages import _
from autograder.symbolic import scope, sympy_objects
from autograder.symbolic.comparison import PLAIN, Comparison, UndecidableError
from autograder.symbolic.expressions import Derivative, Expression, walk
from autograder.symbolic.judgement import Judgement, Line, judge, same_tree
from autograder.symbolic.notation import MAX_LINES, Case, ChainLine, NotationError, parse, read_lines
from autograder.symbolic.registry import setting
from autograder.symbolic.rules import Reason, Rule
from autograder.symbolic.scoring import Chain, Judged, resolved_by, score, states_result
from autograder.symbolic.setting import Setting
from autograder.symbolic.tasks import Task
from autograder.symbolic.verdict import LineVerdict, MilestoneResult, Verdict


def check_derivation(part: str, derivation: object) -> Verdict:
    """Return the verdict on ``derivation`` of ``part``: the body of a cell, or a list of steps (``derivation_text``).

    Raises:
        KeyError: there is no such part. Whatever ``derivation`` is ends in a verdict.

    """
    return _verdict(setting(part), derivation_text(part, derivation))


@lru_cache(maxsize=1000)
def _verdict(prepared: Setting, text: str) -> Verdict:
    """Return the verdict on a text, which a cell, its card and its grade ask for in turn, and many of a class write."""
    return _Check(prepared).run(text)


def derivation_text(part: str, derivation: object) -> str:
    """Return ``derivation`` as the body of a derivation cell for ``part``.

    It is that body already, or a list of steps: SymPy expressions, equations ``Eq`` whose left side is the line before,
    lines as text, or pairs of one of these with its rules, as in ``[Derivative(sigma(z), z), (expr, "Definition")]``.

    Raises:
        KeyError: there is no such part.

    """
    prepared = setting(part)
    names = prepared.vocabulary
    return sympy_objects.to_text(derivation, {*names.quantities, *names.functions, *prepared.task.indices})


@dataclass
class _Run:
    """The lines of one case so far: the last readable one, and what has been judged."""

    comparison: Comparison
    judged: list[Judged] = field(default_factory=list)
    last: Line | None = None
    started: bool = False


class _Check:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.task = setting.task
        self.verdicts: list[LineVerdict] = []
        self.runs: list[_Run] = [_Run(Comparison(setting))]
        self.valid_start = False
        self.undecided = False

    def run(self, text: str) -> Verdict:
        lines = read_lines(text)
        for line in lines:
            self.open_case(line)
            self.verdicts.append(self.line(line))
        if not lines or (len(lines) == 1 and self.valid_start):
            return self.unsolved()
        return self.solved()

    # ---------------------------------------------------------------------------------------- lines

    def open_case(self, line: ChainLine) -> None:
        run = self.runs[-1]
        if line.case == run.comparison.case:
            return
        common = self.runs[0]
        # a case goes on from the common lines, or opens its own chain from the start
        known = (other.comparison for other in self.runs if other.comparison.case == line.case)
        comparison = next(known, None) or Comparison(self.setting, line.case)
        self.runs.append(_Run(comparison, list(common.judged), common.last, started=common.started))

    def line(self, line: ChainLine) -> LineVerdict:
        run = self.runs[-1]
        verdict = LineVerdict(
            line.number,
            line.text,
            tuple(rule.value for rule in line.reason.rules),
            ok=False,
            status="unreadable",
            note=_reason_note(line.reason, self.task),
            case=None if line.case is None else ("==" if line.case.equal else "!="),
        )
        try:
            if line.number > MAX_LINES:
                raise NotationError(
                    _("A derivation has {limit} lines at most; the rest was not read.", limit=MAX_LINES)
                )
            self.check_case(line.case)
            if (refusal := sympy_objects.refusal(line.text)) is not None:
                raise NotationError(refusal)
            expression = parse(line.text, self.setting.vocabulary)
            findings = scope.check(expression, self.setting)
        except NotationError as error:
            place = _(" (character {column})", column=error.column) if error.column else ""
            nearest = _(" Readable would be: {line}", line=error.nearest) if error.nearest else ""
            return replace(verdict, message=f"{error}{place}{nearest}", mistake=error.mistake)
        if findings.shadowed:
            names = ", ".join(dict.fromkeys(findings.shadowed))
            shadowed = _(
                "The summation index {name} is named like an index outside; another letter reads better.",
                name=names,
            )
            verdict = replace(verdict, note=f"{verdict.note} {shadowed}".strip())
        readable = Line(line.number, expression, frozenset(line.reason.rules), tuple(findings.mistakes))
        judgement = self.judge(run, line, readable)
        run.last = readable
        return replace(
            verdict,
            ok=judgement.ok,
            status=judgement.status,
            mistake=judgement.mistake,
            message=judgement.message,
            expression=expression,
        )

    def check_case(self, case: Case | None) -> None:
        if case is None:
            return
        free = self.task.free
        if case.left == case.right or not {case.left, case.right} <= set(free) or len(free) < 2:
            wanted = " / ".join(f"Fall {free[0]} {sign} {free[1]}" for sign in ("==", "!=")) if len(free) > 1 else "-"
            raise NotationError(_("This case does not exist here. Possible: {cases}.", cases=wanted))

    def judge(self, run: _Run, line: ChainLine, readable: Line) -> Judgement:
        comparison = run.comparison
        first = not run.started
        restarted = run.started and not line.continues and comparison.case is not None and not self.own_lines(run)
        if first or restarted:
            run.started = True
            if first and line.continues and not self.is_start(readable.expression, comparison):
                # "= ..." right below a "Fall" line, or a chain whose start was left out
                claim = Line(0, self.setting.start, frozenset())
                judgement = self.safely(claim, readable, comparison)
                self.valid_start = True
                run.judged.append(Judged(readable, claim, judgement.status, judgement.ok, judgement.mistake))
                return judgement
            return self.start(run, readable)
        if not line.continues:
            note = _("Begin every line after the first with an equals sign.")
            judgement = self.safely(run.last or readable, readable, comparison)
            judgement = replace(judgement, message=f"{judgement.message} {note}".strip())
        elif run.last is None:
            return self.start(run, readable)
        else:
            judgement = self.safely(run.last, readable, comparison)
        run.judged.append(Judged(readable, run.last, judgement.status, judgement.ok, judgement.mistake))
        return judgement

    def own_lines(self, run: _Run) -> bool:
        return len(run.judged) > len(self.runs[0].judged) if run is not self.runs[0] else bool(run.judged)

    def safely(self, before: Line, line: Line, comparison: Comparison) -> Judgement:
        try:
            judgement = judge(before, line, comparison)
            if judgement.ok and self.is_bare_result(line.expression, comparison):
                reached = resolved_by(before, line, self.setting, comparison)
                if len(reached) > 1:
                    between = ", ".join(_(milestone.title) for milestone in reached)
                    text = _("That is the result already. Show the steps to it: {steps}.", steps=between)
                    return Judgement("jump", False, "jump", text)
            return judgement
        except UndecidableError:
            self.undecided = True
            return Judgement(
                "undecided", False, "undecidable", _("I cannot decide this line. Your tutor will look at it.")
            )

    def is_bare_result(self, expression: Expression, comparison: Comparison) -> bool:
        one_hot = self.task.normalised is not None
        return states_result(expression, self.setting) and comparison.agree(
            expression, self.setting.target, PLAIN, one_hot=one_hot
        )

    def start(self, run: _Run, line: Line) -> Judgement:
        if self.is_start(line.expression, run.comparison):
            self.valid_start = True
            run.judged.append(Judged(line, None, "start", True))
            return Judgement("start", True)
        run.judged.append(Judged(line, None, "wrong", False))
        return Judgement(
            "wrong",
            False,
            "wrong_start",
            _("The proof begins with the left side of the claim: {start}.", start=self.task.start),
        )

    def is_start(self, expression: Expression, comparison: Comparison) -> bool:
        """Return whether a proof may begin so: the claim's left side, or its definitions inserted."""
        if not any(isinstance(node, Derivative) for node in walk(expression)) and not self.is_named_start(expression):
            return False
        try:
            return any(
                comparison.agree(start, expression, PLAIN) for start in (self.setting.start, *self.setting.other_starts)
            )
        except UndecidableError:
            return False

    def is_named_start(self, expression: Expression) -> bool:
        """Return whether ``expression`` is a name for the start, as delta[L,n] is for its derivative."""
        return any(
            same_tree(expression, parse(name, self.setting.vocabulary))
            for name, meaning in self.task.definitions.items()
            if meaning == self.task.start
        )

    # ---------------------------------------------------------------------------------------- the whole

    def unsolved(self) -> Verdict:
        milestones = tuple(MilestoneResult(_(m.title), m.points, False) for m in self.task.milestones)
        message = _("Still empty: begin with {start}.", start=self.task.start)
        if self.verdicts:
            message = " ".join([_("The start stands."), self.next_step(milestones)])
        return Verdict(
            self.task.part, 0.0, self.task.max_points, False, tuple(self.verdicts), milestones, message, False
        )

    def solved(self) -> Verdict:
        points, milestones = self.scored(self.chains, cases_complete=self.cases_complete)
        if not self.valid_start:
            points, milestones = 0.0, tuple(replace(m, earned=False) for m in milestones)
        sound = all(line.ok for line in self.verdicts)
        complete = sound and self.valid_start and milestones[-1].earned
        message = self.proved(points) if complete else self.progress(milestones) if sound else self.halted()
        return Verdict(
            self.task.part,
            points,
            self.task.max_points,
            self.undecided,
            tuple(self.verdicts),
            milestones,
            message,
            complete,
        )

    @property
    def cases_complete(self) -> bool:
        cases = [run.comparison.case for run in self.runs[1:]]
        return not cases or {case.equal for case in cases if case} == {True, False}

    @property
    def chains(self) -> list[Chain]:
        return [Chain(tuple(run.judged), run.comparison) for run in (self.runs[1:] or self.runs)]

    def scored(self, chains: list[Chain], *, cases_complete: bool) -> tuple[float, tuple[MilestoneResult, ...]]:
        try:
            return score(chains, self.setting, cases_complete=cases_complete)
        except UndecidableError:
            self.undecided = True
            return 0.0, tuple(MilestoneResult(_(m.title), m.points, False) for m in self.task.milestones)

    # ---------------------------------------------------------------------------------------- one sentence for it all

    def proved(self, points: float) -> str:
        if points == self.task.max_points:
            return _("Proved, line by line. Well done!")
        return _("The claim is reached. The card below says what is still missing for all points.")

    def progress(self, milestones: tuple[MilestoneResult, ...]) -> str:
        """Say how far a sound chain is, and what kind of thing comes next."""
        if not self.valid_start:
            return _("Begin with {start}; then your lines count.", start=self.task.start)
        # of several cases, the one last written that is not at its end
        cases = self.chains[::-1] if self.runs[1:] else []
        apart = [self.scored([chain], cases_complete=True)[1] for chain in cases] or [milestones]
        under_way = next((results for results in apart if not results[-1].earned), None)
        if under_way is None:
            return _("This case is proved. The other one is still missing.")
        done = sum(milestone.earned for milestone in milestones)
        far = _("So far right ({done} of {all} milestones).", done=done, all=len(milestones)) if done else ""
        return " ".join([far or _("So far right."), self.next_step(under_way)])

    def next_step(self, milestones: tuple[MilestoneResult, ...]) -> str:
        coming = next(
            milestone for milestone, result in zip(self.task.milestones, milestones, strict=True) if not result.earned
        )
        if coming.hint:
            return _("Next you could {hint}.", hint=_(coming.hint))
        return _("Next milestone: {title}.", title=_(coming.title))

    def halted(self) -> str:
        """Say down to where a chain is right, and which line to look at."""
        if not self.valid_start:
            return _("Begin with {start}; then your lines count.", start=self.task.start)
        first = next(line for line in self.verdicts if not line.ok)
        if first.status == "undecided":
            look = _("Your tutor looks at line {line}.", line=first.number)
        else:
            look = _("Look at line {line} next.", line=first.number)
        match first.number:
            case 1:
                return look
            case 2:
                return " ".join([_("The start stands."), look])
        return " ".join([_("All is right down to line {line}.", line=first.number - 1), look])


def _reason_note(reason: Reason, task: Task) -> str:
    notes = [_("I read “{written}” as {rule}.", written=written, rule=rule.value) for written, rule in reason.guessed]
    if reason.unknown:
        known = ", ".join(rule.value for rule in Rule if rule in task.rules)
        notes.append(
            _(
                "I do not know the rule “{written}”. Rules are: {known}.",
                written=", ".join(reason.unknown),
                known=known,
            )
        )
    return " ".join(notes)
