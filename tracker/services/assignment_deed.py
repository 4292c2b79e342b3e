"""What every deed on one assignment has in common: the transaction, the right, what is held, the state, the fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from tracker import access, life
from tracker.access import Actor, Thing
from tracker.errors import NotFound, Refused
from tracker.extensions import db
from tracker.services.asked import end_wait
from tracker.services.held import refuse_held
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Plan
from tracker.store.queries.asking import awaited
from tracker.store.queries.taking_part import partner_ids

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


@contextmanager
def changing(
    actor: Actor, deed: str, assignment_id: int, row_version: int | None = None
) -> Iterator[Assignment]:
    """One transaction around one deed of `life.TABLE` on one assignment.

    The right is asked first; what is held refuses; whoever comes second is told; then the state must allow it.
    The caller changes the state by `move` and writes the fact by `note`.
    """
    try:
        with transaction(db.session):
            work = _locked(assignment_id)
            access.need(actor, life.DEEDS[deed].right, thing_of(work))
            refuse_held(_plan(work), work)
            if row_version is not None and row_version != work.row_version:
                raise OVERTAKEN
            refuse_state(work, deed)
            yield work
    except StaleDataError:
        raise OVERTAKEN from None


def _locked(assignment_id: int) -> Assignment:
    """The assignment, read while its plan is shared: closing a period, ending or publishing a plan waits for the
    deed to end, and the deed for them."""
    query = select(Assignment.plan_id).where(Assignment.id == assignment_id)
    plan_id = db.session.scalar(query)
    if plan_id is not None:
        db.session.execute(select(Plan.id).where(Plan.id == plan_id).with_for_update(read=True))
    work = db.session.get(Assignment, assignment_id)
    if work is None:
        raise NotFound("Không tìm thấy việc này. Có thể kế hoạch đã thay đổi.")
    return work


def _plan(work: Assignment) -> Plan:
    plan = db.session.get(Plan, work.plan_id)
    assert plan is not None
    return plan


def thing_of(work: Assignment) -> Thing:
    """What the assignment is bound to: the unit that follows it up, the one that does it, those that help in it or
    are waited for."""
    partners = partner_ids(db.session, work.task_id) | awaited(db.session, [work.id])
    return Thing(work.committee_id, _plan(work).coordinator_id, frozenset({work.holder_id}), partners)


def refuse_state(work: Assignment, deed: str) -> None:
    """Raise `Refused` in words where the deed does not fit the state."""
    if not life.may_be_done(work.state, deed):
        raise Refused(REASONS[work.state], code="wrong-state")


def move(work: Assignment, deed: str, at: datetime) -> None:
    """Carry the assignment to the state after the deed; calendars and other readers see that it changed."""
    refuse_state(work, deed)
    state = life.after(work.state, deed) or work.state
    if work.state == life.WAITING and state != life.WAITING:
        end_wait(db.session, work, None, at)  # where the deed itself has not ended it
    work.state = state
    work.sequence += 1
    work.changed_at = at


def note(
    actor: Actor,
    work: Assignment,
    deed: str,
    at: datetime,
    after: Mapping[str, object],
    *,
    before: Mapping[str, object] | None = None,
) -> None:
    """Write the fact: what was done to the assignment, with the state that it has now."""
    record(
        db.session,
        actor,
        deed,
        thing="assignment",
        thing_id=work.id,
        committee_id=work.committee_id,
        plan_id=work.plan_id,
        before=before,
        after={**after, "state": work.state},
        at=at,
    )
