"""The lock is exact, has hashes, names no registry, and covers what pyproject.toml asks for."""

import re
import tomllib

from tests.course.tiny_course import PROJECT

LOCK = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
PINS = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ \\\n]+)", LOCK, re.MULTILINE))


def test_every_package_is_pinned_and_has_hashes() -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK.strip())
    loose = [entry.split("\n")[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert not loose


def test_it_names_no_registry_and_no_path() -> None:
    assert not re.findall(r"https?://|file:|index-url|find-links|/(?:home|root|tmp|opt|work)/", LOCK)


def test_it_covers_what_the_project_asks_for() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["instructor"],
        *project["dependency-groups"]["dev"],
    ]
    names = {re.split(r"[<>=\[ ]", need)[0] for need in asked}
    assert not names - PINS.keys(), "make lock"


def test_it_serves_macos_and_windows_too() -> None:
    for marker in ("sys_platform == 'darwin'", "sys_platform == 'win32'"):
        assert marker in LOCK
