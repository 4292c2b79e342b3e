"""A table file (.csv, .xlsx) becomes rows of plain cells, as a list of offices or people is kept.

Unlike `sheets`, which looks for a plan's table among other words, nothing is guessed here: the first row is the
head, every cell is taken as it is written, and what would lose its marks is refused.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any

from tracker.documents.limits import MAX_COLUMNS, MAX_ROWS, MEGABYTE, Patience, number, too_large
from tracker.documents.sheets import open_book
from tracker.errors import Invalid
from tracker.vietnamese.forms import tidy

LIMIT = 5 * MEGABYTE
XLSX, XLS = b"PK", b"\xd0\xcf\x11\xe0"
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

# What a spreadsheet would run as a formula is kept from it by an apostrophe in front (`sheets/rosters.py`).
GUARDED = re.compile(r"'+[=+\-@]")

Row = tuple[int, tuple[str, ...]]
"""The number of the line that the row begins on, and its cells."""


def read_rows(data: bytes | str) -> list[Row]:
    """Every row that is not empty."""
    if isinstance(data, bytes):
        _check(data)
        if data.startswith(XLSX):
            return list(_filled(_sheet_rows(data)))
    return list(_filled(_csv_rows(_text(data))))


def unguarded(text: str) -> str:
    """The text without the apostrophe that kept a spreadsheet from running it."""
    return text[1:] if GUARDED.match(text) else text


def _check(data: bytes) -> None:
    if not data.strip():
        raise Invalid("Tệp trống. Xin chọn tệp Excel hoặc CSV có dòng đầu là tên các cột.")
    if len(data) > LIMIT:
        raise Invalid("Tệp lớn hơn 5 MB. Xin chia thành nhiều tệp nhỏ hơn.")
    if data.startswith(XLS):
        raise Invalid("Đây là tệp Excel đời cũ (.xls). Xin mở tệp, lưu lại thành .xlsx rồi nạp lại.")


def _filled(rows: Iterator[Row]) -> Iterator[Row]:
    for count, (line, cells) in enumerate(rows):
        if count >= MAX_ROWS:
            raise too_large(f"có bảng quá {number(MAX_ROWS)} dòng")
        plain = [unguarded(tidy(CONTROLS.sub("", cell))) for cell in cells]
        while plain and not plain[-1]:
            plain.pop()
        if plain:
            yield line, tuple(plain)


def _sheet_rows(data: bytes) -> Iterator[Row]:
    """The rows of the first sheet that is shown."""
    with open_book(data) as book:
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            return
        patience = Patience()
        for line, row in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
            if not line % 100:
                patience.check()
            yield line, tuple(_shown(value) for value in row)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return f"{value.day:02}/{value.month:02}/{value.year}"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _csv_rows(text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    began = 1
    try:
        for row in reader:
            yield began, tuple(row[:MAX_COLUMNS])
            began = reader.line_num + 1
    except csv.Error:
        raise Invalid(f"Dòng {began} không đọc được. Xin kiểm tra dấu ngoặc kép ở dòng ấy.") from None


def _delimiter(text: str) -> str:
    """Excel writes a semicolon where the comma is the decimal mark; the head tells which."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=head.count)


def _text(data: bytes | str) -> str:
    if isinstance(data, str):
        return data.lstrip("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(
            "Tệp không phải UTF-8 nên mất dấu tiếng Việt. Xin lưu lại với loại “CSV UTF-8”, hoặc .xlsx."
        ) from None
