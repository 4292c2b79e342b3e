"""What whoever follows a plan up decides about one assignment, besides accepting and returning: reopen what was
accepted or excused, excuse it, correct the day of receipt, say that an awaited event has come."""

from __future__ import annotations

from datetime import date, datetime

from tracker import life
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.deadlines.due import counted
from tracker.deadlines.wording import plain_day
from tracker.errors import Invalid, Refused
from tracker.extensions import db
from tracker.services.asked import close_extension, open_wait
from tracker.services.assignment_deed import changing, move, note
from tracker.services.plan_days import refuse_due_outside, refuse_receipt_outside
from tracker.services.recompute import rules_of, timing_draft
from tracker.services.sparing import others_are_spared, urge_again
from tracker.services.work import day_that_counts, reason_given
from tracker.store.models import Assignment, Submission

NOT_APPLICABLE = "not-applicable"
# What a person excused, or was excused for a person's word; the rest left with its plan, task or unit.
REOPENED_BY_HAND = (NOT_APPLICABLE, "done-before", "handed-back")


def reopen(
    actor: Actor, assignment_id: int, reason: str, *, form_only: bool = False, row_version: int, at: datetime
) -> None:
    """Accepted or excused work has to be done after all. `form_only` keeps the day of what was accepted."""
    with changing(actor, "reopen", assignment_id, row_version) as work:
        reason = reason_given(reason, "Xin ghi lý do mở lại để đơn vị biết cần làm gì.")
        before = {"state": work.state, "done_on": _iso(work.done_on), "excuse": work.excuse}
        _refuse_gone(work)
        spared = others_are_spared(work)
        waits = work.state == life.EXCUSED and work.waits_for and work.due_on is None
        for submission in _accepted(work):
            submission.state, submission.reason, submission.form_only = "returned", reason, form_only
            submission.decided_by_id, submission.decided_at = actor.id, at
        move(work, "reopen-to-wait" if waits else "reopen", at)
        work.done_on, work.excuse, work.excuse_reason = None, "", ""
        work.urged_from = vietnam_day(at)
        work.waits_since = vietnam_day(at) if work.state == life.WAITING else None
        if spared:
            urge_again(work, vietnam_day(at))
        note(actor, work, "reopened", at, {"reason": reason, "form_only": form_only}, before=before)


def excuse(actor: Actor, assignment_id: int, reason: str, *, row_version: int, at: datetime) -> None:
    """The work does not apply to the unit; reopening it takes that back."""
    with changing(actor, "excuse", assignment_id, row_version) as work:
        reason = reason_given(reason, "Xin ghi lý do vì sao việc này không áp dụng cho đơn vị.")
        close_extension(work, at)
        move(work, "excuse", at)
        work.excuse, work.excuse_reason = NOT_APPLICABLE, reason
        note(actor, work, "excused", at, {"reason": reason})


def correct_day(
    actor: Actor, assignment_id: int, day: date, reason: str, *, row_version: int, at: datetime
) -> None:
    """The day of receipt was another one; of accepted work the day that counts moves with it."""
    with changing(actor, "correct-day", assignment_id, row_version) as work:
        reason = reason_given(reason, "Xin ghi căn cứ sửa ngày nhận.")
        refuse_receipt_outside(work.plan_id, day, vietnam_day(at))
        submission = _decisive(work)
        _refuse_before_parts(work, submission, day)
        before = {"received_on": submission.received_on.isoformat(), "done_on": _iso(work.done_on)}
        if day == submission.received_on:
            raise Invalid(f"Ngày nhận đang ghi đã là {plain_day(day)}.", code="same-day")
        submission.received_on = day
        move(work, "correct-day", at)
        if work.state == life.ACCEPTED:
            work.done_on = day_that_counts(work.submissions)
        after = {"received_on": day.isoformat(), "done_on": _iso(work.done_on), "reason": reason}
        note(actor, work, "day-corrected", at, after | {"submission": submission.id}, before=before)


def event_came(
    actor: Actor, assignment_id: int, came_on: date, due_on: date | None, *, row_version: int, at: datetime
) -> None:
    """The event that the work waits for has come: it is open, with a due date, given or counted from the event."""
    with changing(actor, "event-came", assignment_id, row_version) as work:
        today = vietnam_day(at)
        _refuse_no_event(work)
        if came_on > today:
            raise Invalid("Ngày sự kiện không thể ở trong tương lai.", code="future-event")
        before = {"due_on": _iso(work.due_on), "waits_since": _iso(work.waits_since)}
        due = due_on or work.due_on or due_after_event(work, came_on)
        if due is None:
            raise Invalid("Việc này chưa có hạn. Xin ghi hạn để đơn vị biết.", code="no-due")
        refuse_due_outside(work.plan_id, due, today)
        move(work, "event-came", at)
        work.due_on, work.first_due_on, work.urged_from = due, work.first_due_on or due, today
        after = {"event": work.waits_for, "came_on": came_on.isoformat(), "due_on": due.isoformat()}
        note(actor, work, "event-came", at, after, before=before)


def due_after_event(work: Assignment, came_on: date) -> date | None:
    """The due day that the plan counts from the event; None where it names none."""
    offset = timing_draft(work.timing).offset
    return counted(offset, came_on, rules_of(db.session, work.committee_id).calendar) if offset else None


def awaits_event(work: Assignment) -> bool:
    """Whether the work waits for an event that has not come yet; a unit that is waited for says so itself."""
    if not work.waits_for or (work.state == life.OPEN and work.due_on is not None):
        return False
    wait = open_wait(db.session, work.id)
    return wait is None or wait.unit_id is None


def _refuse_no_event(work: Assignment) -> None:
    if not awaits_event(work):
        raise Refused("Việc này không chờ sự kiện nào.", code="wrong-state")


def can_be_reopened(work: Assignment) -> bool:
    """Whether a person may open it again: what left with its plan, task or unit comes back only with that."""
    return work.state == life.ACCEPTED or work.excuse in REOPENED_BY_HAND


def _refuse_gone(work: Assignment) -> None:
    if not can_be_reopened(work):
        raise Refused(
            "Việc này đã thôi giao cùng với nhiệm vụ, kế hoạch hoặc đơn vị của nó nên không mở lại riêng được. "
            "Xin ban hành bản mới của kế hoạch nếu vẫn cần làm.",
            code="gone",
        )


def _accepted(work: Assignment) -> list[Submission]:
    return [one for one in work.submissions if one.state == "accepted"]


def _decisive(work: Assignment) -> Submission:
    """The submission whose day counts, or will when it is accepted."""
    return next(one for one in reversed(work.submissions) if one.state in ("sent", "accepted"))


def _refuse_before_parts(work: Assignment, submission: Submission, day: date) -> None:
    parts = [
        one.received_on
        for one in work.submissions
        if one.state in ("part", "accepted") and one is not submission
    ]
    if parts and day < max(parts):
        raise Invalid(
            f"Sản phẩm nhận sau cùng là ngày {plain_day(max(parts))}; ngày nhận đủ không thể sớm hơn.",
            code="before-parts",
        )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
