"""PDF files, printed by LibreOffice: paragraphs, letterheads, tables over pages, numbers of pages."""

from __future__ import annotations

from functools import cache

import pytest

from tests.documents.files import (
    LONG,
    add_grid,
    add_justified,
    add_letterhead,
    add_page_numbers,
    assert_cells_are_at_their_place,
    cells,
    converted,
    new_word,
    saved,
    texts,
)
from tracker.documents.blocks import Document
from tracker.documents.read import read
from tracker.errors import UnreadableFile

ITEMS = [f"{n}. {LONG} lần thứ {n}." for n in range(1, 16)]
ROWS = [["STT", "Nội dung công việc", "Cơ quan chủ trì", "Thời gian"]] + [
    [str(n), f"{LONG} lần thứ {n}", "Phòng Tư pháp", f"Quý {'I' * n}"] for n in range(1, 4)
]


@cache
def plan() -> bytes:
    document = new_word()
    add_page_numbers(document)
    document.sections[0].footer.paragraphs[0].text = "Kế hoạch công tác của huyện Sơn Thanh"
    add_letterhead(document)
    for item in ITEMS:
        add_justified(document, item)
    for _ in range(3):
        document.add_paragraph("NHIỆM VỤ")
        table = add_grid(document, ROWS, repeat_head=True)
        table.cell(2, 3).merge(table.cell(3, 3)).text = "Quý II"
    return saved(document)


@pytest.fixture(scope="module")
def printed() -> Document:
    return read(converted(plan(), "pdf"))


def test_sentences_broken_at_line_and_page_ends_are_whole_again(printed: Document) -> None:
    assert [text for text in texts(printed) if text.startswith(tuple("123456789")) and LONG in text][
        :15
    ] == ITEMS


def test_the_letterhead_is_read_column_by_column(printed: Document) -> None:
    assert texts(printed)[:5] == [
        "UBND HUYỆN SƠN THANH",
        "Số: 12/KH-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Sơn Thanh, ngày 08 tháng 02 năm 2026",
    ]


def test_page_numbers_and_running_heads_are_dropped(printed: Document) -> None:
    assert not [text for text in texts(printed) if text.isdigit() and len(text) < 2 and text not in "123"]
    assert "Kế hoạch công tác của huyện Sơn Thanh" not in texts(printed)


def test_tables_are_those_of_the_word_file_also_over_page_ends(printed: Document) -> None:
    word = read(plan())
    assert [cells(table) for table in printed.tables] == [cells(table) for table in word.tables]
    merged = [[cell.merged for row in table.rows for cell in row.cells] for table in printed.tables]
    assert merged == [[cell.merged for row in table.rows for cell in row.cells] for table in word.tables]
    assert_cells_are_at_their_place(printed)


def test_a_locked_pdf_is_refused_in_words() -> None:
    # The smallest locked file: a dictionary of encryption that no empty password opens.
    data = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 1/R 2/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">/P -4>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]>>\n%%EOF"
    )
    with pytest.raises(UnreadableFile) as refusal:
        read(data)
    assert refusal.value.code in ("locked-file", "damaged-file")
