"""The rule of admission: what it asks for, and what it says while a human has still to look at something."""

import pytest
from traitlets import TraitError
from traitlets.config import Config

from autograder.course.admission import Admission, Outcome, Rule, decide, outside, passed
from autograder.course.marks import Mark, TaskMark


def mark(sheet: str, points: float, worth: float = 10, undecided: float = 0, penalty: float = 0) -> Mark:
    """Return a mark; ``undecided`` of its worth is for a human to decide."""
    tasks = [TaskMark("1", "sure", points, worth - undecided)]
    if undecided:
        tasks.append(TaskMark("1", "open", 0, undecided, undecided=True))
    return Mark("anna", sheet, tuple(tasks), penalty)


def nothing(sheet: str) -> Mark:
    return Mark("anna", sheet, (TaskMark("1", "sure", 0, 10),), handed_in=False)


def test_half_of_all_points_is_enough_wherever_they_come_from() -> None:
    assert decide(Rule(), [mark("1", 10), nothing("2")]).outcome is Outcome.MET
    assert decide(Rule(), [mark("1", 9.5), nothing("2")]).outcome is Outcome.NOT_MET


def test_thirds_of_points_that_add_up_to_half_are_enough() -> None:
    assert decide(Rule(), [mark(str(n), 1 / 3, worth=2 / 3) for n in range(7)]).outcome is Outcome.MET


def test_most_sheets_have_to_be_passed_besides() -> None:
    marks = [mark("1", 10), mark("2", 10), nothing("3"), mark("4", 4.5)]
    assert decide(Rule(sheets_to_spare=2), marks).outcome is Outcome.MET
    decision = decide(Rule(sheets_to_spare=1), marks)
    assert decision.outcome is Outcome.NOT_MET
    assert [str(condition) for condition in decision.conditions] == [
        "Punkte: 24,5 von 20 nötigen",
        "bestandene Blätter: 2 von 3 nötigen",
    ]


def test_sheets_to_spare_are_none_too_many_at_the_start_of_the_term() -> None:
    assert decide(Rule(sheets_to_spare=2), [mark("1", 10)]).outcome is Outcome.MET
    assert decide(Rule(sheets_to_spare=2), []).outcome is Outcome.MET


def test_each_block_asks_for_its_own_share() -> None:
    rule = Rule(blocks=(("blatt-0[1-2]",), ("blatt-03", "blatt-04")))
    first = [mark("blatt-01", 10), mark("blatt-02", 10)]
    assert decide(rule, first).outcome is Outcome.MET  # the second has not begun
    decision = decide(rule, [*first, mark("blatt-03", 2), mark("blatt-04", 2)])
    assert decision.outcome is Outcome.NOT_MET
    assert [condition.outcome for condition in decision.conditions] == [Outcome.MET, Outcome.NOT_MET]
    assert "blatt-03, blatt-04" in str(decision.conditions[1])


def test_a_sheet_in_no_block_is_named() -> None:
    rule = Rule(blocks=(("blatt-*",),))
    assert outside(rule, ["blatt-01", "probeblatt"]) == ["probeblatt"]
    assert outside(Rule(), ["probeblatt"]) == []


def test_it_is_open_while_a_human_may_still_decide() -> None:
    assert decide(Rule(), [mark("1", 4, undecided=2)]).outcome is Outcome.OPEN
    assert decide(Rule(), [mark("1", 2, undecided=2)]).outcome is Outcome.NOT_MET
    assert decide(Rule(), [mark("1", 5, undecided=2)]).outcome is Outcome.MET
    assert decide(Rule(share=0, sheets_to_spare=0), [mark("1", 4, undecided=2)]).outcome is Outcome.OPEN


def test_what_coming_late_costs_counts() -> None:
    assert passed(mark("1", 6, penalty=1), 0.5) is Outcome.MET
    assert passed(mark("1", 6, penalty=2), 0.5) is Outcome.NOT_MET


def test_the_configuration_becomes_the_rule() -> None:
    assert Admission().rule == Rule()
    config = Config({"Admission": {"share": 0.6, "sheets_to_spare": 2, "blocks": [["a*"], ["b1", "b2"]]}})
    assert Admission(config=config).rule == Rule(0.6, 0.5, 2, (("a*",), ("b1", "b2")))


@pytest.mark.parametrize(("name", "value"), [("share", 50), ("sheet_share", -0.1), ("sheets_to_spare", -1)])
def test_a_setting_without_meaning_is_refused(name: str, value: float) -> None:
    with pytest.raises(TraitError, match=name):
        Admission(config=Config({"Admission": {name: value}}))
