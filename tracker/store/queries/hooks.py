"""Webhooks that are owed their message of the day, and what it tells."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String, cast, exists, func, literal, select

from tracker.clock import vietnam_day
from tracker.deadlines.told_once import BOUNCED
from tracker.store.engine import AnySession
from tracker.store.models import Assignment, Letter, Notice, Webhook


def key(kind: str, committee_id: int, day: date) -> str:
    return f"{kind}:{committee_id}:{day.isoformat()}"


def without_message(session: AnySession, kind: str, day: date) -> list[Webhook]:
    """Webhooks that have no message of this day yet."""
    named = literal(f"{kind}:") + cast(Webhook.committee_id, String) + literal(f":{day.isoformat()}")
    query = select(Webhook).where(~exists().where(Letter.key == named)).order_by(Webhook.committee_id)
    return list(session.scalars(query))


def last_written(session: AnySession, committee_id: int, kind: str) -> datetime | None:
    """When the committee's last message was written; tests are none."""
    query = select(func.max(Letter.created_at)).where(
        Letter.committee_id == committee_id, Letter.kind == kind, Letter.key.startswith(f"{kind}:")
    )
    return session.scalar(query)


def steps_since(session: AnySession, committee_id: int, since: datetime) -> set[tuple[int, str, date]]:
    """(assignment, step, day) of what was told of the committee's work since then, to whomever."""
    query = (
        select(Notice.assignment_id, Notice.step, Notice.due_on)
        .join(Letter, Letter.id == Notice.letter_id)
        .join(Assignment, Assignment.id == Notice.assignment_id)
        .where(
            Assignment.committee_id == committee_id,
            Letter.day >= vietnam_day(since),
            Notice.decided_at > since,
            ~Notice.step.startswith(f"{BOUNCED}-"),  # about a person's address, not about work
        )
        .distinct()
    )
    return {(work, step, on) for work, step, on in session.execute(query)}
