"""A plan's .docx: what is put in comes out of the reader, numbers typed or counted by Word."""

from __future__ import annotations

import io

import docx
import pytest
from docx.shared import Mm

from tracker.documents.read import read
from tracker.sheets.plan_docx import PlanText, plan_docx, plan_lines

BODY = """
# MỤC ĐÍCH
Một đoạn văn.
# NỘI DUNG
## Việc thứ nhất
### Việc nhỏ thứ nhất.
- Cơ quan chủ trì: Phòng Tư pháp & Tổ <A>.
### Việc nhỏ thứ hai.
## Việc thứ hai
a) Điểm một.
a) Điểm hai.
a) Điểm ba.
a) Điểm bốn.
a) Điểm năm.
"""


def plan(automatic: bool) -> PlanText:
    return PlanText(
        issuer=("ỦY BAN NHÂN DÂN", "HUYỆN SƠN THANH"),
        number="12/KH-UBND",
        place_and_date="Sơn Thanh, ngày 08 tháng 02 năm 2026",
        title="Công tác năm 2026",
        opening=("UBND huyện Sơn Thanh ban hành Kế hoạch như sau:",),
        lines=plan_lines(BODY),
        recipients=("Các phòng, ban chuyên môn", "Lưu: VT, TP"),
        signer=("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        signer_name="Vũ Đình Khôi",
        automatic=automatic,
    )


@pytest.mark.parametrize("automatic", [False, True], ids=["typed", "counted by Word"])
def test_the_numbers_are_those_of_the_decree(automatic: bool) -> None:
    document = read(plan_docx(plan(automatic)), "ke-hoach.docx")
    texts = [" ".join(block.text.split()) for block in document.blocks]
    start = texts.index("I. MỤC ĐÍCH")
    assert texts[start : start + 14] == [
        "I. MỤC ĐÍCH",
        "Một đoạn văn.",
        "II. NỘI DUNG",
        "1. Việc thứ nhất",
        "1.1. Việc nhỏ thứ nhất.",
        "- Cơ quan chủ trì: Phòng Tư pháp & Tổ <A>.",
        "1.2. Việc nhỏ thứ hai.",
        "2. Việc thứ hai",
        "a) Điểm một.",
        "b) Điểm hai.",
        "c) Điểm ba.",
        "d) Điểm bốn.",
        "đ) Điểm năm.",
        "Nơi nhận:",
    ]


def test_the_page_is_the_one_of_the_decree() -> None:
    document = docx.Document(io.BytesIO(plan_docx(plan(False))))
    section = document.sections[0]
    sizes = (section.page_width, section.page_height, section.left_margin, section.right_margin)
    assert [round(size / Mm(1)) for size in sizes] == [210, 297, 30, 15]  # Word keeps twentieths of a point
    assert section.different_first_page_header_footer
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.core_properties.author == "ỦY BAN NHÂN DÂN HUYỆN SƠN THANH"
