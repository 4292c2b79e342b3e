"""What decides whom the sweep owes a letter beside the steps of ladders: newly published and returned work, events
that have come, days that have moved, urging letters, the summary of the week; and what was told of it already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, distinct, exists, func, or_, select
from sqlalchemy.orm import aliased

from tracker.clock import recorded_day, vietnam_day
from tracker.deadlines.told_once import DROPPED, EVENT, HAND_BACK, MOVED, ONGOING, PUBLISHED, RETURNED, Call
from tracker.letters import Channel, State
from tracker.life import EXCUSED, LIVE, OPEN
from tracker.store.engine import AnySession
from tracker.store.models import (
    Assignment,
    Committee,
    Fact,
    Letter,
    Notice,
    Person,
    Plan,
    PlanVersion,
    Role,
    Submission,
    Wait,
)
from tracker.store.queries.absences import acting_for
from tracker.store.queries.asked_notices import ALL, OFFICERS
from tracker.store.queries.closings import held_since
from tracker.store.queries.notices import teams
from tracker.store.queries.units import valid_on
from tracker.store.queries.work import batches

Key = tuple[int, int, str, date]
EVENT_CAME, URGING_DUE = "event-came", "urging-letter-due"


# What is told once


def published(session: AnySession, committee_id: int, since: date, day: date) -> list[Call]:
    """Work that versions of plans have asked for since then, of units in which somebody was not told of all of it."""
    lacking = _lacking(session, committee_id, since, day)
    if not lacking:
        return []
    held = held_since(session)
    return [
        Call(row.id, PUBLISHED, row.due_on or row.published_on, row.holder_id, ALL)
        for batch in batches(lacking)
        for row in session.execute(
            select(
                Assignment.id,
                Assignment.plan_id,
                Assignment.timing_id,
                Assignment.period,
                Assignment.due_on,
                Assignment.published_on,
                Assignment.holder_id,
            )
            .where(*_newly_published(committee_id, since), Assignment.holder_id.in_(batch))
            .order_by(Assignment.id)
        )
        if held(row.plan_id, row.timing_id, row.period) is None
    ]


def told_published(session: AnySession, ids: Iterable[int]) -> set[tuple[int, int]]:
    """(assignment, person) of what was told as newly published, whichever day it had then."""
    return {
        (work, person)
        for batch in batches(ids)
        for work, person in session.execute(
            select(Notice.assignment_id, Notice.person_id).where(
                Notice.assignment_id.in_(batch), Notice.step == PUBLISHED
            )
        )
    }


def _newly_published(committee_id: int, since: date) -> tuple[Any, ...]:
    return (
        Assignment.published_on >= since,
        Assignment.committee_id == committee_id,
        Assignment.state.in_(LIVE),
    )


def _lacking(session: AnySession, committee_id: int, since: date, day: date) -> list[int]:
    """Units with somebody who was not told of all that is new. Counted, so that a sweep after a large publishing
    does not read it all again."""
    new = _newly_published(committee_id, since)
    counts = dict(
        session.execute(
            select(Assignment.holder_id, func.count()).where(*new).group_by(Assignment.holder_id)
        ).all()
    )
    if not counts:
        return []
    told = select(Assignment.holder_id, Notice.person_id, func.count(distinct(Notice.assignment_id)))
    told = told.join(Notice, (Notice.assignment_id == Assignment.id) & (Notice.step == PUBLISHED))
    heard = {
        (holder, person): count
        for holder, person, count in session.execute(
            told.where(*new).group_by(Assignment.holder_id, Notice.person_id)
        )
    }
    people = {
        unit: {*(roles.get("officer") or roles.get("coordinator", ())), *roles.get("head", ())}
        for unit, roles in teams_of(session, day, counts).items()
    }
    return [
        unit
        for unit, count in counts.items()
        if any(heard.get((unit, person), 0) < count for person in people.get(unit, ()))
    ]


def returned(session: AnySession, committee_id: int, since: datetime) -> Iterator[Call]:
    """Evidence that was sent back since then and not sent anew: the unit's officers, and whoever had sent it."""
    query = (
        select(Submission, Assignment, Person.active)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(Person, Person.id == Submission.person_id)
        .where(
            Assignment.committee_id == committee_id,
            Assignment.state == OPEN,
            Submission.state == "returned",
            Submission.decided_at >= since,
        )
        .order_by(Submission.id)
    )
    last = {work.id: (one, work, active) for one, work, active in session.execute(query)}
    if not last:
        return
    held = held_since(session)
    for one, work, active in last.values():
        if held(work.plan_id, work.timing_id, work.period) is None:
            sender = one.person_id if active and not one.via else None  # else it was recorded on behalf
            assert one.decided_at is not None
            on = vietnam_day(one.decided_at)
            yield Call(work.id, f"{RETURNED}-{one.id}", on, work.holder_id, OFFICERS, sender)


def opened(session: AnySession, committee_id: int, since: datetime) -> Iterator[Call]:
    """Work whose event has come since then."""
    query = (
        select(Fact.at, Assignment)
        .join(Assignment, Assignment.id == Fact.thing_id)
        .where(
            Fact.committee_id == committee_id,
            Fact.at >= since,
            Fact.deed == EVENT_CAME,
            Fact.thing == "assignment",
            Assignment.state == OPEN,
        )
        .order_by(Fact.id)
    )
    last = {work.id: (at, work) for at, work in session.execute(query)}
    if not last:
        return
    held = held_since(session)
    waits = _event_waits(session, last)
    for at, work in last.values():
        if held(work.plan_id, work.timing_id, work.period) is None:
            step = f"{EVENT}-{waits.get(work.id, 0)}"
            yield Call(work.id, step, vietnam_day(at), work.holder_id, OFFICERS)


def _event_waits(session: AnySession, ids: Iterable[int]) -> dict[int, int]:
    """Assignment → the last wait for an event that is over."""
    query = select(Wait.assignment_id, func.max(Wait.id)).where(
        Wait.unit_id.is_(None), Wait.ended_on.is_not(None)
    )
    return {
        work: wait
        for batch in batches(ids)
        for work, wait in session.execute(
            query.where(Wait.assignment_id.in_(batch)).group_by(Wait.assignment_id)
        )
    }


def told(session: AnySession, ids: Iterable[int], *kinds: str) -> set[Key]:
    """(assignment, person, step, day) of what was told of these assignments by steps that are words of these kinds,
    whatever their state by now."""
    words = or_(*(Notice.step.startswith(f"{kind}-") for kind in kinds))
    return {
        (work, person, step, on)
        for batch in batches(ids)
        for work, person, step, on in session.execute(
            select(Notice.assignment_id, Notice.person_id, Notice.step, Notice.due_on).where(
                Notice.assignment_id.in_(batch), words
            )
        )
    }


def recorded(session: AnySession, committee_id: int, until: date) -> set[Key]:
    """(assignment, person, step, due date) of what was decided about the present due day of open work that is due on
    or before `until`, and of questions about undated work."""
    present = and_(Assignment.due_on <= until, Notice.due_on == Assignment.due_on)
    query = (
        select(Notice.assignment_id, Notice.person_id, Notice.step, Notice.due_on)
        .join(Assignment, Assignment.id == Notice.assignment_id)
        .where(
            Assignment.committee_id == committee_id,
            Assignment.state == OPEN,
            or_(present, Notice.step == ONGOING),
            Notice.step != PUBLISHED,
        )
    )
    return {(work, person, step, on) for work, person, step, on in session.execute(query)}


# What was told and is no longer so


@dataclass(frozen=True)
class Overtaken:
    """What a person was told of an assignment and what is no longer so; `on` is the present day of work that has
    moved, and the day that was told of work that nobody has to do any longer."""

    assignment_id: int
    person_id: int
    step: str
    on: date
    holder_id: int
    coordinator_id: int


TELLING = and_(Letter.state == State.SENT, Letter.channel == Channel.MAIL)


def overtaken(session: AnySession, committee_id: int, since: date, at: datetime) -> list[Overtaken]:
    """Days that were given since then, and work that was dropped after that instant: for whoever a letter that has
    left told otherwise, and not yet of the change."""
    return [*_moved(session, committee_id, since), *_dropped(session, committee_id, at)]


def _moved(session: AnySession, committee_id: int, since: date) -> Iterator[Overtaken]:
    """What counts is what was told last: a day that comes back is told again, by a step with the number of the notice
    that told otherwise."""
    other = aliased(Notice)
    same = (
        other.assignment_id == Notice.assignment_id,
        other.person_id == Notice.person_id,
        other.due_on == Assignment.due_on,
        _dated(other),
    )
    query = (
        _told_in_letters(Assignment.due_on, committee_id)
        .add_columns(func.max(Notice.id).label("otherwise"), exists().where(*same).label("again"))
        .where(
            Assignment.state.in_(LIVE),
            Assignment.urged_from >= since,
            Assignment.due_on.is_not(None),
            or_(Notice.due_on != Assignment.due_on, _dropping(Notice)),  # it is to be done again
            ~exists().where(*same, other.id > Notice.id),
        )
        .group_by(
            Notice.assignment_id,
            Notice.person_id,
            Assignment.due_on,
            Assignment.holder_id,
            Plan.coordinator_id,
        )
    )
    for row in session.execute(query):
        step = f"{MOVED}-{row.otherwise}" if row.again else MOVED
        yield Overtaken(row.assignment_id, row.person_id, step, row.on, row.holder_id, row.coordinator_id)


def _dropped(session: AnySession, committee_id: int, since: datetime) -> Iterator[Overtaken]:
    """Not for who was told so by the answer to a request of their own."""
    other = aliased(Notice)
    heard = exists().where(
        other.assignment_id == Notice.assignment_id,
        other.person_id == Notice.person_id,
        or_(_dropping(other), other.step.startswith(f"{HAND_BACK}-")),
    )
    query = (
        _told_in_letters(func.max(Notice.due_on, type_=Date), committee_id)
        .add_columns(func.max(Notice.id).label("otherwise"), heard.label("again"))
        .where(
            Assignment.state == EXCUSED,
            Assignment.changed_at >= since,
            ~_dropping(Notice),
            ~heard.where(other.id > Notice.id),
        )
        .group_by(Notice.assignment_id, Notice.person_id, Assignment.holder_id, Plan.coordinator_id)
    )
    for row in session.execute(query):
        step = f"{DROPPED}-{row.otherwise}" if row.again else DROPPED
        yield Overtaken(row.assignment_id, row.person_id, step, row.on, row.holder_id, row.coordinator_id)


def _told_in_letters(on: Any, committee_id: int) -> Any:
    return (
        select(
            Notice.assignment_id,
            Notice.person_id,
            on.label("on"),
            Assignment.holder_id,
            Plan.coordinator_id,
        )
        .join(Letter, Letter.id == Notice.letter_id)
        .join(Assignment, Assignment.id == Notice.assignment_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .where(Assignment.committee_id == committee_id, TELLING, or_(telling_a_day(), _dropping(Notice)))
    )


def _dropping(notice: Any) -> Any:
    return (notice.step == DROPPED) | notice.step.startswith(f"{DROPPED}-")


def telling_a_day() -> ColumnElement[bool]:
    """Notices, with their assignments, that told of a due day."""
    undated = (Notice.step == PUBLISHED) & (Notice.due_on == Assignment.published_on)
    return and_(_dated(Notice), ~undated)


def _dated(notice: Any) -> Any:
    """Steps that tell a due day: those of ladders, which are numbers, and the words for it."""
    first = func.substr(notice.step, 1, 1)
    words = notice.step.in_((PUBLISHED, MOVED)) | notice.step.startswith(f"{MOVED}-")
    return or_(first.in_(("-", "+", "0")), words)


# Who follows


def teams_of(
    session: AnySession, day: date, unit_ids: Iterable[int]
) -> dict[int, dict[str, tuple[int, ...]]]:
    """Unit → role → people, of however many units."""
    return {
        unit: roles for batch in batches(set(unit_ids)) for unit, roles in teams(session, day, batch).items()
    }


def leaders(session: AnySession, day: date, committee_id: int) -> tuple[int, ...]:
    """The committee's leaders; for an absent one, whoever acts for them."""
    query = (
        select(Role.person_id)
        .join(Person, Person.id == Role.person_id)
        .where(Role.role == "leader", Role.committee_id == committee_id, Person.active, *valid_on(Role, day))
        .order_by(Role.person_id)
    )
    found = list(session.scalars(query))
    acting = acting_for(session, day, found) if found else {}
    return tuple(dict.fromkeys(acting.get(person, person) for person in found))


def committees_of(session: AnySession, people: Iterable[int]) -> set[int]:
    """The committees in which any of these people has, or had, a role."""
    return {
        committee
        for batch in batches(people)
        for committee in session.scalars(
            select(Role.committee_id).where(Role.person_id.in_(batch)).distinct()
        )
        if committee is not None
    }


def running(session: AnySession, committee_id: int) -> set[int]:
    """The units that follow up plans of the committee in which something is still to be done."""
    live = exists().where(Assignment.plan_id == Plan.id, Assignment.state.in_(LIVE))
    published = exists().where(PlanVersion.plan_id == Plan.id, PlanVersion.state == "published")
    query = select(Plan.coordinator_id).where(
        Plan.committee_id == committee_id, Plan.ending == "", published, live
    )
    return set(session.scalars(query))


def summed_up(session: AnySession, since: date) -> set[int]:
    """Who has a summary of the week since then, whatever became of it."""
    return set(
        session.scalars(
            select(Letter.person_id).where(Letter.weekly, Letter.day >= since, Letter.person_id.is_not(None))
        )
    )


def reminders_off(session: AnySession) -> set[int]:
    """Who wants no digest of what is not late."""
    return set(session.scalars(select(Person.id).where(Person.reminders_off_at.is_not(None))))


# Urging letters


def urged(session: AnySession, ids: Iterable[int]) -> set[tuple[int, date, str]]:
    """(assignment, due day, step) for which an urging letter was noted as due."""
    return {
        (work, day, str(after.get("step", "")))
        for batch in batches(ids)
        for work, after in session.execute(
            select(Fact.thing_id, Fact.after).where(
                Fact.thing == "assignment", Fact.deed == URGING_DUE, Fact.thing_id.in_(batch)
            )
        )
        if (day := recorded_day(after.get("due_on")))
    }


def lock_committees(session: AnySession, ids: Collection[int]) -> None:
    """One sweep at a time goes on with these, until it commits. SQLite has one writer anyway."""
    session.execute(
        select(Committee.id).where(Committee.id.in_(ids)).order_by(Committee.id).with_for_update()
    ).all()
