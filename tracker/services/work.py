"""What people do with an assignment: tick it with evidence, take it back, accept or return it."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime

from tracker import access, life
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.errors import Invalid, Refused
from tracker.extensions import db
from tracker.services.assignment_deed import REASONS, changing, move, note, thing_of
from tracker.services.evidence import DocumentLine, Given, evidence_of, read_document_line
from tracker.store.models import Assignment, Evidence, Submission

__all__ = [
    "DocumentLine",
    "Given",
    "accept",
    "read_document_line",
    "return_",
    "take_back",
    "tick",
    "tick_on_behalf",
]

WAYS = ("paper", "phone", "system")


def tick(actor: Actor, assignment_id: int, given: Given, *, also: Collection[int] = (), at: datetime) -> None:
    """A unit says that its work is done, with evidence. The day that counts is today.

    `also` are further lines of the same task and period that it inherited: the same evidence closes them too.
    """
    with changing(actor, "tick", assignment_id) as work:
        together = _together(actor, "tick", work, also)
        _submit(actor, together, given, received_on=vietnam_day(at), via="", at=at)


def tick_on_behalf(
    actor: Actor,
    assignment_id: int,
    given: Given,
    *,
    received_on: date,
    via: str,
    also: Collection[int] = (),
    at: datetime,
) -> None:
    """The coordinator records what came in otherwise: on which day it was received, and how it came."""
    with changing(actor, "tick-on-behalf", assignment_id) as work:
        if via not in WAYS:
            raise Invalid("Xin chọn cách nhận: bản giấy, điện thoại hoặc hệ thống khác.", code="no-way")
        if received_on > vietnam_day(at):
            raise Invalid("Ngày nhận không thể ở trong tương lai.", code="future-receipt")
        together = _together(actor, "tick-on-behalf", work, also)
        _submit(actor, together, given, received_on=received_on, via=via, at=at)


def take_back(actor: Actor, assignment_id: int, *, at: datetime) -> None:
    """The unit takes its evidence back while nobody has decided about it."""
    with changing(actor, "take-back", assignment_id) as work:
        submission = _sent(work)
        move(work, "take-back", at)
        submission.state = "withdrawn"
        note(actor, work, "took-back", at, {"submission": submission.id})


def accept(actor: Actor, assignment_id: int, *, row_version: int, at: datetime) -> None:
    """The coordinator accepts; the day that counts is the day of the submission, not today."""
    with changing(actor, "accept", assignment_id, row_version) as work:
        submission = _sent(work)
        move(work, "accept", at)
        _decide(submission, actor, "accepted", at)
        work.done_on = day_that_counts(work.submissions)
        note(actor, work, "accepted", at, {"done_on": work.done_on.isoformat()})


def return_(
    actor: Actor, assignment_id: int, reason: str, *, form_only: bool = False, row_version: int, at: datetime
) -> None:
    """The coordinator returns it with a reason; the work is open again."""
    with changing(actor, "return", assignment_id, row_version) as work:
        if not reason.strip():
            raise Invalid("Xin ghi lý do trả lại để đơn vị biết cần bổ sung gì.", code="no-reason")
        submission = _sent(work)
        move(work, "return", at)
        _decide(submission, actor, "returned", at)
        submission.reason = reason.strip()
        submission.form_only = form_only
        work.urged_from = vietnam_day(at)
        note(actor, work, "returned", at, {"reason": submission.reason, "form_only": form_only})


def day_that_counts(submissions: list[Submission]) -> date:
    """The day of the accepted submission, or of the earlier one that was returned for its form only."""
    *earlier, last = [one for one in submissions if one.state != "withdrawn"]
    day = last.received_on
    for submission in reversed(earlier):
        if not submission.form_only:
            break
        day = submission.received_on
    return day


def _sent(work: Assignment) -> Submission:
    for submission in reversed(work.submissions):
        if submission.state == "sent":
            return submission
    raise Refused(REASONS[work.state], code="wrong-state")


def _together(actor: Actor, deed: str, work: Assignment, also: Collection[int]) -> list[Assignment]:
    """The work, and the lines that its holder inherited of the same task, timing and period."""
    found = [work]
    for other_id in dict.fromkeys(one for one in also if one != work.id):
        other = db.session.get(Assignment, other_id)
        if other is None or _line(other) != _line(work):
            raise Invalid(
                "Chỉ gửi chung cho các dòng cùng nhiệm vụ, cùng kỳ của đơn vị.", code="not-together"
            )
        access.need(actor, life.DEEDS[deed].right, thing_of(other))
        found.append(other)
    return found


def _line(work: Assignment) -> tuple[int, int, str, int]:
    return work.task_id, work.timing_id, work.period, work.holder_id


def _submit(
    actor: Actor, works: list[Assignment], given: Given, *, received_on: date, via: str, at: datetime
) -> None:
    assert actor.id is not None
    work, *also = works
    evidence = evidence_of(given, work.committee_id, actor.id, at=at, today=vietnam_day(at))
    bundle = secrets.token_hex(16) if also else ""
    for one in works:
        move(one, "tick", at)
        submission = Submission(
            person_id=actor.id,
            submitted_at=at,
            received_on=received_on,
            via=via,
            note=given.note.strip()[:2000],
            bundle=bundle,
        )
        submission.evidence = evidence if one is work else [_same_evidence(known) for known in evidence]
        one.submissions.append(submission)
        db.session.flush()
        after = {
            "submission": submission.id,
            "received_on": received_on.isoformat(),
            "evidence": [known.text for known in submission.evidence],
        }
        if via:
            after |= {"via": via, "on_behalf_of": one.holder_id}
        note(actor, one, "ticked-on-behalf" if via else "ticked", at, after)


def _same_evidence(known: Evidence) -> Evidence:
    """The same document, file or link for another line; a file is kept once."""
    return Evidence(
        kind=known.kind,
        text=known.text,
        number=known.number,
        symbol=known.symbol,
        dated_on=known.dated_on,
        link=known.link,
        file=known.file,
    )


def _decide(submission: Submission, actor: Actor, state: str, at: datetime) -> None:
    submission.state = state
    submission.decided_by_id = actor.id
    submission.decided_at = at
