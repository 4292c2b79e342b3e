"""Word files: automatic numbers, tracked changes, content controls and tables, built here and read back."""

from __future__ import annotations

import io
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from tracker.documents.blocks import Block
from tracker.documents.read import read

LEVELS = (("upperRoman", "%1."), ("decimal", "%2."), ("lowerLetter", "%3)"), ("bullet", "-"))


class Draft:
    """A Word file under construction, with one list of four levels."""

    def __init__(self) -> None:
        self.document = docx.Document()
        self.root = self.document.part.numbering_part.element
        levels = "".join(
            f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
            for i, (form, text) in enumerate(LEVELS)
        )
        abstract = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{levels}</w:abstractNum>'
        self.root.insert(0, parse_xml(abstract))
        self.add_list(90)

    def add_list(self, list_id: int, restart_level: int | None = None) -> None:
        override = (
            f'<w:lvlOverride w:ilvl="{restart_level}"><w:startOverride w:val="1"/></w:lvlOverride>'
            if restart_level is not None
            else ""
        )
        self.root.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{list_id}"><w:abstractNumId w:val="90"/>{override}</w:num>'
            )
        )

    def item(self, text: str, level: int, list_id: int = 90, where: Any = None) -> Any:
        paragraph = (where or self.document).add_paragraph(text)
        paragraph._p.get_or_add_pPr().append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'
            )
        )
        return paragraph

    def read(self) -> tuple[Block, ...]:
        buffer = io.BytesIO()
        self.document.save(buffer)
        return read(buffer.getvalue()).blocks

    def texts(self) -> list[str]:
        return [block.text for block in self.read()]


def test_automatic_numbers_stand_in_front_and_deeper_ones_begin_again() -> None:
    draft = Draft()
    for text, level in [("Một", 0), ("A", 1), ("B", 1), ("x", 2), ("Hai", 0), ("C", 1), ("gạch", 3)]:
        draft.item(text, level)
    assert draft.texts() == ["I. Một", "1. A", "2. B", "a) x", "II. Hai", "1. C", "- gạch"]


def test_a_second_list_goes_on_counting_unless_it_says_to_begin_again() -> None:
    draft = Draft()
    draft.add_list(91)
    draft.add_list(92, restart_level=0)
    draft.item("Một", 0)
    draft.item("Hai", 0, 91)
    draft.item("Lại một", 0, 92)
    assert draft.texts() == ["I. Một", "II. Hai", "I. Lại một"]


def test_numbers_run_through_table_cells() -> None:
    draft = Draft()
    draft.item("Một", 0)
    table = draft.document.add_table(rows=1, cols=2)
    table.cell(0, 0).paragraphs[0].text = "Ô trái"
    draft.item("Trong bảng", 0, where=table.cell(0, 1))
    draft.item("Sau bảng", 0)
    blocks = draft.read()
    assert [block.text for block in blocks] == ["I. Một", "Ô trái", "II. Trong bảng", "III. Sau bảng"]
    assert [(cell.row, cell.column) for block in blocks if (cell := block.cell)] == [(0, 0), (0, 1)]


def test_tracked_insertions_are_kept_and_deletions_left_out() -> None:
    draft = Draft()
    paragraph = draft.document.add_paragraph("Thời gian: ")._p
    changes = (
        "<w:del {0}><w:r><w:delText>quý I</w:delText></w:r></w:del>",
        "<w:ins {0}><w:r><w:t>quý II</w:t></w:r></w:ins>",
    )
    for change in changes:
        paragraph.append(parse_xml(change.format(nsdecls("w"))))
    assert draft.texts() == ["Thời gian: quý II"]


def test_content_controls_are_read() -> None:
    draft = Draft()
    draft.document.element.body.insert(
        0,
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>Trong khung</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        ),
    )
    assert draft.texts() == ["Trong khung"]


def test_a_file_without_a_numbering_part_is_read() -> None:
    document, buffer = docx.Document(), io.BytesIO()
    document.add_paragraph("Kế hoạch")
    for key, relation in list(document.part.rels.items()):
        if relation.reltype.endswith("/numbering"):
            document.part.rels.pop(key)
    document.save(buffer)
    assert [block.text for block in read(buffer.getvalue()).blocks] == ["Kế hoạch"]


def test_bold_and_centred_paragraphs_are_marked() -> None:
    draft = Draft()
    paragraph = draft.document.add_paragraph()
    paragraph.add_run("KẾ HOẠCH").bold = True
    paragraph.alignment = 1
    assert paragraph._p.find(qn("w:pPr")) is not None
    (block,) = draft.read()
    assert (block.bold, block.centred) == (True, True)


BEGUN = "2. Chỉ đạo việc xây dựng và đánh giá cấp xã đạt chuẩn tiếp cận pháp luật; đề ra các giải"


@pytest.mark.parametrize("rest", ["pháp cụ thể.", "705/QĐ-TTg ngày 25/5/2017."])
def test_a_sentence_torn_into_two_paragraphs_is_one(rest: str) -> None:
    draft = Draft()
    for text in (BEGUN, "", rest, "Đoạn sau."):
        draft.document.add_paragraph(text)
    assert draft.texts() == [f"{BEGUN} {rest}", "Đoạn sau."]


@pytest.mark.parametrize(
    ("before", "following"),
    [
        (BEGUN, "a) thống kê, rà soát"),
        (BEGUN, "a)thống kê, rà soát"),
        (BEGUN, "- thống kê, rà soát"),
        (BEGUN, "Thống kê, rà soát"),
        (f"{BEGUN}:", "thống kê, rà soát"),
        ("Sản phẩm", "báo cáo kết quả"),
    ],
)
def test_other_paragraphs_stay_apart(before: str, following: str) -> None:
    draft = Draft()
    draft.document.add_paragraph(before)
    draft.document.add_paragraph(following)
    assert draft.texts() == [before, following]


def test_a_numbered_paragraph_and_one_after_a_table_begin_anew() -> None:
    draft = Draft()
    draft.document.add_paragraph(BEGUN)
    draft.item("thống kê, rà soát", 2)
    draft.document.add_paragraph(BEGUN)
    draft.document.add_table(1, 1).cell(0, 0).text = "Ô"
    draft.document.add_paragraph("thống kê, rà soát")
    assert draft.texts() == [BEGUN, "a) thống kê, rà soát", BEGUN, "Ô", "thống kê, rà soát"]
