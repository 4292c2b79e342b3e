"""What notices need of requests: who is to be told of which one, what was told already, and the rows of a letter.

A request is told once by a step with its own id: `extension-12`, `explain-7`, `wait-9`, `handback-3`, and `given-3`
for the unit that gets what another one has handed back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import vietnam_day
from tracker.deadlines.told_once import EXPLAIN, EXTENSION, GIVEN, HAND_BACK, REQUESTS, WAIT, Call
from tracker.life import EXCUSED, LIVE, WAITING
from tracker.store.engine import AnySession
from tracker.store.models import (
    Assignment,
    Explanation,
    Extension,
    HandBack,
    Person,
    Plan,
    PlanVersion,
    TaskVersion,
    Wait,
)
from tracker.store.queries.asking import extensions, hand_backs, waits
from tracker.store.queries.closings import held_since
from tracker.store.queries.units import names, person_names

OFFICERS, ALL = ("officer",), ("officer", "head")
ANSWERED = ("offered", "agreed", "refused")


@dataclass(frozen=True)
class AskedRow:
    """A request as a digest tells it. `kind` is one of `REQUESTS`, `state` that of the request; `unit` is the reader's,
    `other` who asked or which unit is meant; `wanted_on` the day that was asked for (of an explanation: on which it was
    asked for), `day` the present or new one."""

    kind: str
    id: int
    request_id: int
    title: str
    plan_name: str
    period: str
    unit: str
    other: str
    state: str
    wanted_on: date | None
    day: date | None
    words: str
    number: int
    coordinator_id: int


def calls(session: AnySession, committee_id: int, since: datetime) -> list[Call]:
    """What was decided since then, and what is asked and not answered yet."""
    return [
        *_extensions(session, committee_id, since),
        *_explanations(session, committee_id),
        *_waits(session, committee_id),
        *_hand_backs(session, committee_id, since),
    ]


def _extensions(session: AnySession, committee_id: int, since: datetime) -> Iterator[Call]:
    query = (
        select(Extension, Assignment.holder_id, Person.active)
        .join(Assignment, Assignment.id == Extension.assignment_id)
        .join(Person, Person.id == Extension.asked_by_id)
        .where(
            Assignment.committee_id == committee_id,
            Extension.state.in_(ANSWERED),
            Extension.decided_at >= since,
        )
    )
    for one, holder_id, active in session.execute(query):
        assert one.decided_at is not None
        on = vietnam_day(one.decided_at)
        asker = one.asked_by_id if active else None
        yield Call(one.assignment_id, f"{EXTENSION}-{one.id}", on, holder_id, OFFICERS, asker)


def _explanations(session: AnySession, committee_id: int) -> Iterator[Call]:
    query = (
        select(Explanation, Assignment)
        .join(Assignment, Assignment.id == Explanation.assignment_id)
        .where(
            Assignment.committee_id == committee_id,
            Explanation.answered_at.is_(None),
            Explanation.withdrawn_at.is_(None),
        )
    )
    found = session.execute(query).all()
    if not found:
        return
    since = held_since(session)
    for one, work in found:
        if since(work.plan_id, work.timing_id, work.period) is None:  # else nobody could answer
            yield Call(work.id, f"{EXPLAIN}-{one.id}", one.due_on, work.holder_id, ALL)


def _waits(session: AnySession, committee_id: int) -> Iterator[Call]:
    query = (
        select(Wait, Assignment)
        .join(Assignment, Assignment.id == Wait.assignment_id)
        .where(
            Assignment.committee_id == committee_id,
            Assignment.state == WAITING,
            Wait.unit_id.is_not(None),
            Wait.ended_on.is_(None),
        )
    )
    found = session.execute(query).all()
    if not found:
        return
    since = held_since(session)
    for one, work in found:
        if since(work.plan_id, work.timing_id, work.period) is None:
            yield Call(work.id, f"{WAIT}-{one.id}", one.since, one.unit_id, OFFICERS)


def _hand_backs(session: AnySession, committee_id: int, since: datetime) -> Iterator[Call]:
    query = (
        select(HandBack, Assignment, Person.active)
        .join(Assignment, Assignment.id == HandBack.assignment_id)
        .join(Person, Person.id == HandBack.asked_by_id)
        .where(
            Assignment.committee_id == committee_id,
            HandBack.state.in_(("agreed", "refused")),
            HandBack.decided_at >= since,
        )
    )
    for one, work, active in session.execute(query):
        assert one.decided_at is not None
        on = vietnam_day(one.decided_at)
        if active:
            yield Call(work.id, f"{HAND_BACK}-{one.id}", on, None, (), one.asked_by_id)
        if one.to_id is not None and one.to_id == work.holder_id and work.state in LIVE:
            yield Call(work.id, f"{GIVEN}-{one.id}", on, one.to_id, ALL)


def _parts(step: str) -> tuple[str, int] | None:
    """`extension-12` as (extension, 12); None for a step of the ladder."""
    kind, _dash, number = step.partition("-")
    return (kind, int(number)) if kind in REQUESTS and number.isdecimal() else None


def rows(
    session: AnySession, steps: Collection[tuple[int, str]], today: date
) -> dict[tuple[int, str], AskedRow]:
    """(assignment, step) → what a letter tells of that request, as far as it still holds."""
    wanted = {(work_id, step): parts for work_id, step in steps if (parts := _parts(step))}
    if not wanted:
        return {}
    works = _works(session, {work_id for work_id, _step in wanted}, today)
    requests = _requests(session, works, today)
    return {
        (work_id, step): made
        for (work_id, step), (kind, number) in wanted.items()
        if work_id in works and (made := _row(kind, requests.get((kind, number)), works[work_id]))
    }


@dataclass(frozen=True)
class _Work:
    """An assignment with its words."""

    work: Assignment
    title: str
    plan_name: str
    coordinator_id: int
    holder: str


def _works(session: AnySession, ids: Iterable[int], today: date) -> dict[int, _Work]:
    query = (
        select(
            Assignment,
            Plan.coordinator_id,
            PlanVersion.number,
            PlanVersion.title,
            TaskVersion.title.label("task"),
        )
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(PlanVersion, (PlanVersion.plan_id == Plan.id) & (PlanVersion.state == "published"))
        .join(
            TaskVersion,
            (TaskVersion.task_id == Assignment.task_id) & (TaskVersion.plan_version_id == PlanVersion.id),
        )
        .where(Assignment.id.in_(list(ids)))
    )
    found = list(session.execute(query))
    called = names(session, {row.Assignment.holder_id for row in found}, today)
    return {
        row.Assignment.id: _Work(
            row.Assignment,
            row.task,
            row.number or row.title,
            row.coordinator_id,
            called.get(row.Assignment.holder_id, ""),
        )
        for row in found
    }


def _requests(session: AnySession, works: Iterable[int], today: date) -> dict[tuple[str, int], Any]:
    ids = list(works)
    found: dict[tuple[str, int], Any] = {(EXTENSION, one.id): one for one in extensions(session, ids)}
    found |= {(WAIT, one.id): one for one in waits(session, ids, today)}
    for back in hand_backs(session, ids, today):
        found[HAND_BACK, back.id] = found[GIVEN, back.id] = back
    asked = list(session.scalars(select(Explanation).where(Explanation.assignment_id.in_(ids))))
    people = person_names(session, [one.asked_by_id for one in asked])
    found |= {(EXPLAIN, one.id): (one, people.get(one.asked_by_id, "")) for one in asked}
    return found


def _row(kind: str, request: Any, at: _Work) -> AskedRow | None:
    """The row, or None where there is nothing left to tell: it was answered, taken or ended meanwhile."""
    facts = TELL[kind](request, at) if request is not None else None
    if facts is None:
        return None
    return AskedRow(
        kind=kind,
        id=at.work.id,
        title=at.title,
        plan_name=at.plan_name,
        period=at.work.period,
        coordinator_id=at.coordinator_id,
        **({"unit": at.holder, "other": "", "wanted_on": None, "number": 0} | facts),
    )


def _tell_extension(one: Any, at: _Work) -> dict[str, Any] | None:
    if one.state not in ANSWERED:
        return None
    day = {"offered": one.offered_on, "agreed": one.wanted_on}.get(one.state, at.work.due_on)
    return {
        "request_id": one.id,
        "state": one.state,
        "wanted_on": one.wanted_on,
        "day": day,
        "words": one.answer,
        "number": one.number,
    }


def _tell_explanation(asked: Any, at: _Work) -> dict[str, Any] | None:
    one, asker = asked
    if one.answered_at is not None or one.withdrawn_at is not None:
        return None
    return {
        "request_id": one.id,
        "state": "asked",
        "other": asker,
        "wanted_on": vietnam_day(one.asked_at),
        "day": one.due_on,
        "words": one.question,
    }


def _tell_wait(one: Any, at: _Work) -> dict[str, Any] | None:
    if one.ended_on is not None or at.work.state != WAITING:
        return None
    return {
        "request_id": one.id,
        "state": "waiting",
        "unit": one.unit_name,
        "other": at.holder,
        "wanted_on": one.since,
        "day": one.until,
        "words": one.reason,
    }


def _tell_hand_back(one: Any, at: _Work) -> dict[str, Any] | None:
    state = one.state if one.to or one.state != "agreed" else EXCUSED
    return {
        "request_id": one.id,
        "state": state,
        "other": one.to,
        "day": at.work.due_on,
        "words": one.answer,
    }


def _tell_given(one: Any, at: _Work) -> dict[str, Any] | None:
    if one.to != at.holder or at.work.state not in LIVE:
        return None
    return {"request_id": one.id, "state": "given", "day": at.work.due_on, "words": one.answer}


TELL = {
    EXTENSION: _tell_extension,
    EXPLAIN: _tell_explanation,
    WAIT: _tell_wait,
    HAND_BACK: _tell_hand_back,
    GIVEN: _tell_given,
}
