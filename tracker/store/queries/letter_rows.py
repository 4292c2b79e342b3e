"""The words of letters: everything that they say of work and of their readers, for many letters at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tracker.clock import vietnam_day
from tracker.life import LIVE
from tracker.progress.reaching import reached
from tracker.progress.standing import Work
from tracker.store.engine import AnySession
from tracker.store.models import (
    Absence,
    Assignment,
    Committee,
    Notice,
    Person,
    Plan,
    PlanVersion,
    Role,
    Submission,
    TaskVersion,
    Timing,
    Unit,
    Wait,
)
from tracker.store.queries.absences import absences, deputies, in_force, stood_in
from tracker.store.queries.calendar import calendars
from tracker.store.queries.life import last_notes
from tracker.store.queries.links import holdings
from tracker.store.queries.notices import left_alone, teams
from tracker.store.queries.owing import telling_a_day
from tracker.store.queries.reaching import contacts
from tracker.store.queries.units import names, valid_on
from tracker.store.queries.work import batches


@dataclass(frozen=True)
class Sent:
    """A submission as a letter tells it. `decided_on` is None while it waits for acceptance."""

    id: int
    state: str
    received_on: date
    decided_on: date | None
    reason: str
    form_only: bool


@dataclass(frozen=True)
class LetterRow:
    """An assignment with all that a letter may say of it. `left_alone`: nobody is urged to do it (others have done
    enough, its period is closed, its plan is over). `holding` is how often it was given to another unit."""

    id: int
    committee_id: int
    plan_id: int
    plan_name: str
    plan_title: str
    task_id: int
    kind: str
    title: str
    period: str
    holder_id: int
    holder_code: str
    holder_name: str
    courtesy: bool
    coordinator_id: int
    work: Work
    urged_from: date
    soft: bool
    excuse: str
    excuse_reason: str
    waits_for: str
    left_alone: bool = False
    sent: tuple[Sent, ...] = ()
    percent: int | None = None
    obstacle: str = ""
    holding: int = 0

    @property
    def due_on(self) -> date | None:
        return self.work.due_on

    @property
    def state(self) -> str:
        return self.work.state

    @property
    def turn(self) -> int:
        """How many submissions it has: a signed link ends with the next one."""
        return len(self.sent)


@dataclass(frozen=True)
class RoleHeld:
    """A role that somebody has today, their own or that of an absent person."""

    role: str
    committee_id: int | None
    unit_id: int | None
    unit_name: str
    acting_for: str = ""


@dataclass(frozen=True)
class Reader:
    """Whom a letter is for."""

    id: int
    name: str = ""
    roles: tuple[RoleHeld, ...] = ()
    reminders_off: bool = False
    wants_calendar: bool = False

    def units(self, *roles: str) -> frozenset[int]:
        """The units in which they hold one of these roles."""
        return frozenset(one.unit_id for one in self.roles if one.role in roles and one.unit_id is not None)


_COLUMNS = (
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
    Assignment.done_on,
    Assignment.waits_since,
    Assignment.waits_for,
    Assignment.excuse,
    Assignment.excuse_reason,
    Assignment.urged_from,
    Plan.coordinator_id,
    Timing.soft,
    Unit.courtesy,
    Unit.code,
)


def works(session: AnySession, ids: Iterable[int], day: date) -> dict[int, LetterRow]:
    """Assignment → its row, in the words of the newest issued version; what is dropped keeps its last ones."""
    found = [row for batch in batches(ids) for row in session.execute(_works_query(batch))]
    if not found:
        return {}
    texts = _texts(session, {row.task_id for row in found})
    plans = _plan_names(session, {row.plan_id for row in found})
    units = names(session, {row.holder_id for row in found}, day)
    alone = left_alone(session, found)
    sent = submissions(session, [row.id for row in found])
    notes = last_notes(session, [row.id for row in found if row.state in LIVE])
    held = holdings(session, [row.id for row in found])
    calendar = calendars(session)
    made = {}
    for row in found:
        kind, title = texts.get(row.task_id, ("task", ""))
        plan = plans.get(row.plan_id, NO_PLAN)
        note = notes.get(row.id)
        made[row.id] = LetterRow(
            id=row.id,
            committee_id=row.committee_id,
            plan_id=row.plan_id,
            plan_name=plan.number or plan.title,
            plan_title=plan.title,
            task_id=row.task_id,
            kind=kind,
            title=title,
            period=row.period,
            holder_id=row.holder_id,
            holder_code=row.code,
            holder_name=units.get(row.holder_id, ""),
            courtesy=row.courtesy,
            coordinator_id=row.coordinator_id,
            work=Work(
                row.state,
                row.due_on,
                row.first_due_on,
                row.done_on,
                waits_since=row.waits_since,
                excuse=row.excuse,
                calendar=calendar(row.committee_id),
            ),
            urged_from=row.urged_from,
            soft=row.soft,
            excuse=row.excuse,
            excuse_reason=row.excuse_reason,
            waits_for=row.waits_for,
            left_alone=row.id in alone,
            sent=sent.get(row.id, ()),
            percent=note.percent if note else None,
            obstacle=note.obstacle if note else "",
            holding=held.get(row.id, 0),
        )
    return made


def _works_query(ids: Collection[int]) -> Any:
    return (
        select(*_COLUMNS)
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(Timing, Timing.id == Assignment.timing_id)
        .join(Unit, Unit.id == Assignment.holder_id)
        .where(Assignment.id.in_(ids))
    )


def _texts(session: AnySession, task_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Task → (kind, title) in the newest version that was issued."""
    found: dict[int, tuple[str, str]] = {}
    for batch in batches(task_ids):
        query = (
            select(TaskVersion.task_id, TaskVersion.kind, TaskVersion.title)
            .join(PlanVersion, PlanVersion.id == TaskVersion.plan_version_id)
            .where(TaskVersion.task_id.in_(batch), PlanVersion.state != "draft")
            .order_by(PlanVersion.ordinal)
        )
        found.update((task_id, (kind, title)) for task_id, kind, title in session.execute(query))
    return found


class _Plan(NamedTuple):
    number: str
    title: str


NO_PLAN = _Plan("", "")


def _plan_names(session: AnySession, plan_ids: Iterable[int]) -> dict[int, _Plan]:
    found: dict[int, _Plan] = {}
    for batch in batches(plan_ids):
        query = (
            select(PlanVersion.plan_id, PlanVersion.number, PlanVersion.title)
            .where(PlanVersion.plan_id.in_(batch), PlanVersion.state != "draft")
            .order_by(PlanVersion.ordinal)
        )
        found.update((plan_id, _Plan(number, title)) for plan_id, number, title in session.execute(query))
    return found


def submissions(session: AnySession, ids: Iterable[int]) -> dict[int, tuple[Sent, ...]]:
    """Assignment → its submissions, the newest last."""
    found: dict[int, list[Sent]] = {}
    for batch in batches(ids):
        query = (
            select(
                Submission.assignment_id,
                Submission.id,
                Submission.state,
                Submission.received_on,
                Submission.decided_at,
                Submission.reason,
                Submission.form_only,
            )
            .where(Submission.assignment_id.in_(batch))
            .order_by(Submission.id)
        )
        for work_id, sent_id, state, received, decided, reason, form_only in session.execute(query):
            on = vietnam_day(decided) if decided else None
            found.setdefault(work_id, []).append(Sent(sent_id, state, received, on, reason, form_only))
    return {work_id: tuple(sent) for work_id, sent in found.items()}


def wait_reasons(session: AnySession, ids: Iterable[int]) -> dict[int, str]:
    """Wait → what was waited for."""
    found: dict[int, str] = {}
    for batch in batches(ids):
        found.update(session.execute(select(Wait.id, Wait.reason).where(Wait.id.in_(batch))).all())
    return found


def told_days(session: AnySession, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], list[date]]:
    """(assignment, person) → the due days that the person was told of for it, in the order of telling."""
    found: dict[tuple[int, int], list[date]] = {}
    for batch in batches({work_id for work_id, _person in keys}):
        query = (
            select(Notice.assignment_id, Notice.person_id, Notice.due_on)
            .join(Assignment, Assignment.id == Notice.assignment_id)
            .where(Notice.assignment_id.in_(batch), telling_a_day())
            .order_by(Notice.id)
        )
        for work_id, person_id, due_on in session.execute(query):
            if (work_id, person_id) in keys:
                found.setdefault((work_id, person_id), []).append(due_on)
    return found


def readers(session: AnySession, people: Iterable[int], day: date) -> dict[int, Reader]:
    """Person → who they are for a letter of that day: their roles, less those that a deputy has while they are
    away, and those of whom they act for."""
    wanted = set(people)
    own, lent = _own_roles(session, wanted, day), _lent_roles(session, wanted, day)
    units = {unit for found in (own, lent) for held in found.values() for _role, _at, unit, _who in held}
    called = names(session, {unit for unit in units if unit is not None}, day)
    found = {}
    for batch in batches(wanted):
        query = select(Person.id, Person.name, Person.reminders_off_at, Person.wants_calendar)
        for one in session.execute(query.where(Person.id.in_(batch))):
            held = dict.fromkeys((*own.get(one.id, ()), *lent.get(one.id, ())))
            roles = tuple(
                RoleHeld(role, committee, unit, called.get(unit or 0, ""), acting)
                for role, committee, unit, acting in held
            )
            off = one.reminders_off_at is not None
            found[one.id] = Reader(one.id, one.name, roles, off, one.wants_calendar)
    return found


Held = tuple[str, int | None, int | None, str]


def _own_roles(session: AnySession, people: Collection[int], day: date) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for batch in batches(people):
        away = deputies(session, day, batch, valid_on(Role, day))
        query = select(Role.person_id, Role.role, Role.committee_id, Role.unit_id)
        query = query.where(Role.person_id.in_(batch), *valid_on(Role, day)).order_by(Role.id)
        for person, role, committee, unit in session.execute(query):
            if (person, unit) not in away:
                found.setdefault(person, []).append((role, committee, unit, ""))
    return found


def _lent_roles(session: AnySession, people: Collection[int], day: date) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for batch in batches(people):
        query = stood_in(day).where(Absence.deputy_id.in_(batch), *valid_on(Role, day))
        for row in session.execute(query):
            held = (row.Role.role, row.Role.committee_id, row.Role.unit_id, row.absent)
            found.setdefault(row.deputy_id, []).append(held)
        for person, committee, absent in session.execute(_leads_for(batch, day)):
            found.setdefault(person, []).append(("leader", committee, None, absent))
    return found


def _leads_for(people: Collection[int], day: date) -> Any:
    """Select (deputy, committee, absent leader's name): the letters of an absent leader go to whoever acts for them in
    everything."""
    absent = aliased(Person)
    return (
        select(Absence.deputy_id, Role.committee_id, absent.name)
        .join(Role, Role.person_id == Absence.person_id)
        .join(absent, absent.id == Absence.person_id)
        .where(*in_force(day), Absence.unit_id.is_(None), absent.active, Role.role == "leader")
        .where(Absence.deputy_id.in_(people), *valid_on(Role, day))
        .order_by(Absence.id)
    )


def unattended(session: AnySession, unit_ids: Iterable[int], day: date) -> frozenset[int]:
    """Of these units, those in which mail reaches nobody who is there."""
    wanted = set(unit_ids)
    staffed = {
        unit: {one for held in roles.values() for one in held}
        for unit, roles in teams(session, day, wanted).items()
    }
    people = contacts(session, {one for held in staffed.values() for one in held})
    gone = [one for one in absences(session, people=people, since=day) if one.runs_on(day)]

    def hears(person: int, unit: int) -> bool:
        away = any(one.person_id == person and one.covers(unit) for one in gone)
        return reached(replace(people[person], away=away))

    return frozenset(
        unit for unit in wanted if not any(hears(person, unit) for person in staffed.get(unit, ()))
    )


@dataclass(frozen=True)
class PlanLine:
    """A plan that goes on, as the summary of the week names it."""

    id: int
    committee_id: int
    coordinator_id: int
    name: str


def plans_going_on(session: AnySession, committee_ids: Collection[int]) -> list[PlanLine]:
    """The published plans of these committees that have not ended, the newest first as pages have them."""
    query = (
        select(Plan.id, Plan.committee_id, Plan.coordinator_id, PlanVersion.number, PlanVersion.title)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .where(
            Plan.committee_id.in_(list(committee_ids)), PlanVersion.state == "published", Plan.ending == ""
        )
        .order_by(PlanVersion.period_start.desc().nulls_last(), PlanVersion.id.desc())
    )
    return [
        PlanLine(plan_id, committee, coordinator, number or title)
        for plan_id, committee, coordinator, number, title in session.execute(query)
    ]


def committee_names(session: AnySession, ids: Collection[int]) -> dict[int, str]:
    """Committee → what people call it."""
    query = select(Committee.id, Committee.name).where(Committee.id.in_(list(ids)))
    return dict(session.execute(query).all())
