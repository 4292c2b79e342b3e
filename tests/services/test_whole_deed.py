"""From a file to an accepted tick, by the services alone, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tracker.errors import Forbidden, Invalid, Refused
from tracker.extensions import db
from tracker.services import plans, publish, review, show_review, show_units, show_work, work
from tracker.services.work import Given
from tracker.store.models import Assignment, Fact

PLAN = """ỦY BAN NHÂN DÂN
HUYỆN SƠN THANH

Số: 12/KH-UBND

Sơn Thanh, ngày 15 tháng 01 năm 2026

KẾ HOẠCH
Phổ biến, giáo dục pháp luật năm 2026

I. MỤC ĐÍCH, YÊU CẦU

1. Nâng cao hiểu biết pháp luật của Nhân dân.

II. NỘI DUNG

1. Chỉ đạo, hướng dẫn

1.1. Ban hành văn bản hướng dẫn tổ chức Ngày Pháp luật.

- Cơ quan chủ trì: Phòng Tư pháp.
- Cơ quan phối hợp: Phòng Văn hóa và Thông tin.
- Thời gian thực hiện: trước ngày 15/9/2026.
- Sản phẩm: công văn hướng dẫn.

1.2. Rà soát, kiện toàn tổ hòa giải ở cơ sở.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Cơ quan phối hợp: các cơ quan, đơn vị có liên quan.
- Thời gian thực hiện: trước ngày 16/5/2026.
- Sản phẩm: quyết định công nhận.

III. TỔ CHỨC THỰC HIỆN

1. UBND các xã, thị trấn triển khai thực hiện Kế hoạch này; \
định kỳ 6 tháng (trước ngày 05/6), hằng năm (trước ngày 05/12) gửi báo cáo kết quả \
thực hiện về UBND huyện (qua Phòng Tư pháp).

Nơi nhận:
- UBND các xã, thị trấn;
- Lưu: VT, TP.
"""


@pytest.fixture
def draft(app, world, clock):
    """The plan above, read into a draft. Returns the version's id."""
    coordinator = world.actor("coordinator")
    return plans.import_plan(
        coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=clock.now
    )


def publish_draft(world, version_id, at):
    coordinator = world.actor("coordinator")
    page = show_review.review(coordinator, version_id, at=at)
    if page.past_unchosen:
        review.choose_past(coordinator, version_id, {"all": "open"}, row_version=page.row_version, at=at)
        page = show_review.review(coordinator, version_id, at=at)
    return publish.publish(coordinator, version_id, row_version=page.row_version, at=at)


def test_a_group_as_lead_gives_each_of_its_units_one_assignment_a_due_date(world, clock, draft):
    publish_draft(world, draft, clock.now)
    rows = show_units.unit_work(world.actor("officer"), world.tan_lap, at=clock.now)
    works = [row for _, found in rows.groups for row in found]
    dues = sorted((row.due_on, row.kind) for row in works if row.due_on)
    assert dues == [
        (date(2026, 5, 15), "task"),
        (date(2026, 6, 4), "report"),
        (date(2026, 12, 4), "report"),
    ]


def test_publishing_twice_changes_nothing(world, clock, draft):
    first = publish_draft(world, draft, clock.now)
    facts = db.session.query(Fact).count()
    again = publish.publish(world.actor("coordinator"), draft, row_version=99, at=clock.now)
    assert first.assignments > 0
    assert (again.assignments, again.withdrawn, again.kept) == (0, 0, first.assignments)
    assert db.session.query(Fact).count() == facts


def test_a_tick_is_accepted_on_the_day_it_was_sent(world, clock, draft):
    publish_draft(world, draft, clock.now)
    officer, coordinator = world.actor("officer"), world.actor("coordinator")
    row = first_dated(world, clock)
    clock.day(2026, 5, 15, 16)
    work.tick(officer, row.id, Given(text="15/QĐ-UBND ngày 14/5/2026"), at=clock.now)
    clock.day(2026, 5, 20, 9)
    page = show_work.work_page(coordinator, row.id, at=clock.now)
    assert page.row.standing.code == "submitted"
    work.accept(coordinator, row.id, row_version=page.row.row_version, at=clock.now)
    done = show_work.work_page(officer, row.id, at=clock.now)
    assert done.row.standing.code == "accepted"
    assert done.row.work.done_on == date(2026, 5, 15)
    assert done.submissions[0].evidence[0].dated_on == date(2026, 5, 14)


def first_dated(world, clock):
    page = show_units.unit_work(world.actor("officer"), world.tan_lap, at=clock.now)
    return min((row for _, rows in page.groups for row in rows if row.due_on), key=lambda row: row.due_on)


def test_a_return_opens_the_work_again_and_does_not_count(world, clock, draft):
    publish_draft(world, draft, clock.now)
    officer, coordinator = world.actor("officer"), world.actor("coordinator")
    row = first_dated(world, clock)
    work.tick(officer, row.id, Given(link="https://sonthanh.example/tin"), at=clock.now)
    version = show_work.work_page(coordinator, row.id, at=clock.now).row.row_version
    work.return_(coordinator, row.id, "Thiếu danh sách.", row_version=version, at=clock.now)
    clock.day(2026, 5, 18)
    work.tick(officer, row.id, Given(text="16/QĐ-UBND ngày 18/5/2026"), at=clock.now)
    version = show_work.work_page(coordinator, row.id, at=clock.now).row.row_version
    work.accept(coordinator, row.id, row_version=version, at=clock.now)
    late = show_work.work_page(officer, row.id, at=clock.now).row
    assert (late.standing.code, late.standing.days) == ("late", 1)


def test_a_return_for_its_form_only_keeps_the_first_day(world, clock, draft):
    publish_draft(world, draft, clock.now)
    officer, coordinator = world.actor("officer"), world.actor("coordinator")
    row = first_dated(world, clock)
    work.tick(officer, row.id, Given(text="15/QĐ-UBND ngày 12/5/2026"), at=clock.now)
    version = show_work.work_page(coordinator, row.id, at=clock.now).row.row_version
    work.return_(coordinator, row.id, "Sai thể thức.", form_only=True, row_version=version, at=clock.now)
    clock.day(2026, 5, 18)
    work.tick(officer, row.id, Given(text="15/QĐ-UBND ngày 12/5/2026"), at=clock.now)
    version = show_work.work_page(coordinator, row.id, at=clock.now).row.row_version
    work.accept(coordinator, row.id, row_version=version, at=clock.now)
    assert show_work.work_page(officer, row.id, at=clock.now).row.work.done_on == date(2026, 5, 12)


def test_who_decides_second_is_told(world, clock, draft):
    publish_draft(world, draft, clock.now)
    officer, coordinator = world.actor("officer"), world.actor("coordinator")
    row = first_dated(world, clock)
    work.tick(officer, row.id, Given(text="15/QĐ-UBND"), at=clock.now)
    version = show_work.work_page(coordinator, row.id, at=clock.now).row.row_version
    work.accept(coordinator, row.id, row_version=version, at=clock.now)
    with pytest.raises(Refused, match="người khác"):
        work.return_(coordinator, row.id, "Muộn", row_version=version, at=clock.now)


def test_recording_on_behalf_of_a_unit_counts_the_day_of_receipt_and_names_both(world, clock, draft):
    publish_draft(world, draft, clock.now)
    coordinator = world.actor("coordinator")
    row = first_dated(world, clock)
    clock.day(2026, 5, 20)
    received = date(2026, 5, 14)
    given = Given(text="15/QĐ-UBND ngày 13/5/2026")
    work.tick_on_behalf(coordinator, row.id, given, received_on=received, via="paper", at=clock.now)
    version = show_work.work_page(coordinator, row.id, at=clock.now).row.row_version
    work.accept(coordinator, row.id, row_version=version, at=clock.now)
    assert show_work.work_page(coordinator, row.id, at=clock.now).row.work.done_on == received
    fact = db.session.query(Fact).filter_by(deed="ticked-on-behalf").one()
    assert (fact.actor_id, fact.after["on_behalf_of"]) == (coordinator.id, world.tan_lap)


def test_evidence_is_due_and_a_stranger_may_not_tick(world, clock, draft):
    publish_draft(world, draft, clock.now)
    row = first_dated(world, clock)
    with pytest.raises(Invalid, match="minh chứng"):
        work.tick(world.actor("officer"), row.id, Given(note="xong rồi"), at=clock.now)
    with pytest.raises(Forbidden):
        work.tick(world.actor("other"), row.id, Given(text="1/BC"), at=clock.now)
    assert db.session.get(Assignment, row.id).state == "open"


def test_a_new_version_keeps_progress_and_withdraws_what_it_drops(world, clock, draft):
    publish_draft(world, draft, clock.now)
    officer, coordinator = world.actor("officer"), world.actor("coordinator")
    row = first_dated(world, clock)
    work.tick(officer, row.id, Given(text="15/QĐ-UBND ngày 12/5/2026"), at=clock.now)
    changed = PLAN.replace("trước ngày 15/9/2026", "trước ngày 25/9/2026").replace(
        "trước ngày 05/6", "trước ngày 12/6"
    )
    start, end = changed.index("1.2. "), changed.index("III. ")
    later = clock.now + timedelta(days=1)
    version = plans.import_plan(
        coordinator,
        world.committee,
        world.justice,
        "12-kh-sua-doi.txt",
        (changed[:start] + changed[end:]).encode(),
        at=later,
        plan_id=row.plan_id,
    )
    result = publish_draft(world, version, later)
    assert result.assignments == 0
    states = {
        a.unit_id: (a.state, a.excuse) for a in db.session.query(Assignment).filter_by(task_id=row.task_id)
    }
    assert states[world.tan_lap] == ("submitted", "")
    assert states[world.binh_minh] == ("excused", "withdrawn")
    report = db.session.query(Assignment).filter_by(unit_id=world.tan_lap, due_on=date(2026, 6, 11)).one()
    assert report.first_due_on == date(2026, 6, 4)


def test_words_that_name_no_document_are_no_evidence(world, clock, draft):
    publish_draft(world, draft, clock.now)
    row = first_dated(world, clock)
    with pytest.raises(Invalid, match="15/BC-UBND"):
        work.tick(world.actor("officer"), row.id, Given(text="đã làm xong"), at=clock.now)


def test_a_new_version_moves_open_work_and_says_so_but_never_judges_finished_work_anew(world, clock, draft):
    publish_draft(world, draft, clock.now)
    officer, coordinator = world.actor("officer"), world.actor("coordinator")
    row = first_dated(world, clock)
    clock.day(2026, 5, 18)
    work.tick(officer, row.id, Given(text="15/QĐ-UBND ngày 18/5/2026"), at=clock.now)
    version = show_work.work_page(coordinator, row.id, at=clock.now).row.row_version
    work.accept(coordinator, row.id, row_version=version, at=clock.now)
    changed = PLAN.replace("trước ngày 16/5/2026", "trước ngày 30/5/2026")
    version = plans.import_plan(
        coordinator,
        world.committee,
        world.justice,
        "12-kh-sua-doi.txt",
        changed.encode(),
        at=clock.now,
        plan_id=row.plan_id,
    )
    result = publish_draft(world, version, clock.now)
    assert (result.assignments, result.moved) == (0, 2)
    late = show_work.work_page(officer, row.id, at=clock.now).row
    assert (late.due_on, late.standing.code) == (date(2026, 5, 15), "late")
