"""What ``make`` does where bubblewrap is missing: install it as root, else say in one line what to type, and go on."""

from pathlib import Path

import pytest

from tests.course.test_environment import script, set_up

TYPE = "Grading needs bubblewrap for its sandbox. Type: sudo apt-get install bubblewrap\n"


def machine(folder: Path, user: int, **programs: str) -> Path:
    """A Linux machine with a set-up environment and these programs."""
    script(folder, "python3", "exit 0")
    script(folder, "id", f"echo {user}")
    script(folder, "uname", "echo Linux")
    script(folder, "chromium", "exit 0")
    (folder / "bin" / "env").symlink_to("/usr/bin/env")
    for name, text in programs.items():
        script(folder, name.replace("_", "-"), text)
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(folder / "bin" / "python3")
    return folder


def test_where_it_is_there_nothing_is_said(tmp_path: Path) -> None:
    done = set_up(machine(tmp_path, 1000, bwrap="exit 0"))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("user", "programs", "expected"),
    [
        pytest.param(1000, {"apt_get": "exit 1"}, TYPE, id="an ordinary user"),
        pytest.param(0, {}, "install the package of that name.\n", id="no Debian"),
        pytest.param(0, {"uname": "echo Darwin"}, "needs a Linux machine or container", id="no Linux"),
        pytest.param(0, {"apt_get": "exit 1"}, "Type: sudo apt-get update && sudo apt-get install", id="no network"),
    ],
)
def test_where_it_is_missing_one_line_says_what_to_type(
    tmp_path: Path, user: int, programs: dict[str, str], expected: str
) -> None:
    done = set_up(machine(tmp_path, user, **programs))
    assert done.returncode == 0, "all else works without"
    assert expected in done.stderr.splitlines(keepends=True)[-1]


def test_root_gets_it_installed_also_where_the_list_of_packages_is_old(tmp_path: Path) -> None:
    apt = 'echo "$@" >> calls; [ "$1" = update ] && { echo >> updated; exit 0; }; [ -e updated ]'
    done = set_up(machine(tmp_path, 0, apt_get=apt))
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert (tmp_path / "calls").read_text().splitlines() == [
        "install -y bubblewrap",
        "update",
        "install -y bubblewrap",
    ]
