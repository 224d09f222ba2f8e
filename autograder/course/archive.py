"""Zip files that depend on nothing but their contents: the same files make the same bytes, on any day and machine.

And files that are there whole or not at all, for whoever may read others that this user writes.
"""

import io
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

EPOCH = 1580601600  # what hatchling dates reproducible wheels with: 2020-02-02


def write_zip(target: str | Path | IO[bytes], files: Mapping[str, bytes | Path]) -> None:
    """Write a zip of ``files``, by their names in it; a path stands for what is in its file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, time.gmtime(EPOCH)[:6])
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".zip") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.read_bytes() if isinstance(content, Path) else content)


def zip_bytes(files: Mapping[str, bytes | Path]) -> bytes:
    """Return what :func:`write_zip` writes."""
    made = io.BytesIO()
    write_zip(made, files)
    return made.getvalue()


def put(path: Path, content: bytes | Mapping[str, bytes | Path]) -> None:
    """Write a file, or a zip of files; without any content there is none, nor one from before."""
    if not content:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    if isinstance(content, bytes):
        part.write_bytes(content)
    else:
        write_zip(part, content)
    part.replace(path)
