"""Archives of every kind that students hand in, read member by member, without trusting any of it."""

import bz2
import gzip
import lzma
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from autograder.course.ilias.limits import Limits
from autograder.course.ilias.names import name_in
from autograder.messages import _

UNREADABLE = "unreadable"
READABLE = {"zip", "tar", "gz", "bz2", "xz"}
_MAGIC = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\0": "xz",
    b"7z\xbc\xaf\x27\x1c": UNREADABLE,
    b"Rar!\x1a\x07": UNREADABLE,
}
_TAR_MAGIC_AT = 257
_DOCUMENTS = {
    ".docx", ".epub", ".jar", ".key", ".npz", ".numbers", ".odp", ".ods", ".odt", ".pages", ".pptx", ".whl", ".xlsx",
}  # fmt: skip
_SUFFIXES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".sec")
_END_OF_ZIP, _END_SIZE = b"PK\x05\x06", 22
_BYTES_A_MEMBER = 500  # of a zip's directory
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_ENCRYPTED = 0x1
_CHUNK = 2**18


class RefusedError(Exception):
    """A file or an archive is not read; the message says why."""


@dataclass(frozen=True)
class Member:
    """A file in an archive; ``opened`` raises :class:`RefusedError` where it is not to be read."""

    name: str
    opened: Callable[[], IO[bytes]]


def kind_of(path: Path) -> str:
    """Return which kind of archive the file is, by its first bytes; empty for all else, documents in a zip included."""
    with path.open("rb") as file:
        start = file.read(_TAR_MAGIC_AT + 5)
    if start[_TAR_MAGIC_AT:] == b"ustar":
        return "tar"
    kind = next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")
    return "" if kind == "zip" and path.suffix.casefold() in _DOCUMENTS else kind


def stem_of(name: str) -> str:
    """Return an archive's name without its endings."""
    stem = name
    while (ending := next((one for one in _SUFFIXES if stem.casefold().endswith(one)), "")) and stem != ending:
        stem = stem[: -len(ending)]
    return stem.rstrip(". ") or "archiv"


@contextmanager
def opened(path: Path, kind: str, limits: Limits) -> Iterator[Iterator[Member] | None]:
    """Open the archive in ``path`` and give its members; None where it is one packed file that is data, not a hand-in.

    Raises:
        RefusedError: it is damaged, or too much; the members raise it too.

    """
    with ExitStack() as stack:
        with damage_refused():
            members: Iterator[Member] | None
            if kind == "zip":
                _check_directory(path, limits)
                members = _zip_members(stack.enter_context(zipfile.ZipFile(path)), limits)
            elif kind == "tar":
                members = _tar_members(stack.enter_context(tarfile.open(path, "r:")), limits)
            else:
                plain = stack.enter_context(tempfile.TemporaryFile(dir=path.parent))
                _decompress(path, kind, plain, limits)
                members = _members_of_stream(plain, path.name, stack, limits)
        yield None if members is None else _guarded(members)


def _guarded(members: Iterator[Member]) -> Iterator[Member]:
    while True:
        with damage_refused():
            member = next(members, None)
        if member is None:
            return
        yield member


@contextmanager
def damage_refused() -> Iterator[None]:
    """Turn what the libraries raise over damaged archives into :class:`RefusedError`; a full disk stays one."""
    try:
        yield
    except RefusedError:
        raise
    except Exception as error:  # zipfile, tarfile, zlib and lzma raise what they stumble over
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise RefusedError(_("it is damaged")) from error


def open_zipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> IO[bytes]:
    """Open a file in a zip.

    Raises:
        RefusedError: it is a link, has a password, or unpacks to too much.

    """
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise RefusedError(_("it is no regular file (a link, say)"))
    if entry.flag_bits & _ENCRYPTED:
        raise RefusedError(_("it has a password"))
    if entry.compress_type not in _METHODS:
        raise RefusedError(_("it is packed in a way that cannot be read"))
    if entry.file_size > limits.slack and entry.file_size > limits.ratio * max(entry.compress_size, 1):
        raise RefusedError(_("it unpacks to more than {n} times its size", n=limits.ratio))
    return archive.open(entry)


def _check_directory(path: Path, limits: Limits) -> None:
    """Refuse a zip whose directory alone would fill the memory, before it is read."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(file.tell() - 2**16 - _END_SIZE, 0))
        end = file.read()
    at = end.rfind(_END_OF_ZIP)
    if 0 <= at <= len(end) - _END_SIZE and struct.unpack_from("<I", end, at + 12)[0] > limits.members * _BYTES_A_MEMBER:
        raise RefusedError(_("it has more than {n} files", n=limits.members))


def _zip_members(archive: zipfile.ZipFile, limits: Limits) -> Iterator[Member]:
    entries = archive.infolist()
    if len(entries) > limits.members:
        raise RefusedError(_("it has more than {n} files", n=limits.members))
    for entry in entries:
        if not entry.is_dir():
            yield Member(name_in(entry), partial(open_zipped, archive, entry, limits))


def _tar_members(tar: tarfile.TarFile, limits: Limits) -> Iterator[Member]:
    for count, member in enumerate(tar):
        if count >= limits.members:
            raise RefusedError(_("it has more than {n} files", n=limits.members))
        if not member.isdir():
            yield Member(member.name, partial(_open_in_tar, tar, member))


def _open_in_tar(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(member) if member.isreg() and not member.issparse() else None
    if file is None:
        raise RefusedError(_("it is no regular file (a link, say)"))
    return file


# ------------------------------------------------------------------------------------------------ single streams


def _members_of_stream(plain: IO[bytes], name: str, stack: ExitStack, limits: Limits) -> Iterator[Member] | None:
    plain.seek(0)
    if tarfile.is_tarfile(plain):
        plain.seek(0)
        return _tar_members(stack.enter_context(tarfile.open(fileobj=plain, mode="r:")), limits)
    plain.seek(0)
    return iter([Member(stem_of(name), lambda: plain)]) if ".ipynb" in name.casefold() else None


def _decompress(path: Path, kind: str, plain: IO[bytes], limits: Limits) -> None:
    left = limits.bytes
    for chunk in _xz_chunks(path, limits) if kind == "xz" else _chunks(path, kind):
        left -= len(chunk)
        if left < 0:
            raise RefusedError(_("it unpacks to more than {n} MiB", n=limits.bytes // 2**20))
        plain.write(chunk)


def _chunks(path: Path, kind: str) -> Iterator[bytes]:
    with gzip.open(path) if kind == "gz" else bz2.open(path) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _xz_chunks(path: Path, limits: Limits) -> Iterator[bytes]:
    """Unpack an xz file; one may ask for gigabytes of memory, which lzma.open would give it."""
    unpacking = lzma.LZMADecompressor(memlimit=limits.memory)
    with path.open("rb") as stream:
        while not unpacking.eof:
            packed = stream.read(_CHUNK) if unpacking.needs_input else b""
            if unpacking.needs_input and not packed:
                raise EOFError(path)
            yield unpacking.decompress(packed, _CHUNK)
