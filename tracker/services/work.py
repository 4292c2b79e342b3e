"""What people do with an assignment: tick it with evidence, take it back, accept or return it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy.orm.exc import StaleDataError

from tracker import access, life
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services.evidence import DocumentLine, Given, evidence_of, read_document_line
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Evidence, Plan, Submission

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
OVERTAKEN = Refused(
    "Việc này vừa được người khác cập nhật. Xin xem lại trạng thái mới rồi làm tiếp.", code="overtaken"
)
REASONS = {
    life.SUBMITTED: "Việc này đã gửi minh chứng và đang chờ duyệt.",
    life.ACCEPTED: "Việc này đã được duyệt xong.",
    life.EXCUSED: "Việc này không còn phải thực hiện.",
    life.OPEN: "Việc này chưa có minh chứng chờ duyệt.",
    life.WAITING: "Việc này đang chờ, chưa có minh chứng.",
}


def tick(actor: Actor, assignment_id: int, given: Given, *, also: Collection[int] = (), at: datetime) -> None:
    """A unit says that its work is done, with evidence. The day that counts is today.

    `also` are further lines of the same task and period that it inherited: the same evidence closes them too.
    """
    with _changing(actor, "work.tick", assignment_id) as work:
        together = _together(actor, "work.tick", work, also)
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
    with _changing(actor, "work.tick-on-behalf", assignment_id) as work:
        if via not in WAYS:
            raise Invalid("Xin chọn cách nhận: bản giấy, điện thoại hoặc hệ thống khác.", code="no-way")
        if received_on > vietnam_day(at):
            raise Invalid("Ngày nhận không thể ở trong tương lai.", code="future-receipt")
        together = _together(actor, "work.tick-on-behalf", work, also)
        _submit(actor, together, given, received_on=received_on, via=via, at=at)


def take_back(actor: Actor, assignment_id: int, *, at: datetime) -> None:
    """The unit takes its evidence back while nobody has decided about it."""
    with _changing(actor, "work.tick", assignment_id) as work:
        submission = _sent(work)
        _move(work, "take-back", at)
        submission.state = "withdrawn"
        _note(actor, work, "took-back", at, {"submission": submission.id})


def accept(actor: Actor, assignment_id: int, *, row_version: int, at: datetime) -> None:
    """The coordinator accepts; the day that counts is the day of the submission, not today."""
    with _changing(actor, "work.accept", assignment_id, row_version) as work:
        submission = _sent(work)
        _move(work, "accept", at)
        _decide(submission, actor, "accepted", at)
        work.done_on = day_that_counts(work.submissions)
        _note(actor, work, "accepted", at, {"done_on": work.done_on.isoformat()})


def return_(
    actor: Actor, assignment_id: int, reason: str, *, form_only: bool = False, row_version: int, at: datetime
) -> None:
    """The coordinator returns it with a reason; the work is open again."""
    with _changing(actor, "work.return", assignment_id, row_version) as work:
        if not reason.strip():
            raise Invalid("Xin ghi lý do trả lại để đơn vị biết cần bổ sung gì.", code="no-reason")
        submission = _sent(work)
        _move(work, "return", at)
        _decide(submission, actor, "returned", at)
        submission.reason = reason.strip()
        submission.form_only = form_only
        work.urged_from = vietnam_day(at)
        _note(actor, work, "returned", at, {"reason": submission.reason, "form_only": form_only})


def day_that_counts(submissions: list[Submission]) -> date:
    """The day of the accepted submission, or of the earlier one that was returned for its form only."""
    *earlier, last = [one for one in submissions if one.state != "withdrawn"]
    day = last.received_on
    for submission in reversed(earlier):
        if not submission.form_only:
            break
        day = submission.received_on
    return day


@contextmanager
def _changing(
    actor: Actor, deed: str, assignment_id: int, row_version: int | None = None
) -> Iterator[Assignment]:
    """One transaction around one assignment: the right is asked first, whoever comes second is told."""
    try:
        with transaction(db.session):
            work = db.session.get(Assignment, assignment_id)
            if work is None:
                raise NotFound("Không tìm thấy việc này. Có thể kế hoạch đã thay đổi.")
            access.need(actor, deed, _thing(work))
            if row_version is not None and row_version != work.row_version:
                raise OVERTAKEN
            yield work
    except StaleDataError:
        raise OVERTAKEN from None


def _thing(work: Assignment) -> Thing:
    plan = db.session.get(Plan, work.plan_id)
    assert plan is not None
    return Thing(work.committee_id, plan.coordinator_id, frozenset({work.holder_id}))


def _move(work: Assignment, deed: str, at: datetime) -> None:
    state = life.after(work.state, deed)
    if state is None:
        raise Refused(REASONS[work.state], code="wrong-state")
    work.state = state
    work.sequence += 1
    work.changed_at = at


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
        access.need(actor, deed, _thing(other))
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
        _move(one, "tick", at)
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
        _note(actor, one, "ticked-on-behalf" if via else "ticked", at, after)


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


def _note(actor: Actor, work: Assignment, deed: str, at: datetime, after: dict[str, object]) -> None:
    record(
        db.session,
        actor,
        deed,
        thing="assignment",
        thing_id=work.id,
        committee_id=work.committee_id,
        plan_id=work.plan_id,
        after=after | {"state": work.state},
        at=at,
    )
