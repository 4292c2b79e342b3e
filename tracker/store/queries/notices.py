"""What notices need of memory: who is to be told of which work, what was decided already, when a sweep ran."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, or_, select

from tracker.access import UNIT_ROLES
from tracker.deadlines.told_once import INHERITED
from tracker.deadlines.workdays import WorkCalendar
from tracker.letters import UNSENT
from tracker.life import OPEN, SUBMITTED, WAITING
from tracker.progress.standing import Work
from tracker.store.engine import AnySession
from tracker.store.models import (
    Absence,
    Assignment,
    Committee,
    HandOver,
    Letter,
    Notice,
    Person,
    Plan,
    PlanVersion,
    Role,
    Submission,
    SweepRun,
    TaskVersion,
    Timing,
    Unit,
)
from tracker.store.queries.absences import deputies, stood_in
from tracker.store.queries.calendar import calendars
from tracker.store.queries.closings import held_since
from tracker.store.queries.ongoing import OngoingRow, ongoing_rows
from tracker.store.queries.units import names, valid_on
from tracker.store.queries.work import batches, completions, settled_turns


@dataclass(frozen=True)
class DutyRow:
    """An open assignment with what decides about its notices."""

    assignment_id: int
    holder_id: int
    due_on: date
    state: str
    urged_from: date
    soft: bool
    courtesy: bool
    plan_id: int
    task_id: int
    kind: str
    coordinator_id: int


@dataclass(frozen=True)
class Recipient:
    id: int
    name: str
    email: str


@dataclass(frozen=True)
class DigestRow:
    """An open assignment as a digest tells it."""

    id: int
    title: str
    plan_name: str
    period: str
    holder_id: int
    holder_name: str
    coordinator_id: int
    work: Work
    returned_on: datetime | None
    returned_reason: str
    place: int = 0
    """Where the plan has it."""

    @property
    def due_on(self) -> date:
        assert self.work.due_on is not None
        return self.work.due_on


@dataclass(frozen=True)
class InheritedRow:
    """An assignment that the holder got from another unit, as a digest tells it."""

    id: int
    title: str
    plan_name: str
    period: str
    due_on: date | None
    from_name: str
    holder_name: str
    coordinator_id: int


@dataclass(frozen=True)
class Part:
    """The roles in which a letter speaks to a person, their own and those of whom they act for; and the units whose
    work goes to them: their own, unless they are away, and those in which they act for somebody."""

    roles: frozenset[str]
    units: frozenset[int]


NOBODY = Part(frozenset(), frozenset())


@dataclass(frozen=True)
class Follower:
    """Who follows a plan up: the unit, its mailbox, and a person of it."""

    unit_id: int
    unit_name: str
    mailbox: str
    person_name: str
    phone: str


def committee_settings(session: AnySession) -> list[tuple[int, Mapping[str, Any]]]:
    """(id, settings) of every committee that has work."""
    busy = exists().where(Assignment.committee_id == Committee.id)  # finished work, too, can be asked about
    query = select(Committee.id, Committee.settings).where(busy).order_by(Committee.id)
    return [(row.id, row.settings or {}) for row in session.execute(query)]


def duties(session: AnySession, committee_id: int, until: date, state: str = OPEN) -> list[DutyRow]:
    """Open work (or work in another state) of published plans that is due on or before `until`."""
    query = (
        select(*_DUTY)
        .join(Timing, Timing.id == Assignment.timing_id)
        .join(Unit, Unit.id == Assignment.holder_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(PlanVersion, (PlanVersion.plan_id == Plan.id) & (PlanVersion.state == "published"))
        .join(
            TaskVersion,
            (TaskVersion.task_id == Assignment.task_id) & (TaskVersion.plan_version_id == PlanVersion.id),
            isouter=True,
        )
        .where(Assignment.state == state, Assignment.committee_id == committee_id, Assignment.due_on <= until)
        .order_by(Assignment.due_on, Assignment.id)
    )
    rows = session.execute(query).all()
    spared = left_alone(session, rows)
    return [
        DutyRow(
            row.id,
            row.holder_id,
            row.due_on,
            row.state,
            row.urged_from,
            row.soft,
            row.courtesy,
            row.plan_id,
            row.task_id,
            row.kind or "",
            row.coordinator_id,
        )
        for row in rows
        if row.id not in spared
    ]


_DUTY = (
    Assignment.id,
    Assignment.holder_id,
    Assignment.due_on,
    Assignment.state,
    Assignment.urged_from,
    Assignment.plan_id,
    Assignment.task_id,
    Assignment.timing_id,
    Assignment.period,
    Timing.soft,
    Unit.courtesy,
    TaskVersion.kind,
    Plan.coordinator_id,
)


def left_alone(session: AnySession, works: Collection[Any]) -> set[int]:
    """Of these, what nobody is urged to do: others have done enough, its period is closed, or its plan is over."""
    since = held_since(session)
    held = {one.id for one in works if since(one.plan_id, one.timing_id, one.period) is not None}
    return held | _spared(session, works)


def _spared(session: AnySession, works: Collection[Any]) -> set[int]:
    """Of these, what nobody is urged to do any longer: enough other units have done it."""
    settled = settled_turns(session, completions(session, {work.task_id for work in works}))
    return {work.id for work in works if (work.task_id, work.timing_id, work.period) in settled}


def told_inherited(session: AnySession, committee_id: int) -> set[tuple[int, int, str, date]]:
    """(assignment, person, step, day) of inherited work that was told, whatever its state by now."""
    query = (
        select(Notice.assignment_id, Notice.person_id, Notice.step, Notice.due_on)
        .join(Assignment, Assignment.id == Notice.assignment_id)
        .where(Assignment.committee_id == committee_id, Notice.step == INHERITED)
    )
    return set(session.execute(query))


def inherited_rows(session: AnySession, ids: Iterable[int], day: date) -> dict[int, InheritedRow]:
    """Of these assignments, what is with the unit that it was handed over to, and not done."""
    since = held_since(session)
    found = {
        row.id: row
        for batch in batches(ids)
        for row in session.execute(_inherited_query(batch))
        if since(row.plan_id, row.timing_id, row.period) is None
    }
    called = names(session, {n for row in found.values() for n in (row.from_id, row.holder_id)}, day)
    return {
        row.id: InheritedRow(
            id=row.id,
            title=row.task,
            plan_name=row.number or row.title,
            period=row.period,
            due_on=row.due_on,
            from_name=called.get(row.from_id, ""),
            holder_name=called.get(row.holder_id, ""),
            coordinator_id=row.coordinator_id,
        )
        for row in found.values()
    }


def _inherited_query(ids: Collection[int]) -> Any:
    return (
        _worded(select(*_WORK, HandOver.from_id))
        .join(HandOver, (HandOver.assignment_id == Assignment.id) & (HandOver.to_id == Assignment.holder_id))
        .where(Assignment.id.in_(ids), Assignment.state.in_((OPEN, WAITING, SUBMITTED)))
        .order_by(HandOver.id)
    )


def teams(session: AnySession, day: date, unit_ids: Iterable[int]) -> dict[int, dict[str, tuple[int, ...]]]:
    """Unit → role → people who hold it on the day and are active; for an absent one, the deputy."""
    query = (
        select(Role.unit_id, Role.role, Role.person_id)
        .join(Person, Person.id == Role.person_id)
        .where(
            Role.unit_id.in_(set(unit_ids)), Role.role.in_(UNIT_ROLES), Person.active, *valid_on(Role, day)
        )
        .order_by(Role.person_id)
    )
    rows = [(unit, role, person) for unit, role, person in session.execute(query) if unit is not None]
    acting = deputies(session, day, {person for _unit, _role, person in rows}, valid_on(Role, day))
    found: dict[int, dict[str, tuple[int, ...]]] = {}
    for unit_id, role, person_id in rows:
        roles = found.setdefault(unit_id, {})
        told = acting.get((person_id, unit_id), person_id)
        roles[role] = tuple(dict.fromkeys((*roles.get(role, ()), told)))
    return found


def recipients(session: AnySession, ids: Iterable[int]) -> dict[int, Recipient]:
    query = select(Person.id, Person.name, Person.email).where(Person.id.in_(set(ids)))
    return {row.id: Recipient(row.id, row.name, row.email) for row in session.execute(query)}


def closed_keys(session: AnySession, day: date) -> set[str]:
    """Keys of the day's letters that take nothing more in: they are out, on the way, or have their text."""
    waiting = Letter.state.in_(UNSENT) & (Letter.message_id == "")
    return set(session.scalars(select(Letter.key).where(Letter.day == day, ~waiting)))


def parts(session: AnySession, people: Collection[int], day: date) -> dict[int, Part]:
    """Person → what they are on the day. A closed account is told nothing."""
    active = set(session.scalars(select(Person.id).where(Person.id.in_(people), Person.active)))
    roles: dict[int, set[str]] = {person: set() for person in people}
    units: dict[int, set[int]] = {person: set() for person in people}
    query = select(Role.person_id, Role.role, Role.unit_id)
    for person, role, unit in session.execute(query.where(Role.person_id.in_(people), *valid_on(Role, day))):
        roles[person].add(role)
        if role in UNIT_ROLES and unit is not None:
            units[person].add(unit)
    for person, unit in deputies(session, day, people, valid_on(Role, day)):
        units[person].discard(unit)
    acted = stood_in(day).where(Absence.deputy_id.in_(people), *valid_on(Role, day))
    for row in session.execute(acted):
        roles[row.deputy_id].add(row.Role.role)
        units[row.deputy_id].add(row.Role.unit_id)
    return {
        person: Part(frozenset(roles[person]), frozenset(units[person])) if person in active else NOBODY
        for person in people
    }


def digest_rows(
    session: AnySession, units: Collection[int], day: date, resumed: Collection[int] = ()
) -> dict[int, list[DigestRow]]:
    """Unit → its open, dated assignments by due date; not what enough other units have done. `resumed` work counts as
    open: its wait will be over."""
    found = list(session.execute(_digest_query(resumed).where(Assignment.holder_id.in_(units))))
    spared = left_alone(session, found)
    units_named = names(session, {row.holder_id for row in found}, day)
    returned = _returns(session, units)
    calendar = calendars(session)
    rows: dict[int, list[DigestRow]] = {}
    for row in found:
        if row.id not in spared:
            made = _digest_row(row, units_named, returned, calendar(row.committee_id))
            rows.setdefault(row.holder_id, []).append(made)
    return rows


def ongoing_of(session: AnySession, units: Collection[int], day: date) -> dict[int, list[OngoingRow]]:
    """Unit → its ongoing work that is asked about now."""
    rows: dict[int, list[OngoingRow]] = {}
    for row in ongoing_rows(session, day, holders=units) if units else ():
        if row.asked.now:
            rows.setdefault(row.holder_id, []).append(row)
    return rows


_WORK = (
    Assignment.id,
    Assignment.committee_id,
    Assignment.plan_id,
    Assignment.task_id,
    Assignment.timing_id,
    Assignment.period,
    Assignment.holder_id,
    Assignment.state,
    Assignment.due_on,
    Assignment.first_due_on,
    Plan.coordinator_id,
    PlanVersion.number,
    PlanVersion.title,
    TaskVersion.title.label("task"),
    TaskVersion.position,
)


def _worded(query: Any) -> Any:
    """Assignments with the words of their published plan."""
    return (
        query.join(Plan, Plan.id == Assignment.plan_id)
        .join(PlanVersion, (PlanVersion.plan_id == Plan.id) & (PlanVersion.state == "published"))
        .join(
            TaskVersion,
            (TaskVersion.task_id == Assignment.task_id) & (TaskVersion.plan_version_id == PlanVersion.id),
        )
    )


def _digest_query(resumed: Collection[int]) -> Any:
    is_open = Assignment.state == OPEN
    return (
        _worded(select(*_WORK))
        .where(
            or_(is_open, Assignment.id.in_(resumed)) if resumed else is_open, Assignment.due_on.is_not(None)
        )
        .order_by(Assignment.due_on, TaskVersion.position, Assignment.id)
    )


def _returns(session: AnySession, units: Collection[int]) -> dict[int, tuple[datetime | None, str]]:
    """Open assignment of these units → when and why it was last returned."""
    query = (
        select(Submission.assignment_id, Submission.decided_at, Submission.reason)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(Assignment.holder_id.in_(units), Assignment.state == OPEN, Submission.state == "returned")
        .order_by(Submission.id)
    )
    return {row.assignment_id: (row.decided_at, row.reason) for row in session.execute(query)}


def _digest_row(
    row: Any,
    units_named: Mapping[int, str],
    returned: Mapping[int, tuple[datetime | None, str]],
    calendar: WorkCalendar,
) -> DigestRow:
    returned_on, reason = returned.get(row.id, (None, ""))
    return DigestRow(
        id=row.id,
        title=row.task,
        plan_name=row.number or row.title,
        period=row.period,
        holder_id=row.holder_id,
        holder_name=units_named.get(row.holder_id, ""),
        coordinator_id=row.coordinator_id,
        work=Work(OPEN, row.due_on, row.first_due_on, calendar=calendar),
        returned_on=returned_on,
        returned_reason=reason,
        place=row.position,
    )


def steps_of(session: AnySession, letters: Collection[int]) -> dict[int, list[tuple[int, str, date]]]:
    """Letter → (assignment, step, day) of what it is to tell."""
    query = select(Notice.letter_id, Notice.assignment_id, Notice.step, Notice.due_on)
    found: dict[int, list[tuple[int, str, date]]] = {}
    for letter, work, step, due in session.execute(
        query.where(Notice.letter_id.in_(letters)).order_by(Notice.id)
    ):
        found.setdefault(letter, []).append((work, step, due))
    return found


def coordinators_of(session: AnySession, ids: Iterable[int]) -> dict[int, int]:
    """Assignment → the unit that follows its plan up."""
    query = select(Assignment.id, Plan.coordinator_id).join(Plan, Plan.id == Assignment.plan_id)
    return {
        work: unit
        for batch in batches(ids)
        for work, unit in session.execute(query.where(Assignment.id.in_(batch)))
    }


def followers(session: AnySession, units: Collection[int], day: date) -> dict[int, Follower]:
    """The units that follow up, each with the first of its coordinators who is there."""
    if not units:
        return {}
    staff = teams(session, day, units)
    there = {unit: held[0] for unit in units if (held := staff.get(unit, {}).get("coordinator", ()))}
    query = select(Person.id, Person.name, Person.phone).where(Person.id.in_(set(there.values())))
    people = {person: (name, phone) for person, name, phone in session.execute(query)}
    boxes = dict(session.execute(select(Unit.id, Unit.mailbox).where(Unit.id.in_(units))).all())
    called = names(session, units, day)
    return {
        unit: Follower(
            unit, called.get(unit, ""), boxes.get(unit, ""), *people.get(there.get(unit, 0), ("", ""))
        )
        for unit in units
    }


def unsent_letters(session: AnySession, person_id: int) -> int:
    """How many letters to the person wait or are to be tried again."""
    query = select(func.count()).where(Letter.person_id == person_id, Letter.state.in_(UNSENT))
    return session.scalar(query) or 0


def swept_before(session: AnySession, at: datetime) -> datetime | None:
    """When the last sweep before then began."""
    begun = select(SweepRun.started_at).where(SweepRun.started_at < at)
    return session.scalar(begun.order_by(SweepRun.started_at.desc()).limit(1))


def swept_since(session: AnySession, at: datetime) -> bool:
    """Whether a sweep has ended without a fault since then."""
    query = select(SweepRun.id).where(
        SweepRun.started_at >= at, SweepRun.ended_at.is_not(None), SweepRun.error == ""
    )
    return session.scalars(query.limit(1)).first() is not None
