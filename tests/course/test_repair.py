"""Cells of a hand-in are set right against the release."""

import copy

import pytest
from nbformat import NotebookNode, v4

from autograder.grading.repair import repair
from tests.course.tiny_course import cell, notebook

RELEASE = notebook(
    cell("setup", "import math"),
    cell("f_code", "def f():\n    raise NotImplementedError()", solution=True),
    cell("f_test", "f()", points=2),
    cell("g_code", "def g():\n    raise NotImplementedError()", solution=True),
    cell("g_test", "g()", points=1),
)
ANSWER = "def f():\n    return 1"


def handed_in(*names: str) -> NotebookNode:
    """Return a notebook with the release's cells of these names, the way a submission is read."""
    cells = {each.id: each for each in copy.deepcopy(RELEASE).cells}
    chosen = [copy.deepcopy(cells[name]) for name in names]
    for each in chosen:
        each.metadata = {"nbgrader": {"grade_id": each.id}}
        if each.id == "f_code":
            each.source = ANSWER
    made = v4.new_notebook()
    made.cells = chosen  # with copied ids, which new_notebook would tell apart
    return made


ALL = ("setup", "f_code", "f_test", "g_code", "g_test")


def names(done: NotebookNode) -> list[str]:
    return [each.metadata.get("nbgrader", {}).get("grade_id", "-") for each in done.cells]


def test_an_ordinary_hand_in_gets_back_its_metadata_and_no_note() -> None:
    done = handed_in(*ALL)
    assert repair(done, RELEASE) == []
    assert names(done) == list(ALL)
    assert done.cells[2].metadata.nbgrader == RELEASE.cells[3].metadata.nbgrader
    assert done.metadata.kernelspec.name == "python3"


def test_a_cell_is_recognised_by_its_id_without_metadata() -> None:
    done = handed_in(*ALL)
    for each in done.cells:
        each.metadata = {}
    assert repair(done, RELEASE) == []
    assert names(done) == list(ALL)


@pytest.mark.parametrize("missing", ["setup", "f_test", "g_test"])
def test_a_missing_locked_cell_comes_back_in_its_place(missing: str) -> None:
    done = handed_in(*(name for name in ALL if name != missing))
    assert repair(done, RELEASE) == [f"Die Zelle {missing} fehlte und wurde wieder eingesetzt."]
    assert names(done) == list(ALL)


def test_a_missing_solution_stays_missing_and_its_test_follows_everything_else() -> None:
    done = handed_in("setup", "g_code", "g_test")
    done.cells.append(v4.new_code_cell("f = lambda: 1"))
    notes = repair(done, RELEASE)
    assert notes == ["Die Zelle f_code fehlt.", "Die Zelle f_test fehlte und wurde wieder eingesetzt."]
    assert names(done) == ["setup", "g_code", "g_test", "-", "f_test"]


def test_an_edited_test_is_restored_and_reformatting_is_not_worth_a_note() -> None:
    done = handed_in(*ALL)
    done.cells[2].source, done.cells[4].source = "2", " g()\n"
    assert repair(done, RELEASE) == ["Die Zelle f_test war verändert; es zählt die ausgeteilte."]
    assert [done.cells[2].source, done.cells[4].source] == ["f()", "g()"]


def test_of_copies_the_last_that_is_not_empty_counts_and_an_empty_one_does_not_undo_it() -> None:
    done = handed_in("setup", "f_code", "f_code", "f_test", "f_code", "g_code", "g_test")
    done.cells[1].source = "def f():\n    return 0"
    done.cells[4].source = RELEASE.cells[2].source
    assert repair(done, RELEASE) == ["Die Zelle f_code gibt es 3-mal; es zählt die letzte, die nicht leer ist."]
    assert names(done) == ["setup", "-", "f_code", "f_test", "g_code", "g_test"]
    assert done.cells[2].source == ANSWER


def test_a_changed_kind_of_cell_is_changed_back() -> None:
    done = handed_in(*ALL)
    made = v4.new_markdown_cell(ANSWER, id="f_code")
    made.metadata["nbgrader"] = {"grade_id": "f_code"}
    done.cells[1] = made
    repair(done, RELEASE)
    assert (done.cells[1].cell_type, done.cells[1].source, done.cells[1].outputs) == ("code", ANSWER, [])


def test_made_up_cells_lose_their_metadata_and_stay() -> None:
    done = handed_in(*ALL)
    done.cells.append(cell("bonus", "100", points=100))
    assert repair(done, RELEASE) == []
    assert names(done) == [*ALL, "-"]


def test_an_alien_notebook_gets_all_tests() -> None:
    done = v4.new_notebook(cells=[v4.new_code_cell("print(1)")])
    assert len(repair(done, RELEASE)) == 5
    assert names(done) == ["setup", "-", "f_test", "g_test"]


def test_swapped_ids_are_seen_through() -> None:
    done = handed_in(*ALL)
    f, g = done.cells[1], done.cells[3]
    f.id, g.id, f.metadata, g.metadata = g.id, f.id, g.metadata, f.metadata
    assert repair(done, RELEASE) == []
    assert names(done) == list(ALL)
    assert done.cells[1].source == ANSWER


def test_the_order_of_the_release_comes_back_and_own_cells_stay_below_theirs() -> None:
    done = handed_in("g_test", "g_code", "f_test", "f_code", "setup")
    done.cells.insert(4, v4.new_code_cell("mine = 1"))
    assert repair(done, RELEASE) == [
        "Die Zellen standen in anderer Reihenfolge; ausgeführt wurden sie in der ausgeteilten."
    ]
    assert names(done) == ["setup", "f_code", "-", "f_test", "g_code", "g_test"]


def test_a_cell_that_was_split_is_joined_and_an_answer_beside_scribbles_is_not() -> None:
    done = handed_in("setup", "f_code", "f_code", "f_test", "g_code", "g_test")
    done.cells[1].source, done.cells[2].source = "def f():", "    return 1"
    assert repair(done, RELEASE) == ["Die Zelle f_code war in 2 Teile geteilt und wurde zusammengefügt."]
    assert done.cells[1].source == ANSWER
    done = handed_in("setup", "f_code", "f_code", "f_test", "g_code", "g_test")
    done.cells[1].source = "Das hier ist nur eine Notiz"
    repair(done, RELEASE)
    assert done.cells[2].source == ANSWER


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_typed_into_a_cell_of_another_kind_counts(kind: str) -> None:
    done = handed_in(*ALL)
    done.cells[1].source = RELEASE.cells[2].source
    typed = {"markdown": v4.new_markdown_cell, "raw": v4.new_raw_cell}[kind](f"```python\n{ANSWER}\n```")
    done.cells.insert(1, typed)
    assert "Die Zelle f_code war keine Code-Zelle mehr; sie zählt trotzdem." in repair(done, RELEASE)
    assert names(done) == list(ALL)
    assert (done.cells[1].cell_type, done.cells[1].source) == ("code", ANSWER)


def test_empty_cells_of_ones_own_go() -> None:
    done = handed_in(*ALL)
    done.cells[2:2] = [v4.new_code_cell(""), v4.new_markdown_cell(" \n")]
    assert repair(done, RELEASE) == []
    assert names(done) == list(ALL)


# ------------------------------------------------------------------------------------------------ magics

PROOF = notebook(
    cell("proof_code", "%%derivation 1a\n## Hier steht sie", solution=True),
    cell("proof_test", "1", points=2),
)
CHAIN = "Derivative(sigma(z), z)\n= sigma(z)*(1 - sigma(z))  # Algebra"


def proof(source: str, *, grade_id: str | None = "proof_code") -> NotebookNode:
    done = v4.new_notebook(cells=[v4.new_code_cell(source), v4.new_code_cell("1", id="proof_test")])
    if grade_id is not None:
        done.cells[0].metadata["nbgrader"] = {"grade_id": grade_id}
    return done


@pytest.mark.parametrize(
    "first",
    [
        "%% derivation 1a", "%%Derivation 1a", "%%DERIVATION  1A", "%derivation 1a", "%%%derivation 1a",
        "% derivation 1a",
        "%%derivaton 1a", "%%derivations 1a", "%%derivation 1b", "%%derivation", " %% derivation 1a  # mein Beweis",
    ],
)  # fmt: skip
def test_a_misspelt_magic_is_set_right(first: str) -> None:
    done = proof(f"{first}\n{CHAIN}")
    assert repair(done, PROOF) == ["Die erste Zeile der Zelle proof_code wurde berichtigt: %%derivation 1a"]
    assert done.cells[0].source == f"%%derivation 1a\n{CHAIN}"


def test_a_magic_that_was_deleted_comes_back_and_a_comment_goes_below_it() -> None:
    done = proof(CHAIN)
    repair(done, PROOF)
    assert done.cells[0].source == f"%%derivation 1a\n{CHAIN}"
    done = proof(f"# mein Beweis\n\n%%derivation 1a\n{CHAIN}")
    repair(done, PROOF)
    assert done.cells[0].source == f"%%derivation 1a\n## mein Beweis\n{CHAIN}"


@pytest.mark.parametrize(
    "source",
    [f"%%derivation 1a\n{CHAIN}", f"%%derivation 1a  # so\n{CHAIN}", 'derivation_1a = derivation("1a", [])', ""],
)
def test_a_magic_that_is_right_or_not_meant_stays(source: str) -> None:
    done = proof(source)
    assert repair(done, PROOF) == []
    assert done.cells[0].source == source


def test_a_derivation_without_metadata_is_recognised_by_its_magic() -> None:
    done = proof(f"%% derivation 1a\n{CHAIN}", grade_id=None)
    repair(done, PROOF)
    assert names(done) == ["proof_code", "proof_test"]


def test_a_derivation_that_was_split_is_joined() -> None:
    first, second = f"%%derivation 1a\n{CHAIN}".rsplit("\n", 1)
    done = proof(first)
    done.cells.insert(1, proof(second).cells[0])
    assert repair(done, PROOF) == ["Die Zelle proof_code war in 2 Teile geteilt und wurde zusammengefügt."]
    assert done.cells[0].source == f"%%derivation 1a\n{CHAIN}"
