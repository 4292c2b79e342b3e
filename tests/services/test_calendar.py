"""A committee's own days and readings: what they move, what stays, and who is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from notifications.collect import collect
from tracker.access import OPERATOR, Actor, Grant
from tracker.deadlines.due import Options
from tracker.errors import Forbidden, Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import calendar, plans, publish, review, show_review, show_work
from tracker.services import work as deeds
from tracker.services.calendar import NewDays, Removal, calendar_of
from tracker.services.evidence import Given
from tracker.services.recompute import present_due, rules_of, timing_draft
from tracker.store.models import Assignment, CalendarDay, Committee, Fact, Timing

PLAN = """ỦY BAN NHÂN DÂN
HUYỆN SƠN THANH

Số: 12/KH-UBND

Sơn Thanh, ngày 15 tháng 5 năm 2026

KẾ HOẠCH
Phổ biến, giáo dục pháp luật năm 2026

II. NỘI DUNG

1. Rà soát, kiện toàn tổ hòa giải ở cơ sở.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Thời gian thực hiện: trước ngày 20/6/2026.

2. Lập danh mục văn bản hết hiệu lực.

- Cơ quan chủ trì: UBND xã Tân Lập.
- Thời gian thực hiện: trong vòng 10 ngày làm việc kể từ ngày ban hành Kế hoạch.

3. Báo cáo kết quả rà soát.

- Cơ quan chủ trì: UBND xã Tân Lập.
- Thời gian thực hiện: chậm nhất ngày 30/6/2026.

4. Xây dựng tủ sách pháp luật điện tử.

- Cơ quan chủ trì: UBND xã Tân Lập.
- Thời gian thực hiện: thường xuyên.
"""
JUNE_19 = NewDays(
    date(2026, 6, 19), None, "off", "Kỷ niệm ngày lập huyện", "Thông báo số 9/TB-UBND ngày 2/6/2026"
)
MAY_22 = NewDays(
    date(2026, 5, 22), None, "off", "Nghỉ phòng chống lũ", "Công điện số 3/CĐ-UBND ngày 18/5/2026"
)


@pytest.fixture
def plan(app: Any, world: Any, clock: Any) -> int:
    """The plan above, published on 16/5/2026 on both kinds of database; today is 18/5/2026."""
    coordinator, at = world.actor("coordinator"), clock.day(2026, 5, 16)
    version = plans.import_plan(
        coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at
    )
    page = show_review.review(coordinator, version, at=at)
    if page.past_unchosen:
        review.choose_past(coordinator, version, {"all": "open"}, row_version=page.row_version, at=at)
        page = show_review.review(coordinator, version, at=at)
    publish.publish(coordinator, version, row_version=page.row_version, at=at)
    clock.day(2026, 5, 18)
    return version


def work(words: str, unit: int) -> Assignment:
    """The unit's assignment whose timing says these words."""
    found = db.session.scalars(
        select(Assignment)
        .join(Timing)
        .where(Timing.text.contains(words), Assignment.unit_id == unit)
        .execution_options(populate_existing=True)
    )
    return found.one()


def facts(deed: str) -> list[Fact]:
    return list(db.session.scalars(select(Fact).where(Fact.deed == deed).order_by(Fact.id)))


# Working days.


def test_work_that_is_counted_in_working_days_from_the_issue_has_a_due_day(plan, world):
    assert work("10 ngày làm việc", world.tan_lap).due_on == date(2026, 5, 29)


def test_a_day_off_moves_what_is_counted_in_working_days_and_tells_the_unit(plan, world, clock):
    before = work("10 ngày làm việc", world.tan_lap)
    known, sequence = before.id, before.sequence
    seen = calendar.preview(world.actor("manager"), world.committee, MAY_22, at=clock.now)
    done = calendar.add_days(world.actor("manager"), world.committee, MAY_22, at=clock.now)
    assert seen == done, "what was previewed is what was done"
    assert [(one.assignment_id, one.due_moves) for one in done.moved] == [(known, True)]
    after = work("10 ngày làm việc", world.tan_lap)
    assert (after.due_on, after.first_due_on) == (date(2026, 6, 1), date(2026, 5, 29)), (
        "the first date is kept"
    )
    assert after.sequence == sequence + 1
    assert after.urged_from == date(2026, 5, 18)
    told = facts("due-recomputed")
    assert [one.thing_id for one in told] == [known]
    assert told[0].before["due_on"] == "2026-05-29"
    assert told[0].after["due_on"] == "2026-06-01"


def test_a_printed_date_stays_and_only_the_day_to_send_by_moves(plan, world, clock):
    done = calendar.add_days(world.actor("manager"), world.committee, JUNE_19, at=clock.now)
    assert {(one.before.due, one.after.due) for one in done.moved} == {(date(2026, 6, 19), date(2026, 6, 19))}
    assert {one.after.send_by for one in done.moved} == {date(2026, 6, 18)}
    assert (done.units, done.due_days) == (3, 0)
    assert work("20/6", world.tan_lap).due_on == date(2026, 6, 19)
    assert "Kỷ niệm ngày lập huyện" in done.moved[0].after.reason


def test_taking_the_day_out_again_brings_everything_back(plan, world, clock):
    manager = world.actor("manager")
    calendar.add_days(manager, world.committee, MAY_22, at=clock.now)
    row = db.session.scalars(select(CalendarDay)).one()
    calendar.remove_day(manager, world.committee, row.id, at=clock.now)
    assert work("10 ngày làm việc", world.tan_lap).due_on == date(2026, 5, 29)
    assert calendar_of(db.session, world.committee).works(date(2026, 5, 22))
    kept = db.session.scalars(select(CalendarDay)).one()
    assert kept.removed_by_id == manager.id, "the row stays, so that old due days can be explained"
    calendar.add_days(manager, world.committee, MAY_22, at=clock.now)
    with pytest.raises(NotFound):
        calendar.remove_day(manager, world.committee, kept.id, at=clock.now)


def test_finished_work_and_agreed_days_stay(plan, world, clock):
    agreed = work("10 ngày làm việc", world.tan_lap)
    agreed.due_on = date(2026, 6, 12)
    done = work("30/6", world.tan_lap)
    db.session.commit()
    deeds.tick(world.actor("officer"), done.id, Given(text="15/BC-UBND ngày 18/5/2026"), at=clock.now)
    version = db.session.get(Assignment, done.id).row_version
    deeds.accept(world.actor("coordinator"), done.id, row_version=version, at=clock.now)
    calendar.add_days(world.actor("manager"), world.committee, MAY_22, at=clock.now)
    end = NewDays(date(2026, 6, 30), None, "off", "Nghỉ phòng chống bão", "Công điện số 4/CĐ-UBND")
    effect = calendar.add_days(world.actor("manager"), world.committee, end, at=clock.now)
    assert work("10 ngày làm việc", world.tan_lap).due_on == date(2026, 6, 12)
    assert effect.moved == ()


def test_a_block_of_days_is_entered_at_once_without_the_days_that_are_off_anyway(plan, world, clock):
    block = NewDays(date(2026, 6, 5), date(2026, 6, 9), "off", "Nghỉ hoán đổi", "Thông báo số 10/TB-UBND")
    done = calendar.add_days(world.actor("manager"), world.committee, block, at=clock.now)
    assert [row.day.day for row in done.days] == [5, 8, 9]
    worked = NewDays(date(2026, 6, 13), None, "working", "Làm bù", "Thông báo số 10/TB-UBND")
    calendar.add_days(world.actor("manager"), world.committee, worked, at=clock.now)
    own = calendar_of(db.session, world.committee)
    assert own.works(date(2026, 6, 13))
    assert own.working_days(date(2026, 6, 4), date(2026, 6, 13)) == 4


# Readings.


def test_counting_the_printed_day_moves_open_work_and_back_again(plan, world, clock):
    manager = world.actor("manager")
    chosen = Options(before="day-itself")
    seen = calendar.preview(manager, world.committee, chosen, at=clock.now)
    done = calendar.change_reading(manager, world.committee, chosen, at=clock.now)
    assert seen == done
    assert done.due_days == 3, "three communes; the other dates do not say before"
    assert work("20/6", world.tan_lap).due_on == date(2026, 6, 20)
    again = calendar.change_reading(manager, world.committee, chosen, at=clock.now)
    assert again.moved == (), "computing again changes nothing"
    assert len(facts("dates-read-anew")) == 1
    calendar.change_reading(manager, world.committee, Options(), at=clock.now)
    assert work("20/6", world.tan_lap).due_on == date(2026, 6, 19)


def test_a_new_version_reads_dates_as_the_committee_does(plan, world, clock):
    calendar.change_reading(
        world.actor("manager"), world.committee, Options(before="day-itself"), at=clock.now
    )
    coordinator = world.actor("coordinator")
    version = plans.import_plan(
        coordinator,
        world.committee,
        world.justice,
        "13-kh.txt",
        PLAN.replace("12/KH", "13/KH").encode(),
        at=clock.now,
    )
    page = show_review.review(coordinator, version, at=clock.now)
    publish.publish(coordinator, version, row_version=page.row_version, at=clock.now)
    dues = set(db.session.scalars(select(Assignment.due_on).where(Assignment.unit_id == world.binh_minh)))
    assert dues == {date(2026, 6, 20)}


def test_article_148_moves_no_due_day(plan, world, clock):
    chosen = Options(article_148=True)
    calendar.add_days(world.actor("manager"), world.committee, JUNE_19, at=clock.now)
    done = calendar.change_reading(world.actor("manager"), world.committee, chosen, at=clock.now)
    assert done.due_days == 0
    assert {one.after.in_time_until for one in done.moved} == {date(2026, 6, 22)}
    assert work("20/6", world.tan_lap).due_on == date(2026, 6, 19)
    one = work("20/6", world.tan_lap)
    timing = db.session.get(Timing, one.timing_id)
    due = present_due(one, timing_draft(timing), rules_of(db.session, world.committee))
    assert due.reason.endswith("gửi hết Thứ Hai 22/6 vẫn đúng hạn theo Điều 148 Bộ luật Dân sự")


def test_a_year_that_was_compared_with_its_announcement_is_provisional_no_longer(sqlite_app, world, clock):
    assert calendar_of(db.session, world.committee).provisional(2027)
    manager = world.actor("manager")
    calendar.check_year(manager, world.committee, 2027, "Thông báo số 100/TB-BNV", at=clock.now)
    assert not calendar_of(db.session, world.committee).provisional(2027)
    assert calendar_of(db.session, world.committee).provisional(2028)
    with pytest.raises(Invalid, match="văn bản"):
        calendar.check_year(manager, world.committee, 2028, " ", at=clock.now)


# The national calendar, corrected.


def test_an_administrator_corrects_the_national_calendar_for_everybody(plan, world, clock):
    other = Committee(name="UBND huyện Bình Sơn", created_at=clock.now)
    db.session.add(other)
    db.session.commit()
    off = NewDays(date(2026, 11, 24), None, "off", "Ngày Văn hóa Việt Nam", "Luật sửa đổi Bộ luật Lao động")
    effects = calendar.correct_national(OPERATOR, off, at=clock.now)
    assert set(effects) == {world.committee, other.id}
    for one in effects:
        assert not calendar_of(db.session, one).works(date(2026, 11, 24))
    worked = NewDays(date(2026, 11, 24), None, "working", "Huyện vẫn làm việc", "Thông báo số 11/TB-UBND")
    calendar.add_days(world.actor("manager"), world.committee, worked, at=clock.now)
    assert calendar_of(db.session, world.committee).works(date(2026, 11, 24)), "the own row lies on top"
    assert not calendar_of(db.session, other.id).works(date(2026, 11, 24))


def test_nobody_else_corrects_the_national_calendar(sqlite_app, world, clock):
    with pytest.raises(Forbidden):
        calendar.correct_national(world.actor("manager"), JUNE_19, at=clock.now)
    calendar.correct_national(Actor(None, "Quản trị", (Grant("admin"),)), JUNE_19, at=clock.now)


# Refusals.


@pytest.mark.parametrize("who", ["coordinator", "officer", "leader"])
def test_only_the_manager_changes_the_calendar(sqlite_app, world, clock, who):
    for deed in (calendar.preview, calendar.add_days):
        with pytest.raises(Forbidden):
            deed(world.actor(who), world.committee, JUNE_19, at=clock.now)
    assert calendar.year_page(world.actor(who), world.committee, 2026).may_change is False


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (NewDays(None, None, "off", "Nghỉ", "Thông báo"), "ghi ngày"),
        (NewDays(date(2026, 6, 19), None, "off", " ", "Thông báo"), "lý do"),
        (NewDays(date(2026, 6, 19), None, "off", "Nghỉ", ""), "văn bản"),
        (NewDays(date(2026, 6, 19), None, "maybe", "Nghỉ", "Thông báo"), "nghỉ hoặc làm việc"),
        (NewDays(date(2026, 6, 20), None, "off", "Nghỉ", "Thông báo"), "đã ghi ngày nghỉ"),
        (NewDays(date(2026, 6, 19), None, "working", "Làm", "Thông báo"), "đã ghi ngày làm việc"),
        (NewDays(date(2026, 6, 19), date(2026, 6, 18), "off", "Nghỉ", "Thông báo"), "Ngày cuối"),
        (NewDays(date(2026, 1, 1), date(2026, 12, 31), "off", "Nghỉ", "Thông báo"), "31 ngày"),
        (NewDays(date(26, 6, 19), None, "off", "Nghỉ", "Thông báo"), "1990"),
    ],
)
def test_what_cannot_be_entered_is_refused_in_words(sqlite_app, world, clock, given, words):
    with pytest.raises(Invalid, match=words):
        calendar.add_days(world.actor("manager"), world.committee, given, at=clock.now)
    assert db.session.scalars(select(CalendarDay)).all() == []


def test_a_day_is_entered_once(sqlite_app, world, clock):
    manager = world.actor("manager")
    calendar.add_days(manager, world.committee, JUNE_19, at=clock.now)
    again = NewDays(date(2026, 6, 19), None, "working", "Vẫn làm việc", "Thông báo số 12/TB-UBND")
    with pytest.raises(Refused, match="19/6/2026 đã được nhập"):
        calendar.add_days(manager, world.committee, again, at=clock.now)


def test_another_committees_row_is_not_found(sqlite_app, world, clock):
    other = Committee(name="UBND huyện Bình Sơn", created_at=clock.now)
    db.session.add(other)
    db.session.flush()
    row = CalendarDay(
        committee_id=other.id,
        day=date(2026, 6, 19),
        kind="off",
        words="Nghỉ",
        document="TB",
        entered_at=clock.now,
    )
    db.session.add(row)
    db.session.commit()
    with pytest.raises(NotFound):
        calendar.preview(world.actor("manager"), world.committee, Removal(row.id), at=clock.now)
    assert calendar_of(db.session, world.committee).works(date(2026, 6, 19))


# Who counts by it.


def standing_of(world: Any, words: str, at: Any) -> Any:
    page = show_work.work_page(world.actor("officer"), work(words, world.tan_lap).id, at=at)
    return page.row.standing, page


def test_pages_count_by_the_committees_own_calendar(plan, world, clock):
    at = clock.day(2026, 6, 15)
    before, _ = standing_of(world, "20/6", at)
    calendar.add_days(world.actor("manager"), world.committee, JUNE_19, at=at)
    after, page = standing_of(world, "20/6", at)
    assert (before.days, after.days) == (4, 3)
    assert page.due.send_by == date(2026, 6, 18)


def test_under_article_148_work_is_not_late_before_the_next_working_day_ends(plan, world, clock):
    manager, chosen = world.actor("manager"), Options(article_148=True)
    calendar.add_days(manager, world.committee, JUNE_19, at=clock.now)
    saturday, monday, tuesday = (clock.day(2026, 6, day) for day in (20, 22, 23))
    assert standing_of(world, "20/6", monday)[0].code == "overdue"
    calendar.change_reading(manager, world.committee, chosen, at=clock.day(2026, 5, 18))
    assert [standing_of(world, "20/6", at)[0].code for at in (saturday, monday, tuesday)] == [
        "today",
        "today",
        "overdue",
    ]
    assert standing_of(world, "20/6", tuesday)[0].days == 1


def test_nobody_is_written_to_on_a_day_off_of_their_committee(plan, world, clock):
    calendar.add_days(world.actor("manager"), world.committee, JUNE_19, at=clock.now)
    assert collect(db.session, clock.day(2026, 6, 19, 8)).letters == 0
    assert collect(db.session, clock.day(2026, 6, 22, 8)).letters > 0
