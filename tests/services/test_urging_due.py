"""Cần công văn đôn đốc: work that reached that step, as long as it is late by the same day; on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests.web.conftest import publish_in_january
from tracker.access import Actor, Grant
from tracker.errors import Forbidden
from tracker.extensions import db
from tracker.services import show_urging
from tracker.store.models import Assignment, Fact

pytestmark = pytest.mark.usefixtures("app")

DUE = date(2026, 5, 8)


@pytest.fixture
def late(app: Any, world: Any, clock: Any) -> dict[int, int]:
    """Unit → its work that was due on 8/5, an urging letter noted for each; today is 19/5."""
    publish_in_january(world, clock)
    at = clock.day(2026, 5, 19)
    works = db.session.scalars(select(Assignment).where(Assignment.due_on == DUE)).all()
    for one in works:
        db.session.add(
            Fact(
                at=at,
                deed="urging-letter-due",
                thing="assignment",
                thing_id=one.id,
                plan_id=one.plan_id,
                committee_id=world.committee,
                before={},
                after={"due_on": DUE.isoformat(), "step": "+5"},
            )
        )
    db.session.commit()
    return {one.holder_id: one.id for one in works}


def due(world: Any, clock: Any, who: str = "coordinator") -> show_urging.UrgingDue:
    return show_urging.urging_due(world.actor(who), world.committee, at=clock.now)


def test_the_same_work_of_many_units_is_one_line(world, clock, late):
    found = due(world, clock)
    assert found.works == 3
    assert [(one.row.title, one.units) for one in found.lines] == [
        ("Rà soát, kiện toàn tổ hòa giải ở cơ sở", 3)
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"due_on": date(2026, 5, 15)},
        {"due_on": date(2026, 5, 29)},
        {"state": "submitted"},
        {"state": "excused"},
    ],
    ids=["late by another day", "not late any more", "sent", "excused"],
)
def test_what_is_not_late_by_that_day_any_more_is_not_listed(world, clock, late, change):
    one = db.session.get_one(Assignment, late[world.tan_lap])
    for name, value in change.items():
        setattr(one, name, value)
    db.session.commit()
    assert due(world, clock).works == 2


def test_it_is_for_whoever_follows_the_plan_up(world, clock, late):
    assert due(world, clock, "leader") == show_urging.UrgingDue(0, ())
    colleague = Actor(1, "Khác", (Grant("coordinator", world.committee, world.culture),))
    assert show_urging.urging_due(colleague, world.committee, at=clock.now).works == 0
    with pytest.raises(Forbidden):
        due(world, clock, "officer")


def test_units_of_a_plan_with_how_they_stand(world, clock, late):
    plan_id = db.session.get_one(Assignment, late[world.tan_lap]).plan_id
    found = show_urging.units_of_plan(world.actor("leader"), plan_id, at=clock.now)
    assert {unit.id: tally.overdue for unit, tally in found} == {
        world.tan_lap: 2,
        world.binh_minh: 2,
        world.phu_hoa: 2,
    }
    with pytest.raises(Forbidden):
        show_urging.units_of_plan(world.actor("officer"), plan_id, at=clock.now)
