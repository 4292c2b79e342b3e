"""Ladders on both kinds of database: each with its keeper, one fact a change, the closest one shown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tracker.deadlines.ladder import ORDINARY, Ladder, Rhythm, Step
from tracker.errors import Forbidden, Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import ladders
from tracker.services.ladders import Where
from tracker.store.models import Committee, Fact, LadderRule, Plan, PlanVersion, Task, TaskVersion, Timing

TODAY = date(2026, 5, 12)
ONE, TWO = (Ladder((Step(-days, "working", ("officer",)),)) for days in (2, 4))


@pytest.fixture
def task(app: Any, world: Any, clock: Any) -> tuple[int, int]:
    """(plan, task): a report of a published plan."""
    now = clock.now
    plan = Plan(
        committee_id=world.committee,
        coordinator_id=world.justice,
        created_by_id=world.people["coordinator"],
        created_at=now,
    )
    plan.versions.append(PlanVersion(ordinal=1, state="published", number="12/KH-UBND", created_at=now))
    db.session.add(plan)
    db.session.flush()
    one = Task(plan_id=plan.id, created_at=now)
    one.timings.append(Timing(ordinal=1))
    db.session.add(one)
    db.session.flush()
    version = TaskVersion(
        task_id=one.id, plan_version_id=plan.versions[0].id, position=1, kind="report", title="Báo cáo"
    )
    db.session.add(version)
    ids = plan.id, one.id
    db.session.commit()
    return ids


def test_the_closest_ladder_is_shown_and_gone_the_next_one_holds(world, task, clock):
    plan, one = task
    manager, coordinator = world.actor("manager"), world.actor("coordinator")
    place = Where(plan, task_id=one)

    def shown() -> tuple[str, int]:
        page = ladders.one_page(coordinator, world.committee, place, TODAY)
        return page.shown.source, len(page.shown.ladder.steps)

    assert shown() == ("", len(ORDINARY.steps))
    for actor, where, source in (
        (manager, Where(), "committee"),
        (manager, Where(kind="report"), "kind:report"),
        (coordinator, Where(plan), f"plan:{plan}"),
        (coordinator, Where(plan, "report"), f"plan:{plan}:report"),
        (coordinator, place, f"task:{one}"),
    ):
        ladders.set_ladder(actor, world.committee, where, ONE, mark="", at=clock.now)
        assert shown() == (source, 1)
    page = ladders.one_page(coordinator, world.committee, place, TODAY)
    assert page.without.source == f"plan:{plan}:report"
    ladders.drop_ladder(coordinator, world.committee, place, mark=page.shown.mark, at=clock.now)
    assert shown() == (f"plan:{plan}:report", 1)
    ladders.drop_ladder(coordinator, world.committee, place, mark="", at=clock.now)
    facts = [(fact.deed, fact.thing) for fact in db.session.query(Fact).order_by(Fact.id)]
    assert facts[0] == ("ladder-set", "committee")
    assert facts[-1] == ("ladder-dropped", "task")
    assert len(facts) == 6


def test_each_ladder_has_its_keeper(world, task, clock):
    plan, one = task
    for who, where in (
        ("coordinator", Where()),
        ("coordinator", Where(kind="task")),
        ("manager", Where(plan)),
        ("leader", Where(plan, task_id=one)),
        ("officer", Where(plan)),
    ):
        with pytest.raises(Forbidden):
            ladders.set_ladder(world.actor(who), world.committee, where, ONE, mark="", at=clock.now)
        with pytest.raises(Forbidden):
            ladders.drop_ladder(world.actor(who), world.committee, where, mark="", at=clock.now)
    with pytest.raises(Forbidden):
        ladders.set_quiet(world.actor("coordinator"), world.committee, "18:00", "7:00", at=clock.now)
    assert db.session.query(LadderRule).count() == 0


@pytest.mark.parametrize("where", [Where(kind="none"), Where(99), Where(1, task_id=99), Where(1, "none")])
def test_what_is_not_there_has_no_ladder(world, task, clock, where):
    actor = world.actor("manager" if where.plan_id is None else "coordinator")
    with pytest.raises(NotFound):
        ladders.set_ladder(actor, world.committee, where, ONE, mark="", at=clock.now)


def test_who_writes_second_is_told_and_too_many_steps_are_refused(world, task, clock):
    manager = world.actor("manager")
    ladders.set_ladder(manager, world.committee, Where(), ONE, mark="", at=clock.now)
    with pytest.raises(Refused, match="vừa có người khác sửa"):
        ladders.set_ladder(manager, world.committee, Where(), TWO, mark="", at=clock.now)
    with pytest.raises(Refused, match="vừa có người khác sửa"):
        ladders.drop_ladder(manager, world.committee, Where(), mark="", at=clock.now)
    many = Ladder(tuple(Step(-n, "calendar", ("officer",)) for n in range(1, 42)), Rhythm((1,), 5, ("head",)))
    with pytest.raises(Invalid, match="nhiều nhất 40 mốc"):
        ladders.set_ladder(manager, world.committee, Where(), many, mark="", at=clock.now)


def test_a_ladder_that_cannot_be_read_lets_the_next_one_hold_and_can_be_replaced(world, task, clock):
    db.session.add(
        LadderRule(committee_id=world.committee, scope="committee", ladder={"steps": 7}, changed_at=clock.now)
    )
    db.session.commit()
    manager = world.actor("manager")
    page = ladders.one_page(manager, world.committee, Where(), TODAY)
    assert page.shown.source == ""
    ladders.set_ladder(manager, world.committee, Where(), ONE, mark=page.shown.mark, at=clock.now)
    assert ladders.common_page(manager, world.committee).common.ladder == ONE


def test_quiet_hours_come_and_go(world, task, clock):
    manager = world.actor("manager")
    ladders.set_quiet(manager, world.committee, "17h30", "6:45", at=clock.now)
    assert db.session.get_one(Committee, world.committee).settings["quiet"] == {
        "from": "17:30",
        "to": "06:45",
    }
    ladders.set_quiet(manager, world.committee, "17:30", "06:45", at=clock.now)
    ladders.set_quiet(manager, world.committee, "", "", at=clock.now)
    assert "quiet" not in db.session.get_one(Committee, world.committee).settings
    assert db.session.query(Fact).filter_by(deed="quiet-hours-set").count() == 2
