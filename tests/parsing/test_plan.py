"""A whole plan of an invented district, read from text; and what holds for every plan at hand."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner

from tracker.cli import main
from tracker.documents.read import read
from tracker.drafts.checks import DOUBT_WORDS
from tracker.drafts.model import PlanDraft
from tracker.parsing.plan import parse

PLAN = """Số: 12/KH-UBND

Suối Trong, ngày 15 tháng 01 năm 2031

KẾ HOẠCH

Công tác hòa giải ở cơ sở năm 2031

Thực hiện Kế hoạch số 7/KH-UBND ngày 02/01/2031 của UBND tỉnh Đồi Gió,
UBND huyện Suối Trong ban hành Kế hoạch như sau:

I. MỤC ĐÍCH, YÊU CẦU

1. Nâng cao chất lượng hòa giải.

II. NỘI DUNG

1. Tổ chức tập huấn

1.1. Mở lớp tập huấn cho hòa giải viên

- Nội dung kỹ năng;

- Đơn vị chủ trì: Phòng Tư pháp tham mưu cho UBND huyện thực hiện.

- *Đơn vị phối hợp:* UBND các xã, thị trấn; Hội Luật gia huyện.

- Thời gian thực hiện: Quý II năm 2031; cao điểm từ ngày 01/6 đến ngày 10/6.

- Kết quả, sản phẩm: Kế hoạch; lớp tập huấn được tổ chức...

2. Hội thi hòa giải viên giỏi. Chủ trì: Ủy ban nhân dân huyện

- Chủ trì: Ủy ban nhân dân huyện; phối hợp: Phòng Văn hóa và Thông tin; thời hạn: trước ngày 31/8.

III. TỔ CHỨC THỰC HIỆN

1. Phòng Tư pháp theo dõi, đôn đốc việc thực hiện Kế hoạch này.

2. UBND các xã, thị trấn tổ chức thực hiện. Định kỳ 6 tháng (trước ngày 05/6), hằng năm
(trước ngày 05/12) gửi báo cáo kết quả về UBND huyện (qua Phòng Tư pháp).

3. Kinh phí thực hiện do ngân sách bảo đảm.

Trên đây là Kế hoạch công tác năm 2031./.

Nơi nhận:

- Sở Tư pháp (b/c);
- UBND các xã, thị trấn;
- Lưu: VT.

KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Lê Văn Thử
"""


@pytest.fixture(scope="module")
def draft() -> PlanDraft:
    return parse(read(PLAN.encode()))


def test_the_head_is_read(draft: PlanDraft) -> None:
    head = draft.plan
    assert (head.number, head.symbol, head.issued_on) == ("12/KH-UBND", "KH-UBND", "2031-01-15")
    assert (head.title, head.issuer) == ("Công tác hòa giải ở cơ sở năm 2031", "UBND huyện Suối Trong")
    assert (head.period.start, head.period.end) == (date(2031, 1, 1), date(2031, 12, 31))
    assert (head.signer.name, head.signer.position) == ("Lê Văn Thử", "PHÓ CHỦ TỊCH")
    assert head.recipients == ("Sở Tư pháp", "UBND các xã, thị trấn")
    assert (head.implements, head.coordinator) == (("7/KH-UBND",), "Phòng Tư pháp")


def test_the_rows_are_found_with_kind_and_path(draft: PlanDraft) -> None:
    assert [(task.kind, ".".join(task.path)) for task in draft.tasks] == [
        ("task", "II.1.1.1"),
        ("task", "II.2"),
        ("responsibility", "III.1"),
        ("responsibility", "III.2"),
        ("report", "III.2.r1"),
    ]


def test_a_labelled_task_is_read_in_every_field(draft: PlanDraft) -> None:
    task = draft.tasks[0]
    assert task.title == "Mở lớp tập huấn cho hòa giải viên"
    assert (task.leads, task.accountable) == (("Phòng Tư pháp",), "UBND huyện")
    assert task.partners == ("UBND các xã, thị trấn", "Hội Luật gia huyện")
    assert [(timing.label, timing.due) for timing in task.timings] == [
        (None, date(2031, 6, 30)),
        ("cao điểm", date(2031, 6, 10)),
    ]
    assert task.deliverables == ("Kế hoạch", "lớp tập huấn được tổ chức")


def test_a_committee_that_leads_raises_a_doubt(draft: PlanDraft) -> None:
    assert draft.tasks[1].leads == ("Ủy ban nhân dân huyện",)
    assert "committee-lead" in [doubt.code for doubt in draft.tasks[1].doubts]


def test_a_report_hidden_in_prose_has_two_dates_each_year(draft: PlanDraft) -> None:
    report = draft.tasks[-1]
    assert (report.leads, report.recipient) == (("UBND các xã, thị trấn",), "UBND huyện (qua Phòng Tư pháp)")
    assert [(t.label, t.due, t.every) for t in report.timings] == [
        ("6 tháng", date(2031, 6, 4), "year"),
        ("năm", date(2031, 12, 4), "year"),
    ]


def test_what_is_no_row_is_listed_as_left_over(draft: PlanDraft) -> None:
    assert [source.text[:12] for source in draft.leftover] == ["1. Nâng cao ", "3. Kinh phí ", "Trên đây là "]


def test_a_text_without_tasks_keeps_all_its_paragraphs() -> None:
    draft = parse(read("Thư ngỏ\n\nKính gửi các bạn.\n\nTrân trọng.".encode()))
    assert draft.tasks == ()
    assert tuple(source.text for source in draft.leftover) == draft.blocks


def test_an_annex_is_not_lost_in_the_foot() -> None:
    draft = parse(read((PLAN + "\nPHỤ LỤC\n\n| TT | Việc | Chủ trì |\n").encode()))
    assert draft.plan.recipients == ("Sở Tư pháp", "UBND các xã, thị trấn")
    assert draft.leftover[-1].text.startswith("| TT")
    assert "unread-annex" in [doubt.code for doubt in draft.lint]


def test_every_doubt_of_a_reading_has_its_sentence(draft: PlanDraft) -> None:
    codes = {doubt.code for task in draft.tasks for doubt in task.doubts} | {
        doubt.code for doubt in draft.lint
    }
    assert codes <= set(DOUBT_WORDS)


def test_a_word_file_with_automatic_numbers_and_a_letterhead_reads_like_the_text() -> None:
    document, buffer = docx.Document(), io.BytesIO()
    head = document.add_table(rows=1, cols=2)
    head.cell(0, 0).paragraphs[0].text = "Số: 12/KH-UBND"
    head.cell(0, 1).paragraphs[0].text = "Suối Trong, ngày 15 tháng 01 năm 2031"
    for line in PLAN.split("\n\n")[2:]:
        document.add_paragraph(line.replace("*", ""))
    document.save(buffer)
    draft = parse(read(buffer.getvalue()))
    assert draft.plan.number == "12/KH-UBND"
    assert "unread-table" not in [doubt.code for doubt in draft.lint]
    assert [".".join(task.path) for task in draft.tasks][:2] == ["II.1.1.1", "II.2"]


@pytest.mark.parametrize(
    "line",
    ["1. " + "((" * 5000, "- Kết quả: " + "Kế hoạch, " * 2000, "1. " + "gửi báo cáo về UBND huyện " * 500],
)
def test_a_senseless_line_does_no_harm(line: str) -> None:
    draft = parse(read(f"II. NHIỆM VỤ\n1. Việc\n{line}".encode()))
    assert draft.blocks[-1] == line.strip()


def test_the_command_prints_the_contract_as_json(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PLAN, encoding="utf-8")
    result = CliRunner().invoke(main, ["parse", str(tmp_path / "a.txt"), "--json"])
    assert result.exit_code == 0
    assert set(json.loads(result.stdout)) == {"plan", "tasks", "leftover", "lint"}


def test_the_command_writes_one_file_for_each_plan_and_names_the_bad_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PLAN, encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    result = CliRunner().invoke(
        main, ["parse", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 1
    assert "trống" in result.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.json"]


def test_the_command_prints_a_table_for_people(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PLAN, encoding="utf-8")
    result = CliRunner().invoke(main, ["parse", str(tmp_path / "a.txt")])
    assert "II.1.1.1" in result.stdout
    assert "2031-06-30" in result.stdout


def test_the_mark_that_closes_a_document_is_no_part_of_a_title():
    text = "\n\n".join(
        [
            "KẾ HOẠCH",
            "Thử nghiệm năm 2026",
            "II. NỘI DUNG",
            "1. Treo băng rôn.",
            "III. TỔ CHỨC THỰC HIỆN",
            "1. Phòng Tư pháp theo dõi, đôn đốc việc thực hiện Kế hoạch này./.",
        ]
    )
    draft = parse(read(text.encode(), "thu.txt"))
    assert [task.title for task in draft.tasks if task.kind == "responsibility"] == [
        "Phòng Tư pháp theo dõi, đôn đốc việc thực hiện Kế hoạch này"
    ]
