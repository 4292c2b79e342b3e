"""When nothing is sent: on days off and in a committee's quiet hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from sqlalchemy import select

from notifications.mailing import MAILING
from tracker.clock import vietnam_day, vietnam_time
from tracker.store.engine import AnySession
from tracker.store.models import Committee
from tracker.store.queries.calendar import working_on


def asleep(session: AnySession, at: datetime) -> set[int]:
    """The committees to whose people nothing is sent now."""
    clock, works = vietnam_time(at).time(), working_on(session, vietnam_day(at))
    return {
        committee_id
        for committee_id, settings in session.execute(select(Committee.id, Committee.settings))
        if not works(committee_id) or is_quiet(settings, clock)
    }


def is_quiet(settings: object, clock: time) -> bool:
    """Whether this time of the day lies in a committee's quiet hours: from `from` on, up to `to`."""
    begin, end = quiet_hours(settings)
    if begin <= end:
        return begin <= clock < end
    return clock >= begin or clock < end


def quiet_hours(settings: object) -> tuple[time, time]:
    """`settings["quiet"]`, {"from": "18:00", "to": "07:00"}; what cannot be read is as ordinary."""
    own = settings.get("quiet") if isinstance(settings, Mapping) else None
    if not isinstance(own, Mapping):
        own = {}
    begin, end = _time(own.get("from")), _time(own.get("to"))
    if begin is None or end is None:
        return MAILING.quiet_from, MAILING.quiet_to
    return begin, end


def _time(value: Any) -> time | None:
    try:
        return time.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        return None
