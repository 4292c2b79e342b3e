"""Files that the tests of this folder build: Word files, and what LibreOffice, Pillow and PDFium make of them."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import pypdfium2
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt

from tests.conftest import lacking
from tracker.documents.blocks import Document, Table

LONG = (
    "Phòng Tư pháp chủ trì, phối hợp với các phòng, ban, ngành của huyện và Ủy ban nhân dân các xã, thị trấn tổ chức "
    "hội nghị phổ biến các luật mới cho cán bộ, công chức và nhân dân trên địa bàn, bảo đảm thiết thực, hiệu quả"
)


def new_word() -> Any:
    """An empty Word file in a font that every machine has with Vietnamese letters."""
    document = docx.Document()
    document.styles["Normal"].font.name = "Liberation Serif"
    document.styles["Normal"].font.size = Pt(14)
    return document


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def word_file(*texts: str) -> bytes:
    document = new_word()
    for text in texts:
        add_justified(document, text)
    return saved(document)


def add_justified(document: Any, text: str) -> Any:
    paragraph = document.add_paragraph(text)
    paragraph.paragraph_format.first_line_indent = Cm(1.27)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    return paragraph


def made_text() -> list[str]:
    """A small plan, invented."""
    return [
        "KẾ HOẠCH",
        "Công tác năm 2026",
        "I. NHIỆM VỤ",
        f"1. {LONG}.",
        "- Thời gian: Quý I.",
        "II. KINH PHÍ",
    ]


def add_letterhead(document: Any) -> None:
    table = document.add_table(2, 2)
    rows = (
        ("UBND HUYỆN SƠN THANH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"),
        ("Số: 12/KH-UBND", "Sơn Thanh, ngày 08 tháng 02 năm 2026"),
    )
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER


def add_grid(document: Any, rows: Sequence[Sequence[str]], repeat_head: bool = False) -> Any:
    table = document.add_table(0, len(rows[0]))
    table.style = "Table Grid"
    for texts in rows:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    if repeat_head:
        table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    return table


def add_page_numbers(document: Any) -> None:
    run = document.sections[0].header.paragraphs[0].add_run()
    for mark in (
        '<w:fldChar {} w:fldCharType="begin"/>',
        "<w:instrText {}>PAGE</w:instrText>",
        '<w:fldChar {} w:fldCharType="end"/>',
    ):
        run._r.append(parse_xml(mark.format(nsdecls("w"))))


def zipped(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def converted(data: bytes, to: str) -> bytes:
    """A Word file as LibreOffice writes it in another kind."""
    if shutil.which("soffice") is None:
        lacking("no LibreOffice on this machine (Debian: apt-get install libreoffice-writer-nogui)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plan.docx").write_bytes(data)
        command = [
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to",
            to,
        ]
        command += ["--outdir", str(folder), str(folder / "plan.docx")]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return (folder / f"plan.{to}").read_bytes()


def pictures(pdf: bytes, dots: int = 200) -> list[Any]:
    opened = pypdfium2.PdfDocument(pdf)
    found = [page.render(scale=dots / 72).to_pil().convert("L") for page in opened]
    opened.close()
    return found


def as_file(images: Sequence[Any], form: str) -> bytes:
    buffer = io.BytesIO()
    more = (
        {"save_all": True, "append_images": [one.copy() for one in images[1:]]}
        if form in ("PDF", "TIFF")
        else {}
    )
    # A picture remembers the options of the last kind it was saved as; a copy does not.
    images[0].copy().save(buffer, form, **more)
    return buffer.getvalue()


def need_tesseract() -> None:
    if shutil.which("tesseract") is None:
        lacking("no tesseract on this machine (Debian: apt-get install tesseract-ocr tesseract-ocr-vie)")


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def cells(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def assert_cells_are_at_their_place(document: Document) -> None:
    """Every cell's words are found in the block that it names, inside the table's blocks."""
    for table in document.tables:
        for cell in (cell for row in table.rows for cell in row.cells if cell.text):
            assert table.first_block <= cell.block <= table.last_block
            assert document.blocks[cell.block].text[cell.start : cell.end] == cell.text
