"""Task tables in Excel and CSV."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl

from tests.documents.files import assert_cells_are_at_their_place, cells, texts
from tracker.documents.read import read

HEAD = ["TT", "Nội dung công việc", "Chủ trì", "Thời hạn"]


def workbook() -> Any:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "KẾ HOẠCH"
    sheet["A2"] = "Công tác năm 2026"
    for row in (HEAD, [1, "Rà soát", "Phòng A", date(2026, 3, 5)], [2.0, "Báo cáo\nquý", None, "Quý II"]):
        sheet.append(row)
    return book


def saved(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_lines_above_the_head_are_paragraphs_and_the_rest_is_a_table() -> None:
    document = read(saved(workbook()))
    assert document.kind == "xlsx"
    assert texts(document)[:2] == ["KẾ HOẠCH", "Công tác năm 2026"]
    assert cells(document.tables[0]) == [
        HEAD,
        ["1", "Rà soát", "Phòng A", "05/03/2026"],
        ["2", "Báo cáo\nquý", "", "Quý II"],
    ]
    assert_cells_are_at_their_place(document)


def test_merged_cells_of_a_sheet_are_known() -> None:
    book = workbook()
    book.active.merge_cells("C4:C5")
    rows = read(saved(book)).tables[0].rows
    assert [(row.cells[2].text, row.cells[2].merged) for row in rows[1:]] == [
        ("Phòng A", False),
        ("Phòng A", True),
    ]


def test_hidden_sheets_are_left_out() -> None:
    book = workbook()
    hidden = book.create_sheet("danh mục")
    hidden.append(["một", "hai", "ba"])
    hidden.sheet_state = "hidden"
    assert "một" not in texts(read(saved(book)))


def test_a_csv_is_known_by_its_rows_whatever_its_delimiter() -> None:
    for delimiter in ",;\t":
        lines = ["KẾ HOẠCH", delimiter.join(HEAD), delimiter.join(["1", "Rà soát", "Phòng A", "Quý I"])] + [
            delimiter.join([str(n), f"Việc {n}", "Phòng B", "Quý II"]) for n in range(2, 6)
        ]
        document = read("\n".join(lines).encode("utf-8-sig"))
        assert cells(document.tables[0])[:2] == [HEAD, ["1", "Rà soát", "Phòng A", "Quý I"]]


def test_prose_with_commas_is_no_csv() -> None:
    text = "Phòng A, phòng B, phòng C thực hiện.\nXã A, xã B, xã C phối hợp.\nSở A, sở B, sở C giám sát."
    document = read(text.encode())
    assert document.kind == "txt"
    assert document.tables == ()
