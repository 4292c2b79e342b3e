"""A deed that holds the committee does not wait for whoever writes a fact of it, nor they for one another."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from tests.services.test_calendar import MAY_22, plan, work
from tests.services.test_held_doors_units import at_once, in_words
from tracker.errors import Refused
from tracker.extensions import db
from tracker.services import calendar, rosters, units
from tracker.services import work as deeds
from tracker.services.evidence import Given
from tracker.services.record import record
from tracker.store.models import Assignment, CalendarDay, Fact

__all__ = ["plan"]
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


def on_postgresql(app: Any) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("a database with one writer holds no rows")


def test_a_tick_and_a_day_off_do_not_wait_for_each_other(app, world, clock, plan):
    """The tick has its assignment and wants to write its fact; the day off has the committee and wants the
    assignment."""
    on_postgresql(app)
    manager, officer, raised = world.actor("manager"), world.actor("officer"), []
    mine = work("10 ngày làm việc", world.tan_lap)
    mine.changed_at = clock.now
    db.session.flush()

    def day_off():
        with app.app_context():
            try:
                calendar.add_days(manager, world.committee, MAY_22, at=clock.now)
            except Exception as error:
                raised.append(error)
            finally:
                db.session.remove()

    other = threading.Thread(target=day_off)
    other.start()
    with db.engine.connect() as looking:
        while other.is_alive() and not looking.scalar(WAITING):
            looking.rollback()
    told = {"thing": "assignment", "thing_id": mine.id, "committee_id": world.committee, "at": clock.now}
    record(db.session, officer, "noted", **told)
    db.session.commit()
    other.join()
    assert all(isinstance(error, Refused) for error in raised), raised
    assert db.session.scalar(select(Fact.id).where(Fact.deed == "noted"))


def test_four_ticks_and_a_day_off_at_once_all_end(app, world, clock, plan):
    manager, officer, at = world.actor("manager"), world.actor("officer"), clock.now
    mine = db.session.scalars(select(Assignment.id).where(Assignment.unit_id == world.tan_lap)).all()
    given = Given(text="15/BC-UBND ngày 17/5/2026")
    ticks = [lambda one=one: deeds.tick(officer, one, given, at=at) for one in mine]
    raised = at_once(app, lambda: calendar.add_days(manager, world.committee, MAY_22, at=at), *ticks)
    assert in_words(raised), raised
    done = db.session.scalars(select(Assignment.state).where(Assignment.id.in_(mine))).all()
    assert len(ticks) - sum(state == "submitted" for state in done) == sum(e is not None for e in raised[1:])
    assert (raised[0] is None) == (db.session.scalar(select(CalendarDay.id).limit(1)) is not None)


HOLDING = {
    "units": lambda world, at: units._lock(world.committee),
    "calendar": lambda world, at: calendar._locked(world.committee),
    "rosters": lambda world, at: rosters._committee(world.committee, lock=True),
}


@pytest.mark.parametrize("deed", HOLDING)
def test_facts_are_written_while_the_committee_is_held(app, world, clock, deed):
    on_postgresql(app)
    HOLDING[deed](world, clock.now)
    row = {"at": clock.now, "deed": "noted", "thing": "unit", "thing_id": world.tan_lap}
    with db.engine.begin() as other:
        other.execute(text("SET LOCAL lock_timeout = '2s'"))
        other.execute(insert(Fact).values(committee_id=world.committee, before={}, after={}, **row))
