"""What a unit's calendar shows: its dated work, with the words of the newest published version."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker.deadlines.workdays import WorkCalendar
from tracker.life import ACCEPTED, EXCUSED, OPEN, SUBMITTED
from tracker.store.engine import AnySession
from tracker.store.models import Assignment, Feed, Plan, PlanVersion, TaskVersion
from tracker.store.queries import units as find
from tracker.store.queries.calendar import calendars
from tracker.store.queries.rows import UnitRow
from tracker.store.queries.work import batches

SHOWN = (OPEN, SUBMITTED, ACCEPTED, EXCUSED)


@dataclass(frozen=True)
class FeedEvent:
    """One due date of one piece of work. `moved_from` is the first due date where the present one differs,
    `send_by` the last working day up to a due day that is off."""

    id: int
    state: str
    due_on: date
    moved_from: date | None
    period: str
    label: str
    title: str
    path: tuple[str, ...]
    plan_id: int
    plan_number: str
    plan_title: str
    deliverables: tuple[str, ...]
    coordinator_name: str
    sequence: int
    changed_at: datetime
    send_by: date | None = None


@dataclass(frozen=True)
class FeedRows:
    """A unit and everything that its calendar shows, in order of due dates."""

    unit: UnitRow
    events: tuple[FeedEvent, ...]


def digest(token: str) -> str:
    """What is kept of a token; the lookup compares digests, so its time says nothing about the token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def live_feeds(session: AnySession, unit_id: int) -> list[Feed]:
    """The unit's addresses that still work, newest last."""
    query = select(Feed).where(Feed.unit_id == unit_id, Feed.revoked_at.is_(None)).order_by(Feed.id)
    return list(session.scalars(query))


def live_feed(session: AnySession, token: str) -> Feed | None:
    query = select(Feed).where(Feed.token_digest == digest(token), Feed.revoked_at.is_(None))
    return session.scalars(query).one_or_none()


def feed_rows(session: AnySession, unit_id: int, day: date) -> FeedRows | None:
    """The calendar of the work that the unit holds now."""
    unit = find.unit(session, unit_id, day)
    if unit is None:
        return None
    assignments = session.scalars(
        select(Assignment)
        .where(Assignment.holder_id == unit_id, Assignment.due_on.is_not(None), Assignment.state.in_(SHOWN))
        .order_by(Assignment.due_on, Assignment.id)
    ).all()
    return FeedRows(unit, tuple(_events(session, assignments, day)))


def events_of(session: AnySession, ids: Iterable[int], day: date) -> dict[int, FeedEvent]:
    """The same events of these assignments, as far as they have a due day."""
    found: list[Assignment] = []
    for batch in batches(ids):
        query = select(Assignment).where(
            Assignment.id.in_(batch), Assignment.due_on.is_not(None), Assignment.state.in_(SHOWN)
        )
        found += session.scalars(query)
    return {event.id: event for event in _events(session, found, day)}


def _events(session: AnySession, assignments: Collection[Assignment], day: date) -> Iterator[FeedEvent]:
    texts = _texts(session, {one.task_id for one in assignments})
    plans = _plans(session, {one.plan_id for one in assignments}, day)
    calendar = calendars(session)
    return (
        _event(one, texts[one.task_id], plans[one.plan_id], calendar(one.committee_id)) for one in assignments
    )


def _event(
    one: Assignment, text: TaskVersion, plan: tuple[PlanVersion, str], calendar: WorkCalendar
) -> FeedEvent:
    version, coordinator = plan
    assert one.due_on is not None
    return FeedEvent(
        id=one.id,
        state=one.state,
        due_on=one.due_on,
        moved_from=one.first_due_on if one.first_due_on != one.due_on else None,
        period=one.period,
        label=one.timing.label,
        title=text.title,
        path=tuple(text.path),
        plan_id=one.plan_id,
        plan_number=version.number,
        plan_title=version.title,
        deliverables=tuple(part.text for part in text.deliverables),
        coordinator_name=coordinator,
        sequence=one.sequence,
        changed_at=one.changed_at,
        send_by=None if calendar.works(one.due_on) else calendar.at_or_before(one.due_on),
    )


def _texts(session: AnySession, task_ids: Iterable[int]) -> dict[int, TaskVersion]:
    """Task id → its words in the newest version that was issued; a dropped task keeps its last ones."""
    query = (
        select(TaskVersion)
        .join(PlanVersion, PlanVersion.id == TaskVersion.plan_version_id)
        .where(TaskVersion.task_id.in_(list(task_ids)), PlanVersion.state != "draft")
        .order_by(PlanVersion.ordinal)
    )
    return {text.task_id: text for text in session.scalars(query)}


def _plans(session: AnySession, plan_ids: Iterable[int], day: date) -> dict[int, tuple[PlanVersion, str]]:
    """Plan id → its newest issued version and the name of the unit that follows it up."""
    query = (
        select(Plan, PlanVersion)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .where(Plan.id.in_(list(plan_ids)), PlanVersion.state != "draft")
        .order_by(PlanVersion.ordinal)
    )
    newest = {plan.id: (plan, version) for plan, version in session.execute(query)}
    names = find.names(session, {plan.coordinator_id for plan, _ in newest.values()}, day)
    return {
        plan_id: (version, names.get(plan.coordinator_id, "")) for plan_id, (plan, version) in newest.items()
    }
