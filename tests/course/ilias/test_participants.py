"""The mapping file says who stands behind a hand-in, to programs, to Excel, and after any number of runs."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.participants import (
    COLUMNS,
    Group,
    Mapping,
    MappingError,
    Participant,
    mapping_path,
    read_mapping,
    write_mapping,
)

ANNA = Participant(4711, "aalbrecht", "Albrecht", "Anna", "Albrecht_Anna_aalbrecht_4711")
BILAL = Participant(4712, "bbaran", "Baran", "Bilal", "Baran_Bilal_bbaran_4712")
CLARA = Participant(None, "ccordes", "Cordes", "Clara")
SINGLE = Group(ANNA.folder, (ANNA,))
TEAM = Group("Team_1207", (BILAL, CLARA), 1207, "anonym-7f3a21")
HEAD = ";".join(COLUMNS)

names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
people = st.builds(Participant, st.none() | st.integers(1, 10**9), names, names, names, names)


def test_a_mapping_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = mapping_path(tmp_path, "blatt")
    write_mapping(path, Mapping((TEAM, SINGLE)))
    assert tuple(read_mapping(path)) == (SINGLE, TEAM)
    assert path == tmp_path / "collected" / "blatt" / "participants.csv"


@given(st.lists(people, min_size=1, max_size=4, unique_by=lambda one: one.usr_id), names.filter(bool))
def test_no_name_is_strange_enough_to_get_lost(tmp_path_factory: pytest.TempPathFactory, members, student) -> None:  # type: ignore[no-untyped-def]
    """Quotes, semicolons, line ends, formulas: all of them come back."""
    path = tmp_path_factory.mktemp("mapping") / "participants.csv"
    write_mapping(path, Mapping((Group(student, tuple(members), 7),)))
    (group,) = read_mapping(path)
    assert (group.student, group.team_id) == (student, 7)
    assert sorted(group.members, key=repr) == sorted(members, key=repr)


def test_the_same_groups_give_the_same_bytes_in_whatever_order(tmp_path: Path) -> None:
    write_mapping(tmp_path / "a", Mapping((TEAM, SINGLE)))
    turned = Group(TEAM.student, TEAM.members[::-1], TEAM.team_id, TEAM.pseudonym)
    write_mapping(tmp_path / "b", Mapping((SINGLE, turned)))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_excel_reads_no_name_as_a_formula(tmp_path: Path) -> None:
    write_mapping(tmp_path / "a", Mapping((Group("x", (Participant(1, "=1+1", "@SUM(A1)", "-2"),)),)))
    line = (tmp_path / "a").read_text(encoding="utf-8-sig").splitlines()[1]
    assert line == "x;;;1;'=1+1;'@SUM(A1);'-2;"


def test_nbgrader_knows_a_group_by_its_pseudonym_where_it_has_one() -> None:
    mapping = Mapping((SINGLE, TEAM))
    assert [group.nbgrader_student for group in mapping] == [ANNA.folder, "anonym-7f3a21"]
    assert mapping.anonymous
    assert not Mapping((SINGLE,)).anonymous
    assert mapping.of_student("anonym-7f3a21") == TEAM
    assert mapping.of_student("Team_1207") is None
    assert (mapping.of_user(4711), mapping.of_user(4712), mapping.of_team(1207)) == (SINGLE, TEAM, TEAM)


def test_where_there_is_no_file_nobody_is_mapped(tmp_path: Path) -> None:
    assert list(read_mapping(tmp_path / "none.csv")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a;b\r\n", "die erste Zeile muss student;pseudonym;"),
        (f"{HEAD}\r\nx;;;vier;a;b;c;d\r\n", "Zeile 2 ist nicht lesbar"),
        (f"{HEAD}\r\nx;;;4;a\r\n", "Zeile 2 ist nicht lesbar"),
        (f"{HEAD}\r\n;;;4;a;b;c;d\r\n", "Zeile 2 ist nicht lesbar"),
        (f"{HEAD}\r\nx;;;4;a;b;c;d;e\r\n", "Zeile 2 ist nicht lesbar"),
        (f"{HEAD}\r\nx;;7;4;a;b;c;d\r\nx;;8;5;a;b;c;d\r\n", "Zeile 3 widerspricht einer früheren zu x"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "participants.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as refused:
        read_mapping(path)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("ä".encode("cp1252"))
    with pytest.raises(MappingError, match="UTF-8"):
        read_mapping(tmp_path / "a")
