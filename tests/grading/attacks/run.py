"""Grade attacks for real: with the project's configuration, and with stock nbgrader locked up in a sandbox of ours."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.course.tiny_course import ASSIGNMENT, PROJECT, nbgrader
from tests.grading.attacks.attack import Attack
from tests.grading.attacks.places import Canary, Places, free_port
from tests.grading.attacks.victim import VICTIM, hand_in, write_course
from tests.grading.attacks.watch import PLACES

ADDRESS_SPACE = 8 * 2**30  # of any process, without protection
FILE_SIZE = 2 * 2**30
# endless loops need not run for a minute each
PROTECTED_LIMITS = "\nc.Execute.timeout = 2\nc.Execute.wall_timeout = 4\n"
_SITE = Path(sysconfig.get_paths()["purelib"])

# what anybody has who follows nbgrader's manual; the folder's name is that of the project, so that hand-ins fit both
# nbgrader calls its neighbour alembic by name
STOCK_CONFIG = f"""import os
os.environ["PATH"] = os.pathsep.join(["{Path(sys.executable).parent}", os.environ.get("PATH", "")])
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.release_directory = "assignments"
"""


@dataclass(frozen=True)
class Patience:
    """How long stock nbgrader may take, in seconds of the clock: that is what it counts."""

    cell: int
    batch: float


@dataclass(frozen=True)
class Kit:
    """What stock nbgrader runs in: copies of the package and of the environment that attacks may spoil."""

    root: Path

    @property
    def package(self) -> Path:
        """Return the folder that holds the package."""
        return self.root / "package"

    @property
    def python(self) -> Path:
        """Return the environment's Python."""
        return self.root / "venv" / "bin" / "python"

    @property
    def site(self) -> Path:
        """Return the environment's site-packages."""
        return next((self.root / "venv").glob("lib/python*/site-packages"))

    def build(self) -> None:
        """Write the copies."""
        shutil.copytree(PROJECT / "autograder", self.package / "autograder")
        (self.package / "tests").mkdir()
        environment = self.root / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
        (environment / "share").symlink_to(Path(sys.prefix) / "share")
        (self.site / "packages.pth").write_text(f"{self.package}\n{_SITE}\n", encoding="utf-8")
        (self.root / "shadow").write_text(f"root:{Canary.SYSTEM.value}:20000::::::\n", encoding="utf-8")


def protected(root: Path, attacks: Sequence[Attack], *, seconds: float) -> Places:
    """Grade ``attacks`` in one course as the project does, write all feedback; nothing is locked up around it."""
    places = _places(root, PROJECT, _SITE)
    write_course(places, (PROJECT / "nbgrader_config.py").read_text(encoding="utf-8") + PROTECTED_LIMITS)
    release(places)
    hand_in(places, attacks)
    _watch([sys.executable], places, "*", seconds)
    return places


def stock_course(root: Path) -> Path:
    """Write and release the course with stock nbgrader, once for many runs."""
    places = _places(root, root, root)
    write_course(places, STOCK_CONFIG)
    release(places)
    return places.course


def unprotected(
    root: Path, kit: Kit, course: Path, attacks: Sequence[Attack], *, patience: Patience, feedback: str = ""
) -> Places:
    """Grade ``attacks`` in a copy of ``course`` with stock nbgrader, which sees what ``kit`` holds.

    All of it happens in bubblewrap: without a network, without the machine's other processes, with a file system
    that can be read only but for ``root`` and the kit, and with limits on memory and files.
    """
    places = _places(root, kit.package, kit.site)
    shutil.copytree(course, places.course, dirs_exist_ok=True)
    with (places.course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"c.Execute.timeout = {patience.cell}\n")
    hand_in(places, attacks)
    walls = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev"]
    walls += ["--tmpfs", "/tmp", "--tmpfs", "/var/tmp"]  # first: the environment may lie below them
    for path in dict.fromkeys(
        ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", sys.base_prefix, sys.prefix]
    ):
        walls += ["--ro-bind-try", path, path]
    if Path("/etc/shadow").exists():
        walls += ["--ro-bind", str(kit.root / "shadow"), "/etc/shadow"]
    walls += ["--bind", str(kit.root), str(kit.root), "--bind", str(root), str(root)]
    walls += ["--ro-bind", str(PROJECT / "tests"), str(kit.package / "tests"), "--chdir", str(kit.package)]
    _watch([*walls, str(kit.python)], places, feedback, patience.batch, limit=_limit)
    return places


def _places(root: Path, package: Path, site: Path) -> Places:
    places = Places(root, free_port(), package, site)
    places.prepare()
    places.save(root / PLACES)
    return places


def release(places: Places) -> None:
    """Release the course and put a secret into its gradebook."""
    nbgrader(places.course, "generate_assignment", ASSIGNMENT)
    database = sqlite3.connect(places.course / "gradebook.db")
    database.execute("INSERT INTO student (id, last_name) VALUES (?, ?)", (VICTIM, Canary.GRADEBOOK.value))
    database.commit()
    database.close()


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))


def _watch(
    python: list[str], places: Places, feedback: str, seconds: float, limit: Callable[[], None] | None = None
) -> None:
    done = subprocess.run(
        [*python, "-m", "tests.grading.attacks.watch", str(places.root), feedback, str(seconds)],
        cwd=places.package,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds + 400,
        preexec_fn=limit,
    )
    assert done.returncode == 0, done.stdout + done.stderr
