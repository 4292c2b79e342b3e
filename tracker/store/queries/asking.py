"""What was asked about assignments: extensions, work handed back, explanations and waits, as frozen rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select, union

from tracker.deadlines.extending import Waited, waited
from tracker.life import LIVE, UNDECIDED, WAITING
from tracker.store.engine import AnySession
from tracker.store.models import Assignment, Explanation, Extension, HandBack, Plan, Wait
from tracker.store.queries.calendar import calendars
from tracker.store.queries.units import named_over_time, person_names

AGREED = ("agreed", "taken")
PENDING = ("asked", "offered")


@dataclass(frozen=True)
class ExtensionRow:
    """A request for another due day. `state` is asked, agreed, refused, offered, taken, declined or withdrawn;
    `number` says which agreed extension of the assignment it is, or would be."""

    id: int
    assignment_id: int
    asked_by: str
    asked_by_id: int
    asked_at: datetime
    before_on: date | None
    wanted_on: date
    reason: str
    state: str
    offered_on: date | None
    decided_by: str
    decided_by_id: int | None
    decided_at: datetime | None
    answer: str
    number: int

    @property
    def granted(self) -> date | None:
        """The day that was agreed in the end."""
        return {"agreed": self.wanted_on, "taken": self.offered_on}.get(self.state)


@dataclass(frozen=True)
class HandBackRow:
    """Work that its holder takes for another unit's. `state` is asked, agreed, refused or withdrawn."""

    id: int
    assignment_id: int
    asked_by: str
    asked_by_id: int
    asked_at: datetime
    reason: str
    suggested_id: int | None
    suggested: str
    state: str
    to: str
    decided_by: str
    decided_at: datetime | None
    answer: str


@dataclass(frozen=True)
class ExplanationRow:
    """A question to the holder with its own date; `state` is asked, overdue, answered or withdrawn."""

    id: int
    assignment_id: int
    asked_by: str
    asked_by_id: int
    asked_at: datetime
    question: str
    due_on: date
    state: str
    answer: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True)
class WaitRow:
    """A wait for a unit, or for an event where `unit_id` is None; `waited` counts its days so far."""

    id: int
    assignment_id: int
    unit_id: int | None
    unit_name: str
    reason: str
    asked_by: str
    since: date
    until: date | None
    ended_on: date | None
    ended_by: str
    answer: str
    waited: Waited


def awaited(session: AnySession, assignment_ids: Iterable[int]) -> frozenset[int]:
    """The units that this work waits for now."""
    query = (
        select(Wait.unit_id)
        .join(Assignment, Assignment.id == Wait.assignment_id)
        .where(
            Wait.assignment_id.in_(list(assignment_ids)),
            Wait.ended_on.is_(None),
            Assignment.state == WAITING,
        )
    )
    return frozenset(one for one in session.scalars(query) if one is not None)


# Everything about one assignment, the newest first


def extensions(session: AnySession, assignment_ids: Collection[int]) -> tuple[ExtensionRow, ...]:
    query = select(Extension).where(Extension.assignment_id.in_(list(assignment_ids))).order_by(Extension.id)
    found = list(session.scalars(query))
    people = person_names(session, [p for one in found for p in (one.asked_by_id, one.decided_by_id)])
    agreed: dict[int, int] = {}
    rows = []
    for one in found:
        number = agreed.get(one.assignment_id, 0) + 1
        if one.state in AGREED:
            agreed[one.assignment_id] = number
        rows.append(_extension(one, people, number))
    return tuple(reversed(rows))


def _extension(one: Extension, people: dict[int, str], number: int) -> ExtensionRow:
    return ExtensionRow(
        id=one.id,
        assignment_id=one.assignment_id,
        asked_by=people.get(one.asked_by_id, ""),
        asked_by_id=one.asked_by_id,
        asked_at=one.asked_at,
        before_on=one.before_on,
        wanted_on=one.wanted_on,
        reason=one.reason,
        state=one.state,
        offered_on=one.offered_on,
        decided_by=people.get(one.decided_by_id or 0, ""),
        decided_by_id=one.decided_by_id,
        decided_at=one.decided_at,
        answer=one.answer,
        number=number,
    )


def hand_backs(session: AnySession, assignment_ids: Collection[int], today: date) -> tuple[HandBackRow, ...]:
    query = select(HandBack).where(HandBack.assignment_id.in_(list(assignment_ids)))
    found = list(session.scalars(query.order_by(HandBack.id.desc())))
    people = person_names(session, [p for one in found for p in (one.asked_by_id, one.decided_by_id)])
    called = named_over_time(
        session, {u for one in found for u in (one.suggested_id, one.to_id) if u is not None}
    )
    return tuple(
        HandBackRow(
            id=one.id,
            assignment_id=one.assignment_id,
            asked_by=people.get(one.asked_by_id, ""),
            asked_by_id=one.asked_by_id,
            asked_at=one.asked_at,
            reason=one.reason,
            suggested_id=one.suggested_id,
            suggested=called(one.suggested_id, today) if one.suggested_id else "",
            state=one.state,
            to=called(one.to_id, today) if one.to_id else "",
            decided_by=people.get(one.decided_by_id or 0, ""),
            decided_at=one.decided_at,
            answer=one.answer,
        )
        for one in found
    )


def explanations(
    session: AnySession, assignment_ids: Collection[int], today: date
) -> tuple[ExplanationRow, ...]:
    query = select(Explanation).where(Explanation.assignment_id.in_(list(assignment_ids)))
    found = list(session.scalars(query.order_by(Explanation.id.desc())))
    people = person_names(session, [p for one in found for p in (one.asked_by_id, one.answered_by_id)])
    return tuple(
        ExplanationRow(
            id=one.id,
            assignment_id=one.assignment_id,
            asked_by=people.get(one.asked_by_id, ""),
            asked_by_id=one.asked_by_id,
            asked_at=one.asked_at,
            question=one.question,
            due_on=one.due_on,
            state=_explanation_state(one, today),
            answer=one.answer,
            answered_by=people.get(one.answered_by_id or 0, ""),
            answered_at=one.answered_at,
        )
        for one in found
    )


def _explanation_state(one: Explanation, today: date) -> str:
    if one.withdrawn_at is not None:
        return "withdrawn"
    if one.answered_at is not None:
        return "answered"
    return "overdue" if one.due_on < today else "asked"


def waits(session: AnySession, assignment_ids: Collection[int], today: date) -> tuple[WaitRow, ...]:
    query = (
        select(Wait, Assignment.committee_id)
        .join(Assignment, Assignment.id == Wait.assignment_id)
        .where(Wait.assignment_id.in_(list(assignment_ids)))
        .order_by(Wait.id.desc())
    )
    found = [(one, committee_id) for one, committee_id in session.execute(query)]
    people = person_names(session, [p for one, _ in found for p in (one.asked_by_id, one.ended_by_id)])
    called = named_over_time(session, {one.unit_id for one, _ in found if one.unit_id is not None})
    calendar = calendars(session)
    return tuple(
        WaitRow(
            id=one.id,
            assignment_id=one.assignment_id,
            unit_id=one.unit_id,
            unit_name=called(one.unit_id, one.ended_on or today) if one.unit_id else "",
            reason=one.reason,
            asked_by=people.get(one.asked_by_id or 0, ""),
            since=one.since,
            until=one.until,
            ended_on=one.ended_on,
            ended_by=people.get(one.ended_by_id or 0, ""),
            answer=one.answer,
            waited=waited(one.since, one.ended_on or today, calendar(committee_id)),
        )
        for one, committee_id in found
    )


# Which assignments have something open


@dataclass(frozen=True)
class OpenRequests:
    """Assignments with something that is not decided, answered or over, by what it is."""

    extensions: frozenset[int]
    hand_backs: frozenset[int]
    explanations: frozenset[int]


def open_requests(
    session: AnySession, *, committee_id: int | None = None, holder_id: int | None = None
) -> OpenRequests:
    """Of a committee's plans, or of the work that a unit holds."""

    def ids(query: Select[Any]) -> frozenset[int]:
        query = query.join(Plan, Plan.id == Assignment.plan_id).where(Plan.ending == "")
        if committee_id is not None:
            query = query.where(Assignment.committee_id == committee_id)
        if holder_id is not None:
            query = query.where(Assignment.holder_id == holder_id)
        return frozenset(session.scalars(query))

    asked = select(Assignment.id).join(Extension, Extension.assignment_id == Assignment.id)
    back = select(Assignment.id).join(HandBack, HandBack.assignment_id == Assignment.id)
    why = select(Assignment.id).join(Explanation, Explanation.assignment_id == Assignment.id)
    return OpenRequests(
        ids(asked.where(Extension.state.in_(PENDING), Assignment.state.in_(UNDECIDED))),
        ids(back.where(HandBack.state == "asked", Assignment.state.in_(LIVE))),
        ids(why.where(Explanation.answered_at.is_(None), Explanation.withdrawn_at.is_(None))),
    )


def waiting_for(session: AnySession, unit_id: int) -> frozenset[int]:
    """Assignments of other units that wait for this one."""
    query = (
        select(Assignment.id)
        .join(Wait, Wait.assignment_id == Assignment.id)
        .where(Wait.unit_id == unit_id, Wait.ended_on.is_(None), Assignment.state == WAITING)
    )
    return frozenset(session.scalars(query))


def undecided(session: AnySession, committee_id: int) -> frozenset[int]:
    """Assignments whose extension or hand-back nobody has decided: nothing of them goes up to a head meanwhile."""
    # From the few requests to their work: the other way round a database reads every assignment.
    of_us = Assignment.committee_id == committee_id
    asked = select(Assignment.id).join(Extension, Extension.assignment_id == Assignment.id)
    back = select(Assignment.id).join(HandBack, HandBack.assignment_id == Assignment.id)
    query = union(
        asked.where(of_us, Extension.state == "asked"), back.where(of_us, HandBack.state == "asked")
    )
    return frozenset(session.scalars(query))
