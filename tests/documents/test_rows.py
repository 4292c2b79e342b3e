"""Tables as they are kept: the first sheet, every cell as it is written."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pytest

from tracker.documents.rows import read_rows
from tracker.errors import Invalid, UnreadableFile


def book(*rows: tuple[object, ...], hidden: bool = False) -> bytes:
    made = openpyxl.Workbook()
    if hidden:
        made.active.append(("Ẩn",))
        made.active.sheet_state = "hidden"
        made.create_sheet()
    for row in rows:
        made.worksheets[-1].append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_numbers_days_and_gaps_are_read_as_somebody_sees_them() -> None:
    data = book(
        ("Mã", "Ngày", "Số"),
        (),
        ("A", dt.datetime.fromisoformat("2025-07-01"), 12.0),
        ("B", dt.date(2025, 7, 1), 0.5),
    )
    assert read_rows(data) == [
        (1, ("Mã", "Ngày", "Số")),
        (3, ("A", "01/07/2025", "12")),
        (4, ("B", "01/07/2025", "0.5")),
    ]


def test_a_hidden_sheet_is_not_the_list() -> None:
    assert read_rows(book(("Mã",), ("A",), hidden=True)) == [(1, ("Mã",)), (2, ("A",))]


def test_a_damaged_workbook_is_refused_in_words() -> None:
    with pytest.raises(UnreadableFile, match="hỏng"):
        read_rows(b"PK\x03\x04 not a workbook")


def test_an_old_workbook_is_asked_for_as_a_new_one() -> None:
    with pytest.raises(Invalid, match=r"\.xlsx"):
        read_rows(b"\xd0\xcf\x11\xe0")
