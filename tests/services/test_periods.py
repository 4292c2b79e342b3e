"""A reporting period is closed, kept, and opened again: on both databases, by the services."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.test_whole_deed import PLAN, publish_draft
from tracker.deadlines.reports import reporting_period
from tracker.errors import Forbidden, Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.progress.counts import Rate, Tally
from tracker.progress.kept import brought_back, kept
from tracker.services import periods, plans, show_units, work
from tracker.services.work import Given
from tracker.store.models import Assignment, Fact, PeriodClosing

EVIDENCE = Given(text="15/BC-UBND ngày 5/5/2026")


@pytest.fixture
def plan(app, world, clock):
    """The plan of a whole deed, published on 12/5/2026: reports of half-year (4/6) and year (4/12), a task once."""
    version = plans.import_plan(
        world.actor("coordinator"), world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=clock.now
    )
    publish_draft(world, version, clock.now)
    return db.session.query(Assignment.plan_id).first()[0]


def of_period(period, unit):
    db.session.rollback()
    found = db.session.query(Assignment).filter_by(unit_id=unit).all()
    [one, *_] = [one for one in found if reporting_period(one.period, one.timing.label) == period]
    return one


def done(world, clock, one):
    """Ticked and accepted."""
    who = next(name for name in ("officer", "other") if one.holder_id in world.actor(name).units())
    work.tick(world.actor(who), one.id, EVIDENCE, at=clock.now)
    row_version = db.session.get(Assignment, one.id).row_version
    work.accept(world.actor("coordinator"), one.id, row_version=row_version, at=clock.now)


def half_year(world, clock, plan):
    page = periods.periods_page(world.actor("coordinator"), plan, at=clock.now)
    return next(row for row in page.periods if row.period == "2026-H1")


def test_the_periods_of_a_plan_with_their_figures(world, clock, plan):
    clock.day(2026, 6, 3)
    done(world, clock, of_period("2026-H1", world.tan_lap))
    clock.day(2026, 6, 10)
    page = periods.periods_page(world.actor("coordinator"), plan, at=clock.now)
    assert [(row.words, row.last_due) for row in page.periods] == [
        ("6 tháng đầu năm 2026", date(2026, 6, 4)),
        ("", date(2026, 9, 14)),
        ("năm 2026", date(2026, 12, 4)),
    ]
    figures = half_year(world, clock, plan).figures
    assert (figures.assignments.done, figures.assignments.overdue) == (1, 2)
    assert (figures.plan.done, figures.plan.total) == (0, 1)
    assert {one.name: one.tally.done for one in figures.units} == {
        "UBND xã Bình Minh": 0,
        "UBND xã Phú Hòa": 0,
        "UBND xã Tân Lập": 1,
    }


def test_open_work_is_named_and_the_period_closed_only_despite_it(world, clock, plan):
    clock.day(2026, 6, 10)
    coordinator = world.actor("coordinator")
    found = periods.proposal(coordinator, plan, "2026-H1", at=clock.now)
    assert (found.early, len(found.undecided)) == (False, 3)
    with pytest.raises(Refused, match=r"còn 3 việc chưa xong \(.*Xin xác nhận nếu vẫn chốt"):
        periods.close_period(coordinator, plan, "2026-H1", at=clock.now)
    assert db.session.query(PeriodClosing).count() == 0
    periods.close_period(coordinator, plan, "2026-H1", despite=True, at=clock.now)
    assert half_year(world, clock, plan).closing.closed_by == "Phạm Minh Anh"


def test_before_its_last_due_day_it_is_closed_only_knowingly(world, clock, plan):
    with pytest.raises(Refused, match="hạn cuối của kỳ là 4/6/2026, chưa qua"):
        periods.close_period(world.actor("coordinator"), plan, "2026-H1", at=clock.now)


def test_a_closed_period_refuses_changes_with_who_closed_it_and_when(world, clock, plan):
    clock.day(2026, 6, 10)
    one, other = of_period("2026-H1", world.tan_lap), of_period("2026-H1", world.binh_minh)
    work.tick(world.actor("other"), other.id, EVIDENCE, at=clock.now)
    row_version = db.session.get(Assignment, other.id).row_version
    periods.close_period(world.actor("coordinator"), plan, "2026-H1", despite=True, at=clock.now)
    clock.day(2026, 6, 11)
    words = "Kỳ 6 tháng đầu năm 2026 đã chốt ngày 10/6/2026, người thực hiện: Phạm Minh Anh"
    with pytest.raises(Refused, match=words):
        work.tick(world.actor("officer"), one.id, EVIDENCE, at=clock.now)
    with pytest.raises(Refused, match=words):
        work.take_back(world.actor("other"), other.id, at=clock.now)
    with pytest.raises(Refused, match=words):
        work.accept(world.actor("coordinator"), other.id, row_version=row_version, at=clock.now)
    with pytest.raises(Refused, match=words):
        work.return_(world.actor("coordinator"), other.id, "thiếu", row_version=row_version, at=clock.now)
    assert of_period("2026-H1", world.tan_lap).state == "open"
    once = of_period("once", world.justice)
    work.tick(world.actor("coordinator"), once.id, EVIDENCE, at=clock.now)
    assert of_period("once", world.justice).state == "submitted", "other periods go on"


def test_the_figures_are_those_of_the_closing_on_later_days(world, clock, plan):
    clock.day(2026, 6, 3)
    done(world, clock, of_period("2026-H1", world.tan_lap))
    periods.close_period(world.actor("coordinator"), plan, "2026-H1", despite=True, at=clock.now)
    before = half_year(world, clock, plan).figures
    clock.day(2026, 9, 1)
    row = half_year(world, clock, plan)
    assert row.figures == before
    assert row.figures.on == date(2026, 6, 3)
    assert (row.figures.assignments.overdue, row.figures.assignments.soon) == (0, 2)
    assert row.figures.assignments.done_of_due == Rate(0, 0), "nothing was due on that day"


def test_only_a_leader_opens_it_again_with_a_reason_and_it_may_be_closed_again(world, clock, plan):
    coordinator, leader = world.actor("coordinator"), world.actor("leader")
    clock.day(2026, 6, 10)
    periods.close_period(coordinator, plan, "2026-H1", despite=True, at=clock.now)
    for who in (coordinator, world.actor("officer"), world.actor("manager")):
        with pytest.raises(Forbidden):
            periods.reopen_period(who, plan, "2026-H1", "báo cáo bổ sung", at=clock.now)
    with pytest.raises(Invalid, match="lý do"):
        periods.reopen_period(leader, plan, "2026-H1", " ", at=clock.now)
    clock.day(2026, 6, 15)
    periods.reopen_period(leader, plan, "2026-H1", "Tân Lập gửi nhầm kỳ", at=clock.now)
    assert of_period("2026-H1", world.tan_lap).urged_from == date(2026, 6, 15)
    done(world, clock, of_period("2026-H1", world.tan_lap))
    periods.close_period(coordinator, plan, "2026-H1", despite=True, at=clock.now)
    row = half_year(world, clock, plan)
    assert row.figures.assignments.done == 1
    [past] = row.past
    assert (past.reopened_by, past.reason) == ("Vũ Đình Khôi", "Tân Lập gửi nhầm kỳ")
    facts = [
        fact.deed for fact in db.session.query(Fact).filter(Fact.deed.like("period-%")).order_by(Fact.id)
    ]
    assert facts == ["period-closed", "period-reopened", "period-closed"]


def test_closing_twice_and_opening_what_is_open_are_refused(world, clock, plan):
    clock.day(2026, 6, 10)
    with pytest.raises(Refused, match="không chốt"):
        periods.reopen_period(world.actor("leader"), plan, "2026-H1", "vì", at=clock.now)
    periods.close_period(world.actor("coordinator"), plan, "2026-H1", despite=True, at=clock.now)
    with pytest.raises(Refused, match="đã chốt ngày 10/6/2026"):
        periods.close_period(world.actor("coordinator"), plan, "2026-H1", despite=True, at=clock.now)


@pytest.mark.parametrize("period", ["2027-H1", "plan", "", "../etc"])
def test_a_period_that_the_plan_has_not_is_not_found(world, clock, plan, period):
    with pytest.raises(NotFound):
        periods.close_period(world.actor("coordinator"), plan, period, despite=True, at=clock.now)


def test_who_follows_no_plan_up_closes_and_sees_nothing(world, clock, plan):
    for who in ("officer", "head", "manager"):
        with pytest.raises(Forbidden):
            periods.periods_page(world.actor(who), plan, at=clock.now)
        with pytest.raises(Forbidden):
            periods.close_period(world.actor(who), plan, "2026-H1", despite=True, at=clock.now)
    assert periods.periods_page(world.actor("leader"), plan, at=clock.now).may_close is False


def test_the_unit_s_page_counts_and_stands_as_of_the_closing(world, clock, plan):
    clock.day(2026, 6, 3)
    periods.close_period(world.actor("coordinator"), plan, "2026-H1", despite=True, at=clock.now)
    clock.day(2026, 9, 1)
    page = show_units.unit_work(world.actor("officer"), world.tan_lap, at=clock.now)
    assert page.tally.overdue == 1, "what comes once is counted on, the closed period is not"
    assert of_period("2026-H1", world.tan_lap).state == "open"


def test_a_tally_is_kept_whole():
    tally = Tally(total=3, done=2, late=1, on_time=Rate(1, 2), excused=1, due=(("late", 1),))
    assert brought_back(kept(tally)) == tally
    assert brought_back({"total": 3, "gone": 1}) == Tally(total=3)


def test_a_new_version_leaves_a_closed_period_as_it_is(world, clock, plan):
    clock.day(2026, 6, 10)
    coordinator = world.actor("coordinator")
    periods.close_period(coordinator, plan, "2026-H1", despite=True, at=clock.now)
    before = of_period("2026-H1", world.tan_lap)
    told = (before.id, before.due_on, before.state, before.row_version)
    text = PLAN.replace("trước ngày 05/6", "trước ngày 20/6").replace("trước ngày 05/12", "trước ngày 10/12")
    version = plans.import_plan(
        coordinator, world.committee, world.justice, "2.txt", text.encode(), at=clock.now, plan_id=plan
    )
    publish_draft(world, version, clock.now)
    after = of_period("2026-H1", world.tan_lap)
    assert (after.id, after.due_on, after.state, after.row_version) == told
    assert of_period("2026", world.tan_lap).due_on == date(2026, 12, 9), "the open one moves"
