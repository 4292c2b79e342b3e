"""Trả lại việc giao nhầm: the holder says that the work is not its own; whoever follows the plan up decides."""

from __future__ import annotations

from datetime import datetime

from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.errors import Refused
from tracker.extensions import db
from tracker.services.asked import (
    assignment_of,
    chosen_unit,
    close_extension,
    end_wait,
    loaded,
    open_hand_back,
    open_wait,
    refuse_own,
    touch,
    words_needed,
)
from tracker.services.assignment_deed import changing, move, note
from tracker.store.models import Assignment, HandBack, Plan
from tracker.store.queries.units import names

HANDED_BACK = "handed-back"


def ask(
    actor: Actor, assignment_id: int, reason: str, suggested_id: int | None = None, *, at: datetime
) -> None:
    """Staff of the holder hands the work back with a reason, and may say whose it is."""
    with changing(actor, "hand-back", assignment_id) as work:
        touch(work, at)
        if open_hand_back(work.id) is not None:
            raise Refused(
                "Đề nghị trả lại việc này đang chờ quyết định. Xin rút đề nghị đó trước khi gửi đề nghị khác.",
                code="hand-back-open",
            )
        reason = words_needed(reason, "Xin ghi lý do vì sao việc này không thuộc đơn vị.")
        today = vietnam_day(at)
        if suggested_id is not None:
            suggested_id = chosen_unit(work, suggested_id, today, frozenset())
        assert actor.id is not None
        db.session.add(
            HandBack(
                assignment_id=work.id,
                asked_by_id=actor.id,
                asked_at=at,
                reason=reason,
                suggested_id=suggested_id,
            )
        )
        called = names(db.session, [suggested_id], today) if suggested_id else {}
        note(
            actor, work, "hand-back-asked", at, {"reason": reason, "name": called.get(suggested_id or 0, "")}
        )


def withdraw(actor: Actor, hand_back_id: int, *, at: datetime) -> None:
    """The holder keeps the work after all."""
    with changing(actor, "withdraw-hand-back", assignment_of(HandBack, hand_back_id)) as work:
        touch(work, at)
        one = _open(hand_back_id)
        one.state = "withdrawn"
        note(actor, work, "hand-back-withdrawn", at, {})


def hand_on(
    actor: Actor,
    hand_back_id: int,
    to_id: int | None,
    *,
    row_version: int,
    at: datetime,
    answer: str = "",
) -> None:
    """The coordinator agrees: another unit holds the work from now on. Its key, its days and its history stay."""
    with changing(actor, "hand-on", assignment_of(HandBack, hand_back_id), row_version) as work:
        touch(work, at)
        one = _to_decide(actor, work, hand_back_id, at)
        today = vietnam_day(at)
        to_id = chosen_unit(work, to_id, today, frozenset())
        called = names(db.session, [work.holder_id, to_id], today)
        from_id = work.holder_id
        one.to_id = to_id
        _decide(one, actor, "agreed", answer, at)
        close_extension(work, at)
        wait = open_wait(db.session, work.id)
        if wait is not None and wait.unit_id == to_id:
            end_wait(db.session, work, actor.id, at)
            move(work, "resume", at)
        work.holder_id = to_id
        work.urged_from = today
        work.seen_on = work.seen_by_id = None
        work.sequence += 1
        after = {"holder_id": to_id, "from": called[from_id], "name": called[to_id], "reason": one.answer}
        note(actor, work, "handed-on", at, after, before={"holder_id": from_id})


def excuse(actor: Actor, hand_back_id: int, reason: str, *, row_version: int, at: datetime) -> None:
    """The coordinator agrees, and nobody else has to do it."""
    with changing(actor, "excuse-hand-back", assignment_of(HandBack, hand_back_id), row_version) as work:
        touch(work, at)
        one = _to_decide(actor, work, hand_back_id, at)
        reason = words_needed(reason, "Xin ghi lý do không đơn vị nào phải làm việc này.")
        _decide(one, actor, "agreed", reason, at)
        close_extension(work, at)
        move(work, "excuse-hand-back", at)
        work.excuse, work.excuse_reason = HANDED_BACK, reason
        note(actor, work, "excused", at, {"reason": reason})


def refuse(actor: Actor, hand_back_id: int, reason: str, *, row_version: int, at: datetime) -> None:
    """The work stays where it is, with a reason."""
    with changing(actor, "refuse-hand-back", assignment_of(HandBack, hand_back_id), row_version) as work:
        touch(work, at)
        one = _to_decide(actor, work, hand_back_id, at)
        reason = words_needed(reason, "Xin ghi lý do để đơn vị biết vì sao vẫn chủ trì việc này.")
        _decide(one, actor, "refused", reason, at)
        work.urged_from = vietnam_day(at)  # what was held goes up step by step, not all on one morning
        note(actor, work, "hand-back-refused", at, {"reason": reason})


def _open(hand_back_id: int) -> HandBack:
    one = loaded(HandBack, hand_back_id)
    if one.state != "asked":
        raise Refused(
            "Đề nghị trả lại này đã được trả lời hoặc đã rút. Xin xem lại trạng thái mới.",
            code="hand-back-closed",
        )
    return one


def _to_decide(actor: Actor, work: Assignment, hand_back_id: int, at: datetime) -> HandBack:
    one = _open(hand_back_id)
    plan = db.session.get(Plan, work.plan_id)
    assert plan is not None
    refuse_own(actor, one.asked_by_id, plan.coordinator_id, vietnam_day(at), "trả lại việc này")
    return one


def _decide(one: HandBack, actor: Actor, state: str, answer: str, at: datetime) -> None:
    one.state = state
    one.decided_by_id, one.decided_at = actor.id, at
    one.answer = answer.strip()[:2000]
