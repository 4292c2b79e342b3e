"""Cycles of a plan without an end go on: a year of days on the clock, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from notifications.sweep import sweep
from tracker.access import OPERATOR
from tracker.clock import at_vietnam
from tracker.deadlines.workdays import NATIONAL
from tracker.errors import Forbidden
from tracker.extensions import db
from tracker.services import endings, periods, rolling
from tracker.store.models import (
    Assignment,
    Committee,
    Fact,
    Plan,
    PlanVersion,
    Task,
    TaskVersion,
    Timing,
    Unit,
    UnitSuccession,
    UnitVersion,
)

ENDS = "cuối mỗi tháng"


@pytest.fixture
def plan(app, world, clock):
    """Two communes report each month by its last day, and each quarter by the 20th of its last month; published on
    12/1/2026 without an end, laid out up to 12/1/2027."""
    clock.day(2026, 1, 12)
    return made(world, clock)


def made(world, clock, period_end=None):
    plan = Plan(
        committee_id=world.committee,
        coordinator_id=world.justice,
        created_by_id=world.people["coordinator"],
        created_at=clock.now,
    )
    version = PlanVersion(
        ordinal=1,
        state="published",
        number="1/KH-UBND",
        title="Thường xuyên",
        period_start=date(2026, 1, 1),
        period_end=period_end,
        created_at=clock.now,
    )
    plan.versions.append(version)
    db.session.add(plan)
    db.session.flush()
    task = Task(plan_id=plan.id, created_at=clock.now)
    db.session.add(task)
    db.session.flush()
    task.versions.append(TaskVersion(plan_version_id=version.id, position=0, kind="report", title="Báo cáo"))
    month = Timing(ordinal=0, text=ENDS, every="month", start=date(2026, 1, 1), due=date(2026, 1, 31))
    quarter = Timing(ordinal=1, text="quý", every="quarter", start=date(2026, 1, 1), due=date(2026, 3, 20))
    task.timings += [month, quarter]
    db.session.flush()
    for unit in (world.tan_lap, world.binh_minh):
        db.session.add(first(plan, month, unit, "2026-01", date(2026, 1, 31), clock))
        db.session.add(first(plan, quarter, unit, "2026-Q1", date(2026, 3, 20), clock))
    db.session.commit()
    return plan.id


def first(plan, timing, unit, period, due, clock):
    return Assignment(
        committee_id=plan.committee_id,
        plan_id=plan.id,
        task_id=timing.task_id,
        timing_id=timing.id,
        unit_id=unit,
        holder_id=unit,
        period=period,
        due_on=due,
        first_due_on=due,
        urged_from=date(2026, 1, 12),
        changed_at=clock.now,
    )


def keys():
    db.session.rollback()
    found = db.session.query(Assignment.id, Assignment.timing_id, Assignment.unit_id, Assignment.period).all()
    return {(timing, unit, period): known for known, timing, unit, period in found}


def test_the_window_reaches_a_year_ahead_and_twice_changes_nothing(world, clock, plan):
    assert rolling.extend_cycles(OPERATOR, at=clock.now) == 2 * (12 + 4)
    before = keys()
    assert max(period for _, _, period in before if "Q" not in period) == "2027-01"
    assert rolling.extend_cycles(OPERATOR, at=clock.now) == 0
    assert keys() == before
    assert db.session.query(Fact).filter_by(deed="cycles-extended").count() == 1


def test_a_year_of_days_makes_each_occurrence_once_a_year_ahead(world, clock, plan):
    day, made_on = date(2026, 1, 12), {}
    seen = keys()
    for _ in range(366):
        rolling.extend_cycles(OPERATOR, at=at_vietnam(day, 6))
        now = keys()
        assert {key: now[key] for key in seen} == seen, "no key changes, nothing goes"
        made_on |= {key: day for key in now if key not in seen}
        seen, day = now, day + timedelta(days=1)
    months = sorted({period for timing, _, period in seen if "Q" not in period})
    assert months[-1] == "2028-01"
    assert len(months) == 25
    late = {period: on for (_, _, period), on in made_on.items()}
    assert late["2027-02"] == date(2026, 2, 1), "on the day from which its first day is a year away"
    one = db.session.get(Assignment, seen[next(key for key in seen if key[2] == "2027-02")])
    assert (one.due_on, one.urged_from, one.state) == (date(2027, 2, 28), date(2026, 2, 1), "open")


def test_the_sweep_does_it_once_a_day(app, world, clock, plan):
    clock.day(2026, 1, 12, 9)
    sweep(app, clock.now)
    first_run = keys()
    assert len(first_run) == 4 + 2 * (12 + 4)
    clock.day(2026, 2, 1, 0)
    sweep(app, clock.now)
    assert len(keys()) == len(first_run) + 2
    sweep(app, clock.day(2026, 2, 1, 9))
    assert db.session.query(Fact).filter_by(deed="cycles-extended").count() == 2


def test_a_plan_with_an_end_or_that_has_ended_gets_none(world, clock, app):
    clock.day(2026, 1, 12)
    made(world, clock, period_end=date(2026, 12, 31))
    assert rolling.extend_cycles(OPERATOR, at=clock.now) == 0
    plan = made(world, clock)
    page = endings.end_page(world.actor("coordinator"), plan, at=clock.now)
    reasons = {group.key: "thôi" for group in page.open}
    endings.end_plan(world.actor("coordinator"), plan, reasons, at=clock.now)
    assert rolling.extend_cycles(OPERATOR, at=clock.now) == 0


def test_what_a_unit_need_not_do_any_longer_does_not_come_back(world, clock, plan):
    for one in db.session.query(Assignment).filter_by(unit_id=world.binh_minh):
        one.state, one.excuse = "excused", "withdrawn"
    quarter = db.session.query(Assignment).filter_by(unit_id=world.tan_lap, period="2026-Q1").one()
    quarter.state, quarter.excuse = "excused", "not-applicable"
    db.session.commit()
    rolling.extend_cycles(OPERATOR, at=clock.now)
    units = {unit for _, unit, _ in keys()}
    assert units == {world.tan_lap, world.binh_minh}
    assert not any(unit == world.binh_minh and period > "2026-Q1" for _, unit, period in keys())
    assert any(unit == world.tan_lap and period == "2026-Q2" for _, unit, period in keys()), (
        "what was excused for one period comes again"
    )


def test_the_present_holder_gets_the_next_one_under_the_unit_s_own_key(world, clock, plan):
    heir = Unit(committee_id=world.committee, code="TB", created_at=clock.now)
    heir.versions.append(UnitVersion(ordinal=1, name="UBND xã Tân Bình", kind="commune", place=""))
    db.session.add(heir)
    db.session.flush()
    heir_id = heir.id
    for version in db.session.query(UnitVersion).filter_by(unit_id=world.binh_minh):
        version.valid_to = date(2026, 1, 9)
    db.session.add(
        UnitSuccession(
            unit_id=world.binh_minh,
            successor_id=heir_id,
            kind="merged",
            function="",
            effective_on=date(2026, 1, 10),
            document="",
        )
    )
    db.session.commit()
    rolling.extend_cycles(OPERATOR, at=clock.now)
    new = db.session.query(Assignment).filter_by(unit_id=world.binh_minh, period="2026-02").one()
    assert new.holder_id == heir_id


def test_a_committee_that_counts_the_printed_day_is_heard(world, clock, plan):
    for timing in db.session.query(Timing).filter_by(every="quarter"):
        timing.text, timing.printed, timing.due = "trước ngày 20/3", date(2026, 3, 20), date(2026, 3, 19)
    committee = db.session.get(Plan, plan).committee_id

    db.session.get(Committee, committee).settings = {"due": {"before": "day-itself"}}
    db.session.commit()
    rolling.extend_cycles(OPERATOR, at=clock.now)
    new = db.session.query(Assignment).filter_by(period="2026-Q2").first()
    assert new.due_on == date(2026, 6, 20)
    assert NATIONAL.works(date(2026, 6, 19))


def test_nobody_but_the_machine_runs_it(world, clock, plan):
    for who in ("coordinator", "manager", "leader"):
        with pytest.raises(Forbidden):
            rolling.extend_cycles(world.actor(who), at=clock.now)


def test_a_closed_period_stays_closed_while_the_window_goes_on(world, clock, plan):
    clock.day(2026, 2, 3)
    periods.close_period(world.actor("coordinator"), plan, "2026-01", despite=True, at=clock.now)
    rolling.extend_cycles(OPERATOR, at=clock.now)
    page = periods.periods_page(world.actor("coordinator"), plan, at=clock.now)
    assert [row.period for row in page.periods if row.closing] == ["2026-01"]
