"""Whose hand-in is which: people, teams, what only a human can decide, and what earlier runs decided."""

import io
import re
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from autograder.course.ilias.download import survey
from autograder.course.ilias.listing import read_list
from autograder.course.ilias.planning import Known, Plan, PlanError, plan
from autograder.course.participants import Group, Mapping, Participant
from tests.course.ilias.ilias_zip import Exercise, Person, Upload

ANNA = Person("Albrecht", "Anna", "aa", 11)
BEN = Person("Bär_Öz", "Ben", "b_e.n@uni", 12)
CLARA = Person("Cordes", "Clara", "cc", 13)
DENIZ = Person("Demir", "Deniz", "dd", 14)
FILES = [("x.ipynb", b"1")]


def planned(
    exercise: Exercise,
    known: Known | None = None,
    taken: dict[str, str] | None = None,
    *,
    listed: bool = True,
    anonymous: bool = False,
) -> Plan:
    with zipfile.ZipFile(io.BytesIO(exercise.download())) as archive:
        download = survey(archive)
    rows = read_list(io.BytesIO(exercise.listing()), ZoneInfo("Europe/Berlin")) if listed else None
    return plan(download, rows, known or Known(), taken or {}, anonymous=anonymous)


def after(before: Plan) -> Known:
    """Return what a run leaves to the next one."""
    return Known(before.mapping, (), before.answers)


def test_a_person_is_known_by_folder_and_list() -> None:
    (one,) = planned(Exercise(uploads=[Upload(BEN, FILES)])).hand_ins
    person = Participant(12, "b_e.n@uni", "Bär_Öz", "Ben", "Baer_Oez_Ben_b_e.n@uni_12")
    assert one.group == Group("Baer_Oez_Ben_b_e.n@uni_12", (person,))
    assert one.time == datetime(2026, 11, 19, 17, 30, tzinfo=UTC)
    assert one.doubts == ()


def test_without_a_list_the_folder_and_its_number_are_all_there_is() -> None:
    found = planned(Exercise(uploads=[Upload(BEN, FILES)]), listed=False)
    assert found.hand_ins[0].group.members == (Participant(12, folder="Baer_Oez_Ben_b_e.n@uni_12"),)
    assert "Ohne die Excel-Liste" in found.doubts[0]


def test_a_team_is_one_student_with_all_its_members() -> None:
    found = planned(Exercise(uploads=[Upload(ANNA, FILES, team=7)], idle={7: [CLARA]}))
    (one,) = found.hand_ins
    assert (one.group.student, one.group.team_id) == ("Team_7", 7)
    assert [(member.usr_id, member.login) for member in one.group.members] == [(11, "aa"), (None, "cc")]


def test_a_member_who_uploaded_nothing_is_known_by_number_from_another_sheet() -> None:
    earlier = planned(Exercise(uploads=[Upload(CLARA, FILES)]))
    known = Known(Mapping(), (earlier.mapping,))
    found = planned(Exercise(uploads=[Upload(ANNA, FILES, team=7)], idle={7: [CLARA]}), known)
    assert [member.usr_id for member in found.hand_ins[0].group.members] == [11, 13]


def test_the_latest_time_of_its_members_is_the_teams() -> None:
    uploads = [
        Upload(ANNA, FILES, team=7, time="2026-11-01 12:00:00"),
        Upload(CLARA, FILES, team=7, time="2026-11-02 12:00:00"),
    ]
    assert planned(Exercise(uploads=uploads)).hand_ins[0].time == datetime(2026, 11, 2, 11, tzinfo=UTC)


def test_two_who_uploaded_different_files_are_a_question() -> None:
    exercise = Exercise(uploads=[Upload(ANNA, FILES, team=7), Upload(CLARA, [("x.ipynb", b"2")], team=7)])
    (one,) = planned(exercise).hand_ins
    assert one.folders == ()
    assert "--take 7=aa / --take 7=cc / --take 7=all" in one.question


@pytest.mark.parametrize(
    ("taken", "users"),
    [({"7": "cc"}, [13]), ({"Team 7": "13"}, [13]), ({"*": "all"}, [11, 13]), ({"*": "all", "7": "aa"}, [11])],
)
def test_an_answer_decides_and_holds_as_long_as_nothing_changes(taken: dict[str, str], users: list[int]) -> None:
    uploads = [Upload(ANNA, FILES, team=7), Upload(CLARA, [("x.ipynb", b"2")], team=7)]
    first = planned(Exercise(uploads=uploads), taken=taken)
    assert [folder.usr_id for folder in first.hand_ins[0].folders] == users
    again = planned(Exercise(uploads=uploads), after(first))
    assert [folder.usr_id for folder in again.hand_ins[0].folders] == users
    changed = [uploads[0], Upload(CLARA, [("x.ipynb", b"3")], team=7)]
    assert planned(Exercise(uploads=changed), after(first)).hand_ins[0].question


def test_two_who_uploaded_the_same_are_no_question() -> None:
    (one,) = planned(Exercise(uploads=[Upload(ANNA, FILES, team=7), Upload(CLARA, FILES, team=7)])).hand_ins
    assert not one.question
    assert len(one.folders) == 1


@pytest.mark.parametrize(
    ("taken", "said"), [({"8": "aa"}, "--take 8: .* wohl aber 7"), ({"7": "dd"}, "wohl aber Albrecht_Anna_aa_11")]
)
def test_an_answer_that_fits_nothing_is_refused(taken: dict[str, str], said: str) -> None:
    exercise = Exercise(uploads=[Upload(ANNA, FILES, team=7), Upload(CLARA, [("x.ipynb", b"2")], team=7)])
    with pytest.raises(PlanError, match=said):
        planned(exercise, taken=taken)


def test_a_list_of_another_sheet_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(Exercise(uploads=[Upload(ANNA, FILES)]).download())) as archive:
        download = survey(archive)
    rows = read_list(io.BytesIO(Exercise(uploads=[Upload(CLARA, FILES)]).listing()), ZoneInfo("UTC"))
    with pytest.raises(PlanError, match="verschiedenen Blättern"):
        plan(download, rows, Known(), {}, anonymous=False)


def test_where_list_and_zip_differ_it_is_told() -> None:
    exercise = Exercise(uploads=[Upload(ANNA, FILES), Upload(CLARA, [("a.ipynb", b""), ("weg.pdf", b"")])])
    rows = read_list(io.BytesIO(exercise.listing()), ZoneInfo("UTC"))
    other = Exercise(uploads=[Upload(CLARA, [("a.ipynb", b"")]), Upload(DENIZ, FILES)])
    with zipfile.ZipFile(io.BytesIO(other.download())) as archive:
        found = plan(survey(archive), rows, Known(), {}, anonymous=False)
    doubts = {one.group.student: one.doubts for one in found.hand_ins}
    assert doubts["Cordes_Clara_cc_13"] == ("Die Excel-Liste nennt Dateien, die im Zip fehlen: weg.pdf",)
    assert doubts["Demir_Deniz_dd_14"] == ("Demir_Deniz_dd_14 steht nicht in der Excel-Liste.",)
    assert [group.members[0].login for group in found.absent] == ["aa"]


def test_a_late_file_without_a_time_is_told() -> None:
    exercise = Exercise(uploads=[Upload(ANNA, FILES, late=frozenset({0}))])
    (one,) = planned(exercise, listed=False).hand_ins
    assert "verspätet" in one.doubts[0]
    assert planned(exercise).hand_ins[0].doubts == ()


def test_a_person_keeps_their_student_when_the_list_comes_later_or_names_change() -> None:
    first = planned(Exercise(uploads=[Upload(ANNA, FILES)]), listed=False)
    married = Person("Zimmer", "Anna", "aa", 11)
    (one,) = planned(Exercise(uploads=[Upload(married, FILES)]), after(first)).hand_ins
    assert one.group.student == "Albrecht_Anna_aa_11"
    assert one.group.members[0].last_name == "Zimmer"


def test_without_the_list_members_known_before_stay_in_their_team() -> None:
    exercise = Exercise(uploads=[Upload(ANNA, FILES, team=7)], idle={7: [CLARA]})
    first = planned(exercise)
    (one,) = planned(exercise, after(first), listed=False).hand_ins
    assert one.group.members == first.hand_ins[0].group.members


def test_pseudonyms_say_nothing_and_stay() -> None:
    exercise = Exercise(uploads=[Upload(ANNA, FILES), Upload(BEN, FILES, team=7)])
    first = planned(exercise, anonymous=True)
    pseudonyms = [one.group.pseudonym for one in first.hand_ins]
    assert len(set(pseudonyms)) == 2
    assert all(re.fullmatch("anonym-[0-9a-f]{6}", pseudonym) for pseudonym in pseudonyms)
    again = planned(exercise, after(first), anonymous=True)
    assert [one.group.pseudonym for one in again.hand_ins] == pseudonyms
    other = planned(exercise, Known(Mapping(), (first.mapping,)), anonymous=True)
    assert [one.group.pseudonym in pseudonyms for one in other.hand_ins] == [True, False]  # teams change


@pytest.mark.parametrize("anonymous", [True, False])
def test_names_and_pseudonyms_are_not_mixed(anonymous: bool) -> None:
    exercise = Exercise(uploads=[Upload(ANNA, FILES)])
    first = planned(exercise, anonymous=not anonymous)
    with pytest.raises(PlanError, match="--anonymous"):
        planned(exercise, after(first), anonymous=anonymous)


STRANGE = [
    Person("../../x", "*", "[a]", 1),
    Person("L" * 90, "F" * 90, "l" * 40, 2),
    Person(".", "-", "日本", 3),
    Person(" A", "B ", "ab", 4),
]


@pytest.mark.parametrize("person", STRANGE)
def test_any_name_becomes_one_that_nbgrader_takes(person: Person) -> None:
    (one,) = planned(Exercise(uploads=[Upload(person, FILES)])).hand_ins
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._@-]{0,99}", one.group.student)
    assert one.group.student.endswith(f"_{person.usr_id}")
    assert one.time is not None
