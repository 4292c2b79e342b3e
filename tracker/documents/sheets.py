"""Task tables in Excel or CSV become paragraphs (what stands above and below) and tables."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl  # type: ignore[import-untyped]  # it ships no types
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # the same
from openpyxl.utils.cell import range_boundaries  # type: ignore[import-untyped]  # the same
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]  # the same

from tracker.documents.archives import check_archive, damaged
from tracker.documents.blocks import Document
from tracker.documents.gather import LAYOUT_WORDS, Gathering, GridCell, GridRow
from tracker.documents.legacy import modern
from tracker.documents.limits import (
    MAX_COLUMNS,
    MAX_MERGED_ROWS,
    MAX_MERGES,
    MAX_ROWS,
    Patience,
    number,
    too_large,
)
from tracker.documents.plain import decode
from tracker.vietnamese.forms import fold, tidy

MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
# The head of a table names at least this many columns.
NAMED = 3
DELIMITERS = (",", ";", "\t")
FEWEST_ROWS = 2
SAMPLE_LINES = 200
LONGEST_NAME = 60

Merges = dict[tuple[int, int], tuple[int, int]]


def read_xlsx(data: bytes) -> Document:
    gathering = Gathering()
    with open_book(data) as book:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                rows = list(_rows(sheet, Patience()))
                _add_sheet(gathering, _with_merges(rows, _merges(data, sheet)))
    return gathering.document("xlsx")


@contextmanager
def open_book(data: bytes) -> Iterator[Any]:
    """The workbook, looked over before it is opened; whatever openpyxl trips over is a damaged file."""
    check_archive(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        yield book
        book.close()
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
        AssertionError,
        OverflowError,
        ParseError,
        DefusedXmlException,
        InvalidFileException,
        zipfile.BadZipFile,
    ) as error:
        raise damaged(error) from error


def _rows(sheet: Any, patience: Patience) -> Iterator[list[str]]:
    """The texts of the rows; formulas are their last values. Empty rows count: merges speak of places."""
    for count, row in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)):
        if count >= MAX_ROWS:
            raise too_large(f"có bảng quá {number(MAX_ROWS)} dòng")
        if not count % 100:
            patience.check()
        yield [_shown(value) for value in row]


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    lines = (tidy(line) for line in modern(str(value)).splitlines())
    return "\n".join(line for line in lines if line)


def _merges(data: bytes, sheet: Any) -> Merges:
    """Rows and columns of each merged range by its first cell, both counted from 0."""
    path = getattr(sheet, "_worksheet_path", "")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            text = archive.read(path)
        except KeyError:
            return {}
    found: Merges = {}
    for match in MERGED.finditer(text):
        left, top, right, bottom = range_boundaries(match[1].decode())
        if top > MAX_ROWS or left > MAX_COLUMNS:
            continue
        if len(found) >= MAX_MERGES:
            raise too_large(f"có hơn {number(MAX_MERGES)} ô gộp")
        found[top - 1, left - 1] = (min(bottom, MAX_ROWS) - top + 1, min(right, MAX_COLUMNS) - left + 1)
    if sum(tall for tall, _ in found.values()) > MAX_MERGED_ROWS:
        raise too_large(f"có ô gộp phủ hơn {number(MAX_MERGED_ROWS)} dòng")
    return found


def _with_merges(rows: Sequence[Sequence[str]], merges: Merges) -> list[GridRow]:
    below: dict[tuple[int, int], int] = {}
    for (top, left), (tall, wide) in merges.items():
        below |= {(row, left): wide for row in range(top + 1, min(top + tall, len(rows)))}
    found = []
    for number_of_row, row in enumerate(rows):
        cells: list[GridCell] = []
        column = 0
        while column < len(row):
            place = (number_of_row, column)
            wide = below.get(place) or merges.get(place, (1, 1))[1]
            cells.append(GridCell(row[column], columns=wide, merged=place in below))
            column += max(wide, 1)
        found.append(tuple(cells))
    return found


def _add_sheet(gathering: Gathering, rows: Sequence[GridRow]) -> None:
    """Lines above the table's head and below its last row are paragraphs."""
    rows = [row for row in rows if any(cell.text or cell.merged for cell in row)]
    head = next(
        (at for at, row in enumerate(rows) if _filled(row) >= NAMED and not _is_layout(row)), len(rows)
    )
    foot = next((at for at in range(head, len(rows)) if _is_layout(rows[at])), len(rows))
    _add_lines(gathering, rows[:head])
    if rows[head:foot]:
        gathering.add_table(_cut(rows[head:foot]))
    _add_lines(gathering, rows[foot:])


def _filled(row: GridRow) -> int:
    return sum(bool(cell.text) for cell in row)


def _is_layout(row: GridRow) -> bool:
    return any(LAYOUT_WORDS.search(fold(cell.text)) for cell in row if cell.text)


def _add_lines(gathering: Gathering, rows: Iterable[GridRow]) -> None:
    for row in rows:
        for cell in row:
            for line in cell.text.split("\n"):
                gathering.add_text(line)


def _cut(rows: Sequence[GridRow]) -> list[GridRow]:
    """Without the empty columns that a sheet has on its right."""
    last = max(max((at for at, cell in enumerate(row) if cell.text), default=0) for row in rows)
    return [row[: last + 1] for row in rows]


# Text with delimiters.


def csv_rows(data: bytes) -> list[list[str]] | None:
    """The rows, if the text is a table: almost every row has as many cells as the first long one."""
    text = modern(decode(data))
    for delimiter in DELIMITERS:
        if _looks_like_rows(text.splitlines()[:SAMPLE_LINES], delimiter):
            rows = _parsed(text, delimiter)
            if rows:
                return rows
    return None


def _looks_like_rows(lines: Sequence[str], delimiter: str) -> bool:
    """A cheap look before parsing: prose has no delimiter in most lines, and never begins with several."""
    with_some = sum(line.count(delimiter) >= NAMED - 1 for line in lines)
    return with_some >= FEWEST_ROWS


def _parsed(text: str, delimiter: str) -> list[list[str]] | None:
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True) if any(row)]
    except csv.Error:
        return None
    widths = [len(row) for row in rows]
    wide = max(set(widths), key=widths.count) if widths else 0
    same = widths.count(wide)
    above = next((at for at, width in enumerate(widths) if width == wide), 0)
    is_table = wide >= NAMED and same >= FEWEST_ROWS and same >= 0.9 * (len(rows) - above)
    return rows if is_table and _has_head(rows[above]) else None


def _has_head(row: Sequence[str]) -> bool:
    """A head names every column in a few words; a sentence with commas does not."""
    names = [tidy(name) for name in row]
    return all(name and len(name) <= LONGEST_NAME and not name[0].islower() for name in names)


def read_csv(rows: Sequence[Sequence[str]]) -> Document:
    if len(rows) > MAX_ROWS:
        raise too_large(f"có bảng quá {number(MAX_ROWS)} dòng")
    gathering = Gathering()
    _add_sheet(gathering, [tuple(GridCell(_shown(text)) for text in row[:MAX_COLUMNS]) for row in rows])
    return gathering.document("csv")
