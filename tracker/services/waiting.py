"""Chờ đơn vị khác: the lead cannot go on before another unit has done something. Escalation pauses meanwhile.

The days of the wait are that unit's. It ends when the unit, the lead or whoever follows the plan up says so, or by
itself when its last day is over.
"""

from __future__ import annotations

import logging
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from tracker import access, life
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.errors import Invalid, Refused
from tracker.extensions import db
from tracker.services.asked import (
    assignment_of,
    chosen_unit,
    day_after,
    end_wait,
    iso,
    loaded,
    open_wait,
    touch,
    words_needed,
)
from tracker.services.assignment_deed import changing, move, note, thing_of
from tracker.services.held import held
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Plan, Wait
from tracker.store.queries.taking_part import partner_ids
from tracker.store.queries.units import names

log = logging.getLogger(__name__)


def wait(
    actor: Actor,
    assignment_id: int,
    unit_id: int | None,
    reason: str,
    until: date | None = None,
    *,
    at: datetime,
) -> None:
    """The work waits for a unit from today on, until a day if one is given."""
    with changing(actor, "wait", assignment_id) as work:
        touch(work, at)
        today = vietnam_day(at)
        unit = chosen_unit(work, unit_id, today, partner_ids(db.session, work.task_id))
        reason = words_needed(reason, "Xin ghi đang chờ đơn vị đó làm gì.")
        if until is not None and until <= today:
            raise Invalid("Ngày chờ đến phải sau hôm nay.", code="day-past")
        name = names(db.session, [unit], today).get(unit, "")
        left_over = open_wait(db.session, work.id)
        if left_over is not None:  # its work was dropped while it waited, and has come back
            left_over.ended_on = today
        db.session.add(
            Wait(
                assignment_id=work.id,
                unit_id=unit,
                reason=reason,
                asked_by_id=actor.id,
                asked_at=at,
                since=today,
                until=until,
            )
        )
        move(work, "wait", at)
        work.waits_for, work.waits_since = name, today
        note(actor, work, "wait-began", at, {"name": name, "reason": reason, **iso(until=until)})


def end(actor: Actor, wait_id: int, answer: str = "", *, at: datetime) -> None:
    """The unit that is waited for, the lead or the coordinator says that it is done: the work goes on."""
    with changing(actor, "resume", assignment_of(Wait, wait_id)) as work:
        touch(work, at)
        one = loaded(Wait, wait_id)
        _need_party(actor, work, one)
        if one.ended_on is not None:
            raise Refused("Lần chờ này đã kết thúc. Xin xem lại trạng thái mới.", code="wait-over")
        if _is_awaited(actor, work, one):
            words_needed(answer, "Xin ghi đơn vị đã làm gì, để đơn vị chủ trì tiếp tục.", "no-answer")
        _resume(work, one, actor.id, answer, at)
        note(actor, work, "wait-ended", at, {"answer": one.answer, **iso(since=one.since)})


def end_overdue(actor: Actor, *, at: datetime) -> int:
    """End the waits whose last day is over: escalation goes on by itself. A second run finds nothing."""
    access.need(actor, "installation.run", Thing())
    today = vietnam_day(at)
    query = (
        select(Wait.id)
        .join(Assignment, Assignment.id == Wait.assignment_id)
        .where(Wait.ended_on.is_(None), Wait.until < today, Assignment.state == life.WAITING)
        .order_by(Wait.id)
    )
    return sum(_end_by_itself(actor, wait_id, today, at) for wait_id in list(db.session.scalars(query)))


def _end_by_itself(actor: Actor, wait_id: int, today: date, at: datetime) -> bool:
    try:
        with transaction(db.session):
            one = loaded(Wait, wait_id)
            work = db.session.get_one(Assignment, one.assignment_id)
            plan = db.session.get_one(Plan, work.plan_id)
            over = one.until is not None and one.until < today
            if one.ended_on is not None or not over or held(plan, work):
                return False
            _resume(work, one, None, "", at)
            note(actor, work, "wait-over", at, iso(since=one.since, until=one.until))
            return True
    except StaleDataError:  # somebody was working on it: the next sweep looks again
        log.info("wait %s was changed meanwhile", wait_id)
        return False


def _resume(work: Assignment, one: Wait, by: int | None, answer: str, at: datetime) -> None:
    """The first day without waiting is today, or the day after the last one that was agreed upon."""
    on = day_after(one.until) if by is None and one.until else None
    end_wait(db.session, work, by, at, answer, on=on)
    move(work, "resume", at)


def _is_awaited(actor: Actor, work: Assignment, one: Wait) -> bool:
    """Whether the person speaks for the unit that is waited for, and for no other side."""
    return not access.may(actor, "work.wait", thing_of(work)) and one.unit_id in actor.units()


def _need_party(actor: Actor, work: Assignment, one: Wait) -> None:
    """Of the units that help, only the one that is waited for may say that it is done."""
    thing = thing_of(work)
    awaited = frozenset[int]() if one.unit_id is None else frozenset({one.unit_id})
    access.need(
        actor, "work.resume", Thing(thing.committee_id, thing.coordinator_id, thing.unit_ids, awaited)
    )
