"""What notices need of memory: who is to be told of which work, what was decided already, the last sweep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select

from tracker.deadlines.workdays import WorkCalendar
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
from tracker.store.queries.work import completions, settled_turns

TEAM_ROLES = ("officer", "coordinator", "head")
UNSENT = ("waiting", "failed")


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
class Follower:
    """Who follows a plan up: the unit, its mailbox, and a person of it."""

    unit_id: int
    unit_name: str
    mailbox: str
    person_name: str
    phone: str


@dataclass(frozen=True)
class LastSweep:
    """When the sweep last ended and what went wrong in it; letters that wait, and that were given up."""

    ended_at: datetime | None
    error: str
    unsent: int
    dead: int


def committee_settings(session: AnySession) -> list[tuple[int, Mapping[str, Any]]]:
    """(id, settings) of every committee that has work."""
    busy = exists().where(Assignment.committee_id == Committee.id)  # finished work, too, can be asked about
    query = select(Committee.id, Committee.settings).where(busy).order_by(Committee.id)
    return [(row.id, row.settings or {}) for row in session.execute(query)]


def duties(session: AnySession, committee_id: int, until: date) -> list[DutyRow]:
    """Open work of published plans that is due on or before `until`."""
    query = (
        select(Assignment, Timing.soft, Unit.courtesy, TaskVersion.kind, Plan.coordinator_id)
        .join(Timing, Timing.id == Assignment.timing_id)
        .join(Unit, Unit.id == Assignment.holder_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(PlanVersion, (PlanVersion.plan_id == Plan.id) & (PlanVersion.state == "published"))
        .join(
            TaskVersion,
            (TaskVersion.task_id == Assignment.task_id) & (TaskVersion.plan_version_id == PlanVersion.id),
            isouter=True,
        )
        .where(Assignment.state == OPEN, Assignment.committee_id == committee_id, Assignment.due_on <= until)
        .order_by(Assignment.due_on, Assignment.id)
    )
    rows = session.execute(query).all()
    spared = _left_alone(session, [work for work, *_ in rows])
    return [
        DutyRow(
            work.id,
            work.holder_id,
            work.due_on,
            work.state,
            work.urged_from,
            soft,
            courtesy,
            work.plan_id,
            work.task_id,
            kind or "",
            coordinator_id,
        )
        for work, soft, courtesy, kind, coordinator_id in rows
        if work.due_on is not None and work.id not in spared
    ]


def _left_alone(session: AnySession, works: list[Assignment]) -> set[int]:
    """Of these, what nobody is urged to do: others have done enough, its period is closed, or its plan is over."""
    since = held_since(session)
    held = {one.id for one in works if since(one.plan_id, one.timing_id, one.period) is not None}
    return held | _spared(session, works)


def _spared(session: AnySession, works: Iterable[Assignment]) -> set[int]:
    """Of these, what nobody is urged to do any longer: enough other units have done it."""
    works = list(works)
    settled = settled_turns(session, completions(session, {work.task_id for work in works}))
    return {work.id for work in works if (work.task_id, work.timing_id, work.period) in settled}


def recorded(session: AnySession, committee_id: int) -> set[tuple[int, int, str, date]]:
    """(assignment, person, step, due date) of what was decided already about work that is still open."""
    query = (
        select(Notice.assignment_id, Notice.person_id, Notice.step, Notice.due_on)
        .join(Assignment, Assignment.id == Notice.assignment_id)
        .where(Assignment.committee_id == committee_id, Assignment.state == OPEN)
    )
    return set(session.execute(query))


def told_inherited(session: AnySession, committee_id: int) -> set[tuple[int, int, str, date]]:
    """(assignment, person, step, day) of inherited work that was told, whatever its state by now."""
    query = (
        select(Notice.assignment_id, Notice.person_id, Notice.step, Notice.due_on)
        .join(Assignment, Assignment.id == Notice.assignment_id)
        .where(Assignment.committee_id == committee_id, Notice.step == "inherited")
    )
    return set(session.execute(query))


def inherited_rows(session: AnySession, letter_id: int, day: date) -> list[InheritedRow]:
    """What a letter is to tell of inherited work that is still with its unit and not done."""
    query = (
        select(
            Assignment,
            HandOver.from_id,
            Plan.coordinator_id,
            PlanVersion.number,
            PlanVersion.title,
            TaskVersion.title.label("task"),
        )
        .join(Notice, (Notice.assignment_id == Assignment.id) & (Notice.step == "inherited"))
        .join(HandOver, (HandOver.assignment_id == Assignment.id) & (HandOver.to_id == Assignment.holder_id))
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(PlanVersion, (PlanVersion.plan_id == Plan.id) & (PlanVersion.state == "published"))
        .join(
            TaskVersion,
            (TaskVersion.task_id == Assignment.task_id) & (TaskVersion.plan_version_id == PlanVersion.id),
        )
        .where(Notice.letter_id == letter_id, Assignment.state.in_((OPEN, WAITING, SUBMITTED)))
        .order_by(HandOver.id)
    )
    since = held_since(session)
    found = {
        row.Assignment.id: row
        for row in session.execute(query)
        if since(row.Assignment.plan_id, row.Assignment.timing_id, row.Assignment.period) is None
    }
    called = names(
        session, {n for row in found.values() for n in (row.from_id, row.Assignment.holder_id)}, day
    )
    rows = [
        InheritedRow(
            id=row.Assignment.id,
            title=row.task,
            plan_name=row.number or row.title,
            period=row.Assignment.period,
            due_on=row.Assignment.due_on,
            from_name=called.get(row.from_id, ""),
            holder_name=called.get(row.Assignment.holder_id, ""),
            coordinator_id=row.coordinator_id,
        )
        for row in found.values()
    ]
    return sorted(rows, key=lambda row: (row.due_on or date.max, row.id))


def teams(session: AnySession, day: date, unit_ids: Iterable[int]) -> dict[int, dict[str, tuple[int, ...]]]:
    """Unit → role → people who hold it on the day and are active; for an absent one, the deputy."""
    query = (
        select(Role.unit_id, Role.role, Role.person_id)
        .join(Person, Person.id == Role.person_id)
        .where(
            Role.unit_id.in_(set(unit_ids)), Role.role.in_(TEAM_ROLES), Person.active, *valid_on(Role, day)
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


def digest_rows(session: AnySession, person_id: int, day: date) -> list[DigestRow]:
    """Every open, dated assignment of the units in which the person gets notices, by due date; not what enough
    other units have done."""
    units = _told_about(session, person_id, day)
    found = list(session.execute(_digest_query().where(Assignment.holder_id.in_(units))))
    spared = _left_alone(session, [row.Assignment for row in found])
    rows = [row for row in found if row.Assignment.id not in spared]
    units_named = names(session, {row.Assignment.holder_id for row in rows}, day)
    returned = _returns(session, [row.Assignment.id for row in rows])
    own_calendar = calendars(session)
    return [
        _digest_row(row, units_named, returned, own_calendar(row.Assignment.committee_id)) for row in rows
    ]


def ongoing_of(session: AnySession, person_id: int, day: date) -> list[OngoingRow]:
    """The ongoing work of the person's units that is asked about now."""
    units = _told_about(session, person_id, day)
    return [row for row in ongoing_rows(session, day, holders=units) if row.asked.now] if units else []


def _told_about(session: AnySession, person_id: int, day: date) -> set[int]:
    """Units whose work goes to this person on the day: their own, unless they are away, and those in which
    they act for somebody. A closed account is told nothing."""
    person = session.get(Person, person_id)
    if person is None or not person.active:
        return set()
    own = select(Role.unit_id).where(
        Role.person_id == person_id, Role.role.in_(TEAM_ROLES), *valid_on(Role, day)
    )
    held = {unit for unit in session.scalars(own) if unit is not None}
    away = {unit for _person, unit in deputies(session, day, [person_id], valid_on(Role, day))}
    return (held - away) | _acted_in(session, person_id, day)


def _acted_in(session: AnySession, person_id: int, day: date) -> set[int]:
    acted = stood_in(day).where(Absence.deputy_id == person_id, *valid_on(Role, day))
    return {row.Role.unit_id for row in session.execute(acted)}


def _digest_query() -> Any:
    return (
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
        .where(Assignment.state == OPEN, Assignment.due_on.is_not(None))
        .order_by(Assignment.due_on, TaskVersion.position, Assignment.id)
    )


def _returns(session: AnySession, ids: list[int]) -> dict[int, tuple[datetime | None, str]]:
    """Assignment → when and why it was last returned."""
    query = (
        select(Submission.assignment_id, Submission.decided_at, Submission.reason)
        .where(Submission.assignment_id.in_(ids), Submission.state == "returned")
        .order_by(Submission.id)
    )
    return {row.assignment_id: (row.decided_at, row.reason) for row in session.execute(query)}


def _digest_row(
    row: Any,
    units_named: Mapping[int, str],
    returned: Mapping[int, tuple[datetime | None, str]],
    calendar: WorkCalendar,
) -> DigestRow:
    work: Assignment = row.Assignment
    returned_on, reason = returned.get(work.id, (None, ""))
    return DigestRow(
        id=work.id,
        title=row.task,
        plan_name=row.number or row.title,
        period=work.period,
        holder_id=work.holder_id,
        holder_name=units_named.get(work.holder_id, ""),
        coordinator_id=row.coordinator_id,
        work=Work(work.state, work.due_on, work.first_due_on, calendar=calendar),
        returned_on=returned_on,
        returned_reason=reason,
    )


def letter_steps(session: AnySession, letter_id: int) -> set[tuple[int, date]]:
    """(assignment, due date) of the steps that a letter is to tell."""
    query = select(Notice.assignment_id, Notice.due_on, Notice.step).where(Notice.letter_id == letter_id)
    # Steps of the ladder are numbers of days; words name what is told once (inherited, extension-12).
    return {(work, due) for work, due, step in session.execute(query) if not step[:1].isalpha()}


def coordinator_mailboxes(session: AnySession, letter_id: int) -> list[str]:
    """The mailboxes of the units that follow up the plans of a letter's steps."""
    query = (
        select(Unit.id, Unit.mailbox)
        .join(Plan, Plan.coordinator_id == Unit.id)
        .join(Assignment, Assignment.plan_id == Plan.id)
        .join(Notice, Notice.assignment_id == Assignment.id)
        .where(Notice.letter_id == letter_id, Unit.mailbox != "")
        .distinct()
        .order_by(Unit.id)
    )
    return [row.mailbox for row in session.execute(query)]


def person_roles(session: AnySession, person_id: int, day: date) -> set[str]:
    """The roles in which a letter speaks to the person: their own and those of whom they act for."""
    query = select(Role.role).where(Role.person_id == person_id, *valid_on(Role, day))
    acted = stood_in(day).where(Absence.deputy_id == person_id, *valid_on(Role, day))
    return set(session.scalars(query)) | {row.Role.role for row in session.execute(acted)}


def follower(session: AnySession, unit_id: int, day: date) -> Follower:
    """The unit that follows up, with the first of its coordinators who is there."""
    there = teams(session, day, [unit_id]).get(unit_id, {}).get("coordinator", ())
    person = session.get(Person, there[0]) if there else None
    mailbox = session.scalar(select(Unit.mailbox).where(Unit.id == unit_id)) or ""
    name = names(session, [unit_id], day).get(unit_id, "")
    return Follower(unit_id, name, mailbox, person.name if person else "", person.phone if person else "")


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


def last_sweep(session: AnySession) -> LastSweep:
    """For the health page: only what says whether notices run."""
    query = select(SweepRun).where(SweepRun.ended_at.is_not(None)).order_by(SweepRun.id.desc()).limit(1)
    run = session.scalars(query).first()
    counts = dict(session.execute(select(Letter.state, func.count()).group_by(Letter.state)).all())
    return LastSweep(
        ended_at=run.ended_at if run else None,
        error=run.error if run else "",
        unsent=sum(counts.get(state, 0) for state in UNSENT),
        dead=counts.get("dead", 0),
    )
