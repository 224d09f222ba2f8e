"""Tables for spreadsheets: CSV as Excel or another program wants it, and XLSX; the same bytes for the same rows.

Names are what people typed: none of them may become a formula.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from autograder.course.archive import zip_bytes

Cell: TypeAlias = "str | int | float | None"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML cannot hold them
_SAVED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_WIDEST = 60  # characters of a column that is not to fill the screen


def csv_for_excel(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return CSV that opens with a double click where commas are decimal: semicolons, and a mark of UTF-8."""
    return _csv(rows, ";").encode("utf-8-sig")


def csv_for_programs(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return CSV with commas, in UTF-8, as other systems read it."""
    return _csv(rows, ",").encode("utf-8")


def xlsx(title: str, rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a workbook of one sheet called ``title``, its first row the heads of the columns."""
    return workbook({title: rows})


def workbook(sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """Return a workbook of ``sheets`` by their titles, the first row of each the heads of its columns."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        _fill(book.create_sheet(title), rows)
    saved = io.BytesIO()
    book.save(saved)
    return _undated(saved.getvalue())


def _fill(sheet: Any, rows: Iterable[Sequence[Cell]]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value = clean(value)
                cell.data_type = "s"  # a text that begins with an equals sign is still one
                cell.alignment = Alignment(vertical="top", wrap_text=number > 1 and len(value) > _WIDEST)
            elif value is not None:
                cell.value = value
            if number == 1:
                cell.font = Font(bold=True)
    for column, cells in enumerate(sheet.iter_cols(values_only=True), start=1):
        longest = max((len(str(value)) for value in cells if value is not None), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(longest, _WIDEST) + 2
    sheet.freeze_panes = "A2"


def clean(text: str) -> str:
    """Return ``text`` without the characters that no file of a spreadsheet can hold."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _csv(rows: Iterable[Sequence[Cell]], delimiter: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_literal(value) if isinstance(value, str) else value for value in row])
    return text.getvalue()


def _literal(text: str) -> str:
    """Keep a spreadsheet from reading ``text`` as a formula: by an apostrophe, as it marks text itself."""
    text = clean(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _undated(workbook: bytes) -> bytes:
    """Return a workbook that does not tell when it was saved."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        files: dict[str, bytes] = {name: archive.read(name) for name in archive.namelist()}
    core = "docProps/core.xml"
    files[core] = _SAVED.sub(rb"\g<1>2020-02-02T00:00:00Z", files[core])
    return zip_bytes(files)
