"""Lists of units, groups and people as files: rows of text go in, the bytes of a .csv or .xlsx come out.

Both come back through `documents/rows.py` as they were. Every cell is text: nothing that somebody typed as a
name is ever run as a formula.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from openpyxl import Workbook  # type: ignore[import-untyped]  # it ships no types
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]  # the same
from openpyxl.styles import Alignment, Font, PatternFill  # type: ignore[import-untyped]  # the same
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]  # the same

from tracker.documents.rows import CONTROLS, GUARDED
from tracker.units.roster import COLUMNS
from tracker.units.roster_plan import ADDED, CHANGED, SAME, Entry

CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TITLES = {"units": "Đơn vị", "groups": "Nhóm đơn vị", "people": "Người dùng"}
WORDS = {ADDED: "thêm", CHANGED: "sửa", SAME: "giữ nguyên"}
RUN = re.compile(r"'*[=+\-@]")

Rows = Sequence[Sequence[str]]


def roster_bytes(kind: str, rows: Rows, form: str) -> bytes:
    """The file, `form` being csv or xlsx."""
    return roster_xlsx(kind, rows) if form == XLSX else roster_csv(rows)


def roster_csv(rows: Rows) -> bytes:
    """Comma-separated, with the mark by which Excel knows UTF-8. What a spreadsheet would run gets an apostrophe,
    which reading takes off."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_guarded(cell, RUN) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def roster_xlsx(kind: str, rows: Rows) -> bytes:
    """One sheet with its head frozen, a filter, and widths that suit the columns."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(TITLES[kind])
    sheet.freeze_panes = "C2"
    for place, column in enumerate(COLUMNS[kind], 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(rows[0]))}{len(rows)}"
    for at, row in enumerate(rows):
        sheet.append([_cell(sheet, text, head=at == 0) for text in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: object, text: str, *, head: bool) -> WriteOnlyCell | None:
    """A cell of text, whatever it looks like: a telephone keeps its zero, a formula stays words."""
    if not text:
        return None
    cell = WriteOnlyCell(sheet, value=_guarded(CONTROLS.sub("", text), GUARDED))
    cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = Alignment(vertical="top", wrap_text=not head)
    if head:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF4")
    elif RUN.match(text):
        cell.quotePrefix = True
    return cell


def _guarded(text: str, risky: re.Pattern[str]) -> str:
    return f"'{text}" if risky.match(text) else text


def told_entry(entry: Entry) -> Iterator[str]:
    """What becomes of a line of a list, in words; nothing where it stays the same."""
    if entry.result == SAME and not entry.note:
        return
    note = f" ({entry.note})" if entry.note else ""
    yield f"Dòng {entry.number}: {WORDS[entry.result]} {entry.title}{note}"
    for change in entry.changes:
        yield f"    {change.label}: {change.before or '–'} → {change.after or '–'}"
