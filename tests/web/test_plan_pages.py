"""The list of plans, the two ways in, and one plan with its timeline: what each person sees."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from tracker.extensions import db
from tracker.progress.standing import Standing, Work
from tracker.services import show_plans
from tracker.store.models import PlanVersion, StoredFile
from tracker.web.plan_view import by_period, spoken
from tracker.web.timeline import timeline

pytestmark = pytest.mark.usefixtures("sqlite_app")

SMALL = """KẾ HOẠCH
Hưởng ứng Ngày Pháp luật năm 2026

II. NỘI DUNG

1. Tổ chức hội nghị phổ biến pháp luật.

- Cơ quan chủ trì: các cơ quan, đơn vị liên quan.
- Thời gian thực hiện: trước ngày 16/9/2026.
"""


def text(answer) -> str:
    """The words of a page, without tags."""
    html = re.sub(r"<(script|style|template).*?</\1>", "", answer.get_data(as_text=True), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def stored(model) -> list:
    """What the database holds now, not when the test began to read."""
    db.session.rollback()
    return db.session.query(model).all()


def upload(client, send, data: bytes, name: str = "44-kh.txt", **fields):
    return send(client, "/ke-hoach/them", "/ke-hoach/them", tep=(BytesIO(data), name), **fields)


# The list


def test_an_empty_list_says_what_will_come_and_offers_one_thing(world, signed_in):
    words = text(signed_in("coordinator").get("/ke-hoach"))
    assert "Chưa có kế hoạch nào" in words
    assert "Thêm kế hoạch" in words


def test_only_coordinators_are_offered_the_ways_in(published, signed_in):
    assert "Nhập tay" in text(signed_in("coordinator").get("/ke-hoach"))
    officer = signed_in("officer")
    assert "Nhập tay" not in text(officer.get("/ke-hoach"))
    assert officer.get("/ke-hoach/them").status_code == 403


def test_a_published_plan_stands_with_a_sentence_and_both_counts(published, signed_in):
    words = text(signed_in("leader").get("/ke-hoach"))
    assert "Có 1 nhiệm vụ quá hạn (3 việc của các đơn vị), 1 nhiệm vụ hạn hôm nay." in words
    assert "0/3 nhiệm vụ theo kỳ" in words
    assert "0/7 việc của các đơn vị" in words


def test_an_officer_is_told_whose_days_the_timeline_shows(published, signed_in):
    assert "Hạn của UBND xã Tân Lập" in text(signed_in("officer").get("/ke-hoach/1"))
    words = text(signed_in("leader").get("/ke-hoach/1"))
    assert "Hạn của" not in words
    assert "1 nhiệm vụ (3 việc của các đơn vị) không có hạn" in words


def test_a_draft_without_rows_says_so(signed_in, send, world):
    coordinator = signed_in("coordinator")
    upload(coordinator, send, "Kính gửi các đơn vị.\nXin trân trọng cảm ơn.".encode())
    words = text(coordinator.get("/ke-hoach"))
    assert "chưa có dòng nào" in words
    assert "đọc rõ" not in words


def test_a_second_draft_of_a_plan_is_refused_with_the_way_to_the_first(published, signed_in, send):
    coordinator = signed_in("coordinator")
    first = upload(coordinator, send, SMALL.encode(), **{"ke-hoach": "1"})
    assert "Bản mới của 12/KH-UBND" in text(coordinator.get(first.location))
    refused = upload(coordinator, send, SMALL.encode(), **{"ke-hoach": "1"})
    assert refused.status_code == 409
    assert f'href="{first.location}">Mở bản thảo đang có' in refused.get_data(as_text=True)


def test_a_draft_is_seen_by_its_unit_only_and_leads_on_to_the_review(world, signed_in, send):
    coordinator = signed_in("coordinator")
    answer = upload(coordinator, send, SMALL.encode())
    assert re.fullmatch(r"/kiem-tra/\d+", answer.location)
    words = text(coordinator.get("/ke-hoach"))
    assert "Bản thảo 1" in words
    assert "Kiểm tra tiếp" in words
    assert "Hưởng ứng" not in text(signed_in("officer").get("/ke-hoach"))


# The two ways in


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "trong.txt"),
        (b"PK\x03\x04 hong", "hong.docx"),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "anh.docx"),
    ],
    ids=["empty", "damaged", "foreign"],
)
def test_a_file_that_cannot_be_read_is_told_on_the_page_and_nothing_is_stored(
    world, signed_in, send, data, name
):
    answer = upload(signed_in("coordinator"), send, data, name)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert "Đọc tệp" in text(answer)
    assert stored(PlanVersion) == []
    assert stored(StoredFile) == []


def test_no_file_at_all_is_told_on_the_page(world, signed_in, send):
    answer = send(signed_in("coordinator"), "/ke-hoach/them", "/ke-hoach/them")
    assert answer.status_code == 422
    assert "Chưa có tệp nào được chọn" in text(answer)


def test_a_file_that_is_too_large_is_told_on_the_same_page(sqlite_app, world, signed_in, send):
    sqlite_app.config["MAX_CONTENT_LENGTH"] = 4096
    answer = upload(signed_in("coordinator"), send, b"x" * 8192)
    assert answer.status_code == 413
    words = text(answer)
    assert "Tệp vượt quá" in words
    assert "Đọc tệp" in words


def test_a_plan_by_hand_begins_with_its_head_and_goes_on_to_rows(world, signed_in, send):
    answer = send(
        signed_in("coordinator"),
        "/ke-hoach/nhap-tay",
        "/ke-hoach/nhap-tay",
        title="Theo dõi thi hành pháp luật",
        number="21/KH-UBND",
        issued_on="15/1/2026",
        period_start="1/1/2026",
        period_end="31/12/2026",
    )
    assert answer.status_code == 303
    assert answer.location.endswith("#them-dong")
    (version,) = stored(PlanVersion)
    assert (version.number, version.issued_on) == ("21/KH-UBND", "2026-01-15")
    assert (version.period_start, version.period_end) == (date(2026, 1, 1), date(2026, 12, 31))


def test_what_was_entered_by_hand_stays_when_a_day_is_none(world, signed_in, send):
    answer = send(
        signed_in("coordinator"),
        "/ke-hoach/nhap-tay",
        "/ke-hoach/nhap-tay",
        title="Theo dõi thi hành pháp luật",
        period_start="31/2/2026",
    )
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert "“31/2/2026” chưa phải là một ngày" in html
    assert "Theo dõi thi hành pháp luật</textarea>" in html
    assert stored(PlanVersion) == []


# One plan


def test_a_plan_shows_each_task_with_its_sentence_and_its_assignments(published, signed_in):
    answer = signed_in("coordinator").get("/ke-hoach/1")
    words = text(answer)
    assert "Rà soát, kiện toàn tổ hòa giải ở cơ sở." in words
    assert "UBND xã Tân Lập" in words
    assert "quá 2 ngày làm việc" in words
    assert "Hôm nay 12/5" in words
    assert answer.get_data(as_text=True).count('href="/viec/') == 10


def test_a_unit_sees_only_its_own_assignments_of_a_plan(published, signed_in):
    html = signed_in("officer").get("/ke-hoach/1").get_data(as_text=True)
    assert html.count('href="/viec/') == 3
    assert "UBND xã Phú Hòa</span>" not in html


def test_a_section_with_something_late_stands_open(published, signed_in):
    html = signed_in("coordinator").get("/ke-hoach/1").get_data(as_text=True)
    assert '<details class="sheet sec" open>' in html


def test_the_whole_document_can_be_read(published, signed_in):
    words = text(signed_in("officer").get("/ke-hoach/1"))
    assert "Toàn văn kế hoạch" in words
    assert "Số: 12/KH-UBND" in words


def test_a_plan_that_is_not_there_is_told_in_words(world, signed_in):
    assert signed_in("coordinator").get("/ke-hoach/99").status_code == 404


# The timeline


@pytest.fixture
def sections(published, world, clock):
    return show_plans.plan_page(world.actor("coordinator"), 1, at=clock.now).sections


def test_the_timeline_spans_whole_quarters_and_at_least_a_year(sections):
    drawing = timeline(sections, date(2026, 5, 12))
    assert drawing is not None
    assert [column.name for column in drawing.columns] == ["Quý I", "Quý II", "Quý III", "Quý IV"]
    assert [column.now for column in drawing.columns] == [False, True, False, False]
    assert drawing.today_x is not None


def test_nothing_on_the_timeline_lies_upon_something_else(sections):
    drawing = timeline(sections, date(2026, 5, 12))
    assert drawing is not None
    places = [(line.y, bead.x) for band in drawing.bands for line in band.lines for bead in line.beads]
    assert len(places) == len(set(places)) == 3
    assert all(band.bottom > line.y for band in drawing.bands for line in band.lines)


def test_what_comes_back_is_a_row_of_beads(sections):
    task = sections[0].tasks[0]
    rows = tuple(
        replace(
            task.assignments[0],
            period=f"2026-{month:02d}",
            work=Work("open", date(2026, month, 25)),
            standing=Standing("open"),
        )
        for month in range(1, 13)
    )
    section = replace(sections[0], tasks=(replace(task, assignments=rows),))
    drawing = timeline([section], date(2026, 5, 12))
    assert drawing is not None
    (line,) = drawing.bands[0].lines
    assert len(line.beads) == 12
    assert line.bar is None
    assert line.thread == (line.beads[0].x, line.beads[-1].x)


def test_a_plan_without_due_dates_has_no_timeline(sections):
    bare = [replace(section, tasks=()) for section in sections]
    assert timeline(bare, date(2026, 5, 12)) is None


def test_a_long_plan_is_drawn_by_years(sections):
    task = sections[0].tasks[0]
    rows = tuple(
        replace(task.assignments[0], period=f"{year}", work=Work("open", date(year, 12, 31)))
        for year in range(2024, 2030)
    )
    section = replace(sections[0], tasks=(replace(task, assignments=rows),))
    drawing = timeline([section], date(2026, 5, 12))
    assert drawing is not None
    assert [column.name for column in drawing.columns] == ["2024", "2025", "2026", "2027", "2028", "2029"]


def test_the_worst_assignment_speaks_for_a_task(sections):
    tasks = {task.title.split(",")[0]: task for task in sections[0].tasks}
    said = spoken(tasks["Rà soát"])
    assert said is not None
    assert said.standing.code == "overdue"
    (group,) = by_period(tasks["Rà soát"])
    assert (group.due, group.tally.done, group.lines, len(group.rows)) == (date(2026, 5, 8), 0, 3, 3)
