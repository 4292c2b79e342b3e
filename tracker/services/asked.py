"""What requests about an assignment have in common: their words and days, whose they are, and how a wait ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.deadlines.extending import NEXT, Room, room
from tracker.deadlines.wording import day_words
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.store.engine import AnySession
from tracker.store.models import (
    Assignment,
    Explanation,
    Extension,
    HandBack,
    PlanVersion,
    UnitVersion,
    Wait,
)
from tracker.store.queries.units import names, unit, valid_on

Request = TypeVar("Request", Extension, HandBack, Explanation, Wait)

LONGEST = 2000
AGREED = ("agreed", "taken")
PENDING = ("asked", "offered")
SO_OFTEN = 3  # from this extension on it is said how often there was one


def words_needed(text: str, refusal: str, code: str = "no-reason") -> str:
    """What somebody wrote, or `Invalid` where it is nothing."""
    text = text.strip()[:LONGEST]
    if not text:
        raise Invalid(refusal, code=code)
    return text


def assignment_of(kind: type[Request], request_id: int) -> int:
    """The assignment that a request is about."""
    found = db.session.get(kind, request_id)
    if found is None:
        raise NotFound("Không tìm thấy đề nghị này. Xin mở lại việc rồi xem trạng thái mới.")
    return found.assignment_id


def loaded(kind: type[Request], request_id: int) -> Request:
    """The request as it is in this transaction."""
    found = db.session.get(kind, request_id, populate_existing=True)
    assert found is not None
    return found


def touch(work: Assignment, at: datetime) -> None:
    """Take the assignment for this deed, before anything else is written: a request changes what its page shows, so
    that of two people at once the second one waits and is told. The calendar of the unit sees nothing of it."""
    work.changed_at = at
    flag_modified(work, "changed_at")
    db.session.flush()


def refuse_own(actor: Actor, person_id: int | None, unit_id: int, today: date, what: str) -> None:
    """Nobody decides about what they asked or offered themselves."""
    if person_id is not None and person_id == actor.id:
        name = names(db.session, [unit_id], today).get(unit_id, "")
        raise Refused(
            f"Đồng chí là người {what} nên không tự quyết định được. "
            f"Xin nhờ đồng chí khác của {name} quyết định.",
            code="own-request",
        )


# Extensions


def open_extension(work: Assignment) -> Extension | None:
    """The request that is not decided, or whose offer is not answered yet."""
    query = select(Extension).where(Extension.assignment_id == work.id, Extension.state.in_(PENDING))
    return db.session.scalars(query.order_by(Extension.id.desc()).limit(1)).first()


def times_extended(assignment_id: int) -> int:
    """How many extensions were agreed so far."""
    query = select(func.count()).where(Extension.assignment_id == assignment_id, Extension.state.in_(AGREED))
    return db.session.scalar(query) or 0


def close_extension(work: Assignment, at: datetime) -> None:
    """A request that is still open is over, because the work is no longer its asker's."""
    found = open_extension(work)
    if found is not None:
        found.state, found.closed_at = "withdrawn", at


def limits_of(work: Assignment, today: date) -> Room | None:
    """Which days may be asked for; None where the work has no due date."""
    if work.due_on is None:
        return None
    version = select(PlanVersion.period_end).where(
        PlanVersion.plan_id == work.plan_id, PlanVersion.state == "published"
    )
    following = select(func.min(Assignment.due_on)).where(
        Assignment.task_id == work.task_id,
        Assignment.timing_id == work.timing_id,
        Assignment.unit_id == work.unit_id,
        Assignment.id != work.id,
        Assignment.first_due_on > (work.first_due_on or work.due_on),
    )
    return room(work.due_on, today, db.session.scalar(version), db.session.scalar(following))


def refuse_outside(day: date | None, limits: Room | None, today: date) -> date:
    """The day, or the words why it cannot be the new due day."""
    if limits is None:
        raise Refused("Việc này không có hạn nên không cần gia hạn.", code="no-due")
    if limits.empty:
        raise Refused(f"Không còn ngày nào để gia hạn: {_last_words(limits)}. {WAY_OUT}", code="no-room")
    if day is None:
        raise Invalid("Xin ghi hạn mới, ví dụ 20/5/2026.", code="no-day")
    if day <= today:
        raise Invalid(f"Hạn mới phải sau hôm nay, {day_words(today)}.", code="day-past")
    if day <= limits.due:
        raise Invalid(f"Hạn mới phải sau hạn hiện nay, {day_words(limits.due)}.", code="day-not-later")
    if not limits.holds(day):
        raise Invalid(
            f"Hạn mới không thể sau {_day(limits.last)}: {_last_words(limits)}.", code="day-too-late"
        )
    return day


WAY_OUT = "Xin trao đổi trực tiếp với đơn vị theo dõi kế hoạch."


def _last_words(limits: Room) -> str:
    if limits.end == NEXT:
        return f"kỳ tiếp theo đã đến hạn {_day(limits.last)}"
    return f"kế hoạch kết thúc {_day(limits.last)}"


def _day(day: date | None) -> str:
    return day_words(day) if day else ""


# Work handed back


def open_hand_back(assignment_id: int) -> HandBack | None:
    """The request that nobody has decided."""
    query = select(HandBack).where(HandBack.assignment_id == assignment_id, HandBack.state == "asked")
    return db.session.scalars(query.order_by(HandBack.id.desc()).limit(1)).first()


# Units


def chosen_unit(work: Assignment, unit_id: int | None, today: date, partners: frozenset[int]) -> int:
    """A unit of the committee, or a partner of the task, that exists and is not the holder itself."""
    if unit_id is None:
        raise Invalid("Xin chọn đơn vị.", code="no-unit")
    found = unit(db.session, unit_id, today)
    if found is None or (found.committee_id != work.committee_id and unit_id not in partners):
        raise Invalid("Xin chọn đơn vị trong danh sách.", code="no-unit")
    if unit_id == work.holder_id:
        raise Invalid("Xin chọn một đơn vị khác đơn vị đang chủ trì.", code="same-unit")
    exists = select(UnitVersion.id).where(UnitVersion.unit_id == unit_id, *valid_on(UnitVersion, today))
    if db.session.scalar(exists.limit(1)) is None:
        raise Invalid(
            f"{found.name} không còn hoạt động. Xin chọn đơn vị đang tiếp nhận việc.", code="unit-over"
        )
    return unit_id


# Waits


def open_wait(session: AnySession, assignment_id: int) -> Wait | None:
    """The wait that goes on."""
    query = select(Wait).where(Wait.assignment_id == assignment_id, Wait.ended_on.is_(None))
    return session.scalars(query.order_by(Wait.id.desc()).limit(1)).first()


def end_wait(
    session: AnySession,
    work: Assignment,
    by: int | None,
    at: datetime,
    answer: str = "",
    *,
    on: date | None = None,
) -> Wait | None:
    """Write down that waiting is over; what the assignment's state becomes is for the caller's deed.

    `by` is a person, or None where it ended by itself; `on` is the first day without waiting (today). The wait for
    an event has had no row of its own so far: it gets one, so that its days are counted like those of any other.
    """
    today = vietnam_day(at)
    wait = open_wait(session, work.id)
    if wait is None and work.waits_since is not None:
        wait = Wait(assignment_id=work.id, reason=work.waits_for, asked_at=at, since=work.waits_since)
        session.add(wait)
    if wait is not None:
        wait.ended_on, wait.ended_by_id = on or today, by
        wait.answer = answer.strip()[:LONGEST]
        if wait.unit_id is not None:
            work.waits_for = ""  # what an event is stays: it may have to be waited for again
    work.waits_since = None
    work.urged_from = today
    return wait


def day_after(day: date) -> date:
    return day + timedelta(days=1)


def iso(**days: date | None) -> dict[str, Any]:
    """Days as a fact keeps them."""
    return {name: day.isoformat() if day else None for name, day in days.items()}
