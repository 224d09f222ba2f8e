"""The mistakes of a class by their names: how many made each, and what it looks like."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context

from autograder.course.report.data import ClassData, HandIn
from autograder.course.report.structure import proofs
from autograder.course.results import Task
from autograder.messages import N_, _
from autograder.numeric.mistakes import find as find_known
from autograder.symbolic import LineVerdict, Verdict, check_derivation

LONGEST_EXAMPLE = 160  # characters
_FEW = 16  # proofs that are checked before more processes are worth their start

NAMES: Mapping[str, str] = {
    # a line that does not follow
    "sign": N_("Sign"),
    "missing_inner_derivative": N_("Inner derivative missing"),
    "missing_outer_derivative": N_("Outer derivative missing"),
    "quotient_swapped": N_("Quotient rule the wrong way round"),
    "quotient_unsquared": N_("Denominator of the quotient rule not squared"),
    "quotient_of_derivatives": N_("Quotient of derivatives in place of the quotient rule"),
    "product_as_product_of_derivatives": N_("Product of derivatives in place of the product rule"),
    "power_exponent_kept": N_("Exponent not lowered in the power rule"),
    "constant_not_vanishing": N_("Derivative of a constant not 0"),
    "bias_not_vanishing": N_("Derivative of the bias not 0"),
    "missing_kronecker": N_("Kronecker delta missing"),
    "extra_kronecker": N_("A Kronecker delta too many"),
    "wrong_index": N_("Wrong index"),
    "transposed_weight": N_("Indices of w swapped"),
    "lost_sum": N_("A sum lost"),
    "sum_kept": N_("A sum kept that the Kronecker delta ends"),
    "h_for_dh": N_("h and its derivative mixed up"),
    "dh_at_wrong_place": N_("h' at the wrong place"),
    "factor_lost": N_("A factor lost or won"),
    "summand_lost": N_("A summand lost or won"),
    "sum_of_derivatives": N_("Sum of derivatives in place of the product rule"),
    "denominator_lost": N_("Denominator of the quotient rule missing"),
    "not_crossed": N_("Quotient rule not crosswise"),
    "power_factor_lost": N_("Exponent not put in front in the power rule"),
    "power_exponent_raised": N_("Exponent raised in the power rule"),
    "chain_inside": N_("Inner derivative inside of the outer function"),
    "exp_as_power": N_("exp differentiated as a power"),
    "inner_not_differentiated": N_("Inner function not differentiated"),
    "log_derivative": N_("Derivative of the logarithm"),
    "h_is_general": N_("h taken for the sigmoid"),
    "term_lost": N_("A summand of a sum lost or won"),
    "kronecker_inverted": N_("Kronecker delta turned round"),
    "not_differentiated": N_("Not differentiated"),
    "taken_for_constant": N_("Taken for a constant"),
    "wrong_variable": N_("Differentiated by something else"),
    "sigmoid_for_softmax": N_("1a taken for softmax"),
    "power_of_sum": N_("Power of a sum"),
    "fraction_split": N_("Fraction split in the denominator"),
    "one_summand_only": N_("A factor at one summand only"),
    "exponent_law": N_("Laws of powers"),
    "logarithm_law": N_("Laws of logarithms"),
    "product_of_sums": N_("Product of sums in place of a sum of products"),
    "delta_contracted": N_("Kronecker delta contracted wrongly"),
    "sum_value": N_("Value of the sum of y"),
    "sum_of_one": N_("A sum over one summand only"),
    "upside_down": N_("A fraction upside down"),
    "exponent_changed": N_("Wrong exponent"),
    "complement": N_("A function and 1 minus it mixed up"),
    "argument_lost": N_("A function lost"),
    "wrong_operation": N_("Wrong operation"),
    "wrong_function": N_("exp or log lost, won or mixed up"),
    "bounds": N_("Wrong bounds of a sum"),
    "wrong_quantity": N_("A quantity in place of another"),
    "chain_sum_lost": N_("Sum of the chain rule missing"),
    "two_classes_only": N_("Right for two classes only"),
    "wrong_definition": N_("A definition inserted wrongly"),
    "wrong_start": N_("Another start than the claim's left side"),
    "number_for_size": N_("A number in place of N"),
    "wrong": N_("A line that does not follow, for another reason"),
    # a line that is true, and yet no step
    "jump": N_("Too big a step"),
    "no_reason": N_("No rule named"),
    "circular": N_("The claim used to prove itself"),
    "other_rule": N_("Another rule named than used"),
    "assumption_not_named": N_("Assumption not named"),
    "assumption": N_("Assumption not named"),
    # a line that cannot be read
    "unreadable": N_("Not in the notation"),
}
_TELLING = {"wrong", "jump", "other_rule", "assumption", "unreadable"}


@dataclass(frozen=True)
class Finding:
    """A mistake in one hand-in: its name, and what it looks like there: as it was ``written``, else as it was told."""

    student: str
    task: str
    name: str
    example: str = ""
    written: bool = False


@dataclass(frozen=True)
class Mistake:
    """A mistake in the class: in which task, how it is called, in how many hand-ins, and the shortest example."""

    task: str
    name: str
    count: int
    example: str
    written: bool


def common(findings: Iterable[Finding], labels: Sequence[str]) -> list[Mistake]:
    """Return the mistakes in ``findings``, the most frequent first, then by ``labels``, those of the tasks in order.

    Each counts once a hand-in.
    """
    grouped: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[finding.task, finding.name].append(finding)
    made = []
    for (task, name), members in grouped.items():
        shortest = min(members, key=lambda one: (not one.example, len(one.example), one.example))
        count = len({one.student for one in members})
        made.append(Mistake(task, name, count, shortest.example, shortest.written))
    return sorted(made, key=lambda mistake: (-mistake.count, labels.index(mistake.task), mistake.name))


def find(data: ClassData) -> list[Finding]:
    """Return all mistakes of a class, by task label: in its proofs, and in what its functions were told."""
    checked = _check([key for hand_in in data.hand_ins for _task, key in _imperfect(data, hand_in)])
    found: list[Finding] = []
    for hand_in in data.hand_ins:
        with_proof = set()
        for task, key in _imperfect(data, hand_in):
            with_proof.add(task.grade_id)
            found += (Finding(hand_in.student, task.label, *step, written=True) for step in checked[key])
        for task in data.tasks:
            if task.grade_id not in with_proof:
                found += _from_card(hand_in, task)
    return found


# ------------------------------------------------------------------------------------------------ proofs

_Key = tuple[str, str]  # a part and the proof of it


def _imperfect(data: ClassData, hand_in: HandIn) -> Iterator[tuple[Task, _Key]]:
    """Yield the proofs of a hand-in that did not earn all points, with their tasks."""
    for task in data.tasks:
        part = data.parts.get(task.grade_id)
        if part is None or hand_in.points.get(task.grade_id, 0.0) >= task.max_points:
            continue
        body = proofs(cell.source for cell in hand_in.cells if cell.notebook == task.notebook).get(part)
        if body is not None:
            yield task, (part, body)


def _check(keys: Sequence[_Key]) -> dict[_Key, list[tuple[str, str]]]:
    """Return the names and examples of the mistakes in proofs; many are checked side by side."""
    different = list(dict.fromkeys(keys))
    if len(different) <= _FEW:
        return {key: _mistakes_in(key) for key in different}
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:  # a fork knows what the sheet declared
        return dict(zip(different, pool.map(_mistakes_in, different, chunksize=4), strict=True))


def _mistakes_in(key: _Key) -> list[tuple[str, str]]:
    return list(dict.fromkeys(named_lines(check_derivation(*key))))


def named_lines(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yield the name of each mistake in a proof, and the step in which it was made."""
    before = ""
    for line in verdict.lines:
        if line.status in _TELLING:
            key = line.mistake if line.mistake in NAMES else line.status
            yield _(NAMES[key or line.status]), _step(before, line)
        before = line.text


def _step(before: str, line: LineVerdict) -> str:
    rules = f"  # {', '.join(line.rules)}" if line.rules else ""
    this = f"= {line.text}{rules}" if line.number > 1 else line.text
    return "\n".join(_cut(text) for text in (before, this) if text)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_EXAMPLE else text[: LONGEST_EXAMPLE - 1] + "…"


# ------------------------------------------------------------------------------------------------ functions


def _from_card(hand_in: HandIn, task: Task) -> Iterator[Finding]:
    """Yield what a test card names: known mistakes, and else the parts that failed."""
    for failure in hand_in.failures.get(task.grade_id, ()):
        if not _not_there(failure.message):
            name = function_mistake(failure.mistake) if failure.mistake else failure.title
            yield Finding(hand_in.student, task.label, name, _cut(failure.message.partition("\n")[0]))


def _not_there(message: str) -> bool:
    """Return whether a part failed because nothing was written: that is no mistake."""
    name_error = _("{name} is not there yet: run the cell above, or write it.").partition("{name}")[2]
    return message.endswith((name_error, _("There is no derivation cell %%derivation yet.")))


@cache
def function_mistake(key: str) -> str:
    """Return what the known mistake ``key``, ``function.key``, of a function is called."""
    function, _dot, name = key.rpartition(".")
    try:
        return _(find_known(function, name).name)
    except KeyError:  # graded by another version of the package
        return name.replace("_", " ")
