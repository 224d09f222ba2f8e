"""``autograder``: reads like the work it does, tells before it writes, completes in the shell, fails in a line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.cli import main
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer

COMMAND = [sys.executable, "-m", "autograder.course.cli"]
STEPS = ["release", "collect", "grade", "report", "return"]


def autograder(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=root, check=False, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def graded(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course with one hand-in, graded."""
    root = Path(shutil.copytree(released, tmp_path_factory.mktemp("graded once") / "course"))
    answer(root, "anna", CORRECT)
    assert autograder(root, "grade").returncode == 0
    return root


@pytest.fixture
def graded_once(graded: Path, tmp_path: Path) -> Path:
    """Return the graded course for one's own."""
    return Path(shutil.copytree(graded, tmp_path / "course"))


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def help_of(capsys: pytest.CaptureFixture[str], *step: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*step, "--help"])
    assert ended.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_help_reads_like_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    told = help_of(capsys)
    places = [told.index(f" {step} ") for step in STEPS]
    assert places == sorted(places)


@pytest.mark.parametrize("step", STEPS)
def test_each_step_says_what_of_nbgrader_it_stands_on_and_has_a_dry_run(
    step: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = help_of(capsys, step)
    assert "nbgrader" in told
    assert "--dry-run" in told


def test_help_answers_at_once(tmp_path: Path) -> None:
    """Nothing heavy is imported for it."""
    code = (
        "import sys; from autograder.course.cli import _parser; _parser().format_help();"
        "print(sorted({'numpy', 'sympy', 'nbgrader', 'shtab', 'openpyxl', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_step_does_without_what_takes_long_to_import_and_no_notebook_needs(graded_once: Path) -> None:
    code = (
        "import sys; from autograder.course.cli import main; main(['grade', '--dry-run']);"
        "import jsonschema; print(sorted(name for name in sys.modules if name.startswith('rfc3987_syntax.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=graded_once, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_dry_release_tells_what_would_change_and_changes_nothing(fresh: Path) -> None:
    source = fresh / "source" / ASSIGNMENT
    (source / "hinweise.txt").write_text("Noch mehr Erfolg!\n", encoding="utf-8")
    (source / "neu.txt").write_text("neu", encoding="utf-8")
    before = contents(fresh)
    done = autograder(fresh, "release", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert contents(fresh) == before
    assert done.stdout.split("\n")[1:4] == [
        "  neu: blatt.zip, blatt/neu.txt",
        "  geändert: blatt/hinweise.txt",
        "  unverändert: blatt/beweis.ipynb, blatt/rechnen.ipynb, blatt/requirements.txt",
    ]
    autograder(fresh, "release")
    _heading, unchanged = autograder(fresh, "release", "--dry-run").stdout.splitlines()
    assert unchanged.startswith("  unverändert: blatt.zip, blatt/beweis.ipynb, blatt/hinweise.txt, blatt/neu.txt")


def test_a_dry_release_is_refused_where_the_release_would_be(fresh: Path) -> None:
    (fresh / "source" / ASSIGNMENT / "requirements.txt").write_text("numpy\n", encoding="utf-8")
    before = contents(fresh)
    done = autograder(fresh, "release", "--dry-run")
    assert done.returncode == 1
    assert "requirements.txt muss" in done.stderr
    assert contents(fresh) == before


def test_a_dry_run_of_grading_tells_what_would_run_and_changes_nothing(graded_once: Path) -> None:
    """What another hand-in has done is known by its contents."""
    answer(graded_once, "bert", CORRECT)
    answer(graded_once, "anna", CORRECT | {"square_code": "def square(x):\n    return x**2"})
    (graded_once / "submitted" / "carl" / ASSIGNMENT).mkdir(parents=True)
    before = contents(graded_once)
    done = autograder(graded_once, "grade", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert contents(graded_once) == before
    assert done.stdout.split("\n")[1:] == [
        "anna: auszuführen: rechnen",
        "bert: nichts auszuführen; Punkte und Rückmeldung entstehen aus dem, was aufgehoben ist",
        "carl: kein Notebook abgegeben.",
        "3 Abgaben: 1 von 4 Notebooks sind auszuführen.",
        "",
    ]


def test_a_hand_in_of_which_nothing_has_changed_is_told_so(graded_once: Path) -> None:
    assert "anna: nichts hat sich geändert" in autograder(graded_once, "grade", "--dry-run").stdout
    assert "anna: auszuführen: beweis, rechnen" in autograder(graded_once, "grade", "--dry-run", "--fresh").stdout
    shutil.rmtree(graded_once / "feedback")
    done = autograder(graded_once, "grade", "--dry-run")
    assert "anna: nichts auszuführen; Punkte und Rückmeldung entstehen" in done.stdout


def test_a_dry_run_is_about_those_only_that_are_meant(graded_once: Path) -> None:
    assert "0 Abgaben" in autograder(graded_once, "grade", "--dry-run", "--only", "changed").stdout
    answer(graded_once, "bert", CORRECT | {"half_code": "def half(x):\n    return x * 0.5"})
    said = autograder(graded_once, "grade", "--dry-run", "--only", "changed").stdout
    assert said.split("\n")[1:3] == [
        "bert: auszuführen: beweis",
        "1 Abgaben: 1 von 2 Notebooks sind auszuführen.",
    ]


def completed(script: str, root: Path, *words: str) -> set[str]:
    """Return what bash offers for the last of ``words``."""
    ask = (
        'eval "$SCRIPT"; COMP_WORDS=(autograder "$@"); COMP_CWORD=$#; COMP_LINE="${COMP_WORDS[*]}"; '
        'COMP_POINT=${#COMP_LINE}; _shtab_autograder; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    environment = {**os.environ, "SCRIPT": script}
    done = subprocess.run(
        ["bash", "-c", ask, "bash", *words], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split("\n")) - {""}


def test_bash_completes_steps_options_sheets_hand_ins_and_files(tmp_path: Path) -> None:
    script = autograder(tmp_path, "--print-completion", "bash").stdout
    for folder in ("source/blatt-1", "source/blatt-2", "submitted/anna", "submitted/$(touch ran)"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "abgaben.zip").touch()
    (tmp_path / "abgaben.txt").touch()
    assert completed(script, tmp_path, "") == set(STEPS)
    assert completed(script, tmp_path, "re") == {"release", "report", "return"}
    assert "--provisional" in completed(script, tmp_path, "return", "--")
    assert completed(script, tmp_path, "grade", "bl") == {"blatt-1", "blatt-2"}
    assert completed(script, tmp_path, "return", "--student", "a") == {"anna"}
    assert completed(script, tmp_path, "collect", "abg") == {"abgaben.zip"}
    completed(script, tmp_path, "return", "--student", "")
    assert not list(tmp_path.rglob("ran")), "a hand-in's name was run"


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")
def test_zsh_can_read_its_script(tmp_path: Path) -> None:
    script = tmp_path / "_autograder"
    script.write_text(autograder(tmp_path, "--print-completion", "zsh").stdout, encoding="utf-8")
    subprocess.run(["zsh", "-n", script], check=True)


def test_a_configuration_that_cannot_be_read_stops_a_step(fresh: Path) -> None:
    """With nbgrader's own instead, students' code would run without a sandbox."""
    with (fresh / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("c.Admission.share = (\n")
    for step in ("release", "return"):
        done = autograder(fresh, step)
        assert done.returncode == 1
        assert "nbgrader_config.py ist nicht lesbar: SyntaxError" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_setting_without_meaning_is_named(graded_once: Path) -> None:
    with (graded_once / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("c.Admission.sheet_share = 50\n")
    done = autograder(graded_once, "return")
    assert done.returncode == 1
    assert done.stderr.startswith("Eine Einstellung in nbgrader_config.py stimmt nicht: ")
    assert "sheet_share" in done.stderr


def test_a_damaged_gradebook_is_told_in_a_line(fresh: Path) -> None:
    (fresh / "gradebook.db").write_text("no database at all", encoding="utf-8")
    done = autograder(fresh, "return")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Die Datenbank von nbgrader ist nicht benutzbar: file is not a database\n"


def test_where_nothing_may_be_written_the_file_is_named(graded_once: Path) -> None:
    (graded_once / "returned").write_text("no folder", encoding="utf-8")
    done = autograder(graded_once, "return")
    assert done.returncode == 1
    assert "returned/blatt/multi_feedback_blatt.zip: " in done.stderr
    assert "Traceback" not in done.stderr
