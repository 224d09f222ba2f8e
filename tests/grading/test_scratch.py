"""Temporary folders: what a killed process left behind goes, what somebody holds stays."""

import gc
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.grading import scratch
from autograder.grading.scratch import Scratch, SharedScratch, sweep

HOLD = """
import time
from autograder.grading.scratch import Scratch
scratch = Scratch()
print(scratch.name, flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make temporary folders in a place of the test's, all of them old enough to go."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "_YOUNG", 0.0)


def test_a_folder_is_swept_once_its_process_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        (folder / "sub").mkdir()
        sweep()
        assert folder.is_dir()
        process.send_signal(signal.SIGKILL)
    sweep()
    assert not folder.exists()


def test_own_folders_stay_while_they_are_in_use_and_go_with_their_block() -> None:
    with Scratch() as name:
        sweep()
        assert Path(name).is_dir()
    assert not Path(name).exists()


def test_a_link_and_a_file_of_that_name_are_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (tmp_path / f"{scratch.PREFIX}link").symlink_to(target)
    (tmp_path / f"{scratch.PREFIX}file").touch()
    sweep()
    assert target.is_dir()
    assert (tmp_path / f"{scratch.PREFIX}file").exists()


def test_a_young_folder_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process may not have come to hold it."""
    monkeypatch.setattr(scratch, "_YOUNG", 60.0)
    folder = tmp_path / f"{scratch.PREFIX}new"
    folder.mkdir()
    os.utime(folder, (0, 0))
    sweep()
    assert folder.is_dir()


def test_a_shared_folder_is_one_for_all_who_ask_and_goes_when_the_last_of_them_has() -> None:
    one, other, third = SharedScratch("a"), SharedScratch("a"), SharedScratch("b")
    assert one.name == other.name != third.name
    assert Path(one.name).stat().st_mode & 0o777 == 0o700
    del one
    gc.collect()
    sweep()
    assert Path(other.name).is_dir()
    name = other.name
    del other
    gc.collect()
    sweep()
    assert not Path(name).exists()


def test_a_shared_folder_that_others_may_write_to_is_refused() -> None:
    """Somebody else could have made it, to be believed."""
    name = SharedScratch("a").name
    Path(name).chmod(0o777)
    with pytest.raises(OSError, match="somebody else"):
        SharedScratch("a")
