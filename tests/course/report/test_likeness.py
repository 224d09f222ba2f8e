"""Who is reported as alike: copies, however they are dressed up, and no two who worked on their own."""

import random

import pytest

from autograder.course.report.data import Cell
from autograder.course.report.view import alike, report_on
from tests.course.report.classes import cells, copied, hand_in, independent, sample_cells, school_class
from tests.numeric.right_answers import RIGHT


def found(written: dict[str, tuple[Cell, ...]]) -> list[tuple[str, str]]:
    made = school_class(*(hand_in(student, own) for student, own in sorted(written.items())))
    return [(pair.first, pair.second) for pair in alike(made)]


def made_class(count: int, seed: int) -> dict[str, tuple[Cell, ...]]:
    rng = random.Random(seed)
    return {f"s{k:03}": independent(rng) for k in range(count)}


@pytest.mark.parametrize(("count", "seed"), [(2, 1), (8, 2), (15, 3), (15, 4), (40, 5), (40, 6), (120, 7), (300, 8)])
def test_independent_hand_ins_are_not_reported(count, seed):
    """Of classes whose every answer is drawn from the same few right ones, no pair is reported."""
    assert found(made_class(count, seed)) == []


def test_sample_class_is_not_reported():
    """Fifteen honest students, most of whom have the sheet's own solution in places, are not alike."""
    assert found(sample_cells()) == []


@pytest.mark.parametrize(("count", "seed"), [(2, 1), (8, 2), (15, 3), (40, 5)])
def test_copy_in_other_words_is_reported(count, seed):
    """Other names, another order of functions, other comments: it stays a copy, and nobody else is named with it."""
    written = made_class(count, seed)
    written["z_copy"] = copied(written["s001"])
    assert found(written) == [("s001", "z_copy")]


def test_copy_in_the_sample_class_is_reported():
    """The one student of the sample class who went ways of his own is found again in a copy."""
    written = sample_cells()
    written["paul_peters"] = copied(written["bilal_baran"])
    assert found(written) == [("bilal_baran", "paul_peters")]


def test_three_who_share_are_three_pairs():
    """A group of three is reported as its three pairs."""
    written = made_class(20, 9)
    written |= {"x_second": copied(written["s004"]), "y_third": written["s004"]}
    assert sorted(found(written)) == [("s004", "x_second"), ("s004", "y_third"), ("x_second", "y_third")]


def test_short_obvious_functions_report_nobody():
    """Everybody writes sigmoid, predict and update in a line or two: alike, and no reason to name anybody."""
    short = cells({name: min(RIGHT[name].values(), key=len) for name in ("sigmoid", "predict", "update")})
    written = made_class(20, 10)
    written |= {"x_short": short, "y_short": short}
    assert ("x_short", "y_short") not in found(written)


def test_solution_of_the_sheet_reports_nobody():
    """Two with the very solution of the sheet share nothing that is their own."""
    solved = sample_cells()["anna_albrecht"]
    assert found({"x": solved, "y": solved}) == []


def test_places_and_excerpts_are_told():
    """A pair comes with the functions in which, and with both texts of the strangest one."""
    written = made_class(15, 11)
    written["z_copy"] = copied(written["s001"])
    (pair,) = report_on(school_class(*(hand_in(name, own) for name, own in written.items()))).pairs
    assert pair.share == pytest.approx(1)
    assert {"backward", "train"} & set(pair.places)
    assert pair.excerpt.place == pair.places[0]
    assert pair.excerpt.first
    assert pair.excerpt.second
