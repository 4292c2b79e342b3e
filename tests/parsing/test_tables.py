"""Tables of work in every shape that we have met, as invented text; and tables that hold no work."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest

from tracker.documents.read import read
from tracker.drafts.model import PlanDraft, TaskDraft
from tracker.parsing.columns import kind_of
from tracker.parsing.plan import parse
from tracker.parsing.rules import columns, heads
from tracker.parsing.rules.shape import Shape

HEAD = """Số: 8/KH-UBND

Suối Trong, ngày 10 tháng 01 năm 2031

KẾ HOẠCH

Công tác cây xanh năm 2031

I. MỤC ĐÍCH

1. Làm cho phố xanh hơn.

II. NHIỆM VỤ

1. Trồng mới cây bóng mát dọc các tuyến phố chính của huyện

III. TỔ CHỨC THỰC HIỆN

1. Phòng Kinh tế theo dõi, đôn đốc việc thực hiện Kế hoạch này.

Nơi nhận:

- UBND tỉnh (b/c);
- Lưu: VT.

CHỦ TỊCH

Lê Văn Thử

PHỤ LỤC

"""


def reading(table: str) -> PlanDraft:
    return parse(read((HEAD + table).encode()))


def rows(table: str) -> list[TaskDraft]:
    return [task for task in reading(table).tasks if task.path[0].startswith("PHỤ LỤC")]


def test_columns_in_any_order_give_their_fields_and_groups_their_path() -> None:
    found = rows(
        "| STT | Thời hạn | Cơ quan chủ trì | Nội dung công việc | Kinh phí | Sản phẩm | Phối hợp |\n"
        "|---|---|---|---|---|---|---|\n"
        "| I | VƯỜN ƯƠM |\n"
        "| 1 | Quý II | Phòng Kinh tế | Lập vườn ươm | 50 | Vườn; báo cáo | Hội Nông dân huyện |\n"
        "| II | TUYỂN PHỐ |\n"
        "| 1 | trước ngày 30/9 | UBND thị trấn | Chăm sóc cây | 20 | Biên bản | Đoàn Thanh niên |\n"
    )
    assert [task.path for task in found] == [("PHỤ LỤC", "I", "1"), ("PHỤ LỤC", "II", "1")]
    assert (found[0].leads, found[0].partners) == (("Phòng Kinh tế",), ("Hội Nông dân huyện",))
    assert found[0].deliverables == ("Vườn", "báo cáo")
    assert [timing.due for task in found for timing in task.timings] == [date(2031, 6, 30), date(2031, 9, 29)]


def test_a_ditto_mark_repeats_the_value_above_and_a_head_repeated_is_no_row() -> None:
    found = rows(
        "| TT | Nhiệm vụ | Chủ trì | Thời gian |\n|---|---|---|---|\n"
        "| 1 | Tưới cây mùa khô | Phòng Kinh tế | Tháng 3 |\n"
        "| TT | Nhiệm vụ | Chủ trì | Thời gian |\n"
        '| 2 | Tỉa cành trước mùa mưa | -nt- | " |\n'
    )
    assert [task.title for task in found] == ["Tưới cây mùa khô", "Tỉa cành trước mùa mưa"]
    assert found[1].leads == ("Phòng Kinh tế",)
    assert [timing.due for timing in found[1].timings] == [date(2031, 3, 31)]


def test_start_and_finish_make_one_timing() -> None:
    (task,) = rows(
        "| TT | Công việc | Đơn vị thực hiện | Bắt đầu | Kết thúc |\n|---|---|---|---|---|\n"
        "| 1 | Đánh số cây | Phòng Kinh tế | 01/3/2031 | 15/4/2031 |\n"
    )
    assert [(timing.start, timing.due) for timing in task.timings] == [(date(2031, 3, 1), date(2031, 4, 15))]


def test_before_in_the_head_belongs_to_every_cell() -> None:
    (task,) = rows(
        "| TT | Nội dung | Cơ quan chủ trì | Thời gian trình trước ngày |\n|---|---|---|---|\n"
        "| 1 | Quy chế chăm sóc cây | Phòng Kinh tế | 15/4/2031 |\n"
    )
    assert [(timing.due, timing.bound) for timing in task.timings] == [(date(2031, 4, 14), "before")]


def test_several_works_under_one_number_are_told_apart() -> None:
    found = rows(
        "| TT | Nội dung | Chủ trì | Thời gian |\n|---|---|---|---|\n"
        "| 1 | Mua cây giống | Phòng Kinh tế | Tháng 2 |\n"
        "| 1 | Mua phân bón | Phòng Kinh tế | Tháng 2 |\n"
    )
    assert [task.path[-2:] for task in found] == [("1", "-1"), ("1", "-2")]


def test_what_a_unit_does_in_its_cell_is_no_part_of_its_name() -> None:
    (task,) = rows(
        "| TT | Nội dung | Đơn vị chủ trì | Thời gian |\n|---|---|---|---|\n"
        "| 1 | Ngày hội cây | - Phòng Kinh tế xây dựng phương án; <br> - KBNN, TTYT tổ chức hội thi | Tháng 2 |\n"
    )
    assert task.leads == ("Phòng Kinh tế", "KBNN", "TTYT")


@pytest.mark.parametrize(
    "table",
    [
        "| TT | Chỉ tiêu | Đơn vị tính | Năm 2031 |\n|---|---|---|---|\n| 1 | Số cây trồng mới | Cây | 500 |\n",
        "| STT | Tiêu chí thi đua | Điểm chuẩn |\n|---|---|---|\n| 1 | Phố có trên 50 cây | 20 |\n",
        "| TT | Chỉ tiêu | Chủ trì |\n|---|---|---|\n| 1 | 80% phố có cây | Phòng Kinh tế |\n",
        "| TT | Tỉnh | Huyện |\n|---|---|---|\n| 1 | Đồi Gió | Suối Trong |\n",
    ],
)
def test_targets_scores_and_lists_of_names_are_no_work(table: str) -> None:
    assert rows(table) == []


def test_the_annex_wins_over_the_same_words_in_the_text() -> None:
    draft = reading(
        "| TT | Nội dung | Chủ trì | Thời gian |\n|---|---|---|---|\n"
        "| 1 | Trồng mới cây bóng mát dọc các tuyến phố chính | Phòng Kinh tế | Quý III |\n"
    )
    assert [task.path for task in draft.tasks if task.kind == "task"] == [("PHỤ LỤC", "1")]


@pytest.mark.parametrize(
    ("name", "rule"), columns.COLUMNS, ids=lambda value: str(getattr(value, "name", value))
)
def test_every_head_names_its_own_column_first(name: str, rule: Shape) -> None:
    assert [head for head in rule.yes if kind_of(head) != name] == []
    assert [head for head in rule.no if kind_of(head) == name] == []


@pytest.mark.parametrize(
    "rule",
    [value for module in (columns, heads) for value in vars(module).values() if isinstance(value, Shape)],
    ids=lambda rule: rule.name,
)
def test_a_rule_of_heads_begins_its_yes_and_not_its_no(rule: Shape) -> None:
    assert [phrase for phrase in rule.yes if not rule.begins(phrase)] == []
    assert [phrase for phrase in rule.no if rule.begins(phrase)] == []


def test_a_head_in_other_words_below_a_group_is_no_work() -> None:
    found = rows(
        "| TT | Nội dung nhiệm vụ | Cơ quan chủ trì | Cơ quan phối hợp | Thời gian | Kết quả |\n"
        "|---|---|---|---|---|---|\n"
        "| I | CÂY XANH |\n"
        "| Nội dung | Đơn vị thực hiện | Đơn vị phối hợp | Thời gian thực hiện | Sản phẩm đầu ra |\n"
        "| 1 | Trồng cây bóng mát | Phòng Kinh tế | UBND các xã | Quý I | Cây được trồng |\n"
    )
    assert [task.title for task in found] == ["Trồng cây bóng mát"]


def test_a_group_that_has_slipped_into_another_column_is_a_group() -> None:
    found = rows(
        "| TT | Nhiệm vụ | Cơ quan chủ trì | Cơ quan phối hợp | Thời gian | Kết quả |\n"
        "|---|---|---|---|---|---|\n"
        "| 5.1 |  | Vườn ươm |  |  |  |\n"
        "| 5.1.1 | Ươm giống cây | Phòng Kinh tế | UBND các xã | Quý I | Cây giống |\n"
    )
    assert [(task.path[-2:], task.leads) for task in found] == [(("5.1", "5.1.1"), ("Phòng Kinh tế",))]


def test_a_sentence_in_the_column_of_leads_gives_its_partners() -> None:
    (task,) = rows(
        "| TT | Nhiệm vụ | Cơ quan thực hiện | Thời gian |\n"
        "|---|---|---|---|\n"
        "| 1 | Ươm giống cây | Phòng Kinh tế chủ trì, phối hợp với Hội Nông dân | Quý I |\n"
    )
    assert (task.leads, task.partners) == (("Phòng Kinh tế",), ("Hội Nông dân",))


def test_a_table_that_goes_on_without_a_head_keeps_the_columns_of_the_one_before() -> None:
    found = rows(
        "| TT | Nhiệm vụ | Cơ quan chủ trì | Thời gian |\n"
        "|---|---|---|---|\n"
        "| 1 | Ươm giống cây | Phòng Kinh tế | Quý I |\n"
        "\n"
        "Trang sau:\n"
        "\n"
        "| 2 | Trồng cây bóng mát | Hội Nông dân | Quý II |\n"
        "|---|---|---|---|\n"
        "| 3 | Chăm sóc cây | nt | Quý III |\n"
    )
    assert [(task.path[-1], task.leads) for task in found] == [
        ("1", ("Phòng Kinh tế",)),
        ("2", ("Hội Nông dân",)),
        ("3", ("Hội Nông dân",)),
    ]


def test_a_lead_merged_over_rows_is_the_lead_of_each() -> None:
    document = docx.Document()
    for line in HEAD.split("\n\n"):
        document.add_paragraph(line.strip())
    table = document.add_table(rows=4, cols=4)
    for place, words in enumerate(("TT", "Nhiệm vụ", "Cơ quan chủ trì", "Thời gian")):
        table.cell(0, place).text = words
    for row, words in enumerate(("Ươm giống cây", "Trồng cây bóng mát", "Chăm sóc cây"), 1):
        table.cell(row, 0).text, table.cell(row, 1).text, table.cell(row, 3).text = str(row), words, "Quý I"
    table.cell(1, 2).merge(table.cell(3, 2)).text = "Phòng Kinh tế"
    kept = io.BytesIO()
    document.save(kept)
    found = [
        task for task in parse(read(kept.getvalue(), "ke-hoach.docx")).tasks if task.path[0] == "PHỤ LỤC"
    ]
    assert [task.leads for task in found] == [("Phòng Kinh tế",)] * 3
