"""Gia hạn: the lead asks for another day; whoever follows the plan up agrees, refuses or offers another one.

The first due date is kept. Nobody decides about their own request, and only one is open at a time.
"""

from __future__ import annotations

from datetime import date, datetime

from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.deadlines.wording import plain_day
from tracker.errors import Invalid, Refused
from tracker.extensions import db
from tracker.services.asked import (
    assignment_of,
    iso,
    limits_of,
    loaded,
    open_extension,
    refuse_outside,
    refuse_own,
    times_extended,
    touch,
    words_needed,
)
from tracker.services.assignment_deed import changing, note
from tracker.store.models import Assignment, Extension, Plan

ASKED = "xin gia hạn"
OFFERED = "đề nghị ngày này"


def ask(actor: Actor, assignment_id: int, wanted_on: date | None, reason: str, *, at: datetime) -> None:
    """The lead asks for another due day, with a reason."""
    with changing(actor, "ask-extension", assignment_id) as work:
        touch(work, at)
        today = vietnam_day(at)
        _refuse_second(work)
        wanted = refuse_outside(wanted_on, limits_of(work, today), today)
        reason = words_needed(reason, "Xin ghi lý do xin gia hạn.")
        assert actor.id is not None
        db.session.add(
            Extension(
                assignment_id=work.id,
                asked_by_id=actor.id,
                asked_at=at,
                before_on=work.due_on,
                wanted_on=wanted,
                reason=reason,
            )
        )
        after = {**iso(wanted_on=wanted), "reason": reason, "number": times_extended(work.id) + 1}
        note(actor, work, "extension-asked", at, after)


def withdraw(actor: Actor, extension_id: int, *, at: datetime) -> None:
    """The lead takes back a request that nobody has decided."""
    with changing(actor, "withdraw-extension", assignment_of(Extension, extension_id)) as work:
        touch(work, at)
        one = _in_state(extension_id, "asked")
        one.state, one.closed_at = "withdrawn", at
        note(actor, work, "extension-withdrawn", at, iso(wanted_on=one.wanted_on))


def agree(actor: Actor, extension_id: int, *, row_version: int, at: datetime, answer: str = "") -> None:
    """The coordinator agrees: the wanted day is the due day from now on."""
    with changing(actor, "decide-extension", assignment_of(Extension, extension_id), row_version) as work:
        touch(work, at)
        one = _to_decide(actor, work, extension_id, at)
        _decide(one, actor, "agreed", answer, at)
        _move_due(actor, work, one, one.wanted_on, "extension-agreed", at)


def refuse(actor: Actor, extension_id: int, reason: str, *, row_version: int, at: datetime) -> None:
    """The coordinator refuses, with a reason."""
    with changing(actor, "decide-extension", assignment_of(Extension, extension_id), row_version) as work:
        touch(work, at)
        one = _to_decide(actor, work, extension_id, at)
        reason = words_needed(reason, "Xin ghi lý do không đồng ý để đơn vị biết.")
        _decide(one, actor, "refused", reason, at)
        one.closed_at = at
        work.urged_from = vietnam_day(at)  # what was held goes up step by step, not all on one morning
        note(actor, work, "extension-refused", at, {**iso(wanted_on=one.wanted_on), "reason": reason})


def offer(
    actor: Actor,
    extension_id: int,
    offered_on: date | None,
    *,
    row_version: int,
    at: datetime,
    answer: str = "",
) -> None:
    """The coordinator offers another day, which the lead takes or not."""
    with changing(actor, "decide-extension", assignment_of(Extension, extension_id), row_version) as work:
        touch(work, at)
        one = _to_decide(actor, work, extension_id, at)
        today = vietnam_day(at)
        day = refuse_outside(offered_on, limits_of(work, today), today)
        if day == one.wanted_on:
            raise Invalid(
                "Đây là ngày mà đơn vị đã xin. Xin bấm đồng ý, hoặc ghi một ngày khác.", code="same-day"
            )
        _decide(one, actor, "offered", answer, at)
        one.offered_on = day
        after = iso(wanted_on=one.wanted_on, offered_on=day) | {"reason": one.answer}
        note(actor, work, "extension-offered", at, after)


def take(actor: Actor, extension_id: int, *, row_version: int, at: datetime) -> None:
    """The lead takes the day that was offered."""
    with changing(actor, "answer-offer", assignment_of(Extension, extension_id), row_version) as work:
        touch(work, at)
        one = _in_state(extension_id, "offered")
        refuse_own(actor, one.decided_by_id, work.holder_id, vietnam_day(at), OFFERED)
        assert one.offered_on is not None
        one.state = "taken"
        _move_due(actor, work, one, one.offered_on, "extension-taken", at)


def decline(actor: Actor, extension_id: int, *, at: datetime) -> None:
    """The lead keeps its present day; it may ask again."""
    with changing(actor, "answer-offer", assignment_of(Extension, extension_id)) as work:
        touch(work, at)
        one = _in_state(extension_id, "offered")
        refuse_own(actor, one.decided_by_id, work.holder_id, vietnam_day(at), OFFERED)
        one.state, one.closed_at = "declined", at
        note(actor, work, "extension-declined", at, iso(offered_on=one.offered_on))


def _refuse_second(work: Assignment) -> None:
    known = open_extension(work)
    if known is None:
        return
    if known.state == "offered" and known.offered_on:
        raise Refused(
            f"Đang có đề nghị hạn khác, ngày {plain_day(known.offered_on)}. "
            "Xin nhận hoặc không nhận ngày đó trước khi xin lại.",
            code="extension-open",
        )
    raise Refused(
        f"Đề nghị gia hạn đến ngày {plain_day(known.wanted_on)} đang chờ quyết định. "
        "Xin rút đề nghị đó trước khi gửi đề nghị khác.",
        code="extension-open",
    )


def _in_state(extension_id: int, state: str) -> Extension:
    one = loaded(Extension, extension_id)
    if one.state != state:
        raise Refused(
            "Đề nghị gia hạn này đã được trả lời hoặc đã rút. Xin xem lại trạng thái mới.",
            code="extension-closed",
        )
    return one


def _to_decide(actor: Actor, work: Assignment, extension_id: int, at: datetime) -> Extension:
    one = _in_state(extension_id, "asked")
    plan = db.session.get(Plan, work.plan_id)
    assert plan is not None
    refuse_own(actor, one.asked_by_id, plan.coordinator_id, vietnam_day(at), ASKED)
    return one


def _decide(one: Extension, actor: Actor, state: str, answer: str, at: datetime) -> None:
    one.state = state
    one.decided_by_id, one.decided_at = actor.id, at
    one.answer = answer.strip()[:2000]


def _move_due(actor: Actor, work: Assignment, one: Extension, day: date, deed: str, at: datetime) -> None:
    """The new day holds from now on, urging begins anew; the first one stays where it is."""
    today = vietnam_day(at)
    refuse_outside(day, limits_of(work, today), today)
    one.closed_at = at
    before = iso(due_on=work.due_on)
    db.session.flush()  # this one is counted, too
    work.due_on = day
    work.urged_from = today
    work.sequence += 1
    after = iso(due_on=day) | {"number": times_extended(work.id), "reason": one.answer}
    note(actor, work, deed, at, after, before=before)
