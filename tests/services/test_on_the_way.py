"""What happens to work on its way: deliverables one by one, notes, taking note, reopening, excusing, corrected days, an
event that comes, and what is refused."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from tests.services.test_whole_deed import PLAN, first_dated, publish_draft
from tracker.errors import Forbidden, Invalid, Refused
from tracker.extensions import db
from tracker.services import following, noting, plans, show_work, work
from tracker.services.figures import lines, of_units
from tracker.services.work import Given
from tracker.store.models import (
    Assignment,
    Committee,
    Deliverable,
    Fact,
    PeriodClosing,
    Plan,
    TaskVersion,
)
from tracker.store.queries.work import Wanted

DOCUMENT = Given(text="15/BC-UBND ngày 11/5/2026")


@pytest.fixture
def row(app, world, clock):
    """Tân Lập's first dated work, with three deliverables, on 12/5/2026."""
    version = plans.import_plan(
        world.actor("coordinator"), world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=clock.now
    )
    publish_draft(world, version, clock.now)
    found = first_dated(world, clock)
    task = db.session.query(TaskVersion).filter_by(task_id=found.task_id).one()
    names = ("báo cáo kết quả", "danh sách tổ viên")
    task.deliverables += [Deliverable(ordinal=n, text=text) for n, text in enumerate(names, 1)]
    db.session.commit()
    return found


def stored(row) -> Assignment:
    return db.session.get_one(Assignment, row.id, populate_existing=True)


def version(row) -> int:
    return stored(row).row_version


def life_of(world, clock, row, who="officer"):
    return show_work.work_life(world.actor(who), row.id, at=clock.now)


def tally(world, clock):
    return of_units(lines(Wanted(holders=[world.tan_lap])), clock.now.date())


def accept(world, clock, row):
    work.accept(world.actor("coordinator"), row.id, row_version=version(row), at=clock.now)


# Deliverables


def test_the_last_deliverable_makes_it_submitted_and_its_day_counts(world, clock, row):
    officer = world.actor("officer")
    for n, day in enumerate((12, 13), 1):
        clock.day(2026, 5, day)
        work.tick(officer, row.id, DOCUMENT, parts=[n - 1], at=clock.now)
        assert (stored(row).state, life_of(world, clock, row).parts_there) == ("open", n)
    clock.day(2026, 5, 14)
    work.tick(officer, row.id, DOCUMENT, parts=[2], at=clock.now)
    assert stored(row).state == "submitted"
    clock.day(2026, 5, 20)
    accept(world, clock, row)
    assert stored(row).done_on == date(2026, 5, 14)
    assert {one.state for one in stored(row).submissions} == {"accepted"}


def test_without_a_choice_a_tick_is_for_all_that_is_lacking(world, clock, row):
    officer = world.actor("officer")
    work.tick(officer, row.id, DOCUMENT, parts=[1], at=clock.now)
    work.tick(officer, row.id, DOCUMENT, at=clock.now)
    assert stored(row).state == "submitted"
    assert [one.parts for one in stored(row).submissions] == [[1], [0, 2]]


def test_a_part_that_came_in_on_paper_earlier_does_not_make_the_whole_earlier(world, clock, row):
    work.tick(world.actor("officer"), row.id, DOCUMENT, parts=[0, 1], at=clock.now)
    received = date(2026, 5, 8)
    work.tick_on_behalf(
        world.actor("coordinator"),
        row.id,
        Given(text="9/BC-UBND"),
        received_on=received,
        via="paper",
        at=clock.now,
    )
    accept(world, clock, row)
    assert stored(row).done_on == date(2026, 5, 12)


def test_a_return_sends_back_the_named_deliverables_and_keeps_the_others(world, clock, row):
    officer, coordinator = world.actor("officer"), world.actor("coordinator")
    work.tick(officer, row.id, DOCUMENT, parts=[0], at=clock.now)
    work.tick(officer, row.id, Given(text="16/BC-UBND"), at=clock.now)
    work.return_(coordinator, row.id, "Thiếu chữ ký.", parts=[2], row_version=version(row), at=clock.now)
    told = {one.ordinal: one.state for one in life_of(world, clock, row).parts}
    assert told == {0: "part", 1: "part", 2: ""}
    assert {len(one.evidence) for one in stored(row).submissions} == {1}
    work.tick(officer, row.id, Given(text="17/BC-UBND"), parts=[2], at=clock.now)
    assert stored(row).state == "submitted"


def test_a_return_without_names_sends_all_back(world, clock, row):
    work.tick(world.actor("officer"), row.id, DOCUMENT, parts=[0], at=clock.now)
    work.tick(world.actor("officer"), row.id, DOCUMENT, at=clock.now)
    work.return_(world.actor("coordinator"), row.id, "Sai mẫu.", row_version=version(row), at=clock.now)
    assert life_of(world, clock, row).parts_there == 0
    assert {one.state for one in stored(row).submissions} == {"returned"}


def test_a_part_can_be_taken_back(world, clock, row):
    officer = world.actor("officer")
    work.tick(officer, row.id, DOCUMENT, parts=[0], at=clock.now)
    part = life_of(world, clock, row).parts[0]
    work.take_back_part(officer, row.id, part.submission_id, at=clock.now)
    assert life_of(world, clock, row).parts_there == 0
    with pytest.raises(Refused, match="đã được rút lại"):
        work.take_back_part(officer, row.id, part.submission_id, at=clock.now)


# Taking note, and notes


def test_a_unit_takes_note_once_and_a_tick_takes_note_by_itself(world, clock, row):
    officer = world.actor("officer")
    noting.see(officer, row.id, at=clock.now)
    noting.see(officer, row.id, at=clock.now)
    assert db.session.query(Fact).filter_by(deed="seen").count() == 1
    assert (stored(row).seen_on, stored(row).seen_by_id) == (date(2026, 5, 12), officer.id)
    other = db.session.query(Assignment).filter_by(unit_id=world.tan_lap, due_on=date(2026, 6, 4)).one()
    work.tick(officer, other.id, DOCUMENT, at=clock.now)
    assert db.session.get_one(Assignment, other.id).seen_on == date(2026, 5, 12)


def test_who_has_not_taken_note_in_time_stands_on_the_dashboard(world, clock, row):
    coordinator = world.actor("coordinator")
    clock.day(2026, 5, 14)
    assert show_work.unseen(coordinator, world.committee, at=clock.now) == ()
    clock.day(2026, 5, 15)  # the third working day
    late = show_work.unseen(coordinator, world.committee, at=clock.now)
    assert {one.unit_name for one in late} >= {"UBND xã Tân Lập", "UBND xã Bình Minh"}
    noting.see_plan(world.actor("officer"), row.plan_id, world.tan_lap, at=clock.now)
    late = show_work.unseen(coordinator, world.committee, at=clock.now)
    assert "UBND xã Tân Lập" not in {one.unit_name for one in late}


def test_the_time_to_take_note_is_a_setting_of_the_committee(world, clock, row):
    db.session.get_one(Committee, world.committee).settings = {"seen_days": 5}
    db.session.commit()
    clock.day(2026, 5, 15)
    assert show_work.unseen(world.actor("coordinator"), world.committee, at=clock.now) == ()
    assert life_of(world, clock, row).see_by == date(2026, 5, 19)


def test_notes_are_kept_and_change_no_figure(world, clock, row):
    officer = world.actor("officer")
    before = tally(world, clock)
    noting.note_progress(officer, row.id, text="Đã họp tổ", percent=40, at=clock.now)
    noting.note_progress(officer, row.id, percent=100, obstacle="Chưa có mẫu", at=clock.now)
    assert tally(world, clock) == before
    assert [(one.percent, one.obstacle) for one in life_of(world, clock, row).notes] == [
        (100, "Chưa có mẫu"),
        (40, ""),
    ]
    listed = show_work.work_page(officer, row.id, at=clock.now).row
    assert (listed.note.percent, listed.note.obstacle) == (100, "Chưa có mẫu")
    assert stored(row).state == "open"


@pytest.mark.parametrize("given", [{"percent": 101}, {"percent": -1}, {"text": "  "}])
def test_a_note_says_something_that_can_be_meant(world, clock, row, given):
    with pytest.raises(Invalid):
        noting.note_progress(world.actor("officer"), row.id, **given, at=clock.now)


# What the coordinator decides


def test_accepted_work_is_reopened_with_a_reason_and_counts_no_longer(world, clock, row):
    coordinator = world.actor("coordinator")
    work.tick(world.actor("officer"), row.id, DOCUMENT, at=clock.now)
    accept(world, clock, row)
    done = tally(world, clock).done
    with pytest.raises(Invalid, match="lý do"):
        following.reopen(coordinator, row.id, " ", row_version=version(row), at=clock.now)
    following.reopen(coordinator, row.id, "Số liệu sai.", row_version=version(row), at=clock.now)
    assert (stored(row).state, stored(row).done_on, tally(world, clock).done) == ("open", None, done - 1)
    clock.day(2026, 5, 18)
    work.tick(world.actor("officer"), row.id, Given(text="18/BC-UBND"), at=clock.now)
    accept(world, clock, row)
    assert stored(row).done_on == date(2026, 5, 18)


def test_reopened_for_its_form_only_it_keeps_its_day(world, clock, row):
    work.tick(world.actor("officer"), row.id, DOCUMENT, at=clock.now)
    accept(world, clock, row)
    following.reopen(
        world.actor("coordinator"),
        row.id,
        "Sai thể thức.",
        form_only=True,
        row_version=version(row),
        at=clock.now,
    )
    clock.day(2026, 5, 18)
    work.tick(world.actor("officer"), row.id, DOCUMENT, at=clock.now)
    accept(world, clock, row)
    assert stored(row).done_on == date(2026, 5, 12)


def test_excused_work_says_why_and_can_be_reopened(world, clock, row):
    coordinator = world.actor("coordinator")
    following.excuse(coordinator, row.id, "Xã không có tổ hòa giải.", row_version=version(row), at=clock.now)
    told = show_work.work_page(world.actor("officer"), row.id, at=clock.now).row
    assert (told.standing.code, told.excuse_reason) == ("excused", "Xã không có tổ hòa giải.")
    following.reopen(coordinator, row.id, "Đã thành lập.", row_version=version(row), at=clock.now)
    assert (stored(row).state, stored(row).excuse, stored(row).excuse_reason) == ("open", "", "")


def test_what_a_version_dropped_is_not_reopened_by_hand(world, clock, row):
    found = stored(row)
    found.state, found.excuse = "excused", "withdrawn"
    db.session.commit()
    with pytest.raises(Refused, match="bản mới của kế hoạch"):
        following.reopen(world.actor("coordinator"), row.id, "Cần.", row_version=version(row), at=clock.now)
    assert "reopen" not in life_of(world, clock, row, "coordinator").may


def test_a_corrected_day_moves_the_day_that_counts_and_the_fact_holds_both(world, clock, row):
    clock.day(2026, 5, 18)
    work.tick(world.actor("officer"), row.id, DOCUMENT, at=clock.now)
    accept(world, clock, row)
    following.correct_day(
        world.actor("coordinator"),
        row.id,
        date(2026, 5, 15),
        "Dấu công văn đến.",
        row_version=version(row),
        at=clock.now,
    )
    assert stored(row).done_on == date(2026, 5, 15)
    fact = db.session.query(Fact).filter_by(deed="day-corrected").one()
    assert (fact.before["received_on"], fact.after["received_on"]) == ("2026-05-18", "2026-05-15")


@pytest.mark.parametrize(
    ("day", "words"), [(date(2026, 5, 13), "tương lai"), (date(2026, 1, 14), "ban hành")]
)
def test_a_corrected_day_lies_between_the_plan_and_today(world, clock, row, day, words):
    work.tick(world.actor("officer"), row.id, DOCUMENT, at=clock.now)
    with pytest.raises(Invalid, match=words):
        following.correct_day(
            world.actor("coordinator"), row.id, day, "Sai.", row_version=version(row), at=clock.now
        )


# An event


def waiting(row) -> None:
    found = stored(row)
    found.state, found.waits_for, found.waits_since = "waiting", "hướng dẫn của Sở Tư pháp", date(2026, 1, 16)
    found.due_on = found.first_due_on = None
    db.session.commit()


def test_an_event_that_has_come_opens_the_work_with_a_due_date(world, clock, row):
    waiting(row)
    coordinator = world.actor("coordinator")
    with pytest.raises(Invalid, match="Xin ghi hạn"):
        following.event_came(
            coordinator, row.id, date(2026, 5, 11), None, row_version=version(row), at=clock.now
        )
    following.event_came(
        coordinator, row.id, date(2026, 5, 11), date(2026, 6, 1), row_version=version(row), at=clock.now
    )
    found = stored(row)
    assert (found.state, found.due_on, found.first_due_on) == ("open", date(2026, 6, 1), date(2026, 6, 1))
    assert (found.waits_since, found.urged_from) == (None, date(2026, 5, 12))


def test_where_the_plan_counts_from_the_event_the_day_is_counted(world, clock, row):
    waiting(row)
    stored(row).timing.offset = {"n": 10, "unit": "working-day", "from": "ngày nhận được hướng dẫn"}
    db.session.commit()
    following.event_came(
        world.actor("coordinator"),
        row.id,
        date(2026, 5, 11),
        None,
        row_version=version(row),
        at=clock.now,
    )
    assert stored(row).due_on == date(2026, 5, 25)


@pytest.mark.parametrize(
    ("came", "due", "words"),
    [
        (date(2026, 5, 13), date(2026, 6, 1), "tương lai"),
        (date(2026, 5, 11), date(2026, 5, 11), "đã qua"),
        (date(2026, 5, 11), date(2027, 1, 4), "kết thúc kế hoạch"),
    ],
)
def test_days_of_an_event_are_days_of_the_plan(world, clock, row, came, due, words):
    waiting(row)
    with pytest.raises(Invalid, match=words):
        following.event_came(
            world.actor("coordinator"), row.id, came, due, row_version=version(row), at=clock.now
        )


def test_excused_while_it_waited_it_waits_again(world, clock, row):
    waiting(row)
    coordinator = world.actor("coordinator")
    following.excuse(coordinator, row.id, "Nhầm.", row_version=version(row), at=clock.now)
    following.reopen(coordinator, row.id, "Vẫn phải làm.", row_version=version(row), at=clock.now)
    assert (stored(row).state, stored(row).waits_since) == ("waiting", date(2026, 5, 12))


# Refused in words


def test_a_document_from_before_the_plan_is_refused_with_a_way_out(world, clock, row):
    with pytest.raises(Invalid, match=r"trước kế hoạch .*tệp hoặc đường dẫn"):
        work.tick(world.actor("officer"), row.id, Given(text="15/BC-UBND ngày 14/01/2026"), at=clock.now)
    with pytest.raises(Invalid, match="tương lai"):
        work.tick(world.actor("officer"), row.id, Given(text="15/BC-UBND ngày 13/5/2026"), at=clock.now)


def test_a_closed_period_refuses_with_who_closed_it_and_when(world, clock, row):
    closing = PeriodClosing(
        plan_id=row.plan_id,
        period=row.period,
        closed_by_id=world.people["coordinator"],
        closed_at=clock.now,
    )
    db.session.add(closing)
    db.session.commit()
    with pytest.raises(Refused, match=r"chốt ngày 12/5/2026.*Phạm Minh Anh.*mở lại kỳ"):
        work.tick(world.actor("officer"), row.id, DOCUMENT, at=clock.now)
    assert life_of(world, clock, row).may == frozenset()
    assert "Phạm Minh Anh" in life_of(world, clock, row).held.words


def test_a_plan_that_is_over_refuses_and_a_stranger_is_not_told_why(world, clock, row):
    plan = db.session.get_one(Plan, row.plan_id)
    plan.ending, plan.ended_at, plan.ended_by_id = "closed", clock.now, world.people["coordinator"]
    db.session.commit()
    with pytest.raises(Refused, match=r"đã kết thúc ngày 12/5/2026.*Phạm Minh Anh"):
        noting.note_progress(world.actor("officer"), row.id, percent=5, at=clock.now)
    with pytest.raises(Forbidden):
        noting.note_progress(world.actor("other"), row.id, percent=5, at=clock.now)


def test_of_two_who_accept_and_return_at_once_one_wins_and_the_other_is_told(app, world, clock, row):
    work.tick(world.actor("officer"), row.id, DOCUMENT, at=clock.now)
    coordinator, seen = world.actor("coordinator"), version(row)
    db.session.rollback()
    gate, raised = threading.Barrier(2), []

    def run(deed):
        with app.app_context():
            gate.wait()
            try:
                deed()
            except Refused as refusal:
                raised.append(refusal.code)
            finally:
                db.session.remove()

    deeds = (
        lambda: work.accept(coordinator, row.id, row_version=seen, at=clock.now),
        lambda: work.return_(coordinator, row.id, "Thiếu dấu.", row_version=seen, at=clock.now),
    )
    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert raised == ["overtaken"]
    decided = db.session.query(Fact).filter(Fact.deed.in_(("accepted", "returned"))).one()
    assert stored(row).state == {"accepted": "accepted", "returned": "open"}[decided.deed]
