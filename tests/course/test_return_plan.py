"""What is returned to whom, on plain data: fan-out, statuses, lists, and zips read as ILIAS reads them."""

import io
import zipfile
from pathlib import Path

import pytest

from autograder.course.archive import write_zip
from autograder.course.ilias.feedback_zip import folder_of
from autograder.course.ilias.returning import Plan, ReturnError
from autograder.course.marks import Mark, TaskMark
from autograder.course.participants import Group, Mapping, Participant
from autograder.course.recipients import deliver
from autograder.course.spreadsheet import csv_for_excel, csv_for_programs, xlsx
from autograder.course.verdicts import Policy, Status, comment
from tests.course import ilias_import

ANNA = Participant(11, "anna", "Ünal", "Anna", "Uenal_Anna_anna_11")
BERT = Participant(12, "bert_2", "von Berg", "Bert", "von Berg_Bert_bert_2_12")
CARL = Participant(13, "carl", "Öz", "Carl", "Oez_Carl_carl_13")
NOBODY: dict[str, Participant] = {}
POLICY = Policy()
DORA = Participant(None, "dora_12", "Döring", "Dora")


def mark(student: str, points: float, *, undecided: float = 0, penalty: float = 0, handed_in: bool = True) -> Mark:
    tasks = [TaskMark("1a_beweis", "proof", points, 6 - undecided), TaskMark("2_netz", "net", 0, 4)]
    if undecided:
        tasks.append(TaskMark("2_netz", "open", 0, undecided, undecided=True))
    return Mark(student, "blatt", tuple(tasks), penalty, handed_in)


NOTHING = mark("", 0, handed_in=False)


def single(*people: Participant) -> Mapping:
    return Mapping(tuple(Group(one.login, (one,)) for one in people))


def plan(
    mapping: Mapping, *marks: Mark, policy: Policy | None = None, people: dict[str, Participant] | None = None
) -> Plan:
    return Plan("blatt", tuple(deliver(marks, NOTHING, mapping, people or {})), policy or Policy())


def feedback(*students: str) -> dict[str, dict[str, bytes | Path]]:
    return {student: {"Rueckmeldung.zip": student.encode()} for student in students}


def written(tmp_path: Path, files: dict[str, bytes | Path]) -> Path:
    path = tmp_path / "made.zip"
    write_zip(path, files)
    return path


@pytest.mark.parametrize("release", [7, 8, 9, 10])
def test_everyone_gets_the_feedback_on_their_own_hand_in(tmp_path: Path, release: int) -> None:
    made = plan(single(ANNA, BERT, CARL), mark("anna", 5), mark("bert_2", 4))
    path = written(tmp_path, made.multi_feedback(feedback("anna", "bert_2")))
    taken = ilias_import.multi_feedback(path, {11, 12, 13}, release=release)
    assert taken == {11: {"Rueckmeldung.zip": b"anna"}, 12: {"Rueckmeldung.zip": b"bert_2"}}
    path = written(tmp_path, made.plugin_feedback(feedback("anna", "bert_2")))
    assert ilias_import.plugin_feedback(path, {}) == taken


def test_of_a_team_every_member_gets_it_also_who_uploaded_nothing(tmp_path: Path) -> None:
    """ILIAS itself takes no zip for teams: a folder for each member is for the tutor, and never for user 12."""
    mapping = Mapping((Group("team-7", (ANNA, DORA), team_id=7), Group("team-8", (BERT, CARL), team_id=8)))
    made = plan(mapping, mark("team-7", 6), mark("team-8", 3))
    files = made.multi_feedback(feedback("team-7", "team-8"))
    assert {name.split("/")[1]: content for name, content in files.items()} == {
        "Uenal_Anna_anna_11": b"team-7",
        "Doering_Dora_dora_12_0": b"team-7",
        "von Berg_Bert_bert_2_12": b"team-8",
        "Oez_Carl_carl_13": b"team-8",
    }
    taken = ilias_import.plugin_feedback(
        written(tmp_path, made.plugin_feedback(feedback("team-7", "team-8"))), {7: {11, 19}, 8: {12, 13}}
    )
    assert {user: files["Rueckmeldung.zip"] for user, files in taken.items()} == {
        11: b"team-7",
        19: b"team-7",
        12: b"team-8",
        13: b"team-8",
    }
    title, rows = made.status()
    assert title == "teams"
    updates = ilias_import.status(xlsx(title, rows), teams=True)
    assert {team: (data["status"], data["mark"], data["logins"]) for team, data in updates.items()} == {
        7: ("passed", "6", "dora_12, anna"),
        8: ("failed", "3", "carl, bert_2"),
    }
    assert made.by_hand == []


@pytest.mark.parametrize("write", [csv_for_excel, lambda rows: xlsx("members", rows)])
def test_the_status_file_says_who_passed_with_how_many_points(write) -> None:
    made = plan(single(ANNA, BERT, CARL), mark("anna", 5.5, penalty=0.25), mark("bert_2", 4.5), mark("carl", 0))
    updates = ilias_import.status(write(made.status()[1]), teams=False)
    assert {user: (data["status"], data["mark"]) for user, data in updates.items()} == {
        11: ("passed", "5,25"),
        12: ("failed", "4,5"),
        13: ("failed", "0"),
    }
    assert updates[11]["comment"] == "5,25 von 10 Punkten; 1a 5,5/6; 2 0/4; Verspätung: −0,25"
    assert updates[11]["lastname"] == "Ünal"


def test_what_a_human_has_still_to_look_at_stays_here() -> None:
    marks = mark("anna", 5), mark("bert_2", 5, undecided=1)
    made = plan(single(ANNA, BERT), *marks)
    assert (made.hand_ins, made.held_back) == (["anna"], ["bert_2"])
    assert set(ilias_import.status(xlsx(*made.status()), teams=False)) == {11}
    assert "bert_2" not in {content.decode() for content in made.multi_feedback(feedback("anna", "bert_2")).values()}
    line = next(row for row in made.marks_list() if row[2] == "bert_2")
    assert line[4:7] == ("", "10", "nicht bewertet")
    assert line[-1] == "noch anzusehen: open"


def test_unless_provisional_marks_are_wanted() -> None:
    made = plan(single(BERT), mark("bert_2", 5, undecided=1), policy=Policy(provisional=True))
    assert (made.hand_ins, made.held_back) == (["bert_2"], [])
    (data,) = ilias_import.status(xlsx(*made.status()), teams=False).values()
    assert (data["status"], data["mark"]) == ("passed", "5")
    assert data["comment"].endswith("; vorläufig")


def test_who_handed_in_nothing_is_in_the_lists_and_not_updated() -> None:
    made = plan(single(ANNA, CARL), mark("anna", 5))
    assert [one.person for one in made.absent] == [CARL]
    assert set(ilias_import.status(xlsx(*made.status()), teams=False)) == {11}
    assert [row[-1] for row in made.marks_list() if row[2] == "carl"] == ["keine Abgabe"]
    assert [row[5] for row in made.status()[1]] == ["status", "notgraded", "passed"]


def test_a_hand_in_that_is_not_in_the_mapping_is_in_the_marks_list_only() -> None:
    made = plan(
        single(ANNA), mark("anna", 5), mark("gast", 7), people={"gast": Participant(None, "gast", "Gast", "G.")}
    )
    assert [one.person.login for one in made.by_hand] == ["gast"]
    assert set(ilias_import.status(xlsx(*made.status()), teams=False)) == {11}
    assert [row[4] for row in made.marks_list() if row[2] == "gast"] == ["7"]
    assert len(made.multi_feedback(feedback("anna", "gast"))) == 1


def test_without_a_mapping_nbgraders_own_number_of_the_student_counts() -> None:
    made = plan(Mapping(), mark("anna", 5), people={"anna": ANNA})
    assert set(ilias_import.status(xlsx(*made.status()), teams=False)) == {11}
    assert made.by_hand == []


def test_a_student_of_another_sheets_teams_is_nobody_here() -> None:
    made = plan(single(ANNA), mark("anna", 5), mark("team-99", 0, handed_in=False), people={"team-99": DORA})
    assert [one.person for one in made.deliveries] == [ANNA]


def test_nobody_gets_the_marks_of_two_hand_ins() -> None:
    mapping = Mapping((Group("anna", (ANNA,)), Group("team-7", (ANNA, BERT), team_id=7)))
    with pytest.raises(ReturnError, match="11: anna, team-7"):
        plan(mapping, mark("anna", 5), mark("team-7", 6))


def test_pseudonyms_reach_their_people_and_are_told_to_nobody() -> None:
    mapping = Mapping((Group("anna", (ANNA,), pseudonym="rotkehlchen"), Group("bert_2", (BERT,), pseudonym="amsel")))
    made = plan(mapping, mark("rotkehlchen", 5), mark("amsel", 2))
    updates = ilias_import.status(xlsx(*made.status()), teams=False)
    assert {user: data["mark"] for user, data in updates.items()} == {11: "5", 12: "2"}
    files = made.multi_feedback(feedback("rotkehlchen", "amsel"))
    assert {name.split("_")[-1]: content for name, content in files.items()}
    told = " ".join([*files, *(str(row) for row in (*made.status()[1], *made.marks_list()))])
    assert "rotkehlchen" not in told
    assert "amsel" not in told


def test_the_marks_list_has_a_column_for_each_notebook_and_commas() -> None:
    heads, line = plan(single(ANNA), mark("anna", 4.5)).marks_list()
    expected = ["Nachname", "Vorname", "Anmeldename", "Team", "Punkte", "von", "Status", "1a", "2", "Bemerkung"]
    assert list(heads) == expected
    assert line[:9] == ("Ünal", "Anna", "anna", None, "4,5", "10", "nicht bestanden", "4,5", "0")


def test_a_comment_keeps_names_whole_where_short_ones_are_the_same() -> None:
    tasks = (TaskMark("1_a", "x", 1, 2), TaskMark("1_b", "x", 2, 2), TaskMark("0_intro", "x", 0, 0))
    assert comment(Mark("anna", "blatt", tasks)) == "3 von 4 Punkten; 1_a 1/2; 1_b 2/2"


def test_states_are_what_the_plugin_knows() -> None:
    assert {state.value for state in Status} == ilias_import.STATES


@pytest.mark.parametrize(
    ("person", "folder"),
    [
        (ANNA, "Uenal_Anna_anna_11"),
        (Participant(5, "x", "Ä/Ö", "..", "elsewhere_6"), "Ae_Oe_x_x_5"),
        (Participant(5, "é@b.de", "Ng\N{LATIN SMALL LETTER U WITH HORN}", "=1", "../../a_5"), "Ng___=1_e@b.de_5"),
        (Participant(5, "a\n", ".Dot", "B", ".Dot_B_5"), "Dot_B_a__5"),
        (Participant(5), "x_x_x_5"),
    ],
)
def test_a_folder_is_one_visible_part_of_a_path_and_ends_with_the_users_number(
    person: Participant, folder: str
) -> None:
    assert folder_of(person) == folder


def test_names_do_not_become_formulas() -> None:
    rows = [("=1+1", "-2", "@x", "+49", "a=b", -1.5, None)]
    assert csv_for_excel(rows).decode("utf-8-sig") == "'=1+1;'-2;'@x;'+49;a=b;-1.5;\r\n"
    assert csv_for_programs(rows) == b"'=1+1,'-2,'@x,'+49,a=b,-1.5,\r\n"
    with zipfile.ZipFile(io.BytesIO(xlsx("t", rows))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_a_workbook_does_not_tell_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = xlsx("t", [("a", 1)])
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert xlsx("t", [("a", 1)]) == first
