"""Whatever is in a hand-in lands inside of its folder, within limits, and is accounted for."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

import pytest

from autograder.course.ilias.limits import Limits
from autograder.course.ilias.unpacking import Fate, Incoming, Piece, Unpacker
from tests.course.ilias.ilias_zip import zipped

NOTEBOOK = b'{"cells": []}'


def lay(folder: Path, *files: tuple[str, bytes], limits: Limits | None = None) -> list[Piece]:
    unpacker = Unpacker(folder, limits or Limits())
    unpacker.lay([Incoming(name, name, partial(io.BytesIO, content)) for name, content in files])
    return unpacker.pieces


def there(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def why(pieces: list[Piece], source: str) -> str:
    (piece,) = (piece for piece in pieces if piece.source == source)
    return piece.why


def tarred(members: dict[str, bytes], *more: tarfile.TarInfo, mode: str = "w") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in more:
            archive.addfile(info)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("abgabe.zip", zipped({"1a.ipynb": NOTEBOOK})),
        ("abgabe.tar", tarred({"1a.ipynb": NOTEBOOK})),
        ("abgabe.tar.gz", tarred({"1a.ipynb": NOTEBOOK}, mode="w:gz")),
        ("abgabe.tgz", tarred({"1a.ipynb": NOTEBOOK}, mode="w:gz")),
        ("abgabe.tar.bz2", tarred({"1a.ipynb": NOTEBOOK}, mode="w:bz2")),
        ("abgabetarxz.sec", tarred({"1a.ipynb": NOTEBOOK}, mode="w:xz")),
        ("abgabe.pdf", zipped({"1a.ipynb": NOTEBOOK})),
    ],
)
def test_an_archive_is_known_by_its_contents_and_replaced_by_them(tmp_path: Path, name: str, content: bytes) -> None:
    pieces = lay(tmp_path, (name, content))
    assert [path.rpartition("/")[2] for path in there(tmp_path)] == ["1a.ipynb"]
    assert [(piece.source, piece.fate, piece.look) for piece in pieces] == [
        (name, Fate.UNPACKED, False),
        (f"{name} › 1a.ipynb", Fate.LAID, False),
    ]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_single_packed_notebook_is_unpacked_and_packed_data_are_not(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    lay(tmp_path, ("1a.ipynb.gz", pack(NOTEBOOK)), ("ziffern.gz", pack(b"data")))
    assert there(tmp_path) == {"1a.ipynb/1a.ipynb": NOTEBOOK, "ziffern.gz": pack(b"data")}


def test_an_archive_without_notebooks_stays_beside_its_contents(tmp_path: Path) -> None:
    """Code may read it, and nothing is lost."""
    data = zipped({"werte.csv": b"1"})
    lay(tmp_path, ("daten.zip", data))
    assert there(tmp_path) == {"daten.zip": data, "daten/werte.csv": b"1"}


def test_documents_that_happen_to_be_zips_stay_whole(tmp_path: Path) -> None:
    content = zipped({"word/document.xml": b"<x/>"})
    pieces = lay(tmp_path, ("loesung.docx", content), ("werte.npz", content))
    assert set(there(tmp_path)) == {"loesung.docx", "werte.npz"}
    assert {piece.fate for piece in pieces} == {Fate.LAID}


def test_archives_in_archives_are_unpacked_up_to_a_depth(tmp_path: Path) -> None:
    content = zipped({"1a.ipynb": NOTEBOOK})
    for _depth in range(5):
        content = zipped({"innen.zip": content})
    pieces = lay(tmp_path, ("abgabe.zip", content))
    assert not any(path.endswith("1a.ipynb") for path in there(tmp_path))
    assert pieces[-1].look
    assert pieces[-1].target is not None
    assert "zu vielen anderen Archiven" in pieces[-1].why


@pytest.mark.parametrize(
    "name", ["../../draussen.ipynb", "/draussen.ipynb", "..\\..\\draussen.ipynb", "C:\\draussen.ipynb"]
)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_no_path_leads_out_of_the_folder(tmp_path: Path, name: str, pack) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    pieces = lay(folder, ("x.zip", pack({name: NOTEBOOK})))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["draussen.ipynb"]
    assert list(there(folder).values()) == [NOTEBOOK]
    assert pieces[-1].look
    assert "aus dem Ordner hinaus" in pieces[-1].why


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, b"S"]
)
def test_links_devices_and_pipes_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    special = tarfile.TarInfo("innen")
    special.type, special.linkname, special.devmajor = kind, "/etc/passwd", 1
    pieces = lay(tmp_path, ("x.tar", tarred({"1a.ipynb": NOTEBOOK}, special)))
    assert set(there(tmp_path)) == {"x.tar", "x/1a.ipynb"}
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))
    assert [(piece.fate, piece.look) for piece in pieces if piece.source.endswith("innen")] == [(Fate.REFUSED, True)]


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("innen")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    pieces = lay(tmp_path, ("x.zip", made.getvalue()))
    assert set(there(tmp_path)) == {"x.zip"}
    assert pieces[-1].fate is Fate.REFUSED


def test_a_file_with_a_password_is_named_and_its_archive_kept(tmp_path: Path) -> None:
    content = zipped({"1a.ipynb": NOTEBOOK}, password=True)
    pieces = lay(tmp_path, ("x.zip", content))
    assert there(tmp_path) == {"x.zip": content}
    assert "Passwort" in why(pieces, "x.zip › 1a.ipynb")
    assert all(piece.look for piece in pieces)


@pytest.mark.parametrize("start", [b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c\x00\x04"])
def test_archives_that_cannot_be_read_are_kept_for_the_tutor(tmp_path: Path, start: bytes) -> None:
    pieces = lay(tmp_path, ("abgabe.zip", start + b"x" * 50))
    assert set(there(tmp_path)) == {"abgabe.zip"}
    assert (pieces[0].fate, pieces[0].look) == (Fate.LAID, True)


def test_a_bomb_is_kept_packed(tmp_path: Path) -> None:
    bomb = zipped({"0": bytes(30 * 2**20)})
    pieces = lay(tmp_path, ("x.zip", bomb), ("1a.ipynb", NOTEBOOK))
    assert there(tmp_path) == {"x.zip": bomb, "1a.ipynb": NOTEBOOK}
    assert "200-mal" in why(pieces, "x.zip › 0")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_stream_ends_at_the_limit(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    content = pack(bytes(3 * 2**20))
    pieces = lay(tmp_path, ("x.ipynb.gz", content), limits=Limits(bytes=2**20))
    assert there(tmp_path) == {"x.ipynb.gz": content}
    assert "größer als 1 MiB" in pieces[0].why


def test_a_stream_that_asks_for_much_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 2**26}]
    content = lzma.compress(NOTEBOOK, filters=filters)
    pieces = lay(tmp_path, ("1a.ipynb.xz", content), limits=Limits(memory=2**22))
    assert there(tmp_path) == {"1a.ipynb.xz": content}
    assert pieces[0].look


def test_a_directory_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    content = bytearray(zipped({"1a.ipynb": NOTEBOOK}))
    struct.pack_into("<I", content, len(content) - 22 + 12, 2**31)
    pieces = lay(tmp_path, ("x.zip", bytes(content)))
    assert set(there(tmp_path)) == {"x.zip"}
    assert "mehr als 10000 Dateien" in pieces[0].why


def test_a_hand_in_has_only_so_many_bytes_and_files(tmp_path: Path) -> None:
    small = Limits(bytes=1000, files=3)
    many = lay(tmp_path / "a", *((f"{n}.txt", b"x") for n in range(5)), limits=small)
    assert [piece.fate for piece in many] == [Fate.LAID] * 3 + [Fate.REFUSED] * 2
    large = lay(tmp_path / "b", ("a", b"x" * 900), ("b", b"x" * 200), ("c", b"x" * 50), limits=small)
    assert [piece.fate for piece in large] == [Fate.LAID, Fate.REFUSED, Fate.LAID]
    assert set(there(tmp_path / "b")) == {"a", "c"}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_has_only_so_many_members(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    pieces = lay(tmp_path, ("x.zip", pack({f"{n}.txt": b"" for n in range(30)})), limits=Limits(members=20))
    assert pieces[0].look
    assert "mehr als 20 Dateien" in pieces[0].why


def test_the_room_of_an_unpacked_archive_is_given_back(tmp_path: Path) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("1a.ipynb", b"x" * 600)
    lay(tmp_path, ("x.zip", stored.getvalue()), ("b.txt", b"x" * 700), limits=Limits(bytes=1400))
    assert set(there(tmp_path)) == {"x/1a.ipynb", "b.txt"}


def test_litter_is_told_and_left_out(tmp_path: Path) -> None:
    files = {"__MACOSX/._1a.ipynb": b"", ".DS_Store": b"", ".ipynb_checkpoints/1a.ipynb": b"", "1a.ipynb": NOTEBOOK}
    pieces = lay(tmp_path, ("x.zip", zipped(files)), ("._y.ipynb", b""), ("Thumbs.db", b""))
    assert set(there(tmp_path)) == {"x/1a.ipynb"}
    assert [piece.fate for piece in pieces].count(Fate.LITTER) == 5


def test_an_empty_archive_is_told(tmp_path: Path) -> None:
    pieces = lay(tmp_path, ("x.zip", zipped({})))
    assert (pieces[0].look, pieces[0].why) == (True, "Es ist nichts darin.")


def test_names_that_differ_by_case_alone_lie_side_by_side(tmp_path: Path) -> None:
    pieces = lay(
        tmp_path, ("A.ipynb", b"1"), ("a.ipynb", b"2"), ("x.zip", zipped({"B/c.ipynb": b"3", "b/C.ipynb": b"4"}))
    )
    assert there(tmp_path) == {"A.ipynb": b"1", "a~2.ipynb": b"2", "x/B/c.ipynb": b"3", "x/B/C~2.ipynb": b"4"}
    assert [piece.look for piece in pieces] == [False, True, False, False, True]


def test_a_name_that_is_file_and_folder_becomes_both(tmp_path: Path) -> None:
    members = [("a", b"1"), ("a/b", b"2"), ("a/c", b"3")]
    lay(tmp_path, ("x.tar", tarred(dict(members))))
    assert {path: content for path, content in there(tmp_path).items() if path != "x.tar"} == {
        "x/a": b"1",
        "x/a~2/b": b"2",
        "x/a~2/c": b"3",
    }


def test_files_that_lie_too_deep_are_moved_up(tmp_path: Path) -> None:
    deep = "/".join("abcdefghijklm") + "/1a.ipynb"
    lay(tmp_path, ("x.zip", zipped({deep: NOTEBOOK})))
    (path,) = there(tmp_path)
    assert len(PurePosixPath(path).parts) == 8
    assert path.endswith("m/1a.ipynb")


def test_a_time_stamp_that_was_handed_in_is_laid_under_another_name(tmp_path: Path) -> None:
    pieces = lay(tmp_path, ("timestamp.txt", b"1"), ("x.zip", zipped({"TimeStamp.txt": b"2", "a.ipynb": b""})))
    assert set(there(tmp_path)) == {"abgegeben_timestamp.txt", "x/abgegeben_TimeStamp.txt", "x/a.ipynb"}
    assert "ILIAS" in why(pieces, "timestamp.txt")


def test_of_files_the_highest_version_counts_under_the_plain_name(tmp_path: Path) -> None:
    files = [("hilfe.py", b"1"), ("hilfe (2).py", b"2"), ("hilfe (10).py", b"10")]
    pieces = lay(tmp_path, *files)
    assert there(tmp_path) == {"hilfe.py": b"10"}
    assert [(piece.source, piece.fate) for piece in pieces] == [
        ("hilfe (10).py", Fate.LAID),
        ("hilfe (2).py", Fate.OLDER),
        ("hilfe.py", Fate.OLDER),
    ]
    assert "es zählt hilfe (10).py" in pieces[1].why


def test_of_notebooks_all_versions_are_laid(tmp_path: Path) -> None:
    lay(tmp_path, ("1a.ipynb", b"1"), ("1a (2).ipynb", b"2"))
    assert there(tmp_path) == {"1a.ipynb": b"1", "1a (2).ipynb": b"2"}


def test_of_archives_the_newest_counts_and_older_ones_add_what_it_lacks(tmp_path: Path) -> None:
    old = zipped({"1a.ipynb": b"old", "1b.ipynb": b"only there"})
    new = zipped({"1a.ipynb": b"new"})
    pieces = lay(tmp_path, ("abgabe.zip", old), ("abgabe (2).zip", new))
    assert there(tmp_path) == {"abgabe/1a.ipynb": b"new", "abgabe/1b.ipynb": b"only there"}
    assert [piece.source for piece in pieces if piece.fate is Fate.OLDER] == ["abgabe.zip › 1a.ipynb"]


def test_a_full_disk_is_not_taken_for_a_damaged_file(tmp_path: Path) -> None:
    def full() -> IO[bytes]:
        raise OSError(28, "No space left on device")

    unpacker = Unpacker(tmp_path)
    with pytest.raises(OSError, match="No space"):
        unpacker.lay([Incoming("a", "a", full)])


@pytest.mark.parametrize("seed", range(60))
def test_damaged_archives_are_told_and_nothing_else_happens(tmp_path: Path, seed: int) -> None:
    """Bits flipped, ends cut: no exception, nothing outside, every file on disk in the report."""
    chance = random.Random(seed)
    members = {f"{'../' * chance.randrange(3)}n{n}.ipynb": chance.randbytes(chance.randrange(2000)) for n in range(6)}
    inner = tarred(members, mode="w:gz")
    whole = chance.choice([zipped, tarred, partial(tarred, mode="w:xz")])({**members, "innen.tar.gz": inner})
    damaged = bytearray(whole[: chance.randrange(len(whole) // 2, len(whole) + 1)])
    for _flip in range(chance.randrange(1, 20)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    folder = tmp_path / "in"
    folder.mkdir()
    pieces = lay(folder, ("x.zip", bytes(damaged)), ("daneben.ipynb", NOTEBOOK))
    assert list(tmp_path.iterdir()) == [folder]
    told = {str(piece.target) for piece in pieces if piece.target is not None}
    assert told == set(there(folder))
    assert there(folder)["daneben.ipynb"] == NOTEBOOK
