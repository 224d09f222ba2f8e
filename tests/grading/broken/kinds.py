"""Kinds of broken hand-ins, one a line of the table: a name, how a perfect hand-in is broken, points, a note.

The tiny course's notebooks are ``rechnen`` (double 2 points, square 1) and ``beweis`` (half 1.5 of 2).
"""

import base64
import json
import os
import random
import socket
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.course.tiny_course import CORRECT, answer

ALL = 4.5
RECHNEN = 3.0
WITHOUT_DOUBLE = 1.0
WITHOUT_SQUARE = 2.0
NOTHING = 0.0

Cell = dict[str, Any]
Break = Callable[[Path], object]


@dataclass(frozen=True)
class Kind:
    """One kind.

    ``note`` is part of a note on the hand-in; None: there is no note at all, it is taken as it is. The hand-in that is
    broken is ``rechnen`` alone, or, being ``whole``, both notebooks.
    """

    name: str
    breaks: Break
    points: float
    note: str | None = None
    whole: bool = False

    def hand_in(self, root: Path) -> None:
        """Hand it in under its own name."""
        folder = answer(root, self.name, CORRECT)
        if not self.whole:
            (folder / "beweis.ipynb").unlink()
        self.breaks(folder)


# ------------------------------------------------------------------------------------------------ tools


def load(folder: Path, name: str = "rechnen") -> dict[str, Any]:
    data = json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8"))
    for cell in data["cells"]:
        cell["source"] = "".join(cell["source"])
    return data


def save(folder: Path, data: object, name: str = "rechnen") -> None:
    (folder / f"{name}.ipynb").write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")


def text(change: Callable[[str], str | bytes]) -> Break:
    """Change the text of rechnen.ipynb."""

    def breaks(folder: Path) -> None:
        path = folder / "rechnen.ipynb"
        changed = change(path.read_text(encoding="utf-8"))
        path.write_bytes(changed if isinstance(changed, bytes) else changed.encode())

    return breaks


def cells(change: Callable[[list[Cell]], list[Cell]], name: str = "rechnen") -> Break:
    """Change the cells of a notebook."""

    def breaks(folder: Path) -> None:
        data = load(folder, name)
        data["cells"] = change(data["cells"])
        save(folder, data, name)

    return breaks


def each(change: Callable[[Cell], Cell], *names: str) -> Break:
    """Change the cells with these ids, all if none is named."""
    return cells(lambda found: [change(cell) if not names or cell["id"] in names else cell for cell in found])


def data(change: Callable[[dict[str, Any]], object]) -> Break:
    """Change the JSON of rechnen.ipynb as a whole."""
    return lambda folder: save(folder, change(load(folder)))


def rename(name: str, to: str) -> Break:
    def breaks(folder: Path) -> None:
        target = folder / to
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / name).rename(target)

    return breaks


def content(name: str, what: bytes | str) -> Break:
    return lambda folder: (folder / name).write_bytes(what if isinstance(what, bytes) else what.encode())


def replaced(make: Callable[[Path], object]) -> Break:
    """Put something else where rechnen.ipynb was."""

    def breaks(folder: Path) -> None:
        path = folder / "rechnen.ipynb"
        path.unlink()
        make(path)

    return breaks


def both(*all_breaks: Break) -> Break:
    def breaks(folder: Path) -> None:
        for one in all_breaks:
            one(folder)

    return breaks


def code(source: str, **more: Any) -> Cell:
    made = {"cell_type": "code", "id": "own", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    return {**made, **more}


def by_id(found: list[Cell], name: str) -> Cell:
    return next(cell for cell in found if cell["id"] == name)


def without(*names: str) -> Callable[[list[Cell]], list[Cell]]:
    return lambda found: [cell for cell in found if cell["id"] not in names]


def nothing(_where: Path) -> None:
    """Change nothing, put nothing in the place of what was removed."""


# ------------------------------------------------------------------------------------------------ ways to break


def all_in(folder: Path, to: str) -> None:
    for path in sorted(folder.glob("*.ipynb")):
        rename(path.name, f"{to}/{path.name}")(folder)


def packed_by_a_mac(folder: Path) -> None:
    all_in(folder, "Abgabe/Blatt")
    junk = folder / "__MACOSX" / "Abgabe"
    junk.mkdir(parents=True)
    (junk / "._rechnen.ipynb").write_bytes(b"\0\5\x16\7" + bytes(60))
    (folder / "._beweis.ipynb").write_bytes(b"\0\5\x16\7")
    (folder / ".DS_Store").write_bytes(bytes(8))
    checkpoints = folder / "Abgabe" / "Blatt" / ".ipynb_checkpoints"
    checkpoints.mkdir()
    (checkpoints / "rechnen-checkpoint.ipynb").write_text("{", encoding="utf-8")


def version(name: str, double: str) -> Break:
    """Add a version of rechnen with another double."""

    def breaks(folder: Path) -> None:
        made = load(folder)
        by_id(made["cells"], "double_code")["source"] = double
        save(folder, made, name)

    return breaks


def merged(folder: Path) -> None:
    one, other = load(folder), load(folder, "beweis")
    one["cells"] += [{**cell, "id": f"b-{cell['id']}"} for cell in other["cells"]]
    (folder / "beweis.ipynb").unlink()
    save(folder, one)


def split(folder: Path) -> None:
    whole = load(folder)
    at = next(k for k, cell in enumerate(whole["cells"]) if cell["id"] == "square_code")
    save(folder, {**whole, "cells": whole["cells"][:at]}, "Teil 1")
    save(folder, {**whole, "cells": whole["cells"][at:]}, "Teil 2")
    (folder / "rechnen.ipynb").unlink()


def alien(folder: Path) -> None:
    for path in folder.glob("*.ipynb"):
        path.unlink()
    save(folder, {"cells": [code("print('Analysis I')")], "nbformat": 4, "nbformat_minor": 5}, "analysis_blatt7")


def as_script(folder: Path) -> None:
    lines = [cell["source"] for cell in load(folder)["cells"] if cell["cell_type"] == "code"]
    (folder / "rechnen.ipynb").unlink()
    (folder / "rechnen.py").write_text("\n\n".join(lines), encoding="utf-8")


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rechnen.ipynb", "{}")


def fifo_pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    """Make /dev/zero's twin where that is allowed, else a FIFO."""
    try:
        os.mknod(path, 0o020666, os.makedev(1, 5))
    except PermissionError:
        os.mkfifo(path)


def unix_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path may be 100 characters long
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def unreadable(folder: Path) -> None:
    (folder / "rechnen.ipynb").chmod(0)


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'{"cells": [')
        file.truncate(100 * 2**20)  # of zeros, which take no room


def conflict(json_text: str) -> str:
    lines = json_text.split("\n")
    at = next(k for k, line in enumerate(lines) if "return x + x" in line)
    marked = ["<<<<<<< HEAD", lines[at], "=======", lines[at].replace("x + x", "x + x + 1"), ">>>>>>> main"]
    return "\n".join([*lines[:at], *marked, *lines[at + 1 :]])


def truncated(json_text: str) -> str:
    return json_text[: json_text.index('"square_code"')]


def twice(json_text: str) -> str:
    """Give every cell its source a second time."""
    return json_text.replace('"source"', '"source": "raise SystemExit()", "source"')


def nested(json_text: str) -> str:
    return json_text.replace('"metadata": {', '"tief": ' + "[" * 400 + "]" * 400 + ', "metadata": {', 1)


def old_format(version: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def change(made: dict[str, Any]) -> dict[str, Any]:
        old = []
        for cell in made["cells"]:
            source = cell["source"]
            old.append(
                {
                    "cell_type": "code",
                    "input": source,
                    "language": "python",
                    "outputs": [],
                    "metadata": cell["metadata"],
                }
                if cell["cell_type"] == "code"
                else {"cell_type": "markdown", "source": source, "metadata": {}}
            )
        return {"nbformat": version, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": old}]}

    return change


def by_colab(made: dict[str, Any]) -> dict[str, Any]:
    for number, cell in enumerate(made["cells"]):
        cell.pop("id")
        cell["metadata"] = {"id": f"x{number}", "colab": {"base_uri": "https://localhost:8080/"}}
    made["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return {**made, "nbformat_minor": 0}


def swap_ids(found: list[Cell], one: str, other: str) -> list[Cell]:
    first, second = by_id(found, one), by_id(found, other)
    for field in ("id", "metadata"):
        first[field], second[field] = second[field], first[field]
    return found


def in_one_cell(found: list[Cell]) -> list[Cell]:
    sources = [by_id(found, name)["source"] for name in ("setup", "double_code", "square_code")]
    return [code("\n\n".join(sources))]


def into_markdown(found: list[Cell]) -> list[Cell]:
    """Type the solution into a new Markdown cell above the untouched one."""
    solution = by_id(found, "double_code")
    fenced = {"cell_type": "markdown", "id": "own", "metadata": {}, "source": f"```python\n{solution['source']}\n```"}
    solution["source"] = "def double(x):\n    # Hier steht deine Lösung.\n    raise NotImplementedError()"
    at = found.index(solution)
    return [*found[:at], fenced, *found[at:]]


def cut_in_two(found: list[Cell]) -> list[Cell]:
    """Split a cell inside of its function, as a slip of the keyboard does: both halves keep the metadata."""
    whole = by_id(found, "double_code")
    at = found.index(whole)
    first, second = whole["source"].split("\n")
    halves = [{**whole, "source": first}, {**whole, "id": "half", "source": second}]
    return [*found[:at], *halves, *found[at + 1 :]]


def metadata(**changes: Any) -> Callable[[Cell], Cell]:
    """Change nbgrader's metadata of a cell."""
    return lambda cell: {
        **cell,
        "metadata": {**cell["metadata"], "nbgrader": {**cell["metadata"].get("nbgrader", {}), **changes}},
    }


def tagged(*tags: str) -> Callable[[Cell], Cell]:
    return lambda cell: {**cell, "metadata": {**cell["metadata"], "tags": list(tags)}}


def first_line(line: str) -> Break:
    def change(found: list[Cell]) -> list[Cell]:
        proof = by_id(found, "proof_code")
        proof["source"] = "\n".join([line, *proof["source"].split("\n")[1:]])
        return found

    return cells(change, "beweis")


def secret_link(path: Path) -> None:
    """Link to a file outside of the hand-in that is a perfect notebook."""
    outside = path.parents[3] / "fremde_loesung.ipynb"
    if not outside.exists():
        outside.write_text((path.parent / "geheim.json").read_text(encoding="utf-8"), encoding="utf-8")
    (path.parent / "geheim.json").unlink()
    path.symlink_to(outside)


def noise(size: int) -> bytes:
    return random.Random(0).randbytes(size)


NFD = "Lo\u0308sung rechnen.ipynb"
WRONG = "def double(x):\n    return 3"
RIGHT = CORRECT["double_code"]
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
UNREAD = "Die Datei rechnen.ipynb ließ sich nicht lesen: {}. Stattdessen wurde das leere Notebook bewertet."
FOUND = "Das Notebook fand sich in der Datei {}."
SHADOW = "raise SystemExit('nicht das echte Modul')"

# ------------------------------------------------------------------------------------------------ the table

KINDS = [
    Kind("perfect", nothing, ALL, whole=True),
    # --- names and places
    Kind("counter-in-name", rename("rechnen.ipynb", "rechnen (1).ipynb"), RECHNEN, FOUND.format("rechnen (1).ipynb")),
    Kind("german-copy", rename("rechnen.ipynb", "rechnen-Kopie.ipynb"), RECHNEN, FOUND.format("rechnen-Kopie.ipynb")),
    Kind(
        "copy-of", rename("rechnen.ipynb", "Kopie von rechnen.ipynb"), RECHNEN, FOUND.format("Kopie von rechnen.ipynb")
    ),
    Kind("upper-case", rename("rechnen.ipynb", "RECHNEN.IPYNB"), RECHNEN, FOUND.format("RECHNEN.IPYNB")),
    Kind("decomposed-umlaut", rename("rechnen.ipynb", NFD), RECHNEN, "fand sich in der Datei Lo"),
    Kind(
        "newline-in-name", rename("rechnen.ipynb", "rech\nnen.ipynb"), RECHNEN, "rech\N{REPLACEMENT CHARACTER}nen.ipynb"
    ),
    Kind(
        "brackets-in-name",
        rename("rechnen.ipynb", "[Blatt 3] rechnen {x}.ipynb"),
        RECHNEN,
        "[Blatt 3] rechnen {x}.ipynb",
    ),
    Kind(
        "markup-in-name", rename("rechnen.ipynb", "<b onclick=alert(1)>.ipynb"), RECHNEN, "<b onclick=alert(1)>.ipynb"
    ),
    Kind("wrong-name", rename("rechnen.ipynb", "abgabe_meier.ipynb"), RECHNEN, FOUND.format("abgabe_meier.ipynb")),
    Kind(
        "names-swapped",
        both(
            rename("rechnen.ipynb", "x.ipynb"),
            rename("beweis.ipynb", "rechnen.ipynb"),
            rename("x.ipynb", "beweis.ipynb"),
        ),
        ALL,
        FOUND.format("beweis.ipynb"),
        whole=True,
    ),
    Kind(
        "sub-folder", lambda folder: all_in(folder, "Blatt 3"), ALL, FOUND.format("Blatt 3/rechnen.ipynb"), whole=True
    ),
    Kind("packed-by-a-mac", packed_by_a_mac, ALL, FOUND.format("Abgabe/Blatt/rechnen.ipynb"), whole=True),
    Kind(
        "sub-folder-with-module",
        both(
            each(lambda cell: {**cell, "source": "from hilfe import double"}, "double_code"),
            content("hilfe.py", RIGHT),
            lambda folder: all_in(folder, "abgabe"),
            rename("hilfe.py", "abgabe/hilfe.py"),
        ),
        RECHNEN,
        FOUND.format("abgabe/rechnen.ipynb"),
    ),
    Kind("text-ending", rename("rechnen.ipynb", "rechnen.ipynb.txt"), RECHNEN, FOUND.format("rechnen.ipynb.txt")),
    Kind("json-named-py", rename("rechnen.ipynb", "rechnen.py"), RECHNEN, FOUND.format("rechnen.py")),
    # --- versions and parts
    Kind("same-twice", lambda folder: save(folder, load(folder), "rechnen (1)"), RECHNEN),
    Kind(
        "newer-is-right",
        both(version("rechnen (2)", RIGHT), version("rechnen (1)", WRONG), version("rechnen", WRONG)),
        RECHNEN,
        "es zählt rechnen (2).ipynb.",
    ),
    Kind("newer-is-wrong", version("rechnen (1)", WRONG), WITHOUT_DOUBLE, "es zählt rechnen (1).ipynb."),
    Kind("merged", merged, ALL, FOUND.format("rechnen.ipynb"), whole=True),
    Kind("split-files", split, RECHNEN, "aus diesen Dateien zusammengesetzt: Teil 1.ipynb, Teil 2.ipynb"),
    Kind(
        "another-course", alien, 0, "Die Datei analysis_blatt7.ipynb passt zu keinem Notebook dieses Blatts", whole=True
    ),
    # --- no notebook
    Kind("script", as_script, NOTHING, "Die Datei rechnen.py ließ sich nicht lesen: sie ist kein Notebook"),
    Kind(
        "web-page",
        both(replaced(nothing), content("rechnen.html", "<!DOCTYPE html><script>alert(1)</script>")),
        NOTHING,
        "Die Datei rechnen.html ließ sich nicht lesen: sie ist kein Notebook",
    ),
    Kind(
        "page-as-notebook",
        content("rechnen.ipynb", "<html>"),
        NOTHING,
        UNREAD.format("sie ist eine Webseite, kein Notebook"),
    ),
    Kind("zip-as-notebook", replaced(zipped), NOTHING, "sie ist ein Zip-Archiv"),
    Kind(
        "only-a-zip",
        both(replaced(nothing), lambda folder: zipped(folder / "rechnen.zip")),
        NOTHING,
        "rechnen.zip",
    ),
    Kind(
        "link-outside",
        both(rename("rechnen.ipynb", "geheim.json"), lambda folder: secret_link(folder / "rechnen.ipynb")),
        NOTHING,
        UNREAD.format("sie ist keine gewöhnliche Datei"),
    ),
    Kind("dangling-link", replaced(lambda path: path.symlink_to("nirgends")), NOTHING, "keine gewöhnliche Datei"),
    Kind("fifo", replaced(fifo_pipe), NOTHING, "keine gewöhnliche Datei"),
    Kind("device", replaced(device), NOTHING, "keine gewöhnliche Datei"),
    Kind("socket", replaced(unix_socket), NOTHING, "keine gewöhnliche Datei"),
    Kind("folder", replaced(Path.mkdir), NOTHING, "keine gewöhnliche Datei"),
    Kind(
        "no-permission",
        unreadable,
        RECHNEN if os.geteuid() == 0 else NOTHING,
        None if os.geteuid() == 0 else "das System",
    ),
    Kind("huge", replaced(huge), NOTHING, "sie ist größer als 64 MiB"),
    Kind("empty", content("rechnen.ipynb", b""), NOTHING, UNREAD.format("sie ist leer")),
    Kind("zeros", content("rechnen.ipynb", bytes(5000)), NOTHING, UNREAD.format("sie ist leer")),
    Kind("noise", content("rechnen.ipynb", noise(5000)), NOTHING, "kein gültiges JSON"),
    Kind(
        "fifo-beside", lambda folder: os.mkfifo(folder / "daten.csv"), RECHNEN, "daten.csv ist keine gewöhnliche Datei"
    ),
    Kind(
        "link-beside",
        lambda folder: (folder / "daten").symlink_to("/etc"),
        RECHNEN,
        "daten ist keine gewöhnliche Datei",
    ),
    Kind("folder-over-handout", lambda folder: (folder / "hinweise.txt" / "x").mkdir(parents=True), RECHNEN),
    Kind(
        "file-in-folder-over-handout",
        both(lambda folder: (folder / "hinweise.txt").mkdir(), lambda folder: content("hinweise.txt/x", "x")(folder)),
        RECHNEN,
        "Die Datei hinweise.txt/x wurde nicht neben die Notebooks gelegt",
    ),
    # --- encodings and JSON
    Kind("byte-order-mark", text(lambda old: old.encode("utf-8-sig")), RECHNEN),
    Kind("utf-16", text(lambda old: old.encode("utf-16")), RECHNEN),
    Kind(
        "latin-1",
        text(lambda old: old.replace("import math", "import math  # größer").encode("latin-1")),
        RECHNEN,
        "setup",
    ),
    Kind("windows-lines", text(lambda old: old.replace("\n", "\r\n")), RECHNEN),
    Kind("trailing-comma", text(lambda old: old.replace("\n ],", ",\n ],", 1)), RECHNEN, "überzählige Kommas"),
    Kind("truncated", text(truncated), WITHOUT_SQUARE, "beschädigt; 4 Zellen darüber ließen sich lesen"),
    Kind("duplicate-keys", text(twice), RECHNEN),
    Kind("not-a-number", text(lambda old: old.replace('"execution_count": null', '"execution_count": NaN')), RECHNEN),
    Kind("deep-nesting", text(nested), RECHNEN),
    Kind("bottomless", content("rechnen.ipynb", b"[" * 200_000), NOTHING, "kein gültiges JSON"),
    Kind("git-conflict", text(conflict), RECHNEN, "Konfliktmarken von git"),
    Kind("json-in-json", text(json.dumps), RECHNEN),
    Kind("other-json", content("rechnen.ipynb", '{"a": 1}'), NOTHING, UNREAD.format("sie enthält kein Notebook")),
    # --- formats
    Kind("format-3", data(old_format(3)), RECHNEN),
    Kind("format-2", data(old_format(2)), RECHNEN),
    Kind(
        "format-4.0",
        data(lambda made: {**made, "nbformat_minor": 0, "cells": [{**c, "id": None} for c in made["cells"]]}),
        RECHNEN,
    ),
    Kind("format-5", data(lambda made: {**made, "nbformat": 5}), RECHNEN),
    Kind("format-99", data(lambda made: {**made, "nbformat": 99, "nbformat_minor": "neu"}), RECHNEN),
    Kind(
        "cells-as-dict", data(lambda made: {**made, "cells": {str(k): c for k, c in enumerate(made["cells"])}}), RECHNEN
    ),
    Kind(
        "sources-as-lists",
        each(lambda cell: {**cell, "source": [[line] for line in cell["source"].splitlines(True)]}),
        RECHNEN,
    ),
    Kind("source-as-number", cells(lambda found: [*found, code(7)]), RECHNEN),
    Kind(
        "no-outputs",
        each(lambda cell: {k: v for k, v in cell.items() if k not in ("outputs", "execution_count")}),
        RECHNEN,
    ),
    Kind("metadata-as-text", data(lambda made: {**made, "metadata": "keine"}), RECHNEN),
    Kind("kernel-r", data(lambda made: {**made, "metadata": {"kernelspec": {"name": "ir", "language": "R"}}}), RECHNEN),
    Kind("kernel-unknown", data(lambda made: {**made, "metadata": {"kernelspec": {"name": 7}}}), RECHNEN),
    Kind(
        "widget-state", data(lambda made: {**made, "metadata": {"widgets": {"application/x": {"state": [1]}}}}), RECHNEN
    ),
    # --- cells
    Kind("ten-thousand-cells", cells(lambda found: [*found, *(code("", id=f"c{k}") for k in range(10_000))]), RECHNEN),
    Kind("five-megabyte-cell", cells(lambda found: [*found, code(f"x = '{'a' * 5 * 2**20}'")]), RECHNEN),
    Kind("empty-cells", cells(lambda found: [one for cell in found for one in (code("", id=""), cell)]), RECHNEN),
    Kind("colab", data(by_colab), RECHNEN),
    Kind("no-metadata", each(lambda cell: {**cell, "metadata": {}}), RECHNEN),
    Kind(
        "solution-as-markdown",
        each(lambda cell: {**cell, "cell_type": "markdown"}, "double_code"),
        RECHNEN,
        "keine Code-Zelle mehr",
    ),
    Kind(
        "solution-as-raw",
        each(lambda cell: {**cell, "cell_type": "raw"}, "double_code"),
        RECHNEN,
        "keine Code-Zelle mehr",
    ),
    Kind("all-markdown", each(lambda cell: {**cell, "cell_type": "markdown"}), RECHNEN, "keine Code-Zelle mehr"),
    Kind("typed-into-markdown", cells(into_markdown), RECHNEN, "double_code"),
    Kind("cut-in-two", cells(cut_in_two), RECHNEN, "Die Zelle double_code war in 2 Teile geteilt"),
    Kind("reverse-order", cells(lambda found: found[::-1]), RECHNEN, "anderer Reihenfolge"),
    Kind("one-cell", cells(in_one_cell), RECHNEN, "double_test fehlte"),
    Kind(
        "magic-with-blank",
        first_line("%% derivation tiny"),
        ALL,
        "Die erste Zeile der Zelle proof_code wurde berichtigt",
        whole=True,
    ),
    Kind(
        "magic-in-capitals",
        first_line("%%Derivation tiny"),
        ALL,
        "Die erste Zeile der Zelle proof_code wurde berichtigt",
        whole=True,
    ),
    Kind("tests-deleted", cells(without("double_test", "square_test")), RECHNEN, "double_test fehlte"),
    Kind(
        "test-edited", each(lambda cell: {**cell, "source": "2"}, "double_test"), RECHNEN, "double_test war verändert"
    ),
    Kind(
        "test-copied",
        cells(lambda found: [*found, {**by_id(found, "double_test"), "id": "again"}]),
        RECHNEN,
        "double_test gibt es 2-mal",
    ),
    Kind("test-made-solution", each(metadata(solution=True, locked=False, grade=True), "double_test"), RECHNEN),
    Kind("points-changed", each(metadata(points=100), "double_test", "square_test"), RECHNEN),
    Kind("schema-too-new", each(metadata(schema_version=99)), RECHNEN),
    Kind("solutions-swapped", cells(lambda found: swap_ids(found, "double_code", "square_code")), RECHNEN),
    Kind("tests-swapped", cells(lambda found: swap_ids(found, "double_test", "square_test")), RECHNEN),
    Kind("code-and-test-swapped", cells(lambda found: swap_ids(found, "double_code", "double_test")), RECHNEN),
    Kind(
        "two-answers",
        cells(lambda found: [*found, {**by_id(found, "double_code"), "id": "later", "source": WRONG}]),
        WITHOUT_DOUBLE,
        "Die Zelle double_code gibt es 2-mal",
    ),
    Kind(
        "extra-grade-cell",
        cells(lambda found: [*found, metadata(grade_id="bonus", grade=True, points=50)(code("50"))]),
        RECHNEN,
    ),
    Kind("skipped-by-tag", each(tagged("skip-execution")), RECHNEN),
    Kind("raises-by-tag", each(tagged("raises-exception")), RECHNEN),
    Kind("attachment", each(lambda cell: {**cell, "attachments": {"a.png": {"image/png": PICTURE}}}, "title"), RECHNEN),
    Kind(
        "broken-attachment",
        each(lambda cell: {**cell, "source": "![](attachment:x.png)", "attachments": 7}, "title"),
        RECHNEN,
    ),
    Kind("lone-surrogate", text(lambda old: old.replace("# Titel", "# Titel \\ud800")), RECHNEN),
    Kind("null-character", cells(lambda found: [*found, code("x = 1\0")]), RECHNEN),
    # --- files beside
    Kind(
        "time-nonsense", content("timestamp.txt", "gestern abend"), RECHNEN, "Die Datei timestamp.txt nennt keine Zeit"
    ),
    Kind("time-binary", content("timestamp.txt", noise(200_000)), RECHNEN, "Die Datei timestamp.txt nennt keine Zeit"),
    Kind(
        "time-fifo",
        lambda folder: os.mkfifo(folder / "timestamp.txt"),
        RECHNEN,
        "timestamp.txt ist keine gewöhnliche Datei",
    ),
    Kind("time-empty", content("timestamp.txt", b""), RECHNEN, "Die Datei timestamp.txt nennt keine Zeit"),
    Kind("time-right", content("timestamp.txt", "2026-11-02 12:00:00 Europe/Berlin"), RECHNEN),
    Kind("config-handed-in", content("nbgrader_config.py", SHADOW), RECHNEN),
    Kind("sitecustomize", content("sitecustomize.py", SHADOW), RECHNEN),
    Kind("own-sympy", both(content("sympy.py", SHADOW), content("numpy.py", SHADOW)), RECHNEN),
    Kind("conftest", content("conftest.py", SHADOW), RECHNEN),
    Kind(
        "many-files",
        lambda folder: [content(f"d{k:04}.txt", "x")(folder) for k in range(700)],
        RECHNEN,
        "mehr als 500 Dateien",
    ),
]
