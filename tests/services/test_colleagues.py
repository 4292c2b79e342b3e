"""From whom a deputy or a successor is chosen: everybody is told by where they work."""

from __future__ import annotations

from tracker.extensions import db
from tracker.services import show_staff
from tracker.store.models import Person


def told(world, clock):
    return dict(show_staff.colleagues(world.actor("manager"), world.committee, at=clock.now))


def test_colleagues_are_told_by_their_unit_and_by_their_address_where_that_is_not_enough(app, world, clock):
    officer = db.session.get(Person, world.actor("officer").id)
    manager = db.session.get(Person, world.actor("manager").id)
    assert told(world, clock)[officer.id] == f"{officer.name} · UBND xã Tân Lập"
    assert told(world, clock)[manager.id] == f"{manager.name} · {manager.email}"

    head = db.session.get(Person, world.actor("head").id)
    head.name = officer.name
    db.session.commit()
    assert told(world, clock)[officer.id] == f"{officer.name} · UBND xã Tân Lập ({officer.email})"
    assert len(told(world, clock)) == len(set(told(world, clock).values()))
