"""Every rule's own examples, run by one test; and phrases of time with what they mean."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.parsing.pieces import whole
from tracker.parsing.rules import prose, when, words
from tracker.parsing.rules.products import products
from tracker.parsing.rules.shape import Shape
from tracker.parsing.timings import parse_timing
from tracker.parsing.who import heading_units, lead_units, partners_in, subject, units

SHAPES = [
    value for module in (prose, when, words) for value in vars(module).values() if isinstance(value, Shape)
]
# Labels and headings must stand at the beginning; shapes of time may stand anywhere.
OPENING = [shape for table in (words.LABELS, words.ROLES) for _, shape in table]


@pytest.mark.parametrize("rule", SHAPES, ids=lambda rule: rule.name)
def test_a_shape_finds_its_yes_and_leaves_its_no(rule: Shape) -> None:
    assert [phrase for phrase in rule.yes if not rule.find(phrase)] == []
    assert [phrase for phrase in rule.no if rule.find(phrase)] == []


@pytest.mark.parametrize("rule", OPENING, ids=lambda rule: rule.name)
def test_a_label_begins_its_yes_and_not_its_no(rule: Shape) -> None:
    assert [phrase for phrase in rule.yes if not rule.begins(phrase)] == []
    assert [phrase for phrase in rule.no if rule.begins(phrase)] == []


YEAR = date(2031, 1, 1)
MEANINGS = {
    "Quý II": [("2031-04-01", "2031-06-30", None)],
    "quý III năm 2032": [("2032-07-01", "2032-09-30", None)],
    "Quý I, II": [("2031-01-01", "2031-06-30", None)],
    "Quý II, IV": [("2031-04-01", "2031-06-30", None), ("2031-10-01", "2031-12-31", None)],
    "Tháng 3": [("2031-03-01", "2031-03-31", None)],
    "từ tháng 3 đến tháng 6": [("2031-03-01", "2031-06-30", None)],
    "Năm 2031 - 2033": [("2031-01-01", "2033-12-31", None)],
    "trước ngày 20/5": [(None, "2031-05-19", None)],
    "chậm nhất là ngày 20/5": [(None, "2031-05-20", None)],
    "đến hết ngày 20/5/2031": [(None, "2031-05-20", None)],
    "trước ngày 15/01 năm sau": [(None, "2032-01-14", None)],
    "cuối năm": [(None, "2031-12-31", None)],
    "Hằng năm": [("2031-01-01", "2031-12-31", "year")],
    "hằng quý": [("2031-01-01", "2031-03-31", "quarter")],
    "hàng tháng, trước ngày 25": [("2031-01-01", "2031-01-24", "month")],
    "6 tháng (trước ngày 05/6), hàng năm (trước ngày 05/12)": [
        ("2031-01-01", "2031-06-04", "year"),
        ("2031-01-01", "2031-12-04", "year"),
    ],
    "từ ngày 25/12 đến ngày 10/01": [("2031-12-25", "2032-01-10", None)],
    "Quyết định số 12/QĐ-UBND ngày 5/3/2030": [],
    "ngày 31/6/2031": [],
}


@pytest.mark.parametrize("phrase", MEANINGS)
def test_words_of_time_mean_their_days(phrase: str) -> None:
    timings, _ = parse_timing(phrase, YEAR, None)
    got = [(t.start and t.start.isoformat(), t.due and t.due.isoformat(), t.every) for t in timings]
    assert got == MEANINGS[phrase]


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("ngày 31/6/2031", "invalid-date"),
        ("Quý V", "invalid-date"),
        ("theo quy định", "vague-time"),
        ("tuần 2 tháng 3", "two-readings"),
        ("sớm", "unread-time"),
    ],
)
def test_what_is_unsure_raises_a_doubt(phrase: str, code: str) -> None:
    assert code in [doubt.code for doubt in parse_timing(phrase, YEAR, None)[1]]


def test_the_printed_day_is_kept_beside_the_day_before_it() -> None:
    (timing,), _ = parse_timing("trước ngày 20/5", YEAR, None)
    assert (timing.bound, timing.printed, timing.due) == ("before", date(2031, 5, 20), date(2031, 5, 19))


def test_a_plan_of_the_last_months_starts_with_the_next_year() -> None:
    (timing,), _ = parse_timing("Hằng năm", None, date(2030, 11, 5))
    assert timing.start == date(2031, 1, 1)


def test_a_length_of_time_counts_from_the_day_of_issue() -> None:
    (timing,), _ = parse_timing("trong vòng 15 ngày kể từ ngày ban hành Kế hoạch", YEAR, date(2031, 1, 15))
    assert timing.due == date(2031, 1, 30)
    assert timing.offset


NAMES = {
    "Văn phòng HĐND và UBND huyện, UBND các xã, thị trấn và các cơ quan liên quan": [
        "Văn phòng HĐND và UBND huyện",
        "UBND các xã, thị trấn",
        "các cơ quan liên quan",
    ],
    "Phòng Lao động - Thương binh và Xã hội, Phòng Giáo dục và Đào tạo": [
        "Phòng Lao động - Thương binh và Xã hội",
        "Phòng Giáo dục và Đào tạo",
    ],
    "các cơ quan, đơn vị huyện; Hội Luật gia": ["các cơ quan, đơn vị huyện", "Hội Luật gia"],
    "Phòng Nghiệp vụ 1, Sở Tư pháp": ["Phòng Nghiệp vụ 1, Sở Tư pháp"],
}


@pytest.mark.parametrize("text", NAMES)
def test_a_list_of_units_is_split_only_between_names(text: str) -> None:
    assert [unit.text for unit in units(whole(0, text))] == NAMES[text]


def test_who_advises_leads_and_the_committee_answers() -> None:
    doers = lead_units(whole(0, "Phòng Tư pháp tham mưu cho UBND huyện thực hiện và Công an huyện"))
    assert [unit.text for unit in doers.leads] == ["Phòng Tư pháp", "Công an huyện"]
    assert doers.accountable == "UBND huyện"


SENTENCES = {
    "Giao Phòng Nội vụ chủ trì, phối hợp với Phòng Tư pháp hướng dẫn": (["Phòng Nội vụ"], ["Phòng Tư pháp"]),
    "UBND huyện giao Phòng Tư pháp đôn đốc việc thực hiện": (["Phòng Tư pháp"], []),
    "Đề nghị Hội Nông dân huyện và các tổ chức thành viên tuyên truyền": (
        ["Hội Nông dân huyện", "các tổ chức thành viên"],
        [],
    ),
    "Căn cứ Kế hoạch này, UBND các xã xây dựng kế hoạch": (["UBND các xã"], []),
    "Bố trí kinh phí thực hiện": ([], []),
}


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_names_who_does_and_with_whom(text: str) -> None:
    leads, partners = SENTENCES[text]
    assert [unit.text for unit in subject(whole(0, text))] == leads
    assert [unit.text for unit in partners_in(whole(0, text))] == partners


def test_a_heading_can_put_a_unit_in_charge() -> None:
    assert [unit.text for unit in heading_units(whole(0, "Trách nhiệm của Phòng Tư pháp"))] == [
        "Phòng Tư pháp"
    ]
    assert heading_units(whole(0, "Giao Phòng Tư pháp chủ trì việc này")) == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Kế hoạch, Báo cáo kết quả", ["Kế hoạch", "Báo cáo kết quả"]),
        ("tin, bài tuyên truyền", ["tin, bài tuyên truyền"]),
        ("Kế hoạch; hội nghị, tọa đàm...", ["Kế hoạch", "hội nghị, tọa đàm"]),
    ],
)
def test_products_are_split_where_they_are_separate(text: str, parts: list[str]) -> None:
    assert [part.text for part in products(whole(0, text))] == parts
