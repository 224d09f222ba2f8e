"""What lies in a folder arrives as it is, whatever it is, and nothing can be laid elsewhere."""

import os
import stat
from pathlib import Path

import pytest

from autograder.course import parcel
from autograder.course.parcel import Entry, Kind, Parcel


def test_a_folder_comes_out_as_it_went_in(tmp_path: Path) -> None:
    """Files, empty folders, links (also to nowhere, to a folder and to above) and pipes, which nobody opens."""
    folder = tmp_path / "in"
    (folder / "sub" / "leer").mkdir(parents=True)
    (folder / "sub" / "ä.txt").write_bytes(b"1")
    (folder / "b.npz").write_bytes(bytes(range(256)))
    (folder / os.fsdecode(b"kein-utf8-\xff")).write_bytes(b"2")
    for name, target in (("nirgends", "gibt/es/nicht"), ("ordner", "sub"), ("oben", "..")):
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "rohr")
    (folder / "b.npz").chmod(0o444)
    (folder / "sub").chmod(0o555)
    packed = Parcel.of(folder)
    packed.unpack(tmp_path / "out")
    assert Parcel.of(tmp_path / "out") == packed
    assert (tmp_path / "out" / "sub" / "ä.txt").read_bytes() == b"1"
    assert (tmp_path / "out" / "sub" / "leer").is_dir()
    assert (tmp_path / "out" / "b.npz").stat().st_mode & 0o777 == 0o444
    assert (tmp_path / "out" / "sub").stat().st_mode & 0o777 == 0o755  # to be removed, whoever it belongs to
    assert (tmp_path / "out" / "ordner").readlink() == Path("sub")
    assert stat.S_ISFIFO((tmp_path / "out" / "rohr").lstat().st_mode)
    assert len(packed.entries) == 9


def test_where_there_is_no_folder_none_is_made(tmp_path: Path) -> None:
    Parcel.of(tmp_path / "nothing").unpack(tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "entries",
    [
        (Entry("../x", Kind.FILE),),
        (Entry("/tmp/x", Kind.FILE),),
        (Entry("..", Kind.FILE),),
        (Entry("link", Kind.LINK, b"/tmp"), Entry("link/x", Kind.FILE)),
        (Entry("sub", Kind.FOLDER, mode=0o755), Entry("sub/../../x", Kind.FILE)),
    ],
)
def test_nothing_is_laid_outside(tmp_path: Path, entries: tuple[Entry, ...]) -> None:
    with pytest.raises(ValueError, match=r"x|\.\."):
        Parcel(entries).unpack(tmp_path / "out")
    assert not (tmp_path / "x").exists()


def test_what_a_message_cannot_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcel, "MOST_BYTES", 10)
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"123456")
    with pytest.raises(OSError, match="holds more than"):
        Parcel.of(tmp_path)


def test_what_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").touch()

    def refuse(_path: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(PermissionError):
        Parcel.of(tmp_path)
