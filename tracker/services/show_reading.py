"""Chưa ai đọc: units with work late or due soon that nobody was seen reading about, for whoever can telephone."""

from __future__ import annotations

from datetime import datetime

from tracker.access import Actor, Thing, need
from tracker.clock import vietnam_day
from tracker.extensions import db
from tracker.store.models import Committee
from tracker.store.queries import reading as find
from tracker.store.queries.reading import UnreadRow


def not_reading(actor: Actor, committee_id: int, *, at: datetime) -> list[UnreadRow]:
    """The units to telephone, the first due first."""
    need(actor, "reading.see", Thing(committee_id))
    return find.unread_units(db.session, committee_id, vietnam_day(at))


def days(actor: Actor, committee_id: int) -> int:
    """After how many working days without a sign a unit of the committee is listed."""
    need(actor, "reading.see", Thing(committee_id))
    committee = db.session.get(Committee, committee_id)
    return find.not_reading_days(committee.settings if committee else None)
