"""Structure, heads, who and doubts in invented texts: garbled numbers, labels in every place, decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tracker.documents.blocks import Block, Document
from tracker.documents.read import read
from tracker.drafts.checks import DOUBT_WORDS, doubts_of
from tracker.drafts.model import PlanDraft, TaskDraft
from tracker.parsing.defined import meanings
from tracker.parsing.pieces import whole
from tracker.parsing.plan import parse
from tracker.parsing.prose import Clock
from tracker.parsing.reports import reports_in
from tracker.parsing.who import heading_units, partners_in, units

CLOCK = Clock(date(2031, 1, 1), date(2031, 1, 15))


def plan(*lines: str, issuer: str = "UBND huyện Suối Trong") -> PlanDraft:
    head = [
        "Số: 8/KH-UBND",
        "Suối Trong, ngày 10 tháng 01 năm 2031",
        "KẾ HOẠCH",
        "Công tác cây xanh năm 2031",
    ]
    return parse(read("\n\n".join([*head, f"{issuer} ban hành Kế hoạch như sau:", *lines]).encode()))


def tasks(*lines: str) -> list[TaskDraft]:
    return list(plan(*lines).tasks)


def test_roman_numbers_that_a_scan_has_garbled_are_read_by_their_place() -> None:
    found = tasks(
        "I. MỤC ĐÍCH",
        "1. Xanh hơn.",
        "H. NHIỆM VỤ",
        "1. Trồng cây",
        "HI. TỔ CHỨC THỰC HIỆN",
        "1. Phòng Kinh tế đôn đốc.",
    )
    assert [task.path for task in found] == [("II", "1"), ("III", "1")]


def test_a_point_after_k_that_looks_like_a_roman_one_stays_a_point() -> None:
    lines = [
        "h) Sở A làm.",
        "i) Phòng Văn hóa đôn đốc.",
        "k) Phòng Nội vụ đôn đốc.",
        "I. Phòng Tư pháp đôn đốc.",
    ]
    assert tasks("III. TỔ CHỨC THỰC HIỆN", "1. Các đơn vị:", *lines)[-1].path == ("III", "1", "l")


def test_points_can_be_labels_of_the_line_above_them() -> None:
    (task,) = tasks(
        "II. NHIỆM VỤ",
        "1. Về vườn ươm",
        "a) Nhiệm vụ: Lập vườn ươm ở ba xã.",
        "b) Cơ quan thực hiện:",
        "- Đơn vị chủ trì: Phòng Kinh tế.",
        "- Đơn vị phối hợp: Các Sở, ban, ngành.",
        "c) Thời gian thực hiện: Quý II.",
    )
    assert (task.path, task.title, task.leads) == (("II", "1"), "Về vườn ươm", ("Phòng Kinh tế",))
    assert task.partners == ("Các Sở, ban, ngành",)


def test_a_time_label_without_words_takes_the_bullets_below_it() -> None:
    (task,) = tasks(
        "II. NHIỆM VỤ", "1. Kiểm kê cây", "- Chủ trì: Phòng Kinh tế", "Thời gian thực hiện:",
        "- Lập danh sách: Quý I", "- Thực hiện: Quý II và Quý III",
    )  # fmt: skip
    assert task.leads == ("Phòng Kinh tế",)
    assert [timing.due for timing in task.timings] == [date(2031, 3, 31), date(2031, 9, 30)]


def test_a_heading_that_is_a_period_gives_its_items_their_time() -> None:
    found = tasks(
        "II. LỘ TRÌNH", "1. Giai đoạn 2031 - 2032", "- Trồng mới.", "- Tỉa cành trong tháng 5 năm 2031."
    )
    assert [timing.due for timing in found[0].timings] == [date(2032, 12, 31)]


def test_a_numbered_time_section_speaks_for_its_neighbours() -> None:
    found = tasks(
        "II. NỘI DUNG", "1. Khảo sát cây", "Các xã khảo sát.", "2. Thời gian tiến hành", "Quý II năm 2031."
    )
    assert [(task.title, [t.due for t in task.timings]) for task in found] == [
        ("Khảo sát cây", [date(2031, 6, 30)])
    ]


def test_a_plan_behind_a_decision_has_the_decisions_number_and_its_own_title() -> None:
    text = "\n\n".join(
        [
            "BỘ CÂY XANH", "Số: 12/QĐ-BCX", "Hà Nội, ngày 14 tháng 01 năm 2031", "QUYẾT ĐỊNH",
            "VỀ VIỆC BAN HÀNH KẾ HOẠCH TRỒNG CÂY", "Căn cứ Luật Cây số 1/2030/QH20;", "QUYẾT ĐỊNH:",
            "Điều 1. Ban hành kèm theo Quyết định này Kế hoạch.",
            "Nơi nhận: - Lãnh đạo Bộ (để b/c); - Lưu: VT. | KT. BỘ TRƯỞNG THỨ TRƯỞNG Lê Văn Thử",
            "KẾ HOẠCH", "TRỒNG CÂY CỦA BỘ NĂM 2031", "(Ban hành kèm theo Quyết định số 12/QĐ-BCX)",
            "I. MỤC ĐÍCH", "1. Xanh.", "II. NHIỆM VỤ", "1. Vụ Rừng trồng cây trong quý II năm 2031.",
        ]
    )  # fmt: skip
    draft = parse(read(text.encode()))
    assert (draft.plan.number, draft.plan.title) == ("12/QĐ-BCX", "TRỒNG CÂY CỦA BỘ NĂM 2031")
    assert (draft.plan.signer.name, draft.plan.signer.position) == ("Lê Văn Thử", "THỨ TRƯỞNG")
    assert draft.plan.recipients == ("Lãnh đạo Bộ",)
    assert [task.path for task in draft.tasks] == [("II", "1")]


def test_an_issuer_in_capitals_and_a_scanned_day_are_read() -> None:
    letterhead = ["UBND TỈNH ĐỒI GIÓ CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SỞ Y TẾ"]
    number = "Số:-455 /KH-SYT Đồi Gió, ngày Í7 tháng II năm 2031"
    text = "\n\n".join([*letterhead, number, "KẾ HOẠCH", "Khảo sát", "I. NỘI DUNG", "1. Đếm giường."])
    head = parse(read(text.encode())).plan
    assert (head.issuer, head.number, head.issued_on) == ("Sở Y tế tỉnh Đồi Gió", "455/KH-SYT", "2031-11-17")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Viện, Trường; Doanh nghiệp, Sở, ban, ngành", ["Viện, Trường", "Doanh nghiệp", "Sở, ban, ngành"]),
        ("Các Sở, ban, ngành, UBND xã, phường", ["Các Sở, ban, ngành", "UBND xã, phường"]),
        ("Tổng cục Rừng, TCLN, Báo Cây xanh", ["Tổng cục Rừng", "TCLN", "Báo Cây xanh"]),
        ("Phòng Nông nghiệp và PTNT", ["Phòng Nông nghiệp và PTNT"]),
    ],
)  # fmt: skip
def test_groups_and_short_names_are_each_one_unit(text: str, names: list[str]) -> None:
    assert [unit.text for unit in units(whole(0, text))] == names


def test_a_group_with_its_names_in_brackets_stays_whole() -> None:
    found = partners_in(whole(0, "Phối hợp với các nhà mạng (Sao Mai, Đồng Xanh) để lập kế hoạch"))
    assert [unit.text for unit in found] == ["các nhà mạng (Sao Mai, Đồng Xanh)"]


def test_a_heading_may_say_that_the_units_are_charged() -> None:
    assert [unit.text for unit in heading_units(whole(0, "Các đơn vị thuộc Bộ có trách nhiệm:"))] == [
        "Các đơn vị thuộc Bộ"
    ]


def test_each_clause_that_says_all_of_it_is_a_report_of_its_own() -> None:
    text = "Hướng dẫn các đơn vị triển khai cho các xã; trước ngày 15/12 hằng năm tổng hợp, báo cáo UBND tỉnh kết quả"
    (report,) = reports_in(whole(0, text), CLOCK)
    assert (report.recipient, report.title.text) == ("UBND tỉnh", "tổng hợp, báo cáo UBND tỉnh kết quả")
    assert [(timing.due, timing.every) for _, timing in report.timings] == [(date(2031, 12, 14), "year")]


def test_a_dated_report_to_nobody_is_a_report_with_a_doubt() -> None:
    (report,) = reports_in(whole(0, "Báo cáo kết quả thực hiện trước ngày 15/6/2031."), CLOCK)
    assert report.recipient is None


def test_what_a_whole_section_leaves_open_is_said_once() -> None:
    draft = plan(
        "II. NHIỆM VỤ", *(f"{n}. Trồng cây ở đồi số {n} trong quý II năm 2031." for n in range(1, 6))
    )
    assert [doubt.code for task in draft.tasks for doubt in task.doubts] == ["no-lead"]
    assert draft.tasks[0].doubts
    assert "section-no-lead" in [doubt.code for doubt in draft.lint]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["1. Trồng cây. Chủ trì: Sở Cây xanh", "- Chủ trì: Sở Cây xanh", "- Thời gian: Quý II"], "wrong-level"),
        (["1. Trồng cây", "- Chủ trì: Phòng Kinh tế", "- Thời gian: Tháng 3 năm 2029"], "past-date"),
        (["1. Trồng cây", "- Chủ trì: Phòng Kinh tế", "- Thời gian: ngày 31/6/2031"], "invalid-date"),
        (["1. Mở hội nghị.", "Phòng Kinh tế chuẩn bị bài.", "Phòng Nội vụ chuẩn bị hội trường."], "several-doers"),
    ],
)  # fmt: skip
def test_what_looks_wrong_is_doubted(lines: list[str], code: str) -> None:
    draft = plan("II. NHIỆM VỤ", *lines)
    assert code in [doubt.code for task in draft.tasks for doubt in task.doubts]
    assert code in DOUBT_WORDS


def test_one_document_cited_with_two_dates_is_told() -> None:
    draft = plan(
        "II. NHIỆM VỤ",
        "1. Thực hiện Quyết định số 5/QĐ-TTg ngày 1/2/2030.",
        "2. Theo Quyết định số 5/QĐ-TTg ngày 2/2/2030.",
    )
    (told,) = [doubt for doubt in draft.lint if doubt.code == "cited-dates"]
    assert len(told.choices) == 2


def test_a_directive_is_told_to_be_no_plan() -> None:
    draft = parse(
        read(
            "Số: 10/CT-UBND\n\nCHỈ THỊ\n\nVề trồng cây\n\nI. NHIỆM VỤ\n\n1. Phòng Kinh tế trồng cây.".encode()
        )
    )
    assert "not-a-plan" in [doubt.code for doubt in draft.lint]


# --- found by eye in plans of many styles ---


@pytest.mark.parametrize(
    ("said", "partner"),
    [
        ("phối hợp với UBND các xã, phường tiến hành rà soát", "UBND các xã, phường"),
        ("phối hợp với các cơ quan, đơn vị liên quan xác định chỉ tiêu", "các cơ quan, đơn vị liên quan"),
        ("phối hợp với Sở Ngoại vụ di dời các trường", "Sở Ngoại vụ"),
        ("phối hợp với các đơn vị có liên quan hình thành mạng lưới", "các đơn vị có liên quan"),
        ("phối hợp với các đơn vị liên quan trong công tác quản lý", "các đơn vị liên quan"),
        ("phối hợp với Cục Quản lý giám sát bảo hiểm xây dựng", "Cục Quản lý giám sát bảo hiểm"),
    ],
)
def test_what_a_unit_does_is_no_part_of_its_name(said: str, partner: str) -> None:
    assert [one.text for one in partners_in(whole(0, said))] == [partner]


@pytest.mark.parametrize(
    ("heading", "named"),
    [
        ("Phòng Kinh tế - Cơ quan thường trực Ban Chỉ đạo", ["Phòng Kinh tế"]),
        ("Hội Nông dân (gồm các chi hội)", ["Hội Nông dân"]),
        ("Trưởng Ban Chỉ đạo", ["Trưởng Ban Chỉ đạo"]),
        ("Các tổ chức, cá nhân liên quan", ["Các tổ chức, cá nhân liên quan"]),
        ("Ban quản lý Khu vườn ươm, Phòng Kinh tế", ["Ban quản lý Khu vườn ươm", "Phòng Kinh tế"]),
        # No unit: a topic, a danger, stores of data.
        ("Doanh nghiệp số", []),
        ("Phòng ngừa, ngăn chặn cháy rừng", []),
        ("Các cơ sở dữ liệu về cây xanh", []),
        ("Phòng Kinh tế chủ trì tổng hợp", []),
    ],
)
def test_a_heading_names_a_unit_or_a_topic(heading: str, named: list[str]) -> None:
    assert [one.text for one in heading_units(whole(0, heading))] == named


def test_a_label_with_a_sentence_parts_leads_and_partners() -> None:
    (task,) = tasks(
        "II. NHIỆM VỤ",
        "1. Trồng cây bóng mát",
        "- Cơ quan thực hiện: Phòng Kinh tế và Hội Nông dân chủ trì, phối hợp với UBND các xã.",
        "- Thời gian: Quý I.",
    )
    assert task.leads == ("Phòng Kinh tế", "Hội Nông dân")
    assert task.partners == ("UBND các xã",)


def test_whom_a_summing_up_is_for_is_no_recipient_of_a_bare_cycle() -> None:
    found = tasks(
        "III. TỔ CHỨC THỰC HIỆN",
        "1. Phòng Kinh tế: Hằng năm, tổ chức đánh giá Chương trình trên địa bàn để tổng hợp, báo cáo UBND tỉnh.",
    )
    assert [task.kind for task in found] == ["responsibility"]


# --- short names that a plan gives to its units ---


def test_a_short_name_for_several_units_means_them_all() -> None:
    document = plan(
        "II. NHIỆM VỤ",
        "1. Giao Phòng Kinh tế và Hội Nông dân huyện (sau đây gọi chung là Tổ công tác) rà soát vườn ươm.",
        "2. Trồng cây bóng mát",
        "- Đơn vị chủ trì: Tổ công tác.",
        "- Đơn vị phối hợp: UBND các xã.",
        "- Thời gian: Quý I.",
    )
    planting = document.tasks[-1]
    assert planting.leads == ("Phòng Kinh tế", "Hội Nông dân huyện")
    for place in planting.spans["leads"]:
        assert document.blocks[place.block][place.start : place.end] == place.text


def test_a_short_form_means_the_one_unit_before_it() -> None:
    found = tasks(
        "II. NHIỆM VỤ",
        "1. Phòng Kinh tế phối hợp với Trung tâm Cây xanh huyện (sau đây gọi tắt là Trung tâm) rà soát vườn ươm.",
        "2. Trồng cây bóng mát",
        "- Đơn vị chủ trì: Trung tâm.",
        "- Thời gian: Quý I.",
    )
    assert found[-1].leads == ("Trung tâm Cây xanh huyện",)


def test_a_short_name_of_a_paper_or_a_word_is_no_unit() -> None:
    texts = (
        "Thực hiện Nghị quyết số 5 về cây xanh (sau đây gọi tắt là Nghị quyết), UBND huyện ban hành Kế hoạch.",
        "Vùng đồi phía bắc (sau đây gọi tắt là Vùng) gồm ba xã.",
        "Phòng Kinh tế xây dựng đề án phát triển vườn ươm (sau đây gọi tắt là Đề án).",
    )
    assert meanings(texts) == {}


# --- doubts of what was read badly ---


@pytest.mark.parametrize(
    ("lead", "cut"),
    [
        ("Các cơ quan, đơn vị được", True),
        ("Hội Liên hiệp", True),
        ("các phòng, ban và", True),
        ("các hội trực thuộc", False),
        ("Hội Liên hiệp Phụ nữ huyện", False),
        ("Văn phòng Bộ", False),
        ("các đơn vị thuộc Bộ", False),
    ],
)
def test_a_name_that_ends_in_the_middle_is_doubted(lead: str, cut: bool) -> None:
    found = doubts_of(TaskDraft(("II", "1"), "task", "Trồng cây", leads=(lead,)))
    assert ("cut-unit" in {doubt.code for doubt in found}) is cut


def scanned(confidence: float, doubtful: tuple[tuple[int, int], ...] = ()) -> list[TaskDraft]:
    lines = (
        "II. NHIỆM VỤ",
        "1. Trồng cây bóng mát",
        "- Đơn vị chủ trì: Phòng Kinh tê",
        "- Thời gian: Quý I.",
    )
    opening = ("KẾ HOẠCH", "Công tác cây xanh năm 2031", "UBND huyện Suối Trong ban hành Kế hoạch như sau:")
    blocks = [Block(line, confidence=96.0) for line in (*opening, *lines)]
    blocks[5] = replace(blocks[5], confidence=confidence, doubtful=doubtful)
    return list(parse(Document("scan", tuple(blocks))).tasks)


def low(found: list[TaskDraft]) -> list[tuple[str, str]]:
    return [(one.field, one.text) for task in found for one in task.doubts if one.code == "low-confidence"]


def test_a_word_that_the_scan_is_unsure_of_is_doubted_where_it_is_a_value() -> None:
    words = "- Đơn vị chủ trì: Phòng Kinh tê"
    begin = words.index("tê")
    assert low(scanned(88.0, ((begin, begin + 2),))) == [("leads", "tê")]


def test_an_unsure_word_of_a_label_is_no_doubt() -> None:
    assert low(scanned(88.0, ((2, 5),))) == []


def test_a_block_that_was_read_badly_as_a_whole_is_doubted() -> None:
    assert low(scanned(55.0)) == [("leads", "Phòng Kinh tê")]


def test_a_scan_that_was_read_well_has_no_such_doubt() -> None:
    assert low(scanned(95.0)) == []


def test_who_decides_is_no_part_of_a_title() -> None:
    lines = (
        "Số: 8/QĐ-TTg",
        "Suối Trong, ngày 10 tháng 01 năm 2031",
        "QUYẾT ĐỊNH",
        "PHÊ DUYỆT KẾ HOẠCH TRỒNG CÂY NĂM 2031",
        "THỦ TƯỚNG CHÍNH PHỦ",
        "Căn cứ Luật Cây xanh năm 2030;",
        "II. NHIỆM VỤ",
        "1. Trồng cây bóng mát.",
    )
    assert parse(read("\n\n".join(lines).encode())).plan.title == "PHÊ DUYỆT KẾ HOẠCH TRỒNG CÂY NĂM 2031"


def test_two_names_that_a_copy_has_run_together_are_two() -> None:
    assert [one.text for one in units(whole(0, "Phòng Tài chính Các phòng, ban"))] == [
        "Phòng Tài chính",
        "Các phòng, ban",
    ]
    assert [one.text for one in units(whole(0, "UBND Các xã"))] == ["UBND Các xã"]


def test_the_eleventh_item_of_the_first_section_is_no_second_section():
    lines = ["KẾ HOẠCH", "Thử nghiệm năm 2026", "I. NỘI DUNG"]
    for number in range(1, 13):
        lines += [
            f"{number}. Tổ chức hội nghị phổ biến luật mới số {number}",
            "- Cơ quan chủ trì: Phòng Tư pháp",
        ]
    draft = parse(read("\n\n".join(lines).encode(), "thu.txt"))
    assert [task.path for task in draft.tasks] == [("I", str(number)) for number in range(1, 13)]
