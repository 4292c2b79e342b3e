"""What `tracker doctor` asks: who gets mail, which units nobody hears for, what the last run and the outbox left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select

from tracker.access import UNIT_ROLES
from tracker.letters import IN_THE_OUTBOX, State
from tracker.life import LIVE
from tracker.progress.reaching import Contact
from tracker.store.engine import AnySession
from tracker.store.models import Assignment, Letter, Person, PlanVersion, Role, SweepRun
from tracker.store.queries.absences import stood_in
from tracker.store.queries.reaching import COLUMNS, contact
from tracker.store.queries.units import names, valid_on

TOLD = (*UNIT_ROLES, "leader")


@dataclass(frozen=True)
class Addressee:
    """Somebody who gets mail, and the units for which."""

    name: str
    contact: Contact
    units: frozenset[int]


@dataclass(frozen=True)
class LastRun:
    error: str = ""
    alarm: str = ""


def people_told(session: AnySession, day: date) -> list[Addressee]:
    """Everybody who gets mail today by a role of theirs, or by one of somebody for whom they act."""
    held = (
        select(Role.person_id, Role.unit_id)
        .join(Person, Person.id == Role.person_id)
        .where(Person.active, Role.role.in_(TOLD), *valid_on(Role, day))
    )
    units: dict[int, set[int]] = {}
    for person_id, unit_id in session.execute(held):
        units.setdefault(person_id, set()).update([] if unit_id is None else [unit_id])
    for acted in session.execute(stood_in(day).where(Role.role.in_(TOLD), *valid_on(Role, day))):
        units.setdefault(acted.deputy_id, set()).update([acted.Role.unit_id] if acted.Role.unit_id else [])
    query = select(Person.id, Person.name, *COLUMNS).where(Person.id.in_(units)).order_by(Person.id)
    return [Addressee(row.name, contact(row), frozenset(units[row.id])) for row in session.execute(query)]


def units_unheard(session: AnySession, day: date, reached: Collection[int]) -> list[str]:
    """Names of units that hold open work of published plans and are not among those that are reached."""
    published = exists().where(PlanVersion.plan_id == Assignment.plan_id, PlanVersion.state == "published")
    holding = select(Assignment.holder_id).where(Assignment.state.in_(LIVE), published).distinct()
    silent = set(session.scalars(holding)) - set(reached)
    return sorted(names(session, silent, day).values()) if silent else []


def last_run(session: AnySession) -> LastRun:
    """The last run that ended; its answer from the monitor is that of the last call."""
    ended = select(SweepRun).where(SweepRun.ended_at.is_not(None)).order_by(SweepRun.id.desc()).limit(1)
    run = session.scalars(ended).first()
    alarm = select(SweepRun.alarm).where(SweepRun.alarm != "").order_by(SweepRun.id.desc()).limit(1)
    return LastRun(run.error if run else "", session.scalar(alarm) or "")


def left_behind(session: AnySession, before: datetime) -> tuple[int, int]:
    """(letters that were given up, letters that wait since before then)."""
    dead = session.scalar(select(func.count()).where(Letter.state == State.DEAD))
    old = select(func.count()).where(Letter.state.in_(IN_THE_OUTBOX), Letter.created_at < before)
    return dead or 0, session.scalar(old) or 0
