"""What ``make`` does first on a machine: choose a Python, or say what to type."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.course.tiny_course import PROJECT


def script(folder: Path, name: str, text: str) -> None:
    """Write an executable in ``folder/bin``."""
    (folder / "bin").mkdir(exist_ok=True)
    path = folder / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def set_up(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run .ci/environment in ``folder`` with nothing on the path but ``folder/bin`` and a few of the system's tools."""
    for tool in ("sh", "id", "rm"):
        (folder / "bin").mkdir(exist_ok=True)
        link = folder / "bin" / tool
        if not link.exists():
            link.symlink_to(Path("/bin") / tool if (Path("/bin") / tool).exists() else Path("/usr/bin") / tool)
    return subprocess.run(
        ["/bin/sh", str(PROJECT / ".ci" / "environment")],
        cwd=folder,
        env={"PATH": str(folder / "bin"), "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_without_a_new_enough_python_it_says_what_to_type(tmp_path: Path) -> None:
    script(tmp_path, "python3", "exit 1")  # too old
    done = set_up(tmp_path, MAKECMDGOALS="grade")
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed.")
    assert done.stderr.strip().endswith("make PYTHON=/path/to/python3 grade")


def test_where_debian_lacks_venv_it_says_what_to_install(tmp_path: Path) -> None:
    script(
        tmp_path,
        "python3",
        'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.12-venv;; esac',
    )
    script(tmp_path, "apt-get", "exit 100")
    done = set_up(tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("Type: sudo apt-get install python3.12-venv")


def test_it_takes_the_first_python_that_is_new_enough_and_installs_by_hash(tmp_path: Path) -> None:
    script(tmp_path, "python3", "exit 1")
    make_venv = "mkdir -p .venv/bin; cp bin/python3.12 .venv/bin/python"
    record = f'echo "$@" >> calls; case "$*" in "-m venv .venv") {make_venv};; esac'
    for tool in ("mkdir", "cp"):
        (tmp_path / "bin" / tool).symlink_to(Path("/bin") / tool)
    script(tmp_path, "python3.12", record)
    done = set_up(tmp_path)
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").read_text(encoding="utf-8")
    assert "-m venv .venv\n-m pip install --quiet --require-hashes -r requirements.lock\n" in calls
    assert calls.endswith("-m pip install --quiet --no-deps --no-build-isolation -e .\n")


def set_up_with(folder: Path, apt_get: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up where Python is there and ``apt-get`` does as told; ``env`` and the sandbox are there."""
    make_venv = "mkdir -p .venv/bin; cp bin/python3 .venv/bin/python"
    script(folder, "python3", f'case "$*" in "-m venv .venv") {make_venv};; esac')
    script(folder, "bwrap", "exit 0")
    script(folder, "apt-get", apt_get)
    for tool in ("mkdir", "cp", "env"):
        (folder / "bin" / tool).symlink_to(next(path / tool for path in (Path("/bin"), Path("/usr/bin"))))
    return set_up(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may install")
def test_it_installs_a_browser_for_the_tests_where_there_is_none(tmp_path: Path) -> None:
    done = set_up_with(tmp_path, 'echo "$@" >> installed')
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "installed").read_text(encoding="utf-8") == "install -y chromium\n"


def test_without_a_browser_all_else_works(tmp_path: Path) -> None:
    """And one line says what to type."""
    done = set_up_with(tmp_path, "exit 100")
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip().endswith("apt-get install chromium")
